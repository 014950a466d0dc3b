"""`course start`: the learner's copies come, stay up to date, and are never overwritten."""

import datetime as dt
import json
import socket
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.cli import main
from course.lessons.learner_folder import bring_up_to_date
from tests.lessons.jupyter_server import TOKEN, running

TODAY = dt.date(2026, 11, 21)
LESSON = "06-messaging/01-sqs.ipynb"
BESIDE = "06-messaging/01-sqs.new-2026-11-21.ipynb"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one released lesson and a picture that goes with it."""
    root = tmp_path / "course"
    (root / "release/06-messaging").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    (root / "release/06-messaging/queue.png").write_bytes(b"a picture")
    release(root, "the first version")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def folder(course, tmp_path):
    """A learner's folder, up to date with the course."""
    bring_up_to_date(tmp_path / "mine", course, TODAY)
    return tmp_path / "mine"


def release(root, text, name=LESSON):
    cells = [new_markdown_cell(text, id="words"), new_code_cell("answer = ...", id="answer")]
    path = root / "release" / name
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


def text_of(path):
    return nbformat.read(path, as_version=4).cells[0].source


def edit(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def run_all(notebook):
    """What running leaves behind in a file."""
    notebook.cells[1].outputs = [new_output("stream", text="The lab is ready")]
    notebook.cells[1].execution_count = 7
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-11-21T05:00:00Z"}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}


def solve(notebook):
    notebook.cells[1].source = "answer = 42"


def test_the_first_start_copies_every_lesson_and_what_belongs_to_it(course, tmp_path):
    changes = bring_up_to_date(tmp_path / "mine", course, TODAY)
    assert changes.new == [LESSON, "06-messaging/queue.png"]
    assert (tmp_path / "mine/06-messaging/queue.png").read_bytes() == b"a picture"
    assert text_of(tmp_path / "mine" / LESSON) == "the first version"
    assert (tmp_path / "mine/.course").is_dir(), "marks the folder, and keeps its progress"


def test_hidden_files_of_a_release_stay_behind(course, tmp_path):
    (course / "release/06-messaging/.ipynb_checkpoints").mkdir()
    (course / "release/06-messaging/.ipynb_checkpoints/01-sqs.ipynb").write_text("{}")
    (course / "release/.gitkeep").touch()
    bring_up_to_date(tmp_path / "mine", course, TODAY)
    assert sorted(p.name for p in (tmp_path / "mine").glob("*/*")) == [
        "01-sqs.ipynb",
        "copied.json",
        "progress",
        "queue.png",
    ]


def test_a_second_start_changes_nothing(course, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    changes = bring_up_to_date(folder, course, TODAY)
    assert (changes.new, changes.updated, changes.beside) == ([], [], {})
    assert {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()} == before


@pytest.mark.parametrize("touched", [lambda notebook: None, run_all], ids=["not opened", "only run"])
def test_an_unchanged_copy_is_updated(course, folder, touched):
    edit(folder / LESSON, touched)
    release(course, "the second version")
    assert bring_up_to_date(folder, course, TODAY).updated == [LESSON]
    assert (folder / LESSON).read_bytes() == (course / "release" / LESSON).read_bytes()
    assert not (folder / BESIDE).exists()


@pytest.mark.parametrize(
    "change",
    [
        solve,
        lambda notebook: setattr(notebook.cells[0], "source", notebook.cells[0].source + " (my note)"),
        lambda notebook: notebook.cells.append(new_code_cell("1 + 1")),
        lambda notebook: notebook.cells.reverse(),
        lambda notebook: notebook.cells[0].update(attachments={"me.png": {"image/png": "aGk="}}),
        lambda notebook: notebook.cells[1].update(cell_type="raw"),
    ],
    ids=["answer", "note", "new cell", "other order", "attachment", "cell type"],
)
def test_a_changed_copy_is_kept_and_the_new_version_laid_beside(course, folder, change):
    edit(folder / LESSON, change)
    mine = (folder / LESSON).read_bytes()
    release(course, "the second version")
    assert bring_up_to_date(folder, course, TODAY).beside == {LESSON: BESIDE}
    assert (folder / LESSON).read_bytes() == mine
    assert (folder / BESIDE).read_bytes() == (course / "release" / LESSON).read_bytes()


def test_each_new_version_is_offered_once(course, folder):
    edit(folder / LESSON, solve)
    release(course, "the second version")
    bring_up_to_date(folder, course, TODAY)
    assert bring_up_to_date(folder, course, TODAY + dt.timedelta(days=1)).beside == {}
    (folder / BESIDE).unlink()
    assert bring_up_to_date(folder, course, TODAY).beside == {}, "thrown away, not offered again"
    release(course, "the third version")
    assert bring_up_to_date(folder, course, TODAY).beside == {LESSON: BESIDE}


def test_a_version_laid_beside_is_not_overwritten_either(course, folder):
    edit(folder / LESSON, solve)
    release(course, "the second version")
    bring_up_to_date(folder, course, TODAY)
    edit(folder / BESIDE, solve)
    solved = (folder / BESIDE).read_bytes()
    release(course, "the third version")
    second = BESIDE.replace(".ipynb", "-2.ipynb")
    assert bring_up_to_date(folder, course, TODAY).beside == {LESSON: second}
    assert (folder / BESIDE).read_bytes() == solved
    assert text_of(folder / second) == "the third version"


def test_the_learner_is_told_in_plain_words(course, tmp_path, capsys):
    release(course, "the first version", "07-containers/01-docker.ipynb")
    assert main(["start", "--no-open", "--dir", str(tmp_path / "mine")]) == 0
    assert f"Your folder is {tmp_path / 'mine'}. It holds 2 lessons; 3 files new." in capsys.readouterr().out
    edit(tmp_path / "mine" / LESSON, solve)
    release(course, "the second version")
    release(course, "the second version", "07-containers/01-docker.ipynb")
    main(["start", "--no-open", "--dir", str(tmp_path / "mine")])
    told = capsys.readouterr().out
    assert "Updated (you had not changed it): 07-containers/01-docker.ipynb" in told
    assert f"A new version of {LESSON} has come out. Yours stays as it is; the new one is 01-sqs.new-" in told


def test_a_changed_picture_is_kept_too(course, folder):
    (folder / "06-messaging/queue.png").write_bytes(b"my drawing")
    (course / "release/06-messaging/queue.png").write_bytes(b"a better picture")
    bring_up_to_date(folder, course, TODAY)
    assert (folder / "06-messaging/queue.png").read_bytes() == b"my drawing"
    assert (folder / "06-messaging/queue.new-2026-11-21.png").read_bytes() == b"a better picture"


def test_a_deleted_copy_comes_back_to_begin_afresh(course, folder):
    edit(folder / LESSON, solve)
    (folder / LESSON).unlink()
    assert bring_up_to_date(folder, course, TODAY).new == [LESSON]
    assert text_of(folder / LESSON) == "the first version"


def test_a_lesson_that_left_the_course_stays_with_the_learner(course, folder):
    release(course, "another", "07-containers/01-docker.ipynb")
    (course / "release" / LESSON).unlink()
    bring_up_to_date(folder, course, TODAY)
    assert (folder / LESSON).exists()


def test_a_notebook_that_the_learner_broke_is_kept(course, folder):
    (folder / LESSON).write_text("{ this is no JSON")
    release(course, "the second version")
    bring_up_to_date(folder, course, TODAY)
    assert (folder / LESSON).read_text() == "{ this is no JSON"
    assert text_of(folder / BESIDE) == "the second version"


@pytest.mark.parametrize("record", ["{ broken", "[]", None], ids=["broken", "odd", "gone"])
def test_without_its_memory_the_command_keeps_whatever_differs(course, folder, record):
    memory = folder / ".course/copied.json"
    memory.unlink() if record is None else memory.write_text(record)
    release(course, "the second version")
    assert bring_up_to_date(folder, course, TODAY).beside == {LESSON: BESIDE}
    assert text_of(folder / LESSON) == "the first version"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_to_is_named(course, capsys):
    assert main(["start", "--no-open", "--dir", "/proc/mine"]) == 2
    assert "cannot be copied to /proc/mine" in (said := capsys.readouterr().err)
    assert "course start --dir" in said


def test_a_file_in_the_place_of_the_folder_is_named(course, tmp_path, capsys):
    (tmp_path / "mine").write_text("a letter")
    assert main(["start", "--no-open", "--dir", str(tmp_path / "mine")]) == 2
    assert f"cannot be copied to {tmp_path / 'mine'}" in capsys.readouterr().err
    assert (tmp_path / "mine").read_text() == "a letter"


@pytest.mark.parametrize("place", [".", "release", "release/06-messaging", "source"])
def test_the_course_itself_is_no_place_for_copies(course, capsys, place):
    assert main(["start", "--no-open", "--dir", place]) == 2
    assert "belongs to the course itself. Choose a folder" in capsys.readouterr().err


def test_nothing_released_is_told_with_the_next_step(course, tmp_path, capsys):
    for file in (course / "release/06-messaging").iterdir():
        file.unlink()
    assert main(["start", "--no-open", "--dir", str(tmp_path / "mine")]) == 2
    assert "no released lessons" in (said := capsys.readouterr().err)
    assert "run `course build`" in said
    assert not (tmp_path / "mine").exists()


def test_a_port_in_use_is_told_before_anything_else_happens(course, tmp_path, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["start", "--no-browser", "--port", str(port), "--dir", str(tmp_path / "mine")]) == 2
    assert f"Port {port} cannot be used" in (said := capsys.readouterr().err)
    assert "leave --port out" in said
    assert not (tmp_path / "mine").exists()
    assert main(["start", "--port", "99999", "--dir", str(tmp_path / "mine")]) == 2
    assert "99999 is not a port" in capsys.readouterr().err


def test_jupyterlab_opens_in_the_folder_and_looks_nothing_up(course, tmp_path, free_port):
    release(course, "welcome", "00-start/01-welcome.ipynb")
    command = [
        sys.executable,
        "-c",
        "import sys; from course.cli import main; sys.exit(main())",
        "start",
        "--no-browser",
    ]
    command += ["--port", str(free_port), "--dir", str(tmp_path / "mine"), "--", f"--IdentityProvider.token={TOKEN}"]
    with running(command, free_port, cwd=course) as server:
        assert server.get(f"/api/contents/{LESSON}")["content"]["cells"][0]["source"] == "the first version"
        page = server.get("/")
        settings = json.loads(page.split('id="jupyter-config-data" type="application/json">')[1].split("</script>")[0])
        assert settings["treePath"] == "00-start/01-welcome.ipynb", "it opens at the welcome lesson"
        assert settings["news"] == {"disabled": True} or settings["news"] == ["disabled"]
        assert server.get("/lab/api/news") == {"news": []}
        assert server.get("/lab/api/update")["notification"] is None
        assert settings["extensionManager"]["can_install"] is False
        assert "@jupyter/nbgrader" in settings["disabledExtensions"], "a teacher's tools would only stand in the way"
