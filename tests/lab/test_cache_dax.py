"""The model of DAX: what is kept, for how long, and what passes by."""

import boto3
import pytest

from course import lab


@pytest.fixture
def dax():
    lab.start()
    boto3.client("dynamodb").create_table(
        TableName="likes", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "photo", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "photo", "KeyType": "HASH"}])  # fmt: skip
    boto3.client("dax").create_cluster(
        ClusterName="likes", NodeType="dax.t3.small", ReplicationFactor=3, IamRoleArn="arn:aws:iam::123456789012:role/d"
    )
    with pytest.raises(ValueError, match="creating"):
        lab.dax("likes")
    while boto3.client("dax").describe_clusters()["Clusters"][0]["Status"] != "available":
        pass
    yield lab.dax("likes")
    lab.stop()


SUNSET = {"photo": {"S": "sunset"}}


def item(likes):
    return SUNSET | {"likes": {"N": str(likes)}}


def read(client, **more):
    return client.get_item(TableName="likes", Key=SUNSET, **more).get("Item")


def test_a_second_read_does_not_reach_the_table(dax):
    boto3.client("dynamodb").put_item(TableName="likes", Item=item(1))
    with lab.watching() as made:
        assert read(dax) == read(dax) == item(1)
    assert len(made.of("GetItem")) == 1


def test_to_say_eventually_consistent_changes_nothing(dax):
    dax.put_item(TableName="likes", Item=item(1))
    with lab.watching() as made:
        assert read(dax, ConsistentRead=False) == item(1)
    assert not made.of("GetItem")


def test_a_write_goes_through_both(dax):
    dax.put_item(TableName="likes", Item=item(1))
    assert read(boto3.client("dynamodb")) == item(1)
    with lab.watching() as made:
        assert read(dax) == item(1)
    assert not made.of("GetItem")


def test_an_update_and_a_delete_are_seen_at_once(dax):
    dax.put_item(TableName="likes", Item=item(1))
    dax.update_item(TableName="likes", Key=SUNSET, UpdateExpression="ADD likes :n",
                    ExpressionAttributeValues={":n": {"N": "4"}})  # fmt: skip
    assert read(dax) == item(5)
    dax.delete_item(TableName="likes", Key=SUNSET)
    assert read(dax) is None


def test_a_write_past_the_cluster_is_seen_after_five_minutes(dax):
    dax.put_item(TableName="likes", Item=item(1))
    boto3.client("dynamodb").put_item(TableName="likes", Item=item(2))
    assert read(dax) == item(1)
    assert read(dax, ConsistentRead=True) == item(2)
    assert read(dax) == item(1)
    lab.clock.advance(seconds=301)
    assert read(dax) == item(2)


def test_that_an_item_is_missing_is_remembered(dax):
    assert read(dax) is None
    boto3.client("dynamodb").put_item(TableName="likes", Item=item(1))
    assert read(dax) is None


def test_the_query_cache_knows_nothing_of_writes(dax):
    assert dax.scan(TableName="likes")["Count"] == 0
    dax.put_item(TableName="likes", Item=item(1))
    assert dax.scan(TableName="likes")["Count"] == 0
    lab.clock.advance(seconds=301)
    assert dax.scan(TableName="likes")["Count"] == 1


def test_the_least_recently_used_item_leaves_a_full_cache(dax):
    small = lab.dax("likes", most=2)
    for photo in "abac":
        small.get_item(TableName="likes", Key={"photo": {"S": photo}})
    with lab.watching() as made:
        small.get_item(TableName="likes", Key={"photo": {"S": "a"}})
        small.get_item(TableName="likes", Key={"photo": {"S": "b"}})
    assert len(made.of("GetItem")) == 1


def test_an_unknown_cluster_is_named(dax):
    with pytest.raises(ValueError, match="create_cluster"):
        lab.dax("other")
