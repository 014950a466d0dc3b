"""What AWS answers when a handler fails.

Shapes: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
Runtime errors: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.lambda_runtime.stoppable import Exited

# Size of a synchronous answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ANSWER: Final = 6 * 1024 * 1024 + 100


@dataclass(eq=False)
class Fault(Exception):
    """A failed invocation: what the caller gets, and what stands in the log."""

    kind: str
    message: str
    stack: list[str] | None = None
    log: str = ""
    ends_environment: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def payload(self, request_id: str) -> dict[str, Any]:
        """The body of the answer with FunctionError."""
        body: dict[str, Any] = {"errorMessage": self.message, "errorType": self.kind}
        if self.stack is not None:
            body |= {"requestId": request_id, "stackTrace": self.stack}
        return body


def raised(error: BaseException, as_on_aws: Callable[[str], str], skip: int = 0) -> Fault:
    """An exception of the learner's code."""
    frames = traceback.extract_tb(error.__traceback__)[skip:]
    # A recursion has a thousand frames that say the same; AWS's log cuts long lines too.
    shown = [*frames[:20], *frames[-20:]] if len(frames) > 40 else list(frames)
    stack = [as_on_aws(line) for line in traceback.format_list(shown)]
    kind, message = type(error).__name__, as_on_aws(str(error))
    log = "\n".join([f"[ERROR] {kind}: {message}", "Traceback (most recent call last):", *(s.rstrip() for s in stack)])
    return Fault(kind, message, stack, log)


def not_importable(module: str, error: ImportError) -> Fault:
    """The module of the handler, or one that it imports, is missing."""
    message = f"Unable to import module '{module}': {error}"
    return Fault("Runtime.ImportModuleError", message, [], f"[ERROR] Runtime.ImportModuleError: {message}")


def syntax(module: str, error: SyntaxError, as_on_aws: Callable[[str], str]) -> Fault:
    """The module of the handler is no Python."""
    message = as_on_aws(f"Syntax error in module '{module}': {error}")
    where = as_on_aws(f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}')
    log = f"[ERROR] Runtime.UserCodeSyntaxError: {message}\nTraceback (most recent call last):\n{where}"
    return Fault("Runtime.UserCodeSyntaxError", message, [where], log)


def no_handler(module: str, name: str) -> Fault:
    """The module has no function of that name."""
    message = f"Handler '{name}' missing on module '{module}'"
    return Fault("Runtime.HandlerNotFound", message, [], f"[ERROR] Runtime.HandlerNotFound: {message}")


def bad_handler(setting: str) -> Fault:
    """The handler setting is not module.function."""
    message = f"Bad handler '{setting}': not enough values to unpack (expected 2, got 1)"
    return Fault("Runtime.MalformedHandlerName", message, [], f"[ERROR] Runtime.MalformedHandlerName: {message}")


def not_json(error: Exception) -> Fault:
    """The handler returned something that JSON cannot hold."""
    message = f"Unable to marshal response: {error}"
    return Fault("Runtime.MarshalError", message, [], f"[ERROR] Runtime.MarshalError: {message}")


def too_large(size: int) -> Fault:
    """The answer is over 6 MB."""
    message = f"Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."
    return Fault("Function.ResponseSizeTooLarge", message, None, f"LAMBDA_RUNTIME {message} It has {size} bytes.")


def exited(error: Exited, request_id: str) -> Fault:
    """The code ended its process: sys.exit, os._exit, quit."""
    how = "Runtime exited without providing a reason"
    if error.status:
        how = f"Runtime exited with error: exit status {error.status}"
    text = f"RequestId: {request_id} Error: {how}"
    return Fault("Runtime.ExitError", text, None, f"{text}\nRuntime.ExitError", ends_environment=True)


def timed_out(request_id: str, seconds: int, moment: str) -> Fault:
    """The handler ran longer than the function's timeout."""
    said = f"Task timed out after {seconds:.2f} seconds"
    message = f"RequestId: {request_id} Error: {said}"
    return Fault("Sandbox.Timedout", message, None, f"{moment} {request_id} {said}", ends_environment=True)
