"""Backups and point-in-time recovery: a restore brings back the table as it was at a moment, under a new name.

Window: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
Restore: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
Deleted tables: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html

A restore is done at once in the lab; AWS takes minutes to hours.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.dynamodb.models.table import Backup

from course.lab.dynamodb import history
from course.lab.place import place_of
from course.lab.wire import answer_first, ask_moto, json_answer, json_error

_NO_RECOVERY = "PointInTimeRecoveryUnavailableException"


@answer_first
def _recovery(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb" or operation not in _OPERATIONS:
        return None
    asked: dict[str, Any] = json.loads(request.body)  # type: ignore[arg-type]
    return _OPERATIONS[operation](operation, request, asked, place_of(request).backend("dynamodb"))


def _settings(operation: str, request: AWSPreparedRequest, asked: dict[str, Any], backend: Any) -> AWSResponse:
    """DescribeContinuousBackups and UpdateContinuousBackups."""
    response = ask_moto("dynamodb", operation, request)
    table = backend.tables.get(_name(asked["TableName"]))
    if response.status_code != 200 or table is None:
        return response
    if operation == "UpdateContinuousBackups":
        switched_on = asked["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        (history.begin if switched_on else history.end)(table)
    shown = json.loads(response.content)
    if found := history.window(table):
        described = shown["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        described |= {"EarliestRestorableDateTime": found[0], "LatestRestorableDateTime": found[1]}
    return json_answer(request, shown)


def _to_a_moment(operation: str, request: AWSPreparedRequest, asked: dict[str, Any], backend: Any) -> AWSResponse:
    source_name = _name(asked.get("SourceTableName") or asked.get("SourceTableArn") or "")
    source = backend.tables.get(source_name)
    target = asked["TargetTableName"]
    if source is None or target in backend.tables:
        request.body = json.dumps({**asked, "SourceTableName": source_name}).encode()
        return ask_moto("dynamodb", operation, request)  # moto refuses as AWS does
    found = history.window(source)
    if found is None:
        return json_error(request, _NO_RECOVERY, f"Point in time recovery is not enabled for table '{source_name}'")
    if bool(asked.get("UseLatestRestorableTime")) == ("RestoreDateTime" in asked):
        message = "Exactly one of RestoreDateTime and UseLatestRestorableTime must be given."
        return json_error(request, "ValidationException", message)
    moment = float(asked.get("RestoreDateTime") or found[1])
    if not history.holds(source, moment):
        message = "RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime."
        return json_error(request, "InvalidRestoreTimeException", message)
    items = history.items_at(source, moment)
    # moto knows the source by its name alone
    request.body = json.dumps({"SourceTableName": source_name, "TargetTableName": target}).encode()
    response = ask_moto("dynamodb", operation, request)
    if response.status_code != 200:
        return response
    restored = backend.tables[target]
    restored.items = defaultdict(dict)
    for item in items:
        restored.put_item(item)
    restored.restore_date_time = dt.datetime.fromtimestamp(moment, dt.UTC).replace(tzinfo=None)
    return _as_its_source(request, response, restored, source, asked, moment)


def _from_backup(operation: str, request: AWSPreparedRequest, asked: dict[str, Any], backend: Any) -> AWSResponse:
    response = ask_moto("dynamodb", operation, request)
    if response.status_code != 200:
        return response
    source = backend.backups[asked["BackupArn"]].table
    return _as_its_source(request, response, backend.tables[asked["TargetTableName"]], source, asked)


def _as_its_source(
    request: AWSPreparedRequest,
    response: AWSResponse,
    restored: Any,
    source: Any,
    asked: dict[str, Any],
    moment: float | None = None,
) -> AWSResponse:
    """Capacity mode and encryption come along. Expiry, streams, tags, policies and recovery do not."""
    restored.billing_mode = asked.get("BillingModeOverride") or source.billing_mode
    restored.sse_specification = asked.get("SSESpecificationOverride") or source.sse_specification
    shown = json.loads(response.content)
    described = shown["TableDescription"]
    described["ItemCount"] = len(list(restored.all_items()))
    described["BillingModeSummary"] = {"BillingMode": restored.billing_mode or "PROVISIONED"}
    if moment is not None:
        described["RestoreSummary"]["RestoreDateTime"] = moment
    return json_answer(request, shown)


def _delete_table(operation: str, request: AWSPreparedRequest, asked: dict[str, Any], backend: Any) -> AWSResponse:
    """What point-in-time recovery knew of a table stays as a backup that the service makes."""
    table = backend.tables.get(_name(asked["TableName"]))
    response = ask_moto("dynamodb", operation, request)
    if response.status_code == 200 and table is not None:
        table.__dict__.get("lab_replicas", set()).discard(backend.region_name)  # the set is shared by all replicas
    if response.status_code == 200 and table is not None and history.window(table):
        name = f"{table.name}$DeletedTableBackup"
        backup = Backup(backend.account_id, backend.region_name, name, table, type_="SYSTEM")
        backend.backups[backup.arn] = backup
    return response


def _list_backups(operation: str, request: AWSPreparedRequest, asked: dict[str, Any], backend: Any) -> AWSResponse:
    response = ask_moto("dynamodb", operation, request)
    kind = asked.get("BackupType", "ALL")
    if response.status_code != 200 or kind == "ALL":
        return response
    shown = json.loads(response.content)
    shown["BackupSummaries"] = [one for one in shown["BackupSummaries"] if one["BackupType"] == kind]
    return json_answer(request, shown)


def _name(table: str) -> str:
    """Requests name a table by its name or its ARN."""
    return table.rpartition("/")[2]


_OPERATIONS = {
    "DescribeContinuousBackups": _settings,
    "UpdateContinuousBackups": _settings,
    "RestoreTableToPointInTime": _to_a_moment,
    "RestoreTableFromBackup": _from_backup,
    "DeleteTable": _delete_table,
    "ListBackups": _list_backups,
}
