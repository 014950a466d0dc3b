"""When a batch counts as healthy, and when the deployment gives up on it.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html (Timeout: 240 seconds are added)

With enhanced health reporting each instance has to pass twelve checks in a row, ten seconds apart, eighteen in a worker
environment; with basic reporting it is enough that the load balancer calls it healthy.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Final

from course.lab.beanstalk import fleet, options
from course.lab.beanstalk.store import RolloutFailed
from course.lab.courses import Wait

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment

COMMAND: Final = "aws:elasticbeanstalk:command"
_REPORTING: Final = "aws:elasticbeanstalk:healthreporting:system"
EVERY: Final = 10.0
_ADDED: Final = 240.0
_CHECKS: Final = {"WebServer": 12, "Worker": 18}


def pause(env: Environment, seconds: float) -> Generator[Wait, None, None]:
    """Wait, unless somebody aborts the update; raises RolloutFailed then."""
    if not env.aborting:
        yield Wait.seconds(seconds, lambda: env.aborting)
    if env.aborting:
        raise RolloutFailed("The update was aborted.")


def patience(env: Environment) -> float:
    """How many seconds a batch has for its commands and for becoming healthy."""
    return float(options.value(env, COMMAND, "Timeout") or 600) + _ADDED


def until_healthy(
    env: Environment, members: Sequence[str], target_groups: Sequence[str], spent: float
) -> Generator[Wait, None, None]:
    """Wait until all are healthy; raises RolloutFailed if the time is over before, `spent` seconds of it are gone."""
    if options.value(env, _REPORTING, "HealthCheckSuccessThreshold") == "Severe":
        return
    enhanced = options.value(env, _REPORTING, "SystemType") == "enhanced"
    needed = _CHECKS.get(env.tier, _CHECKS["WebServer"]) if enhanced else 1
    passed = dict.fromkeys(members, 0)
    while True:
        if spent + EVERY > patience(env):
            break
        yield from pause(env, EVERY)
        spent += EVERY
        for member in members:
            passed[member] = passed[member] + 1 if fleet.passes_checks(env, member) else 0
        if all(count >= needed for count in passed.values()) and serving(env, members, target_groups):
            return
    if str(options.value(env, COMMAND, "IgnoreHealthCheck")).lower() == "true":
        env.say("Ignoring failed health checks, as IgnoreHealthCheck says.", "WARN")
        return
    ill = [member for member in members if passed[member] < needed] or list(members)
    raise RolloutFailed(
        f"During an aborted deployment, some instances may have deployed the new application version. Instance(s) "
        f"{', '.join(ill)} did not become healthy within the command timeout of {patience(env):.0f} seconds."
    )


def serving(env: Environment, members: Sequence[str], target_groups: Sequence[str]) -> bool:
    """Whether the load balancer calls all of them healthy; true where there is none."""
    balancing, ec2 = env.place.backend("elbv2"), env.place.backend("ec2")
    groups = [balancing.target_groups[arn] for arn in target_groups]
    return all(group.health_for({"Id": member}, ec2).status == "healthy" for group in groups for member in members)
