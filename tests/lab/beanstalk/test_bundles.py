"""Source bundles: what is in them reaches the instances, what is wrong with them is told."""

from __future__ import annotations

import pytest

from course import lab
from tests.lab.beanstalk.market import (
    APPLICATION,
    BALANCED,
    PAGE,
    PROFILE,
    SINGLE,
    VARIABLES,
    change,
    client,
    get,
    launch,
    profile,
    said,
    version,
)  # fmt: skip

TABLE = """
Resources:
  Stalls:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
      KeySchema: [{AttributeName: name, KeyType: HASH}]
option_settings:
  aws:elasticbeanstalk:application:environment:
    STALL: '`{"Ref": "Stalls"}`'
"""
SAYS = "def application(environ, start):\n    start('200 OK', [])\n    return [{}.encode()]\n"


@pytest.fixture(autouse=True)
def account():
    lab.start()
    profile()
    yield
    lab.stop()


def test_a_procfile_names_the_program():
    version(
        "v1",
        {"stall/web.py": PAGE.replace("application", "app"), "Procfile": "web: gunicorn --bind :8000 stall.web:app"},
    )
    assert get(launch("market-test", PROFILE, SINGLE)).status == 200


def test_an_option_names_the_program_without_a_procfile():
    version("v1", {"web.py": PAGE})
    path = ("aws:elasticbeanstalk:container:python", "WSGIPath", "web:application")
    assert get(launch("market-test", PROFILE, SINGLE, path)).status == 200


def test_a_folder_around_everything_leaves_nothing_to_run():
    version("v1", {"market/application.py": PAGE})
    assert get(launch("market-test", PROFILE, SINGLE)).status == 502


def test_a_configuration_file_brings_a_table_that_ends_with_the_environment():
    version("v1", {"application.py": PAGE, ".ebextensions/table.config": TABLE})
    made = launch("market-test", PROFILE, SINGLE)
    names = client("dynamodb").list_tables()["TableNames"]
    assert len(names) == 1
    assert get(made).body == f"{names[0]} /"
    client("elasticbeanstalk").terminate_environment(EnvironmentName="market-test")
    lab.clock.advance(minutes=10)
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_only_files_that_end_in_config_are_read():
    version(
        "v1",
        {"application.py": PAGE, ".ebextensions/stall.yaml": f"option_settings:\n  {VARIABLES}:\n    STALL: figs\n"},
    )
    assert get(launch("market-test", PROFILE, SINGLE)).body == "no stall /"


def test_commands_run_in_the_order_of_their_names_before_the_program_starts():
    config = "container_commands:\n  02_then:\n    command: echo b >> order\n  01_first:\n    command: echo a > order\n"
    page = "text = ' '.join(open('order').read().split())\n" + SAYS.format("text")
    version("v1", {"application.py": page, ".ebextensions/run.config": config})
    assert get(launch("market-test", PROFILE, SINGLE)).body == "a b"


def test_a_command_of_the_leader_runs_on_one_instance_of_a_deployment():
    config = "container_commands:\n  01_migrate:\n    command: touch leader\n    leader_only: true\n"
    page = "import os\n" + SAYS.format("str(os.path.exists('leader'))")
    version("v1", {"application.py": page, ".ebextensions/run.config": config})
    made = launch("market-test", PROFILE, BALANCED, ("aws:autoscaling:asg", "MinSize", "3"))
    assert sorted(get(made).body for _ in range(3)) == ["False", "False", "True"]


def test_a_command_that_fails_is_told_with_its_output():
    config = "container_commands:\n  01_migrate:\n    command: 'echo no such table; exit 3'\n"
    version("v1", {"application.py": PAGE, ".ebextensions/run.config": config})
    launch("market-test", PROFILE, SINGLE)
    assert any("Return code: 3 Output: no such table" in one for one in said("market-test", "ERROR"))


def test_a_broken_configuration_file_stops_the_deployment_and_the_old_version_stays():
    version("v1")
    made = launch("market-test", PROFILE, SINGLE)
    version("v2", {"application.py": PAGE, ".ebextensions/a.config": "option_settings: {"})
    change("market-test", VersionLabel="v2")
    assert any(".ebextensions/a.config" in one and "invalid YAML" in one for one in said("market-test", "ERROR"))
    found = client("elasticbeanstalk").describe_environments(EnvironmentNames=["market-test"])["Environments"][0]
    assert (found["Status"], found["VersionLabel"]) == ("Ready", "v1")
    assert get(made).status == 200


def test_a_wrong_key_is_named():
    version("v1", {"application.py": PAGE, ".ebextensions/a.config": "options_settings: {}"}, Process=True)
    found = client("elasticbeanstalk").describe_application_versions(ApplicationName=APPLICATION)["ApplicationVersions"]
    events = client("elasticbeanstalk").describe_events(ApplicationName=APPLICATION, Severity="ERROR")["Events"]
    assert found[0]["Status"] == "FAILED"
    assert "invalid key: 'options_settings'" in events[0]["Message"]


def test_a_requirement_that_nobody_can_install_fails_the_deployment():
    version("v1", {"application.py": PAGE, "requirements.txt": "a-package-that-is-nowhere==1.0\n"})
    launch("market-test", PROFILE, SINGLE)
    assert any("failed to install application dependencies" in one for one in said("market-test", "ERROR"))


def test_dependencies_in_the_bundle_save_time_on_each_instance():
    def seconds(name: str, files: dict[str, str]) -> float:
        version(name, {"application.py": PAGE, **files})
        launch(name, PROFILE, SINGLE, label=name)
        found = client("elasticbeanstalk").describe_events(EnvironmentName=name)["Events"]
        times = [one["EventDate"] for one in found]
        return float((max(times) - min(times)).total_seconds())

    slow = seconds("slow", {"requirements.txt": "botocore\nboto3\n"})
    fast = seconds(
        "fast", {"requirements.txt": "botocore\nboto3\n", "botocore/__init__.py": "", "boto3/__init__.py": ""}
    )
    assert slow - fast > 4


def test_a_listener_is_changed_by_a_configuration_file():
    config = """
Resources:
  AWSEBV2LoadBalancerListener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      DefaultActions:
        - Type: redirect
          RedirectConfig: {Protocol: HTTPS, Port: "443", StatusCode: HTTP_301}
"""
    version("v1", {"application.py": PAGE, ".ebextensions/redirect.config": config})
    found = get(launch("market-test", PROFILE, BALANCED), "/a")
    assert (found.status, found.headers["Location"].split(":")[0]) == (301, "https")
