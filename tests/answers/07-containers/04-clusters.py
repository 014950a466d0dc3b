# %% [markdown]
# Answers to 07-containers/04-clusters: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="user-data"
def user_data(cluster, reserve, attributes):
    return f"""#!/bin/bash
cat <<'END' > /etc/ecs/ecs.config
ECS_CLUSTER={cluster}
ECS_RESERVED_MEMORY={reserve}
ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}
END
"""


# %% right="user-data"
def user_data(cluster, reserve, attributes):
    own = json.dumps(attributes).replace('"', '\\"')
    return f"""#!/bin/bash
file=/etc/ecs/ecs.config
echo ECS_CLUSTER={cluster} >> $file
echo ECS_RESERVED_MEMORY={reserve} >> "$file"
echo "ECS_INSTANCE_ATTRIBUTES={own}" >> "$file"
"""


# %% wrong="user-data" says="The instance is not in its cluster"
def user_data(cluster, reserve, attributes):
    # Every `>` begins the file anew: only the last setting is left.
    return f"""#!/bin/bash
echo 'ECS_CLUSTER={cluster}' > /etc/ecs/ecs.config
echo 'ECS_RESERVED_MEMORY={reserve}' > /etc/ecs/ecs.config
echo 'ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}' > /etc/ecs/ecs.config
"""


# %% wrong="user-data" says="wants JSON"
def user_data(cluster, reserve, attributes):
    return f"""#!/bin/bash
cat <<'END' >> /etc/ecs/ecs.config
ECS_CLUSTER={cluster}
ECS_RESERVED_MEMORY={reserve}
ECS_INSTANCE_ATTRIBUTES={attributes}
END
"""


# %% wrong="user-data" says="only if it begins with #!"
def user_data(cluster, reserve, attributes):
    return f"echo ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"


# %% wrong="user-data" says="takes double quotes away"
def user_data(cluster, reserve, attributes):
    return f"""#!/bin/bash
echo "ECS_CLUSTER={cluster}" >> /etc/ecs/ecs.config
echo "ECS_RESERVED_MEMORY={reserve}" >> /etc/ecs/ecs.config
echo "ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}" >> /etc/ecs/ecs.config
"""


# %% wrong="user-data" says="The instance is not in its cluster"
def user_data(cluster, reserve, attributes):
    return f"""#!/bin/bash
echo 'CLUSTER={cluster}' >> /etc/ecs/ecs.config
echo 'ECS_RESERVED_MEMORY={reserve}' >> /etc/ecs/ecs.config
echo 'ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}' >> /etc/ecs/ecs.config
"""


# %% wrong="user-data" says="The MiB kept from tasks"
def user_data(cluster, reserve, attributes):
    return f"""#!/bin/bash
echo 'ECS_CLUSTER={cluster}' >> /etc/ecs/ecs.config
echo 'ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}' >> /etc/ecs/ecs.config
"""


# %% right="never-appears"
def launch(cluster):
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    (one,) = boto3.resource("ec2").create_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=f'#!/bin/bash\necho "ECS_CLUSTER={cluster}" > /etc/ecs/ecs.config',
        IamInstanceProfile={"Name": PROFILE},
    )
    return one.id


# %% wrong="never-appears" says="no agent is installed"
def launch(cluster):
    linux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=linux)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n",
        IamInstanceProfile={"Name": PROFILE},
    )
    return made["Instances"][0]["InstanceId"]


# %% wrong="never-appears" says="no instance profile"
def launch(cluster):
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n",
    )
    return made["Instances"][0]["InstanceId"]


# %% wrong="never-appears" says="Registration completed"
def launch(cluster):
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    made = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        UserData=f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs.config\n",
        IamInstanceProfile={"Name": PROFILE},
    )
    return made["Instances"][0]["InstanceId"]


# %% wrong="never-appears" says="Its agent does not run"
def launch(cluster):
    linux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image_id = ssm.get_parameter(Name=linux)["Parameter"]["Value"]
    made = ec2.run_instances(ImageId=image_id, InstanceType="t3.medium", MinCount=1, MaxCount=1)
    one = made["Instances"][0]["InstanceId"]
    ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=json.dumps({"instanceId": one}))
    return one


# %% right="predict-places"
places = {case: (1, 1, 1) for case in ("distinct", "fixed")}
places["spread"] = (1, 2, 2)
places["binpack"] = (0, 2, 3)

