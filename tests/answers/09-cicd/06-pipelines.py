# %% [markdown]
# Answers to 09-cicd/06-pipelines: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="site-pipeline"
def site_stages(repository, project, bucket):
    def kind(category, provider):
        return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}

    build = {
        "name": "B",
        "actionTypeId": kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": project},
        "inputArtifacts": [{"name": "Source"}],
        "outputArtifacts": [{"name": "Out"}],
    }
    deploy = {
        "name": "D",
        "actionTypeId": kind("Deploy", "S3"),
        "configuration": {"BucketName": bucket, "Extract": "true"},
        "inputArtifacts": [{"name": "Out"}],
    }
    return [
        from_commits(repository),
        {"name": "Build", "actions": [build]},
        {"name": "Deploy", "actions": [deploy]},
    ]


# %% wrong="site-pipeline" says="Deploy what the build gives"
def site_stages(repository, project, bucket):
    built = action("Compile", "Build", "CodeBuild", "Source", "Site", configuration={"ProjectName": project})
    settings = {"BucketName": bucket, "Extract": "true"}
    copied = action("Publish", "Deploy", "S3", "Source", configuration=settings)
    return [from_commits(repository), {"name": "Build", "actions": [built]}, {"name": "Deploy", "actions": [copied]}]


# %% wrong="site-pipeline" says="Is the archive unpacked?"
def site_stages(repository, project, bucket):
    built = action("Compile", "Build", "CodeBuild", "Source", "Site", configuration={"ProjectName": project})
    settings = {"BucketName": bucket, "ObjectKey": "index.html.zip", "Extract": "false"}
    copied = action("Publish", "Deploy", "S3", "Site", configuration=settings)
    return [from_commits(repository), {"name": "Build", "actions": [built]}, {"name": "Deploy", "actions": [copied]}]


# %% wrong="site-pipeline" says="Input Artifact Bundle Site"
def site_stages(repository, project, bucket):
    built = action("Compile", "Build", "CodeBuild", "Source", configuration={"ProjectName": project})
    settings = {"BucketName": bucket, "Extract": "true"}
    copied = action("Publish", "Deploy", "S3", "Site", configuration=settings)
    return [from_commits(repository), {"name": "Build", "actions": [built]}, {"name": "Deploy", "actions": [copied]}]


# %% wrong="site-pipeline" says="a list of three stages"
def site_stages(repository, project, bucket):
    built = action("Compile", "Build", "CodeBuild", "Source", "Site", configuration={"ProjectName": project})
    settings = {"BucketName": bucket, "Extract": "true"}
    copied = action("Publish", "Deploy", "S3", "Site", configuration=settings, order=2)
    return [from_commits(repository), {"name": "Build", "actions": [built, copied]}]


# %% wrong="site-pipeline" says="missing required configuration 'Extract'"
def site_stages(repository, project, bucket):
    built = action("Compile", "Build", "CodeBuild", "Source", "Site", configuration={"ProjectName": project})
    copied = action("Publish", "Deploy", "S3", "Site", configuration={"BucketName": bucket})
    return [from_commits(repository), {"name": "Build", "actions": [built]}, {"name": "Deploy", "actions": [copied]}]


# %% wrong="site-pipeline" says="one of yours has no actions"
def site_stages(repository, project, bucket):
    built = action("Build", "Build", "CodeBuild", "Source", "Site", configuration={"ProjectName": project})
    settings = {"BucketName": bucket, "Extract": "true"}
    return [from_commits(repository), built, action("Deploy", "Deploy", "S3", "Site", configuration=settings)]


