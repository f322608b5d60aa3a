"""Arguments of `AccountBaseline`."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from secure_components.trust import TrustArgs


class SecurityContactArgs(TypedDict):
    """Whom AWS tells of abuse and incidents, beside the root user. Free."""

    name: pulumi.Input[str]
    """A team's name rather than a person's. Required."""

    title: pulumi.Input[str]
    """Its task, as `Security team`. Required."""

    email: pulumi.Input[str]
    """Address that several people read. Required."""

    phone: pulumi.Input[str]
    """Telephone number, as `+31 20 555 0100`. Required."""


class VpcArgs(TypedDict):
    """A network whose traffic is recorded, and whose default security group is closed."""

    vpc_id: pulumi.Input[str]
    """Its id, as `vpc-0123456789abcdef0`. Required."""

    region: NotRequired[str]
    """Its region, one of `regions`; the first of them when absent."""


class BudgetArgs(TypedDict):
    """A monthly budget of the account's costs. Free (AWS Budgets pricing: without actions)."""

    monthly_limit: int
    """USD a month. Required."""

    emails: Sequence[pulumi.Input[str]]
    """Up to 10 addresses, told at 80% spent and at 100% forecast. Required."""


class AccountBaselineArgs(TypedDict):
    """Arguments of `AccountBaseline`."""

    regions: Sequence[str]
    """Every region that the account may be used in, as `["eu-west-1", "us-east-1"]`. The first one
    is home: there are what an account has once, the bucket and the records of IAM. Children are
    named after their region, so that one can be added and moved. Required."""

    security_contact: NotRequired[SecurityContactArgs]
    """Whom AWS tells of abuse and incidents. Required, unless managed elsewhere."""

    support_trust: NotRequired[TrustArgs]
    """Who may take the role for cases with AWS Support, as permission sets of IAM Identity Center
    (`{"identity_center": {"permission_sets": ["Operations"]}}`); users with MFA alone. Required,
    unless `support_role` is managed elsewhere."""

    vpcs: NotRequired[Mapping[str, VpcArgs]]
    """Networks by a name of yours, which names the children: the default VPC of each region too,
    unless it was deleted. For each, all traffic is recorded in an encrypted log group, and the
    default security group loses its rules."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that flow logs, Config's files and the access logs of them are kept: 365 (default), 400,
    545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."""

    config_access_log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that records who reads Config's files; one is made when absent. It must be
    of the home region and this account, without SSE-KMS by default and without object lock, and let
    `logging.s3.amazonaws.com` put objects."""

    password_length: NotRequired[int]
    """Characters that an IAM user's password has at least: 14 (default) to 128."""

    runtime_monitoring: NotRequired[bool]
    """Whether GuardDuty also installs its agent on EC2 instances, EKS clusters and Fargate tasks,
    and watches their processes: 1.50 USD per vCPU and month for the first 500. Off by default."""

    standards: NotRequired[Sequence[str]]
    """Standards that Security Hub checks beside AWS FSBP and CIS: `nist-800-53`, `nist-800-171`,
    `pci-dss`, `tagging`. Each adds checks, of 0.001 USD, where it has controls that the others
    lack."""

    unused_access_after_days: NotRequired[int]
    """Days, 1 to 365, after which Access Analyzer reports unused roles, keys and permissions; not
    looked for when absent. 0.20 USD per role or user and month."""

    aggregate: NotRequired[bool]
    """Whether AWS Config shows all `regions` as one, in the home region. Free."""

    macie: NotRequired[bool]
    """Whether Macie watches buckets and looks for personal data in them: 0.10 USD per bucket and
    month, and 1 USD per GB that it reads (30 days free). CIS AWS 7.0 asks for it (3.1.3)."""

    inspector: NotRequired[Sequence[str]]
    """What Inspector scans for known vulnerabilities: `EC2`, `ECR`, `LAMBDA`, `LAMBDA_CODE`.
    1.26 USD per instance and month, 0.09 USD per image, 0.30 USD per function and month."""

    budget: NotRequired[BudgetArgs]
    """A budget that tells of high costs, which often are the first sign of a stolen key."""

    managed_elsewhere: NotRequired[Sequence[str]]
    """Parts that something else manages, such as the organization's administrator account or AWS
    Control Tower, and that are not made: `access_analyzer`, `config`, `config_role`,
    `default_security_groups`, `ebs_encryption`, `flow_logs`, `guardduty`, `instance_metadata`,
    `password_policy`, `s3_public_access`, `security_contact`, `security_hub`,
    `snapshot_public_access`, `support_role`."""

    adopt: NotRequired[Mapping[str, Mapping[str, str]]]
    """Ids of what is there already, by part and region (`global` for `config_role`), which is
    imported instead of made: `{"guardduty": {"eu-west-1": "12abc34d567e8fa901bc2d34e56789f0"}}`.
    An account has one of each: `access_analyzer` (the analyzer's name), `config_channel` and
    `config_recorder` (their names), `config_role` (its ARN), `guardduty` (the detector's id),
    `macie` and `security_hub` (the account's number). Take a part out once it is imported."""
