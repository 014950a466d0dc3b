"""From an API call to what IAM is asked: which actions on which resources.

The table data/actions.csv says it where the action is not called like the operation, or the resource is no plain
parameter (arns.py); what it does not know is asked as `service:Operation`.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from course.lab.iam.access_points import both_doors, is_through_one
from course.lab.iam.api_call import ApiCall, Check
from course.lab.iam.arns import bucket_arn, key_arn, object_arn, resources_in, table_arn
from course.lab.iam.call_context import named_keys
from course.lab.iam.encryption import key_checks
from course.lab.iam.passrole import passed_roles
from course.lab.iam.resources import backend, bucket_owner

_DATA: Final = Path(__file__).parent / "data"


def checks_of(call: ApiCall) -> list[Check]:
    """The questions that a call raises, PassRole among them; none for what everybody may do."""
    if call.service == "apigateway":
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
        resource = f"arn:aws:apigateway:{call.region}::{call.path}"
        return [Check(f"apigateway:{call.http.method}", resource), *passed_roles(call)]
    if call.service == "execute-api":
        return [_connection(call)]
    row = _actions().get((call.service, call.operation))
    if row is None:
        row = (f"{call.service}:{call.operation}", "{default}")
    actions, template = row
    if not actions:
        return []
    if call.service == "s3" and call.operation == "CopyObject":
        found = list(_copy(call))
    elif call.service == "s3" and call.operation == "DeleteObjects":
        found = list(_delete_many(call))
    elif call.service == "kms" and call.operation == "ReEncrypt":
        # https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html (each key its own permission)
        source = [Check("kms:ReEncryptFrom", key) for key in resources_in("{key_of_ciphertext}", call)]
        found = [*source, Check("kms:ReEncryptTo", key_arn(call, str(call.params.get("DestinationKeyId", ""))))]
    elif call.service == "dynamodb" and call.operation.startswith("Transact"):
        found = list(_transaction(call))
    else:
        found = [
            Check(chosen, resource)
            for action in actions.split(";")
            if (chosen := _chosen(action, call.params))
            for resource in resources_in(template, call)
        ]
    if call.operation == "AssumeRole":
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
        role = str(call.params.get("RoleArn", "*"))
        found += [Check("sts:TagSession", role)] if call.params.get("Tags") else []
        found += [Check("sts:SetSourceIdentity", role)] if call.params.get("SourceIdentity") else []
    if call.operation in ("GetObject", "HeadObject") and not _is_there(call):
        # Whoever may not list a bucket is not told that an object is missing: 403 instead of 404.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
        found.append(Check("s3:ListBucket", bucket_arn(call)))
    if is_through_one(call):
        found = list(both_doors(found))
    return [*found, *key_checks(call), *passed_roles(call)]


def _connection(call: ApiCall) -> Check:
    """A call to a WebSocket connection; the API is in the host name, the stage in front of the path.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    """
    api = (urlsplit(call.http.url).hostname or "").partition(".")[0]
    stage, _, rest = unquote(call.path).lstrip("/").partition("/")
    start = f"arn:aws:execute-api:{call.region}:{call.account}:{api}"
    return Check("execute-api:ManageConnections", f"{start}/{stage}/{call.http.method}/{rest}")


def _is_there(call: ApiCall) -> bool:
    name = str(call.params.get("Bucket", ""))
    owner = bucket_owner(name)
    return not owner or call.params.get("Key") in backend("s3", owner).buckets[name].keys


def _chosen(action: str, params: Mapping[str, Any]) -> str:
    """`a|b?P` is b when the parameter P is given and a otherwise; `b?P` alone is nothing without P."""
    plain, _, conditional = action.rpartition("|")
    name, mark, parameter = conditional.partition("?")
    if not mark or params.get(parameter):
        return name
    return plain


# Tables --------------------------------------------------------------------------------------------------


@cache
def _actions() -> dict[tuple[str, str], tuple[str, str]]:
    with (_DATA / "actions.csv").open(newline="") as table:
        return {(row["service"], row["operation"]): (row["actions"], row["resources"]) for row in csv.DictReader(table)}


# Calls that raise several questions ----------------------------------------------------------------------


def _copy(call: ApiCall) -> Iterator[Check]:
    """Copying reads the source and writes the target."""
    source = call.params.get("CopySource", "")
    if isinstance(source, Mapping):
        source = f"{source.get('Bucket', '')}/{source.get('Key', '')}"
    yield Check("s3:GetObject", f"arn:aws:s3:::{str(source).split('?')[0].lstrip('/')}")
    yield Check("s3:PutObject", object_arn(call))


def _delete_many(call: ApiCall) -> Iterator[Check]:
    for entry in call.params.get("Delete", {}).get("Objects", []):
        action = "s3:DeleteObjectVersion" if entry.get("VersionId") else "s3:DeleteObject"
        yield Check(action, f"{bucket_arn(call)}/{entry.get('Key', '')}")


def _transaction(call: ApiCall) -> Iterator[Check]:
    """A transaction needs the permissions of its parts, and each part is judged by the keys that it names itself.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    actions = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
    for item in call.params.get("TransactItems", []):
        for kind, body in item.items():
            action = actions.get(kind, "ConditionCheckItem")
            alone = replace(call, operation=action, params=body)
            context = {**named_keys(alone), "dynamodb:EnclosingOperation": (call.operation,)}
            yield Check(f"dynamodb:{action}", table_arn(call, str(body.get("TableName", "*"))), context)
