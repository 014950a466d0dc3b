"""What is kept for a GraphQL API beside moto's own record; it goes with the account when that is emptied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.appsync.models import appsync_backends
from moto.moto_api._internal import mock_random

from course.lab.place import Place
from course.lab.service import Call, Refusal

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from course.lab.appsync.realtime import Realtime


@dataclass
class State:
    """An API's address, schema, data sources, functions and resolvers."""

    host: str
    settings: dict[str, Any] = field(default_factory=dict)
    schema: GraphQLSchema | None = None
    status: str = "NOT_APPLICABLE"
    details: str = ""
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    resolvers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    decisions: dict[str, Any] = field(default_factory=dict)  # of a Lambda authorizer: access.py
    listeners: list[Realtime] = field(default_factory=list)  # realtime.py


@dataclass(frozen=True)
class Api:
    """An API and where it is."""

    place: Place
    record: Any  # moto's GraphqlAPI
    state: State

    @property
    def id(self) -> str:
        """The API's id."""
        return str(self.record.api_id)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"https://{self.state.host}.appsync-api.{self.place.region}.amazonaws.com/graphql"

    def arn(self, rest: str = "") -> str:
        """The ARN of the API, or of a part of it."""
        return f"{self.record.arn}{rest}"


def of(place: Place, record: Any) -> Api:
    """An API with its state."""
    if "lab_state" not in record.__dict__:
        host = mock_random.get_random_string(26, include_digits=False, lower_case=True)
        record.lab_state = State(host)
    return Api(place, record, record.lab_state)


def find(call: Call) -> Api:
    """The API that a call names."""
    backend: Any = appsync_backends[call.place.account][call.place.region]
    record = backend.graphql_apis.get(call.given["apiId"])
    if record is None:
        raise Refusal("NotFoundException", f"GraphQL API {call.given['apiId']} not found.", 404)
    return of(call.place, record)


def at_host(name: str, region: str) -> Api | None:
    """The API whose address begins with this name."""
    for account in list(appsync_backends):
        backend: Any = dict(appsync_backends[account]).get(region)
        for record in list(backend.graphql_apis.values()) if backend else ():
            api = of(Place(account, region), record)
            if api.state.host == name:
                return api
    return None
