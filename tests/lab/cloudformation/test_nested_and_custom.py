"""Nested stacks, custom resources, macros, signals, stack sets and SAM."""

from __future__ import annotations

import json
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudformation.stack_sample import (
    change,
    history,
    make,
    outputs,
    physical,
    queue,
    queues,
    reasons,
    stack,
    template,
)  # fmt: skip
from tests.lab.lambda_sample import make as make_function

CHILD = template(
    {"Queue": queue(VisibilityTimeout={"Ref": "Wait"})},
    Parameters={"Wait": {"Type": "Number", "Default": 30}},
    Outputs={"Url": {"Value": {"Ref": "Queue"}}},
)


@pytest.fixture
def child():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="child.json", Body=CHILD.encode())
    return "https://templates.s3.amazonaws.com/child.json"


def nested(url, **parameters):
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": parameters}}


def test_the_outputs_of_a_nested_stack_are_attributes(child, stacks):
    outer = {"Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Url"]}}}}
    make("outer", {"Inner": nested(child, Wait=45)}, outer)
    assert outputs("outer")["Url"] == queues()[0]
    inner = stack(physical("outer", "Inner"))
    assert inner["ParentId"] == stack("outer")["StackId"]
    change("outer", {"Inner": nested(child, Wait=50)}, outer)
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=queues()[0], AttributeNames=["VisibilityTimeout"])
    assert found["Attributes"]["VisibilityTimeout"] == "50"
    stacks.delete_stack(StackName="outer")
    assert queues() == []


def test_a_nested_stack_that_fails_takes_its_parent_back(child):
    assert make("outer", {"Inner": nested(child, Wait=99_999)})["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Embedded stack" in reasons("outer")["Inner"]
    assert queues() == []


_ANSWERS = """
import cfnresponse_here as cfnresponse

def handler(event, context):
    if event["ResourceProperties"].get("Fail"):
        cfnresponse.send(event, context, "FAILED", {}, reason="as you wished")
        return
    name = event["ResourceProperties"]["Name"]
    data = {"Upper": name.upper(), "Asked": event["RequestType"]}
    cfnresponse.send(event, context, "SUCCESS", data, "thing-" + name)
"""


def answering(source):
    from course.lab.cloudformation.kinds.cfnresponse import SOURCE

    whole = SOURCE + source.replace("import cfnresponse_here as cfnresponse\n", "").replace("cfnresponse.send", "send")
    return make_function(whole)


def custom(token, **properties):
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, **properties}}


def test_a_custom_resource_is_made_changed_and_deleted_by_a_function(stacks):
    token = answering(_ANSWERS)
    sections = {"Outputs": {"It": {"Value": {"Fn::GetAtt": "Thing.Upper"}}, "Id": {"Value": {"Ref": "Thing"}}}}
    made = make("shop", {"Thing": custom(token, Name="cup")}, sections)
    assert outputs("shop") == {"It": "CUP", "Id": "thing-cup"}
    change("shop", {"Thing": custom(token, Name="cap")}, sections)
    assert outputs("shop") == {"It": "CAP", "Id": "thing-cap"}
    stacks.delete_stack(StackName="shop")
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_custom_resource_that_gets_a_new_id_has_its_old_self_deleted():
    told = """
def handler(event, context):
    import boto3
    seen = event["RequestType"] + " " + event.get("PhysicalResourceId", "-")
    boto3.client("sqs").send_message(QueueUrl=event["ResourceProperties"]["Diary"], MessageBody=seen)
    cfnresponse.send(event, context, "SUCCESS", {}, "thing-" + event["ResourceProperties"]["Name"])
"""
    diary, token = boto3.client("sqs").create_queue(QueueName="diary")["QueueUrl"], answering(told)
    make("shop", {"Thing": custom(token, Name="cup", Diary=diary)})
    assert change("shop", {"Thing": custom(token, Name="cap", Diary=diary)})["StackStatus"] == "UPDATE_COMPLETE"
    letters = boto3.client("sqs").receive_message(QueueUrl=diary, MaxNumberOfMessages=10)["Messages"]
    assert sorted(one["Body"] for one in letters) == ["Create -", "Delete thing-cup", "Update thing-cup"]
    assert physical("shop", "Thing") == "thing-cap"


