"""One API call as it goes out of boto3, and the questions to IAM that it raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from course.lab.iam.request import ContextValue

# IAM names services by their signing name, with these exceptions.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIX: Final = {"monitoring": "cloudwatch", "email": "ses", "s3express": "s3"}
_SCOPE = re.compile(r"Credential=([^/,]+)/\d{8}/([^/]*)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class ApiCall:
    """What a request asks for, before anybody decides about it."""

    service: str
    """The prefix that IAM uses, such as `states` for Step Functions."""
    operation: str
    params: Mapping[str, Any]
    region: str
    account: str
    """The caller's account, in which names without an account are looked for."""
    access_key_id: str
    signed: bool
    protocol: str
    http: AWSPreparedRequest = field(repr=False)
    caller_arn: str = ""
    """Who calls, once that is known."""

    @property
    def path(self) -> str:
        """The path of the URL, for services whose actions are HTTP methods."""
        return urlsplit(self.http.url).path


@dataclass(frozen=True)
class Check:
    """One question to IAM; a call goes through when all of its questions are answered with yes."""

    action: str
    resource: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Signature:
    """Who signed a request, and for which service and Region."""

    access_key_id: str = ""
    region: str = ""
    service: str = ""


def signature_of(request: AWSPreparedRequest) -> Signature:
    """Read the credential scope from the header or from a presigned URL; empty when nothing is signed.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    header = request.headers.get("Authorization") or ""
    text = header.decode() if isinstance(header, bytes) else header
    found = _SCOPE.search(text)
    if found is None and "X-Amz-Credential" in request.url:
        scope = parse_qs(urlsplit(request.url).query).get("X-Amz-Credential", [""])[0]
        found = _SCOPE.search(f"Credential={scope}")
    if found is None:
        return Signature()
    return Signature(found.group(1), found.group(2), _PREFIX.get(found.group(3), found.group(3)))


def session_token_of(request: AWSPreparedRequest) -> str:
    """The session token, from the header or from a presigned URL; empty when there is none."""
    header = request.headers.get("X-Amz-Security-Token") or ""
    if header:
        return header.decode() if isinstance(header, bytes) else header
    return parse_qs(urlsplit(request.url).query).get("X-Amz-Security-Token", [""])[0]
