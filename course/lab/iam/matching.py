"""Does a statement speak about this request? Principal, action, resource and condition, one after the other."""

from __future__ import annotations

import re
from enum import IntEnum

from course.lab.iam.conditions import holds
from course.lab.iam.document import Principals, Statement
from course.lab.iam.patterns import action_match, arn_match, arn_pieces_match
from course.lab.iam.request import Principal, Request
from course.lab.iam.variables import has_variable, resolve_resource


class Named(IntEnum):
    """How a resource policy names the caller; this decides which other policies still limit the grant.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """

    NOT = 0
    ACCOUNT = 1
    """By the account: it is up to the account's own policies to pass the permission on."""
    ROLE = 2
    """By the role of the session, or by the user who federated: boundary and session policy still limit."""
    DIRECT = 3
    """The user, the session, the service or everybody: no implicit deny elsewhere takes the grant back."""


def applies(statement: Statement, request: Request, boundary: bool = False) -> Named:
    """Say whether (and through which naming) the statement applies to the request."""
    named = Named.DIRECT
    if statement.principals is not None:
        named = principals_match(statement, request.principal, boundary)
    if (
        named is Named.NOT
        or not actions_match(statement, request)
        or not resources_match(statement, request)
        or not conditions_hold(statement, request)
    ):
        return Named.NOT
    return named


def actions_match(statement: Statement, request: Request) -> bool:
    """Action, or everything but NotAction."""
    names = statement.actions
    return any(action_match(pattern, request.action) for pattern in names.patterns) is not names.negated


def resources_match(statement: Statement, request: Request) -> bool:
    """Resource, or everything but NotResource; a trust policy has neither and is about its role.

    A pattern with a variable that has no value matches no resource.
    """
    names = statement.resources
    if names is None:
        return True
    return any(resource_match(pattern, statement, request) for pattern in names.patterns) is not names.negated


def resource_match(pattern: str, statement: Statement, request: Request) -> bool:
    """Match one Resource pattern, variables resolved."""
    if pattern == "*":
        return True
    if statement.variables and has_variable(pattern):
        pieces = resolve_resource(pattern, request.keys)
        return pieces is not None and arn_pieces_match(pieces, request.resource)
    return arn_match(pattern, request.resource)


def conditions_hold(statement: Statement, request: Request) -> bool:
    """All conditions have to hold; no conditions hold always."""
    return all(holds(condition, request.keys, statement.variables) for condition in statement.conditions)


def principals_match(statement: Statement, principal: Principal, boundary: bool = False) -> Named:
    """Principal, or everybody but NotPrincipal."""
    principals = statement.principals
    assert principals is not None
    if not principals.negated:
        return max((_names(kind, name, principal) for kind, name in principals.entries), default=Named.NOT)
    if statement.effect == "Deny":
        return Named.NOT if not boundary and _spared(principals, principal) else Named.DIRECT
    listed = any(_names(kind, name, principal) for kind, name in principals.entries)
    return Named.NOT if listed else Named.DIRECT


def _names(kind: str, name: str, principal: Principal) -> Named:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    if kind == "AWS" and name == "*":
        return Named.DIRECT
    if kind == "Service":
        return _direct_if(principal.kind == "service" and name in ("*", principal.arn))
    if kind == "Federated":
        return _direct_if(principal.kind in ("web-identity", "saml") and name in ("*", principal.arn))
    if kind != "AWS" or not principal.account:
        return Named.NOT
    if name in (principal.arn, principal.user_id) and name:
        return Named.DIRECT
    if principal.issuer_arn and name in (principal.issuer_arn, principal.user_id.split(":")[0]):
        return Named.ROLE
    return Named.ACCOUNT if _account_of(name) == principal.account else Named.NOT


def _direct_if(named: bool) -> Named:
    return Named.DIRECT if named else Named.NOT


def _account_of(name: str) -> str:
    """The account that the name stands for as a whole, else ''."""
    found = re.fullmatch(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?", name)
    return found.group(1) if found and name.startswith("arn:") == name.endswith(":root") else ""


def _spared(principals: Principals, principal: Principal) -> bool:
    """Deny with NotPrincipal spares only who is listed together with the role and account behind.

    AWS may check the account, then the role, then the session, and denies at the first that is not listed; a
    principal with a permissions boundary is always denied.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    found = [_names(kind, name, principal) for kind, name in principals.entries]
    if not principal.account or principal.kind == "root":
        return any(found)
    wanted = {Named.DIRECT, Named.ACCOUNT}
    if principal.kind == "role-session":
        wanted.add(Named.ROLE)
    everybody = any(name == "*" and kind == "AWS" for kind, name in principals.entries)
    return everybody or wanted <= set(found)
