"""The distribution's web ACL looks at a request before anything else does.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html
"""

from __future__ import annotations

import sys
from dataclasses import replace

from course.lab.apigateway.exchange import Answer, Headers
from course.lab.cloudfront import errors
from course.lab.cloudfront.visit import Stopped, Visit
from course.lab.place import Place

_SCOPE = "global"


def admit(visit: Visit) -> None:
    """Raise Stopped for a request that the web ACL does not let through."""
    arn = visit.config.get("WebACLId", "")
    if not arn or "moto.wafv2.models" not in sys.modules:
        return
    place = Place(visit.record.account, _SCOPE)
    acl = place.backend("wafv2").wacls.get(arn)
    if acl is None:
        return
    from course.lab.waf.judge import judge

    verdict = judge(acl, place, replace(visit.sent, headers=visit.headers()))
    if verdict.action == "Allow":
        return
    custom = verdict.settings.get("CustomResponse")
    if custom:
        headers = Headers({one["Name"]: one["Value"] for one in custom.get("ResponseHeaders") or []})
        body = (acl.custom_response_bodies or {}).get(custom.get("CustomResponseBodyKey"), {}).get("Content", "")
        raise Stopped(Answer(int(custom["ResponseCode"]), headers, body.encode()))
    raise errors.refuse(403, "Request blocked.")
