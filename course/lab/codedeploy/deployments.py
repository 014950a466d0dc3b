"""The course of a deployment from Created to its end, and what follows a failure.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
"""

from __future__ import annotations

import string
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.codedeploy import on_ecs, on_green_servers, on_lambda, on_servers, watch
from course.lab.codedeploy.appspec import WrongAppSpec
from course.lab.codedeploy.configurations import PREDEFINED
from course.lab.codedeploy.store import Deployment, Group, Kept, kept
from course.lab.courses import Course, Wait, begin, moment

_OVER = {"Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP"}


def new_id() -> str:
    """An id such as d-A1B2C3D4E."""
    letters = string.ascii_uppercase + string.digits
    return "d-" + "".join(mock_random.choice(letters) for _ in range(9))


def start(deployment: Deployment, group: Group) -> None:
    """Begin; what can go at once has gone when this returns."""
    known = kept(deployment.session.place)
    known.deployments[deployment.deployment_id] = deployment
    course = _run(deployment, group, known)
    begin(deployment.session.place, "codedeploy", deployment.deployment_id, course, lambda: deployment.status)


def _run(deployment: Deployment, group: Group, known: Kept) -> Course:
    _enter(deployment, "Created")
    yield Wait.seconds(0)
    platform = _platform(deployment, group)
    try:
        deployment.targets = platform.targets(deployment, group)
        deployment.started = moment()
        _enter(deployment, "InProgress")
        config = known.configs.get(deployment.config) or PREDEFINED[deployment.config]
        watch.check(deployment, group)
        yield from platform.run(deployment, group, config)
    except WrongAppSpec as error:
        _end(deployment, "Failed", "INVALID_REVISION", str(error))
    except watch.Ended as ended:
        for one in deployment.targets:
            if one.status in ("InProgress", "Pending"):
                one.enter("Failed" if ended.status == "Failed" else "Skipped")
            one.skip_rest()
        _end(deployment, ended.status, ended.code, ended.message)
    except Exception as error:
        _end(deployment, "Failed", "INTERNAL_ERROR", str(error))
    else:
        group.last_good = deployment.deployment_id
        _end(deployment, "Succeeded")
        return
    if _rolls_back(deployment, group):
        _roll_back(deployment, group, known)


def _platform(deployment: Deployment, group: Group) -> Any:
    """The module that deploys: all have `targets` and `run`, and all but servers in place have `undo`."""
    style = group.given.get("deploymentStyle") or {}
    servers = on_green_servers if style.get("deploymentType") == "BLUE_GREEN" else on_servers
    return {"Lambda": on_lambda, "ECS": on_ecs, "Server": servers}[deployment.platform]


def _end(deployment: Deployment, status: str, code: str = "", message: str = "") -> None:
    deployment.completed = moment()
    if code:
        deployment.error = {"code": code, "message": message}
    _enter(deployment, status)


def _enter(deployment: Deployment, status: str) -> None:
    from course.lab.codedeploy.notices import tell

    deployment.status = status
    tell(deployment)


def _rolls_back(deployment: Deployment, group: Group) -> bool:
    if deployment.wishes.get("rollback") is not None and deployment.error.get("code") == "MANUAL_STOP":
        return bool(deployment.wishes["rollback"])
    rule = deployment.wishes.get("configuration") or group.given.get("autoRollbackConfiguration") or {}
    event = {
        "ALARM_ACTIVE": "DEPLOYMENT_STOP_ON_ALARM",
        "MANUAL_STOP": "DEPLOYMENT_STOP_ON_REQUEST",
    }.get(deployment.error.get("code", ""), "DEPLOYMENT_FAILURE")
    return bool(rule.get("enabled")) and event in (rule.get("events") or []) and deployment.creator == "user"


def _roll_back(deployment: Deployment, group: Group, known: Kept) -> None:
    """Traffic goes back; on servers in place the last good revision is deployed anew."""
    last = known.deployments.get(group.last_good)
    platform = _platform(deployment, group)
    if platform is on_servers:
        if last is None:
            return
        again = _copy(deployment, last.revision)
        start(again, group)
        return
    if deployment.targets:
        platform.undo(deployment, group)
    again = _copy(deployment, last.revision if last else deployment.revision)
    again.targets = deployment.targets
    again.status, again.started, again.completed = "Succeeded", moment(), moment()
    known.deployments[again.deployment_id] = again


def _copy(deployment: Deployment, revision: dict[str, Any]) -> Deployment:
    again = Deployment(
        new_id(), deployment.application, deployment.group, deployment.config, revision, deployment.platform,
        deployment.session, creator="codeDeployRollback",
    )  # fmt: skip
    message = f"Deployment {deployment.deployment_id} ended with status {deployment.status}."
    again.rollback = {"rollbackTriggeringDeploymentId": deployment.deployment_id, "rollbackMessage": message}
    deployment.rollback = {"rollbackDeploymentId": again.deployment_id, "rollbackMessage": message}
    return again
