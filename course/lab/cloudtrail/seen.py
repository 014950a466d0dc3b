"""The calls that CloudTrail saw, as they were made. Loaded with the lab, so it is light; records are written later.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-events.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import OperationModel

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.cloudtrail.kinds import is_data, is_logged, region_of


@dataclass
class Seen:
    """One call: what is needed to write its record, without data of the learner that may be large."""

    number: int
    at: dt.datetime
    service: str
    model: OperationModel
    params: Mapping[str, Any]
    region: str
    agent: str
    response: AWSResponse
    error: str
    is_data: bool
    identity: Mapping[str, Any]
    record: dict[str, Any] | None = None
    """The record, once somebody has asked for it."""
    routed: bool = False
    """Whether EventBridge has it."""

    @property
    def account(self) -> str:
        """The account that was called."""
        return str(self.identity.get("accountId") or "")


_seen: list[Seen] = []
_data_wanted = False


def look(service: str, operation: str, request: AWSPreparedRequest, response: AWSResponse, error: str) -> None:
    """Keep a call, with its error code; the wire does this for each request but those of the lab for itself."""
    data = is_data(service, operation)
    call = None if data and not _data_wanted else asked(operation)
    if call is None or not is_logged(service, operation):
        return
    from course.lab.cloudtrail.identity import identity_of
    from course.lab.iam.api_call import signature_of

    signed = signature_of(request)
    agent = request.headers.get("User-Agent") or ""
    _seen.append(
        Seen(
            len(_seen), clock.now(), service, call.model, _without_content(call.params) if data else dict(call.params),
            region_of(service, signed.region), agent.decode() if isinstance(agent, bytes) else agent,
            response, error, data, identity_of(signed.access_key_id),
        )
    )  # fmt: skip


def _without_content(params: Mapping[str, Any]) -> dict[str, Any]:
    """Data events name what was touched, not what was written."""
    return {name: value for name, value in params.items() if name not in ("Body", "Payload", "MessageBody", "Item")}


def all_seen() -> list[Seen]:
    """Everything since the account was opened or emptied, oldest first."""
    return _seen


def want_data(wanted: bool) -> None:
    """Keep data events from now on, or no longer: most accounts have no trail that asks for them."""
    global _data_wanted
    _data_wanted = wanted


def forget() -> None:
    """Forget all, when the account is emptied."""
    from course.lab.cloudtrail.identity import forget_identities

    _seen.clear()
    want_data(False)
    forget_identities()
