"""EC2 beyond moto, loaded when EC2 is first called: volumes, and networks that meet."""

from course.lab import ebs, peering

__all__ = ["ebs", "peering"]
