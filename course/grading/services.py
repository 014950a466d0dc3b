"""Which parts of moto lessons need, by the services they name."""

from __future__ import annotations

import re

SERVICES = [
    "acm", "apigateway", "apigatewayv2", "athena", "autoscaling", "awslambda", "cloudformation", "cloudfront",
    "cloudtrail", "cloudwatch", "codebuild", "codecommit", "codedeploy", "codepipeline", "cognitoidentity",
    "cognitoidp", "config", "dynamodb", "dynamodb_v20111205", "dynamodbstreams", "ec2", "ecr", "ecs", "efs",
    "eks", "elasticache", "elasticbeanstalk", "elb", "elbv2", "events", "firehose", "glue", "iam", "kinesis",
    "kms", "logs", "organizations", "pipes", "rds", "resourcegroups", "resourcegroupstaggingapi", "route53",
    "s3", "s3control", "scheduler", "secretsmanager", "ses", "sesv2", "sns", "sqs", "ssm", "stepfunctions",
    "sts", "wafv2", "xray", "instance_metadata", "moto_api",
]  # fmt: skip
CALLS = {
    "sqs": "list_queues",
    "sns": "list_topics",
    "s3": "list_buckets",
    "dynamodb": "list_tables",
    "lambda": "list_functions",
    "iam": "list_users",
    "sts": "get_caller_identity",
    "ec2": "describe_vpcs",
    "events": "list_rules",
    "cloudwatch": "list_metrics",
    "logs": "describe_log_groups",
    "kinesis": "list_streams",
    "cloudformation": "list_stacks",
    "kms": "list_keys",
    "ssm": "describe_parameters",
    "secretsmanager": "list_secrets",
    "stepfunctions": "list_state_machines",
    "apigateway": "get_rest_apis",
}
"""One harmless call for each service that many lessons use; it loads the service's model and moto's tables."""


ALWAYS = frozenset({"iam", "sts", "instance_metadata", "moto_api"})
"""What the lab itself asks. Each further service costs the start 0.1 to 0.5 s, so lessons must name it."""
ALIASES = {"lambda": ("awslambda", "logs"), "cognito-idp": ("cognitoidp",), "cognito-identity": ("cognitoidentity",)}


def services_in(text: str) -> tuple[str, ...]:
    """Return the parts of moto that lessons with this text need: all of them if it makes stacks, or is empty.

    >>> "awslambda" in services_in('boto3.client("lambda")')
    True
    """
    named = set(re.findall(r"[\"']([a-z0-9-]+)\\?[\"']", text))
    if not text or "cloudformation" in named:
        return tuple(SERVICES)
    wanted = ALWAYS | named | {part for name in named for part in ALIASES.get(name, ())}
    return tuple(service for service in SERVICES if service in wanted)
