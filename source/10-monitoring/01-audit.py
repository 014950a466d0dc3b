# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     - '2.1'
#     minutes: 75
#     practises:
#       bill:
#       - cloudtrail.pricing
#       choose-events:
#       - cloudtrail.data-events
#       - cloudtrail.management-events
#       denials:
#       - cloudtrail.audit
#       - cloudtrail.management-events
#       open-trail:
#       - cloudtrail.trails
#       proof:
#       - cloudtrail.trails
#       - cloudtrail.retention
#       unusual:
#       - cloudtrail.insights
#       watch:
#       - cloudtrail.trails
#       - monitoring.why
#       what-changed:
#       - config.inventory
#       - cloudtrail.audit
#       which-tool:
#       - monitoring.three-tools
#       - monitoring.why
#       who-deleted:
#       - cloudtrail.audit
#       - cloudtrail.retention
#     services:
#     - cloudtrail
#     - config
#     - events
#     - lambda
#     - s3
#     title: Who did it?
#     topics:
#     - monitoring.why
#     - monitoring.three-tools
#     - cloudtrail.audit
#     - cloudtrail.trails
#     - cloudtrail.management-events
#     - cloudtrail.data-events
#     - cloudtrail.insights
#     - cloudtrail.retention
#     - cloudtrail.pricing
#     - config.inventory
# ---

# %% [markdown]
# # Who did it?
#
# Quill prints school books. On Monday a bucket with finished pages is gone, and nobody says "it was me". After this
# lesson you find the answer in a minute, keep such answers for years, prove that nobody rewrote them, and get a call
# when somebody tries to switch the camera off. The camera is **AWS CloudTrail**.

# %% setup="start"
import datetime as dt
import gzip
import hashlib
import inspect
import io
import json
import statistics
import zipfile
from collections import Counter

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/01-audit")
lab.start()
account = lab.ACCOUNT_ID
cloudtrail = boto3.client("cloudtrail")
s3 = boto3.client("s3")
iam = boto3.client("iam")
sqs = boto3.client("sqs")

# %% [markdown]
# ## Why watch at all, and with what
#
# Readers care about one thing: that the book arrives. Watching pays five times: you act before things break, keep them
# quick, stay within the budget, see attacks and prove that rules were kept, and learn from last week for the next.
#
# Four services answer four kinds of question:
#
# | service | answers | with |
# |---|---|---|
# | **CloudWatch** | how much, how often, how long? | metrics, logs, alarms, dashboards |
# | **X-Ray** | where in the chain of services? | traces of single requests, a map |
# | **CloudTrail** | who called what, when, from where? | a record of every API call |
# | **AWS Config** | what did the resource look like, then and now? | its configuration over time |
#
# Events that call for action ("the instance stopped") go to EventBridge, once called CloudWatch Events.
#
# ### Your turn: which tool?
#
# Eight questions came in this week. Give each key the name of the service that answers it best: `"CloudWatch"`,
# `"X-Ray"`, `"CloudTrail"` or `"Config"`.
#
# <details><summary>Hint</summary>
#
# Look at the verb. Did somebody *do* something? Is a *number* too high? Which *hop* of one request is slow? What
# *was* the setting?
# </details>

# %% exercise="which-tool"
tools = {
    "Who removed the security group last night?": None,
    "Tell the team when the printer API fails more than ten times in five minutes.": None,
    "Orders take 4 seconds. In which of six services is the time lost?": None,
    "Was this bucket encrypted on 3 March?": None,
    "Which access key made the calls that were denied?": None,
    "How full is the memory of our servers?": None,
    "Which of our volumes have no encryption, and which had none a month ago?": None,
    "Customers' requests fail in the payment function. Which way had each one come?": None,
}
### BEGIN SOLUTION
answers = ["CloudTrail", "CloudWatch", "X-Ray", "Config"]
answers += ["CloudTrail", "CloudWatch", "Config", "X-Ray"]
tools = dict(zip(tools, answers, strict=True))
### END SOLUTION

