# %% [markdown]
# Answers to 09-cicd/04-build: for each exercise at least one other right answer and two typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="who-reads"
def who_reads(text):
    keys = load(text)
    keys = keys if isinstance(keys, dict) else {}
    if "pipeline" in keys:
        return "CodePipeline"
    if "phases" in keys:
        return "CodeBuild"
    if isinstance(keys.get("Resources"), dict):
        return "SAM" if "AWS::Serverless-2016-10-31" in str(keys.get("Transform")) else "CloudFormation"
    return "CodeDeploy" if {"hooks", "files", "Resources"} & set(keys) else ""


# %% wrong="who-reads" says="Resources is a list"
def who_reads(text):
    found = load(text)
    if "Resources" in found:
        return "SAM" if "Transform" in found else "CloudFormation"
    if "phases" in found:
        return "CodeBuild"
    return "CodePipeline" if "pipeline" in found else "CodeDeploy"


# %% wrong="who-reads" says="a template with another transform"
def who_reads(text):
    found = load(text)
    if isinstance(found, list):
        return ""
    if "phases" in found:
        return "CodeBuild"
    if "pipeline" in found:
        return "CodePipeline"
    if isinstance(found.get("Resources"), dict):
        return "SAM" if "Transform" in found else "CloudFormation"
    return "CodeDeploy" if {"Resources", "hooks", "files"} & set(found) else ""


# %% wrong="who-reads" says="a settings file that only"
def who_reads(text):
    found = load(text)
    if "phases" in found:
        return "CodeBuild"
    if "pipeline" in found:
        return "CodePipeline"
    if isinstance(found.get("Resources"), dict):
        return "SAM" if "Serverless" in str(found.get("Transform")) else "CloudFormation"
    return "CodeDeploy"


# %% wrong="who-reads" says="a settings file that only speaks"
def who_reads(text: str) -> str:
    if "phases" in text:
        return "CodeBuild"
    if "stages" in text:
        return "CodePipeline"
    if "AWS::Serverless-2016-10-31" in text:
        return "SAM"
    if "version: 0.0" in text:
        return "CodeDeploy"
    if "Resources" in text:
        return "CloudFormation"
    return ""


# %% wrong="who-reads" says="a settings file that only speaks"
def who_reads(text: str) -> str:
    found = load(text)
    if not isinstance(found, dict):
        return ""
    if found.get("version") == 0.2:
        return "CodeBuild"
    if found.get("version") == 0.0:
        return "CodeDeploy"
    if "pipeline" in found:
        return "CodePipeline"
    if "Resources" in found:
        return "SAM" if "AWS::Serverless-2016-10-31" in found.get("Transform", []) else "CloudFormation"
    return ""


# %% right="restore"
def restore(repository, path, commit):
    text = read(repository, path, commit)
    if text == read(repository, path):
        return tip(repository)
    return commits.create_commit(
        repositoryName=repository,
        branchName="main",
        parentCommitId=tip(repository),
        putFiles=[{"filePath": path, "fileContent": text.encode()}],
    )["commitId"]


# %% wrong="restore" says="must be the present tip"
def restore(repository, path, commit):
    return commits.put_file(
        repositoryName=repository,
        branchName="main",
        filePath=path,
        fileContent=read(repository, path, commit),
        parentCommitId=commit,
    )["commitId"]


# %% wrong="restore" says="notes.py, which others changed"
def restore(repository, path, commit):
    if read(repository, path, commit) == read(repository, path):
        return tip(repository)
    files = commits.get_folder(repositoryName=repository, commitSpecifier=commit, folderPath="/")["files"]
    put = [
        {"filePath": one["absolutePath"], "fileContent": read(repository, one["absolutePath"], commit)} for one in files
    ]
    return commits.create_commit(
        repositoryName=repository, branchName="main", parentCommitId=tip(repository), putFiles=put
    )["commitId"]


# %% wrong="restore" says="Called again"
def restore(repository, path, commit):
    return change(repository, path, read(repository, path, commit))


