# %% [markdown]
# Answers to 07-containers/02-tasks: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="smallest"
def smallest(units, memory):
    best = None
    for cpu in sorted(SIZES):
        for size in SIZES[cpu]:
            large = cpu >= units and size >= memory
            if large and (best is None or hourly(cpu, size) < hourly(*best)):
                best = (cpu, size)
    return best


# %% wrong="smallest" says="256 CPU units and 3000 MiB"
def smallest(units, memory):
    cpu = next((one for one in sorted(SIZES) if one >= units), None)
    sizes = SIZES.get(cpu, [])
    return (cpu, next((one for one in sizes if one >= memory), sizes[-1])) if sizes else None


# %% wrong="smallest" says="256 CPU units and 512 MiB"
def smallest(units, memory):
    pairs = [(cpu, size) for cpu in SIZES for size in SIZES[cpu] if cpu >= units and size >= memory]
    return max(pairs, key=lambda pair: hourly(*pair), default=None)


# %% wrong="smallest" says="16384 CPU units and 58000 MiB"
def smallest(units, memory):
    pairs = [(size, cpu) for cpu in SIZES for size in SIZES[cpu] if cpu >= units and size >= memory]
    if not pairs:
        return None
    size, cpu = min(pairs)  # the least memory may cost twice the CPU
    return cpu, size


# %% right="first-task"
def page_task(text):
    page = "/usr/local/apache2/htdocs/index.html"
    logging = {"logDriver": "awslogs", "options": {
        "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs", "awslogs-group": "/sedge"}}  # fmt: skip
    container = dict(name="web", image="httpd:2.4", portMappings=[{"containerPort": 80}], entryPoint=["sh", "-c"],
                     command=[f'echo "<h1>{text}</h1>" > {page}; httpd-foreground'],
                     logConfiguration=logging)  # fmt: skip
    return dict(family="tides-page", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
                executionRoleArn=execution_role, containerDefinitions=[container])  # fmt: skip


# %% wrong="first-task" says="Fargate only supports network mode"
def page_task(text):
    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said}
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "bridge", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% wrong="first-task" says="The page says"
def page_task(text):
    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said}
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% wrong="first-task" says="The task does not run"
def page_task(text):
    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    line = f"echo '{text}' > /usr/local/apache2/htdocs/index.html"
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said,
           "entryPoint": ["sh", "-c"], "command": [line]}  # fmt: skip
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% right="first-task"
def page_task(text):
    import shlex

    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    line = f"printf '%s' {shlex.quote(text)} > /usr/local/apache2/htdocs/index.html\nexec httpd-foreground"
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80, "hostPort": 80}],
           "logConfiguration": said, "entryPoint": ["sh", "-c"], "command": [line], "essential": True}  # fmt: skip
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% wrong="first-task" says="The line must end with httpd-foreground"
def page_task(text):
    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    line = f"httpd-foreground && echo '{text}' > /usr/local/apache2/htdocs/index.html"
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said,
           "entryPoint": ["sh", "-c"], "command": [line]}  # fmt: skip
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% wrong="first-task" says="after & the task ends"
def page_task(text):
    said = {"logDriver": "awslogs", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    line = f"echo '{text}' > /usr/local/apache2/htdocs/index.html && httpd-foreground &"
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said,
           "entryPoint": ["sh", "-c"], "command": [line]}  # fmt: skip
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% wrong="first-task" says="The log driver"
def page_task(text):
    said = {"logDriver": "json-file", "options": {"awslogs-group": "/sedge", "awslogs-region": "us-east-1",
                                                  "awslogs-stream-prefix": "ecs"}}  # fmt: skip
    line = f"echo '{text}' > /usr/local/apache2/htdocs/index.html && httpd-foreground"
    web = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "logConfiguration": said,
           "entryPoint": ["sh", "-c"], "command": [line]}  # fmt: skip
    return {"family": "tides-page", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "executionRoleArn": execution_role, "containerDefinitions": [web]}  # fmt: skip


# %% right="can-pull"
def can_pull(gateway, public, nat):
    if nat:
        return True
    return True if gateway and public else False


# %% wrong="can-pull" says="gateway=True, public=False, nat=False: you said True"
def can_pull(gateway, public, nat):
    return gateway or nat


# %% wrong="can-pull" says="gateway=False, public=True, nat=False: you said True"
def can_pull(gateway, public, nat):
    return public or nat


