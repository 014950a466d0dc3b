"""For the other parts of the lab: may this AWS service do that, and with whose credentials does it act?

Services deliver (SNS to a queue, S3 to a function) as service principals, which the resource's policy has to let
in; or they assume a role that somebody passed to them.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from moto.sts.models import sts_backends

from course.lab.iam import sessions
from course.lab.iam.callers import find_role, of_role
from course.lab.iam.evaluation import Decision, Policies, decide
from course.lab.iam.request import ContextValue, Principal, Request
from course.lab.iam.resources import resource_of


def service_may(
    service: str, action: str, resource_arn: str, source_arn: str = "", more: Mapping[str, ContextValue] | None = None
) -> Decision:
    """Decide whether a service may act on a resource on behalf of another (`source_arn`).

    `more` are condition keys that the source does not tell, such as the account of a bucket.

    >>> service_may("sns.amazonaws.com", "sqs:SendMessage", queue_arn, source_arn=topic_arn).allowed
    False
    """
    resource = resource_of(resource_arn)
    context: dict[str, ContextValue] = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true"}
    if source_arn:
        context["aws:SourceArn"] = source_arn
        account = source_arn.split(":")[4] if source_arn.count(":") >= 5 else ""
        if account:
            context["aws:SourceAccount"] = account
    context |= more or {}
    request = Request(Principal("service", service), action, resource_arn, context, resource.owner)
    return decide(request, Policies(resource=resource.policy, resource_must_allow=True))


def service_may_assume(service: str, role_arn: str, source_arn: str = "") -> Decision:
    """Decide whether a role's trust policy lets a service in, on behalf of `source_arn` if one is named.

    >>> service_may_assume("lambda.amazonaws.com", role_arn).allowed
    True
    """
    return service_may(service, "sts:AssumeRole", role_arn, source_arn)


def role_may(role_arn: str, action: str, resource_arn: str) -> Decision:
    """Decide whether a role, once assumed, may do something.

    >>> role_may(role_arn, "s3:GetObject", "arn:aws:s3:::photos/a.jpg").allowed
    True
    """
    role = find_role(role_arn)
    if role is None:
        raise LookupError(f"There is no role {role_arn} in the lab; make it with iam.create_role first.")
    caller = of_role(role)
    resource = resource_of(resource_arn)
    policies = Policies(
        identity=caller.identity,
        resource=resource.policy,
        boundary=caller.boundary,
        scps=caller.scps,
        resource_must_allow=resource.must_allow,
    )
    return decide(Request(caller.principal, action, resource_arn, {}, resource.owner), policies)


def credentials_for(role_arn: str, session_name: str, seconds: int = 3600) -> dict[str, object]:
    """Temporary credentials of a role for a service that runs with it, such as a Lambda function.

    The trust policy is not asked; use `service_may_assume` where AWS would.

    >>> credentials_for(role_arn, "resize-photos")["AccessKeyId"][:4]
    'ASIA'
    """
    role = find_role(role_arn)
    if role is None:
        raise LookupError(f"There is no role {role_arn} in the lab; make it with iam.create_role first.")
    made = sts_backends[role.account_id]["aws"].assume_role("us-east-1", session_name, role_arn, "", seconds, "")
    moment = sessions.now()
    session = sessions.Session(
        kind="role-session",
        arn=made.arn,
        account=role.account_id,
        issuer_arn=role_arn,
        user_id=f"{role.id}:{session_name}",
        issued=moment,
        expires=moment + dt.timedelta(seconds=seconds),
        access_key_id=made.access_key_id,
        secret_access_key=made.secret_access_key,
        session_token=made.session_token,
    )
    return sessions.remember(session).credentials
