"""Secure Remote Password: the password is proved without being sent.

The constants and hashes are those of AWS's clients, after RFC 5054 (3072 bit group) and RFC 5869 (HKDF).
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.cognito import passwords, signing_in
from course.lab.cognito.pools import Ask, Session, open_session
from course.lab.cognito.refused import invalid, no_such_user, not_authorized

_N: Final = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
_G: Final = 2
_INFO: Final = b"Caldera Derived Key"


def begin(ask: Ask, name: str, their_number: str) -> dict[str, Any]:
    """The first step: salt and the service's public number."""
    if not their_number:
        raise invalid("Missing required parameter SRP_A")
    a_public = int(their_number, 16)
    if a_public % _N == 0:
        raise invalid("Invalid SRP_A")
    user = ask.user(name)
    if user is None:
        raise not_authorized() if ask.hides_users else no_such_user()
    signing_in.before(ask, user, name)
    salt, secret = mock_random.getrandbits(128), mock_random.getrandbits(256)
    verifier = pow(_G, _private_key(ask, user, salt), _N)
    b_public = (_multiplier() * verifier + pow(_G, secret, _N)) % _N
    block = open_session(
        ask, user.username, "PASSWORD_VERIFIER", a=a_public, b=b_public, secret=secret, verifier=verifier, salt=salt
    )
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": f"{salt:x}",
            "SRP_B": f"{b_public:x}",
            "USERNAME": user.username,
            "USER_ID_FOR_SRP": user.username,
            "SECRET_BLOCK": base64.b64encode(bytes.fromhex(block)).decode(),
        },
    }


def handle_of(secret_block: str) -> str:
    """The session behind the block that the client sends back."""
    try:
        return base64.b64decode(secret_block, validate=True).hex()
    except ValueError:
        return ""


def verify(ask: Ask, user: Any, session: Session, told: dict[str, Any]) -> dict[str, Any]:
    """The second step: the client shows that it has the same key."""
    a_public, b_public = session.known["a"], session.known["b"]
    scramble = _number(_hash(_padded(a_public) + _padded(b_public)))
    shared = pow(a_public * pow(session.known["verifier"], scramble, _N), session.known["secret"], _N)
    key = _derived(shared, scramble)
    block = base64.b64decode(str(told["PASSWORD_CLAIM_SECRET_BLOCK"]))
    said = _pool_name(ask) + user.username.encode() + block + str(told.get("TIMESTAMP", "")).encode()
    right = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    proved = hmac.compare_digest(right, str(told.get("PASSWORD_CLAIM_SIGNATURE", "")))
    passwords.check_right(ask.pool, user, user.password if proved else None)
    return signing_in.proved(ask, user)


def _private_key(ask: Ask, user: Any, salt: int) -> int:
    inner = _hash(_pool_name(ask) + user.username.encode() + b":" + str(user.password or "").encode())
    return _number(_hash(_padded(salt) + inner))


def _pool_name(ask: Ask) -> bytes:
    return str(ask.pool.id).partition("_")[2].encode()


def _multiplier() -> int:
    return _number(_hash(_padded(_N) + _padded(_G)))


def _derived(shared: int, scramble: int) -> bytes:
    first = hmac.new(_padded(scramble), _padded(shared), hashlib.sha256).digest()
    return hmac.new(first, _INFO + b"\x01", hashlib.sha256).digest()[:16]


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _padded(number: int) -> bytes:
    """Big-endian, with a zero byte in front where the first bit is set, so that it is no negative number."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
