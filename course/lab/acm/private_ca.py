"""A private CA gives a certificate the validity that was asked for; moto always gives a year.

https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.wire import afterwards, answer_first

_DAYS: Final = {"DAYS": 1, "MONTHS": 30, "YEARS": 365}
_ROOT: Final = "RootCACertificate"


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "acm-pca" and operation == "IssueCertificate" else None
    if call is None:
        return None
    arn = call.params.get("CertificateAuthorityArn", "")
    authority = place_of(request).backend("acm-pca").certificate_authorities.get(arn)
    if authority is None or authority.status == "ACTIVE" or _ROOT in call.params.get("TemplateArn", ""):
        return None
    words = f"The certificate authority {arn} is in the wrong state: {authority.status}."
    return reply_as(request, "acm-pca", call.protocol, Reply("InvalidStateException", words))[0]


@afterwards("acm-pca")
def _give_validity(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation == "IssueCertificate" and response.status_code < 400 else None
    if call is None:
        return
    authority = place_of(request).backend("acm-pca").certificate_authorities[call.params["CertificateAuthorityArn"]]
    arn = json.loads(response.content)["CertificateArn"]
    old = x509.load_pem_x509_certificate(authority.issued_certificates[arn])
    begin = clock.now().replace(microsecond=0)
    made = x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer).public_key(old.public_key())
    made = made.serial_number(old.serial_number).not_valid_before(begin).not_valid_after(_end(begin, call.params))
    for extension in old.extensions:
        made = made.add_extension(extension.value, extension.critical)
    signed = made.sign(authority.key, hashes.SHA256())
    authority.issued_certificates[arn] = signed.public_bytes(serialization.Encoding.PEM)


def _end(begin: dt.datetime, given: Mapping[str, Any]) -> dt.datetime:
    validity = given["Validity"]
    if validity["Type"] == "ABSOLUTE":
        return dt.datetime.fromtimestamp(validity["Value"], dt.UTC)
    if validity["Type"] == "END_DATE":
        return dt.datetime.strptime(str(validity["Value"]).zfill(14), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    return begin + dt.timedelta(days=_DAYS[validity["Type"]] * validity["Value"])
