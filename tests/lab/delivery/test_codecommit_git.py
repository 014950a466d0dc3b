"""Git's own commands on a repository's clone address, and branches that a policy protects."""

from __future__ import annotations

import json
from contextlib import closing

import boto3
import pytest
from botocore.exceptions import ClientError
from dulwich import porcelain
from dulwich.client import get_transport_and_path
from dulwich.errors import NotGitRepository

from course import lab

QUIET = {"errstream": porcelain.NoneStream(), "outstream": porcelain.NoneStream()}


@pytest.fixture
def commits():
    client = boto3.client("codecommit")
    client.create_repository(repositoryName="shop")
    return client


def address(client):
    return client.get_repository(repositoryName="shop")["repositoryMetadata"]["cloneUrlHttp"]


def pushed(client, folder, name, text, refspec="HEAD:main"):
    """Clone, commit a file, push; the commit's id."""
    with closing(porcelain.clone(address(client), str(folder), errstream=porcelain.NoneStream())) as clone:
        (folder / name).write_text(text)
        porcelain.add(clone, [str(folder / name)])
        made = porcelain.commit(clone, message=b"by hand", author=b"Ann <ann@example.com>", committer=b"Ann <a@b.c>")
        branch = porcelain.active_branch(clone).decode()
        porcelain.push(clone, "origin", refspec.replace("HEAD", branch), **QUIET)
    return made.decode()


def test_a_clone_is_pushed_to_its_clone_address(commits, tmp_path):
    made = pushed(commits, tmp_path / "here", "a.txt", "hello")
    assert commits.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"] == made
    assert commits.get_file(repositoryName="shop", filePath="a.txt")["fileContent"] == b"hello"
    assert pushed(commits, tmp_path / "there", "b.txt", "more") != made
    assert (tmp_path / "there" / "a.txt").read_text() == "hello"


def test_a_push_fires_a_trigger(commits, tmp_path):
    topic = boto3.client("sns").create_topic(Name="pushes")["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}
    ]}  # fmt: skip
    queue = boto3.client("sqs").create_queue(QueueName="seen", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:seen")
    commits.put_repository_triggers(repositoryName="shop", triggers=[
        {"name": "tell", "destinationArn": topic, "events": ["all"], "branches": ["main"]}])  # fmt: skip
    made = pushed(commits, tmp_path / "here", "a.txt", "hello")
    lab.settle()
    said = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    record = json.loads(json.loads(said)["Message"])["Records"][0]["codecommit"]["references"][0]
    assert (record["commit"], record["ref"], record["created"]) == (made, "refs/heads/main", True)


def test_a_repository_that_is_not_there_cannot_be_cloned(commits, tmp_path):
    with pytest.raises(NotGitRepository, match="nobody"):
        porcelain.clone(address(commits).replace("shop", "nobody"), str(tmp_path / "x"))


def test_other_addresses_stay_git_over_http():
    client, _ = get_transport_and_path("https://github.com/some/thing.git")
    assert type(client).__name__ == "Urllib3HttpGitClient"


def test_a_policy_protects_a_branch(commits):
    first = commits.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"1")["commitId"]
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["codecommit:PutFile", "codecommit:MergePullRequest*"], "Resource": "*",
         "Condition": {"StringEqualsIfExists": {"codecommit:References": "refs/heads/main"},
                       "Null": {"codecommit:References": "false"}}}]}  # fmt: skip
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="work", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"]).client("codecommit")
    with lab.enforce_iam():
        ann.create_branch(repositoryName="shop", branchName="dev", commitId=first)
        ann.put_file(repositoryName="shop", branchName="dev", filePath="b", fileContent=b"1", parentCommitId=first)
        with pytest.raises(ClientError, match="AccessDenied"):
            ann.put_file(repositoryName="shop", branchName="main", filePath="b", fileContent=b"1", parentCommitId=first)
        number = ann.create_pull_request(title="b", targets=[
            {"repositoryName": "shop", "sourceReference": "dev", "destinationReference": "main"}
        ])["pullRequest"]["pullRequestId"]  # fmt: skip
        with pytest.raises(ClientError, match="AccessDenied"):
            ann.merge_pull_request_by_squash(pullRequestId=number, repositoryName="shop")
