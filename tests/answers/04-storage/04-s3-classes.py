# %% [markdown]
# Answers to 04-storage/04-s3-classes: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="choose-class"
choice = {
    "this week's photos, each shown hundreds of times a day": "STANDARD",
    "backups, kept 60 days, read once, at once; no zone may matter": "STANDARD_IA",
    "previews of 500 KB, kept 60 days, read monthly, can be made again": "ONEZONE_IA",
    "tax records for ten years, a day's wait is no trouble": "DEEP_" + "ARCHIVE",
    "X-rays for years, read once a year, then within milliseconds": "GLACIER" + "_IR",
    "albums: some opened daily, others never, nobody knows which": "INTELLIGENT" + "_TIERING",
    "newspapers for years, read twice a year, wanted the same day": "GLACIER",
    "scratch files of two days, millions of small reads a minute": "EXPRESS" + "_ONEZONE",
}

# %% wrong="choose-class" says="may take 12 hours"
choice = {
    "this week's photos, each shown hundreds of times a day": "STANDARD",
    "backups, kept 60 days, read once, at once; no zone may matter": "STANDARD_IA",
    "previews of 500 KB, kept 60 days, read monthly, can be made again": "ONEZONE_IA",
    "tax records for ten years, a day's wait is no trouble": "DEEP_ARCHIVE",
    "X-rays for years, read once a year, then within milliseconds": "GLACIER_IR",
    "albums: some opened daily, others never, nobody knows which": "INTELLIGENT_TIERING",
    "newspapers for years, read twice a year, wanted the same day": "DEEP_ARCHIVE",
    "scratch files of two days, millions of small reads a minute": "EXPRESS_ONEZONE",
}

# %% wrong="choose-class" says="lies in one zone and is lost with it"
choice = {
    "this week's photos, each shown hundreds of times a day": "STANDARD",
    "backups, kept 60 days, read once, at once; no zone may matter": "ONEZONE_IA",
    "previews of 500 KB, kept 60 days, read monthly, can be made again": "ONEZONE_IA",
    "tax records for ten years, a day's wait is no trouble": "DEEP_ARCHIVE",
    "X-rays for years, read once a year, then within milliseconds": "GLACIER_IR",
    "albums: some opened daily, others never, nobody knows which": "INTELLIGENT_TIERING",
    "newspapers for years, read twice a year, wanted the same day": "GLACIER",
    "scratch files of two days, millions of small reads a minute": "EXPRESS_ONEZONE",
}

# %% wrong="choose-class" says="'previews of 500 KB"
choice = {
    "this week's photos, each shown hundreds of times a day": "STANDARD",
    "backups, kept 60 days, read once, at once; no zone may matter": "STANDARD_IA",
    "previews of 500 KB, kept 60 days, read monthly, can be made again": "GLACIER_IR",
    "tax records for ten years, a day's wait is no trouble": "DEEP_ARCHIVE",
    "X-rays for years, read once a year, then within milliseconds": "GLACIER_IR",
    "albums: some opened daily, others never, nobody knows which": "INTELLIGENT_TIERING",
    "newspapers for years, read twice a year, wanted the same day": "GLACIER",
    "scratch files of two days, millions of small reads a minute": "EXPRESS_ONEZONE",
}


# %% right="break-even"
def break_even(one, other):
    cheap, dear = sorted((one, other), key=PRICE.get)
    if FEE[cheap] <= FEE[dear]:
        return None
    return (PRICE[dear] - PRICE[cheap]) / (FEE[cheap] - FEE[dear])


# %% wrong="break-even" says="the order should not matter"
def break_even(one, other):
    if FEE[one] == FEE[other]:
        return None
    return (PRICE[other] - PRICE[one]) / FEE[one] if FEE[one] else PRICE[other] / FEE[other]


# %% wrong="break-even" says="GLACIER_IR and STANDARD_IA"
def break_even(one, other):
    if FEE[one] == FEE[other]:
        return None
    return abs(PRICE[other] - PRICE[one]) / max(FEE[one], FEE[other])


# %% wrong="break-even" says="STANDARD_IA and STANDARD"
def break_even(one, other):
    return PRICE[one] / PRICE[other]


