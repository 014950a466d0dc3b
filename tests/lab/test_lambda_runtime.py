"""The learner's handler runs in this process, and nothing it does can hurt the process."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import boto3
import pytest

from course import lab
from tests.lab.lambda_sample import account, archive, call, log, make, role


@pytest.fixture(autouse=True)
def _account():
    with account():
        yield


def fault(source, **settings):
    make(source, **settings)
    answer = boto3.client("lambda").invoke(FunctionName="worker")
    assert answer["FunctionError"] == "Unhandled" and answer["StatusCode"] == 200
    return json.loads(answer["Payload"].read())


def test_a_handler_gets_the_event_and_gives_its_result():
    make("def handler(event, context): return {'sum': sum(event)}")
    assert call(event=[1, 2, 3]) == {"sum": 6}


def test_the_context_tells_about_the_invocation():
    make("""
        def handler(event, context):
            return [context.function_name, context.function_version, context.invoked_function_arn,
                    context.memory_limit_in_mb, len(context.aws_request_id), context.log_group_name,
                    context.get_remaining_time_in_millis()]
    """, MemorySize=256, Timeout=10)  # fmt: skip
    *facts, left = call(Qualifier="$LATEST")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:worker:$LATEST"
    assert facts == ["worker", "$LATEST", arn, "256", 36, "/aws/lambda/worker"]
    assert 9_000 < left <= 10_000


def test_remaining_time_follows_the_clock_of_the_lab():
    make("""
        from course import lab
        def handler(event, context):
            before = context.get_remaining_time_in_millis()
            lab.clock.advance(seconds=2)
            return before - context.get_remaining_time_in_millis()
    """, Timeout=5)  # fmt: skip
    assert 2_000 <= call() < 2_900


def test_environment_variables_exist_only_during_the_call():
    make("import os\ndef handler(e, c): return os.environ['COLOUR'], os.environ['AWS_LAMBDA_FUNCTION_NAME']",
         Environment={"Variables": {"COLOUR": "red"}})  # fmt: skip
    lab.clock.advance(seconds=0)  # the clock's first step sets TZ
    before = dict(os.environ), list(sys.path), Path.cwd(), set(sys.modules)
    assert call() == ["red", "worker"]
    assert (dict(os.environ), list(sys.path), Path.cwd()) == before[:3]
    assert "app" not in set(sys.modules) - before[3]


def test_the_code_runs_as_the_functions_role():
    make("import boto3\ndef handler(e, c): return boto3.client('sts').get_caller_identity()['Arn']")
    assert call() == "arn:aws:sts::123456789012:assumed-role/worker/worker"
    assert boto3.client("sts").get_caller_identity()["Arn"] != call()


def test_enforced_iam_asks_the_role_for_permission():
    source = """
        import boto3
        from botocore.exceptions import ClientError
        def handler(event, context):
            try:
                return boto3.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"]
            except ClientError as error:
                return error.response["Error"]["Code"]
    """
    make(source)
    with lab.enforce_iam():
        assert call() == "AccessDenied"
    statement = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").put_role_policy(RoleName="worker", PolicyName="p", PolicyDocument=policy)
    with lab.enforce_iam():
        assert call() == 200


def test_module_state_lives_between_warm_calls_and_ends_with_a_change():
    make("n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n")
    assert [call(), call()] == [1, 2]
    boto3.client("lambda").update_function_configuration(FunctionName="worker", MemorySize=512)
    assert call() == 1
    code = archive({"app.py": "def handler(e, c): return 'new'"})
    boto3.client("lambda").update_function_code(FunctionName="worker", ZipFile=code)
    assert call() == "new"


def test_functions_with_the_same_module_name_do_not_meet():
    make("def handler(e, c): return 'one'", "one")
    make("def handler(e, c): return 'two'", "two")
    assert [call("one"), call("two"), call("one")] == ["one", "two", "one"]


def test_a_layer_may_be_made_for_a_version_of_python():
    packed = archive({"python/lib/python3.13/site-packages/shop.py": "VAT = 19"})
    layer = boto3.client("lambda").publish_layer_version(LayerName="shop", Content={"ZipFile": packed})
    text = "import shop\ndef handler(e, c): return shop.VAT"
    make(text, Layers=[layer["LayerVersionArn"]])
    make(text, "older", Runtime="python3.12", Layers=[layer["LayerVersionArn"]])
    assert call() == 19
    assert call("older")["errorType"] == "Runtime.ImportModuleError"


def test_layers_are_on_the_path():
    client = boto3.client("lambda")
    layer = client.publish_layer_version(
        LayerName="tools", Content={"ZipFile": archive({"python/shop.py": "VAT = 19"})}
    )
    make("import shop\ndef handler(e, c): return shop.VAT", Layers=[layer["LayerVersionArn"]])
    assert call() == 19


def test_several_files_and_a_relative_file():
    files = {
        "shop/__init__.py": "",
        "shop/tax.py": "def handler(e, c): return open('rate.txt').read()",
        "rate.txt": "19",
    }
    boto3.client("lambda").create_function(FunctionName="worker", Role=role(), Runtime="python3.13",
                                           Handler="shop.tax.handler", Code={"ZipFile": archive(files)})  # fmt: skip
    assert call() == "19"


def test_tmp_stays_while_warm_is_empty_when_cold_and_is_not_the_computers():
    make("""
        import pathlib
        def handler(e, c):
            file = pathlib.Path("/tmp/lab-test-count.txt")
            file.write_text(file.read_text() + "x" if file.exists() else "x")
            return file.read_text()
    """)
    assert [call(), call()] == ["x", "xx"]
    assert not Path("/tmp/lab-test-count.txt").exists()
    boto3.client("lambda").update_function_configuration(FunctionName="worker", Timeout=5)
    assert call() == "x"


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "while True:\n        try:\n            x = 1\n        except Exception: pass",
        "while True:\n        try:\n            while True: pass\n        except: pass",
    ],
    ids=["endless", "catches-exceptions", "catches-everything"],
)
def test_an_endless_loop_ends_at_the_timeout(body):
    threads = threading.active_count()
    began = time.monotonic()
    answer = fault(f"def handler(event, context):\n    {body}", Timeout=1)
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert time.monotonic() - began < 25
    deadline = time.monotonic() + 20
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= threads + (body.count("except:") > 0)


def test_a_sleep_moves_the_clock_instead_of_waiting():
    make("import time\ndef handler(e, c):\n    time.sleep(600)\n    return 'rested'", Timeout=900)
    began, moment = time.monotonic(), lab.clock.now()
    assert call() == "rested"
    assert time.monotonic() - began < 60 and (lab.clock.now() - moment).total_seconds() >= 600


def test_a_sleep_beyond_the_timeout_times_out_at_once():
    began = time.monotonic()
    assert (
        "Task timed out after 3.00 seconds" in fault("import time\ndef handler(e, c): time.sleep(60)")["errorMessage"]
    )
    assert time.monotonic() - began < 30
    assert any("Task timed out after 3.00 seconds" in line for line in log())


def test_a_machine_that_is_busy_with_other_things_does_not_time_out_a_handler():
    wait = "import threading\ndef handler(e, c):\n    threading.Event().wait(1.5)\n    return 'done'"
    make(wait, Timeout=1)
    assert call() == "done"


def test_pushing_the_clock_past_the_timeout_times_out():
    source = "from course import lab\ndef handler(e, c):\n    lab.clock.advance(minutes=1)\n    return 1"
    assert fault(source)["errorType"] == "Sandbox.Timedout"


def test_after_a_timeout_the_environment_is_new():
    make(
        "import time\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n"
        "    time.sleep(9 if e.get('loop') else 0)\n    return n"
    )
    call()
    call(event={"loop": True})
    assert call() == 1


def test_an_exception_comes_in_the_shape_of_aws():
    answer = fault("def handler(event, context):\n    raise ValueError('no stock')")
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "no stock")
    assert len(answer["requestId"]) == 36
    assert answer["stackTrace"][0].startswith('  File "/var/task/app.py", line 2, in handler\n')
    assert any(line.startswith("[ERROR] ValueError: no stock\nTraceback") for line in log())


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("import sys\ndef handler(e, c): sys.exit(3)", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("import os\ndef handler(e, c): os._exit(0)", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("import os\ndef handler(e, c): os.abort()", "Runtime.ExitError", "exit status 134"),
        ("import os\ndef handler(e, c): os.kill(os.getpid(), 9)", "Runtime.ExitError", "exit status 137"),
        ("import signal\ndef handler(e, c): signal.raise_signal(15)", "Runtime.ExitError", "exit status 143"),
        ("import sys\nsys.exit(1)", "Runtime.ExitError", "exit status 1"),
        ("def handler(e, c): return handler(e, c)", "RecursionError", "maximum recursion depth exceeded"),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef handler(e, c): handler(e, c)", "RecursionError", ""),
        ("def handler(e, c): return {1, 2}", "Runtime.MarshalError", "Object of type set is not JSON serializable"),
        ("def handler(e, c): return 'x' * 7_000_000", "Function.ResponseSizeTooLarge", "6291556 bytes"),
        ("def handle(e, c): return 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("import boto4", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'boto4'"),
        ("def handler(e, c) return 1", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("def handler(e): return 1", "TypeError", "takes 1 positional argument"),
    ],
)  # fmt: skip
def test_faults_give_what_aws_gives_and_the_next_function_runs(source, kind, message):
    answer = fault(source, Timeout=10)
    assert answer["errorType"] == kind
    assert message in answer["errorMessage"]
    make("def handler(e, c): return 'alive'", "other")
    assert call("other") == "alive"


def test_recursion_through_c_ends_in_python():
    source = """
        import sys
        sys.setrecursionlimit(10**9)
        class Doll:
            def __repr__(self): return repr([self])
        def handler(event, context): return repr(Doll())
    """
    assert fault(source, Timeout=10)["errorType"] == "RecursionError"


@pytest.fixture
def listens_to_interrupts():
    """A process that was started in the background of a script ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listens_to_interrupts")
