# ---
# jupyter:
#   course:
#     exam:
#     - '2.2'
#     - '2.3'
#     minutes: 75
#     practises:
#       edge-region:
#       - acm.integrations-and-regions
#       login-rate:
#       - waf.web-acl-and-rules
#       renewals:
#       - acm.certificate-lifetimes
#       secure-site:
#       - acm.request-validate-renew
#       - acm.tls-termination
#       - acm.integrations-and-regions
#       shop-rules:
#       - waf.web-acl-and-rules
#       verify-chain:
#       - acm.tls-and-certificate-authorities
#       - acm.private-ca
#       - encryption.in-flight
#       waf-bill:
#       - waf.pricing
#       who-stops-it:
#       - shield.standard-and-advanced
#       will-not-renew:
#       - acm.request-validate-renew
#     services:
#     - acm
#     - acm-pca
#     - wafv2
#     - shield
#     - elbv2
#     title: Certificates and the edge
#     topics:
#     - encryption.in-flight
#     - acm.tls-and-certificate-authorities
#     - acm.certificate-lifetimes
#     - acm.request-validate-renew
#     - acm.integrations-and-regions
#     - acm.tls-termination
#     - acm.private-ca
#     - waf.web-acl-and-rules
#     - waf.pricing
#     - shield.standard-and-advanced
# ---

# %% [markdown]
# # Certificates and the edge
#
# Tern is a small ferry company. It sells tickets on its web site, and its ticket printers talk to a server that only
# they know. After this lesson you can give all of them **certificates** that renew themselves (or know why one will
# not), and put a **firewall for web requests** in front of the shop that stops attacks and lets passengers through.

# %% setup="start"
import datetime as dt
import hashlib

import boto3
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("11-security/04-certificates-and-edge")
lab.start()
acm = boto3.client("acm")
waf = boto3.client("wafv2")
route53 = boto3.client("route53")
elb = boto3.client("elbv2")
ec2 = boto3.client("ec2")

# %% [markdown]
# ## What a certificate says
#
# A certificate is a signed statement: *this public key belongs to this name, until this day*. The signer is a
# **certificate authority** (CA). When a browser opens `https://`, the server shows its certificate, and the two agree
# on keys for **TLS** (the successor of SSL; many people still say SSL). From then on nobody on the way can read or
# change what they say.
#
# Browsers trust some dozens of public CAs: DigiCert, GlobalSign, Let's Encrypt, Amazon and others. Machines of your
# own may also trust a private one. Tern makes such a CA with **AWS Private CA**.

# %% setup="private-ca"
pca = boto3.client("acm-pca")


def new_authority(name: str) -> tuple[str, str]:
    """A root CA that is ready to issue: its ARN, and its own certificate as PEM text."""
    arn = pca.create_certificate_authority(
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration={
            "KeyAlgorithm": "EC_prime256v1",
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Subject": {"Organization": "Tern", "CommonName": name},
        },
    )["CertificateAuthorityArn"]
    request = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]
    root = issued_by(arn, request.encode(), 3650, "RootCACertificate/V1")
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=root.encode())
    return arn, root


def issued_by(authority: str, request: bytes, days: int, template: str) -> str:
    """Let a CA sign a certificate request; the certificate as PEM text."""
    made = pca.issue_certificate(
        CertificateAuthorityArn=authority,
        Csr=request,
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn=f"arn:aws:acm-pca:::template/{template}",
        Validity={"Type": "DAYS", "Value": days},
    )["CertificateArn"]
    return pca.get_certificate(CertificateAuthorityArn=authority, CertificateArn=made)["Certificate"]