# %% right="mend-structure"
def shop_stages(repository, project, texts, bucket):
    first = from_commits(repository)
    where = {"S3Bucket": texts, "S3ObjectKey": "texts.json", "PollForSourceChanges": "false"}
    first["actions"] = [action("Texts", "Source", "S3", "", "Words", 1, "AWS", where), *first["actions"]]
    return [
        first,
        {
            "name": "Build",
            "actions": [action("Compile", "Build", "CodeBuild", "Source", "Page", 1, "AWS", {"ProjectName": project})],
        },
        {
            "name": "Release",
            "actions": [
                action("Ask", "Approval", "Manual"),
                action("Publish", "Deploy", "S3", "Page", "", 2, "AWS", {"BucketName": bucket, "Extract": "true"}),
                action(
                    "Add",
                    "Deploy",
                    "S3",
                    "Words",
                    "",
                    2,
                    "AWS",
                    {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"},
                ),
            ],
        },
    ]


# %% wrong="mend-structure" says="only contains source actions"
def shop_stages(repository, project, texts, bucket):
    commit_ = from_commits(repository)["actions"][0]
    built = {"ProjectName": project}
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    unpacked = {"BucketName": bucket, "Extract": "true"}
    as_it_is = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    return [
        {"name": "Source", "actions": [commit_]},
        {"name": "Build", "actions": [action("Compile", "Build", "CodeBuild", "Source", "Site", configuration=built)]},
        {"name": "Gate", "actions": [action("Ask", "Approval", "Manual")]},
        {
            "name": "Deploy",
            "actions": [
                action("Texts", "Source", "S3", gives="Texts", configuration=words),
                action("Publish", "Deploy", "S3", "Site", configuration=unpacked),
                action("Add", "Deploy", "S3", "Texts", configuration=as_it_is),
            ],
        },
    ]


# %% wrong="mend-structure" says="Keep Commit, Compile"
def shop_stages(repository, project, texts, bucket):
    built = {"ProjectName": project}
    return [
        from_commits(repository),
        {"name": "Build", "actions": [action("Compile", "Build", "CodeBuild", "Source", "Site", configuration=built)]},
        {"name": "Gate", "actions": [action("Ask", "Approval", "Manual")]},
        {
            "name": "Deploy",
            "actions": [
                action("Publish", "Deploy", "S3", "Site", configuration={"BucketName": bucket, "Extract": "true"})
            ],
        },
    ]


# %% wrong="mend-structure" says="has 1 input artifact"
def shop_stages(repository, project, texts, bucket):
    source = from_commits(repository)
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    source["actions"].append(action("Texts", "Source", "S3", gives="Texts", configuration=words))
    as_it_is = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    last = [
        action("Publish", "Deploy", "S3", "Site", configuration={"BucketName": bucket, "Extract": "true"}),
        action("Add", "Deploy", "S3", "Texts", configuration=as_it_is),
    ]
    built = {"ProjectName": project}
    return [
        source,
        {"name": "Build", "actions": [action("Compile", "Build", "CodeBuild", "Source", "Site", configuration=built)]},
        {"name": "Gate", "actions": [action("Ask", "Approval", "Manual", takes="Site")]},
        {"name": "Deploy", "actions": last},
    ]


# %% wrong="mend-structure" says="before anybody was asked"
def shop_stages(repository, project, texts, bucket):
    source = from_commits(repository)
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    source["actions"].append(action("Texts", "Source", "S3", gives="Texts", configuration=words))
    as_it_is = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    last = [
        action("Ask", "Approval", "Manual"),
        action("Publish", "Deploy", "S3", "Site", configuration={"BucketName": bucket, "Extract": "true"}),
        action("Add", "Deploy", "S3", "Texts", configuration=as_it_is),
    ]
    built = {"ProjectName": project}
    return [
        source,
        {"name": "Build", "actions": [action("Compile", "Build", "CodeBuild", "Source", "Site", configuration=built)]},
        {"name": "Deploy", "actions": last},
    ]


# %% wrong="mend-structure" says="Ask comes before Compile"
def shop_stages(repository, project, texts, bucket):
    source = from_commits(repository)
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    source["actions"].append(action("Texts", "Source", "S3", gives="Texts", configuration=words))
    as_it_is = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    last = [
        action("Publish", "Deploy", "S3", "Site", configuration={"BucketName": bucket, "Extract": "true"}),
        action("Add", "Deploy", "S3", "Texts", configuration=as_it_is),
    ]
    built = {"ProjectName": project}
    return [
        source,
        {"name": "Gate", "actions": [action("Ask", "Approval", "Manual")]},
        {"name": "Build", "actions": [action("Compile", "Build", "CodeBuild", "Source", "Site", configuration=built)]},
        {"name": "Deploy", "actions": last},
    ]


# %% right="wall-time"
def wall_time(stages):
    return sum(
        sum(max(m for _, m, order in rows if order == one) for one in {order for _, _, order in rows})
        for rows in stages
    )


# %% wrong="wall-time" says="3 and 4 minutes side by side"
def wall_time(stages):
    return sum(minutes for rows in stages for _, minutes, _ in rows)


# %% wrong="wall-time" says="3 minutes, then 4"
def wall_time(stages):
    return sum(max(minutes for _, minutes, _ in rows) for rows in stages)


# %% wrong="wall-time" says="two stages of 3 and 4 minutes"
def wall_time(stages):
    slowest = {}
    for rows in stages:
        for _, minutes, order in rows:
            slowest[order] = max(minutes, slowest.get(order, 0))
    return sum(slowest.values())


# %% wrong="wall-time" says="order 2 takes 3, order 7 takes 4 and 1"
def wall_time(stages):
    return sum(sum({order: minutes for _, minutes, order in rows}.values()) for rows in stages)


# %% right="on-push"
def start_on_push(name, repository, branch):
    arn = codecommit.get_repository(repositoryName=repository)["repositoryMetadata"]["Arn"]
    pattern = {
        "source": ["aws.codecommit"],
        "resources": [arn],
        "detail": {"event": ["referenceUpdated", "referenceCreated"], "referenceFullName": [f"refs/heads/{branch}"]},
    }
    rule = lab.unique_name("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern), State="ENABLED")
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}", "RoleArn": starter}
    events.put_targets(Rule=rule, Targets=[target])


# %% wrong="on-push" says="started it; only main should"
def start_on_push(name, repository, branch):
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": [repository]}}
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}", "RoleArn": starter}
    events.put_targets(Rule=f"{name}-push", Targets=[target])


