"""A request to a stage of a REST API, from the front door to the answer, in the order in which AWS looks at it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from typing import Final

from course.lab import meter
from course.lab.apigateway import (
    canary,
    gateway_responses,
    policy_check,
    rest_access,
    rest_cache,
    rest_integrations,
    rest_log,
    rest_routes,
    snapshot,
    throttle,
    usage,
    validation,
)
from course.lab.apigateway.exchange import Answer, Sent
from course.lab.apigateway.place import Place
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.waf import at_stage
from course.lab.xray import gateway_segments

_LARGEST: Final = 10 * 1024 * 1024
# https://aws.amazon.com/api-gateway/pricing/: who is not let in, has no key or is throttled costs nothing
_FREE: Final = (
    "ACCESS_DENIED",
    "EXPIRED_TOKEN",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "THROTTLED",
    "UNAUTHORIZED",
)


def answer(place: Place, sent: Sent) -> Answer:
    """What the stage answers."""
    from course.lab.apigateway.front_door import said_plainly

    stage = place.api.stages.get(place.stage)
    from_outside = policy_check.is_private(place.api) and not sent.vpc_endpoint
    if stage is None or from_outside or (place.api.disableExecuteApiEndpoint and sent.host.lower() == place.host):
        return said_plainly(403, "Forbidden", "ForbiddenException")
    chosen = canary.choose(stage)
    picture = snapshot.of_deployment(place.api, chosen.deployment_id)
    if picture is None:
        return said_plainly(403, "Forbidden", "ForbiddenException")
    call = Call(place, sent, stage, picture, chosen.variables, chosen.deployment_id, chosen.is_canary)
    with gateway_segments.traced(call) as trace:
        try:
            given = _carry_out(call)
            billed = True
        except Refused as refused:
            call.error = refused.message
            billed = refused.kind not in _FREE
            if refused.log:
                call.say(refused.log)
            given = gateway_responses.render(call, refused)
        if trace is not None:
            trace.answer = given
    if billed:
        meter.use("API Gateway", "rest-requests")
    rest_log.write(call, given)
    return given


def _carry_out(call: Call) -> Answer:
    if len(call.sent.body) > _LARGEST:
        raise Refused("REQUEST_TOO_LARGE")
    if (filtered := at_stage.admit(call.place, call.sent)) is not None:
        return filtered
    call.found = rest_routes.find(call.snapshot, call.sent.method, call.place.path)
    rest_access.admit(call)
    usage.identify(call)
    throttle.check(call)
    usage.count(call)
    validation.check(call)
    return finish(call, rest_cache.through(call, rest_integrations.run))


def finish(call: Call, given: Answer) -> Answer:
    """The answer with the headers that API Gateway adds to all of them."""
    headers = given.headers.copy()
    for name in ("Connection", "Transfer-Encoding"):
        headers.discard(name)
    headers["x-amzn-RequestId"], headers["x-amz-apigw-id"] = call.request_id, call.extended_id
    if call.here.method.method_integration.integration_type in ("AWS", "AWS_PROXY"):
        headers["X-Amzn-Trace-Id"] = call.trace_id
    headers["Content-Length"] = str(len(given.content))
    return Answer(given.status, headers, given.content)
