"""May a topic or a rule send to this queue? The queue's own policy must say so, and that of the key that encrypts it.

Topics: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
Rules: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
Encrypted queues: https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from course.lab.iam.document import MalformedPolicy, parse_policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import ContextValue, Principal, Request

_KEY_ACTIONS: Final = ("kms:GenerateDataKey", "kms:Decrypt")


def refusal(queue: Any, service: str, source_arn: str, account: str) -> str:
    """Why the queue takes no messages that this service sends for a topic or a rule; empty when it does.

    >>> refusal(queue, "sns.amazonaws.com", "arn:aws:sns:us-east-1:123456789012:orders", "123456789012")
    'its policy does not let sns.amazonaws.com send: no resource-based policy allows the sqs:SendMessage action'
    """
    why = _judged(_text(queue.policy), service, "sqs:SendMessage", queue.queue_arn, source_arn, account)
    if why:
        return f"its policy does not let {service} send: {why}"
    key = getattr(queue, "kms_master_key_id", None)
    return _key_refusal(queue, str(key), service, source_arn, account) if key else ""


def _key_refusal(queue: Any, named: str, service: str, source_arn: str, account: str) -> str:
    from moto.kms.models import kms_backends

    _, _, _, region, owner, _ = queue.queue_arn.split(":", 5)
    keys = kms_backends[owner][region]
    alias = named.rpartition(":")[2] if ":alias/" in named else named
    if alias == "alias/aws/sqs":
        return f"it is encrypted with the AWS managed key alias/aws/sqs, whose policy cannot let {service} in"
    try:
        key = keys.describe_key(alias)
    except Exception:  # moto has several errors for a key that is not there
        return f"its key {named} does not exist"
    for action in _KEY_ACTIONS:
        if why := _judged(_text(key.policy), service, action, key.arn, source_arn, account):
            return f"the policy of its key does not let {service} use the key: {why}"
    return ""


@lru_cache(maxsize=256)
def _judged(policy: str, service: str, action: str, resource: str, source_arn: str, account: str) -> str:
    context: dict[str, ContextValue] = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": account,
        "aws:SecureTransport": True,
    }
    owner = resource.split(":")[4]
    request = Request(Principal("service", service), action, resource, context, owner)
    try:
        parsed = parse_policy(policy, "resource", "policy") if policy else None
    except MalformedPolicy as wrong:
        return str(wrong)
    decision = decide(request, Policies(resource=parsed))
    return "" if decision.allowed else decision.why.removeprefix("because ")


def _text(policy: Any) -> str:
    return policy.decode() if isinstance(policy, bytes) else str(policy or "")
