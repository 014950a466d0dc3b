"""`docker push` and `docker pull` by the calls that Amazon ECR makes of them, in the name of whoever logged in.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from course.lab.containers.image import CONFIG_TYPE, Image, from_parts
from course.lab.containers.layers import digest_of
from course.lab.containers.reference import Reference

_PART: Final = 10 * 1024 * 1024


@dataclass
class Transfer:
    """What a push or a pull moved: layers by digest, and what was there already."""

    digest: str = ""
    moved: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    moved_bytes: int = 0


def push(client: Any, image: Image, name: Reference) -> Transfer:
    """Send the layers that the repository does not have, then the manifest. ClientError if ECR refuses."""
    where = {"registryId": name.account, "repositoryName": name.repository}
    done = Transfer()
    parts = {layer.digest: layer.content for layer in image.layers}
    known = client.batch_check_layer_availability(layerDigests=list(parts) or [digest_of(image.config)], **where)
    there = {one["layerDigest"] for one in known["layers"] if one["layerAvailability"] == "AVAILABLE"}
    for digest, content in parts.items():
        if digest in there:
            done.there.append(digest)
        else:
            _upload(client, where, digest, content)
            done.moved.append(digest)
            done.moved_bytes += len(content)
    config = digest_of(image.config)
    found = client.batch_check_layer_availability(layerDigests=[config], **where)["layers"]
    if not found:
        _upload(client, where, config, image.config)
    put = {"imageManifest": image.manifest, **({"imageTag": name.tag} if name.tag else {})}
    try:
        client.put_image(**put, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageAlreadyExistsException":
            raise
    done.digest = image.digest
    return done


def _upload(client: Any, where: Mapping[str, str], digest: str, content: bytes) -> None:
    upload = client.initiate_layer_upload(**where)["uploadId"]
    for first in range(0, len(content), _PART):
        part = content[first : first + _PART]
        client.upload_layer_part(
            uploadId=upload, partFirstByte=first, partLastByte=first + len(part) - 1, layerPartBlob=part, **where
        )
    client.complete_layer_upload(uploadId=upload, layerDigests=[digest], **where)


class NotThere(LookupError):
    """The repository has no such image."""


def pull(client: Any, name: Reference, known: Mapping[str, bytes] | None = None) -> tuple[Image, Transfer]:
    """Fetch the manifest and the layers that are not known here. ClientError if ECR refuses, NotThere without it."""
    from course.lab.ecr.layers import download

    where = {"registryId": name.account, "repositoryName": name.repository}
    wanted = {"imageDigest": name.digest} if name.digest else {"imageTag": name.tag}
    got = client.batch_get_image(imageIds=[wanted], **where)
    if not got["images"]:
        raise NotThere(f"{name}: not found")
    manifest = got["images"][0]["imageManifest"]
    said = json.loads(manifest)
    done = Transfer(digest_of(manifest.encode()))
    contents = []
    for one in said["layers"]:
        content = (known or {}).get(one["digest"])
        if content is None:
            content = download(client.get_download_url_for_layer(layerDigest=one["digest"], **where)["downloadUrl"])
            done.moved.append(one["digest"])
            done.moved_bytes += len(content)
        else:
            done.there.append(one["digest"])
        contents.append(content)
    assert said["config"]["mediaType"] == CONFIG_TYPE
    address = client.get_download_url_for_layer(layerDigest=said["config"]["digest"], **where)["downloadUrl"]
    return from_parts(download(address), contents), done
