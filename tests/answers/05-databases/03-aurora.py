# %% [markdown]
# Answers to 05-databases/03-aurora: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="make-cluster"
def make_cluster(name, password):
    client = boto3.client("rds")
    client.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="lumen", MasterUserPassword=password,
        EnableIAMDatabaseAuthentication=True, StorageEncrypted=True, DeletionProtection=False, Port=5432)  # fmt: skip
    for number in (1, 2, 3):
        client.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}", DBClusterIdentifier=name, Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large", AvailabilityZone="us-east-1" + "cab"[number - 1],
            PromotionTier=1)  # fmt: skip
    cluster = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    return [cluster["Endpoint"], cluster["ReaderEndpoint"]]


# %% wrong="make-cluster" says="The volume is not encrypted"
def make_cluster(name, password):
    cluster = rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="lumen", MasterUserPassword=password,
        EnableIAMDatabaseAuthentication=True)["DBCluster"]  # fmt: skip
    for number in (1, 2, 3):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}", DBClusterIdentifier=name, Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large", AvailabilityZone="us-east-1" + "abc"[number - 1])  # fmt: skip
    return cluster["Endpoint"], cluster["ReaderEndpoint"]


# %% wrong="make-cluster" says="a zone of its own"
def make_cluster(name, password):
    cluster = rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="lumen", MasterUserPassword=password,
        EnableIAMDatabaseAuthentication=True, StorageEncrypted=True)["DBCluster"]  # fmt: skip
    for number in (1, 2, 3):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}", DBClusterIdentifier=name, Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large", AvailabilityZone="us-east-1a")  # fmt: skip
    return cluster["Endpoint"], cluster["ReaderEndpoint"]


# %% wrong="make-cluster" says="The writer endpoint"
def make_cluster(name, password):
    cluster = rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="lumen", MasterUserPassword=password,
        EnableIAMDatabaseAuthentication=True, StorageEncrypted=True)["DBCluster"]  # fmt: skip
    places = []
    for number in (1, 2, 3):
        made = rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}", DBClusterIdentifier=name, Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large", AvailabilityZone="us-east-1" + "abc"[number - 1])  # fmt: skip
        places.append(made["DBInstance"]["Endpoint"]["Address"])
    return places[0], cluster["ReaderEndpoint"]


# %% wrong="make-cluster" says="Use the given one"
def make_cluster(name, password):
    cluster = rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="lumen",
        MasterUserPassword="lumen-secret", StorageEncrypted=True, EnableIAMDatabaseAuthentication=True,
    )["DBCluster"]  # fmt: skip
    for number, zone in enumerate("abc", start=1):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}", DBClusterIdentifier=name, Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large", AvailabilityZone=f"us-east-1{zone}")  # fmt: skip
    return cluster["Endpoint"], cluster["ReaderEndpoint"]


# %% right="quorum"
def state(alive):
    answers = ["down", "down", "down", "read only"]
    return answers[len(alive)] if len(alive) < 4 else "read and write"


# %% wrong="quorum" says="One copy in each zone has failed"
def state(alive):
    zones = {copy[0] for copy in alive}
    if len(zones) >= 2 and len(alive) >= 3:
        return "read and write" if len(zones) == 3 or len(alive) == 4 else "read only"
    return "down"


# %% wrong="quorum" says="Zone a and both copies of b have failed"
def state(alive):
    if len(alive) >= 4:
        return "read and write"
    return "read only" if alive else "down"


# %% wrong="quorum" says="Zone a has failed"
def state(alive):
    if len(alive) > 4:
        return "read and write"
    return "read only" if len(alive) > 2 else "down"


# %% right="promises"
def promises(per_zone, write, read):
    copies = 3 * per_zone
    meet = read > copies - write
    writes = not write > copies - per_zone
    reads = read < copies - per_zone
    return [meet, writes, reads]


# %% wrong="promises" says="'reads meet the last write' is False"
def promises(per_zone, write, read):
    return write + read >= 3 * per_zone, 2 * per_zone >= write, 2 * per_zone - 1 >= read


# %% wrong="promises" says="'reads survive a zone and a copy'"
def promises(per_zone, write, read):
    return write + read > 3 * per_zone, 2 * per_zone >= write, 2 * per_zone >= read


# %% wrong="promises" says="'writes survive a zone'"
def promises(per_zone, write, read):
    return write + read > 3 * per_zone, 3 * per_zone - 1 >= write, 2 * per_zone - 1 >= read


# %% wrong="promises" says="'reads meet the last write' is False"
def promises(per_zone, write, read):
    copies = 3 * per_zone
    return write > copies / 2, write <= copies - per_zone, read < copies - per_zone


# %% wrong="promises" says="2 copies a zone, write 3, read 4: 'reads meet the last write' is True"
def promises(per_zone, write, read):
    copies = 3 * per_zone
    return write + read > copies and 2 * write > copies, write <= copies - per_zone, read < copies - per_zone


