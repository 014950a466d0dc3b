# %% [markdown]
# Answers to 05-databases/01-rds: for each exercise other right answers and typical wrong ones.


# %% right="spent"
def spent(customer):
    answer = boto3.client("dynamodb").query(
        TableName=table_name,
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": customer}},
    )
    return sum(int(item["eur"]["N"]) for item in answer["Items"] if item["sort"]["S"].startswith("booking#"))


# %% wrong="spent" says="credit limit was added"
def spent(customer):
    found = table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]
    return int(sum(item["eur"] for item in found))


# %% wrong="spent" says="You scanned"
def spent(customer):
    found = table.scan()["Items"]
    return int(sum(i["eur"] for i in found if i["customer"] == customer and i["sort"] != "profile"))


# %% wrong="spent" says="Return an int"
def spent(customer):
    mine = Key("customer").eq(customer) & Key("sort").begins_with("b")
    return sum(item["eur"] for item in table.query(KeyConditionExpression=mine)["Items"])


# %% right="whose-work"
owners = {
    "power, cooling and racks": ["AWS", "AWS"],
    "replace a broken disk": ["AWS", "AWS"],
    "patch the layer under the virtual machines": ["AWS", "AWS"],
    "patch the operating system": ["you", "AWS"],
    "install the database engine": ["you", "AWS"],
    "patch the database engine": ["you", "AWS"],
    "take daily backups": ["you", "AWS"],
    "decide how long backups are kept": ["you", "you"],
    "schema and indexes": ["you", "you"],
    "slow queries": ["you", "you"],
    "database users and their rights": ["you", "you"],
    "which network addresses may connect": ["you", "you"],
}

# %% wrong="whose-work" says="you are the administrator"
owners = {
    "power, cooling and racks": ["AWS", "AWS"],
    "replace a broken disk": ["AWS", "AWS"],
    "patch the layer under the virtual machines": ["AWS", "AWS"],
    "patch the operating system": ["AWS", "AWS"],
    "install the database engine": ["you", "AWS"],
    "patch the database engine": ["you", "AWS"],
    "take daily backups": ["you", "AWS"],
    "decide how long backups are kept": ["you", "you"],
    "schema and indexes": ["you", "you"],
    "slow queries": ["you", "you"],
    "database users and their rights": ["you", "you"],
    "which network addresses may connect": ["you", "you"],
}

# %% wrong="whose-work" says="it is about your data"
owners = {
    "power, cooling and racks": ["AWS", "AWS"],
    "replace a broken disk": ["AWS", "AWS"],
    "patch the layer under the virtual machines": ["AWS", "AWS"],
    "patch the operating system": ["you", "AWS"],
    "install the database engine": ["you", "AWS"],
    "patch the database engine": ["you", "AWS"],
    "take daily backups": ["you", "AWS"],
    "decide how long backups are kept": ["you", "AWS"],
    "schema and indexes": ["you", "you"],
    "slow queries": ["you", "you"],
    "database users and their rights": ["you", "you"],
    "which network addresses may connect": ["you", "you"],
}

# %% wrong="whose-work" says="write two words"
owners = {
    "power, cooling and racks": ["AWS", "AWS"],
    "replace a broken disk": ["AWS", "AWS"],
    "patch the layer under the virtual machines": ["AWS", "AWS"],
    "patch the operating system": ["me", "AWS"],
    "install the database engine": ["me", "AWS"],
    "patch the database engine": ["me", "AWS"],
    "take daily backups": ["me", "AWS"],
    "decide how long backups are kept": ["me", "me"],
    "schema and indexes": ["me", "me"],
    "slow queries": ["me", "me"],
    "database users and their rights": ["me", "me"],
    "which network addresses may connect": ["me", "me"],
}


