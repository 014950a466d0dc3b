"""A policy document: JSON text to typed statements.

Reading accepts what AWS has stored at some time (version 2008-10-17 too); the rules for saving a new document
are in validation.py. Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

from course.lab.iam.conditions import Condition, split_operator

Effect = Literal["Allow", "Deny"]
PolicyKind = Literal["identity", "resource", "trust", "boundary", "session", "scp", "rcp"]

_TOP: Final = ("Version", "Id", "Statement")
_STATEMENT: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPAL_TYPES: Final = ("AWS", "Service", "Federated", "CanonicalUser")


class MalformedPolicy(ValueError):
    """A document that AWS refuses: AWS's words, and in ours what is wrong and where.

    `line` and `column` count from 1; they are 0 where the fault has no place in the text.
    """

    def __init__(self, message: str, cause: str = "", line: int = 0, column: int = 0) -> None:
        self.message = message
        self.cause = cause or message
        self.line = line
        self.column = column
        place = f" (line {line}, column {column})" if line else ""
        super().__init__(f"{message}{place}" if not cause else f"{message} {cause}{place}")


@dataclass(frozen=True, slots=True)
class Names:
    """The value of Action / NotAction or Resource / NotResource."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Principals:
    """The value of Principal / NotPrincipal: (type, name) pairs such as ("AWS", "*")."""

    entries: tuple[tuple[str, str], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy. `resources` and `principals` are None where the kind of policy has none."""

    effect: Effect
    actions: Names
    resources: Names | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    index: int = 0
    variables: bool = True
    """Policy variables count only from version 2012-10-17 on."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy document with the name by which people know it."""

    statements: tuple[Statement, ...]
    kind: PolicyKind = "identity"
    name: str = ""
    arn: str = ""
    version: str = "2008-10-17"
    text: str = field(default="", repr=False)

    def source_of(self, statement: Statement) -> str:
        """The statement as JSON, for showing it to a person."""
        found = json.loads(self.text)["Statement"]
        one = found[statement.index] if isinstance(found, list) else found
        return json.dumps(one, indent=2)


PolicySource = Policy | str | Mapping[str, Any]
"""What the public functions accept as a policy: parsed, JSON text, or a dict."""


def parse_policy(source: PolicySource, kind: PolicyKind = "identity", name: str = "", arn: str = "") -> Policy:
    """Read a policy document; the same text is read once.

    >>> parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}).statements[0].effect
    'Allow'
    """
    if isinstance(source, Policy):
        return source
    text = source if isinstance(source, str) else json.dumps(source)
    return _parse(text, kind, name, arn)


@lru_cache(maxsize=1024)
def _parse(text: str, kind: PolicyKind, name: str, arn: str) -> Policy:
    body = read_json(text)
    if not isinstance(body, dict):
        raise MalformedPolicy("Syntax errors in policy.", "A policy is a JSON object: { ... }.", 1, 1)
    _known(body, _TOP, "the policy", text, None)
    version = body.get("Version", "2008-10-17")
    if version not in ("2008-10-17", "2012-10-17"):
        raise MalformedPolicy("Syntax errors in policy.", f'"Version" is {version!r}; it has to be "2012-10-17".')
    if "Statement" not in body:
        raise MalformedPolicy("Syntax errors in policy.", 'The policy has no "Statement".')
    raw = body["Statement"] if isinstance(body["Statement"], list) else [body["Statement"]]
    if not raw:
        raise MalformedPolicy("Syntax errors in policy.", 'The list "Statement" is empty.')
    statements = tuple(_statement(one, index, version, text) for index, one in enumerate(raw))
    return Policy(statements, kind, name, arn, version, text)


def read_json(text: str) -> Any:
    """Parse JSON as strictly as AWS does: a key may stand only once in an object."""
    try:
        return json.loads(text, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as fault:
        raise MalformedPolicy(
            "Syntax errors in policy.", f"Not valid JSON: {fault.msg}.", fault.lineno, fault.colno
        ) from fault


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        raise MalformedPolicy("Syntax errors in policy.", f'"{twin}" stands twice in one object.')
    return found


@dataclass(frozen=True, slots=True)
class Span:
    """Where a statement stands in the text: offsets from its `{` to behind its `}`."""

    start: int
    end: int


def statement_spans(text: str) -> list[Span]:
    """Find the statements of a valid policy in its text."""
    decoder = json.JSONDecoder()

    def skip(at: int, extra: str = "") -> int:
        while text[at] in " \t\r\n" + extra:
            at += 1
        return at

    at = skip(skip(0) + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = skip(skip(at) + 1)
        if key == "Statement":
            if text[at] == "{":
                return [Span(at, decoder.raw_decode(text, at)[1])]
            spans, at = [], skip(at + 1)
            while text[at] != "]":
                _, end = decoder.raw_decode(text, at)
                spans.append(Span(at, end))
                at = skip(end, ",")
            return spans
        _, at = decoder.raw_decode(text, at)
        at = skip(at, ",")
    return []


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, both from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


# One statement --------------------------------------------------------------------------------------------


def _statement(raw: Any, index: int, version: str, text: str) -> Statement:
    if not isinstance(raw, dict):
        raise MalformedPolicy("Syntax errors in policy.", f"Statement {index + 1} is not a JSON object.")
    _known(raw, _STATEMENT, f"statement {index + 1}", text, index)
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        said = "is missing" if effect is None else f"is {effect!r}"
        raise _fault(f'"Effect" {said}; it has to be "Allow" or "Deny".', text, index)
    actions = _names(raw, "Action", text, index)
    if actions is None:
        message = "Policy statement must contain actions."
        raise _fault('Neither "Action" nor "NotAction" is there.', text, index, message)
    sid = raw.get("Sid", "")
    if not isinstance(sid, str):
        raise _fault('"Sid" has to be text.', text, index)
    return Statement(
        effect=effect,
        actions=actions,
        resources=_names(raw, "Resource", text, index),
        principals=_principals(raw, text, index),
        conditions=_conditions(raw.get("Condition", {}), text, index),
        sid=sid,
        index=index,
        variables=version == "2012-10-17",
    )


def _names(raw: dict[str, Any], key: str, text: str, index: int) -> Names | None:
    if key in raw and f"Not{key}" in raw:
        raise _fault(f'"{key}" and "Not{key}" exclude each other.', text, index)
    for written, negated in ((key, False), (f"Not{key}", True)):
        if written in raw:
            value = raw[written]
            values = value if isinstance(value, list) else [value]
            if not all(isinstance(one, str) for one in values):
                raise _fault(f'"{written}" takes text or a list of texts.', text, index)
            return Names(tuple(values), negated)
    return None


def _principals(raw: dict[str, Any], text: str, index: int) -> Principals | None:
    if "Principal" in raw and "NotPrincipal" in raw:
        raise _fault('"Principal" and "NotPrincipal" exclude each other.', text, index)
    for written, negated in (("Principal", False), ("NotPrincipal", True)):
        if written not in raw:
            continue
        value = raw[written]
        if value == "*":
            # The same as {"AWS": "*"}: everybody, signed in or not.
            return Principals((("AWS", "*"),), negated)
        if not isinstance(value, dict) or not value:
            message = f"Invalid principal in policy: {json.dumps(value)}"
            raise _fault(f'"{written}" is "*" or an object such as {{"AWS": ...}}.', text, index, message)
        entries: list[tuple[str, str]] = []
        for kind, names in value.items():
            names = names if isinstance(names, list) else [names]
            if kind not in _PRINCIPAL_TYPES or not all(isinstance(name, str) for name in names):
                message = f"Invalid principal in policy: {json.dumps(value)}"
                raise _fault(f'"{kind}" in "{written}": use {", ".join(_PRINCIPAL_TYPES)}.', text, index, message)
            entries += [(kind, name) for name in names]
        return Principals(tuple(entries), negated)
    return None


def _conditions(raw: Any, text: str, index: int) -> tuple[Condition, ...]:
    if not isinstance(raw, dict):
        raise _fault('"Condition" is an object: {operator: {key: value}}.', text, index)
    conditions: list[Condition] = []
    for written, tests in raw.items():
        operator = split_operator(written)
        if operator is None or not isinstance(tests, dict):
            raise _fault(
                f'"{written}" is no condition operator with an object of keys behind it.',
                text,
                index,
                f"Invalid Condition type : {written}" if operator is None else "Syntax errors in policy.",
            )
        for key, value in tests.items():
            values = value if isinstance(value, list) else [value]
            if any(isinstance(one, dict | list) or one is None for one in values):
                raise _fault(f'The value of "{key}" is text, a number, true, false or a list.', text, index)
            conditions.append(Condition(*operator, key, tuple(_as_text(one) for one in values)))
    return tuple(conditions)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known(raw: dict[str, Any], allowed: tuple[str, ...], where: str, text: str, index: int | None) -> None:
    for key in raw:
        if key not in allowed:
            near = next((name for name in allowed if name.lower() == key.lower()), "")
            advice = f' Did you mean "{near}"? Element names keep their capitals.' if near else ""
            raise _fault(f'"{key}" is no element of {where}.{advice}', text, index)


def _fault(cause: str, text: str, index: int | None, message: str = "Syntax errors in policy.") -> MalformedPolicy:
    if index is None:
        return MalformedPolicy(message, cause)
    spans = statement_spans(text)
    line, column = line_and_column(text, spans[index].start) if index < len(spans) else (0, 0)
    return MalformedPolicy(message, cause, line, column)
