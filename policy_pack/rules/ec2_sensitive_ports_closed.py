from __future__ import annotations

from typing import Any

from policy_pack.aws import (
    CLASSIC_SECURITY_GROUP_RULES,
    SECURITY_GROUP_INGRESS,
    SECURITY_GROUPS,
)
from policy_pack.networks import SENSITIVE_PORTS, from_everywhere, is_every_port, ports
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
    some,
)

_TO_PORT = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_"
_PROTOCOLS = ("protocol", "ipProtocol")
_SOURCES = ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6")


def _ingress(first: object, last: object = None, **changes: object) -> dict[str, Any]:
    return {
        "ingress": [
            {
                "protocol": "tcp",
                "fromPort": first,
                "toPort": first if last is None else last,
                "cidrBlocks": ["0.0.0.0/0"],
                **changes,
            }
        ]
    }


def _single(**changes: object) -> dict[str, Any]:
    return {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0", **changes}


@rule(
    title="Security groups keep the internet from administration and databases",
    types=(*SECURITY_GROUPS, *CLASSIC_SECURITY_GROUP_RULES, *SECURITY_GROUP_INGRESS),
    severity=Severity.CRITICAL,
    fix=(
        "Name the security group or the network that may enter; administer through Session Manager "
        "of AWS Systems Manager, which needs no open port."
    ),
    controls=(
        prowler("ec2_securitygroup_allow_ingress_from_internet_to_all_ports"),
        prowler("ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports"),
        prowler(f"{_TO_PORT}22"),
        prowler(f"{_TO_PORT}3389"),
        prowler(f"{_TO_PORT}cassandra_7199_9160_8888"),
        prowler(f"{_TO_PORT}elasticsearch_kibana_9200_9300_5601"),
        prowler(f"{_TO_PORT}ftp_20_21"),
        prowler(f"{_TO_PORT}kafka_9092"),
        prowler(f"{_TO_PORT}memcached_11211"),
        prowler(f"{_TO_PORT}mongodb_27017_27018"),
        prowler(f"{_TO_PORT}mysql_3306"),
        prowler(f"{_TO_PORT}oracle_1521_2483"),
        prowler(f"{_TO_PORT}postgres_5432"),
        prowler(f"{_TO_PORT}redis_6379"),
        prowler(f"{_TO_PORT}sql_server_1433_1434"),
        prowler(f"{_TO_PORT}telnet_23"),
        prowler("ec2_instance_port_cifs_exposed_to_internet"),
        owasp("A01:2021"),
        owasp("A05:2021"),
    ),
    passes=[
        _ingress(443),
        _ingress(80, ipv6CidrBlocks=["::/0"]),
        _ingress(22, cidrBlocks=["10.0.0.0/8", "192.0.2.44/32"]),
        _ingress(22, cidrBlocks=[], securityGroups=[UNKNOWN]),
        _ingress(22, cidrBlocks=[], prefixListIds=[UNKNOWN]),
        _ingress(22, cidrBlocks=None, self=True),
        _ingress(443, cidrBlocks=UNKNOWN),
        _ingress(UNKNOWN, cidrBlocks=["10.0.0.0/16"]),
        _ingress(-1, protocol="icmp"),
        _ingress(0, protocol="50"),
        _single(cidrIpv4="198.51.100.0/24"),
        _single(fromPort=443, toPort=443),
        _single(type="egress"),
        {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]},
    ],
    fails=[
        *(_ingress(port) for port in (22, 3389, 445, 3306, 5432, 1433, 6379, 27017, 9200)),
        _ingress(0, 65_535),
        _ingress(0, 1024),
        _ingress(0, 0, protocol="-1"),
        _ingress("0", "0", protocol="all"),
        _ingress(3306, protocol="6"),
        _ingress(11_211, protocol="udp"),
        _ingress(22, cidrBlocks=[], ipv6CidrBlocks=["::/0"]),
        _ingress(22, cidrBlocks=["0.0.0.0/1", "128.0.0.0/1"]),
        _ingress(22, cidrBlocks=[UNKNOWN, "0.0.0.0/0"]),
        _ingress(22, cidrBlocks=["everybody"]),
        _ingress("ssh"),
        {"ingress": [UNKNOWN, *_ingress(22)["ingress"]]},
        _single(),
        _single(type="ingress"),
        _single(ipProtocol="-1", fromPort=None, toPort=None),
        _single(fromPort=None, toPort=None),
        _single(cidrIpv4=None, cidrIpv6="::/0"),
    ],
    undecided=[
        {"ingress": UNKNOWN},
        {"ingress": [UNKNOWN]},
        _ingress(22, cidrBlocks=UNKNOWN),
        _ingress(22, cidrBlocks=["10.0.0.0/8", UNKNOWN]),
        _ingress(UNKNOWN),
        _ingress(22, protocol=UNKNOWN),
        _single(cidrIpv4=UNKNOWN),
        _single(type=UNKNOWN),
    ],
    omission="A group without rules lets nothing in, and a rule without source is refused by AWS.",
)
def check(group: Resource) -> Findings:
    """Let nobody try passwords and known holes on what only some people and services need.

    Ranges of addresses that are wider than 10.0.0.0/8 or fc00::/7 count as the internet, so that
    its two halves do too. What a prefix list holds is judged where it is written, by
    `ec2-prefix-list-not-everyone`. Each port can be exempted alone, as
    `port 22`.
    """
    told: set[str] = set()
    yield from every((group, *group.blocks("ingress")), lambda entry: _judge(entry, told))


def _judge(entry: Block, told: set[str]) -> Findings:
    if some((_lets_in, _is_sensitive, _is_open), lambda holds: not holds(entry)):
        return
    reached = ports(entry, *_PROTOCOLS)
    every_port = {"every port": "services of all kinds"} if is_every_port(reached) else {}
    sensitive = {f"port {port}": name for port, name in SENSITIVE_PORTS.items() if port in reached}
    for name, service in (every_port or sensitive).items():
        if name not in told:
            told.add(name)
            yield finding("The internet can reach {name}: {service}.", name=name, service=service)


def _lets_in(entry: Block) -> bool:
    return str(entry.get("type")) != "egress"


def _is_sensitive(entry: Block) -> bool:
    reached = ports(entry, *_PROTOCOLS)
    return any(port in reached for port in SENSITIVE_PORTS)


def _is_open(entry: Block) -> bool:
    return from_everywhere(entry, *_SOURCES)
