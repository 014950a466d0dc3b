"""The part of the lab in front of moto's ApiGatewayManagementApi: it speaks to connections that really stand.

https://docs.aws.amazon.com/apigatewaymanagementapi/latest/APIReference/
"""

from __future__ import annotations

from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.apigateway import front_door, websocket_connections
from course.lab.apigateway.exchange import Headers, Sent
from course.lab.apigateway.websocket_connections import Gone, TooLarge
from course.lab.asked import asked
from course.lab.lambda_answers import Refused, answer, answer_json, refuse
from course.lab.wire import answer_first


@answer_first
def _connections(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "apigatewaymanagementapi":
        return None
    call = asked(operation)
    if call is None:
        return None
    parts = urlsplit(request.url)
    place = front_door.find(Sent(str(request.method), parts.hostname or "", parts.path, "", Headers()))
    if place is None or place.kind != "WEBSOCKET":
        # The client was made without endpoint_url=https://API.execute-api.REGION.amazonaws.com/STAGE.
        return refuse(request, Refused("ForbiddenException", "Forbidden", 403))
    told = dict(call.params)
    try:
        connection = websocket_connections.find(
            place.account, place.region, place.api_id, place.stage, told["ConnectionId"]
        )
        if operation == "PostToConnection":
            data = told["Data"]
            data = data.read() if hasattr(data, "read") else data
            websocket_connections.post(connection, data.encode() if isinstance(data, str) else bytes(data))
        elif operation == "DeleteConnection":
            websocket_connections.close(connection, 1000, "Going away")
        else:
            return answer_json(request, websocket_connections.shown(connection))
    except Gone:
        return refuse(request, Refused("GoneException", "", 410))
    except TooLarge:
        return refuse(request, Refused("PayloadTooLargeException", "Message too long", 413))
    return answer(request, b"", 204 if operation == "DeleteConnection" else 200)
