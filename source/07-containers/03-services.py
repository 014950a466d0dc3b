# ---
# jupyter:
#   course:
#     exam:
#     - '3.4'
#     - '4.3'
#     minutes: 75
#     practises:
#       break-even:
#       - fargate.pricing-and-break-even
#       choose-balancer:
#       - ecs.load-balancer-choice
#       follow-load:
#       - ecs.service-auto-scaling
#       make-room:
#       - ecs.task-vs-instance-scaling
#       - ecs.capacity-providers
#       open-ports:
#       - ecs.dynamic-port-mapping
#       publish:
#       - ecs.services
#       - ecs.dynamic-port-mapping
#       rollout:
#       - ecs.rolling-updates
#       safe-release:
#       - ecs.rolling-updates
#       share:
#       - ecs.capacity-providers
#     services:
#     - ecs
#     - elbv2
#     - application-autoscaling
#     title: Services that keep, replace and scale their tasks
#     topics:
#     - ecs.services
#     - ecs.dynamic-port-mapping
#     - ecs.load-balancer-choice
#     - ecs.rolling-updates
#     - ecs.service-auto-scaling
#     - ecs.task-vs-instance-scaling
#     - ecs.capacity-providers
#     - fargate.pricing-and-break-even
#     - ecs.anywhere
#     - ecs.quota-table
# ---

# %% [markdown]
# # Services that keep, replace and scale their tasks
#
# Kestrel sells weather forecasts for sailors. Its program runs in a container, and it must be there at four in the
# morning when the boats leave. After this lesson you can run it as an **ECS service** behind a load balancer, release
# a new version without a gap, let the number of tasks follow the load, and say what it costs.

# %% setup="start"
import base64
import json
import math
from collections import Counter

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("07-containers/03-services")
lab.start()
ecs = boto3.client("ecs")
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
iam = boto3.client("iam")
scaling = boto3.client("application-autoscaling")
newest = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
IMAGE = boto3.client("ssm").get_parameter(Name=newest)["Parameter"]["Value"]
SUBNETS = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
VPC = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]

# The role with which the agent on an instance calls ECS.
trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
trust["Principal"] = {"Service": "ec2.amazonaws.com"}
iam.create_role(
    RoleName="ecsInstanceRole",
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)
iam.attach_role_policy(
    RoleName="ecsInstanceRole",
    PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
)
iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")
iam.add_role_to_instance_profile(
    InstanceProfileName="ecsInstanceRole",
    RoleName="ecsInstanceRole",
)


def join(cluster: str) -> str:
    """User data that lets an instance join a cluster."""
    return f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"


def new_cluster(hosts: int = 2, group: str = "") -> str:
    """A cluster with so many t3.medium instances, in turn in two zones; returns its name."""
    name = lab.unique_name("kestrel")
    ecs.create_cluster(clusterName=name)
    for number in range(hosts):
        ec2.run_instances(
            ImageId=IMAGE,
            InstanceType="t3.medium",
            MinCount=1,
            MaxCount=1,
            SubnetId=SUBNETS[number % 2],
            UserData=join(name),
            IamInstanceProfile={"Name": "ecsInstanceRole"},
            **({"SecurityGroupIds": [group]} if group else {}),
        )
    return name


def define(tag: str = "1", memory: int = 512) -> str:
    """Register a task definition of the forecast in bridge mode; returns its ARN."""
    web = {"name": "web", "image": f"forecast:{tag}", "cpu": 128, "memory": memory}
    web["portMappings"] = [{"containerPort": 8080, "hostPort": 0}]
    made = ecs.register_task_definition(family="forecast", containerDefinitions=[web])
    return made["taskDefinition"]["taskDefinitionArn"]


def tasks_of(cluster: str) -> list[dict]:
    """The tasks of a cluster that run or shall run."""
    arns = ecs.list_tasks(cluster=cluster)["taskArns"]
    return ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []


def service_of(cluster: str, name: str = "forecast") -> dict:
    """What ECS says of a service."""
    return ecs.describe_services(cluster=cluster, services=[name])["services"][0]


# %% [markdown]
# ## A service keeps its tasks
#
# RunTask starts a task once, and nobody looks after it. A **service** has a *task definition* and a *desired count*,
# and its scheduler compares what is with what should be, again and again. Let us stop a task and look.

# %%
cluster = new_cluster(hosts=2)
ecs.create_service(
    cluster=cluster,
    serviceName="forecast",
    taskDefinition=define(),
    desiredCount=3,
)
ecs.stop_task(cluster=cluster, task=tasks_of(cluster)[0]["taskArn"], reason="a test")
print("after the stop:", service_of(cluster)["runningCount"], "running")
print(lab.settle())
print("a moment later:", service_of(cluster)["runningCount"], "running")
for event in service_of(cluster)["events"][:2]:
    print(event["message"])

# %% [markdown]
# The same happens when a container crashes, a health check fails, or an instance is lost. The **events** of a service
# are the first place to look when something is wrong.
#
# A service of the strategy `REPLICA` keeps so many copies; `DAEMON` runs one on every instance, for a log collector or
# a monitor, and takes no desired count.
#
# ## Many copies on one instance
#
# In **bridge mode** a container has a port inside (`containerPort`) and one on its instance (`hostPort`). A fixed host
# port can be used once: with `hostPort` 8080 only one copy fits on an instance. Leave it out, or write 0, and Docker
# takes a free **ephemeral port**, from 32768 on with the ECS images. A load balancer has to learn each of these ports,
# and the service tells it.

# %%
for task in tasks_of(cluster):
    where = task["containerInstanceArn"][-6:]
    binding = task["containers"][0]["networkBindings"][0]
    inside, outside = binding["containerPort"], binding["hostPort"]
    print(f"instance {where}: {inside} inside is {outside} outside")

