from __future__ import annotations

from policy_pack.resource_policies import SEARCH_DOMAINS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)

_WHOLE = {
    "encryptAtRest": {"enabled": True},
    "nodeToNodeEncryption": {"enabled": True},
    "domainEndpointOptions": {"enforceHttps": True},
}


@rule(
    title="OpenSearch domains encrypt at rest and on every way",
    types=SEARCH_DOMAINS,
    severity=Severity.HIGH,
    fix=(
        "Set enabled=True in encrypt_at_rest and node_to_node_encryption, and enforce_https=True "
        "in domain_endpoint_options."
    ),
    controls=(
        prowler("opensearch_service_domains_encryption_at_rest_enabled"),
        prowler("opensearch_service_domains_node_to_node_encryption_enabled"),
        prowler("opensearch_service_domains_https_communications_enforced"),
        owasp("A02:2021"),
    ),
    passes=[
        _WHOLE,
        {**_WHOLE, "encryptAtRest": {"enabled": True, "kmsKeyId": UNKNOWN}},
        {**_WHOLE, "domainEndpointOptions": {"tlsSecurityPolicy": UNKNOWN}},
    ],
    fails=[
        {},
        *({**_WHOLE, name: None} for name in _WHOLE),
        {**_WHOLE, "encryptAtRest": {"enabled": False}},
        {**_WHOLE, "nodeToNodeEncryption": {"enabled": False}},
        {**_WHOLE, "domainEndpointOptions": {"enforceHttps": False}},
        {**_WHOLE, "encryptAtRest": UNKNOWN, "nodeToNodeEncryption": {"enabled": False}},
    ],
    undecided=[
        {**_WHOLE, "encryptAtRest": {"enabled": UNKNOWN}},
        {**_WHOLE, "nodeToNodeEncryption": UNKNOWN},
        {**_WHOLE, "domainEndpointOptions": {"enforceHttps": UNKNOWN}},
    ],
)
def check(domain: Resource) -> Findings:
    """Keep what is indexed, logs of all kinds among it, unreadable on the way and at rest."""
    yield from every((_judge_rest, _judge_nodes, _judge_clients), lambda judge: judge(domain))


def _judge_rest(domain: Resource) -> Findings:
    if domain.get("encryptAtRest", "enabled") is not True:
        yield "The domain is not encrypted at rest."


def _judge_nodes(domain: Resource) -> Findings:
    if domain.get("nodeToNodeEncryption", "enabled") is not True:
        yield "Nodes speak with one another without TLS."


def _judge_clients(domain: Resource) -> Findings:
    given = domain.has("domainEndpointOptions")  # where it is, the provider enforces by default
    if domain.get("domainEndpointOptions", "enforceHttps", default=given) is not True:
        yield "The domain answers over HTTP."