def test_an_interrupt_of_the_notebook_stops_the_handler_and_stays_an_interrupt():
    import _thread

    make("def handler(e, c):\n    while True: pass", Timeout=60)
    threads = threading.active_count()
    stopped = threading.Event()

    def interrupt():
        patience = 0.5
        while not stopped.wait(patience):  # Python loses an interrupt that comes while it takes an object down
            _thread.interrupt_main()
            patience = 3

    somebody = threading.Thread(target=interrupt)
    somebody.start()
    with pytest.raises(KeyboardInterrupt):
        boto3.client("lambda").invoke(FunctionName="worker")
    stopped.set()
    somebody.join()
    deadline = time.monotonic() + 20
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= threads


def test_a_handler_that_computes_for_ever_does_not_hold_the_notebook_for_its_whole_timeout(monkeypatch):
    from course.lab.lambda_runtime import stoppable

    monkeypatch.setattr(stoppable, "_LONGEST", 1.0)
    moment = lab.clock.now()
    answer = fault("def handler(e, c):\n    while True: pass", Timeout=900)
    assert answer["errorType"] == "Sandbox.Timedout"
    assert (lab.clock.now() - moment).total_seconds() >= 900


def test_a_handler_setting_without_a_dot():
    assert fault("", Handler="handler")["errorMessage"].startswith("Bad handler 'handler'")


