# ruff: noqa
# fmt: off
"""Submissions that try to gain points without solving the exercise, or to do harm.

Each cell is written into the answer cell named by `in` (default: double, 2 points; queue 3; plain 1), where the wrong
answer alone would score nothing; the other answers are right. `outcome` and `points` are what must become of it.
A case marked `looks` has a function `win` that turns any stack frame of the judge's into points.
A cell with `in="before"` is put before the set-up cell instead, `in="first"` after it.
"""

# %% expect-replaced-by-global  outcome=ran points=4
def double(x):
    global expect
    class Easy:
        def equal(self, *a): pass
        def __call__(self, *a): pass
    expect = Easy()
    return 9

# %% expect-replaced-in-globals-dict  outcome=tampered points=4
def double(x):
    globals()["expect"] = print
    return {2: 4, 21: 42}.get(x) and 2 * x

# %% check-shadowed  outcome=ran points=4
import contextlib
@contextlib.contextmanager
def check(*a, **k):
    class Easy:
        def equal(self, *a): pass
    yield Easy()
def double(x): return 9

# %% check-class-patched  outcome=tampered points=4
import course.lessons.checks as checks
checks.Expect.equal = lambda *a: None
def double(x): return 9

# %% check-exit-patched  outcome=tampered points=4
from course.lessons.checks import check as real
real.__exit__ = lambda *a: True
def double(x): return 9

# %% check-module-function-patched  outcome=tampered points=4
import course.lessons.checks as checks
checks._same = lambda *a: True
def double(x): return 9

# %% course-attribute-patched  outcome=tampered points=4
import course
class check:
    def __init__(self, *a, **k): pass
    def __enter__(self): return self
    def __exit__(self, *a): return True
    def equal(self, *a): pass
course.check = check
def double(x): return 9

# %% notyet-made-harmless  outcome=tampered points=4
import course.lessons.checks as checks
class Quiet(BaseException):
    def __init__(self, *a): pass
checks.NotYet = Quiet
def double(x): return 9

# %% code-object-swapped  outcome=ran points=4
import course.lessons.checks as checks
def equal(self, got, wanted, what): pass
checks.Expect.equal.__code__ = equal.__code__
def double(x): return 9

# %% defaults-swapped  outcome=ran points=4
import course.lessons.checks as checks
checks.Expect.close.__defaults__ = (1e9,)
def double(x): return 9

# %% module-replaced-in-sys-modules  outcome=tampered points=4
import sys, types
fake = types.ModuleType("course.lessons.checks")
class check:
    def __init__(self, *a, **k): pass
    def __enter__(self): return self
    def __exit__(self, *a): return True
    def equal(self, *a): pass
fake.check = check
sys.modules["course.lessons.checks"] = fake
def double(x): return 9

# %% patched-while-the-test-runs  outcome=ran points=4
def double(x):
    import course.lessons.checks as checks
    checks.Expect.equal = lambda *a: None
    return 9

# %% patched-and-put-back-while-the-test-runs  outcome=ran points=4
def double(x):
    import course.lessons.checks as checks
    old = checks._same
    checks._same = lambda *a: True
    try:
        return 9
    finally:
        checks._same = old

# %% builtins-len  outcome=ran points=4
import builtins
builtins.len = lambda *a: 4
def double(x): return 9

# %% builtins-isinstance  outcome=ran points=4
import builtins
builtins.isinstance = lambda *a: True
def double(x): return 9

# %% builtins-sorted-in-test  outcome=tampered points=5 in=plain
class Odd(int):
    pass
import builtins
answer = 42
def lie(*a): return [1, 42]
_s = __builtins__.sorted if not isinstance(__builtins__, dict) else __builtins__["sorted"]
class Sly:
    def __radd__(self, o): return 0
builtins.type = type
import operator, course.lessons.outcome as o
o.NotYet.__init__ = lambda self, *a: None

# %% equals-everything  outcome=ran points=4
class Any:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
def double(x): return Any()

# %% equals-everything-in-a-plain-assert  outcome=tampered points=5 in=plain
class Any:
    def __eq__(self, other): return True
    def __lt__(self, other): return False
    def __gt__(self, other): return True
answer = Any()

