"""A bucket as an origin: behind an origin access control CloudFront asks as itself, on behalf of the distribution.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
Without one CloudFront asks like anybody, so the objects have to be public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from course.lab import wire
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.asked import asking
from course.lab.clock import clock
from course.lab.cloudfront.forwarding import OriginRequest
from course.lab.cloudfront.visit import Visit
from course.lab.iam.services import service_may
from course.lab.iam.sessions import key_into
from course.lab.place import Place
from course.lab.replies import Reply
from course.lab.s3.door import refused
from course.lab.s3.hosts import Target, target_of
from course.lab.s3.objects import bucket_named, current

Config = Mapping[str, Any]
_PRINCIPAL: Final = "cloudfront.amazonaws.com"
_CALLS: Final = {
    "GET": ("GetObject", "s3:GetObject"),
    "HEAD": ("HeadObject", "s3:GetObject"),
    "PUT": ("PutObject", "s3:PutObject"),
    "DELETE": ("DeleteObject", "s3:DeleteObject"),
}


def signs(visit: Visit, origin: Config) -> bool:
    """Whether CloudFront signs its requests to this origin."""
    control = _control(visit, origin)
    return control is not None and control.signing_behavior != "never"


def _control(visit: Visit, origin: Config) -> Any | None:
    controls = Place(visit.record.account, "aws").backend("cloudfront").origin_access_controls
    return controls.get(origin.get("OriginAccessControlId") or "")


def ask(visit: Visit, sent: Sent, request: OriginRequest) -> Answer:
    """The answer of the bucket to the distribution."""
    target = target_of(sent)
    found = bucket_named(target.bucket) if target is not None else None
    if target is None or found is None:
        return refused(sent, Reply("NoSuchBucket", "The specified bucket does not exist", 404))
    key = unquote(request.path.removeprefix("/"))
    if not key or request.method not in _CALLS:
        return refused(sent, Reply("AccessDenied", "Access Denied", 403))
    operation, action = _CALLS[request.method]
    arn = f"arn:aws:s3:::{target.bucket}"
    source = visit.record.arn
    if not service_may(_PRINCIPAL, action, f"{arn}/{key}", source).allowed:
        return refused(sent, Reply("AccessDenied", "Access Denied", 403))
    if request.method in ("GET", "HEAD") and current(found[0], key) is None:
        # Only who may list the bucket is told that an object is not there.
        if not service_may(_PRINCIPAL, "s3:ListBucket", arn, source).allowed:
            return refused(sent, Reply("AccessDenied", "Access Denied", 403))
        return refused(sent, Reply("NoSuchKey", "The specified key does not exist.", 404))
    return _passed_on(sent, request, operation, replace(target, key=key), found[1].account_id)


def _passed_on(sent: Sent, request: OriginRequest, operation: str, target: Target, owner: str) -> Answer:
    params: dict[str, Any] = {"Bucket": target.bucket, "Key": target.key}
    if operation == "PutObject":
        params["Body"] = request.body
    headers = {name: value for name, value in request.headers.items() if name.lower().startswith("content-")}
    # The bucket's policy has decided; moto asks nobody who comes with a key of the bucket's owner.
    scope = f"{key_into(owner)}/{clock.now():%Y%m%d}/{target.region}/s3/aws4_request"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}"
    told: Any = HeadersDict(headers | {"Host": sent.host})
    asked = AWSPreparedRequest(request.method, sent.url, told, request.body, False)
    with asking("s3", operation, params):
        response = wire.pass_on("s3", operation, asked)
    return Answer(response.status_code, Headers(dict(response.headers)), response.content)
