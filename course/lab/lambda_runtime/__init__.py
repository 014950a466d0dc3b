"""Runs the learner's Lambda handlers inside this process. Knows nothing of moto: it is given code and settings.

unpack.py puts code on disk, environment.py is one execution environment, stoppable.py runs and ends a handler,
faults.py says what AWS answers when it fails, capture.py collects what it prints, invocation.py puts them together.
"""
