"""What a Map Run writes into S3: the results of its children by their outcome, and a manifest that names the files.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from course.lab.stepfunctions import dataflow, integrations
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Execution, Frame, stamp

_OUTCOMES: Final = ("FAILED", "PENDING", "SUCCEEDED")


def written(frame: Frame, writer: Mapping[str, Any], run: Any, data: Any) -> dict[str, Any]:
    """Write the results of a Map Run; gives what the Map state passes on."""
    given = dataflow.filled(frame, writer.get("Parameters") or writer.get("Arguments") or {}, data)
    bucket, prefix = given["Bucket"], str(given.get("Prefix", "")).strip("/")
    folder = "/".join(part for part in (prefix, run.arn.rpartition(":")[2]) if part)
    files: dict[str, list[dict[str, Any]]] = {outcome: [] for outcome in _OUTCOMES}
    s3 = integrations.client(frame, "s3")
    try:
        for outcome in ("SUCCEEDED", "FAILED"):
            well = outcome == "SUCCEEDED"
            told = [_told(child) for child in run.children.values() if (child.status == "SUCCEEDED") is well]
            if told:
                body, key = json.dumps(told).encode(), f"{folder}/{outcome}_0.json"
                s3.put_object(Bucket=bucket, Key=key, Body=body)
                files[outcome].append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
    except Exception as wrong:
        raise StateError("States.ResultWriterFailed", str(wrong)) from None
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _told(child: Execution) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ExecutionArn": child.arn,
        "Input": child.input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "StartDate": stamp(child.started),
        "StateMachineArn": child.machine.arn,
        "Status": child.status,
        "StopDate": stamp(child.stopped),
    }
    if child.output is not None:
        told |= {"Output": child.output, "OutputDetails": {"Included": True}}
    if child.error is not None:
        told |= {"Error": child.error, "Cause": child.cause}
    return told
