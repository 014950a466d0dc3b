"""Auto Scaling beyond moto: groups that scale, balance, heal and renew themselves.

| file | what it holds |
|---|---|
| group.py | who is launched and who is removed: zones, templates, On-Demand and Spot, termination policies |
| activities.py | what a group did, and why |
| sizes.py | settings that moto does not keep; bounds of standby, detaching and attaching |
| policies.py | the answer of PutScalingPolicy, the alarms of target tracking |
| tracking.py | how many instances bring a metric to its target |
| adjusting.py | what a policy changes when its alarm rings, or by ExecutePolicy |
| rest.py | cooldown and warm-up |
| scheduled.py, cron.py | scheduled actions that run by the clock |
| health.py | unhealthy instances are replaced, new ones are registered with the load balancer |
| templates.py | a new version of a launch template is laid over an older one |
| refresh.py | instance refresh, with checkpoints, alarms and rollback |
"""

from course.lab.autoscaling import activities, adjusting, group, health, policies, refresh, scheduled, sizes, templates

__all__ = ["activities", "adjusting", "group", "health", "policies", "refresh", "scheduled", "sizes", "templates"]
