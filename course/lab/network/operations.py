"""The network's parts, loaded when EC2 is first called."""

from course.lab import ec2
from course.lab.network import backend, dependencies, flow_logs, rules, vpn

__all__ = ["backend", "dependencies", "ec2", "flow_logs", "rules", "vpn"]
