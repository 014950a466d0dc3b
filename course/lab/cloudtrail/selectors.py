"""Which events a trail wants: its event selectors, in the basic and the advanced form.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.cloudtrail.records import record_of, resources_of
from course.lab.cloudtrail.seen import Seen

# Without selectors a trail wants every management event and no data.
DEFAULT: Final[dict[str, Any]] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


def wants(trail: Any, seen: Seen) -> bool:
    """Whether the trail's selectors choose the event."""
    advanced = trail.advanced_event_selectors
    if advanced and not trail.event_selectors:
        return any(_all_fields(one.get("FieldSelectors", []), seen) for one in advanced)
    return any(_basic(one, seen) for one in trail.event_selectors or [DEFAULT])


def wants_data(trail: Any) -> bool:
    """Whether the trail may want any data event."""
    if trail.event_selectors:
        return any(one.get("DataResources") for one in trail.event_selectors)
    fields = [field for one in trail.advanced_event_selectors for field in one.get("FieldSelectors", [])]
    return any(one["Field"] == "eventCategory" and "Data" in one.get("Equals", []) for one in fields)


def _basic(selector: Mapping[str, Any], seen: Seen) -> bool:
    record = record_of(seen)
    wanted = selector.get("ReadWriteType") or "All"
    if wanted != "All" and record["readOnly"] != (wanted == "ReadOnly"):
        return False
    if not seen.is_data:
        if record["eventSource"] in (selector.get("ExcludeManagementEventSources") or ()):
            return False
        return bool(selector.get("IncludeManagementEvents", True))
    return any(
        one["Type"] == kind and any(_below(name, value) for value in one.get("Values") or ())
        for kind, name in resources_of(seen)
        for one in selector.get("DataResources") or ()
    )


def _below(name: str, value: str) -> bool:
    """`arn:aws:s3:::photos/raw/` means all objects below it, `arn:aws:lambda` all functions."""
    if value.count(":") == 2:
        return name.startswith(f"{value}:")
    return name.startswith(value) if value.startswith("arn:aws:s3:::") else name == value


def _all_fields(fields: list[Mapping[str, Any]], seen: Seen) -> bool:
    return all(_field(one, seen) for one in fields)


def _field(field: Mapping[str, Any], seen: Seen) -> bool:
    value = _value(str(field["Field"]), seen)
    return all(_TESTS[test](value, one_of) for test, one_of in field.items() if test in _TESTS and one_of)


def _value(name: str, seen: Seen) -> str:
    record = record_of(seen)
    if name.startswith("resources."):
        kind, arn = (resources_of(seen) or [("", "")])[0]
        return kind if name == "resources.type" else arn
    if name == "readOnly":
        return str(record["readOnly"]).lower()
    if name == "userIdentity.arn":
        return str(record["userIdentity"].get("arn", ""))
    return str(record.get(name, ""))


_TESTS: Final[Mapping[str, Callable[[str, list[str]], bool]]] = {
    "Equals": lambda value, all_of: value in all_of,
    "StartsWith": lambda value, all_of: value.startswith(tuple(all_of)),
    "EndsWith": lambda value, all_of: value.endswith(tuple(all_of)),
    "NotEquals": lambda value, all_of: value not in all_of,
    "NotStartsWith": lambda value, all_of: not value.startswith(tuple(all_of)),
    "NotEndsWith": lambda value, all_of: not value.endswith(tuple(all_of)),
}
