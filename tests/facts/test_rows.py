"""Every row of the fact files keeps the rules that docs/facts.md states."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from course.facts.costs import units_sold
from course.facts.fact import Row, fact_of
from course.facts.shipped import regions
from course.facts.store import FOLDER, STATUSES, files, key, read, rows, slug

TODAY = date.today()
DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
PRIVATE = re.compile(
    r"study|(?<!release )\bnotes\b|archived|stored|\bid \d{6,}|index id|transcri(?!ption)|\.\./|snapshot of|"
    r"figure of the course",
    re.IGNORECASE,
)
ALLOWED_NOTES = re.compile(r"stored in|stored \d|is stored|data stored|GB stored|archived objects?|automated snapshot")


def named(row: Row) -> str:
    return f"{row.service} {row.name} ({row.region})"


@pytest.fixture(params=[path.stem for path in files()])
def section(request) -> list[Row]:
    return list(read(FOLDER / f"{request.param}.csv"))


def test_at_least_1800_facts_are_on_file():
    assert len(rows()) >= 1800


def test_95_percent_of_the_facts_are_verified():
    counts = Counter(row.status for row in rows())
    assert (counts["verified"] + counts["model"]) / len(rows()) >= 0.95, counts


def test_every_row_has_a_kind_a_service_a_name_a_number_and_a_status(section):
    for row in section:
        assert row.kind in ("price", "limit"), named(row)
        assert row.service and row.name, named(row)
        assert re.fullmatch(r"-?\d+(\.\d+)?", row.value), f"{named(row)}: {row.value!r}"
        assert row.status in STATUSES, f"{named(row)}: {row.status}"


def test_names_are_lower_case_words_joined_by_hyphens(section):
    for row in section:
        assert row.name == slug(row.name), f"{named(row)}: expected {slug(row.name)!r}"


def test_no_field_has_blanks_around_it(section):
    for row in section:
        for column in Row.__dataclass_fields__:
            assert getattr(row, column) == getattr(row, column).strip(), f"{named(row)}: {column}"


def test_a_price_is_a_number_in_usd_or_a_free_amount(section):
    for row in section:
        if row.kind == "price":
            assert float(row.value) >= 0, named(row)
            if row.unit.startswith("USD") and row.unit != "USD":
                assert units_sold(fact_of(row))[0] > 0, f"{named(row)}: {row.unit}"


def test_dates_are_written_well_and_are_not_in_the_future(section):
    for row in section:
        assert DATE.fullmatch(row.as_of), f"{named(row)}: as_of {row.as_of!r}"
        assert row.as_of <= TODAY.isoformat(), f"{named(row)}: as_of {row.as_of}"
        if row.until:
            assert DATE.fullmatch(row.until), f"{named(row)}: until {row.until!r}"
            assert row.until <= TODAY.isoformat(), f"{named(row)}: until {row.until}"


def test_the_source_is_a_public_page(section):
    for row in section:
        assert re.fullmatch(r"https?://[\w.@-]+\.[a-z]+(/\S*)?", row.source), f"{named(row)}: {row.source!r}"


def test_a_region_is_all_other_or_one_that_botocore_knows(section):
    known = {"all", "other", *regions()["region"]}
    for row in section:
        assert row.region in known, f"{named(row)}: {row.region!r}"


def test_a_tier_starts_at_a_quantity(section):
    for row in section:
        if row.tier_from:
            assert row.kind == "price" and float(row.tier_from) >= 0, named(row)


def test_notes_and_names_speak_of_aws_and_not_of_how_the_row_was_found(section):
    for row in section:
        for text in (row.name, row.note, row.source):
            cleaned = ALLOWED_NOTES.sub("", text)
            assert not PRIVATE.search(cleaned), f"{named(row)}: {text!r}"


def test_a_fact_stands_only_once():
    counts = Counter((key(r.service), key(r.name), r.region, r.tier_from, r.until) for r in rows())
    assert [which for which, count in counts.items() if count > 1] == []


def test_every_tiered_price_has_a_first_tier_and_one_unit():
    ladders: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows():
        if row.tier_from and not row.until:
            ladders.setdefault((row.service, key(row.name), row.region), []).append(row)
    assert len(ladders) >= 20
    for which, steps in ladders.items():
        assert min(float(step.tier_from) for step in steps) == 0, which
        assert len(steps) > 1, which
        assert len({step.unit for step in steps}) == 1, which


def test_most_retired_values_have_a_living_successor_in_the_same_unit():
    """Then and now; a feature that ended altogether has no successor."""
    living = {(key(row.service), key(row.name)): row for row in rows() if not row.until}
    retired = [row for row in rows() if row.until]
    replaced = [row for row in retired if (key(row.service), key(row.name)) in living]
    assert len(replaced) >= 20 and len(replaced) >= 0.8 * len(retired)
    for row in replaced:
        assert row.unit == living[key(row.service), key(row.name)].unit, named(row)


def test_the_files_are_written_as_plain_csv():
    for path in files():
        text = Path(path).read_text(encoding="utf-8")
        assert "\r" not in text and text.endswith("\n"), path.name
