# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       bill:
#       - cloudfront.pricing
#       front-door:
#       - cloudfront.s3-origin-oac
#       - cloudfront.distribution
#       how-long:
#       - cloudfront.ttl
#       key:
#       - cloudfront.cache-key
#       - cloudfront.cache-policy
#       measure-hits:
#       - cloudfront.request-flow
#       - cloudfront.purpose
#       release:
#       - cloudfront.invalidation
#       retire:
#       - cloudfront.distribution
#       split:
#       - cloudfront.behaviors
#       - cloudfront.viewer-protocol
#       - cloudfront.custom-origins
#       - cloudfront.origin-request-policy
#     services:
#     - cloudfront
#     - s3
#     title: 'CloudFront: content delivery'
#     topics:
#     - cloudfront.purpose
#     - cloudfront.request-flow
#     - cloudfront.s3-origin-oac
#     - cloudfront.custom-origins
#     - cloudfront.distribution
#     - cloudfront.cache-key
#     - cloudfront.cache-policy
#     - cloudfront.origin-request-policy
#     - cloudfront.ttl
#     - cloudfront.invalidation
#     - cloudfront.behaviors
#     - cloudfront.viewer-protocol
#     - cloudfront.price-classes
#     - cloudfront.pricing
#     - cloudfront.vs-crr
#     - cloudfront.transfer-acceleration
# ---

# %% [markdown]
# # CloudFront: content delivery
#
# Lumen, the photo shop, keeps its pictures in one Region and has customers on five continents. After this lesson you
# can put **Amazon CloudFront** in front of a private bucket and of a web server, choose what is cached and for how
# long, measure the hit ratio, throw old copies away, and say what it costs.

# %% setup="start"
import json
import random
import zlib

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.cloudfront import viewer_in

lesson("03-networking/06-content-delivery")
lab.start()
cloudfront = boto3.client("cloudfront")
s3 = boto3.client("s3", region_name="us-east-1")

# Policies that AWS manages have the same ids in every account.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

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


def own_policy(name: str, **settings) -> str:
    """The id of Lumen's cache policy of this name, made if it is new: an account may have 20."""
    for one in cloudfront.list_cache_policies(Type="custom")["CachePolicyList"].get("Items", []):
        if one["CachePolicy"]["CachePolicyConfig"]["Name"] == name:
            return one["CachePolicy"]["Id"]
    made = cloudfront.create_cache_policy(CachePolicyConfig={"Name": name, **settings})
    return made["CachePolicy"]["Id"]


class Origin:
    """A web server of Lumen's that counts what it is asked; it has nothing at /gone."""

    def __init__(self, headers: dict | None = None) -> None:
        self.domain = f"{lab.unique_name('web')}.lumen.example"
        self.headers, self.asked = headers or {}, []
        lab.http.serve(f"https://{self.domain}", self.answer)

    def answer(self, request):
        self.asked.append(request)
        return 404 if request.path == "/gone" else 200, f"{request.path} no. {len(self.asked)}", self.headers


def ask(distribution: dict, path: str, country: str = "US", **more):
    """What a viewer in a country gets."""
    url = f"https://{distribution['DomainName']}{path}"
    return lab.http("GET", url, source_ip=viewer_in(country), **more)


# %% [markdown]
# ## Copies near the viewer
#
# CloudFront is a **content delivery network**. A *viewer* reaches the nearest of several hundred **edge locations**.
# If that has a fresh copy (a **hit**), it answers at once. If not (a **miss**), it asks your **origin**, answers, and
# keeps the copy. So viewers wait less and the origin rests.

# %%
charts.flow(
    [
        ("viewer in Osaka", "edge in Tokyo"),
        ("viewer in Kyoto", "edge in Tokyo"),
        ("viewer in Bonn", "edge in Frankfurt"),
        ("edge in Tokyo", "origin in Virginia", "first time only"),
        ("edge in Frankfurt", "origin in Virginia", "first time only"),
    ],
    kinds={
        "edge in Tokyo": "network",
        "edge in Frankfurt": "network",
        "origin in Virginia": "storage",
    },
    headline="Three viewers, two edges, two requests to the origin",
)

# %% [markdown]
# Say that the edge is 20 ms away and the origin 180 ms further. Hits cost the short way only:

# %%
edge, origin = 20, 180
hit_ratios = [n / 100 for n in range(0, 101, 2)]
waits = [h * edge + (1 - h) * (edge + origin) for h in hit_ratios]
charts.curves(
    {"mean wait": ([100 * h for h in hit_ratios], waits)},
    headline="Each percent of hits takes 1.8 ms off the mean wait",
    x_label="hit ratio",
    x_unit="%",
    y_unit="ms",
    source="model in this cell: edge 20 ms, origin 180 ms more",
)

# %% [markdown]
# A miss still gains something: TLS ends nearby, and the long way runs over AWS's own network with connections that
# stay open. That helps answers that are never cached, and uploads too.
#
# > **Then and now.** Books count 168 or 216 edge locations; AWS now says more than 700. RTMP distributions ended
# > in December 2020.
#
# A **distribution** holds the settings. We put one in front of a web server and watch three headers: `X-Cache` (hit
# or miss), `Age` (seconds since the copy was made) and `X-Amz-Cf-Pop` (which edge, named like an airport).

# %%
server = Origin({"Cache-Control": "max-age=600"})
made = cloudfront.create_distribution(
    DistributionConfig=config([web_origin("web", server.domain)], default),
)["Distribution"]
print(made["Status"], made["DomainName"])
cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
for country in ("DE", "DE", "JP", "DE"):
    answer = ask(made, "/cat.jpg", country)
    pop, age = answer.headers["X-Amz-Cf-Pop"][:3], answer.headers.get("Age", "-")
    print(country, pop, f"{answer.headers['X-Cache']:21} age {age:>3}", answer.body)
    lab.clock.advance(minutes=2)

