"""Stage variables in the settings of an integration: ${stageVariables.name}.

https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of a stage; a variable that the stage lacks leaves nothing behind."""
    return _VARIABLE.sub(lambda found: str(variables.get(found[1], "")), text)
