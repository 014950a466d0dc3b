# ---
# jupyter:
#   course:
#     exam:
#     - '3.1'
#     - '3.2'
#     - '3.3'
#     - '3.4'
#     minutes: 60
#     practises:
#       approver:
#       - codepipeline.manual-approval
#       cheaper:
#       - codepipeline.types-and-quotas
#       mend-structure:
#       - codepipeline.artifacts
#       - codepipeline.action-types
#       - codepipeline.stages-and-providers
#       on-push:
#       - codepipeline.start-triggers
#       only-failures:
#       - codepipeline.state-change-events
#       reviewed-stack:
#       - codepipeline.deploy-actions
#       - codepipeline.manual-approval
#       site-pipeline:
#       - codepipeline.stages-and-providers
#       - codepipeline.artifacts
#       wall-time:
#       - codepipeline.run-order
#       why-stopped:
#       - codepipeline.troubleshooting
#     services:
#     - codepipeline
#     - codecommit
#     - codebuild
#     - cloudformation
#     - codedeploy
#     title: From a commit to production
#     topics:
#     - codepipeline.stages-and-providers
#     - codepipeline.run-order
#     - codepipeline.artifacts
#     - codepipeline.action-types
#     - codepipeline.manual-approval
#     - codepipeline.deploy-actions
#     - codepipeline.start-triggers
#     - codepipeline.state-change-events
#     - codepipeline.troubleshooting
#     - codepipeline.types-and-quotas
# ---

# %% [markdown]
# # From a commit to production
#
# Ferro lends bicycles. A release used to be an evening: one person built, another copied files, a third forgot the
# tests. After this lesson you can build an **AWS CodePipeline** that does it on every push, waits for a person where
# you want one, tells you when it stops and why, and keeps a bad version away from customers.

# %% setup="start"
import json
from math import ceil
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("09-cicd/06-pipelines")
lab.start()
codepipeline = boto3.client("codepipeline")
codecommit = boto3.client("codecommit")
codebuild = boto3.client("codebuild")
cloudformation = boto3.client("cloudformation")
events = boto3.client("events")
functions = boto3.client("lambda")
iam = boto3.client("iam")
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
steps = boto3.client("stepfunctions")
account = boto3.client("sts").get_caller_identity()["Account"]


def new_role(name: str, *services: str) -> str:
    """A role that these services may take on; returns its ARN."""
    principals = [f"{one}.amazonaws.com" for one in services]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principals},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=lab.unique_name(name), AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


def commit(repository: str, files: dict[str, str], branch: str = "main") -> str:
    """Put files into a branch as one commit; returns its id."""
    more: Any = {}
    try:
        tip = codecommit.get_branch(repositoryName=repository, branchName=branch)["branch"]
        more = {"parentCommitId": tip["commitId"]}
    except codecommit.exceptions.BranchDoesNotExistException:
        pass
    put: Any = [{"filePath": path, "fileContent": files[path].encode()} for path in files]
    return codecommit.create_commit(
        repositoryName=repository,
        branchName=branch,
        putFiles=put,
        **more,
    )["commitId"]


def new_repository(files: dict[str, str]) -> str:
    """A CodeCommit repository whose branch main holds these files; returns its name."""
    name = lab.unique_name("ferro")
    codecommit.create_repository(repositoryName=name)
    commit(name, files)
    return name


