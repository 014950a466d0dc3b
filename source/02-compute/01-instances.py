# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       addresses-after:
#       - ec2.ip-after-restart
#       - ec2.lifecycle
#       cheapest-fit:
#       - ec2.instance-families
#       - ec2.change-type
#       launch-web:
#       - ec2.launch-anatomy
#       - ec2.tags
#       month-bill:
#       - ec2.lifecycle
#       - ec2.public-ipv4-charge
#       parse-type:
#       - ec2.type-names
#       release-idle:
#       - ec2.elastic-ip
#       - ec2.public-ipv4-charge
#       resize:
#       - ec2.change-type
#       - ec2.lifecycle
#       swap:
#       - ec2.replace-before-terminate
#       - ec2.what-it-offers
#       way-in:
#       - ec2.key-pairs
#       - ec2.ssh-connect
#     services:
#     - ec2
#     - elbv2
#     title: Instances
#     topics:
#     - ec2.what-it-offers
#     - ec2.launch-anatomy
#     - ec2.type-names
#     - ec2.instance-families
#     - ec2.change-type
#     - ec2.lifecycle
#     - ec2.replace-before-terminate
#     - ec2.tags
#     - ec2.key-pairs
#     - ec2.ssh-connect
#     - ec2.cli-to-boto3
#     - ec2.ip-after-restart
#     - ec2.elastic-ip
#     - ec2.public-ipv4-charge
#     - ec2.choose-compute
# ---

# %% [markdown]
# # Instances
#
# Halyard sells tickets for the ferries of a small island group. Its web shop runs on a computer in the harbour
# office, and in July it is too slow. This section moves the shop to AWS: servers first, then load balancers and
# fleets that grow by themselves.
#
# After this lesson you can rent a server with **Amazon EC2**, choose its size, reach it, resize and replace it, and
# say to the cent what it costs while it runs and while it does not.

# %% setup="start"
import re
import stat
import tempfile
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/01-instances")
lab.start()
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")


def newest_linux(processor: str = "x86_64", region: str = "us-east-1") -> str:
    """The id of the newest Amazon Linux 2023 image; AWS keeps it in a public parameter."""
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{processor}"
    ssm = boto3.client("ssm", region_name=region)
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def launch(region: str = "us-east-1", **settings) -> str:
    """Start one small server; returns its id."""
    small = {"ImageId": newest_linux(region=region), "InstanceType": "t3.micro"}
    there = boto3.client("ec2", region_name=region)
    started = there.run_instances(**small | settings, MinCount=1, MaxCount=1)
    return started["Instances"][0]["InstanceId"]


def instance(instance_id: str) -> dict:
    """What AWS tells about an instance."""
    found = ec2.describe_instances(InstanceIds=[instance_id])
    return found["Reservations"][0]["Instances"][0]


