"""The types of resources that the lab's CloudFormation makes, each through the API of its service.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Final

from course.lab.cloudformation.kinds.from_moto import FromMoto, moto_makes
from course.lab.cloudformation.kinds.kind import Kind
from course.lab.wire import Unsupported

# Where the types of a service are described; files load when a template first uses one. A type may have its own file.
_HOMES: Final = {
    "ApiGateway": "apigateway",
    "ApiGatewayV2": "apigateway",
    "AutoScaling": "scaling",
    "CertificateManager": "security",
    "CloudFormation": "itself",
    "CloudWatch": "watching",
    "CodeBuild": "delivery",
    "CodeCommit": "delivery",
    "CodeDeploy": "delivery",
    "CodePipeline": "delivery",
    "Cognito": "cognito",
    "DynamoDB": "data",
    "AWS::DynamoDB::GlobalTable": "global_table",
    "EC2": "ec2",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "balancing",
    "Events": "events",
    "IAM": "iam",
    "KMS": "security",
    "Kinesis": "data",
    "KinesisFirehose": "data",
    "Lambda": "functions",
    "Logs": "watching",
    "S3": "storage",
    "SNS": "messaging",
    "SQS": "messaging",
    "SSM": "security",
    "Scheduler": "events",
    "SecretsManager": "security",
    "AWS::SecretsManager::ResourcePolicy": "secret_attachment",
    "AWS::SecretsManager::SecretTargetAttachment": "secret_attachment",
    "StepFunctions": "functions",
}


@cache
def kind_of(name: str) -> Kind:
    """The kind of resource of that type name."""
    if name.startswith("Custom::"):
        name = "AWS::CloudFormation::CustomResource"
    place = _HOMES.get(name) or _HOMES.get(name.split("::")[1])
    if place is not None:
        home = importlib.import_module(f"course.lab.cloudformation.kinds.{place}")
        found: Kind | None = home.KINDS.get(name)
        if found is not None:
            return found
    if moto_makes(name):
        return FromMoto(name)
    raise Unsupported(
        f"The lab's CloudFormation does not make {name} yet. Your template may be right for AWS; "
        "leave this resource out here."
    )
