"""The pages of resource types, for programs: the schema that AWS publishes for each of them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation import schemas
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal


def _describe(call: Call) -> dict[str, Any]:
    name = call.given.get("TypeName") or call.given.get("Arn", "").rpartition("/")[2].replace("-", "::")
    found = schemas.schema(name)
    if not found:
        raise Refusal(f"The type '{name}' cannot be found.", "TypeNotFoundException", 404)
    return {
        "Arn": f"arn:aws:cloudformation:{call.place.region}::type/resource/{name.replace('::', '-')}",
        "Type": "RESOURCE",
        "TypeName": name,
        "Description": found.get("description", ""),
        "Schema": json.dumps(found),
        "Visibility": "PUBLIC",
        "DeprecatedStatus": "LIVE",
        "ProvisioningType": "FULLY_MUTABLE",
    }


OPERATIONS: Final = {"DescribeType": _describe}
