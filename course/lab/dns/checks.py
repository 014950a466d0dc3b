"""Health checks: what they are set to, and what of it Route 53 refuses.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from moto.route53.models import HealthCheck

from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal

ENDPOINTS: Final = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
INTERVALS: Final = (10, 30)
_PORTS: Final = {"HTTP": 80, "HTTP_STR_MATCH": 80, "HTTPS": 443, "HTTPS_STR_MATCH": 443}
_MOST_CHILDREN: Final = 256
# Ranges that no checker reaches. AWS counts those for documentation among them, where the lab's own endpoints live:
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (IPAddress)
_OUT_OF_REACH: Final = [
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
]
_ONLY_FOR_ENDPOINTS: Final = ("IPAddress", "FullyQualifiedDomainName", "Port", "ResourcePath", "RequestInterval")


class LabHealthCheck(HealthCheck):
    """Moto's health check, with the settings that it drops."""

    @property
    def health_check_config(self) -> dict[str, Any]:
        return settings(self)

    @property
    def cloud_watch_alarm_configuration(self) -> dict[str, Any] | None:
        from course.lab.dns.health import alarm_of

        alarm = alarm_of(self)
        if alarm is None:
            return None
        return {
            "EvaluationPeriods": alarm.evaluation_periods,
            "Threshold": alarm.threshold,
            "ComparisonOperator": alarm.comparison_operator,
            "Period": alarm.period,
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Statistic": alarm.statistic,
            "Dimensions": [{"Name": one.name, "Value": one.value} for one in alarm.dimensions or ()],
        }


def settings(check: Any) -> dict[str, Any]:
    """What a check is set to."""
    kept: dict[str, Any] | None = check.__dict__.get("lab_settings")
    if kept is None:  # made by CloudFormation
        given = {name: value for name, value in check.health_check_config.items() if value is not None}
        kept = check.__dict__["lab_settings"] = _complete(given)
        check.__class__ = LabHealthCheck
    return kept


def all_checks() -> list[Any]:
    """Every health check of every account."""
    return [check for backend in everywhere("route53") for check in backend.health_checks.values()]


def find(check_id: str) -> Any | None:
    """The check of this id, in whichever account."""
    return next((check for check in all_checks() if check.id == check_id), None)


def create(call: Call) -> Mapping[str, Any]:
    backend = _backend(call.place)
    reference, given = str(call.given["CallerReference"]), dict(call.given["HealthCheckConfig"])
    for check in backend.health_checks.values():
        if check.caller_reference == reference:
            if check.__dict__.get("lab_given") == given:
                return _made(check)
            raise Refusal(
                "HealthCheckAlreadyExists",
                "A health check with the caller reference that you specified already exists with other settings.",
                409,
            )
    _refuse(given, call.place)
    check = backend.create_health_check(reference, {"type": given["Type"]})
    check.__class__ = LabHealthCheck
    check.__dict__["lab_settings"] = _complete(given)
    check.__dict__["lab_given"] = given
    if given["Type"] in ENDPOINTS:
        from course.lab.dns.checkers import watch_of

        watch_of(check)  # the checkers begin now
    return _made(check)


def update(call: Call) -> Mapping[str, Any]:
    check = _backend(call.place).health_checks.get(call.given["HealthCheckId"])
    if check is None:
        message = f"No health check exists with the specified ID {call.given['HealthCheckId']}."
        raise Refusal("NoSuchHealthCheck", message, 404)
    version = call.given.get("HealthCheckVersion")
    if version is not None and version != check.health_check_version:
        message = "The value of HealthCheckVersion in the request doesn't match the version of the health check."
        raise Refusal("HealthCheckVersionMismatch", message, 409)
    members = set(call.given) - {"HealthCheckId", "HealthCheckVersion", "ResetElements"}
    now = {**settings(check), **{name: call.given[name] for name in members}}
    for name in call.given.get("ResetElements") or ():
        now.pop(name, None)
    _refuse(now, call.place)
    check.__dict__["lab_settings"] = _complete(now)
    check.health_check_version += 1
    return {"HealthCheck": _told(check)}


def delete(call: Call) -> Mapping[str, Any]:
    """Route 53 deletes a check that records still name; they count as healthy then, in the lab."""
    named = call.given["HealthCheckId"]
    if _backend(call.place).health_checks.pop(named, None) is None:
        raise Refusal("NoSuchHealthCheck", f"No health check exists with the specified ID {named}.", 404)
    return {}


