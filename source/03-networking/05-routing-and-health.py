# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.4'
#     - '4.1'
#     minutes: 60
#     practises:
#       canary:
#       - route53.weighted
#       - route53.policies
#       combine:
#       - route53.health-calculated
#       localise:
#       - route53.geolocation
#       office:
#       - route53.ip-based
#       protect:
#       - route53.failover
#       - route53.health-checks
#       quickest:
#       - route53.latency
#       watch-inside:
#       - route53.health-private
#       - route53.health-checks
#       winner:
#       - route53.geoproximity
#       worst-switch:
#       - route53.health-numbers
#     services:
#     - route53
#     - cloudwatch
#     title: 'Route 53: routing and health'
#     topics:
#     - route53.policies
#     - route53.weighted
#     - route53.health-checks
#     - route53.health-numbers
#     - route53.failover
#     - route53.latency
#     - route53.geolocation
#     - route53.geoproximity
#     - route53.ip-based
#     - route53.multivalue
#     - route53.traffic-flow
#     - route53.health-calculated
#     - route53.health-private
# ---

# %% [markdown]
# # Route 53: routing and health
#
# Lumen, the photo shop, now runs its web shop in several places. One name has to lead each customer to a good one:
# the nearest, the newest, the one that still works. After this lesson you can choose among Route 53's **routing
# policies** and build the **health checks** that take a broken server out of the answers.

# %% setup="start"
import math

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("03-networking/05-routing-and-health")
lab.start()
route53 = boto3.client("route53")
cloudwatch = boto3.client("cloudwatch")
created = route53.create_hosted_zone(Name="lumen.example", CallerReference="lumen")
zone = created["HostedZone"]["Id"]


def record(name: str, address: str, ttl: int = 60, **policy) -> dict:
    """A record set of type A, with the members of a routing policy."""
    values = [{"Value": address}]
    return {"Name": name, "Type": "A", "TTL": ttl, "ResourceRecords": values, **policy}


def put(zone_id: str, *records: dict, action: str = "UPSERT") -> None:
    """Make changes in one batch: all of them or, if one is refused, none."""
    changes = [{"Action": action, "ResourceRecordSet": one} for one in records]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def new_name() -> str:
    """A name of the zone that is still free."""
    return f"{lab.unique_name('n')}.lumen.example"


class Server:
    """A web server at an address. It answers at /health while `up` is true."""

    def __init__(self, address: str) -> None:
        self.address, self.up, self.asked = address, True, 0
        self.turned_away: set[str] = set()  # clients that its firewall drops
        lab.http.serve(f"http://{address}", self.answer)

    def answer(self, request):
        self.asked += 1
        if request.source_ip in self.turned_away:
            raise TimeoutError
        if request.path != "/health":
            return 404, "no such page"
        return (200, "fine") if self.up else (503, "down")


# %% [markdown]
# ## Eight policies
#
# A policy decides which record answers. The traffic itself never passes through Route 53.
#
# | policy | goes by | member of the record |
# |---|---|---|
# | simple | nothing: all values | |
# | weighted | shares | `Weight` |
# | failover | what is healthy | `Failover` |
# | latency | the quickest Region for the asker | `Region` |
# | geolocation | where the asker is | `GeoLocation` |
# | geoproximity | distance, with a bias | `GeoProximityLocation` |
# | IP-based | the asker's network | `CidrRoutingConfig` |
# | multivalue answer | up to eight healthy ones | `MultiValueAnswer` |
#
# > **Then and now.** Older books count six or seven. IP-based routing came in June 2022; since January 2024
# > geoproximity works in ordinary records too, without Traffic Flow.
#
# Records of one group share name and type. Each has a `SetIdentifier`, a label of your choice, and all follow the
# same policy.

# %%
from botocore.exceptions import ClientError

put(zone, record("shop.lumen.example", "192.0.2.1", SetIdentifier="a", Weight=70))
put(zone, record("shop.lumen.example", "192.0.2.2", SetIdentifier="b", Weight=30))
for wrong in (
    {"Weight": 10},
    {"SetIdentifier": "c", "Region": "eu-west-1"},
    {"SetIdentifier": "c", "Weight": 256},
):
    try:
        put(zone, record("shop.lumen.example", "192.0.2.3", **wrong))
    except ClientError as error:
        print(error.response["Error"]["Message"][:112])

# %% [markdown]
# ## Weighted
#
# A record's share of the answers is its weight divided by the sum of all weights. Weights go from 0 to 255 and need
# not add up to 100. Weight 0 stops the traffic of a record; if all are 0, all are equal.
#
# > **Lab and AWS.** Where AWS draws at random, the lab draws evenly, so that shares come out as they should and
# > repeat exactly. On AWS 1,000 answers scatter by a few percent.

# %%
for number, (label, weight) in enumerate({"a": 70, "b": 20, "c": 10}.items(), 1):
    address = f"192.0.2.{number}"
    put(zone, record("shop.lumen.example", address, SetIdentifier=label, Weight=weight))
seen = [lab.resolve("shop.lumen.example").value for _ in range(1000)]
for address in sorted(set(seen)):
    print(address, f"{seen.count(address) / 1000:.1%}")

# %% [markdown]
# Answers are not customers. A provider's resolver keeps an answer for the TTL and gives it to all its customers, so
# few large resolvers make the shares of traffic uneven. A load balancer is more exact.
#
# ### Your turn: a canary
#
# A new version runs at a second address. Write `canary(zone_id, name, old, new, percent)`: two weighted records with
# the labels `old` and `new` and a TTL of 60, so that `percent` (a whole number from 0 to 100) of the answers are
# `new`. It is called again and again with growing numbers.
#
# <details><summary>Hint</summary>
#
# `put` replaces what exists. Choose the two weights so that they add up to 100, and think of 0 and of 100.
# </details>


# %% exercise="canary"
def canary(zone_id: str, name: str, old: str, new: str, percent: int) -> None:
    """Let a share of the answers be the new address."""
    ### BEGIN SOLUTION
    put(
        zone_id,
        record(name, old, SetIdentifier="old", Weight=100 - percent),
        record(name, new, SetIdentifier="new", Weight=percent),
    )
    ### END SOLUTION


