"""Package versions: published, listed, copied, deleted.

https://docs.aws.amazon.com/codeartifact/latest/ug/packages-overview.html
"""

from __future__ import annotations

import copy
import hashlib
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.codeartifact.announcing import announce
from course.lab.codeartifact.finding import repository
from course.lab.codeartifact.searching import fetch, keep
from course.lab.codeartifact.store import Domain, Name, Repository, Version, hashes
from course.lab.service import Call, Refusal


def _name(call: Call) -> Name:
    return call.given["format"], call.given.get("namespace", ""), call.given["package"]


def _head(call: Call) -> dict[str, Any]:
    form, namespace, package = _name(call)
    return {"format": form, "package": package} | ({"namespace": namespace} if namespace else {})


def _content(given: Any) -> bytes:
    body = given.read() if hasattr(given, "read") else given
    return body.encode() if isinstance(body, str) else bytes(body)


def publish(home: Domain, one: Repository, name: Name, number: str, file: str, body: bytes) -> Version:
    """Publish a version with one asset; a version that is there is never changed."""
    found = one.packages.get(name, {}).get(number)
    if found is not None and found.status != "Unfinished":
        raise Refusal("ConflictException", f"{name[2]} {number} was published before; a version cannot change.", 409)
    assets = (found.assets if found else {}) | {file: home.keep(body)}
    made = Version(number, mock_random.get_random_hex(32), assets)
    keep(home, one, name, made)
    return made


def _publish(call: Call) -> dict[str, Any]:
    home, one = repository(call, action="codeartifact:PublishPackageVersion")
    if call.given["format"] != "generic":
        raise Refusal("ValidationException", "PublishPackageVersion takes packages of the format generic only.")
    body = _content(call.given["assetContent"])
    if hashlib.sha256(body).hexdigest() != call.given["assetSHA256"]:
        raise Refusal("ValidationException", "The asset does not fit its SHA-256.")
    file = call.given["assetName"]
    made = publish(home, one, _name(call), call.given["packageVersion"], file, body)
    if call.given.get("unfinished"):
        made.status = "Unfinished"
    return _head(call) | {"version": made.number, "versionRevision": made.revision, "status": made.status,
                          "asset": {"name": file, "size": len(body), "hashes": hashes(body)}}  # fmt: skip


def _version(call: Call, action: str) -> tuple[Domain, Version]:
    """A version that the repository itself holds: the API looks at no upstream."""
    home, one = repository(call, action=f"codeartifact:{action}")
    number = call.given["packageVersion"]
    found = one.packages.get(_name(call), {}).get(number)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Package version not found. {call.given['package']} {number}", 404)
    return home, found


def _asset(call: Call) -> dict[str, Any]:
    home, found = _version(call, "GetPackageVersionAsset")
    file = call.given["asset"]
    if file not in found.assets:
        raise Refusal("ResourceNotFoundException", f"Asset not found. {file}", 404)
    return {"asset": home.contents[found.assets[file]], "assetName": file, "packageVersion": found.number,
            "packageVersionRevision": found.revision}  # fmt: skip


def _origin(found: Version) -> dict[str, Any]:
    return {"originType": found.origin}


def _describe(call: Call) -> dict[str, Any]:
    _, found = _version(call, "DescribePackageVersion")
    form, namespace, package = _name(call)
    row = {"format": form, "packageName": package, "displayName": package, "version": found.number,
           "publishedTime": found.published, "revision": found.revision, "status": found.status,
           "origin": _origin(found)}  # fmt: skip
    return {"packageVersion": row | ({"namespace": namespace} if namespace else {})}


def _assets(call: Call) -> dict[str, Any]:
    home, found = _version(call, "ListPackageVersionAssets")
    rows = [{"name": name, "size": len(home.contents[one]), "hashes": hashes(home.contents[one])}
            for name, one in sorted(found.assets.items())]  # fmt: skip
    return _head(call) | {"version": found.number, "versionRevision": found.revision, "assets": rows}


