"""What the parameter group of an instance decides about connections: how many, and whether only over TLS.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.rds.words import family_of

# GiB of memory by the size of the class; RDS derives the default of max_connections from it.
_MEMORY: Final = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32, "4xlarge": 64}
_BYTES_A_CONNECTION: Final = {"mysql": 12_582_880, "postgres": 9_531_392}
_ON: Final = ("1", "ON", "TRUE")


def most_connections(instance: Any) -> int:
    """max_connections: what the parameter group says, else by the memory of the instance class."""
    said = _parameter(instance, "max_connections")
    if said.isdigit():
        return int(said)
    family, _, size = instance.db_instance_class.removeprefix("db.").partition(".")
    memory = _MEMORY.get(size, 8) * (2 if family.startswith(("r", "x")) else 1)
    return int(memory * 2**30 / _BYTES_A_CONNECTION[family_of(instance.engine)])


def tls_only(instance: Any) -> bool:
    """Whether the server refuses connections without TLS."""
    if family_of(instance.engine) == "mysql":
        return _parameter(instance, "require_secure_transport").upper() in _ON
    said = _parameter(instance, "rds.force_ssl")
    if said:
        return said.upper() in _ON
    major = str(instance.engine_version).split(".")[0]
    return instance.engine == "postgres" and major.isdigit() and int(major) >= 15


def _parameter(instance: Any, name: str) -> str:
    name_in_use = instance.__dict__.get("lab_group_in_use", instance.db_parameter_group_name)
    group = instance.backend.db_parameter_groups.get(name_in_use or "")
    if group is None or name not in group.parameters:
        return ""
    return str(group.parameters[name].get("ParameterValue") or group.parameters[name].get("parameter_value") or "")
