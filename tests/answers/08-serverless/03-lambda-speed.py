# %% [markdown]
# Answers to 08-serverless/03-lambda-speed: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="predict-cold"
predicted = {
    "two calls, the second after the first is done": 1,
    "three calls at the same moment": 2,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 0,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 0,
    "two calls of 'live' at the same moment": 1,
}


# %% wrong="predict-cold" says="two more are needed"
predicted = {
    "two calls, the second after the first is done": 1,
    "three calls at the same moment": 3,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 0,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 0,
    "two calls of 'live' at the same moment": 1,
}


# %% wrong="predict-cold" says="An alias is a name"
predicted = {
    "two calls, the second after the first is done": 1,
    "three calls at the same moment": 2,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 0,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 1,
    "two calls of 'live' at the same moment": 1,
}


# %% wrong="predict-cold" says="A reservation starts nothing"
predicted = {
    "two calls, the second after the first is done": 1,
    "three calls at the same moment": 2,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 1,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 0,
    "two calls of 'live' at the same moment": 1,
}


# %% wrong="predict-cold" says="say a whole number"
predicted = {
    "two calls, the second after the first is done": "one",
    "three calls at the same moment": 2,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 0,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 0,
    "two calls of 'live' at the same moment": 1,
}


# %% right="fresh-tariffs"
import json
import os
import time

import boto3

bucket = boto3.resource("s3").Bucket(os.environ["BUCKET"])
state = {"at": None, "table": {}}


def load():
    body = bucket.Object("tariffs.json").get()["Body"].read()
    state.update(at=time.time(), table=json.loads(body))


load()


