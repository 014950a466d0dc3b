"""The decision: may this request be carried out, and which statement decides?

Usable without moto: give a request and the policies that apply to it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from course.lab.iam.document import Policy, PolicyKind, PolicySource, Statement, parse_policy
from course.lab.iam.matching import Named, applies
from course.lab.iam.request import Request

Outcome = Literal["allowed", "explicitDeny", "implicitDeny"]
Layer = Literal[
    "service control policy",
    "resource control policy",
    "resource-based policy",
    "role trust policy",
    "identity-based policy",
    "permissions boundary",
    "session policy",
    "account root user",
]

# Where to look for a Deny; also the order in which AWS names the layers in messages.
_DENY_ORDER: Final = ("scps", "rcps", "identity", "boundary", "session", "resource")


@dataclass(frozen=True)
class Match:
    """A statement that speaks about the request, and the policy it stands in."""

    statement: Statement
    policy: Policy
    layer: Layer
    named: Named = Named.DIRECT


@dataclass(frozen=True)
class Policies:
    """Everything that applies to one request.

    `boundary` and `session` are None when there is none (an empty session policy list would allow nothing);
    `scps` and `rcps` hold one tuple for each level from the root of the organization down to the account.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    resource_must_allow: bool = False
    """Role trust policies and KMS key policies have to allow, also within one account."""