# %% wrong="restore" says="Return the id of main's tip"
def restore(repository, path, commit):
    text = read(repository, path, commit)
    if text != read(repository, path):
        change(repository, path, text)
    return commit


# %% right="restore"
def restore(repository: str, path: str, commit: str) -> str:
    made = commits.get_repository(repositoryName=repository)["repositoryMetadata"]
    desk = Path(tempfile.mkdtemp()) / "w"
    old = commits.get_file(repositoryName=repository, filePath=path, commitSpecifier=commit)["fileContent"]
    with closing(porcelain.clone(made["cloneUrlHttp"], desk, errstream=porcelain.NoneStream())) as clone:
        if (desk / path).read_bytes() == old:
            return tip(repository)
        (desk / path).write_bytes(old)
        porcelain.add(clone, [desk / path])
        who = b"Mara <mara@fathom.example>"
        porcelain.commit(clone, message=b"restore", author=who, committer=who)
        porcelain.push(clone, "origin", "main", outstream=porcelain.NoneStream(), errstream=porcelain.NoneStream())
    return tip(repository)


# %% wrong="restore" says="exactly one new commit"
def restore(repository: str, path: str, commit: str) -> str:
    old = commits.get_file(repositoryName=repository, filePath=path, commitSpecifier=commit)["fileContent"]
    commits.delete_file(repositoryName=repository, branchName="main", filePath=path, parentCommitId=tip(repository))
    return commits.put_file(
        repositoryName=repository, branchName="main", filePath=path, fileContent=old, parentCommitId=tip(repository)
    )["commitId"]


# %% right="protect-main"
guard = {
    "Sid": "MainIsForReviewers",
    "Effect": "Deny",
    "Action": ["codecommit:*Push", "codecommit:Put*", "codecommit:*Commit", "codecommit:Delete*", "codecommit:Merge*"],
    "Resource": "arn:aws:codecommit:*:*:*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": "refs/heads/main"},
        "Null": {"codecommit:References": False},
    },
}

# %% right="protect-main"
guard = {
    "Effect": "Deny",
    "NotAction": ["codecommit:GitPull", "codecommit:Get*", "codecommit:List*", "codecommit:CreatePullRequest"],
    "Resource": "*",
    "Condition": {"StringEquals": {"codecommit:References": "refs/heads/main"}},
}

# %% wrong="protect-main" says="A push to main is allowed"
guard = {
    "Effect": "Deny",
    "Action": ["codecommit:GitPush", "codecommit:PutFile", "codecommit:CreateCommit", "codecommit:Merge*"],
    "Resource": "*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": ["main"]},
        "Null": {"codecommit:References": "false"},
    },
}

# %% wrong="protect-main" says="The start of a push"
guard = {
    "Effect": "Deny",
    "Action": ["codecommit:GitPush", "codecommit:PutFile", "codecommit:CreateCommit", "codecommit:Merge*"],
    "Resource": "*",
    "Condition": {"StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}},
}

# %% wrong="protect-main" says="Jo committed to main by PutFile"
guard = {
    "Effect": "Deny",
    "Action": ["codecommit:GitPush"],
    "Resource": "*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]},
        "Null": {"codecommit:References": "false"},
    },
}

# %% wrong="protect-main" says="codecommit:DeleteBranch"
guard = {
    "Effect": "Deny",
    "Action": ["codecommit:GitPush", "codecommit:PutFile", "codecommit:CreateCommit", "codecommit:Merge*"],
    "Resource": "*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]},
        "Null": {"codecommit:References": "false"},
    },
}

# %% wrong="protect-main" says="A push to maintenance"
guard = {
    "Effect": "Deny",
    "Action": [
        "codecommit:GitPush",
        "codecommit:PutFile",
        "codecommit:CreateCommit",
        "codecommit:Delete*",
        "codecommit:Merge*",
    ],
    "Resource": "*",
    "Condition": {
        "StringLike": {"codecommit:References": "*main*"},
        "Null": {"codecommit:References": "false"},
    },
}

