"""Subscriptions hear of mutations."""

from __future__ import annotations

import pytest

from course import lab
from course.lab.apigateway.websocket_client import HandshakeRefused
from tests.lab.appsync.sample import Blog, came

ADD = 'mutation { add(id: "%s", title: "New") { id title } }'


def test_a_mutation_reaches_who_has_subscribed():
    blog = Blog().table()
    with blog.connect() as socket:
        assert [one["type"] for one in came(socket)] == ["connection_ack"]
        assert blog.subscribe(socket, "subscription { added { id title } }") == [{"type": "start_ack", "id": "1"}]
        blog.data(ADD % 1)
        (message,) = came(socket)
    assert message == {"id": "1", "type": "data", "payload": {"data": {"added": {"id": "1", "title": "New"}}}}


def test_a_subscription_gets_only_what_the_mutation_selected():
    blog = Blog().table()
    with blog.connect() as socket:
        blog.subscribe(socket, "subscription { added { id writer title } }")
        blog.data('mutation { add(id: "1", title: "New") { id } }')
        payload = came(socket)[-1]["payload"]
    assert payload["data"] == {"added": None}
    assert "title" in payload["errors"][0]["message"]


def test_arguments_choose_what_is_delivered():
    blog = Blog().table()
    with blog.connect() as socket:
        blog.subscribe(socket, 'subscription { added(id: "2") { id } }')
        for number in (1, 2, 3):
            blog.data(ADD % number)
        assert [one["payload"]["data"]["added"]["id"] for one in came(socket)] == ["2"]


def test_a_mutation_that_fails_tells_nobody_and_a_stopped_one_hears_nothing():
    blog = Blog().table()
    with blog.connect() as socket:
        blog.subscribe(socket, "subscription { added { id } }")
        blog.ask('mutation { add(id: "1") { id } }')
        assert came(socket) == []
        socket.send({"type": "stop", "id": "1"})
        blog.data(ADD % 1)
        assert came(socket) == [{"type": "complete", "id": "1"}]


def test_the_fields_own_resolver_may_refuse():
    blog = Blog().table()
    blog.resolver("Subscription", "added", "none", '{"version": "2018-05-29", "payload": null}',
                  '$util.error("not yours")')  # fmt: skip
    with blog.connect() as socket:
        said = blog.subscribe(socket, "subscription { added { id } }")[-1]
    assert (said["type"], said["payload"]["errors"][0]["message"]) == ("error", "not yours")


def test_nobody_connects_without_a_key():
    blog = Blog()
    with pytest.raises(HandshakeRefused):
        lab.websocket(blog.api["uris"]["REALTIME"])
    blog.key = "da2-wrong"
    with pytest.raises(HandshakeRefused, match="not authorized"):
        blog.connect()


def test_a_subscription_is_not_answered_over_http():
    assert "real-time" in Blog().errors("subscription { added { id } }")[0]["message"]
