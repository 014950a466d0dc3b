"""A bucket as a static web site: index and error pages, redirects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import xmltodict

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.s3.hosts import Target
from course.lab.s3.objects import bucket_named, current

Read = Callable[[Sent, Target, str], Answer]


def answer(sent: Sent, target: Target, read: Read) -> Answer:
    """Answer a visitor of the site."""
    found = bucket_named(target.bucket)
    if found is None:
        return _page(404, "NoSuchBucket", "The specified bucket does not exist")
    raw = found[0].website_configuration
    if not raw:
        return _page(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
    if sent.method not in ("GET", "HEAD"):
        return _page(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    config: Any = xmltodict.parse(raw)["WebsiteConfiguration"]
    if everything := config.get("RedirectAllRequestsTo"):
        scheme = everything.get("Protocol") or "http"
        return _moved(f"{scheme}://{everything['HostName']}/{target.key}")
    rules = _list((config.get("RoutingRules") or {}).get("RoutingRule"))
    if redirect := _redirect(rules, target, sent, 0):
        return redirect
    index = config["IndexDocument"]["Suffix"]
    key = target.key
    if not key or key.endswith("/"):
        key += index
    elif current(found[0], key) is None and current(found[0], f"{key}/{index}") is not None:
        return _moved(f"/{key}/", 302)
    given = read(sent, target, key)
    if given.status < 400:
        return _where_it_went(found[0], key) or given
    if redirect := _redirect(rules, target, sent, given.status):
        return redirect
    error = (config.get("ErrorDocument") or {}).get("Key")
    if error and (page := read(sent, target, error)).status < 400:
        return Answer(given.status, page.headers, page.content)
    code = "NoSuchKey" if given.status == 404 else "AccessDenied"
    return _page(given.status, code, "The specified key does not exist." if given.status == 404 else "Access Denied")


def _redirect(rules: list[Any], target: Target, sent: Sent, status: int) -> Answer | None:
    for rule in rules:
        condition, goal = rule.get("Condition") or {}, rule["Redirect"]
        prefix, wanted = condition.get("KeyPrefixEquals"), condition.get("HttpErrorCodeReturnedEquals")
        if (int(wanted) if wanted else 0) != status or (prefix and not target.key.startswith(prefix)):
            continue
        key = target.key
        if goal.get("ReplaceKeyWith") is not None:
            key = goal["ReplaceKeyWith"]
        elif "ReplaceKeyPrefixWith" in goal:
            key = (goal["ReplaceKeyPrefixWith"] or "") + key.removeprefix(prefix or "")
        host = goal.get("HostName") or sent.host
        return _moved(f"{goal.get('Protocol') or 'http'}://{host}/{key}", int(goal.get("HttpRedirectCode") or 301))
    return None


def _where_it_went(bucket: Any, key: str) -> Answer | None:
    found = current(bucket, key)
    place = found.website_redirect_location if found is not None else None
    return _moved(place) if place else None


def _moved(url: str, status: int = 301) -> Answer:
    return Answer(status, Headers({"Location": url, "Content-Length": "0"}), b"")


def _page(status: int, code: str, message: str) -> Answer:
    body = f"<html><body><h1>{status} {escape(code)}</h1><ul><li>Message: {escape(message)}</li></ul></body></html>"
    return Answer(status, Headers({"Content-Type": "text/html; charset=utf-8"}), body.encode())


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
