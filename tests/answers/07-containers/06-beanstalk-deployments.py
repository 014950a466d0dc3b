# %% [markdown]
# Answers to 07-containers/06-beanstalk-deployments: for each exercise other right answers and typical wrong ones.


# %% right="forecast"
def forecast(way, instances, batch):
    lowest = {"AllAtOnce": 0, "Rolling": max(0, instances - batch)}
    highest = {"Immutable": 2 * instances, "TrafficSplitting": 2 * instances}
    highest["RollingWithAdditionalBatch"] = instances + batch
    return lowest.get(way, instances), highest.get(way, instances)


# %% wrong="forecast" says="you say 4 at least"
def forecast(way, instances, batch):
    return instances, instances


# %% wrong="forecast" says="TrafficSplitting, 4 instances, batches of 2: you say 5 at most"
def forecast(way, instances, batch):
    if way == "AllAtOnce":
        return 0, instances
    if way == "Rolling":
        return max(0, instances - batch), instances
    if way == "RollingWithAdditionalBatch":
        return instances, instances + batch
    return instances, 2 * instances if way == "Immutable" else instances + 1


# %% wrong="forecast" says="Rolling, 10 instances, batches of 3"
def forecast(way, instances, batch):
    fewest = {"AllAtOnce": 0, "Rolling": instances // 2 if batch < instances else 0}.get(way, instances)
    most = {"RollingWithAdditionalBatch": instances + batch, "Immutable": 2 * instances}
    most["TrafficSplitting"] = 2 * instances
    return fewest, most.get(way, instances)


# %% wrong="forecast" says="Immutable, 7 instances"
def forecast(way, instances, batch):
    fewest = {"AllAtOnce": 0, "Rolling": max(0, instances - batch)}.get(way, instances)
    most = {"RollingWithAdditionalBatch": instances + batch, "Immutable": 8, "TrafficSplitting": 8}
    return fewest, most.get(way, instances)


# %% right="ship"
def ship(environment, label, percent):
    old = status(environment)["VersionLabel"]
    eb.update_environment(
        EnvironmentId=status(environment)["EnvironmentId"],
        VersionLabel=label,
        OptionSettings=policy("Rolling", BatchSizeType="Percentage", BatchSize=percent),
    )
    if until_ready(environment)["VersionLabel"] == label:
        return True
    eb.update_environment(EnvironmentName=environment, VersionLabel=old, OptionSettings=policy("AllAtOnce"))
    until_ready(environment)
    return False


# %% wrong="ship" says="still under way"
def ship(environment, label, percent):
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=policy("Rolling", BatchSizeType="Percentage", BatchSize=percent),
    )
    return True


# %% wrong="ship" says="still holds the bad version"
def ship(environment, label, percent):
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=policy("Rolling", BatchSizeType="Percentage", BatchSize=percent),
    )
    until_ready(environment)
    return status(environment)["VersionLabel"] == label


# %% right="safe-settings"
def safe_settings():
    rows = policy("Rolling", BatchSizeType="Fixed", BatchSize=1, Timeout=60, IgnoreHealthCheck="false")
    return [*rows, option(PROCESS, "HealthCheckPath", "/health")]


# %% wrong="safe-settings" says="Which page does the health check ask"
def safe_settings():
    rows = policy("Rolling", BatchSizeType="Percentage", BatchSize=25, Timeout=60, IgnoreHealthCheck="true")
    return [*rows, option(PROCESS, "HealthCheckPath", "/health")]


# %% wrong="safe-settings" says="given up after"
def safe_settings():
    rows = policy("Rolling", BatchSizeType="Percentage", BatchSize=25, Timeout=300, IgnoreHealthCheck="false")
    return [*rows, option(PROCESS, "HealthCheckPath", "/health")]


# %% wrong="safe-settings" says="Which page does the health check ask"
def safe_settings():
    rows = policy("Rolling", BatchSizeType="Fixed", BatchSize=1, Timeout=60, IgnoreHealthCheck="false")
    return [*rows, option(PROCESS, "HealthCheckPath", "/order")]


# %% wrong="safe-settings" says="too early"
def safe_settings():
    rows = policy("Rolling", BatchSizeType="Fixed", BatchSize=1, Timeout=1, IgnoreHealthCheck="false")
    return [*rows, option(PROCESS, "HealthCheckPath", "/health")]


# %% right="canary"
def canary(environment, label, percent, minutes, most):
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=[
            option("aws:elasticbeanstalk:command", "DeploymentPolicy", "TrafficSplitting"),
            option("aws:elasticbeanstalk:trafficsplitting", "NewVersionPercent", str(percent)),
            option("aws:elasticbeanstalk:trafficsplitting", "EvaluationTime", str(minutes)),
        ],
    )
    seen = []
    while status(environment)["Status"] == "Updating":
        seen += [taken for version, taken in [order(environment) for _ in range(20)] if version == label]
        if len(seen) >= 5 and seen.count(False) / len(seen) > most:
            eb.abort_environment_update(EnvironmentName=environment)
            until_ready(environment)
        else:
            lab.clock.advance(minutes=1)
    return len(seen), seen.count(False)


