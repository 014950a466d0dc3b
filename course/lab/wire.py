"""The place where boto3's requests meet the simulated account.

botocore emits `before-send.<service>.<operation>` for every request, calls every handler and takes the first
answer. Moto answers there; we take its place and call it ourselves, so that parts of the lab can answer or refuse
a call first, and so that what nobody answers ends in plain words instead of an odd 404 or a look at real AWS.
"""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from course.lab.asked import asked
from course.lab.call_log import record
from course.lab.meter import measure

Answer = Callable[[str, str, AWSPreparedRequest], AWSResponse | None]
Afterwards = Callable[[str, AWSPreparedRequest, AWSResponse], None]

# Parts of the lab that stand in front of moto for one service; loaded when that service is first called.
_PARTS: Final[dict[str, str]] = {
    "acm": "course.lab.acm.operations",
    "acm-pca": "course.lab.acm.private_ca",
    "cloudfront": "course.lab.cloudfront.operations",  # after acm.regions, which it loads
    "wafv2": "course.lab.waf.operations",
    "appconfig": "course.lab.appconfig.operations",
    "appconfigdata": "course.lab.appconfig.sessions",
    "route-53": "course.lab.dns.operations",
    "sqs": "course.lab.sqs",
    "api-gateway": "course.lab.apigateway.control",
    "apigatewayv2": "course.lab.apigateway.control_http",
    "apigatewaymanagementapi": "course.lab.apigateway.management",
    "appsync": "course.lab.appsync.operations",
    "dynamodb": "course.lab.dynamodb",
    "s3": "course.lab.s3",
    "glacier": "course.lab.s3.vault_lock",
    "sfn": "course.lab.stepfunctions",
    "cloudwatch": "course.lab.cloudwatch",
    "cloudtrail": "course.lab.cloudtrail.operations",
    "cloudwatch-logs": "course.lab.logs.operations",
    "secrets-manager": "course.lab.secrets",
    "ssm": "course.lab.ssm",
    "lambda": "course.lab.lambda_url",  # after lambda_functions, which it loads
    "eventbridge": "course.lab.events_router",
    "sns": "course.lab.sns",
    "scheduler": "course.lab.scheduler",
    "pipes": "course.lab.pipes",
    "cloudformation": "course.lab.cloudformation.operations",
    "codeartifact": "course.lab.codeartifact.operations",
    "codebuild": "course.lab.codebuild.operations",
    "codecommit": "course.lab.codecommit.operations",
    "codedeploy": "course.lab.codedeploy.operations",
    "codepipeline": "course.lab.codepipeline.operations",
    "kinesis": "course.lab.kinesis",
    "firehose": "course.lab.firehose",
    "athena": "course.lab.athena",
    "auto-scaling": "course.lab.autoscaling",
    "application-auto-scaling": "course.lab.ecs.scaling",
    "ec2": "course.lab.network.operations",  # after course.lab.ec2, which it loads
    "ecr": "course.lab.ecr",
    "ecs": "course.lab.ecs",
    "efs": "course.lab.efs",
    "elastic-beanstalk": "course.lab.beanstalk.operations",
    "fsx": "course.lab.fsx",
    "elastic-load-balancing-v2": "course.lab.elb",
    "elasticache": "course.lab.cache",
    "cognito-identity": "course.lab.cognito.identity_pools",
    "cognito-identity-provider": "course.lab.cognito.user_pools",
    "rds": "course.lab.rds",
    "kms": "course.lab.kms",
    "xray": "course.lab.xray.operations",
}

# Asked before any of them, for every service and in this order: may the caller do this, and is the request in order?
_ALWAYS: Final = ("course.lab.iam.seam", "course.lab.rules")

_first: list[Answer] = []
_afterwards: dict[str, list[Afterwards]] = {}
_at_close: list[Callable[[], None]] = []
_loaded: set[str] = set()
_under_way = threading.local()
_open = False


class Unsupported(NotImplementedError):
    """A call that the lab does not simulate."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the words alone."""
        return [str(self)]


def answer_first(handler: Answer) -> Answer:
    """Register a part of the lab: it sees (service, operation, request) before moto and may answer.

    Returning None passes the request on. Handlers run in the order of registration.
    """
    if handler not in _first:
        _first.append(handler)
    return handler


