"""A service that the lab answers itself: a table of operations, each a function from a call to its answer.

The answer is written by the rules of botocore's model of the operation, so functions return plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.caller import Session, session_of
from course.lab.place import Place
from course.lab.replies import Reply, written
from course.lab.replies import answer as reply_as
from course.lab.wire import answer_first


class Refusal(Exception):
    """What a service refuses: an error code, a message and a status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Call:
    """What is asked, and by whom."""

    given: Mapping[str, Any]
    session: Session

    @property
    def place(self) -> Place:
        """The account and the Region it goes to."""
        return self.session.place


Operation = Callable[[Any], Mapping[str, Any] | None]


def serve(service: str, operations: Mapping[str, Operation], make: Callable[..., Any] = Call, api: str = "") -> None:
    """Answer these operations of a service; all others go on to moto.

    ``service`` is the name in botocore's events, ``api`` the one of its model where that differs.
    """

    def answers(asked_service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        if asked_service != service or operation not in operations:
            return None
        under_way = asked(operation)
        if under_way is None:
            return None
        try:
            said = operations[operation](make(under_way.params, session_of(request)))
        except Refusal as refusal:
            reply = Reply(refusal.code, refusal.message, refusal.status)
            return reply_as(request, service, under_way.protocol, reply)[0]
        return written(request, api or service, operation, under_way.protocol, said or {})

    answers.__name__ = f"answers_{service}"
    answer_first(answers)
