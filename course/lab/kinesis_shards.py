"""Shards as AWS keeps them: a split or merge closes the parents, and each record stays in the shard it was written to.

Resharding: https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
Sequence numbers: https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.kinesis.exceptions import InvalidArgumentError, StreamCannotBeUpdatedError
from moto.kinesis.models import Record, Shard, Stream

from course.lab.clock import clock

_FIRST_NUMBER: Final = 49_665 * 10**51  # 56 digits, as on AWS
_END: Final = 2**128
_NEAR: Final = 2**20


class LabShard(Shard):
    """A shard that knows when it began and ended, and forgets what is older than the stream's retention."""

    starting_number: int = 0
    ending_number: int | None = None
    closed_at: float | None = None
    horizon: float = 0.0  # what is older has expired for good, however long the retention is now

    def kept(self, hours: int) -> list[Record]:
        """The records that have not expired, oldest first."""
        oldest = max(self.horizon, clock.now().timestamp() - hours * 3600)
        return [record for record in self.records.values() if record.created_at >= oldest]

    def to_json(self) -> dict[str, Any]:
        shown = super().to_json()
        numbers = {"StartingSequenceNumber": str(self.starting_number)}
        if self.ending_number is not None:
            numbers["EndingSequenceNumber"] = str(self.ending_number)
        return {**shown, "SequenceNumberRange": numbers}