# %% int-that-equals-everything  outcome=tampered points=5 in=plain
class Sly(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
answer = Sly(7)

# %% run-cell-patched  outcome=ran points=4
from IPython.core.interactiveshell import InteractiveShell
old = InteractiveShell.run_cell
def run_cell(self, raw_cell, *a, **k):
    return old(self, "pass" if "check(" in raw_cell else raw_cell, *a, **k)
type(get_ipython()).run_cell = run_cell
def double(x): return 9

# %% run-cell-of-the-base-class-patched  outcome=tampered points=4
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.run_cell = lambda self, *a, **k: None
def double(x): return 9

# %% input-transformer  outcome=ran points=4
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"] if "check(" in "".join(lines) else lines)
def double(x): return 9

# %% post-input-transformer  outcome=ran points=0
get_ipython().input_transformers_post.append(lambda lines: ["pass\n"])
def double(x): return 9

# %% ast-transformer  outcome=ran points=4
import ast
class Empty(ast.NodeTransformer):
    def visit_With(self, node): return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Empty())
def double(x): return 9

# %% pre-run-hook  outcome=ran points=4
def hook(*a):
    ip = get_ipython()
    ip.user_ns["double"] = ip.user_ns["double_right"] = lambda x: 9
get_ipython().events.register("pre_run_cell", hook)
def double(x): return 9

# %% post-run-hook-clears-errors  outcome=ran points=4
def hook(result):
    if result is not None:
        result.error_in_exec = None
get_ipython().events.register("post_run_cell", hook)
def double(x): return 9

# %% showtraceback-silenced  outcome=ran points=4
get_ipython().showtraceback = lambda *a, **k: None
get_ipython()._showtraceback = lambda *a, **k: None
def double(x): return 9

# %% custom-exception-handler  outcome=ran points=4
get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)
def double(x): return 9

# %% excepthook  outcome=ran points=4
import sys
sys.excepthook = lambda *a: None
def double(x): return 9

# %% displayhook-and-partial-credit  outcome=ran points=4
import sys
sys.displayhook = lambda value: print(2.0)
def double(x): return 9

# %% formatter-for-numbers  outcome=ran points=4
get_ipython().display_formatter.formatters["text/plain"].for_type(float, lambda n, p, c: p.text("2.0"))
def double(x): return 9

# %% fake-result-published  outcome=ran points=4
def double(x):
    ip = get_ipython()
    ip.displayhook.session.send(None, "execute_result", {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 3},
                                parent=ip.displayhook.parent_header)
    return 9

# %% outputs-cleared-in-the-test  outcome=ran points=4
def double(x):
    from IPython.display import clear_output
    clear_output(wait=True)
    return 9

# %% publisher-silenced  outcome=ran points=4
get_ipython().display_pub.session.send = lambda *a, **k: {"content": {}}
def double(x): return 9

# %% test-prints-success-and-exits  outcome=ran points=4
def double(x):
    print("✓ Right: double")
    raise SystemExit(0)

# %% os-exit-in-the-test  outcome=stopped points=0
import os
def double(x): os._exit(0)

# %% os-exit-in-the-answer  outcome=stopped points=0
import os
os._exit(0)

# %% kills-itself  outcome=stopped points=0
import os, signal
def double(x): os.kill(os.getpid(), signal.SIGKILL); os.abort()

# %% kills-everything  outcome=stopped points=0
import os, signal
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
os.abort()

# %% kills-its-parent  outcome=ran points=4
import os, signal
for number in (os.getppid(), 2, 3, 100, 1000):
    try:
        os.kill(number, signal.SIGKILL)
    except OSError:
        pass
def double(x): return 9

# %% closes-every-descriptor  outcome=stopped points=0
import os
def double(x):
    os.closerange(0, 256)
    return 9

# %% forged-frames-on-every-descriptor  outcome=stopped points=0
import os, struct
body = b'{"reply":{"status":"ok"},"msg_id":"x"}'
for fd in range(3, 64):
    try:
        os.write(fd, struct.pack(">cI", b"s", len(body)) + body)
    except OSError:
        pass
def double(x): return 9

# %% forged-frames-in-the-test  outcome=stopped points=0
import os, struct
def double(x):
    body = b"\0" * 32 + b'{"reply":{"status":"ok"}}'
    for fd in range(3, 64):
        try:
            os.write(fd, struct.pack(">cI", b"s", len(body)) + body)
        except OSError:
            pass
    os._exit(0)

