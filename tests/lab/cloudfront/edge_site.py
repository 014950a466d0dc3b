"""A web site behind a distribution, with an origin that counts."""

from __future__ import annotations

from typing import Any

import boto3

from course import lab

OPTIMIZED, DISABLED = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER, NOT_HOST = "216adef6-5c7f-47e4-b989-5492eafa07d3", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SEVEN = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


def listed(*items: Any) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)} if items else {"Quantity": 0}


def custom(name: str, domain: str, policy: str = "https-only", **more: Any) -> dict[str, Any]:
    how = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": policy}
    return {"Id": name, "DomainName": domain, "CustomOriginConfig": how} | more


def behaviour(target: str = "site", policy: str = OPTIMIZED, **more: Any) -> dict[str, Any]:
    return {"TargetOriginId": target, "ViewerProtocolPolicy": "allow-all", "CachePolicyId": policy} | more


def methods(*names: str) -> dict[str, Any]:
    return listed(*names) | {"CachedMethods": listed("GET", "HEAD")}


class Site:
    """Answers for `site.example` and `spare.example`, and makes distributions in front of them."""

    def __init__(self) -> None:
        self.cloudfront: Any = boto3.client("cloudfront")
        self.asked: list[Any] = []
        self.says: Any = lambda sent: (200, f"page {len(self.asked)}", {})
        lab.http.serve("https://site.example", self._answer)
        lab.http.serve("https://spare.example", lambda sent: (200, "from the spare"))

    def _answer(self, sent: Any) -> Any:
        self.asked.append(sent)
        return self.says(sent)

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "CallerReference": lab.unique_name("d"), "Comment": "", "Enabled": True,
            "Origins": listed(custom("site", "site.example"), custom("spare", "spare.example")),
            "DefaultCacheBehavior": behaviour(),
        } | more  # fmt: skip

    def distribution(self, **more: Any) -> Any:
        made = self.cloudfront.create_distribution(DistributionConfig=self.config(**more))["Distribution"]
        self.cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
        return made

    def policy(
        self, name: str = "own", queries: Any = "none", headers: Any = (), cookies: Any = "none", **times: Any
    ) -> str:
        def chosen(word: str, noun: str, given: Any) -> dict[str, Any]:
            return {word: given} if isinstance(given, str) else {word: "whitelist", noun: listed(*given)}

        keyed = {
            "EnableAcceptEncodingGzip": False,
            "HeadersConfig": chosen("HeaderBehavior", "Headers", headers or "none"),
            "CookiesConfig": chosen("CookieBehavior", "Cookies", cookies),
            "QueryStringsConfig": chosen("QueryStringBehavior", "QueryStrings", queries),
        }
        config = {"Name": name, "MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": keyed} | times
        return str(self.cloudfront.create_cache_policy(CachePolicyConfig=config)["CachePolicy"]["Id"])


def get(made: Any, path: str = "/", scheme: str = "https", method: str = "GET", **more: Any) -> Any:
    return lab.http(method, f"{scheme}://{made['DomainName']}{path}", **more)


def word(answer: Any) -> str:
    """Hit, Miss, ... as X-Cache says it."""
    return str(answer.headers["X-Cache"]).partition(" ")[0]
