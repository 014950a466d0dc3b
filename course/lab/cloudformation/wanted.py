"""From a request to what a stack shall become."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from course.lab.caller import Session
from course.lab.cloudformation import existing, filling, parameters, text, transforms
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack, Wanted


def body_of(given: Mapping[str, Any], session: Session, stack: Stack | None = None) -> tuple[str, bool]:
    """The template's text, and whether it came from S3."""
    if given.get("UsePreviousTemplate"):
        if stack is None:
            raise Refusal("UsePreviousTemplate is only for stacks that exist.")
        return stack.wanted.text, True
    if "TemplateBody" in given and "TemplateURL" in given:
        raise Refusal("Only one of TemplateBody or TemplateURL may be specified.")
    if "TemplateURL" in given:
        return from_url(given["TemplateURL"], session), True
    if "TemplateBody" not in given:
        raise Refusal("Either Template URL or Template Body must be specified.")
    return given["TemplateBody"], False


def from_url(url: str, session: Session) -> str:
    """The template at an address of S3."""
    parts = urlsplit(url)
    path = unquote(parts.path.lstrip("/"))
    if not parts.netloc.endswith("amazonaws.com"):
        raise Refusal(f"TemplateURL must be a supported URL: {url}")
    if parts.netloc.startswith("s3"):
        bucket, _, key = path.partition("/")
    else:
        bucket, key = parts.netloc.split(".s3")[0], path
    try:
        answer = session.client("s3").get_object(Bucket=bucket, Key=key)
    except Exception as error:
        raise Refusal(f"S3 error: {error}") from None
    found: str = answer["Body"].read().decode()
    return found


def wanted_from(given: Mapping[str, Any], session: Session, stack: Stack | None = None) -> Wanted:
    """What the stack shall become; raises Refusal if the request or its template is wrong."""
    body, from_s3 = body_of(given, session, stack)
    raw = text.read(body, from_s3)
    sent = [dict(one) for one in given.get("Parameters", [])]
    before = stack.wanted if stack else None
    values = parameters.given_values(raw, sent, before.parameters if before else None)
    template = transforms.applied(copy.deepcopy(raw), values, session)
    # A transform such as SAM's may bring parameters and resources of its own.
    values = parameters.given_values(template, [one for one in sent if one["ParameterKey"] in values],
                                     before.parameters if before else None)  # fmt: skip
    wanted = Wanted(
        text=body,
        template=template,
        parameters=values,
        tags=list(given.get("Tags", before.tags if before else [])),
        capabilities=list(given.get("Capabilities", [])),
        topics=list(given.get("NotificationARNs", before.topics if before else [])),
        role=given.get("RoleARN", before.role if before else ""),
    )
    existing.check(template, values, session)
    filling.check(wanted, session.place.region)
    filling.check_capabilities(raw, template, wanted.capabilities)
    return wanted