# %% wrong="can-pull" says="gateway=False, public=False, nat=True: you said False"
def can_pull(gateway, public, nat):
    return gateway and public


# %% wrong="can-pull" says="gateway=False, public=True, nat=True: you said False"
def can_pull(gateway, public, nat):
    return (gateway and public) or (nat and not public)


# %% wrong="can-pull" says="gateway=False, public=False, nat=False: you said True"
def can_pull(gateway, public, nat):
    return nat or gateway == public


# %% right="run-jobs"
def run_jobs(client, definition, count):
    found = []
    for begin in range(0, count, 10):
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, count=min(10, count - begin), launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        for failure in answer["failures"]:
            raise RuntimeError(f"no place: {failure['reason']}")
        found.extend(one["taskArn"] for one in answer["tasks"])
    return found


# %% wrong="run-jobs" says="The number of RunTask calls for 3 tasks"
def run_jobs(client, definition, count):
    found = []
    for _ in range(count):
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        if answer["failures"]:
            raise RuntimeError(answer["failures"][0]["reason"])
        found.append(answer["tasks"][0]["taskArn"])
    return found


# %% wrong="run-jobs" says="nothing was raised"
def run_jobs(client, definition, count):
    found = []
    for begin in range(0, count, 10):
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, count=min(10, count - begin), launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        found.extend(one["taskArn"] for one in answer["tasks"])
    return found


# %% wrong="run-jobs" says="count"
def run_jobs(client, definition, count):
    answer = client.run_task(
        cluster="sedge", taskDefinition=definition, count=count, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
    )  # fmt: skip
    if answer["failures"]:
        raise RuntimeError(answer["failures"][0]["reason"])
    return [one["taskArn"] for one in answer["tasks"]]


# %% wrong="run-jobs" says="one failure beside its tasks"
def run_jobs(client, definition, count):
    found = []
    for begin in range(0, count, 10):
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, count=min(10, count - begin), launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        if not answer["tasks"]:
            raise RuntimeError(answer["failures"][0]["reason"])
        found.extend(one["taskArn"] for one in answer["tasks"])
    return found


# %% wrong="run-jobs" says="Answer 1 of ECS"
def run_jobs(client, definition, count):
    found = []
    for begin in range(0, count, 10):
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, count=min(10, count - begin), launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        found.extend(one["taskArn"] for one in answer["tasks"])
    if answer["failures"]:  # of the last answer only
        raise RuntimeError(answer["failures"][0]["reason"])
    return found


# %% wrong="run-jobs" says="count must be between 1 and 10, not 0"
def run_jobs(client, definition, count):
    found = []
    for now in [10] * (count // 10) + [count % 10]:
        answer = client.run_task(
            cluster="sedge", taskDefinition=definition, count=now, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        )  # fmt: skip
        if answer["failures"]:
            raise RuntimeError(answer["failures"][0]["reason"])
        found.extend(one["taskArn"] for one in answer["tasks"])
    return found


# %% right="two-roles"
def rights(bucket, secret):
    prepares = {"Sid": "Secret", "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]}
    works = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    return prepares, works


# %% wrong="two-roles" says="The program can read the secret through the API"
def rights(bucket, secret):
    both = {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "s3:PutObject"],
            "Resource": [secret, f"arn:aws:s3:::{bucket}/*"]}  # fmt: skip
    return both, both


# %% wrong="two-roles" says="can write to another bucket"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"},
    )


# %% wrong="two-roles" says="cannot write to its bucket"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}"},
    )


# %% wrong="two-roles" says="The task cannot start"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
    )


# %% wrong="two-roles" says="can also delete objects"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"},
    )


# %% wrong="two-roles" says="can fetch every secret"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    )


# %% wrong="two-roles" says="can also delete the secret"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    )


# %% wrong="two-roles" says="can write to another bucket"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}*"},
    )


# %% wrong="two-roles" says="PutObjectAcl"
def rights(bucket, secret):
    return (
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
        {"Effect": "Allow", "Action": "s3:Put*", "Resource": f"arn:aws:s3:::{bucket}/*"},
    )


# %% right="settings"
def settings(file, secret):
    said = dict(environment=[dict(name="HARBOUR", value="Whitby")])
    said["secrets"] = [dict(name="API_KEY", valueFrom=secret + ":key::")]
    said["environmentFiles"] = [dict(value=file, type="s3")]
    return said


