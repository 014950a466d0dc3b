"""Challenges of one's own: three triggers decide what is asked, ask it, and judge the answer.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

from __future__ import annotations

from typing import Any

from course.lab.cognito import signing_in, triggers
from course.lab.cognito.pools import Ask, Session, attributes_of, open_session
from course.lab.cognito.refused import Refused, invalid, no_such_user, not_authorized

_SOURCE = "Authentication"


def begin(ask: Ask, name: str) -> dict[str, Any]:
    """The first decision; nothing was answered yet."""
    user = ask.user(name)
    if user is None:
        raise not_authorized() if ask.hides_users else no_such_user()
    signing_in.before(ask, user, name)
    signing_in.check_state(user)
    return _decide(ask, user, [])


def answer(ask: Ask, user: Any, session: Session, told: dict[str, Any]) -> dict[str, Any]:
    """Judge an answer, and decide again."""
    if told.get("ANSWER") is None:
        raise invalid("Missing required parameter ANSWER")
    request = {
        **_user(ask, user),
        "privateChallengeParameters": session.known["private"],
        "challengeAnswer": told["ANSWER"],
        "clientMetadata": ask.metadata,
    }
    said = _run(ask, "VerifyAuthChallengeResponse", user, request, {"answerCorrect": None})
    met = {
        "challengeName": "CUSTOM_CHALLENGE",
        "challengeResult": said.get("answerCorrect") is True,
        "challengeMetadata": session.known["metadata"],
    }
    return _decide(ask, user, [*session.known["so_far"], met])


def _decide(ask: Ask, user: Any, so_far: list[dict[str, Any]]) -> dict[str, Any]:
    request = {**_user(ask, user), "session": so_far, "clientMetadata": ask.metadata}
    empty = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
    said = _run(ask, "DefineAuthChallenge", user, request, empty)
    if said.get("failAuthentication"):
        raise not_authorized()
    if said.get("issueTokens"):
        return signing_in.done(ask, user)
    name = said.get("challengeName")
    if name != "CUSTOM_CHALLENGE":
        raise Refused("InvalidLambdaResponseException", f"The lab asks CUSTOM_CHALLENGE only, not {name}")
    request = {**_user(ask, user), "challengeName": name, "session": so_far, "clientMetadata": ask.metadata}
    empty = {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None}
    made = _run(ask, "CreateAuthChallenge", user, request, empty)
    known = {
        "private": made.get("privateChallengeParameters") or {},
        "metadata": made.get("challengeMetadata"),
        "so_far": so_far,
    }
    public = {key: str(value) for key, value in (made.get("publicChallengeParameters") or {}).items()}
    return {
        "ChallengeName": name,
        "Session": open_session(ask, user.username, name, **known),
        "ChallengeParameters": {"USERNAME": user.username, **public},
    }


def _user(ask: Ask, user: Any) -> dict[str, Any]:
    return {"userAttributes": attributes_of(user), **({"userNotFound": False} if ask.hides_users else {})}


def _run(ask: Ask, trigger: str, user: Any, request: dict[str, Any], empty: dict[str, Any]) -> dict[str, Any]:
    said = triggers.run(ask, trigger, _SOURCE, user.username, request, empty)
    if said is None:
        raise invalid("Custom auth lambda trigger is not configured for the user pool.")
    return said
