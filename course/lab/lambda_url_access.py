"""Who may call a function by its URL.

Both lambda:InvokeFunctionUrl and lambda:InvokeFunction have to be allowed, for URLs made since October 2025.
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.apigateway import signature
from course.lab.apigateway.exchange import Sent
from course.lab.apigateway.http_api_access import iam_identity
from course.lab.iam.callers import Caller, caller_of
from course.lab.iam.document import MalformedPolicy, Policy, parse_policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import ANONYMOUS, ContextValue, Request
from course.lab.lambda_permission import in_policy, statements
from course.lab.lambda_url_store import FunctionUrl
from course.lab.lambda_versions import Target

_ACTIONS: Final[dict[str, dict[str, ContextValue]]] = {
    "lambda:InvokeFunctionUrl": {},
    "lambda:InvokeFunction": {"lambda:InvokedViaFunctionUrl": "true"},
}


class Forbidden(Exception):
    """The caller is not let in, and why."""


def admitted(url: FunctionUrl, backend: Any, target: Target, sent: Sent) -> dict[str, Any] | None:
    """Let the request in: what the event says about a caller who signed, None for a public URL."""
    key = ""
    if url.auth_type == "AWS_IAM":
        try:
            key = signature.checked(sent, url.region, "lambda")
        except signature.BadSignature as bad:
            raise Forbidden(bad.message or "The request is not signed") from None
    caller = caller_of(key) if key else Caller(ANONYMOUS)
    policy = _policy(backend, target)
    for action, keys in _ACTIONS.items():
        if not _may(url, caller, policy, sent, action, keys):
            raise Forbidden(f"{caller.principal.arn or 'anonymous'} may not {action} on {url.function_arn}")
    return iam_identity(caller, key) if key else None


def _may(
    url: FunctionUrl,
    caller: Caller,
    policy: Policy | None,
    sent: Sent,
    action: str,
    keys: dict[str, ContextValue],
) -> bool:
    context: dict[str, ContextValue] = {
        "aws:SourceIp": sent.source_ip,
        "aws:SecureTransport": "true",
        "lambda:FunctionUrlAuthType": url.auth_type,
        **keys,
        **caller.context,
    }
    request = Request(caller.principal, action, url.function_arn, context, url.account)
    policies = Policies(
        identity=caller.identity,
        resource=policy,
        boundary=caller.boundary,
        session=caller.session,
        scps=caller.scps,
    )
    return decide(request, policies).allowed


def _policy(backend: Any, target: Target) -> Policy | None:
    said = [in_policy(one) for one in statements(backend, target)]
    if not said:
        return None
    try:
        return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": said}), "resource")
    except MalformedPolicy as wrong:
        raise Forbidden(str(wrong)) from None
