"""All boto3 sessions of the process share what botocore has read of its service models.

botocore reads and parses a service's model (EC2: megabytes of JSON) once for each session. A program has one or two
sessions; a lesson about identities has one for each person in it, and most of its time went into reading.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import botocore.session
from botocore.loaders import Loader, create_loader

_read: defaultdict[str | None, dict[Any, Any]] = defaultdict(dict)


def _sharing_loader(search_path_string: str | None = None) -> Loader:
    loader = create_loader(search_path_string)
    loader.__dict__["_cache"] = _read[search_path_string]
    return loader


def share_models() -> None:
    """Let sessions that are made from now on share their models; twice is the same as once."""
    session: Any = botocore.session
    session.create_loader = _sharing_loader
