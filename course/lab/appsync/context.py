"""What a resolver is told about its field, and what went wrong there.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


class Failure(Exception):
    """An error of a field, as the response tells it."""

    def __init__(self, message: str, kind: str = "", data: Any = None, info: Any = None) -> None:
        super().__init__(message)
        self.message, self.kind, self.data, self.info = message, kind, data, info


UNAUTHORIZED: Final = "UnauthorizedException"


def turned_away(message: str = "You are not authorized to make this call.") -> Failure:
    """Nobody that the API knows: the whole request is refused."""
    return Failure(message, UNAUTHORIZED)


@dataclass
class Context:
    """One field that is being resolved."""

    parent: str
    name: str
    arguments: dict[str, Any]
    source: Any
    identity: dict[str, Any] | None
    mode: str
    headers: dict[str, str]
    variables: dict[str, Any]
    selected: list[str]
    """The selection set: id, author, author/name."""
    selected_text: str = ""
    stash: dict[str, Any] = field(default_factory=dict)
    """What the steps of a pipeline leave for each other."""
    result: Any = None
    prev: Any = None
    error: dict[str, Any] | None = None
    appended: list[Failure] = field(default_factory=list)
    """Errors beside a value: $util.appendError."""

    def told(self) -> dict[str, Any]:
        """As a Lambda function gets it when there are no templates."""
        return {
            "arguments": self.arguments,
            "identity": self.identity,
            "source": self.source,
            "request": {"headers": self.headers, "domainName": None},
            "prev": None if self.prev is None else {"result": self.prev},
            "info": {
                "selectionSetList": self.selected,
                "selectionSetGraphQL": self.selected_text,
                "parentTypeName": self.parent,
                "fieldName": self.name,
                "variables": self.variables,
            },
            "stash": self.stash,
        }


@dataclass
class Outcome:
    """What came of resolving a field: a value, errors, or both."""

    value: Any = None
    failures: list[Failure] = field(default_factory=list)
    ended: bool = False
    """Whether an error ended the field: the steps after it are not tried."""
    skips: bool = False
    """Whether the functions of the pipeline that come after it are left out."""
