"""Origins are asked: which one, over what, and the second one of a group when the first one fails.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.cloudfront import errors, lambda_edge, s3_origin
from course.lab.cloudfront.forwarding import OriginRequest
from course.lab.cloudfront.visit import Visit
from course.lab.s3.hosts import HOSTS

Config = Mapping[str, Any]
_FAILING_OVER: Final = ("GET", "HEAD", "OPTIONS")
# Hosts that answer only to their own name: whoever forwards the viewer's Host header to them is refused.
_OWN_NAME_ONLY: Final = (".amazonaws.com", ".on.aws")


class Unreachable(Exception):
    """No answer from the origin; the status is what CloudFront says in its place."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status

    @property
    def answer(self) -> Answer:
        return errors.page(self.status, str(self))


def ask(visit: Visit, request: OriginRequest) -> Answer:
    """The answer of the behaviour's origin, or of its origin group."""
    groups = {one["Id"]: one for one in (visit.config["OriginGroups"].get("Items") or [])}
    group = groups.get(visit.behaviour.target)
    if group is None:
        return _said(visit, visit.behaviour.target, request)
    first, second = (one["OriginId"] for one in group["Members"]["Items"])
    if request.method not in _FAILING_OVER:
        return _said(visit, first, request)
    codes = set(group["FailoverCriteria"]["StatusCodes"]["Items"])
    try:
        given = _one(visit, first, request)
    except Unreachable as failed:
        given = failed.answer
        if failed.status not in (502, 503, 504):
            return given
        return _said(visit, second, request)
    return _said(visit, second, request) if given.status in codes else given


def _said(visit: Visit, origin_id: str, request: OriginRequest) -> Answer:
    try:
        return _one(visit, origin_id, request)
    except Unreachable as failed:
        return failed.answer


def _one(visit: Visit, origin_id: str, request: OriginRequest) -> Answer:
    origin = next(one for one in visit.config["Origins"]["Items"] if one["Id"] == origin_id)
    changed = lambda_edge.at_origin_request(visit, request, origin)
    if isinstance(changed, Answer):
        return lambda_edge.at_origin_response(visit, request, changed)
    visit.asked_origin += 1
    given = _asked(visit, origin, changed)
    return lambda_edge.at_origin_response(visit, changed, given)


def _asked(visit: Visit, origin: Config, request: OriginRequest) -> Answer:
    domain = request.domain or origin["DomainName"]
    headers = request.headers.copy()
    for one in (origin.get("CustomHeaders") or {}).get("Items") or []:
        headers[one["HeaderName"]] = one["HeaderValue"]
    forwarded_host = headers.get("Host", domain)
    headers["Host"] = forwarded_host
    path = (origin.get("OriginPath") or "") + request.path
    request = replace(request, headers=headers, path=path)
    secure, port = _way(visit, origin)
    sent = Sent(
        request.method, domain, path, request.query, headers, request.body, visit.edge.address, "", secure, port
    )
    if HOSTS.fullmatch(domain) and "S3OriginConfig" in origin:
        if s3_origin.signs(visit, origin):
            return s3_origin.ask(visit, sent, request)
        # Over plain S3 only the bucket's own name leads anywhere.
        sent = replace(sent, headers=_named(headers, domain))
    elif forwarded_host != domain and domain.endswith(_OWN_NAME_ONLY) and ".elb." not in domain:
        return Answer(403, Headers({"Content-Type": "application/json"}), b'{"message":"Forbidden"}')
    return _through(sent, origin, request)


def _through(sent: Sent, origin: Config, request: OriginRequest) -> Answer:
    from course.lab.apigateway import front_door

    found = HOSTS.fullmatch(sent.host)
    if found is not None and found["site"] and sent.is_secure:
        raise Unreachable(504, "The origin did not answer: web site endpoints of S3 speak HTTP only.")
    custom = origin.get("CustomOriginConfig") or {}
    patience = float(custom.get("OriginReadTimeout") or 30)
    # Every attempt to connect is made as often as the origin says; the lab's connections never fail by chance.
    try:
        return front_door.answer(replace(sent, patience=patience))
    except TimeoutError as slow:
        raise Unreachable(504, f"CloudFront wasn't able to connect to the origin in time. {slow}") from None
    except ConnectionError as failed:
        raise Unreachable(502, f"CloudFront wasn't able to connect to the origin. {failed}") from None


def _way(visit: Visit, origin: Config) -> tuple[bool, int]:
    """Over TLS or not, and to which port."""
    custom = origin.get("CustomOriginConfig")
    if custom is None:
        return visit.sent.is_secure, 443 if visit.sent.is_secure else 80
    policy = custom["OriginProtocolPolicy"]
    secure = policy == "https-only" or (policy == "match-viewer" and visit.sent.is_secure)
    return secure, int(custom["HTTPSPort"] if secure else custom["HTTPPort"])


def _named(headers: Any, domain: str) -> Any:
    found = headers.copy()
    found["Host"] = domain
    return found
