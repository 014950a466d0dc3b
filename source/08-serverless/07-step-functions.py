# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     minutes: 60
#     practises:
#       ask-a-person:
#       - stepfunctions.task-token
#       choose-type:
#       - stepfunctions.standard-vs-express
#       - stepfunctions.sync-express
#       keep-order:
#       - stepfunctions.catch-and-resultpath
#       - stepfunctions.error-model
#       late-return:
#       - stepfunctions.state-machines
#       - stepfunctions.flow-states
#       monthly-bill:
#       - stepfunctions.pricing
#       no-function:
#       - stepfunctions.task-states
#       predict-retries:
#       - stepfunctions.retry
#       quote:
#       - stepfunctions.sync-express
#       saga:
#       - stepfunctions.catch-and-resultpath
#       - stepfunctions.retry
#       - stepfunctions.error-model
#     services:
#     - stepfunctions
#     - lambda
#     - sqs
#     - dynamodb
#     - swf
#     title: A workflow that remembers
#     topics:
#     - stepfunctions.state-machines
#     - stepfunctions.task-states
#     - stepfunctions.flow-states
#     - stepfunctions.error-model
#     - stepfunctions.retry
#     - stepfunctions.catch-and-resultpath
#     - stepfunctions.task-token
#     - stepfunctions.activities
#     - stepfunctions.standard-vs-express
#     - stepfunctions.sync-express
#     - stepfunctions.pricing
#     - swf.legacy-workflows
# ---

# %% [markdown]
# # A workflow that remembers
#
# Tern now sells tours: a bicycle, a seat on the ferry, and a payment. Each can fail alone, and a rider who paid for a
# seat that does not exist is an angry rider. After this lesson you can describe such a chain as an **AWS Step
# Functions** state machine that waits, repeats, asks a person, and undoes what it did when a later step fails.

# %% setup="start"
import io
import json
import zipfile
from itertools import pairwise
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/07-step-functions")
lab.start()
states = boto3.client("stepfunctions")
functions = boto3.client("lambda")
iam = boto3.client("iam")
sqs = boto3.client("sqs")
dynamodb = boto3.client("dynamodb")

# %% [markdown]
# ## Who knows where we are?
#
# A function that calls three others must remember where it is, wait for each, try again, and clean up. It pays while it
# waits, ends after 15 minutes at the latest, and forgets everything if it crashes.
#
# A **state machine** keeps that knowledge outside of your code: a JSON document in the *Amazon States Language* with
# `StartAt`, `States`, and for each state `Next` or `End`. One run of it is an **execution**; it may last a year. AWS
# writes down every step.


# %% setup="tools"
def new_role(name: str, service: str) -> str:
    """A role that this service may take on; returns its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=lab.unique_name(name), AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


role = new_role("tern-workflows", "states")


def new_machine(definition: Any, kind: str = "STANDARD") -> str:
    """Create a state machine; returns its ARN. `kind` is STANDARD or EXPRESS."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    made = states.create_state_machine(
        name=lab.unique_name("machine"),
        definition=text,
        roleArn=role,
        type=kind,
    )
    return made["stateMachineArn"]


def run(machine: str, given: Any, hours: float = 0) -> Any:
    """Start an execution, let so many hours pass, and tell how it stands."""
    started = states.start_execution(stateMachineArn=machine, input=json.dumps(given))
    lab.clock.advance(hours=hours)
    lab.settle()
    return states.describe_execution(executionArn=started["executionArn"])


def history(execution: str) -> list[Any]:
    """Everything that happened in an execution, in order."""
    pages = states.get_paginator("get_execution_history")
    found: list[Any] = []
    for page in pages.paginate(executionArn=execution):
        found += page["events"]
    return found


def entered(execution: str) -> list[str]:
    """The states that an execution went through."""
    details = [event.get("stateEnteredEventDetails") for event in history(execution)]
    return [one["name"] for one in details if one]


# %%
ride_end: Any = {
    "StartAt": "Any damage?",
    "States": {
        "Any damage?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.damage", "StringEquals": "none", "Next": "Back in use"},
                {"Variable": "$.damage", "StringEquals": "flat tyre", "Next": "Drying"},
            ],
            "Default": "Tell the workshop",
        },
        "Drying": {"Type": "Wait", "Seconds": 600, "Next": "Back in use"},
        "Back in use": {
            "Type": "Pass",
            "Result": "free",
            "ResultPath": "$.state",
            "End": True,
        },
        "Tell the workshop": {
            "Type": "Fail",
            "Error": "Broken",
            "Cause": "Needs a mechanic",
        },
    },
}
charts.states(
    ride_end,
    headline="Whatever happened to a bicycle, it ends in the street or in the workshop",
)

# %%
ends = new_machine(ride_end)
for damage in ("none", "flat tyre", "bent frame"):
    ended = run(ends, {"bicycle": 17, "damage": damage}, hours=1)
    path = " > ".join(entered(ended["executionArn"]))
    told = ended.get("output") or f"{ended['error']}: {ended['cause']}"
    minutes = (ended["stopDate"] - ended["startDate"]).total_seconds() / 60
    print(f"{ended['status']:9} after {minutes:2.0f} min: {path}\n          {told}")

# %% [markdown]
# There are eight types of state:
#
# | type | does |
# |---|---|
# | Task | the work: calls a service, or hands it to a worker |
# | Choice | branches by rules; needs a `Default` if none may fit |
# | Wait | until a moment, or for seconds |
# | Pass | hands on its input, or a fixed `Result` |
# | Parallel | runs branches side by side, gives the list of their outputs |
# | Map | runs the same steps for each item of a list |
# | Succeed, Fail | end |
#
# The output of a state is the input of the next. `ResultPath` says where a result goes. `test_state` runs one state
# alone, so we can look:

# %%
for where in ({}, {"ResultPath": "$.state"}, {"ResultPath": None}):
    state = {"Type": "Pass", "Result": "free", **where, "End": True}
    tried = states.test_state(
        definition=json.dumps(state),
        roleArn=role,
        input='{"bicycle": 17}',
    )
    print(f"{where or 'no ResultPath'}: {tried['output']}")

# %% [markdown]
# Without `ResultPath` the result **replaces** the input; a null throws the result away.
#
# > **Lab and AWS.** Waiting costs no time here: `lab.clock.advance` moves on, and the machine moves with it.
#
# ### Your turn: repair a machine
#
# A colleague wrote `late_return`. Its input is `{"ride": ..., "minutes": ...}`, the minutes that a bicycle is overdue.
#
# - 0 or less: it ends well at once, and the output is the input.
# - Up to 60: it waits 15 minutes, then adds `"fee": 5` to the input.
# - More than 60: it adds `"fee": 20` at once.
# - More than a day (1,440): the execution fails with the error `Missing`.
#
# AWS refuses the definition. Repair it until AWS takes it and it does all of the above.
#
# <details><summary>Hint</summary>
#
# `states.validate_state_machine_definition(definition=...)` lists what AWS does not like, with the place. What a
# machine does wrong it does not know: rules of a Choice are read from the top, and the first that fits wins.
# </details>

# %% exercise="late-return" repair=true
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
            ],
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 15, "Next": "Smal fee"},
        "Small fee": {"Type": "Pass", "Result": {"fee": 5}, "End": True},
        "Large fee": {"Type": "Pass", "Result": {"fee": 20}},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}
### BEGIN SOLUTION
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee", "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}
### END SOLUTION

# %% check="late-return" points=2
with check(
    "late-return",
    needs="late_return",
    right="AWS checks the form; what it does only a run can show.",
) as expect:
    text = late_return if isinstance(late_return, str) else json.dumps(late_return)
    verdict = states.validate_state_machine_definition(definition=text)
    faults = "; ".join(one["message"] for one in verdict["diagnostics"])
    expect(verdict["result"] == "OK", f"AWS refuses the definition: {faults}")
    late_machine = new_machine(text)

    def handles(minutes: int, fee: int | None) -> None:
        given = {"ride": f"r{minutes}", "minutes": minutes}
        wait = 15 if 0 < minutes <= 60 else 0
        case = f"{minutes} minutes late"
        now = run(late_machine, given, hours=(wait - 1) / 60 if wait else 0.05)
        if wait:
            still = now["status"] == "RUNNING"
            expect(still, f"{case}: after 14 minutes it is not waiting. Seconds are seconds.")
            lab.clock.advance(minutes=2)
            now = states.describe_execution(executionArn=now["executionArn"])
        expect(now["status"] != "RUNNING", f"{case}: it should be over by now, and still runs.")
        why = f"({now.get('error')}: {now.get('cause')})"
        if minutes > 1440:
            expect(
                now.get("error") == "Missing",
                f"{case}: it should fail with the error Missing; it ended as {now['status']}. Which rule fits first?",
            )
            return
        expect(now["status"] == "SUCCEEDED", f"{case}: it ended as {now['status']} {why}.")
        wanted = given if fee is None else given | {"fee": fee}
        expect.equal(json.loads(now["output"]), wanted, f"{case}: the output")

    handles(0, None)
    handles(30, 5)
    handles(60, 5)
    handles(61, 20)
    handles(1440, 20)
    handles(1441, None)
    ### BEGIN HIDDEN TESTS
    handles(-20, None)
    handles(1, 5)
    handles(59, 5)
    handles(1439, 20)
    handles(90_000, None)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Tasks: the work
