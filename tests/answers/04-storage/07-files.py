# %% [markdown]
# Answers to 04-storage/07-files: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="lost-data"
def lost(disks, event):
    if event == "reboot":
        return []
    return [
        disk["name"]
        for disk in disks
        if disk["kind"] == "instance-store" or (event == "terminate" and disk.get("delete_on_termination"))
    ]


# %% wrong="lost-data" says="hibernate"
def lost(disks, event):
    gone = {disk["name"] for disk in disks if disk["kind"] == "instance-store"}
    if event in ("reboot", "hibernate"):  # hibernation keeps memory, so it should keep this too?
        return set()
    if event == "terminate":
        gone |= {disk["name"] for disk in disks if disk.get("delete_on_termination")}
    return gone


# %% wrong="lost-data" says="reboot"
def lost(disks, event):
    gone = {disk["name"] for disk in disks if disk["kind"] == "instance-store"}
    if event == "terminate":
        gone |= {disk["name"] for disk in disks if disk.get("delete_on_termination")}
    return gone


# %% wrong="lost-data" says="DeleteOnTermination"
def lost(disks, event):
    return {disk["name"] for disk in disks if disk["kind"] == "instance-store" and event != "reboot"}


# %% wrong="lost-data" says="Return the names"
def lost(disks, event):
    return [disk for disk in disks if disk["kind"] == "instance-store" and event != "stop"]


# %% right="smallest-scratch"
def smallest_scratch(family, gb):
    wanted = [
        {"Name": "instance-type", "Values": [family + ".*"]},
        {"Name": "instance-storage-supported", "Values": ["true"]},
    ]
    kinds = ec2.describe_instance_types(Filters=wanted)["InstanceTypes"]
    kinds.sort(key=lambda kind: (kind["InstanceStorageInfo"]["TotalSizeInGB"], "metal" in kind["InstanceType"]))
    for kind in kinds:
        if kind["InstanceStorageInfo"]["TotalSizeInGB"] >= gb:
            return kind["InstanceType"]
    return None


# %% wrong="smallest-scratch" says="end the family's name with a dot"
def smallest_scratch(family, gb):
    wanted = [
        {"Name": "instance-type", "Values": [family + "*"]},
        {"Name": "instance-storage-supported", "Values": ["true"]},
    ]
    kinds = ec2.describe_instance_types(Filters=wanted)["InstanceTypes"]
    kinds.sort(key=lambda kind: kind["InstanceStorageInfo"]["TotalSizeInGB"])
    return next((one["InstanceType"] for one in kinds if one["InstanceStorageInfo"]["TotalSizeInGB"] >= gb), None)


# %% wrong="smallest-scratch" says="937 GB"
def smallest_scratch(family, gb):
    wanted = [
        {"Name": "instance-type", "Values": [family + ".*"]},
        {"Name": "instance-storage-supported", "Values": ["true"]},
    ]
    kinds = ec2.describe_instance_types(Filters=wanted)["InstanceTypes"]
    kinds.sort(key=lambda kind: kind["InstanceStorageInfo"]["TotalSizeInGB"])
    return next((one["InstanceType"] for one in kinds if one["InstanceStorageInfo"]["TotalSizeInGB"] > gb), None)


# %% wrong="smallest-scratch" says="KeyError"
def smallest_scratch(family, gb):
    kinds = ec2.describe_instance_types(Filters=[{"Name": "instance-type", "Values": [family + ".*"]}])
    sizes = {one["InstanceType"]: one["InstanceStorageInfo"]["TotalSizeInGB"] for one in kinds["InstanceTypes"]}
    enough = {name: size for name, size in sizes.items() if size >= gb}
    return min(enough, key=enough.get) if enough else None


# %% wrong="smallest-scratch" says="i4i with at least 7,500 GB"
def smallest_scratch(family, gb):
    pages = ec2.get_paginator("describe_instance_types").paginate(
        Filters=[{"Name": "instance-type", "Values": [f"{family}.*"]}]
    )
    found = [kind for page in pages for kind in page["InstanceTypes"] if "InstanceStorageInfo" in kind]
    enough = [kind for kind in found if kind["InstanceStorageInfo"]["Disks"][0]["SizeInGB"] >= gb]  # one disk only
    least = min(enough, key=lambda kind: kind["InstanceStorageInfo"]["TotalSizeInGB"], default=None)
    return least and least["InstanceType"]


