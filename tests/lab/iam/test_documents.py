"""Reading and refusing policy documents, and decisions in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from course.lab.iam import MalformedPolicy, Request, evaluate, parse_policy, principal_from, validate_policy
from course.lab.iam.document import line_and_column, statement_spans
from course.lab.iam.explanation import explain

_DANA = principal_from("arn:aws:iam::123456789012:user/dana")


def _with(**changes: Any) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    statement |= changes
    statement = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_REFUSED = [
    ("{", "identity", "Syntax errors in policy."),
    ("null", "identity", "Syntax errors in policy."),
    ("[]", "identity", "Syntax errors in policy."),
    ("policy.json", "identity", "Syntax errors in policy."),
    ('{"Version": "2012-10-17"}', "identity", "Syntax errors in policy."),
    ('{"Version": "2012-10-17", "Statement": []}', "identity", "Syntax errors in policy."),
    ('{"Version": "2024-01-01", "Statement": {}}', "identity", "Syntax errors in policy."),
    ('{"version": "2012-10-17", "Statement": {}}', "identity", "Syntax errors in policy."),
    (_with().replace("2012-10-17", "2008-10-17"), "identity", "Policy document must be version 2012-10-17 or greater."),
    (_with(Effect="allow"), "identity", "Syntax errors in policy."),
    (_with(Effect=None), "identity", "Syntax errors in policy."),
    (_with(effect="Allow"), "identity", "Syntax errors in policy."),
    (_with(NotAction="s3:*"), "identity", "Syntax errors in policy."),
    (_with(Action=None), "identity", "Policy statement must contain actions."),
    (_with(Action=[]), "identity", "Policy statement must contain actions."),
    (_with(Action=[1]), "identity", "Syntax errors in policy."),
    (
        _with(Action="GetObject"),
        "identity",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
    (_with(Action="s3:Get:Object"), "identity", "Actions/Condition can contain only one colon."),
    (_with(Action="s_3:GetObject"), "identity", "Vendor s_3 is not valid"),
    (_with(Resource=None), "identity", "Policy statement must contain resources."),
    (_with(Resource="photos"), "identity", 'Resource photos must be in ARN format or "*".'),
    (
        _with(Resource="arn:amazon:s3:::photos"),
        "identity",
        'Partition "amazon" is not valid for resource "arn:amazon:s3:*:*:photos".',
    ),
    (
        _with(Resource="arn:aws:s3:us-east-1::photos"),
        "identity",
        "Resource arn:aws:s3:us-east-1::photos can not contain region information.",
    ),
    (
        _with(Resource="arn:aws:iam:us-east-1:123456789012:user/a"),
        "identity",
        "IAM resource arn:aws:iam:us-east-1:123456789012:user/a cannot contain region information.",
    ),
    (
        _with(Resource="arn:aws:*:::photos"),
        "identity",
        "Resource vendor must be fully qualified and cannot contain regexes.",
    ),
    (_with(Principal="*"), "identity", "Policy document should not specify a principal."),
    (
        _with(Sid="read photos"),
        "identity",
        "Statement IDs (SID) must be alpha-numeric. "
        "Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ),
    (_with(Condition={"StringIs": {"a": "b"}}), "identity", "Invalid Condition type : StringIs"),
    (_with(Condition={"NullIfExists": {"a": "true"}}), "identity", "Invalid Condition type : NullIfExists"),
    (_with(Condition="x"), "identity", "Syntax errors in policy."),
    (_with(), "resource", "Missing required field Principal"),
    (_with(Principal="*", Resource=None), "resource", "Missing required field Resource"),
    (_with(Principal={"User": "a"}), "resource", 'Invalid principal in policy: {"User": "a"}'),
    (
        _with(Principal={"AWS": "arn:aws:iam::123456789012:user/*"}),
        "resource",
        'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"',
    ),
    (
        _with(Principal={"AWS": "arn:aws:iam::123456789012:group/devs"}),
        "resource",
        'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:group/devs"',
    ),
    (_with(Action="sts:AssumeRole"), "trust", "Missing required field Principal"),
    (_with(Action="sts:AssumeRole", Principal="*"), "trust", "Has prohibited field Resource"),
    (
        _with(Principal="*", Resource=None),
        "trust",
        "AssumeRole policy may only specify STS AssumeRole actions.",
    ),
    (
        _with(Action="sts:AssumeRole", Resource=None, NotPrincipal={"AWS": "123456789012"}),
        "trust",
        "Has prohibited field NotPrincipal",
    ),
]


@pytest.mark.parametrize(("document", "kind", "message"), _REFUSED)
def test_an_invalid_document_is_refused_in_awss_words(document: str, kind: Any, message: str) -> None:
    with pytest.raises(MalformedPolicy) as refused:
        validate_policy(document, kind)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (_with(), "identity"),
        (_with(Action=["s3:Get*", "*"], Resource=["arn:aws:s3:::photos/*", "*"]), "identity"),
        (_with(Principal={"AWS": ["123456789012", "*"], "Service": "s3.amazonaws.com"}), "resource"),
        (_with(Action="sts:AssumeRole", Resource=None, Principal={"Service": "lambda.amazonaws.com"}), "trust"),
        (_with(Action=["sts:AssumeRole", "sts:TagSession"], Resource=None, Principal={"AWS": "123456789012"}), "trust"),
        (_with(Sid="a sid with spaces", Principal="*"), "resource"),
        (_with(Condition={"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:max-keys": 5}}), "session"),
    ],
)
def test_a_valid_document_is_taken(document: str, kind: Any) -> None:
    assert validate_policy(document, kind).statements


def test_two_statements_may_not_share_a_sid() -> None:
    statement = {"Sid": "Same", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    with pytest.raises(MalformedPolicy, match="must be unique") as refused:
        validate_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]}, indent=2))
    assert refused.value.line == 10  # where the second statement begins


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(MalformedPolicy, match='"Effect" stands twice'):
        parse_policy('{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}')


def test_broken_json_is_refused_with_its_place() -> None:
    with pytest.raises(MalformedPolicy) as refused:
        parse_policy('{\n  "Version": "2012-10-17",\n  "Statement": [}\n}')
    assert (refused.value.line, refused.value.column) == (3, 17)


def test_a_wrong_spelling_gets_a_hint() -> None:
    with pytest.raises(MalformedPolicy, match='Did you mean "Statement"'):
        parse_policy('{"statement": []}')


def test_statements_are_found_in_their_text() -> None:
    text = '{\n  "Statement": [\n    {"Effect": "Allow"},\n    {"Effect": "Deny"}\n  ]\n}'
    spans = statement_spans(text)
    assert [text[span.start : span.end] for span in spans] == ['{"Effect": "Allow"}', '{"Effect": "Deny"}']
    assert line_and_column(text, spans[1].start) == (4, 5)


def _ask(action: str, resource: str, context: Any = None, **policies: Any) -> str:
    return " ".join(explain(evaluate(Request(_DANA, action, resource, context or {}), **policies)).split())


def test_an_explicit_deny_shows_its_statement() -> None:
    deny = parse_policy(
        {"Statement": {"Sid": "NoLogs", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}},
        name="guard",
    )
    words = _ask("s3:GetObject", "arn:aws:s3:::logs/a", identity=[deny])
    assert "Statement 'NoLogs' of identity-based policy 'guard' denies it explicitly" in words
    assert '"Effect": "Deny"' in words


def test_a_near_miss_in_the_action_is_shown() -> None:
    read = {"Statement": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}}
    words = _ask("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:orders", identity=[read])
    assert "implicit" in words
    assert "only for sqs:ReceiveMessage" in words


def test_a_bucket_taken_for_its_objects_is_explained() -> None:
    listing = {"Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos/*"}}
    words = _ask("s3:ListBucket", "arn:aws:s3:::photos", identity=[listing])
    assert "the bucket itself is" in words


def test_a_failed_condition_says_what_it_wanted_and_got() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    office = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}}
    words = _ask("s3:GetObject", "*", {"aws:SourceIp": "198.51.100.7"}, identity=[office])
    assert "IpAddress aws:SourceIp wants '203.0.113.0/24'" in words
    assert "198.51.100.7" in words
    assert "carries no aws:SourceIp" in _ask("s3:GetObject", "*", identity=[office])


def test_a_boundary_is_named_as_the_reason() -> None:
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    only_s3 = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    words = _ask("iam:CreateUser", "*", identity=[everything], boundary=only_s3)
    assert "a boundary grants nothing" in words
