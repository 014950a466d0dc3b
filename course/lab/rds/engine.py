"""The database behind a DB instance: its committed state, who is connected, and whether it is up.

Replication: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html
Failover: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html

A replica applies the commits of its source one after the other. Each takes its way over the network and its time to
be applied, so a burst of writes makes the replica fall behind until it has caught up. How fast that is depends on AWS's
hardware and nobody's documentation; the lab's two numbers are below and are told to learners.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final
from weakref import WeakSet

from course.lab.clock import clock
from course.lab.rds.history import History

ROWS_A_SECOND: Final = 500
"""How many changed rows a replica in the lab applies in a second."""
DELAY: Final = {"same Region": 0.5, "other Region": 2.0}
"""Seconds from the commit on the source until the replica begins to apply it."""


class Engine:
    """A database engine that runs, or will run again at `ready_at`."""

    def __init__(self, image: bytes = b"") -> None:
        self.history = History(image, now())
        self.connections: WeakSet[Any] = WeakSet()
        self.writer: Any = None  # the connection whose transaction holds the lock
        self.ready_at = 0.0
        self.failed_at = 0.0
        self._source: Engine | None = None
        self._delay = 0.0
        self._arrived: list[float] = []
        self._shown: tuple[int, bytes] = (0, image)

    def __deepcopy__(self, memo: Any) -> Engine:
        return self  # moto copies instances when it restores them; a running engine cannot be copied

    # Time ----------------------------------------------------------------------------------------------------------

    @property
    def is_replica(self) -> bool:
        return self._source is not None

    def image(self) -> bytes:
        """The database as a client of this engine sees it now."""
        if self._source is None:
            return self.history.latest
        goal = bisect_right(self.arrivals(), now())
        position, image = self._shown
        self._shown = (goal, self.history.forward(image, position, goal))
        return self._shown[1]

    def version(self) -> int:
        """A number that changes with the image."""
        return len(self.history.commits) if self._source is None else bisect_right(self.arrivals(), now())

    def commit(self, image: bytes, rows: int) -> None:
        """A transaction is durable."""
        self.history.add(image, now(), rows)

    def image_at(self, moment: float) -> bytes:
        """The database as it was at a moment of the past."""
        arrivals = self.arrivals()
        return self.history.image(bisect_right(arrivals, moment))

    def arrivals(self) -> list[float]:
        """When each commit of the history is, or will be, visible here."""
        commits = self.history.commits
        if self._source is None:
            return [commit.at for commit in commits]
        sent = self._source.arrivals()
        for place in range(len(self._arrived), len(commits)):
            free = self._arrived[-1] if self._arrived else 0.0
            begun = max(sent[place] + self._delay, free)
            self._arrived.append(begun + commits[place].rows / ROWS_A_SECOND)
        return self._arrived

    # Replication ---------------------------------------------------------------------------------------------------

    def follow(self, source: Engine, distance: str = "same Region") -> None:
        """Become a replica, with all that the source shows at this moment."""
        here = source.version()
        self._source, self._delay = source, DELAY[distance]
        self.history = source.history
        self._arrived = [now()] * here
        self._shown = (here, source.image())

    def stand_alone(self) -> None:
        """Be promoted: what has not been applied by now never will be."""
        image = self.image()
        self._source = None
        self.history = History(image, now())

    # Up and down ---------------------------------------------------------------------------------------------------

    def is_up(self) -> bool:
        return now() >= self.ready_at

    def go_down(self, seconds: float) -> None:
        """Drop all connections; what they have not committed is gone. New ones are refused for so long."""
        for connection in list(self.connections):
            connection.drop()
        self.writer = None
        self.failed_at, self.ready_at = now(), now() + seconds


def now() -> float:
    """Seconds since 1970 on the lab's clock."""
    return clock.now().timestamp()
