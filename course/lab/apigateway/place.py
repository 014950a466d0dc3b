"""Where in API Gateway a request goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["REST", "HTTP", "WEBSOCKET"]


@dataclass(frozen=True)
class Place:
    """An API, one of its stages, and what is left of the path for it."""

    kind: Kind
    api: Any  # moto's RestAPI or Api
    account: str
    region: str
    stage: str
    path: str
    """Below the stage, percent-encoded, with its first slash."""
    before: str
    """What came before that in the URL: the stage, or the base path of a custom domain."""

    @property
    def api_id(self) -> str:
        """The API's id."""
        return str(getattr(self.api, "id", None) or self.api.api_id)

    @property
    def whole_path(self) -> str:
        """The path of the URL."""
        return f"{self.before}{self.path}"

    @property
    def host(self) -> str:
        """The API's own host name."""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    def arn(self, method: str, path: str) -> str:
        """The ARN by which policies name a request: arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH."""
        start = f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}/{self.stage}"
        return f"{start}/{method}/{path.lstrip('/')}"
