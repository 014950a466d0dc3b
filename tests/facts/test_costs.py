"""Costs worked out by hand, to the cent."""

import pytest

from course import facts


def usd(*args, **options) -> float:
    return facts.cost(*args, **options).usd


def test_250_million_sqs_requests():
    # 250 million x 0.40 USD per million; with the free million 249 x 0.40.
    assert usd("sqs", "standard-requests", 250e6) == 100.0
    assert usd("sqs", "standard-requests", 250e6, free=True) == 99.6


def test_tiers_fill_one_after_the_other():
    # 100 billion at 0.40, 100 billion at 0.30 and 50 billion at 0.24 USD per million.
    bill = facts.cost("sqs", "standard-requests", 250e9)
    assert [line.billed for line in bill.lines] == [100e9, 100e9, 50e9]
    assert [line.usd for line in bill.lines] == pytest.approx([40000, 30000, 12000])
    assert bill.usd == 82000


def test_a_quantity_at_the_edge_of_a_tier_stays_in_it():
    assert len(facts.cost("sqs", "standard-requests", 100e9).lines) == 1


def test_free_units_are_the_first_ones():
    # Of 250 billion requests 150 billion are free: 50 billion at 0.30 and 50 billion at 0.24 remain.
    assert usd("sqs", "standard-requests", 250e9, free=150e9) == 15000 + 12000


def test_everything_free_costs_nothing_but_has_a_line():
    bill = facts.cost("sqs", "standard-requests", 900_000, free=True)
    assert bill.usd == 0 and len(bill.lines) == 1 and bill.lines[0].billed == 0


@pytest.mark.parametrize(
    ("size", "chunks"), [(1, 1), (65536, 1), (65537, 2), (256 * 1024, 4), (1024 * 1024, 16), (0, 1)]
)
def test_sqs_counts_each_started_64_kb_as_a_request(size, chunks):
    assert facts.billed_units("sqs", "standard-requests", 1000, size=size) == 1000 * chunks


def test_lambda_rounds_each_run_up_to_a_millisecond():
    # 3 million runs of 120.3 ms (billed 121 ms) with 512 MB: 3e6 x 0.5 x 0.121 = 181,500 GB-seconds.
    bill = facts.cost("lambda", "duration-x86", 3e6 * 0.5, size=120.3)
    assert bill.lines[0].billed == pytest.approx(181_500)
    assert bill.usd == pytest.approx(181_500 * 0.0000166667, abs=1e-4)


def test_lambda_bills_at_least_one_millisecond():
    assert facts.billed_units("lambda", "duration-x86", 1000, size=0.2) == pytest.approx(1.0)


def test_the_free_tier_of_lambda():
    # 181,500 GB-seconds are within the free 400,000; of 3 million requests 2 million cost 0.20 each.
    compute = facts.cost("lambda", "duration-x86", 3e6 * 0.5, size=120.3, free=True)
    requests = facts.cost("lambda", "requests", 3e6, free=True)
    assert compute.usd == 0 and requests.usd == 0.4 and (compute + requests).usd == 0.4


def test_arm_is_a_fifth_cheaper_than_x86():
    x86, arm = (usd("lambda", f"duration-{kind}", 1e9) for kind in ("x86", "arm64"))
    assert arm / x86 == pytest.approx(0.8, abs=0.001)


def test_http_apis_count_512_kb():
    # 10 million requests of 513 KB are 20 million at 1.00 USD.
    assert usd("api-gateway", "http-requests", 10e6, size=513 * 1024) == 20


def test_express_workflows_round_up_to_100_ms():
    # 1 million runs of 250 ms (billed 300) with 64 MB: 1e6 x 0.0625 x 0.3 = 18,750 GB-seconds.
    bill = facts.cost("step functions", "express-duration", 1e6 * 0.0625, size=250)
    assert bill.lines[0].billed == pytest.approx(18_750)
    assert bill.usd == pytest.approx(18_750 * 0.00001667, abs=1e-4)


