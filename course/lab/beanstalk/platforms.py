"""Platforms: what an operating system, a language and the parts of Elastic Beanstalk make together.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-glossary.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html

The names of the solution stacks are moto's, which it read from AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from course.lab.service import Call, Refusal

_NAME: Final = re.compile(r"64bit (?P<system>.+?) v(?P<version>[\d.]+) running (?P<language>.+)")
# Amazon Linux AMI went on 18 July 2022, Amazon Linux 2 with the end of its own life on 30 June 2026.
_RETIRED: Final = re.compile(r"Amazon Linux (?:201[78]\.\d\d|2)")


@dataclass(frozen=True)
class Platform:
    """A platform version, which an environment is made of."""

    stack: str
    """The name of its solution stack."""
    system: str
    version: str
    language: str
    files: tuple[str, ...] = ("zip",)

    @property
    def branch(self) -> str:
        """The line of platform versions that it belongs to."""
        return f"{self.language} running on 64bit {self.system}"

    @property
    def retired(self) -> bool:
        return _RETIRED.fullmatch(self.system) is not None or "BETA" in self.language

    @property
    def is_python(self) -> bool:
        return self.language.startswith("Python")

    def arn(self, region: str) -> str:
        return f"arn:aws:elasticbeanstalk:{region}::platform/{self.branch}/{self.version}"


@cache
def all_platforms() -> Mapping[str, Platform]:
    """All of them by the names of their solution stacks."""
    from moto.elasticbeanstalk.responses import SOLUTION_STACK_DETAILS

    found = {}
    for row in SOLUTION_STACK_DETAILS:
        name: Any = row["SolutionStackName"]
        parts = _NAME.fullmatch(name)
        if parts is not None:
            found[name] = Platform(name, parts["system"], parts["version"], parts["language"],
                                   tuple(row["PermittedFileTypes"]))  # fmt: skip
    return found


def chosen(call: Call) -> Platform | None:
    """The platform that a call names by solution stack or ARN; None if it names none."""
    stack, arn = call.given.get("SolutionStackName"), call.given.get("PlatformArn")
    if stack and arn:
        raise Refusal("InvalidParameterCombination", "You cannot specify both PlatformArn and SolutionStackName.")
    if stack:
        found = all_platforms().get(stack)
        if found is None or found.retired:
            raise Refusal("InvalidParameterValue", f"No Solution Stack named '{stack}' found.")
        return found
    return of_arn(arn, call.place.region) if arn else None


def of_arn(arn: str, region: str) -> Platform:
    """The platform version with this ARN."""
    for one in all_platforms().values():
        if arn in (one.arn(region), one.arn(region).rpartition("/")[0]) and not one.retired:
            return one
    raise Refusal("InvalidParameterValue", f"No Platform named '{arn}' found.")


def _summary(one: Platform, region: str) -> dict[str, Any]:
    return {
        "PlatformArn": one.arn(region),
        "PlatformOwner": "AWSElasticBeanstalk",
        "PlatformStatus": "Ready",
        "PlatformCategory": one.language.partition(" ")[0],
        "OperatingSystemName": one.system.rpartition(" ")[0] or one.system,
        "OperatingSystemVersion": one.system.rpartition(" ")[2],
        "SupportedTierList": ["WebServer/Standard", "Worker/SQS/HTTP"],
        "SupportedAddonList": ["Log/S3", "Monitoring/Healthd", "WorkerDaemon/SQSD"],
        "PlatformLifecycleState": "Recommended",
        "PlatformVersion": one.version,
        "PlatformBranchName": one.branch,
        "PlatformBranchLifecycleState": "Retired" if one.retired else "Supported",
    }


_FILTERS: Final = {
    "PlatformName": "PlatformBranchName", "PlatformVersion": "PlatformVersion", "PlatformStatus": "PlatformStatus",
    "PlatformBranchName": "PlatformBranchName", "PlatformLifecycleState": "PlatformLifecycleState",
    "PlatformOwner": "PlatformOwner", "OperatingSystemName": "OperatingSystemName",
    "SupportedTier": "SupportedTierList",
    "LifecycleState": "PlatformBranchLifecycleState", "BranchName": "PlatformBranchName",
    "PlatformBranchLifecycleState": "PlatformBranchLifecycleState", "TierType": "SupportedTierList",
    "PlatformCategory": "PlatformCategory",
}  # fmt: skip


def _fits(row: Mapping[str, Any], one: Mapping[str, Any], kind: str) -> bool:
    name = _FILTERS.get(one.get(kind, ""))
    if name is None:
        raise Refusal("InvalidParameterValue", f"Invalid filter: {one.get(kind)}.")
    if one.get("Values") == ["latest"]:
        return True
    value, operator = row[name], one.get("Operator", "=")
    texts = value if isinstance(value, list) else [value]
    tests: dict[str, Callable[[str, str], bool]] = {
        "=": lambda text, wanted: text == wanted,
        "in": lambda text, wanted: text == wanted,
        "!=": lambda text, wanted: text != wanted,
        "contains": lambda text, wanted: wanted in text,
        "begins_with": lambda text, wanted: text.startswith(wanted),
        "ends_with": lambda text, wanted: text.endswith(wanted),
    }
    test = tests.get(operator)
    if test is None:
        raise Refusal("InvalidParameterValue", f"Invalid operator: {operator}.")
    fits = [test(text, wanted) for text in texts for wanted in one.get("Values", [])]
    return all(fits) if operator == "!=" else any(fits)


def _listed(call: Call, kind: str) -> list[dict[str, Any]]:
    rows = [_summary(one, call.place.region) for one in all_platforms().values() if not one.retired]
    return [row for row in rows if all(_fits(row, one, kind) for one in call.given.get("Filters", []))]


def _page(call: Call, rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    start, most = int(call.given.get("NextToken") or 0), int(call.given.get("MaxRecords") or 100)
    found: dict[str, Any] = {name: rows[start : start + most]}
    return found | ({"NextToken": str(start + most)} if start + most < len(rows) else {})


def _list_versions(call: Call) -> dict[str, Any]:
    return _page(call, _listed(call, "Type"), "PlatformSummaryList")


def _list_branches(call: Call) -> dict[str, Any]:
    rows = [
        {
            "PlatformName": row["PlatformBranchName"].partition(" running")[0],
            "BranchName": row["PlatformBranchName"],
            "LifecycleState": row["PlatformBranchLifecycleState"],
            "BranchOrder": 1000 - place,
            "SupportedTierList": row["SupportedTierList"],
        }
        for place, row in enumerate(_listed(call, "Attribute"))
    ]
    return _page(call, rows, "PlatformBranchSummaryList")


def _describe(call: Call) -> dict[str, Any]:
    one = of_arn(call.given.get("PlatformArn", ""), call.place.region)
    name, _, number = one.language.partition(" ")
    shown = _summary(one, call.place.region) | {
        "PlatformName": one.branch,
        "SolutionStackName": one.stack,
        "Maintainer": "aws-elasticbeanstalk-platforms@amazon.com",
        "ProgrammingLanguages": [{"Name": name, "Version": number}],
    }
    return {"PlatformDescription": shown}


OPERATIONS: Final = {
    "ListPlatformVersions": _list_versions,
    "ListPlatformBranches": _list_branches,
    "DescribePlatformVersion": _describe,
}
