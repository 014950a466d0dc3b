"""CloudFormation's operations, as boto3 calls them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from course.lab.asked import asked
from course.lab.caller import session_of
from course.lab.cloudformation import change_sets, drifting, reading, stack_sets, stacks
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

Operation = Callable[[Call], Mapping[str, Any] | None]

_OPERATIONS: Final[dict[str, Operation]] = {
    **stacks.OPERATIONS,
    **reading.OPERATIONS,
    **change_sets.OPERATIONS,
    **drifting.OPERATIONS,
    **stack_sets.OPERATIONS,
}


@answer_first
def _cloudformation(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "cloudformation" or operation not in _OPERATIONS:
        return None
    made = asked(operation)
    if made is None:
        return None
    call = Call(made.params, session_of(request))
    try:
        result = _OPERATIONS[operation](call)
    except Refusal as refusal:
        reply = Reply(refusal.code, refusal.message, refusal.status)
        return answer(request, "cloudformation", made.protocol, reply)[0]
    model = get_service_model("cloudformation").operation_model(operation)
    serializer = get_serializer_class("cloudformation", made.protocol)(model)
    said = serializer.serialize(dict(result or {}))
    raw: Any = MockRawResponse(said["body"])
    headers: Any = said["headers"]
    return AWSResponse(request.url, 200, headers, raw)
