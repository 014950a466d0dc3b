"""The addresses at which GraphQL APIs answer: https://NAME.appsync-api.REGION.amazonaws.com/graphql.

https://docs.aws.amazon.com/appsync/latest/devguide/runtime-endpoint.html
"""

from __future__ import annotations

import re
from typing import Final

from course.lab.apigateway.exchange import Answer, Sent

_HOST: Final = re.compile(r"(?P<name>[a-z]{26})\.appsync-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


def answer(sent: Sent) -> Answer | None:
    """The answer of a GraphQL API; None if the host is not AppSync's."""
    found = _HOST.fullmatch(sent.host.lower())
    if found is None:
        return None
    from course.lab.appsync import serving  # a tenth of a second, which other hosts need not wait for

    return serving.answer(sent, found["name"], found["region"])
