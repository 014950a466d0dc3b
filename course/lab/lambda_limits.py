"""What Lambda refuses and moto lets pass, one rule each.

Quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
Parameters: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
Mappings: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from course.lab.lambda_answers import Refused

MEMORY: Final = 10_240
TIMEOUT: Final = 900
LAYERS: Final = 5
ENVIRONMENT_BYTES: Final = 4096
SYNCHRONOUS_PAYLOAD: Final = 6 * 1024 * 1024
ASYNCHRONOUS_PAYLOAD: Final = 1024 * 1024
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED: Final = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
]


def check(operation: str, asked: dict[str, Any]) -> None:
    """Raise Refused if AWS would refuse these parameters."""
    for rule in _RULES.get(operation, ()):
        rule(asked)


def check_payload(size: int, asynchronous: bool) -> None:
    """The largest event: 6 MB, or 1 MB when nobody waits for the answer."""
    limit = ASYNCHRONOUS_PAYLOAD if asynchronous else SYNCHRONOUS_PAYLOAD
    if size > limit:
        raise Refused(
            "RequestTooLargeException",
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
            413,
        )


def check_object(account: str, code: dict[str, Any]) -> None:
    """Code that is to come from S3 has to be there.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
    """
    if not code.get("S3Bucket"):
        return
    from moto.s3.models import s3_backends

    buckets: Any = s3_backends[account]["aws"].buckets
    why = ""
    if code["S3Bucket"] not in buckets:
        why = "NoSuchBucket. S3 Error Message: The specified bucket does not exist"
    elif not buckets[code["S3Bucket"]].keys.getlist(code.get("S3Key"), []):
        why = "NoSuchKey. S3 Error Message: The specified key does not exist."
    if why:
        raise Refused("InvalidParameterValueException", f"Error occurred while GetObject. S3 Error Code: {why}")


def _at_most(field: str, limit: int) -> Callable[[dict[str, Any]], None]:
    shown = field[0].lower() + field[1:]

    def rule(asked: dict[str, Any]) -> None:
        value = asked.get(field)
        if isinstance(value, int) and value > limit:
            raise Refused(
                "ValidationException",
                f"1 validation error detected: Value '{value}' at '{shown}' failed to satisfy constraint: "
                f"Member must have value less than or equal to {limit}",
            )

    return rule


def _layers(asked: dict[str, Any]) -> None:
    if len(asked.get("Layers") or []) > LAYERS:
        raise Refused("InvalidParameterValueException", f"Cannot reference more than {LAYERS} layers.")


def _environment(asked: dict[str, Any]) -> None:
    variables = (asked.get("Environment") or {}).get("Variables") or {}
    why = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
    )
    if used := [name for name in _RESERVED if name in variables]:
        raise Refused(
            "InvalidParameterValueException",
            f"{why}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(used)}",
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > ENVIRONMENT_BYTES:
        raise Refused("InvalidParameterValueException", f"{why}exceeded the 4KB limit. String measured: {measured}")


@cache
def _runtimes() -> list[str]:
    import botocore.session

    shape: Any = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime")
    return list(shape.enum)


def _runtime(asked: dict[str, Any]) -> None:
    runtime = asked.get("Runtime")
    if runtime is not None and runtime not in _runtimes():
        raise Refused(
            "InvalidParameterValueException",
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(_runtimes())}] or be a valid ARN",
        )


def _code(asked: dict[str, Any]) -> None:
    code = (asked.get("Code") or asked.get("Content") or asked).get("ZipFile")
    if code and not zipfile.is_zipfile(io.BytesIO(base64.b64decode(code))):
        raise Refused(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )


def _alias(asked: dict[str, Any]) -> None:
    version = asked.get("FunctionVersion")
    if version is not None and not re.fullmatch(r"\$LATEST|[0-9]+", version):
        raise Refused(
            "ValidationException",
            f"1 validation error detected: Value '{version}' at 'functionVersion' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)",
        )
    weights = (asked.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise Refused(
            "InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if weights and "$LATEST" in (version, *weights):
        raise Refused(
            "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"
        )


def _mapping(asked: dict[str, Any]) -> None:
    arn, size = asked.get("EventSourceArn") or "", asked.get("BatchSize") or 0
    window = asked.get("MaximumBatchingWindowInSeconds") or 0
    if ":sqs:" not in arn:
        if arn and not asked.get("StartingPosition"):
            raise Refused(
                "InvalidParameterValueException",
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
                "Member must not be null.",
            )
        return
    if arn.endswith(".fifo"):
        if window:
            raise Refused("InvalidParameterValueException", "Batching window is not supported for FIFO queues")
        if size > 10:
            raise Refused(
                "InvalidParameterValueException", f"Batch size {size} exceeds the maximum of 10 for FIFO queues"
            )
    elif size > 10 and window < 1:
        raise Refused(
            "InvalidParameterValueException",
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        )


_CONFIGURATION: Final = (
    _at_most("MemorySize", MEMORY),
    _at_most("Timeout", TIMEOUT),
    _layers,
    _environment,
    _runtime,
)
_RULES: Final[dict[str, tuple[Callable[[dict[str, Any]], None], ...]]] = {
    "CreateFunction": (*_CONFIGURATION, _code),
    "UpdateFunctionConfiguration": _CONFIGURATION,
    "UpdateFunctionCode": (_code,),
    "PublishLayerVersion": (_code,),
    "CreateAlias": (_alias,),
    "UpdateAlias": (_alias,),
    "CreateEventSourceMapping": (_mapping,),
}
