"""A private, simulated AWS account inside this Python process.

>>> from course import lab
>>> lab.start()          # after this, plain boto3.client("sqs") talks to the lab and to nothing else
>>> lab.clock.advance(minutes=5)
>>> lab.reset()          # an empty account again
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from course.lab.account import ACCOUNT_ID, reset, start, stop, unique_name
from course.lab.call_log import calls, watching
from course.lab.clock import clock
from course.lab.iam.seam import enforce_iam, why
from course.lab.wire import Unsupported

if TYPE_CHECKING:
    from course.lab.agenda import deliveries, settle
    from course.lab.apigateway.http import http
    from course.lab.apigateway.websocket_client import websocket
    from course.lab.billing import bill
    from course.lab.cache.connect import redis
    from course.lab.cache.dax_model import dax
    from course.lab.cloudformation.lint import lint
    from course.lab.cloudwatch.measured import measured
    from course.lab.cognito.outbox import outbox
    from course.lab.containers.docker import docker, image
    from course.lab.dns.resolver import resolve, resolver
    from course.lab.dns.zones import delegate
    from course.lab.elb.servers import serve
    from course.lab.imds import on_instance, read_metadata
    from course.lab.lambda_burst import at_once
    from course.lab.network.connect import connect, listen
    from course.lab.picture import map
    from course.lab.rds.door import sql

__all__ = [
    "ACCOUNT_ID",
    "Unsupported",
    "at_once",
    "bill",
    "calls",
    "clock",
    "connect",
    "dax",
    "delegate",
    "deliveries",
    "docker",
    "enforce_iam",
    "http",
    "image",
    "lint",
    "listen",
    "map",
    "measured",
    "on_instance",
    "outbox",
    "read_metadata",
    "redis",
    "reset",
    "resolve",
    "resolver",
    "serve",
    "settle",
    "sql",
    "start",
    "stop",
    "unique_name",
    "watching",
    "websocket",
    "why",
]

# Parts that are loaded when they are first named.
_HOME = {
    "at_once": "lambda_burst",
    "bill": "billing",
    "connect": "network.connect",
    "dax": "cache.dax_model",
    "delegate": "dns.zones",
    "deliveries": "agenda",
    "docker": "containers.docker",
    "http": "apigateway.http",
    "image": "containers.docker",
    "lint": "cloudformation.lint",
    "listen": "network.connect",
    "map": "picture",
    "measured": "cloudwatch.measured",
    "on_instance": "imds",
    "outbox": "cognito.outbox",
    "read_metadata": "imds",
    "redis": "cache.connect",
    "resolve": "dns.resolver",
    "resolver": "dns.resolver",
    "serve": "elb.servers",
    "settle": "agenda",
    "sql": "rds.door",
    "websocket": "apigateway.websocket_client",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
