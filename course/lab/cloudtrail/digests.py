"""Digest files: once an hour a signed list of the log files, chained to the one before, proves that none was changed.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from course.lab.agenda import Delivery, note
from course.lab.clock import clock
from course.lab.cloudtrail.bucket import folder

_HOUR: Final = 3600.0
_SIGNED_WITH: Final = "SHA256withRSA"


@dataclass
class Chain:
    """The digests of one trail so far."""

    start: float = 0.0
    next: float = 0.0
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By Region: the log files since the last digest."""
    last: dict[str, dict[str, str]] = field(default_factory=dict)
    """By Region: what the next digest says of the last one."""

    def begin(self, now: float) -> None:
        """The first digest covers the hour from now on."""
        self.start, self.next = now, now + _HOUR

    def note(self, bucket: str, key: str, content: bytes, records: list[dict[str, Any]]) -> None:
        """A log file was delivered."""
        times = sorted(record["eventTime"] for record in records)
        self.files.setdefault(records[0]["awsRegion"], []).append(
            {
                "s3Bucket": bucket,
                "s3Object": key,
                "hashValue": hashlib.sha256(gzip.decompress(content)).hexdigest(),
                "hashAlgorithm": "SHA-256",
                "newestEventTime": times[-1],
                "oldestEventTime": times[0],
            }
        )


def deliver(trail: Any, chain: Chain, regions: list[str], write: Callable[..., str]) -> list[Delivery]:
    """Write the digests of the hour that ends now, also when no file was delivered in it."""
    made = []
    for region in regions:
        digest = _digest(trail, chain, region)
        text = json.dumps(digest).encode()
        signature = _sign(string_to_sign(digest, text))
        key = digest["digestS3Object"]
        problem = write(trail, key, gzip.compress(text, mtime=0), signature=signature, signature_algorithm=_SIGNED_WITH)
        if not problem:
            chain.last[region] = {
                "previousDigestS3Bucket": trail.bucket_name,
                "previousDigestS3Object": key,
                "previousDigestHashValue": hashlib.sha256(text).hexdigest(),
                "previousDigestHashAlgorithm": "SHA-256",
                "previousDigestSignature": signature,
            }
            chain.files.pop(region, None)
        said = problem or f"a digest of {len(digest['logFiles'])} log files"
        made.append(note(f"trail {trail.trail_name}", trail.bucket_name, said))
    chain.start, chain.next = chain.next, chain.next + _HOUR
    return made


def _digest(trail: Any, chain: Chain, region: str) -> dict[str, Any]:
    now = clock.now()
    name = f"{trail.account_id}_CloudTrail-Digest_{region}_{trail.trail_name}_{trail.region_name}_{now:%Y%m%dT%H%M%SZ}"
    nothing = dict.fromkeys(
        ("previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
         "previousDigestSignature")
    )  # fmt: skip
    files = chain.files.get(region, [])
    return {
        "awsAccountId": trail.account_id,
        "digestStartTime": _iso(chain.start),
        "digestEndTime": _iso(chain.next),
        "digestS3Bucket": trail.bucket_name,
        "digestS3Object": f"{folder(trail, 'CloudTrail-Digest', region)}/{name}.json.gz",
        "newestEventTime": max((file["newestEventTime"] for file in files), default=None),
        "oldestEventTime": min((file["oldestEventTime"] for file in files), default=None),
        **(chain.last.get(region) or nothing),
        "digestPublicKeyFingerprint": fingerprint(),
        "digestSignatureAlgorithm": _SIGNED_WITH,
        "logFiles": files,
    }


def _iso(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def string_to_sign(digest: dict[str, Any], text: bytes) -> bytes:
    """What the signature of a digest covers: its end, its place, its hash, and the signature before."""
    before = digest["previousDigestSignature"] or "null"
    place = f"{digest['digestS3Bucket']}/{digest['digestS3Object']}"
    return "\n".join([digest["digestEndTime"], place, hashlib.sha256(text).hexdigest(), before]).encode()


@cache
def _key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _sign(text: bytes) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    signature: bytes = _key().sign(text, PKCS1v15(), hashes.SHA256())
    return signature.hex()


def public_key() -> bytes:
    """The key that tests the signatures, in DER as PKCS #1, as ListPublicKeys gives it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    shown: bytes = _key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return shown


def fingerprint() -> str:
    """The name of that key in digests."""
    return hashlib.md5(public_key(), usedforsecurity=False).hexdigest()
