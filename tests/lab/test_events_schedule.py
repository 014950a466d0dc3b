"""When schedules run."""

import datetime as dt

import pytest

from course.lab.events_schedule import InvalidSchedule, next_run


def after(moment, expression):
    found = next_run(expression, dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC))
    return found and f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("expression", "moment", "runs"),
    [
        ("rate(1 minute)", "2026-05-01T12:00:30", "2026-05-01 12:01"),
        ("rate(2 hours)", "2026-05-01T12:00:00", "2026-05-01 14:00"),
        ("rate(7 days)", "2026-05-01T12:00:00", "2026-05-08 12:00"),
        ("cron(0 10 * * ? *)", "2026-05-01T12:00:00", "2026-05-02 10:00"),
        ("cron(15 12 * * ? *)", "2026-05-01T12:00:00", "2026-05-01 12:15"),
        ("cron(0 18 ? * MON-FRI *)", "2026-05-01T19:00:00", "2026-05-04 18:00"),
        ("cron(0 8 1 * ? *)", "2026-05-01T09:00:00", "2026-06-01 08:00"),
        ("cron(0/15 * * * ? *)", "2026-05-01T12:16:00", "2026-05-01 12:30"),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2026-05-01T17:56:00", "2026-05-04 08:00"),
        ("cron(0 9 L * ? *)", "2026-02-01T00:00:00", "2026-02-28 09:00"),
        ("cron(0 9 ? * 6L *)", "2026-05-01T10:00:00", "2026-05-29 09:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-05-05T00:00:00", "2026-06-01 09:00"),
        ("cron(0 9 3W * ? *)", "2026-05-01T00:00:00", "2026-05-04 09:00"),
        ("cron(0 9 1W * ? *)", "2026-08-01T00:00:00", "2026-08-03 09:00"),
        ("cron(0 0 1 JAN ? 2030)", "2026-05-01T00:00:00", "2030-01-01 00:00"),
        ("cron(0 0 1 JAN ? 2020)", "2026-05-01T00:00:00", None),
        ("cron(0 0 29 2 ? *)", "2026-05-01T00:00:00", "2028-02-29 00:00"),
    ],
)
def test_the_next_run(expression, moment, runs):
    assert after(moment, expression) == runs


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(2 minute)", "rate(0 days)", "rate(5 seconds)", "cron(0 10 * * *)", "cron(0 10 * * * *)",
     "cron(0 10 ? * ? *)", "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 10 ? * FUN *)", "5 minutes", ""],
)  # fmt: skip
def test_bad_expressions(expression):
    with pytest.raises(InvalidSchedule):
        next_run(expression, dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
