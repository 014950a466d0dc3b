"""API keys: seven days unless told otherwise, a day at least and a year at most; a key ends on a full hour.

https://docs.aws.amazon.com/appsync/latest/APIReference/API_ApiKey.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from moto.appsync.models import appsync_backends
from moto.moto_api._internal import mock_random

from course.lab.appsync.store import Api
from course.lab.clock import clock
from course.lab.service import Call, Refusal

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_DEFAULT: Final = 7 * _DAY
_MOST: Final = 365 * _DAY
_KEPT_AFTER: Final = 60 * _DAY


def create(call: Call) -> dict[str, Any]:
    """CreateApiKey, for GraphQL APIs and Event APIs."""
    holder = _holder(call)
    expires = _expiry(call.given.get("expires"))
    key = holder.create_api_key(call.given.get("description"), expires)
    del holder.api_keys[key.key_id]
    key.key_id = f"da2-{mock_random.get_random_string(26, lower_case=True)}"
    holder.api_keys[key.key_id] = key
    return {"apiKey": _shown(key)}


def update(call: Call) -> dict[str, Any]:
    """UpdateApiKey: a new description, a new end."""
    key = _holder(call).api_keys.get(call.given["id"])
    if key is None:
        raise Refusal("NotFoundException", f"API key {call.given['id']} not found.", 404)
    expires = call.given.get("expires")
    key.update(call.given.get("description"), _expiry(expires) if expires else None)
    return {"apiKey": _shown(key)}


def listed(call: Call) -> dict[str, Any]:
    """ListApiKeys."""
    return {"apiKeys": [_shown(key) for key in _holder(call).api_keys.values()]}


def opens(api: Api, text: str) -> bool:
    """Whether this is a key of the API that has not expired."""
    key = api.record.api_keys.get(text)
    return key is not None and _seconds(key.expires) > clock.now().timestamp()


def _holder(call: Call) -> Any:
    backend: Any = appsync_backends[call.place.account][call.place.region]
    wanted = call.given["apiId"]
    found: Iterable[Any] = (backend.graphql_apis.get(wanted), backend.events_apis.get(wanted))
    holder = next((one for one in found if one is not None), None)
    if holder is None:
        raise Refusal("NotFoundException", f"API {wanted} not found.", 404)
    return holder


def _expiry(given: Any) -> dt.datetime:
    now = clock.now().timestamp()
    wanted = float(given) if given else now + _DEFAULT
    ends = wanted // _HOUR * _HOUR
    if given and not now + _DAY <= wanted <= now + _MOST:
        raise Refusal(
            "ApiKeyValidityOutOfBoundsException", "API key must be valid for a minimum of 1 day and at most 365 days."
        )
    return dt.datetime.fromtimestamp(ends, dt.UTC).replace(tzinfo=None)


def _seconds(moment: dt.datetime) -> int:
    return int(moment.replace(tzinfo=dt.UTC).timestamp())


def _shown(key: Any) -> dict[str, Any]:
    ends = _seconds(key.expires)
    found = {"id": key.key_id, "description": key.description, "expires": ends, "deletes": ends + _KEPT_AFTER}
    return {name: value for name, value in found.items() if value is not None}
