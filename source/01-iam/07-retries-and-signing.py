# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     - '4.3'
#     minutes: 65
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
import re
from datetime import UTC, datetime, timedelta, timezone
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any
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
    """A table for `writes` small items a second; a busy one has used up the next minute."""
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
# - **Your mistake**: nearly all other 4xx, such as `AccessDenied` or `ValidationException`. No: the same call fails the
#   same way again. So does what boto3 refuses before it sends. (AWS's SDKs know a few more codes that pass; the list
#   in the next cell is shortened.)

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
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return code in THROTTLES or status in (429, 500, 502, 503, 504)
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

    def reply(code: str, status: int) -> ClientError:
        metadata = {"HTTPStatusCode": status}
        said: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": metadata}
        return ClientError(said, "SomeCall")

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
    judged(reply("SlowDown", 503), True, "S3 says so when you are too fast.")
    judged(reply("InternalError", 500), True, "The server's trouble may pass.")
    judged(reply("AccessDenied", 403), False, "The policy will say no again.")
    judged(reply("RequestLimitExceeded", 400), True, "EC2's throttle has status 400.")
    judged(reply("BadGateway", 502), True, "The server's trouble may pass.")
    judged(reply("TooBusy", 429), True, "429 means too many requests, whatever the code.")
    judged(reply("NotImplemented", 501), False, "501 is not in the list: it will never work.")
    there = "https://sqs.us-east-1.amazonaws.com"
    judged(ReadTimeoutError(endpoint_url=there), True, "No answer came; the next one may.")
    judged(EndpointConnectionError(endpoint_url=there), True, "The connection failed; retry.")
    judged(NoCredentialsError(), False, "Without keys boto3 cannot sign.")
    ### BEGIN HIDDEN TESTS
    judged(reply("ThrottlingException", 400), True, "A throttle with status 400.")
    judged(reply("ValidationException", 400), False, "The parameters stay wrong.")
    judged(reply("ServiceUnavailable", 503), True, "The server's trouble may pass.")
    judged(reply("GatewayTimeout", 504), True, "The server's trouble may pass.")
    judged(reply("NoSuchKey", 404), False, "The key will not be there the next time either.")
    judged(ConnectTimeoutError(endpoint_url=there), True, "No answer came; the next one may.")
    judged(KeyError("x"), False, "A mistake in the program.")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Writes need one more thought.** After a time-out you do not know whether the first call worked. Repeat only what
# > is *idempotent*: it has the same effect once or twice. Many calls take a token for this, `ClientToken` or
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
    right="Doubling lets the service breathe, the cap bounds it, jitter parts the crowd.",
) as expect:

    class Enough(BaseException):
        """Ends a loop that goes on after the last attempt."""

    def waits(failures: int, draws: list[float], attempts=5, base=1.0, cap=20.0, bad=None):
        """What came of a call that fails so often: (result, waits, calls)."""
        slept: list[float] = []
        numbers = iter([*draws, *[0.5] * 100])
        calls = 0

        def call():
            nonlocal calls
            calls += 1
            if attempts < calls < 1000:
                raise Enough
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
        except Enough:
            result = None
        expect(
            calls <= attempts,
            f"attempts={attempts}, and there came call number {attempts + 1}. Stop in time.",
        )
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
    came, slept, calls = waits(5, [0.5] * 5, attempts=6, base=2, cap=7)
    like(slept, [1, 2, 3.5, 3.5, 3.5], "base=2, cap=7, draw() always 0.5")
    came, slept, calls = waits(9, [1] * 9, attempts=3)
    expect.equal(came, "TimeoutError", "Three attempts, all fail: what comes out")
    expect.equal(calls, 3, "Three attempts, all fail: the number of calls")
    like(slept, [1, 2], "Three attempts, all fail (nobody comes after the last wait)")
    came, slept, calls = waits(3, [1] * 3, bad=2)
    what = "Call 2 fails with an error not worth a retry"
    expect.equal((came, calls), ("ValueError", 2), f"{what}: (error, calls)")
    like(slept, [1], what)

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
    draws = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    came, slept, calls = waits(7, draws, attempts=8, base=0.5, cap=3)
    like(slept, [0.05, 0.2, 0.6, 1.2, 1.5, 1.8, 2.1], "base=0.5, cap=3, seven draws")
    came, slept, calls = waits(1, [1], attempts=1)
    expect.equal((came, calls, slept), ("TimeoutError", 1, []), "attempts=1: what came")
    came, slept, calls = waits(1, [1], bad=1)
    expect.equal((came, calls, slept), ("ValueError", 1, []), "Not worth it: what came")
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
most_together, most_apart = max(together[1:]), max(apart[1:])
charts.over_time(
    {"backoff alone": together[:170], "with full jitter": apart[:170]},
    x=tenths,
    headline=f"Without jitter {most_together} come back at once; with it {most_apart} at most",
    y_label="calls in a tenth of a second",
    source="measured in the lab: 60 programs, a table for 6 writes a second",
)

# %% [markdown]
# Those who fail together wait equally long, and so they meet again, at second 1, 3, 7 and 15. Random waits spread the
# calls over all the time between: they do not save calls here, they take away the peaks.
#
# Look at the first printed line, too: a fixed short wait works in the end, but it costs more than twice the calls, each
# of them billed or counted against a limit. And if the table were *always* too small, no way of waiting would help.

# %% [markdown]
# ## What boto3 does: retry modes
#
# Every client has a **retry mode**, and tells it:

# %%
settings = vars(boto3.client("sqs").meta.config)
print(settings["retries"])

