"""A rehearsal saves work and changes nothing: charts look the same, and a chart that differs is painted anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course import charts
from course.grading import chart_state
from course.grading.pictures import digest
from course.grading.warm import Warm

CHART = (
    "from course import charts\n"
    "charts.bars({'a': 1.5, 'b': 2}, headline='Two bars', unit='USD', source='https://example.org')"
)
SHOWN = CHART.replace("charts.bars", "chart = charts.bars") + "\npicture = chart.png()\n"
PARTS = (
    "from matplotlib.text import Text\n"
    "sorted((text.get_text(), *text.get_window_extent().bounds) for text in chart.figure.findobj(Text))"
)
BOLD = "from matplotlib.text import Text\nText.get_text = lambda text: text._text.upper()\n"
KNOWN = "from course.charts.chart import Chart\nlen(Chart.png.__globals__['known'])"


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=1, services=["sqs"]) as process:
        yield process


def last(warm: Warm, *cells: str) -> nbformat.NotebookNode:
    """The data of what the last cell shows."""
    done = warm.run(new_notebook(cells=[new_code_cell(code) for code in cells]))
    return done.cells[-1].outputs[-1].data


def known(warm: Warm) -> int:
    return int(last(warm, KNOWN)["text/plain"])


def test_a_rehearsed_chart_is_the_same_and_a_changed_one_its_own(warm: Warm, tmp_path: Path) -> None:
    same, changed = [CHART], [CHART.replace("charts.bars", "chart = charts.bars"), "chart.axes.axvline(1)\nchart"]
    painted = [last(warm, *same), last(warm, *changed)]
    assert known(warm) == 0
    nbformat.write(new_notebook(cells=[new_code_cell(CHART), new_code_cell("1 / 0")]), tmp_path / "lesson.ipynb")
    warm.rehearse(tmp_path / "lesson.ipynb")
    until = time.monotonic() + 60
    while not known(warm):
        assert time.monotonic() < until, "the rehearsal came to no end"
        time.sleep(0.1)
    assert [last(warm, *same), last(warm, *changed)] == painted
    assert painted[0]["image/png"] != painted[1]["image/png"]
    assert last(warm, SHOWN + PARTS) == last(warm, SHOWN + "chart.settle()\n" + PARTS)  # settled for who looks at it
    assert last(warm, BOLD + CHART)["image/png"] == last(warm, BOLD + SHOWN + "chart.axes\nchart")["image/png"]
    assert last(warm, BOLD + CHART)["image/png"] != painted[0]["image/png"]


def test_a_lesson_that_cannot_be_rehearsed_disturbs_nobody(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    warm.rehearse(tmp_path / "broken.ipynb")
    warm.rehearse(tmp_path / "missing.ipynb")
    assert last(warm, "1 + 1")["text/plain"] == "2"


def bars(**changes: object) -> charts.Chart:
    options: dict[str, object] = {"headline": "Two bars", "unit": "USD", "source": "https://example.org", **changes}
    chart = charts.bars(options.pop("data", {"a": 1.5, "b": 2}), **options)
    chart.settle()
    return chart


@pytest.mark.parametrize(
    "changes", [{"data": {"a": 1.5, "b": 2.0001}}, {"headline": "Two bars!"}, {"unit": "EUR"}, {"highlight": ["a"]}]
)
def test_the_digest_tells_charts_apart(changes: dict[str, object]) -> None:
    assert digest(bars().figure) == digest(bars().figure) != digest(bars(**changes).figure)


@pytest.mark.parametrize(
    "add",
    [
        "set_facecolor('red')", "patch.set_visible(True)", "text(0, 0, 'x')", "plot([1, 2])", "patches[0].set_lw(9)",
        "spines['bottom'].set_lw(9)", "patches[0].set_hatch('/')", "patches[1].set_alpha(0.5)", "set_xlim(0, 9)",
        "imshow([[1, 2], [3, 4]])", "imshow([[1, 2], [3, 5]])", "scatter([1], [1], s=3)", "scatter([1], [1], s=4)",
        "pcolormesh([[1, 2], [3, 4]])", "texts[0].set_rotation(9)", "grid(False)", "patches[0].set_gid('x')",
    ],
)  # fmt: skip
def test_where_the_picture_differs_the_digest_does(add: str) -> None:
    plain, other = bars(), bars()
    eval(f"chart.axes.{add}", {"chart": other})
    if plain.png() != other.png():
        assert digest(other.figure) != digest(plain.figure)


@pytest.mark.parametrize(
    "changes", [{"data": {"a": 1.5, "b": 2.0001}}, {"headline": "Two bars!"}, {"unit": "EUR"}, {"highlight": ["a"]}]
)
def test_so_does_the_digest_of_what_an_untouched_chart_is_made_of(changes: dict[str, object]) -> None:
    assert chart_state.digest(bars()) == chart_state.digest(bars()) != chart_state.digest(bars(**changes))


def test_what_a_learner_defines_has_no_digest() -> None:
    class Mine(float):
        """Code that may be anything."""

    chart = bars()
    chart.figure.mine = Mine(1)
    assert chart_state.digest(chart) is None
    chart.figure.mine = lambda: 1
    assert chart_state.digest(chart) is None


def test_what_cannot_be_written_down_exactly_is_painted() -> None:
    chart = bars()
    chart.axes.patches[0].set_agg_filter(lambda image, dpi: (image, 0, 0))
    assert digest(chart.figure) is None
