"""The rules for saving a policy document: what AWS refuses, in AWS's words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (sizes)
"""

from __future__ import annotations

import re
from typing import Final

from course.lab.iam.document import (
    MalformedPolicy,
    Names,
    Policy,
    PolicyKind,
    PolicySource,
    Statement,
    line_and_column,
    parse_policy,
    statement_spans,
)

_SID: Final = re.compile(r"[0-9A-Za-z]*")
_VENDOR: Final = re.compile(r"[a-zA-Z0-9.-]+")
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "*")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html (trust policy)
_TRUST_ACTIONS: Final = re.compile(r"sts:(\*|[A-Za-z*?]+)", re.IGNORECASE)
_IAM_RESOURCES: Final = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)


def validate_policy(source: PolicySource, kind: PolicyKind = "identity", name: str = "") -> Policy:
    """Parse a document and apply the rules for saving it as this kind of policy.

    Raises MalformedPolicy with AWS's message; changes nothing.

    >>> validate_policy('{"Version": "2012-10-17", "Statement": []}')
    Traceback (most recent call last):
    ...
    course.lab.iam.document.MalformedPolicy: Syntax errors in policy. The list "Statement" is empty.
    """
    policy = parse_policy(source, kind, name)
    if kind in ("identity", "boundary", "session") and policy.version != "2012-10-17":
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    sids: set[str] = set()
    for statement in policy.statements:
        try:
            _check_sid(statement, kind, sids)
            _check_principal(statement, kind)
            _check_actions(statement, kind)
            _check_resources(statement, kind)
        except MalformedPolicy as fault:
            raise _placed(fault, policy, statement) from None
    return policy


def policy_size(text: str) -> int:
    """Characters that count towards a size quota: IAM leaves white space out."""
    return len(re.sub(r"\s", "", text))


def _placed(fault: MalformedPolicy, policy: Policy, statement: Statement) -> MalformedPolicy:
    spans = statement_spans(policy.text)
    line, column = line_and_column(policy.text, spans[statement.index].start)
    cause = fault.cause if fault.cause != fault.message else ""
    return MalformedPolicy(fault.message, cause, line, column)


def _check_sid(statement: Statement, kind: PolicyKind, seen: set[str]) -> None:
    if not statement.sid:
        return
    # Bucket, queue and topic policies take other characters too.
    if kind != "resource" and not _SID.fullmatch(statement.sid):
        raise MalformedPolicy(
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        )
    if statement.sid in seen:
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")
    seen.add(statement.sid)


def _check_principal(statement: Statement, kind: PolicyKind) -> None:
    principals = statement.principals
    if kind in ("resource", "trust"):
        if principals is None:
            raise MalformedPolicy("Missing required field Principal")
        if kind == "trust" and principals.negated:
            raise MalformedPolicy("Has prohibited field NotPrincipal")
        for entry_kind, name in principals.entries:
            if entry_kind == "AWS" and name != "*" and not _names_a_principal(name):
                raise MalformedPolicy(
                    f'Invalid principal in policy: "AWS":"{name}"',
                    "Name an account, a user, a role or a session in full; wildcards stand only alone.",
                )
    elif kind == "rcp":
        if principals is None or principals.negated or principals.entries != (("AWS", "*"),):
            raise MalformedPolicy("Missing required field Principal", 'An RCP has "Principal": "*".')
    elif principals is not None:
        raise MalformedPolicy(
            "Policy document should not specify a principal.",
            "The principal is whoever the policy is attached to.",
        )


def _names_a_principal(name: str) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    if re.fullmatch(r"\d{12}", name) or re.fullmatch(r"A[A-Z]{3}[A-Z0-9]{12,}", name):
        return True
    if "*" in name or "?" in name:
        return False
    return (
        re.fullmatch(
            r"arn:aws[a-z-]*:(iam::\d{12}:(root|user/.+|role/.+|saml-provider/.+)"
            r"|sts::\d{12}:(assumed-role/[^/]+/.+|federated-user/.+)"
            r"|iam::cloudfront:user/.+)",
            name,
        )
        is not None
    )


def _check_actions(statement: Statement, kind: PolicyKind) -> None:
    if not statement.actions.patterns:
        raise MalformedPolicy("Policy statement must contain actions.")
    for action in statement.actions.patterns:
        if kind == "trust" and not _TRUST_ACTIONS.fullmatch(action):
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
        if action == "*":
            continue
        vendor, colon, name = action.partition(":")
        if not colon:
            raise MalformedPolicy(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                f'Write "{action}" with its service, such as "s3:GetObject".',
            )
        if ":" in name:
            raise MalformedPolicy("Actions/Condition can contain only one colon.")
        if not _VENDOR.fullmatch(vendor):
            raise MalformedPolicy(f"Vendor {vendor} is not valid")


def _check_resources(statement: Statement, kind: PolicyKind) -> None:
    resources = statement.resources
    if kind == "trust":
        if resources is not None:
            field = "NotResource" if resources.negated else "Resource"
            raise MalformedPolicy(f"Has prohibited field {field}", "A role's trust policy is about that role.")
        return
    if resources is None or not resources.patterns:
        if kind == "resource":
            raise MalformedPolicy("Missing required field Resource")
        raise MalformedPolicy("Policy statement must contain resources.")
    if kind != "resource":
        _check_arns(resources)


def _check_arns(resources: Names) -> None:
    for resource in resources.patterns:
        if resource == "*":
            continue
        parts = resource.split(":", 5)
        if len(parts) == 1:
            raise MalformedPolicy(f'Resource {resource} must be in ARN format or "*".')
        if parts[0] != "arn" or len(parts) < 3:
            raise MalformedPolicy("The policy failed legacy parsing", f"{resource} is no ARN.")
        if parts[1] not in _PARTITIONS:
            padded = [part or "*" for part in (parts + ["*"] * 6)[2:6]]
            raise MalformedPolicy(
                f'Partition "{parts[1]}" is not valid for resource "arn:{parts[1]}:{":".join(padded)}".'
            )
        if len(parts) < 6:
            if parts[2] in ("", "*") or "*" not in parts[-1]:
                raise MalformedPolicy(
                    "Resource vendor must be fully qualified and cannot contain regexes."
                    if parts[2] in ("", "*")
                    else "The policy failed legacy parsing",
                    f"{resource}: an ARN has six parts, arn:partition:service:region:account:resource.",
                )
            continue
        _, _, service, region, _, name = parts
        if not service or "*" in service or "?" in service:
            raise MalformedPolicy("Resource vendor must be fully qualified and cannot contain regexes.")
        if service == "iam":
            if region:
                raise MalformedPolicy(f"IAM resource {resource} cannot contain region information.")
            if name != "*" and not name.startswith(_IAM_RESOURCES):
                raise MalformedPolicy(
                    f'IAM resource path must either be "*" or start with {", ".join(_IAM_RESOURCES)}.'
                )
        if service == "s3" and region and not name.startswith("accesspoint/"):
            raise MalformedPolicy(f"Resource {resource} can not contain region information.")