def test_dynamodb_counts_4_kb_for_reads_and_1_kb_for_writes():
    assert facts.billed_units("dynamodb", "on-demand-read-request-units", 10, size=4097) == 20
    assert facts.billed_units("dynamodb", "on-demand-write-request-units", 10, size=4097) == 50


def test_kinesis_counts_25_kb_and_firehose_rounds_to_5_kb():
    assert facts.billed_units("kinesis", "put-payload-units", 100, size=26 * 1024) == 200
    assert facts.billed_units("firehose", "ingest", 2**30, size=3 * 1024) == 5 * 1024


def test_small_objects_count_as_128_kb_in_standard_ia():
    # 8,192 objects of 10 KB count as 128 KB each: exactly 1 GB.
    assert facts.billed_units("s3", "standard-ia-storage", 8192, size=10 * 1024) == 1


def test_instances_run_by_the_second_and_at_least_a_minute():
    hourly = facts.price("ec2", "on-demand-linux-t3-micro")
    assert usd("ec2", "on-demand-linux-t3-micro", 10, size=30) == round(10 * hourly * 60 / 3600, 4)
    assert usd("ec2", "on-demand-linux-t3-micro", 10, size=5400) == round(10 * hourly * 1.5, 4)


def test_prices_per_thousand_and_per_ten_thousand():
    assert usd("s3", "standard-put-copy-post-list-requests", 1_000_000) == 5
    assert usd("kms", "requests", 1_020_000, free=True) == 3


def test_cognito_counts_users_in_tiers_above_the_free_ones():
    # 150,000 users: 10,000 free, 90,000 at 0.0055, 50,000 at 0.0046.
    assert usd("cognito", "lite-mau", 150_000, free=True) == pytest.approx(90_000 * 0.0055 + 50_000 * 0.0046)


def test_a_price_that_is_not_rounded_takes_no_size():
    with pytest.raises(ValueError, match="has no rounding rule, so it takes no size"):
        facts.cost("kinesis", "shard-hour", 1, size=10)


def test_a_price_without_free_amount_says_so():
    with pytest.raises(ValueError, match="has no free amount on file"):
        facts.cost("kinesis", "shard-hour", 1, free=True)


def test_a_negative_quantity_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        facts.cost("lambda", "requests", -1)


def test_an_amount_is_no_price_to_multiply():
    with pytest.raises(facts.UnknownFact, match="is a limit"):
        facts.cost("lambda", "free-requests-per-month", 2)


def test_an_unknown_price_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"Did you mean .*standard-requests"):
        facts.cost("sqs", "standard-request", 1)


def test_bills_add_up_and_show_where_the_prices_come_from():
    parts = [facts.cost("lambda", "requests", 1e6), facts.cost("sqs", "standard-requests", 1e6)]
    total = sum(parts)
    assert total.usd == pytest.approx(0.6) and float(total) == total.usd
    assert [line.usd for line in total] == pytest.approx([0.2, 0.4])
    assert list(total.frame()["item"]) == ["Lambda requests", "SQS standard-requests"]
    assert "aws.amazon.com/lambda/pricing" in facts.sources(total)
    assert "Total 0.60 USD" in total._repr_html_() and str(total).startswith("0.60 USD")


def test_rounding_does_not_suffer_from_binary_noise():
    assert facts.billed_units("lambda", "duration-x86", 1000, size=0.1 * 3 * 10) == pytest.approx(3)


def test_a_month_has_730_hours():
    assert usd("kinesis", "shard-hour", 2 * facts.HOURS_PER_MONTH) == 21.9


def test_bills_compare_by_their_totals():
    cheap, dear = facts.cost("sqs", "standard-requests", 1_000_000), facts.cost("sqs", "standard-requests", 9_000_000)
    assert cheap < dear
    assert dear >= cheap
    assert cheap <= cheap.usd < 5
    assert dear > 1
    assert min([dear, cheap], key=float) == min(dear, cheap) == cheap
    with pytest.raises(TypeError):
        cheap < "a lot"  # noqa: B015
