# %% [markdown]
# Answers to 03-networking/06-content-delivery: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="measure-hits"
def hit_ratio(distribution, log):
    words = [ask(distribution, path, country).headers["x-cache"] for path, country in log]
    return sum("Hit" in word for word in words) / len(words)


# %% wrong="measure-hits" says="refreshed"
def hit_ratio(distribution, log):
    words = [ask(distribution, path, country).headers["X-Cache"] for path, country in log]
    return sum(word.startswith("Hit") for word in words) / len(words)


# %% wrong="measure-hits" says="three continents"
def hit_ratio(distribution, log):
    words = [ask(distribution, path).headers["X-Cache"] for path, country in log]
    return sum("Hit" in word for word in words) / len(words)


# %% wrong="measure-hits" says="never asked"
def hit_ratio(distribution, log):
    return 1 - len(set(log)) / len(log)


# %% wrong="measure-hits" says="a page that is gone"
def hit_ratio(distribution, log):
    words = [ask(distribution, path, country).headers["X-Cache"] for path, country in log]
    return sum(not word.startswith("Miss") for word in words) / len(words)


# %% right="front-door"
def front_door(bucket):
    oac = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": lab.unique_name("oac"),
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]
    made = deploy(
        {
            "CallerReference": bucket,
            "Comment": bucket,
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": bucket,
                        "DomainName": f"{bucket}.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                        "OriginAccessControlId": oac["Id"],
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": bucket,
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": CACHING_OPTIMIZED,
            },
        }
    )
    boto3.resource("s3").BucketPolicy(bucket).put(
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OnlyThisDistribution",
                        "Effect": "Allow",
                        "Principal": {"Service": ["cloudfront.amazonaws.com"]},
                        "Action": ["s3:GetObject", "s3:ListBucket"],
                        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                        "Condition": {"ArnLike": {"AWS:SourceArn": made["ARN"]}},
                    }
                ],
            }
        )
    )
    return made


# %% wrong="front-door" says="Another distribution"
def front_door(bucket):
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
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return made


