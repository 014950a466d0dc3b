# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.3'
#     - '4.1'
#     minutes: 60
#     practises:
#       can-pull:
#       - fargate.networking-eni
#       first-task:
#       - ecs.task-definition
#       - ecs.fargate-task-definition-example
#       - fargate.serverless-model
#       last-words:
#       - ecs.logging-awslogs
#       run-jobs:
#       - ecs.run-task
#       settings:
#       - ecs.environment-and-secrets
#       shared-files:
#       - ecs.efs-and-s3-volumes
#       smallest:
#       - fargate.cpu-memory-combinations
#       start-order:
#       - ecs.sidecars
#       - ecs.bind-mounts-ephemeral-storage
#       two-roles:
#       - ecs.iam-roles
#       - ecs.task-role-per-service
#     services:
#     - ecs
#     - fargate
#     - iam
#     - logs
#     - efs
#     title: Tasks that run
#     topics:
#     - ecs.task-definition
#     - ecs.fargate-task-definition-example
#     - ecs.run-task
#     - ecs.iam-roles
#     - ecs.task-role-per-service
#     - ecs.environment-and-secrets
#     - ecs.efs-and-s3-volumes
#     - ecs.bind-mounts-ephemeral-storage
#     - ecs.sidecars
#     - ecs.logging-awslogs
#     - fargate.serverless-model
#     - fargate.cpu-memory-combinations
#     - fargate.networking-eni
# ---

# %% [markdown]
# # Tasks that run
#
# Sedge, the magazine about the coast, has its tide program in an image. Now it shall run on AWS without servers to
# care for. After this lesson you can describe a **task** for Amazon ECS, run it on Fargate with the rights, settings,
# files and neighbours that it needs, read its log, and tell from a stopped task what went wrong.

# %% setup="start"
import json
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("07-containers/02-tasks")
lab.start()
ecs: Any = boto3.client("ecs")
ec2, iam, logs = boto3.client("ec2"), boto3.client("iam"), boto3.client("logs")

# %% [markdown]
# ## A task definition
#
# A **task definition** is a text that says what to run: one or up to ten containers, their images, ports, variables,
# sizes, roles and logs. Registering it again makes a new **revision**: `tides:1`, `tides:2`. A **task** is one running
# copy of a revision, in a **cluster**, which is a group of capacity.
#
# With **Fargate** there are no instances. You state CPU and memory of a task; AWS runs it in a small virtual machine
# of its own. You pay from the pull of the image to the end of the task, by the second, one minute at least. What
# Fargate does not have: GPUs, privileged containers, placement rules, services with one task on each host.