# %% [markdown]
# Frankfurt's copy does not help Tokyo: **each edge location has its own cache**. (On AWS a *regional edge cache*
# stands behind several of them and spares the origin the second question.)
#
# > **Lab and AWS.** The lab has some thirty edge locations and no regional edge caches. `viewer_in("JP")` gives an
# > address in a country, for `source_ip`. Real viewers reach the edge that is quickest, which is mostly the nearest.
#
# ### Your turn: measure the hit ratio
#
# Write `hit_ratio(distribution, log)`. `log` is a list of `(path, country)`; send each request in this order with
# `ask`. Return the share, from 0 to 1, of answers that came out of the cache: those whose `X-Cache` begins with
# `Hit` or with `RefreshHit` (the origin said that an old copy is still good).
#
# <details><summary>Hint</summary>
#
# `X-Cache` is `Hit from cloudfront`, `RefreshHit from cloudfront`, `Miss from cloudfront` or `Error from cloudfront`.
# The last word is always the same, so look at the first.
# </details>


# %% exercise="measure-hits"
def hit_ratio(distribution: dict, log: list[tuple[str, str]]) -> float:
    """Return the share of requests that were answered from the cache."""
    ### BEGIN SOLUTION
    hits = 0
    for path, country in log:
        word = ask(distribution, path, country).headers["X-Cache"].split()[0]
        hits += word in ("Hit", "RefreshHit")
    return hits / len(log)
    ### END SOLUTION


# %% check="measure-hits" points=2
with check("measure-hits", needs="hit_ratio", right="Few edges and many repeats: that is when a cache pays.") as expect:
    plain = own_policy("plain", MinTTL=0)  # CachingOptimized keeps everything for a second

    def ratio_of(log, right, what, headers=None) -> None:
        web = Origin(headers or {"Cache-Control": "max-age=600"})
        front = deploy(config([web_origin("web", web.domain)], default | {"CachePolicyId": plain}))
        found = hit_ratio(front, log)
        expect(len(web.asked) > 0, "The origin was never asked: send each request of the log with ask(...).")
        expect.close(found, right, f"The hit ratio of {what}")

    ratio_of([("/a", "DE")] * 4, 0.75, "four viewers of one photo in Germany")
    ratio_of([("/a", "DE"), ("/a", "JP"), ("/a", "BR"), ("/a", "DE")], 0.25, "one photo on three continents")
    ratio_of([("/a", "DE")] * 4, 0.75, "pages that are always refreshed (RefreshHit counts as a hit)",
             {"Cache-Control": "max-age=0", "ETag": '"1"'})  # fmt: skip
    ratio_of([("/a", "DE"), ("/a", "DE"), ("/gone", "DE"), ("/gone", "DE")], 0.25, "a photo and a page that is gone")
    ### BEGIN HIDDEN TESTS
    ratio_of([("/a", "FR"), ("/b", "FR"), ("/a", "FR"), ("/b", "FR"), ("/a", "FR")], 0.6, "two photos in France")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A bucket that only CloudFront can read
#
# The usual origin is an S3 bucket that stays **private**. Two things let CloudFront in, and nobody else:
#
# - an **origin access control** (OAC) at the origin: CloudFront signs its requests;
# - a **bucket policy** that allows the service `cloudfront.amazonaws.com`, on the condition that `AWS:SourceArn` is
#   this very distribution. Without the condition every distribution of every customer would be let in.
#
# > **Then and now.** Before August 2022 one used an *origin access identity* (OAI). It still works, but knows no
# > SSE-KMS and no uploads; use OAC.
#
# ### Your turn: the front door
#
# Write `front_door(bucket)`. It makes a distribution in front of the bucket (in us-east-1), deploys it and returns it.
#
# - The bucket stays private: every object can be read (`s3:GetObject`) through **this** distribution and in no other
#   way.
# - `/` shows the object `index.html`.
# - HTTP is redirected to HTTPS; the managed policy CachingOptimized rules the cache.
#
# <details><summary>Hint</summary>
#
# `create_origin_access_control` wants a name, `SigningProtocol="sigv4"`, `SigningBehavior="always"` and
# `OriginAccessControlOriginType="s3"`. The origin has an `Id`, the `DomainName` BUCKET.s3.us-east-1.amazonaws.com, an
# `OriginAccessControlId`, and an `S3OriginConfig` whose `OriginAccessIdentity` is an empty text (that was the old
# way). The bucket policy needs the distribution's ARN, so it comes last.
# </details>


