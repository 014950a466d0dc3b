"""What the resource side says: its policy, its tags, its owner. Read straight from moto's backends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from course.lab.iam.document import MalformedPolicy, Policy, PolicyKind, parse_policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import ANONYMOUS, Request


@dataclass(frozen=True)
class Resource:
    """The resource of a request as far as policies care."""

    arn: str
    owner: str = ""
    policy: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    must_allow: bool = False
    restricts_public: bool = False
    """S3's RestrictPublicBuckets on a bucket with a public policy."""


def resource_of(arn: str) -> Resource:
    """Look the resource up; one that is not there has no policy and no tags."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return Resource(arn)
    _, _, service, region, account, name = parts
    look = _LOOK.get(service)
    if look is None:
        return Resource(arn, account)
    try:
        return look(arn, region, account, name)
    except (KeyError, IndexError, HTTPException, ServiceException):
        return Resource(arn, account)


def backend(service: str, account: str, region: str = "aws") -> Any:
    """Moto's backend of a service."""
    found: Any = get_backend(service)  # type: ignore[call-overload]
    return found[account][region]


def policy_from(source: Any, name: str, kind: PolicyKind = "resource") -> Policy | None:
    """Parse what moto keeps as a policy; what is no valid document grants and denies nothing."""
    if not source:
        return None
    text = source.decode() if isinstance(source, bytes) else source
    try:
        return parse_policy(text, kind, name)
    except MalformedPolicy:
        return None


