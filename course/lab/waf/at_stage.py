"""The door of a stage of a REST API: its web ACL looks before anything else does.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
"""

from __future__ import annotations

import sys
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.place import Place as Stage
from course.lab.apigateway.refused import Refused
from course.lab.place import Place

# https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-actions.html
_PUZZLES: Final = {"Captcha": (405, "captcha"), "Challenge": (202, "challenge")}


def admit(stage: Stage, sent: Sent) -> Answer | None:
    """None to a request that may go on; else what is answered. A plain block is refused, as WAF_FILTERED."""
    if "moto.wafv2.models" not in sys.modules:
        return None  # nobody has made a web ACL
    place = Place(stage.account, stage.region)
    arn = f"arn:aws:apigateway:{stage.region}::/restapis/{stage.api_id}/stages/{stage.stage}"
    acl = place.backend("wafv2").get_web_acl_for_resource(arn)
    if acl is None:
        return None
    from course.lab.waf import records
    from course.lab.waf.judge import judge

    verdict = judge(acl, place, sent)
    records.write(acl, place, sent, verdict)
    if verdict.action == "Allow":
        return None
    if verdict.action in _PUZZLES:
        status, word = _PUZZLES[verdict.action]
        return Answer(status, Headers({"x-amzn-waf-action": word, "Content-Length": "0"}), b"")
    if custom := verdict.settings.get("CustomResponse"):
        return _custom(acl, custom)
    raise Refused("WAF_FILTERED")


def _custom(acl: Any, custom: Any) -> Answer:
    headers = Headers({one["Name"]: one["Value"] for one in custom.get("ResponseHeaders") or []})
    body = (acl.custom_response_bodies or {}).get(custom.get("CustomResponseBodyKey"), {})
    content = body.get("Content", "").encode()
    if content:
        headers["Content-Type"] = {"APPLICATION_JSON": "application/json", "TEXT_HTML": "text/html"}.get(
            body.get("ContentType", ""), "text/plain"
        )
    headers["Content-Length"] = str(len(content))
    return Answer(int(custom["ResponseCode"]), headers, content)