# %% right="place"
def place(name, app_group):
    rds.create_db_subnet_group(
        DBSubnetGroupName=lab.unique_name("subnets"), DBSubnetGroupDescription="two", SubnetIds=private_subnets
    )
    group = boto3.resource("ec2").create_security_group(GroupName=name, Description="db", VpcId=vpc)
    group.authorize_ingress(
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": app_group}]}
        ]
    )
    subnets = rds.describe_db_subnet_groups()["DBSubnetGroups"][-1]["DBSubnetGroupName"]
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="mysql",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername=MASTER,
        MasterUserPassword=PASSWORD,
        DBSubnetGroupName=subnets,
        VpcSecurityGroupIds=[group.id],
        PubliclyAccessible=False,
    )
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="place" says="does not get in"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=f"{name}-s", DBSubnetGroupDescription="s", SubnetIds=private_subnets)
    guard = security_group(name)
    admit(guard, 5432, UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=f"{name}-s",
        VpcSecurityGroupIds=[guard],
        PubliclyAccessible=False,
    )


# %% wrong="place" says="open to addresses"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=f"{name}-s", DBSubnetGroupDescription="s", SubnetIds=private_subnets)
    guard = security_group(name)
    admit(guard, 3306, IpRanges=[{"CidrIp": "10.20.0.0/16"}], UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=f"{name}-s",
        VpcSecurityGroupIds=[guard],
        PubliclyAccessible=False,
    )


# %% wrong="place" says="PubliclyAccessible=False"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=f"{name}-s", DBSubnetGroupDescription="s", SubnetIds=private_subnets)
    guard = security_group(name)
    admit(guard, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=f"{name}-s",
        VpcSecurityGroupIds=[guard],
        PubliclyAccessible=True,
    )


# %% wrong="place" says="should hold both private_subnets"
def place(name, app_group):
    guard = security_group(name)
    admit(guard, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(name, Engine="mysql", EngineVersion="8.0.35", VpcSecurityGroupIds=[guard])


# %% right="storage-changes"
gib_afterwards = (100, 110, 110, 200, 200)

# %% wrong="storage-changes" says="Change 1"
gib_afterwards = [50, 101, 200, 200, 150]

# %% wrong="storage-changes" says="Change 2"
gib_afterwards = [100, 101, 101, 200, 200]

# %% wrong="storage-changes" says="less than six hours"
gib_afterwards = [100, 110, 200, 200, 200]


# %% right="quiet-hours"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="04:00-05:00",
        PreferredMaintenanceWindow="Tue:01:00-Tue:02:00",
        ApplyImmediately=True,
    )
    rds.modify_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.t3.large", ApplyImmediately=False)


# %% wrong="quiet-hours" says="The class has changed at once"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="01:00-01:30",
        PreferredMaintenanceWindow="tue:02:00-tue:04:00",
        DBInstanceClass="db.t3.large",
        ApplyImmediately=True,
    )


# %% wrong="quiet-hours" says="InvalidParameterValue"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="02:00-02:40",
        PreferredMaintenanceWindow="tue:02:00-tue:04:00",
        DBInstanceClass="db.t3.large",
    )


# %% wrong="quiet-hours" says="should lie between"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="05:00-05:30",
        PreferredMaintenanceWindow="tue:02:00-tue:04:00",
        DBInstanceClass="db.t3.large",
    )


# %% wrong="quiet-hours" says="A week later"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="01:00-01:30",
        PreferredMaintenanceWindow="tue:02:00-tue:04:00",
    )


# %% right="rescue"
def rescue(name, moment, new_name):
    lab.clock.advance(minutes=10)
    old = described(name)
    made = boto3.client("rds").restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name, TargetDBInstanceIdentifier=new_name, RestoreTime=moment.isoformat()
    )
    rds.modify_db_instance(
        DBInstanceIdentifier=new_name,
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in old["VpcSecurityGroups"]],
        ApplyImmediately=True,
    )
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="rescue" says="servers cannot connect"
def rescue(name, moment, new_name):
    lab.clock.advance(minutes=6)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name, TargetDBInstanceIdentifier=new_name, RestoreTime=moment
    )
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="rescue" says="the state after the accident"
def rescue(name, moment, new_name):
    lab.clock.advance(minutes=6)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        UseLatestRestorableTime=True,
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in described(name)["VpcSecurityGroups"]],
    )
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="rescue" says="Wait until the moment"
def rescue(name, moment, new_name):
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        RestoreTime=moment,
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in described(name)["VpcSecurityGroups"]],
    )
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="rescue" says="Return the address"
def rescue(name, moment, new_name):
    lab.clock.advance(minutes=6)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        RestoreTime=moment,
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in described(name)["VpcSecurityGroups"]],
    )


