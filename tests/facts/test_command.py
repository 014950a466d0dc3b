"""`course facts` finds facts and shows where they come from."""

import argparse
import json
from datetime import date

import pytest

from course.facts import command


def course_facts(capsys, *words: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code = command.run(parser.parse_args(list(words)))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_search_shows_value_unit_date_and_status(capsys):
    code, out, _ = course_facts(capsys, "sqs", "visibility")
    assert code == 0
    assert "SQS visibility-max: 43,200 seconds  2026-11, model" in out
    assert out.strip().splitlines()[-1].endswith("model")


def test_few_hits_come_with_source_and_code(capsys):
    _, out, _ = course_facts(capsys, "--service", "sqs", "visibility-max")
    assert "source  https://" in out and 'facts.limit("sqs", "visibility-max")' in out


def test_tiers_and_retired_values_are_marked(capsys):
    _, out, _ = course_facts(capsys, "--service", "sqs", "standard-requests")
    assert "standard-requests from 100,000,000,000: 0.3" in out
    _, out, _ = course_facts(capsys, "--service", "sqs", "--retired")
    assert "(until 2025-08-04)" in out


def test_by_kind_and_status(capsys):
    _, out, _ = course_facts(capsys, "--kind", "price", "--status", "memory", "--json")
    assert {(row["kind"], row["status"]) for row in json.loads(out)} == {("price", "memory")}


def test_facts_older_than_so_many_months(capsys):
    _, out, _ = course_facts(capsys, "--old", "60", "--json")
    assert json.loads(out)
    assert all(command.months_old(row["as_of"]) > 60 for row in json.loads(out))


@pytest.mark.parametrize(("as_of", "months"), [("2026-11-01", 0), ("2026-10", 1), ("2025", 11), ("2023-06-15", 41)])
def test_the_age_of_a_date(as_of, months):
    assert command.months_old(as_of, date(2026, 11, 21)) == months


def test_nothing_found_names_the_near_facts(capsys):
    code, _, err = course_facts(capsys, "visibillity-maximum")
    assert code == 1 and "nothing matches" in err and "visibility" in err


def test_an_unknown_service_names_the_near_ones(capsys):
    code, _, err = course_facts(capsys, "--service", "sqz")
    assert code == 2 and "Did you mean SQS" in err


def test_json_holds_every_column(capsys):
    _, out, _ = course_facts(capsys, "--service", "sqs", "visibility-max", "--json")
    assert json.loads(out)[0]["model"].startswith("sqs:CreateQueueRequest")
