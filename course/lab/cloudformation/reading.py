"""The operations that show stacks and templates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation import filling, parameters, text, transforms
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Resource, Stack
from course.lab.cloudformation.wanted import body_of


def _stacks(call: Call) -> dict[str, Any]:
    found = [call.stack()] if call.given.get("StackName") else call.stacks.alive()
    rows, more = call.page([_row(stack) for stack in found])
    return {"Stacks": rows, **more}


def _row(stack: Stack) -> dict[str, Any]:
    row: dict[str, Any] = {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "CreationTime": stack.made,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "NotificationARNs": stack.wanted.topics,
        "Parameters": parameters.shown(stack.wanted.template, stack.wanted.parameters, {}),
        "Outputs": stack.outputs,
        "Tags": stack.wanted.tags,
        "Capabilities": stack.wanted.capabilities,
        "EnableTerminationProtection": stack.protected,
        "DriftInformation": _drift(stack),
        "Description": stack.wanted.template.get("Description"),
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "RoleARN": stack.wanted.role or None,
        "TimeoutInMinutes": stack.timeout_minutes,
        "ParentId": stack.parent or None,
    }
    return {name: value for name, value in row.items() if value not in (None, "")}


def _drift(stack: Stack) -> dict[str, Any]:
    return {"StackDriftStatus": stack.drift} | ({"LastCheckTimestamp": stack.drift_at} if stack.drift_at else {})


def _list(call: Call) -> dict[str, Any]:
    wanted = call.given.get("StackStatusFilter") or []
    rows = [
        {
            "StackId": stack.stack_id,
            "StackName": stack.name,
            "CreationTime": stack.made,
            "StackStatus": stack.status,
            "DriftInformation": _drift(stack),
            **({"DeletionTime": stack.deleted} if stack.deleted else {}),
            **({"ParentId": stack.parent} if stack.parent else {}),
        }
        for stack in reversed(call.stacks.all.values())
        if not wanted or stack.status in wanted
    ]
    rows, more = call.page(rows)
    return {"StackSummaries": rows, **more}


def _events(call: Call) -> dict[str, Any]:
    stack = call.stack()
    rows = [
        {
            "StackId": stack.stack_id,
            "EventId": event.event_id,
            "StackName": stack.name,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id,
            "ResourceType": event.kind,
            "Timestamp": event.at,
            "ResourceStatus": event.status,
            **({"ResourceStatusReason": event.reason} if event.reason else {}),
            **({"ResourceProperties": event.properties} if event.properties else {}),
        }
        for event in reversed(stack.events)
    ]
    rows, more = call.page(rows)
    return {"StackEvents": rows, **more}


def _resource(stack: Stack, resource: Resource, stamp: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.kind,
        stamp: resource.at,
        "ResourceStatus": resource.status,
        **({"ResourceStatusReason": resource.reason} if resource.reason else {}),
        "DriftInformation": {"StackResourceDriftStatus": resource.drift},
    }


def _resources(call: Call) -> dict[str, Any]:
    if not call.given.get("StackName") and "PhysicalResourceId" in call.given:
        wanted = call.given["PhysicalResourceId"]
        owners = [s for s in call.stacks.alive() if any(one.physical_id == wanted for one in s.resources.values())]
        if not owners:
            raise Refusal(f"Stack for {wanted} does not exist")
        stack = owners[0]
    else:
        stack = call.stack()
    logical = call.given.get("LogicalResourceId")
    rows = [
        {"StackName": stack.name, "StackId": stack.stack_id, **_resource(stack, one, "Timestamp")}
        for one in stack.resources.values()
        if not logical or one.logical_id == logical
    ]
    return {"StackResources": rows}


def _one_resource(call: Call) -> dict[str, Any]:
    stack, name = call.stack(), call.given["LogicalResourceId"]
    if name not in stack.resources:
        raise Refusal(f"Resource {name} does not exist for stack {stack.name}")
    resource = stack.resources[name]
    row = {"StackName": stack.name, "StackId": stack.stack_id, **_resource(stack, resource, "LastUpdatedTimestamp")}
    if resource.metadata is not None:
        row["Metadata"] = json.dumps(resource.metadata)
    return {"StackResourceDetail": row}


def _list_resources(call: Call) -> dict[str, Any]:
    stack = call.stack()
    rows = [_resource(stack, one, "LastUpdatedTimestamp") for one in stack.resources.values()]
    rows, more = call.page(rows)
    return {"StackResourceSummaries": rows, **more}


def _template(call: Call) -> dict[str, Any]:
    if "ChangeSetName" in call.given:
        from course.lab.cloudformation.change_sets import find

        wanted = find(call).wanted
    else:
        wanted = call.stack(also_deleted=True).wanted
    body = wanted.text
    if call.given.get("TemplateStage") == "Processed":
        body = json.dumps(wanted.template, indent=2)
    return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}


def _declared(template: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for name, rule in template.get("Parameters", {}).items():
        row = {"ParameterKey": name, "NoEcho": str(rule.get("NoEcho", False)).lower() == "true"}
        if "Default" in rule:
            row["DefaultValue"] = str(rule["Default"])
        if "Description" in rule:
            row["Description"] = rule["Description"]
        rows.append(row)
    return rows


def _validate(call: Call) -> dict[str, Any]:
    body, from_s3 = body_of(call.given, call.session)
    raw = text.read(body, from_s3)
    expands = transforms.names(raw)
    if not expands:
        from course.lab.cloudformation.store import Wanted

        filling.check(Wanted(body, raw), call.session.place.region)
    needed, why = filling.needed_capabilities(raw) if not expands else (["CAPABILITY_AUTO_EXPAND"], [])
    answer: dict[str, Any] = {"Parameters": _declared(raw), "Capabilities": needed, "DeclaredTransforms": expands}
    if "Description" in raw:
        answer["Description"] = raw["Description"]
    if needed:
        answer["CapabilitiesReason"] = f"The following resource(s) require capabilities: [{', '.join(why)}]"
    return answer


def _summary(call: Call) -> dict[str, Any]:
    if "StackName" in call.given:
        body, from_s3 = call.stack().wanted.text, True
    else:
        body, from_s3 = body_of(call.given, call.session)
    raw = text.read(body, from_s3)
    needed, why = filling.needed_capabilities(raw)
    rows = [
        row | {"ParameterType": raw["Parameters"][row["ParameterKey"]].get("Type", "String"),
               "ParameterConstraints": {"AllowedValues": [str(one) for one in raw["Parameters"][row["ParameterKey"]]
                                                          .get("AllowedValues", [])]}}
        for row in _declared(raw)
    ]  # fmt: skip
    return {
        "Parameters": rows,
        "Capabilities": needed,
        **(
            {"CapabilitiesReason": f"The following resource(s) require capabilities: [{', '.join(why)}]"} if why else {}
        ),
        "ResourceTypes": sorted({one["Type"] for one in raw["Resources"].values() if isinstance(one, dict)}),
        "Version": str(raw.get("AWSTemplateFormatVersion", "2010-09-09")),
        "DeclaredTransforms": transforms.names(raw),
        **({"Description": raw["Description"]} if "Description" in raw else {}),
    }


def _exports(call: Call) -> dict[str, Any]:
    rows = [
        {"ExportingStackId": stack.stack_id, "Name": name, "Value": value}
        for name, (stack, value) in sorted(call.stacks.exports().items())
    ]
    rows, more = call.page(rows)
    return {"Exports": rows, **more}


def _imports(call: Call) -> dict[str, Any]:
    name = call.given["ExportName"]
    users = call.stacks.importers(name)
    if not users:
        raise Refusal(f"Export '{name}' is not imported by any stack.")
    return {"Imports": users}


OPERATIONS: Final = {
    "DescribeStacks": _stacks,
    "ListStacks": _list,
    "DescribeStackEvents": _events,
    "DescribeStackResources": _resources,
    "DescribeStackResource": _one_resource,
    "ListStackResources": _list_resources,
    "GetTemplate": _template,
    "ValidateTemplate": _validate,
    "GetTemplateSummary": _summary,
    "ListExports": _exports,
    "ListImports": _imports,
}
