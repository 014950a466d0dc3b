"""Integrations of REST APIs: the request to the backend, and the way back.

AWS_PROXY and HTTP_PROXY pass everything through; AWS, HTTP and MOCK go through templates and mappings (rest_mapped.py).
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html
"""

from __future__ import annotations

from course.lab.apigateway import lambda_target, rest_http, rest_lambda_proxy, rest_mapped
from course.lab.apigateway.exchange import Answer
from course.lab.apigateway.refused import misconfigured
from course.lab.apigateway.rest_call import Call


def run(call: Call) -> Answer:
    """What the method's integration answers."""
    integration = call.here.method.method_integration
    if integration is None:
        raise misconfigured("No integration defined for method")
    kind = integration.integration_type
    if kind == "AWS_PROXY":
        if not lambda_target.function_arn(integration.uri):
            raise misconfigured(f"Invalid function ARN or invalid URI: {integration.uri}")
        return rest_lambda_proxy.answer(call, integration)
    if kind == "HTTP_PROXY":
        return rest_http.pass_through(call, integration)
    return rest_mapped.answer(call, integration)
