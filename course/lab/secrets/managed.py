"""Secrets that a service owns: RDS makes them for master users and rotates them every seven days, without a function.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.moto_api._internal import mock_random

_DAYS: Final = 7
_LENGTH: Final = 28


def is_managed(secret: Any) -> bool:
    """Whether a service owns and rotates this secret."""
    return secret.owning_service is not None


def adopt(secret: Any) -> None:
    """Give a secret that was just made for a service its schedule."""
    if is_managed(secret) and "lab_rules" not in secret.__dict__:
        secret.rotation_enabled = secret.rotation_requested = True
        secret.lab_rules = {"AutomaticallyAfterDays": _DAYS}
        secret.auto_rotate_after_days = _DAYS
        secret.next_rotation_date = float(secret.created_date or 0) + _DAYS * 86_400


def turn(backend: Any, secret: Any) -> str:
    """A new password in the secret, which is where the lab's databases look it up; the version that has it."""
    current = json.loads(secret.versions[secret.default_version_id]["secret_string"])
    current["password"] = mock_random.get_random_string(_LENGTH, include_digits=True)
    backend.put_secret_value(secret.arn, json.dumps(current), "", "", ["AWSCURRENT"])
    return str(secret.default_version_id)
