"""Saved queries of CloudWatch Logs Insights: who changed this?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

_WHO: Final = (
    "fields @timestamp, coalesce(userIdentity.sessionContext.sessionIssuer.arn, "
    "userIdentity.arn, userIdentity.invokedBy) as who, userIdentity.arn as session, eventSource, "
    "eventName, errorCode, awsRegion, sourceIPAddress"
)
READING: Final = (
    "^(AssumeRole|BatchGet|ConsoleLogin|Decrypt|Describe|GenerateDataKey|Get|Head|List|Lookup)"
)
"""What only reads goes by these verbs, and is most of what a trail holds (our choice)."""
_CHANGES: Final = f"| filter eventName not like /{READING}/"
_LATEST: Final = "| sort @timestamp desc\n| limit 200"

QUERIES: Final[Mapping[str, str]] = {
    "who-changed-a-resource": (
        "# Put the resource's name, id or ARN in the place of RESOURCE.\n"
        f'{_WHO}\n{_CHANGES}\n| filter @message like "RESOURCE"\n{_LATEST}'
    ),
    "what-somebody-did": (
        "# Put the user's, role's or session's name in the place of SOMEBODY.\n"
        f'{_WHO}\n| filter userIdentity.arn like "SOMEBODY"\n{_LATEST}'
    ),
    "console-sign-ins": (
        "fields @timestamp, userIdentity.type, userIdentity.arn, sourceIPAddress, "
        "additionalEventData.MFAUsed, responseElements.ConsoleLogin, errorMessage\n"
        f'| filter eventName = "ConsoleLogin"\n{_LATEST}'
    ),
    "root-use": f'{_WHO}\n| filter userIdentity.type = "Root"\n{_LATEST}',
    "denied-calls": (
        f"{_WHO}\n"
        "| filter errorCode like /(UnauthorizedOperation$|^AccessDenied)/\n"
        "| stats count(*) as calls by who, eventSource, eventName, errorCode\n"
        "| sort calls desc\n| limit 200"
    ),
}
"""By name, a query. Source of the language: CloudWatch Logs User Guide, "Supported commands in
CloudWatch Logs Insights query language"."""

OUTSIDE: Final = "changes-outside-the-pipeline"


def make_queries(
    name: str,
    pipeline_role_arns: Sequence[pulumi.Input[str]],
    *,
    trail_name: str,
    log_group: pulumi.Input[str],
    child: pulumi.ResourceOptions,
) -> None:
    """Save each query for the log group. A query costs when it is run, by what it reads."""
    queries: dict[str, pulumi.Input[str]] = dict(QUERIES)
    if pipeline_role_arns:
        queries[OUTSIDE] = pulumi.Output.all(*pipeline_role_arns).apply(_outside)
    for query, text in queries.items():
        aws.cloudwatch.QueryDefinition(
            f"{name}-query-{query}",
            # The console shows a slash as a folder.
            name=f"{trail_name}/{query}",
            log_group_names=[log_group],
            query_string=text,
            opts=child,
        )


def _outside(role_arns: Sequence[str]) -> str:
    roles = ", ".join(f'"{arn}"' for arn in role_arns)
    return f"{_WHO}\n{_CHANGES}\n| filter who not in [{roles}]\n{_LATEST}"
