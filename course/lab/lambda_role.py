"""The credentials inside a function: a session of its execution role.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from __future__ import annotations

from typing import Any

from moto.sts.models import sts_backends


def credentials(function: Any) -> dict[str, str]:
    """Environment variables with temporary credentials; the session is named after the function."""
    sts: Any = sts_backends[function.account_id][function.partition]
    session = sts.assume_role(
        region_name=function.region,
        role_session_name=function.function_name,
        role_arn=function.role,
        policy=None,
        duration=3600,
        external_id=None,
    )
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
