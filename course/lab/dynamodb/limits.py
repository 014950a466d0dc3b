"""Sizes of items and transactions, and transactions that are sent twice.

Limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
Idempotency: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.clock import clock
from course.lab.dynamodb.sizes import item_size
from course.lab.replies import Reply

ITEM_BYTES: Final = 400 * 1024
TRANSACTION_BYTES: Final = 4 * 1024 * 1024
_TOKEN_SECONDS: Final = 600

Tokens = dict[str, tuple[float, str, bytes]]


def too_large(items: list[Any], transaction: bool) -> Reply | None:
    """The refusal of items that are put with too many bytes."""
    if any(item_size(item) > ITEM_BYTES for item in items):
        return Reply("ValidationException", "Item size has exceeded the maximum allowed size")
    if transaction and sum(item_size(item) for item in items) > TRANSACTION_BYTES:
        return Reply("ValidationException", "Collection size of the transaction exceeds the 4 MB limit")
    return None


def seen_before(tokens: Tokens, asked: dict[str, Any]) -> bytes | Reply | None:
    """The answer to the same transaction with the same token in the last ten minutes; a refusal if it differs."""
    until, written, answered = tokens.get(str(asked.get("ClientRequestToken")), (0.0, "", b""))
    if until < clock.now().timestamp():
        return None
    if written != _fingerprint(asked):
        return Reply(
            "IdempotentParameterMismatchException",
            "Request parameters do not match the parameters of an earlier request with the same token.",
        )
    return answered


def remember(tokens: Tokens, asked: dict[str, Any], answer: bytes) -> None:
    """Keep what a transaction with a token was answered."""
    if token := str(asked.get("ClientRequestToken") or ""):
        tokens[token] = (clock.now().timestamp() + _TOKEN_SECONDS, _fingerprint(asked), answer)


def _fingerprint(asked: dict[str, Any]) -> str:
    return json.dumps(asked.get("TransactItems"), sort_keys=True)
