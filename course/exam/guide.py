"""What AWS says about the exam: domains and weights, numbers of questions and minutes, the scale of the score."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

GUIDE = Path(__file__).with_name("guide.yaml")


@dataclass(frozen=True)
class Domain:
    """One of the exam's domains, with its share of the scored questions in percent."""

    name: str
    weight: int
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """The exam as AWS describes it."""

    name: str
    code: str
    questions: int
    scored: int
    minutes: int
    lowest: int
    highest: int
    passing: int
    price: int  # USD for a sitting, without taxes
    domains: tuple[Domain, ...]
    source: str

    def domain_of(self, task: str) -> Domain:
        """The domain that a task statement such as "2.1" belongs to."""
        return next(domain for domain in self.domains if task in domain.tasks)


@cache
def guide() -> Guide:
    """What AWS says about the exam.

    >>> guide().minutes
    130
    """
    data = yaml.safe_load(GUIDE.read_text(encoding="utf-8"))
    return Guide(
        name=data["name"],
        code=data["code"],
        questions=data["questions"],
        scored=data["scored"],
        minutes=data["minutes"],
        lowest=data["lowest"],
        highest=data["highest"],
        passing=data["pass"],
        price=data["price"],
        domains=tuple(Domain(one["name"], one["weight"], tuple(one["tasks"])) for one in data["domains"]),
        source=f"AWS exam guide {data['code']}, {data['as_of']}",
    )
