"""Step and staircase charts: capacity units over size, instances over load, alarm states over time, retries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from course.charts import alt_text
from course.charts.chart import Chart
from course.charts.inputs import Series, are_dates, named_series, number
from course.charts.line_plot import (
    LinePlot,
    looks,
    read_marks,
    read_spans,
    room_for_labels,
    state_key,
)
from course.charts.sheet import Sheet
from course.charts.style import house_style
from course.charts.units import say

_FEW = 9


@house_style()
def steps(
    data: Any,
    *,
    headline: str,
    x: Any = None,
    x_label: str = "",
    y_label: str = "",
    x_unit: str | None = None,
    y_unit: str | None = None,
    states: Sequence[tuple[Any, Any, str]] = (),
    thresholds: Mapping[str, Any] | None = None,
    events: Mapping[str, Any] | None = None,
    notes: Sequence[tuple[Any, Any, str]] = (),
    highlight: Sequence[str] = (),
    values: bool | None = None,
    log_y: bool = False,
    until: Any = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 2.9,
) -> Chart:
    """Values that hold until the next point. `states` are (start, end, word) spans, shown as a strip above.

    `until` is the x to which the last step reaches. A single line of few steps says the value on every step;
    `values=False` turns that off.

    >>> steps({"write units": ([0, 1, 2, 3], [1, 2, 3, 4])}, until=4, x_label="item size (KB)",
    ...       headline="Every started kilobyte costs one write unit")
    """
    series = named_series(data, "steps", x)
    if x_unit is None and are_dates(series[0].x):
        x_unit = "date"
    levels, moments, spans = read_marks(thresholds, "steps"), read_marks(events, "steps"), read_spans(states, "steps")
    low = min(one.x[0] for one in series)
    high = max([one.x[-1] for one in series] + [end for _, end, _ in spans])
    if until is not None:
        high = max(high, number(until, "steps: until"))
    series = [Series(one.name, (*one.x, high), (*one.y, one.y[-1])) if one.x[-1] < high else one for one in series]
    names = [one.name for one in series] + [words for words, _ in levels]
    sheet = Sheet("Step chart", headline=headline, subtitle=subtitle, height=room_for_labels(names, height),
                  source=source, data=[data, thresholds], alt=alt, key=state_key(spans, low, high))  # fmt: skip
    plot = LinePlot(sheet, sheet.axes(), x_unit=x_unit, y_unit=y_unit, log_y=log_y)
    plot.range_x(low, high)
    plot.states(spans)
    for one, look in zip(series, looks(series, highlight), strict=True):
        plot.draw(one, look, step=True)
    for words, level in levels:
        plot.threshold(words, level)
    for words, moment in moments:
        plot.event(words, moment)
    says_values = values if values is not None else len(series) == 1 and len(series[0].x) <= _FEW
    if says_values:
        for start, end, value in _plateaus(series[0]):
            plot.note((start + end) / 2, value, say(value, y_unit), mark=False)
    for note_x, note_y, words in notes:
        plot.note(number(note_x, "steps: note"), number(note_y, "steps: note"), words)
    plot.range_y([y for one in series for y in one.y] + [level for _, level in levels])
    if says_values and not log_y:
        plot.axes.set_ylim(top=plot.axes.get_ylim()[1] * 1.06)
    plot.titles(x_label, y_label)
    plot.settle_on(sheet)
    summary = alt_text.listing([_in_words(one, x_unit, y_unit) for one in series])
    if spans:
        said = [f"{state} from {say(start, x_unit)} to {say(end, x_unit)}" for start, end, state in spans]
        summary += ". States: " + alt_text.listing(said)
    return sheet.finish(plot.axes, summary + ".")


def _plateaus(series: Series) -> list[tuple[float, float, float]]:
    """(start, end, value) of each step, neighbours of equal value joined."""
    found: list[tuple[float, float, float]] = []
    for start, end, value in zip(series.x, series.x[1:], series.y, strict=False):
        if found and found[-1][2] == value:
            found[-1] = (found[-1][0], end, value)
        else:
            found.append((start, end, value))
    return found


def _in_words(series: Series, x_unit: str | None, y_unit: str | None) -> str:
    stairs = _plateaus(series)
    if len(stairs) > alt_text.MOST:
        return alt_text.line(series, x_unit, y_unit)
    said = [f"{say(value, y_unit)} from {say(start, x_unit)}" for start, _, value in stairs]
    return (f"{series.name}: " if series.name else "") + ", ".join(said)
