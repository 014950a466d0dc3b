"""What a dashboard may hold.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

_KINDS: Final = ("metric", "text", "log", "alarm", "explorer", "custom")
_WANTED: Final = {"text": ("markdown",), "log": ("query", "region"), "alarm": ("alarms",), "metric": ("region",)}
_RANGES: Final = {"x": (0, 23), "y": (0, 10**6), "width": (1, 24), "height": (1, 1000)}
_MOST: Final = 500


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if (service, operation) == ("cloudwatch", "PutDashboard") else None
    if call is None:
        return None
    found = list(_faults(str(call.params.get("DashboardBody", ""))))
    if not found:
        return None
    message = f"The dashboard body is invalid, there are {len(found)} validation errors: [{'; '.join(found)}]"
    return answer(request, "cloudwatch", call.protocol, Reply("InvalidParameterInput", message))[0]


def _faults(text: str) -> Iterator[str]:
    try:
        body = json.loads(text)
    except ValueError:
        yield "The field DashboardBody must be a valid JSON object"
        return
    widgets = body.get("widgets") if isinstance(body, dict) else None
    if not isinstance(widgets, list):
        yield "/: should have an array of widgets"
        return
    if len(widgets) > _MOST:
        yield f"/widgets: should have at most {_MOST} items"
    for number, widget in enumerate(widgets):
        where = f"/widgets/{number}"
        if isinstance(widget, dict):
            yield from _faults_of(widget, where)
        else:
            yield f"{where}: should be an object"


def _faults_of(widget: Mapping[str, Any], where: str) -> Iterator[str]:
    kind, properties = widget.get("type"), widget.get("properties")
    if kind not in _KINDS:
        yield f"{where}/type: should be one of {', '.join(_KINDS)}"
        return
    for name, (least, most) in _RANGES.items():
        value = widget.get(name)
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            yield f"{where}/{name}: should be between {least} and {most}"
    if not isinstance(properties, dict):
        yield f"{where}: should have properties"
        return
    for name in _WANTED.get(kind, ()):
        if name not in properties:
            yield f"{where}/properties: should have the property '{name}'"
    if kind == "metric" and not {"metrics", "annotations"} & properties.keys():
        yield f"{where}/properties: should have the property 'metrics' or 'annotations'"