# %% [markdown]
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
    row = f"{mode}, {len(at)} calls"
    spans += [(row, a, b, "", "wait") for a, b in pairwise(at)]
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
        headers: Any = {"x-amzn-query-error": f"{code};Receiver"}
        raw: Any = Raw(body.encode())
        return AWSResponse(request.url, status, headers, raw)

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

    def sent(service, status: int, code: str, retries=None, calls: int = 1) -> int:
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
        "DynamoDB throttled, AWS_MAX_ATTEMPTS=2": (
            by_variable(),
            "The variable counts all calls.",
        ),
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
        expect(said == came, f"'{what}': you said {said}; the lab counts otherwise. {reason}")
    ### BEGIN HIDDEN TESTS
    expect.equal(prediction["SQS down, 40 calls by one client"], 40 + 500 // 14, "The outage")
    expect.equal(len(prediction), len(measured), "The number of predictions")
    ### END HIDDEN TESTS

# %% [markdown]
# So a loop around boto3 multiplies. Choose **one** place for retries: raise `total_max_attempts`, or set it to 1 and
# use your own loop.
#
# *A third of the lesson is done: a good place for a pause.*

# %% [markdown]
# ## Two kinds of limit
#
# - **How fast**: *API rate limits*. Now and then too fast: back off. Always too fast: no wait helps; ask AWS for a
#   higher rate, or make fewer calls.
# - **How many**: *service quotas*, such as the number of VPCs or running vCPUs. Waiting never helps. Delete
#   something, or ask for a higher value through **Service Quotas** (`request_service_quota_increase`) or a support
#   case, if the quota is *adjustable*. Most count per Region; those of IAM are asked for in `us-east-1`.
#
# Service Quotas tells names, values and whether they can be raised:

# %%
quotas = boto3.client("service-quotas")
rows = quotas.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
for row in rows[:6]:
    print(f"{row['QuotaName'][:52]:<53}{row['Value']:>7g}  adjustable: {row['Adjustable']}")
waiting = facts.limit("service quotas", "open-increase-requests-per-account")
print(f"An account may have {waiting} open requests for more at a time.")

# %% [markdown]
# > **Lab and AWS.** The lab knows the default quotas of VPC alone. On AWS `get_service_quota` tells the value of your
# > account for every service, and its *automatic management* can warn, or ask for more, before you hit one.
#
# How does a rate limit count? EC2 uses a **token bucket** for each API, account and Region. Each call takes a token.
# The bucket holds `capacity` tokens and gains `refill` a second, never more than it holds. For a typical reading
# call such as `DescribeHosts`:

# %%
capacity = facts.limit("ec2 api", "non-mutating-call-bucket-size")
refill = facts.limit("ec2 api", "non-mutating-call-refill")
print(f"a burst of {capacity:g}, then {refill:g} a second")
print(f"an empty one is full after {capacity / refill:g} seconds")


def accepted_each_second(asked: list[int]) -> list[int]:
    """How many calls of each second get a token; they and the refill are spread evenly."""
    tokens, accepted = float(capacity), []
    for calls in asked:
        accepted.append(int(min(calls, tokens + refill)))
        tokens = min(capacity, tokens + refill - accepted[-1])
    return accepted


steady = accepted_each_second([25] * 40)
bursts = accepted_each_second([60 if second % 10 < 2 else 0 for second in range(40)])
first_loss = next(second for second, calls in enumerate(steady) if calls < 25)
print("bursts refused:", sum(calls not in (0, 60) for calls in bursts))
charts.steps(
    {"25 a second, all the time": steady, "60 a second, 2 s of 10": bursts},
    x=list(range(40)),
    headline=f"Steady 25 a second lose calls from second {first_loss} on, bursts of 60 never",
    x_unit="seconds",
    y_label="calls accepted in a second",
    source=[capacity, refill],
)

# %% [markdown]
# Older notes say "DescribeInstances: 100 calls a second". That is the burst; what lasts is the refill. An S3 prefix
# takes at least 5,500 reads and 3,500 writes a second. What is too much gets `RequestLimitExceeded` from EC2 and
# `SlowDown` from S3.
#
# ### Your turn: a bucket
#
# Write the class. A `Bucket(capacity, refill)` is full at second 0. `allow(at)` is asked at second `at`, which may be a
# fraction and never goes back: if at least one whole token is there, take one and return `True`, else `False`. A
# refused call takes nothing. Tokens flow in all the time, so half a second brings half of `refill`.
#
# <details><summary>Hint</summary>
#
# Keep two numbers: the tokens, and the second when you last looked. First add `(at - last) * refill`, cut at
# `capacity`, and remember `at`; then decide.
# </details>


# %% exercise="bucket"
class Bucket:
    """A limit that allows bursts."""

    def __init__(self, capacity: float, refill: float):
        ### BEGIN SOLUTION
        self.capacity, self.refill = capacity, refill
        self.tokens, self.last = float(capacity), 0.0
        ### END SOLUTION

    def allow(self, at: float) -> bool:
        """Whether a call at this second gets through."""
        ### BEGIN SOLUTION
        self.tokens = min(self.capacity, self.tokens + (at - self.last) * self.refill)
        self.last = at
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
        ### END SOLUTION


# %% check="bucket" points=2
with check(
    "bucket",
    needs="Bucket",
    right="A burst up to the capacity, the refill for ever: most limits of AWS work so.",
) as expect:
    untouched = Bucket(1, 1)
    expect.not_tried(untouched.allow(0) is None and not vars(untouched))

    def let_in(capacity: float, refill: float, times: list[float]) -> int:
        bucket = Bucket(capacity, refill)
        answers = [bucket.allow(at) for at in times]
        expect(all(one in (True, False) for one in answers), "allow returns True or False.")
        return sum(answers)

    def seconds(rate: int, until: int) -> list[float]:
        return [n / rate for n in range(rate * until)]

    def lets(due: int, capacity: float, refill: float, times: list[float], what: str) -> None:
        came = let_in(capacity, refill, times)
        size = f"capacity {capacity}, refill {refill}"
        expect.equal(came, due, f"{what} ({size}): the number of calls let in")

    def lets_these(due: str, capacity: float, refill: float, times: list[float]) -> None:
        bucket = Bucket(capacity, refill)
        for at, let in zip(times, due, strict=True):
            expect(
                bool(bucket.allow(at)) is (let == "y"),
                f"capacity {capacity}, refill {refill}, calls at {times}: "
                f"the one at {at} must be {'let in' if let == 'y' else 'refused'}.",
            )

    lets(100, 100, 20, [0] * 150, "150 calls at second 0")
    lets_these("yyyynyn", 4, 2, [0, 0, 0, 0, 0.25, 0.5, 0.6])
    lets(8, 4, 2, [0] * 4 + [60] * 9, "4 calls at second 0, 9 a minute later")
    lets_these("yynnnny", 2, 0.25, [0, 0, 1, 2, 3, 3.5, 4])
    lets(100, 100, 20, [300] * 101, "101 calls at second 300: full means full")
    ### BEGIN HIDDEN TESTS
    lets(120, 16, 4, seconds(2, 60), "2 calls a second for a minute")
    lets(64 + 16 * 60 - 1, 64, 16, seconds(32, 60), "32 calls a second for a minute")
    lets(16, 8, 1, [0] * 8 + [7] * 9 + [8] * 2, "8 calls at second 0, 9 at 7, 2 at 8")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Counted in vCPUs
#
# The quota that most teams hit first is EC2's. It does not count instances but their **vCPUs**, per Region and per
# group of families: *Running On-Demand Standard instances* are the families A, C, D, H, I, M, R, T and Z together; G
# and VT, P, X and some others have quotas of their own. Only running instances count (and those about to run). Who
# goes over it gets `VcpuLimitExceeded`.

# %% setup="standard-families"
STANDARD = {"a", "c", "d", "h", "i", "m", "r", "t", "z"}

# %%
ec2 = boto3.client("ec2")
kinds = ["t3.micro", "m5.large", "c5.4xlarge", "g4dn.xlarge"]
known = ec2.describe_instance_types(InstanceTypes=kinds)["InstanceTypes"]
cores = {one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"] for one in known}
new_account = facts.limit("ec2", "on-demand-standard-vcpus-new-account")
charts.bars(
    cores,
    unit="vCPU",
    reference={"quota of a new account": new_account},
    highlight=["c5.4xlarge"],
    headline=f"A new account's {new_account:g} vCPUs are not enough for one c5.4xlarge",
    source=[new_account, "vCPUs: describe_instance_types in the lab"],
)

# %% [markdown]
# (The `g4dn.xlarge` has four vCPUs, but they count in another quota.)
#
# ### Your turn: how many are missing?
#
# Write `missing(region, plan, quota)`. `plan` says how many On-Demand instances of each type shall start, such as
# `{"m5.large": 3}`. Return by how many vCPUs the Standard `quota` is too small for the plan **and** what already runs
# in that Region (states `pending` and `running`); 0 when all fits.
#
# The family is what stands before the first digit: `m` for `m5.large`, `inf` for `inf1.xlarge`. Only `STANDARD`
# families count.
#
# <details><summary>Hint</summary>
#
# Count the wanted and the running instances of each type together, in one dictionary. Leave out other families, then
# ask `describe_instance_types(InstanceTypes=[...])` for the rest (not with an empty list: that means all). The family
# is `re.match("[a-z]+", kind)` or a loop over the letters.
# </details>


# %% exercise="vcpus"
def missing(region: str, plan: dict[str, int], quota: int) -> int:
    """Return how many vCPUs the quota lacks for the plan and what runs already."""
    ### BEGIN SOLUTION
    from collections import Counter

    ec2 = boto3.client("ec2", region_name=region)
    count = Counter(plan)
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=alive):
        for reservation in page["Reservations"]:
            count.update(one["InstanceType"] for one in reservation["Instances"])
    counted = [kind for kind in count if re.match("[a-z]+", kind)[0] in STANDARD]
    if not counted:
        return 0
    known = ec2.describe_instance_types(InstanceTypes=counted)["InstanceTypes"]
    used = sum(one["VCpuInfo"]["DefaultVCpus"] * count[one["InstanceType"]] for one in known)
    return max(0, used - quota)
    ### END SOLUTION


# %% check="vcpus" points=3
with check(
    "vcpus",
    needs="missing",
    right="This is what to ask for on top, in that Region, days before you need it.",
) as expect:

    def account(region: str, running: dict[str, int], stopped: str = ""):
        """Clear a Region, start instances there, and stop one kind again."""
        there = boto3.client("ec2", region_name=region)
        old = there.get_paginator("describe_instances").paginate().build_full_result()
        if ids := [one["InstanceId"] for r in old["Reservations"] for one in r["Instances"]]:
            there.terminate_instances(InstanceIds=ids)
        for kind, number in running.items():
            size = {"InstanceType": kind, "MinCount": number, "MaxCount": number}
            made = there.run_instances(ImageId="ami-12c6146b", **size)["Instances"]
            if kind == stopped:
                there.stop_instances(InstanceIds=[one["InstanceId"] for one in made])

    def says(wanted: int, region: str, plan: dict[str, int], quota: int, what: str) -> None:
        said = missing(region, plan, quota)
        expect(
            isinstance(said, int | float) and said == wanted,
            f"{what}, quota {quota}: missing vCPUs: {wanted}; you said {said!r}.",
        )

    near, far = "eu-north-1", "ap-south-1"
    account(near, {})
    account(far, {"t3.micro": 2, "c5.xlarge": 1, "g4dn.xlarge": 1}, stopped="c5.xlarge")
    says(1, near, {"m5.large": 3}, 5, "An empty Region, a plan of 3 m5.large (2 vCPUs each)")
    says(3, near, {"t3.micro": 4}, 5, "An empty Region, a plan of 4 t3.micro (2 vCPUs each)")
    says(0, near, {"m5.large": 576}, 1152, "An empty Region and a plan of 576 m5.large")
    says(0, near, {"inf1.xlarge": 9, "g4dn.xlarge": 1}, 5, "Families with other quotas alone")
    says(
        3,
        far,
        {"m5.large": 2},
        5,
        "2 t3.micro run, a g4dn.xlarge runs, a c5.xlarge is stopped; the plan is 2 m5.large",
    )
    ### BEGIN HIDDEN TESTS
    account(near, {"m5.large": 4, "r5.2xlarge": 1, "p3.2xlarge": 1}, stopped="r5.2xlarge")
    says(0, near, {"t3.micro": 1}, 16, "4 m5.large run, others do not count")
    says(18, near, {"t3.micro": 1, "c5.4xlarge": 1}, 8, "4 m5.large run, 16 + 2 vCPUs planned")
    says(8, near, {"m5.large": 8}, 16, "4 m5.large run, and 8 more are planned")
    account(near, {})
    account(far, {})
    ### END HIDDEN TESTS

# %% [markdown]
# > **Lab and AWS.** The lab starts as many instances as you like; AWS refuses what is over the quota. The name for the
# > request is `ServiceCode="ec2"`, `QuotaCode="L-1216C47A"`.

# %% [markdown]
# ## Every call is signed
#
# Now the partner. His printing machine must call Lumen's API, and there is no SDK for its small computer. AWS answers
# a call only if it is **signed**: the signature proves who calls and that nothing was changed on the way. (A few go
# unsigned: reading public S3 objects, and the STS calls that bring a token from elsewhere.) SDKs and the CLI sign for
# you, with *Signature Version 4*, SigV4.
#
# The cell makes such an API. It answers whoever has signed and has permission, as every AWS service does.

# %% setup="door"
REGION = "us-east-1"
apigateway = boto3.client("apigateway")
iam = boto3.client("iam")


def open_door() -> str:
    """A deployed API that asks for a signature on every path; returns its address."""
    api = apigateway.create_rest_api(name=lab.unique_name("prints"))["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    path = apigateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    here = {"restApiId": api, "resourceId": path, "httpMethod": "ANY"}
    apigateway.put_method(**here, authorizationType="AWS_IAM")
    mock_answer = {"application/json": '{"statusCode": 200}'}
    apigateway.put_integration(**here, type="MOCK", requestTemplates=mock_answer)
    apigateway.put_method_response(**here, statusCode="200")
    told = {"application/json": '{"welcome": "$context.identity.userArn"}'}
    apigateway.put_integration_response(**here, statusCode="200", responseTemplates=told)
    apigateway.create_deployment(restApiId=api, stageName="shop")
    return f"https://{api}.execute-api.{REGION}.amazonaws.com/shop"


def new_key(*actions: str) -> dict:
    """The access key of a new user who may do this."""
    name = lab.unique_name("partner")
    iam.create_user(UserName=name)
    may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document)
    return dict(iam.create_access_key(UserName=name)["AccessKey"])


def by_botocore(method: str, url: str, body: str, key: dict, at: datetime) -> dict[str, str]:
    """The headers with which botocore signs this request at that moment."""
    request = AWSRequest(method, url, data=body)
    keys = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    signer = SigV4Auth(keys, "execute-api", REGION)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        signer.add_auth(request)
    return dict(request.headers.items())


door, partner = open_door(), new_key("execute-api:Invoke")

# %%
body = '{"photo": "team.jpg"}'
headers = by_botocore("POST", f"{door}/orders", body, partner, lab.clock.now())
for name, value in headers.items():
    print(f"{name}: {value}".replace(", ", ",\n    "))

print("\nunsigned", lab.http("POST", f"{door}/orders", body=body).headers["x-amzn-ErrorType"])
other = body.replace("team", "cat")
for what, path, sent in (
    ("signed", "orders", body),
    ("other body", "orders", other),
    ("other path", "prices", body),
):
    answer = lab.http("POST", f"{door}/{path}", body=sent, headers=headers)
    print(f"{what:<11}{answer.status} {answer.json().get('welcome', '')}", end="")
    print(answer.headers.get("x-amzn-ErrorType", ""))

# %% [markdown]
# The **Authorization header** has four parts: the algorithm; the *credential*, which is the id of the key and the
# **scope** (day, Region, service, `aws4_request`); the names of the signed headers; and the signature, 64 hexadecimal
# digits. Beside it goes `X-Amz-Date`, in UTC. (Temporary credentials add `X-Amz-Security-Token`.)
#
# The secret itself never travels. One changed letter in path, body, host or date, and the signature does not fit.
#
# ## Step 1: the canonical request
#
# Both sides must sign the same bytes, so the request is first written in a fixed form: method, path, query,
# headers (one a line, then an empty line), their names, and the hash of the body. The cell shows botocore's, for AWS's
# own documented example, a `ListUsers` call to IAM:

# %%
DOCUMENTED = {
    "AccessKeyId": "AKIDEXAMPLE",
    "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}
example = AWSRequest("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
example.headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
example.headers["x-amz-date"] = "20150830T123600Z"
example.context["timestamp"] = "20150830T123600Z"
signer = SigV4Auth(Credentials(*DOCUMENTED.values()), "iam", "us-east-1")
documented = signer.canonical_request(example)
parts = ["method", "path", "query", *["header"] * 3, "(empty)", "names", "hash of body"]
for part, line in zip(parts, documented.split("\n"), strict=True):
    print(f"{part:<13}| {line}")

# %% [markdown]
# The headers stand in order of their names, which are in lower case, each on its own line, and an empty line follows.
# Then the names, joined by `;`. The last line is the SHA-256 of the body (here of nothing), in hexadecimal.
#
# In the query, names and values are percent-encoded (a space is `%20`, never `+`, and `/` is `%2F`), written as
# `name=value`, **sorted**, and joined by `&`.
#
# ### Your turn: the canonical request
#
# Write `canonical(method, host, path, query, body, stamp)` for a request that signs two headers, `host` and
# `x-amz-date` (its value is `stamp`). `query` is a dictionary, `body` a text. `path` needs no encoding. Referee is
# botocore.
#
# <details><summary>Hint</summary>
#
# `quote(text, safe="-_.~")` encodes as AWS wants it; `urlencode` would write `+`. The hash is
# `hashlib.sha256(body.encode()).hexdigest()`. Build a list of the lines and join it with `"\n"`; the empty line after
# the headers is an element `""`.
# </details>


# %% exercise="canonical"
def canonical(method: str, host: str, path: str, query: dict, body: str, stamp: str) -> str:
    """Return the canonical request with host and x-amz-date signed."""
    ### BEGIN SOLUTION
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query.items())
    lines = [
        method,
        path,
        "&".join(f"{name}={value}" for name, value in pairs),
        f"host:{host}",
        f"x-amz-date:{stamp}",
        "",
        "host;x-amz-date",
        hashlib.sha256(body.encode()).hexdigest(),
    ]
    return "\n".join(lines)
    ### END SOLUTION


# %% check="canonical" points=3
with check(
    "canonical",
    needs="canonical",
    right="Equal to botocore's, byte for byte. Most failed signatures fail right here.",
) as expect:
    names = ["method", "path", "query", "host", "x-amz-date", "empty", "names", "hash of body"]

    def equal(method: str, host: str, path: str, query: dict, body: str, stamp: str) -> None:
        request = AWSRequest(method, f"https://{host}{path}", params=query, data=body)
        request.headers["X-Amz-Date"] = stamp
        request.context["timestamp"] = stamp
        wanted = SigV4Auth(Credentials("id", "secret"), "s", "r").canonical_request(request)
        said = canonical(method, host, path, query, body, stamp)
        expect(isinstance(said, str), f"Return a text, not {type(said).__name__}.")
        mine, theirs = said.split("\n"), wanted.split("\n")
        for name, one, other in zip(names, mine, theirs, strict=False):
            expect(one == other, f"Line '{name}': you wrote {one!r}, botocore {other!r}.")
        expect(
            len(mine) == len(theirs),
            f"{len(theirs)} lines were due, you have {len(mine)}. The last has no line end.",
        )

    one = "20261121T090000Z"
    api = "a1b2c3.execute-api.us-east-1.amazonaws.com"
    equal("GET", api, "/shop/orders", {}, "", one)
    equal("POST", api, "/shop/orders", {}, '{"photo": "team.jpg"}', one)
    equal("GET", api, "/shop/find", {"to": "2026-11-21", "from": "2026-11-01"}, "", one)
    equal("GET", api, "/shop/find", {"name": "Ada & Grace", "folder": "club/2026"}, "", one)
    equal("GET", api, "/shop/find", {"top": "1", "to": "~", "t-o": "2", "t o": "3"}, "", one)
    ### BEGIN HIDDEN TESTS
    equal("DELETE", "b.example.com", "/x/1", {"a": "", "B": "~"}, "", one)
    equal("PUT", api, "/shop", {"k": "ü+%"}, "ä", "20300101T000001Z")
    equal("GET", api, "/shop", {"a-b": "1", "a": "2", "a1": "3"}, "", one)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Steps 2 to 4: text, key, signature
#
# The **string to sign** has four lines: the algorithm, the time, the scope, and the SHA-256 of the canonical request.
# Compare the last line with the hash of what was printed above:

# %%
print(signer.string_to_sign(example, documented))
print()
print(hashlib.sha256(documented.encode()).hexdigest())

# %% [markdown]
# The **signing key** comes from the secret in four links, each an HMAC-SHA256 with the link before as its key (bytes,
# not hexadecimal):
#
# | link | key | message |
# |---|---|---|
# | day | `"AWS4"` + secret | `20150830` |
# | Region | link before | `us-east-1` |
# | service | link before | `iam` |
# | end | link before | `aws4_request` |
#
# The **signature** is the HMAC-SHA256 of the string to sign with this key, in hexadecimal. If somebody steals a signing
# key, it opens one service in one Region for one day; the secret stays secret. (A sister, SigV4A, signs for several
# Regions at once; S3's Multi-Region Access Points need it.)

# %%
charts.flow(
    [
        ("secret", "day key", "20150830"),
        ("day key", "Region key", "us-east-1"),
        ("Region key", "service key", "iam"),
        ("service key", "signing key", "aws4_request"),
        ("request", "canonical request"),
        ("canonical request", "string to sign", "SHA-256"),
        ("string to sign", "signature"),
        ("signing key", "signature", "HMAC"),
    ],
    headline="The secret signs nothing itself: a key for one day, Region and service does",
)

# %% [markdown]
# ### Your turn: sign
#
# Write `sign(canonical_text, stamp, region, service, key)`. It returns the value of the `Authorization` header:
#
# `AWS4-HMAC-SHA256 Credential=ID/SCOPE, SignedHeaders=NAMES, Signature=HEX`
#
# `key` is a dictionary like `DOCUMENTED`. The day is the first eight characters of `stamp`; the names of the signed
# headers are the last line but one of the canonical text. Use `hmac` and `hashlib`, not botocore.
#
# In the documented example the signing key is `c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9` (its
# `.hex()`), and the signature begins with `5d672d79`.
#
# <details><summary>Hint</summary>
#
# `hmac.new(key_bytes, text.encode(), hashlib.sha256).digest()` makes a link. The first key is
# `("AWS4" + secret).encode()`. Only the very last step uses `.hexdigest()`. Try it on `documented` and compare.
# </details>


# %% exercise="sign"
def sign(canonical_text: str, stamp: str, region: str, service: str, key: dict) -> str:
    """Return the value of the Authorization header."""

    ### BEGIN SOLUTION
    def link(with_key: bytes, text: str) -> bytes:
        return hmac.new(with_key, text.encode(), hashlib.sha256).digest()

    scope = [stamp[:8], region, service, "aws4_request"]
    signing_key = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in scope:
        signing_key = link(signing_key, part)
    digest = hashlib.sha256(canonical_text.encode()).hexdigest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope), digest])
    names = canonical_text.split("\n")[-2]
    return (
        f"AWS4-HMAC-SHA256 Credential={key['AccessKeyId']}/{'/'.join(scope)}, "
        f"SignedHeaders={names}, Signature={link(signing_key, to_sign).hex()}"
    )
    ### END SOLUTION


