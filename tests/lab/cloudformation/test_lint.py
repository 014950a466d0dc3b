"""Templates read by cfn-lint, and the pages of resource types."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudformation.stack_sample import queue, template

_BROKEN = """
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: soon
      Delay: 3
  Photos:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref Nme}
Parameters:
  Unused: {Type: String}
"""


def test_each_finding_has_its_line_its_rule_and_its_level():
    found = lab.lint(_BROKEN)
    assert [(one.line, one.rule, one.level) for one in found] == [
        (6, "E3012", "error"), (7, "E3002", "error"), (10, "E1020", "error"), (12, "W2001", "warning"),
    ]  # fmt: skip
    assert str(found[0]) == (
        "line 6: E3012 'soon' is not of type 'integer' (Resources/Orders/Properties/VisibilityTimeout)"
    )


def test_of_very_many_choices_only_the_near_ones_are_named():
    server = {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "mi.small"}}
    found = [one.message for one in lab.lint(template({"Server": server})) if one.rule == "E3628"]
    assert "'m1.small'" in found[0]
    assert len(found[0]) < 120


@pytest.mark.parametrize("good", [template({"A": queue(VisibilityTimeout=30)}), {"Resources": {"A": queue()}}])
def test_a_good_template_has_no_findings(good):
    assert lab.lint(good) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Resources:\n  A: [\n", "line 3: E0000"),
        ("Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SNS::Topic}", "Duplicate"),
    ],
)
def test_what_is_no_template_is_a_finding_too(body, said):
    assert any(said in str(one) for one in lab.lint(body))


def test_the_linter_is_loaded_when_it_is_first_used():
    code = "import sys; from course import lab; lab.start(); print('cfnlint' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines()[-1] == "False"


def test_the_schema_of_a_type_says_what_a_change_replaces(stacks):
    found = stacks.describe_type(Type="RESOURCE", TypeName="AWS::SQS::Queue")
    assert "/properties/QueueName" in json.loads(found["Schema"])["createOnlyProperties"]
    assert found["Arn"] == "arn:aws:cloudformation:us-east-1::type/resource/AWS-SQS-Queue"
    assert stacks.describe_type(Arn=found["Arn"])["TypeName"] == "AWS::SQS::Queue"


def test_a_type_that_does_not_exist_has_no_schema(stacks):
    with pytest.raises(ClientError, match="TypeNotFoundException"):
        stacks.describe_type(Type="RESOURCE", TypeName="AWS::SQS::Quue")
