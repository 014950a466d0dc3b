"""Settings of Parameter Store for an account in a Region: the default tier, and higher throughput.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-default-tier.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.place import Place
from course.lab.service import Call, Refusal, serve
from course.lab.ssm import store

_TIER: Final = "/ssm/parameter-store/default-parameter-tier"
_FAST: Final = "/ssm/parameter-store/high-throughput-enabled"
_ALLOWED: Final = {_TIER: ("Standard", "Advanced", "Intelligent-Tiering"), _FAST: ("true", "false")}


def is_fast(place: Place) -> bool:
    """Whether higher throughput was switched on."""
    return _kept(place).get(_FAST) == "true"


def _kept(place: Place) -> dict[str, str]:
    return place.kept("ssm", "lab_settings", dict)


def _setting(call: Call) -> str:
    given: str = call.given["SettingId"]
    name = "/ssm" + given.partition(":servicesetting/ssm")[2] if given.startswith("arn:") else given
    if name not in _ALLOWED:
        raise Refusal("ServiceSettingNotFound", f"The specified service setting wasn't found: {name}")
    return name


def _get(call: Call) -> dict[str, Any]:
    name = _setting(call)
    store.install()
    default = call.place.backend("ssm").default_parameter_tier if name == _TIER else "false"
    value = _kept(call.place).get(name, default)
    arn = f"arn:aws:ssm:{call.place.region}:{call.place.account}:servicesetting{name}"
    status = "Customized" if name in _kept(call.place) else "Default"
    return {"ServiceSetting": {"SettingId": name, "SettingValue": value, "ARN": arn, "Status": status}}


def _update(call: Call) -> None:
    name, value = _setting(call), str(call.given["SettingValue"])
    if value not in _ALLOWED[name]:
        raise Refusal("ValidationException", f"{value} is not a value of {name}: {', '.join(_ALLOWED[name])}")
    _kept(call.place)[name] = value
    if name == _TIER:
        store.install()
        call.place.backend("ssm").default_parameter_tier = value


def _reset(call: Call) -> dict[str, Any]:
    name = _setting(call)
    _kept(call.place).pop(name, None)
    if name == _TIER:
        store.install()
        call.place.backend("ssm").default_parameter_tier = "Standard"
    return _get(call)


serve("ssm", {"GetServiceSetting": _get, "UpdateServiceSetting": _update, "ResetServiceSetting": _reset})
