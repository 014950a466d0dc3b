"""Access logs of application load balancers: a line for each request, a file in S3 for each node every five minutes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.agenda import Delivery, add_source, note
from course.lab.apigateway.exchange import Answer
from course.lab.clock import clock
from course.lab.elb.visit import Visit
from course.lab.place import everywhere

_EVERY: Final = 300
_SERVICE: Final = "logdelivery.elasticloadbalancing.amazonaws.com"
# Regions that were there before August 2022 may also let in ELB's own account.
_ACCOUNTS: Final = {
    "us-east-1": "127311923021", "us-east-2": "033677994240", "us-west-1": "027434742980",
    "us-west-2": "797873946194", "eu-west-1": "156460612806", "eu-central-1": "054676820928",
}  # fmt: skip
_logging = False


def hindrance(balancer: Any, bucket: str, prefix: str) -> str:
    """What keeps the balancer from writing its logs; empty if nothing does."""
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Principal, Request
    from course.lab.iam.resources import resource_of
    from course.lab.iam.services import service_may
    from course.lab.s3.objects import bucket_named

    if bucket_named(bucket) is None:
        return f"S3Bucket: {bucket} is not found"
    region, account = balancer.arn.split(":")[3:5]
    name = f"arn:aws:s3:::{bucket}/{_folder(prefix, account, region)}/file.log.gz"
    if service_may(_SERVICE, "s3:PutObject", name, balancer.arn).allowed:
        return ""
    if region in _ACCOUNTS:
        elb = Principal("root", f"arn:aws:iam::{_ACCOUNTS[region]}:root", _ACCOUNTS[region])
        resource = resource_of(name)
        asked = Request(elb, "s3:PutObject", name, {}, resource.owner)
        if decide(asked, Policies(resource=resource.policy, resource_must_allow=True)).allowed:
            return ""
    return f"Access Denied for bucket: {bucket}. Please check S3bucket permission"


def keep(visit: Visit, given: Answer) -> None:
    """Keep the line of a request until its file is written."""
    global _logging
    if str(visit.balancer.attrs.get("access_logs.s3.enabled", "false")) != "true":
        return
    _logging = True
    waiting = visit.balancer.__dict__.setdefault("lab_log", [])
    waiting.append((visit.began, visit.node.public, line_of(visit, given)))


def line_of(visit: Visit, given: Answer) -> str:
    """The line of the log, its fields in AWS's order."""
    sent, group = visit.sent, visit.group
    end = visit.began + max(0.0, visit.seconds)
    answered = visit.target_status is not None
    host = sent.headers.get("Host", sent.host)
    address = f"{visit.scheme}://{host.partition(':')[0]}:{visit.listener.port}{sent.path}"
    address += f"?{sent.query}" if sent.query else ""
    agent = sent.headers.get("User-Agent", "-")
    secure = visit.scheme == "https"
    names = {"refused": "-", "closed": "-"}
    fields = [
        visit.scheme,
        _moment(end),
        visit.balancer.arn.rpartition(":loadbalancer/")[2],
        f"{sent.source_ip}:{visit.client_port}",
        visit.target or "-",
        *(("0.000", f"{visit.seconds:.3f}", "0.000") if answered else ("-1", "-1", "-1")),
        str(given.status),
        str(visit.target_status or "-"),
        str(len(sent.body) + 200),
        str(len(given.content) + 200),
        f'"{sent.method} {address} HTTP/1.1"',
        f'"{agent}"',
        "TLS_AES_128_GCM_SHA256" if secure else "-",
        "TLSv1.3" if secure else "-",
        group.arn if group is not None else "-",
        f'"{visit.trace or "-"}"',
        f'"{host.partition(":")[0] if secure else "-"}"',
        f'"{visit.certificate or "-"}"',
        _priority(visit),
        _moment(visit.began),
        f'"{",".join(visit.executed) or "-"}"',
        f'"{visit.redirect_url or "-"}"',
        f'"{names.get(visit.error_reason, visit.error_reason) or "-"}"',
        f'"{visit.target or "-"}"',
        f'"{visit.target_status or "-"}"',
        '"-"',
        '"-"',
        f"TID_{mock_random.get_random_hex(32)}",
    ]
    return " ".join(fields)


def _priority(visit: Visit) -> str:
    if visit.rule is None:
        return "-1"
    return "0" if visit.rule.is_default else str(visit.rule.priority)


def _moment(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _folder(prefix: str, account: str, region: str) -> str:
    start = f"{prefix.strip('/')}/" if prefix else ""
    return f"{start}AWSLogs/{account}/elasticloadbalancing/{region}/{clock.now():%Y/%m/%d}"


def put_test_file(balancer: Any, bucket: str, prefix: str) -> None:
    """AWS tries the bucket with a file when logs are switched on."""
    from course.lab.s3.objects import bucket_named

    account = balancer.arn.split(":")[4]
    found = bucket_named(bucket)
    start = f"{prefix.strip('/')}/" if prefix else ""
    if found is not None:
        body = f"Enable AccessLog for ELB: {balancer.name} at {clock.now():%Y-%m-%dT%H:%M:%SZ}".encode()
        found[1].put_object(found[0].name, f"{start}AWSLogs/{account}/ELBAccessLogTestFile", body)


class _Delivery:
    """What the agenda asks: files are written at every full five minutes."""

    def next_due(self) -> float | None:
        waiting = [at for balancer in _balancers() for at, _, _ in balancer.__dict__.get("lab_log", ())]
        return (min(waiting) // _EVERY + 1) * _EVERY if waiting else None

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for balancer in _balancers():
            waiting = balancer.__dict__.get("lab_log", [])
            full = now // _EVERY * _EVERY
            due = [one for one in waiting if one[0] < full]
            if due:
                balancer.__dict__["lab_log"] = [one for one in waiting if one[0] >= full]
                made += _write(balancer, due, full)
        return made


def _write(balancer: Any, lines: list[tuple[float, str, str]], end: float) -> list[Delivery]:
    from course.lab.s3.objects import bucket_named

    bucket, prefix = balancer.attrs.get("access_logs.s3.bucket", ""), balancer.attrs.get("access_logs.s3.prefix", "")
    found = bucket_named(bucket)
    if found is None or hindrance(balancer, bucket, prefix):
        return [note(f"access log of {balancer.name}", bucket, "not written: the bucket's policy does not let it in")]
    region, account = balancer.arn.split(":")[3:5]
    made = []
    moment = dt.datetime.fromtimestamp(end, dt.UTC)
    for address in sorted({one[1] for one in lines}):
        name = f"{_folder(prefix, account, region)}/{account}_elasticloadbalancing_{region}_"
        name += balancer.arn.rpartition(":loadbalancer/")[2].replace("/", ".")
        name += f"_{moment:%Y%m%dT%H%MZ}_{address}_{mock_random.get_random_string(8)}.log.gz"
        text = "\n".join(one[2] for one in lines if one[1] == address) + "\n"
        found[1].put_object(found[0].name, name, gzip.compress(text.encode(), mtime=0))
        made.append(note(f"access log of {balancer.name}", bucket, name))
    return made


def _balancers() -> list[Any]:
    if not _logging:
        return []
    return [balancer for kept in everywhere("elbv2") for balancer in kept.load_balancers.values()]


add_source(_Delivery())
