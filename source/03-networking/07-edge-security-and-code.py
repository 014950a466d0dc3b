# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '2.1'
#     - '4.3'
#     minutes: 75
#     practises:
#       choose:
#       - cloudfront.edge-choice
#       - cloudfront.edge-hooks
#       estimate:
#       - cloudfront.realtime-logs
#       guard:
#       - cloudfront.ddos-waf
#       - cloudfront.geo-restriction
#       lock:
#       - cloudfront.key-groups
#       - cloudfront.signed-urls
#       placeholder:
#       - cloudfront.lambda-edge
#       - cloudfront.edge-hooks
#       season:
#       - cloudfront.signed-urls
#       - cloudfront.vs-presigned
#       ship:
#       - cloudfront.lambda-edge
#       spare:
#       - cloudfront.origin-failover
#       tidy:
#       - cloudfront.functions
#     services:
#     - cloudfront
#     - lambda
#     - waf
#     title: 'CloudFront: security and code at the edge'
#     topics:
#     - cloudfront.ddos-waf
#     - cloudfront.geo-restriction
#     - cloudfront.acm-us-east-1
#     - cloudfront.origin-failover
#     - cloudfront.signed-urls
#     - cloudfront.key-groups
#     - cloudfront.vs-presigned
#     - cloudfront.edge-hooks
#     - cloudfront.functions
#     - cloudfront.lambda-edge
#     - cloudfront.edge-choice
#     - cloudfront.field-encryption
#     - cloudfront.realtime-logs
# ---

# %% [markdown]
# # CloudFront: security and code at the edge
#
# Lumen, the photo shop, now sells film courses. Only members may watch, some countries are not licensed, and somebody
# is hammering the site. After this lesson you can decide at the **edge**, near the viewer, who gets in and what is
# answered: with a firewall, signed URLs and cookies, and code of your own in JavaScript or Python.

# %% setup="start"
import datetime as dt
import inspect
import io
import json
import linecache
import random
import zipfile
from typing import Any
from urllib.parse import parse_qsl

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.cloudfront import viewer_in

lesson("03-networking/07-edge-security-and-code")
lab.start()
cloudfront = boto3.client("cloudfront")
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
SEVEN = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
ALL_METHODS = {
    "Quantity": 7,
    "Items": SEVEN,
    "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
}
default = {
    "TargetOriginId": "web",
    "ViewerProtocolPolicy": "redirect-to-https",
    "CachePolicyId": CACHING_OPTIMIZED,
}


def listed(items) -> dict:
    """CloudFront's form of a list."""
    items = list(items)
    return {"Quantity": len(items), "Items": items} if items else {"Quantity": 0}


def web_origin(name: str, domain: str) -> dict:
    """An origin that speaks HTTPS."""
    how = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"Id": name, "DomainName": domain, "CustomOriginConfig": how}


def config(origins: list[dict], default: dict, others: list[dict] = ()) -> dict:
    """A distribution's configuration."""
    return {
        "CallerReference": lab.unique_name("distribution"),
        "Comment": "",
        "Enabled": True,
        "Origins": listed(origins),
        "DefaultCacheBehavior": default,
        "CacheBehaviors": listed(others),
    }


def deploy(configuration: dict) -> dict:
    """Make a distribution and wait until all edge locations have it."""
    made = cloudfront.create_distribution(DistributionConfig=configuration)["Distribution"]
    cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
    return made


def change(distribution_id: str, **settings: Any) -> None:
    """Replace settings of a distribution and wait until all edge locations have them."""
    known = cloudfront.get_distribution_config(Id=distribution_id)
    cloudfront.update_distribution(
        Id=distribution_id,
        DistributionConfig=known["DistributionConfig"] | settings,
        IfMatch=known["ETag"],
    )
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)


class Server:
    """A web server of Lumen's: it remembers what it was asked, and may be ill."""

    def __init__(self, name: str = "web") -> None:
        self.name, self.domain = name, f"{lab.unique_name(name)}.lumen.example"
        self.asked: list[Any] = []
        self.status, self.missing = 200, ("/gone",)
        lab.http.serve(f"https://{self.domain}", self.answer)

    def answer(self, request):
        self.asked.append(request)
        status = 404 if request.path in self.missing else self.status
        return status, f"{self.name}: {request.path}", {"Cache-Control": "max-age=3600"}


def front_of(server: Server, **behaviour: Any) -> dict:
    """A distribution in front of a server; keywords go to its default behaviour."""
    return deploy(config([web_origin("web", server.domain)], default | behaviour))


def ask(distribution: dict, path: str, country: str = "US", method: str = "GET", **more: Any):
    """What a viewer in a country gets."""
    url = f"https://{distribution['DomainName']}{path}"
    return lab.http(method, url, source_ip=viewer_in(country), **more)


# %% [markdown]
# ## Who gets in
#
# A request passes these gates at the edge, before the cache and before your origin sees anything:

# %%
charts.flow(
    [
        ("viewer", "Shield"),
        ("Shield", "web ACL"),
        ("web ACL", "country"),
        ("country", "signature"),
        ("signature", "your code"),
        ("your code", "cache"),
        ("cache", "origin", "miss"),
    ],
    kinds={
        "Shield": "security",
        "web ACL": "security",
        "country": "security",
        "signature": "security",
        "your code": "compute",
        "origin": "storage",
    },
    headline="What is turned away at the edge costs the origin nothing",
    direction="right",
)

# %% [markdown]
# - **AWS Shield Standard** absorbs common floods of packets. It is on for everybody and free.
# - A **web ACL** of AWS WAF holds rules for requests: addresses, rates, patterns. For CloudFront it has the scope
#   `CLOUDFRONT` and must be made in **us-east-1**, whatever Region you work in.
# - **Geographic restriction** is a list of countries in the distribution: `whitelist` lets only these in,
#   `blacklist` all others. It costs nothing and covers the whole distribution; the country comes from a database of
#   addresses. Refused viewers get 403.
#
# Certificates follow the same rule of place. For a name of your own, such as `www.lumen.example`, CloudFront takes
# ACM's certificates from us-east-1 only, and one must cover the name:

# %%
route53 = boto3.client("route53")
zone = route53.create_hosted_zone(
    Name="lumen-films.example",
    CallerReference=lab.unique_name("zone"),
)["HostedZone"]["Id"]


