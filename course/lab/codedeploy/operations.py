"""CodeDeploy's operations, as boto3 calls them.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import copy
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.codedeploy import deployments, watch
from course.lab.codedeploy.configurations import DEFAULTS, PREDEFINED
from course.lab.codedeploy.store import Application, Deployment, Group, Kept, Target, kept
from course.lab.service import Call, Refusal, serve

_PLATFORMS: Final = ("Server", "Lambda", "ECS")
_GROUP: Final = (
    "deploymentConfigName", "ec2TagFilters", "onPremisesInstanceTagFilters", "serviceRoleArn", "triggerConfigurations",
    "alarmConfiguration", "autoRollbackConfiguration", "deploymentStyle", "outdatedInstancesStrategy",
    "blueGreenDeploymentConfiguration", "loadBalancerInfo", "ec2TagSet", "onPremisesTagSet", "ecsServices",
)  # fmt: skip


def _kept(call: Call) -> Kept:
    return kept(call.place)


def _application(call: Call, name: str = "") -> Application:
    name = name or call.given["applicationName"]
    found = _kept(call).applications.get(name)
    if found is None:
        raise Refusal("ApplicationDoesNotExistException", f"No application found for name: {name}")
    return found


def _group(call: Call, application: Application, name: str) -> Group:
    if name not in application.groups:
        raise Refusal("DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}")
    return application.groups[name]


def _create_application(call: Call) -> dict[str, str]:
    name, platform = call.given["applicationName"], call.given.get("computePlatform", "Server")
    if platform not in _PLATFORMS:
        raise Refusal("InvalidComputePlatformException", f"Invalid compute platform: {platform}")
    if name in _kept(call).applications:
        raise Refusal("ApplicationAlreadyExistsException", f"Application already exists: {name}")
    made = Application(name, str(mock_random.uuid4()), platform, tags=list(call.given.get("tags", [])))
    _kept(call).applications[name] = made
    return {"applicationId": made.application_id}


def _shown_application(one: Application) -> dict[str, Any]:
    return {
        "applicationId": one.application_id, "applicationName": one.name, "createTime": one.created,
        "linkedToGitHub": False, "computePlatform": one.platform,
    }  # fmt: skip


def _get_application(call: Call) -> dict[str, Any]:
    return {"application": _shown_application(_application(call))}


def _batch_applications(call: Call) -> dict[str, Any]:
    return {"applicationsInfo": [_shown_application(_application(call, one)) for one in call.given["applicationNames"]]}


def _list_applications(call: Call) -> dict[str, Any]:
    return {"applications": sorted(_kept(call).applications)}


def _delete_application(call: Call) -> None:
    _kept(call).applications.pop(call.given["applicationName"], None)


def _config(call: Call, name: str, platform: str) -> str:
    found = _kept(call).configs.get(name) or PREDEFINED.get(name)
    if found is None:
        raise Refusal("DeploymentConfigDoesNotExistException", f"No deployment config found for name: {name}")
    if found["computePlatform"] != platform:
        raise Refusal(
            "InvalidDeploymentConfigNameException",
            f"The configuration {name} is for {found['computePlatform']}, the application is for {platform}.",
        )
    return name


def _create_group(call: Call) -> dict[str, str]:
    application, name = _application(call), call.given["deploymentGroupName"]
    if name in application.groups:
        raise Refusal("DeploymentGroupAlreadyExistsException", f"Deployment group name already exists: {name}")
    given = {key: copy.deepcopy(call.given[key]) for key in _GROUP if key in call.given}
    given["autoScalingGroups"] = list(call.given.get("autoScalingGroups", []))
    given.setdefault("deploymentConfigName", DEFAULTS[application.platform])
    _check_group(call, application, given)
    made = Group(name, str(mock_random.uuid4()), given)
    application.groups[name] = made
    return {"deploymentGroupId": made.group_id}


def _check_group(call: Call, application: Application, given: dict[str, Any]) -> None:
    _config(call, given["deploymentConfigName"], application.platform)
    if application.platform == "ECS" and not (given.get("ecsServices") and given.get("loadBalancerInfo")):
        raise Refusal("InvalidECSServiceException", "An ECS deployment group needs ecsServices and loadBalancerInfo.")
    if application.platform == "ECS":
        for one in given["ecsServices"]:
            found = call.session.client("ecs").describe_services(
                cluster=one["clusterName"], services=[one["serviceName"]]
            )["services"]
            if not found or (found[0].get("deploymentController") or {}).get("type") != "CODE_DEPLOY":
                raise Refusal("InvalidECSServiceException", "Deployment group's ECS service must be configured for a "
                              "CODE_DEPLOY deployment controller.")  # fmt: skip
    if application.platform == "Server" and (given.get("deploymentStyle") or {}).get("deploymentType") == "BLUE_GREEN":
        _check_blue_green(given)
    if application.platform != "Server" and (given.get("deploymentStyle") or {}).get("deploymentType") == "IN_PLACE":
        raise Refusal("InvalidDeploymentStyleException", "For ECS and Lambda deployment groups, only BLUE_GREEN is "
                      "supported for deploymentType.")  # fmt: skip


def _check_blue_green(given: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html"""
    if given["deploymentStyle"].get("deploymentOption") != "WITH_TRAFFIC_CONTROL" or not given.get("loadBalancerInfo"):
        raise Refusal("InvalidDeploymentStyleException", "A blue/green deployment of servers needs a load balancer and "
                      "WITH_TRAFFIC_CONTROL.")  # fmt: skip
    action = ((given.get("blueGreenDeploymentConfiguration") or {}).get("greenFleetProvisioningOption") or {}).get(
        "action", "DISCOVER_EXISTING"
    )
    if action == "COPY_AUTO_SCALING_GROUP" and not given.get("autoScalingGroups"):
        raise Refusal("InvalidBlueGreenDeploymentConfigurationException", "COPY_AUTO_SCALING_GROUP needs an Auto "
                      "Scaling group.")  # fmt: skip


