"""Which record of a group answers, to whom."""

from collections import Counter

import boto3
import pytest

from course import lab
from course.lab.dns.geography import biased
from tests.lab.dns.zone import Server, alias, check, client, entry, make, put

NAME = "www.lumen.example"


def _group(zone: str, rule: str, values: dict, **checks: str) -> None:
    """Records of one policy: an address for each value of its rule."""
    put(zone, *(
        entry(NAME, address, SetIdentifier=address, **{rule: value},
              **({"HealthCheckId": checks[address.rpartition(".")[2]]} if address.rpartition(".")[2] in checks else {}))
        for address, value in values.items()
    ))  # fmt: skip


def _shares(times: int = 1000) -> Counter:
    return Counter(lab.resolve(NAME).value for _ in range(times))


@pytest.fixture
def sick() -> str:
    """A health check of an endpoint that is down, in time to be known so."""
    Server("192.0.2.10").is_up = False
    made = check()
    lab.clock.advance(seconds=91)
    return made


def test_several_values_come_in_turning_order():
    put(make(), entry(NAME, "192.0.2.1", "192.0.2.2", "192.0.2.3"))
    assert {len(lab.resolve(NAME).values) for _ in range(5)} == {3}
    assert all(abs(count - 333) < 10 for count in _shares(999).values())


def test_weights_share_out_the_answers():
    _group(make(), "Weight", {"192.0.2.1": 70, "192.0.2.2": 20, "192.0.2.3": 10, "192.0.2.4": 0})
    shares = _shares()
    assert [round(shares[f"192.0.2.{one}"] / 10) for one in (1, 2, 3, 4)] == [70, 20, 10, 0]


def test_all_weights_zero_are_equal():
    _group(make(), "Weight", {"192.0.2.1": 0, "192.0.2.2": 0})
    assert [round(count / 100) for count in _shares().values()] == [5, 5]


def test_weight_zero_answers_when_all_others_are_sick(sick):
    _group(make(), "Weight", {"192.0.2.1": 10, "192.0.2.2": 0}, **{"1": sick})
    assert _shares(20) == {"192.0.2.2": 20}


def test_where_all_are_sick_all_count_as_well(sick):
    _group(make(), "Weight", {"192.0.2.1": 10, "192.0.2.2": 10, "192.0.2.3": 0}, **{"1": sick, "2": sick, "3": sick})
    assert set(_shares(20)) == {"192.0.2.1", "192.0.2.2"}


def test_latency_answers_with_the_quickest_region_that_is_well(sick):
    _group(make(), "Region", {"192.0.2.1": "eu-central-1", "192.0.2.2": "us-east-1"}, **{"9": sick})
    assert lab.resolve(NAME, country="DE").value == "192.0.2.1"
    assert lab.resolve(NAME, country="US").value == "192.0.2.2"
    assert lab.resolve(NAME, country="DE", latency={"eu-central-1": 90, "us-east-1": 80}).value == "192.0.2.2"
    put(client().list_hosted_zones()["HostedZones"][0]["Id"],
        entry(NAME, "192.0.2.1", SetIdentifier="192.0.2.1", Region="eu-central-1", HealthCheckId=sick),
        action="UPSERT")  # fmt: skip
    assert lab.resolve(NAME, country="DE").value == "192.0.2.2"


@pytest.mark.parametrize(
    ("country", "state", "answer"),
    [("US", "CA", "192.0.2.1"), ("US", "NY", "192.0.2.2"), ("DE", "", "192.0.2.3"), ("JP", "", "192.0.2.4")],
)
def test_geolocation_answers_with_the_smallest_area(country, state, answer):
    places = {
        "192.0.2.1": {"CountryCode": "US", "SubdivisionCode": "CA"}, "192.0.2.2": {"CountryCode": "US"},
        "192.0.2.3": {"ContinentCode": "EU"}, "192.0.2.4": {"CountryCode": "*"},
    }  # fmt: skip
    _group(make(), "GeoLocation", places)
    assert lab.resolve(NAME, country=country, state=state).value == answer


def test_geolocation_without_a_default_gives_no_answer():
    _group(make(), "GeoLocation", {"192.0.2.1": {"CountryCode": "DE"}})
    answer = lab.resolve(NAME, country="JP")
    assert (answer.values, answer.code) == ([], "NOERROR")


def test_a_bias_moves_the_border():
    zone = make()
    _group(
        zone, "GeoProximityLocation", {"192.0.2.1": {"AWSRegion": "eu-west-1"}, "192.0.2.2": {"AWSRegion": "us-east-1"}}
    )
    assert lab.resolve(NAME, country="IS").value == "192.0.2.1"
    near = {"AWSRegion": "us-east-1", "Bias": 80}
    put(zone, entry(NAME, "192.0.2.2", SetIdentifier="192.0.2.2", GeoProximityLocation=near), action="UPSERT")
    assert lab.resolve(NAME, country="IS").value == "192.0.2.2"
    assert (biased(150, 50), biased(100, 0), biased(100, -50)) == (75, 100, 200)