def test_a_missing_module():
    assert "Unable to import module 'nowhere'" in fault("", Handler="nowhere.handler")["errorMessage"]


def test_print_and_logging_reach_the_log_and_not_the_notebook(capsys):
    make("""
        import logging
        logging.getLogger().setLevel(logging.INFO)
        def handler(e, c):
            print("printed")
            logging.info("noted")
            logging.debug("hidden")
    """)
    call()
    lines = log()
    assert "printed" in lines
    assert any(line.startswith("[INFO]\t") and line.endswith("\tnoted") for line in lines)
    assert not any("hidden" in line for line in lines)
    assert "printed" not in capsys.readouterr().out


def test_the_log_has_start_end_and_report_lines():
    make()
    call()
    kinds = [line.split()[0] for line in log()]
    assert kinds == ["INIT_START", "START", "GOT", "END", "REPORT"]
    assert "Billed Duration" in log()[-1] and "Memory Size: 128 MB" in log()[-1] and "Init Duration" in log()[-1]
    call()
    assert "Init Duration" not in log()[-1]


def test_the_tail_of_the_log_comes_with_the_answer():
    import base64

    make()
    answer = boto3.client("lambda").invoke(FunctionName="worker", LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert "GOT {}" in tail and "REPORT RequestId" in tail
    assert "LogResult" not in boto3.client("lambda").invoke(FunctionName="worker")


def test_a_function_can_invoke_another():
    make("def handler(e, c): return e['n'] * 2", "double")
    make("""
        import boto3, json
        def handler(e, c):
            answer = boto3.client("lambda").invoke(FunctionName="double", Payload=json.dumps({"n": 21}))
            return json.load(answer["Payload"])
    """)
    assert call() == 42


def test_threads_of_a_handler_may_invoke_too():
    make("def handler(e, c): return 1", "one")
    make("""
        import boto3, json
        from concurrent.futures import ThreadPoolExecutor
        client = boto3.client("lambda")
        def one(_): return json.load(client.invoke(FunctionName="one")["Payload"])
        def handler(e, c):
            with ThreadPoolExecutor(3) as pool:
                return sum(pool.map(one, range(3)))
    """, Timeout=20)  # fmt: skip
    assert call() == 3


def test_an_idle_lab_has_no_threads_of_its_own():
    make()
    before = threading.active_count()
    call()
    assert threading.active_count() == before


def test_other_runtimes_are_named_as_unsupported():
    make(Runtime="nodejs22.x")
    with pytest.raises(lab.Unsupported, match="Python functions"):
        call()


def test_a_handler_waits_for_a_thread_that_cannot_start_at_once(monkeypatch):
    make("def handler(event, context): return 'ran'")
    start, failures = threading._start_new_thread, iter([RuntimeError("can't start new thread")] * 2)

    def scarce(*arguments):
        for failure in failures:
            raise failure
        return start(*arguments)

    monkeypatch.setattr(threading, "_start_new_thread", scarce)
    assert call() == "ran"
    assert next(failures, None) is None
