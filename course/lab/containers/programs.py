"""What the command of a container means here: Python programs run, two web servers show files, a shell runs its lines.

Python programs run in this process, so that boto3 in them talks to the lab's account. Lines for a shell run as a
process of this machine, away from AWS, with the container's paths led to its folder.
"""

from __future__ import annotations

import posixpath
import re
import runpy
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any, Final, Protocol

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.containers.disk import Disk, aside
from course.lab.containers.process import Process, current

NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
_PYTHON: Final = re.compile(r"(/usr(/local)?/bin/)?python(3(\.\d+)?)?")
_SHELLS: Final = ("sh", "bash", "/bin/sh", "/bin/bash", "ash")
_PATIENCE: Final = 20.0
_PAGES: Final = {"httpd-foreground": "/usr/local/apache2/htdocs", "nginx": "/usr/share/nginx/html"}
# Commands of a shell that are programs here: the shell writes down what it was asked for, and the lab goes on with it.
_OURS: Final = ("httpd-foreground", "nginx", "python", "python3", "sleep", "tail")
# A path of the container: not part of a longer path, a web address or a variable.
_PATH: Final = re.compile(r"(?<![\w.$}/:~<-])(/[\w./-]+)")


class Host(Protocol):
    """What a program needs of its container."""

    disk: Disk
    arguments: list[str]
    environment: dict[str, str]

    def listen(self, port: int, server: Any) -> None: ...


class StartFailed(Exception):
    """There is no such program in the image: the container is created and never started."""


def check(host: Host) -> None:
    """Refuse a command whose program the image does not have, in the words of the container runtime."""
    command = host.arguments
    if not command:
        raise StartFailed("no command specified")
    name = command[0]
    if (
        _PYTHON.fullmatch(name)
        or name in _SHELLS
        or name in _PAGES
        or name in ("sleep", "echo", "true", "false", "tail")
    ):
        return
    found = host.disk.place(name if name.startswith("/") else posixpath.join("/usr/local/bin", name))
    if found is None or not found[0].is_file():
        raise StartFailed(
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
            f'failed: unable to start container process: exec: "{name}": executable file not found in $PATH: unknown'
        )


def run(host: Host, arguments: list[str]) -> int:
    """Run a command to its end and give its exit code; the program's own thread calls this."""
    name, *rest = arguments
    if _PYTHON.fullmatch(name):
        return _python(host, rest)
    if name in _SHELLS:
        return _shell(host, rest)
    if name in _PAGES:
        return _pages(host, _PAGES[name])
    if name == "echo":
        print(*rest)
    elif name == "sleep":
        _wait(_seconds(rest))
    elif name == "tail":
        _wait(None)
    elif name not in ("true", "false"):
        return _script(host, name, rest)
    return 1 if name == "false" else 0


def _wait(seconds: float | None) -> None:
    process = current()
    assert isinstance(process, Process)
    while True:
        process.pause(seconds)
        if seconds is not None:
            return


def _seconds(words: list[str]) -> float | None:
    if not words or words[0] in ("infinity", "inf"):
        return None
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    text = words[0]
    return float(text[:-1]) * units[text[-1]] if text[-1:] in units else float(text)


def _python(host: Host, rest: list[str]) -> int:
    while rest and rest[0] in ("-u", "-B", "-O", "-I", "-s"):
        rest = rest[1:]
    if not rest:
        return 0  # an interactive Python without a terminal ends at once
    kept, path = sys.argv, list(sys.path)
    try:
        if rest[0] == "-c":
            sys.argv = ["-c", *rest[2:]]
            sys.path.insert(0, str(Path.cwd()))
            exec(compile(rest[1], "<string>", "exec"), {"__name__": "__main__"})
        elif rest[0] == "-m":
            sys.argv = rest[1:]
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(rest[1], run_name="__main__", alter_sys=False)
        else:
            return _python_file(host, rest)
    except SystemExit as end:
        return _code(end.code)
    except Exception as error:
        _tell(host, error)
        return 1
    finally:
        sys.argv = kept
        sys.path[:] = path
    return 0


def _python_file(host: Host, rest: list[str]) -> int:
    path = posixpath.join(str(Path.cwd()), rest[0])
    found = host.disk.place(path)
    if found is None or not found[0].is_file():
        print(f"python: can't open file '{path}': [Errno 2] No such file or directory", file=sys.stderr)
        return 2
    sys.argv = rest
    sys.path.insert(0, str(found[0].parent))
    program = compile(found[0].read_text(), str(found[0]), "exec")
    exec(program, {"__name__": "__main__", "__file__": path})
    return 0


