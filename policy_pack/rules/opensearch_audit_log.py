from __future__ import annotations

from collections.abc import Iterator

from policy_pack.resource_policies import SEARCH_DOMAINS
from policy_pack.rule import UNKNOWN, Block, Resource, Severity, owasp, prowler, rule, some


def _logs(kind: object = "AUDIT_LOGS", **changes: object) -> dict[str, object]:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/search/audit"
    return {"logPublishingOptions": [{"logType": kind, "cloudwatchLogGroupArn": arn, **changes}]}


@rule(
    title="OpenSearch domains keep an audit log",
    types=SEARCH_DOMAINS,
    severity=Severity.MEDIUM,
    fix="Publish AUDIT_LOGS to a log group in log_publishing_options.",
    controls=(
        prowler("opensearch_service_domains_audit_logging_enabled"),
        owasp("A09:2021"),
    ),
    passes=[_logs(), _logs(enabled=True), _logs(cloudwatchLogGroupArn=UNKNOWN)],
    fails=[{}, _logs("INDEX_SLOW_LOGS"), _logs(enabled=False)],
    undecided=[_logs(UNKNOWN), _logs(enabled=UNKNOWN), {"logPublishingOptions": UNKNOWN}],
)
def check(domain: Resource) -> Iterator[str]:
    """Keep who logged in and what they asked, so that a theft of data can be followed."""
    if not some(domain.blocks("logPublishingOptions"), _is_audit):
        yield "The domain keeps no audit log."


def _is_audit(option: Block) -> bool:
    return option.get("logType") == "AUDIT_LOGS" and option.get("enabled", default=True) is True
