# ---
# jupyter:
#   course:
#     exam:
#     - '3.4'
#     - '4.3'
#     minutes: 65
#     practises:
#       audit:
#       - ecs.exam-audit
#       eks-bill:
#       - eks.cost
#       - eks.managed-kubernetes
#       kubernetes-choices:
#       - eks.node-types
#       - eks.volumes-csi
#       member-of:
#       - ecs.placement-constraints
#       never-appears:
#       - ecs.clusters-agent-ami
#       - ecs.agent-config
#       pack-in-zones:
#       - ecs.placement-strategies
#       predict-places:
#       - ecs.placement-process
#       - ecs.placement-strategies
#       - ecs.placement-constraints
#       to-pod:
#       - eks.ecs-vocabulary
#       user-data:
#       - ecs.agent-config
#     services:
#     - ecs
#     - eks
#     - ec2
#     title: Clusters of your own, and Kubernetes
#     topics:
#     - ecs.clusters-agent-ami
#     - ecs.agent-config
#     - ecs.placement-process
#     - ecs.placement-strategies
#     - ecs.placement-constraints
#     - ecs.exam-audit
#     - eks.managed-kubernetes
#     - eks.ecs-vocabulary
#     - eks.node-types
#     - eks.volumes-csi
#     - eks.cost
# ---

# %% [markdown]
# # Clusters of your own, and Kubernetes
#
# Fargate hides the machines. Kestrel, which forecasts the weather for sailors, has a model that needs machines of its
# own: some with much memory, some in a certain network. After this lesson you can bring EC2 instances into a cluster,
# find out why one never appears, say which instance gets which task, audit a cluster, and tell what EKS does
# differently.

# %% setup="start"
import json
from collections import Counter

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.ecs.instances import agent_log

lesson("07-containers/04-clusters")
lab.start()
ecs = boto3.client("ecs")
ec2 = boto3.client("ec2")
iam = boto3.client("iam")
ssm = boto3.client("ssm")
all_subnets = ec2.describe_subnets()["Subnets"]
all_subnets.sort(key=lambda one: one["AvailabilityZone"])
SUBNETS = [one["SubnetId"] for one in all_subnets][:2]
PROFILE = "ecsInstanceRole"
trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
trust["Principal"] = {"Service": "ec2.amazonaws.com"}
iam.create_role(
    RoleName=PROFILE,
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)
iam.attach_role_policy(
    RoleName=PROFILE,
    PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
)
iam.create_instance_profile(InstanceProfileName=PROFILE)
iam.add_role_to_instance_profile(InstanceProfileName=PROFILE, RoleName=PROFILE)


def new_cluster() -> str:
    """An empty cluster; returns its name."""
    name = lab.unique_name("model")
    ecs.create_cluster(clusterName=name)
    return name


def hosts(cluster: str) -> list[dict]:
    """What ECS says of the container instances of a cluster."""
    arns = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    if not arns:
        return []
    found = ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
    return found["containerInstances"]


# %% [markdown]
# ## How an instance gets into a cluster
#
# A **cluster** is a name for capacity. A **container instance** is an EC2 instance on which the **ECS agent** runs: a
# program, itself in a container, that registers the instance, starts and stops containers, and reports what is left of
# CPU, memory and ports. Three things bring it in.
#
# 1. An **ECS-optimized AMI**, with Docker and the agent. AWS publishes the newest id as a public SSM parameter.
# 2. An **instance profile** (often `ecsInstanceRole`), with which the agent may call ECS.
# 3. The **name of the cluster** in `/etc/ecs/ecs.config`, written by user data. Without one the agent takes `default`.

# %%
newest = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
image = ssm.get_parameter(Name=newest)["Parameter"]["Value"]
cluster = new_cluster()
script = f"""#!/bin/bash
echo "ECS_CLUSTER={cluster}" >> /etc/ecs/ecs.config
"""
ec2.run_instances(
    ImageId=image,
    InstanceType="t3.medium",
    MinCount=2,
    MaxCount=2,
    UserData=script,
    IamInstanceProfile={"Name": PROFILE},
)
for host in hosts(cluster):
    has = {row["name"]: row["integerValue"] for row in host["registeredResources"][:2]}
    print(host["ec2InstanceId"], host["status"], has)

# %% [markdown]
# 2,048 CPU units are two vCPU. The memory is less than the 4,096 MiB of the type: the kernel keeps some for itself.
#
# > **Lab and AWS.** In the lab the agent is there as soon as somebody asks. On AWS an instance takes a minute or two,
# > and it also needs a way to the ECS endpoints: a public address, a NAT gateway or VPC endpoints. The memory of the
# > lab is a rule of thumb; ask `describe_container_instances` for the true number.
#
# > **Then and now.** Take the Amazon Linux 2023 images; the support of Amazon Linux 2 ended on 30 June 2026.
#
# The agent also tells what kind of instance it is on, in **attributes**. They will decide where tasks go.

# %%
for row in hosts(cluster)[0]["attributes"]:
    if row["name"].startswith("ecs."):
        print(f"{row['name']:<24} {row['value']}")

