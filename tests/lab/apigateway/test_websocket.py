"""WebSocket APIs: connect, talk, be written to, part."""

import json

import boto3
import pytest

from course import lab
from course.lab.apigateway.websocket_client import ConnectionIsClosed, HandshakeRefused
from tests.lab.apigateway.sample import uri
from tests.lab.apigateway.test_rest_access import signed, user
from tests.lab.lambda_sample import got, make

ARN = "arn:aws:lambda:us-east-1:123456789012:function:{}"
TALK = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        if event["requestContext"]["routeKey"] == "fail":
            raise ValueError("no")
        if event.get("queryStringParameters", {}).get("refuse"):
            return {"statusCode": int(event["queryStringParameters"]["refuse"])}
        return {"statusCode": 200, "body": "said " + event.get("body", "")}
"""


class Chat:
    """A WebSocket API under construction."""

    def __init__(self, stage="prod", auto=True):
        self.client = boto3.client("apigatewayv2")
        self.id = self.client.create_api(
            Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        self.stage = stage
        self.client.create_stage(ApiId=self.id, StageName=stage, AutoDeploy=auto)

    def route(self, key, function="worker", route=None, two_way=False, **integration):
        settings = {"IntegrationType": "AWS_PROXY", "IntegrationUri": uri(function), **integration}
        made = self.client.create_integration(ApiId=self.id, **settings)["IntegrationId"]
        more = {"RouteResponseSelectionExpression": "$default"} if two_way else {}
        made = self.client.create_route(
            ApiId=self.id, RouteKey=key, Target=f"integrations/{made}", **more, **(route or {})
        )
        if two_way:
            self.client.create_route_response(ApiId=self.id, RouteId=made["RouteId"], RouteResponseKey="$default")
        return self

    def allow(self, function="worker"):
        boto3.client("lambda").add_permission(
            FunctionName=function, StatementId=lab.unique_name("api"), Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{self.id}/*",
        )  # fmt: skip
        return self

    @property
    def url(self):
        return f"wss://{self.id}.execute-api.us-east-1.amazonaws.com/{self.stage}"

    @property
    def callback(self):
        return boto3.client("apigatewaymanagementapi", endpoint_url="https" + self.url[3:])


@pytest.fixture
def chat():
    make(TALK)
    return Chat().allow()


def routes():
    return [event["requestContext"]["routeKey"] for event in got()]


def test_a_client_connects_talks_and_leaves(chat):
    for key in ("$connect", "$disconnect", "$default", "say"):
        chat.route(key)
    dana = lab.websocket(chat.url + "?room=7", headers={"X-Name": "Dana"})
    dana.send({"action": "say", "text": "hello"})
    dana.send({"action": "sing"})
    dana.send("no json")
    dana.close()
    assert routes() == ["$connect", "say", "$default", "$default", "$disconnect"]
    first, said, *_, last = got()
    assert first["headers"]["X-Name"] == "Dana" and first["queryStringParameters"] == {"room": "7"}
    assert first["requestContext"]["eventType"] == "CONNECT" and "body" not in first
    assert json.loads(said["body"]) == {"action": "say", "text": "hello"}
    assert said["requestContext"]["connectionId"] == dana.connection_id
    assert (last["requestContext"]["eventType"], last["requestContext"]["disconnectStatusCode"]) == ("DISCONNECT", 1000)


def test_a_two_way_route_answers_and_a_one_way_route_does_not(chat):
    chat.route("ask", two_way=True).route("tell")
    with lab.websocket(chat.url) as dana:
        dana.send({"action": "tell"})
        assert dana.receive() is None
        dana.send({"action": "ask"})
        assert dana.receive() == 'said {"action": "ask"}'


def test_trouble_is_told_to_the_client(chat):
    chat.route("fail")
    with lab.websocket(chat.url) as dana:
        dana.send({"action": "fail"})
        dana.send({"action": "unknown"})
        failed, unknown = (json.loads(one) for one in dana.received())
    assert failed["message"] == "Internal server error" and failed["connectionId"] == dana.connection_id
    assert unknown["message"] == "Forbidden"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_the_connect_route_may_refuse(chat, status):
    chat.route("$connect")
    with pytest.raises(HandshakeRefused) as refused:
        lab.websocket(f"{chat.url}?refuse={status}")
    assert refused.value.status == status


def test_an_unknown_stage_or_one_without_deployment_is_forbidden():
    make(TALK)
    chat = Chat(auto=False).allow().route("say")
    for url in (chat.url, chat.url.replace("prod", "dev"), "wss://none.execute-api.us-east-1.amazonaws.com/prod"):
        with pytest.raises(HandshakeRefused) as refused:
            lab.websocket(url)
        assert refused.value.status == 403
    chat.client.create_deployment(ApiId=chat.id, StageName="prod")
    assert lab.websocket(chat.url).is_open


def test_the_backend_writes_to_connections(chat):
    dana, erin = lab.websocket(chat.url), lab.websocket(chat.url)
    assert dana.connection_id != erin.connection_id
    chat.callback.post_to_connection(ConnectionId=erin.connection_id, Data=b"hi erin")
    assert (dana.receive(), erin.receive()) == (None, "hi erin")
    shown = chat.callback.get_connection(ConnectionId=erin.connection_id)
    assert shown["Identity"]["SourceIp"] == "203.0.113.7" and shown["ConnectedAt"] <= shown["LastActiveAt"]


def test_what_is_closed_is_gone(chat):
    chat.route("$disconnect")
    dana, client = lab.websocket(chat.url), chat.callback
    client.delete_connection(ConnectionId=dana.connection_id)
    assert not dana.is_open and routes() == ["$disconnect"]
    for call in (client.get_connection, client.delete_connection):
        with pytest.raises(client.exceptions.GoneException) as gone:
            call(ConnectionId=dana.connection_id)
        assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410
    with pytest.raises(client.exceptions.GoneException):
        client.post_to_connection(ConnectionId="never-there", Data=b"x")
    with pytest.raises(ConnectionIsClosed, match="open another one"):
        dana.send("x")


def test_a_message_has_at_most_128_kb(chat):
    dana, client = lab.websocket(chat.url), chat.callback
    with pytest.raises(client.exceptions.PayloadTooLargeException):
        client.post_to_connection(ConnectionId=dana.connection_id, Data=b"x" * (128 * 1024 + 1))
    dana.send("x" * (128 * 1024 + 1))
    assert dana.closed_with == (1009, "Message too big")


def test_a_callback_needs_the_address_of_the_stage(chat):
    dana = lab.websocket(chat.url)
    client = boto3.client("apigatewaymanagementapi")
    with pytest.raises(client.exceptions.ForbiddenException):
        client.post_to_connection(ConnectionId=dana.connection_id, Data=b"x")


def test_ten_idle_minutes_end_a_connection(chat):
    chat.route("$disconnect").route("say")
    dana = lab.websocket(chat.url)
    lab.clock.advance(minutes=9)
    dana.send({"action": "say"})
    lab.clock.advance(minutes=9)
    assert dana.is_open
    lab.clock.advance(minutes=2)
    assert not dana.is_open and routes() == ["say", "$disconnect"]


def test_two_hours_end_every_connection(chat):
    chat.route("say")
    dana = lab.websocket(chat.url)
    for _ in range(15):
        dana.send({"action": "say"})
        lab.clock.advance(minutes=8)
    assert not dana.is_open


def test_a_chat_room_fans_out():
    make("""
        import boto3, json, os
        members = []
        def handler(event, context):
            now = event["requestContext"]
            client = boto3.client("apigatewaymanagementapi",
                                  endpoint_url=f"https://{now['domainName']}/{now['stage']}")
            if now["eventType"] == "CONNECT":
                members.append(now["connectionId"])
            elif now["eventType"] == "DISCONNECT":
                members.remove(now["connectionId"])
            else:
                for member in members:
                    client.post_to_connection(ConnectionId=member, Data=json.loads(event["body"])["text"].encode())
            return {"statusCode": 200}
    """)
    chat = Chat().allow().route("$connect").route("$disconnect").route("say")
    dana, erin, fred = (lab.websocket(chat.url) for _ in range(3))
    fred.close()
    dana.send({"action": "say", "text": "hello all"})
    assert (dana.received(), erin.received(), fred.received()) == (["hello all"], ["hello all"], [])


def test_during_connect_the_connection_is_not_there_yet():
    make("""
        import boto3
        def handler(event, context):
            now = event["requestContext"]
            client = boto3.client("apigatewaymanagementapi",
                                  endpoint_url=f"https://{now['domainName']}/{now['stage']}")
            try:
                client.post_to_connection(ConnectionId=now["connectionId"], Data=b"welcome")
            except client.exceptions.GoneException:
                print('GOT "gone"')
            return {"statusCode": 200}
    """)
    chat = Chat().allow().route("$connect")
    assert lab.websocket(chat.url).receive() is None and got() == ["gone"]


def test_only_the_handshake_is_authorized():
    make("""
        def handler(event, context):
            effect = "Allow" if event["headers"]["X-Token"] == "yes" else "Deny"
            return {"principalId": "dana", "context": {"team": "vets"}, "policyDocument": {"Version": "2012-10-17",
                    "Statement": [{"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}]}}
    """, "gate")  # fmt: skip
    make(TALK)
    chat = Chat().allow().allow("gate")
    made = chat.client.create_authorizer(
        ApiId=chat.id, Name="gate", AuthorizerType="REQUEST", AuthorizerUri=uri("gate"),
        IdentitySource=["route.request.header.X-Token"],
    )["AuthorizerId"]  # fmt: skip
    chat.route("$connect", route={"AuthorizationType": "CUSTOM", "AuthorizerId": made}).route("say")
    for headers, status in (({}, 401), ({"X-Token": "no"}, 403)):
        with pytest.raises(HandshakeRefused) as refused:
            lab.websocket(chat.url, headers=headers)
        assert refused.value.status == status
    lab.websocket(chat.url, headers={"X-Token": "yes"}).send({"action": "say"})
    assert [event["requestContext"]["authorizer"] for event in got()] == [{"principalId": "dana", "team": "vets"}] * 2


def test_a_mock_route_answers_by_itself(chat):
    made = chat.client.create_integration(
        ApiId=chat.id, IntegrationType="MOCK", RequestTemplates={"$default": '{"statusCode": 200}'}
    )["IntegrationId"]
    chat.client.create_integration_response(
        ApiId=chat.id, IntegrationId=made, IntegrationResponseKey="$default",
        ResponseTemplates={"$default": '{"pong": "$context.connectionId"}'},
    )  # fmt: skip
    route = chat.client.create_route(ApiId=chat.id, RouteKey="ping", Target=f"integrations/{made}",
                                     RouteResponseSelectionExpression="$default")["RouteId"]  # fmt: skip
    chat.client.create_route_response(ApiId=chat.id, RouteId=route, RouteResponseKey="$default")
    dana = lab.websocket(chat.url)
    dana.send({"action": "ping"})
    assert json.loads(dana.receive()) == {"pong": dana.connection_id}


def test_signed_http_requests_reach_the_callback_address_too(chat):
    dana = lab.websocket(chat.url)
    url = f"https{chat.url[3:]}/@connections/{dana.connection_id.replace('=', '%3D')}"
    assert lab.http("POST", url, body="x").status == 403
    keys = user("backend")
    assert lab.http("POST", url, body="hi", headers=signed(keys, url, "POST", b"hi")).status == 200
    assert dana.receive() == "hi"
    assert lab.http("GET", "https" + chat.url[3:]).status == 426


def test_the_address_of_a_websocket_api_begins_with_wss(chat):
    found = chat.client.get_api(ApiId=chat.id)["ApiEndpoint"]
    assert found == chat.url.removesuffix("/prod") and found.startswith("wss://")
    assert chat.client.create_api(Name="h", ProtocolType="HTTP")["ApiEndpoint"].startswith("https://")


def test_a_websocket_api_needs_a_route_selection_expression():
    client = boto3.client("apigatewayv2")
    with pytest.raises(client.exceptions.BadRequestException, match="RouteSelectionExpression"):
        client.create_api(Name="chat", ProtocolType="WEBSOCKET")
