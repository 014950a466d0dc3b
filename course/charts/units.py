"""Numbers as people say them: money, bytes, time, percent, and thousands with separators.

`say(262_144, "bytes")` is `256 KiB`, `say(43_200, "seconds")` is `12 h`, `say(0.0000002, "USD")` is `$0.0000002`.
"""

from __future__ import annotations

import math
from datetime import timedelta

MINUS = "\N{MINUS SIGN}"
"""As wide as a plus sign, unlike a hyphen."""

_SECONDS_IN: dict[str, float] = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "microseconds": 1e-6, "ms": 1e-3, "milliseconds": 1e-3,
    "s": 1.0, "second": 1.0, "seconds": 1.0, "minute": 60.0, "minutes": 60.0, "hour": 3600.0, "hours": 3600.0,
    "day": 86400.0, "days": 86400.0,
}  # fmt: skip
_BYTES_IN: dict[str, float] = {
    "byte": 1.0, "bytes": 1.0, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15,
    "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40, "PiB": 2.0**50,
}  # fmt: skip
_TIME_STEPS = (
    (31_536_000.0, "y"),
    (86400.0, "d"),
    (3600.0, "h"),
    (60.0, "min"),
    (1.0, "s"),
    (1e-3, "ms"),
    (1e-6, "µs"),
)


def kind_of(unit: str | None) -> str:
    """`money`, `time`, `size`, `percent`, `share`, `date` or `count`: decides how a number is written."""
    name = (unit or "").strip()
    if name.startswith(("USD", "$")):
        return "money"
    if name in _SECONDS_IN:
        return "time"
    if name in _BYTES_IN:
        return "size"
    if name.split(" ")[0] in {"percent", "%"}:
        return "percent"
    return "date" if name == "date" else "count"


def in_small_unit(value: float, unit: str | None) -> float:
    """The value in seconds or bytes, so that ticks can fall on whole minutes or KiB."""
    return value * _SECONDS_IN.get(unit or "", 1.0) * _BYTES_IN.get(unit or "", 1.0)


def small_unit(unit: str | None) -> float:
    """How many seconds or bytes one of `unit` is; 1 for all other units."""
    return in_small_unit(1.0, unit)


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(value: float, significant: int) -> str:
    """Fixed-point text with at least `significant` digits, thousands separated, no trailing zeros."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(0, significant - 1 - math.floor(math.log10(abs(value))))
    return _trim(f"{value:,.{places}f}")


def _money(value: float) -> str:
    sign, amount = (MINUS if value < 0 else ""), abs(value)
    if amount >= 1e6:
        return f"{sign}${_large(amount)}"
    if amount >= 1000 or (abs(amount - round(amount)) < 0.005 and amount >= 1) or amount == 0:
        return f"{sign}${amount:,.0f}"
    if amount >= 1:
        return f"{sign}${amount:,.2f}"
    text = _digits(amount, 3)
    return f"{sign}${text}0" if len(text) == 3 else f"{sign}${text}"  # 0.5 is said as 0.50


def _large(value: float) -> str:
    size = abs(value)
    for step, name in ((1e12, " trillion"), (1e9, " bn"), (1e6, " M")):
        if size >= step:
            return f"{_digits(value / step, 3)}{name}"
    return _digits(value, 3)


def _count(value: float) -> str:
    if abs(value) >= 1e6:
        scaled = _large(value)
        exact = f"{value:,.0f}"
        return scaled if len(scaled) < len(exact) else exact
    text = f"{value:,.0f}" if value == round(value) else _digits(value, 3)
    return text.replace("-", MINUS)


def _time(seconds: float) -> str:
    size = abs(seconds)
    if size == 0:
        return "0"
    for index, (step, name) in enumerate(_TIME_STEPS):
        if size >= step * 0.9999:
            whole = seconds / step
            if name == "d" and whole < 1.9999:  # 24 h and 36 h, as people say
                continue
            # 90 min reads better than 1.5 h, because it is whole in the smaller unit; 365 d and 400 d stay in days.
            if name == "y" and (whole < 2 or (abs(whole - round(whole)) > 1e-6 and whole < 10)):
                continue
            if abs(whole - round(whole)) > 1e-3 and index + 1 < len(_TIME_STEPS):
                smaller, smaller_name = _TIME_STEPS[index + 1]
                parts = seconds / smaller
                if abs(parts - round(parts)) < 1e-3 and abs(parts) < 100:
                    return f"{_digits(round(parts), 3)} {smaller_name}"
            return f"{_digits(whole, 3)} {name}"
    return f"{_digits(seconds * 1e9, 3)} ns"


def _size(count: float) -> str:
    size = abs(count)
    if size == 0:
        return "0"
    for base, names in ((1024.0, ("PiB", "TiB", "GiB", "MiB", "KiB")), (1000.0, ("PB", "TB", "GB", "MB", "KB"))):
        for power, name in zip((5, 4, 3, 2, 1), names, strict=True):
            step = base**power
            if size < step:
                continue
            # 262,144 is 256 KiB; 400,000 is 400 KB: the family in which the number is short is what AWS wrote.
            if base == 1000.0 or abs(count / step - round(count / step, 1)) < 1e-9:
                return f"{_digits(count / step, 3)} {name}"
            break
    return f"{_digits(count, 3)} B"


def say(value: float | timedelta, unit: str | None = None) -> str:
    """`value` as a person writes it in `unit`; `say(900, "seconds")` is `15 min`."""
    if isinstance(value, timedelta):
        return _time(value.total_seconds())
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "no value"
    if math.isinf(value):
        return "no limit"
    kind = kind_of(unit)
    number = float(value)
    if kind == "money":
        return _money(number)
    if kind == "time":
        return _time(in_small_unit(number, unit))
    if kind == "size":
        return _size(in_small_unit(number, unit))
    if kind == "percent":
        return f"{_count(number)}%"
    return _count(number)


def axis_title(label: str | None, unit: str | None) -> str:
    """What stands at an axis: the label, and the unit unless every tick says it (12 h, 64 KiB, 40%)."""
    told_by_ticks = unit is None or kind_of(unit) in {"time", "size", "date"} or unit in {"percent", "%"}
    if told_by_ticks:
        return label or ""
    return f"{label} ({unit})" if label and str(unit) not in label else (label or unit or "")