def issued(domain: str, region: str) -> str:
    """A certificate of a Region, proven by a DNS record; its ARN."""
    acm = boto3.client("acm", region_name=region)
    arn = acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    shown = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    record = shown["DomainValidationOptions"][0]["ResourceRecord"]
    proof = {
        "Name": record["Name"],
        "Type": record["Type"],
        "TTL": 300,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": proof}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn)
    return arn


for region in ("eu-central-1", "us-east-1"):
    certificate = issued("www.lumen-films.example", region)
    for name in ("www.lumen-films.example", "lumen-films.example"):
        named = config([web_origin("web", "origin.lumen.example")], default)
        named["Aliases"] = listed([name])
        named["ViewerCertificate"] = {
            "ACMCertificateArn": certificate,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
        try:
            cloudfront.create_distribution(DistributionConfig=named)
            told = "accepted"
        except ClientError as error:
            told = error.response["Error"]["Code"]
        print(f"certificate in {region:13} for {name:24} {told}")

# %% [markdown]
# The second certificate fits, for the name that it covers. `sni-only` is free: the browser says the name that it
# wants at the start of TLS, which all but ancient ones do. An address of your own instead (`vip`) costs 600 USD a
# month.
#
# ### Your turn: guard the site
#
# Write `guard(distribution_id, networks, countries)` for a distribution that is open to all:
#
# - Requests from one of the `networks` (a list such as `["198.51.100.0/24"]`) are blocked by a web ACL; all other
#   requests pass the ACL.
# - Only viewers in `countries` (two-letter codes) get in, by geographic restriction.
# - Wait until it works everywhere; the helper `change(...)` of the first cell does.
#
# <details><summary>Hint</summary>
#
# A `wafv2` client in us-east-1. `create_ip_set` (scope `CLOUDFRONT`, version `IPV4`) gives `["Summary"]["ARN"]`.
# `create_web_acl` wants a default action, a `VisibilityConfig` and rules; a rule has a name, a priority, the action
# `{"Block": {}}`, a `VisibilityConfig`, and here the statement `{"IPSetReferenceStatement": {"ARN": ...}}`. The
# distribution's settings are `WebACLId` (the ACL's ARN) and
# `Restrictions={"GeoRestriction": {"RestrictionType": ...} | listed(...)}`.
# </details>


# %% exercise="guard"
def guard(distribution_id: str, networks: list[str], countries: list[str]) -> None:
    """Block some networks, and let in only some countries."""
    ### BEGIN SOLUTION
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("guard")
    addresses = waf.create_ip_set(
        Name=name,
        Scope="CLOUDFRONT",
        IPAddressVersion="IPV4",
        Addresses=networks,
    )["Summary"]["ARN"]
    seen = {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": name,
    }
    rule = {
        "Name": "hammering",
        "Priority": 0,
        "Action": {"Block": {}},
        "Statement": {"IPSetReferenceStatement": {"ARN": addresses}},
        "VisibilityConfig": seen,
    }
    acl = waf.create_web_acl(
        Name=name,
        Scope="CLOUDFRONT",
        DefaultAction={"Allow": {}},
        Rules=[rule],
        VisibilityConfig=seen,
    )["Summary"]["ARN"]
    places = {"RestrictionType": "whitelist"} | listed(countries)
    change(distribution_id, WebACLId=acl, Restrictions={"GeoRestriction": places})
    ### END SOLUTION


# %% check="guard" points=3
with check("guard", needs="guard", right="The origin heard of none of those who were turned away.") as expect:

    def guarded(networks: list[str], countries: list[str], statuses: dict[str, int]) -> None:
        server = Server()
        front = front_of(server)
        guard(front["Id"], networks, countries)
        known = cloudfront.get_distribution_config(Id=front["Id"])["DistributionConfig"]
        expect(known["WebACLId"] != "", "The distribution has no web ACL: set its WebACLId to the ACL's ARN.")
        for country, right in statuses.items():
            found = ask(front, f"/{country}", country)
            if country not in countries:
                expect(
                    "Request blocked" not in found.body,
                    f"A viewer in {country} is turned away by the web ACL. Countries belong to the Restrictions.",
                )
            blocked = "blocked by the web ACL" if "Request blocked" in found.body else "refused by country"
            said = f"{found.status} ({blocked})" if found.status == 403 else str(found.status)
            expect(
                found.status == right,
                f"With networks {networks} and countries {countries}, a viewer in {country} "
                f"({viewer_in(country)}) gets {said}; right is {right}.",
            )
        if networks:
            bad = next(one for one in statuses if f"{viewer_in(one)}/32" in networks)
            expect(
                "Request blocked" in ask(front, "/again", bad).body,
                "The hammering network is not blocked by the web ACL. Give its rule the action Block.",
            )
        came = {request.path for request in server.asked}
        expect(came == {f"/{one}" for one, right in statuses.items() if right == 200}, "The origin was asked too much.")

    guarded(["198.51.100.0/24", f"{viewer_in('FR')}/32"], ["FR", "DE"], {"FR": 403, "DE": 200, "JP": 403})
    ### BEGIN HIDDEN TESTS
    guarded([f"{viewer_in('JP')}/32", "198.51.100.0/24"], ["JP", "US"], {"JP": 403, "US": 200, "DE": 403})
    ### END HIDDEN TESTS

# %% [markdown]
# ## A second origin
#
# An **origin group** names two origins. Each request goes to the first; if that cannot be reached, is too slow, or
# answers with a status from your list, CloudFront asks the second in the same breath. Two rules to remember: the first
# is tried anew **for each request**, and only GET, HEAD and OPTIONS fail over, as repeating a POST could buy twice.
#
# Say one origin is up 99 % of the time and its failures do not come together with the other's:

# %%
alone = 0.99
both = 1 - (1 - alone) ** 2
hours = 365 * 24
charts.bars(
    {"one origin": (1 - alone) * hours, "two in a group": (1 - both) * hours},
    headline="A second origin turns 88 hours without answers into one",
    unit="hours a year",
    label="without an answer",
    highlight=["two in a group"],
    source="model in this cell: each origin is up 99 % of the time, independently",
)

# %% [markdown]
# ### Your turn: a spare
#
# Write `with_spare(first, second)` with two domain names. Make, deploy and return a distribution that
#
# - asks `first`, and `second` if `first` cannot be reached or answers 500, 502, 503 or 504;
# - passes on any other answer of `first`, also 404;
# - allows all seven methods, and caches nothing.
#
# <details><summary>Hint</summary>
#
# The group goes into the configuration beside the origins: `"OriginGroups": listed([group])`. A group has an `Id`,
# `"FailoverCriteria": {"StatusCodes": listed([...])}` and `"Members": listed([{"OriginId": ...}, ...])`, first the
# first. The behaviour's `TargetOriginId` is the **group's** id. `"AllowedMethods"` can be `ALL_METHODS` of the first
# cell.
# </details>


# %% exercise="spare"
def with_spare(first: str, second: str) -> dict:
    """Make a distribution whose second origin answers when the first one fails."""
    ### BEGIN SOLUTION
    group = {
        "Id": "pair",
        "FailoverCriteria": {"StatusCodes": listed([500, 502, 503, 504])},
        "Members": listed([{"OriginId": "first"}, {"OriginId": "second"}]),
    }
    behaviour = {
        "TargetOriginId": "pair",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_DISABLED,
        "AllowedMethods": ALL_METHODS,
    }
    origins = [web_origin("first", first), web_origin("second", second)]
    return deploy(config(origins, behaviour) | {"OriginGroups": listed([group])})
    ### END SOLUTION


# %% check="spare" points=2
with check("spare", needs="with_spare", right="Viewers see one site; the first origin may be ill.") as expect:
    first, second = Server("first"), Server("second")
    front = with_spare(first.domain, second.domain)
    expect(isinstance(front, dict) and "DomainName" in front, "Return the distribution, as deploy(...) gives it.")

    def served(path: str, status: int, by: str, right: int, method: str = "GET") -> None:
        first.status = status
        before = len(first.asked)
        found = ask(front, path, method=method)
        what = f"{method} {path} while the first origin answers {status}"
        expect(found.status == right, f"{what}: the viewer gets {found.status}; right is {right}.")
        expect(found.body.startswith(by), f"{what}: the answer comes from the {found.body.partition(':')[0]} origin.")
        expect(len(first.asked) == before + 1, f"{what}: the first origin was asked {len(first.asked) - before} times.")

    served("/a", 200, "first", 200)
    served("/a", 200, "first", 200)
    for code in (500, 502, 503, 504):
        served(f"/{code}", code, "second", 200)
    served("/gone", 200, "first", 404)
    served("/order", 503, "first", 503, "POST")
    nobody = with_spare("nobody.lumen.example", second.domain)
    expect(
        ask(nobody, "/b").body == "second: /b", "When the first origin cannot be reached, the second does not answer."
    )
    ### BEGIN HIDDEN TESTS
    served("/forbidden", 403, "first", 403)
    served("/again", 200, "first", 200)
    ### END HIDDEN TESTS

# %% [markdown]
# The POST shows the price of safety: the spare is for reading.
#
# ## Members only
#
# Films are for members. Lumen's shop knows who paid; CloudFront does not. So the shop **signs** what a member may
# fetch with a private key, and CloudFront verifies with the public one:
#
# 1. Upload the **public key**, and put it into a **key group** (up to five keys).
# 2. A behaviour names up to four **trusted key groups**. From then on it answers only what carries a good signature.
# 3. The shop signs a **policy**: which URL (with `*`), until when, and if you like from when and for which addresses.


# %% setup="keys"
def new_key() -> tuple[rsa.RSAPrivateKey, str]:
    """A private key, and its public half as text (PEM)."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )
    return private, pem.decode()


def signer_with(key_id: str, private: rsa.RSAPrivateKey) -> CloudFrontSigner:
    """botocore's signer; CloudFront wants RSA with SHA-1 unless told otherwise."""
    how = padding.PKCS1v15(), hashes.SHA1()
    return CloudFrontSigner(key_id, lambda message: private.sign(message, *how))


def trust(pem: str) -> tuple[str, dict]:
    """Upload a public key; return its id and the setting of a behaviour that trusts it."""
    name = lab.unique_name("films")
    key = cloudfront.create_public_key(
        PublicKeyConfig={"CallerReference": name, "Name": name, "EncodedKey": pem},
    )["PublicKey"]["Id"]
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": [key]})
    return key, {"Enabled": True} | listed([group["KeyGroup"]["Id"]])


members = Server("films")
member_key, member_pem = new_key()
member_key_id, trusted = trust(member_pem)
cinema = front_of(members, TrustedKeyGroups=trusted)

# %%
signer = signer_with(member_key_id, member_key)
film = f"https://{cinema['DomainName']}/films/light.mp4"
soon = lab.clock.now() + dt.timedelta(minutes=10)
signed = signer.generate_presigned_url(film, date_less_than=soon)
print(f"{'without a signature':22}", lab.http("GET", film).status)
print(f"{'signed':22}", lab.http("GET", signed).status)
print(f"{'for another film':22}", lab.http("GET", signed.replace("light", "colour")).status)
lab.clock.advance(minutes=10)
print(f"{'ten minutes later':22}", lab.http("GET", signed).status)
print(*signed.partition("?")[2].replace("&", "\n").splitlines(), sep="\n")

# %% [markdown]
# `Expires` stands for a *canned* policy: this one URL, until then. A *custom* policy, with a wildcard, a start or
# addresses, travels along as `Policy`.
#
# To replace a key without throwing members out, add the new key to the group, sign with it, and take the old one out
# when the last old URL has expired.
#
# > **Then and now.** Before October 2020 only the account's **root** could make such key pairs, two at most, and the
# > account itself was the *trusted signer*. It still works; use key groups, which IAM governs.
#
# ### Your turn: lock the films
#
# Write `lock(distribution_id, pem)`. The distribution has one origin `web` and answers everybody. Afterwards `/films/*`
# is answered only with a signature of the key `pem` (a public key as text), and cached by CachingOptimized; everything
# else stays open. Return the **id of the public key**: the shop needs it for signing.
#
# <details><summary>Hint</summary>
#
# `trust(pem)` in the cell above does the first two steps. What is left: a behaviour (like `default`, with a
# `PathPattern` and `TrustedKeyGroups`) in the distribution's `CacheBehaviors`, by `change(...)`.
# </details>


# %% exercise="lock"
def lock(distribution_id: str, pem: str) -> str:
    """Let only holders of a signature see /films/*; return the public key's id."""
    ### BEGIN SOLUTION
    key, groups = trust(pem)
    films = default | {"PathPattern": "/films/*", "TrustedKeyGroups": groups}
    change(distribution_id, CacheBehaviors=listed([films]))
    return key
    ### END SOLUTION


# %% check="lock" points=2
with check("lock", needs="lock", right="One behaviour asks for a ticket; the shop window stays open.") as expect:

    def locked(film: str, other: str, page: str) -> None:
        server = Server()
        front = front_of(server)
        private, pem = new_key()
        key = lock(front["Id"], pem)
        expect(
            isinstance(key, str) and key in [one["Id"] for one in
                cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])],
            f"Return the id of the public key (trust(...) gives it first); returned was {key!r}.",
        )  # fmt: skip
        for closed in (film, other):
            expect(ask(front, closed).status == 403, f"{closed} is answered without a signature.")
        expect(ask(front, page).status == 200, f"{page} should stay open; the answer is {ask(front, page).status}.")
        url = f"https://{front['DomainName']}{film}"
        until = lab.clock.now() + dt.timedelta(minutes=5)
        good = signer_with(key, private).generate_presigned_url(url, date_less_than=until)
        found = lab.http("GET", good)
        expect(found.status == 200, f"A good signature for {film} gets {found.status}: {found.body[:120]}")
        again = lab.http("GET", good).headers["X-Cache"]
        expect(again.startswith("Hit"), "A signed film is not cached: use the policy CachingOptimized.")
        false = signer_with(key, new_key()[0]).generate_presigned_url(url, date_less_than=until)
        expect(lab.http("GET", false).status == 403, "A signature of another key is accepted.")

    locked("/films/light.mp4", "/films/2/part-1.ts", "/films.html")
    ### BEGIN HIDDEN TESTS
    locked("/films/2/part-7.ts", "/films/dark.mp4", "/film-list.html")
    ### END HIDDEN TESTS

