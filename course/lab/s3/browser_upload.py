"""Uploads from a browser's form: a signed policy says what may be uploaded, until when.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import io
import json
from collections.abc import Callable
from typing import Any, Final

from werkzeug.formparser import parse_form_data

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.clock import clock
from course.lab.replies import Reply
from course.lab.s3.event_rules import from_a_form
from course.lab.s3.hosts import Target
from course.lab.s3.presigned import Signer, known_secret

Write = Callable[[Sent, Target, Signer, str, bytes, dict[str, str]], Answer]
# Fields that need no condition.
_FREE: Final = ("policy", "signature", "awsaccesskeyid", "x-amz-signature", "file")
_KEPT: Final = ("content-type", "cache-control", "content-disposition", "content-encoding", "expires")


def answer(sent: Sent, target: Target, write: Write) -> Answer:
    """Check the policy and keep the file."""
    from course.lab.s3.door import refused

    environ: Any = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": sent.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(sent.body)),
        "wsgi.input": io.BytesIO(sent.body),
    }
    _, form, files = parse_form_data(environ)
    fields = {name.lower(): value for name, value in form.items()}
    upload = files.get("file")
    if upload is None or "key" not in fields:
        missing = "file" if upload is None else "key"
        return refused(sent, Reply("InvalidArgument", f"Bucket POST must contain a field named '{missing}'."))
    body = upload.read()
    signer = _signer(fields)
    if isinstance(signer, Reply):
        return refused(sent, signer)
    if signer.access_key_id and (broken := _broken(fields, target.bucket, len(body))):
        return refused(sent, broken)
    key = fields["key"].replace("${filename}", upload.filename or "")
    headers = {name: value for name, value in fields.items() if name in _KEPT or name.startswith("x-amz-meta-")}
    with from_a_form():
        given = write(sent, target, signer, key, body, headers)
    if given.status >= 400:
        return given
    if url := fields.get("success_action_redirect"):
        return Answer(303, Headers({"Location": url}), b"")
    status = fields.get("success_action_status", "204")
    return Answer(
        int(status) if status in ("200", "201") else 204, Headers({"ETag": given.headers.get("ETag", "")}), b""
    )


def _signer(fields: dict[str, str]) -> Signer | Reply:
    """Who signed the policy; nobody, if there is none."""
    policy = fields.get("policy")
    if not policy:
        return Signer()
    token = fields.get("x-amz-security-token", "")
    if credential := fields.get("x-amz-credential"):
        key, day, region, service, last = credential.split("/")
        secret = known_secret(key, token)
        if isinstance(secret, Reply):
            return secret
        signing = f"AWS4{secret}".encode()
        for part in (day, region, service, last):
            signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
        wanted, shown = (
            hmac.new(signing, policy.encode(), hashlib.sha256).hexdigest(),
            fields.get("x-amz-signature", ""),
        )
    else:
        key = fields.get("awsaccesskeyid", "")
        secret = known_secret(key, token)
        if isinstance(secret, Reply):
            return secret
        made = hmac.new(secret.encode(), policy.encode(), hashlib.sha1).digest()
        wanted, shown = base64.b64encode(made).decode(), fields.get("signature", "")
    if not hmac.compare_digest(wanted, shown):
        return Reply("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you "
                     "provided. Check your key and signing method.", 403)  # fmt: skip
    return Signer(key)


def _broken(fields: dict[str, str], bucket: str, size: int) -> Reply | None:
    """The first condition of the policy that the upload breaks."""
    try:
        policy = json.loads(base64.b64decode(fields["policy"]))
        ends = dt.datetime.fromisoformat(policy["expiration"])
    except (ValueError, KeyError):
        return Reply("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
    if clock.now() > ends:
        return Reply("AccessDenied", "Invalid according to Policy: Policy expired.", 403)
    given = {**fields, "bucket": bucket}
    named = set()
    for condition in policy.get("conditions", []):
        if isinstance(condition, dict):
            condition = next(["eq", f"${name}", value] for name, value in condition.items())
        kind, first, second = condition
        if kind == "content-length-range":
            if size > int(second):
                return Reply("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
            if size < int(first):
                return Reply("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
            continue
        name = first.removeprefix("$").lower()
        named.add(name)
        value = given.get(name, "")
        if (kind == "eq" and value != second) or (kind == "starts-with" and not value.startswith(second)):
            shown = json.dumps([kind, first, second])
            return Reply("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {shown}", 403)
    extra = [name for name in fields if name not in named and name not in _FREE and not name.startswith("x-ignore-")]
    if extra:
        return Reply("AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}", 403)
    return None
