"""S3 beyond moto.

| file | what it does |
|---|---|
| defaults.py | new buckets block public access, encrypt, and know no ACLs |
| customer_keys.py | SSE-C: no key, no object |
| lifecycle.py | objects move and expire by the lab's clock |
| lifecycle_check.py | rules that S3 refuses |
| replication.py | new versions are copied |
| object_lock.py | a lock that nobody weakens |
| restores.py | archived objects come back by the clock |
| blocked_encryption.py | SSE-C is off until it is switched on; keys of KMS exist |
| event_rules.py | notifications that overlap or may not send |
| vault_lock.py | the lock of the old Glacier service (loaded by its own name) |
| suspended.py | suspended versioning keeps what was there and writes the version `null` |
| mfa_delete.py | no code of root's device, no deletion for good |
| copy_to_itself.py | a copy onto itself must change something |
| public_acls.py | public ACLs open objects, unless they are blocked or ignored |
| access_logs.py | every request leaves a line, also one that was denied |
| untagging.py | no tags are put by taking all away |
| object_limits.py | keys of 1,024 bytes, metadata of 2 KB |
"""

import course.lab.s3.access_logs
import course.lab.s3.blocked_encryption
import course.lab.s3.copy_to_itself
import course.lab.s3.customer_keys
import course.lab.s3.defaults
import course.lab.s3.event_rules
import course.lab.s3.lifecycle
import course.lab.s3.lifecycle_check
import course.lab.s3.mfa_delete
import course.lab.s3.object_limits
import course.lab.s3.object_lock
import course.lab.s3.public_acls
import course.lab.s3.replication
import course.lab.s3.restores
import course.lab.s3.suspended
import course.lab.s3.untagging  # noqa: F401  (they meet the wire and the agenda)
