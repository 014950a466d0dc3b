# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '2.2'
#     - '4.3'
#     minutes: 60
#     practises:
#       attach-near:
#       - ebs.volume-basics
#       - ebs.az-bound
#       can-attach:
#       - ebs.attachment-rules
#       encrypt-it:
#       - ebs.encryption
#       gp2-burst:
#       - ebs.gp2
#       - ebs.iops-throughput
#       gp2-or-gp3:
#       - ebs.gp3
#       - ebs.choose-type
#       mount-script:
#       - ebs.make-usable
#       move-volume:
#       - ebs.az-bound
#       - ebs.snapshots
#       stored-blocks:
#       - ebs.snapshots
#     services:
#     - ec2
#     - ebs
#     - kms
#     title: Volumes for instances
#     topics:
#     - ebs.volume-basics
#     - ebs.az-bound
#     - ebs.attachment-rules
#     - ebs.provisioned-billing-and-resize
#     - ebs.make-usable
#     - ebs.iops-throughput
#     - ebs.volume-types
#     - ebs.gp2
#     - ebs.gp3
#     - ebs.provisioned-iops
#     - ebs.hdd
#     - ebs.choose-type
#     - ebs.delete-on-termination
#     - ebs.snapshots
#     - ebs.encryption
# ---

# %% [markdown]
# # Volumes for instances
#
# Atlas prints hiking maps. Its map server is an EC2 instance, and what it must not lose lies on **EBS volumes**,
# disks that reach an instance over the network. After this lesson you can attach, move, grow, encrypt and back up
# such disks, and choose the type that is fast enough without paying for more.

# %% setup="start"
import re
from math import ceil

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/06-volumes")
lab.start()
ec2 = boto3.client("ec2")
IMAGE = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]


def launch(zone: str = "us-east-1a") -> str:
    """Start a small server in an Availability Zone; returns its id."""
    started = ec2.run_instances(
        ImageId=IMAGE,
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        Placement={"AvailabilityZone": zone},
    )
    return started["Instances"][0]["InstanceId"]


def volume(volume_id: str) -> dict:
    """What AWS tells about a volume."""
    return ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]


def attempt(call, **given) -> str:
    """Make a call; returns 'ok' or the error code."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## A disk with a life of its own
#
# Nearly every instance starts from a **root volume** with the operating system; more volumes can be added. A volume
# keeps its data while the instance stops, fails or is replaced, and can be detached and given to another. Its blocks
# are copied several times, but only within one **Availability Zone**. An instance in another zone cannot reach it.

# %%
server, other_zone = launch("us-east-1a"), launch("us-east-1b")
maps = ec2.create_volume(AvailabilityZone="us-east-1a", Size=100, VolumeType="gp3")["VolumeId"]
ec2.get_waiter("volume_available").wait(VolumeIds=[maps])
for place, instance in (
    ("the other zone", other_zone),
    ("the same zone", server),
    ("a second time", other_zone),
):
    print(
        f"{place:<15}",
        attempt(ec2.attach_volume, VolumeId=maps, InstanceId=instance, Device="/dev/sdf"),
    )
holder = volume(maps)["Attachments"][0]["InstanceId"]
print(volume(maps)["State"], "by the server:", holder == server)

# %% [markdown]
# ### Your turn: a disk for this server
#
# Write `attach_near(instance_id, size)`: it creates a gp3 volume of `size` GiB **where the instance is**, attaches it
# as `/dev/sdf` and returns its id. On AWS a new volume is `creating` for some seconds and cannot be attached yet; wait
# until it is available.
#
# <details><summary>Hint</summary>
#
# `describe_instances` tells `Placement` of the instance, inside `Reservations` and `Instances`. The first cells of this
# part show the waiter, `volume_available`.
# </details>


# %% exercise="attach-near"
def attach_near(instance_id: str, size: int) -> str:
    """Give the instance one more disk; return the volume's id."""
    ### BEGIN SOLUTION
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    made = ec2.create_volume(AvailabilityZone=found["Placement"]["AvailabilityZone"], Size=size, VolumeType="gp3")
    ec2.get_waiter("volume_available").wait(VolumeIds=[made["VolumeId"]])
    ec2.attach_volume(VolumeId=made["VolumeId"], InstanceId=instance_id, Device="/dev/sdf")
    return made["VolumeId"]
    ### END SOLUTION


# %% check="attach-near" points=1
with check(
    "attach-near",
    needs="attach_near",
    right="The volume goes where the instance is, never the other way.",
) as expect:

    def is_near(zone: str, size: int) -> None:
        instance = launch(zone)
        with lab.watching(most=60) as calls:
            made = attach_near(instance, size)
        expect(
            isinstance(made, str) and made.startswith("vol-"),
            f"Return the volume's id, not {made!r}.",
        )
        found = volume(made)
        expect.equal(found["Size"], size, "The size in GiB")
        expect.equal(found["VolumeType"], "gp3", "The type")
        holders = [(one["InstanceId"], one["Device"]) for one in found["Attachments"]]
        expect(holders != [], "The volume exists, but is attached to nothing.")
        expect.equal(holders, [(instance, "/dev/sdf")], "Instance and device of the attachment")
        order = [one.operation for one in calls]
        expect(
            order.count("CreateVolume") == 1,
            f"One volume is asked for, you made {order.count('CreateVolume')}; AWS bills them all.",
        )
        between = order[order.index("CreateVolume") : order.index("AttachVolume")]
        expect(
            "DescribeVolumes" in between,
            "You attach it at once; on AWS it is still 'creating' then. Wait for volume_available.",
        )

    is_near("us-east-1a", 20)
    is_near("us-east-1c", 8)
    ### BEGIN HIDDEN TESTS
    is_near("us-east-1b", 300)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One instance, with an exception
