"""Versions of state machines: what moto keeps of them, and the operations that it lacks.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
"""

from __future__ import annotations

from typing import Any

from course.lab.paging import page
from course.lab.place import Place
from course.lab.stepfunctions.refused import Params, Refused


def publish(asked: Params, place: Place) -> Params:
    """Freeze the machine as it is; without a change since the last version that version is given."""
    machine = _machine(asked["stateMachineArn"], place)
    latest = machine.latest_version
    if latest is None or _frozen(latest) != _frozen(machine):
        machine.publish(asked.get("description"))
        latest = machine.latest_version
    return {"stateMachineVersionArn": latest.arn, "creationDate": latest.creation_date.timestamp()}


def list_of(asked: Params, place: Place) -> Params:
    """The versions of a machine, the newest first."""
    machine = _machine(asked["stateMachineArn"], place)
    found = [machine.versions[number] for number in sorted(machine.versions, reverse=True)]
    shown, more = page(found, asked.get("nextToken"), asked.get("maxResults") or 100, "nextToken")
    told = [{"stateMachineVersionArn": one.arn, "creationDate": one.creation_date.timestamp()} for one in shown]
    return {"stateMachineVersions": told, **more}


def delete(asked: Params, place: Place) -> Params:
    """A version goes, unless an alias leads to it; one that is not there is gone already."""
    arn, _, number = asked["stateMachineVersionArn"].rpartition(":")
    if not number.isdigit():
        raise Refused("ValidationException", f"The ARN {asked['stateMachineVersionArn']} names no version.")
    machine = _machine(arn, place, default=None)
    if machine is None:
        return {}
    users = [
        alias.name
        for alias in machine.aliases.values()
        for route in alias.routing_configuration
        if route["stateMachineVersionArn"] == f"{arn}:{number}"
    ]
    if users:
        raise Refused(
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this "
            f"version: [{', '.join(sorted(users))}]",
        )
    machine.versions.pop(int(number), None)
    if machine.latest_version is not None and machine.latest_version.version == int(number):
        machine.latest_version = None
    return {}


def _machine(arn: str, place: Place, **default: Any) -> Any:
    for machine in place.backend("stepfunctions").state_machines:
        if machine.arn == arn:
            return machine
    if default:
        return default["default"]
    raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def _frozen(machine: Any) -> tuple[Any, ...]:
    """What a version freezes."""
    return machine.definition, machine.roleArn, str(machine.loggingConfiguration), str(machine.tracingConfiguration)
