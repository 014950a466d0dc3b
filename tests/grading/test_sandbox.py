"""What code in the sandbox can see and do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

import course
from course.grading.limits import MIB, Limits
from course.grading.warm import Warm

LIMITS = Limits(seconds=60, memory=512 * MIB, disk=32 * MIB, file_size=16 * MIB, output=4 * MIB, open_files=128)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=2, limits=LIMITS, services=["sqs"]) as process:
        yield process


def value(warm: Warm, code: str, folder: Path | None = None, timeout: int = 10) -> object:
    """The value of the last expression, or the name and message of the error."""
    done = warm.run(new_notebook(cells=[new_code_cell(code)]), folder=folder, timeout=timeout)
    output = done.cells[0].outputs[-1]
    return (
        eval(output.data["text/plain"])
        if output.output_type == "execute_result"
        else f"{output.ename}: {output.evalue}"
    )


def test_it_is_the_first_process_and_sees_no_other(warm: Warm) -> None:
    assert value(warm, "import os; os.getpid(), [p for p in os.listdir('/proc') if p.isdigit()]") == (1, ["1"])


def test_it_is_not_root_and_has_no_capabilities(warm: Warm) -> None:
    code = (
        "import os; (os.getuid(), [l.split()[1] for l in open('/proc/self/status') if l[:6] in ('CapEff', 'CapBnd')])"
    )
    assert value(warm, code) == (1000, ["0" * 16, "0" * 16])


@pytest.mark.parametrize(
    "path", ["/etc/x", "/usr/x", "/x", "/proc/sys/kernel/core_pattern", sys.prefix + "/x", "/dev/x"]
)
def test_the_system_is_read_only(warm: Warm, path: str) -> None:
    assert "Read-only file system" in str(value(warm, f"open({path!r}, 'w')"))


@pytest.mark.parametrize("path", ["/tmp/x", "/home/learner/x", "/dev/shm/x", "/var/tmp/x", "x"])
def test_private_folders_can_be_written(warm: Warm, path: str) -> None:
    assert value(warm, f"open({path!r}, 'w').write('abc')") == 3


def test_nothing_written_is_seen_outside_or_by_the_next_notebook(warm: Warm) -> None:
    value(warm, "open('/tmp/left-by-a-notebook', 'w').write('x')")
    assert not Path("/tmp/left-by-a-notebook").exists()
    # Where Python or the course itself lies below /tmp, the way to it is there, and nothing else.
    way = {Path(root).parts[2] for root in (sys.prefix, *course.__path__) if root.startswith("/tmp/")}
    assert set(value(warm, "import os; os.listdir('/tmp')")) == way


def test_there_is_no_network(warm: Warm) -> None:
    assert "unreachable" in str(value(warm, "import socket; socket.create_connection(('1.1.1.1', 53), 2)"))
    assert value(warm, "import socket; socket.if_nameindex()") == [(1, "lo")]


def test_the_environment_of_the_grader_stays_outside(warm: Warm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    seen = value(warm, "import os; (sorted(os.environ), open('/proc/self/environ').read())")
    assert "AWS_SECRET_ACCESS_KEY" not in str(seen)


def test_the_course_folder_is_hidden_but_for_the_package(warm: Warm) -> None:
    root = Path(__file__).resolve().parents[2]
    seen = value(warm, f"import os; sorted(os.listdir({str(root)!r}))")
    assert set(seen) <= {"course", ".venv"}  # type: ignore[call-overload]
    assert value(warm, f"import os; os.listdir({str(root / 'course' / 'grading')!r})") == []


def test_password_hashes_are_hidden(warm: Warm) -> None:
    assert "No such file" in str(value(warm, "open('/etc/shadow')"))


def test_files_beside_the_notebook_are_there_but_no_notebook_and_no_link(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("1,2")
    (tmp_path / "hidden-tests.ipynb").write_text("{}")
    (tmp_path / "link").symlink_to("/etc/shadow")
    assert value(warm, "import os; sorted(os.listdir())", tmp_path) == ["data"]
    assert value(warm, "open('data/orders.csv').read()", tmp_path) == "1,2"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("bytearray(1 << 30)", "MemoryError"),
        ("open('big', 'wb').write(bytes(20 << 20))", "File too large"),
        ("[open(f'{n}', 'wb').write(bytes(10 << 20)) for n in range(9)]", "No space left"),
        ("[open('/dev/null') for _ in range(500)]", "Too many open files"),
    ],
)
def test_limits_end_in_an_error_of_the_cell(warm: Warm, code: str, error: str) -> None:
    assert error in str(value(warm, f"hold = {code}"))


def test_too_many_processes_are_refused(warm: Warm) -> None:
    code = """import os
n = 0
try:
    while n < 400:
        pid = os.fork()
        if pid == 0:
            import time
            time.sleep(60)
        n += 1
except OSError:
    pass
