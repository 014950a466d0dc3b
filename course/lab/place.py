"""The account and the Region that a request goes to, and what moto keeps for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.utilities.utils import get_partition


@dataclass(frozen=True)
class Place:
    """An account in a Region."""

    account: str
    region: str

    def backend(self, service: str) -> Any:
        """What moto keeps for a service here."""
        from moto.backends import get_backend

        backends: Any = get_backend(service)  # type: ignore[call-overload]
        return backends[self.account][self.region]

    def global_backend(self, service: str) -> Any:
        """The same for a service without Regions."""
        return Place(self.account, get_partition(self.region)).backend(service)


def place_of(request: AWSPreparedRequest) -> Place:
    """Where a signed request goes: the account of its key, and the Region that it was signed for."""
    from moto.iam.models import get_account_id_from

    from course.lab.iam.api_call import signature_of

    signed = signature_of(request)
    account = get_account_id_from(signed.access_key_id) if signed.access_key_id else DEFAULT_ACCOUNT_ID
    return Place(account, signed.region or "us-east-1")
