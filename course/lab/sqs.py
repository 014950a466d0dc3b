"""SQS beyond moto: long polling on the lab's clock, and the redrive of dead-letter queues.

Long polling: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
Redrive: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.utils import unix_time_millis
from moto.moto_api._internal import mock_random
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from course.lab.clock import clock
from course.lab.sqs_backend import install
from course.lab.sqs_fifo import withheld
from course.lab.sqs_messages import refused_message
from course.lab.sqs_settings import completed_settings, refused_settings
from course.lab.wire import answer_first, json_answer, json_error

_LONGEST_WAIT = 20


@answer_first
def _sqs(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "sqs":
        return None
    install()
    match operation:
        case "ReceiveMessage":
            _wait_on_the_clock(request)
            return None
        case "StartMessageMoveTask":
            return _start_move(request)
        case "ListMessageMoveTasks":
            return _list_moves(request)
        case "CancelMessageMoveTask":
            return _cancel_move(request)
        case "CreateQueue" | "SetQueueAttributes":
            return _check_settings(request)
        case "SendMessage":
            return _check_message(request)
    return None


def _wait_on_the_clock(request: AWSPreparedRequest) -> None:
    """Let waiting cost no real time: move the clock to the next message, or to the end of the wait."""
    asked = _parameters(request)
    queue = _queue(request, str(asked.get("QueueUrl", "")).rpartition("/")[2])
    if queue is None:
        return
    for message in queue._messages:
        _set_origin(message, queue)
    wait = asked.get("WaitTimeSeconds")
    wait = queue.receive_message_wait_time_seconds if wait is None else wait  # type: ignore[attr-defined]
    if not isinstance(wait, int) or not 0 < wait <= _LONGEST_WAIT:
        return  # nothing to wait for, or a value that moto refuses as AWS does
    now = unix_time_millis()
    held = withheld(queue)
    visible_in = [
        max(m.visible_at, m.delayed_until, now) - now
        for m in queue._messages
        if m.group_id not in held or m in queue.pending_messages
    ]
    step = min([*visible_in, wait * 1000.0]) / 1000.0
    if step > 0:
        clock.advance(seconds=step)
    _replace(request, {**asked, "WaitTimeSeconds": 0})


def _check_settings(request: AWSPreparedRequest) -> AWSResponse | None:
    """Refuse attributes that AWS refuses together; add what follows from the others."""
    asked = _parameters(request)
    queue = _queue(request, str(asked.get("QueueUrl", "")).rpartition("/")[2])
    if refusal := refused_settings(asked, queue):
        return json_error(request, *refusal)
    if completed := completed_settings(asked, queue):
        _replace(request, completed)
    return None


def _check_message(request: AWSPreparedRequest) -> AWSResponse | None:
    asked = _parameters(request)
    queue = _queue(request, str(asked.get("QueueUrl", "")).rpartition("/")[2])
    refusal = refused_message(asked, queue)
    return json_error(request, *refusal) if refusal else None


def _start_move(request: AWSPreparedRequest) -> AWSResponse:
    """Move what is visible in the dead-letter queue back to where it came from, or to the given queue."""
    asked = _parameters(request)
    backend = _backend(request)
    source = _by_arn(backend, asked["SourceArn"])
    if source is None:
        return json_error(request, "ResourceNotFoundException", "The resource that you specified for the SourceArn "
                          "parameter doesn't exist.", 404)  # fmt: skip
    if not any(queue.dead_letter_queue is source for queue in backend.queues.values()):
        return json_error(request, "InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    target_arn = asked.get("DestinationArn")
    if target_arn and _by_arn(backend, target_arn) is None:
        return json_error(request, "ResourceNotFoundException", "The resource that you specified for the "
                          "DestinationArn parameter doesn't exist.", 404)  # fmt: skip
    waiting = [message for message in source._messages if message.visible and not message.delayed]
    moved = 0
    for message in waiting:
        target = _by_arn(backend, target_arn or getattr(message, "origin", ""))
        if target is not None:
            source._messages.remove(message)
            _send_again(backend, target, message)
            moved += 1
    task = {
        "TaskHandle": mock_random.get_random_string(40),
        "Status": "COMPLETED" if moved == len(waiting) else "FAILED",
        "SourceArn": source.queue_arn,
        "ApproximateNumberOfMessagesMoved": moved,
        "ApproximateNumberOfMessagesToMove": len(waiting),
        "StartedTimestamp": int(unix_time_millis()),
    }
    if moved < len(waiting):
        task["FailureReason"] = "CouldNotDetermineMessageSource"
    if target_arn:
        task["DestinationArn"] = target_arn
    if rate := asked.get("MaxNumberOfMessagesPerSecond"):
        task["MaxNumberOfMessagesPerSecond"] = rate
    _tasks(source).insert(0, task)
    return json_answer(request, {"TaskHandle": task["TaskHandle"]})


def _list_moves(request: AWSPreparedRequest) -> AWSResponse:
    asked = _parameters(request)
    source = _by_arn(_backend(request), asked["SourceArn"])
    if source is None:
        return json_error(request, "ResourceNotFoundException", "The resource that you specified for the SourceArn "
                          "parameter doesn't exist.", 404)  # fmt: skip
    # AWS tells the handle only of a task that still runs; the lab's tasks end at once.
    shown = [{key: value for key, value in task.items() if key != "TaskHandle"} for task in _tasks(source)]
    return json_answer(request, {"Results": shown[: asked.get("MaxResults", 1)]})


def _cancel_move(request: AWSPreparedRequest) -> AWSResponse:
    return json_error(request, "ResourceNotFoundException", "Task does not exist or is not running.", 404)


def _set_origin(message: Message, queue: Queue) -> None:
    """Remember the queue a message was sent to, for the day it is moved back from a dead-letter queue."""
    if not hasattr(message, "origin"):
        message.origin = queue.queue_arn  # type: ignore[attr-defined]


def _send_again(backend: SQSBackend, target: Queue, message: Message) -> None:
    """A moved message is a new message: new id, new time of sending, no receives yet."""
    backend.send_message(
        target.name,
        message.body,
        message.message_attributes,
        deduplication_id=message.deduplication_id,
        group_id=message.group_id,
        system_attributes=message.system_attributes,
    )


def _tasks(queue: Queue) -> list[dict[str, Any]]:
    if not hasattr(queue, "move_tasks"):
        queue.move_tasks = []  # type: ignore[attr-defined]
    tasks: list[dict[str, Any]] = queue.move_tasks  # type: ignore[attr-defined]
    return tasks


def _parameters(request: AWSPreparedRequest) -> dict[str, Any]:
    body: Any = request.body or "{}"
    parameters: dict[str, Any] = json.loads(body)
    return parameters


def _replace(request: AWSPreparedRequest, parameters: dict[str, Any]) -> None:
    body = json.dumps(parameters).encode()
    request.body = body
    request.headers["Content-Length"] = str(len(body))


def _backend(request: AWSPreparedRequest) -> SQSBackend:
    from course.lab.account import ACCOUNT_ID

    region = (urlsplit(request.url).hostname or "").split(".")[1]
    backend: SQSBackend = sqs_backends[ACCOUNT_ID][region]
    return backend


def _queue(request: AWSPreparedRequest, name: str) -> Queue | None:
    return _backend(request).queues.get(name)


def _by_arn(backend: SQSBackend, arn: object) -> Queue | None:
    return next((queue for queue in backend.queues.values() if queue.queue_arn == arn), None)
