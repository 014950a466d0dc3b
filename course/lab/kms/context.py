"""Encryption contexts: pairs that are bound to a ciphertext without being in it.

https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
Pairs count as a set: their order does not matter, everything else does. Moto strings names and values together, so
that {"a": "bc"} opens what {"ab": "c"} closed; we hand it one value that only the same pairs can make.
"""

from __future__ import annotations

import json
from collections.abc import Mapping


def bound(context: Mapping[str, str] | None) -> dict[str, str]:
    """The context in a form for moto in which different contexts stay different."""
    return {"": json.dumps(sorted(context.items()))} if context else {}
