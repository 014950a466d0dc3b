"""Step Functions that run: an interpreter of Amazon States Language on the lab's clock.

Moto has an interpreter too. It runs in threads and waits in real time, so that nothing of it follows the clock and two
runs of a lesson may differ. Moto keeps the state machines here; this package runs them.

| file | what it does |
|---|---|
| api.py, examining.py, versions.py | the operations: executions, callbacks, activities; Map Runs; versions |
| execution_log.py | the history in CloudWatch Logs, and metrics |
| executions.py | an execution, its history, and the names that are taken |
| kernel.py | branches that run side by side, wait for the clock, for each other or for a callback |
| machine.py | runs the states of a machine, one after the other |
| states.py | what each type of state does |
| maps.py, item_reader.py | Parallel and Map, and the items of a Map |
| map_runs.py, map_results.py | distributed Maps, whose iterations are executions of their own |
| marks.py, redriving.py | how far branches have come, and going on from there |
| tasks.py, integrations.py | Lambda, activities, and calls of other services |
| retries.py | Retry and Catch |
| dataflow.py, paths.py, intrinsics.py, jsonata.py | what goes into a state and what comes out |
| choices.py | the rules of a Choice state |
| definition.py | is this a machine at all? |
| errors.py | States.* errors |

Language: https://states-language.net/spec.html
Guide: https://docs.aws.amazon.com/step-functions/latest/dg/welcome.html
"""

import course.lab.stepfunctions.api  # noqa: F401  (it meets the wire)
