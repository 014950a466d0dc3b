"""AssumeRoleWithSAML: the assertion of a company's identity provider against a role's trust policy.

The lab reads what the assertion claims and asks the trust policy as AWS does; it cannot check the signature.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from moto.iam.models import iam_backends

from course.lab.iam import sessions
from course.lab.iam.api_call import ApiCall
from course.lab.iam.callers import find_role
from course.lab.iam.document import parse_policy
from course.lab.iam.evaluation import evaluate
from course.lab.iam.fault import Fault
from course.lab.iam.request import ContextValue, Principal, Request

_SAML: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_NAMED: Final = "https://aws.amazon.com/SAML/Attributes/"
_HOUR: Final = 3600
_NOT_AUTHORIZED: Final = "Not authorized to perform sts:AssumeRoleWithSAML"


@dataclass(frozen=True)
class Assertion:
    """What the identity provider claims about somebody."""

    issuer: str
    subject: str
    session_name: str
    recipient: str
    ends: dt.datetime
    pairs: frozenset[frozenset[str]]
    """Role and provider, in whichever order they are written."""


def check_saml(call: ApiCall) -> None:
    """Refuse an assertion that does not name the role, or that the role does not trust."""
    arn, provider = str(call.params.get("RoleArn", "")), str(call.params.get("PrincipalArn", ""))
    assertion = _read(str(call.params.get("SAMLAssertion", "")))
    role = find_role(arn)
    if role is None:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403)
    if provider not in {one.arn for one in iam_backends[role.account_id]["aws"].list_saml_providers()}:
        raise Fault("InvalidIdentityToken", "Specified provider doesn't exist")
    if assertion.ends <= dt.datetime.now(dt.UTC):
        raise Fault("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
    if frozenset((arn, provider)) not in assertion.pairs:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403)
    context: dict[str, ContextValue] = {
        "saml:aud": assertion.recipient,
        "saml:iss": assertion.issuer,
        "saml:sub": assertion.subject,
    }
    decision = evaluate(
        Request(Principal("saml", provider), "sts:AssumeRoleWithSAML", arn, context),
        trust=parse_policy(role.assume_role_policy_document, "trust", role.name),
    )
    if not decision.allowed:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403, decision)


def assume_role_with_saml(call: ApiCall) -> dict[str, Any]:
    """sts.assume_role_with_saml: a session of the role, named as the identity provider says."""
    arn, assertion = str(call.params["RoleArn"]), _read(str(call.params["SAMLAssertion"]))
    role = find_role(arn)
    if role is None:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403)
    seconds = int(call.params.get("DurationSeconds") or _HOUR)
    if seconds > int(role.max_session_duration or _HOUR):
        raise Fault(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    key = iam_backends[role.account_id]["aws"].create_temp_access_key()
    session = sessions.remember(
        sessions.Session(
            kind="role-session",
            arn=f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{assertion.session_name}",
            account=role.account_id,
            issuer_arn=arn,
            user_id=f"{role.id}:{assertion.session_name}",
            issued=sessions.now(),
            expires=sessions.now() + dt.timedelta(seconds=seconds),
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=sessions.new_token(),
        )
    )
    return {
        "Credentials": session.credentials,
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "Subject": assertion.subject,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
    }


def _read(encoded: str) -> Assertion:
    try:
        root = ElementTree.fromstring(base64.b64decode(encoded, validate=True))
        confirmed = root.find(f".//{_SAML}SubjectConfirmationData")
        if confirmed is None:
            raise ValueError("no SubjectConfirmationData")
        pairs = [
            frozenset(part.strip() for part in (value.text or "").split(","))
            for attribute in root.iter(f"{_SAML}Attribute")
            if attribute.get("Name") == f"{_NAMED}Role"
            for value in attribute.iter(f"{_SAML}AttributeValue")
        ]
        return Assertion(
            issuer=root.findtext(f".//{_SAML}Assertion/{_SAML}Issuer", ""),
            subject=root.findtext(f".//{_SAML}NameID", ""),
            session_name=_attribute(root, "RoleSessionName"),
            recipient=confirmed.get("Recipient", ""),
            ends=dt.datetime.fromisoformat(confirmed.get("NotOnOrAfter", "")),
            pairs=frozenset(pairs),
        )
    except (ValueError, ElementTree.ParseError) as fault:
        raise Fault("InvalidIdentityToken", "Could not parse the SAML assertion") from fault


def _attribute(root: ElementTree.Element, name: str) -> str:
    for attribute in root.iter(f"{_SAML}Attribute"):
        if attribute.get("Name") == _NAMED + name:
            return attribute.findtext(f"{_SAML}AttributeValue", "").strip()
    raise ValueError(f"no attribute {name}")
