"""Tasks: programs run, with their roles, secrets, volumes, neighbours; they end, and say why."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.ecs_tasks.conftest import REGISTRY

WEB = """
import http.server, os
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.path} of {os.environ['SHOP']}".encode())
http.server.HTTPServer(("", 8080), Page).serve_forever()
"""


def code(task, container="app"):
    return next(one.get("exitCode") for one in task["containers"] if one["name"] == container)


def test_a_program_runs_to_its_end_and_its_exit_code_is_kept(yard):
    task = yard.run(yard.container("print('hello'); raise SystemExit(3)"))
    assert (task["lastStatus"], task["stopCode"], code(task)) == ("STOPPED", "EssentialContainerExited", 3)
    assert task["stoppedReason"] == "Essential container in task exited"
    assert yard.printed(task) == ["hello"]
    assert task["startedAt"] <= task["stoppedAt"]


def test_an_error_is_in_the_log_and_the_exit_code_is_1(yard):
    task = yard.run(yard.container("{}['gone']"))
    assert code(task) == 1
    assert yard.printed(task)[-1] == "KeyError: 'gone'"


def test_a_program_has_the_rights_of_the_task_role_and_no_others(yard):
    yard.allow("program", "sqs:CreateQueue")
    program = (
        "import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])\nboto3.client('sqs').create_queue("
        "QueueName='made')\nboto3.client('sqs').list_queues()"
    )
    with lab.enforce_iam():
        task = yard.run(yard.container(program))
    assert "assumed-role/program/" in yard.printed(task)[0]
    assert "sqs:ListQueues" in yard.printed(task)[-1]
    assert boto3.client("sqs").list_queues()["QueueUrls"][0].endswith("/made")


def test_without_a_task_role_there_are_no_credentials(yard):
    task = yard.run(yard.container("import boto3; boto3.client('sqs').list_queues()"), taskRoleArn=None)
    assert yard.printed(task)[-1] == "botocore.exceptions.NoCredentialsError: Unable to locate credentials"


def test_the_notebook_is_as_it_was_after_a_program_ran(yard):
    import os
    import sys
    from pathlib import Path

    lab.clock.advance(seconds=0)  # its first step sets a variable
    before = (dict(os.environ), Path.cwd(), list(sys.path), sys.stdout)
    yard.run(yard.container("import os; os.chdir('/tmp'); os.environ['X'] = '1'; open('/tmp/a', 'w').write('b')"))
    assert (dict(os.environ), Path.cwd(), list(sys.path), sys.stdout) == before
    assert not Path("/tmp/a").exists()


def test_a_role_that_tasks_may_not_take_is_refused(yard):
    trust = {"Version": "2012-10-17", "Statement": []}
    wrong = yard.make_role("wrong", {**trust, "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
    with pytest.raises(ClientError, match="ECS was unable to assume the role"):
        yard.run(yard.container("print(1)"), taskRoleArn=wrong)


def test_values_of_the_call_go_before_variables_and_variables_before_files(yard):
    boto3.client("s3").create_bucket(Bucket="settings")
    boto3.client("s3").put_object(Bucket="settings", Key="a.env", Body=b"# all\nA=file\nB=file\nC=file\n")
    one = yard.container(
        "import os; print(*[os.environ[name] for name in 'ABC'])",
        environment=[{"name": "B", "value": "set"}, {"name": "C", "value": "set"}],
        environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::settings/a.env"}],
    )
    call = {"containerOverrides": [{"name": "app", "environment": [{"name": "C", "value": "call"}]}]}
    assert yard.printed(yard.run(one, overrides=call)) == ["file set call"]


def test_secrets_are_fetched_with_the_execution_role(yard):
    arn = boto3.client("secretsmanager").create_secret(Name="db", SecretString='{"password": "tulip"}')["ARN"]
    boto3.client("ssm").put_parameter(Name="/db/user", Value="ada", Type="SecureString")
    parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/db/user"
    one = yard.container(
        "import os; print(os.environ['USER'], os.environ['PASSWORD'])",
        secrets=[{"name": "PASSWORD", "valueFrom": f"{arn}:password::"}, {"name": "USER", "valueFrom": parameter}],
    )
    yard.allow("program", ["secretsmanager:GetSecretValue", "ssm:GetParameters"])
    with lab.enforce_iam():
        refused = yard.run(one)
        yard.allow("execution", ["secretsmanager:GetSecretValue", "ssm:GetParameters", "kms:Decrypt"])
        task = yard.run(one)
    assert refused["stopCode"] == "TaskFailedToStart"
    assert "secretsmanager:GetSecretValue" in refused["stoppedReason"]
    assert "assumed-role/execution" in refused["stoppedReason"]
    assert yard.printed(task) == ["ada tulip"]


@pytest.mark.parametrize("behind", [":password", ":password:"])
def test_a_key_of_a_secret_needs_all_three_colons_behind_its_arn(yard, behind):
    arn = boto3.client("secretsmanager").create_secret(Name="db", SecretString='{"password": "tulip"}')["ARN"]
    one = yard.container("print(1)", secrets=[{"name": "PASSWORD", "valueFrom": arn + behind}])
    task = yard.run(one)
    assert task["stopCode"] == "TaskFailedToStart"
    assert "an invalid ARN format for the AWS Secrets Manager secret" in task["stoppedReason"]


def test_an_image_is_pulled_with_the_execution_role(yard):
    lab.image(f"{REGISTRY}/job:1", {"app.py": "print('pulled')"}, push=True)
    one = yard.container(image=f"{REGISTRY}/job:1")
    with lab.enforce_iam():
        task = yard.run(one)
        yard.iam.detach_role_policy(
            RoleName="execution", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        )
        refused = yard.run(one)
    assert yard.printed(task) == ["pulled"]
    assert refused["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth")
    assert "ecr:GetAuthorizationToken" in refused["stoppedReason"]


def test_an_image_that_is_not_there_cannot_be_pulled(yard):
    lab.image(f"{REGISTRY}/job:1", {"app.py": "print(1)"}, push=True)
    task = yard.run(yard.container(image=f"{REGISTRY}/job:2"))
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith("CannotPullContainerError")
    assert task["stoppedReason"].endswith("/job:2: not found")


def test_without_a_way_out_of_the_vpc_no_image_comes(yard):
    lab.image(f"{REGISTRY}/job:1", {"app.py": "print(1)"}, push=True)
    private = yard.run(yard.container(image=f"{REGISTRY}/job:1"), public="DISABLED")
    assert "connection issue between the task and Amazon ECR" in private["stoppedReason"]
    public = yard.run(yard.container("print(1)"), public="DISABLED")
    assert public["stoppedReason"].startswith("CannotPullContainerError")
    assert public["stoppedReason"].endswith("i/o timeout")


def test_a_log_group_that_is_not_there_stops_the_start(yard):
    options = {"awslogs-group": "/new", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "run"}
    wrong = yard.container("print(1)", logConfiguration={"logDriver": "awslogs", "options": options})
    assert "ResourceNotFoundException" in yard.run(wrong)["stoppedReason"]
    made = {"logDriver": "awslogs", "options": {**options, "awslogs-create-group": "true"}}
    with lab.enforce_iam():
        assert "logs:CreateLogGroup" in yard.run(yard.container("print(1)", logConfiguration=made))["stoppedReason"]
        yard.allow("execution", "logs:CreateLogGroup")
        assert code(yard.run(yard.container("print(1)", logConfiguration=made))) == 0


def test_a_program_that_prints_very_much_loses_no_line(yard):
    yard.run(yard.container("for number in range(10_500): print(number)"))
    (stream,) = yard.logs.describe_log_streams(logGroupName="/yard")["logStreams"]
    pages = yard.logs.get_paginator("filter_log_events").paginate(logGroupName="/yard")
    assert stream["logStreamName"].startswith("run/app/")
    assert sum(len(page["events"]) for page in pages) == 10_500


def test_containers_of_a_task_share_a_volume_that_ends_with_it(yard):
    mount = [{"sourceVolume": "both", "containerPath": "/both"}]
    writes = yard.container("open('/both/a', 'w').write('hello')", name="writes", mountPoints=mount, essential=False)
    waits = [{"containerName": "writes", "condition": "SUCCESS"}]
    reads = yard.container("print(open('/both/a').read())", mountPoints=mount, dependsOn=waits)
    task = yard.run(writes, reads, volumes=[{"name": "both"}])
    assert (yard.printed(task), code(task, "writes")) == (["hello"], 0)
    again = yard.run(
        yard.container("import os; print(os.listdir('/both'))", mountPoints=mount), volumes=[{"name": "both"}]
    )
    assert yard.printed(again) == ["[]"]


def test_a_mount_that_may_only_be_read_refuses_writes(yard):
    mount = [{"sourceVolume": "both", "containerPath": "/both", "readOnly": True}]
    task = yard.run(yard.container("open('/both/a', 'w')", mountPoints=mount), volumes=[{"name": "both"}])
    assert "Read-only file system" in yard.printed(task)[-1]


def test_files_on_efs_outlive_tasks_if_the_network_lets_them_through(yard):
    ec2, efs = boto3.client("ec2"), boto3.client("efs")
    system = efs.create_file_system()["FileSystemId"]
    volumes = [{"name": "files", "efsVolumeConfiguration": {"fileSystemId": system}}]
    mount = [{"sourceVolume": "files", "containerPath": "/files"}]

    def run(program):
        return yard.run(yard.container(program, mountPoints=mount), volumes=volumes)

    assert "Failed to resolve" in run("print(1)")["stoppedReason"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="nfs", Description="NFS", VpcId=vpc)["GroupId"]
    efs.create_mount_target(FileSystemId=system, SubnetId=yard.subnet, SecurityGroups=[group])
    assert "Connection timed out" in run("print(1)")["stoppedReason"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=2049, ToPort=2049,
                                         CidrIp="172.31.0.0/16")  # fmt: skip
    assert code(run("open('/files/a', 'w').write('kept')")) == 0
    assert yard.printed(run("print(open('/files/a').read())")) == ["kept"]


def test_a_server_answers_at_the_public_address_if_the_security_group_lets_one_in(yard):
    lab.image(f"{REGISTRY}/web:1", {"app.py": WEB}, push=True)
    task = yard.run(yard.container(image=f"{REGISTRY}/web:1", environment=[{"name": "SHOP", "value": "tern"}],
                                   portMappings=[{"containerPort": 8080}]))  # fmt: skip
    assert task["lastStatus"] == "RUNNING"
    details = {row["name"]: row["value"] for row in task["attachments"][0]["details"]}
    (card,) = boto3.client("ec2").describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]])["NetworkInterfaces"]  # fmt: skip
    address = card["Association"]["PublicIp"]
    with pytest.raises(TimeoutError):
        lab.http("GET", f"http://{address}:8080/a")
    boto3.client("ec2").authorize_security_group_ingress(
        GroupId=card["Groups"][0]["GroupId"], IpProtocol="tcp", FromPort=8080, ToPort=8080, CidrIp="0.0.0.0/0",
    )  # fmt: skip
    assert lab.http("GET", f"http://{address}:8080/a").body == "/a of tern"


def test_containers_of_a_task_reach_each_other_at_localhost(yard):
    side = yard.container(WEB, name="side", environment=[{"name": "SHOP", "value": "side"}])
    asks = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/x').read().decode())"
    first = [{"containerName": "side", "condition": "START"}]
    task = yard.run(side, yard.container(asks, dependsOn=first))
    assert yard.printed(task) == ["/x of side"]


def test_who_waits_for_a_healthy_neighbour_starts_when_it_is(yard):
    slow = "import time; time.sleep(45)\n" + WEB
    check = {"command": ["CMD-SHELL", "curl -f http://localhost:8080/ || exit 1"], "interval": 10, "startPeriod": 90}
    side = yard.container(slow, name="side", environment=[{"name": "SHOP", "value": "s"}], healthCheck=check)
    app = yard.container("print('now')", dependsOn=[{"containerName": "side", "condition": "HEALTHY"}])
    task = yard.run(side, app)
    assert task["lastStatus"] == "PENDING"
    lab.clock.advance(seconds=44)
    assert yard.look(task)["lastStatus"] == "PENDING"
    lab.clock.advance(seconds=10)
    assert yard.printed(task) == ["now"]


def test_a_neighbour_that_fails_keeps_the_next_from_starting(yard):
    first = yard.container("raise SystemExit(7)", name="first", essential=False)
    app = yard.container("print(1)", dependsOn=[{"containerName": "first", "condition": "SUCCESS"}])
    task = yard.run(first, app)
    assert (task["stopCode"], code(task, "first"), code(task)) == ("TaskFailedToStart", 7, None)


def test_a_program_that_does_not_heed_sigterm_is_killed_after_30_seconds(yard):
    task = yard.run(yard.container("import time; time.sleep(9999)"))
    yard.ecs.stop_task(cluster="yard", task=task["taskArn"], reason="enough")
    lab.clock.advance(seconds=29)
    assert yard.look(task)["lastStatus"] == "DEACTIVATING"
    lab.clock.advance(seconds=2)
    task = yard.look(task)
    assert (task["lastStatus"], task["stopCode"], task["stoppedReason"], code(task)) == (
        "STOPPED", "UserInitiated", "enough", 137)  # fmt: skip


def test_a_program_with_a_handler_ends_in_order(yard):
    program = (
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye')))\ntime.sleep(9999)"
    )
    task = yard.run(yard.container(program))
    yard.ecs.stop_task(cluster="yard", task=task["taskArn"])
    task = yard.look(task)
    assert (task["lastStatus"], code(task), yard.printed(task)) == ("STOPPED", 0, ["bye"])


def test_a_worker_lives_beside_the_notebook(yard):
    queue = boto3.client("sqs").create_queue(QueueName="work")["QueueUrl"]
    yard.allow("program", "sqs:*")
    program = """
