# %% [markdown]
# Answers to 02-compute/08-scaling-policies: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="servers-needed"
def needed(load, per_server, target, least, most):
    count = least
    while count < most and count * per_server * target < load:
        count += 1
    return count


# %% wrong="servers-needed" says="round up"
def needed(load, per_server, target, least, most):
    return max(least, min(most, int(load / (per_server * target))))


# %% wrong="servers-needed" says="filled to 50 %"
def needed(load, per_server, target, least, most):
    return max(least, min(most, ceil(load / per_server)))


# %% wrong="servers-needed" says="at most 20 servers"
def needed(load, per_server, target, least, most):
    return max(least, ceil(load / per_server / target))


# %% wrong="servers-needed" says="filled to 75 %"
def needed(load, per_server, target, least, most):
    return max(least, min(most, ceil(load / (per_server * (1 - target)))))


# %% wrong="servers-needed" says="at least 2 servers"
def needed(load, per_server, target, least, most):
    return min(most, ceil(load / (per_server * target)) or least)


# %% right="hold-cpu"
def hold(name):
    boto3.client("autoscaling").put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="target",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "CustomizedMetricSpecification": {
                "Namespace": "AWS/EC2",
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": "AutoScalingGroupName", "Value": name}],
                "Statistic": "Average",
            },
            "TargetValue": 40,
            "DisableScaleIn": False,
        },
        EstimatedInstanceWarmup=120,
    )


# %% wrong="hold-cpu" says="25 minutes after the load fell"
def hold(name):
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        EstimatedInstanceWarmup=120,
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 40.0,
            "DisableScaleIn": True,
        },
    )


# %% wrong="hold-cpu" says="The size after 20 minutes"
def hold(name):
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        EstimatedInstanceWarmup=120,
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 60.0,
        },
    )


# %% wrong="hold-cpu" says="EstimatedInstanceWarmup"
def hold(name):
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 40.0,
        },
    )


# %% right="good-metric"
def is_good(before, after):
    from statistics import mean

    return bool(mean(after) / mean(before) <= 0.6)


# %% wrong="good-metric" says="a little better"
def is_good(before, after):
    return sum(after) / len(after) < sum(before) / len(before)


# %% wrong="good-metric" says="one odd minute"
def is_good(before, after):
    return max(after) <= 0.6 * max(before)


# %% wrong="good-metric" says="Exactly 60 %"
def is_good(before, after):
    return sum(after) / len(after) < 0.6 * sum(before) / len(before)


