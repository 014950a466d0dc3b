"""A new version comes onto an environment's instances, by its deployment policy.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html

| file | what it holds |
|---|---|
| rollouts_schedule.py | the policies as plans |
| rollouts_stages.py | a plan carried out |
| rollouts_health.py | when a batch is healthy, how long one waits for it |
| rollouts_fleet.py | instances launched, moved, taken off the load balancer |
| rollouts_split.py | shares of the traffic |
| rollouts_settings.py | changed settings that replace instances |
| rollouts_calls.py | AbortEnvironmentUpdate, SwapEnvironmentCNAMEs |
| rollouts_database.py | a database inside the environment |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from course.lab.beanstalk import fleet, options, rollouts_settings
from course.lab.beanstalk import rollouts_schedule as schedule
from course.lab.beanstalk.rollouts_health import COMMAND
from course.lab.beanstalk.rollouts_stages import Rollout
from course.lab.beanstalk.store import kept
from course.lab.cloudformation.store import stacks_of
from course.lab.courses import Course
from course.lab.service import Refusal

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment, Version

_KIND: Final = (options.ENVIRONMENT, "LoadBalancerType")


def roll_out(env: Environment, version: Version | None, changed: set[tuple[str, str]]) -> Course:
    """Bring a version and changed settings onto the instances; raises RolloutFailed if that does not end well."""
    if version is None:
        running = kept(env.place).version(env)
        if (plan := rollouts_settings.plan(env, changed)) and running is not None:
            yield from Rollout(env, running).run(plan)
        return
    policy = options.value(env, COMMAND, "DeploymentPolicy", version) or "AllAtOnce"
    members = fleet.instances(env)
    kind = options.value(env, COMMAND, "BatchSizeType", version) or "Percentage"
    size = int(options.value(env, COMMAND, "BatchSize", version) or 100)
    if policy not in schedule.REPLACING:
        env.say("Deploying new version to instance(s).")
    yield from Rollout(env, version).run(
        list(schedule.stages(policy, members, schedule.batch_size(kind, size, len(members))))
    )
    env.say("New application version was deployed to running EC2 instances.")


def check(env: Environment | None, effective: Callable[[str, str], str | None]) -> None:
    """Refuse settings that do not go together, and changes of what is fixed once an environment exists.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.elb.html
    """
    policy = effective(COMMAND, "DeploymentPolicy") or "AllAtOnce"
    alone = effective(options.ENVIRONMENT, "EnvironmentType") == "SingleInstance"
    balancer = effective(*_KIND) or "classic"
    if policy in schedule.IN_BATCHES and alone:
        raise _refusal(COMMAND, "DeploymentPolicy", f"A single-instance environment cannot deploy by {policy}.")
    if policy == "TrafficSplitting" and (alone or balancer != "application"):
        raise _refusal(COMMAND, "DeploymentPolicy", "Traffic splitting requires an Application Load Balancer.")
    there = _balancer(env) if env is not None and not alone else ""
    if there and there != balancer:
        raise _refusal(*_KIND, f"LoadBalancerType cannot be changed once the environment exists: it is {there}.")


def _balancer(env: Environment) -> str:
    """The kind of load balancer that an environment has; empty if it has none."""
    if "AWSEBLoadBalancer" in env.resources:
        return "classic"
    stack = stacks_of(env.place).find(env.stack_name)
    held = stack.resources.get("AWSEBV2LoadBalancer") if stack is not None else None
    return str(held.properties.get("Type", "")) if held is not None else ""


def _refusal(namespace: str, name: str, message: str) -> Refusal:
    where = f"(Namespace: '{namespace}', OptionName: '{name}')"
    return Refusal("ConfigurationValidationException", f"Configuration validation exception: {where}: {message}")