# %% wrong="promises" says="3 copies a zone, write 5, read 5: 'reads survive a zone and a copy' is True"
def promises(per_zone, write, read):
    copies = 3 * per_zone
    return write + read > copies, write <= copies - per_zone, read <= copies // 2


# %% right="right-door"
def doors(cluster_id):
    for cluster in boto3.client("rds").describe_db_clusters()["DBClusters"]:
        if cluster["DBClusterIdentifier"] == cluster_id:
            return dict(write=cluster["Endpoint"], read=cluster["ReaderEndpoint"])


# %% wrong="right-door" says="reads reach the writer"
def doors(cluster_id):
    cluster = describe(cluster_id)
    return {"write": cluster["Endpoint"], "read": cluster["Endpoint"]}


# %% wrong="right-door" says="An address must follow the role"
def doors(cluster_id):
    writer = rds.describe_db_instances(DBInstanceIdentifier=writer_of(cluster_id))["DBInstances"][0]
    return {"write": writer["Endpoint"]["Address"], "read": describe(cluster_id)["ReaderEndpoint"]}


# %% wrong="right-door" says="Which endpoint spreads them"
def doors(cluster_id):
    readers = [m["DBInstanceIdentifier"] for m in describe(cluster_id)["DBClusterMembers"] if not m["IsClusterWriter"]]
    reader = rds.describe_db_instances(DBInstanceIdentifier=readers[0])["DBInstances"][0]
    return {"write": describe(cluster_id)["Endpoint"], "read": reader["Endpoint"]["Address"]}


# %% wrong="right-door" says="without a port"
def doors(cluster_id):
    cluster = describe(cluster_id)
    port = cluster["Port"]
    return {"write": f"{cluster['Endpoint']}:{port}", "read": f"{cluster['ReaderEndpoint']}:{port}"}


# %% right="day-bill"
def day_bill(needs, lowest, highest):
    for limit in (lowest, highest):
        if limit * 2 != int(limit * 2) or limit < 0 or limit > 256:
            raise ValueError("ACUs come in halves from 0 to 256")
    if lowest > highest:
        raise ValueError("lowest above highest")
    price, total = facts.price("aurora", "serverless-capacity-standard"), 0
    for need in needs:
        halves = -(-need * 2 // 1)
        total += max(lowest, min(highest, halves / 2)) * price
    return total


# %% wrong="day-bill" says="1.2 ACUs are rounded up to 1.5"
def day_bill(needs, lowest, highest):
    if not 0 <= lowest <= highest <= 256 or lowest % 0.5 or highest % 0.5:
        raise ValueError
    return sum(min(highest, max(lowest, ceil(n))) for n in needs) * facts.price(
        "aurora", "serverless-capacity-standard"
    )


# %% wrong="day-bill" says="Nothing and 20 ACUs, between 1 and 8"
def day_bill(needs, lowest, highest):
    if not 0 <= lowest <= highest <= 256 or lowest % 0.5 or highest % 0.5:
        raise ValueError
    hours = [max(lowest, ceil(2 * n) / 2) if n else 0 for n in needs]
    return sum(hours) * facts.price("aurora", "serverless-capacity-standard")


# %% wrong="day-bill" says="0.3 is no step of 0.5"
def day_bill(needs, lowest, highest):
    if not 0 <= lowest <= highest <= 256:
        raise ValueError
    hours = [min(highest, max(lowest, ceil(2 * n) / 2)) for n in needs]
    return sum(hours) * facts.price("aurora", "serverless-capacity-standard")


# %% wrong="day-bill" says="4.3 is no step of 0.5"
def day_bill(needs, lowest, highest):
    if not (0 <= lowest <= highest <= 256 and lowest % 0.5 == 0):
        raise ValueError("AWS does not take these limits.")
    hours = [min(max(ceil(need * 2) / 2, lowest), highest) for need in needs]
    return sum(hours) * facts.price("aurora", "serverless-capacity-standard")


# %% wrong="day-bill" says="do not take"
def day_bill(needs, lowest, highest):
    if not (0 <= lowest < highest <= 256 and lowest % 0.5 == 0 and highest % 0.5 == 0):
        raise ValueError("AWS does not take these limits.")
    hours = [min(max(ceil(need * 2) / 2, lowest), highest) for need in needs]
    return sum(hours) * facts.price("aurora", "serverless-capacity-standard")


# %% right="go-global"
def go_global(cluster_id, name, regions):
    wrong = [region for region in regions if region == "us-east-1" or regions.count(region) != 1]
    if wrong or len(regions) >= 11:
        raise ValueError(wrong)
    source = rds.describe_db_clusters(DBClusterIdentifier=cluster_id)["DBClusters"][0]
    rds.create_global_cluster(SourceDBClusterIdentifier=source["DBClusterArn"], GlobalClusterIdentifier=name)
    session = boto3.Session()
    for region in sorted(regions):
        there = session.client("rds", region_name=region)
        there.create_db_cluster(
            GlobalClusterIdentifier=name, DBClusterIdentifier=name + "-" + region, Engine="aurora-postgresql"
        )


# %% wrong="go-global" says="Ask a client of that Region"
def go_global(cluster_id, name, regions):
    if len(regions) > 10 or len(set(regions)) < len(regions) or "us-east-1" in regions:
        raise ValueError
    arn = describe(cluster_id)["DBClusterArn"]
    rds.create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=arn)
    for region in regions:
        rds.create_db_cluster(
            DBClusterIdentifier=f"{name}-{region}", Engine="aurora-postgresql", GlobalClusterIdentifier=name
        )


