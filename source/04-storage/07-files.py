# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       age-out:
#       - efs.storage-classes-lifecycle
#       - efs.throughput-modes
#       cheapest-mode:
#       - efs.throughput-modes
#       - efs.performance
#       choose-storage:
#       - storage.choose
#       - instance-store.performance
#       - fsx.families
#       efs-or-ebs:
#       - efs.cost-versus-ebs
#       - efs.storage-classes-lifecycle
#       fsx-size:
#       - fsx.families
#       lost-data:
#       - instance-store.basics
#       open-nfs:
#       - efs.protocol-and-mounting
#       share-over:
#       - efs.overview
#       - efs.protocol-and-mounting
#       site-task:
#       - efs.shared-by-compute
#       - efs.overview
#       smallest-scratch:
#       - instance-store.basics
#       - instance-store.performance
#     services:
#     - efs
#     - fsx
#     - ec2
#     - ecs
#     title: Files that many servers share
#     topics:
#     - instance-store.basics
#     - instance-store.performance
#     - efs.overview
#     - efs.protocol-and-mounting
#     - efs.performance
#     - efs.throughput-modes
#     - efs.storage-classes-lifecycle
#     - efs.cost-versus-ebs
#     - efs.shared-by-compute
#     - fsx.families
#     - storage.choose
# ---

# %% [markdown]
# # Files that many servers share
#
# Rookery draws animated films. Its render servers need very fast disks for an hour, its web servers one folder that
# all of them see, and its artists a network drive. After this lesson you know **instance store**, **Amazon EFS** and
# **Amazon FSx**, can mount, pay and speed up a shared file system, and can choose among all of AWS's storage.

# %% setup="start"
from unittest import mock

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/07-files")
lab.start()
ec2 = boto3.client("ec2")
efs = boto3.client("efs")
ecs = boto3.client("ecs")
fsx = boto3.client("fsx")


