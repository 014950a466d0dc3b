# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '2.3'
#     - '3.1'
#     - '3.2'
#     - '3.4'
#     minutes: 60
#     practises:
#       cheapest:
#       - codebuild.managed-builds
#       find-leak:
#       - codecommit.triggers-and-events
#       hide:
#       - codebuild.secrets
#       let-in:
#       - codecommit.cross-account
#       mend-buildspec:
#       - codebuild.buildspec
#       - codebuild.reports-artifacts-cache
#       predict-phases:
#       - codebuild.build-phases
#       protect-main:
#       - codecommit.authorization-encryption
#       restore:
#       - cicd.version-control
#       - codecommit.repositories
#       who-reads:
#       - cicd.tool-map
#     services:
#     - codecommit
#     - codebuild
#     - iam
#     - sns
#     - ssm
#     title: From a commit to a tested build
#     topics:
#     - cicd.tool-map
#     - cicd.version-control
#     - codecommit.repositories
#     - codecommit.versus-github
#     - codecommit.authentication
#     - codecommit.authorization-encryption
#     - codecommit.cross-account
#     - codecommit.triggers-and-events
#     - codebuild.managed-builds
#     - codebuild.build-phases
#     - codebuild.buildspec
#     - codebuild.reports-artifacts-cache
#     - codebuild.secrets
#     - codebuild.environments-local
#     - codebuild.logs-metrics
#     - codebuild.vpc
# ---

# %% [markdown]
# # From a commit to a tested build
#
# Fathom sells tide tables to sailors. A wrong number puts a boat on the sand, so nothing leaves the house untested.
# After this lesson you can keep code in **CodeCommit**, say who may change it, react to every push, and let
# **CodeBuild** test and pack it, without a secret showing anywhere.

# %% setup="start"
import hashlib
import inspect
import io
import json
import linecache
import re
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError
from dulwich import porcelain
from dulwich.objects import Blob

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("09-cicd/04-build")
lab.start()
commits = boto3.client("codecommit")
builds = boto3.client("codebuild")
iam = boto3.client("iam")
ssm = boto3.client("ssm")
s3 = boto3.client("s3")

# %% [markdown]
# ## Which tool does what
#
# A change travels: it is stored, built and tested, and deployed. For each step AWS has a service, and for each service
# there is a tool from somebody else that you may know.

# %%
steps = {
    "store the code": ("CodeCommit", "GitHub, GitLab, Bitbucket"),
    "build and test": ("CodeBuild", "Jenkins, GitHub Actions"),
    "keep packages": ("CodeArtifact", "Artifactory, Nexus"),
    "provision": ("CloudFormation, SAM, CDK", "Terraform"),
    "deploy": ("CodeDeploy", "Ansible, Spinnaker"),
    "drive it all": ("CodePipeline", "Jenkins, GitHub Actions"),
}
for step, (ours, theirs) in steps.items():
    print(f"{step:15} {ours:26} {theirs}")

# %%
charts.flow(
    [
        ("commit", "CodeCommit", "push"),
        ("CodeCommit", "CodeBuild", "source"),
        ("CodeArtifact", "CodeBuild", "packages"),
        ("CodeBuild", "S3", "artifact"),
        ("S3", "CodeDeploy"),
        ("S3", "CloudFormation"),
    ],
    groups={
        "CodePipeline drives": [
            "CodeCommit",
            "CodeBuild",
            "S3",
            "CodeDeploy",
            "CloudFormation",
        ]
    },
    kinds={"S3": "storage", "CodeBuild": "compute"},
    direction="right",
    headline="One service stores, one builds, one deploys, and a pipeline calls them in turn",
    source="docs.aws.amazon.com, November 2026",
)

# %% [markdown]
# Each service reads a text file of its own, and exams like to swap them. Look at the keys at the top of the file:
#
# | file | read by | how you know it |
# |---|---|---|
# | `buildspec.yml` | CodeBuild | `phases` |
# | `appspec.yml` | CodeDeploy | `version: 0.0`, and `hooks`, `files`, or `Resources` as a *list* |
# | a template | CloudFormation | `Resources` as a *mapping* |
# | a SAM template | SAM | the same, and the transform `AWS::Serverless-2016-10-31` |
# | a pipeline's structure | CodePipeline | `pipeline` with `stages` |
#
# > **Then and now.** Older notes say that CodeDeploy serves EC2 only. Lambda functions and ECS services are platforms
# > of it as well.


# %% setup="files"
class Loose(yaml.SafeLoader):
    """Reads YAML and JSON; CloudFormation's short forms such as !Ref become plain values."""


def plain_value(loader: Any, suffix: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)


Loose.add_multi_constructor("!", plain_value)


def load(text: str) -> Any:
    """A YAML or JSON text as Python's dictionaries and lists."""
    return yaml.load(text, Loose)


# %% [markdown]
# ### Your turn: who reads this?
#
# Write `who_reads(text)`. It returns `"CodeBuild"`, `"CodeDeploy"`, `"CloudFormation"`, `"SAM"` or `"CodePipeline"`,
# and `""` for a text that none of them reads, such as a settings file. `load(text)` from the cell above reads the text.
#
# <details><summary>Hint</summary>
#
# Two files have a `Resources` key; its type tells them apart. `Transform` is one string or a list of strings. A text
# may also hold a list or a single word: look for keys only in a dictionary.
# </details>


# %% exercise="who-reads"
def who_reads(text: str) -> str:
    """Name the service that reads this file, or return an empty string."""
    ### BEGIN SOLUTION
    found = load(text)
    if not isinstance(found, dict):
        return ""
    if "phases" in found:
        return "CodeBuild"
    if "stages" in (found.get("pipeline") or {}):
        return "CodePipeline"
    parts = found.get("Resources")
    if isinstance(parts, dict):
        transforms = found.get("Transform", [])
        transforms = [transforms] if isinstance(transforms, str) else transforms
        return "SAM" if "AWS::Serverless-2016-10-31" in transforms else "CloudFormation"
    if isinstance(parts, list) or "hooks" in found or "files" in found:
        return "CodeDeploy"
    return ""
    ### END SOLUTION


