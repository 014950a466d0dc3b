"""Methods and integrations are changed by patches; a deployment wants an integration for every method."""

import pytest

from tests.lab.apigateway.sample import Api

JSON = "application/json"


def mock():
    api = Api()
    api.method("GET", "/pets").mock("first")
    return api


def patch(operation, path, value=None):
    return [{"op": operation, "path": path} | ({} if value is None else {"value": value})]


def test_a_method_gets_a_validator_a_model_and_a_parameter():
    api = mock()
    validator = api.client.create_request_validator(restApiId=api.id, name="v", validateRequestParameters=True)["id"]
    said = api.client.update_method(**api.at, patchOperations=[
        *patch("replace", "/requestValidatorId", validator),
        *patch("add", "/requestModels/application~1json", "Empty"),
        *patch("add", "/requestParameters/method.request.querystring.page", "true"),
    ])  # fmt: skip
    assert said["requestModels"] == {JSON: "Empty"} and said["requestValidatorId"] == validator
    api.deploy()
    assert (api.get("/pets").status, api.get("/pets?page=1").status) == (400, 200)


def test_a_key_can_be_asked_for_afterwards_and_works_from_the_next_deployment():
    api = mock()
    api.deploy()
    api.client.update_method(**api.at, patchOperations=patch("replace", "/apiKeyRequired", "true"))
    assert api.get("/pets").status == 200
    api.deploy()
    assert api.get("/pets").status == 403
    api.client.update_method(**api.at, patchOperations=patch("replace", "/apiKeyRequired", "false"))
    assert api.client.get_method(**api.at)["apiKeyRequired"] is False


def test_an_integration_and_its_response_are_changed_one_by_one():
    api = mock()
    api.client.update_integration(**api.at, patchOperations=patch("replace", "/timeoutInMillis", "3000"))
    api.client.update_integration_response(
        **api.at, statusCode="200", patchOperations=patch("replace", "/responseTemplates/application~1json", "second")
    )
    api.deploy()
    assert api.get("/pets").body == "second"
    assert api.client.get_integration(**api.at)["timeoutInMillis"] == 3000


@pytest.mark.parametrize("path", ["/colour", "/requestParameters", "/authorizationType/x"])
def test_a_path_that_is_none_is_refused_and_the_right_ones_are_named(path):
    api = mock()
    with pytest.raises(api.client.exceptions.BadRequestException, match=r"Must be one of: .*/requestValidatorId"):
        api.client.update_method(**api.at, patchOperations=patch("replace", path, "x"))


def test_a_patched_integration_is_checked_like_a_new_one():
    api = mock()
    for path, value in (("/timeoutInMillis", "60000"),
                        ("/requestParameters/integration.request.header.X", "method.request.header.None")):  # fmt: skip
        with pytest.raises(api.client.exceptions.BadRequestException):
            api.client.update_integration(**api.at, patchOperations=patch("replace", path, value))


def test_what_is_not_there_cannot_be_changed():
    api = mock()
    with pytest.raises(api.client.exceptions.NotFoundException, match="Invalid Method identifier"):
        api.client.update_method(**{**api.at, "httpMethod": "PUT"}, patchOperations=[])
    with pytest.raises(api.client.exceptions.NotFoundException):
        api.client.update_integration_response(**api.at, statusCode="404", patchOperations=[])


def test_one_method_without_an_integration_stops_the_deployment():
    api = mock()
    api.method("POST", "/pets")
    with pytest.raises(api.client.exceptions.BadRequestException, match="No integration defined for method"):
        api.deploy()
