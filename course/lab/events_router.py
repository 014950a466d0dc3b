"""EventBridge in the lab: rules that match and deliver, schedules that run by the clock, archives that replay.

Events: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
PutEvents: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
Replay: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
Targets that need a role: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.exceptions import JsonRESTError
from moto.events.models import EventsBackend, Rule, events_backends
from moto.moto_api._internal import mock_random

from course.lab import events_targets
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.events_input import input_for
from course.lab.events_pattern import InvalidPattern, matches, parse_pattern
from course.lab.events_schedule import InvalidSchedule, next_run
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first, json_answer, json_error

# Rules reach these with a role; all others let EventBridge in by a policy of their own.
_BY_ROLE: Final = ("states", "codepipeline", "codebuild", "kinesis", "firehose", "batch", "ecs")
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
_MOST_TARGETS: Final = 5

_now = threading.local()  # the call that this thread is answering


class LabRule(Rule):
    """A rule that matches as AWS does and reaches all targets."""

    next_run: float | None = None

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        if not isinstance(original_event.get("time"), str) and not _is_of_bucket(self, original_event):
            return
        event = _complete(original_event)
        pattern = self.event_pattern.dump()
        if self.state == "DISABLED" or not pattern or not matches(parse_pattern(pattern), event):
            return
        backend: Any = events_backends[self.account_id][self.region_name]
        chosen = backend.__dict__.get("lab_replay_rules")
        if "replay-name" in event and chosen and self.arn not in chosen:
            return
        if self.managed_by:
            _store(backend, self.name, event)
            return
        self.deliver(event)

    def deliver(self, event: dict[str, Any]) -> None:
        """Send an event to every target."""
        arrived = _iso(clock.now())
        for target in list(self.targets):
            text = input_for(target, event, self.name, self.arn, arrived)
            events_targets.deliver(self, target, text, event)


class LabEvents(EventsBackend):
    """Moto's backend with the lab's rules."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.events.models"

    def put_rule(self, name: str, *args: Any, **more: Any) -> Rule:
        schedule, pattern = more.get("scheduled_expression"), more.get("event_pattern")
        start = None
        try:
            if pattern:
                parse_pattern(pattern)
            if schedule:
                start = next_run(schedule, clock.now())
        except InvalidPattern as wrong:
            raise JsonRESTError("InvalidEventPatternException", str(wrong)) from None
        except InvalidSchedule as wrong:
            raise JsonRESTError("ValidationException", str(wrong)) from None
        rule: Any = super().put_rule(name, *args, **more)
        rule.__class__ = LabRule
        rule.next_run = start.timestamp() if start else None
        made: Rule = rule
        return made

    def enable_rule(self, name: str, event_bus_arn: str | None) -> bool:
        done = super().enable_rule(name, event_bus_arn)
        rule: Any = self.describe_rule(name, event_bus_arn)
        if rule.scheduled_expression:
            start = next_run(rule.scheduled_expression, clock.now())
            rule.next_run = start.timestamp() if start else None
        return done

    def put_targets(self, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            if _needs_role(target["Arn"]) and not target.get("RoleArn"):
                raise JsonRESTError("ValidationException", f"RoleArn is required for target {target['Arn']}.")
        try:
            there = self.describe_rule(name, event_bus_arn).targets
        except JsonRESTError:
            there = []  # moto says that there is no such rule
        if len({one["Id"] for one in (*there, *targets)}) > _MOST_TARGETS:
            raise JsonRESTError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
        super().put_targets(name, event_bus_arn, targets)

    def put_events(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        for entry in events if len(events) <= 10 else []:
            if str(entry.get("Source", "")).startswith("aws."):
                answers.append(_error("NotAuthorizedForSourceException", "Not authorized for the source."))
            elif _is_array(entry.get("Detail")):
                answers.append(_error("MalformedDetail", "Detail is malformed."))
            else:
                answers += super().put_events([entry])
        return answers if len(events) <= 10 else super().put_events(events)

    def start_replay(self, name: str, description: str, source_arn: str, start_time: Any, end_time: Any,
                     destination: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
        """Replay only what was archived in the given time, and only to the given rules; moto replays everything."""
        archive: Any = self.archives.get(source_arn.split("/")[-1])
        everything = archive.events if archive else []
        if archive:
            archive.events = [e for e in everything if float(start_time) <= _seconds(e["time"]) <= float(end_time)]
        self.__dict__["lab_replay_rules"] = destination.get("FilterArns")
        try:
            return super().start_replay(name, description, source_arn, start_time, end_time, destination)
        finally:
            self.__dict__.pop("lab_replay_rules")
            if archive:
                archive.events = everything


def put(
    account: str, region: str, bus: str, *, source: str, detail_type: str, detail: Any, resources: list[str]
) -> None:
    """Put an event of an AWS service on a bus."""
    event = {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": _iso(clock.now()),
        "region": region,
        "resources": resources,
        "detail": detail,
    }
    route(account, region, bus.rpartition("/")[2], event)


def route(account: str, region: str, bus: str, event: dict[str, Any]) -> None:
    """Give an event to all rules of a bus."""
    install()
    for rule in list(events_backends[account][region].describe_event_bus(bus).rules.values()):
        rule.send_to_targets(event)  # type: ignore[arg-type]


def _complete(event: Any) -> dict[str, Any]:
    """An event as AWS shows it: moto keeps the time as a number, and adds a field of its own."""
    shown = {key: value for key, value in dict(event).items() if key != "ingestion-time"}
    if not isinstance(shown.get("time"), str):
        shown["time"] = _iso(dt.datetime.fromtimestamp(float(shown.get("time") or clock.now().timestamp()), dt.UTC))
    return shown


def _is_of_bucket(rule: Rule, event: Any) -> bool:
    """Moto's S3 tells every bus, not the default one only, and tells of tags and ACLs when an object is put."""
    if event.get("source") != "aws.s3":
        return True
    operation = getattr(_now, "operation", "")
    detail = event["detail"]
    by_the_way = detail.get("reason", "").startswith(("ObjectAcl", "ObjectTagging"))
    if by_the_way and not operation.endswith(("Acl", "Tagging")):
        return False
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    detail["reason"] = operation or detail.get("reason")
    if detail["object"].get("version-id") is None:
        detail["object"].pop("version-id", None)
    return rule.event_bus_name == "default"


def _store(backend: Any, rule: str, event: dict[str, Any]) -> None:
    archive = backend.archives.get(rule.removeprefix("Events-Archive-"))
    if archive is not None and "replay-name" not in event:
        archive.events.append(event)


def _iso(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _seconds(moment: str) -> float:
    return dt.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def _error(code: str, message: str) -> dict[str, Any]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _needs_role(arn: str) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == 6 and (parts[2] in _BY_ROLE or parts[5].startswith("api-destination/"))


def _is_array(detail: Any) -> bool:
    try:
        return detail is not None and not isinstance(json.loads(detail), dict)
    except ValueError:
        return False  # moto says so itself


class _Schedules:
    """All rules that run by the clock."""

    def next_due(self) -> float | None:
        return min((rule.next_run for rule in _scheduled()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [self._run(rule) for rule in list(_scheduled()) if rule.next_run <= now]

    def _run(self, rule: Any) -> Delivery:
        moment = dt.datetime.fromtimestamp(rule.next_run, dt.UTC)
        after = next_run(rule.scheduled_expression, moment)
        rule.next_run = after.timestamp() if after else None
        rule.deliver(
            {
                "version": "0",
                "id": str(mock_random.uuid4()),
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": rule.account_id,
                "time": _iso(moment),
                "region": rule.region_name,
                "resources": [rule.arn],
                "detail": {},
            }
        )
        return note("schedule", f"rule {rule.name}", rule.scheduled_expression)


def _scheduled() -> Iterator[Any]:
    for account in list(events_backends.values()):
        for backend in account.values():
            for bus in list(backend.event_buses.values()):
                for rule in list(bus.rules.values()):
                    if rule.state != "DISABLED" and getattr(rule, "next_run", None) is not None:
                        yield rule


@answer_first
def _events(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    install()
    _now.operation = operation
    if service != "eventbridge" or operation != "TestEventPattern":
        return None
    body: Any = request.body
    asked = json.loads(body)
    try:
        pattern, event = parse_pattern(asked["EventPattern"]), json.loads(asked["Event"])
    except InvalidPattern as wrong:
        return json_error(request, "InvalidEventPatternException", str(wrong))
    except ValueError:
        return json_error(request, "ValidationException", "Parameter Event is not valid.")
    if missing := [field for field in ("id", "account", "source", "time", "region", "resources", "detail-type")
                   if field not in event]:  # fmt: skip
        reason = f"Parameter Event is not valid. Reason: The event is missing {', '.join(missing)}."
        return json_error(request, "ValidationException", reason)
    return json_answer(request, {"Result": matches(pattern, event)})


install = stand_in(events_backends, LabEvents)


install()
add_source(_Schedules())
