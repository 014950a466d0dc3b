"""Athena that really queries: SQL over the objects of the simulated S3, run by DuckDB.

| file | what it does |
|---|---|
| calls.py | the operations of the API that the lab answers |
| work_groups.py | limits and places of results, changed |
| executions.py | one query from its start to its end: state, statistics, result |
| statements.py | which kind of statement a text is, and what DDL says |
| catalogue.py | tables and partitions in the Glue Data Catalog |
| hive_types.py | the types of DDL, and their names in DuckDB and in results |
| objects.py | bytes from and to S3 |
| engine.py | DuckDB, closed off |
| dialect.py | functions of Athena's SQL that DuckDB calls otherwise |
| plan.py | which partitions, columns and row groups a query needs, and their bytes |
| loading.py | those bytes become rows |
| writing.py | CREATE TABLE AS and INSERT INTO: rows become objects |
| results.py | the result as a CSV object and as rows |
| reasons.py | why a query failed, in Athena's words |

https://docs.aws.amazon.com/athena/latest/ug/what-is.html
"""

import course.lab.athena.calls  # noqa: F401  (it meets the wire)
