"""A decision in words: what was asked, who decided, and which statement nearly helped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from course.lab.iam.conditions import Condition, holds
from course.lab.iam.document import Policy, Statement
from course.lab.iam.evaluation import Decision, Policies
from course.lab.iam.matching import actions_match, conditions_hold, principals_match, resources_match
from course.lab.iam.request import Principal, Request

_NEAR_MISSES = 3  # more would bury the one that helps
_LIMITS = ("permissions boundary", "session policy", "service control policy")


def explain(decision: Decision) -> str:
    """Say in words why a request was allowed or denied, with the deciding statement or the nearest one.

    >>> from course.lab.iam import Request, evaluate, principal_from
    >>> dana = principal_from("arn:aws:iam::123456789012:user/dana")
    >>> read = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos"}}
    >>> print(explain(evaluate(Request(dana, "s3:GetObject", "arn:aws:s3:::photos/a.jpg"), identity=[read])))
    Denied: user dana may not s3:GetObject on arn:aws:s3:::photos/a.jpg.
    Nothing denies it, but no identity-based policy allows it, and what is not allowed is denied (implicit
    deny).
    Nearest: statement 1 of the identity-based policy has the action, but its Resource arn:aws:s3:::photos does
    not cover arn:aws:s3:::photos/a.jpg (that is the bucket; its objects are arn:aws:s3:::photos/*).
    """
    request = decision.request
    verb = "may" if decision.allowed else "may not"
    lines = [
        f"{'Allowed' if decision.allowed else 'Denied'}: {_who(request.principal)} {verb} "
        f"{request.action} on {request.resource}."
    ]
    match = decision.decided_by
    if decision.outcome == "explicitDeny" and match is not None:
        lines.append(
            f"{_capital(_place(match.statement, match.policy, decision.layer))} denies it explicitly. "
            "A Deny wins over every Allow, wherever it stands."
        )
        lines.append(match.policy.source_of(match.statement))
        note = _deny_note(match.statement, decision)
        if note:
            lines.append(note)
    elif decision.outcome == "implicitDeny":
        lines.append(_implicit(decision))
        lines += [f"Nearest: {near}." for near in _near_misses(decision)]
    elif match is not None:
        lines.append(
            f"{_capital(_place(match.statement, match.policy, match.layer))} allows it, and nothing denies it."
        )
        lines.append(match.policy.source_of(match.statement))
    else:
        lines.append("It is the root user of the account, who may do everything there.")
    return "\n".join(line if line.startswith("{") else _wrapped(line) for line in lines)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _wrapped(line: str) -> str:
    # ARNs stay in one piece, so that they can be copied.
    return textwrap.fill(line, 108, break_long_words=False, break_on_hyphens=False)


def _who(principal: Principal) -> str:
    words = {
        "root": f"the root user of account {principal.account}",
        "user": f"user {principal.name}",
        "role-session": f"session {principal.name} of role {principal.issuer_arn.rsplit('/', 1)[-1]}",
        "federated-user": f"federated user {principal.name}",
        "service": f"the service {principal.arn}",
        "web-identity": f"an identity of {principal.arn}",
        "saml": f"an identity of {principal.arn}",
        "anonymous": "somebody who is not signed in",
    }
    return words[principal.kind]


def _place(statement: Statement, policy: Policy, layer: str) -> str:
    number = f"statement {statement.index + 1}"
    named = f"statement {statement.sid!r}" if statement.sid else number
    name = policy.name or policy.arn
    return f"{named} of {layer} {name!r}" if name else f"{named} of the {layer}"


def _deny_note(statement: Statement, decision: Decision) -> str:
    principals = statement.principals
    if principals is not None and principals.negated:
        if decision.policies.boundary is not None:
            return "A Deny with NotPrincipal always hits a principal that has a permissions boundary."
        return (
            "A Deny with NotPrincipal spares only who is listed together with the account (and, for a session, "
            "the role). A condition on aws:PrincipalArn is the better way to write an exception."
        )
    missing = [c.key for c in statement.conditions if c.key.lower() not in decision.request.keys]
    if missing:
        return (
            f"The request carries no {missing[0]}; a negated or ...IfExists operator is true for a key that "
            "is not there."
        )
    return ""


def _implicit(decision: Decision) -> str:
    request, layer = decision.request, decision.layer
    rest = "and what is not allowed is denied (implicit deny)."
    if layer == "identity-based policy" and request.cross_account:
        return (
            f"Caller and resource are in different accounts ({request.principal.account} and {request.owner}), so "
            f"both sides have to allow. No identity-based policy of the caller allows it, {rest}"
        )
    if layer == "resource-based policy" and request.cross_account and request.principal.account:
        return (
            f"Caller and resource are in different accounts ({request.principal.account} and {request.owner}), so "
            f"both sides have to allow. The resource's policy does not name the caller for this, {rest}"
        )
    if layer == "role trust policy":
        return "The role's trust policy does not let this caller in; permissions of the caller alone do not help."
    if layer == "permissions boundary":
        return (
            "The caller's policies allow it, but the permissions boundary does not; a boundary grants nothing, "
            "it caps what the policies can grant."
        )
    if layer == "session policy":
        return (
            "The session's role or user may do it, but the session policy passed when the session was made does "
            "not allow it; a session has only what both allow."
        )
    if layer in ("service control policy", "resource control policy"):
        return (
            f"On one level of the organization no {layer} allows it; every level from the root down to the "
            "account has to."
        )
    if layer == "resource-based policy" and not request.principal.account:
        return f"The resource's policy does not let {_who(request.principal)} in, {rest}"
    if layer == "resource-based policy":
        return (
            "This resource's own policy has to allow, also within one account; policies of users and roles count "
            f"only when it names the account as principal. It does neither, {rest}"
        )
    return f"Nothing denies it, but no {layer} allows it, {rest}"


def _near_misses(decision: Decision) -> Iterator[str]:
    """Allow statements that fail in one respect only, the most telling first."""
    found: list[tuple[int, str]] = []
    for policy in _policies_of(decision.policies, decision.layer):
        for statement in policy.statements:
            if statement.effect != "Allow":
                continue
            flaw = _flaw(statement, decision.request, decision.layer in _LIMITS)
            if flaw is not None:
                place = _place(statement, policy, decision.layer)
                found.append((flaw[0], f"{place} {flaw[1]}"))
    for _, words in sorted(found, key=lambda near: near[0])[:_NEAR_MISSES]:
        yield words


def _policies_of(policies: Policies, layer: str) -> tuple[Policy, ...]:
    one = {
        "permissions boundary": policies.boundary,
        "resource-based policy": policies.resource,
        "role trust policy": policies.resource,
    }
    if layer in one:
        found = one[layer]
        return (found,) if found else ()
    if layer == "session policy":
        return policies.session or ()
    if layer == "service control policy":
        return tuple(policy for level in policies.scps for policy in level)
    return policies.identity


def _flaw(statement: Statement, request: Request, of_a_limit: bool) -> tuple[int, str] | None:
    action = actions_match(statement, request)
    resource = resources_match(statement, request)
    named = statement.principals is None or bool(principals_match(statement, request.principal))
    conditions = conditions_hold(statement, request)
    if [action, resource, named, conditions].count(False) != 1:
        return None
    if not conditions:
        return 0, "fits, but its condition does not hold: " + _condition_flaw(statement, request)
    if not resource:
        return 1, _resource_flaw(statement, request)
    if not named:
        return 2, f"would allow it, but does not name {_who(request.principal)} as principal"
    near = _similar_action(statement, request, of_a_limit)
    return (3, near) if near else None


def _condition_flaw(statement: Statement, request: Request) -> str:
    condition = next(c for c in statement.conditions if not holds(c, request.keys, statement.variables))
    values = request.keys.get(condition.key.lower())
    wanted = _listed(condition)
    if not values:
        return f"{condition.written} {condition.key} wants {wanted}, and the request carries no {condition.key}"
    said = values[0] if len(values) == 1 else ", ".join(values)
    return f"{condition.written} {condition.key} wants {wanted}, the request says {said!r}"


def _listed(condition: Condition) -> str:
    return " or ".join(repr(value) for value in condition.values)


def _resource_flaw(statement: Statement, request: Request) -> str:
    assert statement.resources is not None
    patterns = statement.resources.patterns
    if statement.resources.negated:
        return f"has the action, but its NotResource leaves out {request.resource}"
    words = f"has the action, but its Resource {', '.join(patterns)} does not cover {request.resource}"
    for pattern in patterns:
        if not request.resource.startswith("arn:aws:s3:::"):
            continue
        if request.resource.startswith(f"{pattern}/"):
            return f"{words} (that is the bucket; its objects are {pattern}/*)"
        if pattern == f"{request.resource}/*":
            return f"{words} (these are the objects; the bucket itself is {request.resource})"
    return words


def _similar_action(statement: Statement, request: Request, of_a_limit: bool) -> str:
    """A limit is one short policy, worth showing whole; of many identity policies only those of the service."""
    service = request.action.split(":")[0].lower()
    listed = [name for name in statement.actions.patterns if of_a_limit or name.lower().startswith(f"{service}:")]
    if statement.actions.negated or not listed or len(listed) > 8:
        return ""
    return f"covers this resource, but only for {', '.join(listed)}"
