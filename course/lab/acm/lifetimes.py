"""What happens to certificates as time passes: issued once the CNAME stands, timed out, renewed or not, expired.

https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-renewal-validation.html
AWS takes minutes to hours to see a record; in the lab it is two minutes, so that boto3's waiter sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from course.lab.acm.certificate import LabCertificate
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.place import everywhere

_SEEN_AFTER: Final = 120.0


class _Certificates:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((due for one in _all() if (due := _due(one)) is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [note("ACM", one.common_name, _next(one)) for one in _all() if (due := _due(one)) and due <= now]


def _all() -> Iterator[LabCertificate]:
    for backend in everywhere("acm"):
        for one in backend._certificates.values():
            if isinstance(one, LabCertificate) and one.type == "AMAZON_ISSUED":
                yield one


def _due(one: LabCertificate) -> float | None:
    if one.status == "PENDING_VALIDATION":
        return min(_seen(one) or one.times_out_at.timestamp(), one.times_out_at.timestamp())
    if one.status != "ISSUED":
        return None
    if not one.is_eligible:
        one.found_at = None
        return None if clock.now() < one.ends else one.ends.timestamp()
    begins = one.renews_at.timestamp()
    if clock.now().timestamp() < begins or one.renewal != "PENDING_VALIDATION":
        return begins  # long past when it came into use within the last 45 days
    return min(_seen(one) or one.ends.timestamp(), one.ends.timestamp())


def _seen(one: LabCertificate) -> float | None:
    """When ACM will have seen the records, from the moment at which the lab first finds them."""
    if not one.is_proven:
        one.found_at = None
        return None
    if one.found_at is None:
        one.found_at = clock.now().timestamp()
    return one.found_at + _SEEN_AFTER


def _next(one: LabCertificate) -> str:
    if one.status == "PENDING_VALIDATION":
        if one.is_proven:
            one.issue()
            return "issued"
        one.status = "VALIDATION_TIMED_OUT"
        return "not validated within 72 hours"
    if clock.now() >= one.ends:
        one.status, one.renewal = "EXPIRED", one.renewal and "FAILED"
        return "expired"
    if one.is_proven:
        one.issue()
        one.found_at = None
        return "renewed"
    one.renewal = "PENDING_VALIDATION"
    return "cannot be renewed: the domain is not validated any more"


add_source(_Certificates())
