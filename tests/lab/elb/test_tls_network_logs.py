"""Certificates, network load balancers, logs and metrics."""

import datetime as dt
import gzip
import json
import shlex

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from course import lab


def certificate(name):
    """A certificate that is imported: self-signed, for one name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = lab.clock.now()
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now).not_valid_after(now + dt.timedelta(days=90))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return boto3.client("acm").import_certificate(Certificate=pem, PrivateKey=secret)["CertificateArn"]


@pytest.fixture
def secure(site):
    """An HTTPS listener with a certificate of the lab for each of the names."""

    def make(default, *others):
        arns = {name: certificate(name) for name in (default, *others)}
        shop = site.balancer(site.targets(site.server()), protocol="HTTPS", port=443,
                             Certificates=[{"CertificateArn": arns[default]}])  # fmt: skip
        for name in others:
            site.elb.add_listener_certificates(ListenerArn=shop.listener, Certificates=[{"CertificateArn": arns[name]}])
        return shop, arns

    return make


def alias(name, shop):
    names = boto3.client("route53")
    zone = names.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
    for record in (name, f"www.{name}"):
        target = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": shop.name, "EvaluateTargetHealth": False}
        change = {"Action": "CREATE", "ResourceRecordSet": {"Name": record, "Type": "A", "AliasTarget": target}}
        names.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


def test_the_name_in_the_handshake_chooses_the_certificate(secure):
    shop, _ = secure("one.example", "two.example", "*.two.example")
    for name in ("one.example", "two.example"):
        alias(name, shop)
    assert lab.http("GET", "https://one.example/").ok
    assert lab.http("GET", "https://two.example/").ok
    assert lab.http("GET", "https://www.two.example/").ok
    with pytest.raises(OSError, match=r"made out to one\.example, not to www\.one\.example"):
        lab.http("GET", "https://www.one.example/")


def policy(bucket, **principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject",
                 "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/*"}  # fmt: skip
    boto3.client("s3").put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def switch_on(site, shop, bucket):
    rows = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket}
    site.elb.modify_load_balancer_attributes(
        LoadBalancerArn=shop.arn, Attributes=[{"Key": key, "Value": value} for key, value in rows.items()]
    )


def test_logs_need_the_buckets_leave(site):
    boto3.client("s3").create_bucket(Bucket="lumen-logs")
    shop = site.balancer(site.targets(site.server()))
    with pytest.raises(ClientError, match="Access Denied for bucket: lumen-logs"):
        switch_on(site, shop, "lumen-logs")


@pytest.mark.parametrize(
    "principal", [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, {"AWS": "127311923021"}]
)
def test_each_request_leaves_a_line(site, principal):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lumen-logs")
    policy("lumen-logs", **principal)
    server = site.server(seconds=0.25)
    shop = site.balancer(site.targets(server))
    switch_on(site, shop, "lumen-logs")
    assert s3.list_objects_v2(Bucket="lumen-logs")["Contents"][0]["Key"].endswith("ELBAccessLogTestFile")
    shop.get("/photos?id=7")
    lab.serve(server, 80, None)
    shop.get("/photos?id=8")
    lab.clock.advance(minutes=5)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="lumen-logs")["Contents"]]
    lines = [
        line
        for key in keys
        if key.endswith(".log.gz")
        for line in gzip.decompress(s3.get_object(Bucket="lumen-logs", Key=key)["Body"].read()).decode().splitlines()
    ]
    good, bad = sorted((shlex.split(line) for line in lines), key=lambda one: one[12])
    assert len(good) == len(bad) == 30
    assert (good[0], good[3].partition(":")[0], good[6], good[8:10]) == ("http", "203.0.113.7", "0.250", ["200", "200"])
    assert good[12] == f"GET http://{shop.name}:80/photos?id=7 HTTP/1.1"
    assert (bad[6], bad[8:10], bad[22]) == ("-1", ["502", "-"], "forward")
    assert all(
        key.startswith("AWSLogs/123456789012/elasticloadbalancing/us-east-1/") for key in keys if "log.gz" in key
    )


def measured(shop, name, statistic="Sum"):
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB", MetricName=name, Statistics=[statistic], Period=3600,
        StartTime=lab.clock.now() - dt.timedelta(hours=1), EndTime=lab.clock.now() + dt.timedelta(hours=1),
        Dimensions=[{"Name": "LoadBalancer", "Value": shop.arn.partition("loadbalancer/")[2]}],
    )["Datapoints"]  # fmt: skip
    return max((one[statistic] for one in found), default=0)


def test_requests_are_measured(site):
    server = site.server(seconds=0.5)
    shop = site.balancer(site.targets(server))
    shop.who(3)
    lab.serve(server, 80, lambda request: (500, "?"), seconds=0.5)
    shop.get()
    lab.clock.advance(minutes=2)
    assert measured(shop, "RequestCount") == 4
    assert (measured(shop, "HTTPCode_Target_2XX_Count"), measured(shop, "HTTPCode_Target_5XX_Count")) == (3, 1)
    assert measured(shop, "HTTPCode_ELB_5XX_Count") == 0
    assert measured(shop, "TargetResponseTime", "Average") == pytest.approx(0.5)
    assert measured(shop, "UnHealthyHostCount", "Maximum") == 1


def test_a_network_balancer_keeps_the_clients_address(site):
    server = site.server(lambda request: f"{request.source_ip} {request.headers.get('X-Forwarded-For', '-')}")
    shop = site.balancer(site.targets(server, protocol="TCP"), kind="network", protocol="TCP")
    assert shop.get(source_ip="198.51.100.77").body == "198.51.100.77 -"
    assert ":loadbalancer/net/" in shop.arn


def test_a_network_balancer_answers_at_its_elastic_addresses(site):
    given = [site.ec2.allocate_address(Domain="vpc") for _ in range(2)]
    pairs = zip(site.subnets, given, strict=False)
    mappings = [{"SubnetId": subnet, "AllocationId": one["AllocationId"]} for subnet, one in pairs]
    made = site.elb.create_load_balancer(Name="fixed", Type="network", SubnetMappings=mappings)["LoadBalancers"][0]
    group = site.targets(site.server(), site.server(zone=1), protocol="TCP")
    action = {"Type": "forward", "TargetGroupArn": group}
    arn = made["LoadBalancerArn"]
    site.elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[action])
    lab.clock.advance(seconds=31)
    assert all(lab.http("GET", f"http://{one['PublicIp']}/").ok for one in given)


def test_an_application_balancer_behind_a_network_one(site):
    inner = site.balancer(site.targets(site.server(lambda request: "from inside")))
    group = site.targets(kind="alb", protocol="TCP")
    site.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": inner.arn, "Port": 80}])
    outer = site.balancer(group, kind="network", protocol="TCP")
    assert outer.get().body == "from inside"


def test_flows_go_to_several_targets_and_stickiness_keeps_a_client(site):
    group = site.targets(*(site.server() for _ in range(4)), protocol="TCP")
    shop = site.balancer(group, kind="network", protocol="TCP", zones=1)
    assert len(set(shop.who(30))) == 4
    site.attributes(group, stickiness__enabled="true", stickiness__type="source_ip")
    assert len(set(shop.who(10))) == 1