def test_a_custom_resource_may_say_no():
    token = answering(_ANSWERS)
    assert make("shop", {"Thing": custom(token, Name="cup", Fail="yes")})["StackStatus"] == "ROLLBACK_FAILED"
    assert "as you wished" in reasons("shop")["Thing"]


def test_a_function_that_never_answers_costs_an_hour_and_then_the_stack():
    token = make_function("def handler(event, context): pass")
    assert make("shop", {"Thing": custom(token)})["StackStatus"] == "CREATE_IN_PROGRESS"
    lab.clock.advance(minutes=59)
    assert stack("shop")["StackStatus"] == "CREATE_IN_PROGRESS"
    lab.clock.advance(minutes=2)
    assert stack("shop")["StackStatus"] == "ROLLBACK_IN_PROGRESS"
    assert "did not receive a response from your Custom Resource" in reasons("shop")["Thing"]


def test_inline_code_finds_the_module_that_answers():
    code = "import cfnresponse\ndef handler(event, context): cfnresponse.send(event, context, cfnresponse.SUCCESS, {})"
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Maker": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "python3.13", "Handler": "index.handler", "Role": {"Fn::GetAtt": "Role.Arn"},
            "Code": {"ZipFile": code}}},
        "Thing": custom({"Fn::GetAtt": "Maker.Arn"}),
    }  # fmt: skip
    assert make("shop", resources, Capabilities=["CAPABILITY_IAM"])["StackStatus"] == "CREATE_COMPLETE"


def test_a_creation_policy_waits_for_signals(stacks):
    policy = {"ResourceSignal": {"Count": 2, "Timeout": "PT15M"}}
    make("shop", {"Queue": {**queue(), "CreationPolicy": policy}})
    for number in (1, 2):
        assert stack("shop")["StackStatus"] == "CREATE_IN_PROGRESS"
        stacks.signal_resource(StackName="shop", LogicalResourceId="Queue", UniqueId=f"i-{number}", Status="SUCCESS")
    assert stack("shop")["StackStatus"] == "CREATE_COMPLETE"


def test_without_its_signals_a_resource_fails_when_the_time_is_over():
    make("shop", {"Queue": {**queue(), "CreationPolicy": {"ResourceSignal": {"Timeout": "PT5M"}}}})
    lab.clock.advance(minutes=6)
    assert (stack("shop")["StackStatus"], queues()) == ("ROLLBACK_COMPLETE", [])
    assert "Failed to receive 1 resource signal(s)" in reasons("shop")["Queue"]