def certificate_for(name: str, authority: str, days: int = 7) -> str:
    """A certificate of a CA for a host name, with a new key that stays here."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name.partition(".")[0])])
    wanted = x509.CertificateSigningRequestBuilder().subject_name(subject)
    wanted = wanted.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    request = wanted.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return issued_by(authority, request, days, "EndEntityCertificate/V1")


# %%
authority, root_pem = new_authority("Tern Root")
printer_pem = certificate_for("printer-7.tern.internal", authority)
printer = x509.load_pem_x509_certificate(printer_pem.encode())
names = printer.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
print("issued by ", printer.issuer.rfc4514_string())
print("valid for ", names.get_values_for_type(x509.DNSName))
print("from/until", printer.not_valid_before_utc.date(), printer.not_valid_after_utc.date())

# %% [markdown]
# The private key never left this machine: we sent a *certificate signing request*, which holds the public key and the
# name, and got the signature back.
#
# A client checks three things before it trusts: the **chain** (did a CA that I trust sign this?), the **name** (is it
# the host I called?) and the **dates**. The names stand in the extension *subject alternative name*; clients
# no longer look at the old *common name*.
#
# ### Your turn: check like a client
#
# Write `objection(leaf_pem, root_pem, host, now)`. It returns the first of these words that applies, or `""`:
# `"chain"` if the root did not sign the certificate, `"name"` if `host` is not among its names, `"dates"` if `now`
# lies before its start or after its end. (No wildcards here.)
#
# <details><summary>Hint</summary>
#
# A certificate has the method `verify_directly_issued_by`, which raises an exception if the other did not sign it: a
# `ValueError` or a `cryptography.exceptions.InvalidSignature`. The names: look at the cell above.
# </details>


# %% exercise="verify-chain"
def objection(leaf_pem: str, root_pem: str, host: str, now: dt.datetime) -> str:
    """Why a client refuses this certificate; nothing if it does not."""
    ### BEGIN SOLUTION
    leaf = x509.load_pem_x509_certificate(leaf_pem.encode())
    root = x509.load_pem_x509_certificate(root_pem.encode())
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:
        return "chain"
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if host not in extension.value.get_values_for_type(x509.DNSName):
        return "name"
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        return "dates"
    return ""
    ### END SOLUTION


# %% check="verify-chain" points=2
with check(
    "verify-chain", needs="objection", right="Chain, name, dates: a client that skips one trusts anybody."
) as expect:
    own, own_root = new_authority("Tern Root")
    # The same name on purpose: a name proves nothing, the signature does.
    _, other_root = new_authority("Tern Root")
    _, strange_root = new_authority("Skerry Root")
    leaf = certificate_for("gate.tern.internal", own)
    today = lab.clock.now() + dt.timedelta(minutes=1)
    expect.equal(objection(leaf, own_root, "gate.tern.internal", today), "", "A good certificate")
    expect.equal(
        objection(leaf, other_root, "gate.tern.internal", today),
        "chain",
        "Another root of the same name, which did not sign it",
    )
    expect.equal(objection(leaf, strange_root, "gate.tern.internal", today), "chain", "A root of another name")
    expect.equal(objection(leaf, own_root, "pay.tern.internal", today), "name", "Another host")
    expect.equal(objection(leaf, own_root, "gate", today), "name", "The common name, which is no host name")
    late, early = today + dt.timedelta(days=8), today - dt.timedelta(days=1)
    expect.equal(objection(leaf, own_root, "gate.tern.internal", late), "dates", "A day too late")
    expect.equal(objection(leaf, own_root, "gate.tern.internal", early), "dates", "A day too early")
    expect.equal(objection(leaf, own_root, "pay.tern.internal", late), "name", "Another host, too late: the first word")
    expect.equal(objection(leaf, other_root, "x.example", late), "chain", "Everything wrong: the first word")
    ### BEGIN HIDDEN TESTS
    buoy = certificate_for("buoy.skerry.internal", own)
    expect.equal(objection(buoy, own_root, "buoy.skerry.internal", today), "", "Another good certificate")
    expect.equal(objection(buoy, own_root, "skerry.internal", today), "name", "A part of the name")
    expect.equal(objection(buoy, strange_root, "buoy.skerry.internal", early), "chain", "Chain before dates")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A private CA has its price
#
# A private CA suits what no browser sees: printers, servers that know each other by certificate (*mutual TLS*),
# signed code. You pay for the CA by the month and for each certificate. In **short-lived mode** the CA is cheaper,
# and its certificates live seven days at most. (Older texts: ACM Private CA; the name is AWS Private CA since 2022.)

# %%
tiers = facts.tiers("private ca", "certificate")


def general(n: float) -> float:
    """USD a month in general mode with n new certificates."""
    ends = [tier.tier_from for tier in tiers[1:]] + [float("inf")]
    parts = [max(0, min(n, end) - tier.tier_from) * tier for tier, end in zip(tiers, ends, strict=True)]
    return facts.price("private ca", "ca-month-general") + sum(parts)


def short_lived(n: float) -> float:
    """USD a month in short-lived mode."""
    each = facts.price("private ca", "certificate-short-lived")
    return facts.price("private ca", "ca-month-short-lived") + n * each


print(f"200 printers, a new certificate each week: {short_lived(200 * 52 / 12):6.2f} USD a month")
print(f"200 printers, one certificate a year:      {general(200 / 12):6.2f} USD a month")

# %% [markdown]
# > **Bill.** A private CA costs from the minute it is active until it is deleted, and deletion waits 7 to 30 days in
# > case you change your mind. Delete test CAs at once: `update_certificate_authority(Status="DISABLED")`, then
# > `delete_certificate_authority`.
#
# ## Shorter and shorter
#
# Public certificates used to live for years. A stolen key is useful to a thief for as long as its certificate lives,
# so the CAs and the browsers agreed on a timetable.

# %%
until_2026, from_2026 = facts.history("acm", "public-ca-max-validity")
from_2027 = facts.limit("acm", "public-ca-max-validity-from-2027-03-15")
from_2029 = facts.limit("acm", "public-ca-max-validity-from-2029-03-15")
days = [until_2026, from_2026, from_2027, from_2029]
begins = [dt.date(2021, 1, 1), dt.date(2026, 3, 15), dt.date(2027, 3, 15), dt.date(2029, 3, 15)]
charts.steps(
    {"most days": (begins, [int(most) for most in days])},
    until=dt.date(2030, 12, 31),
    x_unit="date",
    headline="From one renewal a year to almost eight: nobody will do that by hand",
    x_label="issued on",
    y_label="days a public certificate may live",
    notes=[(begin, int(most), f"{365 / most:.1f} a year") for begin, most in zip(begins, days, strict=True)],
    source=days,
)

# %% [markdown]
# **AWS Certificate Manager** (ACM) issues public certificates and renews them without a person. Since 18 February
# 2026 they live 198 days (before: 395), and ACM begins to renew 45 days before the end. The ARN stays the same, so
# nothing that uses the certificate has to change.
#
# > **Then and now.** Advice to buy a certificate for a year and put a reminder in the calendar is from before 2026.
# > No public CA may issue one for a year now.
#
# ### Your turn: predict the renewals
#
# A certificate of ACM is issued today, and ACM renews it as early as it may. Set `days_between`, the days from one
# issue to the next, and `renewals`, how many times it is renewed in the next 730 days. The check then lets two years
# pass in the lab and counts.
#
# <details><summary>Hint</summary>
#
# The old certificate still has 45 days when the new one begins. Count whole intervals that fit into 730 days.
# </details>

# %% exercise="renewals"
### BEGIN SOLUTION
days_between = facts.limit("acm", "public-validity") - facts.limit("acm", "renewal-starts-before-expiry")
renewals = 730 // days_between
### END SOLUTION

# %% setup="site"
# A load balancer with a target group that speaks plain HTTP, a zone, and a certificate whose record stands in DNS.
subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]


def new_balancer() -> str:
    """The ARN of a new application load balancer without listeners."""
    made = elb.create_load_balancer(Name=lab.unique_name("tern"), Subnets=subnets)
    return made["LoadBalancers"][0]["LoadBalancerArn"]


def new_targets() -> str:
    """The ARN of a target group of servers that speak HTTP on port 8080."""
    name = lab.unique_name("web")
    made = elb.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc)
    return made["TargetGroups"][0]["TargetGroupArn"]


def new_zone(domain: str) -> str:
    """The id of a new public hosted zone."""
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("zone"))
    return made["HostedZone"]["Id"]


def about(arn: str) -> dict:
    """What ACM knows of a certificate; the Region stands in its ARN."""
    client = boto3.client("acm", region_name=arn.split(":")[3])
    return dict(client.describe_certificate(CertificateArn=arn)["Certificate"])


def set_record(zone: str, record: dict, action: str = "UPSERT") -> None:
    """Write (or DELETE) a record that ACM asked for."""
    row = {"Name": record["Name"], "Type": record["Type"], "TTL": 300}
    row["ResourceRecords"] = [{"Value": record["Value"]}]
    change = {"Changes": [{"Action": action, "ResourceRecordSet": row}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)


def proven(domain: str, zone: str) -> str:
    """A certificate for the domain, issued: its ARN."""
    arn = acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    for row in about(arn)["DomainValidationOptions"]:
        set_record(zone, row["ResourceRecord"])
    lab.clock.advance(minutes=5)
    return arn


def used_by_a_listener(arn: str) -> None:
    """Put a certificate on a new load balancer."""
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elb.create_listener(
        LoadBalancerArn=new_balancer(),
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[answer],
    )


# %% check="renewals" points=1
with check(
    "renewals", needs=["days_between", "renewals"], right="Every 153 days, and nobody had to remember."
) as expect:
    watched = proven("calm.tern.example", new_zone("tern.example"))
    used_by_a_listener(watched)
    seen = {about(watched)["NotBefore"]}
    for _ in range(73):
        lab.clock.advance(days=10)
        seen.add(about(watched)["NotBefore"])
    first, second, *_ = sorted(seen)
    expect.close(days_between, (second - first).days, "Days from one issue to the next, as measured", within=0.01)
    expect(
        renewals == len(seen) - 1,
        f"In 730 days the lab saw {len(seen) - 1} renewals, you said {renewals}. The first certificate is no renewal.",
    )
    ### BEGIN HIDDEN TESTS
    expect.equal(int(days_between), 153, "Whole days from one issue to the next")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Request, prove, use
#
# ACM wants to know that the domain is yours. With **DNS validation** it gives you a CNAME record to put into your
# zone. While that record stays there ACM can renew; with e-mail validation a person has to click again each time. A
# request that nobody proves is given up after 72 hours.

# %%
zone = new_zone("ternferries.example")
arn = acm.request_certificate(DomainName="shop.ternferries.example", ValidationMethod="DNS")["CertificateArn"]
lab.clock.advance(hours=1)
print("an hour later:     ", about(arn)["Status"])
record = about(arn)["DomainValidationOptions"][0]["ResourceRecord"]
print("ACM wants          ", record["Name"][:30], "...", record["Type"])
set_record(zone, record)
acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
shown = about(arn)
print("with the record:   ", shown["Status"], "for", (shown["NotAfter"] - shown["NotBefore"]).days, "days")
print("renews by itself?  ", shown["RenewalEligibility"], "- used by", len(shown["InUseBy"]), "resources")

# %% [markdown]
# *Ineligible*: ACM renews only certificates that are **in use** (or were exported). Public certificates cost nothing
# with load balancers, CloudFront, API Gateway and Cognito. They cannot go onto an EC2 instance, unless you pay for an
# *exportable* one.
#
# An `HTTPS` listener of a load balancer **terminates** TLS: it decrypts, and talks to the servers inside the VPC by
# HTTP, which saves their CPU. If rules demand encryption all the way, use an HTTPS target group. One listener
# serves many sites: the client names its host while it connects (SNI), and the listener picks among up to 25
# certificates beside the default one.
#
# > **Lab and AWS.** In the lab ACM sees a record after two minutes; AWS takes minutes to an hour.

# %%
print("More certificates beside the default one:", facts.limit("alb", "certificates-per-alb-without-default"))
print("A classic load balancer's listener:      ", facts.limit("clb", "certificates-per-clb-listener"))

# %% [markdown]
# ### Your turn: make the site safe
#
# Write `secure(domain, zone_id, balancer, targets)`:
#
# - one certificate covers `domain` and `www.` + `domain`, validated by DNS so that it renews itself;
# - a listener HTTPS on port 443 with it forwards to the target group `targets`, which stays HTTP;
# - a listener HTTP on port 80 redirects to HTTPS with status `HTTP_301`;
# - return the ARN of the certificate.
#
# <details><summary>Hint</summary>
#
# `SubjectAlternativeNames=[...]` adds names; each name has its own entry in `DomainValidationOptions`. Wait with the
# waiter `certificate_validated`: a listener takes only an issued certificate. The redirect action has
# `"Type": "redirect"` and `"RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": ...}`.
# </details>


# %% exercise="secure-site"
def secure(domain: str, zone_id: str, balancer: str, targets: str) -> str:
    """Put a certificate that renews itself in front of the site; return its ARN."""
    ### BEGIN SOLUTION
    made = acm.request_certificate(
        DomainName=domain,
        SubjectAlternativeNames=[f"www.{domain}"],
        ValidationMethod="DNS",
    )
    own = made["CertificateArn"]
    for option in about(own)["DomainValidationOptions"]:
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
    return own
    ### END SOLUTION


# %% check="secure-site" points=3
with check(
    "secure-site", needs="secure", right="Five months later it has renewed itself, and the listener is as it was."
) as expect:

    def stays_safe(domain: str) -> None:
        zone, balancer, targets = new_zone(domain), new_balancer(), new_targets()
        own = secure(domain, zone, balancer, targets)
        expect(
            isinstance(own, str) and ":certificate/" in own,
            "Return the ARN of the certificate, as request_certificate gives it.",
        )
        shown = about(own)
        names = {name.replace("*", "www", 1) for name in shown["SubjectAlternativeNames"]}
        missing = {domain, f"www.{domain}"} - names
        expect(not missing, f"The certificate does not cover {', '.join(sorted(missing))}.")
        expect(
            shown["Status"] == "ISSUED",
            f"The certificate is {shown['Status']}. Every name needs its CNAME in the zone.",
        )
        listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        by_port = {one["Port"]: one for one in listeners}
        secured = by_port.get(443)
        expect(secured is not None, f"No listener on port 443; there is {sorted(by_port)}.")
        expect.equal(secured["Protocol"], "HTTPS", "The protocol of the listener on port 443")
        expect.equal(secured["Certificates"][0]["CertificateArn"], own, "Its certificate")
        forward = secured["DefaultActions"][0]
        groups = forward.get("ForwardConfig", {}).get("TargetGroups", [{}])
        goes_to = forward.get("TargetGroupArn") or groups[0].get("TargetGroupArn")
        expect.equal(goes_to, targets, "The target group it forwards to")
        plain = by_port.get(80)
        expect(plain is not None, "No listener on port 80: who types the name without https finds nothing.")
        action = plain["DefaultActions"][0]
        expect(action["Type"] == "redirect", "Port 80 must redirect, not serve pages without encryption.")
        config = action["RedirectConfig"]
        expect.equal((config.get("Protocol"), config.get("StatusCode")), ("HTTPS", "HTTP_301"), "The redirect")
        port = config.get("Port", "#{port}")
        expect(port == "443", f"The redirect leads to port {port}. Without a port it keeps the old one: HTTPS on 80.")
        place = (config.get("Host", "#{host}"), config.get("Path", "/#{path}"))
        expect(place == ("#{host}", "/#{path}"), f"The redirect leads to {place}: it should keep host and path.")
        before = shown["NotAfter"]
        lab.clock.advance(days=160)
        after = about(own)
        expect(
            after["NotAfter"] > before,
            "160 days later it was not renewed: "
            f"{after.get('RenewalSummary', {}).get('RenewalStatus', 'not tried')}. The CNAME must stay in the zone.",
        )

    stays_safe(lab.unique_name("islands") + ".example")
    ### BEGIN HIDDEN TESTS
    stays_safe(lab.unique_name("night-boat") + ".example")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which one will let us down?
#
# ACM warns 45 days before the end (an event in EventBridge, the metric `DaysToExpiry`). Better look earlier. You can
# also **import** a certificate that another CA issued: you buy it, you upload it with its key, and you renew it.
#
# ### Your turn: find them
#
# Tern has five certificates, all issued, for names in one zone. Write `needs_care(arns, zone_id)`: a dictionary from
# the ARN of each certificate that will *not* renew itself to the reason:
#
# - `"imported"`: ACM did not issue it;
# - `"unused"`: ACM issued it, but nothing uses it;
# - `"record gone"`: it is in use, but a CNAME that ACM asked for is no longer in the zone. (A certificate of several
#   names has a CNAME for each; one that is missing is enough.)
#
# <details><summary>Hint</summary>
#
# `about(arn)` has `Type`, `InUseBy` and `DomainValidationOptions`. Which records the zone has:
# `route53.get_paginator("list_resource_record_sets")`. Compare names without the dot at the end.
# </details>


# %% exercise="will-not-renew"
def needs_care(arns: list[str], zone_id: str) -> dict[str, str]:
    """The certificates that will expire if nobody acts, with the reason."""
    ### BEGIN SOLUTION
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    present = {
        row["Name"].rstrip(".") for page in pages for row in page["ResourceRecordSets"] if row["Type"] == "CNAME"
    }
    reasons = {}
    for certificate in arns:
        found = about(certificate)
        if found["Type"] == "IMPORTED":
            reasons[certificate] = "imported"
        elif not found["InUseBy"]:
            reasons[certificate] = "unused"
        elif any(
            option["ResourceRecord"]["Name"].rstrip(".") not in present for option in found["DomainValidationOptions"]
        ):
            reasons[certificate] = "record gone"
    return reasons
    ### END SOLUTION


# %% setup="five"
def bought(domain: str) -> str:
    """A certificate bought elsewhere and imported: its ARN."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    begin = lab.clock.now() - dt.timedelta(hours=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=198))
    form = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return acm.import_certificate(
        Certificate=made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        PrivateKey=key.private_bytes(*form),
    )["CertificateArn"]


