"""Everybody can tell the colours apart: readers with a colour vision deficiency, and a black-and-white print."""

from itertools import combinations, pairwise

import pytest

from course.charts import palette
from tests.charts.colour_vision import READERS, distance, lab

_FAR = {"normal": 25, "protanopia": 20, "deuteranopia": 20, "tritanopia": 18}


@pytest.mark.parametrize("reader", READERS)
def test_series_colours_stay_apart_for_every_reader(reader: str) -> None:
    for one, other in combinations(palette.SERIES, 2):
        assert distance(one, other, reader) >= _FAR[reader], (one, other)


def test_series_colours_differ_in_grey() -> None:
    lightness = sorted(lab(colour)[0] for colour in palette.SERIES)
    assert min(b - a for a, b in pairwise(lightness)) >= 7


def test_lines_stand_out_from_paper() -> None:
    assert all(palette.contrast(colour, palette.PAPER) >= 2.8 for colour in palette.SERIES)


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED, *map(palette.as_text, palette.SERIES)])
def test_text_on_paper_is_readable(colour: str) -> None:
    assert palette.contrast(colour, palette.PAPER) >= 4.5


@pytest.mark.parametrize(
    "fill", [*palette.MEANINGS.values(), *palette.SERIES, *(palette.shade(n / 20) for n in range(18))]
)
def test_text_on_a_fill_is_readable(fill: str) -> None:
    assert palette.contrast(palette.ink_on(fill), fill) >= 4.0


def test_allow_and_deny_differ_in_lightness_for_every_reader() -> None:
    for reader in READERS:
        assert lab(palette.MEANINGS["good"], reader)[0] - lab(palette.MEANINGS["bad"], reader)[0] > 30


def test_the_ramp_gets_darker_all_the_way() -> None:
    lightness = [lab(palette.shade(n / 40))[0] for n in range(41)]
    assert all(a > b for a, b in pairwise(lightness))