# %% wrong="canary" says="not with all"
def canary(environment, label, percent, minutes, most):
    settings = policy("TrafficSplitting", NewVersionPercent=percent, EvaluationTime=minutes)
    eb.update_environment(EnvironmentName=environment, VersionLabel=label, OptionSettings=settings)
    total = answered = failed = 0
    aborted = False
    while status(environment)["Status"] == "Updating":
        for _ in range(0 if aborted else 20):
            version, taken = order(environment)
            total += 1
            answered += version == label
            failed += version == label and not taken
        if not aborted and failed > most * total:
            eb.abort_environment_update(EnvironmentName=environment)
            aborted = True
        lab.clock.advance(minutes=1)
    return answered, failed


# %% wrong="canary" says="There was no traffic splitting with"
def canary(environment, label, percent, minutes, most):
    settings = policy("TrafficSplitting", NewVersionPercent=percent)
    eb.update_environment(EnvironmentName=environment, VersionLabel=label, OptionSettings=settings)
    answered = failed = 0
    aborted = False
    while status(environment)["Status"] == "Updating":
        for _ in range(0 if aborted else 20):
            version, taken = order(environment)
            answered += version == label
            failed += version == label and not taken
        if not aborted and answered >= 5 and failed > most * answered:
            eb.abort_environment_update(EnvironmentName=environment)
            aborted = True
        lab.clock.advance(minutes=1)
    return answered, failed


# %% wrong="canary" says="and it was not kept"
def canary(environment, label, percent, minutes, most):
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=policy("TrafficSplitting", NewVersionPercent=percent, EvaluationTime=minutes),
    )
    answered, failed, aborted = 0, 0, False
    while status(environment)["Status"] == "Updating":
        for _ in range(20):
            version, taken = order(environment)
            answered += version == label
            failed += version == label and not taken
        if not aborted and answered >= 5 and failed / answered >= most:
            eb.abort_environment_update(EnvironmentName=environment)
            aborted = True
        lab.clock.advance(minutes=1)
    return answered, failed


# %% wrong="canary" says="Judge it from five on"
def canary(environment, label, percent, minutes, most):
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=policy("TrafficSplitting", NewVersionPercent=percent, EvaluationTime=minutes),
    )
    answered, failed, aborted = 0, 0, False
    while status(environment)["Status"] == "Updating":
        for _ in range(20):
            version, taken = order(environment)
            answered += version == label
            failed += version == label and not taken
        if not aborted and answered and failed / answered > most:
            eb.abort_environment_update(EnvironmentName=environment)
            aborted = True
        lab.clock.advance(minutes=1)
    return answered, failed


# %% right="credits"
def safe_hours(kind, uses):
    missing = {hour: balances(kind, uses, hour)[1] for hour in range(24)}
    least = balances(kind, uses, None)[1]
    return sorted(hour for hour in missing if missing[hour] <= least)


# %% wrong="credits" says="are missing without it"
def safe_hours(kind, uses):
    return [hour for hour in range(24) if balances(kind, uses, hour)[1] == 0]


# %% wrong="credits" says="and your list has this hour"
def safe_hours(kind, uses):
    return [hour for hour in range(24) if uses[hour] < 20]


# %% right="blue-green"
def to_green(blue, green, label, changes):
    saved = eb.create_configuration_template(
        ApplicationName="shop",
        TemplateName=f"of-{green}",
        EnvironmentId=status(blue)["EnvironmentId"],
        OptionSettings=changes,
    )
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=green,
        CNAMEPrefix=green,
        VersionLabel=label,
        TemplateName=saved["TemplateName"],
    )
    until_ready(green)
    lab.clock.advance(minutes=2)
    replies = [lab.http("GET", f"http://{green}.us-east-1.elasticbeanstalk.com/").status for _ in range(10)]
    well = set(replies) == {200}
    if well:
        eb.swap_environment_cnames(SourceEnvironmentName=green, DestinationEnvironmentName=blue)
    else:
        eb.terminate_environment(EnvironmentName=green)
    return well


# %% wrong="blue-green" says="Let it run"
def to_green(blue, green, label, changes):
    eb.create_configuration_template(
        ApplicationName="shop", TemplateName=f"of-{green}", EnvironmentId=status(blue)["EnvironmentId"]
    )
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=green,
        CNAMEPrefix=green,
        VersionLabel=label,
        TemplateName=f"of-{green}",
        OptionSettings=changes,
    )
    until_ready(green)
    lab.clock.advance(minutes=2)
    eb.swap_environment_cnames(SourceEnvironmentName=blue, DestinationEnvironmentName=green)
    eb.terminate_environment(EnvironmentName=blue)
    return True


# %% wrong="blue-green" says="Look before you swap"
def to_green(blue, green, label, changes):
    eb.create_configuration_template(
        ApplicationName="shop", TemplateName=f"of-{green}", EnvironmentId=status(blue)["EnvironmentId"]
    )
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=green,
        CNAMEPrefix=green,
        VersionLabel=label,
        TemplateName=f"of-{green}",
        OptionSettings=changes,
    )
    until_ready(green)
    eb.swap_environment_cnames(SourceEnvironmentName=blue, DestinationEnvironmentName=green)
    return True


