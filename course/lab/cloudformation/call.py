"""One request to CloudFormation."""

from __future__ import annotations

import base64
from typing import Any

from course.lab import service
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack, Stacks, stacks_of


class Call(service.Call):
    """What is asked, and by whom."""

    @property
    def stacks(self) -> Stacks:
        return stacks_of(self.place)

    def stack(self, *, also_deleted: bool = False) -> Stack:
        """The stack that the request names; raises Refusal if there is none."""
        name = self.given.get("StackName") or self.given.get("StackId") or ""
        found = self.stacks.find(name)
        if found is None or (found.status == "DELETE_COMPLETE" and name != found.stack_id and not also_deleted):
            raise Refusal(f"Stack with id {name} does not exist")
        return found

    def page(self, rows: list[Any], size: int = 100) -> tuple[list[Any], dict[str, str]]:
        """A page of the rows, and the token of the next."""
        try:
            start = int(base64.b64decode(self.given.get("NextToken", "") or "MA=="))
        except ValueError:
            raise Refusal("Invalid NextToken") from None
        end = start + size
        more = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(rows) else {}
        return rows[start:end], more