# %% wrong="settings" says="not the value of `key` in the secret"
def settings(file, secret):
    return {
        "environmentFiles": [{"type": "s3", "value": file}],
        "environment": [{"name": "HARBOUR", "value": "Whitby"}],
        "secrets": [{"name": "API_KEY", "valueFrom": secret}],
    }


# %% wrong="settings" says="HARBOUR"
def settings(file, secret):
    return {
        "environmentFiles": [{"type": "s3", "value": file}],
        "secrets": [{"name": "API_KEY", "valueFrom": f"{secret}:key::"}],
    }


# %% wrong="settings" says="The key itself stands in the definition"
def settings(file, secret):
    store = boto3.client("secretsmanager")
    key = json.loads(store.get_secret_value(SecretId=secret)["SecretString"])["key"]
    return {
        "environmentFiles": [{"type": "s3", "value": file}],
        "environment": [{"name": "HARBOUR", "value": "Whitby"}, {"name": "API_KEY", "value": key}],
    }


# %% wrong="settings" says="an invalid ARN format"
def settings(file, secret):
    return {
        "environmentFiles": [{"type": "s3", "value": file}],
        "environment": [{"name": "HARBOUR", "value": "Whitby"}],
        "secrets": [{"name": "API_KEY", "valueFrom": f"{secret}:key"}],
    }


# %% wrong="settings" says="as it stands in the file when the task starts"
def settings(file, secret):
    bucket, _, key = file.removeprefix("arn:aws:s3:::").partition("/")
    text = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    found["HARBOUR"] = "Whitby"
    return {
        "environment": [{"name": name, "value": value} for name, value in found.items()],
        "secrets": [{"name": "API_KEY", "valueFrom": f"{secret}:key::"}],
    }


# %% right="start-order"
def fetch_and_show(fetch, show):
    show = dict(show, dependsOn=[dict(containerName=fetch["name"], condition="SUCCESS")])
    show["mountPoints"] = [dict(sourceVolume="shared", containerPath="/data", readOnly=True)]
    fetch = dict(fetch, essential=False)
    fetch["mountPoints"] = [dict(sourceVolume="shared", containerPath="/data", readOnly=False)]
    return dict(containerDefinitions=[show, fetch], volumes=[dict(name="shared", host={})])