# %% right="choose"
choices = dict(
    [
        ("toy", "AllAtOnce"),
        ("thrift", "Rolling"),
        ("rush-hour", "RollingWithAdditionalBatch"),
        ("bank", "Immutable"),
        ("taste", "TrafficSplitting"),
        ("move", "BlueGreen"),
    ]
)

# %% wrong="choose" says="it needs an Application Load Balancer"
choices = {
    "toy": "AllAtOnce",
    "thrift": "Rolling",
    "rush-hour": "RollingWithAdditionalBatch",
    "bank": "TrafficSplitting",
    "taste": "TrafficSplitting",
    "move": "BlueGreen",
}

# %% wrong="choose" says="sixteen instances"
choices = {
    "toy": "AllAtOnce",
    "thrift": "Rolling",
    "rush-hour": "Immutable",
    "bank": "Immutable",
    "taste": "TrafficSplitting",
    "move": "BlueGreen",
}


# %% right="free-database"
def free_database(old, new):
    inside, stack, was = database_of(old), stack_of(old), status(old)
    rds.modify_db_instance(DBInstanceIdentifier=inside, DeletionProtection=True, ApplyImmediately=True)
    made = rds.create_db_snapshot(DBInstanceIdentifier=inside, DBSnapshotIdentifier=f"{inside}-safe")
    where = rds.describe_db_instances(DBInstanceIdentifier=inside)["DBInstances"][0]["Endpoint"]
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=new,
        CNAMEPrefix=new,
        VersionLabel=was["VersionLabel"],
        SolutionStackName=was["SolutionStackName"],
        OptionSettings=[
            option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", server_profile()),
            option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
            option(VARIABLES, "RDS_HOSTNAME", where["Address"]),
            option(VARIABLES, "RDS_PORT", where["Port"]),
        ],
    )
    until_ready(new)
    eb.swap_environment_cnames(SourceEnvironmentName=new, DestinationEnvironmentName=old)
    eb.terminate_environment(EnvironmentId=was["EnvironmentId"])
    lab.clock.advance(minutes=40)
    cloudformation.delete_stack(StackName=stack, RetainResources=["AWSEBRDSDatabase"])
    lab.clock.advance(minutes=15)
    return made["DBSnapshot"]["DBSnapshotIdentifier"]


# %% wrong="free-database" says="The database is gone"
def free_database(old, new):
    inside = database_of(old)
    rds.create_db_snapshot(DBInstanceIdentifier=inside, DBSnapshotIdentifier=f"{inside}-safe")
    eb.terminate_environment(EnvironmentName=old)
    lab.clock.advance(minutes=60)
    return f"{inside}-safe"


# %% wrong="free-database" says="anybody can delete it"
def free_database(old, new):
    inside = database_of(old)
    rds.create_db_snapshot(DBInstanceIdentifier=inside, DBSnapshotIdentifier=f"{inside}-safe")
    eb.update_environment(
        EnvironmentName=old,
        OptionSettings=[option(RDS, "DBDeletionPolicy", "Retain"), option(RDS, "HasCoupledDatabase", "false")],
    )
    until_ready(old)
    return f"{inside}-safe"


# %% right="docker-multi"
def to_task_definition(dockerrun, family):
    if dockerrun.get("AWSEBDockerrunVersion") != 2:
        raise ValueError("wrong version")
    made = ecs.register_task_definition(
        family=family,
        networkMode="bridge",
        requiresCompatibilities=["EC2"],
        containerDefinitions=dockerrun["containerDefinitions"],
        volumes=dockerrun.get("volumes") or [],
    )
    return made["taskDefinition"]["taskDefinitionArn"]


# %% wrong="docker-multi" says="was taken"
def to_task_definition(dockerrun, family):
    made = ecs.register_task_definition(
        family=family,
        networkMode="bridge",
        containerDefinitions=dockerrun["containerDefinitions"],
        volumes=dockerrun.get("volumes", []),
    )
    return made["taskDefinition"]["taskDefinitionArn"]


# %% wrong="docker-multi" says="The network mode"
def to_task_definition(dockerrun, family):
    if dockerrun["AWSEBDockerrunVersion"] != 2:
        raise ValueError("wrong version")
    containers = [
        {key: value for key, value in one.items() if key != "links"} for one in dockerrun["containerDefinitions"]
    ]
    made = ecs.register_task_definition(
        family=family, networkMode="awsvpc", containerDefinitions=containers, volumes=dockerrun.get("volumes", [])
    )
    return made["taskDefinition"]["taskDefinitionArn"]


# %% wrong="docker-multi" says="A file of version 3 was taken"
def to_task_definition(dockerrun, family):
    if dockerrun["AWSEBDockerrunVersion"] < 2:
        raise ValueError("version 1 is for one container")
    made = ecs.register_task_definition(
        family=family,
        networkMode="bridge",
        containerDefinitions=dockerrun["containerDefinitions"],
        volumes=dockerrun.get("volumes", []),
    )
    return made["taskDefinition"]["taskDefinitionArn"]
