# %% [markdown]
# Answers to 08-serverless/01-lambda: for each exercise at least one other right answer and two typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="who-does-it"
who = {}
for duty in (
    "replace a broken disk",
    "lock the doors of the data centre",
):
    who[duty] = dict.fromkeys(("EC2", "Lambda"), "AWS")
for duty in (
    "move the program from Python 3.13 to 3.14",
    "update a library that the program imports",
    "choose how much memory the program gets",
    "write the role with the permissions",
):
    who[duty] = dict.fromkeys(("EC2", "Lambda"), "you")
for duty in (
    "patch the Linux kernel",
    "install a security patch of Python 3.13",
    "start more machines when the ferry lands",
    "bring printed lines to CloudWatch Logs",
):
    who[duty] = {"EC2": "you", "Lambda": "AWS"}

# %% wrong="who-does-it" says="'update a library that the program imports', Lambda: not AWS"
who = {
    "replace a broken disk": {"EC2": "AWS", "Lambda": "AWS"},
    "patch the Linux kernel": {"EC2": "you", "Lambda": "AWS"},
    "install a security patch of Python 3.13": {"EC2": "you", "Lambda": "AWS"},
    "move the program from Python 3.13 to 3.14": {"EC2": "you", "Lambda": "you"},
    "update a library that the program imports": {"EC2": "you", "Lambda": "AWS"},
    "start more machines when the ferry lands": {"EC2": "you", "Lambda": "AWS"},
    "choose how much memory the program gets": {"EC2": "you", "Lambda": "you"},
    "write the role with the permissions": {"EC2": "you", "Lambda": "you"},
    "bring printed lines to CloudWatch Logs": {"EC2": "you", "Lambda": "AWS"},
    "lock the doors of the data centre": {"EC2": "AWS", "Lambda": "AWS"},
}

# %% wrong="who-does-it" says="'patch the Linux kernel', EC2: not AWS"
duties = [
    "replace a broken disk",
    "patch the Linux kernel",
    "install a security patch of Python 3.13",
    "move the program from Python 3.13 to 3.14",
    "update a library that the program imports",
    "start more machines when the ferry lands",
    "choose how much memory the program gets",
    "write the role with the permissions",
    "bring printed lines to CloudWatch Logs",
    "lock the doors of the data centre",
]
who = {duty: {"EC2": "AWS", "Lambda": "AWS"} for duty in duties}

# %% wrong="who-does-it" says="say 'you' or 'AWS'"
duties = [
    "replace a broken disk",
    "patch the Linux kernel",
    "install a security patch of Python 3.13",
    "move the program from Python 3.13 to 3.14",
    "update a library that the program imports",
    "start more machines when the ferry lands",
    "choose how much memory the program gets",
    "write the role with the permissions",
    "bring printed lines to CloudWatch Logs",
    "lock the doors of the data centre",
]
who = {duty: {"EC2": "AWS", "Lambda": None} for duty in duties}


# %% right="deploy"
def deploy(name, source):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", source)
        archive.writestr("readme.txt", "Tern")
    existing = [page["Functions"] for page in functions.get_paginator("list_functions").paginate()]
    if name in [function["FunctionName"] for page in existing for function in page]:
        functions.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
        functions.get_waiter("function_updated").wait(FunctionName=name)
    else:
        settings = {"Timeout": 10, "MemorySize": 256, "Runtime": "python3.13", "Role": role}
        code = {"ZipFile": packed.getvalue()}
        functions.create_function(FunctionName=name, Handler="app.handler", Code=code, **settings)
        functions.get_waiter("function_active").wait(FunctionName=name)
    return functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]


# %% wrong="deploy" says="After CreateFunction wait"
def deploy(name, source):
    try:
        return functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=10,
            MemorySize=256,
            Code={"ZipFile": zipped(source)},
        )["FunctionArn"]
    except functions.exceptions.ResourceConflictException:
        return functions.update_function_code(FunctionName=name, ZipFile=zipped(source))["FunctionArn"]


