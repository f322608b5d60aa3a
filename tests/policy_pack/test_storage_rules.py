"""Networks, endpoints and stores: what the examples of those rules cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from moto.elbv2.ssl_policies import SSL_POLICIES

from local.cloud.schema import UnknownTypeError, resource_schema
from policy_pack.aws import (
    BUCKET_LIFECYCLES,
    BUCKET_LOGGINGS,
    BUCKET_POLICIES,
    BUCKETS,
    LISTENERS,
    LOG_DELIVERIES,
    LOG_DELIVERY_DESTINATIONS,
    LOG_DELIVERY_SOURCES,
    METHOD_SETTINGS,
    NETWORK_ACL_RULES,
    NETWORK_ACLS,
    SECURITY_GROUPS,
    TRAILS,
)
from policy_pack.catalog import rules
from policy_pack.configuration import Configuration, Given
from policy_pack.endpoints import (
    CLASSIC_LOAD_BALANCERS,
    DISTRIBUTIONS,
    LOAD_BALANCERS,
    REST_APIS,
    REST_STAGES,
)
from policy_pack.judge import Judge
from policy_pack.networks import SENSITIVE_PORTS, is_wide, ports
from policy_pack.rule import UNKNOWN, Block, EnforcementLevel, Resource, Rule, Stack, Verdict

RULES: Final = {rule.id: rule for rule in rules()}
OURS: Final = (
    "apigateway-access-logs",
    "apigateway-execution-logs",
    "apigateway-no-body-logs",
    "apigatewayv2-access-logs",
    "bedrock-invocation-logs",
    "cloudfront-access-logs",
    "cloudfront-origins-encrypted",
    "cloudfront-tls-version",
    "cloudfront-viewers-encrypted",
    "cloudtrail-bucket-access-logs",
    "cloudtrail-bucket-locked",
    "cloudtrail-bucket-retention",
    "cloudtrail-insights",
    "cloudtrail-s3-data-events",
    "dax-encryption",
    "dynamodb-deletion-protection",
    "dynamodb-encryption",
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
    "elb-deletion-protection",
    "elb-invalid-headers-dropped",
    "elb-listener-encrypted",
    "elb-tls-policy",
    "kinesis-encryption",
    "neptune-audit-log",
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
    "s3-access-logs",
    "s3-lifecycle",
    "secretsmanager-rotation",
    "sqs-encryption",
    "vpc-subnet-no-public-addresses",
)
EC2_19: Final = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333),
    *(5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)
"""The ports of Security Hub's EC2.19, by its own page."""


def made(type_: str, name: str, /, **properties: Any) -> Resource:
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


# --- Access logs ---


def of(name: str, type_: str = BUCKETS[0]) -> str:
    return made(type_, name).urn


def sent(type_: str, name: str, sources: Mapping[str, list[str]], **properties: Any) -> Resource:
    """Make a resource whose properties were made of others, as at a preview."""
    return Resource(type_, name, of(name, type_), properties, sources)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("logs.s3.amazonaws.com", True),
        ("logs.s3.eu-west-1.amazonaws.com", True),
        ("logs.s3-eu-west-1.amazonaws.com", True),
        ("logs.s3.cn-north-1.amazonaws.com.cn", True),
        ("arn:aws:s3:::logs", True),
        ("arn:aws-cn:s3:::logs/sites", True),
        ("logs", True),
        ("other.logs.s3.amazonaws.com", False),
        ("logs.s3-archive", False),
        ("logs-2", False),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:logs", False),
        ("", False),
    ],
)
def test_bucket_that_takes_access_logs_is_known_by_all_its_names(told: str, taken: bool) -> None:
    logs = made(BUCKETS[0], "logs", bucket="logs")
    site = made(DISTRIBUTIONS[0], "site", loggingConfig={"bucket": told})
    assert judge("s3-access-logs", logs, site).passed == taken
    where = {"destinationResourceArn": told}
    delivery = made(LOG_DELIVERY_DESTINATIONS[0], "to", deliveryDestinationConfiguration=where)
    assert judge("s3-access-logs", logs, delivery).passed == taken


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (["logs"], "passed"),
        (["logs", "other"], "undecided"),
        (["other"], "found"),
        ([], "undecided"),
    ],
)
def test_target_that_is_not_known_yet_is_told_by_what_it_is_made_of(
    sources: list[str], told: str
) -> None:
    logs = made(BUCKETS[0], "logs", id=UNKNOWN, bucket=UNKNOWN)
    balancer = sent(
        LOAD_BALANCERS[0],
        "balancer",
        {"accessLogs": [of(name) for name in sources]},
        accessLogs={"enabled": True, "bucket": UNKNOWN},
    )
    verdict = judge("s3-access-logs", logs, balancer)
    assert verdict.passed == (told == "passed")
    assert bool(verdict.undecided) == (told == "undecided")
    assert bool(verdict.findings) == (told == "found")


