"""Key policies: read and written, and what KMS refuses: nobody is named, or the writer could not write the next one.

https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html (32 KB)
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.iam.callers import caller_of, find_role, find_user
from course.lab.iam.document import MalformedPolicy, Policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import Principal, Request
from course.lab.iam.validation import validate_policy
from course.lab.service import Call, Refusal, serve

_CODE: Final = "MalformedPolicyDocumentException"
_MOST_BYTES: Final = 32_768
_LOCKED_OUT: Final = "The new key policy will not allow you to update the key policy in the future."
_NOBODY: Final = "Policy contains a statement with one or more invalid principals."
_ANY_KEY: Final = "arn:aws:kms:us-east-1:{account}:key/new"


def flaw(text: str, access_key_id: str, key_arn: str = "", bypass: bool = False) -> tuple[str, str] | None:
    """The error code and message for a policy that KMS does not save; `key_arn` is empty for a new key."""
    if len(text.encode()) > _MOST_BYTES:
        return "LimitExceededException", f"The key policy exceeds the maximum size of {_MOST_BYTES} bytes."
    try:
        policy = validate_policy(text, "resource")
    except MalformedPolicy as fault:
        return _CODE, fault.message
    who = caller_of(access_key_id).principal
    if _names_nobody(policy, who.account):
        return _CODE, _NOBODY
    if not bypass and not _may_save_again(policy, who, key_arn or _ANY_KEY.format(account=who.account)):
        return _CODE, _LOCKED_OUT
    return None


def check(text: str, access_key_id: str, key_arn: str = "", bypass: bool = False) -> None:
    """Refuse a policy with a flaw."""
    if found := flaw(text, access_key_id, key_arn, bypass):
        raise Refusal(*found)


def _may_save_again(policy: Policy, who: Principal, key_arn: str) -> bool:
    """The policy names the caller, or trusts the caller's account and so leaves it to IAM."""
    owner = key_arn.split(":")[4]
    request = Request(who, "kms:PutKeyPolicy", key_arn, who.context, owner)
    decision = decide(request, Policies(resource=policy, resource_must_allow=True))
    # What is missing on the side of IAM is not the key policy's fault.
    return decision.allowed or decision.layer == "identity-based policy"


def _names_nobody(policy: Policy, account: str) -> bool:
    """A user or role of this account that is not there; other accounts cannot be looked into."""
    for statement in policy.statements:
        for kind, name in statement.principals.entries if statement.principals else ():
            if kind != "AWS" or not name.startswith("arn:") or name.split(":")[4] != account:
                continue
            if (":user/" in name and find_user(name) is None) or (":role/" in name and find_role(name) is None):
                return True
    return False


def _get(call: Call) -> dict[str, Any]:
    """A key has one policy, named default; its name may be left out."""
    return {"Policy": _key(call).policy, "PolicyName": "default"}


def _put(call: Call) -> None:
    _key(call).policy = call.given["Policy"]  # it was judged when the call came in


def _key(call: Call) -> Any:
    if call.given.get("PolicyName", "default") != "default":
        raise Refusal("NotFoundException", "No such policy exists")
    store = call.place.backend("kms")
    key = store.keys.get(store.get_key_id(call.given["KeyId"]))
    if key is None:
        raise Refusal("NotFoundException", f"Key '{call.given['KeyId']}' does not exist")
    return key


serve("kms", {"GetKeyPolicy": _get, "PutKeyPolicy": _put})
