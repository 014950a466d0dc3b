"""Which bucket and object does a URL mean, and does it ask the API or the web site?

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from course.lab.apigateway.exchange import Sent

HOSTS: Final = re.compile(
    r"(?:(?P<bucket>[a-z0-9.-]+?)\.)?s3(?P<site>-website)?(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com"
)


@dataclass(frozen=True)
class Target:
    """What a URL names."""

    bucket: str
    key: str
    region: str
    is_site: bool


def target_of(sent: Sent) -> Target | None:
    """Take the host and the path apart; None if the host is not S3's."""
    found = HOSTS.fullmatch(sent.host.lower())
    if found is None:
        return None
    path = sent.decoded_path.removeprefix("/")
    bucket = found["bucket"] or ""
    if not bucket:
        bucket, _, path = path.partition("/")
    return Target(bucket, path, found["region"] or "us-east-1", bool(found["site"]))
