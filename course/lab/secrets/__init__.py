"""Secrets Manager beyond moto.

| file | what it does |
|---|---|
| store.py | versions and their labels, secrets that wait for their deletion |
| deletion.py | the recovery window, by the lab's clock |
| schedule.py | rotation rules: days, rates and cron expressions |
| managed.py | secrets that RDS owns and rotates |
| replicas.py | a replica becomes a secret of its own |
| resource_policies.py | policies that open a secret to everybody |

Rotation itself is course/lab/rotation.py.
"""

import course.lab.rotation
import course.lab.secrets.deletion
import course.lab.secrets.replicas
import course.lab.secrets.resource_policies
import course.lab.secrets.store  # noqa: F401  (they meet the wire and the agenda)