import boto3
sqs = boto3.client("sqs")
queue = sqs.get_queue_url(QueueName="work")["QueueUrl"]
while True:
    for one in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
        print("did", one["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
"""
    task = yard.run(yard.container(program))
    for body in ("a", "b"):
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    lab.settle()
    assert yard.printed(task) == ["did a", "did b"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="c", DelaySeconds=90)
    lab.clock.advance(minutes=2)
    assert yard.printed(task) == ["did a", "did b", "did c"]
    assert yard.look(task)["lastStatus"] == "RUNNING"


def test_programs_end_with_their_account(yard):
    import threading

    before = threading.active_count()
    yard.run(yard.container("import time; time.sleep(9999)"))
    assert threading.active_count() == before + 1
    lab.reset()
    lab.settle()
    assert threading.active_count() == before


def test_a_shell_runs_its_lines_in_the_container(yard):
    line = "echo '<h1>Tern</h1>' > /usr/local/apache2/htdocs/index.html && httpd-foreground"
    task = yard.run(yard.container(image="httpd:2.4", entryPoint=["sh", "-c"], command=[line],
                                   portMappings=[{"containerPort": 80}]))  # fmt: skip
    group = boto3.client("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
    boto3.client("ec2").authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")  # fmt: skip
    details = {row["name"]: row["value"] for row in task["attachments"][0]["details"]}
    assert lab.http("GET", f"http://{details['privateIPv4Address']}/", source_ip="172.31.9.9").body == "<h1>Tern</h1>\n"


def test_a_command_that_the_image_does_not_have_never_starts(yard):
    task = yard.run(yard.container(command=["gunicorn", "app:app"]))
    assert task["containers"][0]["reason"].startswith("CannotStartContainerError")
    assert json.dumps("gunicorn") in task["containers"][0]["reason"]


def test_an_idle_worker_does_not_hold_up_a_long_way_of_the_clock(yard):
    queue = boto3.client("sqs").create_queue(QueueName="work")["QueueUrl"]
    program = """
import boto3
sqs = boto3.client("sqs")
queue = sqs.get_queue_url(QueueName="work")["QueueUrl"]
while True:
    for one in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
        print("did", one["Body"])
"""
    task = yard.run(yard.container(program))
    with lab.watching() as made:
        lab.clock.advance(days=3)
    assert len(made.of("ReceiveMessage")) < 500
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="late")
    lab.settle()
    assert yard.printed(task) == ["did late"]
