"""Functions of Athena's SQL (Trino's) that DuckDB calls otherwise, as macros.

https://trino.io/docs/current/functions.html
"""

from __future__ import annotations

from typing import Final

_MACROS: Final = {
    "approx_distinct(x)": "approx_count_distinct(x)",
    "approx_percentile(x, p)": "approx_quantile(x, p)",
    "cardinality(x)": "len(x)",
    "codepoint(x)": "unicode(x)",
    "date_diff(unit, a, b)": "datediff(unit, a, b)",
    "date_format(x, form)": "strftime(x, form)",
    "date_parse(x, form)": "strptime(x, form)",
    "day_of_month(x)": "day(x)",
    "day_of_week(x)": "isodow(x)",
    "day_of_year(x)": "dayofyear(x)",
    "from_iso8601_date(x)": "CAST(x AS DATE)",
    "from_iso8601_timestamp(x)": "CAST(x AS TIMESTAMP)",
    "from_unixtime(x)": "make_timestamp(CAST(x * 1000000 AS BIGINT))",
    "json_extract_scalar(x, path)": "json_extract_string(x, path)",
    "regexp_like(x, pattern)": "regexp_matches(x, pattern)",
    "to_unixtime(x)": "epoch(x)",
}
FUNCTIONS: Final = tuple(f"CREATE TEMP MACRO {name} AS {means}" for name, means in _MACROS.items())
