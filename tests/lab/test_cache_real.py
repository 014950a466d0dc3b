"""The same client in front of a server of its own, which knows nothing of the lab's clock."""

import subprocess
import sys
import time

import boto3
import pytest
import redis

from course import lab

_SERVER = """
import sys
from fakeredis import TcpFakeServer
TcpFakeServer(("127.0.0.1", int(sys.argv[1]))).serve_forever()
"""


@pytest.fixture
def server(free_port, monkeypatch):
    process = subprocess.Popen([sys.executable, "-c", _SERVER, str(free_port)], stderr=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{free_port}/0"
    for _ in range(300):
        try:
            redis.Redis.from_url(url).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    monkeypatch.setenv("COURSE_REDIS_URL", url)
    lab.start()
    yield url
    lab.stop()
    process.kill()
    process.wait()


def test_keys_of_a_real_server_age_with_the_clock_of_the_lab(server):
    client = boto3.client("elasticache")
    client.create_replication_group(ReplicationGroupId="shop", ReplicationGroupDescription="shop", Engine="valkey")
    told = client.describe_replication_groups()["ReplicationGroups"][0]["NodeGroups"][0]
    cache = lab.redis(told["PrimaryEndpoint"], decode_responses=True)
    cache.set("session", "Ada", ex=600)
    cache.set("always", "here")
    assert redis.Redis.from_url(server).get("session") == b"Ada"
    lab.clock.advance(seconds=300)
    assert cache.get("session") == "Ada"
    assert 200 < cache.ttl("session") <= 300
    lab.clock.advance(seconds=301)
    assert cache.get("session") is None
    with cache.pipeline() as batch:
        assert batch.get("always").execute() == ["here"]