# %% [markdown]
# ### Your turn: publish the forecast
#
# Write `publish(cluster, target_group, count)`. It
#
# - registers a task definition of family `forecast` for the image `forecast:1`: container name `web`, 128 CPU units,
#   512 MiB, port 8080 inside, any free port outside;
# - creates a service `forecast` with `count` tasks of launch type EC2 that are registered in the target group;
# - gives them 60 seconds before a failed health check of the balancer counts;
# - returns the ARN of the service.
#
# <details><summary>Hint</summary>
#
# `create_service(loadBalancers=[{"targetGroupArn": ..., "containerName": ..., "containerPort": ...}],
# healthCheckGracePeriodSeconds=...)`. The balancer is told the port *inside*; ECS finds the one outside.
# </details>

# %% setup="door"
BALANCER_GROUP = ec2.create_security_group(
    GroupName=lab.unique_name("balancer"), Description="the balancer", VpcId=VPC
)["GroupId"]
ec2.authorize_security_group_ingress(
    GroupId=BALANCER_GROUP, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
)


def new_door(delay: int = 0) -> dict[str, str]:
    """A load balancer on port 80 and its target group of instances, which drain for `delay`."""
    made = elb.create_load_balancer(
        Name=lab.unique_name("lb"),
        Subnets=SUBNETS,
        SecurityGroups=[BALANCER_GROUP],
    )["LoadBalancers"][0]
    group = elb.create_target_group(
        Name=lab.unique_name("tg"), Protocol="HTTP", Port=80, VpcId=VPC, TargetType="instance"
    )["TargetGroups"][0]["TargetGroupArn"]
    wait = {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[wait])
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return {"url": f"http://{made['DNSName']}", "group": group}


def targets(group: str) -> dict[tuple[str, int], str]:
    """Each target of a group, by instance and port, with its state."""
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    states = {}
    for one in found:
        states[one["Target"]["Id"], one["Target"]["Port"]] = one["TargetHealth"]["State"]
    return states


# %% exercise="publish"
def publish(cluster: str, target_group: str, count: int) -> str:
    """Run the forecast behind a target group; return the ARN of the service."""
    ### BEGIN SOLUTION
    container = {
        "name": "web",
        "image": "forecast:1",
        "cpu": 128,
        "memory": 512,
        "portMappings": [{"containerPort": 8080}],
    }
    made = ecs.register_task_definition(family="forecast", containerDefinitions=[container])
    answer = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
        desiredCount=count,
        launchType="EC2",
        loadBalancers=[
            {
                "targetGroupArn": target_group,
                "containerName": "web",
                "containerPort": 8080,
            }
        ],
        healthCheckGracePeriodSeconds=60,
    )
    return answer["service"]["serviceArn"]
    ### END SOLUTION


# %% check="publish" points=3
with check("publish", needs="publish", right="Copies share an instance, and the balancer knows each port.") as expect:

    def is_published(hosts: int, count: int) -> None:
        place, door = new_cluster(hosts), new_door()
        returned = publish(place, door["group"], count)
        names = ecs.list_services(cluster=place)["serviceArns"]
        expect(len(names) == 1, f"The cluster has {len(names)} services; create one, in the cluster you are given.")
        found = ecs.describe_services(cluster=place, services=names)["services"][0]
        expect.equal(found["serviceName"], "forecast", "The name of the service")
        expect.equal(returned, found["serviceArn"], "The ARN that you return")
        expect.equal(found["desiredCount"], count, f"The desired count for {count} tasks")
        expect(
            found["runningCount"] == count,
            f"{found['runningCount']} of {count} tasks run on {hosts} instances. A fixed host port admits one copy "
            f"each. The service says: {found['events'][0]['message'] if found['events'] else '-'}",
        )
        known = targets(door["group"])
        expect(len(known) == count, f"The target group has {len(known)} targets for {count} tasks: see loadBalancers.")
        expect(all(port >= 32768 for _, port in known), f"Let Docker choose the ports outside, not {sorted(known)}.")
        one = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
        expect.equal(len(one["containerDefinitions"]), 1, "The number of containers in the task definition")
        box = one["containerDefinitions"][0]
        expect.equal(one["family"], "forecast", "The family of the task definition")
        expect.equal(
            (box["name"], box["image"], box["cpu"], box["memory"], box["portMappings"][0]["containerPort"]),
            ("web", "forecast:1", 128, 512, 8080),
            "Name, image, CPU units, memory and port inside",
        )
        expect.equal(box["portMappings"][0].get("protocol", "tcp"), "tcp", "The protocol of the port; HTTP needs TCP")
        expect.equal(found.get("launchType"), "EC2", "The launch type")
        expect.equal(found.get("healthCheckGracePeriodSeconds"), 60, "The seconds before the balancer's checks count")

    is_published(hosts=2, count=5)
    is_published(hosts=1, count=3)
    ### BEGIN HIDDEN TESTS
    is_published(hosts=3, count=8)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may come in
#
# The balancer now knows ports nobody could foresee, so the security group of the instances has to admit the
# **balancer's group** on the whole ephemeral range. It must not admit the world: then anybody could walk past the
# balancer. Kestrel's colleague wrote this. Every target is *unhealthy*.
#
# ### Your turn: repair the rule
#
# `admit(hosts_group)` adds the rule to the security group of the instances: TCP, ports 32768 to 60999 (the range of the
# ECS images), from `BALANCER_GROUP` only.
#
# <details><summary>Hint</summary>
#
# A rule may name another security group in place of addresses: `UserIdGroupPairs=[{"GroupId": ...}]`.
# </details>


# %% exercise="open-ports" repair=true
def admit(hosts_group: str) -> None:
    """Let the balancer reach the containers."""
    ec2.authorize_security_group_ingress(
        GroupId=hosts_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        ],
    )


### BEGIN SOLUTION
def admit(hosts_group: str) -> None:
    """Let the balancer reach the containers."""
    ec2.authorize_security_group_ingress(
        GroupId=hosts_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 32768,
                "ToPort": 60999,
                "UserIdGroupPairs": [{"GroupId": BALANCER_GROUP}],
            }
        ],
    )