# %% check="sign" points=3
with check(
    "sign",
    needs="sign",
    right="Your signature opens the door, and it equals botocore's.",
) as expect:

    def parts_of(header: str) -> dict[str, str]:
        """Credential, SignedHeaders and Signature of a header."""
        algorithm, _, rest = header.partition(" ")
        expect(
            algorithm == "AWS4-HMAC-SHA256",
            f"The header begins with AWS4-HMAC-SHA256 and a space; yours with {algorithm!r}.",
        )
        return dict(piece.strip().partition("=")[::2] for piece in rest.split(","))

    def equal_headers(text: str, stamp: str, where: tuple[str, str], key: dict, wanted: str):
        region, service = where
        forbidden = mock.Mock(side_effect=RuntimeError("botocore"))
        with mock.patch.multiple(SigV4Auth, signature=forbidden, add_auth=forbidden):
            try:
                said = sign(text, stamp, region, service, key)
            except RuntimeError as error:
                expect(str(error) != "botocore", "By hand: hmac and hashlib, not botocore.")
                raise
        expect(isinstance(said, str), f"Return the header's value, a text, not {said!r}.")
        mine, theirs = parts_of(said), parts_of(wanted)
        for name in ("Credential", "SignedHeaders"):
            expect.equal(mine.get(name), theirs[name], f"{name} of a call to {service}")
        signature = mine.get("Signature", "")
        expect(
            len(signature) == 64,
            f"A signature has 64 hexadecimal digits; yours is {signature[:20]!r}...",
        )
        expect(
            signature == theirs["Signature"],
            f"The signature of a call to {service} begins with {signature[:8]}, botocore's "
            f"with {theirs['Signature'][:8]}. Look at 'AWS4' before the secret, at bytes in "
            "place of hexadecimal between the links, at the four lines of the string to sign.",
        )
        expect.equal(said, wanted, "The whole header")
        return said

    def like_the_book() -> None:
        auth = signer.signature(signer.string_to_sign(example, documented), example)
        names = documented.split("\n")[-2]
        scope = "20150830/us-east-1/iam/aws4_request"
        wanted = f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, "
        wanted += f"SignedHeaders={names}, Signature={auth}"
        equal_headers(documented, "20150830T123600Z", ("us-east-1", "iam"), DOCUMENTED, wanted)

    def opens(method: str, path: str, body: str) -> None:
        at = lab.clock.now()
        wanted = by_botocore(method, door + path, body, partner, at)
        request = AWSRequest(method, door + path, data=body)
        request.headers["X-Amz-Date"] = stamp = wanted["X-Amz-Date"]
        request.context["timestamp"] = stamp
        text = SigV4Auth(Credentials("", ""), "", "").canonical_request(request)
        header = wanted["Authorization"]
        said = equal_headers(text, stamp, (REGION, "execute-api"), partner, header)
        sent = {"X-Amz-Date": stamp, "Authorization": said}
        answer = lab.http(method, door + path, body=body, headers=sent)
        expect(answer.status == 200, f"The API answered {answer.status}: {answer.body}")

    like_the_book()
    opens("POST", "/orders", '{"photo": "cat.jpg"}')
    ### BEGIN HIDDEN TESTS
    opens("GET", "/orders/17", "")
    opens("PUT", "/prices", "12.50")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The clock is part of the signature