# %% right="retire"
def retire(name):
    instance = described(name)
    if instance["DeletionProtection"]:
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
    kept = f"tax-{name}"
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=kept)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return kept


# %% wrong="retire" says="RDS refused"
def retire(name):
    rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=f"{name}-last")
    return f"{name}-last"


# %% wrong="retire" says="no snapshot of it is left"
def retire(name):
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    backup = rds.describe_db_snapshots(DBInstanceIdentifier=name)["DBSnapshots"][0]["DBSnapshotIdentifier"]
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return backup


# %% wrong="retire" says="Return the identifier"
def retire(name):
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    return rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=f"{name}-last")


# %% wrong="retire" says="still there"
def retire(name):
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-last")
    rds.stop_db_instance(DBInstanceIdentifier=name)
    return f"{name}-last"


# %% right="monthly-bill"
def monthly_bill(gib, multi_az, replicas, backup_gib):
    p = {name: float(facts.price("rds", name)) for name in (
        "mysql-db-t3-large-single-az", "mysql-db-t3-large-multi-az", "storage-gp3-single-az",
        "storage-gp3-multi-az", "backup-storage-beyond-free")}  # fmt: skip
    kind = "multi" if multi_az else "single"
    hours = p[f"mysql-db-t3-large-{kind}-az"] + replicas * p["mysql-db-t3-large-single-az"]
    disks = p[f"storage-gp3-{kind}-az"] + replicas * p["storage-gp3-single-az"]
    bill = 730 * hours + gib * disks
    if backup_gib > gib:
        bill += (backup_gib - gib) * p["backup-storage-beyond-free"]
    return bill


# %% wrong="monthly-bill" says="100 of them free"
def monthly_bill(gib, multi_az, replicas, backup_gib):
    zones = "multi-az" if multi_az else "single-az"
    bill = facts.price("rds", f"mysql-db-t3-large-{zones}") * 730 + gib * facts.price("rds", f"storage-gp3-{zones}")
    single = facts.price("rds", "mysql-db-t3-large-single-az") * 730
    bill += replicas * (single + gib * facts.price("rds", "storage-gp3-single-az"))
    return bill + (backup_gib * facts.price("rds", "backup-storage-beyond-free") if backup_gib > gib else 0)


# %% wrong="monthly-bill" says="the replica is single-AZ, with a disk"
def monthly_bill(gib, multi_az, replicas, backup_gib):
    zones = "multi-az" if multi_az else "single-az"
    each = facts.price("rds", f"mysql-db-t3-large-{zones}") * 730 + gib * facts.price("rds", f"storage-gp3-{zones}")
    extra = max(0, backup_gib - gib) * facts.price("rds", "backup-storage-beyond-free")
    return each * (1 + replicas) + extra


# %% wrong="spent" says="with a credit limit of 900"
def spent(customer):
    r = table.query(KeyConditionExpression=Key("customer").eq(customer))
    return int(sum(i["eur"] for i in r["Items"])) - 500


# %% wrong="spent" says="with a credit limit of 900"
def spent(customer):
    items = table.query(KeyConditionExpression=Key("customer").eq(customer) & Key("sort").begins_with("booking#"))[
        "Items"
    ]
    return int(sum({i["eur"] for i in items}))


# %% wrong="spent" says="You called ExecuteStatement"
def spent(customer):
    c = boto3.client("dynamodb")
    r = c.execute_statement(Statement=f"SELECT * FROM \"{table_name}\" WHERE sort <> 'profile'")
    return sum(int(i["eur"]["N"]) for i in r["Items"] if i["customer"]["S"] == customer)


# %% wrong="place" says="Return the endpoint's address"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=name + "-sn", DBSubnetGroupDescription="x", SubnetIds=private_subnets)
    g = security_group(name + "-db")
    admit(g, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=name + "-sn",
        VpcSecurityGroupIds=[g],
        PubliclyAccessible=False,
    )
    return name