#
# A volume belongs to one instance at a time. The exception is **Multi-Attach**: io1 and io2 volumes made with
# `MultiAttachEnabled` may be attached to up to 16 instances (Nitro types) of the same zone. All of them may write at
# once, so it needs a cluster file system; ext4 or xfs would be destroyed. To share files, use EFS instead.

# %%
shared = ec2.create_volume(
    AvailabilityZone="us-east-1a",
    Size=100,
    VolumeType="io2",
    Iops=1000,
    MultiAttachEnabled=True,
)["VolumeId"]
for _ in range(2):
    ec2.attach_volume(VolumeId=shared, InstanceId=launch("us-east-1a"), Device="/dev/sdf")
print(len(volume(shared)["Attachments"]), "instances share the io2 volume")
gp3 = {"AvailabilityZone": "us-east-1a", "Size": 100, "VolumeType": "gp3"}
print("the same with gp3:", attempt(ec2.create_volume, **gp3, MultiAttachEnabled=True))

# %% [markdown]
# > **Then and now.** Many books say "one volume, one instance" without the exception; Multi-Attach came in February
# > 2020.
#
# ### Your turn: predict the attachment
#
# Write `can_attach(found, zone)`: will AWS attach this volume to a *further* running instance in this zone? `found`
# is what `describe_volumes` tells about the volume: look at `AvailabilityZone`, `Attachments` and
# `MultiAttachEnabled` (which may be missing). The check asks you first and the lab afterwards.
#
# <details><summary>Hint</summary>
#
# Three questions: is it the same zone? Is the volume free? If not, may it be shared, and are there fewer than
# `facts.limit("ebs", "multi-attach-instances")` already?
# </details>


# %% exercise="can-attach"
def can_attach(found: dict, zone: str) -> bool:
    """Tell whether one more instance of this zone can have the volume."""
    ### BEGIN SOLUTION
    holders = len(found["Attachments"])
    most = facts.limit("ebs", "multi-attach-instances") if found.get("MultiAttachEnabled") else 1
    return found["AvailabilityZone"] == zone and holders < most
    ### END SOLUTION


# %% check="can-attach" points=2
with check(
    "can-attach",
    needs="can_attach",
    right="Zone first, then the number of hands on it.",
) as expect:
    PLACE = {"AvailabilityZone": "us-east-1a"}

    def agrees(what: str, zone: str, holders: int, **given) -> None:
        made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=100, **given)["VolumeId"]
        for _ in range(holders):
            ec2.attach_volume(VolumeId=made, InstanceId=launch("us-east-1a"), Device="/dev/sdf")
        said = can_attach(volume(made), zone)
        expect(isinstance(said, bool), f"Return True or False, not {said!r}.")
        came = attempt(ec2.attach_volume, VolumeId=made, InstanceId=launch(zone), Device="/dev/sdf")
        expect(said == (came == "ok"), f"{what}: you said {said}, AWS answers {came}.")

    SHARED = {"VolumeType": "io2", "Iops": 500, "MultiAttachEnabled": True}
    agrees("A free gp3 volume, same zone", "us-east-1a", 0, VolumeType="gp3")
    agrees("A free gp3 volume, other zone", "us-east-1b", 0, VolumeType="gp3")
    agrees("A gp3 volume in use", "us-east-1a", 1, VolumeType="gp3")
    agrees("A shared io2 volume with one instance", "us-east-1a", 1, **SHARED)
    agrees(
        "An io2 volume in use, made without MultiAttachEnabled",
        "us-east-1a",
        1,
        VolumeType="io2",
        Iops=500,
    )
    agrees("A shared io2 volume in use, other zone", "us-east-1b", 1, **SHARED)
    full = volume(ec2.create_volume(**PLACE, Size=100, **SHARED)["VolumeId"])
    full |= {"State": "in-use", "Attachments": [{}] * 16}
    expect(
        can_attach(full, "us-east-1a") is False,
        "A shared volume with 16 instances is full.",
    )
    ### BEGIN HIDDEN TESTS
    agrees(
        "A shared io1 volume with two instances",
        "us-east-1a",
        2,
        **(SHARED | {"VolumeType": "io1"}),
    )
    full["Attachments"] = [{}] * 15
    expect(
        can_attach(full, "us-east-1a") is True,
        "A shared volume with 15 instances has room for one.",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Snapshots, and the way into another zone
#
# A **snapshot** is a copy of a volume at one moment, kept by AWS in S3, for the whole Region. From it you create
# volumes in any zone, and `copy_snapshot` takes it to another Region. So a volume moves in three steps: snapshot, new
# volume elsewhere, old one deleted.
#
# > **Then and now.** Within a zone there is a shorter way since October 2025, `CopyVolumes`. The lab does not know it
# > yet.
#
# ### Your turn: move a volume
#
# Write `move_volume(volume_id, zone)` for a gp3 volume that is attached to nothing. The new volume in `zone` has the
# same size, type, IOPS and throughput and comes from a snapshot. Wait until the snapshot is completed, and the new
# volume available, before you delete anything. Afterwards the old volume and the snapshot are gone. Return the new id.
#
# <details><summary>Hint</summary>
#
# Read `Size`, `VolumeType`, `Iops` and `Throughput` with our `volume(...)`. A new gp3 volume has 3,000 IOPS unless
# you say otherwise, whatever the snapshot's volume had. Waiters: `snapshot_completed` and `volume_available`.
# </details>


# %% exercise="move-volume"
def move_volume(volume_id: str, zone: str) -> str:
    """Move a gp3 volume into another zone; return the new id."""
    ### BEGIN SOLUTION
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id, Description="on the way")["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    same = {name: old[name] for name in ("Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot, **same)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[new])
    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.delete_volume(VolumeId=volume_id)
    return new
    ### END SOLUTION


