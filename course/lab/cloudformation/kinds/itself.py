"""CloudFormation's own types: nested stacks, custom resources, wait conditions, macros.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cloudformation import mailbox
from course.lab.cloudformation.kinds.kind import Failed, Kind, Making, Pending
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.runner import is_busy
from course.lab.cloudformation.store import stacks_of
from course.lab.cloudformation.values import as_text

_PATIENCE: Final = 3600.0


class Nested(Kind):
    """AWS::CloudFormation::Stack. Its outputs are attributes: `Outputs.Name`."""

    def create(self, making: Making) -> str | Pending:
        from course.lab.cloudformation import deploy, runner, stacks
        from course.lab.cloudformation.wanted import wanted_from

        session = making.session
        try:
            wanted = wanted_from(self._given(making), session)
            name = f"{making.stack.name[:40]}-{making.logical_id}-{mock_random.get_random_string(length=12).upper()}"
            stack = stacks.new_stack(session, name, wanted)
        except Refusal as refusal:
            raise Failed(refusal.message) from None
        stack.parent = making.stack.stack_id
        runner.run(stack, deploy.create(stack))
        return self._ended(stack, making, "CREATE_COMPLETE")

    def _given(self, making: Making) -> dict[str, Any]:
        given = making.properties
        parameters = [
            {"ParameterKey": key, "ParameterValue": as_text(value)}
            for key, value in given.get("Parameters", {}).items()
        ]
        return {
            "TemplateURL": given["TemplateURL"],
            "Parameters": parameters,
            "Tags": making.tag_list,
            "Capabilities": making.stack.wanted.capabilities,
            "NotificationARNs": given.get("NotificationARNs", []),
            **({"RoleARN": making.stack.wanted.role} if making.stack.wanted.role else {}),
        }

    def _ended(self, stack: Any, making: Making, good: str) -> Pending:
        def finish() -> tuple[str, dict[str, Any]]:
            if stack.status != good:
                raise Failed(f"Embedded stack {stack.stack_id} was not successfully "
                             f"{'created' if good.startswith('CREATE') else 'updated'}: {_why(stack)}")  # fmt: skip
            return stack.stack_id, {f"Outputs.{row['OutputKey']}": row["OutputValue"] for row in stack.outputs}

        until = clock.now().timestamp() + 24 * _PATIENCE
        return Pending(stack.stack_id, until, lambda: not is_busy(stack), finish, "The nested stack took too long")

    def update(self, making: Making) -> Pending:
        from course.lab.cloudformation import deploy, runner, stacks
        from course.lab.cloudformation.wanted import wanted_from

        stack = stacks_of(making.session.place).find(making.physical_id)
        assert stack is not None
        try:
            wanted = wanted_from(self._given(making), making.session, stack)
        except Refusal as refusal:
            raise Failed(refusal.message) from None
        if not stacks.differs(stack, wanted, making.session):
            return self._ended(stack, making, stack.status)
        runner.run(stack, deploy.update(stack, wanted))
        return self._ended(stack, making, "UPDATE_COMPLETE")

    def delete(self, making: Making) -> Pending | None:
        from course.lab.cloudformation import deploy, runner

        stack = stacks_of(making.session.place).find(making.physical_id)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return None
        runner.run(stack, deploy.delete(stack, []))
        return self._ended(stack, making, "DELETE_COMPLETE")


def _why(stack: Any) -> str:
    failed = [one for one in stack.events if one.status.endswith("_FAILED") and one.reason]
    return str(failed[0].reason if failed else stack.reason)


class Custom(Kind):
    """A custom resource: a Lambda function, or who listens to a topic, makes it and answers."""

    def create(self, making: Making) -> Pending:
        return self._ask(making, "Create")

    def update(self, making: Making) -> Pending:
        return self._ask(making, "Update")

    def delete(self, making: Making) -> Pending:
        return self._ask(making, "Delete")

    def _ask(self, making: Making, what: str) -> Pending:
        given = making.properties
        request_id = str(mock_random.uuid4())
        address = mailbox.open_box(making.region, f"{making.stack.stack_id}|{making.logical_id}|{request_id}")
        event: dict[str, Any] = {
            "RequestType": what,
            "ResponseURL": address,
            "StackId": making.stack.stack_id,
            "RequestId": request_id,
            "ResourceType": making.stack.resources[making.logical_id].kind,
            "LogicalResourceId": making.logical_id,
            "ResourceProperties": _texts(given),
            "ServiceToken": given["ServiceToken"],
        }
        if what != "Create":
            event["PhysicalResourceId"] = making.physical_id
        if what == "Update":
            event["OldResourceProperties"] = _texts(making.before)
        seconds = float(given.get("ServiceTimeout", _PATIENCE))
        pending = Pending(
            making.physical_id or f"{making.stack.name}-{making.logical_id}-pending",
            clock.now().timestamp() + seconds,
            lambda: bool(mailbox.letters(address)),
            lambda: _read(mailbox.letters(address)[0], making.physical_id),
            "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
            f"[{request_id}]. If you are using the Python cfn-response module, you may need to update your Lambda "
            "function code so that CloudFormation can attach the updated version.",
        )
        self._send(making, event)
        return pending

    def _send(self, making: Making, event: dict[str, Any]) -> None:
        token = event.pop("ServiceToken")
        event["ResourceProperties"]["ServiceToken"] = token
        if token.split(":")[2] == "sns":
            making.client("sns").publish(TopicArn=token, Message=json.dumps(event))
            return
        # On AWS the invocation is asynchronous; here the function has run when this returns.
        making.client("lambda").invoke(FunctionName=token, Payload=json.dumps(event).encode())


def _read(letter: dict[str, Any], physical_id: str) -> tuple[str, dict[str, Any]]:
    if letter.get("Status") != "SUCCESS":
        raise Failed(f"Received response status [FAILED] from custom resource. Message returned: "
                     f"{letter.get('Reason', 'no reason')}")  # fmt: skip
    if not letter.get("PhysicalResourceId"):
        raise Failed("Invalid PhysicalResourceId")
    return str(letter["PhysicalResourceId"] or physical_id), dict(letter.get("Data") or {})


def _texts(value: Any) -> Any:
    """Custom resources get numbers and booleans as texts."""
    if isinstance(value, dict):
        return {key: _texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return as_text(value)


class Handle(Kind):
    """AWS::CloudFormation::WaitConditionHandle. Ref gives the address that takes the signals."""

    def create(self, making: Making) -> str:
        return mailbox.open_box(making.region, f"{making.stack.stack_id}|{making.logical_id}")


class WaitCondition(Kind):
    """AWS::CloudFormation::WaitCondition: waits for `Count` good letters at its handle."""

    def create(self, making: Making) -> str | Pending:
        given = making.properties
        name = making.name()
        if "Handle" not in given:
            return name  # it waits by its creation policy
        count, address = int(given.get("Count", 1)), given["Handle"]

        def good() -> list[dict[str, Any]]:
            unique = {one.get("UniqueId", ""): one for one in mailbox.letters(address)}
            return [one for one in unique.values() if one.get("Status") == "SUCCESS"]

        def bad() -> list[dict[str, Any]]:
            return [one for one in mailbox.letters(address) if one.get("Status") != "SUCCESS"]

        def finish() -> tuple[str, dict[str, Any]]:
            if bad():
                raise Failed(f"WaitCondition received failed message: '{bad()[0].get('Reason', '')}' for uniqueId: "
                             f"{bad()[0].get('UniqueId', '')}")  # fmt: skip
            return name, {"Data": json.dumps({one["UniqueId"]: one.get("Data", "") for one in good()})}

        until = clock.now().timestamp() + float(given.get("Timeout", 300))
        late = f"WaitCondition timed out. Received 0 conditions when expecting {count}"
        return Pending(name, until, lambda: len(good()) >= count or bool(bad()), finish, late)


class Macro(Kind):
    """AWS::CloudFormation::Macro."""

    def create(self, making: Making) -> str:
        return str(making.properties["Name"])

    def update(self, making: Making) -> None:
        """Its function is looked up when it is used."""


KINDS: Final[dict[str, Kind]] = {
    "AWS::CloudFormation::Stack": Nested(),
    "AWS::CloudFormation::CustomResource": Custom(),
    "AWS::CloudFormation::WaitConditionHandle": Handle(),
    "AWS::CloudFormation::WaitCondition": WaitCondition(),
    "AWS::CloudFormation::Macro": Macro(),
}
