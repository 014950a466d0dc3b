"""Functions, mappings and rules that a CloudFormation stack makes run like those made by a call."""

from course.lab import events_router, lambda_functions

__all__ = ["events_router", "lambda_functions"]
