"""What an EC2 instance can read about itself: the tree below /latest/ of the instance metadata service.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from course.lab.iam import sessions
from course.lab.iam.callers import find_role
from course.lab.iam.evaluation import evaluate
from course.lab.iam.request import Principal, Request

_CREDENTIALS_LIVE: Final = dt.timedelta(hours=6)
# AWS promises new credentials at least five minutes before the old ones end; the lab has them when SDKs begin to ask.
_RENEWED_BEFORE_END: Final = dt.timedelta(minutes=20)
_STORE: Final = "lab_metadata_credentials"  # an attribute of moto's instance, so that it goes with the instance

# Attributes of moto's instance, set by spot.py.
SPOT_NOTICE: Final = "lab_spot_notice"
SPOT_ADVICE: Final = "lab_spot_advice"

Tree = dict[str, Any]
"""Name -> text, a function that makes the text, or a subtree."""


def root(instance: Any) -> Tree:
    """The whole tree of one of moto's instances."""
    latest: Tree = {
        "dynamic": {"instance-identity": {"document": lambda: json.dumps(_identity(instance), indent=2)}},
        "meta-data": _meta_data(instance),
    }
    if instance.user_data:
        latest["user-data"] = lambda: _user_data(instance)
    return {"latest": latest}


def _meta_data(instance: Any) -> Tree:
    nic = instance.nics[0]
    found: Tree = {
        "ami-id": instance.image_id,
        "ami-launch-index": instance.ami_launch_index,
        "ami-manifest-path": "(unknown)",
        "block-device-mapping": {"ami": "/dev/xvda", "root": instance.root_device_name},
        "events": {"maintenance": {"history": "[]", "scheduled": "[]"}},
        "hostname": instance.private_dns_name,
        "iam": _iam(instance),
        "instance-action": "none",
        "instance-id": instance.id,
        "instance-life-cycle": instance.lifecycle or "on-demand",
        "instance-type": instance.instance_type,
        "local-hostname": instance.private_dns_name,
        "local-ipv4": instance.private_ip,
        "mac": nic.mac_address,
        "metrics": {"vhostmd": '<?xml version="1.0" encoding="UTF-8"?>'},
        "network": {"interfaces": {"macs": {nic.mac_address: _interface(instance, nic)}}},
        "placement": {
            "availability-zone": instance.placement.zone,
            "region": instance.region_name,
        },
        "profile": "default-hvm",
        "public-hostname": instance.public_dns_name,
        "public-ipv4": instance.public_ip,
        "public-keys": {"0": {"openssh-key": f"ssh-rsa ... {instance.key_name}"}} if instance.key_name else None,
        "reservation-id": _reservation(instance),
        "security-groups": "\n".join(group.name for group in nic.group_set),
        "services": {"domain": "amazonaws.com", "partition": "aws"},
    }
    if SPOT_ADVICE in instance.__dict__:
        found["events"]["recommendations"] = {"rebalance": instance.__dict__[SPOT_ADVICE]}
    if SPOT_NOTICE in instance.__dict__:
        found["spot"] = instance.__dict__[SPOT_NOTICE]
    if instance.metadata_options.instance_metadata_tags == "enabled":
        found["tags"] = {"instance": {tag["key"]: tag["value"] for tag in instance.get_tags()}}
    return {name: below for name, below in found.items() if below not in (None, {}, "")}


def _interface(instance: Any, nic: Any) -> Tree:
    return {
        "device-number": "0",
        "interface-id": nic.id,
        "local-ipv4s": instance.private_ip,
        "mac": nic.mac_address,
        "owner-id": instance.owner_id,
        "security-group-ids": "\n".join(group.id for group in nic.group_set),
        "subnet-id": instance.subnet_id,
        "vpc-id": instance.vpc_id,
    }


def _identity(instance: Any) -> dict[str, Any]:
    """The instance identity document; AWS also serves signatures of it."""
    return {
        "accountId": instance.owner_id,
        "architecture": instance.architecture,
        "availabilityZone": instance.placement.zone,
        "imageId": instance.image_id,
        "instanceId": instance.id,
        "instanceType": instance.instance_type,
        "pendingTime": _written(instance.launch_time),
        "privateIp": instance.private_ip,
        "region": instance.region_name,
        "version": "2017-09-30",
    }


def _user_data(instance: Any) -> str:
    return base64.b64decode(str(instance.user_data)).decode("utf-8", "replace")


def _reservation(instance: Any) -> str | None:
    for reservation in ec2_backends[instance.owner_id][instance.region_name].reservations.values():
        if instance in reservation.instances:
            return str(reservation.id)
    return None


# The role's credentials ------------------------------------------------------------------------------------


def _iam(instance: Any) -> Tree | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"""
    associations = ec2_backends[instance.owner_id][instance.region_name].iam_instance_profile_associations
    if instance.id not in associations:
        return None
    arn = associations[instance.id].iam_instance_profile.arn
    profiles = iam_backends[instance.owner_id]["aws"].instance_profiles.values()
    profile = next((one for one in profiles if one.arn == arn), None)
    if profile is None or not profile.roles:
        return None
    role = profile.roles[0]
    info = {
        "Code": "Success",
        "LastUpdated": _written(sessions.now()),
        "InstanceProfileArn": profile.arn,
        "InstanceProfileId": profile.id,
    }
    return {
        "info": lambda: json.dumps(info, indent=2),
        "security-credentials": {role.name: lambda: json.dumps(_credentials(instance, role.arn), indent=2)},
    }


def _credentials(instance: Any, role_arn: str) -> dict[str, str]:
    held: dict[str, sessions.Session] = instance.__dict__.setdefault(_STORE, {})
    session = held.get(role_arn)
    if session is None or session.expires - sessions.now() < _RENEWED_BEFORE_END:
        made = _assume(instance, role_arn)
        if made is None:
            now = _written(sessions.now())
            return {
                "Code": "AssumeRoleUnauthorizedAccess",
                "Message": f"EC2 cannot assume the role {role_arn.rpartition('/')[2]}. Please see documentation at "
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.",
                "LastUpdated": now,
            }
        session = held[role_arn] = made
    return {
        "Code": "Success",
        "LastUpdated": _written(session.issued),
        "Type": "AWS-HMAC",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "Token": session.session_token,
        "Expiration": _written(session.expires),
    }


def _assume(instance: Any, role_arn: str) -> sessions.Session | None:
    role = find_role(role_arn)
    service = Principal("service", "ec2.amazonaws.com")
    if (
        role is None
        or not evaluate(Request(service, "sts:AssumeRole", role_arn), trust=role.assume_role_policy_document).allowed
    ):
        return None
    account = role.account_id
    key = iam_backends[account]["aws"].create_temp_access_key()
    return sessions.remember(
        sessions.Session(
            kind="role-session",
            arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{instance.id}",
            account=account,
            issuer_arn=role_arn,
            user_id=f"{role.id}:{instance.id}",
            issued=sessions.now(),
            expires=sessions.now() + _CREDENTIALS_LIVE,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=sessions.new_token(),
        )
    )


def _written(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
