"""EC2 beyond moto, loaded when EC2 is first called.

| file | what it does |
|---|---|
| launch.py | what RunInstances refuses, and what it fills in: a subnet, the default group, the settings of the image |
| states.py | which instance may be stopped, rebooted or retyped in which state |
| instances.py | detailed monitoring, Elastic IPs that stay through a stop |
| addresses.py | Elastic IPs: the quota, release while in use |
| tags.py | keys and values of tags |
| images.py | images: names, encrypted copies |
| credits.py | CPU credits: standard and unlimited |
| first_boot.py | the user data of an instance runs, as cloud-init does it |

Volumes are in ../ebs.py, connections of networks in ../peering.py.
"""

from course.lab import ebs, peering
from course.lab.ec2 import addresses, credits, images, instances, launch, states, tags

__all__ = ["addresses", "credits", "ebs", "images", "instances", "launch", "peering", "states", "tags"]
