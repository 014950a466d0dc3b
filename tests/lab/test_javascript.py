"""The small JavaScript engine behind CloudFront Functions and AppSync's resolvers."""

import datetime as dt

import pytest

from course.lab import javascript
from course.lab.javascript import Failed, Limits

SMALL = Limits(seconds=0.2, megabytes=2)


def test_a_function_gets_json_and_gives_json():
    ran = javascript.run("function f(a, b) { return {sum: a.n + b, list: [1, null]} }", "f", [{"n": 2}, 3])
    assert ran.value == {"sum": 5, "list": [1, None]}


def test_what_a_function_writes_to_the_console_is_kept():
    ran = javascript.run("const f = e => { console.log('got', e, 3, undefined); console.error('x') }", "f", [{"a": 1}])
    assert ran.value is None and ran.said == ['got {"a":1} 3 undefined', "x"]


def test_an_async_function_is_awaited():
    source = "const wait = async v => v + 1;\nasync function f(v) { const w = await wait(v); return await wait(w) }"
    assert javascript.run(source, "f", [1]).value == 3


@pytest.mark.parametrize("kind", ["function", "async function"])
def test_an_error_says_its_message_and_the_line_of_the_source(kind):
    source = f"{kind} f(event) {{\n  console.log('here');\n  return event.request.uri;\n}}"
    with pytest.raises(Failed) as failed:
        javascript.run(source, "f", [{}])
    assert failed.value.message == "TypeError: cannot read property 'uri' of undefined"
    assert failed.value.line == 3 and failed.value.said == ["here"]
    assert failed.value.where.endswith("(line 3)")


def test_an_error_inside_a_tool_is_told_at_the_line_that_called_it():
    with pytest.raises(Failed) as failed:
        javascript.run(
            "import { cut } from 'knife'\n\nfunction f() { return cut(null) }",
            "f",
            tools="provide('knife', {cut: v => v.x})",
        )
    assert failed.value.line == 3


def test_what_cannot_be_read_is_told_with_its_line():
    with pytest.raises(Failed, match="SyntaxError") as failed:
        javascript.run("function f() {\n  let a = ;\n}", "f")
    assert failed.value.line == 2


@pytest.mark.parametrize(
    "body",
    ["while (true) {}", "return new Promise(() => 0).then(() => 1)",
     "const r = () => Promise.resolve().then(r); return r()"],
)  # fmt: skip
def test_what_never_ends_is_ended(body):
    with pytest.raises(Failed, match=r"interrupted|never happens|out of memory"):
        javascript.run(f"function f() {{ {body} }}", "f", limits=SMALL)


def test_an_endless_loop_after_an_await_is_ended():
    with pytest.raises(Failed, match="more than 200 ms"):
        javascript.run("async function f() { await null; while (true) {} }", "f", limits=SMALL)


def test_memory_has_a_limit():
    with pytest.raises(Failed, match="out of memory: more than 2 MB"):
        javascript.run(
            "function f() { const a = []; while (true) a.push('x'.repeat(999) + a.length) }", "f", limits=SMALL
        )


def test_endless_recursion_is_an_error_of_the_script():
    with pytest.raises(Failed, match="RangeError: Maximum call stack"):
        javascript.run("function f() { return f() + 1 }", "f")


@pytest.mark.parametrize(
    "asked",
    ["fetch('https://example.com')", "new XMLHttpRequest()", "require('http')", "require('fs')", "process.env",
     "setTimeout(() => 0, 1)", "eval('1')", "Function('return 1')()", "(() => 0).constructor('return 1')()"],
)  # fmt: skip
def test_there_is_no_network_no_file_no_timer_and_no_code_from_strings(asked):
    with pytest.raises(Failed, match=r"is not defined|Cannot find module|code cannot be made"):
        javascript.run(f"function f() {{ return {asked} }}", "f")


def test_runs_share_nothing():
    source = "var n = (globalThis.n || 0) + 1;\nfunction f() { return n }"
    assert [javascript.run(source, "f").value for _ in range(2)] == [1, 1]


def test_the_clock_stands_still_during_a_run():
    source = """function f() {
        const before = Date.now();
        for (let i = 0; i < 99999; i++);
        return [before, +new Date(), new Date(0).toISOString()];
    }"""
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.UTC).timestamp()
    assert javascript.run(source, "f", now=moment).value == [moment * 1000, moment * 1000, "1970-01-01T00:00:00.000Z"]


def test_scripts_are_strict():
    with pytest.raises(Failed, match="ReferenceError"):
        javascript.run("function f() { forgotten = 1 }", "f")


def test_modules_are_imported_and_functions_exported():
    tools = "provide('@tools/all', {one: 1, two: 2, default: 3})"
    source = """import all from '@tools/all';
        import { one, two as zwei } from "@tools/all";
        import * as whole from "@tools/all";
        export function f() { return [all.one, one, zwei, whole.two] }"""
    assert javascript.run(source, "f", tools=tools).value == [1, 1, 2, 2]


def test_a_missing_function_is_named():
    with pytest.raises(Failed, match="no function handler"):
        javascript.run("function other() {}", "handler")


def test_thrown_things_that_are_no_errors_are_told():
    with pytest.raises(Failed, match="out of luck"):
        javascript.run("function f() { throw 'out of luck' }", "f")
