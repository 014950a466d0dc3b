"""The Velocity Template Language, as far as mapping templates use it.

>>> render("#foreach($pet in $pets)$pet.name#if($foreach.hasNext), #end#end", {"pets": [{"name": "Rex"}]})
'Rex'

Covered: references ($a, ${a}, $!a, $a.b, $a.b(c), $a["b"], ${a|'other'}), #set, #if #elseif #else, #foreach with
$foreach and #break, #macro, #stop, #return, comments, #[[as it is]]#, all operators, lists, ranges, maps, and the
methods of Java's String, List and Map that methods.py lists. Not covered: #include, #parse, #define, #evaluate and
#@body (API Gateway has no files to include).

https://velocity.apache.org/engine/1.7/vtl-reference.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from course.lab.apigateway.velocity.nodes import Node, TemplateError
from course.lab.apigateway.velocity.parse import parse
from course.lab.apigateway.velocity.run import Run
from course.lab.apigateway.velocity.values import Tool, from_json

__all__ = ["TemplateError", "Tool", "from_json", "render"]


def render(template: str, names: Mapping[str, Any]) -> str:
    """Fill a template. Values in `names` may be changed by #set. Raises TemplateError with the line of the fault."""
    try:
        return Run(dict(names)).whole(_parsed(template))
    except RecursionError:
        raise TemplateError("The template is nested too deeply", 1) from None


@lru_cache(maxsize=256)
def _parsed(template: str) -> tuple[Node, ...]:
    return parse(template)
