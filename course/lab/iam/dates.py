"""Dates in conditions: the W3C forms of ISO 8601, or seconds since 1970.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

_W3C = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})"
    r"([Tt](?P<hour>\d{2}):(?P<minute>\d{2})(:(?P<second>\d{2})(?P<fraction>\.\d+)?)?"
    r"(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?)?)?)?"
)
_EPOCH = re.compile(r"-?\d{5,}(\.\d+)?")


@lru_cache(maxsize=512)
def seconds_of(text: str) -> Decimal | None:
    """Read a date as seconds since 1970; None if it is no date.

    >>> seconds_of("1970-01-02T00:00:00Z")
    Decimal('86400')
    """
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    form = _W3C.fullmatch(text)
    if form is None:
        return None
    try:
        moment = dt.datetime(
            int(form["year"]),
            int(form["month"] or 1),
            int(form["day"] or 1),
            int(form["hour"] or 0),
            int(form["minute"] or 0),
            int(form["second"] or 0),
            tzinfo=_zone(form["zone"]),
        )
    except ValueError:
        return None
    whole = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)
    return Decimal(whole) + Decimal(form["fraction"] or 0)


def _zone(written: str | None) -> dt.tzinfo:
    if not written or written in "Zz":
        return dt.UTC
    sign = -1 if written[0] == "-" else 1
    digits = written[1:].replace(":", "")
    return dt.timezone(sign * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
