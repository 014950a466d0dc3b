"""A replica that stops following its primary is a secret of its own, with rotation and policy still to be set.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
"""

from __future__ import annotations

import copy
from typing import Any

from moto.secretsmanager.models import ReplicaSecret

from course.lab.secrets.store import LabSecret, install
from course.lab.service import Call, Refusal, serve


def _stop(call: Call) -> dict[str, Any]:
    install()
    backend, name = call.place.backend("secretsmanager"), str(call.given["SecretId"])
    replica = backend.secrets.get(name)
    if replica is None:
        raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    if not isinstance(replica, ReplicaSecret):
        raise Refusal("InvalidRequestException", "The secret is not a replica. Call this in the Region of the replica.")
    primary = replica.source
    own: Any = LabSecret.__new__(LabSecret)
    own.__dict__.update(primary.__dict__)
    own.arn, own.region = replica.arn, replica.region
    own.versions, own.tags = copy.deepcopy(primary.versions), copy.deepcopy(primary.tags)
    own.replicas, own.policy = [], None
    own.rotation_enabled = own.rotation_requested = False
    own.rotation_lambda_arn, own.auto_rotate_after_days, own.next_rotation_date = "", 0, None
    for kept in ("lab_rules", "lab_rotations", "lab_accessed"):
        own.__dict__.pop(kept, None)
    primary.replicas = [one for one in primary.replicas if one is not replica]
    dict.pop(backend.secrets, replica.arn)
    backend.secrets[own.name] = own
    return {"ARN": own.arn}


serve("secrets-manager", {"StopReplicationToReplica": _stop}, api="secretsmanager")
