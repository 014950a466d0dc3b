"""Certificates on the lab's clock: issued, used, renewed or not."""

from __future__ import annotations

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from course import lab


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def zone():
    return boto3.client("route53").create_hosted_zone(Name="lumen.example", CallerReference="1")["HostedZone"]["Id"]


def about(arn):
    return boto3.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]


def prove(zone, arn, action="UPSERT"):
    records = {
        one["ResourceRecord"]["Name"]: one["ResourceRecord"]["Value"] for one in about(arn)["DomainValidationOptions"]
    }
    changes = [
        {
            "Action": action,
            "ResourceRecordSet": {"Name": name, "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": value}]},
        }
        for name, value in records.items()
    ]
    boto3.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def requested(name="shop.lumen.example", **more):
    more = {"ValidationMethod": "DNS", **more}
    return boto3.client("acm").request_certificate(DomainName=name, **more)["CertificateArn"]


def listener(arn):
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    balancer = elb.create_load_balancer(Name=lab.unique_name("lb"), Subnets=subnets)["LoadBalancers"][0]
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    made = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[action],
    )["Listeners"][0]
    return balancer["LoadBalancerArn"], made["ListenerArn"]


def issued(zone, **more):
    arn = requested(**more)
    prove(zone, arn)
    boto3.client("acm").get_waiter("certificate_validated").wait(CertificateArn=arn)
    return arn


def code(call, **given):
    with pytest.raises(ClientError) as refused:
        call(**given)
    return refused.value.response["Error"]["Code"]


def test_time_alone_issues_nothing_and_after_72_hours_it_is_over():
    arn = requested()
    lab.clock.advance(hours=71)
    assert about(arn)["Status"] == "PENDING_VALIDATION"
    lab.clock.advance(hours=2)
    assert about(arn)["Status"] == "VALIDATION_TIMED_OUT"


def test_the_record_issues_a_certificate_of_198_days(zone):
    found = about(issued(zone))
    assert found["Status"] == "ISSUED"
    assert found["NotAfter"] - found["NotBefore"] == dt.timedelta(days=198)


def test_every_name_wants_its_record_and_a_wildcard_shares_its_parents(zone):
    arn = requested(SubjectAlternativeNames=["*.shop.lumen.example", "www.lumen.example"])
    names = [one["ResourceRecord"]["Name"] for one in about(arn)["DomainValidationOptions"]]
    assert len(names) == 3 and len(set(names)) == 2


def test_a_record_in_a_private_zone_proves_nothing():
    vpc = boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    private = boto3.client("route53").create_hosted_zone(
        Name="lumen.example",
        CallerReference="2",
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "us-east-1", "VPCId": vpc},
    )["HostedZone"]["Id"]
    arn = requested()
    prove(private, arn)
    lab.clock.advance(hours=1)
    assert about(arn)["Status"] == "PENDING_VALIDATION"


def test_one_in_use_is_renewed_45_days_before_it_ends_and_keeps_its_arn(zone):
    arn = issued(zone)
    listener(arn)
    ends, serial = about(arn)["NotAfter"], about(arn)["Serial"]
    lab.clock.advance(days=152)
    assert about(arn)["NotAfter"] == ends
    lab.clock.advance(days=2)
    found = about(arn)
    assert found["RenewalSummary"]["RenewalStatus"] == "SUCCESS" and found["Serial"] != serial
    assert (found["NotAfter"] - ends).days in (152, 153)


def test_without_the_record_it_waits_and_is_renewed_when_the_record_is_back(zone):
    arn = issued(zone)
    listener(arn)
    prove(zone, arn, "DELETE")
    lab.clock.advance(days=160)
    assert about(arn)["RenewalSummary"]["RenewalStatus"] == "PENDING_VALIDATION"
    prove(zone, arn)
    lab.clock.advance(minutes=10)
    assert about(arn)["RenewalSummary"]["RenewalStatus"] == "SUCCESS"


def test_one_that_nobody_uses_expires(zone):
    arn = issued(zone)
    assert about(arn)["RenewalEligibility"] == "INELIGIBLE"
    lab.clock.advance(days=199)
    assert about(arn)["Status"] == "EXPIRED"


def test_one_in_use_cannot_be_deleted_until_the_listener_is_gone(zone):
    acm, arn = boto3.client("acm"), issued(zone)
    balancer, made = listener(arn)
    assert about(arn)["InUseBy"] == [balancer]
    assert code(acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    boto3.client("elbv2").delete_listener(ListenerArn=made)
    acm.delete_certificate(CertificateArn=arn)


def test_a_listener_takes_no_certificate_that_is_not_issued(zone):
    arn = requested()
    assert code(listener, arn=arn) == "UnsupportedCertificate"


def pair(name="own.example"):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(*form)


def test_an_import_wants_the_key_of_the_certificate_and_is_never_renewed():
    acm, (certificate, key), (_, other) = boto3.client("acm"), pair(), pair()
    assert code(acm.import_certificate, Certificate=certificate, PrivateKey=other) == "ValidationException"
    arn = acm.import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    listener(arn)
    assert about(arn)["RenewalEligibility"] == "INELIGIBLE"


def test_cloudfront_wants_its_certificate_in_us_east_1(zone):
    acm = boto3.client("acm", region_name="eu-west-1")
    arn = acm.request_certificate(DomainName="www.lumen.example", ValidationMethod="DNS")["CertificateArn"]
    assert code(distribution, arn=arn) == "InvalidViewerCertificate"
    distribution(arn=issued(zone))


def distribution(arn):
    origin = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return boto3.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": lab.unique_name("d"),
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "o", "DomainName": "o.example", "CustomOriginConfig": origin}],
            },
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
            "ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only"},
        }
    )


def test_a_mail_is_read_by_nobody():
    arn = requested(ValidationMethod="EMAIL")
    rows = about(arn)["DomainValidationOptions"]
    assert "admin@shop.lumen.example" in rows[0]["ValidationEmails"] and "ResourceRecord" not in rows[0]
    lab.clock.advance(hours=1)
    assert about(arn)["Status"] == "PENDING_VALIDATION"
