"""Which checks of Prowler's groups a rule judges, and why none judges the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from policy_pack.catalog import rules
from policy_pack.controls import Control, checks, memberships, prowler
from policy_pack.rule import EnforcementLevel, Rule

GROUPS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "IAM": (("CIS AWS 5.0", "1."), ("CIS AWS 7.0", "2.")),
    "Logging": (("CIS AWS 5.0", "3."), ("CIS AWS 7.0", "4.")),
    "Monitoring": (("CIS AWS 5.0", "4."), ("CIS AWS 7.0", "5.")),
    "Networking": (("CIS AWS 5.0", "5."), ("CIS AWS 7.0", "6.")),
    "CIS Level 1": (("CIS AWS 7.0", "Level 1"),),
    "CIS Level 2": (("CIS AWS 7.0", "Level 1"), ("CIS AWS 7.0", "Level 2")),
    "Forensics": (("Forensics", ""),),
    "GDPR": (("GDPR", ""),),
    "HIPAA": (("HIPAA", ""),),
    "Trust Boundaries": (("Trust Boundaries", ""),),
}
"""By group, the catalogues that it is of, each with how an id or the level of its part begins.

Source: the section of each requirement in Prowler's files of the benchmark. The profile of level 2
holds level 1 (CIS AWS Foundations Benchmark, "Profile Definitions").
"""


@dataclass(frozen=True)
class Reason:
    """Why no rule judges some checks.

    Attributes:
        title: The reason in short.
        meaning: What it means for a user.
        checks: By check, what it is in this case.
    """

    title: str
    meaning: str
    checks: Mapping[str, str]


_ENCLAVES: Final = "Nitro Enclaves"
_ADMINISTRATOR: Final = "what the organization's management account chose, in every region"

REASONS: Final = (
    Reason(
        "Seen at run time alone",
        "What an account holds, or did, is in no program: run Prowler, or look at what the "
        "detectors tell.",
        {
            "accessanalyzer_enabled_without_findings": "what an analyzer found",
            "acm_certificates_expiration_check": (
                "the day on which a certificate ends; ACM renews its own"
            ),
            "config_delegated_admin_and_org_aggregator_all_regions": _ADMINISTRATOR,
            "ec2_ebs_volume_snapshots_exists": "which snapshots there are",
            "ec2_instance_managed_by_ssm": "whether an agent on the instance reports",
            "ec2_instance_older_than_specific_days": "how long an instance has run",
            "ec2_networkacl_unused": "what other stacks attach",
            "ec2_securitygroup_not_used": "what other stacks attach",
            "fms_policy_compliant": "what Firewall Manager found",
            "guardduty_delegated_admin_enabled_all_regions": _ADMINISTRATOR,
            "guardduty_no_high_severity_findings": "what GuardDuty found",
            "iam_avoid_root_usage": (
                "when the root user was last used; the alarm `root-use` of `AuditTrail` tells"
            ),
            "kms_key_enclave_attestation_pcr_mismatch": "what your builds of an enclave measure",
            "kms_key_enclave_attestation_unknown_image": "which enclaves used a key",
            "kms_key_enclave_debug_attestation_detected": "which enclaves used a key",
            "s3_bucket_shadow_resource_vulnerability": (
                "whether another account has a bucket of a name that AWS's services use"
            ),
            "securityhub_delegated_admin_enabled_all_regions": _ADMINISTRATOR,
            "ssm_managed_compliant_patching": "which patches an instance has",
        },
    ),
    Reason(
        "Made by a component",
        "Nothing is wrong with a stack that leaves it to another one, so nothing is found: use "
        "the component once in the account.",
        {
            "account_security_contact_information_is_registered": (
                "`AccountBaseline`, by `security_contact`"
            ),
            "iam_support_role_created": "`AccountBaseline`, by `support_trust`",
        },
    ),
    Reason(
        "Done by hand",
        "A person does it once, most of it as the root user, whose credentials no program should "
        "have.",
        {
            "account_maintain_current_contact_details": (
                "address and telephone number of the account's owner"
            ),
            "cloudtrail_bucket_requires_mfa_delete": "only the root user can switch MFA delete on",
            "iam_no_root_access_key": (
                "the root user deletes it; of member accounts `iam-root-credentials-managed`"
            ),
            "iam_root_hardware_mfa_enabled": "a device is in somebody's hand",
            "iam_root_mfa_enabled": "a device is in somebody's hand",
            "s3_bucket_no_mfa_delete": "only the root user can switch MFA delete on",
        },
    ),
    Reason(
        "Two designs are right",
        "Which one is meant, the program's author knows. We find neither.",
        {
            "awslambda_function_inside_vpc": (
                "a function needs a VPC only to reach what is in one"
            ),
            "bedrock_vpc_endpoints_configured": (
                "an endpoint of each service in each VPC, or TLS to the public ones"
            ),
            "dlm_ebs_snapshot_lifecycle_policy_exists": "Data Lifecycle Manager, or AWS Backup",
            "ec2_instance_uses_single_eni": "one network interface, or one for each network",
            "ec2_securitygroup_with_many_ingress_egress_rules": (
                "many narrow rules can be better than few wide ones, which are found"
            ),
            "iam_check_saml_providers_sts": "a SAML provider, or IAM Identity Center",
            "networkfirewall_in_all_vpc": (
                "a firewall in each VPC, one in a network of its own, or security groups"
            ),
            "secretsmanager_has_restrictive_resource_policy": (
                "a policy of the secret, or of those who may read it"
            ),
            "vpc_endpoint_for_ec2_enabled": "an endpoint, or TLS to the public one",
            "vpc_subnet_separate_private_public": ("both kinds of subnets, or none that is public"),
        },
    ),
    Reason(
        "Done by AWS",
        "It holds for whatever a program says.",
        {
            "eks_cluster_network_policy_enabled": (
                "Prowler looks for the security group that EKS makes for each cluster"
            ),
            "rds_instance_inside_vpc": "there is nowhere else since EC2-Classic ended",
            "s3_bucket_default_encryption": "S3 has encrypted all new objects since January 2023",
        },
    ),
    Reason(
        "Not yet",
        "It could be judged or made. Most of it is of services that are not serverless.",
        {
            "ec2_confidential_workload_host_public_ip": _ENCLAVES,
            "ec2_confidential_workload_host_unrestricted_ingress": _ENCLAVES,
            "ec2_confidential_workload_host_vsock_proxy_exposed": _ENCLAVES,
            "emr_cluster_master_nodes_no_public_ip": "EMR",
            "kms_key_enclave_attestation_no_deployment_binding": _ENCLAVES,
            "neptune_cluster_uses_public_subnet": "Neptune",
            "resourceexplorer2_indexes_found": "no component makes an index yet",
            "workspaces_vpc_2private_1public_subnets_nat": "WorkSpaces",
        },
    ),
)
"""Why a check of the groups is judged by no rule. One that a rule comes to judge leaves it.

