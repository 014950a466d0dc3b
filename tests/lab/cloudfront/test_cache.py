import pytest

from course import lab
from course.lab.cloudfront import viewer_in
from tests.lab.cloudfront.edge_site import ALL_VIEWER, DISABLED, OPTIMIZED, behaviour, get, listed, word


def test_the_second_viewer_is_answered_at_the_edge(site):
    made = site.distribution()
    first = get(made, "/a")
    lab.clock.advance(seconds=30)
    second = get(made, "/a")
    assert (word(first), word(second), second.headers["Age"]) == ("Miss", "Hit", "30")
    assert first.body == second.body and len(site.asked) == 1


def test_each_edge_location_has_a_cache_of_its_own(site):
    made = site.distribution()
    pops = {one: get(made, "/a", source_ip=viewer_in(one)).headers["X-Amz-Cf-Pop"][:3] for one in ("DE", "JP", "BR")}
    assert pops == {"DE": "FRA", "JP": "NRT", "BR": "GRU"} and len(site.asked) == 3


def test_a_price_class_leaves_edge_locations_out(site):
    made = site.distribution(PriceClass="PriceClass_100")
    assert get(made, source_ip=viewer_in("JP")).headers["X-Amz-Cf-Pop"][:3] == "SEA"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 86400),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"Cache-Control": "max-age=60, s-maxage=600"}, 600),
        ({"Cache-Control": "max-age=99999999"}, 31536000),
    ],
)
def test_a_copy_is_fresh_for_as_long_as_the_origin_says(site, headers, seconds):
    site.says = lambda sent: (200, "x", headers)
    made = site.distribution()
    get(made, "/a")
    lab.clock.advance(seconds=seconds - 2)
    assert word(get(made, "/a")) == "Hit"
    lab.clock.advance(seconds=3)
    assert word(get(made, "/a")) == "Miss"


def test_no_store_is_kept_for_the_minimum_only(site):
    site.says = lambda sent: (200, "x", {"Cache-Control": "no-store"})
    kept = site.distribution(DefaultCacheBehavior=behaviour(policy=site.policy(MinTTL=100)))
    never = site.distribution(DefaultCacheBehavior=behaviour(policy=site.policy("other")))
    assert [word(get(kept, "/a")), word(get(kept, "/a"))] == ["Miss", "Hit"]
    assert [word(get(never, "/a")), word(get(never, "/a"))] == ["Miss", "Miss"]


def test_an_unchanged_page_is_refreshed(site):
    site.says = lambda sent: (304, "") if "If-None-Match" in sent.headers else (
        200, "x", {"ETag": '"1"', "Cache-Control": "max-age=5"})  # fmt: skip
    made = site.distribution()
    get(made, "/a")
    lab.clock.advance(seconds=6)
    again = get(made, "/a")
    assert (word(again), again.status, again.body) == ("RefreshHit", 200, "x")
    assert word(get(made, "/a")) == "Hit"


def test_the_policy_says_what_is_in_the_key_and_goes_to_the_origin(site):
    policy = site.policy(queries=["size"], headers=["Accept-Language"], cookies=["plan"])
    made = site.distribution(DefaultCacheBehavior=behaviour(policy=policy))
    german = {"Accept-Language": "de", "Cookie": "plan=pro; session=1", "User-Agent": "x"}
    get(made, "/a?size=1&utm=mail", headers=german)
    assert word(get(made, "/a?utm=ad&size=1", headers=german | {"Cookie": "session=2; plan=pro"})) == "Hit"
    for path, headers in (("/a?size=2", german), ("/a?size=1", german | {"Accept-Language": "fr"}), ("/a?size=1", {})):
        assert word(get(made, path, headers=headers)) == "Miss"
    sent = site.asked[0]
    assert (sent.query, sent.headers["Cookie"], sent.headers["Accept-Language"]) == ("size=1", "plan=pro", "de")
    assert sent.headers["User-Agent"] == "Amazon CloudFront" and sent.headers["Host"] == "site.example"


