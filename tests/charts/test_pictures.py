"""Every gallery example and every hard case looks as it did when someone looked at it, and has no layout fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.charts import gallery
from course.charts.gallery_examples import EXAMPLES, Example, file_name
from tests.charts.hard_cases import CASES
from tests.charts.pictures import TOLERANCE, difference

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "charts"
BASELINE = Path(__file__).parent / "baseline"
STALE = "run: python -m course.charts.gallery, and look at the pictures"

examples = pytest.mark.parametrize("example", EXAMPLES, ids=file_name)
cases = pytest.mark.parametrize("name", CASES)


@examples
def test_gallery_picture_is_as_committed(example: Example) -> None:
    committed = GALLERY / file_name(example)
    assert committed.exists(), STALE
    assert difference(example.draw().png(), committed) <= TOLERANCE, STALE


@examples
def test_gallery_chart_has_no_cut_or_overlapping_text(example: Example) -> None:
    assert example.draw().problems() == []


@examples
def test_gallery_chart_says_what_it_shows(example: Example) -> None:
    chart = example.draw()
    assert chart.headline in chart.alt and len(chart.alt) > len(chart.headline) + 30


@cases
def test_hard_case_is_as_committed(name: str, rewrite: bool) -> None:
    chart, committed = CASES[name](), BASELINE / f"{name}.png"
    if rewrite:
        chart.save(committed)
    assert committed.exists(), "run: python -m pytest tests/charts --rewrite-baselines"
    assert difference(chart.png(), committed) <= TOLERANCE


@cases
def test_hard_case_has_no_cut_or_overlapping_text(name: str) -> None:
    assert CASES[name]().problems() == []


def test_gallery_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "charts.md").read_text(encoding="utf-8") == gallery.page(), STALE


def test_gallery_has_a_picture_for_each_example_and_no_other() -> None:
    assert {p.name for p in GALLERY.glob("*.png")} == {file_name(example) for example in EXAMPLES}


def test_every_public_form_is_in_the_gallery() -> None:
    from course import charts

    forms = {name for name in charts.__all__ if name[0].islower()} - {"say", "crossings"}
    assert forms == {example.form for example in EXAMPLES}


def test_a_lost_label_is_noticed(tmp_path: Path) -> None:
    example = EXAMPLES[0]
    chart = example.draw()
    before = chart.save(tmp_path / "before.png")
    for text in chart.axes.texts:
        text.set_visible(False)
    assert difference(chart.png(), before) > TOLERANCE


def test_committed_pictures_stay_small() -> None:
    pictures = [*GALLERY.glob("*.png"), *BASELINE.glob("*.png")]
    assert sum(picture.stat().st_size for picture in pictures) < 2_000_000


@cases
def test_hard_case_twice_gives_the_same_bytes(name: str) -> None:
    chart = CASES[name]()
    assert chart.png() == chart.png() == CASES[name]().png()
