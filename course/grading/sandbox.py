"""A sandbox of Linux namespaces around a notebook process, entered after the fork so that it stays warm.

The process gets its own users, processes, network (none), hostname, message queues and file tree. The tree holds the
system and Python read-only, and private folders that vanish with it; it does not hold the course folder, the
gradebook or anybody's work. Works for root and for ordinary users where the kernel lets them make user namespaces.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import course
from course.grading.limits import Limits

HOME = "/home/learner"
WORK = "/home/learner/work"

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_ALL = _NEWNS | _NEWCGROUP | _NEWUTS | _NEWIPC | _NEWUSER | _NEWPID | _NEWNET

_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_BIND, _REC, _PRIVATE, _DETACH = 0x1000, 0x4000, 1 << 18, 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_SYS_MOUNT_SETATTR, _SYS_PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 1, 38, 24
_CAPABILITY_VERSION_3 = 0x20080522

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix", "/opt/conda")
SETTINGS = [
    "alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
    "mime.types", "ssl", "timezone",
]  # fmt: skip
"""What a notebook may read of /etc. The rest (password hashes, mail, keys) stays away, also when root grades."""
OWN_SETTINGS = {
    "passwd": f"learner:x:1000:1000:learner:{HOME}:/bin/sh\n",
    "group": "learner:x:1000:\n",
    "hosts": "127.0.0.1 localhost lesson\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
DEVICES = ("null", "zero", "full", "random", "urandom")
PRIVATE = ("/tmp", "/var/tmp", "/dev/shm", HOME)
"""Where a notebook may write; all of it together is limited and vanishes with the notebook."""


class SandboxError(Exception):
    """The sandbox cannot be made on this machine."""


class _Setattr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


_libc = ctypes.CDLL(None, use_errno=True)


def enter(folder: str | None, limits: Limits, announce: Callable[[int], None]) -> None:
    """Move this process into a sandbox and return in its first process; must run in a fresh fork.

    ``folder``, if any, is copied (without notebooks) to the working folder inside. ``announce`` is told the number
    that the process has outside.
    """
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _ALL)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"1000 {uid} 1")
    _write("/proc/self/gid_map", f"1000 {gid} 1")
    _become_first_process(announce)
    _call("sethostname", b"lesson", 6)
    _build_tree(folder, limits)
    _close_doors()
    os.chdir(WORK)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, 9)


def _become_first_process(announce: Callable[[int], None]) -> None:
    """Fork into the new process namespace; the outer half only waits, and dies with its own parent."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(write_end)
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, 9)
        os.read(read_end, 1)  # the outer half has told the grader our number
        os.close(read_end)
        return
    _outer_half(pid, read_end, write_end, announce)


def _outer_half(pid: int, read_end: int, write_end: int, announce: Callable[[int], None]) -> NoReturn:
    try:
        os.close(read_end)
        _prctl(_PR_SET_PDEATHSIG, 9)
        announce(pid)
        os.close(write_end)
        for descriptor in range(3, 64):
            try:
                os.close(descriptor)
            except OSError:
                continue
        os.waitpid(pid, 0)
    finally:
        os._exit(0)


