# %% [markdown]
# Answers to 11-security/04-certificates-and-edge: for each exercise other right answers and typical wrong ones.


# %% right="verify-chain"
def objection(leaf_pem, root_pem, host, now):
    leaf, root = (x509.load_pem_x509_certificate(text.encode()) for text in (leaf_pem, root_pem))
    from cryptography.x509.verification import PolicyBuilder, Store

    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    names = extension.value.get_values_for_type(x509.DNSName)
    policy = PolicyBuilder().store(Store([root])).time(leaf.not_valid_before_utc + dt.timedelta(seconds=1))
    try:
        policy.build_server_verifier(x509.DNSName(names[0])).verify(leaf, [])
    except Exception:
        return "chain"
    if host not in names:
        return "name"
    return "" if leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc else "dates"


# %% wrong="verify-chain" says="Another root of the same name"
def objection(leaf_pem, root_pem, host, now):
    leaf, root = (x509.load_pem_x509_certificate(text.encode()) for text in (leaf_pem, root_pem))
    if leaf.issuer != root.subject:
        return "chain"
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if host not in extension.value.get_values_for_type(x509.DNSName):
        return "name"
    return "" if leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc else "dates"


# %% wrong="verify-chain" says="The common name, which is no host name"
def objection(leaf_pem, root_pem, host, now):
    leaf, root = (x509.load_pem_x509_certificate(text.encode()) for text in (leaf_pem, root_pem))
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:
        return "chain"
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if host not in str(extension.value):
        return "name"
    return "" if leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc else "dates"


# %% wrong="verify-chain" says="A day too early"
def objection(leaf_pem, root_pem, host, now):
    leaf, root = (x509.load_pem_x509_certificate(text.encode()) for text in (leaf_pem, root_pem))
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:
        return "chain"
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if host not in extension.value.get_values_for_type(x509.DNSName):
        return "name"
    return "" if now <= leaf.not_valid_after_utc else "dates"


# %% wrong="verify-chain" says="A good certificate"
from cryptography.exceptions import InvalidSignature


def objection(leaf_pem: str, root_pem: str, host: str, now: dt.datetime) -> str:
    leaf = x509.load_pem_x509_certificate(leaf_pem.encode())
    root = x509.load_pem_x509_certificate(root_pem.encode())
    try:
        leaf.verify_directly_issued_by(root)
    except (ValueError, InvalidSignature):
        return "chain"
    sans = [leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value]
    if host not in sans:
        return "name"
    if now < leaf.not_valid_before_utc or now > leaf.not_valid_after_utc:
        return "dates"
    return ""


# %% wrong="verify-chain" says="A day too early"
from cryptography.exceptions import InvalidSignature


def objection(leaf_pem: str, root_pem: str, host: str, now: dt.datetime) -> str:
    leaf = x509.load_pem_x509_certificate(leaf_pem.encode())
    root = x509.load_pem_x509_certificate(root_pem.encode())
    try:
        leaf.verify_directly_issued_by(root)
    except (ValueError, InvalidSignature):
        return "chain"
    sans = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    if host not in sans:
        return "name"
    if now > leaf.not_valid_after_utc:
        return "dates"
    return ""


# %% wrong="verify-chain" says="ValueError"
from cryptography.exceptions import InvalidSignature


def objection(leaf_pem: str, root_pem: str, host: str, now: dt.datetime) -> str:
    leaf = x509.load_pem_x509_certificate(leaf_pem.encode())
    root = x509.load_pem_x509_certificate(root_pem.encode())
    try:
        leaf.verify_directly_issued_by(root)
    except InvalidSignature:
        return "chain"
    sans = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    if host not in sans:
        return "name"
    if now < leaf.not_valid_before_utc or now > leaf.not_valid_after_utc:
        return "dates"
    return ""


# %% wrong="verify-chain" says="Another host, too late"
def objection(leaf_pem, root_pem, host, now):
    from cryptography.exceptions import InvalidSignature

    leaf = x509.load_pem_x509_certificate(leaf_pem.encode())
    root = x509.load_pem_x509_certificate(root_pem.encode())
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        return "dates"
    if host not in leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    ):
        return "name"
    try:
        leaf.verify_directly_issued_by(root)
    except (ValueError, InvalidSignature):
        return "chain"
    return ""


# %% right="renewals"
days_between, renewals = 198 - 45, 4

# %% wrong="renewals" says="Days from one issue to the next"
days_between, renewals = 198, 3