# %% wrong="deploy" says="the second deploy lost them"
def deploy(name, source):
    try:
        functions.delete_function(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        pass
    made = functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=10,
        MemorySize=256,
        Code={"ZipFile": zipped(source)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


# %% wrong="deploy" says="Function already exist"
def deploy(name, source):
    made = functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=10,
        MemorySize=256,
        Code={"ZipFile": zipped(source)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


# %% wrong="deploy" says="The timeout in seconds"
def deploy(name, source):
    try:
        made = functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": zipped(source)},
        )
    except functions.exceptions.ResourceConflictException:
        made = functions.update_function_code(FunctionName=name, ZipFile=zipped(source))
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


# %% wrong="deploy" says="The function was called and failed"
def deploy(name, source):
    package = zipped(source, file="main.py")
    try:
        made = functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=10,
            MemorySize=256,
            Code={"ZipFile": package},
        )
    except functions.exceptions.ResourceConflictException:
        made = functions.update_function_code(FunctionName=name, ZipFile=package)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


# %% right="in-time"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    waiting = list(event["rides"])
    prices = []
    while waiting and context.get_remaining_time_in_millis() >= 10_000:
        prices.append(price_of(waiting.pop(0)))
    return dict(prices=prices, left=waiting, request=context.aws_request_id, function=context.function_name)


# %% wrong="in-time" says="Task timed out after 33.00 seconds"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    prices = [price_of(minutes) for minutes in event["rides"]]
    return {"prices": prices, "left": [], "request": context.aws_request_id}


# %% wrong="in-time" says="were left: begin"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    began, prices = time.time(), []
    for minutes in event["rides"]:
        if time.time() - began > 20:
            break
        prices.append(price_of(minutes))
    return {"prices": prices, "left": event["rides"][len(prices) :], "request": context.aws_request_id}


# %% wrong="in-time" says="what is left"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    prices = []
    for minutes in event["rides"]:
        if context.get_remaining_time_in_millis() < 10_000:
            break
        prices.append(price_of(minutes))
    return {"prices": prices, "left": len(event["rides"]) - len(prices), "request": context.aws_request_id}


# %% wrong="in-time" says="not this request's id"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    prices = []
    for minutes in event["rides"]:
        if context.get_remaining_time_in_millis() < 10_000:
            break
        prices.append(price_of(minutes))
    return {"prices": prices, "left": event["rides"][len(prices) :], "request": context.invoked_function_arn}


# %% wrong="in-time" says="name 'json' is not defined"
import time


def price_of(minutes):
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    rides = json.loads(event)["rides"]
    return {"prices": [price_of(minutes) for minutes in rides], "left": [], "request": "?"}


# %% right="keep-variables"
def set_variable(name, key, value):
    function = functions.get_function(FunctionName=name)["Configuration"]
    now = function.get("Environment", {"Variables": {}}).get("Variables", {})
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {**now, key: value}})


# %% wrong="keep-variables" says="is gone"
def set_variable(name, key, value):
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {str(key): str(value)}})


# %% wrong="keep-variables" says="it should see '0.10'"
def set_variable(name, key, value):
    now = functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {key: value} | now})


# %% wrong="keep-variables" says="Environment"
def set_variable(name, key, value):
    now = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": now | {key: value}})


# %% wrong="keep-variables" says="MemorySize was 192"
def set_variable(name, key, value):
    now = functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": now | {key: value}},
        MemorySize=128,
    )


# %% right="call"
def call(name, event, pause):
    waits = [1, 2, 4, 8]
    while True:
        try:
            answer = impatient.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        except ClientError as error:
            if error.response["Error"]["Code"] != "TooManyRequestsException" or not waits:
                raise
            pause(waits.pop(0))
            continue
        text = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise FunctionFailed(text)
        return json.loads(text)


# %% wrong="call" says="and call returned"
def call(name, event, pause):
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
        except impatient.exceptions.TooManyRequestsException:
            if attempt == 4:
                raise
            pause(2**attempt)
            continue
        if response["StatusCode"] != 200:
            raise FunctionFailed("the function failed")
        return json.loads(response["Payload"].read())