#
# A **Task** names in `Resource` what it calls. Some 20 services have *optimised* integrations
# (`arn:aws:states:::lambda:invoke`, `...:dynamodb:putItem`), and since September 2021 nearly every other API can be
# called as `arn:aws:states:::aws-sdk:SERVICE:ACTION`. There are three patterns:
#
# - plain: call, take the answer, go on;
# - `.sync`: wait until the job that was started is done (a Batch job, an ECS task, another state machine);
# - `.waitForTaskToken`: wait until somebody calls back.
#
# `Parameters` holds what the API needs. A key that ends in `.$` takes its value from the input (`$.id`), from the
# context (`$$.Execution.Name`) or from a function such as `States.Format('{} riders', $.riders)`.

# %%
board = sqs.create_queue(QueueName=lab.unique_name("harbour-board"))["QueueUrl"]
notice = {
    "StartAt": "Announce",
    "States": {
        "Announce": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {
                "QueueUrl": board,
                "MessageBody": {
                    "text.$": "States.Format('Tour {} has {} riders', $.tour, $.riders)",
                    "by.$": "$$.State.Name",
                },
            },
            "End": True,
        }
    },
}
ended = run(new_machine(notice), {"tour": "lighthouse", "riders": 12})
print(ended["status"], "|", sqs.receive_message(QueueUrl=board)["Messages"][0]["Body"])
print("what the next state would get:", list(json.loads(ended["output"])))

# %% [markdown]
# No function ran, nothing to patch. The machine acts as its **role**: without `sqs:SendMessage` there the task fails.
#
# > **Then and now.** Since November 2024 a machine may say `"QueryLanguage": "JSONata"`. Then `Arguments`, `Output`
# > and variables (`Assign`) take the place of `Parameters`, `ResultPath` and their kin. The exam and most machines at
# > work still speak the older *JSONPath*, as this lesson does. Here is the new one:

# %%
jsonata = {
    "QueryLanguage": "JSONata",
    "StartAt": "Add up",
    "States": {
        "Add up": {
            "Type": "Pass",
            "Assign": {"tour": "{% $states.input.tour %}"},
            "Output": {"total": "{% $sum($states.input.riders.price) %}"},
            "Next": "Name it",
        },
        "Name it": {
            "Type": "Pass",
            "Output": "{% $tour & ': ' & $states.input.total & ' EUR' %}",
            "End": True,
        },
    },
}
group = {"tour": "lighthouse", "riders": [{"price": 30}, {"price": 30}, {"price": 18}]}
print(run(new_machine(jsonata), group)["output"])

# %% [markdown]
# ### Your turn: no function needed
#
# Write `booking_machine(table, queue_url)`: it returns the definition (a dictionary) of a machine without any Lambda
# function. Its input is `{"id": "b7", "rider": "Ada", "price": 30}`.
#
# - It first puts an item with these three attributes into the table (key `id`; `price` is a number), but only if no
#   item with this `id` exists. Otherwise the execution fails, and nothing is sent.
# - It then sends the input as JSON to the queue.
# - The output of the execution is the input, unchanged.
#
# <details><summary>Hint</summary>
#
# `dynamodb:putItem` takes what boto3's `put_item` takes, with DynamoDB's types: `{"S.$": ...}`, and for a number text
# again, `States.Format('{}', $.price)`. `"ResultPath": None` throws a result away. A whole input is `$`:
# `"MessageBody.$": "$"`.
# </details>


# %% exercise="no-function"
def booking_machine(table: str, queue_url: str) -> dict:
    """The definition of a machine that stores a booking and announces it."""
    ### BEGIN SOLUTION
    store = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": table,
            "Item": {
                "id": {"S.$": "$.id"},
                "rider": {"S.$": "$.rider"},
                "price": {"N.$": "States.Format('{}', $.price)"},
            },
            "ConditionExpression": "attribute_not_exists(id)",
        },
        "ResultPath": None,
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
        "ResultPath": None,
        "End": True,
    }
    return {"StartAt": "Store", "States": {"Store": store, "Tell": tell}}
    ### END SOLUTION


# %% check="no-function" points=2
with check(
    "no-function",
    needs="booking_machine",
    right="Code that you do not write cannot break.",
) as expect:
    table = lab.unique_name("bookings")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    queue = sqs.create_queue(QueueName=lab.unique_name("check-bookings"))["QueueUrl"]
    definition = booking_machine(table, queue)
    try:
        plan = json.loads(definition) if isinstance(definition, str) else definition
    except ValueError:
        plan = None
    form = "booking_machine should return the definition: a dictionary with StartAt and States."
    expect(isinstance(plan, dict) and {"StartAt", "States"} <= set(plan), form)
    expect("lambda:" not in json.dumps(plan), "The machine should do without a function.")
    machine = new_machine(definition)

    def announced() -> list[str]:
        """Take what is in the queue."""
        asked = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        got = asked.get("Messages", [])
        for message in got:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in got]

    def books(booking: dict[str, Any]) -> None:
        ended = run(machine, booking, hours=1)
        why = f"{ended.get('error')}: {ended.get('cause')}"
        expect(
            ended["status"] == "SUCCEEDED",
            f"The execution ended as {ended['status']} ({why}).",
        )
        key = {"id": {"S": booking["id"]}}
        item = dynamodb.get_item(TableName=table, Key=key).get("Item")
        expect(item is not None, "There is no item with the booking's id in the table.")
        wanted = {"rider": {"S": booking["rider"]}, "price": {"N": str(booking["price"])}}
        expect.equal(item, key | wanted, "The item in the table")
        bodies = announced()
        expect(len(bodies) == 1, f"{len(bodies)} messages are in the queue, it should be one.")
        try:
            body = json.loads(bodies[0])
        except ValueError:
            body = bodies[0]
        expect.equal(body, booking, "The message, read as JSON")
        expect.equal(json.loads(ended["output"]), booking, "The output of the execution")
        again = run(machine, booking | {"price": 1}, hours=1)
        expect(
            again["status"] == "FAILED",
            "The same id a second time should fail: a ConditionExpression.",
        )
        kept = dynamodb.get_item(TableName=table, Key=key)["Item"]
        expect(kept == item, "A second booking with the same id changed the first one's item.")
        expect(not announced(), "The second booking failed and was announced all the same.")

    books({"id": "b7", "rider": "Ada", "price": 30})
    ### BEGIN HIDDEN TESTS
    books({"id": "b8", "rider": 'Grace "Amazing" H.', "price": 12})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Side by side
#
# Before a tour starts Tern asks for the weather, the tide and the ferry. Nobody needs the others' answers: a
# **Parallel** state asks all at once. The chart is drawn from the execution's history.

# %%
asked = {"weather": 20, "tide": 35, "ferry": 50}
branches = [
    {
        "StartAt": f"Ask {who}",
        "States": {f"Ask {who}": {"Type": "Wait", "Seconds": s, "End": True}},
    }
    for who, s in asked.items()
]
side_by_side = {
    "StartAt": "Ask all",
    "States": {
        "Ask all": {"Type": "Parallel", "Branches": branches, "Next": "Decide"},
        "Decide": {"Type": "Wait", "Seconds": 10, "End": True},
    },
}


def bars_of(execution: str) -> list[tuple[str, float, float, str]]:
    """Each state of an execution as (name, begin, end, text), in seconds since the start."""
    begun, bars = {}, []
    events = history(execution)
    for event in events:
        at = round((event["timestamp"] - events[0]["timestamp"]).total_seconds(), 1)
        if "stateEnteredEventDetails" in event:
            begun[event["stateEnteredEventDetails"]["name"]] = at
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            bars.append((name, begun[name], at, f"{at - begun[name]:.0f} s"))
    return sorted(bars, key=lambda bar: (bar[1], bar[2]))


ended = run(new_machine(side_by_side), {}, hours=0.1)
bars = bars_of(ended["executionArn"])
charts.gantt(
    [(*bar, "busy") for bar in bars if bar[0] != "Ask all"],
    headline=f"Questions of {sum(asked.values())} s, asked together, take {max(asked.values())} s",
    kinds={"busy": "busy"},
    label="seconds after the start",
    source="history of an execution in the lab",
)

# %% [markdown]
# **Map** does the same for each item of a list; `MaxConcurrency` limits how many at once. An inline Map runs at most
# 40 items side by side. A *distributed* Map (December 2022) starts a child execution for each item or batch, up to
# 10,000 at once, and can read its items from S3.
#
# Input and output of each state may have 256 KiB. Larger things go to S3, and the machine carries their address.
#
# ## What can fail
#
# Every error in a workflow has a **name**. By default any error ends the execution. Retry and Catch belong in the
# machine, not in the functions: there you can see them.

