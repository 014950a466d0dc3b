"""Fixtures that several suites share."""

import os
import socket
import sys
from pathlib import Path

import pytest

if sys.dont_write_bytecode:
    # Tests start some hundred Pythons. Where none may write bytecode beside the sources, each would compile boto3, moto
    # and pandas anew (2 s of processor time), so they share a folder of bytecode that lies apart.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture
def free_port():
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
