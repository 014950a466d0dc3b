# %% [markdown]
# Answers to 01-iam/07-retries-and-signing: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="worth-a-retry"
def worth_a_retry(error):
    answer = getattr(error, "response", None)
    if answer is None:
        return isinstance(error, (HTTPClientError, ConnectionError))
    if answer["Error"]["Code"] in THROTTLES:
        return True
    return answer["ResponseMetadata"]["HTTPStatusCode"] in {429, 500, 502, 503, 504}


# %% wrong="worth-a-retry" says="also when its status is 400"
def worth_a_retry(error):
    # by status alone: misses the throttles that are a 400
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] in (429, 500, 502, 503, 504)
    return isinstance(error, HTTPClientError | ConnectionError)


# %% wrong="worth-a-retry" says="ResourceNotFoundException"
def worth_a_retry(error):
    return isinstance(error, ClientError | HTTPClientError | ConnectionError)


# %% wrong="worth-a-retry" says="No answer came"
def worth_a_retry(error):
    if not isinstance(error, ClientError):
        return False
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return error.response["Error"]["Code"] in THROTTLES or status in (429, 500, 502, 503, 504)


# %% wrong="worth-a-retry" says="501"
def worth_a_retry(error):
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"]["Code"] in THROTTLES or status == 429 or status >= 500
    return isinstance(error, HTTPClientError | ConnectionError)


# %% right="backoff"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    def once_more(n, wait):
        try:
            return call()
        except Exception as error:
            if not worth(error) or n >= attempts:
                raise error
        sleep(min(wait, cap) * draw())
        return once_more(n + 1, wait * 2)

    return once_more(1, base)


# %% right="backoff"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    tried = 0
    while True:
        tried += 1
        try:
            return call()
        except Exception as error:
            if tried == attempts or not worth(error):
                raise
            sleep(min(cap, base * 2 ** (tried - 1)) * draw())


# %% wrong="backoff" says="base=2, cap=7"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    for n in range(attempts):
        try:
            return call()
        except Exception as error:
            if n == attempts - 1 or not worth(error):
                raise
            sleep(draw() * base * 2**n)  # no cap


# %% wrong="backoff" says="draw() gives 0.5, 0.25, 1"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    for n in range(attempts):
        try:
            return call()
        except Exception as error:
            if n == attempts - 1 or not worth(error):
                raise
            sleep(min(cap, base * 2**n))  # no jitter


# %% wrong="backoff" says="nobody comes after the last wait"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    for n in range(attempts):
        try:
            return call()
        except Exception as error:
            if not worth(error):
                raise
            last = error
            sleep(draw() * min(cap, base * 2**n))
    raise last


# %% wrong="backoff" says="not worth a retry"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    for n in range(attempts):
        try:
            return call()
        except Exception:
            if n == attempts - 1:
                raise
            sleep(draw() * min(cap, base * 2**n))


# %% wrong="backoff" says="Stop in time"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    for n in range(attempts + 1):  # attempts taken for retries
        try:
            return call()
        except Exception as error:
            if n == attempts or not worth(error):
                raise
            sleep(draw() * min(cap, base * 2**n))


# %% wrong="backoff" says="Stop in time"
def patiently(call, worth, sleep, draw, attempts=5, base=1, cap=20):
    n = 0
    while True:  # for ever
        try:
            return call()
        except Exception:
            sleep(draw() * min(cap, base * 2**n))
            n += 1


# %% right="predict-attempts"
prediction = {
    "SQS down, 40 calls by one client": 40 + 500 // 14,
    "SQS throttled": 3,
    "SQS answers AccessDenied": 1,
    "DynamoDB throttled, max_attempts 2": 2 + 1,
    "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": 2,
    "SQS down, mode legacy": 5,
    "DynamoDB throttled, in a loop of our own of 3 turns": 3 * 4,
}

# %% wrong="predict-attempts" says="max_attempts counts the retries alone"
prediction = {
    "SQS throttled": 3,
    "SQS answers AccessDenied": 1,
    "DynamoDB throttled, max_attempts 2": 2,
    "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": 2,
    "SQS down, mode legacy": 5,
    "DynamoDB throttled, in a loop of our own of 3 turns": 12,
    "SQS down, 40 calls by one client": 75,
}

