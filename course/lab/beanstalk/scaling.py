"""The trigger of an environment: two alarms that add and remove instances.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-autoscaling-triggers.html
"""

from __future__ import annotations

from typing import Final

from course.lab.beanstalk import fleet, options, template
from course.lab.beanstalk.store import Environment

_TRIGGER: Final = "aws:autoscaling:trigger"
_ENDS: Final = (
    ("High", "Up", "UpperThreshold", "UpperBreachScaleIncrement", "GreaterThanThreshold"),
    ("Low", "Down", "LowerThreshold", "LowerBreachScaleIncrement", "LessThanThreshold"),
)
# Metrics of the balancer; all others are of the instances.
_OF_BALANCER: Final = ("RequestCount", "Latency", "UnhealthyHostCount", "HealthyHostCount", "TargetResponseTime")


def follow(environment: Environment) -> None:
    """Make the alarms and policies, or change them to what the options say now."""
    settings = options.effective(environment)
    group = fleet.group_of(environment)
    if not group or template.is_single(settings):
        return
    scaling, watch = environment.session.client("autoscaling"), environment.session.client("cloudwatch")
    environment.made = []
    for end, way, threshold, increment, comparison in _ENDS:
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=group, PolicyName=f"{environment.stack_name}-AWSEBAutoScalingScale{way}Policy",
            PolicyType="SimpleScaling", AdjustmentType="ChangeInCapacity",
            Cooldown=int(settings[options.GROUP, "Cooldown"]),
            ScalingAdjustment=int(settings[_TRIGGER, increment]),
        )["PolicyARN"]  # fmt: skip
        name = f"{environment.stack_name}-AWSEBCloudwatchAlarm{end}"
        metric = settings[_TRIGGER, "MeasureName"]
        namespace, dimensions = _measured(environment, metric, group)
        watch.put_metric_alarm(
            AlarmName=name, Namespace=namespace, MetricName=metric, Dimensions=dimensions,
            Statistic=settings[_TRIGGER, "Statistic"], Period=60 * int(settings[_TRIGGER, "Period"]),
            EvaluationPeriods=int(settings[_TRIGGER, "EvaluationPeriods"]),
            Threshold=float(settings[_TRIGGER, threshold]),
            ComparisonOperator=comparison, AlarmActions=[policy],
        )  # fmt: skip
        environment.made.append(name)


def forget(environment: Environment) -> None:
    """Take the alarms away; the policies go with their group."""
    if environment.made:
        environment.session.client("cloudwatch").delete_alarms(AlarmNames=environment.made)
    environment.made = []


def _measured(environment: Environment, metric: str, group: str) -> tuple[str, list[dict[str, str]]]:
    balancer = environment.resources.get("AWSEBV2LoadBalancer", "")
    if metric in _OF_BALANCER and balancer:
        return "AWS/ApplicationELB", [{"Name": "LoadBalancer", "Value": balancer.partition("loadbalancer/")[2]}]
    return "AWS/EC2", [{"Name": "AutoScalingGroupName", "Value": group}]
