"""A table over the log files, and saved queries: who changed this, when the log group forgot?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.audit_trail.keys import accounts_of
from secure_components.audit_trail.queries import OUTSIDE, READING
from secure_components.audit_trail.storage import Keeping, Storage
from secure_components.place import Place

REGIONS: Final = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2"),
    *("ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2"),
    *("ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"),
    *("ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1"),
    *("eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1"),
    *("me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1"),
    *("us-west-2", "us-gov-east-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1"),
)
"""Where a trail writes of: a region that no table knows is one in which nobody looks. Source:
botocore's endpoints of CloudTrail, with which a test compares."""

_SESSION: Final = (
    "struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
    "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,"
    "username:string>,ec2roledelivery:string,"
    "webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>"
)
COLUMNS: Final[Mapping[str, str]] = {
    "eventversion": "string",
    "useridentity": (
        "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,"
        "accesskeyid:string,username:string,"
        "onbehalfof:struct<userid:string,identitystorearn:string>,"
        f"sessioncontext:{_SESSION}>"
    ),
    "eventtime": "string",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "sourceipaddress": "string",
    "useragent": "string",
    "errorcode": "string",
    "errormessage": "string",
    "requestparameters": "string",
    "responseelements": "string",
    "additionaleventdata": "string",
    "requestid": "string",
    "eventid": "string",
    "readonly": "string",
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
    "eventtype": "string",
    "apiversion": "string",
    "recipientaccountid": "string",
    "serviceeventdetails": "string",
    "sharedeventid": "string",
    "vpcendpointid": "string",
    "vpcendpointaccountid": "string",
    "eventcategory": "string",
    "addendum": (
        "struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>"
    ),
    "sessioncredentialfromconsole": "string",
    "edgedevicedetails": "string",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
}
"""The table's columns by name, with their types. Source, of the formats below too: Amazon Athena
User Guide, "Create the table for CloudTrail logs in Athena using partition projection"."""

PARTITIONS: Final = ("account", "region", "day")
"""What a query names to read little: they stand in the files' paths."""

TABLE: Final = "cloudtrail"

_WHO: Final = (
    "coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, "
    "useridentity.invokedby, 'unknown')"
)
_RECENT: Final = "day >= date_format(current_date - interval '30' day, '%Y/%m/%d')"
_CHANGES: Final = f"NOT regexp_like(eventname, '{READING}')"
_MENTIONS: Final = (
    "(strpos(requestparameters, 'RESOURCE') > 0 OR strpos(responseelements, 'RESOURCE') > 0"
    " OR strpos(json_format(CAST(resources AS json)), 'RESOURCE') > 0)"
)
_EVENT: Final = (
    f"eventtime, {_WHO} AS who, useridentity.arn AS session, eventsource, eventname, errorcode,\n"
    "  awsregion, sourceipaddress"
)
_LATEST: Final = "ORDER BY eventtime DESC\nLIMIT 200"


@dataclass(frozen=True)
class Query:
    """A query of Athena's SQL.

    Attributes:
        meaning: What it answers, or what to put in.
        where: What must be true of an event.
        select: What is shown.
        rest: How it is grouped and ordered.
    """

    meaning: str
    where: Sequence[str]
    select: str = _EVENT
    rest: str = _LATEST


QUERIES: Final[Mapping[str, Query]] = {
    "who-changed-a-resource": Query(
        "Put the resource's name, id or ARN in the place of RESOURCE.",
        [_CHANGES, _MENTIONS],
    ),
    "what-somebody-did": Query(
        "Put the user's, role's or session's name in the place of SOMEBODY.",
        ["strpos(useridentity.arn, 'SOMEBODY') > 0"],
    ),
    "console-sign-ins": Query(
        "Who signed in, from where, with MFA or not, and who failed to.",
        ["eventname = 'ConsoleLogin'"],
        select=(
            "eventtime, useridentity.type, useridentity.arn, sourceipaddress,\n"
            "  json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa,\n"
            "  json_extract_scalar(responseelements, '$.ConsoleLogin') AS outcome, errormessage"
        ),
    ),
    "root-use": Query("What the root user did.", ["useridentity.type = 'Root'"]),
    "denied-calls": Query(
        "Who was denied what, and how often.",
        ["regexp_like(errorcode, 'UnauthorizedOperation$|^AccessDenied')"],
        select=f"{_WHO} AS who, eventsource, eventname, errorcode, count(*) AS calls",
        rest="GROUP BY 1, 2, 3, 4\nORDER BY calls DESC\nLIMIT 200",
    ),
}
"""By name, a query."""


