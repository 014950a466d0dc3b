"""CDK in the lab: synthesis with the packaged Node.js, bootstrapping, deployments, differences, and life without it."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from course import lab
from course.lab import cdk as toolkit
from course.lab.cdk import node, ship, shipped
from course.lab.cdk.assembly import template_key

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "source/09-cicd/03-cdk.py"
ANSWERS = ROOT / "tests/answers/09-cicd/03-cdk.py"
QUEUE = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}}}


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def library():
    """CDK's own packages. CI installs every extra; elsewhere these tests say what is missing."""
    if not toolkit.installed():
        pytest.skip(f"needs the extra cdk: {node.INSTALL}")
    assert toolkit.ready()
    import aws_cdk

    return aws_cdk


def jobs(seconds: int = 30, name: str = "Shop"):
    template = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}}}}
    return replace(toolkit.synth(template).only, name=name)


def status(name: str) -> str:
    return boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


# Synthesis


def test_node_comes_from_the_package_and_not_from_the_machine(library):
    folder = Path(sys.prefix).resolve()
    assert node.node().is_file()
    assert folder in node.node().resolve().parents
    assert os.environ["JSII_NODE"] == str(node.node())


def test_an_app_becomes_templates_in_the_order_of_their_dependencies(library):
    from aws_cdk import aws_sqs as sqs

    def build(app):
        second = library.Stack(app, "Second")
        first = library.Stack(app, "First")
        queue = sqs.Queue(first, "Jobs")
        library.CfnOutput(second, "Address", value=queue.queue_url)

    made = toolkit.synth(build)
    assert [one.name for one in made] == ["First", "Second"]
    assert made["First"].types == {"AWS::SQS::Queue": 1}
    assert next(iter(made["First"].paths.values())) in ("First/Jobs", "First/BootstrapVersion")
    with pytest.raises(KeyError, match="First, Second"):
        made["Third"]


def test_code_in_a_folder_becomes_an_asset_named_by_its_content(library, tmp_path):
    from aws_cdk import aws_lambda

    def build(app):
        aws_lambda.Function(
            library.Stack(app, "Code"),
            "Hello",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=aws_lambda.Code.from_asset(str(tmp_path)),
        )

    keys = []
    for text in ("one", "two", "one"):
        (tmp_path / "index.py").write_text(f"def handler(event, context):\n    return {text!r}\n")
        stack = toolkit.synth(build).only
        key = next(iter(stack.of_type("AWS::Lambda::Function").values()))["Code"]["S3Key"]
        assert [asset.key for asset in stack.assets] == [key]
        keys.append(key)
    assert keys[0] == keys[2] != keys[1]


def test_context_reaches_the_app(library):
    seen = []
    toolkit.synth(
        lambda app: seen.append(app.node.try_get_context("stage")) or library.Stack(app, "One"),
        context={"stage": "prod"},
    )
    assert seen == ["prod"]


def test_node_comes_back_after_somebody_ended_it(library):
    import jsii
    from aws_cdk import aws_sqs as sqs

    def build(app):
        sqs.Queue(library.Stack(app, "One"), "Jobs")

    before = toolkit.synth(build).only.template
    for reaped in (True, False):  # a grader goes on at once, and the process may still be ending
        process = jsii.kernel.provider._current._process
        os.kill(process.pid, signal.SIGKILL)
        if reaped:
            process.wait()
        assert toolkit.synth(build).only.template == before


