"""Log groups under a key: CloudWatch Logs itself must be let in by the key policy.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
On AWS a change takes up to five minutes; here it counts at once.
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import Request, principal_from
from course.lab.iam.resources import resource_of
from course.lab.kms.states import refusal
from course.lab.place import Place, place_of
from course.lab.wire import answer_first, json_answer, json_error

_ACTIONS: Final = ("Encrypt", "Decrypt", "GenerateDataKey")
_OPERATIONS: Final = ("CreateLogGroup", "AssociateKmsKey", "DisassociateKmsKey")


@answer_first
def _key_of_a_group(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "cloudwatch-logs" and operation in _OPERATIONS else None
    if call is None:
        return None
    place, given = place_of(request), call.params
    name = given.get("logGroupName") or str(given.get("resourceIdentifier", "")).split(":log-group:")[-1]
    key = given.get("kmsKeyId", "")
    group = place.backend("logs").groups.get(name)
    if operation != "CreateLogGroup" and group is None:
        return json_error(request, "ResourceNotFoundException", "The specified log group does not exist.")
    if key and (refused := _refused(place, str(key), name)):
        return json_error(request, *refused)
    if operation == "CreateLogGroup":
        return None
    group.kms_key_id = key or None
    return json_answer(request, {})


def _refused(place: Place, key: str, group: str) -> tuple[str, str] | None:
    arn = f"arn:aws:logs:{place.region}:{place.account}:log-group:{group}"
    no = (
        "AccessDeniedException",
        (f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"),
    )
    if not key.startswith("arn:"):
        return "InvalidParameterException", f"The specified KMS Key Id could not be found. '{group}'"
    _, _, _, region, account, rest = key.split(":", 5)
    kept = Place(account, region).backend("kms").keys.get(rest.removeprefix("key/"))
    if kept is None or region != place.region:
        return no
    if refusal(kept, "Encrypt"):
        return "InvalidParameterException", f"{kept.arn} cannot be used in its state {kept.key_state}."
    if kept.key_spec != "SYMMETRIC_DEFAULT":
        return "InvalidParameterException", "CloudWatch Logs supports only symmetric KMS keys."
    return None if all(_lets_in(place, kept.arn, account, action, arn) for action in _ACTIONS) else no


def _lets_in(place: Place, key: str, owner: str, action: str, group_arn: str) -> bool:
    who = principal_from(f"logs.{place.region}.amazonaws.com")
    context: dict[str, Any] = {
        "kms:EncryptionContext:aws:logs:arn": group_arn,
        "kms:EncryptionContextKeys": ("aws:logs:arn",),
        "aws:SourceArn": group_arn,
        "aws:SourceAccount": place.account,
    }
    request = Request(who, f"kms:{action}", key, context, owner)
    return decide(request, Policies(resource=resource_of(key).policy, resource_must_allow=True)).allowed
