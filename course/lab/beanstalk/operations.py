"""Elastic Beanstalk's operations, as boto3 calls them. Those of deployments are in rollouts_calls.py.

https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_Operations.html
"""

from __future__ import annotations

from course.lab.beanstalk import (
    applications,
    configurations,
    environment_calls,
    labels,
    platforms,
    rollouts_calls,
    showing,
)
from course.lab.service import serve

serve(
    "elastic-beanstalk",
    {
        **applications.OPERATIONS,
        **configurations.OPERATIONS,
        **environment_calls.OPERATIONS,
        **labels.OPERATIONS,
        **platforms.OPERATIONS,
        **showing.OPERATIONS,
    },
    api="elasticbeanstalk",
)

__all__ = ["rollouts_calls"]
