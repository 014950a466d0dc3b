# %% [markdown]
# Answers to 04-storage/06-volumes: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="attach-near"
def attach_near(instance_id, size):
    resource = boto3.resource("ec2")
    instance = resource.Instance(instance_id)
    made = resource.create_volume(AvailabilityZone=instance.placement["AvailabilityZone"], Size=size, VolumeType="gp3")
    while made.state != "available":
        made.reload()
    made.reload()
    instance.attach_volume(VolumeId=made.id, Device="/dev/sdf")
    return made.id


# %% wrong="attach-near" says="still 'creating'"
def attach_near(instance_id, size):
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    zone = found["Placement"]["AvailabilityZone"]
    made = ec2.create_volume(AvailabilityZone=zone, Size=size, VolumeType="gp3")["VolumeId"]
    ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device="/dev/sdf")
    return made


# %% wrong="attach-near" says="you made 2"
def attach_near(instance_id, size):
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    wish = {"AvailabilityZone": found["Placement"]["AvailabilityZone"], "Size": size, "VolumeType": "gp3"}
    ec2.create_volume(**wish)
    made = ec2.create_volume(**wish)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[made])
    ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device="/dev/sdf")
    return made


# %% wrong="attach-near" says="InvalidVolume.ZoneMismatch"
def attach_near(instance_id, size):
    made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=size, VolumeType="gp3")["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[made])
    ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device="/dev/sdf")
    return made


# %% wrong="attach-near" says="attached to nothing"
def attach_near(instance_id, size):
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    zone = found["Placement"]["AvailabilityZone"]
    return ec2.create_volume(AvailabilityZone=zone, Size=size, VolumeType="gp3")["VolumeId"]


# %% wrong="attach-near" says="The type"
def attach_near(instance_id, size):
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    zone = found["Placement"]["AvailabilityZone"]
    made = ec2.create_volume(AvailabilityZone=zone, Size=size)["VolumeId"]  # without a type it is gp2
    ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device="/dev/sdf")
    return made


# %% right="can-attach"
def can_attach(found, zone):
    if found["AvailabilityZone"] != zone:
        return False
    if not found["Attachments"]:
        return True
    return bool(found.get("MultiAttachEnabled", False)) and len(found["Attachments"]) < 16


# %% right="can-attach"
def can_attach(found, zone):
    if found["AvailabilityZone"] != zone:
        return False
    shared = found.get("MultiAttachEnabled", False)
    return found["State"] == "available" or (shared and len(found["Attachments"]) < 16)


# %% wrong="can-attach" says="A shared io2 volume in use, other zone"
def can_attach(found, zone):
    holders = len(found["Attachments"])
    free_here = holders == 0 and found["AvailabilityZone"] == zone
    return free_here or (found.get("MultiAttachEnabled", False) and holders < 16)


# %% wrong="can-attach" says="other zone"
def can_attach(found, zone):
    return not found["Attachments"] or bool(found.get("MultiAttachEnabled"))


# %% wrong="can-attach" says="A shared io2 volume with one instance"
def can_attach(found, zone):
    return found["AvailabilityZone"] == zone and not found["Attachments"]


# %% wrong="can-attach" says="made without MultiAttachEnabled"
def can_attach(found, zone):
    if found["AvailabilityZone"] != zone:
        return False
    sharing = found.get("VolumeType", "io2") in ("io1", "io2")
    return not found["Attachments"] or (sharing and len(found["Attachments"]) < 16)


# %% wrong="can-attach" says="is full"
def can_attach(found, zone):
    return found["AvailabilityZone"] == zone and bool(not found["Attachments"] or found.get("MultiAttachEnabled"))


# %% right="move-volume"
def move_volume(volume_id, zone):
    resource = boto3.resource("ec2")
    old = resource.Volume(volume_id)
    snapshot = old.create_snapshot()
    snapshot.wait_until_completed()
    new = resource.create_volume(
        AvailabilityZone=zone, SnapshotId=snapshot.id, VolumeType=old.volume_type, Iops=old.iops,
        Throughput=old.throughput,
    )  # fmt: skip
    while boto3.resource("ec2").Volume(new.id).state != "available":
        pass
    old.delete()
    snapshot.delete()
    return new.id


