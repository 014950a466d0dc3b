"""Cookies that bring a client back to its target, and to its target group.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, Final

from course.lab.apigateway.exchange import Headers, Sent
from course.lab.clock import clock
from course.lab.elb.target_groups import LabTargetGroup

OF_TARGET: Final = "AWSALB"
OF_APPLICATION: Final = "AWSALBAPP-0"
OF_GROUP: Final = "AWSALBTG"
_SECRET: Final = 90  # AWS encrypts the cookie; here it only looks so


def remembered_target(group: LabTargetGroup, sent: Sent, keys: list[str]) -> str:
    """The target that the client's cookie names, if the group is sticky and the target may get requests."""
    if not group.is_on("stickiness.enabled"):
        return ""
    kind = group.setting("stickiness.type", "lb_cookie")
    if kind == "app_cookie" and not _cookie(sent, group.setting("stickiness.app_cookie.cookie_name")):
        return ""
    said = _read(_cookie(sent, OF_APPLICATION if kind == "app_cookie" else OF_TARGET))
    key = str(said.get("target", ""))
    ours = said.get("group") == group.arn and float(said.get("until", 0)) > clock.now().timestamp()
    return key if ours and key in keys else ""


def remembered_group(action: Any, sent: Sent) -> str:
    """The target group that the client's cookie names, if the rule's forward action is sticky."""
    config = ((getattr(action, "data", None) or {}).get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
    if not _is_true(config.get("Enabled")):
        return ""
    said = _read(_cookie(sent, OF_GROUP))
    return str(said.get("group", "")) if float(said.get("until", 0)) > clock.now().timestamp() else ""


def set_cookies(headers: Headers, group: LabTargetGroup, key: str, action: Any, secure: bool) -> None:
    """Add the balancer's cookies to an answer that came from a target."""
    now = clock.now()
    if group.is_on("stickiness.enabled"):
        kind = group.setting("stickiness.type", "lb_cookie")
        if kind == "lb_cookie":
            seconds = int(group.setting("stickiness.lb_cookie.duration_seconds", "86400"))
            _add(headers, OF_TARGET, {"group": group.arn, "target": key}, now, seconds, secure)
        elif kind == "app_cookie" and _sets(headers, group.setting("stickiness.app_cookie.cookie_name")):
            seconds = int(group.setting("stickiness.app_cookie.duration_seconds", "86400"))
            _add(headers, OF_APPLICATION, {"group": group.arn, "target": key}, now, seconds, secure)
    config = ((getattr(action, "data", None) or {}).get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
    if _is_true(config.get("Enabled")):
        _add(headers, OF_GROUP, {"group": group.arn}, now, int(config.get("DurationSeconds", 3600)), secure)


def _add(headers: Headers, name: str, said: dict[str, Any], now: dt.datetime, seconds: int, secure: bool) -> None:
    """The cookie, and its twin for browsers that ask for SameSite."""
    until = now + dt.timedelta(seconds=seconds)
    text = json.dumps({**said, "until": until.timestamp()}).encode()
    value = base64.urlsafe_b64encode(bytes(one ^ _SECRET for one in text)).decode().rstrip("=")
    expires = until.astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers.add("Set-Cookie", f"{name}={value}; Expires={expires}; Path=/")
    if name == OF_TARGET:
        more = "; Secure" if secure else ""
        headers.add("Set-Cookie", f"{name}CORS={value}; Expires={expires}; Path=/; SameSite=None{more}")


def _sets(headers: Headers, name: str) -> bool:
    return any(one.partition("=")[0].strip() == name for one in headers.getlist("Set-Cookie"))


def _cookie(sent: Sent, name: str) -> str:
    for header in sent.headers.getlist("Cookie"):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
    return ""


def _read(value: str) -> dict[str, Any]:
    """What a cookie of ours says; nothing if it cannot be read."""
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        said = json.loads(bytes(one ^ _SECRET for one in text))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
