"""IAM.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from course.lab.cloudformation.kinds.kind import Kind, Making, as_json


class Holder(Kind):
    """A role, a user or a group: a name, inline policies and managed ones."""

    def __init__(self, what: str) -> None:
        self.what, self.word = what, what.lower()

    def create(self, making: Making) -> str:
        iam, given = making.client("iam"), making.properties
        name: str = given.get(f"{self.what}Name") or making.name(64)
        more: dict[str, Any] = {"Path": given["Path"]} if "Path" in given else {}
        if self.what == "Role":
            more["AssumeRolePolicyDocument"] = as_json(given["AssumeRolePolicyDocument"])
            more |= making.given("Description", "MaxSessionDuration")
        if self.what != "Group":
            more |= making.given("PermissionsBoundary")
            more["Tags"] = making.tag_list
        getattr(iam, f"create_{self.word}")(**{f"{self.what}Name": name}, **more)
        making.physical_id = name
        try:
            self._set(making, {})
        except Exception:
            self.delete(making)  # a role that is half made would block its own name
            raise
        return name

    def update(self, making: Making) -> None:
        iam, own = making.client("iam"), self._own(making)
        if self.what == "Role":
            document = as_json(making.properties["AssumeRolePolicyDocument"])
            iam.update_assume_role_policy(**own, PolicyDocument=document)
            if "MaxSessionDuration" in making.properties:
                iam.update_role(**own, MaxSessionDuration=int(making.properties["MaxSessionDuration"]))
        self._set(making, making.before)

    def _own(self, making: Making) -> dict[str, str]:
        return {f"{self.what}Name": making.physical_id}

    def _set(self, making: Making, before: dict[str, Any]) -> None:
        iam, own, given = making.client("iam"), self._own(making), making.properties
        now = {one["PolicyName"]: _policy(one["PolicyDocument"]) for one in given.get("Policies", [])}
        for name, document in now.items():
            getattr(iam, f"put_{self.word}_policy")(**own, PolicyName=name, PolicyDocument=document)
        for one in before.get("Policies", []):
            if one["PolicyName"] not in now:
                getattr(iam, f"delete_{self.word}_policy")(**own, PolicyName=one["PolicyName"])
        managed, old = given.get("ManagedPolicyArns", []), before.get("ManagedPolicyArns", [])
        for arn in managed:
            getattr(iam, f"attach_{self.word}_policy")(**own, PolicyArn=arn)
        for arn in set(old) - set(managed):
            getattr(iam, f"detach_{self.word}_policy")(**own, PolicyArn=arn)
        if self.what == "User":
            groups, were = given.get("Groups", []), before.get("Groups", [])
            for group in groups:
                iam.add_user_to_group(GroupName=group, **own)
            for group in set(were) - set(groups):
                iam.remove_user_from_group(GroupName=group, **own)

    def delete(self, making: Making) -> None:
        iam, own, given = making.client("iam"), self._own(making), making.properties
        for one in given.get("Policies", []):
            _unless_gone(iam, getattr(iam, f"delete_{self.word}_policy"), **own, PolicyName=one["PolicyName"])
        for arn in given.get("ManagedPolicyArns", []):
            _unless_gone(iam, getattr(iam, f"detach_{self.word}_policy"), **own, PolicyArn=arn)
        for group in given.get("Groups", []) if self.what == "User" else []:
            _unless_gone(iam, iam.remove_user_from_group, GroupName=group, **own)
        getattr(iam, f"delete_{self.word}")(**own)

    def attributes(self, making: Making) -> dict[str, Any]:
        iam = making.client("iam")
        found = getattr(iam, f"get_{self.word}")(**self._own(making))[self.what]
        ids = {"RoleId": found.get("RoleId"), "UserId": found.get("UserId"), "GroupId": found.get("GroupId")}
        return {"Arn": found["Arn"], **{name: value for name, value in ids.items() if value}}

    def actual(self, making: Making) -> dict[str, Any] | None:
        iam, own = making.client("iam"), self._own(making)
        try:
            found = getattr(iam, f"get_{self.word}")(**own)[self.what]
        except iam.exceptions.NoSuchEntityException:
            return None
        attached = getattr(iam, f"list_attached_{self.word}_policies")(**own)["AttachedPolicies"]
        names = getattr(iam, f"list_{self.word}_policies")(**own)["PolicyNames"]
        inline = [
            {"PolicyName": name, "PolicyDocument": _document(
                getattr(iam, f"get_{self.word}_policy")(**own, PolicyName=name)["PolicyDocument"])}
            for name in names
        ]  # fmt: skip
        order = [one["PolicyName"] for one in making.properties.get("Policies", [])]
        inline.sort(key=lambda one: order.index(one["PolicyName"]) if one["PolicyName"] in order else 99)
        arns = [one["PolicyArn"] for one in attached]
        wanted = making.properties.get("ManagedPolicyArns", [])
        result = {"Policies": inline, "ManagedPolicyArns": sorted(
            arns, key=lambda arn: wanted.index(arn) if arn in wanted else 99), "Path": found["Path"]}  # fmt: skip
        if self.what == "Role":
            result["AssumeRolePolicyDocument"] = _document(found["AssumeRolePolicyDocument"])
        return result


def _policy(document: Any) -> str:
    """An inline policy. SAM's have no Version, which IAM takes and moto does not."""
    return as_json({"Version": "2012-10-17", **document} if isinstance(document, dict) else document)


def _document(found: Any) -> Any:
    return json.loads(unquote(found)) if isinstance(found, str) else found


