"""Test reports: JUnit files that a build leaves behind, as cases with their results.

https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.codebuild.files import chosen
from course.lab.codebuild.store import Build, Kept


def collect(build: Build, known: Kept, folder: Path, reports: dict[str, Any]) -> None:
    """Read the build's reports; a group of the build is made where there is none."""
    for name, rule in reports.items():
        cases = [case for path in chosen(folder, rule).values() for case in _cases(path)]
        place = build.place
        group = name if name.startswith("arn:") else (
            f"arn:aws:codebuild:{place.region}:{place.account}:report-group/{build.name}-{name}"
        )  # fmt: skip
        known.report_groups.setdefault(group, {"arn": group, "name": group.rsplit("/", 1)[1], "type": "TEST",
                                               "exportConfig": {"exportConfigType": "NO_EXPORT"},
                                               "created": clock.now(), "status": "ACTIVE"})  # fmt: skip
        arn = f"{group.replace('report-group', 'report')}:{mock_random.uuid4()}"
        failed = [case for case in cases if case["status"] in ("FAILED", "ERROR")]
        known.cases[arn] = [{**case, "reportArn": arn} for case in cases]
        known.reports[arn] = {
            "arn": arn, "type": "TEST", "name": name, "reportGroupArn": group, "executionId": build.arn,
            "status": "FAILED" if failed else "SUCCEEDED", "created": clock.now(),
            "testSummary": {
                "total": len(cases),
                "statusCounts": {one: sum(case["status"] == one for case in cases)
                                 for one in ("SUCCEEDED", "FAILED", "ERROR", "SKIPPED")},
                "durationInNanoSeconds": sum(case["durationInNanoSeconds"] for case in cases),
            },
        }  # fmt: skip
        build.reports.append(arn)


def _cases(path: Path) -> list[dict[str, Any]]:
    try:
        tree = ET.parse(path)
    except ET.ParseError:
        return []
    rows = []
    for case in tree.iter("testcase"):
        said = {tag: case.find(tag) for tag in ("failure", "error", "skipped")}
        status = next((one for tag, one in (("failure", "FAILED"), ("error", "ERROR"), ("skipped", "SKIPPED"))
                       if said[tag] is not None), "SUCCEEDED")  # fmt: skip
        words = next((one for one in said.values() if one is not None), None)
        rows.append({
            "name": case.get("name", ""),
            "prefix": case.get("classname", ""),
            "status": status,
            "durationInNanoSeconds": int(float(case.get("time", 0)) * 1e9),
            "message": (words.get("message") or words.text or "") if words is not None else "",
        })  # fmt: skip
    return rows