def for_two(first: str, second: str, zone: str) -> str:
    """A certificate for two names, issued: its ARN."""
    wanted = {"DomainName": first, "SubjectAlternativeNames": [second], "ValidationMethod": "DNS"}
    arn = acm.request_certificate(**wanted)["CertificateArn"]
    for row in about(arn)["DomainValidationOptions"]:
        set_record(zone, row["ResourceRecord"])
    lab.clock.advance(minutes=5)
    return arn


def five_certificates(domain: str) -> tuple[str, dict[str, str]]:
    """A zone, and five certificates by what is the matter with them."""
    zone = new_zone(domain)
    made = {
        "imported": bought(f"pay.{domain}"),
        "unused": proven(f"old.{domain}", zone),
        "record gone": for_two(f"news.{domain}", f"press.{domain}", zone),
        "fine": proven(f"shop.{domain}", zone),
        "fine too": proven(f"*.crew.{domain}", zone),
    }
    for word, arn in made.items():
        if word != "unused":
            used_by_a_listener(arn)
    # The record of its second name alone: the first one still stands.
    lost = about(made["record gone"])["DomainValidationOptions"][1]["ResourceRecord"]
    set_record(zone, lost, "DELETE")
    return zone, made


# %% check="will-not-renew" points=2
with check(
    "will-not-renew", needs="needs_care", right="And 160 days later the lab agrees: these three were not renewed."
) as expect:

    def found_in(domain: str) -> None:
        zone, made = five_certificates(domain)
        names = {arn: word for word, arn in made.items()}
        said = needs_care(list(made.values()), zone)
        expect(isinstance(said, dict), "Return a dictionary from ARN to reason.")
        for word, arn in made.items():
            name = about(arn)["DomainName"]
            if word.startswith("fine"):
                expect(arn not in said, f"{name} renews itself, but you say: {said.get(arn)}.")
            else:
                expect(arn in said, f"{name} will not renew itself ({word}); you left it out.")
                expect.equal(said[arn], word, f"The reason for {name}")
        before = {arn: about(arn)["NotAfter"] for arn in names}
        lab.clock.advance(days=160)
        renewed = {names[arn] for arn in names if about(arn)["NotAfter"] > before[arn]}
        expect.equal(renewed, {"fine", "fine too"}, "Renewed in the lab")

    found_in(lab.unique_name("tern-a") + ".example")
    ### BEGIN HIDDEN TESTS
    found_in(lab.unique_name("tern-b") + ".example")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The right Region
