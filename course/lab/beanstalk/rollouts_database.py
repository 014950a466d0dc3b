"""A database inside an environment: made with it, ended with it unless the deletion policy says otherwise.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.db.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html#command-options-general-rdsdbinstance
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from course.lab.beanstalk import options
from course.lab.cloudformation.store import stacks_of

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment

DATABASE: Final = "aws:rds:dbinstance"
LOGICAL_ID: Final = "AWSEBRDSDatabase"
_NAME: Final = "ebdb"
_PORTS: Final = {"postgres": "5432", "mysql": "3306", "oracle": "1521", "sqlserver": "1433"}
_PROPERTIES: Final = {
    "AllocatedStorage": "DBAllocatedStorage", "DBInstanceClass": "DBInstanceClass", "Engine": "DBEngine",
    "EngineVersion": "DBEngineVersion", "MasterUsername": "DBUser", "MasterUserPassword": "DBPassword",
    "DBSnapshotIdentifier": "DBSnapshotIdentifier",
}  # fmt: skip


def is_coupled(env: Environment) -> bool:
    """Whether the settings want a database inside the environment."""
    return str(options.value(env, DATABASE, "HasCoupledDatabase")).lower() == "true"


def resources(env: Environment) -> dict[str, dict[str, Any]]:
    """What the environment's stack holds for its database; nothing if it has none.

    When a database is decoupled, the deletion policy of that very moment decides what becomes of it.
    """
    policy = options.value(env, DATABASE, "DBDeletionPolicy") or "Delete"
    if not is_coupled(env):
        stack = stacks_of(env.place).find(env.stack_name)
        if stack is not None and LOGICAL_ID in stack.resources:
            stack.resources[LOGICAL_ID].keep = policy
        return {}
    found = {name: options.value(env, DATABASE, option) for name, option in _PROPERTIES.items()}
    properties: dict[str, Any] = {name: text for name, text in found.items() if text}
    if "DBSnapshotIdentifier" not in properties:
        properties["DBName"] = _NAME
    properties["Port"] = _port(str(properties.get("Engine", "mysql")))
    properties["MultiAZ"] = str(options.value(env, DATABASE, "MultiAZDatabase")).lower() == "true"
    return {LOGICAL_ID: {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": policy, "Properties": properties}}


def properties(env: Environment) -> dict[str, str]:
    """The environment properties by which the program finds its database."""
    stack = stacks_of(env.place).find(env.stack_name)
    held = stack.resources.get(LOGICAL_ID) if stack is not None else None
    if held is None or not is_coupled(env):
        return {}
    database = env.place.backend("rds").databases.get(held.physical_id)
    if database is None:
        return {}
    return {
        "RDS_HOSTNAME": str(database.address), "RDS_PORT": str(database.port), "RDS_DB_NAME": _NAME,
        "RDS_USERNAME": str(options.value(env, DATABASE, "DBUser") or ""),
        "RDS_PASSWORD": str(options.value(env, DATABASE, "DBPassword") or ""),
    }  # fmt: skip


def _port(engine: str) -> str:
    return next((port for start, port in _PORTS.items() if engine.startswith(start)), "3306")
