"""Services keep their tasks, and roll from one task definition to the next in steps."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.ecs.deployments import bounds, step, threshold

NOWHERE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/missing:1"


def rolling(shop, least, most, count=4):
    """Roll a service over; returns how many tasks ran of the old and the new revision after each half minute."""
    shop.launch(0, 1, 2)
    shop.define()
    settings = {"minimumHealthyPercent": least, "maximumPercent": most}
    shop.serve(count, deploymentConfiguration=settings)
    shop.define(tag="2")
    shop.ecs.update_service(cluster="shop", service="web", taskDefinition="web")
    seen = [shop.revisions()]
    for _ in range(5):
        lab.clock.advance(seconds=31)
        seen.append(shop.revisions())
    return [(one[1], one[2]) for one in seen]


def test_a_service_replaces_a_task_that_ends(shop):
    shop.launch(0)
    shop.define()
    shop.serve(2)
    shop.ecs.stop_task(cluster="shop", task=shop.tasks()[0]["taskArn"])
    assert shop.service()["runningCount"] == 1
    lab.settle()
    assert shop.service()["runningCount"] == len(shop.tasks(serviceName="web")) == 2


def test_and_the_tasks_of_a_lost_instance(shop):
    one, _ = shop.launch(0, 1)
    shop.define()
    shop.serve(4)
    shop.ec2.terminate_instances(InstanceIds=[one])
    lab.settle()
    assert (shop.service()["runningCount"], shop.per_host()) == (4, [4])


def test_by_default_tasks_spread_over_zones(shop):
    shop.launch(0, 0, 1)
    shop.define()
    shop.serve(4)
    zones = [one["availabilityZone"] for one in shop.tasks()]
    assert sorted(zones.count(zone) for zone in set(zones)) == [2, 2]


def test_a_half_may_go_first(shop):
    assert rolling(shop, 50, 100)[:5] == [(2, 0), (2, 2), (0, 2), (0, 4), (0, 4)]


def test_or_a_half_more_comes_first(shop):
    assert rolling(shop, 100, 150)[:5] == [(4, 2), (2, 2), (2, 4), (0, 4), (0, 4)]


def test_by_default_all_come_before_the_first_goes(shop):
    assert rolling(shop, 100, 200)[:3] == [(4, 4), (0, 4), (0, 4)]


def test_a_deployment_tells_how_far_it_is(shop):
    rolling(shop, 100, 200)
    (only,) = shop.service()["deployments"]
    assert (only["status"], only["rolloutState"], only["runningCount"]) == ("PRIMARY", "COMPLETED", 4)
    assert "has reached a steady state" in shop.events()[0]


def test_bounds_that_leave_no_room_to_move_are_told(shop):
    assert rolling(shop, 100, 150, count=1) == [(1, 0)] * 6
    assert "because of the service deployment configuration" in shop.events()[0]


def test_both_bounds_at_100_are_refused(shop):
    shop.define()
    with pytest.raises(ClientError, match="block deployments"):
        shop.serve(deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 100})


def test_bounds_are_rounded_to_the_safe_side():
    assert bounds(3, 50, 150) == (2, 4)
    assert step(desired=4, fresh=2, old=2, healthy=4, lower=2, upper=4).stop == 2


@pytest.mark.parametrize(("desired", "failures"), [(1, 3), (6, 3), (7, 4), (25, 13), (1000, 200)])
def test_how_many_failures_open_the_circuit_breaker(desired, failures):
    assert threshold(desired) == failures


def test_the_circuit_breaker_rolls_back_to_what_worked(shop):
    shop.launch(0)
    good = shop.define()
    shop.serve(2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    web = {"name": "web", "image": NOWHERE, "memory": 128, "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web])
    shop.ecs.update_service(cluster="shop", service="web", taskDefinition="web")
    assert shop.service()["deployments"][0]["failedTasks"] == 2
    lab.clock.advance(minutes=3)
    found = shop.service()
    assert (found["taskDefinition"], found["runningCount"]) == (good, 2)
    assert found["deployments"][0]["rolloutState"] == "COMPLETED"
    assert any("deployment failed: tasks failed to start" in one for one in shop.events())
    assert shop.revisions() == {1: 2}


def test_without_rollback_the_deployment_stays_failed(shop):
    shop.launch(0)
    shop.define()
    shop.serve(2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    web = {"name": "web", "image": NOWHERE, "memory": 128, "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web])
    shop.ecs.update_service(cluster="shop", service="web", taskDefinition="web")
    lab.clock.advance(minutes=3)
    assert shop.service()["deployments"][0]["rolloutState"] == "FAILED"
    assert shop.revisions() == {1: 2}


def test_without_a_breaker_it_tries_again_and_again_ever_more_seldom(shop):
    shop.launch(0)
    web = {"name": "web", "image": NOWHERE, "memory": 128, "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web])
    shop.serve(1)
    lab.clock.advance(hours=6)
    assert 10 < len(shop.tasks(desiredStatus="STOPPED")) < 60
    assert any("unable to consistently start tasks" in one for one in shop.events())


def test_what_finds_no_place_is_told_and_tried_again_when_there_is_room(shop):
    shop.launch(0)
    shop.define(memory=3000)
    shop.serve(2)
    assert (shop.service()["runningCount"], shop.service()["pendingCount"]) == (1, 1)
    assert "has insufficient memory available" in shop.events()[0]
    shop.launch(1)
    lab.settle()
    assert shop.service()["runningCount"] == 2


def test_a_daemon_runs_once_on_every_instance(shop):
    shop.launch(0, 1)
    shop.define()
    shop.ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", schedulingStrategy="DAEMON")
    assert shop.per_host() == [1, 1]
    shop.launch(2)
    lab.settle()
    assert shop.per_host() == [1, 1, 1]
    shop.define(tag="2")
    shop.ecs.update_service(cluster="shop", service="web", taskDefinition="web")
    lab.clock.advance(minutes=2)
    assert shop.revisions() == {2: 3}


def test_a_service_above_zero_is_deleted_by_force_only_and_its_tasks_end(shop):
    shop.launch(0)
    shop.define()
    shop.serve(2)
    with pytest.raises(ClientError, match="scaled above 0"):
        shop.ecs.delete_service(cluster="shop", service="web")
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    assert shop.tasks() == []


def test_a_name_in_use_is_refused(shop):
    shop.define()
    shop.serve(0)
    with pytest.raises(ClientError, match="not idempotent"):
        shop.serve(0)


def test_scaling_in_keeps_the_zones_even(shop):
    shop.launch(0, 1)
    shop.define()
    shop.serve(6)
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=2)
    assert shop.per_host() == [1, 1]
