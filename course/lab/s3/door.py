"""S3 over plain HTTP: presigned URLs, anonymous reads, browser uploads, CORS and web sites.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAPI.html

Nobody here is trusted: whoever comes over HTTP needs permission, also while nothing else in the lab is enforced.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab import wire
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.asked import asking
from course.lab.clock import clock
from course.lab.iam.api_call import ApiCall
from course.lab.iam.guard import guard
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.s3 import access_logs, browser_upload, cors, public_acls, website
from course.lab.s3.hosts import Target, target_of
from course.lab.s3.objects import bucket_named
from course.lab.s3.presigned import Signer, signer_of

_OBJECT: Final = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_BUCKET: Final = {"GET": "ListObjects", "HEAD": "HeadBucket"}
_PARAMETERS: Final = {"versionId": "VersionId", "prefix": "Prefix", "delimiter": "Delimiter"}


def answer(sent: Sent) -> Answer | None:
    """The answer of S3; None if the host is not S3's."""
    target = target_of(sent)
    if target is None:
        return None
    if target.is_site:
        return website.answer(sent, target, read)
    if bucket_named(target.bucket) is None:
        return refused(sent, Reply("NoSuchBucket", "The specified bucket does not exist", 404))
    if sent.method == "OPTIONS":
        return cors.preflight(sent, target)
    if sent.method == "POST" and "multipart/form-data" in sent.headers.get("Content-Type", ""):
        return cors.allow(sent, target, browser_upload.answer(sent, target, write))
    signer = signer_of(sent, target)
    if isinstance(signer, Reply):
        return refused(sent, signer)
    return cors.allow(sent, target, _called(sent, target, signer))


def _called(sent: Sent, target: Target, signer: Signer) -> Answer:
    operation = (_OBJECT if target.key else _BUCKET).get(sent.method)
    if operation is None:
        return refused(
            sent, Reply("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
        )
    if operation == "ListObjects" and "2" in sent.parameters.get("list-type", []):
        operation = "ListObjectsV2"
    params: dict[str, Any] = {"Bucket": target.bucket}
    if target.key:
        params["Key"] = target.key
    params |= {name: sent.parameters[query][-1] for query, name in _PARAMETERS.items() if query in sent.parameters}
    request = AWSPreparedRequest(sent.method, sent.url, _headers(sent), sent.body, False)
    return _through(sent, target, signer, operation, params, request)


def read(sent: Sent, target: Target, key: str) -> Answer:
    """Read an object as anybody may."""
    url = f"https://{target.bucket}.s3.amazonaws.com/{quote(key)}"
    request = AWSPreparedRequest("GET", url, _headers(sent), b"", False)
    return _through(sent, target, Signer(), "GetObject", {"Bucket": target.bucket, "Key": key}, request)


def write(sent: Sent, target: Target, signer: Signer, key: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Write an object as the one who signed."""
    url = f"https://{target.bucket}.s3.amazonaws.com/{quote(key)}"
    if signer.access_key_id:
        # The signature is checked; moto refuses to overwrite an object for a request that carries none.
        scope = f"{signer.access_key_id}/{clock.now():%Y%m%d}/{target.region}/s3/aws4_request"
        headers = headers | {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    request = AWSPreparedRequest("PUT", url, _as_sent(headers), body, False)
    return _through(sent, target, signer, "PutObject", {"Bucket": target.bucket, "Key": key, "Body": body}, request)


def _through(
    sent: Sent, target: Target, signer: Signer, operation: str, params: dict[str, Any], request: AWSPreparedRequest
) -> Answer:
    from moto.iam.models import get_account_id_from

    key = signer.access_key_id
    account = get_account_id_from(key) if key else ""
    context: Any = {"aws:SourceIp": sent.source_ip, "aws:SecureTransport": sent.is_secure}
    with asking("s3", operation, params) as call:
        asked = ApiCall("s3", operation, params, target.region, account, key, bool(key), call.protocol, request)
        refusal = guard(asked, context)
        if refusal is not None and public_acls.open_to(asked, refusal):
            refusal = None
        if refusal is not None:
            access_logs.note(operation, request, refusal)
        response = refusal or wire.pass_on("s3", operation, request)
    return _answered(response)


def refused(sent: Sent, reply: Reply) -> Answer:
    """S3's refusal in XML."""
    request = AWSPreparedRequest(sent.method, sent.url, _headers(sent), b"", False)
    return _answered(reply_as(request, "s3", "rest-xml", reply)[0])


def _answered(response: AWSResponse) -> Answer:
    headers = Headers(dict(response.headers))
    if response.status_code >= 400:
        headers["Content-Type"] = "application/xml"
    return Answer(response.status_code, headers, response.content)


def _headers(sent: Sent) -> Any:
    return _as_sent(
        {name: value for name, value in sent.headers.items() if name.lower() != "host"} | {"Host": sent.host}
    )


def _as_sent(headers: dict[str, str]) -> Any:
    from botocore.awsrequest import HeadersDict

    return HeadersDict(headers)
