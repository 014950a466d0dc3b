"""The course of a build, from its submission to its end.

https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases

A machine is provisioned in ten seconds of the lab's clock; a phase takes as long as its commands take here, but at
least one second.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from course.lab.caller import Session, session_of_role
from course.lab.clock import clock
from course.lab.codebuild import announcing, files, reports
from course.lab.codebuild.buildspec import PHASES, BuildSpec, PhaseSpec, WrongBuildSpec, read
from course.lab.codebuild.shell import Shell, TimedOut
from course.lab.codebuild.store import Build, Kept, kept
from course.lab.courses import Course, Wait, begin

_PROVISIONING: Final = 10.0


class _Broken(Exception):
    """A phase that cannot go on: the code and the message of its context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def start(build: Build, source: bytes | None = None) -> None:
    """Begin a build; ``source`` is the archive that a pipeline hands in."""
    known = kept(build.place)
    known.builds[build.build_id] = build
    begin(build.place, "codebuild", build.build_id, _run(build, known, source), lambda: build.status)


def _run(build: Build, known: Kept, source: bytes | None) -> Course:
    announcing.state(build)
    build.enter("SUBMITTED").finish()
    build.enter("QUEUED").finish()
    phase = build.enter("PROVISIONING")
    yield Wait.seconds(_PROVISIONING)
    phase.finish()
    if build.stop_wanted:
        _end(build, "STOPPED")
        return
    with tempfile.TemporaryDirectory(prefix="build-") as scratch:
        folder = Path(scratch) / "src"
        folder.mkdir()
        session = session_of_role(build.place, build.project["serviceRole"], f"AWSCodeBuild-{build.stream}")
        phase = build.enter("DOWNLOAD_SOURCE")
        try:
            spec = _download(build, session, folder, source)
            shell = _shell(build, session, folder, spec)
        except (_Broken, WrongBuildSpec) as error:
            phase.finish("FAILED", getattr(error, "code", "YAML_FILE_ERROR"), str(error))
            _log(build, f"Phase context status code: {phase.code} Message: {phase.message}")
            _end(build, "FAILED")
            return
        phase.finish()
        good = yield from _phases(build, shell, spec)
        reports.collect(build, known, folder, spec.reports)
        phase = build.enter("UPLOAD_ARTIFACTS")
        yield Wait.seconds(1)
        try:
            _upload(build, session, folder, spec)
            _save_cache(build, session, folder, spec)
            phase.finish()
        except _Broken as error:
            phase.finish("FAILED", error.code, str(error))
            good = False
        build.exported = [{"name": name, "value": shell.value(name)} for name in spec.exported]
    _end(build, "STOPPED" if build.stop_wanted else "SUCCEEDED" if good else "FAILED")


def _end(build: Build, status: str) -> None:
    build.enter("FINALIZING").finish()
    build.phases.append(type(build.phases[0])("COMPLETED"))
    build.end, build.status = clock.now(), status
    announcing.logs(build)
    announcing.metrics(build)
    announcing.state(build)


def _log(build: Build, line: str) -> None:
    build.log.append(f"[Container] {clock.now():%Y/%m/%d %H:%M:%S} {line}")


def _download(build: Build, session: Session, folder: Path, source: bytes | None) -> BuildSpec:
    given = build.project["source"]
    kind = given["type"]
    try:
        if kind == "CODEPIPELINE":
            files.unzip(source or b"", folder)
        elif kind == "S3":
            files.unzip(files.read_object(session, given["location"]), folder)
        elif kind == "CODECOMMIT":
            from course.lab.codecommit.store import checkout

            name = given["location"].rstrip("/").rsplit("/", 1)[1]
            build.resolved = checkout(build.place, name, build.source_version or "", folder)
        elif kind != "NO_SOURCE":
            raise _Broken("CLIENT_ERROR", f"The lab cannot reach {kind}: use S3, CODECOMMIT or NO_SOURCE.")
        _restore_cache(build, session, folder)
    except _Broken:
        raise
    except Exception as error:
        raise _Broken("CLIENT_ERROR", f"error while downloading source: {error}") from None
    spec = given.get("buildspec") or "buildspec.yml"
    if "\n" in spec or spec.lstrip().startswith(("version", "{")):
        return read(spec)
    path = folder / spec
    if not path.is_file():
        raise _Broken("YAML_FILE_ERROR", "YAML file does not exist")
    return read(path.read_text())


def _shell(build: Build, session: Session, folder: Path, spec: BuildSpec) -> Shell:
    place, variables, hidden = build.place, dict[str, str](), list[str]()
    variables |= spec.variables
    wanted = [(name, value, "PARAMETER_STORE") for name, value in spec.parameters.items()]
    wanted += [(name, value, "SECRETS_MANAGER") for name, value in spec.secrets.items()]
    for row in build.project["environment"].get("environmentVariables", []):
        if row.get("type", "PLAINTEXT") == "PLAINTEXT":
            variables[row["name"]] = row["value"]
        else:
            wanted.append((row["name"], row["value"], row["type"]))
    for name, value, kind in wanted:
        variables[name] = _looked_up(session, value, kind)
        hidden.append(variables[name])
    variables |= {
        "CODEBUILD_BUILD_ID": build.build_id,
        "CODEBUILD_BUILD_ARN": build.arn,
        "CODEBUILD_BUILD_NUMBER": str(build.number),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": build.initiator,
        "CODEBUILD_SRC_DIR": str(folder),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": build.resolved,
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
    }
    return Shell(folder, variables, hidden, spec.shell)