# %%
names = {
    "States.TaskFailed": "any error of a task, except that it took too long",
    "States.Timeout": "longer than TimeoutSeconds (a missed heartbeat counts, too)",
    "States.HeartbeatTimeout": "no heartbeat within HeartbeatSeconds",
    "States.Permissions": "the role may not do this",
    "States.NoChoiceMatched": "no rule of a Choice fits, and it has no Default",
    "States.DataLimitExceeded": "more than 256 KiB; States.ALL does not catch it",
    "States.Runtime": "such as a path that leads nowhere; States.ALL does not catch it either",
    "States.ALL": "every name but those two",
    "SoldOut": "your own: the name of the exception that a function raises",
}
for name, meaning in names.items():
    print(f"{name:24} {meaning}")

# %%
strict = {
    "StartAt": "Which tour?",
    "States": {
        "Which tour?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.tour", "StringEquals": "lighthouse", "Next": "Go"}],
        },
        "Go": {"Type": "Succeed"},
    },
}
for given in ({"tour": "lighthouse"}, {"tour": "harbour"}, {"trip": "lighthouse"}):
    ended = run(new_machine(strict), given)
    print(f"{given}: {ended['status']} {ended.get('error', '')}")

# %% [markdown]
# ## Try again
#
# `Retry` stands on Task, Parallel and Map. It is a list; the **first** entry whose `ErrorEquals` fits is used, and each
# entry counts its own tries.
#
# | field | means | default |
# |---|---|---|
# | `IntervalSeconds` | wait before the first retry | 1 |
# | `BackoffRate` | each wait is so many times longer | 2.0 |
# | `MaxAttempts` | retries, not tries; 0 is never | 3 |
# | `MaxDelaySeconds` | no wait is longer | none |
# | `JitterStrategy` | `FULL`: a random part of the wait | `NONE` |
#
# The last two came in September 2023. Here is the ferry company's booking service. It fails as often as its input says,
# and takes 4 seconds each time.


# %% setup="ferry"
function_role = new_role("tern-functions", "lambda")


def deploy(source: str, name: str, **variables: str) -> str:
    """Make a Lambda function of a text with `handler`; returns its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    made = functions.create_function(
        FunctionName=lab.unique_name(name),
        Role=function_role,
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=made["FunctionName"])
    return made["FunctionArn"]


# `errors` are the exceptions to raise, one for each try; `try` counts from 0.
FERRY = """
import time

def handler(event, context):
    time.sleep(4)
    if event["try"] < len(event["errors"]):
        raise type(event["errors"][event["try"]], (Exception,), {})("no seat booked")
    return {"seat": 12, "tries": event["try"] + 1}
"""
ferry = deploy(FERRY, "ferry")


def book_seat(**more: Any) -> dict[str, Any]:
    """A Task that asks the ferry; `more` are further fields of the state."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": ferry,
            "Payload": {"errors.$": "$.errors", "try.$": "$$.State.RetryCount"},
        },
        "ResultPath": "$.booked",
        **more,
    }
    return task if "Next" in task else task | {"End": True}


def one_state(name: str, state: dict[str, Any], **others: Any) -> dict[str, Any]:
    """A machine that begins with this state."""
    return {"StartAt": name, "States": {name: state, **others}}


# %%
settings: dict[str, dict[str, Any]] = {
    "the defaults": {},
    "1 s, 10 s, 100 s": {"BackoffRate": 10},
    "steady": {"IntervalSeconds": 15, "BackoffRate": 1},
    "capped at 20 s": {"IntervalSeconds": 5, "BackoffRate": 4, "MaxDelaySeconds": 20},
}
bars = []
for words, fields in settings.items():
    retry = [{"ErrorEquals": ["Busy"], "MaxAttempts": 3, **fields}]
    machine = new_machine(one_state("Book a seat", book_seat(Retry=retry)))
    ended = run(machine, {"errors": ["Busy"] * 3}, hours=1)
    events, begin = history(ended["executionArn"]), 0.0
    before = 0.0
    for event in events:
        at = (event["timestamp"] - events[0]["timestamp"]).total_seconds()
        if event["type"] == "TaskScheduled":
            if before:
                bars.append((words, before, at, "", "waits"))
            begin = at
        elif event["type"] in ("TaskFailed", "TaskSucceeded"):
            kind = "fails" if event["type"] == "TaskFailed" else "books"
            bars.append((words, begin, at, "", kind))
            before = at
charts.gantt(
    bars,
    kinds={"waits": "wait", "fails": "bad", "books": "good"},
    headline="After three failures the defaults are through in 23 s, a rate of 10 in two minutes",
    label="seconds after the start",
    source="histories of four executions in the lab",
)

# %% [markdown]
# A call to Lambda can also fail for Lambda's own reasons. AWS asks you to retry these in every machine:
# `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException` and
# `Lambda.TooManyRequestsException`.
#
# > **Bill.** Every retry of a Standard workflow counts as a state transition. Retries without end are a bill without
# > end.
#
# ### Your turn: predict
#
# The state *Ask* calls a function that takes no time. It has this Retry, and behind it a Catch:

# %% setup="predict"
RETRY = [
    {
        "ErrorEquals": ["Busy"],
        "IntervalSeconds": 10,
        "BackoffRate": 3,
        "MaxAttempts": 3,
        "MaxDelaySeconds": 60,
    },
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 5,
        "BackoffRate": 1,
        "MaxAttempts": 1,
    },
]
QUICK = FERRY.replace("time.sleep(4)", "pass")
quick_task = book_seat(Retry=RETRY, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Phone"}])
quick_task["Parameters"] = quick_task["Parameters"] | {"FunctionName": deploy(QUICK, "quick")}
quick_machine = new_machine(one_state("Ask", quick_task, Phone={"Type": "Succeed"}))

# %% [markdown]
# - Execution **A**: the function raises `Busy`, `Busy`, `OutOfPaper`, and then books a seat.
# - Execution **B**: it raises `Busy` for ever.
#
# Say how often the function is called, how many seconds the execution takes, and (for B) the state transitions on the
# bill. A state that is entered counts one; so does each retry. Then the check measures.
#
# <details><summary>Hint</summary>
#
# Write the waits one below the other. Which entry does `OutOfPaper` use, and how often was that entry used before?
# When an entry is used up, does the next one get a turn, or the Catch?
# </details>

# %% exercise="predict-retries" repair=true
predicted = {
    "A: calls": None,
    "A: seconds": None,
    "B: calls": None,
    "B: seconds": None,
    "B: transitions": None,
}
### BEGIN SOLUTION
predicted = {
    "A: calls": 4,
    "A: seconds": 10 + 30 + 5,
    "B: calls": 4,
    "B: seconds": 10 + 30 + 60,
    "B: transitions": 5,
}
### END SOLUTION

# %% check="predict-retries" points=2
with check(
    "predict-retries",
    needs="predicted",
    right="A retry has a price, in seconds and in transitions.",
) as expect:
    form = "`predicted` should be the dictionary of the task, filled in."
    expect(isinstance(predicted, dict), form)
    expect.not_tried(all(value is None for value in predicted.values()))

    def compare(letter: str, errors: list[str], reasons: dict[str, str]) -> None:
        ended = run(quick_machine, {"errors": errors}, hours=1)
        events = history(ended["executionArn"])
        calls = sum(event["type"] == "TaskScheduled" for event in events)
        inside = sum(event["type"].endswith("StateEntered") for event in events)
        measured = {
            "calls": calls,
            "seconds": round((ended["stopDate"] - ended["startDate"]).total_seconds()),
            "transitions": inside + calls - 1,
        }
        for what, reason in reasons.items():
            said = predicted.get(f"{letter}: {what}")
            expect(type(said) in (int, float), f"'{letter}: {what}': say a number.")
            slack = 4 if what == "seconds" else 0
            expect(
                abs(said - measured[what]) <= slack,
                f"You said {said} for '{letter}: {what}'; measured: {measured[what]}. {reason}",
            )

    a = {
        "calls": "MaxAttempts counts retries; each entry counts its own.",
        "seconds": "10, then three times as long; OutOfPaper uses the second entry: 5.",
    }
    b = {
        "calls": "One try and three retries. The second entry is not asked: the first one fits Busy.",
        "seconds": "10 and 30; the third wait would be 90, and MaxDelaySeconds cuts it to 60.",
        "transitions": "Ask, three retries, and Phone.",
    }
    compare("A", ["Busy", "Busy", "OutOfPaper"], a)
    compare("B", ["Busy"] * 20, b)
    ### BEGIN HIDDEN TESTS
    compare("A", ["Busy", "OutOfPaper", "Busy"], a)
    compare("B", ["Busy"] * 9, b)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Catch, and keep the order
#
# When no retry helps, **Catch** takes over: again a list, the first entry that fits wins, and `Next` names the state
# that goes on. What does that state get? Look at both runs.

# %%
for kept in ({}, {"ResultPath": "$.problem"}):
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "Look after it", **kept}
    task = book_seat(Catch=[catcher])
    after: dict[str, Any] = {"Look after it": {"Type": "Succeed"}}
    machine = new_machine(one_state("Book a seat", task, **after))
    ended = run(machine, {"id": "b9", "errors": ["SoldOut"]}, hours=0.1)
    came = json.loads(ended["output"])
    print(f"{kept or 'no ResultPath'}: {sorted(came)}")