def price(event, context):
    if time.time() > state["at"] + 5 * 60:
        load()
    return round(1 + state["table"][event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="Keep them outside the handler"
import json
import os

import boto3

store = boto3.client("s3")


def price(event, context):
    found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
    tariffs = json.loads(found["Body"].read())
    return round(1 + tariffs[event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="the reading is 6 minutes old"
import json
import os

import boto3

found = boto3.client("s3").get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
tariffs = json.loads(found["Body"].read())


def price(event, context):
    return round(1 + tariffs[event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="the price of 20 minutes"
import json
import os
from functools import cache

import boto3


@cache
def ride_price(town):
    found = boto3.client("s3").get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
    return json.loads(found["Body"].read())[town]


known = {}


def price(event, context):
    if event["town"] not in known:
        known[event["town"]] = round(1 + ride_price(event["town"]) * event["minutes"], 2)
    return known[event["town"]]


# %% wrong="fresh-tariffs" says="a reading counts for five"
import json
import os
import time

import boto3

store = boto3.client("s3")
kept = {"at": 0.0, "tariffs": {}}


def price(event, context):
    if time.time() - kept["at"] > 60:
        found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
        kept.update(at=time.time(), tariffs=json.loads(found["Body"].read()))
    return round(1 + kept["tariffs"][event["town"]] * event["minutes"], 2)


# %% right="fresh-tariffs"
import json
import os
from datetime import datetime, timedelta, timezone

import boto3

store = None
tariffs, until = {}, datetime.min.replace(tzinfo=timezone.utc)


def price(event, context):
    global store, tariffs, until
    now = datetime.now(timezone.utc)
    if now > until:
        store = store or boto3.client("s3")
        tariffs = json.load(store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")["Body"])
        until = now + timedelta(minutes=5)
    return round(1 + tariffs[event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="one from before is enough"
import json
import os
import time

import boto3

kept = {"at": 0.0, "tariffs": {}}


def price(event, context):
    store = boto3.client("s3")
    if time.time() - kept["at"] > 300:
        found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
        kept.update(at=time.time(), tariffs=json.loads(found["Body"].read()))
    return round(1 + kept["tariffs"][event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="the reading is 6 minutes old"
import json
import os
import time

import boto3

store = boto3.client("s3")
kept = {"used": 0.0, "tariffs": {}}


def price(event, context):
    if time.time() - kept["used"] > 300:
        found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
        kept["tariffs"] = json.loads(found["Body"].read())
    kept["used"] = time.time()  # every use makes it young again
    return round(1 + kept["tariffs"][event["town"]] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="read the tariffs 2 times"
import json
import os
import time

import boto3

store = boto3.client("s3")
kept = {}


def price(event, context):
    town = event["town"]
    if town not in kept or time.time() - kept[town][0] > 300:
        found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
        kept[town] = time.time(), json.loads(found["Body"].read())[town]
    return round(1 + kept[town][1] * event["minutes"], 2)


# %% wrong="fresh-tariffs" says="a reading counts for five"
import json
import os
import time
from functools import cache

import boto3

store = boto3.client("s3")


@cache
def tariffs(five_minutes):
    return json.load(store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")["Body"])


def price(event, context):
    return round(1 + tariffs(time.time() // 300)[event["town"]] * event["minutes"], 2)


# %% right="ship"
def ship(zip_mb, unzipped_mb, tmp_mb, minutes):
    possible = minutes <= 15 and tmp_mb <= facts.limit("lambda", "tmp-maximum")
    for package, fits in {
        "zip": zip_mb <= 50 and unzipped_mb <= 250,
        "S3": unzipped_mb <= 250,
        "image": unzipped_mb <= 10 * 1024,
    }.items():
        if possible and fits:
            return package
    return "no function"


# %% wrong="ship" says="S3 raises the limit of the upload only"
def ship(zip_mb, unzipped_mb, tmp_mb, minutes):
    if tmp_mb > 10_240 or minutes > 15 or unzipped_mb > 10_240:
        return "no function"
    if zip_mb <= 50:
        return "zip" if unzipped_mb <= 250 else "image"
    return "S3"


# %% wrong="ship" says="What fits exactly fits"
def ship(zip_mb, unzipped_mb, tmp_mb, minutes):
    if tmp_mb >= 10_240 or minutes >= 15 or unzipped_mb >= 10_240:
        return "no function"
    if unzipped_mb >= 250:
        return "image"
    return "zip" if zip_mb < 50 else "S3"


# %% wrong="ship" says="also small ones"
def ship(zip_mb, unzipped_mb, tmp_mb, minutes):
    if tmp_mb > 10_240 or minutes > 15 or unzipped_mb > 10_240:
        return "no function"
    if zip_mb <= 50:
        return "zip"
    return "S3" if unzipped_mb <= 250 else "image"


# %% right="add-layer"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})
    for name in names:
        found = functions.get_function(FunctionName=name)["Configuration"].get("Layers", [])
        held = [one["Arn"] for one in found if f":{layer}:" not in one["Arn"]]
        functions.update_function_configuration(FunctionName=name, Layers=[made["LayerVersionArn"], *held])
    return made["LayerVersionArn"]


# %% wrong="add-layer" says="the layer's folder python/"
def add_layer(layer, files, names):
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": zipped(files)})
    arn = made["LayerVersionArn"]
    for name in names:
        found = functions.get_function(FunctionName=name)["Configuration"].get("Layers", [])
        held = [one["Arn"] for one in found if f":{layer}:" not in one["Arn"]]
        functions.update_function_configuration(FunctionName=name, Layers=[*held, arn])
    return arn


# %% wrong="add-layer" says="lost its other layer"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    arn = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})["LayerVersionArn"]
    for name in names:
        functions.update_function_configuration(FunctionName=name, Layers=[arn])
    return arn


# %% wrong="add-layer" says="the older one is still there"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    arn = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})["LayerVersionArn"]
    for name in names:
        found = functions.get_function(FunctionName=name)["Configuration"].get("Layers", [])
        functions.update_function_configuration(FunctionName=name, Layers=[one["Arn"] for one in found] + [arn])
    return arn


# %% right="add-layer"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})
    arn, same = made["LayerVersionArn"], made["LayerArn"]
    for name in names:
        held = [one["Arn"] for one in functions.get_function_configuration(FunctionName=name).get("Layers", [])]
        new = [arn if one.rpartition(":")[0] == same else one for one in held]
        functions.update_function_configuration(FunctionName=name, Layers=new if arn in new else [*new, arn])
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return arn


# %% wrong="add-layer" says="changed their order"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})
    for name in names:
        found = functions.get_function_configuration(FunctionName=name).get("Layers", [])
        held = {one["Arn"] for one in found if one["Arn"].rpartition(":")[0] != made["LayerArn"]}
        functions.update_function_configuration(FunctionName=name, Layers=sorted(held | {made["LayerVersionArn"]}))
    return made["LayerVersionArn"]


# %% wrong="add-layer" says="lost its other layers"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})
    for name in names:
        found = functions.get_function_configuration(FunctionName=name).get("Layers", [])
        held = [one["Arn"] for one in found if not one["Arn"].startswith(made["LayerArn"])]
        functions.update_function_configuration(FunctionName=name, Layers=[*held, made["LayerVersionArn"]])
    return made["LayerVersionArn"]


# %% wrong="add-layer" says="The third version"
def add_layer(layer, files, names):
    package = zipped({"python/" + name: files[name] for name in files})
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": package})
    for name in names:
        found = functions.get_function_configuration(FunctionName=name).get("Layers", [])
        held = [one["Arn"] for one in found if one["Arn"] != made["LayerArn"] + ":1"]
        functions.update_function_configuration(FunctionName=name, Layers=[*held, made["LayerVersionArn"]])
    return made["LayerVersionArn"]


# %% right="share-out"
def share_out(plan):
    def share(load):
        calls = -(-load["per_second"] * load["ms"] // 1000)
        return calls if load["connections"] is None else min(calls, load["connections"])

    shares = {name: share(load) for name, load in plan.items()}
    if 1000 - sum(shares.values()) < 100:
        raise ValueError("too much")
    for name in shares:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=shares[name])
    return shares


# %% wrong="share-out" says="Add up first"
import math


def share_out(plan):
    shares, left = {}, 900
    for name, load in plan.items():
        needed = math.ceil(load["per_second"] * load["ms"] / 1000)
        share = min(needed, load["connections"] or needed)
        left -= share
        if left < 0:
            raise ValueError(name)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=share)
        shares[name] = share
    return shares


# %% wrong="share-out" says="reserve 12; the function has 30"
import math


def share_out(plan):
    shares = {name: math.ceil(load["per_second"] * load["ms"] / 1000) for name, load in plan.items()}
    if sum(shares.values()) > 900:
        raise ValueError(sum(shares.values()))
    for name, share in shares.items():
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=share)
    return shares


# %% wrong="share-out" says="reserve 3; the function has 2"
def share_out(plan):
    shares = {}
    for name, load in plan.items():
        needed = int(load["per_second"] * load["ms"] / 1000)
        shares[name] = min(needed, load["connections"] or needed)
    if sum(shares.values()) > 900:
        raise ValueError(sum(shares.values()))
    for name, share in shares.items():
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=share)
    return shares


# %% wrong="share-out" says="Lambda refused it, not you"
import math


def share_out(plan):
    shares = {}
    for name, load in plan.items():
        needed = math.ceil(load["per_second"] * load["ms"] / 1000)
        shares[name] = min(needed, load["connections"] or needed)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=shares[name])
    return shares


# %% wrong="share-out" says="reserve 55; the function has 56"
import math


def share_out(plan):
    shares = {}
    for name, load in plan.items():
        needed = math.ceil(load["per_second"] * (load["ms"] / 1000))
        shares[name] = min(needed, load["connections"] or needed)
    if sum(shares.values()) > 900:
        raise ValueError(sum(shares.values()))
    for name, share in shares.items():
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=share)
    return shares


# %% wrong="share-out" says="ValueError for a plan that reserves 75"
import math


def share_out(plan):
    loads = {name: load["per_second"] * load["ms"] / 1000 for name, load in plan.items()}
    if sum(loads.values()) > 900:
        raise ValueError(sum(loads.values()))
    shares = {}
    for name, load in plan.items():
        needed = math.ceil(loads[name])
        shares[name] = min(needed, load["connections"] or needed)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=shares[name])
    return shares


# %% wrong="share-out" says="ValueError for a plan that reserves 900"
def share_out(plan):
    shares = {}
    for name, load in plan.items():
        needed = -(-load["per_second"] * load["ms"] // 1000)
        shares[name] = min(needed, load["connections"] or needed)
    if sum(shares.values()) >= 900:
        raise ValueError(sum(shares.values()))
    for name, share in shares.items():
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=share)
    return shares


# %% right="keep-warm"
def keep_warm(name, alias, amount):
    version = functions.publish_version(FunctionName=name)["Version"]
    there = {one["Name"] for one in functions.list_aliases(FunctionName=name)["Aliases"]}
    point = functions.update_alias if alias in there else functions.create_alias
    point(FunctionName=name, Name=alias, FunctionVersion=version)
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=alias, ProvisionedConcurrentExecutions=amount
    )
    return version


# %% wrong="keep-warm" says="nothing is provisioned for the alias"
def keep_warm(name, alias, amount):
    version = functions.publish_version(FunctionName=name)["Version"]
    try:
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    except ClientError:
        functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=amount
    )
    return version


# %% wrong="keep-warm" says="unpublished function versions"
def keep_warm(name, alias, amount):
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier="$LATEST", ProvisionedConcurrentExecutions=amount
    )
    functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="$LATEST")
    return "$LATEST"


# %% wrong="keep-warm" says="the alias still points to 1"
def keep_warm(name, alias, amount):
    version = functions.publish_version(FunctionName=name)["Version"]
    try:
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    except ClientError:
        pass
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=alias, ProvisionedConcurrentExecutions=amount
    )
    return version


# %% wrong="keep-warm" says="the alias was deleted"
def keep_warm(name, alias, amount):
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.delete_alias(FunctionName=name, Name=alias)
    functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=alias, ProvisionedConcurrentExecutions=amount
    )
    return version


# %% wrong="keep-warm" says="nothing is provisioned for the alias"
def keep_warm(name, alias, amount):
    version = functions.publish_version(FunctionName=name)["Version"]
    there = {one["Name"] for one in functions.list_aliases(FunctionName=name)["Aliases"]}
    point = functions.update_alias if alias in there else functions.create_alias
    point(FunctionName=name, Name=alias, FunctionVersion=version)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=amount)
    return version


# %% right="trace"
def trace(name):
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    boto3.resource("iam").Role(own).attach_policy(PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess")
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})


# %% wrong="trace" says="every trace would be lost"
def trace(name):
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})


