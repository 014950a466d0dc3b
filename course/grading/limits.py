"""How much a submission may use."""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits for one notebook. A cell's wall time is nbgrader's own setting, ``Execute.timeout``.

    >>> Limits(memory=512 * MIB).memory // MIB
    512
    """

    seconds: float = 300.0
    """Wall time of the whole notebook."""
    cpu_seconds: int = 240
    """Processor time of the whole notebook, over all threads."""
    memory: int = 2048 * MIB
    """What the notebook may allocate beyond what the warm process holds already."""
    processes: int = 64
    """Processes and threads; where the kernel counts per sandbox only from 301 on, it is 300."""
    open_files: int = 256
    file_size: int = 64 * MIB
    """The longest file a notebook may write."""
    disk: int = 256 * MIB
    """The size of its private folders, together."""
    output: int = 32 * MIB
    """What all cells together may print and display."""
    input_files: int = 64 * MIB
    """The size of the files beside the notebook that are copied into the sandbox."""

    def as_dict(self) -> dict[str, Any]:
        """Return the limits as plain data."""
        return asdict(self)


def apply(limits: Limits, processes: bool = True) -> None:
    """Limit this process, and all it will start.

    Outside a sandbox ``processes`` must be False: there the kernel counts all processes of the user.
    """
    held = _data_bytes()
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_DATA, held + limits.memory)
    _limit(resource.RLIMIT_FSIZE, limits.file_size)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    if processes:
        _limit(resource.RLIMIT_NPROC, limits.processes)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)


def _limit(kind: int, value: int) -> None:
    _soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _data_bytes() -> int:
    """Return what the kernel counts as this process's data so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
