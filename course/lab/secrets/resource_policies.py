"""Policies on secrets: none that opens a secret to everybody, if the caller says so.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html
"""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.service import Call, Refusal, serve
from course.lab.wire import answer_first, json_error


def _is_public(text: str) -> bool:
    from course.lab.iam.document import MalformedPolicy
    from course.lab.iam.public_access import is_public
    from course.lab.iam.validation import validate_policy

    try:
        return is_public(validate_policy(text, "resource"))
    except MalformedPolicy as fault:
        raise Refusal("MalformedPolicyDocumentException", fault.message) from fault


def _validate(call: Call) -> dict[str, Any]:
    if not _is_public(str(call.given["ResourcePolicy"])):
        return {"PolicyValidationPassed": True, "ValidationErrors": []}
    told = "The resource policy lets everybody in: name accounts, roles or services as principals."
    return {
        "PolicyValidationPassed": False,
        "ValidationErrors": [{"CheckName": "BroadAccess", "ErrorMessage": told}],
    }


serve("secrets-manager", {"ValidateResourcePolicy": _validate}, api="secretsmanager")


@answer_first
def _block_public(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "secrets-manager" and operation == "PutResourcePolicy" else None
    if call is None or not call.params.get("BlockPublicPolicy"):
        return None
    if not _is_public(str(call.params.get("ResourcePolicy", ""))):
        return None
    return json_error(
        request,
        "PublicPolicyException",
        "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the "
        "secret.",
    )
