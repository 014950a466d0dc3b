"""One-time codes of virtual MFA devices (RFC 6238), as an authenticator app shows them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from moto.iam.models import iam_backends

_STEP = 30
_DRIFT = 1  # a code of the step before or after still counts


def mfa_code(seed: str | bytes, moment: float | None = None) -> str:
    """The six digits for now (the lab's clock), from the `Base32StringSeed` of create_virtual_mfa_device.

    >>> mfa_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59)
    '287082'
    """
    text = seed.decode() if isinstance(seed, bytes) else seed
    key = base64.b32decode(text.strip().upper() + "=" * (-len(text.strip()) % 8))
    counter = int((time.time() if moment is None else moment) // _STEP)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def mfa_passes(account: str, user_name: str, serial: str, code: str) -> bool:
    """Whether the user has this device and the code is the right one at this moment."""
    backend = iam_backends[account]["aws"]
    user = backend.users.get(user_name)
    if user is None or serial not in user.mfa_devices or not (len(code) == 6 and code.isdigit()):
        return False
    device = backend.virtual_mfa_devices.get(serial)
    if device is None:
        return True  # a hardware device: nobody but its maker knows its seed
    moments = (time.time() + shift * _STEP for shift in range(-_DRIFT, _DRIFT + 1))
    return any(hmac.compare_digest(mfa_code(device.base32_string_seed, moment), code) for moment in moments)
