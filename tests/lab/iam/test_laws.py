"""Laws that hold for every set of policies and every request (hypothesis looks for a counterexample)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from course.lab.iam import Request, evaluate, principal_from
from course.lab.iam.document import Policy, parse_policy
from course.lab.iam.evaluation import Decision, Policies, decide
from course.lab.iam.patterns import arn_match, wildcard_match
from course.lab.iam.request import Principal

_ACCOUNTS = ("111122223333", "444455556666")
_ACTIONS = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "iam:PassRole")
_RESOURCES = (
    "arn:aws:s3:::photos/dana/a.jpg",
    "arn:aws:s3:::photos",
    "arn:aws:sqs:us-east-1:111122223333:orders",
    "arn:aws:sqs:us-east-1:444455556666:orders",
)
_ROLE = "arn:aws:iam::111122223333:role/app"
_PRINCIPALS = (
    "arn:aws:iam::111122223333:user/dana",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:assumed-role/app/one",
    "arn:aws:sts::111122223333:federated-user/fed",
    "arn:aws:iam::444455556666:user/eve",
    "sns.amazonaws.com",
    "*",
)

_action_patterns = st.sampled_from(["*", "s3:*", "s3:Get*", "S3:getobject", "sqs:?endMessage", "iam:PassRole"])
_resource_patterns = st.sampled_from(
    ["*", "arn:aws:s3:::*", "arn:aws:s3:::photos/${aws:username}/*", "arn:aws:sqs:*:*:orders", "arn:aws:s3:::photos"]
)
_conditions = st.sampled_from(
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:username": "dana"}},
        {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "red"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*", "b"]}},
        {"ForAllValues:StringLike": {"aws:TagKeys": ["a*"]}},
        {"Null": {"aws:MultiFactorAuthPresent": "true"}},
    ]
)
_named = st.sampled_from(
    [
        "*",
        {"AWS": "111122223333"},
        {"AWS": "arn:aws:iam::111122223333:user/dana"},
        {"AWS": [_ROLE, "444455556666"]},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/app/one"},
        {"Service": "sns.amazonaws.com"},
    ]
)


@st.composite
def _statements(draw: st.DrawFn, effect: str | None = None, with_principal: bool = False) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.lists(_action_patterns, min_size=1, max_size=2)
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.lists(_resource_patterns, min_size=1, max_size=2)
        ),
        "Condition": draw(_conditions),
    }
    if with_principal:
        statement[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(_named)
    return statement


def _policy(kind: str = "identity", with_principal: bool = False) -> st.SearchStrategy[Policy]:
    statements = st.lists(_statements(with_principal=with_principal), min_size=1, max_size=3)
    return statements.map(
        lambda found: parse_policy({"Version": "2012-10-17", "Statement": found}, kind)  # type: ignore[arg-type]
    )


_requests = st.builds(
    Request,
    st.sampled_from(_PRINCIPALS).map(
        lambda arn: principal_from(arn, issuer_arn="arn:aws:iam::111122223333:user/dana" if "federated" in arn else "")
    ),
    st.sampled_from(_ACTIONS),
    st.sampled_from(_RESOURCES),
    st.fixed_dictionaries(
        {"aws:SecureTransport": st.sampled_from(["true", "false"])},
        optional={
            "aws:SourceIp": st.sampled_from(["203.0.113.9", "198.51.100.1"]),
            "aws:PrincipalTag/team": st.sampled_from(["red", "blue"]),
            "aws:TagKeys": st.lists(st.sampled_from(["a1", "b", "c"]), max_size=2),
            "aws:MultiFactorAuthPresent": st.just("true"),
        },
    ),
    st.sampled_from(["", *_ACCOUNTS]),
)
_levels = st.lists(st.lists(_policy("scp"), min_size=1, max_size=2).map(tuple), max_size=2).map(tuple)
_all_policies = st.builds(
    Policies,
    identity=st.lists(_policy(), max_size=2).map(tuple),
    resource=st.none() | _policy("resource", with_principal=True),
    boundary=st.none() | _policy("boundary"),
    session=st.none() | st.lists(_policy("session"), min_size=1, max_size=2).map(tuple),
    scps=_levels,
    rcps=st.just(()),
    resource_must_allow=st.booleans(),
)

_many = settings(max_examples=200, deadline=None)


def _one(statement: dict[str, Any], kind: str = "identity") -> Policy:
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, kind)  # type: ignore[arg-type]


_DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}
_ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@_many
@given(_requests, _all_policies)
def test_a_deny_in_the_callers_policies_always_wins(request: Request, policies: Policies) -> None:
    denied = replace(policies, identity=(*policies.identity, _one(_DENY_ALL)))
    assert decide(request, denied).outcome == "explicitDeny"


@_many
@given(_requests, _all_policies)
def test_a_deny_for_everybody_at_the_resource_always_wins(request: Request, policies: Policies) -> None:
    denied = replace(policies, resource=_one({**_DENY_ALL, "Principal": "*"}, "resource"))
    assert decide(request, denied).outcome == "explicitDeny"


@_many
@given(_requests, _all_policies, st.randoms(use_true_random=False))
def test_order_of_policies_and_statements_does_not_matter(request: Request, policies: Policies, random: Any) -> None:
    def shuffled(policy: Policy) -> Policy:
        statements = list(policy.statements)
        random.shuffle(statements)
        return replace(policy, statements=tuple(statements))

    identity = [shuffled(policy) for policy in policies.identity]
    random.shuffle(identity)
    resource = shuffled(policies.resource) if policies.resource else None
    mixed = replace(policies, identity=tuple(identity), resource=resource)
    first, second = decide(request, policies), decide(request, mixed)
    assert (first.outcome, first.layer) == (second.outcome, second.layer)


@_many
@given(_requests, _all_policies, _statements(effect="Allow"))
def test_adding_an_allow_never_takes_access_away(
    request: Request, policies: Policies, statement: dict[str, Any]
) -> None:
    more = replace(policies, identity=(*policies.identity, _one(statement)))
    assert decide(request, policies).allowed <= decide(request, more).allowed


@_many
@given(_requests, _all_policies, _statements(effect="Allow", with_principal=True))
def test_adding_an_allow_to_the_resource_policy_never_takes_access_away(
    request: Request, policies: Policies, statement: dict[str, Any]
) -> None:
    if policies.resource is None:
        policies = replace(policies, resource=_one({**_DENY_ALL, "Principal": "*", "Action": "no:thing"}, "resource"))
    assert policies.resource is not None
    extra = _one(statement, "resource").statements
    more = replace(policies, resource=replace(policies.resource, statements=policies.resource.statements + extra))
    assert decide(request, policies).allowed <= decide(request, more).allowed


@_many
@given(_requests, _all_policies, _statements(effect="Deny"))
def test_adding_a_deny_never_grants(request: Request, policies: Policies, statement: dict[str, Any]) -> None:
    more = replace(policies, identity=(*policies.identity, _one(statement)))
    assert decide(request, more).allowed <= decide(request, policies).allowed


@_many
@given(_requests, _all_policies, _policy("boundary"))
def test_a_boundary_only_narrows(request: Request, policies: Policies, boundary: Policy) -> None:
    free = replace(policies, boundary=None)
    assert decide(request, replace(policies, boundary=boundary)).allowed <= decide(request, free).allowed


@_many
@given(_requests, _all_policies, st.lists(_policy("scp"), min_size=1, max_size=2))
def test_a_service_control_policy_only_narrows(request: Request, policies: Policies, level: list[Policy]) -> None:
    narrower = replace(policies, scps=(*policies.scps, tuple(level)))
    assert decide(request, narrower).allowed <= decide(request, policies).allowed


@_many
@given(_requests, _all_policies, st.lists(_policy("session"), min_size=1, max_size=2))
def test_a_session_policy_only_narrows_a_role_session(
    request: Request, policies: Policies, session: list[Policy]
) -> None:
    caller = principal_from("arn:aws:sts::111122223333:assumed-role/app/one")
    request = replace(request, principal=caller)
    free = replace(policies, session=None)
    assert decide(request, replace(policies, session=tuple(session))).allowed <= decide(request, free).allowed


@_many
@given(_requests, _all_policies)
def test_limits_that_allow_everything_change_nothing(request: Request, policies: Policies) -> None:
    free = replace(policies, boundary=None, scps=())
    if free.resource is not None and any(
        one.principals is not None and one.principals.negated and one.effect == "Deny"
        for one in free.resource.statements
    ):
        return  # Deny with NotPrincipal hits whoever has a boundary, whatever the boundary says.
    wide = replace(free, boundary=_one(_ALLOW_ALL, "boundary"), scps=((_one(_ALLOW_ALL, "scp"),),))
    assert decide(request, free).outcome == decide(request, wide).outcome


@_many
@given(_requests)
def test_without_policies_only_root_in_its_own_account_gets_in(request: Request) -> None:
    root_at_home = request.principal.kind == "root" and not request.cross_account
    assert evaluate(request).allowed is root_at_home


@_many
@given(_requests, _all_policies)
def test_across_accounts_nothing_goes_without_the_resources_policy(request: Request, policies: Policies) -> None:
    if request.cross_account:
        assert not decide(request, replace(policies, resource=None)).allowed


@_many
@given(_requests, _all_policies)
def test_the_decision_names_its_reason(request: Request, policies: Policies) -> None:
    decision: Decision = decide(request, policies)
    if decision.outcome == "explicitDeny":
        assert decision.decided_by is not None and decision.decided_by.statement.effect == "Deny"
    if decision.outcome == "implicitDeny":
        assert decision.decided_by is None
    if decision.allowed and decision.layer != "account root user":
        assert decision.decided_by is not None and decision.decided_by.statement.effect == "Allow"
    assert decision.why


_names = st.text(alphabet="ab*?/:", max_size=8)


@_many
@given(_names, _names)
def test_star_and_question_mark_only_widen_a_pattern(head: str, tail: str) -> None:
    plain = (head + tail).replace("*", "x").replace("?", "y")
    assert wildcard_match("*", plain)
    assert wildcard_match(f"{plain}*", plain)
    if plain:
        assert wildcard_match("?" + plain[1:], plain)


@_many
@given(st.text(alphabet="ab/:x", min_size=1, max_size=8))
def test_an_arn_without_wildcards_matches_itself_only(name: str) -> None:
    arn = f"arn:aws:sqs:us-east-1:111122223333:{name}"
    assert arn_match(arn, arn)
    assert not arn_match(arn, arn + "x")


def test_principals_read_from_their_arn() -> None:
    role: Principal = principal_from(
        "arn:aws:sts::111122223333:assumed-role/app/one", issuer_arn="arn:aws:iam::111122223333:role/svc/app"
    )
    assert role.context["aws:principalarn"] == ("arn:aws:iam::111122223333:role/svc/app",)
    assert principal_from("111122223333").kind == "root"
    assert principal_from("lambda.amazonaws.com").kind == "service"
