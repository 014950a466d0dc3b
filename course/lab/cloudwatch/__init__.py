"""CloudWatch beyond moto: metrics that are read as AWS reads them, and alarms that ring.

| file | what it holds |
|---|---|
| store.py | data points by metric |
| statistics.py | plain statistics, percentiles, trimmed means |
| expressions.py, series.py, functions.py | metric math |
| search.py, insights.py | metrics found by words, and by SELECT |
| measured.py | what AWS itself would have measured |
| listing.py | ListMetrics |
| reading.py, metrics.py | GetMetricData, GetMetricStatistics, PutMetricData |
| detectors.py | anomaly detection |
| evaluation.py, alarms.py | what state an alarm should have, and when it is asked |
| composite.py | alarms over alarms |
| actions.py, scaling.py | what alarms do |
| history.py, alarm_calls.py | what the API tells of alarms |
| mutes.py | times in which alarms do nothing |
| dashboards.py | what a dashboard may hold |
"""

from course.lab.cloudwatch import alarm_calls, alarms, dashboards, detectors, history, listing, metrics, mutes
from course.lab.service import serve

serve(
    "cloudwatch",
    {
        "DeleteAlarmMuteRule": mutes.delete,
        "DeleteAlarms": alarm_calls.delete,
        "DeleteAnomalyDetector": detectors.delete,
        "DescribeAlarmHistory": history.describe,
        "DescribeAlarms": alarm_calls.describe,
        "DescribeAlarmsForMetric": alarm_calls.describe_for_metric,
        "DescribeAnomalyDetectors": detectors.describe,
        "GetAlarmMuteRule": mutes.get,
        "GetMetricData": metrics.get_data,
        "GetMetricStatistics": metrics.get_statistics,
        "ListAlarmMuteRules": mutes.listed,
        "ListMetrics": listing.metrics,
        "PutAlarmMuteRule": mutes.put,
        "PutAnomalyDetector": detectors.put,
        "PutCompositeAlarm": alarm_calls.put_composite,
        "SetAlarmState": alarm_calls.set_state,
    },
)

__all__ = ["alarms", "dashboards"]
