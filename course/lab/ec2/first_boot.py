"""The first boot of an instance: its user data runs, once, as cloud-init does it.

The lab has no operating system to boot. The script runs on this machine as a process of its own, with paths such as
/var/www led to a folder that is the instance's disk, and with stand-ins for the commands that change a system: dnf,
yum, systemctl and a few more write down what they were asked for. Nothing is installed and no service listens.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
https://cloudinit.readthedocs.io/en/latest/explanation/format.html
"""

from __future__ import annotations

import base64
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_KEPT: Final = "lab_first_boot"  # an attribute of moto's instance, so that it goes with the instance
_PATIENCE: Final = 20.0
_LOG: Final = "/var/log/cloud-init-output.log"
_SHELLS: Final = ("bash", "sh")
# A path of the instance: not part of a longer path, a web address or a variable, and not one of a program.
_PATH: Final = re.compile(r"(?<![\w.$}/:~-])/(var|etc|opt|home|srv|root|tmp)(?=[/\s\"';)]|$)")


@dataclass(frozen=True)
class FirstBoot:
    """What the first boot did.

    `log` is what AWS keeps in /var/log/cloud-init-output.log; `files` are the texts that were written, by path.
    """

    exit_code: int | None
    log: str
    packages: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    @property
    def ran(self) -> bool:
        """Whether cloud-init took the user data for a script at all."""
        return self.exit_code is not None

    def page(self, path: str = "/var/www/html/index.html") -> str | None:
        """What a visitor gets on port 80: the page, if a web server is installed and runs; otherwise None."""
        return self.files.get(path) if "httpd" in self.packages and "httpd" in self.started else None


def first_boot(instance_id: str) -> FirstBoot:
    """Boot an instance for the first time; asked again, the answer is the same, for user data runs only once.

    >>> boot = first_boot(instance_id)
    >>> boot.page()
    'Hello from ip-172-31-0-4.ec2.internal\\n'
    """
    from course.lab.imds import find_instance

    instance = find_instance(instance_id)
    kept: FirstBoot | None = instance.__dict__.get(_KEPT)
    if kept is None:
        kept = instance.__dict__[_KEPT] = _boot(instance)
    return kept


def _boot(instance: Any) -> FirstBoot:
    text = base64.b64decode(str(instance.user_data)).decode("utf-8", "replace") if instance.user_data else ""
    if not text:
        return FirstBoot(None, "")
    text = _as_script(text)
    program = _interpreter(text)
    if program is None:
        first = text.splitlines()[0] if text.splitlines() else ""
        told = f"Unhandled non-multipart (text/x-not-multipart) userdata: '{first[:32]}...'\n"
        return FirstBoot(None, told)
    disk = Path(tempfile.mkdtemp(prefix=f"{instance.id}-"))
    try:
        return _run(text, program, disk, str(instance.private_dns_name or "ip-10-0-0-1.ec2.internal"))
    finally:
        shutil.rmtree(disk, ignore_errors=True)


def _as_script(text: str) -> str:
    """A cloud-config as the script that does the same: its packages, then its commands.

    https://cloudinit.readthedocs.io/en/latest/reference/modules.html
    """
    if not text.startswith("#cloud-config"):
        return text
    import yaml

    config = yaml.safe_load(text) or {}
    lines = ["#!/bin/sh", *(f"dnf install -y {name}" for name in config.get("packages") or ())]
    for command in config.get("runcmd") or ():
        lines.append(shlex.join(map(str, command)) if isinstance(command, list) else str(command))
    return "\n".join(lines) + "\n"


def _interpreter(text: str) -> list[str] | None:
    """What the kernel reads after '#!', which have to be the first two bytes; shells and Python are there."""
    if not text.startswith("#!"):
        return None
    words = text.splitlines()[0][2:].split()
    if words and Path(words[0]).name == "env":
        words = words[1:]
    name = Path(words[0]).name if words else ""
    if name in _SHELLS:
        return [shutil.which(name) or name, *words[1:]]
    return [sys.executable, *words[1:]] if name.startswith("python") else ["", name]


