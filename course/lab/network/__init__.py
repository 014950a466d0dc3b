"""Networks: whether packets get from one place to another and back, decided by what the account has configured.

| file | what it does |
|---|---|
| connect.py | `lab.connect`: asks the trip, tells the story |
| trip.py | a packet's way there and the reply's way back, hop by hop |
| crossing.py | what happens at each kind of gateway |
| firewalls.py | security groups and network ACLs |
| routes.py | the table of a subnet, the longest prefix, targets that are gone |
| parties.py, services.py | what the ends of a connection are: instances, addresses, databases, balancers, services |
| model.py | packets, interfaces, steps |
| flow_logs.py, flow_records.py | flow logs: records by the clock, in a log group or a bucket |
| backend.py | moto's EC2 with AWS's defaults and free addresses |
| rules.py, dependencies.py | what AWS refuses and moto lets pass |
| vpn.py | static routes and propagation |
"""