# %% wrong="start-order" says="wait for SUCCESS"
def fetch_and_show(fetch, show):
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    first = {**fetch, "essential": False, "mountPoints": [mount]}
    after = [{"containerName": fetch["name"], "condition": "COMPLETE"}]
    second = {**show, "mountPoints": [{**mount, "readOnly": True}], "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}


# %% wrong="start-order" says="cannot be on an essential container"
def fetch_and_show(fetch, show):
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    after = [{"containerName": fetch["name"], "condition": "SUCCESS"}]
    second = {**show, "mountPoints": [{**mount, "readOnly": True}], "dependsOn": after}
    return {"containerDefinitions": [{**fetch, "mountPoints": [mount]}, second], "volumes": [{"name": "data"}]}


# %% wrong="start-order" says="show does not wait for fetch"
def fetch_and_show(fetch, show):
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    after = [{"containerName": fetch["name"], "condition": "START"}]
    first = {**fetch, "essential": False, "mountPoints": [mount]}
    second = {**show, "mountPoints": [{**mount, "readOnly": True}], "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}


# %% wrong="start-order" says="it must mount it for reading only"
def fetch_and_show(fetch, show):
    mount = [{"sourceVolume": "data", "containerPath": "/data"}]
    after = [{"containerName": fetch["name"], "condition": "SUCCESS"}]
    first = {**fetch, "essential": False, "mountPoints": mount}
    second = {**show, "mountPoints": mount, "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}


# %% wrong="start-order" says="not in the task definition"
def fetch_and_show(fetch, show):
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    after = [{"containerName": "fetch", "condition": "SUCCESS"}]
    first = {**fetch, "essential": False, "mountPoints": [mount]}
    second = {**show, "mountPoints": [{**mount, "readOnly": True}], "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}


# %% wrong="start-order" says="Read-only file system"
def fetch_and_show(fetch, show):
    mount = [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}]
    after = [{"containerName": fetch["name"], "condition": "SUCCESS"}]
    first = {**fetch, "essential": False, "mountPoints": mount}
    second = {**show, "mountPoints": mount, "dependsOn": after}
    return {"containerDefinitions": [first, second], "volumes": [{"name": "data"}]}


# %% right="shared-files"
def with_files(container, file_system, path):
    volume = dict(name="efs", efsVolumeConfiguration=dict(
        fileSystemId=file_system, rootDirectory="/", transitEncryption="ENABLED"))  # fmt: skip
    container = dict(container)
    container["mountPoints"] = [dict(sourceVolume="efs", containerPath=path, readOnly=False)]
    return dict(containerDefinitions=[container], volumes=[volume])


# %% wrong="shared-files" says="a bind mount ends with its task"
def with_files(container, file_system, path):
    mount = {"sourceVolume": file_system, "containerPath": path}
    return {"containerDefinitions": [{**container, "mountPoints": [mount]}], "volumes": [{"name": file_system}]}


# %% wrong="shared-files" says="Unknown volume"
def with_files(container, file_system, path):
    efs_settings = {"fileSystemId": file_system, "transitEncryption": "ENABLED"}
    mount = {"sourceVolume": file_system, "containerPath": path}
    volumes = [{"name": "files", "efsVolumeConfiguration": efs_settings}]
    return {"containerDefinitions": [{**container, "mountPoints": [mount]}], "volumes": volumes}


# %% wrong="shared-files" says="transitEncryption is not ENABLED"
def with_files(container, file_system, path):
    mount = {"sourceVolume": "files", "containerPath": path}
    volumes = [{"name": "files", "efsVolumeConfiguration": {"fileSystemId": file_system}}]
    return {"containerDefinitions": [{**container, "mountPoints": [mount]}], "volumes": volumes}


# %% wrong="shared-files" says="No such file or directory"
def with_files(container, file_system, path):
    where = {"fileSystemId": file_system, "transitEncryption": "ENABLED", "rootDirectory": path}
    mount = {"sourceVolume": "files", "containerPath": path}
    volumes = [{"name": "files", "efsVolumeConfiguration": where}]
    return {"containerDefinitions": [{**container, "mountPoints": [mount]}], "volumes": volumes}


# %% right="last-words"
def last_words(arn):
    (task,) = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"]
    said = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    words = {}
    for one in said["containerDefinitions"]:
        where = one["logConfiguration"]["options"]
        stream = "/".join([where["awslogs-stream-prefix"], one["name"], arn.split("/")[-1]])
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=where["awslogs-group"], logStreamNames=[stream]
        )
        lines = [event["message"] for page in pages for event in page["events"]]
        words[one["name"]] = lines[-1] if lines else None
    return words


# %% wrong="last-words" says="The last line of main"
def last_words(arn):
    task = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"][0]
    definition = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    found = {}
    for container in definition["containerDefinitions"]:
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{arn.rpartition('/')[2]}"
        events = logs.get_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, startFromHead=True)[
            "events"
        ]
        found[container["name"]] = events[0]["message"] if events else None
    return found


# %% wrong="last-words" says="ResourceNotFoundException"
def last_words(arn):
    task = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"][0]
    found = {}
    for container in task["containers"]:
        stream = f"ecs/{container['name']}/{arn.rpartition('/')[2]}"
        events = logs.get_log_events(logGroupName="/sedge", logStreamName=stream)["events"]
        found[container["name"]] = events[-1]["message"] if events else None
    return found


# %% wrong="last-words" says="its entry must be None"
def last_words(arn):
    task = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"][0]
    definition = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    found = {}
    for container in definition["containerDefinitions"]:
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{arn.rpartition('/')[2]}"
        for event in logs.get_log_events(logGroupName=options["awslogs-group"], logStreamName=stream)["events"]:
            found[container["name"]] = event["message"]
    return found


# %% right="last-words"
def last_words(arn):
    task = ecs.describe_tasks(cluster="sedge", tasks=[arn])["tasks"][0]
    definition = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    found = {}
    for container in definition["containerDefinitions"]:
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task['taskArn'].split('/')[-1]}"
        events = []
        try:
            newest = logs.get_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, limit=1)
            events = newest["events"]
        except logs.exceptions.ResourceNotFoundException:
            pass
        found[container["name"]] = next((one["message"] for one in events), None)
    return found


# %% wrong="last-words" says="The last line of main"
def last_words(arn):
    task = look({"taskArn": arn})
    return {one["name"]: (printed(task, one["name"]) or [None])[-1] for one in task["containers"]}
