"""Keep the process away from real AWS: made-up credentials, and no way out to an AWS address."""

from __future__ import annotations

import os
import sys
from typing import Any, Final
from urllib.parse import urlsplit

# The example key of the AWS documentation; it belongs to nobody.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
ACCESS_KEY_ID: Final = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY: Final = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

_REAL_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".aws.dev", ".amazoncognito.com")
# Instance and container metadata services hand out real credentials on machines inside AWS.
_METADATA: Final = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254")

# Anything here could lead boto3 to a real account, a real key or a real endpoint.
_UNSET: Final = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ACCOUNT_ID",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)

_before: dict[str, str | None] = {}
_active = False
_hooked = False
_allowed_host = ""


class RealAwsRefused(RuntimeError):
    """Something tried to reach the real AWS while the lab was running."""


def enter(region: str, endpoint: str = "") -> None:
    """Put made-up credentials into the environment and close the way to AWS."""
    global _active, _allowed_host
    leave()
    settings: dict[str, str | None] = dict.fromkeys([*_UNSET, *_service_endpoints()])
    settings |= {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Account-based endpoints put the account id into the host name; moto knows only some of them.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }
    if endpoint:
        settings["AWS_ENDPOINT_URL"] = endpoint
    for name, value in settings.items():
        _before[name] = os.environ.get(name)
        _set(name, value)
    _allowed_host = urlsplit(endpoint).hostname or ""
    _active = True
    _hook()


def leave() -> None:
    """Give the environment back as it was."""
    global _active
    _active = False
    for name, value in _before.items():
        _set(name, value)
    _before.clear()


def _service_endpoints() -> list[str]:
    return [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _hook() -> None:
    """Audit hooks see every connection of every library, and stay for the life of the process."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_refuse_aws)
        _hooked = True


def _refuse_aws(event: str, args: tuple[Any, ...]) -> None:
    if not _active or not event.startswith("socket."):
        return
    if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) and address else ""
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and _is_aws(host.lower().rstrip(".")):
        raise RealAwsRefused(
            f"The lab does not let this notebook reach {host}: lessons run on the simulated account only. "
            "Use a plain boto3 client or resource after lab.start(); it needs no endpoint."
        )


def _is_aws(host: str) -> bool:
    return host != _allowed_host and (host in _METADATA or host.endswith(_REAL_AWS))