# %% right="follow-users"
def follow_users(name):
    client = boto3.client("cloudwatch")
    more = scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="users-up",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=[
            {"MetricIntervalLowerBound": 500, "ScalingAdjustment": 3},
            {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 500, "ScalingAdjustment": 1},
        ],
    )["PolicyARN"]
    fewer = scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="users-down",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=-1,
    )["PolicyARN"]
    watched = {
        "Namespace": "Halyard",
        "MetricName": "ConnectedUsers",
        "Dimensions": [{"Name": "Fleet", "Value": name}],
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    client.put_metric_alarm(
        AlarmName=lab.unique_name("up"),
        Threshold=1000,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[more],
        **watched,
    )
    client.put_metric_alarm(
        AlarmName=lab.unique_name("down"),
        Threshold=300,
        ComparisonOperator="LessThanThreshold",
        AlarmActions=[fewer],
        **watched,
    )


# %% wrong="follow-users" says="Each group needs its own alarms"
def follow_users(name):
    for rule, limit, sign, change in (("more", 1000, "Greater", 1), ("fewer", 300, "Less", -1)):
        arn = scaling.put_scaling_policy(
            AutoScalingGroupName=name, PolicyName=rule, AdjustmentType="ChangeInCapacity", ScalingAdjustment=change
        )["PolicyARN"]
        cloudwatch.put_metric_alarm(
            AlarmName=rule,
            Namespace="Halyard",
            MetricName="ConnectedUsers",
            Dimensions=[{"Name": "Fleet", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=f"{sign}ThanThreshold",
            AlarmActions=[arn],
        )


# %% wrong="follow-users" says="has 1,500 users on average"
def follow_users(name):
    for rule, limit, sign, change in (("more", 1000, "Greater", 1), ("fewer", 300, "Less", -1)):
        arn = scaling.put_scaling_policy(
            AutoScalingGroupName=name, PolicyName=rule, AdjustmentType="ChangeInCapacity", ScalingAdjustment=change
        )["PolicyARN"]
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}",
            Namespace="Halyard",
            MetricName="ConnectedUsers",
            Dimensions=[{"Name": "Fleet", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=f"{sign}ThanThreshold",
            AlarmActions=[arn],
        )


# %% wrong="follow-users" says="has 1,200 users on average"
def follow_users(name):
    stairs = [
        {"MetricIntervalLowerBound": 1000, "MetricIntervalUpperBound": 1500, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 1500, "ScalingAdjustment": 3},
    ]
    arn = scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="more",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=stairs,
    )["PolicyARN"]
    cloudwatch.put_metric_alarm(
        AlarmName=f"{name}-more",
        Namespace="Halyard",
        MetricName="ConnectedUsers",
        Dimensions=[{"Name": "Fleet", "Value": name}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1000,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn],
    )


# %% wrong="follow-users" says="has 1,000 users on average"
def follow_users(name):
    group = {"AutoScalingGroupName": name, "PolicyType": "StepScaling", "AdjustmentType": "ChangeInCapacity"}
    more = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 500, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 500, "ScalingAdjustment": 3},
    ]
    fewer = [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}]
    for rule, steps_of_it, comparison, limit in (
        ("out", more, "GreaterThanThreshold", 1000),
        ("in", fewer, "LessThanThreshold", 300),
    ):
        made = scaling.put_scaling_policy(**group, PolicyName=rule, StepAdjustments=steps_of_it)
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}", Namespace="Halyard", MetricName="ConnectedUsers", Statistic="Maximum",
            Dimensions=[{"Name": "Fleet", "Value": name}], Period=60, EvaluationPeriods=1, Threshold=limit,
            ComparisonOperator=comparison, AlarmActions=[made["PolicyARN"]],
        )  # fmt: skip


# %% wrong="follow-users" says="has 1,500 users on average"
def follow_users(name):
    group = {"AutoScalingGroupName": name, "PolicyType": "StepScaling", "AdjustmentType": "ChangeInCapacity"}
    more = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 501, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 501, "ScalingAdjustment": 3},
    ]
    fewer = [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}]
    for rule, steps_of_it, comparison, limit in (
        ("out", more, "GreaterThanThreshold", 1000),
        ("in", fewer, "LessThanThreshold", 300),
    ):
        made = scaling.put_scaling_policy(**group, PolicyName=rule, StepAdjustments=steps_of_it)
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}", Namespace="Halyard", MetricName="ConnectedUsers", Statistic="Average",
            Dimensions=[{"Name": "Fleet", "Value": name}], Period=60, EvaluationPeriods=1, Threshold=limit,
            ComparisonOperator=comparison, AlarmActions=[made["PolicyARN"]],
        )  # fmt: skip


# %% right="growth"
def growth(size, change, minutes, cooldown, most):
    rests_until = 0
    for minute in range(minutes):
        if minute >= rests_until:
            size = min(size + change, most)
            rests_until = minute + cooldown
    return size


# %% wrong="growth" says="the lab has"
def growth(size, change, minutes, cooldown, most):
    return min(most, size + change * minutes)


# %% wrong="growth" says="7 minutes, cooldown of 3"
def growth(size, change, minutes, cooldown, most):
    return min(most, size + change * (minutes // max(1, cooldown)))


# %% wrong="growth" says="at most 9"
def growth(size, change, minutes, cooldown, most):
    return size + change * ceil(minutes / max(1, cooldown))


# %% right="calm-down"
def follow_cpu(name):
    rules = [("out", 1, "GreaterThanThreshold", 60), ("in", -1, "LessThanThreshold", 25)]
    for rule, change, comparison, limit in rules:
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=rule,
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=change,
            Cooldown=180,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}",
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "AutoScalingGroupName", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=comparison,
            AlarmActions=[policy["PolicyARN"]],
        )