# %% wrong="predict-attempts" says="as many retries as 500 tokens pay for"
prediction = {
    "SQS throttled": 3,
    "SQS answers AccessDenied": 1,
    "DynamoDB throttled, max_attempts 2": 3,
    "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": 2,
    "SQS down, mode legacy": 5,
    "DynamoDB throttled, in a loop of our own of 3 turns": 12,
    "SQS down, 40 calls by one client": 120,
}

# %% wrong="predict-attempts" says="a whole number, please"
prediction = {"SQS throttled": 3}


# %% right="bucket"
class Bucket:
    def __init__(self, capacity, refill):
        self.state = (capacity, 0)
        self.capacity, self.refill = capacity, refill

    def allow(self, at):
        tokens, last = self.state
        tokens = min(self.capacity, tokens + self.refill * (at - last))
        allowed = tokens >= 1
        self.state = (tokens - allowed, at)
        return allowed


# %% wrong="bucket" says="9 a minute later"
class Bucket:
    def __init__(self, capacity, refill):
        self.tokens, self.refill, self.last = capacity, refill, 0

    def allow(self, at):
        self.tokens += (at - self.last) * self.refill  # never cut
        self.last = at
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


# %% wrong="bucket" says="at 0.5 must be let in"
class Bucket:
    def __init__(self, capacity, refill):
        self.capacity, self.refill = capacity, refill
        self.tokens, self.second = capacity, 0

    def allow(self, at):
        # refills at whole seconds only
        self.tokens = min(self.capacity, self.tokens + (int(at) - self.second) * self.refill)
        self.second = int(at)
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


# %% wrong="bucket" says="at 0.5 must be let in"
class Bucket:
    def __init__(self, capacity, refill):
        self.capacity, self.refill = capacity, refill
        self.tokens, self.last = capacity, 0

    def allow(self, at):
        self.tokens = min(self.capacity, self.tokens + (at - self.last) * self.refill)
        self.last = at
        self.tokens -= 1  # a refused call takes a token, too
        return self.tokens >= 0


# %% wrong="bucket" says="at 0.25 must be refused"
class Bucket:
    def __init__(self, capacity, refill):
        self.capacity, self.refill = capacity, refill
        self.tokens, self.last = capacity, 0

    def allow(self, at):
        self.tokens = min(self.capacity, self.tokens + (at - self.last) * self.refill)
        self.last = at
        if self.tokens > 0:  # half a token is enough
            self.tokens -= 1
            return True
        return False


# %% right="vcpus"
def missing(region, plan, quota):
    ec2 = boto3.resource("ec2", region_name=region)
    client = ec2.meta.client
    kinds = [kind for kind, number in plan.items() for _ in range(number)]
    for one in ec2.instances.all():
        if one.state["Name"] in ("pending", "running"):
            kinds.append(one.instance_type)

    def in_standard(kind):
        letters = ""
        for letter in kind:
            if letter.isdigit():
                break
            letters += letter
        return letters in STANDARD

    total = 0
    for kind in set(kinds):
        if in_standard(kind):
            found = client.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]
            total += found["VCpuInfo"]["DefaultVCpus"] * kinds.count(kind)
    return max(0, total - quota)


# %% wrong="vcpus" says="missing vCPUs: 3"
def missing(region, plan, quota):
    ec2 = boto3.client("ec2", region_name=region)
    kinds = [kind for kind in plan if not kind.startswith("inf") and kind[0] in STANDARD]
    if not kinds:
        return 0
    known = ec2.describe_instance_types(InstanceTypes=kinds)["InstanceTypes"]
    total = sum(one["VCpuInfo"]["DefaultVCpus"] * plan[one["InstanceType"]] for one in known)
    return max(0, total - quota)  # forgets what runs already


