"""The parts that charts are made of: numbers in words, ticks, sources, placement, crossings, layouts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import charts
from course.charts import sources, ticks
from course.charts.layered_layout import Box, arrange
from course.charts.placement import spread


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (262_144, "bytes", "256 KiB"), (400_000, "bytes", "400 KB"), (2**20, "bytes", "1 MiB"), (5, "GB", "5 GB"),
        (43_200, "seconds", "12 h"), (5400, "seconds", "90 min"), (86_400, "seconds", "24 h"), (345_600, "s", "4 d"),
        (365, "days", "365 d"), (0.25, "s", "250 ms"), (29_000, "ms", "29 s"), (0, "seconds", "0"),
        (0.0000002, "USD per request", "$0.0000002"), (0.5, "USD", "$0.50"), (1234.4, "USD", "$1,234"),
        (7.59, "USD", "$7.59"), (92.0000001, "USD", "$92"), (-3, "USD", "\N{MINUS SIGN}$3"), (3.4e9, "USD", "$3.4 bn"),
        (3000, "requests/s", "3,000"), (1.5, None, "1.5"), (100_000_000, None, "100 M"), (12.5, "percent", "12.5%"),
        (float("inf"), "bytes", "no limit"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_say_them(value: float, unit: str | None, said: str) -> None:
    assert charts.say(value, unit) == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "log", "words"),
    [
        (0, 90, "minutes", False, ["0", "15 min", "30 min", "45 min", "60 min", "75 min", "90 min"]),
        (0, 262_144, "bytes", False, ["0", "64 KiB", "128 KiB", "192 KiB", "256 KiB"]),
        (0, 3.2e6, "requests", False, ["0", "0.5 M", "1 M", "1.5 M", "2 M", "2.5 M", "3 M"]),
        (0.001, 30, "USD", True, ["$0.001", "$0.01", "$0.10", "$1", "$10"]),
        (1024, 5e12, "bytes", True, ["1 KiB", "32 KiB", "1 MiB", "32 MiB", "1 GiB", "32 GiB", "1 TiB"]),
    ],
)
def test_ticks_stand_on_numbers_a_reader_expects(
    low: float, high: float, unit: str, log: bool, words: list[str]
) -> None:
    assert ticks.labels(ticks.positions(low, high, unit, log=log), unit, log=log) == words


@dataclass
class Fact:
    source: str
    as_of: str


def test_one_fact_gives_a_short_address_and_its_date() -> None:
    fact = Fact("https://docs.aws.amazon.com/lambda/latest/dg/limits.html", "2026-07")
    assert sources.footer(fact) == "Source: docs.aws.amazon.com/…/limits.html, 2026-07"


def test_facts_of_one_page_share_a_span_of_dates_and_many_pages_are_counted() -> None:
    pages = [Fact(f"https://aws.amazon.com/{page}/", date) for page, date in zip("aabcde", "615342", strict=True)]
    assert (
        sources.footer(pages) == "Sources: aws.amazon.com/a, 1 to 6; aws.amazon.com/b, 5; aws.amazon.com/c, 3; 2 more"
    )


def test_a_table_of_facts_is_a_source() -> None:
    frame = pd.DataFrame({"value": [1], "source": ["https://aws.amazon.com/s3/"], "as_of": ["2026"]})
    assert sources.footer(frame) == "Source: aws.amazon.com/s3, 2026"


def test_facts_among_the_data_name_their_source() -> None:
    from course import facts

    limit = facts.limit("sqs", "visibility-max")
    assert limit.as_of in sources.footer(None, {"visibility": limit})


def test_plain_numbers_have_no_source() -> None:
    assert sources.footer(None, {"a": 1, "b": [2, 3]}) == ""


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(1, 9)), min_size=1, max_size=10),
)
def test_spread_labels_never_overlap_and_stay_inside(things: list[tuple[float, float]]) -> None:
    wanted, sizes = [w for w, _ in things], [s for _, s in things]
    centres = spread(wanted, sizes, 0.0, 100.0)
    spans = sorted((c - s / 2, c + s / 2) for c, s in zip(centres, sizes, strict=True))
    assert spans[0][0] >= -1e-6 and spans[-1][1] <= 100 + 1e-6
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(spans))


def test_labels_with_room_stay_where_they_belong() -> None:
    assert spread([10, 50, 90], [5, 5, 5], 0, 100) == [10, 50, 90]


def test_the_break_even_is_computed() -> None:
    (crossing,) = charts.crossings({"per call": lambda n: 2 * n, "flat": lambda n: 10}, x=(0, 20))
    assert (crossing.x, crossing.y) == pytest.approx((5, 10))
    assert (crossing.lower_before, crossing.lower_after) == ("per call", "flat")


def test_curves_that_start_together_do_not_cross() -> None:
    assert charts.crossings({"free, then paid": ([0, 1, 2], [0, 0, 5]), "free": ([0, 1, 2], [0, 0, 1])}) == []


def test_only_a_change_of_the_cheapest_is_a_break_even_unless_asked() -> None:
    lines = {"a": ([0, 10], [0, 10]), "b": ([0, 10], [4, 4]), "c": ([0, 10], [6, 6])}
    assert [c.x for c in charts.crossings(lines)] == pytest.approx([4])
    assert [c.x for c in charts.crossings(lines, cheapest=False)] == pytest.approx([4, 6])
    assert [c.x for c in charts.crossings(lines, against="c")] == pytest.approx([6])


def test_the_chart_carries_its_break_even_points() -> None:
    chart = charts.curves({"a": lambda n: n, "b": lambda n: 3}, x=(0, 9), breakeven=True, x_label="GB", headline="x")
    assert [c.x for c in chart.findings] == pytest.approx([3])
    assert "break-even of a and b at 3 GB" in chart.alt


def test_capacity_measures_what_is_short_and_what_is_idle() -> None:
    chart = charts.capacity(([0, 10], [5, 5]), ([0, 4], [3, 7]), headline="x")
    assert chart.findings == pytest.approx([8, 12], rel=0.01)


def _layout(edges: list[tuple[str, str]], groups: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    names = list(dict.fromkeys(n for edge in edges for n in edge))
    boxes = [Box(name, 0.8, 0.4, (groups or {}).get(name, "")) for name in names]
    return arrange(boxes, [(a, b, "") for a, b in edges], {})


def test_arrows_lead_forward_except_to_close_a_cycle() -> None:
    placed = _layout([("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")])
    assert [route.flipped for route in placed.routes] == [False, False, True, False]
    assert placed.boxes["a"].along < placed.boxes["b"].along < placed.boxes["c"].along


def test_boxes_of_a_layer_keep_their_distance() -> None:
    placed = _layout([("a", f"b{n}") for n in range(8)] + [(f"b{n}", "c") for n in range(8)])
    across = sorted(placed.boxes[f"b{n}"].across for n in range(8))
    assert all(b - a >= 0.4 for a, b in pairwise(across))


def test_a_chain_is_straight() -> None:
    placed = _layout([("a", "b"), ("b", "c"), ("c", "d")])
    assert len({round(placed.boxes[name].across, 6) for name in "abcd"}) == 1


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=3, max_size=20))
def test_no_box_covers_another_and_no_stranger_stands_in_a_group(pairs: list[tuple[int, int]]) -> None:
    edges = [(f"n{a}", f"n{b}") for a, b in pairs if a != b]
    if not edges:
        return
    names = {n for edge in edges for n in edge}
    groups = {n: "even" if int(n[1:]) % 3 == 0 else "odd" for n in names if int(n[1:]) % 3 != 2}
    boxes = {n: b for n, b in _layout(edges, groups).boxes.items() if b.real}
    for one, other in combinations(boxes.values(), 2):
        apart = abs(one.across - other.across) >= (one.breadth + other.breadth) / 2 - 1e-6
        assert apart or abs(one.along - other.along) >= (one.length + other.length) / 2 - 1e-6
    for group in ("even", "odd"):
        inside = [b for b in boxes.values() if b.group == group]
        if not inside:
            continue
        low, high = min(b.across - b.breadth / 2 for b in inside), max(b.across + b.breadth / 2 for b in inside)
        first, last = min(b.layer for b in inside), max(b.layer for b in inside)
        for box in boxes.values():
            if box.group != group and first <= box.layer <= last:
                assert box.across + box.breadth / 2 <= low + 1e-6 or box.across - box.breadth / 2 >= high - 1e-6


def test_a_state_machine_says_its_conditions_errors_and_waits() -> None:
    machine = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Task", "Next": "Enough?", "Catch": [{"ErrorEquals": ["Busy"], "Next": "Rest"}]},
            "Enough?": {"Type": "Choice", "Default": "Rest", "Choices": [
                {"Next": "End", "And": [{"Variable": "$.n", "NumericGreaterThanEquals": 3},
                                        {"Variable": "$.ok", "BooleanEquals": True}]}]},
            "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Ask"},
            "End": {"Type": "Succeed"},
        },
    }  # fmt: skip
    alt = charts.states(machine, headline="x").alt
    assert "Enough? to End (n ≥ 3 and ok = true)" in alt
    assert "Ask to Rest wait 1 min (Busy)" in alt


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: charts.bars({}, headline="x"), "the data is empty"),
        (lambda: charts.bars({"a": "many"}, headline="x"), "'many' is neither a number nor a date"),
        (lambda: charts.bars({"a": 1}, headline="x", highlight=["b"]), "no row is called 'b'; rows are"),
        (lambda: charts.bars({"a": None}, headline="x"), "use charts.limits"),
        (lambda: charts.curves({"a": lambda x: x}, headline="x"), "pass x="),
        (lambda: charts.curves({"a": ([0, 1], [1, 2])}, headline="x", log_x=True), "log_x needs x above 0"),
        (lambda: charts.gantt([("a", 5, 3)], headline="x"), "ends before it starts"),
        (lambda: charts.limits({"a": (3, 2)}, headline="x"), "rising order"),
        (lambda: charts.flow([("a", "b")], kinds={"c": "compute"}, headline="x"), "no box has this name"),
        (lambda: charts.states({"StartAt": "A", "States": {"A": {"Next": "B"}}}, headline="x"), "leads to 'B'"),
        (lambda: charts.network({"a": ["x"], "b": ["x"]}, headline="x"), "two boxes are called 'x'"),
        (lambda: charts.progress({"s": {"l": "half"}}, headline="x"), "use one of"),
        (lambda: charts.heatmap({"r": {"c": 1}}, meanings={"no": "ugly"}, headline="x"), "meaning 'ugly' is unknown"),
        (lambda: charts.stack({"r": {"c": -1}}, headline="x"), "use charts.compare"),
    ],
)  # fmt: skip
def test_errors_name_the_thing_and_the_next_step(draw, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(charts.ChartError, match=words):
        draw()
