"""Cache policies, origin request policies and response headers policies: AWS's managed ones and the account's own.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cloudfront.records import distributions, token
from course.lab.place import Place
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]

DAY: Final = 86400
YEAR: Final = 31536000
# The account's own, of each kind: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_MOST: Final = 20
_NOTHING_KEYED: Final[Config] = {
    "EnableAcceptEncodingGzip": False,
    "EnableAcceptEncodingBrotli": False,
    "HeadersConfig": {"HeaderBehavior": "none"},
    "CookiesConfig": {"CookieBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}


@dataclass
class Policy:
    """A policy of any kind."""

    id: str
    config: dict[str, Any]
    kind: str = "custom"
    etag: str = field(default_factory=token)
    changed: dt.datetime = field(default_factory=lambda: clock.now())


@dataclass(frozen=True)
class Kind:
    """A kind of policy: how AWS names it and which field of a behaviour points to it."""

    word: str
    file: str
    field: str


CACHE: Final = Kind("CachePolicy", "cache", "CachePolicyId")
ORIGIN_REQUEST: Final = Kind("OriginRequestPolicy", "origin-request", "OriginRequestPolicyId")
RESPONSE_HEADERS: Final = Kind("ResponseHeadersPolicy", "response-headers", "ResponseHeadersPolicyId")


def find(kind: Kind, account: str, policy_id: str) -> Policy | None:
    """The policy of this id, AWS's or the account's."""
    return managed(kind).get(policy_id) or own(kind, account).get(policy_id)


def own(kind: Kind, account: str) -> dict[str, Policy]:
    """The account's own policies of a kind."""
    return Place(account, "aws").kept("cloudfront", f"lab_{kind.word}", dict[str, Policy])


@cache
def managed(kind: Kind) -> dict[str, Policy]:
    """AWS's policies of a kind, by their ids, which are the same in every account."""
    rows = json.loads((Path(__file__).parent / "managed.json").read_text(encoding="utf-8"))[kind.file]
    born = dt.datetime(2020, 7, 23, tzinfo=dt.UTC)
    return {row["id"]: Policy(row["id"], _BUILD[kind.file](row), "managed", "E23ZP02F085DFQ", born) for row in rows}


def _names(behaviour: str, noun: str, mode: str, names: list[str]) -> dict[str, Any]:
    return {behaviour: mode} | ({noun: {"Quantity": len(names), "Items": names}} if names else {})


def _cache_config(row: Config) -> dict[str, Any]:
    headers = list(row.get("headers", []))
    keyed = {
        "EnableAcceptEncodingGzip": bool(row.get("compressed")),
        "EnableAcceptEncodingBrotli": bool(row.get("compressed")),
        "HeadersConfig": _names("HeaderBehavior", "Headers", "whitelist" if headers else "none", headers),
        "CookiesConfig": {"CookieBehavior": row.get("cookies", "none")},
        "QueryStringsConfig": {"QueryStringBehavior": row.get("queries", "none")},
    }
    return {
        "Name": f"Managed-{row['name']}", "Comment": "", "MinTTL": row["min"], "DefaultTTL": row["default"],
        "MaxTTL": row["max"], "ParametersInCacheKeyAndForwardedToOrigin": keyed,
    }  # fmt: skip


def _origin_config(row: Config) -> dict[str, Any]:
    return {
        "Name": f"Managed-{row['name']}",
        "Comment": "",
        "HeadersConfig": _names("HeaderBehavior", "Headers", row["mode"], list(row.get("headers", []))),
        "CookiesConfig": {"CookieBehavior": row.get("cookies", "none")},
        "QueryStringsConfig": {"QueryStringBehavior": row.get("queries", "none")},
    }


def _response_config(row: Config) -> dict[str, Any]:
    config: dict[str, Any] = {"Name": f"Managed-{row['name']}", "Comment": ""}
    if row.get("cors"):
        config["CorsConfig"] = {
            "AccessControlAllowOrigins": {"Quantity": 1, "Items": ["*"]},
            "AccessControlAllowHeaders": {"Quantity": 0, "Items": []},
            "AccessControlAllowMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
            "AccessControlAllowCredentials": False,
            "OriginOverride": False,
        }
    if row.get("security"):
        config["SecurityHeadersConfig"] = {
            "XSSProtection": {"Override": False, "Protection": True, "ModeBlock": True},
            "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
            "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "strict-origin-when-cross-origin"},
            "ContentTypeOptions": {"Override": True},
            "StrictTransportSecurity": {"Override": False, "AccessControlMaxAgeSec": YEAR},
        }
    return config


