"""The operations that make, change and delete stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.caller import Session, on_behalf
from course.lab.cloudformation import deploy, plan, runner, stack_policy
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack, Wanted, stacks_of
from course.lab.cloudformation.wanted import from_url, wanted_from

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_MAY_UPDATE: Final = {
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "UPDATE_FAILED",
    "CREATE_FAILED", "IMPORT_ROLLBACK_COMPLETE",
}  # fmt: skip
_MOST: Final = 2000


def new_stack(session: Session, name: str, wanted: Wanted) -> Stack:
    """A stack without resources yet; raises Refusal if it may not be made."""
    if not _NAME.fullmatch(name):
        raise Refusal(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    known = stacks_of(session.place)
    if known.find(name) is not None:
        raise Refusal(f"Stack [{name}] already exists", "AlreadyExistsException")
    if len(known.alive()) >= _MOST:
        raise Refusal(f"Limit for stack has been exceeded ({_MOST})", "LimitExceededException")
    place = session.place
    stack_id = f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{name}/{mock_random.uuid4()}"
    stack = Stack(name, stack_id, place, session, wanted)
    known.all[stack_id] = stack
    return stack


def _create(call: Call) -> dict[str, str]:
    given = call.given
    if "DisableRollback" in given and "OnFailure" in given:
        raise Refusal("You can specify either DisableRollback or OnFailure, but not both.")
    wanted = wanted_from(given, call.session)
    stack = new_stack(call.session, given["StackName"], wanted)
    stack.on_failure = given.get("OnFailure", "DO_NOTHING" if given.get("DisableRollback") else "ROLLBACK")
    stack.timeout_minutes = given.get("TimeoutInMinutes")
    stack.protected = bool(given.get("EnableTerminationProtection"))
    stack.policy = _policy(call, "StackPolicy")
    runner.run(stack, deploy.create(stack))
    return {"StackId": stack.stack_id}


def _policy(call: Call, name: str) -> str:
    text = call.given.get(f"{name}Body", "")
    if f"{name}URL" in call.given:
        text = from_url(call.given[f"{name}URL"], call.session)
    if text:
        stack_policy.check(text)
    return str(text)


def check_state(stack: Stack) -> None:
    """Refuse to update a stack that is busy, broken or gone."""
    if runner.is_busy(stack) or stack.status not in _MAY_UPDATE:
        raise Refusal(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def differs(stack: Stack, wanted: Wanted, session: Session) -> bool:
    """Whether an update would change anything."""
    return is_other(stack, wanted) or bool(plan.changes(stack, wanted, session))


def is_other(stack: Stack, wanted: Wanted) -> bool:
    """Whether the stack itself would change, beside its resources. Parameters that nothing uses change nothing."""
    now, then = stack.wanted, wanted
    return (now.tags, now.topics, now.template.get("Outputs")) != (then.tags, then.topics, then.template.get("Outputs"))


def _update(call: Call) -> dict[str, str]:
    stack = call.stack()
    check_state(stack)
    wanted = wanted_from(call.given, call.session, stack)
    policy = _policy(call, "StackPolicy")
    if not differs(stack, wanted, on_behalf(call.session, wanted.role)):
        raise Refusal("No updates are to be performed.")
    if policy:
        stack.policy = policy
    stack.values["policy_now"] = _policy(call, "StackPolicyDuringUpdate")
    stack.caller = call.session
    runner.run(stack, deploy.update(stack, wanted, not call.given.get("DisableRollback")))
    return {"StackId": stack.stack_id}


def _delete(call: Call) -> None:
    name = call.given["StackName"]
    stack = call.stacks.find(name)
    if stack is None or stack.status == "DELETE_COMPLETE":
        return  # as AWS: deleting what is not there is no error
    retain = list(call.given.get("RetainResources", []))
    if stack.protected:
        raise Refusal(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.parent:
        raise Refusal(f"Nested stack [{stack.stack_id}] cannot be deleted on its own; delete the root stack.")
    if retain and stack.status != "DELETE_FAILED":
        raise Refusal("Invalid operation on stack [" + stack.stack_id + "]: specify which resources to retain only "
                      "when the stack is in the DELETE_FAILED state.")  # fmt: skip
    force = call.given.get("DeletionMode") == "FORCE_DELETE_STACK"
    if force and stack.status != "DELETE_FAILED":
        raise Refusal(f"Invalid operation on stack [{stack.stack_id}]: force only a stack that is in the DELETE_FAILED "
                      "state.")  # fmt: skip
    for row in stack.outputs:
        users = call.stacks.importers(row["ExportName"]) if "ExportName" in row else []
        if users:
            raise Refusal(f"Export {row['ExportName']} cannot be deleted as it is in use by {', '.join(users)}")
    if stack.running is not None:
        stack.running.stop()
    stack.caller = call.session
    if "RoleARN" in call.given:
        stack.wanted.role = call.given["RoleARN"]
    runner.run(stack, deploy.delete(stack, retain, force))


def _set_policy(call: Call) -> None:
    call.stack().policy = _policy(call, "StackPolicy")


def _get_policy(call: Call) -> dict[str, str]:
    text = call.stack().policy
    return {"StackPolicyBody": text} if text else {}


def _protect(call: Call) -> dict[str, str]:
    stack = call.stack()
    stack.protected = bool(call.given["EnableTerminationProtection"])
    return {"StackId": stack.stack_id}


def _signal(call: Call) -> None:
    stack = call.stack()
    name = call.given["LogicalResourceId"]
    if name not in stack.resources or not runner.is_busy(stack):
        raise Refusal(f"Resource {name} is in {stack.resources[name].status if name in stack.resources else 'no'} "
                      "state and cannot be signaled")  # fmt: skip
    got = stack.values.setdefault("signals", {}).setdefault(name, [])
    got.append({"UniqueId": call.given["UniqueId"], "Status": call.given["Status"]})
    runner.go_on(stack)


def _cancel(call: Call) -> None:
    stack = call.stack()
    if stack.status != "UPDATE_IN_PROGRESS" or not runner.is_busy(stack):
        raise Refusal("CancelUpdateStack cannot be called from current stack status")
    stack.cancelled = True
    runner.go_on(stack)


def _continue(call: Call) -> dict[str, Any]:
    stack = call.stack()
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise Refusal(f"Stack:{stack.stack_id} is in {stack.status} state and can not be rolled back.")
    stack.caller = call.session
    runner.run(stack, deploy.continue_rollback(stack, set(call.given.get("ResourcesToSkip", []))))
    return {}


OPERATIONS: Final = {
    "CreateStack": _create,
    "UpdateStack": _update,
    "DeleteStack": _delete,
    "SetStackPolicy": _set_policy,
    "GetStackPolicy": _get_policy,
    "UpdateTerminationProtection": _protect,
    "SignalResource": _signal,
    "CancelUpdateStack": _cancel,
    "ContinueUpdateRollback": _continue,
}
