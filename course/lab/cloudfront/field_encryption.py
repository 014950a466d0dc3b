"""Field-level encryption: chosen fields of a form are sealed at the edge with a public key.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/field-level-encryption.html
AWS seals a field as a message of the AWS Encryption SDK. The lab has a form of its own for the same idea: a fresh AES
key for each value, wrapped with the RSA key; `opened` undoes it for whoever holds the private key.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from course.lab import meter
from course.lab.cloudfront import errors, keys, resources
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.forwarding import OriginRequest
from course.lab.cloudfront.resources import Kept
from course.lab.cloudfront.visit import Visit
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]

_FORM: Final = "application/x-www-form-urlencoded"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_FIELDS: Final = 10
_BODY_MB: Final = 1
_WRAPPED: Final = 256
_NONCE: Final = 12


def refuse_wrong(behaviour: Config, account: str) -> None:
    """Refuse a behaviour that could not encrypt."""
    named = str(behaviour.get("FieldLevelEncryptionId") or "")
    if not named:
        return
    if named not in CONFIGS.held(account):
        raise Refusal("NoSuchFieldLevelEncryptionConfig", f"There is no configuration {named}.", 404)
    if behaviour["ViewerProtocolPolicy"] == "allow-all" or "POST" not in items(behaviour, "AllowedMethods"):
        raise Refusal(
            "IllegalFieldLevelEncryptionConfigAssociationWithCacheBehavior",
            "Field-level encryption needs HTTPS from viewers, and the methods POST and PUT.",
        )


def protect(visit: Visit, request: OriginRequest) -> OriginRequest:
    """The request with its fields sealed, if the behaviour says so."""
    named = str(visit.behaviour.config.get("FieldLevelEncryptionId") or "")
    found = CONFIGS.held(visit.record.account).get(named)
    if found is None or request.method not in ("POST", "PUT"):
        return request
    rows = (found.config.get("ContentTypeProfileConfig") or {}).get("ContentTypeProfiles") or {}
    kind = visit.sent.headers.get("Content-Type", "").partition(";")[0].strip()
    row = next((one for one in rows.get("Items") or [] if one["ContentType"] == kind), None)
    if row is None:
        if (found.config.get("ContentTypeProfileConfig") or {}).get("ForwardWhenContentTypeIsUnknown"):
            return request
        raise errors.refuse(400, f"Field-level encryption: there is no profile for the content type {kind or 'none'}.")
    if len(request.body) > _BODY_MB * 1024 * 1024:
        raise errors.refuse(413, f"Field-level encryption: the body has more than {_BODY_MB} MB.")
    profile = PROFILES.held(visit.record.account).get(str(row.get("ProfileId") or ""))
    if profile is None:
        return request
    meter.use("CloudFront", "field-level-encryption")
    fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    sealed = [(name, _sealed(name, value, profile.config, visit.record.account)) for name, value in fields]
    if sum(new != old for new, old in zip(sealed, fields, strict=True)) > _FIELDS:
        raise errors.refuse(400, f"Field-level encryption: more than {_FIELDS} fields are to be encrypted.")
    request.body = urlencode(sealed).encode()
    request.headers["Content-Length"] = str(len(request.body))
    return request


def opened(sealed: str, private_key: str | bytes) -> str:
    """What a sealed field said, for the holder of the private key (PEM); ValueError for anybody else."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = private_key.encode() if isinstance(private_key, str) else private_key
    key: Any = load_pem_private_key(pem, None)
    raw = base64.b64decode(sealed)
    wrapped, nonce, content = raw[:_WRAPPED], raw[_WRAPPED : _WRAPPED + _NONCE], raw[_WRAPPED + _NONCE :]
    try:
        return AESGCM(key.decrypt(wrapped, _padding())).decrypt(nonce, content, None).decode()
    except (ValueError, InvalidTag):
        raise ValueError("This private key does not open the field.") from None