# %% [markdown]
# The agent has more settings, one a line: `ECS_RESERVED_MEMORY` (MiB kept from tasks), `ECS_ENGINE_AUTH_DATA` (private
# registries), `ECS_AVAILABLE_LOGGING_DRIVERS`, `ECS_ENABLE_TASK_IAM_ROLE`, and `ECS_INSTANCE_ATTRIBUTES`, a JSON object
# of attributes of your own.
#
# ### Your turn: write the user data
#
# Write `user_data(cluster, reserve, attributes)`: a bash script that tells the agent the name of its cluster, to keep
# `reserve` MiB from tasks, and the `attributes`, a dictionary. It is returned as text.
#
# <details><summary>Hint</summary>
#
# The JSON contains double quotes, so put the line between single quotes. `json.dumps(attributes)`.
# </details>


# %% exercise="user-data"
def user_data(cluster: str, reserve: int, attributes: dict[str, str]) -> str:
    """Return the script for the first boot of a container instance."""
    ### BEGIN SOLUTION
    settings = {
        "ECS_CLUSTER": cluster,
        "ECS_RESERVED_MEMORY": reserve,
        "ECS_INSTANCE_ATTRIBUTES": json.dumps(attributes),
    }
    file = "/etc/ecs/ecs.config"
    lines = [f"echo '{name}={value}' >> {file}" for name, value in settings.items()]
    return "\n".join(["#!/bin/bash", *lines, ""])
    ### END SOLUTION


# %% check="user-data" points=2
with check("user-data", needs="user_data", right="The instance knows its place from the first boot on.") as expect:

    def join_with(text: str, place: str) -> tuple[str, list[dict]]:
        """Launch an instance with this user data; returns its id and what the cluster knows."""
        made = ec2.run_instances(
            ImageId=ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")[
                "Parameter"
            ]["Value"],
            InstanceType="t3.medium", MinCount=1, MaxCount=1, UserData=text, IamInstanceProfile={"Name": PROFILE},
        )["Instances"][0]["InstanceId"]  # fmt: skip
        return made, [one for one in hosts(place) if one["ec2InstanceId"] == made]

    def is_told(reserve: int, attributes: dict[str, str]) -> None:
        place = new_cluster()
        text = user_data(place, reserve, attributes)
        expect(isinstance(text, str) and text.startswith("#!"), "cloud-init runs a script only if it begins with #!.")
        one, found = join_with(text, place)
        expect(found != [], "The instance is not in its cluster. Is the name in /etc/ecs/ecs.config? Its agent's log: "
               + agent_log(one))  # fmt: skip
        _, plain = join_with(f"#!/bin/bash\necho ECS_CLUSTER={place} >> /etc/ecs/ecs.config\n", place)
        memory = [{row["name"]: row for row in host["registeredResources"]}["MEMORY"] for host in (plain[0], found[0])]
        expect.equal(memory[0]["integerValue"] - memory[1]["integerValue"], reserve, "The MiB kept from tasks")
        own = {row["name"]: row.get("value") for row in found[0]["attributes"]}
        for key, value in attributes.items():
            expect(
                own.get(key) == value,
                f"Attribute {key!r} is {own.get(key)!r}, not {value!r}. ECS_INSTANCE_ATTRIBUTES wants JSON, and bash "
                "takes double quotes away that do not stand between single ones.",
            )

    is_told(256, {"stack": "model"})
    ### BEGIN HIDDEN TESTS
    is_told(512, {"stack": "test", "disk": "fast"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## The instance that never appears
#
# It is the classic trouble with clusters: EC2 says *running*, ECS knows nothing. Look at the three things, one after
# the other: image, profile, name of the cluster. On the instance, `/var/log/ecs/ecs-agent.log` tells; the lab's
# `agent_log` shows its last line.

# %%
forgotten = ec2.run_instances(
    ImageId=image,
    InstanceType="t3.medium",
    MinCount=1,
    MaxCount=1,
    UserData=script,
)
print(agent_log(forgotten["Instances"][0]["InstanceId"]))

# %% [markdown]
# ### Your turn: repair the launch
#
# `launch(cluster)` should launch one t3.medium into the cluster and return its instance id. It has three faults.
#
# <details><summary>Hint</summary>
#
# Which image has the agent? With whose permissions would the agent call? And which file does it read? Compare with the
# demo above, character by character.
# </details>


# %% exercise="never-appears" repair=true
def launch(cluster: str) -> str:
    """Launch an instance into a cluster; return its id."""
    linux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    text = f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs.config\n"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=linux)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=text,
    )
    return made["Instances"][0]["InstanceId"]


### BEGIN SOLUTION
def launch(cluster: str) -> str:
    """Launch an instance into a cluster; return its id."""
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    text = f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=text,
        IamInstanceProfile={"Name": PROFILE},
    )
    return made["Instances"][0]["InstanceId"]


### END SOLUTION


# %% check="never-appears" points=2
with check(
    "never-appears", needs="launch", right="Image, role, name: in this order you find every such fault."
) as expect:

    def appears() -> None:
        place = new_cluster()
        one = launch(place)
        found = [host["ec2InstanceId"] for host in hosts(place)]
        expect(
            found == [one],
            f"The cluster knows {found or 'no instance'}. Look at image, instance profile and /etc/ecs/ecs.config. "
            f"The agent's log: {agent_log(one)}",
        )
        expect("Registration completed" in agent_log(one), f"Its agent does not run: {agent_log(one)}")
        kind = ec2.describe_instances(InstanceIds=[one])["Reservations"][0]["Instances"][0]["InstanceType"]
        expect.equal(kind, "t3.medium", "The type of the instance")

    appears()
    ### BEGIN HIDDEN TESTS
    appears()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where a task goes
