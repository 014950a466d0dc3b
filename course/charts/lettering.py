"""How wide a text is, and where to break it, measured with the very font that draws it."""

from __future__ import annotations

import re
from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from course.charts.style import DPI, FONT, LINE_HEIGHT, inches

_pen = RendererAgg(8, 8, DPI)  # type: ignore[no-untyped-call]

# Long technical names may break after these marks: arn:aws:sqs, /photos/raw, visibility_timeout.
_JOINTS = re.compile(r"(?<=[-_/.:,=@])(?=\w)|(?<=[a-z0-9])(?=[A-Z][a-z])")


@lru_cache(maxsize=20_000)
def width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of one line of text."""
    if not text:
        return 0.0
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    extent = _pen.get_text_width_height_descent(text, font, False)  # type: ignore[no-untyped-call]
    return float(extent[0]) / DPI


def height(lines: int, size: float) -> float:
    """Height in inches of `lines` lines of text."""
    return lines * inches(size) * LINE_HEIGHT


def widest(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of the longest line of a text with line breaks."""
    return max(width(line, size, bold) for line in text.split("\n"))


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    """A word too wide for its column, broken at its joints, and anywhere when it has none."""
    parts: list[str] = []
    for part in _JOINTS.split(word):
        if parts and width(parts[-1] + part, size, bold) <= room:
            parts[-1] += part
            continue
        while width(part, size, bold) > room and len(part) > 1:
            cut = len(part) - 1
            while cut > 1 and width(part[:cut], size, bold) > room:
                cut -= 1
            parts.append(part[:cut])
            part = part[cut:]
        parts.append(part)
    return parts


def longest_piece(text: str, size: float, bold: bool = False) -> float:
    """Width of the widest piece that cannot be broken in a good place: the least width of a box for this text."""
    return max((width(piece, size, bold) for word in str(text).split() for piece in _JOINTS.split(word)), default=0.0)


def wrap(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Lines of `text`, none wider than `room` inches; breaks the author wrote are kept."""
    lines: list[str] = []
    for paragraph in str(text).split("\n"):
        line = ""
        for word in paragraph.split():
            together = f"{line} {word}" if line else word
            if width(together, size, bold) <= room:
                line = together
                continue
            if line:
                lines.append(line)
            *whole, line = _pieces(word, room, size, bold) if width(word, size, bold) > room else [word]
            lines.extend(whole)
        lines.append(line)
    return lines


def balanced(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Like `wrap`, with the same number of lines but of nearly equal width: better in boxes and headlines."""
    lines = wrap(text, room, size, bold)
    if len(lines) < 2:
        return lines
    low, high = (
        max(room / len(lines) * 0.7, min(room, longest_piece(text, size, bold))),
        room,
    )  # never break a word for balance
    for _ in range(12):
        middle = (low + high) / 2
        tried = wrap(text, middle, size, bold)
        if len(tried) <= len(lines) and max(width(line, size, bold) for line in tried) <= middle:
            high, lines = middle, tried
        else:
            low = middle
    return lines


def fitting(text: str, room: float, size: float, most: int, bold: bool = False) -> list[str]:
    """At most `most` lines; what does not fit ends in an ellipsis."""
    lines = wrap(text, room, size, bold)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + "…", size, bold) > room:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + "…"]
