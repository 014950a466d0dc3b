"""The API of X-Ray.

https://docs.aws.amazon.com/xray/latest/api/Welcome.html
"""

from __future__ import annotations

from typing import Any

from course.lab.service import Call, Refusal, serve
from course.lab.xray import graphs, quotas, rules, settings, summaries
from course.lab.xray.store import send


def _put_trace_segments(call: Call) -> dict[str, Any]:
    documents = list(call.given["TraceSegmentDocuments"])
    if not documents:
        raise Refusal("InvalidRequestException", "TraceSegmentDocuments must not be empty.")
    return {"UnprocessedTraceSegments": send(call.place, documents)}


serve(
    "xray",
    {
        "PutTraceSegments": _put_trace_segments,
        "GetTraceSummaries": summaries.get_trace_summaries,
        "BatchGetTraces": summaries.batch_get_traces,
        "GetServiceGraph": graphs.get_service_graph,
        "GetTraceGraph": graphs.get_trace_graph,
        "GetTimeSeriesServiceStatistics": graphs.get_time_series,
        "GetSamplingRules": rules.get_sampling_rules,
        "CreateSamplingRule": rules.create_sampling_rule,
        "UpdateSamplingRule": rules.update_sampling_rule,
        "DeleteSamplingRule": rules.delete_sampling_rule,
        "GetSamplingTargets": quotas.get_sampling_targets,
        "GetSamplingStatisticSummaries": quotas.get_sampling_statistic_summaries,
        "CreateGroup": settings.create_group,
        "UpdateGroup": settings.update_group,
        "GetGroup": settings.get_group,
        "GetGroups": settings.get_groups,
        "DeleteGroup": settings.delete_group,
        "PutEncryptionConfig": settings.put_encryption_config,
        "GetEncryptionConfig": settings.get_encryption_config,
    },
)
