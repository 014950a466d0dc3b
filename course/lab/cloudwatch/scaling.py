"""Alarms that scale a group, or a service of ECS: they run the policy that their action names.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
"""

from __future__ import annotations

import math
from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place

_JUST: Final = 30


def scale(action: str, alarm: Any, region: str) -> str:
    """Run the policy of this ARN; nothing while the group rests from the last time."""
    from course.lab.autoscaling.adjusting import by_alarm
    from course.lab.autoscaling.policies import find

    place = Place(action.split(":")[4], region)
    of_a_service = ":resource/ecs/" in action
    backend = place.backend("autoscaling")
    group, _, policy = action.partition(":autoScalingGroupName/")[2].partition(":policyName/")
    found = None if of_a_service else find(backend.policies, {"PolicyName": policy, "AutoScalingGroupName": group})
    if found is None and not of_a_service:
        raise LookupError(f"no policy {action}")
    now = _moment(alarm)
    # As long as the state lasts a policy runs once a minute, also if the alarm was looked at once more in between.
    turn = (action, math.floor(now / 60), alarm.__dict__.get("lab_turned"))
    if alarm.__dict__.get("lab_scaled") == turn:
        return ""
    alarm.__dict__["lab_scaled"] = turn
    # The threshold of an alarm is what steps are counted from.
    threshold = float(alarm.threshold or 0)
    value = float(alarm.__dict__.get("lab_value") or (0 if alarm.threshold is None else threshold))
    if of_a_service:
        from course.lab.ecs import scaling

        return scaling.by_alarm(place, action, value, threshold, now, alarm.name)
    return by_alarm(backend.autoscaling_groups[group], found, value, threshold, now, alarm.name)


def _moment(alarm: Any) -> float:
    """When the alarm was evaluated: the end of a period, however long the work since took; else now."""
    now = clock.now().timestamp()
    looked = float(alarm.__dict__.get("lab_looked") or 0)
    return looked if 0 <= now - looked < _JUST else now