def new_bucket(name: str, versions: bool = False) -> str:
    """A bucket, with versioning if wanted; returns its name."""
    name = lab.unique_name(name)
    s3.create_bucket(Bucket=name)
    if versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def objects(bucket: str) -> dict[str, str]:
    """What a bucket holds: the text of each object by its key."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    return {key: body.decode(errors="replace") for key, body in bodies.items()}


role = new_role(
    "ferro-pipeline",
    "codepipeline",
    "codebuild",
    "codedeploy",
    "cloudformation",
    "lambda",
    "states",
)
artifacts = new_bucket("ferro-artifacts")

# %% [markdown]
# ## Stages and actions
#
# A **pipeline** is a list of **stages**; a stage holds **actions**. An action's *type* has four parts: category,
# owner, provider, version. The smallest useful pipeline has two stages: look for something new in a bucket (which must
# keep versions), and copy it to another.

# %%
drafts, website = new_bucket("drafts", versions=True), new_bucket("website")
s3.put_object(Bucket=drafts, Key="prices.zip", Body=b"a zip archive")
watch: Any = {
    "name": "Drafts",
    "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
    "configuration": {"S3Bucket": drafts, "S3ObjectKey": "prices.zip"},
    "outputArtifacts": [{"name": "Prices"}],
}
put: Any = {
    "name": "Publish",
    "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
    "configuration": {"BucketName": website, "ObjectKey": "latest.zip", "Extract": "false"},
    "inputArtifacts": [{"name": "Prices"}],
}
first = lab.unique_name("first")
codepipeline.create_pipeline(
    pipeline={
        "name": first,
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": artifacts},
        "stages": [
            {"name": "Source", "actions": [watch]},
            {"name": "Deploy", "actions": [put]},
        ],
    }
)
lab.settle()
for stage in codepipeline.get_pipeline_state(name=first)["stageStates"]:
    for action in stage["actionStates"]:
        print(stage["stageName"], action["actionName"], action["latestExecution"]["status"])
print(list(objects(website)), "and in the artifact bucket:", list(objects(artifacts)))

# %% [markdown]
# Creating a pipeline starts its first **execution**. Between actions travel **artifacts**: zip archives in the
# pipeline's *artifact bucket* (encrypted with KMS; one for each Region). An action names what it takes and gives:
#
# | category | owner AWS: provider | in | out |
# |---|---|---|---|
# | Source | S3, CodeCommit, ECR, CodeStarSourceConnection (GitHub, GitLab, Bitbucket) | 0 | 1 |
# | Build, Test | CodeBuild; Device Farm (Test) | 1-5 | 0-5 |
# | Approval | Manual | 0 | 0 |
# | Deploy | S3, CodeDeploy, ElasticBeanstalk, ECS, AppConfig | 1 | 0 |
# | Deploy | CloudFormation, CloudFormationStackSet | 0-10 | 0-1 |
# | Invoke | Lambda (StepFunctions: at most 1) | 0-5 | 0-5 |
#
# Owner `ThirdParty` is a partner's service, `Custom` is your own worker, such as a Jenkins server.
#
# > **Then and now.** Older notes reach GitHub with an OAuth token. Use a *connection* (the service is called
# > CodeConnections since 2024). Newer, too: the category `Compute` (2024: shell commands without a project), and
# > deploying straight to Lambda, EC2 and EKS (2025).


# %% setup="pipelines"
def action(
    name: str,
    category: str,
    provider: str,
    takes: str = "",
    gives: str = "",
    order: int = 1,
    owner: str = "AWS",
    configuration: dict[str, str] | None = None,
) -> Any:
    """An action of a pipeline, as create_pipeline wants it."""
    kind = {"category": category, "owner": owner, "provider": provider, "version": "1"}
    return {
        "name": name,
        "actionTypeId": kind,
        "runOrder": order,
        "configuration": configuration or {},
        "inputArtifacts": [{"name": takes}] if takes else [],
        "outputArtifacts": [{"name": gives}] if gives else [],
    }


def new_pipeline(stages: list[Any], of_role: str = role) -> str:
    """Create a pipeline and let its first execution begin; returns its name."""
    name = lab.unique_name("pipeline")
    codepipeline.create_pipeline(
        pipeline={
            "name": name,
            "roleArn": of_role,
            "artifactStore": {"type": "S3", "location": artifacts},
            "stages": stages,
        }
    )
    lab.settle()
    return name


def from_commits(repository: str, **more: str) -> Any:
    """A first stage: the branch main of a repository, as the artifact Source."""
    names = {"RepositoryName": repository, "BranchName": "main", **more}
    taken = action("Commit", "Source", "CodeCommit", gives="Source", configuration=names)
    return {"name": "Source", "actions": [taken]}


def newest(name: str) -> Any:
    """The newest execution of a pipeline."""
    pages = codepipeline.get_paginator("list_pipeline_executions").paginate(pipelineName=name)
    return next(one for page in pages for one in page["pipelineExecutionSummaries"])


def states(name: str) -> dict[str, str]:
    """How each stage of a pipeline stands."""
    found = codepipeline.get_pipeline_state(name=name)["stageStates"]
    last = {one["stageName"]: one.get("latestExecution", {}) for one in found}
    return {stage: one.get("status", "not yet") for stage, one in last.items()}


def failure(name: str) -> str:
    """What the failed actions of a pipeline say; empty if none failed."""
    found = codepipeline.get_pipeline_state(name=name)["stageStates"]
    rows = [(stage["stageName"], one) for stage in found for one in stage["actionStates"]]
    said = [
        f"{stage}/{one['actionName']}: {one['latestExecution']['errorDetails']['message']}"
        for stage, one in rows
        if one.get("latestExecution", {}).get("errorDetails")
    ]
    return "; ".join(said)


def new_project() -> str:
    """A CodeBuild project: writes site/index.html from page.txt, which must not be empty."""
    name = lab.unique_name("site")
    phases = {
        "pre_build": {"commands": ["test -s page.txt"]},
        "build": {"commands": ["mkdir site", "tr a-z A-Z < page.txt > site/index.html"]},
    }
    wanted = {"base-directory": "site", "files": ["**/*"]}
    codebuild.create_project(
        name=name,
        source={
            "type": "CODEPIPELINE",
            "buildspec": json.dumps({"version": 0.2, "phases": phases, "artifacts": wanted}),
        },
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role,
    )
    return name


# %% [markdown]
# The cell above holds what the rest of the lesson uses; `action` makes the dictionary of an action.
#
# ### Your turn: build and publish
#
# Write `site_stages(repository, project, bucket)`; it returns a list of three stages:
#
# - `Source`: branch `main` of the CodeCommit repository;
# - `Build`: the CodeBuild project (setting `ProjectName`) turns the source into a site;
# - `Deploy`: what the **build** made goes to the bucket, unpacked (`BucketName`, `Extract`).
#
# <details><summary>Hint</summary>
#
# A stage is `{"name": ..., "actions": [...]}`. `from_commits(repository)` gives the first one. Artifact names are
# yours, but each must differ; the last action takes what the middle one gives. Settings are strings: `"true"`.
# </details>


# %% exercise="site-pipeline"
def site_stages(repository: str, project: str, bucket: str) -> list[Any]:
    """The stages of a pipeline from a repository to a web site."""
    ### BEGIN SOLUTION
    compiled = action(
        "Compile",
        "Build",
        "CodeBuild",
        "Source",
        "Site",
        configuration={"ProjectName": project},
    )
    settings = {"BucketName": bucket, "Extract": "true"}
    published = action("Publish", "Deploy", "S3", takes="Site", configuration=settings)
    return [
        from_commits(repository),
        {"name": "Build", "actions": [compiled]},
        {"name": "Deploy", "actions": [published]},
    ]
    ### END SOLUTION


# %% check="site-pipeline" points=2
with check(
    "site-pipeline",
    needs="site_stages",
    right="From now on a push is a release.",
) as expect:

    def goes_live(first_text: str, second_text: str) -> None:
        repository = new_repository({"page.txt": first_text, "notes.txt": "not for customers"})
        project, bucket = new_project(), new_bucket("check-site")
        stages = site_stages(repository, project, bucket)
        expect(
            [one["name"] for one in stages or []] == ["Source", "Build", "Deploy"],
            "Return a list of three stages: Source, Build and Deploy.",
        )
        expect(
            all("actions" in one for one in stages),
            'A stage is {"name": ..., "actions": [...]}; one of yours has no actions.',
        )
        name = new_pipeline(stages)
        lab.clock.advance(minutes=5)
        expect(
            newest(name)["status"] == "Succeeded",
            f"The pipeline did not succeed. {failure(name)}",
        )
        found = objects(bucket)
        expect(found != {}, "The pipeline succeeded, but the bucket is empty.")
        expect(
            "notes.txt" not in found,
            "The bucket holds the source, notes.txt and all. Deploy what the build gives.",
        )
        expect(
            "index.html" in found,
            f"The bucket holds {list(found)} and no index.html. Is the archive unpacked?",
        )
        expect.equal(found["index.html"], first_text.upper(), "index.html")
        commit(repository, {"page.txt": second_text})
        lab.settle()
        lab.clock.advance(minutes=5)
        expect.equal(
            objects(bucket)["index.html"],
            second_text.upper(),
            "index.html after a push",
        )

    goes_live("rent a bicycle", "rent two")
    ### BEGIN HIDDEN TESTS
    goes_live("bells and lights", "baskets")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a structure must keep to
#
# CodePipeline refuses a pipeline that cannot work. The rules:
#
# - 2 to 50 stages, 1 to 50 actions in each; names are unique;
# - the first stage holds source actions **only**, and no other stage holds any;
# - an input artifact carries exactly the name of an earlier output; no two outputs share a name;
# - the counts of the table above.

# %%
stages_then, stages_now = sorted(facts.history("codepipeline", "stages-per-pipeline-maximum"))
pipelines_then, pipelines_now = sorted(facts.history("codepipeline", "pipelines-per-region"))
charts.then_and_now(
    {
        "stages in a pipeline": (stages_then, stages_now),
        "pipelines in a Region": (pipelines_then, pipelines_now),
    },
    then="until 2020/21",
    now="today",
    headline="Five times the stages, three times the pipelines of what older books say",
    source=[stages_now, pipelines_now],
)

# %% [markdown]
# ### Your turn: four faults
#
# A colleague's `shop_stages` should build the site, then ask a person, then publish site **and** texts. CodePipeline
# refuses it for one reason after the other; there are four. Repair them. Keep all six actions, by name.
#
# <details><summary>Hint</summary>
#
# Run the check and read what AWS says; each fault breaks one of the rules above. Look at the owner, at the spelling of
# an artifact, at what an approval takes, and at where the second source stands.
# </details>


# %% exercise="mend-structure" repair=true
def shop_stages(repository: str, project: str, texts: str, bucket: str) -> list[Any]:
    """Two sources, a build, a person, and a bucket."""
    built = {"ProjectName": project}
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    commit_ = from_commits(repository)["actions"][0]
    compile_ = action(
        "Compile",
        "Build",
        "CodeBuild",
        "source",
        "Site",
        1,
        "ThirdParty",
        built,
    )
    ask = action("Ask", "Approval", "Manual", takes="Site")
    texts_ = action("Texts", "Source", "S3", gives="Texts", configuration=words)
    unpacked = {"BucketName": bucket, "Extract": "true"}
    as_it_is = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    publish = action("Publish", "Deploy", "S3", "Site", configuration=unpacked)
    add = action("Add", "Deploy", "S3", "Texts", configuration=as_it_is)
    return [
        {"name": "Source", "actions": [commit_]},
        {"name": "Build", "actions": [compile_]},
        {"name": "Gate", "actions": [ask]},
        {"name": "Deploy", "actions": [texts_, publish, add]},
    ]


### BEGIN SOLUTION
def shop_stages(repository: str, project: str, texts: str, bucket: str) -> list[Any]:
    words = {"S3Bucket": texts, "S3ObjectKey": "texts.json"}
    source = from_commits(repository)
    source["actions"].append(
        action("Texts", "Source", "S3", gives="Texts", configuration=words),
    )
    made = action(
        "Compile",
        "Build",
        "CodeBuild",
        "Source",
        "Site",
        configuration={"ProjectName": project},
    )
    site: dict[str, str] = {"BucketName": bucket, "Extract": "true"}
    plain = {"BucketName": bucket, "ObjectKey": "texts.json", "Extract": "false"}
    last = [
        action("Publish", "Deploy", "S3", takes="Site", configuration=site),
        action("Add", "Deploy", "S3", takes="Texts", configuration=plain),
    ]
    return [
        source,
        {"name": "Build", "actions": [made]},
        {"name": "Gate", "actions": [action("Ask", "Approval", "Manual")]},
        {"name": "Deploy", "actions": last},
    ]


### END SOLUTION

# %% check="mend-structure" points=3
with check(
    "mend-structure",
    needs="shop_stages",
    right="Every artifact has a maker, and every action its place.",
) as expect:

    def publishes(page: str, words: str) -> None:
        repository, project = new_repository({"page.txt": page}), new_project()
        texts, bucket = new_bucket("check-texts", versions=True), new_bucket("check-shop")
        s3.put_object(Bucket=texts, Key="texts.json", Body=words.encode())
        stages = shop_stages(repository, project, texts, bucket)
        names = sorted(one["name"] for stage in stages for one in stage["actions"])
        expect(
            names == ["Add", "Ask", "Commit", "Compile", "Publish", "Texts"],
            f"Keep Commit, Compile, Ask, Texts, Publish, Add, once each. Found: {names}.",
        )
        try:
            name = new_pipeline(stages)
            refused = ""
        except ClientError as error:
            refused = error.response["Error"]["Message"]
        expect(not refused, f"CodePipeline refuses the structure: {refused}")
        lab.clock.advance(minutes=5)
        expect(objects(bucket) == {}, "Something was published before anybody was asked.")
        found = [
            (stage["stageName"], one["latestExecution"]["token"])
            for stage in codepipeline.get_pipeline_state(name=name)["stageStates"]
            for one in stage["actionStates"]
            if "token" in one.get("latestExecution", {})
        ]
        expect(len(found) == 1, f"The pipeline does not wait for a person. {failure(name)}")
        listing = codepipeline.get_paginator("list_action_executions")
        pages = listing.paginate(pipelineName=name)
        ran = [one["actionName"] for page in pages for one in page["actionExecutionDetails"]]
        expect("Compile" in ran, "Ask comes before Compile: build the site, then ask.")
        codepipeline.put_approval_result(
            pipelineName=name,
            stageName=found[0][0],
            actionName="Ask",
            result={"summary": "looks good", "status": "Approved"},
            token=found[0][1],
        )
        lab.settle()
        expect(newest(name)["status"] == "Succeeded", f"It did not succeed. {failure(name)}")
        wanted = {"index.html": page.upper(), "texts.json": words}
        expect(
            objects(bucket) == wanted,
            f"The bucket should hold index.html (built) and texts.json: {objects(bucket)}.",
        )

    publishes("ring the bell", '{"hello": "ahoy"}')
    ### BEGIN HIDDEN TESTS
    publishes("ring it twice", '{"hello": "moin"}')
    ### END HIDDEN TESTS

# %% [markdown]
# ## One after the other, or side by side
#
# Stages follow each other. **Inside** a stage, `runOrder` decides: actions with the same number run side by side, a
# higher number waits for all lower ones. We rehearse with actions that do nothing but wait (a Step Functions machine),
# and read the true times of the run.

# %% setup="rehearsal"
waiting = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "SecondsPath": "$.s", "End": True}},
}
machine = steps.create_state_machine(
    name=lab.unique_name("wait"),
    roleArn=role,
    definition=json.dumps(waiting),
)["stateMachineArn"]
empty_repository = new_repository({"page.txt": "a page"})


def rehearse(stages: list[list[tuple[str, int, int]]]) -> list[tuple[str, float, float]]:
    """Run stages of (action, minutes, runOrder); returns (action, from, to) in minutes."""
    made = [from_commits(empty_repository)]
    for number, rows in enumerate(stages):
        actions = []
        for title, minutes, order in rows:
            settings = {"StateMachineArn": machine, "Input": json.dumps({"s": 60 * minutes})}
            actions.append(
                action(title, "Invoke", "StepFunctions", order=order, configuration=settings),
            )
        made.append({"name": f"Stage{number}", "actions": actions})
    name = new_pipeline(made)
    lab.clock.advance(minutes=1 + sum(minutes for rows in stages for _, minutes, _ in rows))
    listing = codepipeline.get_paginator("list_action_executions")
    pages = listing.paginate(pipelineName=name)
    rows = [one for page in pages for one in page["actionExecutionDetails"]]
    begin = min(one["startTime"] for one in rows)
    return [
        (
            one["actionName"],
            (one["startTime"] - begin).total_seconds() / 60,
            (one["lastUpdateTime"] - begin).total_seconds() / 60,
        )
        for one in reversed(rows)
        if one["actionName"] != "Commit"
    ]


# %%
before = rehearse(
    [[("lint", 2, 1), ("unit", 5, 2), ("browser", 9, 3), ("load", 6, 4)], [("deploy", 4, 1)]],
)
after = rehearse(
    [[("lint", 2, 1), ("unit", 5, 2), ("browser", 9, 2), ("load", 6, 2)], [("deploy", 4, 1)]],
)
ends = [round(max(end for _, _, end in run)) for run in (before, after)]
old = "one after the other"
bars = [(old, begin, end, title, "one by one") for title, begin, end in before]
bars += [
    (
        "side by side" if title in ("lint", "browser", "deploy") else f"and {title}",
        begin,
        end,
        title,
        "one by one" if title in ("lint", "deploy") else "at once",
    )
    for title, begin, end in after
]
charts.gantt(
    bars,
    kinds={"one by one": "off", "at once": "good"},
    unit="minutes",
    headline=f"Three tests side by side: the release takes {ends[1]} minutes, not {ends[0]}",
    label="after the commit",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: how long will it take?
#
# Write `wall_time(stages)`. Each stage is a list of `(name, minutes, order)`, in any order. Return the minutes from the
# start of the first stage to the end of the last. The check compares your number with a true run.
#
# <details><summary>Hint</summary>
#
# Within a stage, gather the minutes of each order; a group takes as long as its slowest action. Then add up.
# </details>


# %% exercise="wall-time"
def wall_time(stages: list[list[tuple[str, int, int]]]) -> int:
    """Return how many minutes the stages take."""
    ### BEGIN SOLUTION
    total = 0
    for rows in stages:
        slowest: dict[int, int] = {}
        for _, minutes, order in rows:
            slowest[order] = max(minutes, slowest.get(order, 0))
        total += sum(slowest.values())
    return total
    ### END SOLUTION


# %% check="wall-time" points=2
with check(
    "wall-time",
    needs="wall_time",
    right="Only the slowest of a group costs time.",
) as expect:

    def compare(stages: list[list[tuple[str, int, int]]], words: str) -> None:
        said = wall_time([list(rows) for rows in stages])
        measured = round(max(end for _, _, end in rehearse(stages)))
        expect(
            said == measured,
            f"{words}: you say {said!r} minutes, the run took {measured}.",
        )

    compare([[("a", 3, 1), ("b", 4, 2)]], "3 minutes, then 4")
    compare([[("a", 3, 1), ("b", 4, 1)]], "3 and 4 minutes side by side")
    compare([[("a", 3, 1), ("b", 4, 1), ("c", 5, 2)]], "3 and 4 side by side, then 5")
    compare([[("a", 3, 1)], [("b", 4, 1)]], "two stages of 3 and 4 minutes, all with order 1")
    compare(
        [[("b", 4, 7), ("a", 3, 2), ("c", 1, 7)]],
        "order 2 takes 3, order 7 takes 4 and 1",
    )
    ### BEGIN HIDDEN TESTS
    compare(
        [[("a", 2, 5), ("b", 8, 1)], [("c", 6, 9), ("d", 1, 9), ("e", 2, 1)]],
        "two stages",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# What if a second commit comes while the first is still under way? The **execution mode** decides. `SUPERSEDED`, the
# default: before each stage only the newest waits, the older one is given up. `QUEUED`: all, one after the other.
# `PARALLEL`: each on its own. We close the door of the second stage (a *disabled transition*) and push three times.

# %%
busy = new_repository({"page.txt": "0"})
target = {"BucketName": new_bucket("busy"), "Extract": "true"}
publish_stage = {
    "name": "Deploy",
    "actions": [action("Copy", "Deploy", "S3", "Source", configuration=target)],
}
line = new_pipeline([from_commits(busy), publish_stage])
door: Any = {"pipelineName": line, "stageName": "Deploy", "transitionType": "Inbound"}
codepipeline.disable_stage_transition(**door, reason="the shop is being painted")
for number in (1, 2, 3):
    commit(busy, {"page.txt": str(number)})
    lab.settle()
codepipeline.enable_stage_transition(**door)
lab.settle()
ran = codepipeline.list_pipeline_executions(pipelineName=line)
for one in ran["pipelineExecutionSummaries"]:
    print(one["sourceRevisions"][0]["revisionId"][:7], one["status"])

# %% [markdown]
# ## What starts a pipeline
#
# - **Events** (preferred): EventBridge sees the push and starts the pipeline at once; connections do the same for
#   GitHub.
# - **Webhooks**: an HTTP call with a secret; older.
# - **Polling**: the pipeline asks its source every minute or so; older still. Set `PollForSourceChanges` to `false`.
# - A schedule, a button, or `start_pipeline_execution`.

# %%
commits = [1, 5, 10, 20, 50, 100, 200]
minutes_a_day = 24 * 60
charts.curves(
    {
        "polling each minute": (commits, [minutes_a_day for _ in commits]),
        "events": (commits, commits),
    },
    log_y=True,
    x_label="commits a day",
    x_unit="commits",
    y_label="looks at the source",
    y_unit="a day",
    headline="Polling looks 1,440 times a day, whether anything happens or not",
    source="computed: one look a minute, one event a commit",
)

# %% [markdown]
# A CodeCommit push is an event like this one; `referenceName` is the branch:
#
# ```json
# {"source": "aws.codecommit", "detail-type": "CodeCommit Repository State Change",
#  "resources": ["arn:aws:codecommit:us-east-1:111122223333:shop"],
#  "detail": {"event": "referenceUpdated", "repositoryName": "shop",
#             "referenceType": "branch", "referenceName": "main"}}
# ```
#
# > **Lab and AWS.** A polling source in the lab looks whenever the lab settles. Pipelines of type V2 can also filter
# > pushes, tags, pull requests and file paths by a *trigger*; that needs a connection (GitHub and others), which the
# > lab does not have.
#
# ### Your turn: start it by an event
#
# The pipeline exists and does not poll; leave it as it is. Write `start_on_push(name, repository, branch)`: a push to
# **this branch of this repository** starts the pipeline, once; nothing else does. EventBridge uses the role whose ARN
# is in `starter`: it may start pipelines.
#
# <details><summary>Hint</summary>
#
# `events.put_rule(Name=..., EventPattern=json)` and `events.put_targets(Rule=..., Targets=[{"Id", "Arn", "RoleArn"}])`.
# A pattern's values are lists. A pipeline's ARN is `arn:aws:codepipeline:REGION:ACCOUNT:NAME`; `get_pipeline` tells it
# in `metadata`.
# </details>

# %% setup="on-push"
starter = new_role("ferro-starter", "events")
may_start = {
    "Effect": "Allow",
    "Action": "codepipeline:StartPipelineExecution",
    "Resource": f"arn:aws:codepipeline:us-east-1:{account}:*",
}
iam.put_role_policy(
    RoleName=starter.split("/")[1],
    PolicyName="start",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may_start]}),
)


# %% exercise="on-push"
def start_on_push(name: str, repository: str, branch: str) -> None:
    """Start the pipeline when somebody pushes to the branch."""
    ### BEGIN SOLUTION
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "detail": {"repositoryName": [repository], "referenceName": [branch]},
    }
    arn = codepipeline.get_pipeline(name=name)["metadata"]["pipelineArn"]
    events.put_rule(Name=f"{name}-push", EventPattern=json.dumps(pattern))
    goal: Any = {"Id": "pipeline", "Arn": arn, "RoleArn": starter}
    events.put_targets(Rule=f"{name}-push", Targets=[goal])
    ### END SOLUTION


# %% check="on-push" points=2
with check("on-push", needs="start_on_push", right="Nobody asks, somebody tells.") as expect:

    def listens(branch: str, other_branch: str) -> None:
        repository = new_repository({"page.txt": "0"})
        stranger = new_repository({"page.txt": "0"})
        for one in {branch, other_branch} - {"main"}:
            tip = codecommit.get_branch(repositoryName=repository, branchName="main")["branch"]
            codecommit.create_branch(
                repositoryName=repository,
                branchName=one,
                commitId=tip["commitId"],
            )
        goal = {"BucketName": new_bucket("check-push"), "Extract": "true"}
        source = from_commits(repository, BranchName=branch, PollForSourceChanges="false")
        copy = action("Copy", "Deploy", "S3", "Source", configuration=goal)
        name = new_pipeline([source, {"name": "Deploy", "actions": [copy]}])
        with lab.watching(most=50):
            start_on_push(name, repository, branch)
        now = codepipeline.get_pipeline(name=name)
        asks = now["pipeline"]["stages"][0]["actions"][0]["configuration"]
        expect(
            asks.get("PollForSourceChanges") == "false",
            "The pipeline polls now. Leave it as it is, and make a rule.",
        )

        def runs() -> int:
            found = codepipeline.list_pipeline_executions(pipelineName=name)
            return len(found["pipelineExecutionSummaries"]) - 1

        lab.settle()
        expect(
            runs() == 0,
            "The pipeline was started although nobody pushed. Make a rule; do not start it.",
        )
        commit(repository, {"page.txt": "1"}, other_branch)
        lab.settle()
        expect(
            runs() == 0,
            f"A push to the branch {other_branch} started it; only {branch} should.",
        )
        commit(stranger, {"page.txt": "1"})
        lab.settle()
        expect(runs() == 0, "A push to another repository started the pipeline.")
        commit(repository, {"page.txt": "2"}, branch)
        lab.settle()
        expect(
            runs() > 0,
            f"A push to {branch} did not start it. Look at the pattern, and at the target.",
        )
        expect(runs() == 1, f"One push to {branch} started it {runs()} times.")
        arn = now["metadata"]["pipelineArn"]
        found = [
            target.get("RoleArn")
            for rule in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
            for target in events.list_targets_by_rule(Rule=rule)["Targets"]
            if target["Arn"] == arn
        ]
        expect(
            found == [starter],
            f"EventBridge needs the role in `starter` as the target's RoleArn, not {found}. "
            "The lab starts the pipeline all the same; AWS would not.",
        )
        expect(
            objects(goal["BucketName"]).get("page.txt") == "2",
            f"It ran, but failed. {failure(name)}",
        )

    listens("main", "try-out")
    ### BEGIN HIDDEN TESTS
    listens("release", "main")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A person at the gate
#
# An **Approval** action (owner `AWS`, provider `Manual`) stops its stage until somebody answers, or until its time is
# over: seven days unless `timeoutInMinutes` says otherwise, then it counts as failed. It can send a message to an SNS
# topic, and it costs nothing. The answer needs the *token* of this very request.

# %%
gate = action(
    "Look",
    "Approval",
    "Manual",
    configuration={"CustomData": "Is the price right?"},
)
gated = new_pipeline([from_commits(empty_repository), {"name": "Prod", "actions": [gate]}])
waits = codepipeline.get_pipeline_state(name=gated)["stageStates"][1]["actionStates"][0]
codepipeline.put_approval_result(
    pipelineName=gated,
    stageName="Prod",
    actionName="Look",
    result={"summary": "It is not", "status": "Rejected"},
    token=waits["latestExecution"]["token"],
)
lab.settle()
print(newest(gated)["status"], "|", failure(gated))

least = facts.limit("codepipeline", "timeout-manual-approval-minimum")
usual = facts.limit("codepipeline", "timeout-manual-approval-default")
longest = facts.limit("codepipeline", "timeout-manual-approval-maximum")
other = facts.limit("codepipeline", "timeout-other-actions")
charts.limits(
    {
        "most other actions": other * 60,
        "S3 deploy": facts.limit("codepipeline", "timeout-s3-deploy-action") * 60,
        "Lambda invoke": facts.limit("codepipeline", "timeout-lambda-invoke-action") * 60,
        "CloudFormation": facts.limit("codepipeline", "timeout-cloudformation-action") * 60,
        "CodeDeploy": facts.limit("codepipeline", "timeout-codedeploy-action") * 60,
        "manual approval": (least * 60, usual * 60, longest * 60),
    },
    unit="seconds",
    headline="A person may take 60 days, a machine gets an hour to five days",
    highlight=["manual approval"],
    source=[usual, other],
)

# %% [markdown]
# ### Your turn: who may say yes
#
# Ada approves releases in production, and does nothing else. Write `approver_policy(name, stage, action)`: the least
# policy, as a dictionary. She may
#
# - see the pipeline and how it stands (`GetPipeline`, `GetPipelineState`, `GetPipelineExecution`) of this one only;
# - answer this one action of this stage (`PutApprovalResult`).
#
# <details><summary>Hint</summary>
#
# The resource of an answer is the action: `arn:aws:codepipeline:REGION:ACCOUNT:PIPELINE/STAGE/ACTION`; that of the
# other three is the pipeline. `account` holds the account's number, the Region is `us-east-1`. Two statements.
# </details>


# %% exercise="approver"
def approver_policy(name: str, stage: str, action: str) -> dict[str, Any]:
    """The least policy for somebody who answers one approval action."""
    ### BEGIN SOLUTION
    pipeline = f"arn:aws:codepipeline:us-east-1:{account}:{name}"
    look = ["GetPipeline", "GetPipelineState", "GetPipelineExecution"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [f"codepipeline:{one}" for one in look],
                "Resource": pipeline,
            },
            {
                "Effect": "Allow",
                "Action": "codepipeline:PutApprovalResult",
                "Resource": f"{pipeline}/{stage}/{action}",
            },
        ],
    }
    ### END SOLUTION


# %% check="approver" points=2
with check(
    "approver",
    needs="approver_policy",
    right="Whoever approves need not be able to release.",
) as expect:

    def approves(stage: str, title: str) -> None:
        gates = [
            {
                "name": one,
                "actions": [
                    action(title, "Approval", "Manual"),
                    action("Sign", "Approval", "Manual"),
                ],
            }
            for one in ("Test", stage)
        ]
        name = new_pipeline([from_commits(empty_repository), *gates])
        other = new_pipeline([from_commits(empty_repository), gates[0]])
        policy = approver_policy(name, stage, title)
        expect(isinstance(policy, dict), "Return the policy as a dictionary.")
        user = lab.unique_name("ada")
        iam.create_user(UserName=user)
        iam.put_user_policy(
            UserName=user,
            PolicyName="approver",
            PolicyDocument=json.dumps(policy),
        )
        keys = iam.create_access_key(UserName=user)["AccessKey"]
        ada: Any = boto3.client(
            "codepipeline",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
        )

        def answer(who: Any, place: str, which: str) -> None:
            found = codepipeline.get_pipeline_state(name=name)["stageStates"]
            [state] = [one for one in found if one["stageName"] == place]
            [row] = [one for one in state["actionStates"] if one["actionName"] == which]
            who.put_approval_result(
                pipelineName=name,
                stageName=place,
                actionName=which,
                result={"summary": "", "status": "Approved"},
                token=row["latestExecution"]["token"],
            )

        def allowed(call: Any) -> bool:
            with lab.enforce_iam():
                try:
                    call()
                except ClientError as error:
                    if error.response["Error"]["Code"] == "AccessDeniedException":
                        return False
                    raise
            return True

        run = newest(name)["pipelineExecutionId"]
        expect(allowed(lambda: ada.get_pipeline(name=name)), "Ada may not see the pipeline.")
        expect(
            allowed(lambda: ada.get_pipeline_state(name=name)),
            "Ada may not see how it stands.",
        )
        seen = allowed(
            lambda: ada.get_pipeline_execution(pipelineName=name, pipelineExecutionId=run),
        )
        expect(seen, "Ada may not see an execution.")
        expect(
            not allowed(lambda: answer(ada, "Test", title)),
            f"Ada could answer {title} of the stage Test; she may only do so in {stage}.",
        )
        answer(codepipeline, "Test", title)
        answer(codepipeline, "Test", "Sign")
        lab.settle()
        expect(
            not allowed(lambda: answer(ada, stage, "Sign")),
            f"Ada could answer the action Sign; she may only answer {title}.",
        )
        expect(
            allowed(lambda: answer(ada, stage, title)),
            f"Ada may not answer {title} of {stage}.",
        )
        shut: Any = {"stageName": stage, "transitionType": "Inbound", "reason": "Ada"}
        for words, call in {
            "close a stage": lambda: ada.disable_stage_transition(pipelineName=name, **shut),
            "start the pipeline": lambda: ada.start_pipeline_execution(name=name),
            "delete the pipeline": lambda: ada.delete_pipeline(name=name),
            "see another pipeline": lambda: ada.get_pipeline_state(name=other),
            "list all pipelines": lambda: ada.list_pipelines(),
            "list the executions": lambda: ada.list_pipeline_executions(pipelineName=name),
        }.items():
            expect(
                not allowed(call),
                f"Ada could {words}. Name actions and resources one by one.",
            )

    approves("Prod", "Look")
    ### BEGIN HIDDEN TESTS
    approves("Live", "Release")
    ### END HIDDEN TESTS

# %% [markdown]
# ## CloudFormation as the last step
#
# A CloudFormation action deploys a template out of an artifact (`TemplatePath` = `Artifact::file`). Its `ActionMode`
# says how:
#
# | mode | does |
# |---|---|
# | `CREATE_UPDATE` | makes the stack or updates it; a stack in a failed state stays, and the action fails |
# | `REPLACE_ON_FAILURE` | the same, but a failed stack is deleted and made anew: for tests only |
# | `DELETE_ONLY` | deletes it; a stack that is not there is a success |
# | `CHANGE_SET_REPLACE` | makes a change set, and drops an old one of that name |
# | `CHANGE_SET_EXECUTE` | carries it out |
#
# So one pipeline can make a test stack, test it, delete it, and then update production. We do the first half.

# %%
queue_of = {"Ref": "Name"}
template = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {"Rides": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue_of}}},
}
stacks = new_repository({"queue.json": json.dumps(template)})
test_stack = lab.unique_name("test")
made = {
    "ActionMode": "CREATE_UPDATE",
    "StackName": test_stack,
    "TemplatePath": "Source::queue.json",
    "RoleArn": role,
    "ParameterOverrides": json.dumps({"Name": f"{test_stack}-rides"}),
}
gone = {"ActionMode": "DELETE_ONLY", "StackName": test_stack, "RoleArn": role}
rounds = [
    action("Make", "Deploy", "CloudFormation", "Source", configuration=made),
    action("Test", "Approval", "Manual", order=2),
    action("Delete", "Deploy", "CloudFormation", order=3, configuration=gone),
]
tested = new_pipeline([from_commits(stacks), {"name": "Test", "actions": rounds}])
lab.clock.advance(minutes=1)
print(cloudformation.describe_stacks(StackName=test_stack)["Stacks"][0]["StackStatus"])
print([url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])])

# %% [markdown]
# > **Exam.** Elastic Beanstalk is a target, too: the pipeline puts the source zip into S3, CodeBuild tests it, and
# > Beanstalk deploys the zip by the `.config` files in its `.ebextensions`. `ParameterOverrides` takes up to 1 KB.
#
# ### Your turn: look before you change
#
# Write `reviewed(stack, path)`: the actions of **one** stage, in their order. They make a change set named
# `for-review` for the stack from the artifact `Source`, let a person look (an action named `Review`), and only then
# carry out the change set. Use `role` as `RoleArn` where you create the change set.
#
# <details><summary>Hint</summary>
#
# Three actions with `order` 1, 2, 3. The first needs `TemplatePath`, `StackName` and `ChangeSetName`, the last one only
# the two names. All of them could run side by side if you forget the order.
# </details>


# %% exercise="reviewed-stack"
def reviewed(stack: str, path: str) -> list[Any]:
    """The actions of a stage that changes a stack after somebody has looked."""
    ### BEGIN SOLUTION
    names = {"StackName": stack, "ChangeSetName": "for-review"}
    prepared = {
        **names,
        "ActionMode": "CHANGE_SET_REPLACE",
        "TemplatePath": f"Source::{path}",
        "RoleArn": role,
    }
    run = {**names, "ActionMode": "CHANGE_SET_EXECUTE"}
    return [
        action(
            "Prepare",
            "Deploy",
            "CloudFormation",
            "Source",
            order=1,
            configuration=prepared,
        ),
        action("Review", "Approval", "Manual", order=2),
        action("Execute", "Deploy", "CloudFormation", order=3, configuration=run),
    ]
    ### END SOLUTION


# %% check="reviewed-stack" points=3
with check(
    "reviewed-stack",
    needs="reviewed",
    right="Nothing changes before somebody saw what will.",
) as expect:

    def changes(path: str, answer_: str) -> None:
        stack = lab.unique_name("check-stack")

        def queue(seconds: int) -> str:
            kind = {
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": f"{stack}-rides", "VisibilityTimeout": seconds},
            }
            return json.dumps({"Resources": {"Rides": kind}})

        def timeout() -> str:
            try:
                url = sqs.get_queue_url(QueueName=f"{stack}-rides")["QueueUrl"]
            except ClientError:
                return "no queue"
            got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
            return got["Attributes"]["VisibilityTimeout"]

        def answer(word: str) -> None:
            state = codepipeline.get_pipeline_state(name=name)["stageStates"][1]
            rows = [one for one in state["actionStates"] if one["actionName"] == "Review"]
            token = rows[0].get("latestExecution", {}).get("token") if rows else None
            expect(
                token is not None,
                f"The action Review does not wait for anybody. {failure(name)}",
            )
            codepipeline.put_approval_result(
                pipelineName=name,
                stageName="Change",
                actionName="Review",
                result={"summary": word, "status": word},
                token=token,
            )
            lab.settle()
            lab.clock.advance(minutes=2)

        repository = new_repository({path: queue(30)})
        ours = reviewed(stack, path)
        name = new_pipeline([from_commits(repository), {"name": "Change", "actions": ours}])
        lab.clock.advance(minutes=1)
        expect(
            timeout() == "no queue",
            "The queue was made before anybody looked. Mind the order.",
        )
        answer("Approved")
        expect(newest(name)["status"] == "Succeeded", f"After the approval: {failure(name)}")
        expect(
            timeout() == "30",
            "After the approval there should be a queue. Execute the change set.",
        )
        commit(repository, {path: queue(60)})
        lab.settle()
        lab.clock.advance(minutes=1)
        expect(timeout() == "30", "The second change was carried out before anybody looked.")
        shown = cloudformation.list_change_sets(StackName=stack)["Summaries"]
        ready = [one for one in shown if one.get("ExecutionStatus") == "AVAILABLE"]
        expect(
            [one["ChangeSetName"] for one in ready] == ["for-review"],
            "While it waits there should be a change set named for-review, ready to run.",
        )
        roles = [
            one["configuration"].get("RoleArn")
            for one in ours
            if one["configuration"].get("ActionMode") == "CHANGE_SET_REPLACE"
        ]
        expect(
            roles == [role],
            "The action that makes the change set needs `role` as its RoleArn; AWS refuses it without.",
        )
        answer(answer_)
        wanted = "60" if answer_ == "Approved" else "30"
        expect(
            timeout() == wanted,
            f"Answered {answer_}: the timeout is {timeout()}, it should be {wanted}.",
        )

    changes("queue.json", "Approved")
    ### BEGIN HIDDEN TESTS
    changes("stacks/rides.json", "Rejected")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Watching
#
# Every pipeline, stage and action tells EventBridge when its state changes: source `aws.codepipeline`, detail-type
# `CodePipeline Pipeline Execution State Change` (or `Stage`, or `Action`), `detail.state` one of `STARTED`,
# `SUCCEEDED`, `FAILED`, `CANCELED`, `SUPERSEDED` ... We send all of them to a queue and let one run pass.


# %% setup="watching"
def new_queue() -> str:
    """A queue that rules may send to; returns its URL."""
    name = lab.unique_name("alerts")
    arn = f"arn:aws:sqs:us-east-1:{account}:{name}"
    door = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [door]})
    return sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]


def arn_of(queue: str) -> str:
    """The ARN of a queue."""
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def received(queue: str) -> list[Any]:
    """All events that wait in a queue."""
    found = []
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(one["Body"]) for one in batch]
    return found


# %%
told = new_queue()
rule = lab.unique_name("everything")
events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.codepipeline"]}))
events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn_of(told)}])
lost = {"BucketName": "there-is-no-such-bucket", "Extract": "true"}
failing = action("Copy", "Deploy", "S3", "Source", configuration=lost)
new_pipeline([from_commits(empty_repository), {"name": "Deploy", "actions": [failing]}])
for one in received(told):
    detail = one["detail"]
    where = "/".join(detail[key] for key in ("stage", "action") if key in detail)
    print(f"{one['detail-type'].split()[1]:8} {detail['state']:9} {where}")
_ = events.remove_targets(Rule=rule, Ids=["queue"])

# %% [markdown]
# ### Your turn: one alert, please
#
# The team wants **one** message for each failed execution of **their** pipeline, and silence otherwise. The pattern
# below never matches. Repair it.
#
# <details><summary>Hint</summary>
#
# Compare it with the events above, word by word: which key holds the state, and how is it written? A failure is told
# three times, at three levels. The pipeline's name is in `detail.pipeline`.
# </details>


# %% exercise="only-failures" repair=true
def alert_pattern(name: str) -> dict[str, Any]:
    """The pattern of a rule that tells of a failed execution."""
    return {"source": ["codepipeline"], "detail": {"status": ["Failed"]}}


### BEGIN SOLUTION
def alert_pattern(name: str) -> dict[str, Any]:
    return {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"state": ["FAILED"], "pipeline": [name]},
    }


### END SOLUTION

# %% check="only-failures" points=2
with check(
    "only-failures",
    needs="alert_pattern",
    right="An alert that comes once is read.",
) as expect:

    def alerts(prefix: str) -> None:
        def pipeline(goal: str) -> str:
            """Two copies, side by side; both fail if there is no such bucket."""
            settings = {"BucketName": goal, "Extract": "true"}
            copies = [action(title, "Deploy", "S3", "Source", configuration=settings) for title in ("Copy", "Again")]
            repository = new_repository({"page.txt": prefix})
            return new_pipeline(
                [from_commits(repository), {"name": "Deploy", "actions": copies}],
            )

        bucket = new_bucket(prefix)
        good, bad, other = (
            pipeline(bucket),
            pipeline("not-a-bucket-of-ours"),
            pipeline("nor-this-one"),
        )
        heard = {}
        for name in (good, bad):
            queue, rule = new_queue(), lab.unique_name("alert")
            events.put_rule(Name=rule, EventPattern=json.dumps(alert_pattern(name)))
            events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn_of(queue)}])
            door: Any = {"stageName": "Deploy", "transitionType": "Inbound"}
            codepipeline.disable_stage_transition(pipelineName=name, reason="busy", **door)
            for one in (name, name, other):
                codepipeline.start_pipeline_execution(name=one)
                lab.settle()
            codepipeline.enable_stage_transition(pipelineName=name, **door)
            lab.settle()
            heard[name] = received(queue)
            events.remove_targets(Rule=rule, Ids=["queue"])
        names = {one["detail"]["pipeline"] for one in heard[good] + heard[bad]}
        expect(other not in names, "The failure of another team's pipeline was told, too.")
        expect(
            heard[good] == [],
            "An execution went well, an older one was superseded, and messages came: "
            + ", ".join(one["detail"]["state"] for one in heard[good]),
        )
        expect(heard[bad] != [], "An execution failed, and no message came.")
        expect(
            len(heard[bad]) == 1,
            f"One execution failed (two actions in it), {len(heard[bad])} messages: "
            + ", ".join(one["detail-type"].split()[1] for one in heard[bad])
            + ". Ask for one level only, the pipeline's.",
        )

    alerts("check-alert")
    ### BEGIN HIDDEN TESTS
    alerts("again")
    ### END HIDDEN TESTS

# %% [markdown]
# ## It stopped. Why?
#
# A failed action fails its stage and stops the execution there. Look at the action's error first. If an action cannot
# even begin, look at the pipeline's **service role**: it needs a permission for everything that its actions do. Here
# it may read the repository and write artifacts, and nobody thought of the web site's bucket.

# %%
narrow = new_role("ferro-narrow", "codepipeline")
showcase = new_bucket("showcase")


def let(actions: list[str], resources: list[str]) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


repository_arn = f"arn:aws:codecommit:us-east-1:{account}:{empty_repository}"
enough = [
    let(["codecommit:GetBranch", "codecommit:GetCommit"], [repository_arn]),
    let(["s3:PutObject", "s3:GetObject"], [f"arn:aws:s3:::{artifacts}/*"]),
]


def grant(statements: list[dict[str, Any]]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(
        RoleName=narrow.split("/")[1],
        PolicyName="actions",
        PolicyDocument=policy,
    )


grant(enough)
settings = {"BucketName": showcase, "Extract": "true"}
copying = action("Copy", "Deploy", "S3", "Source", configuration=settings)
with lab.enforce_iam():
    stuck = new_pipeline(
        [from_commits(empty_repository), {"name": "Deploy", "actions": [copying]}],
        narrow,
    )
print(states(stuck))
print(failure(stuck))

# %% [markdown]
# The message names what is missing. Mend the role and **retry** the stage: `FAILED_ACTIONS` repeats what failed,
# `ALL_ACTIONS` the whole stage; either way with the same artifacts.

# %%
grant([*enough, let(["s3:PutObject"], [f"arn:aws:s3:::{showcase}/*"])])
with lab.enforce_iam():
    codepipeline.retry_stage_execution(
        pipelineName=stuck,
        stageName="Deploy",
        pipelineExecutionId=newest(stuck)["pipelineExecutionId"],
        retryMode="FAILED_ACTIONS",
    )
    lab.settle()
print(states(stuck), list(objects(showcase)))

# %% [markdown]
# Type V2 can also **roll a stage back**: run it again with the artifacts of an earlier execution that succeeded there,
# by hand or when it fails, and retry by itself. CloudTrail keeps who called what.
#
# ### Your turn: write the on-call helper
#
# Write `why_stopped(name)`. If the **newest** execution of the pipeline failed, return
# `(stage, action, message)` of its failed action; otherwise `None`, also when an *older* one failed.
#
# <details><summary>Hint</summary>
#
# `newest(name)` has `pipelineExecutionId` and `status`. `get_pipeline_state` shows each stage's *own* last execution,
# which may be an older one. `list_action_executions` takes
# `filter={"pipelineExecutionId": ...}`; the message is in `output.executionResult.errorDetails`.
# </details>


# %% exercise="why-stopped"
def why_stopped(name: str) -> tuple[str, str, str] | None:
    """Say which action stopped the newest execution, and why."""
    ### BEGIN SOLUTION
    latest = newest(name)
    if latest["status"] != "Failed":
        return None
    only: Any = {"pipelineExecutionId": latest["pipelineExecutionId"]}
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=name,
        filter=only,
    )
    for page in pages:
        for one in page["actionExecutionDetails"]:
            if one["status"] == "Failed":
                why = one["output"]["executionResult"]["errorDetails"]["message"]
                return one["stageName"], one["actionName"], why
    return None
    ### END SOLUTION


# %% check="why-stopped" points=2
with check(
    "why-stopped",
    needs="why_stopped",
    right="The first minute of an incident, saved.",
) as expect:

    def tells(stage: str, title: str) -> None:
        repository, bucket = (
            new_repository({"page.txt": "hello"}),
            lab.unique_name("check-why"),
        )
        settings = {"BucketName": bucket, "Extract": "true"}
        copy = action(title, "Deploy", "S3", "Site", configuration=settings)
        compiled = action(
            "Compile",
            "Build",
            "CodeBuild",
            "Source",
            "Site",
            configuration={"ProjectName": new_project()},
        )
        built = {"name": "Build", "actions": [compiled]}
        name = new_pipeline(
            [from_commits(repository), built, {"name": stage, "actions": [copy]}],
        )

        def goes(case: str, wanted: tuple[str, str, str] | None) -> None:
            with lab.watching(most=50):
                said = why_stopped(name)
            if wanted is None:
                expect(said is None, f"{case}: None, not {said!r}.")
                return
            expect(
                isinstance(said, list | tuple) and len(said) == 3,
                f"{case}: return (stage, action, message), not {said!r}.",
            )
            expect(
                (said[0], said[1]) == wanted[:2],
                f"{case}: it stopped at {wanted[0]}/{wanted[1]}; you say {said[0]}/{said[1]}.",
            )
            expect(
                wanted[2] in said[2],
                f"{case}: the message should be that of the action: …{wanted[2]}…",
            )

        goes("While the build is under way", None)
        lab.clock.advance(minutes=5)
        goes("A deployment to a bucket that does not exist", (stage, title, "bucket"))
        commit(repository, {"page.txt": ""})
        lab.settle()
        goes("An older execution failed, a new one is under way", None)
        lab.clock.advance(minutes=5)
        goes("The newest fails in the build", ("Build", "Compile", "page.txt"))
        s3.create_bucket(Bucket=bucket)
        commit(repository, {"page.txt": "hello again"})
        lab.settle()
        lab.clock.advance(minutes=5)
        goes("Only older executions failed", None)

    tells("Deploy", "Publish")
    ### BEGIN HIDDEN TESTS
    tells("Live", "Copy")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Two types, two prices
#
# `pipelineType` is `V1` by default, for old times' sake, or `V2`. Only V2 has triggers with filters, pipeline
# variables, the modes `QUEUED` and `PARALLEL`, rollback of stages and the category `Compute`.
#
# - **V1**: a fixed price for each *active* pipeline and month (older than 30 days, with at least one change).
# - **V2**: a price for each minute that an action runs, each action rounded **up** to a minute. Manual approvals are
#   free.
#
# One active V1 pipeline and the first 100 V2 minutes of a month are free for an account.

# %%
fixed = facts.price("codepipeline", "v1-active-pipeline")
minute = facts.price("codepipeline", "v2-action-execution-minute")
charts.curves(
    {"V1": lambda minutes: float(fixed), "V2": lambda minutes: minutes * float(minute)},
    x=(0, 1200),
    breakeven=True,
    x_label="used in a month",
    x_unit="action minutes",
    y_unit="USD per month",
    headline="A pipeline that works more than 500 minutes a month is cheaper as V1",
    subtitle="beyond the free pipeline and the free minutes",
    source=[fixed, minute],
)

# %% [markdown]
# ### Your turn: which type?
#
# Write `cheaper(seconds, runs)`. `seconds` says how long each action of one execution takes, by its provider; `runs`
# is the number of executions a month. Return `("V1", usd)` or `("V2", usd)`, whichever costs less. The account has used
# its free pipeline and its free minutes elsewhere.
#
# <details><summary>Hint</summary>
#
# Round each action up to whole minutes before you add and multiply. The provider `Manual` costs nothing, however long a
# person thinks. `fixed` and `minute` hold the two prices.
# </details>

# %% setup="prices"
fixed = facts.price("codepipeline", "v1-active-pipeline")
minute = facts.price("codepipeline", "v2-action-execution-minute")


# %% exercise="cheaper"
def cheaper(seconds: dict[str, int], runs: int) -> tuple[str, float]:
    """The cheaper type of pipeline, and what it costs a month in USD."""
    ### BEGIN SOLUTION
    each = sum(ceil(time / 60) for provider, time in seconds.items() if provider != "Manual")
    second_type = each * runs * minute
    return ("V1", float(fixed)) if fixed < second_type else ("V2", float(second_type))
    ### END SOLUTION


# %% check="cheaper" points=2
with check(
    "cheaper",
    needs="cheaper",
    right="Few releases: V2. A busy trunk: V1, if its features do.",
) as expect:

    def costs(seconds: dict[str, int], runs: int, wanted: str, usd: float, words: str) -> None:
        said = cheaper(dict(seconds), runs)
        expect(
            isinstance(said, list | tuple) and len(said) == 2,
            f'{words}: return the type and the price, as ("V2", 0.5), not {said!r}.',
        )
        expect(said[0] == wanted, f"{words}: {wanted} is cheaper; you say {said[0]}.")
        expect.close(said[1], usd, words)

    small = {"CodeCommit": 10, "CodeBuild": 200, "CloudFormation": 70}
    costs(small, 20, "V2", 20 * 7 * float(minute), "1 + 4 + 2 minutes, 20 times")
    costs(small, 100, "V1", float(fixed), "the same 100 times")
    costs(
        {**small, "Manual": 86400},
        20,
        "V2",
        140 * float(minute),
        "the same with a day of approval",
    )
    costs(
        {"S3": 3, "CodeDeploy": 600},
        40,
        "V2",
        440 * float(minute),
        "1 + 10 minutes, 40 times",
    )
    ### BEGIN HIDDEN TESTS
    costs(
        {"S3": 60, "CodeBuild": 61},
        150,
        "V2",
        450 * float(minute),
        "1 + 2 minutes, 150 times",
    )
    costs(
        {"S3": 1, "Lambda": 1, "CodeBuild": 1},
        200,
        "V1",
        float(fixed),
        "three short actions, 200 times",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## The whole road
#
# Now a function. Its SAM template lies in the repository; the pipeline's CloudFormation action deploys it. SAM's
# `AutoPublishAlias` publishes a version, `DeploymentPreference` lets **CodeDeploy** move the alias `live` to it: a
# tenth of the calls, the rest five minutes later. Before that a **hook** function calls the new version. (The next
# lesson takes CodeDeploy apart.)

# %%
hook_code = """
import os
import boto3

