"""Settings of a stage's methods: throttling, caching, logging. A method's own settings win over those of the stage.

https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


def of_method(stage: Any, path: str, method: str, key: str) -> tuple[dict[str, Any], bool]:
    """The settings that hold for a method, and whether they are its own.

    `method` is the request's, `key` the one the method was made for (they differ for ANY).
    """
    own = {_plain(name): settings for name, settings in (stage.method_settings if stage else {}).items()}
    for name in (f"{path}/{method}", f"{path}/{key}"):
        if found := own.get(name.lstrip("/")):
            return {**DEFAULTS, **found}, True
    return {**DEFAULTS, **own.get("*/*", {})}, False


def _plain(name: str) -> str:
    """`~1pets/GET` and `pets/GET` mean the same."""
    return name.replace("~1", "/").lstrip("/")
