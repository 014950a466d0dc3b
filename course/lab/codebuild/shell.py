"""Runs the commands of a build on this machine, in a scratch folder, away from AWS.

Commands of one build share their variables and their folder, as in one shell. They see neither the caller's variables
nor any credentials, and what they send to AWS goes nowhere: the lab's account lives inside the notebook's process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_PATIENCE: Final = 60.0
_NOWHERE: Final = "http://127.0.0.1:9"  # the port that discards: no service of AWS is there


class TimedOut(Exception):
    """A command that did not end."""


class Shell:
    """A shell that remembers its folder and its variables from command to command."""

    def __init__(self, folder: Path, variables: dict[str, str], hidden: list[str], name: str = "bash") -> None:
        self.folder = folder
        self._name = name if name in ("bash", "sh", "/bin/sh") else "bash"
        self._state = folder.parent / "shell"
        self._state.mkdir(exist_ok=True)
        (self._state / "folder").write_text(str(folder))
        (self._state / "variables").write_text("")
        self._hidden = [one for one in hidden if one]
        self._variables = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "HOME": str(folder.parent),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL": _NOWHERE,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **variables,
        }

    def run(self, command: str) -> tuple[int, list[str]]:
        """Run a command; its exit code and the lines that it wrote, secrets masked."""
        script = (
            f'. "{self._state}/variables"; cd "$(cat "{self._state}/folder")"\n{command}\n'
            f'code=$?; pwd > "{self._state}/folder"; export -p > "{self._state}/variables"; exit $code\n'
        )
        try:
            done = subprocess.run(
                [self._name, "-c", script], env=self._variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=_PATIENCE, check=False, errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            raise TimedOut(command) from late
        return done.returncode, [self.masked(line) for line in done.stdout.splitlines()]

    def masked(self, text: str) -> str:
        """The text without the values of secrets."""
        for one in self._hidden:
            text = text.replace(one, "***")
        return text

    def value(self, name: str) -> str:
        """A variable as it is now."""
        _, lines = self.run(f'printf %s "${{{name}}}"')
        return "\n".join(lines)