def test_a_wait_condition_takes_letters_at_its_handle():
    resources = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {
            "Handle": {"Ref": "Handle"}, "Timeout": "600"}},
    }  # fmt: skip
    make("shop", resources)
    letter = {"Status": "SUCCESS", "UniqueId": "one", "Data": "ready", "Reason": "done"}
    request = urllib.request.Request(physical("shop", "Handle"), json.dumps(letter).encode(), method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    lab.settle()
    assert stack("shop")["StackStatus"] == "CREATE_COMPLETE"


def test_an_update_under_way_can_be_cancelled(stacks):
    make("shop", {"A": queue(VisibilityTimeout=30)})
    slow = {**queue(), "CreationPolicy": {"ResourceSignal": {"Timeout": "PT15M"}}, "DependsOn": "A"}
    assert change("shop", {"A": queue(VisibilityTimeout=60), "B": slow})["StackStatus"] == "UPDATE_IN_PROGRESS"
    with pytest.raises(ClientError, match="UPDATE_IN_PROGRESS state and can not be updated"):
        change("shop", {"A": queue()})
    stacks.cancel_update_stack(StackName="shop")
    assert stack("shop")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert len(queues()) == 1


def test_a_macro_of_the_account_rewrites_a_template():
    make_function("""
def handler(event, context):
    for one in event["fragment"]["Resources"].values():
        one.setdefault("Properties", {})["DelaySeconds"] = 7
    return {"requestId": event["requestId"], "status": "success", "fragment": event["fragment"]}
""", name="slow")  # fmt: skip
    macro = {"Type": "AWS::CloudFormation::Macro", "Properties": {"Name": "Slow", "FunctionName": "slow"}}
    make("macros", {"Slow": macro})
    make("shop", {"Queue": queue()}, {"Transform": "Slow"}, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=physical("shop", "Queue"), AttributeNames=["All"])
    assert found["Attributes"]["DelaySeconds"] == "7"


def test_a_stack_set_makes_a_stack_in_each_region(stacks):
    regions = ["us-east-1", "eu-west-1"]
    stacks.create_stack_set(StackSetName="base", TemplateBody=template({"Queue": queue(VisibilityTimeout=30)}))
    stacks.create_stack_instances(StackSetName="base", Accounts=["123456789012"], Regions=regions)
    for region in regions:
        assert len(boto3.client("sqs", region_name=region).list_queues()["QueueUrls"]) == 1
    found = stacks.list_stack_instances(StackSetName="base")["Summaries"]
    assert [(one["Region"], one["Status"]) for one in found] == [(region, "CURRENT") for region in regions]
    stacks.update_stack_set(StackSetName="base", TemplateBody=template({"Queue": queue(VisibilityTimeout=60)}))
    there = boto3.client("sqs", region_name="eu-west-1")
    url = there.list_queues()["QueueUrls"][0]
    assert there.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "60"
    with pytest.raises(ClientError, match="StackSetNotEmptyException"):
        stacks.delete_stack_set(StackSetName="base")
    stacks.delete_stack_instances(StackSetName="base", Accounts=["123456789012"], Regions=regions, RetainStacks=False)
    stacks.delete_stack_set(StackSetName="base")
    assert "QueueUrls" not in there.list_queues()


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      AutoPublishAlias: live
      InlineCode: |
        import boto3, os
        def handler(event, context):
            boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item={"id": "1"})
            return {"statusCode": 200, "body": "sold at " + (event.get("path") or event["rawPath"])}
      Environment: {Variables: {TABLE: !Ref Orders}}
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Orders}}]
      Events:
        Rest: {Type: Api, Properties: {Path: /sell, Method: get}}
        Http: {Type: HttpApi, Properties: {Path: /sell, Method: get}}
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Orders: {Type: AWS::Serverless::SimpleTable}
  Jobs: {Type: AWS::SQS::Queue}
Outputs:
  Rest: {Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/sell"}
  Http: {Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/sell"}
"""


def test_a_sam_template_becomes_an_api_that_answers(stacks):
    with pytest.raises(ClientError, match=r"CAPABILITY_IAM|CAPABILITY_AUTO_EXPAND"):
        stacks.create_stack(StackName="shop", TemplateBody=SAM)
    made = stacks.create_stack(
        StackName="shop", TemplateBody=SAM, Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    )
    found = outputs("shop")
    with lab.enforce_iam():
        for url in found.values():
            answer = lab.http("GET", url)
            assert answer.status == 200
            assert answer.body in ("sold at /sell", "sold at /Prod/sell")
    assert ("ShopRole", "CREATE_COMPLETE") in history("shop")
    stacks.delete_stack(StackName="shop")
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_wrong_sam_template_is_refused_by_the_translator(stacks):
    body = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {}}"
    with pytest.raises(ClientError, match=r"Invalid Serverless Application Specification document.*\[F\]"):
        stacks.create_stack(StackName="never", TemplateBody=body, Capabilities=["CAPABILITY_AUTO_EXPAND"])


_LIVE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop
      Runtime: python3.13
      Handler: index.handler
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes}
      InlineCode: "def handler(event, context): return 'VERSION'"
"""


def test_a_safe_deployment_moves_the_alias_by_codedeploy(stacks):
    given = {"StackName": "shop", "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    stacks.create_stack(TemplateBody=_LIVE.replace("VERSION", "one"), **given)
    assert stack("shop")["StackStatus"] == "CREATE_COMPLETE"
    stacks.update_stack(TemplateBody=_LIVE.replace("VERSION", "two"), **given)
    lab.settle()
    alias = boto3.client("lambda").get_alias(FunctionName="shop", Name="live")
    assert alias["RoutingConfig"]["AdditionalVersionWeights"] == {"2": 0.1}
    assert stack("shop")["StackStatus"] == "UPDATE_IN_PROGRESS"
    lab.clock.advance(minutes=6)
    assert boto3.client("lambda").get_alias(FunctionName="shop", Name="live")["FunctionVersion"] == "2"
    lab.settle()
    assert stack("shop")["StackStatus"] == "UPDATE_COMPLETE"
