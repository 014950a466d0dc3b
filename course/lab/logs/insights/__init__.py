"""CloudWatch Logs Insights: queries that really run over the events of log groups.

| file | what it does |
|---|---|
| reader.py | reads a query's text piece by piece, and says what was not understood |
| values.py | how values compare, sort and look |
| functions.py, aggregates.py | the functions of expressions, and those of `stats` |
| expressions.py | expressions: fields, literals, arithmetic, comparisons, `and`, `or`, `not` |
| commands.py, parsing.py | the commands between the pipes |
| records.py | log events as records, with the fields that are found in them |
| queries.py | StartQuery and its companions, saved queries |

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""