def _update_group(call: Call) -> dict[str, Any]:
    application = _application(call)
    group = _group(call, application, call.given["currentDeploymentGroupName"])
    given = group.given | {key: copy.deepcopy(call.given[key]) for key in _GROUP if key in call.given}
    if "autoScalingGroups" in call.given:
        given["autoScalingGroups"] = list(call.given["autoScalingGroups"])
    _check_group(call, application, given)
    group.given = given
    new = call.given.get("newDeploymentGroupName")
    if new:
        application.groups[new] = application.groups.pop(group.name)
        group.name = new
    return {}


def _shown_group(application: Application, group: Group) -> dict[str, Any]:
    row = {
        "applicationName": application.name,
        "deploymentGroupId": group.group_id,
        "deploymentGroupName": group.name,
        "computePlatform": application.platform,
        **group.given,
    }
    row["autoScalingGroups"] = [{"name": one} for one in group.given["autoScalingGroups"]]
    row.setdefault("deploymentStyle", {
        "deploymentType": "IN_PLACE" if application.platform == "Server" else "BLUE_GREEN",
        "deploymentOption": "WITHOUT_TRAFFIC_CONTROL" if application.platform == "Server" else "WITH_TRAFFIC_CONTROL",
    })  # fmt: skip
    return row


def _get_group(call: Call) -> dict[str, Any]:
    application = _application(call)
    group = _group(call, application, call.given["deploymentGroupName"])
    row = _shown_group(application, group)
    known = _kept(call).deployments.values()
    mine = [one for one in known if (one.application, one.group) == (application.name, group.name)]
    if mine:
        row["lastAttemptedDeployment"] = _last(mine[-1])
    if good := [one for one in mine if one.status == "Succeeded"]:
        row["lastSuccessfulDeployment"] = _last(good[-1])
    return {"deploymentGroupInfo": row}


def _last(one: Deployment) -> dict[str, Any]:
    """https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_LastDeploymentInfo.html"""
    row: dict[str, Any] = {"deploymentId": one.deployment_id, "status": one.status, "createTime": one.created}
    return row | ({"endTime": one.completed} if one.completed else {})


def _list_groups(call: Call) -> dict[str, Any]:
    application = _application(call)
    return {"applicationName": application.name, "deploymentGroups": sorted(application.groups)}


def _delete_group(call: Call) -> dict[str, Any]:
    _application(call).groups.pop(call.given["deploymentGroupName"], None)
    return {"hooksNotCleanedUp": []}


def _create_config(call: Call) -> dict[str, str]:
    name = call.given["deploymentConfigName"]
    if name in _kept(call).configs or name in PREDEFINED:
        raise Refusal("DeploymentConfigAlreadyExistsException", f"Deployment config already exists: {name}")
    if name.startswith("CodeDeployDefault."):
        raise Refusal("InvalidDeploymentConfigNameException", "Names that begin with CodeDeployDefault. are reserved.")
    names = ("deploymentConfigName", "minimumHealthyHosts", "trafficRoutingConfig")
    made = {key: copy.deepcopy(call.given[key]) for key in names if key in call.given}
    made["computePlatform"] = call.given.get("computePlatform", "Server")
    needed = "minimumHealthyHosts" if made["computePlatform"] == "Server" else "trafficRoutingConfig"
    if needed not in made:
        raise Refusal("InvalidMinimumHealthyHostValueException" if needed.startswith("min") else
                      "InvalidTrafficRoutingConfigurationException", f"{needed} is required.")  # fmt: skip
    made["deploymentConfigId"] = str(mock_random.uuid4())
    _kept(call).configs[name] = made
    return {"deploymentConfigId": made["deploymentConfigId"]}


