"""A request's way: behaviour, viewer's rules, signature, cache, origin, and back with what CloudFront adds.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowCloudFrontWorks.html
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.cloudfront import (
    behaviours,
    edges,
    errors,
    field_encryption,
    firewall,
    forwarding,
    functions_run,
    lambda_edge,
    metrics,
    origins,
    realtime_logs,
    response_headers,
    signed,
    ttl,
)
from course.lab.cloudfront.cache_key import Key, key_of
from course.lab.cloudfront.records import Config, Distribution
from course.lab.cloudfront.visit import Outcome, Stopped, Visit

_READ: Final = ("GET", "HEAD")
# Headers of the connection to the origin, and those that CloudFront writes itself.
_NOT_KEPT: Final = ("Connection", "Keep-Alive", "Transfer-Encoding", "X-Cache", "Via", "Age", "X-Amz-Cf-Pop")
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
_COMPRESSED: Final = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")


def answer(record: Distribution, config: Config, sent: Sent) -> Answer:
    """The answer of a distribution to a viewer."""
    country = edges.country_at(sent.source_ip)
    edge = edges.nearest(country, config["PriceClass"])
    behaviour = behaviours.choose(config, record.account, sent.path)
    visit = Visit(record, config, edge, country, sent, behaviour)
    is_from_behind = True
    try:
        outcome = _outcome(visit)
    except Stopped as stopped:
        outcome, is_from_behind = stopped.outcome, False
    if outcome.answer.status >= 400:
        outcome = errors.in_its_place(visit, outcome, lambda path: _fetch(visit, path))
    try:
        if is_from_behind:  # redirects and answers made at the viewer's request pass by these functions
            outcome = lambda_edge.at_viewer_response(visit, outcome)
            outcome = functions_run.at_viewer_response(visit, outcome)
    except Stopped as stopped:
        outcome = stopped.outcome
    metrics.count(visit, outcome)
    realtime_logs.write(visit, outcome)
    return _finished(visit, outcome)


def _outcome(visit: Visit) -> Outcome:
    if not visit.config["Enabled"]:
        raise errors.refuse(403, "The distribution is not enabled.")
    firewall.admit(visit)
    _by_country(visit)
    _by_protocol(visit)
    if visit.sent.method not in visit.behaviour.allowed:
        raise errors.refuse(
            403, "This distribution is not configured to allow the HTTP request method that was used for this request."
        )
    signed.admit(visit)
    root = visit.config.get("DefaultRootObject", "")
    if visit.sent.path == "/" and root:
        visit.sent = visit.as_path(f"/{root}")
    lambda_edge.at_viewer_request(visit)
    functions_run.at_viewer_request(visit)
    return _from_cache_or_origin(visit)


def _by_country(visit: Visit) -> None:
    restriction = (visit.config.get("Restrictions") or {}).get("GeoRestriction") or {}
    kind, listed = restriction.get("RestrictionType", "none"), restriction.get("Items") or []
    if (kind == "whitelist" and visit.country not in listed) or (kind == "blacklist" and visit.country in listed):
        raise errors.refuse(403, "The Amazon CloudFront distribution is configured to block access from your country.")


def _by_protocol(visit: Visit) -> None:
    policy = visit.behaviour.config["ViewerProtocolPolicy"]
    if visit.sent.is_secure or policy == "allow-all":
        return
    if policy == "https-only":
        raise errors.refuse(403, "Bad request. This behaviour is for HTTPS only.")
    # GET and HEAD may be repeated by anybody; for the others 307 says: the same method and body again.
    status = 301 if visit.sent.method in _READ else 307
    sent = visit.sent
    place = f"https://{sent.host}{sent.path}" + (f"?{sent.query}" if sent.query else "")
    body = b"<html><head><title>Moved</title></head><body>Moved</body></html>"
    headers = Headers({"Location": place, "Content-Type": "text/html", "Content-Length": str(len(body))})
    raise Stopped(Answer(status, headers, body), "Redirect")


def _fetch(visit: Visit, path: str) -> Outcome:
    """Get a page for CloudFront's own use, past the viewer's rules."""
    behaviour = behaviours.choose(visit.config, visit.record.account, path)
    sent = replace(visit.sent, method="GET", path=path, query="", body=b"")
    return _from_cache_or_origin(Visit(visit.record, visit.config, visit.edge, visit.country, sent, behaviour))


def _from_cache_or_origin(visit: Visit) -> Outcome:
    method = visit.sent.method
    if method not in visit.behaviour.cached:
        request = field_encryption.protect(visit, forwarding.request_for(visit))
        given = _cleaned(origins.ask(visit, request))
        return Outcome(given, "Error" if given.status >= 400 else "Miss")
    cache, key = visit.record.cache(visit.edge.code), _key(visit)
    bad = cache.errors.get(key)
    copy = cache.copies.get(key)
    if bad is not None and bad.is_fresh:
        # While an error is remembered, an old copy is better than the error.
        stale = copy is not None and bad.answer.status >= 500
        return Outcome(copy.answer, "Hit", copy.age) if stale and copy else Outcome(bad.answer, "Error", bad.age)
    if copy is not None and copy.is_fresh:
        return Outcome(copy.answer, "Hit", copy.age)
    return _asked(visit, key)


def _asked(visit: Visit, key: Key) -> Outcome:
    """Ask the origin; if there is an old copy, whether that is still good."""
    cache, times = visit.record.cache(visit.edge.code), visit.behaviour.times
    request = forwarding.request_for(visit)
    copy = cache.copies.get(key)
    if copy is not None:
        for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            if validator in copy.answer.headers:
                request.headers[name] = copy.answer.headers[validator]
    given = _cleaned(origins.ask(visit, request))
    if copy is not None and (given.status == 304 or _is_the_same(copy.answer, given)):
        headers = given.headers if "Cache-Control" in given.headers else copy.answer.headers
        kept = cache.refresh(key, ttl.seconds_for(headers, times))
        return Outcome(kept.answer, "RefreshHit", 0)
    if given.status >= 400:
        seconds = errors.seconds_kept(visit.config, given)
        if seconds:
            cache.put_error(key, given, seconds)
        if copy is not None and given.status >= 500:
            return Outcome(copy.answer, "Hit", copy.age)  # an old copy is better than an error
        if copy is not None:
            cache.copies.pop(key)
        return Outcome(given, "Error")
    given = _compressed(visit, key, given)
    cache.forget(key)
    if visit.sent.method != "HEAD" and ttl.may_be_kept(given.headers, times):
        seconds = ttl.seconds_for(given.headers, times)
        if seconds or "ETag" in given.headers or "Last-Modified" in given.headers:
            cache.put(key, given, seconds)
    return Outcome(given, "Miss")


def _is_the_same(old: Answer, new: Answer) -> bool:
    """An origin that does not speak in conditions, such as one of the lab's, shows by its ETag that nothing changed."""
    tag = old.headers.get("ETag")
    return bool(tag) and new.status == 200 and new.headers.get("ETag") == tag