def tag_dict(tags: Iterable[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, str]:
    """Tags in moto are a dict, or a list of Key and Value in some spelling."""
    if not tags:
        return {}
    if isinstance(tags, Mapping):
        return dict(tags)
    found = {}
    for tag in tags:
        lower = {key.lower(): value for key, value in tag.items()}
        found[lower.get("key", lower.get("tagkey", ""))] = lower.get("value", lower.get("tagvalue", ""))
    return found


def bucket_owner(name: str) -> str:
    """The account that owns a bucket, or '' if there is none of this name."""
    buckets: Any = get_backend("s3")
    found = buckets.bucket_accounts.get(name)
    return found[1] if found else ""


def leave_to_us(bucket: Any) -> None:
    """Keep moto from judging this bucket's policy: it looks at neither principals nor conditions.

    Only what moto must know remains: whether strangers may have an object.
    """
    from moto.iam.access_control import PermissionResult

    def permission(action: str, resource: str) -> Any:
        policy = policy_from(bucket.policy, bucket.name)
        request = Request(ANONYMOUS, action, resource, {"aws:SecureTransport": True}, bucket.account_id)
        public = decide(request, Policies(resource=policy)).allowed
        return PermissionResult.PERMITTED if public else PermissionResult.NEUTRAL

    bucket.get_permission = permission


# One function for each service that has resource policies or tags worth asking for ----------------------


def _bucket(arn: str, region: str, account: str, name: str) -> Resource:
    if name.startswith("accesspoint/"):
        from course.lab.iam.access_points import policy_at

        return Resource(arn, account, policy_at(account, name.split("/")[1]))
    bucket_name = name.split("/", 1)[0]
    owner = bucket_owner(bucket_name)
    if not owner:
        return Resource(arn)
    store = backend("s3", owner)
    bucket = store.buckets[bucket_name]
    block = bucket.public_access_block
    policy = policy_from(bucket.policy, bucket_name)
    if policy is not None:
        leave_to_us(bucket)
    restricts = block is not None and str(block.restrict_public_buckets).lower() == "true"
    tags = tag_dict(store.tagger.get_tag_dict_for_resource(bucket.arn)) if "/" not in name else {}
    return Resource(arn, owner, policy, tags, restricts_public=restricts)


def _queue(arn: str, region: str, account: str, name: str) -> Resource:
    queue = backend("sqs", account, region).queues[name]
    return Resource(arn, account, policy_from(queue.policy, name), tag_dict(queue.tags))


def _topic(arn: str, region: str, account: str, name: str) -> Resource:
    topic = backend("sns", account, region).topics[arn]
    return Resource(arn, account, policy_from(topic.policy, topic.name), tag_dict(topic._tags))


def _key(arn: str, region: str, account: str, name: str) -> Resource:
    store = backend("kms", account, region)
    key_id = name.removeprefix("key/")
    key = store.keys[key_id]
    tags = store.tagger.get_tag_dict_for_resource(key_id)
    from course.lab.kms.grants import with_grants

    return Resource(arn, account, policy_from(with_grants(key), key_id), tags, must_allow=True)


def _function(arn: str, region: str, account: str, name: str) -> Resource:
    from moto.awslambda_simple.models import lambda_simple_backends

    from course.lab.lambda_answers import Refused
    from course.lab.lambda_permission import in_policy, statements
    from course.lab.lambda_versions import find

    if not name.startswith("function:"):
        return Resource(arn, account)
    functions = lambda_simple_backends[account][region]
    try:
        target = find(functions, arn)
    except Refused:
        return Resource(arn, account)
    said = [in_policy(one) for one in statements(functions, target)]
    text = json.dumps({"Version": "2012-10-17", "Statement": said}) if said else ""
    return Resource(arn, account, policy_from(text, name), tag_dict(target.latest.tags))


def _secret(arn: str, region: str, account: str, name: str) -> Resource:
    secret = backend("secretsmanager", account, region).secrets[name.removeprefix("secret:")[:-7]]
    return Resource(arn, account, policy_from(secret.policy, secret.name), tag_dict(secret.tags))


def _table(arn: str, region: str, account: str, name: str) -> Resource:
    store = backend("dynamodb", account, region)
    table = store.tables[name.split("/")[1]]
    held = store.resource_policies.get(table.table_arn)
    policy = policy_from(held.policy_doc, table.name) if held else None
    return Resource(arn, account, policy, tag_dict(table.tags))


def _stream(arn: str, region: str, account: str, name: str) -> Resource:
    store = backend("kinesis", account, region)
    stream = store.streams[name.split("/")[1]]
    return Resource(arn, account, policy_from(store.resource_policies.get(arn), name), tag_dict(stream.tags))


def _event_bus(arn: str, region: str, account: str, name: str) -> Resource:
    kind, _, rest = name.partition("/")
    if kind != "event-bus":
        return Resource(arn, account)
    bus = backend("events", account, region).event_buses[rest]
    return Resource(arn, account, policy_from(bus.policy, rest))


def _repository(arn: str, region: str, account: str, name: str) -> Resource:
    repository = backend("ecr", account, region).repositories[name.removeprefix("repository/")]
    return Resource(arn, account, policy_from(repository.policy, repository.name))


def _ec2(arn: str, region: str, account: str, name: str) -> Resource:
    resource_id = name.split("/")[-1]
    # Not every ARN of EC2 carries an account (images, snapshots).
    tags = backend("ec2", account or "123456789012", region).tags
    return Resource(arn, account, tags=dict(tags[resource_id]) if resource_id in tags else {})


def _iam(arn: str, region: str, account: str, name: str) -> Resource:
    if not account.isdigit():
        return Resource(arn, "")
    store = backend("iam", account)
    kind, _, rest = name.partition("/")
    short = rest.rsplit("/", 1)[-1]
    if kind == "user" and short in store.users:
        return Resource(arn, account, tags=tag_dict(store.users[short].tags))
    if kind == "role":
        role = next((one for one in store.roles.values() if one.arn == arn), None)
        if role is None:
            return Resource(arn, account)
        trust = policy_from(role.assume_role_policy_document, role.name, "trust")
        return Resource(arn, account, trust, tag_dict(role.tags), must_allow=True)
    return Resource(arn, account)


_LOOK: Mapping[str, Callable[[str, str, str, str], Resource]] = {
    "s3": _bucket,
    "sqs": _queue,
    "sns": _topic,
    "kms": _key,
    "lambda": _function,
    "secretsmanager": _secret,
    "dynamodb": _table,
    "kinesis": _stream,
    "events": _event_bus,
    "ecr": _repository,
    "ec2": _ec2,
    "iam": _iam,
}
