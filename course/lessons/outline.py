"""The lessons of the course and the time they take, as a table: what the welcome lesson draws."""

from __future__ import annotations

from typing import Any

from course.lessons.standing import standings


def outline() -> Any:
    """One row a lesson: section, lesson (its number), title, minutes, and where it begins and ends within its section.

    >>> outline()[["section", "lesson", "minutes", "begins", "ends"]].head(2)
        section lesson  minutes  begins   ends
    0  00-start     01       10    0.00   0.17
    1    01-iam     01       55    0.00   0.92
    """
    import pandas

    rows = [
        {"section": one.section, "lesson": one.name.partition("/")[2][:2], "title": one.title, "minutes": one.minutes}
        for one in standings()
    ]
    table = pandas.DataFrame(rows, columns=["section", "lesson", "title", "minutes"])
    ends = table.groupby("section")["minutes"].cumsum()
    table["begins"], table["ends"] = ((ends - table["minutes"]) / 60).round(2), (ends / 60).round(2)
    return table
