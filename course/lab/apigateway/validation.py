"""Request validators: what lacks a parameter or does not fit its model is refused before the backend hears of it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.apigateway.refused import Refused, misconfigured
from course.lab.apigateway.rest_call import Call

_TYPES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def check(call: Call) -> None:
    """Refuse a request that the method's validator does not let pass."""
    method = call.here.method
    validator = call.snapshot.validators.get(method.request_validator_id or "")
    if validator is None:
        return
    if validator.validate_request_parameters:
        missing = [name for name in _required(method) if not _is_there(call, name)]
        if missing:
            names = ", ".join(name.split(".", 3)[3] for name in missing)
            raise Refused("BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{names}]", details=names)
    if validator.validate_request_body:
        _check_body(call, method)


def _required(method: Any) -> list[str]:
    return sorted(name for name, needed in (method.request_parameters or {}).items() if str(needed).lower() == "true")


def _is_there(call: Call, source: str) -> bool:
    """Whether a parameter (method.request.header.X) has a value."""
    _, _, where, name = source.split(".", 3)
    if where == "header":
        return bool(call.sent.headers.get(name))
    if where == "querystring":
        return bool(call.sent.parameters.get(name))
    return bool(call.path_parameters.get(name))


def _check_body(call: Call, method: Any) -> None:
    models = method.request_models or {}
    kind = call.sent.headers.get("Content-Type", "application/json").partition(";")[0].strip()
    name = models.get(kind) or models.get("$default")
    if not name or name == "Empty":
        return
    model = call.snapshot.models.get(name)
    if model is None:
        raise misconfigured(f"No model {name}")
    try:
        body = json.loads(call.sent.text)
    except ValueError:
        raise _invalid("Unable to parse the request body as JSON") from None
    problems = errors(schema_of(model), body, _registry(call))
    if problems:
        raise _invalid(f"[{', '.join(problems)}]")


def _invalid(details: str) -> Refused:
    return Refused("BAD_REQUEST_BODY", details=details, log=f"Request body does not match model schema: {details}")


def schema_of(model: Any) -> Any:
    """The JSON schema of a model."""
    return json.loads(model.schema) if isinstance(model.schema, str) else model.schema or {}


def errors(schema: Any, body: Any, registry: Any) -> list[str]:
    """What is wrong with the body, in the words of the validator that AWS uses."""
    from jsonschema import Draft4Validator  # type: ignore[import-untyped]

    return [_said(one) for one in Draft4Validator(schema, registry=registry).iter_errors(body)]


def _registry(call: Call) -> Any:
    """Models name each other by https://apigateway.amazonaws.com/restapis/API/models/NAME."""
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    resource: Any = Resource
    start = f"https://apigateway.amazonaws.com/restapis/{call.place.api_id}/models"
    return Registry().with_resources(
        (f"{start}/{name}", resource(contents=schema_of(model), specification=DRAFT4))
        for name, model in call.snapshot.models.items()
    )


def _said(error: Any) -> str:
    if error.validator == "required":
        missing = sorted(set(error.validator_value) - set(error.instance))
        return f"object has missing required properties ({json.dumps(missing, separators=(',', ':'))})"
    if error.validator == "type":
        allowed = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        is_a = _TYPES.get(type(error.instance), "null")
        return (
            f"instance type ({is_a}) does not match any allowed primitive type "
            f"(allowed: {json.dumps(sorted(allowed), separators=(',', ':'))})"
        )
    return str(error.message)