n"""
    assert value(warm, code, timeout=60) < 601  # type: ignore[operator]


def test_threads_may_come_and_go_without_end(warm: Warm) -> None:
    code = (
        "import threading\ncount = 0\nfor _ in range(1500):\n    one = threading.Thread(target=int)\n"
        "    one.start(); one.join(); count += 1\ncount"
    )
    assert value(warm, code, timeout=60) == 1500


def test_a_notebook_that_prints_without_end_is_stopped(warm: Warm) -> None:
    cells = [new_code_cell("while True: print('x' * 10000)"), new_code_cell("1")]
    done = warm.run(new_notebook(cells=cells))
    assert "more than it may" in done.cells[0].outputs[-1].evalue
    assert "not run" in done.cells[1].outputs[-1].evalue


@pytest.mark.parametrize(
    ("limits", "code", "says"),
    [
        (Limits(seconds=60, cpu_seconds=2), "while True: pass", "used up the 2 s of processor time"),
        (Limits(seconds=2), "import time; time.sleep(60)", "the notebook took longer than 2 s"),
    ],
    ids=["processor", "wall"],
)
def test_a_notebook_that_takes_too_long_is_stopped_and_says_which_limit_it_met(
    warm: Warm, monkeypatch: pytest.MonkeyPatch, limits: Limits, code: str, says: str
) -> None:
    monkeypatch.setattr(warm, "limits", limits)
    done = warm.run(new_notebook(cells=[new_code_cell("1"), new_code_cell(code), new_code_cell("2")]), timeout=50)
    assert done.cells[0].outputs[0].data["text/plain"] == "1"
    assert says in done.cells[1].outputs[-1].evalue
    assert "not run" in done.cells[2].outputs[-1].evalue


def test_nothing_is_left_running(warm: Warm) -> None:
    mark = "10987.25"
    value(warm, f"import subprocess; subprocess.Popen(['sleep', '{mark}']); 1")
    until = time.monotonic() + 60
    while subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True).stdout:
        assert time.monotonic() < until, "the program outlived its notebook"
        time.sleep(0.05)


def test_notebooks_run_side_by_side_from_many_threads(warm: Warm) -> None:
    def run(number: int) -> object:
        return value(warm, f"import time; time.sleep(0.2); {number}")

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(run, range(6))) == list(range(6))
    assert threading.active_count() < 20


def test_each_notebook_has_random_numbers_of_its_own(warm: Warm) -> None:
    assert len({value(warm, "import random; random.random()") for _ in range(3)}) == 3


ORDINARY = """
import os
from nbformat.v4 import new_code_cell, new_notebook
from course.grading.warm import Warm
with Warm(jobs=1, services=["sqs"]) as warm:
    cells = [new_code_cell("import os; os.getpid(), os.getuid(), os.listdir()"), new_code_cell("open('/etc/shadow')")]
    done = warm.run(new_notebook(cells=cells))
print(os.getuid(), done.cells[0].outputs[0].data["text/plain"], done.cells[1].outputs[-1].ename)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
@pytest.mark.skipif(not (shutil.which("unshare") and shutil.which("setpriv")), reason="needs util-linux")
def test_an_ordinary_user_gets_the_same_sandbox() -> None:
    """The whole warm process, as nobody. Where Python lies below /root, nobody is shown a /root that has only that."""
    python = Path(sys.base_prefix)
    show = ""
    if python.is_relative_to("/root"):
        way = python.relative_to("/root").parts[0]
        show = (
            f"mount -t tmpfs -o mode=755 t /mnt && mkdir /mnt/way && mount --rbind /root/{way} /mnt/way && "
            f"mount -t tmpfs -o mode=755 t /root && mkdir /root/{way} && mount --rbind /mnt/way /root/{way} && "
        )
    become = 'exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", show + become, "sh"]
    environment = {**os.environ, "HOME": "/tmp", "PYTHONPATH": str(Path(course.__file__).parents[1])}
    done = subprocess.run(
        [*command, sys.executable, "-c", ORDINARY], capture_output=True, text=True, cwd="/", env=environment
    )
    if "unshare: " in done.stderr or "mount: " in done.stderr:
        pytest.skip(f"this machine lets root not prepare a place for nobody: {done.stderr.strip()[:200]}")
    assert done.stdout.strip() == "65534 (1, 1000, []) FileNotFoundError", done.stderr


@pytest.mark.parametrize("code", ["!ls", "files = !ls", "%%bash\nls", "%sx ls", "!!ls", "%pip install x"])
def test_commands_of_the_system_are_refused_and_the_next_cell_runs(warm: Warm, code: str) -> None:
    done = warm.run(new_notebook(cells=[new_code_cell(code), new_code_cell("1 + 1")]))
    assert "are not run while a notebook is graded" in done.cells[0].outputs[0].text
    assert done.cells[1].outputs[0].data["text/plain"] == "2"


def test_a_machine_without_namespaces_says_so_and_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from course.grading.warm import NoSandbox

    said = str(NoSandbox("no sandbox: unshare: Operation not permitted"))
    assert "unshare: Operation not permitted" in said
    assert "--no-sandbox" in said
    assert "sysctl" in said
