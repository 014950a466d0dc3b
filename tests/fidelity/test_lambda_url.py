"""Function URLs: behaviours of AWS that the lab shows and bare moto does not, each with its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect
from tests.fidelity.test_lambda import client, make

_GUIDE = "https://docs.aws.amazon.com/lambda/latest"
_ECHO = "def handler(e, c): return e"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)
kept = collect(KEPT, _GUIDE)


def url_of(source: str = _ECHO, auth: str = "NONE", allowed: bool = True, **settings: Any) -> str:
    make(source)
    if allowed:
        ways = ({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
                {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True})  # fmt: skip
        for number, more in enumerate(ways):
            client().add_permission(FunctionName="f", StatementId=f"s{number}", Principal="*", **more)
    return str(client().create_function_url_config(FunctionName="f", AuthType=auth, **settings)["FunctionUrl"])


def get(url: str, **more: Any) -> requests.Response:
    return requests.get(url, timeout=2, **more)


def refusal(call: Callable[..., Any], **told: Any) -> str:
    try:
        call(**told)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@behaviour("dg/urls-invocation.html")
def a_url_runs_the_function(world: World) -> bool:
    return get(url_of("def handler(e, c): return 'woof'")).text == "woof"


@behaviour("dg/urls-invocation.html")
def the_event_has_payload_format_2(world: World) -> bool:
    event = get(url_of() + "dogs?a=1").json()
    return (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/dogs", "a=1")


@behaviour("dg/urls-invocation.html")
def the_functions_status_and_headers_are_the_answers(world: World) -> bool:
    said = get(url_of("def handler(e, c): return {'statusCode': 418, 'headers': {'X-Pot': 'tea'}}"))
    return (said.status_code, said.headers["X-Pot"]) == (418, "tea")


@behaviour("dg/urls-invocation.html")
def an_error_of_the_function_is_a_502(world: World) -> bool:
    return get(url_of("def handler(e, c): raise ValueError('no')")).status_code == 502


@behaviour("dg/urls-auth.html")
def a_url_without_a_policy_lets_nobody_in(world: World) -> bool:
    return get(url_of(allowed=False)).status_code == 403


@behaviour("dg/urls-auth.html")
def a_url_needs_invoke_function_too(world: World) -> bool:
    url = url_of()
    client().remove_permission(FunctionName="f", StatementId="s1")
    return get(url).status_code == 403


@behaviour("dg/urls-auth.html")
def a_url_with_iam_needs_a_signature(world: World) -> bool:
    return get(url_of(auth="AWS_IAM")).status_code == 403


@behaviour("dg/urls-auth.html")
def the_permission_has_the_auth_type_as_condition(world: World) -> bool:
    url_of()
    statement = json.loads(client().get_policy(FunctionName="f")["Policy"])["Statement"][0]
    return bool(statement["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})


@behaviour("dg/urls-configuration.html")
def reserved_concurrency_0_closes_a_url(world: World) -> bool:
    url = url_of()
    client().put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    return get(url).status_code == 429


@behaviour("dg/urls-configuration.html")
def the_service_answers_a_preflight_request(world: World) -> bool:
    url = url_of(Cors={"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"]})
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    said = requests.options(url, headers=asked, timeout=2)
    return said.headers["Access-Control-Allow-Origin"] == "https://a.example"


@behaviour("dg/urls-configuration.html")
def an_alias_has_a_url_of_its_own(world: World) -> bool:
    first = url_of()
    client().publish_version(FunctionName="f")
    client().create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    made = client().create_function_url_config(FunctionName="f", Qualifier="live", AuthType="NONE")
    return made["FunctionUrl"] != first and made["FunctionArn"].endswith(":f:live")


@behaviour("api/API_CreateFunctionUrlConfig.html")
def a_function_has_one_url(world: World) -> bool:
    url_of()
    return refusal(client().create_function_url_config, FunctionName="f", AuthType="NONE") == (
        "ResourceConflictException"
    )


@behaviour("api/API_CreateFunctionUrlConfig.html")
def a_version_has_no_url(world: World) -> bool:
    make(_ECHO)
    client().publish_version(FunctionName="f")
    told = {"FunctionName": "f", "AuthType": "NONE", "Qualifier": "1"}
    return refusal(client().create_function_url_config, **told) == "ValidationException"


@behaviour("api/API_ListFunctionUrlConfigs.html")
def urls_can_be_listed(world: World) -> bool:
    url = url_of()
    listed = client().list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]
    return [one["FunctionUrl"] for one in listed] == [url]


@behaviour("api/API_FunctionUrlConfig.html")
def the_invoke_mode_is_buffered_in_capitals(world: World) -> bool:
    url_of()
    return bool(client().get_function_url_config(FunctionName="f")["InvokeMode"] == "BUFFERED")


@kept("api/API_UpdateFunctionUrlConfig.html")
def a_url_keeps_its_address_when_it_is_changed(world: World) -> bool:
    url = url_of()
    changed = client().update_function_url_config(FunctionName="f", AuthType="AWS_IAM")
    return bool(changed["FunctionUrl"] == url and changed["AuthType"] == "AWS_IAM")


@kept("api/API_DeleteFunctionUrlConfig.html")
def a_deleted_url_is_not_found(world: World) -> bool:
    url_of()
    client().delete_function_url_config(FunctionName="f")
    return refusal(client().get_function_url_config, FunctionName="f") == "ResourceNotFoundException"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_keeps_what_moto_has_right(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_moto_has_it_right(one, in_bare_moto):
    assert one.is_seen(in_bare_moto), one.source
