"""IAM for the lab: who may do what, decided as AWS decides it.

The engine (document, patterns, conditions, evaluate, explain) knows nothing of boto3 or moto:

>>> from course.lab.iam import Request, evaluate, principal_from
>>> request = Request(principal_from("arn:aws:iam::123456789012:user/dana"), "sqs:SendMessage",
...                   "arn:aws:sqs:us-east-1:123456789012:orders")
>>> evaluate(request).why
'because no identity-based policy allows the sqs:SendMessage action'
"""

from course.lab.iam.document import MalformedPolicy, Policy, parse_policy
from course.lab.iam.evaluate import Decision, evaluate
from course.lab.iam.request import Principal, Request, principal_from
from course.lab.iam.validation import validate_policy

__all__ = [
    "Decision",
    "MalformedPolicy",
    "Policy",
    "Principal",
    "Request",
    "evaluate",
    "parse_policy",
    "principal_from",
    "validate_policy",
]
