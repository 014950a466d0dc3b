"""KMS beyond moto.

| file | what it does |
|---|---|
| backend.py | keys with several key materials; ids of multi-Region keys; AWS's own keys |
| materials.py | what a key has been turned to, and when it turns next |
| rotation.py | rotation by the clock, on demand and its status |
| uses.py | the calls that use keys: encryption.py, data_keys.py, signatures.py, macs.py, public_keys.py |
| algorithms.py, specs.py, key_material.py | which spec is for what, and keys of specs that moto does not know |
| named_keys.py, context.py, rsa_boxes.py | the key that a call names; encryption contexts; RSA-OAEP |
| states.py | what a disabled key, or one that waits for its deletion, refuses |
| deletion.py | a waiting period of 7 to 30 days, and the end of a key |
| replicas.py | multi-Region keys |
| key_policy.py | policies that lock out their writer or name nobody |
| grants.py | grants as statements beside the key policy |
| quotas.py | requests a second |
| s3_uses.py | the calls that S3 makes for encrypted objects, and what Bucket Keys save |
| log_groups.py | log groups under a key |
| snapshots.py | snapshots that go to other Regions and accounts |
"""

import course.lab.kms.backend
import course.lab.kms.deletion
import course.lab.kms.log_groups
import course.lab.kms.quotas
import course.lab.kms.replicas
import course.lab.kms.rotation
import course.lab.kms.s3_uses
import course.lab.kms.snapshots
import course.lab.kms.specs
import course.lab.kms.states
import course.lab.kms.uses  # noqa: F401  (they meet the wire and the agenda; this one answers, so it comes last)