#
# On EC2 capacity ECS chooses an instance for each task, in four steps:
#
# 1. instances with enough **CPU, memory and free ports**;
# 2. of these, the ones that satisfy the **constraints**; they are binding;
# 3. of these, the best by the **strategies**; they are best effort;
# 4. it places the task.
#
# Strategies: `binpack` (by `cpu` or `memory`) fills the instance with the least left, which takes the fewest instances;
# `spread` (over `instanceId` or an attribute) keeps tasks apart; `random` does not care. Up to five are chained: each
# narrows down what the one before left. On Fargate AWS places the tasks, and neither is allowed.


# %% setup="fleet"
def fleet(*zones: int, kind: str = "t3.medium") -> str:
    """A cluster with an instance in each of these zones (0 or 1); returns its name."""
    name = new_cluster()
    for zone in zones:
        add(name, zone, kind)
    return name


def add(cluster: str, zone: int = 0, kind: str = "t3.medium", stack: str = "") -> None:
    """One more instance for a cluster, with the attribute stack if one is given."""
    newest = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    text = f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=newest)["Parameter"]["Value"],
        InstanceType=kind,
        MinCount=1,
        MaxCount=1,
        SubnetId=SUBNETS[zone],
        UserData=text,
        IamInstanceProfile={"Name": PROFILE},
    )
    if stack:
        new = made["Instances"][0]["InstanceId"]
        arn = next(one["containerInstanceArn"] for one in hosts(cluster) if one["ec2InstanceId"] == new)
        ecs.put_attributes(cluster=cluster, attributes=[{"name": "stack", "value": stack, "targetId": arn}])


def define(memory: int, host_port: int = 0) -> str:
    """Register a task definition of the model; returns its ARN."""
    box = {"name": "model", "image": "model:1", "memory": memory}
    box["portMappings"] = [{"containerPort": 8080, "hostPort": host_port}]
    made = ecs.register_task_definition(family="model", containerDefinitions=[box])
    return made["taskDefinition"]["taskDefinitionArn"]


def per_instance(cluster: str) -> list[int]:
    """How many tasks each instance runs, the fewest first."""
    return sorted(host["runningTasksCount"] for host in hosts(cluster))


# %%
spread = [{"type": "spread", "field": "instanceId"}]
by_memory = [{"type": "binpack", "field": "memory"}]
seen = {}
for name, strategy in {"spread": spread, "binpack": by_memory}.items():
    place = fleet(0, 0, 1, 1)
    ecs.run_task(
        cluster=place,
        taskDefinition=define(400),
        count=8,
        placementStrategy=strategy,
    )
    tasks = per_instance(place)
    seen[name] = {f"instance {number}": count for number, count in enumerate(tasks, 1)}
charts.compare(
    seen,
    headline="Eight tasks fill one instance by binpack, and use all four by spread",
    unit="tasks",
    source="measured in the lab",
)

# %% [markdown]
# What finds no place is no exception. RunTask returns it in `failures`, with a reason: `RESOURCE:MEMORY`,
# `RESOURCE:CPU`, `RESOURCE:PORTS`, `AGENT` (the agent is gone). Whoever does not look there loses tasks. An entry names
# an instance and why the task did not fit there: `failures` may be longer than the list of the tasks that are missing.

# %%
place = fleet(0)
ran = ecs.run_task(cluster=place, taskDefinition=define(256, host_port=8080), count=2)
print(len(ran["tasks"]), "started;", [one["reason"] for one in ran["failures"]])

# %% [markdown]
# ### Your turn: predict the places
#
# Three empty t3.medium are in a cluster; each has room for three tasks of 1,200 MiB by memory. Five such tasks are
# started at once. Say for each case how many tasks the three instances run, the fewest first:
#
# - `binpack`: by memory
# - `spread`: over `instanceId`
# - `distinct`: with the constraint `distinctInstance`
# - `fixed`: without strategies, with the fixed host port 8080
#
# <details><summary>Hint</summary>
#
# Five tasks need not all find a place. Which cases limit how many tasks an instance may have?
# </details>

# %% exercise="predict-places"
places: dict[str, list[int]] = {}
### BEGIN SOLUTION
places = {
    "binpack": [0, 2, 3],
    "spread": [1, 2, 2],
    "distinct": [1, 1, 1],
    "fixed": [1, 1, 1],
}
### END SOLUTION

# %% check="predict-places" points=2
with check(
    "predict-places", needs="places", right="Strategies prefer; resources, ports and constraints decide."
) as expect:
    asked = {
        "binpack": {"placementStrategy": [{"type": "binpack", "field": "memory"}]},
        "spread": {"placementStrategy": [{"type": "spread", "field": "instanceId"}]},
        "distinct": {"placementConstraints": [{"type": "distinctInstance"}]},
        "fixed": {},
    }
    why = {
        "binpack": "It fills an instance before it takes the next.",
        "spread": "It evens out: no instance has two more than another.",
        "distinct": "A constraint binds: no instance takes a second task of the group, so two tasks fail.",
        "fixed": "A port of an instance can be used once; the other two tasks fail with RESOURCE:PORTS.",
    }

    def is_measured(case: str) -> None:
        where = fleet(0, 0, 1)
        ecs.run_task(cluster=where, taskDefinition=define(1200, 8080 if case == "fixed" else 0), count=5, **asked[case])
        measured = per_instance(where)
        expect(
            list(places[case]) == measured,
            f"{case}: you said {places[case]}, the lab measured {measured}, the fewest first. {why[case]}",
        )

    expect(set(places) == set(asked), f"Predict these four: {', '.join(asked)}.")
    for case in asked:
        is_measured(case)
    ### BEGIN HIDDEN TESTS
    is_measured("binpack")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: safe and cheap
