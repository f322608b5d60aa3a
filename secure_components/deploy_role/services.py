"""What a program needs of each AWS service, to make, change, read and delete its resources.

Names of actions and the resources that limit them are the Service Authorization Reference's; a test
holds every one against it. Left out by intent: data (items, objects, messages, secrets, events),
and what cannot be limited to the program's own and would open another's, as `events:PutPermission`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from secure_components.documents import Statement
from secure_components.place import Place


@dataclass(frozen=True)
class Grant:
    """Actions on the same resources.

    Attributes:
        resources: What follows `arn:PARTITION:SERVICE:` in their ARNs, with `{name}` where a name
            stands; empty where the service does not limit the actions to resources.
        writes: What changes them.
        reads: What `pulumi refresh` reads of them: settings, never data.
        function: Whether a condition ties it to functions by name, where the ARN cannot.
    """

    resources: tuple[str, ...]
    writes: tuple[str, ...]
    reads: tuple[str, ...] = ()
    function: bool = False


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        grants: What a program does with it.
        takes_roles: The principal that roles are passed to, if it takes any.
    """

    grants: tuple[Grant, ...]
    takes_roles: str = ""


_TAGS: Final = ("TagResource", "UntagResource")

SERVICES: Final[Mapping[str, Service]] = {
    "apigateway": Service(
        (
            Grant(
                ("{region}::/apis", "{region}::/apis/*", "{region}::/tags/*"),
                ("DELETE", "PATCH", "POST", "PUT"),
                ("GET",),
            ),
            Grant(
                ("{region}::/restapis", "{region}::/restapis/*"),
                ("DELETE", "PATCH", "POST", "PUT", "UpdateRestApiPolicy"),
                ("GET",),
            ),
        ),
        "apigateway.amazonaws.com",
    ),
    "cloudwatch": Service(
        (
            Grant(
                ("{region}:{account}:alarm:{name}",),
                ("DeleteAlarms", "PutCompositeAlarm", "PutMetricAlarm", *_TAGS),
                ("DescribeAlarms", "ListTagsForResource"),
            ),
            Grant(
                (":{account}:dashboard/{name}",),
                ("DeleteDashboards", "PutDashboard"),
                ("GetDashboard",),
            ),
        ),
    ),
    "dynamodb": Service(
        (
            Grant(
                ("{region}:{account}:table/{name}",),
                (
                    "CreateTable",
                    "DeleteTable",
                    "UpdateContinuousBackups",
                    "UpdateContributorInsights",
                    "UpdateTable",
                    "UpdateTimeToLive",
                    *_TAGS,
                ),
                (
                    "DescribeContinuousBackups",
                    "DescribeContributorInsights",
                    "DescribeTable",
                    "DescribeTimeToLive",
                    "ListTagsOfResource",
                ),
            ),
        ),
    ),
    "ecr": Service(
        (
            Grant(
                ("{region}:{account}:repository/{name}",),
                (
                    "CreateRepository",
                    "DeleteLifecyclePolicy",
                    "DeleteRepository",
                    "DeleteRepositoryPolicy",
                    "PutImageScanningConfiguration",
                    "PutImageTagMutability",
                    "PutLifecyclePolicy",
                    "SetRepositoryPolicy",
                    *_TAGS,
                ),
                (
                    "DescribeRepositories",
                    "GetLifecyclePolicy",
                    "GetRepositoryPolicy",
                    "ListTagsForResource",
                ),
            ),
        ),
    ),
    "events": Service(
        (
            Grant(
                ("{region}:{account}:rule/{name}",),
                (
                    "DeleteRule",
                    "DisableRule",
                    "EnableRule",
                    "PutRule",
                    "PutTargets",
                    "RemoveTargets",
                    *_TAGS,
                ),
                ("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
            ),
            Grant(
                ("{region}:{account}:event-bus/{name}",),
                ("CreateEventBus", "DeleteEventBus", "UpdateEventBus", *_TAGS),
                ("DescribeEventBus", "ListTagsForResource"),
            ),
        ),
        "events.amazonaws.com",
    ),
    "lambda": Service(
        (
            Grant(
                ("{region}:{account}:function:{name}",),
                (
                    "AddPermission",
                    "CreateAlias",
                    "CreateFunction",
                    "CreateFunctionUrlConfig",
                    "DeleteAlias",
                    "DeleteFunction",
                    "DeleteFunctionConcurrency",
                    "DeleteFunctionEventInvokeConfig",
                    "DeleteFunctionUrlConfig",
                    "DeleteProvisionedConcurrencyConfig",
                    "PublishVersion",
                    "PutFunctionConcurrency",
                    "PutFunctionEventInvokeConfig",
                    "PutFunctionRecursionConfig",
                    "PutProvisionedConcurrencyConfig",
                    "PutRuntimeManagementConfig",
                    "RemovePermission",
                    "UpdateAlias",
                    "UpdateFunctionCode",
                    "UpdateFunctionConfiguration",
                    "UpdateFunctionEventInvokeConfig",
                    "UpdateFunctionUrlConfig",
                    *_TAGS,
                ),
                (
                    "GetAlias",
                    # It shows where the code is, too: the provider reads nothing less.
                    "GetFunction",
                    "GetFunctionCodeSigningConfig",
                    "GetFunctionConcurrency",
                    "GetFunctionConfiguration",
                    "GetFunctionEventInvokeConfig",
                    "GetFunctionRecursionConfig",
                    "GetFunctionUrlConfig",
                    "GetPolicy",
                    "GetProvisionedConcurrencyConfig",
                    "GetRuntimeManagementConfig",
                    "ListTags",
                    "ListVersionsByFunction",
                ),
            ),
            Grant(
                ("{region}:{account}:layer:{name}",),
                ("DeleteLayerVersion", "PublishLayerVersion"),
                ("GetLayerVersion",),
            ),
            Grant((), ("CreateEventSourceMapping",), function=True),
            Grant(
                ("{region}:{account}:event-source-mapping:*",),
                ("DeleteEventSourceMapping", "UpdateEventSourceMapping"),
                ("GetEventSourceMapping",),
                function=True,
            ),
        ),
        "lambda.amazonaws.com",
    ),
    "logs": Service(
        (
            Grant(
                (
                    "{region}:{account}:log-group:{name}",
                    "{region}:{account}:log-group:/aws/apigateway/{name}",
                    "{region}:{account}:log-group:/aws/lambda/{name}",
                    "{region}:{account}:log-group:/aws/vendedlogs/{name}",
                ),
                (
                    "AssociateKmsKey",
                    "CreateLogGroup",
                    "DeleteLogGroup",
                    "DeleteMetricFilter",
                    "DeleteRetentionPolicy",
                    "DisassociateKmsKey",
                    "PutMetricFilter",
                    "PutRetentionPolicy",
                    *_TAGS,
                ),
                ("DescribeMetricFilters", "ListTagsForResource"),
            ),
            Grant((), (), ("DescribeLogGroups",)),
        ),
    ),
    "s3": Service(
        (
            Grant(
                ("::{name}",),
                (
                    "CreateBucket",
                    "DeleteBucket",
                    "DeleteBucketPolicy",
                    "PutBucketCORS",
                    "PutBucketLogging",
                    "PutBucketNotification",
                    "PutBucketObjectLockConfiguration",
                    "PutBucketOwnershipControls",
                    "PutBucketPolicy",
                    "PutBucketPublicAccessBlock",
                    "PutBucketTagging",
                    "PutBucketVersioning",
                    "PutEncryptionConfiguration",
                    "PutLifecycleConfiguration",
                ),
                (
                    "GetAccelerateConfiguration",
                    "GetBucketAcl",
                    "GetBucketCORS",
                    "GetBucketLocation",
                    "GetBucketLogging",
                    "GetBucketNotification",
                    "GetBucketObjectLockConfiguration",
                    "GetBucketOwnershipControls",
                    "GetBucketPolicy",
                    "GetBucketPublicAccessBlock",
                    "GetBucketRequestPayment",
                    "GetBucketTagging",
                    "GetBucketVersioning",
                    "GetBucketWebsite",
                    "GetEncryptionConfiguration",
                    "GetLifecycleConfiguration",
                    "GetReplicationConfiguration",
                    "ListBucket",  # tells whether the bucket exists
                ),
            ),
        ),
    ),
    "secretsmanager": Service(
        (
            Grant(
                ("{region}:{account}:secret:{name}",),
                ("CreateSecret", "DeleteSecret", "UpdateSecret", *_TAGS),
                ("DescribeSecret", "GetResourcePolicy"),
            ),
        ),
    ),
    "sns": Service(
        (
            Grant(
                ("{region}:{account}:{name}",),
                ("CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", *_TAGS),
                ("GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"),
            ),
            Grant((), ("SetSubscriptionAttributes", "Unsubscribe"), ("GetSubscriptionAttributes",)),
        ),
    ),
    "sqs": Service(
        (
            Grant(
                ("{region}:{account}:{name}",),
                ("CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
                ("GetQueueAttributes", "GetQueueUrl", "ListQueueTags"),
            ),
        ),
    ),
    "states": Service(
        (
            Grant(
                ("{region}:{account}:stateMachine:{name}",),
                (
                    "CreateStateMachine",
                    "CreateStateMachineAlias",
                    "DeleteStateMachine",
                    "DeleteStateMachineAlias",
                    "DeleteStateMachineVersion",
                    "PublishStateMachineVersion",
                    "UpdateStateMachine",
                    "UpdateStateMachineAlias",
                    *_TAGS,
                ),
                (
                    "DescribeStateMachine",
                    "DescribeStateMachineAlias",
                    "ListStateMachineAliases",
                    "ListStateMachineVersions",
                    "ListTagsForResource",
                ),
            ),
            Grant((), (), ("ValidateStateMachineDefinition",)),
        ),
        "states.amazonaws.com",
    ),
}
"""By the prefix of its actions."""


@dataclass(frozen=True)
class Scope:
    """What a pipeline may touch.

    Attributes:
        place: Partition, account and the provider's region.
        regions: Regions that the program deploys to.
        names: What names begin with.
    """

    place: Place
    regions: Sequence[str]
    names: Sequence[str]

    @property
    def patterns(self) -> list[str]:
        """The names, as patterns."""
        return [f"{name}*" for name in self.names]

    def arns(self, service: str, template: str) -> list[str]:
        """Return the ARNs of a template, for every region and name that it depends on."""
        filled = (
            template.format(region=region, account=self.place.account, name=name)
            for region, name in product(self.regions, self.patterns)
        )
        return [f"arn:{self.place.partition}:{service}:{one}" for one in dict.fromkeys(filled)]


def read_statements(services: Collection[str], scope: Scope) -> Iterator[Statement]:
    """Yield what reads the settings of what services hold."""
    for service in services:
        for index, grant in enumerate(SERVICES[service].grants):
            if grant.reads:
                yield _statement(service, index, "Read", grant.reads, grant, scope)


def write_statements(services: Collection[str], scope: Scope) -> Iterator[Statement]:
    """Yield what makes, changes and deletes what services hold."""
    for service in services:
        for index, grant in enumerate(SERVICES[service].grants):
            if grant.writes:
                yield _statement(service, index, "Change", grant.writes, grant, scope)


def ceiling_statements(services: Collection[str], scope: Scope) -> Iterator[Statement]:
    """Yield the most that anybody may do with services: a boundary's, in few characters."""
    grants = [(service, grant) for service in services for grant in SERVICES[service].grants]
    arns = [
        arn
        for service, grant in grants
        if not grant.function
        for resource in grant.resources
        for arn in scope.arns(service, resource)
    ]
    if arns:
        actions = [f"{service}:*" for service in services]
        yield {"Sid": "Services", "Effect": "Allow", "Action": actions, "Resource": arns}
    for sid, function in (("Unnamed", False), ("Functions", True)):
        actions = [
            f"{service}:{action}"
            for service, grant in grants
            if grant.function == function and (function or not grant.resources)
            for action in (*grant.reads, *grant.writes)
        ]
        if actions:
            yield {
                "Sid": sid,
                "Effect": "Allow",
                "Action": actions,
                "Resource": "*",
                "Condition": _condition(scope, function=function),
            }


def _statement(  # noqa: PLR0913, PLR0917  all that a statement is made of
    service: str, index: int, verb: str, actions: Sequence[str], grant: Grant, scope: Scope
) -> Statement:
    statement: dict[str, Any] = {
        "Sid": f"{verb}{service.title()}{index or ''}",
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": [a for one in grant.resources for a in scope.arns(service, one)] or "*",
    }
    if grant.function or not grant.resources:
        statement["Condition"] = _condition(scope, function=grant.function)
    return statement


def _condition(scope: Scope, *, function: bool) -> dict[str, Any]:
    """Return what stands for a name, where an ARN holds none."""
    if function:
        functions = scope.arns("lambda", "{region}:{account}:function:{name}")
        return {"ArnLike": {"lambda:FunctionArn": functions}}
    return {"StringEquals": {"aws:RequestedRegion": list(scope.regions)}}
