"""A user who is not in the pool may be in the directory that came before it: the UserMigration trigger asks there.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
"""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpUser, UserStatus

from course.lab.cognito import triggers
from course.lab.cognito.pools import Ask
from course.lab.cognito.refused import Refused


def migrated(ask: Ask, name: str, password: str | None, source: str) -> Any | None:
    """The user that the trigger brought, now in the pool; None if it knows nobody of this name."""
    request = {
        "password": password,
        "validationData": ask.metadata or None,
        "userAttributes": None,
        "clientMetadata": ask.metadata,
    }
    empty = dict.fromkeys(
        ("userAttributes", "forceAliasCreation", "enableSMSMFA", "finalUserStatus", "messageAction",
         "desiredDeliveryMediums")
    )  # fmt: skip
    said = triggers.run(ask, "UserMigration", source, name, request, empty)
    if said is None:
        return None
    values = said.get("userAttributes")
    if not isinstance(values, dict):
        if values is None and said.get("finalUserStatus") is None:
            return None
        raise Refused("InvalidLambdaResponseException", "Unrecognizable lambda output")
    status = UserStatus(said.get("finalUserStatus") or "RESET_REQUIRED")
    by_address = ask.pool.extended_config.get("UsernameAttributes")
    listed = [{"Name": key, "Value": str(value)} for key, value in values.items() if key != "username"]
    user = CognitoIdpUser(ask.pool.id, None if by_address else name, password, status, listed)
    ask.pool.users[user.username] = user
    return user