# %% wrong="protect-main" says="codecommit:DeleteFile"
guard = {
    "Effect": "Deny",
    "Action": [
        "codecommit:GitPush",
        "codecommit:PutFile",
        "codecommit:CreateCommit",
        "codecommit:DeleteBranch",
        "codecommit:MergePullRequest*",
    ],
    "Resource": "*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": "refs/heads/main"},
        "Null": {"codecommit:References": "false"},
    },
}


# %% right="let-in"
def let_in(account, repository):
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("coast-guard")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    read_only = {
        "Effect": "Allow",
        "Action": ["codecommit:GitPull", "codecommit:BatchGet*", "codecommit:Get*", "codecommit:List*"],
        "Resource": f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{repository}",
    }
    policy = iam.create_policy(PolicyName=name, PolicyDocument=document(read_only))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return arn


# %% wrong="let-in" says="Any account can assume"
def let_in(account, repository):
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("guest")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    rights = {
        "Effect": "Allow",
        "Action": ["codecommit:GitPull", "codecommit:Get*"],
        "Resource": f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{repository}",
    }
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(rights))
    return arn


# %% wrong="let-in" says="another repository"
def let_in(account, repository):
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("guest")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitReadOnly")
    return arn


# %% wrong="let-in" says="Ole can commit"
def let_in(account, repository):
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("guest")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    rights = {
        "Effect": "Allow",
        "Action": "codecommit:*",
        "Resource": f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{repository}",
    }
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(rights))
    return arn


# %% wrong="let-in" says="codecommit:GitPull on this repository: "
def let_in(account, repository):
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("guest")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    rights = {
        "Effect": "Allow",
        "Action": "codecommit:Get*",
        "Resource": f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{repository}",
    }
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(rights))
    return arn


# %% wrong="let-in" says="Fathom's own people"
def let_in(account: str, repository: str) -> str:
    arn = commits.get_repository(repositoryName=repository)["repositoryMetadata"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": [account, lab.ACCOUNT_ID]}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("reader")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["codecommit:GitPull", "codecommit:GetFile"], "Resource": arn}
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document(may))
    return role


# %% wrong="let-in" says="it should not be allowed"
def let_in(account: str, repository: str) -> str:
    arn = commits.get_repository(repositoryName=repository)["repositoryMetadata"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    name = lab.unique_name("reader")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["codecommit:*"], "Resource": arn}
    no = {
        "Effect": "Deny",
        "Action": ["codecommit:GitPush", "codecommit:Put*", "codecommit:CreateCommit"],
        "Resource": arn,
    }
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document(may, no))
    return role


# %% right="find-leak"
import difflib
import re

import boto3


def find_leak(event, context):
    git = boto3.client("codecommit")
    found = []
    for record in event["Records"]:
        name = record["eventSourceARN"].split(":")[-1]
        for reference in record["codecommit"]["references"]:
            if "deleted" in reference:
                continue
            commit = git.get_commit(repositoryName=name, commitId=reference["commit"])["commit"]
            ask = {"repositoryName": name, "afterCommitSpecifier": commit["commitId"]}
            if commit["parents"]:
                ask["beforeCommitSpecifier"] = commit["parents"][0]
            for change in git.get_differences(**ask)["differences"]:
                if change["changeType"] == "D":
                    continue
                path = change["afterBlob"]["path"]
                new = git.get_file(repositoryName=name, commitSpecifier=commit["commitId"], filePath=path)
                new = new["fileContent"].decode().split("\n")
                old = []
                if change["changeType"] == "M":
                    blob = change["beforeBlob"]["blobId"]
                    old = git.get_blob(repositoryName=name, blobId=blob)["content"].decode().split("\n")
                blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
                for kind, _, _, begin, end in blocks:
                    if kind == "equal":
                        continue
                    for at in range(begin, end):
                        if re.search("AKIA[A-Z0-9]{16}", new[at]):
                            found.append(f"{path}:{at + 1}")
        for place in found:
            boto3.client("sns").publish(TopicArn=record["customData"], Message=place)
    return found


# %% wrong="find-leak" says="Only new lines count"
import re

import boto3