# %% check="which-tool" points=2
with check(
    "which-tool",
    needs="tools",
    right="Who: CloudTrail. What was: Config. How much: CloudWatch.",
) as expect:
    expect(isinstance(tools, dict), "Keep `tools` a dictionary from the question to the name.")
    expect.not_tried(not any(tools.values()))
    spelling = {"cloudwatch": 1, "xray": 2, "cloudtrail": 3, "config": 4}

    def chosen(words: str) -> int:
        found = [value for key, value in tools.items() if words in key]
        said = str(found[0] if found else "").lower().replace("-", "").replace("aws", "").replace(" ", "")
        expect(
            said in spelling,
            f"'{words} ...': write one of the four names, found {found[0] if found else None!r}.",
        )
        return spelling[said]

    expect(
        chosen("security group") == 3,
        "Somebody called an API last night. Which service keeps the calls?",
    )
    expect(
        chosen("printer API") == 1,
        "A count in a window of time, and a message: that is a metric with an alarm.",
    )
    expect(
        chosen("Orders take") == 2,
        "One request through six services: follow it from hop to hop.",
    )
    expect(
        chosen("bucket encrypted") == 4,
        "The question is about a setting on a day, not about a call.",
    )
    expect(
        chosen("access key") == 3,
        "A denied call is a call, too; its record names the key.",
    )
    expect(
        chosen("memory") == 1,
        "A number over time (which the servers must send themselves).",
    )
    expect(
        chosen("volumes") == 4,
        "An inventory of resources with their settings, now and then.",
    )
    expect(
        chosen("Customers") == 2,
        "Single requests, their errors and their path: follow each one.",
    )
    ### BEGIN HIDDEN TESTS
    expect(len(tools) == 8, "Keep the eight questions as they are.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The event history
#
# CloudTrail is on in every account from the first day. It keeps each **management event**, a call that creates,
# changes, deletes or reads about resources, whoever made it: the console, an SDK, the CLI, or another service. Let us
# make some history. `hired` makes a user with an access key and says what the key may do.


# %% setup="people"
def hired(name: str, *actions: str) -> boto3.Session:
    """A new user who may do these things; returns a session that signs with the user's key."""
    name = lab.unique_name(name)
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="work", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")


def tried(call, **arguments) -> str:
    """Call; return the error code, or 'ok'."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %%
dana, eli = hired("dana", "s3:*", "sqs:*"), hired("eli", "s3:ListAllMyBuckets")
pages = lab.unique_name("pages")
with lab.enforce_iam():
    dana.client("s3").create_bucket(Bucket=pages)
    print("eli deletes: ", tried(eli.client("s3").delete_bucket, Bucket=pages))
    print("dana deletes:", tried(dana.client("s3").delete_bucket, Bucket=pages))

wanted = [{"AttributeKey": "ResourceName", "AttributeValue": pages}]
for event in cloudtrail.lookup_events(LookupAttributes=wanted)["Events"]:
    record = json.loads(event["CloudTrailEvent"])
    print(event["EventName"], event["Username"], record.get("errorCode", "went through"))

# %% [markdown]
# The newest event comes first, and a call that was *refused* is an event like any other: it has an `errorCode`. The
# whole story is in `CloudTrailEvent`, a JSON text. Here is the record of the call that deleted the bucket.

# %%
newest = cloudtrail.lookup_events(LookupAttributes=wanted)["Events"][0]
record = json.loads(newest["CloudTrailEvent"])
for part in ("eventTime", "eventSource", "eventName", "sourceIPAddress", "requestParameters"):
    print(f"{part:<18}{record[part]}")
print(f"{'userIdentity':<18}{record['userIdentity']['type']} {record['userIdentity']['arn']}")

# %% [markdown]
# `userIdentity` tells a user (`IAMUser`), the root user (`Root`), or a role (`AssumedRole`, with the role under
# `sessionContext`). `readOnly` tells whether the call changed anything. Passwords and secrets are left out.
#
# LookupEvents takes **one** attribute (event name, user name, resource name, access key ...), a span of time, and
# gives at most 50 events a page for the last 90 days of one Region. IAM and other global services stand in us-east-1.
#
# > **Lab and AWS.** On AWS a call shows up in the history after some minutes, in the lab at once. AWS answers two
# > look-ups a second, so larger questions belong to a trail.
#
# ### Your turn: who deleted the bucket?
#
# Write `who_deleted(bucket)`: it returns the record (the dictionary inside `CloudTrailEvent`) of the call that really
# deleted this bucket, or `None` if no call did. Busy buckets have more events than one page holds. A new bucket of
# that name plays no part.
#
# <details><summary>Hint</summary>
#
# `cloudtrail.get_paginator("lookup_events").paginate(LookupAttributes=[...])`. Only a call without `errorCode`
# deleted anything.
# </details>


# %% exercise="who-deleted"
def who_deleted(bucket: str) -> dict | None:
    """The record of the call that deleted a bucket."""
    ### BEGIN SOLUTION
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    pages = cloudtrail.get_paginator("lookup_events").paginate(LookupAttributes=named)
    for page in pages:
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told["eventName"] == "DeleteBucket" and "errorCode" not in told:
                return told
    return None
    ### END SOLUTION


# %% check="who-deleted" points=2
with check(
    "who-deleted",
    needs="who_deleted",
    right="Name, time, address: found in one minute.",
) as expect:

    def a_case(noise_after: int, rehired: bool) -> None:
        keeper, thief = hired("keeper", "s3:*"), hired("thief", "s3:ListAllMyBuckets")
        bucket, other = lab.unique_name("check-pages"), lab.unique_name("check-proofs")
        with lab.enforce_iam():
            for name in (bucket, other):
                keeper.client("s3").create_bucket(Bucket=name)
            keeper.client("s3").delete_bucket_tagging(Bucket=bucket)
            expect(
                who_deleted(bucket) is None,
                "The bucket is still there: only its tags were deleted. The call to look for is DeleteBucket.",
            )
            tried(thief.client("s3").delete_bucket, Bucket=bucket)
            expect(
                who_deleted(bucket) is None,
                "The bucket is still there: somebody tried to delete it and was refused. Look at errorCode.",
            )
            keeper.client("s3").delete_bucket(Bucket=bucket)
            keeper.client("s3").delete_bucket(Bucket=other)
            for _ in range(noise_after):
                tried(thief.client("s3").delete_bucket, Bucket=bucket)
        told = who_deleted(bucket)
        expect(
            told is not None,
            f"The bucket was deleted, then came {noise_after} refused calls, and you found nobody. "
            "Are there more pages?",
        )
        expect(
            isinstance(told, dict) and "userIdentity" in told,
            "Return the record: json.loads(event['CloudTrailEvent']).",
        )
        expect(
            told.get("requestParameters", {}).get("bucketName") == bucket,
            f"The record is about {told.get('requestParameters')}, the bucket asked for is {bucket}.",
        )
        expect.equal(told["eventName"], "DeleteBucket", "The call")
        who = keeper.client("sts").get_caller_identity()["Arn"]
        expect.equal(told["userIdentity"]["arn"], who, "Who it was")
        if rehired:
            keeper.client("s3").create_bucket(Bucket=bucket)
            expect(
                who_deleted(bucket) == told,
                "Made anew, the bucket was still deleted once; the record stays.",
            )

    a_case(noise_after=3, rehired=False)
    a_case(noise_after=55, rehired=True)
    ### BEGIN HIDDEN TESTS
    a_case(noise_after=0, rehired=False)
    a_case(noise_after=101, rehired=False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A picture of a day
#
# One event answers a question; many show a pattern. We let three people work through a day, one of them with a script
# that tries doors, and count the calls of each in every block of three hours.

# %%
day_began = lab.clock.now()
crew = {
    "editor": hired("editor", "s3:*"),
    "builder": hired("builder", "sqs:*"),
    "script": hired("script", "s3:ListAllMyBuckets"),
}
works = {"editor": (9, 18), "builder": (6, 15), "script": (1, 4)}
with lab.enforce_iam():
    for hour in range(24):
        for name, session in crew.items():
            begin, end = works[name]
            if begin <= hour < end:
                for _ in range(2 if name != "script" else 6):
                    tried(session.client("s3").list_buckets)
                    tried(session.client("sqs").list_queues)
        lab.clock.advance(hours=1)

pager = cloudtrail.get_paginator("lookup_events")
blocks = [f"{begin:02}-{begin + 3:02}" for begin in range(0, 24, 3)]
arns = {name: one.client("sts").get_caller_identity()["Arn"] for name, one in crew.items()}
calls = {arn: name for name, arn in arns.items()}
table = {name: dict.fromkeys(blocks, 0) for name in crew}
for page in pager.paginate(StartTime=day_began):
    for event in page["Events"]:
        arn = json.loads(event["CloudTrailEvent"])["userIdentity"].get("arn")
        hour = int((event["EventTime"] - day_began).total_seconds() // 3600)
        if arn in calls and hour < 24:
            table[calls[arn]][blocks[hour // 3]] += 1
charts.heatmap(
    table,
    unit="calls",
    columns_are="hour of the day",
    headline="The script works at night: 24 calls in three hours, twice as many as anybody else",
    source="event history of the lab",
)

# %% [markdown]
# ### Your turn: who is turned away?
#
# A key that meets many refusals is either badly set up or in wrong hands. Write `denials(since)`: a dictionary from
# the ARN of the caller to the number of that caller's calls which were **refused for want of permission** since that
# moment. Leave out whoever has none.
#
# Most services write `AccessDenied` into `errorCode`; EC2 writes `Client.UnauthorizedOperation`. A call that failed
# for another reason, such as a bucket that does not exist, does not count.
#
# <details><summary>Hint</summary>
#
# `StartTime=since` narrows the look-up; leave LookupAttributes out. `collections.Counter` counts.
# </details>


# %% exercise="denials"
def denials(since: dt.datetime) -> dict[str, int]:
    """How many calls of whom were refused for want of permission."""
    ### BEGIN SOLUTION
    refused: Counter[str] = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told.get("errorCode") in ("AccessDenied", "Client.UnauthorizedOperation"):
                refused[told["userIdentity"]["arn"]] += 1
    return dict(refused)
    ### END SOLUTION


# %% check="denials" points=2
with check(
    "denials",
    needs="denials",
    right="A leaked key tries doors: this list is how you notice.",
) as expect:

    def a_week(doors: int, machines: int) -> None:
        tried(hired("earlier", "s3:ListAllMyBuckets").client("sqs").list_queues)
        with lab.enforce_iam():
            tried(hired("earlier", "s3:ListAllMyBuckets").client("sqs").list_queues)
        lab.clock.advance(hours=1)
        since = lab.clock.now()
        honest, curious = (
            hired("honest", "s3:*", "iam:*"),
            hired("curious", "s3:ListAllMyBuckets"),
        )
        with lab.enforce_iam():
            tried(honest.client("s3").get_bucket_tagging, Bucket="no-such-bucket-of-quill")
            tried(honest.client("iam").get_user, UserName="no-such-user-of-quill")
            tried(honest.client("s3").list_buckets)
            for _ in range(doors):
                tried(curious.client("sqs").list_queues)
            for _ in range(machines):
                tried(curious.client("ec2").describe_instances)
        found = denials(since)
        expect(isinstance(found, dict), "Return a dictionary.")
        arns = [one.client("sts").get_caller_identity()["Arn"] for one in (honest, curious)]
        expect(
            not found.get(arns[0]),
            "The honest user asked for a bucket and a user that are not there. That is no refusal: look at errorCode.",
        )
        expect(
            0 not in found.values(),
            "Leave out whoever has no refusals: a caller with 0 is in your dictionary.",
        )
        expect(
            arns[1] in found,
            f"The curious user was refused and is not listed. Keys are ARNs; found {list(found)}.",
        )
        case = f"{doors} refusals by SQS and {machines} by EC2"
        if found[arns[1]] == doors and machines:
            expect(False, f"{case}: you counted {doors}. EC2's error code has another name.")
        expect.equal(found[arns[1]], doors + machines, case)
        expect(
            set(found) == {arns[1]},
            "Only calls since that moment count, and only callers with a refusal.",
        )

    a_week(doors=4, machines=2)
    a_week(doors=60, machines=0)
    ### BEGIN HIDDEN TESTS
    a_week(doors=1, machines=3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A trail keeps it for years
#
# The history forgets after 90 days, and nobody can query it with SQL. A **trail** delivers the same events as files
# to an S3 bucket, about every five minutes, for as long as you keep them there. It can also write to a CloudWatch
# Logs group (where a metric filter can count root logins) and tell an SNS topic about each file.
#
# CloudTrail writes as a *service*, so the bucket's policy must let it in: `s3:GetBucketAcl` on the bucket,
# `s3:PutObject` below `AWSLogs/ACCOUNT/`. Name the trail in `aws:SourceArn`; otherwise anybody's trail could fill
# your bucket.


# %% setup="trails"
def no_trails() -> None:
    """Take all trails away: an account has room for five in a Region."""
    for trail in cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]:
        cloudtrail.delete_trail(Name=trail["Name"])


def let_in(bucket: str, trail: str) -> None:
    """Make a bucket that one trail may write to."""
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    only = {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{trail}"}
    service: dict = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    may = [("s3:GetBucketAcl", arn), ("s3:PutObject", f"{arn}/AWSLogs/{account}/*")]
    service |= {"Condition": {"StringEquals": only}}
    lines = [{**service, "Action": action, "Resource": on} for action, on in may]
    policy = {"Version": "2012-10-17", "Statement": lines}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def new_trail(name: str, **settings) -> tuple[str, str]:
    """Make a trail that logs; returns its name and its bucket."""
    no_trails()
    trail = lab.unique_name(name)
    bucket = f"{trail}-files"
    let_in(bucket, trail)
    cloudtrail.create_trail(Name=trail, S3BucketName=bucket, **settings)
    cloudtrail.start_logging(Name=trail)
    return trail, bucket


def files_in(bucket: str, kind: str = "CloudTrail") -> list[str]:
    """The keys of the log files in a bucket (or of the digests)."""
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [one["Key"] for one in found if f"/{kind}/" in one["Key"]]


def opened(bucket: str, key: str) -> bytes:
    """The text of a file, unpacked."""
    return gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def records_in(bucket: str) -> list[dict]:
    """All records in all log files of a bucket."""
    texts = [opened(bucket, key) for key in files_in(bucket)]
    return [one for text in texts for one in json.loads(text)["Records"]]


# %%
trail, bucket = new_trail("tour")
sqs.create_queue(QueueName=lab.unique_name("orders"))
boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="far-away")
lab.clock.advance(minutes=6)
for key in files_in(bucket):
    print(key)
print([record["eventName"] for record in records_in(bucket)])

# %% [markdown]
# One file, for one Region: a trail made with the API covers only the Region it was made in. The queue in Ireland is
# missing. (The console makes a trail for all Regions.) And three more habits of the API catch people:
#
# - `create_trail` makes a trail that does **not** log; `start_logging` starts it.
# - Without `EnableLogFileValidation=True` nothing proves that the files are what CloudTrail wrote.
# - A bucket whose policy is wrong is refused when you make the trail. Taken away later, it stops the files in
#   silence; `get_trail_status` tells.
#
# ### Your turn: Quill's trail
#
# Write `open_trail(name, bucket)`. It makes the bucket (in us-east-1) and a trail that logs **all Regions** with
# **log file validation**, and starts it. The policy of the bucket lets in CloudTrail for **this trail alone**, with
# both of its actions, and lets it write nowhere but below `AWSLogs/` and the number of this account.
#
# <details><summary>Hint</summary>
#
# `let_in` in the set-up cell shows a policy that fits. `create_trail` needs two flags that are off by default.
# </details>


# %% exercise="open-trail"
def open_trail(name: str, bucket: str) -> None:
    """Make a trail for all Regions, with validation, into a bucket of its own."""
    ### BEGIN SOLUTION
    let_in(bucket, name)
    cloudtrail.create_trail(
        Name=name,
        S3BucketName=bucket,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )
    cloudtrail.start_logging(Name=name)
    ### END SOLUTION


# %% check="open-trail" points=3
with check(
    "open-trail",
    needs="open_trail",
    right="Every Region, provable, and nobody else's files.",
) as expect:

    def works_as(name: str, regions: list[str]) -> None:
        no_trails()
        trail = lab.unique_name(name)
        bucket = f"{trail}-files"
        open_trail(trail, bucket)
        found = cloudtrail.describe_trails(trailNameList=[trail])["trailList"]
        expect(len(found) == 1, f"There is no trail called {trail}.")
        expect(
            cloudtrail.get_trail_status(Name=trail)["IsLogging"],
            "The trail does not log: a new one has to be started.",
        )
        expect(
            found[0].get("LogFileValidationEnabled", False),
            "Log file validation is off, so nothing proves that files were not changed.",
        )
        for region in regions:
            boto3.client("sqs", region_name=region).create_queue(
                QueueName=lab.unique_name("seen"),
            )
        lab.clock.advance(minutes=6)
        seen = {one["awsRegion"] for one in records_in(bucket) if one["eventName"] == "CreateQueue"}
        expect(
            seen != set(),
            f"After six minutes the bucket {bucket} has no file about a queue that was made.",
        )
        missing = sorted(set(regions) - seen)
        expect(
            missing == [],
            f"Calls in {', '.join(missing)} are not in the files. Trails cover one Region unless told.",
        )
        other = lab.unique_name("stranger")
        code = tried(cloudtrail.create_trail, Name=other, S3BucketName=bucket)
        expect(
            code == "InsufficientS3BucketPolicyException",
            "Another trail could use your bucket as well. Name your trail in a condition on aws:SourceArn.",
        )
        held = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        lines = held["Statement"] if isinstance(held["Statement"], list) else [held["Statement"]]
        service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
        arn = f"arn:aws:s3:::{bucket}"
        may = [
            ("s3:GetBucketAcl", "s3:PutObject", arn),
            ("s3:PutObject", "s3:GetBucketAcl", f"{arn}/*"),
        ]
        for opened_up, still_closed, on in may:
            wider = held | {
                "Statement": [*lines, {**service, "Action": opened_up, "Resource": on}],
            }
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(wider))
            code = tried(cloudtrail.create_trail, Name=other, S3BucketName=bucket)
            expect(
                code == "InsufficientS3BucketPolicyException",
                f"Your policy allows {still_closed} to any trail: that statement needs the condition, too.",
            )
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(held))
        for elsewhere in ("anywhere", "AWSLogs/999999999999"):
            code = tried(cloudtrail.update_trail, Name=trail, S3KeyPrefix=elsewhere)
            expect(
                code == "InsufficientS3BucketPolicyException",
                f"CloudTrail may write below {elsewhere}/, outside AWSLogs/{account}/. "
                "Narrow the Resource of s3:PutObject.",
            )
        stranger = boto3.client("s3", config=Config(signature_version=UNSIGNED))
        with lab.enforce_iam():
            code = tried(stranger.list_objects_v2, Bucket=bucket)
        expect(
            code == "AccessDenied",
            "Anybody on the internet can list the files. The principal is the service alone.",
        )
        cloudtrail.delete_trail(Name=trail)

    works_as("check-quill", ["us-east-1", "eu-west-1"])
    ### BEGIN HIDDEN TESTS
    works_as("check-press", ["us-east-1", "ap-southeast-2", "eu-central-1"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Proof that nobody rewrote the files
#
# Whoever may write to the bucket could take a line out of a log. With validation on, CloudTrail writes a **digest**
# every hour: a list of the log files of that hour with the SHA-256 of each file's *unpacked* content. The digest is
# signed with a key that only CloudTrail has, and names the signature of the digest before: a chain. `aws cloudtrail
# validate-logs` walks along it. We look at one link.

# %%
trail, bucket = new_trail("proved", EnableLogFileValidation=True)
sqs.create_queue(QueueName=lab.unique_name("orders"))
lab.clock.advance(minutes=65)
[where] = files_in(bucket, "CloudTrail-Digest")
digest = json.loads(opened(bucket, where))
for part in ("digestStartTime", "digestEndTime", "previousDigestSignature"):
    print(f"{part:<25}{digest[part]}")
for entry in digest["logFiles"]:
    print(entry["s3Object"].rpartition("/")[2], entry["hashValue"][:16], "...")
signature = s3.get_object(Bucket=bucket, Key=where)["Metadata"]["signature"]
print("signed with the key", digest["digestPublicKeyFingerprint"], "as", signature[:16], "...")

# %% [markdown]
# ### Your turn: which files are not what they were?
#
# Write `altered(bucket)`: the sorted keys of the log files that some digest in the bucket names and that are
# **missing** or have **another content** now. A file that was only packed anew, with the same content, is fine.
# (Trust the digests here; their signatures are another check.)
#
# <details><summary>Hint</summary>
#
# For each digest (`files_in(bucket, "CloudTrail-Digest")`) and each of its `logFiles`: `opened` gives the unpacked
# bytes of a file, `hashlib.sha256(...).hexdigest()` their hash. A missing object raises `s3.exceptions.NoSuchKey`.
# </details>


# %% exercise="proof"
def altered(bucket: str) -> list[str]:
    """The log files that are gone or were changed."""
    ### BEGIN SOLUTION
    wrong = set()
    for where in files_in(bucket, "CloudTrail-Digest"):
        for entry in json.loads(opened(bucket, where))["logFiles"]:
            key = entry["s3Object"]
            try:
                now = hashlib.sha256(opened(bucket, key)).hexdigest()
            except s3.exceptions.NoSuchKey:
                wrong.add(key)
            else:
                if now != entry["hashValue"]:
                    wrong.add(key)
    return sorted(wrong)
    ### END SOLUTION


# %% check="proof" points=2
with check(
    "proof",
    needs="altered",
    right="Gone or rewritten: the digests tell, whoever did it.",
) as expect:

    def forged(name: str, hours: int) -> None:
        _, bucket = new_trail(name, EnableLogFileValidation=True)
        for _ in range(hours * 3):
            sqs.create_queue(QueueName=lab.unique_name("order"))
            lab.clock.advance(minutes=20)
        lab.clock.advance(minutes=10)
        keys = files_in(bucket)
        expect.equal(altered(bucket), [], f"Nobody has touched the {len(keys)} files")
        packed, changed, gone = keys[0], keys[1], keys[-1]
        same = gzip.compress(opened(bucket, packed), compresslevel=1, mtime=7)
        s3.put_object(Bucket=bucket, Key=packed, Body=same)
        expect.equal(
            altered(bucket),
            [],
            "One file was packed anew with the same content (the digest has the hash of what is inside)",
        )
        text = opened(bucket, changed).replace(b"CreateQueue", b"ListQueues!")
        s3.put_object(Bucket=bucket, Key=changed, Body=gzip.compress(text))
        expect.equal(altered(bucket), [changed], "One file was changed")
        s3.delete_object(Bucket=bucket, Key=gone)
        found = altered(bucket)
        expect(
            gone in found,
            "One file was deleted, and you do not name it. The digest still does.",
        )
        expect.equal(found, sorted([changed, gone]), "One file changed, one deleted")

    forged("check-hours", hours=2)
    ### BEGIN HIDDEN TESTS
    forged("check-shift", hours=4)
    ### END HIDDEN TESTS
    no_trails()

# %% [markdown]
# ## Management events and data events
#
# Management events are about resources: `AttachRolePolicy`, `CreateSubnet`, `CreateTrail`. **Data events** are about
# what is inside: an object is read, a function invoked, an item written. There are thousands of times more of them,
# so they are off unless a trail's **event selectors** ask, and each is billed. They never show in the event history.
#
# A *basic* selector says three things: `ReadWriteType` (`ReadOnly`, `WriteOnly`, `All`), whether it wants management
# events, and from which resources it wants data events. A trail has up to five; an event that **any** of them wants
# is logged, once. *Advanced* selectors choose by field (`eventName`, `resources.ARN`, ...) and know many more types
# of resource.


# %% setup="functions"
def new_function(name: str, code: str) -> str:
    """Create a Lambda function from its source; returns its ARN."""
    name = lab.unique_name(name)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    trust["Action"] = "sts:AssumeRole"
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=document)
    role = made["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    function = boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
    )
    return function["FunctionArn"]


# %%
trail, bucket = new_trail("selective")
secret = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::quill-drafts/"]}
only_data: dict = {"ReadWriteType": "All", "DataResources": [secret]}
only_data["IncludeManagementEvents"] = False
cloudtrail.put_event_selectors(TrailName=trail, EventSelectors=[only_data])
if "quill-drafts" not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket="quill-drafts")
s3.put_object(Bucket="quill-drafts", Key="atlas/page-1.pdf", Body=b"%PDF")
s3.get_object(Bucket="quill-drafts", Key="atlas/page-1.pdf")
lab.clock.advance(minutes=6)
for record in records_in(bucket):
    print(record["eventCategory"], record["eventName"], record["resources"][0]["ARN"])

# %% [markdown]
# ### Your turn: repair the selectors
#
# The lawyers want the trail to hold, and to hold nothing else:
#
# 1. management events that **change** something;
# 2. **every** access to objects of the bucket they name, reads as well as writes;
# 3. every invocation of **any** Lambda function of the account.
#
# The selectors below are what the last engineer left. The lawyers complain that nobody's *reading* of a contract is
# in the files, and that functions are missing. Repair `select(trail, bucket)`.
#
# <details><summary>Hint</summary>
#
# `ReadWriteType` holds for everything in its selector, and an invocation counts as a write. What wants reads needs a
# selector of its own. The value `arn:aws:lambda` stands for all functions.
# </details>


# %% exercise="choose-events" repair=true
def select(trail: str, bucket: str) -> None:
    """Choose what the trail holds."""
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[{"ReadWriteType": "WriteOnly", "DataResources": [contracts]}],
    )


### BEGIN SOLUTION
def select(trail: str, bucket: str) -> None:
    """Choose what the trail holds."""
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    changes = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}
    content = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": False,
        "DataResources": [contracts, functions],
    }
    cloudtrail.put_event_selectors(TrailName=trail, EventSelectors=[changes, content])


### END SOLUTION

# %% check="choose-events" points=2
with check(
    "choose-events",
    needs="select",
    right="Who read the contract? Now the files know.",
) as expect:

    def under(case: str) -> None:
        trail, files = new_trail(case)
        contracts = lab.unique_name("contracts")
        other = f"{contracts}-drawings"
        for name in (contracts, other):
            s3.create_bucket(Bucket=name)
        select(trail, contracts)
        lab.clock.advance(minutes=6)
        old = len(records_in(files))
        echo = new_function("echo", "def handler(event, context):\n    return event\n")
        queue = lab.unique_name("changed")
        sqs.create_queue(QueueName=queue)
        sqs.list_queues()
        for name in (contracts, other):
            s3.put_object(Bucket=name, Key="a.pdf", Body=b"%PDF")
            s3.get_object(Bucket=name, Key="a.pdf")
        boto3.client("lambda").invoke(FunctionName=echo, Payload=b"{}")
        lab.clock.advance(minutes=6)
        seen = Counter()
        for one in records_in(files)[old:]:
            arn = one["resources"][0]["ARN"] if one.get("resources") else ""
            seen[
                one["eventName"],
                arn.rpartition(":")[2].partition("/")[0] if "s3" in arn else "",
            ] += 1
        expect(
            seen["CreateQueue", ""] == 1,
            "A queue was made and the files do not say so: management events that change.",
        )
        expect(
            seen["PutObject", contracts] == 1,
            "A contract was written, and the files do not say so.",
        )
        expect(
            seen["GetObject", contracts] == 1,
            "A contract was read, and the files do not say so. WriteOnly leaves reads out.",
        )
        expect(
            seen["Invoke", ""] == 1,
            "A function made today was invoked, and the files do not say so.",
        )
        expect(
            seen["ListQueues", ""] == 0,
            "The files hold a management event that only reads (ListQueues).",
        )
        expect(
            seen["GetObject", other] + seen["PutObject", other] == 0,
            f"The files hold accesses to another bucket, {other}. A value is how an ARN begins: mind its end.",
        )

    under("check-lawyers")
    ### BEGIN HIDDEN TESTS
    under("check-court")
    ### END HIDDEN TESTS
    no_trails()

# %% [markdown]
# ## Watch the watcher
#
# A careful thief calls `StopLogging` first. But that call is an event, too, the last one. While a trail logs,
# CloudTrail also sends each call that **changes** something to **EventBridge**, within seconds and not only every
# five minutes. The event's `source` is `aws.` and the service, its `detail-type` is `AWS API Call via CloudTrail`,
# its `detail` is the record. A rule can hand it to a function.
#
# ### Your turn: switch it on again
#
# Write two things. `pattern`, an event pattern (a dictionary) that matches the call `StopLogging` of CloudTrail **and
# no other call**. And `handler(event, context)`, a Lambda function that starts the logging of the trail that was
# stopped: the record's `requestParameters` name it. The check connects them with a rule. In the function import what
# you need.
#
# <details><summary>Hint</summary>
#
# Patterns hold lists: `{"source": ["aws.s3"], "detail": {"eventName": ["DeleteBucket"]}}`. Parameters in records
# begin with a small letter: `name`.
# </details>


# %% exercise="watch"
pattern: dict | None = None
### BEGIN SOLUTION
pattern = {
    "source": ["aws.cloudtrail"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["StopLogging"]},
}
### END SOLUTION


def handler(event, context):
    """Start the logging of the trail that was stopped."""
    ### BEGIN SOLUTION
    import boto3

    stopped = event["detail"]["requestParameters"]["name"]
    boto3.client("cloudtrail").start_logging(Name=stopped)
    ### END SOLUTION


# %% check="watch" points=2
with check(
    "watch",
    needs=["pattern", "handler"],
    right="Off for a second, and the record names the thief.",
) as expect:
    expect(
        isinstance(pattern, dict) and pattern != {},
        "The pattern is a dictionary with what an event must have.",
    )
    events = boto3.client("events")

    def fires(source: str, call: str) -> bool:
        detail = {
            "eventSource": f"{source}.amazonaws.com",
            "eventName": call,
            "requestParameters": {"name": "x"},
        }
        kind = "AWS API Call via CloudTrail"
        event = {
            "id": "1",
            "account": account,
            "region": "us-east-1",
            "time": "2026-11-21T09:00:00Z",
            "resources": [],
        }
        event |= {"source": f"aws.{source}", "detail-type": kind, "detail": detail}
        return events.test_event_pattern(
            EventPattern=json.dumps(pattern),
            Event=json.dumps(event),
        )["Result"]

    for call in ("StartLogging", "PutEventSelectors", "UpdateTrail", "StopImport"):
        again = " Starting the trail would call your function again, for ever."
        more = again if call == "StartLogging" else ""
        expect(
            not fires("cloudtrail", call),
            f"The pattern matches {call} as well: the rule fires for other calls.{more}",
        )
    expect(
        not fires("dms", "StopLogging"),
        "The pattern matches a call of that name in any service.",
    )

    def stopped_by(name: str, by_arn: bool) -> None:
        trail, _ = new_trail(name)
        neighbour = lab.unique_name("neighbour")
        let_in(f"{neighbour}-files", neighbour)
        cloudtrail.create_trail(Name=neighbour, S3BucketName=f"{neighbour}-files")
        function = new_function("guard", inspect.getsource(handler))
        rule = lab.unique_name("stops")
        arn = events.put_rule(Name=rule, EventPattern=json.dumps(pattern))["RuleArn"]
        boto3.client("lambda").add_permission(
            FunctionName=function,
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=arn,
        )
        events.put_targets(Rule=rule, Targets=[{"Id": "guard", "Arn": function}])
        lab.settle()
        which = f"arn:aws:cloudtrail:us-east-1:{account}:trail/{trail}" if by_arn else trail
        cloudtrail.stop_logging(Name=which)
        told = lab.settle().to("guard")
        events.remove_targets(Rule=rule, Ids=["guard"])
        events.delete_rule(Name=rule)
        expect(told != [], "Logging was stopped, and the rule did not fire.")
        expect(
            cloudtrail.get_trail_status(Name=trail)["IsLogging"],
            f"The function ran ({told[0].outcome}), and the trail still does not log.",
        )
        expect(
            not cloudtrail.get_trail_status(Name=neighbour)["IsLogging"],
            "Another trail, which was off before, logs now. Start the one that was stopped.",
        )

    stopped_by("check-night", by_arn=False)
    ### BEGIN HIDDEN TESTS
    stopped_by("check-dawn", by_arn=True)
    ### END HIDDEN TESTS
    no_trails()

# %% [markdown]
# ## Insights: more than usual
#
# Nobody reads millions of records. **CloudTrail Insights** learns from the last 28 days how often each changing API is
# called, and how often calls fail. It raises an event when the rate leaves the usual band: a script that creates
# hundreds of keys, a limit that is hit again and again, a nightly clean-up that did not run. You switch it on for a
# trail (`ApiCallRateInsight`, `ApiErrorRateInsight`); the events land in the bucket and on EventBridge.
#
# AWS does not publish its formula. The idea is a baseline with a band, and that you can build yourself.
#
# ### Your turn: outside the band
#
# Write `unusual(usual, today)`. `usual` are counts of calls per five minutes from quiet weeks, `today` those of
# today. Return the positions in `today` whose count is **more than three standard deviations** (`statistics.pstdev`)
# from the mean of `usual`, above **or below**.
#
# <details><summary>Hint</summary>
#
# `abs(count - mean) > 3 * deviation`. The band comes from `usual` alone: a burst must not widen the band that judges
# it.
# </details>


# %% exercise="unusual"
def unusual(usual: list[int], today: list[int]) -> list[int]:
    """The windows of today that leave the band."""
    ### BEGIN SOLUTION
    middle, spread = statistics.mean(usual), statistics.pstdev(usual)
    return [place for place, count in enumerate(today) if abs(count - middle) > 3 * spread]
    ### END SOLUTION


# %% check="unusual" points=1
with check(
    "unusual",
    needs="unusual",
    right="A burst and a silence: both are news.",
) as expect:
    weeks = [18, 22, 20, 19, 21, 20, 23, 17, 20, 20] * 40
    expect.equal(unusual(weeks, [20, 21, 19, 22]), [], "A quiet hour")
    expect.equal(unusual(weeks, [20, 90, 21]), [1], "90 calls where 20 are usual")
    expect.equal(
        unusual(weeks, [20, 21, 2]),
        [2],
        "Two calls where 20 are usual: something did not run",
    )
    few = "Mean 2, deviation 1: 5 is exactly three deviations away, 6 is more"
    expect.equal(unusual([1, 3], [5, 6]), [1], few)
    expect.equal(
        unusual([5] * 12, [5, 6, 4]),
        [1, 2],
        "Always 5: the deviation is 0, and 6 and 4 are news",
    )
    ### BEGIN HIDDEN TESTS
    expect.equal(
        unusual(weeks, [400] * 6 + [20]),
        [0, 1, 2, 3, 4, 5],
        "A burst of half an hour",
    )
    expect.equal(unusual([5, 5, 5, 6, 4], [5, 7, 3]), [1, 2], "A narrow band")
    ### END HIDDEN TESTS

# %% [markdown]
# Now the same on a day of the lab's own records: the usual clean-up, and at night a script that makes groups.

# %%
day_began = lab.clock.now()
for window in range(72):
    burst = 24 if window in (50, 51, 52) else 3 + window % 3
    for _ in range(burst):
        iam.create_group(GroupName=lab.unique_name("group"))
    lab.clock.advance(minutes=5)
counts = [0] * 72
for page in pager.paginate(StartTime=day_began):
    for event in page["Events"]:
        if event["EventName"] == "CreateGroup":
            counts[int((event["EventTime"] - day_began).total_seconds() // 300)] += 1
middle, spread = statistics.mean(counts[:48]), statistics.pstdev(counts[:48])
charts.over_time(
    {"CreateGroup calls": counts, "upper edge of the band": [middle + 3 * spread] * 72},
    x=[5 * window for window in range(72)],
    x_unit="minutes",
    y_label="calls in five minutes",
    events={"the script starts": 250},
    headline="Three windows stand out; nobody had to know what to look for",
    source="event history of the lab",
)

# %% [markdown]
# ## What it costs, and how long it lasts
#
# The history is free, and so is the **first** copy of management events that trails deliver in a Region. More copies,
# data events and Insights are billed by the number of events; the files cost what S3 costs.

# %%
per_million = {
    "management, first copy": 10 * facts.price("cloudtrail", "management-first-copy"),
    "management, each further copy": 10 * facts.price("cloudtrail", "management-extra-copies"),
    "Insights, analysed": 10 * facts.price("cloudtrail", "insights-events"),
    "data events": 10 * facts.price("cloudtrail", "data-events"),
}
charts.bars(
    per_million,
    headline="A management event in a second trail costs as much as twenty data events",
    unit="USD per million events",
    source=[facts.price("cloudtrail", name) for name in ("management-extra-copies", "data-events")],
)

# %% [markdown]
# But there are far more data events: a busy bucket makes more of them in an hour than a team makes management events
# in a year. And every trail that asks for them is a copy of its own.
#
# For keeping: the history forgets after 90 days. A trail's files stay as long as the bucket's lifecycle lets them, in
# a cheap class after a while; Athena queries them with SQL.
#
# > **Then and now.** *CloudTrail Lake*, a store with SQL inside (7 days to ten years), is closed to new customers
# > since 31 May 2026. Until December 2017 the history held seven days.

# %%
trail, bucket = new_trail("kept")
rule = {
    "ID": "seven-years",
    "Status": "Enabled",
    "Filter": {"Prefix": "AWSLogs/"},
    "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
    "Expiration": {"Days": 7 * 365},
}
s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
print(s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["Transitions"])

# %% [markdown]
# ### Your turn: the bill
#
# Write `audit_bill(management, trails, data, insights)` for one Region and one month, in USD, without S3:
# `management` events happened, each of `trails` trails delivers all of them; `data` data events were delivered over
# all trails; `insights` events were analysed. Take the prices from `facts`; they are per 100,000 events.
#
# <details><summary>Hint</summary>
#
# The first copy is free: with three trails two copies are paid. With no trail nothing is.
# </details>


# %% exercise="bill"
def audit_bill(management: int, trails: int, data: int = 0, insights: int = 0) -> float:
    """What CloudTrail costs in a month."""
    ### BEGIN SOLUTION
    copies = max(0, trails - 1) * management
    total = copies * facts.price("cloudtrail", "management-extra-copies")
    total += data * facts.price("cloudtrail", "data-events")
    total += insights * facts.price("cloudtrail", "insights-events")
    return total / 100_000
    ### END SOLUTION


# %% check="bill" points=1
with check(
    "bill",
    needs="audit_bill",
    right="The first trail is free; a forgotten second one is not.",
) as expect:
    expect.close(
        audit_bill(150_000, 2, data=2_000_000),
        5.0,
        "Two trails, 150,000 management and 2 million data events",
    )
    expect.close(audit_bill(5_000_000, 1), 0.0, "One trail: the first copy is free")
    expect.close(
        audit_bill(100_000, 3),
        4.0,
        "Three trails: two copies of 100,000 events are paid",
    )
    expect.close(
        audit_bill(1_000_000, 1, insights=1_000_000),
        3.5,
        "Insights on a million events",
    )
    expect.close(audit_bill(1_000_000, 0), 0.0, "No trail at all: the history costs nothing")
    ### BEGIN HIDDEN TESTS
    expect.close(
        audit_bill(400_000, 3, data=50_000_000, insights=400_000),
        67.4,
        "Three trails with everything",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Config: what did it look like?
#
# CloudTrail tells that somebody called `PutBucketPolicy`. What the policy was *before* it does not tell. **AWS
# Config** does: a *recorder* writes a **configuration item** each time a resource changes, keeps the history, draws
# relations, and checks rules ("every volume is encrypted"). It delivers files to a bucket, so it starts only when it
# has one.


# %% setup="recorder"
def record_buckets() -> None:
    """Switch the recorder on."""
    config = boto3.client("config")
    if config.describe_configuration_recorders()["ConfigurationRecorders"]:
        return
    files = lab.unique_name("config-files")
    s3.create_bucket(Bucket=files)
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/Config",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": files})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def item_of(bucket: str) -> dict:
    """The newest configuration item of a bucket."""
    found = boto3.client("config").get_resource_config_history(
        resourceType="AWS::S3::Bucket",
        resourceId=bucket,
        limit=1,
    )
    return found["configurationItems"][0]


record_buckets()

# %%
atlas = lab.unique_name("atlas")
s3.create_bucket(Bucket=atlas)
item = item_of(atlas)
print(item["arn"], item["configurationItemStatus"], item["tags"])
for part, value in item["supplementaryConfiguration"].items():
    print(f"  {part:<32}{value[:60]}")

# %% [markdown]
# > **Lab and AWS.** AWS keeps every item and hands you the history; the lab's Config knows only the present. So we
# > ask before and after a change, and keep both.
#
# ### Your turn: two witnesses
#
# Somebody changed a bucket. Write `what_changed(bucket, before, since)`: `before` is its configuration item from the
# moment `since`. Return two sorted lists, no name twice:
#
# 1. the names of what differs now: `"tags"`, and each part of `supplementaryConfiguration` that was added, removed or
#    changed;
# 2. the names of the users (`Username`) who made a call on this bucket since then that **changed** something and went
#    through.
#
# <details><summary>Hint</summary>
#
# `item_of(bucket)` is the item now. For the second list look up the resource name with `StartTime=since`; records
# have `readOnly` and perhaps `errorCode`.
# </details>


# %% exercise="what-changed"
def what_changed(bucket: str, before: dict, since: dt.datetime) -> tuple[list[str], list[str]]:
    """What is different, and who made it so."""
    ### BEGIN SOLUTION
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = {part for part in {*old, *new} if old.get(part) != new.get(part)}
    if before["tags"] != now["tags"]:
        parts.add("tags")
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    users = set()
    look = cloudtrail.get_paginator("lookup_events")
    for page in look.paginate(LookupAttributes=named, StartTime=since):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if not told["readOnly"] and "errorCode" not in told:
                users.add(event["Username"])
    return sorted(parts), sorted(users)
    ### END SOLUTION


# %% check="what-changed" points=2
with check(
    "what-changed",
    needs="what_changed",
    right="Config shows the change, CloudTrail the hand.",
) as expect:

    def a_change(public: bool, tag: str, new_tag: str) -> None:
        bucket = lab.unique_name("check-maps")
        s3.create_bucket(Bucket=bucket)
        tags = {one: {"TagSet": [{"Key": "team", "Value": one}]} for one in (tag, new_tag) if one}
        if tag:
            s3.put_bucket_tagging(Bucket=bucket, Tagging=tags[tag])
        reader, writer = hired("reader", "s3:Get*", "s3:List*"), hired("writer", "s3:*")
        lab.clock.advance(minutes=1)
        before, since = item_of(bucket), lab.clock.now()
        wanted, case = set(), []
        with lab.enforce_iam():
            tried(reader.client("s3").get_bucket_policy, Bucket=bucket)
            tried(reader.client("s3").get_bucket_tagging, Bucket=bucket)
            tried(reader.client("s3").delete_bucket_policy, Bucket=bucket)
            if public:
                writer.client("s3").delete_public_access_block(Bucket=bucket)
                wanted.add("PublicAccessBlockConfiguration")
                case.append("the public access block was removed")
            if tag != new_tag:
                if new_tag:
                    writer.client("s3").put_bucket_tagging(
                        Bucket=bucket,
                        Tagging=tags[new_tag],
                    )
                else:
                    writer.client("s3").delete_bucket_tagging(Bucket=bucket)
                wanted |= {"tags", "BucketTaggingConfiguration"}
                case.append(f"the tag {tag or 'none'} became {new_tag or 'none'}")
        answer = what_changed(bucket, before, since)
        expect(
            isinstance(answer, (tuple, list)) and len(answer) == 2,
            "Return two lists: parts and users.",
        )
        done = " and ".join(case) or "nothing was changed"
        expect.equal(list(answer[0]), sorted(wanted), f"{done}; the parts")
        who = writer.client("sts").get_caller_identity()["Arn"].rpartition("/")[2]
        expect(
            not any(name.startswith("reader") for name in answer[1]),
            "The reader looked, and was refused when trying more. Neither changed anything.",
        )
        expect(
            "root" not in answer[1],
            "The root user made the bucket before that moment: StartTime=since.",
        )
        expect.equal(list(answer[1]), [who] if wanted else [], f"{done}; the users, each once")

    a_change(public=True, tag="maps", new_tag="maps")
    a_change(public=False, tag="maps", new_tag="")
    a_change(public=True, tag="maps", new_tag="atlas")
    a_change(public=False, tag="", new_tag="maps")
    ### BEGIN HIDDEN TESTS
    a_change(public=True, tag="", new_tag="atlas")
    a_change(public=False, tag="maps", new_tag="maps")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS the trails of this lesson would be free (first copy), their files worth less than a
# > cent. Config bills each configuration item. Clean up: delete trails, empty their buckets, stop the recorder.

# %%
no_trails()
boto3.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
print(cloudtrail.describe_trails()["trailList"])

# %% [markdown]
# ## To remember
#
# - CloudWatch counts, X-Ray follows a request, CloudTrail names who called, Config shows what it looked like.
# - The event history is on everywhere, free, and holds 90 days of management events; refused calls are in it, too.
# - A trail delivers files about every five minutes; it logs only after `start_logging`, and only its own Region
#   unless told.
# - The bucket's policy lets the service in, for one trail (`aws:SourceArn`), below `AWSLogs/ACCOUNT/`.
# - Digests, hourly, signed and chained, prove that no log file was changed or taken away.
# - Data events are off by default, billed, and never in the history; event selectors choose them.
# - The first copy of management events is free; further copies, data events and Insights are billed by the event.
# - Calls that change something reach EventBridge in seconds, so a function can undo them.

# %% [markdown] question="old-deletion"
# ### Question 1
#
# A DynamoDB table was deleted five months ago. The account has never had a trail. The team wants to know who did it.
# What do you tell them?
#
# - [ ] **A** LookupEvents finds it if `StartTime` lies six months back.
#   > The history holds 90 days. An earlier StartTime brings nothing more.
# - [ ] **B** CloudWatch Logs has it, because DynamoDB logs there by itself.
#   > CloudTrail writes to a log group only when a trail says so; DynamoDB writes no call log there.
# - [x] **C** The record is gone; a trail would have kept it. Make one now.
#   > Events older than 90 days live only in what trails delivered. A trail keeps them from its start on, not before.
# - [ ] **D** Insights can rebuild it from the baseline.
#   > Insights compares rates; it keeps no records of single calls.

# %% answer="old-deletion"
answer = "C"

# %% check="old-deletion" points=1
question("old-deletion", answer)

# %% [markdown] question="who-read"
# ### Question 2
#
# Auditors ask which user read an object in a bucket last Tuesday. A trail for all Regions with default settings has
# logged for years. Its files name the calls that made the bucket, and no reads. Why?
#
# - [x] **A** Reading an object is a data event, and selectors ask only for management events by default.
#   > GetObject touches what is in the bucket. Without a selector for it the trail never had the event.
# - [ ] **B** Reads are left out by default; `ReadWriteType` must be `All`.
#   > The default is All, for management events. GetObject is none of those.
# - [ ] **C** The bucket's policy forbids CloudTrail to see reads.
#   > CloudTrail sees the calls themselves. The policy decides only where it may write its files.
# - [ ] **D** The files are encrypted, so the reads cannot be shown.
#   > Whoever may use the key sees everything in the file.

# %% answer="who-read"
answer = "A"

# %% check="who-read" points=1
question("who-read", answer)

# %% [markdown] question="silent-trail"
# ### Question 3
#
# A script made a trail with `create_trail` an hour ago. `describe_trails` shows it; the bucket is empty although
# people work. What is the first thing to look at?
#
# - [ ] **A** Whether `IncludeGlobalServiceEvents` is on
#   > It decides about IAM and other global services. Everything else would still arrive.
# - [ ] **B** Whether the trail has event selectors
#   > Without any it logs all management events.
# - [x] **C** `IsLogging` in `get_trail_status`
#   > A trail made by the API logs only after `start_logging`. The console starts it for you; that is why it
#   > surprises.
# - [ ] **D** Whether 15 minutes are enough for a delivery
#   > Files come about every five minutes. An hour is enough.

# %% answer="silent-trail"
answer = "C"

# %% check="silent-trail" points=1
question("silent-trail", answer)

# %% [markdown] question="react-fast"
# ### Question 4
#
# A security group that opens port 22 to the world must be closed again within seconds, and somebody told who did it.
# What fits with the least effort?
#
# - [ ] **A** A function that reads the trail's files when they arrive in S3
#   > The files come about every five minutes, and hold everything. It works, late and with more code.
# - [x] **B** An EventBridge rule on `AuthorizeSecurityGroupIngress` via CloudTrail, with a Lambda function as its
#       target
#   > The event arrives in seconds and holds the record, so the function knows group, rule and caller.
# - [ ] **C** A schedule that calls LookupEvents each second
#   > LookupEvents allows two calls a second, and shows events only after minutes.
# - [ ] **D** CloudTrail Insights for error rates
#   > One call that goes through is neither a burst nor an error.

# %% answer="react-fast"
answer = "B"

# %% check="react-fast" points=1
question("react-fast", answer)

# %%
progress()