# %% check="who-reads" points=1
with check("who-reads", needs="who_reads", right="A name may lie, keys do not.") as expect:
    serverless = "AWS::Serverless-2016-10-31"
    texts = [
        ("version: 0.2\nphases: {build: {commands: [make]}}", "CodeBuild", "a buildspec"),
        (
            "version: 0.0\nos: linux\nhooks: {AfterInstall: []}",
            "CodeDeploy",
            "an appspec for servers",
        ),
        (
            "version: 0.0\nfiles: [{source: /, destination: /srv}]",
            "CodeDeploy",
            "an appspec with files",
        ),
        (
            "version: 0.0\nResources: [{f: {Type: 'AWS::Lambda::Function'}}]",
            "CodeDeploy",
            "an appspec for Lambda (Resources is a list)",
        ),
        ("Resources:\n  Q: {Type: 'AWS::SQS::Queue'}", "CloudFormation", "a template"),
        (f"Transform: {serverless}\nResources: {{F: {{}}}}", "SAM", "a SAM template"),
        (
            f"Transform: ['AWS::LanguageExtensions', {serverless}]\nResources: {{F: {{}}}}",
            "SAM",
            "a SAM template with two transforms in a list",
        ),
        (
            "Transform: AWS::LanguageExtensions\nResources: {Q: {}}",
            "CloudFormation",
            "a template with another transform",
        ),
        ('{"pipeline": {"name": "p", "stages": []}}', "CodePipeline", "a pipeline in JSON"),
        (
            "version: 0.2\nnotes: the phases and stages of Resources",
            "",
            "a settings file that only speaks of phases",
        ),
        ("- a\n- list", "", "a list"),
    ]
    for text, service, what in texts:
        expect.equal(who_reads(text), service, f"For {what}")
    ### BEGIN HIDDEN TESTS
    hidden = [
        (
            "Resources:\n  T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref N}}",
            "CloudFormation",
            "a !Ref",
        ),
        ("tides", "", "a single word"),
    ]
    for text, service, what in hidden:
        expect.equal(who_reads(text), service, f"For {what}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What version control gives
#
# **Git** keeps every state of the code and who made it. Three ideas carry it:
#
# - a file's content, a *blob*, is named by a hash of itself: equal content, equal name;
# - a **commit** is a snapshot of all files, with an author, a message and its *parents*;
# - a **branch** is a name that points to one commit.
#
# So a team gets a history that it can read, compare and return to, and a copy that does not live on one laptop.

# %%
for text in (b"high 04:12\n", b"high 04:12\n", b"high 04:13\n"):
    print(Blob.from_string(text).id.decode(), text)

# %% [markdown]
# ## CodeCommit: the shared copy
#
# **CodeCommit** hosts private Git repositories. The code stays in your AWS account, encrypted, and IAM says who may
# do what. No server is yours to patch. We make a repository and clone it, as at any desk.
#
# (`porcelain` has Git's commands as Python functions. In a terminal you would write `git clone URL`, `git add`, `git
# commit`, `git push`.)

# %% setup="repository"
GOOD = "def height(mean, rise):\n    return mean + rise\n"
TEST = """import unittest
from tides import height


class Heights(unittest.TestCase):
    def test_flood(self):
        self.assertEqual(height(3, 2), 5)

    def test_ebb(self):
        self.assertEqual(height(3, -2), 1)
"""


def new_repository(**files: str) -> str:
    """A repository; `tides_py="..."` becomes the file tides.py on the branch main."""
    name = lab.unique_name("tides")
    commits.create_repository(repositoryName=name)
    if files:
        put = [
            {
                "filePath": path.replace("_py", ".py").replace("_yml", ".yml"),
                "fileContent": text,
            }
            for path, text in files.items()
        ]
        commits.create_commit(repositoryName=name, branchName="main", putFiles=put)
    return name


def tip(repository: str, branch: str = "main") -> str:
    """The id of the newest commit of a branch."""
    found = commits.get_branch(repositoryName=repository, branchName=branch)
    return found["branch"]["commitId"]


def change(repository: str, path: str, text: str, branch: str = "main") -> str:
    """Commit one file by the API; returns the id of the commit."""
    return commits.put_file(
        repositoryName=repository,
        branchName=branch,
        filePath=path,
        fileContent=text,
        parentCommitId=tip(repository, branch),
        commitMessage=f"change {path}",
    )["commitId"]


def read(repository: str, path: str, commit: str = "main") -> str:
    """A file as it is on a branch or was in a commit."""
    found = commits.get_file(repositoryName=repository, filePath=path, commitSpecifier=commit)
    return found["fileContent"].decode()


# %%
quiet = porcelain.NoneStream()
repository = new_repository(tides_py=GOOD)
made = commits.get_repository(repositoryName=repository)["repositoryMetadata"]
print(made["cloneUrlHttp"])
print(made["cloneUrlSsh"])
desk = Path(tempfile.mkdtemp()) / "tides"
with closing(porcelain.clone(made["cloneUrlHttp"], desk, errstream=quiet)) as clone:
    (desk / "test_tides.py").write_text(TEST)
    porcelain.add(clone, [desk / "test_tides.py"])
    who = b"Mara <mara@fathom.example>"
    porcelain.commit(clone, message=b"Test heights", author=who, committer=who)
    porcelain.push(clone, "origin", "main", outstream=quiet, errstream=quiet)
folder = commits.get_folder(repositoryName=repository, folderPath="/")
print([one["relativePath"] for one in folder["files"]])

# %% [markdown]
# Work goes on a branch of its own and comes home by a **pull request**, in which others see and approve it first.

# %%
commits.create_branch(repositoryName=repository, branchName="spring", commitId=tip(repository))
change(repository, "spring.py", "RISE = 2.9\n", branch="spring")
wish = commits.create_pull_request(
    title="Spring tides",
    targets=[{"repositoryName": repository, "sourceReference": "spring"}],
)["pullRequest"]
merged = commits.merge_pull_request_by_squash(
    pullRequestId=wish["pullRequestId"],
    repositoryName=repository,
)["pullRequest"]
metadata = merged["pullRequestTargets"][0]["mergeMetadata"]
print(merged["pullRequestStatus"], metadata["isMerged"])
in_use = ["git-blob", "file-through-api-or-console", "files-per-commit-through-api"]
in_use += ["references-per-push", "triggers-per-repository", "open-pull-requests"]
facts.limits("codecommit").frame().set_index("name").loc[in_use, ["value", "unit", "as_of"]]

# %% [markdown]
# > **CodeCommit or GitHub?** Both are Git with pull requests, and CodeBuild builds from both. GitHub knows its own
# > users, has a rich web site and public projects. CodeCommit knows IAM users and roles, keeps the code in your
# > account, and its web pages are plain. (Private repositories on GitHub have been free since 2019.)
# >
# > **Then and now.** CodeCommit was closed to new customers on 25 July 2024 and opened again on 24 November 2025.
#
# ### Your turn: bring a good file back
#
# Yesterday's `tides.py` was right, today's is wrong. Others have changed other files since. Write
# `restore(repository, path, commit)`:
#
# - on `main`, the file at `path` becomes what it was in `commit`, by **one new commit** on top of the others;
# - all other files stay as they are, and the history stays;
# - if the file is already so, no commit is made;
# - it returns the id of the commit that is now the tip of `main`.
#
# <details><summary>Hint</summary>
#
# `get_file` takes a `commitSpecifier`. `put_file` wants the present tip as `parentCommitId`, so that nobody's work is
# overwritten unseen. For a file that is already so it raises `SameFileContentException`.
# </details>


# %% exercise="restore"
def restore(repository: str, path: str, commit: str) -> str:
    """Bring a file on main back to what it was in a commit; return main's tip."""
    ### BEGIN SOLUTION
    old = commits.get_file(repositoryName=repository, filePath=path, commitSpecifier=commit)
    now = tip(repository)
    try:
        made = commits.put_file(
            repositoryName=repository,
            branchName="main",
            filePath=path,
            fileContent=old["fileContent"],
            parentCommitId=now,
            commitMessage=f"Restore {path} from {commit[:8]}",
        )
    except commits.exceptions.SameFileContentException:
        return now
    return made["commitId"]
    ### END SOLUTION


# %% check="restore" points=2
with check(
    "restore",
    needs="restore",
    right="Undo by a new commit: nothing is lost, and everybody sees what was undone.",
) as expect:

    def comes_back(versions: list[str]) -> None:
        name = new_repository(tides_py=versions[0], notes_py="first")
        good = tip(name)
        for version in versions[1:]:
            change(name, "tides.py", version)
        before = change(name, "notes.py", "written since")
        try:
            returned = restore(name, "tides.py", good)
        except commits.exceptions.ParentCommitIdOutdatedException:
            returned = None
        expect(
            returned is not None,
            "CodeCommit refused the commit: its parent must be the present tip of main.",
        )
        expect.equal(read(name, "tides.py"), versions[0], "tides.py on main afterwards")
        expect.equal(read(name, "notes.py"), "written since", "notes.py, which others changed")
        now = tip(name)
        expect(returned == now, f"Return the id of main's tip, {now}; got {returned!r}.")
        parents = commits.get_commit(repositoryName=name, commitId=now)["commit"]["parents"]
        expect(parents == [before], "There should be exactly one new commit on top of main.")
        try:
            again = restore(name, "tides.py", good)
        except ClientError as error:
            again = error.response["Error"]["Code"]
        expect(
            again == now and tip(name) == now,
            f"Called again, it has nothing to restore and returns the tip; got {again!r}.",
        )

    comes_back([GOOD, "def height(mean, rise):\n    return mean\n"])
    ### BEGIN HIDDEN TESTS
    comes_back(["a", "b", "c", "d"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may come in
#
# Git needs to know who pushes. CodeCommit takes three ways:
#
# | way | for whom |
# |---|---|
# | SSH key | an IAM user who uploads a public key to IAM |
# | HTTPS with *Git credentials* | an IAM user: name and password for this service alone, at most two |
# | HTTPS with `git-remote-codecommit` | anybody with AWS credentials, also of a role for an hour |
#
# With the last one you clone `codecommit::us-east-1://tides`. Your password for the console is not for Git, and keys
# are never shared. Data travels only by HTTPS or SSH, and lies encrypted with a KMS key.

# %%
mara = lab.unique_name("mara")
iam.create_user(UserName=mara)
public = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQDKlumtstl+bE6Ehlz3 mara@desk"
key = iam.upload_ssh_public_key(UserName=mara, SSHPublicKeyBody=public)["SSHPublicKey"]
print("Mara's user name for SSH is the key's id:", key["SSHPublicKeyId"])
iam.update_ssh_public_key(  # her laptop was stolen
    UserName=mara,
    SSHPublicKeyId=key["SSHPublicKeyId"],
    Status="Inactive",
)
print([one["Status"] for one in iam.list_ssh_public_keys(UserName=mara)["SSHPublicKeys"]])

# %% [markdown]
# > **Lab and AWS.** In the lab Git reaches the repository with the notebook's own rights, without SSH and password.
# > Its API calls are judged by IAM as on AWS.
#
# An IAM policy says who may do what with a repository. A clone needs `codecommit:GitPull`, a push
# `codecommit:GitPush`; each API call has an action of its own name.
#
# ### Your turn: protect main
#
# Developers have the policy `WORK` below: all of CodeCommit. A second one, with the statement `guard`, should keep them
# from changing `main` without a colleague. It fails: Jo pushes to `main` unhindered. Mend `guard`, so that with both
#
# - pulling works, and pushing, committing and merging on other branches;
# - on `main` they can neither push, nor commit with `PutFile`, `CreateCommit` or `DeleteFile`, nor merge a pull
#   request, nor delete the branch;
# - a push may *begin*: at its start the branch is not known yet, and the key is missing.
#
# <details><summary>Hint</summary>
#
# The key `codecommit:References` holds a full name such as `refs/heads/dev`. The deny should apply if it equals main's
# name **and** is not missing: `StringEqualsIfExists` together with `Null: {"codecommit:References": "false"}`.
# `codecommit:Merge*` covers several actions.
# </details>

# %% setup="policies"
WORK = {"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}


def document(*statements: dict) -> str:
    """A policy document with these statements, as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def new_user(name: str, *policies: str) -> boto3.Session:
    """A user with these inline policies; returns a session that signs with the user's key."""
    name = lab.unique_name(name)
    iam.create_user(UserName=name)
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def outcome(call: Any, **given: Any) -> str:
    """'allowed', or the code of AWS's error."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


# %% exercise="protect-main" repair=true
guard = {
    "Effect": "Deny",
    "Action": ["codecommit:GitPush"],
    "Resource": "*",
    "Condition": {"StringEquals": {"codecommit:References": "main"}},
}
### BEGIN SOLUTION
guard = {
    "Effect": "Deny",
    "Action": [
        "codecommit:GitPush",
        "codecommit:PutFile",
        "codecommit:CreateCommit",
        "codecommit:DeleteFile",
        "codecommit:DeleteBranch",
        "codecommit:Merge*",
    ],
    "Resource": "*",
    "Condition": {
        "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]},
        "Null": {"codecommit:References": "false"},
    },
}
### END SOLUTION

# %% check="protect-main" points=3
with check(
    "protect-main",
    needs="guard",
    right="One explicit deny, and main changes only when somebody else merges.",
) as expect:
    expect(isinstance(guard, dict), "Keep `guard` a dictionary: one statement of a policy.")
    statement = document(guard)
    expect(guard.get("Effect") == "Deny", "WORK allows everything already; `guard` must deny.")

    def asked(action: str, branch: str) -> str:
        context = [
            {
                "ContextKeyName": "codecommit:References",
                "ContextKeyType": "stringList",
                "ContextKeyValues": [f"refs/heads/{branch}"],
            },
        ]
        found = iam.simulate_custom_policy(
            PolicyInputList=[document(WORK), statement],
            ActionNames=[f"codecommit:{action}"],
            ResourceArns=["arn:aws:codecommit:us-east-1:123456789012:tides"],
            ContextEntries=context if branch else [],
        )
        return found["EvaluationResults"][0]["EvalDecision"]

    table = [
        ("MergePullRequestBySquash", "dev", True, "Merging into dev"),
        ("GitPull", "", True, "A clone or pull"),
        ("GitPull", "main", True, "Pulling main"),
        ("GitPush", "", True, "The start of a push, when no branch is known yet,"),
        ("GitPush", "dev", True, "A push to dev"),
        ("GitPush", "maintenance", True, "A push to maintenance, another branch,"),
        ("GitPush", "main", False, "A push to main"),
    ]
    for action, branch, wanted, what in table:
        got = asked(action, branch) == "allowed"
        state = "allowed" if got else "denied"
        expect(got is wanted, f"{what} is {state} by your policy; it should be the other way.")

    def works_beside(branch: str, file: str) -> None:
        name = new_repository(tides_py=GOOD)
        jo = new_user("jo", document(WORK), statement).client("codecommit")
        with lab.enforce_iam():
            start = {"repositoryName": name, "branchName": branch, "commitId": tip(name)}
            expect(outcome(jo.create_branch, **start) == "allowed", "Jo cannot make a branch.")
            calls = {
                "PutFile": lambda on: outcome(
                    jo.put_file,
                    repositoryName=name,
                    branchName=on,
                    filePath=file,
                    fileContent=on,
                    parentCommitId=tip(name, on),
                ),
                "CreateCommit": lambda on: outcome(
                    jo.create_commit,
                    repositoryName=name,
                    branchName=on,
                    parentCommitId=tip(name, on),
                    putFiles=[{"filePath": f"more-{file}", "fileContent": on}],
                ),
            }
            for call, make in calls.items():
                expect(make(branch) == "allowed", f"Jo cannot commit to {branch} by {call}.")
                expect(make("main") != "allowed", f"Jo committed to main by {call}.")
            targets = [{"repositoryName": name, "sourceReference": branch}]
            asks = jo.create_pull_request(title="please", targets=targets)["pullRequest"]
            wish = {"pullRequestId": asks["pullRequestId"], "repositoryName": name}
            expect(
                outcome(jo.merge_pull_request_by_squash, **wish) != "allowed",
                "Jo merged her own pull request into main.",
            )
            for way in ("FastForward", "ThreeWay"):
                expect(
                    asked(f"MergePullRequestBy{way}", "main") != "allowed",
                    f"MergePullRequestBy{way} on main is not denied. Is there a pattern for all?",
                )
            for action, what in (("DeleteBranch", "main"), ("DeleteFile", "files on main")):
                expect(
                    asked(action, "main") != "allowed",
                    f"Nothing keeps Jo from deleting {what}: codecommit:{action}.",
                )
            expect(outcome(jo.get_repository, repositoryName=name) == "allowed", "Jo cannot read.")

    works_beside("dev", "a.py")
    ### BEGIN HIDDEN TESTS
    works_beside("feature/main", "b.py")
    expect(asked("MergeBranchesBySquash", "main") != "allowed", "MergeBranches... changes main.")
    expect(asked("MergeBranchesBySquash", "dev") == "allowed", "Merging into dev is not allowed.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A guest from another account
#
# The coast guard, a customer with an AWS account of its own, wants to read Fathom's code. Nobody copies keys around.
# Instead Fathom makes a **role** that trusts the other account; its people assume the role and get credentials for an
# hour, with which `git-remote-codecommit` or boto3 works.

# %%
charts.flow(
    [
        ("Ole", "STS", "assume reader"),
        ("STS", "tides", "as reader"),
    ],
    groups={"Fathom's account": ["tides"]},
    nodes={
        "Ole": "Ole of the coast guard",
        "STS": "STS: keys for an hour",
        "tides": "repository tides",
    },
    kinds={"STS": "security", "tides": "storage"},
    direction="right",
    headline="The guest comes with a borrowed role; no key changes hands",
    source="the example of this lesson",
)

# %% [markdown]
# ### Your turn: let the guest read
#
# Write `let_in(account, repository)`. It makes a role in Fathom's account and returns its ARN. Somebody of `account`
# who assumes it
#
# - can clone (`codecommit:GitPull`) and read (`Get*`) this repository;
# - can change nothing: neither push nor commit nor delete; and sees no other repository.
#
# Nobody else can assume it, also nobody of Fathom's own account. The role's name is yours; it must be free each time.
#
# <details><summary>Hint</summary>
#
# The trust policy: `Principal: {"AWS": account}` and `sts:AssumeRole`. Then `put_role_policy` with the repository's
# ARN as the resource; `get_repository` knows it as `Arn`. `lab.unique_name("reader")` is a free name.
# </details>


# %% setup="accounts"
organizations = boto3.client("organizations")


def open_account(name: str) -> tuple[str, boto3.Session]:
    """Open another account; return its number and a session of one of its users."""
    try:
        organizations.describe_organization()
    except ClientError:
        organizations.create_organization(FeatureSet="ALL")
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)["CreateAccountStatus"]
    first = f"arn:aws:iam::{opened['AccountId']}:role/OrganizationAccountAccessRole"
    lent = assumed(boto3.Session(), first)
    there = lent.client("iam")
    there.create_user(UserName="ole")
    may_assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    there.put_user_policy(
        UserName="ole",
        PolicyName="travel",
        PolicyDocument=document(may_assume),
    )
    key = there.create_access_key(UserName="ole")["AccessKey"]
    return opened["AccountId"], boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def assumed(session: boto3.Session, role: str) -> boto3.Session:
    """A session of somebody who took on a role."""
    sts = session.client("sts")
    lent = sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    return boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])


# %% exercise="let-in"
def let_in(account: str, repository: str) -> str:
    """A role by which another account reads one repository; returns its ARN."""
    ### BEGIN SOLUTION
    guest = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=lab.unique_name("reader"),
        AssumeRolePolicyDocument=document(guest),
    )["Role"]
    found = commits.get_repository(repositoryName=repository)["repositoryMetadata"]
    may_read = {
        "Effect": "Allow",
        "Action": ["codecommit:GitPull", "codecommit:Get*"],
        "Resource": found["Arn"],
    }
    iam.put_role_policy(
        RoleName=role["RoleName"],
        PolicyName="read-one",
        PolicyDocument=document(may_read),
    )
    return role["Arn"]
    ### END SOLUTION


# %% check="let-in" points=2
with check(
    "let-in",
    needs="let_in",
    right="The role ends when you delete it; a copied key never does.",
) as expect:

    def visits(file: str) -> None:
        guard_number, ole = open_account("coast-guard")
        _, stranger = open_account("stranger")
        may_assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        clerk = new_user("clerk", document(may_assume))
        name, other = new_repository(**{file: GOOD}), new_repository(secret_py="x = 1\n")
        path = file.replace("_py", ".py")
        role = let_in(guard_number, name)
        expect(
            isinstance(role, str) and f":{lab.ACCOUNT_ID}:role/" in role,
            f"Return the ARN of a role in Fathom's account {lab.ACCOUNT_ID}; got {role!r}.",
        )
        with lab.enforce_iam():
            try:
                visit = assumed(ole, role).client("codecommit")
            except ClientError:
                visit = None
            expect(visit is not None, "Ole of the trusted account cannot assume the role.")
            for session, whose in ((stranger, "Any account"), (clerk, "Fathom's own people")):
                try:
                    assumed(session, role)
                    came_in = True
                except ClientError:
                    came_in = False
                expect(not came_in, f"{whose} can assume the role. Whom does it trust?")
            where = {"repositoryName": name}
            expect(
                outcome(visit.get_file, **where, filePath=path) == "allowed",
                "Ole cannot read a file of the repository.",
            )
            expect(
                outcome(
                    visit.put_file,
                    **where,
                    branchName="guest",
                    filePath="x",
                    fileContent=b"x",
                )
                != "allowed",
                "Ole can commit. Reading is enough.",
            )
            expect(
                outcome(visit.get_file, repositoryName=other, filePath="secret.py") != "allowed",
                "Ole also reads another repository. Name the one resource.",
            )
        arns = {one: f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{one}" for one in (name, other)}
        for action, where, wanted in (
            ("GitPull", name, True),
            ("GitPush", name, False),
            ("CreateBranch", name, False),
            ("DeleteBranch", name, False),
            ("DeleteRepository", name, False),
            ("GitPull", other, False),
        ):
            found = iam.simulate_principal_policy(
                PolicySourceArn=role,
                ActionNames=[f"codecommit:{action}"],
                ResourceArns=[arns[where]],
            )["EvaluationResults"][0]["EvalDecision"]
            expect(
                (found == "allowed") is wanted,
                f"codecommit:{action} on {'this' if where == name else 'another'} repository: {found}; "
                f"it should {'' if wanted else 'not '}be allowed.",
            )

    visits("tides_py")
    ### BEGIN HIDDEN TESTS
    visits("moon_py")
    ### END HIDDEN TESTS

# %% [markdown]
# ## When something is pushed
#
# A repository tells others about a push in two ways:
#
# - a **trigger** (ten at most) calls a Lambda function or an SNS topic when a branch is made, moved or deleted;
# - **events** go to EventBridge: `CodeCommit Repository State Change` for branches, `CodeCommit Pull Request State
#   Change` for pull requests. A rule sends them wherever you like.
#
# We look at both messages.


# %% setup="functions"
functions = boto3.client("lambda")
sns = boto3.client("sns")
sqs = boto3.client("sqs")
events = boto3.client("events")


def new_role(service: str, *policies: dict) -> str:
    """A role that a service may take on; returns its ARN."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    name = lab.unique_name(service)
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
    for number, policy in enumerate(policies):
        iam.put_role_policy(
            RoleName=name,
            PolicyName=f"p{number}",
            PolicyDocument=document(policy),
        )
    return made["Arn"]


def new_queue(name: str) -> tuple[str, str]:
    """A queue into which AWS's services may write; returns its URL and ARN."""
    anybody = {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    policy = {"Policy": document(anybody)}
    url = sqs.create_queue(QueueName=lab.unique_name(name), Attributes=policy)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def new_topic(name: str) -> tuple[str, str]:
    """A topic and a queue that gets its messages; returns the ARN and the queue's URL."""
    topic = sns.create_topic(Name=lab.unique_name(name))["TopicArn"]
    url, arn = new_queue(name)
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    return topic, url


def said(url: str) -> list[str]:
    """All messages of a queue."""
    lab.settle()
    found = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [one["Body"] for one in got]
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def launch(function: Any, role: str) -> str:
    """Make a Lambda function of the cell that defines it; returns its ARN."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    source = "".join(lines[: first + len(inspect.getblock(lines[first:]))])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    made = functions.create_function(
        FunctionName=lab.unique_name(function.__name__.replace("_", "-")),
        Role=role,
        Runtime="python3.13",
        Handler=f"app.{function.__name__}",
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
    )
    functions.add_permission(
        FunctionName=made["FunctionName"],
        StatementId="codecommit",
        Action="lambda:InvokeFunction",
        Principal="codecommit.amazonaws.com",
    )
    return made["FunctionArn"]


# %%
topic, pushes = new_topic("pushes")
watched = new_repository(tides_py=GOOD)
commits.put_repository_triggers(
    repositoryName=watched,
    triggers=[
        {"name": "mail", "destinationArn": topic, "events": ["all"], "branches": ["main"]},
    ],
)
url, arn = new_queue("state")
events.put_rule(
    Name="branches",
    EventPattern=json.dumps(
        {"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"]},
    ),
)
events.put_targets(Rule="branches", Targets=[{"Id": "queue", "Arn": arn}])
change(watched, "tides.py", "# to do\n")
record = json.loads(said(pushes)[0])["Records"][0]
print("trigger:", record["eventTriggerName"], record["codecommit"]["references"])
detail = json.loads(said(url)[0])["detail"]
print("event:  ", detail["event"], detail["referenceName"], "from", detail["oldCommitId"][:8])

# %% [markdown]
# Neither brings the change itself, only the id of the commit. Whoever wants to see it asks: `get_commit` knows the
# parents, `get_differences` the files, `get_blob` their content.
#
# > **Then and now.** CloudWatch Events has been called EventBridge since July 2019.

# %%
changes = commits.get_differences(
    repositoryName=watched,
    beforeCommitSpecifier=detail["oldCommitId"],
    afterCommitSpecifier=detail["commitId"],
)
for one in changes["differences"]:
    print(one["changeType"], one["afterBlob"]["path"], one["afterBlob"]["blobId"][:8])

# %% [markdown]
# ### Your turn: find the leaked key
#
# Sooner or later somebody commits an access key. Write the function `find_leak(event, context)` for a trigger. For each
# branch that was pushed it compares the new commit with its first parent (the first commit of all has none: then all
# files are new) and looks for long-term access key ids: `AKIA` and 16 capital letters or digits.
#
# - Only **new** lines count: those that the file did not have before.
# - For each, publish one SNS message to the topic in the record's `customData`. It holds the file's path and the line
#   number, as `path:7`, and **not the key**.
# - Return the list of these places. A branch that was deleted (`"deleted": true`) is passed over.
#
# Import what you need inside the cell: only this cell goes to Lambda.
#
# <details><summary>Hint</summary>
#
# `event["Records"][0]["eventSourceARN"]` ends with the repository's name. `get_differences(repositoryName=...,
# afterCommitSpecifier=..., beforeCommitSpecifier=...)` gives `afterBlob` and, for a file that was there, `beforeBlob`.
# A deleted file has no `afterBlob`. A set of the old lines is enough to know the new ones.
# </details>

# %% exercise="find-leak"
import re

import boto3


def find_leak(event, context):
    """Report access keys that a push brought in."""
    ### BEGIN SOLUTION
    commits, sns = boto3.client("codecommit"), boto3.client("sns")
    record = event["Records"][0]
    repository = record["eventSourceARN"].rsplit(":", 1)[1]

    def lines(blob):
        if not blob:
            return []
        content = commits.get_blob(repositoryName=repository, blobId=blob["blobId"])["content"]
        return content.decode(errors="replace").splitlines()

    found = []
    for reference in record["codecommit"]["references"]:
        if reference.get("deleted"):
            continue
        new = reference["commit"]
        commit = commits.get_commit(repositoryName=repository, commitId=new)["commit"]
        parents = commit["parents"]
        before = {"beforeCommitSpecifier": parents[0]} if parents else {}
        pages = commits.get_paginator("get_differences").paginate(
            repositoryName=repository,
            afterCommitSpecifier=new,
            **before,
        )
        for difference in (one for page in pages for one in page["differences"]):
            old = set(lines(difference.get("beforeBlob")))
            for number, line in enumerate(lines(difference.get("afterBlob")), start=1):
                if line not in old and re.search(r"AKIA[0-9A-Z]{16}", line):
                    found.append(f"{difference['afterBlob']['path']}:{number}")
    for place in found:
        sns.publish(
            TopicArn=record["customData"],
            Subject="An access key was committed",
            Message=f"{repository}: {place} looks like an access key. Deactivate it now.",
        )
    return found
    ### END SOLUTION


# %% check="find-leak" points=3
with check(
    "find-leak",
    needs="find_leak",
    right="Found within seconds. Deactivate the key: Git's history keeps it for ever.",
) as expect:
    fake = "AKIA" + "Q7" * 8

    def watch() -> tuple[str, str, Any]:
        topic, mails = new_topic("leaks")
        name = new_repository(tides_py=GOOD, old_py=f"# an old sin: {fake}\n")
        made = launch(find_leak, new_role("lambda"))
        trigger = {
            "name": "leaks",
            "destinationArn": made,
            "events": ["all"],
            "branches": [],
            "customData": topic,
        }
        commits.put_repository_triggers(repositoryName=name, triggers=[trigger])

        def tried(*heads: str, **more: bool) -> Any:
            """What the function answers when it is asked by hand about branches and their commits."""
            references = [
                {"commit": commit, "ref": f"refs/heads/branch-{number}", **more} for number, commit in enumerate(heads)
            ]
            record = {
                "eventSourceARN": f"arn:aws:codecommit:us-east-1:{lab.ACCOUNT_ID}:{name}",
                "customData": topic,
                "codecommit": {"references": references},
            }
            came = functions.invoke(FunctionName=made, Payload=json.dumps({"Records": [record]}))
            answer = json.loads(came["Payload"].read())
            why = answer.get("errorMessage") if isinstance(answer, dict) else ""
            expect("FunctionError" not in came, f"The function failed: {why}")
            return answer

        return name, mails, tried

    def reports(text: str, lines: list[int], thorough: bool = True) -> None:
        name, mails, tried = watch()
        first = tip(name)
        sins = change(name, "config.py", text)
        heard = said(mails)
        answer = tried(sins)
        expect(
            isinstance(answer, list),
            f"Return a list of places such as ['config.py:3']; got {answer!r}.",
        )
        places = [f"config.py:{line}" for line in lines]
        expect.equal(answer, places, "The places found in the push")
        expect(
            len(heard) == len(lines),
            f"{len(heard)} messages came for {len(lines)} new lines with a key: one for each, please.",
        )
        for place in places:
            expect(any(place in one for one in heard), f"No message names {place}.")
        for one in heard:
            expect(fake not in one, "The message holds the key itself: now it leaked twice.")
        if not thorough:
            return
        commits.put_repository_triggers(repositoryName=name, triggers=[])  # by hand from here
        said(mails)
        clean = change(name, "config.py", text + "# a comment\n")
        old = change(name, "old.py", f"# an old sin: {fake}\nx = 1\n")
        for commit, what in (
            (clean, "that added a comment to the file with the key"),
            (old, "that added a line to a file which had a key before"),
        ):
            places = tried(commit)
            expect(places == [], f"A push {what} gave {places!r}. Only new lines count.")
        expect(
            tried(clean, deleted=True) == [],
            "The record says `deleted`, and the function searched the commit all the same.",
        )
        expect(said(mails) == [], "A mail went out although no key was added.")
        gone = commits.delete_file(
            repositoryName=name,
            branchName="main",
            filePath="config.py",
            parentCommitId=tip(name),
        )["commitId"]
        expect.equal(tried(gone), [], "After config.py was deleted, the places found")
        expect.equal(tried(first), ["old.py:1"], "For the first commit, where all lines are new")
        expect.equal(tried(old, first), ["old.py:1"], "For a push of two branches, the places")

    reports(f"# AKIA begins a key\n\nkey = '{fake}'\nstage = 'prod'\nspare = '{fake}'\n", [3, 5])
    ### BEGIN HIDDEN TESTS
    reports(f"{fake}\n", [1], thorough=False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## CodeBuild: tests on a rented machine
#
# **CodeBuild** starts a container for each build, runs the commands that you wrote into `buildspec.yml`, keeps what you
# name, and throws the machine away. Nobody runs a build server, ten builds run side by side, and you pay by the minute.
#
# A **project** says where the source is, which image and size of machine to use, which role the build has, and where
# its results go.

# %% setup="projects"
GOOD_SPEC = """version: 0.2
phases:
  install:
    runtime-versions:
      python: 3.13
  pre_build:
    commands:
      - ls
  build:
    commands:
      - python -m unittest test_tides
  post_build:
    commands:
      - echo "succeeding so far, $CODEBUILD_BUILD_SUCCEEDING"
artifacts:
  files:
    - tides.py
"""
MAY_LOG = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}
MAY_STORE = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}
artifacts = lab.unique_name("artifacts")
s3.create_bucket(Bucket=artifacts)


def new_project(
    repository: str,
    spec: str = "",
    variables: list[dict] | None = None,
    **more: Any,
) -> str:
    """A project that builds main and packs its artifact into a zip of S3; returns its name."""
    name = lab.unique_name("build")
    found = commits.get_repository(repositoryName=repository)["repositoryMetadata"]
    source = {"type": "CODECOMMIT", "location": found["cloneUrlHttp"]}
    builds.create_project(
        name=name,
        source=source | ({"buildspec": spec} if spec else {}),
        artifacts={
            "type": "S3",
            "location": artifacts,
            "packaging": "ZIP",
            "namespaceType": "BUILD_ID",
            "name": "tides.zip",
        },
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": variables or [],
        },
        serviceRole=new_role("codebuild", MAY_LOG, MAY_STORE),
        **more,
    )
    return name


def run(project: str, **more: Any) -> dict[str, Any]:
    """Start a build and wait for its end; returns the build."""
    started = builds.start_build(projectName=project, **more)["build"]["id"]
    while not (found := builds.batch_get_builds(ids=[started])["builds"][0])["buildComplete"]:
        lab.clock.advance(seconds=30)
    return found


def log_of(build: dict[str, Any]) -> list[str]:
    """The lines that a build wrote."""
    found = boto3.client("logs").get_log_events(
        logGroupName=build["logs"]["groupName"],
        logStreamName=build["logs"]["streamName"],
        startFromHead=True,
    )
    return [one["message"] for one in found["events"]]


# %%
shop = new_repository(tides_py=GOOD, test_tides_py=TEST, buildspec_yml=GOOD_SPEC)
first_build = run(new_project(shop))
print(first_build["buildStatus"], "-", first_build["artifacts"]["location"].rsplit(":", 1)[1])
for line in log_of(first_build):
    print(line.replace("[Container] ", "")[:90])

# %%
begin = first_build["startTime"]
own = {"INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"}
bars = [
    (
        one["phaseType"],
        (one["startTime"] - begin).total_seconds(),
        (one["endTime"] - begin).total_seconds(),
        f"{one['durationInSeconds']} s",
        "yours" if one["phaseType"] in own else "AWS's",
    )
    for one in first_build["phases"]
    if one.get("durationInSeconds")
]
charts.gantt(
    bars,
    kinds={"yours": "work", "AWS's": "wait"},
    headline="Your commands run in four of the eleven phases; the rest is AWS's work",
    subtitle="only phases of a second or more",
    source="the build above, on the lab's clock",
)

# %% [markdown]
# > **Lab and AWS.** The lab runs your commands as processes of your computer and takes ten seconds for a machine.
# > `runtime-versions` is read and not installed: you get your own Python. On AWS each build is a fresh container.
#
# ### Your turn: which phases still run?
#
# A command that ends with an error fails its phase. The other commands of the phase are skipped. What follows? Say
# first, then let the lab build. For each phase that fails: in which of your four phases does a command begin, in their
# order? And is the artifact uploaded after a failed `build` phase, if its file is there?
#
# <details><summary>Hint</summary>
#
# Preparations that fail make a build pointless. After the tests, though, there is something to report or to tidy up,
# also if they failed. That is what `post_build` is for, and why it must ask whether the build succeeded.
# </details>

# %% exercise="predict-phases" repair=true
phases_that_run = {  # the failing phase: the phases in which a command begins
    "install": ["install", ...],
    "pre_build": ...,
    "build": ...,
    "post_build": ...,
}
artifact_after_failed_build = ...  # True or False
### BEGIN SOLUTION
phases_that_run = {
    "install": ["install"],
    "pre_build": ["install", "pre_build"],
    "build": ["install", "pre_build", "build", "post_build"],
    "post_build": ["install", "pre_build", "build", "post_build"],
}
artifact_after_failed_build = True
### END SOLUTION

# %% check="predict-phases" points=2
with check(
    "predict-phases",
    needs=["phases_that_run", "artifact_after_failed_build"],
    right="post_build and the upload come after failed tests too; let post_build ask.",
) as expect:
    order = ["install", "pre_build", "build", "post_build"]
    expect(
        isinstance(phases_that_run, dict) and list(phases_that_run) == order,
        "Keep the form of phases_that_run: the four phases and a list for each.",
    )
    expect.not_tried(all(... in one for one in phases_that_run.values() if isinstance(one, list)))
    expect.not_tried(artifact_after_failed_build is ...)
    expect(
        type(artifact_after_failed_build) is bool,
        "artifact_after_failed_build: write True or False.",
    )
    trial = new_project(new_repository(tides_py=GOOD))

    def breaks(failing: str, code: int) -> tuple[list[str], bool]:
        """The phases that ran when one fails, and whether an artifact was stored."""
        parts = {
            name: {
                "commands": [
                    f"echo began {name}",
                    f"exit {code}" if name == failing else "true",
                ]
            }
            for name in order
        }
        spec = {"version": 0.2, "phases": parts, "artifacts": {"files": ["tides.py"]}}
        done = run(trial, buildspecOverride=json.dumps(spec))
        began = [line[6:] for line in log_of(done) if line.startswith("began ")]
        return began, "location" in done["artifacts"]

    def compare(code: int) -> None:
        for failing in order:
            began, stored = breaks(failing, code)
            said_first = phases_that_run[failing]
            expect(
                isinstance(said_first, list),
                f"For a failing {failing}: write a list of phases, such as ['install'].",
            )
            expect(
                said_first == began,
                f"A failing {failing}: you said {said_first}. The lab built it, and began {began}.",
            )
            if failing == "build":
                expect(
                    artifact_after_failed_build is stored,
                    "After a failed build phase UPLOAD_ARTIFACTS was "
                    f"{'tried all the same' if stored else 'left out'}.",
                )

    compare(1)
    ### BEGIN HIDDEN TESTS
    compare(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The buildspec
#
# `buildspec.yml` lies at the root of the source, unless the project names another path or holds the text itself.
#
# - `phases`: `install`, `pre_build`, `build`, `post_build`, and no others. Each has a list of `commands`; those of
#   `finally` run even after a failure. `on-failure: CONTINUE` lets the next phase begin all the same.
# - `env`: `variables`, and names of values in `parameter-store` and `secrets-manager`.
# - `artifacts`: which files are kept, from which `base-directory`; `discard-paths: yes` flattens the folders.
# - `reports`: test results in JUnit's XML, or another of several formats; kept for 30 days, shown as a table.
# - `cache`: paths that the next build gets back, from S3 or from the same host.

# %%
cached = """version: 0.2
phases:
  install:
    commands:
      - if [ -d wheels ]; then echo from the cache; else mkdir wheels; echo downloaded; fi
      - touch wheels/numbers.whl
cache:
  paths: ["wheels/**/*"]
"""
thrifty = new_project(shop, cached, cache={"type": "S3", "location": f"{artifacts}/cache"})
for number in (1, 2):
    lines = log_of(run(thrifty))
    wheels = [one for one in lines if one in ("downloaded", "from the cache")]
    print(f"build {number}:", wheels)

# %% [markdown]
# > A cache in **S3** serves all hosts and suits small things that are slow to make. A **local** cache (source, Docker
# > layers, your own folders) is quicker and lasts only as long as its host; builds in a VPC cannot have it.
#
# ### Your turn: mend the buildspec
#
# Fathom's script `run_tests.py` runs the tests, writes `junit.xml` and exits with 1 if a test fails. The buildspec
# below was written in a hurry. Mend it until
#
# - the tests run in the phase `build`, by `python run_tests.py`;
# - the report group `unit` gets `junit.xml`, also when tests fail;
# - the artifact holds exactly two files, at its top: `tides.py` and `VERSION`, in which stands the id of the commit
#   (`$CODEBUILD_RESOLVED_SOURCE_VERSION`);
# - if a test fails, the build fails and **nothing** is packed.
#
# <details><summary>Hint</summary>
#
# Read the error of the first phase that failed; it names the fault. `commands` and `files` are lists. `post_build`
# also runs after failed tests: pack in `build`, after the tests, or ask `$CODEBUILD_BUILD_SUCCEEDING`.
# `base-directory` takes the folder off the names.
# </details>

# %% setup="tested"
RUN_TESTS = """import sys
import unittest
from xml.sax.saxutils import quoteattr


class Noting(unittest.TextTestResult):
    def startTest(self, test):
        self.all = getattr(self, "all", [])
        self.all.append(test.id())
        super().startTest(test)


found = unittest.defaultTestLoader.discover(".")
result = unittest.TextTestRunner(resultclass=Noting).run(found)
bad = {test.id(): text for test, text in result.failures + result.errors}
with open("junit.xml", "w") as report:
    report.write("<testsuite>")
    for name in result.all:
        inside = f"<failure message={quoteattr(bad[name][-80:])}/>" if name in bad else ""
        report.write(f"<testcase name={quoteattr(name)}>{inside}</testcase>")
    report.write("</testsuite>")
sys.exit(not result.wasSuccessful())
"""

# %% exercise="mend-buildspec" repair=true
buildspec = """version: 1.0
phases:
  install:
    runtime-versions:
      python: 3.13
  test:
    commands: python run_tests.py
  post_build:
    commands:
      - mkdir dist
      - cp tides.py dist
reports:
  unit:
    files: junit.xml
artifacts:
  files:
    - dist/tides.py
"""
### BEGIN SOLUTION
buildspec = """version: 0.2
phases:
  install:
    runtime-versions:
      python: 3.13
  build:
    commands:
      - python run_tests.py
      - mkdir dist
      - cp tides.py dist/
      - echo "$CODEBUILD_RESOLVED_SOURCE_VERSION" > dist/VERSION
reports:
  unit:
    files:
      - junit.xml
artifacts:
  base-directory: dist
  files:
    - '**/*'
"""
### END SOLUTION

# %% check="mend-buildspec" points=3
with check(
    "mend-buildspec",
    needs="buildspec",
    right="What left the house was tested, and says which commit it is.",
) as expect:
    expect(isinstance(buildspec, str), "buildspec is the text of the file.")

    def tested(code: str) -> tuple[dict[str, Any], str]:
        """A build of this version of tides.py, and its commit."""
        name = new_repository(
            tides_py=code,
            test_tides_py=TEST,
            run_tests_py=RUN_TESTS,
            buildspec_yml=buildspec,
        )
        return run(new_project(name)), tip(name)

    def problem(done: dict[str, Any]) -> str:
        for one in done["phases"]:
            if one.get("phaseStatus") == "FAILED":
                return f"{one['phaseType']}: {one['contexts'][0]['message']}"
        return ""

    def cases(done: dict[str, Any]) -> list[dict[str, Any]]:
        group = [arn for arn in done["reportArns"] if "-unit:" in arn]
        expect(group != [], "The build made no report in the group unit.")
        return builds.describe_test_cases(reportArn=group[0])["testCases"]

    def packs(code: str) -> None:
        done, commit = tested(code)
        expect(
            done["buildStatus"] == "SUCCEEDED",
            f"The tests are right, and the build failed. {problem(done)}",
        )
        key = done["artifacts"].get("location", "").partition(":::")[2].partition("/")[2]
        expect(key != "", "The build succeeded and stored no artifact.")
        body = s3.get_object(Bucket=artifacts, Key=key)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = sorted(archive.namelist())
            expect.equal(names, ["VERSION", "tides.py"], "The files of the artifact")
            expect.equal(
                archive.read("VERSION").decode().strip(),
                commit,
                "The text of VERSION",
            )
            expect.equal(archive.read("tides.py").decode(), code, "tides.py in the artifact")
        expect(
            sum(one["status"] == "SUCCEEDED" for one in cases(done)) == 2,
            "The report should show two tests that succeeded.",
        )
        in_build = log_of(done)
        begin = next((i for i, one in enumerate(in_build) if "Entering phase BUILD" in one), 0)
        end = next((i for i, one in enumerate(in_build) if "Phase complete: BUILD" in one), 0)
        expect(
            any("run_tests.py" in one for one in in_build[begin:end]),
            "The tests ran in another phase than build.",
        )

    packs(GOOD)
    broken, _ = tested("def height(mean, rise):\n    return mean\n")
    expect(broken["buildStatus"] == "FAILED", "Tests failed, and the build says it succeeded.")
    expect(
        "location" not in broken["artifacts"],
        "Tests failed, and files were packed: `finally`, post_build and the upload come after failed "
        "tests too. Make the files that you keep only once the tests have passed.",
    )
    failed = [one["name"] for one in cases(broken) if one["status"] == "FAILED"]
    expect(len(failed) == 2, "After failed tests the report should show which failed.")
    ### BEGIN HIDDEN TESTS
    packs("# spring tides\n" + GOOD)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Old samples write `docker login -p $PASSWORD`: the password then stands in the list of processes.
# > Pipe it instead: `echo "$PASSWORD" | docker login -u mara --password-stdin`.
#
# ## Secrets that nobody sees
#
# Variables have three types. `PLAINTEXT` is shown to everybody who may look at the project. `PARAMETER_STORE` and
# `SECRETS_MANAGER` hold only a **name**; CodeBuild fetches the value when a build starts, as the build's role, and
# writes `***` in the log wherever it turns up.

# %%
ssm.put_parameter(Name="/fathom/printer", Value="lighthouse-7", Type="SecureString")
spec = """version: 0.2
env:
  parameter-store:
    FROM_STORE: /fathom/printer
phases:
  build:
    commands:
      - echo "plain $PLAIN, from the store $FROM_STORE"
"""
leaky = new_project(shop, spec, [{"name": "PLAIN", "value": "lighthouse-8"}])
project_role = builds.batch_get_projects(names=[leaky])["projects"][0]["serviceRole"]
iam.put_role_policy(
    RoleName=project_role.rsplit("/", 1)[1],
    PolicyName="read-parameters",
    PolicyDocument=document(
        {
            "Effect": "Allow",
            "Action": "ssm:GetParameters",
            "Resource": f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter/fathom/*",
        },
    ),
)
with lab.enforce_iam():
    done = run(leaky)
print([line for line in log_of(done) if line.startswith("plain")])

# %% [markdown]
# The stars are a safety net, not a wall: a command can still send the value elsewhere, or print it encoded.
#
# ### Your turn: hide them
#
# An old project keeps secrets as plain text. Write `hide(project)`, for the name of a project. A variable is secret if
# its type is `PLAINTEXT` (or missing) and its name **ends** with `PASSWORD`, `SECRET` or `TOKEN`, or its value is an
# access key id: `AKIA` and 16 capital letters or digits.
#
# - Each secret becomes a `SecureString` in Parameter Store; the variable keeps its name, and is of type
#   `PARAMETER_STORE` now. All other variables and settings stay.
# - The project's role may read these parameters, and no others, by `ssm:GetParameters`; what it may do already stays.
# - It returns the names of the variables that it hid.
#
# <details><summary>Hint</summary>
#
# `batch_get_projects` gives the whole `environment`; change its list and hand it back whole to `update_project`. Name
# the parameters `/build/PROJECT/VARIABLE`; the ARN is `arn:aws:ssm:us-east-1:ACCOUNT:parameter/build/...`, with one
# slash after `parameter`. `lab.ACCOUNT_ID` is the account. Give the policy a name that the role has not yet.
# </details>


# %% exercise="hide"
def hide(project: str) -> list[str]:
    """Move a project's plain secrets to Parameter Store; return the variables' names."""
    ### BEGIN SOLUTION
    found = builds.batch_get_projects(names=[project])["projects"][0]
    environment = found["environment"]
    hidden, arns = [], []
    for variable in environment["environmentVariables"]:
        name, value = variable["name"], variable["value"]
        telling = name.endswith(("PASSWORD", "SECRET", "TOKEN"))
        is_secret = telling or re.fullmatch(r"AKIA[0-9A-Z]{16}", value)
        if variable.get("type", "PLAINTEXT") != "PLAINTEXT" or not is_secret:
            continue
        parameter = f"/build/{project}/{name}"
        ssm.put_parameter(Name=parameter, Value=value, Type="SecureString", Overwrite=True)
        variable["type"], variable["value"] = "PARAMETER_STORE", parameter
        hidden.append(name)
        arns.append(f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter{parameter}")
    if hidden:
        builds.update_project(name=project, environment=environment)
        may_read = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": arns}
        iam.put_role_policy(
            RoleName=found["serviceRole"].rsplit("/", 1)[1],
            PolicyName="read-hidden-variables",
            PolicyDocument=document(may_read),
        )
    return hidden
    ### END SOLUTION


# %% check="hide" points=3
with check(
    "hide",
    needs="hide",
    right="Now also give out new passwords: the old ones were seen.",
) as expect:

    def hides(secrets: dict[str, str], harmless: dict[str, str]) -> None:
        kept = lab.unique_name("/fathom/kept")
        ssm.put_parameter(Name=kept, Value="known before", Type="SecureString")
        plain = [{"name": name, "value": value} for name, value in (harmless | secrets).items()]
        plain[0]["type"] = "PLAINTEXT"
        stored = {"name": "API_TOKEN", "value": kept, "type": "PARAMETER_STORE"}
        commands = [f'echo "{name} is ${name}"' for name in secrets]
        commands += [f'printf %s "${name}" | sha256sum' for name in [*secrets, "API_TOKEN"]]
        spec = {"version": 0.2, "phases": {"build": {"commands": [" ; ".join(commands)]}}}
        home = new_repository(tides_py=GOOD)
        project = new_project(home, json.dumps(spec), [*plain, stored])
        before = builds.batch_get_projects(names=[project])["projects"][0]
        role = before["serviceRole"].rsplit("/", 1)[1]
        may_read = {
            "Effect": "Allow",
            "Action": "ssm:GetParameters",
            "Resource": f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter{kept}",
        }
        iam.put_role_policy(
            RoleName=role,
            PolicyName="from-before",
            PolicyDocument=document(may_read),
        )
        returned = hide(project)
        expect(
            isinstance(returned, list) and sorted(returned) == sorted(secrets),
            f"Return the names of what you hid: {sorted(secrets)}; got {returned!r}.",
        )
        after = builds.batch_get_projects(names=[project])["projects"][0]
        now = {one["name"]: one for one in after["environment"]["environmentVariables"]}
        expect(
            set(now) == {*harmless, *secrets, "API_TOKEN"},
            f"The project's variables are {sorted(now)} now. All must stay, by their names.",
        )
        for name, value in harmless.items():
            expect(now[name]["value"] == value, f"{name} is harmless; leave it as it was.")
        expect(now["API_TOKEN"] == stored, "API_TOKEN names a parameter already: leave it.")
        for one in ("image", "computeType", "type"):
            same = after["environment"][one] == before["environment"][one]
            expect(same, f"The environment's {one} changed. Hand the environment back whole.")
        for name, value in secrets.items():
            expect(
                value not in str(after),
                f"The value of {name} can still be read in the project.",
            )
            expect.equal(now[name].get("type"), "PARAMETER_STORE", f"The type of {name}")
            found = ssm.get_parameters(Names=[now[name]["value"]], WithDecryption=True)["Parameters"]
            expect(
                len(found) == 1 and found[0]["Value"] == value,
                f"{name} names {now[name]['value']!r}, which does not hold the old value.",
            )
            expect(
                found[0]["Type"] == "SecureString",
                f"The parameter of {name} is not encrypted.",
            )
        parameters = f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter"
        for action, resource, wanted, message in (
            (
                "ssm:GetParameters",
                f"{parameters}/payroll",
                False,
                "The role may read any parameter. Name those you made.",
            ),
            (
                "ssm:GetParameters",
                f"{parameters}/build/of-others/DB_PASSWORD",
                False,
                "The role may read the secrets of other projects. Name those you made.",
            ),
            (
                "s3:PutObject",
                f"arn:aws:s3:::{artifacts}/tides.zip",
                True,
                "The role may no longer store its artifacts. Did you write over a policy it had?",
            ),
        ):
            judged = iam.simulate_principal_policy(
                PolicySourceArn=before["serviceRole"],
                ActionNames=[action],
                ResourceArns=[resource],
            )["EvaluationResults"][0]["EvalDecision"]
            expect((judged == "allowed") is wanted, message)
        with lab.enforce_iam():
            done = run(project)
        lines = log_of(done)
        why = [one["contexts"][0]["message"] for one in done["phases"] if one.get("contexts")]
        expect(
            done["buildStatus"] == "SUCCEEDED",
            "The build fails; may its role still read old and new parameters? " + " ".join(why),
        )
        for name in secrets:
            expect(f"{name} is ***" in lines, f"{name} shows in the log.")
        for value in [*secrets.values(), "known before"]:
            digest = hashlib.sha256(value.encode()).hexdigest()
            expect(
                any(digest in one for one in lines),
                "A build does not get the value it got before.",
            )

    fake = "AKIA" + "T4" * 8
    hides(
        {"DB_PASSWORD": "spring-tide-9", "UPLOADER": fake},
        {"STAGE": "prod", "PASSWORD_MINIMUM": "12"},
    )
    ### BEGIN HIDDEN TESTS
    hides({"MAP_TOKEN": "x9-ebb", "SIGNING_SECRET": "neap"}, {"TOKEN_LIFETIME": "3600"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which machine
#
# A build is billed by the minute, each started minute whole, at a price for its size. The first 100 minutes of a month
# on the smallest machine are free. **Lambda** sizes start in seconds and are billed by the second, but know no Docker.
# Images with the common languages come from AWS, or you bring your own Docker image.
#
# Twice the machine costs twice as much a minute. Whether it pays depends on how much of the work can be shared among
# processors.

# %% setup="sizes"
sizes = ["small", "medium", "large", "xlarge", "2xlarge"]
vcpus = {size: facts.limit("codebuild", f"linux-{size}-vcpu") for size in sizes}
minute = {size: facts.price("codebuild", f"general1-{size}-linux") for size in sizes}
free_minutes = facts.limit("codebuild", "free-minutes-on-ec2-compute")

# %%
serial, shared = 2, 16  # minutes that one processor must do alone; minutes that all can share
waits = {size: serial + shared / vcpus[size] for size in sizes}
charts.scatter(
    {size: (waits[size], -(-waits[size] // 1) * minute[size]) for size in sizes},
    names=True,
    log_y=True,
    x_label="the developer waits",
    x_unit="minutes",
    y_label="a build costs",
    y_unit="USD",
    headline="From 10 minutes to 4 costs 3 cents more, from 4 to 2.2 it costs 52",
    subtitle="2 minutes that cannot be shared, 16 vCPU-minutes that can",
    source=list(minute.values()),
)

# %% [markdown]
# ### Your turn: the cheapest that is quick enough
#
# Write `cheapest(serial, shared, builds, within)`. A build takes `serial + shared / vCPUs` minutes. Return the size,
# one of `sizes`, that costs least in a month with so many `builds`, among those that take at most `within` minutes;
# and its cost in USD.
#
# - Each build is rounded up to whole minutes.
# - The month's `free_minutes` are for `small` alone.
# - If no size is quick enough, return `("", 0.0)`. Of two equally cheap sizes take the quicker.
#
# <details><summary>Hint</summary>
#
# `min` over tuples `(cost, minutes, size)` chooses well. Compare the true time with `within`, before you round.
# </details>

# %% exercise="cheapest"
from math import ceil


def cheapest(serial: float, shared: float, builds: int, within: float) -> tuple[str, float]:
    """Return (size, USD a month) of the cheapest size that is quick enough."""
    ### BEGIN SOLUTION
    offers = []
    for size in sizes:
        time = serial + shared / vcpus[size]
        if time > within:
            continue
        billed = builds * ceil(time)
        if size == "small":
            billed = max(0, billed - free_minutes)
        offers.append((billed * minute[size], time, size))
    if not offers:
        return "", 0.0
    cost, _, size = min(offers)
    return size, cost
    ### END SOLUTION


# %% check="cheapest" points=2
with check(
    "cheapest",
    needs="cheapest",
    right="What cannot be shared sets the pace; a bigger machine only waits more dearly.",
) as expect:
    price = {size: float(minute[size]) for size in sizes}

    def answers(given: tuple[float, float, int, float], size: str, cost: float, what: str) -> None:
        got = cheapest(*given)
        expect(
            isinstance(got, tuple) and len(got) == 2,
            f"Return a size and a cost, such as ('small', 1.5); got {got!r}.",
        )
        expect.equal(got[0], size, f"{what}: the size")
        expect.close(got[1], cost, f"{what}: the cost")

    answers((2, 16, 300, 60), "small", 2900 * price["small"], "300 builds, no hurry")
    answers((2, 16, 300, 4), "large", 1200 * price["large"], "300 builds, 4 minutes each at most")
    answers((0, 8, 100, 3), "large", 100 * price["large"], "medium costs as much, and is slower")
    answers((1, 5, 100, 2.5), "medium", 300 * price["medium"], "2.25 minutes are within 2.5")
    answers((2, 16, 300, 1), "", 0.0, "Nothing is quicker than what cannot be shared")
    answers((1, 2, 40, 60), "small", 0.0, "40 builds of 2 minutes, all of them free")
    answers((0, 3.6, 1000, 1), "medium", 1000 * price["medium"], "builds of 54 seconds on medium")
    ### BEGIN HIDDEN TESTS
    answers((2.2, 4, 100, 3.3), "medium", 400 * price["medium"], "3.2 minutes are billed as 4")
    answers((0.1, 7.2, 100, 0.4), "xlarge", 100 * price["xlarge"], "18 seconds on xlarge")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Notes say that CodeBuild has no queue. An account has a quota of builds at once for each size,
# > and beyond it builds wait, up to eight hours by default. A build may take 36 hours; until May 2024 it was 8.
#
# ## Watch the builds
#
# A build's log goes to CloudWatch Logs, to S3 or both. CloudWatch counts `Builds`, `FailedBuilds`, `Duration` and more
# for each project, and EventBridge hears each change of state. So a team is told without looking.

# %%
topic, mails = new_topic("broken")
watched = new_project(shop, "version: 0.2\nphases:\n  build:\n    commands: ['exit $CODE']\n")
cloudwatch = boto3.client("cloudwatch")
cloudwatch.put_metric_alarm(
    AlarmName="builds-fail",
    Namespace="AWS/CodeBuild",
    MetricName="FailedBuilds",
    Dimensions=[{"Name": "ProjectName", "Value": watched}],
    Statistic="Sum",
    Period=300,
    EvaluationPeriods=1,
    Threshold=2,
    ComparisonOperator="GreaterThanOrEqualToThreshold",
    TreatMissingData="notBreaching",
    AlarmActions=[topic],
)
failures, states = [], []
lab.clock.advance(minutes=10)
for broken in (0, 1, 3, 2, 0, 0):
    for number in range(3):
        code = [{"name": "CODE", "value": "1" if number < broken else "0"}]
        builds.start_build(projectName=watched, environmentVariablesOverride=code)
    lab.clock.advance(minutes=5)
    failures.append(broken)
    found = cloudwatch.describe_alarms(AlarmNames=["builds-fail"])["MetricAlarms"][0]
    states.append(found["StateValue"])
print(states)
print(json.loads(said(mails)[0])["NewStateReason"][:70])

# %%
quarters = [5 * number for number in range(len(failures))]
spans = [(x, x + 5, state) for x, state in zip(quarters, states, strict=True)]
charts.steps(
    {"failed builds": (quarters, failures)},
    until=30,
    x_unit="minutes",
    y_label="failed builds in 5 minutes",
    thresholds={"threshold": 2},
    states=spans,
    headline="One failed build is work; two in five minutes call somebody",
    source="the builds of the cell above",
)

# %% [markdown]
# ## Builds inside your network
#
# A build's container starts outside your VPC and reaches nothing private in it: no test database, no internal package
# mirror. Give the project a `vpcConfig` with the VPC, **private** subnets (16 at most) and security groups (5 at most),
# and its containers get addresses there. They then have no way to the internet of their own: for packages and for S3
# the subnets need a NAT gateway or VPC endpoints.
#
# If a log does not explain a failure, run the build on your own machine: AWS publishes its images and a local agent for
# Docker (`codebuild_build.sh`). Since 2025 you can also log in to a *sandbox*, a build environment that waits for you.
#
# > **Bill.** On AWS this lesson's builds fit into the free minutes, and five CodeCommit users are free. The repository,
# > projects and parameters cost nothing while they rest; S3 bills what the artifacts take.

# %%
for project in (leaky, thrifty, watched):
    builds.delete_project(name=project)
ssm.delete_parameter(Name="/fathom/printer")
cloudwatch.delete_alarms(AlarmNames=["builds-fail"])
print(commits.delete_repository(repositoryName=shop)["repositoryId"], "is gone")

# %% [markdown]
# ## To remember
#
# - `buildspec.yml` is CodeBuild's, `appspec.yml` CodeDeploy's, a template CloudFormation's or SAM's.
# - CodeCommit is Git in your account; IAM says who may pull and push, and a deny on `codecommit:References` protects a
#   branch.
# - Another account comes in by a role with temporary credentials and `git-remote-codecommit`, never by a shared key.
# - Triggers call Lambda or SNS on a push; pull requests and branches also send events to EventBridge.
# - After failed tests `post_build` and the upload still come; a failed `install` or `pre_build` ends the build.
# - `finally` always runs; `$CODEBUILD_BUILD_SUCCEEDING` says how things stand.
# - Secrets come by name from Parameter Store or Secrets Manager, read with the build's role, and show as `***`.
# - A started minute counts whole; in a VPC a build needs private subnets and a NAT gateway or endpoints.

# %% [markdown] question="federated"
# ### Question 1
#
# A company's developers sign in with their employee accounts and get roles in AWS; there are no IAM users. They need to
# clone from CodeCommit. What do you recommend?
#
# - [ ] **A** Generate Git credentials in IAM for the role.
#   > Git credentials belong to IAM users; a role cannot have any.
# - [ ] **B** Upload everybody's SSH key to the role.
#   > SSH keys, too, are uploaded for IAM users only.
# - [x] **C** Use `git-remote-codecommit` with the temporary credentials.
#   > It signs Git's requests with whatever credentials the AWS tools find, also with those of a role for an hour.
# - [ ] **D** Create one IAM user and share its password among the developers.
#   > Then nobody knows who pushed, and whoever leaves keeps the key.

# %% answer="federated"
answer = "C"

# %% check="federated" points=1
question("federated", answer)

# %% [markdown] question="broken-image"
# ### Question 2
#
# A project tests in `build` and pushes a Docker image in `post_build`. Yesterday an image with failing tests was
# pushed, although the build is marked as failed. What is the smallest right change?
#
# - [ ] **A** Set `on-failure: CONTINUE` in the phase `build`.
#   > It lets even more run after a failure.
# - [x] **B** In `post_build`, stop unless `CODEBUILD_BUILD_SUCCEEDING` is 1.
#   > `post_build` also runs after a failed `build`; the variable tells it. Pushing at the end of `build` works too.
# - [ ] **C** Move the tests to the `finally` block of `build`.
#   > `finally` runs whatever happened, and `post_build` comes after it all the same.
# - [ ] **D** Shorten the build timeout.
#   > Nothing took too long here.

# %% answer="broken-image"
answer = "B"

# %% check="broken-image" points=1
question("broken-image", answer)

# %% [markdown] question="no-internet"
# ### Question 3
#
# To reach a test database, a project got a `vpcConfig`. Since then it reaches the database, and `pip install` fails
# with a timeout. The chosen subnets are public ones, with a route to an internet gateway. Why?
#
# - [ ] **A** CodeBuild cannot use pip in a VPC.
#   > It can, once there is a way out of the network.
# - [ ] **B** The security group forbids incoming connections.
#   > pip opens connections from inside; nothing comes in by itself.
# - [ ] **C** The role lacks a permission for PyPI.
#   > IAM knows nothing of PyPI. This is a question of the network.
# - [x] **D** The container has no public address; it needs private subnets with a NAT gateway.
#   > An internet gateway serves only public addresses. A NAT gateway, or an endpoint to a package repository, helps.

# %% answer="no-internet"
answer = "D"

# %% check="no-internet" points=1
question("no-internet", answer)

# %% [markdown] question="where-code-lives"
# ### Question 4
#
# A bank asks for Git with pull requests, with IAM as the only login, and with code that does not leave its AWS account.
# A rich review page is not needed. Which service fits?
#
# - [x] **A** CodeCommit
#   > IAM users and roles, in the account, encrypted with KMS. Its plain pages are no obstacle here.
# - [ ] **B** GitHub, with a private repository
#   > Private, but with GitHub's own users, and outside the account.
# - [ ] **C** S3 with versioning
#   > It keeps versions of objects, but knows no commits, branches or pull requests.
# - [ ] **D** CodeArtifact
#   > It keeps packages that builds made, not source code.

# %% answer="where-code-lives"
answer = "A"

# %% check="where-code-lives" points=1
question("where-code-lives", answer)

# %%
progress()