def _get_config(call: Call) -> dict[str, Any]:
    name = call.given["deploymentConfigName"]
    found = _kept(call).configs.get(name) or PREDEFINED.get(name)
    if found is None:
        raise Refusal("DeploymentConfigDoesNotExistException", f"No deployment config found for name: {name}")
    return {"deploymentConfigInfo": found}


def _list_configs(call: Call) -> dict[str, Any]:
    return {"deploymentConfigsList": [*PREDEFINED, *_kept(call).configs]}


def _delete_config(call: Call) -> None:
    _kept(call).configs.pop(call.given["deploymentConfigName"], None)


def _create_deployment(call: Call) -> dict[str, str]:
    given, application = call.given, _application(call)
    if "deploymentGroupName" not in given:
        raise Refusal("DeploymentGroupNameRequiredException", "Deployment Group Name is missing")
    group = _group(call, application, given["deploymentGroupName"])
    last = _kept(call).deployments.get(group.last_good)
    revision = given.get("revision") or (last.revision if last else None)
    if revision is None:
        raise Refusal("RevisionRequiredException", "Revision is required")
    place = revision.get("s3Location") or {}
    if application.platform != "Server" and place.get("bundleType", "YAML").upper() not in ("YAML", "JSON"):
        raise Refusal("InvalidRevisionException", "BundleType must be either YAML or JSON")
    busy = [one for one in _kept(call).deployments.values()
            if (one.application, one.group) == (application.name, group.name) and not one.over]  # fmt: skip
    if busy:
        raise Refusal(
            "DeploymentLimitExceededException",
            f"The Deployment Group '{group.name}' already has an active Deployment '{busy[0].deployment_id}'",
        )
    config = _config(call, given.get("deploymentConfigName", group.given["deploymentConfigName"]), application.platform)
    made = Deployment(
        deployments.new_id(), application.name, group.name, config, copy.deepcopy(dict(revision)), application.platform,
        call.session, description=given.get("description", ""),
    )  # fmt: skip
    made.wishes["configuration"] = given.get("autoRollbackConfiguration")
    made.wishes["green"] = copy.deepcopy(dict(given.get("targetInstances") or {}))
    made.wishes["ignore_stop_failures"] = given.get("ignoreApplicationStopFailures", False)
    deployments.start(made, group)
    return {"deploymentId": made.deployment_id}


def _deployment(call: Call, name: str = "") -> Deployment:
    name = name or call.given["deploymentId"]
    found = _kept(call).deployments.get(name)
    if found is None:
        raise Refusal("DeploymentDoesNotExistException", f"The deployment {name} could not be found")
    return found


def _shown(one: Deployment) -> dict[str, Any]:
    count = {name: sum(target.status == name for target in one.targets)
             for name in ("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready")}  # fmt: skip
    row: dict[str, Any] = {
        "applicationName": one.application, "deploymentGroupName": one.group, "deploymentConfigName": one.config,
        "deploymentId": one.deployment_id, "revision": one.revision, "status": one.status, "createTime": one.created,
        "deploymentOverview": count, "creator": one.creator, "computePlatform": one.platform,
        "description": one.description,
    }  # fmt: skip
    more = {"startTime": one.started, "completeTime": one.completed, "errorInformation": one.error,
            "rollbackInfo": one.rollback}  # fmt: skip
    return row | {key: value for key, value in more.items() if value}


def _get_deployment(call: Call) -> dict[str, Any]:
    return {"deploymentInfo": _shown(_deployment(call))}


def _batch_deployments(call: Call) -> dict[str, Any]:
    return {"deploymentsInfo": [_shown(_deployment(call, one)) for one in call.given["deploymentIds"]]}


def _list_deployments(call: Call) -> dict[str, Any]:
    wanted = call.given.get("includeOnlyStatuses") or []
    return {"deployments": [
        one.deployment_id for one in reversed(_kept(call).deployments.values())
        if call.given.get("applicationName", one.application) == one.application
        and call.given.get("deploymentGroupName", one.group) == one.group
        and (not wanted or one.status in wanted)
    ]}  # fmt: skip


def _stop(call: Call) -> dict[str, str]:
    one = _deployment(call)
    if one.over:
        raise Refusal(
            "DeploymentAlreadyCompletedException", f"The deployment {one.deployment_id} has already completed"
        )
    one.stop_wanted = True
    if "autoRollbackEnabled" in call.given:
        one.wishes["rollback"] = call.given["autoRollbackEnabled"]
    return {"status": "Pending", "statusMessage": "Stopping deployment"}


