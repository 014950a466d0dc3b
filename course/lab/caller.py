"""Acting in somebody's name: clients that sign with the keys of who made a request, or with a role's.

Parts of the lab that make further calls for their caller, as CloudFormation does, make them with these; so every such
call needs the caller's permission too when permissions are enforced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest

from course.lab.iam.api_call import signature_of
from course.lab.iam.secrets import NoSecret, secret_of
from course.lab.place import Place, place_of
from course.lab.role_session import role_session


@dataclass(frozen=True)
class Session:
    """Somebody's keys, and the account and Region to use them in."""

    place: Place
    key: str
    secret: str
    token: str = ""

    def client(self, service: str) -> Any:
        """A boto3 client that signs with these keys."""
        make: Any = boto3.client
        return make(
            service,
            region_name=self.place.region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token or None,
        )

    def in_region(self, region: str) -> Session:
        """The same keys in another Region."""
        return Session(Place(self.place.account, region), self.key, self.secret, self.token)


def session_of(request: AWSPreparedRequest) -> Session:
    """The caller's own keys."""
    sent = request.headers.get("X-Amz-Security-Token") or ""
    token = sent.decode() if isinstance(sent, bytes) else sent
    key = signature_of(request).access_key_id
    try:
        secret = secret_of(key, token)
    except NoSecret:
        secret = "unknown"  # its calls will be refused, as they should
    return Session(place_of(request), key, secret, token)


def on_behalf(caller: Session, role: str) -> Session:
    """The session of a service role where one was given, else the caller's own."""
    return session_of_role(caller.place, role, "AWSCloudFormation") if role else caller


def session_of_role(place: Place, role: str, name: str) -> Session:
    """The keys of a session of a role, which a service assumed."""
    made = role_session(place.account, place.region, role, name)
    return Session(place, made.access_key_id, made.secret_access_key, made.session_token)