Source: what each check does in Prowler's code. S3 User Guide, "Using server-side encryption with
Amazon S3 managed keys", "Deleting an object from an MFA delete-enabled bucket"; Amazon EKS User
Guide, "View Amazon EKS security group requirements for clusters". That two designs are right is our
judgement.
"""


@cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """Return the groups that each check is in, for all checks that are in one."""
    found = {
        check: tuple(group for group, parts in GROUPS.items() if _is_in(check, parts))
        for check in checks()
    }
    return {check: groups for check, groups in found.items() if groups}


def _is_in(check: str, parts: tuple[tuple[str, str], ...]) -> bool:
    return any(_is_part(member, *part) for member in memberships(prowler(check)) for part in parts)


def _is_part(member: Control, framework: str, start: str) -> bool:
    begins = member.level == start if start.startswith("Level") else member.id.startswith(start)
    return member.framework == framework and begins


@cache
def judges() -> Mapping[str, tuple[Rule, ...]]:
    """Return the rules that judge each check of the groups, as they are set by default."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules():
        for control in rule.served():
            if control.framework == "Prowler" and control.id in groups():
                found[control.id] = (*found.get(control.id, ()), rule)
    return found


def render() -> str:
    """Return `docs/coverage.md`: how much of each group is judged, and what is not, with why."""
    lines = [
        "# What is covered",
        "",
        "Generated from the rules and `policy_pack/coverage.py` by `make docs`. The groups and",
        "their checks are Prowler's (`policy_pack/controls.json`): IAM, Logging, Monitoring and",
        "Networking are the sections of CIS AWS 5.0 and 7.0; the levels are those of 7.0, of which",
        "level 2 holds level 1. A rule judges what a program says, before it is deployed. What was",
        "made by other means, and what was changed since, Prowler sees: run it too.",
        "",
        "| group | checks | judged by a rule |" + "".join(f" {one.title} |" for one in REASONS),
        "|---|---|---|" + "---|" * len(REASONS),
        *map(_count, GROUPS),
        "",
        "## Judged by no rule",
    ]
    for reason in REASONS:
        lines += ["", f"### {reason.title}", "", reason.meaning, ""]
        lines += ["| check | groups | why |", "|---|---|---|"]
        lines += [_row(check, reason.checks[check]) for check in sorted(reason.checks)]
    lines += [
        "",
        "## Judged",
        "",
        "A rule in brackets advises, and blocks nothing unless it is told to; one that is off",
        "judges nothing before it is switched on.",
        "",
        "| check | groups | rules |",
        "|---|---|---|",
        *(_row(check, ", ".join(map(_link, judges()[check]))) for check in sorted(judges())),
    ]
    return "\n".join(lines) + "\n"


def _count(group: str) -> str:
    members = {check for check, found in groups().items() if group in found}
    numbers = [len(members & reason.checks.keys()) for reason in REASONS]
    judged = len(members & judges().keys())
    return f"| {group} | {len(members)} | {judged} |" + "".join(f" {one} |" for one in numbers)


def _row(check: str, told: str) -> str:
    named = [group for group in groups()[check] if not _follows(group, check)]
    return f"| `{check}` | {', '.join(named)} | {told} |"


def _follows(group: str, check: str) -> bool:
    """Tell whether a group is as good as named by another: level 2 is, by level 1."""
    return group == "CIS Level 2" and "CIS Level 1" in groups()[check]


def _link(rule: Rule) -> str:
    link = f"[{rule.id}](rules.md#{rule.id})"
    if rule.level is EnforcementLevel.DISABLED:
        return f"{link} (off)"
    return f"({link})" if rule.level is EnforcementLevel.ADVISORY else link
