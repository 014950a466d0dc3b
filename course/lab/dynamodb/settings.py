"""Settings of tables that moto drops, and one limit that it does not know.

Table classes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.tableclasses.html
Local indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.dynamodb.tables import adopt
from course.lab.place import place_of
from course.lab.wire import answer_first, ask_moto, json_answer, json_error

LOCAL_INDEXES: Final = 5


@answer_first
def _tables(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb" or operation not in ("CreateTable", "UpdateTable", "DescribeTable"):
        return None
    asked: dict[str, Any] = json.loads(request.body)  # type: ignore[arg-type]
    if len(asked.get("LocalSecondaryIndexes") or ()) > LOCAL_INDEXES:
        return json_error(
            request,
            "ValidationException",
            "One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of "
            f"{LOCAL_INDEXES}",
        )
    tables, name = place_of(request).backend("dynamodb").tables, str(asked.get("TableName", "")).rpartition("/")[2]
    if name in tables:
        adopt(tables[name])  # so that it keeps its attributes' types when an index comes
    response = ask_moto("dynamodb", operation, request)
    table = tables.get(name)
    if response.status_code != 200 or table is None:
        return response
    if chosen := asked.get("TableClass"):
        adopt(table).__dict__["lab_class"] = chosen
    return described(request, response, table)


def described(request: AWSPreparedRequest, response: AWSResponse, table: Any) -> AWSResponse:
    """A table's description with what moto leaves out: its class, and its replicas."""
    kept, regions = table.__dict__.get("lab_class"), table.__dict__.get("lab_replicas") or set()
    others = sorted(regions - {table.region_name})
    if response.status_code != 200 or not (kept or others):
        return response
    shown = json.loads(response.content)
    (description,) = shown.values()
    if kept:
        description["TableClassSummary"] = {"TableClass": kept}
    if others:
        description["GlobalTableVersion"] = "2019.11.21"
        description["Replicas"] = [{"RegionName": region, "ReplicaStatus": "ACTIVE"} for region in others]
    return json_answer(request, shown)