# %% wrong="smallest-scratch" says="You asked for all types"
def smallest_scratch(family, gb):
    pages = ec2.get_paginator("describe_instance_types").paginate()
    found = [kind for page in pages for kind in page["InstanceTypes"] if kind["InstanceType"].startswith(f"{family}.")]
    sizes = {kind["InstanceType"]: kind.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0) for kind in found}
    return min((name for name in sizes if sizes[name] >= gb), key=sizes.get, default=None)


# %% wrong="smallest-scratch" says="Return the name of a type or None"
def smallest_scratch(family, gb):
    found = ec2.describe_instance_types(Filters=[{"Name": "instance-type", "Values": [f"{family}.*"]}])
    enough = [k for k in found["InstanceTypes"] if k.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0) >= gb]
    return min(enough, key=lambda kind: kind["InstanceStorageInfo"]["TotalSizeInGB"], default=None)


# %% right="share-over"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(Encrypted=True, PerformanceMode="generalPurpose", ThroughputMode="elastic")
    for subnet_id in subnet_ids:
        try:
            efs.create_mount_target(FileSystemId=made["FileSystemId"], SubnetId=subnet_id, SecurityGroups=[group_id])
        except efs.exceptions.MountTargetConflict:
            pass
    return made["FileSystemId"]


# %% wrong="share-over" says="MountTargetConflict"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(Encrypted=True, ThroughputMode="elastic")["FileSystemId"]
    for subnet_id in subnet_ids:
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet_id, SecurityGroups=[group_id])
    return made


# %% wrong="share-over" says="security groups"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(Encrypted=True, ThroughputMode="elastic")["FileSystemId"]
    zones = {one["AvailabilityZone"]: one for one in ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]}
    for subnet in zones.values():
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet["SubnetId"])
    return made


# %% wrong="share-over" says="not encrypted"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(ThroughputMode="elastic")["FileSystemId"]
    zones = {one["AvailabilityZone"]: one for one in ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]}
    for subnet in zones.values():
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet["SubnetId"], SecurityGroups=[group_id])
    return made


# %% wrong="share-over" says="Zones with a mount target"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(Encrypted=True, ThroughputMode="elastic")["FileSystemId"]
    efs.create_mount_target(FileSystemId=made, SubnetId=subnet_ids[0], SecurityGroups=[group_id])
    return made


# %% right="share-over"
def share_over(subnet_ids, group_id):
    made = efs.create_file_system(Encrypted=True, ThroughputMode="elastic")
    for subnet_id in subnet_ids:
        try:
            efs.create_mount_target(FileSystemId=made["FileSystemId"], SubnetId=subnet_id, SecurityGroups=[group_id])
        except efs.exceptions.MountTargetConflict:
            pass  # this zone has one
    return made["FileSystemId"]


# %% wrong="share-over" says="Return the id of the file system"
def share_over(subnet_ids, group_id):
    return efs.create_file_system(Encrypted=True, ThroughputMode="elastic")


# %% wrong="share-over" says="FileSystemAlreadyExists"
def share_over(subnet_ids, group_id):
    described = ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    made = efs.create_file_system(CreationToken="films", Encrypted=True, ThroughputMode="elastic")["FileSystemId"]
    for subnet_id in {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in described}.values():
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet_id, SecurityGroups=[group_id])
    return made


# %% right="open-nfs"
def open_nfs(mount_group, client_group):
    boto3.resource("ec2").SecurityGroup(mount_group).authorize_ingress(
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 2049,
                "ToPort": 2049,
                "UserIdGroupPairs": [{"GroupId": client_group, "Description": "NFS"}],
            }
        ]
    )


# %% wrong="open-nfs" says="NFS is TCP, port 2049"
def open_nfs(mount_group, client_group):
    ec2.authorize_security_group_ingress(
        GroupId=mount_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 2049,
                "UserIdGroupPairs": [{"GroupId": client_group}],
            }
        ],
    )


