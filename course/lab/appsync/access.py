"""May the caller see this field? Directives of the schema, groups, and the policies of who signed.

A field or type without a directive is for the API's default way of authorisation only.
https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from course.lab.appsync import apis, sdl
from course.lab.appsync.callers import Caller
from course.lab.appsync.context import Failure
from course.lab.appsync.store import Api
from course.lab.appsync.template_tools import not_authorized

_WAYS: Final = {
    "aws_api_key": "API_KEY",
    "aws_iam": "AWS_IAM",
    "aws_oidc": "OPENID_CONNECT",
    "aws_cognito_user_pools": "AMAZON_COGNITO_USER_POOLS",
    "aws_lambda": "AWS_LAMBDA",
}
_POOL: Final = "AMAZON_COGNITO_USER_POOLS"


def gate(api: Api, caller: Caller) -> Callable[[Any, Any, str], Failure | None]:
    """Says of a field of a type why the caller may not see it; None if they may."""

    def refused(parent: Any, field: Any, name: str) -> Failure | None:
        may = _opens(api, caller, parent, field) and not _is_denied(api, caller, parent.name, name)
        if may and caller.signer is not None and parent in _roots(api):
            may = _policies_allow(api, caller, parent.name, name)
        return None if may else not_authorized(name, parent.name)

    return refused


def _opens(api: Api, caller: Caller, parent: Any, field: Any) -> bool:
    ways = apis.modes(api)
    opened = _ways(field.ast_node) or _ways(parent.ast_node)
    if opened:
        if caller.mode not in opened:
            return False
        return _in_group(caller, opened[caller.mode])
    groups = [group for one in sdl.named("aws_auth", field.ast_node) for group in one.get("cognito_groups") or ()]
    if groups and len(ways) == 1 and caller.mode == _POOL:  # @aws_auth counts where there is one way only
        return _in_group(caller, groups)
    return caller.mode == ways[0]["authenticationType"] and not caller.denies_by_default


def _ways(node: Any) -> dict[str, list[str]]:
    """The ways that directives open, each with its groups."""
    return {
        way: [group for one in found for group in one.get("cognito_groups") or ()]
        for name, way in _WAYS.items()
        if (found := sdl.named(name, node))
    }


def _in_group(caller: Caller, groups: list[str]) -> bool:
    return not groups or bool(caller.groups & set(groups))


def _is_denied(api: Api, caller: Caller, parent: str, name: str) -> bool:
    return bool(caller.denied & {f"{parent}.{name}", api.arn(f"/types/{parent}/fields/{name}")})


def _roots(api: Api) -> tuple[Any, ...]:
    schema: Any = api.state.schema
    return tuple(one for one in (schema.query_type, schema.mutation_type, schema.subscription_type) if one)


def _policies_allow(api: Api, caller: Caller, parent: str, name: str) -> bool:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappsync.html"""
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Request

    signer = caller.signer
    arn = api.arn(f"/types/{parent}/fields/{name}")
    request = Request(signer.principal, "appsync:GraphQL", arn, dict(signer.context), api.place.account)
    policies = Policies(
        identity=signer.identity, boundary=signer.boundary, session=signer.session, scps=signer.scps
    )  # fmt: skip
    return decide(request, policies).allowed
