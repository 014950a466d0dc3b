"""Secrets that are rotated: the function runs its four steps, at once and then by the clock.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html

A rotation is due when the days of its rule are over. A failed step ends the rotation: AWSCURRENT stays where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random
from moto.secretsmanager.models import secretsmanager_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.wire import afterwards, answer_first, json_answer, json_error

_STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")
_DAY: Final = 86_400


@answer_first
def _secrets(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "secrets-manager" or operation != "RotateSecret":
        return None
    return _rotate(request, place_of(request).backend("secretsmanager"))


@afterwards("secrets-manager")
def _stages(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation in ("UpdateSecretVersionStage", "PutSecretValue") else None
    if call is not None:
        _settle_default(_find(place_of(request).backend("secretsmanager"), call.params["SecretId"]))


def _rotate(request: AWSPreparedRequest, backend: Any) -> AWSResponse | None:
    given = json.loads(request.body or b"{}")  # type: ignore[arg-type]
    secret = _find(backend, given.get("SecretId", ""))
    if secret is None or secret.is_deleted():
        return None  # moto says so as AWS does
    function = given.get("RotationLambdaARN") or secret.rotation_lambda_arn
    try:
        boto3.client("lambda", region_name=backend.region_name).get_function(FunctionName=function)
    except Exception:
        return json_error(request, "ResourceNotFoundException", f"Lambda does not exist: {function}")
    if _pending(secret):
        return json_error(request, "InvalidRequestException",
                          "A previous rotation isn't complete. That rotation will be reattempted.")  # fmt: skip
    rules = given.get("RotationRules") or {}
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = function
    if "AutomaticallyAfterDays" in rules:
        secret.auto_rotate_after_days = int(rules["AutomaticallyAfterDays"])
    version = secret.default_version_id
    if given.get("RotateImmediately", True):
        version = given.get("ClientRequestToken") or str(mock_random.uuid4())
        _begin(secret, version)
    _plan(secret)
    return json_answer(request, {"ARN": secret.arn, "Name": secret.name, "VersionId": version})


def _begin(secret: Any, token: str) -> None:
    """A version without a value, which createSecret is to fill; the steps run when the account settles."""
    secret.versions[token] = {
        "createdate": int(clock.now().timestamp()),
        "version_id": token,
        "version_stages": ["AWSPENDING"],
    }
    secret.__dict__.setdefault("lab_rotations", []).append(token)


def _plan(secret: Any) -> None:
    days = secret.auto_rotate_after_days
    secret.next_rotation_date = int(clock.now().timestamp()) + days * _DAY if days else None


def _pending(secret: Any) -> bool:
    return any(
        "AWSPENDING" in version["version_stages"] and "AWSCURRENT" not in version["version_stages"]
        for version in secret.versions.values()
    )


def _find(backend: Any, name: str) -> Any:
    return backend.secrets.get(name)


def _settle_default(secret: Any) -> None:
    """What is read without a stage is the version with AWSCURRENT; moto has its own idea of that."""
    if secret is None:
        return
    for name, version in secret.versions.items():
        if "AWSCURRENT" in version["version_stages"]:
            secret.set_default_version_id(name)


class _Rotations:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        times = [float(secret.next_rotation_date) for secret in _all() if secret.next_rotation_date]
        times += [0.0 for secret in _all() if secret.__dict__.get("lab_rotations")]
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for secret in _all():
            if secret.next_rotation_date and secret.next_rotation_date <= now and secret.rotation_enabled:
                _plan(secret)
                if not _pending(secret):
                    _begin(secret, str(mock_random.uuid4()))
            for token in secret.__dict__.pop("lab_rotations", []):
                made.append(_run(secret, token))
        return made


def _all() -> Iterator[Any]:
    for account in secretsmanager_backends.values():
        for backend in account.values():
            yield from (secret for secret in backend.secrets.values() if hasattr(secret, "rotation_enabled"))


def _run(secret: Any, token: str) -> Delivery:
    """All steps, one after the other."""
    functions = boto3.client("lambda", region_name=secret.arn.split(":")[3])
    for step in _STEPS:
        event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
        answer = functions.invoke(FunctionName=secret.rotation_lambda_arn, Payload=json.dumps(event))
        if answer.get("FunctionError"):
            return note(f"rotation of {secret.name}", step, "failed; the secret is as it was")
    version = secret.versions.get(token, {"version_stages": []})
    if "AWSCURRENT" in version["version_stages"]:
        secret.last_rotation_date = int(clock.now().timestamp())
        return note(f"rotation of {secret.name}", "all steps", "done")
    return note(f"rotation of {secret.name}", "all steps", "ran, but nobody moved AWSCURRENT")


add_source(_Rotations())
