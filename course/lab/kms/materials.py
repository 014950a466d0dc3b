"""The key materials behind one key, and when the next one is due.

A rotation adds a material. New data is encrypted under the newest, old data is decrypted under the one that it knows.
https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock

DAY: Final = 86_400
DEFAULT_PERIOD: Final = 365
MOST_ON_DEMAND: Final = 25


@dataclass(frozen=True)
class Material:
    """One AES key, never shown; KMS names it by an id of 64 hexadecimal digits."""

    secret: bytes = field(repr=False)
    rotated_at: float | None = None
    kind: str = ""
    """AUTOMATIC or ON_DEMAND; empty for the first material."""

    @property
    def material_id(self) -> str:
        """The KeyMaterialId that KMS tells."""
        return hashlib.sha256(b"id" + self.secret).hexdigest()


@dataclass
class Turning:
    """All materials of a key, oldest first, and its rotation; replicas share that of their primary."""

    materials: list[Material]
    period: int = 0
    """Days between automatic rotations; 0 while they are off."""
    next_at: float = 0.0

    @property
    def current(self) -> Material:
        """What new data is encrypted under."""
        return self.materials[-1]

    @property
    def on_demand(self) -> int:
        """How often the key was rotated on demand."""
        return sum(material.kind == "ON_DEMAND" for material in self.materials)

    def start(self, period: int) -> None:
        """Rotate every so many days, counted from now."""
        self.period = period
        self.next_at = clock.now().timestamp() + period * DAY

    def stop(self) -> None:
        """No more automatic rotations."""
        self.period, self.next_at = 0, 0.0

    def rotate(self, kind: str) -> None:
        """Add a material; an automatic rotation also plans the next one."""
        now = clock.now().timestamp()
        self.materials.append(Material(os.urandom(32), now, kind))
        if kind == "AUTOMATIC":
            self.next_at = now + self.period * DAY


def turning_of(key: Any) -> Turning:
    """The materials of one of moto's keys; what stands there as `key_material` is its first one."""
    held = key.__dict__
    if "lab_turning" not in held:
        held["lab_turning"] = Turning([Material(held["key_material"])])
    found: Turning = held["lab_turning"]
    return found


def deleted_keys(store: Any) -> set[str]:
    """The ids of the keys of a backend that are gone for good; a ciphertext still names its key."""
    found: set[str] = store.__dict__.setdefault("lab_deleted_keys", set())
    return found
