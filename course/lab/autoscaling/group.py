"""A group that keeps its zones even, knows which version of a template each member has, and writes its activities.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html (balance of the zones)
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-instance-termination.html (who goes when a group shrinks)
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.autoscaling.models import (
    ASG_NAME_TAG,
    AutoScalingBackend,
    FakeAutoScalingGroup,
    InstanceState,
    autoscaling_backends,
)
from moto.elbv2.exceptions import InvalidTargetError, TargetGroupNotFoundError

from course.lab.autoscaling.activities import because, record
from course.lab.clock import clock
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first

_OF_A_TEMPLATE: Final = ("ImageId", "InstanceType", "KeyName", "UserData")


class LabMember(InstanceState):
    """An instance of a group, which remembers when it came and by which version of the template."""

    lab_since: float
    lab_template: dict[str, Any] | None

    @property
    def launch_template(self) -> dict[str, Any] | None:
        return self.lab_template


class LabGroup(FakeAutoScalingGroup):
    """A group that launches and removes as AWS does."""

    def set_desired_capacity(self, new_capacity: int | None) -> None:
        before = getattr(self, "desired_capacity", 0) or 0
        wanted = int((self.min_size if new_capacity is None else new_capacity) or 0)
        self.desired_capacity = wanted
        missing = wanted - len(self.present())
        if missing > 0 and not self.is_suspended("Launch"):
            self.launch(missing)
        elif missing < 0 and not self.is_suspended("Terminate"):
            self.remove(self._who_goes(-missing), f"capacity changed from {before} to {wanted}")
        self.register()

    def replace_autoscaling_group_instances(self, count_needed: int, propagated_tags: dict[str, str]) -> None:
        """What moto asks for when somebody terminated a member."""
        if not self.is_suspended("Launch"):
            self.launch(count_needed)

    def present(self) -> list[Any]:
        """Members that count towards the desired capacity."""
        return [one for one in self.instance_states if one.lifecycle_state in ("InService", "Pending:Wait")]

    def is_suspended(self, process: str) -> bool:
        """Whether somebody suspended this process of the group."""
        return process in [one["ProcessName"] for one in self.suspended_processes]

    def register(self) -> None:
        """Tell the load balancers who serves."""
        if self.name in self.autoscaling_backend.autoscaling_groups and not self.is_suspended("AddToLoadBalancer"):
            self.autoscaling_backend.update_attached_elbs(self.name)
            self.autoscaling_backend.update_attached_target_groups(self.name)

    # Launch ------------------------------------------------------------------------------------------------

    def launch(self, count: int) -> list[Any]:
        """So many new members, each in the zone that has the fewest."""
        return [self._launch_one() for _ in range(count)]

    def _launch_one(self) -> Any:
        members = self.present()
        subnet, zone = self._where(members)
        kind, lifecycle = self._what(members)
        settings, template = self._settings()
        if kind:
            settings["instance_type"] = kind
        tags = {**settings.pop("tags"), **self.get_propagated_tags(), ASG_NAME_TAG: self.name}
        reservation = self.ec2_backend.run_instances(
            settings.pop("image_id"), 1, settings.pop("user_data"), [], tags={"instance": tags}, placement=zone,
            subnet_id=subnet, is_instance_type_default=False, lifecycle=lifecycle, **settings)  # fmt: skip
        (instance,) = reservation.instances
        self._give_profile(instance, template)
        instance.__dict__["autoscaling_group"] = self
        member: Any = LabMember(instance, protected_from_scale_in=self.new_instances_protected_from_scale_in)
        member.lab_since = clock.now().timestamp()
        member.lab_template = template and template[0]
        self.instance_states.append(member)
        record(self, f"Launching a new EC2 instance: {instance.id}",
               f"an instance was started in response to a difference between desired and actual capacity, "
               f"increasing the capacity from {len(members)} to {len(members) + 1}.")  # fmt: skip
        return member

    def _where(self, members: list[Any]) -> tuple[str | None, str]:
        """The subnet and the zone with the fewest members; the first named among equals."""
        crowd = Counter(one.availability_zone for one in members)
        if not self.vpc_zone_identifier:
            return None, min(self.availability_zones, key=lambda zone: crowd[zone])
        subnets = [self.ec2_backend.get_subnet(name.strip()) for name in self.vpc_zone_identifier.split(",")]
        chosen = min(subnets, key=lambda subnet: crowd[subnet.availability_zone])
        return chosen.id, chosen.availability_zone

    def _what(self, members: list[Any]) -> tuple[str | None, str | None]:
        """Type and lifecycle of the next member of a mixed group.

        Of the types in the list On-Demand takes the first, as `prioritized` says; Spot takes the one that has the
        fewest members, as the lab knows neither prices nor spare capacity of the pools.
        """
        policy = self.mixed_instances_policy
        if not policy:
            return None, None
        types = [
            one["InstanceType"] for one in policy["LaunchTemplate"].get("Overrides") or () if "InstanceType" in one
        ]
        on_demand = sum(one.instance.lifecycle != "spot" for one in members)
        if on_demand < on_demand_of(policy.get("InstancesDistribution") or {}, int(self.desired_capacity or 0)):
            return (types[0] if types else None), None
        crowd = Counter(one.instance_type for one in members if one.instance.lifecycle == "spot")
        return (min(types, key=lambda kind: crowd[kind]) if types else None), "spot"

    def _settings(self) -> tuple[dict[str, Any], tuple[dict[str, Any], dict[str, Any]] | None]:
        """What run_instances is given, and the template's version with its data."""
        if self.ec2_launch_template is None:
            config = self.launch_config
            return {"image_id": config.image_id, "instance_type": config.instance_type, "user_data": config.user_data,
                    "launch_config": config, "associate_public_ip": config.associate_public_ip_address,
                    "tags": {}}, None  # fmt: skip
        version = self.ec2_launch_template.get_version(self.launch_template_version)
        named = {"LaunchTemplateId": self.ec2_launch_template.id, "LaunchTemplateName": self.ec2_launch_template.name,
                 "Version": str(version.number)}  # fmt: skip
        data = version.data
        interface: dict[str, Any] = next(iter(data.get("NetworkInterfaces") or ()), {})
        market = (data.get("InstanceMarketOptions") or {}).get("MarketType")
        settings = {
            "image_id": version.image_id, "instance_type": version.instance_type, "user_data": version.user_data,
            "key_name": data.get("KeyName"), "tags": version.instance_tags,
            "security_group_ids": data.get("SecurityGroupIds") or interface.get("Groups") or [],
            "associate_public_ip": interface.get("AssociatePublicIpAddress"),
            "launch_template": {"LaunchTemplateId": named["LaunchTemplateId"], "Version": version.number},
        }  # fmt: skip
        if market == "spot":
            settings["instance_market_options"] = data["InstanceMarketOptions"]
        return settings, (named, data)

    def _give_profile(self, instance: Any, template: tuple[dict[str, Any], dict[str, Any]] | None) -> None:
        profile = (template[1].get("IamInstanceProfile") or {}) if template else {}
        if profile:
            self.ec2_backend.associate_iam_instance_profile(instance.id, profile.get("Name"), profile.get("Arn"))

    # Remove ------------------------------------------------------------------------------------------------

    def _who_goes(self, count: int) -> list[Any]:
        """Members to terminate, by the zones first and then by the termination policy."""
        left, gone = self.present(), []
        for _ in range(count):
            free = [one for one in left if not one.protected_from_scale_in]
            if not free:
                break
            crowd = Counter(one.availability_zone for one in left)
            most = max(crowd[one.availability_zone] for one in free)
            chosen = self._by_policy([one for one in free if crowd[one.availability_zone] == most], left)
            left.remove(chosen)
            gone.append(chosen)
        return gone

    def _by_policy(self, free: list[Any], left: list[Any]) -> Any:
        policy = (self.termination_policies or ["Default"])[0]
        if policy == "NewestInstance":
            return max(free, key=_age_key)
        if policy == "OldestInstance":
            return min(free, key=_age_key)
        free = self._out_of_proportion(free, left)
        # OldestLaunchTemplate, and the default: the oldest version goes first, then the oldest instance.
        return min(free, key=lambda one: (_version(one), *_age_key(one)))

    def _out_of_proportion(self, free: list[Any], left: list[Any]) -> list[Any]:
        """In a mixed group first those of the kind of which there are too many."""
        if not self.mixed_instances_policy:
            return free
        wanted = on_demand_of(self.mixed_instances_policy.get("InstancesDistribution") or {}, len(left) - 1)
        too_many = sum(one.instance.lifecycle != "spot" for one in left) > wanted
        return [one for one in free if (one.instance.lifecycle != "spot") is too_many] or free

    def remove(self, members: list[Any], cause: str) -> None:
        """Take members off the load balancer and terminate them."""
        if not members:
            return
        names = [one.instance.id for one in members]
        self.take_off(names)
        self.instance_states = [one for one in self.instance_states if one.instance.id not in names]
        self.ec2_backend.terminate_instances(names)
        for name in names:
            record(self, f"Terminating EC2 instance: {name}", f"instance {name} was taken out of service: {cause}.")

    def take_off(self, names: list[str]) -> None:
        """Deregister instances from the group's targets."""
        balancers = self.autoscaling_backend.elbv2_backend
        for arn in self.target_group_arns or ():
            for name in names:
                try:
                    balancers.deregister_targets(arn, [{"Id": name}])
                except (InvalidTargetError, TargetGroupNotFoundError):
                    continue  # it never served there


