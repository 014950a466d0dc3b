"""Text and notebook of a lesson stay one thing when an author saves in JupyterLab."""

import asyncio
import json
import shutil
import sys

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupytext.async_contentsmanager import build_async_jupytext_contents_manager_class

from course.cli import main
from course.lessons.build import build_section, write_source_notebooks
from course.lessons.source import find_lessons, read_lesson
from course.lessons.tidy import untidy
from tests.lessons.jupyter_server import TOKEN, running
from tests.lessons.sample import ROOT, sample_course

SECTION = "06-messaging"
TEXT, NOTEBOOK = f"source/{SECTION}/07-sample.py", f"source/{SECTION}/07-sample.ipynb"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose lesson has text and notebook."""
    folder = sample_course(tmp_path)
    shutil.copyfile(ROOT / "source/jupytext.toml", folder / "source/jupytext.toml")
    write_source_notebooks(folder, SECTION)
    monkeypatch.chdir(folder)
    return folder


class Editor:
    """JupyterLab's way to files: jupytext's contents manager over the real folder."""

    def __init__(self, folder):
        self._manager = build_async_jupytext_contents_manager_class(AsyncLargeFileManager)(root_dir=str(folder))

    def open(self, path):
        model = asyncio.run(self._manager.get(path, type="notebook", content=True))
        return json.loads(json.dumps(model["content"]))  # as it travels to the browser

    def save(self, path, content):
        asyncio.run(self._manager.save({"type": "notebook", "format": "json", "content": content}, path))


@pytest.fixture
def editor(course):
    return Editor(course)


def run_all(content):
    """What JupyterLab adds to a notebook that was worked with."""
    content["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
    content["metadata"]["widgets"] = {}
    for cell in content["cells"]:
        cell["metadata"] |= {"trusted": True, "editable": True, "slideshow": {"slide_type": ""}, "scrolled": False}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"collapsed": False, "jupyter": {"outputs_hidden": False}, "execution": {}}
            cell["execution_count"] = 3
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello\n"}]


@pytest.mark.parametrize("opened", [NOTEBOOK, TEXT])
@pytest.mark.parametrize("work", [lambda content: None, run_all], ids=["open", "run"])
def test_open_and_save_keeps_every_byte_of_the_text(course, editor, opened, work):
    before = (course / TEXT).read_bytes()
    content = editor.open(opened)
    work(content)
    editor.save(opened, content)
    assert (course / TEXT).read_bytes() == before


@pytest.mark.parametrize("path", find_lessons(ROOT), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_lesson_of_the_course_survives_a_save(tmp_path, path):
    folder = tmp_path / "source" / path.parent.name
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "source/jupytext.toml", tmp_path / "source/jupytext.toml")
    shutil.copyfile(path, folder / path.name)
    write_source_notebooks(tmp_path, path.parent.name)
    editor, opened = Editor(tmp_path), f"source/{path.parent.name}/{path.stem}.ipynb"
    content = editor.open(opened)
    run_all(content)
    editor.save(opened, content)
    assert (folder / path.name).read_text() == path.read_text(), "run `course build`: it writes the saved form"


def test_an_edit_in_the_notebook_arrives_in_the_text_and_nowhere_else(course, editor):
    before = (course / TEXT).read_text()
    content = editor.open(NOTEBOOK)
    words = next(cell for cell in content["cells"] if "A few sentences" in cell["source"])
    words["source"] = words["source"].replace("A few sentences", "One new sentence")
    run_all(content)
    editor.save(NOTEBOOK, content)
    assert (course / TEXT).read_text() == before.replace("A few sentences", "One new sentence")
    assert read_lesson(course / TEXT).header.minutes == 30


def test_an_edit_in_the_text_arrives_in_the_notebook(course, editor):
    (course / TEXT).write_text((course / TEXT).read_text().replace("A few sentences", "One new sentence"))
    content = editor.open(NOTEBOOK)
    assert any("One new sentence" in cell["source"] for cell in content["cells"])
    tagged = {
        key: cell["metadata"] for cell in content["cells"] for key in cell["metadata"].keys() & {"exercise", "check"}
    }
    assert tagged["exercise"]["nbgrader"]["grade_id"] == "first-queue", "nbgrader's own data stays in the notebook"
    assert tagged["check"]["tags"] == ["raises-exception"]


def test_a_new_exercise_can_be_tagged_in_the_notebook(course, editor):
    content = editor.open(NOTEBOOK)
    cell = {
        "cell_type": "code",
        "metadata": {"setup": "more"},
        "source": "more = 1",
        "outputs": [],
        "execution_count": None,
    }
    content["cells"].insert(3, cell | {"id": "more"})
    editor.save(NOTEBOOK, content)
    assert '# %% setup="more"\nmore = 1\n' in (course / TEXT).read_text()


def test_nothing_of_nbgrader_or_the_kernel_gets_into_the_text(course, editor):
    content = editor.open(NOTEBOOK)
    run_all(content)
    editor.save(NOTEBOOK, content)
    text = (course / TEXT).read_text()
    for word in ("nbgrader", "kernelspec", "jupytext", "grade_id", "raises-exception", "trusted", "outputs"):
        assert word not in text


def test_a_build_after_a_save_gives_the_same_release(course, editor):
    build_section(course, SECTION)
    content = editor.open(NOTEBOOK)
    run_all(content)
    editor.save(NOTEBOOK, content)
    assert build_section(course, SECTION) == []


def test_build_brings_a_header_into_the_saved_form(course, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("course.lessons.build.INDEX", tmp_path / "index.json")
    before = (course / TEXT).read_text()
    (course / TEXT).write_text(before.replace("#     services:\n#     - sqs\n", "#     services: [sqs]\n"))
    assert main(["build", "--check", SECTION]) == 1
    assert f"stale: {TEXT}. Run `course build`" in capsys.readouterr().err
    assert main(["build", SECTION]) == 0
    assert f"wrote {TEXT} in the form in which JupyterLab saves it" in capsys.readouterr().out
    assert (course / TEXT).read_text() == before
    assert untidy(course, SECTION) == {}


def test_a_real_jupyterlab_keeps_the_pair(course, free_port):
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={free_port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={course}", "--LabApp.news_url=None"]
    before = (course / TEXT).read_text()
    with running(command, free_port, cwd=course) as server:
        model = server.get(f"/api/contents/{NOTEBOOK}?type=notebook&content=1")
        content = model["content"]
        run_all(content)
        content["cells"][0]["source"] += "\n\nOne more thing."
        server.put(f"/api/contents/{NOTEBOOK}", {"type": "notebook", "format": "json", "content": content})
    after = (course / TEXT).read_text()
    assert after.replace("#\n# One more thing.\n", "") == before
    assert "# One more thing.\n" in after
