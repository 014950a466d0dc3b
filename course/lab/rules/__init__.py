"""What AWS refuses and moto lets pass, judged by the request and, where needed, by the account.

| file | what it holds |
|---|---|
| model.py | lengths, ranges, values and patterns that botocore's service models state, where services check them |
| table.csv | limits of one parameter that no model states, each with error code, message and source |
| requests.py | rules over several parameters of one request |
| watching.py | rules of metrics, alarms and logs |
| register.py | rules by the operation that they judge |
| account.py | rules that look at what is in the account |
| records.py | batches of DNS records |
"""

from __future__ import annotations

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation)
    if call is None:
        return None
    from course.lab.rules import account, model, records, requests, table, watching

    name = call.model.service_model.service_name
    for checked_by in (model.broken, table.broken, requests.broken, watching.broken, account.broken, records.broken):
        reply: Reply | None = checked_by(call, request)
        if reply is not None:
            return answer(request, name, call.protocol, reply)[0]
    return None
