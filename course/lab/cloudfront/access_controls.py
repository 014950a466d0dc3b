"""Origin access controls: read, changed by their ETags, deleted when no distribution uses them.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteOriginAccessControl.html
Moto makes them and lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.cloudfront.records import distributions, token
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]
_FIELDS: Final = {
    "Name": "name",
    "Description": "description",
    "SigningProtocol": "signing_protocol",
    "SigningBehavior": "signing_behavior",
    "OriginAccessControlOriginType": "origin_type",
}


def get_config(call: Call) -> Config:
    """GetOriginAccessControlConfig."""
    found = _named(call)
    return {"OriginAccessControlConfig": _shown(found), "ETag": found.etag}


def update(call: Call) -> Config:
    """UpdateOriginAccessControl."""
    found = _at_its_etag(call)
    found.update(call.given["OriginAccessControlConfig"])
    found.etag = token()
    one = {"Id": found.id, "OriginAccessControlConfig": _shown(found)}
    return {"OriginAccessControl": one, "ETag": found.etag}


def delete(call: Call) -> None:
    """DeleteOriginAccessControl."""
    found = _at_its_etag(call)
    for one in distributions(call.place.account):
        if any(origin.get("OriginAccessControlId") == found.id for origin in one.config["Origins"]["Items"]):
            raise Refusal("OriginAccessControlInUse", f"The origin access control is used by {one.id}.", 409)
    del call.place.global_backend("cloudfront").origin_access_controls[found.id]


def _named(call: Call) -> Any:
    found = call.place.global_backend("cloudfront").origin_access_controls.get(call.given["Id"])
    if found is None:
        raise Refusal("NoSuchOriginAccessControl", "The specified origin access control does not exist.", 404)
    return found


def _at_its_etag(call: Call) -> Any:
    found = _named(call)
    if not call.given.get("IfMatch"):
        raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if call.given["IfMatch"] != found.etag:
        raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
    return found


def _shown(found: Any) -> Config:
    values = {name: getattr(found, held) for name, held in _FIELDS.items()}
    return {name: value for name, value in values.items() if value is not None}