### END SOLUTION


# %% check="open-ports" points=2
with check("open-ports", needs="admit", right="The balancer reaches every copy, and nobody else does.") as expect:

    def is_let_in(count: int) -> None:
        made = ec2.create_security_group(GroupName=lab.unique_name("hosts"), Description="hosts", VpcId=VPC)
        place, door = new_cluster(1, made["GroupId"]), new_door()
        admit(made["GroupId"])
        rules = ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"][0]["IpPermissions"]
        open_to = [row["CidrIp"] for rule in rules for row in rule["IpRanges"]]
        open_to += [row["CidrIpv6"] for rule in rules for row in rule["Ipv6Ranges"]]
        expect(not open_to, f"The instances are open to {open_to}. Name the balancer's group in place of addresses.")
        row = {"targetGroupArn": door["group"], "containerName": "web", "containerPort": 8080}
        ecs.create_service(
            cluster=place, serviceName="forecast", taskDefinition=define(), desiredCount=count, loadBalancers=[row],
            healthCheckGracePeriodSeconds=600,
        )  # fmt: skip
        for host, port in targets(door["group"]):
            lab.serve(host, port, lambda request: "wind 5, rain later")
        lab.clock.advance(minutes=2)
        states = Counter(targets(door["group"]).values())
        expect(
            states == {"healthy": count},
            f"The targets are {dict(states)}. They listen on ephemeral ports, not on the port inside the container. "
            "Is the balancer's group admitted?",
        )
        expect.equal(
            [(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")) for rule in rules],
            [("tcp", 32768, 60999)],
            "The protocol and the ports that the rule admits",
        )
        groups = [pair["GroupId"] for rule in rules for pair in rule["UserIdGroupPairs"]]
        expect(groups == [BALANCER_GROUP], f"The rule admits {groups}; it shall admit {BALANCER_GROUP} alone.")

    is_let_in(2)
    ### BEGIN HIDDEN TESTS
    is_let_in(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which balancer, which target type
#
# | | use it for |
# |---|---|
# | **Application** Load Balancer | HTTP: rules by path and host; nearly every service |
# | **Network** Load Balancer | TCP and UDP, very high throughput, AWS PrivateLink |
# | **Classic** Load Balancer | nothing new: one target per instance, no dynamic ports, no Fargate |
#
# In **awsvpc mode**, and so always on Fargate, each task has a network interface and an address of its own. Its target
# group needs the type `ip`, and port mapping is not needed. In bridge and host mode the type is `instance`. A service
# can have up to five target groups.

# %%
from botocore.exceptions import ClientError

made = elb.create_target_group(
    Name=lab.unique_name("tg"),
    Protocol="HTTP",
    Port=80,
    VpcId=VPC,
    TargetType="ip",
)
wrong = made["TargetGroups"][0]["TargetGroupArn"]
try:
    ecs.create_service(
        cluster=cluster,
        serviceName="wrong",
        taskDefinition=define(),
        desiredCount=1,
        loadBalancers=[
            {
                "targetGroupArn": wrong,
                "containerName": "web",
                "containerPort": 8080,
            }
        ],
    )
except ClientError as error:
    print(error.response["Error"]["Message"].replace(wrong, "tg"))

# %% [markdown]
# ### Your turn: choose
#
# For each need write a pair: `"ALB"` or `"NLB"`, and the target type `"instance"` or `"ip"`.
#
# - `forecast-site`: a web site with two services by path, `/api` and `/map`, on EC2 in bridge mode
# - `buoys`: buoys at sea send UDP packets to tasks on Fargate
# - `map-fargate`: an HTTP service on Fargate, host name `map.kestrel.example`
# - `partner`: a partner's VPC reaches a TCP service over PrivateLink; tasks on EC2 in bridge mode
#
# <details><summary>Hint</summary>
#
# First ask what the balancer has to understand: HTTP or only connections. Then ask whether a task has an address of its
# own.
# </details>

# %% exercise="choose-balancer"
choices: dict[str, tuple[str, str]] = {}
### BEGIN SOLUTION
choices = {
    "forecast-site": ("ALB", "instance"),
    "buoys": ("NLB", "ip"),
    "map-fargate": ("ALB", "ip"),
    "partner": ("NLB", "instance"),
}
### END SOLUTION

# %% check="choose-balancer" points=2
with check(
    "choose-balancer", needs="choices", right="The protocol picks the balancer, the network mode the type."
) as expect:
    wanted = {
        "forecast-site": ("ALB", "instance", "Rules by path are for an ALB; in bridge mode instances are targets."),
        "buoys": ("NLB", "ip", "UDP is nothing for an ALB; a Fargate task is reached by its own address."),
        "map-fargate": ("ALB", "ip", "A host name in HTTP is for an ALB; on Fargate every task has an address."),
        "partner": ("NLB", "instance", "PrivateLink stands on an NLB; in bridge mode the instance is the target."),
    }  # fmt: skip
    expect(set(choices) == set(wanted), f"Decide for these: {', '.join(wanted)}.")
    for need, (balancer, kind, why) in wanted.items():
        expect(tuple(choices[need]) == (balancer, kind), f"{need}: not {choices[need]}. {why}")
    ### BEGIN HIDDEN TESTS
    expect(isinstance(choices, dict) and len(choices) == 4, "Decide for the four needs, no more.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A new version, step by step
#
# When the task definition changes, the service begins a **deployment**: tasks of the new revision take the place of
# the old ones. Two percentages of the desired count rule it.
#
# - `minimumHealthyPercent` (default 100): so many tasks stay healthy, rounded **up**.
# - `maximumPercent` (default 200): so many run at most, rounded **down**.
#
# ECS refuses 100 for both. It takes 100 and 110, but with four tasks such a release never moves: at least four, at
# most 4.4, so four. The event then says that the service was *unable to stop or start tasks*.
#
# > **Lab and AWS.** The lab takes a step every 30 seconds of its clock. On AWS a step lasts until the new tasks are
# > healthy and the old ones have drained: with the default delay of a target group five minutes and more.


# %% setup="roll"
def roll(least: int, most: int, count: int = 4, steps: int = 5) -> list[tuple[int, int]]:
    """Release a new revision; returns how many (old, new) tasks run at once and after each step."""
    place = new_cluster(hosts=3)
    old = define("1", memory=256)
    ecs.create_service(
        cluster=place,
        serviceName="forecast",
        taskDefinition=old,
        desiredCount=count,
        deploymentConfiguration={"minimumHealthyPercent": least, "maximumPercent": most},
    )
    new = define("2", memory=256)
    ecs.update_service(cluster=place, service="forecast", taskDefinition=new)
    seen = []
    for _ in range(steps):
        running = Counter(task["taskDefinitionArn"] for task in tasks_of(place))
        seen.append((running[old], running[new]))
        lab.clock.advance(seconds=31)
    return seen


# %%
careful = roll(100, 150)
print("old, new:", careful)
charts.steps(
    {
        "old": [old for old, _ in careful],
        "new": [new for _, new in careful],
        "together": [old + new for old, new in careful],
    },
    x=[30 * step for step in range(len(careful))],
    x_unit="seconds",
    y_label="tasks",
    headline="With 100 and 150 percent there are always four to six tasks",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: predict a release
#
# Four tasks run. The service has `minimumHealthyPercent` 50 and `maximumPercent` 100. Say *before* the lab measures it:
#
# - `lowest` and `highest`: the smallest and the largest number of tasks during the release;
# - `first_step`: the pair (old, new) right after the release begins;
# - `second_step`: the pair half a minute later.
#
# <details><summary>Hint</summary>
#
# May a new task start while four run? If not, what has to happen first, and how far may it go?
# </details>

# %% exercise="rollout"
prediction: dict = {}
### BEGIN SOLUTION
prediction = {"lowest": 2, "highest": 4, "first_step": (2, 0), "second_step": (2, 2)}
### END SOLUTION

# %% check="rollout" points=2
with check(
    "rollout", needs="prediction", right="It needs no spare capacity, and it works at half strength for a while."
) as expect:
    asked = ("lowest", "highest", "first_step", "second_step")
    expect(set(prediction) == set(asked), f"Predict these four: {', '.join(asked)}.")
    for step in ("first_step", "second_step"):
        told = prediction[step]
        expect(isinstance(told, (tuple, list)) and len(told) == 2, f"{step} is a pair (old, new), not {told!r}.")
    measured = roll(50, 100)
    totals = [old + new for old, new in measured]
    expect(
        tuple(prediction["first_step"]) == measured[0],
        f"First step: you said {prediction['first_step']}, the lab measured {measured[0]}. "
        "With a maximum of 100 percent no task can start before one has stopped.",
    )
    expect(
        tuple(prediction["second_step"]) == measured[1],
        f"Second step: you said {prediction['second_step']}, measured {measured[1]}. Now there is room for new tasks.",
    )
    expect.equal(prediction["lowest"], min(totals), "The smallest number of tasks")
    expect.equal(prediction["highest"], max(totals), "The largest number of tasks")
    ### BEGIN HIDDEN TESTS
    again = [old + new for old, new in roll(50, 100)]
    expect.equal((prediction["lowest"], prediction["highest"]), (min(again), max(again)), "Measured once more")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** For years ECS knew rolling updates only, with CodeDeploy for blue/green. Since July 2025 it does
# > blue/green itself (`strategy` `BLUE_GREEN`), since October 2025 linear and canary releases, too.
#
# ## When the new version is broken
#
# Without help a service tries to start a broken version for ever. The **deployment circuit breaker** counts tasks that
# fail before one does well. By default it gives up at half of the desired count, rounded up, but at least 3 and at most
# 200 (settable since July 2026); with `rollback` it goes back to the last deployment that completed.
#
# ### Your turn: settings for a safe release
#
# The cluster has room for few more tasks. Write `safe_release(desired, spare)`; it returns a `deploymentConfiguration`
# with which never fewer than `desired` tasks are healthy, at most `spare` more than `desired` run, all spare room can
# be used, and a broken version is taken back by itself. `spare` is at least 1 and at most `desired`.
#
# <details><summary>Hint</summary>
#
# `maximumPercent` is a whole number and ECS rounds the *tasks* down. Which rounding of the percentage leaves
# `desired + spare`?
# </details>


# %% exercise="safe-release"
def safe_release(desired: int, spare: int) -> dict:
    """Return the deployment configuration of a service."""
    ### BEGIN SOLUTION
    return {
        "minimumHealthyPercent": 100,
        "maximumPercent": math.ceil((desired + spare) * 100 / desired),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }
    ### END SOLUTION


# %% check="safe-release" points=3
with check(
    "safe-release", needs="safe_release", right="A broken image at night now costs nobody a forecast."
) as expect:

    def holds(desired: int, spare: int) -> None:
        settings = safe_release(desired, spare)
        place, good = new_cluster(3), define("1", memory=128)
        try:
            ecs.create_service(
                cluster=place, serviceName="forecast", taskDefinition=good, desiredCount=desired,
                deploymentConfiguration=settings,
            )  # fmt: skip
        except ClientError as error:
            expect(False, f"ECS refuses these settings: {error.response['Error']['Message']}")
        ecs.update_service(cluster=place, service="forecast", taskDefinition=define("2", memory=128))
        totals = []
        for _ in range(12):
            totals.append(len(tasks_of(place)))
            lab.clock.advance(seconds=31)
        expect(min(totals) >= desired, f"{desired} tasks are desired, but only {min(totals)} ran during a release.")
        expect(
            max(totals) == desired + spare,
            f"At most {max(totals)} tasks ran during a release of {desired} with room for {spare} more. "
            "ECS rounds the maximum down to whole tasks.",
        )
        good = service_of(place)["taskDefinition"]
        missing = "123456789012.dkr.ecr.us-east-1.amazonaws.com/forecast:gone"
        box = {"name": "web", "image": missing, "memory": 128}
        broken = ecs.register_task_definition(family="forecast", containerDefinitions=[box])["taskDefinition"]
        ecs.update_service(cluster=place, service="forecast", taskDefinition=broken["taskDefinitionArn"])
        lab.clock.advance(minutes=5)
        now = service_of(place)
        expect(
            now["taskDefinition"] == good and now["runningCount"] == desired,
            "The image of the next release did not exist, and five minutes later the service still wants it. "
            "See deploymentCircuitBreaker: it has to be enabled, and to roll back.",
        )

    holds(4, 1)
    holds(3, 1)
    for desired, spare in ((20, 3), (100, 10)):
        settings = safe_release(desired, spare)
        enough = math.ceil(desired * settings.get("minimumHealthyPercent", 100) / 100)
        expect(enough >= desired, f"{desired} tasks are desired, but your settings let {enough} be enough.")
        most = desired * settings.get("maximumPercent", 200) // 100
        floats = " In floats 110 / 100 * 100 is a little more than 110: multiply before you divide."
        expect(
            most == desired + spare,
            f"{desired} tasks have room for {spare} more, but your settings let {most} run at most."
            f"{floats if most > desired + spare else ''}",
        )
    ### BEGIN HIDDEN TESTS
    holds(6, 1)
    holds(2, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## As many tasks as the load needs
#
# **Service Auto Scaling** changes the desired count between two bounds. (It is part of *Application Auto Scaling*; EC2
# Auto Scaling is another service.) First the service is registered as a *scalable target*, then it gets policies:
#
# - **target tracking** keeps a metric near a value: `ECSServiceAverageCPUUtilization`,
#   `ECSServiceAverageMemoryUtilization` or `ALBRequestCountPerTarget`;
# - **step scaling** adds or takes away by how far an alarm's metric is off;
# - **scheduled actions** set other bounds at known times; **predictive scaling** (since November 2024) foresees them.
#
# ### Your turn: follow the load
#
# Write `follow(cluster, service, least, most, percent)`: the service scales between `least` and `most` tasks so that
# its average CPU stays near `percent`; it rests 60 seconds after scaling out and 120 after scaling in.
#
# <details><summary>Hint</summary>
#
# `register_scalable_target`, then `put_scaling_policy`, both with `ServiceNamespace="ecs"`, `ResourceId` of the form
# `service/CLUSTER/SERVICE` and `ScalableDimension="ecs:service:DesiredCount"`.
# </details>


# %% exercise="follow-load"
def follow(cluster: str, service: str, least: int, most: int, percent: float) -> None:
    """Let the number of tasks follow the load."""
    ### BEGIN SOLUTION
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(MinCapacity=least, MaxCapacity=most, **target)
    scaling.put_scaling_policy(
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": percent,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization",
            },
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 120,
        },
        **target,
    )
    ### END SOLUTION


# %% check="follow-load" points=3
with check(
    "follow-load", needs="follow", right="Up within minutes, down slowly: that is how target tracking is built."
) as expect:

    def follows(least: int, most: int, percent: float, load: int, wanted: set[int]) -> None:
        place, name = new_cluster(3), lab.unique_name("map")
        ecs.create_service(cluster=place, serviceName=name, taskDefinition=define(memory=128), desiredCount=least)
        follow(place, name, least, most, percent)
        known = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[f"service/{place}/{name}"])
        expect(known["ScalableTargets"] != [], "No scalable target service/CLUSTER/SERVICE is registered.")
        one = known["ScalableTargets"][0]
        expect.equal((one["MinCapacity"], one["MaxCapacity"]), (least, most), "The bounds of the target")
        work = {"load": load}
        lab.measured(
            "AWS/ECS", "CPUUtilization",
            lambda at: min(100.0, work["load"] / service_of(place, name)["desiredCount"]),
            {"ClusterName": place, "ServiceName": name},
        )  # fmt: skip
        lab.clock.advance(minutes=20)
        grown = service_of(place, name)["runningCount"]
        expect(
            grown in wanted,
            f"A load of {load} percent of one task led to {grown} tasks; near {percent:g} percent each it takes "
            f"{min(wanted)}. Does the policy track the average CPU of the service?",
        )
        work["load"] = 1
        lab.clock.advance(minutes=40)
        expect.equal(service_of(place, name)["runningCount"], least, "The tasks forty minutes after the load is gone")
        (rule,) = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=f"service/{place}/{name}")[
            "ScalingPolicies"
        ]
        rests = rule.get("TargetTrackingScalingPolicyConfiguration", {})
        expect.equal(rests.get("TargetValue"), percent, "The value near which the policy keeps the CPU")
        expect.equal(
            (rests.get("ScaleOutCooldown"), rests.get("ScaleInCooldown")), (60, 120), "The rests after out and in"
        )

    follows(2, 8, 60.0, 300, {5, 6})
    ### BEGIN HIDDEN TESTS
    follows(1, 5, 70.0, 900, {5})
    ### END HIDDEN TESTS

# %% [markdown]
# ## More tasks need room
#
# Service scaling starts **tasks**, never instances. With EC2 capacity the new ones may find no place: they stay
# *pending*, and the service says why.

# %%
small = new_cluster(hosts=1)
ecs.create_service(
    cluster=small,
    serviceName="forecast",
    taskDefinition=define(memory=1024),
    desiredCount=5,
)
full = service_of(small)
print(full["runningCount"], "running,", full["pendingCount"], "pending")
print(full["events"][0]["message"])

# %% [markdown]
# A **capacity provider** ties an EC2 Auto Scaling group to a cluster. With *managed scaling* ECS compares the instances
# that are needed with those that run, in percent: `CapacityProviderReservation`. It sizes the group so that the number
# stays at `targetCapacity` (1 to 100, default 100; 80 keeps a fifth of the group free). On Fargate there is nothing to
# size.
#
# ### Your turn: make room
#
# `new_group(cluster)` makes an Auto Scaling group without instances whose members join the cluster. Write
# `make_room(cluster, group_arn)`: a capacity provider, named `room-` and the cluster's name, with managed scaling to
# 100 percent, which the cluster uses **by default** for all its services. Return its name.
#
# <details><summary>Hint</summary>
#
# Two calls: `create_capacity_provider(autoScalingGroupProvider=...)`, and `put_cluster_capacity_providers` with the
# provider in both of its lists.
# </details>


# %% setup="group"
def new_group(cluster: str, most: int = 4) -> str:
    """An empty Auto Scaling group whose instances join a cluster; returns its ARN."""
    data = {
        "ImageId": IMAGE,
        "InstanceType": "t3.medium",
        "UserData": base64.b64encode(join(cluster).encode()).decode(),
        "IamInstanceProfile": {"Name": "ecsInstanceRole"},
    }
    ec2.create_launch_template(LaunchTemplateName=cluster, LaunchTemplateData=data)
    groups = boto3.client("autoscaling")
    groups.create_auto_scaling_group(
        AutoScalingGroupName=cluster,
        MinSize=0,
        MaxSize=most,
        LaunchTemplate={"LaunchTemplateName": cluster},
        VPCZoneIdentifier=",".join(SUBNETS),
    )
    found = groups.describe_auto_scaling_groups(AutoScalingGroupNames=[cluster])
    return found["AutoScalingGroups"][0]["AutoScalingGroupARN"]


# %% exercise="make-room"
def make_room(cluster: str, group_arn: str) -> str:
    """Tie an Auto Scaling group to a cluster; return the name of the capacity provider."""
    ### BEGIN SOLUTION
    name = f"room-{cluster}"
    ecs.create_capacity_provider(
        name=name,
        autoScalingGroupProvider={
            "autoScalingGroupArn": group_arn,
            "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
        },
    )
    ecs.put_cluster_capacity_providers(
        cluster=cluster,
        capacityProviders=[name],
        defaultCapacityProviderStrategy=[{"capacityProvider": name, "weight": 1}],
    )
    return name
    ### END SOLUTION


# %% check="make-room" points=3
with check(
    "make-room", needs="make_room", right="Tasks ask, instances come: nobody scales two things by hand."
) as expect:

    def has_room(count: int) -> None:
        place = new_cluster(0)
        returned = make_room(place, new_group(place))
        found = ecs.describe_clusters(clusters=[place])["clusters"][0]
        expect(
            found.get("capacityProviders") == [f"room-{place}"],
            f"The cluster's providers are {found.get('capacityProviders')}; associate 'room-' + its name with it.",
        )
        expect.equal(returned, f"room-{place}", "The name that you return")
        expect(
            found.get("defaultCapacityProviderStrategy") not in (None, []),
            "The cluster has no default strategy, so a service that names none still gets launch type EC2.",
        )
        ecs.create_service(
            cluster=place, serviceName="forecast", taskDefinition=define(memory=1024), desiredCount=count
        )
        lab.clock.advance(minutes=3)
        running = service_of(place)["runningCount"]
        hosts = len(ecs.list_container_instances(cluster=place)["containerInstanceArns"])
        expect(running == count, f"Three minutes later {running} of {count} tasks run on {hosts} instances. "
               "Is managed scaling ENABLED?")  # fmt: skip
        (one,) = ecs.describe_capacity_providers(capacityProviders=[returned])["capacityProviders"]
        target = one["autoScalingGroupProvider"]["managedScaling"].get("targetCapacity")
        expect.equal(target, 100, "The target capacity in percent")

    has_room(5)
    ### BEGIN HIDDEN TESTS
    has_room(7)
    ### END HIDDEN TESTS

# %%
watched = new_cluster(0)
provider = lab.unique_name("own")
ecs.create_capacity_provider(
    name=provider,
    autoScalingGroupProvider={
        "autoScalingGroupArn": new_group(watched),
        "managedScaling": {"status": "ENABLED"},
    },
)
ecs.put_cluster_capacity_providers(
    cluster=watched,
    capacityProviders=[provider],
    defaultCapacityProviderStrategy=[{"capacityProvider": provider, "weight": 1}],
)
ecs.create_service(
    cluster=watched,
    serviceName="forecast",
    taskDefinition=define(memory=1024),
    desiredCount=2,
)
desired, placed = [], []
for minute in range(12):
    if minute in (3, 6):
        more = {3: 6, 6: 10}[minute]
        ecs.update_service(cluster=watched, service="forecast", desiredCount=more)
    desired.append(service_of(watched)["desiredCount"])
    placed.append(service_of(watched)["runningCount"])
    lab.clock.advance(minutes=1)
charts.steps(
    {"desired": desired, "running": placed},
    x=list(range(12)),
    x_unit="minutes",
    y_label="tasks",
    headline="When more tasks are wanted than fit, instances follow soon",
    source="measured in the lab; on AWS an instance takes some minutes to boot",
)

# %% [markdown]
# ## Shares: FARGATE and FARGATE_SPOT
#
# `FARGATE` and `FARGATE_SPOT` are providers that AWS keeps; a cluster made by API has to be associated with them. Spot
# tasks cost up to 70 percent less and end with two minutes of warning when AWS needs the capacity. A **strategy**
# lists providers with a `base` (the first so many tasks; only one entry may have it) and a `weight` (the ratio of all
# others).
#
# ### Your turn: who runs how many?
#
# Write `share(count, base, weights)`: `base` is a pair (provider, number), `weights` maps provider to weight. Return a
# dictionary with the number of tasks of each provider for `count` tasks. You may take it that the rest divides evenly.
#
# <details><summary>Hint</summary>
#
# The base comes first, and there may be fewer tasks than the base. What is left is divided by the sum of the weights.
# </details>


# %% exercise="share"
def share(count: int, base: tuple[str, int], weights: dict[str, int]) -> dict[str, int]:
    """Return how many tasks each provider runs."""
    ### BEGIN SOLUTION
    first = min(count, base[1])
    rest = count - first
    whole = sum(weights.values())
    found = {name: rest * weight // whole for name, weight in weights.items()}
    found[base[0]] = found.get(base[0], 0) + first
    return found
    ### END SOLUTION


# %% check="share" points=2
with check("share", needs="share", right="A safe base on demand, the rest mostly on Spot: a usual mix.") as expect:

    def measured_share(count: int, base: tuple[str, int], weights: dict[str, int]) -> dict[str, int]:
        """What the lab's ECS does with such a strategy."""
        place = new_cluster(0)
        strategy = [
            {"capacityProvider": name, "weight": weight, **({"base": base[1]} if name == base[0] else {})}
            for name, weight in weights.items()
        ]
        ecs.put_cluster_capacity_providers(
            cluster=place, capacityProviders=list(weights), defaultCapacityProviderStrategy=strategy
        )
        box = {"name": "web", "image": "forecast:1"}
        ecs.register_task_definition(
            family="light", containerDefinitions=[box], requiresCompatibilities=["FARGATE"], networkMode="awsvpc",
            cpu="256", memory="512",
        )  # fmt: skip
        ecs.create_service(
            cluster=place, serviceName="forecast", taskDefinition="light", desiredCount=count,
            networkConfiguration={"awsvpcConfiguration": {"subnets": SUBNETS}},
        )  # fmt: skip
        found = Counter(task["capacityProviderName"] for task in tasks_of(place))
        return {name: found[name] for name in weights}

    def same(count: int, base: tuple[str, int], weights: dict[str, int], told: str) -> None:
        expect.equal(share(count, base, weights), measured_share(count, base, weights), told)

    same(10, ("FARGATE", 2), {"FARGATE": 1, "FARGATE_SPOT": 3}, "10 tasks, base 2, weights 1 to 3, as ECS placed them")
    same(2, ("FARGATE", 3), {"FARGATE": 1, "FARGATE_SPOT": 3}, "2 tasks, base 3: the base is not filled")
    same(12, ("FARGATE_SPOT", 4), {"FARGATE": 1, "FARGATE_SPOT": 1}, "12 tasks, base 4 on Spot, weights 1 to 1")
    ### BEGIN HIDDEN TESTS
    same(9, ("FARGATE", 3), {"FARGATE": 0, "FARGATE_SPOT": 1}, "9 tasks, base 3, weights 0 to 1")
    same(8, ("FARGATE_SPOT", 2), {"FARGATE": 2, "FARGATE_SPOT": 1}, "8 tasks, base 2 on Spot, weights 2 to 1")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Fargate or instances?
#
# Fargate bills each task by the second for its vCPU and memory. An instance costs the same whether it is full or
# empty, so it wins only when enough of it is used. Here is a task of 0.5 vCPU and 1 GB (Linux on x86, us-east-1), and
# the m5.large, with room for four of them by vCPU.

# %%
vcpu = facts.price("fargate", "vcpu-hour-linux-x86")
gb = facts.price("fargate", "gb-hour-linux-x86")
m5 = facts.price("ec2", "on-demand-linux-m5-large")
HOURS = facts.HOURS_PER_MONTH
counts = list(range(0, 17))
charts.steps(
    {
        "Fargate": (counts, [n * (0.5 * vcpu + 1 * gb) * HOURS for n in counts]),
        "m5.large, four tasks on each": (
            counts,
            [math.ceil(n / 4) * m5 * HOURS for n in counts],
        ),
    },
    headline="A half-empty instance costs more than Fargate, a full one less",
    x_label="tasks that run all month",
    y_unit="USD per month",
    source=[vcpu, gb, m5],
)

# %% [markdown]
# ### Your turn: the break-even
#
# Write `break_even(hourly, vcpus, gigabytes)`: which share of an instance must be used, in percent rounded to a whole
# number, so that it costs no more than the same capacity on Fargate? `hourly` is the price of the instance. Use the
# Fargate prices `vcpu` and `gb` from `facts` inside the function.
#
# <details><summary>Hint</summary>
#
# What would a Fargate task as large as the whole instance cost for an hour? Compare the instance with that.
# </details>


# %% exercise="break-even"
def break_even(hourly: float, vcpus: float, gigabytes: float) -> int:
    """Return from which use in percent an instance is the cheaper one."""
    ### BEGIN SOLUTION
    whole = vcpus * facts.price("fargate", "vcpu-hour-linux-x86")
    whole += gigabytes * facts.price("fargate", "gb-hour-linux-x86")
    return round(hourly / whole * 100)
    ### END SOLUTION


# %% check="break-even" points=1
with check("break-even", needs="break_even", right="Few clusters are 82 percent full day and night.") as expect:
    expect.equal(break_even(float(facts.price("ec2", "on-demand-linux-m5-large")), 2, 8), 82, "m5.large: 2 vCPU, 8 GiB")
    expect.equal(
        break_even(float(facts.price("ec2", "on-demand-linux-t3-medium")), 2, 4), 42, "t3.medium: 2 vCPU, 4 GiB"
    )
    expect.equal(
        break_even(float(facts.price("ec2", "on-demand-linux-r5-large")), 2, 16), 83, "r5.large: 2 vCPU, 16 GiB"
    )
    ### BEGIN HIDDEN TESTS
    expect.equal(break_even(float(facts.price("ec2", "on-demand-linux-m5-xlarge")), 4, 16), 82, "m5.xlarge: 4, 16 GiB")
    expect.equal(break_even(0.1, 1, 10), 118, "an instance that is dearer than Fargate even when full")
    ### END HIDDEN TESTS

# %% [markdown]
# The list price is not the last word. Fargate on Arm is about a fifth cheaper, Spot up to 70 percent, a Compute Savings
# Plan up to 52 percent; instances have Spot and Savings Plans, too. And instances have to be patched by somebody.
#
# ## Or machines in your own cellar
#
# **ECS Anywhere** makes your own servers capacity of a cluster: they run the SSM agent beside the ECS agent, and tasks
# get the launch type `EXTERNAL`. Neither a load balancer nor awsvpc mode works there.

# %%
anywhere = facts.price("ecs", "ecs-anywhere-instance-hour")
for servers in (1, 5, 20):
    print(f"{servers:>2} servers: {servers * anywhere * 8760:8,.2f} USD a year")

# %% [markdown]
# ## Limits to plan with
#
# Most are per account and Region and can be raised. The one that new accounts hit first is the smallest: six vCPU of
# Fargate.

# %%
table = {
    "container instances per cluster": facts.limit("ecs", "container-instances-per-cluster"),
    "services per cluster": facts.limit("ecs", "services-per-cluster"),
    "tasks per service": facts.limit("ecs", "tasks-per-service"),
    "capacity providers per cluster": facts.limit("ecs", "capacity-providers-per-cluster"),
    "tasks per RunTask": facts.limit("ecs", "tasks-per-run-task"),
    "containers per task definition": facts.limit("ecs", "containers-per-task-definition"),
    "placement constraints": facts.limit("ecs", "placement-constraints-per-task"),
    "target groups per service": facts.limit("ecs", "target-groups-per-service"),
    "vCPU on Fargate, at first": facts.limit("fargate", "on-demand-vcpu-quota"),
}
charts.limits(
    table,
    unit="",
    headline="A cluster may hold thousands of tasks, a new account six vCPU of Fargate",
    highlight=["vCPU on Fargate, at first"],
)

# %% [markdown]
# > **Bill.** ECS itself is free; instances, Fargate tasks and balancers are not. On the real AWS you would now delete
# > services, balancers and groups. The lab forgets them by itself.
#
# ## To remember
#
# - A service keeps its desired count; its events say what it did.
# - With `hostPort` 0 many copies share an instance; admit the balancer's group on the ephemeral range.
# - awsvpc mode needs target type `ip`, bridge and host mode `instance`; an ALB for HTTP, an NLB for TCP and UDP.
# - minimumHealthyPercent is rounded up, maximumPercent down; a release needs room between the two.
# - The circuit breaker ends a broken deployment, and with `rollback` it brings the last good one back.
# - Service Auto Scaling starts tasks, not instances; a capacity provider with managed scaling brings these.
# - A strategy fills the base first and divides the rest by weight.

# %% [markdown] question="slow-release"
# ### Question 1
#
# A release of four tasks behind an ALB takes half an hour, though a task starts in ten seconds. Requests last less
# than two seconds. What shortens the release most?
#
# - [ ] **A** A longer health check grace period
#   > It makes failed checks count later and ends no task sooner.
# - [x] **B** A shorter deregistration delay of the target group
#   > Old tasks drain for 300 seconds by default before they stop; ten would do for these requests.
# - [ ] **C** The scheduling strategy DAEMON
#   > It runs one task on each instance; how long a task drains stays the same.
# - [ ] **D** Service Auto Scaling with a lower target
#   > It changes how many tasks there are, not how they are exchanged.

# %% answer="slow-release"
answer = "B"

# %% check="slow-release" points=1
question("slow-release", answer)

# %% [markdown] question="pending-tasks"
# ### Question 2
#
# At noon a target tracking policy raises the desired count of a service on EC2 from 4 to 10. Six are running an hour
# later, and the events say *insufficient memory available*. Which change cures this for good?
#
# - [ ] **A** Lower the target value of the policy.
#   > Then it would ask for even more tasks, for which there is no room either.
# - [ ] **B** Raise `maximumPercent` to 200.
#   > It bounds tasks during a deployment; no deployment is under way.
# - [x] **C** A capacity provider with managed scaling for the cluster's Auto Scaling group.
#   > Waiting tasks raise CapacityProviderReservation above its target, and ECS adds instances.
# - [ ] **D** The placement strategy `spread` over zones.
#   > A strategy chooses among instances that have room. There is none.

# %% answer="pending-tasks"
answer = "C"

# %% check="pending-tasks" points=1
question("pending-tasks", answer)

# %% [markdown] question="one-copy"
# ### Question 3
#
# A cluster has three large instances, nearly idle. A service with desired count 5 never gets beyond three tasks. Its
# event says that the closest instance is *already using a port required by your task*. What is the right mend?
#
# - [ ] **A** Add two instances.
#   > It works and wastes them: the three have room enough.
# - [x] **B** Set `hostPort` to 0 and use an ALB target group.
#   > Docker then gives each copy a free port, and the service registers it with the balancer.
# - [ ] **C** Use a Classic Load Balancer.
#   > It knows one port for all instances and cannot do dynamic ports.
# - [ ] **D** Set a lower `memoryReservation`.
#   > The tasks lack a port, not memory.

# %% answer="one-copy"
answer = "B"

# %% check="one-copy" points=1
question("one-copy", answer)

# %% [markdown] question="spot-base"
# ### Question 4
#
# A shop wants at least three tasks that AWS does not take away, and all others as cheap as possible. Which strategy?
#
# - [ ] **A** FARGATE weight 3, FARGATE_SPOT weight 1
#   > Three of four tasks on demand: the dear ones are the most, and no number is promised.
# - [ ] **B** FARGATE_SPOT with base 3 and weight 1
#   > The first three would be the ones that AWS may take.
# - [x] **C** FARGATE with base 3 and weight 0, FARGATE_SPOT with weight 1
#   > Three tasks fill the base, and with weight 0 all others go to Spot.
# - [ ] **D** FARGATE with base 3, FARGATE_SPOT with base 1
#   > Only one entry of a strategy may have a base.

# %% answer="spot-base"
answer = "C"

# %% check="spot-base" points=1
question("spot-base", answer)

# %%
progress()