@dataclass(frozen=True)
class Decision:
    """What was decided, by which layer, and the statements behind it.

    `decided_by` is the statement that decided, if a statement did; `matches` are all statements that count
    for the outcome (the allowing ones, or the denying ones).
    """

    request: Request
    policies: Policies = field(repr=False)
    outcome: Outcome
    layer: Layer
    matches: tuple[Match, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.outcome == "allowed"

    @property
    def decided_by(self) -> Match | None:
        """The statement that decided; None when it is the lack of one that decided."""
        return self.matches[0] if self.matches else None

    @property
    def why(self) -> str:
        """The decision in one sentence, as AWS's error messages put it."""
        action = self.request.action
        if self.outcome == "explicitDeny":
            return f"with an explicit deny in {_with_article(self.layer)}"
        if self.outcome == "implicitDeny":
            return f"because no {self.layer} allows the {action} action"
        if self.layer == "account root user":
            return "because the account's root user may do everything in its account"
        return f"because {_with_article(self.layer)} allows the {action} action"


def evaluate(
    request: Request,
    *,
    identity: Iterable[PolicySource] = (),
    resource: PolicySource | None = None,
    boundary: PolicySource | None = None,
    session: Iterable[PolicySource] | None = None,
    scps: Sequence[PolicySource | Sequence[PolicySource]] = (),
    rcps: Sequence[PolicySource | Sequence[PolicySource]] = (),
    trust: PolicySource | None = None,
    resource_must_allow: bool = False,
) -> Decision:
    """Decide a request from the policies that apply to it.

    `scps` and `rcps` are the policies of one level, or a list of such lists, one for each level; every level
    has to allow. `trust` is a role's trust policy (instead of `resource`), which has to allow; the same holds
    for a key policy with `resource_must_allow=True`.

    >>> from course.lab.iam.request import principal_from
    >>> dana = principal_from("arn:aws:iam::123456789012:user/dana")
    >>> read = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}}
    >>> evaluate(Request(dana, "s3:GetObject", "arn:aws:s3:::photos/cat.jpg"), identity=[read]).allowed
    True
    >>> evaluate(Request(dana, "s3:PutObject", "arn:aws:s3:::photos/cat.jpg"), identity=[read]).why
    'because no identity-based policy allows the s3:PutObject action'
    """
    policies = Policies(
        identity=_parsed(identity, "identity"),
        resource=_one(trust, "trust") or _one(resource, "resource"),
        boundary=_one(boundary, "boundary"),
        session=None if session is None else _parsed(session, "session"),
        scps=_levels(scps, "scp"),
        rcps=_levels(rcps, "rcp"),
        resource_must_allow=resource_must_allow or trust is not None,
    )
    return decide(request, policies)


def decide(request: Request, policies: Policies) -> Decision:
    """Decide a request from parsed policies (see `evaluate`)."""
    found = _search(request, policies)
    for source in _DENY_ORDER:
        denials = tuple(match for match in found[source] if match.statement.effect == "Deny")
        if denials:
            return Decision(request, policies, "explicitDeny", denials[0].layer, denials)
    # An SCP that allows nothing denies (AWS's messages call this an explicit deny at times; it is not).
    if _limited_by_scps(request) and _some_level_is_silent(request, policies.scps):
        return Decision(request, policies, "implicitDeny", "service control policy")
    if _some_level_is_silent(request, policies.rcps):
        return Decision(request, policies, "implicitDeny", "resource control policy")
    identity = _allows(found["identity"])
    grants = _allows(found["resource"])
    named = max((match.named for match in grants), default=Named.NOT)
    if request.cross_account or not request.principal.account:
        return _across_accounts(request, policies, found, identity, grants)
    return _within_account(request, policies, found, identity, grants, named)


def _within_account(
    request: Request,
    policies: Policies,
    found: dict[str, list[Match]],
    identity: tuple[Match, ...],
    grants: tuple[Match, ...],
    named: Named,
) -> Decision:
    if named is Named.DIRECT:
        return Decision(request, policies, "allowed", grants[0].layer, _direct_first(grants))
    if policies.resource_must_allow and named is Named.NOT:
        return Decision(request, policies, "implicitDeny", _resource_layer(policies))
    if request.principal.kind == "root":
        return Decision(request, policies, "allowed", "account root user", identity + grants)
    if named is not Named.ROLE and not identity:
        return Decision(request, policies, "implicitDeny", "identity-based policy")
    # A grant to the role, like one to the role's own policies, is limited by boundary and session policy.
    silent = _silent_limit(request, policies, found)
    if silent:
        return Decision(request, policies, "implicitDeny", silent)
    if identity:
        return Decision(request, policies, "allowed", "identity-based policy", identity + grants)
    return Decision(request, policies, "allowed", _resource_layer(policies), grants)


def _across_accounts(
    request: Request,
    policies: Policies,
    found: dict[str, list[Match]],
    identity: tuple[Match, ...],
    grants: tuple[Match, ...],
) -> Decision:
    """Both sides have to allow; services and strangers have no side of their own."""
    if request.principal.account and request.principal.kind != "root":
        if not identity:
            return Decision(request, policies, "implicitDeny", "identity-based policy")
        silent = _silent_limit(request, policies, found)
        if silent:
            return Decision(request, policies, "implicitDeny", silent)
    if not grants:
        return Decision(request, policies, "implicitDeny", _resource_layer(policies))
    return Decision(request, policies, "allowed", _resource_layer(policies), grants + identity)


def _silent_limit(request: Request, policies: Policies, found: dict[str, list[Match]]) -> Layer | None:
    if policies.boundary is not None and not _allows(found["boundary"]):
        return "permissions boundary"
    # A federated user without a session policy has no permissions but those of resource policies.
    needs_session = policies.session is not None or request.principal.kind == "federated-user"
    if needs_session and not _allows(found["session"]):
        return "session policy"
    return None


# Looking through the policies --------------------------------------------------------------------------


def _search(request: Request, policies: Policies) -> dict[str, list[Match]]:
    sources: dict[str, tuple[tuple[Policy, ...], Layer]] = {
        "scps": (_flat(policies.scps) if _limited_by_scps(request) else (), "service control policy"),
        "rcps": (_flat(policies.rcps), "resource control policy"),
        "identity": (policies.identity, "identity-based policy"),
        "boundary": ((policies.boundary,) if policies.boundary else (), "permissions boundary"),
        "session": (policies.session or (), "session policy"),
        "resource": ((policies.resource,) if policies.resource else (), _resource_layer(policies)),
    }
    boundary = policies.boundary is not None
    found: dict[str, list[Match]] = {}
    for name, (source, layer) in sources.items():
        matches = found[name] = []
        for policy in source:
            for statement in policy.statements:
                named = applies(statement, request, boundary)
                if named:
                    matches.append(Match(statement, policy, layer, named))
    return found


def _limited_by_scps(request: Request) -> bool:
    """SCPs limit the users, roles and root user of an account, not AWS services or strangers.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    return bool(request.principal.account)


def _some_level_is_silent(request: Request, levels: tuple[tuple[Policy, ...], ...]) -> bool:
    return any(
        not any(
            statement.effect == "Allow" and applies(statement, request)
            for policy in level
            for statement in policy.statements
        )
        for level in levels
    )


def _allows(matches: list[Match]) -> tuple[Match, ...]:
    return tuple(match for match in matches if match.statement.effect == "Allow")


def _direct_first(grants: tuple[Match, ...]) -> tuple[Match, ...]:
    return tuple(sorted(grants, key=lambda match: -match.named))


def _resource_layer(policies: Policies) -> Layer:
    trust = policies.resource is not None and policies.resource.kind == "trust"
    return "role trust policy" if trust else "resource-based policy"


def _flat(levels: tuple[tuple[Policy, ...], ...]) -> tuple[Policy, ...]:
    return tuple(policy for level in levels for policy in level)


def _with_article(layer: Layer) -> str:
    if layer == "role trust policy":
        return "the role trust policy"
    return f"{'an' if layer[0] in 'aeiou' else 'a'} {layer}"


# Reading the arguments ---------------------------------------------------------------------------------


def _one(source: PolicySource | None, kind: PolicyKind) -> Policy | None:
    return None if source is None else parse_policy(source, kind)


def _parsed(sources: Iterable[PolicySource], kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(parse_policy(source, kind) for source in sources)


def _levels(
    sources: Sequence[PolicySource | Sequence[PolicySource]], kind: PolicyKind
) -> tuple[tuple[Policy, ...], ...]:
    nested = [source for source in sources if isinstance(source, list | tuple)]
    if nested:
        return tuple(_parsed(level, kind) for level in nested)
    return (_parsed(cast("Sequence[PolicySource]", sources), kind),) if sources else ()
