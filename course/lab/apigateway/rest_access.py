"""Who may call a method: the resource policy, and the method's authorization type.

In which order, and how the two go together:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from course.lab.apigateway import rest_cognito, rest_lambda_authorizer, signed_access
from course.lab.apigateway.policy_check import allowed_to_all
from course.lab.apigateway.refused import Refused, misconfigured
from course.lab.apigateway.rest_call import Call


def admit(call: Call) -> None:
    """Let the request pass, or refuse it."""
    if call.found is None:
        _no_such_method(call)
    kind = call.here.method.authorization_type or "NONE"
    if kind == "AWS_IAM":
        signed_access.admit(call)
    elif kind == "CUSTOM":
        rest_lambda_authorizer.admit(call, _authorizer(call))
    elif kind == "COGNITO_USER_POOLS":
        rest_cognito.admit(call, _authorizer(call))
        allowed_to_all(call)
    else:
        allowed_to_all(call)


def _authorizer(call: Call) -> object:
    found = call.snapshot.authorizers.get(call.here.method.authorizer_id or "")
    if found is None:
        raise misconfigured("The method's authorizer does not exist")
    return found


def _no_such_method(call: Call) -> None:
    """An unknown path and an unsigned request get the same answer: AWS first asks who calls."""
    header = call.sent.headers.get("Authorization", "")
    if header and not header.startswith("AWS4-HMAC-SHA256"):
        raise signed_access.incomplete(header)
    raise Refused("MISSING_AUTHENTICATION_TOKEN", log="No method matches the request")