# %% wrong="front-door" says="straight from the bucket"
def front_door(bucket):
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    photos = {
        "Id": "photos",
        "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {
        "TargetOriginId": "photos",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    return deploy(config([photos], behaviour) | {"DefaultRootObject": "index.html"})


# %% wrong="front-door" says="does the origin have the OAC"
def front_door(bucket):
    photos = {
        "Id": "photos",
        "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
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


# %% wrong="front-door" says="only has to read"
def front_door(bucket):
    control = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": bucket,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]["Id"]
    photos = {
        "Id": "web",
        "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
        "OriginAccessControlId": control,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    made = deploy(config([photos], default) | {"DefaultRootObject": "index.html"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": made["ARN"]}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return made


# %% right="how-long"
def kept_for(cache_control, minimum, default, maximum):
    import re

    if re.search(r"no-store|no-cache|private", cache_control):
        return minimum
    found = re.search(r"s-maxage=(\d+)", cache_control) or re.search(r"max-age=(\d+)", cache_control)
    asked = int(found[1]) if found else default
    return sorted([minimum, asked, maximum])[1]


# %% wrong="how-long" says="s-maxage=600"
def kept_for(cache_control, minimum, default, maximum):
    if any(word in cache_control for word in ("no-store", "no-cache", "private")):
        return minimum
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        if name in ("max-age", "s-maxage"):
            return min(max(int(value), minimum), maximum)
    return max(default, minimum)


# %% wrong="how-long" says="no-store"
def kept_for(cache_control, minimum, default, maximum):
    said = dict(part.strip().partition("=")[::2] for part in cache_control.split(","))
    if {"no-store", "no-cache", "private"} & set(said):
        return 0
    for name in ("s-maxage", "max-age"):
        if name in said:
            return min(max(int(said[name]), minimum), maximum)
    return max(default, minimum)


# %% wrong="how-long" says="kept_for('max-age=5', 20, 30, 3600)"
def kept_for(cache_control, minimum, default, maximum):
    said = dict(part.strip().partition("=")[::2] for part in cache_control.split(","))
    if {"no-store", "no-cache", "private"} & set(said):
        return minimum
    for name in ("s-maxage", "max-age"):
        if name in said:
            return min(int(said[name]), maximum)
    return default


# %% wrong="how-long" says="s-maxage=7200"
def kept_for(cache_control, minimum, default, maximum):
    said = dict(part.strip().partition("=")[::2] for part in cache_control.split(","))
    if {"no-store", "no-cache", "private"} & set(said):
        return minimum
    if "s-maxage" in said:
        return int(said["s-maxage"])
    return min(max(int(said["max-age"]), minimum), maximum) if "max-age" in said else default


# %% wrong="how-long" says="s-maxage=7200"
def kept_for(cache_control, minimum, default, maximum):
    kept = default
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        if name in ("no-store", "no-cache", "private"):
            return minimum
        if name in ("max-age", "s-maxage"):
            kept = min(max(int(value), minimum), maximum)
    return kept


# %% wrong="how-long" says="kept_for('no-cache', 20, 30, 3600)"
def kept_for(cache_control, minimum, default, maximum):
    said = dict(part.strip().partition("=")[::2] for part in cache_control.split(","))
    if {"no-store", "private"} & set(said):
        return minimum
    for name in ("s-maxage", "max-age"):
        if name in said:
            return min(max(int(said[name]), minimum), maximum)
    return default


# %% right="key"
def page_policy():
    made = cloudfront.create_cache_policy(
        CachePolicyConfig={
            "Name": lab.unique_name("pages"),
            "MinTTL": 0,
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": False,
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": listed(["accept-language"])},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": listed(["sort"])},
            },
        }
    )
    return made["CachePolicy"]["Id"]


# %% wrong="key" says="does not count (ref)"
def page_policy():
    return cache_policy(["sort", "ref"], ["Accept-Language"])


# %% wrong="key" says="because of a cookie"
def page_policy():
    return cache_policy(["sort"], ["Accept-Language"], "all")


# %% wrong="key" says="nobody has heard of yet"
def page_policy():
    made = cloudfront.create_cache_policy(
        CachePolicyConfig={
            "Name": lab.unique_name("pages"),
            "MinTTL": 0,
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": True,
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": listed(["Accept-Language"])},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {
                    "QueryStringBehavior": "allExcept",
                    "QueryStrings": listed(["utm", "ref"]),
                },
            },
        }
    )
    return made["CachePolicy"]["Id"]


# %% wrong="key" says="is the language in the key"
def page_policy():
    return cache_policy(["sort"])


# %% wrong="key" says="is sort in the key"
def page_policy():
    return cache_policy("none", ["Accept-Language"])


# %% wrong="key" says="another User-Agent"
def page_policy():
    return cache_policy(["sort"], ["Accept-Language", "User-Agent"])


# %% right="split"
def split(api, assets):
    every = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    reading = {**listed(["GET", "HEAD"]), "CachedMethods": listed(["GET", "HEAD"])}
    configuration = config(
        [web_origin("b", assets), web_origin("a", api)],
        {
            "TargetOriginId": "b",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_OPTIMIZED,
            "AllowedMethods": reading,
            "Compress": True,
        },
        [
            {
                "PathPattern": "api/*",
                "TargetOriginId": "a",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": CACHING_DISABLED,
                "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
                "AllowedMethods": listed(every),
            }
        ],
    )
    return deploy(configuration)


# %% wrong="split" says="Leave Host out"
def split(api, assets):
    seven = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    dynamic = {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "AllowedMethods": listed(seven),
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    return deploy(config([web_origin("api", api), web_origin("assets", assets)], static, [dynamic]))


# %% wrong="split" says="give the behaviour an OriginRequestPolicyId"
def split(api, assets):
    seven = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    dynamic = {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
        "AllowedMethods": listed(seven),
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    return deploy(config([web_origin("api", api), web_origin("assets", assets)], static, [dynamic]))


# %% wrong="split" says="it should be refused"
def split(api, assets):
    seven = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    dynamic = {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
        "AllowedMethods": listed(seven),
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    return deploy(config([web_origin("api", api), web_origin("assets", assets)], static, [dynamic]))


# %% wrong="split" says="4 requests reached the API"
def split(api, assets):
    dynamic = {
        "PathPattern": "/api*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
        "AllowedMethods": listed(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]),
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
    }
    return deploy(config([web_origin("api", api), web_origin("assets", assets)], static, [dynamic]))


# %% wrong="split" says="OPTIONS /apis.css is let through"
def split(api, assets):
    dynamic = {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
        "AllowedMethods": listed(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]),
    }
    static = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
        "AllowedMethods": listed(["GET", "HEAD", "OPTIONS"]),
    }
    return deploy(config([web_origin("api", api), web_origin("assets", assets)], static, [dynamic]))


# %% right="release"
def release(distribution_id, changed, used):
    total = 0
    for path in changed:
        for wanted in ([path], [path + "?*"]):
            batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(wanted)}
            one = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)
            waiter = cloudfront.get_waiter("invalidation_completed")
            waiter.wait(DistributionId=distribution_id, Id=one["Invalidation"]["Id"])
            used += 1
            total += 0.005 if used > 1000 else 0
    return total


# %% wrong="release" says="was thrown out all the same"
def release(distribution_id, changed, used):
    batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(["/*"])}
    made = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution_id, Id=made["Id"])
    return 0.005 if used >= 1000 else 0.0


# %% wrong="release" says="the query string is in the key here"
def release(distribution_id, changed, used):
    batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(changed)}
    made = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution_id, Id=made["Id"])
    return max(0, used + len(changed) - 1000) * 0.005


