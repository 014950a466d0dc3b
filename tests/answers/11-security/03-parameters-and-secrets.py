# %% [markdown]
# Answers to 11-security/03-parameters-and-secrets: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="load-config"
def load_config(path):
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = ssm.get_parameters_by_path(Path=path + "/", Recursive=True, WithDecryption=True, MaxResults=10, **more)
        found += page["Parameters"]
        token = page.get("NextToken")
        if not token:
            break
    tree = {}
    for one in found:
        parts = one["Name"][len(path) + 1 :].split("/")
        branch = tree
        for part in parts[:-1]:
            branch = branch.setdefault(part, {})
        branch[parts[-1]] = one["Value"].split(",") if one["Type"] == "StringList" else one["Value"]
    return tree


# %% wrong="load-config" says="The number of entries in config['flags']"
def load_config(path):
    tree = {}
    for one in ssm.get_parameters_by_path(Path=path, Recursive=True, WithDecryption=True)["Parameters"]:
        parts = one["Name"][len(path) + 1 :].split("/")
        branch = tree
        for part in parts[:-1]:
            branch = branch.setdefault(part, {})
        branch[parts[-1]] = one["Value"].split(",") if one["Type"] == "StringList" else one["Value"]
    return tree


# %% wrong="load-config" says="Is Recursive=True there?"
def load_config(path):
    tree = {}
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True):
        for one in page["Parameters"]:
            tree[one["Name"].rpartition("/")[2]] = one["Value"]
    return tree


# %% wrong="load-config" says="split only what is a StringList"
def load_config(path):
    tree = {}
    pages = ssm.get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True):
        for one in page["Parameters"]:
            parts = one["Name"][len(path) + 1 :].split("/")
            branch = tree
            for part in parts[:-1]:
                branch = branch.setdefault(part, {})
            branch[parts[-1]] = one["Value"].split(",") if "," in one["Value"] else one["Value"]
    return tree


# %% wrong="load-config" says="calls; at ten a page"
def load_config(path):
    tree = {}
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True):
        for one in page["Parameters"]:
            one = ssm.get_parameter(Name=one["Name"], WithDecryption=True)["Parameter"]
            parts = one["Name"][len(path) + 1 :].split("/")
            branch = tree
            for part in parts[:-1]:
                branch = branch.setdefault(part, {})
            branch[parts[-1]] = one["Value"].split(",") if one["Type"] == "StringList" else one["Value"]
    return tree


# %% wrong="load-config" says="The StringList 'mirrors'"
def load_config(path: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    pages = ssm.get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True):
        for one in page["Parameters"]:
            *parts, last = one["Name"][len(path) + 1 :].split("/")
            here = config
            for part in parts:
                here = here.setdefault(part, {})
            value = one["Value"]
            here[last] = value.split(",") if "," in value and one["Type"] != "SecureString" else value
    return config


# %% wrong="load-config" says="config['db'] must be a dictionary"
def load_config(path: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    pages = ssm.get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True):
        for one in page["Parameters"]:
            *parts, last = one["Name"].split("/")[4:]
            here = config
            for part in parts:
                here = here.setdefault(part, {})
            value = one["Value"]
            here[last] = value.split(",") if one["Type"] == "StringList" else value
    return config


