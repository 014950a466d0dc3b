"""What rewrites a template before it is used: Fn::ForEach, AWS::Include, macros of the account, and SAM.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.caller import Session
from course.lab.cloudformation import text as texts
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import stacks_of

_LANGUAGE: Final = "AWS::LanguageExtensions"
_SAM: Final = "AWS::Serverless-2016-10-31"


def names(template: dict[str, Any]) -> list[str]:
    """The transforms that a template asks for."""
    found = template.get("Transform", [])
    found = found if isinstance(found, list) else [found]
    return [one["Name"] if isinstance(one, dict) else one for one in found]


def applied(template: dict[str, Any], parameters: dict[str, str], session: Session) -> dict[str, Any]:
    """The template after all its transforms."""
    asked = names(template)
    if "Fn::ForEach" in json.dumps(template) and _LANGUAGE not in asked:
        raise Refusal("Template format error: Fn::ForEach needs the transform AWS::LanguageExtensions.")
    result: dict[str, Any] = _included(template, session)
    result.pop("Transform", None)
    for name in asked:
        if name == _LANGUAGE:
            values = {**{key: rule.get("Default") for key, rule in result.get("Parameters", {}).items()}, **parameters}
            result = dict(_each(result, {}, values))
        elif name == _SAM:
            from course.lab.cloudformation.sam import translated

            result = translated(result, parameters, session)
        elif name != "AWS::Include":  # that is done above, where Fn::Transform stands
            result = _macro(name, result, parameters, session)
    if not result.get("Resources"):
        raise Refusal("Template format error: At least one Resources member must be defined.")
    for name in result["Resources"]:
        if not name.isalnum():  # a loop or a macro may have made it; what was written was checked before
            raise Refusal(f"Template format error: Resource name {name} is non alphanumeric.")
    return result


def _included(value: Any, session: Session) -> Any:
    """Replace each Fn::Transform of AWS::Include by what lies at its location in S3."""
    if isinstance(value, list):
        return [_included(one, session) for one in value]
    if not isinstance(value, dict):
        return value
    result = {key: _included(one, session) for key, one in value.items() if key != "Fn::Transform"}
    one = value.get("Fn::Transform")
    if isinstance(one, dict):
        if one.get("Name") != "AWS::Include":
            raise Refusal(f"Transform {one.get('Name')} failed: only AWS::Include may stand inside a template here.")
        bucket, _, key = one["Parameters"]["Location"].removeprefix("s3://").partition("/")
        body = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        result |= json.loads(body) if body.lstrip().startswith("{") else texts.snippet(body)
    return result


def _each(value: Any, names_now: dict[str, str], parameters: dict[str, Any]) -> Any:
    """Unroll the loops; a loop's name stands in keys as ${Name} and in values as ${Name} or Ref."""
    if isinstance(value, str):
        for name, now in names_now.items():
            value = value.replace("${" + name + "}", now).replace("&{" + name + "}", _letters(now))
        return value
    if isinstance(value, list):
        return [_each(one, names_now, parameters) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"} and value["Ref"] in names_now:
        return names_now[value["Ref"]]
    result: dict[str, Any] = {}
    for key, one in value.items():
        if key.startswith("Fn::ForEach::"):
            loop, items, body = one
            for item in _items(items, parameters):
                result |= _each(body, {**names_now, loop: str(item)}, parameters)
        else:
            result[_each(key, names_now, parameters)] = _each(one, names_now, parameters)
    return result


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _items(items: Any, parameters: dict[str, Any]) -> list[str]:
    if isinstance(items, dict) and "Ref" in items:
        found = parameters.get(items["Ref"])
        items = found.split(",") if isinstance(found, str) else found
    if not isinstance(items, list):
        raise Refusal("Template format error: Fn::ForEach needs a list, or Ref to a parameter that is a list.")
    return [str(one).strip() for one in items]


def _macro(name: str, template: dict[str, Any], parameters: dict[str, str], session: Session) -> dict[str, Any]:
    """A macro of the account: its Lambda function gets the template and gives another."""
    function = stacks_of(session.place).macros().get(name)
    if function is None:
        raise Refusal(f"No transform named {session.place.account}::{name} found.")
    event = {
        "accountId": session.place.account,
        "region": session.place.region,
        "fragment": template,
        "transformId": f"{session.place.account}::{name}",
        "params": {},
        "requestId": "lab",
        "templateParameterValues": parameters,
    }
    answer = session.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    said = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or said.get("status") != "success":
        reason = said.get("errorMessage", "the function did not answer with status success")
        raise Refusal(f"Transform {session.place.account}::{name} failed with: {reason}")
    fragment: dict[str, Any] = said["fragment"]
    return fragment
