"""Key value stores of CloudFront Functions: filled from a JSON file in S3 when they are made.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-create-s3-kvp.html
Moto keeps the stores. What is in them changes through an API of its own, which needs a signature (SigV4A) that boto3
has only with the AWS CRT; so in the lab a store keeps what it was made with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]


def associated(config: Config) -> list[str]:
    """The stores that a function's configuration names."""
    rows = (config.get("KeyValueStoreAssociations") or {}).get("Items") or []
    return [str(one["KeyValueStoreARN"]) for one in rows]


def held(arn: str, account: str) -> dict[str, str] | None:
    """What a store holds; None if there is no such store."""
    stores = Place(account, "aws").backend("cloudfront").key_value_stores
    if not any(one.arn == arn for one in stores.values()):
        return None
    return _contents(account).get(arn, {})


def create(call: Call) -> Config:
    """CreateKeyValueStore, empty or filled from a file in S3."""
    from moto.core.exceptions import ServiceException

    source = call.given.get("ImportSource")
    pairs = read(str(source["SourceARN"])) if source else {}
    try:
        made = call.place.global_backend("cloudfront").create_key_value_store(
            call.given["Name"], call.given.get("Comment", ""), (call.given.get("Tags") or {}).get("Items", [])
        )
    except ServiceException as refused:
        raise Refusal(str(refused.code), str(refused.message), 409) from None
    _contents(call.place.account)[made.arn] = pairs
    return {"KeyValueStore": made.key_value_store, "ETag": made.etag, "Location": made.arn}


def read(source_arn: str) -> dict[str, str]:
    """The pairs in a file `{"data": [{"key": ..., "value": ...}]}`."""
    bucket, _, key = source_arn.rpartition(":::")[2].partition("/")
    for backend in everywhere("s3"):
        if bucket in backend.buckets:
            found = backend.get_object(bucket, key)
            if found is not None:
                try:
                    return {str(one["key"]): str(one["value"]) for one in json.loads(found.value)["data"]}
                except (ValueError, KeyError, TypeError):
                    raise Refusal(
                        "InvalidArgument", f'{key} is not of the form {{"data": [{{"key": "a", "value": "b"}}]}}.'
                    ) from None
    raise Refusal("InvalidArgument", f"There is no file {source_arn}.")


def _contents(account: str) -> dict[str, dict[str, str]]:
    return Place(account, "aws").kept("cloudfront", "lab_key_values", dict[str, dict[str, str]])
