"""Container instances: agents that join, what they register, and instances that are lost or drained."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.ecs.instances import agent_log


def test_an_instance_joins_the_cluster_that_its_user_data_names(shop):
    (one,) = shop.launch(0)
    (host,) = shop.hosts()
    assert (host["ec2InstanceId"], host["agentConnected"], host["status"]) == (one, True, "ACTIVE")
    assert shop.ecs.describe_clusters(clusters=["shop"])["clusters"][0]["registeredContainerInstancesCount"] == 1


def test_all_instances_of_one_launch_get_the_profile(shop):
    script = "#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n"
    shop.ec2.run_instances(ImageId=shop.image, InstanceType="t3.medium", MinCount=3, MaxCount=3, UserData=script,
                           IamInstanceProfile={"Name": "host"})  # fmt: skip
    assert len(shop.hosts()) == 3


@pytest.mark.parametrize(
    ("launched", "words"),
    [
        ({"profile": ""}, "no instance profile"),
        ({"config": "ECS_CLUSTER=shpo"}, "no cluster named shpo"),
        ({"image": "ami-04681a1dbd79675a5"}, "no agent"),
    ],
)
def test_why_an_instance_never_appears(shop, launched, words):
    (one,) = shop.launch(0, **launched)
    assert shop.hosts() == []
    assert words in agent_log(one)


def test_without_a_cluster_it_goes_to_default(shop):
    (one,) = shop.launch(0, config="ECS_LOGLEVEL=info")
    assert shop.hosts() == []
    assert [host["ec2InstanceId"] for host in shop.hosts("default")] == [one]


def test_a_role_that_may_not_register_keeps_the_agent_out_until_it_may(shop):
    shop.iam.detach_role_policy(RoleName="host", PolicyArn="arn:aws:iam::aws:policy/service-role/"
                                "AmazonEC2ContainerServiceforEC2Role")  # fmt: skip
    (one,) = shop.launch(0)
    assert shop.hosts() == []
    assert "may not ecs:" in agent_log(one)
    allowed = [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]
    shop.iam.put_role_policy(
        RoleName="host", PolicyName="ecs", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allowed})
    )
    assert len(shop.hosts()) == 1


def test_the_type_and_the_configuration_decide_what_is_registered(shop):
    shop.launch(0, kind="m5.large", config='ECS_CLUSTER=shop\nECS_INSTANCE_ATTRIBUTES={"stack":"prod"}\n'
                "ECS_RESERVED_MEMORY=256\nECS_RESERVED_PORTS=[9100]")  # fmt: skip
    shop.launch(1, kind="m5.large")
    sizes = [{row["name"]: row for row in host["registeredResources"]} for host in shop.hosts()]
    assert [one["CPU"]["integerValue"] for one in sizes] == [2048, 2048]
    assert sizes[1]["MEMORY"]["integerValue"] - sizes[0]["MEMORY"]["integerValue"] == 256
    assert 7000 < sizes[1]["MEMORY"]["integerValue"] < 8192
    assert "9100" in sizes[0]["PORTS"]["stringSetValue"] and "22" in sizes[1]["PORTS"]["stringSetValue"]
    assert {"name": "stack", "value": "prod"} in shop.hosts()[0]["attributes"]


def test_tasks_take_and_give_back_what_remains(shop):
    shop.launch(0)
    shop.define(memory=512, cpu=256, host_port=8080)

    def left():
        rows = {row["name"]: row for row in shop.hosts()[0]["remainingResources"]}
        return rows["CPU"]["integerValue"], rows["MEMORY"]["integerValue"], "8080" in rows["PORTS"]["stringSetValue"]

    before = left()
    (task,) = shop.ecs.run_task(cluster="shop", taskDefinition="web")["tasks"]
    assert left() == (before[0] - 256, before[1] - 512, True)
    shop.ecs.stop_task(cluster="shop", task=task["taskArn"])
    lab.clock.advance(seconds=31)
    assert left() == before


def test_a_terminated_instance_leaves_and_its_tasks_end(shop):
    one, _ = shop.launch(0, 1)
    shop.define()
    ran = shop.ecs.start_task(cluster="shop", taskDefinition="web",
                              containerInstances=[shop.hosts()[0]["containerInstanceArn"]])["tasks"]  # fmt: skip
    shop.ec2.terminate_instances(InstanceIds=[one])
    assert len(shop.hosts()) == 1
    (task,) = shop.ecs.describe_tasks(cluster="shop", tasks=[ran[0]["taskArn"]])["tasks"]
    assert task["lastStatus"] == "STOPPED" and one in task["stoppedReason"]


def test_a_stopped_instance_stays_but_its_agent_is_gone(shop):
    (one,) = shop.launch(0)
    shop.hosts()
    shop.ec2.stop_instances(InstanceIds=[one])
    assert shop.hosts()[0]["agentConnected"] is False
    shop.define()
    failures = shop.ecs.run_task(cluster="shop", taskDefinition="web")["failures"]
    assert [failure["reason"] for failure in failures] == ["AGENT"]


def test_a_draining_instance_hands_its_service_tasks_over_and_keeps_the_others(shop):
    shop.launch(0)
    shop.define()
    shop.serve(2)
    (alone,) = shop.ecs.run_task(cluster="shop", taskDefinition="web")["tasks"]
    first = shop.hosts()[0]["containerInstanceArn"]
    shop.launch(1)
    shop.ecs.update_container_instances_state(cluster="shop", containerInstances=[first], status="DRAINING")
    lab.clock.advance(minutes=3)
    left = shop.tasks(containerInstance=first)
    assert [one["taskArn"] for one in left] == [alone["taskArn"]]
    assert shop.service()["runningCount"] == 2


def test_attributes_are_put_found_and_filtered_by(shop):
    shop.launch(0, 1)
    arn = shop.hosts()[1]["containerInstanceArn"]
    mark = {"name": "stack", "value": "prod", "targetType": "container-instance", "targetId": arn}
    shop.ecs.put_attributes(cluster="shop", attributes=[mark])
    found = shop.ecs.list_attributes(cluster="shop", targetType="container-instance", attributeName="stack")
    assert [one["targetId"] for one in found["attributes"]] == [arn]
    asked = shop.ecs.list_container_instances(cluster="shop", filter="attribute:stack == prod")
    assert asked["containerInstanceArns"] == [arn]
    with pytest.raises(ClientError, match="Invalid expression"):
        shop.ecs.list_container_instances(cluster="shop", filter="attribute:stack equal prod")
