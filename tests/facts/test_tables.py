"""The wide tables: their form, and that they agree with the rows."""

import csv
import re
from pathlib import Path

import pytest

from course import facts
from course.facts.costs import units_sold
from course.facts.store import slug
from course.facts.tables import path_of, records

LINKS = list(csv.DictReader((Path(__file__).parent / "table-links.csv").open(encoding="utf-8")))


def test_at_least_fifteen_tables_are_there():
    assert len(facts.table_names()) >= 15


@pytest.mark.parametrize("name", facts.table_names())
def test_every_line_of_a_table_has_a_source_and_a_date(name):
    lines = records(name)
    assert lines
    for line in lines:
        assert None not in line.values() and None not in line, line
        assert line["source"].startswith("https://"), line
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", line["as_of"]), line
        assert line["as_of"] <= "2026-11-21", line


@pytest.mark.parametrize("name", facts.table_names())
def test_no_line_of_a_table_stands_twice(name):
    lines = [tuple(line.values()) for line in records(name)]
    assert len(set(lines)) == len(lines)


def linked(link: dict[str, str]) -> list[tuple[str, float, float]]:
    """The cells of a column whose number also stands as a row: name, cell, row."""
    found = []
    lookup = facts.price if link["kind"] == "price" else facts.limit
    for line in records(link["table"]):
        fields = {column: slug(text).removeprefix("codedeploydefault-") for column, text in line.items()}
        name = link["fact"].format(**fields)
        service = link["service"].format(**line)
        try:
            row = lookup(service, name)
        except facts.UnknownFact:
            continue
        if line[link["column"]]:
            found.append((f"{service} {name}", float(line[link["column"]]), float(row)))
    return found


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link['table']}:{link['column']}:{link['service']}")
def test_a_number_that_also_stands_as_a_row_is_the_same_in_both(link):
    pairs = linked(link)
    assert pairs, f"no cell of {link['table']} {link['column']} matches a row named {link['fact']}"
    assert [(name, cell, row) for name, cell, row in pairs if cell != row] == []


def test_more_than_150_cells_are_compared_with_rows():
    assert sum(len(linked(link)) for link in LINKS) > 150


def test_the_links_name_tables_and_columns_that_exist():
    assert len({link["table"] for link in LINKS}) >= 12
    for link in LINKS:
        assert link["column"] in records(link["table"])[0], link


def test_tables_kept_in_other_units_agree_too():
    retention = {line["fact"]: float(line["kept_hours"]) for line in records("cloudwatch-metric-retention")}
    for name, hours in retention.items():
        row = facts.limit("cloudwatch", name)
        assert hours == row * {"hours": 1, "days": 24}[row.unit], name
    sizes = {line["store"]: float(line["value_max_bytes"]) for line in records("configuration-stores")}
    assert sizes["parameter-store-standard"] == facts.limit("ssm parameter store", "standard-value-max") * 1024
    assert sizes["secrets-manager"] == facts.limit("secrets manager", "value-max")
    hourly = {line["kind"]: float(line["usd_hour"]) for line in records("load-balancer-kinds")}
    assert hourly["application"] == facts.price("elb", "alb-hour")
    discounts = {line["option"]: line["discount_max_percent"] for line in records("ec2-purchase-options")}
    assert float(discounts["spot"]) == facts.limit("ec2", "maximum-discount-spot")


def test_the_sizes_of_instances_are_those_of_aws():
    types = facts.instance_types().set_index("type")
    for line in records("ec2-instance-sizes"):
        known = types.loc[line["type"]]
        assert (int(line["vcpus"]), float(line["memory_gib"])) == (known["vcpus"], known["memory_gib"]), line["type"]


def test_every_billing_rule_names_a_price_and_its_free_amount():
    for line in records("billing-rules"):
        assert line["counts"] in ("steps", "amount"), line
        if "*" not in line["price"]:
            price = facts.price(line["service"], line["price"])
            assert units_sold(price)[0] > 0, line
        if line["free"]:
            assert facts.cost(line["service"], line["price"], 1, free=True).usd == 0, line


def test_numbers_and_yes_or_no_have_their_types():
    volumes = facts.table("ebs-volume-types").set_index("type")
    assert volumes.loc["gp3", "max_iops"] == 80000
    assert volumes["boot"].dtype == bool and not volumes.loc["st1", "boot"]


def test_a_wrong_table_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"no table 's3-classes'\. Did you mean s3-storage-classes"):
        facts.table("s3-classes")


def test_table_names_are_found_in_any_spelling():
    assert path_of("S3 storage classes") == path_of("s3-storage-classes")