def _missing(name: str) -> str:
    raise LookupError(f"ParameterNotFound: there is no parameter {name}")


def _looked_up(session: Session, value: str, kind: str) -> str:
    try:
        if kind == "PARAMETER_STORE":
            found = session.client("ssm").get_parameters(Names=[value], WithDecryption=True)["Parameters"]
            return str(found[0]["Value"]) if found else _missing(value)
        name, *parts = value.split(":") if not value.startswith("arn:") else [":".join(value.split(":")[:7]),
                                                                             *value.split(":")[7:]]  # fmt: skip
        text = str(session.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
        return str(json.loads(text)[parts[0]]) if parts and parts[0] else text
    except Exception as error:
        service = "Parameter Store" if kind == "PARAMETER_STORE" else "Secrets Manager"
        raise _Broken("Decrypted Variables Error", f"{service}: {value}: {error}") from None


def _phases(build: Build, shell: Shell, spec: BuildSpec) -> Any:
    """Run the phases. A failed build still has its post_build; a failed install or pre_build ends everything."""
    good = True
    for name in PHASES:
        part = spec.phases.get(name, PhaseSpec())
        phase = build.enter(name.upper())
        began = time.monotonic()
        code, message = _commands(build, shell, name, part)
        yield Wait.seconds(max(1.0, time.monotonic() - began))
        if build.stop_wanted:
            phase.finish("STOPPED")
            return False
        if not code:
            phase.finish()
            continue
        phase.finish("FAILED", code, message)
        _log(build, f"Phase context status code: {code} Message: {message}")
        shell.run("export CODEBUILD_BUILD_SUCCEEDING=0")
        if not part.goes_on:
            good = False
            if name != "build":
                return False
    return good


def _commands(build: Build, shell: Shell, name: str, part: PhaseSpec) -> tuple[str, str]:
    _log(build, f"Entering phase {name.upper()}")
    code, message = "", ""
    for command in part.commands:
        code, message = _command(build, shell, command)
        if code:
            break
    for command in part.at_last:
        also, words = _command(build, shell, command)
        code, message = (code, message) if code else (also, words)
    state = "FAILED" if code else "SUCCEEDED"
    _log(build, f"Phase complete: {name.upper()} State: {state}")
    return code, message


def _command(build: Build, shell: Shell, command: str) -> tuple[str, str]:
    shown = shell.masked(command)
    _log(build, f"Running command {shown}")
    try:
        status, lines = shell.run(command)
    except TimedOut:
        return "COMMAND_EXECUTION_ERROR", f"Error while executing command: {shown}. Reason: it did not end."
    build.log += lines
    if status:
        _log(build, f"Command did not exit successfully {shown} exit status {status}")
        return "COMMAND_EXECUTION_ERROR", f"Error while executing command: {shown}. Reason: exit status {status}"
    return "", ""


def _upload(build: Build, session: Session, folder: Path, spec: BuildSpec) -> None:
    wanted = build.project.get("artifacts") or {"type": "NO_ARTIFACTS"}
    if wanted["type"] == "NO_ARTIFACTS" or not spec.artifacts.get("files"):
        return
    found = files.chosen(folder, spec.artifacts)
    if not found:
        raise _Broken("CLIENT_ERROR", "no matching artifact paths found")
    if wanted["type"] == "CODEPIPELINE":
        build.artifacts["archive"] = files.zipped(found)
        return
    parts = [wanted.get("path", "").strip("/"), build.stream if wanted.get("namespaceType") == "BUILD_ID" else "",
             wanted.get("name") or spec.artifacts.get("name") or build.name]  # fmt: skip
    key = "/".join(part for part in parts if part)
    s3 = session.client("s3")
    try:
        if wanted.get("packaging") == "ZIP":
            s3.put_object(Bucket=wanted["location"], Key=key, Body=files.zipped(found))
        else:
            for name, path in found.items():
                s3.put_object(Bucket=wanted["location"], Key=f"{key}/{name}", Body=path.read_bytes())
    except Exception as error:
        raise _Broken("CLIENT_ERROR", f"Error in UPLOAD_ARTIFACTS phase: {error}") from None
    build.artifacts["location"] = f"arn:aws:s3:::{wanted['location']}/{key}"


def _cache_key(build: Build) -> str:
    cache = build.project.get("cache") or {}
    return str(cache["location"]) if cache.get("type") == "S3" else ""


def _restore_cache(build: Build, session: Session, folder: Path) -> None:
    place = _cache_key(build)
    if not place:
        return
    try:
        files.unzip(files.read_object(session, f"{place}/{build.name}.zip"), folder)
    except Exception:
        _log(build, "Unable to download cache: there is none yet")


def _save_cache(build: Build, session: Session, folder: Path, spec: BuildSpec) -> None:
    place = _cache_key(build)
    if place and spec.cache:
        bucket, _, prefix = place.partition("/")
        key = "/".join(part for part in (prefix, f"{build.name}.zip") if part)
        body = files.zipped(files.chosen(folder, {"files": spec.cache}))
        session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
