"""Filter expressions: what they find, and what they say about nonsense."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.xray.filter_syntax import BadFilter, parse
from tests.lab.xray.segments import client, found, frame, http, put, segment, site_and_api


@pytest.fixture
def account():
    lab.start()
    yield
    lab.stop()


ANNOTATIONS = {"customer": "Ada", "items": 3, "vip": True}
REQUEST = http(201, "POST", "https://shop.example/v2/orders")
WHAT_IT_IS = {"annotations": ANNOTATIONS, "user": "dana", "http": REQUEST, "origin": "AWS::EC2::Instance"}


@pytest.mark.parametrize(
    "expression",
    [
        "ok",
        "!error",
        "fault = false",
        "ok !partial duration < 3",
        "responseTime > 0.4 AND responsetime <= 0.6",
        "http.status >= 200 AND http.status < 300",
        'http.url CONTAINS "/v2/"',
        'http.url BEGINSWITH "https://shop"',
        'http.url ENDSWITH "orders"',
        "http.url",
        'user CONTAINS ""',
        'annotation.customer = "Ada"',
        'annotation[customer] = "Ada"',
        'annotation["customer"] != "Grace"',
        "annotation.items > 2",
        "annotation.vip",
        "!annotation.age",
        "annotation.customer",
        'service("site")',
        "service() { ok }",
        'service(id(name: "site", type: "AWS::EC2::Instance")) { root = true }',
        'NOT service("api")',
        "fault OR (error OR ok)",
        'error AND fault OR user = "dana"',
    ],
)
def test_the_trace_is_found(account, expression):
    put(segment("site", 0.5, **WHAT_IT_IS))
    assert len(found(expression)) == 1


@pytest.mark.parametrize(
    "expression",
    [
        "!ok",
        "error OR fault",
        "responsetime > 0.6",
        'annotation.customer = "ada"',
        "annotation.items = 4",
        "annotation.age",
        'annotation.items = "3"',
        "!annotation.vip",
        'service("api")',
        'service("site") { fault }',
        'edge("site", "api")',
        'service(id(name: "site", type: "AWS::Lambda"))',
        'user = "dana" AND error',
    ],
)
def test_the_trace_is_not_found(account, expression):
    put(segment("site", 0.5, **WHAT_IT_IS))
    assert found(expression) == []


def test_metadata_cannot_be_searched(account):
    put(segment(metadata={"customer": "Ada"}))
    assert found('annotation.customer = "Ada"') == []


def test_a_subsegment_has_annotations_too(account):
    whole = segment()
    inner = {"id": "53995c3f42cd8ad8", "name": "work", "start_time": 1.0, "end_time": 2.0}
    put({**whole, "subsegments": [{**inner, "annotations": {"step": "resize"}}]})
    assert len(found('annotation.step = "resize"')) == 1


def test_what_stands_in_braces_is_about_one_service(account):
    trace = site_and_api(status=500)
    assert found('service("api") { fault AND responsetime > 0.5 }') == [trace]
    assert found('service("site") { fault }') == []
    assert found('edge("api", "orders") { responsetime < 0.3 }') == [trace]
    assert found("fault") == []


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "ends too early|Expected a keyword"),
        ("colour = 5", "Unknown keyword colour"),
        ("http.status = '200'", "Unexpected character"),
        ('http.status = "200"', "a number"),
        ("user = dana", "quotation marks"),
        ("user > 3", "cannot be used with user"),
        ("ok = 1", "true or false"),
        ("ok AND", "Expected a keyword"),
        ("(ok", r"Expected \)"),
        ("ok)", "Unexpected"),
        ('service("a", "b")', "Expected 1 names"),
        ('service("a") { annotation.x = 1 }', "cannot stand within the braces"),
        ('rootcause.fault.service { name = "a" }', "root causes"),
    ],
)
def test_nonsense_is_named(expression, said):
    with pytest.raises(BadFilter, match=said):
        parse(expression)


def test_a_group_must_be_there(account):
    put(segment())
    with pytest.raises(ClientError, match="no group slow"):
        client().get_trace_summaries(**frame(), FilterExpression='group.name = "slow"')