print("the error:", came["problem"]["Error"], "|", came["problem"]["Cause"][:34], "...")

# %% [markdown]
# Without `ResultPath` the error **replaces** the input, and the next state has no idea which booking it is about.
#
# Also give every task a `TimeoutSeconds`. Without it a task whose answer never comes holds the execution for a year.
#
# ### Your turn: repair the sale
#
# The machine `sell` loses bookings. `book_seat` (above) makes the task; repair the rest:
#
# - `Busy` is retried three times, after 10, 20 and 40 seconds. Other errors are not: no second try makes a sold-out
#   ferry larger.
# - After `SoldOut` the execution goes through *Offer the next ferry*, after all others (also a `Busy` that does not
#   end, also a time-out) through *Call the rider*.
# - The output of both is the input plus `problem`, the error; after `SoldOut` also `"offer": "next ferry"`.
#
# <details><summary>Hint</summary>
#
# `States.TaskFailed` names nearly all errors of a task: also `SoldOut`, but no time-out. `States.ALL` must be the last
# entry of its list. The check also runs your machine with a ferry that answers too late for `TimeoutSeconds`.
# </details>

# %% exercise="keep-order" repair=true
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 3}],
        Catch=[
            {"ErrorEquals": ["States.TaskFailed"], "Next": "Call the rider"},
            {"ErrorEquals": ["SoldOut"], "Next": "Offer the next ferry"},
        ],
    ),
    **{
        "Offer the next ferry": {
            "Type": "Pass",
            "Result": {"offer": "next ferry"},
            "End": True,
        },
        "Call the rider": {"Type": "Pass", "End": True},
    },
)
### BEGIN SOLUTION
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
        Catch=[
            {
                "ErrorEquals": ["SoldOut"],
                "ResultPath": "$.problem",
                "Next": "Offer the next ferry",
            },
            {
                "ErrorEquals": ["States.ALL"],
                "ResultPath": "$.problem",
                "Next": "Call the rider",
            },
        ],
    ),
    **{
        "Offer the next ferry": {
            "Type": "Pass",
            "Result": "next ferry",
            "ResultPath": "$.offer",
            "End": True,
        },
        "Call the rider": {"Type": "Pass", "End": True},
    },
)
### END SOLUTION

# %% check="keep-order" points=2
with check(
    "keep-order",
    needs="sell",
    right="Technical errors are tried again, answers are taken as answers.",
) as expect:
    machine = new_machine(sell)

    def sells(errors: list[str], calls: int, through: str | None) -> None:
        given = {"id": lab.unique_name("b"), "errors": errors}
        ended = run(machine, given, hours=1)
        events = history(ended["executionArn"])
        case = f"With the errors {errors[:4]}" if errors else "Without errors"
        why = f"{ended.get('error')}: {ended.get('cause')}"
        expect(ended["status"] == "SUCCEEDED", f"{case} it ended as {ended['status']} ({why}).")
        asked = [event["timestamp"] for event in events if event["type"] == "TaskScheduled"]
        failed = [event["timestamp"] for event in events if event["type"] == "TaskFailed"]
        expect.equal(len(asked), calls, f"{case}: how often the ferry was asked")
        for failure, again, wait in zip(failed, asked[1:], (10, 20, 40), strict=False):
            gone = (again - failure).total_seconds()
            expect(
                abs(gone - wait) < 4,
                f"{case}: a retry came after {gone:.0f} s, not after {wait}.",
            )
        path = entered(ended["executionArn"])
        if through is None:
            astray = {"Offer the next ferry", "Call the rider"} & set(path)
            expect(not astray, f"{case} it went through {path}.")
            return
        expect(through in path, f"{case} it should go through '{through}'; it went: {path}.")
        output = json.loads(ended["output"])
        lost = [key for key in given if output.get(key) != given[key]]
        expect(not lost, f"{case} the output has lost {lost} of the input: {output}.")
        problem = output.get("problem")
        named = isinstance(problem, dict) and problem.get("Error") == errors[calls - 1]
        expect(named, f"{case} 'problem' should hold the error; it is {problem}.")
        wanted = "next ferry" if errors[calls - 1] == "SoldOut" else None
        expect.equal(output.get("offer"), wanted, f"{case}: the offer")

    def times_out() -> None:
        """The same machine, with less patience than the ferry's 4 seconds."""
        flow = json.loads(sell if isinstance(sell, str) else json.dumps(sell))
        for state in flow["States"].values():
            if state["Type"] == "Task":
                state["TimeoutSeconds"] = 2
        ended = run(new_machine(flow), {"id": "late", "errors": []}, hours=1)
        expect(
            "Call the rider" in entered(ended["executionArn"]),
            "With a TimeoutSeconds of 2 the ferry is too slow, and 'Call the rider' should follow; "
            f"it ended as {ended['status']} ({ended.get('error')}). Which name means all errors?",
        )

    sells([], 1, None)
    sells(["SoldOut"], 1, "Offer the next ferry")
    sells(["Busy", "Busy"], 3, None)
    sells(["Busy"] * 9, 4, "Call the rider")
    sells(["PrinterOnFire"], 1, "Call the rider")
    times_out()
    ### BEGIN HIDDEN TESTS
    sells(["Busy", "SoldOut"], 2, "Offer the next ferry")
    sells(["Busy", "Rats"], 2, "Call the rider")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A saga: undo what was done
#
# A database transaction takes everything back by itself. Bicycle, ferry and bank have no common transaction. So each
# step gets a second one that undoes it, a **compensation**, and a failure walks back through them. That is a *saga*.

# %%
forward = ["reserve bicycle", "reserve seat", "charge card", "send ticket"]
back = ["release bicycle", "release seat", "refund card"]
charts.flow(
    [*pairwise(forward)]
    + [("reserve bicycle", "cancelled", "fails")]
    + [(step, undo, "fails") for step, undo in zip(forward[1:], back, strict=True)]
    + [("refund card", "release seat"), ("release seat", "release bicycle")]
    + [("release bicycle", "cancelled")],
    direction="right",
    headline="Whichever step fails, only what was done before it is undone, in reverse order",
)

# %% [markdown]
# Three rules make a saga trustworthy:
#
# - **Compensations must get through.** They are retried on any error, and longer than the steps.
# - **Everything is idempotent.** A retry may repeat what had worked, and only its answer was lost. After a time-out
#   nobody knows whether a step was done: then its own compensation belongs in the chain too, and must do no harm if
#   there is nothing to undo.
# - **Somebody hears of it.** A cancelled tour ends as a *failed* execution, so that an alarm or an EventBridge rule
#   can see it.
#
# Here are Tern's seven functions. `faults` in an order says how often a function fails, so that we can try everything.

