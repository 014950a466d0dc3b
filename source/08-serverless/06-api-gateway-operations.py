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
#       cache-stations:
#       - apigateway.caching
#       - apigateway.cache-invalidation
#       chat:
#       - apigateway.websocket-basics
#       - apigateway.websocket-routing
#       choose-auth:
#       - apigateway.choosing-auth
#       - apigateway.resource-policies
#       - apigateway.cognito-authorizer
#       cors:
#       - apigateway.cors
#       gatekeeper:
#       - apigateway.lambda-authorizer
#       health:
#       - apigateway.metrics
#       pick-api:
#       - apigateway.http-vs-rest
#       predict-codes:
#       - apigateway.errors-and-timeout
#       sell:
#       - apigateway.usage-plans-and-keys
#       - apigateway.throttling
#       signed:
#       - apigateway.iam-sigv4
#     services:
#     - apigateway
#     - lambda
#     - cloudwatch
#     - cognito
#     title: The door in daily service
#     topics:
#     - apigateway.caching
#     - apigateway.cache-invalidation
#     - apigateway.usage-plans-and-keys
#     - apigateway.logging-and-tracing
#     - apigateway.metrics
#     - apigateway.throttling
#     - apigateway.errors-and-timeout
#     - apigateway.cors
#     - apigateway.iam-sigv4
#     - apigateway.resource-policies
#     - apigateway.cognito-authorizer
#     - apigateway.lambda-authorizer
#     - apigateway.choosing-auth
#     - apigateway.http-vs-rest
#     - apigateway.websocket-basics
#     - apigateway.websocket-routing
# ---

# %% [markdown]
# # The door in daily service
#
# The API of the last lesson is open to all, for ever, as fast as they like. No one would run it so. After this lesson
# you can read an API's errors, limit and sell its use, cache answers, watch it, let browsers in, decide who may call,
# and choose between **REST**, **HTTP** and **WebSocket** APIs by features and price.

# %% setup="start"
import hashlib
import hmac
import inspect
import io
import json
import linecache
import random
import zipfile
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/06-api-gateway-operations")
lab.start()
gateway = boto3.client("apigateway")
functions = boto3.client("lambda")
iam = boto3.client("iam")
logs = boto3.client("logs")

# %% [markdown]
# The next cell holds what the last lesson taught: an API in a few lines. `launch` makes a function of a cell,
# `api_of` deploys an API whose methods are Lambda proxies (given an ARN) or mocks (given a text).


