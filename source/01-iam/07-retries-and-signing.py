# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       backoff:
#       - sdk.exponential-backoff
#       bucket:
#       - quotas.api-rates
#       canonical:
#       - sigv4.header-form
#       - sigv4.why-sign
#       link-end:
#       - sigv4.query-form
#       predict-attempts:
#       - sdk.retry-modes
#       presign:
#       - sigv4.query-form
#       sign:
#       - sigv4.signing-key
#       - sigv4.header-form
#       vcpus:
#       - quotas.vcpu
#       - quotas.two-kinds
#       worth-a-retry:
#       - sdk.what-to-retry
#       wrong-clock:
#       - sigv4.clock-skew
#     services:
#     - dynamodb
#     - sqs
#     - ec2
#     - service-quotas
#     - api-gateway
#     - s3
#     - sts
#     title: Retries, quotas and signatures
#     topics:
#     - sdk.exponential-backoff
#     - sdk.what-to-retry
#     - sdk.retry-modes
#     - quotas.two-kinds
#     - quotas.api-rates
#     - quotas.vcpu
#     - sigv4.why-sign
#     - sigv4.signing-key
#     - sigv4.header-form
#     - sigv4.query-form
#     - sigv4.clock-skew
# ---

# %% [markdown]
# # Retries, quotas and signatures
#
# On Saturdays Lumen's customers order more prints than the order table can take, and some orders fail. On Monday a
# partner's printing machine, for which there is no SDK, wants to call Lumen's API. Both stories are about the same
# layer: what boto3 does for you on **every** call. After this lesson you can repeat calls without making trouble
# worse, say which limit to raise, and sign a request by hand until it equals boto3's byte for byte.

# %% setup="start"
import hashlib
import hmac
import io
import json
import os
import random
from datetime import UTC, datetime, timedelta, timezone
from heapq import heappop, heappush
from unittest import mock
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import boto3
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("01-iam/07-retries-and-signing")
lab.start()
dynamodb = boto3.client("dynamodb")
one_try = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))


def orders_table(writes: int, busy: bool = False) -> str:
    """A table for `writes` small items a second; a busy one has used up the next minute already."""
    name = lab.unique_name("orders")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": writes},
    )
    if busy:
        large = {"id": {"S": "album"}, "pages": {"S": "x" * 60_000 * writes}}
        one_try.put_item(TableName=name, Item=large)
    return name


def order(number) -> dict:
    """An order as an item of the table."""
    return {"id": {"S": f"order {number}"}}


# %% [markdown]
# ## A busy table
#
# We made a table that takes **five** small writes a second, and a client that never tries twice. (The table belongs
# to DynamoDB, AWS's key-value database; here it stands for any service with a limit.) Send twenty orders at once:

# %%
table = orders_table(writes=5)
for number in range(20):
    try:
        one_try.put_item(TableName=table, Item=order(number))
    except ClientError as error:
        refused = error.response
        break
print(f"order {number} refused, status {refused['ResponseMetadata']['HTTPStatusCode']}")
print(refused["Error"]["Code"])

# %% [markdown]
# This is **throttling**: nothing is broken, you are only too fast. A moment later the call works. So the cure is to
# wait and to try again, and an SDK does that by itself. Here is boto3's default client on the same table. In this lab
# its pauses cost no real time: they move `lab.clock` on.

# %%
table = orders_table(writes=5)
began = lab.clock.now()
with lab.watching() as made:
    for number in range(20):
        dynamodb.put_item(TableName=table, Item=order(number))
took = (lab.clock.now() - began).total_seconds()
print(f"20 orders saved in {took:.1f} s, with {len(made)} calls")
print("refused on the way:", sum(not call.ok for call in made))

# %% [markdown]
# ## Which errors deserve another try?
#
# - **Throttling**: yes. Tell it by the *code*, not by the status: DynamoDB and EC2 say it with status 400, S3 with
#   503 `SlowDown`, API Gateway with 429.
# - **The server's trouble**: 500, 502, 503, 504. Yes, it may pass.
# - **No answer**: time-outs and lost connections. Yes. boto3 raises no `ClientError` then, for there was no answer,
#   but a kind of `HTTPClientError` or `ConnectionError` (both from `botocore.exceptions`).
# - **Your mistake**: all other 4xx, such as `AccessDenied` or `ValidationException`. No: the same call fails the same
#   way for ever. So does what boto3 refuses before it sends.