# %% setup="tour"
LEDGER = lab.unique_name("tours")
dynamodb.create_table(
    TableName=LEDGER,
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
TOUR_STEP = """
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["LEDGER"])

def handler(event, context):
    step = os.environ["STEP"]
    item = table.update_item(
        Key={"id": event["id"]},
        UpdateExpression="SET calls = list_append(if_not_exists(calls, :none), :step)",
        ExpressionAttributeValues={":none": [], ":step": [step]},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    faults = event.get("faults", {}).get(step, [])
    times = item["calls"].count(step)
    if times <= len(faults):
        raise type(faults[times - 1], (Exception,), {})(f"could not {step}")
    return {"done": step}
"""
DOES = ["reserve bicycle", "reserve seat", "charge card", "send ticket"]
UNDOES = {
    "reserve bicycle": "release bicycle",
    "reserve seat": "release seat",
    "charge card": "refund card",
}
tour = {}
for step in [*DOES, *UNDOES.values()]:
    tour[step] = deploy(TOUR_STEP, step.replace(" ", "-"), STEP=step, LEDGER=LEDGER)


def calls_of(order: str) -> list[str]:
    """The functions that were called for an order, in order."""
    found = dynamodb.get_item(TableName=LEDGER, Key={"id": {"S": order}}, ConsistentRead=True)
    return [call["S"] for call in found.get("Item", {}).get("calls", {}).get("L", [])]


# %%
demo = {"id": lab.unique_name("t"), "faults": {"charge card": ["CardRefused"]}}
only_forward = {
    "StartAt": "reserve bicycle",
    "States": {
        step: {"Type": "Task", "Resource": tour[step], "ResultPath": "$.last"}
        | ({"Next": following} if following else {"End": True})
        for step, following in zip(DOES, [*DOES[1:], None], strict=True)
    },
}
ended = run(new_machine(only_forward), demo)
print(ended["status"], ended["error"])
print("called:", ", ".join(calls_of(demo["id"])), "and nothing was given back")

# %% [markdown]
# (A function's ARN alone as `Resource` is the older form: the state's input is the event, the answer the result.)
#
# ### Your turn: the saga
#
# Write `saga(tour)`; `tour[name]` is the ARN of a function. Return the definition of a machine whose input is an order,
# `{"id": ..., ...}`. Each function gets the whole order as its event.
#
# - The four steps of `DOES` run in this order. `Busy` is retried three times, after 10, 20 and 40 seconds; nothing
#   else is.
# - When a step fails for good, whatever the error, the steps that were done **before** it are undone by the functions
#   of `UNDOES`, the last one first. The failed step itself has done nothing.
# - A compensation is retried at least five times, whatever the error.
# - Then the execution fails with the error `TourCancelled`.
# - If all goes well, the execution succeeds, and its output still holds the order.
#
# <details><summary>Hint</summary>
#
# Build the states in a loop. Where does the Catch of step *n* lead? To the compensation of step *n-1*, or to the end
# if there is none; and each compensation leads to the one before it. Mind `ResultPath` in three places: the steps, the
# catchers, the compensations.
# </details>


# %% exercise="saga"
def saga(tour: dict[str, str]) -> dict:
    """The definition of a machine that sells a tour, or takes everything back."""
    ### BEGIN SOLUTION
    machine: dict[str, Any] = {
        "cancelled": {"Type": "Fail", "Error": "TourCancelled", "Cause": "All is undone."},
        "sold": {"Type": "Succeed"},
    }
    way_back = "cancelled"
    for place, step in enumerate(DOES):
        machine[step] = {
            "Type": "Task",
            "Resource": tour[step],
            "TimeoutSeconds": 60,
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": way_back},
            ],
            "Next": DOES[place + 1] if step != DOES[-1] else "sold",
        }
        if step in UNDOES:
            undo = UNDOES[step]
            machine[undo] = {
                "Type": "Task",
                "Resource": tour[undo],
                "ResultPath": None,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
                "Next": way_back,
            }
            way_back = undo
    return {"StartAt": DOES[0], "States": machine}
    ### END SOLUTION


# %% check="saga" points=4
with check(
    "saga",
    needs="saga",
    right="Seven kinds of bad luck, and never a rider who paid for nothing.",
) as expect:
    machine = new_machine(saga(tour))

    def travels(wanted: list[str], **faults: list[str]) -> None:
        order: dict[str, Any] = {
            "id": lab.unique_name("tour"),
            "rider": "Ada",
            "faults": {step.replace("_", " "): errors for step, errors in faults.items()},
        }
        bad = ", ".join(f"{step}: {errors[:3]}" for step, errors in order["faults"].items())
        case = f"When things fail ({bad})" if bad else "When nothing fails"
        ended = run(machine, order, hours=6)
        events = history(ended["executionArn"])
        failures = [value for event in events for value in event.values() if type(value) is dict]
        expect(
            all(failure.get("error") != "KeyError" for failure in failures),
            f"{case}: a function got an event without the order's id. A result or an error has "
            "replaced the order: ResultPath.",
        )
        called = calls_of(order["id"])
        steps = [call for call in called if call in DOES]
        undone = [call for call in called if call not in DOES]
        should_step = [call for call in wanted if call in DOES]
        should_undo = [call for call in wanted if call not in DOES]
        expect.equal(steps, should_step, f"{case}: the steps that were called, retries included")
        if len(undone) < len(should_undo) and order["faults"].keys() & set(UNDOES.values()):
            expect(
                set(undone) >= set(should_undo),
                f"{case}: a compensation failed and was not retried to the end: {undone}.",
            )
        expect.equal(undone, should_undo, f"{case}: the compensations, in the order of the calls")
        expect.equal(called, wanted, f"{case}: all calls, in their order")
        if should_step[-1] == "send ticket" and not should_undo:
            why = f"{ended.get('error')}: {ended.get('cause')}"
            expect(ended["status"] == "SUCCEEDED", f"{case} it should succeed, but: {why}")
            output = json.loads(ended["output"])
            kept = isinstance(output, dict) and output.get("id") == order["id"]
            expect(kept, f"{case}: the output should still hold the order; it is {output}.")
            waited = (ended["stopDate"] - ended["startDate"]).total_seconds()
            due = sum((0, 10, 30, 70)[len(errors)] for errors in faults.values())
            right_time = abs(waited - due) < 5
            expect(right_time, f"{case}: it waited {waited:.0f} s in all, not {due}.")
        else:
            expect(
                ended.get("error") == "TourCancelled",
                f"{case}: the execution should fail with the error TourCancelled; it is "
                f"{ended['status']}, {ended.get('error')}.",
            )

    two, three = DOES[:2], DOES[:3]
    travels(DOES)
    travels(DOES[:1], reserve_bicycle=["NoneLeft"])
    travels([*two, "release bicycle"], reserve_seat=["SoldOut"])
    travels(
        [*DOES, "refund card", "release seat", "release bicycle"],
        send_ticket=["PrinterOnFire"],
    )
    travels(["reserve bicycle", *["reserve seat"] * 3, *DOES[2:]], reserve_seat=["Busy"] * 2)
    travels(
        [*two, *["charge card"] * 4, "release seat", "release bicycle"],
        charge_card=["Busy"] * 9,
    )
    travels(
        [*three, *["release seat"] * 6, "release bicycle"],
        charge_card=["CardRefused"],
        release_seat=["Busy", "Lost", "Busy", "Lost", "Lost"],
    )
    ### BEGIN HIDDEN TESTS
    travels(["reserve bicycle"] * 4, reserve_bicycle=["Busy"] * 4)
    travels([*three, "release seat", "release bicycle"], charge_card=["CardRefused"])
    travels(
        [*DOES, "refund card", "refund card", "release seat", "release bicycle"],
        send_ticket=["Rats"],
        refund_card=["Busy"],
    )
    travels(["reserve bicycle"] * 2 + DOES[1:], reserve_bicycle=["Busy"])
    ### END HIDDEN TESTS

# %% [markdown]
# What if the machine itself was wrong? A failed Standard execution can be **redriven** within 14 days
# (`redrive_execution`): it goes on at the failed state, and what was done is not done again.
#
# *More than half of the lesson is done: a good place for a pause.*
#
# ## Ask a person
#
# With `.waitForTaskToken` the task sends out a **token** (`$$.Task.Token`) and the execution pauses, up to a year, at
# no cost. Whoever holds the token brings the answer: `send_task_success` with an output, `send_task_failure` with an
# error, and meanwhile `send_task_heartbeat`, if `HeartbeatSeconds` asks for signs of life.

# %%
desk = sqs.create_queue(QueueName=lab.unique_name("demo-desk"))["QueueUrl"]
weather = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {
        "QueueUrl": desk,
        "MessageBody": {"ask": "Can we sail?", "answer_to.$": "$$.Task.Token"},
    },
    "HeartbeatSeconds": 3600,
    "End": True,
}
begun = run(new_machine(one_state("Ask the skipper", weather)), {})
note = json.loads(sqs.receive_message(QueueUrl=desk)["Messages"][0]["Body"])
for _ in range(5):  # the skipper watches the sky and sends a sign of life
    lab.clock.advance(minutes=50)
    states.send_task_heartbeat(taskToken=note["answer_to"])
print(
    "after four hours:",
    states.describe_execution(executionArn=begun["executionArn"])["status"],
)
states.send_task_success(taskToken=note["answer_to"], output='{"sail": true}')
lab.settle()
print(
    "answered:        ",
    states.describe_execution(executionArn=begun["executionArn"])["output"],
)

# %% [markdown]
# ### Your turn: ask at the desk
#
# Group tours above 500 EUR need a clerk's approval. Write two functions.
#
# `approval_machine(queue_url)` returns the definition of a machine whose input is `{"id": ..., "price": ...}`:
#
# - it sends a message to the queue, JSON with `id`, `price` and `token`, and waits for the answer, at most 24 hours;
# - the answer goes to `decision`, beside the order, and that is the output;
# - if nobody answers in time, the execution fails with the error `NobodyAnswered`; a refusal fails with its own error.
#
# `decide(body, limit)` is the clerk's program; `body` is the text of such a message. Up to `limit` EUR it answers with
# the output `{"approved": true}`; above it, with the error `TooExpensive`.
#
# <details><summary>Hint</summary>
#
# What runs out is `States.Timeout`, after `TimeoutSeconds`. Catch that name alone, and lead it to a Fail state. The
# output of `send_task_success` is JSON text.
# </details>


