# %% [markdown]
# Answers to 08-serverless/04-lambda-releases: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="canary"
def canary(name, alias, package, share):
    version = functions.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]
    live = functions.get_alias(FunctionName=name, Name=alias)
    if version != live["FunctionVersion"]:
        functions.update_alias(
            FunctionName=name,
            Name=alias,
            FunctionVersion=live["FunctionVersion"],
            RoutingConfig={"AdditionalVersionWeights": {version: share}},
        )
    return version


# %% wrong="canary" says="It should still point to 1"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {"1": 1 - share}},
    )
    return version


# %% wrong="canary" says="No new version was published"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    return "$LATEST"


# %% wrong="canary" says="$LATEST is not supported"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    weights = {"AdditionalVersionWeights": {"$LATEST": share}}
    functions.update_alias(FunctionName=name, Name=alias, RoutingConfig=weights)
    return "$LATEST"


# %% wrong="canary" says="The alias points to version 1 already"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {version: share}})
    return version


# %% wrong="canary" says="less than or equal to 1.0"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    version = functions.publish_version(FunctionName=name)["Version"]
    weights = {"AdditionalVersionWeights": {version: share * 100}}
    functions.update_alias(FunctionName=name, Name=alias, RoutingConfig=weights)
    return version


# %% right="canary"
import base64
import hashlib


def canary(name, alias, package, share):
    used = functions.get_function_configuration(FunctionName=name, Qualifier=alias)
    if used["CodeSha256"] == base64.b64encode(hashlib.sha256(package).digest()).decode():
        return used["Version"]
    version = functions.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]
    functions.update_alias(FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {version: share}})
    return version


# %% wrong="canary" says="gets a share of 0.9"
def canary(name, alias, package, share):
    functions.update_function_code(FunctionName=name, ZipFile=package)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    version = functions.publish_version(FunctionName=name)["Version"]
    if version != functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]:
        functions.update_alias(
            FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {version: 1 - share}}
        )
    return version


# %% right="judge"
def judge(name, alias, most):
    live = functions.get_alias(FunctionName=name, Name=alias)
    new = list(live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    if new == []:
        return "nothing to do"
    calls, errors = (total(name, alias, new[0], metric) for metric in ("Invocations", "Errors"))
    if calls < 20:
        return "wait"
    none = {"AdditionalVersionWeights": {}}
    if errors > most * calls + 1e-9:
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig=none)
        return "rolled back"
    functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=new[0], RoutingConfig=none)
    return "promoted"