# %% setup="tools"
def new_role(name: str, action: str = "*") -> str:
    """A role for functions with one permission; its ARN."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust["Principal"] = {"Service": "lambda.amazonaws.com"}
    named = lab.unique_name(name)
    made = iam.create_role(
        RoleName=named,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    may = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=named, PolicyName="may", PolicyDocument=document)
    return made["Role"]["Arn"]


role = new_role("tern", "dynamodb:*")


def launch(function: Any, **settings: Any) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its ARN."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    source = "".join(lines[: first + len(inspect.getblock(lines[first:]))])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    made = functions.create_function(
        FunctionName=lab.unique_name(function.__name__.replace("_", "-")),
        Runtime="python3.13",
        Handler=f"app.{function.__name__}",
        Code={"ZipFile": packed.getvalue()},
        **{"Role": role, "Timeout": 30, **settings},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=made["FunctionName"])
    return made["FunctionArn"]


def uri_of(function_arn: str) -> str:
    """The address of a function for integrations and authorizers."""
    path = f"path/2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:us-east-1:lambda:{path}"


def let_in(function_arn: str, api_id: str) -> None:
    """Let all methods, routes and authorizers of an API invoke a function."""
    functions.add_permission(
        FunctionName=function_arn,
        StatementId=lab.unique_name("door"),
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*",
    )


def place_of(api_id: str, key: str) -> dict[str, Any]:
    """What names the method "GET /rides" in a call."""
    verb, path = key.split()
    found = gateway.get_resources(restApiId=api_id, limit=500)["items"]
    [resource] = [one["id"] for one in found if one["path"] == path]
    return {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}


def api_of(methods: dict[str, str], stage: str = "prod", **settings: Any) -> str:
    """A REST API: {"GET /rides": a function's ARN, or a text for a mock}; its id."""
    made = gateway.create_rest_api(
        name=lab.unique_name("tern"),
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    api_id, ids = made["id"], {"": made["rootResourceId"]}
    for key, backend in methods.items():
        verb, path = key.split()
        below = ""
        for part in path.strip("/").split("/"):
            parent, below = ids[below], f"{below}/{part}"
            if below not in ids:
                ids[below] = gateway.create_resource(
                    restApiId=api_id,
                    parentId=parent,
                    pathPart=part,
                )["id"]
        at: Any = {"restApiId": api_id, "resourceId": ids[below], "httpMethod": verb}
        gateway.put_method(**at, **{"authorizationType": "NONE", **settings})
        if backend.startswith("arn:"):
            gateway.put_integration(
                **at,
                type="AWS_PROXY",
                integrationHttpMethod="POST",
                uri=uri_of(backend),
            )
        else:
            ok = {"application/json": '{"statusCode": 200}'}
            gateway.put_integration(**at, type="MOCK", requestTemplates=ok)
            gateway.put_method_response(**at, statusCode="200")
            says = {"application/json": backend}
            gateway.put_integration_response(**at, statusCode="200", responseTemplates=says)
    for arn in {one for one in methods.values() if one.startswith("arn:")}:
        let_in(arn, api_id)
    if stage:
        gateway.create_deployment(restApiId=api_id, stageName=stage)
    return api_id


def url_of(api_id: str, path: str, stage: str = "prod") -> str:
    """Where a stage of a REST API answers."""
    return f"https://{api_id}.execute-api.us-east-1.amazonaws.com/{stage}{path}"


def get(api_id: str, path: str, **more: Any) -> Any:
    """GET from the stage prod."""
    return lab.http("GET", url_of(api_id, path), **more)


def patch_stage(api_id: str, **values: str) -> None:
    """Change settings of the stage prod; each is a path of a patch and its new value."""
    edits: Any = [{"op": "replace", "path": p, "value": v} for p, v in values.items()]
    gateway.update_stage(restApiId=api_id, stageName="prod", patchOperations=edits)


# %%
stations = '[{"place": "harbour", "bikes": 12}, {"place": "station", "bikes": 3}]'
shop = api_of({"GET /stations": stations})
print(get(shop, "/stations"))

# %% [markdown]
# ## Who answered?
#
# A status code says who is at fault, and whether trying again helps. 4xx: the caller. 5xx: the API. **429** and 503,
# 504 may go away: repeat with backoff. Many codes come from API Gateway itself; the function never saw the request, or
# its answer was not fit to pass on.
#
# The gateway waits for a backend **29 seconds** by default, whatever the function's own timeout says. Since June 2024
# Regional and private REST APIs can have more on request. Here is the patience of everybody in the chain:

# %%
patience = {
    "REST API, default": facts.limit("api gateway", "rest-integration-timeout-default") / 1000,
    "HTTP API": facts.limit("api gateway", "http-api-integration-timeout-maximum"),
    "WebSocket API": facts.limit("api gateway", "websocket-integration-timeout-maximum"),
    "REST API, streamed response": facts.limit("api gateway", "response-streaming-timeout"),
    "Lambda function": facts.limit("lambda", "function-timeout-maximum"),
}
charts.limits(
    patience,
    unit="seconds",
    highlight=["REST API, default"],
    headline="The door loses patience long before the function must",
    source=facts.limit("api gateway", "rest-integration-timeout-default"),
)

# %% [markdown]
# After the gateway gave up, the function goes on working, and is billed. So set the function's timeout *below* the
# gateway's, and a database's below the function's: the one nearest to the trouble should report it. Longer work is
# accepted with 202 and done behind a queue. Bodies may have 10 MB.
#
# ### Your turn: predict the code
#
# A function stands behind a REST API as a Lambda proxy. Say for each case the status that the client reads.
#
# <details><summary>Hint</summary>
#
# If Lambda refuses to *start* the function for the gateway, that is an internal error of the API: 500. If it ran and
# brought back nothing usable, the gateway was given a bad answer: 502. 413 is *too large*.
# </details>

# %% exercise="predict-codes" repair=true
codes: dict[str, int | None] = {
    "the function returns {'ok': True}": None,
    "the function raises KeyError": None,
    "the function needs 31 seconds; its timeout is 60": None,
    "the function's policy does not let the API in": None,
    "the function's reserved concurrency is used up": None,
    "the path does not exist in the API": None,
    "the stage's throttle is exceeded": None,
    "a required query parameter is missing": None,
    "the request's body has 11 MB": None,
}
### BEGIN SOLUTION
codes = {
    "the function returns {'ok': True}": 502,
    "the function raises KeyError": 502,
    "the function needs 31 seconds; its timeout is 60": 504,
    "the function's policy does not let the API in": 500,
    "the function's reserved concurrency is used up": 500,
    "the path does not exist in the API": 403,
    "the stage's throttle is exceeded": 429,
    "a required query parameter is missing": 400,
    "the request's body has 11 MB": 413,
}
### END SOLUTION


# %% setup="trouble"
def trouble(event, context):
    import time

    told = event["queryStringParameters"] or {}
    if "seconds" in told:
        time.sleep(float(told["seconds"]))
    if "fail" in told:
        raise KeyError("bike")
    return {"ok": True} if "odd" in told else {"statusCode": 200, "body": "fine"}


# %% check="predict-codes" points=2
with check(
    "predict-codes",
    needs="codes",
    right="500: not started. 502: bad answer. 504: no answer in time. 4xx: ask the caller.",
) as expect:
    expect(isinstance(codes, dict), "Keep `codes` a dictionary of the nine cases.")
    expect.not_tried(all(value is None for value in codes.values()))
    expect(
        not any(isinstance(value, str) for value in codes.values()),
        "Give the codes as numbers, without quotes.",
    )

    def measure() -> dict[str, tuple[int, str]]:
        arn = launch(trouble, Timeout=60)
        api_id = api_of({"GET /x": arn, "POST /x": arn}, stage="")
        gateway.create_deployment(restApiId=api_id, stageName="prod")
        came = {
            "the function returns {'ok': True}": (
                get(api_id, "/x?odd=1").status,
                "A proxy owes statusCode; what lacks the form is a bad answer.",
            ),
            "the function raises KeyError": (
                get(api_id, "/x?fail=1").status,
                "It ran, and brought back an error instead of an answer.",
            ),
            "the function needs 31 seconds; its timeout is 60": (
                get(api_id, "/x?seconds=31").status,
                "The gateway waits for 29 seconds: gateway timeout.",
            ),
            "the path does not exist in the API": (
                get(api_id, "/y").status,
                "'Missing Authentication Token': not a 404 at REST APIs.",
            ),
            "the request's body has 11 MB": (
                lab.http("POST", url_of(api_id, "/x"), body="x" * 11 * 1024 * 1024).status,
                "10 MB at most: request entity too large.",
            ),
        }
        functions.put_function_concurrency(FunctionName=arn, ReservedConcurrentExecutions=0)
        came["the function's reserved concurrency is used up"] = (
            get(api_id, "/x").status,
            "Lambda refused to start it; the caller sees an internal error, not Lambda's 429.",
        )
        functions.delete_function_concurrency(FunctionName=arn)
        [old] = json.loads(functions.get_policy(FunctionName=arn)["Policy"])["Statement"]
        functions.remove_permission(FunctionName=arn, StatementId=old["Sid"])
        came["the function's policy does not let the API in"] = (
            get(api_id, "/x").status,
            "Lambda refused to start it; the client cannot help that.",
        )
        strict = api_of({"GET /x": "fine"}, stage="")
        rule = gateway.create_request_validator(
            restApiId=strict,
            name="v",
            validateRequestParameters=True,
            validateRequestBody=False,
        )
        edits: Any = [
            {"op": "replace", "path": "/requestValidatorId", "value": rule["id"]},
            {
                "op": "add",
                "path": "/requestParameters/method.request.querystring.q",
                "value": "true",
            },
        ]
        gateway.update_method(**place_of(strict, "GET /x"), patchOperations=edits)
        gateway.create_deployment(restApiId=strict, stageName="prod")
        missing = get(strict, "/x").status
        came["a required query parameter is missing"] = (
            missing,
            "A bad request of the caller.",
        )
        tight = {"/*/*/throttling/rateLimit": "0.1", "/*/*/throttling/burstLimit": "1"}
        patch_stage(strict, **tight)
        both = [get(strict, "/x?q=1").status for _ in range(2)]
        came["the stage's throttle is exceeded"] = (both[1], "Too many requests.")
        return came

    def compare(measured: dict[str, tuple[int, str]]) -> None:
        for case, (status, why) in measured.items():
            said = codes.get(case)
            expect(
                said == status,
                f"'{case}': you said {said!r}, the client reads {status}. {why}",
            )

    measured = measure()
    compare(measured)
    ### BEGIN HIDDEN TESTS
    expect(set(codes) == set(measured), "Keep the nine cases as they are.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Throttling
#
# All APIs of an account in a Region share **10,000 requests a second with a burst of 5,000** (2,500 and 1,250 in some
# newer Regions). It works as a **token bucket**: the bucket holds as many tokens as the burst; each request takes one;
# so many new ones a second drip in as the rate says. Who finds it empty gets **429**, costs nothing, and should come
# again a little later.
#
# One greedy API can starve the others. So give each stage, or single methods, limits of its own:

# %%
patch_stage(shop, **{"/*/*/throttling/rateLimit": "10", "/*/*/throttling/burstLimit": "20"})
arrivals = [6, 6, 6, 45, 12, 6, 6, 14, 14, 14, 14, 6]
served, refused = [], []
for wave in arrivals:
    statuses = [get(shop, "/stations").status for _ in range(wave)]
    served.append(statuses.count(200))
    refused.append(statuses.count(429))
    lab.clock.advance(seconds=1)
charts.steps(
    {"asked": (range(12), arrivals), "served": (range(12), served)},
    x_label="time",
    x_unit="seconds",
    y_label="requests per second",
    thresholds={"rate": 10},
    headline=f"A burst of 20 passes; {sum(refused)} of {sum(arrivals)} requests get 429",
    source="measured in the lab, rate 10, burst 20",
)

# %% [markdown]
# The bucket was full when the wave of 45 came, so 20 passed at once; later 14 a second drained it slowly.
#
# Mind what stands behind: an account starts with 1,000 concurrent Lambda executions. Functions of 500 ms serve at most
# 2,000 requests a second with that, a fifth of what the gateway lets through.
#
# ## Keys and plans
#
# To sell an API, or to give partners a share, use **usage plans**: which stages, how fast (rate and burst) and how much
# (a **quota** per day, week or month). **API keys** say which customer is calling, in the header `x-api-key`. Each key
# has a bucket and a quota of its own.
#
# Four steps: mark methods `apiKeyRequired` **and deploy**; make keys; make the plan with its stages; put the keys in.
#
# A key is a meter, no proof of identity: it never expires and stands in every request. Quotas are best effort.

# %%
for name in ("api-keys-per-region", "usage-plans-per-region", "usage-plans-per-api-key"):
    print(f"{name:26} {facts.limit('api gateway', name):6,.0f}")
print("a key made without more words is enabled:", gateway.create_api_key(name="k")["enabled"])

# %% [markdown]
# ### Your turn: sell the stations
#
# Write `sell(api_id, customers)`. `customers` is like `{"ada": "free", "ferries": "pro"}`. In the stage `prod`:
#
# - `GET /stations` wants a key; the API's other method, `GET /status`, does not;
# - plan *free*: 1 request a second, burst 2, 5 requests a **day**; plan *pro*: 10 a second, burst 20, 100,000 a
#   **month**;
# - every customer gets a key of its own, in the right plan;
# - return `{customer: the key's value}`.
#
# Names of plans and keys are yours (`lab.unique_name` makes free ones).
#
# <details><summary>Hint</summary>
#
# `update_method` with `/apiKeyRequired`, then a deployment. `create_usage_plan(name=..., apiStages=[{"apiId": ...,
# "stage": ...}], throttle={...}, quota={...})`; `create_api_key(name=..., enabled=...)` returns `id` and `value`;
# `create_usage_plan_key(usagePlanId=..., keyId=..., keyType="API_KEY")`.
# </details>


# %% exercise="sell"
def sell(api_id: str, customers: dict[str, str]) -> dict[str, str]:
    """Put GET /stations on sale; return each customer's key."""
    ### BEGIN SOLUTION
    wanted: Any = [{"op": "replace", "path": "/apiKeyRequired", "value": "true"}]
    gateway.update_method(**place_of(api_id, "GET /stations"), patchOperations=wanted)
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    offers: Any = {
        "free": ({"rateLimit": 1, "burstLimit": 2}, {"limit": 5, "period": "DAY"}),
        "pro": ({"rateLimit": 10, "burstLimit": 20}, {"limit": 100_000, "period": "MONTH"}),
    }
    plan_ids = {
        name: gateway.create_usage_plan(
            name=lab.unique_name(name),
            apiStages=[{"apiId": api_id, "stage": "prod"}],
            throttle=throttle,
            quota=quota,
        )["id"]
        for name, (throttle, quota) in offers.items()
    }
    values = {}
    for customer, plan in customers.items():
        key = gateway.create_api_key(name=lab.unique_name(customer), enabled=True)
        gateway.create_usage_plan_key(
            usagePlanId=plan_ids[plan],
            keyId=key["id"],
            keyType="API_KEY",
        )
        values[customer] = key["value"]
    return values
    ### END SOLUTION


# %% check="sell" points=3
with check(
    "sell",
    needs="sell",
    right="The plan meters, the key names the customer, the deployment makes it true.",
) as expect:

    def sells(customers: dict[str, str]) -> None:
        api_id = api_of({"GET /stations": "[]", "GET /status": "open"})
        keys = sell(api_id, customers)
        expect(
            isinstance(keys, dict) and set(keys) == set(customers),
            "Return a dictionary with the key's value for each customer.",
        )

        def ask(customer: str) -> int:
            return get(api_id, "/stations", headers={"x-api-key": keys[customer]}).status

        status = get(api_id, "/stations").status
        expect(
            status == 403,
            f"Without a key GET /stations answers {status}. Marked and deployed?",
        )
        status = get(api_id, "/status").status
        expect(status == 200, f"GET /status answers {status}; it should want no key.")
        if lab.clock.now().hour == 23:
            lab.clock.advance(hours=1)  # the day of the quota must not end in between
        rates, bursts = {"free": 1, "pro": 10}, {"free": 2, "pro": 20}
        passed = dict.fromkeys(customers, 0)
        begun = {}

        def since(customer: str) -> float:
            """The seconds since the customer's first call: the bucket was filled all the time."""
            return float((lab.clock.now() - begun[customer]).total_seconds())

        for customer, plan in customers.items():
            rate, burst, begun[customer] = rates[plan], bursts[plan], lab.clock.now()
            came = [ask(customer) for _ in range(burst + rate + 1)]
            expect(
                came[0] != 429,
                f"{customer}'s first call gets 429: each customer has a key of its own.",
            )
            expect(
                came[0] == 200,
                f"{customer} gets {came[0]} at the first call. The value (not the id) of an "
                "enabled key, in a plan for this API's stage prod?",
            )
            passed[customer] = came.count(200)
            expect(
                burst <= passed[customer] <= burst + rate * since(customer),
                f"{passed[customer]} of {len(came)} calls at once pass for {customer} ({plan}): "
                f"the burst is {burst}, and each customer has a key of its own.",
            )
        lab.clock.advance(seconds=1)
        for customer, plan in customers.items():
            rate, burst = rates[plan], bursts[plan]
            again = [ask(customer) for _ in range(2 * rate + 2)].count(200)
            passed[customer] += again
            expect(
                again >= rate and passed[customer] <= burst + rate * since(customer),
                f"A second later {again} calls pass for {customer}; the rate is {rate}.",
            )
        for _ in range(20):
            lab.clock.advance(seconds=2)
            for customer in customers:
                passed[customer] += ask(customer) == 200
        used = {one: passed[one] for one, plan in customers.items() if plan == "free"}
        expect(
            set(used.values()) <= {5},
            f"On one day so many calls of the free customers passed: {used}; the quota is 5 "
            "for each. Look at the quota's limit and period.",
        )
        came = [ask(one) for one, plan in customers.items() if plan == "pro"]
        expect(set(came) <= {200}, f"After some 50 calls a pro customer gets {came}.")
        lab.clock.advance(days=1)
        came = [ask(one) for one in customers]
        expect(
            set(came) == {200},
            f"The next day the customers get {came}: a quota per day?",
        )
        periods = {
            one["quota"]["limit"]: one["quota"]["period"]
            for one in gateway.get_usage_plans(limit=500)["items"]
            if any(stage["apiId"] == api_id for stage in one.get("apiStages", []))
        }
        if "pro" in customers.values():
            expect(
                100_000 in periods,
                f"The plans of this API have the quotas {sorted(periods)}; pro has 100,000.",
            )
            expect.equal(periods[100_000], "MONTH", "The period of the pro plan's quota")

    sells({"ada": "free", "ferries": "pro", "bert": "free"})
    ### BEGIN HIDDEN TESTS
    sells({"town": "pro", "cleo": "free"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## The cache
#
# A stage can keep answers of `GET` methods: no call of the backend, a quick answer. A cache has a size and an hourly
# price, used or not, and each entry a **time to live**: 300 seconds by default, 3,600 at most, 0 switches it off. Only
# REST APIs have it.
#
# What counts as "the same request"? The path, and only those parameters that you declare as **cache keys**. A query
# parameter that is none is ignored, so `?town=Kiel` may get Lübeck's answer.

# %%
sizes = ("0-5", "1-6", "6-1", "13-5", "28-4", "58-2", "118", "237")
monthly = {
    f"{size.replace('-', '.')} GB": 730 * facts.price("api gateway", f"cache-{size}-gb")
    for size in sizes  # 730 hours a month
}
charts.bars(
    monthly,
    sort=False,
    unit="USD per month",
    headline="A cache costs 15 to 2,800 USD a month, asked or not",
    source=facts.price("api gateway", "cache-0-5-gb"),
)

# %% [markdown]
# Does it pay? Tern's riders look at 200 places, some far more often than others. We play an hour of 20 requests a
# second and count the hits.


# %%
def hit_ratio(ttl: int, seed: int = 5) -> float:
    """The share of 72,000 requests in an hour that a cache answers."""
    people = random.Random(seed)
    weights = [1 / rank for rank in range(1, 201)]
    places = people.choices(range(200), weights, k=72_000)
    fresh_until: dict[int, float] = {}
    hits = 0
    for number, place in enumerate(places):
        now = number / 20
        if fresh_until.get(place, -1) > now:
            hits += 1
        else:
            fresh_until[place] = now + ttl
    return 100 * hits / len(places)


ttls = [0, 5, 15, 30, 60, 120, 180, 300, 450, 600]
ratios = [hit_ratio(ttl) for ttl in ttls]
charts.curves(
    {"answered by the cache": (ttls, ratios)},
    x_label="time to live",
    x_unit="seconds",
    y_unit="percent",
    notes=[(60, ratios[4], f"{ratios[4]:.0f} % at one minute")],
    headline="One minute of patience saves most of the backend's work",
    source="simulation of an hour in this cell",
)

# %% [markdown]
# A short time is enough where requests come often. Entries are answers up to 1 MB; errors are not kept.
#
# **Emptying.** The owner may flush the whole stage (`flush_stage_cache`). A client may ask anew by sending
# `Cache-Control: max-age=0`. If everybody could, one client in a loop would make the cache useless. So by default a
# client needs the permission `execute-api:InvalidateCache` on the method's ARN. For those without it there are three
# ways: 403 (`FAIL_WITH_403`), the cached answer with a warning header, or the cached answer without a word.

# %% setup="counter"
served_so_far: list[int] = []


def counting(event, context):
    import json

    served_so_far.append(1)
    query = event["queryStringParameters"] or {}
    told = {"answer": len(served_so_far), "town": query.get("town")}
    return {"statusCode": 200, "body": json.dumps(told)}


# %%
kept = api_of({"GET /stations": launch(counting)})
patch_stage(
    kept,
    **{
        "/cacheClusterEnabled": "true",
        "/cacheClusterSize": "0.5",
        "/*/*/caching/enabled": "true",
    },
)
for path in ("/stations?town=Kiel", "/stations?town=Kiel", "/stations?town=Plön"):
    print(path, get(kept, path).body)
print(get(kept, "/stations", headers={"Cache-Control": "max-age=0"}).headers["warning"])

# %% [markdown]
# Plön got Kiel's answer: `town` is no cache key yet.
#
# ### Your turn: keep the stations for a minute
#
# Write `cache_stations(api_id)` for an API with `GET /stations` and `GET /bikes/{id}`, in its stage `prod`:
#
# - the stage has a cache of 0.5 GB;
# - `GET /stations` is kept for **60 seconds**, each `town` (a query parameter, not required) for itself;
# - `GET /bikes/{id}` is always fresh: it is not cached;
# - a client that sends `Cache-Control: max-age=0` without permission gets **403**.
#
# <details><summary>Hint</summary>
#
# First declare `/requestParameters/method.request.querystring.town` at the method, then add
# `/cacheKeyParameters/method.request.querystring.town` at the integration (`update_integration`), and deploy. Settings
# of one method of the stage: `/~1stations/GET/caching/enabled`, `.../caching/ttlInSeconds`,
# `.../caching/unauthorizedCacheControlHeaderStrategy`.
# </details>


# %% exercise="cache-stations"
def cache_stations(api_id: str) -> None:
    """Keep GET /stations for a minute, by town."""
    ### BEGIN SOLUTION
    at: Any = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    declare: Any = {"op": "add", "path": f"/requestParameters/{town}", "value": "false"}
    gateway.update_method(**at, patchOperations=[declare])
    key: Any = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": town}
    gateway.update_integration(**at, patchOperations=[key])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    method = "/~1stations/GET/caching"
    patch_stage(
        api_id,
        **{
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            f"{method}/enabled": "true",
            f"{method}/ttlInSeconds": "60",
            f"{method}/requireAuthorizationForCacheControl": "true",
            f"{method}/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
        },
    )
    ### END SOLUTION


# %% check="cache-stations" points=3
with check(
    "cache-stations",
    needs="cache_stations",
    right="One backend call a minute and town, and no stranger empties the cache.",
) as expect:

    def caches(one: str, other: str) -> None:
        arn = launch(counting)
        api_id = api_of({"GET /stations": arn, "GET /bikes/{id}": arn})
        cache_stations(api_id)

        def answer_to(path: str) -> Any:
            came = get(api_id, path)
            expect(came.status == 200, f"GET {path} answers {came.status} {came.body}")
            return came.json()

        stage = gateway.get_stage(restApiId=api_id, stageName="prod")
        expect(
            stage.get("cacheClusterEnabled") is True,
            "The stage has no cache: /cacheClusterEnabled",
        )
        expect.equal(stage.get("cacheClusterSize"), "0.5", "The size of the cache")
        first = answer_to(f"/stations?town={one}")
        again = answer_to(f"/stations?town={one}")
        expect(
            first == again,
            "Two requests for the same town one after the other both reached the function. Is "
            "caching enabled for GET /stations in this stage?",
        )
        second = answer_to(f"/stations?town={other}")
        expect(
            second["town"] == other,
            f"?town={other} gets the answer for {second['town']}. Make the parameter a key "
            "of the integration, and deploy.",
        )
        lab.clock.advance(seconds=55)
        expect(
            answer_to(f"/stations?town={one}") == first,
            "After 55 seconds the answer was no longer kept; it should live for 60.",
        )
        lab.clock.advance(seconds=8)
        expect(
            answer_to(f"/stations?town={one}") != first,
            "After 63 seconds the old answer still comes: the time to live is 60 seconds.",
        )
        bikes = [answer_to("/bikes/B7")["answer"] for _ in range(2)]
        expect(
            bikes[0] != bikes[1],
            "GET /bikes/{id} comes out of the cache. Enable caching for GET /stations alone.",
        )
        came = get(api_id, f"/stations?town={one}", headers={"Cache-Control": "max-age=0"})
        expect(
            came.status == 403,
            f"A stranger with Cache-Control: max-age=0 gets {came.status}. Require "
            "authorisation, and say FAIL_WITH_403 for those without.",
        )
        came = get(api_id, "/stations").status
        expect(came == 200, f"Without ?town the API answers {came}; it is not required.")
        method = gateway.get_method(**place_of(api_id, "GET /stations"))
        required = [key for key, must in method.get("requestParameters", {}).items() if must]
        expect(not required, f"{required} is declared as required: 'false' is the right value.")

    caches("Kiel", "Lübeck")
    ### BEGIN HIDDEN TESTS
    caches("Eutin", "Husum")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS this cache costs 0.02 USD for every hour from now on. In test stages leave it off.
#
# ## Logs, traces, metrics
#
# Three windows, all set per stage. **Access logs**: one line for each request, in your own format of `$context`
# variables. **Execution logs**: what the gateway did inside, with the level `OFF`, `ERROR` or `INFO`; *data tracing*
# adds whole bodies, with the passwords in them, so not in production. **X-Ray**: one flag, `tracingEnabled`, and with
# the function's own tracing the whole way shows.
#
# Before the first execution log the account needs a role that API Gateway may use to write: `cloudwatchRoleArn`.

# %%
writer = iam.create_role(
    RoleName=lab.unique_name("gateway-logs"),
    AssumeRolePolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "apigateway.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                },
            ],
        },
    ),
)["Role"]
account_role: Any = {"op": "replace", "path": "/cloudwatchRoleArn", "value": writer["Arn"]}
gateway.update_account(patchOperations=[account_role])
logs.create_log_group(logGroupName="tern-access")
group = "arn:aws:logs:us-east-1:123456789012:log-group:tern-access"
line = "$context.identity.sourceIp $context.httpMethod $context.resourcePath $context.status"
patch_stage(
    kept,
    **{
        "/accessLogSettings/destinationArn": group,
        "/accessLogSettings/format": line,
        "/*/*/logging/loglevel": "INFO",
        "/tracingEnabled": "true",
    },
)
for path in ("/stations", "/sattions"):
    get(kept, path)
for event in logs.filter_log_events(logGroupName="tern-access")["events"]:
    print("access:   ", event["message"])
inside = f"API-Gateway-Execution-Logs_{kept}/prod"
for event in logs.filter_log_events(logGroupName=inside)["events"][:4]:
    print("execution:", event["message"][39:100])

# %% [markdown]
# > **Then and now.** One note set lists DEBUG as a level. There is none. HTTP APIs write access logs only, and do not
# > send traces.
#
# **Metrics** need no setting. Seven numbers per API and stage (per method with *detailed metrics*): `Count`,
# `4XXError`, `5XXError`, `CacheHitCount`, `CacheMissCount`, `Latency` (the client's whole wait inside the gateway) and
# `IntegrationLatency` (the backend's part). What the gateway itself needs, for templates, authorizers and caches, is
# the difference.
#
# ### Your turn: the morning report
#
# Write `health(api_name, stage, start, end)`. It asks CloudWatch (namespace `AWS/ApiGateway`, dimensions `ApiName` and
# `Stage`) for that window and returns
#
# - `"requests"`: how many there were;
# - `"client errors"` and `"server errors"`: shares of them, between 0 and 1;
# - `"overhead"`: average `Latency` minus average `IntegrationLatency`, in milliseconds.
#
# A quiet window gives four zeros. Windows are full hours.
#
# <details><summary>Hint</summary>
#
# `get_metric_statistics` with `Period=3600` gives one point for each hour that had data, in any order. For the errors
# take the `Sum`; for averages over several hours `Sum` divided by `SampleCount`: the mean of hourly means is wrong
# when one hour was busier.
# </details>


# %% exercise="health"
cloudwatch = boto3.client("cloudwatch")


def health(api_name: str, stage: str, start: Any, end: Any) -> dict[str, float]:
    """Return requests, client errors, server errors and overhead of a stage."""
    ### BEGIN SOLUTION
    dimensions: Any = [
        {"Name": "ApiName", "Value": api_name},
        {"Name": "Stage", "Value": stage},
    ]

    def totals(metric: str) -> tuple[float, float]:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=start,
            EndTime=end,
            Period=3600,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return sum(p["Sum"] for p in points), sum(p["SampleCount"] for p in points)

    def average(metric: str) -> float:
        total, samples = totals(metric)
        return total / samples if samples else 0.0

    requests = totals("Count")[0]
    return {
        "requests": requests,
        "client errors": totals("4XXError")[0] / max(1, requests),
        "server errors": totals("5XXError")[0] / max(1, requests),
        "overhead": average("Latency") - average("IntegrationLatency"),
    }
    ### END SOLUTION


# %% setup="gate-and-work"
def slow_gate(event, context):
    import time

    time.sleep(3 if event["authorizationToken"] == "stranger" else 0.2)
    every = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [every]}
    return {"principalId": "rider", "policyDocument": policy}


# %% check="health" points=3
import datetime

with check(
    "health",
    needs="health",
    right="Errors tell who, latencies tell where.",
) as expect:
    KEYS = ("requests", "client errors", "server errors", "overhead")

    def hour_begins() -> datetime.datetime:
        """Move on to the next full hour."""
        now = lab.clock.now()
        lab.clock.advance(seconds=3600 - now.minute * 60 - now.second + 1)
        return lab.clock.now().replace(minute=0, second=0, microsecond=0)

    def reports(first: dict[str, int], second: dict[str, int], before: int) -> None:
        """Two hours of traffic; with `by=stranger` the authorizer takes 3 s instead of 0.2."""
        gate = launch(slow_gate)
        api_id = api_of({"GET /x": launch(trouble)}, stage="")
        authorizer = gateway.create_authorizer(
            restApiId=api_id,
            name="gate",
            type="TOKEN",
            authorizerUri=uri_of(gate),
            identitySource="method.request.header.Authorization",
            authorizerResultTtlInSeconds=0,
        )["id"]
        let_in(gate, api_id)
        edits: Any = [
            {"op": "replace", "path": "/authorizationType", "value": "CUSTOM"},
            {"op": "replace", "path": "/authorizerId", "value": authorizer},
        ]
        gateway.update_method(**place_of(api_id, "GET /x"), patchOperations=edits)
        gateway.create_deployment(restApiId=api_id, stageName="prod")
        name = gateway.get_rest_api(restApiId=api_id)["name"]

        def traffic(calls: dict[str, int]) -> None:
            for query, times in calls.items():
                for _ in range(times):
                    bearer = {"Authorization": query.partition("by=")[2] or "rider"}
                    get(api_id, f"/x?{query}", headers=bearer if query != "none" else {})

        hour_begins()
        traffic({"seconds=3": before})
        start = hour_begins()
        traffic(first)
        hour_begins()
        traffic(second)
        end = hour_begins()
        traffic({"odd=1": before})
        told = health(name, "prod", start, end)
        expect(
            isinstance(told, dict) and set(told) == set(KEYS),
            "Return a dictionary with the four keys of the task.",
        )
        both = [*first.items(), *second.items()]
        calls = sum(times for _, times in both)
        bad = sum(times for query, times in both if "odd" in query or "fail" in query)
        none = sum(times for query, times in both if query == "none")
        case = f"A window of two hours with {calls} requests"
        expect.close(
            told["requests"],
            calls,
            f"{case}: requests (others came before and after)",
        )
        expect.close(told["client errors"], none / calls, f"{case}: the share of 4XX", 0.01)
        expect.close(told["server errors"], bad / calls, f"{case}: the share of 5XX", 0.01)
        if not none:
            slow = sum(times for query, times in both if "by=stranger" in query)
            waited = (3000 * slow + 200 * (calls - slow)) / calls
            expect(
                waited - 80 <= told["overhead"] <= waited + 300,
                f"{case}: an overhead of {told['overhead']:.0f} ms; the authorizer took "
                f"{waited:.0f} on average. Latency minus IntegrationLatency, over all requests.",
            )
        quiet = health(name, "test", start, end)
        expect(
            all(value == 0 for value in quiet.values()),
            f"The stage 'test' had no requests; health says {quiet}. Name both dimensions.",
        )

    odd = "seconds=0.1&odd=1&by=stranger"
    reports({"seconds=1": 6}, {"seconds=2": 1, odd: 1}, before=3)
    reports({"seconds=0.1": 3, "none": 2}, {"none": 1, "fail=1": 2}, before=2)
    ### BEGIN HIDDEN TESTS
    reports({"seconds=5": 1}, {"seconds=0.1": 9, "fail=1": 2}, before=1)
    ### END HIDDEN TESTS

# %% [markdown]
# `IntegrationLatency` high: look at the backend. Only `Latency` high: at authorizers and templates. `5XXError` belongs
# into an alarm.
#
# *Half of the lesson is done: a good place for a pause.*
#
# ## CORS
#
# Tern's web page comes from `https://app.tern.example`; the API is another **origin**. Before a request that is more
# than a plain form the browser asks for leave: `OPTIONS`, the *pre-flight*. The **answer** must name origin, methods
# and headers. And the real answer must carry `Access-Control-Allow-Origin` too, or the page may not read it.

# %%
charts.flow(
    [
        ("page", "MOCK", "1 OPTIONS: may I?"),
        ("MOCK", "page", "2 Allow-Origin, -Methods, -Headers"),
        ("page", "function", "3 GET with X-Rider"),
        ("function", "page", "4 Allow-Origin"),
    ],
    kinds={"MOCK": "network", "function": "compute"},
    direction="right",
    headline="The gateway answers the question, the function must allow its own answer",
)


# %% setup="browser"
APP = "https://app.tern.example"


def browser(api_id: str, path: str, **sends: str) -> str:
    """What a page of APP reads when it fetches with these headers, or why it may not."""
    url = url_of(api_id, path)
    asks = {
        "Origin": APP,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": ",".join(name.replace("_", "-") for name in sends),
    }
    leave = lab.http("OPTIONS", url, headers=asks)
    if leave.status not in (200, 204):
        return f"blocked: the pre-flight answers {leave.status}"

    def allowed(kind: str) -> list[str]:
        found = leave.headers.get(f"Access-Control-Allow-{kind}", "")
        return [one.strip().lower() for one in found.split(",")]

    if leave.headers.get("Access-Control-Allow-Origin") not in (APP, "*"):
        return "blocked: the pre-flight's answer does not allow this origin"
    for name in sends:
        header = name.replace("_", "-")
        if not {header.lower(), "*"} & set(allowed("Headers")):
            return f"blocked: the pre-flight's answer does not allow the header {header}"
    if not {"get", "*"} & set(allowed("Methods")):
        return "blocked: the pre-flight's answer does not allow GET"
    sent = {"Origin": APP, **{name.replace("_", "-"): value for name, value in sends.items()}}
    real = lab.http("GET", url, headers=sent)
    if real.headers.get("Access-Control-Allow-Origin") not in (APP, "*"):
        return f"blocked: the answer ({real.status}) does not allow this origin"
    return f"{real.status} {real.body}"


# %%
print(browser(shop, "/stations", X_Rider="ada"))

# %% [markdown]
# 403, because `OPTIONS` is a method like any other, and this API has none. The console's button "Enable CORS" makes
# it, as a mock. HTTP APIs need no method: they have a `CorsConfiguration`.
#
# ### Your turn: repair the page
#
# A colleague opened `GET /stations` for the page, which sends the header `X-Rider`. It still reads nothing. Repair
# both functions:
#
# - the page can read the stations;
# - the page can also read **why** it was refused: the gateway's own answers (403 without a key, 429, 504) allow its
#   origin too;
# - only `https://app.tern.example` is allowed, not everybody.
#
# <details><summary>Hint</summary>
#
# Header values of mappings are fixed texts in single quotes. The real answer of a proxy comes from the function alone.
# The gateway's own answers are *gateway responses*: `put_gateway_response` for `DEFAULT_4XX` and `DEFAULT_5XX`, with
# `gatewayresponse.header.NAME`.
# </details>


# %% exercise="cors" repair=true
def list_stations(event, context):
    """The backend of GET /stations."""
    return {"statusCode": 200, "body": '["harbour"]'}


def open_to_page(api_id: str) -> None:
    """Let the page's browser use GET /stations."""
    there = place_of(api_id, "GET /stations")["resourceId"]
    at: Any = {"restApiId": api_id, "resourceId": there, "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    ok = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**at, type="MOCK", requestTemplates=ok)
    sends = {"Allow-Origin": "'*'", "Allow-Methods": "'GET,OPTIONS'"}
    names = {f"method.response.header.Access-Control-{k}": v for k, v in sends.items()}
    gateway.put_method_response(
        **at,
        statusCode="200",
        responseParameters=dict.fromkeys(names, False),
    )
    gateway.put_integration_response(**at, statusCode="200", responseParameters=names)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


### BEGIN SOLUTION
def list_stations(event, context):
    """The backend of GET /stations."""
    allowed = {"Access-Control-Allow-Origin": "https://app.tern.example"}
    return {"statusCode": 200, "headers": allowed, "body": '["harbour"]'}


def open_to_page(api_id: str) -> None:
    """Let the page's browser use GET /stations."""
    there = place_of(api_id, "GET /stations")["resourceId"]
    at: Any = {"restApiId": api_id, "resourceId": there, "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    ok = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**at, type="MOCK", requestTemplates=ok)
    sends = {
        "Allow-Origin": f"'{APP}'",
        "Allow-Methods": "'GET,OPTIONS'",
        "Allow-Headers": "'X-Rider'",
    }
    names = {f"method.response.header.Access-Control-{k}": v for k, v in sends.items()}
    gateway.put_method_response(
        **at,
        statusCode="200",
        responseParameters=dict.fromkeys(names, False),
    )
    gateway.put_integration_response(**at, statusCode="200", responseParameters=names)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        header = "gatewayresponse.header.Access-Control-Allow-Origin"
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={header: f"'{APP}'"},
        )
    gateway.create_deployment(restApiId=api_id, stageName="prod")


### END SOLUTION

# %% check="cors" points=3
with check(
    "cors",
    needs=["list_stations", "open_to_page"],
    right="Three places say yes: the mock, the function, and the gateway's own answers.",
) as expect:

    def opens(rider: str) -> None:
        arn = launch(list_stations)
        api_id = api_of({"GET /stations": arn, "GET /other": arn}, stage="")
        open_to_page(api_id)
        read = browser(api_id, "/stations", X_Rider=rider)
        expect(read.startswith("200"), f"The page fetches /stations with X-Rider: {read}")
        expect.equal(read, '200 ["harbour"]', "What the page reads")
        for verb in ("OPTIONS", "GET"):
            came = lab.http(verb, url_of(api_id, "/stations"), headers={"Origin": APP})
            origin = came.headers.get("Access-Control-Allow-Origin")
            expect(
                origin == APP,
                f"{verb} /stations allows {origin!r}; only {APP} may be allowed.",
            )
        stranger = "https://elsewhere.example"
        came = lab.http("GET", url_of(api_id, "/stations"), headers={"Origin": stranger})
        expect(
            came.headers.get("Access-Control-Allow-Origin") != stranger,
            f"GET /stations allows a page of {stranger} as well: name one origin, do not repeat what the request says.",
        )
        patch_stage(
            api_id,
            **{"/*/*/throttling/rateLimit": "0.1", "/*/*/throttling/burstLimit": "1"},
        )
        get(api_id, "/other")
        came = get(api_id, "/other")
        expect.equal(came.status, 429, "The status of a throttled call")
        functions.put_function_concurrency(FunctionName=arn, ReservedConcurrentExecutions=0)
        lab.clock.advance(minutes=1)
        down = get(api_id, "/other")
        expect.equal(down.status, 500, "The status when the function may not run")
        for one in (came, get(api_id, "/nowhere"), down):
            origin = one.headers.get("Access-Control-Allow-Origin")
            expect(
                origin == APP,
                f"The gateway's own answer {one.status} {one.body} allows {origin}; the "
                "page cannot read it. Gateway responses DEFAULT_4XX and DEFAULT_5XX.",
            )

    opens("ada")
    ### BEGIN HIDDEN TESTS
    opens("bert")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may call: IAM and signatures
#
# Inside AWS the caller has a role already. With the authorisation type **AWS_IAM** it needs `execute-api:Invoke` on
# `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH`, and signs each request with **Signature Version 4**. The
# signature is a hash over the request and the time, made with the secret key. The secret itself never travels, and a
# signature is good for five minutes.
#
# A **resource policy** of the REST API (8,192 characters) can say more: which accounts, which addresses, which VPC
# endpoints. For callers of your own account with AWS_IAM either policy may allow; callers of another account need
# both. HTTP APIs have none.

# %%
office = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        },
    ],
}
inner = api_of({"GET /fleet": "all bikes"}, stage="")
policy_edit: Any = {"op": "replace", "path": "/policy", "value": json.dumps(office)}
gateway.update_rest_api(restApiId=inner, patchOperations=[policy_edit])
gateway.create_deployment(restApiId=inner, stageName="prod")
for came_from in ("198.51.100.9", "203.0.113.7"):
    came = get(inner, "/fleet", source_ip=came_from)
    print(came_from, came.status, came.body[:90])

