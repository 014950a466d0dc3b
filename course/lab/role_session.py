"""A session of the role with which a service runs somebody's work: Lambda functions and state machines.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
"""

from __future__ import annotations

from typing import Any

from moto.sts.models import sts_backends


def role_session(account: str, region: str, role: str, name: str, partition: str = "aws") -> Any:
    """Moto's record of the new session: `access_key_id`, `secret_access_key`, `session_token`."""
    sts: Any = sts_backends[account][partition]
    return sts.assume_role(
        region_name=region, role_session_name=name, role_arn=role, policy=None, duration=3600, external_id=None
    )