def _complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with what AWS fills in."""
    now = dict(given)
    now.setdefault("Inverted", False)
    now.setdefault("Disabled", False)
    if now["Type"] in ENDPOINTS:
        now.setdefault("RequestInterval", 30)
        now.setdefault("FailureThreshold", 3)
        now.setdefault("MeasureLatency", False)
        now.setdefault("EnableSNI", now["Type"].startswith("HTTPS"))
        if now["Type"] in _PORTS:
            now.setdefault("Port", _PORTS[now["Type"]])
    elif now["Type"] == "CLOUDWATCH_METRIC":
        now.setdefault("InsufficientDataHealthStatus", "LastKnownStatus")
    return now


def _refuse(given: Mapping[str, Any], place: Place) -> None:
    fault = _endpoint(given) or _others(given) or _alarm(given, place)
    if fault:
        raise Refusal("InvalidInput", fault)


def _endpoint(given: Mapping[str, Any]) -> str:
    kind = given["Type"]
    if kind not in ENDPOINTS:
        return ""
    if not (given.get("IPAddress") or given.get("FullyQualifiedDomainName")):
        return "Invalid parameter : either IPAddress or FullyQualifiedDomainName must be specified."
    if (interval := given.get("RequestInterval", 30)) not in INTERVALS:
        return f"Invalid parameter : RequestInterval must be 10 or 30, not {interval}."
    if not 1 <= (threshold := given.get("FailureThreshold", 3)) <= 10:
        return f"Invalid parameter : FailureThreshold must be from 1 to 10, not {threshold}."
    if kind == "TCP" and not given.get("Port"):
        return "Invalid parameter : a TCP health check needs a Port."
    if kind == "TCP" and given.get("ResourcePath"):
        return "Invalid parameter : ResourcePath is not valid for TCP health checks."
    if ("STR_MATCH" in kind) != bool(given.get("SearchString")):
        return "Invalid parameter : SearchString must be specified for the types with _STR_MATCH, and only for them."
    if given.get("Regions") and len(given["Regions"]) < 3:
        return "Invalid parameter : if you choose Regions, choose at least three."
    return _address(str(given.get("IPAddress") or ""))


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return f"Invalid parameter : {text} is not a valid IP address."
    if any(address.version == net.version and address in net for net in _OUT_OF_REACH):
        return f"Invalid parameter : IP address {text} is reserved, private, or otherwise out of the checkers' reach."
    return ""


def _others(given: Mapping[str, Any]) -> str:
    kind = given["Type"]
    if kind in ENDPOINTS:
        return ""
    wrong = [name for name in _ONLY_FOR_ENDPOINTS if given.get(name)]
    if wrong:
        return f"Invalid parameter : {', '.join(wrong)} cannot be specified for health checks of type {kind}."
    if kind == "CALCULATED":
        children = given.get("ChildHealthChecks") or []
        if given.get("HealthThreshold") is None:
            return "Invalid parameter : HealthThreshold must be specified for calculated health checks."
        if len(children) > _MOST_CHILDREN:
            return f"Invalid parameter : a calculated health check has at most {_MOST_CHILDREN} children."
        for child in children:
            if find(child) is None:
                return f"Invalid parameter : child health check {child} does not exist."
    return ""


def _alarm(given: Mapping[str, Any], place: Place) -> str:
    if given["Type"] != "CLOUDWATCH_METRIC":
        return ""
    named = given.get("AlarmIdentifier")
    if not named:
        return "Invalid parameter : AlarmIdentifier must be specified for health checks of type CLOUDWATCH_METRIC."
    if named["Name"] not in Place(place.account, named["Region"]).backend("cloudwatch").alarms:
        return f"Invalid parameter : there is no alarm {named['Name']} in {named['Region']}."
    return ""


def _made(check: Any) -> dict[str, Any]:
    return {
        "HealthCheck": _told(check),
        "Location": f"https://route53.amazonaws.com/2013-04-01/healthcheck/{check.id}",
    }


def _told(check: Any) -> dict[str, Any]:
    told = {
        "Id": check.id,
        "CallerReference": check.caller_reference,
        "HealthCheckConfig": settings(check),
        "HealthCheckVersion": check.health_check_version,
    }
    alarm = check.cloud_watch_alarm_configuration
    return told | ({"CloudWatchAlarmConfiguration": alarm} if alarm else {})


def _backend(place: Place) -> Any:
    return Place(place.account, "aws").backend("route53")
