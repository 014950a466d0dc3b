"""A version on an instance: its files, its commands, and the program that answers behind the proxy.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/create-deploy-python-apps.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/python-configuration-procfile.html

The lab has no operating system to install on. The program is imported by this process, as a WSGI server does it, with
the environment properties among its variables and the instance's role for its calls. Commands run as processes of this
machine in the version's own folder.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import io
import re
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.beanstalk import ebextensions
from course.lab.beanstalk.bundle import Bundle
from course.lab.lambda_runtime.environment import Environment as Runtime
from course.lab.lambda_runtime.unpack import Package

_TARGET: Final = re.compile(r"(?<![\w./:-])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(\))?(?=\s|$)")
_WEB: Final = re.compile(r"^web\s*:\s*(.+)$", re.MULTILINE)
# What an instance needs for unpacking and starting, and for each line of requirements.txt: the lab's own model.
_UNPACKED: Final = 10.0
_REQUIREMENT: Final = 4.0


class CannotInstall(Exception):
    """A version that does not get onto an instance, in the words of its events."""


class Program:
    """One version, unpacked on one instance."""

    def __init__(self, bundle: Bundle, label: str, instance: str, variables: dict[str, str], wsgi: str) -> None:
        self.label, self.instance = label, instance
        self.log: list[str] = []
        self.fault = ""
        self._bundle = bundle
        self._variables = variables
        self._package = Package(_zipped(bundle), [], "python3.13")
        self._module, self._callable = _target(bundle, wsgi)
        self._runtime = Runtime(self._package, f"{self._module}.{self._callable}", dict(variables), label)
        self._application: Callable[..., Iterable[bytes]] | None = None

    def prepare(self, leader: bool) -> float:
        """Dependencies, files and commands, as on the way of a deployment; the seconds it takes."""
        extensions = ebextensions.read(self._bundle)
        if extensions.errors:
            raise CannotInstall(extensions.errors[0])
        seconds = _UNPACKED
        disk = self._package.task_root.parent / "disk"
        disk.mkdir(exist_ok=True)
        for file in extensions.files:
            for path, row in file.files.items():
                place = disk / path.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(str(row.get("content", "")))
        for file in extensions.files:
            self._run(file.name, file.commands, disk, leader=True, kind="command")
        self._hooks("prebuild")
        seconds += self._require()
        for file in extensions.files:
            self._run(file.name, file.container_commands, self._package.task_root, leader, "container_command")
        self._hooks("predeploy")
        return seconds

    def start(self) -> None:
        """Load the program as the WSGI server does. What does not load is answered for by the proxy."""
        self.fault = ""
        with self._inside(), contextlib.redirect_stdout(written := io.StringIO()), contextlib.redirect_stderr(written):
            try:
                module = importlib.import_module(self._module)
                found = getattr(module, self._callable, None)
                if not callable(found):
                    raise AttributeError(f"Failed to find attribute '{self._callable}' in '{self._module}'.")
                self._application = found
            except BaseException as error:
                self.fault = f"{type(error).__name__}: {error}"
                traceback.print_exc(file=written)
        self._note(written.getvalue())
        self._hooks("postdeploy")

    def answer(self, sent: Sent) -> Answer:
        """What a request gets on port 80, where nginx stands before the program."""
        if self._application is None:
            return _of_nginx(502)
        self.log.append(f"{sent.source_ip} {sent.method} {sent.path}")
        status: list[Any] = ["500 Internal Server Error", []]

        def start_response(line: str, headers: list[tuple[str, str]], failure: Any = None) -> Callable[[bytes], None]:
            status[:] = [line, headers]
            return body.append

        body: list[bytes] = []
        with self._inside(), contextlib.redirect_stdout(written := io.StringIO()), contextlib.redirect_stderr(written):
            try:
                parts = self._application(_environ(sent, written), start_response)
                body += list(parts)
                close = getattr(parts, "close", None)
                if close is not None:
                    close()
            except Exception:
                traceback.print_exc(file=written)
                self._note(written.getvalue())
                return Answer(500, Headers({"Content-Type": "text/html"}), b"<h1>Internal Server Error</h1>")
        self._note(written.getvalue())
        headers = Headers({"Server": "nginx"})
        for name, value in status[1]:
            headers.add(name, value)
        content = b"".join(body)
        headers.setdefault("Content-Length", str(len(content)))
        return Answer(int(str(status[0]).split()[0]), headers, content)

    # Steps --------------------------------------------------------------------------------------------------

    def _require(self) -> float:
        """Install what requirements.txt names, but for what the bundle brings along. The lab cannot download."""
        text = self._bundle.text("requirements.txt") or ""
        lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] not in "#-"]
        brought = {name.partition("/")[0].lower() for name in self._bundle.files}
        seconds = 0.0
        for line in lines:
            name = re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0].lower().replace("-", "_")
            if name in brought or f"{name}.py" in brought:
                continue
            seconds += _REQUIREMENT
            if name not in ("gunicorn", "boto3", "botocore") and not _is_there(name):
                self._note(f"ERROR: Could not find a version that satisfies the requirement {line}")
                raise CannotInstall(
                    "Instance deployment failed to install application dependencies. The deployment failed. "
                    f"({line}: the lab downloads nothing; only packages of your own Python are there.)"
                )
        return seconds

    def _run(self, file: str, commands: dict[str, dict[str, Any]], folder: Any, leader: bool, kind: str) -> None:
        from course.lab.codebuild.shell import Shell, TimedOut

        for name, row in sorted(commands.items()):
            if row.get("leader_only") in (True, "true") and not leader:
                continue
            command = row.get("command", "")
            text = " ".join(map(str, command)) if isinstance(command, list) else str(command)
            where = self._package.task_root.parent / "disk" / str(row["cwd"]).lstrip("/") if row.get("cwd") else folder
            where.mkdir(parents=True, exist_ok=True)
            variables = self._variables | {str(key): str(value) for key, value in (row.get("env") or {}).items()}
            shell = Shell(where, variables, [])
            try:
                if "test" in row and shell.run(str(row["test"]))[0] != 0:
                    continue
                code, lines = shell.run(text)
            except TimedOut:
                code, lines = 124, [f"{text} did not end."]
            self.log += [f"Command {name}: {line}" for line in lines]
            if code and row.get("ignoreErrors") not in (True, "true"):
                raise CannotInstall(
                    f"[Instance: {self.instance}] Command failed on instance. Return code: {code} Output: "
                    f"{' '.join(lines)[-200:] or '(none)'}. {kind} {name} in {file} failed. For more detail, check "
                    "/var/log/eb-engine.log using console or EB CLI."
                )

    def _hooks(self, when: str) -> None:
        """Scripts of .platform/hooks, in the order of their names."""
        from course.lab.codebuild.shell import Shell

        for path in self._bundle.under(f".platform/hooks/{when}"):
            code, lines = Shell(self._package.task_root, self._variables, []).run(f'sh "{path}"')
            self.log += [f"{path}: {line}" for line in lines]
            if code:
                raise CannotInstall(f"[Instance: {self.instance}] Command {path} failed with error exit status {code}.")

    @contextlib.contextmanager
    def _inside(self) -> Any:
        """As on the instance: its role, the variables, the version's own modules."""
        from course.lab.imds import on_instance

        with on_instance(self.instance), self._runtime.entered():
            yield

    def _note(self, text: str) -> None:
        self.log += [line for line in text.splitlines() if line.strip()]


