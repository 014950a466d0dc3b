"""Alarms over alarms: rules with AND, OR and NOT, and alarms that hold their actions back.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from course.lab.agenda import Delivery, note
from course.lab.clock import clock
from course.lab.cloudwatch import actions
from course.lab.cloudwatch.evaluation import Verdict
from course.lab.service import Refusal

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?P<name>\"[^\"]+\"|'[^']+'|[^()\s\"']+)\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<bracket>[()]))"
)
_MOST_CHILDREN: Final = 100
Holds = Callable[[str, str], bool]


def check(rule: str, alarms: dict[str, Any]) -> None:
    """Refuse a rule that cannot be read, or that names alarms that are not there."""
    try:
        _holds(rule, lambda name, state: True)
    except ValueError as wrong:
        raise Refusal("ValidationError", f"AlarmRule is invalid: {wrong}") from wrong
    names = children(rule)
    missing = [name for name in names if name not in alarms]
    if missing:
        raise Refusal(
            "ValidationError",
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist",
        )
    if len(names) > _MOST_CHILDREN:
        raise Refusal("ValidationError", f"AlarmRule can have at most {_MOST_CHILDREN} child alarms")


def children(rule: str) -> list[str]:
    """The names of the alarms in a rule."""
    return list(dict.fromkeys(_name(token["name"]) for token in _tokens(rule) if token["state"]))


def follow(backend: Any, now: float) -> list[Delivery]:
    """Bring composite alarms up to date with their children, and run actions whose time to wait is over."""
    made: list[Delivery] = []
    composites = [alarm for alarm in backend.alarms.values() if alarm.rule]
    for _ in composites:  # a change can lead to others, in as many rounds as there are alarms
        changed = [one for alarm in composites for one in _update(alarm, backend)]
        made += changed
        if not changed:
            break
    for alarm in composites:
        made += _release(alarm, backend, now)
    return made


def _update(alarm: Any, backend: Any) -> list[Delivery]:
    from course.lab.cloudwatch.alarms import change

    alarms = backend.alarms
    if alarm.__dict__.get("lab_set") == _states(alarm, alarms):
        return []  # set by hand: it stays until a child changes
    alarm.__dict__.pop("lab_set", None)
    holds = _holds(alarm.rule, lambda name, state: name in alarms and alarms[name].state_value == state)
    state = "ALARM" if holds else "OK"
    if state == alarm.state_value:
        return []
    told = ", ".join(f"{name} is {alarms[name].state_value}" for name in children(alarm.rule) if name in alarms)
    return [change(alarm, backend, Verdict(state, f"The rule {alarm.rule} is {'true' if holds else 'false'}: {told}"))]


def set_by_hand(alarm: Any, backend: Any) -> None:
    """Keep a state that somebody set until a child changes."""
    alarm.__dict__["lab_set"] = _states(alarm, backend.alarms)


def _states(alarm: Any, alarms: dict[str, Any]) -> list[str]:
    return [alarms[name].state_value for name in children(alarm.rule) if name in alarms]


def holds_back(alarm: Any, backend: Any, before: str) -> bool:
    """Whether the actions of a composite alarm have to wait, for its suppressor rings or might."""
    asked = alarm.__dict__.get("lab_asked", {})
    suppressor = backend.alarms.get(str(asked.get("ActionsSuppressor") or "").rpartition(":")[2])
    own: dict[str, Any] = alarm.__dict__
    own.pop("lab_held_until", None)
    own.pop("lab_suppressed_by", None)
    if not alarm.rule or suppressor is None or not actions.actions_of(alarm):
        return False
    if suppressor.state_value == "ALARM":
        own["lab_suppressed_by"], own["lab_before"] = "Alarm", before
        return True
    wait = asked.get("ActionsSuppressorWaitPeriod") or 0
    if alarm.state_value == "ALARM" and wait:
        own["lab_suppressed_by"], own["lab_before"] = "WaitPeriod", before
        own["lab_held_until"] = clock.now().timestamp() + wait
        return True
    return False


def _release(alarm: Any, backend: Any, now: float) -> list[Delivery]:
    """Move on from one kind of suppression to the next; at the end of the last the actions run."""
    own: dict[str, Any] = alarm.__dict__
    by = own.get("lab_suppressed_by")
    if by is None:
        return []
    asked = own.get("lab_asked", {})
    suppressor = backend.alarms.get(str(asked.get("ActionsSuppressor") or "").rpartition(":")[2])
    rings = suppressor is not None and suppressor.state_value == "ALARM"
    if rings:
        own["lab_suppressed_by"] = "Alarm"
        own.pop("lab_held_until", None)
        return []
    if by == "Alarm":
        own["lab_suppressed_by"] = "ExtensionPeriod"
        own["lab_held_until"] = now + (asked.get("ActionsSuppressorExtensionPeriod") or 0)
    if own.get("lab_held_until", 0) > now:
        return []
    own.pop("lab_held_until", None)
    own.pop("lab_suppressed_by")
    told = actions.run(alarm, backend, own.pop("lab_before", alarm.state_value))
    return [note(f"alarm {alarm.name}", alarm.state_value, ", ".join(told) or "nobody to tell")]


@cache
def _tokens(rule: str) -> tuple[dict[str, str | None], ...]:
    found, at = [], 0
    while rule[at:].strip():
        token = _TOKEN.match(rule, at)
        if token is None:
            raise ValueError(f"unexpected '{rule[at:].strip()[:20]}' at position {at + 1}")
        found.append(token.groupdict())
        at = token.end()
    return tuple(found)


def _name(text: str | None) -> str:
    """The alarm's name; a rule may give its ARN."""
    name = (text or "").strip("\"'")
    return name.rpartition(":alarm:")[2] if name.startswith("arn:") else name


def _holds(rule: str, state_is: Holds) -> bool:
    reader = _Reader(iter([*_tokens(rule), {}]), state_is)
    holds = reader.either()
    reader.must_end()
    return holds


class _Reader:
    def __init__(self, tokens: Iterator[dict[str, str | None]], state_is: Holds) -> None:
        self._tokens = tokens
        self._ahead = next(tokens)
        self._state_is = state_is

    def _take(self) -> dict[str, str | None]:
        taken, self._ahead = self._ahead, next(self._tokens, {})
        return taken

    def must_end(self) -> None:
        if self._ahead:
            raise ValueError(f"unexpected '{next(text for text in self._ahead.values() if text)}'")

    def either(self) -> bool:
        holds = self._both()
        while self._ahead.get("word") == "OR":
            self._take()
            holds = self._both() or holds
        return holds

    def _both(self) -> bool:
        holds = self._one()
        while self._ahead.get("word") == "AND":
            self._take()
            holds = self._one() and holds
        return holds

    def _one(self) -> bool:
        token = self._take()
        if token.get("word") == "NOT":
            return not self._one()
        if token.get("word") in ("TRUE", "FALSE"):
            return token["word"] == "TRUE"
        if token.get("bracket") == "(":
            holds = self.either()
            if self._take().get("bracket") != ")":
                raise ValueError("a closing bracket is missing")
            return holds
        if token.get("state"):
            return self._state_is(_name(token["name"]), str(token["state"]))
        raise ValueError("an alarm state such as ALARM(name) is expected")