#
# A certificate lives in one Region. A load balancer or a regional API takes one from its **own** Region.
# **CloudFront**, edge-optimized APIs and Cognito's custom domains are global, and take theirs from **us-east-1**
# alone.
#
# ### Your turn: repair
#
# Tern works in Ireland (eu-west-1). This function should put CloudFront in front of a site, but CloudFront refuses.
# There is a second, costly fault: `vip` gives the site IP addresses of its own, for old clients that do not send a
# host name. Mend both; the domain, the record and the origin stay as they are.

# %%
print("A dedicated IP address:", facts.price("cloudfront", "dedicated-ip-ssl-certificate"), "USD per month; SNI: 0 USD")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Which client makes the certificate, and which one waits for it? The alternative to `vip` that every browser of
# the last ten years understands ends in `-only`.
# </details>


# %% exercise="edge-region" repair=true
def publish(domain: str, zone_id: str, origin: str) -> str:
    """Serve a site through CloudFront under its own name; return the distribution's ARN."""
    home = boto3.client("acm", region_name="eu-west-1")
    own = home.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    for option in about(own)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    home.get_waiter("certificate_validated").wait(CertificateArn=own)
    plain = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    made = boto3.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": lab.unique_name(domain),
            "Comment": domain,
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": [domain]},
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "site", "DomainName": origin, "CustomOriginConfig": plain}],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "site",
                "ViewerProtocolPolicy": "redirect-to-https",
            },
            "ViewerCertificate": {"ACMCertificateArn": own, "SSLSupportMethod": "vip"},
        }
    )
    return made["Distribution"]["ARN"]


### BEGIN SOLUTION
def publish(domain: str, zone_id: str, origin: str) -> str:
    """Serve a site through CloudFront under its own name; return the distribution's ARN."""
    virginia = boto3.client("acm", region_name="us-east-1")
    own = virginia.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    for option in about(own)["DomainValidationOptions"]:
        set_record(zone_id, option["ResourceRecord"])
    virginia.get_waiter("certificate_validated").wait(CertificateArn=own)
    plain = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    made = boto3.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": lab.unique_name(domain),
            "Comment": domain,
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": [domain]},
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "site", "DomainName": origin, "CustomOriginConfig": plain}],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "site",
                "ViewerProtocolPolicy": "redirect-to-https",
            },
            "ViewerCertificate": {"ACMCertificateArn": own, "SSLSupportMethod": "sni-only"},
        }
    )
    return made["Distribution"]["ARN"]


### END SOLUTION


