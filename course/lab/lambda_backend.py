"""Moto's Lambda with the lab's behaviour, put in moto's place while the lab is open.

Moto's services reach Lambda through its backend: S3, SNS and log subscriptions call the methods overridden here, and
moto's own push from queues and streams is switched off, because those are polled (lambda_queues.py, lambda_streams.py).
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend, lambda_simple_backends

from course.lab import (
    lambda_async,
    lambda_invoke,
    lambda_mappings,
    lambda_permission,
    lambda_push,
    lambda_versions,
)
from course.lab.lambda_answers import Refused
from course.lab.stand_in import stand_in

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: 100 stay unreserved
_UNRESERVED = 100


class LabFunction(LambdaFunction):
    """A function that keeps the settings which moto forgets."""

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        config = super().get_configuration(on_create)
        config |= self.__dict__.get("lab_settings", {})
        return config

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.keep(config_updates)
        super().update_configuration(config_updates)
        return self.get_configuration()

    def keep(self, spec: dict[str, Any]) -> None:
        """Remember the settings that moto drops."""
        kept = dict(self.__dict__.get("lab_settings", {}))
        for name in ("DeadLetterConfig", "LoggingConfig", "FileSystemConfigs", "KMSKeyArn", "TracingConfig"):
            if name in spec:
                kept[name] = spec[name]
        if size := (spec.get("EphemeralStorage") or {}).get("Size"):
            self.ephemeral_storage = size
        self.__dict__["lab_settings"] = kept

    @property
    def dead_letter_config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.__dict__.get("lab_settings", {}).get("DeadLetterConfig") or {}
        return found

    def invoke(self, body: str, request_headers: Any, response_headers: Any) -> str | bytes:
        """S3 sends its notifications here; they are asynchronous."""
        backend = lambda_simple_backends[self.account_id][self.region]
        lambda_push.from_bucket(backend, self, json.loads(body))
        return b""


class LabLambda(LambdaSimpleBackend):
    """Moto's backend, whose functions run."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.awslambda_simple.models"

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        made = super().create_function(spec)
        for function in self._all_of(made.function_name):
            _adopt(function).keep(spec)
        _adopt(made).keep(spec)
        return made

    def publish_version(self, function_name: str, description: str = "") -> LambdaFunction | None:
        # A number is never given again, also not after its version was deleted.
        latest = self.get_function(function_name, None)
        before = len(self._lambdas._functions[latest.function_name]["versions"])
        # Nothing is published without a change, also after the same code was uploaded once more.
        # https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
        frozen = _frozen(latest)
        if latest.__dict__.get("lab_published") == frozen:
            latest.code_or_config_updated = False
        latest.__dict__["lab_published"] = frozen
        made = super().publish_version(function_name, description)
        versions = self._lambdas._functions[latest.function_name]["versions"]
        if made is not None and len(versions) > before:
            number = int(latest.__dict__.get("lab_last_version", 0)) + 1
            latest.__dict__["lab_last_version"] = number
            if int(made.version) != number:
                made.set_version(number)
                self._lambdas._arns[made.function_arn] = made
        return made

    def put_function_concurrency(self, function_name: str, reserved_concurrency: str) -> str:
        others = sum(
            int(function.reserved_concurrency or 0)
            for function in self.list_functions()
            if function.function_name != self.get_function(function_name).function_name
        )
        if lambda_invoke.ACCOUNT_CONCURRENCY - others - int(reserved_concurrency) < _UNRESERVED:
            from moto.awslambda.exceptions import InvalidParameterValueException

            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
            )
        return super().put_function_concurrency(function_name, reserved_concurrency)

    def create_event_source_mapping(self, spec: dict[str, Any]) -> Any:
        lambda_mappings.check(self, spec)
        source = str(spec.get("EventSourceArn") or "")
        stream = lambda_mappings.stream_of_consumer(self, source)
        # Moto knows streams alone; the mapping keeps the name of the consumer that reads for it.
        mapping = super().create_event_source_mapping({**spec, "EventSourceArn": stream} if stream else spec)
        if stream:
            mapping.event_source_arn = source
        lambda_mappings.take_over(self, mapping, spec)
        return mapping

    def list_event_source_mappings(self, event_source_arn: str, function_name: str) -> list[Any]:
        """Mappings by name or ARN of the function, however it was named when they were made."""
        found = list(super().list_event_source_mappings(event_source_arn, ""))
        if not function_name:
            return found
        try:
            arn = lambda_versions.find(self, function_name, None).arn
        except Refused:
            return []
        return [mapping for mapping in found if mapping.function_arn == arn]

    def invoke(
        self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> bytes:
        """Moto's own services invoke through here; boto3's calls are answered before (lambda_functions.py)."""
        try:
            lambda_async.accept(self, function_name, qualifier, json.loads(body or "{}"), "service")
        except Refused:
            return b""
        return b""

    def send_sns_message(
        self, function_name: str, message: str, subject: str | None = None, qualifier: str | None = None
    ) -> None:
        lambda_push.from_topic(self, function_name, qualifier, message, subject)

    def send_log_event(
        self, function_arn: str, filter_name: str, log_group_name: str, log_stream_name: str, log_events: Any
    ) -> None:
        lambda_push.from_log_group(self, function_arn, filter_name, log_group_name, log_stream_name, log_events)

    def _all_of(self, name: str) -> list[LambdaFunction]:
        group = self._lambdas._functions.get(name, {"latest": None, "versions": []})
        return [function for function in [group["latest"], *group["versions"]] if function is not None]


def _frozen(latest: Any) -> dict[str, Any]:
    """What a version freezes: the code's fingerprint and the settings."""
    passing = ("FunctionArn", "Version", "LastModified", "RevisionId", "State", "LastUpdateStatus")
    return {name: value for name, value in latest.get_configuration().items() if name not in passing}


def _adopt(function: Any) -> LabFunction:
    function.__class__ = LabFunction
    adopted: LabFunction = function
    return adopted


install = stand_in(lambda_simple_backends, LabLambda)


__all__ = ["LabFunction", "LabLambda", "install", "lambda_permission"]
