from __future__ import annotations

from typing import Any, Final

from policy_pack.aws import NETWORK_ACL_RULES, NETWORK_ACLS
from policy_pack.networks import is_wide, ports
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
    some,
)

_ADMINISTRATION: Final = {22: "SSH", 3389: "RDP"}
_TCP: Final = ("tcp", "6", "-1", "all")
_EVERYWHERE: Final = {"cidrBlock": "0.0.0.0/0", "ipv6CidrBlock": "::/0"}


def _entry(
    number: object, first: object = 0, last: object = 0, **changes: object
) -> dict[str, Any]:
    return {
        "ruleNo": number,
        "action": "allow",
        "protocol": "tcp",
        "fromPort": first,
        "toPort": last,
        "cidrBlock": "0.0.0.0/0",
        **changes,
    }


def _acl(*entries: object, **changes: object) -> dict[str, Any]:
    return {"subnets": (NETWORK_ACLS[0], {"ingress": list(entries), **changes})}


def _apart(**changes: object) -> tuple[str, dict[str, Any]]:
    entry = {"networkAclId": ref("subnets"), "ruleNumber": 100, "ruleAction": "allow"}
    tcp = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlock": "0.0.0.0/0"}
    return NETWORK_ACL_RULES[0], {**entry, **tcp, **changes}


_CLOSED = _entry(90, 3389, 3389, action="deny")
_ANSWERS = _entry(100, 1024, 65_535)


@rule(
    title="Network ACLs keep the internet from administration",
    types=NETWORK_ACLS,
    severity=Severity.MEDIUM,
    fix=(
        "Deny ports 22 and 3389 from 0.0.0.0/0 and ::/0 with a lower rule number than what lets "
        "more in, as the ports of answers."
    ),
    controls=(
        prowler("ec2_networkacl_allow_ingress_any_port"),
        prowler("ec2_networkacl_allow_ingress_tcp_port_22"),
        prowler("ec2_networkacl_allow_ingress_tcp_port_3389"),
        owasp("A05:2021"),
    ),
    passes=[
        _acl(_CLOSED, _ANSWERS),
        _acl(_ANSWERS, _CLOSED),
        _acl(_entry(100, 443, 443)),
        _acl(_entry(100, 22, 22, cidrBlock="10.0.0.0/8")),
        _acl(_entry(90, action="deny", protocol="-1"), _entry(100, 22, 22)),
        {
            **_acl(_ANSWERS),
            "closed": _apart(ruleNumber=90, ruleAction="deny", fromPort=3389, toPort=3389),
        },
        {**_acl(), "outward": _apart(egress=True)},
        {
            **_acl(),
            "other": (NETWORK_ACLS[0], {}),
            "open": _apart(networkAclId=ref("other")),
        },
    ],
    fails=[
        _acl(_ANSWERS),
        _acl(_entry(110, 3389, 3389, action="deny"), _ANSWERS),
        _acl(_entry(90, 3389, 3389, action="deny", cidrBlock="10.0.0.0/8"), _ANSWERS),
        _acl(_entry(90, 3389, 3389, action="deny", cidrBlock="0.0.0.0/1"), _ANSWERS),
        _acl(_entry(90, 3389, 3389, action="deny", protocol="udp"), _ANSWERS),
        _acl(_entry(100, 22, 22)),
        _acl(_entry(100, protocol="-1")),
        _acl(_entry(100, 22, 22, cidrBlock="0.0.0.0/1")),
        _acl(_entry(100, 22, 22, cidrBlock=None, ipv6CidrBlock="::/0")),
        _acl(_CLOSED, _entry(100, 1024, 65_535, cidrBlock=None, ipv6CidrBlock="::/0")),
        {**_acl(), "open": _apart()},
        {"subnets": (NETWORK_ACLS[1], {"ingress": [_entry(100, protocol="-1")]})},
    ],
    undecided=[
        _acl(UNKNOWN),
        {"subnets": (NETWORK_ACLS[0], {"ingress": UNKNOWN})},
        _acl(_entry(UNKNOWN, 22, 22)),
        _acl(_entry(100, 22, 22, cidrBlock=UNKNOWN)),
        _acl(_entry(100, 22, 22, action=UNKNOWN)),
        _acl(_entry(100, 22, UNKNOWN)),
        {**_acl(), "open": _apart(networkAclId=UNKNOWN)},
    ],
    omission="Without rules a network ACL lets nothing in.",
)
def check(acl: Resource, stack: Stack) -> Findings:
    """Keep a second line where a security group is opened by mistake.

    Rules are read in their order, as AWS does: the first that is for a port and an address decides
    (VPC User Guide, "Network ACL rules"). As network ACLs let answers in by their ports, 1024 and
    above, 3389 must be denied before. A rule for a part of the internet that is wider than one
    organization has opens it; only one for all of it closes it.
    """
    apart = stack.referring(NETWORK_ACL_RULES, "networkAclId", acl)
    entries = [*acl.blocks("ingress"), *(one for one in apart if one.get("egress") is not True)]
    questions = [(port, source) for port in _ADMINISTRATION for source in _EVERYWHERE]
    told: set[int] = set()
    yield from every(questions, lambda asked: _judge(entries, *asked, told))


def _judge(entries: list[Block], port: int, source: str, told: set[int]) -> Findings:
    about = [one for one in entries if _may_decide(one, port, source)]
    for entry in sorted(about, key=_order):
        if _action(entry) != "allow":
            if port in ports(entry, "protocol") and entry.get(source) == _EVERYWHERE[source]:
                return
            continue
        if port not in told:
            told.add(port)
            service = _ADMINISTRATION[port]
            name = f"port {port}"
            yield finding("The internet can reach {name}: {service}.", name=name, service=service)
        return


def _may_decide(entry: Block, port: int, source: str) -> bool:
    """Tell whether an entry is for a port over TCP, and for a large part of the internet."""

    def is_for_tcp(entry: Block) -> bool:
        return str(entry.get("protocol")).lower() in _TCP

    def is_for_port(entry: Block) -> bool:
        return port in ports(entry, "protocol")

    def is_for_many(entry: Block) -> bool:
        return entry.has(source) and is_wide(entry.get(source))

    return not some((is_for_tcp, is_for_port, is_for_many), lambda holds: not holds(entry))


def _action(entry: Block) -> str:
    return str(entry.get("action", default=entry.get("ruleAction", default="allow"))).lower()


def _order(entry: Block) -> float:
    return entry.number("ruleNumber" if entry.has("ruleNumber") else "ruleNo", default=0)
