"""FSx beyond moto: the state of a file system, and the sizes that each family takes.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html
https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html

AWS takes minutes until a file system is AVAILABLE; here it is when it is next asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first, ask_moto, json_answer

# Family and storage type: the least and the most GiB. ONTAP's are for each HA pair.
_RANGES: Final = {
    ("WINDOWS", "SSD"): (32, 65_536),
    ("WINDOWS", "HDD"): (2_000, 65_536),
    ("OPENZFS", "SSD"): (64, 524_288),
    ("ONTAP", "SSD"): (1_024, 524_288),
}
_LUSTRE_FIRST, _LUSTRE_STEP = 1_200, 2_400
_LUSTRE_HDD_STEPS: Final = (6_000, 1_800)  # for 12 and for 40 MB/s per TiB
_CONFIGURATION: Final = {
    "WINDOWS": "WindowsConfiguration",
    "ONTAP": "OntapConfiguration",
    "OPENZFS": "OpenZFSConfiguration",
}


@answer_first
def _before(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "fsx" else None
    if call is None:
        return None
    place = place_of(request)
    if operation == "CreateFileSystem":
        if reply := _refusal(call.params):
            return answer(request, service, call.protocol, reply)[0]
        return _created(request, place, call.params)
    if operation == "DescribeFileSystems":
        known = place.backend("fsx").file_systems
        for name in call.params.get("FileSystemIds", []):
            if name not in known:
                reply = Reply("FileSystemNotFound", f"File system '{name}' does not exist.")
                return answer(request, service, call.protocol, reply)[0]
        return _described(request, place)
    if operation == "DescribeBackups":
        for backup in place.backend("fsx").backups.values():
            backup.lifecycle = "AVAILABLE"
    return None


def _refusal(given: Mapping[str, Any]) -> Reply | None:
    family, kind = given["FileSystemType"], given.get("StorageType", "SSD")
    needed = _CONFIGURATION.get(family)
    if needed and needed not in given:
        return Reply("MissingFileSystemConfiguration", f"{family} file systems need {needed}.")
    if kind == "INTELLIGENT_TIERING":
        return None  # elastic: no capacity is asked for
    size = given.get("StorageCapacity")
    if size is None:
        return Reply("BadRequest", "StorageCapacity is required.")
    if family == "LUSTRE":
        return _lustre(size, kind)
    if (family, kind) not in _RANGES:
        return Reply("BadRequest", f"{family} file systems do not support {kind} storage.")
    pairs = given.get("OntapConfiguration", {}).get("HAPairs", 1)
    least, most = (pairs * bound for bound in _RANGES[family, kind])
    if not least <= size <= most:
        return Reply("BadRequest", f"{family} {kind} storage capacity must be {least:,} to {most:,} GiB, not {size:,}.")
    return None


def _lustre(size: int, kind: str) -> Reply | None:
    if kind == "HDD":
        if any(size % step == 0 for step in _LUSTRE_HDD_STEPS):
            return None
        return Reply("BadRequest", "LUSTRE HDD storage capacity must be a multiple of 6,000 or 1,800 GiB.")
    if size == _LUSTRE_FIRST or (size > 0 and size % _LUSTRE_STEP == 0):
        return None
    return Reply(
        "BadRequest", f"LUSTRE SSD storage capacity must be 1,200, 2,400 or a multiple of 2,400 GiB, not {size:,}."
    )


def _created(request: AWSPreparedRequest, place: Place, given: Mapping[str, Any]) -> AWSResponse:
    response = ask_moto("fsx", "CreateFileSystem", request)
    if response.status_code >= 400:
        return response
    body = json.loads(response.content)
    made = place.backend("fsx").file_systems[body["FileSystem"]["FileSystemId"]]
    made.storage_type = made.storage_type or "SSD"
    made.lab_created = clock.now().timestamp()
    body["FileSystem"] |= _more(made, place, "CREATING")
    return json_answer(request, body)


def _described(request: AWSPreparedRequest, place: Place) -> AWSResponse:
    response = ask_moto("fsx", "DescribeFileSystems", request)
    if response.status_code >= 400:
        return response
    body = json.loads(response.content)
    known = place.backend("fsx").file_systems
    for one in body["FileSystems"]:
        one |= _more(known[one["FileSystemId"]], place, "AVAILABLE")
    return json_answer(request, body)


def _more(found: Any, place: Place, lifecycle: str) -> dict[str, Any]:
    """What moto leaves out of its answers."""
    subnets = {subnet.id: subnet for subnet in place.backend("ec2").describe_subnets()}
    subnet = next((subnets[name] for name in found.subnet_ids if name in subnets), None)
    more = {"Lifecycle": lifecycle, "OwnerId": place.account, "StorageType": found.storage_type}
    if hasattr(found, "lab_created"):
        more["CreationTime"] = found.lab_created
    if subnet is not None:
        more["VpcId"] = subnet.vpc_id
    return more
