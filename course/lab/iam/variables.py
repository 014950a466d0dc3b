"""Policy variables: `${aws:username}`, defaults, and the escapes `${*}`, `${?}` and `${$}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from course.lab.iam.patterns import Piece, Pieces, pieces_of

Context = Mapping[str, tuple[str, ...]]
"""The request context: condition key in lower case -> its values."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_WITH_DEFAULT = re.compile(r"^(.*?)\s*,\s*'([^']*)'$", re.DOTALL)
_ESCAPES = ("*", "?", "$")


def has_variable(text: str) -> bool:
    """Say whether the text needs resolving at all (most does not, so this saves time)."""
    return "${" in text


def variable_names(text: str) -> list[str]:
    """The condition keys that the text refers to, as written.

    >>> variable_names("home/${aws:username}/${aws:PrincipalTag/team, 'none'}")
    ['aws:username', 'aws:PrincipalTag/team']
    """
    return [_key_and_default(name)[0] for name in _VARIABLE.findall(text) if name not in _ESCAPES]


def resolve(text: str, context: Context) -> Pieces | None:
    """Replace the variables and return the pieces of the pattern; None when a variable has no value.

    Values are taken literally: a user named `*` is not a wildcard.
    """
    found: list[Piece] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        found += pieces_of(text[end : variable.start()])
        value = _value(variable.group(1), context)
        if value is None:
            return None
        if value:
            found.append(value)
        end = variable.end()
    found += pieces_of(text[end:])
    return tuple(_joined(found))


def resolve_text(text: str, context: Context) -> str | None:
    """Replace the variables in text that knows no wildcards (StringEquals); None when one has no value."""
    missing = False

    def replace(variable: re.Match[str]) -> str:
        nonlocal missing
        value = _value(variable.group(1), context)
        missing = missing or value is None
        return value or ""

    resolved = _VARIABLE.sub(replace, text)
    return None if missing else resolved


def resolve_resource(text: str, context: Context) -> Pieces | None:
    """Replace the variables of a Resource element, which count only behind the fifth colon.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-resourceelement
    """
    head = _before_fifth_colon(text)
    tail = resolve(text[len(head) :], context)
    if tail is None:
        return None
    return tuple(_joined([*pieces_of(head), *tail]))


def _before_fifth_colon(text: str) -> str:
    parts = text.split(":", 5)
    return text if len(parts) < 6 else text[: len(text) - len(parts[5])]


def _value(name: str, context: Context) -> str | None:
    if name in _ESCAPES:
        return name
    key, default = _key_and_default(name)
    values = context.get(key.lower(), ())
    # Only keys with a single value can stand in for a variable.
    return values[0] if len(values) == 1 else default


def _key_and_default(name: str) -> tuple[str, str | None]:
    with_default = _WITH_DEFAULT.match(name)
    return (with_default.group(1).strip(), with_default.group(2)) if with_default else (name.strip(), None)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbouring literals become one, so that colons are found wherever they stand."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
