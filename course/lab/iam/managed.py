"""AWS's own managed policies, brought into the account when somebody names one.

Moto ships their text but leaves them out unless told to load all of them, which takes longer than a whole start
of the lab. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends

_PREFIX = "arn:aws:iam::aws:policy/"


def bring_in(account: str, arn: str) -> None:
    """Make one of AWS's managed policies known to the account, if there is one with this ARN."""
    backend = iam_backends[account]["aws"]
    if arn.startswith(_PREFIX) and arn not in backend.managed_policies:
        data = _by_arn().get(arn)
        if data is not None:
            _add(backend, arn.rsplit("/", 1)[-1], data)


def bring_in_all(account: str) -> None:
    """Make all of AWS's managed policies known to the account (for listing them)."""
    backend = iam_backends[account]["aws"]
    for arn, data in _by_arn().items():
        if arn not in backend.managed_policies:
            _add(backend, arn.rsplit("/", 1)[-1], data)


def _add(backend: IAMBackend, name: str, data: dict[str, Any]) -> None:
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
    backend.managed_policies[policy.arn] = policy
    backend.aws_managed_policies.append(policy)


@cache
def _by_arn() -> dict[str, dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return {f"{_PREFIX}{data['Path'].lstrip('/')}{name}": data for name, data in policies.items()}