# %% wrong="release" says="still in progress"
def release(distribution_id, changed, used):
    paths = [*changed, *(f"{path}?*" for path in changed)]
    batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(paths)}
    cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)
    return max(0, used + len(paths) - 1000) * 0.005


# %% wrong="release" says="when the free ones are used up"
def release(distribution_id, changed, used):
    paths = [*changed, *(f"{path}?*" for path in changed)]
    batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(paths)}
    made = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution_id, Id=made["Id"])
    return max(0, used + len(paths) - 1000) * 0.005


# %% wrong="release" says="An old copy of /sale.html"
def release(distribution_id, changed, used):
    paths = [changed[0], f"{changed[0]}?*"]
    batch = {"CallerReference": lab.unique_name("r"), "Paths": listed(paths)}
    made = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution_id, Id=made["Id"])
    return max(0, len(paths) - max(0, 1000 - used)) * 0.005


# %% right="retire"
def retire(distribution_id):
    found = cloudfront.get_distribution_config(Id=distribution_id)
    found["DistributionConfig"]["Enabled"] = False
    answer = cloudfront.update_distribution(
        Id=distribution_id, DistributionConfig=found["DistributionConfig"], IfMatch=found["ETag"]
    )
    while cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"] != "Deployed":
        lab.clock.advance(seconds=30)
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=answer["ETag"])


# %% wrong="retire" says="DistributionNotDisabled"
def retire(distribution_id):
    etag = cloudfront.get_distribution(Id=distribution_id)["ETag"]
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=etag)


# %% wrong="retire" says="PreconditionFailed"
def retire(distribution_id):
    known = cloudfront.get_distribution_config(Id=distribution_id)
    off = known["DistributionConfig"] | {"Enabled": False}
    cloudfront.update_distribution(Id=distribution_id, DistributionConfig=off, IfMatch=known["ETag"])
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=known["ETag"])


# %% wrong="retire" says="still there"
def retire(distribution_id):
    known = cloudfront.get_distribution_config(Id=distribution_id)
    off = known["DistributionConfig"] | {"Enabled": False}
    cloudfront.update_distribution(Id=distribution_id, DistributionConfig=off, IfMatch=known["ETag"])
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)


# %% right="bill"
def cheapest(gb, requests):
    plans = [("free", 0, 100, 1e6), ("pro", 15, 50_000, 1e7), ("business", 200, 50_000, 1.25e8),
             ("premium", 1000, 50_000, 5e8)]  # fmt: skip
    usd, name = pay_as_you_go(gb, requests), "pay as you go"
    for plan, price, data, most in plans:
        if gb <= data and requests <= most and price < usd:
            usd, name = price, plan
    return name, usd


# %% wrong="bill" says="40,000,000 requests"
def cheapest(gb, requests):
    offers = {"pay as you go": pay_as_you_go(gb, requests)}
    for name in ("free", "pro", "business", "premium"):
        if gb <= facts.limit("cloudfront", f"flat-rate-plan-{name}-data"):
            offers[name] = facts.price("cloudfront", f"flat-rate-plan-{name}")
    best = min(offers, key=lambda name: offers[name])
    return best, offers[best]


# %% wrong="bill" says="60,000 GB"
def cheapest(gb, requests):
    offers = {"pay as you go": pay_as_you_go(gb, requests)}
    for name in ("free", "pro", "business", "premium"):
        if requests <= facts.limit("cloudfront", f"flat-rate-plan-{name}-requests"):
            offers[name] = facts.price("cloudfront", f"flat-rate-plan-{name}")
    best = min(offers, key=lambda name: offers[name])
    if best == "free" and gb > 100:
        best = "pro"
    return best, offers[best]


# %% wrong="bill" says="The cheapest way for 50 GB"
def cheapest(gb, requests):
    offers = {}
    for name in ("free", "pro", "business", "premium"):
        data = facts.limit("cloudfront", f"flat-rate-plan-{name}-data")
        most = facts.limit("cloudfront", f"flat-rate-plan-{name}-requests")
        if gb <= data and requests <= most:
            offers[name] = facts.price("cloudfront", f"flat-rate-plan-{name}")
    offers["pay as you go"] = pay_as_you_go(gb, requests)
    best = min(offers, key=lambda name: offers[name])
    return best, offers[best]


# %% wrong="bill" says="500,000,000 requests"
def cheapest(gb, requests):
    offers = {"pay as you go": pay_as_you_go(gb, requests)}
    for name in ("free", "pro", "business", "premium"):
        data = facts.limit("cloudfront", f"flat-rate-plan-{name}-data")
        most = facts.limit("cloudfront", f"flat-rate-plan-{name}-requests")
        if gb < data and requests < most:
            offers[name] = facts.price("cloudfront", f"flat-rate-plan-{name}")
    best = min(offers, key=lambda name: offers[name])
    return best, offers[best]
