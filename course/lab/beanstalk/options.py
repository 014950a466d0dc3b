"""Option settings: what can be set, what is set where, and which setting counts.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options.html#configuration-options-precedence
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from course.lab.beanstalk import ebextensions
from course.lab.beanstalk.store import Environment, Settings, Version, kept

ENVIRONMENT: Final = "aws:elasticbeanstalk:environment"
VARIABLES: Final = "aws:elasticbeanstalk:application:environment"
PROCESS: Final = "aws:elasticbeanstalk:environment:process:default"
LISTENER: Final = "aws:elbv2:listener:default"
GROUP: Final = "aws:autoscaling:asg"
LAUNCH: Final = "aws:autoscaling:launchconfiguration"
WORKER: Final = "aws:elasticbeanstalk:sqsd"

# Namespaces whose options carry names that users choose.
_FREE: Final = (VARIABLES, "aws:elasticbeanstalk:environment:proxy:staticfiles",
                "aws:elasticbeanstalk:application:environmentsecrets", "aws:cloudformation:template:parameter",
                "aws:elasticbeanstalk:customoption")  # fmt: skip
# Namespaces with a name that users choose, and the one that describes their options.
_NAMED: Final = (
    (re.compile(r"aws:elbv2:listener:\d+"), LISTENER),
    (re.compile(r"aws:elbv2:listenerrule:[\w-]+"), "aws:elbv2:listenerrule:rule_name"),
    (re.compile(r"aws:elasticbeanstalk:environment:process:[\w-]+"), PROCESS),
    (re.compile(r"aws:elb:listener:\d+"), "aws:elb:listener"),
    (re.compile(r"aws:elb:policies:[\w-]+"), "aws:elb:policies:policy_name"),
)


@dataclass(frozen=True)
class Option:
    """One option that can be set."""

    namespace: str
    name: str
    default: str = ""
    kind: str = "Scalar"
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    severity: str = "NoInterruption"

    def fault(self, value: str) -> str:
        """What is wrong with a value; empty if nothing is."""
        if not value:
            return ""
        if self.choices and value not in self.choices:
            return f"Value is not one of the allowed values: [{', '.join(self.choices)}]"
        if self.least is None and self.most is None:
            return ""
        if not re.fullmatch(r"-?\d+", value):
            return "Value is not an integer"
        if self.least is not None and int(value) < self.least:
            return f"Value is less than minimum allowed value: {self.least}"
        if self.most is not None and int(value) > self.most:
            return f"Value is greater than maximum allowed value: {self.most}"
        return ""


@cache
def catalogue() -> Mapping[tuple[str, str], Option]:
    """All options whose names are given."""
    with (Path(__file__).parent / "options.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Option(
                row["namespace"], row["name"], row["default"], row["kind"],
                int(row["least"]) if row["least"] else None, int(row["most"]) if row["most"] else None,
                tuple(row["choices"].split("|")) if row["choices"] else (), row["severity"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return {(one.namespace, one.name): one for one in rows}


def find(namespace: str, name: str) -> Option | None:
    """The option of this name; None if there is none."""
    found = catalogue().get((namespace, name))
    if found is not None:
        return found
    if namespace in _FREE or (namespace == "aws:autoscaling:scheduledaction"):
        return Option(namespace, name, severity="RestartApplicationServer")
    for pattern, model in _NAMED:
        like = catalogue().get((model, name))
        if like is not None and pattern.fullmatch(namespace):
            return Option(namespace, name, like.default, like.kind, like.least, like.most, like.choices, like.severity)
    return None


def given(rows: Iterable[Mapping[str, Any]]) -> Settings:
    """A list of option settings, as calls have it; one without a value takes the option back to its default."""
    return {(row.get("Namespace", ""), row["OptionName"]): str(row.get("Value", "")) for row in rows}


def from_files(environment: Environment, version: Version | None = None) -> Settings:
    """What the .ebextensions of a version set; of the one that runs if none is given."""
    version = version or kept(environment.place).version(environment)
    if version is None:
        return {}
    found: Settings = {}
    for file in ebextensions.read(version.bundle).files:
        found |= file.settings
    return {key: value for key, value in found.items() if find(*key) is not None}


def value(environment: Environment, namespace: str, name: str, version: Version | None = None) -> str | None:
    """The setting that counts: direct or saved ones, then the files of the version, then the default."""
    key = (namespace, name)
    if key in environment.settings:
        return environment.settings[key]
    files = from_files(environment, version)
    if key in files:
        return files[key]
    option = find(namespace, name)
    return option.default or None if option is not None else None


def effective(environment: Environment, version: Version | None = None) -> Settings:
    """All settings that count, defaults included."""
    return _defaults(environment.tier == "Worker") | from_files(environment, version) | environment.settings


def variables(environment: Environment, version: Version | None = None) -> dict[str, str]:
    """The environment properties that the program finds among its environment variables."""
    found = from_files(environment, version) | environment.settings
    return {name: text for (namespace, name), text in found.items() if namespace == VARIABLES}


def named(settings: Settings, start: str) -> list[str]:
    """The namespaces that begin so and are set, such as all listeners."""
    return sorted({namespace for namespace, _ in settings if namespace.startswith(start)})


@cache
def _defaults(worker: bool) -> Settings:
    """The defaults of an environment; nobody may change the dictionary, it is the same for all of one tier."""
    return {key: one.default for key, one in catalogue().items() if _applies(worker, key[0])}


def _applies(worker: bool, namespace: str) -> bool:
    """Whether the options of a namespace mean anything to a worker, or to a web server."""
    if namespace == WORKER:
        return worker
    if namespace.startswith(("aws:elb:", "aws:elbv2:")):
        return False  # shown once they are set: which of them apply depends on the balancer
    return not namespace.endswith(("rule_name", "policy_name")) and namespace != "aws:autoscaling:scheduledaction"