#
# The model shall survive the loss of a zone, and yet take few instances. Write `pack_in_zones(cluster, task, count)`:
# it starts `count` tasks (at most ten) so that they are spread over the Availability Zones, and packed by memory within
# each zone. It returns how many found no place.
#
# <details><summary>Hint</summary>
#
# Two strategies, in the right order. The zone is an attribute of the instance, `ecs.availability-zone`, and strategies
# write `attribute:` before it. How many tasks started?
# </details>


# %% exercise="pack-in-zones"
def pack_in_zones(cluster: str, task: str, count: int) -> int:
    """Start tasks spread over zones and packed within; return how many found no place."""
    ### BEGIN SOLUTION
    ran = ecs.run_task(
        cluster=cluster,
        taskDefinition=task,
        count=count,
        placementStrategy=[
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
            {"type": "binpack", "field": "memory"},
        ],
    )
    return count - len(ran["tasks"])
    ### END SOLUTION


# %% check="pack-in-zones" points=2
with check("pack-in-zones", needs="pack_in_zones", right="Half of the tasks survive the loss of a zone.") as expect:

    def is_packed(kinds: list[str], count: int, memory: int) -> None:
        where = new_cluster()
        for kind in kinds:
            add(where, 0, kind)
            add(where, 1, kind)
        returned = pack_in_zones(where, define(memory), count)
        found = hosts(where)
        by_zone: Counter = Counter()
        used: Counter = Counter()
        taken = set()
        for host in found:
            tells = {row["name"]: row.get("value") for row in host["attributes"]}
            zone = tells["ecs.availability-zone"]
            if host["runningTasksCount"]:
                taken.add(tells["ecs.instance-type"])
            by_zone[zone] += host["runningTasksCount"]
            used[zone] += host["runningTasksCount"] > 0
        started = sum(by_zone.values())
        expect(started > 0, "No task runs in the cluster.")
        gap = max(by_zone.values()) - min(by_zone.values())
        expect(gap <= 1, f"The zones run {sorted(by_zone.values())} tasks. Spread comes before binpack.")
        expect(
            sum(used.values()) == len(used),
            f"{count} small tasks take {sum(used.values())} instances; one in each zone has room for its share.",
        )
        least = kinds[-1]
        expect(
            taken == {least},
            f"Each zone has {' and '.join(kinds)}, and tasks run on {sorted(taken)}. Packed by memory they go to "
            f"{least}, which has the least memory left that is enough.",
        )
        expect.equal(
            returned, count - started,
            "How many found no place (`failures` has entries for instances, not for tasks)",
        )  # fmt: skip

    # An r5.large has more memory than a c5.xlarge, and less CPU.
    is_packed(["r5.large", "c5.xlarge"], 6, 400)
    is_packed(["t3.medium"], 7, 1200)
    ### BEGIN HIDDEN TESTS
    is_packed(["t3.medium"], 10, 1600)
    is_packed(["r5.large", "m5.large", "t3.medium"], 8, 300)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Only on some instances
#
# The constraint `memberOf` takes an expression in the **cluster query language**: `attribute:stack == prod`,
# `attribute:ecs.instance-type =~ m5.*`, `attribute:x in [a, b]`, joined by `and`, `or`, `not`. Attributes that are
# built in begin with `ecs.` (ami-id, availability-zone, instance-type, os-type); your own come from the agent's
# configuration or from PutAttributes. The same language filters `list_container_instances`.

# %%
mixed = fleet(0, 1)
add(mixed, 0, kind="m5.large", stack="prod")
query = "attribute:ecs.instance-type =~ m5.* and attribute:stack == prod"
found = ecs.list_container_instances(cluster=mixed, filter=query)["containerInstanceArns"]
print(len(found), "of", len(hosts(mixed)), "instances match")

# %% [markdown]
# ### Your turn: keep the model off the small ones
#
# Write `constraint(families, stack)`. It returns one entry for `placementConstraints` that admits only instances whose
# type belongs to one of the `families` (such as `["m5", "r5"]`) and whose attribute `stack` has the value given.
#
# <details><summary>Hint</summary>
#
# `=~` compares the whole value with a regular expression. Mind the dot after the family: `m5.*` also matches
# `m5a.large`, and a dot in square brackets means a dot. Or join comparisons with `or`, and then mind that `and` binds
# more strongly: round brackets help.
# </details>


# %% exercise="member-of"
def constraint(families: list[str], stack: str) -> dict[str, str]:
    """Return a placement constraint for instances of these families and this stack."""
    ### BEGIN SOLUTION
    kinds = " or ".join(f'attribute:ecs.instance-type =~ "{name}[.].*"' for name in families)
    return {"type": "memberOf", "expression": f"({kinds}) and attribute:stack == {stack}"}
    ### END SOLUTION