# %% [markdown]
# ## One film in 500 pieces
#
# Streamed films come in hundreds of short segments (HLS). With signed URLs the player would need a new URL for each.
# **Signed cookies** carry the same three values and fit every URL that the policy's wildcard covers: the browser sends
# them along.
#
# | | signed URL | signed cookies |
# |---|---|---|
# | opens | one file | many files |
# | needs | nothing | a client that keeps cookies |
# | your links | change | stay as they are |
#
# ### Your turn: a season ticket
#
# Write `season_ticket(distribution, key_id, private, minutes)`. It returns a dictionary of three cookies, whose names
# are `CloudFront-Policy`, `CloudFront-Signature` and `CloudFront-Key-Pair-Id`. They open everything below `/films/` of
# this distribution over HTTPS for so many minutes (by the lab's clock, `lab.clock.now()`), and nothing else.
#
# <details><summary>Hint</summary>
#
# `signer_with(key_id, private)` has two methods: `build_policy(pattern, date_less_than)` makes a custom policy, and
# `generate_presigned_url(url, policy=...)` puts `Policy`, `Signature` and `Key-Pair-Id` into the query string of a URL.
# Those three values are the cookies' values: take them out of it.
# </details>


# %% exercise="season"
def season_ticket(distribution: dict, key_id: str, private, minutes: int) -> dict[str, str]:
    """Return the three cookies that open /films/* for a while."""
    ### BEGIN SOLUTION
    signs = signer_with(key_id, private)
    pattern = f"https://{distribution['DomainName']}/films/*"
    until = lab.clock.now() + dt.timedelta(minutes=minutes)
    url = signs.generate_presigned_url(pattern, policy=signs.build_policy(pattern, until))
    pairs = [part.partition("=") for part in url.partition("?")[2].split("&")]
    return {f"CloudFront-{name}": value for name, _, value in pairs}
    ### END SOLUTION


# %% check="season" points=2
with check("season", needs="season_ticket", right="One signature, five hundred segments.") as expect:
    studio = front_of(members, TrustedKeyGroups=trusted, ViewerProtocolPolicy="allow-all")

    def opens(minutes: int, segments: list[str]) -> None:
        cookies = season_ticket(studio, member_key_id, member_key, minutes)
        expect(isinstance(cookies, dict), "Return a dictionary of names and values.")
        names = {f"CloudFront-{one}" for one in ("Policy", "Signature", "Key-Pair-Id")}
        expect(set(cookies) == names, f"The cookies' names are {sorted(cookies)}; right are {sorted(names)}.")
        header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        for path in segments:
            found = ask(studio, path, headers=header)
            expect(found.status == 200, f"{path} with the cookies gets {found.status}: {found.body[-120:]}")
        for path in ("/extras/cut.mp4", "/films.html"):
            expect(ask(studio, path, headers=header).status == 403, f"The ticket also opens {path}.")
        elsewhere = ask(cinema, segments[0], headers=header)
        expect(elsewhere.status == 403, "The ticket also opens the films of another distribution.")
        plain = lab.http("GET", f"http://{studio['DomainName']}{segments[0]}", headers=header)
        expect(plain.status == 403, "The ticket also opens films without HTTPS.")
        lab.clock.advance(minutes=minutes - 1)
        expect(ask(studio, segments[0], headers=header).status == 200, f"Closed before the {minutes} minutes are over.")
        lab.clock.advance(minutes=1)
        expect(ask(studio, segments[0], headers=header).status == 403, f"Still open after {minutes} minutes.")

    opens(90, [f"/films/light/{n}.ts" for n in range(5)])
    ### BEGIN HIDDEN TESTS
    opens(15, ["/films/a.mp4", "/films/b/c/d.ts"])
    ### END HIDDEN TESTS