def find_leak(event, context):
    git = boto3.client("codecommit")
    record = event["Records"][0]
    name = record["eventSourceARN"].split(":")[-1]
    found = []
    for reference in record["codecommit"]["references"]:
        if reference.get("deleted"):
            continue
        commit = git.get_commit(repositoryName=name, commitId=reference["commit"])["commit"]
        before = {"beforeCommitSpecifier": commit["parents"][0]} if commit["parents"] else {}
        ask = {"repositoryName": name, "afterCommitSpecifier": commit["commitId"], **before}
        for change in git.get_differences(**ask)["differences"]:
            if "afterBlob" in change:
                blob = git.get_blob(repositoryName=name, blobId=change["afterBlob"]["blobId"])["content"].decode()
                for number, line in enumerate(blob.splitlines(), 1):
                    if re.search("AKIA[0-9A-Z]{16}", line):
                        found.append(f"{change['afterBlob']['path']}:{number}")
    for place in found:
        boto3.client("sns").publish(TopicArn=record["customData"], Message=place)
    return found


# %% wrong="find-leak" says="it leaked twice"
import re

import boto3


def find_leak(event, context):
    git = boto3.client("codecommit")
    record = event["Records"][0]
    name = record["eventSourceARN"].split(":")[-1]
    found = []
    commit = git.get_commit(repositoryName=name, commitId=record["codecommit"]["references"][0]["commit"])["commit"]
    before = {"beforeCommitSpecifier": commit["parents"][0]} if commit["parents"] else {}
    ask = {"repositoryName": name, "afterCommitSpecifier": commit["commitId"], **before}
    for change in git.get_differences(**ask)["differences"]:
        blob = git.get_blob(repositoryName=name, blobId=change["afterBlob"]["blobId"])["content"].decode()
        for number, line in enumerate(blob.splitlines(), 1):
            if re.search("AKIA[0-9A-Z]{16}", line):
                place = f"{change['afterBlob']['path']}:{number}"
                found.append(place)
                boto3.client("sns").publish(TopicArn=record["customData"], Message=f"{place} {line}")
    return found


# %% wrong="find-leak" says="The function failed"
def find_leak(event, context):
    record = event["Records"][0]
    name = record["eventSourceARN"].split(":")[-1]
    text = commits.get_file(repositoryName=name, filePath="config.py")["fileContent"].decode()
    return [f"config.py:{n}" for n, line in enumerate(text.splitlines(), 1) if "AKIA" in line]


# %% wrong="find-leak" says="The places found in the push"
import re

import boto3


def find_leak(event, context):
    commits = boto3.client("codecommit")
    record = event["Records"][0]
    name = record["eventSourceARN"].rsplit(":", 1)[1]
    places = []
    for ref in record["codecommit"]["references"]:
        if ref.get("deleted"):
            continue
        parents = commits.get_commit(repositoryName=name, commitId=ref["commit"])["commit"]["parents"]
        more = {"beforeCommitSpecifier": parents[0]} if parents else {}
        for one in commits.get_differences(repositoryName=name, afterCommitSpecifier=ref["commit"], **more)[
            "differences"
        ]:
            if "afterBlob" not in one:
                continue
            old = []
            if "beforeBlob" in one:
                old = (
                    commits.get_blob(repositoryName=name, blobId=one["beforeBlob"]["blobId"])["content"]
                    .decode()
                    .splitlines()
                )
            text = commits.get_blob(repositoryName=name, blobId=one["afterBlob"]["blobId"])["content"].decode()
            for number, line in enumerate(text.splitlines()):
                if line not in old and re.search(r"AKIA[A-Z0-9]{16}", line):
                    place = f"{one['afterBlob']['path']}:{number}"
                    boto3.client("sns").publish(TopicArn=record["customData"], Message=place)
                    places.append(place)
    return places


# %% wrong="find-leak" says="one for each, please"
import re

import boto3


