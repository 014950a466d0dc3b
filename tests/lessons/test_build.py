"""From text to notebooks: the same bytes every time, and nothing of the answers in the release."""

import json
import shutil

import nbformat
import pytest

from course.cli import main
from course.lessons.build import build_section, stale_files, write_source_notebooks
from course.lessons.release import release_section
from course.lessons.source import LessonError, find_lessons, read_lesson
from tests.lessons.sample import ROOT, sample_course

SECRET = "return sqs.create_queue(QueueName=name)"
HIDDEN = "parcels"
REASON = "Why it is wrong."


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = sample_course(tmp_path)
    monkeypatch.chdir(folder)
    return folder


def _bytes(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_builds_give_the_same_bytes(course):
    build_section(course, "06-messaging")
    first = _bytes(course / "release"), _bytes(course / "source")
    shutil.rmtree(course / "release" / "06-messaging")
    build_section(course, "06-messaging")
    assert (_bytes(course / "release"), _bytes(course / "source")) == first
    assert build_section(course, "06-messaging") == [], "an unchanged lesson writes nothing"


def test_the_source_notebook_holds_the_answers_and_the_release_does_not(course):
    (course / "source/06-messaging/private-notes.md").write_text(SECRET)
    (course / "source/06-messaging/more_answers.py").write_text(SECRET)
    (course / "source/06-messaging/.hidden.txt").write_text(SECRET)
    (course / "source/06-messaging/orders.csv").write_text("id\n1\n")
    build_section(course, "06-messaging")
    assert SECRET in (course / "source/06-messaging/07-sample.ipynb").read_text()
    released = _bytes(course / "release" / "06-messaging")
    assert sorted(str(name) for name in released) == ["07-sample.ipynb", "orders.csv"]
    text = released[next(name for name in released if name.suffix == ".ipynb")].decode()
    for secret in (SECRET, HIDDEN, REASON, "BEGIN SOLUTION", "BEGIN HIDDEN TESTS", '"answer = \\"B\\"', "[x]"):
        assert secret not in text


def test_no_released_lesson_holds_a_solution_a_hidden_test_or_a_reason():
    for path in find_lessons(ROOT):
        lesson = read_lesson(path)
        released = json.loads((ROOT / "release" / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
        shown = "\n".join("".join(cell["source"]) for cell in released["cells"])
        secrets, public = _secrets_and_public(lesson)
        assert secrets
        for secret in secrets - public:
            assert secret not in shown, f"{lesson.name}: {secret!r} is in the release"


def _secrets_and_public(lesson):
    """Lines of solutions, hidden tests and reasons; and the lines that a lesson shows anyway."""
    secrets, public = set(), set()
    for cell in lesson.cells:
        inside = cell.role == "answer"
        for line in cell.source.splitlines():
            if "### BEGIN" in line or "### END" in line:
                inside = "### BEGIN" in line
            elif cell.role == "question" and line.strip().startswith(">"):
                secrets.add(line.strip(" >"))
            elif len(line.strip()) > 30 or cell.role == "answer":
                (secrets if inside else public).add(line.strip())
    return secrets, public


def test_stock_nbgrader_makes_the_same_release(course):
    """`nbgrader generate_assignment` with its gradebook gives the bytes of `course build`."""
    build_section(course, "06-messaging")
    stock = course / "stock"
    release_section(course, "06-messaging", to=stock, database=f"sqlite:///{course}/gradebook.db")
    assert _bytes(stock / "06-messaging") == _bytes(course / "release" / "06-messaging")


def test_cells_have_stable_ids_and_nbgrader_metadata(course):
    write_source_notebooks(course, "06-messaging")
    notebook = nbformat.read(course / "source/06-messaging/07-sample.ipynb", as_version=4)
    nbformat.validate(notebook)
    by_id = {cell.id: cell for cell in notebook.cells}
    assert by_id["first-queue"].metadata.nbgrader.solution
    assert by_id["first-queue-check"].metadata.nbgrader.points == 2
    assert by_id["first-queue-check"].metadata.tags == ["raises-exception"]
    assert by_id["start-setup"].metadata.nbgrader.locked
    assert len(by_id) == len(notebook.cells)


def test_check_finds_a_stale_release(course, capsys):
    build_section(course, "06-messaging")
    assert main(["build", "06-messaging", "--check"]) == 0
    source = course / "source/06-messaging/07-sample.py"
    source.write_text(source.read_text().replace("A few sentences", "Some sentences"))
    before = _bytes(course / "release")
    assert main(["build", "06-messaging", "--check"]) == 1
    assert "stale: release/06-messaging/07-sample.ipynb. Run `course build`" in capsys.readouterr().err
    assert _bytes(course / "release") == before
    (course / "release/06-messaging/old.ipynb").write_text("{}")
    assert "release/06-messaging/old.ipynb" in stale_files(course, "06-messaging")


def test_a_lesson_that_is_gone_leaves_the_release(course):
    build_section(course, "06-messaging")
    (course / "release/06-messaging/old.ipynb").write_text("{}")
    (course / "source/06-messaging/old.ipynb").write_text("{}")
    build_section(course, "06-messaging")
    assert not (course / "release/06-messaging/old.ipynb").exists()
    assert not (course / "source/06-messaging/old.ipynb").exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('# %% check="first-queue" points=2\n', '# %% check="other"\n'), "has no check cell"),
        (("    ### BEGIN SOLUTION\n", ""), "BEGIN SOLUTION"),
        (("### BEGIN HIDDEN TESTS", "# tests"), "no hidden tests"),
        (('answer = "B"', 'answer = "A"'), 'must be  answer = "B"'),
        (("- [x]", "- [ ]"), "exactly one right option"),
        (("def make_queue(name: str)", "def make_queue(name: str"), "is not Python"),
        (('exercise="first-queue"', 'exercise="First Queue"'), "lower case words with hyphens"),
    ],
)
def test_a_lesson_in_bad_form_is_refused_with_file_and_line(course, change, complaint):
    source = course / "source/06-messaging/07-sample.py"
    assert change[0] in source.read_text()
    source.write_text(source.read_text().replace(*change))
    with pytest.raises(LessonError, match=complaint) as refused:
        build_section(course, "06-messaging")
    assert "source/06-messaging/07-sample.py:" in str(refused.value)
    assert not (course / "release/06-messaging").exists(), "nothing is released from a broken lesson"


