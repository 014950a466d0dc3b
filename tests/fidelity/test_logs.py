"""CloudWatch Logs: queries, exports, subscriptions, retention, classes. What the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect, refused
from tests.lab.logs.desk import arrived, ask, client, document, group, now, role, stream_of, write

_GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
_API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)
kept = collect(KEPT, _GUIDE)


def orders() -> Any:
    logs = group()
    for minutes, level, ms in [(12, "INFO", 20), (11, "ERROR", 300), (2, "INFO", 40), (1, "ERROR", 500)]:
        write(json.dumps({"level": level, "ms": ms, "user": {"id": 7}}), minutes=minutes)
    return logs


@behaviour("CWL_QuerySyntax-Filter.html")
def a_query_filters(world: World) -> bool:
    orders()
    rows = ask("fields ms | filter level = 'ERROR' and ms > 400")["rows"]
    return bool([row["ms"] for row in rows] == ["500"])


@behaviour("CWL_QuerySyntax-Stats.html")
def a_query_counts_by_a_field(world: World) -> bool:
    orders()
    rows = ask("stats count(*) as n, avg(ms) as mean by level | sort level")["rows"]
    return bool(rows == [{"level": "ERROR", "n": "2", "mean": "400"}, {"level": "INFO", "n": "2", "mean": "30"}])


@behaviour("CWL_QuerySyntax-Sort.html")
def a_query_sorts_numbers_as_numbers(world: World) -> bool:
    orders()
    rows = ask("fields ms | sort ms desc")["rows"]
    return bool([row["ms"] for row in rows] == ["500", "300", "40", "20"])


@behaviour("CWL_QuerySyntax-Parse.html")
def a_query_cuts_fields_out_of_text(world: World) -> bool:
    group()
    write("GET /pay took 12 ms")
    return bool(ask("parse @message '* * took * ms' as verb, path, ms | display path, ms")["rows"] == [
        {"path": "/pay", "ms": "12"}
    ])  # fmt: skip


@behaviour("CWL_AnalyzeLogData-discoverable-fields.html")
def fields_of_json_are_found(world: World) -> bool:
    orders()
    return bool(ask("fields user.id | limit 1")["rows"] == [{"user.id": "7"}])


@behaviour(f"{_API}/API_QueryStatistics.html")
def a_query_tells_what_it_scanned(world: World) -> bool:
    group()
    write("x" * 50, "y" * 50)
    found = ask("filter @message like /x/")["statistics"]
    return bool((found["recordsMatched"], found["recordsScanned"], found["bytesScanned"]) == (1, 2, 100))


@behaviour(f"{_API}/API_StartQuery.html")
def a_query_that_makes_no_sense_is_malformed(world: World) -> bool:
    group()
    return refused(lambda: ask("frobnicate @message"), "MalformedQueryException")


@behaviour(f"{_API}/API_StopQuery.html")
def a_query_can_be_stopped(world: World) -> bool:
    logs = group()
    sent = logs.start_query(logGroupName="shop", startTime=0, endTime=now() // 1000, queryString="fields @message")
    logs.stop_query(queryId=sent["queryId"])
    return bool(logs.get_query_results(queryId=sent["queryId"])["status"] == "Cancelled")


@behaviour(f"{_API}/API_PutQueryDefinition.html")
def a_query_is_saved(world: World) -> bool:
    logs = group()
    logs.put_query_definition(name="all", queryString="fields @message")
    return len(logs.describe_query_definitions()["queryDefinitions"]) == 1


@behaviour(f"{_API}/API_PutRetentionPolicy.html")
def events_expire(world: World) -> bool:
    logs = group()
    logs.put_retention_policy(logGroupName="shop", retentionInDays=1)
    write("old")
    world.advance(86_400 + 60)
    return not logs.filter_log_events(logGroupName="shop")["events"]


@behaviour(f"{_API}/API_RejectedLogEventsInfo.html")
def events_older_than_the_retention_are_rejected(world: World) -> bool:
    logs = group()
    logs.put_retention_policy(logGroupName="shop", retentionInDays=1)
    told = write("old", minutes=2 * 24 * 60)
    return bool(told["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1})


@behaviour(f"{_API}/API_RejectedLogEventsInfo.html")
def the_index_of_what_is_too_old_is_exclusive(world: World) -> bool:
    group()
    told = write("a", "b", minutes=15 * 24 * 60)
    return bool(told["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2})


@behaviour("CloudWatch_Logs_Log_Classes.html")
def the_infrequent_class_has_no_subscriptions(world: World) -> bool:
    logs = group("audit", logGroupClass="INFREQUENT_ACCESS")
    ship, arn = role("ship", "kinesis:PutRecord"), stream_of("central")
    return refused(
        lambda: logs.put_subscription_filter(
            logGroupName="audit", filterName="f", filterPattern="", destinationArn=arn, roleArn=ship
        ),
        "InvalidOperationException",
    )


@behaviour(f"{_API}/API_LogGroup.html")
def a_group_tells_its_class(world: World) -> bool:
    logs = group("audit", logGroupClass="INFREQUENT_ACCESS")
    return bool(logs.describe_log_groups()["logGroups"][0]["logGroupClass"] == "INFREQUENT_ACCESS")


@behaviour("SubscriptionFilters.html")
def a_subscription_chooses(world: World) -> bool:
    logs, arn = group(), stream_of("central")
    logs.put_subscription_filter(
        logGroupName="shop", filterName="f", filterPattern="ERROR", destinationArn=arn,
        roleArn=role("ship", "kinesis:PutRecord"),
    )  # fmt: skip
    write("ERROR a", "fine")
    return [one["message"] for one in arrived(arn)[0]["logEvents"]] == ["ERROR a"]


@behaviour(f"{_API}/API_PutSubscriptionFilter.html")
def a_subscription_of_two_is_replaced(world: World) -> bool:
    logs, arn, ship = group(), stream_of("central"), role("ship", "kinesis:PutRecord")
    for name, pattern in [("one", "A"), ("two", "B"), ("two", "C")]:
        logs.put_subscription_filter(
            logGroupName="shop", filterName=name, filterPattern=pattern, destinationArn=arn, roleArn=ship
        )
    return True


@behaviour("SubscriptionFilters.html")
def a_stream_needs_a_role(world: World) -> bool:
    logs, arn = group(), stream_of("central")
    code = code_of(
        logs.put_subscription_filter, logGroupName="shop", filterName="f", filterPattern="", destinationArn=arn
    )
    return code == "InvalidParameterException"


@behaviour(f"{_API}/API_PutDestinationPolicy.html")
def a_destination_takes_those_whom_its_policy_names(world: World) -> bool:
    logs, arn = group(), stream_of("central")
    made = logs.put_destination(destinationName="d", targetArn=arn, roleArn=role("ship", "kinesis:PutRecord"))
    where = made["destination"]["arn"]
    new: Any = {"logGroupName": "shop", "filterName": "f", "filterPattern": "", "destinationArn": where}
    before = code_of(logs.put_subscription_filter, **new)
    let_in = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Resource": where}
    policy = document(let_in | {"Action": "logs:PutSubscriptionFilter"})
    logs.put_destination_policy(destinationName="d", accessPolicy=json.dumps(policy))
    logs.put_subscription_filter(**new)
    write("hello")
    return before == "AccessDeniedException" and len(arrived(arn)) == 1


def export(logs: Any) -> Any:
    return logs.create_export_task(logGroupName="shop", fromTime=now(60), to=now(), destination="archive")


def archive(open_to_logs: bool) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="archive")
    if open_to_logs:
        who, arn = {"Service": "logs.us-east-1.amazonaws.com"}, "arn:aws:s3:::archive"
        policy = document(
            {"Effect": "Allow", "Principal": who, "Action": "s3:GetBucketAcl", "Resource": arn},
            {"Effect": "Allow", "Principal": who, "Action": "s3:PutObject", "Resource": f"{arn}/*"},
        )
        s3.put_bucket_policy(Bucket="archive", Policy=json.dumps(policy))


@behaviour("S3ExportTasks.html")
def an_export_needs_the_bucket_policy(world: World) -> bool:
    archive(open_to_logs=False)
    return refused(lambda: export(group()), "InvalidParameterException")


@behaviour(f"{_API}/API_CreateExportTask.html")
def one_export_at_a_time(world: World) -> bool:
    archive(open_to_logs=True)
    logs = group()
    export(logs)
    return refused(lambda: export(logs), "LimitExceededException")


@behaviour("S3Export.html")
def what_just_came_is_not_exported(world: World) -> bool:
    archive(open_to_logs=True)
    logs = group()
    write("new", minutes=1)
    export(logs)
    world.advance(300)
    task = logs.describe_export_tasks()["exportTasks"][0]
    keys = client("s3").list_objects_v2(Bucket="archive").get("Contents", [])
    return task["status"]["code"] == "COMPLETED" and not [one for one in keys if one["Key"].endswith(".gz")]


@kept(f"{_API}/API_PutLogEvents.html")
def events_out_of_order_are_refused(world: World) -> bool:
    logs = group()
    events = [{"timestamp": now(1), "message": "b"}, {"timestamp": now(2), "message": "a"}]
    code = code_of(logs.put_log_events, logGroupName="shop", logStreamName="one", logEvents=events)
    return code == "InvalidParameterException"


_CLOSED = [one.shows.__name__ for one in CLOSED]
_KEPT = [one.shows.__name__ for one in KEPT]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=_CLOSED + _KEPT)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"


@pytest.mark.parametrize("one", KEPT, ids=_KEPT)
def test_bare_moto_shows_what_is_kept(one: Behaviour, in_bare_moto: World) -> None:
    assert one.is_seen(in_bare_moto), f"moto does it otherwise now ({one.source})"