# %% right="stored"
def stored(objects, size_kb, days, storage_class):
    archive = storage_class in ("GLACIER", "DEEP_ARCHIVE")
    billed_days = days if days > MIN_DAYS[storage_class] else MIN_DAYS[storage_class]
    kb = size_kb + EXTRA_KB if archive else max(size_kb, MIN_KB[storage_class])
    gb_months = objects * kb / (1024 * 1024) * billed_days / 30
    usd = gb_months * PRICE[storage_class]
    if archive:
        usd += objects * EXTRA_KB_STANDARD / (1024 * 1024) * billed_days / 30 * PRICE["STANDARD"]
    return usd


# %% wrong="stored" says="deleted after 10 days"
def stored(objects, size_kb, days, storage_class):
    kb = max(size_kb, MIN_KB[storage_class])
    return objects * kb / 1024**2 * days / 30 * PRICE[storage_class]


# %% wrong="stored" says="128 KB count for each"
def stored(objects, size_kb, days, storage_class):
    return objects * size_kb / 1024**2 * max(days, MIN_DAYS[storage_class]) / 30 * PRICE[storage_class]


# %% wrong="stored" says="each with 32 KB more"
def stored(objects, size_kb, days, storage_class):
    least = 40 if storage_class in ("GLACIER", "DEEP_ARCHIVE") else MIN_KB[storage_class]
    months = max(days, MIN_DAYS[storage_class]) / 30
    return objects * max(size_kb, least) / 1024**2 * months * PRICE[storage_class]


# %% right="in-time"
def in_time(bucket, key, hours):
    thing = boto3.resource("s3").Object(bucket, key)
    if thing.storage_class == "GLACIER":
        tier = "Bulk" if hours >= 12 else "Standard" if hours >= 5 else "Expedited" if hours * 60 >= 5 else None
    elif thing.storage_class == "DEEP_ARCHIVE":
        tier = "Bulk" if hours >= 48 else "Standard" if hours >= 12 else None
    else:
        return "none needed"
    if tier:
        thing.restore_object(RestoreRequest={"Days": 3, "GlacierJobParameters": {"Tier": tier}})
    return tier


# %% wrong="in-time" says="is cheaper and in time too"
def in_time(bucket, key, hours):
    held = s3.head_object(Bucket=bucket, Key=key).get("StorageClass")
    if held not in ("GLACIER", "DEEP_ARCHIVE"):
        return "none needed"
    tier = "Expedited" if held == "GLACIER" else "Standard"
    if held == "DEEP_ARCHIVE" and hours < 12:
        return None
    s3.restore_object(Bucket=bucket, Key=key, RestoreRequest={"Days": 3, "GlacierJobParameters": {"Tier": tier}})
    return tier


# %% wrong="in-time" says="is too slow"
def in_time(bucket, key, hours):
    held = s3.head_object(Bucket=bucket, Key=key).get("StorageClass")
    if held not in ("GLACIER", "DEEP_ARCHIVE"):
        return "none needed"
    quickest = {"Bulk": 5, "Standard": 3, "Expedited": 1 / 60}  # the least it may take, not the most
    for tier, takes in quickest.items():
        if takes <= hours:
            request = {"Days": 3, "GlacierJobParameters": {"Tier": tier}}
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request)
            return tier
    return None


# %% wrong="in-time" says="keep it for 3"
def in_time(bucket, key, hours):
    held = s3.head_object(Bucket=bucket, Key=key).get("StorageClass")
    tiers = {"GLACIER": {"Bulk": 12, "Standard": 5, "Expedited": 0.1}, "DEEP_ARCHIVE": {"Bulk": 48, "Standard": 12}}
    if held not in tiers:
        return "none needed"
    for tier, takes in tiers[held].items():
        if takes <= hours:
            request = {"Days": 1, "GlacierJobParameters": {"Tier": tier}}
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request)
            return tier
    return None