# %% setup="cluster"
ecs.create_cluster(clusterName="sedge")
logs.create_log_group(logGroupName="/sedge")
default = [{"Name": "default-for-az", "Values": ["true"]}]
subnet = ec2.describe_subnets(Filters=default)["Subnets"][0]["SubnetId"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def make_role(name: str, *statements: dict[str, Any]) -> str:
    """Make a role for tasks with these statements, and return its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    if statements:
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=text)
    return made["Role"]["Arn"]


execution_role = make_role("sedge-execution")
iam.attach_role_policy(RoleName="sedge-execution", PolicyArn=MANAGED)


def python(name: str, program: str, **more: Any) -> dict[str, Any]:
    """A container that runs a Python program and logs to /sedge."""
    options = {"awslogs-group": "/sedge", "awslogs-region": "us-east-1"}
    options["awslogs-stream-prefix"] = "ecs"
    return {
        "name": name,
        "image": "python:3.12-slim",
        "command": ["python", "-c", program],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        **more,
    }


def define(*containers: dict[str, Any], **more: Any) -> str:
    """Register a small Fargate task definition and return its ARN."""
    settings: dict[str, Any] = {
        "family": lab.unique_name("tides"),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": execution_role,
        **more,
    }
    made = ecs.register_task_definition(containerDefinitions=list(containers), **settings)
    return made["taskDefinition"]["taskDefinitionArn"]


def run(definition: str, where: str = "", public: str = "ENABLED") -> dict[str, Any]:
    """Run one task on Fargate and look at it."""
    network = {"subnets": [where or subnet], "assignPublicIp": public}
    started = ecs.run_task(
        cluster="sedge",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )
    return look(started["tasks"][0])


def look(task: dict[str, Any]) -> dict[str, Any]:
    """The task as it is now."""
    return ecs.describe_tasks(cluster="sedge", tasks=[task["taskArn"]])["tasks"][0]


def printed(task: dict[str, Any], container: str = "app") -> list[str]:
    """What a container has written to its log."""
    stream = f"ecs/{container}/{task['taskArn'].rpartition('/')[2]}"
    try:
        found = logs.get_log_events(logGroupName="/sedge", logStreamName=stream, startFromHead=True)
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in found["events"]]


def reason(task: dict[str, Any]) -> str:
    """Why a task stopped, in AWS's words; empty while it runs."""
    return task.get("stoppedReason", "")


# %%
hello = define(python("app", "print('High water in Whitby at 06:12')"))
task = run(hello)
print(task["lastStatus"], "|", reason(task), "| exit code", task["containers"][0]["exitCode"])
print(printed(task))

# %% [markdown]
# The task ran to its end: its **essential** container exited, with code 0. A program that serves would go on running.
#
# > **Lab and AWS.** On AWS a task takes half a minute from `PROVISIONING` to `RUNNING`; in the lab it starts at once.
# > The programs really run, as Python, and time is the lab's clock. On AWS an image must hold what its program imports:
# > `python:3.12-slim` has no boto3.
#
# ## Sizes
#
# A Fargate task has a size as a whole, and only certain pairs exist. CPU is written in units: 1,024 are one vCPU.

# %% setup="sizes"
GIB = 1024
SIZES = {256: [512, GIB, 2 * GIB]}
for units in (512, 1024, 2048, 4096, 8192, 16384):
    least, most, step = (
        int(facts.limit("fargate", f"memory-{name}-for-cpu-{units}")) for name in ("min", "max", "step")
    )
    SIZES[units] = list(range(least, most + 1, step))
SIZES[32768] = [60 * GIB, 120 * GIB, 244 * GIB]
per_vcpu = facts.price("fargate", "vcpu-hour-linux-x86")
per_gb = facts.price("fargate", "gb-hour-linux-x86")


def hourly(units: int, memory: int) -> float:
    """The price of an hour on Linux x86, in USD."""
    return units / 1024 * float(per_vcpu) + memory / GIB * float(per_gb)


# %%
shown = [512, 1024, 2048, 4096, 8192, 16384, 30720]
table = {
    f"{units / 1024:g} vCPU": {
        f"{memory / GIB:g} GB": round(hourly(units, memory), 3) if memory in SIZES[units] else None for memory in shown
    }
    for units in (256, 512, 1024, 2048, 4096)
}
charts.heatmap(
    table,
    unit="USD per hour",
    headline="Each CPU size allows a band of memory; the bands overlap",
    rows_are="CPU",
    columns_are="memory",
    source=[per_vcpu, per_gb],
)

# %% [markdown]
# > **Then and now.** Older lists end at 16 vCPU. A size of 32 vCPU with 60, 120 or 244 GB came in 2026.
#
# ### Your turn: the smallest size
#
# Write `smallest(units, memory)`. A program needs at least so many CPU units and so many MiB. Return the cheapest pair
# `(cpu, memory)` of `SIZES` that has both, as whole numbers; `None` if there is none. `SIZES` maps CPU units to the
# list of memory sizes, and `hourly(cpu, memory)` gives the price.
#
# <details><summary>Hint</summary>
#
# Make a list of all pairs that are large enough, and take `min(pairs, key=...)`. More CPU than you need may be the only
# way to more memory.
# </details>


# %% exercise="smallest"
def smallest(units: int, memory: int) -> tuple[int, int] | None:
    """The cheapest size of Fargate with at least so much."""
    ### BEGIN SOLUTION
    enough = [(cpu, size) for cpu, sizes in SIZES.items() for size in sizes if cpu >= units and size >= memory]
    return min(enough, key=lambda pair: hourly(*pair), default=None)
    ### END SOLUTION


# %% check="smallest" points=2
with check("smallest", needs="smallest", right="ECS takes each of these; any other pair it refuses.") as expect:

    def fits(units: int, memory: int, wanted: tuple[int, int] | None) -> None:
        found = smallest(units, memory)
        expect.equal(found, wanted, f"{units} CPU units and {memory} MiB")
        if wanted is None:
            return
        cpu, size = wanted
        define(python("app", "print(1)"), cpu=str(cpu), memory=str(size))  # ECS takes it

    fits(256, 512, (256, 512))
    fits(200, 1_500, (256, 2_048))
    fits(256, 3_000, (512, 3_072))
    fits(1_024, 9_000, (2_048, 9_216))
    fits(4_096, 31_000, (8_192, 32_768))
    fits(16_384, 58_000, (16_384, 65_536))
    fits(20_000, 4_096, (32_768, 61_440))
    fits(40_000, 4_096, None)
    ### BEGIN HIDDEN TESTS
    fits(100, 5_000, (1_024, 5_120))
    fits(8_192, 17_000, (8_192, 20_480))
    fits(16_384, 122_881, (32_768, 249_856))
    fits(256, 300_000, None)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The first real definition
#
# This is the shape to know by heart. All of it stands in the exam's samples:
#
# | key | value |
# |---|---|
# | `family` | the name that revisions share |
# | `requiresCompatibilities` | `["FARGATE"]` |
# | `networkMode` | `"awsvpc"`: each task gets a network interface of its own |
# | `cpu`, `memory` | `"256"`, `"512"`, as text |
# | `executionRoleArn` | the role with which AWS pulls the image and writes the log |
# | `containerDefinitions` | `name`, `image`, `essential`, `portMappings`, `entryPoint`, `command`, `logConfiguration` |
#
# `entryPoint` and `command` replace ENTRYPOINT and CMD of the image.

# %%
said = ecs.describe_task_definition(taskDefinition=hello)["taskDefinition"]
print("revision", said["revision"], "|", said["status"], "|", said["compatibilities"])
price = hourly(int(said["cpu"]), int(said["memory"]))
print(f"{price:.4f} USD an hour, {price * 730:.2f} USD a month if it ran all the time")

# %% [markdown]
# ### Your turn: a page in a task
#
# Write `page_task(text)`. It returns the arguments of `register_task_definition`, as a dictionary, for a task that
# shows a page:
#
# - family `tides-page`, on Fargate, 256 CPU units, 512 MiB, the execution role `execution_role`;
# - one essential container `web` of image `httpd:2.4` with container port 80;
# - entry point `["sh", "-c"]`; the command is a list with one line that writes `text` to
#   `/usr/local/apache2/htdocs/index.html` and ends with `httpd-foreground`;
# - log driver `awslogs`, group `/sedge`, Region `us-east-1`, stream prefix `ecs`.
#
# <details><summary>Hint</summary>
#
# The line for the shell: `echo '...' > FILE && httpd-foreground`. `portMappings` is a list of dictionaries with
# `containerPort`. The function `python` in the set-up shows a `logConfiguration`.
# </details>


# %% exercise="first-task"
def page_task(text: str) -> dict[str, Any]:
    """The arguments of register_task_definition for a page."""
    ### BEGIN SOLUTION
    line = f"echo '{text}' > /usr/local/apache2/htdocs/index.html && httpd-foreground"
    web = {
        "name": "web",
        "image": "httpd:2.4",
        "essential": True,
        "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        "entryPoint": ["sh", "-c"],
        "command": [line],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/sedge",
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "ecs",
            },
        },
    }
    return {
        "family": "tides-page",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": execution_role,
        "containerDefinitions": [web],
    }
    ### END SOLUTION


