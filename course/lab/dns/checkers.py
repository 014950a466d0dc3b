"""The checkers: sixteen of them, two in each of eight Regions, that ask every endpoint at its interval.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
On AWS they ask one after another, about every two seconds; in the lab all of them ask at the same moment.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from course.lab.agenda import Delivery, add_source
from course.lab.clock import clock
from course.lab.dns import checks
from course.lab.wire import is_open

# The published networks of the checkers (ROUTE53_HEALTHCHECKS of https://ip-ranges.amazonaws.com/ip-ranges.json).
_NETWORKS: Final = {
    "us-east-1": ("54.243.31.192/26", "107.23.255.0/26"),
    "us-west-1": ("54.183.255.128/26", "54.241.32.64/26"),
    "us-west-2": ("54.244.52.192/26", "54.245.168.0/26"),
    "eu-west-1": ("54.228.16.0/26", "176.34.159.192/26"),
    "ap-southeast-1": ("54.251.31.128/26", "54.255.254.192/26"),
    "ap-southeast-2": ("54.252.79.128/26", "54.252.254.192/26"),
    "ap-northeast-1": ("54.248.220.0/26", "54.250.253.192/26"),
    "sa-east-1": ("54.232.40.64/26", "177.71.207.128/26"),
}
_SEARCHED: Final = 5_120
_QUIET: Final = 20  # rounds without news, after which long ways of the clock are asked about less often
_SELDOM: Final = 20  # how much less often


@dataclass
class Checker:
    """What one checker has seen of one endpoint."""

    region: str
    address: str
    healthy: bool = True
    alike: int = 0
    """How many times in a row it saw what it saw last."""
    passed: bool = True
    report: str = ""
    checked: float = 0.0
    failure: str = ""
    failed: float = 0.0

    def saw(self, passed: bool, report: str, at: float, threshold: int) -> bool:
        """Note an answer; whether that was news."""
        self.alike = self.alike + 1 if passed == self.passed and self.report else 1
        news = passed != self.passed or not self.report
        self.passed, self.report, self.checked = passed, report, at
        if not passed:
            self.failure, self.failed = report, at
        if passed != self.healthy and self.alike >= threshold:
            self.healthy, news = passed, True
        return news


@dataclass
class Watch:
    """One endpoint under watch."""

    began: float
    checkers: list[Checker]
    due: float
    quiet: int = 0


def all_regions() -> tuple[str, ...]:
    """The Regions that checkers are in."""
    return tuple(_NETWORKS)


def watch_of(check: Any) -> Watch:
    """What the checkers know about a check of an endpoint; they begin when they are first asked about."""
    found: Watch | None = check.__dict__.get("lab_watch")
    wanted = tuple(checks.settings(check).get("Regions") or _NETWORKS)
    if found is None or {one.region for one in found.checkers} != set(wanted):
        now = clock.now().timestamp()
        known = {one.address: one for one in found.checkers} if found else {}
        crew = [known.get(one.address, one) for one in _crew(wanted)]
        found = check.__dict__["lab_watch"] = Watch(now, crew, now + checks.settings(check)["RequestInterval"])
    return found


def _crew(regions: Iterable[str]) -> list[Checker]:
    return [
        Checker(region, str(ipaddress.ip_network(network)[9 + 7 * place]))
        for region in regions
        for place, network in enumerate(_NETWORKS.get(region, ()))
    ]


def check_now(check: Any, at: float) -> None:
    """Let every checker ask the endpoint once."""
    from course.lab.dns.endpoints import ask

    watch, now = watch_of(check), checks.settings(check)
    news = False
    for checker in watch.checkers:
        passed, report = ask(now, checker.address, _SEARCHED)
        news |= checker.saw(passed, report, at, now["FailureThreshold"])
    watch.quiet = 0 if news else watch.quiet + 1


class Rounds:
    """The rounds of the checkers, as a source of the agenda."""

    def __init__(self) -> None:
        self._seen = 0.0

    def next_due(self) -> float | None:
        """When the next round is. After ten minutes without news the lab lets rounds out on long ways of the clock."""
        watched = list(_watched())
        now = clock.now().timestamp()
        if now - self._seen > 0.02:  # the clock moved, or people worked: whatever they changed is to be noticed in time
            for check in watched:
                _soon(check, now)
        return min((watch_of(check).due for check in watched), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for check in _watched():
            watch = watch_of(check)
            if watch.due > now:
                continue
            before = [one.healthy for one in watch.checkers]
            check_now(check, now)
            interval = checks.settings(check)["RequestInterval"]
            seldom = _SELDOM if watch.quiet >= _QUIET else 1
            watch.due = _grid(watch.began, interval, now) + interval * (seldom - 1)
            after = [one.healthy for one in watch.checkers]
            if before != after:
                told = f"{sum(after)} of {len(after)} checkers report it healthy"
                made.append(Delivery(clock.now(), "health check", _endpoint_of(check), told))
        self._seen = clock.now().timestamp()
        return made


def _soon(check: Any, now: float) -> None:
    watch = watch_of(check)
    watch.due = min(watch.due, _grid(watch.began, checks.settings(check)["RequestInterval"], now))


def _grid(began: float, interval: float, now: float) -> float:
    """The next moment after now at which it is the check's turn."""
    return began + interval * (int((now - began) // interval) + 1)


def _endpoint_of(check: Any) -> str:
    now = checks.settings(check)
    return str(now.get("FullyQualifiedDomainName") or now.get("IPAddress"))


def _watched() -> Iterable[Any]:
    if not is_open():
        return
    for check in checks.all_checks():
        now = checks.settings(check)
        if now["Type"] in checks.ENDPOINTS and not now["Disabled"]:
            yield check


add_source(Rounds())