def attempt(call, **given) -> str:
    """Make a call; returns 'ok' or the error code."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## What EC2 rents
#
# An **instance** is a virtual machine that you rent by the second. Four skills belong together, and this section has
# them all: machines (EC2), disks that reach them over the network (EBS), spreading visitors over several machines
# (Elastic Load Balancing), and starting and ending machines as they are needed (Auto Scaling).
#
# The shop's first server, and the four kinds of thing, counted.

# %%
first = launch()
ec2.create_volume(AvailabilityZone="us-east-1a", Size=20, VolumeType="gp3")
zones = ec2.describe_subnets()["Subnets"][:2]
elb.create_load_balancer(Name="shop", Subnets=[zone["SubnetId"] for zone in zones])
scaling = boto3.client("autoscaling")
template = {"ImageId": newest_linux(), "InstanceType": "t3.micro"}
ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=template)
scaling.create_auto_scaling_group(
    AutoScalingGroupName="shop",
    LaunchTemplate={"LaunchTemplateName": "shop"},
    MinSize=0,
    MaxSize=2,
    AvailabilityZones=["us-east-1a", "us-east-1b"],
)
print("instances     ", len(ec2.describe_instances()["Reservations"]))
print("volumes       ", len(ec2.describe_volumes()["Volumes"]), "(one is the instance's own)")
print("load balancers", len(elb.describe_load_balancers()["LoadBalancers"]))
print("fleets        ", len(scaling.describe_auto_scaling_groups()["AutoScalingGroups"]))

# %% [markdown]
# ## Reading a type's name
#
# How strong a machine is says its **instance type**. `c6gn.xlarge` reads from left to right: family `c`, generation
# `6`, attributes `gn`, and after the dot the size, `xlarge`. Types differ in five things: processors (counted in
# *vCPU*), memory, disk speed, network, and graphics processors. From `large` to `4xlarge` each step
# doubles vCPU, memory and price; beyond that the number says how many times an `xlarge` it is.
#
# | family | made for | | attribute | means |
# |---|---|---|---|---|
# | `m`, `t` | general purpose; `t` in bursts | | `a`, `i` | AMD, Intel processor |
# | `c` | computing | | `g` | Graviton: AWS's own Arm processor |
# | `r`, `x`, `u` | memory | | `d` | local NVMe disks |
# | `i`, `d`, `h` | storage | | `n` | more network |
# | `p`, `g`, `f`, `vt`, `inf`, `trn` | accelerators | | `b` | more EBS |
# | `hpc` | clusters | | `e` | extra memory or storage |

# %% setup="catalogue"
pages = ec2.get_paginator("describe_instance_types").paginate()
CATALOGUE = {kind["InstanceType"]: kind for page in pages for kind in page["InstanceTypes"]}
print(len(CATALOGUE), "types in this Region")
for name in ("m7g.large", "m7g.xlarge", "m7g.2xlarge", "c5.large", "t2.micro"):
    kind = CATALOGUE[name]
    print(
        f"{name:<11} {kind['VCpuInfo']['DefaultVCpus']:>2} vCPU",
        f"{kind['MemoryInfo']['SizeInMiB'] / 1024:>5g} GiB",
        f"{kind['ProcessorInfo']['SupportedArchitectures'][-1]:<7}",
        "current" if kind["CurrentGeneration"] else "previous generation",
    )

# %% [markdown]
# > **Then and now.** Older books list a family CR; it is gone. `inf`, `trn`, `hpc` and `u` came later. AWS's own
# > catalogue now calls `m4`, `c5`, `m5` and `r5` previous generation: they still start, new ones cost less for the
# > same work.
#
# ### Your turn: take a name apart
#
# Write `parse_type(name)`. It returns a dictionary with `family`, `generation` (a whole number), `attributes` (may be
# empty) and `size`, all others as text. Names that are not built from letters, digits, letters, a dot and a size, such
# as `mac2-m2.metal` or `u7i-12tb.224xlarge`, give `None`.
#
# <details><summary>Hint</summary>
#
# `re.fullmatch` with four groups: letters, digits, letters (perhaps none), and what follows the dot. The dot itself
# needs a backslash.
# </details>


# %% exercise="parse-type"
def parse_type(name: str) -> dict | None:
    """Take the name of an instance type apart; None if it is of another form."""
    ### BEGIN SOLUTION
    parts = re.fullmatch(r"([a-z]+)(\d+)([a-z]*)\.(.+)", name)
    if parts is None:
        return None
    family, generation, attributes, size = parts.groups()
    return {
        "family": family,
        "generation": int(generation),
        "attributes": attributes,
        "size": size,
    }
    ### END SOLUTION


# %% check="parse-type" points=2
with check("parse-type", needs="parse_type", right="Now every line of AWS's price list can be read.") as expect:

    def reads(name: str, *wanted) -> None:
        found = parse_type(name)
        expect(isinstance(found, dict), f"{name} is of the usual form; parse_type gives {found!r}.")
        keys = ("family", "generation", "attributes", "size")
        expect(set(found) == set(keys), f"The keys should be {', '.join(keys)}, not {', '.join(found)}.")
        for key, value in zip(keys, wanted, strict=True):
            expect.equal(found[key], value, f"{key} of {name}")

    reads("c5n.xlarge", "c", 5, "n", "xlarge")
    reads("t3.micro", "t", 3, "", "micro")
    reads("inf2.8xlarge", "inf", 2, "", "8xlarge")
    reads("r8idn.metal-48xl", "r", 8, "idn", "metal-48xl")
    for name in ("mac2-m2.metal", "u7i-12tb.224xlarge", "m7i-flex.large"):
        expect(parse_type(name) is None, f"{name} has another form and should give None, not {parse_type(name)!r}.")
    ### BEGIN HIDDEN TESTS
    for name in CATALOGUE:
        found = parse_type(name)
        if "-" in name.split(".")[0]:
            expect(found is None, f"{name} has another form and should give None.")
            continue
        expect(isinstance(found, dict), f"{name} is of the usual form; parse_type gives {found!r}.")
        again = f"{found['family']}{found['generation']}{found['attributes']}.{found['size']}"
        expect(again == name, f"Put together again, the parts of {name} give {again}.")
    reads("g4dn.xlarge", "g", 4, "dn", "xlarge")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Six families
#
# The families differ above all in memory for each vCPU.

# %%
SHOWN = ("c7g", "m7g", "r7g", "x2gd", "x1e")
PURPOSE = {"c": "compute", "m": "general purpose", "r": "memory", "x": "memory"}
sizes = {
    name: (kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"] / 1024)
    for name, kind in CATALOGUE.items()
    if name in {f"{family}.{size}" for family in SHOWN for size in ("xlarge", "4xlarge")}
}
charts.scatter(
    sizes,
    groups={name: PURPOSE[name[0]] for name in sizes},
    log_x=True,
    log_y=True,
    x_label="vCPU",
    y_label="memory (GiB)",
    headline="A family fixes the memory for each vCPU; a size only multiplies both",
    source="describe_instance_types in the lab, November 2026",
)

# %% [markdown]
# | family | choose it for |
# |---|---|
# | general purpose (`m`, `t`) | web servers, code repositories, most things at first |
# | compute optimised (`c`) | batch work, video, games, modelling, inference |
# | memory optimised (`r`, `x`, `u`) | databases in memory, analysis of large data in memory |
# | storage optimised (`i`, `d`, `h`) | many reads and writes on local disks: search, warehouses |
# | accelerated (`p`, `g`, `f`, `trn`, `inf`) | training, graphics, pattern matching on GPUs and their like |
# | HPC optimised (`hpc`) | simulations on many machines that talk all the time |
#
# One attribute decides about your programs: `g` after the generation is an **Arm** processor. It is cheaper and needs
# images and programs made for Arm. The two worlds do not mix.

# %%
arm = {"ImageId": newest_linux(), "InstanceType": "m7g.large", "MinCount": 1, "MaxCount": 1}
print("an x86 image on m7g:", attempt(ec2.run_instances, **arm))
arm["ImageId"] = newest_linux("arm64")
print("an Arm image on m7g:", attempt(ec2.run_instances, **arm))

# %% [markdown]
# ### Your turn: the cheapest that fits
#
# Types can be changed later, so start small and measure. `PRICES` holds some types and what they cost an hour. Write
# `cheapest_fit(vcpus, gib, architecture)`: the name of the cheapest type in `PRICES` that has *at least* so many vCPUs
# and so much memory, and processors of this architecture (`"x86_64"` or `"arm64"`). If none fits: `None`.
#
# <details><summary>Hint</summary>
#
# `ec2.describe_instance_types(InstanceTypes=[...])` tells `VCpuInfo`, `MemoryInfo` (look at the unit in its key's
# name) and `ProcessorInfo`. `min(names, key=PRICES.get)` is the cheapest of some names.
# </details>

# %% setup="prices"
TYPES = ["t3.micro", "t3.small", "t3.medium", "t3.large"]
TYPES += ["t4g.small", "t4g.medium", "t4g.large"]
TYPES += ["c6i.large", "c7g.large", "m7i.large", "m7g.large", "r6i.large", "r7g.large"]
TYPES += ["m5.xlarge", "m5.2xlarge", "m5.4xlarge", "g5.xlarge"]
PRICES = {
    name: facts.price("ec2", "on-demand-linux-" + name.replace(".", "-"))
    for name in TYPES
}  # fmt: skip


# %% exercise="cheapest-fit"
def cheapest_fit(vcpus: int, gib: float, architecture: str) -> str | None:
    """The cheapest type of PRICES that is large enough."""
    ### BEGIN SOLUTION
    found = ec2.describe_instance_types(InstanceTypes=list(PRICES))["InstanceTypes"]
    fits = [
        kind["InstanceType"]
        for kind in found
        if kind["VCpuInfo"]["DefaultVCpus"] >= vcpus
        and kind["MemoryInfo"]["SizeInMiB"] >= gib * 1024
        and architecture in kind["ProcessorInfo"]["SupportedArchitectures"]
    ]
    return min(fits, key=PRICES.__getitem__, default=None)
    ### END SOLUTION


# %% check="cheapest-fit" points=2
with check("cheapest-fit", needs="cheapest_fit", right="Start with that one, and let measurements argue.") as expect:

    def fits(vcpus: int, gib: float, architecture: str, wanted: str | None, why: str) -> None:
        found = cheapest_fit(vcpus, gib, architecture)
        wish = f"{vcpus} vCPU, {gib:g} GiB, {architecture}"
        expect(found == wanted, f"{wish}: your answer is {found!r}, it should be {wanted!r}. {why}")

    fits(2, 4, "x86_64", "t3.medium", "Is memory compared in the same unit, and the processor looked at?")
    fits(2, 8.1, "x86_64", "r6i.large", "A t3.large has 8 GiB, and 8.1 GiB are 8.1 * 1024 MiB.")
    fits(2, 16, "x86_64", "r6i.large", "Memory is what it needs, so a memory family is cheapest.")
    fits(2, 16, "arm64", "r7g.large", "The same for Arm.")
    fits(3, 6, "x86_64", "m5.xlarge", "At least: 4 vCPUs are fine where 3 are asked for.")
    fits(64, 8, "x86_64", None, "Nothing in PRICES has 64 vCPUs.")
    ### BEGIN HIDDEN TESTS
    fits(1, 1, "arm64", "t4g.small", "The cheapest Arm type there is.")
    fits(2, 8, "arm64", "t4g.large", "Cheaper than m7g.large.")
    fits(8, 30, "x86_64", "m5.2xlarge", "At least so much.")
    fits(8, 8, "arm64", None, "No Arm type in PRICES has 8 vCPUs.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a launch defines
#
# A launch answers two groups of questions. **Hardware**: the type, and the disks. **Logic**: the **AMI**, an image
# with operating system and software of which the instance is a copy; the subnet, which decides on zone and network,
# and whether there is a public address; **security groups**, the firewall around it; a **key pair** for logging in; an
# **IAM role**; **user data**, a script for the first boot (next lesson); and **tags**.
#
# What must exist, AWS checks at once; `DryRun=True` asks only whether you would be allowed.

# %%
good = {"ImageId": newest_linux(), "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
for change in (
    {"ImageId": "ami-0123456789abcdef0"},
    {"InstanceType": "t3.colossal"},
    {"KeyName": "lost-key"},
    {"SecurityGroupIds": ["sg-0123456789abcdef0"]},
    {"DryRun": True},
):
    print(f"{next(iter(change)):<17}", attempt(ec2.run_instances, **good | change))

# %% [markdown]
# **Tags** are labels: a key and a value, up to 50 on a resource, 128 and 256 characters long. Case matters. What the
# tag `Name` holds, the console shows. Keys that begin with `aws:` belong to AWS. Tags are how you find things later,
# and how the bill is split.

# %%
for place, stage in enumerate(("dev", "dev", "prod", "prod", "prod")):
    tags = [{"Key": "Name", "Value": f"shop-{place}"}, {"Key": "Env", "Value": stage}]
    launch(TagSpecifications=[{"ResourceType": "instance", "Tags": tags}])
wanted = [
    {"Name": "tag:Env", "Values": ["prod"]},
    {"Name": "instance-state-name", "Values": ["running"]},
]
pages = ec2.get_paginator("describe_instances").paginate(Filters=wanted)
PROD = [one for page in pages for group in page["Reservations"] for one in group["Instances"]]
for one in PROD:
    print(one["InstanceId"], {tag["Key"]: tag["Value"] for tag in one["Tags"]})
mine = [{"Key": "aws:owner", "Value": "Halyard"}]
print("aws:owner:", attempt(ec2.create_tags, Resources=[first], Tags=mine))

# %% [markdown]
# ### Your turn: start the web server
#
# Write `launch_web(kind, group_id, name)`. It
#
# - raises a `ValueError` that names `kind` if there is no such type, before anything is launched;
# - starts **one** instance of this type, from `newest_linux(...)` for *its* processor, in the security group
#   `group_id`, with the tag `Name`;
# - waits until it runs, and returns `(instance id, public address)`. On AWS the address is not known before.
#
# <details><summary>Hint</summary>
#
# `describe_instance_types` refuses an unknown type with `InvalidInstanceType`; the same answer lists the architectures.
# Tags go into `TagSpecifications`, as in the cell above. The waiter is `instance_running`.
# </details>


# %% exercise="launch-web"
def launch_web(kind: str, group_id: str, name: str) -> tuple[str, str]:
    """Start a web server; return its id and its public address."""
    ### BEGIN SOLUTION
    try:
        [found] = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidInstanceType":
            raise
        raise ValueError(f"There is no instance type {kind!r}.") from error
    processor = found["ProcessorInfo"]["SupportedArchitectures"][-1]
    label = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}
    started = ec2.run_instances(
        ImageId=newest_linux(processor),
        InstanceType=kind,
        SecurityGroupIds=[group_id],
        TagSpecifications=[label],
        MinCount=1,
        MaxCount=1,
    )
    instance_id = started["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    return instance_id, instance(instance_id)["PublicIpAddress"]
    ### END SOLUTION


# %% check="launch-web" points=3
with check("launch-web", needs="launch_web", right="Checked, labelled, and ready when it says so.") as expect:
    network = ec2.describe_subnets()["Subnets"][0]["VpcId"]

    def starts(kind: str, processor: str) -> None:
        label = lab.unique_name("web")
        group = ec2.create_security_group(GroupName=label, Description="web", VpcId=network)["GroupId"]
        with lab.watching(most=100) as made:
            returned = launch_web(kind, group, label)
        expect(
            isinstance(returned, tuple) and len(returned) == 2,
            f"Return the id and the address, two things; you return {returned!r}.",
        )
        wish = [{"Name": "instance.group-id", "Values": [group]}]
        running = [one for some in ec2.describe_instances(Filters=wish)["Reservations"] for one in some["Instances"]]
        expect(len(running) == 1, f"{len(running)} instances are in the group {label}; it should be one.")
        one, image = running[0], ec2.describe_images(ImageIds=[running[0]["ImageId"]])["Images"][0]
        expect(one["InstanceType"] == kind, f"It runs on {one['InstanceType']}, not on {kind}.")
        expect(
            image["Name"].startswith("al2023") and image["Architecture"] == processor,
            f"It was started from {image['Name']}: take newest_linux() for the type's processor.",
        )
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
        expect(tags.get("Name") == label, f"Its tag Name is {tags.get('Name')!r}, it should be {label!r}.")
        order = [call.operation for call in made if call.ok]
        later = order[order.index("RunInstances") + 1 :]
        expect(
            any(name.startswith("DescribeInstance") for name in later),
            "Nothing asks after the launch how far the instance is. Wait for it; only then the address is known.",
        )
        expect.equal(returned, (one["InstanceId"], one["PublicIpAddress"]), "What you return")

    def unknown(kind: str) -> None:
        before = len(ec2.describe_instances()["Reservations"])
        try:
            launch_web(kind, "sg-0123456789abcdef0", "nobody")
        except ValueError as error:
            expect(kind in str(error), f"The ValueError says {str(error)!r}; it should name {kind}.")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            expect(False, f"For the type {kind} the caller gets a ClientError ({code}); turn it into a ValueError.")
        else:
            expect(False, f"launch_web does not refuse the type {kind}: raise a ValueError.")
        expect(len(ec2.describe_instances()["Reservations"]) == before, "Something was launched all the same.")

    starts("t3.small", "x86_64")
    starts("t4g.small", "arm64")
    unknown("t3.colossal")
    ### BEGIN HIDDEN TESTS
    starts("m7g.medium", "arm64")
    starts("c6i.large", "x86_64")
    unknown("z9.huge")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The key, and the way in
#
# To log in you use **SSH**, over TCP port 22, with a **key pair**: AWS puts the public half on the instance and gives
# you the private half, once. It cannot be fetched again. SSH refuses a key file that others can read
# (`UNPROTECTED PRIVATE KEY FILE`), so make it readable for you alone from the first moment: mode 400.

# %%
made = ec2.create_key_pair(KeyName="harbour-office", KeyType="ed25519")
KEY = Path(tempfile.mkdtemp()) / "harbour-office.pem"
KEY.touch(mode=0o600)  # nobody else can read it, not even for a moment
KEY.write_text(made["KeyMaterial"])
KEY.chmod(0o400)
print(f"mode {stat.S_IMODE(KEY.stat().st_mode):o},", made["KeyMaterial"].splitlines()[0])
again = ec2.describe_key_pairs(KeyNames=["harbour-office"])["KeyPairs"][0]
print("what AWS still tells:", ", ".join(sorted(again)))
print("the same name again: ", attempt(ec2.create_key_pair, KeyName="harbour-office"))

# %% [markdown]
# The user's name comes from the image: `ec2-user` on Amazon Linux (and RHEL, SUSE), `ubuntu` on Ubuntu, `admin` on
# Debian. The address is the *public* one, unless a VPN joins your network with the instance's. Port 22 is opened to
# your own address alone, as `/32`.
#
# > **Then and now.** Three ways need no key file: **Session Manager** (no open port at all), **EC2 Instance Connect**
# > (pushes a key for 60 seconds), and its **Endpoint** (June 2023) for instances without a public address, which
# > replaces most *bastions*, hosts that one logs in to first.
#
# ### Your turn: the way in
#
# Write `way_in(instance_id, key_file)`: the command as text, such as `ssh -i shop.pem ec2-user@54.214.9.3`. Images are
# Amazon Linux, or Ubuntu, whose `Name` begins with `ubuntu` in whatever case. Raise a `ValueError` if the key file has
# any rights for group or others, and if the instance has no public address.
#
# <details><summary>Hint</summary>
#
# `describe_images` tells the name of the instance's `ImageId`. The rights are `Path(key_file).stat().st_mode`; those of
# group and others are the bits in `0o077`.
# </details>


# %% exercise="way-in"
def way_in(instance_id: str, key_file: str) -> str:
    """The ssh command that logs in to an instance."""
    ### BEGIN SOLUTION
    if Path(key_file).stat().st_mode & 0o077:
        raise ValueError(f"Others can read {key_file}: chmod 400 {key_file}")
    server = instance(instance_id)
    address = server.get("PublicIpAddress")
    if not address:
        raise ValueError(f"{instance_id} has no public address. Does it run?")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if image["Name"].lower().startswith("ubuntu") else "ec2-user"
    return f"ssh -i {key_file} {user}@{address}"
    ### END SOLUTION


# %% check="way-in" points=2
with check("way-in", needs="way_in", right="The right name, the right address, and a key that SSH accepts.") as expect:

    def key(mode: int) -> str:
        path = Path(tempfile.mkdtemp()) / "check.pem"
        path.write_text("a key")
        path.chmod(mode)
        return str(path)

    def from_ubuntu() -> str:
        wish = [{"Name": "name", "Values": ["ubuntu*"]}]
        return launch(ImageId=ec2.describe_images(Filters=wish)["Images"][0]["ImageId"])

    def from_copy(of: str, name: str) -> str:
        image = ec2.create_image(InstanceId=of, Name=lab.unique_name(name))["ImageId"]
        ec2.get_waiter("image_available").wait(ImageIds=[image])
        return launch(ImageId=image)

    def says(instance_id: str, user: str, mode: int) -> None:
        path = key(mode)
        said = way_in(instance_id, path)
        expect(isinstance(said, str), f"Return the command as text, not {said!r}.")
        wanted = f"ssh -i {path} {user}@{instance(instance_id)['PublicIpAddress']}"
        expect.equal(" ".join(said.split()), wanted, "The command")

    def warns(instance_id: str, mode: int, why: str) -> None:
        try:
            said = way_in(instance_id, key(mode))
        except ValueError:
            return
        expect(False, f"{why}: raise a ValueError. Yours returns {said!r}.")

    server = launch()
    says(server, "ec2-user", 0o400)
    ubuntu = from_ubuntu()
    says(ubuntu, "ubuntu", 0o600)
    says(from_copy(ubuntu, "Ubuntu-ferries"), "ubuntu", 0o400)
    says(from_copy(server, "no-ubuntu"), "ec2-user", 0o400)
    warns(server, 0o644, "Everybody can read a key of mode 644, so ssh refuses it")
    warns(server, 0o440, "A group can read a key of mode 440")
    warns(server, 0o602, "Others can write to a key of mode 602")
    ec2.stop_instances(InstanceIds=[server])
    warns(server, 0o400, "A stopped instance has no public address")
    ### BEGIN HIDDEN TESTS
    other = launch()
    says(other, "ec2-user", 0o600)
    warns(other, 0o404, "Others can read a key of mode 404")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    private = [{"DeviceIndex": 0, "AssociatePublicIpAddress": False, "SubnetId": subnet}]
    warns(launch(NetworkInterfaces=private), 0o400, "An instance without a public address")
    ### END HIDDEN TESTS

# %% [markdown]
# ## States, and what they cost
#
# An instance moves through six states. Reboot and hibernate are actions, not states.

# %%
machine = {
    "pending": {"ready": "running"},
    "running": {"reboot": "running", "stop": "stopping", "terminate": "shutting-down"},
    "stopping": {"done": "stopped"},
    "stopped": {"start": "pending", "terminate": "shutting-down"},
    "shutting-down": {"done": "terminated"},
}
charts.states(
    machine,
    headline="From stopped there is a way back, from terminated there is none",
)

# %% [markdown]
# Let us drive one through, with wrong moves on the way. In code the states have numbers, too.

# %%
probe = launch()
moves = (ec2.reboot_instances, ec2.stop_instances, ec2.reboot_instances, ec2.start_instances)
for move in (*moves, ec2.terminate_instances, ec2.start_instances, ec2.stop_instances):
    outcome = attempt(move, InstanceIds=[probe])
    state = instance(probe)["State"]
    print(f"{move.__name__:<20} {outcome:<23} -> {state['Name']} ({state['Code']})")
kept = launch()
ec2.modify_instance_attribute(InstanceId=kept, DisableApiTermination={"Value": True})
print("with termination protection:", attempt(ec2.terminate_instances, InstanceIds=[kept]))

# %% [markdown]
# > **Lab and AWS.** In the lab a transition is done at once; on AWS it takes from seconds to minutes, and
# > `stop_instances` answers long before the instance has stopped. Good code waits in both.
#
# **Reboot** keeps the host and all addresses. **Stop** ends the machine and keeps its EBS disks; at the next start it
# is usually on another host, with another public address. **Hibernate** is a stop that first writes the memory to the
# encrypted root disk (at most 150 GB of it, for at most 60 days); choose it at launch. **Terminate** is final, and
# takes the root disk along.
#
# A machine is billed while it is `running`, by the second, at least one minute (`stopping` only on the way into
# hibernation). Its disks are billed until they are deleted. And since February 2024 each public IPv4 address has its
# price.

# %%
rent = facts.price("ec2", "on-demand-linux-t3-medium")
disk = facts.price("ebs", "gp3-storage")
address = facts.price("ec2", "public-ipv4-address-in-use")
DAY = [("running", 0, 9), ("stopped", 9, 20), ("running", 20, 24)]
rows = [("t3.medium", begin, end, state, state) for state, begin, end in DAY]
rows += [("public address", 0, 9, "one", "running"), ("public address", 20, 24, "one", "running")]
rows += [("Elastic IP", 0, 24, "yours, used or not", "running")]
rows += [("100 GB disk", 0, 24, "kept", "running")]
charts.gantt(
    rows,
    kinds={"running": "work", "stopped": "wait"},
    headline="Stopping saves the machine's rent; disk and Elastic IP go on",
    unit="hours",
    source=[rent, disk, address],
)

# %% [markdown]
# ### Your turn: a month's bill
#
# Write `month_bill(timeline, kind, gib, elastic)` in USD. `timeline` is a list of `(state, hours)`; `kind` a type of
# `PRICES`; `gib` the size of its gp3 disk, which goes with the instance when that is terminated. Bill
#
# - the type's price for each hour of `running`;
# - the disk, whose price is for a month of `facts.HOURS_PER_MONTH` hours, for each hour that is not `terminated`;
# - one public IPv4 address: while it is `running`; if `elastic`, all the time, `terminated` too (nobody released it).
#
# <details><summary>Hint</summary>
#
# Add up three numbers of hours first. The prices are `PRICES[kind]`, `facts.price("ebs", "gp3-storage")` and
# `facts.price("ec2", "public-ipv4-address-in-use")`.
# </details>


# %% exercise="month-bill"
def month_bill(timeline: list, kind: str, gib: int, elastic: bool) -> float:
    """What an instance, its disk and its address cost over a timeline, in USD."""
    ### BEGIN SOLUTION
    total = sum(hours for _, hours in timeline)
    running = sum(hours for state, hours in timeline if state == "running")
    gone = sum(hours for state, hours in timeline if state == "terminated")
    per_gib = facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
    per_address = facts.price("ec2", "public-ipv4-address-in-use")
    return running * PRICES[kind] + (total - gone) * gib * per_gib + (total if elastic else running) * per_address
    ### END SOLUTION


# %% check="month-bill" points=2
with check("month-bill", needs="month_bill", right="A stopped machine is cheap, not free.") as expect:
    disk_hour = facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
    ip_hour = float(facts.price("ec2", "public-ipv4-address-in-use"))
    small = float(PRICES["t3.medium"])

    expect.close(
        month_bill([("running", 100)], "t3.medium", 0, False),
        100 * (small + ip_hour),
        "100 hours running, no disk: the rent and the address",
    )
    expect.close(
        month_bill([("stopped", 730)], "t3.medium", 100, False),
        730 * 100 * disk_hour,
        "A month stopped with 100 GiB: the disk alone",
    )
    expect.close(
        month_bill([("stopped", 730)], "t3.medium", 100, True),
        730 * (100 * disk_hour + ip_hour),
        "The same with an Elastic IP: disk and address",
    )
    steps = [("pending", 10), ("running", 200), ("stopping", 20), ("stopped", 300), ("terminated", 200)]
    expect.close(
        month_bill(steps, "t3.medium", 50, False),
        200 * (small + ip_hour) + 530 * 50 * disk_hour,
        "With pending, stopping and terminated: only running is rent, the disk ends with the instance",
    )
    expect.close(
        month_bill([("running", 10), ("terminated", 720)], "t3.micro", 0, True),
        10 * float(PRICES["t3.micro"]) + 730 * ip_hour,
        "Terminated, with an Elastic IP that nobody released",
    )
    ### BEGIN HIDDEN TESTS
    large = float(PRICES["m5.xlarge"])
    expect.close(
        month_bill([("running", 8), ("stopped", 16)] * 30, "m5.xlarge", 200, True),
        240 * large + 720 * (200 * disk_hour + ip_hour),
        "Eight hours a day with an Elastic IP",
    )
    expect.close(
        month_bill([("running", 50), ("shutting-down", 10), ("terminated", 670)], "m5.xlarge", 20, False),
        50 * (large + ip_hour) + 60 * 20 * disk_hour,
        "50 hours, then terminated",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Another type
#
# The shop's first server is too small. Type and size are not final, but they cannot be changed on the fly: the
# instance has to be **stopped**. The new type must understand the same image.
#
# ### Your turn: repair the resize
#
# A colleague wrote `resize(instance_id, kind)` and it never worked: "a reboot should do". Repair it:
#
# - a running instance has the new type afterwards and runs again; wait for each step before the next;
# - an instance that was stopped before gets the type and *stays* stopped;
# - if AWS refuses the type, the error reaches the caller, but a server that ran before runs again, with its old type.
#
# <details><summary>Hint</summary>
#
# The waiters are `instance_stopped` and `instance_running`. `try: ... finally: ...` starts the server again whatever
# happens in between.
# </details>


# %% exercise="resize" repair=true
def resize(instance_id: str, kind: str) -> None:
    """Give an instance another type."""
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": kind})
    ec2.reboot_instances(InstanceIds=[instance_id])


### BEGIN SOLUTION
def resize(instance_id: str, kind: str) -> None:
    """Give an instance another type."""
    ran = instance(instance_id)["State"]["Name"] == "running"
    if ran:
        ec2.stop_instances(InstanceIds=[instance_id])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id])
    try:
        ec2.modify_instance_attribute(
            InstanceId=instance_id,
            InstanceType={"Value": kind},
        )
    finally:
        if ran:
            ec2.start_instances(InstanceIds=[instance_id])
            ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])


### END SOLUTION


# %% check="resize" points=2
with check("resize", needs="resize", right="Stop, wait, change, start, wait: some minutes without the shop.") as expect:

    def becomes(kind: str, state: str) -> None:
        one = launch()
        if state == "stopped":
            ec2.stop_instances(InstanceIds=[one])
        with lab.watching(most=100) as made:
            resize(one, kind)
        now = instance(one)
        expect(now["InstanceType"] == kind, f"The instance is still a {now['InstanceType']}, it should be {kind}.")
        found = now["State"]["Name"]
        expect(found == state, f"The instance was {state} before, and is {found} now.")
        order = [call.operation for call in made if call.ok]
        if state == "stopped":
            return
        expect("StopInstances" in order, "It was never stopped.")
        change, stop = order.index("ModifyInstanceAttribute"), order.index("StopInstances")
        expect(
            any(name.startswith("DescribeInstance") for name in order[stop:change]),
            "Between the stop and the change nothing waits: on AWS it is still 'stopping', and the change is refused.",
        )
        expect(
            any(name.startswith("DescribeInstance") for name in order[order.index("StartInstances") :]),
            "resize returns before the server runs again: wait after the start, too.",
        )

    def refused(kind: str) -> None:
        one = launch()
        try:
            resize(one, kind)
        except ClientError:
            pass
        else:
            expect(False, f"AWS refuses {kind} for this image, and the caller of resize does not hear of it.")
        now = instance(one)
        found = f"{now['State']['Name']}, {now['InstanceType']}"
        expect(found == "running, t3.micro", f"After a refused change the server is {found}; the shop is closed.")

    becomes("t3.small", "running")
    becomes("m7i.large", "stopped")
    refused("t4g.small")
    ### BEGIN HIDDEN TESTS
    becomes("c6i.large", "running")
    becomes("t3.large", "stopped")
    refused("m7g.large")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which address stays
#
# In its network (VPC) an instance has a **private** address for its whole life. If its subnet or the launch says so,
# it also has a **public** one, which AWS takes from a pool and takes back. An **Elastic IP** is a public address that
# is yours until you release it. You join it to an instance, and it can move to another: `associate_address` with
# `AllowReassociation=True`.

# %%
a, b = launch(), launch()
elastic = ec2.allocate_address(Domain="vpc")
mine = {"AllocationId": elastic["AllocationId"]}
print("a, before  ", instance(a)["PublicIpAddress"])
ec2.associate_address(InstanceId=a, **mine)
print("a, elastic ", instance(a)["PublicIpAddress"])
taken = attempt(ec2.associate_address, InstanceId=b, AllowReassociation=False, **mine)
print("b takes it:", taken)
ec2.associate_address(InstanceId=b, AllowReassociation=True, **mine)
print("a, b now   ", instance(a)["PublicIpAddress"], instance(b)["PublicIpAddress"])
print("release it:", attempt(ec2.release_address, **mine))

# %% [markdown]
# So an Elastic IP can hide a failure: visitors keep the address while another server takes over. It is often a sign of
# a weak design, though. A DNS name in front of ordinary addresses, or a load balancer, does the same for many servers,
# and the quota is small: five for each Region. (Some notes say for each account.)
#
# ### Your turn: predict the address
#
# Write `addresses_after(events, elastic)`. An instance with a public address runs; then `events` happen, a list of
# `"reboot"`, `"stop"` and `"start"`. Return `(private, public)`: is the address at the end the `"same"` as before, is
# it `"new"`, or is there `"none"`? If `elastic`, the public address is an Elastic IP. The check asks you first and the
# lab afterwards.
#
# <details><summary>Hint</summary>
#
# One of the two never changes. For the other, go through the events and keep a word.
# </details>


# %% exercise="addresses-after"
def addresses_after(events: list[str], elastic: bool) -> tuple[str, str]:
    """Say what becomes of the private and the public address."""
    ### BEGIN SOLUTION
    public = "same"
    for event in events:
        if elastic:
            continue
        if event == "stop":
            public = "none"
        elif event == "start" and public == "none":
            public = "new"
    return "same", public
    ### END SOLUTION


# %% check="addresses-after" points=2
with check("addresses-after", needs="addresses_after", right="Only stop and start change a public address.") as expect:
    DO = {"reboot": ec2.reboot_instances, "stop": ec2.stop_instances, "start": ec2.start_instances}

    def measured(events: list[str], elastic: bool) -> tuple[str, str]:
        one = launch()
        if elastic:
            joined = ec2.allocate_address(Domain="vpc")
            ec2.associate_address(InstanceId=one, AllocationId=joined["AllocationId"])
        before = instance(one)
        for event in events:
            DO[event](InstanceIds=[one])
        now = instance(one)
        if elastic:
            ec2.terminate_instances(InstanceIds=[one])
            ec2.release_address(AllocationId=joined["AllocationId"])
        words = []
        for which in ("PrivateIpAddress", "PublicIpAddress"):
            same = now.get(which) == before[which]
            words.append("same" if same else "new" if now.get(which) else "none")
        return words[0], words[1]

    def agrees(events: list[str], elastic: bool = False) -> None:
        said = addresses_after(list(events), elastic)
        expect(
            isinstance(said, tuple | list) and len(said) == 2 and set(said) <= {"same", "new", "none"},
            f"Return two of the words 'same', 'new', 'none', not {said!r}.",
        )
        came = measured(events, elastic)
        story = f"After {' and '.join(events)}{', with an Elastic IP' if elastic else ''}"
        for which, yours, real in zip(("private", "public"), said, came, strict=True):
            expect(yours == real, f"{story} you say {yours!r} of the {which} address; the lab shows {real!r}.")

    agrees(["reboot"])
    agrees(["stop"])
    agrees(["stop", "start"])
    agrees(["stop", "start", "reboot"])
    agrees(["stop", "start", "stop"])
    agrees(["stop"], elastic=True)
    agrees(["stop", "start", "reboot"], elastic=True)
    ### BEGIN HIDDEN TESTS
    agrees(["reboot", "stop", "start", "reboot"])
    agrees(["reboot", "stop", "start", "stop"])
    agrees(["reboot", "reboot"], elastic=True)
    agrees(["start"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## What an address costs
#
# Public IPv4 addresses are scarce. Since 1 February 2024 each one has a price, used or idle, on an instance or on a
# load balancer (which holds at least one in each zone). IPv6 addresses and addresses that you bring yourself are free.

# %%
new = facts.price("ec2", "public-ipv4-address-in-use")
month = new * facts.HOURS_PER_MONTH
print(f"one address for a month: {month:.2f} USD")
charts.curves(
    {
        "today: every address": lambda n: n * month,
        "until January 2024: idle ones, here 2": lambda n: min(n, 2) * month,
    },
    x=(0, 20),
    headline="Twenty addresses, two of them idle: once 7 USD a month, 73 today",
    x_label="public addresses",
    y_unit="USD per month",
    source=new,
)

# %% [markdown]
# ### Your turn: release what is idle
#
# Write `release_idle(region)`: in this Region it releases every Elastic IP that is joined to nothing, leaves all others
# alone, and returns what that saves in USD a month.
#
# <details><summary>Hint</summary>
#
# A client for another Region: `boto3.client("ec2", region_name=region)`. What is joined has an `AssociationId` in
# `describe_addresses`; look whether a stopped instance's address has one.
# </details>


# %% exercise="release-idle"
def release_idle(region: str) -> float:
    """Release the idle Elastic IPs of a Region; return what they cost a month, in USD."""
    ### BEGIN SOLUTION
    there = boto3.client("ec2", region_name=region)
    idle = [one for one in there.describe_addresses()["Addresses"] if "AssociationId" not in one]
    for one in idle:
        there.release_address(AllocationId=one["AllocationId"])
    hourly = facts.price("ec2", "public-ipv4-address-idle")
    return len(idle) * hourly * facts.HOURS_PER_MONTH
    ### END SOLUTION


# %% check="release-idle" points=2
with check("release-idle", needs="release_idle", right="Idle addresses cost as much as busy ones.") as expect:
    each = facts.price("ec2", "public-ipv4-address-idle") * facts.HOURS_PER_MONTH

    def tidies(region: str, idle: int, stopped: bool) -> None:
        there = boto3.client("ec2", region_name=region)
        for old in there.describe_addresses()["Addresses"]:
            if "AssociationId" in old:
                there.disassociate_address(AssociationId=old["AssociationId"])
            there.release_address(AllocationId=old["AllocationId"])
        one, keep = launch(region), there.allocate_address(Domain="vpc")
        there.associate_address(InstanceId=one, AllocationId=keep["AllocationId"])
        if stopped:
            there.stop_instances(InstanceIds=[one])
        for _ in range(idle):
            there.allocate_address(Domain="vpc")
        subnet = there.describe_subnets()["Subnets"][0]["SubnetId"]
        card = there.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
        gateway = there.allocate_address(Domain="vpc")
        there.associate_address(NetworkInterfaceId=card, AllocationId=gateway["AllocationId"])
        elsewhere = sorted(two["PublicIp"] for two in ec2.describe_addresses()["Addresses"])
        saved = release_idle(region)
        left = [two["PublicIp"] for two in there.describe_addresses()["Addresses"]]
        state = "stopped" if stopped else "running"
        expect(keep["PublicIp"] in left, f"The address of a {state} instance in {region} is gone: it was in use.")
        joined = "An address without an instance is gone that was joined to a network interface, as a NAT gateway's is."
        expect(gateway["PublicIp"] in left, joined)
        expect(len(left) == 2, f"{len(left) - 2} idle addresses are left in {region}.")
        if region != "us-east-1":
            now = sorted(two["PublicIp"] for two in ec2.describe_addresses()["Addresses"])
            expect(
                now == elsewhere, "Addresses of another Region are gone; make a client for the Region you are given."
            )
        expect.close(saved, idle * each, f"What {idle} idle addresses cost a month")

    tidies("us-east-1", 3, stopped=False)
    tidies("eu-west-1", 2, stopped=True)
    ### BEGIN HIDDEN TESTS
    tidies("us-west-2", 1, stopped=True)
    tidies("eu-west-1", 3, stopped=False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The same from the command line
#
# Much that you find on the net is written for the AWS CLI. It says the same words: `run-instances` is
# `run_instances`, `--instance-ids` is `InstanceIds=`, `--filters` is `Filters=`, `--dry-run` is `DryRun=True`.
# `--query` picks from the answer in a small language, JMESPath; boto3 leaves that to Python, or to a paginator's
# `search`.

# %%
# aws ec2 describe-instances --filters Name=tag:Env,Values=dev \
#     --query 'Reservations[].Instances[].InstanceId' --output text
pages = ec2.get_paginator("describe_instances").paginate(
    Filters=[{"Name": "tag:Env", "Values": ["dev"]}],
)
dev = list(pages.search("Reservations[].Instances[].InstanceId"))
# aws ec2 create-tags --resources <dev> --tags Key=Night,Value=off
ec2.create_tags(Resources=dev, Tags=[{"Key": "Night", "Value": "off"}])
# aws ec2 stop-instances --instance-ids <dev> --dry-run
print(attempt(ec2.stop_instances, InstanceIds=dev, DryRun=True))
# aws ec2 stop-instances --instance-ids <dev>
ec2.stop_instances(InstanceIds=dev)
# aws ec2 wait instance-stopped --instance-ids <dev>
ec2.get_waiter("instance_stopped").wait(InstanceIds=dev)
print([instance(name)["State"]["Name"] for name in dev])

# %% [markdown]
# ## Replace, drain, then terminate
#
# A server is replaced more often than mended: a new image, another processor, a fault. Behind a load balancer nobody
# notices, if you keep an order: start the new one, register it, wait until it is **healthy**, take the old one out,
# wait until its last visitors are served (**draining**, 300 seconds at most by default), then terminate it. A later
# lesson of this section is about load balancers; here a few calls are enough.

# %% setup="shop"
VPC = ec2.describe_subnets()["Subnets"][0]["VpcId"]


def shop_behind_a_balancer() -> tuple[str, str]:
    """A target group behind a new load balancer, and the one server in it."""
    name = lab.unique_name("shop")
    group = elb.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=80,
        VpcId=VPC,
        TargetType="instance",
    )["TargetGroups"][0]["TargetGroupArn"]
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    balancer = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    server = launch()
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
    return group, server


# %%
group, server = shop_behind_a_balancer()
for target in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
    print(target["Target"]["Id"], target["TargetHealth"]["State"])

# %% [markdown]
# ### Your turn: swap two servers
#
# Write `swap(old, new, group)`: the running instance `new` takes the place of `old` in the target group `group` (its
# ARN), in the order above; at the end `old` is terminated and gone from the group. Wait with the waiters
# `target_in_service` and `target_deregistered` of the client `elb`.
#
# <details><summary>Hint</summary>
#
# `register_targets` and `deregister_targets` take `TargetGroupArn` and `Targets=[{"Id": ...}]`; so do both waiters.
# </details>


# %% exercise="swap"
def swap(old: str, new: str, group: str) -> None:
    """Put one server in the place of another; the group is never empty."""
    ### BEGIN SOLUTION
    incoming = {"TargetGroupArn": group, "Targets": [{"Id": new}]}
    outgoing = {"TargetGroupArn": group, "Targets": [{"Id": old}]}
    elb.register_targets(**incoming)
    elb.get_waiter("target_in_service").wait(**incoming)
    elb.deregister_targets(**outgoing)
    elb.get_waiter("target_deregistered").wait(**outgoing)
    ec2.terminate_instances(InstanceIds=[old])
    ### END SOLUTION


# %% check="swap" points=2
with check("swap", needs="swap", right="Capacity never fell below one server.") as expect:

    def swaps(more: int) -> None:
        group, old = shop_behind_a_balancer()
        others = [launch() for _ in range(more)]
        for one in others:
            elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one}])
        new = launch()
        for one in (old, new, *others):
            lab.serve(one, 80, lambda request: "Welcome aboard")
        lab.clock.advance(minutes=5)  # the health checks have found the servers of the group
        with lab.watching(most=300) as made:
            swap(old, new, group)
        expect(instance(new)["State"]["Name"] == "running", "The new server does not run.")
        health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        there = {one["Target"]["Id"] for one in health if one["TargetHealth"]["State"] != "draining"}
        expect(new in there, "The new server is not in the target group: register_targets.")
        expect(old not in there, "The old server still gets visitors: deregister_targets.")
        expect(set(others) <= there, "Other servers of the group are gone.")
        state = instance(old)["State"]["Name"]
        expect(state == "terminated", f"The old server is {state}; it costs rent until it is terminated.")
        calls = [call for call in made if call.ok]
        order = [call.operation for call in calls]
        early = "The old server is terminated while visitors still reach it: deregister it first."
        expect("DeregisterTargets" in order, early)
        come, go = order.index("RegisterTargets"), order.index("DeregisterTargets")
        end = order.index("TerminateInstances")
        expect(come < go, "For a moment nobody serves the shop: register the new one before the old one goes.")
        expect(go < end, early)
        expect(
            (calls[go].at - calls[come].at).total_seconds() >= 30,
            "Registered is not healthy: the first health check comes after 30 seconds. Wait with target_in_service "
            "for the new one before the old one goes.",
        )
        expect(
            (calls[end].at - calls[go].at).total_seconds() >= 300,
            "Nobody waits for the last visitors of the old server: target_deregistered, then terminate.",
        )

    swaps(0)
    swaps(1)
    ### BEGIN HIDDEN TESTS
    swaps(2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Is a server the right thing?
#
# Compute at AWS has three forms: virtual machines, containers, and functions that run when something happens.
#
# - Halyard's old ticket program runs on Linux and nobody dares to change it: a **machine**, EC2 from a Linux image.
# - The shop is to become ten small programs with their own releases: **containers**.
# - Once a quarter the harbour master uploads a spreadsheet that has to be loaded: a **function** (Lambda) that the
#   upload starts. A machine would wait for it for three months.
#
# What waits costs money on a machine, and nothing as a function. The chart asks where the two meet for requests that
# take 100 ms with 512 MB; the free requests of each month are left out.

# %%
request = facts.tiers("lambda", "requests")[0]
second = facts.tiers("lambda", "duration-x86")[0]
tiny = facts.price("ec2", "on-demand-linux-t3-micro")
always_on = (tiny + new) * facts.HOURS_PER_MONTH
charts.curves(
    {
        "Lambda": lambda n: n * (request + 1e6 * 0.1 * 0.5 * second),
        "t3.micro and its address": lambda n: always_on,
    },
    x=(0, 20),
    breakeven=True,
    against="t3.micro and its address",
    headline="Up to some ten million requests a month a function costs less than a t3.micro",
    x_label="requests per month",
    x_unit="million requests",
    y_unit="USD per month",
    source=[request, second, tiny, new],
)

# %% [markdown]
# > **Bill.** On the real AWS the servers of this lesson, some forty for an hour, would cost about a dollar, their
# > addresses 20 cents, the load balancers 10. Forgotten for a month it would be hundreds. So clean up.

# %%
pages = ec2.get_paginator("describe_instances").paginate()
alive = "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]"
everything = list(pages.search(alive))
ec2.modify_instance_attribute(InstanceId=kept, DisableApiTermination={"Value": False})
ec2.terminate_instances(InstanceIds=everything)
ec2.get_waiter("instance_terminated").wait(InstanceIds=everything)
for balancer in elb.describe_load_balancers()["LoadBalancers"]:
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
# The end of an instance does not release them.
for left in ec2.describe_addresses()["Addresses"]:
    if "AssociationId" in left:
        ec2.disassociate_address(AssociationId=left["AssociationId"])
    ec2.release_address(AllocationId=left["AllocationId"])
print(len(everything), "instances are gone, and the addresses with them")

# %% [markdown]
# ## To remember
#
# - A type's name tells family, generation, attributes and size; up to `4xlarge` each size doubles.
# - The family fixes memory per vCPU: `c` 2 GiB, `m` 4, `r` 8. An attribute `g` is Arm and needs an Arm image.
# - A launch needs an image and a type; network, groups, key, role, user data and tags make it yours.
# - The private key is given once, in a file for you alone. Session Manager needs no key and no port.
# - `running` is billed; disks, Elastic IPs and snapshots go on while an instance is stopped. Terminated is final.
# - To change the type: stop, wait, modify, start. Reboot keeps all addresses; stop and start change the public one.
# - Every public IPv4 address costs 0.005 USD an hour, idle or not; five Elastic IPs a Region.
# - Replace a server by adding first and taking away last: register, healthy, deregister, drained, terminate.

# %% [markdown] question="lost-address"
# ### Question 1
#
# A partner's firewall lets only the address of Halyard's server pass. Every Monday, after the weekly stop over the
# weekend, the partner blocks it. What is the least change?
#
# - [ ] **A** Reboot instead of stopping over the weekend.
#   > A reboot keeps the address, but then the machine runs, and is billed, all weekend.
# - [x] **B** Allocate an Elastic IP and associate it with the instance.
#   > It stays through stop and start. It costs the same by the hour as the ordinary address, at weekends too.
# - [ ] **C** Give the partner the private address.
#   > It never changes, and cannot be reached from another network without a VPN.
# - [ ] **D** Turn on termination protection.
#   > It guards against an accidental end and has nothing to do with addresses.

# %% answer="lost-address"
answer = "B"

# %% check="lost-address" points=1
question("lost-address", answer)

# %% [markdown] question="stopped-bill"
# ### Question 2
#
# A test server was stopped three months ago. It still appears on the bill. Which items can there be? (The best
# description.)
#
# - [ ] **A** The instance, at a reduced rate while it is stopped.
#   > There is no such rate: stopped hours are not billed.
# - [ ] **B** Nothing; the bill must be wrong.
#   > The machine costs nothing, what it holds on to does.
# - [x] **C** Its EBS volumes, snapshots, and an Elastic IP.
#   > All three exist whether it runs or not. Delete what nobody needs, or terminate it after a backup.
# - [ ] **D** Its security groups and key pair.
#   > Both are free, in whatever number the quotas allow.

# %% answer="stopped-bill"
answer = "C"

# %% check="stopped-bill" points=1
question("stopped-bill", answer)

# %% [markdown] question="graviton"
# ### Question 3
#
# To save money, a team stops an `m6i.large` that was started from an x86 image and sets its type to `m7g.large`. AWS
# answers InvalidParameterValue. Why?
#
# - [x] **A** `m7g` has Arm processors; the image on its disk is for x86.
#   > A change of type keeps the architecture. Start a new instance from an Arm image, and swap the two.
# - [ ] **B** The family can be changed only while it is running.
#   > The other way round: it must be stopped.
# - [ ] **C** The generation can rise by one at most.
#   > Generations may be skipped. Whether the new type understands the image is what counts.
# - [ ] **D** The instance needs an Elastic IP first.
#   > Addresses play no part in a change of type.

# %% answer="graviton"
answer = "A"

# %% check="graviton" points=1
question("graviton", answer)

# %% [markdown] question="nightly-report"
# ### Question 4
#
# A program that takes two minutes builds a report every night. It runs on a `t3.medium` that is on all day for nothing
# else. The program is a short Python script. What costs least?
#
# - [ ] **A** A smaller instance, such as `t3.micro`.
#   > A quarter of the price, and still 1,438 of 1,440 minutes a day paid for waiting.
# - [ ] **B** Hibernate the instance during the day.
#   > Its disk, with the memory on it, is still billed, and somebody has to wake it.
# - [ ] **C** A container that runs all the time.
#   > It waits as long as the instance does. A container started by the night would be another matter.
# - [x] **D** A Lambda function that a schedule starts.
#   > Two minutes a night are paid by the millisecond, and there is no machine to patch.

# %% answer="nightly-report"
answer = "D"

# %% check="nightly-report" points=1
question("nightly-report", answer)

# %%
progress()
