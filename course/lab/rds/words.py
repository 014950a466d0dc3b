"""What the engines say when they refuse: PostgreSQL's and MySQL's own words, for a reader who looks them up."""

from __future__ import annotations

from typing import Final

_WORDS: Final[dict[str, dict[str, str]]] = {
    "postgres": {
        "name": 'could not translate host name "{host}" to address: Name or service not known',
        "refused": 'connection to server at "{host}", port {port} failed: Connection refused ({why})',
        "timeout": 'connection to server at "{host}", port {port} failed: timeout expired ({why})',
        "password": 'FATAL: password authentication failed for user "{user}"',
        "pam": 'FATAL: PAM authentication failed for user "{user}" ({why})',
        "tls": 'FATAL: no pg_hba.conf entry for host, user "{user}", no encryption (this server accepts TLS only)',
        "full": "FATAL: remaining connection slots are reserved: {open} of {most} connections are open",
        "read only": "cannot execute {verb} in a read-only transaction",
        "lock": "canceling statement due to lock timeout: another connection has an open transaction that writes",
        "changed": "could not serialize access due to concurrent update",
        "lost": "server closed the connection unexpectedly",
    },
    "mysql": {
        "name": "(2005) Unknown MySQL server host '{host}'",
        "refused": "(2003) Can't connect to MySQL server on '{host}:{port}' (Connection refused: {why})",
        "timeout": "(2003) Can't connect to MySQL server on '{host}:{port}' (timed out: {why})",
        "password": "(1045) Access denied for user '{user}' (using password: YES)",
        "pam": "(1045) Access denied for user '{user}' ({why})",
        "tls": "(3159) Connections using insecure transport are prohibited while --require_secure_transport=ON.",
        "full": "(1040) Too many connections: {open} of {most} are open",
        "read only": "(1290) The MySQL server is running with the --read-only option so it cannot execute this {verb}",
        "lock": "(1205) Lock wait timeout exceeded: another connection has an open transaction that writes",
        "changed": "(1213) Deadlock found when trying to get lock; try restarting transaction",
        "lost": "(2013) Lost connection to MySQL server during query",
    },
}


def family_of(engine: str) -> str:
    """Whose words an engine uses."""
    return "mysql" if engine.startswith(("mysql", "mariadb", "aurora-mysql")) else "postgres"


def words(engine: str, what: str, **details: object) -> str:
    """A refusal in the engine's own words.

    >>> words("mysql", "full", open=5, most=5)
    '(1040) Too many connections: 5 of 5 are open'
    """
    return _WORDS[family_of(engine)][what].format(**details)
