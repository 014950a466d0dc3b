"""The policy simulator: what would IAM decide? Nothing is called.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.iam.api_call import ApiCall
from course.lab.iam.callers import Caller, find_role, find_user, of_role, of_user, policies_of, root_of
from course.lab.iam.document import MalformedPolicy, Policy, PolicyKind, line_and_column, parse_policy, statement_spans
from course.lab.iam.evaluation import Decision, Match, Policies, decide
from course.lab.iam.fault import Fault
from course.lab.iam.request import ContextValue, Principal, Request, principal_from
from course.lab.iam.variables import variable_names

_WORST: Final = ("explicitDeny", "implicitDeny", "allowed")
_ALLOW_ALL: Final = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


def simulate_principal_policy(call: ApiCall) -> dict[str, Any]:
    """iam.simulate_principal_policy"""
    source = str(call.params["PolicySourceArn"])
    holder = _holder(source)
    extra = _policies(call.params.get("PolicyInputList"), "PolicyInputList")
    boundaries = _policies(call.params.get("PermissionsBoundaryPolicyInputList"), "PermissionsBoundary", "boundary")
    caller = replace(
        holder,
        identity=(*holder.identity, *extra),
        boundary=boundaries[0] if boundaries else holder.boundary,
        principal=_caller(call, holder.principal),
    )
    return _results(call, caller)


def simulate_custom_policy(call: ApiCall) -> dict[str, Any]:
    """iam.simulate_custom_policy"""
    boundaries = _policies(call.params.get("PermissionsBoundaryPolicyInputList"), "PermissionsBoundary", "boundary")
    nobody = Principal("user", f"arn:aws:iam::{call.account}:user/simulated", call.account)
    caller = Caller(
        _caller(call, nobody),
        identity=_policies(call.params["PolicyInputList"], "PolicyInputList"),
        boundary=boundaries[0] if boundaries else None,
        scps=_organization(call),
    )
    return _results(call, caller)


def get_context_keys_for_custom_policy(call: ApiCall) -> dict[str, Any]:
    """iam.get_context_keys_for_custom_policy"""
    return {"ContextKeyNames": _keys(_policies(call.params["PolicyInputList"], "PolicyInputList"))}


def get_context_keys_for_principal_policy(call: ApiCall) -> dict[str, Any]:
    """iam.get_context_keys_for_principal_policy"""
    extra = _policies(call.params.get("PolicyInputList"), "PolicyInputList")
    return {"ContextKeyNames": _keys((*_holder(str(call.params["PolicySourceArn"])).identity, *extra))}


# One action after the other -------------------------------------------------------------------------------


def _results(call: ApiCall, caller: Caller) -> dict[str, Any]:
    resources = [str(arn) for arn in call.params.get("ResourceArns") or ["*"]]
    results = []
    for action in call.params["ActionNames"]:
        if ":" not in str(action):
            raise Fault("InvalidInput", f"Invalid Entity Arn or action: {action}")
        decisions = [_decide(call, caller, str(action), resource) for resource in resources]
        results.append(_result(str(action), resources, decisions, caller))
    return {"EvaluationResults": results, "IsTruncated": False}


def _decide(call: ApiCall, caller: Caller, action: str, resource: str) -> Decision:
    text = call.params.get("ResourcePolicy")
    owner = str(call.params.get("ResourceOwner") or "")
    policies = Policies(
        identity=caller.identity,
        resource=_policy(str(text), "ResourcePolicy", "resource") if text else None,
        boundary=caller.boundary,
        session=caller.session,
        scps=caller.scps,
    )
    account = owner.split(":")[4] if owner.startswith("arn:") else owner
    return decide(Request(caller.principal, action, resource, _context(call), account), policies)


def _result(action: str, resources: list[str], decisions: list[Decision], caller: Caller) -> dict[str, Any]:
    """One result for each action: the strictest decision over all resources, and each resource by itself."""
    worst = min(decisions, key=lambda decision: _WORST.index(decision.outcome))
    everywhere = resources == ["*"]
    deciding = [decision for decision in decisions if decision.outcome == worst.outcome]
    missing = _missing(decisions[0]) if everywhere else sorted({key for one in decisions for key in _missing(one)})
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else "*",
        "EvalDecision": worst.outcome,
        "MatchedStatements": _unique(_matched(match) for decision in deciding for match in _deciding_matches(decision)),
        "MissingContextValues": missing,
    }
    if caller.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = _boundary_detail(worst)
    if caller.scps:
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": worst.layer != "service control policy"}
    if not everywhere:
        result["EvalDecisionDetails"] = {}
        result["ResourceSpecificResults"] = [
            {
                "EvalResourceName": resource,
                "EvalResourceDecision": decision.outcome,
                "MatchedStatements": [_matched(match) for match in _deciding_matches(decision)],
                "MissingContextValues": _missing(decision),
                **(
                    {"PermissionsBoundaryDecisionDetail": _boundary_detail(decision)}
                    if caller.boundary is not None
                    else {}
                ),
            }
            for resource, decision in zip(resources, decisions, strict=True)
        ]
    return result


def _deciding_matches(decision: Decision) -> list[Match]:
    """Only statements of identity and resource policies are listed; of several denying ones each."""
    listed = ("identity-based policy", "resource-based policy")
    return [match for match in decision.matches if match.layer in listed]


def _boundary_detail(decision: Decision) -> dict[str, bool]:
    return {"AllowedByPermissionsBoundary": decision.layer != "permissions boundary"}


def _matched(match: Match) -> dict[str, Any]:
    policy = match.policy
    spans = statement_spans(policy.text)
    span = spans[match.statement.index]
    # AWS reports where its parser stood: behind the bracket or the statement before, and behind the last brace.
    begin = spans[match.statement.index - 1].end if match.statement.index else _opening(policy.text, span.start)
    start, end = line_and_column(policy.text, begin), line_and_column(policy.text, span.end)
    return {
        "SourcePolicyId": policy.name,
        "SourcePolicyType": _source_type(match),
        "StartPosition": {"Line": start[0], "Column": start[1]},
        "EndPosition": {"Line": end[0], "Column": end[1]},
    }


def _opening(text: str, start: int) -> int:
    before = text[:start].rstrip()
    return len(before) if before.endswith("[") else start + 1


def _source_type(match: Match) -> str:
    policy = match.policy
    if match.layer == "resource-based policy":
        return "resource"
    if policy.arn:
        return "aws-managed" if ":iam::aws:" in policy.arn else "user-managed"
    kind = policy.name.split("_", 1)[0]
    return kind if kind in ("user", "group", "role") else "IAM Policy" if not policy.name else "none"


def _unique(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    unique: list[dict[str, Any]] = []
    for one in found:
        if one not in unique:
            unique.append(one)
    return unique


def _missing(decision: Decision) -> list[str]:
    """Condition keys that the policies speak of and the request does not carry."""
    policies = decision.policies
    asked = [*policies.identity, *([policies.resource] if policies.resource else [])]
    return [key for key in _keys(asked) if key.lower() not in decision.request.keys]


def _keys(policies: Iterable[Policy]) -> list[str]:
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            names = [key for condition in statement.conditions for key in condition.keys_used()]
            if statement.resources:
                names += [name for one in statement.resources.patterns for name in variable_names(one)]
            for name in names:
                found.setdefault(name.lower(), name)
    return sorted(found.values())


# Reading the parameters ------------------------------------------------------------------------------------


def _holder(arn: str) -> Caller:
    user = find_user(arn)
    if user is not None:
        return of_user(user)
    role = find_role(arn)
    if role is not None:
        return of_role(role)
    parts = arn.split(":")
    account, name = (parts[4], parts[5]) if len(parts) > 5 else ("", "")
    if name.startswith("group/") and account.isdigit():
        for group in iam_backends[account]["aws"].groups.values():
            if group.arn == arn:
                # A group is no principal; the simulator takes a member of it that has nothing else.
                member = Principal("user", f"arn:aws:iam::{account}:user/member", account)
                return Caller(member, identity=policies_of(group))
    if not arn.startswith("arn:aws:iam::"):
        raise Fault("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    raise Fault("NoSuchEntity", f"The entity with ARN {arn} cannot be found.", 404)


def _caller(call: ApiCall, holder: Principal) -> Principal:
    arn = call.params.get("CallerArn")
    if not arn:
        return holder
    user = find_user(str(arn))
    if user is None:
        return root_of(str(arn).split(":")[4]) if str(arn).endswith(":root") else principal_from(str(arn))
    return of_user(user).principal


def _organization(call: ApiCall) -> tuple[tuple[Policy, ...], ...]:
    """The SCPs of each level from the organization's root down to the account, in the order given."""
    levels = call.params.get("OrderedOrganizationPolicyInputList") or []
    name = "OrderedOrganizationPolicyInputList"
    return tuple(
        _policies(level.get("ServiceControlPolicyInputList"), f"{name}.{number}", "scp")
        for number, level in enumerate(levels, 1)
    )


def _policies(texts: Any, source: str, kind: PolicyKind = "identity") -> tuple[Policy, ...]:
    return tuple(_policy(str(text), f"{source}.{number}", kind) for number, text in enumerate(texts or [], 1))


def _policy(text: str, name: str, kind: PolicyKind) -> Policy:
    try:
        return parse_policy(text, kind, name)
    except MalformedPolicy as fault:
        raise Fault("InvalidInput", f"The policy document {name} is invalid: {fault.cause}") from fault


def _context(call: ApiCall) -> dict[str, ContextValue]:
    entries: Iterable[Mapping[str, Any]] = call.params.get("ContextEntries") or []
    return {
        str(entry["ContextKeyName"]): tuple(str(value) for value in entry.get("ContextKeyValues") or [])
        for entry in entries
        if entry.get("ContextKeyName")
    }
