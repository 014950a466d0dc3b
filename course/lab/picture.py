"""A picture of the account: `lab.map()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.charts import Chart


def map(headline: str = "") -> Chart | None:
    """Draw the account's resources and what triggers what, in the Region of the lab; dashed is the way of failures.

    >>> map()          # the picture appears under the cell
    """
    from course import charts
    from course.lab.clock import clock
    from course.lab.landscape import survey

    found = survey()
    if not found.names:
        print("The account is empty: there is nothing to draw yet.")
        return None
    wired = {arn for source, target, _ in found.links for arn in (source, target)}
    # Boxes without an arrow would make the picture high and say little: they are named below the headline.
    alone = [name.replace("\n", " (") + ")" for arn, name in found.names.items() if arn not in wired] if wired else []
    shown = {arn: name for arn, name in found.names.items() if arn in wired or not wired}
    return charts.flow(
        [link if link[2] else link[:2] for link in found.links],
        nodes=shown,
        kinds={arn: kind for arn, kind in found.kinds.items() if arn in shown},
        dashed=found.exceptions,
        headline=headline or _sentence(len(found.names), len(found.links)),
        subtitle=f"Not wired to anything: {', '.join(alone)}" if alone else "",
        source=f"lab.map(), {clock.now():%Y-%m-%d %H:%M} in the lab",
    )


def _sentence(resources: int, links: int) -> str:
    def several(count: int, what: str) -> str:
        return f"{count} {what}" if count == 1 else f"{count} {what}s"

    return f"{several(resources, 'resource')} and {several(links, 'way')} between them"