def _tell(host: Host, error: BaseException) -> None:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(("course.lab", "runpy")):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    print(host.disk.shown("".join(lines)), end="", file=sys.stderr)


def _code(code: object) -> int:
    if isinstance(code, int):
        return code & 0xFF
    if code is None:
        return 0
    print(code, file=sys.stderr)
    return 1


class Pages:
    """A web server that shows the files of a folder."""

    def __init__(self, disk: Disk, folder: str) -> None:
        self._disk, self._folder = disk, folder

    def answer(self, sent: Sent) -> Answer:
        """The file of this path; a folder shows its index.html."""
        path = posixpath.normpath(posixpath.join(self._folder, sent.decoded_path.lstrip("/")))
        found = self._disk.place(path if path.startswith(self._folder) else self._folder)
        file = found[0] if found else Path("/nowhere")
        file = file / "index.html" if file.is_dir() else file
        status = 200 if file.is_file() else 404
        body = file.read_bytes() if status == 200 else b"<html><body><h1>404 Not Found</h1></body></html>\n"
        print(f'{sent.source_ip} - - "{sent.method} {sent.path} HTTP/1.1" {status} {len(body)}')
        kind = "text/html" if file.suffix in (".html", "") or status == 404 else "text/plain"
        return Answer(status, Headers({"Content-Type": kind, "Content-Length": str(len(body))}), body)


def _pages(host: Host, folder: str) -> int:
    host.listen(80, Pages(host.disk, folder))
    _wait(None)
    return 0


def _script(host: Host, name: str, rest: list[str]) -> int:
    found = host.disk.place(posixpath.join(str(Path.cwd()), name))
    text = found[0].read_text() if found and found[0].is_file() else ""
    first = text.splitlines()[0] if text.startswith("#!") else ""
    if "python" in first:
        return run(host, ["python", name, *rest])
    if first:
        return run(host, ["sh", "-c", text])
    print(f"exec {name}: exec format error", file=sys.stderr)
    return NOT_EXECUTABLE


def _shell(host: Host, rest: list[str]) -> int:
    if not rest or rest[0] not in ("-c", "-ec", "-lc"):
        return 0 if not rest else _script_file(host, rest)
    script = ("set -e\n" if rest[0] == "-ec" else "") + rest[1]
    words = script.strip().removeprefix("exec ").split()
    if words and (_PYTHON.fullmatch(words[0]) or words[0] in _PAGES) and not re.search(r"[;&|<>$`\n]", script):
        import shlex

        return run(host, shlex.split(script.strip().removeprefix("exec ")))
    return _real_shell(host, script)


def _script_file(host: Host, rest: list[str]) -> int:
    found = host.disk.place(posixpath.join(str(Path.cwd()), rest[0]))
    if found is None or not found[0].is_file():
        print(f"sh: 0: cannot open {rest[0]}: No such file", file=sys.stderr)
        return 2
    return _real_shell(host, found[0].read_text())


def _real_shell(host: Host, script: str) -> int:
    """The lines run on this machine; a program of ours that they call last goes on in the lab."""
    tools = host.disk.root / ".lab"
    tools.mkdir(exist_ok=True)
    asked = tools / "asked"
    asked.unlink(missing_ok=True)
    for name in _OURS:
        tool = tools / name
        tool.write_text(
            f"#!/bin/sh\nprintf '%s\\0' {name} \"$@\" > {asked}\n" if name != "sleep" else "#!/bin/sh\nexit 0\n"
        )
        tool.chmod(0o755)

    def led(found: re.Match[str]) -> str:
        path = found.group(1)
        if path.startswith(("/bin/", "/usr/bin/", "/dev/")):
            return path
        place = host.disk.place(path)
        return str(place[0]) if place else path

    environment = {
        **host.environment,
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    folder = host.disk.place(str(Path.cwd()))
    with aside():  # subprocess sleeps while it waits, in real time
        try:
            done = subprocess.run(
                ["/bin/sh", "-c", _PATH.sub(led, script)], env=environment, cwd=folder[0] if folder else None,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=_PATIENCE, check=False, errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return NOT_EXECUTABLE
    print(host.disk.shown(done.stdout), end="")
    if asked.is_file() and done.returncode == 0:
        return run(host, asked.read_text().split("\0")[:-1])
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def asked_url(command: str) -> str:
    """The web address on this very container that a health check asks with curl or wget; empty if it does not."""
    found = re.search(
        r"\b(?:curl|wget)\b.*?\b(?:http://)?((?:localhost|127\.0\.0\.1)(?::\d+)?(?:/[^\s|;&\"']*)?)", command
    )
    return f"http://{found.group(1)}" if found else ""
