"""Errors of Cognito, and the words that it uses for the common ones.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations


class Refused(Exception):
    """A call that Cognito refuses, with its code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def not_authorized(message: str = "Incorrect username or password.") -> Refused:
    """The caller is not who they say, or may not do this now."""
    return Refused("NotAuthorizedException", message)


def invalid(message: str) -> Refused:
    """A parameter that makes no sense here."""
    return Refused("InvalidParameterException", message)


def not_found(message: str) -> Refused:
    """No such pool, client or group."""
    return Refused("ResourceNotFoundException", message)


def no_such_user(message: str = "User does not exist.") -> Refused:
    """No such user, where Cognito says so."""
    return Refused("UserNotFoundException", message)
