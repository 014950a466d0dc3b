"""The house style: sizes in inches and points, and a matplotlib that ignores whatever the notebook has set.

A chart is drawn with matplotlib's own defaults and explicit sizes, under one lock, so a learner's `plt.style.use(...)`
cannot change it, two threads cannot mix their settings, and the same chart has the same bytes everywhere.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib

FONT = "DejaVu Sans"
"""Ships inside matplotlib: the only font that is the same on every machine."""

DPI = 150
WIDTH = 7.2
"""Inches: the width of a notebook's output at 100 pixels an inch."""
SHOWN_PIXELS_PER_INCH = 100
MARGIN = 0.1

HEADLINE = 12.5
SUBTITLE = 9.0
BODY = 8.8
TICK = 8.4
SMALL = 7.8
SOURCE = 7.2

LINE_HEIGHT = 1.24
"""Distance of two base lines as a multiple of the font size."""

_lock = threading.RLock()
_NOT_STYLE = {"backend", "backend_fallback", "interactive", "toolbar", "timezone", "figure.max_open_warning"}


def _defaults() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings: dict[str, Any] = {
            name: value for name, value in matplotlib.rcParamsDefault.items() if name not in _NOT_STYLE
        }
    settings["svg.hashsalt"] = "course"
    settings["font.family"] = [FONT]
    return settings


@contextmanager
def house_style() -> Iterator[None]:
    """Draw inside this block with the course's settings; the caller's settings come back afterwards."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with matplotlib.rc_context(_defaults()):
            yield


def inches(points: float) -> float:
    """Length in inches of a length in points."""
    return points / 72
