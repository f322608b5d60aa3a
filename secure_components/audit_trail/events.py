"""Which events a trail records besides all management events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.arguments import Who, among, refuse, unique
from secure_components.audit_trail.args import AuditTrailArgs
from secure_components.place import Place

INSIGHTS: Final = ("ApiCallRateInsight", "ApiErrorRateInsight")
"""What CloudTrail looks for that is unusual (CloudTrail API Reference, `InsightSelector`)."""

DATA_EVENTS: Final[Mapping[str, str]] = {
    "s3": "AWS::S3::Object",
    "s3_access_points": "AWS::S3::AccessPoint",
    "lambda": "AWS::Lambda::Function",
    "dynamodb": "AWS::DynamoDB::Table",
    "dynamodb_streams": "AWS::DynamoDB::Stream",
    "ebs_snapshots": "AWS::EC2::Snapshot",
    "cognito_identity_pools": "AWS::Cognito::IdentityPool",
    "sns": "AWS::SNS::Topic",
    "sqs": "AWS::SQS::Queue",
}
"""By name, the type of resources whose data events are recorded (CloudTrail API Reference,
`AdvancedFieldSelector`). All cost the same, 0.10 USD per 100,000 events (CloudTrail Pricing)."""

Selectors = Sequence[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict]


def check_events(who: Who, args: AuditTrailArgs) -> None:
    """Check what is recorded besides."""
    for argument, given, allowed in (
        ("insights", args.get("insights", INSIGHTS), INSIGHTS),
        ("data_events", args.get("data_events", ()), DATA_EVENTS),
    ):
        unique(who, argument, given)
        for index, one in enumerate(given):
            among(who, f"{argument}.{index}", one, allowed)
    if not args.get("insights", INSIGHTS):
        refuse(*who, "insights", f"is empty; give {', '.join(INSIGHTS)}, or one of them")


def event_selectors(
    data_events: Sequence[str],
    place: pulumi.Output[Place],
    own_buckets: Sequence[pulumi.Input[str]],
) -> pulumi.Output[Selectors] | None:
    """Return what a trail selects: nothing, which is all management events, or those and more.

    A trail that records what is written into its own buckets would record its own deliveries, and
    write of them without end.
    """
    if not data_events:
        return None
    return pulumi.Output.all(place, *own_buckets).apply(
        lambda known: _selectors(data_events, known[0], known[1:])
    )


def _selectors(data_events: Sequence[str], place: Place, own_buckets: Sequence[str]) -> Selectors:
    # The slash bounds the name: other buckets may begin alike.
    own = [f"{place.bucket_arn(bucket)}/" for bucket in own_buckets]
    selectors: list[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict] = [
        {
            "name": "management",
            "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}],
        }
    ]
    for one in data_events:
        fields: list[aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgsDict] = [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": [DATA_EVENTS[one]]},
        ]
        if one == "s3":
            fields.append({"field": "resources.ARN", "not_starts_withs": own})
        selectors.append({"name": one, "field_selectors": fields})
    return selectors
