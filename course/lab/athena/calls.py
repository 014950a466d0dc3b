"""The operations of Athena's API that the lab answers; moto keeps work groups, named queries and data catalogues.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random

from course.lab.asked import asked
from course.lab.athena import objects, work_groups
from course.lab.athena.catalogue import Catalogue
from course.lab.athena.executions import Query, described, run
from course.lab.athena.reasons import Refused
from course.lab.athena.results import result_set
from course.lab.clock import clock
from course.lab.paging import InvalidToken, page
from course.lab.place import place_of
from course.lab.wire import answer_first, json_answer, json_error

_MOST_ROWS: Final = 1000


@answer_first
def _athena(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "athena" else None
    if call is None or operation not in _ANSWERS:
        return None
    try:
        return json_answer(request, _ANSWERS[operation](request, dict(call.params)))
    except Refused as refusal:
        return json_error(request, "InvalidRequestException", str(refusal))


def _queries(request: AWSPreparedRequest) -> dict[str, Query]:
    """The queries of this account and Region, kept on moto's own object."""
    backend = place_of(request).backend("athena")
    kept: dict[str, Query] = backend.__dict__.setdefault("lab_queries", {})
    return kept


def _query(request: AWSPreparedRequest, given: dict[str, Any]) -> Query:
    found = _queries(request).get(given["QueryExecutionId"])
    if found is None:
        raise Refused(f"QueryExecution {given['QueryExecutionId']} was not found")
    return found


def _group(request: AWSPreparedRequest, given: dict[str, Any]) -> Any:
    group = place_of(request).backend("athena").work_groups.get(given.get("WorkGroup") or "primary")
    if group is None:
        raise Refused(f"WorkGroup {given['WorkGroup']} is not found.")
    return group


def _update_group(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    work_groups.update(_group(request, given), given)
    return {}


def _start(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    group = _group(request, given)
    work_groups.refuse_disabled(group)
    settings = group.configuration or {}
    query = Query(
        id=str(mock_random.uuid4()),
        sql=given["QueryString"],
        database=((given.get("QueryExecutionContext") or {}).get("Database") or "default").lower(),
        workgroup=group.name,
        output=_output(settings, given),
        parameters=list(given.get("ExecutionParameters") or []),
        cutoff=settings.get("BytesScannedCutoffPerQuery"),
    )
    queries = _queries(request)
    run(query, Catalogue(place_of(request)), _earlier(queries, query, given))
    queries[query.id] = query
    return {"QueryExecutionId": query.id}


def _output(settings: dict[str, Any], given: dict[str, Any]) -> str:
    """Where the result goes: the work group's place if it insists or the client names none."""
    of_group = (settings.get("ResultConfiguration") or {}).get("OutputLocation")
    of_client = (given.get("ResultConfiguration") or {}).get("OutputLocation")
    insists = settings.get("EnforceWorkGroupConfiguration", True)
    place: str = ((of_group or of_client) if insists else (of_client or of_group)) or ""
    if not place:
        raise Refused("No output location provided. An output location is required either through the Workgroup result "
                      "configuration setting or as an API input.")  # fmt: skip
    bucket, _ = objects.address(place)
    if not place.startswith("s3://") or not objects.exists(bucket):
        raise Refused(f"Unable to verify/create output bucket {bucket}")
    return place if place.endswith("/") else place + "/"


def _earlier(queries: dict[str, Query], query: Query, given: dict[str, Any]) -> Query | None:
    """A result that may be used again. https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html"""
    wish = (given.get("ResultReuseConfiguration") or {}).get("ResultReuseByAgeConfiguration") or {}
    if not wish.get("Enabled"):
        return None
    oldest = clock.now().timestamp() - 60 * wish.get("MaxAgeInMinutes", 60)
    same = ("sql", "database", "workgroup", "parameters")
    for one in reversed(list(queries.values())):
        fits = all(getattr(one, name) == getattr(query, name) for name in same)
        if fits and one.end == "SUCCEEDED" and one.statement.kind == "query" and not one.reused and one.began >= oldest:
            return one
    return None


def _get(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    query = _query(request, given)
    query.looks += 1
    return {"QueryExecution": described(query)}


def _batch_get(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    queries = _queries(request)
    known = [queries[one] for one in given["QueryExecutionIds"] if one in queries]
    for query in known:
        query.looks += 1
    missing = [{"QueryExecutionId": one} for one in given["QueryExecutionIds"] if one not in queries]
    return {"QueryExecutions": [described(one) for one in known], "UnprocessedQueryExecutionIds": missing}


def _results(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    query = _query(request, given)
    if query.state in ("QUEUED", "RUNNING"):
        raise Refused(f"Query has not yet finished. Current state: {query.state}")
    if query.state != "SUCCEEDED":
        raise Refused(f"Query did not finish successfully. Final query state: {query.state}")
    most = given.get("MaxResults") or _MOST_ROWS
    if not 1 <= most <= _MOST_ROWS:
        raise Refused(f"MaxResults is more than maximum allowed length {_MOST_ROWS}.")
    try:
        rows, more = result_set(query.result, given.get("NextToken"), most)
    except InvalidToken:
        raise Refused("NextToken is not valid") from None
    return {"UpdateCount": 0, "ResultSet": rows, **more}


def _stop(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    query = _query(request, given)
    if query.state in ("QUEUED", "RUNNING"):
        query.end, query.reason, query.looks = "CANCELLED", "Query cancelled by user", 2
    return {}


def _list(request: AWSPreparedRequest, given: dict[str, Any]) -> dict[str, Any]:
    wanted = given.get("WorkGroup") or "primary"
    ids = [one.id for one in reversed(list(_queries(request).values())) if one.workgroup == wanted]
    shown, more = page(ids, given.get("NextToken"), given.get("MaxResults") or 50)
    return {"QueryExecutionIds": shown, **more}


_ANSWERS: Final = {
    "StartQueryExecution": _start,
    "GetQueryExecution": _get,
    "BatchGetQueryExecution": _batch_get,
    "GetQueryResults": _results,
    "StopQueryExecution": _stop,
    "ListQueryExecutions": _list,
    "UpdateWorkGroup": _update_group,
}
