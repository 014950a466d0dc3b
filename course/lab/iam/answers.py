"""Operations that the lab answers in moto's place, and requests that it refuses before moto saves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from course.lab.iam import boundaries, saving, simulate, tokens
from course.lab.iam.api_call import ApiCall
from course.lab.iam.fault import Fault
from course.lab.iam.guard import note
from course.lab.iam.saml import assume_role_with_saml, check_saml
from course.lab.iam.web_identity import check_web_identity
from course.lab.replies import Reply, answer, written

# A function returns the result (as boto3 shows it), None to let moto go on, or raises Fault.
_ANSWERS: Final[Mapping[str, Callable[[ApiCall], dict[str, Any] | None]]] = {
    "sts.AssumeRole": tokens.assume_role,
    "sts.AssumeRoleWithSAML": assume_role_with_saml,
    "sts.GetSessionToken": tokens.get_session_token,
    "sts.GetFederationToken": tokens.get_federation_token,
    "sts.GetCallerIdentity": tokens.get_caller_identity,
    "sts.DecodeAuthorizationMessage": tokens.decode_authorization_message,
    "iam.SimulatePrincipalPolicy": simulate.simulate_principal_policy,
    "iam.SimulateCustomPolicy": simulate.simulate_custom_policy,
    "iam.GetContextKeysForPrincipalPolicy": simulate.get_context_keys_for_principal_policy,
    "iam.GetContextKeysForCustomPolicy": simulate.get_context_keys_for_custom_policy,
    "iam.PutUserPermissionsBoundary": boundaries.put,
    "iam.DeleteUserPermissionsBoundary": boundaries.delete,
    "iam.GetUser": boundaries.get_user,
    "iam.CreateUser": boundaries.create_user,
    "iam.DeleteUser": boundaries.delete_user,
    **{f"iam.{operation}": saving.bring_in_named for operation in saving.NAMES_MANAGED},
    **{f"iam.{operation}": saving.check_iam for operation in saving.SAVES_DOCUMENTS},
    "s3.PutBucketPolicy": saving.check_bucket_policy,
    "sqs.SetQueueAttributes": saving.check_queue_policy,
    "sqs.CreateQueue": saving.check_queue_policy,
    "sns.SetTopicAttributes": saving.check_topic_policy,
    "kms.PutKeyPolicy": saving.check_key_policy,
    "kms.CreateKey": saving.check_key_policy,
    "secretsmanager.PutResourcePolicy": saving.check_secret_policy,
}


def answer_call(call: ApiCall) -> AWSResponse | None:
    """Answer or refuse the call; None lets it go on to moto."""
    function = _ANSWERS.get(f"{call.service}.{call.operation}")
    if function is None:
        return None
    try:
        result = function(call)
    except Fault as fault:
        return _bad(call, fault)
    return None if result is None else written(call.http, call.service, call.operation, call.protocol, result)


def refusal_of_token(call: ApiCall) -> AWSResponse | None:
    """Refuse a token or assertion that the role's trust policy does not let in; None lets moto go on."""
    try:
        (check_saml if call.operation == "AssumeRoleWithSAML" else check_web_identity)(call)
    except Fault as fault:
        return _bad(call, fault)
    return None


def _bad(call: ApiCall, fault: Fault) -> AWSResponse:
    reply = Reply(fault.code, fault.message, fault.status)
    response, request_id = answer(call.http, call.service, call.protocol, reply)
    if fault.decision is not None:
        note(request_id, fault.decision)
    return response
