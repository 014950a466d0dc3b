"""Names resolve as a resolver would see them."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.dns.zone import alias, client, entry, make, put


def test_a_name_resolves_to_its_values():
    put(make(), entry("www.lumen.example", "192.0.2.1"))
    answer = lab.resolve("www.lumen.example")
    assert (answer.values, answer.ttl, answer.code) == (["192.0.2.1"], 60, "NOERROR")
    assert repr(answer) == "www.lumen.example.  60  A  192.0.2.1"


def test_a_cname_leads_to_another_name():
    put(
        make(),
        entry("www.lumen.example", "shop.lumen.example", kind="CNAME"),
        entry("shop.lumen.example", "192.0.2.1", TTL=30),
    )
    answer = lab.resolve("www.lumen.example")
    assert [line.type for line in answer.lines] == ["CNAME", "A"] and answer.ttl == 30


def test_cnames_in_a_circle_end():
    put(make(), entry("a.lumen.example", "b.lumen.example", kind="CNAME"),
        entry("b.lumen.example", "a.lumen.example", kind="CNAME"))  # fmt: skip
    assert lab.resolve("a.lumen.example").code == "SERVFAIL"


def test_what_is_not_there_is_told_apart():
    put(make(), entry("a.www.lumen.example", "192.0.2.1"))
    assert lab.resolve("no.lumen.example").code == "NXDOMAIN"
    assert lab.resolve("a.www.lumen.example", "TXT").code == "NOERROR"
    assert lab.resolve("www.lumen.example").code == "NOERROR"  # a name below it exists
    assert lab.resolve("lumen.test").code == "NXDOMAIN"


def test_a_wildcard_stands_for_names_that_do_not_exist():
    put(make(), entry("*.lumen.example", "192.0.2.9"), entry("www.lumen.example", "192.0.2.1"))
    assert lab.resolve("any.thing.lumen.example").value == "192.0.2.9"
    assert lab.resolve("www.lumen.example").value == "192.0.2.1"
    assert lab.resolve("x.www.lumen.example").code == "NXDOMAIN"


def test_a_zone_hands_a_name_to_another_zone():
    parent, child = make(), client().create_hosted_zone(Name="eu.lumen.example", CallerReference="child")
    put(child["HostedZone"]["Id"], entry("www.eu.lumen.example", "192.0.2.1"))
    assert lab.resolve("www.eu.lumen.example").code == "NXDOMAIN"  # nobody was told of the new zone
    servers = child["DelegationSet"]["NameServers"]
    put(parent, entry("eu.lumen.example", *servers, kind="NS"))
    assert lab.resolve("www.eu.lumen.example").value == "192.0.2.1"
    put(parent, entry("eu.lumen.example", "ns-1.awsdns-01.com", kind="NS"), action="UPSERT")
    assert lab.resolve("www.eu.lumen.example").code == "SERVFAIL"


def test_the_registrar_says_which_zone_is_asked():
    old, new = (client().create_hosted_zone(Name="lumen.example", CallerReference=one) for one in ("old", "new"))
    put(old["HostedZone"]["Id"], entry("lumen.example", "192.0.2.1"))
    put(new["HostedZone"]["Id"], entry("lumen.example", "192.0.2.2"))
    assert not set(old["DelegationSet"]["NameServers"]) & set(new["DelegationSet"]["NameServers"])
    assert lab.resolve("lumen.example").value == "192.0.2.1"
    lab.delegate("lumen.example", new["DelegationSet"]["NameServers"])
    assert lab.resolve("lumen.example").value == "192.0.2.2"
    lab.delegate("lumen.example", ["ns1.elsewhere.test"])
    assert lab.resolve("lumen.example").code == "SERVFAIL"


def test_only_its_vpcs_see_a_private_zone():
    ec2 = boto3.client("ec2")
    inside, beside = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    ec2.modify_vpc_attribute(VpcId=inside, EnableDnsHostnames={"Value": True})
    put(make(), entry("db.lumen.example", "192.0.2.1"), entry("www.lumen.example", "192.0.2.2"))
    put(make(VPC={"VPCId": inside, "VPCRegion": "us-east-1"}), entry("db.lumen.example", "10.0.0.5"))
    assert lab.resolve("db.lumen.example", vpc=inside).value == "10.0.0.5"
    assert lab.resolve("db.lumen.example", vpc=beside).value == "192.0.2.1"
    assert lab.resolve("db.lumen.example").value == "192.0.2.1"
    assert lab.resolve("www.lumen.example", vpc=inside).code == "NXDOMAIN"  # the private zone answers for all of it
    ec2.modify_vpc_attribute(VpcId=inside, EnableDnsHostnames={"Value": False})
    assert lab.resolve("db.lumen.example", vpc=inside).value == "192.0.2.1"
    ec2.modify_vpc_attribute(VpcId=inside, EnableDnsSupport={"Value": False})
    assert lab.resolve("db.lumen.example", vpc=inside).code == "TIMEOUT"


def test_a_resolver_keeps_an_answer_for_its_time():
    zone = make()
    put(zone, entry("www.lumen.example", "192.0.2.1", TTL=300))
    provider = lab.resolver(country="DE")
    provider.resolve("www.lumen.example")
    put(zone, entry("www.lumen.example", "192.0.2.2", TTL=300), action="UPSERT")
    lab.clock.advance(seconds=290)
    kept = provider.resolve("www.lumen.example")
    assert (kept.value, kept.cached, kept.ttl <= 10, provider.asked) == ("192.0.2.1", True, True, 1)
    lab.clock.advance(seconds=11)
    assert (provider.resolve("www.lumen.example").value, provider.asked) == ("192.0.2.2", 2)


def test_a_no_is_kept_for_fifteen_minutes():
    zone, provider = make(), lab.resolver()
    assert provider.resolve("new.lumen.example").code == "NXDOMAIN"
    put(zone, entry("new.lumen.example", "192.0.2.1"))
    lab.clock.advance(minutes=14)
    assert provider.resolve("new.lumen.example").code == "NXDOMAIN"
    lab.clock.advance(minutes=2)
    assert provider.resolve("new.lumen.example").value == "192.0.2.1"


def test_an_alias_to_a_balancer_answers_with_its_addresses_at_the_apex():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    made = elb.create_load_balancer(Name="front", Subnets=[one["SubnetId"] for one in subnets])["LoadBalancers"][0]
    zone = make()
    put(zone, entry("lumen.example", AliasTarget=alias(made["CanonicalHostedZoneId"], made["DNSName"], False)))
    answer = lab.resolve("lumen.example")
    assert len(answer.values) == 2 and answer.ttl == 60
    assert answer.values == lab.resolve(made["DNSName"]).values


@pytest.mark.parametrize(
    ("region", "kind", "home"),
    [
        ("us-east-1", "application", "Z35SXDOTRQ7X7K"),
        ("us-east-1", "network", "Z26RNL4JYFTOTI"),
        ("eu-central-1", "application", "Z215JYRZR1TBD5"),
    ],
)
def test_a_balancer_lies_in_the_hosted_zone_of_its_region_and_kind_and_in_no_other(region: str, kind: str, home: str):
    subnets = boto3.client("ec2", region_name=region).describe_subnets()["Subnets"][:2]
    made = boto3.client("elbv2", region_name=region).create_load_balancer(
        Name="front", Type=kind, Subnets=[one["SubnetId"] for one in subnets]
    )["LoadBalancers"][0]
    assert made["CanonicalHostedZoneId"] == home
    zone = make()
    put(zone, entry("lumen.example", AliasTarget=alias(home, made["DNSName"], False)))
    with pytest.raises(ClientError, match="does not lie within the target zone"):
        put(zone, entry("www.lumen.example", AliasTarget=alias("Z2P70J7HTTTPLU", made["DNSName"], False)))


def test_an_alias_may_be_made_of_an_alias():
    zone = make()
    put(zone, entry("a.lumen.example", "192.0.2.1", TTL=20))
    put(zone, entry("b.lumen.example", AliasTarget=alias(zone, "a.lumen.example")))
    put(zone, entry("c.lumen.example", AliasTarget=alias(zone, "b.lumen.example")))
    answer = lab.resolve("c.lumen.example")
    assert [(line.name, line.ttl, line.value) for line in answer.lines] == [("c.lumen.example.", 20, "192.0.2.1")]


def test_who_asks_must_be_somewhere_that_the_lab_knows():
    with pytest.raises(ValueError, match="no country 'XX'"):
        lab.resolve("lumen.example", country="XX")
    with pytest.raises(ValueError, match="no Region 'mars-1'"):
        lab.resolve("lumen.example", region="mars-1")
    with pytest.raises(ValueError, match="There is no VPC"):
        lab.resolve("lumen.example", vpc="vpc-1")


def test_a_registered_domain_belongs_to_the_zone_made_with_it():
    domains: object = boto3.client("route53domains", region_name="us-east-1")
    person = {
        "FirstName": "Ada", "LastName": "L", "ContactType": "PERSON", "AddressLine1": "1 Road", "City": "Berlin",
        "CountryCode": "DE", "ZipCode": "10115", "PhoneNumber": "+49.301234567", "Email": "ada@example.com",
    }  # fmt: skip
    told = {f"{one}Contact": person for one in ("Admin", "Registrant", "Tech")}
    domains.register_domain(DomainName="lumen.com", DurationInYears=2, **told)  # type: ignore[attr-defined]
    zone = client().list_hosted_zones()["HostedZones"][0]["Id"]
    put(zone, entry("www.lumen.com", "192.0.2.1"))
    assert lab.resolve("www.lumen.com").value == "192.0.2.1"
    domains.update_domain_nameservers(DomainName="lumen.com", Nameservers=[{"Name": "ns1.elsewhere.com"}])  # type: ignore[attr-defined]
    assert lab.resolve("www.lumen.com").code == "SERVFAIL"
