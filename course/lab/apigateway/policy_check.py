"""The resource policy of a REST API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call


def resource_policy(call: Call) -> Any | None:
    """The policy as deployed, with `execute-api:/STAGE/...` written out as ARNs."""
    text = call.snapshot.policy
    if not text:
        return None
    document = json.loads(text) if isinstance(text, str) else text
    if isinstance(document, str):
        document = json.loads(document)
    start = f"arn:aws:execute-api:{call.place.region}:{call.place.account}:{call.place.api_id}"
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        for name in ("Resource", "NotResource"):
            if name in statement:
                written = statement[name] if isinstance(statement[name], list) else [statement[name]]
                statement[name] = [one.replace("execute-api:/", f"{start}/", 1) if one.startswith("execute-api:/")
                                   else one for one in written]  # fmt: skip
    return document


def context_of(call: Call) -> dict[str, str]:
    """The condition keys that a request to an API has."""
    found = {
        "aws:SourceIp": call.sent.source_ip,
        "aws:SecureTransport": "true",
        "aws:CurrentTime": call.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(call.at.timestamp())),
    }
    if call.sent.vpc_endpoint:
        found |= _vpc(call.place.account, call.place.region, call.sent.vpc_endpoint)
    for name, header in (("aws:UserAgent", "User-Agent"), ("aws:Referer", "Referer")):
        if value := call.sent.headers.get(header):
            found[name] = value
    return found


def _vpc(account: str, region: str, endpoint: str) -> dict[str, str]:
    from moto.ec2.models import ec2_backends

    known: Any = ec2_backends[account][region].vpc_end_points.get(endpoint)
    return {"aws:SourceVpce": endpoint, **({"aws:SourceVpc": known.vpc_id} if known else {})}


def allowed_to_all(call: Call) -> None:
    """Without a signature, the resource policy alone decides; without a policy everybody is let in."""
    policy = resource_policy(call)
    if policy is None:
        if is_private(call.place.api):
            raise denied(call, "anonymous", False)  # a private API without a policy lets nobody in
        return
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import ANONYMOUS, Request

    request = Request(ANONYMOUS, "execute-api:Invoke", call.arn, context_of(call), call.place.account)
    decision = evaluate(request, resource=policy)
    if not decision.allowed:
        raise denied(call, "anonymous", decision.outcome == "explicitDeny")


def is_private(api: Any) -> bool:
    """Whether the API can be reached out of a VPC only.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
    """
    return "PRIVATE" in (api.endpoint_configuration or {}).get("types", [])


def denied(call: Call, who: str, explicitly: bool, action: str = "execute-api:Invoke") -> Refused:
    """The words of a refusal; AWS shows only the end of the account's number."""
    arn = call.arn.replace(f":{call.place.account}:", f":********{call.place.account[-4:]}:", 1)
    end = " with an explicit deny" if explicitly else ""
    message = f"User: {who} is not authorized to perform: {action} on resource: {arn}{end}"
    return Refused("ACCESS_DENIED", message, log=message)
