"""JavaScript for the services of AWS that run it: one function, one event, a world of its own, and limits.

    from course.lab import javascript

    ran = javascript.run("function double(n) { console.log('got', n); return n * 2 }", "double", [21])
    ran.value, ran.said        # 42, ["got 21"]

Each run has a fresh context: nothing is left over from the last one. The engine knows the language and nothing else:
no network, no files, no timers, no environment. What a service offers besides (`crypto`, `util`) it hands over as
``tools``: JavaScript that calls ``provide("name", object)`` for what ``import`` and ``require`` shall find.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

# Lines of the lab's own code count from here, so that they cannot be taken for the author's.
_OURS: Final = 100_000
_FRAME: Final = re.compile(r"<input>:(\d+)")
_IMPORT: Final = re.compile(
    r"""(^|;)([ \t]*)import[ \t]+([\w$]+|\*[ \t]+as[ \t]+[\w$]+|\{[^}]*\})[ \t]+from[ \t]*['"]([^'"\n]+)['"]""",
    re.MULTILINE,
)
_EXPORT: Final = re.compile(r"^([ \t]*)export[ \t]+(?=async\b|function\b|const\b|let\b|var\b|class\b)", re.MULTILINE)

_WORLD: Final = """
((given, now) => {
  const said = [], modules = {};
  const shown = v => typeof v === 'string' ? v
    : v instanceof Error ? String(v) : v === undefined || typeof v === 'function' ? String(v) : JSON.stringify(v);
  const log = (...values) => { said.push(values.map(shown).join(' ')); };
  const Real = Date;
  class Moment extends Real {
    constructor(...parts) { if (parts.length) super(...parts); else super(now); }
    static now() { return now; }
  }
  const refuse = () => { throw new EvalError('code cannot be made from strings here'); };
  for (const kind of [() => 0, async () => 0, function* () {}, async function* () {}])
    Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', {value: refuse});
  const world = {
    console: {log, error: log, warn: log, info: log, debug: log},
    Date: Moment, eval: refuse, Function: refuse,
    provide: (name, module) => { modules[name] = module; },
    require: name => {
      if (!Object.hasOwn(modules, name)) throw new Error(`Cannot find module '${name}'`);
      return modules[name];
    },
  };
  for (const name of Object.keys(world))
    Object.defineProperty(globalThis, name, {value: world[name], writable: true, configurable: true});
  let ended = '';
  globalThis.__lab = {
    said: () => JSON.stringify(said),
    ended: () => ended,
    call: f => {
      const done = value => { ended = JSON.stringify({value}) ?? '{}'; };
      const made = f(...JSON.parse(given));
      if (made && typeof made.then === 'function')
        made.then(done, e => { ended = JSON.stringify({thrown: `${e}\\n${e && e.stack}`}); });
      else done(made);
    },
  };
})
"""


class Failed(Exception):
    """The script could not be read, threw something, or went over a limit."""

    def __init__(self, message: str, line: int | None = None, said: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        """What JavaScript says, such as ``TypeError: not a function``."""
        self.line = line
        """The line of the source where it happened, if that is known."""
        self.said = list(said)
        """What the script had written to its console before."""

    @property
    def where(self) -> str:
        """The message with its line."""
        return f"{self.message} (line {self.line})" if self.line else self.message


@dataclass(frozen=True)
class Limits:
    """How much a run may take: processor time, and memory beside what the engine needs itself."""

    seconds: float = 0.5
    megabytes: float = 16


@dataclass(frozen=True)
class Ran:
    """What came of a run."""

    value: Any
    """What the function returned, as JSON can say it; ``None`` for nothing."""
    said: list[str]
    """Lines written to the console."""
    seconds: float
    """Processor time that it took."""


def run(
    source: str,
    function: str,
    given: Sequence[Any] = (),
    *,
    tools: str = "",
    limits: Limits | None = None,
    now: float | None = None,
) -> Ran:
    """Call a function of a source text with arguments that JSON can say; raise `Failed` if it does not return.

    ``now`` is the moment that ``Date`` tells all through the run, in seconds since 1970; the lab's clock by default.
    """
    import quickjs

    from course.lab.clock import clock

    limits = limits or Limits()
    moment = int((clock.now().timestamp() if now is None else now) * 1000)
    context = quickjs.Context()
    context.set("__given", json.dumps(list(given)))
    context.eval(f"({_WORLD})(__given, {moment}); delete globalThis.__given;")
    if tools:
        context.eval("\n" * _OURS + tools)
    context.eval("delete globalThis.provide;")
    context.set_memory_limit(int(context.memory()["malloc_size"] + limits.megabytes * 1024 * 1024))
    context.set_time_limit(limits.seconds)
    began = time.process_time()
    try:
        context.eval(f'"use strict"; {_as_script(source)}')
        if context.eval(f"typeof {function}") != "function":
            raise Failed(f"ReferenceError: there is no function {function} in the code", None, _said(context))
        context.eval(f"__lab.call({function})")
        ended = _settle(context, began + limits.seconds)
    except quickjs.JSException as error:
        raise _failed(str(error), context, limits) from None
    taken = time.process_time() - began
    outcome = json.loads(ended)
    if "thrown" in outcome:
        raise _failed(outcome["thrown"], context, limits)
    return Ran(outcome.get("value"), _said(context), taken)


def _settle(context: Any, until: float) -> str:
    """Run what an asynchronous function left waiting, until it has ended."""
    while context.execute_pending_job():
        if time.process_time() > until:
            raise Failed("InternalError: interrupted: the time allowed is over", None, _said(context))
    ended = str(context.eval("__lab.ended()"))
    if not ended:
        raise Failed("the function waits for something that never happens", None, _said(context))
    return ended


def _as_script(source: str) -> str:
    """The source without the words of modules, line by line where it was."""

    def brought(found: re.Match[str]) -> str:
        names = re.sub(r"\s+as\s+", ": ", found[3]).removeprefix("*: ")
        return f"{found[1]}{found[2]}const {names} = require({json.dumps(found[4])})"

    return _EXPORT.sub(r"\1", _IMPORT.sub(brought, source))


def _failed(said: str, context: Any, limits: Limits) -> Failed:
    message, _, stack = said.partition("\n")
    lines = [int(found) for found in _FRAME.findall(stack)]
    line = next((one for one in lines if one < _OURS), None)
    if message == "InternalError: interrupted":
        message += f": more than {limits.seconds * 1000:g} ms of processor time"
    elif message == "InternalError: out of memory":
        message += f": more than {limits.megabytes:g} MB"
    elif message == "null":  # where memory does not even suffice for an error
        message = f"null was thrown, as it is when a script is out of memory ({limits.megabytes:g} MB)"
    return Failed(message, line, _said(context))


def _said(context: Any) -> list[str]:
    import quickjs

    context.set_memory_limit(-1)
    context.set_time_limit(-1)
    try:
        lines: list[str] = json.loads(context.eval("__lab.said()"))
    except quickjs.JSException:  # the context is beyond hope, for instance without memory for a string
        return []
    return lines
