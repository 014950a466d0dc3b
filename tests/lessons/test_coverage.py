"""The list of topics and what the lessons cover of it."""

import json
from pathlib import Path

from course.cli import main
from course.lessons.coverage import coverage, read_topics, unknown_topics
from course.lessons.source import Header, Lesson


def _lesson(topics, practises=None):
    header = Header("t", 30, ("sqs",), tuple(topics), (), practises or {})
    return Lesson(Path("source/06-messaging/01-x.py"), "06-messaging/01-x", header, ())


def test_the_list_of_topics_is_whole():
    topics = read_topics()
    assert len(topics) == len({topic.id for topic in topics}) > 950
    assert {topic.section for topic in topics} == {
        *("01-iam", "02-compute", "03-networking", "04-storage", "05-databases", "06-messaging"),
        *("07-containers", "08-serverless", "09-cicd", "10-monitoring", "11-security"),
    }
    assert all(topic.title and topic.service for topic in topics)


def test_what_no_lesson_teaches_is_missing():
    [part] = [p for p in coverage([_lesson(["sqs.retention"])]) if p.section == "06-messaging"]
    assert part.taught == 1
    assert "sqs.retention" not in part.missing and "sqs.batching" in part.missing
    assert not part.complete


def test_two_thirds_must_be_practised():
    ids = [topic.id for topic in read_topics() if topic.section == "11-security"]
    enough = len(ids) * 2 // 3 + 1
    for practised, complete in ((enough, True), (enough - 2, False)):
        lesson = _lesson(ids, {"x": tuple(ids[:practised])})
        [part] = [p for p in coverage([lesson]) if p.section == "11-security"]
        assert part.complete is complete
        assert part.not_practised == tuple(ids[practised:])


def test_unknown_topics_and_exercises_are_named():
    lines = unknown_topics([_lesson(["sqs.no-such-topic"], {"ghost": ("sqs.retention",)})])
    assert "topic 'sqs.no-such-topic' is not in topics.csv" in lines[0]
    assert "practises 'ghost', but there is no such exercise" in lines[1]


def test_the_command_speaks_json(capsys):
    main(["coverage", "06-messaging", "--json"])
    [part] = json.loads(capsys.readouterr().out)
    assert part["section"] == "06-messaging" and part["topics"] == 85
