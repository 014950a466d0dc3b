"""A user pool with a client, for the tests."""

from __future__ import annotations

from typing import Any

import boto3
import requests
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import KeySet

from course import lab
from tests.lab.lambda_sample import make

PASSWORD = "Right-horse-1"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
         "ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]  # fmt: skip


class Pool:
    """A user pool, its client, and what people do with it."""

    def __init__(self, client: dict[str, Any] | None = None, **settings: Any) -> None:
        self.api = boto3.client("cognito-idp", region_name="us-east-1")
        settings = {"AutoVerifiedAttributes": ["email"], **settings}
        made = self.api.create_user_pool(PoolName="shop", **settings)["UserPool"]
        self.id, self.arn = made["Id"], made["Arn"]
        told = {"ClientName": "web", "ExplicitAuthFlows": FLOWS, **(client or {})}
        self.client = self.api.create_user_pool_client(UserPoolId=self.id, **told)["UserPoolClient"]["ClientId"]

    def trigger(self, name: str, body: str, key: str = "", **config: Any) -> Pool:
        """Run this body of a function (with `event`) at a trigger."""
        text = "def handler(event, context):\n    import json\n    print('GOT ' + json.dumps(event))\n"
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        arn = make(text + lines + "    return event\n", name=name)
        boto3.client("lambda").add_permission(
            FunctionName=name,
            StatementId="pool",
            SourceArn=self.arn,
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
        )
        value = {"LambdaArn": arn, **config} if config else arn
        kept = self.api.describe_user_pool(UserPoolId=self.id)["UserPool"].get("LambdaConfig") or {}
        changed = {**kept, key or name: value}
        self.api.update_user_pool(UserPoolId=self.id, LambdaConfig=changed, AutoVerifiedAttributes=["email"])
        return self

    def sign_up(self, name: str = "ana", password: str = PASSWORD, email: str = "ana@example.com", **more: Any) -> Any:
        attributes = [{"Name": "email", "Value": email}] if email else []
        return self.api.sign_up(ClientId=self.client, Username=name, Password=password, UserAttributes=attributes,
                                **more)  # fmt: skip

    def confirm(self, name: str = "ana", code: str | None = None) -> Any:
        code = code or lab.outbox()[-1].code
        return self.api.confirm_sign_up(ClientId=self.client, Username=name, ConfirmationCode=code)

    def member(self, name: str = "ana") -> Pool:
        self.sign_up(name)
        self.confirm(name)
        return self

    def sign_in(self, name: str = "ana", password: str = PASSWORD, **more: Any) -> Any:
        told = {"USERNAME": name, "PASSWORD": password}
        return self.api.initiate_auth(ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=told, **more)

    def tokens(self, name: str = "ana", **more: Any) -> Any:
        return self.sign_in(name, **more)["AuthenticationResult"]

    def refresh(self, token: str) -> Any:
        told = {"REFRESH_TOKEN": token}
        return self.api.initiate_auth(ClientId=self.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=told)

    def claims(self, token: str) -> dict[str, Any]:
        """What is in a token, checked by the pool's published keys."""
        issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{self.id}"
        keys = requests.get(f"{issuer}/.well-known/jwks.json", timeout=5).json()
        found = dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)
        assert found["iss"] == issuer
        return found


def refusal(call: Any, *args: Any, **told: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    try:
        call(*args, **told)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", "it was not refused"


WRONG = ("NotAuthorizedException", "Incorrect username or password.")
