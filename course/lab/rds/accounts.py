"""Users of a database: made with SQL inside it, and kept in it, so that snapshots and replicas have them too.

PostgreSQL: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
MySQL's AWSAuthenticationPlugin and REQUIRE SSL: the same page, and UsingWithRDS.SSL.html

Only what decides about a login is modelled. In the lab every user of a database may do everything in it.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import dataclass
from typing import Final

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS _database_users"
    " (name TEXT PRIMARY KEY, password TEXT DEFAULT '', iam INTEGER DEFAULT 0, tls INTEGER DEFAULT 0)"
)
_NAME: Final = r"""['"`]?(?P<name>[\w.-]+)['"`]?(?:@['"`][^'"`]*['"`])?"""
_PASSWORD: Final = r"(?: IDENTIFIED BY| PASSWORD) '(?P<password>[^']*)'"
_TLS: Final = r"(?P<tls> REQUIRE SSL)?"
_WITH_PLUGIN: Final = r""" IDENTIFIED WITH AWSAuthenticationPlugin AS ['"]RDS['"]"""
_NEW: Final = r"(?:IF NOT EXISTS )?"
_FORMS: Final = (
    (
        rf"CREATE USER {_NEW}{_NAME}{_WITH_PLUGIN}{_TLS}",
        "INSERT INTO _database_users (name, iam, tls) VALUES (:name, 1, :tls)",
    ),
    (
        rf"CREATE (?:USER|ROLE) {_NEW}{_NAME}(?: WITH)?(?: LOGIN)?(?:{_PASSWORD})?(?: LOGIN)?{_TLS}",
        "INSERT INTO _database_users (name, password, tls) VALUES (:name, :password, :tls)",
    ),
    (rf"ALTER USER {_NAME}(?: WITH)?{_PASSWORD}", "UPDATE _database_users SET password = :password WHERE name = :name"),
    (rf"ALTER USER {_NAME} REQUIRE SSL", "UPDATE _database_users SET tls = 1 WHERE name = :name"),
    (rf"GRANT rds_iam TO {_NAME}", "UPDATE _database_users SET iam = 1 WHERE name = :name"),
    (rf"REVOKE rds_iam FROM {_NAME}", "UPDATE _database_users SET iam = 0 WHERE name = :name"),
    (rf"DROP (?:USER|ROLE) (?:IF EXISTS )?{_NAME}", "DELETE FROM _database_users WHERE name = :name"),
)
_ABOUT_USERS: Final = re.compile(r"\s*(?:(?:CREATE|ALTER|DROP)\s+(?:USER|ROLE)|GRANT|REVOKE)\b", re.IGNORECASE)
_PLUGIN: Final = "AWSAuthenticationPlugin"


@dataclass(frozen=True)
class Account:
    """A user made with SQL."""

    name: str
    password: str
    iam: bool
    tls: bool

    def accepts(self, password: str) -> bool:
        """Whether this is the password; an account without one accepts none."""
        return bool(self.password) and self.password == _scrambled(password)


def statement(sql: str, dialect: str) -> list[tuple[str, dict[str, object]]] | None:
    """What a statement about users does to the table of users; None for any other statement."""
    if not _ABOUT_USERS.match(sql):
        return None
    text = re.sub(r"\s+", " ", sql).strip().rstrip("; ")
    for form, does in _FORMS:
        found = re.fullmatch(form, text, re.IGNORECASE)
        if found:
            if ("rds_iam" in form and "mysql" in dialect) or (_PLUGIN in form and "postgres" in dialect):
                raise sqlite3.OperationalError(f"{dialect} has another way to let IAM decide about a login: {text}")
            given = found.groupdict()
            password = _scrambled(given["password"]) if given.get("password") else ""
            return [(_TABLE, {}), (does, {"name": given["name"], "password": password, "tls": bool(given.get("tls"))})]
    raise sqlite3.NotSupportedError(
        f"The lab's database does not model this: {text}. Every user may do everything in it. CREATE, ALTER and DROP "
        "USER have an effect, and so has what lets IAM decide (GRANT rds_iam TO ..., AWSAuthenticationPlugin)."
    )


def find(image: bytes, name: str) -> Account | None:
    """Look a user up in a database."""
    if not image:
        return None
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(image)
        row = database.execute("SELECT * FROM _database_users WHERE name = ?", (name,)).fetchone()
    except sqlite3.OperationalError:
        return None  # nobody has made a user yet
    finally:
        database.close()
    return Account(row[0], row[1], bool(row[2]), bool(row[3])) if row else None


def _scrambled(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