# %% wrong="renewals" says="The first certificate is no renewal"
days_between, renewals = 153, 5


# %% right="secure-site"
def secure(domain, zone_id, balancer, targets):
    names = [f"www.{domain}", domain]
    own = acm.request_certificate(
        DomainName=names[0], SubjectAlternativeNames=names, ValidationMethod="DNS", IdempotencyToken="one"
    )["CertificateArn"]
    records = {row["ResourceRecord"]["Name"]: row["ResourceRecord"] for row in about(own)["DomainValidationOptions"]}
    rows = [
        {"Name": n, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": r["Value"]}]} for n, r in records.items()
    ]
    route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": r} for r in rows]}
    )
    while about(own)["Status"] != "ISSUED":
        lab.clock.advance(minutes=1)
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
    )
    groups = {"TargetGroups": [{"TargetGroupArn": targets, "Weight": 1}]}
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": own}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets, "ForwardConfig": groups}],
    )
    return own


# %% wrong="secure-site" says="does not cover www."
def secure(domain, zone_id, balancer, targets):
    own = proven(domain, zone_id)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": own}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    return own


# %% wrong="secure-site" says="The CNAME must stay in the zone"
def secure(domain, zone_id, balancer, targets):
    own = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    options = about(own)["DomainValidationOptions"]
    for option in options:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=own)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": own}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
    )
    for option in options:
        set_record(zone_id, option["ResourceRecord"], "DELETE")
    return own


# %% wrong="secure-site" says="must redirect"
def secure(domain, zone_id, balancer, targets):
    own = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(own)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=own)
    for protocol, port in (("HTTPS", 443), ("HTTP", 80)):
        certificates = {"Certificates": [{"CertificateArn": own}]} if port == 443 else {}
        elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol=protocol,
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
            **certificates,
        )
    return own


# %% right="secure-site"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"*.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(arn)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
        ],
    )
    return arn


# %% right="secure-site"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(arn)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": targets}]}}],
    )
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
        ],
    )
    return arn


# %% wrong="secure-site" says="Without a port it keeps the old one"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(arn)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}],
    )
    return arn


# %% wrong="secure-site" says="it should keep host and path"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(arn)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "Path": "/", "StatusCode": "HTTP_301"},
            }
        ],
    )
    return arn


# %% wrong="secure-site" says="CertificateValidated failed"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[f"www.{domain}"], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    for option in about(arn)["DomainValidationOptions"][:1]:
        set_record(zone_id, option["ResourceRecord"])
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
        ],
    )
    return arn


# %% right="will-not-renew"
def needs_care(arns, zone_id):
    rows = route53.list_resource_record_sets(HostedZoneId=zone_id, MaxItems="300")["ResourceRecordSets"]
    values = {one["Value"] for row in rows for one in row.get("ResourceRecords", [])}
    said = {}
    for arn in arns:
        shown = about(arn)
        wanted = {
            one["ResourceRecord"]["Value"]
            for one in shown.get("DomainValidationOptions", [])
            if "ResourceRecord" in one
        }
        if shown["Type"] == "IMPORTED":
            said[arn] = "imported"
        elif shown["RenewalEligibility"] == "INELIGIBLE":
            said[arn] = "unused"
        elif wanted - values:
            said[arn] = "record gone"
    return said


# %% wrong="will-not-renew" says="will not renew itself (record gone)"
def needs_care(arns, zone_id):
    said = {}
    for arn in arns:
        shown = about(arn)
        if shown["Type"] == "IMPORTED":
            said[arn] = "imported"
        elif shown["RenewalEligibility"] == "INELIGIBLE":
            said[arn] = "unused"
    return said


# %% wrong="will-not-renew" says="The reason for pay."
def needs_care(arns, zone_id):
    rows = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    names = {row["Name"] for row in rows}
    said = {}
    for arn in arns:
        shown = about(arn)
        if shown["RenewalEligibility"] == "INELIGIBLE":
            said[arn] = "unused"
        elif any(one["ResourceRecord"]["Name"] not in names for one in shown["DomainValidationOptions"]):
            said[arn] = "record gone"
    return said


# %% wrong="will-not-renew" says="will not renew itself (record gone)"
def needs_care(arns: list[str], zone_id: str) -> dict[str, str]:
    there = set()
    for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id):
        for r in page["ResourceRecordSets"]:
            if r["Type"] == "CNAME":
                there.add(r["Name"].rstrip("."))
    out = {}
    for arn in arns:
        c = about(arn)
        if c["Type"] == "IMPORTED":
            out[arn] = "imported"
        elif not c["InUseBy"]:
            out[arn] = "unused"
        elif any(o["ResourceRecord"]["Name"].rstrip(".") not in there for o in c["DomainValidationOptions"][:1]):
            out[arn] = "record gone"
    return out