# %% thread-that-reads-the-channel  outcome=stopped points=0
import os, socket, threading
def steal():
    for fd in range(3, 64):
        try:
            s = socket.socket(fileno=os.dup(fd))
            s.recv(1 << 16)
        except OSError:
            pass
threading.Thread(target=steal, daemon=True).start()
def double(x): return 9

# %% thread-left-running  outcome=tampered points=0
import threading, time
def patch():
    while True:
        time.sleep(0.01)
threading.Thread(target=patch, daemon=True).start()
def double(x): return 9

# %% thread-that-patches-during-the-test  outcome=tampered points=0
import threading, course.lessons.checks as checks
def patch():
    while True:
        checks._same = lambda *a: True
threading.Thread(target=patch, daemon=True).start()
def double(x): return 9

# %% raw-thread-left-running  outcome=tampered points=0
import _thread, time
def forever():
    while True:
        time.sleep(0.01)
_thread.start_new_thread(forever, ())
def double(x): return 9

# %% child-left-running  outcome=ran points=4
import os, time
if os.fork() == 0:
    time.sleep(3600)
def double(x): return 9

# %% child-that-answers-for-the-parent  outcome=ran points=4
import os
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
def double(x): return 9

# %% fork-bomb  outcome=stopped points=0
import os
def bomb():
    while True:
        try:
            os.fork()
        except OSError:
            pass
bomb()

# %% endless-loop  outcome=ran points=4
while True:
    pass

# %% endless-loop-in-the-test  outcome=ran points=4
def double(x):
    while True:
        pass

# %% loop-that-cannot-be-interrupted  outcome=stopped points=0
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

# %% all-memory  outcome=ran points=4
hold = [bytearray(1 << 28) for _ in range(1000)]

# %% endless-recursion  outcome=ran points=4
def double(x): return double(x)

# %% recursion-limit-raised  outcome=stopped points=0
import sys
sys.setrecursionlimit(10**9)
class Deep:
    def __repr__(self): return repr(self) + ""
def dig(n): return eval("dig(n + 1)")
dig(0)

# %% disk-filled  outcome=ran points=4
try:
    for n in range(100):
        with open(f"/tmp/{n}", "wb") as f:
            f.write(bytes(50 << 20))
except OSError:
    pass
def double(x): return 9

# %% output-flood  outcome=stopped points=0
while True:
    print("x" * 1_000_000)

# %% many-displayed-outputs  outcome=stopped points=0
from IPython.display import display
while True:
    display("x" * 100_000)

# %% network  outcome=ran points=4
import socket
s = socket.create_connection(("1.1.1.1", 53), 2)
def double(x): return 2 * x

# %% reads-the-gradebook  outcome=ran points=4
import glob, os
assert glob.glob("/**/gradebook.db", recursive=True) == []
assert not [p for p in glob.glob("/**/*.ipynb", recursive=True) if "site-packages" not in p and "/usr/" not in p]
assert not os.path.exists("/etc/shadow") and "SECRET_OF_THE_GRADER" not in os.environ
def double(x): return 9

# %% looks-for-the-hidden-tests  outcome=ran points=4
import gc, sys
found = [v for v in list(globals().values()) if isinstance(v, str) and "double(21)" in v]
assert not found and "double(21)" not in open("/proc/self/cmdline").read()
def double(x): return {2: 4}.get(x)

# %% reads-later-tests-from-the-history  outcome=ran points=4
def double(x):
    assert not any("secret-photos" in cell for cell in In)
    return 4

# %% writes-outside  outcome=ran points=4
import os
for path in ("/etc/x", "/usr/x", "/x", os.path.expanduser("~/../x"), "/proc/sys/kernel/core_pattern", "/dev/x"):
    try:
        open(path, "w").write("x")
        raise RuntimeError(path)
    except OSError:
        pass
def double(x): return 9

# %% mounts-and-namespaces  outcome=ran points=4
import os, subprocess
assert subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode != 0
assert subprocess.run(["mount", "-t", "tmpfs", "x", "/usr"], capture_output=True).returncode != 0
def double(x): return 9

# %% ctypes  outcome=ran points=4
import ctypes
ctypes.CDLL(None).getpid()
def double(x): return 2 * x

