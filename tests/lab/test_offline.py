"""Nothing reads real credentials and nothing reaches real AWS."""

import json
import os
import socket
import subprocess
import sys
import urllib.request

import boto3
import pytest

from course import lab
from course.lab.offline import ACCESS_KEY_ID, RealAwsRefused


@pytest.fixture
def running():
    lab.start()
    yield
    lab.stop()


def test_credentials_of_the_machine_are_not_used(tmp_path):
    """Real keys in the environment, in ~/.aws and in a profile: none is seen, also by clients made before."""
    aws = tmp_path / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text("[default]\naws_access_key_id=REALKEY\naws_secret_access_key=real\n")
    (aws / "config").write_text("[profile work]\nregion=eu-central-1\nendpoint_url=https://real.example\n")
    program = """
import boto3, json
boto3.setup_default_session()
from course import lab
lab.start()
client = boto3.client("sts")
credentials = boto3.Session().get_credentials()
account = client.get_caller_identity()["Account"]
print(json.dumps([credentials.access_key, credentials.token, client.meta.endpoint_url, account]))
"""
    environment = os.environ | {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "REALENVKEY",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real-token",
        "AWS_PROFILE": "work",
        "AWS_ENDPOINT_URL": "https://real.example",
        "AWS_ENDPOINT_URL_STS": "https://real.example",
    }
    environment.pop("AWS_SHARED_CREDENTIALS_FILE", None)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    key, token, endpoint, account = json.loads(done.stdout.splitlines()[-1])
    assert key == ACCESS_KEY_ID
    assert token is None
    assert endpoint == "https://sts.amazonaws.com" or endpoint == "https://sts.us-east-1.amazonaws.com"
    assert account == lab.ACCOUNT_ID


def test_stop_gives_the_environment_back(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    lab.start()
    assert "AWS_PROFILE" not in os.environ
    lab.stop()
    assert os.environ["AWS_PROFILE"] == "work"
    assert "AWS_ACCESS_KEY_ID" not in os.environ


@pytest.mark.parametrize(
    "host", ["sqs.us-east-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com.", "lambda.us-east-1.api.aws"]
)
def test_other_libraries_cannot_reach_aws(running, host):
    with pytest.raises(RealAwsRefused, match="simulated account"):
        urllib.request.urlopen(f"https://{host}/", timeout=1)


def test_instance_metadata_cannot_be_reached(running):
    with socket.socket() as raw, pytest.raises(RealAwsRefused):
        raw.connect(("169.254.169.254", 80))


def test_other_hosts_are_not_our_business(running):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.socket() as client:
            client.connect(server.getsockname())


def test_an_unknown_service_is_refused_in_words(running):
    client = boto3.client("codeguru-reviewer")
    with pytest.raises(lab.Unsupported, match="does not simulate codeguru-reviewer yet"):
        client.list_code_reviews(Type="PullRequest")


def test_an_unknown_operation_is_refused_in_words(running):
    with pytest.raises(lab.Unsupported, match="does not simulate ListEventSources of eventbridge yet"):
        boto3.client("events").list_event_sources()


def test_an_endpoint_outside_every_pattern_is_refused(running):
    with pytest.raises(lab.Unsupported):
        boto3.client("sqs", endpoint_url="https://nowhere.api.aws").list_queues()


def test_another_emulator_gets_the_calls(monkeypatch):
    """COURSE_ENDPOINT_URL: the same lesson code talks to that address, still with made-up credentials."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    seen = []

    class Emulator(BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append((self.headers["Authorization"], self.headers["X-Amz-Target"]))
            body = b'{"QueueUrls": ["http://emulator/orders"]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Emulator)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("COURSE_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    lab.start()
    try:
        assert boto3.client("sqs").list_queues()["QueueUrls"] == ["http://emulator/orders"]
    finally:
        lab.stop()
        server.shutdown()
    assert seen[0][1] == "AmazonSQS.ListQueues"
    assert ACCESS_KEY_ID in seen[0][0]