# %% exercise="ask-a-person"
def approval_machine(queue_url: str) -> dict:
    """The definition of a machine that asks at the desk."""
    ### BEGIN SOLUTION
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {
                "id.$": "$.id",
                "price.$": "$.price",
                "token.$": "$$.Task.Token",
            },
        },
        "TimeoutSeconds": 24 * 3600,
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
        "End": True,
    }
    nobody = {"Type": "Fail", "Error": "NobodyAnswered"}
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": nobody}}
    ### END SOLUTION


def decide(body: str, limit: float) -> None:
    """Answer one message of the desk."""
    ### BEGIN SOLUTION
    asked = json.loads(body)
    if asked["price"] <= limit:
        states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
    else:
        cause = f"{asked['price']} EUR are above {limit}"
        states.send_task_failure(taskToken=asked["token"], error="TooExpensive", cause=cause)
    ### END SOLUTION


# %% check="ask-a-person" points=3
with check(
    "ask-a-person",
    needs=["approval_machine", "decide"],
    right="The machine waits for a day and costs nothing while it does.",
) as expect:
    queue = sqs.create_queue(QueueName=lab.unique_name("check-desk"))["QueueUrl"]
    machine = new_machine(approval_machine(queue))

    def asks(price: int) -> tuple[dict[str, Any], Any, str]:
        order = {"id": lab.unique_name("group"), "price": price}
        begun = run(machine, order)
        why = f"{begun.get('error')}: {begun.get('cause')}"
        expect(
            begun["status"] == "RUNNING",
            f"Nobody has answered yet, and the execution is {begun['status']} ({why}). "
            "Does the resource end in .waitForTaskToken?",
        )
        got = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        expect(len(got) == 1, "No message arrived in the queue.")
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=got[0]["ReceiptHandle"])
        try:
            body = json.loads(got[0]["Body"])
        except ValueError:
            body = got[0]["Body"]
        form = isinstance(body, dict) and {"id", "price", "token"} <= set(body)
        expect(form, f"The message should be JSON with id, price and token; it is {body}.")
        told = {"id": body["id"], "price": body["price"]}
        expect(told == order, f"The message tells of {told}, not of {order}.")
        return order, begun["executionArn"], got[0]["Body"]

    def outcome(execution: str) -> Any:
        lab.settle()
        return states.describe_execution(executionArn=execution)

    def approves(price: int, limit: int) -> None:
        order, execution, body = asks(price)
        lab.clock.advance(hours=23)
        still = outcome(execution)["status"] == "RUNNING"
        expect(
            still,
            "After 23 hours it no longer waits. TimeoutSeconds counts seconds, 3,600 an hour; "
            "HeartbeatSeconds asks for signs of life.",
        )
        decide(body, limit)
        ended = outcome(execution)
        case = f"{price} EUR with a limit of {limit}"
        why = ended.get("error")
        succeeded = ended["status"] == "SUCCEEDED"
        expect(succeeded, f"{case}, answered after 23 hours: {ended['status']} {why}.")
        wanted = order | {"decision": {"approved": True}}
        expect.equal(json.loads(ended["output"]), wanted, f"{case}: the output")

    def refuses(price: int, limit: int) -> None:
        _, execution, body = asks(price)
        decide(body, limit)
        ended = outcome(execution)
        case = f"{price} EUR with a limit of {limit}"
        expect(
            (ended["status"], ended.get("error")) == ("FAILED", "TooExpensive"),
            f"{case} should fail with TooExpensive; it is {ended['status']} {ended.get('error')}.",
        )

    def waits_in_vain(price: int) -> None:
        _, execution, _ = asks(price)
        lab.clock.advance(hours=25)
        ended = outcome(execution)
        expect(
            ended["status"] != "RUNNING",
            "After 25 hours without an answer it still waits: TimeoutSeconds counts seconds.",
        )
        error = ended.get("error")
        expect(
            error == "NobodyAnswered",
            f"Nobody answered, and the execution ended as {ended['status']} {error}.",
        )

    approves(510, 600)
    refuses(900, 600)
    waits_in_vain(700)
    approves(600, 600)
    ### BEGIN HIDDEN TESTS
    approves(501, 5000)
    refuses(601, 600)
    waits_in_vain(501)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Workers that ask for work
#
# A token is *pushed* to somebody. An **activity** is the other way round: a worker anywhere (an old server, a phone)
# asks for work with `get_activity_task`, a long poll of up to 60 seconds. It needs no open port, only a way out to
# AWS. Here a mechanic takes two jobs; from the second one she never comes back.

# %%
activity = states.create_activity(name=lab.unique_name("repairs"))["activityArn"]
repair: dict[str, Any] = {
    "Type": "Task",
    "Resource": activity,
    "HeartbeatSeconds": 60,
    "TimeoutSeconds": 4 * 3600,
    "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Send another mechanic"}],
    "End": True,
}
other: dict[str, Any] = {"Send another mechanic": {"Type": "Succeed"}}
workshop = new_machine(one_state("Repair", repair, **other))
for bicycle, beats in ((17, 5), (23, 0)):
    given = json.dumps({"bicycle": bicycle})
    started = states.start_execution(stateMachineArn=workshop, input=given)
    job = states.get_activity_task(activityArn=activity, workerName="Mia")
    for _ in range(beats):
        lab.clock.advance(seconds=50)
        states.send_task_heartbeat(taskToken=job["taskToken"])
    if beats:
        states.send_task_success(taskToken=job["taskToken"], output='"repaired"')
    lab.clock.advance(minutes=2)
    path = entered(started["executionArn"])
    print(f"bicycle {json.loads(job['input'])['bicycle']}: {' > '.join(path)}")

# %% [markdown]
# The client's read timeout must be at least 65 seconds, longer than the poll. Tokens and activities exist in Standard
# workflows only.
#
# **Amazon SWF** (*Simple Workflow Service*, 2012) is the older sibling. There no document says what comes next: your
# own program, the **decider**, polls for decisions, and workers poll for activities. AWS recommends Step Functions for
# new work; SWF remains for cases where signals from outside must intervene, or a parent starts child processes that
# give results back. One round of it:

# %%
swf = boto3.client("swf")
domain = lab.unique_name("tern")
swf.register_domain(name=domain, workflowExecutionRetentionPeriodInDays="7")
swf.register_workflow_type(
    domain=domain,
    name="tour",
    version="1",
    defaultTaskList={"name": "deciders"},
    defaultChildPolicy="TERMINATE",
    defaultTaskStartToCloseTimeout="60",
    defaultExecutionStartToCloseTimeout="3600",
)
limits: Any = dict.fromkeys(
    [
        "defaultTaskScheduleToStartTimeout",
        "defaultTaskScheduleToCloseTimeout",
        "defaultTaskStartToCloseTimeout",
        "defaultTaskHeartbeatTimeout",
    ],
    "60",
)
swf.register_activity_type(
    domain=domain,
    name="reserve",
    version="1",
    defaultTaskList={"name": "workers"},
    **limits,
)
kind: Any = {"name": "tour", "version": "1"}
swf.start_workflow_execution(domain=domain, workflowId="t1", workflowType=kind)

while True:
    decision = swf.poll_for_decision_task(domain=domain, taskList={"name": "deciders"})
    seen = [event["eventType"] for event in decision["events"]]
    done = "ActivityTaskCompleted" in seen
    print("the decider reads", len(seen), "events and says:", "done" if done else "reserve")
    if done:
        step: Any = {"decisionType": "CompleteWorkflowExecution"}
    else:
        what: Any = {
            "activityType": {"name": "reserve", "version": "1"},
            "activityId": "a1",
        }
        step = {
            "decisionType": "ScheduleActivityTask",
            "scheduleActivityTaskDecisionAttributes": what,
        }
    swf.respond_decision_task_completed(taskToken=decision["taskToken"], decisions=[step])
    if done:
        break
    work = swf.poll_for_activity_task(domain=domain, taskList={"name": "workers"})
    swf.respond_activity_task_completed(taskToken=work["taskToken"], result="bicycle 17")

# %% [markdown]
# ## Standard or Express
#
# A machine has one of two types, chosen when it is created and never changed.
#
# | | Standard | Express |
# |---|---|---|
# | runs at most | one year | five minutes |
# | each step | exactly once, unless you retry | at least once (synchronous: at most once) |
# | history | by API, 90 days, 25,000 events | only in CloudWatch Logs, if you switch it on |
# | `.sync`, tokens, activities, distributed Map | yes | no |
# | you pay for | transitions | requests, duration and memory |
# | fits | payments, approvals, long jobs | streams, sensors, back ends of apps |
#
# **Asynchronous** Express returns at once, and the whole workflow may run twice: its steps must be idempotent.
# **Synchronous** Express (November 2020) waits and answers; nobody starts it again if it fails.

# %%
bucket, refill = "startexecution-{}-bucket", "startexecution-{}-refill"
for kind_of in ("standard", "express"):
    starts = facts.limit("step functions", bucket.format(kind_of))
    each = facts.limit("step functions", refill.format(kind_of))
    print(f"{kind_of:8}: a burst of {starts:,} starts, then {each:,} a second (us-east-1)")