def _build_tree(folder: str | None, limits: Limits) -> None:
    """Make a new root from scratch and leave the old one behind."""
    _mount(None, "/", None, _REC | _PRIVATE)
    inputs = os.open(folder, os.O_RDONLY | os.O_DIRECTORY) if folder else None
    shown = {path: os.open(path, os.O_PATH) for path in _visible()}
    devices = {f"/dev/{name}": os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    root = "/tmp"  # any folder will do; the new tree lies over it until it becomes the root
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    _make_private(root, limits)
    shelters = _shelters(list(shown))
    for path in shelters:
        Path(root + path).mkdir()
        _mount("tmpfs", root + path, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for path, descriptor in shown.items():
        _bind(descriptor, root + path)
        _set_attributes(root + path, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV)
    _mount("tmpfs", f"{root}{Path(course.__file__).parent}/grading", "tmpfs", _RDONLY, "size=4k")  # the grader itself
    for path, descriptor in devices.items():
        _bind(descriptor, root + path)
    for path in shelters:
        _set_attributes(root + path, _ATTR_RDONLY, recursive=False)
    _write_settings(root)
    if inputs is not None:
        _copy_inputs(inputs, root + WORK, limits.input_files)
        os.close(inputs)
    for descriptor in (*shown.values(), *devices.values()):
        os.close(descriptor)
    _mount_proc(root)
    os.chdir(root)
    _call("syscall", _SYS_PIVOT_ROOT[os.uname().machine], b".", b".", what="pivot_root")
    _call("umount2", b".", _DETACH)
    os.chdir("/")
    _set_attributes("/", _ATTR_RDONLY, recursive=False)


def _write_settings(root: str) -> None:
    for name, text in OWN_SETTINGS.items():
        Path(root, "etc", name).write_text(text)
    Path(root, "dev/fd").symlink_to("/proc/self/fd")
    for path in SYSTEM:
        if Path(path).is_symlink():
            Path(root + path).symlink_to(Path(path).readlink())


def _make_private(root: str, limits: Limits) -> None:
    """Mount one scratch file system and show parts of it where programs like to write."""
    scratch = Path(root, "scratch")
    scratch.mkdir()
    _mount("tmpfs", str(scratch), "tmpfs", _NOSUID | _NODEV, f"size={limits.disk},mode=755")
    for number, path in enumerate(PRIVATE):
        (scratch / str(number)).mkdir()
        Path(root + path).mkdir(parents=True, exist_ok=True)
        _mount(f"{scratch}/{number}", root + path, None, _BIND)
    Path(root + WORK).mkdir()
    _call("umount2", bytes(scratch), _DETACH)
    scratch.rmdir()


def _mount_proc(root: str) -> None:
    """Show our own processes only, and nothing there that could be written."""
    Path(root, "proc").mkdir()
    _mount("proc", f"{root}/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    # Numbers below 300 are given out only once, so this leaves 300 for processes and threads that come and go.
    _limit_by_sysctl(f"{root}/proc/sys/kernel/pid_max", "600")
    _limit_by_sysctl(f"{root}/proc/sys/user/max_user_namespaces", "0")
    _set_attributes(f"{root}/proc", _ATTR_RDONLY)


def _visible() -> list[str]:
    """Return what is shown read-only: the system, Python and the installed packages, our own package."""
    places = [path for path in SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    places += [f"/etc/{name}" for name in SETTINGS if Path("/etc", name).exists()]
    roots = [sys.base_prefix, sys.prefix, *(path for path in sys.path if path.endswith("site-packages"))]
    roots.append(str(Path(course.__file__).parent))
    for path in map(os.path.realpath, roots):
        if Path(path).is_dir() and not any(path == place or path.startswith(place + "/") for place in places):
            places.append(path)
    return places


def _shelters(places: list[str]) -> list[str]:
    """Folders inside the writable ones that lead to shown places: Python or the course may lie below /tmp.

    They get a read-only file system of their own, or a notebook could move them away and put its own in place.
    """
    found = set()
    for place in places:
        for private in PRIVATE:
            if place.startswith(private + "/"):
                found.add(f"{private}/{place.removeprefix(private + '/').split('/')[0]}")
    return sorted(found)


def _copy_inputs(folder: int, target: str, most: int) -> None:
    """Copy the files that came with the notebook; no notebooks (they hold tests), no links (they lead elsewhere)."""
    left = most
    for parent, _folders, files, descriptor in os.fwalk(".", dir_fd=folder, follow_symlinks=False):
        for name in files:
            if name.endswith(".ipynb"):
                continue
            facts = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if not _is_plain(facts) or facts.st_size > left:
                continue
            left -= facts.st_size
            Path(target, parent).mkdir(parents=True, exist_ok=True)
            source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=descriptor)
            with os.fdopen(source, "rb") as reader, Path(target, parent, name).open("wb") as writer:
                shutil.copyfileobj(reader, writer)


def _is_plain(facts: os.stat_result) -> bool:
    return (facts.st_mode & 0o170000) == 0o100000


def _limit_by_sysctl(path: str, value: str) -> None:
    """Set a limit of this namespace; older kernels do not have all of them, and the resource limits stay."""
    with suppress(OSError):
        _write(path, value)


def _close_doors() -> None:
    """Give up every capability for good."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("capset", header, nothing)


def _bind(descriptor: int, target: str) -> None:
    """Show what ``descriptor`` points to at ``target``."""
    source = f"/proc/self/fd/{descriptor}"
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(source, target, None, _BIND | _REC)


def _set_attributes(path: str, flags: int, recursive: bool = True) -> None:
    attributes = _Setattr(set=flags)
    size = ctypes.sizeof(attributes)
    deep = _AT_RECURSIVE if recursive else 0
    _call("syscall", _SYS_MOUNT_SETATTR, _AT_FDCWD, path.encode(), deep, ctypes.byref(attributes), size, what=path)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, data)]
    _call("mount", words[0], words[1], words[2], ctypes.c_ulong(flags), words[3], what=f"mount {target}")


def _prctl(*values: int) -> None:
    _call("prctl", *map(ctypes.c_ulong, values))


def _call(name: str, *values: object, what: str = "") -> None:
    if getattr(_libc, name)(*values) < 0:
        error = ctypes.get_errno()
        raise SandboxError(f"{what or name}: {os.strerror(error)}")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