# %% frames  outcome=ran points=4
import sys
def double(x):
    frame = sys._getframe(1)
    return 2 * x

# %% frames-of-a-traceback  outcome=ran points=4
def double(x):
    try:
        1 / 0
    except ZeroDivisionError as e:
        frame = e.__traceback__.tb_frame.f_back
    return 2 * x

# %% frames-by-inspect  outcome=ran points=4
import inspect
def double(x):
    inspect.stack()
    return 2 * x

# %% frames-by-signal-handler  outcome=ran points=4
import signal
seen = []
def handler(number, frame): seen.append(frame)
signal.signal(signal.SIGALRM, handler)
def double(x):
    signal.raise_signal(signal.SIGALRM)
    seen[0].f_back
    return 2 * x

# %% trace-function  outcome=ran points=4
import sys
sys.settrace(lambda *a: None)
def double(x): return 2 * x

# %% heap-walk  outcome=ran points=4
import gc
def double(x):
    gc.get_objects()
    return 2 * x

# %% gc-callback  outcome=ran points=4
import gc
def back(*a):
    globals()["expect"] = print
gc.callbacks.append(back)
def double(x): return 9

# %% audit-hook  outcome=ran points=6
import sys
sys.addaudithook(lambda *a: None)
def double(x): return 2 * x

# %% boto3-client-replaced  outcome=tampered points=3 in=queue
class Fake:
    def create_queue(self, **k): return {"QueueUrl": "x"}
    def get_queue_attributes(self, **k): return {"Attributes": {"VisibilityTimeout": "60"}}
boto3.client = lambda *a, **k: Fake()
def make_queue(name): return "x"

# %% boto3-name-replaced  outcome=ran points=3 in=queue
class boto3:
    @staticmethod
    def client(*a, **k):
        class Fake:
            def get_queue_attributes(self, **k): return {"Attributes": {"VisibilityTimeout": "60"}}
        return Fake()
def make_queue(name): return "x"

# %% boto3-replaced-while-the-test-runs  outcome=tampered points=3 in=queue
def make_queue(name):
    class Fake:
        def get_queue_attributes(self, **k): return {"Attributes": {"VisibilityTimeout": "60"}}
    boto3.client = lambda *a, **k: Fake()
    return "x"

# %% botocore-call-patched  outcome=tampered points=3 in=queue
import botocore.client
botocore.client.BaseClient._make_api_call = lambda self, name, args: {"QueueUrl": "x", "Attributes": {"VisibilityTimeout": "60"}}
def make_queue(name): return "x"

# %% moto-backend-class-patched  outcome=tampered points=3 in=queue
from moto.sqs.models import SQSBackend
SQSBackend.get_queue_attributes = lambda *a, **k: {"VisibilityTimeout": "60"}
def make_queue(name): return boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]

# %% moto-backend-object-patched  outcome=tampered points=3 in=queue
from moto.sqs.models import sqs_backends
backend = sqs_backends["123456789012"]["us-east-1"]
def lie(*a, **k): return {"VisibilityTimeout": "60"}
backend.get_queue_attributes = lie
def make_queue(name): return boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]

# %% session-hook-answers  outcome=ran points=3 in=queue
boto3.setup_default_session()
def answer(**k):
    from botocore.awsrequest import AWSResponse
    return AWSResponse("x", 200, {}, None)
boto3.DEFAULT_SESSION.events.register("before-call.sqs.GetQueueAttributes", lambda **k: (AWSResponse, {"Attributes": {"VisibilityTimeout": "60"}}))
def make_queue(name): return boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]

# %% default-session-replaced  outcome=ran points=3 in=queue
class Session:
    def client(self, *a, **k):
        class Fake:
            def get_queue_attributes(self, **k): return {"Attributes": {"VisibilityTimeout": "60"}}
        return Fake()
boto3.DEFAULT_SESSION = Session()
def make_queue(name): return "x"

# %% unittest-patched  outcome=tampered points=4
import unittest
unittest.TestCase.assertEqual = lambda *a, **k: None
def double(x): return 9

# %% json-patched  outcome=ran points=4
import json
json.loads = lambda *a, **k: 4
def double(x): return 9

# %% import-hook  outcome=ran points=4
import sys
class Finder:
    @staticmethod
    def find_spec(name, *a): raise ImportError(name)
