"""The limits that botocore's service models state: the services check them, boto3 and moto mostly do not.

boto3 itself checks the least lengths and values only. Services built on AWS's own framework answer all others with one
message, whose form is shown at
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from course.lab.asked import Asked
from course.lab.replies import Reply

# Under which code each service answers; the others word their errors in ways of their own.
_CODES: Final[dict[str, str]] = {
    "acm": "ValidationException",
    "autoscaling": "ValidationError",
    "cloudformation": "ValidationError",
    "cloudwatch": "ValidationError",
    "cognito-idp": "InvalidParameterException",
    "dynamodb": "ValidationException",
    "elbv2": "ValidationError",
    "events": "ValidationException",
    "firehose": "ValidationException",
    "iam": "ValidationError",
    "kinesis": "ValidationException",
    "kms": "ValidationException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "pipes": "ValidationException",
    "scheduler": "ValidationException",
    "secretsmanager": "ValidationException",
    "ssm": "ValidationException",
    "stepfunctions": "ValidationException",
    "sts": "ValidationError",
}
# Shapes whose services say more than the framework does: other parts of the lab judge them.
_JUDGED_ELSEWHERE: Final = frozenset({"Runtime", "DomainType"})


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of parameters out of the model's limits."""
    code = _CODES.get(call.model.service_model.service_name)
    shape = call.model.input_shape
    if code is None or shape is None or not _limits(shape):
        return None
    found = list(_faults(call.params, shape, ""))
    if not found:
        return None
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
    return Reply(code, f"{count}: {'; '.join(found)}")


def _faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if value is None:
        return
    own = [rule for rule in _own_rules(shape) if not rule.holds(value)]
    if own:
        shown = "***sensitive***" if shape.metadata.get("sensitive") else _short(str(value))
        for rule in own:
            yield f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must {rule.words}"
        return
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, member in shape.members.items():
            if name in value and _limits(member):
                yield from _faults(value[name], member, _below(path, name[:1].lower() + name[1:]))
    elif isinstance(shape, ListShape) and isinstance(value, list | tuple) and _limits(shape.member):
        for number, item in enumerate(value, 1):
            yield from _faults(item, shape.member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict) and _limits(shape.value):
        for key, item in value.items():
            yield from _faults(item, shape.value, _below(path, f"{key}.member"))


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."


class _Rule:
    """One limit of a shape, and what AWS says about it."""

    def __init__(self, words: str, holds: Any) -> None:
        self.words = words
        self.holds = holds


def _own_rules(shape: Shape) -> list[_Rule]:
    if shape.name in _JUDGED_ELSEWHERE:
        return []
    return _rules_of(shape.type_name, shape.metadata.get("max"), shape.metadata.get("pattern"), _values(shape))


@cache
def _rules_of(kind: str, most: Any, pattern: str | None, values: tuple[str, ...]) -> list[_Rule]:
    rules = []
    if most is not None and kind in ("integer", "long", "float", "double"):
        rules.append(_Rule(f"have value less than or equal to {most}", lambda value: _number(value) <= most))
    elif most is not None:
        rules.append(_Rule(f"have length less than or equal to {most}", lambda value: _length(value) <= most))
    if values:
        listed = ", ".join(values)
        rules.append(_Rule(f"satisfy enum value set: [{listed}]", lambda value: str(value) in values))
    elif pattern and (compiled := _compiled(pattern)):
        rules.append(
            _Rule(f"satisfy regular expression pattern: {pattern}", lambda value: compiled.fullmatch(str(value)))
        )
    return rules


def _values(shape: Shape) -> tuple[str, ...]:
    return tuple(shape.enum) if isinstance(shape, StringShape) else ()


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 0


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None  # written for Java's engine alone


_limited: dict[int, tuple[Shape, bool]] = {}


def _limits(shape: Shape, above: tuple[str, ...] = ()) -> bool:
    """Whether a shape, or any below it, states a limit."""
    known = _limited.get(id(shape))
    if known is not None:
        return known[1]
    if shape.name in above:
        return False
    path = (*above, shape.name)
    below: list[Shape] = []
    if isinstance(shape, StructureShape):
        below = list(shape.members.values())
    elif isinstance(shape, ListShape):
        below = [shape.member]
    elif isinstance(shape, MapShape):
        below = [shape.value]
    found = bool(_own_rules(shape)) or any(_limits(one, path) for one in below)
    _limited[id(shape)] = (shape, found)  # the shape is kept, so that its id stays its own
    return found


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
