"""ElastiCache with data behind its endpoints, and a model of DAX.

Moto keeps the descriptions of clusters; here each node of Redis OSS or Valkey gets a keyspace of its own (fakeredis,
in this process, without a socket), memory that fills, replicas that lag and a primary that can be lost.
"""

from __future__ import annotations

from course.lab.cache import control  # noqa: F401  registers what answers for the service
