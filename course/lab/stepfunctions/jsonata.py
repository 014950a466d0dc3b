"""JSONata states: expressions between `{%` and `%}`.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from typing import Any

from jsonata import Jsonata
from moto.moto_api._internal import mock_random

from course.lab.stepfunctions.errors import StateError


def is_expression(value: Any) -> bool:
    """Whether a value is one expression."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def evaluate(text: str, states: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
    """The value of an expression; `$states` holds input, context, result and errorOutput."""
    expression = text[2:-2].strip()
    try:
        query = Jsonata(expression)
        query.assign("states", copy.deepcopy(dict(states)))
        for name, value in variables.items():
            query.assign(name, copy.deepcopy(value))
        for name, function in _ADDED.items():
            query.register_lambda(name, function)
        found = query.evaluate(None)
    except Exception as wrong:
        raise StateError(
            "States.QueryEvaluationError", f"The JSONata expression '{expression}' threw an error: {wrong}"
        ) from None
    return _plain(found)


def fill(template: Any, states: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
    """A template with all its expressions replaced by their values."""
    if is_expression(template):
        return evaluate(template, states, variables)
    if isinstance(template, dict):
        return {name: fill(value, states, variables) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, states, variables) for value in template]
    return template


def _plain(value: Any) -> Any:
    """JSONata's sequences as lists, its whole floats as they came."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


# What Step Functions adds to JSONata.
_ADDED = {
    "uuid": lambda: str(mock_random.uuid4()),
    "parse": lambda text: json.loads(text),
    "partition": lambda array, size: [array[at : at + int(size)] for at in range(0, len(array), int(size))],
    "range": lambda first, last, step: list(range(int(first), int(last) + 1, int(step))),
    "random": lambda *seed: random.Random(seed[0] if seed else mock_random.random()).random(),
}
