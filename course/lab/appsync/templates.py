"""Request and response mapping templates: $context, $util and what comes out, read as JSON.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-overview.html
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from course.lab.apigateway.velocity import TemplateError, from_json, render
from course.lab.apigateway.velocity.parse import parse
from course.lab.appsync.context import Context, Failure
from course.lab.appsync.template_tools import Raised, tools_for

__all__ = ["TemplateError", "check", "filled"]

_EARLY: Final = re.compile(r"#return\s*\(")
_KIND: Final = "MappingTemplate"


def check(text: str) -> None:
    """Raise TemplateError for a template that cannot be read."""
    parse(text)
    if _EARLY.search(text):
        raise TemplateError("The lab's templates do not return a value with #return(...)", 1)


def filled(text: str, context: Context) -> Any:
    """What the template gives. Raises Failure where it fails, or says so itself."""
    told = context.told() | {"result": context.result, "error": context.error, "prev": {"result": context.prev}}
    given = from_json(told)
    given["stash"] = context.stash  # not a copy: the steps of a pipeline share it
    given["args"] = given["arguments"]
    tools = tools_for(context)
    names = {"context": given, "ctx": given, "util": tools, "utils": tools}
    try:
        out = render(text, names).strip()
    except Raised as raised:
        raise raised.failure from None
    except TemplateError as wrong:
        raise Failure(f"Unable to transform for field {context.name}: {wrong}", _KIND) from None
    if not out:
        raise Failure("Template transformation yields an empty response.", _KIND)
    try:
        return json.loads(out)
    except ValueError as wrong:
        raise Failure(f"Unable to parse the JSON document: '{wrong}'", _KIND) from None
