"""WAF's operations where moto differs from AWS, and those that it lacks.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Operations_AWS_WAFV2.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import Place, place_of
from course.lab.replies import Reply
from course.lab.replies import answer as reply_as
from course.lab.service import Call, Refusal, serve
from course.lab.waf import capacity, rates, records
from course.lab.waf.components import TRANSFORMATIONS
from course.lab.waf.managed import GROUPS
from course.lab.waf.statements import KINDS
from course.lab.wire import Unsupported, afterwards, answer_first

_GROUPS: Final = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "wafv2" else None
    if call is None:
        return None
    reply = _broken(operation, call.params, place_of(request))
    return None if reply is None else reply_as(request, "wafv2", call.protocol, reply)[0]


def _broken(operation: str, given: Any, place: Place) -> Reply | None:
    if given.get("Scope") == "CLOUDFRONT" and place.region != "us-east-1":
        return _invalid("The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT. Use us-east-1.")
    if operation in ("CreateWebACL", "UpdateWebACL", "CreateRuleGroup", "UpdateRuleGroup", "CheckCapacity"):
        return _of_rules(operation, given, place)
    if operation == "DeleteWebACL":
        held = [one for one in place.backend("wafv2").wacls.values() if one.id == given.get("Id")]
        if held and held[0].associated_resources:
            return Reply("WAFAssociatedItemException", "The web ACL is still associated with a resource.")
    if operation == "DeleteIPSet":
        users = [
            one.name for one in place.backend("wafv2").wacls.values() if f"/{given.get('Id')}" in str(one.to_dict())
        ]
        if users:
            return Reply("WAFAssociatedItemException", f"The IP set is in use by the web ACL {users[0]}.")
    return None


def _of_rules(operation: str, given: Any, place: Place) -> Reply | None:
    rules = given.get("Rules") or []
    for rule in rules:
        _is_known(rule["Statement"])
        is_group = any(kind in rule["Statement"] for kind in _GROUPS)
        if is_group != ("OverrideAction" in rule) or is_group == ("Action" in rule):
            word = "OverrideAction" if is_group else "Action"
            return _invalid(
                f"A rule of this kind takes {word} and nothing else. field: RULE, parameter: {rule['Name']}"
            )
    for field, values in (("Priority", [one["Priority"] for one in rules]), ("Name", [one["Name"] for one in rules])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            code = "WAFInvalidParameterException" if field == "Priority" else "WAFDuplicateItemException"
            return Reply(code, f"Your request has two rules of the same {field.lower()}: {twice[0]}.")
    needed = _capacity(place, rules)
    if needed > capacity.MOST and operation != "CheckCapacity":
        return Reply("WAFLimitsExceededException", f"The rules need {needed} WCU; a web ACL has {capacity.MOST}.")
    return None


def _invalid(message: str) -> Reply:
    return Reply("WAFInvalidParameterException", f"Error reason: {message}")


def _is_known(statement: Any) -> None:
    """The lab says at once what it cannot judge, instead of judging it wrongly later."""
    (kind, given), *_ = statement.items()
    for inner in (*given.get("Statements", ()), given.get("Statement"), given.get("ScopeDownStatement")):
        if inner:
            _is_known(inner)
    if kind not in (*KINDS, *_GROUPS):
        raise Unsupported(f"The lab does not judge a {kind} yet. It knows {', '.join(KINDS)} and rule groups.")
    if "Name" in given and kind == _GROUPS[0] and given["Name"] not in GROUPS:
        raise Unsupported(f"The lab has no managed rule group {given['Name']}. It has {', '.join(GROUPS)}.")
    for step in given.get("TextTransformations", ()):
        if step["Type"] not in TRANSFORMATIONS:
            raise Unsupported(f"The lab does not know the transformation {step['Type']} yet.")


def _capacity(place: Place, rules: Any) -> int:
    return capacity.of_rules(rules, {one.arn: one.capacity for one in place.backend("wafv2").rule_groups.values()})


@afterwards("wafv2")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation)
    if call is None or response.status_code >= 400:
        return
    place, given = place_of(request), call.params
    if operation in ("CreateWebACL", "UpdateWebACL"):
        region = "global" if given["Scope"] == "CLOUDFRONT" else place.region
        acls = Place(place.account, region).backend("wafv2").wacls.values()
        acl = next((one for one in acls if one.name == given["Name"]), None)
        if acl is not None:
            acl.capacity = _capacity(place, given.get("Rules") or [])
            if not given.get("Rules"):
                acl.rules = []  # moto keeps the old ones
    elif operation == "AssociateWebACL":
        for acl in place.backend("wafv2").wacls.values():
            # A resource has one web ACL: the last one that it was given.
            held = [one for one in acl.associated_resources if one != given["ResourceArn"]]
            acl.associated_resources = held + [given["ResourceArn"]] * (acl.arn == given["WebACLArn"])


def _check(call: Call) -> dict[str, Any]:
    return {"Capacity": _capacity(call.place, call.given["Rules"])}


def _groups(call: Call) -> dict[str, Any]:
    rows = [{"VendorName": "AWS", "Name": one.name, "VersioningSupported": True, "Description": one.description}
            for one in GROUPS.values()]  # fmt: skip
    return {"ManagedRuleGroups": rows}


def _group(call: Call) -> dict[str, Any]:
    one = GROUPS.get(call.given["Name"])
    if one is None:
        raise Refusal("WAFNonexistentItemException", f"The lab has no managed rule group {call.given['Name']}.")
    rules = [{"Name": rule.name, "Action": {"Block": {}}} for rule in one.rules]
    return {"Capacity": one.capacity, "Rules": rules, "LabelNamespace": f"awswaf:managed:aws:{one.label}:"}


def _sampled(call: Call) -> dict[str, Any]:
    given = call.given
    return records.sampled(
        call.place, given["WebAclArn"], given["RuleMetricName"], given["TimeWindow"], given["MaxItems"]
    )


def _keys(call: Call) -> dict[str, Any]:
    acls = call.place.backend("wafv2").wacls.values()
    acl = next((one for one in acls if one.name == call.given["WebACLName"]), None)
    rule = next((one for one in acl.rules if one.name == call.given["RuleName"]), None) if acl else None
    if acl is None or rule is None:
        raise Refusal("WAFNonexistentItemException", "AWS WAF couldn't perform the operation: no such web ACL or rule.")
    found = rates.keys_over(call.place, f"{acl.arn} {rule.name}", rule.statement["RateBasedStatement"])
    return {"ManagedKeysIPV4": {"IPAddressVersion": "IPV4", "Addresses": [f"{one}/32" for one in found]}}


serve(
    "wafv2",
    {
        "CheckCapacity": _check,
        "ListAvailableManagedRuleGroups": _groups,
        "DescribeManagedRuleGroup": _group,
        "GetSampledRequests": _sampled,
        "GetRateBasedStatementManagedKeys": _keys,
    },
)
