"""Server access logs: a line for each request, also for one that was denied.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html

AWS delivers within hours and promises no completeness; here each request has its log object when the account settles.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import quote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random

from course.lab.agenda import Delivery, add_source
from course.lab.agenda import note as told
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.iam.api_call import signature_of
from course.lab.iam.call_context import SOURCE_IP
from course.lab.iam.callers import caller_of
from course.lab.s3.objects import bucket_named, buckets
from course.lab.wire import afterwards

_SUBRESOURCES: Final = ("acl", "policy", "tagging", "versioning", "lifecycle", "logging", "cors", "website")
_HOUR: Final = 3600
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@afterwards("s3")
def note(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Keep the line of one request, if its bucket is logged."""
    call = asked(operation)
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or not found[0].logging or operation == "PutBucketLogging":
        return
    lines: list[tuple[float, str]] = found[0].__dict__.setdefault("lab_log", [])
    lines.append((clock.now().timestamp(), _line(found[0], str(call.params.get("Key", "")), request, response)))


def _line(bucket: Any, key: str, request: AWSPreparedRequest, response: AWSResponse) -> str:
    now = clock.now().astimezone(dt.UTC)
    moment = f"{now:%d}/{_MONTHS[now.month - 1]}/{now:%Y:%H:%M:%S} +0000"
    signed = signature_of(request)
    who = caller_of(signed.access_key_id).principal.arn if signed.access_key_id else "-"
    url = urlsplit(request.url)
    asks = f"{url.path}?{url.query}" if url.query else url.path
    sub = next((one for one in _SUBRESOURCES if f"&{one}" in f"&{url.query}"), "object" if key else "bucket")
    code = _between(response.text, "<Code>", "</Code>") if response.status_code >= 400 else ""
    size = response.headers.get("content-length") or "-"  # the bytes themselves are for the caller to read
    agent = request.headers.get("User-Agent", "-")
    agent = agent.decode() if isinstance(agent, bytes) else str(agent)
    auth = "AuthHeader" if "Authorization" in request.headers else "QueryString" if signed.access_key_id else "-"
    version = "SigV4" if signed.access_key_id else "-"
    fields = [bucket.account_id, bucket.name, f"[{moment}]", SOURCE_IP, who, mock_random.get_random_hex(16).upper()]
    fields += [f"REST.{request.method}.{sub.upper()}", quote(key) or "-", f'"{request.method} {asks} HTTP/1.1"']
    fields += [str(response.status_code), code or "-", size, "-", "1", "1", '"-"', f'"{agent}"', "-", "-", version]
    fields += ["TLS_AES_128_GCM_SHA256" if url.scheme == "https" else "-", auth, url.netloc]
    return " ".join([*fields, "TLSv1.3" if url.scheme == "https" else "-", "-", "-"])


def _between(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0]


class _Delivery:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        waiting = (at for bucket, _ in buckets() for at, _ in bucket.__dict__.get("lab_log", ()))
        return min(waiting, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for bucket, _ in buckets():
            waiting = bucket.__dict__.get("lab_log", [])
            lines = [one for one in waiting if one[0] <= now]
            if not lines:
                continue
            bucket.__dict__["lab_log"] = [one for one in waiting if one[0] > now]
            found = bucket_named(bucket.logging["TargetBucket"]) if bucket.logging else None
            if found is None:
                continue
            moment = clock.now().astimezone(dt.UTC)
            prefix = bucket.logging.get("TargetPrefix") or ""
            name = f"{prefix}{moment:%Y-%m-%d-%H-%M-%S}-{mock_random.get_random_hex(16).upper()}"
            found[1].put_object(found[0].name, name, "\n".join(line for _, line in lines).encode() + b"\n")
            if found[0] is bucket:
                # The log object is a request too: a bucket that logs to itself never comes to rest.
                own = f'{bucket.account_id} {bucket.name} - REST.PUT.OBJECT {quote(name)} "PUT /{name} HTTP/1.1" 200'
                bucket.__dict__["lab_log"].append((now + _HOUR, own))
            made.append(told(f"access log of {bucket.name}", found[0].name, name))
        return made


add_source(_Delivery())