# %% check="edge-region" points=2
with check("edge-region", needs="publish", right="One certificate in us-east-1 serves every edge location.") as expect:

    def is_served(domain: str, origin: str) -> None:
        zone = new_zone(domain)
        try:
            made = publish(domain, zone, origin)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            expect(code != "InvalidViewerCertificate", f"CloudFront refuses: {error.response['Error']['Message']}")
            raise
        cloudfront = boto3.client("cloudfront")
        found = cloudfront.get_distribution(Id=made.rpartition("/")[2])["Distribution"]["DistributionConfig"]
        expect.equal(found["Origins"]["Items"][0]["DomainName"], origin, "The origin")
        expect.equal(found["Aliases"].get("Items"), [domain], "The name under which the site is served")
        viewer = found["ViewerCertificate"]
        expect(
            viewer.get("ACMCertificateArn", "") != "",
            "The distribution has no certificate of ACM: browsers will refuse the site's own name.",
        )
        shown = about(viewer["ACMCertificateArn"])
        expect.equal(shown["DomainName"], domain, "The name in the certificate")
        way = viewer.get("SSLSupportMethod")
        expect(way == "sni-only", f"SSLSupportMethod is {way}: that costs 600 USD a month. Look for '-only'.")
        expect(
            shown["DomainValidationOptions"][0]["ValidationMethod"] == "DNS",
            "Validate by DNS, so that it renews itself.",
        )

    is_served("www.skerry.example", "site.skerry.example")
    ### BEGIN HIDDEN TESTS
    is_served("www.holm.example", "pages.holm.example")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A firewall that reads requests
#
# TLS keeps eavesdroppers out. It does nothing against a request that is itself an attack. **AWS WAF** reads HTTP
# requests in front of CloudFront, application load balancers, API Gateway, AppSync or Cognito. A **web ACL** is a
# list of rules with priorities; the lowest number speaks first. *Allow* and *Block* end the search; *CAPTCHA* and
# *Challenge* end it for clients that have not passed their test yet; *Count* only notes and goes on. If no rule ends
# it, the default action does.
#
# > **Lab and AWS.** In the lab a web ACL works in front of REST APIs. AWS does not tell how it recognizes attacks;
# > the lab uses a few plain patterns. The country of a client is what the header `CloudFront-Viewer-Country` says.

# %% setup="shop"
gateway = boto3.client("apigateway")


def new_shop() -> tuple[str, str]:
    """An API that says 200 to everything: its address, and the ARN of its stage."""
    api = gateway.create_rest_api(name=lab.unique_name("shop"))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    below = gateway.create_resource(restApiId=api, parentId=root, pathPart="{any+}")["id"]
    method = {"restApiId": api, "resourceId": below, "httpMethod": "ANY"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")
    gateway.create_deployment(restApiId=api, stageName="live")
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/live"
    return f"https://{api}.execute-api.us-east-1.amazonaws.com/live", arn


def rule(name: str, priority: int, statement: dict, action: str = "Block") -> dict:
    """A rule. Rules with a rule group in them take an OverrideAction, "None" or "Count"."""
    key = "OverrideAction" if "ManagedRuleGroupStatement" in statement else "Action"
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        key: {action: {}},
        "VisibilityConfig": seen,
    }


def guarded(rules: list[dict]) -> tuple[str, dict]:
    """A new shop behind a web ACL of these rules: its address, and the ACL."""
    url, stage = new_shop()
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "tern"}
    acl = waf.create_web_acl(
        Name=lab.unique_name("tern"),
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        Rules=rules,
        VisibilityConfig=seen,
    )["Summary"]
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=stage)
    return url, dict(acl)


def ask(url: str, path: str, method: str = "GET", ip: str = "203.0.113.7", **more) -> int:
    """Send a request to the shop as a browser would; the status of the answer."""
    headers = {"User-Agent": "Mozilla/5.0", "Content-Type": "application/json"}
    headers |= more.pop("headers", {})
    return lab.http(method, url + path, headers=headers, source_ip=ip, **more).status


# %%
injection = "/search?to=1%27%20OR%20%271%27%3D%271"  # 1' OR '1'='1, as a browser sends it
for steps in (["NONE"], ["URL_DECODE"]):
    looks = {
        "FieldToMatch": {"QueryString": {}},
        "TextTransformations": [{"Priority": n, "Type": step} for n, step in enumerate(steps)],
    }
    url, _ = guarded([rule("sql", 0, {"SqliMatchStatement": looks})])
    print(f"{steps[0]:<10} attack {ask(url, injection)}, passenger {ask(url, '/search?to=Skye')}")

# %% [markdown]
# A rule inspects one part of the request (query, path, a header, the body), after **text transformations**. Without
# `URL_DECODE` the attack hides behind percent signs.
#
# You need not write every pattern. **Managed rule groups** of AWS hold dozens; `AWSManagedRulesCommonRuleSet` is the
# usual start. Bring a new group in with *Count* first and look whom it would have stopped.

# %%
common = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
url, acl = guarded([rule("common", 0, common, "Count")])
photo = {"photo": "x" * 9_000}
print("a passenger's photo:", ask(url, "/photos", "POST", json=photo))
print("a file of the server:", ask(url, "/../../etc/passwd"))
now = lab.clock.now()
window = {"StartTime": now - dt.timedelta(minutes=10), "EndTime": now + dt.timedelta(minutes=1)}
sampled = waf.get_sampled_requests(
    WebAclArn=acl["ARN"], RuleMetricName="common", Scope="REGIONAL", TimeWindow=window, MaxItems=10
)["SampledRequests"]
for one in sampled:
    print(f"{one['Action']:<6} {one['RuleNameWithinRuleGroup']:<24} {one['Request']['URI']}")

# %% [markdown]
# Both would have been blocked: the attack, and the photo of an honest passenger, because the group refuses bodies
# above 8 KB. Such a rule inside the group can be set to count, by its name, with `RuleActionOverrides`; the rest
# stays sharp.
#
# ### Your turn: rules for the shop
#
# Write `shop_rules(office)`, a list of rules (use `rule(...)`) that `guarded` can take. `office` is the ARN of an IP
# set with the addresses of Tern's office.
#
# - Paths that begin with `/live/admin` only answer the office; all others get 403.
# - SQL injection in the query string gets 403, and so does whatever the common rule set stops. The office is **no
#   exception**: an attack from there gets 403 too.
# - Photos of 9,000 bytes pass, as do all other honest requests.
#
# <details><summary>Hint</summary>
#
# Three rules. `Allow` for the office would end the search before the other rules look. Block instead what begins with
# `/live/admin` *and* is *not* from the office. Make the parts first and give them names, then nest them:
#
# - an `AndStatement` has `Statements`, a list of two;
# - the first, a `ByteMatchStatement`, has `SearchString`, `PositionalConstraint` (here `"STARTS_WITH"`), and, like the
#   rule against SQL injection above, `FieldToMatch` (here `UriPath`) and `TextTransformations` (`NONE` is one);
# - the second, a `NotStatement`, has one `Statement`: the `IPSetReferenceStatement` with the `ARN` of the set.
#
# The managed group stands in the cell above; it blocks with `"None"` (see `rule`). Its `RuleActionOverrides` is a list
# of `{"Name": ..., "ActionToUse": {"Count": {}}}`; the cell above printed the name of the rule that met the photo.
# </details>