# %% right="mend-rules"
def tidy(bucket):
    moves = [{"Days": 90, "StorageClass": "GLACIER"}, {"Days": 30, "StorageClass": "STANDARD_IA"}]
    rules = [
        {"ID": "c", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"ID": "b", "Status": "Enabled", "Prefix": "logs/", "Expiration": {"Days": 365}},
        {"ID": "a", "Status": "Enabled", "Prefix": "photos/", "Transitions": moves},
    ]
    boto3.resource("s3").BucketLifecycleConfiguration(bucket).put(LifecycleConfiguration={"Rules": rules})


# %% wrong="mend-rules" says="must be greater than"
def tidy(bucket):
    photos = {
        "ID": "photos",
        "Status": "Enabled",
        "Filter": {"Prefix": "photos/"},
        "Transitions": [{"Days": 60, "StorageClass": "STANDARD_IA"}, {"Days": 30, "StorageClass": "GLACIER"}],
    }
    logs = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 365}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [photos, logs]})


# %% wrong="mend-rules" says="video.mov is still there"
def tidy(bucket):
    photos = {
        "ID": "photos",
        "Status": "Enabled",
        "Filter": {"Prefix": "photos/"},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
    }
    logs = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 365}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [photos, logs]})


# %% wrong="mend-rules" says="should be in STANDARD_IA"
def tidy(bucket):
    photos = {
        "ID": "photos",
        "Status": "Enabled",
        "Filter": {"Prefix": "/photos"},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
    }
    logs = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 365}}
    uploads = {"ID": "u", "Status": "Enabled", "Filter": {"Prefix": ""}}
    uploads["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": 7}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [photos, logs, uploads]})


# %% right="thumbnails"
def upload(bucket, key, body):
    more = {"StorageClass": "ONEZONE_IA"} if "thumbs/" in key else {}
    boto3.resource("s3").Bucket(bucket).put_object(Key=key, Body=body, **more)


def keep(bucket):
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "o",
                    "Status": "Enabled",
                    "Prefix": "originals/",
                    "Transitions": [{"Days": 45, "StorageClass": "GLACIER"}],
                },
                {"ID": "t", "Status": "Enabled", "Prefix": "thumbs/", "Expiration": {"Days": 45}},
            ]
        },
    )


# %% wrong="thumbnails" says="Deep Archive takes 12 hours"
def upload(bucket, key, body):
    chosen = "ONEZONE_IA" if key.startswith("thumbs/") else "STANDARD"
    s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=chosen)


def keep(bucket):
    t = {"ID": "t", "Status": "Enabled", "Filter": {"Prefix": "thumbs/"}, "Expiration": {"Days": 45}}
    o = {"ID": "o", "Status": "Enabled", "Filter": {"Prefix": "originals/"}}
    o["Transitions"] = [{"Days": 45, "StorageClass": "DEEP_ARCHIVE"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [t, o]})


# %% wrong="thumbnails" says="A thumbnail begins in STANDARD"
def upload(bucket, key, body):
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def keep(bucket):
    t = {"ID": "t", "Status": "Enabled", "Filter": {"Prefix": "thumbs/"}, "Expiration": {"Days": 45}}
    t["Transitions"] = [{"Days": 30, "StorageClass": "ONEZONE_IA"}]
    o = {"ID": "o", "Status": "Enabled", "Filter": {"Prefix": "originals/"}}
    o["Transitions"] = [{"Days": 45, "StorageClass": "GLACIER"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [t, o]})


# %% wrong="thumbnails" says="the original is gone"
def upload(bucket, key, body):
    chosen = "ONEZONE_IA" if key.startswith("thumbs/") else "STANDARD"
    s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=chosen)


def keep(bucket):
    everything = {"ID": "e", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 45}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [everything]})


# %% right="cost-target"
def design(bucket):
    down = [{"Days": 121, "StorageClass": "DEEP_ARCHIVE"}, {"Days": 31, "StorageClass": "GLACIER_IR"}]
    rules = [
        {"ID": "down", "Status": "Enabled", "Prefix": "raw/", "Transitions": down},
        {"ID": "out", "Status": "Enabled", "Prefix": "raw/", "Expiration": {"Days": 730}},
    ]
    boto3.resource("s3").BucketLifecycleConfiguration(bucket).put(LifecycleConfiguration={"Rules": rules})


