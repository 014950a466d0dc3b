"""Charts with data that break careless layouts: long names, thirty boxes, crossing curves, tiny and huge values."""

from __future__ import annotations

import random
from collections.abc import Callable

from course import charts
from course.charts.chart import Chart
from course.charts.progress import STATES


def long_names() -> Chart:
    values = {
        "com.amazonaws.us-east-1.execute-api.vpc-endpoint-with-a-very-long-service-name": 12,
        "a name of many short words that has to be broken over two or even three lines": 7.5,
        "x": 3,
    }
    return charts.bars(
        values,
        unit="requests per second",
        headline="A headline that is far longer than one line of the page and is broken into lines of nearly equal "
        "width instead of running over the edge",
        reference={"the soft limit of the account": 6, "the hard limit": 6.3},
        source=["https://docs.aws.amazon.com/" + "very-long-path-element-" * 6, "another text"],
    )


def tiny_and_huge_bars() -> Chart:
    return charts.bars(
        {"tiny": 2e-7, "small": 0.004, "one": 1, "huge": 3_400_000_000},
        unit="USD",
        headline="From a fraction of a cent to billions",
    )


def tiny_and_huge_limits() -> Chart:
    limits = {
        "1 µs": 1e-6,
        "default only": (0, 30, 43_200),
        "ten years": 315_360_000,
        "endless": None,
        "range": (0.001, 60),
    }
    return charts.limits(limits, unit="seconds", headline="Fourteen orders of magnitude", reference={"a day": 86_400})


def crowded_line_ends() -> Chart:
    lines = {f"plan number {n}": (lambda x, n=n: 10 + n * 0.05 + x * 0.01) for n in range(6)}
    return charts.curves(
        {**lines, "rising": lambda x: x},
        x=(0, 20),
        breakeven=True,
        x_label="GB",
        y_unit="USD per month",
        thresholds={"budget": 10.2},
        headline="Six plans that cost nearly the same",
    )


def crossing_curves() -> Chart:
    stairs = lambda n: 8.0 * (int(n / 5) + 1)  # noqa: E731
    return charts.curves(
        {"per task": lambda n: 2.1 * n, "whole servers": stairs},
        x=(0.0, 30),
        breakeven=True,
        x_label="tasks",
        y_unit="USD per month",
        headline="A staircase crosses a line again and again",
    )


def log_log_curves() -> Chart:
    x = [10**p for p in range(0, 10)]
    data = {"per call": (x, [v * 3e-6 for v in x]), "per key": (x, [1.0] * 10), "own cluster": (x, [1058.5] * 10)}
    return charts.curves(
        data,
        log_x=True,
        log_y=True,
        breakeven=True,
        x_label="calls per month",
        y_unit="USD per month",
        headline="From a hundred-thousandth of a dollar to thousands",
    )


def many_events() -> Chart:
    return charts.over_time(
        {"load": ([0, 100], [0, 100])},
        x_unit="minutes",
        events={f"event number {n}": 40 + n for n in range(5)},
        states=[(0, 40, "OK"), (40, 43, "INSUFFICIENT DATA"), (43, 100, "ALARM")],
        headline="Five events within five minutes",
    )


def short_gantt_bars() -> Chart:
    bars = [(f"hook {n % 4}", n, n + 0.4, f"a long text for a short bar {n}", "work") for n in range(8)]
    return charts.gantt(bars, headline="Texts that do not fit their bars", marks=[("hook 0", 6, "a mark")])


def close_timeline() -> Chart:
    events = [
        (f"2024-07-{day:02d}", f"announcement of the day number {day}, with a sentence that goes on")
        for day in range(1, 15)
    ]
    return charts.timeline([("2006-03-14", "S3 opens"), *events], headline="Eighteen quiet years and one busy month")


def wide_table() -> Chart:
    cells = {
        f"service {r}": {f"a rather long property {c}": "yes, but only with a reservation" for c in range(7)}
        for r in range(4)
    }
    return charts.heatmap(cells, headline="Words that hardly fit their cells")


