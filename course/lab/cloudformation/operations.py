"""CloudFormation's operations, as boto3 calls them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from course.lab.cloudformation import change_sets, drifting, reading, stack_sets, stacks, types
from course.lab.cloudformation.call import Call
from course.lab.service import serve

serve(
    "cloudformation",
    {
        **stacks.OPERATIONS,
        **reading.OPERATIONS,
        **change_sets.OPERATIONS,
        **drifting.OPERATIONS,
        **stack_sets.OPERATIONS,
        **types.OPERATIONS,
    },
    Call,
)