gateway = facts.limit("api gateway", "rest-integration-timeout-default")
charts.limits(
    {
        "API Gateway, REST": gateway / 1000,
        "Express workflow": facts.limit("step functions", "express-maximum-execution-time"),
        "Lambda function": facts.limit("lambda", "function-timeout-maximum"),
        "Standard workflow": facts.limit("step functions", "standard-maximum-execution-time"),
    },
    unit="seconds",
    highlight=["Express workflow", "Standard workflow"],
    headline="An Express workflow ends after five minutes, a Standard one may last a year",
    source=facts.limit("step functions", "standard-maximum-execution-time"),
)

# %% [markdown]
# > **Then and now.** The comparison page has long advertised 2,000 starts a second for Standard and 100,000 for
# > Express; the quotas that count are those above. In smaller Regions they are lower.

# %%
price_of_ride = {
    "StartAt": "Is it open?",
    "States": {
        "Is it open?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.hour", "NumericLessThan": 22, "Next": "Price"}],
            "Default": "Closed",
        },
        "Price": {"Type": "Pass", "Result": {"price": 4.5}, "End": True},
        "Closed": {"Type": "Fail", "Error": "Closed", "Cause": "We open at six"},
    },
}
prices = new_machine(price_of_ride, "EXPRESS")
for hour in (9, 23):
    given = json.dumps({"hour": hour})
    answer = states.start_sync_execution(stateMachineArn=prices, input=given)
    told = answer.get("output") or answer.get("error")
    code = answer["ResponseMetadata"]["HTTPStatusCode"]
    print(f"{hour} o'clock: HTTP {code}, {answer['status']}, {told}")
    print("        ", answer["billingDetails"])

# %% [markdown]
# ### Your turn: repair the question
#
# The app asks for prices with `quote(machine, ride)`; `machine` is a synchronous Express workflow, `ride` a dictionary.
# Repair it: it should return the workflow's output as Python, and raise `QuoteFailed` if the workflow did not succeed,
# with its status in the text, and the name of the error, if there is one.
#
# <details><summary>Hint</summary>
#
# 200 means that Step Functions ran the workflow to its end. How it ended stands in the answer, as the cell above shows.
# </details>


# %% setup="quotes"
class QuoteFailed(Exception):
    """There is no price for this ride."""


# %% exercise="quote" repair=true
def quote(machine: str, ride: dict) -> Any:
    """Ask a workflow for a price and wait for the answer."""
    answer = states.start_sync_execution(stateMachineArn=machine, input=str(ride))
    if answer["ResponseMetadata"]["HTTPStatusCode"] == 200:
        return answer.get("output")
    raise QuoteFailed("no answer")


### BEGIN SOLUTION
def quote(machine: str, ride: dict) -> Any:
    """Ask a workflow for a price and wait for the answer."""
    answer = states.start_sync_execution(stateMachineArn=machine, input=json.dumps(ride))
    if answer["status"] != "SUCCEEDED":
        why = f"{answer.get('error', '')}: {answer.get('cause', '')}"
        raise QuoteFailed(f"{answer['status']} {why}")
    return json.loads(answer["output"])


### END SOLUTION

# %% check="quote" points=2
with check("quote", needs="quote", right="Look at the status, not at the 200.") as expect:

    def flow(*names: str, **more: dict[str, Any]) -> str:
        return new_machine({"StartAt": names[0], "States": more}, "EXPRESS")

    echo = flow("Price", Price={"Type": "Pass", "End": True})
    closed = flow("No", No={"Type": "Fail", "Error": "Closed", "Cause": "We open at six"})
    sleepy = flow("Wait", Wait={"Type": "Wait", "Seconds": 400, "End": True})

    def answers(ride: dict[str, Any]) -> None:
        got = quote(echo, ride)
        expect(type(got) is not str, f"The output is JSON text; return it as Python: {got!r}.")
        expect.equal(got, ride, "The output of a workflow that gives back its input")

    def fails(machine: str, *words: str) -> None:
        try:
            got = quote(machine, {"minutes": 5})
        except QuoteFailed as failed:
            text = str(failed)
            missing = [word for word in words if word not in text]
            expect(not missing, f"QuoteFailed says {text!r}; it should also name {missing}.")
        else:
            expect(False, f"The workflow ended as {words[0]}, and quote returned {got!r}.")

    answers({"minutes": 30, "member": True})
    fails(closed, "FAILED", "Closed")
    fails(sleepy, "TIMED_OUT")
    ### BEGIN HIDDEN TESTS
    answers({"name": "D'Arcy", "stops": [1, 2], "voucher": None})
    fails(flow("No", No={"Type": "Fail", "Error": "NoBicycle"}), "FAILED", "NoBicycle")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: choose a type
#
# Say for each workload `"standard"`, `"express"` (asynchronous) or `"sync express"`.
#
# <details><summary>Hint</summary>
#
# Ask four things: may it last longer than five minutes? Does a second run do harm? Must somebody read its history by
# API? Does a caller wait for the answer?
# </details>

# %% exercise="choose-type" repair=true
chosen = {
    "a tour offer that the customer accepts by mail within three days": None,
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": None,
    "the app asks three services for a price and waits a second for it": None,
    "a payment and a shipment; a second run would charge the card again": None,
    "a nightly Batch job of 40 minutes, waited for with .sync": None,
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": None,
    "a refund whose steps an auditor reads by API 60 days later": None,
    "a form behind API Gateway, six checks in a second, the browser waits": None,
}
### BEGIN SOLUTION
chosen = {
    "a tour offer that the customer accepts by mail within three days": "standard",
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": "express",
    "the app asks three services for a price and waits a second for it": "sync express",
    "a payment and a shipment; a second run would charge the card again": "standard",
    "a nightly Batch job of 40 minutes, waited for with .sync": "standard",
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": "express",
    "a refund whose steps an auditor reads by API 60 days later": "standard",
    "a form behind API Gateway, six checks in a second, the browser waits": "sync express",
}
### END SOLUTION

# %% check="choose-type" points=1
with check("choose-type", needs="chosen", right="The type cannot be changed later.") as expect:
    expect(
        isinstance(chosen, dict),
        "`chosen` should be the dictionary of the task, filled in.",
    )
    expect.not_tried(all(kind is None for kind in chosen.values()))
    fits = {
        "a tour offer": (
            "standard",
            "Express has no task tokens and ends after five minutes.",
        ),
        "2,000 lock": (
            "express",
            "Standard starts 300 a second; nobody waits for an answer.",
        ),
        "the app asks": ("sync express", "The app needs the answer, and within a second."),
        "a payment": (
            "standard",
            "Asynchronous Express may run twice; Standard runs once.",
        ),
        "a nightly": ("standard", "40 minutes and .sync: Express can do neither."),
        "clicks": ("express", "Short, many, harmless twice, and nobody waits."),
        "a refund": (
            "standard",
            "Only Standard keeps its history, for 90 days, for the API.",
        ),
        "a form": (
            "sync express",
            "A caller waits: only a synchronous start gives an answer.",
        ),
    }

    def weigh(beginnings: list[str]) -> None:
        for beginning in beginnings:
            found = [said for case, said in chosen.items() if case.startswith(beginning)]
            expect(len(found) == 1, f"Keep the case '{beginning} ...' as it is.")
            said = str(found[0]).strip().lower()
            known = ("standard", "express", "sync express")
            expect(said in known, f"'{beginning} ...': say one of {', '.join(known)}.")
            right, reason = fits[beginning]
            expect(said == right, f"'{beginning} ...': not {said}. {reason}")

    weigh(list(fits))
    ### BEGIN HIDDEN TESTS
    expect(len(chosen) == len(fits), "Keep the eight cases.")
    weigh(sorted(fits))
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# - **Standard**: per state transition, retries included; the first 4,000 of every month are free, for good.
# - **Express**: per request, plus duration times memory. The duration is rounded up to 100 ms, the memory to steps of
#   64 MB. What the workflow calls (functions, tables) comes on top, with both.

# %%
runs_a_month = 1_000_000


def standard_bill(steps: int) -> float:
    """A million executions of so many transitions."""
    amount = runs_a_month * steps
    return float(facts.cost("step functions", "standard-state-transitions", amount))


def express_bill(lasts: float, gigabytes: float) -> float:
    """A million executions that last so many seconds."""
    bill = facts.cost("step functions", "express-requests", runs_a_month)
    amount = runs_a_month * lasts * gigabytes
    return float(bill + facts.cost("step functions", "express-duration", amount))