def test_an_origin_request_policy_forwards_without_keying(site):
    made = site.distribution(DefaultCacheBehavior=behaviour(OriginRequestPolicyId=ALL_VIEWER))
    get(made, "/a?x=1", headers={"Cookie": "s=1"})
    assert word(get(made, "/a?x=2")) == "Hit"
    assert (site.asked[0].query, site.asked[0].headers["Cookie"]) == ("x=1", "s=1")
    assert site.asked[0].headers["Host"] == made["DomainName"]


def test_behaviours_are_tried_in_their_order(site):
    first = behaviour("spare", PathPattern="/static/*.jpg")
    second = behaviour(policy=DISABLED, PathPattern="static/*")
    made = site.distribution(CacheBehaviors=listed(first, second))
    assert get(made, "/static/a/b.jpg").body == "from the spare"
    assert [word(get(made, "/static/a.css")) for _ in range(2)] == ["Miss", "Miss"]
    assert [word(get(made, "/Static/a.css")) for _ in range(2)] == ["Miss", "Hit"]


def test_an_invalidation_empties_all_edges(site):
    made = site.distribution(DefaultCacheBehavior=behaviour(policy=site.policy(queries="all")))
    paths = ["/i/a", "/i/b", "/i/a?x=1", "/c"]

    def words():
        return [word(get(made, path)) for path in paths]

    def invalidate(*wanted):
        batch = {"CallerReference": lab.unique_name("i"), "Paths": listed(*wanted)}
        return site.cloudfront.create_invalidation(DistributionId=made["Id"], InvalidationBatch=batch)["Invalidation"]

    words()
    first = invalidate("/i/a")
    assert first["Status"] == "InProgress" and words() == ["Miss", "Hit", "Hit", "Hit"]
    site.cloudfront.get_waiter("invalidation_completed").wait(DistributionId=made["Id"], Id=first["Id"])
    invalidate("/i/*")
    assert words() == ["Miss", "Miss", "Miss", "Hit"]
    assert len(site.cloudfront.list_invalidations(DistributionId=made["Id"])["InvalidationList"]["Items"]) == 2


def test_text_is_compressed_for_those_who_can_read_it(site):
    site.says = lambda sent: (200, "photo " * 500)
    made = site.distribution(DefaultCacheBehavior=behaviour(Compress=True))
    packed = get(made, "/a", headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.content) < 200
    assert len(get(made, "/a").content) == 3000


def test_a_change_is_in_force_once_it_is_deployed(site):
    made = site.distribution()
    found = site.cloudfront.get_distribution_config(Id=made["Id"])
    config = found["DistributionConfig"]
    config["DefaultCacheBehavior"]["TargetOriginId"] = "spare"
    site.cloudfront.update_distribution(Id=made["Id"], IfMatch=found["ETag"], DistributionConfig=config)
    assert get(made, "/a").body == "page 1"
    site.cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
    assert get(made, "/b").body == "from the spare"


def test_the_hit_rate_is_an_additional_metric(site):
    made = site.distribution(DefaultCacheBehavior=behaviour(policy=OPTIMIZED))
    wanted = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
    site.cloudfront.create_monitoring_subscription(DistributionId=made["Id"], MonitoringSubscription=wanted)
    for _ in range(4):
        get(made, "/a")
    found = lab_metric("CacheHitRate", made["Id"], "Average")
    assert found == 75 and lab_metric("Requests", made["Id"], "Sum") == 4


def lab_metric(name, distribution, statistic):
    import datetime as dt

    import boto3

    lab.clock.advance(minutes=2)
    rows = boto3.client("cloudwatch", region_name="us-east-1").get_metric_statistics(
        Namespace="AWS/CloudFront", MetricName=name, Statistics=[statistic], Period=3600,
        StartTime=lab.clock.now() - dt.timedelta(hours=2), EndTime=lab.clock.now() + dt.timedelta(hours=1),
        Dimensions=[{"Name": "DistributionId", "Value": distribution}, {"Name": "Region", "Value": "Global"}],
    )["Datapoints"]  # fmt: skip
    return rows[0][statistic]