def test_bucket_of_a_trail_is_judged_once() -> None:
    logs = made(BUCKETS[0], "logs", bucket="logs")
    trail = made(TRAILS[0], "trail", s3BucketName="logs")
    assert judge("s3-access-logs", logs, trail).passed
    assert judge("cloudtrail-bucket-access-logs", trail, logs).findings
    logging = made(BUCKET_LOGGINGS[1], "logging", bucket="logs", targetBucket="access-logs")
    assert judge("cloudtrail-bucket-access-logs", trail, logs, logging).passed


def test_trail_that_may_write_to_one_of_two_buckets_is_undecided() -> None:
    both = {"s3BucketName": [of("a"), of("b")]}
    trail = sent(TRAILS[0], "trail", both, s3BucketName=UNKNOWN)
    buckets = [made(BUCKETS[0], name, bucket=UNKNOWN) for name in "ab"]
    assert judge("cloudtrail-bucket-access-logs", trail, *buckets).undecided
    for rule in ("cloudtrail-bucket-locked", "cloudtrail-bucket-retention"):
        assert judge(rule, buckets[0], trail, buckets[1]).undecided


def test_any_lifecycle_of_a_trails_bucket_counts_and_another_buckets_does_not() -> None:
    logs, other = (made(BUCKETS[0], name, bucket=name) for name in ("logs", "other"))
    trail = made(TRAILS[0], "trail", s3BucketName="logs")
    expires = [{"status": "Enabled", "expiration": {"days": 7}}]
    for bucket, found in (("logs", True), ("other", False)):
        lifecycle = made(BUCKET_LIFECYCLES[1], "lifecycle", bucket=bucket, rules=expires)
        verdict = judge("cloudtrail-bucket-retention", logs, trail, other, lifecycle)
        assert bool(verdict.findings) == found


def test_setting_says_how_long_a_trails_files_are_locked_and_kept() -> None:
    lock = {"mode": "GOVERNANCE", "days": 400}
    logs = made(
        BUCKETS[0],
        "logs",
        bucket="logs",
        objectLockConfiguration={"rule": {"defaultRetention": lock}},
        lifecycleRules=[{"enabled": True, "expiration": {"days": 400}}],
    )
    stack = Stack([logs, made(TRAILS[0], "trail", s3BucketName="logs")])
    for rule in ("cloudtrail-bucket-locked", "cloudtrail-bucket-retention"):
        assert RULES[rule].judge(logs, stack).passed
        (finding,) = RULES[rule].judge(logs, stack, {"days": 401}).findings
        assert "less than 401 days" in finding.reason


def test_delivery_of_another_distribution_logs_nothing() -> None:
    site = made(DISTRIBUTIONS[0], "site", id="E1", arn="arn:of:E1")
    other = made(DISTRIBUTIONS[0], "other", id="E2", arn="arn:of:E2")
    source = made(
        LOG_DELIVERY_SOURCES[0], "source", name="s", logType="ACCESS_LOGS", resourceArn="arn:of:E1"
    )
    delivery = made(LOG_DELIVERIES[0], "delivery", deliverySourceName="s")
    assert judge("cloudfront-access-logs", site, other, source, delivery).passed
    assert judge("cloudfront-access-logs", other, site, source, delivery).findings
    assert judge("cloudfront-access-logs", site, other, source).findings