# %% wrong="move-volume" says="Wait for snapshot_completed"
def move_volume(volume_id, zone):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    same = {name: old[name] for name in ("Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot, **same)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[new])
    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.delete_volume(VolumeId=volume_id)
    return new


# %% wrong="move-volume" says="You delete before the new volume is there"
def move_volume(volume_id, zone):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    ec2.delete_volume(VolumeId=volume_id)
    same = {name: old[name] for name in ("Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot, **same)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[new])
    ec2.delete_snapshot(SnapshotId=snapshot)
    return new


# %% wrong="move-volume" says="Iops of the new volume"
def move_volume(volume_id, zone):
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    new = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot, VolumeType="gp3")["VolumeId"]
    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.delete_volume(VolumeId=volume_id)
    return new


# %% wrong="move-volume" says="The old volume is still there"
def move_volume(volume_id, zone):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    new = ec2.create_volume(
        AvailabilityZone=zone, SnapshotId=snapshot, VolumeType="gp3", Iops=old["Iops"], Throughput=old["Throughput"]
    )
    ec2.delete_snapshot(SnapshotId=snapshot)
    return new["VolumeId"]


# %% wrong="move-volume" says="an empty new volume has none of the data"
def move_volume(volume_id, zone):
    old = volume(volume_id)
    same = {name: old[name] for name in ("Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(AvailabilityZone=zone, **same)["VolumeId"]
    ec2.delete_volume(VolumeId=volume_id)
    return new


# %% wrong="move-volume" says="The snapshot is still there"
def move_volume(volume_id, zone):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    new = ec2.create_volume(
        AvailabilityZone=zone, SnapshotId=snapshot, VolumeType="gp3", Iops=old["Iops"], Throughput=old["Throughput"]
    )
    ec2.delete_volume(VolumeId=volume_id)
    return new["VolumeId"]


# %% right="stored-blocks"
def stored_blocks(nights, deleted):
    needed = set()
    for kept in range(len(nights)):
        if kept in deleted:
            continue
        for block in set().union(*nights[: kept + 1]):
            newest = max(night for night in range(kept + 1) if block in nights[night])
            needed.add((block, newest))
    return len(needed)


# %% right="stored-blocks"
def stored_blocks(nights, deleted):
    total, open_changes = 0, set()
    for night, changed in enumerate(nights):
        open_changes |= changed
        if night not in deleted:
            total, open_changes = total + len(open_changes), set()
    return total


# %% wrong="stored-blocks" says="The first deleted"
def stored_blocks(nights, deleted):
    return sum(len(blocks) for night, blocks in enumerate(nights) if night not in deleted)


# %% wrong="stored-blocks" says="nothing deleted"
def stored_blocks(nights, deleted):
    return len(set().union(*nights)) if nights else 0


# %% wrong="stored-blocks" says="The middle one deleted"
def stored_blocks(nights, deleted):
    return sum(len(blocks) for blocks in nights)


# %% right="mount-script"
def mount_script(found):
    new = not found.get("SnapshotId")
    return f"""#!/bin/bash
    mkdir -p /maps
    {"mkfs.xfs /dev/nvme1n1" if new else ""}
    id=$(blkid -s UUID -o value /dev/nvme1n1)
    echo "UUID=$id /maps xfs defaults,nofail,noatime 0 2" | tee -a /etc/fstab >> /dev/null
    mount -a
    """


# %% right="mount-script"
def mount_script(found):
    lines = ["#!/bin/bash", "sudo mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["sudo mkfs.xfs /dev/nvme1n1"]
    lines += ["sudo mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1)  /maps  xfs  nofail  0  2" | sudo tee -a /etc/fstab']
    return "\n".join(lines)


# %% right="mount-script"
def mount_script(found):
    return """#!/bin/bash
mkdir -p /maps
blkid /dev/nvme1n1 || mkfs -t xfs /dev/nvme1n1
id=$(blkid -s UUID -o value /dev/nvme1n1)
echo "UUID=${id} /maps xfs defaults,nofail 0 2" >> /etc/fstab
mount -a
"""


# %% wrong="mount-script" says="In single quotes"
def mount_script(found):
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ["echo 'UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2' >> /etc/fstab"]
    return "\n".join(lines)


# %% wrong="mount-script" says="is no UUID"
def mount_script(found):
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=/dev/nvme1n1 /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    return "\n".join(lines)


# %% wrong="mount-script" says="in the fourth place"
def mount_script(found):
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults 0 2 nofail" >> /etc/fstab']
    return "\n".join(lines)


# %% wrong="mount-script" says="make it first"
def mount_script(found):
    lines = ["#!/bin/bash", "# the folder is there"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    return "\n".join(lines)


# %% wrong="mount-script" says="The file system is xfs"
def mount_script(found):
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t ext4 /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    return "\n".join(lines)


# %% wrong="mount-script" says="SnapshotId is empty"
def mount_script(found):
    lines = ["#!/bin/bash", "mkdir -p /maps"]
    if "SnapshotId" not in found:
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ["mount /dev/nvme1n1 /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    return "\n".join(lines)


# %% wrong="mount-script" says="Ask blkid after mkfs"
def mount_script(found):
    lines = ["mkdir -p /maps"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    return "\n".join([*lines, "mount /maps"])


# %% wrong="mount-script" says="mkfs erases"
def mount_script(found):
    return "\n".join(
        [
            "mkdir -p /maps",
            "mkfs -t xfs /dev/nvme1n1",
            'echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab',
            "mount /maps",
        ]
    )


# %% wrong="mount-script" says="One mkfs is needed"
def mount_script(found):
    return "\n".join(
        [
            "mkdir -p /maps",
            'echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab',
            "mount /maps",
        ]
    )


# %% wrong="mount-script" says="Without nofail"
def mount_script(found):
    lines = ["mkdir -p /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += [
        "mount /dev/nvme1n1 /maps",
        'echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults 0 2" >> /etc/fstab',
    ]
    return "\n".join(lines)


# %% wrong="mount-script" says="before you mount"
def mount_script(found):
    lines = ["mkdir -p /maps", "mount /dev/nvme1n1 /maps"]
    if not found.get("SnapshotId"):
        lines += ["mkfs -t xfs /dev/nvme1n1"]
    lines += ['echo "UUID=$(blkid -s UUID -o value /dev/nvme1n1) /maps xfs defaults,nofail 0 2" >> /etc/fstab']
    return "\n".join(lines)


# %% right="gp2-burst"
def gp2_burst(size):
    baseline = int(
        sorted((facts.limit("ebs", "gp2-minimum-iops"), 3 * size, facts.limit("ebs", "gp2-maximum-iops")))[1]
    )
    net = int(facts.limit("ebs", "gp2-burst-iops")) - baseline
    return baseline, (int(facts.limit("ebs", "gp2-credit-bucket")) // net if net > 0 else None)


# %% right="gp2-burst"
def gp2_burst(size):
    least, most = facts.limit("ebs", "gp2-minimum-iops"), facts.limit("ebs", "gp2-maximum-iops")
    burst = facts.limit("ebs", "gp2-burst-iops")
    baseline = min(max(least, 3 * size), most)
    return baseline, None if baseline >= burst else facts.limit("ebs", "gp2-credit-bucket") // (burst - baseline)


# %% wrong="gp2-burst" says="rounded down"
def gp2_burst(size):
    baseline = min(max(100, 3 * size), 16_000)
    return baseline, None if baseline >= 3000 else round(5_400_000 / (3000 - baseline))


# %% wrong="gp2-burst" says="credits also come in"
def gp2_burst(size):
    baseline = min(16_000, max(100, 3 * size))
    return baseline, 5_400_000 // 3000 if baseline < 3000 else None


# %% wrong="gp2-burst" says="never below 100"
def gp2_burst(size):
    baseline = min(16_000, 3 * size)
    return baseline, 5_400_000 // (3000 - baseline) if baseline < 3000 else None


# %% wrong="gp2-burst" says="the baseline ends at 16,000"
def gp2_burst(size):
    baseline = max(100, 3 * size)
    return baseline, 5_400_000 // (3000 - baseline) if baseline < 3000 else None


# %% right="gp2-or-gp3"
def monthly(kind, size, iops):
    if kind == "gp3":
        allowed = iops <= 3000 or (iops <= 500 * size and iops <= 80_000)
        return size * 0.08 + max(iops - 3000, 0) * 0.005 if allowed else None
    while iops > min(16_000, max(100, 3 * size)):
        if size > 16_384:
            return None
        size += 1
    return size * 0.10


# %% wrong="gp2-or-gp3" says="the GiB paid for"
def monthly(kind, size, iops):
    if kind == "gp2":
        gib = size if iops <= 100 else max(size, iops // 3)
        return None if iops > 16_000 else gib * 0.10
    if iops > 80_000 or iops > max(3000, 500 * size):
        return None
    return size * 0.08 + max(0, iops - 3000) * 0.005


# %% wrong="gp2-or-gp3" says="is not paid back"
def monthly(kind, size, iops):
    if kind == "gp2":
        gib = size if iops <= 100 else max(size, ceil(iops / 3))
        return None if iops > 16_000 else gib * 0.10
    if iops > 80_000 or iops > max(3000, 500 * size):
        return None
    return size * 0.08 + (iops - 3000) * 0.005


# %% wrong="gp2-or-gp3" says="by a larger volume"
def monthly(kind, size, iops):
    if kind == "gp2":
        return size * 0.10 if iops <= 16_000 else None
    if iops > 80_000 or iops > max(3000, 500 * size):
        return None
    return size * 0.08 + max(0, iops - 3000) * 0.005


# %% wrong="gp2-or-gp3" says="gp3, 100 GiB, 3,000 IOPS"
def monthly(kind, size, iops):
    if kind == "gp2":
        if iops > 16_000:
            return None
        return (size if iops <= 100 else max(size, ceil(iops / 3))) * 0.10
    if iops > 80_000 or iops > max(3000, 500 * size):
        return None
    return size * 0.08 + iops * 0.005


# %% wrong="gp2-or-gp3" says="500 IOPS for each GiB"
def monthly(kind, size, iops):
    if kind == "gp2":
        if iops > 16_000:
            return None
        return (size if iops <= 100 else max(size, ceil(iops / 3))) * 0.10
    if iops > 80_000:
        return None
    return size * 0.08 + max(0, iops - 3000) * 0.005


# %% wrong="gp2-or-gp3" says="which are included"
def monthly(kind, size, iops):
    if kind == "gp2":
        if iops > 16_000:
            return None
        return (size if iops <= 100 else max(size, ceil(iops / 3))) * 0.10
    if iops > 80_000 or iops > 500 * size:
        return None
    return size * 0.08 + max(0, iops - 3000) * 0.005


# %% right="encrypt-it"
def encrypt(volume_id, key):
    old = volume(volume_id)
    plain = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    sealed = ec2.copy_snapshot(SourceSnapshotId=plain, SourceRegion="us-east-1", Encrypted=True, KmsKeyId=key)
    new = ec2.create_volume(
        AvailabilityZone=old["AvailabilityZone"], SnapshotId=sealed["SnapshotId"], VolumeType="gp3",
        Iops=old["Iops"], Throughput=old["Throughput"], Size=old["Size"], Encrypted=True, KmsKeyId=key,
    )  # fmt: skip
    for one in (plain, sealed["SnapshotId"]):
        ec2.delete_snapshot(SnapshotId=one)
    return new["VolumeId"]


# %% wrong="encrypt-it" says="is not encrypted"
def encrypt(volume_id, key):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    same = {name: old[name] for name in ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(SnapshotId=snapshot, **same)["VolumeId"]
    ec2.delete_snapshot(SnapshotId=snapshot)
    return new


# %% wrong="encrypt-it" says="not with the key"
def encrypt(volume_id, key):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    same = {name: old[name] for name in ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput")}
    new = ec2.create_volume(SnapshotId=snapshot, Encrypted=True, **same)["VolumeId"]
    ec2.delete_snapshot(SnapshotId=snapshot)
    return new


# %% wrong="encrypt-it" says="comes from no snapshot"
def encrypt(volume_id, key):
    old = volume(volume_id)
    same = {name: old[name] for name in ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput")}
    return ec2.create_volume(Encrypted=True, KmsKeyId=key, **same)["VolumeId"]


# %% wrong="encrypt-it" says="snapshots of yours are still there"
def encrypt(volume_id, key):
    old = volume(volume_id)
    snapshot = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    same = {name: old[name] for name in ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput")}
    return ec2.create_volume(SnapshotId=snapshot, Encrypted=True, KmsKeyId=key, **same)["VolumeId"]