@pytest.mark.parametrize(
    ("header", "complaint"), [("    minutes: 30\n", "lacks minutes"), ("    topics: []\n", "topics")]
)
def test_a_missing_header_line_is_named(course, header, complaint):
    source = course / "source/06-messaging/07-sample.py"
    source.write_text(source.read_text().replace(header.replace("    ", "#     "), ""))
    with pytest.raises(LessonError, match=complaint):
        build_section(course, "06-messaging")


def test_an_unknown_section_is_told_with_those_that_exist(course, capsys):
    assert main(["build", "77-nothing"]) == 2
    assert "Sections here: 06-messaging" in capsys.readouterr().err


def test_new_refuses_bad_names_and_existing_lessons(course, capsys):
    assert main(["new", "messaging/sqs"]) == 2
    assert "like 06-messaging/04-name" in capsys.readouterr().err
    assert main(["new", "06-messaging/07-sample"]) == 2
    assert "exists already; nothing was written" in capsys.readouterr().err


def test_one_lesson_is_built_without_its_neighbours(course):
    (course / "source/06-messaging/08-half-written.py").write_text("# %% [markdown]\n# not yet a lesson\n")
    (course / "release/06-messaging").mkdir(parents=True)
    (course / "release/06-messaging/09-other.ipynb").write_text("{}")
    assert len(build_section(course, "06-messaging", "07-sample")) == 1
    assert (course / "release/06-messaging/07-sample.ipynb").is_file()
    assert (course / "release/06-messaging/09-other.ipynb").is_file(), "what is not built is not touched"
