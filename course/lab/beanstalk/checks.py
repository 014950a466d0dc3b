"""What AWS checks before it makes or changes an environment.

https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateEnvironment.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ValidateConfigurationSettings.html
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from course.lab.beanstalk import options
from course.lab.beanstalk.store import Environment, Settings, Template, Version, kept
from course.lab.service import Call, Refusal

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{2,38})[A-Za-z0-9]")
_TYPES: Final = {"WebServer": "Standard", "Worker": "SQS/HTTP"}
_TRUSTED: Final = "elasticbeanstalk.amazonaws.com"


def message(namespace: str, name: str, value: str) -> str:
    """What is wrong with a setting; empty if nothing is."""
    option = options.find(namespace, name)
    if option is None:
        return (f"Invalid option specification (Namespace: '{namespace}', OptionName: '{name}'): Unknown configuration "
                "setting.")  # fmt: skip
    said = option.fault(value)
    where = f"(Namespace: '{namespace}', OptionName: '{name}')"
    return f"Invalid option value: '{value}' {where}: {said}" if said else ""


def settings(given: Settings) -> None:
    """Refuse settings that do not exist or have a value that is not allowed."""
    for (namespace, name), value in given.items():
        said = message(namespace, name, value)
        if said:
            raise Refusal("ConfigurationValidationException", f"Configuration validation exception: {said}")


def together(environment: Environment, version: Version | None) -> None:
    """Refuse settings that do not go together."""
    from course.lab.beanstalk import rollouts

    found = options.effective(environment, version)
    least, most = int(found[options.GROUP, "MinSize"]), int(found[options.GROUP, "MaxSize"])
    if least > most:
        raise Refusal(
            "ConfigurationValidationException",
            "Configuration validation exception: MinSize is greater than "
            f"MaxSize: ({least} > {most}) (Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize')",
        )
    service_role(environment, found.get((options.ENVIRONMENT, "ServiceRole"), ""))
    for namespace in {options.LISTENER, *options.named(found, "aws:elbv2:listener:")}:
        if found.get((namespace, "Protocol")) == "HTTPS" and not found.get((namespace, "SSLCertificateArns")):
            raise Refusal("ConfigurationValidationException", "Configuration validation exception: Invalid option "
                          f"specification (Namespace: '{namespace}', OptionName: 'SSLCertificateArns'): You must "
                          "specify an SSL certificate to configure a listener to use HTTPS.")  # fmt: skip
    rollouts.check(environment if environment.resources else None,
                   lambda namespace, name: found.get((namespace, name)) or options.value(environment, namespace, name,
                                                                                         version))  # fmt: skip


def service_role(environment: Environment, given: str) -> None:
    """A service role that is named has to be there and to trust Elastic Beanstalk.

    Without one, calls of the API make Elastic Beanstalk use its service-linked role.
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-servicerole.html
    """
    if not given:
        return
    name = given.rpartition("/")[2]
    roles = environment.place.global_backend("iam").roles.values()
    role = next((one for one in roles if one.name == name), None)
    if role is None:
        raise Refusal("InvalidParameterValue", f"The service role '{given}' does not exist. (Namespace: "
                      f"'{options.ENVIRONMENT}', OptionName: 'ServiceRole')")  # fmt: skip
    if _TRUSTED not in json.dumps(role.assume_role_policy_document):
        raise Refusal("InvalidParameterValue", f"The service role '{name}' cannot be assumed by {_TRUSTED}: see its "
                      "trust policy.")  # fmt: skip


def name(given: str) -> None:
    """Refuse a name that no environment may have."""
    if not _NAME.fullmatch(given):
        raise Refusal("InvalidParameterValue", f"Value {given} at 'EnvironmentName' failed to satisfy constraint: "
                      "Member must be from 4 to 40 characters in length, contain only letters, digits, and the dash "
                      "character and may not start or end with a dash")  # fmt: skip


def tier(call: Call) -> str:
    """The tier that a call wants."""
    given: dict[str, Any] = call.given.get("Tier") or {}
    found = str(given.get("Name", "WebServer"))
    if found not in _TYPES or given.get("Type", _TYPES[found]) != _TYPES[found]:
        raise Refusal(
            "InvalidParameterValue", f"Environment tier (Name: {found}, Type: {given.get('Type')}) not found."
        )
    return found


def shown_tier(tier_name: str) -> dict[str, str]:
    return {"Name": tier_name, "Type": _TYPES[tier_name], "Version": "1.0"}


def version(call: Call, application: str) -> Version | None:
    """The version that a call names; None if it names none."""
    label = call.given.get("VersionLabel")
    if not label:
        return None
    found = kept(call.place).applications[application].versions.get(label)
    if found is None:
        raise Refusal("InvalidParameterValue", f"No Application Version named '{label}' found.")
    if found.status == "FAILED":
        raise Refusal("InvalidParameterValue", f"Application Version '{label}' could not be processed: its source "
                      "bundle or its configuration files are invalid.")  # fmt: skip
    return found


def template(call: Call, application: str) -> Template | None:
    """The saved configuration that a call names; None if it names none."""
    given = call.given.get("TemplateName")
    if not given:
        return None
    found = kept(call.place).applications[application].templates.get(given)
    if found is None:
        raise Refusal("InvalidParameterValue", f"No Configuration Template named '{given}' found.")
    return found


def environment(call: Call, which: str = "Environment") -> Environment:
    """The environment that a call names; the youngest of that name, those that ended at last."""
    given, env_id = call.given.get(f"{which}Name"), call.given.get(f"{which}Id")
    if not given and not env_id:
        raise Refusal("MissingParameter", f"You must specify either {which}Id or {which}Name.")
    found = [one for one in kept(call.place).environments if given in (None, one.name) and env_id in (None, one.env_id)]
    found = [one for one in found if one.alive] or (found if env_id else [])
    if not found:
        raise Refusal("InvalidParameterValue", f"No Environment found for EnvironmentName = '{given or env_id}'.")
    return found[-1]


def ready(one: Environment) -> None:
    """Refuse what only an environment at rest can do."""
    if one.status != "Ready":
        raise Refusal("InvalidParameterValue", f"Environment named {one.name} is in an invalid state for this "
                      "operation. Must be Ready.")  # fmt: skip
