"""Tags of applications, versions and environments.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-tagging-resources.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.beanstalk.store import kept
from course.lab.service import Call, Refusal


def _tags(call: Call) -> dict[str, str]:
    """The tags of what an ARN names."""
    arn = call.given["ResourceArn"]
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    store = kept(call.place)
    first, _, second = rest.partition("/")
    owner = store.applications.get(first)
    if kind == "application" and owner is not None:
        return owner.tags
    if kind == "applicationversion" and owner is not None and second in owner.versions:
        return owner.versions[second].tags
    if kind == "environment":
        for one in store.alive:
            if (one.application, one.name) == (first, second):
                return one.tags
    raise Refusal("ResourceNotFoundException", f"Resource not found for ARN '{arn}'.")


def _list(call: Call) -> dict[str, Any]:
    rows = [{"Key": key, "Value": value} for key, value in _tags(call).items()]
    return {"ResourceArn": call.given["ResourceArn"], "ResourceTags": rows}


def _update(call: Call) -> None:
    tags = _tags(call)
    tags.update({one["Key"]: one.get("Value", "") for one in call.given.get("TagsToAdd", [])})
    for key in call.given.get("TagsToRemove", []):
        tags.pop(key, None)


OPERATIONS: Final = {"ListTagsForResource": _list, "UpdateTagsForResource": _update}
