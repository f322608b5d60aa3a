"""The record of every change of an AWS account, and who is told of which."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import re
from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.alarm_topic import key_statements, make_topic
from secure_components.arguments import (
    Who,
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    number,
    refuse,
    unique,
)
from secure_components.audit_trail.args import AuditTrailAlarmsArgs, AuditTrailArgs
from secure_components.audit_trail.checks import (
    ROLE_ARN,
    check_key,
    check_organization,
    check_principals,
    check_readers,
)
from secure_components.audit_trail.events import INSIGHTS, check_events, event_selectors
from secure_components.audit_trail.files import Files, make_files
from secure_components.audit_trail.keys import make_key, readers_decrypt, trails_encrypt
from secure_components.audit_trail.monitoring import NAMES, SIGN_INS, make_monitoring
from secure_components.audit_trail.queries import make_queries
from secure_components.audit_trail.storage import check_keeping
from secure_components.documents import (
    RETENTIONS,
    Statements,
    account_administers,
    document,
    document_of,
    logs_encrypts,
)
from secure_components.patterns import BUCKET, TOPIC_ARN
from secure_components.place import Place, place_of

_SUBSCRIBER: Final = re.compile(r"https://[^\s/]+(/\S*)?|[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+")
_TRAIL_NAME: Final = re.compile(r"(?=.{3,128}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
"""CloudTrail, CreateTrail: letters, digits, and single separators between them."""


_DEFAULTS: Final[AuditTrailArgs] = {}


class AuditTrail(pulumi.ComponentResource):
    """Records who did what in every region of the account, so that it can be found and trusted.

    Makes a multi-region CloudTrail trail of all management events, with Insights into unusual ones
    and signed log files; a bucket that is private, versioned, encrypted and TLS-only, into which
    this trail alone may write, whose files are locked for a year and then expire; a second one that
    records who reads them; a log group with a year's retention; an alarm for each of the 15 kinds
    of events that the CIS benchmark wants watched, and an encrypted topic that they tell; saved
    queries for what to ask then; and a rotating key for all. `docs/audit-trail.md` lists alarms and
    queries.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.14, 2.20, 2.21, 3.1.1,
    3.1.4, 4.1, 4.2, 4.4, 4.5, 4.6, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7, 5.8, 5.9, 5.10, 5.11, 5.12,
    5.13, 5.14, 5.15) and AWS FSBP (CloudTrail.1, CloudTrail.2, CloudTrail.4, CloudTrail.5,
    CloudTrail.6, CloudTrail.7, CloudWatch.15, CloudWatch.16, CloudWatch.17, IAM.1, IAM.21, KMS.1,
    KMS.2, KMS.4, KMS.5, S3.3, S3.5, S3.6, S3.8, S3.9, S3.12, S3.13, S3.14, S3.17, SNS.1). The
    alarms are those that Security Hub looks for as CloudWatch.1 to CloudWatch.14; it also wants a
    confirmed subscription. By choice: data events, an organization's trail, an archive in another
    account (`LogArchive`), an inventory of the files, a table of them for Athena with the same
    queries, and one alarm over several. Not covered: MFA delete, replication and event
    notifications of the bucket, and network activity events. Nothing in AWS protects a trail from
    deletion: `opts=pulumi.ResourceOptions(protect=True)` keeps Pulumi from it, with all children;
    policies keep people from it (`OrganizationGuardrails`).

    Costs, at the list prices of us-east-1: the key 1 USD a month; the first copy of management
    events is free, a second trail's costs 2 USD per 100,000 events; each kind of Insights 0.35 USD
    per 100,000 events that it looks at, writes or all; the log group 0.50 USD per GB taken in and
    0.03 USD per GB and month; the bucket 0.023 USD per GB and month, less where `files.transition`
    says so, a put of the trail 0.005 USD per 1,000, and as much for the access logs; KMS 0.03 USD
    per 10,000 log files; an alarm 0.10 USD a month, 15 by default; the metric of each 0.30 USD a
    month at most, for it is paid for the hours in which it counts something; a saved query nothing,
    until it is run: 0.005 USD per GB that it reads. An account with little traffic, of 100,000
    calls a month, pays some 5 USD.

    Nobody reads the topic until somebody subscribes: `alarms.subscriptions`, or `topic_arn`.

    Destroying the stack leaves buckets that are not empty: deletion is refused, by intent. Before
    their days are over, only who may `s3:BypassGovernanceRetention` deletes log files, and nobody
    in compliance mode.

    Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS
    KMS key policies for CloudTrail"; S3 User Guide, "Object Lock considerations" and "Enabling
    Amazon S3 server access logging"; AWS CloudTrail Pricing; Amazon S3 Pricing; CloudWatch Logs
    User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS"; AWS Security Hub User Guide,
    "Security Hub CSPM controls for Amazon CloudWatch"; Amazon CloudWatch Pricing.

    Args:
        name: Resource name. Children are `name` (the trail) and `name-<role>`.
        args: See `AuditTrailArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    trail_arn: pulumi.Output[str]
    """ARN of the trail."""
    bucket_name: pulumi.Output[str]
    """Name of the bucket that holds the log files, below `AWSLogs/ACCOUNT/CloudTrail/`."""
    access_log_bucket_name: pulumi.Output[str]
    """Name of the bucket, made or given, that records who reads the log files; empty where it is of
    another account and was not told."""
    log_group_name: pulumi.Output[str]
    """Name of the log group that holds the events."""
    kms_key_arn: pulumi.Output[str]
    """ARN of the key of the log files, made or given."""
    topic_arn: pulumi.Output[str]
    """ARN of the topic that alarms go to, made or given."""
    athena_workgroup_name: pulumi.Output[str]
    """Name of the workgroup that queries the log files; empty without `files.athena`."""
    query_result_bucket_name: pulumi.Output[str]
    """Name of the bucket that results of queries go to; empty without `files.athena`."""

    def __init__(
        self,
        name: str,
        args: AuditTrailArgs = _DEFAULTS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        who = ("AuditTrail", name)
        retention = _check(name, args)
        alarms = args.get("alarms", {})
        given_topic = _check_alarms(name, alarms)
        pipeline = check_principals(
            who, "pipeline_role_arns", args.get("pipeline_role_arns", ()), ROLE_ARN, "a role"
        )
        readers = _check_readers(who, args)
        organization = check_organization(who, args)
        archive = _check_archive(who, args)
        keeping = check_keeping(who, args.get("files", {}))
        check_events(who, args)
        trail_name = args.get("trail_name") or _default_trail_name(name)
        super().__init__("secure-components:index:AuditTrail", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        place = place_of(self)
        trail_arn = place.apply(lambda at: at.arn("cloudtrail", f"trail/{trail_name}"))
        log_group_path = f"/aws/cloudtrail/{trail_name}"
        log_group_arn = place.apply(lambda at: at.arn("logs", f"log-group:{log_group_path}"))

        key_arn, keys = make_key(
            name,
            given=args.get("kms_key_arn"),
            description=f"Encrypts the audit trail {trail_name}",
            alias=f"cloudtrail/{trail_name.replace('.', '-')}",
            policy=document_of(
                _key_policy,
                place,
                None if archive else trail_arn,
                log_group_arn,
                given_topic is None,
                readers,
                keeping.querying is not None,
            ),
            place=place,
            child=child,
        )
        files = archive or make_files(
            name,
            keeping,
            bucket=f"{name}-bucket",
            base=trail_name,
            place=place,
            key_arn=key_arn,
            keys=keys,
            trails=[trail_arn],
            organization=organization,
            pipeline=pipeline,
            child=child,
        )

        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log-group",
            name=log_group_path,
            kms_key_id=key_arn,
            retention_in_days=retention,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-log-role",
            description=f"Lets the audit trail {trail_name} write to its log group",
            assume_role_policy=document(_trust_policy()),
            opts=child,
        )
        role_policy = aws.iam.RolePolicy(
            f"{name}-log-role-policy",
            role=role.name,
            policy=document_of(_delivery_policy, place, log_group_arn, organization),
            opts=child,
        )

        trail = aws.cloudtrail.Trail(
            name,
            name=trail_name,
            s3_bucket_name=files.bucket,
            kms_key_id=files.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_logging=True,
            enable_log_file_validation=True,
            is_organization_trail=True if organization else None,
            insight_selectors=[{"insight_type": one} for one in args.get("insights", INSIGHTS)],
            advanced_event_selectors=event_selectors(
                args.get("data_events", ()),
                place,
                [one for one in (files.bucket, files.access_logs) if one != ""],
            ),
            cloud_watch_logs_group_arn=log_group_arn.apply(lambda arn: f"{arn}:*"),
            cloud_watch_logs_role_arn=role.arn,
            # CloudTrail tests that it can write before it makes the trail.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*files.ready, log_group, role_policy]
            ),
        )

        topic_arn = given_topic
        if topic_arn is None:
            topic_arn = make_topic(
                name,
                base=f"{trail_name.replace('.', '-')}-alarms",
                place=place,
                key_arn=key_arn,
                region=None,
                child=child,
            )
        make_monitoring(
            name,
            alarms,
            trail_name=trail_name,
            log_group=log_group.name,
            topic_arn=topic_arn,
            child=child,
        )
        make_queries(
            name,
            pipeline,
            trail_name=trail_name,
            log_group=log_group.name,
            child=child,
        )

        self.trail_arn = trail.arn
        self.bucket_name = pulumi.Output.from_input(files.bucket)
        self.access_log_bucket_name = pulumi.Output.from_input(files.access_logs)
        self.log_group_name = log_group.name
        self.kms_key_arn = pulumi.Output.from_input(files.key_arn)
        self.topic_arn = topic_arn
        self.athena_workgroup_name = pulumi.Output.from_input(files.workgroup)
        self.query_result_bucket_name = pulumi.Output.from_input(files.results)
        self.register_outputs(
            {
                "trail_arn": self.trail_arn,
                "bucket_name": self.bucket_name,
                "access_log_bucket_name": self.access_log_bucket_name,
                "log_group_name": self.log_group_name,
                "kms_key_arn": self.kms_key_arn,
                "topic_arn": self.topic_arn,
                "athena_workgroup_name": self.athena_workgroup_name,
                "query_result_bucket_name": self.query_result_bucket_name,
            },
        )


def _check(name: str, args: AuditTrailArgs) -> pulumi.Input[int]:
    """Check all arguments and return the retention."""
    check_arguments("AuditTrail", name, args, AuditTrailArgs)
    if "kms_key_arn" in args:
        check_key(("AuditTrail", name), "kms_key_arn", args["kms_key_arn"])
    if "trail_name" in args and not _TRAIL_NAME.fullmatch(args["trail_name"]):
        refuse(
            "AuditTrail",
            name,
            "trail_name",
            "is not allowed; give 3 to 128 letters and digits, with single '.', '_' or '-' between",
        )
    return check_value(
        "AuditTrail",
        name,
        "retention_in_days",
        args.get("retention_in_days", RETENTIONS[0]),
        lambda days: days in RETENTIONS,
        f"one of {', '.join(map(str, RETENTIONS))}",
    )


def _check_readers(who: Who, args: AuditTrailArgs) -> list[pulumi.Input[str]]:
    """Return who may decrypt log files."""
    if "archive" in args and "decrypt_principals" in args:
        refuse(*who, "decrypt_principals", "goes with a bucket that is made; give it to LogArchive")
    return check_readers(who, args)


def _check_archive(who: Who, args: AuditTrailArgs) -> Files | None:
    """Return the bucket of another account, where it is given."""
    if "archive" not in args:
        return None
    if "files" in args:
        refuse(*who, "files", "goes with a bucket that is made; give it to LogArchive")
    archive = args["archive"]
    logs: pulumi.Input[str] = ""
    if "access_log_bucket_name" in archive:
        logs = _check_bucket(who, "access_log_bucket_name", archive["access_log_bucket_name"])
    return Files(
        _check_bucket(who, "bucket_name", archive["bucket_name"]),
        check_key(who, "archive.kms_key_arn", archive["kms_key_arn"]),
        logs,
    )


def _check_bucket(who: Who, argument: str, bucket: pulumi.Input[str]) -> pulumi.Input[str]:
    return check_value(*who, f"archive.{argument}", bucket, fits(BUCKET), "the name of a bucket")


def _check_alarms(name: str, alarms: AuditTrailAlarmsArgs) -> pulumi.Output[str] | None:
    """Check all about alarms, and return the topic if one is given."""
    who = ("AuditTrail", name)
    if "topic_arn" in alarms and "subscriptions" in alarms:
        refuse(*who, "alarms.subscriptions", "goes with the topic that is made, not with yours")
    unique(who, "alarms.subscriptions", alarms.get("subscriptions", ()))
    for index, endpoint in enumerate(alarms.get("subscriptions", ())):
        matches(
            who,
            f"alarms.subscriptions.{index}",
            endpoint,
            _SUBSCRIBER,
            "an e-mail address or an https:// endpoint",
        )
    among(who, "alarms.sign_in_without_mfa", alarms.get("sign_in_without_mfa"), SIGN_INS)
    unique(who, "alarms.without", alarms.get("without", ()))
    _check_composite(who, alarms)
    for index, alarm in enumerate(alarms.get("without", ())):
        among(who, f"alarms.without.{index}", alarm, NAMES)
    for alarm, threshold in alarms.get("thresholds", {}).items():
        among(who, "alarms.thresholds", alarm, NAMES)
        number(who, f"alarms.thresholds.{alarm}", threshold, 1, 1_000_000, "events")
    for alarm, period in alarms.get("periods", {}).items():
        among(who, "alarms.periods", alarm, NAMES)
        number(who, f"alarms.periods.{alarm}", period, 60, 86_400, "seconds")
        if period % 60:
            refuse(*who, f"alarms.periods.{alarm}", "is no number of whole minutes")
    if "topic_arn" not in alarms:
        return None
    return pulumi.Output.from_input(_check_topic(who, "alarms.topic_arn", alarms["topic_arn"]))


def _check_composite(who: Who, alarms: AuditTrailAlarmsArgs) -> None:
    composite = alarms.get("composite", {})
    made = [one for one in NAMES if one not in alarms.get("without", ())]
    chosen = composite.get("alarms", made)
    unique(who, "alarms.composite.alarms", chosen)
    if not chosen:
        refuse(*who, "alarms.composite.alarms", "is empty; name alarms, or leave it out for all")
    for index, alarm in enumerate(chosen):
        among(who, f"alarms.composite.alarms.{index}", alarm, made)
    if "topic_arn" in composite:
        _check_topic(who, "alarms.composite.topic_arn", composite["topic_arn"])


def _check_topic(who: Who, argument: str, topic_arn: pulumi.Input[str]) -> pulumi.Input[str]:
    return check_value(*who, argument, topic_arn, fits(TOPIC_ARN), "the ARN of an SNS topic")


def _default_trail_name(name: str) -> str:
    """Name the trail after project, stack and resource, so that two stacks do not collide."""
    proposed = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
    safe = re.sub(r"[._-]+", "-", re.sub(r"[^A-Za-z0-9._-]", "-", proposed)).strip("-")
    if not _TRAIL_NAME.fullmatch(safe):
        refuse("AuditTrail", name, "trail_name", "is needed: PROJECT-STACK-NAME is over 128 long")
    return safe


def _key_policy(  # noqa: PLR0913, PLR0917  resolved together
    place: Place,
    trail_arn: str | None,
    log_group_arn: str,
    own_topic: bool,  # noqa: FBT001  resolved with the others
    readers: Sequence[str],
    query: bool,  # noqa: FBT001  same
) -> Statements:
    trails = [trail_arn] if trail_arn else []
    return [
        account_administers(place),
        *(trails_encrypt(trails) if trails else ()),
        logs_encrypts(place, log_group_arn),
        *(key_statements(place) if own_topic else ()),
        *readers_decrypt(readers, trails, place, query=query),
    ]


def _trust_policy() -> Statements:
    # No condition on the source: AWS documents none for this role, and a trail that cannot assume
    # it is refused. Whoever hands the role to a trail needs iam:PassRole on it in this account, so
    # no other account can (our inference).
    return [
        {
            "Sid": "CloudTrailAssumes",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    ]


def _delivery_policy(place: Place, log_group_arn: str, organization: str | None) -> Statements:
    # CloudTrail names its streams so; streams of one log group, and nothing else. Source:
    # CloudTrail User Guide, "Role policy document for CloudTrail to use CloudWatch Logs for
    # monitoring".
    stream = f"{log_group_arn}:log-stream"
    own = f"{stream}:{place.account}_CloudTrail_{place.region}*"
    return [
        {
            "Sid": "WriteEvents",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [own, f"{stream}:{organization}_*"] if organization else own,
        },
    ]
