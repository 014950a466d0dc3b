"""A deployment on the lab's clock: it grows by its strategy, bakes, and rolls back when an alarm rings.

https://docs.aws.amazon.com/appconfig/latest/userguide/monitoring-deployments.html
"""

from __future__ import annotations

from course.lab.appconfig.growth import steps
from course.lab.appconfig.store import Deployment, Environment
from course.lab.clock import clock
from course.lab.courses import Course, Wait, begin
from course.lab.place import Place


def start(place: Place, environment: Environment, deployment: Deployment) -> None:
    """Begin to deploy."""
    environment.deployments.append(deployment)
    deployment.note("DEPLOYMENT_STARTED", "USER", "Deployment started")
    begin(
        place,
        "appconfig",
        f"{environment.name} {deployment.number}",
        _run(place, environment, deployment),
        lambda: f"{deployment.state}, {deployment.share:g} % of the clients",
    )


def roll_back(deployment: Deployment, by: str, words: str) -> None:
    """Give all clients the former version again."""
    deployment.note("ROLLBACK_STARTED", by, words)
    deployment.share, deployment.state, deployment.completed = 0.0, "ROLLED_BACK", clock.now()
    deployment.note("ROLLBACK_COMPLETED", by, words)


def _run(place: Place, environment: Environment, deployment: Deployment) -> Course:
    began, strategy = deployment.started.timestamp(), deployment.strategy

    def alarm() -> str:
        return _ringing(place, environment)

    def is_over() -> bool:
        return not deployment.is_under_way or bool(alarm())

    last = 0.0
    for minutes, share in steps(strategy):
        last = began + minutes * 60
        if minutes or alarm():
            yield Wait(last, is_over)
        if not deployment.is_under_way or _stopped_by(deployment, alarm()):
            return
        deployment.share = share
        deployment.note("PERCENTAGE_UPDATED", "APPCONFIG", f"Configuration available to {share:.2f}% of clients")
    deployment.state = "BAKING"
    deployment.note("BAKE_TIME_STARTED", "APPCONFIG", "Deployment bake time started")
    if strategy.bake:
        yield Wait(last + strategy.bake * 60, is_over)
    if not deployment.is_under_way or _stopped_by(deployment, alarm()):
        return
    deployment.state, deployment.completed = "COMPLETE", clock.now()
    deployment.note("DEPLOYMENT_COMPLETED", "APPCONFIG", "Deployment completed")


def _stopped_by(deployment: Deployment, alarm: str) -> bool:
    if alarm:
        roll_back(deployment, "CLOUDWATCH_ALARM", f"Rolled back by the alarm {alarm}")
    return bool(alarm)


def _ringing(place: Place, environment: Environment) -> str:
    """The ARN of an alarm of the environment that rings."""
    for one in environment.monitors:
        arn = one["AlarmArn"]
        alarms = Place(place.account, arn.split(":")[3]).backend("cloudwatch").alarms
        found = alarms.get(arn.partition(":alarm:")[2])
        if found is not None and found.state_value == "ALARM":
            return arn
    return ""
