from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from policy_pack.aws import BUCKETS, LOG_GROUPS
from policy_pack.endpoints import FIREWALL_POLICIES
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import LOGGING_CONFIGURATIONS
from policy_pack.waf_logs import LOGGERS, destination, has_destination, kept_in, logging_of, named

_PREFIX = "aws-waf-logs-"
_LOGS = LOGGING_CONFIGURATIONS[0]
_GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:"
_STREAM = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/"
_BUCKET = "arn:aws:s3:::"


def _logs(arn: object) -> dict[str, tuple[str, Any]]:
    return {"logs": (_LOGS, {"logDestinationConfigs": [arn]})}


def _policy(arn: str) -> dict[str, tuple[str, Any]]:
    document = json.dumps({"loggingConfiguration": {"logDestinationConfigs": [arn]}})
    data = {"type": "WAFV2", "managedServiceData": document}
    return {"policy": (FIREWALL_POLICIES[0], {"securityServicePolicyData": data})}


@rule(
    title="AWS WAF logs to where it can",
    types=LOGGERS,
    severity=Severity.LOW,
    fix=(
        "Begin the name of the log group, bucket or delivery stream with aws-waf-logs-; with "
        "Firewall Manager take a bucket or a delivery stream."
    ),
    controls=(owasp("A09:2021"),),
    passes=[
        *(_logs(f"{start}aws-waf-logs-site") for start in (_GROUP, _STREAM, _BUCKET)),
        _logs(f"{_GROUP}aws-waf-logs-site:*"),
        {**_logs(ref("group")), "group": (LOG_GROUPS[0], {"name": "aws-waf-logs-site"})},
        {**_logs(ref("bucket")), "bucket": (BUCKETS[0], {"bucket": "aws-waf-logs-site"})},
        _policy(f"{_STREAM}aws-waf-logs-all"),
        {"logs": (_LOGS, {})},
    ],
    fails=[
        *(_logs(f"{start}site") for start in (_GROUP, _STREAM, _BUCKET)),
        _logs("arn:aws:sqs:eu-west-1:123456789012:aws-waf-logs-site"),
        {**_logs(ref("group")), "group": (LOG_GROUPS[0], {"name": "waf-logs-site"})},
        _policy(f"{_STREAM}all"),
        _policy(f"{_GROUP}aws-waf-logs-all"),
    ],
    undecided=[
        _logs(UNKNOWN),
        {**_logs(ref("group")), "group": (LOG_GROUPS[0], {"name": UNKNOWN})},
    ],
    omission="That logs go nowhere is told by waf-logging.",
)
def check(logger: Resource, stack: Stack) -> Findings:
    """See at the preview what AWS refuses at the update, when the web ACL stands without logs.

    How the destination keeps logs is judged at the log group, the stream and the bucket, where they
    are in the stack.

    Source: AWS WAFV2 API Reference, `LoggingConfiguration`; Firewall Manager API Reference,
    `SecurityServicePolicyData`.
    """
    logging = logging_of(logger)
    if logging is None or not has_destination(logging):
        return
    types, name = _destination(logger, logging, stack)
    if not types:
        yield "Requests are logged to what is no log group, bucket or delivery stream."
    elif set(types) <= set(LOG_GROUPS) and logger.type in FIREWALL_POLICIES:
        yield "Firewall Manager does not log to a log group."
    elif not str(name).startswith(_PREFIX):
        yield "The destination's name does not begin with aws-waf-logs-."


def _destination(logger: Resource, logging: Block, stack: Stack) -> tuple[Sequence[str], object]:
    """Return the types of what is logged to, and its name; neither, if it is nothing that can be.

    Raises:
        Undecided: It is not known yet, and made of nothing in the stack.
    """
    try:
        found = named(destination(logging))
    except Undecided:
        found = None
    if found is not None:
        return found
    kept = kept_in(logger, stack)
    if kept is None:
        return (), None
    return (kept.type,), kept.get("bucket" if kept.type in BUCKETS else "name")