#
# A signed request that somebody records must not work for ever. So AWS compares `X-Amz-Date` with its own clock:
# most services allow five minutes, S3 fifteen, in both directions. We sign with wrong clocks and knock:

# %%
fifteen = facts.limit("sigv4", "s3-clock-skew-tolerance") / 60
accepted, told = [], {}
for minutes in range(-20, 21):
    wrong = lab.clock.now() + timedelta(minutes=0.99 * minutes)
    headers = by_botocore("GET", f"{door}/orders", "", partner, wrong)
    answer = lab.http("GET", f"{door}/orders", headers=headers)
    if answer.status == 200:
        accepted.append(minutes)
    else:
        told[minutes] = answer.json()["message"]
print("20 minutes slow:", told[-20])
print("20 minutes fast:", told[20])
low, high = min(accepted), max(accepted)
charts.gantt(
    [
        ("API, measured", -20, low, "expired", "refused"),
        ("API, measured", low, high, "", "accepted"),
        ("API, measured", high, 20, "not yet current", "refused"),
        ("S3", -20, -fifteen, "", "refused"),
        ("S3", -fifteen, fifteen, "", "accepted"),
        ("S3", fifteen, 20, "", "refused"),
    ],
    kinds={"refused": "bad", "accepted": "good"},
    unit="minutes",
    label="clock of the caller, minutes fast (+) or slow (-)",
    headline=f"A clock that is {high + 1} minutes wrong locks its owner out",
    source=[facts.limit("sigv4", "s3-clock-skew-tolerance"), "measured in the lab"],
)

