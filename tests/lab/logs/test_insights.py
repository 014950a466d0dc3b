"""Logs Insights: what queries answer."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import make
from tests.lab.logs.desk import ask, group, now, write


@pytest.fixture
def logs():
    lab.start()
    yield group()
    lab.stop()


def orders():
    for minutes, level, path, ms in [
        (21, "INFO", "/cart", 20), (20, "ERROR", "/pay", 300), (11, "INFO", "/pay", 40), (10, "ERROR", "/pay", 500),
    ]:  # fmt: skip
        write(json.dumps({"level": level, "path": path, "ms": ms, "user": {"id": ms // 10}}), minutes=minutes)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("fields level, user.id | filter level = 'ERROR' | sort ms asc",
         [{"level": "ERROR", "user.id": "30"}, {"level": "ERROR", "user.id": "50"}]),
        ("filter ms > 40 and path != '/cart' | display ms", [{"ms": "500"}, {"ms": "300"}]),
        ("filter path in ['/cart'] or ms >= 500 | display path", [{"path": "/pay"}, {"path": "/cart"}]),
        ("filter @message not like /ERROR/ | display ms", [{"ms": "40"}, {"ms": "20"}]),
        ("filter path like 'ca' | display path", [{"path": "/cart"}]),
        ("filter not (level = 'ERROR') | stats count(*) as n", [{"n": "2"}]),
        ("stats count(*) as n, avg(ms) as mean by level | sort n desc, level asc",
         [{"level": "ERROR", "n": "2", "mean": "400"}, {"level": "INFO", "n": "2", "mean": "30"}]),
        ("stats min(ms), max(ms), sum(ms) / count(*) as mean, pct(ms, 50), count_distinct(path)",
         [{"min(ms)": "20", "max(ms)": "500", "mean": "215", "pct(ms, 50)": "170", "count_distinct(path)": "2"}]),
        ("stats earliest(ms) as first, latest(ms) as last", [{"first": "20", "last": "500"}]),
        ("filter level = 'NONE' | stats count(*) as n", [{"n": "0"}]),
        ("dedup path | display path, ms", [{"path": "/pay", "ms": "500"}, {"path": "/cart", "ms": "20"}]),
        ("display ms | limit 1", [{"ms": "500"}]),
        ("fields strlen(path) + 1 as n, toupper(level) as loud | sort @timestamp | limit 1",
         [{"n": "6", "loud": "INFO"}]),
        ("parse @message '\"path\": \"/*\", \"ms\": *,' as page, took | stats sum(took) as all by page | sort page",
         [{"page": "cart", "all": "20"}, {"page": "pay", "all": "840"}]),
        (r"parse @message /ms.: (?<took>\d+)/ | stats max(took) as slowest # the worst", [{"slowest": "500"}]),
        ("filter nothing != 1 | stats count(*) as n", [{"n": "0"}]),
        ("filter ispresent(nothing) | stats count(*) as n", [{"n": "0"}]),
    ],
)  # fmt: skip
def test_what_queries_answer(logs, query, rows):
    orders()
    assert ask(query)["rows"] == rows


def test_bins_count_by_time(logs):
    orders()
    rows = ask("stats count(*) as n by bin(1h) as hour | sort hour")["rows"]
    assert sum(int(row["n"]) for row in rows) == 4
    assert all(row["hour"].endswith(":00:00.000") for row in rows)
    assert ask("stats count(*) as n by bin(1h) | display bin(1h), n | sort bin(1h)")["rows"] == [
        {"bin(1h)": row["hour"], "n": row["n"]} for row in rows
    ]


def test_all_that_was_read_is_scanned_whatever_fits(logs):
    write("x" * 90, minutes=5)
    write("y" * 10, minutes=120)
    found = ask("filter @message like 'nothing'", hours=1)["statistics"]
    assert (found["bytesScanned"], found["recordsScanned"], found["recordsMatched"]) == (90, 1, 0)


def test_a_query_is_running_at_first_and_may_be_stopped(logs):
    sent = logs.start_query(logGroupName="shop", startTime=0, endTime=now() // 1000, queryString="fields @message")
    assert logs.get_query_results(queryId=sent["queryId"])["status"] == "Running"
    logs.stop_query(queryId=sent["queryId"])
    assert logs.get_query_results(queryId=sent["queryId"])["status"] == "Cancelled"
    with pytest.raises(ClientError, match="not running"):
        logs.stop_query(queryId=sent["queryId"])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("fields @message | pattern @message", "does not run the command pattern"),
        ("select * from shop", "unexpected symbol found select"),
        ("fields @message | filter level =", "<EOF>"),
        ("fields avg(ms)", "belongs into the stats command"),
        ("stats ms by path", "stats needs a function"),
        ("fields nonsense(ms)", "nonsense"),
        ("parse @message 'a * b *' as one", "2 stars"),
        ("fields @message limit 5", "unexpected symbol found limit at line 1 and position 16"),
    ],
)
def test_what_is_not_understood_is_named(logs, query, says):
    with pytest.raises(ClientError, match="MalformedQueryException") as refused:
        ask(query)
    assert says in str(refused.value)


def test_several_groups_tell_whose_event_it_is(logs):
    group("pay", "two")
    write("a")
    write("b", name="pay", stream="two", minutes=1)
    sent = logs.start_query(
        logGroupNames=["shop", "pay"], startTime=now(60) // 1000, endTime=now() // 1000,
        queryString="fields @log, @logStream",
    )  # fmt: skip
    lab.clock.advance(minutes=1)
    rows = logs.get_query_results(queryId=sent["queryId"])["results"]
    assert [[one["value"] for one in row[:2]] for row in rows] == [
        ["123456789012:shop", "one"],
        ["123456789012:pay", "two"],
    ]
    record = logs.get_log_record(logRecordPointer=rows[1][2]["value"])["logRecord"]
    assert record["@message"] == "b"


def test_reports_of_functions_have_fields(logs):
    make("def handler(event, context):\n    print('{\"paid\": 7}')\n", name="pay")
    boto3.client("lambda").invoke(FunctionName="pay")
    rows = ask("filter @type = 'REPORT' | display @memorySize / 1000000 as mb, @billedDuration > 0 as billed",
               "/aws/lambda/pay")["rows"]  # fmt: skip
    assert rows == [{"mb": "128", "billed": "1"}]
    assert ask("filter paid = 7 | stats count(*) as n", "/aws/lambda/pay")["rows"] == [{"n": "1"}]


def test_queries_are_saved(logs):
    kept = logs.put_query_definition(name="errors", queryString="filter level = 'ERROR'")["queryDefinitionId"]
    assert [one["name"] for one in logs.describe_query_definitions()["queryDefinitions"]] == ["errors"]
    logs.delete_query_definition(queryDefinitionId=kept)
    assert logs.describe_query_definitions()["queryDefinitions"] == []
    with pytest.raises(ClientError):
        logs.put_query_definition(name="bad", queryString="nonsense")
