"""Auto Scaling beyond moto: policies that work, and instances that are replaced.

| file | what it holds |
|---|---|
| policies.py | the answer of PutScalingPolicy, the alarms of target tracking |
| tracking.py | how many instances bring a metric to its target |
| health.py | unhealthy instances are replaced, new ones are registered with the load balancer |
"""

from course.lab.autoscaling import health, policies

__all__ = ["health", "policies"]
