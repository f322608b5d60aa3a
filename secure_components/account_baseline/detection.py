"""What looks for threats, weaknesses and open doors, in each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.account_baseline.checks import STANDARDS
from secure_components.account_baseline.parts import Making

_FEATURES: Final = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
)
"""What GuardDuty watches without anything installed; named as its API does."""
_RUNTIME: Final = "RUNTIME_MONITORING"
_AGENTS: Final = (
    "EKS_ADDON_MANAGEMENT",
    "ECS_FARGATE_AGENT_MANAGEMENT",
    "EC2_AGENT_MANAGEMENT",
)
_FIRST_STANDARDS: Final = {
    "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
    "cis": "cis-aws-foundations-benchmark/v/5.0.0",
}
"""The newest that Security Hub has: AWS's news of October 2025 for CIS 5.0; of CIS 7.0 it has none.
"""


def make_guardduty(making: Making, region: str) -> pulumi.Output[str]:
    """Switch GuardDuty on, and return the detector's id."""
    name = f"{making.name}-guardduty-{region}"
    detector = aws.guardduty.Detector(
        name,
        enable=True,
        finding_publishing_frequency="FIFTEEN_MINUTES",
        region=region,
        opts=making.opts(making.adopted("guardduty", region)),
    )
    features: list[tuple[str, Sequence[str]]] = [(feature, ()) for feature in _FEATURES]
    if making.args.get("runtime_monitoring"):
        features.append((_RUNTIME, _AGENTS))
    previous: list[pulumi.Resource] = []
    for feature, agents in features:
        made = aws.guardduty.DetectorFeature(
            f"{making.name}-guardduty-{feature.lower().replace('_', '-')}-{region}",
            detector_id=detector.id,
            name=feature,
            status="ENABLED",
            additional_configurations=[{"name": agent, "status": "ENABLED"} for agent in agents]
            or None,
            region=region,
            # One after the other: each is an update of the same detector.
            opts=making.opts(None, *previous),
        )
        previous = [made]
    return detector.id


def make_security_hub(
    making: Making, region: str, after: Sequence[pulumi.Resource]
) -> pulumi.Output[str]:
    """Switch Security Hub and its standards on, and return the hub's ARN."""
    hub = aws.securityhub.Account(
        f"{making.name}-security-hub-{region}",
        # Those that are wanted are named below: AWS's own choice still has CIS 1.2.
        enable_default_standards=False,
        auto_enable_controls=True,
        control_finding_generator="SECURITY_CONTROL",
        region=region,
        # Its checks ask AWS Config.
        opts=making.opts(making.adopted("security_hub", region), *after),
    )
    chosen = {one: STANDARDS[one] for one in making.args.get("standards", ())}
    partition = making.here.apply(lambda at: at.partition)
    for label, standard in (_FIRST_STANDARDS | chosen).items():
        aws.securityhub.StandardsSubscription(
            f"{making.name}-security-hub-{label}-{region}",
            standards_arn=pulumi.Output.format(
                "arn:{0}:securityhub:{1}::standards/{2}", partition, region, standard
            ),
            region=region,
            opts=making.opts(None, hub),
        )
    return hub.arn


def make_access_analyzer(making: Making, region: str) -> pulumi.Output[str]:
    """Look for what others than the account may reach, and return the analyzer's ARN."""
    adopted = making.adopted("access_analyzer", region)
    analyzer = aws.accessanalyzer.Analyzer(
        f"{making.name}-access-analyzer-{region}",
        analyzer_name=adopted or f"{making.name}-external-access",
        type="ACCOUNT",
        region=region,
        opts=making.opts(adopted),
    )
    return analyzer.arn


def make_unused_access_analyzer(making: Making, days: int) -> None:
    """Look for roles, keys and permissions that nobody uses; IAM is the same in every region."""
    aws.accessanalyzer.Analyzer(
        f"{making.name}-unused-access",
        analyzer_name=f"{making.name}-unused-access",
        type="ACCOUNT_UNUSED_ACCESS",
        configuration={"unused_access": {"unused_access_age": days}},
        region=making.home,
        opts=making.opts(),
    )


def make_macie(making: Making, region: str) -> None:
    """Look for personal data in buckets."""
    aws.macie2.Account(
        f"{making.name}-macie-{region}",
        status="ENABLED",
        finding_publishing_frequency="FIFTEEN_MINUTES",
        region=region,
        opts=making.opts(making.adopted("macie", region)),
    )


def make_inspector(making: Making, region: str, scans: Sequence[str]) -> None:
    """Look for known vulnerabilities."""
    aws.inspector2.Enabler(
        f"{making.name}-inspector-{region}",
        account_ids=[making.account],
        resource_types=list(scans),
        region=region,
        opts=making.opts(),
    )