# %% check="member-of" points=2
with check(
    "member-of", needs="constraint", right="And it binds: without such an instance the task does not run."
) as expect:
    from botocore.exceptions import ClientError

    def admits(families: list[str], stack: str, fitting: set[tuple[str, str]]) -> None:
        where = new_cluster()
        for kind, own in (("t3.medium", "prod"), ("t3.medium", "test"), ("m5.large", "prod"), ("m5a.large", "prod"),
                          ("m5.large", "test"), ("r5.large", "prod")):  # fmt: skip
            add(where, 0, kind, own)
        rule = constraint(families, stack)
        expect(isinstance(rule, dict) and rule.get("type") == "memberOf", "The entry is of type memberOf.")
        try:
            ran = ecs.run_task(
                cluster=where, taskDefinition=define(128), count=10, placementConstraints=[rule],
                placementStrategy=[{"type": "spread", "field": "instanceId"}],
            )  # fmt: skip
        except ClientError as error:
            expect(False, f"ECS refuses the constraint: {error.response['Error']['Message']}")
        used = {task["containerInstanceArn"] for task in ran["tasks"]}
        got = set()
        for host in hosts(where):
            if host["containerInstanceArn"] in used:
                own = {row["name"]: row.get("value") for row in host["attributes"]}
                got.add((own["ecs.instance-type"], own["stack"]))
        expect(
            got == fitting,
            f"For {families} and {stack!r} tasks ran on {sorted(got) or 'nothing'}; wanted: {sorted(fitting)}. "
            "Without brackets `and` binds more strongly than `or`, and a dot in a pattern stands for any character.",
        )

    admits(["m5", "t3"], "prod", {("m5.large", "prod"), ("t3.medium", "prod")})
    ### BEGIN HIDDEN TESTS
    admits(["m5"], "test", {("m5.large", "test")})
    admits(["r5", "m5a"], "prod", {("r5.large", "prod"), ("m5a.large", "prod")})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Audit a cluster
#
# What the exam asks of EC2 clusters fits on a card:
#
# - copies on one instance: no fixed host port, an ALB with dynamic ports, the instances admit its group;
# - a task that calls AWS has a **task role**; the instance profile is for the agent;
# - logs leave through the **log driver** in the task definition;
# - security groups act on instances in bridge and host mode, on tasks in awsvpc mode.
#
# ### Your turn: find what is missing
#
# Write `audit(cluster)`. For all services of the cluster look at their task definitions, and return a **set** of pairs
# (service name, finding): `"fixed port"` if a container in bridge mode has a host port other than 0, `"no task role"`,
# and `"no logs"` if any container has no `logConfiguration`. A sound cluster gives an empty set.
#
# <details><summary>Hint</summary>
#
# `list_services` gives ARNs in pages of ten; a paginator reads them all. `describe_services` takes up to ten at once,
# and a service names its `taskDefinition`. In host and awsvpc mode the host port is always fixed, and that is no
# finding.
# </details>


# %% exercise="audit"
def audit(cluster: str) -> set[tuple[str, str]]:
    """Return the findings of a cluster."""
    ### BEGIN SOLUTION
    findings = set()
    for page in ecs.get_paginator("list_services").paginate(cluster=cluster):
        if not page["serviceArns"]:
            continue
        found = ecs.describe_services(cluster=cluster, services=page["serviceArns"])
        for service in found["services"]:
            answer = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
            task, name = answer["taskDefinition"], service["serviceName"]
            if not task.get("taskRoleArn"):
                findings.add((name, "no task role"))
            for box in task["containerDefinitions"]:
                ports = [one.get("hostPort", 0) for one in box.get("portMappings", [])]
                if task.get("networkMode", "bridge") == "bridge" and any(ports):
                    findings.add((name, "fixed port"))
                if not box.get("logConfiguration"):
                    findings.add((name, "no logs"))
    return findings
    ### END SOLUTION


