"""What the fidelity suites share: a behaviour of AWS with its source, and the world it is looked for in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True)
class World:
    """The lab or bare moto: how time passes there."""

    advance: Callable[[float], None]

    def settle(self) -> None:
        self.advance(0)


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of AWS: `shows` looks for it in a world."""

    shows: Callable[[Any], bool]
    source: str

    def is_seen(self, world: Any) -> bool:
        """Whether the world shows it; whatever breaks on the way, it was not seen."""
        try:
            return self.shows(world)
        except Exception:
            return False


Shows = Callable[[Any], bool]


def collect(into: list[Behaviour], below: str = "") -> Callable[[str], Callable[[Shows], Shows]]:
    """A decorator for functions that look for a behaviour; it takes the source, or a page below an address.

    >>> behaviour = collect(CLOSED, "https://docs.aws.amazon.com/sns/latest/dg")
    """

    def behaviour(source: str) -> Callable[[Shows], Shows]:
        address = source if source.startswith("https") else f"{below}/{source}"

        def register(shows: Shows) -> Shows:
            into.append(Behaviour(shows, address))
            return shows

        return register

    return behaviour


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a call; empty if it goes through."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def refused(call: Callable[[], Any], code: str) -> bool:
    """Whether a call is refused with this code."""
    return code_of(call) == code
