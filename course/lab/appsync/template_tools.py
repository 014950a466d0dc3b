"""$util: what mapping templates of AppSync can do beside the template language.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final, NoReturn
from urllib.parse import quote_plus, unquote_plus

from moto.moto_api._internal import mock_random

from course.lab.apigateway.velocity import TemplateError, Tool, from_json
from course.lab.appsync.context import Context, Failure
from course.lab.clock import clock


class Raised(TemplateError):
    """$util.error and its like: the template ends here."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, 0)
        self.failure = failure


def as_json(value: Any) -> str:
    """A value of a template as JSON text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


def tools_for(context: Context) -> Tool:
    """$util for one filling of a template."""

    def fail(message: Any = "", kind: Any = "", data: Any = None, info: Any = None) -> NoReturn:
        raise Raised(Failure(str(message), str(kind or ""), data, info))

    def append(message: Any = "", kind: Any = "", data: Any = None, info: Any = None) -> None:
        context.appended.append(Failure(str(message), str(kind or ""), data, info))

    def validate(holds: Any, message: Any = "", kind: Any = "CustomTemplateException", data: Any = None) -> None:
        if not holds:
            raise Raised(Failure(str(message), str(kind), data))

    def unauthorized() -> NoReturn:
        raise Raised(not_authorized(context.name, context.parent))

    own: dict[str, Any] = {
        "error": fail,
        "appendError": append,
        "validate": validate,
        "unauthorized": unauthorized,
        "authType": lambda: auth_type(context.mode),
    }
    return Tool({**_PLAIN, **own}, {"time": _TIME, "dynamodb": _DYNAMODB})


def auth_type(mode: str) -> str:
    """How a way of authorization is called in resolvers; nothing for none."""
    return _AUTH_TYPES.get(mode, "")


def not_authorized(field: str, of_type: str) -> Failure:
    """What AppSync says of a field that the caller may not see."""
    return Failure(f"Not Authorized to access {field} on type {of_type}", "Unauthorized")


_AUTH_TYPES: Final = {
    "API_KEY": "API Key Authorization",
    "AWS_IAM": "IAM Authorization",
    "AMAZON_COGNITO_USER_POOLS": "User Pool Authorization",
    "OPENID_CONNECT": "Open ID Connect Authorization",
    "AWS_LAMBDA": "Lambda Authorization",
}


def _parsed(text: Any) -> Any:
    try:
        return from_json(json.loads(str(text)))
    except ValueError:
        return None


def _moment(form: str) -> Any:
    return lambda: clock.now().strftime(form)


def _iso() -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


_PLAIN: Final[dict[str, Any]] = {
    "qr": lambda value=None: "",
    "quiet": lambda value=None: "",
    "toJson": as_json,
    "parseJson": _parsed,
    "autoId": lambda: str(mock_random.uuid4()),
    "matches": lambda pattern, text: re.fullmatch(str(pattern), str(text)) is not None,
    "isNull": lambda value=None: value is None,
    "isNullOrEmpty": lambda value=None: value is None or value == "",
    "isNullOrBlank": lambda value=None: value is None or not str(value).strip(),
    "defaultIfNull": lambda value, other: other if value is None else value,
    "defaultIfNullOrEmpty": lambda value, other: value or other,
    "defaultIfNullOrBlank": lambda value, other: value if value and str(value).strip() else other,
    "isString": lambda value=None: isinstance(value, str),
    "isNumber": lambda value=None: isinstance(value, int | float) and not isinstance(value, bool),
    "isBoolean": lambda value=None: isinstance(value, bool),
    "isList": lambda value=None: isinstance(value, list),
    "isMap": lambda value=None: isinstance(value, dict),
    "escapeJavaScript": lambda value: json.dumps(str(value))[1:-1].replace("'", "\\'").replace("/", "\\/"),
    "urlEncode": lambda value: quote_plus(str(value or "")),
    "urlDecode": lambda value: unquote_plus(str(value or "")),
    "base64Encode": lambda value: base64.b64encode(str(value or "").encode()).decode(),
    "base64Decode": lambda value: base64.b64decode(str(value or "")).decode("utf-8", "replace"),
}
_TIME: Final = Tool(
    {
        "nowISO8601": _iso,
        "nowEpochSeconds": lambda: int(clock.now().timestamp()),
        "nowEpochMilliSeconds": lambda: int(clock.now().timestamp() * 1000),
        "nowFormatted": _moment("%Y-%m-%d %H:%M:%S+0000"),
    }
)


def _typed(value: Any) -> Any:
    """A plain value in DynamoDB's notation."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [_typed(one) for one in value]}
    if isinstance(value, dict):
        return {"M": _typed_values(value)}
    return {"S": str(value)}


def _typed_values(value: Any) -> dict[str, Any]:
    return {name: _typed(one) for name, one in (value or {}).items()}


def _dynamodb() -> Tool:
    made: dict[str, Any] = {
        "toDynamoDB": _typed,
        "toMapValues": _typed_values,
        "toString": lambda value: {"S": str(value)},
        "toNumber": lambda value: {"N": str(value)},
        "toBoolean": lambda value: {"BOOL": bool(value)},
        "toNull": lambda: {"NULL": True},
        "toList": _typed,
        "toMap": _typed,
        "toStringSet": lambda values: {"SS": [str(one) for one in values]},
        "toNumberSet": lambda values: {"NS": [str(one) for one in values]},
    }

    def text(make: Any) -> Any:
        return lambda *given: as_json(make(*given))

    return Tool({**made, **{f"{name}Json": text(make) for name, make in made.items()}})


_DYNAMODB: Final = _dynamodb()
