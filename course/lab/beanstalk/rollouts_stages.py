"""A deployment under way: the stages of its plan, carried out on the lab's clock.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.deploy-existing-version.html
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from course.lab.beanstalk import fleet, options, rollouts_fleet, rollouts_health, rollouts_split
from course.lab.beanstalk import rollouts_schedule as schedule
from course.lab.beanstalk.store import RolloutFailed
from course.lab.courses import Wait

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment, Version

Steps = Generator[Wait, None, None]

_SPLITTING: Final = "aws:elasticbeanstalk:trafficsplitting"
_FAILED: Final = "Failed to deploy application."
_BOOT: Final = 60.0
"""From the launch of an instance until its agent begins: the lab's own model."""


@dataclass
class Rollout:
    """One deployment: where it goes and what it has made so far."""

    env: Environment
    version: Version
    extra: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    group: str = ""
    """The temporary Auto Scaling group."""
    second: str = ""
    """The second target group of traffic splitting."""
    batch: int = 0
    taken_over: bool = False

    def run(self, plan: Sequence[schedule.Stage]) -> Steps:
        """All stages; raises RolloutFailed, and leaves nothing behind that was only there for the deployment."""
        sizes = rollouts_fleet.sizes(self.env)
        rollouts_fleet.quiet(self.env)
        try:
            for stage in plan:
                if not self.taken_over and self.env.aborting:
                    raise RolloutFailed("The update was aborted.")
                yield from getattr(self, _DOES[type(stage)])(stage)
        except Exception:
            self._tidy(*sizes)
            raise
        self._tidy(*sizes)

    # In place ----------------------------------------------------------------------------------------------

    def update(self, stage: schedule.Update) -> Steps:
        """Put the version on instances that are there."""
        env, members = self.env, [one for one in stage.members if one in fleet.instances(self.env)]
        away = stage.away and rollouts_fleet.is_balanced(env)
        if stage.away:
            self.batch += 1
            env.say(f"Batch {self.batch}: Starting application deployment on instance(s) {_named(members)}.")
        if away:
            env.say(f"Batch {self.batch}: De-registering instance(s) from the load balancer and waiting for them to "
                    "go out of service.")  # fmt: skip
            rollouts_fleet.leave(env, members)
            yield Wait.seconds(rollouts_fleet.drain_seconds(env), lambda: env.aborting)
            if env.aborting:  # this batch still runs what it ran
                rollouts_fleet.enter(env, members)
                raise RolloutFailed("The update was aborted.")
        spent, faults = yield from self._put_on(members)
        if away:
            env.say(f"Batch {self.batch}: Registering instance(s) with the load balancer and waiting for them to be "
                    "healthy.")  # fmt: skip
            rollouts_fleet.enter(env, members)
        if faults:
            raise RolloutFailed(f"{_FAILED} {faults[0]}")
        if stage.away:
            yield from rollouts_health.until_healthy(env, members, self._targets(away), spent)
            env.say(f"Batch {self.batch}: Completed application deployment.")

    def replace(self, stage: schedule.Replace) -> Steps:
        """End instances; the group launches others, which get the version."""
        env, members = self.env, [one for one in stage.members if one in fleet.instances(self.env)]
        env.say(f"Replacing instance(s) {_named(members)}.")
        rollouts_fleet.leave(env, members)
        yield Wait.seconds(rollouts_fleet.drain_seconds(env))
        new = rollouts_fleet.exchange(env, members)
        yield from self._start_new(new)
        rollouts_fleet.move_address(env, new)
        rollouts_fleet.enter(env, new)
        if stage.pause is None:
            yield from rollouts_health.until_healthy(env, new, fleet.target_groups(env), 0.0)
        else:
            yield Wait.seconds(stage.pause)

    def launch_extra(self, stage: schedule.Extra) -> Steps:
        """An additional batch, so that capacity does not fall when the others go off the load balancer."""
        env = self.env
        self.extra = rollouts_fleet.launch_extra(env, stage.count)
        env.say(f"Added instance(s) {_named(self.extra)} as an additional batch.")
        yield from self._start_new(self.extra)
        rollouts_fleet.enter(env, self.extra)
        yield from rollouts_health.until_healthy(env, self.extra, fleet.target_groups(env), 0.0)

    def end_extra(self, stage: schedule.EndExtra) -> Steps:
        """The additional batch has done its duty."""
        env = self.env
        env.say(f"Terminating the additional instance(s) {_named(self.extra)}.")
        rollouts_fleet.leave(env, self.extra)
        yield Wait.seconds(rollouts_fleet.drain_seconds(env))
        self.taken_over = True

    # On new instances --------------------------------------------------------------------------------------

    def launch_beside(self, stage: schedule.Beside) -> Steps:
        """New instances in a temporary group, and in service unless they only take a share."""
        env = self.env
        if not self.group:
            self.group = rollouts_fleet.temporary_group(env, 2 * len(fleet.instances(env)))
            env.say(f"Created temporary auto scaling group {self.group}.")
        new = rollouts_fleet.launch_beside(env, self.group, stage.count)
        self.beside += new
        env.say(f"Adding {len(new)} new instance(s) to the temporary auto scaling group: {_named(new)}.")
        yield from self._start_new(new)
        if stage.serving:
            rollouts_fleet.enter(env, new)
            yield from rollouts_health.until_healthy(env, new, fleet.target_groups(env), 0.0)
        else:
            self.second = rollouts_split.second_target_group(env, self.group)
            rollouts_fleet.enter(env, new, [self.second])
            yield from rollouts_health.until_healthy(env, new, [self.second], 0.0)

    def split(self, stage: schedule.Split) -> Steps:
        """Watch the new instances while they answer a share of the requests."""
        env = self.env
        percent = int(options.value(env, _SPLITTING, "NewVersionPercent", self.version) or 10)
        minutes = float(options.value(env, _SPLITTING, "EvaluationTime", self.version) or 5)
        rollouts_split.share(env, self.second, percent)
        env.say(f"Splitting traffic: {percent} percent to the new version, for an evaluation time of {minutes:g} "
                "minutes.")  # fmt: skip
        for _ in range(round(minutes * 60 / rollouts_health.EVERY)):
            yield from rollouts_health.pause(env, rollouts_health.EVERY)
            if not rollouts_health.serving(env, self.beside, [self.second]):
                raise RolloutFailed("The new instances failed their health checks during the evaluation time; traffic "
                                    "goes to the previous version again.")  # fmt: skip
        rollouts_split.share(env, self.second, 100)

    def take_over(self, stage: schedule.TakeOver) -> Steps:
        """The new instances become members of the environment's own group, the old ones end. No way back from here."""
        env = self.env
        self.taken_over = True
        new = [one for one in self.beside if one in fleet.instances(env, self.group)]
        rollouts_fleet.adopt_into_own(env, self.group, new)
        rollouts_fleet.move_address(env, new)
        env.say("Attached new instance(s) to the environment's auto scaling group. Terminating old instances and the "
                "temporary auto scaling group.")  # fmt: skip
        if self.second:
            rollouts_fleet.enter(env, new)
            yield from self._until_serving(new)
            rollouts_split.unite(env, self.second)
            self.second = ""
        old = [one for one in stage.old if one in fleet.instances(env)]
        rollouts_fleet.leave(env, old)
        yield Wait.seconds(rollouts_fleet.drain_seconds(env))
        rollouts_fleet.end(env, old)

    # Both --------------------------------------------------------------------------------------------------

    def _until_serving(self, members: list[str]) -> Steps:
        for _ in range(30):
            if rollouts_health.serving(self.env, members, fleet.target_groups(self.env)):
                return
            yield Wait.seconds(rollouts_health.EVERY)

    def _put_on(self, members: list[str]) -> Generator[Wait, None, tuple[float, list[str]]]:
        """Install on all at the same time: how long it took, and what went wrong where."""
        env, faults, ready = self.env, list[str](), dict[str, float]()
        for member in members:
            try:
                ready[member] = fleet.install(env, member, self.version)
            except fleet.CannotInstall as fault:
                faults.append(f"{member}: {fault}")
        spent = max(ready.values(), default=0.0)
        yield Wait.seconds(spent)
        for member in ready:
            try:
                fleet.start(env, member)
            except fleet.CannotInstall as fault:
                faults.append(f"{member}: {fault}")
        return spent, faults

    def _start_new(self, members: list[str]) -> Steps:
        """New instances boot and get the version; raises RolloutFailed if it does not start on them."""
        for member in members:
            fleet.adopt(self.env, member, self.version)
        yield from rollouts_health.pause(self.env, _BOOT)
        _, faults = yield from self._put_on(members)
        if faults:
            raise RolloutFailed(f"{_FAILED} {faults[0]}")

    def _targets(self, away: bool) -> list[str]:
        return list(fleet.target_groups(self.env)) if away else []

    def _tidy(self, least: int, most: int) -> None:
        """End what was there for the deployment only: after a failure the new instances, too."""
        env = self.env
        if self.second:
            rollouts_split.unite(env, self.second)
        if self.beside and not self.taken_over:
            env.say("Terminating the new instance(s); the environment keeps its previous version.", "WARN")
            rollouts_fleet.leave(env, self.beside)
        if self.group:
            rollouts_fleet.drop_group(env, self.group)
        rollouts_fleet.end(env, [one for one in self.extra if one in fleet.instances(env)])
        rollouts_fleet.set_sizes(env, least, most)
        rollouts_fleet.awake(env)


_DOES: Final[dict[type[Any], str]] = {
    schedule.Update: "update",
    schedule.Replace: "replace",
    schedule.Extra: "launch_extra",
    schedule.EndExtra: "end_extra",
    schedule.Beside: "launch_beside",
    schedule.Split: "split",
    schedule.TakeOver: "take_over",
}


def _named(members: Sequence[str]) -> str:
    return f"[{', '.join(members)}]"
