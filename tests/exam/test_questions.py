"""The 65 questions keep what an exam promises: proportions, form, no hints, links that exist, numbers that hold."""

import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from course import exam, facts
from course.exam.bank import FOLDER, ExamError, _question
from course.lessons.coverage import read_topics
from course.lessons.source import find_lessons, read_lesson
from course.lessons.standing import standings

ROOT = Path(__file__).resolve().parents[2]
ASKED = exam.questions()
SINGLE = [one for one in ASKED if len(one.right) == 1]
SEVERAL = [one for one in ASKED if len(one.right) > 1]
SERVICES = """
    acm apigateway appconfig appsync athena aurora autoscaling cdk cloudformation cloudfront cloudtrail cloudwatch
    codeartifact codebuild codedeploy codepipeline cognito dax dynamodb ec2 ecr ecs elasticache elasticbeanstalk elb
    eventbridge firehose iam kinesis kms lambda logs macie opensearch rds s3 sam secretsmanager sns sqs ssm
    stepfunctions sts vpc xray
"""
RETIRED = (
    "App Runner", "Copilot", "CodeStar", "Cloud9", "Evidently", "OpsWorks", "QLDB", "Reviewer", "S3 Select",
    "launch configuration", "origin access identity", "256 KB", "Kinesis Data Firehose", "CloudWatch Events",
    "Simple Workflow", "Cognito Sync", "customer master key",
)  # fmt: skip


def _words(text):
    return re.findall(r"\S+", text)


def _ids(question):
    return question.id


def test_the_exam_has_as_many_questions_as_the_real_one_in_five_equal_blocks():
    assert len(ASKED) == exam.guide().questions
    assert [len(exam.block(number)) for number in range(1, exam.BLOCKS + 1)] == [13] * 5
    assert [one.number for one in ASKED] == [f"q{place:02}" for place in range(1, 66)]


def test_each_domain_has_its_weight_to_within_one_question():
    count = Counter(one.domain.name for one in ASKED)
    for domain in exam.guide().domains:
        assert abs(count[domain.name] - domain.weight / 100 * len(ASKED)) <= 1, domain.name
    assert sum(domain.weight for domain in exam.guide().domains) == 100


def test_each_task_statement_of_the_guide_is_asked_and_each_block_has_every_domain():
    count = Counter(one.task for one in ASKED)
    assert set(count) == {task for domain in exam.guide().domains for task in domain.tasks}
    assert min(count.values()) >= 3
    for number in range(1, exam.BLOCKS + 1):
        assert min(Counter(one.domain.name for one in exam.block(number)).values()) >= 2
        assert len({one.domain for one in exam.block(number)}) == len(exam.guide().domains)


@pytest.mark.parametrize("one", ASKED, ids=_ids)
def test_a_question_takes_60_to_110_words(one):
    read = len(_words(one.asks)) + sum(len(_words(option.text)) for option in one.options)
    assert 60 <= read <= 110


@pytest.mark.parametrize("one", ASKED, ids=_ids)
def test_every_option_has_a_reason_of_its_own_that_names_no_letter(one):
    reasons = [option.why for option in one.options]
    assert len(set(reasons)) == len(reasons)
    for why in reasons:
        assert len(_words(why)) >= 5
        assert not re.search(r"\b(option|answer) [A-F]\b|\babove\b|\bbelow\b.*option", why)


def test_no_question_and_no_option_stands_twice():
    assert len({one.id for one in ASKED}) == len(ASKED)
    stems = {one.id: set(re.findall(r"[a-z]{4,}", one.asks.lower())) for one in ASKED}
    for (one, words), (other, others) in itertools.combinations(stems.items(), 2):
        assert len(words & others) / len(words | others) < 0.4, f"{one} and {other} are told alike"
    for one in ASKED:
        assert len({option.text for option in one.options}) == len(one.options)


def test_only_questions_with_several_right_options_say_how_many():
    for one in SEVERAL:
        assert one.asked.endswith({2: "**(Choose two.)**", 3: "**(Choose three.)**"}[len(one.right)])
        assert len(one.options) in (5, 6)
    for one in SINGLE:
        assert "Choose" not in one.asked
        assert len(one.options) == 4
    assert 8 <= len(SEVERAL) <= 20


def test_the_right_letter_tells_nothing():
    count = Counter(one.right for one in SINGLE)
    assert set(count) == set("ABCD")
    assert max(count.values()) - min(count.values()) <= 4
    longest = max(len(list(run)) for _, run in itertools.groupby(one.right for one in ASKED))
    assert longest <= 2
    among = Counter(letter for one in SEVERAL for letter in one.right)
    assert max(among[letter] for letter in "ABCDE") <= 2 * min(among[letter] for letter in "ABCDE")


def test_the_length_of_an_option_tells_nothing():
    """By chance the right one of four is the longest in a quarter of the questions, the second in another."""
    ranks = Counter()
    for one in SINGLE:
        right = next(len(option.text) for option in one.options if option.right)
        ranks[sum(len(option.text) > right for option in one.options)] += 1
    for place in range(4):
        assert 0.15 * len(SINGLE) <= ranks[place] <= 0.33 * len(SINGLE), f"place {place} by length: {ranks[place]}"


