"""EC2 beyond moto, loaded when EC2 is first called: volumes, instances, and networks that meet."""

from course.lab import ebs, ec2_instances, peering

__all__ = ["ebs", "ec2_instances", "peering"]
