"""The module cfnresponse, which CloudFormation lays beside the inline code of a function.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

from typing import Final

SOURCE: Final = '''"""Tell CloudFormation what came of a custom resource."""

import json
import urllib3

SUCCESS = "SUCCESS"
FAILED = "FAILED"
http = urllib3.PoolManager()


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    body = {
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    http.request("PUT", event["ResponseURL"], body=json.dumps(body), headers={"content-type": ""})
'''