# %% check="first-task" points=2
with check("first-task", needs="page_task", right="A web server, and not one machine to patch.") as expect:

    def shows(text: str) -> None:
        said = page_task(text)
        expect(isinstance(said, dict), "Return a dictionary with the arguments of register_task_definition.")
        try:
            made = ecs.register_task_definition(**said)["taskDefinition"]
        except ClientError as error:
            expect(False, f"ECS refuses it: {error.response['Error']['Message']}")
        expect.equal(made["family"], "tides-page", "family")
        expect.equal(made.get("requiresCompatibilities"), ["FARGATE"], "requiresCompatibilities")
        expect.equal((made["cpu"], made["memory"]), ("256", "512"), "cpu and memory")
        expect.equal(made.get("executionRoleArn"), execution_role, "executionRoleArn")
        expect.equal(len(made["containerDefinitions"]), 1, "The number of containers")
        web = made["containerDefinitions"][0]
        expect.equal(
            (web["name"], web["image"], web["essential"]), ("web", "httpd:2.4", True), "name, image, essential"
        )
        log = web.get("logConfiguration") or {}
        expect.equal(log.get("logDriver"), "awslogs", "The log driver")
        options = log.get("options", {})
        wanted = {"awslogs-group": "/sedge", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}
        expect.equal({name: options.get(name) for name in wanted}, wanted, "The options of the log driver")
        task = run(made["taskDefinitionArn"])
        expect(task["lastStatus"] == "RUNNING", f"The task does not run: {reason(task)} {printed(task, 'web')}")
        ports = [one["containerPort"] for one in web["portMappings"]]
        expect(ports == [80], f"portMappings names the container ports {ports}, not [80].")
        details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
        group = ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
        name = group["NetworkInterfaces"][0]["Groups"][0]["GroupId"]
        try:
            ec2.authorize_security_group_ingress(
                GroupId=name, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
            )
        except ClientError:
            pass  # an earlier run of this check has opened it
        body = lab.http("GET", f"http://{details['privateIPv4Address']}/", source_ip="172.31.9.9").body
        expect(text in body, f"The page says {body[:60]!r}, not {text!r}.")
        ecs.stop_task(cluster="sedge", task=task["taskArn"])
        expect.equal(web.get("entryPoint"), ["sh", "-c"], "entryPoint")
        expect(
            web["command"][-1].rstrip("; \n").endswith("httpd-foreground"),
            "The line must end with httpd-foreground. What follows a server never runs, and after & the task ends.",
        )

    shows("High water 06:12")
    ### BEGIN HIDDEN TESTS
    shows("Low water 12:31")
    ### END HIDDEN TESTS

# %% [markdown]
# ## One interface for each task
#
# With `awsvpc` a task has its own **elastic network interface**: a private address, security groups, and with
# `assignPublicIp` a public address. Only the container's port matters; two copies never collide.

# %%
web = python("app", "import time; time.sleep(9999)", portMappings=[{"containerPort": 8080}])
twin = define(web)
for task in (run(twin), run(twin)):
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    print(details["networkInterfaceId"], details["privateIPv4Address"], "port 8080")
    ecs.stop_task(cluster="sedge", task=task["taskArn"])

# %% [markdown]
# Images travel over that interface, too. A task that cannot reach the registry never starts.
#
# ### Your turn: predict who can pull
#
# Write `can_pull(gateway, public, nat)` for a task of Fargate with an image of Docker Hub:
#
# - `gateway`: the route table of its subnet sends `0.0.0.0/0` to an internet gateway;
# - `public`: the task was started with `assignPublicIp="ENABLED"`;
# - `nat`: the route table sends `0.0.0.0/0` to a NAT gateway in a public subnet.
#
# A route table has one of the two routes, or none. Return whether the task starts. The check starts real tasks.
#
# <details><summary>Hint</summary>
#
# An internet gateway carries packets of public addresses only. A NAT gateway lends its own address. Without any route
# a public address helps nobody.
# </details>


# %% setup="networks"
@cache
def network(gateway: bool, nat: bool) -> str:
    """A VPC with one subnet for tasks, with these routes; returns the subnet."""
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    tasks = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    door = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=door, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=tasks)
    everywhere = {"DestinationCidrBlock": "0.0.0.0/0"}
    if gateway:
        ec2.create_route(RouteTableId=table, GatewayId=door, **everywhere)
    if nat:
        outer = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.2.0/24")["Subnet"]["SubnetId"]
        public = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=public, SubnetId=outer)
        ec2.create_route(RouteTableId=public, GatewayId=door, **everywhere)
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = ec2.create_nat_gateway(SubnetId=outer, AllocationId=address)["NatGateway"]
        ec2.create_route(RouteTableId=table, NatGatewayId=made["NatGatewayId"], **everywhere)
    return tasks


# %% exercise="can-pull"
def can_pull(gateway: bool, public: bool, nat: bool) -> bool:
    """Whether a task with these settings gets its image."""
    ### BEGIN SOLUTION
    return nat or (gateway and public)
    ### END SOLUTION


