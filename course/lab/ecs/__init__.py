"""ECS beyond moto: tasks and services, clusters and their instances.

| file | what it holds |
|---|---|
| instances.py | agents that join the cluster which their configuration names; instances that are lost |
| resources.py | CPU, memory and ports: had, needed, left |
| placement.py, query.py | where a task goes: resources, constraints, strategies; the cluster query language |
| launch.py | tasks are placed and put on record |
| services.py | services made and changed by calls |
| listing.py | services listed by tens, and described ten at a time |
| scheduler.py, deployments.py | what a service starts and stops, in steps; the circuit breaker |
| targets.py | tasks as targets of load balancers |
| answers.py | RunTask, StopTask, DescribeTasks, ListTasks |
| tasks.py, containers.py | a task and its containers, from preparation to end |
| definitions.py | task definitions that ECS refuses |
| preparing.py, roles.py | images, secrets and variables, as the execution role; the task role inside |
| logging.py, volumes.py | awslogs; bind mounts and EFS |
| told.py | events of a service |
| capacity.py | capacity providers and their proportions |
| managed.py | a provider sizes its Auto Scaling group |
| attributes.py | attributes of instances; instances found by a query |
| scaling.py | Service Auto Scaling: policies, alarms, scheduled actions |
"""

from course.lab.ecs import answers, attributes, definitions, instances, listing, managed, services, tasks

__all__ = ["answers", "attributes", "definitions", "instances", "listing", "managed", "services", "tasks"]
