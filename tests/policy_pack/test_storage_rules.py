"""Networks, endpoints and stores: what the examples of those rules cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from moto.elbv2.ssl_policies import SSL_POLICIES

from local.cloud.schema import UnknownTypeError, resource_schema
from policy_pack.aws import LISTENERS, NETWORK_ACL_RULES, NETWORK_ACLS, SECURITY_GROUPS
from policy_pack.catalog import rules
from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS, LOAD_BALANCERS
from policy_pack.networks import SENSITIVE_PORTS, is_wide, ports
from policy_pack.rule import UNKNOWN, Block, Resource, Rule, Stack, Verdict

RULES: Final = {rule.id: rule for rule in rules()}
OURS: Final = (
    "apigatewayv2-access-logs",
    "cloudfront-origins-encrypted",
    "cloudfront-tls-version",
    "cloudfront-viewers-encrypted",
    "dax-encryption",
    "dynamodb-deletion-protection",
    "dynamodb-point-in-time-recovery",
    "ebs-volume-encryption",
    "ec2-image-not-public",
    "ec2-network-acl-closed",
    "ec2-no-public-address",
    "ec2-prefix-list-not-everyone",
    "ec2-sensitive-ports-closed",
    "ec2-transit-gateway-accepts-by-hand",
    "ecr-scan-on-push",
    "ecr-tags-immutable",
    "efs-backup",
    "efs-encryption",
    "eks-control-plane-logs",
    "eks-secrets-encryption",
    "elasticache-encryption",
    "elb-access-logs",
    "elb-classic-listener-encrypted",
    "elb-invalid-headers-dropped",
    "elb-listener-encrypted",
    "elb-tls-policy",
    "kinesis-encryption",
    "networkfirewall-default-actions",
    "opensearch-audit-log",
    "opensearch-encryption",
    "rds-backups",
    "rds-encryption",
    "rds-logs",
    "rds-minor-upgrades",
    "rds-multi-az",
    "rds-not-public",
    "rds-snapshots-not-public",
    "redshift-audit-log",
    "redshift-encryption",
    "redshift-not-public",
    "secretsmanager-rotation",
    "sqs-encryption",
    "vpc-subnet-no-public-addresses",
)
EC2_19: Final = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333),
    *(5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)
"""The ports of Security Hub's EC2.19, by its own page."""


def made(type_: str, name: str, **properties: Any) -> Resource:
    return Resource(type_, name, f"urn:pulumi:dev::project::{type_}::{name}", properties)


def judge(rule: str, judged: Resource, *others: Resource) -> Verdict:
    return RULES[rule].judge(judged, Stack([judged, *others]))


def examples(rule: Rule) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield the types that an example's properties may be of, and the properties."""
    for example in (*rule.passes, *rule.fails, *rule.undecided):
        if rule.whole_stack:
            yield from (((type_,), properties) for type_, properties in example.values())
        else:
            yield rule.types, example


# --- What the provider has ---


@pytest.mark.parametrize("id_", OURS)
def test_what_a_rule_reads_is_an_input_of_the_provider(id_: str) -> None:
    for types, properties in examples(RULES[id_]):
        # Types that were renamed have no schema under their old names.
        inputs = {name for type_ in types for name in _inputs(type_)}
        assert properties.keys() <= inputs


def _inputs(type_: str) -> set[str]:
    try:
        return set(resource_schema(type_).inputs)
    except UnknownTypeError:
        return set()


@pytest.mark.parametrize("name", SSL_POLICIES)
def test_tls_policy_is_modern_if_all_its_protocols_are(name: str) -> None:
    protocols = SSL_POLICIES[name]["ssl_protocols"]
    modern = set(protocols) <= {"TLSv1.2", "TLSv1.3"}
    listener = made(LISTENERS[0], "https", protocol="HTTPS", sslPolicy=name)
    assert judge("elb-tls-policy", listener).passed == modern


@pytest.mark.parametrize(
    ("type_", "on"), [(LOAD_BALANCERS[0], False), (CLASSIC_LOAD_BALANCERS[0], True)]
)
def test_access_logs_with_a_bucket_alone_are_on_as_the_provider_has_it(
    type_: str, on: bool
) -> None:
    balancer = made(type_, "balancer", accessLogs={"bucket": "logs"})
    assert judge("elb-access-logs", balancer).passed == on


