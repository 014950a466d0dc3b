"""The URLs of functions: one for $LATEST and one for each alias. They are kept on moto's function and go with it.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends
from moto.moto_api._internal import mock_random

from course.lab.clock import clock

HOST: Final = re.compile(r"(?P<id>[a-z0-9]{32})\.lambda-url\.(?P<region>[a-z0-9-]+)\.on\.aws")


@dataclass
class FunctionUrl:
    """An address of a function, and how it is answered."""

    id: str
    account: str
    region: str
    function_arn: str
    """With the alias, if the address is one of an alias."""
    qualifier: str
    auth_type: str
    invoke_mode: str = "BUFFERED"
    cors: dict[str, Any] = field(default_factory=dict)
    created: dt.datetime = field(default_factory=clock.now)
    modified: dt.datetime = field(default_factory=clock.now)

    @property
    def host(self) -> str:
        """The host name that only this function has."""
        return f"{self.id}.lambda-url.{self.region}.on.aws"

    def shown(self) -> dict[str, Any]:
        """As the API returns it."""
        found: dict[str, Any] = {
            "FunctionUrl": f"https://{self.host}/",
            "FunctionArn": self.function_arn,
            "AuthType": self.auth_type,
            "CreationTime": _stamp(self.created),
            "LastModifiedTime": _stamp(self.modified),
            "InvokeMode": self.invoke_mode,
        }
        if self.cors:
            found["Cors"] = self.cors
        return found


def new_id() -> str:
    """An id as AWS makes them: 32 letters and digits, from the lab's seeded random numbers."""
    return str(mock_random.get_random_string(length=32, lower_case=True))


def urls_of(backend: Any, function: Any) -> dict[str, FunctionUrl]:
    """Qualifier ("" for $LATEST) -> URL. The URL of an alias goes with the alias."""
    kept: dict[str, FunctionUrl] = function.__dict__.setdefault("lab_urls", {})
    aliases = backend._lambdas._get_function_aliases(function.function_name)
    for qualifier in [one for one in kept if one and one not in aliases]:
        del kept[qualifier]
    return kept


def find_by_host(host: str) -> FunctionUrl | None:
    """The URL with this host name, in whatever account it is."""
    found = HOST.fullmatch(host.lower())
    if found is None:
        return None
    for account in list(lambda_simple_backends):
        if found["region"] not in lambda_simple_backends[account]:
            continue
        backend = lambda_simple_backends[account][found["region"]]
        for function in backend.list_functions():
            for url in urls_of(backend, function).values():
                if url.id == found["id"]:
                    return url
    return None


def _stamp(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}+0000"