# %% wrong="open-nfs" says="Name the group of the clients"
def open_nfs(mount_group, client_group):
    ec2.authorize_security_group_ingress(
        GroupId=mount_group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "IpRanges": [{"CidrIp": "10.7.0.0/16"}]}
        ],
    )


# %% wrong="open-nfs" says="lets nobody in"
def open_nfs(mount_group, client_group):
    ec2.authorize_security_group_ingress(
        GroupId=client_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 2049,
                "ToPort": 2049,
                "UserIdGroupPairs": [{"GroupId": mount_group}],
            }
        ],
    )


# %% right="open-nfs"
def open_nfs(mount_group, client_group):
    nfs = {"IpProtocol": "6", "FromPort": 2049, "ToPort": 2049}
    source = {"GroupId": client_group, "Description": "render servers"}
    boto3.resource("ec2").SecurityGroup(mount_group).authorize_ingress(
        IpPermissions=[nfs | {"UserIdGroupPairs": [source]}]
    )


# %% wrong="open-nfs" says="A rule opens everything"
def open_nfs(mount_group, client_group):
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": client_group}]}
    ec2.authorize_security_group_ingress(GroupId=mount_group, IpPermissions=[rule])


# %% wrong="open-nfs" says="The client group has an inbound rule"
def open_nfs(mount_group, client_group):
    for group, other in ((mount_group, client_group), (client_group, mount_group)):
        rule = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "UserIdGroupPairs": [{"GroupId": other}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


# %% right="site-task"
def site_task(file_system_id):
    creation = {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "755"}
    point = efs.create_access_point(
        ClientToken=lab.unique_name("token"),
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={"Path": "/site", "CreationInfo": creation},
    )["AccessPointId"]
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="512",
        memory="1024",
        containerDefinitions=[
            {
                "name": "web",
                "image": "wordpress:latest",
                "essential": True,
                "mountPoints": [{"sourceVolume": "uploads", "containerPath": "/var/www/html/", "readOnly": False}],
            }
        ],
        volumes=[
            {
                "name": "uploads",
                "efsVolumeConfiguration": {
                    "fileSystemId": file_system_id,
                    "rootDirectory": "/",
                    "transitEncryption": "ENABLED",
                    "authorizationConfig": {"accessPointId": point, "iam": "ENABLED"},
                },
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]


# %% wrong="site-task" says="go through the access point"
def site_task(file_system_id):
    efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "web",
                "image": "wordpress",
                "mountPoints": [{"sourceVolume": "site", "containerPath": "/var/www/html"}],
            }
        ],
        volumes=[
            {
                "name": "site",
                "efsVolumeConfiguration": {
                    "fileSystemId": file_system_id,
                    "rootDirectory": "/site",
                    "transitEncryption": "ENABLED",
                },
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]


# %% wrong="site-task" says="Encryption in transit"
def site_task(file_system_id):
    point = efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )["AccessPointId"]
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "web",
                "image": "wordpress",
                "mountPoints": [{"sourceVolume": "site", "containerPath": "/var/www/html"}],
            }
        ],
        volumes=[
            {
                "name": "site",
                "efsVolumeConfiguration": {
                    "fileSystemId": file_system_id,
                    "authorizationConfig": {"accessPointId": point},
                },
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]


# %% wrong="site-task" says="Add CreationInfo"
def site_task(file_system_id):
    point = efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={"Path": "/site"},
    )["AccessPointId"]
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "web",
                "image": "wordpress",
                "mountPoints": [{"sourceVolume": "site", "containerPath": "/var/www/html"}],
            }
        ],
        volumes=[
            {
                "name": "site",
                "efsVolumeConfiguration": {
                    "fileSystemId": file_system_id,
                    "transitEncryption": "ENABLED",
                    "authorizationConfig": {"accessPointId": point},
                },
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]


# %% right="site-task"
def site_task(file_system_id):
    point = efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )["AccessPointId"]
    shared = {
        "fileSystemId": file_system_id,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": point},
    }
    mount = {"sourceVolume": "site", "containerPath": "/var/www/html"}
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        volumes=[{"name": "site", "efsVolumeConfiguration": shared}],
        containerDefinitions=[
            {"name": "web", "image": "public.ecr.aws/docker/library/wordpress:6", "mountPoints": [mount]}
        ],
    )["taskDefinition"]["taskDefinitionArn"]


