"""Many people in one lesson do not each read the service models again."""

from __future__ import annotations

import boto3
import botocore.session
import pytest

pytestmark = pytest.mark.usefixtures("account")


def _session() -> boto3.Session:
    return boto3.Session("AKIAIOSFODNN7EXAMPLE", "x", region_name="us-east-1")


def test_sessions_share_what_was_read() -> None:
    first, second = _session(), _session()
    loader = first._session.get_component("data_loader")
    assert loader.load_service_model("sqs", "service-2") is second._session.get_component(
        "data_loader"
    ).load_service_model("sqs", "service-2")


def test_sessions_keep_their_own_search_paths_and_resources_work() -> None:
    botocore.session.Session().get_available_services()
    assert "iam" in _session().get_available_resources()
    assert len(_session()._session.get_component("data_loader").search_paths) == len(
        _session()._session.get_component("data_loader").search_paths
    )
    assert list(_session().resource("iam").users.all()) == []