def find_leak(event, context):
    commits = boto3.client("codecommit")
    record = event["Records"][0]
    name = record["eventSourceARN"].split(":")[-1]
    places = []
    for ref in record["codecommit"]["references"]:
        if ref.get("deleted"):
            continue
        parents = commits.get_commit(repositoryName=name, commitId=ref["commit"])["commit"]["parents"]
        more = {"beforeCommitSpecifier": parents[0]} if parents else {}
        for one in commits.get_differences(repositoryName=name, afterCommitSpecifier=ref["commit"], **more)[
            "differences"
        ]:
            if "afterBlob" not in one:
                continue
            old = []
            if "beforeBlob" in one:
                old = (
                    commits.get_blob(repositoryName=name, blobId=one["beforeBlob"]["blobId"])["content"]
                    .decode()
                    .splitlines()
                )
            text = commits.get_blob(repositoryName=name, blobId=one["afterBlob"]["blobId"])["content"].decode()
            for number, line in enumerate(text.splitlines(), 1):
                if line not in old and re.search(r"AKIA[A-Z0-9]{16}", line):
                    places.append(f"{one['afterBlob']['path']}:{number}")
    if places:
        boto3.client("sns").publish(TopicArn=record["customData"], Message=" ".join(places))
    return places


# %% wrong="find-leak" says="For a push of two branches"
import re

import boto3


def find_leak(event, context):
    commits = boto3.client("codecommit")
    record = event["Records"][0]
    name = record["eventSourceARN"].split(":")[-1]
    places = []
    ref = record["codecommit"]["references"][0]
    if ref.get("deleted"):
        return []
    parents = commits.get_commit(repositoryName=name, commitId=ref["commit"])["commit"]["parents"]
    more = {"beforeCommitSpecifier": parents[0]} if parents else {}
    for one in commits.get_differences(repositoryName=name, afterCommitSpecifier=ref["commit"], **more)["differences"]:
        if "afterBlob" not in one:
            continue
        old = []
        if "beforeBlob" in one:
            old = (
                commits.get_blob(repositoryName=name, blobId=one["beforeBlob"]["blobId"])["content"]
                .decode()
                .splitlines()
            )
        text = commits.get_blob(repositoryName=name, blobId=one["afterBlob"]["blobId"])["content"].decode()
        for number, line in enumerate(text.splitlines(), 1):
            if line not in old and re.search("AKIA[A-Z0-9]{16}", line):
                place = f"{one['afterBlob']['path']}:{number}"
                boto3.client("sns").publish(TopicArn=record["customData"], Message=place)
                places.append(place)
    return places


# %% right="predict-phases"
phases_that_run = {
    "install": ["install"],
    "pre_build": ["install", "pre_build"],
    "build": ["install", *["pre_build", "build", "post_build"]],
    "post_build": "install pre_build build post_build".split(),
}
artifact_after_failed_build = not False

# %% wrong="predict-phases" says="A failing build"
phases_that_run = {
    "install": ["install"],
    "pre_build": ["install", "pre_build"],
    "build": ["install", "pre_build", "build"],
    "post_build": ["install", "pre_build", "build", "post_build"],
}
artifact_after_failed_build = False

# %% wrong="predict-phases" says="A failing install"
phases_that_run = {
    "install": ["install", "post_build"],
    "pre_build": ["install", "pre_build", "post_build"],
    "build": ["install", "pre_build", "build", "post_build"],
    "post_build": ["install", "pre_build", "build", "post_build"],
}
artifact_after_failed_build = True

# %% wrong="predict-phases" says="tried all the same"
phases_that_run = {
    "install": ["install"],
    "pre_build": ["install", "pre_build"],
    "build": ["install", "pre_build", "build", "post_build"],
    "post_build": ["install", "pre_build", "build", "post_build"],
}
artifact_after_failed_build = False

# %% wrong="predict-phases" says="write True or False"
phases_that_run = {
    "install": ["install"],
    "pre_build": ["install", "pre_build"],
    "build": ["install", "pre_build", "build", "post_build"],
    "post_build": ["install", "pre_build", "build", "post_build"],
}
artifact_after_failed_build = "yes"

