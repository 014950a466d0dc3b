"""Route 53 that answers: names resolve, policies choose, health checks run by the lab's clock.

| file | what it holds |
|---|---|
| names.py, record.py | names of the domain system; a record as the resolver reads it |
| zones.py, zone_calls.py | hosted zones of the account, their name servers, who is asked for a name |
| authority.py | what a zone says to one question: wildcards, aliases, delegation |
| policies.py, geography.py | the routing policies; where people and Regions are |
| askers.py | who asks, and from where |
| resolver.py | `lab.resolve`, `lab.resolver`: chains of names, caches, time to live |
| aws_names.py | addresses and health of what AWS names itself: balancers, distributions, sites |
| changes.py, values.py, refusals.py, alias_refusals.py | batches of changes, and what of them is refused |
| cidr.py | CIDR collections |
| checks.py, checkers.py, endpoints.py, health.py | health checks: settings, who asks, what is said, what comes of it |
| operations.py | the operations of the API that meet boto3 |
"""
