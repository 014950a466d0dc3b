"""How each service says no: error code, HTTP status and words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security_iam_troubleshoot.html
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.lab.iam.callers import Problem
from course.lab.iam.evaluation import Decision
from course.lab.iam.messages import encode
from course.lab.replies import Reply

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Refusal:
    """One row of data/refusals.csv."""

    code: str
    status: int
    message: str
    bad_key: str
    bad_key_status: int
    expired: str


@cache
def _rows() -> dict[str, Refusal]:
    with (_DATA / "refusals.csv").open(newline="") as table:
        return {
            row["service"]: Refusal(
                row["code"],
                int(row["status"]),
                row["message"],
                row["bad_key"],
                int(row["bad_key_status"]),
                row["expired"],
            )
            for row in csv.DictReader(table)
        }


def refusal_of(service: str) -> Refusal:
    """The row of a service, or that of the services without one of their own."""
    rows = _rows()
    return rows.get(service, rows["*"])


def denied(service: str, decision: Decision) -> Reply:
    """What the service answers to a request that policies do not allow."""
    row = refusal_of(service)
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors
    of_the_key = service == "sqs" and decision.request.action.startswith("kms:")
    return Reply("KMS.AccessDeniedException" if of_the_key else row.code, _words(row.message, decision), row.status)


def bad_credentials(service: str, problem: Problem) -> Reply:
    """What the service answers to keys that are unknown, inactive or expired."""
    row = refusal_of(service)
    if problem == "expired":
        words = "The provided token has expired." if service == "s3" else _EXPIRED
        return Reply(row.expired, words, row.status)
    words = {
        "s3": "The AWS Access Key Id you provided does not exist in our records.",
        "ec2": "AWS was not able to validate the provided access credentials",
    }.get(service, "The security token included in the request is invalid.")
    return Reply(row.bad_key, words, row.bad_key_status)


_EXPIRED = "The security token included in the request is expired"


def _words(style: str, decision: Decision) -> str:
    request = decision.request
    action, resource = request.action, request.resource
    if request.principal.kind in ("anonymous", "service"):
        return "Access Denied"
    if style == "upper":
        # SNS writes its own name in capitals: SNS:Publish.
        prefix, _, name = action.partition(":")
        action = f"{prefix.upper()}:{name}"
    if style == "quoted" and request.cross_account:
        return "Access Denied"  # S3 says more only to callers of the same account or organization
    shown = f'"{resource}"' if style == "quoted" else resource
    nowhere = resource in ("*", "arn:aws:s3:::*") and style in ("quoted", "encoded")
    place = "" if nowhere else f" on resource: {shown}"
    if action.lower() == "sts:assumerole" and decision.outcome == "implicitDeny":
        why = ""  # STS does not tell strangers what a role's trust policy lacks
    else:
        why = " " + decision.why.replace(request.action, action) + _policy_arn(decision)
    sentence = f"User: {request.principal.arn} is not authorized to perform: {action}{place}{why}"
    if style != "encoded":
        return sentence
    return (
        f"You are not authorized to perform this operation. {sentence}. "
        f"Encoded authorization failure message: {encode(decision)}"
    )


def _policy_arn(decision: Decision) -> str:
    """Since 2026 messages end with the ARN of the denying policy, where it has one.

    https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
    """
    match = decision.decided_by
    if decision.outcome != "explicitDeny" or match is None or not match.policy.arn:
        return ""
    return f": {match.policy.arn}"