# %% wrong="call" says="once is right"
def call(name, event, pause):
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
            answer = json.loads(response["Payload"].read())
            if "FunctionError" in response:
                raise FunctionFailed(f"{answer['errorType']}: {answer['errorMessage']}")
            return answer
        except (FunctionFailed, impatient.exceptions.TooManyRequestsException):
            if attempt == 4:
                raise
            pause(2**attempt)


# %% wrong="call" says="the pauses"
def call(name, event, pause):
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
            break
        except impatient.exceptions.TooManyRequestsException:
            if attempt == 4:
                raise
            pause(1)
    answer = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise FunctionFailed(f"{answer['errorType']}: {answer['errorMessage']}")
    return answer


# %% wrong="call" says="Throttled for ever"
def call(name, event, pause):
    answer = None
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
        except impatient.exceptions.TooManyRequestsException:
            if attempt < 4:
                pause(2**attempt)
            continue
        answer = json.loads(response["Payload"].read())
        if "FunctionError" in response:
            raise FunctionFailed(f"{answer['errorType']}: {answer['errorMessage']}")
        break
    return answer


# %% wrong="call" says="The answer to"
def call(name, event, pause):
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
            break
        except impatient.exceptions.TooManyRequestsException:
            if attempt == 4:
                raise
            pause(2**attempt)
    answer = response["Payload"].read()
    if "FunctionError" in response:
        raise FunctionFailed(answer)
    return answer


# %% right="writer-role"
def writer_role(table_arn):
    found = boto3.resource("iam").Role(new_role("tern-writer").rpartition("/")[2])
    found.attach_policy(PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    statement = [{"Sid": "Rides", "Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": [table_arn]}]
    found.Policy("rides").put(PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    return found.arn


# %% wrong="writer-role" says="may also delete rides"
def writer_role(table_arn):
    arn = new_role("writer")
    name = arn.split("/")[-1]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=basic)
    statement = {"Effect": "Allow", "Action": "dynamodb:*Item", "Resource": table_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="rides", PolicyDocument=document)
    return arn


# %% wrong="writer-role" says="into another table"
def writer_role(table_arn):
    arn = new_role("writer")
    name = arn.split("/")[-1]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=basic)
    statement = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="rides", PolicyDocument=document)
    return arn


# %% wrong="writer-role" says="cannot write its logs"
def writer_role(table_arn):
    arn = new_role("writer")
    statement = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=arn.split("/")[-1], PolicyName="rides", PolicyDocument=document)
    return arn


# %% wrong="writer-role" says="still may not put items"
def writer_role(table_arn):
    arn = new_role("writer")
    name = arn.split("/")[-1]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=basic)
    statement = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": f"{table_arn}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="rides", PolicyDocument=document)
    return arn


# %% right="health"
def health(name):
    until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    queries = [
        {
            "Id": metric.lower(),
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": name}],
                },
                "Period": 300,
                "Stat": "Sum",
            },
        }
        for metric in ("Invocations", "Errors", "Throttles")
    ]
    found = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=until - dt.timedelta(hours=24, minutes=1), EndTime=until
    )
    sums = {one["Id"]: int(sum(one["Values"])) for one in found["MetricDataResults"]}
    if not sums["invocations"]:
        return sums | {"success": None}
    return sums | {"success": (1 - sums["errors"] / sums["invocations"]) * 100}


