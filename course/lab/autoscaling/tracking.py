"""Target tracking: as many instances as bring the metric near its target.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
Metrics that grow with the load of each instance, as CPU and requests per target do, fall in proportion to the number
of instances; it is rounded up, so that the group is rather too large than too small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def instances(policy: Mapping[str, Any], value: float, current: int) -> int:
    """How many instances the group should have when it has `current`, and the metric this value."""
    target = float(policy["TargetTrackingConfiguration"]["TargetValue"])
    return max(1, math.ceil(current * value / target)) if current else 1