# %% wrong="cost-target" says="Your design costs 47.8"
def design(bucket):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "raw/"}, "Expiration": {"Days": 730}}
    rule["Transitions"] = [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 120, "StorageClass": "DEEP_ARCHIVE"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% wrong="cost-target" says="do not come at once"
def design(bucket):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "raw/"}, "Expiration": {"Days": 730}}
    rule["Transitions"] = [{"Days": 30, "StorageClass": "DEEP_ARCHIVE"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% wrong="cost-target" says="still there"
def design(bucket):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "raw/"}}
    rule["Transitions"] = [{"Days": 30, "StorageClass": "GLACIER_IR"}, {"Days": 120, "StorageClass": "DEEP_ARCHIVE"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% wrong="stored" says="The same in Glacier Flexible"
def stored(objects, size_kb, days, storage_class):
    months = max(days, MIN_DAYS[storage_class]) / 30
    kb = max(size_kb, MIN_KB[storage_class])
    gb = objects / 1024 / 1024
    if storage_class in ("DEEP_ARCHIVE",):
        return gb * months * ((kb + EXTRA_KB) * PRICE[storage_class] + EXTRA_KB_STANDARD * PRICE["STANDARD"])
    return gb * kb * months * PRICE[storage_class]


# %% wrong="in-time" says="although Expedited is quick enough"
def in_time(bucket, key, hours):
    cls = s3.head_object(Bucket=bucket, Key=key).get("StorageClass")
    tiers = {"GLACIER": [("Bulk", 12), ("Standard", 5)], "DEEP_ARCHIVE": [("Standard", 12)]}.get(cls)
    if tiers is None:
        return "none needed"
    for t, h in tiers:
        if h <= hours:
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest={"Days": 3, "GlacierJobParameters": {"Tier": t}})
            return t
    return None


# %% wrong="in-time" says="KeyError"
def in_time(bucket, key, hours):
    cls = s3.head_object(Bucket=bucket, Key=key)["StorageClass"]
    tiers = {
        "GLACIER": [("Bulk", 12), ("Standard", 5), ("Expedited", 5 / 60)],
        "DEEP_ARCHIVE": [("Bulk", 48), ("Standard", 12)],
    }.get(cls)
    if tiers is None:
        return "none needed"
    for t, h in tiers:
        if h <= hours:
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest={"Days": 3, "GlacierJobParameters": {"Tier": t}})
            return t


# %% wrong="mend-rules" says="slash included"
def tidy(bucket):
    r = [
        {
            "ID": "photos",
            "Status": "Enabled",
            "Filter": {"Prefix": "photos"},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
        },
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs"}, "Expiration": {"Days": 365}},
        {"ID": "mp", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": r})


# %% wrong="mend-rules" says="it has 7 days"
def tidy(bucket):
    r = [
        {
            "ID": "photos",
            "Status": "Enabled",
            "Filter": {"Prefix": "photos/"},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
        },
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 365}},
        {"ID": "mp", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": r})


# %% wrong="mend-rules" says="Which rule is for the whole bucket"
def tidy(bucket):
    r = [
        {
            "ID": "photos",
            "Status": "Enabled",
            "Filter": {"Prefix": "photos/"},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 365}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": r})


# %% wrong="cost-target" says="in one zone only"
def design(bucket):
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "r",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "raw/"},
                    "Transitions": [
                        {"Days": 30, "StorageClass": "ONEZONE_IA"},
                        {"Days": 120, "StorageClass": "DEEP_ARCHIVE"},
                    ],
                    "Expiration": {"Days": 730},
                }
            ]
        },
    )


# %% wrong="cost-target" says="albums/1.jpg was moved or deleted"
def design(bucket):
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "r",
                    "Status": "Enabled",
                    "Filter": {},
                    "Transitions": [
                        {"Days": 30, "StorageClass": "GLACIER_IR"},
                        {"Days": 120, "StorageClass": "DEEP_ARCHIVE"},
                    ],
                    "Expiration": {"Days": 730},
                }
            ]
        },
    )