# %% [markdown]
# A policy takes effect with the next deployment, like everything else of the API. WAF's rules, if a web ACL stands in
# front, are asked before all of this.
#
# ### Your turn: sign the request
#
# Tern's billing job runs on EC2 and reads `GET /rides` of an API with AWS_IAM. Write
#
# - `reader_policy(api_id)`: a policy document (JSON text or dictionary) that allows `GET /rides` and
#   `GET /rides/{id}` of the stage `prod` of this API, and nothing else;
# - `signed_get(url, keys)`: sends a signed GET with `lab.http` and returns its answer. `keys` are botocore's
#   `Credentials`, as `boto3.Session().get_credentials()` gives them; roles have a session token in them.
#
# <details><summary>Hint</summary>
#
# `SigV4Auth(keys, SERVICE, REGION).add_auth(request)` writes the headers into an `AWSRequest(method=..., url=...)`;
# the service's name in signatures is `execute-api`. In the ARN the path has no leading slash: `.../GET/rides` and
# `.../GET/rides/*`.
# </details>


# %% exercise="signed"
def reader_policy(api_id: str) -> Any:
    """What the billing job may do."""
    ### BEGIN SOLUTION
    prefix = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/rides"
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": [prefix, f"{prefix}/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    ### END SOLUTION


def signed_get(url: str, keys: Credentials) -> Any:
    """GET with a signature; returns the answer."""
    ### BEGIN SOLUTION
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))
    ### END SOLUTION


