"""What the lab adds to an API call: the same calls on the lab and on bare moto.

Each round makes a process for the lab and one for moto, in turn; a process warms up, then times each call many times.
The ratio is that of the medians over all rounds; the limit is 1.25 over all calls together.

    uv run python bench/calls.py [--rounds 5] [--times 200]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

LIMIT = 1.25

_PROGRAM = """
import json, sys, time
world, times = sys.argv[1], int(sys.argv[2])
if world == "lab":
    import contextlib, io
    from course import lab
    with contextlib.redirect_stdout(io.StringIO()):
        lab.start()
else:
    import os
    os.environ |= {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled", "AWS_DEFAULT_REGION": "us-east-1"}
    from moto import mock_aws
    mock_aws().start()
import boto3
sqs, s3, dynamodb = boto3.client("sqs"), boto3.client("s3"), boto3.client("dynamodb")
url = sqs.create_queue(QueueName="orders")["QueueUrl"]
s3.create_bucket(Bucket="pictures")
dynamodb.create_table(
    TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
key = {"id": {"S": "7"}}
def receive():
    for one in sqs.receive_message(QueueUrl=url).get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
calls = {
    "sqs send": lambda: sqs.send_message(QueueUrl=url, MessageBody="hello"),
    "sqs receive and delete": receive,
    "s3 put": lambda: s3.put_object(Bucket="pictures", Key="a", Body=b"x" * 1000),
    "s3 get": lambda: s3.get_object(Bucket="pictures", Key="a")["Body"].read(),
    "dynamodb put": lambda: dynamodb.put_item(TableName="orders", Item={**key, "total": {"N": "12"}}),
    "dynamodb get": lambda: dynamodb.get_item(TableName="orders", Key=key),
}
for call in calls.values():
    for _ in range(20):
        call()
took = {name: [] for name in calls}
for _ in range(times):
    for name, call in calls.items():
        begun = time.perf_counter()
        call()
        took[name].append(time.perf_counter() - begun)
print(json.dumps(took))
"""


def measured(world: str, times: int) -> dict[str, list[float]]:
    """Seconds of each call in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, world, str(times)], capture_output=True, text=True, check=True
    )
    found: dict[str, list[float]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the medians and their ratios; end with 1 if the lab is too slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="processes of each kind (default 5)")
    parser.add_argument("--times", type=int, default=200, help="calls of each kind in a process (default 200)")
    arguments = parser.parse_args()
    took: dict[str, dict[str, list[float]]] = {"moto": {}, "lab": {}}
    for _ in range(arguments.rounds):
        for world in took:
            for name, seconds in measured(world, arguments.times).items():
                took[world].setdefault(name, []).extend(seconds)
    medians = {world: {name: statistics.median(all_) for name, all_ in calls.items()} for world, calls in took.items()}
    print(f"{'call':26}{'moto':>10}{'lab':>10}{'ratio':>8}")
    for name, moto in medians["moto"].items():
        lab = medians["lab"][name]
        print(f"{name:26}{moto * 1000:7.2f} ms{lab * 1000:7.2f} ms{lab / moto:8.2f}")
    ratio = sum(medians["lab"].values()) / sum(medians["moto"].values())
    print(f"{'all together':44}{ratio:10.2f}  (limit {LIMIT})")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main()
