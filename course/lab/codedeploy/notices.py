"""A deployment's states as events on the default bus, and as messages to the topics of its group.

https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications.html
"""

from __future__ import annotations

import json
from typing import Final

from course.lab.codedeploy.store import Deployment, kept

_TRIGGERS: Final = {
    "InProgress": "DeploymentStart", "Succeeded": "DeploymentSuccess", "Failed": "DeploymentFailure",
    "Stopped": "DeploymentStop", "Ready": "DeploymentReady",
}  # fmt: skip
_STATES: Final = {
    "Created": "START", "InProgress": "START", "Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP",
    "Ready": "READY",
}  # fmt: skip


def tell(deployment: Deployment) -> None:
    """Say that the deployment entered its status."""
    from course.lab.events_router import put

    place = deployment.session.place
    detail = {
        "region": place.region,
        "deploymentId": deployment.deployment_id,
        "state": _STATES[deployment.status],
        "application": deployment.application,
        "deploymentGroup": deployment.group,
    }
    if deployment.status != "Created":
        name = f"{deployment.application}/{deployment.group}"
        group_arn = f"arn:aws:codedeploy:{place.region}:{place.account}:deploymentgroup:{name}"
        kind = "CodeDeploy Deployment State-change Notification"
        put(place.account, place.region, "default", source="aws.codedeploy", detail_type=kind, detail=detail,
            resources=[group_arn])  # fmt: skip
    application = kept(place).applications.get(deployment.application)  # it may have been deleted meanwhile
    group = application.groups.get(deployment.group) if application else None
    for trigger in (group.given.get("triggerConfigurations") or []) if group else []:
        if _TRIGGERS.get(deployment.status) in trigger.get("triggerEvents", []):
            message = {**detail, "status": deployment.status.upper(), "eventTriggerName": trigger["triggerName"]}
            deployment.session.client("sns").publish(
                TopicArn=trigger["triggerTargetArn"], Message=json.dumps(message), Subject="CodeDeploy"
            )
