"""A batch of DNS changes is made as a whole or not at all."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture
def zone():
    lab.start()
    yield boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    lab.stop()


def _change(action: str, name: str, value: str, kind: str = "A") -> dict[str, Any]:
    record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    return {"Action": action, "ResourceRecordSet": record}


def _change_all(zone: str, *changes: dict[str, Any]) -> None:
    boto3.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": list(changes)})


def _names(zone: str) -> set[str]:
    records = boto3.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {one["Name"] for one in records if one["Type"] not in ("NS", "SOA")}


def test_one_bad_change_undoes_the_batch(zone):
    good, bad = _change("CREATE", "a.example.com", "192.0.2.1"), _change("DELETE", "b.example.com", "192.0.2.1")
    with pytest.raises(ClientError, match=r"Tried to delete .*name='b\.example\.com\.'.* but it was not found"):
        _change_all(zone, good, bad)
    assert _names(zone) == set()


def test_a_batch_may_replace_a_record_by_another_kind(zone):
    _change_all(zone, _change("CREATE", "www.example.com", "a.example.net", "CNAME"))
    gone = _change("DELETE", "www.example.com", "a.example.net", "CNAME")
    _change_all(zone, gone, _change("CREATE", "www.example.com", "192.0.2.1"))
    assert _names(zone) == {"www.example.com."}


def test_upsert_makes_and_replaces(zone):
    _change_all(zone, _change("UPSERT", "a.example.com", "192.0.2.1"))
    _change_all(zone, _change("UPSERT", "a.example.com", "192.0.2.2"))
    _change_all(zone, _change("DELETE", "a.example.com", "192.0.2.2"))
    assert _names(zone) == set()


def test_every_fault_of_a_batch_is_told(zone):
    with pytest.raises(ClientError) as refused:
        _change_all(
            zone, _change("CREATE", "a.example.com", "999.0.0.1"), _change("CREATE", "b.example.com", "::1", "AAAA"),
            _change("CREATE", "c.example.com", "192.0.2.1", "AAAA"),
        )  # fmt: skip
    assert "999.0.0.1" in str(refused.value) and "192.0.2.1" in str(refused.value)
