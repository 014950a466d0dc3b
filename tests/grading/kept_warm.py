"""A warm process for several runs of `course grade`, in tests that are not about its start."""

from __future__ import annotations

from course.grading.warm import Warm


class KeptWarm(Warm):
    """A run closes the warm process that it is given; this one outlives it, until `end`."""

    def close(self) -> None:
        """Stay."""

    def end(self) -> None:
        """Close it."""
        super().close()
