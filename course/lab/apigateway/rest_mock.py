"""MOCK: no backend. The request template says by a statusCode which integration response answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import yaml

from course.lab.apigateway.refused import misconfigured


def status(rendered: str) -> int:
    """The status code in the rendered template: JSON, where names may stand without quotes."""
    try:
        said = yaml.safe_load(rendered.replace("\t", " ")) if rendered.strip() else None
    except yaml.YAMLError:
        said = None
    code = said.get("statusCode") if isinstance(said, dict) else None
    if isinstance(code, str) and code.isdigit():
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        raise misconfigured(
            "Unable to parse statusCode. It should be an integer that is defined in the request template."
        )
    return code
