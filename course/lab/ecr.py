"""ECR: tokens to log in with end after 12 hours.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.service import Call, serve

_LASTS: Final = dt.timedelta(hours=12)


def _token(call: Call) -> Mapping[str, Any]:
    """GetAuthorizationToken."""
    found = []
    for registry in call.given.get("registryIds") or [call.place.account]:
        token = base64.b64encode(f"AWS:{registry}-auth-token".encode()).decode()
        address = f"https://{registry}.dkr.ecr.{call.place.region}.amazonaws.com"
        found.append({"authorizationToken": token, "expiresAt": clock.now() + _LASTS, "proxyEndpoint": address})
    return {"authorizationData": found}


serve("ecr", {"GetAuthorizationToken": _token})
