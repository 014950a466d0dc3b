"""Progress: what is remembered, the picture at a lesson's end, `course progress`."""

import json
import subprocess
import sys
from html.parser import HTMLParser

import pytest

import course
from course import check, lab, question
from course.cli import main
from course.lessons import progress as store
from course.lessons import standing
from course.lessons.outcome import NotTried, NotYet
from course.lessons.progress import load_progress, progress, progress_folder, record, records_of, save_progress

SQS, SNS = "06-messaging/01-sqs", "06-messaging/02-sns"
INDEX = {
    SQS: {"title": "Queues", "minutes": 40, "exercises": ["send", "drain", "park"], "questions": ["poison"]},
    SNS: {"title": "Topics", "minutes": 30, "exercises": ["fan-out"], "questions": []},
    "07-containers/01-docker": {"title": "Docker <1>", "minutes": 35, "exercises": ["build"], "questions": []},
}


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner in `work/`, who has three lessons and has not begun."""
    index = tmp_path / "index.json"
    index.write_text(json.dumps(INDEX))
    monkeypatch.setattr(standing, "_INDEX", index)
    monkeypatch.setattr(store, "_seen", {})
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    folder = tmp_path / "work"
    (folder / ".course").mkdir(parents=True)
    (folder / "06-messaging").mkdir()
    monkeypatch.chdir(folder / "06-messaging")
    yield folder
    course.lesson("")


def forget(monkeypatch):
    """As after a restart of the kernel."""
    monkeypatch.setattr(store, "_seen", {})


def states(lesson=SQS):
    return {name: entry["state"] for name, entry in records_of(lesson).items()}


def test_checks_are_remembered_in_the_learners_folder(learner, monkeypatch):
    course.lesson(SQS)
    with check("send"):
        pass
    with pytest.raises(NotYet), check("drain") as expect:
        expect(False, "The queue is not empty.")
    with pytest.raises(NotTried), check("park", needs="no_such_answer"):
        pass
    with pytest.raises(NotTried):
        question("poison", "", sealed=_sealed())
    forget(monkeypatch)
    assert states() == {"send": "right", "drain": "not yet", "park": "not tried", "poison": "not tried"}
    assert [p.name for p in (learner / ".course/progress/06-messaging").iterdir()] == ["01-sqs.json"]


def _sealed():
    from course.lessons.questions import Option, Question, seal

    return seal("poison", Question("?", (Option("A", "a", True, "yes"), Option("B", "b", False, "no"))))


def test_a_mark_stays_when_the_lesson_is_opened_afresh_and_when_the_learner_experiments():
    record(SQS, "send", "not yet")
    record(SQS, "send", "not tried")
    assert states() == {"send": "not yet"}
    record(SQS, "send", "right")
    record(SQS, "send", "not tried")
    record(SQS, "send", "not yet")
    assert states() == {"send": "right"}


def test_the_lab_clock_does_not_date_the_progress():
    lab.start()
    try:
        record(SQS, "send", "right")
        lab.clock.advance(days=4000)
        record(SQS, "drain", "right")
    finally:
        lab.stop()
    assert records_of(SQS)["drain"]["at"][:4] == records_of(SQS)["send"]["at"][:4]


def test_a_folder_that_nobody_can_write_to_does_not_stop_the_lesson(monkeypatch):
    monkeypatch.setattr(store, "progress_folder", lambda: progress_folder().__class__("/proc/nothing"))
    record(SQS, "send", "right")
    assert "✓ right      send" in repr(progress(SQS))


def test_grading_writes_nothing_but_shows_the_outcomes_in_the_graded_notebook(learner, monkeypatch):
    record(SQS, "drain", "right")
    forget(monkeypatch)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    record(SQS, "send", "right")
    assert states() == {"send": "right"}, "what the machine's owner has solved is no business of the graded one"
    saved = (learner / ".course/progress/06-messaging/01-sqs.json").read_text()
    assert "send" not in saved


def test_a_damaged_progress_file_counts_as_empty(learner):
    path = learner / ".course/progress/06-messaging/01-sqs.json"
    path.parent.mkdir(parents=True)
    for damage in ("{ broken", "[1]", '{"send": {"state": "perfect", "at": ""}}', '{"send": 3}'):
        path.write_text(damage)
        assert records_of(SQS) == {}


@pytest.mark.parametrize("name", ["sqs", "../evil/x", "a/../b", "06-messaging/", "/etc", "..\\a/b"])
def test_a_name_that_is_no_lesson_is_refused(name):
    with pytest.raises(ValueError, match="looks like '06-messaging/01-sqs'"):
        record(name, "send", "right")


def test_progress_travels_in_one_file(tmp_path, monkeypatch):
    record(SQS, "send", "right")
    record(SNS, "fan-out", "not yet")
    assert save_progress(tmp_path / "mine.json") == 2
    other = tmp_path / "binder"
    (other / ".course").mkdir(parents=True)
    monkeypatch.chdir(other)
    forget(monkeypatch)
    assert states() == {}
    record(SQS, "send", "not tried")  # an untouched notebook was run before the file was loaded
    record(SQS, "drain", "right")
    assert load_progress(tmp_path / "mine.json") == 2
    forget(monkeypatch)
    assert states() == {"send": "right", "drain": "right"}
    assert states(SNS) == {"fan-out": "not yet"}


def test_the_later_try_counts_when_both_know_an_exercise(tmp_path, monkeypatch):
    record(SQS, "send", "right")
    save_progress(tmp_path / "old.json")
    data = json.loads((tmp_path / "old.json").read_text())
    data["lessons"][SQS]["send"] = {"state": "not yet", "at": "2020-01-01T00:00:00+00:00"}
    (tmp_path / "old.json").write_text(json.dumps(data))
    load_progress(tmp_path / "old.json")
    assert states() == {"send": "right"}


class _Reader(HTMLParser):
    """Reads HTML as a screen reader would; complains about tags that are not closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.labels = [], [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.labels += [value for name, value in attrs if name == "aria-label"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def picture():
    record(SQS, "send", "right")
    record(SQS, "drain", "not yet")
    return progress(SQS)


def test_the_picture_tells_every_state_by_sign_word_and_border(picture):
    html = picture._repr_html_()
    read = "".join(_Reader(html).text)
    for sign_and_name in ("✓ send", "✗ drain", "○ park", "○ poison"):
        assert sign_and_name in read
    assert "✓ right" in read
    assert "✗ not yet" in read
    assert "○ not tried" in read
    for name, border in (("send: right", "solid"), ("drain: not yet", "dashed"), ("park: not tried", "dotted")):
        chip = html.split(f'title="{name}"')[0].rpartition("<span")[2]
        assert border in chip


def test_the_picture_has_alt_text_and_a_next_step(picture):
    label = _Reader(picture._repr_html_()).labels[0]
    assert label == picture.alt_text()
    assert label.startswith(
        "Queues: 1 of 3 exercises and 0 of 1 questions right. The whole course: 0 of 3 lessons done"
    )
    assert "Next: drain is not right yet; its check tells where to look." in repr(picture)


def test_the_picture_shows_how_far_all_sections_are(picture):
    assert "1 of 6 tasks right" in repr(picture)
    assert "06-messaging     1 of 5" in repr(picture)
    assert "07-containers    0 of 1" in repr(picture)


def test_the_next_step_goes_on_to_the_next_open_lesson():
    for name in ("send", "drain", "park"):
        record(SQS, name, "right")
    assert "Next: poison waits for you." in repr(progress(SQS))
    record(SQS, "poison", "right")
    assert "All solved. Next lesson: 06-messaging/02-sns, Topics." in repr(progress(SQS))
    record("07-containers/01-docker", "build", "right")
    assert repr(progress("07-containers/01-docker")).splitlines()[2] == "All solved."


def test_titles_are_text_and_never_markup():
    html = progress("07-containers/01-docker")._repr_html_()
    assert "Docker &lt;1&gt;" in html


def test_outside_a_lesson_the_picture_shows_the_whole_course():
    assert repr(progress()).startswith("The whole course: 0 of 3 lessons done, 0 of 6 tasks right.")
    assert repr(progress("99-new/01-unknown")).startswith("The whole course")


def test_the_progress_cell_loads_nothing_heavy():
    code = (
        "import sys; from course import progress; progress('06-messaging/01-sqs')._repr_html_();"
        "print([m for m in ('pandas', 'matplotlib', 'nbgrader', 'jupytext') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_prints_all_lessons(capsys):
    record(SQS, "send", "right")
    assert main(["progress"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["lesson", "title", "minutes", "exercises", "questions"]
    assert lines[1].split() == [SQS, "Queues", "40", "1", "of", "3", "0", "of", "1", "✓○○○"]
    assert "0 of 3 lessons done, 1 of 6 tasks right, about 105 minutes to go." in lines
    assert lines[-1] == "✓ right  ✗ not yet  ○ not tried"


def test_the_command_prints_one_lesson_exercise_by_exercise(capsys):
    record(SQS, "send", "right")
    record(SQS, "drain", "not yet")
    assert main(["progress", SQS]) == 0
    out = capsys.readouterr().out
    assert "  ✓ right      send\n  ✗ not yet    drain\n  ○ not tried  park\n" in out
    assert SNS not in out
    main(["progress", "sns"])
    assert SNS in capsys.readouterr().out


def test_the_command_speaks_json(capsys):
    record(SQS, "send", "right")
    assert main(["progress", "--json", "06-messaging"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "lesson": SQS,
        "title": "Queues",
        "minutes": 40,
        "right": 1,
        "tasks": 4,
        "exercises": {"send": "right", "drain": "not tried", "park": "not tried"},
        "questions": {"poison": "not tried"},
    }
    assert second["lesson"] == SNS


def test_the_command_saves_and_loads(tmp_path, capsys, monkeypatch):
    record(SQS, "send", "right")
    assert main(["progress", "--save", str(tmp_path / "mine.json")]) == 0
    assert f"Progress of 1 lesson saved in {tmp_path / 'mine.json'}." in capsys.readouterr().out
    (tmp_path / "new").mkdir()
    assert main(["progress", "--dir", str(tmp_path / "new"), "--load", str(tmp_path / "mine.json")]) == 0
    main(["progress", "--dir", str(tmp_path / "new"), "--json"])
    assert json.loads(capsys.readouterr().out.partition("\n")[2])[0]["right"] == 1


def test_beside_the_work_folder_the_command_finds_it(learner, monkeypatch, capsys):
    record(SQS, "send", "right")
    monkeypatch.chdir(learner.parent)
    forget(monkeypatch)
    main(["progress", SQS])
    assert "1 of 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["88-nothing"], "No lesson is called '88-nothing'. Sections: 06-messaging, 07-containers."),
        (["--dir", "nowhere"], "There is no folder nowhere. `course start --dir nowhere` makes it."),
        (["--load", "nowhere.json"], "nowhere.json: No such file or directory"),
        (["--load", "bad.json"], "bad.json is not a progress file"),
        (["--save", "/proc/mine.json"], "/proc"),
    ],
)
def test_mistakes_are_told_in_words(learner, capsys, arguments, words):
    (learner / "06-messaging/bad.json").write_text('{"lessons": [1]}')
    assert main(["progress", *arguments]) == 2
    assert words in capsys.readouterr().err
