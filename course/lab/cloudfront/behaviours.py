"""Which cache behaviour a path falls under, and what that behaviour says.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from course.lab.cloudfront import policies
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.ttl import Times

Config = Mapping[str, Any]
_READ: Final = ["HEAD", "GET"]


@dataclass(frozen=True)
class Behaviour:
    """A cache behaviour with the policies that it names."""

    config: Config
    account: str

    @property
    def target(self) -> str:
        return str(self.config["TargetOriginId"])

    @property
    def allowed(self) -> list[str]:
        return items(self.config, "AllowedMethods") or list(_READ)

    @property
    def cached(self) -> list[str]:
        return items(self.config.get("AllowedMethods") or {}, "CachedMethods") or list(_READ)

    @property
    def keyed(self) -> Config:
        """What the cache key holds beside the path."""
        policy = self._cache_policy
        if policy is not None:
            named: Config = policy.config["ParametersInCacheKeyAndForwardedToOrigin"]
            return named
        return _of_old(self.config.get("ForwardedValues") or {})

    @property
    def times(self) -> Times:
        policy = self._cache_policy
        config = policy.config if policy is not None else self.config
        least = float(config.get("MinTTL") or 0)
        usual = config.get("DefaultTTL")
        most = config.get("MaxTTL")
        return Times(
            least,
            float(policies.DAY if usual is None else usual),
            float(policies.YEAR if most is None else most),
        )

    @property
    def origin_request(self) -> Config:
        """What goes to the origin beside the cache key."""
        policy = self._policy(policies.ORIGIN_REQUEST)
        return policy.config if policy is not None else {}

    @property
    def response_headers(self) -> Config:
        policy = self._policy(policies.RESPONSE_HEADERS)
        return policy.config if policy is not None else {}

    @property
    def _cache_policy(self) -> policies.Policy | None:
        return self._policy(policies.CACHE)

    def _policy(self, kind: policies.Kind) -> policies.Policy | None:
        named = self.config.get(kind.field)
        return policies.find(kind, self.account, str(named)) if named else None


def choose(config: Config, account: str, path: str) -> Behaviour:
    """The first behaviour in the list whose pattern fits the path; the default one if none does."""
    listed = (config.get("CacheBehaviors") or {}).get("Items") or []
    for one in listed:
        if _pattern(one["PathPattern"]).fullmatch(path.removeprefix("/")):
            return Behaviour(one, account)
    return Behaviour(config["DefaultCacheBehavior"], account)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """`*` stands for any number of characters, `?` for one; the slash in front does not matter, capitals do."""
    words = re.escape(text.removeprefix("/")).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(words, re.DOTALL)


def _of_old(values: Config) -> Config:
    """ForwardedValues, from before there were policies, in a policy's words."""
    cookies = values.get("Cookies") or {}
    named = (values.get("QueryStringCacheKeys") or {}).get("Items") or []
    queries = "none" if not values.get("QueryString") else "whitelist" if named else "all"
    headers = items(values, "Headers")
    return {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "whitelist" if headers else "none", "Headers": {"Items": headers}},
        "CookiesConfig": {"CookieBehavior": cookies.get("Forward", "none"), "Cookies": cookies.get("WhitelistedNames")},
        "QueryStringsConfig": {"QueryStringBehavior": queries, "QueryStrings": {"Items": named}},
    }
