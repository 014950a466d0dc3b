"""The faster versions of what moto does in each request find the same service and draw the same kind of names."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import backend_index
from moto.moto_api._internal import mock_random

from course.grading import swift_moto

SERVICES = boto3.Session().get_available_services()


def addresses() -> list[str]:
    """Where services are called, and a few that look like another's."""
    return [
        *(f"https://{name}.us-east-1.amazonaws.com/" for name in SERVICES),
        "https://s3.amazonaws.com/bucket/key",
        "https://bucket.s3.eu-west-1.amazonaws.com/a/b",
        "https://123456789012.s3-control.us-east-1.amazonaws.com/v20180820/jobs",
        "http://169.254.169.254/latest/meta-data/",
        "https://example.org/",
    ]


def fitting(patterns: list[Any], address: str) -> list[str]:
    return [service for service, pattern in patterns if pattern.match(address)]


def test_every_address_is_served_by_the_same_services_in_the_same_order() -> None:
    plain, swift = backend_index.backend_url_patterns, swift_moto.Patterns(backend_index.backend_url_patterns)
    for address in addresses():
        assert fitting(swift, address) == fitting(swift, address) == fitting(plain, address)


def test_who_asks_for_nothing_sees_the_whole_table() -> None:
    swift = swift_moto.Patterns(backend_index.backend_url_patterns)
    assert [entry for entry in swift if entry[0]] == backend_index.backend_url_patterns


@pytest.mark.parametrize("length", [0, 12, 52])
def test_names_have_the_form_of_moto_s_own(length: int) -> None:
    drawn, letters = (
        swift_moto._random_string(mock_random, length),
        swift_moto._random_string(mock_random, length, False),
    )
    assert len(drawn) == len(letters) == length
    assert (drawn + "x").isalnum() and (letters + "x").isalpha()
    assert swift_moto._random_string(mock_random, length, lower_case=True).islower() or not length
    assert set(swift_moto._random_hex(mock_random, length)) <= set("0123456789abcdef")
    assert len(swift_moto._receipt_handle()) == 185