# %% check="move-volume" points=2
with check(
    "move-volume",
    needs="move_volume",
    right="Check the copy before you delete the original.",
) as expect:

    def moves(zone: str, **given) -> None:
        old = ec2.create_volume(AvailabilityZone="us-east-1a", VolumeType="gp3", **given)["VolumeId"]
        before = volume(old)
        with lab.watching(most=60) as made:
            new = move_volume(old, zone)
        expect(
            isinstance(new, str) and new.startswith("vol-"),
            f"Return the new volume's id, not {new!r}.",
        )
        expect(new != old, "You returned the old volume's id.")
        after = volume(new)
        expect.equal(after["AvailabilityZone"], zone, "The zone of the new volume")
        expect(
            len(made.of("CreateSnapshot")) == 1,
            "Take one snapshot: an empty new volume has none of the data.",
        )
        expect(
            after.get("SnapshotId", "") != "",
            "The new volume does not come from the snapshot, so it is empty.",
        )
        for name in ("Size", "VolumeType", "Iops", "Throughput"):
            expect.equal(after.get(name), before.get(name), f"{name} of the new volume")
        gone = attempt(ec2.describe_volumes, VolumeIds=[old])
        expect(gone != "ok", "The old volume is still there, and AWS still bills it.")
        left = ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [old]}])["Snapshots"]
        expect(left == [], "The snapshot is still there, and AWS bills it.")
        order = [one.operation for one in made]
        create = order.index("CreateVolume")
        delete = min(order.index("DeleteVolume"), order.index("DeleteSnapshot"))
        expect(
            "DescribeSnapshots" in order[order.index("CreateSnapshot") : create],
            "On AWS a snapshot takes minutes or hours. Wait for snapshot_completed.",
        )
        expect(
            "DescribeVolumes" in order[create:delete],
            "You delete before the new volume is there. Wait for volume_available first.",
        )

    moves("us-east-1b", Size=100, Iops=4000, Throughput=250)
    ### BEGIN HIDDEN TESTS
    moves("us-east-1c", Size=30)
    moves("us-east-1b", Size=700, Iops=6000, Throughput=500)
    ### END HIDDEN TESTS

# %% [markdown]
# ### What a snapshot stores
#
# Snapshots are **incremental**: the first stores every block, each later one only the blocks that changed. Yet every
# snapshot is complete: it points to blocks that earlier ones brought. When you delete a snapshot, only those blocks
# go that no other snapshot needs. Atlas has a disk of 200 GiB and takes one a night.

# %%
days = list(range(1, 31))
changed_gb = [4 + 3 * (day % 7 in (5, 6)) for day in days]
incremental = [200 + sum(changed_gb[1:day]) for day in days]
full = [200 * day for day in days]
a_gb = facts.price("ebs", "snapshot-storage-standard-tier")
cheap, dear = incremental[-1] * a_gb, full[-1] * a_gb
charts.curves(
    {"full copies": (days, full), "incremental": (days, incremental)},
    headline=f"{cheap:.0f} USD a month, not {dear:.0f}: snapshots share blocks",
    x_label="nights",
    y_unit="GB",
    y_label="stored",
    source=[a_gb],
)

# %% [markdown]
# On a schedule **Data Lifecycle Manager** or AWS Backup takes them, and deletes old ones. A snapshot uses some I/O of
# its volume, so choose quiet hours. Rarely needed ones can go to an *archive* tier: a full copy at a quarter of the
# price, for 90 days or more, back within 72 hours.
#
# ### Your turn: what remains
#
# Write `stored_blocks(nights, deleted)`. `nights` is a list of sets: the numbers of the blocks that changed before
# the snapshot of night 0, 1, 2 ... (night 0 holds all). `deleted` is the set of the nights whose snapshots were
# deleted. Return how many blocks are stored, so that each kept snapshot can be restored.
#
# <details><summary>Hint</summary>
#
# For each kept snapshot and each block: which night up to then brought its newest state?
# Collect the pairs (block, night) in a set.
# </details>


# %% exercise="stored-blocks"
def stored_blocks(nights: list[set], deleted: set) -> int:
    """Count the blocks that the kept snapshots need."""
    ### BEGIN SOLUTION
    needed, newest = set(), {}
    for night, blocks in enumerate(nights):
        newest |= dict.fromkeys(blocks, night)
        if night not in deleted:
            needed |= set(newest.items())
    return len(needed)
    ### END SOLUTION