# %% [markdown]
# The messages are *Signature expired* and *Signature not yet current*; S3's code is `RequestTimeTooSkewed`. New
# keys do not help. Mend the clock: NTP, on Linux with `chrony`. Typical victims are a machine that was asleep, a
# restored backup, and the CodeDeploy agent on an instance (its log says so). And programs that take local time for UTC.
#
# ### Your turn: repair the printing machine
#
# The partner's machine works in London in winter. In Madrid it is always refused, and even in London it is refused
# after five minutes. Repair the class. `clock()` gives a `datetime` that knows its time zone; the clock itself is
# right. `by_botocore(method, url, body, key, at)` signs, and writes into `X-Amz-Date` the hour of `at` as it stands.
#
# <details><summary>Hint</summary>
#
# Two mistakes. When does it sign? And `X-Amz-Date` ends with `Z`, which means UTC: `.astimezone(UTC)` turns a
# `datetime` into that.
# </details>


# %% exercise="wrong-clock" repair=true
class Machine:
    """A printing machine somewhere in the world."""

    def __init__(self, url: str, key: dict, clock):
        self.url = url
        self.headers = by_botocore("GET", url, "", key, clock())

    def orders(self):
        """Ask for the open orders."""
        return lab.http("GET", self.url, headers=self.headers)