# %% [markdown]
# S3 has signed URLs of its own, the **presigned** ones. They look alike and do different things:

# %%
s3 = boto3.client(
    "s3",
    region_name="us-east-1",
    config=Config(signature_version="s3v4"),
)
bucket = lab.unique_name("lumen-films")
s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="light.mp4", Body=b"film")
presigned = s3.generate_presigned_url(
    "get_object",
    Params={"Bucket": bucket, "Key": "light.mp4"},
)
for name, url in (("CloudFront", signed), ("S3", presigned)):
    fields = [part.partition("=")[0] for part in url.partition("?")[2].split("&")]
    print(f"{name:10} {url.split('/')[2].partition('.')[2]:30}", *fields)

# %% [markdown]
# S3's goes straight to the bucket, past the cache and the firewall, with the rights of whoever signed it, for seven
# days at most. CloudFront's works for any origin, with wildcards, addresses and any life. Where viewers shall come
# through CloudFront only, hand out CloudFront's.

# %% [markdown]
# ## Your code on the way
#
# At four points of a request's way CloudFront can call a function of yours:

# %%
charts.flow(
    [
        ("viewer", "viewer request"),
        ("viewer request", "cache"),
        ("cache", "origin request", "miss"),
        ("origin request", "origin"),
        ("origin", "origin response"),
        ("origin response", "cache", "store"),
        ("cache", "viewer response"),
        ("viewer response", "viewer"),
    ],
    kinds={
        "viewer request": "compute",
        "viewer response": "compute",
        "origin request": "compute",
        "origin response": "compute",
        "origin": "storage",
    },
    headline="Viewer hooks run on hits and misses, origin hooks on misses only",
)

# %% [markdown]
# A *request* hook changes the request or answers at once; then nothing behind it is asked. A *response* hook changes
# the answer. What the origin-response hook returns is **stored**, so it runs once for many viewers. After an error
# (400 and up) the viewer-response hook is left out.
#
# There are two kinds of functions. **CloudFront Functions** are small pieces of JavaScript for the two viewer hooks.
# They run at every edge location, start in no time, and can do nothing slow: no network, no files, no request body.

# %% setup="functions"
functions_limit = facts.limit("cloudfront", "cloudfront-functions-code-size")


def keyed_policy(**keyed: dict) -> str:
    """The id of a new cache policy with these parts in its key."""
    parts: dict[str, Any] = {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    policy = {
        "Name": lab.unique_name("key"),
        "MinTTL": 0,
        "ParametersInCacheKeyAndForwardedToOrigin": parts | keyed,
    }
    return cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]["Id"]


def live(code: str, **settings: Any) -> str:
    """Make a CloudFront Function and publish it; return its ARN."""
    name = lab.unique_name("edge")
    made = cloudfront.create_function(
        Name=name,
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0", **settings},
        FunctionCode=code.encode(),
    )
    cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
    return made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]


def at_viewer_request(code: str, **settings: Any) -> dict:
    """The setting of a behaviour that runs a CloudFront Function at each request."""
    return listed([{"EventType": "viewer-request", "FunctionARN": live(code, **settings)}])


all_queries = keyed_policy(QueryStringsConfig={"QueryStringBehavior": "all"})

# %% [markdown]
# `handler` gets an **event**; query strings, headers and cookies are objects by name, and names of headers are in
# small letters. It returns the request or a response. A new function is in the stage DEVELOPMENT, where you test it
# with events of your own; `publish_function` copies it to LIVE, and only LIVE can hang at a behaviour.

# %%
greeter = """
function handler(event) {
    const cookies = event.request.cookies;
    const who = cookies.name ? cookies.name.value : "stranger";
    console.log("seen", who);
    event.request.headers["x-who"] = {value: who};
    return event.request;
}
"""
name = lab.unique_name("greeter")
made = cloudfront.create_function(
    Name=name,
    FunctionConfig={"Comment": "names the viewer", "Runtime": "cloudfront-js-2.0"},
    FunctionCode=greeter.encode(),
)
event: dict[str, Any] = {
    "version": "1.0",
    "context": {"eventType": "viewer-request"},
    "viewer": {"ip": "198.51.100.7"},
    "request": {
        "method": "GET",
        "uri": "/",
        "querystring": {},
        "headers": {"host": {"value": "www.lumen.example"}},
        "cookies": {"name": {"value": "Ada"}},
    },
}
result = cloudfront.test_function(
    Name=name,
    IfMatch=made["ETag"],
    EventObject=json.dumps(event).encode(),
)["TestResult"]
print(result["FunctionExecutionLogs"], result["FunctionSummary"]["Status"])
print(json.loads(result["FunctionOutput"])["request"]["headers"])
del event["request"]["cookies"]
result = cloudfront.test_function(
    Name=name,
    IfMatch=made["ETag"],
    EventObject=json.dumps(event).encode(),
)["TestResult"]
print(result["FunctionErrorMessage"])

# %% [markdown]
# When a function throws, the viewer gets 503; when it returns what CloudFront cannot use, 502. What it writes to
# `console.log` goes to the log group `/aws/cloudfront/function/NAME` in us-east-1.
#
# The classic job is a better **cache key**. Browsers send dozens of spellings of `Accept-Language`; Lumen's pages
# know two languages. 300 requests, with and without a function that folds the header first:

# %%
fold = """
function handler(event) {
    const headers = event.request.headers;
    const said = headers["accept-language"] ? headers["accept-language"].value : "en";
    headers["accept-language"] = {value: said.startsWith("de") ? "de" : "en"};
    return event.request;
}
"""
by_language = keyed_policy(
    HeadersConfig={
        "HeaderBehavior": "whitelist",
        "Headers": listed(["Accept-Language"]),
    }
)
spellings = ["de", "de-DE,de;q=0.9", "de-AT,de;q=0.8,en", "en-US,en;q=0.5", "en", "fr,en"]
ratios = {}
hooks: dict[str, dict] = {
    "as sent": {},
    "folded by a function": {"FunctionAssociations": at_viewer_request(fold)},
}
for label, hook in hooks.items():
    server, chance = Server(), random.Random(5)
    front = front_of(server, CachePolicyId=by_language, **hook)
    for _ in range(300):
        said = f"{chance.choice(spellings)};q=0.{chance.randint(1, 9)}"
        ask(front, f"/page-{chance.randint(1, 4)}", headers={"Accept-Language": said})
    ratios[label] = 100 * (1 - len(server.asked) / 300)
charts.bars(
    ratios,
    headline=f"Folding one header lifts the hits from {ratios['as sent']:.0f} % "
    f"to {ratios['folded by a function']:.0f} %",
    unit="% of 300 requests",
    label="hit ratio",
    sort=False,
    highlight=["folded by a function"],
    source="measured in the lab, one edge location",
)

# %% [markdown]
# ### Your turn: tidy the addresses
#
# Write a CloudFront Function for the viewer's request, as a text in `tidy` (JavaScript, at most 10 KB):
#
# - A path that ends with `/` gets `index.html` behind it: `/prices/` becomes `/prices/index.html`.
# - Parameters of the query string whose names begin with `utm_` are taken out; all others stay.
# - `/old-prices` is answered at the edge: status 301, with the header `location` `/prices/`.
#
# The behaviour in the check has all query strings in its cache key.
#
# <details><summary>Hint</summary>
#
# `event.request` has `uri` (text) and `querystring` (an object by name; `delete object[name]` removes one, and
# `for (const name in object)` goes over the names). Texts have `startsWith` and `endsWith`; compare with `===`. A
# response is an object with `statusCode` (a number) and `headers`, each header an object with a `value`.
# </details>

