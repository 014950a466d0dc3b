"""Presigned URLs: whoever holds one may do one thing for a while, as the one who signed.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html

boto3 still signs URLs of us-east-1 in the older way (HMAC-SHA1) unless told `signature_version="s3v4"`; both are read.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from botocore.auth import HmacV1QueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from course.lab.apigateway.exchange import Sent
from course.lab.clock import clock
from course.lab.iam.secrets import NoSecret, secret_of
from course.lab.replies import Reply
from course.lab.s3.hosts import Target

_LONGEST: Final = 604_800
_OLD: Final = ("AWSAccessKeyId", "Signature", "Expires")
_NO_SECRET: Final[dict[str, Reply]] = {
    "expired": Reply("ExpiredToken", "The provided token has expired."),
    "unknown": Reply("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
    "token": Reply("InvalidToken", "The provided token is malformed or otherwise invalid."),
}


@dataclass(frozen=True)
class Signer:
    """Who signed a URL; a stranger's has none."""

    access_key_id: str = ""


def signer_of(sent: Sent, target: Target) -> Signer | Reply:
    """Check the signature in the query; gives the signer, or S3's refusal."""
    query = {name: values[-1] for name, values in sent.parameters.items()}
    if "X-Amz-Signature" in query:
        return _version_4(sent, query)
    if "Signature" in query:
        return _version_2(sent, target, query)
    return Signer()


def known_secret(key: str, token: str) -> str | Reply:
    """The secret behind a key, or S3's words for why it does not count."""
    try:
        return secret_of(key, token)
    except NoSecret as none:
        return _NO_SECRET[none.reason]


def _version_4(sent: Sent, query: dict[str, str]) -> Signer | Reply:
    try:
        key, _, region, service, _ = query["X-Amz-Credential"].split("/")
        signed = dt.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        seconds = int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return Reply("AuthorizationQueryParametersError", "Query-string authentication version 4 requires the "
                     "X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                     "X-Amz-Expires parameters.")  # fmt: skip
    if seconds > _LONGEST:
        return Reply("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds); "
                     f"that is, the given X-Amz-Expires must be less than {_LONGEST} seconds")  # fmt: skip
    if clock.now() > signed + dt.timedelta(seconds=seconds):
        return _expired()
    token = query.get("X-Amz-Security-Token", "")
    secret = known_secret(key, token)
    if isinstance(secret, Reply):
        return secret
    request: Any = AWSRequest(sent.method, _without(sent.url, ("X-Amz-Signature",)))
    for name in query["X-Amz-SignedHeaders"].split(";"):
        request.headers[name] = sent.host if name == "host" else sent.headers.get(name, "")
    request.context["timestamp"] = query["X-Amz-Date"]
    auth = S3SigV4QueryAuth(Credentials(key, secret, token or None), service, region, expires=seconds)
    wanted = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return Signer(key) if hmac.compare_digest(wanted, query["X-Amz-Signature"]) else _mismatch()


def _version_2(sent: Sent, target: Target, query: dict[str, str]) -> Signer | Reply:
    key, expires = query.get("AWSAccessKeyId", ""), query.get("Expires", "")
    if not expires.isdigit():
        return Reply("AccessDenied", "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                     "parameters", 403)  # fmt: skip
    if clock.now().timestamp() > int(expires):
        return _expired()
    token = query.get("x-amz-security-token", "")
    secret = known_secret(key, token)
    if isinstance(secret, Reply):
        return secret
    split = urlsplit(_without(sent.url, _OLD))
    headers: Any = {
        name: value for name, value in sent.headers.items() if name.lower().startswith(("content-", "x-amz-"))
    }
    headers = {
        name: value for name, value in headers.items() if name.lower() not in ("content-length", "content-encoding")
    }
    if token:
        headers["x-amz-security-token"] = token
    whole = f"/{target.bucket}/{split.path.removeprefix('/')}" if sent.host.startswith(f"{target.bucket}.") else None
    auth = _Until(Credentials(key, secret), expires)
    text = auth.canonical_string(sent.method, split, headers, auth_path=whole)
    return Signer(key) if hmac.compare_digest(auth.sign_string(text), query["Signature"]) else _mismatch()


class _Until(HmacV1QueryAuth):
    """botocore's signer, for a moment of expiry that the URL names."""

    def __init__(self, credentials: Credentials, moment: str) -> None:
        super().__init__(credentials)
        self._moment = moment

    def _get_date(self) -> str:
        return self._moment


def _without(url: str, names: tuple[str, ...]) -> str:
    split = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if name not in names]
    return urlunsplit(split._replace(query=urlencode(kept, quote_via=quote)))


def _expired() -> Reply:
    return Reply("AccessDenied", "Request has expired", 403)


def _mismatch() -> Reply:
    return Reply("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you "
                 "provided. Check your key and signing method.", 403)  # fmt: skip
