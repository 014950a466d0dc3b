"""What stands before and beside the resources of a landscape: load balancers, groups of instances, services, alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from course.lab.landscape import Landscape

# Metrics of services name what they are about by these dimensions.
_WATCHED: Final = {"QueueName": "sqs:", "FunctionName": "lambda:function:", "TableName": "dynamodb:table/"}


def _elbv2(elb: Any, found: Landscape) -> None:
    for group in elb.describe_target_groups()["TargetGroups"]:
        arn = group["TargetGroupArn"]
        found.add(arn, group["TargetGroupName"], "target group", "network")
        for one in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]:
            target = one["Target"]
            if target["Id"] in found.names or target["Id"].startswith("arn:"):
                found.link(arn, target["Id"], f"port {target['Port']}" if "Port" in target else "")
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        found.add(arn, balancer["LoadBalancerName"], f"{balancer['Type']} load balancer", "network")
        for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            words = f"{listener['Protocol']} {listener['Port']}"
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                for action in rule["Actions"]:
                    if action.get("TargetGroupArn"):
                        found.link(arn, action["TargetGroupArn"], words)


def _autoscaling(scaling: Any, found: Landscape) -> None:
    for group in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
        arn = group["AutoScalingGroupARN"]
        found.add(arn, group["AutoScalingGroupName"], "Auto Scaling group", "compute")
        for one in group["Instances"]:
            if one["InstanceId"] in found.names:
                found.link(arn, one["InstanceId"])


def _ecs(ecs: Any, found: Landscape) -> None:
    for cluster in ecs.list_clusters()["clusterArns"]:
        pages = ecs.get_paginator("list_services").paginate(cluster=cluster)
        for arn in [one for page in pages for one in page["serviceArns"]]:
            (service,) = ecs.describe_services(cluster=cluster, services=[arn])["services"]
            running = f"service, {service['runningCount']} of {service['desiredCount']} tasks"
            found.add(arn, service["serviceName"], running, "compute")
            for one in service.get("loadBalancers") or ():
                if one.get("targetGroupArn"):
                    found.link(one["targetGroupArn"], arn)


def _cloudwatch(cloudwatch: Any, found: Landscape) -> None:
    told = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for alarm in told["MetricAlarms"] + told["CompositeAlarms"]:
        arn = alarm["AlarmArn"]
        found.add(arn, alarm["AlarmName"], "alarm", "security")
        home = ":".join(arn.split(":")[3:5])
        for one in alarm.get("Dimensions") or ():
            service, _, kind = _WATCHED.get(one["Name"], "").partition(":")
            watched = f"arn:aws:{service}:{home}:{kind}{one['Value']}"
            if service and watched in found.names:
                found.link(watched, arn, "watched")
        for key, words in (("AlarmActions", "rings"), ("OKActions", "calms"), ("InsufficientDataActions", "")):
            for action in alarm.get(key) or ():
                if ":scalingPolicy:" in action:
                    group = action.partition("autoScalingGroupName/")[2].partition(":")[0]
                    action = next(
                        (known for known in found.names if known.endswith(f"autoScalingGroupName/{group}")), ""
                    )
                if action and not action.startswith("arn:aws:automate"):
                    found.link(arn, action, words)


DOORS: Final[dict[str, Callable[[Any, Landscape], None]]] = {
    "autoscaling": _autoscaling,
    "elbv2": _elbv2,
    "ecs": _ecs,
    "cloudwatch": _cloudwatch,
}
