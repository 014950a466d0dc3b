"""How far the branches of an execution have come: where a redrive begins.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Mark:
    """A branch: the state it is in with that state's input, or its result once it is over."""

    state: str = ""
    data: Any = None
    variables: dict[str, Any] = field(default_factory=dict)
    over: bool = False
    result: Any = None
    parts: dict[int, Mark] = field(default_factory=dict)
    """The branches of the Parallel or the iterations of the Map that the branch is in."""
    map_run: Any = None
    """The Map Run of the distributed Map that the branch is in."""
    goes_on: bool = False

    def part(self, index: int) -> Mark:
        """The mark of a branch or iteration."""
        return self.parts.setdefault(index, Mark())

    def enter(self, state: str, data: Any, variables: dict[str, Any]) -> None:
        """The branch begins a state."""
        self.state, self.data, self.variables = state, data, dict(variables)
        self.forget_parts()

    def forget_parts(self) -> None:
        """The state begins anew, with all that is inside it."""
        self.parts, self.map_run = {}, None

    def end(self, result: Any) -> None:
        """The branch has come to its end."""
        self.over, self.result = True, result
        self.forget_parts()

    def go_on(self) -> None:
        """What is not over goes on where it stopped: the state is not entered a second time, and tries anew."""
        if self.over:
            return
        self.goes_on = bool(self.state)
        for part in self.parts.values():
            part.go_on()

    def takes_up(self) -> bool:
        """Whether the branch takes up the state it stopped in; true once after `go_on`."""
        taken, self.goes_on = self.goes_on, False
        return taken