def _run(text: str, program: list[str], disk: Path, host: str) -> FirstBoot:
    if not program[0]:
        return FirstBoot(127, f"/var/lib/cloud/instance/scripts/part-001: {program[1]}: bad interpreter\n")
    tools, notes = disk / "usr/bin", disk / "notes"
    for folder in ("var/log", "etc/ecs", "opt", "home/ec2-user", "srv", "root", "tmp", "usr/bin"):
        (disk / folder).mkdir(parents=True, exist_ok=True)
    _stand_ins(disk, tools, notes, host)
    script = disk / "part-001"
    script.write_text(_PATH.sub(lambda found: f"{disk}/{found.group(1)}", text))
    try:
        done = subprocess.run(
            [*program, str(script)], cwd=disk, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=_PATIENCE, check=False,
            env={"PATH": f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(disk / "root"), "LANG": "C.UTF-8"},
        )  # fmt: skip
        code, told = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        code, told = 124, "The script did not end.\n"
    told = told.replace(f"{disk}/part-001", "/var/lib/cloud/instance/scripts/part-001").replace(str(disk), "")
    if code:
        told += f"cc_scripts_user.py[WARNING]: Failed to run module scripts-user (exit code {code})\n"
    (disk / _LOG.lstrip("/")).write_text(told)
    return _seen(code, told, notes, disk)


def _seen(code: int, told: str, notes: Path, disk: Path) -> FirstBoot:
    lines = [line.split() for line in notes.read_text().splitlines()] if notes.exists() else []

    def named(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for line in lines if line[0] == kind for word in line[1:]))

    stopped = set(named("stopped"))
    files = {
        f"/{path.relative_to(disk)}": path.read_text(errors="replace")
        for folder in ("var", "etc", "opt", "home", "srv", "root", "tmp")
        for path in sorted((disk / folder).rglob("*"))
        if path.is_file()
    }
    started = tuple(one for one in named("started") if one not in stopped)
    return FirstBoot(code, told, named("package"), started, named("enabled"), files)


# The stand-ins: small scripts on the PATH ------------------------------------------------------------------

_INSTALL: Final = """#!/bin/sh
what=""; names=""
for word in "$@"; do case "$word" in
  -*) ;;
  *) if [ -z "$what" ]; then what="$word"; else names="$names $word"; fi ;;
esac; done
case "$what" in
  install) for name in $names; do echo "package $name" >> "{notes}"
    [ "$name" = httpd ] && mkdir -p "{disk}/var/www/html"; done; echo "Installed:$names"; echo "Complete!" ;;
  update|upgrade|check-update|makecache|clean) echo "Nothing to do."; echo "Complete!" ;;
  *) echo "No such command: $what." >&2; exit 1 ;;
esac
"""

_SYSTEMCTL: Final = """#!/bin/sh
what=""; now=""; names=""
for word in "$@"; do case "$word" in
  --now) now=yes ;;
  -*) ;;
  *) if [ -z "$what" ]; then what="$word"; else names="$names ${{word%.service}}"; fi ;;
esac; done
for name in $names; do
  if ! grep -qx "package $name" "{notes}" 2>/dev/null; then
    echo "Failed to $what $name.service: Unit $name.service not found." >&2; exit 5
  fi
  case "$what" in
    start|restart) echo "started $name" >> "{notes}" ;;
    enable) echo "enabled $name" >> "{notes}"; [ -n "$now" ] && echo "started $name" >> "{notes}" ;;
    stop) echo "stopped $name" >> "{notes}" ;;
    is-active|status|reload) ;;
    *) echo "Unknown command verb $what." >&2; exit 1 ;;
  esac
done
exit 0
"""

_ALWAYS_FINE: Final = ("chown", "usermod", "useradd", "groupadd", "adduser", "aws", "curl", "wget", "pip", "pip3")
_NOT_THERE: Final = ("apt", "apt-get", "amazon-linux-extras")  # Amazon Linux 2023 has neither


def _stand_ins(disk: Path, tools: Path, notes: Path, host: str) -> None:
    scripts = dict.fromkeys(("dnf", "yum"), _INSTALL) | {"systemctl": _SYSTEMCTL}
    scripts |= dict.fromkeys(_ALWAYS_FINE, '#!/bin/sh\necho "$(basename "$0") $*"\n')
    scripts |= {name: f'#!/bin/sh\necho "{name}: command not found" >&2\nexit 127\n' for name in _NOT_THERE}
    scripts["hostname"] = f"#!/bin/sh\necho {host}\n"
    scripts["sudo"] = '#!/bin/sh\nexec "$@"\n'
    scripts["service"] = '#!/bin/sh\nexec systemctl "$2" "$1"\n'
    for name, text in scripts.items():
        path = tools / name
        path.write_text(text.format(notes=notes, disk=disk) if text in (_INSTALL, _SYSTEMCTL) else text)
        path.chmod(0o755)
