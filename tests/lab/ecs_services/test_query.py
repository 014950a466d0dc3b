"""The cluster query language."""

from __future__ import annotations

import pytest

from course.lab.ecs.query import Subject, WrongQuery, matches, parse

HOST = Subject(
    {"ecs.instance-type": "t3.medium", "stack": "prod", "gpu": None},
    {"ec2InstanceId": "i-1", "runningTasksCount": "3", "agentConnected": "true"},
    frozenset({"service:web"}),
)


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("attribute:stack == prod", True),
        ("attribute:stack != prod", False),
        ("attribute:ecs.instance-type =~ t3.*", True),
        ("attribute:ecs.instance-type =~ t3", False),
        ("attribute:ecs.instance-type !~ m5.*", True),
        ("attribute:ecs.instance-type in [t3.small, t3.medium]", True),
        ("attribute:ecs.instance-type not_in [t3.small, t3.medium]", False),
        ("attribute:gpu exists", True),
        ("attribute:disk exists", False),
        ("attribute:disk !exists", True),
        ("runningTasksCount < 4", True),
        ("runningTasksCount >= 4", False),
        ("task:group == service:web", True),
        ("not(task:group == service:web)", False),
        ("attribute:stack == test or attribute:stack == prod and runningTasksCount > 1", True),
        ("(attribute:stack == test or attribute:stack == prod) and runningTasksCount > 5", False),
        ("ec2InstanceId in ['i-1', 'i-2']", True),
        ("attribute:disk == ssd", False),
        ("attribute:ecs.instance-type =~ t3[.].*", True),
        ("attribute:ecs.instance-type =~ (m5|t3)[.].*", True),
        ("attribute:ecs.instance-type =~ (m[45]|p3).*", False),
        (r"attribute:ecs.instance-type =~ t3\.med(ium)? and attribute:stack == prod", True),
        ("(attribute:stack == test or attribute:ecs.instance-type =~ t3[.].*) and runningTasksCount > 5", False),
        ("attribute:stack == test||attribute:ecs.instance-type matches (t3|m5)[.].*&&attribute:gpu exists", True),
        ("attribute:ecs.instance-type =~ 't3[.].*' and attribute:stack == prod", True),
        ("not(attribute:ecs.instance-type =~ t3[.].*)", False),
        ("attribute:stack == matches or attribute:stack == prod", True),
    ],
)
def test_expressions(expression, fits):
    assert matches(expression, HOST) is fits


WRONG = ["", "stack == prod", "attribute:stack = prod", "attribute:stack in prod", "attribute:stack == prod and",
         "(attribute:stack == prod", "attribute:a =~ [", "attribute:a =~", "(attribute:a =~ )",
         "attribute:a =~ (b", "attribute:a =~ b)"]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_an_expression(wrong):
    with pytest.raises(WrongQuery):
        parse(wrong)
