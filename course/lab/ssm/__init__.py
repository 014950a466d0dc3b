"""Parameter Store beyond moto.

| file | what it does |
|---|---|
| store.py | versions, types, patterns and pages, with the parts below |
| tiers.py | which tier a parameter gets, and what its tier holds |
| data_types.py | values that are integers, JSON, addresses ... |
| sealed.py | secure strings are encrypted under their KMS key |
| policies.py | parameters that expire, and notices before and after, by the lab's clock |
| notices.py | events on the default bus |
| public.py | what AWS publishes with several fields is JSON text |
| settings.py | the default tier, and higher throughput |
| throughput.py | how many reads fit into a second |
"""

import course.lab.ssm.policies
import course.lab.ssm.settings
import course.lab.ssm.throughput  # noqa: F401  (they meet the wire and the agenda)
from course.lab.ssm.throughput import one_moment

__all__ = ["one_moment"]
