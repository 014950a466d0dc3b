"""Changed settings that need new instances: by which stages they get there.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-updating.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from course.lab.beanstalk import fleet, options
from course.lab.beanstalk import rollouts_schedule as schedule

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment

_POLICY: Final = "aws:autoscaling:updatepolicy:rollingupdate"
_LENGTH: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_REPLACING: Final = "RestartEnvironment"


def plan(env: Environment, changed: Iterable[tuple[str, str]]) -> list[schedule.Stage]:
    """The stages by which changed settings reach the instances; none if they can stay."""
    severities = {found.severity for key in changed if (found := options.find(*key)) is not None}
    members = fleet.instances(env)
    if _REPLACING in severities and members:
        return list(schedule.replacements(_kind(env), members, _batch(env, len(members)), _pause(env)))
    return []


def seconds(text: str) -> float:
    """A length of time as ISO 8601 writes it.

    >>> seconds("PT1M30S")
    90.0
    """
    found = _LENGTH.fullmatch(text)
    if not text or found is None:
        return 0.0
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + rest)


def _kind(env: Environment) -> str:
    """The type of rolling update; empty if they are switched off."""
    if options.value(env, _POLICY, "RollingUpdateType") == "Immutable":
        return "Immutable"
    if str(options.value(env, _POLICY, "RollingUpdateEnabled")).lower() != "true":
        return ""
    return options.value(env, _POLICY, "RollingUpdateType") or "Time"


def _batch(env: Environment, total: int) -> int:
    """Instances that are replaced at a time: a third of the smallest size unless somebody says otherwise."""
    least = int(options.value(env, options.GROUP, "MinSize") or 1)
    wanted = options.value(env, _POLICY, "MaxBatchSize")
    most = int(wanted) if wanted else max(1, least // 3)
    staying = options.value(env, _POLICY, "MinInstancesInService")
    return max(1, min(most, total - int(staying) if staying else total))


def _pause(env: Environment) -> float:
    return seconds(options.value(env, _POLICY, "PauseTime") or "PT1M")