# %% right="mend-buildspec"
buildspec = """version: 0.2
env:
  shell: bash
phases:
  build:
    commands:
      - python run_tests.py
  post_build:
    commands:
      - test $CODEBUILD_BUILD_SUCCEEDING = 1
      - mkdir -p out/a
      - cp tides.py out/a
      - printf %s $CODEBUILD_RESOLVED_SOURCE_VERSION > out/VERSION
reports:
  unit:
    files: [junit.xml]
    file-format: JUNITXML
artifacts:
  discard-paths: yes
  base-directory: out
  files: [a/tides.py, VERSION]
"""

# %% wrong="mend-buildspec" says="Unknown Buildspec Version"
buildspec = """version: 1.0
phases:
  build:
    commands:
      - python run_tests.py
reports:
  unit:
    files: [junit.xml]
artifacts:
  files: [tides.py]
"""

# %% wrong="mend-buildspec" says="the upload come after failed"
buildspec = """version: 0.2
phases:
  build:
    commands:
      - python run_tests.py
  post_build:
    commands:
      - mkdir dist
      - cp tides.py dist
      - echo $CODEBUILD_RESOLVED_SOURCE_VERSION > dist/VERSION
reports:
  unit:
    files: [junit.xml]
artifacts:
  base-directory: dist
  files: ['*']
"""

# %% wrong="mend-buildspec" says="The files of the artifact"
buildspec = """version: 0.2
phases:
  build:
    commands:
      - python run_tests.py
      - mkdir dist
      - cp tides.py dist
      - echo $CODEBUILD_RESOLVED_SOURCE_VERSION > dist/VERSION
reports:
  unit:
    files: [junit.xml]
artifacts:
  files: ['dist/**/*']
"""

# %% wrong="mend-buildspec" says="to be a list"
buildspec = """version: 0.2
phases:
  build:
    commands:
      - python run_tests.py
      - mkdir dist
      - cp tides.py dist
      - echo $CODEBUILD_RESOLVED_SOURCE_VERSION > dist/VERSION
reports:
  unit:
    files: junit.xml
artifacts:
  base-directory: dist
  files: ['*']
"""

# %% wrong="mend-buildspec" says="the build says it succeeded"
buildspec = """version: 0.2
phases:
  build:
    commands:
      - python run_tests.py || true
      - mkdir dist
      - cp tides.py dist
      - echo $CODEBUILD_RESOLVED_SOURCE_VERSION > dist/VERSION
reports:
  unit:
    files: [junit.xml]
artifacts:
  base-directory: dist
  files: ['*']
"""

# %% wrong="mend-buildspec" says="the upload come after failed"
buildspec = """version: 0.2
phases:
  build:
    on-failure: ABORT
    commands:
      - python run_tests.py
    finally:
      - mkdir dist
      - cp tides.py dist
      - echo "$CODEBUILD_RESOLVED_SOURCE_VERSION" > dist/VERSION
reports:
  unit:
    files:
      - junit.xml
artifacts:
  files:
    - '**/*'
  base-directory: dist
"""


# %% right="hide"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    new, names = [], []
    for one in found["environment"]["environmentVariables"]:
        telling = re.search("(PASSWORD|SECRET|TOKEN)$", one["name"])
        if one.get("type", "PLAINTEXT") == "PLAINTEXT" and (telling or re.match("AKIA[A-Z0-9]{16}$", one["value"])):
            path = f"/{project}/{one['name'].lower()}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="SecureString")
            names.append(one["name"])
            one = {"name": one["name"], "value": path, "type": "PARAMETER_STORE"}
        new.append(one)
    rights = {
        "Effect": "Allow",
        "Action": "ssm:GetParameters",
        "Resource": f"arn:aws:ssm:*:{lab.ACCOUNT_ID}:parameter/{project}/*",
    }
    policy = iam.create_policy(PolicyName=lab.unique_name("hidden"), PolicyDocument=document(rights))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=found["serviceRole"].split("/")[-1], PolicyArn=policy)
    builds.update_project(name=project, environment={**found["environment"], "environmentVariables": new})
    return names