# %% exercise="tidy"
tidy = ...
### BEGIN SOLUTION
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") {
        return {
            statusCode: 301,
            statusDescription: "Moved Permanently",
            headers: {location: {value: "/prices/"}},
        };
    }
    if (request.uri.endsWith("/")) {
        request.uri += "index.html";
    }
    for (const name in request.querystring) {
        if (name.startsWith("utm_")) {
            delete request.querystring[name];
        }
    }
    return request;
}
"""
### END SOLUTION

# %% check="tidy" points=3
with check("tidy", needs="tidy", right="Three lines of the log are now one copy in the cache.") as expect:
    expect(isinstance(tidy, str), "tidy should be a text: the JavaScript between three quotation marks.")
    expect("handler" in tidy, "CloudFront calls a function named handler: function handler(event) { ... }.")
    size = len(tidy.encode())
    expect(size <= functions_limit * 1024, f"The code has {size:,} bytes; CloudFront takes {functions_limit} KB.")
    tidied = Server()
    neat = front_of(tidied, CachePolicyId=all_queries, FunctionAssociations=at_viewer_request(tidy))

    def got(path: str):
        found = ask(neat, path)
        if found.status in (502, 503):
            expect(False, f"For {path} the function fails. {found.body.split('<HR>')[1]}")
        return found

    def asked_for(path: str) -> str:
        before = len(tidied.asked)
        got(path)
        expect(len(tidied.asked) > before, f"{path} was answered without the origin, by the function or from a copy.")
        last = tidied.asked[-1]
        return last.path + (f"?{last.query}" if last.query else "")

    def becomes(path: str, right: str) -> None:
        found = asked_for(path)
        expect(found == right, f"{path} reaches the origin as {found}; right is {right}.")

    def is_a_copy(path: str, of: str) -> None:
        word = got(path).headers["X-Cache"].split()[0]
        expect(word == "Hit", f"{path} should be the same copy as {of}, and is a {word}.")

    becomes("/", "/index.html")
    becomes("/prices/?size=a4", "/prices/index.html?size=a4")
    becomes("/team/", "/team/index.html")
    becomes("/cat.jpg?utm_source=mail&width=80&utm_shelf=7", "/cat.jpg?width=80")
    is_a_copy("/cat.jpg?width=80&utm_source=print", "/cat.jpg?width=80")
    becomes("/cat.jpg?width=200&my_utm_x=1&utmost=2", "/cat.jpg?width=200&my_utm_x=1&utmost=2")
    before = len(tidied.asked)
    for path in ("/old-prices", "/old-prices?utm_source=mail"):
        moved = got(path)
        expect(moved.status == 301, f"{path} is answered with {moved.status}; right is 301.")
        expect.equal(moved.headers.get("Location"), "/prices/", f"The header Location of {path}")
    expect(len(tidied.asked) == before, "/old-prices reached the origin; answer it in the function.")
    becomes("/old-prices-2019", "/old-prices-2019")
    ### BEGIN HIDDEN TESTS
    becomes("/films/light/?q=1&utm_medium=x", "/films/light/index.html?q=1")
    is_a_copy("/films/light/index.html?q=1", "/films/light/?q=1")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** The runtime `cloudfront-js-2.0` of November 2023 brought `const`, `let`, `async` and the
# > **KeyValueStore**.
#
# A KeyValueStore is a small table at every edge, such as a list of redirects, that changes without new code. It can
# be filled from a JSON file in S3; a function names its store and asks it with `await`:

# %%
moves = {"data": [{"key": "/sale", "value": "/prices/"}, {"key": "/team", "value": "/about/"}]}
s3.put_object(Bucket=bucket, Key="moves.json", Body=json.dumps(moves))
store = cloudfront.create_key_value_store(
    Name=lab.unique_name("moves"),
    ImportSource={"SourceType": "S3", "SourceARN": f"arn:aws:s3:::{bucket}/moves.json"},
)["KeyValueStore"]["ARN"]
mover = """
import cf from "cloudfront";
const moves = cf.kvs();

async function handler(event) {
    const path = event.request.uri;
    if (!(await moves.exists(path))) return event.request;
    return {statusCode: 302, headers: {location: {value: await moves.get(path)}}};
}
"""
with_store = {"KeyValueStoreAssociations": listed([{"KeyValueStoreARN": store}])}
front = front_of(Server(), FunctionAssociations=at_viewer_request(mover, **with_store))
for path in ("/sale", "/cat.jpg"):
    answer = ask(front, path)
    print(path, answer.status, answer.headers.get("Location", answer.body))

# %% [markdown]
# ## Lambda@Edge
#
# When JavaScript of a millisecond is not enough, hang a **Lambda function** in Python or Node.js at any of the four
# hooks. It may call the network, read files and see the request's body. In return there are rules:
#
# - It lives in **us-east-1**; CloudFront copies it. You name a **numbered version**, never `$LATEST` or an alias.
# - Its role can be assumed by `lambda.amazonaws.com` **and** `edgelambda.amazonaws.com`.
# - No environment variables, no layers, no VPC, x86 only.
# - Viewer hooks: 5 seconds and 128 MB. Origin hooks: 30 seconds and the memory of Lambda.

# %% setup="edge-lambda"
iam = boto3.client("iam")


def edge_role(services: list[str]) -> str:
    """A new role that these services may assume; return its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": services},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    made = iam.create_role(
        RoleName=lab.unique_name("edge"),
        AssumeRolePolicyDocument=json.dumps(trust),
    )
    return made["Role"]["Arn"]


def zipped(source: str) -> bytes:
    """A deployment package with the file app.py."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()


def source_of(function: Any) -> str:
    """The cell in which a function is defined, down to the function's last line."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    return "".join(lines[: first + len(inspect.getblock(lines[first:]))])


def edge_version(source: str, handler: str) -> str:
    """The ARN of a first version, ready for an origin hook."""
    lambdas = boto3.client("lambda", region_name="us-east-1")
    name = lab.unique_name("edge")
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com", "edgelambda.amazonaws.com"]),
        Handler=f"app.{handler}",
        Code={"ZipFile": zipped(source)},
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name)
    return lambdas.publish_version(FunctionName=name)["FunctionArn"]


def hooked(server: Server, point: str, function: Any) -> dict:
    """A distribution that runs a Python function at one of the hook points."""
    arn = edge_version(source_of(function), function.__name__)
    row = {"EventType": point, "LambdaFunctionARN": arn}
    return front_of(server, LambdaFunctionAssociations=listed([row]))


# %%
def stamp(event, context):
    """Tell the origin at which edge function the request passed."""
    print("asked for", event["Records"][0]["cf"]["request"]["uri"])
    request = event["Records"][0]["cf"]["request"]
    request["headers"]["x-stamp"] = [{"key": "X-Stamp", "value": "edge"}]
    return request


stamped = Server()
front = hooked(stamped, "origin-request", stamp)
for path in ("/a", "/a", "/b"):
    ask(front, path)
print([(request.path, request.headers["X-Stamp"]) for request in stamped.asked])

# %% [markdown]
# The event has another form than before: all is below `Records[0]["cf"]`, each header is a **list** of `key` and
# `value`, and a response's `status` is text.
#
# > **Lab and AWS.** On AWS the copies run in the Region nearest to the edge and write their logs there; the lab runs
# > and logs in us-east-1. A new version takes minutes to reach all edges.
#
# ### Your turn: a placeholder
#
# Some photos are missing. Write `placeholder(event, context)` for the **origin response**: if the origin answers 404
# to a path that begins with `/img/`, return a response with status 200, the body `PICTURE`, the content type
# `image/svg+xml`, and `Cache-Control: max-age=60`. Every other response goes through as it is.
#
# <details><summary>Hint</summary>
#
# `event["Records"][0]["cf"]` holds `request` (with `uri`) and `response` (with `status`, `headers`, and the `body` that
# you may set). Change the response that came, and return it. A header: `headers["content-type"] = [{"key":
# "Content-Type", "value": ...}]`.
# </details>