def policy_key(group: str, name: str) -> str:
    """Under which key a policy or a scheduled action of a group is kept."""
    return f"{group}/{name}"


def on_demand_of(distribution: dict[str, Any], total: int) -> int:
    """How many of `total` instances are On-Demand; a share is rounded up in their favour."""
    base = int(distribution.get("OnDemandBaseCapacity") or 0)
    share = distribution.get("OnDemandPercentageAboveBaseCapacity")
    above = max(0, total - base)
    return min(total, base + math.ceil(above * (100 if share is None else int(share)) / 100))


def _age_key(one: Any) -> tuple[float, str]:
    return getattr(one, "lab_since", 0.0), one.instance.id


def _version(one: Any) -> int:
    template = getattr(one, "lab_template", None)
    return int(template["Version"]) if template else 0


class LabAutoScaling(AutoScalingBackend):
    """Moto's record of groups, with groups of ours."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.autoscaling.models"

    def create_auto_scaling_group(self, name: str, **given: Any) -> FakeAutoScalingGroup:  # type: ignore[override]
        # The class of the group is exchanged while it is still empty.
        least, wanted = int(given["min_size"]), given.get("desired_capacity")
        group: Any = super().create_auto_scaling_group(name=name, **{**given, "min_size": 0, "desired_capacity": 0})
        group.__class__ = LabGroup
        group.min_size = least
        group.lab_made = clock.now().timestamp()
        if given.get("health_check_period") is None:
            group.health_check_grace_period = 0  # the API's default; the console's is 300
        if given.get("default_cooldown") is not None:
            group.default_cooldown = int(given["default_cooldown"])
        group.set_desired_capacity(least if wanted is None else int(wanted))
        return group  # type: ignore[no-any-return]

    def notify_terminate_instances(self, instance_ids: list[str]) -> None:
        """Somebody terminated members: moto has them replaced, and the group says why."""
        reason = "an instance was taken out of service in response to an EC2 health check: it was terminated"
        with because(reason):
            for group in self.autoscaling_groups.values():
                for member in group.instance_states:
                    if (name := member.instance.id) in instance_ids:
                        record(group, f"Terminating EC2 instance: {name}", f"instance {name} is no longer a member.")
            super().notify_terminate_instances(instance_ids)

    def put_scaling_policy(self, name: str, *given: Any, **more: Any) -> Any:
        """Names of policies are unique in their group only; moto takes them for unique in the account."""
        policy = super().put_scaling_policy(name, *given, **more)
        self.policies[policy_key(policy.auto_scaling_group_name, name)] = self.policies.pop(name)
        return policy

    def put_scheduled_update_group_action(self, **given: Any) -> Any:  # type: ignore[override]
        """The same for scheduled actions."""
        action = super().put_scheduled_update_group_action(**given)
        name = action.scheduled_action_name
        self.scheduled_actions[policy_key(action.auto_scaling_group_name, name)] = self.scheduled_actions.pop(name)
        return action

    def delete_scheduled_action(self, auto_scaling_group_name: str, scheduled_action_name: str) -> None:
        self.scheduled_actions.pop(policy_key(auto_scaling_group_name, scheduled_action_name), None)

    def update_attached_target_groups(self, group_name: str) -> None:
        """Those in service are registered, and those in standby are not."""
        group = self.autoscaling_groups[group_name]
        serving = [one.instance.id for one in group.active_instances() if one.instance.state == "running"]
        for arn in group.target_group_arns or ():
            (target_group,) = self.elbv2_backend.describe_target_groups(None, [arn], None)
            known = {one["Id"] for one in target_group.targets.values()}
            if new := [{"Id": one, "Port": target_group.port} for one in serving if one not in known]:
                self.elbv2_backend.register_targets(arn, new)

    def enter_standby_instances(self, group_name: str, instance_ids: list[str], should_decrement: bool) -> Any:
        self.autoscaling_groups[group_name].take_off(instance_ids)  # type: ignore[attr-defined]
        return super().enter_standby_instances(group_name, instance_ids, should_decrement)

    def attach_instances(self, group_name: str, instance_ids: list[str]) -> Any:
        """An instance knows the group that it is in now, not the one that launched it."""
        super().attach_instances(group_name, instance_ids)
        for member in self.autoscaling_groups[group_name].instance_states:
            if member.instance.id in instance_ids:
                member.instance.__dict__["autoscaling_group"] = self.autoscaling_groups[group_name]

    def detach_instances(self, group_name: str, instance_ids: list[str], should_decrement: bool) -> Any:
        self.autoscaling_groups[group_name].take_off(instance_ids)  # type: ignore[attr-defined]
        return super().detach_instances(group_name, instance_ids, should_decrement)


_install = stand_in(autoscaling_backends, LabAutoScaling)


@answer_first
def _in_place(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Each account that is opened begins with moto's class."""
    if service == "auto-scaling":
        _install()
    return None
