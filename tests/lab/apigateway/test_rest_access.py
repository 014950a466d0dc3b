"""Who may call: IAM, resource policies, Lambda authorizers and Cognito."""

import json

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from course import lab
from tests.lab.apigateway.sample import ECHO, Api, uri
from tests.lab.lambda_sample import got, make

MOCK = '{"who": "$context.identity.userArn", "principal": "$context.authorizer.principalId"}'


def policy(effect="Allow", resource="*", action="execute-api:Invoke", **more):
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def user(name="dana", document=None):
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    if document:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


def signed(credentials, url, method="GET", body=b"", service="execute-api", **headers):
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    return dict(request.headers)


def call(api, credentials, path="/pets", **more):
    return api.get(path, headers=signed(credentials, api.url(path), **more))


@pytest.fixture
def guarded():
    api = Api()
    for method in ("GET", "POST"):
        api.method(method, "/pets", authorizationType="AWS_IAM").mock(MOCK)
    api.deploy()
    return api


def test_an_unsigned_request_is_refused(guarded):
    given = guarded.get("/pets")
    assert (given.status, given.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_user_who_may_invoke_is_let_in(guarded):
    dana = user(document=policy(resource=guarded.arn("prod/GET/pets")))
    assert call(guarded, dana).json()["who"] == "arn:aws:iam::123456789012:user/dana"
    body = b'{"name": "Rex"}'
    given = guarded.post("/pets", headers=signed(dana, guarded.url("/pets"), "POST", body), body=body)
    assert given.status == 403
    assert given.json()["Message"] == (
        "User: arn:aws:iam::123456789012:user/dana is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:us-east-1:********9012:{guarded.id}/prod/POST/pets"
    )


def test_requests_can_be_signed_too(guarded):
    dana = user(document=policy())
    url = guarded.url("/pets?b=2&a=1%202")
    assert requests.get(url, headers=signed(dana, url)).status_code == 200


def test_the_headers_of_a_signed_request_can_be_sent_as_they_are(guarded):
    request = AWSRequest(method="GET", url=guarded.url("/pets"))
    SigV4Auth(user(document=policy()), "execute-api", "us-east-1").add_auth(request)
    assert guarded.get("/pets", headers=request.headers).status == 200


def test_an_explicit_deny_is_named(guarded):
    assert (
        call(guarded, user(document=policy("Deny"))).json()["Message"].endswith("/prod/GET/pets with an explicit deny")
    )


def test_a_changed_request_does_not_fit_its_signature(guarded):
    dana = user(document=policy())
    headers = signed(dana, guarded.url("/pets?id=7"))
    given = guarded.get("/pets?id=8", headers=headers)
    assert given.status == 403 and given.json()["message"].startswith("The request signature we calculated does not")


def test_an_old_signature_is_refused(guarded):
    dana = user(document=policy())
    headers = signed(dana, guarded.url("/pets"))
    lab.clock.advance(minutes=6)
    assert "Signature expired" in guarded.get("/pets", headers=headers).json()["message"]


def test_an_unknown_key_is_refused(guarded):
    stranger = Credentials("AKIAUNKNOWNUNKNOWN12", "x" * 40)
    assert call(guarded, stranger).json() == {"message": "The security token included in the request is invalid."}


def test_a_signature_for_another_service_is_refused(guarded):
    assert "scoped to correct service" in call(guarded, user(document=policy()), service="s3").json()["message"]


def test_a_role_session_needs_its_token(guarded):
    iam, sts = boto3.client("iam"), boto3.client("sts")
    trust = policy(action="sts:AssumeRole", Principal={"AWS": "123456789012"}).replace(', "Resource": "*"', "")
    iam.create_role(RoleName="front", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="front", PolicyName="p", PolicyDocument=policy())
    given = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/front", RoleSessionName="session")["Credentials"]
    keys = given["AccessKeyId"], given["SecretAccessKey"]
    assert call(guarded, Credentials(*keys, given["SessionToken"])).json()["who"].endswith("assumed-role/front/session")
    assert call(guarded, Credentials(*keys)).status == 403
    lab.clock.advance(hours=2)
    expired = call(guarded, Credentials(*keys, given["SessionToken"])).json()
    assert expired == {"message": "The security token included in the request is expired"}


def test_another_kind_of_authorization_header_is_an_incomplete_signature(guarded):
    given = guarded.get("/pets", headers={"Authorization": "Bearer abc"})
    assert "Authorization header requires 'Credential' parameter." in given.json()["message"]


def open_api(document):
    api = Api()
    api.client.update_rest_api(restApiId=api.id, patchOperations=[
        {"op": "replace", "path": "/policy", "value": document}])  # fmt: skip
    api.method("GET", "/pets").mock("in")
    api.method("GET", "/keepers", authorizationType="AWS_IAM").mock("in")
    api.deploy()
    return api


def test_a_resource_policy_decides_by_address():
    where = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    api = open_api(policy(resource="execute-api:/prod/GET/pets", Principal="*", Condition=where))
    given = api.get("/pets")
    assert given.status == 403 and given.json()["Message"].startswith("User: anonymous is not authorized to perform")
    assert api.get("/pets", source_ip="198.51.100.9").body == "in"


def test_a_resource_policy_is_deployed_like_the_rest():
    api = open_api(policy(Principal="*"))
    api.client.update_rest_api(restApiId=api.id, patchOperations=[
        {"op": "replace", "path": "/policy", "value": policy("Deny", Principal="*")}])  # fmt: skip
    assert api.get("/pets").status == 200
    api.deploy()
    assert api.get("/pets").json()["Message"].endswith("with an explicit deny")


def test_within_one_account_the_resource_policy_or_the_users_policy_is_enough():
    api = open_api(policy(Principal={"AWS": "arn:aws:iam::123456789012:user/erin"}, resource="execute-api:/*"))
    assert call(api, user("erin"), "/keepers").status == 200
    assert call(api, user("dana"), "/keepers").status == 403
    assert call(api, user("fred", policy()), "/keepers").status == 200


AUTHORIZER = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        token = event.get("authorizationToken") or event["headers"]["X-Token"]
        if token == "stop":
            raise Exception("Unauthorized")
        if token == "crash":
            raise ValueError("broken")
        if token == "odd":
            return {"principalId": "dana"}
        effect = {"yes": "Allow", "no": "Deny"}.get(token)
        statement = {"Effect": effect or "Allow", "Action": "execute-api:Invoke",
                     "Resource": event["methodArn"] if effect else "arn:aws:execute-api:*:*:other/*"}
        return {"principalId": "dana", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                "context": {"shelter": "north", "age": 7, "admin": True}}
"""


def with_authorizer(kind="TOKEN", source="method.request.header.X-Token", **settings):
    make(AUTHORIZER, "gate")
    make(ECHO)
    api = Api()
    made = api.client.create_authorizer(restApiId=api.id, name="gate", type=kind, authorizerUri=uri("gate"),
                                        identitySource=source, **settings)["id"]  # fmt: skip
    for path in ("/pets", "/dogs"):
        api.method("GET", path, authorizationType="CUSTOM", authorizerId=made).proxy(allowed=False)
    api.allow("gate").allow("worker")
    api.deploy()
    return api


@pytest.mark.parametrize(
    ("token", "status", "body"),
    [
        (None, 401, {"message": "Unauthorized"}),
        ("stop", 401, {"message": "Unauthorized"}),
        ("crash", 500, {"message": None}),
        ("odd", 500, {"message": None}),
        ("other", 403, {"Message": "User is not authorized to access this resource"}),
        ("no", 403, {"Message": "User is not authorized to access this resource with an explicit deny in an "
                                "identity-based policy"}),
    ],
)  # fmt: skip
def test_a_lambda_authorizer_refuses(token, status, body):
    given = with_authorizer().get("/pets", headers={"X-Token": token} if token else {})
    assert (given.status, given.json()) == (status, body)


def test_a_lambda_authorizer_lets_in_and_its_context_reaches_the_function():
    api = with_authorizer()
    event = api.get("/pets", headers={"X-Token": "yes"}).json()
    assert event["requestContext"]["authorizer"] == {
        "principalId": "dana", "shelter": "north", "age": "7", "admin": "true", "integrationLatency": 0,
    }  # fmt: skip
    assert got("gate") == [{"type": "TOKEN", "methodArn": api.arn("prod/GET/pets"), "authorizationToken": "yes"}]


def test_what_an_authorizer_said_is_kept_for_its_time():
    api = with_authorizer(authorizerResultTtlInSeconds=60)
    yes = {"X-Token": "yes"}
    assert [api.get("/pets", headers=yes).status for _ in range(3)] == [200] * 3
    assert len(got("gate")) == 1
    # The kept policy is about /pets only: the famous trap of cached policies.
    assert api.get("/dogs", headers=yes).status == 403 and len(got("gate")) == 1
    lab.clock.advance(seconds=61)
    assert api.get("/dogs", headers=yes).status == 200 and len(got("gate")) == 2


def test_without_a_time_to_live_it_is_asked_every_time():
    api = with_authorizer(authorizerResultTtlInSeconds=0)
    for _ in range(2):
        api.get("/pets", headers={"X-Token": "yes"})
    assert len(got("gate")) == 2


def test_a_request_authorizer_sees_the_whole_request():
    api = with_authorizer("REQUEST", "method.request.header.X-Token, method.request.querystring.who")
    assert api.get("/pets", headers={"X-Token": "yes"}).status == 401
    assert api.get("/pets?who=dana", headers={"X-Token": "yes"}).status == 200
    [event] = got("gate")
    assert (event["type"], event["resource"], event["queryStringParameters"]) == ("REQUEST", "/pets", {"who": "dana"})
    assert event["requestContext"]["stage"] == "prod" and "body" not in event


def test_a_token_that_does_not_look_like_one_is_refused_unasked():
    api = with_authorizer(identityValidationExpression="yes|no")
    assert api.get("/pets", headers={"X-Token": "maybe"}).status == 401 and got("gate") == []


def test_an_authorizer_without_permission_to_be_invoked_is_a_fault_of_the_api():
    make(AUTHORIZER, "gate")
    api = Api()
    made = api.client.create_authorizer(restApiId=api.id, name="gate", type="TOKEN", authorizerUri=uri("gate"),
                                        identitySource="method.request.header.X-Token")["id"]  # fmt: skip
    api.method("GET", "/pets", authorizationType="CUSTOM", authorizerId=made).mock("in")
    api.deploy()
    assert (api.get("/pets", headers={"X-Token": "yes"}).status, got("gate")) == (500, [])
    tried = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=made, headers={"X-Token": "yes"})
    assert tried["clientStatus"] == 500
    api.allow("gate")
    tried = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=made, headers={"X-Token": "yes"})
    assert (tried["clientStatus"], tried["principalId"]) == (0, "dana")


def pool_tokens(name="pool"):
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=name)["UserPool"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=flows)
    client = client["UserPoolClient"]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="dana")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="dana", Password="Secret-1234!", Permanent=True)
    given = cognito.admin_initiate_auth(
        UserPoolId=pool["Id"], ClientId=client["ClientId"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "dana", "PASSWORD": "Secret-1234!"},
    )["AuthenticationResult"]  # fmt: skip
    return pool, client["ClientId"], given


def with_pool(pool, **method):
    name = lab.unique_name("echo")
    make(ECHO, name)
    api = Api()
    made = api.client.create_authorizer(restApiId=api.id, name="pool", type="COGNITO_USER_POOLS",
                                        providerARNs=[pool["Arn"]],
                                        identitySource="method.request.header.Authorization")["id"]  # fmt: skip
    api.method("GET", "/", authorizationType="COGNITO_USER_POOLS", authorizerId=made, **method).proxy(name)
    api.deploy()
    return api


def test_a_token_of_the_user_pool_opens_the_method():
    pool, client_id, given = pool_tokens()
    api = with_pool(pool)
    event = api.get("/", headers={"Authorization": given["IdToken"]}).json()
    claims = event["requestContext"]["authorizer"]["claims"]
    assert (claims["cognito:username"], claims["aud"], claims["token_use"]) == ("dana", client_id, "id")
    assert api.get("/", headers={"Authorization": f"Bearer {given['IdToken']}"}).status == 200


def test_no_token_a_changed_one_and_one_of_another_pool_are_refused():
    pool, _, given = pool_tokens()
    other = pool_tokens("other")[2]
    api = with_pool(pool)
    head, body, mark = given["IdToken"].split(".")
    changed = f"{head}.{body[:-4]}AAAA.{mark}"
    for token in ("", "x", changed, other["IdToken"]):
        answer = api.get("/", headers={"Authorization": token})
        assert (answer.status, answer.json()) == (401, {"message": "Unauthorized"})


def test_a_token_expires():
    pool, _, given = pool_tokens()
    api = with_pool(pool)
    lab.clock.advance(minutes=61)
    answer = api.get("/", headers={"Authorization": given["IdToken"]})
    assert (answer.status, answer.json()) == (401, {"message": "The incoming token has expired"})


def test_scopes_want_an_access_token():
    pool, _, given = pool_tokens()
    api = with_pool(pool, authorizationScopes=["aws.cognito.signin.user.admin"])
    assert api.get("/", headers={"Authorization": given["IdToken"]}).status == 401
    assert api.get("/", headers={"Authorization": given["AccessToken"]}).status == 200
    assert with_pool(pool).get("/", headers={"Authorization": given["AccessToken"]}).status == 401


def test_a_token_without_the_scope_is_denied():
    pool, _, given = pool_tokens()
    api = with_pool(pool, authorizationScopes=["pets/read"])
    assert api.get("/", headers={"Authorization": given["AccessToken"]}).status == 403


def test_another_account_needs_both_policies():
    guest = boto3.client("organizations")
    guest.create_organization()
    account = guest.create_account(AccountName="guest", Email="g@example.com")["CreateAccountStatus"]["AccountId"]
    given = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="setup"
    )["Credentials"]
    there = boto3.client("iam", aws_access_key_id=given["AccessKeyId"], aws_session_token=given["SessionToken"],
                         aws_secret_access_key=given["SecretAccessKey"])  # fmt: skip
    keys = {}
    for name in ("allowed", "silent"):
        there.create_user(UserName=name)
        made = there.create_access_key(UserName=name)["AccessKey"]
        keys[name] = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    there.put_user_policy(UserName="allowed", PolicyName="p", PolicyDocument=policy())
    api = open_api(policy(Principal={"AWS": account}, resource="execute-api:/*"))
    assert call(api, keys["allowed"], "/keepers").status == 200
    assert call(api, keys["silent"], "/keepers").status == 403
    closed = Api()
    closed.method("GET", "/keepers", authorizationType="AWS_IAM").mock("in")
    closed.deploy()
    assert call(closed, keys["allowed"], "/keepers").status == 403


def test_a_private_api_is_reached_through_its_vpc_endpoint_only():
    private = {"types": ["PRIVATE"]}
    where = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    document = policy(Principal="*", resource="execute-api:/*", Condition=where)
    api = Api(endpointConfiguration=private, policy=document)
    api.method("GET", "/").mock("in")
    api.deploy()
    assert api.get().json() == {"message": "Forbidden"}
    assert api.get(vpc_endpoint="vpce-1").body == "in"
    assert api.get(vpc_endpoint="vpce-2").json()["Message"].startswith("User: anonymous is not authorized")
    shut = Api(endpointConfiguration=private)
    shut.method("GET", "/").mock("in")
    shut.deploy()
    assert shut.get(vpc_endpoint="vpce-1").status == 403