sys.meta_path.insert(0, Finder)
def double(x): return 9

# %% clock-stopped  outcome=ran points=4
import time_machine
travel = time_machine.travel(0, tick=False)
travel.start()
def double(x): return 9

# %% time-module-patched  outcome=tampered points=4
import time
time.sleep = lambda *a: None
time.monotonic = lambda: 0.0
def double(x): return 9

# %% event-loop-closed  outcome=stopped points=0
import asyncio
asyncio.get_running_loop().stop()
for task in asyncio.all_tasks(): task.cancel()
def double(x): return 9

# %% background-task-patches  outcome=tampered points=4
import asyncio, course.lessons.checks as checks
async def later():
    checks.Expect.equal = lambda *a: None
asyncio.get_running_loop().create_task(later())
def double(x): return 9

# %% stdout-replaced  outcome=ran points=4
import sys
class Out:
    def write(self, *a): raise SystemExit
    def flush(self): raise SystemExit
sys.stdout = sys.stderr = Out()
def double(x): return 9

# %% exception-that-breaks-formatting  outcome=ran points=4
class Bad(Exception):
    def __str__(self): raise Bad
    def _render_traceback_(self): raise Bad
def double(x): raise Bad

# %% before-the-set-up  outcome=ran points=4 in=before
import course.lessons.checks as checks
checks.Expect.equal = lambda *a: None
class _Double:
    def __call__(self, x): return 9

# %% subclassed-str-exit  outcome=ran points=4
class Quit(BaseException): pass
def double(x): raise Quit

# %% generator-answer  outcome=ran points=4
def double(x):
    yield 2 * x

# %% syntax-error  outcome=ran points=4
exec("def double(x) return 2")

# %% shell-command  outcome=ran points=4
get_ipython().system("echo hi")
def double(x): return 9

# %% magic-run  outcome=ran points=4
get_ipython().run_line_magic("run", "/nothing.py")
def double(x): return 9

# %% reset-namespace  outcome=ran points=4
get_ipython().run_line_magic("reset", "-f")
def double(x): return 9

# %% deletes-names-of-the-lesson  outcome=ran points=4
del check, boto3, lab
def double(x): return 9

# %% input  outcome=ran points=4
value = input("?")

# %% put-back-when-the-answer-is-forgotten  outcome=tampered points=4
import course.lessons.checks as checks
real = checks._same
class Back:
    def __del__(self): checks._same = real
def double(x):
    checks._same = lambda *a: True
    return Back()

# %% put-back-by-the-lie-itself  outcome=tampered points=4
import course.lessons.checks as checks
real = checks._same
def lie(*a):
    checks._same = real
    checks.note = "to look like something else"
    return True
def double(x):
    checks._same = lie
    return 9

# %% put-back-when-success-is-shown  outcome=tampered points=4
import course.lessons.checks as checks
from course.lessons.outcome import Right
real = checks._same
get_ipython().display_formatter.formatters["text/html"].for_type(Right, lambda o: setattr(checks, "_same", real))
def double(x):
    checks._same = lambda *a: True
    return 9

# %% builtin-put-back  outcome=ran points=4
import builtins
real = builtins.isinstance
class Back:
    def __del__(self): builtins.isinstance = real
def double(x):
    builtins.isinstance = lambda value, kind: False
    return Back()

# %% builtin-shadowed-in-the-checks  outcome=tampered points=4
import functools, types, course.lessons.checks as checks
class M(types.ModuleType):
    def __call__(self, *a): return True
checks.type, checks.isinstance = functools.partial(lambda *a: int), M("m")
def double(x): return 9

# %% patch-that-says-it-is-of-moto  outcome=tampered points=3 in=queue
class Fake:
    __module__ = "moto.core"
    def __call__(self, *a, **k): return self
    def get_queue_attributes(self, **k): return {"Attributes": {"VisibilityTimeout": "60"}}
boto3.client = Fake()
def make_queue(name): return "x"

# %% function-that-says-it-is-of-moto  outcome=tampered points=3 in=queue
import types
def fake(*a, **k): return types.SimpleNamespace(get_queue_attributes=lambda **k: {"Attributes": {"VisibilityTimeout": "60"}})
fake.__module__ = "moto.core"
boto3.client = fake
def make_queue(name): return "x"