# %% wrong="on-push" says="A push to another repository"
def start_on_push(name, repository, branch):
    pattern = {"source": ["aws.codecommit"], "detail": {"referenceName": [branch]}}
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}", "RoleArn": starter}
    events.put_targets(Rule=f"{name}-push", Targets=[target])


# %% wrong="on-push" says="did not start it"
def start_on_push(name, repository, branch):
    pattern = {
        "source": ["aws.codecommit"],
        "detail": {"repositoryName": [repository], "referenceName": [f"refs/heads/{branch}"]},
    }
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}", "RoleArn": starter}
    events.put_targets(Rule=f"{name}-push", Targets=[target])


# %% wrong="on-push" says="although nobody pushed"
def start_on_push(name, repository, branch):
    codepipeline.start_pipeline_execution(name=name)


# %% wrong="on-push" says="RoleArn is required"
def start_on_push(name, repository, branch):
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": [repository], "referenceName": [branch]}}
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}"}
    events.put_targets(Rule=f"{name}-push", Targets=[target])


# %% wrong="on-push" says="EventBridge needs the role"
def start_on_push(name, repository, branch):
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": [repository], "referenceName": [branch]}}
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:codepipeline:us-east-1:{account}:{name}", "RoleArn": role}
    events.put_targets(Rule=f"{name}-push", Targets=[target])


# %% wrong="on-push" says="The pipeline polls now"
def start_on_push(name, repository, branch):
    structure = codepipeline.get_pipeline(name=name)["pipeline"]
    structure["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"] = "true"
    codepipeline.update_pipeline(pipeline=structure)


# %% right="approver"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:*:{account}:{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["codepipeline:GetPipeline*"], "Resource": [arn]},
            {"Effect": "Allow", "Action": ["codepipeline:PutApprovalResult"], "Resource": [f"{arn}/{stage}/{action}"]},
        ],
    }


# %% wrong="approver" says="may only do so in Prod"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    look = ["codepipeline:GetPipeline*", "codepipeline:PutApprovalResult"]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": look, "Resource": [arn, f"{arn}/*"]}],
    }


# %% wrong="approver" says="could answer the action Sign"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "codepipeline:GetPipeline*", "Resource": arn},
            {"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": f"{arn}/{stage}/*"},
        ],
    }


# %% wrong="approver" says="start the pipeline"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "codepipeline:*", "Resource": [arn, f"{arn}/{stage}/{action}"]},
        ],
    }


# %% wrong="approver" says="Ada may not answer Look"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    look = ["codepipeline:GetPipeline*", "codepipeline:PutApprovalResult"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": look, "Resource": arn}]}


# %% wrong="approver" says="Ada could list the executions"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    look = ["codepipeline:Get*", "codepipeline:List*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": look, "Resource": arn},
            {"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": f"{arn}/{stage}/{action}"},
        ],
    }


# %% wrong="approver" says="Ada could see another pipeline"
def approver_policy(name, stage, action):
    arn = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    look = ["codepipeline:GetPipeline", "codepipeline:GetPipelineState", "codepipeline:GetPipelineExecution"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": look, "Resource": "*"},
            {"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": f"{arn}/{stage}/{action}"},
        ],
    }


