"""RDS Proxy: many client connections share a few database connections, and outlive a failover.

Pool: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connections.html
Failover: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-planning.html

A client borrows a database connection for the length of a transaction. When none is free it waits; in the lab that
pushes the clock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from moto.secretsmanager.models import secretsmanager_backends

from course.lab.clock import clock
from course.lab.rds import settings, token
from course.lab.rds.driver import Connection, Cursor
from course.lab.rds.engine import Engine, now
from course.lab.rds.instance import engine_of
from course.lab.rds.words import words

_FASTER: Final = 0.66
"""A proxy does not wait for DNS: AWS says that it shortens a failover by up to 66 percent."""


class Pool:
    """The database connections of one proxy."""

    def __init__(self, gate: Any) -> None:
        self._gate = gate
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()

    @property
    def target(self) -> Any:
        """The instance behind the proxy."""
        names = [one.rds_resource_id for one in self._group.targets]
        found = [self._gate.backend.databases[name] for name in names if name in self._gate.backend.databases]
        if not found:
            raise sqlite3.OperationalError(f"the proxy {self._gate.db_proxy_name} has no target: register one")
        return found[0]

    @property
    def _group(self) -> Any:
        return self._gate.proxy_target_groups["default"]

    def borrow(self, user: str) -> Connection:
        """A free connection of this user; waits for the end of a failover, or for the borrow timeout."""
        target = self.target
        engine = engine_of(target)
        self._wait_for(engine, target)
        self._idle = [one for one in self._idle if one.is_open]
        self._lent = {one for one in self._lent if one.is_open}
        for one in self._idle:
            if one.user == user:
                self._idle.remove(one)
                self._lent.add(one)
                return one
        if len(self._idle) + len(self._lent) >= self.most(target) and self._idle:
            self._idle.pop(0).close()
        if len(self._lent) >= self.most(target):
            clock.advance(seconds=float(self._group.borrow_timeout))
            raise sqlite3.OperationalError("Timed-out waiting to acquire database connection")
        taken, most = len(engine.connections), settings.most_connections(target)
        if taken >= most:
            raise sqlite3.OperationalError(words(target.engine, "full", open=taken, most=most))
        made = Connection(engine, target.engine, user, read_only=engine.is_replica)
        self._lent.add(made)
        return made

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next client, or close it when enough of them rest already."""
        self._lent.discard(connection)
        resting = self.most(self.target) * int(self._group.max_idle_connections) // int(self._group.max_connections)
        if connection.is_open and len(self._idle) < max(1, resting):
            self._idle.append(connection)
        else:
            connection.close()

    def most(self, target: Any) -> int:
        """How many database connections the proxy may open."""
        return max(1, settings.most_connections(target) * int(self._group.max_connections) // 100)

    def _wait_for(self, engine: Engine, target: Any) -> None:
        if target.status == "stopped":
            raise sqlite3.OperationalError("Timed-out waiting to acquire database connection: the target is stopped")
        back = engine.failed_at + (engine.ready_at - engine.failed_at) * (1 - _FASTER)
        if now() < back:
            clock.advance(seconds=back - now())


class ProxyConnection:
    """A client's connection to a proxy; it holds a database connection only inside a transaction."""

    def __init__(self, pool: Pool, user: str) -> None:
        self._pool, self.user, self._open = pool, user, True
        self._held: Connection | None = None

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(statement, parameters)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return self.cursor().executemany(statement, rows)

    def run(self, statement: str, rows: Sequence[Sequence[Any]], many: bool) -> sqlite3.Cursor:
        """Execute on a borrowed connection."""
        if not self._open:
            raise sqlite3.ProgrammingError("the connection is closed")
        if self._held is None:
            self._held = self._pool.borrow(self.user)
        try:
            return self._held.run(statement, rows, many)
        finally:
            self._release()

    def commit(self) -> None:
        self._end("commit")

    def rollback(self) -> None:
        self._end("rollback")

    def close(self) -> None:
        if self._open:
            self.rollback()
        self._open = False

    def __enter__(self) -> ProxyConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> Literal[False]:
        try:
            self._end("commit" if kind is None else "rollback")
        finally:
            self.close()
        return False

    def _end(self, how: Literal["commit", "rollback"]) -> None:
        if self._held is not None:
            try:
                self._held.commit() if how == "commit" else self._held.rollback()
            finally:
                self._release()

    def _release(self) -> None:
        if self._held is not None and not self._held.in_transaction:
            self._pool.give_back(self._held)
            self._held = None


def connect(gate: Any, user: str, password: str, *, tls: bool) -> ProxyConnection:
    """Log in at a proxy: with the password in its secret for this user, or with an IAM token."""
    pool: Pool = gate.__dict__.setdefault("lab_pool", Pool(gate))
    if gate.require_tls and not tls:
        raise sqlite3.OperationalError("This RDS Proxy requires TLS connections")
    for entry in gate.auth:
        one = {name.replace("_", "").lower(): value for name, value in entry.items()}
        secret = secret_value(gate, one.get("secretarn", ""))
        if secret.get("username") != user:
            continue
        why = _refusal(gate, one, secret, user, password, tls)
        if why:
            raise sqlite3.OperationalError(why)
        return ProxyConnection(pool, user)
    raise sqlite3.OperationalError(f"This RDS proxy has no credentials for the role {user}: no secret in Auth names it")


def _refusal(gate: Any, entry: dict[str, str], secret: dict[str, str], user: str, password: str, tls: bool) -> str:
    if entry.get("iamauth") == "REQUIRED":
        if not token.looks_like_token(password):
            return f"IAM authentication is required: the password of {user} has to be an IAM token"
        arn = f"arn:aws:rds-db:{gate.region}:{gate.account_id}:dbuser:{gate.unique_id}/{user}"
        port = 3306 if gate.engine_family == "MYSQL" else 5432
        why = token.refusal(password, token.Login(gate.endpoint, port, user, arn))
        return f"IAM authentication failed for {user}: {why}" if why else ""
    if password != secret.get("password"):
        return words("mysql" if gate.engine_family == "MYSQL" else "postgres", "password", user=user)
    return ""


def secret_value(owner: Any, arn: str) -> dict[str, str]:
    """The JSON in a secret; empty when there is none."""
    backend = secretsmanager_backends[owner.account_id][owner.region]
    try:
        found = backend.get_secret_value(arn, "", "")
    except Exception:
        return {}
    value: dict[str, str] = json.loads(found.get("SecretString") or "{}")
    return value
