"""Resource policies that tests give to queues and topics."""

from __future__ import annotations

import json


def letting_in(*services: str) -> str:
    """A policy by which these services of AWS may do everything with the resource.

    >>> sqs.create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})
    """
    names = [f"{one}.amazonaws.com" for one in services]
    statement = {"Effect": "Allow", "Principal": {"Service": names}, "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
