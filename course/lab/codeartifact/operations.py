"""CodeArtifact's operations on domains and repositories, as boto3 calls them.

https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.apigateway import requests_seam
from course.lab.clock import clock
from course.lab.codeartifact import packages, public
from course.lab.codeartifact.finding import domain, repository
from course.lab.codeartifact.store import Domain, Repository, domains
from course.lab.service import Call, Refusal, serve

_MOST_UPSTREAMS: Final = 10
_SESSION: Final = 12 * 3600


def _shown_domain(one: Domain) -> dict[str, Any]:
    return {"name": one.name, "owner": one.place.account, "arn": one.arn(), "status": "Active",
            "createdTime": one.created, "encryptionKey": one.key, "repositoryCount": len(one.repositories),
            "assetSizeBytes": one.size()}  # fmt: skip


def _shown(home: Domain, one: Repository) -> dict[str, Any]:
    row = {
        "name": one.name, "administratorAccount": home.place.account, "domainName": home.name,
        "domainOwner": home.place.account, "arn": home.arn("repository", f"/{one.name}"),
        "description": one.description, "createdTime": one.created,
        "upstreams": [{"repositoryName": name} for name in one.upstreams], "externalConnections": [],
    }  # fmt: skip
    if one.connection:
        row["externalConnections"] = [{"externalConnectionName": one.connection, "status": "AVAILABLE",
                                       "packageFormat": public.FORMATS[one.connection]}]  # fmt: skip
    return row


def _create_domain(call: Call) -> dict[str, Any]:
    name, known = call.given["domain"], domains(call.place)
    if not re.fullmatch(r"[a-z][a-z0-9\-]{0,48}[a-z0-9]", name):
        raise Refusal("ValidationException", f"The domain name {name} is not valid.")
    if name in known:
        raise Refusal("ConflictException", f"Domain already exists. {name}", 409)
    key = call.given.get("encryptionKey") or (
        f"arn:aws:kms:{call.place.region}:{call.place.account}:alias/aws/codeartifact"
    )
    known[name] = Domain(name, call.place, key)
    requests_seam.install()
    return {"domain": _shown_domain(known[name])}


def _delete_domain(call: Call) -> dict[str, Any]:
    one = domain(call)
    if one.repositories:
        raise Refusal("ConflictException", f"Domain {one.name} still has repositories.", 409)
    del domains(one.place)[one.name]
    return {"domain": _shown_domain(one) | {"status": "Deleted"}}


def _list_domains(call: Call) -> dict[str, Any]:
    return {"domains": [_shown_domain(one) for one in domains(call.place).values()]}


def _upstreams(home: Domain, name: str, given: list[dict[str, str]]) -> list[str]:
    names = [row["repositoryName"] for row in given]
    if len(names) > _MOST_UPSTREAMS:
        raise Refusal(
            "ServiceQuotaExceededException", f"A repository may have {_MOST_UPSTREAMS} direct upstreams.", 402
        )
    for one in names:
        if one not in home.repositories:
            raise Refusal("ResourceNotFoundException", f"Repository not found. {home.name}/{one}", 404)
        behind = [one]
        while behind:
            here = behind.pop()
            if here == name:
                raise Refusal("ValidationException", f"{name} cannot be its own upstream, not even by way of others.")
            behind += home.repositories[here].upstreams
    return names


def _create(call: Call) -> dict[str, Any]:
    home, name = domain(call), call.given["repository"]
    if name in home.repositories:
        raise Refusal("ConflictException", f"Repository already exists. {home.name}/{name}", 409)
    upstreams = _upstreams(home, name, call.given.get("upstreams", []))
    home.repositories[name] = Repository(name, call.given.get("description", ""), upstreams)
    return {"repository": _shown(home, home.repositories[name])}


def _update(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    if "upstreams" in call.given:
        if one.connection and call.given["upstreams"]:
            raise _both(one.name)
        one.upstreams = _upstreams(home, one.name, call.given["upstreams"])
    one.description = call.given.get("description", one.description)
    return {"repository": _shown(home, one)}


def _both(name: str) -> Refusal:
    return Refusal("ValidationException", f"{name} cannot have both upstreams and an external connection.")


def _delete(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    users = [other.name for other in home.repositories.values() if one.name in other.upstreams]
    if users:
        raise Refusal("ConflictException", f"{one.name} is an upstream of {', '.join(users)}.", 409)
    return {"repository": _shown(home, home.repositories.pop(one.name))}


def _describe(call: Call) -> dict[str, Any]:
    return {"repository": _shown(*repository(call))}


def _list(call: Call) -> dict[str, Any]:
    return {"repositories": [_shown(home, one) for home in domains(call.place).values()
                             for one in home.repositories.values()]}  # fmt: skip


def _list_in_domain(call: Call) -> dict[str, Any]:
    home = domain(call)
    return {"repositories": [_shown(home, one) for one in home.repositories.values()]}


def _connect(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    wanted = call.given["externalConnection"]
    if wanted not in public.FORMATS:
        raise Refusal("ResourceNotFoundException", f"External connection not found. {wanted}", 404)
    if one.connection:
        raise Refusal("ConflictException", f"{one.name} has an external connection: {one.connection}.", 409)
    if one.upstreams:
        raise _both(one.name)
    one.connection = wanted
    return {"repository": _shown(home, one)}


def _disconnect(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    one.connection = ""
    return {"repository": _shown(home, one)}


def _endpoint(call: Call) -> dict[str, Any]:
    home, one = repository(call, action="codeartifact:GetRepositoryEndpoint")
    place = home.place
    host = f"{home.name}-{place.account}.d.codeartifact.{place.region}.amazonaws.com"
    return {"repositoryEndpoint": f"https://{host}/{call.given['format']}/{one.name}/"}


def _token(call: Call) -> dict[str, Any]:
    home = domain(call, "codeartifact:GetAuthorizationToken")
    seconds = call.given.get("durationSeconds", _SESSION)
    if seconds and not 900 <= seconds <= _SESSION:
        raise Refusal("ValidationException", "durationSeconds must be 0 or between 900 and 43200.")
    end = clock.now() + dt.timedelta(seconds=seconds or 3600)
    token = mock_random.get_random_hex(64)
    home.tokens[token] = (end, call.place.account)
    return {"authorizationToken": token, "expiration": end}


def _policy(arn: str, document: str) -> dict[str, Any]:
    revision = hashlib.sha256(document.encode()).hexdigest()
    return {"policy": {"resourceArn": arn, "revision": revision, "document": document}}


def _document(call: Call) -> str:
    text = call.given["policyDocument"]
    if len(text) > 7168:
        raise Refusal("ValidationException", "A policy may have 7168 characters at most.")
    try:
        json.loads(text)
    except ValueError:
        raise Refusal("ValidationException", "The policy is not JSON.") from None
    return str(text)


def _put_domain_policy(call: Call) -> dict[str, Any]:
    home = domain(call)
    home.policy = _document(call)
    return _policy(home.arn(), home.policy)


def _get_domain_policy(call: Call) -> dict[str, Any]:
    home = domain(call)
    return _kept_policy(home.arn(), home.policy)


def _put_policy(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    one.policy = _document(call)
    return _policy(home.arn("repository", f"/{one.name}"), one.policy)


def _get_policy(call: Call) -> dict[str, Any]:
    home, one = repository(call)
    return _kept_policy(home.arn("repository", f"/{one.name}"), one.policy)


def _kept_policy(arn: str, document: str) -> dict[str, Any]:
    if not document:
        raise Refusal("ResourceNotFoundException", f"{arn} has no policy.", 404)
    return _policy(arn, document)


serve(
    "codeartifact",
    {
        "CreateDomain": _create_domain,
        "DescribeDomain": lambda call: {"domain": _shown_domain(domain(call))},
        "DeleteDomain": _delete_domain,
        "ListDomains": _list_domains,
        "CreateRepository": _create,
        "UpdateRepository": _update,
        "DeleteRepository": _delete,
        "DescribeRepository": _describe,
        "ListRepositories": _list,
        "ListRepositoriesInDomain": _list_in_domain,
        "AssociateExternalConnection": _connect,
        "DisassociateExternalConnection": _disconnect,
        "GetRepositoryEndpoint": _endpoint,
        "GetAuthorizationToken": _token,
        "PutDomainPermissionsPolicy": _put_domain_policy,
        "GetDomainPermissionsPolicy": _get_domain_policy,
        "PutRepositoryPermissionsPolicy": _put_policy,
        "GetRepositoryPermissionsPolicy": _get_policy,
        **packages.OPERATIONS,
    },
)