### BEGIN SOLUTION
class Machine:
    """A printing machine somewhere in the world."""

    def __init__(self, url: str, key: dict, clock):
        self.url, self.key, self.clock = url, key, clock

    def orders(self):
        """Ask for the open orders."""
        now = self.clock().astimezone(UTC)
        headers = by_botocore("GET", self.url, "", self.key, now)
        return lab.http("GET", self.url, headers=headers)


### END SOLUTION


# %% check="wrong-clock" points=2
with check(
    "wrong-clock",
    needs="Machine",
    right="Sign each request when it leaves, in UTC.",
) as expect:

    def asks(machine, what: str) -> None:
        answer = machine.orders()
        expect(
            hasattr(answer, "status"),
            f"{what}: orders() should return the answer of lab.http, not {answer!r}.",
        )
        reason = "" if answer.status == 200 else answer.json().get("message", "")
        expect(answer.status == 200, f"{what}: refused. {reason}")

    def works(city: str, hours: float, path: str) -> None:
        zone = timezone(timedelta(hours=hours))
        machine = Machine(f"{door}{path}", partner, lambda: lab.clock.now().astimezone(zone))
        asks(machine, f"A machine in {city} (UTC{hours:+g}), at once")
        for pause in (4, 6, 700):
            lab.clock.advance(minutes=pause)
            asks(machine, f"A machine in {city} (UTC{hours:+g}), {pause} minutes later")

    works("London", 0, "/orders")
    works("Madrid", 1, "/orders")
    works("New York", -5, "/orders")
    ### BEGIN HIDDEN TESTS
    works("Delhi", 5.5, "/orders/open")
    works("Auckland", 13, "/orders")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The signature in the link
#
# Customers should download their photo from a private bucket, without an AWS key. The answer is a **presigned URL**:
# the same signature, with all its parts in the query. Whoever has the link acts with the signer's rights, for this one
# request, until it expires. No call to AWS is needed to make one.

# %% setup="photos"
REGION_2 = "eu-west-1"
shop = new_key("s3:GetObject", "sts:AssumeRole")
photos = lab.unique_name("lumen-photos")
s3 = boto3.client("s3", region_name=REGION_2)
s3.create_bucket(Bucket=photos, CreateBucketConfiguration={"LocationConstraint": REGION_2})
for name in ("team.jpg", "club 2026/Ada & Grace.jpg"):
    s3.put_object(Bucket=photos, Key=name, Body=f"a picture of {name}".encode())


def linker(keys: dict, version: str = "s3v4"):
    """An S3 client that signs links with these keys."""
    return boto3.client(
        "s3",
        region_name=REGION_2,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=Config(signature_version=version, s3={"addressing_style": "virtual"}),
    )


def signature_of(canonical_text: str, stamp: str, region: str, service: str, key: dict) -> str:
    """Steps 2 to 4 of SigV4, done by botocore: the 64 digits."""
    request = AWSRequest("GET", "https://example.com")
    request.context["timestamp"] = stamp
    keys = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    signer = SigV4Auth(keys, service, region)
    return str(signer.signature(signer.string_to_sign(request, canonical_text), request))


# %%
wanted = {"Bucket": photos, "Key": "team.jpg"}
link = linker(shop).generate_presigned_url("get_object", Params=wanted, ExpiresIn=60)
address = urlsplit(link)
print(f"{address.scheme}://{address.netloc}{address.path}")
for name, value in parse_qsl(address.query):
    print(f"  {name:<20} {value[:60]}")
print()


def fetched(url: str) -> str:
    """What a browser gets from a link: the object, or S3's refusal."""
    answer = lab.http("GET", url)
    refusal = re.search("<Code>(.+)</Code><Message>([^.<]{,50})", answer.body)
    return " ".join([str(answer.status), *refusal.groups()]) if refusal else answer.body


print("at once:         ", fetched(link))
print("expiry changed:  ", fetched(link.replace("Expires=60", "Expires=99")))
print("without a query: ", fetched(link.partition("?")[0])[:70])
lab.clock.advance(seconds=61)
print("61 seconds later:", fetched(link))

# %% [markdown]
# > **Then and now.** In the oldest Regions, such as `us-east-1` and `eu-west-1`, boto3 1.44 still makes links in an
# > older form, with `AWSAccessKeyId`, `Signature` and `Expires` in the query, unless you say
# > `Config(signature_version="s3v4")`. Say it.
#
# The canonical request of a link differs in three places:
#
# - only `host` is signed;
# - the query holds the five parameters from `X-Amz-Algorithm` to `X-Amz-SignedHeaders`. The signature comes last, and
#   is not part of what is signed;
# - in place of the body's hash stand the words `UNSIGNED-PAYLOAD`.
#
# ### Your turn: a link by hand
#
# Write `presign(bucket, name, seconds, stamp, region, key)`. It returns the link for a `GET` of the object `name` at
# `https://BUCKET.s3.REGION.amazonaws.com/NAME`. In the path, encode `name` but leave `/` as it is.
#
# `signature_of(canonical_text, stamp, region, "s3", key)` does steps 2 to 4.
#
# <details><summary>Hint</summary>
#
# Write the query once, as a text, and use it twice: in the canonical request and in the link. The five names happen to
# be in order already. The `/` in the credential becomes `%2F`.
# </details>


