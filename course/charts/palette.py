"""The colours of the course, and nothing else.

The six series colours were searched for, not picked by eye: for a reader with protanopia or deuteranopia every pair
stays at least 24 units apart (CIE76), for tritanopia 20, and in grey neighbours differ by 8 steps of lightness. No two
series melt together in colour, in a black-and-white print, or for one reader in twelve. `tests/charts/test_palette.py`
repeats the measurement.
"""

from __future__ import annotations

from collections.abc import Sequence

SERIES: tuple[str, ...] = ("#1c4199", "#ce660b", "#207c65", "#512350", "#7a98d7", "#b21a20")

INK = "#1b2330"
"""Text that must be read."""
MUTED = "#55606f"
"""Text that may be read: units, ticks, sources."""
RULE = "#9aa5b4"
"""Axis lines and box borders."""
GRID = "#e3e8ee"
FAINT = "#f3f5f9"
"""Fill of areas that only group."""
PAPER = "#ffffff"

MAIN = SERIES[0]
ACCENT = SERIES[1]
QUIET = "#a7b3c5"
"""Bars and lines that are there for comparison only."""

# Fills behind words. They differ in lightness as well as in hue, and always carry a word, so colour never stands alone.
MEANINGS: dict[str, str] = {
    "good": "#cfe9e0",
    "bad": "#b21a20",
    "warn": "#f5d9a6",
    "busy": "#bfcdf0",
    "off": "#e6e9ee",
    "strong": "#1c4199",
    "plain": "#f3f5f9",
    "empty": "#ffffff",
}

_RAMP = ("#f1f5fc", "#c9d6f0", "#94aee0", "#5478c2", "#1c4199", "#0e2359")


def _rgb(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _hex(rgb: Sequence[float]) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in rgb)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` mixed in: `mix(MAIN, PAPER, 0.8)` is a pale blue."""
    return _hex([a + (b - a) * share for a, b in zip(_rgb(colour), _rgb(other), strict=True)])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 for black and 1 for white."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in _rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of WCAG 2, from 1 (same) to 21 (black on white)."""
    high, low = sorted((luminance(colour), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(fill: str) -> str:
    """Dark or white text, whichever reads better on `fill`."""
    return INK if contrast(INK, fill) >= contrast(PAPER, fill) else PAPER


def as_text(colour: str) -> str:
    """`colour`, darkened as far as text on white needs it (contrast 4.5)."""
    darker = colour
    while contrast(darker, PAPER) < 4.5:
        darker = mix(darker, "#000000", 0.06)
    return darker


def shade(share: float) -> str:
    """A colour of the sequential ramp: 0 is nearly white, 1 is dark blue, lightness falls all the way."""
    place = max(0.0, min(1.0, share)) * (len(_RAMP) - 1)
    step = min(int(place), len(_RAMP) - 2)
    return mix(_RAMP[step], _RAMP[step + 1], place - step)


def series_colour(index: int) -> str:
    """The colour of the series number `index`; from the seventh on they repeat, and the line style tells them apart."""
    return SERIES[index % len(SERIES)]
