"""Route 53: the lab does what AWS does, bare moto does not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, collect, refused

_GUIDE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"
_API = "https://docs.aws.amazon.com/Route53/latest/APIReference"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)


def client() -> Any:
    return boto3.client("route53", region_name="us-east-1")


def zone(name: str = "lumen.example", reference: str = "1", **more: Any) -> Any:
    return client().create_hosted_zone(Name=name, CallerReference=reference, **more)


def put(zone_id: str, *records: dict[str, Any], action: str = "CREATE") -> None:
    changes = []
    for one in records:
        said = {"Type": "A"} | one
        if "AliasTarget" not in said:
            said = {"TTL": 60, "ResourceRecords": [{"Value": said.pop("value", "192.0.2.1")}]} | said
        changes.append({"Action": action, "ResourceRecordSet": said})
    client().change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def put_refused(code: str, *records: dict[str, Any], first: tuple[dict[str, Any], ...] = ()) -> bool:
    """Whether the records are refused, in a zone that holds the first ones."""
    made = zone()["HostedZone"]["Id"]
    if first:
        put(made, *first)
    return refused(lambda: put(made, *records), code)


def check(**settings: Any) -> str:
    said = {"Type": "HTTP", "IPAddress": "192.0.2.10", "Port": 80} | settings
    reference = str(sorted(settings.items(), key=str))[:60]
    return str(client().create_health_check(CallerReference=reference, HealthCheckConfig=said)["HealthCheck"]["Id"])


def alias(zone_id: str, name: str, evaluate: bool = False) -> dict[str, Any]:
    return {"HostedZoneId": zone_id, "DNSName": name, "EvaluateTargetHealth": evaluate}


WWW = {"Name": "www.lumen.example"}


@behaviour("SOA-NSrecords.html")
def each_zone_has_name_servers_of_its_own(world: World) -> bool:
    one, other = (zone(reference=str(n))["DelegationSet"]["NameServers"] for n in (1, 2))
    return len(one) == 4 and one != other


@behaviour("SOA-NSrecords.html")
def the_soa_record_is_plain_text(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    found = client().list_resource_record_sets(HostedZoneId=made)["ResourceRecordSets"]
    (soa,) = (one for one in found if one["Type"] == "SOA")
    return str(soa["ResourceRecords"][0]["Value"]).startswith("ns-")


@behaviour(f"{_API}/API_CreateHostedZone.html")
def a_caller_reference_makes_one_zone(world: World) -> bool:
    zone()
    return refused(zone, "HostedZoneAlreadyExists")


@behaviour(f"{_API}/API_CreateHostedZone.html")
def a_private_zone_needs_a_vpc(world: World) -> bool:
    return refused(lambda: zone(HostedZoneConfig={"PrivateZone": True}), "InvalidInput")


@behaviour(f"{_API}/API_AssociateVPCWithHostedZone.html")
def a_vpc_sees_one_private_zone_of_a_name(world: World) -> bool:
    vpc = boto3.client("ec2", region_name="us-east-1").describe_vpcs()["Vpcs"][0]["VpcId"]
    told = {"VPC": {"VPCId": vpc, "VPCRegion": "us-east-1"}, "HostedZoneConfig": {"PrivateZone": True}}
    zone(**told)
    return refused(lambda: zone(reference="2", **told), "ConflictingDomainExists")


@behaviour("ResourceRecordTypes.html")
def nothing_stands_beside_a_cname(world: World) -> bool:
    cname = WWW | {"Type": "CNAME", "value": "a.example.net"}
    return put_refused("InvalidChangeBatch", WWW, first=(cname,))


@behaviour("ResourceRecordTypes.html")
def a_cname_stands_beside_nothing(world: World) -> bool:
    return put_refused("InvalidChangeBatch", WWW | {"Type": "CNAME", "value": "a.example.net"}, first=(WWW,))


@behaviour("ResourceRecordTypes.html")
def a_text_is_quoted(world: World) -> bool:
    return put_refused("InvalidChangeBatch", WWW | {"Type": "TXT", "value": "v=spf1 -all"})


@behaviour("ResourceRecordTypes.html")
def a_string_of_a_text_has_255_characters_at_most(world: World) -> bool:
    long = '"' + "x" * 256 + '"'
    return put_refused("InvalidChangeBatch", WWW | {"Type": "TXT", "value": long})


@behaviour("ResourceRecordTypes.html")
def a_mail_exchanger_has_a_priority(world: World) -> bool:
    return put_refused("InvalidChangeBatch", WWW | {"Type": "MX", "value": "mail.example.net"})


@behaviour("routing-policy.html")
def a_group_follows_one_policy(world: World) -> bool:
    weighted = WWW | {"SetIdentifier": "a", "Weight": 1}
    return put_refused("InvalidChangeBatch", WWW | {"SetIdentifier": "b", "Region": "us-east-1"}, first=(weighted,))


@behaviour("routing-policy.html")
def a_simple_record_stands_alone(world: World) -> bool:
    return put_refused("InvalidChangeBatch", WWW, first=(WWW | {"SetIdentifier": "a", "Weight": 1},))


@behaviour(f"{_API}/API_ResourceRecordSet.html")
def a_policy_needs_a_set_identifier(world: World) -> bool:
    return put_refused("InvalidInput", WWW | {"Weight": 1})


@behaviour(f"{_API}/API_ResourceRecordSet.html")
def a_set_identifier_needs_a_policy(world: World) -> bool:
    return put_refused("InvalidInput", WWW | {"SetIdentifier": "a"})


@behaviour(f"{_API}/API_ResourceRecordSet.html")
def a_weight_is_255_at_most(world: World) -> bool:
    return put_refused("InvalidInput", WWW | {"SetIdentifier": "a", "Weight": 256})


@behaviour("resource-record-sets-values-failover.html")
def a_primary_needs_a_health_check(world: World) -> bool:
    return put_refused("InvalidChangeBatch", WWW | {"SetIdentifier": "a", "Failover": "PRIMARY"})


@behaviour("resource-record-sets-values-failover.html")
def there_is_one_secondary(world: World) -> bool:
    one, other = ({"SetIdentifier": name, "Failover": "SECONDARY"} for name in "ab")
    return put_refused("InvalidChangeBatch", WWW | other, first=(WWW | one,))


@behaviour(f"{_API}/API_ChangeResourceRecordSets.html")
def an_unknown_health_check_is_refused(world: World) -> bool:
    made = "11111111-2222-3333-4444-555555555555"
    return put_refused("NoSuchHealthCheck", WWW | {"SetIdentifier": "a", "Weight": 1, "HealthCheckId": made})


@behaviour(f"{_API}/API_ResourceRecordSet.html")
def one_record_for_each_region(world: World) -> bool:
    one, other = ({"SetIdentifier": name, "Region": "us-east-1"} for name in "ab")
    return put_refused("InvalidChangeBatch", WWW | other, first=(WWW | one,))


@behaviour(f"{_API}/API_AliasTarget.html")
def an_alias_states_the_zone_of_its_target(world: World) -> bool:
    """Z35SXDOTRQ7X7K is where load balancers of us-east-1 are, not where CloudFront is."""
    return put_refused("InvalidChangeBatch", WWW | {"AliasTarget": alias("Z35SXDOTRQ7X7K", "d1.cloudfront.net")})


@behaviour(f"{_API}/API_AliasTarget.html")
def an_instance_is_no_alias_target(world: World) -> bool:
    told = alias("Z35SXDOTRQ7X7K", "ec2-192-0-2-1.compute-1.amazonaws.com")
    return put_refused("InvalidChangeBatch", WWW | {"AliasTarget": told})


@behaviour(f"{_API}/API_AliasTarget.html")
def an_alias_target_in_the_zone_must_exist(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    told = alias(made.rpartition("/")[2], "none.lumen.example")
    return refused(lambda: put(made, WWW | {"AliasTarget": told}), "InvalidChangeBatch")


@behaviour(f"{_API}/API_AliasTarget.html")
def the_health_of_cloudfront_is_not_evaluated(world: World) -> bool:
    told = alias("Z2FDTNDATAQYW2", "d1.cloudfront.net", True)
    return put_refused("InvalidChangeBatch", WWW | {"AliasTarget": told})


@behaviour(f"{_API}/API_ResourceRecordSet.html")
def geoproximity_is_kept(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    put(made, WWW | {"SetIdentifier": "a", "GeoProximityLocation": {"AWSRegion": "us-east-1", "Bias": 10}})
    found = client().list_resource_record_sets(HostedZoneId=made)["ResourceRecordSets"]
    return any(one.get("GeoProximityLocation") == {"AWSRegion": "us-east-1", "Bias": 10} for one in found)


@behaviour(f"{_API}/API_ChangeResourceRecordSets.html")
def a_delete_takes_one_record_of_its_group_and_name(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    other = {"Name": "api.lumen.example", "SetIdentifier": "a", "Weight": 1}
    put(made, WWW | {"SetIdentifier": "a", "Weight": 1}, other)
    put(made, other, action="DELETE")
    found = client().list_resource_record_sets(HostedZoneId=made)["ResourceRecordSets"]
    return any(one["Name"] == "www.lumen.example." for one in found)


@behaviour("routing-policy-ipbased.html")
def cidr_collections_hold_blocks(world: World) -> bool:
    made = client().create_cidr_collection(Name="carriers", CallerReference="1")["Collection"]["Id"]
    block = {"LocationName": "office", "Action": "PUT", "CidrList": ["198.51.100.0/24"]}
    client().change_cidr_collection(Id=made, Changes=[block])
    return bool(client().list_cidr_blocks(CollectionId=made)["CidrBlocks"][0]["LocationName"] == "office")


@behaviour(f"{_API}/API_TestDNSAnswer.html")
def a_test_answers_as_route_53_would(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    put(made, WWW)
    told = client().test_dns_answer(HostedZoneId=made, RecordName="www.lumen.example", RecordType="A")
    return (told["RecordData"], told["ResponseCode"]) == (["192.0.2.1"], "NOERROR")


@behaviour("dns-failover-determining-health-of-endpoints.html")
def sixteen_checkers_report_about_an_endpoint(world: World) -> bool:
    """Nobody answers at the address: each checker says so."""
    told = client().get_health_check_status(HealthCheckId=check())["HealthCheckObservations"]
    return len(told) == 16 and all(one["StatusReport"]["Status"].startswith("Failure") for one in told)


@behaviour("dns-failover-determining-health-of-endpoints.html")
def an_endpoint_that_fails_three_times_is_left_out(world: World) -> bool:
    made = zone()["HostedZone"]["Id"]
    put(made, WWW | {"SetIdentifier": "a", "Failover": "PRIMARY", "HealthCheckId": check()},
        WWW | {"SetIdentifier": "b", "Failover": "SECONDARY", "value": "192.0.2.2"})  # fmt: skip
    asked = {"HostedZoneId": made, "RecordName": "www.lumen.example", "RecordType": "A"}
    before = client().test_dns_answer(**asked)["RecordData"]
    world.advance(91)
    return (before, client().test_dns_answer(**asked)["RecordData"]) == (["192.0.2.1"], ["192.0.2.2"])


@behaviour(f"{_API}/API_HealthCheckConfig.html")
def private_addresses_are_out_of_the_checkers_reach(world: World) -> bool:
    return refused(lambda: check(IPAddress="10.0.0.5"), "InvalidInput")


@behaviour(f"{_API}/API_HealthCheckConfig.html")
def an_interval_is_10_or_30_seconds(world: World) -> bool:
    return refused(lambda: check(RequestInterval=20), "InvalidInput")


@behaviour(f"{_API}/API_HealthCheckConfig.html")
def a_threshold_is_10_at_most(world: World) -> bool:
    return refused(lambda: check(FailureThreshold=11), "InvalidInput")


@behaviour(f"{_API}/API_CreateHealthCheck.html")
def a_reference_makes_one_check(world: World) -> bool:
    told = {"CallerReference": "1", "HealthCheckConfig": {"Type": "TCP", "IPAddress": "192.0.2.10", "Port": 22}}
    one, again = (client().create_health_check(**told)["HealthCheck"]["Id"] for _ in range(2))
    return bool(one == again)


@behaviour(f"{_API}/API_UpdateHealthCheck.html")
def an_update_of_an_old_version_is_refused(world: World) -> bool:
    made = check()
    client().update_health_check(HealthCheckId=made, HealthCheckVersion=1, FailureThreshold=2)
    old = {"HealthCheckId": made, "HealthCheckVersion": 1, "FailureThreshold": 4}
    return refused(lambda: client().update_health_check(**old), "HealthCheckVersionMismatch")


@behaviour(f"{_API}/API_AlarmIdentifier.html")
def a_check_keeps_its_alarm(world: World) -> bool:
    boto3.client("cloudwatch", region_name="us-east-1").put_metric_alarm(
        AlarmName="deep", Namespace="Lumen", MetricName="Queue", Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=100, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    told = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "deep"}}
    made = client().create_health_check(CallerReference="1", HealthCheckConfig=told)["HealthCheck"]
    return bool(made["HealthCheckConfig"]["AlarmIdentifier"]["Name"] == "deep")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