# %% setup="throttles"
THROTTLES = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "EC2ThrottledException",
}

# %% [markdown]
# ### Your turn: worth a retry?
#
# Write `worth_a_retry(error)`, which gets an exception as boto3 raises it and returns `True` or `False`:
#
# - `True` for an answer whose error code is in `THROTTLES`, and for the statuses 429, 500, 502, 503, 504;
# - `True` when no answer came: every `HTTPClientError` and every `ConnectionError` of botocore;
# - `False` for everything else.
#
# <details><summary>Hint</summary>
#
# A `ClientError` has `.response`: the code is `["Error"]["Code"]`, the status
# `["ResponseMetadata"]["HTTPStatusCode"]`. The others have none; ask with `isinstance`.
# </details>


# %% exercise="worth-a-retry"
def worth_a_retry(error: Exception) -> bool:
    """Tell whether the same call may work a moment later."""
    ### BEGIN SOLUTION
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"]["Code"] in THROTTLES or status in (429, 500, 502, 503, 504)
    return isinstance(error, HTTPClientError | ConnectionError)
    ### END SOLUTION


# %% check="worth-a-retry" points=2
with check(
    "worth-a-retry",
    needs="worth_a_retry",
    right="Code first, then status; and silence counts as a maybe.",
) as expect:

    def raised(call, **params) -> Exception:
        try:
            call(**params)
        except Exception as error:
            return error
        raise RuntimeError("this call should have failed")

    def answer(code: str, status: int) -> ClientError:
        said = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return ClientError(said, "SomeCall")  # type: ignore[arg-type]

    def judged(error: Exception, wanted: bool, why: str) -> None:
        code = type(error).__name__
        if isinstance(error, ClientError):
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = f"{error.response['Error']['Code']} (status {status})"
        said = worth_a_retry(error)
        expect(said in (True, False), f"{code}: return True or False, not {said!r}.")
        expect(bool(said) is wanted, f"{code}: you said {said}. {why}")

    busy = orders_table(writes=1, busy=True)
    again = {"ConditionExpression": "attribute_exists(id)"}
    # from the lab
    judged(
        raised(one_try.put_item, TableName=busy, Item=order(1)),
        True,
        "A throttle is worth a retry, also when its status is 400.",
    )
    judged(
        raised(dynamodb.get_item, TableName="no-such-table", Key=order(1)),
        False,
        "The table will not be there the next time either.",
    )
    judged(
        raised(dynamodb.put_item, TableName=busy),
        False,
        "boto3 refused this call before sending it; a repetition changes nothing.",
    )
    # as AWS answers on a bad day
    judged(answer("SlowDown", 503), True, "S3 says so when you are too fast.")
    judged(answer("InternalError", 500), True, "The server's trouble may pass.")
    judged(answer("AccessDenied", 403), False, "The policy will say no again.")
    judged(answer("TooBusy", 429), True, "429 means too many requests, whatever the code.")
    judged(answer("NotImplemented", 501), False, "501 is not in the list: it will never work.")
    there = "https://sqs.us-east-1.amazonaws.com"
    judged(ReadTimeoutError(endpoint_url=there), True, "No answer came; the next one may.")
    judged(EndpointConnectionError(endpoint_url=there), True, "The connection failed; retry.")
    ### BEGIN HIDDEN TESTS
    judged(answer("RequestLimitExceeded", 400), True, "EC2's throttle has status 400.")
    judged(answer("ThrottlingException", 400), True, "A throttle with status 400.")
    judged(answer("ValidationException", 400), False, "The parameters stay wrong.")
    judged(answer("BadGateway", 502), True, "The server's trouble may pass.")
    judged(answer("ServiceUnavailable", 503), True, "The server's trouble may pass.")
    judged(answer("GatewayTimeout", 504), True, "The server's trouble may pass.")
    judged(answer("NoSuchKey", 404), False, "The key will not be there the next time either.")
    judged(ConnectTimeoutError(endpoint_url=there), True, "No answer came; the next one may.")
    judged(NoCredentialsError(), False, "Without keys boto3 cannot sign; waiting does not help.")
    judged(KeyError("x"), False, "A mistake in the program.")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Writes need one more thought.** After a time-out you do not know whether the first call worked. Repeat only what is