# %% wrong="hide" says="The role may read any parameter"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    names = []
    for one in found["environment"]["environmentVariables"]:
        telling = one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or one["value"].startswith("AKIA")
        if one.get("type", "PLAINTEXT") == "PLAINTEXT" and telling:
            path = f"/{project}/{one['name']}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="SecureString")
            one.update(value=path, type="PARAMETER_STORE")
            names.append(one["name"])
    builds.update_project(name=project, environment=found["environment"])
    rights = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"}
    iam.put_role_policy(RoleName=found["serviceRole"].split("/")[-1], PolicyName="all", PolicyDocument=document(rights))
    return names


# %% wrong="hide" says="All must stay"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    new = []
    for one in found["environment"]["environmentVariables"]:
        telling = one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or one["value"].startswith("AKIA")
        if one.get("type", "PLAINTEXT") == "PLAINTEXT" and telling:
            path = f"/{project}/{one['name']}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="SecureString")
            new.append({"name": one["name"], "value": path, "type": "PARAMETER_STORE"})
    builds.update_project(name=project, environment=found["environment"] | {"environmentVariables": new})
    return [one["name"] for one in new]


# %% wrong="hide" says="is not encrypted"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    names = []
    for one in found["environment"]["environmentVariables"]:
        telling = one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or one["value"].startswith("AKIA")
        if one.get("type", "PLAINTEXT") == "PLAINTEXT" and telling:
            path = f"/{project}/{one['name']}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="String")
            one.update(value=path, type="PARAMETER_STORE")
            names.append(one["name"])
    builds.update_project(name=project, environment=found["environment"])
    return names


# %% wrong="hide" says="may its role still read old and new"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    names = []
    for one in found["environment"]["environmentVariables"]:
        telling = one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or one["value"].startswith("AKIA")
        if one.get("type", "PLAINTEXT") == "PLAINTEXT" and telling:
            path = f"/{project}/{one['name']}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="SecureString")
            one.update(value=path, type="PARAMETER_STORE")
            names.append(one["name"])
    builds.update_project(name=project, environment=found["environment"])
    return names


# %% wrong="hide" says="Return the names of what you hid"
def hide(project):
    found = builds.batch_get_projects(names=[project])["projects"][0]
    names = []
    for one in found["environment"]["environmentVariables"]:
        if any(word in one["name"] for word in ("PASSWORD", "SECRET", "TOKEN")):
            path = f"/{project}/{one['name']}"
            ssm.put_parameter(Name=path, Value=one["value"], Type="SecureString")
            one.update(value=path, type="PARAMETER_STORE")
            names.append(one["name"])
    builds.update_project(name=project, environment=found["environment"])
    return names


