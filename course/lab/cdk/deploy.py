"""`cdk deploy` and `cdk destroy`: files into the bucket of assets, then a change set, executed in a role's name.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from course.lab.cdk.assembly import Assembly, SynthesisedStack, template_key
from course.lab.cdk.bootstrap import Environment, check_version

_CHANGE_SET: Final = "cdk-deploy-change-set"
CAPABILITIES: Final[list[Any]] = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
"""CDK consents to all of them: whoever may deploy has read the code."""
_NEEDED_VERSION: Final = 6


class DeploymentFailed(Exception):
    """A stack did not reach the state asked for; the message has the reasons."""


@dataclass(frozen=True)
class Deployment:
    """What became of a stack."""

    name: str
    outcome: str
    """`created`, `updated` or `no changes`."""
    outputs: dict[str, str]
    uploaded: int
    """How many files and templates went to the bucket; what lies there already is not sent again."""

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.outcome}"]
        return "\n".join([*lines, *(f"  {self.name}.{key} = {value}" for key, value in self.outputs.items())])


def deploy(
    what: Assembly | SynthesisedStack, *, region: str | None = None, parameters: Mapping[str, str] | None = None
) -> Deployment:
    """Bring the account to what the stacks say. Returns what became of the last one.

    Raises NotBootstrapped, or DeploymentFailed with the reasons that CloudFormation gives.
    """
    environment = Environment.current(region)
    session = environment.as_role("deploy")
    check_version(session, _NEEDED_VERSION)
    stacks = [what] if isinstance(what, SynthesisedStack) else list(what)
    if not stacks:
        raise DeploymentFailed("This app contains no stacks")
    return [_deploy(one, environment, session, dict(parameters or {})) for one in stacks][-1]


def destroy(name: str, *, region: str | None = None) -> None:
    """Delete a stack, as `cdk destroy` does. Resources that are to be retained stay."""
    environment = Environment.current(region)
    client = environment.as_role("deploy").client("cloudformation")
    client.delete_stack(StackName=name, RoleARN=environment.role("cfn-exec"))
    _wait(client, "stack_delete_complete", name)


def _deploy(
    stack: SynthesisedStack, environment: Environment, session: boto3.session.Session, parameters: dict[str, str]
) -> Deployment:
    uploaded = _publish(stack, environment)
    client = session.client("cloudformation")
    status = _status(client, stack.name)
    if status == "ROLLBACK_COMPLETE":  # what is left of a failed creation cannot be updated
        client.delete_stack(StackName=stack.name)
        _wait(client, "stack_delete_complete", stack.name)
        status = ""
    new = status in ("", "REVIEW_IN_PROGRESS")
    made = client.create_change_set(
        StackName=stack.name,
        ChangeSetName=_CHANGE_SET,
        ChangeSetType="CREATE" if new else "UPDATE",
        TemplateURL=f"https://{environment.bucket}.s3.{environment.region}.amazonaws.com/{template_key(stack)}",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Tags=[{"Key": key, "Value": value} for key, value in stack.tags.items()],
        Capabilities=CAPABILITIES,
        RoleARN=environment.role("cfn-exec"),
    )
    plan = client.describe_change_set(ChangeSetName=made["Id"])
    if plan["Status"] == "FAILED":
        client.delete_change_set(ChangeSetName=made["Id"])
        if "didn't contain changes" not in plan["StatusReason"]:
            raise DeploymentFailed(f"{stack.name}: {plan['StatusReason']}")
        return Deployment(stack.name, "no changes", _outputs(client, stack.name), uploaded)
    client.execute_change_set(ChangeSetName=made["Id"])
    _wait(client, "stack_create_complete" if new else "stack_update_complete", stack.name)
    return Deployment(stack.name, "created" if new else "updated", _outputs(client, stack.name), uploaded)


def _publish(stack: SynthesisedStack, environment: Environment) -> int:
    """Send what the bucket does not hold yet; names are made from contents, so what is there is right."""
    s3 = environment.as_role("file-publishing").client("s3")
    wanted = {one.key: one.content for one in stack.assets}
    wanted[template_key(stack)] = stack.to_json().encode()
    sent = 0
    for key, content in wanted.items():
        try:
            s3.head_object(Bucket=environment.bucket, Key=key)
        except ClientError:
            s3.put_object(Bucket=environment.bucket, Key=key, Body=content)
            sent += 1
    return sent


def _status(client: Any, name: str) -> str:
    try:
        status: str = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return ""
    return status


def _outputs(client: Any, name: str) -> dict[str, str]:
    rows = client.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    return {row["OutputKey"]: row["OutputValue"] for row in rows}


def _wait(client: Any, state: str, name: str) -> None:
    from botocore.exceptions import WaiterError

    try:
        client.get_waiter(state).wait(StackName=name)
    except WaiterError as error:
        reasons = "; ".join(_reasons(client, name)) or str(error)
        raise DeploymentFailed(f"{name} is {_status(client, name) or 'gone'}: {reasons}") from error


def _reasons(client: Any, name: str) -> list[str]:
    """Why resources failed, the first cause first."""
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return [
        f"{one['LogicalResourceId']}: {one['ResourceStatusReason']}"
        for one in reversed(events)
        if one["ResourceStatus"].endswith("_FAILED") and "ResourceStatusReason" in one
    ]
