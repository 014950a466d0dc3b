"""Check a fact against the data that installed packages ship.

The `model` column of a fact names the place where botocore's service models (or moto's instance data, or
boto3's transfer settings) state the same number. The path has three parts, `service:where:what`:

    sqs:CreateQueueRequest.QueueName:doc~80 characters    the documentation holds this phrase
    lambda:MemorySize:min                                 the shape's lower bound
    codebuild:ComputeType:enum                            how many values the shape allows
    firehose:Data:max/1024                                a bound in another unit
    sqs:ReceiveMessage():doc~ten messages                 an operation's documentation
    moto-instance:i3.large:InstanceStorageInfo.TotalSizeInGB
    python:botocore.retries.quota:RetryQuota.INITIAL_CAPACITY     a constant, or the length of a collection
    regions:aws-cn:count                                          Regions in a partition

`stated(path, value)` returns the number found there, so that a test can compare it with ours.
"""

from __future__ import annotations

import html
import importlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "fifty": 50, "hundred": 100,
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?|\b(?:" + "|".join(_NUMBER_WORDS) + r")\b", re.IGNORECASE)
_SCALE = re.compile(r"(?P<what>.*?)(?P<sign>[*/])(?P<factor>\d+(?:\.\d+)?)$", re.DOTALL)
_BOUNDS = ("min", "max", "enum")


class ModelPathError(ValueError):
    """A `model` path that does not lead anywhere."""


@dataclass(frozen=True)
class ModelPath:
    """A parsed `model` path: whose data, which place in it, what is read there, times which factor."""

    service: str
    where: str
    what: str
    factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> ModelPath:
        """Split `service:where:what`, taking a trailing `*N` or `/N` as the factor between the units."""
        parts = text.split(":", 2)
        if len(parts) != 3 or not all(parts):
            raise ModelPathError(f"model path {text!r}: expected 'service:where:what'; see docs/facts.md")
        service, where, what = parts
        scaled = _SCALE.match(what)
        if scaled is None:
            return cls(service, where, what)
        factor = float(scaled["factor"])
        return cls(service, where, scaled["what"], factor if scaled["sign"] == "*" else 1 / factor)


def stated(path: str, value: float) -> float:
    """The number that the package states at `path`; among several in a phrase, the one nearest to `value`."""
    parsed = ModelPath.parse(path)
    if parsed.service == "moto-instance":
        found = [_instance_attribute(parsed)]
    elif parsed.service == "python":
        found = [_python_constant(parsed)]
    elif parsed.service == "regions":
        found = [_regions_in_partition(parsed)]
    elif parsed.what in _BOUNDS:
        found = [_bound(parsed)]
    elif parsed.what.startswith("doc~"):
        found = _numbers_in_phrase(parsed)
    else:
        raise ModelPathError(
            f"model path {path!r}: {parsed.what!r} is none of min, max, enum, doc~phrase; see docs/facts.md"
        )
    return min((number * parsed.factor for number in found), key=lambda number: abs(number - value))


def documentation(service: str, where: str) -> str:
    """The plain text that botocore has about an operation (`Name()`), a shape or a member (`Shape.member`)."""
    model = _service_model(service)
    if where.endswith("()"):
        operation = model["operations"].get(where[:-2])
        if operation is None:
            raise ModelPathError(f"model path {service}:{where}: botocore's {service} has no such operation")
        return _plain(operation.get("documentation", ""))
    reference, shape = _resolve(service, where)
    return _plain(reference.get("documentation", "") + " " + shape.get("documentation", ""))


def numbers(text: str) -> list[float]:
    """Every number in a text, in digits (`1,209,600`) or in a word (`ten`)."""
    found = []
    for match in _NUMBER.finditer(text):
        word = match[0].lower()
        found.append(float(_NUMBER_WORDS[word] if word in _NUMBER_WORDS else word.rstrip(",").replace(",", "")))
    return found


def _bound(path: ModelPath) -> float:
    _, shape = _resolve(path.service, path.where)
    if path.what not in shape:
        raise ModelPathError(f"model path {path.service}:{path.where}: the shape states no {path.what}")
    bound = shape[path.what]
    return float(len(bound) if path.what == "enum" else bound)


def _numbers_in_phrase(path: ModelPath) -> list[float]:
    phrase = path.what.removeprefix("doc~")
    text = documentation(path.service, path.where)
    if not re.search(rf"(?<![\w.,]){re.escape(phrase)}(?!\w)", text):
        raise ModelPathError(
            f"model path {path.service}:{path.where}: the documentation does not say {phrase!r} any more"
        )
    found = numbers(phrase)
    if not found:
        raise ModelPathError(f"model path {path.service}:{path.where}: {phrase!r} holds no number")
    return found


def _resolve(service: str, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reference and the shape at the end of `Shape.member.member`; lists are stepped into by themselves."""
    shapes = _service_model(service)["shapes"]
    name, *members = where.split(".")
    if name not in shapes:
        raise ModelPathError(f"model path {service}:{where}: botocore's {service} has no shape {name!r}")
    reference: dict[str, Any] = {}
    shape: dict[str, Any] = shapes[name]
    for member in members:
        while shape["type"] == "list" and member != "member":
            shape = shapes[shape["member"]["shape"]]
        inside = shape.get("members", shape)
        if member not in inside:
            raise ModelPathError(f"model path {service}:{where}: there is no member {member!r}")
        reference = inside[member]
        shape = shapes[reference["shape"]]
    return reference, shape


def _plain(documentation_html: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", documentation_html)).replace("\u00a0", " ")
    return re.sub(r"\s+([,.;:)])", r"\1", re.sub(r"\s+", " ", text)).strip()


@cache
def _service_model(service: str) -> dict[str, Any]:
    from botocore.exceptions import DataNotFoundError
    from botocore.loaders import Loader

    try:
        model: dict[str, Any] = Loader().load_service_model(service, "service-2")
    except DataNotFoundError as error:
        raise ModelPathError(f"model path {service}: botocore ships no such service") from error
    return model


def _instance_attribute(path: ModelPath) -> float:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    value: Any = INSTANCE_TYPES.get(path.where)
    for key in path.what.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        raise ModelPathError(f"model path moto-instance:{path.where}: moto states no {path.what}")
    return float(value)


def _python_constant(path: ModelPath) -> float:
    """A number at `module:Class.attribute.key`; of a collection its length, of a class an instance's attribute."""
    try:
        value: Any = importlib.import_module(path.where)
        for key in path.what.split("."):
            if isinstance(value, type) and not hasattr(value, key):
                value = value()
            value = value[key] if isinstance(value, dict) else getattr(value, key)
    except (ImportError, AttributeError, KeyError) as error:
        raise ModelPathError(f"model path python:{path.where}:{path.what}: {error}") from error
    return float(value if isinstance(value, (int, float)) else len(value))


def _regions_in_partition(path: ModelPath) -> float:
    import botocore.session

    session = botocore.session.get_session()
    if path.where not in session.get_available_partitions():
        raise ModelPathError(f"model path regions:{path.where}: botocore knows no such partition")
    return float(len(session.get_available_regions("ec2", partition_name=path.where)))
