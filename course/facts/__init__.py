"""Prices and limits of AWS, each with its source and date.

>>> from course import facts
>>> facts.limit("sqs", "visibility-max")          # a number that knows .unit, .source, .as_of
>>> facts.price("lambda", "requests")             # USD, us-east-1
>>> facts.limits("sqs")                           # everything about one service
>>> facts.table("s3-storage-classes")             # a wide table, as a DataFrame
>>> facts.cost("sqs", "standard-requests", 250e6) # an itemised bill
>>> facts.sources(facts.limit("sqs", "visibility-max"))
"""

from course.facts.costs import HOURS_PER_MONTH, Bill, Line, billed_units, cost
from course.facts.fact import DecimalFact, Fact, WholeFact, sources
from course.facts.shipped import endpoint, instance_offerings, instance_types, regions
from course.facts.store import (
    FactList,
    UnknownFact,
    history,
    limit,
    limits,
    price,
    prices,
    services,
    tiers,
)
from course.facts.tables import table, table_names

__all__ = [
    "HOURS_PER_MONTH",
    "Bill",
    "DecimalFact",
    "Fact",
    "FactList",
    "Line",
    "UnknownFact",
    "WholeFact",
    "billed_units",
    "cost",
    "endpoint",
    "history",
    "instance_offerings",
    "instance_types",
    "limit",
    "limits",
    "price",
    "prices",
    "regions",
    "services",
    "sources",
    "table",
    "table_names",
    "tiers",
]