# > *idempotent*: an action that has the same effect once or twice. Many calls take a token for this, `ClientToken` or
# > `ClientRequestToken`: AWS recognises the repetition by it. boto3 fills it in and keeps it for its own retries; for
# > yours, choose it yourself.

# %% [markdown]
# ## Wait longer each time
#
# How long to wait? If everybody comes back at once, the service never recovers. So each wait is **twice** the one
# before: *exponential backoff*. A **cap** keeps it from growing for ever. And a random part, **jitter**, keeps clients
# that failed together from coming back together. With *full jitter* the wait before repetition *n* (0, 1, 2 ...) is
#
# $$\text{wait} = \text{random}(0, 1) \times \min(\text{cap},\ \text{base} \times 2^n)$$

# %%
base, cap = 1, 20
repetitions = list(range(1, 9))
uncapped = [base * 2**n for n in range(8)]
capped = [min(cap, wait) for wait in uncapped]
charts.curves(
    {
        "doubling": (repetitions[:6], uncapped[:6]),
        "doubling, capped": (repetitions, capped),
        "mean with full jitter": (repetitions, [wait / 2 for wait in capped]),
    },
    headline=f"Without a cap the eighth wait would last {charts.say(uncapped[-1], 'seconds')}",
    x_label="repetition",
    y_label="wait",
    y_unit="seconds",
    thresholds={"cap": cap},
    source="the formula above, base 1 s",
)

# %% [markdown]
# ### Your turn: back off
#
# Write `patiently(call, worth, sleep, draw, attempts, base, cap)`. It calls `call()` and returns what that returns.
# When `call()` raises an exception:
#
# - if `worth(error)` is false, or it was attempt number `attempts`, the exception goes through, with no wait before;
# - otherwise call `sleep(seconds)` with a wait with full jitter, and try again. `draw()` gives a new random number
#   between 0 and 1: draw anew for each wait.
#
# <details><summary>Hint</summary>
#
# `for n in range(attempts):` with `try` inside. In `except Exception as error:` a bare `raise` lets the exception
# through. The wait is `draw() * min(cap, base * 2**n)`.
# </details>


# %% exercise="backoff"
def patiently(call, worth, sleep, draw, attempts: int = 5, base: float = 1, cap: float = 20):
    """Call until it works; wait with exponential backoff and full jitter in between."""
    ### BEGIN SOLUTION
    for n in range(attempts):
        try:
            return call()
        except Exception as error:
            if n == attempts - 1 or not worth(error):
                raise
            sleep(draw() * min(cap, base * 2**n))
    raise ValueError("attempts must be at least 1")
    ### END SOLUTION


