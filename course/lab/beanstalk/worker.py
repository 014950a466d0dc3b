"""Worker environments: a daemon on each instance reads the queue and posts the messages to the program.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-tiers.html
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.apigateway.exchange import Headers, Sent
from course.lab.beanstalk import fleet, options
from course.lab.beanstalk.crontab import Task, tasks_of
from course.lab.beanstalk.store import Environment, kept
from course.lab.caller import Session, session_of_role
from course.lab.clock import clock
from course.lab.place import Place, everywhere

_NAMES: Final = {  # attributes by which the daemon knows a message that it sent itself
    "path": "beanstalk.sqsd.path",
    "task": "beanstalk.sqsd.task_name",
    "time": "beanstalk.sqsd.scheduled_time",
}


def queue_url(environment: Environment) -> str:
    """The queue that the daemon reads."""
    given = options.value(environment, options.WORKER, "WorkerQueueURL")
    return given or environment.resources.get("AWSEBWorkerQueue", "")


def _workers() -> Iterator[Environment]:
    if "moto.elasticbeanstalk.models" not in sys.modules:
        return
    for backend in everywhere("elasticbeanstalk"):
        if "lab_beanstalk" in backend.__dict__:
            for one in kept(Place(backend.account_id, backend.region_name)).alive:
                if one.tier == "Worker" and one.status in ("Ready", "Updating") and _ready(one):
                    yield one


def _ready(environment: Environment) -> list[str]:
    """The instances on which a program runs."""
    found = []
    for one in fleet.instances(environment):
        installed = environment.installed.get(one)
        if installed is not None and installed.program is not None:
            found.append(one)
    return found


def _queue(environment: Environment) -> Any | None:
    backend = environment.place.backend("sqs")
    return backend.queues.get(queue_url(environment).rpartition("/")[2])


def _next_message(environment: Environment) -> float | None:
    queue = _queue(environment)
    if queue is None:
        return None
    # Moto shows a hidden message strictly after its time.
    times = [
        max(one.visible_at + 1, one.delayed_until, float(one.sent_timestamp or 0)) / 1000 for one in queue._messages
    ]
    return min(times, default=None)


class _Daemons:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        times: list[float] = []
        for one in _workers():
            message = _next_message(one)
            times += [message] if message is not None else []
            times += [task.due for task in _tasks(one)]
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for one in _workers():
            made += [_enqueue(one, task) for task in _tasks(one) if task.due <= now]
            due = _next_message(one)
            if due is not None and due <= now:
                made += _post_batch(one)
        return made


def _session(environment: Environment) -> Session | None:
    """The keys of the instances' role, with which the daemon calls SQS."""
    name = (options.value(environment, options.LAUNCH, "IamInstanceProfile") or "").rpartition("/")[2]
    iam = environment.place.global_backend("iam")
    profile = next((one for one in iam.instance_profiles.values() if one.name == name), None)
    roles = list(profile.roles) if profile is not None else []
    return session_of_role(environment.place, roles[0].arn, _ready(environment)[0]) if roles else None


def _post_batch(environment: Environment) -> list[Delivery]:
    session = _session(environment)
    if session is None:
        return []
    sqs, url = session.client("sqs"), queue_url(environment)
    most = min(10, int(options.value(environment, options.WORKER, "HttpConnections") or 10))
    hidden = int(options.value(environment, options.WORKER, "VisibilityTimeout") or 300)
    try:
        batch = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=most, VisibilityTimeout=hidden, AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])  # fmt: skip
    except sqs.exceptions.ClientError as error:
        _complain(environment, str(error))
        return []
    return [_post(environment, sqs, url, message) for message in batch]


def _complain(environment: Environment, words: str) -> None:
    """Say once what the daemon may not do."""
    if not any(words in event.message for event in environment.events):
        environment.say(f"The worker daemon cannot read the queue: {words}", "ERROR")


