"""What AWS itself would have measured: put in by `lab.measured`, seen by readers, alarms and scaling policies."""

import datetime as dt

import boto3
import pytest

from course import lab

INSTANCE = {"InstanceId": "i-0123456789abcdef0"}


def listed(dimensions):
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def read(statistic="Average", minutes=60, ahead=0, name="CPUUtilization", namespace="AWS/EC2", dimensions=INSTANCE):
    """Values by the minutes that lie between their period and now."""
    now = lab.clock.now()
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Dimensions=listed(dimensions), Period=60, Statistics=[statistic],
        StartTime=now - dt.timedelta(minutes=minutes),
        EndTime=now + dt.timedelta(minutes=ahead, seconds=1))  # fmt: skip
    this_minute = now.replace(second=0, microsecond=0)
    return {round((one["Timestamp"] - this_minute).total_seconds() / 60): one[statistic] for one in found["Datapoints"]}


def alarm(periods=3, threshold=80, **more):
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="hot", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60,
        EvaluationPeriods=periods, Threshold=threshold, ComparisonOperator="GreaterThanThreshold",
        Dimensions=listed(INSTANCE), **more)  # fmt: skip


def state():
    (found,) = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return found["StateValue"]


def cpu(values, **more):
    lab.measured("AWS/EC2", "CPUUtilization", values, INSTANCE, **more)


def test_a_list_ends_with_the_last_full_minute():
    cpu([10, 20, 30])
    assert read() == {-3: 10, -2: 20, -1: 30}


def test_a_list_may_begin_now_and_arrives_as_the_clock_moves():
    cpu([10, 20, 30], since=lab.clock.now())
    assert read() == {0: 10}
    lab.clock.advance(minutes=1)
    assert read(ahead=5) == {-1: 10, 0: 20}
    lab.clock.advance(minutes=10)
    assert read() == {-11: 10, -10: 20, -9: 30}


def test_a_list_may_end_at_a_moment_of_the_past():
    cpu([10, 20], until=lab.clock.now() - dt.timedelta(minutes=30))
    assert read() == {-32: 10, -31: 20}


def test_a_number_goes_on_until_another_takes_its_place():
    cpu(20)
    lab.clock.advance(minutes=3)
    cpu(95)
    lab.clock.advance(minutes=2)
    assert read() == {-5: 20, -4: 20, -3: 20, -2: 95, -1: 95, 0: 95}


def test_none_ends_a_course_and_leaves_gaps_in_lists():
    cpu([10, None, 30])
    assert read() == {-3: 10, -1: 30}
    cpu(50)
    lab.clock.advance(minutes=1)
    cpu(None)
    lab.clock.advance(minutes=2)
    assert read() == {-6: 10, -4: 30, -3: 50}


def test_the_past_can_be_told_while_a_course_goes_on():
    cpu(20)
    cpu([7, 8])
    lab.clock.advance(minutes=1)
    assert read() == {-3: 7, -2: 8, -1: 20, 0: 20}


def test_a_course_ends_when_it_is_told():
    cpu(20, until=lab.clock.now() + dt.timedelta(minutes=2))
    lab.clock.advance(minutes=5)
    assert read() == {-5: 20, -4: 20}


def test_a_number_may_have_begun_earlier():
    cpu(20, since=lab.clock.now() - dt.timedelta(minutes=2))
    assert read() == {-2: 20, -1: 20, 0: 20}


def test_a_function_is_asked_at_the_beginning_of_each_period():
    begin = lab.clock.now().replace(second=0, microsecond=0)
    cpu(lambda at: (at - begin).total_seconds() / 60)
    lab.clock.advance(minutes=3)
    assert read() == {-3: 0, -2: 1, -1: 2, 0: 3}


def test_a_period_may_hold_many_values():
    balancer = {"LoadBalancer": "app/shop/1"}
    lab.measured("AWS/ApplicationELB", "TargetResponseTime", [[0.1, 0.2, 0.9]], balancer, unit="Seconds")
    asked = {"name": "TargetResponseTime", "namespace": "AWS/ApplicationELB", "dimensions": balancer}
    assert read("SampleCount", **asked) == {-1: 3}
    assert read("Maximum", **asked) == {-1: 0.9}