# %% exercise="presign"
def presign(bucket: str, name: str, seconds: int, stamp: str, region: str, key: dict) -> str:
    """Return a presigned URL for reading one object."""
    ### BEGIN SOLUTION
    host, path = f"{bucket}.s3.{region}.amazonaws.com", "/" + quote(name, safe="/-_.~")
    fields = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{key['AccessKeyId']}/{stamp[:8]}/{region}/s3/aws4_request",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    query = "&".join(f"{field}={quote(value, safe='-_.~')}" for field, value in fields.items())
    text = "\n".join(["GET", path, query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"])
    signature = signature_of(text, stamp, region, "s3", key)
    return f"https://{host}{path}?{query}&X-Amz-Signature={signature}"
    ### END SOLUTION


# %% check="presign" points=3
with check(
    "presign",
    needs="presign",
    right="Equal to botocore's. Nobody asked AWS: even a missing object has a valid link.",
) as expect:

    def equal_links(bucket: str, name: str, seconds: int, at: datetime, region: str) -> str:
        keys = Credentials(shop["AccessKeyId"], shop["SecretAccessKey"])
        host = f"https://{bucket}.s3.{region}.amazonaws.com"
        request = AWSRequest("GET", f"{host}/{quote(name, safe='/-_.~')}")
        with mock.patch("botocore.auth.get_current_datetime", return_value=at):
            S3SigV4QueryAuth(keys, "s3", region, expires=seconds).add_auth(request)
        said = presign(bucket, name, seconds, at.strftime("%Y%m%dT%H%M%SZ"), region, shop)
        expect(isinstance(said, str), f"Return the link as a text, not {said!r}.")
        mine, theirs = urlsplit(said), urlsplit(str(request.url))
        expect.equal(f"{mine.scheme}://{mine.netloc}", host, "The link begins with")
        expect.equal(mine.path, theirs.path, "The path of the link")
        raw, fields = parse_qs(mine.query), parse_qs(theirs.query)
        for field, values in fields.items():
            if field != "X-Amz-Signature":
                expect.equal(raw.get(field), values, f"{field} in the link")
        odd = sorted(set(raw) - set(fields))
        expect(not odd, f"The link has {', '.join(odd)}, which does not belong there.")
        expect(
            raw.get("X-Amz-Signature") == fields["X-Amz-Signature"],
            f"Link to {name!r}: the signature differs from botocore's. The seven lines: GET, "
            "path, query (five fields, encoded), host:..., empty, host, UNSIGNED-PAYLOAD.",
        )
        expect("/" not in mine.query, "Encode the credential in the query: / becomes %2F.")
        return said

    def opens_for(name: str, seconds: int) -> None:
        said = equal_links(photos, name, seconds, lab.clock.now(), REGION_2)
        expect.equal(lab.http("GET", said).body, f"a picture of {name}", "What the link gives")
        lab.clock.advance(seconds=seconds + 2)
        after = lab.http("GET", said).status
        expect.equal(after, 403, f"The status {seconds + 2} seconds later")

    opens_for("team.jpg", 60)
    opens_for("club 2026/Ada & Grace.jpg", 604_800)
    ### BEGIN HIDDEN TESTS
    equal_links("other-photos", "a/b/c+d=e.png", 3600, lab.clock.now(), "ap-south-1")
    equal_links("other-photos", "x", 1, datetime(2030, 2, 3, 4, 5, 6, tzinfo=UTC), "us-west-2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How long does a link live?
#
# `X-Amz-Expires` counts seconds from `X-Amz-Date`: in boto3 an hour if you say nothing, seven days at most. But a link
# cannot outlive the credentials that signed it. We ask for seven days with three kinds of credentials, move the clock
# and try the links.

# %% setup="link-role"
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": lab.ACCOUNT_ID}}
link_role = iam.create_role(
    RoleName=lab.unique_name("linker"),
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    MaxSessionDuration=12 * 3600,
)["Role"]
read = {"Effect": "Allow", "Action": ["s3:GetObject", "sts:AssumeRole"], "Resource": "*"}
iam.put_role_policy(
    RoleName=link_role["RoleName"],
    PolicyName="read",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]}),
)


def session(keys: dict, seconds: int = 3600) -> dict:
    """Credentials of the role, asked for with these keys."""
    sts = boto3.client(
        "sts",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )
    role = {"RoleArn": link_role["Arn"], "RoleSessionName": "links"}
    return dict(sts.assume_role(**role, DurationSeconds=seconds)["Credentials"])


# %%
week = facts.limit("sigv4", "pre-signed-url-expiry-max")
long_session = session(shop, 12 * 3600)
kinds_of_keys = {
    "keys of a user": shop,
    "role, 12-hour session": long_session,
    "role out of a role": session(long_session),
}
links = {
    kind: linker(keys).generate_presigned_url("get_object", Params=wanted, ExpiresIn=week)
    for kind, keys in kinds_of_keys.items()
}
last_opened = dict.fromkeys(links, 0)
for hour in range(1, 7 * 24 + 2):
    lab.clock.advance(minutes=59.5)
    for kind, url in links.items():
        if last_opened[kind] == hour - 1 and lab.http("GET", url).status == 200:
            last_opened[kind] = hour
    lab.clock.advance(minutes=0.5)
chain = last_opened["role out of a role"]
charts.bars(
    last_opened,
    unit="hours",
    label="a link with ExpiresIn of seven days opened for",
    headline=f"Signed in a chained role, a week's link lives {chain} hour, as its session",
    source=[week, "links tried every hour in the lab"],
)

# %% [markdown]
# ### Your turn: how much longer?
#
# Write `seconds_left(url, keys_end, now)`: for how many more whole seconds the presigned `url` works at the moment
# `now`; 0 if it no longer does. `keys_end` is when the signer's credentials end, or `None` for keys of a user. `now`
# and `keys_end` know their time zone.
#
# <details><summary>Hint</summary>
#
# `parse_qs(urlsplit(url).query)` gives lists of texts. `datetime.strptime(text, "%Y%m%dT%H%M%SZ")` reads the date, and
# `.replace(tzinfo=UTC)` says that it is UTC. Then take the earlier of two ends.
# </details>


