"""A new version of a launch template is made from an older one: what the call names is laid over it.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
"""

from __future__ import annotations

import copy
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import place_of
from course.lab.wire import afterwards


@afterwards("ec2")
def _laid_over(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Moto keeps what the call names and forgets the rest."""
    call = asked(operation) if operation == "CreateLaunchTemplateVersion" else None
    source = call.params.get("SourceVersion") if call else None
    if call is None or source is None or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    template = (
        ec2.get_launch_template(call.params["LaunchTemplateId"])
        if call.params.get("LaunchTemplateId")
        else ec2.get_launch_template_by_name(call.params["LaunchTemplateName"])
    )
    *_, before, made = template.versions
    # The newest was another one when the call was made.
    older: Any = before if source == "$Latest" else template.get_version(source)
    made.data = {**copy.deepcopy(older.data), **made.data}
