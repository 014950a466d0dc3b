"""Is this bucket policy public? S3 Block Public Access asks.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

import ipaddress
from typing import Final

from course.lab.iam.conditions import Condition
from course.lab.iam.document import Policy, Statement

# A fixed value for one of these keys makes a statement non-public.
_NARROWING: Final = frozenset(
    {
        "aws:principalorgid",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:sourceip",
        "aws:userid",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    }
)
_EQUAL: Final = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def is_public(policy: Policy) -> bool:
    """Whether some statement lets in principals that are not fixed."""
    return any(statement.effect == "Allow" and _is_open(statement) for statement in policy.statements)


def _is_open(statement: Statement) -> bool:
    principals = statement.principals
    if principals is None:
        return False
    everybody = principals.negated or any(kind == "AWS" and name == "*" for kind, name in principals.entries)
    return everybody and not any(_narrows(condition) for condition in statement.conditions)


def _narrows(condition: Condition) -> bool:
    if condition.key.lower() not in _NARROWING or condition.operator not in _EQUAL or condition.if_exists:
        return False
    return all(_is_fixed(condition, value) for value in condition.values)


def _is_fixed(condition: Condition, value: str) -> bool:
    if condition.key.lower() == "aws:sourceip":
        # Very broad ranges count as public: wider than /8 for IPv4, than /32 for IPv6.
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            return False
        return network.prefixlen >= (8 if network.version == 4 else 32)
    return "*" not in value and "?" not in value and "${" not in value
