"""Which certificates a load balancer, a distribution and an API's own domain accept.

CloudFront, edge-optimized domains of APIs and Cognito's take them from us-east-1, everything else from its own Region:
https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import Place, place_of
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.wire import answer_first

_EDGE: Final = "us-east-1"
_BALANCER: Final = ("CreateListener", "ModifyListener", "AddListenerCertificates")


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service in ("cloudfront", "elastic-load-balancing-v2", "api-gateway") else None
    if call is None:
        return None
    reply: Reply | None = None
    place = place_of(request)
    if service == "cloudfront" and operation in ("CreateDistribution", "UpdateDistribution"):
        config = call.params.get("DistributionConfig") or {}
        reply = _of_distribution((config.get("ViewerCertificate") or {}).get("ACMCertificateArn", ""), place)
    elif service == "elastic-load-balancing-v2" and operation in _BALANCER:
        reply = _of_listener([one.get("CertificateArn", "") for one in call.params.get("Certificates") or []], place)
    elif operation == "CreateDomainName":
        reply = _of_domain(call.params, place)
    if reply is None:
        return None
    return reply_as(request, call.model.service_model.service_name, call.protocol, reply)[0]


def _of_distribution(arn: str, place: Place) -> Reply | None:
    if not arn:
        return None
    if _region(arn) != _EDGE:
        return Reply("InvalidViewerCertificate", f"The certificate must be in {_EDGE}; {arn} is in {_region(arn)}.")
    if _status(arn, Place(place.account, _EDGE)) != "ISSUED":
        return Reply("InvalidViewerCertificate", f"The certificate {arn} does not exist, or is not issued or valid.")
    return None


def _of_listener(arns: list[str], place: Place) -> Reply | None:
    for arn in arns:
        if ":acm:" not in arn:
            continue  # a server certificate of IAM
        status = _status(arn, place)
        if _region(arn) != place.region or status == "":
            return Reply("CertificateNotFound", f"Certificate '{arn}' not found")
        if status != "ISSUED":
            return Reply(
                "UnsupportedCertificate",
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a "
                f"supported key size; its status is {status}.",
            )
    return None


def _of_domain(given: Any, place: Place) -> Reply | None:
    edge, regional = given.get("certificateArn", ""), given.get("regionalCertificateArn", "")
    for arn, region in ((edge, _EDGE), (regional, place.region)):
        if arn and _region(arn) != region:
            return Reply("BadRequestException", f"Invalid certificate ARN: {arn}. Certificate must be in '{region}'.")
    return None


def _region(arn: str) -> str:
    return arn.split(":")[3] if arn.count(":") >= 5 else ""


def _status(arn: str, place: Place) -> str:
    """The status of a certificate, nothing if there is none here."""
    found = place.backend("acm")._certificates.get(arn)
    if found is None:
        return ""
    found.check()
    return str(found.status)