# --- Networks ---


@pytest.mark.parametrize(
    ("cidr", "wide"),
    [
        ("0.0.0.0/0", True),
        ("0.0.0.0/7", True),
        ("10.0.0.0/8", False),
        ("192.0.2.1", False),
        ("::/0", True),
        ("2000::/3", True),
        ("fc00::/7", False),
        ("everybody", True),
        (None, True),
    ],
)
def test_range_is_wide_if_no_organization_has_it(cidr: object, wide: bool) -> None:
    assert is_wide(cidr) == wide


@pytest.mark.parametrize(
    ("entry", "reached"),
    [
        ({"protocol": "tcp", "fromPort": 22, "toPort": 22}, range(22, 23)),
        ({"protocol": "6", "fromPort": "22", "toPort": "25"}, range(22, 26)),
        ({"protocol": "TCP"}, range(65_536)),
        ({"protocol": "-1", "fromPort": 443, "toPort": 443}, range(65_536)),
        ({}, range(65_536)),
        ({"protocol": "icmp", "fromPort": 8, "toPort": 0}, range(0)),
    ],
)
def test_ports_of_an_entry(entry: Mapping[str, object], reached: range) -> None:
    assert ports(Block(dict(entry), "entry"), "protocol") == reached


@pytest.mark.parametrize("port", EC2_19)
def test_port_that_security_hub_names_is_sensitive(port: int) -> None:
    assert port in SENSITIVE_PORTS


def test_each_port_is_told_once_by_a_name_of_its_own() -> None:
    entry = {"protocol": "tcp", "fromPort": 20, "toPort": 23, "cidrBlocks": ["0.0.0.0/0"]}
    group = made(SECURITY_GROUPS[0], "group", ingress=[entry, {**entry, "fromPort": 22}])
    verdict = judge("ec2-sensitive-ports-closed", group)
    assert [one.name for one in verdict.findings] == [f"port {port}" for port in (20, 21, 22, 23)]


@pytest.mark.parametrize(
    "entry",
    [
        {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": UNKNOWN},
        {"protocol": "tcp", "fromPort": UNKNOWN, "toPort": UNKNOWN, "cidrBlocks": ["10.0.0.0/8"]},
        {"protocol": UNKNOWN, "fromPort": 22, "toPort": 22, "cidrBlocks": []},
    ],
)
def test_what_is_harmless_in_any_case_is_decided(entry: Mapping[str, object]) -> None:
    assert judge(
        "ec2-sensitive-ports-closed", made(SECURITY_GROUPS[0], "g", ingress=[entry])
    ).passed


def acl_entry(number: object, action: str, **changes: object) -> dict[str, object]:
    wide = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"}
    return {"ruleNo": number, "action": action, **wide, **changes}


@pytest.mark.parametrize(
    ("entries", "open_"),
    [
        ([acl_entry(2, "allow"), acl_entry(1, "deny")], False),
        ([acl_entry(1, "allow"), acl_entry(2, "deny")], True),
        ([acl_entry(10, "allow"), acl_entry(9, "deny")], False),
        ([acl_entry("10", "allow"), acl_entry("9", "deny")], False),
        ([acl_entry(1, "deny", cidrBlock="::/0"), acl_entry(2, "allow")], True),
        ([acl_entry(1, "DENY"), acl_entry(2, "allow")], False),
    ],
)
def test_first_entry_of_an_acl_decides(entries: list[dict[str, object]], open_: bool) -> None:
    verdict = judge("ec2-network-acl-closed", made(NETWORK_ACLS[0], "acl", ingress=entries))
    assert verdict.passed != open_
    assert [one.name for one in verdict.findings] == (["port 22", "port 3389"] if open_ else [])


def test_rules_apart_stand_in_one_order_with_those_within() -> None:
    acl = made(NETWORK_ACLS[0], "acl", id="acl-1", ingress=[acl_entry(100, "allow")])
    apart = {"networkAclId": "acl-1", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}
    for number, passed in ((99, True), (101, False)):
        deny = made(NETWORK_ACL_RULES[0], "deny", ruleNumber=number, ruleAction="deny", **apart)
        assert judge("ec2-network-acl-closed", acl, deny).passed == passed
