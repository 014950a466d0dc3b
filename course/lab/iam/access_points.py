"""Requests through an S3 access point pass two doors: the access point, and the bucket behind it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html

Each door asks its own policy and those of the caller. A bucket may leave the decision to its access points by a policy
that allows everybody who comes through one of them (condition s3:DataAccessPointAccount).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from moto.backends import get_backend

from course.lab.iam.api_call import ApiCall, Check
from course.lab.iam.document import Policy
from course.lab.iam.request import ContextValue

_ARN: Final = re.compile(r"(arn:aws:s3:[a-z0-9-]+:(\d{12}):accesspoint/([a-z0-9-]+))(?:/(.*))?", re.DOTALL)


def is_through_one(call: ApiCall) -> bool:
    """Whether the call names an access point where others name a bucket."""
    return call.service == "s3" and ":accesspoint/" in str(call.params.get("Bucket", ""))


def both_doors(checks: Iterable[Check]) -> Iterator[Check]:
    """Each question of the call, asked at the access point and at its bucket."""
    for check in checks:
        found = _ARN.fullmatch(check.resource)
        point = _point(found[2], found[3]) if found else None
        if found is None or point is None:
            yield check
            continue
        arn, account, _, key = found.groups()
        context: dict[str, ContextValue] = {
            **check.context,
            "s3:DataAccessPointArn": arn,
            "s3:DataAccessPointAccount": account,
            "s3:AccessPointNetworkOrigin": point.network_origin,
        }
        yield replace(check, resource=f"{arn}/object/{key}" if key else arn, context=context)
        bucket = f"arn:aws:s3:::{point.bucket}"
        yield replace(check, resource=f"{bucket}/{key}" if key else bucket, context=context)


def policy_at(account: str, name: str) -> Policy | None:
    """The policy of an access point."""
    from course.lab.iam.resources import policy_from

    point = _point(account, name)
    return policy_from(point.policy, name) if point is not None else None


def _point(account: str, name: str) -> Any:
    store: Any = get_backend("s3control")
    return store[account]["aws"].access_points[account].get(name)