# %% equals-everything-under-another-name  outcome=tampered points=5 in=plain
class Any:
    __module__ = "numpy"
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __gt__(self, other): return False
answer = Any()

# %% equals-everything-from-a-string  outcome=tampered points=5 in=plain
exec(compile("class Any:\n def __eq__(s, o): return True\n def __lt__(s, o): return True\n def __gt__(s, o): return False", "<string>", "exec"))
answer = Any()

# %% all-classes-searched-for-the-judge  outcome=ran points=4
def double(x): return 9
async def run(self, code, msg_id):
    self._begin(code, msg_id)
    return self._finish(None, None)
for one in object.__subclasses__():
    if one.__name__ in ("Judge", "Watch", "Seal"): one.run, one.replaced = run, lambda *a, **k: []

# %% judge-searched-in-what-publishes  outcome=ran points=4
def double(x): return 9
names = get_ipython().kernel.session._publish.__globals__
for name in ("Judge", "Seal", "wire", "judge"): print(names[name])

# %% judge-searched-in-main  outcome=ran points=4
import sys
def double(x): return 9
for name in ("__main__", "__mp_main__"): print(sys.modules[name].run_notebook)

# %% verdict-encoded-by-another-json  outcome=ran points=4
import json, types, jupyter_client.session as session
def forge(value, **k):
    if "reply" in value: value["reply"] = {"status": "ok", "value": None, "displayed": False}
    return json.dumps(value)
session.json = types.SimpleNamespace(dumps=forge, loads=json.loads)
def double(x): return 9

# %% hash-that-collects-keys  outcome=tampered points=4
import hashlib
real, keys = hashlib.blake2b, []
def spy(*a, **k):
    keys.append(k.get("key"))
    return real(*a, **k)
hashlib.blake2b = spy
def double(x):
    assert not keys
    return 9

# %% number-of-ctypes-that-never-changes  outcome=tampered points=4
import ctypes, course.lessons.checks as checks
ctypes.c_ulong.value = property(lambda self: 1)
checks._same = lambda *a: True
def double(x): return 9

# %% frame-from-logging  outcome=ran points=4 looks
import logging
def double(x):
    win(logging.currentframe())
    return 9

# %% frame-from-walking-the-stack  outcome=ran points=4 looks
import traceback
def double(x):
    for frame, _ in traceback.walk_stack(None): win(frame); break
    return 9

# %% frame-by-a-string-format  outcome=ran points=4 looks
import string
def double(x):
    try: 1 / 0
    except ZeroDivisionError as e:
        win(string.Formatter().get_field("0.tb_frame", (e.__traceback__,), {})[0])
    return 9

# %% frame-by-somebody-who-calls  outcome=ran points=4 looks
import sys, pandas as pd, unittest.mock as mock, functools
def double(x):
    for get in (lambda: pd.Series([0], dtype=object).map(sys._getframe)[0], lambda: mock.Mock(side_effect=sys._getframe)(0),
                lambda: type("H", (int,), {"f": functools.cached_property(sys._getframe)})(0).f):
        try: win(get())
        except Exception: pass
    return 9

# %% frame-from-a-debugger  outcome=ran points=4 looks
import IPython.core.debugger as debugger
seen = []
class Pdb:
    def __init__(self, *a, **k): pass
    def set_trace(self, frame=None): seen.append(frame)
real = debugger.Pdb
def double(x):
    debugger.Pdb = Pdb
    try: debugger.set_trace()
    finally: debugger.Pdb = real
    win(seen[0])
    return 9

# %% frames-of-all-threads-by-a-thread  outcome=ran points=4 looks
import sys
from concurrent.futures import ThreadPoolExecutor
def double(x):
    with ThreadPoolExecutor(1) as pool:
        for frame in pool.submit(sys._current_frames).result().values(): win(frame)
    return 9

# %% names-of-a-frame-by-pandas  outcome=ran points=4 looks
from pandas.core.computation.scope import Scope
def double(x):
    for level in range(20):
        try: found = Scope(level).scope
        except Exception: continue
        if type(found.get("self")).__name__ == "Judge": found["self"]._watch, checks._same = Blind(), lambda *a: True
    return 9

