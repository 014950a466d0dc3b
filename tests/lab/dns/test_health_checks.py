"""Health checks: checkers ask by the clock, and their votes are counted."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.dns.health import is_healthy
from tests.lab.dns.zone import Server, check, client, entry, make, put


def _reports(check_id: str) -> list[str]:
    told = client().get_health_check_status(HealthCheckId=check_id)["HealthCheckObservations"]
    return [one["StatusReport"]["Status"] for one in told]


def test_three_failures_in_a_row_make_it_unhealthy_and_three_passes_healthy():
    server, made = Server("192.0.2.10"), check()
    lab.clock.advance(minutes=2)
    server.is_up = False
    history = []
    for _ in range(3):
        history.append(is_healthy(made))
        lab.clock.advance(seconds=30)
    assert history == [True, True, True] and not is_healthy(made)
    server.is_up = True
    lab.clock.advance(seconds=60)
    assert not is_healthy(made)
    lab.clock.advance(seconds=30)
    assert is_healthy(made)


def test_a_fast_check_with_threshold_one_notices_within_ten_seconds():
    server, made = Server("192.0.2.10"), check(RequestInterval=10, FailureThreshold=1)
    server.is_up = False
    lab.clock.advance(seconds=10)
    assert not is_healthy(made)


def test_a_short_failure_is_forgiven():
    server, made = Server("192.0.2.10"), check()
    lab.clock.advance(minutes=1)
    server.is_up = False
    lab.clock.advance(seconds=60)
    server.is_up = True
    lab.clock.advance(seconds=30)
    server.is_up = False
    lab.clock.advance(seconds=60)
    assert is_healthy(made)


def test_sixteen_checkers_ask_every_thirty_seconds():
    server = Server("192.0.2.10")
    check()
    lab.clock.advance(minutes=5)
    assert server.asked == 16 * 10


@pytest.mark.parametrize(("hear", "healthy"), [(3, True), (2, False)])
def test_more_than_18_percent_of_the_checkers_are_enough(hear, healthy):
    server, made = Server("192.0.2.10"), check()
    addresses = [
        one["IPAddress"] for one in client().get_health_check_status(HealthCheckId=made)["HealthCheckObservations"]
    ]
    server.deaf_to = set(addresses[hear:])
    lab.clock.advance(minutes=2)
    assert is_healthy(made) is healthy
    failed = client().get_health_check_last_failure_reason(HealthCheckId=made)["HealthCheckObservations"]
    assert len(failed) == 16 - hear


def test_a_change_is_noticed_in_time_after_a_quiet_day():
    server, made = Server("192.0.2.10"), check()
    lab.clock.advance(days=1)
    server.is_up = False
    lab.clock.advance(seconds=91)
    assert not is_healthy(made)


def test_a_text_must_stand_in_the_first_5120_bytes():
    lab.http.serve("http://192.0.2.10", lambda request: "x" * 5118 + "ready")
    early, late = (check(Type="HTTP_STR_MATCH", SearchString=text) for text in ("xx", "ready"))
    lab.clock.advance(seconds=91)
    assert (is_healthy(early), is_healthy(late)) == (True, False)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (301, True), (404, False), (500, False)])
def test_only_2xx_and_3xx_pass(status, healthy):
    lab.http.serve("http://192.0.2.10", lambda request: (status, "said"))
    made = check(FailureThreshold=1)
    lab.clock.advance(seconds=31)
    assert is_healthy(made) is healthy
    assert all(f"HTTP Status Code {status}" in one for one in _reports(made))


def test_a_tcp_check_wants_a_connection_only():
    lab.http.serve("http://192.0.2.10", lambda request: (500, "down"))
    one, other = (check(Type="TCP", IPAddress=ip, ResourcePath=None) for ip in ("192.0.2.10", "192.0.2.11"))
    lab.clock.advance(seconds=91)
    assert (is_healthy(one), is_healthy(other)) == (True, False)


def test_an_endpoint_by_its_name_must_resolve():
    lab.http.serve("http://192.0.2.10", lambda request: "hello")
    made = check(IPAddress=None, FullyQualifiedDomainName="www.lumen.example", FailureThreshold=1)
    lab.clock.advance(seconds=30)
    assert not is_healthy(made) and "DNS resolution failed" in _reports(made)[0]
    put(make(), entry("www.lumen.example", "192.0.2.10"))
    lab.clock.advance(seconds=30)
    assert is_healthy(made)


def test_chosen_regions_check():
    Server("192.0.2.10")
    made = check(Regions=["us-east-1", "eu-west-1", "sa-east-1"])
    told = client().get_health_check_status(HealthCheckId=made)["HealthCheckObservations"]
    assert {one["Region"] for one in told} == {"us-east-1", "eu-west-1", "sa-east-1"} and len(told) == 6


def _calculated(children: list[str], threshold: int, **more: object) -> str:
    return check(Type="CALCULATED", ChildHealthChecks=children, HealthThreshold=threshold, IPAddress=None, Port=None,
                 ResourcePath=None, **more)  # fmt: skip


def test_calculated_checks_count_their_children():
    Server("192.0.2.10")
    Server("192.0.2.11").is_up = False
    children = [check(IPAddress=ip, FailureThreshold=1) for ip in ("192.0.2.10", "192.0.2.11")]
    lab.clock.advance(seconds=31)
    said = {n: is_healthy(_calculated(children, n)) for n in (0, 1, 2, 3)}
    assert said == {0: True, 1: True, 2: False, 3: False}
    assert is_healthy(_calculated(children, 2, Inverted=True))


def test_disabled_counts_as_healthy_and_inverted_turns_it_round():
    Server("192.0.2.10").is_up = False
    made = check(FailureThreshold=1)
    lab.clock.advance(seconds=31)
    change = client().update_health_check
    assert not is_healthy(made)
    assert change(HealthCheckId=made, Disabled=True)["HealthCheck"]["HealthCheckVersion"] == 2
    assert is_healthy(made)
    change(HealthCheckId=made, Inverted=True)
    assert not is_healthy(made)
    change(HealthCheckId=made, Disabled=False)
    assert is_healthy(made)


def _alarm() -> str:
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="deep", Namespace="Lumen", MetricName="Queue", Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=100, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    told = {"AlarmIdentifier": {"Region": "us-east-1", "Name": "deep"}}
    return check(Type="CLOUDWATCH_METRIC", IPAddress=None, Port=None, ResourcePath=None,
                 InsufficientDataHealthStatus="Unhealthy", **told)  # fmt: skip


def _measure(value: float) -> None:
    boto3.client("cloudwatch").put_metric_data(Namespace="Lumen", MetricData=[{"MetricName": "Queue", "Value": value}])
    lab.clock.advance(seconds=61)


def test_a_check_on_an_alarm_follows_its_data_and_not_its_state():
    made = _alarm()
    assert not is_healthy(made)  # nothing measured yet
    _measure(5)
    assert is_healthy(made)
    boto3.client("cloudwatch").set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="drill")
    assert is_healthy(made)
    _measure(500)
    assert not is_healthy(made)
    told = client().get_health_check(HealthCheckId=made)["HealthCheck"]
    assert told["HealthCheckConfig"]["AlarmIdentifier"]["Name"] == "deep"
    assert told["CloudWatchAlarmConfiguration"]["Threshold"] == 100


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"RequestInterval": 20}, "10 or 30"),
        ({"FailureThreshold": 11}, "1 to 10"),
        ({"IPAddress": "10.0.0.5"}, "private"),
        ({"IPAddress": None}, "FullyQualifiedDomainName"),
        ({"Type": "TCP", "Port": None, "ResourcePath": None}, "Port"),
        ({"SearchString": "ok"}, "STR_MATCH"),
        ({"Type": "HTTP_STR_MATCH"}, "STR_MATCH"),
        ({"Type": "CALCULATED", "HealthThreshold": 1}, "cannot be specified"),
    ],
)
def test_bad_settings_are_refused(settings, words):
    with pytest.raises(ClientError, match=words) as refused:
        check(**settings)
    assert refused.value.response["Error"]["Code"] == "InvalidInput"


def test_a_reference_makes_one_check():
    told = {"CallerReference": "one", "HealthCheckConfig": {"Type": "HTTP", "IPAddress": "192.0.2.10", "Port": 80}}
    first, again = (client().create_health_check(**told)["HealthCheck"]["Id"] for _ in range(2))
    assert first == again
    told["HealthCheckConfig"]["Port"] = 81
    with pytest.raises(ClientError, match="HealthCheckAlreadyExists"):
        client().create_health_check(**told)
