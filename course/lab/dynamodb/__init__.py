"""DynamoDB beyond moto: what a request costs, throttling, and items that expire.

| file | what it does |
|---|---|
| sizes.py | the size of an item as DynamoDB counts it |
| units.py | capacity units of reads and writes, those of indexes included |
| tables.py | moto's tables, which tell what a query or scan has read |
| account.py | runs a request, works out what it used, and writes that into the answer |
| throttling.py | token buckets of tables, indexes and keys, by the lab's clock |
| limits.py | sizes of items and transactions, and transactions that are sent twice |
| expiry.py | time to live |
| filters.py | filters on key attributes, which a query refuses |
| settings.py | the class of a table, and how many local indexes it may have |
| streams.py | records of streams: what makes one, and how long it is kept |
| changes.py | tells those below of every write of an item |
| history.py, recovery.py | point-in-time recovery, backups, what is left of a deleted table |
| exporting.py, importing.py | exports to S3 and imports from it |
| replicas.py | global tables: replicas in other Regions, the last writer wins |
| condition_keys.py | which keys and attributes a call names, for policies |
| partiql.py, partiql_statements.py, partiql_words.py | PartiQL: statements, made into the requests they stand for |
"""

from course.lab.dynamodb import (
    account,
    expiry,
    exporting,
    importing,
    partiql,
    recovery,
    replicas,
    settings,
    streams,
)

__all__ = [
    "account",
    "expiry",
    "exporting",
    "importing",
    "partiql",
    "recovery",
    "replicas",
    "settings",
    "streams",
]
