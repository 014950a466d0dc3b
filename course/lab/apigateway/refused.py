"""What API Gateway answers by itself, without the backend: the gateway responses.

Types and status codes: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Type:
    """A type of gateway response: its status, message, and the error name in x-amzn-ErrorType."""

    status: int
    message: str | None
    error: str


SERVER: Final = "Internal server error"
_SERVER_ERROR: Final = "InternalServerErrorException"

TYPES: Final[dict[str, Type]] = {
    "ACCESS_DENIED": Type(403, "User is not authorized to access this resource", "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": Type(500, SERVER, _SERVER_ERROR),
    "AUTHORIZER_CONFIGURATION_ERROR": Type(500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": Type(500, None, "AuthorizerFailureException"),
    "BAD_REQUEST_PARAMETERS": Type(400, "Missing required request parameters: []", "BadRequestException"),
    "BAD_REQUEST_BODY": Type(400, "Invalid request body", "BadRequestException"),
    "EXPIRED_TOKEN": Type(403, "The security token included in the request is expired", "ExpiredTokenException"),
    "INTEGRATION_FAILURE": Type(504, "Network error communicating with endpoint", _SERVER_ERROR),
    "INTEGRATION_TIMEOUT": Type(504, "Endpoint request timed out", _SERVER_ERROR),
    "INVALID_API_KEY": Type(403, "Forbidden", "ForbiddenException"),
    "INVALID_SIGNATURE": Type(
        403,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.",
        "InvalidSignatureException",
    ),
    "MISSING_AUTHENTICATION_TOKEN": Type(403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
    "QUOTA_EXCEEDED": Type(429, "Limit Exceeded", "LimitExceededException"),
    "REQUEST_TOO_LARGE": Type(413, "Request Entity Too Large", "RequestEntityTooLargeException"),
    "RESOURCE_NOT_FOUND": Type(404, "Not Found", "NotFoundException"),
    "THROTTLED": Type(429, "Too Many Requests", "TooManyRequestsException"),
    "UNAUTHORIZED": Type(401, "Unauthorized", "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": Type(415, "Unsupported Media Type", "BadRequestException"),
    "WAF_FILTERED": Type(403, "Forbidden", "ForbiddenException"),
    # Not types of their own: errors that only DEFAULT_4XX and DEFAULT_5XX speak about.
    "DEFAULT_4XX": Type(400, "Bad Request", "BadRequestException"),
    "DEFAULT_5XX": Type(500, SERVER, _SERVER_ERROR),
}


class Refused(Exception):
    """API Gateway answers itself. `log` tells the owner of the API more than the caller is told."""

    def __init__(
        self,
        kind: str,
        message: str | None = None,
        *,
        status: int | None = None,
        error: str = "",
        log: str = "",
        details: str = "",
    ) -> None:
        known = TYPES[kind]
        self.kind = kind
        self.message = known.message if message is None else message
        self.status = status or known.status
        self.error = error or known.error
        self.log = log
        self.details = details
        """What $context.error.validationErrorString says."""
        super().__init__(self.message or kind)


def misconfigured(log: str) -> Refused:
    """The API is set up in a way that cannot work; the caller learns nothing of it."""
    return Refused("API_CONFIGURATION_ERROR", log=f"Execution failed due to configuration error: {log}")
