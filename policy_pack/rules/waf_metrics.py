from __future__ import annotations

import json
from typing import Any

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    fsbp,
    owasp,
    prowler,
    rule,
)
from policy_pack.waf import (
    HOLDERS,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    WafRule,
    own_rules,
)

_ACL, _GROUP, _PART, _ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)


_ON = {"visibilityConfig": {"cloudwatchMetricsEnabled": True}}
_OFF = {"visibilityConfig": {"cloudwatchMetricsEnabled": False}}
_LATER = {"visibilityConfig": {"cloudwatchMetricsEnabled": UNKNOWN}}


def _with(*rules: object) -> dict[str, Any]:
    return {**_ON, "rules": list(rules)}


def _json(name: str, enabled: object) -> dict[str, Any]:
    config = {"CloudWatchMetricsEnabled": enabled, "SampledRequestsEnabled": True}
    return {**_ON, name: json.dumps([{"Name": "rule", "VisibilityConfig": config}])}


@rule(
    title="Web ACLs, rule groups and their rules send metrics",
    types=HOLDERS,
    severity=Severity.MEDIUM,
    fix=(
        "Set cloudwatch_metrics_enabled=True in visibility_config of the web ACL or rule group, "
        "and of each rule; or use secure_components.WebApplicationFirewall."
    ),
    controls=(
        prowler("wafv2_webacl_rule_logging_enabled"),
        fsbp("WAF.12"),
        owasp("A09:2021"),
    ),
    passes=[
        {"acl": (_ACL, _ON)},
        {"acl": (_ACL, _with(_ON, _ON))},
        {"acl": (_ACL, _json("ruleJson", enabled=True))},
        {"group": (_GROUP, _with(_ON))},
        {"one": (_PART, _ON)},
        {"add": (_ADDED, {})},
    ],
    fails=[
        {"acl": (_ACL, {})},
        {"acl": (_ACL, _OFF)},
        {"acl": (_ACL, _with(_ON, _OFF, UNKNOWN))},
        {"acl": (_ACL, _with({"name": "rule"}))},
        {"acl": (_ACL, _with({"visibilityConfig": {"cloudwatchMetricsEnabled": "no"}}))},
        {"acl": (_ACL, _json("ruleJson", enabled=False))},
        {"group": (_GROUP, {**_OFF, "rules": [_ON]})},
        {"group": (_GROUP, _with(_OFF))},
        {"group": (_GROUP, _json("rulesJson", enabled=False))},
        {"one": (_PART, {})},
        {"one": (_PART, _OFF)},
        {"add": (_ADDED, _OFF)},
    ],
    undecided=[
        {"acl": (_ACL, _LATER)},
        {"acl": (_ACL, _with(_ON, _LATER))},
        {"acl": (_ACL, {**_ON, "rules": UNKNOWN})},
        {"acl": (_ACL, {**_ON, "ruleJson": UNKNOWN})},
        {"add": (_ADDED, {"visibilityConfig": UNKNOWN})},
    ],
)
def check(holder: Resource, _: Stack) -> Findings:
    """See each rule work, and stop working: alarms and counts of what was blocked are made of this.

    Without its own metric a rule that begins to block good requests, or never matches, shows in no
    graph. A rule group that a resource of its own adds has metrics unless it says otherwise.

    Source: Security Hub, "Security Hub controls for AWS WAF"; AWS WAF Developer Guide, "Monitoring
    with Amazon CloudWatch".
    """
    if holder.type in (*WEB_ACLS, *RULE_GROUPS):
        yield from every((holder,), _judge_holder)
    yield from own_rules(holder).judge(_judge_rule)


def _judge_holder(holder: Block) -> Findings:
    if not _sends(holder):
        yield "The web ACL or rule group itself sends no metrics."


def _judge_rule(rule: WafRule) -> Findings:
    if not _sends(rule.raw):
        yield finding("The rule {name} sends no metrics.", name=rule.name)


def _sends(block: Block) -> bool:
    return block.get("visibilityConfig", "cloudwatchMetricsEnabled") is True