def make_athena(  # noqa: PLR0913  all but the name are named
    name: str,
    keeping: Keeping,
    storage: Storage,
    *,
    base: str,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    trails: Sequence[pulumi.Input[str]],
    organization: pulumi.Input[str] | None,
    pipeline: Sequence[pulumi.Input[str]],
    child: pulumi.ResourceOptions,
) -> pulumi.Output[str] | None:
    """Make table, workgroup and queries where they are wanted; return the workgroup's name.

    Args:
        name: The component's resource name.
        keeping: How files are kept.
        storage: The buckets.
        base: What names in AWS begin with.
        place: Where.
        key_arn: The key that results are encrypted with.
        trails: ARNs of the trails.
        organization: Id of the organization whose trails they are.
        pipeline: ARNs of the roles that changes are made with.
        child: Resource options of every child.
    """
    if keeping.querying is None or storage.results is None:
        return None
    database = aws.glue.CatalogDatabase(
        f"{name}-database",
        # Glue folds names to lower case, and SQL takes letters, digits and underscores unquoted.
        name=re.sub(r"[^a-z0-9]+", "_", base.lower()),
        description="The audit trail's log files",
        opts=child,
    )
    written_to = pulumi.Output.all(storage.files.name, organization).apply(
        lambda known: "/".join(["s3:/", known[0], "AWSLogs", *([known[1]] if known[1] else [])])
    )
    aws.glue.CatalogTable(
        f"{name}-table",
        name=TABLE,
        database_name=database.name,
        table_type="EXTERNAL_TABLE",
        partition_keys=[{"name": one, "type": "string"} for one in PARTITIONS],
        parameters=pulumi.Output.all(written_to, trails, organization).apply(
            lambda known: _projection(known[0], known[1], keeping.days, members=bool(known[2]))
        ),
        storage_descriptor={
            "location": written_to.apply(lambda folder: f"{folder}/"),
            "input_format": "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
            "output_format": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "ser_de_info": {"serialization_library": "org.apache.hive.hcatalog.data.JsonSerDe"},
            "columns": [{"name": one, "type": type_} for one, type_ in COLUMNS.items()],
        },
        opts=child,
    )
    workgroup = aws.athena.Workgroup(
        f"{name}-workgroup",
        name=base.replace(".", "-"),
        description="Queries of the audit trail's log files",
        configuration={
            # Else whoever queries chooses where results go, and whether they are encrypted.
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": keeping.querying.limit,
            "result_configuration": {
                "output_location": storage.results.name.apply(lambda bucket: f"s3://{bucket}/"),
                "expected_bucket_owner": place.account,
                "encryption_configuration": {
                    "encryption_option": "SSE_KMS",
                    "kms_key_arn": key_arn,
                },
            },
        },
        opts=child,
    )
    for query in [*QUERIES, *([OUTSIDE] if pipeline else [])]:
        aws.athena.NamedQuery(
            f"{name}-athena-query-{query}",
            name=query,
            database=database.name,
            workgroup=workgroup.name,
            query=pulumi.Output.all(query, database.name, organization, pipeline).apply(
                lambda known: _text(*known)
            ),
            opts=child,
        )
    return workgroup.name


def _text(name: str, database: str, organization: str | None, pipeline: Sequence[str]) -> str:
    """Return a query's text, which reads the latest month alone."""
    roles = ", ".join(f"'{arn}'" for arn in pipeline)
    outside = Query("Changes by anybody but the pipeline.", [_CHANGES, f"{_WHO} NOT IN ({roles})"])
    query = QUERIES.get(name, outside)
    where, notes = [_RECENT, *query.where], [query.meaning]
    if organization:
        # Its accounts come and go, so no list of them is projected: one must be named.
        where.insert(0, "account = 'ACCOUNT'")
        notes.append("Put the account's number in the place of ACCOUNT.")
    comments = "".join(f"-- {one}\n" for one in notes)
    conditions = "\n  AND ".join(where)
    return (
        f'{comments}SELECT {query.select}\nFROM "{database}"."{TABLE}"\n'
        f"WHERE {conditions}\n{query.rest}"
    )


def _projection(folder: str, trails: Sequence[str], days: int, *, members: bool) -> dict[str, str]:
    """Return how Athena finds partitions: by the paths' form, so that nobody adds any."""
    accounts = (
        {"projection.account.type": "injected"}
        if members
        else {
            "projection.account.type": "enum",
            "projection.account.values": ",".join(accounts_of(trails)),
        }
    )
    return {
        "EXTERNAL": "TRUE",
        "projection.enabled": "true",
        **accounts,
        "projection.region.type": "enum",
        "projection.region.values": ",".join(REGIONS),
        "projection.day.type": "date",
        "projection.day.format": "yyyy/MM/dd",
        "projection.day.range": f"NOW-{days}DAYS,NOW",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "storage.location.template": f"{folder}/${{account}}/CloudTrail/${{region}}/${{day}}",
    }