def test_packages_are_unpacked_once_and_used_also_where_nothing_may_be_written(library, monkeypatch):
    node.unpack()
    monkeypatch.setattr(node, "_writable", lambda folder: False)  # as in the sandbox of a graded notebook
    settings = node._settings()
    root = Path(settings["JSII_RUNTIME_PACKAGE_CACHE_ROOT"])
    assert sum(path.is_symlink() for path in root.glob("aws-cdk-lib/*/*/*")) > 100
    code = "import aws_cdk; print(aws_cdk.App(analytics_reporting=False).node.path == '')"
    ran = subprocess.run([sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True)
    assert ran.stdout == "True\n", ran.stderr


def test_a_template_needs_no_cdk():
    assert toolkit.synth(QUEUE).only.types == {"AWS::SQS::Queue": 1}
    assert toolkit.synth(json.dumps(QUEUE)).only.template == QUEUE
    assert toolkit.synth(lambda app: QUEUE).only.template == QUEUE


def test_what_cannot_be_synthesised_is_named():
    with pytest.raises(TypeError, match="list"):
        toolkit.synth([1])


# Bootstrapping


def test_an_environment_must_be_bootstrapped_first_and_each_region_by_itself():
    with pytest.raises(toolkit.NotBootstrapped, match="/cdk-bootstrap/hnb659fds/version not found"):
        toolkit.deploy(jobs())
    toolkit.bootstrap()
    toolkit.deploy(jobs())
    with pytest.raises(toolkit.NotBootstrapped):
        toolkit.deploy(jobs(), region="eu-west-1")
    toolkit.bootstrap("eu-west-1")
    toolkit.deploy(jobs(), region="eu-west-1")


def test_bootstrapping_twice_changes_nothing():
    assert toolkit.bootstrap() == toolkit.bootstrap()
    assert status("CDKToolkit") == "CREATE_COMPLETE"


def test_a_bootstrap_that_is_too_old_is_refused():
    toolkit.bootstrap()
    boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="5", Type="String", Overwrite=True)
    with pytest.raises(toolkit.NotBootstrapped, match="requires bootstrap stack version '6', found '5'"):
        toolkit.deploy(jobs())


def test_who_deploys_needs_only_the_roles_of_the_bootstrap():
    environment = toolkit.bootstrap()
    iam = boto3.client("iam")
    iam.create_user(UserName="deployer")
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{environment.account}:role/cdk-*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_user_policy(UserName="deployer", PolicyName="cdk", PolicyDocument=document)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    boto3.setup_default_session(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    try:
        with lab.enforce_iam():
            assert toolkit.deploy(jobs()).outcome == "created"
    finally:
        boto3.DEFAULT_SESSION = None


# Deployment and differences


def test_a_deployment_creates_updates_or_finds_nothing_to_do():
    toolkit.bootstrap()
    outcomes = [toolkit.deploy(jobs(seconds)).outcome for seconds in (30, 30, 60, 60)]
    assert outcomes == ["created", "no changes", "updated", "no changes"]


def test_what_lies_in_the_bucket_is_not_sent_again():
    environment = toolkit.bootstrap()
    stack = replace(jobs(), assets=(toolkit.Asset("a" * 64 + ".zip", b"code"),))
    assert [toolkit.deploy(stack).uploaded for _ in range(2)] == [2, 0]
    listed = boto3.client("s3").list_objects_v2(Bucket=environment.bucket)["Contents"]
    assert {one["Key"] for one in listed} == {"a" * 64 + ".zip", template_key(stack)}


def test_a_failed_deployment_says_why_and_the_next_one_begins_anew():
    toolkit.bootstrap()
    bad = replace(
        jobs(),
        template={
            "Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True, "QueueName": "no"}}}
        },
    )
    with pytest.raises(toolkit.DeploymentFailed, match="Jobs"):
        toolkit.deploy(bad)
    assert status("Shop") == "ROLLBACK_COMPLETE"
    assert toolkit.deploy(jobs()).outcome == "created"


def test_a_difference_tells_what_is_new_gone_changed_and_replaced():
    toolkit.bootstrap()
    assert toolkit.diff(jobs()).of("+") == ["Jobs"]
    toolkit.deploy(jobs())
    assert not toolkit.diff(jobs())
    slower = toolkit.diff(jobs(60))
    assert (slower.of("~"), slower.replaced) == (["Jobs"], [])
    assert "VisibilityTimeout: 30 -> 60" in str(slower)
    renamed = {"Resources": {"Work": {**QUEUE["Resources"]["Jobs"], "DeletionPolicy": "Retain"}}}
    other = toolkit.diff(replace(jobs(), template=renamed))
    assert (other.of("-"), other.of("+")) == (["Jobs"], ["Work"])
    named = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}}}
    assert toolkit.diff(replace(jobs(), template=named)).replaced == ["Jobs"]
    assert boto3.client("cloudformation").list_change_sets(StackName="Shop")["Summaries"] == []