# %% wrong="judge" says="'promoted', not 'rolled back'"
def judge(name, alias, most):
    live = functions.get_alias(FunctionName=name, Name=alias)
    new = list(live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    if not new:
        return "nothing to do"
    if total(name, alias, new[0], "Invocations") < 20:
        return "wait"
    old = live["FunctionVersion"]
    calls = sum(total(name, alias, one, "Invocations") for one in (old, new[0]))
    errors = sum(total(name, alias, one, "Errors") for one in (old, new[0]))
    good = errors / calls <= most
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=new[0] if good else old,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return "promoted" if good else "rolled back"


# %% wrong="judge" says="'wait', not 'rolled back'"
def judge(name, alias, most):
    live = functions.get_alias(FunctionName=name, Name=alias)
    new = list(live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    if not new:
        return "nothing to do"
    calls = total(name, alias, new[0], "Invocations")
    good = total(name, alias, new[0], "Errors") / max(calls, 1) <= most
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=new[0] if good else live["FunctionVersion"],
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return "promoted" if good else "rolled back"


# %% wrong="judge" says="version 2 has a share of 0.8"
def judge(name, alias, most):
    live = functions.get_alias(FunctionName=name, Name=alias)
    new = list(live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    if not new:
        return "nothing to do"
    calls = total(name, alias, new[0], "Invocations")
    if calls < 20:
        return "wait"
    if total(name, alias, new[0], "Errors") / calls > most:
        functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=live["FunctionVersion"])
        return "rolled back"
    functions.update_alias(
        FunctionName=name, Name=alias, FunctionVersion=new[0], RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return "promoted"


# %% wrong="judge" says="'promoted', not 'rolled back'"
def judge(name, alias, most):
    live = functions.get_alias(FunctionName=name, Name=alias)
    new = list(live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    if not new:
        return "nothing to do"
    calls = total(name, alias, new[0], "Invocations")
    if calls < 20:
        return "wait"
    good = total(name, alias, new[0], "Errors") == 0
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=new[0] if good else live["FunctionVersion"],
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return "promoted" if good else "rolled back"


# %% wrong="judge" says="'promoted', not 'wait'"
def judge(name, alias, most):
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    if not weights:
        return "nothing to do"
    candidate = "2"
    calls = total(name, alias, candidate, "Invocations")
    if calls < 20:
        return "wait"
    if total(name, alias, candidate, "Errors") / calls > most:
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {}})
        return "rolled back"
    functions.update_alias(
        FunctionName=name, Name=alias, FunctionVersion=candidate, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return "promoted"


# %% wrong="judge" says="'promoted', not 'wait'"
def judge(name, alias, most):
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    if not weights:
        return "nothing to do"
    candidate = next(iter(weights))
    calls = total(name, alias, candidate, "Invocations")
    if calls <= 20:
        return "wait"
    if total(name, alias, candidate, "Errors") / calls > most:
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {}})
        return "rolled back"
    functions.update_alias(
        FunctionName=name, Name=alias, FunctionVersion=candidate, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return "promoted"


# %% wrong="judge" says="3 failed"
def judge(name, alias, most):
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    if not weights:
        return "nothing to do"
    candidate = next(iter(weights))
    calls = total(name, alias, candidate, "Invocations")
    if calls < 20:
        return "wait"
    if total(name, alias, candidate, "Errors") / calls >= most:
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig={"AdditionalVersionWeights": {}})
        return "rolled back"
    functions.update_alias(
        FunctionName=name, Name=alias, FunctionVersion=candidate, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return "promoted"


# %% wrong="judge" says="RoutingConfig"
def judge(name, alias, most):
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found["RoutingConfig"]["AdditionalVersionWeights"]
    if not weights:
        return "nothing to do"
    candidate = next(iter(weights))
    calls = total(name, alias, candidate, "Invocations")
    if calls < 20:
        return "wait"
    good = total(name, alias, candidate, "Errors") / calls <= most
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=candidate if good else found["FunctionVersion"],
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return "promoted" if good else "rolled back"


# %% right="predict-shift"
predicted = {
    ("Canary10Percent5Minutes", 4.0): 10.0,
    ("Canary10Percent5Minutes", 6.0): 100.0,
    ("Linear10PercentEvery1Minute", 0.5): 10.0,
    ("Linear10PercentEvery1Minute", 5.5): 60.0,
    ("Linear10PercentEvery3Minutes", 20.0): 70.0,
    ("Linear10PercentEvery10Minutes", 85.0): 90.0,
    ("Linear10PercentEvery10Minutes", 95.0): 100.0,
    ("AllAtOnce", 0.5): 100.0,
}


# %% wrong="predict-shift" says="A tenth at once, and 0 more since"
predicted = {
    ("Canary10Percent5Minutes", 4.0): 10,
    ("Canary10Percent5Minutes", 6.0): 100,
    ("Linear10PercentEvery1Minute", 0.5): 0,
    ("Linear10PercentEvery1Minute", 5.5): 50,
    ("Linear10PercentEvery3Minutes", 20.0): 60,
    ("Linear10PercentEvery10Minutes", 85.0): 80,
    ("Linear10PercentEvery10Minutes", 95.0): 90,
    ("AllAtOnce", 0.5): 100,
}


# %% wrong="predict-shift" says="Canary10Percent5Minutes after 6 minutes"
predicted = {
    ("Canary10Percent5Minutes", 4.0): 10,
    ("Canary10Percent5Minutes", 6.0): 20,
    ("Linear10PercentEvery1Minute", 0.5): 10,
    ("Linear10PercentEvery1Minute", 5.5): 60,
    ("Linear10PercentEvery3Minutes", 20.0): 70,
    ("Linear10PercentEvery10Minutes", 85.0): 90,
    ("Linear10PercentEvery10Minutes", 95.0): 100,
    ("AllAtOnce", 0.5): 100,
}


# %% wrong="predict-shift" says="Linear10PercentEvery10Minutes after 95 minutes"
predicted = {
    ("Canary10Percent5Minutes", 4.0): 10,
    ("Canary10Percent5Minutes", 6.0): 100,
    ("Linear10PercentEvery1Minute", 0.5): 10,
    ("Linear10PercentEvery1Minute", 5.5): 60,
    ("Linear10PercentEvery3Minutes", 20.0): 70,
    ("Linear10PercentEvery10Minutes", 85.0): 90,
    ("Linear10PercentEvery10Minutes", 95.0): 90,
    ("AllAtOnce", 0.5): 100,
}


# %% right="guarded-shift"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    alarm, group = lab.unique_name("alarm"), lab.unique_name("group")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[
            {"Name": "FunctionName", "Value": name},
            {"Name": "Resource", "Value": name + ":" + alias},
            {"Name": "ExecutedVersion", "Value": version},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName="CodeDeployDefault.Lambda" + configuration,
    )
    codedeploy.update_deployment_group(
        applicationName=application,
        currentDeploymentGroupName=group,
        alarmConfiguration={"enabled": True, "alarms": [{"name": alarm}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="it still has a share of"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"]},
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="A failed hook should roll back, too"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[
            {"Name": "FunctionName", "Value": name},
            {"Name": "Resource", "Value": f"{name}:{alias}"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]},
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="it should have a tenth"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "FunctionName", "Value": name},
            {"Name": "Resource", "Value": f"{name}:{alias}"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"]},
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% right="guarded-shift"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    about = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": key, "Value": value} for key, value in about.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"],
        },
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="those of the alias"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    about = {"FunctionName": name}
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": key, "Value": value} for key, value in about.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"],
        },
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="is 'missing' for the alarm"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    about = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": key, "Value": value} for key, value in about.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="missing",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"],
        },
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="looks at 300 seconds"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    about = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": key, "Value": value} for key, value in about.items()],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"],
        },
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% wrong="guarded-shift" says="it still has a share of"
def guarded_shift(name, alias, version, configuration):
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    about = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    cloudwatch.put_metric_alarm(
        AlarmName=group,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": key, "Value": value} for key, value in about.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": group}]},
    )
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),
    )["deploymentId"]


