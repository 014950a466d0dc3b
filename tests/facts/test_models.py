"""What the installed packages state agrees with our rows."""

import pytest

from course.facts.models import ModelPath, ModelPathError, documentation, numbers, stated
from course.facts.store import rows

CHECKED = [row for row in rows() if row.model]


def test_at_least_600_rows_name_a_place_in_a_package():
    assert len(CHECKED) >= 600, len(CHECKED)


@pytest.mark.parametrize("service", sorted({row.service for row in CHECKED}))
def test_every_row_with_a_model_path_states_the_number_of_the_package(service):
    differ = []
    for row in CHECKED:
        if row.service == service:
            ours, theirs = float(row.value), stated(row.model, float(row.value))
            if abs(ours - theirs) > 1e-9 * max(1.0, abs(ours)):
                differ.append(f"{row.name}: ours {ours:g}, theirs {theirs:g} ({row.model})")
    assert differ == []


def test_nine_in_ten_rows_read_from_a_package_are_checked_against_it():
    read_there = [row for row in rows() if row.status == "model"]
    assert sum(bool(row.model) for row in read_there) >= 0.9 * len(read_there)


def test_a_bound_of_a_shape():
    assert stated("lambda:MemorySize:min", 128) == 128


def test_a_bound_in_another_unit():
    assert stated("lambda:MemorySize:max/1024", 32) == 32


def test_the_number_of_values_of_an_enumeration():
    assert stated("dynamodb:StreamViewType:enum", 4) == 4


def test_a_phrase_of_the_documentation_of_a_member():
    assert stated("sqs:CreateQueueRequest.QueueName:doc~80 characters", 80) == 80


def test_a_phrase_of_the_documentation_of_an_operation_in_words():
    assert stated("sqs:ReceiveMessage():doc~up to 10", 10) == 10
    assert stated("dynamodb:UpdateTimeToLive():doc~two days of", 2) == 2


def test_an_attribute_of_an_instance_type():
    assert stated("moto-instance:i3.large:InstanceStorageInfo.TotalSizeInGB", 475) == 475


def test_a_constant_of_a_package():
    assert stated("python:botocore.retries.standard:DEFAULT_MAX_ATTEMPTS", 3) == 3


def test_another_number_of_ours_is_found_out():
    assert stated("sqs:CreateQueueRequest.QueueName:doc~80 characters", 81) == 80


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("sqs:CreateQueueRequest", "expected 'service:where:what'"),
        ("nosuchservice:Shape:max", "ships no such service"),
        ("sqs:NoSuchShape:max", "no shape 'NoSuchShape'"),
        ("sqs:CreateQueueRequest.NoSuchMember:max", "no member 'NoSuchMember'"),
        ("sqs:NoSuchOperation():doc~10", "no such operation"),
        ("sqs:CreateQueueRequest.QueueName:doc~81 characters", "does not say '81 characters' any more"),
        ("sqs:CreateQueueRequest.QueueName:doc~characters", "holds no number"),
        ("sqs:CreateQueueRequest.QueueName:max", "states no max"),
        ("sqs:CreateQueueRequest.QueueName:middle", "none of min, max, enum"),
        ("moto-instance:i3.large:No.Such", "moto states no No.Such"),
        ("python:botocore.retries.standard:NO_SUCH", "NO_SUCH"),
    ],
)
def test_a_path_that_leads_nowhere_says_why(path, words):
    with pytest.raises(ModelPathError, match=words.replace("(", r"\(").replace(")", r"\)")):
        stated(path, 1)


def test_numbers_are_read_in_digits_and_in_words():
    assert numbers("from 60 seconds to 1,209,600 seconds, ten times, 0.5") == [60, 1209600, 10, 0.5]


def test_documentation_is_plain_text():
    assert "<" not in documentation("sqs", "ReceiveMessage()")


def test_a_factor_is_split_off_the_end():
    path = ModelPath.parse("sqs:Shape:doc~4 days*86400")
    assert (path.what, path.factor) == ("doc~4 days", 86400)
