"""User pools in the lab: stands in front of moto's, which takes any code and any refresh token and runs no trigger.

API: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.apigateway import requests_seam
from course.lab.asked import asked
from course.lab.cognito import (
    administration,
    challenges,
    domains,
    issuing,
    mfa,
    profile,
    recovery,
    signing_in,
    signing_up,
)
from course.lab.cognito.pools import Ask, client_in, pool_named, pool_of_client
from course.lab.cognito.refused import Refused
from course.lab.cognito.secret_hash import check_client_secret
from course.lab.place import place_of
from course.lab.wire import answer_first, json_answer, json_error

_Answer = Callable[[Ask], dict[str, Any] | None]
_OfUser = Callable[[Ask, Any], dict[str, Any]]


@answer_first
def _user_pools(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "cognito-identity-provider":
        return None
    if operation == "CreateUserPoolDomain":
        requests_seam.install()  # from now on the domain answers
    call = asked(operation)
    if call is None:
        return None
    try:
        said = _answer(operation, dict(call.params), request)
    except Refused as refused:
        return json_error(request, refused.code, refused.message)
    return None if said is None else json_answer(request, said)


def _answer(operation: str, params: dict[str, Any], request: AWSPreparedRequest) -> dict[str, Any] | None:
    if operation in _BY_CLIENT:
        pool, client = pool_of_client(str(params["ClientId"]))
        return _BY_CLIENT[operation](Ask(params, pool, client))
    if operation in _BY_ADMIN:
        pool = pool_named(place_of(request), str(params["UserPoolId"]))
        client = client_in(pool, str(params["ClientId"])) if "ClientId" in params else None
        return _BY_ADMIN[operation](Ask(params, pool, client))
    if params.get("AccessToken"):
        pool, user = issuing.check_access(str(params["AccessToken"]))
        client = pool.clients.get(pool.access_tokens[params["AccessToken"]][0])
        return _BY_USER[operation](Ask(params, pool, client), user) if operation in _BY_USER else None
    if operation == "VerifySoftwareToken":
        return _in_the_middle(params)
    return None


def _in_the_middle(params: dict[str, Any]) -> dict[str, Any]:
    """A call that names a sign-in under way by its session alone."""
    from moto.cognitoidp.models import cognitoidp_backends

    from course.lab.cognito.pools import state_of
    from course.lab.cognito.refused import not_authorized

    for account in list(cognitoidp_backends):
        for backend in list(cognitoidp_backends[account].values()):
            for pool in backend.user_pools.values():
                session = state_of(pool).sessions.get(str(params.get("Session")))
                if session is not None:
                    return mfa.verify_app(Ask(params, pool, client_in(pool, session.client_id)), None)
    raise not_authorized("Invalid session for the user.")


def _initiate_by_admin(ask: Ask) -> dict[str, Any] | None:
    return signing_in.initiate(ask, by_admin=True)


def _revoke(ask: Ask) -> dict[str, Any]:
    check_client_secret(ask)
    issuing.revoke(ask, str(ask.params["Token"]))
    return {}


_BY_CLIENT: Final[dict[str, _Answer]] = {
    "SignUp": signing_up.sign_up,
    "ConfirmSignUp": signing_up.confirm,
    "ResendConfirmationCode": signing_up.resend,
    "ForgotPassword": recovery.forgot,
    "ConfirmForgotPassword": recovery.confirm,
    "InitiateAuth": signing_in.initiate,
    "RespondToAuthChallenge": challenges.respond,
    "RevokeToken": _revoke,
}
_BY_ADMIN: Final[dict[str, _Answer]] = {
    "AdminCreateUser": administration.create_user,
    "AdminSetUserPassword": administration.set_password,
    "AdminUserGlobalSignOut": administration.sign_out,
    "AdminConfirmSignUp": signing_up.confirm_by_admin,
    "AdminResetUserPassword": recovery.reset_by_admin,
    "AdminInitiateAuth": _initiate_by_admin,
    "AdminRespondToAuthChallenge": challenges.respond,
    "CreateUserPoolDomain": domains.check,
}
_BY_USER: Final[dict[str, _OfUser]] = {
    "ChangePassword": profile.change_password,
    "UpdateUserAttributes": profile.update_attributes,
    "GetUserAttributeVerificationCode": profile.ask_for_code,
    "VerifyUserAttribute": profile.prove_attribute,
    "VerifySoftwareToken": profile.pair_app,
    "GlobalSignOut": profile.sign_out,
}