# %% wrong="predict-places" says="two tasks fail"
places = {"binpack": [0, 2, 3], "spread": [1, 2, 2], "distinct": [1, 2, 2], "fixed": [1, 1, 1]}

# %% wrong="predict-places" says="the fewest first"
places = {"binpack": [3, 2, 0], "spread": [2, 2, 1], "distinct": [1, 1, 1], "fixed": [1, 1, 1]}

# %% wrong="predict-places" says="fills an instance"
places = {"binpack": [0, 0, 5], "spread": [1, 2, 2], "distinct": [1, 1, 1], "fixed": [1, 1, 1]}


# %% right="pack-in-zones"
def pack_in_zones(cluster, task, count):
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    packed = {"type": "binpack", "field": "MEMORY"}
    placed = 0
    for _ in range(count):
        ran = ecs.run_task(cluster=cluster, taskDefinition=task, placementStrategy=[zones, packed])
        placed += len(ran["tasks"])
    return count - placed


# %% wrong="pack-in-zones" says="Spread comes before binpack"
def pack_in_zones(cluster, task, count):
    ran = ecs.run_task(
        cluster=cluster,
        taskDefinition=task,
        count=count,
        placementStrategy=[
            {"type": "binpack", "field": "memory"},
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
        ],
    )
    return count - len(ran["tasks"])


# %% wrong="pack-in-zones" says="one in each zone has room"
def pack_in_zones(cluster, task, count):
    ran = ecs.run_task(
        cluster=cluster,
        taskDefinition=task,
        count=count,
        placementStrategy=[
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
            {"type": "spread", "field": "instanceId"},
        ],
    )
    return count - len(ran["tasks"])


# %% wrong="pack-in-zones" says="How many found no place"
def pack_in_zones(cluster, task, count):
    ran = ecs.run_task(
        cluster=cluster,
        taskDefinition=task,
        count=count,
        placementStrategy=[
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
            {"type": "binpack", "field": "memory"},
        ],
    )
    return len(ran["tasks"])


# %% wrong="pack-in-zones" says="Packed by memory"
def pack_in_zones(cluster, task, count):
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    ran = ecs.run_task(cluster=cluster, taskDefinition=task, count=count, placementStrategy=[zones])
    return len(ran["failures"])


# %% wrong="pack-in-zones" says="Packed by memory"
def pack_in_zones(cluster, task, count):
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    packed = {"type": "binpack", "field": "cpu"}
    ran = ecs.run_task(cluster=cluster, taskDefinition=task, count=count, placementStrategy=[zones, packed])
    return len(ran["failures"])


# %% wrong="pack-in-zones" says="entries for instances, not for tasks"
def pack_in_zones(cluster, task, count):
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    packed = {"type": "binpack", "field": "memory"}
    ran = ecs.run_task(cluster=cluster, taskDefinition=task, count=count, placementStrategy=[zones, packed])
    return len(ran["failures"])


# %% wrong="pack-in-zones" says="How many found no place"
def pack_in_zones(cluster, task, count):
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    packed = {"type": "binpack", "field": "memory"}
    ecs.run_task(cluster=cluster, taskDefinition=task, count=count, placementStrategy=[zones, packed])
    return 0


# %% right="member-of"
def constraint(families, stack):
    kinds = " || ".join(f"attribute:ecs.instance-type =~ {name}[.].*" for name in families)
    return {"type": "memberOf", "expression": f"attribute:stack == {stack} && ({kinds})"}


# %% right="member-of"
def constraint(families, stack):
    pattern = rf"({'|'.join(families)})\..+"
    return {
        "type": "memberOf",
        "expression": f"attribute:ecs.instance-type =~ {pattern} and attribute:stack == {stack}",
    }


# %% wrong="member-of" says="tasks ran on"
def constraint(families, stack):
    kinds = ", ".join(f"{name}.large" for name in families)
    return {
        "type": "memberOf",
        "expression": f"attribute:stack == {stack} and attribute:ecs.instance-type in [{kinds}]",
    }


# %% wrong="member-of" says="binds more strongly"
def constraint(families, stack):
    kinds = " or ".join(f"attribute:ecs.instance-type =~ {name}[.].*" for name in families)
    return {"type": "memberOf", "expression": f"attribute:stack == {stack} and {kinds}"}