# %% wrong="calm-down" says="One rule undoes what the other did"
def follow_cpu(name):
    rules = [("out", 1, "GreaterThanThreshold", 60), ("in", -1, "LessThanThreshold", 50)]
    for rule, change, comparison, limit in rules:
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=rule,
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=change,
            Cooldown=300,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}",
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "AutoScalingGroupName", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=comparison,
            AlarmActions=[policy["PolicyARN"]],
        )


# %% wrong="calm-down" says="60 % is the most"
def follow_cpu(name):
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="at-90",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 90.0,
        },
    )


# %% wrong="calm-down" says="45 minutes after the load went away"
def follow_cpu(name):
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="only-out",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 55.0,
            "DisableScaleIn": True,
        },
    )


# %% wrong="calm-down" says="One rule undoes what the other did"
def follow_cpu(name):
    for rule, change, comparison, limit in (
        ("out", 1, "GreaterThanThreshold", 60),
        ("in", -1, "LessThanThreshold", 35),
    ):
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=rule,
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=change,
            Cooldown=60,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average",
            Dimensions=[{"Name": "AutoScalingGroupName", "Value": name}], Period=60, EvaluationPeriods=1,
            Threshold=limit, ComparisonOperator=comparison, AlarmActions=[policy["PolicyARN"]],
        )  # fmt: skip


# %% right="friday-rush"
def friday_rush(name):
    client = boto3.client("autoscaling")
    for action, cron, least in (("up", "0 16 * * FRI", 10), ("down", "0 22 * * 5", 2)):
        client.put_scheduled_update_group_action(
            AutoScalingGroupName=name,
            ScheduledActionName=action,
            Recurrence=cron,
            TimeZone="Europe/Athens",
            MinSize=least,
        )


# %% wrong="friday-rush" says="See TimeZone"
def friday_rush(name):
    for action, hour, least in (("rush", 14, 10), ("calm", 20, 2)):
        scaling.put_scheduled_update_group_action(
            AutoScalingGroupName=name, ScheduledActionName=action, Recurrence=f"0 {hour} * * 5", MinSize=least
        )


# %% wrong="friday-rush" says="On a Friday at 15:59"
def friday_rush(name):
    scaling.put_scheduled_update_group_action(
        AutoScalingGroupName=name,
        ScheduledActionName="rush",
        Recurrence="0 16 * * 5",
        TimeZone="Europe/Athens",
        MinSize=10,
    )


# %% wrong="friday-rush" says="at 16:01"
def friday_rush(name):
    for action, hour, least in (("rush", 16, 10), ("calm", 22, 2)):
        scaling.put_scheduled_update_group_action(
            AutoScalingGroupName=name,
            ScheduledActionName=action,
            Recurrence=f"0 {hour} * * 6",
            TimeZone="Europe/Athens",
            MinSize=least,
        )


# %% right="tomorrow"
def tomorrow(history, per_server):
    recent = history[-14:]
    servers = []
    for hour in range(24):
        means = [sum(day[h % 24] for day in recent) / len(recent) for h in (hour, hour + 1)]
        servers.append(-int(-max(means) // per_server))
    return servers


# %% wrong="tomorrow" says="servers in hour 8"
def tomorrow(history, per_server):
    days = history[-14:]
    return [ceil(sum(day[hour] for day in days) / len(days) / per_server) for hour in range(24)]


# %% wrong="tomorrow" says="then 7 flat ones"
def tomorrow(history, per_server):
    means = [sum(day[hour] for day in history) / len(history) for hour in range(24)]
    return [ceil(max(means[hour], means[(hour + 1) % 24]) / per_server) for hour in range(24)]


# %% wrong="tomorrow" says="A peak in hour 0"
def tomorrow(history, per_server):
    days = history[-14:]
    means = [sum(day[hour] for day in days) / len(days) for hour in range(24)]
    return [ceil(max(means[hour : hour + 2]) / per_server) for hour in range(24)]


# %% wrong="tomorrow" says="then 7 flat ones"
def tomorrow(history, per_server):
    week = history[-7:]
    mean = [sum(day[hour] for day in week) / len(week) for hour in range(24)]
    return [ceil(max(mean[hour], mean[(hour + 1) % 24]) / per_server) for hour in range(24)]