def _sealed(name: str, value: str, profile: Config, account: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    for entity in profile["EncryptionEntities"].get("Items") or []:
        if any(_fits(name, pattern) for pattern in items(entity, "FieldPatterns")):
            public: Any = load_pem_public_key((keys.key(account, entity["PublicKeyId"]) or "").encode())
            key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
            whole = public.encrypt(key, _padding()) + nonce + AESGCM(key).encrypt(nonce, value.encode(), None)
            return base64.b64encode(whole).decode()
    return value


def _padding() -> Any:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def _fits(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _check_profile(call: Call, config: Config) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    patterns: list[str] = []
    for entity in config["EncryptionEntities"].get("Items") or []:
        pem = keys.key(call.place.account, entity["PublicKeyId"])
        if pem is None or not isinstance(load_pem_public_key(pem.encode()), rsa.RSAPublicKey):
            raise Refusal("NoSuchPublicKey", f"The public key {entity['PublicKeyId']} is not an RSA key here.", 404)
        patterns += items(entity, "FieldPatterns")
    for one in patterns:
        if any(other is not one and _fits(other.rstrip("*"), one) for other in patterns):
            raise Refusal("InvalidArgument", f"Field patterns must not overlap: {one}.")
    if len(patterns) > _FIELDS:
        raise Refusal("TooManyFieldLevelEncryptionFieldPatterns", f"A profile has {_FIELDS} field patterns at most.")


def _check_config(call: Call, config: Config) -> None:
    for row in ((config.get("ContentTypeProfileConfig") or {}).get("ContentTypeProfiles") or {}).get("Items") or []:
        if row["ContentType"] != _FORM:
            raise Refusal("InvalidArgument", f"The content type is {_FORM}: {row['ContentType']}.")
        if row.get("ProfileId") and row["ProfileId"] not in PROFILES.held(call.place.account):
            raise Refusal("NoSuchFieldLevelEncryptionProfile", f"There is no profile {row['ProfileId']}.", 404)


def _uses_config(config: Config) -> set[str]:
    more = (config.get("CacheBehaviors") or {}).get("Items") or []
    return {str(one.get("FieldLevelEncryptionId") or "") for one in [config["DefaultCacheBehavior"], *more]}


def _users_of_profile(account: str, one: Kept) -> list[str]:
    found = []
    for other in CONFIGS.held(account).values():
        profiles = ((other.config.get("ContentTypeProfileConfig") or {}).get("ContentTypeProfiles") or {}).get("Items")
        if any(row.get("ProfileId") == one.id for row in profiles or []):
            found.append(other.id)
    return found


def _users_of_config(account: str, one: Kept) -> list[str]:
    return resources.distributions_with(account, one, _uses_config)


_CONFIG: Final = "FieldLevelEncryptionConfig"
_PROFILE: Final = "FieldLevelEncryptionProfile"
CONFIGS: Final = resources.Kind("FieldLevelEncryption", _CONFIG, _CONFIG, _check_config, _users_of_config)
PROFILES: Final = resources.Kind(_PROFILE, f"{_PROFILE}Config", _PROFILE, _check_profile, _users_of_profile)
OPERATIONS: Final = {
    "CreateFieldLevelEncryptionConfig": CONFIGS.create,
    "GetFieldLevelEncryption": CONFIGS.get,
    "GetFieldLevelEncryptionConfig": CONFIGS.get_config,
    "UpdateFieldLevelEncryptionConfig": CONFIGS.update,
    "DeleteFieldLevelEncryptionConfig": CONFIGS.delete,
    "CreateFieldLevelEncryptionProfile": PROFILES.create,
    "GetFieldLevelEncryptionProfile": PROFILES.get,
    "GetFieldLevelEncryptionProfileConfig": PROFILES.get_config,
    "UpdateFieldLevelEncryptionProfile": PROFILES.update,
    "DeleteFieldLevelEncryptionProfile": PROFILES.delete,
}
