"""CloudFront that answers: behaviours, caches at edge locations, origins, signatures, functions at the edge.

| file | what it holds |
|---|---|
| operations.py | the operations of the API that meet boto3 |
| records.py, distributions.py, demands.py | distributions, their ETags, their way to Deployed; what is refused |
| policies.py, managed.json | cache, origin request and response headers policies, AWS's and the account's |
| invalidations.py, keys.py, access_controls.py | invalidations; public keys and key groups; access to origins |
| door.py | whose name it is: `lab.http("GET", "https://d123.cloudfront.net/")` |
| pipeline.py, visit.py | a request's way from the viewer to the cache, to the origin and back |
| edges.py | edge locations and who reaches which |
| behaviours.py, cache_key.py, ttl.py, store.py | which behaviour, which copy, for how long, and the copies |
| forwarding.py, origins.py, s3_origin.py | what an origin is sent and how; failover; private buckets |
| signed.py | signed URLs and cookies |
| lambda_edge.py | Lambda@Edge at the four hook points |
| functions.py, functions_run.py, functions_event.py | CloudFront Functions: stages, runs, their event |
| runtime.js, key_value_stores.py | what JavaScript finds there: crypto, Buffer, key value stores |
| field_encryption.py, realtime_logs.py, resources.py | fields sealed at the edge; lines to a Kinesis stream |
| firewall.py, errors.py, response_headers.py, metrics.py | web ACLs, error pages, added headers, counts |

Left out: regional edge caches and Origin Shield (every edge asks the origin itself), parts of objects (Range), standard
access logs, changes to a key value store after it was made, and what the older JavaScript runtime 1.0 did not know.
"""

from __future__ import annotations


def viewer_in(country: str) -> str:
    """An address of somebody in a country (ISO code), for `lab.http(..., source_ip=)`."""
    from course.lab.cloudfront import edges

    return edges.viewer_in(country)
