"""Health checks by the clock, errors that a balancer makes, draining."""

import pytest

from course import lab


def test_a_target_without_a_balancer_is_unused(site):
    server = site.server()
    assert site.states(site.targets(server)) == {server: ("unused", "Target.NotInUse")}


def test_a_new_target_needs_one_success(site):
    server = site.server()
    group = site.targets()
    site.balancer(group)
    site.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
    assert site.states(group) == {server: ("initial", "Elb.InitialHealthChecking")}
    lab.clock.advance(seconds=31)
    assert site.states(group) == {server: ("healthy", "")}


def test_thresholds_decide_when_a_target_leaves_and_comes_back(site):
    server, state = site.server(lambda request: state), (200, "fine")
    group = site.targets(server, HealthCheckIntervalSeconds=10, UnhealthyThresholdCount=3, HealthyThresholdCount=2)
    site.balancer(group)
    seen = []
    for status in (500, 200):
        state = (status, "so so")
        for _ in range(4):
            lab.clock.advance(seconds=10)
            seen.append(site.states(group)[server][0])
    assert seen == ["healthy", "healthy", "unhealthy", "unhealthy", "unhealthy", "healthy", "healthy", "healthy"]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (lambda request: (404, "?"), "Target.ResponseCodeMismatch"),
        (None, "Target.FailedHealthChecks"),
        (lambda request: lab.clock.advance(seconds=6) or "late", "Target.Timeout"),
    ],
)
def test_a_reason_is_given(site, page, reason):
    server = site.server()
    group = site.targets(server)
    site.balancer(group)
    lab.serve(server, 80, page)
    lab.clock.advance(seconds=61)
    assert site.states(group) == {server: ("unhealthy", reason)}


def test_a_matcher_may_want_other_codes(site):
    server = site.server(lambda request: (301, "moved") if request.path == "/health" else "home")
    group = site.targets(server, Matcher={"HttpCode": "200,301-302"}, HealthCheckPath="/health")
    site.balancer(group)
    assert site.states(group) == {server: ("healthy", "")}


def test_an_unhealthy_target_gets_no_requests_unless_all_are(site):
    one, two = site.server(), site.server()
    group = site.targets(one, two)
    shop = site.balancer(group)
    lab.serve(one, 80, lambda request: (500, "one"))
    lab.clock.advance(seconds=61)
    assert set(shop.who(4)) == {two}
    lab.serve(two, 80, lambda request: (500, "two"))
    lab.clock.advance(seconds=61)
    assert set(shop.who(4)) == {"one", "two"}


def test_a_stopped_instance_gets_nothing(site):
    one, two = site.server(), site.server()
    group = site.targets(one, two)
    shop = site.balancer(group)
    site.ec2.stop_instances(InstanceIds=[one])
    assert site.states(group)[one] == ("unused", "Target.InvalidState")
    assert set(shop.who(4)) == {two}


def test_a_day_passes_without_a_probe_for_each_half_minute(site):
    asked = []
    server = site.server(lambda request: asked.append(1) or "hello")
    group = site.targets(server)
    site.balancer(group)
    lab.clock.advance(days=3)
    assert site.states(group)[server][0] == "healthy"
    assert len(asked) < 2_000


def failing(kind):
    def page(request):
        raise kind

    return page


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (None, 502),
        (failing(ConnectionResetError), 502),
        (failing(TimeoutError), 504),
        (lambda request: lab.clock.advance(seconds=61) or "late", 504),
        (failing(ValueError("no photo")), 500),
    ],
)
def test_a_broken_server_becomes_a_status(site, page, status):
    server = site.server()
    shop = site.balancer(site.targets(server))
    lab.serve(server, 80, page)
    assert shop.get().status == status


def test_without_a_target_there_is_no_service(site):
    assert site.balancer(site.targets()).get().status == 503


def test_who_does_not_wait_gets_nothing(site):
    server = site.server()
    shop = site.balancer(site.targets(server))
    lab.serve(server, 80, lambda request: "slow", seconds=10)
    assert shop.get().status == 200
    with pytest.raises(TimeoutError):
        shop.get(timeout=5)


def test_closed_groups_end_in_a_timeout(site):
    inner = site.security_group((), 80)
    shop = site.balancer(site.targets(site.server(group=inner)))
    assert shop.get().status == 504


def test_only_the_balancer_reaches_the_application(site):
    inner = site.security_group((site.open,), 80)
    server = site.server(group=inner)
    shop = site.balancer(site.targets(server))
    assert shop.get().body == server
    found = site.ec2.describe_instances(InstanceIds=[server])["Reservations"][0]["Instances"][0]
    with pytest.raises(TimeoutError, match=inner):
        lab.http("GET", f"http://{found['PublicIpAddress']}/")


def test_a_port_without_a_listener_is_refused(site):
    shop = site.balancer(site.targets(site.server()))
    with pytest.raises(ConnectionRefusedError):
        lab.http("GET", f"http://{shop.name}:8080/")


def test_an_internal_balancer_is_for_the_network_only(site):
    made = site.elb.create_load_balancer(
        Name="in", Subnets=site.subnets[:2], Scheme="internal", SecurityGroups=[site.open]
    )
    name, arn = made["LoadBalancers"][0]["DNSName"], made["LoadBalancers"][0]["LoadBalancerArn"]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    site.elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[fixed])
    assert name.startswith("internal-in-")
    with pytest.raises(TimeoutError):
        lab.http("GET", f"http://{name}/")
    assert lab.http("GET", f"http://{name}/", source_ip="172.31.0.9").status == 200


@pytest.mark.parametrize(("delay", "status"), [(0, 502), (30, 502), (120, 200)])
def test_a_request_under_way_may_finish_within_the_delay(site, delay, status):
    leaving, staying = site.server(), site.server()
    group = site.targets(leaving)
    shop = site.balancer(group)
    site.attributes(group, deregistration_delay__timeout_seconds=delay)

    def export(request):
        site.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": staying}])
        site.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": leaving}])
        lab.clock.advance(seconds=45)
        return "exported"

    lab.serve(leaving, 80, export)
    assert shop.get().status == status
    assert set(shop.who(3)) == {staying}


def test_a_target_drains_for_a_while(site):
    leaving, staying = site.server(), site.server()
    group = site.targets(leaving, staying)
    site.balancer(group)
    site.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": leaving}])
    assert site.states(group)[leaving] == ("draining", "Target.DeregistrationInProgress")
    lab.clock.advance(seconds=301)
    assert set(site.states(group)) == {staying}


def test_a_new_target_starts_slowly(site):
    old = site.server()
    group = site.targets(old)
    shop = site.balancer(group)
    site.attributes(group, slow_start__duration_seconds=100)
    lab.clock.advance(seconds=200)
    new = site.server()
    site.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    lab.clock.advance(seconds=40)
    early = shop.who(100).count(new)
    lab.clock.advance(seconds=100)
    assert 2 <= early < 30
    assert shop.who(100).count(new) == 50