# %% wrong="trace" says="not Active"
def trace(name):
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    iam.attach_role_policy(RoleName=own, PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess")
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "PassThrough"})


# %% wrong="trace" says="more than it needs"
def trace(name):
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    iam.attach_role_policy(RoleName=own, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})


# %% wrong="trace" says="The function's variables"
def trace(name):
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    iam.attach_role_policy(RoleName=own, PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess")
    functions.update_function_configuration(
        FunctionName=name, TracingConfig={"Mode": "Active"}, Environment={"Variables": {"TRACE": "on"}}
    )


# %% wrong="trace" says="a policy of your own"
def trace(name):
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=own, PolicyName="traces", PolicyDocument=document)


# %% right="ways-out"
def ways_out(subnet_id):
    subnet = boto3.resource("ec2").Subnet(subnet_id)
    own, main = None, None
    for table in subnet.vpc.route_tables.all():
        for tie in table.associations_attribute:
            if tie.get("SubnetId") == subnet_id:
                own = table
            if tie.get("Main"):
                main = table
    table = own or main
    internet = any(route.nat_gateway_id for route in table.routes)
    s3_endpoints = ec2.describe_vpc_endpoints(
        Filters=[{"Name": "service-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    )["VpcEndpoints"]
    reached = any(table.id in one["RouteTableIds"] for one in s3_endpoints)
    return {"internet": internet, "s3": internet or reached}


# %% wrong="ways-out" says="no public address"
def ways_out(subnet_id):
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])
    routes = tables["RouteTables"][0]["Routes"] if tables["RouteTables"] else []
    internet = any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes)
    return {"internet": internet, "s3": internet}


