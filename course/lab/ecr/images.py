"""Images by the true digest of their manifest; tags that move leave the older image without a tag.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.ecr.models import Image, Repository

from course.lab.clock import clock
from course.lab.containers.layers import digest_of
from course.lab.ecr.repository import contents, named, repository
from course.lab.service import Call, Refusal, serve

_pushed: list[Callable[[Repository, Image], None]] = []
_LISTS = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")


def on_push(handler: Callable[[Repository, Image], None]) -> Callable[[Repository, Image], None]:
    """Register what happens when an image has come: a scan, for example."""
    _pushed.append(handler)
    return handler


class LabImage(Image):
    """An image whose size is that of its layers."""

    pulled_at: float | None = None

    def get_image_size_in_bytes(self) -> int:
        said = json.loads(self.image_manifest)
        return sum(int(one.get("size", 0)) for one in said.get("layers", []))


def _put(call: Call) -> Mapping[str, Any]:
    """PutImage."""
    kept, manifest = repository(call), str(call.given["imageManifest"])
    try:
        said = json.loads(manifest)
        layers = [one["digest"] for one in said["layers"]] if "layers" in said else []
        config = said["config"]["digest"] if "config" in said else ""
    except (ValueError, KeyError, TypeError):
        raise Refusal(
            "InvalidParameterException",
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        ) from None
    media = call.given.get("imageManifestMediaType") or said.get("mediaType")
    if not media:
        raise Refusal("InvalidParameterException", "image manifest mediatype not provided in manifest or parameter")
    where = f"in the repository with name '{kept.name}' in the registry with id '{kept.registry_id}'"
    if media not in _LISTS:
        missing = [one for one in [*layers, config] if one and one not in kept.layers]
        if missing:
            raise Refusal(
                "LayersNotFoundException", f"Layers with digests '[{', '.join(missing)}]' do not exist {where}"
            )
    digest = digest_of(manifest.encode())
    if call.given.get("imageDigest") not in (None, digest):
        raise Refusal(
            "ImageDigestDoesNotMatchException",
            f"The provided image digest '{call.given['imageDigest']}' does not match the digest of the manifest.",
        )
    tag = call.given.get("imageTag")
    same = named(kept, {"imageDigest": digest})
    holder = named(kept, {"imageTag": tag}) if tag else None
    if same is not None and (tag is None or holder is same):
        raise Refusal(
            "ImageAlreadyExistsException", f"Image with digest '{digest}' and tag '{tag}' already exists {where}"
        )
    if holder is not None:
        if not may_move(kept, str(tag)):
            raise Refusal(
                "ImageTagAlreadyExistsException",
                f"The image tag '{tag}' already exists in the '{kept.name}' repository and cannot be "
                f"overwritten because "
                "the tag is immutable.",
            )
        _take_tag(holder, str(tag))
    if same is None:
        same = LabImage(
            kept.account_id,
            str(tag) if tag else None,  # type: ignore[arg-type]
            manifest,
            kept.name,
            media,
            digest,
            kept.registry_id,
        )
        same.image_pushed_at = clock.now().timestamp()  # type: ignore[assignment]
        kept.images.append(same)
        for handler in _pushed:
            handler(kept, same)
    else:
        same.update_tag(tag)
    told = {"imageDigest": digest, **({"imageTag": tag} if tag else {})}
    return {
        "image": {
            "registryId": kept.registry_id, "repositoryName": kept.name, "imageId": told, "imageManifest": manifest,
            "imageManifestMediaType": media,
        }
    }  # fmt: skip


def _take_tag(image: Image, tag: str) -> None:
    image.image_tags.remove(tag)
    image.image_tag = image.image_tags[-1] if image.image_tags else None  # type: ignore[assignment]


def may_move(kept: Any, tag: str) -> bool:
    """Whether a tag of the repository may point to another image one day."""
    filters = kept.image_tag_mutability_exclusion_filters or []
    excepted = any(fnmatch.fnmatchcase(tag, one["filter"]) for one in filters)
    is_mutable = str(getattr(kept.image_tag_mutability, "value", kept.image_tag_mutability)).startswith("MUTABLE")
    return is_mutable != excepted


def _get(call: Call) -> Mapping[str, Any]:
    """BatchGetImage: manifests, and the time of the pull."""
    kept = repository(call)
    images, failures = [], []
    for wanted in call.given["imageIds"]:
        found = named(kept, wanted)
        if found is None:
            told = ", ".join(f"{name}:'{wanted[name]}'" for name in ("imageDigest", "imageTag") if name in wanted)
            failures.append({"imageId": dict(wanted), "failureCode": "ImageNotFound",
                             "failureReason": f"Requested image not found: {{{told}}}"})  # fmt: skip
            continue
        found.pulled_at = clock.now().timestamp()
        told_id = {"imageDigest": found.get_image_digest()}
        if wanted.get("imageTag"):
            told_id["imageTag"] = wanted["imageTag"]
        images.append({
            "registryId": kept.registry_id, "repositoryName": kept.name, "imageId": told_id,
            "imageManifest": found.image_manifest, "imageManifestMediaType": found.image_manifest_media_type,
        })  # fmt: skip
    return {"images": images, "failures": failures}


def _available(call: Call) -> Mapping[str, Any]:
    """BatchCheckLayerAvailability, in whatever registry it is asked."""
    kept = repository(call)
    layers, failures = [], []
    for digest in call.given["layerDigests"]:
        if digest in kept.layers:
            layers.append({"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": kept.layers[digest],
                           "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"})  # fmt: skip
        else:
            failures.append({"layerDigest": digest, "failureCode": "MissingLayerDigest",
                             "failureReason": f"Layer with digest '{digest}' does not exist"})  # fmt: skip
    return {"layers": layers, "failures": failures}


def sweep(kept: Any) -> None:
    """Forget the layers that no image names any more."""
    used = set()
    for one in kept.images:
        said = json.loads(one.image_manifest)
        used |= {layer["digest"] for layer in said.get("layers", [])} | {(said.get("config") or {}).get("digest")}
    for digest in [one for one in kept.layers if one not in used]:
        del kept.layers[digest]
        contents(kept).pop(digest, None)


def stored_bytes(kept: Any) -> int:
    """What the repository is billed for: each layer once."""
    return sum(kept.layers.values())


serve("ecr", {"PutImage": _put, "BatchGetImage": _get, "BatchCheckLayerAvailability": _available})
