"""IAM for the lab: who may do what, decided as AWS decides it.

The engine (document, patterns, conditions, evaluation, explanation) knows nothing of boto3 or moto:

>>> from course.lab.iam import Request, evaluate, principal_from
>>> request = Request(principal_from("arn:aws:iam::123456789012:user/dana"), "sqs:SendMessage",
...                   "arn:aws:sqs:us-east-1:123456789012:orders")
>>> evaluate(request).why
'because no identity-based policy allows the sqs:SendMessage action'

The rest wires it into the simulated account; seam.py is the way in.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.lab.iam.document import MalformedPolicy, Policy, parse_policy
    from course.lab.iam.evaluation import Decision, evaluate
    from course.lab.iam.explanation import explain
    from course.lab.iam.request import Principal, Request, principal_from
    from course.lab.iam.validation import validate_policy

__all__ = [
    "Decision",
    "MalformedPolicy",
    "Policy",
    "Principal",
    "Request",
    "evaluate",
    "explain",
    "parse_policy",
    "principal_from",
    "validate_policy",
]

_HOME = {
    "Decision": "evaluation",
    "MalformedPolicy": "document",
    "Policy": "document",
    "Principal": "request",
    "Request": "request",
    "evaluate": "evaluation",
    "explain": "explanation",
    "parse_policy": "document",
    "principal_from": "request",
    "validate_policy": "validation",
}


def __getattr__(name: str) -> Any:
    # Loaded when first used: a lesson without IAM does not pay for it at lab.start().
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
