"""What a service tells: its events, the newest first, and what EventBridge hears of them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.ecs.placement import Misfit

_MOST: Final = 100
_UNPLACED: Final = "was unable to place a task because no container instance met all of its requirements."
_TROUBLE: Final = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
# Which of several misfits is the closest to a fit, and what is said of it.
_CLOSEST: Final = (
    ("RESOURCE:PORTS", "is already using a port required by your task."),
    ("RESOURCE:MEMORY", "has insufficient memory available."),
    ("RESOURCE:CPU", "has insufficient CPU units available."),
    ("RESOURCE:ENI", 'encountered error "RESOURCE:ENI".'),
)


def tell(service: Any, text: str, *, again: bool = True) -> None:
    """Write an event of a service; one that only repeats the newest is left out unless it may come `again`."""
    message = f"(service {service.name}) {text}"
    if not again and service.events and service.events[0]["message"] == message:
        return
    event = {"id": str(mock_random.uuid4()), "createdAt": clock.now(), "message": message}
    service.events.insert(0, event)
    del service.events[_MOST:]


def tell_unplaced(service: Any, misfits: Sequence[Misfit], empty: str) -> None:
    """Why a task of a service found no place."""
    if not misfits:
        tell(service, f"{_UNPLACED} Reason: {empty} {_TROUBLE}", again=False)
        return
    reasons = {one.reason: one.host for one in reversed(misfits)}
    for reason, words in _CLOSEST:
        if reason in reasons:
            tell(service, f"{_UNPLACED} The closest matching (container-instance {_short(reasons[reason].arn)}) "
                          f"{words} {_TROUBLE}", again=False)  # fmt: skip
            return
    reason, host = next(iter(reasons.items()))
    tell(service, f"{_UNPLACED} The closest matching (container-instance {_short(host.arn)}) encountered error "
                  f'"{reason}". {_TROUBLE}', again=False)  # fmt: skip


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]


def tell_tasks(service: Any, verb: str, tasks: Sequence[Any], more: str = "") -> None:
    """Tell which tasks were started or stopped."""
    if tasks:
        named = " ".join(f"(task {_short(task.task_arn)})" for task in tasks)
        tell(service, f"has {verb} {len(tasks)} {more}tasks: {named}.")
