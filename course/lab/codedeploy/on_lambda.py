"""Lambda: an alias gets a new version, all at once or step by step.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from course.lab.codedeploy import appspec, watch
from course.lab.codedeploy.store import Deployment, Event, Group, Target
from course.lab.courses import Wait


def targets(deployment: Deployment, group: Group) -> list[Target]:
    """The alias that the AppSpec names; raises WrongAppSpec if it cannot be deployed to."""
    spec, _ = appspec.in_revision(deployment.revision, deployment.session)
    given = appspec.resource(spec, "AWS::Lambda::Function")
    missing = [name for name in ("Name", "Alias", "CurrentVersion", "TargetVersion") if name not in given]
    if missing:
        raise appspec.WrongAppSpec(f"The deployment specification is invalid: {missing[0]} is missing.")
    functions = appspec.hook_functions(spec, appspec.LAMBDA_EVENTS)
    events = [Event(name) for name in appspec.LAMBDA_EVENTS]
    details = {
        "functionName": given["Name"],
        "functionAlias": given["Alias"],
        "currentVersion": str(given["CurrentVersion"]),
        "targetVersion": str(given["TargetVersion"]),
        "targetVersionWeight": 0.0,
        "functions": functions,
    }
    return [Target(f"{given['Name']}:{given['Alias']}", "LambdaTarget", events, details=details)]


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """Hook, shift, hook."""
    one = deployment.targets[0]
    one.enter("InProgress")
    yield from watch.traffic(deployment, group, one, config, lambda share: shift(deployment, one, share))
    one.enter("Succeeded")


def shift(deployment: Deployment, one: Target, share: float) -> None:
    """Give the new version this share of the alias's traffic."""
    details = one.details
    weights = {} if share in (0.0, 1.0) else {details["targetVersion"]: share}
    version = details["targetVersion"] if share == 1.0 else details["currentVersion"]
    deployment.session.client("lambda").update_alias(
        FunctionName=details["functionName"],
        Name=details["functionAlias"],
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
    details["targetVersionWeight"] = share


def undo(deployment: Deployment, group: Group) -> None:
    """All traffic back to the version that the alias had."""
    shift(deployment, deployment.targets[0], 0.0)