def test_destroying_leaves_what_is_to_be_retained():
    toolkit.bootstrap()
    kept = {"Resources": {"Jobs": {**QUEUE["Resources"]["Jobs"], "DeletionPolicy": "Retain"}}}
    toolkit.deploy(replace(jobs(), template=kept))
    toolkit.destroy("Shop")
    assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1


def test_a_global_table_of_cdk_is_a_table_in_each_of_its_regions():
    key = {"AttributeName": "bike", "AttributeType": "S"}
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "AttributeDefinitions": [key],
            "KeySchema": [{"AttributeName": "bike", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Replicas": [{"Region": "us-east-1", "DeletionProtectionEnabled": True}, {"Region": "eu-west-1"}],
        },
    }
    boto3.client("cloudformation").create_stack(
        StackName="Tables", TemplateBody=json.dumps({"Resources": {"Bikes": table}})
    )
    assert status("Tables") == "CREATE_COMPLETE"
    name = boto3.client("dynamodb").list_tables()["TableNames"][0]
    assert boto3.client("dynamodb").describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
    assert boto3.client("dynamodb", region_name="eu-west-1").list_tables()["TableNames"] == [name]


def test_a_loop_may_not_make_a_name_that_is_none():
    body = {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {"Fn::ForEach::All": ["T", ["aix-en-provence"], {"Q${T}": {"Type": "AWS::SQS::Queue"}}]},
    }
    client = boto3.client("cloudformation")
    with pytest.raises(client.exceptions.ClientError, match="Qaix-en-provence is non alphanumeric"):
        client.create_stack(StackName="Loop", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_AUTO_EXPAND"])


# Without the extra


@pytest.fixture
def without_extra(monkeypatch):
    monkeypatch.setattr(node, "installed", lambda: False)


def test_without_the_extra_a_sentence_says_what_to_install(without_extra, capsys):
    assert toolkit.ready() is False
    assert "uv sync --extra cdk" in capsys.readouterr().out
    with pytest.raises(toolkit.CdkMissing, match="uv sync --extra cdk"):
        toolkit.synth(lambda app: toolkit.missing.Stack(app, "One"))

    class Custom(toolkit.missing.Construct):
        """A class on a missing one can be written, so that a lesson's cells run."""

    assert Custom.__mro__ == (Custom, object)


def test_what_is_shipped_can_be_deployed_without_the_extra(without_extra):
    toolkit.bootstrap()
    for name in shipped.names():
        for stack in toolkit.synth(lambda app: None, shipped_as=name):
            toolkit.deploy(stack)
            assert status(stack.name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_what_is_shipped_is_what_the_lesson_makes(library):
    made = ship.synthesised()
    assert sorted(made) == shipped.names()
    stale = [name for name, text in made.items() if (shipped.FOLDER / f"{name}.json").read_text() != text]
    assert stale == [], "run: python -m course.lab.cdk.ship"


def test_every_exercise_of_the_lesson_can_be_solved_without_cdk(tmp_path):
    """The lesson runs without the extra; where its own answer uses CDK, one of the bank's does without."""
    script = f"""
import importlib.util, sys
from course.lab.cdk import node
node.installed = lambda: False
from pathlib import Path
names = {{"__name__": "lesson"}}
for cell in {_cells_without_cdk()!r}:
    exec(compile(cell, "lesson", "exec"), names)
print("ran to its end")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert ran.stdout.endswith("ran to its end\n"), ran.stderr[-2000:]


def _cells_without_cdk() -> list[str]:
    plain = {}
    for head, body in _code_cells(ANSWERS):
        kind, _, rest = head.partition('="')
        if kind == "right" and not _uses_cdk(body):
            plain[rest.split('"')[0]] = body
    cells = []
    for head, body in _code_cells(LESSON):
        name = head.removeprefix('exercise="').split('"')[0] if head.startswith("exercise") else ""
        if name and _uses_cdk(body):
            body = plain[name]
        cells.append(body)
    return cells


def _code_cells(path: Path) -> list[tuple[str, str]]:
    cells = [cell.partition("\n") for cell in path.read_text().split("\n# %%")[1:]]
    return [(head.strip(), body) for head, _, body in cells if "[markdown]" not in head]


def _uses_cdk(code: str) -> bool:
    names = {one.id for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Name)}
    return bool(names & {"cdk", "sqs", "dynamodb", "lambda_", "assertions", "iam", "Construct"})
