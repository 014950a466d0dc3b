"""A private, simulated AWS account inside this Python process.

>>> from course import lab
>>> lab.start()          # after this, plain boto3.client("sqs") talks to the lab and to nothing else
>>> lab.clock.advance(minutes=5)
>>> lab.reset()          # an empty account again
"""

from course.lab.account import ACCOUNT_ID, reset, start, stop, unique_name
from course.lab.call_log import calls, watching
from course.lab.clock import clock
from course.lab.wire import Unsupported

__all__ = ["ACCOUNT_ID", "Unsupported", "calls", "clock", "reset", "start", "stop", "unique_name", "watching"]
