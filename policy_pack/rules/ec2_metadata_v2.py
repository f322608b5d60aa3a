from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import INSTANCES, LAUNCH_CONFIGURATIONS, LAUNCH_TEMPLATES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EC2 instances give metadata to sessions alone (IMDSv2)",
    types=(*INSTANCES, *LAUNCH_TEMPLATES, *LAUNCH_CONFIGURATIONS),
    severity=Severity.HIGH,
    fix='Set metadata_options={"http_tokens": "required"}.',
    controls=(
        prowler("ec2_instance_imdsv2_enabled"),
        prowler("ec2_confidential_workload_host_imdsv2_not_enforced"),
        prowler("ec2_launch_template_imdsv2_required"),
        owasp("A10:2021"),
    ),
    passes=[
        {"metadataOptions": {"httpTokens": "required"}},
        {"metadataOptions": {"httpEndpoint": "disabled"}},
    ],
    fails=[
        {"metadataOptions": {"httpTokens": "optional"}},
        {"metadataOptions": {"httpEndpoint": "enabled"}},
        {},
    ],
    undecided=[{"metadataOptions": {"httpTokens": UNKNOWN}}, {"metadataOptions": UNKNOWN}],
)
def check(resource: Resource) -> Iterator[str]:
    """Let no request that an attacker makes the instance send read the credentials of its role.

    IMDSv2 asks for a token that a forged request (SSRF) cannot get. An instance that says nothing
    follows its image, or the region's default, which another stack may change.

    Source: EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".
    """
    options = "metadataOptions"
    if resource.get(options, "httpEndpoint") == "disabled":
        return
    if resource.get(options, "httpTokens") != "required":
        yield "Metadata, with the role's credentials, is given without a session."
