"""API keys and usage plans: who calls, and how much of the quota is left.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.apigateway.models import apigateway_backends

from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.state import state_of
from course.lab.clock import clock


def identify(call: Call) -> None:
    """Find the API key of a request whose method demands one."""
    if not call.here.method.api_key_required:
        return
    if call.snapshot.api_key_source == "AUTHORIZER":
        value = str(call.identity.get("usageIdentifierKey") or "")
    else:
        value = call.sent.headers.get("x-api-key", "")
    backend: Any = apigateway_backends[call.place.account][call.place.region]
    key = next((one for one in backend.keys.values() if value and one.value == value), None)
    if key is None or not key.enabled:
        raise Refused("INVALID_API_KEY", log="API Key is not valid, not enabled or was not sent")
    call.api_key = key
    if not plans_of(call):
        raise Refused("INVALID_API_KEY", log=f"API Key {key.id} is in no usage plan of stage {call.place.stage}")
    call.say(f"API Key: {'*' * 34}{key.value[-6:]} is authorized")


def plans_of(call: Call) -> list[Any]:
    """The usage plans that the request's key has for this stage."""
    if call.api_key is None:
        return []
    backend: Any = apigateway_backends[call.place.account][call.place.region]
    return [
        plan
        for plan in backend.usage_plans.values()
        if call.api_key.id in backend.usage_plan_keys.get(plan.id, {})
        and any(
            one.get("apiId") == call.place.api_id and one.get("stage") == call.place.stage for one in plan.api_stages
        )
    ]


def count(call: Call) -> None:
    """Count the request, if the quota is not used up."""
    for plan in plans_of(call):
        days = state_of(call.place.account, call.place.region).used.setdefault((plan.id, call.api_key.id), {})
        today = clock.now().date()
        if plan.quota and _in_period(days, plan.quota, today) >= _limit(plan.quota):
            raise Refused("QUOTA_EXCEEDED", log=f"Limit Exceeded: the quota of usage plan {plan.id} is used up")
        days[today.isoformat()] = days.get(today.isoformat(), 0) + 1


def get_usage(backend: Any, plan: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """What GetUsage answers: for each key and day how many requests were made, and how many were left."""
    start, end = dt.date.fromisoformat(asked["startDate"]), dt.date.fromisoformat(asked["endDate"])
    wanted = asked.get("keyId")
    items: dict[str, list[list[int]]] = {}
    for key_id in backend.usage_plan_keys.get(plan.id, {}):
        if wanted and key_id != wanted:
            continue
        days = state_of(backend.account_id, backend.region_name).used.get((plan.id, key_id), {})
        items[key_id] = []
        for number in range((end - start).days + 1):
            day = start + dt.timedelta(days=number)
            left = _limit(plan.quota) - _in_period(days, plan.quota, day) if plan.quota else 0
            items[key_id].append([days.get(day.isoformat(), 0), max(0, left)])
    return {"usagePlanId": plan.id, "startDate": asked["startDate"], "endDate": asked["endDate"], "items": items}


def _limit(quota: dict[str, Any]) -> int:
    return int(quota.get("limit") or 0)


def _in_period(days: dict[str, int], quota: dict[str, Any], today: dt.date) -> int:
    """Requests since the period began; periods begin at midnight UTC, weeks on Sunday, months on the first."""
    period = str(quota.get("period", "DAY"))
    if period == "MONTH":
        begin = today.replace(day=1)
    else:
        begin = today - dt.timedelta(days=(today.isoweekday() % 7) if period == "WEEK" else 0)
    return sum(used for day, used in days.items() if begin.isoformat() <= day <= today.isoformat())