def _unless_gone(iam: Any, method: Any, **given: Any) -> None:
    try:
        method(**given)
    except iam.exceptions.NoSuchEntityException:
        return


class Managed(Kind):
    """AWS::IAM::ManagedPolicy. Ref gives the ARN."""

    def create(self, making: Making) -> str:
        iam, given = making.client("iam"), making.properties
        name = given.get("ManagedPolicyName") or making.name(128)
        document = as_json(given["PolicyDocument"])
        more = making.given("Path", "Description")
        arn = str(iam.create_policy(PolicyName=name, PolicyDocument=document, **more)["Policy"]["Arn"])
        self._attach(making, arn, {})
        return arn

    def _attach(self, making: Making, arn: str, before: dict[str, Any]) -> None:
        iam = making.client("iam")
        for what in ("Role", "User", "Group"):
            now, were = making.properties.get(f"{what}s", []), before.get(f"{what}s", [])
            for name in set(now) - set(were):
                getattr(iam, f"attach_{what.lower()}_policy")(**{f"{what}Name": name}, PolicyArn=arn)
            for name in set(were) - set(now):
                _unless_gone(iam, getattr(iam, f"detach_{what.lower()}_policy"), **{f"{what}Name": name}, PolicyArn=arn)

    def update(self, making: Making) -> None:
        iam, arn = making.client("iam"), making.physical_id
        if making.before.get("PolicyDocument") != making.properties["PolicyDocument"]:
            versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
            old = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
            if len(versions) >= 5:
                iam.delete_policy_version(PolicyArn=arn, VersionId=old[-1])
            document = as_json(making.properties["PolicyDocument"])
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        self._attach(making, arn, making.before)

    def delete(self, making: Making) -> None:
        iam, before = making.client("iam"), making.properties
        making.properties = {}
        self._attach(making, making.physical_id, before)
        for one in iam.list_policy_versions(PolicyArn=making.physical_id)["Versions"]:
            if not one["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=making.physical_id, VersionId=one["VersionId"])
        iam.delete_policy(PolicyArn=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"PolicyArn": making.physical_id}


class Inline(Kind):
    """AWS::IAM::Policy: the same inline policy for roles, users and groups."""

    def create(self, making: Making) -> str:
        making.before = {}
        self.update(making)
        return making.name()

    def update(self, making: Making) -> None:
        iam, given = making.client("iam"), making.properties
        for what in ("Role", "User", "Group"):
            for name in given.get(f"{what}s", []):
                getattr(iam, f"put_{what.lower()}_policy")(
                    **{f"{what}Name": name},
                    PolicyName=given["PolicyName"],
                    PolicyDocument=_policy(given["PolicyDocument"]),
                )
            gone = set(making.before.get(f"{what}s", [])) - set(given.get(f"{what}s", []))
            for name in gone:
                self._take(making, iam, what, name, making.before["PolicyName"])

    def delete(self, making: Making) -> None:
        iam = making.client("iam")
        for what in ("Role", "User", "Group"):
            for name in making.properties.get(f"{what}s", []):
                self._take(making, iam, what, name, making.properties["PolicyName"])

    def _take(self, making: Making, iam: Any, what: str, name: str, policy: str) -> None:
        _unless_gone(iam, getattr(iam, f"delete_{what.lower()}_policy"), **{f"{what}Name": name}, PolicyName=policy)


class Profile(Kind):
    """AWS::IAM::InstanceProfile."""

    def create(self, making: Making) -> str:
        iam = making.client("iam")
        name: str = making.properties.get("InstanceProfileName") or making.name(64)
        iam.create_instance_profile(InstanceProfileName=name)
        for role in making.properties["Roles"]:
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        return name

    def update(self, making: Making) -> None:
        iam, own = making.client("iam"), {"InstanceProfileName": making.physical_id}
        for role in making.before["Roles"]:
            iam.remove_role_from_instance_profile(**own, RoleName=role)
        for role in making.properties["Roles"]:
            iam.add_role_to_instance_profile(**own, RoleName=role)

    def delete(self, making: Making) -> None:
        iam, own = making.client("iam"), {"InstanceProfileName": making.physical_id}
        for role in making.properties["Roles"]:
            _unless_gone(iam, iam.remove_role_from_instance_profile, **own, RoleName=role)
        iam.delete_instance_profile(**own)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("iam").get_instance_profile(InstanceProfileName=making.physical_id)
        return {"Arn": found["InstanceProfile"]["Arn"]}


class Key(Kind):
    """AWS::IAM::AccessKey."""

    def create(self, making: Making) -> str:
        made = making.client("iam").create_access_key(UserName=making.properties["UserName"])["AccessKey"]
        making.stack.values[made["AccessKeyId"]] = made["SecretAccessKey"]
        return str(made["AccessKeyId"])

    def update(self, making: Making) -> None:
        making.client("iam").update_access_key(
            UserName=making.properties["UserName"], AccessKeyId=making.physical_id, Status=making.properties["Status"]
        )

    def delete(self, making: Making) -> None:
        making.client("iam").delete_access_key(UserName=making.properties["UserName"], AccessKeyId=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"SecretAccessKey": making.stack.values.get(making.physical_id, "")}


KINDS: Final = {
    "AWS::IAM::Role": Holder("Role"),
    "AWS::IAM::User": Holder("User"),
    "AWS::IAM::Group": Holder("Group"),
    "AWS::IAM::ManagedPolicy": Managed(),
    "AWS::IAM::Policy": Inline(),
    "AWS::IAM::InstanceProfile": Profile(),
    "AWS::IAM::AccessKey": Key(),
}