# %% check="backoff" points=3
with check(
    "backoff",
    needs="patiently",
    right="Doubling lets the service breathe, the cap bounds the wait, jitter parts the crowd.",
) as expect:

    def waits(failures: int, draws: list[float], attempts=5, base=1.0, cap=20.0, bad=None):
        """What came of a call that fails so often: (result, waits, calls)."""
        slept: list[float] = []
        numbers = iter([*draws, *[0.5] * 100])
        calls = 0

        def call():
            nonlocal calls
            calls += 1
            expect(
                calls <= attempts,
                f"attempts={attempts}, and here comes call number {calls}. Stop in time.",
            )
            if calls <= failures:
                raise ValueError("wrong") if bad == calls else TimeoutError("busy")
            return {"saved": calls}

        def worth(error: Exception) -> bool:
            return isinstance(error, TimeoutError)

        try:
            how = {"attempts": attempts, "base": base, "cap": cap}
            result = patiently(call, worth, slept.append, lambda: next(numbers), **how)
        except (ValueError, TimeoutError) as error:
            return type(error).__name__, slept, calls
        return result, slept, calls

    def like(slept: list[float], wanted: list[float], what: str) -> None:
        expect(
            len(slept) == len(wanted),
            f"{what}: {len(wanted)} waits were due, you called sleep {len(slept)} times.",
        )
        for n, (came, due) in enumerate(zip(slept, wanted, strict=True)):
            expect.close(came, due, f"{what}: wait number {n + 1}")

    came, slept, calls = waits(0, [])
    expect.equal(came, {"saved": 1}, "A call that works at once returns")
    like(slept, [], "A call that works at once")
    came, slept, calls = waits(3, [1, 1, 1])
    expect.equal(came, {"saved": 4}, "A call that works the fourth time returns")
    like(slept, [1, 2, 4], "base=1 and draw() always 1")
    came, slept, calls = waits(3, [0.5, 0.25, 1])
    like(slept, [0.5, 0.5, 4], "base=1 and draw() gives 0.5, 0.25, 1")
    came, slept, calls = waits(5, [1] * 5, attempts=6, base=2, cap=7)
    like(slept, [2, 4, 7, 7, 7], "base=2, cap=7, draw() always 1")
    came, slept, calls = waits(9, [1] * 9, attempts=3)
    expect.equal(came, "TimeoutError", "Three attempts, all fail: what comes out")
    expect.equal(calls, 3, "Three attempts, all fail: the number of calls")
    like(slept, [1, 2], "Three attempts, all fail (nobody comes after the last wait)")
    came, slept, calls = waits(3, [1] * 3, bad=2)
    expect.equal((came, calls), ("ValueError", 2), "An error not worth a retry in call 2: (error, calls)")
    like(slept, [1], "An error not worth a retry in call 2")

    def on_the_lab(writes: int) -> None:
        table = orders_table(writes, busy=True)
        began = lab.clock.now()
        patiently(
            lambda: one_try.put_item(TableName=table, Item=order(1)),
            lambda error: isinstance(error, ClientError),
            lambda seconds: lab.clock.advance(seconds=seconds),
            random.Random(writes).random,
            attempts=40,
        )
        took = (lab.clock.now() - began).total_seconds()
        expect(took < 200, f"A table busy for a minute, and you came back after {took:.0f} s.")

    on_the_lab(2)
    ### BEGIN HIDDEN TESTS
    came, slept, calls = waits(7, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], attempts=8, base=0.5, cap=3)
    like(slept, [0.05, 0.2, 0.6, 1.2, 1.5, 1.8, 2.1], "base=0.5, cap=3, seven draws")
    came, slept, calls = waits(1, [1], attempts=1)
    expect.equal((came, calls, slept), ("TimeoutError", 1, []), "attempts=1: (error, calls, waits)")
    came, slept, calls = waits(1, [1], bad=1)
    expect.equal((came, calls, slept), ("ValueError", 1, []), "Not worth it at once: (error, calls, waits)")
    on_the_lab(5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A crowd comes back
#
# What is jitter good for? Sixty of Lumen's programs start in the same second, at a table for six writes a second. The
# cell lets them all try until each has saved its order, on the lab's clock, and counts the calls that arrive in each
# tenth of a second.


# %%
def crowd(wait, programs: int = 60, writes: int = 6) -> tuple[list[int], float]:
    """Calls in each tenth of a second, and when the last program was done."""
    table = orders_table(writes)
    began = lab.clock.now()
    coming = [(0.0, program, 0) for program in range(programs)]
    arrivals, last = [0] * 1000, 0.0
    while coming:
        due, program, repetition = heappop(coming)
        passed = (lab.clock.now() - began).total_seconds()
        lab.clock.advance(seconds=max(0.0, due - passed))
        arrivals[int(due * 10)] += 1
        try:
            one_try.put_item(TableName=table, Item=order(program))
            last = due
        except one_try.exceptions.ProvisionedThroughputExceededException:
            heappush(coming, (due + wait(repetition), program, repetition + 1))
    return arrivals, last


dice = random.Random(5)
impatient, _ = crowd(lambda n: 0.5)
together, end_together = crowd(lambda n: min(20, 2**n))
apart, end_apart = crowd(lambda n: dice.random() * min(20, 2**n))
print(f"every half second: {sum(impatient)} calls for 60 orders")
print(f"backoff:           {sum(together)} calls; with jitter {sum(apart)}")
tenths = [n / 10 for n in range(170)]
charts.over_time(
    {"backoff alone": together[:170], "with full jitter": apart[:170]},
    x=tenths,
    headline=f"Without jitter {max(together[1:])} come back at once; with it {max(apart[1:])} at most",
    y_label="calls in a tenth of a second",
    source="measured in the lab: 60 programs, a table for 6 writes a second",
)

# %% [markdown]
# Those who fail together wait equally long, and so they meet again, at second 1, 3, 7 and 15. Random waits spread the
# same calls over all the time between.
#
# Look at the first printed line, too: a fixed short wait works in the end, but it costs many times the calls, each of
# them billed or counted against a limit. And if the table were *always* too small, no way of waiting would help.

# %% [markdown]
# ## What boto3 does: retry modes
#
# Every client has a **retry mode**.
#
# - **standard**, the default: three attempts in all, four for DynamoDB. Full jitter; base 1 s for throttling and
#   0.05 s for other errors (DynamoDB 0.025 s), cap 20 s.
# - **adaptive**: the same, and a rate limiter in the client slows all its calls down after a throttle. For a single
#   task on one resource; not for a server that works for many.
# - **legacy**, the old one: five attempts, DynamoDB ten, and fewer kinds of error.
#
# > **Then and now.** `legacy` was boto3's default until November 2026 (botocore 1.44.0). Old books count five attempts.
#
# We send one order to a busy table and watch when boto3 tries.

# %%
spans, tries = [], []
for mode in ("standard", "legacy"):
    client = boto3.client("dynamodb", config=Config(retries={"mode": mode}))
    table = orders_table(writes=1, busy=True)
    with lab.watching() as made:
        try:
            client.put_item(TableName=table, Item=order(1))
        except ClientError as error:
            retries = error.response["ResponseMetadata"]["RetryAttempts"]
            print(f"{mode:<9} {retries} retries, then {error.response['Error']['Code']}")
    at = [(call.at - made[0].at).total_seconds() for call in made]
    spans += [(f"{mode}, {len(at)} calls", a, b, "", "wait") for a, b in zip(at, at[1:], strict=False)]
    tries.append(at[-1])
charts.gantt(
    spans,
    kinds={"wait": "wait"},
    headline=f"Legacy gives up after {tries[1]:.0f} seconds, standard after {tries[0]:.0f}",
    label="seconds after the first call; a border is a call",
    source="measured in the lab: a table that stays busy for a minute",
)

# %% [markdown]
# You set it for one client, or for a whole program by environment variables or the profile. Mind the trap: two names
# count differently.
#
# | setting | 3 means |
# |---|---|
# | `Config(retries={"max_attempts": 3})` | 3 **re**tries, so 4 calls |
# | `Config(retries={"total_max_attempts": 3})` | 3 calls |
# | `AWS_MAX_ATTEMPTS=3`, or `max_attempts = 3` in a profile | 3 calls |
# | `Config(retries={"mode": "standard"})`, `AWS_RETRY_MODE` | the mode |
#
# Standard mode also has a purse, the **retry quota**: a client begins with 500 tokens. A retry after a throttle costs
# 5, after another error 14; a call that works gives tokens back. When the purse is empty, each call is made once only:
# in a real outage your retries do not add to the flood. `answers_with` replaces all answers to a client:


# %% setup="outage"
class Raw(io.BytesIO):
    """The body of an answer, as botocore reads it."""

    def stream(self, *args, **kwargs):
        yield self.read()


def answers_with(client, status: int, code: str) -> None:
    """From now on the service answers this client with an error, whatever it asks."""

    def instead(request, **kwargs) -> AWSResponse:
        body = json.dumps({"__type": code, "message": "made up in this lesson"})
        headers = {"x-amzn-query-error": f"{code};Receiver"}
        return AWSResponse(request.url, status, headers, Raw(body.encode()))  # type: ignore[arg-type]

    client.meta.events.register_first("before-send", instead)


def attempts_of(call, *args, **params) -> int:
    """How many requests boto3 sends for one call that fails or works."""
    with lab.watching() as made:
        try:
            call(*args, **params)
        except (ClientError, BotoCoreError):
            pass
    return len(made)


# %%
client = boto3.client("sqs")
answers_with(client, 400, "ThrottlingException")
each = [attempts_of(client.list_queues) for _ in range(70)]
charts.steps(
    {"requests sent for one call": (list(range(1, 71)), each)},
    headline=f"After {each.count(3)} failed calls the purse is empty and boto3 stops retrying",
    x_label="call",
    y_label="requests",
    source=[facts.limit("boto3", "retry-quota-tokens"), "measured in the lab"],
)

# %% [markdown]
# Two retries for each call, 5 tokens each: 500 tokens last for 50 calls.
#
# ### Your turn: predict
#
# How many requests reach the service? Replace each `None` by a number; then the check measures. "Throttled" means that
# every answer is a throttle, "down" that every answer has status 503. Each line has a new client. Nothing is set but
# what the line says.
#
# <details><summary>Hint</summary>
#
# For the outage: how many retries do 500 tokens pay for, at 14 each? The first request of each call is free. For the
# loop: each turn of the loop is a full boto3 call.
# </details>

# %% exercise="predict-attempts" repair=true
prediction = {
    "SQS throttled": None,
    "SQS answers AccessDenied": None,
    "DynamoDB throttled, max_attempts 2": None,
    "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": None,
    "SQS down, mode legacy": None,
    "DynamoDB throttled, in a loop of our own of 3 turns": None,
    "SQS down, 40 calls by one client": None,
}
### BEGIN SOLUTION
prediction = {
    "SQS throttled": 3,
    "SQS answers AccessDenied": 1,
    "DynamoDB throttled, max_attempts 2": 3,
    "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": 2,
    "SQS down, mode legacy": 5,
    "DynamoDB throttled, in a loop of our own of 3 turns": 12,
    "SQS down, 40 calls by one client": 75,
}
### END SOLUTION

# %% check="predict-attempts" points=2
with check(
    "predict-attempts",
    needs="prediction",
    right="Attempts multiply in loops, and the purse ends them in an outage.",
) as expect:
    expect(isinstance(prediction, dict), "`prediction` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in prediction.values()))

    def sent(service: str, status: int, code: str, retries=None, calls: int = 1) -> int:
        config = Config(retries=retries) if retries else Config()
        client = boto3.client(service, config=config)
        answers_with(client, status, code)
        method = client.list_queues if service == "sqs" else client.list_tables
        return sum(attempts_of(method) for _ in range(calls))

    def by_variable() -> int:
        with mock.patch.dict(os.environ, {"AWS_MAX_ATTEMPTS": "2"}):
            return sent("dynamodb", *slow)

    slow, down = (400, "ThrottlingException"), (503, "ServiceUnavailable")
    measured = {
        "SQS throttled": (sent("sqs", *slow), "Standard mode: how many attempts in all?"),
        "SQS answers AccessDenied": (sent("sqs", 403, "AccessDenied"), "Is it worth a retry?"),
        "DynamoDB throttled, max_attempts 2": (
            sent("dynamodb", *slow, retries={"max_attempts": 2}),
            "In Config, max_attempts counts the retries alone.",
        ),
        "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": (by_variable(), "The variable counts all calls."),
        "SQS down, mode legacy": (
            sent("sqs", *down, retries={"mode": "legacy"}),
            "Only DynamoDB has ten in legacy mode.",
        ),
        "DynamoDB throttled, in a loop of our own of 3 turns": (
            sent("dynamodb", *slow, calls=3),
            "Each turn is a whole call with DynamoDB's four attempts.",
        ),
        "SQS down, 40 calls by one client": (
            sent("sqs", *down, calls=40),
            "40 first requests, and as many retries as 500 tokens pay for, at 14 each.",
        ),
    }
    for what, (came, reason) in measured.items():
        said = prediction.get(what)
        expect(
            isinstance(said, int) and not isinstance(said, bool),
            f"'{what}': a whole number, please, not {said!r}.",
        )
        expect(said == came, f"'{what}': you said {said}, the lab counted another number. {reason}")
    ### BEGIN HIDDEN TESTS
    expect.equal(prediction["SQS down, 40 calls by one client"], 40 + 500 // 14, "The outage")
    expect.equal(len(prediction), len(measured), "The number of predictions")
    ### END HIDDEN TESTS

# %% [markdown]
# So a loop around boto3 multiplies. Choose **one** place for retries: raise `total_max_attempts`, or set it to 1 and
# use your own loop.
#
# *A third of the lesson is done: a good place for a pause.*
