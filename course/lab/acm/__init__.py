"""AWS Certificate Manager as it behaves since 2026: validated by DNS, short-lived, renewed by itself while it can be.

| file | what it holds |
|---|---|
| certificate.py | a certificate of the lab: what a client may ask about it |
| validation.py | the CNAME that proves a domain, and whether it stands in Route 53 |
| users.py | who uses a certificate, and which Region a service wants it in |
| lifetimes.py | issue, renewal and time-out on the lab's clock |
| regions.py | which Region and status a listener, a distribution or an API's domain asks for |
| private_ca.py | certificates of a private CA live as long as was asked |
| operations.py | the calls of boto3 |
"""
