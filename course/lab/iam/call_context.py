"""The condition keys that a call brings along: where, when, with which tags and parameters.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from course.lab.iam.api_call import ApiCall
from course.lab.iam.request import ContextValue
from course.lab.iam.resources import tag_dict

Found = dict[str, ContextValue]

# An address of the documentation range: the lab has no network, policies may still ask.
SOURCE_IP: Final = "203.0.113.10"


def context_of(call: ApiCall, resource: str, resource_tags: Mapping[str, str]) -> Found:
    """All keys for one question; the caller's own keys come from the principal."""
    moment = dt.datetime.now(dt.UTC)
    found: Found = {
        "aws:CurrentTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": int(moment.timestamp()),
        "aws:SecureTransport": call.http.url.startswith("https"),
        "aws:SourceIp": SOURCE_IP,
        "aws:RequestedRegion": call.region,
        "aws:ViaAWSService": False,
    }
    agent = call.http.headers.get("User-Agent")
    if agent:
        found["aws:UserAgent"] = agent.decode() if isinstance(agent, bytes) else str(agent)
    request_tags = _request_tags(call.params)
    if request_tags:
        found["aws:TagKeys"] = tuple(request_tags)
        for key, value in request_tags.items():
            found[f"aws:RequestTag/{key}"] = value
    for key, value in resource_tags.items():
        found[f"aws:ResourceTag/{key}"] = value
        found[f"{call.service}:ResourceTag/{key}"] = value
    special = _BY_SERVICE.get(call.service)
    if special is not None:
        special(call, found)
    if call.operation == "RunInstances" and ":instance/" not in resource:
        # A launch asks about image, subnet, volume ... too, and those have no instance type.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
        found.pop("ec2:InstanceType", None)
    return found