# %% check="signed" points=3
with check(
    "signed",
    needs=["reader_policy", "signed_get"],
    right="The secret stays at home; the policy says exactly which door.",
) as expect:

    def billing(paths: list[str]) -> None:
        readable = {"GET /rides": "rides", "GET /rides/{id}": "ride"}
        closed = {"GET /money": "$", "GET /rides-of-staff": "-", "DELETE /rides/{id}": "gone"}
        api_id = api_of({**readable, **closed}, authorizationType="AWS_IAM")
        gateway.create_deployment(restApiId=api_id, stageName="test")
        other = api_of({"GET /rides": "rides"}, authorizationType="AWS_IAM")
        text = reader_policy(api_id)
        expect(isinstance(text, str | dict), "reader_policy returns a policy, JSON or dict.")
        text = text if isinstance(text, str) else json.dumps(text)
        expect(
            '"execute-api:*"' not in text and '"*"' not in text,
            "The policy allows every action or everything there is: name execute-api:Invoke, "
            "and the two methods. execute-api:* may also empty the cache.",
        )
        name = lab.unique_name("billing")
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        arn = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [trust]},
            ),
        )["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=text)
        sts = boto3.client("sts")
        given = sts.assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
        keys = Credentials(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
        )
        for path in paths:
            came = signed_get(url_of(api_id, path), keys)
            expect(hasattr(came, "status"), "signed_get returns the answer of lab.http.")
            why = ""
            if came.status != 200:
                told = came.json()
                why = str(told.get("message") or told.get("Message"))
            expect(
                came.status == 200,
                f"GET {path} answers {came.status}: {why[:160]} If it is the signature: "
                "service execute-api, all headers of the request, the same URL. If it is the "
                "policy: its ARN has a * for {id}.",
            )
        forged = Credentials(given["AccessKeyId"], "a guess", given["SessionToken"])
        came = signed_get(url_of(api_id, paths[0]), forged)
        expect(
            came.status == 403,
            "signed_get signs with other keys than those it is given: use `keys`.",
        )
        foreign = {
            "GET /money": url_of(api_id, "/money"),
            "GET /rides-of-staff": url_of(api_id, "/rides-of-staff"),
            "GET /rides of the stage test": url_of(api_id, "/rides", "test"),
            "GET /rides of another API": url_of(other, "/rides"),
        }
        for what, url in foreign.items():
            came = signed_get(url, keys)
            expect(came.status == 403, f"The policy allows {what} as well; only prod's rides.")
        url = url_of(api_id, "/rides/7")
        request = AWSRequest(method="DELETE", url=url)
        SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
        came = lab.http("DELETE", url, headers=dict(request.headers))
        expect(came.status == 403, "The policy allows DELETE /rides/7 as well; GET only.")

    billing(["/rides", "/rides/7"])
    ### BEGIN HIDDEN TESTS
    billing(["/rides?bike=B7&day=2026-11-21", "/rides/a-b"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may call: tokens
#
# Riders have no AWS keys. They sign in at a **Cognito user pool** and get tokens that expire. A
# `COGNITO_USER_POOLS` authorizer of a REST API checks them without any code of yours (signature, issuer, time), and the
# function finds the claims in `requestContext.authorizer`. An HTTP API does the same with a **JWT authorizer**, for any
# OpenID provider.


# %%
def who(event, context):
    claims = event["requestContext"]["authorizer"]["claims"]
    return {"statusCode": 200, "body": "hello " + claims["cognito:username"]}


cognito = boto3.client("cognito-idp")
pool = cognito.create_user_pool(PoolName=lab.unique_name("riders"))["UserPool"]
app_client = cognito.create_user_pool_client(
    UserPoolId=pool["Id"],
    ClientName="app",
    ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
)["UserPoolClient"]["ClientId"]
cognito.admin_create_user(UserPoolId=pool["Id"], Username="ada")
cognito.admin_set_user_password(
    UserPoolId=pool["Id"],
    Username="ada",
    Password="Ferry-2026!",
    Permanent=True,
)
tokens = cognito.admin_initiate_auth(
    UserPoolId=pool["Id"],
    ClientId=app_client,
    AuthFlow="ADMIN_USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": "ada", "PASSWORD": "Ferry-2026!"},
)["AuthenticationResult"]

mine = api_of({"GET /me": launch(who)}, stage="")
by_pool = gateway.create_authorizer(
    restApiId=mine,
    name="riders",
    type="COGNITO_USER_POOLS",
    providerARNs=[pool["Arn"]],
    identitySource="method.request.header.Authorization",
)["id"]
wants_token: Any = [
    {"op": "replace", "path": "/authorizationType", "value": "COGNITO_USER_POOLS"},
    {"op": "replace", "path": "/authorizerId", "value": by_pool},
]
gateway.update_method(**place_of(mine, "GET /me"), patchOperations=wants_token)
gateway.create_deployment(restApiId=mine, stageName="prod")
for shown, token in (
    ("none", ""),
    ("Ada's", tokens["IdToken"]),
    ("forged", tokens["IdToken"][:-9] + "AAAAAAAAA"),
):
    came = get(mine, "/me", headers={"Authorization": token})
    print(f"{shown:7} {came.status} {came.body}")

# %% [markdown]
# Cognito says *who* it is. What this person may do, your code decides, or scopes of the access token.
#
# A **Lambda authorizer** (formerly *custom authorizer*) checks anything else: tokens of another house, old session
# ids, several headers. `TOKEN` gives your function one header as `authorizationToken`; `REQUEST` gives headers, query
# and context. It returns a `principalId` and an **IAM policy**. `test_invoke_authorizer` tries it:


# %%
def friendly(event, context):
    may = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    answer = {"Version": "2012-10-17", "Statement": [may]}
    return {"principalId": event["authorizationToken"], "policyDocument": answer}


greeter = launch(friendly)
let_in(greeter, mine)
custom = gateway.create_authorizer(
    restApiId=mine,
    name="friendly",
    type="TOKEN",
    authorizerUri=uri_of(greeter),
    identitySource="method.request.header.Authorization",
)
tried = gateway.test_invoke_authorizer(
    restApiId=mine,
    authorizerId=custom["id"],
    headers={"Authorization": "ada"},
)
print(tried["principalId"], "|", json.loads(tried["policy"])["Statement"][0])
print("kept for", custom["authorizerResultTtlInSeconds"], "seconds")

# %% [markdown]
# Raising `Exception("Unauthorized")`, in these very words, becomes 401; any other error 500; a policy that denies, 403.
#
# The policy is **kept** for each token, 300 seconds by default, 3,600 at most, and then decides about *every* method
# that this token calls. One that allows only the method just called, as here, locks the rider out of the next.
#
# ### Your turn: repair the gatekeeper
#
# Tern's old tokens are `name.role.mark`; `mark` is an HMAC over `name.role`. `gatekeeper` lets forged ones in, answers
# 500 to broken ones, and riders complain of 403 after their first click. Mend it:
#
# - riders may `GET` everything of the stage; mechanics (`role` is `mechanic`) may use all methods; nobody else;
# - a mark that does not fit, an unknown role or text that is no token: **401**;
# - the policy must be right for any method, because it is kept for five minutes.
#
# <details><summary>Hint</summary>
#
# `methodArn` is `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH`: cut it at the slashes. Compare marks with
# `hmac.compare_digest`. `mark_of` computes the right one.
# </details>


# %% exercise="gatekeeper" repair=true
import hashlib
import hmac


def mark_of(name, role):
    """The mark of a true token."""
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    """Say what the bearer of a token may call."""
    name, role, _ = event["authorizationToken"].split(".")
    if role not in ("rider", "mechanic"):
        raise Exception("no such role")
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


### BEGIN SOLUTION
def gatekeeper(event, context):
    """Say what the bearer of a token may call."""
    parts = event["authorizationToken"].split(".")
    if len(parts) != 3:
        raise Exception("Unauthorized")
    name, role, mark = parts
    verbs = {"rider": "GET", "mechanic": "*"}
    true_mark = mark_of(name, role)
    if role not in verbs or not hmac.compare_digest(mark.encode(), true_mark.encode()):
        raise Exception("Unauthorized")
    api, stage = event["methodArn"].split("/")[:2]
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"{api}/{stage}/{verbs[role]}/*",
    }
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


### END SOLUTION

# %% check="gatekeeper" points=3
with check(
    "gatekeeper",
    needs=["gatekeeper", "mark_of"],
    right="One policy for all that the bearer may do: then it may be kept.",
) as expect:

    def keeps(rider: str, mechanic: str, broken: list[str]) -> None:
        gate = launch(gatekeeper)
        every = {
            "GET /bikes": "bikes",
            "GET /bikes/{id}": "bike",
            "DELETE /bikes/{id}": "gone",
        }
        api_id = api_of(every, stage="")
        authorizer = gateway.create_authorizer(
            restApiId=api_id,
            name="gate",
            type="TOKEN",
            authorizerUri=uri_of(gate),
            identitySource="method.request.header.Authorization",
            authorizerResultTtlInSeconds=300,
        )["id"]
        let_in(gate, api_id)
        for key in every:
            edits: Any = [
                {"op": "replace", "path": "/authorizationType", "value": "CUSTOM"},
                {"op": "replace", "path": "/authorizerId", "value": authorizer},
            ]
            gateway.update_method(**place_of(api_id, key), patchOperations=edits)
        gateway.create_deployment(restApiId=api_id, stageName="prod")

        def token(name: str, role: str) -> str:
            text = f"{name}.{role}"
            mark = hmac.new(b"moorings", text.encode(), hashlib.sha256).hexdigest()
            return f"{text}.{mark}"

        def ask(verb: str, path: str, bearer: str) -> int:
            headers = {"Authorization": bearer}
            return lab.http(verb, url_of(api_id, path), headers=headers).status

        good = token(rider, "rider")
        came = ask("GET", "/bikes", good)
        expect(came == 200, f"A rider's GET /bikes answers {came}.")
        came = ask("GET", "/bikes/B7", good)
        expect(
            came == 200,
            f"The same rider's next call, GET /bikes/B7, answers {came}: the kept policy "
            "allows only the method of the first call.",
        )
        came = ask("DELETE", "/bikes/B7", good)
        expect(came == 403, f"A rider's DELETE answers {came}; riders may only GET.")
        best = token(mechanic, "mechanic")
        for verb, path in (("GET", "/bikes"), ("DELETE", "/bikes/B7"), ("GET", "/bikes/B8")):
            came = ask(verb, path, best)
            expect(came == 200, f"A mechanic's {verb} {path} answers {came}.")
        forged = [f"{rider}.mechanic.{good.split('.')[2]}", f"{rider}.rider.0000"]
        for bearer in [*forged, token(rider, "king"), *broken]:
            came = ask("GET", "/bikes", bearer)
            expect(
                came == 401,
                f"The token {bearer[:40]!r} answers {came}, not 401. The mark must fit name "
                "and role; an exception saying Unauthorized answers all else.",
            )
        arn = "arn:aws:execute-api:us-east-1:123456789012:abc/test/GET/bikes"
        for bearer in (good, best):
            event = {"authorizationToken": bearer, "type": "TOKEN", "methodArn": arn}
            said = functions.invoke(FunctionName=gate, Payload=json.dumps(event))
            statements = json.loads(said["Payload"].read())["policyDocument"]["Statement"]
            for one in [statements] if isinstance(statements, dict) else statements:
                resources = one.get("Resource", "everything")
                named = [resources] if isinstance(resources, str) else resources
                expect(
                    one["Effect"] == "Deny" or all(":abc/test/" in each for each in named),
                    f"The policy of a {bearer.split('.')[1]} allows {named}: it should name the "
                    "API and stage of methodArn, not everything there is.",
                )

    keeps("ada", "bert", ["nonsense"])
    ### BEGIN HIDDEN TESTS
    keeps("cleo", "dana", ["a.b", "a.b.c.d", "..", "x.rider.ü"])
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: choose who checks
#
# Four ways: `"IAM"`, `"Cognito"`, `"Lambda"` (an authorizer of your own) and `"resource policy"` alone. Which fits
# best, with the least to build and run?
#
# <details><summary>Hint</summary>
#
# Who are the callers: people who sign up with you, roles in AWS, bearers of somebody else's tokens, or just everybody
# at one place?
# </details>

# %% exercise="choose-auth" repair=true
choices: dict[str, str | None] = {
    "riders sign up in the app, some with their Google account": None,
    "a function of another team in the same account calls": None,
    "old clients send a session id that only Tern's own database knows": None,
    "a screen in the office, without any login, on the firm's addresses": None,
    "a partner's role in another AWS account calls, and may read only": None,
    "tokens come from a bank in a format of its own, with two more headers": None,
}
### BEGIN SOLUTION
choices = {
    "riders sign up in the app, some with their Google account": "Cognito",
    "a function of another team in the same account calls": "IAM",
    "old clients send a session id that only Tern's own database knows": "Lambda",
    "a screen in the office, without any login, on the firm's addresses": "resource policy",
    "a partner's role in another AWS account calls, and may read only": "IAM",
    "tokens come from a bank in a format of its own, with two more headers": "Lambda",
}
### END SOLUTION

# %% check="choose-auth" points=1
with check(
    "choose-auth",
    needs="choices",
    right="Roles sign, people sign in, foreign tokens need your own eyes.",
) as expect:
    expect(isinstance(choices, dict), "Keep `choices` a dictionary of the six callers.")
    expect.not_tried(all(value is None for value in choices.values()))
    best = {
        "riders": ("Cognito", "A user pool keeps accounts and social logins; no code checks."),
        "a function": ("IAM", "It has a role already: allow execute-api:Invoke and sign."),
        "old clients": ("Lambda", "Only code of your own can ask that database."),
        "a screen": (
            "resource policy",
            "No login: what is known is the address, aws:SourceIp.",
        ),
        "a partner": ("IAM", "Its role signs; your resource policy names the other account."),
        "tokens": ("Lambda", "A REQUEST authorizer sees all headers and knows the format."),
    }

    def compare(callers: list[str]) -> None:
        for caller in callers:
            [said] = [v for key, v in choices.items() if key.startswith(caller)] or [None]
            way, why = best[caller]
            expect(
                said in {w for w, _ in best.values()},
                f"'{caller} ...': one of the four ways.",
            )
            expect(said == way, f"'{caller} ...': not {said}. {why}")

    compare(list(best))
    ### BEGIN HIDDEN TESTS
    expect(len(choices) == 6, "Keep the six callers as they are.")
    compare(sorted(best, reverse=True))
    ### END HIDDEN TESTS

# %% [markdown]
# ## REST or HTTP API
#
# HTTP APIs came in 2020: fewer features, less latency, less than a third of the price. A REST API is worth its price
# when you need what only it has.

# %% setup="features"
FEATURES = {
    "REST": {
        "Lambda and HTTP backends",
        "IAM authorisation",
        "Lambda authorizer",
        "API keys and usage plans",
        "response cache",
        "request validation",
        "mapping templates",
        "resource policy",
        "WAF",
        "private endpoint",
        "edge-optimised endpoint",
        "canary",
        "execution logs and X-Ray",
        "response streaming",
    },
    "HTTP": {
        "Lambda and HTTP backends",
        "IAM authorisation",
        "Lambda authorizer",
        "JWT authorizer",
        "automatic deployment",
        "CORS by a setting",
    },
}

# %%
both = FEATURES["REST"] & FEATURES["HTTP"]
rows = [*sorted(FEATURES["HTTP"] - both), *sorted(both), *sorted(FEATURES["REST"] - both)]
charts.heatmap(
    {
        row: {kind: "yes" if row in has else "no" for kind, has in FEATURES.items()}
        for row in rows  # a row for each feature
    },
    meanings={"yes": "good", "no": "off"},
    headline="REST APIs can do more; HTTP APIs do the everyday things with less work",
    source="API Gateway Developer Guide, November 2026",
)


# %%
def month(kind: str, millions: float) -> float:
    """The price of a month's requests of an API."""
    return float(facts.cost("api gateway", f"{kind}-requests", millions * 1e6))


charts.curves(
    {
        "REST API": lambda millions: month("rest", millions),
        "HTTP API": lambda millions: month("http", millions),
    },
    x=(1, 3000),
    log_x=True,
    log_y=True,
    x_label="requests a month",
    x_unit="million requests",
    y_unit="USD per month",
    headline=f"A billion requests: {month('rest', 1000):,.0f} USD as REST API, "
    + f"{month('http', 1000):,.0f} as HTTP API",
    source=[
        facts.price("api gateway", "rest-requests"),
        facts.price("api gateway", "http-requests"),
    ],
)

# %% [markdown]
# > **Then and now.** A table in older notes gives Lambda and IAM authorizers to REST only; HTTP APIs have had both
# > since September 2020. One million calls a month of each kind were free in an account's first year; accounts made
# > since July 2025 get credits instead.
#
# An HTTP API in one call, with *quick create*: route, integration and a stage that deploys itself.


# %%
def hello(event, context):
    return {
        "from": event["requestContext"]["http"]["path"],
    }  # payload 2.0: a plain dict is fine


http_apis = boto3.client("apigatewayv2")
target = launch(hello)
light = http_apis.create_api(
    Name="tern-light",
    ProtocolType="HTTP",
    Target=target,
    CorsConfiguration={"AllowOrigins": [APP], "AllowMethods": ["GET"]},
)
let_in(target, light["ApiId"])
print(lab.http("GET", light["ApiEndpoint"] + "/stations"))

# %% [markdown]
# ### Your turn: pick the kind
#
# Write `pick_api(needs, requests, kb)`: `needs` is a set of words of `FEATURES`, `requests` the calls a month, `kb` the
# size of each in kilobytes (request or answer, whichever is larger). Return the kind, `"REST"` or `"HTTP"`, and its
# price a month in USD: the **cheaper** of those that can do **all** of it. If none can, return `None`.
#
# - HTTP APIs are metered in pieces of **512 KB**: a call of 700 KB counts twice, an empty one once. REST APIs count
#   calls.
# - `facts.cost("api gateway", "rest-requests", n)` and `"http-requests"` know the price steps; `float(...)` makes a
#   number of USD of such a bill. Nothing is free.
#
# <details><summary>Hint</summary>
#
# `needs <= FEATURES[kind]` asks whether a set holds another. `math.ceil(kb / 512)`, but at least one piece. With large
# calls HTTP is not always the cheaper one.
# </details>

# %% exercise="pick-api"
import math


def pick_api(needs: set[str], requests: int, kb: float) -> tuple[str, float] | None:
    """The cheapest kind of API that can do it, and its monthly price."""
    ### BEGIN SOLUTION
    pieces = max(1, math.ceil(kb / 512))
    prices = {
        "REST": float(facts.cost("api gateway", "rest-requests", requests)),
        "HTTP": float(facts.cost("api gateway", "http-requests", requests * pieces)),
    }
    able = [kind for kind in prices if needs <= FEATURES[kind]]
    return min(((kind, prices[kind]) for kind in able), key=lambda one: one[1], default=None)
    ### END SOLUTION


# %% check="pick-api" points=2
with check(
    "pick-api",
    needs="pick_api",
    right="First what it must do, then what it costs.",
) as expect:

    def picks(case: str, asked: tuple[set[str], int, float], kind: str, usd: float) -> None:
        said = pick_api(*asked)
        expect(
            isinstance(said, tuple) and len(said) == 2,
            f"{case}: return the kind and the price, not {said!r}.",
        )
        expect(said[0] == kind, f"{case}: not {said[0]}, but {kind} at {usd:,.2f} USD.")
        expect.close(said[1], usd, f"{case}: the price in USD", 0.001)

    backend, key = "Lambda and HTTP backends", "API keys and usage plans"
    picks("10 million calls of 4 KB to functions", ({backend}, 10_000_000, 4), "HTTP", 10.0)
    picks("the same with API keys", ({backend, key}, 10_000_000, 4), "REST", 35.0)
    picks("400 million small calls", ({backend}, 400_000_000, 4), "HTTP", 390.0)
    picks("1 million calls of 700 KB", ({backend}, 1_000_000, 700), "HTTP", 2.0)
    picks("1 million calls of 3,000 KB", ({backend}, 1_000_000, 3000), "REST", 3.5)
    picks("1 million calls of 512 KB", ({backend}, 1_000_000, 512), "HTTP", 1.0)
    picks("1 million empty calls", ({backend}, 1_000_000, 0), "HTTP", 1.0)
    picks("400 million with a cache", ({"response cache"}, 400_000_000, 1), "REST", 1353.1)
    both = pick_api({"WAF", "JWT authorizer"}, 1000, 1)
    expect(both is None, f"No kind has both WAF and a JWT authorizer; you said {both!r}.")
    ### BEGIN HIDDEN TESTS
    picks("exactly 512 KB", (set(), 2_000_000, 512), "HTTP", 2.0)
    picks("513 KB", (set(), 2_000_000, 513), "HTTP", 4.0)
    picks("empty calls", (set(), 2_000_000, 0), "HTTP", 2.0)
    expect(pick_api({"canary", "CORS by a setting"}, 5, 1) is None, "No kind has both.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## WebSockets: the door that calls back
#
# In a chat, a game or a trading screen the server must speak first. A **WebSocket API** keeps a connection open in both
# directions, for two hours at most, or ten idle minutes. Clients connect to
# `wss://ID.execute-api.REGION.amazonaws.com/STAGE`.
#
# Behind it stand ordinary functions. The **route selection expression**, such as `$request.body.action`, says which
# field of a message names its **route**. Three routes have fixed names: `$connect`, `$disconnect` (best effort: a
# train in a tunnel says no goodbye) and `$default`, for what fits no other or is no JSON. Authorisation happens once,
# at `$connect`.


# %% setup="socket-api"
def socket_api(function_arn: str) -> tuple[str, str]:
    """A WebSocket API with four routes to one function; its id and its address."""
    made = http_or_socket.create_api(
        Name=lab.unique_name("chat"),
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.action",
    )
    integration = http_or_socket.create_integration(
        ApiId=made["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=uri_of(function_arn),
    )["IntegrationId"]
    for key in ("$connect", "$disconnect", "$default", "say"):
        http_or_socket.create_route(
            ApiId=made["ApiId"],
            RouteKey=key,
            Target=f"integrations/{integration}",
        )
    http_or_socket.create_stage(ApiId=made["ApiId"], StageName="live", AutoDeploy=True)
    let_in(function_arn, made["ApiId"])
    return made["ApiId"], f"wss://{made['ApiId']}.execute-api.us-east-1.amazonaws.com/live"


http_or_socket = boto3.client("apigatewayv2")


# %%
def which_route(event, context):
    here = event["requestContext"]
    print(here["routeKey"], "|", event.get("body", ""))
    return {"statusCode": 200}


listening = launch(which_route)
_, line_to = socket_api(listening)
client = lab.websocket(line_to)
client.send({"action": "say", "text": "Moin"})
client.send({"action": "dance"})
client.send("no json")
client.close()
log_of = f"/aws/lambda/{listening.rsplit(':', 1)[1]}"
for event in logs.filter_log_events(logGroupName=log_of)["events"]:
    if " | " in event["message"]:
        print(event["message"].strip())

# %% [markdown]
# The event has no address to answer to, only a **connection id**. So functions keep the ids in a table, and speak
# through the *callback URL*, which is **https** (some notes write wss): `POST` to
# `https://ID.execute-api.REGION.amazonaws.com/STAGE/@connections/CONNECTION` sends, `GET` tells about, `DELETE` closes
# it. boto3's client is `apigatewaymanagementapi` with `endpoint_url=https://ID.../STAGE`. A connection that is gone
# answers **410**, `GoneException`.
#
# ### Your turn: the riders' chat
#
# Write the handler `chat`; its connections stand in the DynamoDB table `online` with the key `connection`.
#
# - `$connect` notes the connection, `$disconnect` forgets it;
# - `say` with `{"action": "say", "text": "..."}` sends the JSON `{"from": <id of the sender>, "text": ...}` to
#   **everybody** online, the sender too;
# - a connection that is gone is removed from the table, and the others still get the message;
# - anything else (`$default`) gets `{"error": "unknown action"}`, only at its sender.
#
# <details><summary>Hint</summary>
#
# `event["requestContext"]` has `routeKey`, `connectionId`, `domainName` and `stage`. `client.exceptions.GoneException`
# may be caught. Every route answers `{"statusCode": 200}`.
# </details>

# %% setup="online"
tables = boto3.client("dynamodb")
if "online" not in tables.list_tables()["TableNames"]:
    tables.create_table(
        TableName="online",
        KeySchema=[{"AttributeName": "connection", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "connection", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

# %% exercise="chat"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    """Serve the riders' chat."""
    ### BEGIN SOLUTION
    here = event["requestContext"]
    me, route = here["connectionId"], here["routeKey"]
    if route == "$connect":
        online.put_item(Item={"connection": me})
    elif route == "$disconnect":
        online.delete_item(Key={"connection": me})
    else:
        line = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"https://{here['domainName']}/{here['stage']}",
        )
        if route == "say":
            message = {"from": me, "text": json.loads(event["body"])["text"]}
            others = [row["connection"] for row in online.scan()["Items"]]
        else:
            message, others = {"error": "unknown action"}, [me]
        for connection in others:
            try:
                line.post_to_connection(
                    ConnectionId=connection,
                    Data=json.dumps(message).encode(),
                )
            except line.exceptions.GoneException:
                online.delete_item(Key={"connection": connection})
    return {"statusCode": 200}
    ### END SOLUTION


# %% check="chat" points=3
with check(
    "chat",
    needs="chat",
    right="The table knows who is there; 410 says who is not any more.",
) as expect:

    def talks(words: str, odd: list[str]) -> None:
        rows = boto3.resource("dynamodb").Table("online")
        for row in rows.scan()["Items"]:
            rows.delete_item(Key={"connection": row["connection"]})
        arn = launch(chat)
        _, address = socket_api(arn)

        def trouble_in(case: str) -> None:
            group = f"/aws/lambda/{arn.rsplit(':', 1)[1]}"
            events = logs.filter_log_events(logGroupName=group)["events"]
            failed = [one["message"] for one in events if "[ERROR]" in one["message"]]
            expect(not failed, f"{case} the function failed: {' '.join(failed[-1:])[:200]}")

        def heard(one: Any) -> list[Any]:
            got = []
            for message in one.received():
                try:
                    got.append(json.loads(message))
                except ValueError:
                    expect(False, f"The client received {message!r}, which is no JSON.")
            return got

        try:
            ada, bert, cleo = (lab.websocket(address) for _ in range(3))
        except Exception as error:
            trouble_in("At $connect")
            expect(False, f"The clients cannot connect: {error}")
        there = {row["connection"] for row in rows.scan()["Items"]}
        expect(
            len(there) == 3,
            f"Three clients connected; the table 'online' has {len(there)} rows.",
        )
        cleo.close()
        left = len(rows.scan()["Items"])
        expect(left == 2, f"One of three left; the table 'online' has {left} rows.")
        for ghost in ("000-ghost=", "zzz-ghost="):
            rows.put_item(Item={"connection": ghost})
        ada.send({"action": "say", "text": words})
        trouble_in("At 'say', with a connection in the table that is gone,")
        first, second = heard(ada), heard(bert)
        for name, got in (("The sender", first), ("The other client", second)):
            expect(
                len(got) == 1,
                f"{name} received {got} after one message to everybody.",
            )
            form = isinstance(got[0], dict) and set(got[0]) == {"from", "text"}
            expect(form, f"{name} received {got[0]}; wanted: 'from' and 'text'.")
            expect.equal(got[0]["text"], words, f"{name}: the text")
            expect(
                got[0]["from"] in there,
                f"{name}: 'from' is {got[0]['from']!r}, not an id.",
            )
        expect(first == second, "Both should read the same message, with the sender's id.")
        left = len(rows.scan()["Items"])
        expect(
            left == 2,
            f"After 410 for two of four rows the table has {left}; delete the gone.",
        )
        for message in odd:
            bert.send(message)
            trouble_in(f"At $default, with the message {message!r},")
            expect.equal(
                heard(bert),
                [{"error": "unknown action"}],
                f"What the sender of {message!r} gets",
            )
        expect.equal(heard(ada), [], "What the others get then")

    talks("Moin!", ['{"action": "dance"}', "no json"])
    ### BEGIN HIDDEN TESTS
    talks('Fähre um "acht"', ["no json", "[1]", ""])
    ### END HIDDEN TESTS

# %% [markdown]
# Two meters: messages (in pieces of 32 KB, both directions) and minutes of being connected. Messages may have 128 KB,
# in frames of 32.

# %%
per_message = facts.price("api gateway", "websocket-messages")
per_minute = facts.price("api gateway", "websocket-connection-minutes")
uses = {
    "5 messages an hour": 5,
    "60 an hour": 60,
    "a message every 5 s": 720,
}
hours_online = 1000 * 8 * 30
charts.stack(
    {
        name: {
            "messages": hours_online * each / 1e6 * per_message,
            "connection minutes": hours_online * 60 / 1e6 * per_minute,
        }
        for name, each in uses.items()
    },
    unit="USD per month",
    share=True,
    headline="Quiet connections pay for minutes, talkative ones for messages",
    subtitle="1,000 riders online for 8 hours a day",
    source=[per_message, per_minute],
)

# %% [markdown]
# > **Bill.** What would go on costing on AWS is the cache, by the hour. Plans, keys, authorizers and idle APIs cost
# > nothing; logs do by the gigabyte. Switch off and delete:

# %%
patch_stage(kept, **{"/cacheClusterEnabled": "false"})
for plan in gateway.get_usage_plans(limit=500)["items"]:
    for attached in plan.get("apiStages", []):
        edit: Any = {
            "op": "remove",
            "path": "/apiStages",
            "value": f"{attached['apiId']}:{attached['stage']}",
        }
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[edit])
    gateway.delete_usage_plan(usagePlanId=plan["id"])
for old in gateway.get_rest_apis(limit=500)["items"]:
    gateway.delete_rest_api(restApiId=old["id"])
for later in http_apis.get_apis()["Items"]:
    http_apis.delete_api(ApiId=later["ApiId"])
print(len(gateway.get_rest_apis()["items"]), "REST APIs left")

# %% [markdown]
# ## To remember
#
# - 500: Lambda would not start it. 502: bad answer. 504: no answer within 29 s. 429: wait and try again.
# - An account has 10,000 requests a second with a burst of 5,000 for all APIs together; give stages limits.
# - Usage plans throttle and count by API key. Mark the method, deploy, and remember that a key is no login.
# - A cache wants a time to live, cache keys, and a guard against `max-age=0`.
# - `Latency` minus `IntegrationLatency` is the gateway's part.
# - CORS needs headers in three answers: the pre-flight's, the function's, and the gateway's own.
# - IAM for AWS callers, Cognito for people, Lambda authorizers for the rest; their kept policy must fit every method.
# - HTTP APIs cost less than a third; WebSocket functions keep connection ids and speak through https.

# %% [markdown] question="second-click"
# ### Question 1
#
# After a Lambda authorizer was added, users open the list of orders without trouble and get 403 when they click on one
# order. A few minutes later that order opens, and now the list answers 403. What mends it?
#
# - [ ] **A** A longer time to live of the authorizer's cache
#   > Then the wrong answer is kept even longer.
# - [ ] **B** A second authorizer for the order's path
#   > It would hide the fault with twice the calls and the same trap on the next path.
# - [x] **C** A returned policy whose `Resource` covers all methods that the user may call
#   > The policy is kept per token and then decides about every method; one that names `methodArn` alone locks all
#   > other methods.
# - [ ] **D** `Access-Control-Allow-Origin` in the function's answers
#   > A missing CORS header blocks the page's reading; it never changes with the order of clicks.

# %% answer="second-click"
answer = "C"

# %% check="second-click" points=1
question("second-click", answer)

# %% [markdown] question="greedy-partner"
# ### Question 2
#
# Three partners use one REST API. Since one of them runs a loop, the two others read 429. Each has paid for 50 requests
# a second. What should you do first?
#
# - [x] **A** Give each partner an API key in a usage plan with 50 a second.
#   > Each key has a bucket of its own, so the loop empties only its owner's.
# - [ ] **B** Ask AWS for a higher account limit.
#   > The loop takes that as well; the others still share one bucket with it.
# - [ ] **C** Switch on the stage's cache.
#   > Cached answers count as requests all the same.
# - [ ] **D** Set the stage's rate to 150 a second.
#   > That is one bucket for all three; the loop may empty it alone.

# %% answer="greedy-partner"
answer = "A"

# %% check="greedy-partner" points=1
question("greedy-partner", answer)

# %% [markdown] question="long-report"
# ### Question 3
#
# `POST /reports` calls a function that computes for two minutes; its timeout is five. Clients read 504 after 29
# seconds, repeat, and the reports are made three times. What is the best cure?
#
# - [ ] **A** Raise the function's timeout to 15 minutes.
#   > It was not the function that gave up.
# - [ ] **B** Move to an HTTP API.
#   > It waits 30 seconds: one more.
# - [ ] **C** Give the function more memory.
#   > Perhaps it gets faster, but four times as fast just to stay below the limit is luck.
# - [x] **D** Put the order into a queue, answer 202 with a number, and let clients ask for the result.
#   > Nobody waits at the door; the work takes as long as it takes and is done once.

# %% answer="long-report"
answer = "D"

# %% check="long-report" points=1
question("long-report", answer)

# %% [markdown] question="cheap-enough"
# ### Question 4
#
# A start-up serves a mobile app: functions behind an API, users in an OpenID provider, 80 million small requests a
# month. Nobody asks for keys, caching or validation at the door. What is the right start?
#
# - [ ] **A** A REST API with a Lambda authorizer that checks the tokens
#   > 280 USD for the requests, and an authorizer to write, run and pay.
# - [x] **B** An HTTP API with a JWT authorizer
#   > 80 USD, and it checks issuer, audience and expiry by itself.
# - [ ] **C** A WebSocket API, because the app is mobile
#   > It pays for open connections; the app asks and gets answers.
# - [ ] **D** A REST API with API keys in the app
#   > A key in an app is public; it names the app, not the user.

# %% answer="cheap-enough"
answer = "B"

# %% check="cheap-enough" points=1
question("cheap-enough", answer)

# %%
progress()
