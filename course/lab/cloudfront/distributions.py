"""Distributions: made, changed by their ETags, switched off and deleted.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToDeleteDistribution.html
Moto keeps its own record too, so that tags and what else looks at distributions go on as before.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from course.lab.apigateway import requests_seam
from course.lab.clock import clock
from course.lab.cloudfront import invalidations, keys
from course.lab.cloudfront.demands import refuse_wrong
from course.lab.cloudfront.records import SPREADS_IN, Distribution, distributions, token
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]


def create(call: Call) -> Config:
    """CreateDistribution."""
    return _made(call, call.given["DistributionConfig"], [])


def create_with_tags(call: Call) -> Config:
    """CreateDistributionWithTags."""
    given = call.given["DistributionConfigWithTags"]
    return _made(call, given["DistributionConfig"], given["Tags"].get("Items", []))


def _made(call: Call, given: Config, tags: list[Any]) -> Config:
    from moto.core.exceptions import ServiceException

    account = call.place.account
    for one in distributions(account):
        if one.config["CallerReference"] == given["CallerReference"]:
            raise Refusal(
                "DistributionAlreadyExists", f"The caller reference is already used by distribution {one.id}.", 409
            )
    refuse_wrong(given, account)
    backend = call.place.global_backend("cloudfront")
    try:
        moto, _, _ = backend.create_distribution(_for_moto(given), tags)
    except ServiceException as refused:
        raise Refusal(str(refused.code), str(refused.message)) from None
    now = clock.now()
    record = Distribution(moto, account, [(now + SPREADS_IN, filled(given))], token(), now)
    moto.__dict__["lab_record"] = record
    requests_seam.install()  # from now on the domain answers to `requests`, too
    return {
        "Distribution": shown(record),
        "ETag": record.etag,
        "Location": f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{record.id}",
    }


def _for_moto(given: Config) -> dict[str, Any]:
    """A copy that moto may change; its record knows no origin groups as targets."""
    config = copy.deepcopy(dict(given))
    origins = [one["Id"] for one in config["Origins"]["Items"]]
    if config["DefaultCacheBehavior"]["TargetOriginId"] not in origins:
        config["DefaultCacheBehavior"]["TargetOriginId"] = origins[0]
    return config


def get(call: Call) -> Config:
    """GetDistribution."""
    record = named(call)
    return {"Distribution": shown(record), "ETag": record.etag}


def get_config(call: Call) -> Config:
    """GetDistributionConfig."""
    record = named(call)
    return {"DistributionConfig": record.config, "ETag": record.etag}


def update(call: Call) -> Config:
    """UpdateDistribution: the whole configuration, and the ETag of the one that it replaces."""
    record, given = _at_its_etag(call), call.given["DistributionConfig"]
    if given["CallerReference"] != record.config["CallerReference"]:
        raise Refusal("IllegalUpdate", "The caller reference cannot be changed.")
    refuse_wrong(given, record.account, record.id)
    from moto.cloudfront.models import DistributionConfig

    record.moto.distribution_config = DistributionConfig(_for_moto(given))
    record.change(filled(given))
    return {"Distribution": shown(record), "ETag": record.etag}


def delete(call: Call) -> None:
    """DeleteDistribution: only once it is disabled, and that has reached all edge locations."""
    record = _at_its_etag(call)
    if record.config["Enabled"]:
        raise Refusal(
            "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409
        )
    if record.status != "Deployed":
        raise Refusal("DistributionNotDisabled", "The distribution is still being switched off; wait for it.", 409)
    del call.place.global_backend("cloudfront").distributions[record.id]


def listed(call: Call) -> Config:
    """ListDistributions."""
    everyone = sorted(distributions(call.place.account), key=lambda one: one.id)
    start = call.given.get("Marker", "")
    most = int(call.given.get("MaxItems") or 100)
    rest = [one for one in everyone if one.id > start]
    page = {
        "Marker": start,
        "MaxItems": most,
        "IsTruncated": len(rest) > most,
        "Quantity": len(rest[:most]),
        "Items": [_summary(one) for one in rest[:most]],
    }
    if len(rest) > most:
        page["NextMarker"] = rest[most - 1].id
    return {"DistributionList": page}


def monitor(call: Call) -> Config:
    """CreateMonitoringSubscription: the additional metrics, among them the hit rate."""
    record = named(call, "DistributionId")
    wanted = call.given["MonitoringSubscription"]
    status = (wanted.get("RealtimeMetricsSubscriptionConfig") or {}).get("RealtimeMetricsSubscriptionStatus")
    record.monitored = status == "Enabled"
    return {"MonitoringSubscription": wanted}


def named(call: Call, parameter: str = "Id") -> Distribution:
    """The distribution that a call names."""
    wanted = str(call.given[parameter])
    for one in distributions(call.place.account):
        if one.id == wanted:
            return one
    raise Refusal("NoSuchDistribution", f"The specified distribution does not exist: {wanted}", 404)


def _at_its_etag(call: Call) -> Distribution:
    record = named(call)
    if not call.given.get("IfMatch"):
        raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if call.given["IfMatch"] != record.etag:
        raise Refusal("PreconditionFailed", "The If-Match version is not the current one: read it anew.", 412)
    return record


def shown(record: Distribution) -> dict[str, Any]:
    """A distribution as the API shows it."""
    return {
        "Id": record.id,
        "ARN": record.arn,
        "Status": record.status,
        "LastModifiedTime": record.changed,
        "InProgressInvalidationBatches": len(invalidations.in_progress(record)),
        "DomainName": record.domain,
        "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
        "ActiveTrustedKeyGroups": keys.active(record.config, record.account),
        "DistributionConfig": record.config,
    }


def _summary(record: Distribution) -> dict[str, Any]:
    names = ("Aliases", "Origins", "OriginGroups", "DefaultCacheBehavior", "CacheBehaviors", "CustomErrorResponses",
             "Comment", "PriceClass", "Enabled", "ViewerCertificate", "Restrictions", "WebACLId", "HttpVersion",
             "IsIPV6Enabled")  # fmt: skip
    kept = {name: record.config[name] for name in names}
    return kept | {
        "Id": record.id,
        "ARN": record.arn,
        "ETag": record.etag,
        "Status": record.status,
        "LastModifiedTime": record.changed,
        "DomainName": record.domain,
        "Staging": False,
    }


def filled(given: Config) -> Config:
    """A configuration with what AWS fills in where nothing was said."""
    config = copy.deepcopy(dict(given))
    for noun in ("Aliases", "OriginGroups", "CacheBehaviors", "CustomErrorResponses"):
        config.setdefault(noun, {"Quantity": 0})
    for name, value in (
        ("DefaultRootObject", ""),
        ("PriceClass", "PriceClass_All"),
        ("WebACLId", ""),
        ("HttpVersion", "http2"),
        ("IsIPV6Enabled", True),
        ("Staging", False),
        ("Restrictions", {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}),
        ("ViewerCertificate", {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"}),
        ("Logging", {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}),
    ):
        config.setdefault(name, value)
    for origin in config["Origins"]["Items"]:
        for name, usual in (
            ("OriginPath", ""),
            ("CustomHeaders", {"Quantity": 0}),
            ("ConnectionAttempts", 3),
            ("ConnectionTimeout", 10),
            ("OriginShield", {"Enabled": False}),
            ("OriginAccessControlId", ""),
        ):
            origin.setdefault(name, usual)
        if "CustomOriginConfig" in origin:
            custom = origin["CustomOriginConfig"]
            custom.setdefault("OriginReadTimeout", 30)
            custom.setdefault("OriginKeepaliveTimeout", 5)
            custom.setdefault("OriginSslProtocols", {"Quantity": 1, "Items": ["TLSv1.2"]})
    for behaviour in [config["DefaultCacheBehavior"], *(config["CacheBehaviors"].get("Items") or [])]:
        behaviour.setdefault(
            "AllowedMethods",
            {"Quantity": 2, "Items": ["HEAD", "GET"], "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]}},
        )
        behaviour.setdefault("Compress", False)
        behaviour.setdefault("SmoothStreaming", False)
        for noun in ("TrustedSigners", "TrustedKeyGroups"):
            behaviour.setdefault(noun, {"Enabled": False, "Quantity": 0})
        for noun in ("LambdaFunctionAssociations", "FunctionAssociations"):
            behaviour.setdefault(noun, {"Quantity": 0})
    return config
