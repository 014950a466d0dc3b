"""Encoded authorization messages: what EC2 hands out and sts.decode_authorization_message opens.

The decoded text has the members that AWS's has (allowed, explicitDeny, matchedStatements, failures, context).
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from course.lab.iam.evaluation import Decision


class NotEncoded(ValueError):
    """The text is no encoded authorization message of this lab."""


def encode(decision: Decision) -> str:
    """Pack the decision so that only somebody with sts:DecodeAuthorizationMessage reads it."""
    packed = zlib.compress(json.dumps(_content(decision), separators=(",", ":")).encode())
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(message: str) -> str:
    """Open an encoded message: JSON text."""
    try:
        packed = base64.urlsafe_b64decode(message + "=" * (-len(message) % 4))
        text = zlib.decompress(packed).decode()
        json.loads(text)
    except (ValueError, zlib.error) as fault:
        raise NotEncoded("Message is not valid.") from fault
    return text


def _content(decision: Decision) -> dict[str, Any]:
    request = decision.request
    return {
        "allowed": decision.allowed,
        "explicitDeny": decision.outcome == "explicitDeny",
        "matchedStatements": {"items": [_statement(match) for match in decision.matches]},
        "failures": {"items": []},
        "context": {
            "principal": {
                "id": request.keys.get("aws:userid", ("",))[0],
                "name": request.principal.name,
                "arn": request.principal.arn,
            },
            "action": request.action,
            "resource": request.resource,
            "conditions": {
                "items": [
                    {"key": key, "values": {"items": [{"value": value} for value in values]}}
                    for key, values in sorted(request.keys.items())
                ]
            },
        },
    }


def _statement(match: Any) -> dict[str, Any]:
    statement = match.statement
    return {
        "statementId": statement.sid,
        "effect": statement.effect.upper(),
        "principals": {"items": [{"value": match.policy.name}]},
        "principalGroups": {"items": []},
        "actions": {"items": [{"value": name} for name in statement.actions.patterns]},
        "resources": {
            "items": [{"value": name} for name in (statement.resources.patterns if statement.resources else ())]
        },
        "conditions": {
            "items": [
                {"operator": one.written, "key": one.key, "values": {"items": [{"value": v} for v in one.values]}}
                for one in statement.conditions
            ]
        },
    }