def thirty_boxes() -> Chart:
    dice = random.Random(4)
    names = [f"service number {n}" for n in range(30)]
    edges = [(names[dice.randrange(max(0, n - 9), n)], names[n]) for n in range(1, 30)]
    edges += [(names[a], names[min(29, a + dice.randrange(2, 9))]) for a in dice.sample(range(28), 6)]
    return charts.flow(edges, headline="Thirty services and thirty-five arrows")


def thirty_grouped_boxes() -> Chart:
    layers = [
        ["client a", "client b"],
        [f"api {n}" for n in range(6)],
        [f"function {n}" for n in range(9)],
        [f"queue {n}" for n in range(6)],
        [f"table {n}" for n in range(7)],
    ]
    edges = [(layers[i][n % len(layers[i])], name) for i in range(4) for n, name in enumerate(layers[i + 1])]
    groups = {
        "orders": ["api 0", "function 0", "function 6", "queue 0"],
        "billing": ["api 1", "function 1", "queue 1", "table 1"],
    }
    return charts.flow(edges, groups=groups, headline="Thirty boxes, two of the teams framed")


def labelled_cycle() -> Chart:
    return charts.states(
        {
            "CREATE_IN_PROGRESS": {"all resources made": "CREATE_COMPLETE", "one fails": "ROLLBACK_IN_PROGRESS"},
            "CREATE_COMPLETE": {"update": "UPDATE_IN_PROGRESS", "delete": "DELETE_IN_PROGRESS"},
            "UPDATE_IN_PROGRESS": {"done": "UPDATE_COMPLETE", "one fails": "UPDATE_ROLLBACK_IN_PROGRESS"},
            "UPDATE_ROLLBACK_IN_PROGRESS": {"done": "UPDATE_ROLLBACK_COMPLETE", "fails too": "UPDATE_ROLLBACK_FAILED"},
            "UPDATE_ROLLBACK_FAILED": {"continue rollback": "UPDATE_ROLLBACK_IN_PROGRESS"},
            "UPDATE_COMPLETE": {"update": "UPDATE_IN_PROGRESS"},
            "ROLLBACK_IN_PROGRESS": {"done": "ROLLBACK_COMPLETE"},
            "ROLLBACK_COMPLETE": {"delete": "DELETE_IN_PROGRESS"},
            "DELETE_IN_PROGRESS": {"done": "DELETE_COMPLETE"},
        },
        headline="Long names and many ways back",
    )


def big_network() -> Chart:
    def zone(z: str) -> dict[str, list[str]]:
        tiers = enumerate(("public", "app", "data"))
        return {f"{tier} subnet {z} 10.0.{i}{ord(z) % 10}.0/24": [f"{tier} {z}1", f"{tier} {z}2"] for i, tier in tiers}

    return charts.network(
        {"internet": None, "data centre": None, "VPC production 10.0.0.0/16": {f"zone {z}": zone(z) for z in "abc"}},
        links=[("internet", f"public {z}1") for z in "abc"]
        + [(f"public {z}1", f"app {z}2", "443") for z in "abc"]
        + [(f"app {z}2", "data a1", "5432") for z in "abc"]
        + [("data centre", "app c1", "VPN")],
        headline="Three zones, nine subnets, ten links",
    )


def full_progress() -> Chart:
    states = STATES
    rows = {
        f"{n:02d} Section with a name": {
            f"Lesson {n}.{k}: credentials and signing": states[(n * k) % 3] for k in range(1, 8)
        }
        for n in range(13)
    }
    return charts.progress(rows, headline="A course of ninety-one lessons")


CASES: dict[str, Callable[[], Chart]] = {
    case.__name__: case
    for case in (
        long_names,
        tiny_and_huge_bars,
        tiny_and_huge_limits,
        crowded_line_ends,
        crossing_curves,
        log_log_curves,
        many_events,
        short_gantt_bars,
        close_timeline,
        wide_table,
        thirty_boxes,
        thirty_grouped_boxes,
        labelled_cycle,
        big_network,
        full_progress,
    )
}