# %% wrong="site-task" says="Leave rootDirectory out"
def site_task(file_system_id):
    point = efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )["AccessPointId"]
    shared = {
        "fileSystemId": file_system_id,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": point},
        "rootDirectory": "/site",
    }
    mount = {"sourceVolume": "site", "containerPath": "/var/www/html"}
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        volumes=[{"name": "site", "efsVolumeConfiguration": shared}],
        containerDefinitions=[{"name": "web", "image": "wordpress", "mountPoints": [mount]}],
    )["taskDefinition"]["taskDefinitionArn"]


# %% wrong="site-task" says="be defined at the task level"
def site_task(file_system_id):
    point = efs.create_access_point(
        FileSystemId=file_system_id,
        PosixUser={"Uid": 33, "Gid": 33},
        RootDirectory={
            "Path": "/site",
            "CreationInfo": {"OwnerUid": 33, "OwnerGid": 33, "Permissions": "0755"},
        },
    )["AccessPointId"]
    shared = {
        "fileSystemId": file_system_id,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": point},
    }
    mount = {"sourceVolume": "site", "containerPath": "/var/www/html"}
    return ecs.register_task_definition(
        family="site",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        volumes=[{"name": "site", "efsVolumeConfiguration": shared}],
        containerDefinitions=[{"name": "web", "image": "wordpress", "cpu": 256, "memory": 512, "mountPoints": [mount]}],
    )["taskDefinition"]["taskDefinitionArn"]


# %% right="cheapest-mode"
def cheapest_mode(stored_gib, need_mibps, read_gb, written_gb):
    short = max(0, need_mibps - stored_gib * 50 / 1024)
    charges = {
        "bursting": 0 if short == 0 else float("inf"),
        "provisioned": short * facts.price("efs", "provisioned-throughput"),
        "elastic": read_gb * facts.price("efs", "elastic-throughput-read")
        + written_gb * facts.price("efs", "elastic-throughput-write"),
    }
    return min(charges.items(), key=lambda pair: pair[1])


# %% wrong="cheapest-mode" says="exactly its 50 MiB/s"
def cheapest_mode(stored_gib, need_mibps, read_gb, written_gb):
    baseline = stored_gib * 50 / 1024
    if baseline > need_mibps:  # just enough is enough
        return "bursting", 0.0
    provisioned = (need_mibps - baseline) * facts.price("efs", "provisioned-throughput")
    elastic = read_gb * facts.price("efs", "elastic-throughput-read")
    elastic += written_gb * facts.price("efs", "elastic-throughput-write")
    return min(("elastic", elastic), ("provisioned", provisioned), key=lambda pair: pair[1])


# %% wrong="cheapest-mode" says="much moved: the charge"
def cheapest_mode(stored_gib, need_mibps, read_gb, written_gb):
    if stored_gib * 50 / 1024 >= need_mibps:
        return "bursting", 0.0
    provisioned = need_mibps * facts.price("efs", "provisioned-throughput")
    elastic = read_gb * facts.price("efs", "elastic-throughput-read")
    elastic += written_gb * facts.price("efs", "elastic-throughput-write")
    return min(("elastic", elastic), ("provisioned", provisioned), key=lambda pair: pair[1])


# %% wrong="cheapest-mode" says="2 TiB, 64 MiB/s: the mode"
def cheapest_mode(stored_gib, need_mibps, read_gb, written_gb):
    baseline = facts.limit("efs", "bursting-baseline") * stored_gib / 1024
    charges = {
        "provisioned": (need_mibps - baseline) * facts.price("efs", "provisioned-throughput"),  # below zero
        "elastic": read_gb * facts.price("efs", "elastic-throughput-read")
        + written_gb * facts.price("efs", "elastic-throughput-write"),
    }
    if need_mibps <= baseline:
        charges["bursting"] = 0
    return min(charges.items(), key=lambda pair: pair[1])