def _list(call: Call) -> dict[str, Any]:
    _, one = repository(call, action="codeartifact:ListPackages")
    prefix, form = call.given.get("packagePrefix", ""), call.given.get("format")
    return {"packages": [{"format": kind, "package": package} | ({"namespace": namespace} if namespace else {})
                         for (kind, namespace, package), versions in sorted(one.packages.items())
                         if versions and package.startswith(prefix) and form in (None, kind)]}  # fmt: skip


def _list_versions(call: Call) -> dict[str, Any]:
    _, one = repository(call, action="codeartifact:ListPackageVersions")
    known = one.packages.get(_name(call))
    if not known:
        raise Refusal("ResourceNotFoundException", f"Package not found. {call.given['package']}", 404)
    wanted = call.given.get("status")
    rows = [{"version": each.number, "revision": each.revision, "status": each.status, "origin": _origin(each)}
            for each in known.values() if wanted in (None, each.status)]  # fmt: skip
    return _head(call) | {"defaultDisplayVersion": list(known)[-1], "versions": rows}


def _copy(call: Call) -> dict[str, Any]:
    home, source = repository(call, "sourceRepository", "codeartifact:CopyPackageVersions")
    _, goal = repository(call, "destinationRepository", "codeartifact:CopyPackageVersions")
    name, done, failed = _name(call), dict[str, Any](), dict[str, Any]()
    for number in call.given.get("versions") or list(call.given.get("versionRevisions", {})):
        found = source.packages.get(name, {}).get(number)
        if found is None and call.given.get("includeFromUpstream"):
            found = fetch(home, source, name, number)
        if found is None:
            failed[number] = {"errorCode": "NOT_FOUND", "errorMessage": f"{number} is not in {source.name}"}
        elif number in goal.packages.get(name, {}) and not call.given.get("allowOverwrite"):
            failed[number] = {"errorCode": "ALREADY_EXISTS", "errorMessage": f"{number} is in {goal.name}"}
        else:
            keep(home, goal, name, copy.deepcopy(found))
            done[number] = {"revision": found.revision, "status": found.status}
    return {"successfulVersions": done, "failedVersions": failed}


def _delete(call: Call) -> dict[str, Any]:
    home, one = repository(call, action="codeartifact:DeletePackageVersions")
    name, done, failed = _name(call), dict[str, Any](), dict[str, Any]()
    for number in call.given["versions"]:
        found = one.packages.get(name, {}).pop(number, None)
        if found is None:
            failed[number] = {"errorCode": "NOT_FOUND", "errorMessage": f"{number} is not in {one.name}"}
            continue
        done[number] = {"revision": found.revision, "status": "Deleted"}
        announce(home, one, name, found, "Deleted")
    return {"successfulVersions": done, "failedVersions": failed}


def _set_status(call: Call) -> dict[str, Any]:
    home, one = repository(call, action="codeartifact:UpdatePackageVersionsStatus")
    name, done, failed = _name(call), dict[str, Any](), dict[str, Any]()
    for number in call.given["versions"]:
        found = one.packages.get(name, {}).get(number)
        if found is None:
            failed[number] = {"errorCode": "NOT_FOUND", "errorMessage": f"{number} is not in {one.name}"}
            continue
        found.status = call.given["targetStatus"]
        done[number] = {"revision": found.revision, "status": found.status}
        announce(home, one, name, found, "Updated")
    return {"successfulVersions": done, "failedVersions": failed}


OPERATIONS: Final = {
    "PublishPackageVersion": _publish,
    "GetPackageVersionAsset": _asset,
    "DescribePackageVersion": _describe,
    "ListPackageVersionAssets": _assets,
    "ListPackages": _list,
    "ListPackageVersions": _list_versions,
    "CopyPackageVersions": _copy,
    "DeletePackageVersions": _delete,
    "UpdatePackageVersionsStatus": _set_status,
}
