"""The stack of an environment: it is made, changed and deleted by CloudFormation.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-format-resources-eb.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions-functions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from course.lab.beanstalk import ebextensions, options, template
from course.lab.beanstalk.store import Environment, Settings, Version, kept
from course.lab.courses import Course, Wait

_LONGEST: Final = 4 * 3600.0
_BACKTICKS: Final = re.compile(r"^`(\{.*\})`$", re.DOTALL)


class StackFailed(Exception):
    """A stack that did not come about, with CloudFormation's reasons."""


def create(environment: Environment, version: Version | None) -> Course:
    """Make the resources of an environment, and wait for them."""
    # CloudFormation makes groups and balancers by moto's own records: a call brings the lab's part of a service there.
    environment.session.client("autoscaling").describe_auto_scaling_groups(MaxRecords=1)
    environment.session.client("elbv2").describe_load_balancers(PageSize=1)
    cloud = environment.session.client("cloudformation")
    cloud.create_stack(
        StackName=environment.stack_name, TemplateBody=_body(environment, version), Tags=_tags(environment),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )  # fmt: skip
    yield from _until(environment, lambda status: not status.endswith("_IN_PROGRESS"))
    status = status_of(environment)
    if status != "CREATE_COMPLETE":
        raise StackFailed("; ".join(_reasons(environment)) or f"The stack ended in {status}.")
    look(environment)


def update(environment: Environment, version: Version | None = None) -> Course:
    """Change the resources to what the settings want now; nothing happens if they want what is there."""
    cloud = environment.session.client("cloudformation")
    version = version or kept(environment.place).version(environment)
    begun = len(_failures(environment))
    try:
        cloud.update_stack(
            StackName=environment.stack_name, TemplateBody=_body(environment, version), Tags=_tags(environment),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        )  # fmt: skip
    except cloud.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise StackFailed(error.response["Error"]["Message"]) from None
        return
    yield from _until(environment, lambda status: not status.endswith("_IN_PROGRESS"))
    status = status_of(environment)
    look(environment)
    if status != "UPDATE_COMPLETE":
        raise StackFailed("; ".join(_reasons(environment, begun)) or f"The stack ended in {status}.")


def delete(environment: Environment) -> Course:
    """Delete the resources, and wait until they are gone."""
    cloud = environment.session.client("cloudformation")
    cloud.delete_stack(StackName=environment.stack_name)
    yield from _until(environment, lambda status: status in ("", "DELETE_COMPLETE", "DELETE_FAILED"))
    if status_of(environment) == "DELETE_FAILED":
        raise StackFailed("; ".join(_reasons(environment)) or "The stack ended in DELETE_FAILED.")


def look(environment: Environment) -> None:
    """Read what stands in the stack."""
    cloud = environment.session.client("cloudformation")
    rows = cloud.describe_stack_resources(StackName=environment.stack_name)["StackResources"]
    environment.resources = {row["LogicalResourceId"]: row.get("PhysicalResourceId", "") for row in rows}


def status_of(environment: Environment) -> str:
    """How the stack stands; empty if there is none."""
    cloud = environment.session.client("cloudformation")
    try:
        return str(cloud.describe_stacks(StackName=environment.stack_name)["Stacks"][0]["StackStatus"])
    except cloud.exceptions.ClientError:
        return ""


def filled_in(environment: Environment, settings: Settings) -> Settings:
    """Settings whose values are functions in backticks, with what these give now."""
    wanted = {key: function for key, value in settings.items() if (function := _function(value)) is not None}
    if not wanted:
        return settings
    cloud = environment.session.client("cloudformation")
    try:
        rows = cloud.describe_stacks(StackName=environment.stack_name)["Stacks"][0].get("Outputs", [])
    except cloud.exceptions.ClientError:
        rows = []
    said = {row["OutputKey"]: row["OutputValue"] for row in rows}
    return settings | {key: said.get(_output_name(key), settings[key]) for key in wanted}


def _body(environment: Environment, version: Version | None) -> str:
    body = template.template(environment, version)
    settings = options.effective(environment, version)
    outputs = {
        _output_name(key): {"Value": function}
        for key, value in settings.items()
        if (function := _function(value)) is not None
    }
    if outputs:
        body["Outputs"] = body.get("Outputs", {}) | outputs
    return json.dumps(_with_settings(body, settings))


def _with_settings(part: Any, settings: Settings) -> Any:
    """The template with Fn::GetOptionSetting replaced, which only Elastic Beanstalk knows."""
    if isinstance(part, list):
        return [_with_settings(one, settings) for one in part]
    if not isinstance(part, dict):
        return part
    asked = part.get("Fn::GetOptionSetting")
    if isinstance(asked, dict):
        key = (str(asked.get("Namespace", "aws:elasticbeanstalk:customoption")), str(asked.get("OptionName", "")))
        return settings.get(key) or asked.get("DefaultValue", "")
    return {name: _with_settings(one, settings) for name, one in part.items()}


def _function(value: str) -> Any:
    found = _BACKTICKS.match(value.strip())
    if found is None:
        return None
    try:
        return json.loads(found[1])
    except ValueError:
        return None


def _output_name(key: tuple[str, str]) -> str:
    return "Setting" + re.sub(r"\W|_", "", "".join(key).title())


def _until(environment: Environment, over: Callable[[str], bool]) -> Course:
    if not over(status_of(environment)):
        yield Wait.seconds(_LONGEST, ready=lambda: over(status_of(environment)))


def _tags(environment: Environment) -> list[dict[str, str]]:
    own = {
        "elasticbeanstalk:environment-name": environment.name,
        "elasticbeanstalk:environment-id": environment.env_id,
        "Name": environment.name,
    }
    return [{"Key": key, "Value": value} for key, value in (own | environment.tags).items()]


def _failures(environment: Environment) -> list[dict[str, Any]]:
    cloud = environment.session.client("cloudformation")
    try:
        rows = cloud.describe_stack_events(StackName=environment.stack_name)["StackEvents"]
    except cloud.exceptions.ClientError:
        return []
    return [row for row in reversed(rows) if row["ResourceStatus"].endswith("_FAILED")]


def _reasons(environment: Environment, begun: int = 0) -> list[str]:
    found = [
        f"{row['LogicalResourceId']}: {row.get('ResourceStatusReason', '')}"
        for row in _failures(environment)[begun:]
        if row["ResourceType"] != "AWS::CloudFormation::Stack"
        and "cancelled" not in row.get("ResourceStatusReason", "")
    ]
    return list(dict.fromkeys(found))


def has_extensions(version: Version | None) -> bool:
    """Whether the version brings resources of its own."""
    return version is not None and bool(ebextensions.read(version.bundle).resources)
