"""Stack sets: one template as stacks in many accounts and Regions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html

Each instance is a true stack in its account and Region. With self-managed permissions the role
AWSCloudFormationStackSetExecutionRole of the account makes it, if there is one; else the account's root does.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab import offline
from course.lab.caller import Session, session_of_role
from course.lab.clock import clock
from course.lab.cloudformation import deploy, runner, stacks
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack
from course.lab.cloudformation.wanted import wanted_from
from course.lab.place import Place


@dataclass
class Instance:
    """The stack of a set in one account and Region."""

    place: Place
    own: list[dict[str, str]] = field(default_factory=list)
    stack: Stack | None = None
    status: str = "OUTDATED"
    reason: str = ""


@dataclass
class StackSet:
    """A stack set; `given` is the request that made or last changed it."""

    name: str
    set_id: str
    given: dict[str, Any]
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dt.datetime = field(default_factory=clock.now)
    status: str = "ACTIVE"


def _find(call: Call) -> StackSet:
    name = call.given["StackSetName"]
    for one in call.stacks.sets.values():
        if name in (one.name, one.set_id):
            found: StackSet = one
            return found
    raise Refusal(f"StackSet {name} not found", "StackSetNotFoundException", 404)


def _create(call: Call) -> dict[str, str]:
    name = call.given["StackSetName"]
    if name in call.stacks.sets:
        raise Refusal(f"StackSet {name} already exists", "NameAlreadyExistsException", 409)
    wanted_from(call.given, call.session)
    one = StackSet(name, f"{name}:{mock_random.uuid4()}", dict(call.given))
    call.stacks.sets[name] = one
    return {"StackSetId": one.set_id}


def _update(call: Call) -> dict[str, str]:
    one = _find(call)
    given = dict(call.given)
    if given.get("UsePreviousTemplate"):
        given.pop("UsePreviousTemplate")
        given["TemplateBody"] = one.given.get("TemplateBody", "")
    wanted_from({**one.given, **given}, call.session)
    one.given = {**one.given, **given}
    return _operate(one, "UPDATE", [_apply(one, instance) for instance in one.instances.values()])


def _delete(call: Call) -> None:
    one = _find(call)
    if one.instances:
        raise Refusal("StackSet is not empty", "StackSetNotEmptyException", 409)
    del call.stacks.sets[one.name]


def _add(call: Call) -> dict[str, str]:
    one = _find(call)
    made = []
    for account in _accounts(call):
        for region in call.given["Regions"]:
            own = list(call.given.get("ParameterOverrides", []))
            instance = one.instances.setdefault((account, region), Instance(Place(account, region)))
            instance.own = own
            made.append(_apply(one, instance))
    return _operate(one, "CREATE", made)


def _accounts(call: Call) -> list[str]:
    given = call.given.get("Accounts") or call.given.get("DeploymentTargets", {}).get("Accounts") or []
    units = call.given.get("DeploymentTargets", {}).get("OrganizationalUnitIds", [])
    found = list(given)
    if units:
        organizations = call.session.client("organizations")
        for unit in units:
            for page in organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=unit):
                found += [one["Id"] for one in page["Accounts"]]
    if not found:
        raise Refusal("Either Accounts or DeploymentTargets must be given.")
    return found


def _apply(one: StackSet, instance: Instance) -> str:
    """Make or change the stack of an instance; its new status."""
    session = _session(instance.place)
    sent = {row["ParameterKey"]: row for row in [*one.given.get("Parameters", []), *instance.own]}
    given = {**one.given, "Parameters": list(sent.values()), "Capabilities": one.given.get("Capabilities", [])}
    try:
        if instance.stack is None or instance.stack.status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
            wanted = wanted_from(given, session)
            name = f"StackSet-{one.name}-{mock_random.uuid4()}"[:120]
            instance.stack = stacks.new_stack(session, name, wanted)
            runner.run(instance.stack, deploy.create(instance.stack))
        else:
            wanted = wanted_from(given, session, instance.stack)
            if stacks.differs(instance.stack, wanted, session):
                runner.run(instance.stack, deploy.update(instance.stack, wanted))
        good = instance.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        instance.reason = "" if good else f"ResourceLogicalId and reason: {instance.stack.reason}"
    except Refusal as refusal:
        good, instance.reason = False, refusal.message
    instance.status = "CURRENT" if good else "OUTDATED"
    return instance.status


def _session(place: Place) -> Session:
    """The account's root: the lab's own keys in its own account, keys of a session elsewhere."""
    from moto.core.models import DEFAULT_ACCOUNT_ID

    if place.account == DEFAULT_ACCOUNT_ID:
        return Session(place, offline.ACCESS_KEY_ID, offline.SECRET_ACCESS_KEY, "")
    role = f"arn:aws:iam::{place.account}:role/AWSCloudFormationStackSetExecutionRole"
    return session_of_role(place, role, "StackSet")


def _remove(call: Call) -> dict[str, str]:
    one = _find(call)
    done = []
    for account in _accounts(call):
        for region in call.given["Regions"]:
            instance = one.instances.pop((account, region), None)
            if instance is None or instance.stack is None:
                continue
            if not call.given.get("RetainStacks"):
                runner.run(instance.stack, deploy.delete(instance.stack, []))
            done.append("CURRENT")
    return _operate(one, "DELETE", done)


def _operate(one: StackSet, action: str, made: list[str]) -> dict[str, str]:
    operation = str(mock_random.uuid4())
    one.operations[operation] = {
        "OperationId": operation,
        "StackSetId": one.set_id,
        "Action": action,
        "Status": "FAILED" if "OUTDATED" in made else "SUCCEEDED",
        "CreationTimestamp": clock.now(),
        "EndTimestamp": clock.now(),
    }
    return {"OperationId": operation}


def _describe(call: Call) -> dict[str, Any]:
    one = _find(call)
    return {
        "StackSet": {
            "StackSetName": one.name,
            "StackSetId": one.set_id,
            "Description": one.given.get("Description", ""),
            "Status": one.status,
            "TemplateBody": one.given.get("TemplateBody", ""),
            "Parameters": [dict(row) for row in one.given.get("Parameters", [])],
            "Capabilities": list(one.given.get("Capabilities", [])),
            "PermissionModel": one.given.get("PermissionModel", "SELF_MANAGED"),
        }
    }


def _list(call: Call) -> dict[str, Any]:
    rows = [
        {"StackSetName": one.name, "StackSetId": one.set_id, "Status": one.status} for one in call.stacks.sets.values()
    ]
    return {"Summaries": rows}


def _row(one: StackSet, instance: Instance) -> dict[str, Any]:
    return {
        "StackSetId": one.set_id,
        "Region": instance.place.region,
        "Account": instance.place.account,
        "StackId": instance.stack.stack_id if instance.stack else "",
        "Status": instance.status,
        "StatusReason": instance.reason,
        "ParameterOverrides": instance.own,
    }


def _instances(call: Call) -> dict[str, Any]:
    one = _find(call)
    rows = [
        {name: value for name, value in _row(one, instance).items() if name != "ParameterOverrides"}
        for (account, region), instance in one.instances.items()
        if call.given.get("StackInstanceAccount", account) == account
        and call.given.get("StackInstanceRegion", region) == region
    ]
    return {"Summaries": rows}


def _instance(call: Call) -> dict[str, Any]:
    one = _find(call)
    place = (call.given["StackInstanceAccount"], call.given["StackInstanceRegion"])
    if place not in one.instances:
        raise Refusal(f"Stack instance not found for {one.name}", "StackInstanceNotFoundException", 404)
    return {"StackInstance": _row(one, one.instances[place])}


def _operation(call: Call) -> dict[str, Any]:
    one = _find(call)
    wanted = call.given["OperationId"]
    if wanted not in one.operations:
        raise Refusal(f"Operation {wanted} not found", "OperationNotFoundException", 404)
    return {"StackSetOperation": one.operations[wanted]}


def _list_operations(call: Call) -> dict[str, Any]:
    keep = ("OperationId", "Action", "Status", "CreationTimestamp", "EndTimestamp")
    return {"Summaries": [{key: row[key] for key in keep} for row in _find(call).operations.values()]}


OPERATIONS: Final = {
    "CreateStackSet": _create,
    "UpdateStackSet": _update,
    "DeleteStackSet": _delete,
    "DescribeStackSet": _describe,
    "ListStackSets": _list,
    "CreateStackInstances": _add,
    "DeleteStackInstances": _remove,
    "ListStackInstances": _instances,
    "DescribeStackInstance": _instance,
    "DescribeStackSetOperation": _operation,
    "ListStackSetOperations": _list_operations,
}
