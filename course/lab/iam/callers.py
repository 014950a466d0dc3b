"""Who is calling? From the access key of a request to the principal and all policies that apply to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import Group, IAMBackend, Role, User, get_account_id_from, iam_backends
from moto.sts.models import sts_backends

from course.lab import offline
from course.lab.iam import sessions
from course.lab.iam.document import MalformedPolicy, Policy, PolicyKind, parse_policy
from course.lab.iam.request import ANONYMOUS, ContextValue, Principal

Problem = Literal["", "unknown", "inactive", "expired"]

# Moto's Step Functions interpreter signs its own calls with this key; they are the lab's, not a learner's.
_INTERNAL_KEYS = frozenset({"ak"})


@dataclass(frozen=True)
class Caller:
    """A principal with everything that limits or allows it, and the context keys that its session adds."""

    principal: Principal
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    problem: Problem = ""


def caller_of(access_key_id: str) -> Caller:
    """Find out who signs with this key; no key at all is a stranger."""
    if not access_key_id:
        return Caller(ANONYMOUS)
    if access_key_id == offline.ACCESS_KEY_ID or access_key_id in _INTERNAL_KEYS:
        return Caller(root_of(DEFAULT_ACCOUNT_ID))
    session = sessions.session_of(access_key_id)
    if session is not None:
        return _of_session(session)
    found = _user_with_key(access_key_id)
    if found is not None:
        user, active = found
        return of_user(user, problem="" if active else "inactive")
    return _of_moto_session(access_key_id) or Caller(ANONYMOUS, problem="unknown")


def root_of(account: str) -> Principal:
    """The root user of an account."""
    return Principal("root", f"arn:aws:iam::{account}:root", account)


def of_user(user: User, problem: Problem = "", context: Mapping[str, ContextValue] | None = None) -> Caller:
    """A user with the policies of the user and of its groups."""
    backend = iam_backends[user.account_id]["aws"]
    principal = Principal("user", user.arn, user.account_id, user_id=user.id, tags=_tags(user.tags))
    return Caller(
        principal,
        identity=user_policies(user, backend),
        boundary=boundary_of(user, backend),
        scps=control_policies(user.account_id),
        context=context or {},
        problem=problem,
    )


def of_role(role: Role, session: sessions.Session | None = None) -> Caller:
    """A session of a role."""
    backend = iam_backends[role.account_id]["aws"]
    arn = session.arn if session else f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/session"
    tags = {**_tags(role.tags), **(session.tags if session else {})}
    user_id = session.user_id if session else f"{role.id}:session"
    return Caller(
        Principal("role-session", arn, role.account_id, role.arn, user_id, tags),
        identity=_attached(role, "role"),
        boundary=boundary_of(role, backend),
        session=_session_policies(session),
        scps=control_policies(role.account_id),
        context=_session_context(session),
    )


def find_role(arn: str) -> Role | None:
    """The role with this ARN, in whatever account of the lab it is."""
    parts = arn.split(":")
    account = parts[4] if len(parts) > 5 else ""
    if account not in iam_backends:
        return None
    for role in iam_backends[account]["aws"].roles.values():
        if role.arn == arn:
            return role
    return None


def find_user(arn: str) -> User | None:
    """The user with this ARN."""
    parts = arn.split(":")
    account = parts[4] if len(parts) > 5 else ""
    users = iam_backends[account]["aws"].users.values() if account in iam_backends else ()
    return next((user for user in users if user.arn == arn), None)


# Policies of identities ----------------------------------------------------------------------------------


def user_policies(user: User, backend: IAMBackend) -> tuple[Policy, ...]:
    """The policies of a user, inline and attached, and those of the groups it is in."""
    found = list(_attached(user, "user"))
    for group in backend.groups.values():
        if user in group.users:
            found += _attached(group, "group")
    return tuple(found)


def policies_of(holder: User | Role | Group) -> tuple[Policy, ...]:
    """The policies that stand on one user, role or group itself."""
    return _attached(holder, type(holder).__name__.lower())


def _attached(holder: User | Role | Group, kind: str) -> tuple[Policy, ...]:
    found = [_read(text, f"{kind}_{holder.name}_{name}") for name, text in holder.policies.items()]
    for arn, managed in holder.managed_policies.items():
        found.append(_read(default_document(managed), managed.name, arn))
    return tuple(policy for policy in found if policy is not None)


def default_document(managed: Any) -> str:
    """The text of a managed policy in its default version."""
    for version in managed.versions:
        if version.version_id == managed.default_version_id:
            return str(version.document)
    return "{}"


def boundary_of(holder: User | Role, backend: IAMBackend) -> Policy | None:
    """The permissions boundary of a user or role."""
    arn = boundary_arn(holder, backend)
    if not arn:
        return None
    managed = backend.managed_policies.get(arn)
    # A boundary whose policy is gone allows nothing.
    text = default_document(managed) if managed else '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'
    return _read(text, arn.rsplit("/", 1)[-1], arn, "boundary")


def boundary_arn(holder: User | Role, backend: IAMBackend) -> str:
    """The ARN of the boundary; moto keeps it for roles only."""
    if isinstance(holder, Role):
        return holder.permissions_boundary_arn or ""
    return user_boundaries(backend).get(holder.name, "")


def user_boundaries(backend: IAMBackend) -> dict[str, str]:
    """User name -> ARN of the permissions boundary; lives and goes with the account."""
    found: dict[str, str] = backend.__dict__.setdefault("lab_user_boundaries", {})
    return found


def _read(text: str, name: str, arn: str = "", kind: PolicyKind = "identity") -> Policy | None:
    try:
        return parse_policy(text, kind, name, arn)
    except MalformedPolicy:
        return None  # moto saved what AWS refuses; it can grant nothing


# Sessions ------------------------------------------------------------------------------------------------


def _of_session(session: sessions.Session) -> Caller:
    problem: Problem = "expired" if session.expires <= sessions.now() else ""
    if session.kind == "role-session":
        role = find_role(session.issuer_arn)
        if role is None:
            return Caller(ANONYMOUS, problem="unknown")
        found = of_role(role, session)
        return replace(found, problem=problem)
    user = find_user(session.issuer_arn)
    context = _session_context(session)
    if session.kind == "federated-user":
        principal = Principal(
            "federated-user", session.arn, session.account, session.issuer_arn, session.user_id, session.tags
        )
        source = of_user(user) if user else Caller(root_of(session.account))
        everything = parse_policy('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
        return Caller(
            principal,
            identity=source.identity if user else (everything,),
            boundary=source.boundary,
            session=_session_policies(session),
            scps=source.scps,
            context=context,
            problem=problem,
        )
    if user is None:
        return Caller(root_of(session.account), context=context, problem=problem)
    return of_user(user, problem, context)


def _of_moto_session(access_key_id: str) -> Caller | None:
    """Sessions that moto made on its own (AssumeRoleWithWebIdentity, AssumeRoleWithSAML)."""
    account = get_account_id_from(access_key_id)
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key_id)
    role = find_role(assumed.role_arn) if assumed else None
    if assumed is None or role is None:
        return None
    found = of_role(role)
    principal = Principal("role-session", assumed.arn, account, role.arn, assumed.user_id, _tags(role.tags))
    policies = (assumed.policy,) if assumed.policy else None
    ended = assumed.expiration.replace(tzinfo=dt.UTC) <= sessions.now()
    return replace(
        found,
        principal=principal,
        session=None if policies is None else _texts(policies),
        problem="expired" if ended else "",
    )


def _session_policies(session: sessions.Session | None) -> tuple[Policy, ...] | None:
    return None if session is None or session.policies is None else _texts(session.policies)


def _texts(texts: Iterable[str]) -> tuple[Policy, ...]:
    found = (_read(text, f"session policy {number}", "", "session") for number, text in enumerate(texts, 1))
    return tuple(policy for policy in found if policy is not None)


def _session_context(session: sessions.Session | None) -> dict[str, ContextValue]:
    if session is None:
        return {}
    found: dict[str, ContextValue] = {
        **session.context,
        "aws:TokenIssueTime": session.issued.isoformat().replace("+00:00", "Z"),
    }
    if session.mfa_known:
        found["aws:MultiFactorAuthPresent"] = session.mfa_at is not None
    if session.mfa_at is not None:
        found["aws:MultiFactorAuthAge"] = int((sessions.now() - session.mfa_at).total_seconds())
    if session.source_identity:
        found["aws:SourceIdentity"] = session.source_identity
    return found


# Looking around in moto ----------------------------------------------------------------------------------


def _user_with_key(access_key_id: str) -> tuple[User, bool] | None:
    for account in list(iam_backends):
        for user in iam_backends[account]["aws"].users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key_id:
                    return user, key.status == "Active"
    return None


def _tags(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def control_policies(account: str) -> tuple[tuple[Policy, ...], ...]:
    """The SCPs on the way from the root of the organization to the account; none for the management account.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    import sys

    # Nobody can be in an organization before somebody used the service.
    if "moto.organizations.models" not in sys.modules:
        return ()
    from moto.organizations.models import organizations_backends

    for owner in list(organizations_backends):
        backend = organizations_backends[owner]["aws"]
        if backend.org is None or backend.org.master_account_id == account:
            continue
        member = next((one for one in backend.accounts if one.id == account), None)
        if member is None:
            continue
        levels: list[Any] = [member.attached_policies]
        target: Any = member.parent_id
        while target:
            unit = next((one for one in backend.ou if one.id == target), None)
            if unit is None:
                break
            levels.append(unit.attached_policies)
            target = getattr(unit, "parent_id", None)
        return tuple(
            tuple(
                policy
                for attached in level
                if attached.type == "SERVICE_CONTROL_POLICY"
                and (policy := _read(str(attached.content), str(attached.name), "", "scp")) is not None
            )
            for level in reversed(levels)
        )
    return ()
