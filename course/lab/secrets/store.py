"""Secrets as the service keeps them.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
)
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.secrets.managed import adopt
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first

_DAY: Final = 86_400
_MOST_VERSIONS: Final = 100
_WAITING: Final = "You can't perform this operation on the secret because it was marked for deletion."


class LabSecret(FakeSecret):
    """A secret. Versions without a label are kept for a while, and shown only to who asks for them."""

    def _form_version_ids_to_stages(self) -> dict[str, Any]:
        return {name: one["version_stages"] for name, one in self.versions.items() if one["version_stages"]}

    def to_dict(self) -> dict[str, Any]:
        """As DescribeSecret shows it."""
        shown = super().to_dict()
        shown["LastAccessedDate"] = self.__dict__.get("lab_accessed")
        if rules := self.__dict__.get("lab_rules"):
            shown["RotationRules"] = rules
        if not shown.get("RotationLambdaARN"):
            shown.pop("RotationLambdaARN", None)
        return shown


class LabSecrets(SecretsManagerBackend):
    """Moto's store with AWS's rules."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.secretsmanager.models"

    def _add_secret(self, secret_id: str, *args: Any, **more: Any) -> tuple[FakeSecret, bool]:
        secret, new = super()._add_secret(secret_id, *args, **more)
        secret.__class__ = LabSecret
        _forget_oldest(secret)
        return secret, new

    def create_secret(self, name: str, *args: Any, **more: Any) -> str:
        """Make a secret; the name of a deleted one is free once its window is over."""
        old = self.secrets.get(name)
        if old is not None and old.is_deleted():
            raise InvalidRequestException(
                "You can't create this secret because a secret with this name is already scheduled for deletion."
            )
        return super().create_secret(name, *args, **more)

    def describe_secret(self, secret_id: str) -> Any:
        """A secret; one that RDS made before this class was in place becomes one of ours."""
        secret = super().describe_secret(secret_id)
        if isinstance(secret, FakeSecret):
            secret.__class__ = LabSecret
            adopt(secret)
        return secret

    def get_secret_value(self, secret_id: str, *args: Any, **more: Any) -> dict[str, Any]:
        """A version's value."""
        self._alive(secret_id)
        found = super().get_secret_value(secret_id, *args, **more)
        secret: Any = self.secrets[secret_id]
        secret.__dict__["lab_accessed"] = int(clock.now().timestamp()) // _DAY * _DAY  # AWS keeps the day only
        return found

    def put_secret_value(
        self,
        secret_id: str,
        secret_string: str,
        secret_binary: str,
        client_request_token: str,
        version_stages: list[str],
    ) -> str:
        """Add a version. One that has a value keeps it, also while a rotation is under way."""
        self._alive(secret_id)
        secret: Any = self.secrets.get(secret_id)
        there = secret.versions.get(client_request_token, {}) if isinstance(secret, LabSecret) else {}
        values = (there.get("secret_string"), there.get("secret_binary"))
        if any(values) and values != (secret_string, secret_binary):
            raise ResourceExistsException("You can't modify an existing secret version.")
        said = super().put_secret_value(secret_id, secret_string, secret_binary, client_request_token, version_stages)
        settle_default(self.secrets[secret_id])
        return said

    def update_secret(self, secret_id: str, *args: Any, **more: Any) -> str:
        """Change a secret."""
        self._alive(secret_id)
        return super().update_secret(secret_id, *args, **more)

    def replicate_secret_to_regions(self, secret_id: str, *args: Any, **more: Any) -> Any:
        """Copy a secret."""
        self._alive(secret_id)
        return super().replicate_secret_to_regions(secret_id, *args, **more)

    def update_secret_version_stage(
        self, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
    ) -> tuple[str, str]:
        """Move a label. Who takes it from a version must say so."""
        self._alive(secret_id)
        secret: Any = self.secrets.get(secret_id)
        holder = _holder(secret, version_stage) if secret is not None else None
        if move_to_version_id and holder and not remove_from_version_id and holder != move_to_version_id:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} is currently "
                f"attached to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )
        if version_stage == "AWSCURRENT" and remove_from_version_id and not move_to_version_id:
            raise InvalidParameterException(
                "You can't remove the staging label AWSCURRENT from a version without moving it to another one."
            )
        said = super().update_secret_version_stage(secret_id, version_stage, remove_from_version_id, move_to_version_id)
        settle_default(secret)
        return said

    def list_secret_version_ids(self, secret_id: str) -> str:
        """The versions, those without a label only if they were asked for."""
        call = asked("ListSecretVersionIds")
        everything = bool(call and call.params.get("IncludeDeprecated"))
        secret = self.describe_secret(secret_id)
        shown = [
            {"VersionId": name, "VersionStages": one["version_stages"], "CreatedDate": one["createdate"]}
            for name, one in secret.versions.items()
            if one["version_stages"] or everything
        ]
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": shown})

    def _alive(self, secret_id: str) -> None:
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.is_deleted():
            raise InvalidRequestException(_WAITING)


install = stand_in(secretsmanager_backends, LabSecrets)


def settle_default(secret: Any) -> None:
    """What is read without a stage is the version with AWSCURRENT; moto has its own idea of that."""
    current = _holder(secret, "AWSCURRENT")
    if current and isinstance(secret, FakeSecret):
        secret.set_default_version_id(current)


def _holder(secret: Any, stage: str) -> str | None:
    return next((name for name, one in secret.versions.items() if stage in one["version_stages"]), None)


def _forget_oldest(secret: Any) -> None:
    """More than a hundred versions: the oldest without a label goes, unless it is younger than a day.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    """
    old = clock.now().timestamp() - _DAY
    bare = [name for name, one in secret.versions.items() if not one["version_stages"] and one["createdate"] < old]
    for name in bare[: max(0, len(secret.versions) - _MOST_VERSIONS)]:
        del secret.versions[name]


@answer_first
def _install(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "secrets-manager":
        install()
    return None
