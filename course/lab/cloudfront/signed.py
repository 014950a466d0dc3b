"""Signed URLs and signed cookies, really verified with the public keys of the behaviour's trusted key groups.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-cookies.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from course.lab.apigateway.exchange import Sent
from course.lab.clock import clock
from course.lab.cloudfront import errors, keys
from course.lab.cloudfront.cache_key import cookies_of, items
from course.lab.cloudfront.visit import Stopped, Visit

Config = Mapping[str, Any]
_OWN: Final = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
# CloudFront's base64 avoids what URLs reserve.
_LETTERS: Final = str.maketrans("-_~", "+=/")


def is_asked(behaviour: Config) -> bool:
    """Whether a behaviour wants signatures."""
    return bool(items(behaviour, "TrustedKeyGroups"))


def without_signature(query: str) -> str:
    """The query string without what belongs to the signature: the cache and the origin never see it."""
    return "&".join(part for part in query.split("&") if part and part.partition("=")[0] not in _OWN)


def admit(visit: Visit) -> None:
    """Let a viewer through whose URL or cookies carry a good signature; raise Stopped for all others."""
    groups = items(visit.behaviour.config, "TrustedKeyGroups")
    if not groups:
        return
    given = _in_query(visit.sent) or _in_cookies(visit.sent)
    if "Key-Pair-Id" not in given:
        raise _no("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
    pem = _trusted(visit, groups, given["Key-Pair-Id"])
    if pem is None:
        raise _no("InvalidKey", "Unknown Key")
    signature = _decoded(given.get("Signature", ""), "signature")
    policy = _policy(visit, given)
    _verify(pem, signature, policy, given.get("Hash-Algorithm", "SHA1"))
    _judge(visit, policy)


def _in_query(sent: Sent) -> dict[str, str]:
    pairs = (part.partition("=") for part in sent.query.split("&") if part)
    found = {name: unquote(value) for name, _, value in pairs if name in _OWN}
    return found if "Signature" in found or "Key-Pair-Id" in found else {}


def _in_cookies(sent: Sent) -> dict[str, str]:
    cookies = cookies_of(sent.headers)
    return {name: cookies[f"CloudFront-{name}"] for name in _OWN if f"CloudFront-{name}" in cookies}


def _trusted(visit: Visit, groups: list[str], key_id: str) -> str | None:
    for one in groups:
        group = keys.group(visit.record.account, one)
        if group is not None and key_id in group.items:
            return keys.key(visit.record.account, key_id)
    return None


def _policy(visit: Visit, given: Mapping[str, str]) -> bytes:
    """The custom policy that was sent along, or the canned one that the time of expiry stands for."""
    if "Policy" in given:
        return _decoded(given["Policy"], "policy")
    if not given.get("Expires", "").isdigit():
        raise _no("MalformedPolicy", "Malformed Policy")
    canned = {"Statement": [{"Resource": _address(visit),
                             "Condition": {"DateLessThan": {"AWS:EpochTime": int(given["Expires"])}}}]}  # fmt: skip
    return json.dumps(canned, separators=(",", ":")).encode()


def _verify(pem: str, signature: bytes, policy: bytes, algorithm: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    digest = hashes.SHA256() if algorithm.upper() == "SHA256" else hashes.SHA1()
    key: Any = load_pem_public_key(pem.encode())
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, policy, ec.ECDSA(digest))
        else:
            key.verify(signature, policy, padding.PKCS1v15(), digest)
    except InvalidSignature:
        raise _no("AccessDenied", "Access denied") from None


def _judge(visit: Visit, policy: bytes) -> None:
    """Whether the policy, which somebody trusted has signed, admits this request now."""
    try:
        statement = json.loads(policy)["Statement"][0]
        conditions = statement["Condition"]
        until = conditions["DateLessThan"]["AWS:EpochTime"]
        since = (conditions.get("DateGreaterThan") or {}).get("AWS:EpochTime", 0)
        network = (conditions.get("IpAddress") or {}).get("AWS:SourceIp", "0.0.0.0/0")
        resource = statement.get("Resource", "*")
    except (ValueError, KeyError, TypeError, IndexError):
        raise _no("MalformedPolicy", "Malformed Policy") from None
    now = clock.now().timestamp()
    inside = ipaddress.ip_address(visit.sent.source_ip) in ipaddress.ip_network(network, strict=False)
    if not (since <= now < until and inside and _fits(resource, _address(visit))):
        raise _no("AccessDenied", "Access denied")


def _fits(pattern: str, address: str) -> bool:
    words = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(words, address) is not None or pattern == address


def _address(visit: Visit) -> str:
    """The URL that was signed: as the viewer called it, without the signature."""
    sent = visit.sent
    query = without_signature(sent.query)
    scheme = "https" if sent.is_secure else "http"
    return f"{scheme}://{sent.headers.get('Host', sent.host)}{sent.path}" + (f"?{query}" if query else "")


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text.translate(_LETTERS), validate=True)
    except (binascii.Error, ValueError):
        raise _no("MalformedSignature" if what == "signature" else "MalformedPolicy", f"Malformed {what}") from None


def _no(code: str, said: str) -> Stopped:
    return Stopped(errors.xml(403, code, said))
