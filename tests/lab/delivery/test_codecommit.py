"""CodeCommit: commits, branches, pull requests and triggers on a true Git repository."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from dulwich import porcelain

from course.lab.codecommit.store import kept
from course.lab.place import Place
from tests.lab.lambda_sample import ECHO, got, make
from tests.policies import letting_in


@pytest.fixture
def commits():
    client = boto3.client("codecommit")
    client.create_repository(repositoryName="shop", repositoryDescription="the shop")
    return client


def put(client, path, text, branch="main", parent=""):
    more = {"parentCommitId": parent} if parent else {}
    return client.put_file(
        repositoryName="shop", branchName=branch, filePath=path, fileContent=text.encode(), commitMessage=path, **more
    )["commitId"]  # fmt: skip


def text(client, path, branch="main"):
    return client.get_file(repositoryName="shop", filePath=path, commitSpecifier=branch)["fileContent"].decode()


def test_files_and_their_history(commits):
    first = put(commits, "src/app.py", "print(1)")
    second = put(commits, "README.md", "# shop", parent=first)
    assert text(commits, "src/app.py") == "print(1)"
    assert commits.get_commit(repositoryName="shop", commitId=second)["commit"]["parents"] == [first]
    folder = commits.get_folder(repositoryName="shop", folderPath="/")
    assert [one["relativePath"] for one in folder["files"]] == ["README.md"]
    assert [one["relativePath"] for one in folder["subFolders"]] == ["src"]
    assert commits.get_repository(repositoryName="shop")["repositoryMetadata"]["defaultBranch"] == "main"


def test_who_did_not_see_the_last_commit_is_refused(commits):
    first = put(commits, "a", "1")
    put(commits, "a", "2", parent=first)
    with pytest.raises(ClientError, match="ParentCommitIdOutdatedException"):
        put(commits, "a", "3", parent=first)
    with pytest.raises(ClientError, match="ParentCommitIdRequiredException"):
        put(commits, "a", "3")


def test_it_is_a_git_repository_that_git_can_clone(commits, tmp_path):
    first = put(commits, "a.txt", "hello")
    path = kept(Place("123456789012", "us-east-1")).repositories["shop"].path
    clone = porcelain.clone(str(path), str(tmp_path / "clone"))
    assert (tmp_path / "clone" / "a.txt").read_text() == "hello"
    assert clone.head().decode() == first


@pytest.fixture
def branches(commits):
    """A branch `feature` with a change of its own."""
    first = put(commits, "a.txt", "one\n")
    commits.create_branch(repositoryName="shop", branchName="feature", commitId=first)
    put(commits, "b.txt", "new\n", branch="feature", parent=first)
    return first


def pull(commits):
    return commits.create_pull_request(title="b", targets=[
        {"repositoryName": "shop", "sourceReference": "feature", "destinationReference": "main"}
    ])["pullRequest"]["pullRequestId"]  # fmt: skip


@pytest.mark.parametrize("way", ["fast_forward", "squash", "three_way"])
def test_a_pull_request_brings_a_branch_home(commits, branches, way):
    number = pull(commits)
    merged = getattr(commits, f"merge_pull_request_by_{way}")(pullRequestId=number, repositoryName="shop")[
        "pullRequest"
    ]
    assert (merged["pullRequestStatus"], text(commits, "b.txt")) == ("CLOSED", "new\n")


def test_both_sides_may_have_gone_on_but_not_in_the_same_file(commits, branches):
    put(commits, "c.txt", "other\n", parent=branches)
    number = pull(commits)
    with pytest.raises(ClientError, match="ManualMergeRequiredException"):
        commits.merge_pull_request_by_fast_forward(pullRequestId=number, repositoryName="shop")
    commits.merge_pull_request_by_three_way(pullRequestId=number, repositoryName="shop")
    assert (text(commits, "b.txt"), text(commits, "c.txt")) == ("new\n", "other\n")


def test_a_conflict_is_for_people(commits, branches):
    put(commits, "b.txt", "mine\n", parent=branches)
    found = commits.get_merge_conflicts(
        repositoryName="shop", sourceCommitSpecifier="feature", destinationCommitSpecifier="main",
        mergeOption="THREE_WAY_MERGE",
    )  # fmt: skip
    assert not found["mergeable"]
    assert found["conflictMetadataList"][0]["filePath"] == "b.txt"
    with pytest.raises(ClientError, match=r"Both branches changed b\.txt"):
        commits.merge_pull_request_by_three_way(pullRequestId=pull(commits), repositoryName="shop")


def test_differences_between_two_commits(commits, branches):
    rows = commits.get_differences(repositoryName="shop", beforeCommitSpecifier="main", afterCommitSpecifier="feature")
    assert [(one["changeType"], one["afterBlob"]["path"]) for one in rows["differences"]] == [("A", "b.txt")]


def test_an_author_cannot_approve(commits, branches):
    with pytest.raises(ClientError, match="PullRequestCannotBeApprovedByAuthorException"):
        commits.update_pull_request_approval_state(pullRequestId=pull(commits), revisionId="1", approvalState="APPROVE")


def test_a_push_fires_the_triggers_of_its_branch(commits):
    arn = make(ECHO)
    commits.put_repository_triggers(repositoryName="shop", triggers=[
        {"name": "build", "destinationArn": arn, "branches": ["main"], "events": ["updateReference"]}])  # fmt: skip
    first = put(commits, "a", "1")
    put(commits, "a", "2", parent=first)
    commits.create_branch(repositoryName="shop", branchName="other", commitId=first)
    from course import lab

    lab.settle()
    assert [one["Records"][0]["eventTriggerName"] for one in got()] == ["build"]


def test_a_push_is_an_event(commits):
    url = boto3.client("sqs").create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    events = boto3.client("events")
    pattern = {"source": ["aws.codecommit"], "detail": {"event": ["referenceCreated"], "referenceName": ["main"]}}
    events.put_rule(Name="pushes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="pushes", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:seen"}])
    made = put(commits, "a", "1")
    body = json.loads(boto3.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert body["detail"]["commitId"] == made


def test_a_blob_is_read_by_its_id(commits):
    commits.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"hello")
    found = commits.get_differences(repositoryName="shop", afterCommitSpecifier="main")["differences"][0]
    blob = found["afterBlob"]["blobId"]
    assert commits.get_blob(repositoryName="shop", blobId=blob)["content"] == b"hello"
    with pytest.raises(ClientError, match="BlobIdDoesNotExistException"):
        commits.get_blob(repositoryName="shop", blobId="0" * 40)


def test_the_same_file_again_is_refused(commits):
    first = commits.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"1")["commitId"]
    with pytest.raises(ClientError, match="SameFileContentException"):
        commits.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"1", parentCommitId=first)


def test_a_function_reads_the_repository(commits):
    first = commits.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"hello")["commitId"]
    code = "import boto3\ndef handler(event, context):\n" + (
        "    commits = boto3.client('codecommit')\n"
        "    return commits.get_commit(repositoryName='shop', commitId=event)['commit']['commitId']\n"
    )
    make(code, name="reader")
    answer = boto3.client("lambda").invoke(FunctionName="reader", Payload=json.dumps(first))
    assert json.loads(answer["Payload"].read()) == first