class LabStream(Stream):
    """A stream whose open shards cover all hash keys, whatever was split or merged."""

    next_number: int = _FIRST_NUMBER
    record_kib: int = 1024

    def take_over(self) -> LabStream:
        """Give the shards that moto made the lab's ways."""
        for shard in self.shards.values():
            shard.__class__ = LabShard
            self._open(shard)
        return self

    def expire(self) -> None:
        """What has expired by now stays so when the retention is changed."""
        for shard in self.shards.values():
            oldest = clock.now().timestamp() - self.retention_period_hours * 3600
            shard.__dict__["horizon"] = max(shard.__dict__.get("horizon", 0.0), oldest)

    def forget_expired(self) -> None:
        """A closed shard goes when the last of its records has expired."""
        oldest = clock.now().timestamp() - self.retention_period_hours * 3600
        for name, shard in list(self.shards.items()):
            if (closed := getattr(shard, "closed_at", None)) is not None and closed < oldest:
                del self.shards[name]

    def to_json(self, shard_limit: int | None = None) -> dict[str, Any]:
        self.forget_expired()
        shown = super().to_json(shard_limit)
        shown["StreamDescription"]["StreamModeDetails"] = self.stream_mode
        return shown

    def to_json_summary(self) -> dict[str, Any]:
        shown = super().to_json_summary()
        mine = {"ConsumerCount": len(self.consumers), "MaxRecordSizeInKiB": self.record_kib}
        return {"StreamDescriptionSummary": {**shown["StreamDescriptionSummary"], **mine}}

    def open_shards(self) -> list[LabShard]:
        """The shards that take records, in the order of their hash keys."""
        found: list[Any] = [shard for shard in self.shards.values() if shard.is_open]
        return sorted(found, key=lambda shard: int(shard.starting_hash))

    def get_shard_for_key(self, partition_key: str, explicit_hash_key: str) -> Shard | None:
        closed = {name: shard for name, shard in self.shards.items() if not shard.is_open}
        everything, self.shards = self.shards, {n: s for n, s in self.shards.items() if n not in closed}
        try:
            found = super().get_shard_for_key(partition_key, explicit_hash_key)
        finally:
            self.shards = everything
        return found or self.open_shards()[-1]  # moto leaves out a shard's last key

    def put_record(self, partition_key: str, explicit_hash_key: str, data: str) -> tuple[str, str]:
        shard = self.get_shard_for_key(partition_key, explicit_hash_key)
        assert shard is not None  # the open shards cover all keys
        number = self.next_number
        self.next_number += 1
        shard.records[number] = Record(partition_key, data, number, explicit_hash_key)
        return str(number), shard.shard_id

    def split_shard(self, shard_to_split: str, new_starting_hash_key: str) -> None:
        self._refuse_on_demand()
        shard, cut = self._eligible(shard_to_split), int(new_starting_hash_key)
        if not shard.starting_hash < cut < shard.ending_hash:
            raise InvalidArgumentError(
                f"NewStartingHashKey {cut} used in SplitShard() on shard {shard_to_split} in stream {self.stream_name} "
                f"under account {self.account_id} is not both greater than one plus the shard's StartingHashKey "
                f"{shard.starting_hash} and less than the shard's EndingHashKey {shard.ending_hash - 1}."
            )
        self._close(shard)
        self._add(shard.starting_hash, cut - 1, shard.shard_id)
        self._add(cut, shard.ending_hash, shard.shard_id)

    def merge_shards(self, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        self._refuse_on_demand()
        one, other = self._eligible(shard_to_merge), self._eligible(adjacent_shard_to_merge)
        low, high = sorted((one, other), key=lambda shard: shard.starting_hash)
        if low.ending_hash + 1 != high.starting_hash:
            raise InvalidArgumentError(
                f"Shards {shard_to_merge} and {adjacent_shard_to_merge} in stream {self.stream_name} under account "
                f"{self.account_id} are not an adjacent pair of shards eligible for merging"
            )
        self._close(one)
        self._close(other)
        self._add(low.starting_hash, high.ending_hash, one.shard_id, other.shard_id)

    def update_shard_count(self, target_shard_count: int) -> None:
        """Cut at the borders of equal shares, then merge what lies within one share: uniform scaling."""
        self._refuse_on_demand()
        borders = [i * (_END // target_shard_count) for i in range(1, target_shard_count)]
        for border in borders:
            # A shard that begins there but for rounding is not cut again.
            inside = [s for s in self.open_shards() if s.starting_hash + _NEAR < border < s.ending_hash - _NEAR]
            if inside:
                self.split_shard(inside[0].shard_id, str(border))
        for low, high in zip([0, *borders], [*borders, _END], strict=True):
            while (
                len(share := [s for s in self.open_shards() if low <= (s.starting_hash + s.ending_hash) // 2 < high])
                > 1
            ):
                self.merge_shards(share[0].shard_id, share[1].shard_id)

    def children_of(self, shard_id: str) -> list[Shard]:
        """The shards that came out of this one."""
        return [shard for shard in self.shards.values() if shard_id in (shard.parent, shard.adjacent_parent)]

    def _eligible(self, shard_id: str) -> Any:
        shard = self.get_shard(shard_id)
        if not shard.is_open:
            raise InvalidArgumentError(
                f"Shard {shard_id} in stream {self.stream_name} under account {self.account_id} has already been "
                "merged or split, and thus is not eligible for merging or splitting."
            )
        return shard

    def _refuse_on_demand(self) -> None:
        if self.stream_mode.get("StreamMode") == "ON_DEMAND":
            raise StreamCannotBeUpdatedError(stream_name=self.stream_name, account_id=self.account_id)

    def _add(self, low: int, high: int, parent: str, adjacent: str | None = None) -> None:
        last = max(shard._shard_id for shard in self.shards.values())
        shard = LabShard(last + 1, low, high, parent=parent, adjacent_parent=adjacent)
        self.shards[shard.shard_id] = shard
        self._open(shard)

    def _open(self, shard: Any) -> None:
        shard.starting_number = self.next_number
        self.next_number += 1
        self.shard_count = len(self.open_shards())

    def _close(self, shard: Any) -> None:
        shard.is_open = False
        shard.closed_at = clock.now().timestamp()
        shard.ending_number = self.next_number
        self.next_number += 1
        self.shard_count = len(self.open_shards())
