"""What a subscriber gets: the JSON envelope of SNS, signed, or the bare message.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

_DEFAULT: Final = "default"


@dataclass
class Publication:
    """One message on its way from a topic to its subscribers."""

    topic: Any
    message_id: str
    message: str
    at: dt.datetime
    subject: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    by_protocol: bool = False

    def text_for(self, protocol: str) -> str:
        """The message for this protocol: with MessageStructure=json each may have its own."""
        if not self.by_protocol:
            return self.message
        texts = json.loads(self.message)
        own = texts.get(protocol)
        return str(own if isinstance(own, str) else texts[_DEFAULT])


def envelope(publication: Publication, subscription: Any) -> str:
    """The notification as JSON, the way queues, functions and web hooks get it."""
    text = publication.text_for(subscription.protocol)
    region = publication.topic.sns_backend.region_name
    shown: dict[str, Any] = {"Type": "Notification", "MessageId": publication.message_id}
    if publication.sequence:
        shown["SequenceNumber"] = publication.sequence
    shown["TopicArn"] = publication.topic.arn
    if publication.subject:
        shown["Subject"] = publication.subject
    shown["Message"] = text
    shown["Timestamp"] = _stamp(publication.at)
    version = str(getattr(publication.topic, "signature_version", "1"))
    name, signature = _signed(publication, text, region, version)
    shown["SignatureVersion"] = version
    shown["Signature"] = signature
    shown["SigningCertURL"] = f"https://sns.{region}.amazonaws.com/{name}"
    shown["UnsubscribeURL"] = (
        f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    )
    if publication.attributes:
        shown["MessageAttributes"] = publication.attributes
    return json.dumps(shown, indent=2)


def queue_attributes(publication: Publication) -> dict[str, Any]:
    """Message attributes as SQS wants them, for raw delivery."""
    made = {}
    for name, one in publication.attributes.items():
        kind = "BinaryValue" if one["Type"].startswith("Binary") else "StringValue"
        made[name] = {"DataType": one["Type"], kind: str(one["Value"])}
    return made


def _stamp(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _signed(publication: Publication, text: str, region: str, version: str) -> tuple[str, str]:
    """The name of the certificate and the signature, which a receiver can check as on AWS.

    https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key, certificate = _identity()
    name = "SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
    _publish_certificate(region, name, certificate)
    lines = ["Message", text, "MessageId", publication.message_id]
    if publication.subject:
        lines += ["Subject", publication.subject]
    lines += ["Timestamp", _stamp(publication.at), "TopicArn", publication.topic.arn, "Type", "Notification", ""]
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = key.sign("\n".join(lines).encode(), padding.PKCS1v15(), algorithm)
    return name, base64.b64encode(signature).decode()


def _publish_certificate(region: str, name: str, certificate: bytes) -> None:
    """Moto answers a GET of the certificate's URL from here."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.sns.models import sns_backends

    sns_backends[DEFAULT_ACCOUNT_ID][region]._message_public_keys[name] = certificate


@lru_cache(maxsize=1)
def _identity() -> tuple[Any, bytes]:
    """One key and certificate for the whole account; moto makes a new pair for every subscription, which is slow."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1))
        .not_valid_after(dt.datetime(2120, 1, 1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM)