# %% check="stored-blocks" points=2
with check("stored-blocks", needs="stored_blocks", right="Deleting one never harms another.") as expect:
    story = [{1, 2, 3, 4}, {2}, {2, 3}]
    expect.equal(stored_blocks(story, set()), 7, "4 blocks, then 1, then 2, nothing deleted")
    expect.equal(
        stored_blocks(story, {1}),
        6,
        "The middle one deleted: its block 2 was replaced, nobody needs it",
    )
    expect.equal(
        stored_blocks(story, {0}),
        6,
        "The first deleted: its blocks 1, 4 and 3 are needed by later ones",
    )
    expect.equal(stored_blocks(story, {0, 1}), 4, "Only the last is kept: it needs each block once")
    ### BEGIN HIDDEN TESTS
    expect.equal(stored_blocks([{1, 2}, {1}, {2}, {1, 2}], {1, 2}), 4, "Two in the middle deleted")
    expect.equal(stored_blocks([{1, 2, 3}], {0}), 0, "The only one deleted")
    expect.equal(
        stored_blocks([{1, 2, 3}, set(), {3}], {2}),
        3,
        "The last deleted, a night without changes",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Pay for the size, grow at any time
#
# You pay for what you **provision**, used or not: GiB, and with some types IOPS and throughput, by the second. So
# begin small: `modify_volume` makes a volume larger, faster or of another type while it is in use. Then extend the
# file system. It cannot shrink.

# %%
for wish in ({"Size": 200, "Iops": 4000, "Throughput": 200}, {"Size": 100}):
    print(wish, "->", attempt(ec2.modify_volume, VolumeId=maps, **wish))
for size in (210, 220, 230, 240):
    print(f"to {size} GiB ->", attempt(ec2.modify_volume, VolumeId=maps, Size=size))
per_gb = facts.price("ebs", "gp3-storage")
print(f"500 GiB with 120 GiB of data: {500 * per_gb:.0f} USD a month,")
print(f"{380 * per_gb:.2f} of them for nothing")

# %% [markdown]
# A volume takes four modifications within 24 hours, each once the one before has finished. (Until January 2026 it was
# one in six hours. On AWS a modification takes its time, in the lab it is done at once.)
#
# ### From attached to usable
#
# An attached volume is an empty device: find it (`lsblk`), make a file system, mount it, and note it in `/etc/fstab`
# so that it is there after a restart. Name it there by UUID, since device names change (`/dev/sdf` shows up as
# `/dev/nvme1n1`), and with `nofail`: otherwise the machine does not boot when the volume is missing.
#
# ### Your turn: repair the script
#
# `mount_script(found)` writes the shell commands for a volume, told by `describe_volumes`. A colleague's version has
# just erased a restored backup: a volume from a snapshot **has** a file system already. Repair it; mind the line for
# `/etc/fstab`, too. Device `/dev/nvme1n1`, xfs and `/maps` stay as they are.
#
# <details><summary>Hint</summary>
#
# `found.get("SnapshotId")` is empty or missing for a new volume. `$(blkid -s UUID -o value /dev/nvme1n1)` is the UUID
# in a shell script. The options stand in the fourth place: `defaults,nofail`.
# </details>


# %% exercise="mount-script" repair=true
def mount_script(found: dict) -> str:
    """The commands that mount the volume at /maps, now and after each restart."""
    return "\n".join(
        [
            "#!/bin/bash",
            "mkdir -p /maps",
            "mkfs -t xfs -f /dev/nvme1n1",
            "mount /dev/nvme1n1 /maps",
            'echo "/dev/nvme1n1 /maps xfs defaults 0 2" >> /etc/fstab',
        ]
    )


### BEGIN SOLUTION
def mount_script(found: dict) -> str:
    """The commands that mount the volume at /maps, now and after each restart."""
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines.append("mkfs -t xfs /dev/nvme1n1")
    lines.append('echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab')
    lines.append("mount /maps")
    return "\n".join(lines)


### END SOLUTION


# %% check="mount-script" points=2
with check(
    "mount-script",
    needs="mount_script",
    right="A script that formats asks first what is there.",
) as expect:
    DEVICE = "/dev/nvme1n1"

    def commands(found: dict) -> list[str]:
        written = mount_script(found)
        expect(isinstance(written, str), "Return one text, the lines joined with newlines.")
        lines = [line.strip().removeprefix("sudo ").strip() for line in written.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]

    def places(lines: list[str], word: str) -> list[int]:
        return [at for at, line in enumerate(lines) if line.split()[0].startswith(word)]

    def in_fstab(line: str) -> list[str]:
        """The six fields that the line adds to /etc/fstab, with its UUID as one word."""
        expect(
            ">>" in line or "tee -a" in line,
            "A single > replaces the whole /etc/fstab, the root volume's line as well.",
        )
        expect(
            not re.search(r"'[^']*\$[^']*'", line),
            "In single quotes bash does not replace $(...): the text itself gets into /etc/fstab.",
        )
        expect("UUID=" in line, "/etc/fstab should name the volume by UUID; device names change.")
        expect(
            re.search(r"UUID=(\$|`|%s)", line) is not None,
            "What stands after UUID= is no UUID. The script asks blkid for it: $(blkid ...).",
        )
        line = re.sub(r"UUID=(\$\([^)]*\)|`[^`]*`|\$\{?\w+\}?|%s)", "UUID=it", line)
        return line[line.index("UUID=") :].partition('"')[0].split()

    def good(found: dict, what: str, new: bool) -> None:
        lines = commands(found)
        guarded = [at for at, line in enumerate(lines) if re.match(r"blkid .*\|\| *(sudo )?mkfs", line)]
        formats, mounts = places(lines, "mkfs") + guarded, places(lines, "mount")
        tabs = [at for at, line in enumerate(lines) if "/etc/fstab" in line]
        if new:
            expect(len(formats) == 1, f"{what}: it has no file system yet. One mkfs is needed.")
        else:
            expect(formats == guarded, f"{what}: mkfs erases what was restored.")
        expect(len(mounts) == 1, f"{what}: mount it once.")
        folder = places(lines, "mkdir")
        expect(
            folder != [] and folder[0] < mounts[0],
            f"{what}: mount needs the folder /maps; make it first.",
        )
        expect(
            not formats or formats[0] < mounts[0],
            f"{what}: make the file system before you mount it.",
        )
        for at in formats:
            expect("xfs" in lines[at], "The file system is xfs.")
            expect(DEVICE in lines[at], f"mkfs: the device is {DEVICE}.")
        expect(
            len(tabs) == 1,
            f"{what}: one line goes to /etc/fstab, so that a restart mounts it.",
        )
        fields = in_fstab(lines[tabs[0]])
        expect(
            fields[1:3] == ["/maps", "xfs"],
            "In /etc/fstab the volume is mounted at /maps as xfs.",
        )
        expect(
            len(fields) > 3 and "nofail" in fields[3].split(","),
            "Without nofail in /etc/fstab, in the fourth place, the machine hangs at boot when the volume is missing.",
        )
        asks = [at for at, line in enumerate(lines) if "blkid" in line and "UUID" in line]
        expect(
            asks != [] and DEVICE in lines[asks[0]],
            f"The UUID comes from blkid -s UUID -o value {DEVICE}.",
        )
        expect(
            not formats or formats[0] < asks[0],
            f"{what}: the UUID is born with the file system. Ask blkid after mkfs.",
        )
        expect(
            DEVICE in lines[mounts[0]] or tabs[0] < mounts[0],
            f"Mount {DEVICE}; or /maps, once it stands in /etc/fstab.",
        )

    fresh = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
    backup = ec2.create_snapshot(VolumeId=fresh)["SnapshotId"]
    from_it = ec2.create_volume(AvailabilityZone="us-east-1a", SnapshotId=backup)
    restored = from_it["VolumeId"]
    good(volume(restored), "A volume from a snapshot", new=False)
    good(volume(fresh), "A new volume", new=True)
    good({"VolumeId": "vol-1", "SnapshotId": ""}, "A new volume (SnapshotId is empty)", new=True)
    ### BEGIN HIDDEN TESTS
    good({"VolumeId": "vol-1"}, "A new volume (SnapshotId is missing)", new=True)
    good({"VolumeId": "vol-1", "SnapshotId": "snap-1"}, "A restored volume", new=False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## How fast: two numbers
#
# **IOPS** counts reads and writes a second; it matters for many small accesses, as in a database. **Throughput** is
# data a second (MiB/s); it matters for large files and scans. They hang together: throughput = IOPS x size of one
# access, until the volume's throughput limit ends it. The types:

# %%
facts.table("ebs-volume-types").set_index("type")[
    ["medium", "boot", "min_gib", "max_gib", "max_iops", "max_mib_s", "storage_usd_gb_month"]
]

# %%
small = sorted([*range(4, 257, 4), 125 * 1024 / 3000])
limits = {
    "gp3, as it comes": (
        facts.limit("ebs", "gp3-minimum-iops"),
        facts.limit("ebs", "gp3-minimum-throughput"),
    ),
    "gp2, 2,000 GiB": (6000, facts.limit("ebs", "gp2-maximum-throughput")),
    "io2, 16,000 IOPS": (16_000, facts.limit("ebs", "io2-block-express-maximum-throughput")),
}
curves = {}
for name, (iops, most) in limits.items():
    curves[name] = (small, [min(iops * kib / 1024, most) for kib in small])
charts.curves(
    curves,
    headline="Small accesses hit the IOPS limit, large ones the throughput limit",
    x_label="size of one access",
    x_unit="KiB",
    y_unit="MiB/s",
    log_y=True,
    notes=[(125 * 1024 / 3000, 125, "43 KiB")],
    source=[
        facts.limit("ebs", "gp3-minimum-iops"),
        facts.limit("ebs", "gp3-minimum-throughput"),
    ],
)

# %% [markdown]
# - **gp3**, the usual choice: 3,000 IOPS and 125 MiB/s with any size; more of both is bought apart, up to 80,000 IOPS
#   (500 for each GiB) and 2,000 MiB/s (0.25 for each IOPS).
# - **gp2**, its predecessor: speed comes with size, 3 IOPS for each GiB.
# - **io2** (Block Express): up to 256,000 IOPS, 1,000 for each GiB, 99.999 % durability; **io1**, its predecessor:
#   64,000 and 50 for each GiB. For large databases with steady load.
# - **st1** and **sc1**, hard disks for long sequential reads; they cannot boot. `standard` is a relic.
#
# > **Then and now.** gp3 had 16,000 IOPS, 1,000 MiB/s and 16 TiB until September 2025. HDDs begin at 125 GiB, not
# > 500.

# %%
zone = {"AvailabilityZone": "us-east-1a"}
wishes = [
    {"VolumeType": "io1", "Size": 100, "Iops": 6000},
    {"VolumeType": "io2", "Size": 100, "Iops": 6000},
    {"VolumeType": "gp3", "Size": 100, "Throughput": 1000},
    {"VolumeType": "st1", "Size": 100},
]
for wish in wishes:
    print(wish, "->", attempt(ec2.create_volume, **zone, **wish))

# %% [markdown]
# ## gp2: a bucket of credits
#
# A gp2 volume earns 3 credits a second for each GiB (at least 100), one for each I/O, and keeps up to 5.4 million.
# With credits left it may *burst* to 3,000 IOPS; without, it falls back to what it earns. From 1,000 GiB on it earns
# 3,000 and needs no burst. Atlas renders maps each morning: two hours at 3,000 IOPS on a disk of 100 GiB. We simulate
# it, minute by minute.


# %%
def gp2(size: int, demand: list[int]) -> tuple[list[float], list[float]]:
    """Delivered IOPS and credits left, minute by minute."""
    earns = min(
        max(facts.limit("ebs", "gp2-minimum-iops"), 3 * size),
        facts.limit("ebs", "gp2-maximum-iops"),
    )
    bucket = full = facts.limit("ebs", "gp2-credit-bucket")
    delivered, credit = [], []
    for wanted in demand:
        possible = max(earns, min(facts.limit("ebs", "gp2-burst-iops"), earns + bucket / 60))
        given = min(wanted, possible)
        bucket = min(full, max(0, bucket + (earns - given) * 60))
        delivered.append(given)
        credit.append(bucket / 1e6)
    return delivered, credit


minutes = list(range(180))
demand = [100 if minute < 20 or minute >= 140 else 3000 for minute in minutes]
on_gp2, credits_left = gp2(100, demand)
charts.over_time(
    {"gp3": demand, "gp2, 100 GiB": on_gp2},
    x=minutes,
    x_unit="minutes",
    y_label="I/O operations a second",
    events={"rendering starts": 20, "credits are gone": 20 + 33},
    headline="After 33 minutes gp2 falls from 3,000 to 300 IOPS; gp3 does not",
    source="simulation in this cell, with the limits of the EBS user guide",
)

# %%
charts.over_time(
    {"credits": credits_left},
    x=minutes,
    x_unit="minutes",
    y_label="million I/O credits left",
    headline="The bucket is empty in half an hour; five hours of rest refill it",
    source="simulation of the cell above",
)

# %% [markdown]
# In a short test everything looks fine, since the bucket is full. In production it is slow, and nobody knows why. The
# metric `BurstBalance` in CloudWatch tells.
#
# ### Your turn: how long does the burst last?
#
# Write `gp2_burst(size)` for a gp2 volume of `size` GiB with a full bucket that is asked for 3,000 IOPS without
# pause. Return its baseline in IOPS, and the whole seconds (rounded down) until the credits are gone, or `None` if
# they never are.
#
# <details><summary>Hint</summary>
#
# While it bursts, credits go in at the baseline and out at 3,000 a second. The facts have `gp2-minimum-iops`,
# `gp2-maximum-iops`, `gp2-burst-iops` and `gp2-credit-bucket`.
# </details>


# %% exercise="gp2-burst"
def gp2_burst(size: int) -> tuple[int, int | None]:
    """Return (baseline IOPS, seconds of full burst or None)."""
    ### BEGIN SOLUTION
    baseline = min(16_000, max(100, 3 * size))
    if baseline >= 3000:
        return baseline, None
    return baseline, 5_400_000 // (3000 - baseline)
    ### END SOLUTION


# %% check="gp2-burst" points=1
with check(
    "gp2-burst",
    needs="gp2_burst",
    right="Small volumes burst as high as large ones, but not as long.",
) as expect:

    def lasts(size: int, wanted: tuple[int, int | None], why: str) -> None:
        got = gp2_burst(size)
        expect(isinstance(got, tuple) and len(got) == 2, "Return two: (baseline, seconds).")
        same = all(
            (one is None) == (other is None) and (one is None or float(one) == other)
            for one, other in zip(got, wanted, strict=True)
        )
        expect(same, f"{size:,} GiB: {why}. You return {got}, it should be {wanted}.")

    lasts(100, (300, 2000), "credits also come in while they are spent")
    lasts(50, (150, 1894), "1,894.7 seconds, rounded down")
    lasts(8, (100, 1862), "the baseline is never below 100")
    lasts(1000, (3000, None), "the baseline is the burst")
    lasts(6000, (16_000, None), "the baseline ends at 16,000")
    ### BEGIN HIDDEN TESTS
    lasts(500, (1500, 3600), "half the burst comes in again")
    lasts(999, (2997, 1_800_000), "only 3 credits a second are lost")
    lasts(5334, (16_000, None), "the baseline ends at 16,000")
    lasts(33, (100, 1862), "the baseline is never below 100")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: gp2 or gp3?
#
# Write `monthly(kind, size, iops)` in USD for a volume that needs `size` GiB and **always** `iops` IOPS:
#
# - `"gp3"`: the size, and each IOPS above 3,000 apart;
# - `"gp2"`: the size only, but the volume must be so large that its baseline reaches `iops`;
# - `None` if the kind cannot do it: gp2 above 16,000 IOPS, gp3 above 80,000 or above 500 for each GiB (3,000 are
#   always included).
#
# <details><summary>Hint</summary>
#
# gp2 needs a third of the IOPS in GiB, rounded up, unless 100 IOPS are enough. Prices: `gp2-storage`, `gp3-storage`,
# `gp3-iops`, all of service `ebs`.
# </details>


# %% exercise="gp2-or-gp3"
def monthly(kind: str, size: int, iops: int) -> float | None:
    """Return the price in USD a month, or None."""
    ### BEGIN SOLUTION
    if kind == "gp2":
        if iops > 16_000:
            return None
        needed = size if iops <= 100 else max(size, ceil(iops / 3))
        return needed * facts.price("ebs", "gp2-storage")
    if iops > 80_000 or iops > max(3000, 500 * size):
        return None
    return size * facts.price("ebs", "gp3-storage") + max(0, iops - 3000) * facts.price("ebs", "gp3-iops")
    ### END SOLUTION


# %% check="gp2-or-gp3" points=2
with check(
    "gp2-or-gp3",
    needs="monthly",
    right="gp3 wins each time: buy speed as speed, not as size.",
) as expect:
    old = float(facts.price("ebs", "gp2-storage"))
    new = float(facts.price("ebs", "gp3-storage"))
    each = float(facts.price("ebs", "gp3-iops"))

    def costs(kind: str, size: int, iops: int, wanted: float, why: str = "") -> None:
        got = monthly(kind, size, iops)
        what = f"{kind}, {size:,} GiB, {iops:,} IOPS{why}"
        expect(got is not None, f"{what}: this can be done, you returned None.")
        expect.close(got, wanted, what)

    def cannot(kind: str, size: int, iops: int, why: str) -> None:
        expect(
            monthly(kind, size, iops) is None,
            f"{kind}, {size:,} GiB, {iops:,} IOPS cannot be done: {why}.",
        )

    costs("gp3", 100, 3000, 100 * new)
    costs("gp3", 100, 5000, 100 * new + 2000 * each)
    costs("gp2", 100, 3000, 1000 * old, ", by a larger volume")
    costs("gp3", 100, 1000, 100 * new, ": what you do not use is not paid back")
    costs("gp2", 2000, 3000, 2000 * old)
    got = monthly("gp2", 100, 3001) or 0
    expect.close(got / old, 1001, "gp2, 100 GiB, 3,001 IOPS: the GiB paid for", within=1e-6)
    costs("gp2", 20, 100, 20 * old, ", which every gp2 has")
    cannot("gp2", 100, 16_001, "16,000 is the end of gp2")
    cannot("gp3", 10, 6000, "500 IOPS for each GiB")
    cannot("gp3", 500, 80_001, "80,000 is the end of gp3")
    costs("gp3", 1, 3000, new, ", which are included")
    ### BEGIN HIDDEN TESTS
    costs("gp2", 50, 1000, 334 * old, ", rounded up")
    costs("gp3", 160, 80_000, 160 * new + 77_000 * each)
    cannot("gp3", 159, 80_000, "500 IOPS for each GiB")
    costs("gp2", 50, 16_000, 5334 * old)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Hard disks: cheap and sequential
#
# st1 and sc1 are counted in MiB/s, and both burst, by size: st1 earns 40 MiB/s for each TiB and bursts to 250, sc1
# earns 12 and bursts to 80. st1 suits logs and big data that are read from end to end; sc1 what is hardly read at
# all.

# %%
tebibytes = [n / 4 for n in range(1, 65)]


def disk(kind: str, what: str) -> list[float]:
    """MiB/s by size."""
    most = facts.limit("ebs", f"{kind}-maximum-throughput")
    each = facts.limit("ebs", f"{kind}-{what}-throughput")
    return [min(most, each * size) for size in tebibytes]


lines = {}
for kind in ("st1", "sc1"):
    for what in ("burst", "baseline"):
        lines[f"{kind}, {what}"] = (tebibytes, disk(kind, what))
charts.curves(
    lines,
    headline="An st1 of 2 TiB bursts to 500 MiB/s, but only 12.5 TiB keep that up",
    x_label="size",
    x_unit="TiB",
    y_unit="MiB/s",
    source=[
        facts.limit("ebs", "st1-burst-throughput"),
        facts.limit("ebs", "sc1-burst-throughput"),
    ],
)

# %% [markdown]
# What do 10 TB cost on each type? The prices of io1 and io2 still lack their IOPS.

# %%
kinds = ("gp2", "gp3", "io2", "st1", "sc1")
prices = {kind: 10_000 * facts.price("ebs", f"{kind}-storage") for kind in kinds}
least, most = min(prices.values()), max(prices.values())
charts.bars(
    prices,
    headline=f"10 TB cost from {least:,.0f} to {most:,.0f} USD a month",
    unit="USD per month",
    highlight=["gp3"],
    source=[facts.price("ebs", "gp3-storage"), facts.price("ebs", "sc1-storage")],
)

# %% [markdown]
# ## When the instance goes
#
# Terminating an instance deletes its **root** volume and keeps the others: `DeleteOnTermination` is true for the root
# and false for volumes attached later. Both can be changed, at launch or on a running instance. A volume in use
# cannot be deleted.

# %%
doomed = launch()
extra = ec2.create_volume(**zone, Size=8)["VolumeId"]
attempt(ec2.attach_volume, VolumeId=extra, InstanceId=doomed, Device="/dev/sdg")
told = ec2.describe_instances(InstanceIds=[doomed])["Reservations"][0]["Instances"][0]
mappings = told["BlockDeviceMappings"]
for one in mappings:
    print(one["DeviceName"], "deleted with the instance:", one["Ebs"]["DeleteOnTermination"])
print("delete the extra one now:", attempt(ec2.delete_volume, VolumeId=extra))
ec2.modify_instance_attribute(
    InstanceId=doomed,
    BlockDeviceMappings=[
        {"DeviceName": mappings[0]["DeviceName"], "Ebs": {"DeleteOnTermination": False}},
    ],
)
ec2.terminate_instances(InstanceIds=[doomed])
for one in mappings:
    print(one["DeviceName"], "afterwards:", volume(one["Ebs"]["VolumeId"])["State"])

# %% [markdown]
# > **Bill.** Volumes that nobody uses are a classic of AWS bills: find those in the state `available`, take a
# > snapshot if in doubt, delete them.
#
# ## Encryption
#
# An encrypted volume (AES-256 with a KMS key) is encrypted at rest, on its way to the instance, in its snapshots and
# in every volume made from them; the cost in speed is minimal. It is decided at creation and never switched
# afterwards. So an existing volume takes the way over a snapshot: copy it encrypted, make a volume from the copy.
# There is no way back to an unencrypted one.

# %%
plain = ec2.create_snapshot(VolumeId=maps)["SnapshotId"]
dublin = boto3.client("ec2", region_name="eu-west-1")
wish = {"SourceSnapshotId": plain, "SourceRegion": "us-east-1", "Encrypted": True}
copied = dublin.copy_snapshot(**wish)["SnapshotId"]
print(
    "copy in Ireland:",
    dublin.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["Encrypted"],
)
ec2.enable_ebs_encryption_by_default()
print(
    "new volume, nothing said:",
    volume(ec2.create_volume(**zone, Size=1)["VolumeId"])["Encrypted"],
)
_ = ec2.disable_ebs_encryption_by_default()

# %% [markdown]
# The copy in Ireland uses a key of Ireland: keys belong to a Region. *Encryption by default*, a setting for an
# account and Region, encrypts every new volume and copy. Switch it on in every account.
#
# ### Your turn: encrypt it
#
# Write `encrypt(volume_id, key)`: an encrypted volume with the data of this unencrypted gp3 one, in the same zone,
# with the same size, IOPS and throughput, under the KMS key with this id. Leave the old volume; delete the snapshots
# that you took. Return the new id.
#
# <details><summary>Hint</summary>
#
# `copy_snapshot` takes `Encrypted=True` and `KmsKeyId`; so does `create_volume` from an unencrypted snapshot, which
# is the shorter way.
# </details>


# %% exercise="encrypt-it"
def encrypt(volume_id: str, key: str) -> str:
    """Make an encrypted volume of the same data; return its id."""
    ### BEGIN SOLUTION
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    new = ec2.create_volume(
        **{name: old[name] for name in ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput")},
        SnapshotId=snapshot,
        Encrypted=True,
        KmsKeyId=key,
    )["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[new])
    ec2.delete_snapshot(SnapshotId=snapshot)
    return new
    ### END SOLUTION


# %% check="encrypt-it" points=2
with check("encrypt-it", needs="encrypt", right="Now change the mount, then delete the plain one.") as expect:
    kms = boto3.client("kms")

    def encrypts(where: str, **given) -> None:
        key = kms.create_key(Description="maps")["KeyMetadata"]["KeyId"]
        old = ec2.create_volume(AvailabilityZone=where, VolumeType="gp3", **given)["VolumeId"]
        before = volume(old)
        new = encrypt(old, key)
        expect(
            isinstance(new, str) and new.startswith("vol-"),
            f"Return the new volume's id, not {new!r}.",
        )
        expect(
            attempt(ec2.describe_volumes, VolumeIds=[old]) == "ok",
            "The old volume is gone; leave it.",
        )
        after = volume(new)
        expect(after["Encrypted"] is True, "The volume that you returned is not encrypted.")
        expect(
            after.get("SnapshotId", "") != "",
            "The new volume comes from no snapshot, so it is empty.",
        )
        expect(
            key in after.get("KmsKeyId", ""),
            "It is encrypted, but not with the key that was asked for.",
        )
        for name in ("AvailabilityZone", "Size", "Iops", "Throughput"):
            expect.equal(after.get(name), before.get(name), f"{name} of the new volume")
        left = ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [old]}])["Snapshots"]
        expect(
            left == [],
            f"{len(left)} snapshots of yours are still there. A plain one still tells everything.",
        )

    encrypts("us-east-1a", Size=50)
    encrypts("us-east-1b", Size=80, Iops=5000, Throughput=300)
    ### BEGIN HIDDEN TESTS
    encrypts("us-east-1c", Size=300, Iops=3500, Throughput=125)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Clean up
#
# On AWS every volume and snapshot of this lesson would be billed until it is gone.

# %%
unused = [{"Name": "status", "Values": ["available"]}]
for one in ec2.describe_volumes(Filters=unused)["Volumes"]:
    ec2.delete_volume(VolumeId=one["VolumeId"])
ec2.delete_snapshot(SnapshotId=plain)
left = ec2.describe_volumes(Filters=unused)["Volumes"]
print(len(left), "volumes without use")

# %% [markdown]
# ## To keep
#
# - A volume lives in one Availability Zone and outlives instances; snapshots take it to other zones and Regions.
# - One instance at a time; io1 and io2 can be shared within a zone, with a cluster file system.
# - You pay for what is provisioned. Volumes grow and change while in use; they never shrink.
# - gp3 is the usual choice. gp2 ties speed to size and lives on credits; io2 is for the most IOPS and durability; st1
#   and sc1 read sequentially, cheaply, and cannot boot.
# - Snapshots are incremental, and each can be restored alone.
# - The root volume goes with its instance unless you say otherwise.
# - Encrypt by default; an existing volume is encrypted over a snapshot.
#
# ## Check yourself

# %% [markdown] question="slow-after-lunch"
# ### Question 1
#
# A database on a gp2 volume of 50 GiB is fast after each restart, and slow after half an hour of load: about 150
# IOPS. What is the cheapest lasting cure?
#
# - [ ] **A** Restart it each half hour
#   > A restart refills nothing. It was the pause that let credits come in.
# - [ ] **B** Grow the gp2 volume to 1,000 GiB
#   > It works: the baseline is then 3,000 IOPS. It costs twenty times the storage for speed that gp3 includes.
# - [x] **C** Change the volume to gp3 while it is in use
#   > gp3 gives 3,000 IOPS at any size without credits, and a GiB costs a fifth less.
# - [ ] **D** Change it to st1
#   > st1 has 500 IOPS at most, is made for sequential reads, and begins at 125 GiB.

# %% answer="slow-after-lunch"
answer = "C"

# %% check="slow-after-lunch" points=1
question("slow-after-lunch", answer)

# %% [markdown] question="zone-fails"
# ### Question 2
#
# A zone fails. An instance with one EBS data volume stood there; you start a new instance in another zone. How do you
# get the data, if you have prepared for this?
#
# - [ ] **A** Detach the volume and attach it in the other zone
#   > A volume never leaves its zone: InvalidVolume.ZoneMismatch.
# - [x] **B** Create a volume in the other zone from the latest snapshot
#   > Snapshots belong to the Region. What was written since the last one is missing, so the schedule is your data
#   > loss.
# - [ ] **C** It had Multi-Attach, so it is attached already
#   > Multi-Attach shares a volume within one zone only.
# - [ ] **D** EBS replicates to all zones; wait for it
#   > EBS replicates within one zone. EFS and S3 keep data in several.

# %% answer="zone-fails"
answer = "B"

# %% check="zone-fails" points=1
question("zone-fails", answer)

# %% [markdown] question="pick-a-type"
# ### Question 3
#
# A bank needs 100,000 IOPS on 500 GiB, steady, with the highest durability that EBS has. Which type?
#
# - [ ] **A** gp3 with 100,000 IOPS
#   > gp3 ends at 80,000 IOPS and has 99.8 to 99.9 % durability.
# - [ ] **B** io1 with 100,000 IOPS
#   > io1 ends at 64,000, and 500 GiB allow 25,000 (50 for each GiB).
# - [x] **C** io2 with 100,000 IOPS
#   > io2 goes to 256,000 and 1,000 for each GiB, with 99.999 % durability.
# - [ ] **D** Two sc1 volumes as RAID 0
#   > sc1 has 250 IOPS. RAID 0 of two volumes would also fail when either fails.

# %% answer="pick-a-type"
answer = "C"

# %% check="pick-a-type" points=1
question("pick-a-type", answer)

# %% [markdown] question="deleted-snapshot"
# ### Question 4
#
# To save money a script deletes all snapshots of a volume but the newest. Can the volume still be restored?
#
# - [ ] **A** No: snapshots are incremental, and the first, full one is gone
#   > EBS keeps each block that a remaining snapshot needs, whichever snapshot brought it.
# - [x] **B** Yes, to the state of the newest snapshot
#   > The newest refers to all blocks of its moment. Only older states are lost.
# - [ ] **C** Yes, but only in the zone of the volume
#   > Snapshots are regional: any zone will do.
# - [ ] **D** Only if the volume still exists
#   > A snapshot is independent of its volume.

# %% answer="deleted-snapshot"
answer = "B"

# %% check="deleted-snapshot" points=1
question("deleted-snapshot", answer)

# %%
progress()
