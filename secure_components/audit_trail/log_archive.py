"""Where trails of other accounts keep their files."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import re
from collections.abc import Sequence
from typing import Final

import pulumi

from secure_components.arguments import check_arguments, matches, refuse, unique
from secure_components.audit_trail.args import LogArchiveArgs
from secure_components.audit_trail.checks import check_key, check_organization, check_readers
from secure_components.audit_trail.files import make_files
from secure_components.audit_trail.keys import make_key, readers_decrypt, trails_encrypt
from secure_components.audit_trail.storage import check_keeping
from secure_components.documents import Statements, account_administers, document_of
from secure_components.place import Place, place_of

_TRAIL_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:cloudtrail:[a-z]{2}(-[a-z]+)+-\d:\d{12}:trail/[A-Za-z0-9._-]{3,128}"
)


class LogArchive(pulumi.ComponentResource):
    """Keeps the files of other accounts' trails, where nobody of those accounts can touch them.

    Make it in an account of its own, into which few may go, and give its outputs to the
    `AuditTrail` of each account as `archive`. Makes the bucket that `AuditTrail` otherwise makes
    beside itself: private, versioned, encrypted, TLS-only, with files that are locked for a year
    and then expire, into which the trails that are named may write, and nobody else; the bucket
    that records who reads it; and a rotating key. By choice: inventory, another storage class, and
    a table for Athena. `docs/audit-trail.md` shows both accounts.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.21, 3.1.1, 3.1.4, 4.6)
    and AWS FSBP (CloudTrail.6, KMS.4, KMS.5, S3.3, S3.5, S3.6, S3.8, S3.9, S3.12, S3.13, S3.14,
    S3.17). What a trail itself is asked for, `AuditTrail` serves. Not covered: MFA delete and
    replication; and who may go into the account, which is `OrganizationGuardrails`'s and IAM's.

    Costs, at the list prices of us-east-1: the key 1 USD a month; the bucket 0.023 USD per GB and
    month, less where `files.transition` says so, a put of a trail 0.005 USD per 1,000, and as much
    for the access logs; KMS 0.03 USD per 10,000 log files.

    Destroying the stack leaves buckets that are not empty: deletion is refused, by intent. Before
    their days are over, only who may `s3:BypassGovernanceRetention` deletes log files, and nobody
    in compliance mode.

    Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Receiving
    CloudTrail log files from multiple accounts" and "Configure AWS KMS key policies for
    CloudTrail"; S3 User Guide, "Object Lock considerations"; Amazon S3 Pricing.

    Args:
        name: Resource name. Children are `name` (the bucket) and `name-<role>`.
        args: See `LogArchiveArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, missing, of the wrong type, or not allowed. Nothing
            has been registered then. An `Output` is checked when it resolves.
    """

    bucket_name: pulumi.Output[str]
    """Name of the bucket that holds the log files, below `AWSLogs/ACCOUNT/CloudTrail/`, or
    `AWSLogs/ORGANIZATION/ACCOUNT/CloudTrail/`. Known once a trail can write to it."""
    access_log_bucket_name: pulumi.Output[str]
    """Name of the bucket, made or given, that records who reads the log files."""
    kms_key_arn: pulumi.Output[str]
    """ARN of the key, made or given."""
    athena_workgroup_name: pulumi.Output[str]
    """Name of the workgroup that queries the log files; empty without `files.athena`."""
    query_result_bucket_name: pulumi.Output[str]
    """Name of the bucket that results of queries go to; empty without `files.athena`."""

    def __init__(
        self, name: str, args: LogArchiveArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        who = ("LogArchive", name)
        check_arguments(*who, args, LogArchiveArgs)
        trails = list(args["trails"])
        if not trails:
            refuse(*who, "trails", "is empty; name at least one")
        unique(who, "trails", trails)
        for index, arn in enumerate(trails):
            allowed = "the ARN of a trail, as arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME"
            matches(who, f"trails.{index}", arn, _TRAIL_ARN, allowed)
        if "kms_key_arn" in args:
            check_key(who, "kms_key_arn", args["kms_key_arn"])
        readers = check_readers(who, args)
        organization = check_organization(who, args)
        keeping = check_keeping(who, args.get("files", {}))
        base = re.sub(r"[^A-Za-z0-9-]+", "-", f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}")
        super().__init__("secure-components:index:LogArchive", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        place = place_of(self)
        key_arn, keys = make_key(
            name,
            given=args.get("kms_key_arn"),
            description=f"Encrypts the log archive {name}",
            alias=base,
            policy=document_of(_key_policy, place, trails, readers, keeping.querying is not None),
            place=place,
            child=child,
        )
        files = make_files(
            name,
            keeping,
            bucket=name,
            base=base,
            place=place,
            key_arn=key_arn,
            keys=keys,
            trails=trails,
            organization=organization,
            child=child,
        )

        # CloudTrail tests that it can write before it makes a trail, so the name is told last.
        self.bucket_name = pulumi.Output.all(files.bucket, *(one.urn for one in files.ready)).apply(
            lambda known: str(known[0])
        )
        self.access_log_bucket_name = pulumi.Output.from_input(files.access_logs)
        self.kms_key_arn = key_arn
        self.athena_workgroup_name = pulumi.Output.from_input(files.workgroup)
        self.query_result_bucket_name = pulumi.Output.from_input(files.results)
        self.register_outputs(
            {
                "bucket_name": self.bucket_name,
                "access_log_bucket_name": self.access_log_bucket_name,
                "kms_key_arn": self.kms_key_arn,
                "athena_workgroup_name": self.athena_workgroup_name,
                "query_result_bucket_name": self.query_result_bucket_name,
            },
        )


def _key_policy(
    place: Place,
    trails: Sequence[str],
    readers: Sequence[str],
    query: bool,  # noqa: FBT001  resolved with the others
) -> Statements:
    return [
        account_administers(place),
        *trails_encrypt(trails),
        *readers_decrypt(readers, trails, place, query=query),
    ]
