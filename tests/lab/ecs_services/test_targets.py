"""Tasks of a service are targets of its load balancer."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


def behind(made):
    return {"loadBalancers": [{"targetGroupArn": made["group"], "containerName": "web", "containerPort": 80}]}


def test_every_copy_on_an_instance_is_a_target_with_its_own_port(shop):
    (one,) = shop.launch(0)
    shop.define()
    made = shop.balance()
    shop.serve(3, **behind(made))
    targets = shop.targets(made["group"])
    assert {where for where, _ in targets} == {one}
    assert all(32768 <= port <= 60999 for _, port in targets) and len(targets) == 3
    for _, port in targets:
        lab.serve(one, port, lambda request, port=port: f"{port}")
    heard = {lab.http("GET", made["address"]).body for _ in range(6)}
    assert heard == {str(port) for _, port in targets}


def test_a_group_that_does_not_admit_the_ephemeral_range_makes_them_unhealthy(shop):
    (one,) = shop.launch(0)
    shop.define()
    made = shop.balance(ports=80)
    shop.serve(1, healthCheckGracePeriodSeconds=600, **behind(made))
    ((_, port),) = shop.targets(made["group"])
    lab.serve(one, port, lambda request: "hello")
    lab.clock.advance(minutes=3)
    assert list(shop.targets(made["group"]).values()) == ["unhealthy"]


def test_with_an_interface_of_its_own_a_task_is_a_target_by_its_address(shop):
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web], requiresCompatibilities=["FARGATE"],
                                      networkMode="awsvpc", cpu="256", memory="512")  # fmt: skip
    made = shop.balance("ip")
    network = {"awsvpcConfiguration": {"subnets": shop.subnets[:2]}}
    shop.serve(2, launchType="FARGATE", networkConfiguration=network, **behind(made))
    addresses = {
        row["value"] for task in shop.tasks() for row in task["attachments"][0]["details"]
        if row["name"] == "privateIPv4Address"
    }  # fmt: skip
    assert shop.targets(made["group"]).keys() == {(one, 80) for one in addresses}


def test_a_task_drains_before_it_stops(shop):
    shop.launch(0)
    shop.define()
    made = shop.balance(delay=120)
    shop.serve(2, **behind(made))
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=1)
    assert sorted(shop.targets(made["group"]).values()) == ["draining", "healthy"]
    (leaving,) = shop.tasks(desiredStatus="STOPPED")
    assert leaving["lastStatus"] == "DEACTIVATING"
    lab.clock.advance(seconds=60)
    assert shop.tasks(desiredStatus="STOPPED")[0]["lastStatus"] == "DEACTIVATING"
    lab.clock.advance(seconds=91)
    assert shop.tasks(desiredStatus="STOPPED")[0]["lastStatus"] == "STOPPED"


def test_a_task_that_the_balancer_finds_ill_is_replaced_after_the_grace_period(shop):
    (one,) = shop.launch(0)
    shop.define()
    made = shop.balance()
    boto3.client("elbv2").modify_target_group(
        TargetGroupArn=made["group"], HealthCheckIntervalSeconds=10, UnhealthyThresholdCount=2
    )
    shop.serve(1, healthCheckGracePeriodSeconds=120, **behind(made))
    ((_, port),) = shop.targets(made["group"])
    first = shop.tasks()[0]["taskArn"]
    lab.serve(one, port, lambda request: (503, "warming up"))
    lab.clock.advance(seconds=60)
    assert shop.tasks()[0]["taskArn"] == first
    lab.clock.advance(seconds=150)
    assert shop.tasks()[0]["taskArn"] != first
    assert any("failed ELB health checks" in event for event in shop.events())


@pytest.mark.parametrize(
    ("change", "words"),
    [({"containerName": "app"}, "does not exist"), ({"containerPort": 8080}, "did not have a container port 8080")],
)
def test_what_a_service_behind_a_balancer_has_to_name(shop, change, words):
    shop.define()
    row = behind(shop.balance())["loadBalancers"][0]
    with pytest.raises(ClientError, match=words):
        shop.serve(loadBalancers=[{**row, **change}])


def test_the_target_type_follows_the_network_mode(shop):
    shop.define()
    with pytest.raises(ClientError, match="incompatible with the bridge network mode"):
        shop.serve(**behind(shop.balance("ip")))


def test_a_target_group_without_a_balancer_is_refused(shop):
    shop.define()
    made = boto3.client("elbv2").create_target_group(Name="lone", Protocol="HTTP", Port=80, VpcId=shop.vpc,
                                                     TargetType="instance")  # fmt: skip
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    with pytest.raises(ClientError, match="does not have an associated load balancer"):
        shop.serve(**behind({"group": arn}))