# %% right="new-code"
def release(stack, bucket, key, package):
    version = s3.put_object(Bucket=bucket, Key=key, Body=package)["VersionId"]
    code = {"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": {"Ref": "CodeVersion"}}
    template = {
        "Parameters": {"CodeVersion": {"Type": "String"}},
        "Resources": {
            "Price": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "app.handler",
                    "Timeout": 30,
                    "Role": role,
                    "Code": code,
                },
            }
        },
    }
    arguments = {
        "StackName": stack,
        "TemplateBody": json.dumps(template),
        "Parameters": [{"ParameterKey": "CodeVersion", "ParameterValue": version}],
    }
    try:
        cloudformation.create_stack(**arguments)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(**arguments)
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)


# %% wrong="new-code" says="it does not know"
def release(stack, bucket, key, package):
    s3.put_object(Bucket=bucket, Key=key, Body=package)
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Timeout": 30,
        "Role": role,
        "Code": {"S3Bucket": bucket, "S3Key": key},
    }
    template = json.dumps({"Resources": {"Price": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)
    except cloudformation.exceptions.AlreadyExistsException:
        name = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Price")
        name = name["StackResourceDetail"]["PhysicalResourceId"]
        functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=key)


# %% wrong="new-code" says="Does the template say which version"
def release(stack, bucket, key, package):
    version = s3.put_object(Bucket=bucket, Key=key, Body=package)["VersionId"]
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Timeout": 30,
        "Role": role,
        "Description": version,
        "Code": {"S3Bucket": bucket, "S3Key": key},
    }
    template = json.dumps({"Resources": {"Price": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)


# %% wrong="new-code" says="it is another function now"
def release(stack, bucket, key, package):
    s3.put_object(Bucket=bucket, Key=key, Body=package)
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Timeout": 30,
        "Role": role,
        "Code": {"S3Bucket": bucket, "S3Key": key},
    }
    template = json.dumps({"Resources": {"Price": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
    cloudformation.delete_stack(StackName=stack)
    cloudformation.create_stack(StackName=stack, TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)


# %% wrong="new-code" says="The bucket should hold"
def release(stack, bucket, key, package):
    key = lab.unique_name("code") + ".zip"
    s3.put_object(Bucket=bucket, Key=key, Body=package)
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Timeout": 30,
        "Role": role,
        "Code": {"S3Bucket": bucket, "S3Key": key},
    }
    template = json.dumps({"Resources": {"Price": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)


# %% right="open-door"
def open_door(name, alias, origin):
    for action, more in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        functions.add_permission(
            FunctionName=name,
            Qualifier=alias,
            StatementId=action.split(":")[1],
            Principal="*",
            Action=action,
            **more,
        )
    functions.create_function_url_config(FunctionName=name, Qualifier=alias, AuthType="NONE")
    return functions.update_function_url_config(
        FunctionName=name, Qualifier=alias, Cors={"AllowOrigins": [origin], "AllowMethods": ["GET"], "MaxAge": 600}
    )["FunctionUrl"]


# %% wrong="open-door" says="Both rights are needed"
def open_door(name, alias, origin):
    made = functions.create_function_url_config(
        FunctionName=name, Qualifier=alias, AuthType="NONE", Cors={"AllowOrigins": [origin]}
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    return made["FunctionUrl"]


# %% wrong="open-door" says="by the API"
def open_door(name, alias, origin):
    made = functions.create_function_url_config(
        FunctionName=name, Qualifier=alias, AuthType="NONE", Cors={"AllowOrigins": [origin]}
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    functions.add_permission(
        FunctionName=name, Qualifier=alias, StatementId="call", Principal="*", Action="lambda:InvokeFunction"
    )
    return made["FunctionUrl"]


# %% wrong="open-door" says="the allowed origin is '*'"
def open_door(name, alias, origin):
    made = functions.create_function_url_config(
        FunctionName=name, Qualifier=alias, AuthType="NONE", Cors={"AllowOrigins": ["*"]}
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="call",
        Principal="*",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
    )
    return made["FunctionUrl"]


# %% wrong="new-code" says="does not name the object's newest version"
def release(stack, bucket, key, package):
    stored = s3.put_object(Bucket=bucket, Key=key, Body=package)
    code = {"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": stored["ETag"]}
    settings = {"Runtime": "python3.13", "Handler": "app.handler", "Timeout": 30, "Role": role}
    price = {"Type": "AWS::Lambda::Function", "Properties": {**settings, "Code": code}}
    text = json.dumps({"Resources": {"Price": price}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=text)
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(StackName=stack, TemplateBody=text)


# %% right="open-door"
def open_door(name, alias, origin):
    which = f"{name}:{alias}"
    functions.add_permission(
        FunctionName=which,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    functions.add_permission(
        FunctionName=which,
        StatementId="via-url",
        Principal="*",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
    )
    cors = {"AllowOrigins": [origin], "AllowMethods": ["GET"]}
    return functions.create_function_url_config(FunctionName=which, AuthType="NONE", Cors=cors)["FunctionUrl"]


# %% wrong="open-door" says="by the API"
def open_door(name, alias, origin):
    made = functions.create_function_url_config(
        FunctionName=name,
        Qualifier=alias,
        AuthType="NONE",
        Cors={"AllowOrigins": [origin], "AllowMethods": ["GET"]},
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    functions.add_permission(
        FunctionName=name,
        Qualifier=alias,
        StatementId="via-url",
        Principal="*",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
    )
    functions.add_permission(FunctionName=name, StatementId="call", Principal="*", Action="lambda:InvokeFunction")
    return made["FunctionUrl"]


# %% right="mend-handler"
import hashlib
import json
import os
from functools import cache

import boto3

buckets, parameters = boto3.resource("s3"), boto3.client("ssm")


@cache
def secret():
    return parameters.get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def receipt(event, context):
    ride = buckets.Object(event["bucket"], event["key"]).get()["Body"].read()
    signature = hashlib.sha256(secret().encode("utf-8") + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    buckets.Object(os.environ["RECEIPTS"], event["key"]).put(Body=body)


# %% wrong="mend-handler" says="a loop"
import hashlib
import json
import os

import boto3

store = boto3.client("s3")
secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def receipt(event, context):
    ride = store.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store.put_object(Bucket=event["bucket"], Key="receipts/" + event["key"], Body=body)
    store.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="mend-handler" says="once is enough"
import hashlib
import json
import os

import boto3

store, parameters = boto3.client("s3"), boto3.client("ssm")


def receipt(event, context):
    found = parameters.get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)
    ride = store.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(found["Parameter"]["Value"].encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="mend-handler" says="Is the secret the parameter"
import hashlib
import json
import os

import boto3

store = boto3.client("s3")
secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"])["Parameter"]["Value"]


def receipt(event, context):
    ride = store.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="mend-handler" says="make each client once"
import hashlib
import json
import os

import boto3

secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def receipt(event, context):
    store = boto3.client("s3")
    ride = store.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="open-door" says="call with GET"
def open_door(name, alias, origin):
    which = {"FunctionName": name, "Qualifier": alias}
    cors = {"AllowOrigins": [origin], "AllowMethods": ["POST"]}
    made = functions.create_function_url_config(AuthType="NONE", Cors=cors, **which)
    functions.add_permission(
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
        **which,
    )
    functions.add_permission(
        StatementId="via-url",
        Principal="*",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
        **which,
    )
    return made["FunctionUrl"]


# %% right="mend-handler"
import hashlib
import json
import os

import boto3

s3, secret = None, b""


def receipt(event, context):
    global s3, secret
    if s3 is None:
        s3 = boto3.client("s3")
        found = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)
        secret = found["Parameter"]["Value"].encode()
    ride = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    body = {"ride": json.loads(ride), "signature": hashlib.sha256(secret + ride).hexdigest()}
    s3.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=json.dumps(body))


# %% wrong="mend-handler" says="make each client once"
import hashlib
import json
import os

import boto3

secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def store():
    return boto3.client("s3")


def receipt(event, context):
    ride = store().get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store().put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="mend-handler" says="The old secret still stands"
import hashlib
import json
import os

import boto3

OLD = b"sk-tern-4711"  # for receipts of last year
s3 = boto3.client("s3")
secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def receipt(event, context):
    ride = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    s3.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


# %% wrong="mend-handler" says="has no 0.json"
import hashlib
import json
import os

import boto3

s3 = boto3.client("s3")
secret = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)["Parameter"]["Value"]


def receipt(event, context):
    ride = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(secret.encode() + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    s3.put_object(Bucket=os.environ["RECEIPTS"], Key="receipt-" + event["key"], Body=body)


# %% right="choose-edge"
def choose_edge(point, ms, code_kb, network, body):
    limits = {"viewer": 5000, "origin": 30_000}
    small = point in ("viewer request", "viewer response") and ms < 1 and code_kb <= 10
    if small and not (network or body):
        return "CloudFront Functions"
    return "Lambda@Edge" if ms <= limits[point.split()[0]] and code_kb <= 51_200 else "neither"


# %% wrong="choose-edge" says="Only viewer points"
def choose_edge(point, ms, code_kb, network, body):
    if ms < 1 and code_kb <= 10 and not network and not body:
        return "CloudFront Functions"
    longest = 5_000 if point.startswith("viewer") else 30_000
    return "Lambda@Edge" if ms <= longest and code_kb <= 51_200 else "neither"


# %% wrong="choose-edge" says="Less than 1 ms"
def choose_edge(point, ms, code_kb, network, body):
    viewer = point.startswith("viewer")
    if viewer and ms <= 1 and code_kb <= 10 and not network and not body:
        return "CloudFront Functions"
    return "Lambda@Edge" if ms <= (5_000 if viewer else 30_000) and code_kb <= 51_200 else "neither"


# %% wrong="choose-edge" says="5 s at viewer points"
def choose_edge(point, ms, code_kb, network, body):
    if point.startswith("viewer") and ms < 1 and code_kb <= 10 and not network and not body:
        return "CloudFront Functions"
    return "Lambda@Edge" if ms <= 30_000 and code_kb <= 51_200 else "neither"


# %% wrong="choose-edge" says="It sees no body"
def choose_edge(point, ms, code_kb, network, body):
    viewer = point.startswith("viewer")
    if viewer and ms < 1 and code_kb <= 10 and not network:
        return "CloudFront Functions"
    fits = code_kb <= 50 * 1024 and ms <= (5_000 if viewer else 30_000)
    return "Lambda@Edge" if fits else "neither"


# %% wrong="choose-edge" says="50 MB of code, at each point"
def choose_edge(point, ms, code_kb, network, body):
    viewer = point.startswith("viewer")
    if viewer and ms < 1 and code_kb <= 10 and not network and not body:
        return "CloudFront Functions"
    fits = code_kb <= (1024 if viewer else 50 * 1024) and ms <= (5_000 if viewer else 30_000)
    return "Lambda@Edge" if fits else "neither"
