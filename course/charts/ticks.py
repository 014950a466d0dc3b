"""Where ticks stand: whole numbers a reader expects (15 min, 64 KiB, 2,500), chosen from the unit and the room."""

from __future__ import annotations

import datetime as dt
import math

from matplotlib.axis import Axis
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from course.charts.moments import day_number, moment
from course.charts.units import MINUS, kind_of, say, small_unit

_TIME = (1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800,
         3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 432000, 604800, 1209600, 2592000, 7776000, 15552000,
         31536000, 63072000, 157680000)  # fmt: skip
_LOG_TIME = (
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    1e-2,
    0.1,
    1,
    10,
    60,
    600,
    3600,
    21600,
    86400,
    604800,
    2592000,
    31536000,
    315360000,
)
_LOG_TIME_FEW = (1e-6, 1e-3, 1, 60, 3600, 86400, 2592000, 31536000, 315360000)


def _decimal_steps(span: float, count: int) -> list[float]:
    rough = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return [power * factor for factor in (1, 2, 2.5, 5, 10, 20, 25, 50)]


def _step(span: float, count: int, kind: str) -> float:
    """The smallest nice step that needs no more than `count` intervals."""
    if kind == "time":
        choices = [float(step) for step in _TIME]
    elif kind == "size" and span > 1024:
        # Powers of two times a power of 1024, so that 64 KiB comes out and not 50 KB.
        choices = [float(2**power) for power in range(0, 60)]
    else:
        choices = []
    choices = [step for step in choices if span / step <= count] or _decimal_steps(span, count)
    return min((step for step in choices if span / step <= count + 1e-9), default=choices[-1])


def _linear(low: float, high: float, count: int, kind: str) -> list[float]:
    if high <= low:
        return [low]
    step = _step(high - low, count, kind)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _log(low: float, high: float, count: int, kind: str) -> list[float]:
    if kind == "time":
        for family in (_LOG_TIME, _LOG_TIME_FEW):
            chosen = [float(step) for step in family if low <= step * 1.0001 and step <= high * 1.0001]
            if 2 <= len(chosen) <= count:
                return chosen
        return chosen if len(chosen) <= count else chosen[:: math.ceil(len(chosen) / count)]
    base = 2.0 if kind == "size" and high / low > 64 else 10.0
    first, last = math.ceil(math.log(low, base) - 1e-9), math.floor(math.log(high, base) + 1e-9)
    powers = list(range(first, last + 1))
    if base == 10.0 and len(powers) <= 2:
        some = [digit * 10.0**power for power in range(first - 1, last + 1) for digit in (1, 2, 5)]
        return [tick for tick in some if low <= tick * 1.0001 and tick <= high * 1.0001]
    if len(powers) > count:
        every = math.ceil((len(powers)) / count)
        if base == 2.0:  # 1 KiB, 32 KiB, 1 MiB: steps of five or ten powers land on whole units
            every = next((step for step in (1, 2, 5, 10, 20) if step >= every), 20)
        powers = [power for power in powers if power % every == 0]
    return [base**power for power in powers]


def _months(low: float, high: float, count: int) -> list[float]:
    start, end = moment(low), moment(high)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    every = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if months / step <= count), 120)
    found = []
    for year in range(start.year, end.year + 1):
        for month in range(1, 13):
            stands = (year * 12 + month - 1) % every == 0
            number = day_number(dt.datetime(year, month, 1))
            if stands and low <= number <= high:
                found.append(number)
    return found


def _day(number: float, every_year: bool) -> str:
    day = moment(number)
    return str(day.year) if every_year else f"{day:%b} {day.year}"


def positions(low: float, high: float, unit: str | None, *, log: bool = False, count: int = 7) -> list[float]:
    """Tick positions between `low` and `high` in the data's own unit, at most about `count` of them."""
    kind, scale = kind_of(unit), small_unit(unit)
    if kind == "date":
        return _months(low, high, count) or [low]
    place = _log if log else _linear
    return [tick / scale for tick in place(low * scale, high * scale, count, kind)]


def _in_one_unit(seconds: list[float]) -> list[str]:
    """0, 15 min, ..., 60 min, 75 min: a scale that changes its unit half-way is hard to read."""
    step = seconds[1] - seconds[0]
    for size, name in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if step >= size * 0.9999 and abs(step / size - round(step / size)) < 1e-6:
            return ["0" if tick == 0 else f"{round(tick / size):,} {name}" for tick in seconds]
    return [say(tick, "seconds") for tick in seconds]


def labels(ticks: list[float], unit: str | None, *, log: bool = False) -> list[str]:
    """The words at the ticks; money on one axis has the same number of decimals everywhere."""
    kind = kind_of(unit)
    if kind == "date":
        january = all((moment(tick).month, moment(tick).day) == (1, 1) for tick in ticks)
        return [_day(tick, january) for tick in ticks]
    if not log:
        ticks = [0.0 if abs(tick) < 1e-12 * max((abs(t) for t in ticks), default=1) else tick for tick in ticks]
    if kind == "money" and not log and ticks and max(abs(tick) for tick in ticks) < 1e6:
        places = 0
        while places < 9 and any(abs(tick * 10**places - round(tick * 10**places)) > 1e-6 for tick in ticks):
            places += 1
        places = 2 if places == 1 else places
        return ["$0" if tick == 0 else f"{MINUS if tick < 0 else ''}${abs(tick):,.{places}f}" for tick in ticks]
    if kind == "time" and not log and len(ticks) > 1:
        return _in_one_unit([tick * small_unit(unit) for tick in ticks])
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if kind in {"count", "money"} and not log and largest >= 1e6:
        scale, name = (1e9, " bn") if largest >= 1e9 else (1e6, " M")  # one scale for the axis: 0.5 M, 1 M, 1.5 M
        sign = "$" if kind == "money" else ""
        return ["0" if tick == 0 else f"{sign}{say(tick / scale)}{name}" for tick in ticks]
    return [say(tick, unit) for tick in ticks]


def apply(axis: Axis, low: float, high: float, unit: str | None, *, log: bool = False, count: int = 7) -> None:
    """Put the ticks on a matplotlib axis."""
    places = positions(low, high, unit, log=log, count=count)
    axis.set_major_locator(FixedLocator(places))
    axis.set_major_formatter(FixedFormatter(labels(places, unit, log=log)))
    axis.set_minor_locator(NullLocator())
