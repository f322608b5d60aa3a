from __future__ import annotations

from policy_pack.aws import DETECTOR_FEATURES, DETECTORS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)

_S3_OFF = {"datasources": {"s3Logs": {"enable": False}}}
_MALWARE = ("datasources", "malwareProtection", "scanEc2InstanceWithFindings", "ebsVolumes")
_SOURCES = (
    ("datasources", "s3Logs"),
    ("datasources", "kubernetes", "auditLogs"),
    _MALWARE,
)


@rule(
    title="No feature of GuardDuty is switched off",
    types=(*DETECTOR_FEATURES, *DETECTORS),
    severity=Severity.MEDIUM,
    fix='Set status="ENABLED", or leave the feature to the owner of the organization\'s detectors.',
    controls=(
        prowler("guardduty_s3_protection_enabled"),
        prowler("guardduty_eks_audit_log_enabled"),
        prowler("guardduty_eks_runtime_monitoring_enabled"),
        prowler("guardduty_ec2_malware_protection_enabled"),
        prowler("guardduty_rds_protection_enabled"),
        prowler("guardduty_lambda_protection_enabled"),
        owasp("A09:2021"),
    ),
    passes=[
        {"name": "S3_DATA_EVENTS", "status": "ENABLED"},
        {
            "name": "RUNTIME_MONITORING",
            "status": "ENABLED",
            "additionalConfigurations": [{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"}],
        },
        {"enable": True},
        {"datasources": {"s3Logs": {"enable": True}}},
    ],
    fails=[
        {"name": "S3_DATA_EVENTS", "status": "DISABLED"},
        {
            "name": "RUNTIME_MONITORING",
            "status": "ENABLED",
            "additionalConfigurations": [{"name": "EC2_AGENT_MANAGEMENT", "status": "DISABLED"}],
        },
        _S3_OFF,
        {"datasources": {"kubernetes": {"auditLogs": {"enable": False}}}},
        {
            "datasources": {
                "malwareProtection": {
                    "scanEc2InstanceWithFindings": {"ebsVolumes": {"enable": False}}
                }
            }
        },
    ],
    undecided=[
        {"name": "S3_DATA_EVENTS", "status": UNKNOWN},
        {"datasources": {"s3Logs": {"enable": UNKNOWN}}},
    ],
    remedies={DETECTOR_FEATURES: {"status": "ENABLED"}},
    omission=(
        "AWS switches the features of a new detector on, those that install an agent excepted; "
        "a feature must have a status."
    ),
)
def check(resource: Resource) -> Findings:
    """Let nobody switch a part of GuardDuty off unseen, which saves money and shows nothing.

    Source: GuardDuty API Reference, `DetectorFeatureConfiguration`; the provider's documentation of
    `datasources`, the features' older form.
    """
    yield from every([resource, *resource.blocks("additionalConfigurations")], _judge_status)
    yield from every(_SOURCES, lambda path: _judge_source(resource, path))


def _judge_status(holder: Block) -> Findings:
    if holder.get("status", default="ENABLED") != "ENABLED":
        yield "A feature of GuardDuty is switched off."


def _judge_source(resource: Resource, path: tuple[str, ...]) -> Findings:
    if resource.get(*path, "enable", default=True) is not True:
        yield "A data source of GuardDuty is switched off."