# %% wrong="ways-out" says="but a gateway endpoint for S3"
def ways_out(subnet_id):
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])
    routes = tables["RouteTables"][0]["Routes"] if tables["RouteTables"] else []
    internet = any(route.get("NatGatewayId") for route in routes)
    return {"internet": internet, "s3": internet}


# %% wrong="ways-out" says="the main table"
def ways_out(subnet_id):
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])
    routes = tables["RouteTables"][0]["Routes"] if tables["RouteTables"] else []
    internet = any(route.get("NatGatewayId") for route in routes)
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    served = {table for one in endpoints if one["ServiceName"].endswith("s3") for table in one["RouteTableIds"]}
    mine = tables["RouteTables"][0]["RouteTableId"] if tables["RouteTables"] else ""
    return {"internet": internet, "s3": internet or mine in served or not mine}


# %% wrong="ways-out" says="but for DynamoDB"
def ways_out(subnet_id):
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])
    routes = tables["RouteTables"][0]["Routes"] if tables["RouteTables"] else []
    internet = any(route.get("NatGatewayId") for route in routes)
    return {"internet": internet, "s3": internet or any("DestinationPrefixListId" in route for route in routes)}


# %% wrong="ways-out" says="the main table leads to NAT"
def ways_out(subnet_id):
    mine = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    # no table: no way out, thinks this one
    internet = any(route.get("NatGatewayId") for table in tables for route in table["Routes"])
    used = {table["RouteTableId"] for table in tables}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    reached = any(one["ServiceName"].endswith(".s3") and used & set(one["RouteTableIds"]) for one in endpoints)
    return {"internet": internet, "s3": internet or reached}


