"""Change sets: look at an update, or at a new stack, before it is made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.caller import on_behalf
from course.lab.clock import clock
from course.lab.cloudformation import deploy, parameters, plan, runner, stacks
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack, Wanted
from course.lab.cloudformation.wanted import wanted_from

_NO_CHANGES: Final = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


@dataclass
class ChangeSet:
    """Changes that somebody may execute, as long as the stack is as it was."""

    name: str
    arn: str
    stack: Stack
    wanted: Wanted
    kind: str
    changes: list[dict[str, Any]]
    description: str = ""
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    made: dt.datetime = field(default_factory=clock.now)


def _create(call: Call) -> dict[str, str]:
    given, name = call.given, call.given["ChangeSetName"]
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]*", name):
        raise Refusal(f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: "
                      "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")  # fmt: skip
    kind = given.get("ChangeSetType", "UPDATE")
    stack = call.stacks.find(given["StackName"])
    if kind == "CREATE":
        wanted = wanted_from(given, call.session, None)
        if stack is None:
            stack = stacks.new_stack(call.session, given["StackName"], wanted)
            stack.say("REVIEW_IN_PROGRESS", "User Initiated")
        elif stack.status != "REVIEW_IN_PROGRESS":
            raise Refusal(
                f"Stack [{stack.name}] already exists and cannot be created again with the changeSet [{name}]."
            )
    else:
        if stack is None:
            raise Refusal(f"Stack [{given['StackName']}] does not exist")
        stacks.check_state(stack)
        wanted = wanted_from(given, call.session, stack)
    if name in stack.change_sets:
        raise Refusal(f"ChangeSet {name} already exists", "AlreadyExistsException")
    place = call.session.place
    arn = f"arn:aws:cloudformation:{place.region}:{place.account}:changeSet/{name}/{mock_random.uuid4()}"
    session = on_behalf(call.session, wanted.role)
    changes = plan.changes(stack, wanted, session)
    made = ChangeSet(name, arn, stack, wanted, kind, changes, given.get("Description", ""))
    if kind == "UPDATE" and not changes and not stacks.is_other(stack, wanted):
        made.status, made.reason, made.execution = "FAILED", _NO_CHANGES, "UNAVAILABLE"
    stack.change_sets[name] = made
    return {"Id": arn, "StackId": stack.stack_id}


def find(call: Call) -> ChangeSet:
    """The change set that the request names."""
    name = call.given["ChangeSetName"]
    for stack in call.stacks.all.values():
        for one in stack.change_sets.values():
            if name == one.arn or (name == one.name and call.given.get("StackName") in (stack.name, stack.stack_id)):
                found: ChangeSet = one
                return found
    raise Refusal(f"ChangeSet [{name}] does not exist", "ChangeSetNotFoundException", 404)


def _describe(call: Call) -> dict[str, Any]:
    one = find(call)
    rows, more = call.page(one.changes)
    return {
        **_row(one),
        "Parameters": parameters.shown(one.wanted.template, one.wanted.parameters, {}),
        "NotificationARNs": one.wanted.topics,
        "Capabilities": one.wanted.capabilities,
        "Tags": one.wanted.tags,
        "Changes": rows,
        **more,
    }


def _row(one: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetName": one.name,
        "ChangeSetId": one.arn,
        "StackId": one.stack.stack_id,
        "StackName": one.stack.name,
        "CreationTime": one.made,
        "ExecutionStatus": one.execution,
        "Status": one.status,
        **({"StatusReason": one.reason} if one.reason else {}),
        **({"Description": one.description} if one.description else {}),
    }


def _list(call: Call) -> dict[str, Any]:
    return {"Summaries": [_row(one) for one in call.stack().change_sets.values()]}


def _delete(call: Call) -> None:
    one = find(call)
    del one.stack.change_sets[one.name]


def _execute(call: Call) -> None:
    one = find(call)
    if one.execution != "AVAILABLE":
        raise Refusal(
            f"ChangeSet [{one.arn}] cannot be executed in its current status of [{one.status}]",
            "InvalidChangeSetStatus",
        )
    stack = one.stack
    stack.caller = call.session
    stack.change_sets.clear()  # executing one makes all others of the stack obsolete
    one.execution = "EXECUTE_COMPLETE"
    if one.kind == "CREATE":
        stack.wanted = one.wanted
        stack.on_failure = "DO_NOTHING" if call.given.get("DisableRollback") else "ROLLBACK"
        runner.run(stack, deploy.create(stack))
        return
    stacks.check_state(stack)
    runner.run(stack, deploy.update(stack, one.wanted, not call.given.get("DisableRollback")))


OPERATIONS: Final = {
    "CreateChangeSet": _create,
    "DescribeChangeSet": _describe,
    "ListChangeSets": _list,
    "DeleteChangeSet": _delete,
    "ExecuteChangeSet": _execute,
}