# %% exercise="shop-rules"
def shop_rules(office: str) -> list[dict]:
    """The rules of the shop's web ACL."""
    ### BEGIN SOLUTION
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
        rule("admin", 0, {"AndStatement": {"Statements": [admin, outside]}}),
        rule("sql", 1, sql),
        rule("common", 2, group, "None"),
    ]
    ### END SOLUTION


# %% check="shop-rules" points=3
with check(
    "shop-rules", needs="shop_rules", right="Attacks stop at the edge, and every passenger got through."
) as expect:
    made = waf.create_ip_set(
        Name=lab.unique_name("office"),
        Scope="REGIONAL",
        IPAddressVersion="IPV4",
        Addresses=["198.51.100.0/28"],
    )["Summary"]["ARN"]
    given = shop_rules(made)
    expect(isinstance(given, list) and given, "Return a list of rules, each made with rule(...).")
    url, _ = guarded(given)
    desk, home = "198.51.100.4", "203.0.113.50"

    def passes(why: str, path: str, method: str = "GET", **more) -> None:
        status = ask(url, path, method, **more)
        expect(status == 200, f"{why} ({method} {path[:40]}) got {status} instead of 200.")

    def stops(why: str, path: str, method: str = "GET", **more) -> None:
        status = ask(url, path, method, **more)
        expect(status == 403, f"{why} ({method} {path[:40]}) got {status} instead of 403.")

    passes("A timetable", "/timetable", ip=home)
    passes("A passenger named O'Brien", "/search?name=O%27Brien", ip=home)
    passes("A photo of 9,000 bytes", "/photos", "POST", ip=home, json={"photo": "x" * 9_000})
    passes("The office at its desk", "/admin/trips", ip=desk)
    stops("A stranger at /admin", "/admin/trips", ip=home)
    stops("SQL injection", injection, ip=home)
    stops("A script in a comment", "/comments", "POST", ip=home, json={"text": "<script>x()</script>"})
    stops("A request without User-Agent", "/timetable", ip=home, headers={"User-Agent": ""})
    stops("A script and a photo", "/comments", "POST", ip=home, json={"text": "<script>x()</script>" + "x" * 9_000})
    stops("SQL injection from the office", injection, ip=desk)
    stops("A script from the office", "/comments", "POST", ip=desk, json={"text": "<script>x()</script>"})
    stops("A stranger at /admin itself", "/admin", ip=home)
    passes("A page of help about /admin", "/help/admin", ip=home)
    ### BEGIN HIDDEN TESTS
    stops("Another stranger at /admin itself", "/admin", ip="192.0.2.1")
    passes("News of the new /admin", "/news/admin", ip="192.0.2.1")
    stops("A file of the server", "/..%2f..%2fetc/passwd", ip=home)
    stops("SQL injection by UNION", "/search?to=1%20union%20select%20card%20from%20users", ip=desk)
    stops("A script from the office at /admin", "/admin/x?q=%3Cscript%3E1%3C/script%3E", ip=desk)
    passes("Another desk of the office", "/admin", ip="198.51.100.14")
    passes("A union of ferries", "/search?q=Union+of+ferries", ip=home)
    stops("A neighbour of the office at /admin", "/admin", ip="198.51.100.17")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Too many of one kind
#
# A **rate-based rule** counts requests by a key, usually the client's address, over the last 60, 120, 300 (the
# default) or 600 seconds. While the count is above `Limit` (at least 10) it matches. We send a burst through two
# shops and look at what gets in: two requests a second from one address, for two minutes, then one in ten seconds.


# %%
def burst(window: int, limit: int) -> list[int]:
    """How many of a burst's requests have got through by each tenth second."""
    statement = {"Limit": limit, "EvaluationWindowSec": window, "AggregateKeyType": "IP"}
    url, _ = guarded([rule("rate", 0, {"RateBasedStatement": statement})])
    through, course = 0, []
    for ten in range(48):
        for _ in range(20 if ten < 12 else 1):
            through += ask(url, "/search?to=Skye") == 200
            lab.clock.advance(seconds=0.5 if ten < 12 else 10)
        course.append(through)
    return course


measured = {f"{window} s window": burst(window, 50) for window in (60, 300)}
charts.over_time(
    measured,
    x=[10 * n for n in range(1, 49)],
    events={"burst ends": 120},
    headline="The short window forgives after a minute, the long one keeps a client out for five",
    x_label="after the first request",
    y_label="requests let through",
    source="measured in this cell, limit 50",
)

# %% [markdown]
# A **scope-down statement** narrows what is counted. Without it, passengers who look at many pages use up the limit.
#
# > **Lab and AWS.** The lab counts every request at once. AWS estimates the rate and looks every few seconds, so more
# > gets through before it reacts. Do not use the limit as an exact quota.
#
# ### Your turn: tune the login rule
#
# Somebody guesses passwords. Write `login_rule()`, one rule (use `rule(...)`) that blocks an address while it made
# more than **20** requests whose path begins with `/live/login` within **60 seconds**. Browsing other pages is never
# counted.
#
# <details><summary>Hint</summary>
#
# A `RateBasedStatement` with `Limit`, `EvaluationWindowSec`, `AggregateKeyType` and `ScopeDownStatement`. The last is
# a `ByteMatchStatement` on the path, like the one for `/live/admin`.
# </details>


