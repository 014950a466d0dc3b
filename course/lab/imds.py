"""The instance metadata service: run code as if it ran on an EC2 instance of the lab.

Inside `with on_instance(...)` the true address http://169.254.169.254 answers urllib, boto3 and everything else that
is built on http.client or urllib3. No packet leaves the process, so it works without any network too.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import boto3
import urllib3.connection
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from course.lab.iam import sessions
from course.lab.imds_tree import Tree, root
from course.lab.line import Answer, Line

ADDRESS: Final = "169.254.169.254"
_LONGEST_TOKEN: Final = 21_600
_TOKENS: Final = "lab_metadata_tokens"  # an attribute of moto's instance, so that they go with the instance


@contextmanager
def on_instance(instance_id: str, hops: int = 1) -> Iterator[None]:
    """Inside the block this process is the instance: its metadata service answers, and boto3 signs with its role.

    The lab's own credentials are taken away, so boto3 finds the instance's, if it has a role; make sessions and
    clients inside the block. `hops` is the distance to the service: 1 for a program on the instance, 2 for one in a
    container with a network of its own. The Region stays set, as on an instance where somebody set it.

    >>> with on_instance(instance_id):
    ...     boto3.client("sts").get_caller_identity()["Arn"]
    'arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0'
    """
    instance = find_instance(instance_id)
    if instance.state != "running":
        raise RuntimeError(f"{instance_id} is {instance.state}: no code runs on it. Start it first.")
    environment = {name: os.environ.pop(name, None) for name in _NOT_ON_AN_INSTANCE}
    session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
    _there.append(_Place(instance, hops))
    _patch()
    try:
        yield
    finally:
        _there.pop()
        boto3.DEFAULT_SESSION = session
        for name, value in environment.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def read_metadata(path: str) -> str | None:
    """Read a path below /latest/ as SDKs do, with a token; None where there is nothing. Only inside `on_instance`.

    >>> with on_instance(instance_id):
    ...     read_metadata("meta-data/placement/region")
    'us-east-1'
    """
    place = f"http://{ADDRESS}/latest/"
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    with urllib.request.urlopen(urllib.request.Request(place + "api/token", method="PUT", headers=ttl)) as response:
        token = response.read().decode()
    request = urllib.request.Request(place + path, headers={"X-aws-ec2-metadata-token": token})
    try:
        with urllib.request.urlopen(request) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


_NOT_ON_AN_INSTANCE: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_EC2_METADATA_DISABLED",
)


# What the service answers ----------------------------------------------------------------------------------


def answer(instance: Any, method: str, path: str, headers: Mapping[str, str]) -> Answer:
    """What the metadata service of one of moto's instances says; header names in lower case.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (the error codes)
    """
    options = instance.metadata_options
    if (options.http_endpoint or "enabled") != "enabled":
        return Answer(403)
    path = path.partition("?")[0].strip("/")
    if path == "latest/api/token":
        return _token(instance, method, headers)
    if method not in ("GET", "HEAD"):
        return Answer(405)
    token = headers.get("x-aws-ec2-metadata-token")
    if token is None and options.http_tokens == "required":
        return Answer(401)
    if token is not None and _tokens(instance).get(token, _LONG_AGO) <= sessions.now():
        return Answer(401)
    return _at(root(instance), path)


def _token(instance: Any, method: str, headers: Mapping[str, str]) -> Answer:
    if method != "PUT":
        return Answer(405)
    if "x-forwarded-for" in headers:
        return Answer(403)  # a reverse proxy passes on somebody else's request
    seconds = headers.get("x-aws-ec2-metadata-token-ttl-seconds", "").strip()
    if not seconds.isdigit() or not 1 <= int(seconds) <= _LONGEST_TOKEN:
        return Answer(400)
    token = secrets.token_urlsafe(40)
    _tokens(instance)[token] = sessions.now() + dt.timedelta(seconds=int(seconds))
    return Answer(200, token, {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": seconds})


def _at(tree: Tree, path: str) -> Answer:
    found: Any = tree
    for name in path.split("/") if path else ():
        if not isinstance(found, dict) or name not in found:
            return Answer(404)
        found = found[name]
    if isinstance(found, dict):
        return Answer(200, "\n".join(f"{name}/" if _is_branch(below) else name for name, below in found.items()))
    text = found() if callable(found) else found
    return Answer(404) if text is None else Answer(200, str(text))


def _is_branch(found: Any) -> bool:
    return isinstance(found, dict)


# In place of the network -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where the code inside the block runs."""

    instance: Any
    hops: int

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """The service's answer; None when it dies on the way because it may not make so many hops."""
        found = answer(self.instance, method, path, headers)
        limit = int(self.instance.metadata_options.http_put_response_hop_limit or 1)
        if method == "PUT" and self.hops > limit:
            return None
        return replace(found, headers={"Server": "EC2ws", **found.headers})


_there: list[_Place] = []
_patched = False


def _patch() -> None:
    """Stand in at the place where http.client and urllib3 open connections; both are left alone otherwise."""
    global _patched
    if _patched:
        return
    _patched = True
    connect: Callable[[Any], None] = http.client.HTTPConnection.connect
    new_connection: Callable[[Any], Any] = urllib3.connection.HTTPConnection._new_conn

    def connect_here(self: Any) -> None:
        if self.host == ADDRESS and _there:
            self.sock = Line(_there[-1].send)
        else:
            connect(self)

    def new_connection_here(self: Any) -> Any:
        return Line(_there[-1].send) if self.host == ADDRESS and _there else new_connection(self)

    setattr(http.client.HTTPConnection, "connect", connect_here)  # noqa: B010
    setattr(urllib3.connection.HTTPConnection, "_new_conn", new_connection_here)  # noqa: B010


# Looking around in moto ------------------------------------------------------------------------------------

_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def find_instance(instance_id: str) -> Any:
    """One of moto's instances by its id, in whatever Region."""
    for backend in list(ec2_backends[DEFAULT_ACCOUNT_ID].values()):
        for reservation in backend.reservations.values():
            for instance in reservation.instances:
                if instance.id == instance_id:
                    return instance
    raise LookupError(f"There is no instance {instance_id!r} in the lab. run_instances returns the InstanceId.")


def _tokens(instance: Any) -> dict[str, dt.datetime]:
    found: dict[str, dt.datetime] = instance.__dict__.setdefault(_TOKENS, {})
    return found
