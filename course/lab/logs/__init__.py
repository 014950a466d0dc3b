"""CloudWatch Logs beyond moto: filter patterns that filter, metric filters that publish.

| file | what it does |
|---|---|
| pattern.py | filter patterns; json_pattern.py reads those in braces, tests_of_values.py their comparisons |
| metric_filters.py | data points for events that fit |
| backend.py | moto's backend with both |
| operations.py | what AWS refuses, and trying a pattern |
"""
