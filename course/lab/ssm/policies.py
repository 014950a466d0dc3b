"""Policies of parameters: they expire, and tell before they do or when nobody changed them for long.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (errors)
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from moto.ssm.exceptions import SSMException

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.place import everywhere
from course.lab.ssm import notices

_MOST: Final = 10
_UNITS: Final = {"days": 86_400, "hours": 3_600}
_ATTRIBUTES: Final = {"Expiration": "Timestamp", "ExpirationNotification": "Before", "NoChangeNotification": "After"}


@dataclass
class Policy:
    """One policy, and when it acts next; None when it has nothing to do."""

    kind: str
    document: dict[str, Any]
    due: float | None = None
    status: str = field(default="Pending")

    @property
    def text(self) -> str:
        """The policy as its author wrote it."""
        return json.dumps(self.document)


def read(text: str | None) -> list[Policy] | None:
    """The policies of a request: None leaves those that are there, an empty list takes them away."""
    if not text:
        return None
    try:
        documents = [one for one in json.loads(text) if one]
    except (ValueError, TypeError):
        raise SSMException("ValidationException", "The policies must be a JSON array.") from None
    if len(documents) > _MOST:
        raise SSMException(
            "PoliciesLimitExceededException",
            "You specified more than the maximum number of allowed policies for the parameter. The maximum is "
            f"{_MOST}.",
        )
    found = [_one(document) for document in documents]
    if sum(one.kind == "Expiration" for one in found) > 1:
        raise SSMException("IncompatiblePolicyException", "A parameter can have one Expiration policy only.")
    return found


def _one(document: Any) -> Policy:
    kind = document.get("Type") if isinstance(document, dict) else None
    if kind not in _ATTRIBUTES:
        raise SSMException(
            "InvalidPolicyTypeException",
            "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, "
            "ExpirationNotification, and NoChangeNotification.",
        )
    attributes = document.get("Attributes") or {}
    try:
        if kind == "Expiration":
            moment(attributes["Timestamp"])
        else:
            _span(attributes, _ATTRIBUTES[kind])
    except (KeyError, TypeError, ValueError):
        raise SSMException(
            "InvalidPolicyAttributeException", f"A policy attribute or its value is invalid: {json.dumps(attributes)}"
        ) from None
    return Policy(kind, document)


def moment(text: str) -> float:
    """A timestamp of a policy, such as 2026-12-02T21:34:33.000Z, in seconds since 1970."""
    found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def _span(attributes: dict[str, Any], name: str) -> float:
    return int(attributes[name]) * _UNITS[str(attributes["Unit"]).lower()]


def of(parameter: Any) -> list[Policy]:
    """The policies of a version; none for a parameter that is not there."""
    found: list[Policy] = getattr(parameter, "lab_policies", [])
    return found


def begin(backend: Any, parameter: Any, kept: list[Policy], *, fresh: bool) -> None:
    """Give a new version its policies and work out when they act; a change starts NoChangeNotification again."""
    ends = next((moment(one.document["Attributes"]["Timestamp"]) for one in kept if one.kind == "Expiration"), None)
    now = clock.now().timestamp()
    for one in kept:
        if one.kind == "Expiration" and fresh:
            one.due, one.status = ends, "Pending"
        elif one.kind == "ExpirationNotification" and fresh and ends is not None:
            one.due, one.status = ends - _span(one.document["Attributes"], "Before"), "Pending"
        elif one.kind == "NoChangeNotification":
            one.due, one.status = now + _span(one.document["Attributes"], "After"), "Pending"
    parameter.lab_policies = kept
    policed: set[str] = backend.__dict__.setdefault("lab_policed", set())
    (policed.add if kept else policed.discard)(parameter.name)


def shown(parameter: Any) -> list[dict[str, str]]:
    """As DescribeParameters shows them."""
    return [{"PolicyText": one.text, "PolicyType": one.kind, "PolicyStatus": one.status} for one in of(parameter)]


class _Policies:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((one.due for _, _, one in _waiting() if one.due is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        due = [entry for entry in _waiting() if entry[2].due is not None and entry[2].due <= now]
        # What is due at the same moment: notices first, as an expired parameter has no more to say.
        return [_act(*entry) for entry in sorted(due, key=lambda entry: (entry[2].due, entry[2].kind == "Expiration"))]


def _waiting() -> Iterator[tuple[Any, Any, Policy]]:
    for backend in everywhere("ssm"):
        for name in sorted(backend.__dict__.get("lab_policed", ())):
            versions: Any = dict.get(backend._parameters, backend._parameters.normalize_name(name))
            for one in of(versions[-1]) if versions else ():
                yield backend, versions[-1], one


def _act(backend: Any, parameter: Any, policy: Policy) -> Delivery:
    policy.due, policy.status = None, "Finished"
    notices.acted(backend, parameter, policy.kind, policy.text)
    if policy.kind != "Expiration":
        return note("Parameter Store", parameter.name, policy.kind)
    backend.delete_parameter(parameter.name)
    return note("Parameter Store", parameter.name, "expired and was deleted")


add_source(_Policies())
