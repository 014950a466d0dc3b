"""Finding what a request names, and whether another account may use it.

https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from course.lab.codeartifact.store import Domain, Repository, domains, find_domain
from course.lab.service import Call, Refusal


def domain(call: Call, action: str = "") -> Domain:
    """The domain that the request names; another account's only if its policy lets the caller do this."""
    name = call.given["domain"]
    owner = call.given.get("domainOwner", call.place.account)
    found = find_domain(name, owner, call.place.region) if owner != call.place.account else (
        domains(call.place).get(name)
    )  # fmt: skip
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Domain not found. {name}", 404)
    if owner != call.place.account and action:
        allow(call.place.account, found.policy, action, found.arn())
    return found


def repository(call: Call, key: str = "repository", action: str = "") -> tuple[Domain, Repository]:
    """The repository that the request names, and its domain."""
    home = domain(call)
    found = home.repositories.get(call.given[key])
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Repository not found. {home.name}/{call.given[key]}", 404)
    if home.place.account != call.place.account:
        allow(call.place.account, found.policy, action or "codeartifact:DescribeRepository",
              home.arn("repository", f"/{found.name}"))  # fmt: skip
    return home, found


def allow(account: str, policy: str, action: str, arn: str) -> None:
    """Refuse a caller from another account unless the resource's policy allows the action."""
    statements = json.loads(policy)["Statement"] if policy else []
    for one in statements if isinstance(statements, list) else [statements]:
        principals = _list(one.get("Principal", {}), "AWS")
        known = any(who in ("*", account, f"arn:aws:iam::{account}:root") or f"::{account}:" in who
                    for who in principals)  # fmt: skip
        fits = any(fnmatchcase(action.lower(), one_action.lower()) for one_action in _list(one.get("Action")))
        there = any(fnmatchcase(arn, pattern) for pattern in _list(one.get("Resource", "*")))
        if one.get("Effect") == "Allow" and known and fits and there:
            return
    raise Refusal("AccessDeniedException", f"Account {account} is not authorized to perform: {action} on {arn}", 403)


def _list(value: Any, key: str = "") -> list[str]:
    if isinstance(value, dict):
        value = value.get(key, [])
    return [value] if isinstance(value, str) else list(value or [])