# %% check="audit" points=3
with check("audit", needs="audit", right="Run it every night, and send what it finds to a topic.") as expect:
    tasks_may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    role = iam.create_role(
        RoleName=lab.unique_name("model"),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [tasks_may]}),
    )["Role"]["Arn"]
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "model", "awslogs-region": "us-east-1"}}

    def deploy(where: str, name: str, *boxes: dict, mode: str = "bridge", own_role: bool = True) -> None:
        rows = [{"name": f"box{number}", "image": "model:1", "memory": 64, **box} for number, box in enumerate(boxes)]
        more = {"taskRoleArn": role} if own_role else {}
        made = ecs.register_task_definition(family=name, containerDefinitions=rows, networkMode=mode, **more)
        network = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": SUBNETS}}} if mode == "awsvpc" else {}
        ecs.create_service(
            cluster=where, serviceName=name, desiredCount=0,
            taskDefinition=made["taskDefinition"]["taskDefinitionArn"], **network,
        )  # fmt: skip

    def port(*numbers: int) -> list[dict]:
        return [{"containerPort": 8080 + place, "hostPort": number} for place, number in enumerate(numbers)]

    def is_found(where: str, wanted: set[tuple[str, str]]) -> None:
        returned = audit(where)
        expect(isinstance(returned, set), "Return a set of pairs.")
        missed, too_many = sorted(wanted - returned), sorted(returned - wanted)
        expect(not missed, f"Not found: {missed}. Look at every service, and at every container of its definition.")
        expect(
            not too_many,
            f"No finding, but reported: {too_many}. Which revision does the service run? Which modes fix the host port "
            "by themselves?",
        )

    sound = new_cluster()
    deploy(sound, "good", {"portMappings": port(0), "logConfiguration": logs})
    deploy(sound, "host-mode", {"portMappings": port(8080), "logConfiguration": logs}, mode="host")
    deploy(sound, "own-address", {"portMappings": port(8080), "logConfiguration": logs}, mode="awsvpc")
    # A newer revision that no service runs: it is not to be judged.
    ecs.register_task_definition(family="good", containerDefinitions=[{"name": "x", "image": "x", "memory": 64}])
    is_found(sound, set())
    is_found(new_cluster(), set())
    ailing = new_cluster()
    deploy(ailing, "fixed", {"logConfiguration": logs}, {"portMappings": port(0, 8081), "logConfiguration": logs})
    deploy(ailing, "dumb", {"logConfiguration": logs}, {"portMappings": port(0)}, own_role=False)
    dumb = ecs.describe_task_definition(taskDefinition="dumb")["taskDefinition"]["taskDefinitionArn"]
    for number in range(10):
        ecs.create_service(cluster=ailing, serviceName=f"dumb-{number}", desiredCount=0, taskDefinition=dumb)
    is_found(
        ailing,
        {("fixed", "fixed port")}
        | {(name, why) for name in ("dumb", *(f"dumb-{number}" for number in range(10)))
           for why in ("no logs", "no task role")},
    )  # fmt: skip
    ### BEGIN HIDDEN TESTS
    worst = new_cluster()
    deploy(worst, "all", {"portMappings": port(80)}, {"logConfiguration": logs}, own_role=False)
    is_found(worst, {("all", "fixed port"), ("all", "no logs"), ("all", "no task role")})
    ### END HIDDEN TESTS

# %% [markdown]
# ## EKS: Kubernetes, managed
#
# **Kubernetes** is the open-source system for running containers; what you write for it runs on any cloud. **EKS**
# operates its *control plane* over several zones. The workers, called **nodes**, are EC2 instances or Fargate; EKS
# *Auto Mode* (since December 2024) also manages nodes, storage and networking. A version has 14 months of standard
# support and then 12 of extended support, at six times the price.

# %%
eks = boto3.client("eks")
iam.create_role(
    RoleName="eksCluster",
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)
role_arn = iam.get_role(RoleName="eksCluster")["Role"]["Arn"]
eks.create_cluster(name="ocean", roleArn=role_arn, resourcesVpcConfig={"subnetIds": SUBNETS})
eks.create_nodegroup(
    clusterName="ocean",
    nodegroupName="spot",
    subnets=SUBNETS,
    nodeRole=role_arn,
    capacityType="SPOT",
    scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 2},
)
try:
    eks.delete_cluster(name="ocean")
except eks.exceptions.ResourceInUseException as error:
    print("not yet:", error.response["Error"]["Code"])
eks.delete_nodegroup(clusterName="ocean", nodegroupName="spot")
print(eks.delete_cluster(name="ocean")["cluster"]["name"], "is deleted")

# %% [markdown]
# | ECS | EKS |
# |---|---|
# | task definition | pod specification |
# | task | pod |
# | service | deployment and service |
# | container instance | node |
# | task role | Pod Identity, or IAM roles for service accounts |
#
# ### Your turn: from task to pod
#
# Kestrel tries EKS. Write `to_pod(task)`: it takes a task definition, as a dictionary with `family` and
# `containerDefinitions`, and returns a pod manifest: `apiVersion` `v1`, `kind` `Pod`, `metadata` with the `name` (the
# family), and `spec` with `containers`. Each container has `name` and `image`, and, where the task says them:
#
# - `ports`, as `[{"containerPort": ...}]`, and `env`, as it is under `environment`;
# - `resources` with `limits` for `memory` (`"512Mi"`) and `requests` for `cpu`, in thousandths of a vCPU (`"250m"`).
#
# <details><summary>Hint</summary>
#
# 1,024 CPU units are one vCPU, 1000m. What the task does not say, the manifest leaves out.
# </details>


# %% exercise="to-pod"
def to_pod(task: dict) -> dict:
    """Return the pod manifest for a task definition."""
    ### BEGIN SOLUTION
    containers = []
    for box in task["containerDefinitions"]:
        one = {"name": box["name"], "image": box["image"]}
        if box.get("portMappings"):
            inside = [row["containerPort"] for row in box["portMappings"]]
            one["ports"] = [{"containerPort": port} for port in inside]
        if box.get("environment"):
            one["env"] = list(box["environment"])
        resources = {}
        if box.get("memory"):
            resources["limits"] = {"memory": f"{box['memory']}Mi"}
        if box.get("cpu"):
            resources["requests"] = {"cpu": f"{box['cpu'] * 1000 // 1024}m"}
        if resources:
            one["resources"] = resources
        containers.append(one)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": task["family"]},
        "spec": {"containers": containers},
    }
    ### END SOLUTION