def _continue(call: Call) -> None:
    one, kind = _deployment(call), call.given.get("deploymentWaitType", "READY_WAIT")
    if one.over:
        raise Refusal(
            "DeploymentAlreadyCompletedException", f"The deployment {one.deployment_id} has already completed"
        )
    if one.waits_for != kind:
        raise Refusal("DeploymentIsNotInReadyStateException", f"The deployment {one.deployment_id} is not in a {kind} "
                      "state")  # fmt: skip
    one.waits_for = ""


def _hook_status(call: Call) -> dict[str, str]:
    one, execution = _deployment(call), call.given.get("lifecycleEventHookExecutionId", "")
    if execution not in one.hooks:
        raise Refusal("InvalidLifecycleEventHookExecutionIdException", "The lifecycleEventHookExecutionId is invalid")
    if one.hooks[execution]:
        raise Refusal("LifecycleEventAlreadyCompletedException", "The lifecycle event has already completed")
    status = call.given.get("status")
    if status not in ("Succeeded", "Failed"):
        raise Refusal("InvalidLifecycleEventHookExecutionStatusException", "The status is Succeeded or Failed")
    one.hooks[execution] = status
    return {"lifecycleEventHookExecutionId": execution}


def _shown_target(one: Deployment, target: Target) -> dict[str, Any]:
    base = {
        "deploymentId": one.deployment_id, "targetId": target.target_id, "status": target.status,
        "lastUpdatedAt": target.updated, "lifecycleEvents": watch.told(target.events),
        "targetArn": f"arn:aws:codedeploy:{one.session.place.region}:{one.session.place.account}:{target.kind}",
    }  # fmt: skip
    if target.kind == "LambdaTarget":
        info = {key: value for key, value in target.details.items() if key != "functions"}
        return {"deploymentTargetType": target.kind, "lambdaTarget": {**base, "lambdaFunctionInfo": info}}
    if target.kind == "ECSTarget":
        weight = target.details["weight"]
        now = "Blue" if weight < 1 else "Green"
        sets = [
            {"taskSetLabel": label, "trafficWeight": round(100 * share, 2), "status": "PRIMARY" if label == now else
             "ACTIVE" if target.details[label.lower()] else "DRAINING"}
            for label, share in (("Blue", 1 - weight), ("Green", weight))
            if label == "Blue" or target.details["green"] or weight
        ]  # fmt: skip
        return {"deploymentTargetType": target.kind, "ecsTarget": {**base, "taskSetsInfo": sets}}
    return {"deploymentTargetType": target.kind, "instanceTarget": {**base, "instanceLabel": target.label}}


def _list_targets(call: Call) -> dict[str, Any]:
    return {"targetIds": [one.target_id for one in _deployment(call).targets]}


def _get_target(call: Call) -> dict[str, Any]:
    one = _deployment(call)
    for target in one.targets:
        if target.target_id == call.given["targetId"]:
            return {"deploymentTarget": _shown_target(one, target)}
    raise Refusal("DeploymentTargetDoesNotExistException", f"No target {call.given['targetId']} in this deployment")


def _batch_targets(call: Call) -> dict[str, Any]:
    one = _deployment(call)
    wanted = call.given.get("targetIds") or [target.target_id for target in one.targets]
    return {"deploymentTargets": [_shown_target(one, target) for target in one.targets if target.target_id in wanted]}


serve(
    "codedeploy",
    {
        "CreateApplication": _create_application,
        "GetApplication": _get_application,
        "BatchGetApplications": _batch_applications,
        "ListApplications": _list_applications,
        "DeleteApplication": _delete_application,
        "CreateDeploymentGroup": _create_group,
        "UpdateDeploymentGroup": _update_group,
        "GetDeploymentGroup": _get_group,
        "ListDeploymentGroups": _list_groups,
        "DeleteDeploymentGroup": _delete_group,
        "CreateDeploymentConfig": _create_config,
        "GetDeploymentConfig": _get_config,
        "ListDeploymentConfigs": _list_configs,
        "DeleteDeploymentConfig": _delete_config,
        "CreateDeployment": _create_deployment,
        "GetDeployment": _get_deployment,
        "BatchGetDeployments": _batch_deployments,
        "ListDeployments": _list_deployments,
        "StopDeployment": _stop,
        "ContinueDeployment": _continue,
        "PutLifecycleEventHookExecutionStatus": _hook_status,
        "ListDeploymentTargets": _list_targets,
        "GetDeploymentTarget": _get_target,
        "BatchGetDeploymentTargets": _batch_targets,
    },
)
