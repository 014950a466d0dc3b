"""Secrets that are rotated: the function runs its four steps, at once and then by the clock.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html

A rotation is due by the rules of the secret. A failed step ends the rotation: AWSCURRENT stays where it was, and what
was begun is tried again when the next one is due.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random
from moto.secretsmanager.models import ReplicaSecret, secretsmanager_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.secrets import managed, schedule
from course.lab.wire import answer_first, json_answer, json_error

_STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")


@answer_first
def _secrets(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "secrets-manager" or operation != "RotateSecret":
        return None
    return _rotate(request, place_of(request).backend("secretsmanager"))


def _rotate(request: AWSPreparedRequest, backend: Any) -> AWSResponse | None:
    given = json.loads(request.body or b"{}")  # type: ignore[arg-type]
    secret = backend.secrets.get(given.get("SecretId", ""))
    if secret is None or isinstance(secret, ReplicaSecret) or secret.is_deleted():
        return None  # moto says so as AWS does
    function = given.get("RotationLambdaARN") or secret.rotation_lambda_arn
    rules = given.get("RotationRules") or {}
    if managed.is_managed(secret):
        version = managed.turn(backend, secret)
        _plan(secret)
        return json_answer(request, {"ARN": secret.arn, "Name": secret.name, "VersionId": version})
    refusal = _fault(backend, secret, function, rules)
    if refusal is not None:
        return json_error(request, *refusal)
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = function
    if rules:
        secret.lab_rules = rules
        secret.auto_rotate_after_days = int(rules.get("AutomaticallyAfterDays", 0))
    version = given.get("ClientRequestToken") or str(mock_random.uuid4())
    if given.get("RotateImmediately", True):
        _begin(secret, version)
    else:
        _try_out(secret, version)
        version = secret.default_version_id
    _plan(secret)
    return json_answer(request, {"ARN": secret.arn, "Name": secret.name, "VersionId": version})


def _fault(backend: Any, secret: Any, function: str, rules: dict[str, Any]) -> tuple[str, str] | None:
    """Why this rotation cannot begin: an error code and words."""
    try:
        schedule.check(rules)
    except schedule.WrongRules as wrong:
        return "InvalidParameterException", str(wrong)
    try:
        boto3.client("lambda", region_name=backend.region_name).get_function(FunctionName=function)
    except Exception:
        return "ResourceNotFoundException", f"Lambda does not exist: {function}"
    if not _may_invoke(backend, function, secret.arn):
        return "AccessDeniedException", (
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
            "access to the principal secretsmanager.amazonaws.com."
        )
    if _pending(secret):
        return "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted."
    return None


def _may_invoke(backend: Any, function: str, secret_arn: str) -> bool:
    """Whether the function's own policy lets the service in.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    """
    from moto.awslambda.utils import get_backend

    from course.lab.lambda_permission import allows
    from course.lab.lambda_versions import find

    functions = get_backend(backend.account_id, backend.region_name)
    target = find(functions, function, None)
    return allows(functions, target, "secretsmanager.amazonaws.com", secret_arn, backend.account_id)


def _begin(secret: Any, token: str) -> None:
    """A version without a value, which createSecret is to fill; the steps run when the account settles."""
    secret.versions[token] = {
        "createdate": int(clock.now().timestamp()),
        "version_id": token,
        "version_stages": ["AWSPENDING"],
    }
    _waiting(secret).append((token, _STEPS))


def _try_out(secret: Any, token: str) -> None:
    """No rotation yet, but a test of the function with a copy of the present value."""
    current = secret.versions[secret.default_version_id]
    secret.versions[token] = {**current, "version_id": token, "version_stages": ["AWSPENDING"]}
    _waiting(secret).append((token, ("testSecret",)))


def _waiting(secret: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Versions whose steps are still to run, and which steps."""
    found: list[tuple[str, tuple[str, ...]]] = secret.__dict__.setdefault("lab_rotations", [])
    return found


def _plan(secret: Any) -> None:
    rules = secret.__dict__.get("lab_rules") or {}
    secret.next_rotation_date = schedule.next_time(rules, clock.now())


def _pending(secret: Any) -> str | None:
    """The version of a rotation that did not come to its end."""
    return next(
        (
            name
            for name, version in secret.versions.items()
            if "AWSPENDING" in version["version_stages"] and "AWSCURRENT" not in version["version_stages"]
        ),
        None,
    )


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
                if managed.is_managed(secret):
                    managed.turn(secretsmanager_backends[secret.account_id][secret.region], secret)
                    made.append(note(f"rotation of {secret.name}", secret.owning_service, "done"))
                    continue
                unfinished = _pending(secret)
                if unfinished:
                    _waiting(secret).append((unfinished, _STEPS))
                else:
                    _begin(secret, str(mock_random.uuid4()))
            for token, steps in secret.__dict__.pop("lab_rotations", []):
                made.append(_run(secret, token, steps))
        return made


def _all() -> Iterator[Any]:
    for account in secretsmanager_backends.values():
        for backend in account.values():
            for secret in list(dict.values(backend.secrets)):
                if not isinstance(secret, ReplicaSecret):
                    managed.adopt(secret)
                    yield secret


def _run(secret: Any, token: str, steps: tuple[str, ...]) -> Delivery:
    """The steps, one after the other."""
    functions = boto3.client("lambda", region_name=secret.arn.split(":")[3])
    for step in steps:
        event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
        answer = functions.invoke(FunctionName=secret.rotation_lambda_arn, Payload=json.dumps(event))
        if answer.get("FunctionError"):
            if steps != _STEPS:
                secret.versions.pop(token, None)
            return note(f"rotation of {secret.name}", step, "failed; the secret is as it was")
    if steps != _STEPS:
        secret.versions.pop(token, None)
        return note(f"rotation of {secret.name}", "testSecret", "tried out")
    version = secret.versions.get(token, {"version_stages": []})
    if "AWSCURRENT" in version["version_stages"]:
        secret.last_rotation_date = int(clock.now().timestamp())
        return note(f"rotation of {secret.name}", "all steps", "done")
    return note(f"rotation of {secret.name}", "all steps", "ran, but nobody moved AWSCURRENT")


add_source(_Rotations())