def test_words_that_know_no_exception_do_not_give_wrong_options_away():
    strict = re.compile(r"\b(always|never|only|all|every|each|any)\b", re.IGNORECASE)
    right = [bool(strict.search(option.text)) for one in ASKED for option in one.options if option.right]
    wrong = [bool(strict.search(option.text)) for one in ASKED for option in one.options if not option.right]
    assert abs(sum(right) / len(right) - sum(wrong) / len(wrong)) < 0.1


def test_every_question_names_topics_of_the_syllabus_and_a_lesson_that_teaches_one():
    known = {topic.id: topic.section for topic in read_topics()}
    lessons = {one.name for one in standings()}
    taught = {lesson.name: set(lesson.header.topics) for lesson in map(read_lesson, find_lessons(ROOT))}
    for one in ASKED:
        assert one.topics, one.id
        assert set(one.topics) <= set(known), one.id
        if "/" in one.read:
            assert one.read in lessons, one.id
            assert taught[one.read] & set(one.topics), f"{one.id}: {one.read} teaches none of its topics"
        else:
            assert one.read in {known[topic] for topic in one.topics}, one.id


def test_the_services_of_the_syllabus_are_asked():
    there = {service for one in ASKED for service in one.services}
    assert there >= set(SERVICES.split())
    assert len({known.split(".")[0] for one in ASKED for known in one.topics}) >= 40
    assert max(Counter(one.read for one in ASKED).values()) <= 5


def test_nothing_that_has_ended_is_taught_as_current():
    for one in ASKED:
        text = " ".join([one.asks, *(f"{option.text} {option.why}" for option in one.options)])
        for name in RETIRED:
            assert name not in text, f"{one.id}: {name}"


@pytest.mark.parametrize(
    ("question", "says", "number"),
    [
        ("big-report", "at most 6 MB", facts.limit("lambda", "payload-synchronous")),
        ("huge-model", "up to 10 GB", facts.limit("lambda", "container-image")),
        ("huge-model", "unzip to 250 MB", facts.limit("lambda", "package-unzipped-with-layers")),
        ("huge-model", "Five layers", facts.limit("lambda", "layers-per-function")),
        ("shared-library", "may have 4 KB", facts.limit("lambda", "environment-variables-total")),
        ("loan-approval", "after 15 minutes", facts.limit("lambda", "function-timeout-maximum") / 60),
        ("loan-approval", "after five minutes", facts.limit("step functions", "express-maximum-execution-time") / 60),
        ("lost-thumbnails", "Two is the most", facts.limit("lambda", "asynchronous-retries-maximum")),
        ("gateway-timeout", "waits 29 seconds", facts.limit("api gateway", "rest-integration-timeout-default") / 1000),
    ],
)
def test_numbers_in_reasons_are_those_of_the_facts(question, says, number):
    words = {"two": 2, "five": 5}
    one = next(each for each in ASKED if each.id == question)
    assert says in " ".join(option.why for option in one.options)
    said = next(words.get(word.lower(), word) for word in says.split() if word.isdigit() or word.lower() in words)
    assert int(said) == number


def test_the_release_holds_neither_a_question_nor_an_answer():
    released = json.loads((ROOT / "release/12-capstone/04-mock-exam.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in released["cells"])
    for one in ASKED:
        assert f'"{one.number}": ""' in text
        assert one.asks[:40] not in text
        for option in one.options:
            assert option.why[:40] not in text


def test_the_course_s_own_solution_is_the_key():
    lesson = read_lesson(ROOT / "source/12-capstone/04-mock-exam.py")
    for number in range(1, exam.BLOCKS + 1):
        solution = lesson.cell("exercise", f"sheet-{number}").source.partition("### BEGIN SOLUTION")[2]
        assert dict(re.findall(r'"(q\d\d)": "([A-F]+)"', solution)) == {
            one.number: one.right for one in exam.block(number)
        }


def test_a_question_in_bad_form_is_refused_in_words():
    entry = {"id": "x", "read": "06-messaging/01-sqs", "topics": [], "services": [], "asks": "Which?"}
    entry["options"] = [{"right": "this", "why": "so"}, {"wrong": "that", "why": "not"}]
    with pytest.raises(ExamError, match="has 1 right of 2 options; write 1 of 4"):
        _question(FOLDER / "1.1-x.yaml", "1.1", entry)
    entry["options"][1] = {"wrong": "that"}
    with pytest.raises(ExamError, match="option B must have"):
        _question(FOLDER / "1.1-x.yaml", "1.1", entry)
    del entry["read"]
    with pytest.raises(ExamError, match="'x' lacks read"):
        _question(FOLDER / "1.1-x.yaml", "1.1", entry)
    with pytest.raises(ExamError, match="no block 6"):
        exam.block(6)