# %% wrong="will-not-renew" says="will not renew itself (record gone)"
def needs_care(arns: list[str], zone_id: str) -> dict[str, str]:
    there = set()
    for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id):
        for r in page["ResourceRecordSets"]:
            if r["Type"] == "CNAME":
                there.add(r["Name"].rstrip("."))
    out = {}
    for arn in arns:
        c = about(arn)
        if c["Type"] == "IMPORTED":
            out[arn] = "imported"
        elif not c["InUseBy"]:
            out[arn] = "unused"
        elif all(o["ResourceRecord"]["Name"].rstrip(".") not in there for o in c["DomainValidationOptions"]):
            out[arn] = "record gone"
    return out


# %% right="edge-region"
def publish(domain, zone_id, origin):
    own = proven(domain, zone_id)
    config = {
        "CallerReference": lab.unique_name(domain),
        "Comment": domain,
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [domain]},
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": origin,
                    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                }
            ],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
        "ViewerCertificate": {
            "ACMCertificateArn": own,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }
    return boto3.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["ARN"]


# %% wrong="edge-region" says="attach a trusted certificate"
def publish(domain, zone_id, origin):
    config = {
        "CallerReference": lab.unique_name(domain),
        "Comment": domain,
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [domain]},
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": origin,
                    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                }
            ],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    }
    return boto3.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["ARN"]


# %% wrong="edge-region" says="that costs 600 USD a month"
def publish(domain, zone_id, origin):
    own = proven(domain, zone_id)
    config = {
        "CallerReference": lab.unique_name(domain),
        "Comment": domain,
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [domain]},
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": origin,
                    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                }
            ],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
        "ViewerCertificate": {"ACMCertificateArn": own, "SSLSupportMethod": "vip"},
    }
    return boto3.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["ARN"]


# %% right="shop-rules"
def shop_rules(office):
    plain = [{"Priority": 0, "Type": "NONE"}]
    admin = {
        "ByteMatchStatement": {
            "SearchString": b"/live/admin",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": plain,
        }
    }
    office_set = {"IPSetReferenceStatement": {"ARN": office}}
    managed = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet"}}
    common = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "ExcludedRules": [{"Name": "SizeRestrictions_BODY"}],
        }
    }
    return [
        rule("sql-first", 0, managed, "None"),
        rule("common-next", 1, common, "None"),
        rule("office-in", 2, {"AndStatement": {"Statements": [admin, office_set]}}, "Allow"),
        rule("others-out", 3, admin),
    ]


# %% wrong="shop-rules" says="SQL injection from the office"
def shop_rules(office):
    plain = [{"Priority": 0, "Type": "NONE"}]
    admin = {
        "ByteMatchStatement": {
            "SearchString": "/live/admin",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": plain,
        }
    }
    sql = {
        "SqliMatchStatement": {
            "FieldToMatch": {"QueryString": {}},
            "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
        }
    }
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
        }
    }
    return [
        rule("office", 0, {"IPSetReferenceStatement": {"ARN": office}}, "Allow"),
        rule("admin", 1, admin),
        rule("sql", 2, sql),
        rule("common", 3, group, "None"),
    ]


# %% wrong="shop-rules" says="A photo of 9,000 bytes"
def shop_rules(office):
    group = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
    return [rule("common", 0, group, "None")]


# %% wrong="shop-rules" says="SQL injection (GET"
def shop_rules(office):
    plain = [{"Priority": 0, "Type": "NONE"}]
    admin = {
        "ByteMatchStatement": {
            "SearchString": "/live/admin",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": plain,
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    sql = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": plain}}
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
        }
    }
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sql", 1, sql),
        rule("common", 2, group, "None"),
    ]


# %% wrong="shop-rules" says="A request without User-Agent"
def shop_rules(office):
    plain = [{"Priority": 0, "Type": "NONE"}]
    decode = [{"Priority": 0, "Type": "URL_DECODE"}]
    admin = {
        "ByteMatchStatement": {
            "SearchString": "/live/admin",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": plain,
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    body = {"Body": {"OversizeHandling": "CONTINUE"}}
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sql", 1, {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": decode}}),
        rule("script", 2, {"XssMatchStatement": {"FieldToMatch": body, "TextTransformations": plain}}),
    ]