# %% exercise="placeholder"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    """Answer with a picture where one is missing."""
    ### BEGIN SOLUTION
    found = event["Records"][0]["cf"]
    response = found["response"]
    if response["status"] == "404" and found["request"]["uri"].startswith("/img/"):
        response["status"] = "200"
        response["statusDescription"] = "OK"
        response["body"] = PICTURE
        headers = {"Content-Type": "image/svg+xml", "Cache-Control": "max-age=60"}
        for name, value in headers.items():
            response["headers"][name.lower()] = [{"key": name, "value": value}]
    return response
    ### END SOLUTION


# %% check="placeholder" points=3
with check("placeholder", needs="placeholder", right="The edge stores the picture; the function ran once.") as expect:

    def fills(missing: str, *others: str) -> None:
        server = Server()
        server.missing = (missing, *others)
        front = hooked(server, "origin-response", placeholder)

        def got(path: str):
            found = ask(front, path)
            if found.status == 502:
                expect(False, f"For {path} the function fails. {found.body.split('<HR>')[1]}")
            return found

        good = got("/img/here.jpg")
        expect(good.status == 200 and good.body == "web: /img/here.jpg", "A photo that exists is no longer the same.")
        expect.equal(good.headers.get("Cache-Control"), "max-age=3600", "Cache-Control of a photo that exists")
        found = got(missing)
        expect(found.status == 200, f"The missing {missing} is answered with {found.status}; right is 200.")
        expect("<svg" in found.body, f"The body for {missing} is {found.body[:40]!r}; right is PICTURE.")
        expect.equal(found.headers.get("Content-Type"), "image/svg+xml", "The content type of the placeholder")
        expect.equal(found.headers.get("Cache-Control"), "max-age=60", "Cache-Control of the placeholder")
        expect(got(missing).headers["X-Cache"].startswith("Hit"), "The placeholder is not cached.")
        for other in others:
            gone = got(other).status
            expect(gone == 404, f"{other} does not begin with /img/; the answer should stay 404 and is {gone}.")
        server.status = 503
        expect(got("/img/ill.jpg").status == 503, "When the origin is ill (503), the answer should stay 503.")

    fills("/img/lost.jpg", "/page.html", "/old/img/x.jpg", "/img-list.html")
    ### BEGIN HIDDEN TESTS
    fills("/img/2026/sea.png", "/help/img/x")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: repair the delivery
#
# `ship(source, distribution_id)` should hang a Python function, whose `handler` is in `source`, at the **viewer
# request** of the default behaviour, wait, and return the ARN that it hung there. A colleague wrote it for an
# ordinary Lambda function, and CloudFront refuses it, for one reason after the other. Repair it.
#
# <details><summary>Hint</summary>
#
# Run the check: CloudFront names one reason at a time. The list of rules stands at the beginning of this section.
# Lambda's `publish_version` makes a numbered version and answers with its ARN.
# </details>


# %% exercise="ship" repair=true
def ship(source: str, distribution_id: str) -> str:
    """Run a Python function at each viewer's request; return the ARN of what runs."""
    lambdas = boto3.client("lambda", region_name="eu-central-1")
    name = lab.unique_name("ship")
    made = lambdas.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=30,
        MemorySize=512,
        Environment={"Variables": {"STAGE": "live"}},
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name)
    arn = made["FunctionArn"]
    row = {"EventType": "viewer-request", "LambdaFunctionARN": arn}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return arn


### BEGIN SOLUTION
def ship(source: str, distribution_id: str) -> str:
    """Run a Python function at each viewer's request; return the ARN of what runs."""
    lambdas = boto3.client("lambda", region_name="us-east-1")
    name = lab.unique_name("ship")
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com", "edgelambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=5,
        MemorySize=128,
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name)
    arn = lambdas.publish_version(FunctionName=name)["FunctionArn"]
    row = {"EventType": "viewer-request", "LambdaFunctionARN": arn}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return arn


### END SOLUTION


# %% check="ship" points=2
with check(
    "ship", needs="ship", right="One version in us-east-1, and CloudFront carries it round the world."
) as expect:

    def runs(header: str) -> None:
        source = (
            "def handler(event, context):\n"
            "    request = event['Records'][0]['cf']['request']\n"
            f"    request['uri'] = '/{header}' + request['uri']\n"
            "    return request\n"
        )
        server = Server()
        front = front_of(server)
        try:
            arn = ship(source, front["Id"])
        except ClientError as error:
            told = error.response["Error"]
            expect(False, f"CloudFront refuses it: {told['Message']}" if "LambdaFunctionAssociation" in told["Code"]
                   else f"{told['Code']}: {told['Message']}")  # fmt: skip
        known = cloudfront.get_distribution_config(Id=front["Id"])["DistributionConfig"]["DefaultCacheBehavior"]
        rows = known["LambdaFunctionAssociations"].get("Items", [])
        expect(rows != [], "No function hangs at the default behaviour.")
        expect.equal(rows[0]["EventType"], "viewer-request", "The event at which the function runs")
        expect.equal(arn, rows[0]["LambdaFunctionARN"], "The returned ARN")
        home = boto3.client("lambda", region_name="us-east-1")
        role = home.get_function_configuration(FunctionName=arn)["Role"].rpartition("/")[2]
        trust = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
        for service in ("lambda.amazonaws.com", "edgelambda.amazonaws.com"):
            expect(f'"{service}"' in trust, f"The function's role cannot be assumed by {service}.")
        found = ask(front, "/a")
        expect(found.status == 200, f"The viewer gets {found.status}: {found.body[:200]}")
        asked = [request.path for request in server.asked]
        expect(asked == [f"/{header}/a"], f"The origin was asked for {asked}, as if the function had not run.")

    runs("en")
    ### BEGIN HIDDEN TESTS
    runs("shop")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which of the two?
#
# A behaviour has at most one function at each hook, and its viewer hooks take one kind only: no CloudFront Function at
# the viewer request beside a Lambda@Edge function at the viewer response. Other pairs are fine, such as a CloudFront
# Function at the viewer request and Lambda@Edge at the origin request.

# %%
function_ms = facts.limit("cloudfront", "cloudfront-functions-run-time")
viewer_seconds = facts.limit("cloudfront", "lambda@edge-timeout-viewer-events")
origin_seconds = facts.limit("cloudfront", "lambda@edge-timeout-origin-events")
run_time = {
    "CloudFront Functions": function_ms / 1000,
    "Lambda@Edge, viewer hooks": viewer_seconds,
    "Lambda@Edge, origin hooks": origin_seconds,
}
charts.limits(
    run_time,
    headline="A millisecond, five seconds, half a minute",
    unit="seconds",
    label="longest run",
    sort=False,
    source=origin_seconds,
)

# %%
free = facts.limit("cloudfront", "free-function-invocations-per-month") / 1e6
each_function = facts.price("cloudfront", "functions-invocations")
each_lambda = facts.price("cloudfront", "lambda@edge-requests")
gb_second = facts.price("cloudfront", "lambda@edge-duration")
millions = list(range(0, 101, 2))
charts.curves(
    {
        "Lambda@Edge, 5 ms at 128 MB": (
            millions,
            [n * (each_lambda + 1e6 * 0.005 * 0.125 * gb_second) for n in millions],
        ),
        "CloudFront Functions": (
            millions,
            [max(0, n - free) * each_function for n in millions],
        ),
    },
    headline="For what both can do, a CloudFront Function costs a sixth",
    x_label="million requests a month",
    y_unit="USD per month",
    source=[each_lambda, each_function],
)

# %% [markdown]
# The limits in numbers; `facts.limit("cloudfront", name)` gives each of them:

# %%
names = ["cloudfront-functions-run-time", "cloudfront-functions-memory"]
names += ["cloudfront-functions-code-size", "lambda@edge-timeout-viewer-events"]
names += ["lambda@edge-memory-viewer-events", "lambda@edge-timeout-origin-events"]
names += ["lambda@edge-memory-origin-events", "lambda@edge-package-viewer-and-origin-events"]
facts.limits("cloudfront").frame().set_index("name").loc[names, ["value", "unit", "as_of"]]

