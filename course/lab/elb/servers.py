"""`lab.serve`: what the web server on an instance, or at an address, does. No sockets.

>>> lab.serve(instance_id, 80, lambda request: f"Hello from {instance_id}")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab import agenda
from course.lab.apigateway.exchange import Answer, Sent
from course.lab.apigateway.outside import read_answer
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.stopwatch import Stopwatch

Page = Callable[[Sent], Any]

# What went wrong between a balancer and a server that it asked.
REFUSED: Final = "refused"
CLOSED: Final = "closed"
SILENT: Final = "silent"
_QUICKEST: Final = 0.001


@dataclass(frozen=True)
class Server:
    """A program that listens on a port; `page` is None where nothing listens."""

    page: Page | None
    seconds: float


@dataclass(frozen=True)
class Heard:
    """What came back from a server, after how many seconds of the lab's clock; or the trouble there was."""

    answer: Answer | None
    seconds: float
    trouble: str = ""


def serve(where: str, port: int, page: Page | None, *, seconds: float = 0.0) -> None:
    """Say what listens on a port of an instance (its id) or of a private IP address.

    `page` gets each request (`method`, `path`, `query`, `headers`, `text`, `source_ip`) and returns a text, something
    that becomes JSON, a status with one of these, or both with a dict of headers. It takes `seconds` to answer; nobody
    else waits that long. A page that moves `lab.clock` takes that time, too. An exception is answered by 500, as web
    servers do; `raise ConnectionResetError` hangs up, `raise TimeoutError` never answers. With `page=None` nothing
    listens.

    >>> lab.serve("i-0123456789abcdef0", 80, lambda request: (200, {"asked": request.path}), seconds=0.2)
    """
    if not isinstance(where, str) or not where:
        raise TypeError(f"lab.serve wants an instance id or an IP address, not {where!r}.")
    if page is not None and not callable(page):
        raise TypeError("lab.serve wants a function that gets the request: lab.serve(id, 80, lambda request: 'Hello').")
    from course.lab.elb import health, recall

    health.watch()
    health.catch_up_all()  # what the old server did until now has been seen
    _servers()[where, int(port)] = Server(page, float(seconds))
    _described().add(where)
    recall.forget()


def is_described(where: str) -> bool:
    """Whether somebody has said what listens there, on any port."""
    return where in _described()


def ask(places: tuple[str, ...], port: int, sent: Sent) -> Heard:
    """Send a request to the server at one of these names (instance id, address) of a machine.

    A machine that nobody described has a server on every port, which says its name.
    """
    found = next((server for place in places if (server := _servers().get((place, port)))), None)
    if found is None:
        if any(is_described(place) for place in places):
            return Heard(None, _QUICKEST, REFUSED)
        found = Server(lambda request: f"It works: {places[0]}", 0.0)
    if found.page is None:
        return Heard(None, _QUICKEST, REFUSED)
    watch = Stopwatch()
    trouble, answer = "", None
    try:
        answer = read_answer(found.page(sent))
    except ConnectionError:
        trouble = CLOSED
    except TimeoutError:
        trouble = SILENT
    except Exception as error:  # what a framework does with an error in a page
        answer = read_answer((500, f"{type(error).__name__}: {error}"))
    return Heard(answer, max(_QUICKEST, round(watch.pushed, 2) + found.seconds), trouble)


def probe(places: tuple[str, ...], port: int, sent: Sent) -> Heard:
    """The same for a health check: it happens beside everything else, so the time it takes passes for nobody."""
    import datetime as dt

    watch = Stopwatch()
    with agenda.working():
        heard = ask(places, port, sent)
    if passed := round(watch.pushed, 2):
        clock.move(dt.timedelta(seconds=-passed))
    return heard


def _described() -> set[str]:
    return Place(DEFAULT_ACCOUNT_ID, "us-east-1").kept("elbv2", "lab_described", set)


def _servers() -> dict[tuple[str, int], Server]:
    return Place(DEFAULT_ACCOUNT_ID, "us-east-1").kept("elbv2", "lab_servers", dict)
