"""Log groups: what they take, how long they keep it, and what their class allows."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.logs.desk import ask, group, now, write


@pytest.fixture
def logs():
    lab.start()
    yield group()
    lab.stop()


def messages(logs):
    return [one["message"] for one in logs.get_log_events(logGroupName="shop", logStreamName="one")["events"]]


def test_events_leave_when_their_time_is_over(logs):
    write("old")
    lab.clock.advance(days=5)
    write("young")
    logs.put_retention_policy(logGroupName="shop", retentionInDays=7)
    assert messages(logs) == ["old", "young"]
    lab.clock.advance(days=3)
    assert messages(logs) == ["young"]
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == len("young")
    assert ask("fields @message", hours=24 * 30)["statistics"]["recordsScanned"] == 1


def test_without_a_policy_nothing_ever_leaves(logs):
    write("old")
    lab.clock.advance(days=4000)
    assert messages(logs) == ["old"]


def test_a_batch_says_which_events_it_did_not_take(logs):
    logs.put_retention_policy(logGroupName="shop", retentionInDays=1)
    hour = 60
    events = [{"timestamp": now(26 * hour), "message": "expired"}, {"timestamp": now(3 * hour), "message": "taken"}]
    told = logs.put_log_events(logGroupName="shop", logStreamName="one", logEvents=events)["rejectedLogEventsInfo"]
    assert told == {"expiredLogEventEndIndex": 1}
    assert messages(logs) == ["taken"]


def test_too_old_and_too_new_are_told_apart(logs):
    day = 24 * 60
    old = [{"timestamp": now(15 * day) + place, "message": f"{place}"} for place in range(3)]
    told = logs.put_log_events(logGroupName="shop", logStreamName="one", logEvents=old)["rejectedLogEventsInfo"]
    assert told == {"tooOldLogEventEndIndex": 3}
    new = [{"timestamp": now(), "message": "now"}, *({"timestamp": now(-180) + n, "message": "x"} for n in range(2))]
    told = logs.put_log_events(logGroupName="shop", logStreamName="one", logEvents=new)["rejectedLogEventsInfo"]
    assert told == {"tooNewLogEventStartIndex": 1}
    assert messages(logs) == ["now"]


def test_the_cheaper_class_only_takes_and_queries(logs):
    cheap = group("audit", logGroupClass="INFREQUENT_ACCESS")
    found = cheap.describe_log_groups(logGroupNamePrefix="audit")["logGroups"][0]
    assert found["logGroupClass"] == "INFREQUENT_ACCESS"
    write("a", name="audit")
    assert ask("stats count(*) as n", "audit")["rows"] == [{"n": "1"}]
    with pytest.raises(ClientError, match="Standard log class"):
        cheap.filter_log_events(logGroupName="audit")
    change = {"metricNamespace": "A", "metricName": "B", "metricValue": "1"}
    with pytest.raises(ClientError, match="InvalidOperationException"):
        cheap.put_metric_filter(logGroupName="audit", filterName="f", filterPattern="", metricTransformations=[change])


def test_a_group_is_standard_unless_it_says_otherwise(logs):
    boto3.client("logs").create_log_group(logGroupName="plain")
    assert logs.describe_log_groups(logGroupNamePrefix="plain")["logGroups"][0]["logGroupClass"] == "STANDARD"


def test_filters_go_with_their_group(logs):
    change = {"metricNamespace": "A", "metricName": "B", "metricValue": "1"}
    logs.put_metric_filter(logGroupName="shop", filterName="f", filterPattern="", metricTransformations=[change])
    logs.delete_log_group(logGroupName="shop")
    group()
    write("a")
    assert logs.describe_metric_filters(logGroupName="shop")["metricFilters"] == []
    assert boto3.client("cloudwatch").list_metrics(Namespace="A")["Metrics"] == []
