"""Policies on their way into the account: what AWS refuses must not be saved.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.iam.api_call import ApiCall
from course.lab.iam.arns import key_arn
from course.lab.iam.callers import find_role, find_user
from course.lab.iam.document import MalformedPolicy, Policy, PolicyKind
from course.lab.iam.fault import Fault
from course.lab.iam.managed import bring_in, bring_in_all
from course.lab.iam.public_access import is_public
from course.lab.iam.resources import backend, bucket_owner, leave_to_us
from course.lab.iam.validation import policy_size, validate_policy

# Operations that name a managed policy: AWS's own have to be there then.
NAMES_MANAGED: Final = (
    "AttachUserPolicy",
    "AttachRolePolicy",
    "AttachGroupPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "ListPolicyVersions",
    "ListEntitiesForPolicy",
    "ListPolicies",
    "PutRolePermissionsBoundary",
)

# Operation -> (parameter with the document, kind of policy, what the size quota is called, characters)
SAVES_DOCUMENTS: Final[Mapping[str, tuple[str, PolicyKind, str, int]]] = {
    "CreatePolicy": ("PolicyDocument", "identity", "PolicySize", 6144),
    "CreatePolicyVersion": ("PolicyDocument", "identity", "PolicySize", 6144),
    "PutUserPolicy": ("PolicyDocument", "identity", "PolicySize", 2048),
    "PutGroupPolicy": ("PolicyDocument", "identity", "PolicySize", 5120),
    "PutRolePolicy": ("PolicyDocument", "identity", "PolicySize", 10240),
    "CreateRole": ("AssumeRolePolicyDocument", "trust", "ACLSizePerRole", 2048),
    "UpdateAssumeRolePolicy": ("PolicyDocument", "trust", "ACLSizePerRole", 2048),
}


def bring_in_named(call: ApiCall) -> None:
    """Let moto find the managed policy of AWS that the call names."""
    if call.operation == "ListPolicies":
        if call.params.get("Scope", "All") != "Local":
            bring_in_all(call.account)
        return
    arn = call.params.get("PolicyArn") or call.params.get("PermissionsBoundary")
    if arn:
        bring_in(call.account, str(arn))


def check_iam(call: ApiCall) -> None:
    """Identity and trust policies."""
    parameter, kind, quota, most = SAVES_DOCUMENTS[call.operation]
    text = str(call.params.get(parameter, ""))
    bring_in_named(call)
    policy = _valid(text, kind, "MalformedPolicyDocument")
    if kind == "trust":
        _check_trusted(policy, call.account)
    size = policy_size(text)
    holder = _inline_size(call)
    if size + holder > most:
        where = {"PutUserPolicy": "user", "PutGroupPolicy": "group", "PutRolePolicy": "role"}.get(call.operation)
        name = call.params.get("UserName") or call.params.get("GroupName") or call.params.get("RoleName")
        words = (
            f"Maximum policy size of {most} bytes exceeded for {where} {name}"
            if where
            else f"Cannot exceed quota for {quota}: {most}"
        )
        raise Fault("LimitExceeded", words, 409)


def _inline_size(call: ApiCall) -> int:
    """Inline policies of one holder share a quota."""
    store = iam_backends[call.account]["aws"]
    name = str(call.params.get("PolicyName", ""))
    if call.operation == "PutUserPolicy":
        holder: Any = store.users.get(str(call.params.get("UserName")))
    elif call.operation == "PutGroupPolicy":
        holder = store.groups.get(str(call.params.get("GroupName")))
    elif call.operation == "PutRolePolicy":
        roles = (role for role in store.roles.values() if role.name == call.params.get("RoleName"))
        holder = next(roles, None)
    else:
        return 0
    others = holder.policies.items() if holder else ()
    return sum(policy_size(text) for other, text in others if other != name)


def _check_trusted(policy: Policy, own_account: str) -> None:
    """A trust policy may name only users and roles that exist.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-policies.html
    """
    for statement in policy.statements:
        for kind, name in statement.principals.entries if statement.principals else ():
            account = name.split(":")[4] if name.startswith("arn:") else ""
            if kind != "AWS" or account not in (own_account, *iam_backends):
                continue  # an account that the lab does not play cannot be looked into
            missing = (":user/" in name and find_user(name) is None) or (":role/" in name and find_role(name) is None)
            if missing:
                raise Fault("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{name}"')


def check_bucket_policy(call: ApiCall) -> None:
    """Bucket policies: valid, about this bucket, and not public where that is blocked."""
    bucket = str(call.params["Bucket"])
    policy = _valid(str(call.params.get("Policy", "")), "resource", "MalformedPolicy")
    for statement in policy.statements:
        patterns = statement.resources.patterns if statement.resources else ()
        if not all(_about(pattern, bucket) for pattern in patterns):
            raise Fault("MalformedPolicy", "Policy has invalid resource")
        if not _actions_fit(statement.actions.patterns, patterns):
            raise Fault("MalformedPolicy", "Action does not apply to any resource(s) in statement")
    owner = bucket_owner(bucket)
    if not owner:
        return  # moto says NoSuchBucket
    held = backend("s3", owner).buckets[bucket]
    leave_to_us(held)
    block = held.public_access_block
    if block is not None and str(block.block_public_policy).lower() == "true" and is_public(policy):
        raise Fault(
            "AccessDenied",
            f"User: arn:aws:iam::{call.account}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 '
            "Block Public Access.",
            403,
        )


def _about(pattern: str, bucket: str) -> bool:
    own = f"arn:aws:s3:::{bucket}"
    return pattern == own or pattern.startswith(f"{own}/") or pattern in ("*", f"{own}*", "arn:aws:s3:::*")


def _actions_fit(actions: tuple[str, ...], resources: tuple[str, ...]) -> bool:
    """A statement with object actions only needs objects, one with bucket actions only needs the bucket."""
    if any("*" in action or "?" in action for action in actions) or "*" in resources:
        return True
    objects = any("/" in resource or resource.endswith("*") for resource in resources)
    buckets = any("/" not in resource for resource in resources)
    for action in actions:
        about_objects = "Object" in action and not action.lower().startswith("s3:getbucketobjectlock")
        if (about_objects and objects) or (not about_objects and buckets):
            return True
    return False


def check_queue_policy(call: ApiCall) -> None:
    """Queue policies come as an attribute."""
    text = (call.params.get("Attributes") or {}).get("Policy")
    if text:
        _valid(str(text), "resource", "InvalidAttributeValue", "Invalid value for the parameter Policy.", False)


def check_topic_policy(call: ApiCall) -> None:
    """Topic policies come as an attribute."""
    if call.params.get("AttributeName") == "Policy" and call.params.get("AttributeValue"):
        words = "Invalid parameter: Policy Error: null"
        _valid(str(call.params["AttributeValue"]), "resource", "InvalidParameter", words, False)


def check_key_policy(call: ApiCall) -> None:
    """Key policies: valid, and they must not lock everybody out."""
    text = call.params.get("Policy")
    if not text:
        return
    from course.lab.kms.key_policy import flaw

    key = call.params.get("KeyId")
    arn = key_arn(call, str(key)) if key else ""
    found = flaw(str(text), call.access_key_id, arn, bool(call.params.get("BypassPolicyLockoutSafetyCheck")))
    if found:
        raise Fault(*found)


def check_secret_policy(call: ApiCall) -> None:
    """Resource policies of secrets."""
    _valid(str(call.params.get("ResourcePolicy", "")), "resource", "MalformedPolicyDocumentException")


def _valid(text: str, kind: PolicyKind, code: str, words: str = "", own_words: bool = True) -> Policy:
    try:
        return validate_policy(text, kind)
    except MalformedPolicy as fault:
        message = fault.message if own_words else words
        if code == "MalformedPolicy" and fault.cause.startswith("Not valid JSON"):
            message = "Policies must be valid JSON and the first byte must be '{'"
        elif kind == "trust" and fault.cause.startswith("Not valid JSON"):
            message = "This policy contains invalid Json"
        raise Fault(code, message) from fault
