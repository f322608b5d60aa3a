from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import (
    SEARCH_DOMAINS,
    SEARCH_POLICIES,
    granted,
    open_to_everyone,
)
from policy_pack.rule import (
    UNKNOWN,
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

_DOMAIN, _POLICY = SEARCH_DOMAINS[0], SEARCH_POLICIES[0]
_INSIDE = {"vpcOptions": {"subnetIds": ["subnet-1"]}}


def _open(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}
    return {"accessPolicies": json.dumps({"Statement": statement | changes})}


def _apart(domain: dict[str, Any], **changes: object) -> dict[str, Any]:
    policy = {"domainName": ref("domain"), **_open(**changes)}
    return {"policy": (_POLICY, policy), "domain": (_DOMAIN, domain)}


@rule(
    title="OpenSearch domains are not public",
    types=(*SEARCH_DOMAINS, *SEARCH_POLICIES),
    severity=Severity.CRITICAL,
    fix=(
        "Put the domain into a VPC with vpc_options, or name the principals, or tie the statement "
        "to aws:SourceIp."
    ),
    controls=(prowler("opensearch_service_domains_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {"domain": (_DOMAIN, {})},
        {"domain": (_DOMAIN, {**_open(), **_INSIDE})},
        {"domain": (_DOMAIN, _open(Principal={"AWS": "123456789012"}))},
        {
            "domain": (
                _DOMAIN,
                _open(Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}),
            )
        },
        _apart(_INSIDE),
        _apart({}, Principal={"AWS": "123456789012"}),
    ],
    fails=[
        {"domain": (_DOMAIN, _open())},
        {"domain": (_DOMAIN, _open(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))},
        {"domain": (_DOMAIN, {**_open(), "vpcOptions": {}})},
        _apart({}),
        {"policy": (_POLICY, {"domainName": "elsewhere", **_open()})},
        {
            "policy": (_POLICY, {"domainName": "elsewhere", **_open()}),
            "domain": (_DOMAIN, _INSIDE),
        },
    ],
    undecided=[
        {"domain": (_DOMAIN, {"accessPolicies": UNKNOWN})},
        {"policy": (_POLICY, {"domainName": "d", "accessPolicies": UNKNOWN})},
    ],
    omission="A domain without policy is open to its own account alone.",
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Let nobody outside read or change what is indexed.

    Within a VPC security groups stand before a domain, so that its policy may be open. A policy
    made apart is held against the domain of the stack that it is for; one that is for a domain of
    another stack is found where it is open.

    Source: Amazon OpenSearch Service Developer Guide, "Identity and Access Management", "Resource-
    based policies"; "Launching your domains within a VPC".
    """
    domains = [resource] if resource.type in SEARCH_DOMAINS else stack.of_type(*SEARCH_DOMAINS)

    def inside(domain: Resource) -> bool:
        own = domain is resource or resource.refers_to("domainName", domain)
        return own and domain.has("vpcOptions")

    def judge(statement: Statement) -> Findings:
        if not open_to_everyone(statement) or statement.ties(_is_some, "aws:SourceIp"):
            return
        if not some(domains, inside):
            yield finding(
                "The domain policy statement '{name}' allows everyone.", name=statement.sid
            )

    yield from every(granted(resource), judge)


def _is_some(address: str) -> bool:
    return not address.endswith("/0") and bool(address.strip("*?"))