# %% wrong="shop-rules" says="A stranger at /admin itself"
def shop_rules(office: str) -> list[dict]:
    def text(kind):
        return [{"Priority": 0, "Type": kind}]

    admin = {
        "ByteMatchStatement": {
            "SearchString": b"/live/admin/",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": text("NONE"),
            "PositionalConstraint": "STARTS_WITH",
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    sqli = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": text("URL_DECODE")}}
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
        }
    }
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sqli", 1, sqli),
        rule("crs", 2, group, "None"),
    ]


# %% wrong="shop-rules" says="A script from the office"
def shop_rules(office: str) -> list[dict]:
    def text(kind):
        return [{"Priority": 0, "Type": kind}]

    admin = {
        "ByteMatchStatement": {
            "SearchString": b"/live/admin",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": text("NONE"),
            "PositionalConstraint": "STARTS_WITH",
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    sqli = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": text("URL_DECODE")}}
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "ScopeDownStatement": outside,
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
        }
    }
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sqli", 1, sqli),
        rule("crs", 2, group, "None"),
    ]


# %% wrong="shop-rules" says="A page of help about /admin"
def shop_rules(office: str) -> list[dict]:
    def text(kind):
        return [{"Priority": 0, "Type": kind}]

    admin = {
        "ByteMatchStatement": {
            "SearchString": b"admin",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": text("NONE"),
            "PositionalConstraint": "CONTAINS",
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    sqli = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": text("URL_DECODE")}}
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
        }
    }
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sqli", 1, sqli),
        rule("crs", 2, group, "None"),
    ]


# %% wrong="shop-rules" says="A script and a photo"
def shop_rules(office: str) -> list[dict]:
    def text(kind):
        return [{"Priority": 0, "Type": kind}]

    admin = {
        "ByteMatchStatement": {
            "SearchString": b"/live/admin",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": text("NONE"),
            "PositionalConstraint": "STARTS_WITH",
        }
    }
    outside = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": office}}}}
    sqli = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": text("URL_DECODE")}}
    group = {
        "ManagedRuleGroupStatement": {
            "VendorName": "AWS",
            "Name": "AWSManagedRulesCommonRuleSet",
            "RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Allow": {}}}],
        }
    }
    return [
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sqli", 1, sqli),
        rule("crs", 2, group, "None"),
    ]


