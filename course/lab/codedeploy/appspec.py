"""AppSpec files: what to deploy where, and which hooks run when.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import yaml

from course.lab.caller import Session

SERVER_EVENTS: Final = (
    "ApplicationStop", "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart",
    "ValidateService",
)  # fmt: skip
BLOCK_EVENTS: Final = ("BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic")
ALLOW_EVENTS: Final = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
LAMBDA_EVENTS: Final = ALLOW_EVENTS
ECS_EVENTS: Final = (
    "BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic", *ALLOW_EVENTS,
)  # fmt: skip
_LONGEST_EVENT: Final = 3600
_NAMES: Final = ("appspec.yml", "appspec.yaml", "appspec.json")
_RESERVED: Final = {"DownloadBundle", "Install", "BlockTraffic", "AllowTraffic", "AllowTestTraffic"}


class WrongAppSpec(ValueError):
    """An AppSpec file that CodeDeploy cannot use, with its words."""


def in_revision(revision: dict[str, Any], session: Session) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The AppSpec of a revision, and the files of its bundle."""
    kind = revision.get("revisionType", "")
    if kind in ("AppSpecContent", "String"):
        held = revision.get("appSpecContent") or revision.get("string") or {}
        return parsed(held.get("content", "")), {}
    if kind != "S3":
        raise WrongAppSpec("A revision is AppSpecContent, String or S3 here; GitHub is out of the lab's reach.")
    place = revision["s3Location"]
    try:
        body = session.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    except Exception as error:
        raise WrongAppSpec(
            f"Access denied to, or no object at, s3://{place['bucket']}/{place['key']} ({error})"
        ) from None
    if place.get("bundleType", "zip").lower() in ("yaml", "json"):
        return parsed(body.decode()), {}
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as bundle:
            files = {name: bundle.read(name) for name in bundle.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile:
        raise WrongAppSpec("The specified file could not be decompressed: it is no zip archive.") from None
    for name in _NAMES:
        if name in files:
            return parsed(files[name].decode()), files
    raise WrongAppSpec(
        "The CodeDeploy agent did not find an AppSpec file within the unpacked revision directory at revision-relative "
        'path "appspec.yml".'
    )


def in_folder(bundle: Path) -> Path:
    """The AppSpec file of an unpacked bundle."""
    return next(bundle / name for name in _NAMES if (bundle / name).exists())


def parsed(text: str) -> dict[str, Any]:
    """The AppSpec as a dictionary; names of sections in lower case."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise WrongAppSpec("The deployment specification is invalid: it is neither YAML nor JSON.") from None
    if not isinstance(found, dict):
        raise WrongAppSpec("The deployment specification is invalid: it is empty.")
    return {str(key).lower(): value for key, value in found.items()}


def hook_functions(spec: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, str]:
    """For Lambda and ECS: the function of each hook."""
    hooks = spec.get("hooks") or []
    if not isinstance(hooks, list) or not all(isinstance(row, dict) for row in hooks):
        raise WrongAppSpec("The deployment specification is invalid: Hooks is a list of a name and a function each; "
                           "only AppSpec files for servers have a mapping there.")  # fmt: skip
    found = {name: function for row in hooks for name, function in row.items()}
    wrong = [name for name in found if name not in allowed or name in _RESERVED]
    if wrong:
        raise WrongAppSpec(f"The deployment specification is invalid: {wrong[0]} is no hook of this platform.")
    return found


def hook_scripts(spec: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """For servers: the scripts of each hook."""
    found: dict[str, list[dict[str, Any]]] = spec.get("hooks") or {}
    if not isinstance(found, dict) or not all(isinstance(scripts, list) for scripts in found.values()):
        raise WrongAppSpec("The deployment specification is invalid: hooks is a mapping of events to lists of scripts.")
    wrong = [name for name in found if name not in allowed or name in _RESERVED]
    if wrong:
        raise WrongAppSpec(f"The deployment specification is invalid: {wrong[0]} is no event that a script may run in.")
    for name, scripts in found.items():
        if sum(int(one.get("timeout", 0)) for one in scripts) > _LONGEST_EVENT:
            raise WrongAppSpec(f"The deployment specification is invalid: the scripts of {name} have more than "
                               f"{_LONGEST_EVENT} seconds together.")  # fmt: skip
    return found


def resource(spec: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of the one resource of a Lambda or ECS AppSpec."""
    for row in spec.get("resources") or []:
        for one in row.values():
            if one.get("Type") == kind:
                found: dict[str, Any] = one["Properties"]
                return found
    raise WrongAppSpec(f"The deployment specification is invalid: it has no resource of type {kind}.")
