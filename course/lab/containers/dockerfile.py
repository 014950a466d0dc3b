"""A Dockerfile as a list of instructions.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

WORDS: Final = (
    "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER",
    "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL",
)  # fmt: skip


class BadDockerfile(ValueError):
    """A Dockerfile that Docker does not build."""


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word, and what follows as it is written."""

    word: str
    rest: str
    line: int

    def __str__(self) -> str:
        return f"{self.word} {self.rest}"

    def as_command(self) -> list[str]:
        """CMD, ENTRYPOINT and the like: a list of JSON, or a line for a shell."""
        if self.rest.lstrip().startswith("["):
            try:
                found = json.loads(self.rest)
            except ValueError:
                found = None
            if isinstance(found, list) and all(isinstance(one, str) for one in found):
                return found
        return ["/bin/sh", "-c", self.rest.strip()]

    def pairs(self) -> dict[str, str]:
        """ENV and LABEL: `NAME=value` pairs with or without quotes, or the old `NAME value`."""
        found = re.findall(r'([\w.-]+)=("(?:[^"\\]|\\.)*"|\'[^\']*\'|(?:\\.|\S)*)', self.rest)
        if found:
            return {name: _unquoted(value) for name, value in found}
        name, _, value = self.rest.partition(" ")
        return {name: value.strip()}


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value)


def read(text: str) -> list[Instruction]:
    """Take a Dockerfile apart. Raises BadDockerfile in Docker's words."""
    found: list[Instruction] = []
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (not line.strip() and not begun):
            continue
        first = first or number
        stripped = line.rstrip()
        if stripped.endswith("\\"):
            begun += stripped[:-1] + " "
            continue
        found.append(_instruction((begun + stripped).strip(), first))
        begun, first = "", 0
    if begun.strip():
        found.append(_instruction(begun.strip(), first))
    if not found:
        raise BadDockerfile("the Dockerfile cannot be empty")
    begins = next((one for one in found if one.word != "ARG"), None)
    if begins is None or begins.word != "FROM":
        raise BadDockerfile("no build stage in current context")
    return found


def _instruction(text: str, line: int) -> Instruction:
    word, _, rest = text.partition(" ")
    if word.upper() not in WORDS:
        raise BadDockerfile(f"dockerfile parse error on line {line}: unknown instruction: {word}")
    if not rest.strip():
        raise BadDockerfile(f"dockerfile parse error on line {line}: {word.upper()} requires at least one argument")
    return Instruction(word.upper(), rest.strip(), line)
