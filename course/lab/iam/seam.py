"""The way into IAM for the rest of the lab: watches boto3's calls, and loads the engine when it is needed.

Importing this module costs almost nothing. The wire asks it before all other parts of the lab.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from course.lab import wire
from course.lab.asked import asked
from course.lab.iam.shared_models import share_models

if TYPE_CHECKING:
    from course.lab.iam.api_call import ApiCall
    from course.lab.iam.request import ContextValue

_lock = threading.Lock()
_enforcing: list[dict[str, ContextValue]] = []
# Calls that the lab answers or checks also when nothing is enforced (answers.py): whole services, and the
# operations with which other services save a policy.
_OURS = frozenset({"iam", "sts"})
_SAVES_A_POLICY = frozenset(
    {
        "PutBucketPolicy",
        "SetQueueAttributes",
        "CreateQueue",
        "SetTopicAttributes",
        "PutKeyPolicy",
        "CreateKey",
        "PutResourcePolicy",
    }
)


@contextmanager
def enforce_iam(context: Mapping[str, ContextValue] | None = None) -> Iterator[None]:
    """Inside the block every API call needs permission, as on AWS.

    Who calls follows from the credentials of the client; the lab's own are the account's root user. `context`
    adds or replaces condition keys, for example where the request comes from. Blocks may be nested.

    >>> with enforce_iam(context={"aws:SourceIp": "198.51.100.7"}):
    ...     boto3.client("sqs", aws_access_key_id=key, aws_secret_access_key=secret).list_queues()
    Traceback (most recent call last):
    ...
    botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the ListQueues operation: ...
    """
    if not wire.is_open():
        raise RuntimeError(
            "IAM can be enforced only in the lab's own account: run lab.start() first (COURSE_ENDPOINT_URL sends "
            "calls to another emulator, which has rules of its own)."
        )
    extra = dict(context or {})
    with _lock:
        _enforcing.append(extra)
    try:
        yield
    finally:
        with _lock:
            # By identity: a nested block may have the same context.
            _enforcing[:] = [one for one in _enforcing if one is not extra]


def enforced() -> bool:
    """Whether IAM decides about calls right now."""
    return bool(_enforcing)


def why(error: ClientError) -> str:
    """Say in words why IAM denied a call, with the statement that decided or the one that nearly helped.

    >>> try:
    ...     queue.send_message(MessageBody="hello")
    ... except ClientError as error:
    ...     print(lab.why(error))
    Denied: user dana may not sqs:SendMessage on arn:aws:sqs:us-east-1:123456789012:orders.
    ...
    """
    from course.lab.iam.explanation import explain
    from course.lab.iam.guard import decision_behind

    response: Mapping[str, Any] = error.response
    decision = decision_behind(str(response.get("ResponseMetadata", {}).get("RequestId", "")))
    if decision is not None:
        return explain(decision)
    code = response.get("Error", {}).get("Code", "")
    if code in ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"):
        return f"{code}: the access key is unknown or inactive. IAM never got to ask about permissions."
    if code.startswith(("ExpiredToken", "RequestExpired")):
        return f"{code}: the temporary credentials have run out; get new ones from STS."
    return f"{code}: this error does not come from a policy. {response.get('Error', {}).get('Message', '')}".strip()


def _first(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    ours = service in _OURS or operation in _SAVES_A_POLICY
    if not _enforcing and not ours:
        return None
    call_made = asked(operation)
    params, protocol = (call_made.params, call_made.protocol) if call_made else ({}, "json")
    if _enforcing:
        from course.lab.iam.guard import guard

        extra = {key: value for one in _enforcing for key, value in one.items()}
        call = _call(service, operation, params, protocol, request)
        if operation in ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"):
            # Not signed by anybody: the token stands for the caller.
            from course.lab.iam.answers import refusal_of_token

            refusal = refusal_of_token(call)
        else:
            refusal = guard(call, extra)
        if refusal is not None:
            return refusal
    if ours:
        from course.lab.iam.answers import answer_call

        return answer_call(_call(service, operation, params, protocol, request))
    return None


def _call(service: str, operation: str, params: Any, protocol: str, request: AWSPreparedRequest) -> ApiCall:
    from moto.iam.models import get_account_id_from

    from course.lab.iam.api_call import ApiCall, signature_of

    signed = signature_of(request)
    prefix = signed.service or {"secrets-manager": "secretsmanager"}.get(service, service)
    account = get_account_id_from(signed.access_key_id)
    region = signed.region or "us-east-1"
    return ApiCall(
        prefix, operation, params, region, account, signed.access_key_id, bool(signed.access_key_id), protocol, request
    )


wire.answer_first(_first)
share_models()
