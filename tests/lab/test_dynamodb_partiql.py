"""PartiQL in the lab: statements do, cost and refuse what the requests do that they stand for."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture
def dynamodb():
    lab.start()
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="songs",
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "title", "genre")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-genre",
                "KeySchema": [{"AttributeName": "genre", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(4):
        item = {
            "artist": {"S": "Ada"},
            "title": {"S": f"t{number}"},
            "genre": {"S": "jazz"},
            "plays": {"N": f"{number}"},
        }
        client.put_item(TableName="songs", Item=item)
    client.put_item(TableName="songs", Item={"artist": {"S": "Alan"}, "title": {"S": "t0"}, "text": {"S": "x" * 9000}})
    yield client
    lab.stop()


def run(dynamodb, statement, *parameters, **more):
    given = {"Parameters": list(parameters)} if parameters else {}
    return dynamodb.execute_statement(Statement=statement, **given, **more)


def found(dynamodb, artist, title):
    return dynamodb.get_item(TableName="songs", Key={"artist": {"S": artist}, "title": {"S": title}}).get("Item")


def code(dynamodb, statement, *parameters):
    with pytest.raises(ClientError) as refused:
        run(dynamodb, statement, *parameters)
    return refused.value.response["Error"]["Code"]


def titles(answer):
    return [item["title"]["S"] for item in answer["Items"]]


def test_a_select_with_the_partition_key_reads_that_partition_alone(dynamodb):
    answer = run(dynamodb, "SELECT * FROM songs WHERE artist='Ada'", ReturnConsumedCapacity="TOTAL")
    assert titles(answer) == ["t0", "t1", "t2", "t3"]
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_a_select_without_it_is_charged_as_a_scan(dynamodb):
    answer = run(dynamodb, "SELECT title FROM songs WHERE plays > 1", ReturnConsumedCapacity="TOTAL")
    assert titles(answer) == ["t2", "t3"]
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1.5


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("artist = 'Ada' AND title BETWEEN 't1' AND 't2'", ["t1", "t2"]),
        ("artist = 'Ada' AND begins_with(title, 't') AND plays <> 2", ["t0", "t1", "t3"]),
        ("artist = 'Ada' ORDER BY title DESC", ["t3", "t2", "t1", "t0"]),
        ("artist = 'Ada' AND (plays = 0 OR plays IN [2, 3])", ["t0", "t2", "t3"]),
        ("genre IS MISSING", ["t0"]),
        ("artist = ? AND NOT contains(title, '3')", ["t0", "t1", "t2"]),
    ],
)
def test_conditions_select(dynamodb, where, expected):
    parameters = [{"S": "Ada"}] if "?" in where else []
    assert titles(run(dynamodb, f'SELECT * FROM "songs" WHERE {where}', *parameters)) == expected


def test_an_index_is_named_after_the_table(dynamodb):
    assert len(run(dynamodb, 'SELECT title FROM "songs"."by-genre" WHERE genre = \'jazz\'')["Items"]) == 4


def test_pages_go_on_with_the_token(dynamodb):
    first = run(dynamodb, "SELECT title FROM songs WHERE artist = 'Ada'", Limit=3)
    rest = run(dynamodb, "SELECT title FROM songs WHERE artist = 'Ada'", NextToken=first["NextToken"])
    assert titles(first) + titles(rest) == ["t0", "t1", "t2", "t3"]


def test_an_insert_takes_literals_and_parameters(dynamodb):
    run(dynamodb, "INSERT INTO songs VALUE {'artist': ?, 'title': 'it''s', 'tags': <<'new'>>, 'n': -2}", {"S": "Grace"})
    assert found(dynamodb, "Grace", "it's")["tags"] == {"SS": ["new"]}
    assert found(dynamodb, "Grace", "it's")["n"] == {"N": "-2"}


def test_an_insert_does_not_replace(dynamodb):
    assert code(dynamodb, "INSERT INTO songs VALUE {'artist': 'Ada', 'title': 't0'}") == "DuplicateItemException"


def test_an_update_changes_one_item(dynamodb):
    change = "UPDATE songs SET plays = plays + 1, mood = ? REMOVE genre"
    where = "WHERE artist = 'Ada' AND title = 't1'"
    answer = run(dynamodb, f"{change} {where} RETURNING ALL NEW *", {"S": "calm"})
    assert answer["Items"][0]["plays"] == {"N": "2"}
    assert found(dynamodb, "Ada", "t1")["mood"] == {"S": "calm"}
    assert "genre" not in found(dynamodb, "Ada", "t1")


def test_writes_name_one_item_by_its_whole_key(dynamodb):
    assert code(dynamodb, "UPDATE songs SET plays = 0 WHERE artist = 'Ada'") == "ValidationException"
    assert code(dynamodb, "DELETE FROM songs WHERE plays = 0") == "ValidationException"


def test_an_update_of_a_missing_item_is_refused(dynamodb):
    assert code(dynamodb, "UPDATE songs SET plays = 0 WHERE artist = 'X' AND title = 'y'") == (
        "ConditionalCheckFailedException"
    )


def test_a_delete_minds_its_condition_and_forgives_a_missing_item(dynamodb):
    assert code(dynamodb, "DELETE FROM songs WHERE artist = 'Ada' AND title = 't1' AND plays = 7") == (
        "ConditionalCheckFailedException"
    )
    run(dynamodb, "DELETE FROM songs WHERE artist = 'X' AND title = 'y' AND plays = 7")
    run(dynamodb, "DELETE FROM songs WHERE artist = 'Ada' AND title = 't1' AND plays = 1")
    assert found(dynamodb, "Ada", "t1") is None


def test_a_batch_tells_each_statement_what_came_of_it(dynamodb):
    statements = [
        "SELECT plays FROM songs WHERE artist = 'Ada' AND title = 't2'",
        "INSERT INTO songs VALUE {'artist': 'Ada', 'title': 't2'}",
        "SELECT * FROM songs WHERE artist = 'Ada'",
    ]
    answers = dynamodb.batch_execute_statement(Statements=[{"Statement": one} for one in statements])["Responses"]
    assert answers[0]["Item"] == {"plays": {"N": "2"}}
    assert [one["Error"]["Code"] for one in answers[1:]] == ["DuplicateItem", "ValidationError"]


def test_a_transaction_is_all_or_nothing(dynamodb):
    insert = {"Statement": "INSERT INTO songs VALUE {'artist': 'Grace', 'title': 'a'}"}
    bad = {"Statement": "UPDATE songs SET plays = 1 WHERE artist = 'Ada' AND title = 't2' AND plays = 99"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.execute_transaction(TransactStatements=[insert, bad])
    assert found(dynamodb, "Grace", "a") is None
    dynamodb.execute_transaction(TransactStatements=[insert])
    assert found(dynamodb, "Grace", "a") is not None


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT * FROM nowhere", "ResourceNotFoundException"),
        ('SELECT * FROM songs."by-moon"', "ResourceNotFoundException"),
        ("SELECT * FROM songs WHERE artist = ", "ValidationException"),
        ("DROP TABLE songs", "ValidationException"),
        ("SELECT * FROM songs WHERE artist = ?", "ValidationException"),
        ("SELECT * FROM old-songs", "ValidationException"),
        ('SELECT * FROM "old-songs"', "ResourceNotFoundException"),
    ],
)
def test_what_cannot_be_read_is_refused(dynamodb, statement, expected):
    assert code(dynamodb, statement) == expected
