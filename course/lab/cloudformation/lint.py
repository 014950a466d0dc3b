"""A template read by cfn-lint, AWS's own checker of templates: what would fail, found before anything is made.

https://github.com/aws-cloudformation/cfn-lint

cfn-lint is imported when a template is first looked at: it takes about two seconds, and most lessons never need it.
It reads the rules and schemas that it carries and asks nobody.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

_CHOICE: Final = re.compile(r"'(.*?)' is not one of \[(.*?)\](.*)")
_MANY: Final = 12  # choices that a line can name


@dataclass(frozen=True)
class Finding:
    """One thing that cfn-lint found. Printed, it is a line for a person."""

    rule: str
    level: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f" ({self.path})" if self.path else ""
        return f"line {self.line}: {self.rule} {self.message}{place}"


def lint(template: str | dict[str, Any], region: str = "us-east-1") -> list[Finding]:
    """The errors (E...) and warnings (W...) of a template in YAML, JSON or as a dictionary, by line; empty if none.

    >>> for finding in lab.lint(template):
    ...     print(finding)
    line 6: E3012 'soon' is not of type 'integer' (Resources/Orders/Properties/VisibilityTimeout)
    """
    from cfnlint.api import lint as found_by_cfn_lint  # type: ignore[import-untyped]
    from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

    text = template if isinstance(template, str) else json.dumps(template, indent=2)
    rows = {
        Finding(
            rule=match.rule.id,
            level="error" if match.rule.id.startswith("E") else "warning",
            line=int(match.linenumber),
            path="/".join(str(step) for step in getattr(match, "path", None) or ()),
            message=_short(match.message),
        )
        for match in found_by_cfn_lint(text, config=ManualArgs(regions=[region]))
    }
    return sorted(rows, key=lambda one: (one.line, one.rule, one.path, one.message))


def _short(message: str) -> str:
    """Of a long list of what is allowed only what is nearest."""
    found = _CHOICE.fullmatch(message)
    allowed = re.findall(r"'([^']*)'", found[2]) if found else []
    if not found or len(allowed) <= _MANY:
        return message
    near = ", ".join(f"'{one}'" for one in difflib.get_close_matches(found[1], allowed, n=3))
    return f"'{found[1]}' is not one of {len(allowed)} values{found[3]}" + (f"; near it are {near}" if near else "")