def _target(bundle: Bundle, wsgi: str) -> tuple[str, str]:
    """The module and the callable that the WSGI server loads, by the Procfile or by the option WSGIPath."""
    procfile = bundle.text("Procfile")
    if procfile is not None:
        web = _WEB.search(procfile)
        if web is None:
            raise CannotInstall("The Procfile has no line that begins with 'web:'.")
        found = _TARGET.search(web[1])
        if found is None:
            raise CannotInstall(
                f"The lab starts programs that a WSGI server loads, as in 'web: gunicorn application:application'; "
                f"the Procfile says 'web: {web[1].strip()}'."
            )
        return found[1], found[2]
    module, _, name = wsgi.partition(":")
    return module.removesuffix(".py").replace("/", "."), name or "application"


def _zipped(bundle: Bundle) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, body in bundle.files.items():
            archive.writestr(name, body)
    return written.getvalue()


def _is_there(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return name in sys.stdlib_module_names
    return True


def _environ(sent: Sent, errors: io.StringIO) -> dict[str, Any]:
    """https://peps.python.org/pep-3333/"""
    found: dict[str, Any] = {
        "REQUEST_METHOD": sent.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": sent.decoded_path,
        "QUERY_STRING": sent.query,
        "SERVER_NAME": sent.host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(sent.body)),
        "CONTENT_TYPE": sent.headers.get("Content-Type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": errors,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in sent.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            found[f"HTTP_{key}"] = value
    found.setdefault("HTTP_HOST", sent.host)
    return found


def _of_nginx(status: int) -> Answer:
    words = {502: "Bad Gateway", 404: "Not Found"}[status]
    page = f"<html><head><title>{status} {words}</title></head><body><center><h1>{status} {words}</h1></center>"
    content = f"{page}<hr><center>nginx</center></body></html>".encode()
    return Answer(status, Headers({"Content-Type": "text/html", "Server": "nginx"}), content)
