"""CPU credits of burstable instances: standard or unlimited, as it was asked for or as the family has it.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode-concepts.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.service import Call, Refusal, serve
from course.lab.wire import afterwards, answer_first

_CHOICES: Final = ("standard", "unlimited")
_WISH: Final = "lab_cpu_credits"  # an attribute of moto's instance, so that it goes with the instance
_STARTED: Final = re.compile(rb"<instanceId>(i-[0-9a-f]+)<")


def _is_burstable(kind: str) -> bool:
    return re.match(r"t\d", kind) is not None


def _mode(instance: Any) -> str:
    """T2 begins as standard, all later families as unlimited."""
    wish: str | None = getattr(instance, _WISH, None)
    return wish or ("standard" if instance.instance_type.startswith("t2.") else "unlimited")


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreditSpecificationRequest.html"""
    call = asked(operation) if service == "ec2" and operation == "RunInstances" else None
    wish = call.params.get("CreditSpecification") if call else None
    if call is None or wish is None:
        return None
    if wish.get("CpuCredits") not in _CHOICES:
        told = f"Invalid value '{wish.get('CpuCredits')}' for CpuCredits: use standard or unlimited."
        return answer(request, "ec2", call.protocol, Reply("InvalidParameterValue", told))[0]
    if not _is_burstable(call.params.get("InstanceType", "m1.small")):
        kind = call.params.get("InstanceType", "m1.small")
        told = f"The parameter CreditSpecification is not supported for the instance type {kind}."
        return answer(request, "ec2", call.protocol, Reply("InvalidParameterCombination", told))[0]
    return None


@afterwards("ec2")
def _remember(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation == "RunInstances" and response.status_code < 400 else None
    wish = call.params.get("CreditSpecification") if call else None
    if not wish:
        return
    ec2 = place_of(request).backend("ec2")
    for name in {found.decode() for found in _STARTED.findall(response.content)}:
        setattr(ec2.get_instance_by_id(name), _WISH, wish["CpuCredits"])


def _describe(call: Call) -> Mapping[str, Any]:
    """DescribeInstanceCreditSpecifications: without ids, the burstable ones that are unlimited."""
    ec2, names = call.place.backend("ec2"), call.given.get("InstanceIds")
    if names:
        found = [_burstable(ec2, name) for name in names]
    else:
        found = [one for one in ec2.all_instances() if _is_burstable(one.instance_type) and _mode(one) == "unlimited"]
    return {"InstanceCreditSpecifications": [{"InstanceId": one.id, "CpuCredits": _mode(one)} for one in found]}


def _modify(call: Call) -> Mapping[str, Any]:
    ec2 = call.place.backend("ec2")
    done, failed = [], []
    for wish in call.given["InstanceCreditSpecifications"]:
        try:
            setattr(_burstable(ec2, wish["InstanceId"]), _WISH, wish["CpuCredits"])
        except Refusal as refusal:
            error = {"Code": refusal.code, "Message": refusal.message}
            failed.append({"InstanceId": wish["InstanceId"], "Error": error})
        else:
            done.append({"InstanceId": wish["InstanceId"]})
    return {
        "SuccessfulInstanceCreditSpecifications": done,
        "UnsuccessfulInstanceCreditSpecifications": failed,
    }


def _burstable(ec2: Any, name: str) -> Any:
    instance = ec2.get_instance_by_id(name)
    if instance is None:
        raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{name}' does not exist")
    if not _is_burstable(instance.instance_type):
        raise Refusal("InstanceCreditSpecification.NotSupported", f"The instance '{name}' is not burstable.")
    return instance


serve(
    "ec2",
    {"DescribeInstanceCreditSpecifications": _describe, "ModifyInstanceCreditSpecification": _modify},
)
