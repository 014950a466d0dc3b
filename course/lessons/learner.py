"""`course start`: the learner's way in."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from course.lessons.learner_folder import Changes, bring_up_to_date
from course.lessons.places import course_root, released_lessons
from course.lessons.source import LessonError

HELP = """Copy the lessons into your own folder and open them in JupyterLab.

What you wrote is never overwritten: where a new version of such a lesson has come out, it is laid beside yours. To
begin a lesson afresh, delete your copy and start again. What follows -- goes to JupyterLab, as in
`course start -- --ip=0.0.0.0`."""

_WELCOME = "00-start/01-welcome"
_LABCONFIG = Path(__file__).with_name("jupyter")

# Lessons run without a network: JupyterLab must not look for news, updates or extensions.
_OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
_QUIET = ("--ServerApp.log_level=WARN", "--LabApp.log_level=WARN")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", type=Path, default=Path("work"), help="your folder (default: work, here)")
    parser.add_argument("--port", type=int, help="port for JupyterLab (default: 8888 or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="start JupyterLab, print its address, open nothing")
    parser.add_argument("--no-open", action="store_true", help="only copy the lessons")
    parser.add_argument("jupyter", nargs="*", metavar="-- ...", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    root, folder = course_root(), args.dir.expanduser().resolve()
    if args.port is not None and not args.no_open:
        _must_be_free(args.port)
    changes = bring_up_to_date(folder, root)
    print("\n".join(words(changes, folder, len(released_lessons(root)))))
    if args.no_open:
        return 0
    return _open_jupyterlab(folder, _first_lesson(root), args)


def words(changes: Changes, folder: Path, lessons: int) -> list[str]:
    """What the learner is told."""
    told = [f"Your folder is {folder}. It holds {_count(lessons, 'lesson')}; {_count(len(changes.new), 'file')} new."]
    told += [f"Updated (you had not changed it): {name}" for name in changes.updated]
    for name, beside in changes.beside.items():
        told.append(f"A new version of {name} has come out. Yours stays as it is; the new one is {Path(beside).name}.")
    return told


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _first_lesson(root: Path) -> str:
    names = [f"{path.parent.name}/{path.stem}" for path in released_lessons(root)]
    return _WELCOME if _WELCOME in names or not names else names[0]


def _must_be_free(port: int) -> None:
    if not 1 <= port <= 65535:
        raise LessonError(f"{port} is not a port: choose a number from 1024 to 65535, or leave --port out.")
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere the option would let two programs share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise LessonError(
                f"Port {port} cannot be used ({problem.strerror}). Perhaps the course is open there already: "
                f"look at http://localhost:{port}. Else choose another port, or leave --port out to take a free one."
            ) from problem


def jupyter_arguments(folder: Path, lesson: str, port: int | None, browser: bool) -> list[str]:
    """How JupyterLab is called."""
    arguments = [*_OFFLINE, *_QUIET, f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{lesson}.ipynb"]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # root means a container; the address is local and has a token all the same
    return arguments


def _open_jupyterlab(folder: Path, lesson: str, args: argparse.Namespace) -> int:
    from jupyterlab.labapp import main

    # Settings that only a file can make; the learner's own settings come before them.
    paths = [os.environ.get("JUPYTER_CONFIG_PATH", ""), str(_LABCONFIG)]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    where = "shows its address below" if args.no_browser else "opens in your browser"
    print(f"JupyterLab {where}. Stop it here with Ctrl-C.", flush=True)
    arguments = jupyter_arguments(folder, lesson, args.port, not args.no_browser)
    sys.argv = ["jupyter-lab"]  # else JupyterLab shows our arguments in its messages
    main([*arguments, *args.jupyter])
    return 0
