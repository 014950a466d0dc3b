"""Where a function, a class or a client comes from: told by its code, as what it says of its module is easily said."""

from __future__ import annotations

import functools
import types
from typing import Any

from course.grading.warden import is_trusted_code, trusted_places

CODE_TYPES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    type,
    types.ModuleType,
    property,
    classmethod,
    staticmethod,
)


class _NoCode:
    """Stands for the code of what has none in Python."""

    co_filename = "<frozen "


NO_CODE = _NoCode()
HEAP_TYPE = 1 << 9


def function_of(value: Any) -> Any:
    """Return the function inside a property, a class method or a static method, or the value itself."""
    if isinstance(value, property):
        return value.fget
    return value.__func__ if isinstance(value, (classmethod, staticmethod)) else value


def is_trusted_class(owner: type, trusted: tuple[str, ...]) -> bool:
    """Return whether all that a class does is done by installed code; what it says of its module is easily said."""
    if not owner.__flags__ & HEAP_TYPE:
        return not issubclass(owner, (functools.partial, types.MethodType, types.ModuleType))
    inner = [
        function_of(value) for part in owner.__mro__ if part.__flags__ & HEAP_TYPE for value in vars(part).values()
    ]
    functions = [value for value in inner if isinstance(value, types.FunctionType)]
    others = [value for value in inner if callable(value) and not isinstance(value, (*CODE_TYPES, *_DESCRIPTORS))]
    return bool(functions) and not others and all(is_trusted_code(one.__code__, trusted) for one in functions)


_DESCRIPTORS = (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType)


def package_of(filename: str, trusted: tuple[str, ...]) -> str:
    """Return the installed package that a file belongs to."""
    if filename.startswith(_OWN_FOLDER + "/"):
        return "course"
    place = max((place for place in trusted if filename.startswith(place)), key=len, default=None)
    return "" if place is None else filename[len(place) :].partition("/")[0].removesuffix(".py")


_OWN_FOLDER = __file__.rpartition("/")[0].rpartition("/")[0]


def is_trusted_callable(value: Any, trusted: tuple[str, ...]) -> bool:
    function = value.func if type(value) is functools.partial else value
    function = function.__func__ if type(function) is types.MethodType else function
    if isinstance(function, types.FunctionType):
        return is_trusted_code(function.__code__, trusted)
    return isinstance(function, types.BuiltinFunctionType) or is_trusted_class(type(function), trusted)


def is_client(value: Any) -> bool:
    """Return whether a value is a client or a resource of boto3's making, with nobody else's code in its class."""
    from boto3.resources.base import ServiceResource
    from botocore.client import BaseClient

    return isinstance(value, (BaseClient, ServiceResource)) and is_trusted_class(type(value), trusted_places())