# %% wrong="ways-out" says="Another VPC"
def ways_out(subnet_id):
    mine = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    tables = tables or ec2.describe_route_tables(Filters=main)["RouteTables"]
    internet = any(route.get("NatGatewayId") for table in tables for route in table["Routes"])
    used = {table["RouteTableId"] for table in tables}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    reached = any(one["ServiceName"].endswith(".s3") and used & set(one["RouteTableIds"]) for one in endpoints)
    return {"internet": internet, "s3": internet or reached}


# %% wrong="ways-out" says="counts no more"
def ways_out(subnet_id):
    mine = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    home = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    main = [{"Name": "vpc-id", "Values": [home]}, {"Name": "association.main", "Values": ["true"]}]
    tables += ec2.describe_route_tables(Filters=main)["RouteTables"]
    internet = any(route.get("NatGatewayId") for table in tables for route in table["Routes"])
    used = {table["RouteTableId"] for table in tables}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    reached = any(one["ServiceName"].endswith(".s3") and used & set(one["RouteTableIds"]) for one in endpoints)
    return {"internet": internet, "s3": internet or reached}


# %% wrong="ways-out" says="S3 Express"
def ways_out(subnet_id):
    mine = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    home = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    main = [{"Name": "vpc-id", "Values": [home]}, {"Name": "association.main", "Values": ["true"]}]
    tables = tables or ec2.describe_route_tables(Filters=main)["RouteTables"]
    internet = any(route.get("NatGatewayId") for table in tables for route in table["Routes"])
    used = {table["RouteTableId"] for table in tables}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    reached = any("s3" in one["ServiceName"] and used & set(one["RouteTableIds"]) for one in endpoints)
    return {"internet": internet, "s3": internet or reached}
