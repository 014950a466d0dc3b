"""Functions and resolvers as they are written down: which field, which data source, which templates.

https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateResolver.html
https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateFunction.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.appsync import javascript_code, sources, templates
from course.lab.appsync.schemas import of as schema_of
from course.lab.appsync.store import Api, find
from course.lab.service import Call, Refusal

_TEMPLATES: Final = ("requestMappingTemplate", "responseMappingTemplate")
_MOST_FUNCTIONS: Final = 10  # https://docs.aws.amazon.com/general/latest/gr/appsync.html
_LARGEST_BATCH: Final = 2000


def create(call: Call) -> dict[str, Any]:
    """CreateResolver: a field has one at most."""
    api, field = find(call), _field(call)
    if field in api.state.resolvers:
        raise Refusal("BadRequestException", "Only one resolver is allowed per field.")
    return _kept(api, call)


def update(call: Call) -> dict[str, Any]:
    """UpdateResolver: all of it is written anew."""
    api = find(call)
    _named(api, call)
    return _kept(api, call)


def get(call: Call) -> dict[str, Any]:
    """GetResolver."""
    return {"resolver": _named(find(call), call)}


def listed(call: Call) -> dict[str, Any]:
    """ListResolvers of a type."""
    found = find(call).state.resolvers
    return {"resolvers": [one for (of_type, _), one in found.items() if of_type == call.given["typeName"]]}


def delete(call: Call) -> None:
    """DeleteResolver."""
    api = find(call)
    _named(api, call)
    del api.state.resolvers[_field(call)]


def listed_by_function(call: Call) -> dict[str, Any]:
    """ListResolversByFunction."""
    api, wanted = find(call), call.given["functionId"]
    _function(api, wanted)
    return {"resolvers": _users(api, wanted)}


def create_function(call: Call) -> dict[str, Any]:
    """CreateFunction: a step for pipelines."""
    return _kept_function(find(call), call, mock_random.get_random_string(26, lower_case=True))


def update_function(call: Call) -> dict[str, Any]:
    """UpdateFunction."""
    api = find(call)
    return _kept_function(api, call, _function(api, call.given["functionId"])["functionId"])


def get_function(call: Call) -> dict[str, Any]:
    """GetFunction."""
    return {"functionConfiguration": _function(find(call), call.given["functionId"])}


def list_functions(call: Call) -> dict[str, Any]:
    """ListFunctions."""
    return {"functions": list(find(call).state.functions.values())}


def delete_function(call: Call) -> None:
    """DeleteFunction, unless a pipeline uses it."""
    api, wanted = find(call), call.given["functionId"]
    _function(api, wanted)
    if _users(api, wanted):
        raise Refusal("BadRequestException", f"Function {wanted} is used by a resolver.")
    del api.state.functions[wanted]


def _field(call: Call) -> tuple[str, str]:
    return call.given["typeName"], call.given["fieldName"]


def _named(api: Api, call: Call) -> dict[str, Any]:
    if _field(call) not in api.state.resolvers:
        raise Refusal("NotFoundException", "No resolver found.", 404)
    return api.state.resolvers[_field(call)]


def _function(api: Api, wanted: str) -> dict[str, Any]:
    if wanted not in api.state.functions:
        raise Refusal("NotFoundException", f"No function found with id {wanted}", 404)
    return api.state.functions[wanted]


def _users(api: Api, function: str) -> list[dict[str, Any]]:
    return [one for one in api.state.resolvers.values() if function in _steps(one)]


def _steps(given: Any) -> list[str]:
    return list((given.get("pipelineConfig") or {}).get("functions") or ())


def _kept(api: Api, call: Call) -> dict[str, Any]:
    of_type, name = _field(call)
    found = schema_of(api).type_map.get(of_type)
    if name not in getattr(found, "fields", {}):
        raise Refusal("NotFoundException", f"No field named {name} found on type {of_type}", 404)
    given = {key: value for key, value in call.given.items() if key != "apiId"}
    kind = given.setdefault("kind", "UNIT")
    if kind == "PIPELINE":
        if not _steps(given):
            raise Refusal("BadRequestException", "A pipeline resolver needs at least one function: pipelineConfig.")
        if len(_steps(given)) > _MOST_FUNCTIONS:
            raise Refusal("BadRequestException", f"A pipeline has at most {_MOST_FUNCTIONS} functions.")
        for one in _steps(given):
            _function(api, one)
    elif not given.get("dataSourceName"):
        raise Refusal("BadRequestException", "A unit resolver needs dataSourceName.")
    _check(api, given, is_pipeline=kind == "PIPELINE")
    resolver = {**given, "resolverArn": api.arn(f"/types/{of_type}/resolvers/{name}")}
    api.state.resolvers[of_type, name] = resolver
    return {"resolver": resolver}


def _kept_function(api: Api, call: Call, function_id: str) -> dict[str, Any]:
    given = {key: value for key, value in call.given.items() if key not in ("apiId", "functionId")}
    given.setdefault("functionVersion", "2018-05-29")
    _check(api, given, is_pipeline=False)
    arn = api.arn(f"/functions/{function_id}")
    function = {**given, "functionId": function_id, "functionArn": arn}
    api.state.functions[function_id] = function
    return {"functionConfiguration": function}


def _check(api: Api, given: dict[str, Any], is_pipeline: bool) -> None:
    if given.get("runtime") or given.get("code"):
        javascript_code.refuse_wrong(given)
    source = {} if is_pipeline else sources.named(api, given["dataSourceName"])
    kind = source.get("type")
    for name in _TEMPLATES:
        text = given.get(name)
        if text is None and not given.get("code") and not is_pipeline and kind != "AWS_LAMBDA":
            raise Refusal("BadRequestException", f"{name} is required for a data source of type {kind}.")
        if text is not None:
            _parses(name, text)
    batch = int(given.get("maxBatchSize") or 0)
    if not 0 <= batch <= _LARGEST_BATCH or (batch and kind != "AWS_LAMBDA"):
        raise Refusal("BadRequestException", f"maxBatchSize is for Lambda data sources, 0 to {_LARGEST_BATCH}.")


def _parses(name: str, text: str) -> None:
    try:
        templates.check(text)
    except templates.TemplateError as wrong:
        raise Refusal("BadRequestException", f"Invalid {name}: {wrong}") from None
