from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Undecided,
    at_least,
    finding,
    owasp,
    rule,
)
from policy_pack.waf import IP_SETS


@rule(
    title="IP sets of AWS WAF do not hold whole parts of the internet",
    types=IP_SETS,
    severity=Severity.HIGH,
    fix=(
        "Name the addresses that are meant, in ranges of /{ipv4} (IPv6: /{ipv6}) or smaller; for "
        "everybody, leave the statement out."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        {"addresses": ["192.0.2.44/32", "198.51.100.0/24", "10.0.0.0/8"]},
        {"addresses": ["2001:db8::/32", "fc00::/7", "2001:db8::1"]},
        {"addresses": ["10.0.0.0/8", "12.0.0.0/8"]},
        {"addresses": []},
    ],
    fails=[
        {"addresses": ["0.0.0.0/1", "128.0.0.0/1"]},
        {"addresses": ["10.0.0.0/7"]},
        {"addresses": ["10.0.0.0/8", "192.0.2.0/24", "11.0.0.0/9", "11.128.0.0/9"]},
        {"addresses": ["::/1", "8000::/1"]},
        {"addresses": ["2000::/3"]},
        {"addresses": ["fc00::/7", "fe00::/7"]},
        {"addresses": ["0.0.0.0/0"]},
        {"addresses": ["10.0.0.0/7", UNKNOWN]},
        {"addresses": ["everybody"]},
    ],
    undecided=[{"addresses": UNKNOWN}, {"addresses": ["192.0.2.44/32", UNKNOWN]}],
    omission="An empty set matches nobody.",
    settings={
        "ipv4": at_least(8, "Shortest prefix of an IPv4 range, neighbours joined.", asks={}),
        "ipv6": at_least(7, "Shortest prefix of an IPv6 range, neighbours joined.", asks={}),
    },
)
def check(ip_set: Resource, *, ipv4: int, ipv6: int) -> Findings:
    """Let an IP set name somebody. AWS refuses /0, which two halves get around.

    In a list of those who may enter it lets everybody in, in one of those who may not it keeps
    everybody out. Either way it is a mistake, so its use does not matter; that may change, too. The
    widest ranges that one organization has for itself are 10.0.0.0/8 and fc00::/7 (RFC 1918, RFC
    4193): what is wider is not anybody's. Ranges that join are judged joined.

    Source: AWS WAFV2 API Reference, `IPSet`.
    """
    addresses = ip_set.raw("addresses")
    fourth: list[IPv4Network] = []
    sixth: list[IPv6Network] = []
    for index, one in enumerate(
        addresses if isinstance(addresses, list) else ip_set.strings("addresses")
    ):
        if one is UNKNOWN:
            yield Undecided(ip_set.name, f"addresses.{index}")
            continue
        try:
            network = ip_network(str(one), strict=False)
        except ValueError:
            yield "The IP set holds what is no range of addresses."
            continue
        if isinstance(network, IPv4Network):
            fourth.append(network)
        else:
            sixth.append(network)
    if any(network.prefixlen < ipv4 for network in collapse_addresses(fourth)):
        yield finding("The IP set holds a range that is wider than /{ipv4}.", ipv4=ipv4)
    if any(network.prefixlen < ipv6 for network in collapse_addresses(sixth)):
        yield finding("The IP set holds an IPv6 range that is wider than /{ipv6}.", ipv6=ipv6)
