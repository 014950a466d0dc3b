"""AbortEnvironmentUpdate and SwapEnvironmentCNAMEs.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.cancel.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.CNAMESwap.html

AWS takes a moment for a swap; the lab swaps at once. Who has looked the name up before keeps what it was told until the
time to live is over, in the lab as on AWS.
"""

from __future__ import annotations

from course.lab.beanstalk.store import Environment, kept
from course.lab.service import Call, Refusal, serve


def _abort(call: Call) -> None:
    env = _find(call)
    if env.status != "Updating" or env.aborting:
        raise Refusal("InvalidParameterValue", f"Environment named {env.name} is in an invalid state for this "
                      "operation. Must be Updating.")  # fmt: skip
    env.say("abortEnvironmentUpdate is starting.")
    env.aborting = True


def _swap(call: Call) -> None:
    one, other = _find(call, "Source"), _find(call, "Destination")
    if one is other:
        raise Refusal("InvalidParameterValue", "The source and destination environments must not be the same.")
    for env in (one, other):
        if env.status != "Ready":
            raise Refusal("InvalidParameterValue", f"Environment named {env.name} is in an invalid state for this "
                          "operation. Must be Ready.")  # fmt: skip
        if env.tier != "WebServer":
            raise Refusal("InvalidParameterValue", f"Environment named {env.name} has no CNAME: it is a worker.")
    for env in (one, other):
        env.say(f"Swapping CNAMEs for environments '{one.name}' and '{other.name}'.")
    one.cname, other.cname = other.cname, one.cname
    for env in (one, other):
        env.say(f"Completed swapping CNAMEs for environments '{one.name}' and '{other.name}'.")


def _find(call: Call, which: str = "") -> Environment:
    name, env_id = (call.given.get(f"{which}Environment{part}") for part in ("Name", "Id"))
    if not name and not env_id:
        raise Refusal("MissingParameter", f"You must specify {which}EnvironmentId or {which}EnvironmentName.")
    for env in kept(call.place).alive:
        if name in (None, env.name) and env_id in (None, env.env_id):
            return env
    raise Refusal("InvalidParameterValue", f"No Environment found for EnvironmentName = '{name or env_id}'.")


serve("elastic-beanstalk", {
    "AbortEnvironmentUpdate": _abort, "SwapEnvironmentCNAMEs": _swap,
}, api="elasticbeanstalk")  # fmt: skip
