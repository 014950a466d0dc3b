"""Moto's tables, which tell what a query or a scan has read before its filter, and forget no attribute's type."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.table import Table

from course.lab.dynamodb.sizes import Attributes

_read: list[Attributes] = []


class LabTable(Table):
    """A table that remembers what its last query or scan has looked at."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Attributes that UpdateTable defines for a new index come to those defined before."""
        if name == "attr":
            known = {one["AttributeName"]: one for one in (*self.__dict__.get("attr", []), *value)}
            value = list(known.values())
        super().__setattr__(name, value)

    # The parameters stand in moto's order: its backend passes them by position.

    def query(  # type: ignore[override]
        self,
        hash_key: Any,
        range_comparison: Any,
        range_objs: Any,
        limit: Any,
        exclusive_start_key: Any,
        scan_index_forward: Any,
        projection_expressions: Any,
        index_name: Any = None,
        consistent_read: Any = False,
        filter_expression: Any = None,
        **conditions: Any,
    ) -> Any:
        asked = (hash_key, range_comparison, range_objs, limit, exclusive_start_key, scan_index_forward)
        found, scanned, last = super().query(*asked, None, index_name, consistent_read, None, **conditions)
        return _selected(found, filter_expression, projection_expressions), scanned, last

    def scan(
        self,
        filters: Any,
        limit: Any,
        exclusive_start_key: Any,
        filter_expression: Any = None,
        index_name: Any = None,
        consistent_read: Any = False,
        projection_expression: Any = None,
        segments: Any = (None, None),
    ) -> Any:
        asked = (filters, limit, exclusive_start_key)
        found, scanned, last = super().scan(*asked, None, index_name, consistent_read, None, segments)
        return _selected(found, filter_expression, projection_expression), scanned, last


def _selected(found: Any, keep: Any, project: Any) -> Any:
    """The filter and the projection come after the reading, and cost nothing less."""
    _read.extend(attributes_of(item) for item in found)
    kept = [item for item in found if keep is None or keep.expr(item)]
    return [item.project(project) for item in kept] if project else kept


def adopt(table: Table) -> LabTable:
    """Make a table of moto's one of the lab's."""
    adopted: Any = table
    adopted.__class__ = LabTable
    lab_table: LabTable = adopted
    return lab_table


def attributes_of(item: Any) -> Attributes:
    """An item of moto as the API writes it."""
    found: Attributes = item.to_json()["Attributes"]
    return found


def begin_reading() -> None:
    """Forget what was read before."""
    _read.clear()


def was_read() -> list[Attributes]:
    """What was looked at since."""
    return list(_read)
