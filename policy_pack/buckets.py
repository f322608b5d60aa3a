"""What holds of a bucket: settings within it or apart, and whose access logs it takes.

The provider once had all settings within `Bucket`; now each is a resource, and the names within
`BucketV2` are in the plural.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from policy_pack.aws import (
    BUCKET_LIFECYCLES,
    BUCKET_LOGGINGS,
    BUCKET_POLICIES,
    BUCKETS,
    LOG_DELIVERY_DESTINATIONS,
    TRAILS,
)
from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS, DISTRIBUTIONS, LOAD_BALANCERS
from policy_pack.ends import Ends
from policy_pack.iam import Statement, statements
from policy_pack.rule import Block, Resource, Stack, Undecided, some

_NAMED: Final = re.compile(
    r"(?:arn:[^:]*:s3:::)?(?P<name>[^/]+?)"
    r"(?:\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?)?(?:/.*)?"
)
"""A bucket's name, also in its ARN and in its domain name, as CloudFront takes it."""

_TARGETS: Final[Sequence[tuple[Sequence[str], Sequence[str | int]]]] = (
    (BUCKET_LOGGINGS, ("targetBucket",)),
    (BUCKETS, ("logging", "targetBucket")),
    (BUCKETS, ("loggings", 0, "targetBucket")),
    ((*LOAD_BALANCERS, *CLASSIC_LOAD_BALANCERS), ("accessLogs", "bucket")),
    (DISTRIBUTIONS, ("loggingConfig", "bucket")),
    (LOG_DELIVERY_DESTINATIONS, ("deliveryDestinationConfiguration", "destinationResourceArn")),
)
"""Who writes access logs, and where it names the bucket."""


def is_of_trail(bucket: Resource, stack: Stack) -> bool:
    """Tell whether a trail writes to a bucket: one of the stack, or one that its policy lets in.

    Raises:
        Undecided: None is known to, but one may.
    """
    return some((is_named_by_trail, _open_to_trails), lambda holds: holds(bucket, stack))


def is_named_by_trail(bucket: Resource, stack: Stack) -> bool:
    """Tell whether a trail of the stack writes to a bucket.

    Raises:
        Undecided: None is known to, but one may.
    """
    return bool(stack.referring(TRAILS, "s3BucketName", bucket))


def _open_to_trails(bucket: Resource, stack: Stack) -> bool:
    apart = stack.referring(BUCKET_POLICIES, "bucket", bucket)
    return some(
        [bucket, *apart],
        lambda holder: some(statements(holder.json("policy")), _lets_trails_write),
    )


def _lets_trails_write(statement: Statement) -> bool:
    named = "cloudtrail.amazonaws.com" in statement.services
    return statement.allows and named and statement.matches_action("s3:PutObject")


def of_trail(trail: Resource, stack: Stack) -> list[Resource]:
    """Return the bucket of the stack that a trail writes to; none if it is of another stack.

    Raises:
        Undecided: It is known to write to none, but may.
    """
    found, undecided = [], None
    for bucket in stack.of_type(*BUCKETS):
        try:
            if trail.refers_to("s3BucketName", bucket):
                found.append(bucket)
        except Undecided as unknown:
            undecided = unknown
    if not found and undecided is not None:
        raise undecided
    return found


def logs_access(bucket: Resource, stack: Stack) -> bool:
    """Tell whether S3 logs who asks for what in a bucket.

    Raises:
        Undecided: It is known not to, but may.
    """
    inline = [*bucket.blocks("logging"), *bucket.blocks("loggings")]
    return some(inline, _has_target) or some(
        stack.referring(BUCKET_LOGGINGS, "bucket", bucket), _has_target
    )


def takes_access_logs(bucket: Resource, stack: Stack) -> bool:
    """Tell whether access logs are written into a bucket: of S3, a load balancer, a distribution.

    Raises:
        Undecided: None are known to be, but some may.
    """
    return stack.once(_targets).hold(bucket)


def lifecycle_rules(bucket: Resource, stack: Stack) -> list[Block]:
    """Return the lifecycle rules of a bucket, switched on or not."""
    apart = stack.referring(BUCKET_LIFECYCLES, "bucket", bucket)
    return [*bucket.blocks("lifecycleRules"), *(one for lc in apart for one in lc.blocks("rules"))]


def is_on(rule: Block) -> bool:
    """Tell whether a lifecycle rule is switched on."""
    return rule.get("status") == "Enabled" or rule.get("enabled") is True


def expirations(rule: Block) -> list[Block]:
    """Return when a lifecycle rule that is switched on expires objects."""
    return [*rule.blocks("expiration"), *rule.blocks("expirations")] if is_on(rule) else []


def _has_target(logging: Block) -> bool:
    return logging.has("targetBucket")


def _targets(stack: Stack) -> Ends:
    ends = Ends()
    for types, path in _TARGETS:
        for logger in stack.of_type(*types):
            ends.add(partial(_named, logger, path), logger.dependencies.get(str(path[0]), ()))
    return ends


def _named(logger: Resource, path: Sequence[str | int]) -> set[tuple[str, str]]:
    found = _NAMED.fullmatch(str(logger.get(*path, default="")))
    return {("", found["name"])} if found else set()
