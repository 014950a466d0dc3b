"""Whether packets get there and back, where they stop, and what the client sees."""

import pytest

from course import lab
from tests.lab.network.sites import acl, card_of, ec2, group, machine, nat, route, site


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def test_a_public_machine_is_reached_from_the_internet():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    seen = lab.connect("internet", web, 443)
    assert seen
    assert seen.outcome == "connected"
    assert seen.hops[0] == there.gateway
    assert seen.stopped_at == ""


def test_a_group_without_a_rule_is_a_time_out():
    there = site()
    its = group(there.vpc, "web", 443)
    web = machine(there.public, its, public=True)
    seen = lab.connect("internet", web, 22)
    assert (seen.outcome, seen.stopped_at, seen.way) == ("time-out", its, "there")
    assert "port 22" in seen.why


def test_nobody_listening_is_a_refusal():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 80, 443), public=True)
    lab.listen(web, 443)
    assert lab.connect("internet", web, 80).outcome == "refused"
    assert lab.connect("internet", web, 443)


def test_a_refusal_that_cannot_come_back_is_a_time_out():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 80), public=True)
    lab.listen(web)
    acl(there.vpc, there.public, (100, False, "allow", 80, 80))
    assert lab.connect("internet", web, 80).outcome == "time-out"


def test_without_a_public_address_nobody_outside_can_call():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443))
    assert "no public address" in lab.connect("internet", web).why
    assert "no public address" in lab.connect(web, "internet").why


def test_a_private_subnet_has_no_way_out():
    there = site()
    inner = machine(there.private, group(there.vpc, "inner"))
    seen = lab.connect(inner, "internet")
    assert (seen.outcome, seen.stopped_at) == ("time-out", there.main_table)


def test_a_public_address_in_a_private_subnet_is_reached_but_cannot_answer():
    there = site()
    lost = machine(there.private, group(there.vpc, "lost", 443), public=True)
    seen = lab.connect("internet", lost)
    assert (seen.way, seen.stopped_at) == ("back", there.main_table)


def test_a_nat_gateway_lets_out_and_not_in():
    there = site()
    gateway = nat(there.public)
    route(there.main_table, "0.0.0.0/0", NatGatewayId=gateway)
    inner = machine(there.private, group(there.vpc, "inner", 443))
    out = lab.connect(inner, "internet")
    assert out
    assert gateway in out.hops
    public = ec2().describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["NatGatewayAddresses"][0][
        "PublicIp"
    ]
    back = lab.connect("internet", public)
    assert (back.outcome, back.stopped_at) == ("time-out", gateway)


def test_a_nat_gateway_needs_a_public_subnet():
    there = site()
    gateway = nat(there.private)
    route(there.main_table, "0.0.0.0/0", NatGatewayId=gateway)
    inner = machine(there.private, group(there.vpc, "inner"))
    seen = lab.connect(inner, "internet")
    assert seen.stopped_at == gateway
    assert "public subnet" in seen.why


def test_a_deleted_nat_gateway_leaves_a_blackhole():
    there = site()
    gateway = nat(there.public)
    route(there.main_table, "0.0.0.0/0", NatGatewayId=gateway)
    ec2().delete_nat_gateway(NatGatewayId=gateway)
    inner = machine(there.private, group(there.vpc, "inner"))
    assert "blackhole" in lab.connect(inner, "internet").why


def test_an_instance_forwards_once_its_check_is_off():
    there = site()
    box = machine(there.public, group(there.vpc, "nat", 443, source="10.0.0.0/16"), public=True)
    route(there.main_table, "0.0.0.0/0", NetworkInterfaceId=card_of(box)["NetworkInterfaceId"])
    inner = machine(there.private, group(there.vpc, "inner"))
    assert "source/destination check" in lab.connect(inner, "internet").why
    ec2().modify_instance_attribute(InstanceId=box, SourceDestCheck={"Value": False})
    assert lab.connect(inner, "internet")


def test_a_nat_instance_obeys_its_own_groups():
    there = site()
    its = group(there.vpc, "nat", 80, source="10.0.0.0/16")
    box = machine(there.public, its, public=True)
    ec2().modify_instance_attribute(InstanceId=box, SourceDestCheck={"Value": False})
    route(there.main_table, "0.0.0.0/0", InstanceId=box)
    inner = machine(there.private, group(there.vpc, "inner"))
    assert lab.connect(inner, "internet", 80)
    assert lab.connect(inner, "internet", 443).stopped_at == its


