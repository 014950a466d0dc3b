"""Resolvers and functions in JavaScript (APPSYNC_JS): `request(ctx)` asks, `response(ctx)` makes of the answer a value.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-overview-js.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab import javascript
from course.lab.appsync.context import Context, Failure
from course.lab.appsync.javascript_rules import broken_rules
from course.lab.appsync.template_tools import auth_type, not_authorized
from course.lab.service import Call, Refusal

_NAME: Final = "APPSYNC_JS"
_VERSION: Final = "1.0.0"
_KIND: Final = "Code"
# Behind the author's last line, so that lines stay where they are.
_CARRY: Final = "\n;function __step(ctx) { return require('lab').carry(%s, ctx) }"
_PARTS: Final = "\n;function __parts() { return [typeof request, typeof response] }"


@dataclass(frozen=True)
class Early(Exception):
    """runtime.earlyReturn: the rest of this step, or of the pipeline, is left out."""

    value: Any
    to_the_end: bool


def is_code(step: Mapping[str, Any]) -> bool:
    """Whether a resolver or a function is written in JavaScript."""
    return bool(step.get("code"))


def refuse_wrong(given: Mapping[str, Any]) -> None:
    """Refuse code that AppSync would not take."""
    runtime = given.get("runtime") or {}
    if (runtime.get("name"), runtime.get("runtimeVersion")) != (_NAME, _VERSION):
        raise Refusal("BadRequestException", f"Code needs the runtime {_NAME} in version {_VERSION}.")
    if not given.get("code"):
        raise Refusal("BadRequestException", f"The runtime {_NAME} needs code.")
    if given.get("requestMappingTemplate") or given.get("responseMappingTemplate"):
        raise Refusal("BadRequestException", "A resolver has code or mapping templates, not both.")
    errors = broken_rules(given["code"])
    if not errors:
        try:
            kinds = javascript.run(given["code"] + _PARTS, "__parts", tools=_tools("", "")).value
            names = zip(("request", "response"), kinds, strict=True)
            errors = [f"the code exports no function {name}" for name, kind in names if kind != "function"]
        except javascript.Failed as failed:
            errors = [failed.where]
    if errors:
        raise Refusal("BadRequestException", f"The code contains one or more errors. {'; '.join(errors)}")


def carry_out(code: str, handler: str, context: Context) -> Any:
    """What `request` or `response` of the code returns; raises Failure or Early if it ends otherwise."""
    told = context.told() | {
        "result": context.result, "error": context.error, "prev": {"result": context.prev}, "env": {},
    }  # fmt: skip
    try:
        ran = javascript.run(code + _CARRY % handler, "__step", [told], tools=_tools(context.mode, _id()))
    except javascript.Failed as failed:
        raise Failure(failed.where, _KIND) from None
    kind, value = ran.value["kind"], ran.value["told"]
    context.stash.clear()
    context.stash.update(ran.value["stash"] or {})
    context.appended += [_failure(one) for one in ran.value["appended"]]
    if kind == "failure":
        raise _failure(value)
    if kind == "unauthorized":
        raise not_authorized(context.name, context.parent)
    if kind == "early":
        raise Early(value["value"], value["skipTo"] == "END")
    return value


def evaluate(call: Call) -> dict[str, Any]:
    """EvaluateCode: try a handler with a context of one's own, without an API."""
    given = call.given
    refuse_wrong({"runtime": given["runtime"], "code": given["code"]})
    try:
        told = json.loads(given["context"])
    except ValueError:
        raise Refusal("BadRequestException", "The context is not JSON.") from None
    told = {"arguments": told.get("args", {}), "stash": {}, "prev": {}, **told}
    try:
        ran = javascript.run(
            given["code"] + _CARRY % given.get("function", "request"), "__step", [told], tools=_tools("", _id())
        )
    except javascript.Failed as failed:
        return {"error": {"message": failed.where}, "logs": failed.said}
    out: dict[str, Any] = {"logs": ran.said, "stash": json.dumps(ran.value["stash"])}
    out["outErrors"] = json.dumps(ran.value["appended"])
    if ran.value["kind"] == "failure":
        return out | {"error": {"message": ran.value["told"]["message"]}}
    value = ran.value["told"]["value"] if ran.value["kind"] == "early" else ran.value["told"]
    return out | {"evaluationResult": json.dumps(value)}


def _failure(told: Mapping[str, Any]) -> Failure:
    return Failure(told["message"], told["type"], told["data"], told["info"])


def _id() -> str:
    return str(mock_random.uuid4())


def _tools(mode: str, first_id: str) -> str:
    given = {"authType": auth_type(mode), "id": first_id}
    return _utils().replace("GIVEN", json.dumps(given), 1)


@functools.cache
def _utils() -> str:
    return (Path(__file__).parent / "util.js").read_text(encoding="utf-8")
