"""ListServices gives ten services at a time, and DescribeServices takes ten; moto knows no such limits.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.ecs import launch
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.service import Call, Refusal, serve
from course.lab.wire import answer_first

_PAGE: Final = 10
_LARGEST_PAGE: Final = 100
_MOST_DESCRIBED: Final = 10


def _list(call: Call) -> Mapping[str, Any]:
    given = call.given
    most = int(given.get("maxResults") or _PAGE)
    if not 1 <= most <= _LARGEST_PAGE:
        raise Refusal("InvalidParameterException", f"maxResults is from 1 to {_LARGEST_PAGE}, not {most}.")
    cluster = launch.cluster_of(call.place, given.get("cluster"))
    kept = call.place.backend("ecs")
    found = kept.list_services(cluster, given.get("schedulingStrategy"), launch_type=given.get("launchType"))
    first = int(given.get("nextToken") or 0)
    rest = {"nextToken": str(first + most)} if first + most < len(found) else {}
    return {"serviceArns": found[first : first + most], **rest}


@answer_first
def _described_at_once(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if (service, operation) != ("ecs", "DescribeServices"):
        return None
    call = asked(operation)
    if call is None or len(call.params.get("services") or ()) <= _MOST_DESCRIBED:
        return None
    words = f"DescribeServices takes at most {_MOST_DESCRIBED} services at once."
    return reply_as(request, service, call.protocol, Reply("InvalidParameterException", words, 400))[0]


serve("ecs", {"ListServices": _list})
