"""CloudFront Functions as the API keeps them: code under a name, in the stages DEVELOPMENT and LIVE.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/managing-functions.html
A change goes to DEVELOPMENT; publishing copies that to LIVE, which is what distributions run.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cloudfront import key_value_stores
from course.lab.cloudfront.records import distributions, token
from course.lab.place import Place
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]

DEVELOPMENT: Final = "DEVELOPMENT"
LIVE: Final = "LIVE"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_CODE_KB: Final = 10
_MOST: Final = 100
_ARN: Final = re.compile(r"arn:aws:cloudfront::(?P<account>\d{12}):function/(?P<name>[\w-]{1,64})")


@dataclass
class Stage:
    """What is in a stage of a function."""

    config: Config
    code: bytes
    etag: str = field(default_factory=token)
    created: dt.datetime = field(default_factory=lambda: clock.now())
    changed: dt.datetime = field(default_factory=lambda: clock.now())


@dataclass
class Function:
    """A function of the account."""

    name: str
    account: str
    stages: dict[str, Stage]

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:function/{self.name}"

    @property
    def users(self) -> list[str]:
        """The distributions that run it."""
        return [one.id for one in distributions(self.account) if self.arn in set(_named_in(one.config))]

    def shown(self, stage: str) -> Config:
        """Its summary."""
        held = self.stages[stage]
        return {
            "Name": self.name,
            "Status": self._status(stage),
            "FunctionConfig": held.config,
            "FunctionMetadata": {
                "FunctionARN": self.arn, "Stage": stage, "CreatedTime": held.created, "LastModifiedTime": held.changed,
            },
        }  # fmt: skip

    def _status(self, stage: str) -> str:
        live = self.stages.get(LIVE)
        if live is None or (stage == DEVELOPMENT and live.code != self.stages[DEVELOPMENT].code):
            return "UNPUBLISHED"
        return "ASSOCIATED" if self.users else "UNASSOCIATED"


def associations(behaviour: Config) -> Iterator[Config]:
    """The functions that hang at a behaviour."""
    yield from (behaviour.get("FunctionAssociations") or {}).get("Items") or []


def refuse_wrong(behaviour: Config, lambdas: list[Config], account: str) -> None:
    """Refuse what cannot hang at a behaviour."""
    points = [one["EventType"] for one in associations(behaviour)]
    if len(points) != len(set(points)):
        raise _wrong("At each event there is one function at most.")
    both_viewer = [one["EventType"] for one in lambdas if one["EventType"].startswith("viewer")]
    for one in associations(behaviour):
        if not one["EventType"].startswith("viewer"):
            raise _wrong("CloudFront Functions run at viewer-request and viewer-response only.")
        if both_viewer:
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
            raise _wrong("CloudFront Functions and Lambda@Edge cannot be combined in viewer events.")
        found = by_arn(one["FunctionARN"], account)
        if found is None:
            raise _wrong(f"The function {one['FunctionARN']} does not exist in this account.")
        if LIVE not in found.stages:
            raise _wrong(f"The function {found.name} has not been published: only its LIVE stage can be associated.")


def by_arn(arn: str, account: str) -> Function | None:
    """The function of this ARN."""
    found = _ARN.fullmatch(arn)
    return _all(account).get(found["name"]) if found and found["account"] == account else None


def create(call: Call) -> Config:
    """CreateFunction."""
    name, held = str(call.given["Name"]), _all(call.place.account)
    if not re.fullmatch(r"[\w-]{1,64}", name):
        raise Refusal("InvalidArgument", "A function's name has up to 64 letters, digits, - and _.")
    if name in held:
        raise Refusal("FunctionAlreadyExists", f"A function named {name} already exists.", 409)
    if len(held) >= _MOST:
        raise Refusal("TooManyFunctions", f"An account may have {_MOST} functions.")
    stage = Stage(*_accepted(call))
    made = held.setdefault(name, Function(name, call.place.account, {DEVELOPMENT: stage}))
    place = f"https://cloudfront.amazonaws.com/2020-05-31/function/{made.arn}"
    return {"FunctionSummary": made.shown(DEVELOPMENT), "ETag": stage.etag, "Location": place}


def update(call: Call) -> Config:
    """UpdateFunction: another code or configuration in DEVELOPMENT; LIVE stays what it is."""
    found = _at_its_etag(call)
    stage = found.stages[DEVELOPMENT]
    stage.config, stage.code = _accepted(call)
    stage.etag, stage.changed = token(), clock.now()
    return {"FunctionSummary": found.shown(DEVELOPMENT), "ETag": stage.etag}


def publish(call: Call) -> Config:
    """PublishFunction: what is in DEVELOPMENT runs from now on."""
    found = _at_its_etag(call)
    before = found.stages.get(LIVE)
    stage = found.stages[LIVE] = copy.deepcopy(found.stages[DEVELOPMENT])
    stage.changed, stage.created = clock.now(), before.created if before else clock.now()
    return {"FunctionSummary": found.shown(LIVE)}


def describe(call: Call) -> Config:
    """DescribeFunction."""
    found, stage = in_stage(call)
    return {"FunctionSummary": found.shown(stage), "ETag": found.stages[stage].etag}


def get(call: Call) -> Config:
    """GetFunction: the code."""
    found, stage = in_stage(call)
    held = found.stages[stage]
    return {"FunctionCode": held.code, "ETag": held.etag, "ContentType": "application/octet-stream"}


def listed(call: Call) -> Config:
    """ListFunctions."""
    wanted = str(call.given.get("Stage") or "")
    rows = [
        one.shown(stage)
        for _, one in sorted(_all(call.place.account).items())
        for stage in one.stages
        if wanted in ("", stage)
    ]
    return {"FunctionList": {"MaxItems": 100, "Quantity": len(rows), "Items": rows}}


def delete(call: Call) -> None:
    """DeleteFunction: not while a distribution runs it."""
    found = _at_its_etag(call)
    if found.users:
        raise Refusal("FunctionInUse", f"The function is associated with distribution {', '.join(found.users)}.", 409)
    del _all(call.place.account)[found.name]


def in_stage(call: Call) -> tuple[Function, str]:
    """The function that a call names, and the stage, which is DEVELOPMENT if none is given."""
    found, stage = _named(call), str(call.given.get("Stage") or DEVELOPMENT)
    if stage not in found.stages:
        raise Refusal("NoSuchFunctionExists", f"The function {found.name} has no {stage} stage: publish it.", 404)
    return found, stage


def _all(account: str) -> dict[str, Function]:
    return Place(account, "aws").kept("cloudfront", "lab_functions", dict[str, Function])


def _named(call: Call) -> Function:
    found = _all(call.place.account).get(str(call.given["Name"]))
    if found is None:
        raise Refusal("NoSuchFunctionExists", f"The function {call.given['Name']} does not exist.", 404)
    return found


def _at_its_etag(call: Call) -> Function:
    found = _named(call)
    if not call.given.get("IfMatch"):
        raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if call.given["IfMatch"] != found.stages[DEVELOPMENT].etag:
        raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
    return found


def _accepted(call: Call) -> tuple[Config, bytes]:
    config, code = dict(call.given["FunctionConfig"]), bytes(_as_bytes(call.given["FunctionCode"]))
    if len(code) > _CODE_KB * 1024:
        raise Refusal("FunctionSizeLimitExceeded", f"The function is larger than {_CODE_KB} KB.", 413)
    arns = key_value_stores.associated(config)
    if arns and config["Runtime"] == "cloudfront-js-1.0":
        raise Refusal("InvalidArgument", "A key value store needs the runtime cloudfront-js-2.0.")
    if len(arns) > 1:
        raise Refusal("InvalidArgument", "A function has one key value store at most.")
    for arn in arns:
        if key_value_stores.held(arn, call.place.account) is None:
            raise Refusal("EntityNotFound", f"The key value store {arn} does not exist.", 404)
    return config, code


def _as_bytes(code: Any) -> bytes:
    if isinstance(code, str):
        return code.encode()
    return code.read() if hasattr(code, "read") else bytes(code)


def _named_in(config: Config) -> Iterator[str]:
    more = (config.get("CacheBehaviors") or {}).get("Items") or []
    for behaviour in [config["DefaultCacheBehavior"], *more]:
        yield from (one["FunctionARN"] for one in associations(behaviour))


def _wrong(said: str) -> Refusal:
    return Refusal("InvalidFunctionAssociation", said)