# %% wrong="hide" says="secrets of other projects"
def hide(project: str) -> list[str]:
    found = builds.batch_get_projects(names=[project])["projects"][0]
    environment = found["environment"]
    hidden = []
    for one in environment["environmentVariables"]:
        if one.get("type", "PLAINTEXT") != "PLAINTEXT":
            continue
        if one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or re.fullmatch(r"AKIA[A-Z0-9]{16}", one["value"]):
            name = f"/build/{project}/{one['name']}"
            ssm.put_parameter(Name=name, Value=one["value"], Type="SecureString", Overwrite=True)
            one.update(value=name, type="PARAMETER_STORE")
            hidden.append(one["name"])
    iam.put_role_policy(
        RoleName=found["serviceRole"].rsplit("/", 1)[1],
        PolicyName="hidden-variables",
        PolicyDocument=document(
            {
                "Effect": "Allow",
                "Action": "ssm:GetParameters",
                "Resource": f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter/build/*",
            }
        ),
    )
    builds.update_project(name=project, environment=environment)
    return hidden


# %% wrong="hide" says="write over a policy"
def hide(project: str) -> list[str]:
    found = builds.batch_get_projects(names=[project])["projects"][0]
    environment = found["environment"]
    hidden, arns = [], []
    for one in environment["environmentVariables"]:
        if one.get("type", "PLAINTEXT") != "PLAINTEXT":
            continue
        if one["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) or re.fullmatch(r"AKIA[A-Z0-9]{16}", one["value"]):
            name = f"/build/{project}/{one['name']}"
            ssm.put_parameter(Name=name, Value=one["value"], Type="SecureString", Overwrite=True)
            one.update(value=name, type="PARAMETER_STORE")
            hidden.append(one["name"])
            arns.append(f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter{name}")
    iam.put_role_policy(
        RoleName=found["serviceRole"].rsplit("/", 1)[1],
        PolicyName="p1",
        PolicyDocument=document({"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": arns}),
    )
    builds.update_project(name=project, environment=environment)
    return hidden


# %% right="cheapest"
from math import ceil


def cheapest(serial, shared, builds, within):
    best = None
    for size in reversed(sizes):
        time = serial + shared / vcpus[size]
        if time <= within:
            minutes = builds * ceil(time) - (free_minutes if size == "small" else 0)
            cost = max(minutes, 0) * minute[size]
            if best is None or cost < best[1]:
                best = (size, cost)
    return best or ("", 0.0)


# %% wrong="cheapest" says="300 builds, no hurry: the cost"
from math import ceil


def cheapest(serial, shared, builds, within):
    offers = []
    for size in sizes:
        time = serial + shared / vcpus[size]
        if time <= within:
            offers.append((builds * ceil(time) * minute[size], time, size))
    return (min(offers)[2], min(offers)[0]) if offers else ("", 0.0)


# %% wrong="cheapest" says="4 minutes each at most"
from math import ceil


def cheapest(serial, shared, builds, within):
    offers = []
    for size in sizes:
        time = serial + shared / vcpus[size]
        billed = max(0, builds * ceil(time) - free_minutes)
        if time <= within:
            offers.append((billed * minute[size], time, size))
    return (min(offers)[2], min(offers)[0]) if offers else ("", 0.0)


# %% wrong="cheapest" says="medium costs as much, and is slower"
from math import ceil


def cheapest(serial, shared, builds, within):
    offers = []
    for size in sizes:
        time = serial + shared / vcpus[size]
        billed = builds * time if size != "small" else max(0, builds * ceil(time) - free_minutes)
        if time <= within:
            offers.append((billed * minute[size], time, size))
    return (min(offers)[2], min(offers)[0]) if offers else ("", 0.0)


# %% wrong="cheapest" says="medium costs as much, and is slower"
from math import ceil


def cheapest(serial, shared, builds, within):
    best = ("", 0.0)
    for size in sizes:
        time = serial + shared / vcpus[size]
        cost = max(0, builds * ceil(time) - (free_minutes if size == "small" else 0)) * minute[size]
        if time <= within and (best[0] == "" or cost < best[1]):
            best = (size, cost)
    return best


# %% wrong="cheapest" says="2.25 minutes are within"
from math import ceil


def cheapest(serial: float, shared: float, builds: int, within: float) -> tuple[str, float]:
    found = []
    for size in sizes:
        took = ceil(serial + shared / vcpus[size])
        if took <= within:
            minutes = took * builds - (free_minutes if size == "small" else 0)
            found.append((max(minutes, 0) * minute[size], took, size))
    if not found:
        return "", 0.0
    cost, _, size = min(found)
    return size, cost


# %% wrong="cheapest" says="all of them free"
from math import ceil


def cheapest(serial: float, shared: float, builds: int, within: float) -> tuple[str, float]:
    found = []
    for size in sizes:
        took = serial + shared / vcpus[size]
        if took <= within:
            minutes = ceil(took) * builds - (free_minutes if size == "small" else 0)
            found.append((minutes * minute[size], took, size))
    if not found:
        return "", 0.0
    cost, _, size = min(found)
    return size, cost


# %% wrong="cheapest" says="4 minutes each at most"
from math import ceil


def cheapest(serial: float, shared: float, builds: int, within: float) -> tuple[str, float]:
    found = []
    for size in sizes:
        took = serial + shared / vcpus[size]
        if took < within:
            minutes = ceil(took) * builds - (free_minutes if size == "small" else 0)
            found.append((max(0, minutes) * minute[size], took, size))
    if not found:
        return "", 0.0
    cost, _, size = min(found)
    return size, cost
