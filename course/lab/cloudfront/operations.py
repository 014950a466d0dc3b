"""The operations of CloudFront that the lab answers or judges; the others are moto's."""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.acm import regions  # noqa: F401  looks at certificates first
from course.lab.asked import asked
from course.lab.cloudfront import (
    access_controls,
    distributions,
    field_encryption,
    functions,
    functions_run,
    invalidations,
    key_value_stores,
    keys,
    policies,
    realtime_logs,
)
from course.lab.place import place_of
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.service import Refusal, serve
from course.lab.wire import answer_first


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Refuse keys and groups that moto would take; it answers the good ones."""
    call = asked(operation) if service == "cloudfront" else None
    if call is None:
        return None
    given: Any = call.params
    try:
        if operation == "CreatePublicKey":
            keys.check_key(given["PublicKeyConfig"])
        elif operation == "CreateKeyGroup":
            keys.check_group(given["KeyGroupConfig"], place_of(request).account)
    except Refusal as refusal:
        return reply_as(request, service, call.protocol, Reply(refusal.code, refusal.message, refusal.status))[0]
    return None


serve(
    "cloudfront",
    {
        "CreateDistribution": distributions.create,
        "CreateDistributionWithTags": distributions.create_with_tags,
        "GetDistribution": distributions.get,
        "GetDistributionConfig": distributions.get_config,
        "UpdateDistribution": distributions.update,
        "DeleteDistribution": distributions.delete,
        "ListDistributions": distributions.listed,
        "CreateMonitoringSubscription": distributions.monitor,
        "CreateInvalidation": invalidations.create,
        "GetInvalidation": invalidations.get,
        "ListInvalidations": invalidations.listed,
        "GetOriginAccessControlConfig": access_controls.get_config,
        "UpdateOriginAccessControl": access_controls.update,
        "DeleteOriginAccessControl": access_controls.delete,
        "CreateFunction": functions.create,
        "UpdateFunction": functions.update,
        "PublishFunction": functions.publish,
        "DescribeFunction": functions.describe,
        "GetFunction": functions.get,
        "ListFunctions": functions.listed,
        "DeleteFunction": functions.delete,
        "TestFunction": functions_run.test,
        "CreateKeyValueStore": key_value_stores.create,
        **field_encryption.OPERATIONS,
        **realtime_logs.OPERATIONS,
        "UpdateKeyGroup": keys.update_group,
        "DeleteKeyGroup": keys.delete_group,
        **dict(policies.operations(policies.CACHE)),
        **dict(policies.operations(policies.ORIGIN_REQUEST)),
        **dict(policies.operations(policies.RESPONSE_HEADERS)),
    },
)