def afterwards(service: str) -> Callable[[Afterwards], Afterwards]:
    """Register a part of the lab that sees (operation, request, response) of a service once it has answered.

    It may act on what was done, and add headers.
    """

    def register(handler: Afterwards) -> Afterwards:
        handlers = _afterwards.setdefault(service, [])
        if handler not in handlers:
            handlers.append(handler)
        return handler

    return register


def json_answer(request: AWSPreparedRequest, body: dict[str, Any]) -> AWSResponse:
    """A good answer in AWS's JSON protocols."""
    raw: Any = MockRawResponse(json.dumps(body))
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, 200, headers, raw)


def json_error(request: AWSPreparedRequest, code: str, message: str, status: int = 400) -> AWSResponse:
    """A refusal in AWS's JSON protocols; boto3 turns it into a ClientError with this code."""
    raw: Any = MockRawResponse(json.dumps({"__type": code, "message": message}))
    headers: Any = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-query-error": f"{code};Sender"}
    return AWSResponse(request.url, status, headers, raw)


def open_wire() -> None:
    """Begin to answer boto3."""
    global _open
    for part in _ALWAYS:
        importlib.import_module(part)
    # Whoever imported a part by its name may have registered it before these.
    _first.sort(key=_turn)
    _open = True


def _turn(handler: Answer) -> int:
    """Whose turn it is: the parts that are always asked, then all others as they came."""
    return _ALWAYS.index(handler.__module__) if handler.__module__ in _ALWAYS else len(_ALWAYS)


def close_wire() -> None:
    """Leave boto3 alone again."""
    global _open
    _open = False
    for undo in _at_close:
        undo()


def at_close(undo: Callable[[], None]) -> Callable[[], None]:
    """Register what a part has to undo in moto when the lab stops: moto without the lab is moto as it comes."""
    if undo not in _at_close:
        _at_close.append(undo)
    return undo


def is_open() -> bool:
    """Whether boto3's requests are answered by the lab; otherwise moto is used without it."""
    return _open


def _answer(event_name: str, request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse | None:
    if not _open:
        return botocore_stubber(event_name, request)  # somebody uses moto without the lab
    _, service, operation = event_name.split(".", 2)
    return pass_on(service, operation, request)


def answering() -> bool:
    """Whether this thread works for the account right now, and not for whoever called it."""
    return bool(getattr(_under_way, "depth", 0))


def pass_on(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse:
    """Answer a request as if boto3 had sent it."""
    _under_way.depth = getattr(_under_way, "depth", 0) + 1
    try:
        return _passed_on(service, operation, request)
    finally:
        _under_way.depth -= 1


def _passed_on(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse:
    if service in _PARTS and service not in _loaded:
        importlib.import_module(_PARTS[service])
        _loaded.add(service)
    response = _part_answers(service, operation, request) or ask_moto(service, operation, request)
    for handler in _afterwards.get(service, ()):
        handler(operation, request, response)
    record(service, operation, request, response)
    call = asked(operation)
    if call is not None and response.status_code < 400:
        measure(service, operation, call.params)
    return response


def _part_answers(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    for handler in _first:
        response = handler(service, operation, request)
        if response is not None:
            return response
    return None


def ask_moto(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse:
    """Moto's answer; parts of the lab that complete it call this and return what they made of it."""
    try:
        response = botocore_stubber(f"before-send.{service}.{operation}", request)
    except NotImplementedError as missing:
        raise Unsupported(_not_yet(service, operation)) from missing
    if response is None or (response.status_code == 404 and response.content == b"Not yet implemented"):
        raise Unsupported(_not_yet(service))
    return response


def _not_yet(service: str, operation: str = "") -> str:
    what = f"{operation} of {service}" if operation else service
    return (
        f"The lab does not simulate {what} yet. Your call may be right for AWS; for this exercise look for "
        "another way, or read the lesson's 'Lab and AWS' notes."
    )


# Sessions copy this list when they are made. Moto put its entry there when it was imported.
BUILTIN_HANDLERS[BUILTIN_HANDLERS.index(("before-send", botocore_stubber))] = ("before-send", _answer)