# %% [markdown]
# ### Your turn: choose
#
# Write `choose(job)`. Return `"function"` (a CloudFront Function) if the job fits into its limits, else
# `"lambda@edge"` if it fits there, else `"neither"`. A job is a dictionary:
#
# | key | meaning |
# |---|---|
# | `event` | the hook: `viewer-request`, `viewer-response`, `origin-request` or `origin-response` |
# | `ms`, `mb` | time and memory that it needs |
# | `kb` | size of its code |
# | `language` | `JavaScript`, `Python` or `Go` |
# | `needs` | a set, of `network`, `files` and `body` (of the request), or empty |
#
# Exactly at a limit still fits, but for the millisecond: the run must be **shorter** than that.
#
# <details><summary>Hint</summary>
#
# Begin with the function: is the hook at the viewer, the language JavaScript, the set empty, and all three numbers
# small enough? Then Lambda@Edge, whose time and memory depend on the hook; its package limit is in MB (1 MB = 1,024 KB
# here). JavaScript runs there as Node.js.
# </details>


# %% exercise="choose"
def choose(job: dict) -> str:
    """Return "function", "lambda@edge" or "neither"."""

    ### BEGIN SOLUTION
    def most(name: str) -> float:
        return float(facts.limit("cloudfront", name))

    side = job["event"].split("-")[0]
    if (
        side == "viewer"
        and job["language"] == "JavaScript"
        and not job["needs"]
        and job["ms"] < most("cloudfront-functions-run-time")
        and job["mb"] <= most("cloudfront-functions-memory")
        and job["kb"] <= most("cloudfront-functions-code-size")
    ):
        return "function"
    if (
        job["language"] in ("JavaScript", "Python")
        and job["ms"] <= 1000 * most(f"lambda@edge-timeout-{side}-events")
        and job["mb"] <= most(f"lambda@edge-memory-{side}-events")
        and job["kb"] <= 1024 * most("lambda@edge-package-viewer-and-origin-events")
    ):
        return "lambda@edge"
    return "neither"
    ### END SOLUTION


# %% check="choose" points=2
with check("choose", needs="choose", right="The limits decide; where both fit, the price does.") as expect:
    small = {"event": "viewer-request", "ms": 0.2, "mb": 1, "kb": 2, "language": "JavaScript", "needs": set()}

    def chosen(what: str, right: str, **more) -> None:
        expect.equal(choose({**small, **more}), right, f"The choice for {what}")

    chosen("a redirect", "function")
    chosen("a header at each answer, of exactly 2 MB and 10 KB", "function", event="viewer-response", mb=2, kb=10)
    chosen("a rewrite at the origin request", "lambda@edge", event="origin-request")
    chosen("a rewrite in Python", "lambda@edge", language="Python")
    chosen("a rewrite in Go", "neither", language="Go")
    chosen("a look into the posted form", "lambda@edge", needs={"body"})
    chosen("a question to a user database (200 ms)", "lambda@edge", needs={"network"}, ms=200)
    chosen("a check that takes exactly 1 ms", "lambda@edge", ms=1)
    chosen("a table of 30 KB in the code", "lambda@edge", kb=30)
    chosen("scaling pictures at the viewer with 512 MB", "neither", mb=512, ms=900, language="Python")
    chosen("scaling pictures at the origin response", "lambda@edge", event="origin-response", mb=512, ms=900,
           language="Python", kb=40_000)  # fmt: skip
    chosen("7 seconds at the viewer", "neither", ms=7_000)
    chosen("7 seconds at the origin", "lambda@edge", ms=7_000, event="origin-request")
    chosen("a package of 60 MB", "neither", kb=60 * 1024, event="origin-request")
    chosen("a package of exactly 50 MB", "lambda@edge", kb=50 * 1024, event="origin-request")
    chosen("a table of 3 MB in memory", "lambda@edge", mb=3)
    chosen("exactly 5 seconds and 128 MB at the viewer", "lambda@edge", ms=5_000, mb=128)
    chosen("11 GB of memory at the origin", "neither", mb=11 * 1024, event="origin-response")
    ### BEGIN HIDDEN TESTS
    chosen("2.5 MB of memory", "lambda@edge", mb=2.5)
    chosen("31 seconds at the origin", "neither", ms=31_000, event="origin-response")
    chosen("exactly 30 seconds at the origin", "lambda@edge", ms=30_000, event="origin-request")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Secrets in a form
#
# HTTPS ends at the edge, or at the load balancer. Behind it every program that touches an order sees the card number.
# **Field-level encryption** seals chosen fields of a posted form at the edge with your RSA public key. They stay
# sealed until the one program that holds the private key.

# %%
from course.lab.cloudfront.field_encryption import opened

private, pem = new_key()
label = lab.unique_name("card")
key = cloudfront.create_public_key(
    PublicKeyConfig={"CallerReference": label, "Name": label, "EncodedKey": pem},
)["PublicKey"]["Id"]
sealing = {
    "PublicKeyId": key,
    "ProviderId": "lumen-shop",
    "FieldPatterns": listed(["card-*"]),
}
profile = cloudfront.create_field_level_encryption_profile(
    FieldLevelEncryptionProfileConfig={
        "Name": label,
        "CallerReference": label,
        "EncryptionEntities": listed([sealing]),
    }
)["FieldLevelEncryptionProfile"]["Id"]
form = "application/x-www-form-urlencoded"
content_type = {"Format": "URLEncoded", "ContentType": form, "ProfileId": profile}
encryption = cloudfront.create_field_level_encryption_config(
    FieldLevelEncryptionConfig={
        "CallerReference": label,
        "ContentTypeProfileConfig": {
            "ForwardWhenContentTypeIsUnknown": False,
            "ContentTypeProfiles": listed([content_type]),
        },
    }
)["FieldLevelEncryption"]["Id"]
till = Server("till")
front = front_of(
    till,
    CachePolicyId=CACHING_DISABLED,
    AllowedMethods=ALL_METHODS,
    FieldLevelEncryptionId=encryption,
)
ask(front, "/pay", method="POST", body="name=Ada&card-no=4111", headers={"Content-Type": form})
posted = dict(parse_qsl(till.asked[0].text))
print("name   ", posted["name"])
print("card-no", posted["card-no"][:48], "...")
pem_private = private.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
print("opened ", opened(posted["card-no"], pem_private))

# %% [markdown]
# A profile has up to ten fields, and a body up to 1 MB.
#
# > **Lab and AWS.** On AWS the sealed text is a message of the AWS Encryption SDK, whose library opens it. The lab
# > seals in a form of its own, and `opened` is the lab's.
#
# ## Lines within seconds
#
# CloudFront's standard logs arrive in S3 within minutes to hours. **Real-time logs** go to a Kinesis data stream
# within seconds. You choose the fields, the behaviours, and a **sampling rate** of 1 to 100 %: a stream of all requests
# of a large site is expensive, and a share often says enough. One field differs from the standard logs: `cs-uri-stem`
# has the query string with it.

# %% setup="real-time"
kinesis = boto3.client("kinesis", region_name="us-east-1")
FIELDS = ["timestamp", "sc-status", "cs-uri-stem", "x-edge-result-type"]


def logged(server: Server, rate: int) -> tuple[dict, str]:
    """A distribution that logs a share of its requests, and the name of the stream."""
    name = lab.unique_name("requests")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    shown = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    arn = shown["StreamARN"]
    role = edge_role(["cloudfront.amazonaws.com"])
    write = {
        "Effect": "Allow",
        "Action": ["kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"],
        "Resource": arn,
    }
    iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [write]}),
    )
    target = {"RoleARN": role, "StreamARN": arn}
    lines = cloudfront.create_realtime_log_config(
        Name=name,
        SamplingRate=rate,
        Fields=FIELDS,
        EndPoints=[{"StreamType": "Kinesis", "KinesisStreamConfig": target}],
    )["RealtimeLogConfig"]["ARN"]
    return front_of(server, CachePolicyId=CACHING_DISABLED, RealtimeLogConfigArn=lines), name


