"""The guard in front of the account: decides each API call while IAM is enforced."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Final

from botocore.awsrequest import AWSResponse

from course.lab.iam.api_call import ApiCall, Check, session_token_of
from course.lab.iam.call_context import context_of
from course.lab.iam.callers import Caller, Problem, caller_of
from course.lab.iam.document import Policy, parse_policy
from course.lab.iam.evaluation import Decision, Policies, decide
from course.lab.iam.mapping import checks_of
from course.lab.iam.passed_trust import untrusting
from course.lab.iam.public_access import is_public
from course.lab.iam.refusals import bad_credentials, denied
from course.lab.iam.request import ContextValue, Principal, Request
from course.lab.iam.resources import Resource, resource_of
from course.lab.iam.sessions import key_into, token_fits
from course.lab.replies import Reply, answer

# The owner of a bucket can always repair its policy, whatever the policy denies.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
_ROOT_MAY: Final = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
# Services that answer people who are not signed in at all, if the resource's policy lets them in.
_OPEN_TO_STRANGERS: Final = ("s3", "sqs", "sns")
_REMEMBERED: Final = 500

_decisions: OrderedDict[str, Decision] = OrderedDict()


def guard(call: ApiCall, extra: dict[str, ContextValue]) -> AWSResponse | None:
    """Answer with a refusal, or None when the call may go on."""
    if not call.signed and call.service not in _OPEN_TO_STRANGERS:
        return None  # an operation that needs no credentials, such as Cognito's SignUp
    caller = caller_of(call.access_key_id)
    # Keys of a session count only together with its token.
    problem: Problem = caller.problem or (
        "" if token_fits(call.access_key_id, session_token_of(call.http)) else "unknown"
    )
    if problem:
        return _refused(call, bad_credentials(call.service, problem), None)
    if caller.principal.account:
        call = replace(call, account=caller.principal.account, caller_arn=caller.principal.arn)
    owners: set[str] = set()
    checks = list(checks_of(call))
    for check in checks:
        resource = resource_of(check.resource)
        decision = decide_check(call, caller, check, resource, extra)
        if not decision.allowed:
            return _refused(call, denied(call.service, decision), decision)
        if check.action.startswith(f"{call.service}:"):
            owners.add(resource.owner)
    refusal = untrusting(call, checks)
    if refusal is not None:
        return _refused(call, *refusal)
    _hand_over(call, caller, owners)
    return None


def _hand_over(call: ApiCall, caller: Caller, owners: set[str]) -> None:
    """Send an allowed call on to the account that owns the resource.

    Moto looks for a resource in the account of the key that signed, so the key id is replaced by one of the
    owner's; S3 is found by name, and STS and IAM always speak of the caller's own account.
    """
    if call.service in ("s3", "iam", "sts") or not caller.principal.account:
        return
    others = owners - {"", caller.principal.account}
    header = call.http.headers.get("Authorization")
    if len(others) != 1 or header is None:
        return
    text = header.decode() if isinstance(header, bytes) else str(header)
    call.http.headers["Authorization"] = text.replace(call.access_key_id, key_into(others.pop()), 1)


def decide_check(
    call: ApiCall, caller: Caller, check: Check, resource: Resource, extra: dict[str, ContextValue]
) -> Decision:
    """Decide one action on one resource for this caller."""
    context = {
        **context_of(call, check.resource, resource.tags),
        **caller.context,
        **check.context,
        **extra,
    }
    request = Request(caller.principal, check.action, check.resource, context, resource.owner)
    policies = Policies(
        identity=caller.identity,
        resource=_resource_policy(resource, check, caller.principal, request),
        boundary=caller.boundary,
        session=caller.session,
        scps=caller.scps,
        resource_must_allow=resource.must_allow and not check.action.startswith("iam:"),
    )
    return decide(request, policies)


def _resource_policy(resource: Resource, check: Check, principal: Principal, request: Request) -> Policy | None:
    policy = resource.policy
    if policy is None or (policy.kind == "trust") is not check.action.startswith("sts:"):
        return None  # a trust policy speaks about becoming the role, not about changing it
    if principal.kind == "root" and check.action in _ROOT_MAY and not request.cross_account:
        return None
    if resource.restricts_public and request.cross_account and principal.kind != "service" and is_public(policy):
        # RestrictPublicBuckets: a public policy lets in only the account itself and AWS services.
        return _without_allows(policy)
    return policy


def _without_allows(policy: Policy) -> Policy:
    denies = tuple(statement for statement in policy.statements if statement.effect == "Deny")
    return replace(policy, statements=denies or parse_policy(_SILENT, "resource").statements)


_SILENT: Final = (
    '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "none:none", "Resource": "arn:aws:none:::none"}}'
)


def _refused(call: ApiCall, reply: Reply, decision: Decision | None) -> AWSResponse:
    response, request_id = answer(call.http, call.service, call.protocol, reply)
    if decision is not None:
        note(request_id, decision)
    return response


def note(request_id: str, decision: Decision) -> None:
    """Keep the decision behind an error, for `lab.why`."""
    _decisions[request_id] = decision
    while len(_decisions) > _REMEMBERED:
        _decisions.popitem(last=False)


def decision_behind(request_id: str) -> Decision | None:
    """The decision that led to the error with this request id."""
    return _decisions.get(request_id)
