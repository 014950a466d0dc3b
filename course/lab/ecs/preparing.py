"""Before a task's programs run: its images are pulled, its secrets and files of variables read, as the execution role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from course.lab.caller import Session
from course.lab.containers import bases, registry
from course.lab.containers.image import Image
from course.lab.containers.reference import BadReference, Reference
from course.lab.containers.reference import read as read_reference

_AUTH: Final = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
)


class NotReady(Exception):
    """Why a task cannot start, as stoppedReason tells it."""


def image(session: Session, name: str, interface: str) -> tuple[Image | None, str]:
    """The image of a container and its digest; no image for a name that no registry of the lab knows: a placeholder."""
    try:
        wanted = read_reference(name)
    except BadReference as error:
        raise NotReady(f"CannotPullContainerError: {error}") from None
    if wanted.is_ecr:
        return _from_ecr(session, wanted, interface)
    if not bases.known_name(wanted):
        return None, ""
    _reach_public(wanted, interface)
    found = bases.find(wanted)
    if found is None:
        raise NotReady(f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed "
                       f"to resolve ref "
                       f"{wanted}: {wanted}: not found")  # fmt: skip
    return found, found.digest


def _from_ecr(session: Session, name: Reference, interface: str) -> tuple[Image, str]:
    here = session.in_region(name.region)
    if interface and not all(_reaches(interface, service) for service in ("ecr.api", "ecr.dkr", "s3")):
        raise NotReady(
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull "
            "registry auth from "
            "Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network "
            f'configuration. RequestError: send request failed caused by: Post "https://api.ecr.{name.region}'
            '.amazonaws.com/": dial tcp: i/o timeout'
        )
    client = here.client("ecr")
    try:
        client.get_authorization_token()
    except ClientError as error:
        raise NotReady(_AUTH + "unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
                       + _words(error)) from None  # fmt: skip
    before = f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {name}: "
    try:
        pulled, done = registry.pull(client, name)
    except registry.NotThere:
        raise NotReady(f"{before}{name}: not found") from None
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            raise NotReady(f"{before}{name}: not found") from None
        told = error.response["Error"]["Message"]
        raise NotReady(f"{before}pulling from host {name.registry} failed with status code [manifests "
                       f"{name.digest or name.tag}]: 403 Forbidden: {told}") from None  # fmt: skip
    return pulled, done.digest


def _reach_public(name: Reference, interface: str) -> None:
    if interface and not _reaches(interface, "internet"):
        host = "registry-1.docker.io" if name.registry == "docker.io" else name.registry
        raise NotReady(
            f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {name}: "
            f'failed to do request: Head "https://{host}/v2/{name.repository}/manifests/{name.tag}": dial '
            f"tcp: i/o timeout"
        )


def _reaches(interface: str, service: str) -> bool:
    from course.lab.network.connect import connect

    return bool(connect(interface, service, 443))


def environment(session: Session, container: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, str]:
    """Files of variables, then variables, then those of the call; secrets beside them."""
    found: dict[str, str] = {}
    for one in [*(container.get("environmentFiles") or ()), *(override.get("environmentFiles") or ())]:
        found |= _file(session, str(one["value"]))
    for one in [*(container.get("environment") or ()), *(override.get("environment") or ())]:
        found[str(one["name"])] = str(one.get("value", ""))
    for one in container.get("secrets") or ():
        found[str(one["name"])] = secret(session, str(one["valueFrom"]))
    return found


def _file(session: Session, arn: str) -> dict[str, str]:
    bucket, _, key = arn.partition(":::")[2].partition("/")
    try:
        text = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except ClientError as error:
        raise NotReady("ResourceInitializationError: failed to download env files: file download command: "
                       "non empty error "
                       f"stream: service call has been retried 1 time(s): {_words(error)}") from None  # fmt: skip
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#") and "=" in line:
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()  # quotes belong to the value
    return found


def secret(session: Session, source: str) -> str:
    """The value behind `valueFrom`: a parameter, a secret, or one key of a secret whose text is JSON."""
    if ":secretsmanager:" in source:
        return _from_secrets_manager(session, source)
    region = source.split(":")[3] if source.startswith("arn:") else session.place.region
    name = source.partition(":parameter")[2] if source.startswith("arn:") else source
    if source.startswith("arn:") and name.count("/") == 1:
        name = name.lstrip("/")
    client = session.in_region(region).client("ssm")
    try:
        got = client.get_parameters(Names=[name], WithDecryption=True)
        if not got["Parameters"] and not name.startswith("/"):
            got = client.get_parameters(Names=[f"/{name}"], WithDecryption=True)
    except ClientError as error:
        raise NotReady(_AUTH + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
                       + _words(error)) from None  # fmt: skip
    if not got["Parameters"]:
        raise NotReady(_AUTH + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): Invalid "
                       f"ssm parameters: {name}")  # fmt: skip
    return str(got["Parameters"][0]["Value"])


def _from_secrets_manager(session: Session, source: str) -> str:
    # The agent takes a whole ARN, or one with all three parameters behind it, which may be empty:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    # https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/asmsecret/asmsecret.go
    parts = source.split(":")
    if len(parts) not in (7, 10):
        raise NotReady(_AUTH + f"unable to retrieve secret from asm: trying to retrieve secret with value {source} "
                       "resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. "
                       "Specify a valid ARN and try again.")  # fmt: skip
    arn = ":".join(parts[:7])
    key, stage, version = parts[7:] or ("", "", "")
    wanted = {
        "SecretId": arn,
        **({"VersionStage": stage} if stage else {}),
        **({"VersionId": version} if version else {}),
    }
    try:
        got = session.in_region(parts[3]).client("secretsmanager").get_secret_value(**wanted)
    except ClientError as error:
        raise NotReady(_AUTH + "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to "
                       f"fetch secret {arn} from secrets manager: {_words(error)}") from None  # fmt: skip
    text = str(got.get("SecretString", ""))
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise NotReady(_AUTH + f"unable to retrieve secret from asm: retrieved secret from Secrets Manager "
                               f"did not contain "
                       f"json key {key}") from None  # fmt: skip


def _words(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
