"""A real Redis or Valkey server in place of the built-in one: COURSE_REDIS_URL=redis://localhost:6379/0.

Give it a server that holds nothing else: all caches of the account share it, `lab.reset()` leaves it as it is, and its
memory, eviction and replicas are its own. One thing it cannot know is the lab's clock; so before a command each client
takes off the remaining life of all keys what the clock was pushed forward since the last one.
"""

from __future__ import annotations

import time
from typing import Any

import redis

_FIRST_CHECK = time.time() - time.perf_counter()
_pushed = [_FIRST_CHECK]


class AgeingRedis(redis.Redis):
    """A client whose keys age with the lab's clock."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Age the keys, then run the command."""
        self._age()
        return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Any:
        """Age the keys, then open a pipeline."""
        self._age()
        return super().pipeline(transaction, shard_hint)

    def _age(self) -> None:
        # time.time follows the lab's clock and time.perf_counter does not.
        now = time.time() - time.perf_counter()
        forward, _pushed[0] = now - _pushed[0], now
        if forward < 0.5:
            return
        run = super().execute_command
        for key in run("KEYS", "*"):  # type: ignore[no-untyped-call]
            left = run("PTTL", key)  # type: ignore[no-untyped-call]
            if left >= 0:
                run("PEXPIRE", key, max(1, left - round(forward * 1000)))  # type: ignore[no-untyped-call]
        time.sleep(0.005)  # what has one millisecond left is gone afterwards


def client(url: str, **options: Any) -> redis.Redis:
    """A client of the server at `url`."""
    return AgeingRedis.from_url(url, **options)
