"""A stack's template with its parameters, its conditions and what its resources are: everything filled in.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.caller import Session
from course.lab.cloudformation import parameters, schemas, transforms
from course.lab.cloudformation.order import in_order
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack, Wanted, stacks_of
from course.lab.cloudformation.values import Scope, conditions_in, names_in, resolve

_NEEDS_CAPABILITY = {
    "AWS::IAM::AccessKey": "", "AWS::IAM::Group": "GroupName", "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::Policy": "", "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName", "AWS::IAM::UserToGroupAddition": "",
}  # fmt: skip


def scope_of(stack: Stack, wanted: Wanted, session: Session) -> Scope:
    """What the functions of this template may refer to; resources are those the stack has now."""
    place = stack.place
    scope = Scope(
        parameters=parameters.as_values(wanted.template, wanted.parameters, lambda name: _stored(session, name)),
        pseudo={
            "AWS::AccountId": place.account,
            "AWS::Region": place.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack.name,
            "AWS::StackId": stack.stack_id,
            "AWS::NotificationARNs": wanted.topics,
        },
        mappings=wanted.template.get("Mappings", {}),
        conditions=wanted.template.get("Conditions", {}),
        secret=lambda service, path: _looked_up(stack, session, service, path),
        zones=lambda region: _zones(session, region),
    )

    def reference(name: str) -> Any:
        resource = stack.resources.get(name)
        if resource is None or not resource.lives:
            raise Refusal(f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of "
                          "the template")  # fmt: skip
        from course.lab.cloudformation.kinds import kind_of

        return kind_of(resource.kind).reference(resource)

    def attribute(name: str, wanted_attribute: str) -> Any:
        resource = stack.resources.get(name)
        if resource is None or not resource.lives:
            raise Refusal(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        if wanted_attribute in resource.attributes:
            return resource.attributes[wanted_attribute]
        raise Refusal(
            f"Template error: resource {name} does not support attribute type {wanted_attribute} in Fn::GetAtt"
        )

    def imported(name: str) -> Any:
        exports = stacks_of(session.place).exports()
        if name not in exports:
            raise Refusal(f"No export named {name} found. Rollback requested by user.")
        stack.imports.add(name)
        return exports[name][1]

    scope.reference, scope.attribute, scope.imported = reference, attribute, imported
    stack.hidden |= dict.fromkeys(parameters.hidden_values(wanted.template, scope.parameters), parameters.HIDDEN)
    return scope


def _stored(session: Session, name: str) -> str:
    try:
        return str(session.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except Exception as error:
        raise Refusal(f"Parameters: [ssm:{name}] cannot be found. ({type(error).__name__})") from None


def _looked_up(stack: Stack, session: Session, service: str, path: str) -> str:
    value = _secret(session, service, path)
    if service != "ssm":
        stack.hidden[value] = f"{{{{resolve:{service}:{path}}}}}"
    return value


def _secret(session: Session, service: str, path: str) -> str:
    if service == "ssm" or service == "ssm-secure":
        answer = session.client("ssm").get_parameter(Name=path, WithDecryption=service == "ssm-secure")
        return str(answer["Parameter"]["Value"])
    name, _, rest = path.partition(":SecretString")
    key, stage, version = ([*rest.removeprefix(":").split(":"), "", "", ""])[:3]
    more = {name: one for name, one in (("VersionStage", stage), ("VersionId", version)) if one}
    answer = session.client("secretsmanager").get_secret_value(SecretId=name, **more)
    text = str(answer["SecretString"])
    return str(json.loads(text)[key]) if key else text


def _zones(session: Session, region: str) -> list[str]:
    return [
        zone["ZoneName"]
        for zone in session.in_region(region).client("ec2").describe_availability_zones()["AvailabilityZones"]
    ]


def present(wanted: Wanted, scope: Scope) -> dict[str, Any]:
    """The resources of the template whose condition holds, in the order in which they are made."""
    resources = {
        name: one
        for name, one in wanted.template["Resources"].items()
        if "Condition" not in one or scope.holds(one["Condition"])
    }
    return {name: resources[name] for name in in_order(resources)}


def check(wanted: Wanted, region: str) -> None:
    """Refuse a template whose parts mention what is not there, and types that do not exist."""
    template = wanted.template
    resources, conditions = template["Resources"], template.get("Conditions", {})
    unknown = sorted({one["Type"] for one in resources.values() if not _known(one["Type"], region)})
    if unknown:
        raise Refusal(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    parameters_and_resources = set(template.get("Parameters", {})) | set(resources)
    for block in ("Resources", "Outputs"):
        names = {name for name in names_in(template.get(block, {})) if not name.startswith("AWS::")}
        for one in resources.values():
            wanted_first = one.get("DependsOn", []) if block == "Resources" else []
            names |= {wanted_first} if isinstance(wanted_first, str) else set(wanted_first)
        missing = sorted(names - parameters_and_resources)
        if missing:
            raise Refusal(f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the "
                          f"{block} block of the template")  # fmt: skip
        for name, part in template.get(block, {}).items():
            read = {key: one for key, one in part.items() if key in ("Condition", "Properties", "Value")}
            lost = sorted(conditions_in(read) - set(conditions))
            if lost:
                raise Refusal(f"Template format error: Unresolved condition dependency {lost[0]} in the {block} block "
                              f"of the template ({name})")  # fmt: skip
    in_order(resources)


def _known(kind: str, region: str) -> bool:
    return kind.startswith("Custom::") or schemas.exists(kind, region)


def needed_capabilities(template: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The capabilities that a template asks for, and the resources that are why."""
    why = [name for name, one in template["Resources"].items() if one["Type"] in _NEEDS_CAPABILITY]
    if not why:
        return [], []
    named = any(
        (prop := _NEEDS_CAPABILITY[one["Type"]]) and prop in one.get("Properties", {})
        for one in (template["Resources"][name] for name in why)
    )
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"], why


def check_capabilities(raw: dict[str, Any], template: dict[str, Any], given: list[str]) -> None:
    """Refuse a template that makes identities or uses macros without the caller's word for it."""
    needed, _ = needed_capabilities(template)
    if "CAPABILITY_NAMED_IAM" in given:
        needed = []
    missing = [one for one in needed if one not in given]
    if missing:
        raise Refusal(f"Requires capabilities : [{', '.join(missing)}]", "InsufficientCapabilitiesException")
    expands = [name for name in transforms.names(raw) if name not in ("AWS::Include",)]
    if expands and "CAPABILITY_AUTO_EXPAND" not in given:
        raise Refusal("Requires capabilities : [CAPABILITY_AUTO_EXPAND]", "InsufficientCapabilitiesException")


def outputs(wanted: Wanted, scope: Scope) -> list[dict[str, str]]:
    """The stack's outputs."""
    rows = []
    for name, one in wanted.template.get("Outputs", {}).items():
        if "Condition" in one and not scope.holds(one["Condition"]):
            continue
        value = resolve(one["Value"], scope)
        row = {"OutputKey": name, "OutputValue": value if isinstance(value, str) else json.dumps(value)}
        if "Description" in one:
            row["Description"] = one["Description"]
        if "Export" in one:
            row["ExportName"] = resolve(one["Export"]["Name"], scope)
        rows.append(row)
    return rows