# %% exercise="login-rate"
def login_rule() -> dict:
    """A rule against password guessing."""
    ### BEGIN SOLUTION
    path = {
        "ByteMatchStatement": {
            "SearchString": "/live/login",
            "PositionalConstraint": "STARTS_WITH",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    limit = {
        "Limit": 20,
        "EvaluationWindowSec": 60,
        "AggregateKeyType": "IP",
        "ScopeDownStatement": path,
    }
    return rule("login", 0, {"RateBasedStatement": limit})
    ### END SOLUTION


# %% check="login-rate" points=2
with check(
    "login-rate", needs="login_rule", right="Twenty guesses a minute instead of thousands: passwords last longer."
) as expect:
    url, _ = guarded([login_rule()])

    def tries(ip: str, count: int, path: str = "/login", method: str = "POST") -> int:
        return sum(ask(url, path, method, ip=ip) == 200 for _ in range(count))

    expect.equal(tries("203.0.113.1", 40), 20, "Of 40 logins in a moment, let through")
    expect.equal(tries("203.0.113.2", 15), 15, "Of 15 logins of another address, let through")
    expect.equal(tries("203.0.113.3", 60, "/timetable"), 60, "Of 60 looks at the timetable, let through")
    expect(tries("203.0.113.3", 10) == 10, "Browsing was counted too: narrow the rule to the login.")
    expect.equal(tries("203.0.113.4", 30, "/help/login"), 30, "Of 30 looks at /live/help/login, let through")
    expect.equal(tries("203.0.113.5", 30, "/login/reset", "GET"), 20, "Of 30 GETs below /live/login, let through")
    lab.clock.advance(seconds=40)
    expect.equal(tries("203.0.113.1", 1), 0, "40 seconds later, a guess of the first address, let through")
    lab.clock.advance(seconds=61)
    expect.equal(tries("203.0.113.1", 1), 1, "After a quiet minute, let through")
    ### BEGIN HIDDEN TESTS
    expect.equal(tries("203.0.113.9", 21, "/login/reset"), 20, "Of 21 requests below /login, let through")
    lab.clock.advance(seconds=61)
    expect.equal(tries("203.0.113.9", 20), 20, "Of 20 after a quiet minute, let through")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What the firewall costs
#
# You pay for each web ACL and each rule (or managed group) by the month, and for the requests. Rules also use
# **capacity**, counted in WCU: a rate rule 2, a string search 10, SQL injection 20, each text transformation 10
# more, the common rule set 700. A web ACL may use up to 5,000 WCU; the base price includes 1,500.

# %%
busy = {"RateBasedStatement": {"Limit": 1_000, "AggregateKeyType": "IP"}}
rules = [rule("busy", 0, busy), rule("common", 9, common, "None")]
print("WCU of a rate rule and the common rule set:", waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"])
million = [1, 10, 50, 100]
bill = {
    f"{m} million requests": {
        "web ACL": facts.price("waf", "web-acl-month"),
        "5 rules": 5 * facts.price("waf", "rule-month"),
        "requests": m * facts.price("waf", "requests"),
        "500 WCU more": m * facts.price("waf", "wcu-surcharge"),
    }
    for m in million
}
charts.stack(
    bill,
    headline="A small shop pays for the rules, a large one for its requests",
    unit="USD per month",
    source=[facts.price("waf", name) for name in ("web-acl-month", "rule-month", "requests", "wcu-surcharge")],
)

# %% [markdown]
# ### Your turn: the bill
#
# Write `waf_bill(acls, rules, millions, wcu)`: USD a month for `acls` web ACLs with `rules` rules, which see `millions`
# million requests (all three in all), each web ACL using `wcu` WCU. Every *started* 500 WCU above 1,500 adds the
# surcharge for each million requests. Take the prices from `facts` as in the cell above.
#
# <details><summary>Hint</summary>
#
# 1,500 WCU: no surcharge; 1,501 to 2,000: one; 2,001: two. `-(-a // b)` rounds up.
# </details>


# %% exercise="waf-bill"
def waf_bill(acls: int, rules: int, millions: float, wcu: int) -> float:
    """USD a month for AWS WAF."""
    ### BEGIN SOLUTION
    extra = max(0, -(-(wcu - facts.limit("waf", "wcu-in-base-price")) // 500))
    fixed = acls * facts.price("waf", "web-acl-month") + rules * facts.price("waf", "rule-month")
    each = facts.price("waf", "requests") + extra * facts.price("waf", "wcu-surcharge")
    return fixed + millions * each
    ### END SOLUTION


# %% check="waf-bill" points=1
with check(
    "waf-bill", needs="waf_bill", right="Capacity costs by the request: heavy rules are dear on busy sites."
) as expect:
    expect.close(waf_bill(1, 3, 10, 1_500), 14.0, "1 ACL, 3 rules, 10 million requests, 1,500 WCU")
    expect.close(waf_bill(1, 3, 10, 1_600), 16.0, "The same with 1,600 WCU: one surcharge")
    expect.close(waf_bill(1, 3, 10, 2_001), 18.0, "The same with 2,001 WCU: two surcharges")
    expect.close(waf_bill(2, 0, 0, 0), 10.0, "2 ACLs without rules and requests")
    expect.close(waf_bill(1, 0, 10, 700), 11.0, "1 ACL, 10 million requests, 700 WCU, which are included")
    expect.close(waf_bill(2, 0, 10, 1_600), 18.0, "2 ACLs, 10 million requests in all: each request meets one of them")
    ### BEGIN HIDDEN TESTS
    expect.close(waf_bill(3, 12, 200, 700), 147.0, "3 ACLs, 12 rules, 200 million requests, 700 WCU")
    expect.close(waf_bill(1, 6, 40, 5_000), 91.0, "1 ACL with 5,000 WCU: seven surcharges")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Floods
#
# A *distributed denial of service* (DDoS) sends more than a service can take, from thousands of machines. It comes at
# the network and transport layers (3 and 4: floods of SYN packets, UDP answers sent to a forged address) or at the
# application layer (7: valid HTTP requests, too many).
#
# **Shield Standard** guards everybody, without charge and without a switch, against the usual attacks on layers 3
# and 4. Against layer 7 you need WAF. **Shield Advanced** adds a response team, better detection, credits for the
# bill that an attack causes, and WAF for the protected resources; one subscription serves all accounts of an
# organisation, for a year at least.

# %%
shield = boto3.client("shield")
shield.create_subscription()
term = shield.describe_subscription()["Subscription"]["TimeCommitmentInSeconds"] / 86_400
month = facts.price("shield", "advanced-month")
print(f"Shield Advanced: {term:.0f} days, {month:,} USD a month: {12 * month:,} USD before data transfer")

# %% [markdown]
# ### Your turn: who stops it?
#
# Fill `stopped_by` with `"shield standard"`, `"rate rule"`, `"match rule"` or `"shield advanced"`: what is enough to
# meet each of the six, at the lowest cost. And write `advanced_year(accounts, gb)`: what Shield Advanced costs in a
# year for an organisation of so many accounts that sends `gb` GB (up to 100,000) from CloudFront each month. The
# fact for the transfer is `advanced-dto-cloudfront`.
#
# <details><summary>Hint</summary>
#
# Which layer is it? On layer 7: does the single request look bad, or is each one fine and only the number bad? Does
# the price count accounts, or the organisation?
# </details>

# %% exercise="who-stops-it"
stopped_by = {
    "half-open TCP connections by the million": ...,
    "answers of open NTP servers, sent to our address": ...,
    "one machine asks for /search 500 times a second": ...,
    "one request carries ' UNION SELECT card FROM users": ...,
    "we want experts on the telephone during an attack": ...,
    "a flood of DNS queries to Route 53": ...,
}


def advanced_year(accounts: int, gb: float) -> float:
    """USD a year for Shield Advanced, with its data transfer fee."""
    ### BEGIN SOLUTION
    each = facts.price("shield", "advanced-dto-cloudfront")
    return 12 * (facts.price("shield", "advanced-month") + gb * each)
    ### END SOLUTION


### BEGIN SOLUTION
stopped_by = {
    "half-open TCP connections by the million": "shield standard",
    "answers of open NTP servers, sent to our address": "shield standard",
    "one machine asks for /search 500 times a second": "rate rule",
    "one request carries ' UNION SELECT card FROM users": "match rule",
    "we want experts on the telephone during an attack": "shield advanced",
    "a flood of DNS queries to Route 53": "shield standard",
}
### END SOLUTION

# %% check="who-stops-it" points=2
with check(
    "who-stops-it",
    needs=["stopped_by", "advanced_year"],
    right="Most floods end at Shield Standard, which you have already.",
) as expect:
    expect.not_tried(all(value is ... for value in stopped_by.values()))
    words = {"shield standard", "rate rule", "match rule", "shield advanced"}
    # The right words stand here as fingerprints, so that nobody reads them by accident.
    prints = {
        "half-open TCP": "7a272b29",
        "answers of open NTP": "d1e57025",
        "one machine asks": "bf79d50a",
        "one request carries": "d2a0751d",
        "we want experts": "bf25567d",
        "a flood of DNS": "ff03067b",
    }
    for begin, wanted in prints.items():
        given = next((value for name, value in stopped_by.items() if name.startswith(begin)), None)
        expect(given in words, f"'{begin} ...': {given!r} is none of {', '.join(sorted(words))}.")
        got = hashlib.sha256(f"{begin} {given}".encode()).hexdigest()[:8]
        expect(
            got == wanted,
            f"'{begin} ...': {given!r} is too weak, or more than it takes. Which layer is it, and does one request "
            "look bad or only their number?",
        )
    expect.close(advanced_year(1, 0), 36_000.0, "One account, no traffic")
    expect.close(advanced_year(12, 0), 36_000.0, "Twelve accounts of one organisation, no traffic")
    expect.close(advanced_year(12, 40_000), 48_000.0, "Twelve accounts, 40,000 GB a month")
    ### BEGIN HIDDEN TESTS
    expect.close(advanced_year(3, 100_000), 66_000.0, "Three accounts, 100,000 GB a month")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** Public certificates and Shield Standard cost nothing. A private CA left active costs 400 USD a month, a
# > web ACL with two rules 7 USD, and a subscription to Shield Advanced cannot be ended before its year is over.

# %%
# Clean up what would be billed: the private CA cannot be deleted while it is active.
pca.update_certificate_authority(CertificateAuthorityArn=authority, Status="DISABLED")
pca.delete_certificate_authority(CertificateAuthorityArn=authority, PermanentDeletionTimeInDays=7)
print(pca.describe_certificate_authority(CertificateAuthorityArn=authority)["CertificateAuthority"]["Status"])

# %% [markdown]
# ## To remember
#
# - A client checks chain, name and dates. A private CA is trusted where you install its root.
# - Public certificates may live 200 days since March 2026, 100 from 2027, 47 from 2029.
# - ACM renews from 45 days before the end, if it issued the certificate, something uses it, and the CNAME still
#   stands. Imported ones are yours to renew.
# - CloudFront, edge-optimized APIs and Cognito's domains take certificates from us-east-1.
# - A load balancer ends TLS and speaks HTTP inside; SNI picks among several certificates.
# - A web ACL goes through its rules by priority: allow and block end the search, count does not. Count first.
# - Decode before you look; a scope-down statement narrows what a rate rule counts.
# - Shield Standard guards layers 3 and 4 for everybody; WAF layer 7; Shield Advanced is 3,000 USD a month.

# %% [markdown] question="expiring"
# ### Question 1
#
# A company imported a certificate from another CA into ACM and uses it with an Application Load Balancer. It expires
# in ten days. What must the team do?
#
# - [ ] **A** Nothing: ACM renews every certificate that a load balancer uses.
#   > ACM renews what it issued itself. Of an imported certificate it only tells when it will expire.
# - [x] **B** Get a new certificate from the CA and import it again under the same ARN, or use one of ACM.
#   > `import_certificate` with `CertificateArn` replaces it without touching the listener. One that ACM issues
#   > spares the team the next time.
# - [ ] **C** Put the CNAME record of the certificate into Route 53.
#   > ACM has no record for imported certificates; the other CA has checked the domain in its own way.
# - [ ] **D** Associate it with CloudFront too, so that it becomes eligible for renewal.
#   > Use makes certificates eligible that ACM issued, never imported ones.

# %% answer="expiring"
answer = "B"

# %% check="expiring" points=1
question("expiring", answer)

# %% [markdown] question="legal-http"
# ### Question 2
#
# A bank's web site runs on EC2 behind an Application Load Balancer. A rule says that traffic must be encrypted on
# every part of the way, also inside the VPC. The certificate for the public name is from ACM. What fits?
#
# - [ ] **A** Copy the ACM certificate and its key to the instances.
#   > ACM does not give out the key, unless the certificate was made exportable, which costs extra. And nobody needs
#   > the public certificate inside.
# - [ ] **B** A listener HTTPS:443 with a target group HTTP:80, because the VPC is private.
#   > It is how most sites do it, and exactly what the rule forbids: from the balancer on, nothing is encrypted.
# - [x] **C** A listener HTTPS:443 with a target group HTTPS:443; the instances use a certificate of a private CA.
#   > The balancer decrypts and encrypts again. It does not even check the name in the targets' certificates.
# - [ ] **D** Move the certificate to us-east-1.
#   > That is for CloudFront. A load balancer takes its certificate from its own Region.

# %% answer="legal-http"
answer = "C"

# %% check="legal-http" points=1
question("legal-http", answer)

# %% [markdown] question="count-first"
# ### Question 3
#
# A team adds a managed rule group to the web ACL of its busy shop. It fears that honest customers will be blocked.
# What is the safest way with the least work?
#
# - [ ] **A** Give the group the highest priority number, so that it comes last.
#   > It still blocks whatever reaches it. Priority decides the order, not the strictness.
# - [x] **B** Set the group to count, look at its sampled requests and metrics for some days, then let it block.
#   > Count ends nothing, so customers notice nothing. Single rules that hit honest requests can stay on count.
# - [ ] **C** Add an allow rule for the addresses of all customers before it.
#   > Nobody knows these addresses beforehand, and an attack from one of them would pass every rule.
# - [ ] **D** Write own rules instead; managed groups cannot be tested.
#   > They can: `OverrideAction` for the group, `RuleActionOverrides` for single rules.

# %% answer="count-first"
answer = "B"

# %% check="count-first" points=1
question("count-first", answer)

# %% [markdown] question="shared-address"
# ### Question 4
#
# A rate-based rule blocks addresses with more than 300 requests in five minutes. A school of 400 pupils behind one
# address is blocked every morning; attackers with many addresses are not. What helps most?
#
# - [ ] **A** A window of 60 seconds with the same limit.
#   > It forgives sooner and lets five times the rate pass, and still counts the whole school as one client.
# - [ ] **B** Shield Advanced.
#   > It guards against floods; the school's problem is the key by which this rule counts.
# - [x] **C** Count by another key than the address, such as a session cookie, and only requests to costly paths.
#   > Custom keys tell the pupils apart, and a scope-down statement leaves cheap pages out.
# - [ ] **D** Change the action to count.
#   > The school is let in, and so is every attacker: count never blocks.

# %% answer="shared-address"
answer = "C"

# %% check="shared-address" points=1
question("shared-address", answer)

# %%
progress()
