"""A zone to try things in, written in few words."""

from __future__ import annotations

from typing import Any

import boto3

from course import lab


def client() -> Any:
    return boto3.client("route53", region_name="us-east-1")


def make(name: str = "lumen.example", reference: str = "", **more: Any) -> str:
    """A hosted zone; its id."""
    made = client().create_hosted_zone(Name=name, CallerReference=reference or lab.unique_name("zone"), **more)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def entry(name: str, *values: str, kind: str = "A", **rule: Any) -> dict[str, Any]:
    """A record set; an alias has no TTL and no values."""
    said: dict[str, Any] = {"Name": name, "Type": kind, **rule}
    if "AliasTarget" not in rule:
        said |= {"TTL": rule.get("TTL", 60), "ResourceRecords": [{"Value": value} for value in values]}
    return said


def alias(zone: str, name: str, evaluate: bool = True) -> dict[str, Any]:
    return {"HostedZoneId": zone, "DNSName": name, "EvaluateTargetHealth": evaluate}


def put(zone: str, *entries: dict[str, Any], action: str = "CREATE") -> None:
    changes = [{"Action": action, "ResourceRecordSet": one} for one in entries]
    client().change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def check(**settings: Any) -> str:
    """A health check of an address that the test serves; its id."""
    said = {"Type": "HTTP", "IPAddress": "192.0.2.10", "Port": 80, "ResourcePath": "/health"} | settings
    said = {name: value for name, value in said.items() if value is not None}
    made = client().create_health_check(CallerReference=lab.unique_name("check"), HealthCheckConfig=said)
    return str(made["HealthCheck"]["Id"])


class Server:
    """An address that answers, or does not."""

    def __init__(self, address: str) -> None:
        self.is_up = True
        self.asked = 0
        self.deaf_to: set[str] = set()
        lab.http.serve(f"http://{address}", self._answer)

    def _answer(self, request: Any) -> Any:
        self.asked += 1
        if request.source_ip in self.deaf_to:
            raise TimeoutError
        return (200, "all is well") if self.is_up else (503, "down")
