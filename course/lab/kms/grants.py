"""Grants: permissions beside the key policy, for one principal, on one key, for some operations.

IAM's engine reads them as further statements of the key policy.
https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
"""

from __future__ import annotations

import json
from typing import Any


def with_grants(key: Any) -> str:
    """The key policy of one of moto's keys, and a statement for each of its grants."""
    if not key.grants:
        return str(key.policy)
    try:
        policy = json.loads(key.policy)
        stated = policy["Statement"]
    except (ValueError, KeyError, TypeError):
        return str(key.policy)
    listed = stated if isinstance(stated, list) else [stated]
    policy["Statement"] = [*listed, *(_statement(grant) for grant in key.grants.values())]
    return json.dumps(policy)


def _statement(grant: Any) -> dict[str, Any]:
    kind = "Service" if str(grant.grantee_principal).endswith(".amazonaws.com") else "AWS"
    made: dict[str, Any] = {
        "Sid": f"grant{grant.id[:8]}",
        "Effect": "Allow",
        "Principal": {kind: grant.grantee_principal},
        "Action": [f"kms:{operation}" for operation in grant.operations],
        "Resource": "*",
    }
    if conditions := _conditions(grant.constraints or {}):
        made["Condition"] = conditions
    return made


def _conditions(constraints: dict[str, Any]) -> dict[str, Any]:
    exact = constraints.get("EncryptionContextEquals")
    pairs = exact or constraints.get("EncryptionContextSubset")
    if not pairs:
        return {}
    found: dict[str, Any] = {"StringEquals": {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}}
    if exact:
        found["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": list(exact)}
    return found
