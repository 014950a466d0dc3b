"""Parameters as the service keeps them: checked, sealed, in a tier, with events for what happens to them.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import re
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.ssm.exceptions import SSMException
from moto.ssm.models import Parameter, SimpleSystemManagerBackend, ssm_backends

from course.lab.asked import asked
from course.lab.place import Place
from course.lab.ssm import data_types, notices, policies, public, sealed, tiers
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first


class LabParameter(Parameter):
    """One version of a parameter."""

    place: Place

    def decrypt(self, value: str) -> str | None:
        """The value in clear; a secure string needs its key for that."""
        if self.parameter_type != "SecureString":
            return value
        return sealed.unseal(self.place, self.name, value, self.keyid or sealed.DEFAULT_KEY, str(self.tier))

    def describe_response_object(self, decrypt: bool = False, include_labels: bool = False) -> dict[str, Any]:
        """As DescribeParameters and GetParameterHistory show it."""
        shown = super().describe_response_object(decrypt, include_labels)
        shown.pop("Policies", None)
        if found := policies.shown(self):
            shown["Policies"] = found
        return shown


class LabStore(SimpleSystemManagerBackend):
    """Moto's store with AWS's rules."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.ssm.models"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        public.adopt(self._parameters)

    def put_parameter(
        self, name: str, description: str, value: str, parameter_type: str, allowed_pattern: str, keyid: str,
        overwrite: bool, tags: list[dict[str, str]], data_type: str, tier: str | None, policies: str | None,
    ) -> Parameter:  # fmt: skip
        """Make a parameter, or a new version of one."""
        before = self._latest(name)
        if before is not None and overwrite:
            _same_type(name, before, parameter_type)
            data_type = data_type if _is_given("DataType") else before.data_type
        pattern = allowed_pattern or (before.allowed_pattern if before else None)
        if value and pattern and re.fullmatch(pattern, value) is None:
            raise SSMException(
                "ParameterPatternMismatchException",
                f"Parameter value, cannot be validated against allowedPattern: {pattern}",
            )
        data_types.check(data_type or "text", value)
        wanted = _policies.read(policies)
        keeps = wanted if wanted is not None else _policies.of(before)
        had = str(before.tier) if before is not None else None
        asked_tier = tier or (had if had == tiers.ADVANCED else self.default_parameter_tier)
        reached = tiers.tier_for(asked_tier, had, value or "", bool(keeps), self._parameters)
        place = Place(self.account_id, self.region_name)
        kind = parameter_type or (before.parameter_type if before else "")
        key = keyid or (before.keyid if before else None) or sealed.DEFAULT_KEY
        secret = sealed.seal(place, name, value, key, reached) if value and kind == "SecureString" else ""
        made: Any = super().put_parameter(
            name, description, value, parameter_type, allowed_pattern, keyid, overwrite, tags, "text", reached, policies
        )
        made.__class__ = LabParameter
        made.place, made.data_type = place, data_type or "text"
        if secret:
            made.value = secret
        _policies.begin(self, made, keeps, fresh=wanted is not None)
        notices.changed(self, made, "Create" if before is None else "Update")
        parameter: Parameter = made
        return parameter

    def label_parameter_version(self, name: str, version: int, labels: list[str]) -> tuple[list[str], int]:
        """Attach labels, or move them here from another version."""
        refused, number = super().label_parameter_version(name, version, labels)
        if len(refused) < len(labels):
            notices.changed(self, self._latest(name), "LabelParameterVersion")
        return refused, number

    def delete_parameter(self, name: str) -> None:
        """Delete all versions of a parameter."""
        gone = self._latest(name)
        super().delete_parameter(name)
        if gone is not None:
            notices.changed(self, gone, "Delete")

    def delete_parameters(self, names: list[str]) -> list[str]:
        """Delete up to ten parameters."""
        found = {name: self._latest(name) for name in names}
        deleted = super().delete_parameters(names)
        for name in deleted:
            if found[name] is not None:
                notices.changed(self, found[name], "Delete")
        return deleted

    def _get_values_nexttoken(
        self, values_list: list[Parameter], max_results: int, token: str | None = None
    ) -> tuple[list[Parameter], str | None]:
        """A page, and a token when there is another one; moto's last full page leads to an empty one."""
        begin = int(token or "0")
        end = begin + int(max_results)
        return values_list[begin:end], str(end) if end < len(values_list) else None

    def _latest(self, name: str) -> Any:
        own = self._parameters.normalize_name(name)
        versions: list[Any] = dict.get(self._parameters, own) or []
        return versions[-1] if versions else None


_policies = policies  # put_parameter has an argument of that name
_stand_in = stand_in(ssm_backends, LabStore)


def install() -> None:
    """Put the lab's store in moto's place; stores that were there before get its parameters, too."""
    _stand_in()
    for account in ssm_backends.values():
        for store in account.values():
            if isinstance(store, LabStore):
                public.adopt(store._parameters)


def _same_type(name: str, before: Parameter, wanted: str) -> None:
    if wanted and wanted != before.parameter_type:
        raise SSMException(
            "HierarchyTypeMismatchException",
            f"Parameter {name} has the type {before.parameter_type}, which can't be changed to {wanted}. Create a new, "
            "unique parameter.",
        )


def _is_given(parameter: str) -> bool:
    call = asked("PutParameter")
    return call is not None and parameter in call.params


@answer_first
def _install(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "ssm":
        install()
    return None