def _request_tags(params: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("Tags", "tags", "TagList"):
        if isinstance(params.get(name), list | Mapping):
            found |= tag_dict(params[name])
    for specification in params.get("TagSpecifications") or []:
        found |= tag_dict(specification.get("Tags"))
    tagging = params.get("Tagging")
    if isinstance(tagging, str):
        found |= dict(parse_qsl(tagging))
    elif isinstance(tagging, Mapping):
        found |= tag_dict(tagging.get("TagSet"))
    return found


def _copy(call: ApiCall, found: Found, keys: Mapping[str, str]) -> None:
    for parameter, key in keys.items():
        value = call.params.get(parameter)
        if value is not None and not isinstance(value, Mapping):
            found[key] = value


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_S3 = {
    "Prefix": "s3:prefix",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "ACL": "s3:x-amz-acl",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "StorageClass": "s3:x-amz-storage-class",
    "CopySource": "s3:x-amz-copy-source",
    "VersionId": "s3:VersionId",
}


def _s3(call: ApiCall, found: Found) -> None:
    _copy(call, found, _S3)
    if call.operation in ("ListObjects", "ListObjectsV2", "ListObjectVersions"):
        # A listing without a prefix is one with an empty prefix.
        found.setdefault("s3:prefix", "")
    found["s3:TlsVersion"] = "1.3"
    found["s3:authType"] = "REST-HEADER" if call.signed else "Anonymous"
    if isinstance(call.params.get("Tagging"), str):
        for key, value in parse_qsl(call.params["Tagging"]):
            found[f"s3:RequestObjectTag/{key}"] = value
    if "Key" in call.params and "Bucket" in call.params:
        for key, value in _object_tags(str(call.params["Bucket"]), str(call.params["Key"])).items():
            found[f"s3:ExistingObjectTag/{key}"] = value


def _object_tags(bucket: str, key: str) -> dict[str, str]:
    from course.lab.iam.resources import backend, bucket_owner

    owner = bucket_owner(bucket)
    if not owner:
        return {}
    store = backend("s3", owner)
    stored = store.buckets[bucket].keys.get(key)
    # a delete marker has no tags, nor has what is not there
    return tag_dict(store.tagger.get_tag_dict_for_resource(stored.arn)) if hasattr(stored, "arn") else {}


def _dynamodb(call: ApiCall, found: Found) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"""
    from course.lab.dynamodb import condition_keys

    if not call.operation.startswith("Transact"):  # there each part has keys of its own: mapping.py
        found |= named_keys(call)
    if chosen := condition_keys.select(call.operation, call.params):
        found["dynamodb:Select"] = chosen
    _copy(call, found, {"ReturnValues": "dynamodb:ReturnValues"})


def named_keys(call: ApiCall) -> Found:
    """The partition keys and attributes that a call to DynamoDB, or one part of a transaction, names."""
    from course.lab.dynamodb import condition_keys
    from course.lab.iam.resources import backend

    tables = backend("dynamodb", call.account, call.region).tables

    def partition_key(name: str) -> str | None:
        table = tables.get(name.rsplit("/", 1)[-1])
        return str(table.hash_key_attr) if table is not None else None

    found: Found = {}
    if attributes := condition_keys.attributes(call.params):
        found["dynamodb:Attributes"] = tuple(attributes)
    if keys := condition_keys.leading_keys(call.params, partition_key):
        found["dynamodb:LeadingKeys"] = tuple(keys)
    return found


def _kms(call: ApiCall, found: Found) -> None:
    for key, value in (call.params.get("EncryptionContext") or {}).items():
        found[f"kms:EncryptionContext:{key}"] = value
    context = tuple(call.params.get("EncryptionContext") or ())
    if context:
        found["kms:EncryptionContextKeys"] = context
    found["kms:CallerAccount"] = call.account
    _copy(call, found, {"KeySpec": "kms:KeySpec", "KeyUsage": "kms:KeyUsage"})


def _sts(call: ApiCall, found: Found) -> None:
    _copy(
        call,
        found,
        {
            "ExternalId": "sts:ExternalId",
            "RoleSessionName": "sts:RoleSessionName",
            "DurationSeconds": "sts:DurationSeconds",
            "SourceIdentity": "sts:SourceIdentity",
        },
    )
    if call.params.get("TransitiveTagKeys"):
        found["sts:TransitiveTagKeys"] = tuple(call.params["TransitiveTagKeys"])
    if call.params.get("SerialNumber") and _mfa_used(call):
        # MFA given with AssumeRole counts in the role's trust policy.
        found["aws:MultiFactorAuthPresent"] = True
        found["aws:MultiFactorAuthAge"] = 0


def _mfa_used(call: ApiCall) -> bool:
    from course.lab.iam.callers import caller_of
    from course.lab.iam.mfa import mfa_passes

    user = caller_of(call.access_key_id).principal
    serial, code = str(call.params["SerialNumber"]), str(call.params.get("TokenCode"))
    return mfa_passes(user.account, user.name, serial, code)


def _iam(call: ApiCall, found: Found) -> None:
    _copy(call, found, {"PolicyArn": "iam:PolicyARN", "PermissionsBoundary": "iam:PermissionsBoundary"})
    _copy(call, found, {"AWSServiceName": "iam:AWSServiceName"})
    holder = call.params.get("UserName") or call.params.get("RoleName")
    if holder and "iam:PermissionsBoundary" not in found:
        boundary = _boundary_of(call)
        if boundary:
            found["iam:PermissionsBoundary"] = boundary


def _boundary_of(call: ApiCall) -> str:
    """The boundary that the user or role already has: policies may insist on it for later changes."""
    from moto.iam.models import iam_backends

    from course.lab.iam.callers import boundary_arn

    store = iam_backends[call.account]["aws"]
    user = store.users.get(str(call.params.get("UserName", "")))
    if user is not None:
        return boundary_arn(user, store)
    name = call.params.get("RoleName")
    role = next((one for one in store.roles.values() if one.name == name), None)
    return boundary_arn(role, store) if role else ""


def _ec2(call: ApiCall, found: Found) -> None:
    found["ec2:Region"] = call.region
    _copy(
        call, found, {"InstanceType": "ec2:InstanceType", "VolumeType": "ec2:VolumeType", "Encrypted": "ec2:Encrypted"}
    )
    if call.operation == "CreateTags":
        found["ec2:CreateAction"] = call.operation


def _sns(call: ApiCall, found: Found) -> None:
    _copy(call, found, {"Protocol": "sns:Protocol", "Endpoint": "sns:Endpoint", "NotificationEndpoint": "sns:Endpoint"})


def _lambda(call: ApiCall, found: Found) -> None:
    _copy(call, found, {"Principal": "lambda:Principal", "FunctionUrlAuthType": "lambda:FunctionUrlAuthType"})
    source = call.params.get("EventSourceArn")
    name = call.params.get("FunctionName")
    if source:
        found["lambda:EventSourceArn"] = str(source)
    if name and call.operation == "CreateEventSourceMapping":
        short = str(name).rsplit(":", 1)[-1]
        found["lambda:FunctionArn"] = f"arn:aws:lambda:{call.region}:{call.account}:function:{short}"


def _secretsmanager(call: ApiCall, found: Found) -> None:
    _copy(
        call,
        found,
        {
            "SecretId": "secretsmanager:SecretId",
            "VersionStage": "secretsmanager:VersionStage",
            "Name": "secretsmanager:Name",
        },
    )


def _cloudwatch(call: ApiCall, found: Found) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html"""
    if call.operation == "PutMetricData":
        _copy(call, found, {"Namespace": "cloudwatch:namespace"})


def _codecommit(call: ApiCall, found: Found) -> None:
    """https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-conditional-branch.html"""
    branch = call.params.get("branchName") or call.params.get("destinationReference") or call.params.get("targetBranch")
    if call.operation.startswith("MergePullRequest"):
        from course.lab.codecommit.store import pull_target

        branch = pull_target(call.account, call.region, str(call.params.get("pullRequestId")))
    if branch:
        found["codecommit:References"] = (f"refs/heads/{str(branch).removeprefix('refs/heads/')}",)


_BY_SERVICE: Final[Mapping[str, Callable[[ApiCall, Found], None]]] = {
    "s3": _s3,
    "dynamodb": _dynamodb,
    "kms": _kms,
    "sts": _sts,
    "iam": _iam,
    "ec2": _ec2,
    "sns": _sns,
    "lambda": _lambda,
    "secretsmanager": _secretsmanager,
    "cloudwatch": _cloudwatch,
    "codecommit": _codecommit,
}
