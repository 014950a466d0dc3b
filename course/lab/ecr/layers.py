"""Layers go up in parts, are kept by the digest of what came, and come down by an address that S3 answers.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from course.lab.containers.layers import digest_of
from course.lab.ecr.repository import contents, repository
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

_PART: Final = 20_971_520


def _complete(call: Call) -> Mapping[str, Any]:
    """CompleteLayerUpload: the digest that was told must be the digest of what came."""
    kept = repository(call)
    upload = kept.uploads.get(call.given["uploadId"])
    where = f"in the repository with name '{kept.name}' in the registry with id '{kept.registry_id}'"
    if upload is None:
        message = f"The upload with id '{call.given['uploadId']}' does not exist {where}"
        raise Refusal("UploadNotFoundException", message)
    content = bytes(upload.layer_parts)
    digest, told = digest_of(content), call.given["layerDigests"]
    if not content:
        raise Refusal("EmptyUploadException", f"The upload with id '{upload.upload_id}' holds no layer parts.")
    if digest not in told:
        raise Refusal(
            "InvalidLayerException", f"Layer digests do not match: got {digest}, but {', '.join(told)} given."
        )
    if digest in kept.layers:
        raise Refusal("LayerAlreadyExistsException", f"The layer with digest '{digest}' already exists {where}")
    kept.layers[digest] = len(content)
    contents(kept)[digest] = content
    del kept.uploads[upload.upload_id]
    return {
        "registryId": kept.registry_id, "repositoryName": kept.name, "uploadId": upload.upload_id,
        "layerDigest": digest,
    }  # fmt: skip


def _address(call: Call) -> Mapping[str, Any]:
    """GetDownloadUrlForLayer."""
    kept, digest = repository(call), str(call.given["layerDigest"])
    if digest not in contents(kept):
        raise Refusal(
            "LayersNotFoundException",
            f"The layer with digest '{digest}' does not exist in the repository with name '{kept.name}' in the "
            f"registry with id '{kept.registry_id}'",
        )
    bucket = f"prod-{call.place.region}-starport-layer-bucket.s3.{call.place.region}.amazonaws.com"
    return {"downloadUrl": f"https://{bucket}/{kept.registry_id}/{kept.name}/{digest}", "layerDigest": digest}


def download(url: str) -> bytes:
    """What is at such an address."""
    parts = urlsplit(url)
    account, _, rest = parts.path.lstrip("/").partition("/")
    name, _, digest = rest.rpartition("/")
    region = parts.netloc.split(".")[2]
    return contents(Place(account, region).backend("ecr").repositories[name])[digest]


serve("ecr", {"CompleteLayerUpload": _complete, "GetDownloadUrlForLayer": _address})
