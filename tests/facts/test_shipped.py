"""Data that botocore and moto ship is used in place of tables of our own."""

import pytest

from course import facts


def test_the_regions_of_all_partitions():
    regions = facts.regions().set_index("region")
    assert regions.loc["us-east-1", "name"] == "N. Virginia" and regions.loc["us-east-1", "partition"] == "aws"
    assert regions.loc["cn-north-1", "partition"] == "aws-cn"
    assert regions["services"].idxmax() == "us-east-1"
    assert set(facts.regions()["source"]) == {"https://github.com/boto/botocore"}


def test_the_endpoint_of_a_service():
    assert facts.endpoint("sqs", "eu-west-1") == "https://sqs.eu-west-1.amazonaws.com"
    assert facts.endpoint("cloudwatch") == "https://monitoring.us-east-1.amazonaws.com"


def test_an_unknown_client_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"no client 'sqss'\. Did you mean sqs"):
        facts.endpoint("sqss")


def test_instance_types_with_their_size():
    types = facts.instance_types().set_index("type")
    assert tuple(types.loc["t3.micro", ["vcpus", "memory_gib", "burstable"]]) == (2, 1.0, True)
    assert types.loc["m7g.large", "architecture"] == "arm64"
    assert len(types) > 800


def test_what_can_be_started_where():
    assert "t3.micro" in facts.instance_offerings("us-east-1")
    assert len(facts.instance_offerings("us-east-1")) > len(facts.instance_offerings("eu-south-2"))


def test_an_unknown_region_names_the_near_ones():
    with pytest.raises(facts.UnknownFact, match=r"'eu-west-9'\. Did you mean .*eu-west"):
        facts.instance_offerings("eu-west-9")
