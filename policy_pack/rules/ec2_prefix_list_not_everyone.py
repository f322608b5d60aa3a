from __future__ import annotations

from policy_pack.aws import PREFIX_LISTS
from policy_pack.networks import from_everywhere
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    rule,
)


@rule(
    title="Prefix lists do not hold the internet",
    types=PREFIX_LISTS,
    severity=Severity.HIGH,
    fix="Name the networks that are meant, in ranges of /8 (IPv6: /7) or smaller.",
    controls=(owasp("A01:2021"),),
    passes=[
        {"entries": [{"cidr": "10.0.0.0/8"}, {"cidr": "2001:db8::/32"}]},
        {"cidr": "192.0.2.0/24"},
    ],
    fails=[
        {"entries": [{"cidr": "192.0.2.0/24"}, {"cidr": "0.0.0.0/0"}]},
        {"entries": [{"cidr": UNKNOWN}, {"cidr": "::/0"}]},
        {"entries": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]},
        {"cidr": "::/0"},
        {"cidr": "everybody"},
    ],
    undecided=[
        {"entries": UNKNOWN},
        {"entries": [{"cidr": "192.0.2.0/24"}, {"cidr": UNKNOWN}]},
        {"cidr": UNKNOWN},
    ],
    omission="An empty list lets nobody in.",
)
def check(prefix_list: Resource) -> Findings:
    """Let a name of networks not be a name of everybody: groups that refer to it do not show it.

    A list that another account shares cannot be seen.
    """
    yield from every((prefix_list, *prefix_list.blocks("entries")), _judge)


def _judge(entry: Block) -> Findings:
    if from_everywhere(entry, "cidr"):
        yield "The prefix list holds a range that is wider than one organization has."
