"""CloudTrail in the lab: every call is an event, and trails deliver them.

| file | what it does |
|---|---|
| seen.py | keeps each call as it is made; the wire hands it over |
| kinds.py | management or data event, read or write, in which Region |
| identity.py | who called, as records tell it |
| records.py | the record of a call |
| history.py | the event history of 90 days: LookupEvents |
| selectors.py | which events a trail wants |
| trails.py | delivery to S3, CloudWatch Logs, SNS and EventBridge, by the lab's clock |
| digests.py | hourly digests that prove that no log file was changed |
| operations.py | what AWS refuses about trails, and the calls that moto lacks |
"""
