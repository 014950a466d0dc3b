"""Traces: what is kept, summed up and drawn."""

from __future__ import annotations

import datetime as dt

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.xray.segments import client, found, frame, new_id, new_trace, put, segment, site_and_api


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": None}, "MissingId"),
        ({"id": "53995c3f"}, "InvalidId"),
        ({"name": None}, "MissingName"),
        ({"name": "x" * 201}, "InvalidName"),
        ({"trace_id": None}, "MissingTraceId"),
        ({"start_time": None}, "MissingStartTime"),
        ({"start_time": "10:00"}, "InvalidStartTime"),
        ({"end_time": None}, "MissingEndTime"),
        ({"parent_id": "site"}, "InvalidParentId"),
        ({"type": "subsegment"}, "MissingParentId"),
        ({"subsegments": [{"name": "work"}]}, "MissingId"),
    ],
)
def test_a_document_that_is_wrong_is_told_and_not_kept(change, code):
    good, bad = segment(), {name: one for name, one in {**segment(), **change}.items() if one is not None}
    assert [one["ErrorCode"] for one in put(good, bad)] == [code]
    assert found() == [good["trace_id"]]


def test_text_that_is_no_json_is_told():
    [one] = client().put_trace_segments(TraceSegmentDocuments=["{"])["UnprocessedTraceSegments"]
    assert one["ErrorCode"] == "ParseError"


@pytest.mark.parametrize("days", [8, -1])
def test_a_segment_is_neither_old_nor_of_the_future(days):
    then = lab.clock.now().timestamp() - days * 86_400
    late = segment(trace_id=new_trace(then), start_time=then, end_time=then + 1)
    assert [one["ErrorCode"] for one in put(late)] == ["InvalidStartTime"]


def test_a_trace_can_grow_for_seven_days():
    trace = site_and_api()
    lab.clock.advance(days=6)
    assert put(segment(trace_id=trace)) == []
    lab.clock.advance(days=2)
    assert len(put(segment(trace_id=trace))) == 1


def test_ids_of_opentelemetry_are_random():
    put(segment(trace_id="1-4efaaf4d-1e8720b39541901950019ee5"))
    assert found() == ["1-4efaaf4d-1e8720b39541901950019ee5"]


def test_summaries_come_in_pages():
    put(*(segment() for _ in range(120)))
    first = client().get_trace_summaries(**frame())
    assert len(first["TraceSummaries"]) < 120
    assert "NextToken" in first
    assert len(found()) == 120


def test_the_time_of_the_trace_the_event_and_the_service():
    start = lab.clock.now()
    trace = site_and_api()
    lab.clock.advance(hours=1)
    put({**segment("late", trace_id=trace), "parent_id": "00000000000000aa"})
    last_minutes = {"StartTime": lab.clock.now() - dt.timedelta(minutes=5), "EndTime": lab.clock.now()}
    assert found(**last_minutes) == []
    assert found(**last_minutes, TimeRangeType="Event") == [trace]
    assert found(StartTime=start - dt.timedelta(minutes=5), EndTime=lab.clock.now()) == [trace]


def test_time_does_not_run_backwards():
    now = lab.clock.now()
    with pytest.raises(ClientError, match="before start"):
        client().get_trace_summaries(StartTime=now, EndTime=now - dt.timedelta(minutes=1))


def test_a_subsegment_sent_apart_belongs_to_its_segment():
    whole = segment()
    inner = segment("DynamoDB", 0.1, type="subsegment", trace_id=whole["trace_id"], parent_id=whole["id"])
    put(whole, {**inner, "namespace": "aws", "aws": {"table_name": "orders"}})
    assert len(found('edge("site", "orders")')) == 1


def test_a_caller_whose_callee_sends_a_segment_has_no_inferred_one():
    site_and_api()
    names = [one["Name"] for one in client().get_service_graph(**frame())["Services"]]
    assert names.count("api") == 1


def test_edges_count_and_time():
    for _ in range(3):
        site_and_api()
    nodes = {one["Name"]: one for one in client().get_service_graph(**frame())["Services"] if one["State"] == "active"}
    [edge] = nodes["site"]["Edges"]
    assert edge["ReferenceId"] == nodes["api"]["ReferenceId"]
    assert edge["SummaryStatistics"]["TotalCount"] == 3
    assert edge["ResponseTimeHistogram"] == [{"Value": 0.8, "Count": 3}]
    assert nodes["site"]["Root"]


def test_minutes_of_the_entry_point():
    for _ in range(3):
        put(segment())
        lab.clock.advance(minutes=1)
    said = client().get_time_series_service_statistics(**frame(), Period=60)["TimeSeriesServiceStatistics"]
    assert [one["ServiceSummaryStatistics"]["TotalCount"] for one in said] == [1, 1, 1]


def test_fifty_annotations_are_indexed():
    put(segment(annotations={f"key{number}": number for number in range(51)}))
    assert found("annotation.key49")
    assert not found("annotation.key50")


def test_a_group_draws_its_own_graph():
    client().create_group(GroupName="broken", FilterExpression='service("api") { fault }')
    site_and_api(500)
    put(segment("other"))
    services = client().get_service_graph(**frame(), GroupName="broken")["Services"]
    assert "other" not in {one["Name"] for one in services}


def test_a_loop_of_parents_ends():
    one, two = segment("one"), segment("two")
    put({**one, "parent_id": two["id"]}, {**two, "trace_id": one["trace_id"], "parent_id": one["id"]})
    assert len(client().get_service_graph(**frame())["Services"]) == 2


def test_traces_recorded_and_read_are_billed():
    trace = site_and_api()
    client().batch_get_traces(TraceIds=[trace])
    found()
    uses = {line.item.rpartition(" ")[2]: line.quantity for line in lab.bill().lines}
    assert uses == {"traces-recorded": 1, "traces-retrieved-scanned": 2}


def test_reset_forgets_all():
    put(segment())
    lab.reset()
    assert found() == []


def test_ids_are_hexadecimal():
    assert put(segment(id=new_id().upper())) == []
