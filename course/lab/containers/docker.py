"""`lab.docker("build -t shop:1 .", files=...)`: Docker's commands, without Docker. `lab.image`: build and push at once.

https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import boto3

from course.lab.containers import bases
from course.lab.containers.daemon import Daemon, DockerError, daemon
from course.lab.containers.dockerfile import BadDockerfile
from course.lab.containers.image import Image
from course.lab.containers.local_run import run_here
from course.lab.containers.reference import BadReference, read
from course.lab.containers.registry import Transfer

Text = str | bytes
_PLAIN: Final = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "{first}"]\n'


def docker(command: str | Sequence[str], *, files: Mapping[str, Text] | None = None, stdin: str = "") -> str:
    """Run a command of Docker on this machine and give what it prints; `files` are the folder in which it runs.

    There are build, tag, images, run, login, logout, push, pull, inspect and history. What comes out of
    `aws ecr get-login-password` may be piped in. A refusal is a DockerError in Docker's words.

    >>> lab.docker("build -t shop:1 .", files={"Dockerfile": text, "app.py": program})
    >>> lab.docker("aws ecr get-login-password | docker login --username AWS --password-stdin " + registry)
    >>> lab.docker(f"push {registry}/shop:1")
    """
    if isinstance(command, str) and "$(" in command:
        raise DockerError("lab.docker is no shell: it knows `|`, not `$(...)`. Pipe the password into "
                          "`docker login --password-stdin`.")  # fmt: skip
    stages = [shlex.split(one) for one in command.split("|")] if isinstance(command, str) else [list(command)]
    said = stdin
    context = {path: one.encode() if isinstance(one, str) else one for path, one in (files or {}).items()}
    for words in stages:
        if words[:1] == ["aws"]:
            said = _password(words[1:])
            continue
        words = words[1:] if words[:1] == ["docker"] else words
        if words[:1] == ["image"] and words[1:2] != ["image"]:  # docker image push is docker push
            words = words[1:]
        if not words or words[0] not in _COMMANDS:
            raise DockerError(f"docker: '{words[0] if words else ''}' is not a docker command. The lab knows: "
                              f"{', '.join(_COMMANDS)}.")  # fmt: skip
        try:
            said = _COMMANDS[words[0]](daemon(), words[1:], context, said)
        except (BadDockerfile, BadReference) as error:
            raise DockerError(f"ERROR: {error}") from None
    return said


def image(
    name: str, files: Mapping[str, Text], *, dockerfile: str = "", environment: Mapping[str, str] | None = None,
    port: int | None = None, command: Sequence[str] | None = None, push: bool = False,
) -> Image:  # fmt: skip
    """Build an image: `docker build -t name`. With `push` also create its repository, log in and push it.

    Without a Dockerfile it is Python's with the files in /app, and runs the first of them.

    >>> lab.image("123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1", {"app.py": program}, port=8080, push=True)
    """
    context = {path: one.encode() if isinstance(one, str) else one for path, one in files.items()}
    text = dockerfile or str(context.get("Dockerfile", b"").decode())
    if not text:
        text = _PLAIN.replace("{first}", next(iter(files)))
        text += "".join(f'ENV {key}="{value}"\n' for key, value in (environment or {}).items())
        text += f"EXPOSE {port}\n" if port else ""
        if command:
            text += "CMD [" + ", ".join(f'"{word}"' for word in command) + "]\n"
    here = daemon()
    made, _ = here.build(name, text, context)
    if push:
        goal = read(name)
        ecr = boto3.client("ecr", region_name=goal.region)
        with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
            ecr.create_repository(repositoryName=goal.repository)
        docker(f"aws ecr get-login-password --region {goal.region} | docker login --username AWS --password-stdin "
               f"{goal.registry}")  # fmt: skip
        here.push(name)
    return made


def _password(words: list[str]) -> str:
    """`aws ecr get-login-password`."""
    import base64

    # The options of every command, --region among them, may stand anywhere.
    options: dict[str, str] = {}
    plain: list[str] = []
    while words:
        options_here, words = _options(words, with_value=("--region", "--profile"))
        options |= options_here
        plain, words = plain + words[:1], words[1:]
    words = plain
    if words[:2] != ["ecr", "get-login-password"]:
        told = " ".join(words[:2])
        if words[:2] == ["ecr", "get-login"]:
            raise DockerError("aws: error: argument operation: Found invalid choice 'get-login'. It went "
                              "with version 2 "
                              "of the CLI.")  # fmt: skip
        raise DockerError(f"lab.docker knows `aws ecr get-login-password` only, not `aws {told}`.")
    if words[2:]:
        raise DockerError(f"aws: error: Unknown options: {', '.join(words[2:])}")
    region = options.get("--region")
    client = boto3.client("ecr", region_name=region) if region else boto3.client("ecr")
    token = client.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    return base64.b64decode(token).decode().partition(":")[2]


def _options(words: list[str], with_value: Sequence[str] = (), flags: Sequence[str] = ()
             ) -> tuple[dict[str, str], list[str]]:  # fmt: skip
    """Options and what is left; those that may come several times are joined by line breaks."""
    found: dict[str, str] = {}
    while words and words[0].startswith("-") and words[0] != "-":
        name, equals, value = words.pop(0).partition("=")
        if name in flags:
            found[name] = "true"
            continue
        if name not in with_value:
            raise DockerError(f"unknown flag: {name}" if name.startswith("--") else f"unknown shorthand flag: {name}")
        if not equals:
            if not words:
                raise DockerError(f"flag needs an argument: {name}")
            value = words.pop(0)
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found, words


def _build(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    options, rest = _options(words, ("-t", "--tag", "-f", "--file", "--build-arg", "--platform"), ("-q", "--no-cache"))
    if rest and len(rest) > 1:  # options may follow the path, too
        more, _ = _options(rest[1:], ("-t", "--tag", "-f", "--file", "--build-arg", "--platform"), ("-q", "--no-cache"))
        options |= more
    if not rest:
        raise DockerError("ERROR: docker buildx build requires 1 argument: the folder with the files, such as .")
    name = options.get("-f") or options.get("--file") or "Dockerfile"
    if name not in files:
        raise DockerError(f"ERROR: failed to read dockerfile: open {name}: no such file or directory")
    if "--no-cache" in options:
        here.cache.layers.clear()
    arguments = dict(one.partition("=")[::2] for one in options.get("--build-arg", "").split("\n") if one)
    names = [one for key in ("-t", "--tag") for one in options.get(key, "").split("\n") if one]
    for one in names:
        read(one)
    made, log = here.build("", files[name].decode(), files, arguments)
    for one in names:
        here.images[read(one).local] = made
    return "\n".join([*log, f"#{len(log) + 1} writing image {made.id}", *(f"naming to {read(one)}" for one in names)])


def _tag(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    if len(words) != 2:
        raise DockerError("docker tag requires 2 arguments: SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]")
    here.tag(*words)
    return ""


def _images(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    rows = [f"{'REPOSITORY:TAG':<70} {'IMAGE ID':<14} SIZE"]
    rows += [f"{name:<70} {one.id[7:19]:<14} {one.size:,}B" for name, one in here.images.items()]
    return "\n".join(rows)


def _login(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    from course.lab.ecr import tokens

    values, flags = ("-u", "--username", "-p", "--password"), ("--password-stdin",)
    options, rest = _options(words, values, flags)
    more, after = _options(rest[1:], values, flags)  # options may follow the registry, too
    options, rest = options | more, rest[:1] + after
    user = options.get("--username") or options.get("-u")
    if "--password-stdin" in options and not user:
        raise DockerError("Must provide --username with --password-stdin")
    password = stdin.strip() if "--password-stdin" in options else options.get("--password") or options.get("-p") or ""
    if not password:
        raise DockerError("Error: Cannot perform an interactive login from a non TTY device")
    registry = (rest[0] if rest else "docker.io").removeprefix("https://").rstrip("/")
    token = tokens.behind(password)
    if token is None or user != tokens.USER or not token.opens(registry) or token.has_expired:
        raise DockerError(f"Error response from daemon: login attempt to https://{registry}/v2/ failed with "
                          f"status: 400 "
                          "Bad Request")  # fmt: skip
    here.logins[registry] = password
    return "Login Succeeded"


def _logout(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    registry = words[0] if words else "docker.io"
    here.logins.pop(registry, None)
    return f"Removing login credentials for {registry}"


def _push(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    name = read(_only(words, "push"))
    done = here.push(words[0])
    lines = [f"The push refers to repository [{name.registry}/{name.repository}]"]
    return "\n".join([*lines, *_moved(done, "Pushed"), f"{name.tag}: digest: {done.digest}"])


def _pull(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    name = read(_only(words, "pull"))
    done = here.pull(words[0])
    lines = [f"{name.tag or name.digest}: Pulling from {name.repository}"]
    return "\n".join([*lines, *_moved(done, "Pull complete"), f"Digest: {done.digest}", str(name)])


def _moved(done: Transfer, word: str) -> list[str]:
    there = "Layer already exists" if word == "Pushed" else "Already exists"
    return [f"{one[7:19]}: {there}" for one in done.there] + [f"{one[7:19]}: {word}" for one in done.moved]


def _only(words: list[str], command: str) -> str:
    if len(words) != 1:
        raise DockerError(f"docker {command} requires 1 argument: the name of an image")
    return words[0]


def _found(here: Daemon, name: str) -> Image:
    found = here.find(read(name))
    if found is None:
        raise DockerError(f"Error response from daemon: No such image: {read(name).local}")
    return found


def _inspect(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    import json

    found = _found(here, _only(words, "inspect"))
    layers = [layer.digest for layer in found.layers]
    said = {"Id": found.id, "Config": found.settings.as_config(), "Size": found.size, "RootFS": {"Layers": layers}}
    return json.dumps([said], indent=2)


def _history(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    found = _found(here, _only(words, "history"))
    rows = [f"{one.digest[7:19]}  {one.size:>9,}B  {one.made_by}" for one in reversed(found.layers)]
    return "\n".join(rows)


def _run(here: Daemon, words: list[str], files: Mapping[str, bytes], stdin: str) -> str:
    values = ("-p", "--publish", "-e", "--env", "--name", "-v", "--volume", "-w", "--workdir", "--entrypoint")
    options, rest = _options(words, values, ("--rm", "-d", "--detach", "-it", "-i", "-t"))
    if not rest:
        raise DockerError("docker run requires at least 1 argument: the name of an image")
    found = _found(here, rest[0])
    here.images.setdefault(read(rest[0]).local, found)
    return run_here(here, found, options, rest[1:])


Command = Callable[[Daemon, list[str], Mapping[str, bytes], str], str]
_COMMANDS: Final[dict[str, Command]] = {
    "build": _build, "tag": _tag, "images": _images, "run": _run, "login": _login, "logout": _logout, "push": _push,
    "pull": _pull, "inspect": _inspect, "history": _history,
}  # fmt: skip


def public_images() -> list[str]:
    """The public images that the lab knows, as FROM may name them."""
    return bases.names()
