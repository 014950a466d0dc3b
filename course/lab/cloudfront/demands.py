"""What CloudFront refuses in a distribution's configuration.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html#API_CreateDistribution_Errors
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from course.lab.cloudfront import field_encryption, functions, keys, lambda_edge, policies, realtime_logs
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.records import distributions
from course.lab.place import Place
from course.lab.s3.hosts import HOSTS
from course.lab.service import Refusal

Config = Mapping[str, Any]

_METHODS: Final = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"},
)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_QUOTAS: Final = (
    ("Origins", 100, "TooManyOrigins"),
    ("CacheBehaviors", 75, "TooManyCacheBehaviors"),
    ("OriginGroups", 10, "TooManyOriginGroupsPerDistribution"),
    ("Aliases", 100, "TooManyDistributionCNAMEs"),
)


def refuse_wrong(config: Config, account: str, own_id: str = "") -> None:
    """Raise a Refusal if CloudFront would not take the configuration."""
    for noun, most, code in _QUOTAS:
        if len(items(config, noun)) > most:
            raise Refusal(code, f"A distribution may have {most} {noun}.")
    origins = {one["Id"]: one for one in (config["Origins"].get("Items") or [])}
    for origin in origins.values():
        _origin(origin, account)
    groups = (config.get("OriginGroups") or {}).get("Items") or []
    for group in groups:
        _group(group, set(origins))
    for behaviour in behaviours(config):
        _behaviour(behaviour, account, {*origins, *(group["Id"] for group in groups)})
    _aliases(config, account, own_id)
    _geography((config.get("Restrictions") or {}).get("GeoRestriction") or {})
    for error in (config.get("CustomErrorResponses") or {}).get("Items") or []:
        if bool(error.get("ResponsePagePath")) != bool(error.get("ResponseCode")):
            raise Refusal("InvalidErrorCode", "ResponsePagePath and ResponseCode are given together or not at all.")


def behaviours(config: Config) -> Iterator[Config]:
    """All behaviours, the default one last."""
    yield from (config.get("CacheBehaviors") or {}).get("Items") or []
    yield config["DefaultCacheBehavior"]


def _origin(origin: Config, account: str) -> None:
    name = origin["DomainName"]
    if "S3OriginConfig" in origin:
        found = HOSTS.fullmatch(name)
        if found is None or found["site"] or not found["bucket"]:
            raise Refusal(
                "InvalidArgument",
                f"The parameter Origin DomainName does not refer to a valid S3 bucket: {name}. "
                "A web site endpoint is a custom origin.",
            )
    control = origin.get("OriginAccessControlId")
    if control:
        if control not in Place(account, "aws").backend("cloudfront").origin_access_controls:
            raise Refusal("InvalidOriginAccessControl", f"The origin access control {control} does not exist.")
        if (origin.get("S3OriginConfig") or {}).get("OriginAccessIdentity"):
            raise Refusal("InvalidOriginAccessControl", "An origin has an access control or an access identity.")


def _group(group: Config, origins: set[str]) -> None:
    members = [one["OriginId"] for one in group["Members"]["Items"]]
    if len(members) != 2 or not set(members) <= origins:
        raise Refusal("NoSuchOrigin", f"The origin group {group['Id']} needs two members that are origins.", 404)


def _behaviour(behaviour: Config, account: str, targets: set[str]) -> None:
    if behaviour["TargetOriginId"] not in targets:
        raise Refusal("NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404)
    for kind in (policies.CACHE, policies.ORIGIN_REQUEST, policies.RESPONSE_HEADERS):
        named = behaviour.get(kind.field)
        if named and policies.find(kind, account, named) is None:
            raise Refusal(f"NoSuch{kind.word}", f"The {kind.word} {named} does not exist.", 404)
    if behaviour.get("CachePolicyId") and (
        "ForwardedValues" in behaviour or {"MinTTL", "DefaultTTL", "MaxTTL"} & {*behaviour}
    ):
        raise Refusal(
            "InvalidArgument", "ForwardedValues and the TTLs of a behaviour cannot stand beside CachePolicyId."
        )
    methods = behaviour.get("AllowedMethods")
    if methods:
        allowed, cached = set(items(behaviour, "AllowedMethods")), set(items(methods, "CachedMethods"))
        if allowed not in _METHODS:
            raise Refusal(
                "InvalidArgument",
                "AllowedMethods are GET and HEAD; these and OPTIONS; or all seven: not " + ", ".join(sorted(allowed)),
            )
        if cached and (cached not in _METHODS[:2] or not cached <= allowed):
            raise Refusal("InvalidArgument", "CachedMethods are GET and HEAD, or these and OPTIONS.")
    for group in items(behaviour, "TrustedKeyGroups"):
        if keys.group(account, group) is None:
            raise Refusal("TrustedKeyGroupDoesNotExist", f"The key group {group} does not exist.")
    lambdas = list(lambda_edge.associations(behaviour))
    functions.refuse_wrong(behaviour, lambdas, account)
    lambda_edge.refuse_wrong(behaviour, account)
    field_encryption.refuse_wrong(behaviour, account)
    realtime_logs.refuse_wrong(behaviour, account)


def _aliases(config: Config, account: str, own_id: str) -> None:
    wanted = items(config, "Aliases")
    if not wanted:
        return
    arn = (config.get("ViewerCertificate") or {}).get("ACMCertificateArn", "")
    if not arn:
        raise Refusal(
            "InvalidViewerCertificate",
            "To add an alternate domain name, attach a trusted certificate that covers it.",
        )
    certificate = Place(account, "us-east-1").backend("acm")._certificates.get(arn)
    names = _names_of(certificate)
    for alias in wanted:
        if certificate is not None and names and not any(_covers(name, alias.lower()) for name in names):
            raise Refusal(
                "InvalidViewerCertificate",
                f"The certificate covers {', '.join(sorted(names))} and not the alternate domain name {alias}.",
            )
        for other in distributions():
            if other.id != own_id and alias.lower() in (one.lower() for one in items(other.config, "Aliases")):
                raise Refusal("CNAMEAlreadyExists", f"{alias} already belongs to another distribution.", 409)


def _names_of(certificate: Any) -> set[str]:
    """The names of a certificate; none if moto does not tell them."""
    if certificate is None:
        return set()
    described = certificate.describe()["Certificate"]
    return {str(one).lower() for one in [described.get("DomainName"), *described.get("SubjectAlternativeNames", [])]}


def _covers(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and name[1:] == host[host.find(".") :])


def _geography(restriction: Config) -> None:
    kind, countries = restriction.get("RestrictionType", "none"), list(restriction.get("Items") or [])
    if (kind == "none") is bool(countries) or any(len(one) != 2 or not one.isupper() for one in countries):
        raise Refusal(
            "InvalidGeoRestrictionParameter",
            "A whitelist or a blacklist names countries by two capital letters; with none there are no countries.",
        )