def attempt(call, **given) -> str:
    """Make a call; returns 'ok' or the error code."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## Disks inside the host
#
# Some instance types come with SSDs that sit in the host itself: those with a `d` in the name (m5d, c5d) and the
# storage families i and d. This is the **instance store**. There is no network between processor and disk, so it
# is very fast. It costs nothing extra, and it cannot be detached, grown or moved.

# %%
sizes = ("large", "2xlarge", "16xlarge")
print(f"{'':<12}{'GB':>8}{'random reads/s':>16}{'random writes/s':>17}")
for size in sizes:
    read = facts.limit("instance store", f"i3-{size}-random-read")
    write = facts.limit("instance store", f"i3-{size}-random-write")
    kind = ec2.describe_instance_types(InstanceTypes=[f"i3.{size}"])["InstanceTypes"][0]
    total = kind["InstanceStorageInfo"]["TotalSizeInGB"]
    print(f"i3.{size:<9}{total:>8,}{read:>16,}{write:>17,}")

fastest = {
    "gp2 volume": facts.limit("ebs", "gp2-maximum-iops"),
    "gp3 volume": facts.limit("ebs", "gp3-maximum-iops"),
    "io2 volume": facts.limit("ebs", "io2-maximum-iops"),
    "i3en.24xlarge": facts.limit("instance store", "i3en-24xlarge-random-read"),
    "i3.16xlarge": facts.limit("instance store", "i3-16xlarge-random-read"),
}
charts.bars(
    fastest,
    unit="IOPS",
    label="most random reads, EBS volume and instance store",
    highlight=["i3.16xlarge", "i3en.24xlarge"],
    headline="The disks in one i3.16xlarge read as often as 13 of the fastest EBS volumes",
)

# %% [markdown]
# The price is in the other name of the instance store: **ephemeral**. A reboot keeps the data. A stop, a hibernation,
# a termination, or the failure of the host or its disk loses it: the instance starts again on another host, or never.
# So put there what you can make again, such as caches and scratch files, or what other servers also hold.
#
# > **Then and now.** Old AMIs boot from an instance store, and notes about `ephemeral0` in a block device mapping
# > belong to them. Today's types have NVMe disks that appear by themselves, beside an EBS root volume.
#
# ### Your turn: what is lost?
#
# Write `lost(disks, event)`. Each disk is a dict with `name` and `kind` (`"instance-store"`, `"ebs"` or `"efs"`); a
# disk of kind `"ebs"` also has `delete_on_termination`. The event is one of `"reboot"`, `"stop"`, `"hibernate"`,
# `"terminate"`, `"host-failure"`. Return the names of the disks whose data is gone, as a set or a list.
#
# <details><summary>Hint</summary>
#
# Ask two questions of each disk. Is it instance store, and is the event anything but a reboot? Is it EBS, is the event
# a termination, and does the volume go with its instance?
# </details>


# %% exercise="lost-data"
def lost(disks: list[dict], event: str) -> set[str]:
    """Return the names of the disks whose data an event destroys."""
    ### BEGIN SOLUTION
    gone = set()
    for disk in disks:
        ephemeral = disk["kind"] == "instance-store" and event != "reboot"
        deleted = disk["kind"] == "ebs" and event == "terminate" and disk["delete_on_termination"]
        if ephemeral or deleted:
            gone.add(disk["name"])
    return gone
    ### END SOLUTION


# %% check="lost-data" points=1
with check(
    "lost-data",
    needs="lost",
    right="Whatever must outlive the host belongs on EBS, EFS or S3.",
) as expect:
    DISKS = [
        {"name": "root", "kind": "ebs", "delete_on_termination": True},
        {"name": "scenes", "kind": "ebs", "delete_on_termination": False},
        {"name": "frames", "kind": "instance-store"},
        {"name": "homes", "kind": "efs"},
    ]

    def is_lost(event: str, gone: set[str], why: str, disks: list[dict] = DISKS) -> None:
        said = lost([dict(disk) for disk in disks], event)
        expect(
            isinstance(said, (set, list, tuple, frozenset)),
            f"Return a set or a list of names, not {said!r}.",
        )
        expect(
            all(isinstance(name, str) for name in said),
            f"Return the names of the disks, as strings, not {list(said)!r}.",
        )
        expect.equal(set(said), gone, f"{event}: {why} Lost")

    is_lost("reboot", set(), "the instance stays on its host.")
    is_lost("stop", {"frames"}, "it starts again on another host.")
    is_lost("terminate", {"frames", "root"}, "volumes with DeleteOnTermination go too.")
    is_lost("host-failure", {"frames"}, "EBS volumes live outside the host.")
    is_lost("hibernate", {"frames"}, "memory goes to the root volume, other disks do not.")
    ### BEGIN HIDDEN TESTS
    SWAPPED = [
        {"name": "root", "kind": "ebs", "delete_on_termination": False},
        {"name": "logs", "kind": "ebs", "delete_on_termination": True},
        {"name": "cache-1", "kind": "instance-store"},
        {"name": "cache-2", "kind": "instance-store"},
    ]
    both = {"cache-1", "cache-2"}
    is_lost("terminate", both | {"logs"}, "look at each volume's own setting.", SWAPPED)
    is_lost("stop", both, "EBS volumes stay.", SWAPPED)
    is_lost("reboot", set(), "nothing moves.", SWAPPED)
    ### END HIDDEN TESTS

# %% [markdown]
# ## How big
#
# You take the disks as the instance type has them. `describe_instance_types` tells: the part `InstanceStorageInfo` is
# missing when a type has no disks of its own. There are over a thousand types, so let AWS filter.

# %%
pages = ec2.get_paginator("describe_instance_types").paginate(
    Filters=[
        {"Name": "instance-type", "Values": ["c5d.*"]},
        {"Name": "bare-metal", "Values": ["false"]},
    ]
)
for page in pages:
    for kind in page["InstanceTypes"]:
        info = kind["InstanceStorageInfo"]
        disks = ", ".join(f"{disk['Count']} x {disk['SizeInGB']:,} GB" for disk in info["Disks"])
        print(f"{kind['InstanceType']:<14}{info['TotalSizeInGB']:>6,} GB   {disks}")

# %% [markdown]
# ### Your turn: the smallest that will do
#
# Write `smallest_scratch(family, gb)`: the name of the type in a family, such as `"m5d"`, whose instance store has at
# least `gb` GB in total, and no more than necessary. `None` when there is none. Ask AWS, with a
# filter on the type: all the others would take long. (Where two types have the same disks, either will do.)
#
# <details><summary>Hint</summary>
#
# The filter needs the dot: `m5d*` also finds m5dn. `min(..., key=..., default=None)` deals with an empty list.
# </details>


# %% exercise="smallest-scratch"
def smallest_scratch(family: str, gb: int) -> str | None:
    """Return the type with the least instance store that is enough."""
    ### BEGIN SOLUTION
    found: dict[str, int] = {}
    only = [{"Name": "instance-type", "Values": [f"{family}.*"]}]
    for page in ec2.get_paginator("describe_instance_types").paginate(Filters=only):
        for one in page["InstanceTypes"]:
            if "InstanceStorageInfo" in one:
                found[one["InstanceType"]] = one["InstanceStorageInfo"]["TotalSizeInGB"]
    return min(
        (name for name in found if found[name] >= gb),
        key=lambda name: found[name],
        default=None,
    )
    ### END SOLUTION


# %% check="smallest-scratch" points=2
with check(
    "smallest-scratch",
    needs="smallest_scratch",
    right="Disks come in the sizes of the types: often you pay for processors to get disks.",
) as expect:
    make_call = vars(BaseClient)["_make_api_call"]

    def is_smallest(family: str, gb: int, *names: str | None) -> None:
        unfiltered = []

        def call(client, operation: str, given: dict) -> dict:
            """Make a call, unless it would bring all types."""
            wanted = [one.get("Name") for one in given.get("Filters", [])]
            named = "instance-type" in wanted or given.get("InstanceTypes")
            if operation == "DescribeInstanceTypes" and not named:
                unfiltered.append(given)
                return {"InstanceTypes": []}
            return make_call(client, operation, given)

        with mock.patch.object(BaseClient, "_make_api_call", call), lab.watching(most=40) as made:
            said = smallest_scratch(family, gb)
        expect(
            not unfiltered,
            "You asked for all types, more than a thousand. Use a filter on 'instance-type'.",
        )
        asked = len(made.of("DescribeInstanceTypes"))
        expect(asked > 0, "You did not ask AWS: call describe_instance_types.")
        expect(
            said is None or isinstance(said, str),
            f"Return the name of a type or None; yours is a {type(said).__name__}.",
        )
        expect(
            said is None or said.startswith(f"{family}."),
            f"{said} is not of {family}: does your filter end the family's name with a dot?",
        )
        expect(
            said in names,
            f"{family} with at least {gb:,} GB: you said {said}, right is {names[0]}.",
        )

    is_smallest("i4i", 900, "i4i.xlarge")
    is_smallest("i4i", 937, "i4i.xlarge")
    is_smallest("i4i", 938, "i4i.2xlarge")
    is_smallest("m5d", 75, "m5d.large")
    is_smallest("i3", 1_000, "i3.2xlarge")
    is_smallest("i4i", 7_500, "i4i.8xlarge")  # two disks of 3,750 GB
    is_smallest("i4i", 40_000, None)
    is_smallest("t3", 1, None)
    ### BEGIN HIDDEN TESTS
    is_smallest("c5d", 300, "c5d.4xlarge")
    is_smallest("i3en", 60_000, "i3en.24xlarge", "i3en.metal")
    is_smallest("m5", 10, None)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One folder for all
#
# **Amazon EFS** is a file system that AWS runs for you, spoken to over the network in **NFS** (4.0 and 4.1). Hundreds
# or thousands of Linux clients, in all zones of a Region, mount the same folder at the same time. It grows and shrinks
# with its files: there is no size to choose, and you pay for what lies in it. (Windows clients are not supported.)
#
# Clients reach it through **mount targets**: one address in each Availability Zone, in a subnet of your VPC, with
# security groups. A *Regional* file system keeps its data in several zones; a *One Zone* one (since 2021) costs about
# half and lives in one zone.

# %%
charts.flow(
    [
        ("web server 1", "mount target A", "TCP 2049"),
        ("web server 2", "mount target A"),
        ("render server", "mount target B", "TCP 2049"),
        ("mount target A", "EFS file system"),
        ("mount target B", "EFS file system"),
    ],
    kinds={
        "web server 1": "compute",
        "web server 2": "compute",
        "render server": "compute",
        "mount target A": "network",
        "mount target B": "network",
        "EFS file system": "storage",
    },
    headline="Each zone has one door to the file system, and servers use the door of their zone",
)


# %% setup="network"
def studio_network() -> dict:
    """A VPC with subnets in zones a, a and b, and groups for clients and mount targets."""
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    zones = ("us-east-1a", "us-east-1a", "us-east-1b")
    subnets = []
    for n, zone in enumerate(zones):
        cidr = f"10.7.{n}.0/24"
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
        subnets.append(made["Subnet"]["SubnetId"])
    clients, mounts = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("clients", "mount-targets")
    )
    return {"vpc": vpc, "subnets": subnets, "clients": clients, "mounts": mounts}


def file_system(file_system_id: str) -> dict:
    """What EFS tells about a file system."""
    return efs.describe_file_systems(FileSystemId=file_system_id)["FileSystems"][0]


# %%
studio = studio_network()
trial = efs.create_file_system(
    CreationToken=lab.unique_name("trial"),
    Encrypted=True,
    Tags=[{"Key": "Name", "Value": "trial"}],
)["FileSystemId"]
first, second, _ = studio["subnets"]
target = efs.create_mount_target(FileSystemId=trial, SubnetId=first)
print("zone", target["AvailabilityZoneName"], "at", target["IpAddress"])
print(
    "one more in that zone:",
    attempt(efs.create_mount_target, FileSystemId=trial, SubnetId=second),
)
print("delete it now:        ", attempt(efs.delete_file_system, FileSystemId=trial))
print(
    "mode:",
    file_system(trial)["ThroughputMode"],
    "- targets:",
    file_system(trial)["NumberOfMountTargets"],
)

# %% [markdown]
# The `CreationToken` makes the call safe to repeat: with the same token AWS refuses to make a second file system.
# Encryption at rest is chosen at creation and never changes. Without `SecurityGroups` a mount target gets the default
# group of its VPC, which your clients may not reach.
#
# ### Your turn: a folder in every zone
#
# Write `share_over(subnet_ids, group_id)`. It creates a Regional file system, **encrypted**, in the throughput mode
# `elastic`, with a mount target in **each zone** in which there is one of the subnets, in the security group
# `group_id`. Return the id of the file system. Several subnets may be in the same zone; take any of them.
#
# > **Lab and AWS.** AWS needs a few seconds until `LifeCycleState` is `available`, and only then takes mount targets;
# > boto3 has no waiter for it, so ask again with pauses. In the lab it is available at once.
#
# <details><summary>Hint</summary>
#
# `describe_subnets(SubnetIds=...)` tells the zones. A dictionary with the zone as its key keeps one subnet for each.
# </details>


# %% exercise="share-over"
def share_over(subnet_ids: list[str], group_id: str) -> str:
    """Create a shared file system that can be mounted in the zones of these subnets."""
    ### BEGIN SOLUTION
    made = efs.create_file_system(
        CreationToken=lab.unique_name("shared"),
        Encrypted=True,
        ThroughputMode="elastic",
    )["FileSystemId"]
    described = ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    one_for_each_zone = {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in described}
    for subnet_id in one_for_each_zone.values():
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet_id, SecurityGroups=[group_id])
    return made
    ### END SOLUTION


# %% check="share-over" points=3
with check(
    "share-over",
    needs="share_over",
    right="A zone may fail; servers in the others go on.",
) as expect:

    def is_shared(chosen: list[int], zones: list[str]) -> None:
        network = studio_network()
        given = [network["subnets"][n] for n in chosen]
        made = share_over(list(given), network["mounts"])
        expect(
            isinstance(made, str) and made.startswith("fs-"),
            f"Return the id of the file system (fs-...), not a {type(made).__name__}.",
        )
        found = file_system(made)
        expect(
            not found.get("AvailabilityZoneName"),
            "This is a One Zone file system. Leave AvailabilityZoneName out.",
        )
        expect(found["Encrypted"], "It is not encrypted, and that cannot be changed later.")
        expect.equal(found["ThroughputMode"], "elastic", "The throughput mode")
        targets = efs.describe_mount_targets(FileSystemId=made)["MountTargets"]
        expect.equal(
            sorted(target["AvailabilityZoneName"] for target in targets),
            zones,
            f"Zones with a mount target, for {len(given)} subnets",
        )
        expect(
            all(target["SubnetId"] in given for target in targets),
            "A mount target is in a subnet that was not among those given.",
        )
        for target in targets:
            door = target["MountTargetId"]
            groups = efs.describe_mount_target_security_groups(MountTargetId=door)
            expect.equal(
                groups["SecurityGroups"],
                [network["mounts"]],
                "The security groups of a mount target",
            )

    is_shared([0, 2], ["us-east-1a", "us-east-1b"])
    is_shared([0, 1, 2], ["us-east-1a", "us-east-1b"])
    ### BEGIN HIDDEN TESTS
    is_shared([1], ["us-east-1a"])
    is_shared([2, 1, 0], ["us-east-1a", "us-east-1b"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The way in
#
# A server needs three things: a network path to the mount target on TCP port **2049**, a client, and, if you ask for
# it, permission. Amazon's mount helper finds the mount target of its zone by name and encrypts on the way (TLS):

# %%
host = f"{trial}.efs.us-east-1.amazonaws.com"
print(f"""#!/bin/bash
dnf install -y amazon-efs-utils
mkdir -p /mnt/films
mount -t efs -o tls {trial}:/ /mnt/films      # the helper asks for {host}
echo "{trial}:/ /mnt/films efs _netdev,tls 0 0" >> /etc/fstab""")

# %% [markdown]
# Inside, POSIX users and permissions rule, as on any Linux disk. Two more gates are yours: a **file system policy**
# (IAM, for example: only with TLS, only this role), and **access points**, which give each application its own root
# folder and user.
#
# ### Your turn: mend the door
#
# The render servers are in the group `client_group`, the mount targets in `mount_group`. A colleague wrote `open_nfs`;
# the mount hangs, and the auditor complains besides. Mend it: the mount targets take **NFS, from the members of
# the client group, and nothing else**. The client group needs no inbound rule.
#
# <details><summary>Hint</summary>
#
# Whose inbound rules decide when a client calls a mount target? Which ports lie between `FromPort` and `ToPort`? A
# source may be a group: `UserIdGroupPairs=[{"GroupId": ...}]` in place of `IpRanges`.
# </details>


# %% exercise="open-nfs" repair=true
def open_nfs(mount_group: str, client_group: str) -> None:
    """Let the clients, and nobody else, reach the mount targets."""
    ec2.authorize_security_group_ingress(
        GroupId=client_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 2049,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        ],
    )


### BEGIN SOLUTION
def open_nfs(mount_group: str, client_group: str) -> None:
    """Let the clients, and nobody else, reach the mount targets."""
    ec2.authorize_security_group_ingress(
        GroupId=mount_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 2049,
                "ToPort": 2049,
                "UserIdGroupPairs": [{"GroupId": client_group}],
            }
        ],
    )


### END SOLUTION


# %% check="open-nfs" points=2
with check(
    "open-nfs",
    needs="open_nfs",
    right="A new render server joins the group and is let in; no address needs to be known.",
) as expect:

    def is_open(network: dict) -> None:
        open_nfs(network["mounts"], network["clients"])
        told = ec2.describe_security_groups(GroupIds=[network["mounts"], network["clients"]])
        groups = told["SecurityGroups"]
        inbound = {group["GroupId"]: group["IpPermissions"] for group in groups}
        rules = inbound[network["mounts"]]
        expect(
            rules != [],
            "The group of the mount targets lets nobody in. The call goes to them.",
        )
        for rule in rules:
            protocol, ports = rule["IpProtocol"], (rule.get("FromPort"), rule.get("ToPort"))
            opens = "everything" if protocol == "-1" else f"{protocol} {ports[0]} to {ports[1]}"
            expect(
                protocol in ("tcp", "6") and ports == (2049, 2049),
                f"A rule opens {opens}. NFS is TCP, port 2049, and nothing else is asked for.",
            )
            addresses = [one["CidrIp"] for one in rule["IpRanges"]]
            addresses += [one["CidrIpv6"] for one in rule["Ipv6Ranges"]]
            addresses += [one["PrefixListId"] for one in rule["PrefixListIds"]]
            expect(
                not addresses,
                f"A rule lets in {', '.join(addresses)}. Name the group of the clients instead.",
            )
            pairs = {pair["GroupId"] for pair in rule["UserIdGroupPairs"]}
            expect.equal(pairs, {network["clients"]}, "The groups that may come in")
        expect(
            inbound[network["clients"]] == [],
            "The client group has an inbound rule. Clients call, nobody calls them.",
        )

    is_open(studio_network())
    ### BEGIN HIDDEN TESTS
    is_open(studio_network())
    ### END HIDDEN TESTS

# %% [markdown]
# ## Containers and functions
#
# The same folder serves containers and functions. An **ECS** task definition names the file system as a volume and
# says where a container sees it; with **Fargate** this is storage that outlives tasks in every zone, without a single
# server. A **Lambda** function in the VPC mounts an access point below `/mnt/`; every running copy of the function is
# one more client, so mind the number of connections at the peak.
#
# > **Lab and AWS.** The lab keeps the ECS settings; it drops `FileSystemConfigs` of a Lambda function.

# %%
point = efs.create_access_point(
    ClientToken=lab.unique_name("ines"),
    FileSystemId=trial,
    PosixUser={"Uid": 1000, "Gid": 1000},
    RootDirectory={
        "Path": "/homes/ines",
        "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0700"},
    },
)
print(point["AccessPointId"], "shows", point["RootDirectory"]["Path"], "as /")

# %% [markdown]
# `PosixUser` replaces whoever the client says that it is. `CreationInfo` makes the folder at the first mount; without
# it, and without the folder, the mount fails.
#
# ### Your turn: the web site's task
#
# The film club's site runs WordPress on Fargate. Write `site_task(file_system_id)`. It
#
# - creates an access point for the folder `/site`, made at the first mount, owner and user 33, group 33, permissions
#   `0755`;
# - registers a Fargate task definition of the family `site` with one container `web` (image `wordpress`) that sees
#   this folder as `/var/www/html`, read and write, through the access point, **encrypted in transit**;
# - returns the ARN of the task definition.
#
# <details><summary>Hint</summary>
#
# `volumes=[{"name": ..., "efsVolumeConfiguration": {...}}]`, where `authorizationConfig` names the access point and
# `transitEncryption` is `"ENABLED"`. The container's `mountPoints` name the volume. Fargate wants
# `requiresCompatibilities=["FARGATE"]`, `networkMode="awsvpc"` and `cpu`, `memory` such as `"256"`, `"512"`.
# </details>


# %% exercise="site-task"
def site_task(file_system_id: str) -> str:
    """Register the site's task with its shared folder; return the task definition's ARN."""
    ### BEGIN SOLUTION
    access = efs.create_access_point(
        ClientToken=lab.unique_name("site"),
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )
    folder = {
        "fileSystemId": file_system_id,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": access["AccessPointId"]},
    }
    web = {
        "name": "web",
        "image": "wordpress",
        "mountPoints": [{"sourceVolume": "site", "containerPath": "/var/www/html"}],
    }
    registered = ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[web],
        volumes=[{"name": "site", "efsVolumeConfiguration": folder}],
    )
    return registered["taskDefinition"]["taskDefinitionArn"]
    ### END SOLUTION


# %% check="site-task" points=3
with check(
    "site-task",
    needs="site_task",
    right="Tasks come and go, in any zone; the uploads of the site stay.",
) as expect:

    def has_folder() -> None:
        shared = efs.create_file_system(CreationToken=lab.unique_name("check"), Encrypted=True)
        name = shared["FileSystemId"]
        arn = site_task(name)
        expect(
            isinstance(arn, str) and ":task-definition/" in arn,
            "Return the ARN of the task definition, which stands in the answer under "
            f"taskDefinition, taskDefinitionArn; yours is a {type(arn).__name__}.",
        )
        task = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        expect.equal(task["family"], "site", "The family")
        fargate = "FARGATE" in task.get("requiresCompatibilities", [])
        expect(
            fargate and task.get("networkMode") == "awsvpc",
            "The task is not for Fargate: requiresCompatibilities and networkMode.",
        )
        expect(
            task.get("cpu") and task.get("memory"),
            "Fargate asks for cpu and memory of the task, not only of its container.",
        )
        volumes = {
            one["name"]: one.get("efsVolumeConfiguration", {})  # empty: another kind of volume
            for one in task.get("volumes", [])
        }
        containers = task["containerDefinitions"]
        expect.equal([one["name"] for one in containers], ["web"], "The containers")
        image = containers[0]["image"].rpartition("/")[2]
        expect.equal(image.split(":")[0], "wordpress", "The image")
        mounts = containers[0].get("mountPoints", [])
        seen = {one["containerPath"].rstrip("/"): one for one in mounts}
        expect(
            "/var/www/html" in seen,
            f"The container mounts {', '.join(seen) or 'nothing'}, not /var/www/html.",
        )
        mount = seen["/var/www/html"]
        expect(
            mount["sourceVolume"] in volumes,
            f"The container mounts {mount['sourceVolume']!r}; the task's volumes: {', '.join(volumes)}.",
        )
        expect(not mount.get("readOnly"), "The site cannot write: it mounts readOnly.")
        folder = volumes[mount["sourceVolume"]]
        expect.equal(folder.get("fileSystemId"), name, "The file system of the volume")
        expect.equal(folder.get("transitEncryption"), "ENABLED", "Encryption in transit")
        point = folder.get("authorizationConfig", {}).get("accessPointId")
        told = efs.describe_access_points(FileSystemId=name)["AccessPoints"]
        points = {one["AccessPointId"]: one for one in told}
        expect(points != {}, "The file system has no access point.")
        expect(
            point in points,
            "The volume does not go through the access point: see authorizationConfig.",
        )
        expect(
            folder.get("rootDirectory", "/") == "/",
            "Leave rootDirectory out of the volume: the access point has the folder.",
        )
        found = points[point]
        user = found.get("PosixUser") or {}
        numbers = user.get("Uid"), user.get("Gid")
        expect.equal(numbers, (33, 33), "User and group of the access point")
        root = found["RootDirectory"]
        expect.equal(root["Path"].rstrip("/"), "/site", "The folder of the access point")
        made = root.get("CreationInfo") or {}
        expect(
            made != {},
            "Nobody makes the folder /site: the first mount fails. Add CreationInfo.",
        )
        expect.equal(
            (made["OwnerUid"], made["OwnerGid"], made["Permissions"].lstrip("0")),
            (33, 33, "755"),
            "Owner, group and permissions of the folder",
        )

    has_folder()
    ### BEGIN HIDDEN TESTS
    has_folder()
    ### END HIDDEN TESTS

# %% [markdown]
# ## How fast, and who pays
#
# The **throughput mode** says how much a file system can move. You may change it later; after a change to Provisioned,
# or to more of it, the way back is closed for 24 hours.
#
# - **Bursting** (the API's default): 50 KiB/s for each GiB in Standard storage, without extra charge. Unused
#   throughput is saved as credits, which pay for bursts to 100 MiB/s, or more above 1 TiB.
# - **Provisioned**: a fixed rate, billed for each MiB/s above what the storage includes.
# - **Elastic** (2022, recommended for most): as much as you need, billed for each GB read or written.
#
# In bursting and provisioned mode a read counts as a third of its bytes.

# %%
per_gib = facts.limit("efs", "bursting-baseline") / 1024  # MiB/s for each GiB
enough = 64 / per_gib
charts.curves(
    {"baseline in bursting mode": lambda gib: gib * per_gib},
    x=(0, 2048),
    thresholds={"what the render farm needs": 64},
    events={f"{enough:,.0f} GiB": enough},
    x_label="GiB in Standard storage",
    y_label="steady throughput",
    y_unit="MiB/s",
    headline=f"In bursting mode a steady 64 MiB/s needs {enough:,.0f} GiB of data",
    source=facts.limit("efs", "bursting-baseline"),
)

# %%
print(
    "to provisioned:   ",
    attempt(
        efs.update_file_system,
        FileSystemId=trial,
        ThroughputMode="provisioned",
        ProvisionedThroughputInMibps=64,
    ),
)
print(
    "more:             ",
    attempt(efs.update_file_system, FileSystemId=trial, ProvisionedThroughputInMibps=128),
)
print(
    "back to bursting: ",
    attempt(efs.update_file_system, FileSystemId=trial, ThroughputMode="bursting"),
)
lab.clock.advance(hours=25)
print(
    "a day later:      ",
    attempt(efs.update_file_system, FileSystemId=trial, ThroughputMode="bursting"),
)

# %% [markdown]
# Beside bytes, **operations** are limited, too. In bursting mode the limit is 35,000 reads or 7,000 writes a second;
# in a mix, count a write as five reads. The **performance mode** decides on latency: *General Purpose* is the default,
# and the only one that you want. *Max I/O* is the previous generation, slower for each operation, chosen at creation
# only, and not to be had with Elastic or in One Zone.

# %%
print(
    "Max I/O with Elastic:",
    attempt(
        efs.create_file_system,
        CreationToken="max-io",
        PerformanceMode="maxIO",
        ThroughputMode="elastic",
    ),
)
modes = {
    "bursting": ("bursting-max-read-iops", "bursting-max-write-iops"),
    "provisioned": ("provisioned-max-read-iops", "provisioned-max-write-iops"),
    "elastic (at least)": ("elastic-max-read-iops-low", "elastic-max-write-iops"),
}
most = {
    name: {
        "reads": facts.limit("efs", reads),
        "writes": facts.limit("efs", writes),
    }
    for name, (reads, writes) in modes.items()
}
charts.compare(
    most,
    unit="operations per second",
    headline="Elastic allows 16 times the reads of Provisioned, and 20 times the writes",
    subtitle="Regional file systems, General Purpose",
)

# %% [markdown]
# > **Then and now.** Notes that give 1,024 MiB/s as the most of Provisioned, or say that the throughput mode is fixed
# > at creation, are old: it is up to 3,414 MiB/s in large Regions, and the mode changes any day.
#
# What does each mode cost a month, for 500 GiB and a need of 64 MiB/s? Elastic depends on what you move, Provisioned
# does not.

# %%
rate = facts.price("efs", "provisioned-throughput")
read, write = (facts.price("efs", f"elastic-throughput-{way}") for way in ("read", "write"))
fixed = (64 - 500 * per_gib) * rate
charts.curves(
    {
        "Elastic, 3 reads to 1 write": lambda gb: gb * (0.75 * read + 0.25 * write),
        "Provisioned 64 MiB/s": lambda gb: fixed,
    },
    x=(0, 15_000),
    breakeven=True,
    x_label="GB moved in a month",
    y_unit="USD per month",
    headline="Elastic is for quiet weeks and sudden rushes, Provisioned for steady work",
    source=[rate, read],
)

# %% [markdown]
# ### Your turn: the cheapest mode
#
# Write `cheapest_mode(stored_gib, need_mibps, read_gb, written_gb)`: the name of the cheapest throughput mode
# (`"bursting"`, `"provisioned"` or `"elastic"`) and its charge for a month in USD. `need_mibps` is what must be
# there all day, as EFS meters it.
#
# - Bursting costs nothing, and is possible only when its baseline (50 KiB/s for each GiB) is enough.
# - Provisioned: `facts.price("efs", "provisioned-throughput")` for each MiB/s above the same baseline.
# - Elastic: `facts.price("efs", "elastic-throughput-read")` and `"elastic-throughput-write"` for each GB.
#
# <details><summary>Hint</summary>
#
# `facts.limit("efs", "bursting-baseline")` is in KiB/s, the need in MiB/s: 1,024 of one make one of the other.
# `min` finds the cheapest pair of a dictionary's items with a `key`.
# </details>


# %% exercise="cheapest-mode"
def cheapest_mode(
    stored_gib: float,
    need_mibps: float,
    read_gb: float,
    written_gb: float,
) -> tuple[str, float]:
    """Return the cheapest throughput mode and its charge for a month."""
    ### BEGIN SOLUTION
    baseline = stored_gib * facts.limit("efs", "bursting-baseline") / 1024
    if baseline >= need_mibps:
        return "bursting", 0.0
    provisioned = (need_mibps - baseline) * facts.price("efs", "provisioned-throughput")
    elastic = read_gb * facts.price("efs", "elastic-throughput-read")
    elastic += written_gb * facts.price("efs", "elastic-throughput-write")
    return ("elastic", elastic) if elastic < provisioned else ("provisioned", provisioned)
    ### END SOLUTION


# %% check="cheapest-mode" points=2
with check(
    "cheapest-mode",
    needs="cheapest_mode",
    right="Compare what you move with what you reserve: that is all there is to it.",
) as expect:
    A_MIBPS, A_READ, A_WRITE = (
        float(facts.price("efs", name))
        for name in (
            "provisioned-throughput",
            "elastic-throughput-read",
            "elastic-throughput-write",
        )
    )

    def is_cheapest(what: str, given: tuple[float, ...], mode: str, usd: float) -> None:
        said = cheapest_mode(*given)
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            f"Return the mode and its charge, not {said!r}.",
        )
        expect.equal(said[0], mode, f"{what}: the mode")
        expect.close(said[1], usd, f"{what}: the charge")

    is_cheapest("2 TiB, 64 MiB/s", (2048, 64, 9000, 3000), "bursting", 0.0)
    is_cheapest("1,024 GiB, exactly its 50 MiB/s", (1024, 50, 9000, 9000), "bursting", 0.0)
    is_cheapest(
        "512 GiB, 64 MiB/s, little moved",
        (512, 64, 1000, 500),
        "elastic",
        1000 * A_READ + 500 * A_WRITE,
    )
    is_cheapest(
        "512 GiB, 64 MiB/s, much moved",
        (512, 64, 20_000, 9000),
        "provisioned",
        39 * A_MIBPS,
    )
    ### BEGIN HIDDEN TESTS
    is_cheapest("nothing stored, 10 MiB/s", (0, 10, 0, 10_000), "provisioned", 10 * A_MIBPS)
    is_cheapest("256 GiB, 100 MiB/s, written only", (256, 100, 0, 300), "elastic", 300 * A_WRITE)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Files that nobody opens
#
# EFS has three storage classes: **Standard**, **Infrequent Access** (IA) and **Archive** (2023). IA and Archive store
# a GB for a small part of the price, and charge for each GB that is read; files below 128 KiB are billed as if they
# were that large. A **lifecycle configuration** moves each file by the days since it was last accessed. Paths and
# programs do not change. Archive needs the Elastic mode.

# %%
classes = {
    "Standard": facts.price("efs", "standard-storage-regional"),
    "Standard, One Zone": facts.price("efs", "standard-storage-one-zone"),
    "IA": facts.price("efs", "infrequent-access-storage-regional-elastic"),
    "Archive": facts.price("efs", "archive-storage-regional-elastic"),
    "an EBS gp3 volume": facts.price("ebs", "gp3-storage"),
}
charts.bars(
    classes,
    unit="USD per GB-month",
    label="price of storage",
    highlight=["an EBS gp3 volume"],
    headline="Standard costs almost four times as much as a disk, IA a fifth of a disk",
)

# %%
print(
    "any number of days:",
    attempt(
        efs.put_lifecycle_configuration,
        FileSystemId=trial,
        LifecyclePolicies=[{"TransitionToIA": "AFTER_31_DAYS"}],
    ),
)
print(
    "one of the list:   ",
    attempt(
        efs.put_lifecycle_configuration,
        FileSystemId=trial,
        LifecyclePolicies=[{"TransitionToIA": "AFTER_14_DAYS"}],
    ),
)
print("allowed: 1, 7, 14, 30, 60, 90, 180, 270 and 365 days")

# %% [markdown]
# > **Lab and AWS.** The lab checks and keeps the configuration. It has no files, so nothing moves.
#
# ### Your turn: let old films age
#
# Write `age_out(file_system_id)` for any General Purpose file system of the studio, whatever its throughput mode:
#
# - files go to IA after **30** days without access, to Archive after **90**, and come back at the first access;
# - the throughput mode is `elastic` afterwards, because Archive needs it.
#
# Call `update_file_system` only where the mode really changes.
#
# <details><summary>Hint</summary>
#
# Each object in `LifecyclePolicies` carries one transition: three objects. The way back is
# `TransitionToPrimaryStorageClass`, with the value `AFTER_1_ACCESS`. Which call has to come first?
# </details>


# %% exercise="age-out"
def age_out(file_system_id: str) -> None:
    """Let files that nobody opens move to cheaper classes."""
    ### BEGIN SOLUTION
    if file_system(file_system_id)["ThroughputMode"] != "elastic":
        efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    efs.put_lifecycle_configuration(
        FileSystemId=file_system_id,
        LifecyclePolicies=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToArchive": "AFTER_90_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
    )
    ### END SOLUTION


# %% check="age-out" points=2
with check(
    "age-out",
    needs="age_out",
    right="Most files of a studio are opened in their first month and never again.",
) as expect:

    def ages(before: str, **given) -> None:
        token = lab.unique_name("check-age")
        made = efs.create_file_system(CreationToken=token, ThroughputMode=before, **given)
        name = made["FileSystemId"]
        with lab.watching(most=40) as calls:
            age_out(name)
        kept = efs.describe_lifecycle_configuration(FileSystemId=name)["LifecyclePolicies"]
        found = {key: value for policy in kept for key, value in policy.items()}
        expect(found != {}, "The file system has no lifecycle configuration.")
        expect.equal(found.get("TransitionToIA"), "AFTER_30_DAYS", "The way to IA")
        expect.equal(found.get("TransitionToArchive"), "AFTER_90_DAYS", "The way to Archive")
        back = found.get("TransitionToPrimaryStorageClass")
        expect.equal(back, "AFTER_1_ACCESS", "The way back")
        mode = file_system(name)["ThroughputMode"]
        expect.equal(mode, "elastic", "The throughput mode afterwards")
        changes = len(calls.of("UpdateFileSystem"))
        expect.equal(
            changes,
            int(before != "elastic"),
            f"Calls of update_file_system for a file system that is {before}",
        )

    ages("elastic")
    ages("bursting")
    ages("provisioned", ProvisionedThroughputInMibps=20)
    ### BEGIN HIDDEN TESTS
    ages("provisioned", ProvisionedThroughputInMibps=300, Encrypted=True)
    ages("elastic", Encrypted=True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A dear gigabyte, and still cheaper?
#
# EFS bills what is used; a volume bills what is reserved. A volume also belongs to one server, so four web servers
# with the same files need four volumes, and something that keeps them alike.

# %%
standard, disk = (
    facts.price("efs", "standard-storage-regional"),
    facts.price("ebs", "gp3-storage"),
)


def volumes(gb: float, servers: int) -> float:
    """USD a month for gp3 volumes that grow in steps of 500 GB."""
    steps = max(1, -(-gb // 500))
    return steps * 500 * disk * servers


grid = [10 * n for n in range(1, 101)]
charts.curves(
    {
        "EFS Standard": (grid, [gb * standard for gb in grid]),
        "EFS, 80 % in IA": (
            grid,
            [gb * (0.2 * standard + 0.8 * classes["IA"]) for gb in grid],
        ),
        "a volume for 1 server": (grid, [volumes(gb, 1) for gb in grid]),
        "volumes for 4 servers": (grid, [volumes(gb, 4) for gb in grid]),
    },
    x_label="GB of files",
    y_unit="USD per month",
    headline="For four servers EFS beats disks; for one, only if files are few or lie idle",
    subtitle="gp3 volumes in steps of 500 GB; EFS storage only",
    source=[standard, disk],
)

# %% [markdown]
# ### Your turn: EFS or EBS?
#
# Write `bills(files_gb, ia_share, ia_read_gb, servers, disk_gb)`: two amounts, USD for a month.
#
# - EFS (Regional, Elastic): the share `ia_share` of the files is in IA, the rest in Standard; `ia_read_gb` are read
#   from IA in the month, at `facts.price("efs", "infrequent-access-read")`. Leave throughput aside.
# - EBS: each of the `servers` has a gp3 volume of `disk_gb`.
#
# <details><summary>Hint</summary>
#
# The two storage prices of EFS are `standard-storage-regional` and `infrequent-access-storage-regional-elastic`; gp3
# is `facts.price("ebs", "gp3-storage")`. How full the volumes are does not matter.
# </details>


# %% exercise="efs-or-ebs"
def bills(
    files_gb: float,
    ia_share: float,
    ia_read_gb: float,
    servers: int,
    disk_gb: float,
) -> tuple[float, float]:
    """Return (USD a month with EFS, USD a month with EBS)."""
    ### BEGIN SOLUTION
    in_ia = files_gb * ia_share
    shared = (files_gb - in_ia) * facts.price("efs", "standard-storage-regional")
    shared += in_ia * facts.price("efs", "infrequent-access-storage-regional-elastic")
    shared += ia_read_gb * facts.price("efs", "infrequent-access-read")
    return shared, servers * disk_gb * facts.price("ebs", "gp3-storage")
    ### END SOLUTION


# %% check="efs-or-ebs" points=2
with check(
    "efs-or-ebs",
    needs="bills",
    right="EFS costs by what lies there and how it is used, EBS by what you reserved.",
) as expect:
    STANDARD, IDLE, READ, GP3 = (
        float(price)
        for price in (
            facts.price("efs", "standard-storage-regional"),
            facts.price("efs", "infrequent-access-storage-regional-elastic"),
            facts.price("efs", "infrequent-access-read"),
            facts.price("ebs", "gp3-storage"),
        )
    )

    def are_billed(what: str, given: tuple, shared: float, disks: float) -> None:
        said = bills(*given)
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            f"Return two amounts, not {said!r}.",
        )
        expect.close(said[0], shared, f"{what}: EFS")
        expect.close(said[1], disks, f"{what}: EBS")

    are_billed("120 GB, one volume of 500 GB", (120, 0, 0, 1, 500), 120 * STANDARD, 500 * GP3)
    are_billed(
        "100 GB, 80 % in IA",
        (100, 0.8, 0, 1, 100),
        20 * STANDARD + 80 * IDLE,
        100 * GP3,
    )
    are_billed(
        "1,000 GB, half in IA, 200 GB read from it, 4 servers",
        (1000, 0.5, 200, 4, 1000),
        500 * STANDARD + 500 * IDLE + 200 * READ,
        4000 * GP3,
    )
    ### BEGIN HIDDEN TESTS
    are_billed("all in IA", (300, 1, 900, 3, 50), 300 * IDLE + 900 * READ, 150 * GP3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## When it must be another file system
#
# **Amazon FSx** runs four file systems that already exist elsewhere. You choose the one that your clients speak:
#
# | family | clients speak | made for |
# |---|---|---|
# | Windows File Server | SMB, Active Directory | Windows servers and desktops |
# | Lustre | Lustre (Linux) | thousands of cores on one data set; shows an S3 bucket as files |
# | NetApp ONTAP | NFS, SMB, iSCSI | moving a NetApp, Linux and Windows on the same files, tiering |
# | OpenZFS | NFS | moving ZFS and Linux file servers, snapshots, clones |
#
# Other than EFS they have a size that you order, on SSD, or HDD and *Intelligent-Tiering* for some.

# %%
lustre = facts.price("fsx", "lustre-persistent-ssd-125-mb-s-tib-storage")
families = {
    "EFS Standard": facts.price("efs", "standard-storage-regional"),
    "Windows, two zones, SSD": facts.price("fsx", "windows-multi-az-ssd-storage"),
    "Windows, one zone, SSD": facts.price("fsx", "windows-single-az-ssd-storage"),
    "Windows, one zone, HDD": facts.price("fsx", "windows-single-az-hdd-storage"),
    "Lustre, persistent, 125 MB/s per TiB": lustre,
    "OpenZFS, one zone, SSD": facts.price("fsx", "openzfs-single-az-ssd-storage"),
    "EBS gp3": facts.price("ebs", "gp3-storage"),
}
charts.bars(
    families,
    unit="USD per GB-month",
    label="price of storage",
    headline="A GB of FSx on SSD costs between gp3 and EFS, but you pay the full size",
    subtitle="FSx for Windows and OpenZFS also bill throughput",
)

# %%
subnet = studio["subnets"][0]
ordered = fsx.create_file_system(
    FileSystemType="OPENZFS",
    StorageCapacity=64,
    SubnetIds=[subnet],
    OpenZFSConfiguration={"DeploymentType": "SINGLE_AZ_1", "ThroughputCapacity": 64},
)["FileSystem"]
print(ordered["FileSystemId"], "is", ordered["Lifecycle"])
found = fsx.describe_file_systems(FileSystemIds=[ordered["FileSystemId"]])["FileSystems"][0]
print(found["DNSName"], "is", found["Lifecycle"])
print(
    "2,000 GiB of Lustre:",
    attempt(
        fsx.create_file_system,
        FileSystemType="LUSTRE",
        StorageCapacity=2000,
        SubnetIds=[subnet],
        LustreConfiguration={"DeploymentType": "SCRATCH_2"},
    ),
)

# %% [markdown]
# > **Lab and AWS.** AWS takes minutes to create one, and boto3 has no waiter for it. The lab is done at your next
# > question. Windows file systems also need an Active Directory, which the lab does not ask for.
#
# ### Your turn: what will AWS sell you?
#
# Write `fsx_size(family, gib)`: the smallest SSD capacity in GiB, at least `gib`, that a new file system of this
# family can have. The family is `"WINDOWS"`, `"LUSTRE"`, `"ONTAP"` (one HA pair) or `"OPENZFS"`. `None` where even the
# largest is too small; count Lustre as without end. The check orders what you say, and smaller ones.
#
# The limits stand in `facts.limit("fsx", ...)`: `windows-ssd-minimum-capacity`, `windows-ssd-maximum-capacity`,
# `ontap-minimum-per-ha-pair-capacity`, `ontap-maximum-per-ha-pair-capacity`, `openzfs-minimum-capacity`,
# `openzfs-maximum-capacity`. Lustre takes `lustre-ssd-minimum-capacity`, and then multiples of
# `lustre-ssd-step-above-2400-capacity`.
#
# <details><summary>Hint</summary>
#
# `-(-gib // step) * step` is the next multiple of a step. Lustre's least, 1,200 GiB, is not a multiple of 2,400.
# </details>


# %% exercise="fsx-size"
def fsx_size(family: str, gib: int) -> int | None:
    """Return the smallest capacity that is enough, or None."""
    ### BEGIN SOLUTION
    if family == "LUSTRE":
        least = facts.limit("fsx", "lustre-ssd-minimum-capacity")
        step = facts.limit("fsx", "lustre-ssd-step-above-2400-capacity")
        return int(least) if gib <= least else int(-(-gib // step) * step)
    names = {"WINDOWS": "windows-ssd-{}-capacity", "ONTAP": "ontap-{}-per-ha-pair-capacity"}
    name = names.get(family, "openzfs-{}-capacity")
    size = max(gib, int(facts.limit("fsx", name.format("minimum"))))
    return size if size <= facts.limit("fsx", name.format("maximum")) else None
    ### END SOLUTION


# %% check="fsx-size" points=2
with check(
    "fsx-size",
    needs="fsx_size",
    right="With FSx you order a size; look at the step before you promise a price.",
) as expect:
    SINGLE = {"DeploymentType": "SINGLE_AZ_1"}
    SETTINGS = {
        "WINDOWS": {"WindowsConfiguration": {"ThroughputCapacity": 32}},
        "ONTAP": {"OntapConfiguration": {"DeploymentType": "SINGLE_AZ_2"}},
        "OPENZFS": {"OpenZFSConfiguration": SINGLE | {"ThroughputCapacity": 64}},
        "LUSTRE": {"LustreConfiguration": {"DeploymentType": "SCRATCH_2"}},
    }
    BOUNDS = {
        "WINDOWS": (32, 65_536),
        "ONTAP": (1_024, 524_288),
        "OPENZFS": (64, 524_288),
        "LUSTRE": (1_200, float("inf")),
    }

    def order(family: str, gib: int) -> str:
        place = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        return attempt(
            fsx.create_file_system,
            FileSystemType=family,
            StorageCapacity=gib,
            SubnetIds=[place],
            **SETTINGS[family],
        )

    def is_sold(family: str, gib: int) -> None:
        said = fsx_size(family, gib)
        asked = f"{family}, at least {gib:,} GiB"
        least, most = BOUNDS[family]
        if said is None:
            expect(
                gib > most,
                f"{asked}: None, you said, but AWS has a size that is enough.",
            )
            return
        expect(isinstance(said, int), f"{asked}: return a whole number or None, not {said!r}.")
        expect(
            gib <= most,
            f"{asked}: you said {said:,}, and the largest is {most:,}. Return None.",
        )
        expect(said >= gib, f"{asked}: {said:,} GiB is not enough.")
        expect(
            order(family, said) == "ok",
            f"{asked}: you said {said:,} GiB, and AWS refuses that size.",
        )
        for other in (gib, least, 2 * least, said - 1, said - 2 * least):
            expect(
                not gib <= other < said or order(family, other) != "ok",
                f"{asked}: you said {said:,}, and AWS would sell {other:,} GiB.",
            )

    is_sold("LUSTRE", 900)
    is_sold("LUSTRE", 1201)
    is_sold("LUSTRE", 2500)
    is_sold("WINDOWS", 10)
    is_sold("WINDOWS", 500)
    is_sold("OPENZFS", 600_000)
    is_sold("ONTAP", 700)
    ### BEGIN HIDDEN TESTS
    is_sold("LUSTRE", 1200)
    is_sold("LUSTRE", 4801)
    is_sold("WINDOWS", 65_536)
    is_sold("WINDOWS", 65_537)
    is_sold("OPENZFS", 64)
    is_sold("OPENZFS", 5)
    is_sold("ONTAP", 1025)
    is_sold("ONTAP", 524_289)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which one?
#
# All of AWS's storage on one page. Read it by its columns: how is it reached, by how many, from where, and what ends
# it?

# %%
import pandas as pd

pd.DataFrame(
    [
        ("S3", "objects, by HTTPS", "any number", "Region", "until you delete it"),
        (
            "EBS",
            "blocks, a disk",
            "1 (io1, io2: up to 16)",
            "one zone",
            "root: with its instance",
        ),
        ("instance store", "blocks, a disk", "1", "one host", "at the next stop"),
        ("EFS", "files, NFS", "thousands, Linux", "Region or one zone", "until you delete it"),
        (
            "FSx",
            "files: SMB, Lustre, NFS",
            "thousands",
            "one or two zones",
            "until you delete it",
        ),
    ],
    columns=["service", "reached as", "by how many", "lives in", "ends"],
).set_index("service")

# %% [markdown]
# > **Then and now.** Notes call EFS "global"; a file system belongs to one Region. They also say S3 cannot be
# > mounted. *Mountpoint for S3* (2023) shows a bucket as a folder for large reads and new files, and *S3 Files*
# > (2026) puts an NFS file system in front of a bucket. The data stay objects.
#
# ### Your turn: decide
#
# Write `choose(need)`. `need` is a dict: `access` (`"objects"`, `"blocks"` or `"files"`), `iops` (random reads a
# second), `may_be_lost` (a bool), `protocols` (a set; for files only). Return `"s3"`, `"ebs"`,
# `"instance store"`, `"efs"`, `"fsx windows"`, `"fsx lustre"`, `"fsx ontap"`, or `None`:
#
# - Blocks: EBS wherever one volume is fast enough (`facts.limit("ebs", "io2-maximum-iops")`). Beyond that, instance
#   store, if the data may be lost; else `None`.
# - Files: the first of EFS, Windows, Lustre and ONTAP that speaks **all** the protocols asked for (`"nfs"`, `"smb"`,
#   `"iscsi"`, `"lustre"`); else `None`. Leave OpenZFS and the IOPS aside.
# - Objects: S3.
#
# <details><summary>Hint</summary>
#
# A dictionary from service to the set of its protocols (see FSx above), in the order of the task; then
# `needed <= offered` tells whether one set contains the other.
# </details>


# %% exercise="choose-storage"
def choose(need: dict) -> str | None:
    """Return the storage service for a need."""
    ### BEGIN SOLUTION
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        if need["iops"] <= facts.limit("ebs", "io2-maximum-iops"):
            return "ebs"
        return "instance store" if need["may_be_lost"] else None
    speaks = {
        "efs": {"nfs"},
        "fsx windows": {"smb"},
        "fsx lustre": {"lustre"},
        "fsx ontap": {"nfs", "smb", "iscsi"},
    }
    return next((service for service in speaks if need["protocols"] <= speaks[service]), None)
    ### END SOLUTION


# %% check="choose-storage" points=3
with check(
    "choose-storage",
    needs="choose",
    right="Ask for the access first, then who shares it, and only then for speed and price.",
) as expect:

    def is_chosen(story: str, service: str | None, access: str, why: str, **more) -> None:
        need = {"access": access, "iops": 100, "may_be_lost": False, "protocols": set()} | more
        said = choose(need)
        expect(said == service, f"{story}: you said {said!r}. {why}")

    is_chosen("Ten years of films, by HTTPS", "s3", "objects", "Objects belong in S3.")
    is_chosen(
        "Previews, which can be made again",
        "s3",
        "objects",
        "Access by HTTPS decides.",
        may_be_lost=True,
    )
    is_chosen("The root disk of a server", "ebs", "blocks", "It must stay: EBS.", iops=3000)
    is_chosen(
        "A scratch disk of 20,000 IOPS",
        "ebs",
        "blocks",
        "It may be lost, but EBS is fast enough, and stops cost nothing then.",
        iops=20_000,
        may_be_lost=True,
    )
    is_chosen(
        "A database of 256,000 IOPS",
        "ebs",
        "blocks",
        "That is just what io2 can do.",
        iops=256_000,
    )
    is_chosen(
        "A render cache of a million IOPS",
        "instance store",
        "blocks",
        "No EBS volume is so fast, and the cache can be made again.",
        iops=1_000_000,
        may_be_lost=True,
    )
    is_chosen(
        "A ledger of a million IOPS",
        None,
        "blocks",
        "No volume is so fast, and the instance store forgets: no single one fits.",
        iops=1_000_000,
    )
    is_chosen(
        "Uploads of six WordPress servers",
        "efs",
        "files",
        "NFS alone: EFS.",
        protocols={"nfs"},
    )
    is_chosen(
        "The network drive of the office",
        "fsx windows",
        "files",
        "SMB alone, and Windows comes before ONTAP.",
        protocols={"smb"},
    )
    is_chosen(
        "One render job on 5,000 cores",
        "fsx lustre",
        "files",
        "Lustre.",
        protocols={"lustre"},
    )
    is_chosen(
        "Scenes for Linux renderers and Windows artists",
        "fsx ontap",
        "files",
        "One of the table speaks both NFS and SMB.",
        protocols={"nfs", "smb"},
    )
    is_chosen(
        "A volume for the old render master, over iSCSI",
        "fsx ontap",
        "files",
        "Look in the table of FSx who speaks iSCSI.",
        protocols={"iscsi"},
    )
    is_chosen(
        "Lustre for the farm and SMB for the office, on the same files",
        None,
        "files",
        "None of the table speaks both.",
        protocols={"lustre", "smb"},
    )
    ### BEGIN HIDDEN TESTS
    is_chosen("SMB and iSCSI", "fsx ontap", "files", "ONTAP.", protocols={"smb", "iscsi"})
    is_chosen("All three", "fsx ontap", "files", "ONTAP.", protocols={"nfs", "smb", "iscsi"})
    is_chosen("256,001 IOPS, to keep", None, "blocks", "One too many.", iops=256_001)
    is_chosen("300,000 IOPS", "instance store", "blocks", "Fast.", iops=300_000, may_be_lost=True)
    is_chosen("Busy photographs", "s3", "objects", "Objects.", iops=300_000, may_be_lost=True)
    is_chosen("Homes of Linux users, busy", "efs", "files", "NFS.", iops=300_000, protocols={"nfs"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Cleaning up
#
# A file system is billed as long as it exists. EFS lets you delete it once its mount targets are gone.
#
# > **Bill.** Empty file systems of EFS cost nothing in bursting mode. FSx bills the ordered size from the first hour:
# > 64 GiB of OpenZFS with 64 MB/s are about 22 USD a month in N. Virginia.

# %%
for target in efs.describe_mount_targets(FileSystemId=trial)["MountTargets"]:
    efs.delete_mount_target(MountTargetId=target["MountTargetId"])
print("EFS:", attempt(efs.delete_file_system, FileSystemId=trial))
print("FSx:", attempt(fsx.delete_file_system, FileSystemId=ordered["FileSystemId"]))

# %% [markdown]
# ## To remember
#
# - Instance store: disk inside the host, millions of IOPS, kept over a reboot, lost at stop, termination or failure.
# - EFS: NFS for thousands of Linux clients in all zones, no size to choose, billed by what lies in it.
# - One mount target for each zone; its security group takes TCP 2049 from the group of the clients.
# - Throughput: Bursting (by size), Provisioned (by rate) or Elastic (by GB moved); changed at any time, but for a day
#   after Provisioned was raised.
# - IA and Archive make idle files cheap; lifecycle counts the days since the last access; Archive needs Elastic.
# - A GB of EFS costs almost four of gp3; it wins when servers share, or most files are idle.
# - FSx by protocol: SMB is Windows, HPC is Lustre, NFS with SMB is ONTAP, ZFS is OpenZFS.

# %% [markdown] question="after-the-weekend"
# ### Question 1
#
# To save money a team stops its i4i instances on Friday. On Monday the databases on their local disks are empty.
# What should they have done, with the least change?
#
# - [ ] **A** Taken EBS snapshots of the local disks on Friday.
#   > Snapshots exist for EBS volumes only; the instance store has none.
# - [ ] **B** Hibernated the instances instead of stopping them.
#   > Hibernation saves memory to the root volume. The instance store is lost just the same.
# - [x] **C** Copied the data to S3 or EBS before the stop, or kept it on EBS.
#   > What must outlive a stop has to lie outside the host.
# - [ ] **D** Switched `DeleteOnTermination` off.
#   > It concerns EBS volumes at a termination; this was a stop, and no EBS.

# %% answer="after-the-weekend"
answer = "C"

# %% check="after-the-weekend" points=1
question("after-the-weekend", answer)

# %% [markdown] question="mount-hangs"
# ### Question 2
#
# `mount -t efs` hangs and times out on a new server in zone c; servers in zones a and b work. All are in the same
# security group. Where do you look first?
#
# - [ ] **A** At the file system policy
#   > A missing permission is refused at once, with words. A silence is the network's.
# - [x] **B** At the security group of the mount target in zone c
#   > Each mount target has groups of its own: one made without naming them has the VPC's default group. Were there no
#   > mount target at all, the name would not resolve, and the helper would say so.
# - [ ] **C** At the permissions of the folder
#   > They matter after the mount: then a program reads "permission denied".
# - [ ] **D** Whether the server is in another Region
#   > Zone c is in the same Region.

# %% answer="mount-hangs"
answer = "B"

# %% check="mount-hangs" points=1
question("mount-hangs", answer)

# %% [markdown] question="slow-at-noon"
# ### Question 3
#
# For two weeks of each year an EFS file system of 30 GiB in bursting mode is busy all day: fast in the morning, slow
# from noon on. For the rest of the year it is nearly idle. What fits best?
#
# - [ ] **A** A new file system with Max I/O
#   > It raises operations at the price of latency. Here bytes have run out: the credits are spent.
# - [ ] **B** Fill the file system with 1 TiB of files that nobody needs
#   > The baseline would grow, as people did years ago. It costs 300 USD a month, all year.
# - [ ] **C** Provisioned throughput for the whole year
#   > It is fast, and pays for fifty idle weeks.
# - [x] **D** Elastic throughput
#   > No credits to run out, and idle weeks cost nothing.

# %% answer="slow-at-noon"
answer = "D"

# %% check="slow-at-noon" points=1
question("slow-at-noon", answer)

# %% [markdown] question="windows-and-linux"
# ### Question 4
#
# A company moves a web site to AWS: a fleet of Linux containers on Fargate in three zones needs one folder of
# uploads, a few GB, which grows. There is no Windows. Which storage takes the least work?
#
# - [ ] **A** An io2 volume with Multi-Attach
#   > One zone only, instances only, and a cluster file system would be your work.
# - [x] **B** EFS, as a volume of the task definition
#   > NFS in every zone, no size to plan, mounted by Fargate itself.
# - [ ] **C** FSx for Windows File Server
#   > SMB and an Active Directory, for nobody who needs them.
# - [ ] **D** The disk of each task
#   > A task's disk ends with the task, and the others do not see it.

# %% answer="windows-and-linux"
answer = "B"

# %% check="windows-and-linux" points=1
question("windows-and-linux", answer)

# %%
progress()
