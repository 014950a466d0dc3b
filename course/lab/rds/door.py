"""`lab.sql(...)`: a client connects to a DB instance or to an RDS Proxy, by its endpoint.

What stands before a connection, in this order: the name, the network, a server that is up, TLS, a free slot, the login.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from moto.rds.models import rds_backends

from course.lab.rds import accounts, network, proxy, settings, token
from course.lab.rds.driver import Connection, Cursor
from course.lab.rds.instance import engine_of
from course.lab.rds.words import words


class Sql:
    """Connects; also carries the errors and counts that go with connections.

    >>> with sql("shop.aaaaaaaaaa.us-east-1.rds.amazonaws.com", user="admin", password="...") as connection:
    ...     connection.execute("SELECT count(*) FROM orders").fetchone()
    (3,)
    """

    Error = sqlite3.Error
    OperationalError = sqlite3.OperationalError
    IntegrityError = sqlite3.IntegrityError
    ProgrammingError = sqlite3.ProgrammingError
    Connection = Connection
    Cursor = Cursor

    def __call__(
        self, host: str, user: str, password: str, *, port: int | None = None, tls: bool = True, source: str = ""
    ) -> Any:
        """Connect to an endpoint (or the identifier of an instance) as a user.

        `source` says where the client stands, as an IP address, a security group or an EC2 instance; without it the
        network is not looked at. Raises `OperationalError` when the database does not let the client in.
        """
        for gate in _proxies():
            if host in (gate.endpoint, gate.db_proxy_name):
                return proxy.connect(gate, user, password, tls=tls)
        instance = _instance(host)
        if instance is None:
            raise sqlite3.OperationalError(words("postgres", "name", host=host))
        return enter(instance, user, password, port=port, tls=tls, source=source)

    def connections(self, host: str) -> int:
        """How many connections an instance has open, as CloudWatch's DatabaseConnections tells."""
        instance = _instance(host)
        if instance is None:
            raise sqlite3.OperationalError(words("postgres", "name", host=host))
        return len(engine_of(instance).connections)


def enter(
    instance: Any, user: str, password: str, *, port: int | None = None, tls: bool = True, source: str = ""
) -> Connection:
    """Pass everything that stands before a connection to an instance."""
    engine, dialect = engine_of(instance), instance.engine
    place = {"host": instance.address, "port": port or instance.port}
    if port is not None and port != instance.port:
        raise sqlite3.OperationalError(words(dialect, "timeout", **place, why="nothing listens on this port"))
    if source and (why := network.blocked(instance, source)):
        raise sqlite3.OperationalError(words(dialect, "timeout", **place, why=why))
    if instance.status != "available":
        raise sqlite3.OperationalError(words(dialect, "refused", **place, why=f"the instance is {instance.status}"))
    most, taken = settings.most_connections(instance), len(engine.connections)
    if not tls and settings.tls_only(instance):
        raise sqlite3.OperationalError(words(dialect, "tls", user=user))
    if taken >= most:
        raise sqlite3.OperationalError(words(dialect, "full", open=taken, most=most))
    _log_in(instance, user, password, tls)
    return Connection(engine, dialect, user, read_only=engine.is_replica)


def _log_in(instance: Any, user: str, password: str, tls: bool) -> None:
    engine, dialect = engine_of(instance), instance.engine
    if user == instance.master_username:
        if password == master_password(instance):
            return
        raise sqlite3.OperationalError(words(dialect, "password", user=user))
    account = accounts.find(engine.image(), user)
    if account is not None and account.tls and not tls:
        raise sqlite3.OperationalError(words(dialect, "tls", user=user))
    if account is None or not (account.iam or account.accepts(password)):
        raise sqlite3.OperationalError(words(dialect, "password", user=user))
    if account.iam and (why := _refused_by_iam(instance, user, password, tls)):
        raise sqlite3.OperationalError(words(dialect, "pam", user=user, why=why))


def _refused_by_iam(instance: Any, user: str, password: str, tls: bool) -> str:
    if not instance.enable_iam_database_authentication:
        return "IAM authentication is not enabled on this instance"
    if not tls:
        return "IAM authentication needs TLS"
    if not token.looks_like_token(password):
        return "this user logs in with an IAM token, not with a password"
    arn = f"arn:aws:rds-db:{instance.region}:{instance.account_id}:dbuser:{instance.dbi_resource_id}/{user}"
    return token.refusal(password, token.Login(instance.address, int(instance.port), user, arn))


def master_password(instance: Any) -> str:
    """The master user's password now: RDS's own, or the one in Secrets Manager."""
    if instance.manage_master_user_password:
        return str(proxy.secret_value(instance, instance.master_user_secret.secret_arn).get("password", ""))
    return str(instance.__dict__.get("_master_user_password") or "")


def _backends() -> Iterator[Any]:
    for account in rds_backends.values():
        yield from account.values()


def _proxies() -> Iterator[Any]:
    for backend in _backends():
        yield from backend.db_proxies.values()


def _instance(host: str) -> Any:
    found = [
        instance
        for backend in _backends()
        for instance in backend.databases.values()
        if host in (instance.address, instance.db_instance_identifier)
    ]
    return found[0] if found else None


sql = Sql()
__all__ = ["Sql", "enter", "sql"]
