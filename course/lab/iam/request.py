"""Who asks for what: the principal and the request, with the context keys that follow from them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from course.lab.iam.variables import Context

PrincipalKind = Literal[
    "root", "user", "role-session", "federated-user", "service", "web-identity", "saml", "anonymous"
]
ContextValue = str | int | float | bool | Iterable[str]

_TYPE: Mapping[str, str] = {
    "root": "Account",
    "user": "User",
    "role-session": "AssumedRole",
    "federated-user": "FederatedUser",
    "web-identity": "Anonymous",
    "saml": "Anonymous",
    "anonymous": "Anonymous",
}


@dataclass(frozen=True)
class Principal:
    """Somebody who sends a request.

    `arn` is what the error message says: for a role session arn:aws:sts::...:assumed-role/ROLE/SESSION, for a
    service its name (lambda.amazonaws.com). `issuer_arn` is the role behind a session, or the user behind a
    federated user.
    """

    kind: PrincipalKind
    arn: str = ""
    account: str = ""
    issuer_arn: str = ""
    user_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """The friendly name: of the user, the role session or the service."""
        return self.arn.rsplit("/", 1)[-1] if self.arn else "anonymous"

    @property
    def principal_arn(self) -> str:
        """aws:PrincipalArn: for a session the ARN of its role, not of the session."""
        return self.issuer_arn if self.kind == "role-session" else self.arn

    @cached_property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that describe this principal, in lower case."""
        found: dict[str, tuple[str, ...]] = {}
        if self.kind == "service":
            found["aws:principalisawsservice"] = ("true",)
            found["aws:principalservicename"] = (self.arn,)
            return found
        found["aws:principalisawsservice"] = ("false",)
        found["aws:principaltype"] = (_TYPE[self.kind],)
        if self.kind in ("anonymous", "web-identity", "saml"):
            found["aws:userid"] = ("anonymous",)
            return found
        found["aws:principalarn"] = (self.principal_arn,)
        found["aws:principalaccount"] = (self.account,)
        found["aws:userid"] = (self._user_id,)
        if self.kind == "user":
            found["aws:username"] = (self.name,)
        for key, value in self.tags.items():
            # Tag keys differ in case only for AWS's storage; conditions do not tell them apart.
            name = f"aws:principaltag/{key}".lower()
            found[name] = (*found.get(name, ()), value)
        return found

    @property
    def _user_id(self) -> str:
        if self.user_id:
            return self.user_id
        if self.kind == "root":
            return self.account
        return f"{self.account}:{self.name}" if self.kind == "federated-user" else self.name


ANONYMOUS = Principal("anonymous")


def principal_from(name: str, *, issuer_arn: str = "", tags: Mapping[str, str] | None = None) -> Principal:
    """Read a principal from an ARN, an account id or a service name.

    For a role with a path, give its ARN as `issuer_arn`: the session ARN does not carry the path.

    >>> principal_from("arn:aws:sts::123456789012:assumed-role/app/i-1").principal_arn
    'arn:aws:iam::123456789012:role/app'
    """
    tags = tags or {}
    if name in ("*", "anonymous", ""):
        return ANONYMOUS
    if re.fullmatch(r"\d{12}", name):
        name = f"arn:aws:iam::{name}:root"
    parts = name.split(":", 5)
    if len(parts) < 6:
        kind: PrincipalKind = "service" if name.endswith((".amazonaws.com", ".aws.internal")) else "web-identity"
        return Principal(kind, name, tags=tags)
    _, partition, service, _, account, resource = parts
    family, _, rest = resource.partition("/")
    if resource == "root":
        return Principal("root", name, account, tags=tags)
    if service == "iam" and family == "user":
        return Principal("user", name, account, tags=tags)
    if service == "iam" and family == "saml-provider":
        return Principal("saml", name, account, tags=tags)
    if service == "iam" and family == "role":
        # A role acts through a session; a role ARN stands for one without a known name.
        session = f"arn:{partition}:sts::{account}:assumed-role/{resource.rsplit('/', 1)[-1]}/session"
        return Principal("role-session", session, account, name, tags=tags)
    if service == "sts" and family == "assumed-role":
        role = issuer_arn or f"arn:{partition}:iam::{account}:role/{rest.split('/')[0]}"
        return Principal("role-session", name, account, role, tags=tags)
    if service == "sts" and family == "federated-user":
        return Principal("federated-user", name, account, issuer_arn, tags=tags)
    raise ValueError(f"{name} is no principal. Use the ARN of a user, role, session or account, a service name or '*'.")


@dataclass(frozen=True)
class Request:
    """One thing that one principal wants to do to one resource.

    >>> Request(principal_from("arn:aws:iam::123456789012:user/dana"), "s3:GetObject",
    ...         "arn:aws:s3:::photos/cat.jpg", {"aws:SourceIp": "203.0.113.7"}).action
    's3:GetObject'
    """

    principal: Principal
    action: str
    resource: str = "*"
    context: Mapping[str, ContextValue] = field(default_factory=dict, hash=False)
    resource_account: str = ""
    """The account that owns the resource; S3 ARNs do not say it. Empty means: as in the ARN, else the caller's."""

    @property
    def owner(self) -> str:
        """The account of the resource."""
        if self.resource_account:
            return self.resource_account
        parts = self.resource.split(":", 5)
        account = parts[4] if len(parts) == 6 else ""
        return account if account.isdigit() else self.principal.account

    @property
    def cross_account(self) -> bool:
        """Whether caller and resource belong to different accounts."""
        return self.principal.account != self.owner

    @cached_property
    def keys(self) -> Context:
        """All context keys in lower case; what the request says wins over what follows from the principal."""
        found = dict(self.principal.context)
        if self.owner:
            found["aws:resourceaccount"] = (self.owner,)
        for key, value in self.context.items():
            found[key.lower()] = _values(value)
        return found


def _values(value: ContextValue) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int | float):
        return (str(value),)
    return tuple(value)
