# %% [markdown]
# Answers to 07-containers/03-services: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="publish"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box], networkMode="bridge")
    made = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition="forecast",
        desiredCount=count,
        launchType="EC2",
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "web", "containerPort": 8080}],
        healthCheckGracePeriodSeconds=60,
        placementStrategy=[{"type": "spread", "field": "instanceId"}],
    )
    return made["service"]["serviceArn"]


# %% wrong="publish" says="A fixed host port admits one copy each"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080, "hostPort": 8080}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box])
    made = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition="forecast",
        desiredCount=count,
        launchType="EC2",
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "web", "containerPort": 8080}],
        healthCheckGracePeriodSeconds=60,
    )
    return made["service"]["serviceArn"]


# %% wrong="publish" says="see loadBalancers"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box])
    made = ecs.create_service(
        cluster=cluster, serviceName="forecast", taskDefinition="forecast", desiredCount=count, launchType="EC2"
    )
    return made["service"]["serviceArn"]


# %% wrong="publish" says="The seconds before"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box])
    made = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition="forecast",
        desiredCount=count,
        launchType="EC2",
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "web", "containerPort": 8080}],
    )
    return made["service"]["serviceArn"]


# %% wrong="publish" says="The protocol of the port"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080, "protocol": "udp"}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box])
    made = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition="forecast",
        desiredCount=count,
        launchType="EC2",
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "web", "containerPort": 8080}],
        healthCheckGracePeriodSeconds=60,
    )
    return made["service"]["serviceArn"]


# %% wrong="publish" says="The desired count for 3"
def publish(cluster, target_group, count):
    ports = [{"containerPort": 8080}]
    box = {"name": "web", "image": "forecast:1", "cpu": 128, "memory": 512, "portMappings": ports}
    ecs.register_task_definition(family="forecast", containerDefinitions=[box])
    made = ecs.create_service(
        cluster=cluster,
        serviceName="forecast",
        taskDefinition="forecast",
        desiredCount=5,
        launchType="EC2",
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "web", "containerPort": 8080}],
        healthCheckGracePeriodSeconds=60,
    )
    return made["service"]["serviceArn"]


# %% right="open-ports"
def admit(hosts_group):
    boto3.resource("ec2").SecurityGroup(hosts_group).authorize_ingress(
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 32768, "ToPort": 60999,
             "UserIdGroupPairs": [{"GroupId": BALANCER_GROUP, "Description": "the balancer"}]}
        ]
    )  # fmt: skip


# %% wrong="open-ports" says="open to"
def admit(hosts_group):
    ec2.authorize_security_group_ingress(
        GroupId=hosts_group, IpProtocol="tcp", FromPort=32768, ToPort=60999, CidrIp="0.0.0.0/0"
    )


# %% wrong="open-ports" says="not on the port inside"
def admit(hosts_group):
    pair = [{"GroupId": BALANCER_GROUP}]
    rule = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "UserIdGroupPairs": pair}
    ec2.authorize_security_group_ingress(GroupId=hosts_group, IpPermissions=[rule])


# %% wrong="open-ports" says="ports that the rule admits"
def admit(hosts_group):
    pair = [{"GroupId": BALANCER_GROUP}]
    rule = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": pair}
    ec2.authorize_security_group_ingress(GroupId=hosts_group, IpPermissions=[rule])


# %% wrong="open-ports" says="ports that the rule admits"
def admit(hosts_group):
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": BALANCER_GROUP}]}
    ec2.authorize_security_group_ingress(GroupId=hosts_group, IpPermissions=[rule])