charts.curves(
    {
        "Standard, 10 transitions": lambda lasts: standard_bill(10),
        "Express, 64 MB": lambda lasts: express_bill(lasts, 1 / 16),
        "Express, 512 MB": lambda lasts: express_bill(lasts, 1 / 2),
    },
    x=(1, 300),
    breakeven=True,
    against="Standard, 10 transitions",
    log_x=True,
    log_y=True,
    x_label="an execution lasts",
    x_unit="seconds",
    y_unit="USD per million executions",
    headline="Express is cheap for quick work; large and slow it costs more than Standard",
    source=[
        facts.price("step functions", "standard-state-transitions"),
        facts.price("step functions", "express-duration"),
    ],
)

# %% [markdown]
# Mind the Map: one execution over 100,000 photos with three states each is 300,000 transitions, 7.50 USD for a single
# run in Standard. A distributed Map with Express children is the usual way out.
#
# ### Your turn: the monthly bill
#
# Write `standard_usd(executions, transitions, retries)`, with `retries` the retries of the whole month, and
# `express_usd(executions, ms, mb)`, both in USD a month.
#
# - Prices: `facts.price("step functions", ...)` of `"standard-state-transitions"` (per 1,000), `"express-requests"`
#   (per million), `"express-duration"` (per GB-second, 1,024 MB a GB).
# - Take the free transitions off, round up as above, and leave out the cheaper tiers of large months.
#
# <details><summary>Hint</summary>
#
# `ceil(ms / 100)` are the started tenths of a second. Nothing can become negative.
# </details>

# %% exercise="monthly-bill"
from math import ceil


def standard_usd(executions: int, transitions: int, retries: int = 0) -> float:
    """Return the month's bill of a Standard workflow in USD."""
    ### BEGIN SOLUTION
    billed = max(0, executions * transitions + retries - 4000)
    return billed / 1000 * facts.price("step functions", "standard-state-transitions")
    ### END SOLUTION


def express_usd(executions: int, ms: float, mb: float) -> float:
    """Return the month's bill of an Express workflow in USD."""
    ### BEGIN SOLUTION
    seconds = ceil(ms / 100) / 10
    gb = ceil(mb / 64) * 64 / 1024
    work = executions * seconds * gb * facts.price("step functions", "express-duration")
    return executions / 1e6 * facts.price("step functions", "express-requests") + work
    ### END SOLUTION


# %% check="monthly-bill" points=2
with check(
    "monthly-bill",
    needs=["standard_usd", "express_usd"],
    right="Count transitions before you choose a type.",
) as expect:
    each = float(facts.price("step functions", "standard-state-transitions"))
    gb_second = float(facts.price("step functions", "express-duration"))
    expect.close(
        standard_usd(100_400, 10),
        1000 * each,
        "Standard: 100,400 executions of 10 transitions",
    )
    expect.close(standard_usd(400, 10), 0.0, "Standard: 4,000 transitions are free")
    expect.close(standard_usd(400, 10, 6000), 6 * each, "Standard: the same, and 6,000 retries")
    expect.close(standard_usd(100, 10, 2000), 0.0, "Standard: 1,000 and 2,000 retries, all free")
    expect.close(
        express_usd(1_000_000, 1000, 64),
        1 + 62_500 * gb_second,
        "Express: a million of 1 s at 64 MB",
    )
    expect.close(
        express_usd(1_000_000, 1010, 70),
        1 + 137_500 * gb_second,
        "Express: a million of 1,010 ms (1.1 s) at 70 MB (128 MB)",
    )
    expect.close(express_usd(0, 1000, 64), 0.0, "Express: no executions")
    ### BEGIN HIDDEN TESTS
    expect.close(standard_usd(3, 7, 12), 0.0, "Standard: 33 transitions")
    expect.close(standard_usd(1_000_000, 5, 4000), 5000 * each, "Standard: a million of 5")
    expect.close(
        express_usd(2_000_000, 250, 130),
        2 + 2e6 * 0.3 * 0.1875 * gb_second,
        "Express: two million of 250 ms at 130 MB",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost nothing: far below 4,000 transitions. Machines that nobody starts
# > cost nothing either. An execution that waits is free, but it is there: stop what you no longer need.

# %%
open_ones = []
all_machines = states.get_paginator("list_state_machines").paginate()
for found_machine in all_machines.search("stateMachines[?type=='STANDARD']"):
    arn = found_machine["stateMachineArn"]
    running = states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
    open_ones += [execution["executionArn"] for execution in running["executions"]]
for execution in open_ones:
    states.stop_execution(executionArn=execution, error="LessonOver")
states.delete_activity(activityArn=activity)
print(f"{len(open_ones)} executions stopped")

# %% [markdown]
# ## To remember
#
# - A state machine keeps place, waits, retries and history outside of your code; one execution may last a year.
# - A Task calls nearly any AWS API; `.sync` waits for a job, `.waitForTaskToken` for an answer.
# - Retry: the first entry that fits; 1 s, doubling, three retries by default; each retry is a billed transition.
# - Catch: the first entry that fits; `ResultPath` keeps the input beside the error.
# - `States.ALL` stands last, and catches neither `States.DataLimitExceeded` nor `States.Runtime`.
# - A saga undoes in reverse order what was done; compensations are retried and idempotent.
# - Standard: exactly once, history, transitions. Express: five minutes, at least once, requests and duration.
# - A synchronous start answers 200 even if the workflow failed: read `status`.

# %% [markdown] question="too-large"
# ### Question 1
#
# A task returns a report as JSON. One day the report has 300 KB, and the execution fails although the task has a Catch
# for `States.ALL`. What is the lasting mend?
#
# - [ ] **A** Add `States.TaskFailed` to the Catch.
#   > The task did not fail; its result was too large to be passed on. That is `States.DataLimitExceeded`.
# - [x] **B** Write the report to S3 and return its bucket and key.
#   > A state passes on at most 256 KiB. The address is small, and the next step reads the object.
# - [ ] **C** Add a Retry with a long interval.
#   > The report has the same size at each try, and every try is billed.
# - [ ] **D** Change the machine's type to Express, which has no such limit.
#   > The same 256 KiB hold there, and the type of a machine cannot be changed.

# %% answer="too-large"
answer = "B"

# %% check="too-large" points=1
question("too-large", answer)

# %% [markdown] question="doubled-orders"
# ### Question 2
#
# Orders from a web shop start an asynchronous Express workflow that reserves stock and charges a card. A few times a
# week an order is charged twice, and no retry is configured. Which change removes the cause?
#
# - [ ] **A** Set `MaxAttempts` to 0 in every state.
#   > Retry is not what doubles the charge: the whole workflow was run twice.
# - [ ] **B** Give each execution the order's number as its name.
#   > For Standard workflows a name starts one execution. Express does not look at names that were used before.
# - [x] **C** Use a Standard workflow, or make the charge idempotent with the order's number.
#   > Asynchronous Express promises at least once. Either the type runs each step once, or the step does no harm twice.
# - [ ] **D** Add a Catch for `States.ALL` around the charge.
#   > Nothing fails here, so there is nothing to catch.

# %% answer="doubled-orders"
answer = "C"

# %% check="doubled-orders" points=1
question("doubled-orders", answer)

# %% [markdown] question="behind-the-firewall"
# ### Question 3
#
# One step of a Standard workflow must run on a machine in a factory. The firewall lets connections out and none in.
# Jobs take up to two hours, and a crashed machine should be noticed within five minutes. What fits?
#
# - [ ] **A** A Lambda function that opens a connection to the machine.
#   > The firewall refuses it, and the function ends after 15 minutes.
# - [ ] **B** An Express workflow with an HTTP task.
#   > Express ends after five minutes, and the call would have to come in from outside.
# - [ ] **C** A Wait state of two hours, then a look at the result.
#   > A crash is noticed after two hours, and a short job waits just as long.
# - [x] **D** An activity with `HeartbeatSeconds` of 300; the machine polls for work.
#   > The machine asks from inside, and reports signs of life. Five minutes without one end the task with
#   > `States.HeartbeatTimeout`.

# %% answer="behind-the-firewall"
answer = "D"

# %% check="behind-the-firewall" points=1
question("behind-the-firewall", answer)

# %% [markdown] question="which-catch"
# ### Question 4
#
# A task has two entries under Catch, in this order: `["States.TaskFailed"]`, which leads to *Escalate*, and
# `["States.Timeout"]`, which leads to *Try tomorrow*. It has `TimeoutSeconds` of 30 and no Retry. The function behind
# it needs 40 seconds today. Where does the execution go?
#
# - [x] **A** To *Try tomorrow*.
#   > `States.TaskFailed` stands for every error of a task but the time-out, so the second entry is the first that fits.
# - [ ] **B** To *Escalate*.
#   > It would, for any error that the function raises. A time-out is the exception.
# - [ ] **C** It fails: a time-out cannot be caught.
#   > `States.Timeout` of a task can be caught and retried. Only the time-out of the whole execution cannot.
# - [ ] **D** The task is tried three more times first.
#   > Three is the default of `MaxAttempts` inside a Retry entry. Without an entry nothing is retried.

# %% answer="which-catch"
answer = "A"

# %% check="which-catch" points=1
question("which-catch", answer)

# %%
progress()
