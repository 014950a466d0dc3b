"""What APPSYNC_JS leaves out of JavaScript: loops that may not end, exceptions, promises, and some operators.

https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html
"""

from __future__ import annotations

import re
from typing import Final

# Texts, comments and what stands in them; blanked out, so that lines stay where they are.
_QUOTED: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`""", re.DOTALL
)
_WORDS: Final = (
    "async", "await", "catch", "class", "continue", "do", "finally", "throw", "try", "while", "yield",
)  # fmt: skip
_WORD: Final = re.compile(rf"(?<![\w$.])({'|'.join(_WORDS)})(?![\w$])(?!\s*:)")
_SIGN: Final = re.compile(r"\+\+|--|~")
_FOR: Final = re.compile(r"(?<![\w$.])for\s*\(([^()]|\([^()]*\))*\)")
_IN: Final = re.compile(r"(?<![\w$.])in(?![\w$])(?!\s*:)")
_HINTS: Final = {
    "catch": "use util.error(...) for errors of your own, and ctx.error for those of the data source",
    "throw": "use util.error(message, type)",
    "try": "the response handler finds errors of the data source in ctx.error",
    "++": "use += 1",
    "--": "use -= 1",
    "in": "use Object.hasOwn(object, name)",
    "for(;;)": "use for (const one of list)",
    "while": "use for (const one of list)",
    "async": "the data source does the waiting: return a request",
    "await": "the data source does the waiting: return a request",
}


def broken_rules(code: str) -> list[str]:
    """What in the code the runtime does not support, each with its line."""
    plain = _QUOTED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
    found = [(one.start(), one[1]) for one in _WORD.finditer(plain)]
    found += [(one.start(), one[0]) for one in _SIGN.finditer(plain)]
    loops = list(_FOR.finditer(plain))
    found += [(one.start(), "for(;;)") for one in loops if ";" in one[0]]
    found += [
        (one.start(), "in")
        for one in _IN.finditer(plain)
        if not any(loop.start() < one.start() < loop.end() for loop in loops)
    ]
    return [_told(plain.count("\n", 0, at) + 1, what) for at, what in sorted(found)]


def _told(line: int, what: str) -> str:
    hint = _HINTS.get(what)
    return f"line {line}: {what} is not supported" + (f": {hint}" if hint else "")
