"""The firewall as a Firewall Manager policy, which gives it to every account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from secure_components.web_application_firewall.args import WebApplicationFirewallArgs
from secure_components.web_application_firewall.capacity import units
from secure_components.web_application_firewall.checks import CLOUDFRONT_TYPE, ORGANIZATION_TYPES
from secure_components.web_application_firewall.destinations import redacted_headers
from secure_components.web_application_firewall.rules import Rule, RuleSet, visibility


def is_global(args: WebApplicationFirewallArgs) -> bool:
    """Tell whether arguments are for CloudFront, whose policies stand in us-east-1."""
    return CLOUDFRONT_TYPE in args.get("organization", {}).get("resource_types", ())


def make_policy(  # noqa: PLR0913  all but the name are named
    name: str,
    args: WebApplicationFirewallArgs,
    made: RuleSet,
    *,
    base: str,
    tags: Mapping[str, str],
    region: str | None,
    child: pulumi.ResourceOptions,
) -> aws.fms.Policy:
    """Make the rule group of own rules, and the policy that puts it and AWS's before all others."""
    own = [rule for rule in made.rules if _managed(rule) is None]
    group = aws.wafv2.RuleGroup(
        f"{name}-rule-group",
        description=f"Rules of the firewall {base} beside those of AWS",
        scope="CLOUDFRONT" if is_global(args) else "REGIONAL",
        capacity=units(own),
        rules=cast("Any", _as_rule_group_takes(own)),
        custom_response_bodies=response_bodies(made),
        visibility_config=visibility(base),
        region=region,
        opts=child,
    )
    organization = args.get("organization", {})
    resource_types = list(organization.get("resource_types", ORGANIZATION_TYPES[:2]))
    destination = args["logging"]["destination_arn"]
    single = len(resource_types) == 1
    accounts: dict[str, Any] = {
        kind: _accounts(organization, kind)
        for kind in ("include", "exclude")
        if _accounts(organization, kind)
    }
    return aws.fms.Policy(
        name,
        name=base,
        description="AWS WAF on every endpoint of every present and future account",
        resource_type=resource_types[0] if single else None,
        resource_type_lists=None if single else resource_types,
        exclude_resource_tags=False,
        remediation_enabled=True,
        delete_unused_fm_managed_resources=True,
        include_map=accounts.get("include"),
        exclude_map=accounts.get("exclude"),
        security_service_policy_data={
            "type": "WAFV2",
            "managed_service_data": pulumi.Output.all(group.arn, destination).apply(
                lambda known: json.dumps(_service_data(args, made, *known))
            ),
        },
        tags=tags,
        region=region,
        opts=child,
    )


def response_bodies(made: RuleSet) -> list[Any] | None:
    """Return the bodies that responses name, as a web ACL and a rule group take them."""
    return [
        {
            "key": key,
            "content": response["body"],
            "content_type": response.get("content_type", "TEXT_PLAIN"),
        }
        for key, response in made.bodies.items()
    ] or None


def _as_rule_group_takes(value: Any) -> Any:  # noqa: ANN401  rules, statements and their parts
    """Return rules as `aws.wafv2.RuleGroup` spells them: what is negated stands in a list there."""
    if isinstance(value, list):
        return [_as_rule_group_takes(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    made = {key: _as_rule_group_takes(each) for key, each in value.items()}
    if "not_statement" in made:
        made["not_statement"] = {"statements": [made["not_statement"]["statement"]]}
    return made


def _managed(rule: Rule) -> Mapping[str, Any] | None:
    statement: Mapping[str, Any] | None = rule["statement"].get("managed_rule_group_statement")
    return statement


def _accounts(organization: Mapping[str, Any], kind: str) -> dict[str, Sequence[str]]:
    named = {
        "accounts": organization.get(f"{kind}_accounts"),
        "orgunits": organization.get(f"{kind}_organizational_units"),
    }
    return {key: value for key, value in named.items() if value}


def _service_data(
    args: WebApplicationFirewallArgs, made: RuleSet, group_arn: str, destination: str
) -> dict[str, Any]:
    """Return the policy's own JSON (FMS API Reference, `SecurityServicePolicyData`)."""
    own: dict[str, Any] = {
        "ruleGroupArn": group_arn,
        "ruleGroupType": "RuleGroup",
        "managedRuleGroupIdentifier": None,
        "overrideAction": {"type": "NONE"},
        "excludeRules": [],
        "sampledRequestsEnabled": True,
    }
    redacted = [
        {"redactedFieldType": "SingleHeader", "redactedFieldValue": header}
        for header in redacted_headers(args.get("logging", {}))
    ]
    return {
        "type": "WAFV2",
        "preProcessRuleGroups": [own, *(_group(rule) for rule in made.rules if _managed(rule))],
        "postProcessRuleGroups": [],
        "defaultAction": {"type": "ALLOW"},
        "overrideCustomerWebACLAssociation": False,
        "sampledRequestsEnabledForDefaultActions": True,
        "loggingConfiguration": {
            "logDestinationConfigs": [destination],
            "redactedFields": [
                *redacted,
                {"redactedFieldType": "QueryString", "redactedFieldValue": None},
            ],
        },
    }


def _group(rule: Rule) -> dict[str, Any]:
    statement = _managed(rule) or {}
    version = statement.get("version")
    overrides = statement.get("rule_action_overrides", ())
    return {
        "ruleGroupArn": None,
        "ruleGroupType": "ManagedRuleGroup",
        "managedRuleGroupIdentifier": {
            "vendorName": statement["vendor_name"],
            "managedRuleGroupName": statement["name"],
            "version": version,
            "versionEnabled": version is not None,
        },
        "overrideAction": {"type": next(iter(rule["override_action"])).upper()},
        "excludeRules": [],
        "ruleActionOverrides": [
            {"name": one["name"], "actionToUse": one["action_to_use"]} for one in overrides
        ],
        "sampledRequestsEnabled": True,
    }