def test_a_longer_period_has_one_value():
    cpu([10, 20], every=300)
    assert sorted(read().values()) == [10, 20]
    first, second = sorted(read())
    assert second - first == 5


def test_an_alarm_rings_when_what_lies_ahead_has_come():
    alarm()
    cpu([50, 90, 90, 90], since=lab.clock.now())
    lab.clock.advance(minutes=3)
    assert state() != "ALARM"
    lab.clock.advance(minutes=1)
    assert state() == "ALARM"


def test_an_alarm_sees_the_past():
    cpu([90, 90, 90])
    alarm()
    lab.clock.advance(minutes=1)
    assert state() == "ALARM"


def test_a_group_grows_until_the_load_that_is_measured_is_shared_by_enough():
    ec2, scaling = boto3.client("ec2"), boto3.client("autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=1, MaxSize=10,
                                      DesiredCapacity=1, AvailabilityZones=["us-east-1a"])  # fmt: skip
    tracked = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50}
    scaling.put_scaling_policy(AutoScalingGroupName="web", PolicyName="half", PolicyType="TargetTrackingScaling",
                               TargetTrackingConfiguration=tracked)  # fmt: skip

    def size():
        (group,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return group["DesiredCapacity"]

    lab.measured("AWS/EC2", "CPUUtilization", lambda at: min(100, 300 / size()), {"AutoScalingGroupName": "web"})
    lab.clock.advance(minutes=60)
    assert size() == 6


def test_an_emptied_account_measures_nothing_more():
    cpu(20)
    lab.reset()
    lab.clock.advance(minutes=5)
    assert read() == {}


def test_another_region_has_metrics_of_its_own():
    cpu([10], region="eu-west-1")
    assert read() == {}
    found = boto3.client("cloudwatch", region_name="eu-west-1").list_metrics(Namespace="AWS/EC2")
    assert [one["MetricName"] for one in found["Metrics"]] == ["CPUUtilization"]


def refusal(*asked, **more):
    with pytest.raises((ValueError, TypeError)) as no:
        lab.measured(*asked, **more)
    return str(no.value)


def test_refusals_name_the_next_step():
    now = lab.clock.now()
    assert "put_metric_data" in refusal("shop", "Orders", [1])
    assert "put_metric_data" in refusal("CWAgent", "mem_used_percent", [1])
    assert "Give one as AWS does" in refusal("AWS/EC2", "", [1])
    assert "multiple of 60" in refusal("AWS/EC2", "CPUUtilization", [1], every=10)
    assert "Percent" in refusal("AWS/EC2", "CPUUtilization", [1], unit="percent")
    assert "not both" in refusal("AWS/EC2", "CPUUtilization", [1], since=now, until=now)
    assert "lab.clock.now()" in refusal("AWS/EC2", "CPUUtilization", [1], since=dt.datetime(2026, 1, 1))
    assert "later `until`" in refusal("AWS/EC2", "CPUUtilization", 1, until=now - dt.timedelta(hours=1))
    assert "one value for each period" in refusal("AWS/EC2", "CPUUtilization", [])
    assert "a number, None, or a list" in refusal("AWS/EC2", "CPUUtilization", ["high"])
    assert "dict of words" in refusal("AWS/EC2", "CPUUtilization", [1], {"InstanceId": 7})


def test_a_function_that_fails_says_where_and_ends():
    begin = lab.clock.now()
    cpu(lambda at: 5 if at <= begin else 1 / 0)
    with pytest.raises(ValueError, match=r"AWS/EC2 CPUUtilization at .*ZeroDivisionError"):
        lab.clock.advance(minutes=2)
    lab.clock.advance(minutes=2)
    assert list(read().values()) == [5]


def test_without_an_account_nothing_is_measured():
    lab.stop()
    assert "lab.start()" in refusal("AWS/EC2", "CPUUtilization", [1])
    lab.start()
