"""What goes into a state and what comes out, in both languages."""

import pytest

from tests.lab.stepfunctions.conftest import run

ORDER = {"id": 7, "items": [{"price": 3, "kind": "tea"}, {"price": 5, "kind": "cup"}], "name": "Ana"}


@pytest.mark.parametrize(
    ("state", "output"),
    [
        ({}, ORDER),
        ({"Result": {"x": 1}}, {"x": 1}),
        ({"Result": 1, "ResultPath": "$.a.b"}, {**ORDER, "a": {"b": 1}}),
        ({"Result": 1, "ResultPath": None}, ORDER),
        ({"InputPath": "$.items[0]"}, ORDER["items"][0]),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.name"}, "Ana"),
        ({"Parameters": {"who.$": "$.name", "n": 1}}, {"who": "Ana", "n": 1}),
        ({"Parameters": {"prices.$": "$.items[*].price"}}, {"prices": [3, 5]}),
        ({"Parameters": {"dear.$": "$.items[?(@.price > 4)].kind"}}, {"dear": ["cup"]}),
        ({"Parameters": {"all.$": "$..price"}}, {"all": [3, 5]}),
    ],
)
def test_paths_and_parameters(state, output):
    assert run({"Type": "Pass", **state}, ORDER).result == output


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("States.Format('Hi {}, order {}', $.name, $.id)", "Hi Ana, order 7"),
        (r"States.Format('\{{}\}', $.id)", "{7}"),
        ("States.Array($.id, 'a', true, null)", [7, "a", True, None]),
        ("States.ArrayPartition($.items[*].price, 1)", [[3], [5]]),
        ("States.ArrayContains($.items[*].price, 5)", True),
        ("States.ArrayRange(1, 9, 4)", [1, 5, 9]),
        ("States.ArrayGetItem($.items, 1)", ORDER["items"][1]),
        ("States.ArrayLength($.items)", 2),
        ("States.ArrayUnique(States.Array(1, 1, 2))", [1, 2]),
        ("States.Base64Decode(States.Base64Encode('hé'))", "hé"),
        ("States.Hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("States.JsonMerge(States.StringToJson('{\"a\": 1}'), $.items[0], false)", {"a": 1, "price": 3, "kind": "tea"}),
        ("States.JsonToString($.items[0])", '{"price":3,"kind":"tea"}'),
        ("States.MathAdd($.id, -2)", 5),
        ("States.StringSplit('a,b;c', ',;')", ["a", "b", "c"]),
    ],
)
def test_intrinsic_functions(call, value):
    assert run({"Type": "Pass", "Parameters": {"x.$": call}}, ORDER).result == {"x": value}


@pytest.mark.parametrize(
    "call", ["States.Nothing(1)", "States.MathAdd('a', 1)", "States.Format('{}')", "States.Array(1"]
)
def test_a_call_that_cannot_be_made_fails_the_state(call):
    ended = run({"Type": "Pass", "Parameters": {"x.$": call}})
    assert (ended.status, ended.error) == ("FAILED", "States.IntrinsicFailure")


def test_a_path_that_leads_nowhere_fails_the_state():
    ended = run({"Type": "Pass", "Parameters": {"x.$": "$.nothing"}}, ORDER)
    assert ended.error == "States.ParameterPathFailure"
    assert "$.nothing" in ended.cause


def test_the_context_object_tells_of_the_execution():
    ended = run({"Type": "Pass", "Parameters": {"e.$": "$$.Execution.Name", "s.$": "$$.State.Name"}}, name="first")
    assert ended.result == {"e": "first", "s": "only"}


def test_variables_live_on_in_later_states():
    ended = run({"StartAt": "keep", "States": {
        "keep": {"Type": "Pass", "Assign": {"total.$": "$.id"}, "Result": {}, "ResultPath": "$", "Next": "use"},
        "use": {"Type": "Pass", "Parameters": {"was.$": "$total"}, "End": True}}}, ORDER)  # fmt: skip
    assert ended.status == "FAILED"  # Assign sees the result, not the input
    ended = run({"StartAt": "keep", "States": {
        "keep": {"Type": "Pass", "Assign": {"total.$": "$.id"}, "Next": "use"},
        "use": {"Type": "Pass", "Parameters": {"was.$": "$total"}, "End": True}}}, ORDER)  # fmt: skip
    assert ended.result == {"was": 7}


def test_jsonata_reads_computes_and_assigns():
    ended = run({"QueryLanguage": "JSONata", "StartAt": "sum", "States": {
        "sum": {"Type": "Pass", "Assign": {"total": "{% $sum($states.input.items.price) %}"}, "Next": "tell"},
        "tell": {"Type": "Pass", "Output": {"total": "{% $total %}", "n": "{% $states.context.State.Name %}"},
                 "End": True}}}, ORDER)  # fmt: skip
    assert ended.result == {"total": 8, "n": "tell"}


def test_a_wrong_jsonata_expression_fails_the_state():
    ended = run({"QueryLanguage": "JSONata", "Type": "Pass", "Output": "{% $nothing( %}"})
    assert ended.error == "States.QueryEvaluationError"


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ({"Variable": "$.name", "StringEquals": "Ana"}, True),
        ({"Variable": "$.name", "StringMatches": "A*"}, True),
        ({"Variable": "$.name", "StringLessThan": "Aaa"}, False),
        ({"Variable": "$.id", "NumericGreaterThanEquals": 7}, True),
        ({"Variable": "$.id", "StringEquals": "7"}, False),
        ({"Variable": "$.id", "NumericEqualsPath": "$.id"}, True),
        ({"Variable": "$.nothing", "IsPresent": False}, True),
        ({"Variable": "$.name", "IsNumeric": True}, False),
        ({"And": [{"Variable": "$.id", "NumericEquals": 7}, {"Variable": "$.name", "IsString": True}]}, True),
        ({"Or": [{"Variable": "$.id", "NumericEquals": 8}, {"Variable": "$.id", "NumericLessThan": 8}]}, True),
        ({"Not": {"Variable": "$.id", "NumericEquals": 7}}, False),
    ],
)
def test_choices(rule, met):
    ended = run({"StartAt": "ask", "States": {
        "ask": {"Type": "Choice", "Choices": [{**rule, "Next": "yes"}], "Default": "no"},
        "yes": {"Type": "Pass", "Result": True, "End": True}, "no": {"Type": "Pass", "Result": False, "End": True}}},
        ORDER)  # fmt: skip
    assert ended.result is met


def test_no_choice_and_no_default_fails():
    ended = run({"StartAt": "ask", "States": {
        "ask": {"Type": "Choice", "Choices": [{"Variable": "$.id", "NumericEquals": 1, "Next": "yes"}]},
        "yes": {"Type": "Succeed"}}}, ORDER)  # fmt: skip
    assert ended.error == "States.NoChoiceMatched"


def test_more_than_256_kib_fails_the_state():
    ended = run({"Type": "Pass", "Parameters": {"a.$": "$.t", "b.$": "$.t"}}, {"t": "x" * 140_000})
    assert ended.error == "States.DataLimitExceeded"
