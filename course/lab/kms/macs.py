"""GenerateMac and VerifyMac: HMAC keys, one algorithm each.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html
"""

from __future__ import annotations

import hashlib
import hmac

from course.lab.kms.algorithms import MAC
from course.lab.kms.encryption import Answer, octets
from course.lab.kms.named_keys import key_for
from course.lab.service import Call, Refusal


def generate_mac(call: Call) -> Answer:
    """The code of a message."""
    arn, code = _code(call, "GenerateMac")
    return {"Mac": code, "MacAlgorithm": call.given["MacAlgorithm"], "KeyId": arn}


def verify_mac(call: Call) -> Answer:
    """MacValid, which is always true: otherwise KMSInvalidMacException."""
    arn, code = _code(call, "VerifyMac")
    if not hmac.compare_digest(code, octets(call.given["Mac"])):
        raise Refusal("KMSInvalidMacException", "")
    return {"MacValid": True, "MacAlgorithm": call.given["MacAlgorithm"], "KeyId": arn}


def _code(call: Call, operation: str) -> tuple[str, bytes]:
    algorithm = call.given["MacAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], operation, MAC, algorithm)
    digest = getattr(hashlib, f"sha{algorithm[-3:]}")
    return key.arn, hmac.new(key.key_material, octets(call.given["Message"]), digest).digest()