def test_the_most_specific_route_wins():
    there = site()
    gateway = nat(there.public)
    route(there.main_table, "0.0.0.0/0", NatGatewayId=gateway)
    route(there.main_table, "198.51.100.0/24", GatewayId=there.gateway)
    inner = machine(there.private, group(there.vpc, "inner"))
    assert lab.connect(inner, "internet").stopped_at == there.gateway
    assert lab.connect(inner, "203.0.113.77")


def test_a_group_is_known_by_its_members_private_addresses_only():
    there = site()
    outer = group(there.vpc, "outer")
    web = machine(there.public, outer, public=True)
    inner = machine(there.public, group(there.vpc, "inner", 5432, source=outer), public=True)
    assert lab.connect(web, inner, 5432)
    public = card_of(inner)["Association"]["PublicIp"]
    assert not lab.connect(web, public, 5432)


def test_members_of_another_group_stay_out():
    there = site()
    wanted = group(there.vpc, "wanted")
    inner = machine(there.private, group(there.vpc, "inner", 5432, source=wanted))
    stranger = machine(there.private, group(there.vpc, "stranger"))
    member = machine(there.private, wanted)
    assert lab.connect(member, inner, 5432)
    assert not lab.connect(stranger, inner, 5432)


def test_replies_pass_groups_without_outbound_rules():
    there = site()
    its = group(there.vpc, "web", 443)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2().revoke_security_group_egress(GroupId=its, IpPermissions=everything)
    web = machine(there.public, its, public=True)
    assert lab.connect("internet", web)
    assert lab.connect(web, "internet").stopped_at == its


def test_an_acl_that_forgets_the_way_back():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    made = acl(there.vpc, there.public, (100, False, "allow", 443, 443), (100, True, "allow", 443, 443))
    seen = lab.connect("internet", web)
    assert (seen.outcome, seen.stopped_at, seen.way) == ("time-out", made, "back")


def test_an_acl_with_ephemeral_ports():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    acl(there.vpc, there.public, (100, False, "allow", 443, 443), (100, True, "allow", 1024, 65535))
    assert lab.connect("internet", web)
    assert not lab.connect(web, "internet")


def test_the_lowest_number_decides():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    made = acl(
        there.vpc, there.public, (90, False, "deny", 443, 443), (100, False, "allow", 1, 65535),
        (100, True, "allow", 1, 65535),
    )  # fmt: skip
    assert lab.connect("internet", web).stopped_at == made
    ec2().delete_network_acl_entry(NetworkAclId=made, RuleNumber=90, Egress=False)
    assert lab.connect("internet", web)


def test_within_a_subnet_no_acl_is_asked():
    there = site()
    acl(there.vpc, there.private)
    its = group(there.vpc, "inner", 5432)
    one, other = machine(there.private, its), machine(there.private, its)
    assert lab.connect(one, other, 5432)


def test_a_stopped_machine_says_nothing():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    ec2().stop_instances(InstanceIds=[web])
    assert lab.connect("internet", web).outcome == "time-out"
    assert "stopped" in lab.connect(web, "internet").why


def test_ping_has_no_ports():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    assert not lab.connect("internet", web, protocol="icmp")
    (its,) = (one["GroupId"] for one in card_of(web)["Groups"])
    rule = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2().authorize_security_group_ingress(GroupId=its, IpPermissions=[rule])
    assert lab.connect("internet", web, protocol="icmp")


def test_a_trial_is_no_call_of_the_account():
    there = site()
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    with lab.watching() as made:
        lab.connect("internet", web)
    assert not list(made)


def test_an_unknown_end_is_named():
    with pytest.raises(ValueError, match="'bogus' is nothing that the lab knows"):
        lab.connect("internet", "bogus")
    with pytest.raises(ValueError, match="port 70000"):
        lab.connect("internet", "s3", 70000)
    with pytest.raises(ValueError, match="'http' is not one of"):
        lab.connect("internet", "s3", 80, "http")
