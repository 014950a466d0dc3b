"""In which order resources are made: what a resource mentions comes before it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

from __future__ import annotations

from typing import Any

from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.values import names_in


def needs(resources: dict[str, Any]) -> dict[str, set[str]]:
    """For each resource the resources that it mentions or depends on."""
    found = {}
    for name, resource in resources.items():
        wanted = resource.get("DependsOn", [])
        wanted = {wanted} if isinstance(wanted, str) else set(wanted)
        mentions = names_in([resource.get("Properties", {}), resource.get("UpdatePolicy", {})])
        found[name] = (mentions | wanted) & set(resources) - {name}
    return found


def in_order(resources: dict[str, Any]) -> list[str]:
    """All names, each after what it needs; among equals as in the template."""
    waiting = needs(resources)
    done: list[str] = []
    while waiting:
        ready = [name for name, wanted in waiting.items() if wanted <= set(done)]
        if not ready:
            raise Refusal(f"Circular dependency between resources: [{', '.join(sorted(waiting))}]")
        done += ready
        for name in ready:
            del waiting[name]
    return done