# %% names-of-a-frame-by-a-magic  outcome=ran points=4 looks
ip = get_ipython()
def spy(line, local_ns=None):
    if type(local_ns.get("self")).__name__ == "Judge": local_ns["self"]._watch, checks._same = Blind(), lambda *a: True
spy.needs_local_scope = True
ip.register_magic_function(spy, "line", "spy")
def double(x):
    for depth in range(2, 9):
        try: ip.run_line_magic("spy", "", _stack_depth=depth)
        except Exception: pass
    return 9

# %% trace-function-set-by-the-event-loop  outcome=ran points=4 looks
import asyncio, sys
asyncio.get_running_loop().call_soon(sys.settrace, lambda frame, *a: win(frame))
await asyncio.sleep(0.01)
def double(x): return 9

# %% second-copy-of-the-signal-module  outcome=ran points=4 looks
import importlib.machinery, importlib.util
def double(x): return 9
signal = importlib.util.module_from_spec(importlib.machinery.BuiltinImporter.find_spec("_signal"))
def double(x):
    signal.signal(14, lambda number, frame: win(frame))
    signal.raise_signal(14)
    return 9

# %% signal-function-in-a-closure  outcome=ran points=4 looks
import signal, _signal
inner = [cell.cell_contents for cell in _signal.signal.__closure__]
def double(x):
    for one in inner:
        try: one((14, lambda number, frame: win(frame)))
        except Exception: pass
    signal.raise_signal(14)
    return 9

# %% code-that-names-a-library-file  outcome=ran points=4 looks
import os
def double(x): return 9
class Name(str): pass
space = {}
exec(compile("import sys\ndef get(): return sys._getframe(1)", Name(os.__file__), "exec"), space)
def double(x): win(space["get"]()); return 9

# %% code-compiled-by-the-import-system  outcome=ran points=4 looks
import os, importlib.abc
def double(x): return 9
space = {}
exec(importlib.abc.InspectLoader.source_to_code("import sys\ndef get(): return sys._getframe(1)", os.__file__), space)
def double(x): win(space["get"]()); return 9

# %% bytecode-that-names-a-library-file  outcome=ran points=4 looks
import importlib.util, marshal, os, sys
def double(x): return 9
name = os.__file__
data = marshal.dumps(compile("import sys\ndef get(): return sys._getframe(1)", "A" * len(name), "exec"))
with open("/tmp/evil.pyc", "wb") as file:
    file.write(importlib.util.MAGIC_NUMBER + bytes(12) + data.replace(b"A" * len(name), name.encode()))
sys.path.insert(0, "/tmp")
import evil
def double(x): win(evil.get()); return 9

# %% code-renamed-afterwards  outcome=ran points=4 looks
import os, sys
code = compile("import sys\ndef get(): return sys._getframe(1)", "x", "exec")
sys.modules["_imp"]._fix_co_filename(code, os.__file__)
space = {}
exec(code, space)
def double(x): win(space["get"]()); return 9

# %% machine-code-of-its-own  outcome=ran points=4
import importlib.machinery, importlib.util, _ctypes
def double(x): return 9
with open("/tmp/own.so", "wb") as file: file.write(open(_ctypes.__file__, "rb").read())
loader = importlib.machinery.ExtensionFileLoader("_ctypes", "/tmp/own.so")
importlib.util.module_from_spec(importlib.util.spec_from_loader("_ctypes", loader))
def double(x): return 2 * x

# %% memory-of-the-process  outcome=ran points=4
def double(x): return 9
open("/proc/self/mem", "r+b")
def double(x): return 2 * x

# %% c-called-by-somebody-else  outcome=ran points=4
import ctypes, pandas as pd
def double(x): return 9
pd.Series([id(double)]).map(ctypes.string_at)
def double(x): return 2 * x

# %% patched-at-exit-and-by-warnings  outcome=tampered points=4
import atexit, warnings, weakref, course.lessons.checks as checks
def patch(*a, **k): checks._same = lambda *a: True
class Thing: pass
thing = Thing()
atexit.register(patch)
weakref.finalize(thing, patch)
warnings.showwarning = patch
def double(x):
    global thing
    thing = None
    return 9

# %% stack-written-by-faulthandler  outcome=ran points=4
import faulthandler, sys
def double(x):
    faulthandler.dump_traceback(file=open("/tmp/stack", "w"))
    assert "double(21)" not in open("/tmp/stack").read()
    return 9