# %% wrong="go-global" says="had made the global cluster before"
def go_global(cluster_id, name, regions):
    arn = describe(cluster_id)["DBClusterArn"]
    rds.create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=arn)
    if len(regions) > 10 or len(set(regions)) < len(regions) or "us-east-1" in regions:
        raise ValueError
    for region in regions:
        boto3.client("rds", region_name=region).create_db_cluster(
            DBClusterIdentifier=f"{name}-{region}", Engine="aurora-postgresql", GlobalClusterIdentifier=name
        )


# %% wrong="go-global" says="The primary's own Region is among them, and go_global raised no"
def go_global(cluster_id, name, regions):
    if len(regions) > 10 or len(set(regions)) < len(regions):
        raise ValueError
    arn = describe(cluster_id)["DBClusterArn"]
    rds.create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=arn)
    for region in regions:
        boto3.client("rds", region_name=region).create_db_cluster(
            DBClusterIdentifier=f"{name}-{region}", Engine="aurora-postgresql", GlobalClusterIdentifier=name
        )


# %% wrong="go-global" says="ten are allowed"
def go_global(cluster_id, name, regions):
    if len(regions) >= 10 or len(set(regions)) < len(regions) or "us-east-1" in regions:
        raise ValueError("These Regions do not go together.")
    arn = describe(cluster_id)["DBClusterArn"]
    rds.create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=arn)
    for region in regions:
        boto3.client("rds", region_name=region).create_db_cluster(
            DBClusterIdentifier=f"{name}-{region}", Engine="aurora-postgresql", GlobalClusterIdentifier=name
        )


# %% right="which-feature"
def feature_for(case):
    if case.startswith("wrong"):
        return "point-in-time restore" if case.endswith("PostgreSQL") else "backtrack"
    pairs = [("rehearsal", "clone"), ("slow", "reader"), ("lost", "global database"), ("sleepy", "serverless")]
    return next(feature for word, feature in pairs if case.startswith(word))


# %% wrong="which-feature" says="PostgreSQL cannot be turned back"
def feature_for(case):
    return "backtrack"


# %% wrong="which-feature" says="stores only what changes"
def feature_for(case):
    return {"wrong update": "backtrack", "wrong update, PostgreSQL": "point-in-time restore", "rehearsal": "reader",
            "slow reports": "clone", "lost Region": "global database",
            "sleepy test system": "serverless"}[case]  # fmt: skip


# %% right="cheaper-storage"
def cheaper(hourly, gb, million_io):
    more = hourly * facts.HOURS_PER_MONTH * facts.limit("aurora", "compute-premium-of-i-o-optimized") / 100
    more += gb * (facts.price("aurora", "storage-i-o-optimized") - facts.price("aurora", "storage-standard"))
    less = million_io * facts.price("aurora", "i-o-standard")
    return "standard" if less <= more else "I/O-Optimized"


# %% wrong="cheaper-storage" says="0.26 USD an hour, 100 GB"
def cheaper(hourly, gb, million_io):
    month = hourly * facts.HOURS_PER_MONTH
    io = million_io * facts.price("aurora", "i-o-standard")
    return "I/O-Optimized" if io > 0.25 * (month + io + gb * facts.price("aurora", "storage-standard")) else "standard"


# %% wrong="cheaper-storage" says="0.26 USD an hour, 100 GB"
def cheaper(hourly, gb, million_io):
    more = gb * (facts.price("aurora", "storage-i-o-optimized") - facts.price("aurora", "storage-standard"))
    return "I/O-Optimized" if million_io * facts.price("aurora", "i-o-standard") > more else "standard"


# %% wrong="cheaper-storage" says="Nothing at all"
def cheaper(hourly, gb, million_io):
    instances = hourly * facts.HOURS_PER_MONTH
    standard = instances + gb * 0.1 + million_io * 0.2
    return "standard" if standard < instances * 1.3 + gb * 0.225 else "I/O-Optimized"
