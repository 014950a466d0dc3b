"""X-Ray in the lab: what is sent is checked, kept, searched and drawn; traced stages and functions send on their own.

| file | what it does |
|---|---|
| documents.py | reads a segment document and says what is wrong with it |
| store.py | keeps traces for thirty days of the lab's clock |
| trace.py | one trace as a whole: its services, inferred ones too, and who called whom |
| filter_syntax.py, filters.py | filter expressions: their grammar, and whether a trace matches |
| summaries.py | GetTraceSummaries, BatchGetTraces |
| graphs.py | GetServiceGraph, GetTraceGraph, GetTimeSeriesServiceStatistics |
| rules.py | sampling rules |
| sampler.py | decides by the rules, as an API Gateway stage does |
| quotas.py | GetSamplingTargets: who may take how much of a reservoir |
| settings.py | groups, encryption |
| header.py | the tracing header, and how it travels inside the lab |
| gateway_segments.py, lambda_segments.py | what traced stages and functions send |
| operations.py | the API |
"""
