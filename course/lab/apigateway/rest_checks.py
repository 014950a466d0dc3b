"""What AWS refuses when an API is set up, and moto saves: policies, models, mapping expressions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException, NotFoundException

_TO_BACKEND = re.compile(r"integration\.request\.(header|querystring|path)\.[\w.$:+-]+")
_FROM_REQUEST = re.compile(
    r"method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.[\w.$:+-]+"
)
_OTHER_SOURCES = re.compile(r"'[^']*'|(context|stageVariables)\.[\w.$-]+|method\.request\.body(\..+|\[.+)?")
_TO_CLIENT = re.compile(r"method\.response\.header\.[\w$:+-]+")
_FROM_BACKEND = re.compile(
    r"'[^']*'|integration\.response\.(multivalue)?header\.[\w$:+-]+|integration\.response\.body(\..+|\[.+)?"
    r"|(context|stageVariables)\.[\w.$-]+"
)
_START: Final = "Invalid mapping expression specified: Validation Result: warnings : [], errors : "


def policy(text: Any) -> None:
    """A resource policy has to be one."""
    from course.lab.iam.document import MalformedPolicy, parse_policy

    if not text:
        return
    try:
        document = json.loads(text) if isinstance(text, str) else text
        parse_policy(json.dumps(document), "resource")
    except (ValueError, MalformedPolicy) as wrong:
        raise BadRequestException(
            f"Invalid policy document. Please check the policy syntax and ensure that Principals are valid. ({wrong})"
        ) from None


def integrations(api: Any) -> None:
    """Before a deployment every method needs its integration; moto is content with one."""
    methods = [method for resource in api.resources.values() for method in resource.resource_methods.values()]
    if any(method.method_integration for method in methods) and not all(one.method_integration for one in methods):
        raise BadRequestException("No integration defined for method")


def model(schema: Any) -> None:
    """A model has to be JSON schema, draft 4."""
    from jsonschema import Draft4Validator, SchemaError  # type: ignore[import-untyped]

    try:
        Draft4Validator.check_schema(json.loads(schema) if isinstance(schema, str) else schema)
    except (ValueError, SchemaError) as wrong:
        said = getattr(wrong, "message", str(wrong))
        raise BadRequestException(
            "Invalid model specified: Validation Result: warnings : [], errors : "
            f"[Invalid model schema specified: {said}]"
        ) from None


def request_mappings(method: Any, mappings: dict[str, Any] | None) -> None:
    """Mappings of an integration's request may use parameters only that the method declares."""
    declared = method.request_parameters or {}
    for target, source in (mappings or {}).items():
        if not _TO_BACKEND.fullmatch(target):
            raise BadRequestException(f"{_START}[Invalid mapping expression specified: {target}]")
        if _FROM_REQUEST.fullmatch(str(source)):
            name = str(source).replace(".multivalue", ".", 1)
            if name not in declared and str(source) not in declared:
                raise BadRequestException(f"{_START}[Invalid mapping expression parameter specified: {source}]")
        elif not _OTHER_SOURCES.fullmatch(str(source)):
            raise BadRequestException(f"{_START}[Invalid mapping expression specified: {source}]")


def cache_keys(method: Any, names: list[str] | None) -> None:
    """Cache keys are parameters that the method declares, or that the integration's mappings make.

    https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
    """
    for name in names or []:
        if not name.startswith("integration.request.") and name not in (method.request_parameters or {}):
            raise BadRequestException(f"Invalid cache key parameter specified: {name}")


def response_mappings(method: Any, status: str, mappings: dict[str, Any] | None) -> None:
    """Mappings of a response need a method response that declares the header."""
    declared = method.method_responses.get(str(status))
    if declared is None:
        raise NotFoundException("Invalid Response status code specified")
    for target, source in (mappings or {}).items():
        if not _TO_CLIENT.fullmatch(target) or not _FROM_BACKEND.fullmatch(str(source)):
            raise BadRequestException(f"{_START}[Invalid mapping expression specified: {target}: {source}]")
        if target not in (declared.response_parameters or {}):
            raise BadRequestException(f"{_START}[Invalid mapping expression parameter specified: {target}]")