_BUILD: Final = {"cache": _cache_config, "origin-request": _origin_config, "response-headers": _response_config}


def operations(kind: Kind) -> Iterator[tuple[str, Any]]:
    """The six operations of the API on policies of a kind."""
    word, config, plural = kind.word, f"{kind.word}Config", f"{kind.word[:-1]}ies"

    def shown(one: Policy) -> dict[str, Any]:
        return {"Id": one.id, "LastModifiedTime": one.changed, config: one.config}

    def found(call: Call) -> Policy:
        one = find(kind, call.place.account, str(call.given["Id"]))
        if one is None:
            raise Refusal(f"NoSuch{word}", f"The {word} {call.given['Id']} does not exist.", 404)
        return one

    def changeable(call: Call) -> Policy:
        one = found(call)
        if one.kind == "managed":
            raise Refusal("AccessDenied", "A managed policy belongs to AWS and cannot be changed.", 403)
        if not call.given.get("IfMatch"):
            raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if call.given["IfMatch"] != one.etag:
            raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
        return one

    def create(call: Call) -> Config:
        given, mine = _filled(kind, call.given[config]), own(kind, call.place.account)
        if any(one.config["Name"] == given["Name"] for one in mine.values()):
            raise Refusal(f"{word}AlreadyExists", f"A {word} named {given['Name']} already exists.", 409)
        if len(mine) >= _MOST:
            raise Refusal(f"TooMany{plural}", f"An account may have {_MOST} of these.")
        made = mine.setdefault((new := Policy(str(uuid.uuid4()), given)).id, new)
        return {word: shown(made), "ETag": made.etag, "Location": made.id}

    def update(call: Call) -> Config:
        one = changeable(call)
        one.config, one.etag, one.changed = _filled(kind, call.given[config]), token(), clock.now()
        return {word: shown(one), "ETag": one.etag}

    def delete(call: Call) -> None:
        one = changeable(call)
        if any(one.id in _used(kind, dist.config) for dist in distributions(call.place.account)):
            raise Refusal(f"{word}InUse", f"{one.config['Name']} is used by a distribution.", 409)
        del own(kind, call.place.account)[one.id]

    def listed(call: Call) -> Config:
        wanted = call.given.get("Type", "")
        everyone = [*managed(kind).values(), *own(kind, call.place.account).values()]
        rows = [{"Type": one.kind, word: shown(one)} for one in everyone if wanted in ("", one.kind)]
        return {f"{word}List": {"MaxItems": 100, "Quantity": len(rows), "Items": rows}}

    yield f"Create{word}", create
    yield f"Update{word}", update
    yield f"Delete{word}", delete
    yield f"Get{word}", lambda call: {word: shown(found(call)), "ETag": found(call).etag}
    yield f"Get{word}Config", lambda call: {config: found(call).config, "ETag": found(call).etag}
    yield f"List{plural}", listed


def _used(kind: Kind, config: Config) -> set[str]:
    more = (config.get("CacheBehaviors") or {}).get("Items") or []
    return {str(one.get(kind.field) or "") for one in [config["DefaultCacheBehavior"], *more]}


def _filled(kind: Kind, given: Config) -> dict[str, Any]:
    """A policy with what AWS fills in; a cache policy whose times contradict each other is refused."""
    config = dict(given)
    if kind is not CACHE:
        return config
    least = int(config["MinTTL"])
    config.setdefault("DefaultTTL", max(DAY, least))
    config.setdefault("MaxTTL", max(YEAR, int(config["DefaultTTL"])))
    if not least <= int(config["DefaultTTL"]) <= int(config["MaxTTL"]):
        raise Refusal("InvalidArgument", "The TTLs must not fall: MinTTL <= DefaultTTL <= MaxTTL.")
    keyed = config.setdefault("ParametersInCacheKeyAndForwardedToOrigin", dict(_NOTHING_KEYED))
    if config["MaxTTL"] == 0 and {**keyed, "EnableAcceptEncodingBrotli": False} != dict(_NOTHING_KEYED):
        # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html
        raise Refusal("InvalidArgument", "A policy with caching disabled (MaxTTL 0) cannot have a cache key.")
    return config
