"""What nbclient relies on when it reads from a notebook process."""

import asyncio
import socket
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from course.grading import kernel
from course.grading.limits import Limits


@contextmanager
def client_and_process():
    """A client, and the other end of its socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = SimpleNamespace(socket=ours, key=b"k" * 32, signal=lambda number: None)
        yield kernel.WarmClient(process, Limits(), {}), theirs


@pytest.mark.parametrize("turns", range(8))
def test_a_cancelled_channel_ends_also_if_something_comes_just_then(turns):
    """Nbclient cancels the channel of a cell whose time is over, and waits until it has ended."""

    async def ends():
        with client_and_process() as (client, process):
            reading = asyncio.ensure_future(client.iopub_channel.get_msg())
            await asyncio.sleep(0.01)
            process.send(b"h")  # the first byte of something
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            done, _ = await asyncio.wait({reading}, timeout=1)
            reading.cancel()
            return bool(done)

    assert asyncio.run(ends())


def test_nothing_is_lost_of_what_comes_after_a_channel_was_cancelled():
    async def found():
        with client_and_process() as (client, process):
            reading = asyncio.ensure_future(client.pump(5))
            await asyncio.sleep(0.01)
            reading.cancel()
            await asyncio.wait({reading})
            process.close()
            await client.pump(1)
            return client.dead

    assert asyncio.run(found()) == "the notebook process ended"