# %% check="can-pull" points=2
with check(
    "can-pull", needs="can_pull", right="NAT, or a gateway and a public address; endpoints do it for ECR."
) as expect:

    def starts(gateway: bool, public: bool, nat: bool) -> None:
        task = run(define(python("app", "print(1)")), network(gateway, nat), "ENABLED" if public else "DISABLED")
        really = not reason(task).startswith("CannotPull")
        said = can_pull(gateway, public, nat)
        expect(isinstance(said, bool), "Return True or False.")
        case = f"gateway={gateway}, public={public}, nat={nat}"
        happened = "The task started" if really else f"The task did not start. It said: {reason(task)[:70]}..."
        expect(said == really, f"{case}: you said {said}. {happened}")

    starts(True, True, False)
    starts(True, False, False)
    starts(False, True, False)
    starts(False, False, True)
    starts(False, True, True)
    starts(False, False, False)
    ### BEGIN HIDDEN TESTS
    starts(False, True, True)
    starts(False, False, False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One-off jobs
#
# `RunTask` starts up to ten copies. They run to their end, and nobody replaces them: right for reports, migrations,
# nightly work (EventBridge Scheduler can start them). What found no place is no exception: it stands in `failures`.
#
# ### Your turn: run many jobs
#
# Write `run_jobs(client, definition, count)`. `client` is a client of ECS. It
#
# - starts `count` tasks (any number) of `definition` in cluster `sedge` on Fargate, in `subnet`, with a public address,
#   in as few calls as possible;
# - returns the list of their ARNs;
# - raises `RuntimeError` with the reason when an answer has `failures`.
#
# <details><summary>Hint</summary>
#
# A loop: `now = min(10, left)`. The function `run` in the set-up shows the call. Look at `answer["failures"]` before
# you go on; each has a `reason`.
# </details>


# %% exercise="run-jobs"
def run_jobs(client: Any, definition: str, count: int) -> list[str]:
    """Start many tasks; RuntimeError if one found no place."""
    ### BEGIN SOLUTION
    network = {"subnets": [subnet], "assignPublicIp": "ENABLED"}
    arns: list[str] = []
    while len(arns) < count:
        answer = client.run_task(
            cluster="sedge",
            taskDefinition=definition,
            launchType="FARGATE",
            count=min(10, count - len(arns)),
            networkConfiguration={"awsvpcConfiguration": network},
        )
        if answer["failures"]:
            raise RuntimeError(answer["failures"][0]["reason"])
        arns += [task["taskArn"] for task in answer["tasks"]]
    return arns
    ### END SOLUTION


# %% check="run-jobs" points=2
with check("run-jobs", needs="run_jobs", right="No job is lost without a word.") as expect:

    class Full:
        """An ECS that has no room for one of the tasks, in one of its answers."""

        def __init__(self, why: str, when: int) -> None:
            self.why, self.when, self.calls = why, when, 0

        def run_task(self, **asked: Any) -> dict[str, Any]:
            self.calls += 1
            if self.calls > 20:
                raise AssertionError("called again and again")
            lacks = self.calls == self.when
            placed = range(asked.get("count", 1) - lacks)
            arns = [f"arn:aws:ecs:us-east-1:123456789012:task/sedge/{self.calls}-{one}" for one in placed]
            failures = [{"arn": "", "reason": self.why}] if lacks else []
            return {"tasks": [{"taskArn": arn} for arn in arns], "failures": failures}

    job = define(python("app", "print('sent')"))

    def many(count: int, calls: int) -> None:
        with lab.watching(most=400) as made:
            found = run_jobs(ecs, job, count)
        expect(isinstance(found, list), "Return the list of ARNs.")
        expect(all(isinstance(one, str) for one in found), "Return one list of ARNs, each a text.")
        expect.equal(len(set(found)), count, f"The number of tasks for count={count}")
        expect(all(printed({"taskArn": arn}) == ["sent"] for arn in found), "Not every task in the list has run.")
        expect.equal(len(made.of("RunTask")), calls, f"The number of RunTask calls for {count} tasks")

    def tells(why: str, when: int) -> None:
        try:
            run_jobs(Full(why, when), job, 13)
        except RuntimeError as error:
            expect(why in str(error), f"The error does not say the reason {why}.")
        else:
            expect(False, f"Answer {when} of ECS had one failure beside its tasks, and nothing was raised.")

    many(3, 1)
    many(20, 2)
    tells("RESOURCE:MEMORY", 1)
    ### BEGIN HIDDEN TESTS
    many(12, 2)
    tells("RESOURCE:CPU", 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Two roles, and a third
#
# | role | who uses it | for |
# |---|---|---|
# | **execution role** | AWS, on behalf of the task | pull from ECR, write the log, fetch `secrets` |
# | **task role** | your program inside | S3, DynamoDB, SQS... |
# | instance role (EC2 only) | the ECS agent of the instance | register, report |
#
# Both roles of a task trust `ecs-tasks.amazonaws.com`. Inside a container boto3 finds the task role's credentials at
# `169.254.170.2`. Give each service a task role of its own: all containers of a task share it.

# %%
who = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
print(printed(run(define(python("app", who), taskRoleArn=make_role("sedge-reader")))))
print(printed(run(define(python("app", who))))[-1])

# %% [markdown]
# The second task has no task role, hence no credentials at all.
#
# ### Your turn: mend the roles
#
# A program writes a report to a bucket; its password comes as a secret of the task definition. Somebody mixed up the
# roles and was generous. Mend `rights(bucket, secret)`: it returns two statements, for the execution role and for the
# task role.
#
# - The task starts, and its program writes objects to this bucket.
# - The program may do nothing else: not read the secret through the API, not use another bucket.
# - The execution role's statement allows to fetch this secret, and nothing else.
#
# <details><summary>Hint</summary>
#
# AWS fetches the secret before the program starts: which role is that? The program needs one action,
# `s3:PutObject`, on the objects of one bucket: `arn:aws:s3:::BUCKET/*`.
# </details>


# %% exercise="two-roles" repair=true
def rights(bucket: str, secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (statement of the execution role, statement of the task role)."""
    execution = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    task = {
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue", "s3:*"],
        "Resource": "*",
    }
    ### BEGIN SOLUTION
    execution = {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret,
    }
    task = {
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    ### END SOLUTION
    return execution, task


# %% check="two-roles" points=2
with check(
    "two-roles", needs="rights", right="AWS prepares with one role, the program works with the other."
) as expect:
    REPORT = """
import boto3, os
s3 = boto3.client("s3")
def may(call, **asked):
    try:
        call(**asked)
        return True
    except Exception as error:
        return "Denied" not in str(error)
print("writes", may(s3.put_object, Bucket=os.environ["MINE"], Key="2026/june", Body=b"x"))
print("other", may(s3.put_object, Bucket=os.environ["OTHER"], Key="report", Body=b"x"))
print("deletes", may(s3.delete_object, Bucket=os.environ["MINE"], Key="report"))
secret = boto3.client("secretsmanager").get_secret_value
print("secret", may(secret, SecretId=os.environ["SECRET"]))
"""

    def allows(statement: dict[str, Any], action: str, resource: str) -> bool:
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        said = iam.simulate_custom_policy(PolicyInputList=[text], ActionNames=[action], ResourceArns=[resource])
        return said["EvaluationResults"][0]["EvalDecision"] == "allowed"

    def mended(password: str) -> None:
        s3, store = boto3.client("s3"), boto3.client("secretsmanager")
        mine = lab.unique_name("reports")
        other = f"{mine}-old"
        for name in (mine, other):
            s3.create_bucket(Bucket=name)
        secret = store.create_secret(Name=lab.unique_name("password"), SecretString=password)["ARN"]
        given = rights(mine, secret)
        expect(isinstance(given, tuple) and len(given) == 2, "Return two statements: execution role, task role.")
        whole = all(isinstance(one, dict) and "Effect" in one for one in given)
        expect(whole, "Each of the two is one statement: a dictionary with Effect, Action and Resource.")
        prepare = make_role(lab.unique_name("execution"), given[0])
        iam.attach_role_policy(RoleName=prepare.rpartition("/")[2], PolicyArn=MANAGED)
        own = make_role(lab.unique_name("task"), given[1])
        names = {"MINE": mine, "OTHER": other, "SECRET": secret}
        container = python(
            "app", REPORT, secrets=[{"name": "PASSWORD", "valueFrom": secret}],
            environment=[{"name": name, "value": value} for name, value in names.items()],
        )  # fmt: skip
        with lab.enforce_iam():
            task = run(define(container, executionRoleArn=prepare, taskRoleArn=own))
        words = reason(task).rpartition("AccessDeniedException: ")[2][:160]
        expect(task.get("stopCode") != "TaskFailedToStart", f"The task cannot start. {words}")
        said = dict(line.split() for line in printed(task))
        expect(
            said.get("writes") == "True",
            "The program cannot write to its bucket. Has the task role its objects, BUCKET/*?",
        )
        expect(said["other"] == "False", "The program can write to another bucket. Name it in the ARN, up to its /.")
        expect(said["deletes"] == "False", "The program can also delete objects. It needs s3:PutObject alone.")
        expect(said["secret"] == "False", "The program can read the secret through the API. Its role must not.")
        sets = allows(given[1], "s3:PutObjectAcl", f"arn:aws:s3:::{mine}/report")
        expect(not sets, "The program can also open objects to others (PutObjectAcl). It needs s3:PutObject alone.")
        fetches = allows(given[0], "secretsmanager:GetSecretValue", secret.replace("password", "harbour"))
        expect(not fetches, "The execution role can fetch every secret. Name this one.")
        ruins = allows(given[0], "secretsmanager:DeleteSecret", secret)
        expect(not ruins, "The execution role can also delete the secret. It needs to get its value alone.")

    mended("herring")
    ### BEGIN HIDDEN TESTS
    mended("sprat")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Settings and secrets
#
# Values reach a container in three ways: `environment` in plain text; `environmentFiles`, up to ten `.env` files in
# S3; and `secrets`, with `valueFrom` a parameter or a secret. A variable beats the same one of a file. Secrets are
# fetched when the task starts: a rotated secret needs a new task.
#
# One key of a secret whose text is JSON is named behind its ARN: `ARN:key::`.
#
# ### Your turn: three sources
#
# Write `settings(file, secret)`. It returns the part of a container definition that sets variables, as a dictionary
# (to be merged into one):
#
# - all of the `.env` file with the ARN `file`;
# - `HARBOUR` is `Whitby`, also if the file says something else;
# - `API_KEY` is the key `key` of the JSON in the secret with the ARN `secret`.
#
# <details><summary>Hint</summary>
#
# Three keys: `environmentFiles=[{"type": "s3", "value": file}]`, `environment` and `secrets`. Each of the last two is
# a list of dictionaries with a `name`.
# </details>


# %% exercise="settings"
def settings(file: str, secret: str) -> dict[str, Any]:
    """The variables of a container."""
    ### BEGIN SOLUTION
    return {
        "environmentFiles": [{"type": "s3", "value": file}],
        "environment": [{"name": "HARBOUR", "value": "Whitby"}],
        "secrets": [{"name": "API_KEY", "valueFrom": f"{secret}:key::"}],
    }
    ### END SOLUTION


# %% check="settings" points=2
with check(
    "settings", needs="settings", right="The definition may be read by all; the key is in none of it."
) as expect:

    def reads(unit: str, key: str) -> None:
        s3, store = boto3.client("s3"), boto3.client("secretsmanager")
        bucket = lab.unique_name("settings")
        s3.create_bucket(Bucket=bucket)

        def write(value: str) -> None:
            s3.put_object(Bucket=bucket, Key="a.env", Body=f"# tides\nHARBOUR=Cromer\nUNIT={value}\n".encode())

        write("fathoms")
        text = json.dumps({"user": "ida", "key": key})
        secret = store.create_secret(Name=lab.unique_name("api"), SecretString=text)["ARN"]
        given = settings(f"arn:aws:s3:::{bucket}/a.env", secret)
        expect(isinstance(given, dict), "Return a dictionary.")
        expect(key not in json.dumps(given), "The key itself stands in the definition.")
        write(unit)  # after the definition is written: ECS reads the file when the task starts
        program = "import os\nfor name in ('HARBOUR', 'UNIT', 'API_KEY'): print(os.environ.get(name))"
        try:
            task = run(define(python("app", program, **given)))
        except ClientError as error:
            expect(False, f"ECS refuses it: {error.response['Error']['Message']}")
        expect(task.get("stopCode") != "TaskFailedToStart", f"The task does not start: {reason(task)[-160:]}")
        harbour, found, got = printed(task)
        expect.equal(found, unit, "UNIT, as it stands in the file when the task starts")
        expect.equal(harbour, "Whitby", "HARBOUR")
        expect(got == key, f"API_KEY is {got!r}, not the value of `key` in the secret.")

    reads("metres", "tern-81")
    ### BEGIN HIDDEN TESTS
    reads("feet", "skua-17")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Neighbours and scratch space
#
# Containers of one task share the network (`127.0.0.1`) and may share **volumes**. A volume without further settings
# is a **bind mount** in the task's scratch space: 20 GiB on Fargate, up to 200 for money, gone with the task. A
# **sidecar** runs beside the main program: a log router, a proxy, a collector of traces.
#
# `dependsOn` orders starts: `START`, `COMPLETE` (ended), `SUCCESS` (ended with 0), `HEALTHY` (its health check passes).

# %%
free = facts.limit("fargate", "ephemeral-storage-included")
most = facts.limit("fargate", "ephemeral-storage-max")
storage = facts.price("fargate", "ephemeral-storage-gb-hour")
gib = list(range(20, int(most) + 1, 20))
cost = [(size - int(free)) * float(storage) * 730 for size in gib]
charts.curves(
    {"one task, all month": cost},
    x=gib,
    x_label="scratch space of the task",
    x_unit="GiB",
    y_unit="USD per month",
    headline=f"20 GiB are free; 200 GiB add {cost[-1]:.2f} USD a month to each task",
    source=[storage, free, most],
)

# %% [markdown]
# > **Then and now.** Old samples connect a tracing daemon by `links` (bridge mode only). With awsvpc it is
# > `127.0.0.1:2000`. The X-Ray daemon itself is in maintenance since February 2026; new work takes the ADOT collector.
#
# ### Your turn: first fetch, then show
#
# Write `fetch_and_show(fetch, show)`, with two containers made by `python(...)`. `fetch` writes a file to `/data`,
# `show` reads it there. Return a dictionary with `containerDefinitions` (both) and `volumes`:
#
# - both mount one volume at `/data`, `show` only for reading;
# - `show` starts when `fetch` has ended with exit code 0, and only then;
# - the end of `fetch` does not end the task.
#
# <details><summary>Hint</summary>
#
# `mountPoints=[{"sourceVolume": NAME, "containerPath": "/data"}]`, with `readOnly` for one of them. `essential` is
# true unless you say otherwise, and a container that others wait for to end must not be.
# </details>


# %% exercise="start-order"
def fetch_and_show(fetch: dict[str, Any], show: dict[str, Any]) -> dict[str, Any]:
    """Return containerDefinitions and volumes for two containers that share /data."""
    ### BEGIN SOLUTION
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    first = {**fetch, "essential": False, "mountPoints": [mount]}
    after = [{"containerName": fetch["name"], "condition": "SUCCESS"}]
    second = {**show, "mountPoints": [{**mount, "readOnly": True}], "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}
    ### END SOLUTION


# %% check="start-order" points=2
with check("start-order", needs="fetch_and_show", right="One task, two programs, one order.") as expect:
    SHOW = "print(open('/data/tides').read())\nopen('/data/mine', 'w')"

    def begin(fetch: str, name: str) -> dict[str, Any]:
        said = fetch_and_show(python(name, fetch), python("show", SHOW))
        expect(isinstance(said, dict), "Return a dictionary with containerDefinitions and volumes.")
        try:
            arn = define(*said["containerDefinitions"], volumes=said["volumes"])
        except ClientError as error:
            expect(False, f"ECS refuses it: {error.response['Error']['Message']}")
        return run(arn)

    def works(text: str, name: str) -> None:
        task = begin(f"import time; time.sleep(30); open('/data/tides', 'w').write('{text}')", name)
        early = [one["lastStatus"] for one in task["containers"] if one["name"] == "show"]
        expect(early == ["PENDING"], "show does not wait for fetch: it started while fetch still worked.")
        lab.clock.advance(seconds=40)
        codes = {one["name"]: one.get("exitCode") for one in look(task)["containers"]}
        last = (printed(task, name) or [""])[-1]
        expect(codes.get(name) == 0, f"{name} ended with exit code {codes.get(name)}: {last}. May it write to /data?")
        lines = printed(task, "show")
        expect(bool(lines), "show printed nothing after fetch had ended. Is it still allowed to start?")
        expect(lines[0] == text, f"show printed {lines[-1]!r}, not what fetch had written. Do both mount the volume?")
        expect("Read-only" in lines[-1], "show could write to /data; it must mount it for reading only.")

    works("06:12", "fetch")
    failed = begin("raise SystemExit(1)", "load")
    expect(not printed(failed, "show"), "show started although fetch had failed: wait for SUCCESS.")
    ### BEGIN HIDDEN TESTS
    works("18:40", "load")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Files that stay
#
# Scratch space ends with its task. **Amazon EFS** is a file system in the network: tasks in all zones see the same
# files, on Fargate, too. It needs a **mount target** in the zone of the task, whose security group admits port 2049.
# Beside it there are EBS volumes (one for each task), FSx for Windows File Server (Windows on EC2), and Docker
# volumes (not on Fargate).
#
# > **Then and now.** Notes say that S3 cannot be mounted. Since 2026 there are **S3 Files** volumes.

# %% setup="file-system"
efs = boto3.client("efs")
subnets = [one["SubnetId"] for one in ec2.describe_subnets(Filters=default)["Subnets"]][:2]
vpc = ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"][0]["VpcId"]
nfs = ec2.create_security_group(GroupName="nfs", Description="NFS", VpcId=vpc)["GroupId"]
ec2.authorize_security_group_ingress(GroupId=nfs, IpProtocol="tcp", FromPort=2049, ToPort=2049, CidrIp="172.31.0.0/16")


def new_file_system() -> str:
    """A file system with mount targets in two zones; returns its id."""
    made = efs.create_file_system(CreationToken=lab.unique_name("files"), Encrypted=True)["FileSystemId"]
    for one in subnets:
        efs.create_mount_target(FileSystemId=made, SubnetId=one, SecurityGroups=[nfs])
    return made


# %% [markdown]
# ### Your turn: mount a file system
#
# Write `with_files(container, file_system, path)`. It returns a dictionary with `containerDefinitions` (the one
# container, changed) and `volumes`, so that the container sees the whole EFS file system at `path`, encrypted on its
# way (`transitEncryption`).
#
# <details><summary>Hint</summary>
#
# The volume has a `name` and an `efsVolumeConfiguration` with `fileSystemId` and `transitEncryption="ENABLED"`. The
# mount point names the same volume.
# </details>


# %% exercise="shared-files"
def with_files(container: dict[str, Any], file_system: str, path: str) -> dict[str, Any]:
    """Return containerDefinitions and volumes with a file system at the path."""
    ### BEGIN SOLUTION
    efs_settings = {"fileSystemId": file_system, "transitEncryption": "ENABLED"}
    mount = {"sourceVolume": "files", "containerPath": path}
    return {
        "containerDefinitions": [{**container, "mountPoints": [mount]}],
        "volumes": [{"name": "files", "efsVolumeConfiguration": efs_settings}],
    }
    ### END SOLUTION


# %% check="shared-files" points=2
with check("shared-files", needs="with_files", right="Two zones, two tasks, one set of files.") as expect:

    def shares(path: str, text: str) -> None:
        system = new_file_system()

        def start(program: str, where: str) -> dict[str, Any]:
            said = with_files(python("app", program), system, path)
            expect(isinstance(said, dict), "Return a dictionary with containerDefinitions and volumes.")
            try:
                arn = define(*said["containerDefinitions"], volumes=said["volumes"])
            except ClientError as error:
                expect(False, f"ECS refuses it: {error.response['Error']['Message']}")
            way = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["volumes"]
            given = [one.get("efsVolumeConfiguration", {}) for one in way]
            expect(any(given), "No volume is an EFS file system: a bind mount ends with its task.")
            ways = [one.get("transitEncryption") for one in given]
            expect(ways == ["ENABLED"], "transitEncryption is not ENABLED.")
            return run(arn, where)

        wrote = start(f"open('{path}/log', 'w').write('{text}')", subnets[0])
        words = (printed(wrote) or [""])[-1]
        expect(wrote["containers"][0].get("exitCode") == 0, f"The first task failed. {reason(wrote)}: {words}")
        read = start(f"print(open('{path}/log').read())", subnets[1])
        expect(printed(read) == [text], "A task in another zone does not find the file that the first one wrote.")

    shares("/files", "06:12")
    ### BEGIN HIDDEN TESTS
    shares("/srv/tides", "18:40")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Logs
#
# Each container says where its log goes. With the driver `awslogs` each has a **stream** of its own in the group:
# `prefix/container/task-id`. The execution role needs `logs:CreateLogStream` and `logs:PutLogEvents`, and
# `logs:CreateLogGroup`, too, if `awslogs-create-group` is `true`. On EC2 the agent must be version 1.9.0 or newer.
#
# ### Your turn: last words
#
# A task stopped, and you know its ARN only. Write `last_words(arn)`: a dictionary from the name of each container to
# the last line of its log, `None` where there is none. Group and prefix differ from definition to definition.
#
# <details><summary>Hint</summary>
#
# `describe_tasks` gives `taskDefinitionArn`, `describe_task_definition` the containers with their
# `logConfiguration["options"]`. The id of a task is the last part of its ARN. Without `startFromHead`, `get_log_events`
# gives the newest page of a log; the last event of its list is the newest.
# </details>


# %% exercise="last-words"
def last_words(arn: str) -> dict[str, str | None]:
    """The last line of each container's log."""
    ### BEGIN SOLUTION
    task = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"][0]
    name = task["taskDefinitionArn"]
    definition = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    found: dict[str, str | None] = {}
    for container in definition["containerDefinitions"]:
        options = container["logConfiguration"]["options"]
        prefix = options["awslogs-stream-prefix"]
        stream = f"{prefix}/{container['name']}/{arn.rpartition('/')[2]}"
        events = logs.get_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, startFromHead=True)[
            "events"
        ]
        found[container["name"]] = events[-1]["message"] if events else None
    return found
    ### END SOLUTION


# %% check="last-words" points=2
with check(
    "last-words", needs="last_words", right="The first question of every morning, answered by a function."
) as expect:

    def says(group: str, prefix: str, word: str) -> None:
        group = lab.unique_name(group)
        logs.create_log_group(logGroupName=group)
        options = {"awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": prefix}
        driver = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
        quiet = python("quiet", "pass", essential=False, **driver)
        main = python("main", f"print('begin')\nprint('{word}')\nraise SystemExit(2)", **driver)
        after = [{"containerName": "quiet", "condition": "COMPLETE"}]
        task = run(define(quiet, {**main, "dependsOn": after}))
        found = last_words(task["taskArn"])
        expect(isinstance(found, dict), "Return a dictionary.")
        expect.equal(found.get("main"), word, "The last line of main")
        expect("quiet" in found and found["quiet"] is None, "quiet printed nothing: its entry must be None.")

    says("/harbour", "ecs", "no water")
    says("/coast", "night", "no wind")
    ### BEGIN HIDDEN TESTS
    says("/pier", "a", "no boats")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How a task ends
#
# `stopCode` and `stoppedReason` tell why. `StopTask` sends SIGTERM; after `stopTimeout` (30 seconds, at most 120 on
# Fargate) comes SIGKILL. A program that handles SIGTERM ends in order, with its own exit code.

# %%
stubborn = "import time; time.sleep(9999)"
polite = f"import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); {stubborn}"
rows, codes = [], []
for name, program in (("no handler", stubborn), ("handler", polite)):
    task = run(define(python("app", program)))
    lab.clock.advance(seconds=20)
    ecs.stop_task(cluster="sedge", task=task["taskArn"], reason="end of the demo")
    lab.clock.advance(seconds=40)
    task = look(task)
    waited = round((task["stoppedAt"] - task["stoppingAt"]).total_seconds())
    rows += [(name, 0, 20, "runs", "run"), (name, 20, 20 + max(1, waited), "ends", "end")]
    codes.append(f"{name}: exit code {task['containers'][0]['exitCode']} after {waited} s")
    print(codes[-1])
charts.gantt(
    rows,
    kinds={"run": "good", "end": "wait"},
    events={"StopTask": 20},
    headline="Without a handler for SIGTERM a task ends 30 seconds later, by force",
    source="measured in the lab",
)

# %% [markdown]
# ## To remember
#
# - A task definition says what runs; every registration is a new revision; a task is one running copy.
# - Fargate: awsvpc, sizes from a list, no instances; billed by the second, one minute at least.
# - The image comes over the task's own interface: NAT, or a public address behind a gateway, or endpoints.
# - The execution role prepares (image, log, secrets); the task role is what the program may do.
# - Plain settings in `environment`, many of them in files, passwords only as `secrets`.
# - Bind mounts end with the task; EFS stays and is the same in all zones.
# - `dependsOn` orders containers; the end of an essential one ends the task.
# - Read `stoppedReason`, exit codes, and the stream `prefix/container/task-id`.

# %% [markdown] question="denied-in-code"
# ### Question 1
#
# A task starts and logs; then its program gets AccessDenied from DynamoDB. The execution role allows
# `dynamodb:PutItem`. What is missing?
#
# - [ ] **A** `ecs-tasks.amazonaws.com` in the trust of the execution role.
#   > Without it the task would not have started at all.
# - [x] **B** The right in the task role.
#   > Programs act with the task role; the execution role serves AWS before and beside them.
# - [ ] **C** The right in the role of the container instance.
#   > It serves the agent. With awsvpc on Fargate there is none.
# - [ ] **D** A VPC endpoint for DynamoDB.
#   > A missing way would end in a time-out, not in AccessDenied.

# %% answer="denied-in-code"
answer = "B"

# %% check="denied-in-code" points=1
question("denied-in-code", answer)

# %% [markdown] question="rotated-secret"
# ### Question 2
#
# A password in Secrets Manager was rotated at noon. Tasks that run since the morning, with the password in `secrets`,
# fail to log in. What do you do?
#
# - [ ] **A** Register a new revision with the new password in `environment`.
#   > It would work, and everybody who may read the definition could read the password.
# - [ ] **B** Nothing; ECS updates the variable within minutes.
#   > A variable of a running process is never changed from outside.
# - [x] **C** Start new tasks in their place.
#   > Secrets are read when a task starts. A new deployment of the service fetches the new value.
# - [ ] **D** Give the task role `secretsmanager:GetSecretValue`.
#   > The execution role fetched it; the variable stays as it was.

# %% answer="rotated-secret"
answer = "C"

# %% check="rotated-secret" points=1
question("rotated-secret", answer)

# %% [markdown] question="refused-size"
# ### Question 3
#
# Registering a Fargate definition with `cpu` 256 and `memory` 4096 fails: "No Fargate configuration exists for given
# values". What is the smallest change?
#
# - [ ] **A** Set `memoryReservation` of the container to 4096.
#   > It concerns a container. The size of the task stays an invalid pair.
# - [x] **B** Raise `cpu` to 512.
#   > 256 units go with at most 2 GB, 512 with up to 4 GB.
# - [ ] **C** Change the network mode to bridge.
#   > Fargate has awsvpc only.
# - [ ] **D** Add ephemeral storage of 40 GiB.
#   > Storage is not memory, and the pair stays invalid.

# %% answer="refused-size"
answer = "B"

# %% check="refused-size" points=1
question("refused-size", answer)

# %% [markdown] question="sidecar-volume"
# ### Question 4
#
# A program writes log files; a second container of the same Fargate task must ship them. Nothing has to outlive the
# task. What is the simplest way to share the files?
#
# - [x] **A** A volume without settings, mounted by both containers.
#   > A bind mount in the task's scratch space; up to 20 GiB cost nothing more.
# - [ ] **B** An EFS file system.
#   > It works, with mount targets, security groups and a bill, for files that nobody keeps.
# - [ ] **C** A Docker volume with a driver.
#   > Fargate does not support Docker volumes.
# - [ ] **D** The same image for both containers.
#   > Containers of one image do not share what they write.

# %% answer="sidecar-volume"
answer = "A"

# %% check="sidecar-volume" points=1
question("sidecar-volume", answer)

# %%
progress()
