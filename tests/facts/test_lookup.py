"""Facts are found by service and name, and behave like the numbers they are."""

import json
import pickle
import subprocess
import sys

import pytest

from course import facts
from course.facts.store import near_names, slug


def test_a_limit_is_a_number_with_a_unit_and_a_source():
    limit = facts.limit("sqs", "visibility-max")
    assert limit == 43200 and limit / 3600 == 12
    assert limit.unit == "seconds" and limit.source.startswith("https://") and limit.as_of.startswith("2026")


def test_a_whole_number_is_an_int_that_boto3_accepts():
    assert isinstance(facts.limit("sqs", "receive-max-messages"), int)
    assert list(range(facts.limit("sqs", "receive-max-messages"))) == list(range(10))


def test_a_price_with_decimals_is_a_float():
    price = facts.price("lambda", "requests")
    assert isinstance(price, float) and price == 0.2 and price.unit == "USD per million requests"


def test_arithmetic_gives_plain_numbers():
    assert type(facts.limit("sqs", "visibility-max") * 2) is int
    assert type(facts.price("lambda", "requests") * 2) is float


def test_a_fact_survives_json_and_pickle():
    limit = facts.limit("sqs", "visibility-max")
    assert json.dumps(limit) == "43200"
    assert pickle.loads(pickle.dumps(limit)).source == limit.source
    assert pickle.loads(pickle.dumps(facts.price("lambda", "requests"))).unit == "USD per million requests"


@pytest.mark.parametrize("service", ["sqs", "SQS", "Sqs"])
@pytest.mark.parametrize("name", ["visibility-max", "Visibility max", "VISIBILITY_MAX"])
def test_spelling_does_not_matter(service, name):
    assert facts.limit(service, name) == 43200


def test_a_service_of_two_words_has_three_spellings():
    assert facts.limit("API Gateway", "stages-per-api") == facts.limit("api-gateway", "stages-per-api")
    assert facts.limit("apigateway", "stages-per-api") == 10


def test_a_wrong_service_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"no facts about a service 'sqz'\. Did you mean SQS"):
        facts.limit("sqz", "visibility-max")


def test_a_wrong_name_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"SQS has no limit 'max-visibility'\. Did you mean .*visibility-max"):
        facts.limit("sqs", "max-visibility")


def test_a_price_asked_for_as_a_limit_says_so():
    with pytest.raises(facts.UnknownFact, match=r"is a price: use facts\.price"):
        facts.limit("sqs", "standard-requests")


def test_an_unknown_region_names_the_known_ones():
    with pytest.raises(facts.UnknownFact, match=r"not known for mars-1: known for us-east-1"):
        facts.price("sqs", "standard-requests", region="mars-1")


def test_a_limit_that_holds_everywhere_answers_for_any_region():
    assert facts.limit("sqs", "visibility-max", region="eu-west-1") == 43200


def test_a_limit_of_one_region_beats_the_general_one():
    assert facts.limit("kms", "symmetric-requests-per-second", "us-east-1") == 100000
    assert facts.limit("kms", "symmetric-requests-per-second", "eu-north-1") == 10000


def test_a_limit_of_all_other_regions():
    assert facts.limit("step functions", "statetransition-standard-refill", "us-east-1") == 5000
    assert facts.limit("step functions", "statetransition-standard-refill", "eu-north-1") == 800


def test_then_and_now():
    assert facts.history("sqs", "message-size-max") == [262144, 1048576]
    assert facts.limit("sqs", "message-size-max") == 1048576
    assert facts.limit("sqs", "message-size-max", on="2024-06") == 262144
    assert facts.limit("sqs", "message-size-max", on="2026-06") == 1048576


def test_the_tiers_of_a_price_stand_in_order():
    steps = facts.tiers("sqs", "standard-requests")
    assert [float(step) for step in steps] == [0.4, 0.3, 0.24]
    assert [step.tier_from for step in steps] == [0, 100e9, 200e9]


def test_a_price_without_tiers_has_one():
    assert facts.tiers("lambda", "requests") == [0.2]


def test_all_limits_of_a_service_by_name():
    limits = facts.limits("sqs")
    assert limits["visibility-max"] == 43200
    frame = limits.frame()
    assert list(frame.columns) == ["name", "value", "unit", "region", "note", "source", "as_of"]
    assert frame.set_index("name").loc["visibility-max", "value"] == 43200


def test_prices_show_the_first_tier_and_no_retired_value():
    prices = facts.prices("sqs")
    assert prices["standard-requests"] == 0.4
    assert not any(fact.until for fact in prices.values())


def test_the_source_line_is_short_and_dated():
    line = facts.sources(facts.price("lambda", "requests"))
    assert line == f"aws.amazon.com/lambda/pricing, {facts.price('lambda', 'requests').as_of}"


def test_a_source_stands_once_with_its_oldest_date():
    assert facts.sources(facts.limits("sqs")["visibility-max"], facts.limits("sqs")["delay-max"]).count("2026-11") == 1


def test_many_sources_are_counted():
    assert facts.sources(facts.limits("sqs"), most=1).endswith("more")


def test_sources_of_a_table_and_of_a_bill():
    assert "docs.aws.amazon.com" in facts.sources(facts.table("s3-storage-classes"))
    assert facts.sources(facts.cost("lambda", "requests", 1e6)).startswith("aws.amazon.com/lambda/pricing")


def test_something_without_a_source_is_refused():
    with pytest.raises(TypeError, match="float has no source"):
        facts.sources(3.5)


def test_a_fact_shows_its_source_in_a_notebook():
    assert "seconds" in facts.limit("sqs", "visibility-max")._repr_html_()


def test_the_near_names_hold_the_words_first():
    assert near_names("visibility", ["delay-max", "visibility-max", "invisible"])[0] == "visibility-max"


def test_a_slug_is_lower_case_with_hyphens():
    assert slug("SAML/OIDC MAU (free)") == "saml-oidc-mau-free"


def test_looking_a_fact_up_loads_neither_pandas_nor_moto():
    code = (
        "import sys; from course import facts; facts.limit('sqs', 'visibility-max'); facts.cost('sqs',"
        "'standard-requests', 1e6); print([m for m in ('pandas', 'moto', 'matplotlib') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
