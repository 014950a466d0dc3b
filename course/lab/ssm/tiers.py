"""Tiers: what a parameter may hold, how many there may be, and which tier a put leads to.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
https://docs.aws.amazon.com/general/latest/gr/ssm.html (quotas)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.ssm.exceptions import SSMException

STANDARD, ADVANCED, INTELLIGENT = "Standard", "Advanced", "Intelligent-Tiering"
_VALUE: Final = {STANDARD: 4096, ADVANCED: 8192}  # bytes
_COUNT: Final = {STANDARD: 10_000, ADVANCED: 100_000}
_PAGE: Final = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"


def tier_for(asked: str, before: str | None, value: str, policies: bool, kept: Mapping[str, list[Any]]) -> str:
    """The tier that a parameter gets, `before` being the one it has; raises what AWS refuses."""
    size = len(value.encode())
    needs_advanced = policies or size > _VALUE[STANDARD] or (before is None and _full(kept, STANDARD))
    by_itself = ADVANCED if needs_advanced or before == ADVANCED else STANDARD
    tier = by_itself if asked == INTELLIGENT else asked
    if before == ADVANCED and tier == STANDARD:
        raise SSMException(
            "ValidationException",
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
            "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced "
            "parameter and recreate it as a standard parameter.",
        )
    if tier == STANDARD and policies:
        raise SSMException("ValidationException", "Parameter policies are available for advanced parameters only.")
    if tier == STANDARD and size > _VALUE[STANDARD]:
        raise SSMException(
            "ValidationException",
            f"Standard tier parameters support a maximum parameter value of {_VALUE[STANDARD]} characters. To create "
            "a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
            f"information, see {_PAGE}",
        )
    if size > _VALUE[ADVANCED]:
        raise SSMException(
            "ValidationException",
            f"Advanced tier parameters support a maximum parameter value of {_VALUE[ADVANCED]} characters.",
        )
    if before is None and _full(kept, tier):
        raise SSMException(
            "ParameterLimitExceeded",
            "You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try "
            "again.",
        )
    return tier


def _full(kept: Mapping[str, list[Any]], tier: str) -> bool:
    if len(kept) < _COUNT[tier]:
        return False  # no need to count
    own = (versions[-1] for name, versions in kept.items() if versions and not name.startswith("/aws/"))
    return sum(1 for one in own if one.tier == tier) >= _COUNT[tier]
