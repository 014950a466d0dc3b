"""Flow log records: one flow in one window, in the default format or one of the learner's choice.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from course.lab.network.model import Sighting

_NUMBERS: Final = {"tcp": 6, "udp": 17, "icmp": 1}
_FIELD: Final = re.compile(r"\$\{([a-z-]+)\}")
# A connection without payload: the handshake and the farewell; a lost request is one packet.
_EMPTY: Final = 5
_HEADERS: Final = 52
_REQUEST: Final = 60
_SEGMENT: Final = 1_448
_DEFAULT: Final = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)
_SINCE_3: Final = "${vpc-id} ${subnet-id} ${instance-id} ${tcp-flags} ${type} ${pkt-srcaddr} ${pkt-dstaddr}"


@dataclass
class Flow:
    """Packets of one direction of one connection at one interface, within one window."""

    first: Sighting
    start: int
    end: int
    packets: int = 0
    octets: int = 0

    def add(self, payload: int, complete: bool, now: int) -> None:
        """Count one connection more."""
        segments = -(-payload // _SEGMENT)
        self.packets += _EMPTY + segments if complete else 1
        self.octets += (_EMPTY + segments) * _HEADERS + payload if complete else _REQUEST
        self.end = now

    @property
    def key(self) -> tuple[str, str, bool]:
        """What tells flows apart: the interface, the five values of a connection, the verdict."""
        return self.first.interface.id, str(self.first.packet), self.first.accepted


def line(flow: Flow, log_format: str) -> str:
    """The record of a flow, with the fields that the format names."""
    return " ".join(_value(flow, name, log_format) for name in _FIELD.findall(log_format))


def headline(log_format: str) -> str:
    """The first line of a file: the names of the fields."""
    return " ".join(_FIELD.findall(log_format))


def _value(flow: Flow, name: str, log_format: str) -> str:
    card, packet = flow.first.interface, flow.first.packet
    known: dict[str, Any] = {
        "version": _version(_FIELD.findall(log_format)),
        "account-id": card.place.account,
        "interface-id": card.id,
        "srcaddr": packet.source,
        "dstaddr": packet.target,
        "srcport": packet.source_port or 0,
        "dstport": packet.port or 0,
        "protocol": _NUMBERS[packet.protocol],
        "packets": flow.packets,
        "bytes": flow.octets,
        "start": flow.start,
        "end": flow.end,
        "action": "ACCEPT" if flow.first.accepted else "REJECT",
        "log-status": "OK",
        "vpc-id": card.vpc,
        "subnet-id": card.subnet.id,
        "instance-id": card.owner.split(" ")[0] if card.owner.startswith("i-") else "-",
        "type": "IPv4",
        "region": card.place.region,
        "az-id": card.subnet.availability_zone_id,
        "flow-direction": "ingress" if packet.target in card.addresses else "egress",
    }
    return str(known.get(name, "-"))


def _version(names: list[str]) -> int:
    """The oldest version that knows all fields; the default format is version 2."""
    newer = set(names) - set(_FIELD.findall(_DEFAULT))
    if not newer:
        return 2
    return 3 if newer <= set(_FIELD.findall(_SINCE_3)) else 5
