"""cron.yaml: the periodic tasks of a worker environment.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-tiers.html#worker-periodictasks
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from course.lab.beanstalk.bundle import Bundle
from course.lab.clock import clock
from course.lab.cron_fields import InvalidCron
from course.lab.unix_cron import next_time


@dataclass
class Task:
    """A line of cron.yaml, and when it is next due."""

    name: str
    url: str
    schedule: str
    due: float = 0.0

    def plan(self, after: dt.datetime) -> None:
        """Set the next time; schedules are in UTC."""
        found = next_time(self.schedule, "UTC", after)
        self.due = found.timestamp() if found is not None else float("inf")


def tasks_of(bundle: Bundle) -> tuple[list[Task], list[str]]:
    """The tasks, and what is wrong with the file. It has to lie at the root of the bundle."""
    import yaml

    text = bundle.text("cron.yaml")
    if text is None:
        return [], []
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [], [f"Failed to parse cron.yaml: {' '.join(str(error).split())}"]
    if not isinstance(content, dict) or content.get("version") != 1 or not isinstance(content.get("cron"), list):
        return [], ["Failed to parse cron.yaml: it wants 'version: 1' and a list 'cron'."]
    tasks, names = [], set()
    for row in content["cron"]:
        task, fault = _task(row)
        if task is None:
            return [], [f"Failed to parse cron.yaml: {fault}"]
        if task.name in names:
            return [], [f"Failed to parse cron.yaml: the name '{task.name}' stands twice."]
        names.add(task.name)
        tasks.append(task)
    return tasks, []


def _task(row: Any) -> tuple[Task | None, str]:
    if not isinstance(row, dict) or any(not row.get(key) for key in ("name", "url", "schedule")):
        return None, f"an entry wants name, url and schedule: {row}"
    task = Task(str(row["name"]), str(row["url"]), str(row["schedule"]))
    try:
        task.plan(clock.now())
    except InvalidCron:
        return None, f"the schedule '{task.schedule}' of '{task.name}' is no cron expression of five fields"
    return task, ""