# %% wrong="vcpus" says="Families with other quotas alone"
def missing(region, plan, quota):
    from collections import Counter

    ec2 = boto3.client("ec2", region_name=region)
    count = Counter(plan)
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for reservation in ec2.describe_instances(Filters=alive)["Reservations"]:
        count.update(one["InstanceType"] for one in reservation["Instances"])
    kinds = [kind for kind in count if kind[0] in STANDARD]  # inf1 is no family i
    if not kinds:
        return 0
    known = ec2.describe_instance_types(InstanceTypes=kinds)["InstanceTypes"]
    used = sum(one["VCpuInfo"]["DefaultVCpus"] * count[one["InstanceType"]] for one in known)
    return max(0, used - quota)


# %% wrong="vcpus" says="c5.xlarge is stopped"
def missing(region, plan, quota):
    import re
    from collections import Counter

    ec2 = boto3.client("ec2", region_name=region)
    count = Counter(plan)
    for reservation in ec2.describe_instances()["Reservations"]:
        # stopped ones counted, terminated ones not
        count.update(
            one["InstanceType"]
            for one in reservation["Instances"]
            if one["State"]["Name"] not in ("terminated", "shutting-down")
        )
    kinds = [kind for kind in count if re.match("[a-z]+", kind)[0] in STANDARD]
    if not kinds:
        return 0
    known = ec2.describe_instance_types(InstanceTypes=kinds)["InstanceTypes"]
    used = sum(one["VCpuInfo"]["DefaultVCpus"] * count[one["InstanceType"]] for one in known)
    return max(0, used - quota)


# %% wrong="vcpus" says="missing vCPUs: 1"
def missing(region, plan, quota):
    return max(0, sum(plan.values()) - quota)  # instances instead of vCPUs


# %% right="canonical"
def canonical(method, host, path, query, body, stamp):
    encoded = {quote(k, safe=""): quote(v, safe="") for k, v in query.items()}
    text = "&".join(f"{k}={encoded[k]}" for k in sorted(encoded))
    digest = hashlib.new("sha256", body.encode("utf-8")).digest().hex()
    return f"{method}\n{path}\n{text}\nhost:{host}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{digest}"


# %% wrong="canonical" says="Line 'query'"
def canonical(method, host, path, query, body, stamp):
    text = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items())  # unsorted
    digest = hashlib.sha256(body.encode()).hexdigest()
    lines = [method, path, text, f"host:{host}", f"x-amz-date:{stamp}", "", "host;x-amz-date"]
    return "\n".join([*lines, digest])


# %% wrong="canonical" says="Ada%20%26%20Grace"
def canonical(method, host, path, query, body, stamp):
    from urllib.parse import urlencode

    text = urlencode(sorted(query.items()))  # a space becomes +
    digest = hashlib.sha256(body.encode()).hexdigest()
    lines = [method, path, text, f"host:{host}", f"x-amz-date:{stamp}", "", "host;x-amz-date"]
    return "\n".join([*lines, digest])


# %% wrong="canonical" says="Line 'empty'"
def canonical(method, host, path, query, body, stamp):
    pairs = sorted((quote(k, safe=""), quote(v, safe="")) for k, v in query.items())
    text = "&".join(f"{k}={v}" for k, v in pairs)
    digest = hashlib.sha256(body.encode()).hexdigest()
    lines = [method, path, text, f"host:{host}", f"x-amz-date:{stamp}", "host;x-amz-date"]
    return "\n".join([*lines, digest])


# %% wrong="canonical" says="Line 'hash of body'"
def canonical(method, host, path, query, body, stamp):
    pairs = sorted((quote(k, safe=""), quote(v, safe="")) for k, v in query.items())
    text = "&".join(f"{k}={v}" for k, v in pairs)
    digest = hashlib.sha256(body.encode()).hexdigest() if body else ""  # nothing has a hash, too
    lines = [method, path, text, f"host:{host}", f"x-amz-date:{stamp}", "", "host;x-amz-date"]
    return "\n".join([*lines, digest])


