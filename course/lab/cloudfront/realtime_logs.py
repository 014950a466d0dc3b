"""Real-time logs: a line about each request, or about a share of them, goes to a Kinesis stream at once.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html
AWS draws the share by chance. The lab takes every nth request, so that a lesson counts the same each time.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from course.lab import meter
from course.lab.clock import clock
from course.lab.cloudfront.records import distributions
from course.lab.cloudfront.visit import Outcome, Visit
from course.lab.place import Place
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]

_SERVICE: Final = "cloudfront.amazonaws.com"
_NOT_KNOWN: Final = "-"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understand-real-time-log-config.html
FIELDS: Final = (
    "timestamp", "c-ip", "s-ip", "time-to-first-byte", "sc-status", "sc-bytes", "cs-method", "cs-protocol", "cs-host",
    "cs-uri-stem", "cs-bytes", "x-edge-location", "x-edge-request-id", "x-host-header", "time-taken",
    "cs-protocol-version", "c-ip-version", "cs-user-agent", "cs-referer", "cs-cookie", "cs-uri-query",
    "x-edge-response-result-type", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-result-type",
    "fle-encrypted-fields", "fle-status", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end",
    "c-port",
    "x-edge-detailed-result-type", "c-country", "cs-accept-encoding", "cs-accept", "cache-behavior-path-pattern",
    "cs-headers", "cs-header-names", "cs-headers-count", "origin-fbl", "origin-lbl", "asn", "primary-distribution-id",
    "primary-distribution-dns-name",
)  # fmt: skip


@dataclass
class LogConfig:
    """A configuration of the account."""

    shown: dict[str, Any]
    seen: int = 0

    @property
    def arn(self) -> str:
        return str(self.shown["ARN"])

    def takes_this(self) -> bool:
        """Whether the next request is one of the share that is logged."""
        rate = int(self.shown["SamplingRate"])
        before, self.seen = self.seen, self.seen + 1
        return self.seen * rate // 100 > before * rate // 100


def create(call: Call) -> Config:
    """CreateRealtimeLogConfig."""
    name, mine = str(call.given["Name"]), _all(call.place.account)
    _check(call.given)
    if any(one.shown["Name"] == name for one in mine.values()):
        raise Refusal("RealtimeLogConfigAlreadyExists", f"A real-time log configuration named {name} exists.", 409)
    arn = f"arn:aws:cloudfront::{call.place.account}:realtime-log-config/{name}"
    fields = list(call.given["Fields"])
    shown = {
        "ARN": arn, "Name": name, "SamplingRate": int(call.given["SamplingRate"]),
        "EndPoints": list(call.given["EndPoints"]), "Fields": sorted(fields, key=FIELDS.index),
    }  # fmt: skip
    mine[arn] = LogConfig(shown)
    return {"RealtimeLogConfig": shown}


def get(call: Call) -> Config:
    """GetRealtimeLogConfig."""
    return {"RealtimeLogConfig": _named(call).shown}


def update(call: Call) -> Config:
    """UpdateRealtimeLogConfig: endpoints, fields and rate anew."""
    one = _named(call)
    new = {key: call.given[key] for key in ("EndPoints", "Fields", "SamplingRate") if key in call.given}
    _check({**one.shown, **new})
    one.shown |= new
    one.shown["Fields"] = sorted(one.shown["Fields"], key=FIELDS.index)
    return {"RealtimeLogConfig": one.shown}


def listed(call: Call) -> Config:
    """ListRealtimeLogConfigs."""
    rows = [one.shown for one in _all(call.place.account).values()]
    return {"RealtimeLogConfigs": {"MaxItems": 100, "Items": rows, "IsTruncated": False, "Marker": ""}}


def delete(call: Call) -> None:
    """DeleteRealtimeLogConfig: not while a behaviour uses it."""
    one = _named(call)
    users = [found.id for found in distributions(call.place.account) if one.arn in _uses(found.config)]
    if users:
        raise Refusal("RealtimeLogConfigInUse", f"It is used by {', '.join(users)}.")
    del _all(call.place.account)[one.arn]


OPERATIONS: Final = {
    "CreateRealtimeLogConfig": create,
    "GetRealtimeLogConfig": get,
    "UpdateRealtimeLogConfig": update,
    "ListRealtimeLogConfigs": listed,
    "DeleteRealtimeLogConfig": delete,
}


def refuse_wrong(behaviour: Config, account: str) -> None:
    """Refuse a behaviour whose configuration is not there."""
    named = str(behaviour.get("RealtimeLogConfigArn") or "")
    if named and named not in _all(account):
        raise Refusal("NoSuchRealtimeLogConfig", f"There is no real-time log configuration {named}.", 404)


def write(visit: Visit, outcome: Outcome) -> None:
    """Send a line about an answer, if its behaviour has a configuration and this one is of the share."""
    one = _all(visit.record.account).get(str(visit.behaviour.config.get("RealtimeLogConfigArn") or ""))
    if one is None or not one.takes_this():
        return
    known = _values(visit, outcome)
    line = "\t".join(known.get(name, _NOT_KNOWN) or _NOT_KNOWN for name in one.shown["Fields"]) + "\n"
    for endpoint in one.shown["EndPoints"]:
        meter.use("CloudFront", "real-time-logs", 1)
        _put(endpoint["KinesisStreamConfig"], visit.id, line)


def _put(to: Config, key: str, line: str) -> None:
    from moto.kinesis.models import kinesis_backends

    import course.lab.kinesis  # noqa: F401  # a stack may have made the stream
    from course.lab.iam.callers import find_role
    from course.lab.iam.services import role_may, service_may_assume

    role, arn = to["RoleARN"], to["StreamARN"]
    if find_role(role) is not None and not (
        service_may_assume(_SERVICE, role).allowed and role_may(role, "kinesis:PutRecords", arn).allowed
    ):
        return  # nobody is told: the stream stays empty
    _, _, _, region, account, name = arn.split(":", 5)
    backend: Any = kinesis_backends[account][region]
    name = name.partition("/")[2]
    if name in backend.streams:
        backend.put_record(arn, name, key, None, base64.b64encode(line.encode()).decode())


def _values(visit: Visit, outcome: Outcome) -> dict[str, str]:
    sent, answer = visit.sent, outcome.answer
    now = clock.now().timestamp()
    # Unlike in the standard logs, the path comes with the query string.
    asked = f"{sent.path}?{sent.query}" if sent.query else sent.path
    return {
        "timestamp": f"{now:.3f}", "c-ip": sent.source_ip, "sc-status": str(answer.status),
        "sc-bytes": str(len(answer.content)), "cs-method": sent.method,
        "cs-protocol": "https" if sent.is_secure else "http", "cs-host": visit.record.domain, "cs-uri-stem": asked,
        "cs-bytes": str(len(sent.body)), "x-edge-location": f"{visit.edge.code}50-C1", "x-edge-request-id": visit.id,
        "x-host-header": sent.host, "cs-protocol-version": "HTTP/1.1", "c-ip-version": "IPv4",
        "cs-user-agent": quote(sent.headers.get("User-Agent", ""), safe=""),
        "cs-referer": sent.headers.get("Referer", ""), "cs-cookie": sent.headers.get("Cookie", ""),
        "cs-uri-query": sent.query, "x-edge-response-result-type": outcome.word, "x-edge-result-type": outcome.word,
        "x-edge-detailed-result-type": outcome.word, "sc-content-type": answer.headers.get("Content-Type", ""),
        "sc-content-len": str(len(answer.content)), "c-country": visit.country,
        "cs-accept": sent.headers.get("Accept", ""), "cs-accept-encoding": sent.headers.get("Accept-Encoding", ""),
        "cache-behavior-path-pattern": str(visit.behaviour.config.get("PathPattern", "*")),
    }  # fmt: skip


def _check(given: Config) -> None:
    unknown = [one for one in given["Fields"] if one not in FIELDS]
    if unknown or not given["Fields"]:
        raise Refusal("InvalidArgument", f"Unknown fields of real-time logs: {', '.join(unknown) or 'none given'}.")
    if not 1 <= int(given["SamplingRate"]) <= 100:
        raise Refusal("InvalidArgument", "The sampling rate is a whole number from 1 to 100.")
    for endpoint in given["EndPoints"]:
        if endpoint["StreamType"] != "Kinesis" or "KinesisStreamConfig" not in endpoint:
            raise Refusal("InvalidArgument", "The only type of stream is Kinesis, with a KinesisStreamConfig.")


def _all(account: str) -> dict[str, LogConfig]:
    return Place(account, "aws").kept("cloudfront", "lab_realtime_logs", dict[str, LogConfig])


def _named(call: Call) -> LogConfig:
    mine, arn, name = _all(call.place.account), call.given.get("ARN"), call.given.get("Name")
    found = next((one for one in mine.values() if arn == one.arn or (not arn and name == one.shown["Name"])), None)
    if found is None:
        raise Refusal("NoSuchRealtimeLogConfig", f"There is no real-time log configuration {arn or name}.", 404)
    return found


def _uses(config: Config) -> set[str]:
    more = (config.get("CacheBehaviors") or {}).get("Items") or []
    return {str(one.get("RealtimeLogConfigArn") or "") for one in [config["DefaultCacheBehavior"], *more]}
