"""Basic scans: the Debian packages of an image against a short list of true vulnerabilities.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html
https://security-tracker.debian.org/tracker/CVE-2023-4911
https://security-tracker.debian.org/tracker/CVE-2023-5363
https://security-tracker.debian.org/tracker/CVE-2023-4641

The packages of an image are those in its file /var/lib/dpkg/status, as on Debian. Amazon ECR knows many thousand
vulnerabilities, the lab these.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from course.lab.clock import clock
from course.lab.containers.image import from_parts
from course.lab.ecr.images import on_push
from course.lab.ecr.repository import contents, named, repository
from course.lab.service import Call, Refusal, serve

_STATUS: Final = "/var/lib/dpkg/status"
_ONCE: Final = 86_400.0


@dataclass(frozen=True)
class Weakness:
    """A vulnerability: the package that has it in every version before `fixed`."""

    name: str
    package: str
    fixed: str
    severity: str
    about: str
    score: str = ""
    """CVSS 3.1, as in the CVE record; empty where that has none."""


# Of Debian 12. Severities are those of the CVE records, and NVD's for CVE-2023-5363, which OpenSSL calls moderate.
WEAKNESSES: Final = (
    Weakness("CVE-2023-4911", "glibc", "2.36-9+deb12u3", "HIGH",
             "A buffer overflow in the dynamic loader's handling of GLIBC_TUNABLES lets a local user become root.",
             "7.8"),
    Weakness("CVE-2023-5363", "openssl", "3.0.11-1~deb12u2", "HIGH",
             "Wrong handling of key and initialisation vector lengths can weaken some symmetric ciphers."),
    Weakness("CVE-2023-4641", "shadow", "1:4.13+dfsg1-1+deb12u1", "MEDIUM",
             "A new password is asked for twice; when the second try fails, the first stays in memory and can be read.",
             "4.7"),
)  # fmt: skip


def packages(image: Any, kept: Any) -> dict[str, str]:
    """The Debian packages of an image in a repository, with their versions."""
    said = json.loads(image.image_manifest)
    bytes_of = contents(kept)
    parts = [bytes_of[one["digest"]] for one in said.get("layers", []) if one["digest"] in bytes_of]
    config = bytes_of.get((said.get("config") or {}).get("digest", ""))
    text = from_parts(config, parts).files().get(_STATUS, b"").decode() if config else ""
    found = {}
    for block in text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines())
        if "Package" in lines:
            found[lines["Package"]] = lines.get("Version", "")
    return found


def findings(image: Any, kept: Any) -> list[dict[str, Any]]:
    """What a scan finds."""
    there = packages(image, kept)
    return [
        {
            "name": one.name, "description": one.about, "severity": one.severity,
            "uri": f"https://security-tracker.debian.org/tracker/{one.name}",
            "attributes": [
                {"key": "package_name", "value": one.package}, {"key": "package_version", "value": there[one.package]},
                *([{"key": "CVSS3_SCORE", "value": one.score}] if one.score else []),
            ],
        }
        for one in WEAKNESSES
        if one.package in there and there[one.package] != one.fixed
    ]  # fmt: skip


def scan(kept: Any, image: Any) -> None:
    """Scan an image now."""
    rows = findings(image, kept)
    image.__dict__["lab_scan"] = {
        "imageScanCompletedAt": clock.now().timestamp(), "vulnerabilitySourceUpdatedAt": clock.now().timestamp(),
        "findings": rows, "findingSeverityCounts": dict(Counter(row["severity"] for row in rows)),
    }  # fmt: skip


@on_push
def _scan_on_push(kept: Any, image: Any) -> None:
    if (kept.image_scanning_configuration or {}).get("scanOnPush"):
        scan(kept, image)


def _image(call: Call, kept: Any) -> Any:
    found = named(kept, call.given["imageId"])
    if found is None:
        told = call.given["imageId"]
        rep = f"{{imageDigest:'{told.get('imageDigest', 'null')}', imageTag:'{told.get('imageTag', 'null')}'}}"
        raise Refusal("ImageNotFoundException", f"The image with imageId {rep} does not exist within the "
                                                f"repository with "
                      f"name '{kept.name}' in the registry with id '{kept.registry_id}'")  # fmt: skip
    return found


def _ids(kept: Any, image: Any, call: Call) -> dict[str, Any]:
    told = {"imageDigest": image.get_image_digest()}
    if call.given["imageId"].get("imageTag"):
        told["imageTag"] = call.given["imageId"]["imageTag"]
    return {"registryId": kept.registry_id, "repositoryName": kept.name, "imageId": told}


def _start(call: Call) -> Mapping[str, Any]:
    kept = repository(call)
    image = _image(call, kept)
    last = (image.__dict__.get("lab_scan") or {}).get("imageScanCompletedAt", 0.0)
    if clock.now().timestamp() - last < _ONCE:
        raise Refusal("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
    scan(kept, image)
    return {**_ids(kept, image, call), "imageScanStatus": {"status": "IN_PROGRESS"}}


def _describe(call: Call) -> Mapping[str, Any]:
    kept = repository(call)
    image = _image(call, kept)
    found = image.__dict__.get("lab_scan")
    if found is None:
        told = _ids(kept, image, call)["imageId"]
        raise Refusal("ScanNotFoundException", f"Image scan does not exist for the image with '{told}' in "
                                               f"the repository "
                      f"with name '{kept.name}' in the registry with id '{kept.registry_id}'")  # fmt: skip
    words = {"status": "COMPLETE", "description": "The scan was completed successfully."}
    return {**_ids(kept, image, call), "imageScanStatus": words, "imageScanFindings": found}


serve("ecr", {"StartImageScan": _start, "DescribeImageScanFindings": _describe})
