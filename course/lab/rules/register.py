"""Rules by the operation that they judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from course.lab.asked import Asked

Rule = TypeVar("Rule")


class Register(dict[tuple[str, str], list[Rule]], Generic[Rule]):
    """Each service and operation with its rules, in the order in which they were written down."""

    def rule(self, service: str, *operations: str) -> Callable[[Rule], Rule]:
        """Write the decorated function down for these operations."""

        def register(rule: Rule) -> Rule:
            for operation in operations:
                self.setdefault((service, operation), []).append(rule)
            return rule

        return register

    def for_call(self, call: Asked) -> list[Rule]:
        """The rules that judge a call."""
        return self.get((call.model.service_model.service_name, call.model.name), [])
