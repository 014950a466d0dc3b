"""What attacks look like. AWS does not publish how it finds them; these few expressions find the textbook forms.

SQL injection: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-sqli-match.html
Scripts: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-xss-match.html
"""

from __future__ import annotations

import re
from typing import Final

_SQL: Final = re.compile(
    r"""
    ['"]\s*\)*\s*(or|and)\s+['"]?[\w.]+['"]?\s*(=|like\b|<|>)   # ' or 'a'='a
  | \b(or|and)\s+\d+\s*=\s*\d+                                  # or 1=1
  | \bunion\s+(all\s+)?select\b
  | ['";]\s*;?\s*(drop|alter|truncate)\s+table\b
  | ;\s*(delete\s+from|insert\s+into|update\s+\w+\s+set)\b
  | ['"]\s*(--|\#|/\*)                                          # the rest of the statement is commented out
  | \b(sleep|benchmark|pg_sleep)\s*\(\s*\d
  | \bwaitfor\s+delay\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# High sensitivity finds more, and is wrong more often.
_SQL_MORE: Final = re.compile(r"\bselect\b.+\bfrom\b|\binformation_schema\b|;\s*--", re.IGNORECASE | re.DOTALL)
_SCRIPT: Final = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed)\b|\bjavascript\s*:|<[^>]*\bon[a-z]{3,}\s*=", re.IGNORECASE
)
_LOCAL_FILE: Final = re.compile(r"\.\./|\.\.\\|/etc/passwd\b", re.IGNORECASE)
_REMOTE_FILE: Final = re.compile(r"(https?|ftps?)://\d{1,3}(\.\d{1,3}){3}", re.IGNORECASE)
_METADATA: Final = re.compile(r"169\.254\.169\.254|\bfd00:ec2::254\b")
_LOOKUP: Final = re.compile(r"\$\{\s*(jndi|\$\{)", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"\.(log|ini|bak|conf|cfg|sql|env)(\?|$|&)", re.IGNORECASE)


def has_sql(text: str, sensitivity: str = "LOW") -> bool:
    """Whether it looks like SQL injection."""
    return bool(_SQL.search(text) or (sensitivity == "HIGH" and _SQL_MORE.search(text)))


def has_script(text: str) -> bool:
    """Whether it looks like cross-site scripting."""
    return bool(_SCRIPT.search(text))


def has_local_file(text: str) -> bool:
    """Whether a path climbs out of its folder."""
    return bool(_LOCAL_FILE.search(text))


def has_remote_file(text: str) -> bool:
    """Whether there is a URL with a bare IPv4 address."""
    return bool(_REMOTE_FILE.search(text))


def has_metadata(text: str) -> bool:
    """Whether the address of EC2's metadata service is in it."""
    return bool(_METADATA.search(text))


def has_lookup(text: str) -> bool:
    """Whether there is a lookup as Log4Shell used."""
    return bool(_LOOKUP.search(text))


def has_extension(text: str) -> bool:
    """Whether a file is asked for that nobody should read."""
    return bool(_EXTENSION.search(text))