# %% exercise="link-end"
def seconds_left(url: str, keys_end: datetime | None, now: datetime) -> int:
    """Return for how many more seconds a presigned URL works."""
    ### BEGIN SOLUTION
    fields = parse_qs(urlsplit(url).query)
    signed = datetime.strptime(fields["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    end = signed + timedelta(seconds=int(fields["X-Amz-Expires"][0]))
    if keys_end is not None:
        end = min(end, keys_end)
    return max(0, int((end - now).total_seconds()))
    ### END SOLUTION


# %% check="link-end" points=2
with check(
    "link-end",
    needs="seconds_left",
    right="A link must outlive neither its Expires nor its signer: give out fresh ones.",
) as expect:

    def lives(expires: int, session_seconds: int | None, moments: dict[int, int]) -> None:
        """Make a link, move the lab's clock, ask, and try the link."""
        keys = shop if session_seconds is None else session(shop, session_seconds)
        made = lab.clock.now().replace(microsecond=0)
        with mock.patch("botocore.auth.get_current_datetime", return_value=made):
            url = linker(keys).generate_presigned_url("get_object", photo, expires)
        end = None if session_seconds is None else made + timedelta(seconds=session_seconds)
        whose = "a user's keys" if end is None else f"keys that last {session_seconds:,} s"
        case = f"ExpiresIn={expires:,} and {whose}"
        for after, due in moments.items():
            then = made + timedelta(seconds=after)
            wait = (then - lab.clock.now()).total_seconds()
            lab.clock.advance(seconds=max(0.0, wait))
            opens = "opens" if lab.http("GET", url).status == 200 else "refuses"
            said = seconds_left(url, end, then)
            expect(
                said is not None and said == due,
                f"{case}, {after:,} s later: {due:,} s left, S3 {opens}; you said {said!r}.",
            )

    photo = {"Bucket": photos, "Key": "team.jpg"}
    lives(60, None, {0: 60, 45: 15, 90: 0})
    lives(604_800, 3600, {0: 3600, 1800: 1800, 3700: 0})
    lives(300, 43_200, {10: 290, 310: 0})
    lives(604_800, None, {90_000: 514_800})
    ### BEGIN HIDDEN TESTS
    lives(604_800, None, {0: 604_800, 86_401: 518_399})
    lives(3600, 900, {600: 300, 1000: 0})
    lives(900, 900, {1: 899})
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A presigned URL costs nothing to make; each download is an S3 request plus data transfer. On AWS, delete
# > the provisioned tables of this lesson: their capacity is billed by the hour, used or not.

# %%
for name in dynamodb.get_paginator("list_tables").paginate().build_full_result()["TableNames"]:
    if name.startswith("orders"):
        dynamodb.delete_table(TableName=name)

# %% [markdown]
# ## To remember
#
# - Retry throttling, 5xx and silence, not your own mistakes. Read the error code: a throttle may be a 400.
# - Double the wait, cap it, add jitter. Repeat only idempotent writes.
# - Standard mode makes 3 attempts (DynamoDB 4). Only `max_attempts` in `Config` counts retries.
# - 500 tokens end retries in an outage; a loop around boto3 multiplies its attempts.
# - Now and then too fast: back off. Always: a higher rate. Too many things: a higher quota, in that Region.
# - EC2 counts running vCPUs by family group. A token bucket's burst is not its lasting rate.
# - SigV4: canonical request, string to sign, a key for day, Region and service; in a header or in the query.
# - Five minutes of clock error (S3: 15) break a signature. A link ends with `Expires` or with its signer's session.

# %% [markdown] question="always-throttled"
# ### Question 1
#
# A report calls `DescribeInstances` 30 times a second, all night. From the first minute on about a third of its calls
# end with `RequestLimitExceeded`, in spite of exponential backoff with jitter. What helps for good?
#
# - [ ] **A** More attempts in the SDK's configuration.
#   > The bucket refills no faster. More attempts make more calls, and more of them are refused.
# - [x] **B** Fewer calls (larger pages, a cache), or a higher rate limit from AWS.
#   > Throttling all the time is no bad luck that passes. Lower the demand or raise the rate.
# - [ ] **C** A higher vCPU quota in Service Quotas.
#   > It says how many vCPUs may run, not how fast the API may be called.
# - [ ] **D** A cap of five minutes for the backoff.
#   > Single calls would wait longer, and the report would take days. The demand stays above the rate.

# %% answer="always-throttled"
answer = "B"

# %% check="always-throttled" points=1
question("always-throttled", answer)

# %% [markdown] question="raw-http"
# ### Question 2
#
# A device calls AWS by raw HTTPS, without an SDK. A few times a day it gets 503 and loses its data. A thousand devices
# do the same at the same time. What should its program do?
#
# - [ ] **A** Repeat at once until it works.
#   > A thousand devices hammer a service in trouble and keep it there.
# - [ ] **B** Wait ten seconds, then repeat.
#   > Better, but the thousand wait equally long and come back together.
# - [x] **C** Repeat with doubling waits, a cap and a random part.
#   > This is what an SDK would do. Without one, the program does it itself, and signs each attempt anew.
# - [ ] **D** Treat 503 like 403 and report an error.
#   > 503 may pass, 403 does not. Giving up loses data without need.

# %% answer="raw-http"
answer = "C"

# %% check="raw-http" points=1
question("raw-http", answer)

# %% [markdown] question="restored-machine"
# ### Question 3
#
# A server is restored from a snapshot of its memory. Since then the CodeDeploy agent on it fails with
# `InvalidSignatureException: Signature expired`. Its role and policies have not changed. What do you do?
#
# - [ ] **A** Attach a role with more permissions.
#   > A missing permission would be `AccessDenied`. Here the request is not even believed.
# - [ ] **B** Rotate the credentials.
#   > New keys sign with the same wrong time.
# - [ ] **C** Raise the number of retries.
#   > The clock stays wrong, and so do all signatures.
# - [x] **D** Set the clock, and let NTP (chrony) keep it right.
#   > AWS allows five minutes. The restored clock shows the time of the snapshot.

# %% answer="restored-machine"
answer = "D"

# %% check="restored-machine" points=1
question("restored-machine", answer)

# %% [markdown] question="weekend-link"
# ### Question 4
#
# A Lambda function makes presigned links with `ExpiresIn=604800` and mails them. Customers who click the next day get
# 403. The object is there. Why?
#
# - [x] **A** The function's role credentials ended, and the links with them.
#   > Temporary credentials end after some hours. Let a click fetch a fresh link, or sign with longer-lived keys.
# - [ ] **B** Presigned links live for one hour at most.
#   > One hour is boto3's default. Seven days are allowed.
# - [ ] **C** The customers need AWS accounts.
#   > A link works for whoever has it.
# - [ ] **D** The clocks of the customers' computers are wrong.
#   > Nothing is signed there; S3 uses its own clock and the date in the link.

# %% answer="weekend-link"
answer = "A"

# %% check="weekend-link" points=1
question("weekend-link", answer)

# %% [markdown] question="launch-day"
# ### Question 5
#
# In `eu-west-1` an account has a quota of 64 Standard vCPUs and runs 20 `m5.large` (2 vCPUs each). A deployment
# starts 8 `c5.xlarge` (4 each) and fails with `VcpuLimitExceeded`. What is right?
#
# - [ ] **A** Repeat with exponential backoff.
#   > Nothing passes here: 40 + 32 stays above 64, unless instances stop.
# - [ ] **B** Start them as `r5.xlarge`; memory families have their own quota.
#   > R is one of the Standard families, like M and C.
# - [x] **C** Ask for at least 72 in `eu-west-1` through Service Quotas.
#   > 20 x 2 + 8 x 4 = 72. The quota counts vCPUs per Region, and it is adjustable.
# - [ ] **D** Ask for 28 instances in `us-east-1`.
#   > It counts vCPUs, not instances, and only where they run.

# %% answer="launch-day"
answer = "C"

# %% check="launch-day" points=1
question("launch-day", answer)

# %%
progress()
