"""What a shard takes and gives in a second, by the lab's clock.

https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
AWS does not say how it measures a second. In the lab a second begins with the first call after the one before has
ended, so that a lesson which moves the clock by seconds sees the same numbers each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from course.lab import pace

MIB: Final = 2**20
RECORDS_A_SECOND: Final = 1000
READS_A_SECOND: Final = 5
MOST_RECORDS_A_READ: Final = 10_000
MOST_BYTES_A_READ: Final = 10 * MIB
_A_SECOND: Final = 0.99  # what the lab does while the clock moves costs a little of it
_WRITE_BYTES_A_SECOND: Final = MIB
_READ_BYTES_A_SECOND: Final = 2 * MIB


@dataclass
class _Second:
    """What was used since `begin`; large reads and large records make it longer than a second."""

    bytes_allowed: int
    begin: float = 0.0
    count: int = 0
    size: int = 0

    def turn(self) -> None:
        now = pace.now()
        if not self.begin <= now < self.begin + max(_A_SECOND, self.size / self.bytes_allowed):
            self.begin, self.count, self.size = now, 0, 0


def may_write(shard: Any, size: int) -> bool:
    """Count a record of this size against the shard's second; False if it does not fit."""
    second: _Second = shard.__dict__.setdefault("lab_written", _Second(_WRITE_BYTES_A_SECOND))
    second.turn()
    # A record above 1 MiB takes more than a second of its shard; it may begin when nothing else was written.
    fits = second.count < RECORDS_A_SECOND and (second.size + size <= _WRITE_BYTES_A_SECOND or second.size == 0)
    if fits:
        second.count += 1
        second.size += size
    return fits


def may_read(shard: Any) -> bool:
    """Whether GetRecords may be called on the shard now; all consumers without fan-out share this."""
    second: _Second = shard.__dict__.setdefault("lab_read", _Second(_READ_BYTES_A_SECOND))
    second.turn()
    if second.count >= READS_A_SECOND or second.size >= _READ_BYTES_A_SECOND:
        return False
    second.count += 1
    return True


def has_read(shard: Any, size: int) -> None:
    """Count what a read returned: 10 MiB keep the shard from being read for five seconds."""
    shard.__dict__["lab_read"].size += size