# %% right="one-path"
def policy_for(app, env, key_arn):
    own = f"arn:aws:ssm:*:*:parameter/tidewater/{app}/{env}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": own},
            {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": f"{own}/*"},
            {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key_arn]},
        ],
    }


# %% wrong="one-path" says="is refused. Its resource is the path"
def policy_for(app, env, key_arn):
    own = arn_of(f"/tidewater/{app}/{env}/*")
    reads = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": reads, "Resource": own},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }


# %% wrong="one-path" says="is not"
def policy_for(app, env, key_arn):
    own = arn_of(f"/tidewater/{app}/{env}*")
    reads = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": reads, "Resource": own},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }


# %% wrong="one-path" says="includes GetParameterHistory"
def policy_for(app, env, key_arn):
    own = arn_of(f"/tidewater/{app}/{env}")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": [own, own + "/*"]},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }


# %% wrong="one-path" says="with decryption it does not"
def policy_for(app, env, key_arn):
    own = arn_of(f"/tidewater/{app}/{env}")
    reads = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": reads, "Resource": [own, own + "/*"]}],
    }


# %% wrong="one-path" says="decrypts under every key"
def policy_for(app, env, key_arn):
    own = arn_of(f"/tidewater/{app}/{env}")
    reads = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": reads, "Resource": [own, own + "/*"]},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
        ],
    }


# %% right="one-path"
def policy_for(app, env, key_arn):
    root = arn_of(f"/tidewater/{app}/{env}")
    both = [root, root + "/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": both},
            {"Effect": "Deny", "Action": "ssm:GetParameterHistory", "Resource": "*"},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }


# %% right="one-path"
def policy_for(app, env, key_arn):
    root = arn_of(f"/tidewater/{app}/{env}")
    three = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    both = [root, root + "/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": three, "Resource": both},
            {
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": key_arn,
                "Condition": {"StringEquals": {"kms:ViaService": "ssm.us-east-1.amazonaws.com"}},
            },
        ],
    }


# %% wrong="one-path" says="lets the key encrypt"
def policy_for(app, env, key_arn):
    root = arn_of(f"/tidewater/{app}/{env}")
    three = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    both = [root, root + "/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": three, "Resource": both},
            {"Effect": "Allow", "Action": "kms:*", "Resource": key_arn},
        ],
    }


# %% wrong="one-path" says="DescribeParameters"
def policy_for(app, env, key_arn):
    root = arn_of(f"/tidewater/{app}/{env}")
    three = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    both = [root, root + "/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": three, "Resource": both},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
            {"Effect": "Allow", "Action": ["ssm:DescribeParameters"], "Resource": "*"},
        ],
    }


# %% wrong="one-path" says="another program's branch"
def policy_for(app, env, key_arn):
    three = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": three,
                "Resource": [arn_of(f"/tidewater/{app}*/{env}"), arn_of(f"/tidewater/{app}*/{env}/*")],
            },
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }


# %% wrong="one-path" says="written, tagged or deleted"
def policy_for(app, env, key_arn):
    root = arn_of(f"/tidewater/{app}/{env}")
    three = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    both = [root, root + "/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": three, "Resource": both},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
            {"Effect": "Allow", "Action": ["ssm:AddTagsToResource", "ssm:LabelParameterVersion"], "Resource": both},
        ],
    }


# %% right="predict-throttles"
def predict(load, fast):
    most = {"GetParameter": 10_000, "GetParameters": 1_000, "GetParametersByPath": 100}
    total = 0
    for second in load:
        if fast:
            total += sum(max(0, count - most[name]) for name, count in second.items())
        else:
            total += max(0, sum(second.values()) - 40)
    return total


# %% wrong="predict-throttles" says="share one budget"
def predict(load, fast):
    return sum(max(0, count - 40) for second in load for count in second.values())


# %% wrong="predict-throttles" says="Each second has its own budget"
def predict(load, fast):
    return max(0, sum(sum(second.values()) for second in load) - 40 * len(load))


# %% wrong="predict-throttles" says="each operation has its own budget"
def predict(load, fast):
    return sum(max(0, sum(second.values()) - (10_000 if fast else 40)) for second in load)


# %% wrong="predict-throttles" says="Reads by path take from the shared budget"
def predict(load, fast):
    limits = {
        "GetParameter": "getparameter",
        "GetParameters": "getparameters",
        "GetParametersByPath": "getparametersbypath",
    }
    lost = 0
    for second in load:
        if fast:
            for op, n in second.items():
                lost += max(0, n - int(facts.limit(store, "higher-throughput-" + limits[op])))
        else:
            lost += max(
                0,
                sum(n for op, n in second.items() if op != "GetParametersByPath")
                - int(facts.limit(store, "default-throughput")),
            )
    return lost


# %% wrong="predict-throttles" says="you say 14"
def predict(load, fast):
    lost = 0
    for second in load:
        if fast:
            for op, n in second.items():
                lost += max(0, n - 100)
        else:
            lost += max(0, sum(second.values()) - int(facts.limit(store, "default-throughput")))
    return lost


# %% wrong="predict-throttles" says="1,030 reads of ten names"
def predict(load, fast):
    limits = {
        "GetParameter": "getparameter",
        "GetParameters": "getparameters",
        "GetParametersByPath": "getparametersbypath",
    }
    lost = 0
    for second in load:
        if fast:
            for op, n in {k: v for k, v in second.items() if k == "GetParametersByPath"}.items():
                lost += max(0, n - int(facts.limit(store, "higher-throughput-" + limits[op])))
        else:
            lost += max(0, sum(second.values()) - int(facts.limit(store, "default-throughput")))
    return lost


# %% right="reminders"
def store_token(name, token, days):
    end = (lab.clock.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policies = [
        {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "1440", "Unit": "Hours"}},
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": end}},
        {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": {"Before": "168", "Unit": "Hours"}},
    ]
    more = {"Tier": "Intelligent-Tiering", "Overwrite": True, "Policies": json.dumps(policies)}
    ssm.put_parameter(Name=name, Value=token, Type="SecureString", **more)


# %% wrong="reminders" says="ValidationException"
def store_token(name, token, days):
    end = (lab.clock.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policies = [
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": end}},
        {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": {"Before": "7", "Unit": "Days"}},
        {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "60", "Unit": "Days"}},
    ]
    ssm.put_parameter(
        Name=name,
        Value=token,
        Type="SecureString",
        Tier="Standard",
        Policies=json.dumps(policies),
        Overwrite=True,
    )


# %% wrong="reminders" says="no event told of ExpirationNotification"
def store_token(name, token, days):
    end = (lab.clock.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policies = [
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": end}},
        {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "60", "Unit": "Days"}},
    ]
    more = {"Tier": "Advanced", "Overwrite": True, "Policies": json.dumps(policies)}
    ssm.put_parameter(Name=name, Value=token, Type="SecureString", **more)


# %% wrong="reminders" says="Does the second call put the policies anew?"
def store_token(name, token, days):
    if outcome(ssm.get_parameter, Name=name) == "ok":
        ssm.put_parameter(Name=name, Value=token, Type="SecureString", Overwrite=True)
        return
    end = (lab.clock.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policies = [
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": end}},
        {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": {"Before": "7", "Unit": "Days"}},
        {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "60", "Unit": "Days"}},
    ]
    more = {"Tier": "Advanced", "Policies": json.dumps(policies)}
    ssm.put_parameter(Name=name, Value=token, Type="SecureString", **more)


# %% wrong="reminders" says="a new version comes"
def store_token(name, token, days):
    end = (lab.clock.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policies = [
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": end}},
        {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": {"Before": "7", "Unit": "Days"}},
        {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "60", "Unit": "Days"}},
    ]
    ssm.delete_parameters(Names=[name])
    ssm.put_parameter(
        Name=name, Value=token, Type="SecureString", Tier="Advanced", Overwrite=True, Policies=json.dumps(policies)
    )


# %% right="rescue"
def rescue(prefix):
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = vault.list_secrets(IncludePlannedDeletion=True, MaxResults=50, **more)
        found += page["SecretList"]
        token = page.get("NextToken")
        if not token:
            break
    names = sorted(one["Name"] for one in found if "DeletedDate" in one and one["Name"].startswith(prefix))
    for name in names:
        vault.restore_secret(SecretId=name)
    return names


# %% wrong="rescue" says="IncludePlannedDeletion=True"
def rescue(prefix):
    names = [one["Name"] for one in vault.list_secrets()["SecretList"] if one["Name"].startswith(prefix)]
    for name in names:
        vault.restore_secret(SecretId=name)
    return sorted(names)


# %% wrong="rescue" says="does not begin with the prefix"
def rescue(prefix):
    restored = []
    for page in vault.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for one in page["SecretList"]:
            if one.get("DeletedDate"):
                vault.restore_secret(SecretId=one["ARN"])
                restored.append(one["Name"])
    return sorted(name for name in restored if name.startswith(prefix))


# %% wrong="rescue" says="Restore only secrets that have a DeletedDate"
def rescue(prefix):
    restored = []
    for page in vault.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for one in page["SecretList"]:
            if one["Name"].startswith(prefix):
                vault.restore_secret(SecretId=one["ARN"])
                restored.append(one["Name"])
    return sorted(restored)


# %% right="rescue"
def rescue(prefix):
    found = []
    for page in vault.get_paginator("list_secrets").paginate(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [prefix]}]
    ):
        for one in page["SecretList"]:
            if one["Name"].startswith(prefix) and "DeletedDate" in one:
                vault.restore_secret(SecretId=one["ARN"])
                found.append(one["Name"])
    return sorted(found)


# %% wrong="rescue" says="look at all of its pages"
def rescue(prefix):
    found = []
    for one in vault.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        if one["Name"].startswith(prefix) and "DeletedDate" in one:
            vault.restore_secret(SecretId=one["ARN"])
            found.append(one["Name"])
    return sorted(found)


# %% wrong="rescue" says="does not begin with the prefix"
def rescue(prefix):
    found = []
    for page in vault.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for one in page["SecretList"]:
            if prefix in one["Name"] and "DeletedDate" in one:
                vault.restore_secret(SecretId=one["ARN"])
                found.append(one["Name"])
    return sorted(found)


# %% right="no-plaintext"
import json
import os
import time

import boto3

from course import lab

cache = {}


def settings(secret_arn):
    return {"WHERE": secret_arn, "TTL": "300"}


def secret_now():
    if cache.get("until", 0) <= time.time():
        text = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["WHERE"])["SecretString"]
        cache.update(json.loads(text), until=time.time() + int(os.environ["TTL"]))
    return cache


def report(event, context):
    known = secret_now()
    with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {known['username']}"


# %% wrong="no-plaintext" says="one is enough"
import json
import os

import boto3

from course import lab


def settings(secret_arn):
    return {"SECRET_ARN": secret_arn}


def report(event, context):
    client = boto3.client("secretsmanager")
    known = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"])
    with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {known['username']}"


# %% wrong="no-plaintext" says="The password changed five minutes ago"
import json
import os

import boto3

from course import lab

known = {}


def settings(secret_arn):
    return {"SECRET_ARN": secret_arn}


def report(event, context):
    if not known:
        client = boto3.client("secretsmanager")
        known.update(json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"]))
    with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {known['username']}"


# %% wrong="no-plaintext" says="still holds the password"
import json
import os

import boto3

from course import lab


def settings(secret_arn):
    return {"SECRET": boto3.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]}


def report(event, context):
    known = json.loads(os.environ["SECRET"])
    with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {known['username']}"


# %% right="no-plaintext"
import json
import os
import time

import boto3

from course import lab


def settings(secret_arn):
    return {"SECRET": secret_arn}


def report(event, context, cache={"until": 0.0}):
    now = time.time()
    if now > cache["until"]:
        text = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
        cache.update(json.loads(text), until=now + 300)
    with lab.sql(cache["host"], user=cache["username"], password=cache["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {cache['username']}"


# %% wrong="no-plaintext" says="Define and import what report uses"
import json
import os
import time

import boto3

from course import lab

kept = {}


def settings(secret_arn: str) -> dict[str, str]:
    return {"SECRET_ARN": secret_arn}


def report(event, context):
    """Log in to the database, and say as whom."""
    value = login()
    with lab.sql(value["host"], user=value["username"], password=value["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {value['username']}"


def login():
    if kept.get("until", 0) <= time.time():
        client = boto3.client("secretsmanager")
        kept["value"] = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"])
        kept["until"] = time.time() + 300
    return kept["value"]


# %% wrong="no-plaintext" says="301 seconds ago"
import json
import os
import time

import boto3

from course import lab

kept = {}


def settings(secret_arn: str) -> dict[str, str]:
    return {"SECRET_ARN": secret_arn}


def read():
    client = boto3.client("secretsmanager")
    kept["value"] = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"])


def login():
    if not kept:
        read()
    value = kept["value"]
    try:
        lab.sql(value["host"], user=value["username"], password=value["password"]).close()
    except lab.sql.OperationalError:
        read()
    return kept["value"]


def report(event, context):
    """Log in to the database, and say as whom."""
    value = login()
    with lab.sql(value["host"], user=value["username"], password=value["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {value['username']}"


# %% wrong="no-plaintext" says="301 seconds ago"
import json
import os
import time

import boto3

from course import lab

kept = {}


def settings(secret_arn: str) -> dict[str, str]:
    return {"SECRET_ARN": secret_arn}


def login():
    if kept.get("until", 0) <= time.time():
        client = boto3.client("secretsmanager")
        kept["value"] = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"])
        kept["until"] = time.time() + 300
    kept["until"] = time.time() + 300
    return kept["value"]


def report(event, context):
    """Log in to the database, and say as whom."""
    value = login()
    with lab.sql(value["host"], user=value["username"], password=value["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {value['username']}"


# %% right="four-steps"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% right="four-steps"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    mine = {"SecretId": secret, "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]}
    try:
        client.put_secret_value(SecretString=json.dumps(value), **mine)
    except client.exceptions.ResourceExistsException:
        pass  # the step ran before, and a version keeps its value


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="current value has changed"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="leave the value that is there"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="testSecret did not fail"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="testSecret did not fail"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    try:
        lab.sql(new["host"], user=new["username"], password=new["password"]).close()
    except lab.sql.OperationalError as error:
        print("not yet", error)


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="After finishSecret AWSCURRENT is not the new version"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    for stage in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
        try:
            known = json.loads(client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
                connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
            return
        except (client.exceptions.ResourceNotFoundException, lab.sql.OperationalError):
            continue
    raise RuntimeError("no password works")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="setSecret called again failed"
import json

import boto3

from course import lab


def create_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    mine = [one for one in held if one["VersionId"] == token]
    try:
        if mine:
            client.get_secret_value(SecretId=secret, VersionId=token)
            return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps(value)
    stages = ["AWSPENDING"]
    client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=stages)


def set_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    known = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    with lab.sql(known["host"], user=known["username"], password=known["password"]) as connection:
        connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")


def test_secret(secret, token):
    client = boto3.client("secretsmanager")
    new = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    lab.sql(new["host"], user=new["username"], password=new["password"]).close()


def finish_secret(secret, token):
    client = boto3.client("secretsmanager")
    held = client.list_secret_version_ids(SecretId=secret)["Versions"]
    current = next(one["VersionId"] for one in held if "AWSCURRENT" in one["VersionStages"])
    move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)
    client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% right="four-steps"
import json
import secrets

import boto3

from course import lab

client = boto3.client("secretsmanager")


def pending_value(secret, token):
    return json.loads(
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")["SecretString"]
    )


def current_value(secret):
    return json.loads(client.get_secret_value(SecretId=secret)["SecretString"])


def create_secret(secret, token):
    try:
        pending_value(secret, token)
    except client.exceptions.ResourceNotFoundException:
        value = current_value(secret)
        value["password"] = secrets.token_urlsafe(16)
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
        )


def connect(value):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def set_secret(secret, token):
    new = pending_value(secret, token)
    try:
        connect(new).close()
        return
    except lab.sql.OperationalError:
        pass
    with connect(current_value(secret)) as connection:
        connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")


def test_secret(secret, token):
    with connect(pending_value(secret, token)) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret, token):
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
    if old != token:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="Neither password works"
import json

import boto3

from course import lab

client = boto3.client("secretsmanager")


def pending_value(secret, token):
    return json.loads(
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")["SecretString"]
    )


def current_value(secret):
    return json.loads(client.get_secret_value(SecretId=secret)["SecretString"])


def create_secret(secret, token):
    try:
        pending_value(secret, token)
    except client.exceptions.ResourceNotFoundException:
        value = current_value(secret)
        value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
        )


def connect(value):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def set_secret(secret, token):
    new = pending_value(secret, token)
    try:
        with connect(current_value(secret)) as connection:
            connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")
    except lab.sql.OperationalError:
        pass


def test_secret(secret, token):
    with connect(pending_value(secret, token)) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret, token):
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
    if old != token:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="nobody moved AWSCURRENT"
import json

import boto3

from course import lab

client = boto3.client("secretsmanager")


def pending_value(secret, token):
    return json.loads(
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")["SecretString"]
    )


def current_value(secret):
    return json.loads(client.get_secret_value(SecretId=secret)["SecretString"])


def create_secret(secret, token):
    try:
        pending_value(secret, token)
    except client.exceptions.ResourceNotFoundException:
        value = current_value(secret)
        value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
        )


def connect(value):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def set_secret(secret, token):
    new = pending_value(secret, token)
    try:
        connect(new).close()
        return
    except lab.sql.OperationalError:
        pass
    with connect(current_value(secret)) as connection:
        connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")


def test_secret(secret, token):
    with connect(pending_value(secret, token)) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret, token):
    value = pending_value(secret, token)
    client.put_secret_value(SecretId=secret, SecretString=json.dumps(value))
    return
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
    if old != token:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="knows only its own cell"
import json

import boto3

from course import lab

client = boto3.client("secretsmanager")


def pending_value(secret, token):
    return json.loads(
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")["SecretString"]
    )


def current_value(secret):
    return json.loads(client.get_secret_value(SecretId=secret)["SecretString"])


def create_secret(secret, token):
    try:
        pending_value(secret, token)
    except client.exceptions.ResourceNotFoundException:
        value = current_value(secret)
        value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
        )


def connect(value):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def set_secret(secret, token):
    new = pending_value(secret, token)
    if can_log_in(new["username"], new["password"]):
        return
    with connect(current_value(secret)) as connection:
        connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")


def test_secret(secret, token):
    with connect(pending_value(secret, token)) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret, token):
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
    if old != token:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% wrong="four-steps" says="name its version"
import json

import boto3

from course import lab

client = boto3.client("secretsmanager")


def pending_value(secret, token):
    return json.loads(client.get_secret_value(SecretId=secret, VersionStage="AWSPENDING")["SecretString"])


def current_value(secret):
    return json.loads(client.get_secret_value(SecretId=secret)["SecretString"])


def create_secret(secret, token):
    try:
        pending_value(secret, token)
    except client.exceptions.ResourceNotFoundException:
        value = current_value(secret)
        value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
        )


def connect(value):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def set_secret(secret, token):
    new = pending_value(secret, token)
    try:
        connect(new).close()
        return
    except lab.sql.OperationalError:
        pass
    with connect(current_value(secret)) as connection:
        connection.execute(f"ALTER USER {new['username']} WITH PASSWORD '{new['password']}'")


def test_secret(secret, token):
    with connect(pending_value(secret, token)) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret, token):
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
    if old != token:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% right="template"
def database(length):
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {
            "Name": lab.unique_name("tidewater-login"),
            "GenerateSecretString": {
                "SecretStringTemplate": '{"username": "harbour", "app": "booking"}',
                "GenerateStringKey": "password",
                "PasswordLength": length,
                "ExcludePunctuation": True,
            },
        },
    }
    arn = {"Ref": "Harbour"}
    refer = {
        key: {"Fn::Join": ["", ["{{resolve:secretsmanager:", arn, f":SecretString:{key}}}}}"]]}
        for key in ("username", "password")
    }
    instance = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": refer["username"],
            "MasterUserPassword": refer["password"],
        },
    }
    return {"Resources": {"Harbour": secret, "Database": instance}}


# %% wrong="template" says="The template makes 0 resources"
def database(length):
    kind = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": "harbour",
            "MasterUserPassword": {"Ref": "Word"},
        },
    }
    return {"Parameters": {"Word": {"Type": "String", "NoEcho": True}}, "Resources": {"Database": kind}}


# %% wrong="template" says="not generated"
def database(length):
    login = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"SecretString": json.dumps({"username": "harbour", "password": "x" * length})},
    }
    refer = "{{resolve:secretsmanager:${Login}:SecretString:%s}}"
    kind = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": {"Fn::Sub": refer % "username"},
            "MasterUserPassword": {"Fn::Sub": refer % "password"},
        },
    }
    return {"Resources": {"Login": login, "Database": kind}}


# %% wrong="template" says="does not accept"
def database(length):
    generated = {
        "SecretStringTemplate": json.dumps({"username": "harbour"}),
        "GenerateStringKey": "password",
        "PasswordLength": length,
        "ExcludePunctuation": True,
    }
    login = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": generated}}
    kind = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": "harbour",
            "MasterUserPassword": {"Ref": "Login"},
        },
    }
    return {"Resources": {"Login": login, "Database": kind}}


# %% wrong="template" says="MasterUsername of Database is still written down"
def database(length):
    generated = {
        "SecretStringTemplate": json.dumps({"username": "harbour"}),
        "GenerateStringKey": "password",
        "PasswordLength": length,
        "ExcludePunctuation": True,
    }
    login = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": generated}}
    kind = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": "harbour",
            "MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Login}:SecretString:password}}"},
        },
    }
    return {"Resources": {"Login": login, "Database": kind}}


# %% wrong="template" says="already exists"
def database(length: int) -> dict[str, Any]:
    """The template of a database."""
    login = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {
            "Name": "tidewater/login",
            "GenerateSecretString": {
                "SecretStringTemplate": json.dumps({"username": "harbour"}),
                "GenerateStringKey": "password",
                "PasswordLength": length,
                "ExcludePunctuation": True,
            },
        },
    }
    instance = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "{{resolve:secretsmanager:tidewater/login:SecretString:username}}",
        "MasterUserPassword": "{{resolve:secretsmanager:tidewater/login:SecretString:password}}",
    }
    kind = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "DependsOn": "Login", "Properties": instance}
    return {"Resources": {"Login": login, "Database": kind}}


# %% right="fail-over"
def fail_over(name, region, changes):
    session = boto3.Session(region_name=region)
    there = session.client("secretsmanager")
    there.stop_replication_to_replica(SecretId=there.describe_secret(SecretId=name)["ARN"])
    value = json.loads(there.get_secret_value(SecretId=name)["SecretString"])
    value.update(changes)
    there.update_secret(SecretId=name, SecretString=json.dumps(value))
    return there.describe_secret(SecretId=name)["ARN"]


# %% wrong="fail-over" says="ResourceNotFoundException"
def fail_over(name, region, changes):
    there = boto3.client("secretsmanager", region_name=region)
    value = json.loads(vault.get_secret_value(SecretId=name)["SecretString"])
    arn = there.stop_replication_to_replica(SecretId=name)["ARN"]
    there.put_secret_value(SecretId=name, SecretString=json.dumps(value | changes))
    return arn


# %% wrong="fail-over" says="The value in eu-central-1"
def fail_over(name, region, changes):
    there = boto3.client("secretsmanager", region_name=region)
    arn = there.stop_replication_to_replica(SecretId=name)["ARN"]
    there.put_secret_value(SecretId=name, SecretString=json.dumps(changes))
    return arn


# %% wrong="fail-over" says="What fail_over returns"
def fail_over(name, region, changes):
    there = boto3.client("secretsmanager", region_name=region)
    there.stop_replication_to_replica(SecretId=name)
    value = json.loads(there.get_secret_value(SecretId=name)["SecretString"])
    there.put_secret_value(SecretId=name, SecretString=json.dumps(value | changes))
    return name


# %% wrong="fail-over" says="StopReplicationToReplica"
def fail_over(name, region, changes):
    there = boto3.client("secretsmanager", region_name="eu-west-1")
    there.stop_replication_to_replica(SecretId=name)
    got = there.get_secret_value(SecretId=name)
    value = json.loads(got["SecretString"]) | changes
    there.put_secret_value(SecretId=name, SecretString=json.dumps(value))
    return got["ARN"]


# %% wrong="fail-over" says="The value in eu-central-1"
def fail_over(name, region, changes):
    there = boto3.client("secretsmanager", region_name=region)
    there.stop_replication_to_replica(SecretId=name)
    got = there.get_secret_value(SecretId=name)
    value = changes | json.loads(got["SecretString"])
    there.put_secret_value(SecretId=name, SecretString=json.dumps(value))
    return got["ARN"]


# %% right="choose-store"
def choose_store(need):
    reads = 12 * need["reads"] * 0.05 / 10_000
    if need["rotate"] or need["replicas"] > 0 or need["bytes"] > 8192:
        return ("secrets", 12 * 0.4 * need["count"] * (need["replicas"] + 1) + reads)
    if need["expires"] or need["bytes"] > 4096 or need["count"] > 10_000:
        return ("advanced", 12 * 0.05 * need["count"] + reads)
    return ("standard", 0)


# %% wrong="choose-store" says="copies in two Regions: USD"
def choose_store(need):
    reads = 12 * need["reads"] * 0.05 / 10_000
    if need["rotate"] or need["replicas"] > 0 or need["bytes"] > 8192:
        return ("secrets", 12 * 0.4 * need["count"] + reads)
    if need["expires"] or need["bytes"] > 4096 or need["count"] > 10_000:
        return ("advanced", 12 * 0.05 * need["count"] + reads)
    return ("standard", 0)


# %% wrong="choose-store" says="200 settings"
def choose_store(need):
    reads = 12 * need["reads"] * 0.05 / 10_000
    if need["rotate"] or need["replicas"] > 0 or need["bytes"] > 8192:
        return ("secrets", 12 * 0.4 * need["count"] * (need["replicas"] + 1) + reads)
    return ("advanced", 12 * 0.05 * need["count"] + reads)


# %% wrong="choose-store" says="10,001 settings"
def choose_store(need):
    reads = 12 * need["reads"] * 0.05 / 10_000
    if need["rotate"] or need["replicas"] > 0 or need["bytes"] > 8192:
        return ("secrets", 12 * 0.4 * need["count"] * (need["replicas"] + 1) + reads)
    if need["expires"] or need["bytes"] > 4096:
        return ("advanced", 12 * 0.05 * need["count"] + reads)
    return ("standard", 0)


# %% wrong="choose-store" says="exactly 4,096 bytes"
def choose_store(need):
    reads = 12 * need["reads"] * 0.05 / 10_000
    if need["rotate"] or need["replicas"] > 0 or need["bytes"] > 8192:
        return ("secrets", 12 * 0.4 * need["count"] * (need["replicas"] + 1) + reads)
    if need["expires"] or need["bytes"] > 4000 or need["count"] > 10_000:
        return ("advanced", 12 * 0.05 * need["count"] + reads)
    return ("standard", 0)