def _post(environment: Environment, sqs: Any, url: str, message: dict[str, Any]) -> Delivery:
    from course.lab.elb import servers

    ids = _ready(environment)
    turn: int = environment.__dict__.get("lab_turn", -1) + 1
    environment.__dict__["lab_turn"] = turn
    instance = ids[turn % len(ids)]
    said = {name: str(one.get("StringValue", "")) for name, one in (message.get("MessageAttributes") or {}).items()}
    path = said.get(_NAMES["path"]) or options.value(environment, options.WORKER, "HttpPath") or "/"
    sent = Sent("POST", "localhost", path, headers=_headers(environment, url, message, said),
                body=message["Body"].encode(), source_ip="127.0.0.1", is_secure=False, port=80)  # fmt: skip
    heard = servers.ask((instance,), 80, sent)
    status = heard.answer.status if heard.answer is not None else 0
    patience = float(options.value(environment, options.WORKER, "InactivityTimeout") or 299)
    if status == 200 and heard.seconds <= patience:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return note(f"worker daemon of {environment.name}", path, "200; message deleted")
    pause = int(options.value(environment, options.WORKER, "ErrorVisibilityTimeout") or 2)
    if status == 200 or heard.answer is None:
        outcome = "no answer in time; the message stays hidden"
    else:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=pause)
        outcome = f"{status}; the message comes back after {pause} s"
    return note(f"worker daemon of {environment.name}", path, outcome)


def _headers(environment: Environment, url: str, message: dict[str, Any], said: dict[str, str]) -> Headers:
    known = message.get("Attributes", {})
    own = {
        "Content-Type": options.value(environment, options.WORKER, "MimeType") or "application/json",
        "User-Agent": "aws-sqsd/3.0",
        "X-Aws-Sqsd-Msgid": message["MessageId"],
        "X-Aws-Sqsd-Queue": url.rpartition("/")[2],
        "X-Aws-Sqsd-Receive-Count": known.get("ApproximateReceiveCount", "1"),
        "X-Aws-Sqsd-First-Received-At": known.get("ApproximateFirstReceiveTimestamp", ""),
        "X-Aws-Sqsd-Sender-Id": known.get("SenderId", ""),
    }
    if said.get(_NAMES["task"]):
        own |= {"X-Aws-Sqsd-Taskname": said[_NAMES["task"]], "X-Aws-Sqsd-Scheduled-At": said[_NAMES["time"]]}
    own |= {f"X-Aws-Sqsd-Attr-{name}": value for name, value in said.items() if name not in _NAMES.values()}
    return Headers(own)


# Periodic tasks --------------------------------------------------------------------------------------------


def _tasks(environment: Environment) -> list[Task]:
    """The tasks of cron.yaml with the times at which they are next due."""
    version = kept(environment.place).version(environment)
    known: tuple[str, list[Task]] = environment.__dict__.get("lab_tasks", ("", []))
    if version is None:
        return []
    if known[0] != version.label:
        found, faults = tasks_of(version.bundle)
        for fault in faults:
            environment.say(fault, "ERROR")
        known = (version.label, found)
        environment.__dict__["lab_tasks"] = known
    return known[1]


def _enqueue(environment: Environment, task: Task) -> Delivery:
    """One instance is the leader: it puts a message into the queue when a task is due, and any instance works on it."""
    due = task.due
    task.plan(clock.now())
    session = _session(environment)
    if session is not None:
        texts = {"path": task.url, "task": task.name, "time": f"{_as_text(due)}"}
        session.client("sqs").send_message(
            QueueUrl=queue_url(environment), MessageBody="elasticbeanstalk scheduled job",
            MessageAttributes={
                _NAMES[key]: {"DataType": "String", "StringValue": text} for key, text in texts.items()
            },
        )  # fmt: skip
    return note(f"cron.yaml of {environment.name}", task.name, "put into the queue")


def _as_text(at: float) -> str:
    import datetime as dt

    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat()


add_source(_Daemons())
