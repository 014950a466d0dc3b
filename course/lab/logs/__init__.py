"""CloudWatch Logs beyond moto: what is written is filtered, counted, sent on, queried, exported, and expires.

| file | what it does |
|---|---|
| pattern.py | filter patterns; json_pattern.py reads those in braces, tests_of_values.py their comparisons |
| metric_filters.py | data points for events that fit |
| subscriptions.py | events that fit go to functions, streams and the destinations of other accounts |
| groups.py | log classes, retention, what a batch may hold |
| exports.py | files in a bucket |
| insights/ | queries |
| backend.py | moto's backend with all of this |
| operations.py | what AWS refuses, and trying a pattern |
"""