# %% check="canary" points=2
with check("canary", needs="canary", right="A step is one call, and going back is another.") as expect:

    def ramp(steps: list[int], old: str, new: str) -> None:
        name = new_name()
        for percent in steps:
            canary(zone, name, old, new, percent)
            found = [lab.resolve(name).value for _ in range(400)]
            share = 100 * found.count(new) / len(found)
            expect(
                set(found) <= {old, new},
                f"{name} also answers {set(found) - {old, new}}. Only the two addresses belong there.",
            )
            expect(
                abs(share - percent) < 1,
                f"At {percent} percent, {share:.1f} percent of 400 answers were the new address.",
            )
        kept = [
            one
            for one in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
            if one["Name"] == f"{name}."
        ]
        expect.equal(sorted(one.get("SetIdentifier", "") for one in kept), ["new", "old"], "The labels of the records")
        expect.equal({one["TTL"] for one in kept}, {60}, "The TTL of the records")

    ramp([0, 1, 10, 50, 100], "192.0.2.1", "192.0.2.2")
    ### BEGIN HIDDEN TESTS
    ramp([100, 33, 5, 0], "198.51.100.1", "198.51.100.2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Health checks
#
# A record with a health check is used only while that check is healthy. A record without one always counts as
# healthy. There are three kinds of check:
#
# - of an **endpoint**: HTTP, HTTPS (certificates are not validated), TCP, or a text in the page;
# - **calculated** from other checks;
# - of a **CloudWatch alarm's** data.
#
# An account may have 200 of them. Sixteen groups of checkers around the world ask an endpoint every 30 seconds, or
# every 10 for more money.

# %%
berlin = Server("192.0.2.10")
made = route53.create_health_check(
    CallerReference=lab.unique_name("check"),
    HealthCheckConfig={
        "Type": "HTTP",
        "IPAddress": berlin.address,
        "Port": 80,
        "ResourcePath": "/health",
    },
)["HealthCheck"]
config = made["HealthCheckConfig"]
print("every", config["RequestInterval"], "s; threshold", config["FailureThreshold"])
lab.clock.advance(minutes=5)
seen = route53.get_health_check_status(HealthCheckId=made["Id"])["HealthCheckObservations"]
print(len(seen), "checkers; requests in five minutes:", berlin.asked)
for one in seen[:3]:
    print(one["Region"], one["IPAddress"], one["StatusReport"]["Status"])

# %% [markdown]
# 32 requests a minute, one every two seconds on average. Your firewall has to let the checkers in;
# `get_checker_ip_ranges` lists their addresses.
#
# > **Lab and AWS.** The lab's checkers all ask at the same moment, AWS's one after another. AWS refuses addresses
# > kept for documentation, such as 192.0.2.10, as it refuses private ones; the lab's servers live there.
#
# A **pass** is a connection within 4 seconds (10 for TCP) and a status 2xx or 3xx within 2 more. If a text is wanted,
# it stands in the first 5,120 bytes of the body. A checker changes its mind after three results in a row (you may
# choose 1 to 10).
#
# The endpoint is healthy while **more than 18 percent** of the checkers say so: a part of the internet that cannot
# reach you must not take you down. Here a firewall turns some away.

# %%
verdict = []
for heard in range(17):
    server, name = Server(f"192.0.2.{100 + heard}"), new_name()
    server.turned_away = {one["IPAddress"] for one in seen[heard:]}
    watched = route53.create_health_check(
        CallerReference=name,
        HealthCheckConfig={**made["HealthCheckConfig"], "IPAddress": server.address},
    )["HealthCheck"]["Id"]
    put(
        zone,
        record(name, server.address, SetIdentifier="1", Weight=1, HealthCheckId=watched),
        record(name, "192.0.2.99", SetIdentifier="2", Weight=0),
    )
    verdict.append((server, name))
lab.clock.advance(seconds=91)
share = [100 * (lab.resolve(name).value == server.address) for server, name in verdict]
enough = share.index(100)
charts.steps(
    {"this server": (range(17), share)},
    x_label="checkers, of sixteen, that reach the server",
    x_unit="checkers",
    y_label="answers that name the server",
    y_unit="percent",
    headline=f"{enough} of 16 checkers are enough: {enough / 16:.0%} is more than 18 percent",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: how long does it take?
#
# A server breaks. Write `worst_switch(interval, threshold, ttl)`; it returns two numbers:
#
# - the longest time in seconds until no resolver gives the broken address any more: until the last checker has seen
#   `threshold` failures, `interval` seconds apart, and then until the last resolver has forgotten the record;
# - the requests that sixteen checkers send in a **minute**.
#
# The lab breaks a server and measures.
#
# <details><summary>Hint</summary>
#
# The server may break right after a checker was there. So the first failure is seen one whole interval later.
# </details>


# %% exercise="worst-switch"
def worst_switch(interval: int, threshold: int, ttl: int) -> tuple[float, float]:
    """Return (seconds until the last client is gone, requests a minute)."""
    ### BEGIN SOLUTION
    return interval * threshold + ttl, 16 * 60 / interval
    ### END SOLUTION


# %% check="worst-switch" points=2
with check("worst-switch", needs="worst_switch", right="30 s and three failures: 90 s, and the TTL on top.") as expect:

    def switches(interval: int, threshold: int, ttl: int, address: str) -> None:
        for old in route53.list_health_checks()["HealthChecks"]:  # of earlier tries: they would ask the server, too
            if old["HealthCheckConfig"].get("IPAddress") == address:
                route53.delete_health_check(HealthCheckId=old["Id"])
        server, name = Server(address), new_name()
        told = {"Type": "HTTP", "IPAddress": address, "Port": 80, "ResourcePath": "/health"}
        told |= {"RequestInterval": interval, "FailureThreshold": threshold}
        watched = route53.create_health_check(CallerReference=name, HealthCheckConfig=told)["HealthCheck"]["Id"]
        put(
            zone,
            record(name, address, ttl, SetIdentifier="1", Failover="PRIMARY", HealthCheckId=watched),
            record(name, "192.0.2.99", ttl, SetIdentifier="2", Failover="SECONDARY"),
        )
        lab.clock.advance(seconds=61)  # a round of checks is just over
        requests = server.asked
        server.up, passed = False, 0
        while lab.resolve(name).value == address and passed < 400:
            lab.clock.advance(seconds=1)
            passed += 1
        said = worst_switch(interval, threshold, ttl)
        words = f"every {interval} s, threshold {threshold}, TTL {ttl}"
        expect(isinstance(said, tuple | list) and len(said) == 2, "Return two numbers: seconds, and requests a minute.")
        expect(
            said[0] == interval * threshold + ttl,
            f"{words}: Route 53 stopped giving the address after {passed} s, and resolvers kept it for up to "
            f"{ttl} s more. In the worst case that is {interval} x {threshold} + {ttl} s; you say {said[0]}.",
        )
        expect(
            said[1] == 16 * 60 / interval,
            f"{words}: the server counted {requests} requests in the first minute; you say {said[1]:g}.",
        )

    switches(30, 3, 60, "198.51.100.11")
    switches(10, 5, 120, "198.51.100.12")
    ### BEGIN HIDDEN TESTS
    switches(10, 1, 30, "198.51.100.13")
    switches(30, 2, 300, "198.51.100.14")
    ### END HIDDEN TESTS

# %%
detection = {}
for wanted in (1, 3, 10):
    detection[f"threshold {wanted}"] = {"every 30 s": 30 * wanted, "every 10 s": 10 * wanted}
charts.compare(
    detection,
    unit="seconds",
    headline="The fast check notices in a third of the time, and asks three times as often",
    source=facts.limit("route 53", "health-check-interval-fast"),
)

# %% [markdown]
# > **Bill.** A check costs 0.50 USD a month for an endpoint in AWS (the first 50 are free) and 0.75 for one
# > elsewhere. Each option (HTTPS, text, fast interval, latency graphs) adds 1 or 2 USD.
#
# ## Failover
#
# Two records: the **primary** answers while its check is healthy, else the **secondary**. A primary that is not an
# alias must have a check; the secondary may have one. If both are unhealthy, the primary answers. A common
# secondary is a static page in S3 that says "back soon".
#
# ### Your turn: protect the shop
#
# Write `protect(zone_id, name, primary, secondary)` for two addresses:
#
# - a health check of the primary: HTTP, port 80, path `/health`, every 10 seconds, unhealthy after 3 failures;
# - two failover records with a TTL of 60;
# - it returns the id of the check.
#
# <details><summary>Hint</summary>
#
# `create_health_check` wants a `CallerReference` that is new, and a `HealthCheckConfig` with `Type`, `IPAddress`,
# `Port`, `ResourcePath`, `RequestInterval`, `FailureThreshold`. Records take `Failover="PRIMARY"`,
# `HealthCheckId=...`.
# </details>


# %% exercise="protect"
def protect(zone_id: str, name: str, primary: str, secondary: str) -> str:
    """Let a second server answer when the first is down; return the health check's id."""
    ### BEGIN SOLUTION
    guard = route53.create_health_check(
        CallerReference=lab.unique_name("guard"),
        HealthCheckConfig={
            "Type": "HTTP",
            "IPAddress": primary,
            "Port": 80,
            "ResourcePath": "/health",
            "RequestInterval": 10,
            "FailureThreshold": 3,
        },
    )["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="first", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="second", Failover="SECONDARY"),
    )
    return guard
    ### END SOLUTION


# %% check="protect" points=3
with check("protect", needs="protect", right="Half a minute, and the second server has the shop.") as expect:

    def protects(first: str, second: str) -> None:
        server, name = Server(first), new_name()
        Server(second)
        returned = protect(zone, name, first, second)
        expect(isinstance(returned, str), "Return the id of the health check, ['HealthCheck']['Id'].")
        expect(
            protect(zone, new_name(), second, first) != returned,
            "Two names share one health check, though their primaries differ. Each call needs a new CallerReference.",
        )
        told = route53.get_health_check(HealthCheckId=returned)["HealthCheck"]["HealthCheckConfig"]
        lab.clock.advance(seconds=65)
        expect(
            lab.resolve(name).value == first,
            f"The primary is well, and yet {name} gives {lab.resolve(name).value or 'no address'}. Checkers ask for "
            f"{told.get('ResourcePath', '/')!r}; the server is well at '/health' only.",
        )
        server.up = False
        lab.clock.advance(seconds=31)
        expect(
            lab.resolve(name).value == second,
            f"31 seconds after the primary broke, {name} still gives {lab.resolve(name).value}. Three failures, ten "
            f"seconds apart: your check asks every {told.get('RequestInterval')} s and wants "
            f"{told.get('FailureThreshold')} failures; does the primary record name it?",
        )
        lab.clock.advance(seconds=35)
        expect(
            lab.resolve(name).value == second,
            f"The primary is still broken, and {name} gives it again after half a minute. Whom does your check ask? "
            "The name leads to the secondary by now; ask the primary's address.",
        )
        server.up = True
        lab.clock.advance(seconds=31)
        expect.equal(lab.resolve(name).value, first, "The address once the primary is back")
        server.up = False
        lab.clock.advance(seconds=11)
        expect.equal(lab.resolve(name).value, first, "The address after a single failure")
        expect.equal(told["FailureThreshold"], 3, "The failures after which the check is unhealthy")
        expect.equal(lab.resolve(name).ttl, 60, "The TTL of the records")
        sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        roles = sorted(one.get("Failover", "none") for one in sets if one["Name"] == f"{name}.")
        expect.equal(roles, ["PRIMARY", "SECONDARY"], "The failover roles of the two records")

    protects("198.51.100.21", "198.51.100.22")
    ### BEGIN HIDDEN TESTS
    protects("198.51.100.23", "198.51.100.24")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Latency
#
# AWS measures how long packets take between networks and its Regions. Latency records name a Region each; the one
# that is quickest from the asker's network, and healthy, answers. That is mostly, but not always, the nearest: a
# customer in Germany may be quicker in the United States when a cable is broken.

# %%
homes = {"eu-central-1": "192.0.2.1", "us-east-1": "192.0.2.2", "ap-southeast-1": "192.0.2.3"}
for region, address in homes.items():
    put(zone, record("photos.lumen.example", address, SetIdentifier=region, Region=region))

table: dict[str, dict[str, float]] = {}
chosen = []
customers = {
    "Germany": "DE",
    "Britain": "GB",
    "the USA": "US",
    "Brazil": "BR",
    "Nigeria": "NG",
    "India": "IN",
    "Japan": "JP",
    "Australia": "AU",
}
for country, code in customers.items():
    here = lab.resolver(country=code)
    table[country] = {region: round(here.asker.latency(region)) for region in homes}
    answer = here.resolve("photos.lumen.example").value
    chosen.append((country, next(region for region in homes if homes[region] == answer)))
charts.heatmap(
    table,
    unit="ms",
    mark=chosen,
    subtitle="milliseconds for a round trip; framed: the Region whose record answered",
    headline="Every country gets the Region with its smallest number",
    source="the lab's model of distances; AWS measures",
)

# %% [markdown]
# ### Your turn: predict the Region
#
# Write `quickest(table, sick)`: `table` maps Regions to a customer's milliseconds, `sick` is the set of Regions whose
# health check is unhealthy. Which Region's record answers? If all of them are sick, Route 53 treats all as
# healthy. The lab answers the same question with real records.
#
# <details><summary>Hint</summary>
#
# First make the list of Regions that count. `min(regions, key=table.get)` finds the one with the smallest number.
# </details>


# %% exercise="quickest"
def quickest(table: dict[str, float], sick: set[str]) -> str:
    """The Region whose record answers."""
    ### BEGIN SOLUTION
    well = [region for region in table if region not in sick]
    return min(well or table, key=lambda region: table[region])
    ### END SOLUTION


# %% check="quickest" points=1
with check("quickest", needs="quickest", right="No answer at all would be worse than a doubtful one.") as expect:
    down = Server("198.51.100.31")
    down.up = False
    told = {"Type": "HTTP", "IPAddress": down.address, "Port": 80, "ResourcePath": "/health", "FailureThreshold": 1}
    broken = route53.create_health_check(CallerReference=new_name(), HealthCheckConfig=told)["HealthCheck"]["Id"]
    lab.clock.advance(seconds=31)

    def agrees(table: dict[str, float], sick: set[str], why: str) -> None:
        name = new_name()
        for number, region in enumerate(table, 1):
            with_check = {"HealthCheckId": broken} if region in sick else {}
            put(zone, record(name, f"192.0.2.{number}", SetIdentifier=region, Region=region, **with_check))
        answer = lab.resolve(name, latency=table).value
        real = list(table)[int(answer.rpartition(".")[2]) - 1]
        said = quickest(dict(table), set(sick))
        expect(said == real, f"{table}, sick: {sorted(sick) or 'none'}. Route 53 chose {real}, you {said!r}. {why}")

    agrees({"eu-central-1": 40, "us-east-1": 90}, set(), "The smallest number wins.")
    agrees({"eu-central-1": 40, "us-east-1": 35}, set(), "Not the nearest on the map: the quickest.")
    agrees({"eu-central-1": 40, "us-east-1": 90}, {"eu-central-1"}, "A sick record is passed over.")
    agrees({"us-east-1": 90, "eu-central-1": 40}, {"eu-central-1", "us-east-1"}, "All sick: all count as healthy.")
    ### BEGIN HIDDEN TESTS
    three = {"eu-west-1": 120, "sa-east-1": 20, "us-west-2": 110}
    agrees(three, {"sa-east-1"}, "The quickest of those that are well.")
    agrees(three, {"sa-east-1", "us-west-2"}, "Only one is left.")
    agrees(three, set(three), "All sick: all count as healthy.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Geolocation
#
# Here the place decides, not the time: for prices, languages, laws. A record names a state of the USA, a country, a
# continent or `*`, the default. The smallest area that fits answers. Whoever fits nothing, such as a
# network whose place is unknown, gets **no answer** unless there is a default.
#
# ### Your turn: mend the shop windows
#
# `localise(zone_id, name, sites)` makes geolocation records with a TTL of 60. The keys of `sites` are
# `"country:DE"`, `"continent:EU"` or `"default"`, the values addresses. Customers in France and Japan complain that
# the name has no address. Mend it.
#
# <details><summary>Hint</summary>
#
# `GeoLocation` takes `{"CountryCode": "DE"}`, `{"ContinentCode": "EU"}`, and for everybody else
# `{"CountryCode": "*"}`. The label may be the key.
# </details>


# %% exercise="localise" repair=true
def localise(zone_id: str, name: str, sites: dict[str, str]) -> None:
    """Give each place its own address."""
    for place, address in sites.items():
        kind, _, code = place.partition(":")
        if kind == "default":
            continue  # nobody lives there
        where = {"CountryCode": code}
        put(zone_id, record(name, address, SetIdentifier=place, GeoLocation=where))


### BEGIN SOLUTION
def localise(zone_id: str, name: str, sites: dict[str, str]) -> None:
    """Give each place its own address."""
    for place, address in sites.items():
        kind, _, code = place.partition(":")
        where = {
            "country": {"CountryCode": code},
            "continent": {"ContinentCode": code},
            "default": {"CountryCode": "*"},
        }[kind]
        put(zone_id, record(name, address, SetIdentifier=place, GeoLocation=where))


### END SOLUTION


# %% check="localise" points=2
with check(
    "localise", needs="localise", right="Country before continent before default, and nobody is left out."
) as expect:

    def sees(sites: dict[str, str], customers: dict[str, str]) -> None:
        name = new_name()
        localise(zone, name, sites)
        for country, wanted in customers.items():
            found = lab.resolve(name, country=country)
            where = f"A customer in {country}" if country else "A customer whose place is unknown"
            got = found.value or "no address"
            expect(
                found.value == wanted,
                f"{where} gets {got}, not {wanted}. The records: {', '.join(sites)}. "
                + (
                    "Is there a record for everybody else?"
                    if not found.value
                    else "Which area is the smallest that fits?"
                ),
            )
            expect(found.ttl == 60, f"The TTL is {found.ttl}; it should be 60.")

    sees(
        {"country:DE": "192.0.2.1", "continent:EU": "192.0.2.2", "default": "192.0.2.3"},
        {"DE": "192.0.2.1", "FR": "192.0.2.2", "JP": "192.0.2.3", "": "192.0.2.3"},
    )
    ### BEGIN HIDDEN TESTS
    sees(
        {"default": "192.0.2.9", "country:BR": "192.0.2.8", "continent:SA": "192.0.2.7", "continent:AF": "192.0.2.6"},
        {"BR": "192.0.2.8", "CL": "192.0.2.7", "KE": "192.0.2.6", "SA": "192.0.2.9", "US": "192.0.2.9"},
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Geoproximity
#
# Geoproximity takes the nearest resource: an AWS Region, a Local Zone group, or a place given by latitude and
# longitude. A **bias** from -99 to 99 moves the borders. Route 53 compares biased distances:
#
# - bias zero or above: distance times (1 - bias / 100);
# - bias below zero: distance divided by (1 + bias / 100).


# %%
SOME = {
    "Europe and Africa": ["DE", "FR", "GB", "IS", "PT", "MA", "EG", "NG", "KE", "ZA"],
    "the Americas": ["US", "CA", "MX", "CO", "PE", "BR", "AR", "CL"],
    "Asia and Pacific": ["IN", "TH", "SG", "JP", "KR", "AU", "NZ"],
}
SITES = {"Ireland": "eu-west-1", "Virginia": "us-east-1", "Tokyo": "ap-northeast-1"}


def reach(bias: int) -> dict[str, int]:
    """How many of these 25 countries each Region serves, when Virginia has this bias."""
    for number, (label, region) in enumerate(SITES.items()):
        where = {"AWSRegion": region, "Bias": bias if label == "Virginia" else 0}
        rule = {"SetIdentifier": label, "GeoProximityLocation": where}
        put(zone, record("near.lumen.example", f"192.0.2.{number}", **rule))
    countries = [one for some in SOME.values() for one in some]
    answers = [lab.resolve("near.lumen.example", country=one).value for one in countries]
    return {label: answers.count(f"192.0.2.{number}") for number, label in enumerate(SITES)}


charts.stack(
    {f"Virginia {bias:+}" if bias else "no bias": reach(bias) for bias in (-50, 0, 25, 50)},
    unit="countries",
    headline="A bias of 50 brings Virginia five more of 25 countries, from both neighbours",
    source="measured in the lab with 25 countries",
)

# %% [markdown]
# ### Your turn: who wins?
#
# Write `winner(user, resources)`. `user` is a pair of latitude and longitude; `resources` maps names to triples of
# latitude, longitude and bias. Return the name with the smallest biased distance. `kilometres(a, b)` measures
# between two pairs.
#
# <details><summary>Hint</summary>
#
# Write the biased distance first, with an `if` for its two formulas. Bias -50 doubles a distance, +50 halves it.
# </details>


# %% setup="kilometres"
def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The way over the globe between two places."""
    (lat_a, lon_a), (lat_b, lon_b) = [tuple(map(math.radians, place)) for place in (a, b)]
    part = math.sin((lat_b - lat_a) / 2) ** 2
    part += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(part))


# %% exercise="winner"
def winner(user: tuple[float, float], resources: dict[str, tuple[float, float, int]]) -> str:
    """The resource that geoproximity routing chooses."""

    ### BEGIN SOLUTION
    def biased(name: str) -> float:
        latitude, longitude, bias = resources[name]
        far = kilometres(user, (latitude, longitude))
        return far * (1 - bias / 100) if bias >= 0 else far / (1 + bias / 100)

    return min(resources, key=biased)
    ### END SOLUTION


# %% check="winner" points=2
with check("winner", needs="winner", right="Move a bias in small steps: borders run through crowded places.") as expect:
    from course.lab.dns.geography import countries

    def wins(country: str, resources: dict[str, tuple[float, float, int]]) -> None:
        name = new_name()
        for number, (label, (latitude, longitude, bias)) in enumerate(resources.items(), 1):
            place = {"Coordinates": {"Latitude": f"{latitude:.2f}", "Longitude": f"{longitude:.2f}"}, "Bias": bias}
            put(zone, record(name, f"192.0.2.{number}", SetIdentifier=label, GeoProximityLocation=place))
        answer = lab.resolve(name, country=country).value
        real = list(resources)[int(answer.rpartition(".")[2]) - 1]
        user = tuple(countries()[country].spot)
        said = winner(user, dict(resources))
        expect(
            said == real,
            f"A user at {user}, resources {resources}: Route 53 chose {real}, you {said!r}. Compare biased distances.",
        )

    wins("IS", {"Ireland": (53.3, -6.3, 0), "Virginia": (38.9, -77.4, 0)})
    wins("IS", {"Ireland": (53.3, -6.3, 0), "Virginia": (38.9, -77.4, 80)})
    wins("DE", {"Frankfurt": (50.1, 8.0, -99), "Paris": (48.9, 2.4, 0)})
    wins("PT", {"Madrid": (40.4, -3.7, -60), "Paris": (48.9, 2.4, 0)})
    wins("PT", {"Madrid": (40.4, -3.7, -75), "Paris": (48.9, 2.4, 0)})
    ### BEGIN HIDDEN TESTS
    wins("IT", {"Zurich": (47.4, 8.5, -70), "Berlin": (52.5, 13.4, 0)})
    wins("IT", {"Zurich": (47.4, 8.5, -80), "Berlin": (52.5, 13.4, 0)})
    wins("BR", {"Lima": (-12.0, -77.0, 50), "Santiago": (-33.5, -70.7, 20), "Miami": (25.8, -80.2, 60)})
    ### END HIDDEN TESTS

# %% [markdown]
# ## By network
#
# You may know your customers' networks better than a map does: an office that shall reach a test server, a carrier
# whose traffic is cheaper through one place. A **CIDR collection** holds blocks of addresses under names of locations
# (5 collections an account, 1,000 blocks each). The most specific block wins; the location `*` is the default.
#
# ### Your turn: the office tests first
#
# Write `office(zone_id, name, blocks, inside, others)`. Askers in one of the CIDR `blocks` (up to /24) get the
# address `inside`, all others `others` (TTL 60). Make a collection with a new name and one location `office`;
# return the collection's id.
#
# <details><summary>Hint</summary>
#
# `create_cidr_collection(Name=..., CallerReference=...)` returns `["Collection"]["Id"]`. `change_cidr_collection`
# takes `Changes=[{"LocationName": ..., "Action": "PUT", "CidrList": [...]}]`. Records take
# `CidrRoutingConfig={"CollectionId": ..., "LocationName": ...}`.
# </details>


# %% exercise="office"
def office(zone_id: str, name: str, blocks: list[str], inside: str, others: str) -> str:
    """Give some networks an address of their own; return the CIDR collection's id."""
    ### BEGIN SOLUTION
    unique = lab.unique_name("office")
    made = route53.create_cidr_collection(Name=unique, CallerReference=unique)
    collection = made["Collection"]["Id"]
    change = {"LocationName": "office", "Action": "PUT", "CidrList": blocks}
    route53.change_cidr_collection(Id=collection, Changes=[change])
    for location, address in (("office", inside), ("*", others)):
        where = {"CollectionId": collection, "LocationName": location}
        label = "others" if location == "*" else location
        put(zone_id, record(name, address, SetIdentifier=label, CidrRoutingConfig=where))
    return collection
    ### END SOLUTION


# %% check="office" points=2
with check("office", needs="office", right="The office sees the new server; the world does not.") as expect:

    def clear(collection: str) -> None:
        for held in route53.list_cidr_blocks(CollectionId=collection)["CidrBlocks"]:
            gone = {"LocationName": held["LocationName"], "Action": "DELETE_IF_EXISTS", "CidrList": [held["CidrBlock"]]}
            route53.change_cidr_collection(Id=collection, Changes=[gone])
        route53.delete_cidr_collection(Id=collection)

    def separates(blocks: list[str], inner: list[str], outer: list[str]) -> None:
        for old in route53.list_cidr_collections()["CidrCollections"]:  # of earlier tries: five fit into an account
            clear(old["Id"])
        name = new_name()
        other = office(zone, new_name(), ["192.0.2.0/24"], "192.0.2.73", "192.0.2.74")
        returned = office(zone, name, list(blocks), "192.0.2.71", "192.0.2.72")
        expect(isinstance(returned, str), "Return the collection's id, ['Collection']['Id'].")
        expect(other != returned, "Two names share one collection. Give each call's collection a name of its own.")
        held = route53.list_cidr_blocks(CollectionId=returned)["CidrBlocks"]
        expect.equal(sorted(one["CidrBlock"] for one in held), sorted(blocks), "The blocks of the collection")
        expect.equal({one["LocationName"] for one in held}, {"office"}, "The locations of the blocks")
        for ip in inner:
            expect.equal(lab.resolve(name, ip=ip).values, ["192.0.2.71"], f"What {ip}, in the office, gets")
        for ip in outer:
            found = lab.resolve(name, ip=ip)
            expect(found.values, f"{ip} is not in the office and gets no answer at all. Who else is the default for?")
            expect.equal(found.values, ["192.0.2.72"], f"What {ip}, outside, gets")
            expect.equal(found.ttl, 60, "The TTL")

    separates(["203.0.113.0/24", "198.51.100.0/24"], ["203.0.113.9", "198.51.100.7"], ["198.51.101.9"])
    ### BEGIN HIDDEN TESTS
    separates(["198.51.100.0/24", "203.0.112.0/23"], ["198.51.100.1", "203.0.113.200"], ["198.51.101.1", "8.8.4.4"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Multivalue answer
#
# A multivalue group returns up to eight of its healthy records. (If none is healthy, up to eight of all.) The client
# takes one; if that server died after the answer was cached, it tries the next. It costs no load balancer and is
# none: nobody counts connections. Each record is an ordinary one; aliases are not possible.


# %%
def many(number: int, **more) -> dict:
    """One of twelve records."""
    return record(
        "many.lumen.example",
        f"192.0.2.{number}",
        SetIdentifier=f"{number:02}",
        MultiValueAnswer=True,
        **more,
    )


sick_server = Server("192.0.2.1")
sick_server.up = False
watched = route53.create_health_check(
    CallerReference=lab.unique_name("check"),
    HealthCheckConfig={**made["HealthCheckConfig"], "IPAddress": sick_server.address},
)["HealthCheck"]["Id"]
put(zone, many(1, HealthCheckId=watched), *(many(number) for number in range(2, 13)))
lab.clock.advance(seconds=91)
answers = [lab.resolve("many.lumen.example").values for _ in range(1100)]
charts.bars(
    {f"server {n}": sum(f"192.0.2.{n}" in one for one in answers) for n in range(1, 13)},
    sort=False,
    unit="answers of 1,100",
    headline=f"{len(answers[0])} of 12 in each answer, and the sick server in none",
    source="measured in the lab, which draws evenly where AWS draws at random",
)

# %% [markdown]
# ## Trees
#
# An alias may point to another record of the zone, and with `EvaluateTargetHealth` it is healthy while one record
# behind it is. So policies can be stacked: by place first, then by weight.

# %%
home = zone.rpartition("/")[2]


def branch(name: str, target: str, **policy) -> dict:
    """An alias to another name of the zone that follows its health."""
    alias = {"HostedZoneId": home, "DNSName": target, "EvaluateTargetHealth": True}
    return {"Name": name, "Type": "A", "AliasTarget": alias, **policy}


put(
    zone,
    record(
        "eu.lumen.example",
        berlin.address,
        SetIdentifier="main",
        Weight=9,
        HealthCheckId=made["Id"],
    ),
    record("us.lumen.example", "192.0.2.80", SetIdentifier="main", Weight=1),
)
europe, world = {"ContinentCode": "EU"}, {"CountryCode": "*"}
put(
    zone,
    branch("app.lumen.example", "eu.lumen.example", SetIdentifier="eu", GeoLocation=europe),
    branch("app.lumen.example", "us.lumen.example", SetIdentifier="all", GeoLocation=world),
)
for berlin.up in (True, False):
    lab.clock.advance(seconds=91)
    print("Berlin is", "up" if berlin.up else "down")
    for step in lab.resolve("app.lumen.example", country="FR").steps[1:]:
        print("  ", step)

# %% [markdown]
# **Traffic Flow** draws such trees in a visual editor, keeps versions of them as traffic policies, and applies them
# to names. Each such policy record costs 50 USD a month; the tree of aliases above costs nothing extra.
#
# ## Calculated checks
#
# A calculated check counts its children (up to 256): it is healthy while at least `HealthThreshold` of them are.
# Threshold 0 is always healthy, one above the number of children never. `Inverted` turns any check round.
#
# ### Your turn: combine
#
# Write `combine(kind, checks)`. It makes one calculated check of the list of check ids and returns its id. It shall
# be healthy while
#
# - `"any"`: at least one child is;
# - `"all"`: every child is;
# - `"most"`: more than half of them are;
# - `"none"`: no child is.
#
# <details><summary>Hint</summary>
#
# `{"Type": "CALCULATED", "ChildHealthChecks": [...], "HealthThreshold": ..., "Inverted": ...}`. "None" is the
# opposite of one of the others. More than half of four is three.
# </details>


# %% exercise="combine"
def combine(kind: str, checks: list[str]) -> str:
    """Make a calculated check and return its id."""
    ### BEGIN SOLUTION
    number = len(checks)
    threshold = {"any": 1, "all": number, "most": number // 2 + 1, "none": 1}[kind]
    return route53.create_health_check(
        CallerReference=lab.unique_name("combined"),
        HealthCheckConfig={
            "Type": "CALCULATED",
            "ChildHealthChecks": checks,
            "HealthThreshold": threshold,
            "Inverted": kind == "none",
        },
    )["HealthCheck"]["Id"]
    ### END SOLUTION


# %% setup="crew"
def watched_servers(addresses: list[str]) -> tuple[list[Server], list[str]]:
    """Servers, and a health check for each that notices a failure at once."""
    servers = [Server(address) for address in addresses]
    ids = []
    for server in servers:
        told = {"Type": "HTTP", "IPAddress": server.address, "Port": 80}
        told |= {"ResourcePath": "/health", "FailureThreshold": 1, "RequestInterval": 10}
        made = route53.create_health_check(CallerReference=new_name(), HealthCheckConfig=told)
        ids.append(made["HealthCheck"]["Id"])
    return servers, ids


def is_used(check_id: str) -> bool:
    """Whether a record with this health check is among the answers."""
    name = new_name()
    put(
        zone,
        record(name, "192.0.2.1", SetIdentifier="1", Weight=1, HealthCheckId=check_id),
        record(name, "192.0.2.2", SetIdentifier="2", Weight=0),
    )
    return lab.resolve(name).value == "192.0.2.1"


# %% check="combine" points=2
with check("combine", needs="combine", right="OR, AND, a majority and NOT, out of one number and a switch.") as expect:

    def counts(addresses: list[str]) -> None:
        servers, ids = watched_servers(addresses)
        most = len(ids) // 2 + 1
        rules = {"any": lambda up: up >= 1, "all": lambda up: up == len(ids), "most": lambda up: up >= most}
        rules["none"] = lambda up: up == 0
        made = {kind: combine(kind, list(ids)) for kind in rules}
        for kind, one in made.items():
            expect(isinstance(one, str), f"combine({kind!r}, ...) should return the id of a health check.")
            told = route53.get_health_check(HealthCheckId=one)["HealthCheck"]["HealthCheckConfig"]
            expect.equal(told["Type"], "CALCULATED", f"The type of combine({kind!r}, ...)")
        for up in range(len(ids) + 1):
            for place, server in enumerate(servers):
                server.up = place < up
            lab.clock.advance(seconds=11)
            for kind, rule in rules.items():
                expect(
                    is_used(made[kind]) == rule(up),
                    f"{up} of {len(ids)} children are healthy: the check for {kind!r} should be "
                    f"{'healthy' if rule(up) else 'unhealthy'}, and it is not.",
                )

    counts(["198.51.100.41", "198.51.100.42", "198.51.100.43"])
    counts(["198.51.100.44", "198.51.100.45", "198.51.100.46", "198.51.100.47"])
    ### BEGIN HIDDEN TESTS
    counts(["198.51.100.48", "198.51.100.49"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Inside a VPC
#
# Checkers live on the internet. They cannot reach a worker in a private subnet. The way round: the worker publishes a
# metric, a CloudWatch alarm watches it, and a health check of type `CLOUDWATCH_METRIC` follows the alarm's
# **data**. (It does not look at the alarm's state: `set_alarm_state` changes nothing for it.)
#
# `InsufficientDataHealthStatus` says what silence means: `Healthy`, `Unhealthy` or `LastKnownStatus`. For a worker
# whose silence is a bad sign, choose `Unhealthy`.
#
# ### Your turn: watch from inside
#
# Write `watch_inside(metric, most)`. Workers in a VPC publish `metric`, the length of their backlog, in the
# namespace `Lumen`, without dimensions. Make an alarm that is in ALARM when the **maximum** of one minute is above
# `most`, and a health check that follows it and takes silence as unhealthy. Return the check's id.
#
# <details><summary>Hint</summary>
#
# `put_metric_alarm` with `Statistic="Maximum"`, `Period=60`, `EvaluationPeriods=1`,
# `ComparisonOperator="GreaterThanThreshold"`. The check takes `AlarmIdentifier={"Region": "us-east-1", "Name": ...}`.
# </details>


# %% exercise="watch-inside"
def watch_inside(metric: str, most: float) -> str:
    """Make a health check of something that no checker can reach; return its id."""
    ### BEGIN SOLUTION
    name = lab.unique_name("backlog")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanThreshold",
    )
    return route53.create_health_check(
        CallerReference=name,
        HealthCheckConfig={
            "Type": "CLOUDWATCH_METRIC",
            "AlarmIdentifier": {"Region": "us-east-1", "Name": name},
            "InsufficientDataHealthStatus": "Unhealthy",
        },
    )["HealthCheck"]["Id"]
    ### END SOLUTION


# %% check="watch-inside" points=2
with check("watch-inside", needs="watch_inside", right="Route 53 sees a worker that nobody can reach.") as expect:

    def watches(metric: str, most: float) -> None:
        returned = watch_inside(metric, most)
        expect(isinstance(returned, str), "Return the id of the health check.")
        kind = route53.get_health_check(HealthCheckId=returned)["HealthCheck"]["HealthCheckConfig"]["Type"]
        expect.equal(kind, "CLOUDWATCH_METRIC", "The type of the check")
        expect(
            not is_used(returned), "Nothing was published yet, and the check is healthy. What does silence mean to it?"
        )
        beside = watch_inside(f"{metric}-beside", most)
        alarm, other = (
            route53.get_health_check(HealthCheckId=one)["HealthCheck"]["HealthCheckConfig"]["AlarmIdentifier"]
            for one in (returned, beside)
        )
        expect(
            alarm != other,
            f"Two metrics share the alarm {alarm['Name']}: the second call replaced the first one's. Name each alarm "
            "after its metric.",
        )
        for backlog, healthy in ((most - 1, True), (most + 1, False), (most, True)):
            # Two values in a minute: the larger one counts, not their mean or their sum.
            for value in (0.6 * backlog, backlog):
                cloudwatch.put_metric_data(Namespace="Lumen", MetricData=[{"MetricName": metric, "Value": value}])
            lab.clock.advance(seconds=60)
            cloudwatch.set_alarm_state(
                AlarmName=alarm["Name"], StateValue="ALARM" if healthy else "OK", StateReason="a drill"
            )
            expect(
                is_used(returned) == healthy,
                f"The largest backlog of the last minute was {backlog:g}, allowed are {most:g}: the check should be "
                f"{'healthy' if healthy else 'unhealthy'}. Look at statistic, threshold and comparison.",
            )

    watches(lab.unique_name("Backlog"), 100)
    ### BEGIN HIDDEN TESTS
    watches(lab.unique_name("Waiting"), 7)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Clean up.** Health checks cost money until you delete them. Route 53 lets you delete one that records still
# > name, and promises nothing about these records then: change the records first.

# %%
put(zone, many(1, HealthCheckId=watched), action="DELETE")
route53.delete_health_check(HealthCheckId=watched)
left = [one["Id"] for one in route53.list_health_checks()["HealthChecks"]]
print("still there" if watched in left else "gone")

# %% [markdown]
# ## To remember
#
# - A policy chooses among records of one name and type; each has a `SetIdentifier`, and policies do not mix.
# - Weighted: share = weight / sum; 0 stops a record; all zero means equal.
# - Latency is measured time, geolocation is place (with a default!), geoproximity is distance with a bias.
# - Failover: the primary needs a health check; if both are unhealthy the primary answers.
# - Records without a check count as healthy; if all are unhealthy, all count as healthy.
# - Checkers ask every 30 or 10 seconds; three failures change a verdict; more than 18 percent of them are enough.
# - A switch takes interval times threshold, and the TTL on top: keep it at 60 seconds or less.
# - For private resources: metric, alarm, and a health check on the alarm's data.

# %% [markdown] question="no-address"
# ### Question 1
#
# A shop uses geolocation records for Germany, France and Italy. A few customers on business trips report that the
# name "does not exist". What do you add?
#
# - [ ] **A** A health check for each record.
#   > Records without checks always count as healthy; that is not why somebody gets nothing.
# - [x] **B** A default record, location `*`.
#   > Who is in none of the three countries, or in a network whose place is unknown, gets no answer without it.
# - [ ] **C** A latency record of the same name.
#   > Records of one name and type follow one policy. Route 53 refuses the mixture.
# - [ ] **D** A lower TTL.
#   > It makes answers fresher. Here there is no answer to begin with.

# %% answer="no-address"
answer = "B"

# %% check="no-address" points=1
question("no-address", answer)

# %% [markdown] question="slow-switch"
# ### Question 2
#
# Failover works, but customers reach the broken server for up to twenty minutes. The check asks every 30 seconds
# with a threshold of 3; the records have a TTL of 1,200. What helps most?
#
# - [x] **A** Lower the TTL to 60.
#   > Of 1,290 seconds the TTL is 1,200. Route 53 gives the right answer after 90 seconds; nobody asks it.
# - [ ] **B** Ask every 10 seconds.
#   > It saves 60 seconds of 1,290, and costs extra.
# - [ ] **C** Lower the threshold to 1.
#   > It saves 60 seconds, and a single lost packet at a few checkers becomes a failure.
# - [ ] **D** Use weighted records instead.
#   > They wait for the same health check and are cached for the same time.

# %% answer="slow-switch"
answer = "A"

# %% check="slow-switch" points=1
question("slow-switch", answer)

# %% [markdown] question="half-weight"
# ### Question 3
#
# Three weighted records have the weights 80, 20 and 0, each with a health check. The first two become unhealthy. What
# does Route 53 answer?
#
# - [ ] **A** Nothing, until one of them is healthy again.
#   > Route 53 prefers any answer to none.
# - [ ] **B** The first two, by their weights.
#   > That would happen if the third were unhealthy as well.
# - [x] **C** The third record.
#   > Weight 0 is left out only while a record with a weight is healthy. So point such a record somewhere useful.
# - [ ] **D** All three in turn.
#   > Unhealthy records are passed over while a healthy one exists.

# %% answer="half-weight"
answer = "C"

# %% check="half-weight" points=1
question("half-weight", answer)

# %% [markdown] question="private-check"
# ### Question 4
#
# Failover records in a private zone shall follow the health of a database proxy at 10.0.3.7. How?
#
# - [ ] **A** A TCP health check of 10.0.3.7 with the fast interval.
#   > Route 53 refuses private addresses: its checkers stand on the internet and cannot reach them.
# - [ ] **B** Give the proxy a public address for the checkers.
#   > It would work, and open a database to the world for the sake of a check.
# - [ ] **C** A calculated check without children.
#   > It would count nothing. Some child has to know about the proxy.
# - [x] **D** A metric about the proxy, an alarm on it, and a health check that follows the alarm.
#   > Whatever can publish a metric can be watched, wherever it stands.

# %% answer="private-check"
answer = "D"

# %% check="private-check" points=1
question("private-check", answer)

# %%
progress()
