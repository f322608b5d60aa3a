"""Who may reach which ports, for the rules about security groups and network ACLs."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Final

from policy_pack.rule import Block, some

SENSITIVE_PORTS: Final[Mapping[int, str]] = {
    20: "FTP data",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    110: "POP3",
    135: "RPC",
    139: "NetBIOS",
    143: "IMAP",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server browser",
    1521: "Oracle",
    2375: "Docker",
    2379: "etcd",
    2483: "Oracle",
    3000: "development servers",
    3306: "MySQL",
    3389: "RDP",
    4333: "mSQL",
    5000: "development servers",
    5432: "PostgreSQL",
    5500: "VNC",
    5601: "Kibana",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM over TLS",
    6379: "Redis",
    7199: "Cassandra management",
    8080: "proxies",
    8088: "proxies",
    8888: "proxies",
    9042: "Cassandra",
    9092: "Kafka",
    9160: "Cassandra",
    9200: "Elasticsearch",
    9300: "Elasticsearch nodes",
    10250: "Kubernetes nodes",
    11211: "Memcached",
    27017: "MongoDB",
    27018: "MongoDB",
}
"""Ports of administration, databases and what else is never meant for everybody.

Source: Security Hub, "EC2.19", and the checks of Prowler that the rules name. Docker, etcd, VNC,
WinRM, Kubernetes nodes and Cassandra's 9042 are our addition.
"""

_LAST: Final = 65_535
_EVERY_PROTOCOL: Final = ("-1", "all")
_PROTOCOLS_WITH_PORTS: Final = ("tcp", "6", "udp", "17")
_WIDEST: Final = {4: 8, 6: 7}


def is_wide(cidr: object) -> bool:
    """Tell whether a range of addresses is larger than any that one organization has for itself.

    10.0.0.0/8 and fc00::/7 are the largest (RFC 1918, RFC 4193). So two halves of the internet are
    seen like the whole; what is no range counts as wide.
    """
    try:
        network = ip_network(str(cidr), strict=False)
    except ValueError:
        return True
    return network.prefixlen < _WIDEST[network.version]


def from_everywhere(entry: Block, *properties: str) -> bool:
    """Tell whether one of some properties, each a range or a list of them, holds a wide one.

    Raises:
        Undecided: None is known to be wide, but one may be.
    """

    def holds(property_: str) -> bool:
        value = entry.raw(property_)
        if isinstance(value, list):
            return some(range(len(value)), lambda index: is_wide(entry.get(property_, index)))
        return entry.has(property_) and is_wide(entry.get(property_))

    return some(properties, holds)


def ports(entry: Block, *protocol: str) -> range:
    """Return the ports that an entry is for. A protocol without ports has none.

    Args:
        entry: What names a protocol, `fromPort` and `toPort`.
        protocol: The properties of which one holds the protocol.

    Raises:
        Undecided: The protocol or a port is not known yet.
        Malformed: A port is no number.
    """
    named = next((entry.get(one) for one in protocol if entry.has(one)), "-1")
    kind = str(named).lower()
    if kind in _EVERY_PROTOCOL:
        return range(_LAST + 1)
    if kind not in _PROTOCOLS_WITH_PORTS:
        return range(0)
    first = int(entry.number("fromPort", default=0))
    last = int(entry.number("toPort", default=_LAST))
    return range(max(first, 0), (last if last >= 0 else _LAST) + 1)


def is_every_port(reached: range) -> bool:
    """Tell whether a range of ports holds every one."""
    return reached.start <= 1 and reached.stop > _LAST
