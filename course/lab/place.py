"""The account and the Region that a request goes to, and what moto keeps for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.utilities.utils import get_partition

Kept = TypeVar("Kept")


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

    def kept(self, service: str, name: str, make: Callable[[], Kept]) -> Kept:
        """What the lab keeps beside moto's own record of a service here, made when first asked for.

        It goes with the account when that is emptied.
        """
        held: dict[str, Kept] = self.backend(service).__dict__
        if name not in held:
            held[name] = make()
        return held[name]

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


def everywhere(service: str) -> list[Any]:
    """What moto keeps for a service, in every account and Region that has been used."""
    from moto.backends import get_backend

    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return [backend for account in list(backends) for backend in list(backends[account].values())]
