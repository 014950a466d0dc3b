"""What is in the account and what triggers what, asked of the account through its own API.

Only services that something has used are asked; the questions themselves leave no trace in `lab.calls()`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import boto3

from course.lab import call_log, meter
from course.lab.landscape_doors import DOORS

_ARN = re.compile(r"arn:aws[\w-]*:[a-z0-9-]+:[\w-]*:\d*:[\w:/.+=@-]+")


@dataclass
class Landscape:
    """Resources by ARN, and the arrows between them."""

    names: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    exceptions: set[tuple[str, str]] = field(default_factory=set)

    def add(self, arn: str, name: str, what: str, kind: str) -> None:
        """A resource: its name, what it is (`queue`) and the kind that colours it (`messaging`)."""
        self.names[arn] = f"{name}\n{what}"
        self.kinds[arn] = kind

    def link(self, source: str, target: str, words: str = "", exception: bool = False) -> None:
        """`source` triggers, feeds or calls `target`; an exception is where failures go."""
        self.links.append((source, target, words))
        if exception:
            self.exceptions.add((source, target))


def survey() -> Landscape:
    """Look at all services in use, in the Region of the lab."""
    found = Landscape()
    with call_log.unseen(), meter.stopped():
        for service, look in _LOOKS.items():
            if f"moto.{_MODULES.get(service, service)}.models" in sys.modules:
                look(boto3.client(service), found)  # type: ignore[call-overload]
    _tidy(found)
    return found


def _tidy(found: Landscape) -> None:
    """Versions and aliases are their function, an index its table; what only a link names is drawn all the same."""

    def whole(arn: str) -> str:
        if arn in found.names:
            return arn
        parents = [known for known in found.names if arn.startswith((f"{known}:", f"{known}/"))]
        return max(parents, key=len, default=arn)

    found.exceptions = {(whole(source), whole(target)) for source, target in found.exceptions}
    found.links = list(dict.fromkeys((whole(source), whole(target), words) for source, target, words in found.links))
    for source, target, _ in found.links:
        for arn in (source, target):
            if arn not in found.names:
                found.add(arn, arn.rpartition(":")[2].rpartition("/")[2], "not in this Region", "elsewhere")


def _pages(client: Any, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**parameters):
            yield from page.get(key) or []
    else:
        yield from getattr(client, operation)(**parameters).get(key) or []


def _s3(s3: Any, found: Landscape) -> None:
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        arn = f"arn:aws:s3:::{name}"
        found.add(arn, name, "bucket", "storage")
        told = s3.get_bucket_notification_configuration(Bucket=name)
        for key, target in (("LambdaFunction", "LambdaFunction"), ("Queue", "Queue"), ("Topic", "Topic")):
            for one in told.get(f"{key}Configurations") or []:
                found.link(arn, one[f"{target}Arn"], "event")


def _sqs(sqs: Any, found: Landscape) -> None:
    for url in _pages(sqs, "list_queues", "QueueUrls"):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        arn = attributes["QueueArn"]
        found.add(arn, url.rpartition("/")[2], "queue", "messaging")
        if "RedrivePolicy" in attributes:
            redrive = json.loads(attributes["RedrivePolicy"])
            words = f"after {redrive['maxReceiveCount']} receives"
            found.link(arn, redrive["deadLetterTargetArn"], words, exception=True)


def _sns(sns: Any, found: Landscape) -> None:
    for topic in _pages(sns, "list_topics", "Topics"):
        found.add(topic["TopicArn"], topic["TopicArn"].rpartition(":")[2], "topic", "messaging")
    for one in _pages(sns, "list_subscriptions", "Subscriptions"):
        if one["Endpoint"].startswith("arn:"):
            found.link(one["TopicArn"], one["Endpoint"])
        else:
            found.add(one["Endpoint"], one["Endpoint"], one["Protocol"], "client")
            found.link(one["TopicArn"], one["Endpoint"])


def _lambda(functions: Any, found: Landscape) -> None:
    for one in _pages(functions, "list_functions", "Functions"):
        arn = one["FunctionArn"]
        found.add(arn, one["FunctionName"], "function", "compute")
        if dead := (one.get("DeadLetterConfig") or {}).get("TargetArn"):
            found.link(arn, dead, "failed", exception=True)
        for invoke in _pages(
            functions, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", FunctionName=arn
        ):
            destinations = invoke.get("DestinationConfig") or {}
            for outcome, words in (("OnSuccess", "succeeded"), ("OnFailure", "failed")):
                if target := (destinations.get(outcome) or {}).get("Destination"):
                    found.link(arn, target, words, exception=outcome == "OnFailure")
    for mapping in _pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        source = mapping["EventSourceArn"].partition("/stream/")[0]
        found.link(source, mapping["FunctionArn"], f"batches of {mapping['BatchSize']}")


def _dynamodb(dynamodb: Any, found: Landscape) -> None:
    for name in _pages(dynamodb, "list_tables", "TableNames"):
        found.add(dynamodb.describe_table(TableName=name)["Table"]["TableArn"], name, "table", "database")


def _kinesis(kinesis: Any, found: Landscape) -> None:
    for name in _pages(kinesis, "list_streams", "StreamNames"):
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        found.add(summary["StreamARN"], name, f"stream, {summary['OpenShardCount']} shards", "messaging")


def _firehose(firehose: Any, found: Landscape) -> None:
    for name in firehose.list_delivery_streams()["DeliveryStreamNames"]:
        stream = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        arn = stream["DeliveryStreamARN"]
        found.add(arn, name, "Firehose stream", "messaging")
        for destination in stream["Destinations"]:
            for value in destination.values():
                if isinstance(value, dict) and "BucketARN" in value:
                    found.link(arn, value["BucketARN"], "files")
                    break
        source = ((stream.get("Source") or {}).get("KinesisStreamSourceDescription") or {}).get("KinesisStreamARN")
        if source:
            found.link(source, arn)


def _events(events: Any, found: Landscape) -> None:
    for bus in events.list_event_buses()["EventBuses"]:
        own = bus["Name"] != "default"  # the default bus is everywhere and would tie all pictures together
        if own:
            found.add(bus["Arn"], bus["Name"], "event bus", "messaging")
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            when = rule.get("ScheduleExpression") or f"rule on {bus['Name']} bus"
            found.add(rule["Arn"], rule["Name"], when, "messaging")
            if own:
                found.link(bus["Arn"], rule["Arn"])
            for target in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])["Targets"]:
                found.link(rule["Arn"], target["Arn"])


def _scheduler(scheduler: Any, found: Landscape) -> None:
    for one in _pages(scheduler, "list_schedules", "Schedules"):
        schedule = scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"])
        found.add(schedule["Arn"], one["Name"], schedule["ScheduleExpression"], "messaging")
        found.link(schedule["Arn"], schedule["Target"]["Arn"])


def _pipes(pipes: Any, found: Landscape) -> None:
    for one in _pages(pipes, "list_pipes", "Pipes"):
        pipe = pipes.describe_pipe(Name=one["Name"])
        found.add(pipe["Arn"], one["Name"], "pipe", "messaging")
        found.link(pipe["Source"].partition("/stream/")[0], pipe["Arn"])
        found.link(pipe["Arn"], pipe["Target"])
        if pipe.get("Enrichment"):
            found.link(pipe["Arn"], pipe["Enrichment"], "enriches")


def _stepfunctions(states: Any, found: Landscape) -> None:
    for one in _pages(states, "list_state_machines", "stateMachines"):
        arn = one["stateMachineArn"]
        found.add(arn, one["name"], "state machine", "compute")
        definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
        for target in dict.fromkeys(_ARN.findall(definition)):
            if not target.startswith("arn:aws:states:::"):
                found.link(arn, target)


def _apigateway(gateway: Any, found: Landscape) -> None:
    for api in _pages(gateway, "get_rest_apis", "items"):
        found.add(f"rest/{api['id']}", api["name"], "REST API", "network")
        for resource in _pages(gateway, "get_resources", "items", restApiId=api["id"]):
            for method in resource.get("resourceMethods") or {}:
                asked = gateway.get_method(restApiId=api["id"], resourceId=resource["id"], httpMethod=method)
                uri = (asked.get("methodIntegration") or {}).get("uri") or ""
                for target in _ARN.findall(uri.partition("/functions/")[2].removesuffix("/invocations")):
                    found.link(f"rest/{api['id']}", target, f"{method} {resource['path']}")


def _apigatewayv2(gateway: Any, found: Landscape) -> None:
    for api in gateway.get_apis()["Items"]:
        found.add(f"api/{api['ApiId']}", api["Name"], f"{api['ProtocolType']} API", "network")
        integrations = gateway.get_integrations(ApiId=api["ApiId"])["Items"]
        uris = {f"integrations/{one['IntegrationId']}": one.get("IntegrationUri") or "" for one in integrations}
        for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]:
            uri = uris.get(route.get("Target") or "", "")
            for target in _ARN.findall(uri.partition("/functions/")[2].removesuffix("/invocations") or uri):
                found.link(f"api/{api['ApiId']}", target, route["RouteKey"])


def _logs(logs: Any, found: Landscape) -> None:
    for group in _pages(logs, "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        for one in _pages(logs, "describe_subscription_filters", "subscriptionFilters", logGroupName=name):
            arn = group["arn"].removesuffix(":*")
            found.add(arn, name, "log group", "storage")
            found.link(arn, one["destinationArn"], "subscription")


def _cognito(pools: Any, found: Landscape) -> None:
    for one in _pages(pools, "list_user_pools", "UserPools", MaxResults=60):
        pool = pools.describe_user_pool(UserPoolId=one["Id"])["UserPool"]
        found.add(pool["Arn"], one["Name"], "user pool", "security")
        for trigger, target in (pool.get("LambdaConfig") or {}).items():
            if isinstance(target, str):
                found.link(pool["Arn"], target, trigger)


def _ec2(ec2: Any, found: Landscape) -> None:
    for reservation in _pages(ec2, "describe_instances", "Reservations"):
        for one in reservation["Instances"]:
            tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags") or []}
            found.add(one["InstanceId"], tags.get("Name", one["InstanceId"]), one["InstanceType"], "compute")


def _rds(rds: Any, found: Landscape) -> None:
    for one in _pages(rds, "describe_db_instances", "DBInstances"):
        found.add(one["DBInstanceArn"], one["DBInstanceIdentifier"], one["Engine"], "database")
        source = one.get("ReadReplicaSourceDBInstanceIdentifier")
        if source:
            home = one["DBInstanceArn"].rpartition(":")[0]
            found.link(source if source.startswith("arn:") else f"{home}:{source}", one["DBInstanceArn"], "replica")


_LOOKS: Final[dict[str, Callable[[Any, Landscape], None]]] = {
    "apigateway": _apigateway,
    "apigatewayv2": _apigatewayv2,
    "cognito-idp": _cognito,
    "s3": _s3,
    "events": _events,
    "scheduler": _scheduler,
    "pipes": _pipes,
    "sns": _sns,
    "sqs": _sqs,
    "kinesis": _kinesis,
    "firehose": _firehose,
    "lambda": _lambda,
    "stepfunctions": _stepfunctions,
    "dynamodb": _dynamodb,
    "logs": _logs,
    "ec2": _ec2,
    "rds": _rds,
    **DOORS,
}
# Where moto keeps a service, if not under the name that boto3 has for it.
_MODULES: Final = {"lambda": "awslambda", "cognito-idp": "cognitoidp"}
