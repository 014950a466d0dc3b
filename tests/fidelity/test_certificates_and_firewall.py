"""Certificates and web ACLs: the lab does what AWS does, bare moto does not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from cryptography import x509

from tests.fidelity.behaviour import Behaviour, World, collect, refused
from tests.lab.test_certificates import distribution, listener, pair, prove, requested
from tests.lab.waf.test_web_acl import ask, contains, guarded, rule, seen

_ACM = "https://docs.aws.amazon.com/acm/latest"
_WAF = "https://docs.aws.amazon.com/waf/latest"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def client(service: str, region: str = "us-east-1") -> Any:
    made: Any = boto3.client
    return made(service, region_name=region)


def zone() -> str:
    return str(client("route53").create_hosted_zone(Name="lumen.example", CallerReference="1")["HostedZone"]["Id"])


def about(arn: str) -> Any:
    return client("acm").describe_certificate(CertificateArn=arn)["Certificate"]


@behaviour(f"{_ACM}/userguide/dns-validation.html")
def without_its_record_a_certificate_stays_pending(world: World) -> bool:
    arn = requested()
    world.advance(3600)
    return bool(about(arn)["Status"] == "PENDING_VALIDATION")


@behaviour(f"{_ACM}/userguide/acm-certificate-characteristics.html")
def a_public_certificate_is_valid_for_198_days(world: World) -> bool:
    arn = requested()
    prove(zone(), arn)
    for _ in range(2):
        world.advance(120)
    found = about(arn)
    return bool((found["NotAfter"] - found["NotBefore"]).days == 198)


@behaviour(f"{_ACM}/userguide/managed-renewal.html")
def a_certificate_in_use_is_renewed(world: World) -> bool:
    arn = requested()
    prove(zone(), arn)
    for _ in range(2):
        world.advance(120)
    listener(arn)
    ends = about(arn)["NotAfter"]
    world.advance(155 * 86400)
    return bool(about(arn)["NotAfter"] > ends and about(arn)["Status"] == "ISSUED")


@behaviour(f"{_ACM}/APIReference/API_DeleteCertificate.html")
def a_certificate_in_use_cannot_be_deleted(world: World) -> bool:
    (certificate, key) = pair()
    arn = client("acm").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    listener(arn)
    return refused(lambda: client("acm").delete_certificate(CertificateArn=arn), "ResourceInUseException")


@behaviour(f"{_ACM}/userguide/import-certificate-prerequisites.html")
def an_import_checks_the_key_against_the_certificate(world: World) -> bool:
    (certificate, _), (_, other) = pair(), pair()
    acm = client("acm")
    return refused(lambda: acm.import_certificate(Certificate=certificate, PrivateKey=other), "ValidationException")


@behaviour(f"{_ACM}/userguide/acm-regions.html")
def cloudfront_takes_certificates_of_us_east_1_only(world: World) -> bool:
    certificate, key = pair()
    arn = client("acm", "eu-west-1").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    return refused(lambda: distribution(arn), "InvalidViewerCertificate")


@behaviour("https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html")
def a_listener_wants_an_issued_certificate(world: World) -> bool:
    return refused(lambda: listener(requested()), "UnsupportedCertificate")


@behaviour("https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html")
def a_private_ca_gives_the_validity_that_was_asked_for(world: World) -> bool:
    authority = client("acm-pca")
    arn = authority.create_certificate_authority(
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration={
            "KeyAlgorithm": "EC_prime256v1",
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Subject": {"CommonName": "Lumen Root"},
        },
    )["CertificateAuthorityArn"]
    made = authority.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=authority.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(),
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Type": "DAYS", "Value": 3650},
    )["CertificateArn"]
    text = authority.get_certificate(CertificateAuthorityArn=arn, CertificateArn=made)["Certificate"]
    found = x509.load_pem_x509_certificate(text.encode())
    return (found.not_valid_after_utc - found.not_valid_before_utc).days == 3650


@behaviour(f"{_WAF}/developerguide/web-acl-processing-order.html")
def a_web_acl_blocks_requests_to_a_stage(world: World) -> bool:
    url, _ = guarded(rule("stop", 0, contains("/admin")))
    return (ask(url, "/admin"), ask(url, "/photos")) == (403, 200)


@behaviour(f"{_WAF}/developerguide/waf-rule-statement-type-rate-based.html")
def a_rate_rule_blocks_above_its_limit(world: World) -> bool:
    limit = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    url, _ = guarded(rule("rate", 0, limit))
    burst = [ask(url) for _ in range(11)]
    world.advance(61)
    return burst == [200] * 10 + [403] and ask(url) == 200


@behaviour(f"{_WAF}/APIReference/API_CheckCapacity.html")
def capacity_can_be_checked(world: World) -> bool:
    rules = [rule("rate", 0, {"RateBasedStatement": {"Limit": 10, "AggregateKeyType": "IP"}})]
    return bool(client("wafv2").check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"] == 2)


@behaviour(f"{_WAF}/developerguide/web-acl-processing-order.html")
def two_rules_cannot_share_a_priority(world: World) -> bool:
    rules = [rule("a", 0, contains("/a")), rule("b", 0, contains("/b"))]
    return refused(lambda: guarded(*rules), "WAFInvalidParameterException")


@behaviour(f"{_WAF}/APIReference/API_CreateWebACL.html")
def web_acls_for_cloudfront_are_made_in_us_east_1(world: World) -> bool:
    told = {"Name": "x", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("x")}
    return refused(
        lambda: client("wafv2", "eu-west-1").create_web_acl(**told, Rules=[]), "WAFInvalidParameterException"
    )


@behaviour(f"{_WAF}/APIReference/API_DeleteWebACL.html")
def a_web_acl_in_use_cannot_be_deleted(world: World) -> bool:
    _, acl = guarded()
    told = {"Name": acl["Name"], "Id": acl["Id"], "Scope": "REGIONAL", "LockToken": acl["LockToken"]}
    return refused(lambda: client("wafv2").delete_web_acl(**told), "WAFAssociatedItemException")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
