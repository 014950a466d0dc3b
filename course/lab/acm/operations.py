"""ACM's operations where moto differs from AWS; all others are moto's.

https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from course.lab.acm import lifetimes, regions
from course.lab.acm.certificate import LabCertificate, adopt
from course.lab.asked import asked
from course.lab.place import Place, place_of
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.wire import afterwards, answer_first, ask_moto

__all__ = ["lifetimes", "regions"]


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "acm" else None
    if call is None:
        return None
    reply: Reply | None = None
    if operation == "ImportCertificate":
        reply = _unfit(call.params)
    elif operation == "DeleteCertificate":
        reply = _used(place_of(request), call.params.get("CertificateArn", ""))
    elif operation == "RequestCertificate":
        return _requested(request, call.params)
    return None if reply is None else reply_as(request, "acm", call.protocol, reply)[0]


def _unfit(asked_for: Any) -> Reply | None:
    """Whether the private key belongs to the certificate; PEM that cannot be read is moto's to refuse."""
    try:
        certificate = x509.load_pem_x509_certificate(_bytes(asked_for["Certificate"]))
        key = serialization.load_pem_private_key(_bytes(asked_for["PrivateKey"]), password=None)
    except (KeyError, ValueError, TypeError):
        return None
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) == certificate.public_key().public_bytes(*form):
        return None
    return Reply("ValidationException", "The certificate body and the private key do not match.")


def _bytes(given: Any) -> bytes:
    return given.encode() if isinstance(given, str) else bytes(given)


def _used(place: Place, arn: str) -> Reply | None:
    found = place.backend("acm")._certificates.get(arn)
    users = found.users if isinstance(found, LabCertificate) else []
    if not users:
        return None
    return Reply("ResourceInUseException", f"Certificate {arn} in account {place.account} is in use by {users[0]}.")


def _requested(request: AWSPreparedRequest, asked_for: Any) -> AWSResponse:
    """Moto's certificate becomes one of the lab's."""
    response = ask_moto("acm", "RequestCertificate", request)
    place = place_of(request)
    for bundle in place.backend("acm")._certificates.values():
        if not isinstance(bundle, LabCertificate):
            adopt(bundle, place, asked_for.get("ValidationMethod", "DNS"))
    return response


@afterwards("acm")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation)
    if call is None or response.status_code >= 400:
        return
    place = place_of(request)
    kept = place.backend("acm")._certificates
    if operation == "ImportCertificate":
        for bundle in kept.values():
            if not isinstance(bundle, LabCertificate):
                adopt(bundle, place)
    elif operation == "ExportCertificate" and isinstance(
        one := kept.get(call.params["CertificateArn"]), LabCertificate
    ):
        one.exported = True