# %% check="to-pod" points=2
with check("to-pod", needs="to_pod", right="The words differ more than the things.") as expect:

    def is_pod(task: dict, wanted: list[dict]) -> None:
        pod = to_pod(json.loads(json.dumps(task)))
        expect.equal((pod.get("apiVersion"), pod.get("kind")), ("v1", "Pod"), "apiVersion and kind")
        expect.equal(pod.get("metadata", {}).get("name"), task["family"], "metadata.name")
        boxes = pod.get("spec", {}).get("containers", [])
        expect.equal(len(boxes), len(wanted), "The number of containers")
        for box, right in zip(boxes, wanted, strict=True):
            for key in ("name", "image", "ports", "env", "resources"):
                expect.equal(box.get(key), right.get(key), f"{key} of container {right['name']!r}")

    web = {"name": "web", "image": "model:1", "cpu": 256, "memory": 512, "portMappings": [{"containerPort": 8080,
           "hostPort": 0}], "environment": [{"name": "REGION", "value": "north"}]}  # fmt: skip
    pod_web = {"name": "web", "image": "model:1", "ports": [{"containerPort": 8080}],
               "env": [{"name": "REGION", "value": "north"}],
               "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "250m"}}}  # fmt: skip
    is_pod({"family": "model", "containerDefinitions": [web]}, [pod_web])
    plain = {"name": "side", "image": "agent:2", "memory": 64}
    is_pod(
        {"family": "pair", "containerDefinitions": [web, plain]},
        [pod_web, {"name": "side", "image": "agent:2", "resources": {"limits": {"memory": "64Mi"}}}],
    )
    ports = [{"containerPort": 80}, {"containerPort": 443}]
    is_pod(
        {"family": "trio", "containerDefinitions": [
            {"name": "bare", "image": "x"}, {"name": "fast", "image": "x", "cpu": 512},
            {"name": "door", "image": "x", "portMappings": ports}]},
        [{"name": "bare", "image": "x"}, {"name": "fast", "image": "x", "resources": {"requests": {"cpu": "500m"}}},
         {"name": "door", "image": "x", "ports": ports}],
    )  # fmt: skip
    ### BEGIN HIDDEN TESTS
    big = {"name": "big", "image": "x", "cpu": 2048}
    is_pod(
        {"family": "big", "containerDefinitions": [big]},
        [{"name": "big", "image": "x", "resources": {"requests": {"cpu": "2000m"}}}],
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Nodes and volumes
#
# - **Managed node group**: EKS creates the instances in an Auto Scaling group, On-Demand or Spot, and replaces them at
#   an upgrade; a launch template may name an image of your own.
# - **Self-managed nodes**: you launch, upgrade and replace them yourself, and register them.
# - **Fargate**: no nodes; a *Fargate profile* selects pods by namespace and labels.
#
# Storage comes by a `StorageClass` and a **CSI driver**: *EBS* (a block device, for pods in one zone), *EFS* (shared,
# across zones), *FSx for Lustre* (fast, for computing). Of these a pod on Fargate can mount only EFS.

# %%
print(
    """apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast-block}
provisioner: ebs.csi.aws.com
parameters: {type: gp3}
volumeBindingMode: WaitForFirstConsumer"""
)

# %% [markdown]
# ### Your turn: choose nodes and storage
#
# For each pod write a pair: `"managed"`, `"self-managed"` or `"fargate"`, and `"EBS"`, `"EFS"` or `"Lustre"`.
#
# - `database`: one pod that writes to a block device, on nodes that AWS creates and replaces
# - `reports`: nobody wants to see nodes; three pods in different zones write into one folder
# - `model`: the physicists launch and upgrade the machines themselves, by their own scripts; hundreds of pods read huge
#   files at the highest speed
# - `uploads`: pods on nodes in a group that EKS manages, in all zones, share one folder
#
# <details><summary>Hint</summary>
#
# Who launches and replaces the machines? And does one pod write, or do many in several zones?
# </details>

# %% exercise="kubernetes-choices"
pods: dict[str, tuple[str, str]] = {}
### BEGIN SOLUTION
pods = {
    "database": ("managed", "EBS"),
    "reports": ("fargate", "EFS"),
    "model": ("self-managed", "Lustre"),
    "uploads": ("managed", "EFS"),
}
### END SOLUTION

# %% check="kubernetes-choices" points=2
with check(
    "kubernetes-choices", needs="pods", right="How much of the machine is yours, and who shares the data."
) as expect:
    wanted = {
        "database": ("managed", "EBS", "AWS creates the nodes; a block device for one pod is EBS."),
        "reports": ("fargate", "EFS", "No nodes means Fargate, and there only EFS can be mounted."),
        "model": ("self-managed", "Lustre", "Who launches the nodes manages them; for speed there is Lustre."),
        "uploads": ("managed", "EFS", "EBS is in one zone; a folder that pods of all zones share is EFS."),
    }
    expect(set(pods) == set(wanted), f"Decide for these: {', '.join(wanted)}.")
    for name, (node, store, told) in wanted.items():
        expect(tuple(pods[name]) == (node, store), f"{name}: not {pods[name]}. {told}")
    ### BEGIN HIDDEN TESTS
    expect(isinstance(pods, dict) and len(pods) == 4, "Decide for the four pods, no more.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What the control plane costs
#
# ECS asks nothing for its control plane. EKS bills each cluster by the hour, more in extended support; nodes come on
# top.

# %%
standard = facts.price("eks", "cluster-hour-standard")
extended = facts.price("eks", "cluster-hour-extended")
month = facts.HOURS_PER_MONTH
charts.compare(
    {
        f"{count} cluster{'s' if count > 1 else ''}": {
            "ECS": 0,
            "EKS, standard support": count * standard * month,
            "EKS, extended support": count * extended * month,
        }
        for count in (1, 5, 10)
    },
    headline="Ten clusters with an old version cost as much as sixty with a new one",
    unit="USD per month",
    source=[standard, extended],
)

# %% [markdown]
# ### Your turn: the price of being late
#
# Write `eks_bill(clusters, months, late, late_months)` in USD: `clusters` run for `months`, of which `late` ones are
# in extended support for `late_months` of that time. Take 730 hours a month and the two prices of `facts`.
#
# <details><summary>Hint</summary>
#
# Count cluster-months in extended support first; all the others are at the standard price.
# </details>


# %% exercise="eks-bill"
def eks_bill(clusters: int, months: int, late: int, late_months: int) -> float:
    """Return what the control planes cost."""
    ### BEGIN SOLUTION
    overdue = late * late_months
    usual = clusters * months - overdue
    hourly = usual * facts.price("eks", "cluster-hour-standard")
    hourly += overdue * facts.price("eks", "cluster-hour-extended")
    return hourly * 730
    ### END SOLUTION


# %% check="eks-bill" points=1
with check("eks-bill", needs="eks_bill", right="Upgrading in time pays for itself.") as expect:
    expect.close(eks_bill(1, 1, 0, 0), 73.0, "One cluster, one month, in time")
    expect.close(eks_bill(3, 12, 1, 4), 4088.0, "Three clusters, a year, one of them four months late")
    ### BEGIN HIDDEN TESTS
    expect.close(eks_bill(2, 6, 2, 6), 5256.0, "Two clusters, late for the whole half year")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS an instance of this lesson would cost about four cents an hour, the EKS cluster ten.
# > Terminate the instances, delete the services and the clusters. The lab forgets them by itself.
#
# ## To remember
#
# - An instance joins by its image (agent), its profile (permission) and `ECS_CLUSTER` in `/etc/ecs/ecs.config`.
# - Without a name the agent goes to the cluster `default`; a wrong name is why an instance never appears.
# - Placement: resources and ports, then constraints (binding), then strategies (best effort).
# - binpack saves instances, spread saves you from failures; chain spread over zones and binpack by memory.
# - distinctInstance and memberOf are constraints; what finds no place stands in `failures`.
# - EKS is Kubernetes with a managed control plane, 0.10 USD an hour, 0.60 in extended support; ECS has no such fee.
# - Pods on Fargate mount EFS, never EBS.

# %% [markdown] question="lost-host"
# ### Question 1
#
# A new instance with the ECS-optimized AMI runs, and its user data holds `ECS_CLUSTER=prod`. The cluster `prod` does
# not show it. Instances of last week do. What do you check first?
#
# - [x] **A** Whether it was launched with the instance profile.
#   > Without a role the agent has no credentials and cannot register.
# - [ ] **B** Whether a service has started a task on it.
#   > An instance registers without tasks; tasks come after.
# - [ ] **C** Whether the task definition has a task role.
#   > That is for programs in containers, not for the agent.
# - [ ] **D** Whether the placement strategy is `spread`.
#   > Strategies choose among registered instances.

# %% answer="lost-host"
answer = "A"

# %% check="lost-host" points=1
question("lost-host", answer)

# %% [markdown] question="licence"
# ### Question 2
#
# A program is licensed for two instances, which carry the attribute `licence`. Its tasks must never run elsewhere, even
# if that means that they do not run. What do you use?
#
# - [ ] **A** The strategy `spread` over `attribute:licence`
#   > A strategy is best effort; it spreads tasks over the values and excludes no instance.
# - [ ] **B** The strategy `binpack` by memory
#   > It fills instances, and any of them.
# - [ ] **C** The constraint `distinctInstance`
#   > It keeps tasks apart and says nothing about where.
# - [x] **D** The constraint `memberOf` with `attribute:licence exists`
#   > A constraint binds: where the expression is false, no task is placed.

# %% answer="licence"
answer = "D"

# %% check="licence" points=1
question("licence", answer)

# %% [markdown] question="cheap-night"
# ### Question 3
#
# Batch tasks run at night on EC2. The bill should be small: as many instances as possible should stand empty, so that
# the group can shrink. Which strategy?
#
# - [ ] **A** `spread` over `instanceId`
#   > Every instance gets its share, and none stands empty.
# - [x] **B** `binpack` by memory
#   > It takes the instance with the least memory left that still fits.
# - [ ] **C** `random`
#   > Sooner or later it touches all of them.
# - [ ] **D** `spread` over zones
#   > Good against the loss of a zone; it uses at least one instance in each.

# %% answer="cheap-night"
answer = "B"

# %% check="cheap-night" points=1
question("cheap-night", answer)

# %% [markdown] question="cloud-move"
# ### Question 4
#
# A company runs 40 services on Kubernetes in its own data centre and will use two clouds. It wants to keep its
# manifests and to operate no control plane on AWS. What fits?
#
# - [ ] **A** ECS on Fargate
#   > No control plane to operate, but the manifests would be rewritten as task definitions.
# - [x] **B** EKS
#   > The same Kubernetes API, with the control plane run by AWS.
# - [ ] **C** ECS Anywhere
#   > It brings servers of the data centre to ECS; that is another system than Kubernetes.
# - [ ] **D** Kubernetes installed on EC2 instances
#   > The manifests work, and the control plane is theirs to operate.

# %% answer="cloud-move"
answer = "B"

# %% check="cloud-move" points=1
question("cloud-move", answer)

# %%
progress()