def test_the_most_specific_block_wins():
    made = client().create_cidr_collection(Name="carriers", CallerReference="1")["Collection"]["Id"]
    blocks = {"fast": ["198.51.0.0/16"], "office": ["198.51.100.0/24"]}
    client().change_cidr_collection(
        Id=made,
        Changes=[{"LocationName": name, "Action": "PUT", "CidrList": list_} for name, list_ in blocks.items()],
    )
    rules = {"192.0.2.1": "fast", "192.0.2.2": "office", "192.0.2.3": "*"}
    _group(make(), "CidrRoutingConfig",
           {address: {"CollectionId": made, "LocationName": name} for address, name in rules.items()})  # fmt: skip
    for ip, answer in (("198.51.7.7", "192.0.2.1"), ("198.51.100.7", "192.0.2.2"), ("203.0.113.7", "192.0.2.3")):
        assert lab.resolve(NAME, ip=ip).value == answer


def test_multivalue_answers_with_up_to_eight_that_are_well(sick):
    _group(make(), "MultiValueAnswer", {f"192.0.2.{n}": True for n in range(1, 13)}, **{"1": sick})
    answers = [lab.resolve(NAME).values for _ in range(22)]
    assert {len(one) for one in answers} == {8}
    seen = Counter(address for one in answers for address in one)
    assert len(seen) == 11 and "192.0.2.1" not in seen and max(seen.values()) - min(seen.values()) <= 2


def test_multivalue_where_all_are_sick(sick):
    _group(make(), "MultiValueAnswer", {"192.0.2.1": True, "192.0.2.2": True}, **{"1": sick, "2": sick})
    assert len(lab.resolve(NAME).values) == 2


def test_failover_over_a_tree_of_aliases(sick):
    """The primary is an alias to a weighted group; it is well while one of the group is."""
    zone, down = make(), sick
    put(zone, entry("eu.lumen.example", "192.0.2.1", SetIdentifier="1", Weight=1, HealthCheckId=down),
        entry("eu.lumen.example", "192.0.2.2", SetIdentifier="2", Weight=1, HealthCheckId=down))  # fmt: skip
    put(zone, entry(NAME, SetIdentifier="p", Failover="PRIMARY", AliasTarget=alias(zone, "eu.lumen.example")),
        entry(NAME, "192.0.2.9", SetIdentifier="s", Failover="SECONDARY"))  # fmt: skip
    assert lab.resolve(NAME).value == "192.0.2.9"
    put(zone, entry(NAME, SetIdentifier="p", Failover="PRIMARY", AliasTarget=alias(zone, "eu.lumen.example", False)),
        action="UPSERT")  # fmt: skip
    assert lab.resolve(NAME).value in ("192.0.2.1", "192.0.2.2")  # nobody looks behind the alias


def test_an_alias_to_a_balancer_without_healthy_targets_is_sick():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    made = elb.create_load_balancer(Name="front", Subnets=[one["SubnetId"] for one in subnets])["LoadBalancers"][0]
    zone, front = make(), alias(made["CanonicalHostedZoneId"], made["DNSName"])
    put(zone, entry(NAME, SetIdentifier="p", Failover="PRIMARY", AliasTarget=front),
        entry(NAME, "192.0.2.9", SetIdentifier="s", Failover="SECONDARY"))  # fmt: skip
    assert lab.resolve(NAME).value == "192.0.2.9"


def test_an_alias_follows_the_health_of_a_balancers_targets():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    vpc = ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]
    told = {"ImageId": ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"], "SubnetId": subnets[0]}
    web = ec2.run_instances(MinCount=1, MaxCount=1, **told)["Instances"][0]["InstanceId"]
    front = elb.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"][0]
    group = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckIntervalSeconds=10, UnhealthyThresholdCount=2
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=front["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )  # fmt: skip
    lab.serve(web, 80, lambda request: "fine")
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": web}])
    lab.clock.advance(minutes=2)
    zone, alias_to = make(), alias(front["CanonicalHostedZoneId"], front["DNSName"])
    put(zone, entry(NAME, SetIdentifier="p", Failover="PRIMARY", AliasTarget=alias_to),
        entry(NAME, "192.0.2.9", SetIdentifier="s", Failover="SECONDARY"))  # fmt: skip
    assert lab.resolve(NAME).values == lab.resolve(front["DNSName"]).values != ["192.0.2.9"]
    lab.serve(web, 80, None)
    lab.clock.advance(minutes=2)
    assert lab.resolve(NAME).value == "192.0.2.9"


def test_the_same_engine_answers_a_test():
    zone = make()
    _group(zone, "GeoLocation", {"192.0.2.1": {"CountryCode": "DE"}, "192.0.2.2": {"CountryCode": "*"}})
    berlin = lab.resolver(country="DE")
    asked = {"HostedZoneId": zone, "RecordName": NAME, "RecordType": "A"}
    assert client().test_dns_answer(**asked, ResolverIP=berlin.ip)["RecordData"] == ["192.0.2.1"]
    told = client().test_dns_answer(**asked, ResolverIP=berlin.ip, EDNS0ClientSubnetIP="203.0.113.7")
    assert (told["RecordData"], told["ResponseCode"]) == (["192.0.2.2"], "NOERROR")
