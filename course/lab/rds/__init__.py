"""RDS with real databases: SQL that runs, replicas that lag, failovers, restores that bring back the data of a moment.

| file | duty |
|---|---|
| `history.py` | every commit of a database |
| `engine.py` | the database behind an instance: replication, up and down |
| `driver.py`, `door.py` | a client's connection, and what stands before it |
| `accounts.py`, `token.py`, `network.py`, `settings.py` | users, IAM tokens, security groups, parameter groups |
| `proxy.py` | RDS Proxy: many clients share few connections |
| `backend.py`, `instance.py`, `pending.py`, `rules.py` | moto's RDS, completed |
"""

from course.lab.rds import rules

__all__ = ["rules"]