# --- REST APIs ---


def stages(*apis: object, names: tuple[object, ...] = ("live", "live")) -> list[Resource]:
    """Make two stages, of two APIs that are known or not yet."""
    return [
        sent(
            REST_STAGES[0],
            f"stage-{index}",
            {"restApi": [of(f"api-{index}", REST_APIS[0])]},
            restApi=api,
            stageName=name,
        )
        for index, (api, name) in enumerate(zip(apis, names, strict=True))
    ]


def settings_of(sources: Mapping[str, list[str]], **properties: Any) -> Resource:
    logged = {"methodPath": "*/*", "settings": {"loggingLevel": "ERROR"}}
    return sent(METHOD_SETTINGS[0], "settings", sources, **logged, **properties)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(settings_of({}, restApi="a", stageName="live"), id="known"),
        pytest.param(
            settings_of({"stageName": [of("stage-0", REST_STAGES[0])]}, restApi="a", stageName="x"),
            id="by the stage",
        ),
    ],
)
def test_settings_are_of_the_stage_of_their_api(settings: Resource) -> None:
    first, second = stages("a", "b")
    assert judge("apigateway-execution-logs", first, second, settings).passed
    assert judge("apigateway-execution-logs", second, first, settings).findings


@pytest.mark.parametrize(
    "sources",
    [
        {"restApi": [of("api-0", REST_APIS[0])]},
        {"restApi": [of("stage-0", REST_STAGES[0])]},
    ],
)
def test_api_that_is_not_known_yet_is_told_by_what_it_is_made_of(
    sources: Mapping[str, list[str]],
) -> None:
    first, second = stages(UNKNOWN, UNKNOWN)
    settings = settings_of(sources, restApi=UNKNOWN, stageName="live")
    assert judge("apigateway-execution-logs", first, second, settings).passed
    assert judge("apigateway-execution-logs", second, first, settings).findings
    unknown = settings_of({}, restApi=UNKNOWN, stageName="live")
    assert judge("apigateway-execution-logs", first, second, unknown).undecided
    elsewhere = settings_of({}, restApi=UNKNOWN, stageName="test")
    assert judge("apigateway-execution-logs", first, second, elsewhere).findings


# --- What is off by default ---


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, False),
        ({"cloudtrail-s3-data-events": Given(EnforcementLevel.MANDATORY)}, True),
        ({"cloudtrail-s3-data-events": Given(EnforcementLevel.ADVISORY)}, True),
        ({"cloudtrail-insights": Given(EnforcementLevel.ADVISORY)}, False),
    ],
)
def test_data_events_are_asked_for_by_who_switches_the_rule_on(
    given: Mapping[str, Given], found: bool
) -> None:
    judge = Judge(Configuration(rules(), given=given))
    trail = made(TRAILS[0], "trail")
    told = [*judge.resource(trail), *judge.stack(Stack([trail]))]
    assert ("cloudtrail-s3-data-events" in {one.rule.id for one in told}) == found


def trail_may_write(policy: object) -> Resource:
    return made(BUCKET_POLICIES[0], "policy", bucket="logs", policy=policy)


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({}, True),
        ({"Action": "s3:*"}, True),
        ({"Principal": {"Service": ["config.amazonaws.com", "cloudtrail.amazonaws.com"]}}, True),
        ({"Principal": {"Service": "config.amazonaws.com"}}, False),
        ({"Action": "s3:GetBucketAcl"}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_bucket_that_trails_of_other_accounts_write_to_is_a_trails(
    policy: dict[str, Any], *, found: bool
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "*",
    }
    bucket = made(BUCKETS[0], "logs", bucket="logs")
    holder = trail_may_write({"Statement": [statement | policy]})
    assert bool(judge("cloudtrail-bucket-locked", bucket, holder).findings) is found


def test_bucket_whose_policy_is_not_known_may_be_a_trails() -> None:
    bucket = made(BUCKETS[0], "logs", bucket="logs")
    assert judge("cloudtrail-bucket-locked", bucket, trail_may_write(UNKNOWN)).undecided
