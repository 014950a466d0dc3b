"""A configuration before its deployment: judged by JSON Schema or a Lambda function, up to two of them.

https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-configuration-and-profile-validators.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

from course.lab.caller import Session
from course.lab.service import Refusal


def judge(session: Session, profile: Any, version: Any) -> None:
    """Refuse a version that one of the profile's validators does not accept."""
    content = version.content if isinstance(version.content, bytes) else str(version.content).encode()
    for one in profile.validators or []:
        complaint = (
            _by_schema(one["Content"], content)
            if one["Type"] == "JSON_SCHEMA"
            else _by_function(session, one["Content"], profile, version, content)
        )
        if complaint:
            raise Refusal("BadRequestException", f"Error during validation ({one['Type']}): {complaint}")


def _by_schema(schema: str, content: bytes) -> str:
    import jsonschema  # type: ignore[import-untyped]  # comes with nbformat; only a validator needs it

    try:
        given = json.loads(content)
    except ValueError as error:
        return f"The configuration is not JSON: {error}"
    rules = json.loads(schema)
    checker = jsonschema.validators.validator_for(rules, default=jsonschema.Draft4Validator)
    found = sorted(checker(rules).iter_errors(given), key=lambda error: list(map(str, error.path)))
    return "; ".join(f"$.{'.'.join(map(str, error.path))}: {error.message}" for error in found)


def _by_function(session: Session, arn: str, profile: Any, version: Any, content: bytes) -> str:
    event = {
        "applicationId": profile.application_id,
        "configurationProfileId": profile.id,
        "configurationVersion": str(version.version),
        "content": base64.b64encode(content).decode(),
        "uri": profile.location_uri,
    }
    said = session.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(event).encode())
    if "FunctionError" not in said:
        return ""
    return str(json.loads(said["Payload"].read()).get("errorMessage", "The function raised an error."))