# %% wrong="open-ports" says="open to"
def admit(hosts_group):
    rule = {"IpProtocol": "tcp", "FromPort": 32768, "ToPort": 60999}
    rule |= {"UserIdGroupPairs": [{"GroupId": BALANCER_GROUP}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    ec2.authorize_security_group_ingress(GroupId=hosts_group, IpPermissions=[rule])


# %% wrong="open-ports" says="alone"
def admit(hosts_group):
    pairs = [{"GroupId": BALANCER_GROUP}, {"GroupId": hosts_group}]
    rule = {"IpProtocol": "tcp", "FromPort": 32768, "ToPort": 60999, "UserIdGroupPairs": pairs}
    ec2.authorize_security_group_ingress(GroupId=hosts_group, IpPermissions=[rule])


# %% right="choose-balancer"
choices = dict(
    zip(
        ("partner", "map-fargate", "buoys", "forecast-site"),
        (["NLB", "instance"], ["ALB", "ip"], ["NLB", "ip"], ["ALB", "instance"]),
        strict=True,
    )
)

# %% wrong="choose-balancer" says="UDP is nothing for an ALB"
choices = {
    "forecast-site": ("ALB", "instance"),
    "buoys": ("ALB", "ip"),
    "map-fargate": ("ALB", "ip"),
    "partner": ("NLB", "instance"),
}

# %% wrong="choose-balancer" says="on Fargate every task has an address"
choices = {
    "forecast-site": ("ALB", "instance"),
    "buoys": ("NLB", "ip"),
    "map-fargate": ("ALB", "instance"),
    "partner": ("NLB", "instance"),
}

# %% right="rollout"
desired = 4
lower, upper = desired * 50 // 100, desired * 100 // 100
prediction = {
    "lowest": lower,
    "highest": upper,
    "first_step": [lower, 0],
    "second_step": [lower, upper - lower],
}

# %% wrong="rollout" says="no task can start before one has stopped"
prediction = {"lowest": 2, "highest": 4, "first_step": (4, 2), "second_step": (2, 2)}

# %% wrong="rollout" says="is a pair"
prediction = {"lowest": 2, "highest": 4, "first_step": 2, "second_step": 4}

# %% wrong="rollout" says="The smallest number of tasks"
prediction = {"lowest": 4, "highest": 4, "first_step": (2, 0), "second_step": (2, 2)}


# %% right="safe-release"
def safe_release(desired, spare):
    percent = 100
    while desired * percent // 100 < desired + spare:
        percent += 1
    return {
        "deploymentCircuitBreaker": {"rollback": True, "enable": True},
        "maximumPercent": percent,
        "minimumHealthyPercent": 100,
    }


# %% wrong="safe-release" says="rounds the maximum down"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 100,
        "maximumPercent": int((desired + spare) / desired * 100),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }


# %% wrong="safe-release" says="five minutes later"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 100,
        "maximumPercent": math.ceil((desired + spare) * 100 / desired),
        "deploymentCircuitBreaker": {"enable": True, "rollback": False},
    }


# %% wrong="safe-release" says="are desired, but only"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 50,
        "maximumPercent": math.ceil((desired + spare) * 100 / desired),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }


# %% wrong="safe-release" says="let 18 be enough"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 90,
        "maximumPercent": math.ceil((desired + spare) * 100 / desired),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }


# %% wrong="safe-release" says="let 21 run at most"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 100,
        "maximumPercent": 100 + math.ceil(100 / desired),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }


# %% wrong="safe-release" says="multiply before you divide"
def safe_release(desired, spare):
    return {
        "minimumHealthyPercent": 100,
        "maximumPercent": math.ceil((desired + spare) / desired * 100),
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }


# %% right="follow-load"
def follow(cluster, service, least, most, percent):
    resource = "/".join(["service", cluster, service])
    common = dict(ServiceNamespace="ecs", ResourceId=resource, ScalableDimension="ecs:service:DesiredCount")
    scaling.register_scalable_target(**common, MinCapacity=least, MaxCapacity=most)
    metric = {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Dimensions": [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": service}],
    }
    scaling.put_scaling_policy(
        **common,
        PolicyName="own",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": percent,
            "CustomizedMetricSpecification": metric,
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 120,
        },
    )


# %% wrong="follow-load" says="Does the policy track"
def follow(cluster, service, least, most, percent):
    common = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(MinCapacity=least, MaxCapacity=most, **common)


# %% wrong="follow-load" says="Does the policy track"
def follow(cluster, service, least, most, percent):
    common = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(MinCapacity=least, MaxCapacity=most, **common)
    scaling.put_scaling_policy(
        PolicyName="memory",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": percent,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"},
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 120,
        },
        **common,
    )