def rows_of(stream: str) -> list[dict]:
    """The lines of a stream, each as a dictionary by field."""
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    place = kinesis.get_shard_iterator(
        StreamName=stream,
        ShardId=shard,
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=place)["Records"]
    lines = [one["Data"].decode().rstrip("\n").split("\t") for one in records]
    return [dict(zip(FIELDS, line, strict=True)) for line in lines]


# %%
server = Server()
front, stream = logged(server, 25)
for number in range(12):
    ask(front, f"/page-{number}")
for row in rows_of(stream):
    print(row)

# %% [markdown]
# > **Lab and AWS.** AWS draws the share by chance; the lab takes every fourth of 25 %, so that you see the same each
# > time. By chance, a count of `n` sampled lines is off by about its square root: 100 lines say 10 % more or less,
# > 10,000 say 1 %.
#
# ### Your turn: estimate
#
# Write `estimate(rows, rate)` for rows as `rows_of` gives them, sampled at `rate` percent. Return three things: the
# estimated number of all requests, the estimated number of server errors (status 500 to 599), and the path
# (`cs-uri-stem`) with the most server errors among the rows, `None` if there are none.
#
# <details><summary>Hint</summary>
#
# All values are text. Each row stands for `100 / rate` requests. `collections.Counter(...).most_common(1)` finds the
# most frequent.
# </details>


# %% exercise="estimate"
def estimate(rows: list[dict], rate: int) -> tuple[float, float, str | None]:
    """Return (requests, server errors, the path with most server errors)."""
    ### BEGIN SOLUTION
    from collections import Counter

    bad = Counter(row["cs-uri-stem"] for row in rows if row["sc-status"].startswith("5"))
    worst = bad.most_common(1)[0][0] if bad else None
    return len(rows) * 100 / rate, bad.total() * 100 / rate, worst
    ### END SOLUTION


# %% check="estimate" points=2
with check("estimate", needs="estimate", right="A tenth of the lines found the page that fails.") as expect:

    def measured(rate: int, visits: list[tuple[str, int]], right: tuple) -> None:
        server = Server()
        front, stream = logged(server, rate)
        for path, status in visits:
            server.status = status
            ask(front, path)
        rows = rows_of(stream)
        found = estimate(rows, rate)
        expect(isinstance(found, tuple) and len(found) == 3, "Return three things: requests, errors, path.")
        what = f"of {len(visits)} requests, {len(rows)} of them in the stream ({rate} %)"
        expect.close(float(found[0]), right[0], f"The estimated number {what}")
        expect.close(float(found[1]), right[1], f"The estimated number of server errors {what}")
        expect.equal(found[2], right[2], f"The path with the most server errors {what}")

    measured(40, [("/a", 200), ("/a", 200)] * 5, (10, 0, None))
    measured(10, [("/a", 200)] * 20 + [("/b", 500)] * 10 + [("/c", 503)] * 30 + [("/gone", 200)] * 10, (70, 40, "/c"))
    measured(100, [("/x", 504), ("/y", 507), ("/y", 599), ("/gone", 200)], (4, 3, "/y"))
    ### BEGIN HIDDEN TESTS
    measured(25, [("/q", 502)] * 8 + [("/r", 200)] * 12, (20, 8, "/q"))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS a web ACL costs by the month, by rule and by request, and a Kinesis stream by the hour. Geographic
# > restriction, signatures and Shield Standard are free. Delete ACLs and streams that you only tried.

# %%
for name in ("field-level-encryption", "real-time-logs", "functions-invocations"):
    price = facts.price("cloudfront", name)
    print(f"{name:24} {float(price):5} {price.unit}")

# %% [markdown]
# ## To remember
#
# - Web ACLs for CloudFront (scope `CLOUDFRONT`), its certificates and Lambda@Edge functions live in us-east-1.
# - Geographic restriction allows or blocks whole countries, for the whole distribution.
# - An origin group asks the second origin per request, for GET, HEAD and OPTIONS only.
# - Signed URLs open one file, signed cookies many. The private key stays with you; the public key is in a trusted key
#   group.
# - Viewer hooks run on every request, origin hooks on a miss.
# - CloudFront Functions: JavaScript, viewer hooks, below a millisecond, 10 KB, no network, no body.
# - Lambda@Edge: Python or Node.js, all hooks, seconds, network and body, at six times the price.
# - Field-level encryption seals form fields; real-time logs reach Kinesis within seconds.

# %% [markdown] question="login-check"
# ### Question 1
#
# Every request of a news site carries a session token in a cookie. It must be checked against a table of sessions in
# DynamoDB before any article is served, also articles that are in the cache. Where does the check belong?
#
# - [ ] **A** Into a CloudFront Function at the viewer request.
#   > The hook is right, but such a function has no network and cannot ask DynamoDB.
# - [ ] **B** Into a Lambda@Edge function at the origin request.
#   > It could ask DynamoDB, but does not run for articles that are in the cache.
# - [x] **C** Into a Lambda@Edge function at the viewer request.
#   > It runs for every request, before the cache, and may call the network. (A token that is signed could be checked
#   > by a CloudFront Function, without a table.)
# - [ ] **D** Into a Lambda@Edge function at the viewer response.
#   > It runs after the article was fetched, and it is not meant to decide who gets in.

# %% answer="login-check"
answer = "C"

# %% check="login-check" points=1
question("login-check", answer)

# %% [markdown] question="training-videos"
# ### Question 2
#
# A training platform keeps its videos, in thousands of segments, in a bucket that only CloudFront can read. Customers
# who paid shall stream for a day; the links in the player must not change. What fits?
#
# - [x] **A** Signed cookies of CloudFront with a custom policy for the videos' path.
#   > One signature with a wildcard and an end in a day; the browser sends it with the links as they are.
# - [ ] **B** Signed URLs of CloudFront for each segment.
#   > It would work with a new link for each of thousands of segments.
# - [ ] **C** Presigned URLs of S3 for each segment.
#   > They go past CloudFront, straight to the bucket, and change every link.
# - [ ] **D** Geographic restriction to the customers' countries.
#   > Whole countries are not customers who paid.

# %% answer="training-videos"
answer = "A"

# %% check="training-videos" points=1
question("training-videos", answer)

# %% [markdown] question="no-certificate"
# ### Question 3
#
# A team in Frankfurt (eu-central-1) has a load balancer there and wants `shop.example.com` on a CloudFront
# distribution in front of it. Their ACM certificate for that name is issued, yet CloudFront does not take it. Why?
#
# - [ ] **A** CloudFront needs a certificate bought elsewhere and imported.
#   > Imported ones work too, but those that ACM issues are taken as well, and free.
# - [x] **B** The certificate is in eu-central-1; viewers' certificates must be in us-east-1.
#   > CloudFront is global and reads ACM of us-east-1. The one in Frankfurt is right for the load balancer.
# - [ ] **C** The distribution must have a dedicated IP address.
#   > With SNI one address serves many names, at no charge.
# - [ ] **D** The certificate must name the load balancer.
#   > Viewers ask for shop.example.com, so the viewer's certificate must cover that name.

# %% answer="no-certificate"
answer = "B"

# %% check="no-certificate" points=1
question("no-certificate", answer)

# %% [markdown] question="cheap-redirects"
# ### Question 4
#
# A shop with 400 million requests a month wants to redirect 2,000 old addresses to new ones. The list changes daily,
# and the origin should not be bothered. What costs least and needs no new code each day?
#
# - [ ] **A** A Lambda@Edge function at the viewer request that reads the list from S3.
#   > It works, at six times the price per request and with a call over the network.
# - [ ] **B** A CloudFront Function with the 2,000 addresses in its code.
#   > The list exceeds 10 KB, and each change would be new code to publish.
# - [x] **C** A CloudFront Function that looks addresses up in a KeyValueStore.
#   > The store is at the edge beside the function and changes without publishing anything.
# - [ ] **D** A Lambda@Edge function at the origin response.
#   > It runs on misses only, after the origin was bothered.

# %% answer="cheap-redirects"
answer = "C"

# %% check="cheap-redirects" points=1
question("cheap-redirects", answer)

# %%
progress()
