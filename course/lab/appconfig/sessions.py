"""Clients of AppConfig: each starts a session, and polls with a token that is good for one call.

https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_GetLatestConfiguration.html
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

from course.lab.appconfig.store import Deployment, application, environment, profile, store_of
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

_DAY: Final = 24 * 3600
_POLL: Final = 60
# Sessions are spread evenly over 0..100 by the golden ratio, so that a share of 20 % is a share of 20 %.
_SPREAD: Final = 0.6180339887498949


@dataclass(frozen=True)
class Session:
    """A client between two polls."""

    application: str
    environment: str
    profile: str
    position: float
    interval: int
    made: float
    asked: float | None = None
    seen: int | None = None


def _start(call: Call) -> dict[str, Any]:
    given = call.given
    app = application(call.place, given["ApplicationIdentifier"])
    here = environment(call.place, app, given["EnvironmentIdentifier"])
    found = profile(app, given["ConfigurationProfileIdentifier"])
    store = store_of(call.place)
    store.clients += 1
    position = (store.clients * _SPREAD) % 1 * 100
    interval = given.get("RequiredMinimumPollIntervalInSeconds", 0)
    session = Session(app.id, here.key, found.id, position, interval, clock.now().timestamp())
    return {"InitialConfigurationToken": _keep(call.place, session)}


def _keep(place: Place, session: Session) -> str:
    sessions = store_of(place).sessions
    token = hashlib.sha256(f"{len(sessions)} {session}".encode()).hexdigest()
    sessions[token] = session
    return token


def _latest(call: Call) -> dict[str, Any]:
    sessions, now = store_of(call.place).sessions, clock.now().timestamp()
    token = call.given["ConfigurationToken"]
    session: Session | None = sessions.get(token)
    if session is None:
        raise Refusal("BadRequestException", "Token is invalid: it is unknown, or was used before.")
    if now - session.made > _DAY:
        raise Refusal("BadRequestException", "Token expired: it is older than 24 hours. Start a new session.")
    if session.asked is not None and now - session.asked < session.interval:
        raise Refusal("BadRequestException", f"Request too early: poll every {session.interval} seconds at most.")
    deployment = _current(call.place, session)
    sessions[token] = None  # used
    number = deployment.version.version
    made = replace(session, made=now, asked=now, seen=number)
    said = {
        "NextPollConfigurationToken": _keep(call.place, made),
        "NextPollIntervalInSeconds": session.interval or _POLL,
        "ContentType": deployment.version.content_type,
        "Configuration": b"" if session.seen == number else _content(deployment),
    }
    if deployment.version.version_label:
        said["VersionLabel"] = deployment.version.version_label
    return said


def _content(deployment: Deployment) -> bytes:
    content = deployment.version.content
    return content if isinstance(content, bytes) else str(content).encode()


def _current(place: Place, session: Session) -> Deployment:
    """The deployment whose version this client has now."""
    here = store_of(place).environments.get(session.environment)
    mine = [one for one in here.deployments if one.profile.id == session.profile] if here else []
    for one in reversed(mine):
        if one.state == "COMPLETE" or (one.is_under_way and session.position < one.share):
            return one
    raise Refusal("ResourceNotFoundException", "Nothing was deployed for this client yet.", 404)


serve("appconfigdata", {"StartConfigurationSession": _start, "GetLatestConfiguration": _latest})
