"""Cognito.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Cognito.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making


class Pool(Called):
    """AWS::Cognito::UserPool. Ref gives its id."""

    def attributes(self, making: Making) -> dict[str, Any]:
        pool = making.physical_id
        return {
            "Arn": f"arn:aws:cognito-idp:{making.region}:{making.account}:userpool/{pool}",
            "ProviderName": f"cognito-idp.{making.region}.amazonaws.com/{pool}",
            "ProviderURL": f"https://cognito-idp.{making.region}.amazonaws.com/{pool}",
            "UserPoolId": pool,
        }


KINDS: Final[dict[str, Kind]] = {
    "AWS::Cognito::UserPool": Pool(
        "cognito-idp", "CreateUserPool", id="UserPool.Id", renames={"UserPoolName": "PoolName",
                                                                    "UserPoolTags": "UserPoolTags"},
        also=lambda making: {} if "UserPoolName" in making.properties else {"PoolName": making.name(128)},
        updates="UpdateUserPool", deletes="DeleteUserPool", key="UserPoolId",
    ),
    "AWS::Cognito::UserPoolClient": Called(
        "cognito-idp", "CreateUserPoolClient", name="ClientName", id="UserPoolClient.ClientId",
        updates="UpdateUserPoolClient", deletes="DeleteUserPoolClient", key="ClientId",
        keys={"UserPoolId": "UserPoolId"},
    ),
    "AWS::Cognito::UserPoolGroup": Called(
        "cognito-idp", "CreateGroup", name="GroupName", updates="UpdateGroup", deletes="DeleteGroup", key="GroupName",
        keys={"UserPoolId": "UserPoolId"},
    ),
}  # fmt: skip
