"""Checks the Signature Version 4 of a request to an API, as the service does: with the secret of the key that signed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from course.lab.apigateway.exchange import Sent
from course.lab.apigateway.refused import TYPES
from course.lab.clock import clock

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/,]+)/(?P<day>\d{8})/(?P<region>[^/]*)/(?P<service>[^/]*)/aws4_request,"
    r"\s*SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]+)"
)
_WITHIN: Final = dt.timedelta(minutes=5)
_SERVICE: Final = "execute-api"
_INVALID_TOKEN: Final = "The security token included in the request is invalid."


class BadSignature(Exception):
    """A request that nobody has signed, or not rightly."""

    def __init__(self, kind: str, message: str | None = None, error: str = "") -> None:
        self.kind, self.message, self.error = kind, message or TYPES[kind].message, error or TYPES[kind].error
        super().__init__(self.message)


def checked(sent: Sent, region: str, service: str = _SERVICE) -> str:
    """The access key id that signed the request for this service. Raises BadSignature with AWS's words."""
    header = sent.headers.get("Authorization", "")
    if not header:
        raise BadSignature("MISSING_AUTHENTICATION_TOKEN")
    found = _HEADER.fullmatch(header.strip())
    if found is None:
        raise incomplete(header)
    if found["service"] != service:
        raise BadSignature("INVALID_SIGNATURE", f"Credential should be scoped to correct service: '{service}'. ")
    if found["region"] != region:
        raise BadSignature("INVALID_SIGNATURE", "Credential should be scoped to a valid region. ")
    key, token = found["key"], sent.headers.get("X-Amz-Security-Token", "")
    secret = _secret(key, token)
    stamp = sent.headers.get("X-Amz-Date", "")
    _check_time(stamp)
    right = _signature(sent, found["headers"].split(";"), key, secret, region, service)
    if not hmac.compare_digest(right, found["signature"]):
        raise BadSignature("INVALID_SIGNATURE")
    return key


def incomplete(header: str) -> BadSignature:
    """A header of another kind: AWS names all parts that it misses."""
    missing = [f"Authorization header requires '{part}' parameter." for part in
               ("Credential", "Signature", "SignedHeaders") if f"{part}=" not in header]  # fmt: skip
    missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    return BadSignature(
        "INVALID_SIGNATURE", f"{' '.join(missing)} Authorization={header}", "IncompleteSignatureException"
    )


def _secret(key: str, token: str) -> str:
    from course.lab.iam.secrets import NoSecret, secret_of

    try:
        return secret_of(key, token)
    except NoSecret as none:
        if none.reason == "expired":
            raise BadSignature("EXPIRED_TOKEN") from None
        raise BadSignature("INVALID_SIGNATURE", _INVALID_TOKEN, "UnrecognizedClientException") from None


def _check_time(stamp: str) -> None:
    now = clock.now()
    try:
        signed = dt.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise BadSignature("INVALID_SIGNATURE", "Date must be in ISO-8601 'basic format'.") from None
    if now - signed > _WITHIN:
        earliest = (now - _WITHIN).strftime("%Y%m%dT%H%M%SZ")
        raise BadSignature("INVALID_SIGNATURE", f"Signature expired: {stamp} is now earlier than {earliest} "
                           f"({now:%Y%m%dT%H%M%SZ} - 5 min.)")  # fmt: skip
    if signed - now > _WITHIN:
        latest = (now + _WITHIN).strftime("%Y%m%dT%H%M%SZ")
        raise BadSignature("INVALID_SIGNATURE", f"Signature not yet current: {stamp} is still later than {latest}")


def _signature(sent: Sent, signed: list[str], key: str, secret: str, region: str, service: str) -> str:
    """What the signature has to be, computed by botocore over the headers that were signed."""
    request: Any = AWSRequest(method=sent.method, url=sent.url, data=sent.body)
    for name in signed:
        request.headers[name] = sent.headers.get(name, "")
    request.context["timestamp"] = sent.headers.get("X-Amz-Date", "")
    signer: Any = SigV4Auth(Credentials(key, secret), service, region)
    canonical = signer.canonical_request(request)
    return str(signer.signature(signer.string_to_sign(request, canonical), request))
