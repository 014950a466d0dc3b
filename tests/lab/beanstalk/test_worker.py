"""Worker environments: messages are posted, failures come back and end as dead letters, tasks run by the clock."""

from __future__ import annotations

import pytest

from course import lab
from tests.lab.beanstalk.market import PROFILE, client, launch, parts, profile, said, version

PAGE = """
import json

def application(environ, start_response):
    job = environ["wsgi.input"].read().decode()
    task, turn = environ.get("HTTP_X_AWS_SQSD_TASKNAME", ""), environ["HTTP_X_AWS_SQSD_RECEIVE_COUNT"]
    print(environ["PATH_INFO"], job, task, turn)
    start_response("500 broken" if "broken" in job else "200 OK", [])
    return [b""]
"""
CRON = 'version: 1\ncron:\n - name: count\n   url: /count\n   schedule: "0 */6 * * *"\n'
SQSD = "aws:elasticbeanstalk:sqsd"


@pytest.fixture
def queues():
    lab.start()
    profile()
    version("v1", {"application.py": PAGE, "cron.yaml": CRON})
    launch("market-jobs", PROFILE, (SQSD, "HttpPath", "/jobs"), (SQSD, "MaxRetries", "3"),
           Tier={"Name": "Worker", "Type": "SQS/HTTP"})  # fmt: skip
    yield [one["URL"] for one in parts("market-jobs")["Queues"]]
    lab.stop()


def log() -> list[str]:
    eb = client("elasticbeanstalk")
    eb.request_environment_info(EnvironmentName="market-jobs", InfoType="tail")
    found = eb.retrieve_environment_info(EnvironmentName="market-jobs", InfoType="tail")["EnvironmentInfo"][0]
    return [line for line in lab.http("GET", found["Message"]).body.splitlines() if line.startswith("/")]


def waiting(url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def test_a_message_is_posted_and_deleted(queues):
    client("sqs").send_message(QueueUrl=queues[0], MessageBody="weigh")
    lab.settle()
    assert "/jobs weigh  1" in log()
    assert waiting(queues[0]) == 0


def test_a_message_that_fails_comes_back_and_ends_as_a_dead_letter(queues):
    client("sqs").send_message(QueueUrl=queues[0], MessageBody="broken")
    lab.clock.advance(minutes=1)
    assert [line for line in log() if "broken" in line] == [f"/jobs broken  {turn}" for turn in (1, 2, 3)]
    assert [waiting(url) for url in queues] == [0, 1]


def test_a_task_of_cron_yaml_is_posted_to_its_own_path(queues):
    lab.clock.advance(hours=6)
    tasks = [line.split() for line in log() if line.startswith("/count")]
    assert [line[-2:] for line in tasks] == [["count", "1"]]


def test_a_worker_has_queues_and_no_address(queues):
    found = client("elasticbeanstalk").describe_environments(EnvironmentNames=["market-jobs"])["Environments"][0]
    assert found["Tier"]["Type"] == "SQS/HTTP"
    assert not found.get("CNAME")
    assert parts("market-jobs")["LoadBalancers"] == []
    assert len(queues) == 2


def test_a_cron_file_with_a_wrong_schedule_is_told():
    lab.start()
    profile()
    version("v1", {"application.py": PAGE, "cron.yaml": CRON.replace("0 */6 * * *", "every day")})
    launch("market-jobs", PROFILE, Tier={"Name": "Worker", "Type": "SQS/HTTP"})
    lab.clock.advance(minutes=1)
    assert any("Failed to parse cron.yaml" in one for one in said("market-jobs", "ERROR"))
    lab.stop()
