"""Encrypted snapshots on their way to other Regions and accounts.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html

A copy begins at once and ends later: a key that cannot be used shows as a copy in state `error`, not as an error of the
call. Between accounts key policies count always; within one only while IAM is enforced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import course.lab.ec2  # noqa: F401  (it fills in requests before this answers)
from course.lab.asked import asked
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import Request
from course.lab.iam.resources import resource_of
from course.lab.iam.seam import enforced
from course.lab.kms.states import refusal
from course.lab.place import Place, everywhere, place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first, ask_moto

_ID: Final = re.compile(rb"<snapshotId>(snap-[0-9a-f]+)<")
_WITHOUT_KEY: Final = "Given key ID is not accessible"


@answer_first
def _before(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation not in ("ModifySnapshotAttribute", "CopySnapshot"):
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    if operation == "ModifySnapshotAttribute":
        reply = _not_to_be_shared(call.params, place_of(request))
        return answer(request, "ec2", call.protocol, reply)[0] if reply else None
    return _copy(call.params, request)


@afterwards("ec2")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A snapshot is under the key of its volume, and says so; moto knows one of two ways to share it."""
    if operation not in ("CreateSnapshot", "ModifySnapshotAttribute") or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    call = asked(operation)
    if operation == "ModifySnapshotAttribute":
        _share(call.params if call else {}, ec2)
        return
    for name in (found.decode() for found in _ID.findall(response.content)):
        made = ec2.snapshots.get(name)
        if made is not None and made.encrypted and not made.kms_key_id:
            made.kms_key_id = made.volume.kms_key_id


def _share(given: Mapping[str, Any], ec2: Any) -> None:
    changes = given.get("CreateVolumePermission") or {}
    for change, apply in (("Add", ec2.add_create_volume_permission), ("Remove", ec2.remove_create_volume_permission)):
        if named := changes.get(change):
            users = [one["UserId"] for one in named if one.get("UserId")]
            apply(given["SnapshotId"], user_ids=users, groups=[one["Group"] for one in named if one.get("Group")])


def _not_to_be_shared(given: Mapping[str, Any], place: Place) -> Reply | None:
    snapshot = place.backend("ec2").snapshots.get(given.get("SnapshotId"))
    if snapshot is None or not snapshot.encrypted:
        return None
    added = (given.get("CreateVolumePermission") or {}).get("Add") or []
    users = list(given.get("UserIds") or []) + [one["UserId"] for one in added if one.get("UserId")]
    groups = list(given.get("GroupNames") or []) + [one["Group"] for one in added if one.get("Group")]
    if given.get("OperationType", "add") == "remove":
        return None
    if groups:
        return Reply("OperationNotPermitted", "Encrypted snapshots can't be shared publicly")
    if users and _is_default(_key(snapshot.kms_key_id, place), place):
        return Reply("OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared")
    return None


def _copy(given: Mapping[str, Any], request: AWSPreparedRequest) -> AWSResponse | None:
    place = place_of(request)
    source_place = Place(place.account, str(given["SourceRegion"]))
    name = given.get("SourceSnapshotId")
    store = source_place.backend("ec2")
    source = store.snapshots.get(name)
    shared = source is None
    if shared:
        source = _shared_with(place.account, str(given["SourceRegion"]), name)
        if source is None:
            return None  # moto says that there is no such snapshot
        store.snapshots[name] = source
    try:
        response = ask_moto("ec2", "CopySnapshot", request)
    finally:
        if shared:
            del store.snapshots[name]
    if response.status_code < 400:
        for found in _ID.findall(response.content):
            _finish(place.backend("ec2").snapshots[found.decode()], source, place, request)
    return response


def _shared_with(account: str, region: str, name: Any) -> Any:
    for store in everywhere("ec2"):
        found = store.snapshots.get(name) if store.region_name == region else None
        if found is not None:
            users, groups = found.create_volume_permission_userids, found.create_volume_permission_groups
            return found if account in users or "all" in groups else None
    return None


def _finish(copy: Any, source: Any, place: Place, request: AWSPreparedRequest) -> None:
    """Find the keys of source and copy, and whether the caller may use both."""
    copy.owner_id = place.account
    if source.encrypted:
        home = Place(source.owner_id, source.ec2_backend.region_name)
        key = _key(source.kms_key_id or source.volume.kms_key_id, home)
        # What AWS's own key for EBS encrypts needs no permission within its account.
        usable = key is not None and (_is_default(key, home) or _may(request, "Decrypt", key, home))
        if not usable:
            _fail(copy)
    if not copy.encrypted:
        return
    ec2 = place.backend("ec2")
    if not copy.kms_key_id:
        if not ec2.default_kms_key_id:
            ec2._create_default_encryption_key()
        copy.kms_key_id = ec2.default_kms_key_id
    key = _key(copy.kms_key_id, place)
    if key is None or not (_is_default(key, place) or _may(request, "GenerateDataKeyWithoutPlaintext", key, place)):
        _fail(copy)
        return
    copy.kms_key_id = key.arn


def _fail(copy: Any) -> None:
    copy.status = "error"
    copy.state_message = _WITHOUT_KEY


def _key(name: Any, place: Place) -> Any:
    """The key with this id, ARN or alias, if it can be reached from here."""
    if not name:
        return None
    text = str(name)
    if text.startswith("arn:"):
        if text.split(":")[3] != place.region:
            return None
        place = Place(text.split(":")[4], place.region)
    store = place.backend("kms")
    try:
        return store.keys[store.any_id_to_key_id(text)]
    except Exception:  # moto has several errors for a key that is not there
        return None


def _is_default(key: Any, place: Place) -> bool:
    if key is None:
        return True
    ec2 = place.backend("ec2")
    return bool(key.key_manager == "AWS" or (ec2.default_kms_key_id or "").endswith(key.id))


def _may(request: AWSPreparedRequest, action: str, key: Any, home: Place) -> bool:
    """Whether the caller may use a key, through EC2: the action itself, and the grant that EC2 works with."""
    from course.lab.iam.api_call import signature_of
    from course.lab.iam.callers import caller_of

    if refusal(key, "Encrypt"):
        return False
    caller = caller_of(signature_of(request).access_key_id)
    if not enforced() and caller.principal.account == home.account:
        return True
    resource = resource_of(key.arn)
    context: dict[str, Any] = {
        "kms:ViaService": f"ec2.{home.region}.amazonaws.com",
        "kms:CallerAccount": caller.principal.account,
        "kms:GrantIsForAWSResource": True,
        **caller.context,
    }
    policies = Policies(
        identity=caller.identity,
        resource=resource.policy,
        boundary=caller.boundary,
        session=caller.session,
        scps=caller.scps,
        resource_must_allow=True,
    )
    return all(
        decide(Request(caller.principal, f"kms:{one}", key.arn, context, home.account), policies).allowed
        for one in (action, "CreateGrant")
    )
