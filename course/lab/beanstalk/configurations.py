"""Calls about settings: what can be set, what is set, saved configurations, and checks of settings.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-savedconfig.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.beanstalk import checks, options, platforms
from course.lab.beanstalk.applications import application
from course.lab.beanstalk.store import Settings, Template, kept
from course.lab.clock import clock
from course.lab.service import Call, Refusal

_MOST: Final = 2000
_SECRET: Final = (("aws:rds:dbinstance", "DBPassword"),)


def _rows(settings: Settings) -> list[dict[str, str]]:
    return [
        {"Namespace": namespace, "OptionName": name}
        | ({"Value": "****" if (namespace, name) in _SECRET else value} if value else {})
        for (namespace, name), value in sorted(settings.items())
    ]


def _shown(call: Call, owner: str, one: Template) -> dict[str, Any]:
    return {
        "SolutionStackName": one.platform.stack,
        "PlatformArn": one.platform.arn(call.place.region),
        "ApplicationName": owner,
        "TemplateName": one.name,
        "Description": one.description,
        "DateCreated": one.created,
        "DateUpdated": one.updated,
    }


def _create(call: Call) -> dict[str, Any]:
    owner, name = application(call), call.given["TemplateName"]
    if name in owner.templates:
        raise Refusal("InvalidParameterValue", f"Configuration Template {name} already exists.")
    if sum(len(one.templates) for one in kept(call.place).applications.values()) >= _MOST:
        raise Refusal("TooManyConfigurationTemplatesException", f"You cannot have more than {_MOST} templates.")
    direct = options.given(call.given.get("OptionSettings", []))
    checks.settings(direct)
    platform, settings, tier = platforms.chosen(call), dict[tuple[str, str], str](), "WebServer"
    source = call.given.get("SourceConfiguration")
    if call.given.get("EnvironmentId"):
        found = checks.environment(Call({"EnvironmentId": call.given["EnvironmentId"]}, call.session))
        platform, settings, tier = platform or found.platform, dict(found.settings), found.tier
    elif source:
        other = application(call, source.get("ApplicationName", owner.name)).templates.get(source["TemplateName"])
        if other is None:
            raise Refusal("InvalidParameterValue", f"No Configuration Template named '{source['TemplateName']}' found.")
        platform, settings, tier = platform or other.platform, dict(other.settings), other.tier
    if platform is None:
        raise Refusal("MissingParameter", "You must specify SolutionStackName, PlatformArn, EnvironmentId or "
                      "SourceConfiguration.")  # fmt: skip
    made = Template(name, platform, settings | direct, tier, call.given.get("Description", ""))
    owner.templates[name] = made
    return _shown(call, owner.name, made)


def _template(call: Call) -> Template:
    found = checks.template(call, application(call).name)
    if found is None:
        raise Refusal("MissingParameter", "You must specify TemplateName.")
    return found


def _update(call: Call) -> dict[str, Any]:
    one = _template(call)
    direct = options.given(call.given.get("OptionSettings", []))
    checks.settings(direct)
    gone = {(row.get("Namespace", ""), row["OptionName"]) for row in call.given.get("OptionsToRemove", [])}
    one.settings = {key: value for key, value in (one.settings | direct).items() if key not in gone}
    one.description, one.updated = call.given.get("Description", one.description), clock.now()
    return _shown(call, call.given["ApplicationName"], one)


def _delete(call: Call) -> None:
    application(call).templates.pop(call.given["TemplateName"], None)


def _settings(call: Call) -> dict[str, Any]:
    owner = application(call)
    if call.given.get("TemplateName"):
        one = _template(call)
        return {"ConfigurationSettings": [_shown(call, owner.name, one) | {"OptionSettings": _rows(one.settings)}]}
    found = checks.environment(Call({"EnvironmentName": call.given.get("EnvironmentName")}, call.session))
    status = {"Ready": "deployed"}.get(found.status, "pending")
    return {"ConfigurationSettings": [{
        "SolutionStackName": found.platform.stack, "PlatformArn": found.platform.arn(call.place.region),
        "ApplicationName": owner.name, "EnvironmentName": found.name, "DeploymentStatus": status,
        "DateCreated": found.created, "DateUpdated": found.updated,
        "OptionSettings": _rows(options.effective(found)),
    }]}  # fmt: skip


def _options(call: Call) -> dict[str, Any]:
    wanted = {(row.get("Namespace"), row.get("OptionName")) for row in call.given.get("Options", [])}
    platform = platforms.chosen(call)
    if platform is None and call.given.get("EnvironmentName"):
        platform = checks.environment(Call({"EnvironmentName": call.given["EnvironmentName"]}, call.session)).platform
    rows = []
    for key, one in options.catalogue().items():
        fits = not wanted or any(space in (None, key[0]) and name in (None, key[1]) for space, name in wanted)
        if not fits or (platform is not None and "container:python" in key[0] and not platform.is_python):
            continue
        row: dict[str, Any] = {
            "Namespace": one.namespace, "Name": one.name, "ChangeSeverity": one.severity, "UserDefined": False,
            "ValueType": one.kind,
        }  # fmt: skip
        row |= {"DefaultValue": one.default} if one.default else {}
        row |= {"ValueOptions": list(one.choices)} if one.choices else {}
        row |= {"MinValue": one.least} if one.least is not None else {}
        row |= {"MaxValue": one.most} if one.most is not None else {}
        rows.append(row)
    about = {"SolutionStackName": platform.stack, "PlatformArn": platform.arn(call.place.region)} if platform else {}
    return {"Options": rows, **about}


def _validate(call: Call) -> dict[str, Any]:
    application(call)
    messages = []
    for (namespace, name), value in options.given(call.given["OptionSettings"]).items():
        said = checks.message(namespace, name, value)
        if said:
            row = {"Message": said, "Severity": "error", "Namespace": namespace, "OptionName": name}
            messages.append(row)
    return {"Messages": messages}


OPERATIONS: Final = {
    "CreateConfigurationTemplate": _create,
    "UpdateConfigurationTemplate": _update,
    "DeleteConfigurationTemplate": _delete,
    "DescribeConfigurationSettings": _settings,
    "DescribeConfigurationOptions": _options,
    "ValidateConfigurationSettings": _validate,
}
