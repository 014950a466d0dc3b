"""Changing a work group: its limits, its place for results, whether it takes queries.

https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.athena.reasons import Refused

_SWITCHES: Final = {
    "RemoveBytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery",
    "RemoveCustomerContentEncryptionConfiguration": "CustomerContentEncryptionConfiguration",
}
_PARTS: Final = ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


def update(group: Any, given: Mapping[str, Any]) -> None:
    """Change what is given, and leave the rest as it is."""
    if "Description" in given:
        group.description = given["Description"]
    if "State" in given:
        group.state = given["State"]
    changes = dict(given.get("ConfigurationUpdates") or {})
    results = changes.pop("ResultConfigurationUpdates", None)
    for switch, name in _SWITCHES.items():
        if changes.pop(switch, False):
            group.configuration.pop(name, None)
    group.configuration |= changes
    if results is not None:
        _update_results(group.configuration.setdefault("ResultConfiguration", {}), results)


def _update_results(now: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for part in _PARTS:
        if changes.get(f"Remove{part}"):
            if part in changes:
                raise Refused(f"Remove{part} and {part} exclude each other")
            now.pop(part, None)
        elif part in changes:
            now[part] = changes[part]


def refuse_disabled(group: Any) -> None:
    """A work group that is switched off runs nothing."""
    if group.state == "DISABLED":
        raise Refused(f"WorkGroup {group.name} is disabled.")
