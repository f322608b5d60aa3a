from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
    some,
)
from policy_pack.waf import LOGGING_CONFIGURATIONS, makes_web_acls
from policy_pack.waf_logs import has_destination, logging_of

_ACTED = {
    "BLOCK": "blocked",
    "CAPTCHA": "asked for a captcha",
    "CHALLENGE": "challenged",
    "COUNT": "counted",
    "EXCLUDED_AS_COUNT": "counted by an override",
}
_MOST = list(_ACTED)[1:]
_ACL, _LOGS, _POLICY = WEB_ACLS[0], LOGGING_CONFIGURATIONS[0], FIREWALL_POLICIES[0]
_GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-site"
_STREAM = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/aws-waf-logs-all"


def _conditions(*actions: object) -> list[dict[str, Any]]:
    return [{"actionCondition": {"action": action}} for action in actions]


def _filter(behavior: object, *actions: object, requirement: str = "MEETS_ANY") -> dict[str, Any]:
    conditions = _conditions(*actions)
    return {"behavior": behavior, "requirement": requirement, "conditions": conditions}


def _logs(*filters: object, default: object = "DROP", **changes: object) -> tuple[str, Any]:
    made: dict[str, Any] = {"resourceArn": ref("acl"), "logDestinationConfigs": [_GROUP]}
    if filters:
        made["loggingFilter"] = {"defaultBehavior": default, "filters": list(filters)}
    return _LOGS, made | changes


def _policy(logging: object) -> dict[str, tuple[str, Any]]:
    document = json.dumps({"type": "WAFV2", "loggingConfiguration": logging})
    data = {"type": "WAFV2", "managedServiceData": document}
    return {"policy": (_POLICY, {"securityServicePolicyData": data})}


def _keep_all(action: str) -> dict[str, Any]:
    return _filter("KEEP", action, requirement="MEETS_ALL")


_KEEP = _filter("KEEP", *_ACTED)


@rule(
    title="Web ACLs log what they do",
    types=(*WEB_ACLS, *LOGGING_CONFIGURATIONS, *FIREWALL_POLICIES),
    severity=Severity.MEDIUM,
    fix=(
        "Add a wafv2.WebAclLoggingConfiguration with a destination and without a filter, or with "
        "one that drops by default and keeps BLOCK, CAPTCHA, CHALLENGE, COUNT and "
        "EXCLUDED_AS_COUNT; or use secure_components.WebApplicationFirewall."
    ),
    controls=(prowler("wafv2_webacl_logging_enabled"), owasp("A09:2021")),
    passes=[
        {"acl": (_ACL, {}), "logs": _logs()},
        {"logs": _logs(logDestinationConfigs=[UNKNOWN]), "acl": (_ACL, {})},
        {"logs": _logs(_KEEP), "acl": (_ACL, {})},
        {"logs": _logs(*map(_keep_all, _ACTED)), "acl": (_ACL, {})},
        {"logs": _logs(_filter("KEEP", UNKNOWN), _KEEP), "acl": (_ACL, {})},
        {"logs": _logs(_filter("KEEP", "ALLOW"), default="KEEP"), "acl": (_ACL, {})},
        _policy({"logDestinationConfigs": [_STREAM]}),
        _policy(
            {
                "logDestinationConfigs": [_STREAM],
                "loggingFilterConfigs": {
                    "defaultBehavior": "DROP",
                    "filters": [
                        {**_KEEP, "conditions": [{"actionCondition": one} for one in _ACTED]}
                    ],
                },
            }
        ),
        {"policy": (_POLICY, {"securityServicePolicyData": {"type": "SHIELD_ADVANCED"}})},
    ],
    fails=[
        {"acl": (_ACL, {})},
        {"acl": (_ACL, {}), "other": (_ACL, {}), "logs": _logs(resourceArn=ref("other"))},
        {"logs": _logs(logDestinationConfigs=[]), "acl": (_ACL, {})},
        {"logs": _logs(_filter("KEEP", *_MOST)), "acl": (_ACL, {})},
        {"logs": _logs(_filter("KEEP", *_ACTED, requirement="MEETS_ALL")), "acl": (_ACL, {})},
        {"logs": _logs(_filter("DROP", "BLOCK"), default="KEEP"), "acl": (_ACL, {})},
        {"logs": _logs(_filter("DROP", "ALLOW"), default="KEEP"), "acl": (_ACL, {})},
        {"logs": _logs(_KEEP, _filter("DROP", UNKNOWN)), "acl": (_ACL, {})},
        _policy(None),
        _policy(
            {
                "logDestinationConfigs": [_STREAM],
                "loggingFilterConfigs": {"defaultBehavior": "DROP", "filters": []},
            }
        ),
    ],
    undecided=[
        {"acl": (_ACL, {}), "logs": _logs(resourceArn=UNKNOWN)},
        {"logs": _logs(loggingFilter=UNKNOWN), "acl": (_ACL, {})},
        {"logs": _logs(_KEEP, _filter(UNKNOWN, "ALLOW")), "acl": (_ACL, {})},
        {"logs": _logs(_filter("KEEP", UNKNOWN, *_MOST)), "acl": (_ACL, {})},
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Know what attacks come, which rules meet them, and whom they hit by mistake.

    Allowed requests that matched nothing may be left out: they are most of the traffic. A filter
    must not drop anything by itself, as what ended in an allow may have been counted before, and
    what has a label may have been blocked. Nor does it help that another filter keeps it: AWS WAF
    takes the first filter that fits, and the provider keeps filters in no order.

    A web ACL that Firewall Manager makes is logged by its policy.

    Source: AWS WAFV2 API Reference, `LoggingFilter` and `ActionCondition`; hint of the AWS WAF
    console on several filters; Terraform AWS provider, pull request 35499. That an allow filter
    drops what was counted is our inference.
    """
    if resource.type in WEB_ACLS:
        if not stack.referring(LOGGING_CONFIGURATIONS, "resourceArn", resource):
            yield "The web ACL has no logging configuration."
        return
    if resource.type in FIREWALL_POLICIES and not makes_web_acls(resource):
        return
    logging = logging_of(resource)
    if logging is None or not has_destination(logging):
        yield "Nothing says where to log requests."
    else:
        yield from _judge_filter(logging)


def _judge_filter(logging: Block) -> Findings:
    for name in ("loggingFilter", "loggingFilterConfigs"):
        for one in logging.blocks(name):
            yield from _judge_filters(one, one.blocks("filters"))


def _judge_filters(whole: Block, filters: Sequence[Block]) -> Findings:
    yield from every(filters, _judge_behavior)
    if whole.get("defaultBehavior") != "KEEP":
        yield from every(_ACTED, lambda action: _judge_kept(filters, action))


def _judge_behavior(filter_: Block) -> Findings:
    if filter_.get("behavior") != "KEEP":
        yield "A filter drops requests, among which may be some that a rule met."


def _judge_kept(filters: Sequence[Block], action: str) -> Findings:
    if not some(filters, lambda one: _keeps(one, action)):
        yield finding("What was {name} is not logged.", name=_ACTED[action])


def _keeps(filter_: Block, action: str) -> bool:
    """Tell whether a filter, if it keeps, keeps every request with an action."""
    conditions = filter_.blocks("conditions")
    if filter_.get("requirement") == "MEETS_ANY" or len(conditions) == 1:
        return some(conditions, lambda condition: _is_about(condition, action))
    return False


def _is_about(condition: Block, action: str) -> bool:
    # Firewall Manager has the action itself where AWS WAF has a block.
    wanted = condition.get("actionCondition")
    return action == (wanted.get("action") if isinstance(wanted, dict) else wanted)
