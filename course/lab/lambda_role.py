"""The credentials inside a function: a session of its execution role.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from __future__ import annotations

from typing import Any

from course.lab.role_session import role_session


def credentials(function: Any) -> dict[str, str]:
    """Environment variables with temporary credentials; the session is named after the function."""
    session = role_session(
        function.account_id, function.region, function.role, function.function_name, function.partition
    )
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