# %% right="sign"
def sign(canonical_text, stamp, region, service, key):
    from functools import reduce

    day = stamp[:8]
    steps = [day, region, service, "aws4_request"]
    signing_key = reduce(
        lambda k, text: hmac.digest(k, text.encode(), "sha256"),
        steps,
        b"AWS4" + key["SecretAccessKey"].encode(),
    )
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{'/'.join(steps)}\n"
    text += hashlib.sha256(canonical_text.encode()).hexdigest()
    signature = hmac.new(signing_key, text.encode(), "sha256").hexdigest()
    *_, names, _ = canonical_text.split("\n")
    credential = "/".join([key["AccessKeyId"], *steps])
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"


# %% wrong="sign" says="'AWS4' before the secret"
def sign(canonical_text, stamp, region, service, key):
    scope = [stamp[:8], region, service, "aws4_request"]
    k = key["SecretAccessKey"].encode()  # no AWS4
    for part in scope:
        k = hmac.digest(k, part.encode(), "sha256")
    digest = hashlib.sha256(canonical_text.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope), digest])
    signature = hmac.digest(k, text.encode(), "sha256").hex()
    credential = "/".join([key["AccessKeyId"], *scope])
    names = canonical_text.split("\n")[-2]
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"


# %% wrong="sign" says="bytes in place of hexadecimal"
def sign(canonical_text, stamp, region, service, key):
    scope = [stamp[:8], region, service, "aws4_request"]
    k = "AWS4" + key["SecretAccessKey"]
    for part in scope:
        k = hmac.new(k.encode(), part.encode(), "sha256").hexdigest()
    digest = hashlib.sha256(canonical_text.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope), digest])
    signature = hmac.new(k.encode(), text.encode(), "sha256").hexdigest()
    credential = "/".join([key["AccessKeyId"], *scope])
    names = canonical_text.split("\n")[-2]
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"


# %% wrong="sign" says="Credential of a call to iam"
def sign(canonical_text, stamp, region, service, key):
    scope = [stamp[:8], region, service, "aws4_request"]
    k = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in scope:
        k = hmac.digest(k, part.encode(), "sha256")
    digest = hashlib.sha256(canonical_text.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope), digest])
    signature = hmac.digest(k, text.encode(), "sha256").hex()
    names = canonical_text.split("\n")[-2]
    return (
        f"AWS4-HMAC-SHA256 Credential={key['AccessKeyId']}, "  # the scope is missing
        f"SignedHeaders={names}, Signature={signature}"
    )


# %% wrong="sign" says="SignedHeaders of a call to iam"
def sign(canonical_text, stamp, region, service, key):
    scope = [stamp[:8], region, service, "aws4_request"]
    k = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in scope:
        k = hmac.digest(k, part.encode(), "sha256")
    digest = hashlib.sha256(canonical_text.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope), digest])
    signature = hmac.digest(k, text.encode(), "sha256").hex()
    credential = "/".join([key["AccessKeyId"], *scope])
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature={signature}"


# %% wrong="sign" says="By hand"
def sign(canonical_text, stamp, region, service, key):
    request = AWSRequest("GET", "https://example.com")
    request.context["timestamp"] = stamp
    keys = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    helper = SigV4Auth(keys, service, region)
    return helper.signature(helper.string_to_sign(request, canonical_text), request)


# %% right="wrong-clock"
class Machine:
    def __init__(self, url, key, clock):
        self.ask = lambda: lab.http(
            "GET", url, headers=by_botocore("GET", url, "", key, datetime.fromtimestamp(clock().timestamp(), UTC))
        )

    def orders(self):
        return self.ask()


# %% wrong="wrong-clock" says="Madrid"
class Machine:
    def __init__(self, url, key, clock):
        self.url, self.key, self.clock = url, key, clock

    def orders(self):
        headers = by_botocore("GET", self.url, "", self.key, self.clock())
        return lab.http("GET", self.url, headers=headers)


# %% wrong="wrong-clock" says="6 minutes later"
class Machine:
    def __init__(self, url, key, clock):
        self.url = url
        self.headers = by_botocore("GET", url, "", key, clock().astimezone(UTC))

    def orders(self):
        return lab.http("GET", self.url, headers=self.headers)


