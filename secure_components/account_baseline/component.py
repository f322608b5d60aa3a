"""An AWS account as the CIS Foundations Benchmark wants it."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

from collections.abc import Mapping

import pulumi

from secure_components.account_baseline import (
    checks,
    defaults,
    detection,
    networks,
    people,
    recording,
)
from secure_components.account_baseline.args import AccountBaselineArgs
from secure_components.account_baseline.parts import Making


class AccountBaseline(pulumi.ComponentResource):
    """Brings an AWS account to the CIS Foundations Benchmark, as far as infrastructure can.

    Once for the account: no public S3 buckets; a password policy; the security contact; a role for
    cases with AWS Support; by choice a budget and a search for unused access. In each region: EBS
    volumes are encrypted and snapshots stay private by default; new EC2 instances want IMDSv2;
    GuardDuty watches, with all that needs no agent; AWS Config records everything into one private
    bucket, and whoever reads it is logged into another one; Security Hub checks AWS FSBP 1.0.0 and
    CIS 5.0.0, the newest that it has; Access Analyzer looks for what outsiders may reach; by choice
    Macie, Inspector and one view of all regions' records. For each network that is named: flow logs
    of all traffic in an encrypted log group, and a default security group without rules.

    Beside what is there already: AWS allows one GuardDuty detector, Security Hub, Config recorder
    and channel a region and one role for Config an account, and refuses a second one. Say in
    `managed_elsewhere` what something else looks after, such as the organization's administrator
    account or AWS Control Tower: it is not made. Say in `adopt` what this stack is to look after
    from now on: it is imported by its id, where its settings are those that the component sets;
    Pulumi names those that differ. The other parts are settings, which take the place of what was
    set. Destroying the stack switches all of it off again; set `protect` to prevent that.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.8, 2.9, 2.14, 2.18,
    2.20, 2.21, 3.1.1, 3.1.3, 3.1.4, 4.3, 4.6, 4.7, 5.16, 6.1.1, 6.5) and AWS FSBP (CloudTrail.6,
    CloudWatch.16, Config.1, EC2.1, EC2.2, EC2.6, EC2.7, GuardDuty.1, GuardDuty.9, GuardDuty.10,
    IAM.1, IAM.7, IAM.10, IAM.21, KMS.1, KMS.2, KMS.4, KMS.5, Macie.1, S3.1, S3.3, S3.5, S3.6,
    S3.8, S3.9, S3.12, S3.13, S3.14, S3.17); 3.1.3 and Macie.1 with `macie` alone. What an account
    has, and no rule can see wrong, serves CIS AWS 7.0 2.3 (security contact) and 2.15 (support
    role) besides. Not covered: the trail (`AuditTrail`), what is the root user's (its MFA, keys,
    contact details), hardware MFA, IAM users and their keys, certificates, alarms, networks' own
    rules, and accounts of an organization at once. Whether a policy of another kind grants too
    much, nothing here says.

    Costs a month, at the list prices of us-east-1: per region, AWS Config 0.003 USD for each change
    that it records, Security Hub 0.001 USD for each check (30 days free; some hundred checks a
    day), GuardDuty 4 USD per million management events and 1 USD per GB of flow and DNS logs (30
    days free), and more for what it watches besides: 0.80 USD per million S3 data events, 1.60 USD
    per million EKS audit events, 1 USD per vCPU of watched databases. A small account pays some 10
    to 20 USD per region in use and 3 USD per idle one. A key 1 USD for Config and for each region
    with flow logs; flow logs 0.50 USD per GB taken in; buckets 0.023 USD per GB. Choices cost
    what `AccountBaselineArgs` says of each. The other parts are free.

    Sources: CIS AWS Foundations Benchmark 7.0; the user guides of the services; the pricing pages
    aws.amazon.com/config/pricing, /security-hub/pricing, /guardduty/pricing, /macie/pricing,
    /inspector/pricing and /iam/access-analyzer/pricing. What a small account pays is our estimate.

    Args:
        name: Resource name. Children are `name-<part>` and, in each region, `name-<part>-<region>`.
        args: See `AccountBaselineArgs`.
        opts: Resource options; a provider given here is used for all children, in every region.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, missing or not allowed. Nothing
            has been registered then. An `Output` is checked when it resolves.
    """

    detector_ids: pulumi.Output[Mapping[str, str]]
    """Ids of the GuardDuty detectors, by region; empty where they are managed elsewhere."""
    security_hub_arns: pulumi.Output[Mapping[str, str]]
    """ARNs of the hubs, by region; empty where they are managed elsewhere."""
    analyzer_arns: pulumi.Output[Mapping[str, str]]
    """ARNs of the analyzers of outside access, by region; empty where managed elsewhere."""
    config_bucket_name: pulumi.Output[str]
    """Name of the bucket that AWS Config delivers to; empty where it is managed elsewhere."""
    support_role_arn: pulumi.Output[str]
    """ARN of the role for cases with AWS Support; empty where it is managed elsewhere."""

    def __init__(
        self,
        name: str,
        args: AccountBaselineArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        made = checks.check(name, args)
        super().__init__("secure-components:index:AccountBaseline", name, None, opts)
        making = Making(name, args, self, made)

        self.support_role_arn = pulumi.Output.from_input("")
        self.config_bucket_name = pulumi.Output.from_input("")
        self._make_account(making)
        store = recording.make_store(making) if "config" in made else None
        if store:
            self.config_bucket_name = store.bucket.name
            if args.get("aggregate"):
                recording.make_aggregator(making)

        detectors: dict[str, pulumi.Output[str]] = {}
        hubs: dict[str, pulumi.Output[str]] = {}
        analyzers: dict[str, pulumi.Output[str]] = {}
        for region in making.regions:
            defaults.make_region_defaults(making, region)
            recorders = [recording.make_recorder(making, region, store)] if store else []
            if "guardduty" in made:
                detectors[region] = detection.make_guardduty(making, region)
            if "security_hub" in made:
                hubs[region] = detection.make_security_hub(making, region, recorders)
            if "access_analyzer" in made:
                analyzers[region] = detection.make_access_analyzer(making, region)
            if args.get("macie"):
                detection.make_macie(making, region)
            if args.get("inspector"):
                detection.make_inspector(making, region, args["inspector"])

        self.detector_ids = _by_region(detectors)
        self.security_hub_arns = _by_region(hubs)
        self.analyzer_arns = _by_region(analyzers)
        self.register_outputs(
            {
                "detector_ids": self.detector_ids,
                "security_hub_arns": self.security_hub_arns,
                "analyzer_arns": self.analyzer_arns,
                "config_bucket_name": self.config_bucket_name,
                "support_role_arn": self.support_role_arn,
            },
        )

    def _make_account(self, making: Making) -> None:
        """Make what an account has once, and what its networks get."""
        args, made = making.args, making.made
        defaults.make_account_defaults(making)
        if "security_contact" in made:
            people.make_security_contact(making, args["security_contact"])
        if "support_role" in made:
            self.support_role_arn = people.make_support_role(making)
        if "budget" in args:
            people.make_budget(making, args["budget"])
        if "unused_access_after_days" in args:
            detection.make_unused_access_analyzer(making, args["unused_access_after_days"])
        if "default_security_groups" in made:
            networks.close_default_groups(making)
        if "flow_logs" in made:
            networks.make_flow_logs(making)


def _by_region(found: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[Mapping[str, str]]:
    """Return one output of several; `Output.all` makes a list of none."""
    whole: pulumi.Output[Mapping[str, str]] = (
        pulumi.Output.all(**found) if found else pulumi.Output.from_input({})
    )
    return whole