# %% right="member-of"
def constraint(families, stack):
    either = "|".join(families)
    expression = f'attribute:stack == "{stack}" and attribute:ecs.instance-type =~ "({either})[.][a-z0-9]+"'
    return {"type": "memberOf", "expression": expression}


# %% wrong="member-of" says="binds more strongly"
def constraint(families, stack):
    kinds = " or ".join(f'attribute:ecs.instance-type =~ "{name}[.].*"' for name in families)
    return {"type": "memberOf", "expression": f"{kinds} and attribute:stack == {stack}"}


# %% wrong="member-of" says="a dot in a pattern"
def constraint(families, stack):
    kinds = " or ".join(f"attribute:ecs.instance-type =~ {name}.*" for name in families)
    return {"type": "memberOf", "expression": f"({kinds}) and attribute:stack == {stack}"}


# %% wrong="member-of" says="ECS refuses the constraint"
def constraint(families, stack):
    kinds = " or ".join(f"ecs.instance-type =~ {name}.*" for name in families)
    return {"type": "memberOf", "expression": f"({kinds}) and stack == {stack}"}


# %% right="audit"
def audit(cluster):
    found, token = set(), None
    while True:
        page = ecs.list_services(cluster=cluster, **({"nextToken": token} if token else {}))
        for arn in page["serviceArns"]:
            service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
            task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
            checks = {
                "no task role": "taskRoleArn" not in task,
                "no logs": any("logConfiguration" not in box for box in task["containerDefinitions"]),
                "fixed port": task["networkMode"] == "bridge"
                and any(
                    row.get("hostPort") for box in task["containerDefinitions"] for row in box.get("portMappings", ())
                ),
            }
            found |= {(service["serviceName"], what) for what, wrong in checks.items() if wrong}
        token = page.get("nextToken")
        if not token:
            return found


# %% wrong="audit" says="Look at every service"
def audit(cluster):
    found = set()
    for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
        service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        boxes, name = task["containerDefinitions"], service["serviceName"]
        ports = [row.get("hostPort", 0) for box in boxes for row in box.get("portMappings", [])]
        if "taskRoleArn" not in task:
            found.add((name, "no task role"))
        if any("logConfiguration" not in box for box in boxes):
            found.add((name, "no logs"))
        if task["networkMode"] == "bridge" and any(ports):
            found.add((name, "fixed port"))
    return found


# %% wrong="audit" says="Which modes fix the host port"
def audit(cluster):
    found = set()
    for arn in ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]:
        service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        boxes, name = task["containerDefinitions"], service["serviceName"]
        ports = [row.get("hostPort", 0) for box in boxes for row in box.get("portMappings", [])]
        if "taskRoleArn" not in task:
            found.add((name, "no task role"))
        if any("logConfiguration" not in box for box in boxes):
            found.add((name, "no logs"))
        if task["networkMode"] != "host" and any(ports):
            found.add((name, "fixed port"))
    return found


# %% wrong="audit" says="Which revision does the service run"
def audit(cluster):
    found = set()
    for arn in ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]:
        service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        family = service["taskDefinition"].split("/")[-1].split(":")[0]
        task = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
        boxes, name = task["containerDefinitions"], service["serviceName"]
        ports = [row.get("hostPort", 0) for box in boxes for row in box.get("portMappings", [])]
        if "taskRoleArn" not in task:
            found.add((name, "no task role"))
        if any("logConfiguration" not in box for box in boxes):
            found.add((name, "no logs"))
        if task["networkMode"] == "bridge" and any(ports):
            found.add((name, "fixed port"))
    return found


# %% wrong="audit" says="at every container"
def audit(cluster):
    findings = set()
    for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
        service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        name, box = service["serviceName"], task["containerDefinitions"][0]
        if not task.get("taskRoleArn"):
            findings.add((name, "no task role"))
        if task["networkMode"] == "bridge" and any(row.get("hostPort") for row in box.get("portMappings", [])):
            findings.add((name, "fixed port"))
        if not box.get("logConfiguration"):
            findings.add((name, "no logs"))
    return findings