# %% right="reviewed-stack"
def reviewed(stack, path):
    first = {
        "ActionMode": "CHANGE_SET_REPLACE",
        "ChangeSetName": "for-review",
        "StackName": stack,
        "TemplatePath": "Source::" + path,
        "RoleArn": role,
        "Capabilities": "CAPABILITY_IAM",
    }
    last = {"ActionMode": "CHANGE_SET_EXECUTE", "ChangeSetName": "for-review", "StackName": stack}
    return [
        action("Run", "Deploy", "CloudFormation", gives="Outputs", order=30, configuration=last),
        action("Review", "Approval", "Manual", order=20, configuration={"CustomData": f"See {stack}"}),
        action("Plan", "Deploy", "CloudFormation", "Source", order=10, configuration=first),
    ]


# %% wrong="reviewed-stack" says="The queue was made before anybody looked"
def reviewed(stack, path):
    names = {"StackName": stack, "ChangeSetName": "for-review"}
    first = {**names, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": f"Source::{path}", "RoleArn": role}
    last = {**names, "ActionMode": "CHANGE_SET_EXECUTE"}
    return [
        action("Prepare", "Deploy", "CloudFormation", "Source", configuration=first),
        action("Review", "Approval", "Manual"),
        action("Execute", "Deploy", "CloudFormation", configuration=last),
    ]


# %% wrong="reviewed-stack" says="The queue was made before anybody looked"
def reviewed(stack, path):
    first = {"StackName": stack, "ActionMode": "CREATE_UPDATE", "TemplatePath": f"Source::{path}", "RoleArn": role}
    return [
        action("Prepare", "Deploy", "CloudFormation", "Source", configuration=first),
        action("Review", "Approval", "Manual", order=2),
    ]


# %% wrong="reviewed-stack" says="a change set named for-review"
def reviewed(stack, path):
    first = {"StackName": stack, "ActionMode": "CREATE_UPDATE", "TemplatePath": f"Source::{path}", "RoleArn": role}
    return [
        action("Review", "Approval", "Manual"),
        action("Change", "Deploy", "CloudFormation", "Source", order=2, configuration=first),
    ]


# %% wrong="reviewed-stack" says="Execute the change set"
def reviewed(stack, path):
    names = {"StackName": stack, "ChangeSetName": "for-review"}
    first = {**names, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": f"Source::{path}", "RoleArn": role}
    return [
        action("Prepare", "Deploy", "CloudFormation", "Source", configuration=first),
        action("Review", "Approval", "Manual", order=2),
    ]


# %% wrong="reviewed-stack" says="needs `role` as its RoleArn"
def reviewed(stack, path):
    names = {"StackName": stack, "ChangeSetName": "for-review"}
    first = {**names, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": f"Source::{path}"}
    return [
        action("Prepare", "Deploy", "CloudFormation", "Source", configuration=first),
        action("Review", "Approval", "Manual", order=2),
        action(
            "Execute", "Deploy", "CloudFormation", order=3, configuration={**names, "ActionMode": "CHANGE_SET_EXECUTE"}
        ),
    ]


# %% wrong="reviewed-stack" says="names no file of an artifact"
def reviewed(stack, path):
    names = {"StackName": stack, "ChangeSetName": "for-review"}
    first = {**names, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": path, "RoleArn": role}
    return [
        action("Prepare", "Deploy", "CloudFormation", "Source", configuration=first),
        action("Review", "Approval", "Manual", order=2),
        action(
            "Execute", "Deploy", "CloudFormation", order=3, configuration={**names, "ActionMode": "CHANGE_SET_EXECUTE"}
        ),
    ]


# %% right="only-failures"
def alert_pattern(name):
    return {
        "detail-type": [{"prefix": "CodePipeline Pipeline"}],
        "resources": [f"arn:aws:codepipeline:us-east-1:{account}:{name}"],
        "detail": {"state": ["FAILED"]},
    }


# %% wrong="only-failures" says="Ask for one level only"
def alert_pattern(name):
    return {"source": ["aws.codepipeline"], "detail": {"state": ["FAILED"], "pipeline": [name]}}


# %% wrong="only-failures" says="another team's pipeline"
def alert_pattern(name):
    kind = "CodePipeline Pipeline Execution State Change"
    return {"source": ["aws.codepipeline"], "detail-type": [kind], "detail": {"state": ["FAILED"]}}


# %% wrong="only-failures" says="An execution went well"
def alert_pattern(name):
    kind = "CodePipeline Pipeline Execution State Change"
    return {"source": ["aws.codepipeline"], "detail-type": [kind], "detail": {"pipeline": [name]}}


# %% wrong="only-failures" says="no message came"
def alert_pattern(name):
    kind = "CodePipeline Pipeline Execution State Change"
    detail = {"state": ["Failed"], "pipeline": [name]}
    return {"source": ["aws.codepipeline"], "detail-type": [kind], "detail": detail}


# %% right="only-failures"
def alert_pattern(name):
    return {
        "source": ["aws.codepipeline"],
        "detail": {"state": ["FAILED"], "pipeline": [name], "stage": [{"exists": False}]},
    }


# %% wrong="only-failures" says="Ask for one level only"
def alert_pattern(name):
    kind = "CodePipeline Action Execution State Change"
    return {"source": ["aws.codepipeline"], "detail-type": [kind], "detail": {"state": ["FAILED"], "pipeline": [name]}}


# %% wrong="only-failures" says="an older one was superseded"
def alert_pattern(name):
    kind = "CodePipeline Pipeline Execution State Change"
    detail = {"state": [{"anything-but": ["STARTED", "SUCCEEDED"]}], "pipeline": [name]}
    return {"source": ["aws.codepipeline"], "detail-type": [kind], "detail": detail}


# %% right="why-stopped"
def why_stopped(name):
    runs = codepipeline.list_pipeline_executions(pipelineName=name, maxResults=1)["pipelineExecutionSummaries"]
    if not runs or runs[0]["status"] != "Failed":
        return None
    for stage in codepipeline.get_pipeline_state(name=name)["stageStates"]:
        last = stage.get("latestExecution", {})
        if last.get("pipelineExecutionId") != runs[0]["pipelineExecutionId"]:
            continue
        for row in stage["actionStates"]:
            if row.get("latestExecution", {}).get("status") == "Failed":
                return [stage["stageName"], row["actionName"], row["latestExecution"]["errorDetails"]["message"]]
    return None


# %% wrong="why-stopped" says="An older execution failed, a new one is under way"
def why_stopped(name):
    for stage in codepipeline.get_pipeline_state(name=name)["stageStates"]:
        for row in stage["actionStates"]:
            if row.get("latestExecution", {}).get("status") == "Failed":
                return stage["stageName"], row["actionName"], row["latestExecution"]["errorDetails"]["message"]
    return None


# %% wrong="why-stopped" says="An older execution failed, a new one is under way"
def why_stopped(name):
    for one in codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]:
        if one["status"] == "Failed":
            return (
                one["stageName"],
                one["actionName"],
                one["output"]["executionResult"]["errorDetails"]["message"],
            )
    return None


# %% wrong="why-stopped" says="the message should be that of the action"
def why_stopped(name):
    latest = newest(name)
    if latest["status"] != "Failed":
        return None
    found = codepipeline.list_action_executions(
        pipelineName=name, filter={"pipelineExecutionId": latest["pipelineExecutionId"]}
    )["actionExecutionDetails"]
    bad = next(one for one in found if one["status"] == "Failed")
    return bad["stageName"], bad["actionName"], bad["status"]


# %% right="cheaper"
def cheaper(seconds, runs):
    billed = 0
    for provider in seconds:
        if provider != "Manual":
            billed += -(-seconds[provider] // 60)
    usd = {"V1": fixed, "V2": billed * runs * minute}
    kind = min(usd, key=usd.get)
    return kind, usd[kind]


# %% wrong="cheaper" says="1 + 4 + 2 minutes, 20 times"
def cheaper(seconds, runs):
    usd = ceil(sum(seconds.values()) / 60) * runs * minute
    return ("V1", float(fixed)) if fixed < usd else ("V2", usd)


# %% wrong="cheaper" says="a day of approval"
def cheaper(seconds, runs):
    usd = sum(ceil(one / 60) for one in seconds.values()) * runs * minute
    return ("V1", float(fixed)) if fixed < usd else ("V2", usd)


# %% wrong="cheaper" says="the same 100 times"
def cheaper(seconds, runs):
    return "V2", sum(ceil(one / 60) for provider, one in seconds.items() if provider != "Manual") * runs * minute


# %% wrong="cheaper" says="return the type and the price"
def cheaper(seconds, runs):
    minutes = sum(ceil(one / 60) for provider, one in seconds.items() if provider != "Manual")
    return min(float(fixed), minutes * runs * float(minute))
