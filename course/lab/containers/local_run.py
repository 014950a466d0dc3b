"""`docker run`: a container on this machine. It has no credentials but those that are given to it with -e.

Ports published with -p answer `lab.http("GET", "http://localhost:8080/")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.containers.disk import Disk
from course.lab.containers.image import Image
from course.lab.containers.programs import StartFailed
from course.lab.containers.room import Container

if TYPE_CHECKING:
    from course.lab.containers.daemon import Daemon


def run_here(here: Daemon, image: Image, options: Mapping[str, str], command: list[str]) -> str:
    """Start a container and give what it printed until it ended or began to wait; DockerError if it cannot start."""
    from course.lab.apigateway.http import http
    from course.lab.containers.daemon import DockerError, daemon

    given = [one for name in ("-e", "--env") for one in options.get(name, "").split("\n") if one]
    environment = {**image.settings.environment, **dict(one.partition("=")[::2] for one in given)}
    entry = [options["--entrypoint"]] if "--entrypoint" in options else list(image.settings.entry_point)
    folder = options.get("-w") or options.get("--workdir") or image.settings.folder
    name = options.get("--name") or f"container-{len(here.containers) + 1}"
    said: list[str] = []
    made = Container(
        name, Disk.of(image), [*entry, *(command or image.settings.command)], environment, folder,
        wanted=lambda: daemon() is here, speaks=lambda one, lines: said.extend(lines),
    )  # fmt: skip
    published = [one for key in ("-p", "--publish") for one in options.get(key, "").split("\n") if one]
    for pair in published:
        outside, colon, inside = pair.rpartition(":")
        if not colon or not outside.rpartition(":")[2].isdigit() or not inside.partition("/")[0].isdigit():
            raise DockerError(f'docker: invalid publish opts format (should be name=value but got "{pair}")')
        http.serve(f"http://localhost:{outside.rpartition(':')[2]}", _asks(made, int(inside.partition("/")[0])))
    try:
        made.start()
    except StartFailed as error:
        raise DockerError(f"docker: Error response from daemon: {error}") from None
    here.containers.append(made)
    if made.exit_code:
        said.append(f"(exit code {made.exit_code})")
    return "\n".join(said)


def _asks(container: Container, port: int) -> Callable[[Sent], Answer]:
    def ask(sent: Sent) -> Answer:
        return container.ask(port, sent)

    return ask