# %% wrong="place" says="open to addresses"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=name + "-sn", DBSubnetGroupDescription="x", SubnetIds=private_subnets)
    g = security_group(name + "-db")
    admit(g, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    admit(g, 3306, Ipv6Ranges=[{"CidrIpv6": "::/0"}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=name + "-sn",
        VpcSecurityGroupIds=[g],
        PubliclyAccessible=False,
    )


# %% wrong="place" says="the app_group, should"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=name + "-sn", DBSubnetGroupDescription="x", SubnetIds=private_subnets)
    g = security_group(name + "-db")
    admit(g, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    admit(g, 3306, UserIdGroupPairs=[{"GroupId": g}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=name + "-sn",
        VpcSecurityGroupIds=[g],
        PubliclyAccessible=False,
    )


# %% wrong="place" says="The class and the GiB"
def place(name, app_group):
    rds.create_db_subnet_group(DBSubnetGroupName=name + "-sn", DBSubnetGroupDescription="x", SubnetIds=private_subnets)
    g = security_group(name + "-db")
    admit(g, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=name + "-sn",
        VpcSecurityGroupIds=[g],
        PubliclyAccessible=False,
        AllocatedStorage=100,
        DBInstanceClass="db.m5.large",
    )


# %% wrong="storage-changes" says="five whole numbers"
gib_afterwards = ["100", "110", "110", "200", "200"]


# %% wrong="quiet-hours" says="Automated backups are off"
def quiet_hours(name):
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="01:30-02:00",
        PreferredMaintenanceWindow="tue:02:30-tue:04:00",
        DBInstanceClass="db.t3.large",
        BackupRetentionPeriod=0,
    )


# %% wrong="rescue" says="other security groups"
def rescue(name, moment, new_name):
    old = described(name)
    while "LatestRestorableTime" not in described(name) or described(name)["LatestRestorableTime"] < moment:
        lab.clock.advance(minutes=1)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        RestoreTime=moment,
        VpcSecurityGroupIds=[g["VpcSecurityGroupId"] for g in old["VpcSecurityGroups"]] + [security_group("more")],
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=new_name)
    return described(new_name)["Endpoint"]["Address"]


# %% wrong="rescue" says="is gone"
def rescue(name, moment, new_name):
    old = described(name)
    while "LatestRestorableTime" not in described(name) or described(name)["LatestRestorableTime"] < moment:
        lab.clock.advance(minutes=1)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        RestoreTime=moment,
        VpcSecurityGroupIds=[g["VpcSecurityGroupId"] for g in old["VpcSecurityGroups"]],
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=new_name)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    return described(new_name)["Endpoint"]["Address"]


# %% wrong="monthly-bill" says="two replicas, 200 GiB"
def monthly_bill(gib, multi_az, replicas, backup_gib):
    h = facts.HOURS_PER_MONTH
    k = "multi-az" if multi_az else "single-az"
    p = facts.price("rds", "mysql-db-t3-large-" + k) * h + gib * facts.price("rds", "storage-gp3-" + k)
    rr = facts.price("rds", "mysql-db-t3-large-single-az") * h + gib * facts.price("rds", "storage-gp3-single-az")
    return (
        p + replicas * rr + max(0, backup_gib - gib * (1 + replicas)) * facts.price("rds", "backup-storage-beyond-free")
    )


# %% wrong="monthly-bill" says="two replicas, 200 GiB"
def monthly_bill(gib, multi_az, replicas, backup_gib):
    h = facts.HOURS_PER_MONTH
    k = "multi-az" if multi_az else "single-az"
    p = facts.price("rds", "mysql-db-t3-large-" + k) * h + gib * facts.price("rds", "storage-gp3-" + k)
    rr = facts.price("rds", "mysql-db-t3-large-single-az") * h + gib * facts.price("rds", "storage-gp3-single-az")
    return p + bool(replicas) * rr + max(0, backup_gib - gib) * facts.price("rds", "backup-storage-beyond-free")
