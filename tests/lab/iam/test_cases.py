"""Every case of cases.yaml, decided by the engine alone (no boto3, no moto)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from course.lab.iam import Request, evaluate, principal_from

_TABLE = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
_PER_CASE = (
    "principal",
    "issuer",
    "tags",
    "owner",
    "with",
    "identity",
    "resource",
    "trust",
    "boundary",
    "session",
    "scps",
    "rcps",
    "must_allow",
)


def _decisions() -> list[Any]:
    rows = []
    for group in _TABLE["groups"]:
        assert group["source"].startswith("https://docs.aws.amazon.com/")
        for case in group["cases"]:
            settings = {key: case.get(key, group.get(key)) for key in _PER_CASE}
            rows.append(pytest.param(case, settings, id=f"{group['about']}: {case['case']}"))
    return rows


def _rows(section: str, *columns: str) -> list[Any]:
    return [
        pytest.param(*(case[column] for column in columns), id=str([case[column] for column in columns]))
        for group in _TABLE[section]
        for case in group["cases"]
    ]


def _policy(named: Any) -> Any:
    if isinstance(named, list):
        return [_policy(one) for one in named]
    return _TABLE["policies"][named] if isinstance(named, str) else named


@pytest.mark.parametrize(("case", "settings"), _decisions())
def test_the_engine_decides_as_the_documentation_says(case: dict[str, Any], settings: dict[str, Any]) -> None:
    action, resource = case["ask"].split(" ", 1)
    principal = principal_from(settings["principal"], issuer_arn=settings["issuer"] or "", tags=settings["tags"])
    decision = evaluate(
        Request(principal, action, resource, settings["with"] or {}, settings["owner"] or ""),
        identity=_policy(settings["identity"] or []),
        resource=_policy(settings["resource"]),
        trust=_policy(settings["trust"]),
        boundary=_policy(settings["boundary"]),
        session=None if settings["session"] is None else _policy(settings["session"]),
        scps=_policy(settings["scps"] or []),
        rcps=_policy(settings["rcps"] or []),
        resource_must_allow=bool(settings["must_allow"]),
    )
    assert (decision.outcome, decision.layer) == (case["expect"], case.get("layer", decision.layer))


@pytest.mark.parametrize(("tests", "values", "expected"), _rows("conditions", "if", "with", "holds"))
def test_a_condition_holds_or_not(tests: dict[str, Any], values: dict[str, Any], expected: bool) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": tests}
    policy = {"Version": "2012-10-17", "Statement": statement}
    request = Request(principal_from("arn:aws:sts::123456789012:assumed-role/app/one"), "s3:Any", "*", values)
    assert evaluate(request, identity=[policy]).allowed is expected


@pytest.mark.parametrize(("pattern", "resource", "expected"), _rows("resources", "pattern", "resource", "matches"))
def test_a_resource_pattern_covers_a_resource_or_not(pattern: str, resource: str, expected: bool) -> None:
    policy = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": pattern}}
    # The owner is the caller's account, so that only the pattern decides.
    user = principal_from("arn:aws:iam::123456789012:user/dana")
    request = Request(user, "x:Any", resource, {}, "123456789012")
    assert evaluate(request, identity=[policy]).allowed is expected


def test_the_table_is_large_enough() -> None:
    groups = [*_TABLE["groups"], *_TABLE["conditions"], *_TABLE["resources"]]
    assert sum(len(group["cases"]) for group in groups) >= 150
