"""AWS WAF on every endpoint."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pulumi
import pulumi_aws as aws

from secure_components.alarm_topic import key_statements, make_topic
from secure_components.documents import (
    Statements,
    account_administers,
    document_of,
    logs_encrypts,
)
from secure_components.place import Place, place_of
from secure_components.web_application_firewall import (
    alarms,
    capacity,
    checks,
    destinations,
    endpoints,
    organization,
)
from secure_components.web_application_firewall.args import LoggingArgs, WebApplicationFirewallArgs
from secure_components.web_application_firewall.destinations import redacted_headers
from secure_components.web_application_firewall.managed_rules import coverage
from secure_components.web_application_firewall.rules import (
    AddressLists,
    RuleSet,
    managed_groups,
    rule_set,
    visibility,
)

_DEFAULTS: Final[WebApplicationFirewallArgs] = {}
_GLOBAL_REGION: Final = "us-east-1"
"""Where all that is for CloudFront stands (AWS WAF Developer Guide)."""

COUNT_UNTIL_TAG: Final = "waf:count-until"
"""The tag that tells the policy pack until when rules may only count."""

_ALLOW: Final[Any] = {"allow": {}}
_LISTS: Final = ("block", "only", "allow")
_LONGEST_NAME: Final = 100


class WebApplicationFirewall(pulumi.ComponentResource):
    """Puts AWS WAF before endpoints, with rules after the OWASP Top 10 that block from the start.

    Makes a web ACL with AWS's managed rule groups (common attacks, known bad inputs, SQL injection,
    administration pages, addresses of bad reputation and anonymous ones), a rate limit of 2,000
    requests in five minutes per address, metrics; associations with what it `protects`; encrypted
    logs of what was matched, kept a year, in which authorization, cookies, query strings and bodies
    are redacted; an encrypted topic with alarms; and a rotating key.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.21, 4.6), AWS FSBP
    (CloudWatch.15, CloudWatch.16, CloudWatch.17, KMS.4, KMS.5, SNS.1, WAF.10, WAF.11, WAF.12); and
    APIGateway.4, CloudFront.6 and ELB.16 for what stands behind it. What of the OWASP Top 10 it
    serves, and what no WAF can, is in `docs/owasp.md` and the output `owasp`: our inference, as AWS
    publishes no mapping newer than 2017. Not covered: what AWS does not inspect (bodies past
    `body_inspection_kilobytes` are blocked by the common rule set, not read), attacks on the
    application's own logic, and everything that does not come through an endpoint.

    Costs, at the list prices of us-east-1: the web ACL 5 USD a month; each rule and rule group 1
    USD a month, 7 of them by default; 0.60 USD per million requests up to 1,500 web ACL capacity
    units (1,277 by default), and 0.20 USD more for each 500 units past them; the key 1 USD a month;
    an alarm 0.10 USD a month, 3 by default; logs 0.50 USD per GB taken in. An endpoint with little
    traffic pays some 14 USD a month. What is paid beside is told at its argument.

    With scope `organization`, it is a Firewall Manager policy that gives the same rules to every
    present and future account: for 100 USD a month per policy and region, from the administrator
    account of Firewall Manager. The differences: no associations, alarms, allow list, paid rule
    groups nor scope-down statements; logs go to a destination that must exist; each account pays
    for its own web ACLs.

    Sources: AWS WAF Developer Guide; AWS Firewall Manager API Reference; AWS WAF Pricing.

    Args:
        name: Resource name. Children are `name` (the web ACL, or the policy) and `name-<role>`.
        args: See `WebApplicationFirewallArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; an endpoint cannot
            carry a web ACL; or the rules need over 5,000 capacity units. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    web_acl_arn: pulumi.Output[str]
    """ARN of the web ACL: a CloudFront distribution's `web_acl_id`. Of the Firewall Manager policy
    with scope `organization`."""
    capacity: pulumi.Output[int]
    """Web ACL capacity units that the rules need. Past 1,500 each request costs more."""
    owasp: pulumi.Output[Mapping[str, str]]
    """By category of the OWASP Top 10 (2021 and 2025), what serves it and what does not."""
    log_destination_arn: pulumi.Output[str]
    """ARN of the log group, bucket or delivery stream that requests are logged to."""
    topic_arn: pulumi.Output[str]
    """ARN of the topic that alarms go to; empty with scope `organization`."""

    def __init__(
        self,
        name: str,
        args: WebApplicationFirewallArgs = _DEFAULTS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        checks.check(name, args)
        # The same rules stand over any addresses, so what they need is known before any is made.
        planned = rule_set(args, _planned_lists(args))
        units = checks.check_rules(name, args, planned)
        super().__init__("secure-components:index:WebApplicationFirewall", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        _warn(self, name, args, planned, units)

        scope = args.get("scope", "regional")
        everywhere = scope == "cloudfront" or organization.is_global(args)
        region = _GLOBAL_REGION if everywhere else None
        base = _base(name)
        tags = {COUNT_UNTIL_TAG: args["count_until"]} if planned.counting else {}

        lists = _address_lists(
            name, args, "CLOUDFRONT" if everywhere else "REGIONAL", region, child
        )
        made = rule_set(args, lists)
        self.capacity = pulumi.Output.from_input(units)
        self.owasp = pulumi.Output.from_input(_owasp(args))
        if scope == "organization":
            policy = organization.make_policy(
                name, args, made, base=base, tags=tags, region=region, child=child
            )
            self.web_acl_arn = policy.arn
            self.log_destination_arn = pulumi.Output.from_input(args["logging"]["destination_arn"])
            self.topic_arn = pulumi.Output.from_input("")
            self._register()
            return

        logging, alarm = args.get("logging", {}), args.get("alarms", {})
        place = place_of(self, region)
        web_acl = aws.wafv2.WebAcl(
            name,
            name=base,
            scope="CLOUDFRONT" if everywhere else "REGIONAL",
            default_action=_ALLOW,
            rules=cast("Any", made.rules),
            custom_response_bodies=organization.response_bodies(made),
            data_protection_config=_data_protection(logging),
            association_config=_body_inspection(args),
            visibility_config=visibility(base),
            tags=tags,
            region=region,
            opts=child,
        )
        # The end of one that is replaced would otherwise come last, and take its successor along.
        alone = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        for label, endpoint in _labelled(args.get("protects", ())):
            who = (checks.COMPONENT, name, "protects")
            aws.wafv2.WebAclAssociation(
                f"{name}-association-{label}",
                resource_arn=endpoints.arn_of(endpoint, place, who, scope),
                web_acl_arn=web_acl.arn,
                region=region,
                opts=alone,
            )

        key_arn = logging.get("kms_key_arn")
        if key_arn is None and not ("destination_arn" in logging and "topic_arn" in alarm):
            key = aws.kms.Key(
                f"{name}-key",
                description=f"Encrypts the logs and alarms of the firewall {base}",
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=document_of(_key_policy, place, base),
                region=region,
                opts=child,
            )
            aws.kms.Alias(
                f"{name}-key-alias",
                name=f"alias/waf/{base}",
                target_key_id=key.key_id,
                region=region,
                opts=child,
            )
            key_arn = key.arn
        destination = destinations.make(
            name,
            logging,
            base=base,
            place=place,
            key_arn=key_arn or "",
            region=region,
            child=child,
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=web_acl.arn,
            log_destination_configs=[destination.arn],
            redacted_fields=_redacted_fields(logging),
            logging_filter=None if logging.get("keep") == "all" else _KEEP_MATCHED,
            region=region,
            opts=pulumi.ResourceOptions.merge(
                alone, pulumi.ResourceOptions(depends_on=list(destination.ready))
            ),
        )

        if "topic_arn" in alarm:
            self.topic_arn = pulumi.Output.from_input(alarm["topic_arn"])
        else:
            self.topic_arn = make_topic(
                name, base=base, place=place, key_arn=key_arn or "", region=region, child=child
            )
        alarms.make_alarms(
            name,
            alarm,
            made,
            base=base,
            place=place,
            topic_arn=self.topic_arn,
            region=region,
            child=child,
        )
        if args.get("dashboard"):
            alarms.make_dashboard(name, made, base=base, place=place, region=region, child=child)

        self.web_acl_arn = web_acl.arn
        self.log_destination_arn = pulumi.Output.from_input(destination.arn)
        self._register()

    def _register(self) -> None:
        self.register_outputs(
            {
                "web_acl_arn": self.web_acl_arn,
                "capacity": self.capacity,
                "owasp": self.owasp,
                "log_destination_arn": self.log_destination_arn,
                "topic_arn": self.topic_arn,
            },
        )


def _warn(
    firewall: pulumi.Resource,
    name: str,
    args: WebApplicationFirewallArgs,
    planned: RuleSet,
    units: int,
) -> None:
    """Say what is right, and must not go unseen."""
    if units > capacity.FREE_UNITS:
        price = capacity.price_per_million(units)
        pulumi.log.warn(
            f"The firewall '{name}' needs {units:,} web ACL capacity units; past "
            f"{capacity.FREE_UNITS:,}, a million requests cost {price:.2f} USD.",
            firewall,
        )
    if planned.counting:
        counting = ", ".join(planned.counting)
        pulumi.log.warn(
            f"The firewall '{name}' only counts, and blocks nothing, by these until "
            f"{args['count_until']}: {counting}.",
            firewall,
        )


def _base(name: str) -> str:
    """Name what must have a known name after project, stack and resource."""
    proposed = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
    return destinations.short(re.sub(r"[^A-Za-z0-9-]+", "-", proposed).strip("-"), _LONGEST_NAME)


def _owasp(args: WebApplicationFirewallArgs) -> Mapping[str, str]:
    return coverage(managed_groups(args), rate_limited=True, logged=True)


# --- Addresses ---


_MARKS: Final = {"IPV4": ".", "IPV6": ":"}
"""What stands in every address of a version, and in none of the other."""


@dataclass(frozen=True)
class _Given:
    """What one list was given.

    Attributes:
        ranges: CIDRs; what is not known yet may be of either version.
        existing: IP sets that exist, as resources or ARNs.
    """

    ranges: Sequence[pulumi.Input[str]]
    existing: Sequence[Any]

    @property
    def versions(self) -> list[str]:
        """The versions of the IP sets to make."""
        return [
            version
            for version, mark in _MARKS.items()
            if any(not isinstance(one, str) or mark in one for one in self.ranges)
        ]


def _given(args: WebApplicationFirewallArgs) -> Mapping[str, _Given]:
    """Return what each list was given."""
    restrictions: Mapping[str, Any] = args.get("ip_restrictions", {})
    given = {}
    for list_ in _LISTS:
        ranges: list[pulumi.Input[str]] = []
        existing: list[Any] = []
        for one in restrictions.get(list_, ()):
            named = isinstance(one, str) and one.startswith("arn:")
            is_set = named or isinstance(one, pulumi.Resource)
            (existing if is_set else ranges).append(one)
        given[list_] = _Given(ranges, existing)
    return given


def _planned_lists(args: WebApplicationFirewallArgs) -> AddressLists:
    """Return lists of as many IP sets as will be made."""
    return AddressLists(
        **{
            list_: ["planned"] * (len(given.versions) + len(given.existing))
            for list_, given in _given(args).items()
        }
    )


def _address_lists(
    name: str,
    args: WebApplicationFirewallArgs,
    scope: str,
    region: str | None,
    child: pulumi.ResourceOptions,
) -> AddressLists:
    loose = ["addresses"] if args.get("ip_restrictions", {}).get("updated_elsewhere") else []
    opts = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=loose))
    lists: dict[str, list[pulumi.Input[str]]] = {}
    for list_, given in _given(args).items():
        made = [
            aws.wafv2.IpSet(
                f"{name}-{list_}-{version.lower()}",
                description=f"Addresses of the list {list_}",
                scope=scope,
                ip_address_version=version,
                addresses=_addresses(name, list_, given.ranges, version),
                region=region,
                opts=opts,
            )
            for version in given.versions
        ]
        lists[list_] = [one.arn for one in made]
        lists[list_] += [getattr(one, "arn", one) for one in given.existing]
    return AddressLists(**lists)


def _addresses(
    name: str, list_: str, ranges: Sequence[pulumi.Input[str]], version: str
) -> pulumi.Output[Sequence[str]]:
    who, path = (checks.COMPONENT, name), f"ip_restrictions.{list_}"

    def of_version(known: Sequence[str]) -> Sequence[str]:
        checked = [checks.check_range(who, path, one) for one in known]
        return [one for one in checked if _MARKS[version] in one]

    return pulumi.Output.all(*ranges).apply(of_version)


# --- Endpoints ---


def _labelled(
    protected: Sequence[pulumi.Input[str] | pulumi.Resource],
) -> list[tuple[str, pulumi.Input[str] | pulumi.Resource]]:
    """Label endpoints for the names of associations, so that their order means nothing."""
    labelled: dict[str, pulumi.Input[str] | pulumi.Resource] = {}
    for index, endpoint in enumerate(protected):
        if isinstance(endpoint, pulumi.Resource):
            label = endpoint.pulumi_resource_name
            if label in labelled:  # of another type
                label = f"{label}-{endpoint.pulumi_resource_type.rpartition(':')[2]}"
        elif isinstance(endpoint, str):
            label = hashlib.sha256(endpoint.encode()).hexdigest()[:8]
        else:
            label = str(index)
        labelled[label] = endpoint
    return list(labelled.items())


# --- Logs ---


_KEEP_MATCHED: Final[Any] = {
    "default_behavior": "DROP",
    "filters": [
        {
            "behavior": "KEEP",
            "requirement": "MEETS_ANY",
            "conditions": [
                {"action_condition": {"action": action}}
                for action in ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT")
            ],
        }
    ],
}


def _redacted_fields(logging: LoggingArgs) -> Any:  # noqa: ANN401  as the provider takes it
    headers = ({"single_header": {"name": header}} for header in redacted_headers(logging))
    return [{"query_string": {}}, *headers]


def _data_protection(logging: LoggingArgs) -> Any:  # noqa: ANN401  as the provider takes it
    """Return what keeps secrets out of samples and of every log, bodies included."""

    def substitute(type_: str, *keys: str) -> dict[str, Any]:
        field: dict[str, Any] = {"field_type": type_}
        return {
            "action": "SUBSTITUTION",
            "field": {**field, "field_keys": list(keys)} if keys else field,
            "exclude_rule_match_details": False,
            "exclude_rate_based_details": False,
        }

    headers = redacted_headers(logging)
    return {
        "data_protections": [
            *(substitute("SINGLE_HEADER", header) for header in headers),
            substitute("QUERY_STRING"),
            substitute("BODY"),
        ]
    }


def _body_inspection(args: WebApplicationFirewallArgs) -> Any:  # noqa: ANN401  as the provider takes it
    if "body_inspection_kilobytes" not in args:
        return None
    limit = {"default_size_inspection_limit": f"KB_{args['body_inspection_kilobytes']}"}
    kinds: Sequence[str] = ("cloudfront",)
    if args.get("scope", "regional") == "regional":
        kinds = (
            "api_gateway",
            "app_runner_service",
            "cognito_user_pool",
            "verified_access_instance",
        )
    return {"request_bodies": [dict.fromkeys(kinds, limit)]}


def _key_policy(place: Place, base: str) -> Statements:
    group = place.arn("logs", f"log-group:{destinations.log_group_name(base)}")
    return [
        account_administers(place),
        logs_encrypts(place, group),
        *destinations.key_statements(place),
        *key_statements(place),
    ]
