"""What an endpoint answers to a checker.

Whoever answers `lab.http` answers checkers: APIs, sites, and addresses that a lesson serves itself. A function that is
served at an address sees the checker's own address (`request.source_ip`), and may turn some of them away.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from course.lab.apigateway import front_door, outside
from course.lab.apigateway.exchange import Answer, headers_from, reason, request_to

_NO_CONNECTION = "Failure: The health checker could not establish a connection within the timeout limit."


def ask(settings: Mapping[str, Any], checker: str, searched: int) -> tuple[bool, str]:
    """Whether the endpoint passes, and the report of it in Route 53's words."""
    addresses = list(_addresses(settings))
    if not addresses:
        return False, "Failure: DNS resolution failed: Rcode NXDomain(3)"
    for address in addresses:
        try:
            answer = _request(settings, address, checker)
        except outside.NobodyThere:
            continue
        except TimeoutError:
            return False, _NO_CONNECTION
        except Exception as error:  # a server that breaks off, whatever the reason
            return False, f"Failure: {type(error).__name__}: the endpoint broke off the connection."
        return _judged(settings, answer, searched)
    return False, _NO_CONNECTION


def _judged(settings: Mapping[str, Any], answer: Answer, searched: int) -> tuple[bool, str]:
    kind = settings["Type"]
    if kind == "TCP":
        return True, "Success: TCP connection established."
    told = f"HTTP Status Code {answer.status}, {reason(answer.status)}"
    if not 200 <= answer.status < 400:
        return False, f"Failure: {told}"
    if "STR_MATCH" in kind and settings["SearchString"].encode() not in answer.content[:searched]:
        return False, f"Failure: {told}. The search string was not found in the first {searched:,} bytes of the body."
    return True, f"Success: {told}"


def _request(settings: Mapping[str, Any], address: str, checker: str) -> Answer:
    scheme = "https" if settings["Type"].startswith("HTTPS") else "http"
    port = settings.get("Port") or (443 if scheme == "https" else 80)
    path = "/" + str(settings.get("ResourcePath") or "/").lstrip("/")
    bare = f"[{address}]" if ":" in address else address
    named = str(settings.get("FullyQualifiedDomainName") or address)
    headers = headers_from({"User-Agent": "Amazon-Route53-Health-Check-Service", "Host": named, "Accept": "*/*"})
    return front_door.answer(request_to("GET", f"{scheme}://{bare}:{port}{path}", headers, b"", checker))


def _addresses(settings: Mapping[str, Any]) -> Iterator[str]:
    """The address that is asked, and the name by which the lab may know it."""
    from course.lab.dns.askers import asker
    from course.lab.dns.resolver import look_up

    named = str(settings.get("FullyQualifiedDomainName") or "")
    if settings.get("IPAddress"):
        yield str(settings["IPAddress"])
        if named:
            yield named
    elif _is_address(named):
        yield named
    else:
        found = look_up(named, "A", asker(), None).values
        if found:
            yield named
            yield from found


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
