"""An alias whose update policy leaves the traffic to CodeDeploy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cloudformation.kinds.kind import Failed, Making, Pending

_HOOKS: Final = {"BeforeAllowTrafficHook": "BeforeAllowTraffic", "AfterAllowTrafficHook": "AfterAllowTraffic"}
_PATIENCE: Final = 24 * 3600.0


def shift(making: Making, policy: dict[str, Any]) -> Pending:
    """Have CodeDeploy move the alias from its version to the new one; wait until it has."""
    given, client = making.properties, making.client("codedeploy")
    function = given["FunctionName"].rsplit(":", 1)[-1]
    properties = {
        "Name": function,
        "Alias": given["Name"],
        "CurrentVersion": making.before["FunctionVersion"],
        "TargetVersion": given["FunctionVersion"],
    }
    spec = {
        "version": 0.0,
        "Resources": [{making.logical_id: {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{hook: policy[name]} for name, hook in _HOOKS.items() if policy.get(name)],
    }
    deployment = client.create_deployment(
        applicationName=policy["ApplicationName"],
        deploymentGroupName=policy["DeploymentGroupName"],
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
    )["deploymentId"]

    def info() -> dict[str, Any]:
        found: dict[str, Any] = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        return found

    def finish() -> tuple[str, dict[str, Any]]:
        end = info()
        if end["status"] != "Succeeded":
            raise Failed(f"CodeDeploy deployment {deployment} ended with status {end['status']}: "
                         f"{end.get('errorInformation', {}).get('message', '')}")  # fmt: skip
        return making.physical_id, {"AliasArn": making.physical_id}

    until = clock.now().timestamp() + _PATIENCE
    over = ("Succeeded", "Failed", "Stopped")
    return Pending(making.physical_id, until, lambda: info()["status"] in over, finish, "CodeDeploy took too long")
