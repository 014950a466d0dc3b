"""Moto's KMS with keys that turn, ids of multi-Region keys as AWS makes them, and AWS's own keys as such.

https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.kms import models as motos_models
from moto.kms import responses
from moto.kms.exceptions import AccessDeniedException, InvalidCiphertextException, NotFoundException
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.utils import KEY_ID_LEN, generate_private_key
from moto.kms.utils import decrypt as decrypt_with

from course.lab.kms.materials import DEFAULT_PERIOD, turning_of
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first, at_close

_MRK: Final = re.compile(r"mrk-[0-9a-f]{32}")
# Moto makes an RSA key for every key, also where nobody can ask for it.
_WITHOUT_A_PAIR: Final = (None, "", "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")


class LabKey(Key):
    """A key whose material changes when it is rotated."""

    @property
    def key_material(self) -> bytes:
        """What new data is encrypted under."""
        return turning_of(self).current.secret

    @key_material.setter
    def key_material(self, secret: bytes) -> None:
        self.__dict__["key_material"] = secret

    @property
    def can_turn(self) -> bool:
        """Symmetric keys made by KMS turn by themselves; all others are replaced by hand."""
        return bool(self.key_spec == "SYMMETRIC_DEFAULT" and self.origin == "AWS_KMS")

    @property
    def is_of_aws(self) -> bool:
        """An AWS managed key: alias/aws/SERVICE."""
        return bool(self.key_manager == "AWS")

    def to_dict(self) -> dict[str, Any]:
        told = super().to_dict()
        shown = told["KeyMetadata"]
        if self.key_spec == "SYMMETRIC_DEFAULT" and self.origin != "EXTERNAL":
            shown["CurrentKeyMaterialId"] = turning_of(self).current.material_id
        if self.key_state == "PendingReplicaDeletion":
            shown["PendingDeletionWindowInDays"] = self.__dict__.get("lab_window")
        return told


class LabKms(KmsBackend):
    """Moto's backend with the lab's keys."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.kms.models"

    def create_key(self, *given: Any, **named: Any) -> Key:
        made: Any = super().create_key(*given, **named)
        made.__class__ = LabKey
        if made.multi_region:
            self._rename(made)
        key: Key = made
        return key

    def _rename(self, key: Key) -> None:
        """AWS writes the ids of multi-Region keys without dashes: mrk- and 32 digits."""
        old = key.id
        new = f"mrk-{old.removeprefix('mrk-').replace('-', '')}"
        tags = self.tagger.get_tag_dict_for_resource(old)
        del self.keys[old]
        key.id, key.arn = new, key.arn.replace(old, new)
        key.multi_region_configuration["PrimaryKey"]["Arn"] = key.arn
        self.keys[new] = key
        if tags:
            self.tagger.tag_resource(new, [{"TagKey": name, "TagValue": value} for name, value in tags.items()])

    def enable_key(self, key_id: str) -> None:
        super().enable_key(self.get_key_id(key_id))  # moto knows ids only, AWS ARNs as well

    def disable_key(self, key_id: str) -> None:
        super().disable_key(self.get_key_id(key_id))

    def _generate_default_keys(self, alias_name: str) -> str | None:
        found = super()._generate_default_keys(alias_name)
        if found:
            key = self.keys[found]
            key.key_manager = "AWS"
            turning_of(key).start(DEFAULT_PERIOD)
        return found

    def decrypt(
        self, ciphertext_blob: bytes, encryption_context: dict[str, str], key_id: str | None = None
    ) -> tuple[bytes, str]:
        inner = bytes(ciphertext_blob)[:KEY_ID_LEN].decode("ascii", "replace")
        key = self.keys.get(inner)
        if key is None or key.key_spec != "SYMMETRIC_DEFAULT":
            return super().decrypt(ciphertext_blob, encryption_context, key_id)
        if key_id is not None and self.any_id_to_key_id(key_id) != inner:
            return super().decrypt(ciphertext_blob, encryption_context, key_id)  # moto refuses the wrong key
        return self.decrypt_tracing(ciphertext_blob, encryption_context)[0], key.arn

    def decrypt_tracing(self, blob: bytes, context: dict[str, str]) -> tuple[bytes, str]:
        """The plaintext, and the id of the material that opened it."""
        inner = bytes(blob)[:KEY_ID_LEN].decode("ascii", "replace")
        if inner not in self.keys:
            raise AccessDeniedException(
                "The ciphertext refers to a customer master key that does not exist, "
                "does not exist in this region, or you are not allowed to access."
            )
        for material in reversed(turning_of(self.keys[inner]).materials):
            try:
                keys = {inner: SimpleNamespace(key_material=material.secret)}
                return decrypt_with(keys, blob, context)[0], material.material_id
            except InvalidCiphertextException:
                continue
        raise InvalidCiphertextException


models: Any = motos_models  # what it imports is exchanged there
_install = stand_in(kms_backends, LabKms)
_motos_pair, _motos_check = models.generate_private_key, responses.KmsResponse._validate_cmk_id


def _pair(key_spec: Any) -> Any:
    return None if key_spec in _WITHOUT_A_PAIR else generate_private_key(key_spec)


def _check(self: Any, key_id: str) -> None:
    """Moto knows only ids of multi-Region keys with dashes."""
    if not _MRK.fullmatch(key_id):
        return _motos_check(self, key_id)
    if key_id not in self.kms_backend.keys:
        raise NotFoundException(f"Key '{self._display_arn(key_id)}' does not exist")
    return None


@answer_first
def _prepare(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    install()
    return None


def install() -> None:
    """Put the lab's classes in place; cheap, and done before every call."""
    _install()
    models.generate_private_key = _pair
    responses.KmsResponse._validate_cmk_id = _check  # type: ignore[method-assign]


@at_close
def _as_moto_came() -> None:
    models.generate_private_key = _motos_pair
    responses.KmsResponse._validate_cmk_id = _motos_check  # type: ignore[method-assign]
