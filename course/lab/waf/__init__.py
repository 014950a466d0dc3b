"""AWS WAF that looks at requests: web ACLs in front of the stages of REST APIs.

| file | what it holds |
|---|---|
| components.py | the parts of a request that a statement inspects, and the text transformations |
| patterns.py | what SQL injection, scripts and other attacks look like, in a few documented expressions |
| statements.py | whether a statement matches a request |
| rates.py | requests counted by key over a window of the lab's clock |
| managed.py | a small part of three of AWS's managed rule groups |
| judge.py | a web ACL's rules in order of priority, to a verdict |
| capacity.py | what rules cost in WCU |
| records.py | sampled requests and CloudWatch metrics |
| operations.py | the calls of boto3 |
| at_stage.py | the door of an API's stage |

The country of a client is what the header CloudFront-Viewer-Country says: the lab knows no geography.
"""