# %% right="age-out"
def age_out(file_system_id):
    described = efs.describe_file_systems(FileSystemId=file_system_id)["FileSystems"][0]
    if described["ThroughputMode"] in ("bursting", "provisioned"):
        efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    days = {"TransitionToIA": 30, "TransitionToArchive": 90}
    policies = [{name: f"AFTER_{n}_DAYS"} for name, n in days.items()]
    policies.insert(0, {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"})
    efs.put_lifecycle_configuration(FileSystemId=file_system_id, LifecyclePolicies=policies)


# %% wrong="age-out" says="Archive needs the Elastic"
def age_out(file_system_id):
    efs.put_lifecycle_configuration(
        FileSystemId=file_system_id,
        LifecyclePolicies=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToArchive": "AFTER_90_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
    )


# %% wrong="age-out" says="single transition"
def age_out(file_system_id):
    if file_system(file_system_id)["ThroughputMode"] != "elastic":
        efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    efs.put_lifecycle_configuration(
        FileSystemId=file_system_id,
        LifecyclePolicies=[
            {
                "TransitionToIA": "AFTER_30_DAYS",
                "TransitionToArchive": "AFTER_90_DAYS",
                "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS",
            }
        ],
    )


# %% wrong="age-out" says="Calls of update_file_system"
def age_out(file_system_id):
    efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    efs.put_lifecycle_configuration(
        FileSystemId=file_system_id,
        LifecyclePolicies=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToArchive": "AFTER_90_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
    )


# %% wrong="age-out" says="The way back"
def age_out(file_system_id):
    if file_system(file_system_id)["ThroughputMode"] != "elastic":
        efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    for policy in ({"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}, {"TransitionToArchive": "AFTER_90_DAYS"}):
        efs.put_lifecycle_configuration(
            FileSystemId=file_system_id, LifecyclePolicies=[{"TransitionToIA": "AFTER_30_DAYS"}, policy]
        )


# %% wrong="age-out" says="Archive needs the Elastic"
def age_out(file_system_id):
    told = efs.describe_file_systems(FileSystemId=file_system_id)["FileSystems"][0]
    if told["ThroughputMode"] == "bursting":  # and provisioned?
        efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    efs.put_lifecycle_configuration(
        FileSystemId=file_system_id,
        LifecyclePolicies=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToArchive": "AFTER_90_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
    )


# %% right="efs-or-ebs"
def bills(files_gb, ia_share, ia_read_gb, servers, disk_gb):
    prices = {
        "standard-storage-regional": (1 - ia_share) * files_gb,
        "infrequent-access-storage-regional-elastic": ia_share * files_gb,
        "infrequent-access-read": ia_read_gb,
    }
    shared = sum(facts.price("efs", name) * gb for name, gb in prices.items())
    return [shared, facts.price("ebs", "gp3-storage") * disk_gb * servers]


# %% wrong="efs-or-ebs" says="one volume of 500 GB: EBS"
def bills(files_gb, ia_share, ia_read_gb, servers, disk_gb):
    shared = files_gb * (1 - ia_share) * facts.price("efs", "standard-storage-regional")
    shared += files_gb * ia_share * facts.price("efs", "infrequent-access-storage-regional-elastic")
    shared += ia_read_gb * facts.price("efs", "infrequent-access-read")
    return shared, servers * files_gb * facts.price("ebs", "gp3-storage")  # a volume bills its size, not its files


# %% wrong="efs-or-ebs" says="200 GB read from it, 4 servers: EFS"
def bills(files_gb, ia_share, ia_read_gb, servers, disk_gb):
    shared = files_gb * (1 - ia_share) * facts.price("efs", "standard-storage-regional")
    shared += files_gb * ia_share * facts.price("efs", "infrequent-access-storage-regional-elastic")
    return shared, servers * disk_gb * facts.price("ebs", "gp3-storage")


# %% right="fsx-size"
def fsx_size(family, gib):
    if family == "LUSTRE":
        if gib <= 1200:
            return 1200
        size = 2400
        while size < gib:
            size += 2400
        return size
    least, most = {"WINDOWS": (32, 65_536), "ONTAP": (1024, 524_288), "OPENZFS": (64, 524_288)}[family]
    if gib > most:
        return None
    return max(least, gib)


# %% wrong="fsx-size" says="AWS refuses that size"
def fsx_size(family, gib):
    if family == "LUSTRE":
        return -(-gib // 1200) * 1200
    least, most = {"WINDOWS": (32, 65_536), "ONTAP": (1024, 524_288), "OPENZFS": (64, 524_288)}[family]
    return max(least, gib) if gib <= most else None


# %% wrong="fsx-size" says="AWS would sell 1,200 GiB"
def fsx_size(family, gib):
    if family == "LUSTRE":
        return -(-gib // 2400) * 2400
    least, most = {"WINDOWS": (32, 65_536), "ONTAP": (1024, 524_288), "OPENZFS": (64, 524_288)}[family]
    return max(least, gib) if gib <= most else None


# %% wrong="fsx-size" says="has a size that is enough"
def fsx_size(family, gib):
    if family == "LUSTRE":
        return 1200 if gib <= 1200 else -(-gib // 2400) * 2400
    least, most = {"WINDOWS": (32, 65_536), "ONTAP": (1024, 524_288), "OPENZFS": (64, 524_288)}[family]
    return gib if least <= gib <= most else None


# %% wrong="fsx-size" says="Return None"
def fsx_size(family, gib):
    if family == "LUSTRE":
        return 1200 if gib <= 1200 else -(-gib // 2400) * 2400
    least, most = {"WINDOWS": (32, 65_536), "ONTAP": (1024, 524_288), "OPENZFS": (64, 524_288)}[family]
    return min(max(least, gib), most)


# %% right="choose-storage"
def choose(need):
    match need["access"]:
        case "objects":
            return "s3"
        case "blocks":
            fits = need["iops"] <= 256_000
            return "ebs" if fits else "instance store" if need["may_be_lost"] else None
    wanted = set(need["protocols"])
    for service, spoken in (
        ("efs", {"nfs"}),
        ("fsx lustre", {"lustre"}),
        ("fsx windows", {"smb"}),
        ("fsx ontap", {"iscsi", "smb", "nfs"}),
    ):
        if wanted.issubset(spoken):
            return service


# %% wrong="choose-storage" says="EBS is fast enough"
def choose(need):
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        if need["may_be_lost"]:
            return "instance store"
        return "ebs" if need["iops"] <= 256_000 else None
    speaks = {"efs": {"nfs"}, "fsx windows": {"smb"}, "fsx lustre": {"lustre"}, "fsx ontap": {"nfs", "smb", "iscsi"}}
    return next((service for service in speaks if need["protocols"] <= speaks[service]), None)


# %% wrong="choose-storage" says="no single one fits"
def choose(need):
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        return "ebs" if need["iops"] <= 256_000 else "instance store"
    speaks = {"efs": {"nfs"}, "fsx windows": {"smb"}, "fsx lustre": {"lustre"}, "fsx ontap": {"nfs", "smb", "iscsi"}}
    return next((service for service in speaks if need["protocols"] <= speaks[service]), None)


# %% wrong="choose-storage" says="speaks both NFS and SMB"
def choose(need):
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        if need["iops"] <= 256_000:
            return "ebs"
        return "instance store" if need["may_be_lost"] else None
    speaks = {"nfs": "efs", "smb": "fsx windows", "lustre": "fsx lustre", "iscsi": "fsx ontap"}
    return next(speaks[one] for one in sorted(need["protocols"]))


# %% wrong="choose-storage" says="Windows comes before ONTAP"
def choose(need):
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        if need["iops"] <= 256_000:
            return "ebs"
        return "instance store" if need["may_be_lost"] else None
    speaks = {"efs": {"nfs"}, "fsx ontap": {"nfs", "smb", "iscsi"}, "fsx windows": {"smb"}, "fsx lustre": {"lustre"}}
    return next((service for service in speaks if need["protocols"] <= speaks[service]), None)


# %% wrong="choose-storage" says="who speaks iSCSI"
def choose(need):
    if need["access"] == "objects":
        return "s3"
    if need["access"] == "blocks":
        if need["iops"] <= 256_000:
            return "ebs"
        return "instance store" if need["may_be_lost"] else None
    speaks = {"efs": {"nfs"}, "fsx windows": {"smb"}, "fsx lustre": {"lustre"}, "fsx ontap": {"nfs", "smb"}}
    return next((service for service in speaks if need["protocols"] <= speaks[service]), None)