# %% wrong="wrong-clock" says="Madrid"
class Machine:
    def __init__(self, url, key, clock):
        self.url, self.key, self.clock = url, key, clock

    def orders(self):
        now = self.clock().replace(tzinfo=UTC)  # calls local time UTC, converts nothing
        headers = by_botocore("GET", self.url, "", self.key, now)
        return lab.http("GET", self.url, headers=headers)


# %% right="presign"
def presign(bucket, name, seconds, stamp, region, key):
    from urllib.parse import urlencode

    host = f"{bucket}.s3.{region}.amazonaws.com"
    path = "/" + "/".join(quote(part, safe="") for part in name.split("/"))
    fields = [
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Expires", seconds),
        ("X-Amz-Date", stamp),
        ("X-Amz-Credential", "/".join([key["AccessKeyId"], stamp[:8], region, "s3", "aws4_request"])),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
    ]
    text = f"GET\n{path}\n{urlencode(sorted(fields))}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    fields.append(("X-Amz-Signature", signature_of(text, stamp, region, "s3", key)))
    return f"https://{host}{path}?{urlencode(fields)}"


# %% right="presign"
def presign(bucket, name, seconds, stamp, region, key):
    client = boto3.client(
        "s3",
        region_name=region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )
    at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        return client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name}, ExpiresIn=seconds)


# %% wrong="presign" says="UNSIGNED-PAYLOAD"
def presign(bucket, name, seconds, stamp, region, key):
    host, path = f"{bucket}.s3.{region}.amazonaws.com", "/" + quote(name)
    credential = quote(f"{key['AccessKeyId']}/{stamp[:8]}/{region}/s3/aws4_request", safe="")
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}"
    query += f"&X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host"
    empty = hashlib.sha256(b"").hexdigest()  # as in the header form
    text = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\n{empty}"
    signature = signature_of(text, stamp, region, "s3", key)
    return f"https://{host}{path}?{query}&X-Amz-Signature={signature}"


# %% wrong="presign" says="signature differs"
def presign(bucket, name, seconds, stamp, region, key):
    host, path = f"{bucket}.s3.{region}.amazonaws.com", "/" + quote(name)
    credential = f"{key['AccessKeyId']}/{stamp[:8]}/{region}/s3/aws4_request"  # not encoded
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}"
    query += f"&X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host"
    text = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    signature = signature_of(text, stamp, region, "s3", key)
    return f"https://{host}{path}?{query}&X-Amz-Signature={signature}"


# %% wrong="presign" says="The path of the link"
def presign(bucket, name, seconds, stamp, region, key):
    host, path = f"{bucket}.s3.{region}.amazonaws.com", f"/{name}"
    credential = quote(f"{key['AccessKeyId']}/{stamp[:8]}/{region}/s3/aws4_request", safe="")
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}"
    query += f"&X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host"
    text = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    signature = signature_of(text, stamp, region, "s3", key)
    return f"https://{host}{path}?{query}&X-Amz-Signature={signature}"


# %% right="link-end"
def seconds_left(url, keys_end, now):
    fields = dict(parse_qsl(urlsplit(url).query))
    signed = datetime.strptime(fields["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    ends = [signed.timestamp() + int(fields["X-Amz-Expires"])]
    if keys_end:
        ends.append(keys_end.timestamp())
    return max(0, round(min(ends) - now.timestamp()))


# %% wrong="link-end" says="3,600 s left"
def seconds_left(url, keys_end, now):
    fields = dict(parse_qsl(urlsplit(url).query))
    signed = datetime.strptime(fields["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    end = signed + timedelta(seconds=int(fields["X-Amz-Expires"]))
    return max(0, int((end - now).total_seconds()))  # keys never end


# %% wrong="link-end" says="90 s later: 0 s left"
def seconds_left(url, keys_end, now):
    fields = dict(parse_qsl(urlsplit(url).query))
    signed = datetime.strptime(fields["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    end = signed + timedelta(seconds=int(fields["X-Amz-Expires"]))
    if keys_end:
        end = min(end, keys_end)
    return int((end - now).total_seconds())  # negative afterwards


# %% wrong="link-end" says="45 s later: 15 s left"
def seconds_left(url, keys_end, now):
    return int(dict(parse_qsl(urlsplit(url).query))["X-Amz-Expires"])