# %% right="login-rate"
def login_rule():
    path = {
        "RegexMatchStatement": {
            "RegexString": "^/live/login",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    limit = {
        "AggregateKeyType": "CUSTOM_KEYS",
        "CustomKeys": [{"IP": {}}],
        "Limit": 20,
        "EvaluationWindowSec": 60,
        "ScopeDownStatement": path,
    }
    return rule("guess", 5, {"RateBasedStatement": limit})


# %% wrong="login-rate" says="Of 60 looks at the timetable"
def login_rule():
    limit = {"Limit": 20, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}
    return rule("login", 0, {"RateBasedStatement": limit})


# %% wrong="login-rate" says="After a quiet minute"
def login_rule():
    path = {
        "ByteMatchStatement": {
            "SearchString": "/live/login",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    limit = {"Limit": 20, "AggregateKeyType": "IP", "ScopeDownStatement": path}
    return rule("login", 0, {"RateBasedStatement": limit})


# %% wrong="login-rate" says="Of 15 logins of another address"
def login_rule():
    path = {
        "ByteMatchStatement": {
            "SearchString": "/live/login",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    limit = {"Limit": 20, "EvaluationWindowSec": 60, "AggregateKeyType": "CONSTANT", "ScopeDownStatement": path}
    return rule("login", 0, {"RateBasedStatement": limit})


# %% wrong="login-rate" says="Of 30 looks at /live/help/login"
def login_rule() -> dict:
    return rule(
        "login",
        0,
        {
            "RateBasedStatement": {
                "Limit": 20,
                "EvaluationWindowSec": 60,
                "AggregateKeyType": "IP",
                "ScopeDownStatement": {
                    "ByteMatchStatement": {
                        "SearchString": b"login",
                        "FieldToMatch": {"UriPath": {}},
                        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                        "PositionalConstraint": "CONTAINS",
                    }
                },
            }
        },
    )


# %% wrong="login-rate" says="Of 30 GETs below /live/login"
def login_rule() -> dict:
    return rule(
        "login",
        0,
        {
            "RateBasedStatement": {
                "Limit": 20,
                "EvaluationWindowSec": 60,
                "AggregateKeyType": "IP",
                "ScopeDownStatement": {
                    "ByteMatchStatement": {
                        "SearchString": b"/live/login",
                        "FieldToMatch": {"UriPath": {}},
                        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                        "PositionalConstraint": "EXACTLY",
                    }
                },
            }
        },
    )


# %% wrong="login-rate" says="Of 30 GETs below /live/login"
def login_rule() -> dict:
    return rule(
        "login",
        0,
        {
            "RateBasedStatement": {
                "Limit": 20,
                "EvaluationWindowSec": 60,
                "AggregateKeyType": "IP",
                "ScopeDownStatement": {
                    "AndStatement": {
                        "Statements": [
                            {
                                "ByteMatchStatement": {
                                    "SearchString": b"POST",
                                    "FieldToMatch": {"Method": {}},
                                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                                    "PositionalConstraint": "EXACTLY",
                                }
                            },
                            {
                                "ByteMatchStatement": {
                                    "SearchString": b"/live/login",
                                    "FieldToMatch": {"UriPath": {}},
                                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                                    "PositionalConstraint": "STARTS_WITH",
                                }
                            },
                        ]
                    }
                },
            }
        },
    )


# %% right="waf-bill"
def waf_bill(acls, rules, millions, wcu):
    from math import ceil

    steps = ceil(max(wcu - 1500, 0) / 500)
    return acls * 5 + rules + millions * (0.6 + 0.2 * steps)


# %% wrong="waf-bill" says="two surcharges"
def waf_bill(acls, rules, millions, wcu):
    extra = 1 if wcu > 1500 else 0
    return acls * 5 + rules + millions * (0.6 + 0.2 * extra)


# %% wrong="waf-bill" says="The same with 1,600 WCU"
def waf_bill(acls, rules, millions, wcu):
    return acls * 5 + rules + millions * (0.6 + 0.2 * ((max(wcu, 1500) - 1500) // 500))


# %% wrong="waf-bill" says="700 WCU, which are included"
def waf_bill(acls: int, rules: int, millions: float, wcu: int) -> float:
    extra = -(-(wcu - 1500) // 500)
    return (
        acls * facts.price("waf", "web-acl-month")
        + rules * facts.price("waf", "rule-month")
        + millions * (facts.price("waf", "requests") + extra * facts.price("waf", "wcu-surcharge"))
    )


# %% wrong="waf-bill" says="each request meets one of them"
def waf_bill(acls: int, rules: int, millions: float, wcu: int) -> float:
    extra = max(0, -(-(wcu - 1500) // 500))
    return (
        acls * facts.price("waf", "web-acl-month")
        + rules * facts.price("waf", "rule-month")
        + millions * (facts.price("waf", "requests") + acls * extra * facts.price("waf", "wcu-surcharge"))
    )


# %% right="who-stops-it"
stopped_by = {
    "half-open TCP connections by the million": "shield standard",
    "answers of open NTP servers, sent to our address": "shield standard",
    "one machine asks for /search 500 times a second": "rate rule",
    "one request carries ' UNION SELECT card FROM users": "match rule",
    "we want experts on the telephone during an attack": "shield advanced",
    "a flood of DNS queries to Route 53": "shield standard",
}


def advanced_year(accounts, gb):
    return 36_000 + 12 * gb * 0.025


# %% wrong="who-stops-it" says="'one machine asks ...': 'shield standard' is too weak"
stopped_by = {
    "half-open TCP connections by the million": "shield standard",
    "answers of open NTP servers, sent to our address": "shield standard",
    "one machine asks for /search 500 times a second": "shield standard",
    "one request carries ' UNION SELECT card FROM users": "match rule",
    "we want experts on the telephone during an attack": "shield advanced",
    "a flood of DNS queries to Route 53": "shield standard",
}


def advanced_year(accounts, gb):
    return 36_000 + 12 * gb * 0.025


# %% wrong="who-stops-it" says="Twelve accounts of one organisation"
stopped_by = {
    "half-open TCP connections by the million": "shield standard",
    "answers of open NTP servers, sent to our address": "shield standard",
    "one machine asks for /search 500 times a second": "rate rule",
    "one request carries ' UNION SELECT card FROM users": "match rule",
    "we want experts on the telephone during an attack": "shield advanced",
    "a flood of DNS queries to Route 53": "shield standard",
}


def advanced_year(accounts, gb):
    return accounts * 36_000 + 12 * gb * 0.025
