"""`docker build`: a Dockerfile and its files become an image, one layer for each instruction that changes files.

A layer is taken from the cache if everything before it and the files that it copies are as they were.
https://docs.docker.com/build/cache/

RUN installs nothing here: its layer is a stand-in whose bytes follow from the command and from what lies below it.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from course.lab.containers.dockerfile import BadDockerfile, Instruction, read
from course.lab.containers.image import Image, Settings
from course.lab.containers.layers import Layer, digest_of, filler, layer_of
from course.lab.containers.reference import BadReference
from course.lab.containers.reference import read as read_reference

Files = Mapping[str, bytes]
_RUN_SIZE: Final = 8_000


@dataclass
class Cache:
    """Layers that were made before, by what they were made of."""

    layers: dict[str, Layer] = field(default_factory=dict)


@dataclass
class _Stage:
    layers: list[Layer]
    settings: Settings
    cached: list[bool] = field(default_factory=list)
    arguments: dict[str, str] = field(default_factory=dict)
    key: str = ""
    name: str = ""

    def files(self) -> dict[str, bytes]:
        return Image(tuple(self.layers), self.settings).files()

    def path(self, given: str) -> str:
        """A path as the instruction means it: below WORKDIR unless it is absolute."""
        return posixpath.normpath(posixpath.join(self.settings.folder, given))


class Build:
    """One run of `docker build`."""

    def __init__(self, context: Files, find: Any, cache: Cache, arguments: Mapping[str, str] | None = None) -> None:
        self._context = {path.lstrip("./"): content for path, content in context.items()}
        self._find = find
        self._cache = cache
        self._given = dict(arguments or {})
        self._stages: list[_Stage] = []
        self._before: dict[str, str] = {}
        self.log: list[str] = []

    def run(self, dockerfile: str) -> Image:
        """Build the last stage. Raises BadDockerfile."""
        steps = read(dockerfile)
        for number, step in enumerate(steps, 1):
            cached = len(self._stages[-1].cached) if self._stages else 0
            if step.word == "FROM":
                self._from(step)
            elif step.word == "ARG":
                self._arg(step)
            else:
                self._step(self._stages[-1], step)
            stage = self._stages[-1] if self._stages else None
            hit = stage is not None and len(stage.cached) > cached and stage.cached[-1] and step.word != "FROM"
            self.log.append(f"#{number} [{number}/{len(steps)}] {step}" + ("  CACHED" if hit else ""))
        last = self._stages[-1]
        return Image(tuple(last.layers), last.settings, tuple(last.cached))

    def _from(self, step: Instruction) -> None:
        words = [one for one in step.rest.split() if not one.startswith("--")]
        name = self._filled(words[0], self._before)
        label = words[2] if len(words) == 3 and words[1].upper() == "AS" else ""
        stage = next((one for one in self._stages if one.name == name), None)
        if stage is not None:
            base = Image(tuple(stage.layers), stage.settings)
        elif name == "scratch":
            base = Image((), Settings())
        else:
            try:
                found = self._find(read_reference(name))
            except BadReference as error:
                raise BadDockerfile(f"failed to parse stage name {name!r}: {error}") from None
            if found is None:
                raise BadDockerfile(f"{name}: failed to resolve source metadata for {read_reference(name)}: not found")
            base = found
        made = _Stage(list(base.layers), base.settings, [True] * len(base.layers), key=base.id, name=label)
        self._stages.append(made)

    def _arg(self, step: Instruction) -> None:
        name, _, default = step.rest.partition("=")
        kept = self._stages[-1].arguments if self._stages else self._before
        kept[name.strip()] = self._given.get(name.strip(), default.strip().strip("\"'"))

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        """`$NAME`, `${NAME}` and `${NAME:-else}` replaced."""

        def value(found: re.Match[str]) -> str:
            name, default = found.group(1) or found.group(3), found.group(2) or ""
            return values.get(name) or default

        return re.sub(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))", value, text)

    def _step(self, stage: _Stage, step: Instruction) -> None:
        known = {**stage.arguments, **stage.settings.environment}
        settings = stage.settings
        if step.word in ("ENV", "LABEL"):
            pairs = {name: self._filled(value, known) for name, value in step.pairs().items()}
            if step.word == "ENV":
                settings = replace(settings, environment={**settings.environment, **pairs})
            else:
                settings = replace(settings, labels={**settings.labels, **pairs})
        elif step.word == "WORKDIR":
            settings = replace(settings, folder=stage.path(self._filled(step.rest, known)))
        elif step.word == "CMD":
            settings = replace(settings, command=tuple(step.as_command()))
        elif step.word == "ENTRYPOINT":
            settings = replace(settings, entry_point=tuple(step.as_command()), command=())
        elif step.word == "EXPOSE":
            settings = replace(settings, ports=tuple(dict.fromkeys([*settings.ports, *self._ports(step, known)])))
        elif step.word == "USER":
            settings = replace(settings, user=step.rest)
        elif step.word == "VOLUME":
            listed = step.as_command() if step.rest.startswith("[") else step.rest.split()
            settings = replace(settings, volumes=(*settings.volumes, *listed))
        elif step.word == "HEALTHCHECK":
            settings = replace(settings, health_check=_health_check(step))
        elif step.word in ("COPY", "ADD"):
            self._copy(stage, step, known)
        elif step.word == "RUN":
            self._add(stage, step, lambda: {f"/var/lib/run/{digest_of((stage.key + step.rest).encode())[7:19]}":
                                            filler(stage.key + step.rest, _RUN_SIZE)}, "")  # fmt: skip
        stage.settings = settings
        if step.word not in ("COPY", "ADD", "RUN"):
            stage.key = digest_of(f"{stage.key}\n{step}".encode())

    def _ports(self, step: Instruction, known: Mapping[str, str]) -> list[str]:
        found = []
        for word in self._filled(step.rest, known).split():
            port, _, protocol = word.partition("/")
            if not port.isdigit() or not 0 < int(port) < 65_536:
                raise BadDockerfile(f"invalid containerPort: {word}")
            found.append(f"{port}/{protocol or 'tcp'}")
        return found

    def _copy(self, stage: _Stage, step: Instruction, known: Mapping[str, str]) -> None:
        flags = dict(one[2:].partition("=")[::2] for one in step.rest.split() if one.startswith("--"))
        rest = " ".join(one for one in step.rest.split() if not one.startswith("--"))
        words = Instruction(step.word, rest, step.line).as_command() if rest.startswith("[") else rest.split()
        *sources, goal = [self._filled(word, known) for word in words]
        if not sources:
            raise BadDockerfile(f"{step.word} requires at least two arguments, but only one was provided")
        files: Files = self._context
        if "from" in flags:
            other = next((one for one in self._stages if one.name == flags["from"]), None)
            other = other or (self._stages[int(flags["from"])] if flags["from"].isdigit() else None)
            found = self._find(read_reference(flags["from"])) if other is None else None
            source = other or found
            if source is None:
                raise BadDockerfile(f"{flags['from']}: not found")
            files = {path.lstrip("/"): one for path, one in source.files().items()}
        chosen = _chosen(files, sources, goal, stage)
        content = digest_of(repr(sorted((path, digest_of(one)) for path, one in chosen.items())).encode())
        self._add(stage, step, lambda: chosen, content)

    def _add(self, stage: _Stage, step: Instruction, make: Any, content: str) -> None:
        stage.key = digest_of(f"{stage.key}\n{step}\n{content}".encode())
        kept = self._cache.layers.get(stage.key)
        stage.cached.append(kept is not None)
        if kept is None:
            kept = self._cache.layers[stage.key] = layer_of(make(), str(step))
        stage.layers.append(kept)


def _chosen(files: Files, sources: list[str], goal: str, stage: _Stage) -> dict[str, bytes]:
    """The files that an instruction copies, by the absolute paths that they get."""
    found: dict[str, bytes] = {}
    into_folder = goal.endswith("/") or goal in (".", "./") or len(sources) > 1
    for source in sources:
        pattern = posixpath.normpath(source).lstrip("/")
        whole = pattern in (".", "")
        inside = {path: one for path, one in files.items() if whole or path.startswith(pattern + "/")}
        if inside:
            skip = 0 if whole else len(pattern) + 1
            found |= {posixpath.join(stage.path(goal), path[skip:]): one for path, one in inside.items()}
            continue
        same = {path: one for path, one in files.items() if path == pattern or fnmatch.fnmatch(path, pattern)}
        if not same:
            raise BadDockerfile(
                f'failed to calculate checksum of ref: failed to walk: "/{pattern}": not found. The file is not in the '
                "build context."
            )
        for path, one in same.items():
            place = posixpath.join(stage.path(goal), posixpath.basename(path)) if into_folder else stage.path(goal)
            found[place] = one
    return found


def _health_check(step: Instruction) -> dict[str, Any] | None:
    if step.rest.strip().upper() == "NONE":
        return None
    flags = dict(one[2:].partition("=")[::2] for one in step.rest.split() if one.startswith("--"))
    rest = " ".join(one for one in step.rest.split() if not one.startswith("--"))
    word, _, command = rest.partition(" ")
    if word.upper() != "CMD":
        raise BadDockerfile(f"unknown type {word!r} in HEALTHCHECK (try CMD)")
    listed = Instruction("CMD", command, step.line).as_command()
    test = ["CMD-SHELL", command] if listed[0] == "/bin/sh" else ["CMD", *listed]
    return {"Test": test, **{name.title(): value for name, value in flags.items()}}
