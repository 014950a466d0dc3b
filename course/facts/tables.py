"""The wide tables: what is a table in life, one CSV file each in `tables/`, with a source and a date per row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from course.facts.store import FOLDER, UnknownFact, key, near_names

TABLES = FOLDER / "tables"


def table(name: str) -> Any:
    """One wide table as a pandas DataFrame: `facts.table("s3-storage-classes")`.

    Columns that hold only numbers (or nothing) are numeric, `yes` / `no` columns are booleans.
    """
    import pandas

    frame = pandas.read_csv(
        path_of(name), keep_default_na=False, na_values=[""], true_values=["yes"], false_values=["no"],
        dtype={"source": str, "as_of": str},
    )  # fmt: skip
    frame.attrs["table"] = path_of(name).stem
    return frame


def table_names() -> list[str]:
    """The names of all wide tables."""
    return sorted(path.stem for path in TABLES.glob("*.csv"))


def records(name: str) -> list[dict[str, str]]:
    """One wide table as plain dictionaries of text, without pandas."""
    with path_of(name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def path_of(name: str) -> Path:
    """The file of a table; an unknown name raises with the near ones."""
    for known in table_names():
        if key(known) == key(name):
            return TABLES / f"{known}.csv"
    near = near_names(name, table_names()) or table_names()
    raise UnknownFact(f"there is no table {name!r}. Did you mean {', '.join(near)}?")