def _key(visit: Visit) -> Key:
    sent, query = visit.sent, visit.sent.query
    if signed.is_asked(visit.behaviour.config):
        query = signed.without_signature(query)
    return key_of(sent.method, sent.path, query, visit.headers(), visit.behaviour.keyed)


def _compressed(visit: Visit, key: Key, given: Answer) -> Answer:
    wanted = any(name == "accept-encoding" and "gzip" in value for name, value in key.headers)
    kind = given.headers.get("Content-Type", "")
    fits = 1000 <= len(given.content) <= 10_000_000 and kind.startswith(_COMPRESSED)
    if not (visit.behaviour.config.get("Compress") and wanted and fits) or "Content-Encoding" in given.headers:
        return given
    content, headers = gzip.compress(given.content, mtime=0), given.headers.copy()
    headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(content))
    headers["Vary"] = "Accept-Encoding"
    return Answer(given.status, headers, content)


def _cleaned(given: Answer) -> Answer:
    headers = given.headers.copy()
    for name in _NOT_KEPT:
        headers.discard(name)
    return Answer(given.status, headers, given.content)


def _finished(visit: Visit, outcome: Outcome) -> Answer:
    """The answer as the viewer gets it."""
    given = response_headers.add(visit, outcome.answer)
    headers = given.headers.copy()
    headers["X-Cache"] = f"{outcome.word} from cloudfront"
    headers["Via"] = f"1.1 {visit.record.id.lower()}.cloudfront.net (CloudFront)"
    headers["X-Amz-Cf-Pop"] = f"{visit.edge.code}50-C1"
    headers["X-Amz-Cf-Id"] = visit.id
    if outcome.age is not None:
        headers["Age"] = str(outcome.age)
    tag = given.headers.get("ETag")
    if (
        given.status == 200
        and visit.sent.method in _READ
        and tag
        and tag in visit.sent.headers.get("If-None-Match", "")
    ):
        headers["Content-Length"] = "0"
        return Answer(304, headers, b"")
    return Answer(given.status, headers, given.content)