# %% wrong="health" says="30 hours ago"
def health(name):
    now = lab.clock.now()
    totals = {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(days=7),
            EndTime=now + dt.timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        totals[metric.lower()] = round(sum(point["Sum"] for point in points))
    calls = totals["invocations"]
    return {**totals, "success": 100 * (calls - totals["errors"]) / calls if calls else None}


# %% wrong="health" says="invocations"
def health(name):
    now = lab.clock.now()
    totals = {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(hours=24),
            EndTime=now + dt.timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        totals[metric.lower()] = len(points)
    calls = totals["invocations"]
    return {**totals, "success": 100 * (calls - totals["errors"]) / calls if calls else None}


# %% wrong="health" says="success in percent"
def health(name):
    now = lab.clock.now()
    totals = {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(hours=24),
            EndTime=now + dt.timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        totals[metric.lower()] = round(sum(point["Sum"] for point in points))
    calls, lost = totals["invocations"], totals["errors"] + totals["throttles"]
    return {**totals, "success": 100 * (calls - lost) / calls if calls else None}


# %% wrong="health" says="success should be None"
def health(name):
    now = lab.clock.now()
    totals = {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(hours=24),
            EndTime=now + dt.timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        totals[metric.lower()] = round(sum(point["Sum"] for point in points))
    calls = totals["invocations"]
    return {**totals, "success": 100 * (calls - totals["errors"]) / calls if calls else 100.0}


# %% right="predict-memory"
vcpu = {885: 885 / 1769, 1769: 1, 3538: 2}
alone = {mb: 60 / min(1, share) for mb, share in vcpu.items()}
predicted = {
    "seconds, one thread, 885 MB": alone[885],
    "seconds, one thread, 1769 MB": alone[1769],
    "seconds, one thread, 3538 MB": alone[3538],
    "seconds, two threads, 3538 MB": 60 / vcpu[3538],
    "price of one thread, 885 MB, divided by 1769 MB": 885 * alone[885] / 1769 / alone[1769],
    "price of one thread, 3538 MB, divided by 1769 MB": 3538 * alone[3538] / 1769 / alone[1769],
}

# %% wrong="predict-memory" says="One thread cannot use the second vCPU"
predicted = {
    "seconds, one thread, 885 MB": 120,
    "seconds, one thread, 1769 MB": 60,
    "seconds, one thread, 3538 MB": 30,
    "seconds, two threads, 3538 MB": 30,
    "price of one thread, 885 MB, divided by 1769 MB": 1,
    "price of one thread, 3538 MB, divided by 1769 MB": 1,
}

# %% wrong="predict-memory" says="Half the memory for twice the time"
predicted = {
    "seconds, one thread, 885 MB": 120,
    "seconds, one thread, 1769 MB": 60,
    "seconds, one thread, 3538 MB": 60,
    "seconds, two threads, 3538 MB": 30,
    "price of one thread, 885 MB, divided by 1769 MB": 0.5,
    "price of one thread, 3538 MB, divided by 1769 MB": 2,
}

# %% wrong="predict-memory" says="Half a vCPU takes twice as long"
predicted = {f"seconds, one thread, {mb} MB": 60 for mb in (885, 1769, 3538)}


# %% right="monthly-bill"
def monthly_bill(requests, ms, mb, arch="x86"):
    billed = -(-ms // 1) / 1000
    used = requests * billed * (mb / 1024)
    return float(
        facts.cost("lambda", "requests", requests, free=True)
        + facts.cost("lambda", f"duration-{arch}", used, free=True)
    )


# %% wrong="monthly-bill" says="only requests"
import math


def monthly_bill(requests, ms, mb, arch="x86"):
    used = requests * math.ceil(ms) / 1000 * mb / 1024
    price = facts.price("lambda", f"duration-{arch}")
    return max(0, requests / 1e6 * 0.2 - 0.2 + (used - 400_000) * price)


# %% wrong="monthly-bill" says="12 ms are billed"
def monthly_bill(requests, ms, mb, arch="x86"):
    used = requests * ms / 1000 * mb / 1024
    price = facts.price("lambda", f"duration-{arch}")
    return max(0, requests - 1e6) / 1e6 * 0.2 + max(0, used - 400_000) * price


# %% wrong="monthly-bill" says="12 ms are billed"
import math


def monthly_bill(requests, ms, mb, arch="x86"):
    used = requests * math.ceil(ms / 100) * 0.1 * mb / 1024
    price = facts.price("lambda", f"duration-{arch}")
    return max(0, requests - 1e6) / 1e6 * 0.2 + max(0, used - 400_000) * price


# %% wrong="monthly-bill" says="The same on arm64"
import math


def monthly_bill(requests, ms, mb, arch="x86"):
    used = requests * math.ceil(ms) / 1000 * mb / 1024
    return max(0, requests - 1e6) / 1e6 * 0.2 + max(0, used - 400_000) * facts.price("lambda", "duration-x86")


# %% wrong="who-does-it" says="Keep the form of `who`"
who = {"replace a broken disk": "AWS"}


# %% wrong="deploy" says="After UpdateFunctionCode wait"
def deploy(name, source):
    packed = zipped(source)
    try:
        made = functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": packed},
            Timeout=10,
            MemorySize=256,
        )
    except functions.exceptions.ResourceConflictException:
        made = functions.update_function_code(FunctionName=name, ZipFile=packed)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


# %% wrong="deploy" says="After CreateFunction wait"
def deploy(name, source):
    packed = zipped(source)
    try:
        functions.get_function(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": packed},
            Timeout=10,
            MemorySize=256,
        )["FunctionArn"]
    return functions.update_function_code(FunctionName=name, ZipFile=packed)["FunctionArn"]


# %% wrong="in-time" says="s are too few"
import time


def price_of(minutes: int) -> float:
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    rides, prices = event["rides"], []
    while len(prices) < len(rides) and context.get_remaining_time_in_millis() > 5_000:
        prices.append(price_of(rides[len(prices)]))
    return {"prices": prices, "left": rides[len(prices) :], "request": context.aws_request_id}


# %% wrong="in-time" says="were left: begin"
import time


def price_of(minutes: int) -> float:
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    rides, prices = event["rides"], []
    while len(prices) < len(rides) and context.get_remaining_time_in_millis() >= 15_000:
        prices.append(price_of(rides[len(prices)]))
    return {"prices": prices, "left": rides[len(prices) :], "request": context.aws_request_id}


# %% wrong="keep-variables" says="Timeout was 30"
def set_variable(name, key, value):
    now = functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
    functions.update_function_configuration(FunctionName=name, Timeout=3, Environment={"Variables": now | {key: value}})


# %% wrong="call" says="the response, not the payload"
def call(name, event, pause):
    for attempt in range(5):
        try:
            result = json.loads(impatient.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"].read())
        except impatient.exceptions.TooManyRequestsException:
            if attempt == 4:
                raise
            pause(2**attempt)
        else:
            if "errorType" in result:
                raise FunctionFailed(f"{result['errorType']}: {result['errorMessage']}")
            return result


# %% wrong="call" says="only throttling passes"
def call(name, event, pause):
    for attempt in range(5):
        try:
            answer = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
        except ClientError:
            if attempt == 4:
                raise
            pause(2**attempt)
        else:
            result = json.loads(answer["Payload"].read())
            if "FunctionError" in answer:
                raise FunctionFailed(f"{result['errorType']}: {result['errorMessage']}")
            return result


# %% wrong="writer-role" says="dynamodb:UpdateItem"
def writer_role(table_arn):
    arn = new_role("writer")
    own = arn.split("/")[-1]
    ready = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=own, PolicyArn=ready)
    allow = {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"], "Resource": table_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=own, PolicyName="put", PolicyDocument=policy)
    return arn


# %% wrong="writer-role" says="dynamodb:PutItem on table"
def writer_role(table_arn):
    arn = new_role("writer")
    own = arn.split("/")[-1]
    ready = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=own, PolicyArn=ready)
    allow = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn + "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=own, PolicyName="put", PolicyDocument=policy)
    return arn


# %% wrong="writer-role" says="the role of all functions"
def writer_role(table_arn):
    arn = role
    own = arn.split("/")[-1]
    ready = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=own, PolicyArn=ready)
    allow = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=own, PolicyName="put", PolicyDocument=policy)
    return arn


# %% wrong="health" says="22 hours later"
def health(name):
    import datetime as dt

    now, counts = lab.clock.now(), {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(hours=20),
            EndTime=now + dt.timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        counts[metric.lower()] = int(sum(point["Sum"] for point in points))
    called = counts["invocations"]
    return counts | {"success": 100 * (1 - counts["errors"] / called) if called else None}


# %% wrong="monthly-bill" says="only requests"
from math import ceil


def monthly_bill(requests, ms, mb, arch="x86"):
    millions = ceil(max(requests - 1_000_000, 0) / 1_000_000)
    seconds = max(requests * ceil(ms) / 1000 * mb / 1024 - 400_000, 0)
    return millions * facts.price("lambda", "requests") + seconds * facts.price("lambda", f"duration-{arch}")
