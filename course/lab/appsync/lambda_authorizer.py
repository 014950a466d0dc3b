"""A function of the API's owner decides about a token, and its word is kept for a while.

https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Sent
from course.lab.appsync.context import Failure, turned_away
from course.lab.appsync.lambda_source import call
from course.lab.appsync.store import Api
from course.lab.clock import clock
from course.lab.lambda_permission import lets_in

_TTL: Final = 300
_SERVICE: Final = "appsync.amazonaws.com"


def ask(api: Api, settings: Mapping[str, Any], token: str, sent: Sent, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the function says of the token; raises Failure when it lets nobody in."""
    pattern = settings.get("identityValidationExpression")
    if pattern and not re.fullmatch(pattern, token):
        raise turned_away()
    until, said = api.state.decisions.get(token, (0.0, {}))
    now = clock.now().timestamp()
    if until <= now:
        said = _said(api, settings["authorizerUri"], token, sent, asked)
        usual = settings.get("authorizerResultTtlInSeconds")
        ttl = said.get("ttlOverride", _TTL if usual is None else usual)
        api.state.decisions[token] = (now + float(ttl), said)
    if said.get("isAuthorized") is not True:
        raise turned_away()
    return dict(said)


def _said(api: Api, arn: str, token: str, sent: Sent, asked: Mapping[str, Any]) -> dict[str, Any]:
    event = {
        "authorizationToken": token,
        "requestContext": {
            "apiId": api.id,
            "accountId": api.place.account,
            "requestId": str(mock_random.uuid4()),
            "queryString": asked.get("query"),
            "operationName": asked.get("operationName"),
            "variables": asked.get("variables") or {},
        },
        "requestHeaders": {name.lower(): value for name, value in sent.headers.items()},
    }
    if not lets_in(arn, _SERVICE, api.arn(), api.place.account):
        raise turned_away("The authorizer function does not let AppSync invoke it.")
    try:
        said = call(arn, event)
    except Failure as failure:
        raise turned_away(f"The authorizer function failed: {failure.message}") from None
    return said if isinstance(said, dict) else {}
