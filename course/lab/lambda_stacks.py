"""APIs, functions, mappings and rules that a CloudFormation stack makes run like those made by a call."""

from course.lab import events_router, lambda_functions
from course.lab.apigateway import control, control_http

__all__ = ["control", "control_http", "events_router", "lambda_functions"]
