"""How a call names its resources, as ARNs.

The templates of data/resources.csv are filled from the call's parameters; a name in braces that is more than a value
(`{key}`, `{function}`, `{log_stream}`) is found by a function here.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.iam.api_call import ApiCall
from course.lab.iam.resources import backend

_DATA: Final = Path(__file__).parent / "data"
_FIELD = re.compile(r"\{([\w.]+)\}")
# Without a user name these are about the user who calls.
_ABOUT_ONESELF: Final = frozenset(
    {
        "GetUser",
        "ChangePassword",
        "CreateAccessKey",
        "ListAccessKeys",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "ListMFADevices",
        "GetLoginProfile",
    }
)
_EC2_KINDS: Final = {
    "i": "instance",
    "vol": "volume",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "acl": "network-acl",
    "eni": "network-interface",
    "eipalloc": "elastic-ip",
    "snap": "snapshot",
    "ami": "image",
    "lt": "launch-template",
    "vpce": "vpc-endpoint",
}


@cache
def _arns() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    with (_DATA / "resources.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            found.setdefault(row["service"], []).append((row["parameter"], row["arn"]))
    return found


def resources_in(template: str, call: ApiCall) -> list[str]:
    """Fill a template of data/actions.csv; `{default}` looks the parameters up in data/resources.csv."""
    if template == "*":
        return ["*"]
    whole = _FIELD.fullmatch(template)
    if whole and whole.group(1) in _SPECIAL:
        return _SPECIAL[whole.group(1)](call) or ["*"]
    return [_filled(template, call, "")]


def _default(call: ApiCall) -> list[str]:
    if call.service == "s3":
        return [object_arn(call) if "Key" in call.params else bucket_arn(call)]
    if call.service == "ec2" and call.operation.startswith("Describe"):
        return ["*"]  # EC2's Describe actions know no resources
    for parameter, template in _arns().get(call.service, []):
        value = call.params.get(parameter)
        if not value:
            continue
        values = value if isinstance(value, list | tuple) else [value]
        return [arn for one in values for arn in _arn_of(template, call, str(one))]
    if call.service == "iam" and call.operation in _ABOUT_ONESELF and ":user/" in call.caller_arn:
        return [call.caller_arn]
    return ["*"]


def _arn_of(template: str, call: ApiCall, value: str) -> list[str]:
    whole = _FIELD.fullmatch(template)
    if whole and whole.group(1) in _BY_NAME:
        return [_BY_NAME[whole.group(1)](call, value)]
    if value.startswith("arn:"):
        return [value]
    return [_filled(template, call, value)]


def _filled(template: str, call: ApiCall, value: str) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in _FILL:
            return _FILL[name](call, value)
        return _inside(call.params, name)

    return _FIELD.sub(fill, template)


def _inside(params: Mapping[str, Any], path: str) -> str:
    """A parameter, or one inside a structure: `{pipeline.name}`."""
    found: Any = params
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return "*" if found is None else str(found)


def _account_in_url(call: ApiCall, value: str) -> str:
    found = re.search(r"/(\d{12})/[^/]+$", value)
    return found.group(1) if found else call.account


def _bus(call: ApiCall, value: str) -> str:
    name = str(call.params.get("EventBusName", "default")).rsplit("/", 1)[-1]
    return "" if name == "default" else f"{name}/"


_FILL: Final[Mapping[str, Callable[[ApiCall, str], str]]] = {
    "region": lambda call, value: call.region,
    "account": lambda call, value: call.account,
    "value": lambda call, value: value,
    "last": lambda call, value: value.rsplit("/", 1)[-1],
    "no_slash": lambda call, value: value.lstrip("/"),
    "account_in_url": _account_in_url,
    "bus": _bus,
    "cluster": lambda call, value: str(call.params.get("cluster", "default")).rsplit("/", 1)[-1],
    "ec2_kind": lambda call, value: _EC2_KINDS.get(value.split("-")[0], "*"),
}


def _function(call: ApiCall, value: str) -> str:
    """A function is named by its name, by ACCOUNT:function:NAME or by its ARN, with or without qualifier."""
    parts = value.split(":")
    name = ":".join(parts[parts.index("function") + 1 :]) if "function" in parts else value
    account = parts[4] if value.startswith("arn:") else parts[0] if len(parts) > 2 else call.account
    qualifier = call.params.get("Qualifier")
    if qualifier and ":" not in name:
        name = f"{name}:{qualifier}"
    return f"arn:aws:lambda:{call.region}:{account}:function:{name}"


def key_arn(call: ApiCall, value: str) -> str:
    """A KMS key is named by its id, its ARN, or an alias of it."""
    store = backend("kms", call.account, call.region)
    name = value.rsplit(":", 1)[-1] if value.startswith("arn:") else value
    if name.startswith("alias/"):
        name = store.get_key_id_from_alias(name) or name
    if value.startswith("arn:") and ":key/" in value:
        return value
    return f"arn:aws:kms:{call.region}:{call.account}:key/{name.removeprefix('key/')}"


def _user(call: ApiCall, value: str) -> str:
    user = iam_backends[call.account]["aws"].users.get(value)
    return user.arn if user else f"arn:aws:iam::{call.account}:user{call.params.get('Path', '/')}{value}"


def _group(call: ApiCall, value: str) -> str:
    group = iam_backends[call.account]["aws"].groups.get(value)
    return group.arn if group else f"arn:aws:iam::{call.account}:group{call.params.get('Path', '/')}{value}"


def role_arn(call: ApiCall, value: str) -> str:
    """The role with this name, with its path."""
    for role in iam_backends[call.account]["aws"].roles.values():
        if role.name == value:
            return role.arn
    return f"arn:aws:iam::{call.account}:role{call.params.get('Path', '/')}{value}"


def _secret(call: ApiCall, value: str) -> str:
    if value.startswith("arn:"):
        return value
    # The ARN ends in six random characters; without the secret there is only its name.
    secret = backend("secretsmanager", call.account, call.region).secrets.get(value)
    return secret.arn if secret else f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{value}"


def _stack(call: ApiCall, value: str) -> str:
    if value.startswith("arn:"):
        return value
    for stack in backend("cloudformation", call.account, call.region).stacks.values():
        if stack.name == value:
            return str(stack.stack_id)
    return f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{value}/*"


def _task_definition(call: ApiCall, value: str) -> str:
    if value.startswith("arn:"):
        return value
    revision = value if ":" in value else f"{value}:*"
    return f"arn:aws:ecs:{call.region}:{call.account}:task-definition/{revision}"


_BY_NAME: Final[Mapping[str, Callable[[ApiCall, str], str]]] = {
    "function": _function,
    "key": key_arn,
    "user": _user,
    "group": _group,
    "role": role_arn,
    "secret": _secret,
    "stack": _stack,
    "task_definition": _task_definition,
    "topic_of_subscription": lambda call, value: ":".join(value.split(":")[:6]),
}


def bucket_arn(call: ApiCall) -> str:
    """The bucket that the call names."""
    name = str(call.params.get("Bucket", ""))
    return (name if name.startswith("arn:") else f"arn:aws:s3:::{name}") if name else "*"


def object_arn(call: ApiCall) -> str:
    """The object that the call names."""
    return f"{bucket_arn(call)}/{call.params.get('Key', '*')}"


def _table_or_index(call: ApiCall) -> list[str]:
    (table,) = _default(call)
    index = call.params.get("IndexName")
    return [f"{table}/index/{index}" if index else table]


def _request_tables(call: ApiCall) -> list[str]:
    return [table_arn(call, name) for name in call.params.get("RequestItems", {})]


def table_arn(call: ApiCall, name: str) -> str:
    """The table with this name or ARN."""
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{call.region}:{call.account}:table/{name}"


def _log_stream(call: ApiCall) -> list[str]:
    group, stream = call.params.get("logGroupName", "*"), call.params.get("logStreamName", "*")
    return [f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:log-stream:{stream}"]


def _log_groups(call: ApiCall) -> list[str]:
    names = call.params.get("logGroupNames") or [call.params.get("logGroupName", "*")]
    return [f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}:log-stream:" for name in names]


def _event_buses(call: ApiCall) -> list[str]:
    names = {str(entry.get("EventBusName", "default")) for entry in call.params.get("Entries", [])}
    prefix = f"arn:aws:events:{call.region}:{call.account}:event-bus/"
    return [name if name.startswith("arn:") else prefix + name for name in sorted(names)]


def _run_instances(call: ApiCall) -> list[str]:
    """Launching touches many resources, and each has to be allowed.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
    """
    place = f"arn:aws:ec2:{call.region}:{call.account}:"
    params = call.params
    found = [f"arn:aws:ec2:{call.region}::image/{params.get('ImageId', '*')}", f"{place}instance/*"]
    found += [f"{place}network-interface/*", f"{place}subnet/{params.get('SubnetId', '*')}"]
    found += [f"{place}security-group/{group}" for group in params.get("SecurityGroupIds", ["*"])]
    found.append(f"{place}volume/*")
    if params.get("KeyName"):
        found.append(f"{place}key-pair/{params['KeyName']}")
    return found


def _key_of_ciphertext(call: ApiCall) -> list[str]:
    """Without KeyId the ciphertext itself says which key it needs."""
    named = call.params.get("KeyId") or call.params.get("SourceKeyId")
    if named:
        return [key_arn(call, str(named))]
    # Moto's ciphertext begins with the key id (36 characters of a UUID, `mrk-` and 32 for a multi-Region key).
    key_id = bytes(call.params.get("CiphertextBlob", b""))[:36].decode("ascii", "replace")
    if not re.fullmatch(r"[0-9a-f-]{36}|mrk-[0-9a-f]{32}", key_id):
        return ["*"]
    return [_owner_of_key(call, key_id) or key_arn(call, key_id)]


def _owner_of_key(call: ApiCall, key_id: str) -> str:
    """A ciphertext names its key also where that belongs to another account."""
    from moto.kms.models import kms_backends

    for regions in kms_backends.values():
        store = regions.get(call.region)
        if store is not None and key_id in store.keys:
            return str(store.keys[key_id].arn)
    return ""


def _shard_stream(call: ApiCall) -> list[str]:
    arn = call.params.get("StreamARN")
    return [str(arn)] if arn else ["*"]


_SPECIAL: Final[Mapping[str, Callable[[ApiCall], list[str]]]] = {
    "default": _default,
    "bucket": lambda call: [bucket_arn(call)],
    "object": lambda call: [object_arn(call)],
    "table_or_index": _table_or_index,
    "request_tables": _request_tables,
    "log_stream": _log_stream,
    "log_groups": _log_groups,
    "event_buses": _event_buses,
    "run_instances": _run_instances,
    "key_of_ciphertext": _key_of_ciphertext,
    "shard_stream": _shard_stream,
    "task_definition": lambda call: [_task_definition(call, str(call.params.get("taskDefinition", "*")))],
}
