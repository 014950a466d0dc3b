"""Elastic Load Balancing beyond moto: balancers that answer requests.

| file | what it holds |
|---|---|
| servers.py | `lab.serve`: what a web server does |
| backend.py, operations.py | what is made by calls, and what they are refused |
| door.py | whose address a request names |
| conditions.py, application.py, network.py | rules, actions, and the way to a target |
| choice.py, stickiness.py, nodes.py | which target, which node |
| target_groups.py, health.py | targets and their state by the clock |
| lambda_targets.py | functions as targets |
| certificates.py, security_groups.py | who is let in |
| visit.py, access_logs.py, metrics.py | what is told of a request |
"""

from course.lab.elb import operations  # noqa: F401  # takes its place on the wire
