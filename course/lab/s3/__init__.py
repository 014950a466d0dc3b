"""S3 beyond moto.

| file | what it does |
|---|---|
| defaults.py | new buckets block public access, encrypt, and know no ACLs |
| customer_keys.py | SSE-C: no key, no object |
| lifecycle.py | objects move and expire by the lab's clock |
| replication.py | new versions are copied |
"""

import course.lab.s3.customer_keys
import course.lab.s3.defaults
import course.lab.s3.lifecycle
import course.lab.s3.replication  # noqa: F401  (they meet the wire and the agenda)