# %% wrong="audit" says="Which modes fix the host port"
def audit(cluster):
    findings = set()
    for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
        service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        name = service["serviceName"]
        if not task.get("taskRoleArn"):
            findings.add((name, "no task role"))
        for box in task["containerDefinitions"]:
            if any(row.get("hostPort") for row in box.get("portMappings", [])):
                findings.add((name, "fixed port"))
            if not box.get("logConfiguration"):
                findings.add((name, "no logs"))
    return findings


# %% right="to-pod"
def to_pod(task):
    def container(box):
        one = {"name": box["name"], "image": box["image"]}
        ports = [{"containerPort": row["containerPort"]} for row in box.get("portMappings", [])]
        sizes = {}
        if "cpu" in box:
            sizes["requests"] = {"cpu": f"{round(box['cpu'] / 1024 * 1000)}m"}
        if "memory" in box:
            sizes["limits"] = {"memory": str(box["memory"]) + "Mi"}
        optional = {"ports": ports, "env": box.get("environment"), "resources": sizes}
        return one | {key: value for key, value in optional.items() if value}

    spec = {"containers": [container(box) for box in task["containerDefinitions"]]}
    return {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": task["family"]}, "spec": spec}


# %% wrong="to-pod" says="resources of container 'web'"
def to_pod(task):
    boxes = []
    for box in task["containerDefinitions"]:
        one = {"name": box["name"], "image": box["image"]}
        if box.get("portMappings"):
            one["ports"] = [{"containerPort": row["containerPort"]} for row in box["portMappings"]]
        if box.get("environment"):
            one["env"] = box["environment"]
        one["resources"] = {"limits": {"memory": f"{box['memory']}Mi"}, "requests": {"cpu": f"{box.get('cpu', 0)}m"}}
        boxes.append(one)
    metadata = {"name": task["family"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": boxes}}


# %% wrong="to-pod" says="resources of container 'bare'"
def to_pod(task):
    boxes = []
    for box in task["containerDefinitions"]:
        one = {"name": box["name"], "image": box["image"], "resources": {}}
        if "portMappings" in box:
            one["ports"] = [{"containerPort": row["containerPort"]} for row in box["portMappings"]]
        if "environment" in box:
            one["env"] = box["environment"]
        if "memory" in box:
            one["resources"]["limits"] = {"memory": f"{box['memory']}Mi"}
        if "cpu" in box:
            one["resources"]["requests"] = {"cpu": f"{box['cpu'] * 1000 // 1024}m"}
        boxes.append(one)
    metadata = {"name": task["family"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": boxes}}


# %% wrong="to-pod" says="ports of container 'web'"
def to_pod(task):
    boxes = []
    for box in task["containerDefinitions"]:
        one = {"name": box["name"], "image": box["image"], "ports": box.get("portMappings", [])}
        boxes.append(one)
    metadata = {"name": task["family"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": boxes}}


# %% right="kubernetes-choices"
pods = {"model": ["self-managed", "Lustre"], "database": ["managed", "EBS"]}
pods |= {"uploads": ["managed", "EFS"], "reports": ["fargate", "EFS"]}

# %% wrong="kubernetes-choices" says="there only EFS can be mounted"
pods = {
    "database": ("managed", "EBS"),
    "reports": ("fargate", "EBS"),
    "model": ("self-managed", "Lustre"),
    "uploads": ("managed", "EFS"),
}

# %% wrong="kubernetes-choices" says="Who launches the nodes manages them"
pods = {
    "database": ("managed", "EBS"),
    "reports": ("fargate", "EFS"),
    "model": ("managed", "Lustre"),
    "uploads": ("managed", "EFS"),
}


# %% right="eks-bill"
def eks_bill(clusters, months, late, late_months):
    standard = float(facts.price("eks", "cluster-hour-standard"))
    extra = float(facts.price("eks", "cluster-hour-extended")) - standard
    return 730 * (clusters * months * standard + late * late_months * extra)


# %% wrong="eks-bill" says="one of them four months late"
def eks_bill(clusters, months, late, late_months):
    usual = (clusters - late) * months * facts.price("eks", "cluster-hour-standard")
    return 730 * (usual + late * late_months * facts.price("eks", "cluster-hour-extended"))


# %% wrong="eks-bill" says="one of them four months late"
def eks_bill(clusters, months, late, late_months):
    usual = clusters * months * facts.price("eks", "cluster-hour-standard")
    return 730 * (usual + late * late_months * facts.price("eks", "cluster-hour-extended"))