def handler(event, context):
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"])
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Failed" if "FunctionError" in answer else "Succeeded",
    )
"""
price = lab.unique_name("price")


def serverless(body: str) -> str:
    """The template of the function and of the hook that tries its new versions."""
    both = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role, "Timeout": 30}
    shifting = {
        "Type": "Canary10Percent5Minutes",
        "Role": role,
        "Hooks": {"PreTraffic": {"Ref": "TryIt"}},
    }
    ours = {
        **both,
        "FunctionName": price,
        "InlineCode": f"def handler(event, context):\n    return {body}\n",
        "AutoPublishAlias": "live",
        "DeploymentPreference": shifting,
    }
    hook = {
        **both,
        "FunctionName": f"CodeDeployHook_{price}",
        "InlineCode": hook_code,
        "Environment": {"Variables": {"NEW_VERSION": {"Ref": "Price.Version"}}},
    }
    kind = "AWS::Serverless::Function"
    return json.dumps(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {
                "Price": {"Type": kind, "Properties": ours},
                "TryIt": {"Type": kind, "Properties": hook},
            },
        }
    )


shop = new_repository({"template.json": serverless("'1 EUR'")})
deployed = {
    "ActionMode": "CREATE_UPDATE",
    "StackName": price,
    "TemplatePath": "Source::template.json",
    "RoleArn": role,
    "Capabilities": "CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
}
stack_action = action("Stack", "Deploy", "CloudFormation", "Source", configuration=deployed)
road = new_pipeline([from_commits(shop), {"name": "Deploy", "actions": [stack_action]}])
lab.clock.advance(minutes=2)
print(states(road), functions.get_alias(FunctionName=price, Name="live")["FunctionVersion"])

# %% [markdown]
# Two commits follow: a good one, and ten minutes later one that divides by zero. Each minute we ask the alias where its
# calls go.

# %%
minutes, version_2, version_3, said = list(range(20)), [], [], []
for number in minutes:
    if number in (1, 10):
        commit(shop, {"template.json": serverless("'2 EUR'" if number == 1 else "3 / 0")})
        lab.settle()
    live = functions.get_alias(FunctionName=price, Name="live")
    weights = live.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    version_2.append(100 if live["FunctionVersion"] == "2" else 100 * weights.get("2", 0))
    version_3.append(100 if live["FunctionVersion"] == "3" else 100 * weights.get("3", 0))
    said.append(newest(road)["status"])
    lab.clock.advance(minutes=1)
print("10 minutes:", said[9], "  20 minutes:", said[-1])
reasons = cloudformation.describe_stack_events(StackName=price)["StackEvents"]
failed = [one for one in reasons if one["ResourceStatus"] == "UPDATE_FAILED"]
print([one["ResourceStatusReason"] for one in failed])
charts.steps(
    {"version 2": (minutes, version_2), "version 3": (minutes, version_3)},
    x_unit="minutes",
    x_label="time",
    y_label="of the calls",
    y_unit="percent",
    events={"good commit": 1, "bad commit": 10},
    headline="The bad version never got a single call",
    source="measured in the lab",
)

# %% [markdown]
# The hook said *Failed*; CodeDeploy left the alias on version 2, CloudFormation rolled the stack back, and the
# pipeline stands red. Nobody had to be awake.
#
# > **Lab and AWS.** The lab polls a CodeCommit source when it settles, has no GitHub connections, runs type V1's
# > features (and approvals, retries, transitions, variables), and no stage rollback. The CodeDeploy *action* of a
# > pipeline deploys to servers; functions go through CloudFormation as here, or since 2025 through the action `Lambda`.
#
# > **Bill.** A V2 pipeline with these 20 executions costs nothing (free minutes); so do CodeDeploy to Lambda and
# > CloudFormation. Artifacts in S3 stay: give the artifact bucket a lifecycle rule. The build costs its minutes.

# %%
for name in (first, line, gated, tested, stuck, road):
    codepipeline.delete_pipeline(name=name)
for stack in (price, test_stack):
    cloudformation.delete_stack(StackName=stack)
lab.clock.advance(minutes=2)
print(len(codepipeline.list_pipelines()["pipelines"]), "pipelines of the exercises are left")

# %% [markdown]
# ## To remember
#
# - A pipeline is stages of actions; the first stage holds sources only, and it needs two stages at least.
# - Actions hand artifacts on through S3: an input bears the name of an earlier output.
# - Equal `runOrder` means side by side, a higher one waits. `SUPERSEDED` lets the newest execution pass.
# - Let events start it, not polling; a rule names source, repository and branch.
# - An approval waits 7 days unless told otherwise; the approver needs `PutApprovalResult` on that action.
# - `CHANGE_SET_REPLACE`, approval, `CHANGE_SET_EXECUTE`: look before you change.
# - Pipelines, stages and actions send events; one level is enough for an alert. An action that cannot begin usually
#   lacks a permission of the pipeline's role.
# - V1 costs per active pipeline, V2 per action minute; only V2 has the newer features.

# %% [markdown] question="two-at-once"
# ### Question 1
#
# A pipeline tests for 20 minutes: unit tests (4), browser tests (10), a licence check (6), each an action with its own
# `runOrder` in one stage. None needs another's result. How does the team save most time with least work?
#
# - [ ] **A** Put each test into a stage of its own.
#   > Stages follow each other: still 20 minutes.
# - [x] **B** Give all three the same `runOrder`.
#   > They start together; the stage takes as long as the slowest, 10 minutes.
# - [ ] **C** Set the execution mode to `PARALLEL`.
#   > That lets several executions run at once. Each still takes 20 minutes.
# - [ ] **D** Give the longest test the lowest number.
#   > The order changes, the sum does not.

# %% answer="two-at-once"
answer = "B"

# %% check="two-at-once" points=1
question("two-at-once", answer)

# %% [markdown] question="not-started"
# ### Question 2
#
# `PollForSourceChanges` was set to `false` in a pipeline whose source is a CodeCommit branch. Since then pushes start
# nothing; the button in the console still works. What is missing?
#
# - [ ] **A** `codecommit:GetBranch` in the pipeline's role.
#   > Then the source action would fail when started by hand, too.
# - [x] **B** An EventBridge rule for pushes to the branch, with the pipeline as its target.
#   > Without polling somebody must tell the pipeline. The console makes this rule for you, the API does not.
# - [ ] **C** A second stage with a source action.
#   > Sources may only stand in the first stage.
# - [ ] **D** A webhook of CodeCommit.
#   > Webhooks are the older way for GitHub; CodeCommit speaks through events.

# %% answer="not-started"
answer = "B"

# %% check="not-started" points=1
question("not-started", answer)

# %% [markdown] question="stack-failed"
# ### Question 3
#
# In the production stage a CloudFormation action (`CREATE_UPDATE`) fails, because the stack is in `ROLLBACK_COMPLETE`
# after its first creation went wrong. A colleague proposes `REPLACE_ON_FAILURE` for good. What do you say?
#
# - [ ] **A** Good: it repairs a failed stack without losing anything.
#   > It deletes a failed stack with its resources, data included, and makes a new one.
# - [ ] **B** Not needed: `CREATE_UPDATE` replaces a failed stack with the next push.
#   > It leaves a failed stack as it is, and the action fails again.
# - [x] **C** Not in production: delete this empty stack once by hand, and keep `CREATE_UPDATE`.
#   > `REPLACE_ON_FAILURE` is for test stacks, which hold nothing worth keeping.
# - [ ] **D** Use `DELETE_ONLY` before it in every execution.
#   > Then each release would delete production first.

# %% answer="stack-failed"
answer = "C"

# %% check="stack-failed" points=1
question("stack-failed", answer)

# %% [markdown] question="jenkins"
# ### Question 4
#
# A team keeps its Jenkins server and wants it as the build step of a pipeline. What is the owner of that action type,
# and how do the files get there?
#
# - [ ] **A** `AWS`; Jenkins clones the repository itself.
#   > `AWS` is for AWS's own providers, and the pipeline's artifact would be ignored.
# - [ ] **B** `ThirdParty`; the pipeline mails a link.
#   > `ThirdParty` is for partners' services. No mail is sent.
# - [x] **C** `Custom`; Jenkins polls for jobs and takes the input artifact from S3.
#   > A worker of your own asks for jobs, reads the zip from the artifact bucket and stores its output there.
# - [ ] **D** `Custom`; CodeBuild forwards the files.
#   > No CodeBuild is needed: the artifact bucket is the only meeting place.

# %% answer="jenkins"
answer = "C"

# %% check="jenkins" points=1
question("jenkins", answer)

# %%
progress()
