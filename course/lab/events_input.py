"""What a target gets of an event: all of it, a part, a constant, or a text made of its parts.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from typing import Any


def input_for(target: dict[str, Any], event: dict[str, Any], rule_name: str, rule_arn: str, arrived: str) -> str:
    """The text that is sent to a target.

    >>> input_for({"InputPath": "$.detail"}, {"detail": {"total": 5}}, "big-orders", "arn:...", "")
    '{"total":5}'
    """
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return _json(at_path(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return _json(event)
    values = {name: at_path(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event.ingestion-time": arrived,
        "aws.events.event.json": event,
        "aws.events.event": {key: value for key, value in event.items() if key != "detail"},
    }
    return _filled(transformer["InputTemplate"], values)


def at_path(event: Any, path: str) -> Any:
    """The value at a path such as $.detail.items[0].name; None if there is nothing."""
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        if name:
            event = event.get(name) if isinstance(event, dict) else None
        else:
            event = event[int(index)] if isinstance(event, list) and int(index) < len(event) else None
    return event


def _filled(template: str, values: dict[str, Any]) -> str:
    """Replace <name>: inside a quoted text by plain text, elsewhere by JSON."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', template)
    return "".join(_in_text(part, values) if part.startswith('"') else _as_json(part, values) for part in parts)


def _in_text(part: str, values: dict[str, Any]) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        value = values[found[1]]
        text = "" if value is None else value if isinstance(value, str) else _json(value).replace('"', "")
        return json.dumps(text, ensure_ascii=False)[1:-1]

    return re.sub(r"<([\w.\-]+)>", plain, part)


def _as_json(part: str, values: dict[str, Any]) -> str:
    def quoted(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        value = values[found[1]]
        return '""' if value is None else _json(value)

    return re.sub(r"<([\w.\-]+)>", quoted, part)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