# %% wrong="follow-load" says="The rests after out and in"
def follow(cluster, service, least, most, percent):
    common = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(MinCapacity=least, MaxCapacity=most, **common)
    scaling.put_scaling_policy(
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": percent,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
        **common,
    )


# %% wrong="follow-load" says="service doesn't exist"
def follow(cluster, service, least, most, percent):
    common = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/forecast",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(MinCapacity=least, MaxCapacity=most, **common)


# %% right="make-room"
def make_room(cluster, group_arn):
    provider = ecs.create_capacity_provider(
        name="room-" + cluster,
        autoScalingGroupProvider={"autoScalingGroupArn": group_arn, "managedScaling": {"status": "ENABLED"}},
    )["capacityProvider"]["name"]
    entry = [{"capacityProvider": provider, "weight": 1, "base": 1}]
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=[provider], defaultCapacityProviderStrategy=entry
    )
    return provider


# %% wrong="make-room" says="Is managed scaling ENABLED?"
def make_room(cluster, group_arn):
    name = f"room-{cluster}"
    ecs.create_capacity_provider(name=name, autoScalingGroupProvider={"autoScalingGroupArn": group_arn})
    entry = [{"capacityProvider": name, "weight": 1}]
    ecs.put_cluster_capacity_providers(cluster=cluster, capacityProviders=[name], defaultCapacityProviderStrategy=entry)
    return name


# %% wrong="make-room" says="no default strategy"
def make_room(cluster, group_arn):
    name = f"room-{cluster}"
    ecs.create_capacity_provider(
        name=name,
        autoScalingGroupProvider={"autoScalingGroupArn": group_arn, "managedScaling": {"status": "ENABLED"}},
    )
    ecs.put_cluster_capacity_providers(cluster=cluster, capacityProviders=[name], defaultCapacityProviderStrategy=[])
    return name


# %% wrong="make-room" says="associate 'room-'"
def make_room(cluster, group_arn):
    name = f"room-{cluster}"
    ecs.create_capacity_provider(
        name=name,
        autoScalingGroupProvider={"autoScalingGroupArn": group_arn, "managedScaling": {"status": "ENABLED"}},
    )
    return name


# %% right="share"
def share(count, base, weights):
    counts = Counter(dict.fromkeys(weights, 0))
    counts[base[0]] = min(count, base[1])
    rest = count - counts[base[0]]
    for name, weight in weights.items():
        counts[name] += round(rest * weight / sum(weights.values()))
    return dict(counts)


# %% wrong="share" says="10 tasks, base 2"
def share(count, base, weights):
    whole = sum(weights.values())
    return {name: count * weight // whole for name, weight in weights.items()}


# %% wrong="share" says="the base is not filled"
def share(count, base, weights):
    whole = sum(weights.values())
    found = {name: (count - base[1]) * weight // whole for name, weight in weights.items()}
    found[base[0]] += base[1]
    return found


# %% wrong="share" says="base 4 on Spot"
def share(count, base, weights):
    first = min(count, base[1])
    found = {name: (count - first) * weight // sum(weights.values()) for name, weight in weights.items()}
    found["FARGATE"] += first
    return found


# %% right="break-even"
def break_even(hourly, vcpus, gigabytes):
    return int(100 * hourly / (vcpus * vcpu + gigabytes * gb) + 0.5)


# %% wrong="break-even" says="r5.large"
def break_even(hourly, vcpus, gigabytes):
    return int(100 * hourly / (vcpus * vcpu + gigabytes * gb))


# %% wrong="break-even" says="m5.large"
def break_even(hourly, vcpus, gigabytes):
    fargate = vcpus * facts.price("fargate", "vcpu-hour-linux-x86")
    return round(hourly / fargate * 100)


# %% wrong="break-even" says="m5.large"
def break_even(hourly, vcpus, gigabytes):
    fargate = vcpus * facts.price("fargate", "vcpu-hour-linux-x86")
    fargate += gigabytes * facts.price("fargate", "gb-hour-linux-x86")
    return round(fargate / hourly * 100)
