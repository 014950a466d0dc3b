"""Charts in the course's house style: the headline says the finding, the source stands below, everybody can read them.

    from course import charts

    charts.bars({"Standard": 0.023, "Deep Archive": 0.00099}, unit="USD per GB-month",
                headline="Deep Archive stores a gigabyte for a twentieth of the price of Standard")

docs/charts.md shows every form with its code. Every form returns a `Chart`; the last line of a cell shows it.
"""

from __future__ import annotations

from course.charts.bars import bars
from course.charts.chart import Chart
from course.charts.compare import compare, stack, then_and_now
from course.charts.curves import Crossing, crossings, curves
from course.charts.flow import flow
from course.charts.gantt import gantt
from course.charts.heatmap import heatmap
from course.charts.histogram import histogram
from course.charts.inputs import ChartError
from course.charts.limits import limits
from course.charts.multiples import multiples
from course.charts.network import network
from course.charts.over_time import capacity, over_time
from course.charts.progress import progress
from course.charts.scatter import scatter
from course.charts.states import states
from course.charts.steps import steps
from course.charts.timeline import timeline
from course.charts.units import say

__all__ = [
    "Chart",
    "ChartError",
    "Crossing",
    "bars",
    "capacity",
    "compare",
    "crossings",
    "curves",
    "flow",
    "gantt",
    "heatmap",
    "histogram",
    "limits",
    "multiples",
    "network",
    "over_time",
    "progress",
    "say",
    "scatter",
    "stack",
    "states",
    "steps",
    "then_and_now",
    "timeline",
]
