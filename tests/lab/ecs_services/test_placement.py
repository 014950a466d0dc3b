"""Placement: resources and ports, constraints, strategies, and the reasons of failures."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ClientError

SPREAD_ZONES = {"type": "spread", "field": "attribute:ecs.availability-zone"}
BINPACK = {"type": "binpack", "field": "memory"}


def run(shop, count=1, **more):
    return shop.ecs.run_task(cluster="shop", taskDefinition="web", count=count, **more)


def reasons(answer):
    return [one["reason"] for one in answer["failures"]]


def test_binpack_fills_one_instance_after_the_other(shop):
    shop.launch(0, 0, 1)
    shop.define(memory=900)
    run(shop, 4, placementStrategy=[BINPACK])
    assert shop.per_host() == [0, 0, 4]
    run(shop, 2, placementStrategy=[BINPACK])
    assert shop.per_host() == [0, 2, 4]


def test_spread_evens_out_over_instances(shop):
    shop.launch(0, 0, 1)
    shop.define()
    run(shop, 7, placementStrategy=[{"type": "spread", "field": "instanceId"}])
    assert shop.per_host() == [2, 2, 3]


def test_chained_strategies_spread_over_zones_and_pack_within_them(shop):
    shop.launch(0, 0, 1, 1)
    shop.define(memory=300)
    run(shop, 8, placementStrategy=[SPREAD_ZONES, BINPACK])
    assert shop.per_host() == [0, 0, 4, 4]


def test_random_places_all(shop):
    shop.launch(0, 1)
    shop.define()
    assert len(run(shop, 6, placementStrategy=[{"type": "random"}])["tasks"]) == 6


def test_distinct_instances_hold_for_the_tasks_of_a_group(shop):
    shop.launch(0, 1)
    shop.define()
    ran = run(shop, 3, placementConstraints=[{"type": "distinctInstance"}])
    assert shop.per_host() == [1, 1]
    assert len(ran["tasks"]) == 2
    assert set(reasons(ran)) == {"DistinctInstance placement constraint unsatisfied."}
    assert run(shop, 2, group="batch", placementConstraints=[{"type": "distinctInstance"}])["failures"] == []


def test_member_of_admits_only_instances_that_the_expression_holds_for(shop):
    shop.launch(0, 1)
    (small,) = shop.launch(0, kind="t3.small")
    shop.define()
    ran = run(shop, 3, placementConstraints=[{"type": "memberOf",
                                              "expression": "attribute:ecs.instance-type == t3.small"}])  # fmt: skip
    by_arn = {one["containerInstanceArn"]: one["ec2InstanceId"] for one in shop.hosts()}
    assert {by_arn[one["containerInstanceArn"]] for one in ran["tasks"]} == {small}
    none = run(shop, placementConstraints=[{"type": "memberOf", "expression": "attribute:stack == prod"}])
    assert set(reasons(none)) == {"MemberOf placement constraint unsatisfied."}


@pytest.mark.parametrize(
    ("size", "reason"),
    [({"memory": 4000}, "RESOURCE:MEMORY"), ({"cpu": 2049}, "RESOURCE:CPU"), ({"host_port": 22}, "RESOURCE:PORTS")],
)
def test_what_does_not_fit_is_a_failure_and_no_error(shop, size, reason):
    shop.launch(0)
    shop.define(**size)
    ran = run(shop)
    assert (ran["tasks"], reasons(ran)) == ([], [reason])
    assert ran["failures"][0]["arn"] == shop.hosts()[0]["containerInstanceArn"]


def test_a_fixed_host_port_admits_one_task_per_instance(shop):
    shop.launch(0, 1)
    shop.define(host_port=8080)
    ran = run(shop, 3)
    assert (len(ran["tasks"]), set(reasons(ran))) == (2, {"RESOURCE:PORTS"})


def test_docker_chooses_ephemeral_ports_where_none_is_named(shop):
    shop.launch(0)
    shop.define()
    ports = [one["containers"][0]["networkBindings"][0]["hostPort"] for one in run(shop, 3)["tasks"]]
    assert len(set(ports)) == 3
    assert all(32768 <= port <= 60999 for port in ports)


def test_each_task_in_awsvpc_mode_takes_an_interface(shop):
    shop.launch(0)
    shop.define(networkMode="awsvpc")
    network = {"awsvpcConfiguration": {"subnets": [shop.subnets[0]]}}
    ran = run(shop, 3, networkConfiguration=network)  # a t3.medium has three, one of them its own
    assert (len(ran["tasks"]), reasons(ran)) == (2, ["RESOURCE:ENI"])


def test_start_task_goes_where_it_is_told_if_there_is_room(shop):
    shop.launch(0, 1)
    shop.define(host_port=8080)
    one, other = (host["containerInstanceArn"] for host in shop.hosts())
    asked = {"cluster": "shop", "taskDefinition": "web"}
    assert shop.ecs.start_task(containerInstances=[other], **asked)["tasks"][0]["containerInstanceArn"] == other
    again = shop.ecs.start_task(containerInstances=[one, other], **asked)
    assert [task["containerInstanceArn"] for task in again["tasks"]] == [one]
    assert reasons(again) == ["RESOURCE:PORTS"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"count": 11}, "between 1 and 10"),
        ({"placementStrategy": [BINPACK] * 6}, "more than 5"),
        ({"placementConstraints": [{"type": "distinctInstance"}] * 11}, "more than 10"),
        ({"placementStrategy": [{"type": "binpack", "field": "instanceId"}]}, "cpu or memory"),
        ({"placementConstraints": [{"type": "memberOf", "expression": "stack == prod"}]}, "Invalid expression"),
        ({"launchType": "FARGATE", "placementStrategy": [BINPACK]}, "not supported with FARGATE"),
    ],
)
def test_what_run_task_refuses(shop, asked, words):
    shop.launch(0)
    shop.define()
    with pytest.raises(ClientError, match=words):
        run(shop, **asked)


def test_an_empty_cluster_refuses_tasks_of_ec2(shop):
    shop.define()
    with pytest.raises(ClientError, match="No Container Instances were found"):
        run(shop)


def test_fargate_takes_turns_among_the_subnets(shop):
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web], requiresCompatibilities=["FARGATE"],
                                      networkMode="awsvpc", cpu="256", memory="512")  # fmt: skip
    network = {"awsvpcConfiguration": {"subnets": shop.subnets[:2]}}
    run(shop, 4, launchType="FARGATE", networkConfiguration=network)
    where = Counter(
        row["value"] for task in shop.tasks() for row in task["attachments"][0]["details"] if row["name"] == "subnetId"
    )
    assert sorted(where.values()) == [2, 2]