# %% exercise="front-door"
def front_door(bucket: str) -> dict:
    """Put a distribution in front of a private bucket."""
    ### BEGIN SOLUTION
    control = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": bucket,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]["Id"]
    photos = {
        "Id": "photos",
        "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
        "OriginAccessControlId": control,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {
        "TargetOriginId": "photos",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    made = deploy(config([photos], behaviour) | {"DefaultRootObject": "index.html"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": made["ARN"]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return made
    ### END SOLUTION


# %% check="front-door" points=3
with check(
    "front-door", needs="front_door", right="Nobody can go round the cache, the logs and the firewall."
) as expect:

    def new_bucket(*keys: str) -> str:
        bucket = lab.unique_name("lumen-photos")
        s3.create_bucket(Bucket=bucket)
        for key in keys:
            s3.put_object(Bucket=bucket, Key=key, Body=f"this is {key}")
        return bucket

    def is_the_only_way(*keys: str) -> None:
        bucket = new_bucket(*keys, "index.html")
        made = front_door(bucket)
        expect(isinstance(made, dict) and "DomainName" in made, "Return the distribution, as deploy(...) gives it.")
        for key in keys:
            found = ask(made, f"/{key}")
            expect(
                found.status == 200 and found.body == f"this is {key}",
                f"/{key} answers {found.status} through CloudFront. Does the bucket policy allow s3:GetObject on all "
                "objects (arn:aws:s3:::BUCKET/*) to cloudfront.amazonaws.com, and does the origin have the OAC's id?",
            )
            past = lab.http("GET", f"https://{bucket}.s3.us-east-1.amazonaws.com/{key}").status
            expect(past == 403, f"Anybody can read {key} straight from the bucket: the answer is {past}, not 403.")
        known = cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
        stranger = deploy(known | {"CallerReference": lab.unique_name("stranger")})
        expect(
            ask(stranger, f"/{keys[0]}").status == 403,
            "Another distribution with the same origin can read the bucket too. Let the policy's condition compare "
            "AWS:SourceArn with the ARN of your distribution.",
        )
        expect(ask(made, "/").body == "this is index.html", "/ does not show index.html: set DefaultRootObject.")
        plain = lab.http("GET", f"http://{made['DomainName']}/{keys[0]}")
        expect(plain.status == 301, f"http:// answers {plain.status}; it should be sent on to https:// with 301.")
        rules = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        expect('"s3:*"' not in rules, "The bucket policy allows s3:*: CloudFront only has to read (s3:GetObject).")
        policy = known["DefaultCacheBehavior"].get("CachePolicyId")
        expect(policy == CACHING_OPTIMIZED, "The default behaviour should have the policy CachingOptimized.")

    is_the_only_way("cat.jpg", "albums/2026/sea.jpg")
    ### BEGIN HIDDEN TESTS
    is_the_only_way("a.txt")
    ### END HIDDEN TESTS

# %% [markdown]
# A missing object now gives **403** and not 404: who may not list a bucket is not told what is in it. Add
# `s3:ListBucket` for the distribution if you want 404.
#
# ## Other origins
#
# Everything that is no plain bucket is a **custom origin**: a load balancer, an EC2 instance, an API, any web server,
# also a bucket's *website* endpoint. Since November 2024 **VPC origins** reach private load balancers and instances;
# before, they had to be public, open to CloudFront's prefix list
# `com.amazonaws.global.cloudfront.origin-facing`.
#
# The origin's protocol policy is `http-only`, `https-only` or `match-viewer`. Website endpoints speak HTTP only:

# %%
site = lab.unique_name("lumen-site")
s3.create_bucket(Bucket=site)
for policy in ("https-only", "http-only"):
    place = web_origin("web", f"{site}.s3-website-us-east-1.amazonaws.com")
    place["CustomOriginConfig"]["OriginProtocolPolicy"] = policy
    answer = ask(deploy(config([place], default)), "/")
    said = "no connection to port 443" if answer.status == 504 else "the origin's own answer"
    print(f"{policy:10} -> {answer.status}: {said}")

# %% [markdown]
# ## For how long
#
# A copy is fresh for its **TTL**. The origin may ask for one in its headers; the cache policy has the last word with
# a minimum, a default and a maximum:
#
# | the origin says | the copy is kept |
# |---|---|
# | nothing | the default |
# | `s-maxage=N`, else `max-age=N`, else `Expires` | N seconds, moved into minimum to maximum |
# | `no-store`, `no-cache` or `private` | the minimum: 0 means not at all |
#
# When a copy is too old, the edge asks whether it changed. The origin may answer 304, a few bytes: a *refresh hit*.
# CachingOptimized has a minimum of 1 second, a default of a day and a maximum of a year.

# %%
whole = cloudfront.get_cache_policy(Id=CACHING_OPTIMIZED)["CachePolicy"]["CachePolicyConfig"]
print({name: whole[name] for name in ("MinTTL", "DefaultTTL", "MaxTTL")})
server = Origin({"Cache-Control": "no-store"})
front = deploy(config([web_origin("web", server.domain)], default))
for seconds in (0, 0, 1):
    lab.clock.advance(seconds=seconds)
    print(ask(front, "/stock").headers["X-Cache"])

# %% [markdown]
# Surprised by the hit? `no-store` did not help, because of that one second.
#
# ### Your turn: predict the seconds
#
# Write `kept_for(cache_control, minimum, default, maximum)`: how many seconds a copy stays fresh, by the table above.
# `cache_control` is the header's text, such as `"public, max-age=60, s-maxage=600"`, or `""` if the origin says
# nothing. The check asks your function first and then measures in the lab.
#
# <details><summary>Hint</summary>
#
# Split at commas, strip the blanks, and make a dictionary of what stands before and behind the `=`. Look for the
# three forbidding words first. `s-maxage` speaks to shared caches, so it goes before `max-age`.
# </details>


# %% exercise="how-long"
def kept_for(cache_control: str, minimum: int, default: int, maximum: int) -> int:
    """Return for how many seconds CloudFront keeps a copy."""
    ### BEGIN SOLUTION
    said = {}
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        said[name] = value
    if {"no-store", "no-cache", "private"} & set(said):
        return minimum
    for name in ("s-maxage", "max-age"):
        if name in said:
            return min(max(int(said[name]), minimum), maximum)
    return default
    ### END SOLUTION


# %% check="how-long" points=2
with check("how-long", needs="kept_for", right="The lab's clock agrees with each of your predictions.") as expect:

    def times_policy(minimum: int, usual: int, maximum: int) -> str:
        keyed = {
            "EnableAcceptEncodingGzip": False,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
        }
        return own_policy(
            f"times-{minimum}-{usual}-{maximum}",
            MinTTL=minimum,
            DefaultTTL=usual,
            MaxTTL=maximum,
            ParametersInCacheKeyAndForwardedToOrigin=keyed,
        )

    def lasts(front: dict, path: str, seconds: int) -> bool:
        """Whether a new copy is a hit just before the time, and none just after it."""
        ask(front, path)
        if seconds:
            lab.clock.advance(seconds=seconds - 1)
            if not ask(front, path).headers["X-Cache"].startswith("Hit"):
                return False
        lab.clock.advance(seconds=1)
        return not ask(front, path).headers["X-Cache"].startswith("Hit")

    def agree(times: tuple[int, int, int], cases: dict[str, int]) -> None:
        policy = times_policy(*times)
        for number, (header, right) in enumerate(cases.items()):
            what = f"kept_for({header!r}, {times[0]}, {times[1]}, {times[2]})"
            expect.equal(kept_for(header, *times), right, what)
            server = Origin({"Cache-Control": header} if header else {})
            front = deploy(config([web_origin("web", server.domain)], default | {"CachePolicyId": policy}))
            expect(lasts(front, f"/{number}", right), f"The lab did not measure {right} seconds for {header!r}.")

    agree((0, 300, 3600), {"": 300, "max-age=60": 60, "public, max-age=60, s-maxage=600": 600, "max-age=9000": 3600})
    agree((0, 300, 3600), {"s-maxage=7200, max-age=60": 3600})
    agree((20, 30, 3600), {"": 30, "max-age=5": 20, "no-store": 20, "no-cache": 20, "private, max-age=600": 20})
    ### BEGIN HIDDEN TESTS
    agree((0, 300, 3600), {"no-cache": 0, "s-maxage=1800, max-age=1": 1800})
    ### END HIDDEN TESTS

# %% [markdown]
# ## What makes two requests the same
#
# A copy is found by its **cache key**. By itself that is the path. A **cache policy** adds query strings, headers
# and cookies: `none`, `whitelist` (only these), and for query strings and cookies also `allExcept` and `all`. What is
# in the key goes to the origin too; the rest is dropped on the way.
#
# Lumen's server scales photos: `?width=` counts. Its newsletters add `?utm=...`, which does not, and browsers send a
# `User-Agent` each. One log of 400 requests, four keys:


# %% setup="keys"
def cache_policy(queries="none", headers=(), cookies: str = "none") -> str:
    """Make a cache policy; `queries` is "none", "all" or a list of names."""
    words = {"QueryStringBehavior": queries}
    if not isinstance(queries, str):
        words = {"QueryStringBehavior": "whitelist", "QueryStrings": listed(queries)}
    named = {"HeaderBehavior": "none"}
    if headers:
        named = {"HeaderBehavior": "whitelist", "Headers": listed(headers)}
    keyed = {
        "EnableAcceptEncodingGzip": True,
        "HeadersConfig": named,
        "CookiesConfig": {"CookieBehavior": cookies},
        "QueryStringsConfig": words,
    }
    name = f"key-{zlib.crc32(json.dumps(keyed).encode()):08x}"  # the same key, the same name
    return own_policy(name, MinTTL=0, ParametersInCacheKeyAndForwardedToOrigin=keyed)


# %%
chance = random.Random(7)
log = []
for _ in range(400):
    photo, width = chance.randint(1, 6), chance.choice((200, 800))
    path = f"/p{photo}.jpg?width={width}&utm=mail{chance.randint(1, 12)}"
    log.append((path, f"Browser/{chance.randint(1, 9)}"))
measured = {}
for name, policy in {
    "path only (wrong sizes)": cache_policy(),
    "+ width": cache_policy(["width"]),
    "+ all query strings": cache_policy("all"),
    "+ User-Agent": cache_policy("all", ["User-Agent"]),
}.items():
    server = Origin({"Cache-Control": "max-age=3600"})
    behaviour = default | {"CachePolicyId": policy}
    front = deploy(config([web_origin("web", server.domain)], behaviour))
    for path, browser in log:
        ask(front, path, headers={"User-Agent": browser})
    measured[name] = 100 * (1 - len(server.asked) / len(log))
charts.bars(
    measured,
    headline=f"Two needless parts of the key cut the hits from {measured['+ width']:.0f} % "
    f"to {measured['+ User-Agent']:.0f} %",
    unit="% of 400 requests",
    label="hit ratio",
    sort=False,
    highlight=["+ width"],
    source="measured in the lab, one edge location",
)

# %% [markdown]
# With the path alone nearly everything hits, and some customers get the wrong size: the origin never saw `width`.
# **In the key belongs exactly what changes the answer.**
#
# > **Then and now.** Policies came in July 2020. Older books set `ForwardedValues` at each behaviour; it is legacy.
#
# ### Your turn: repair the key
#
# Lumen's pages come in German and French (by `Accept-Language`) and are sorted by `?sort=`. Newsletters add `utm`,
# `ref` and new names each month. The function below makes a cache policy and returns its id. Nearly nothing hits.
# Repair it: the same page must be a hit, whatever else viewers send, and nobody may get a wrong page.
#
# <details><summary>Hint</summary>
#
# For each part of the key ask: does the origin answer differently? New names come each month, so say what counts and
# not what does not: `queries` takes a list of names.
# </details>


# %% exercise="key" repair=true
def page_policy() -> str:
    """Make the cache policy of the pages and return its id."""
    return cache_policy(queries="all", headers=["User-Agent"], cookies="all")


### BEGIN SOLUTION
def page_policy() -> str:
    """Make the cache policy of the pages and return its id."""
    return cache_policy(queries=["sort"], headers=["Accept-Language"])


### END SOLUTION


# %% check="key" points=2
with check("key", needs="page_policy", right="Three things decide the page: path, language, order.") as expect:

    def page(request):
        order = ",".join(request.parameters.get("sort", ["none"]))
        text = f"{request.path} {request.headers.get('Accept-Language', 'de')} {order}"
        return 200, text, {"Cache-Control": "max-age=3600"}

    def is_right(path: str, order: str) -> None:
        domain = f"{lab.unique_name('pages')}.lumen.example"
        lab.http.serve(f"https://{domain}", page)
        front = deploy(config([web_origin("web", domain)], default | {"CachePolicyId": page_policy()}))

        def seen(query: str, language: str = "de", **headers: str):
            return ask(front, f"{path}{query}", headers={"Accept-Language": language} | headers)

        seen(f"?sort={order}")
        for query, headers, what in (
            (f"?sort={order}&utm=a", {}, "a parameter that does not count (utm)"),
            (f"?sort={order}&ref=b", {}, "a parameter that does not count (ref)"),
            (f"?lumen9=x&sort={order}", {}, "a parameter that nobody has heard of yet (lumen9)"),
            (f"?sort={order}", {"User-Agent": "Other/7"}, "another User-Agent"),
            (f"?sort={order}", {"Cookie": "session=4711"}, "a cookie"),
        ):
            hit = seen(query, **headers).headers["X-Cache"].startswith("Hit")
            expect(hit, f"The same page is a miss because of {what}. Take it out of the key.")
        other = seen("?sort=price").body
        expect(other == f"{path} de price", f"?sort=price gets {other!r}: is sort in the key?")
        french = seen(f"?sort={order}", "fr").body
        expect(
            french == f"{path} fr {order}", f"Somebody who reads French gets {french!r}: is the language in the key?"
        )

    is_right("/frames", "name")
    ### BEGIN HIDDEN TESTS
    is_right("/albums/9", "date")
    ### END HIDDEN TESTS

# %% [markdown]
# Sometimes the origin needs something that does not change the answer, such as a trace id. An **origin request
# policy** sends headers, cookies and query strings on **without** putting them into the key. For answers that are
# never cached it sends everything: with CachingDisabled the key is idle.
#
# ## Behaviours: static here, dynamic there
#
# One distribution can serve a whole shop. A **cache behaviour** has a path pattern (`*` for any text, `?` for one
# character; capitals count) and its own origin, cache policy, methods and viewer protocol. CloudFront takes the
# **first** one in your list that fits; the default comes last.

# %%
shop, pictures = Origin(), Origin({"Cache-Control": "max-age=3600"})
broad = default | {"PathPattern": "/img/*", "TargetOriginId": "pictures"}
narrow = default | {"PathPattern": "/img/live/*", "CachePolicyId": CACHING_DISABLED}
for order in ([broad, narrow], [narrow, broad]):
    both = [web_origin("web", shop.domain), web_origin("pictures", pictures.domain)]
    front = deploy(config(both, default, order))
    words = [ask(front, "/img/live/cam.jpg").headers["X-Cache"].split()[0] for _ in "12"]
    print(" before ".join(one["PathPattern"] for one in order), "->", *words)

# %% [markdown]
# With the broad pattern first, the live picture is cached for an hour.
#
# `ViewerProtocolPolicy` is `allow-all`, `redirect-to-https` (301) or `https-only` (403 for HTTP). `AllowedMethods` is
# one of three sets: GET and HEAD; these and OPTIONS; or all seven. Only GET, HEAD and (if you say so) OPTIONS are ever
# cached. A method that is not allowed gets 403.
#
# ### Your turn: split the shop
#
# Write `split(api, assets)` with the domains of two web servers; make and deploy **one** distribution, and return it.
#
# - `/api/*` goes to `api`: nothing is cached; all seven methods; HTTPS only, plain HTTP is refused; the API gets all
#   headers of the viewer but `Host`, all cookies and query strings (an API answers only to its own host name).
# - Everything else goes to `assets`: CachingOptimized, GET and HEAD, HTTP is redirected.
#
# <details><summary>Hint</summary>
#
# `config(origins, default, others)`; a behaviour takes `"OriginRequestPolicyId"`, and its methods are
# `"AllowedMethods": listed([...]) | {"CachedMethods": listed(["GET", "HEAD"])}`. The three ids stand in the first
# cell of this lesson.
# </details>


# %% exercise="split"
def split(api: str, assets: str) -> dict:
    """Serve an API and static files from one distribution."""
    ### BEGIN SOLUTION
    seven = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    dynamic = {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
        "AllowedMethods": listed(seven) | {"CachedMethods": listed(["GET", "HEAD"])},
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    origins = [web_origin("api", api), web_origin("assets", assets)]
    return deploy(config(origins, static, [dynamic]))
    ### END SOLUTION


# %% check="split" points=3
with check("split", needs="split", right="One name, one certificate, two ways of caching.") as expect:

    def is_split(path: str, picture: str) -> None:
        api, assets = Origin(), Origin()
        made = split(api.domain, assets.domain)
        expect(isinstance(made, dict) and "DomainName" in made, "Return the distribution, as deploy(...) gives it.")
        signed_in = {"Cookie": "session=1", "Authorization": "Bearer x"}
        for _ in range(2):
            ask(made, f"{path}?page=2", headers=signed_in)
            ask(made, picture)
        expect(len(api.asked) + len(assets.asked) > 0, "No request reached the two servers.")
        expect(
            len(api.asked) == 2,
            f"Of two requests for {path}, {len(api.asked)} requests reached the API. It should get both, and "
            "nothing else: pattern /api/*, CachingDisabled.",
        )
        got = api.asked[0]
        for what, there in (
            ("query string", got.query == "page=2"),
            ("cookie", got.headers.get("Cookie") == "session=1"),
            ("header Authorization", got.headers.get("Authorization") == "Bearer x"),
        ):
            expect(there, f"The API does not get the viewer's {what}: give the behaviour an OriginRequestPolicyId.")
        expect(
            got.headers["Host"] == api.domain,
            f"The API is asked for the host {got.headers['Host']}; its own name is {api.domain}. Leave Host out.",
        )
        expect(
            len(assets.asked) == 1,
            f"Of two requests for {picture}, {len(assets.asked)} reached the assets server; it should be one.",
        )

        def status(path: str, scheme: str = "https", method: str = "GET") -> int:
            return lab.http(method, f"{scheme}://{made['DomainName']}{path}").status

        for method in ("POST", "DELETE"):
            expect(status(path, method=method) == 200, f"{method} {path} answers {status(path, method=method)}.")
        for method in ("POST", "OPTIONS"):
            refused = status(picture, method=method) == 403
            expect(refused, f"{method} {picture} is let through: GET and HEAD are enough there.")
        expect(
            status(path, "http") == 403, f"HTTP to {path} answers {status(path, 'http')}; it should be refused: 403."
        )
        expect(status(picture, "http") == 301, f"HTTP to {picture} answers {status(picture, 'http')}, not 301.")

    is_split("/api/orders", "/apis.css")
    ### BEGIN HIDDEN TESTS
    is_split("/api/v2/users/7", "/img/cat.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Before its time
#
# A wrong price is on the page and its copy is good for a day. An **invalidation** throws copies out at all edge
# locations. A path begins with `/`; a `*` at its end stands for anything and counts as **one** path. If query strings
# are in the key, they belong to the path: `/a.jpg*` means every variant. 1,000 paths a month are free.

# %%
free_paths = facts.limit("cloudfront", "free-invalidation-paths-per-month")
each_path = facts.price("cloudfront", "invalidation-path")
releases = list(range(0, 41))
charts.curves(
    {
        "every one of 100 files": (
            releases,
            [max(0, 100 * n - free_paths) * each_path for n in releases],
        ),
        "one wildcard": (releases, [max(0, n - free_paths) * each_path for n in releases]),
    },
    headline="A wildcard counts as one path, so it stays free",
    x_label="releases a month",
    y_unit="USD per month",
    source=each_path,
)

# %% [markdown]
# Better still: put the version into the **name** (`app.8f3a.js`). A new name is a new key, acts at once, in browsers
# too, and costs nothing. Then only the page that names the files needs a short TTL or an invalidation.
#
# ### Your turn: release the changes
#
# Write `release(distribution_id, changed, used)`: throw out the copies of the `changed` paths, with every query
# string, and of nothing else. Wait until it is done. Return what it costs in USD if `used` paths were already
# invalidated this month (the price is `facts.price("cloudfront", "invalidation-path")`).
#
# <details><summary>Hint</summary>
#
# `create_invalidation` takes `DistributionId` and `InvalidationBatch={"CallerReference": ..., "Paths": listed(...)}`;
# the reference must be new each time. The waiter `invalidation_completed` wants `DistributionId` and `Id`. `/a.jpg*`
# alone would also mean `/a.jpg.bak`: list the path as it is, and once more with `?*`. Only paths beyond the first
# 1,000 of the month are billed.
# </details>


# %% exercise="release"
def release(distribution_id: str, changed: list[str], used: int) -> float:
    """Throw out the copies of changed paths; return the cost in USD."""
    ### BEGIN SOLUTION
    paths = [variant for path in changed for variant in (path, f"{path}?*")]
    made = cloudfront.create_invalidation(
        DistributionId=distribution_id,
        InvalidationBatch={
            "CallerReference": lab.unique_name("release"),
            "Paths": listed(paths),
        },
    )["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(
        DistributionId=distribution_id,
        Id=made["Id"],
    )
    free = facts.limit("cloudfront", "free-invalidation-paths-per-month")
    billed = max(0, used + len(paths) - free) - max(0, used - free)
    return billed * facts.price("cloudfront", "invalidation-path")
    ### END SOLUTION


# %% check="release" points=3
with check("release", needs="release", right="What did not change stays cached, everywhere.") as expect:

    def throws_out(changed: list[str], others: list[str]) -> None:
        server = Origin({"Cache-Control": "max-age=86400"})
        behaviour = default | {"CachePolicyId": cache_policy("all")}
        front = deploy(config([web_origin("web", server.domain)], behaviour))
        variants = [f"{path}?width=200" for path in changed]

        def words(paths: list[str], country: str) -> list[str]:
            return [ask(front, path, country).headers["X-Cache"].split()[0] for path in paths]

        for country in ("DE", "JP"):
            words([*changed, *variants, *others], country)
        cost = release(front["Id"], changed, 0)
        done = cloudfront.list_invalidations(DistributionId=front["Id"])["InvalidationList"].get("Items", [])
        expect(done, "No invalidation was made.")
        waits = [one for one in done if one["Status"] != "Completed"]
        expect(not waits, "The invalidation is still in progress when your function returns. Wait for it.")
        for country in ("DE", "JP"):
            for path, word in zip(changed, words(changed, country), strict=True):
                expect(word == "Miss", f"An old copy of {path} is still served in {country}.")
            for path, word in zip(variants, words(variants, country), strict=True):
                expect(word == "Miss", f"An old copy of {path} is still served: the query string is in the key here.")
            kept = words(others, country)
            gone = [path for path, word in zip(others, kept, strict=True) if word != "Hit"]
            expect(not gone, f"{', '.join(gone)} did not change and was thrown out all the same.")
        expect.close(cost, 0.0, "The cost while the month's free paths last")
        before = len(done)
        again = release(front["Id"], changed, 5000)
        rows = cloudfront.list_invalidations(DistributionId=front["Id"])["InvalidationList"]["Items"]
        paths = 0
        for row in rows[: len(rows) - before]:
            one = cloudfront.get_invalidation(DistributionId=front["Id"], Id=row["Id"])["Invalidation"]
            paths += one["InvalidationBatch"]["Paths"]["Quantity"]
        expect(paths > 0, "The second call made no invalidation: the CallerReference must be new each time.")
        price = float(facts.price("cloudfront", "invalidation-path"))
        expect.close(again, paths * price, f"The cost of {paths} paths when the free ones are used up")
        expect.close(
            release(front["Id"], changed, 999), (paths - 1) * price, f"{paths} paths, of which one is still free"
        )

    throws_out(["/price.html", "/sale.html"], ["/price.html.bak", "/prices/a", "/index.html"])
    ### BEGIN HIDDEN TESTS
    throws_out(["/img/a.jpg", "/img/b.jpg"], ["/img/c.jpg", "/img/a.jpg2"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The life of a distribution
#
# Settings change as a whole: read the configuration with its **ETag**, change it, and send all of it back with
# `IfMatch=` that ETag. If a colleague was quicker, the ETag is old and the update is refused. Each change takes some
# minutes to reach all edges; until then they go by the last one. Only a **disabled** distribution can be deleted.
#
# The quotas are wide. Older books count 200 distributions, with 25 origins and 25 behaviours each.

# %%
quotas = ["distributions-per-account", "origins-per-distribution"]
quotas += ["cache-behaviours-per-distribution", "alternate-domain-names-per-distribution"]
quotas += ["requests-per-second-per-distribution", "maximum-cacheable-file"]
facts.limits("cloudfront").frame().set_index("name").loc[quotas, ["value", "unit", "as_of"]]

# %%
from botocore.exceptions import ClientError

found = cloudfront.get_distribution_config(Id=front["Id"])
settings = found["DistributionConfig"] | {"Comment": "pictures and pages"}
for number in (1, 2):
    try:
        changed = cloudfront.update_distribution(
            Id=front["Id"],
            DistributionConfig=settings,
            IfMatch=found["ETag"],
        )
        print(number, changed["Distribution"]["Status"])
    except ClientError as error:
        print(number, error.response["Error"]["Code"])
try:
    cloudfront.delete_distribution(Id=front["Id"], IfMatch=changed["ETag"])
except ClientError as error:
    print(error.response["Error"]["Code"])

# %% [markdown]
# ### Your turn: retire a distribution
#
# Write `retire(distribution_id)`: switch the distribution off and, once all edge locations know, delete it. It may
# already be switched off.
#
# <details><summary>Hint</summary>
#
# Set `Enabled` to `False` in the configuration that you read. `update_distribution` gives a new ETag; the delete wants
# that one. The waiter is `distribution_deployed`.
# </details>


# %% exercise="retire"
def retire(distribution_id: str) -> None:
    """Disable a distribution, wait, and delete it."""
    ### BEGIN SOLUTION
    known = cloudfront.get_distribution_config(Id=distribution_id)
    etag = known["ETag"]
    if known["DistributionConfig"]["Enabled"]:
        off = known["DistributionConfig"] | {"Enabled": False}
        etag = cloudfront.update_distribution(
            Id=distribution_id,
            DistributionConfig=off,
            IfMatch=etag,
        )["ETag"]
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=etag)
    ### END SOLUTION


# %% check="retire" points=1
with check(
    "retire", needs="retire", right="No viewer sees half a distribution, and nothing is left to pay for."
) as expect:

    def goes(enabled: bool) -> None:
        server = Origin()
        made = deploy(config([web_origin("web", server.domain)], default) | {"Enabled": enabled})
        retire(made["Id"])
        left = cloudfront.list_distributions()["DistributionList"].get("Items", [])
        expect(made["Id"] not in [one["Id"] for one in left], "The distribution is still there.")

    goes(True)
    goes(False)
    ### BEGIN HIDDEN TESTS
    goes(True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# You pay for data out to viewers, by **their** region and in falling tiers, and for requests. What CloudFront fetches
# from S3 or a load balancer costs no transfer. Each month 1 TB and 10 million requests are free.
#
# Since 18 November 2025 there are also **flat-rate plans** for one distribution: a fixed price with WAF and DNS, up
# to an allowance, and no overage bill. The plan's line below ends where its requests are used up.


# %% setup="prices"
def tiered(gb: float, service: str, name: str) -> float:
    """USD for gigabytes, each tier at its own price."""
    tiers = facts.tiers(service, name)
    ends = [float(tier.tier_from) for tier in tiers[1:]] + [float("inf")]
    usd = 0.0
    for tier, end in zip(tiers, ends, strict=True):
        usd += max(0.0, min(gb, end) - float(tier.tier_from)) * tier
    return usd


def pay_as_you_go(gb: float, requests: float) -> float:
    """USD a month for viewers in Europe, over HTTPS."""
    data = max(0, gb - facts.limit("cloudfront", "free-data-out-per-month"))
    billed = max(0, requests - facts.limit("cloudfront", "free-requests-per-month"))
    each = facts.price("cloudfront", "https-requests-europe") / 10_000
    return tiered(data, "cloudfront", "data-out-to-internet-europe") + billed * each


# %%
terabytes = list(range(0, 17))
per_tb = 10_000_000  # requests for each TB: answers of 100 KB
within = list(range(0, 13))  # the plan's 125 million requests
s3_bill = [tiered(1000 * tb, "s3", "data-transfer-out-to-internet") for tb in terabytes]
edge_bill = [pay_as_you_go(1000 * tb, per_tb * tb) for tb in terabytes]
plan = facts.price("cloudfront", "flat-rate-plan-business")
charts.curves(
    {
        "S3, transfer only": (terabytes, s3_bill),
        "pay as you go": (terabytes, edge_bill),
        "plan Business": (within, [plan for _ in within]),
    },
    headline="Above 3 TB a month the 200 USD plan costs least",
    x_label="TB out a month, in answers of 100 KB",
    y_unit="USD per month",
    source=[plan, facts.tiers("cloudfront", "data-out-to-internet-europe")[0]],
)

# %% [markdown]
# ### Your turn: the cheapest bill
#
# Write `cheapest(gb, requests)` for a shop whose viewers are all in Europe and use HTTPS. Return the name of what
# costs least and its price in USD a month: `"pay as you go"` (use `pay_as_you_go` above), or `"free"`, `"pro"`,
# `"business"`, `"premium"`. A plan can be chosen if both its data and its requests reach; the facts are
# `flat-rate-plan-NAME` (a price), `flat-rate-plan-NAME-data` (GB) and `flat-rate-plan-NAME-requests` (limits). If two
# cost the same, name pay as you go.
#
# <details><summary>Hint</summary>
#
# Make a dictionary of names and prices that begins with pay as you go, add the plans that reach, and take the
# minimum: `min` keeps the first of equals.
# </details>


# %% exercise="bill"
def cheapest(gb: float, requests: float) -> tuple[str, float]:
    """Return the name and the monthly price of the cheapest way to pay."""
    ### BEGIN SOLUTION
    offers = {"pay as you go": pay_as_you_go(gb, requests)}
    for name in ("free", "pro", "business", "premium"):
        data = facts.limit("cloudfront", f"flat-rate-plan-{name}-data")
        most = facts.limit("cloudfront", f"flat-rate-plan-{name}-requests")
        if gb <= data and requests <= most:
            offers[name] = facts.price("cloudfront", f"flat-rate-plan-{name}")
    best = min(offers, key=lambda name: offers[name])
    return best, offers[best]
    ### END SOLUTION


# %% check="bill" points=2
with check(
    "bill", needs="cheapest", right="Few large files or many small ones: that decides, not the data alone."
) as expect:

    def costs(gb: float, requests: float, name: str, usd: float) -> None:
        what = f"{gb:,.0f} GB in {requests:,.0f} requests"
        found = cheapest(gb, requests)
        expect(isinstance(found, tuple) and len(found) == 2, "Return two things: the name and the price.")
        expect.equal(found[0], name, f"The cheapest way for {what}")
        expect.close(found[1], usd, f"The price for {what}")

    costs(50, 500_000, "pay as you go", 0.0)
    costs(20_000, 8_000_000, "pro", 15.0)
    costs(1_500, 40_000_000, "pay as you go", pay_as_you_go(1_500, 40_000_000))
    costs(9_000, 90_000_000, "business", 200.0)
    costs(30_000, 500_000_000, "premium", 1000.0)
    costs(60_000, 90_000_000, "pay as you go", pay_as_you_go(60_000, 90_000_000))
    ### BEGIN HIDDEN TESTS
    costs(40_000, 400_000_000, "premium", 1000.0)
    costs(50_000, 10_000_000, "pro", 15.0)
    ### END HIDDEN TESTS

# %% [markdown]
# A **price class** leaves expensive edges out. `PriceClass_100` has North America, Europe and Israel; `200` adds
# South Africa, Kenya, Nigeria, the Middle East, Japan, India, South Korea and South-East Asia; `All` adds South
# America, Australia and New Zealand. Nobody is locked out: they reach an edge further away.

# %%
server = Origin()
for name in ("PriceClass_100", "PriceClass_200", "PriceClass_All"):
    narrow = deploy(config([web_origin("web", server.domain)], default) | {"PriceClass": name})
    reached = {}
    for country in ("FR", "JP", "BR", "AU"):
        reached[country] = ask(narrow, "/", country).headers["X-Amz-Cf-Pop"][:3]
    print(f"{name:15}", reached)

# %% [markdown]
# ## Two neighbours
#
# **Cross-Region Replication** (S3) also brings data near people, but differently: you set it up for each target
# Region, new versions arrive within seconds to minutes, and each copy is a bucket with its storage bill. Take it for
# data that changes often and is needed in few Regions; CloudFront for what many places read and may be minutes old.
#
# **S3 Transfer Acceleration** uses the same edges the other way round: uploads to a far bucket enter at the nearest
# edge and travel over AWS's network. The bucket's name must not contain a dot.

# %%
from botocore.config import Config

bucket = lab.unique_name("lumen-uploads")
s3.create_bucket(Bucket=bucket)
s3.put_bucket_accelerate_configuration(
    Bucket=bucket,
    AccelerateConfiguration={"Status": "Enabled"},
)
fast = boto3.client(
    "s3",
    region_name="us-east-1",
    config=Config(s3={"use_accelerate_endpoint": True}),
)
address = fast.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new.jpg"})
print(address.partition("?")[0])

# %% [markdown]
# > **Bill.** On AWS this lesson would stay within CloudFront's free amounts. Delete distributions all the same that
# > you no longer need.
#
# ## To remember
#
# - A hit is answered at the edge; a miss asks the origin, once for each edge location.
# - Keep the bucket private: origin access control, and a policy for `cloudfront.amazonaws.com` with the
#   distribution's ARN in `AWS:SourceArn`.
# - The cache key holds the path and what the cache policy adds: exactly what changes the answer. An origin request
#   policy forwards without keying.
# - The TTL is what the origin asks for, between minimum and maximum; the default is 24 hours.
# - Behaviours are tried in order, the default comes last.
# - Invalidate with wildcards (one path each), or give each version its own name.
# - Update with the whole configuration and its ETag; disable, wait, delete.

# %% [markdown] question="login-page"
# ### Question 1
#
# A shop caches all pages with a policy whose key is the path alone. Since then customers sometimes see the account
# page of somebody else. What is the right repair?
#
# - [ ] **A** Invalidate `/*` every minute.
#   > Within that minute the wrong page is served all the same, and paths beyond 1,000 cost money.
# - [ ] **B** Add the `User-Agent` header to the cache key.
#   > Two customers with the same browser still share a page, and the static files lose most of their hits.
# - [x] **C** A behaviour for `/account/*` with caching disabled and an origin request policy that forwards cookies.
#   > Personal pages belong to one viewer: do not cache them. The rest keeps its lean key.
# - [ ] **D** An origin request policy that forwards all cookies, for all pages.
#   > The origin then knows the customer, but the copy is still shared: the key has not changed.

# %% answer="login-page"
answer = "C"

# %% check="login-page" points=1
question("login-page", answer)

# %% [markdown] question="forbidden-api"
# ### Question 2
#
# CloudFront stands in front of an API Gateway stage. With the origin request policy AllViewer every call gets 403
# `Forbidden`; called directly, the API works. Why?
#
# - [ ] **A** The API needs a bucket policy for CloudFront.
#   > Bucket policies are for S3. An API is a custom origin.
# - [x] **B** The viewer's `Host` header is forwarded, and the API answers only to its own name.
#   > Use AllViewerExceptHostHeader: CloudFront then sends the origin's own domain name as Host.
# - [ ] **C** API Gateway refuses requests that may be cached.
#   > It knows nothing of CloudFront's cache. Caching would give old answers, not 403.
# - [ ] **D** The viewer protocol policy must be allow-all.
#   > A wrong viewer protocol gives a redirect or CloudFront's own error, and HTTPS works here anyway.

# %% answer="forbidden-api"
answer = "B"

# %% check="forbidden-api" points=1
question("forbidden-api", answer)

# %% [markdown] question="near-data"
# ### Question 3
#
# Analysts in Tokyo read large files from a bucket in Ireland. Every file changes several times an hour, each reader
# wants the newest within minutes, and each file is read once or twice. What fits best?
#
# - [ ] **A** CloudFront with CachingOptimized.
#   > With a day as default they would read old files, and with one or two reads there are hardly any hits.
# - [ ] **B** S3 Transfer Acceleration on the bucket in Ireland.
#   > It speeds each transfer over the long way; the data still lies on another continent.
# - [x] **C** Cross-Region Replication to a bucket in Tokyo.
#   > One Region, data that changes all the time: new versions arrive on their own, and reads are local.
# - [ ] **D** CloudFront with an invalidation after each change.
#   > Thousands of paths a day cost money, and the next reader waits for the long way again.

# %% answer="near-data"
answer = "C"

# %% check="near-data" points=1
question("near-data", answer)

# %% [markdown] question="old-script"
# ### Question 4
#
# A team deploys `app.js` ten times a day, with a TTL of a day, and invalidates `/app.js` each time. Some customers
# still run old code for hours. What helps most?
#
# - [ ] **A** Invalidate `/*` in place of `/app.js`.
#   > The edge copies were gone already. This only throws out everything else as well.
# - [x] **B** A new file name with each build, and a short TTL for the page that names it.
#   > An invalidation does not reach the copies in browsers. A new name is a new address for browsers and edges alike.
# - [ ] **C** Price class All, so that more edge locations are near the customers.
#   > It changes who is served from where. The old copies lie in the browsers.
# - [ ] **D** An origin request policy that forwards the `Cache-Control` header of the viewer.
#   > The origin would see it; what the browser keeps is decided by the answer's headers.

# %% answer="old-script"
answer = "B"

# %% check="old-script" points=1
question("old-script", answer)

# %%
progress()
