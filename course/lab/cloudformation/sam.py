"""SAM templates, by AWS's own translator.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course.lab.caller import Session
from course.lab.cloudformation.refusal import Refusal


class _Policies:
    """AWS's managed policies by name, which a SAM template may use without their ARNs."""

    def __init__(self, account: str) -> None:
        self._account = account

    def load(self) -> dict[str, str]:
        from moto.iam.models import iam_backends

        found = iam_backends[self._account]["aws"].managed_policies.values()
        return {one.name: one.arn for one in found if one.arn.startswith("arn:aws:iam::aws:")}


@contextmanager
def _in_region(region: str) -> Iterator[None]:
    """The translator asks boto3 for its Region, and writes notes of no use here to the log."""
    before, quiet = os.environ.get("AWS_DEFAULT_REGION"), logging.getLogger("samtranslator")
    os.environ["AWS_DEFAULT_REGION"], quiet.disabled = region, True
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before


def translated(template: dict[str, Any], parameters: dict[str, str], session: Session) -> dict[str, Any]:
    """The template in plain CloudFormation."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    # A refused template leaves counters behind that complain, when they are thrown away, of not being published.
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    defaults = {name: rule["Default"] for name, rule in template.get("Parameters", {}).items() if "Default" in rule}
    try:
        with _in_region(session.place.region):
            found: dict[str, Any] = transform(
                {"Transform": "AWS::Serverless-2016-10-31", **template},
                {**defaults, **parameters},
                _Policies(session.place.account),
            )
    except InvalidDocumentException as error:
        causes = " ".join(sorted(str(cause.message) for cause in error.causes))
        raise Refusal(f"Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification "
                      f"document. Number of errors found: {len(error.causes)}. {causes}") from None  # fmt: skip
    found.pop("Transform", None)
    found.pop("Globals", None)
    return found
