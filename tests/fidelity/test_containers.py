"""Images and tasks: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com")
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_LAYER, _CONFIG = b"layer", b"{}"


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def upload(ecr: Any, content: bytes, told: str = "") -> None:
    name = ecr.initiate_layer_upload(repositoryName="shop")["uploadId"]
    ecr.upload_layer_part(repositoryName="shop", uploadId=name, partFirstByte=0, partLastByte=len(content) - 1,
                          layerPartBlob=content)  # fmt: skip
    ecr.complete_layer_upload(repositoryName="shop", uploadId=name, layerDigests=[told or digest(content)])


def manifest(layer: bytes = _LAYER) -> str:
    kind = "application/vnd.oci.image.manifest.v1+json"
    return json.dumps({
        "schemaVersion": 2, "mediaType": kind,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(_CONFIG), "size": 2},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(layer),
                    "size": len(layer)}],
    })  # fmt: skip


def pushed(tag: str = "1", layer: bytes = _LAYER, **repository: Any) -> Any:
    ecr = client("ecr")
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName="shop", **repository)
        upload(ecr, _CONFIG)
    upload(ecr, layer)
    ecr.put_image(repositoryName="shop", imageManifest=manifest(layer), imageTag=tag)
    return ecr


@behaviour("AmazonECR/latest/APIReference/API_PutImage.html")
def a_manifest_needs_its_layers(world: World) -> bool:
    client("ecr").create_repository(repositoryName="shop")
    asked = {"repositoryName": "shop", "imageManifest": manifest(), "imageTag": "1"}
    return code_of(client("ecr").put_image, **asked) == "LayersNotFoundException"


@behaviour("AmazonECR/latest/APIReference/API_CompleteLayerUpload.html")
def a_layer_must_have_the_digest_that_was_told(world: World) -> bool:
    client("ecr").create_repository(repositoryName="shop")
    return code_of(upload, ecr=client("ecr"), content=b"abc", told=digest(b"abd")) == "InvalidLayerException"


@behaviour("https://github.com/opencontainers/image-spec/blob/main/descriptor.md")
def an_image_is_known_by_the_digest_of_its_manifest(world: World) -> bool:
    (found,) = pushed().describe_images(repositoryName="shop")["imageDetails"]
    return bool(found["imageDigest"] == digest(manifest().encode()))


@behaviour("AmazonECR/latest/APIReference/API_ImageDetail.html")
def an_image_is_as_large_as_its_layers(world: World) -> bool:
    (found,) = pushed().describe_images(repositoryName="shop")["imageDetails"]
    return bool(found["imageSizeInBytes"] == len(_LAYER))


@behaviour("AmazonECR/latest/userguide/image-retag.html")
def a_tag_that_moves_leaves_an_image_without_one(world: World) -> bool:
    pushed()
    shown = pushed(layer=b"other").describe_images(repositoryName="shop")["imageDetails"]
    return sorted(len(one.get("imageTags", [])) for one in shown) == [0, 1]


@behaviour("AmazonECR/latest/userguide/image-tag-mutability.html")
def an_immutable_tag_is_refused_by_its_own_code(world: World) -> bool:
    pushed(imageTagMutability="IMMUTABLE")
    return code_of(pushed, layer=b"other") == "ImageTagAlreadyExistsException"


@behaviour("AmazonECR/latest/userguide/LifecyclePolicies.html")
def a_lifecycle_policy_expires_images(world: World) -> bool:
    ecr = pushed()
    choice = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}
    rule = {"rulePriority": 1, "selection": choice, "action": {"type": "expire"}}
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    world.advance(3 * 86_400)
    return not ecr.list_images(repositoryName="shop")["imageIds"]


@behaviour("AmazonECR/latest/userguide/lifecycle_policy_parameters.html")
def two_lifecycle_rules_of_one_priority_are_refused(world: World) -> bool:
    ecr = pushed()
    choice = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}
    rule = {"rulePriority": 1, "selection": choice, "action": {"type": "expire"}}
    text = json.dumps({"rules": [rule, rule]})
    code = code_of(lambda: ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=text))
    return code == "InvalidParameterException"


@behaviour("AmazonECR/latest/userguide/image-scanning-basic.html")
def a_scan_invents_nothing(world: World) -> bool:
    ecr = pushed()
    ecr.start_image_scan(repositoryName="shop", imageId={"imageTag": "1"})
    found = ecr.describe_image_scan_findings(repositoryName="shop", imageId={"imageTag": "1"})
    return not any("9999" in one["name"] for one in found["imageScanFindings"]["findings"])


def role() -> str:
    made = client("iam").create_role(RoleName="task", AssumeRolePolicyDocument=json.dumps(_TRUST))
    return str(made["Role"]["Arn"])


def defined(*containers: dict[str, Any], **more: Any) -> Any:
    settings: dict[str, Any] = {
        "family": "job", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", **more,
    }  # fmt: skip
    settings = {name: value for name, value in settings.items() if value is not None}
    return client("ecs").register_task_definition(containerDefinitions=list(containers), **settings)


def program(text: str, **more: Any) -> dict[str, Any]:
    return {"name": "app", "image": "python:3.12-slim", "memory": 128, "command": ["python", "-c", text], **more}


def run(*containers: dict[str, Any], **more: Any) -> Any:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="yard")
    arn = defined(*containers, **more)["taskDefinition"]["taskDefinitionArn"]
    subnets = [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]][:1]
    groups = [
        one["GroupId"] for one in client("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    ]
    network = {"subnets": subnets, "assignPublicIp": "ENABLED", "securityGroups": groups}
    return ecs.run_task(cluster="yard", taskDefinition=arn, launchType="FARGATE",
                        networkConfiguration={"awsvpcConfiguration": network})["tasks"][0]  # fmt: skip


def look(task: Any) -> Any:
    return client("ecs").describe_tasks(cluster="yard", tasks=[task["taskArn"]])["tasks"][0]


@behaviour("AmazonECS/latest/developerguide/task-lifecycle-explanation.html")
def a_task_begins_in_provisioning(world: World) -> bool:
    return bool(run(program("pass"))["lastStatus"] == "PROVISIONING")


@behaviour("AmazonECS/latest/developerguide/stopped-task-error-codes.html")
def a_task_stops_with_its_essential_container(world: World) -> bool:
    task = look(run(program("raise SystemExit(3)")))
    return bool(task["stopCode"] == "EssentialContainerExited" and task["containers"][0]["exitCode"] == 3)


@behaviour("AmazonECS/latest/developerguide/task_cannot_pull_image.html")
def a_task_without_its_image_does_not_start(world: World) -> bool:
    missing = "123456789012.dkr.ecr.us-east-1.amazonaws.com/nobody:1"
    task = look(run(program("pass", image=missing), executionRoleArn=role()))
    return bool(task["stoppedReason"].startswith("CannotPullContainerError"))


@behaviour("AmazonECS/latest/developerguide/task-iam-roles.html")
def a_program_has_the_task_role(world: World) -> bool:
    run(program("import boto3; boto3.client('sqs').create_queue(QueueName='made')"), taskRoleArn=role())
    return bool(client("sqs").list_queues().get("QueueUrls"))


@behaviour("AmazonECS/latest/developerguide/using_awslogs.html")
def what_a_program_prints_is_in_the_log(world: World) -> bool:
    client("logs").create_log_group(logGroupName="/yard")
    options = {"awslogs-group": "/yard", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "run"}
    task = run(program("print('hello')", logConfiguration={"logDriver": "awslogs", "options": options}),
               executionRoleArn=role())  # fmt: skip
    stream = f"run/app/{task['taskArn'].rpartition('/')[2]}"
    events = client("logs").get_log_events(logGroupName="/yard", logStreamName=stream)["events"]
    return [one["message"] for one in events] == ["hello"]


@behaviour("AmazonECS/latest/APIReference/API_ContainerDefinition.html")
def a_stopped_program_has_30_seconds(world: World) -> bool:
    task = run(program("import time; time.sleep(9999)"))
    client("ecs").stop_task(cluster="yard", task=task["taskArn"])
    before = look(task)["lastStatus"]
    world.advance(31)
    after = look(task)
    return bool(before != "STOPPED" and after["lastStatus"] == "STOPPED" and after["containers"][0]["exitCode"] == 137)


@behaviour("AmazonECS/latest/APIReference/API_ListTasks.html")
def tasks_that_stopped_are_listed_only_when_asked_for(world: World) -> bool:
    run(program("pass"))
    ecs = client("ecs")
    return not ecs.list_tasks(cluster="yard")["taskArns"] and len(
        ecs.list_tasks(cluster="yard", desiredStatus="STOPPED")["taskArns"]) == 1  # fmt: skip


@behaviour("AmazonECS/latest/developerguide/fargate-tasks-services.html")
def fargate_wants_the_network_mode_awsvpc(world: World) -> bool:
    return code_of(lambda: defined(program("pass"), networkMode="bridge")) == "ClientException"


@behaviour("AmazonECS/latest/developerguide/task_execution_IAM_role.html")
def fargate_wants_an_execution_role_for_images_of_ecr(world: World) -> bool:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1"
    return code_of(lambda: defined(program("pass", image=image))) == "ClientException"


@behaviour("AmazonECS/latest/developerguide/fargate-task-storage.html")
def ephemeral_storage_has_a_size(world: World) -> bool:
    return code_of(lambda: defined(program("pass"), ephemeralStorage={"sizeInGiB": 300})) == "ClientException"


@behaviour("AmazonECS/latest/APIReference/API_MountPoint.html")
def a_mount_point_names_a_volume(world: World) -> bool:
    mount = [{"sourceVolume": "gone", "containerPath": "/a"}]
    return code_of(lambda: defined(program("pass", mountPoints=mount))) == "ClientException"


@behaviour("AmazonECS/latest/APIReference/API_ContainerDependency.html")
def containers_do_not_wait_in_a_circle(world: World) -> bool:
    first = program("pass", name="a", dependsOn=[{"containerName": "b", "condition": "START"}])
    second = program("pass", name="b", dependsOn=[{"containerName": "a", "condition": "START"}])
    return code_of(lambda: defined(first, second)) == "ClientException"


@behaviour("AmazonECS/latest/developerguide/task-iam-roles.html")
def a_role_must_trust_tasks(world: World) -> bool:
    stranger = "arn:aws:iam::123456789012:role/nobody"
    return code_of(lambda: run(program("pass"), taskRoleArn=stranger)) == "ClientException"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
