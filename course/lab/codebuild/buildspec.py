"""buildspec.yml: which commands run in which phase, with which variables, and what comes out.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

PHASES: Final = ("install", "pre_build", "build", "post_build")
_SECTIONS: Final = ("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache")


class WrongBuildSpec(ValueError):
    """A buildspec that cannot be used, with CodeBuild's words."""


@dataclass
class PhaseSpec:
    """The commands of one phase."""

    commands: list[str] = field(default_factory=list)
    at_last: list[str] = field(default_factory=list)
    goes_on: bool = False
    """Whether the build goes on when the phase fails."""


@dataclass
class BuildSpec:
    """A buildspec, read."""

    variables: dict[str, str]
    parameters: dict[str, str]
    secrets: dict[str, str]
    exported: list[str]
    phases: dict[str, PhaseSpec]
    artifacts: dict[str, Any]
    reports: dict[str, Any]
    cache: list[str]
    shell: str = "bash"


def read(text: str) -> BuildSpec:
    """Read a buildspec; raises WrongBuildSpec."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WrongBuildSpec(f"YAML_FILE_ERROR: {error}".splitlines()[0]) from None
    if not isinstance(found, dict):
        raise WrongBuildSpec("YAML_FILE_ERROR: Wrong YAML format: it has no sections")
    unknown = [str(name) for name in found if name not in _SECTIONS]
    if unknown:
        raise WrongBuildSpec(f"YAML_FILE_ERROR: unknown section {unknown[0]}")
    if str(found.get("version")) not in ("0.1", "0.2"):
        raise WrongBuildSpec("YAML_FILE_ERROR: Unknown Buildspec Version")
    phases = found.get("phases")
    if not isinstance(phases, dict) or not phases:
        raise WrongBuildSpec("YAML_FILE_ERROR: Invalid buildspec phases: there are none")
    wrong = [str(name) for name in phases if name not in PHASES]
    if wrong:
        raise WrongBuildSpec(f"YAML_FILE_ERROR: Invalid buildspec phase name: {wrong[0]}. Expecting: "
                             f"{', '.join(PHASES)}")  # fmt: skip
    lists = {"artifacts": found.get("artifacts") or {}, "cache": {"files": (found.get("cache") or {}).get("paths", [])}}
    lists |= {f"report {name}": rule for name, rule in (found.get("reports") or {}).items()}
    for where, rule in lists.items():
        if not isinstance(rule, dict) or not isinstance(rule.get("files", []), list):
            raise WrongBuildSpec(f"YAML_FILE_ERROR: Expected the paths of {where} to be a list of strings")
    env = found.get("env") or {}
    return BuildSpec(
        variables={str(key): str(value) for key, value in (env.get("variables") or {}).items()},
        parameters=dict(env.get("parameter-store") or {}),
        secrets=dict(env.get("secrets-manager") or {}),
        exported=list(env.get("exported-variables") or []),
        phases={name: _phase(name, part) for name, part in phases.items()},
        artifacts=found.get("artifacts") or {},
        reports=found.get("reports") or {},
        cache=list((found.get("cache") or {}).get("paths") or []),
        shell=env.get("shell", "bash"),
    )


def _phase(name: str, part: Any) -> PhaseSpec:
    if not isinstance(part, dict) or not isinstance(part.get("commands", []), list):
        raise WrongBuildSpec(f"YAML_FILE_ERROR: Expected commands of phase {name} to be a list of strings")
    for command in [*part.get("commands", []), *part.get("finally", [])]:
        if not isinstance(command, str):
            raise WrongBuildSpec(f"YAML_FILE_ERROR: Expected commands of phase {name} to be strings, found {command}")
    return PhaseSpec(
        list(part.get("commands") or []), list(part.get("finally") or []), part.get("on-failure") == "CONTINUE"
    )
