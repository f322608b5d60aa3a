"""The rules of a web ACL, in the order in which they are evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from secure_components.web_application_firewall.args import (
    AccountCreationFraudArgs,
    AccountTakeoverArgs,
    AntiDdosArgs,
    BotControlArgs,
    CountriesArgs,
    ForwardedIpArgs,
    ManagedRuleGroupArgs,
    RateLimitArgs,
    ResponseArgs,
    RuleArgs,
    WebApplicationFirewallArgs,
)
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

Rule = dict[str, Any]
"""A rule as `aws.wafv2.WebAcl` takes it."""

Statement = dict[str, Any]
"""A statement as `aws.wafv2.WebAcl` takes it."""

REPUTATION: Final = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList")
ATTACKS: Final = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAdminProtectionRuleSet",
)
ANTI_DDOS: Final = "AWSManagedRulesAntiDDoSRuleSet"
ACCOUNT_TAKEOVER: Final = "AWSManagedRulesATPRuleSet"
ACCOUNT_CREATION_FRAUD: Final = "AWSManagedRulesACFPRuleSet"
BOT_CONTROL: Final = "AWSManagedRulesBotControlRuleSet"

BLOCK_LISTED: Final = "block-listed-addresses"
ONLY_LISTED: Final = "only-listed-addresses"
ALLOW_LISTED: Final = "allow-listed-addresses"
BLOCKED_COUNTRIES: Final = "blocked-countries"
ONLY_COUNTRIES: Final = "only-countries"
RATE_LIMIT: Final = "rate-limit"

_ALLOWED_LABEL: Final = "secure-components:allow-listed"
_LIMIT: Final = 2000
_WINDOW: Final = 300
_SINGLE_KEYS: Final = {"ip": "IP", "forwarded_ip": "FORWARDED_IP"}
_PLAIN_KEYS: Final = {
    "method": "http_method",
    "ip": "ip",
    "forwarded_ip": "forwarded_ip",
    "asn": "asn",
}
_TRANSFORMED_KEYS: Final = ("uri_path", "query_string")
_FINGERPRINTS: Final = {"ja3": "ja3_fingerprint", "ja4": "ja4_fingerprint"}
_NAMED_KEYS: Final = ("header", "cookie", "query_argument")


@dataclass(frozen=True)
class AddressLists:
    """ARNs of the IP sets of each list; an empty list is not in use."""

    block: Sequence[pulumi.Input[str]] = ()
    only: Sequence[pulumi.Input[str]] = ()
    allow: Sequence[pulumi.Input[str]] = ()


@dataclass(frozen=True)
class RuleSet:
    """The rules, with the bodies that their responses name.

    Attributes:
        rules: In order of evaluation.
        bodies: Custom response bodies by key.
        counting: Names of what only counts, and would otherwise act.
    """

    rules: Sequence[Rule]
    bodies: Mapping[str, ResponseArgs] = field(default_factory=dict)
    counting: Sequence[str] = ()


def managed_groups(args: WebApplicationFirewallArgs) -> list[str]:
    """Return the managed rule groups that arguments ask for, in order of evaluation."""
    platforms = args.get("platforms", ())
    chosen = {group.platform: name for name, group in MANAGED_RULE_GROUPS.items() if group.platform}
    return [
        *([ANTI_DDOS] if "anti_ddos" in args else []),
        *REPUTATION,
        *ATTACKS,
        *(chosen[platform] for platform in chosen if platform in platforms),
        *([ACCOUNT_TAKEOVER] if "account_takeover" in args else []),
        *([ACCOUNT_CREATION_FRAUD] if "account_creation_fraud" in args else []),
        # Last, for it is paid by the request.
        *([BOT_CONTROL] if "bot_control" in args else []),
    ]


def rule_set(args: WebApplicationFirewallArgs, lists: AddressLists) -> RuleSet:
    """Return the rules that arguments ask for.

    An allowed address is labelled, and what judges by origin or rate leaves the label out: unlike
    an allow action, that does not let it past the rules that look for attacks.

    Args:
        args: The arguments, checked.
        lists: The IP sets.
    """
    made = _Maker(args, exempt=bool(lists.allow))
    own = args.get("rules", ())
    made.addresses(lists)
    made.countries(args.get("countries", {}))
    made.rate(RATE_LIMIT, args.get("rate_limit", {}))
    for name, limit in args.get("rate_limits", {}).items():
        made.rate(f"{RATE_LIMIT}-{name}", limit)
    for rule in own:
        if rule.get("before_managed_rules", True):
            made.own(rule)
    for name in managed_groups(args):
        made.managed(name)
    for rule in own:
        if not rule.get("before_managed_rules", True):
            made.own(rule)
    return RuleSet(made.rules, made.bodies, made.counting)


class _Maker:
    """Appends rules, each after the one before."""

    def __init__(self, args: WebApplicationFirewallArgs, *, exempt: bool) -> None:
        self._args = args
        self._exempt = exempt
        self.rules: list[Rule] = []
        self.bodies: dict[str, ResponseArgs] = {}
        self.counting: list[str] = []

    def addresses(self, lists: AddressLists) -> None:
        if lists.block:
            self._act(BLOCK_LISTED, _among(lists.block, self._forwarded, "MATCH"), "block")
        if lists.only:
            known = _among(lists.only, self._forwarded, "NO_MATCH")
            self._act(ONLY_LISTED, _negate(known), "block")
        if lists.allow:
            known = _among(lists.allow, self._forwarded, "NO_MATCH")
            self._append(ALLOW_LISTED, known, action={"count": {}}, labels=[_ALLOWED_LABEL])

    def countries(self, countries: CountriesArgs) -> None:
        if countries.get("block"):
            found = _from(countries["block"], self._forwarded, "MATCH")
            self._act(BLOCKED_COUNTRIES, self._unless_allowed(found), "block")
        if countries.get("only"):
            found = _negate(_from(countries["only"], self._forwarded, "NO_MATCH"))
            self._act(ONLY_COUNTRIES, self._unless_allowed(found), "block")

    def rate(self, name: str, limit: RateLimitArgs) -> None:
        by = limit.get("by", ["ip" if self._forwarded is None else "forwarded_ip"])
        statement: Statement = {
            "limit": limit.get("limit", _LIMIT),
            "evaluation_window_sec": limit.get("window_in_seconds", _WINDOW),
            **_aggregate(by),
        }
        if "forwarded_ip" in by:
            statement["forwarded_ip_config"] = _header(self._forwarded or {}, "MATCH")
        scope = self._unless_allowed(*_scope(limit))
        if scope:
            statement["scope_down_statement"] = scope
        action = limit.get("action", "block")
        self._act(name, {"rate_based_statement": statement}, action, limit.get("response"))

    def own(self, rule: RuleArgs) -> None:
        labels = rule.get("labels", ())
        self._act(rule["name"], dict(rule["statement"]), rule["action"], labels=labels)

    def managed(self, name: str) -> None:
        group: ManagedRuleGroupArgs = self._args.get("managed_rule_groups", {}).get(name, {})
        statement: Statement = {"vendor_name": "AWS", "name": name}
        if "version" in group:
            statement["version"] = group["version"]
        overrides = group.get("overrides", {})
        if overrides:
            statement["rule_action_overrides"] = [
                {"name": rule, "action_to_use": {action: {}}} for rule, action in overrides.items()
            ]
        configs = _configs(name, self._args)
        if configs:
            statement["managed_rule_group_configs"] = configs
        scopes = [dict(group["scope_down"])] if "scope_down" in group else []
        by_origin = name in REPUTATION or name == ANTI_DDOS
        scope = self._unless_allowed(*scopes) if by_origin else _all(scopes)
        if scope:
            statement["scope_down_statement"] = scope
        counts = group.get("mode", self._mode) == "count"
        if counts:
            self.counting.append(name)
        self.counting += [f"{name}/{rule}" for rule, done in overrides.items() if done == "count"]
        override: Statement = {"count": {}} if counts else {"none": {}}
        self._append(name, {"managed_rule_group_statement": statement}, override_action=override)

    @property
    def _mode(self) -> str:
        return self._args.get("mode", "block")

    @property
    def _forwarded(self) -> ForwardedIpArgs | None:
        return self._args.get("forwarded_ip")

    def _unless_allowed(self, *statements: Statement) -> Statement:
        exempt = [_negate({"label_match_statement": {"scope": "LABEL", "key": _ALLOWED_LABEL}})]
        return _all([*(exempt if self._exempt else []), *statements])

    def _act(
        self,
        name: str,
        statement: Statement,
        action: str,
        response: ResponseArgs | None = None,
        labels: Sequence[str] = (),
    ) -> None:
        if self._mode == "count" or action == "count":
            self.counting.append(name)
            self._append(name, statement, action={"count": {}}, labels=labels)
            return
        self._append(
            name, statement, action={action: self._response(name, response)}, labels=labels
        )

    def _response(self, name: str, response: ResponseArgs | None) -> dict[str, Any]:
        if response is None:
            return {}
        made: dict[str, Any] = {"response_code": response["code"]}
        if "body" in response:
            made["custom_response_body_key"] = name
            self.bodies[name] = response
        if response.get("headers"):
            made["response_headers"] = [
                {"name": header, "value": value} for header, value in response["headers"].items()
            ]
        return {"custom_response": made}

    def _append(
        self, name: str, statement: Statement, *, labels: Sequence[str] = (), **action: Statement
    ) -> None:
        rule: Rule = {
            "name": name,
            "priority": len(self.rules),
            **action,
            "statement": statement,
            "visibility_config": visibility(name),
        }
        if labels:
            rule["rule_labels"] = [{"name": label} for label in labels]
        self.rules.append(rule)


def visibility(metric: str) -> Any:  # noqa: ANN401  web ACL, rule and rule group each have a type
    """Return what makes a rule or web ACL seen: metrics, and samples of requests."""
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": metric,
        "sampled_requests_enabled": True,
    }


# --- Statements ---


def _all(statements: Sequence[Statement]) -> Statement:
    """Return the statement that all of some hold; an empty one for none."""
    if len(statements) > 1:
        return {"and_statement": {"statements": list(statements)}}
    return statements[0] if statements else {}


def _any(statements: Sequence[Statement]) -> Statement:
    if len(statements) > 1:
        return {"or_statement": {"statements": list(statements)}}
    return statements[0]


def _negate(statement: Statement) -> Statement:
    return {"not_statement": {"statement": statement}}


def _header(forwarded: ForwardedIpArgs, fallback: str) -> dict[str, str]:
    # An address that cannot be read must not let anybody in.
    header = forwarded.get("header", "X-Forwarded-For")
    return {"header_name": header, "fallback_behavior": fallback}


def _among(
    sets: Sequence[pulumi.Input[str]], forwarded: ForwardedIpArgs | None, fallback: str
) -> Statement:
    config: dict[str, Any] = {}
    if forwarded is not None:
        position = forwarded.get("position", "FIRST")
        read = {**_header(forwarded, fallback), "position": position}
        config = {"ip_set_forwarded_ip_config": read}
    return _any([{"ip_set_reference_statement": {"arn": arn, **config}} for arn in sets])


def _from(codes: Sequence[str], forwarded: ForwardedIpArgs | None, fallback: str) -> Statement:
    statement: Statement = {"country_codes": list(codes)}
    if forwarded is not None:
        statement["forwarded_ip_config"] = _header(forwarded, fallback)
    return {"geo_match_statement": statement}


def _scope(limit: RateLimitArgs) -> list[Statement]:
    scope = []
    if "path_prefix" in limit:
        # Decoded, without detours, in lower case: no spelling of the path gets around the limit.
        path, spelled = limit["path_prefix"].lower(), ("URL_DECODE", "NORMALIZE_PATH")
        scope.append(_bytes("STARTS_WITH", path, {"uri_path": {}}, *spelled))
    if "method" in limit:
        scope.append(_bytes("EXACTLY", limit["method"].lower(), {"method": {}}))
    if "header" in limit:
        header = limit["header"]
        field_ = {"single_header": {"name": header["name"].lower()}}
        scope.append(_bytes("EXACTLY", header["value"].lower(), field_))
    return scope


def _bytes(constraint: str, search: str, field_: Statement, *transformations: str) -> Statement:
    return {
        "byte_match_statement": {
            "positional_constraint": constraint,
            "search_string": search,
            "field_to_match": field_,
            "text_transformations": _transformations(*transformations, "LOWERCASE"),
        }
    }


def _transformations(*types: str) -> list[dict[str, Any]]:
    return [{"priority": index, "type": type_} for index, type_ in enumerate(types)]


def _aggregate(by: Sequence[str]) -> Statement:
    if not by:
        return {"aggregate_key_type": "CONSTANT"}
    if len(by) == 1 and by[0] in _SINGLE_KEYS:
        return {"aggregate_key_type": _SINGLE_KEYS[by[0]]}
    return {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": [_key(key) for key in by]}


def _key(key: str) -> Statement:
    kind, _, name = key.partition(":")
    if kind in _PLAIN_KEYS:
        return {_PLAIN_KEYS[kind]: {}}
    if kind in _FINGERPRINTS:
        return {_FINGERPRINTS[kind]: {"fallback_behavior": "MATCH"}}
    if kind == "label":
        return {"label_namespace": {"namespace": name}}
    text = {"text_transformations": _transformations("NONE")}
    if kind in _TRANSFORMED_KEYS:
        return {kind: text}
    return {kind: {"name": name, **text}}


RATE_KEYS: Final = (*_PLAIN_KEYS, *_TRANSFORMED_KEYS, *_FINGERPRINTS)
"""What a rate limit may count by."""
NAMED_RATE_KEYS: Final = (*_NAMED_KEYS, "label")
"""What it may count by, followed by `:` and a name."""


# --- Managed rule groups that are configured ---


def _configs(name: str, args: WebApplicationFirewallArgs) -> list[Statement]:
    if name == BOT_CONTROL:
        return [{"aws_managed_rules_bot_control_rule_set": _bot_control(args["bot_control"])}]
    if name == ACCOUNT_TAKEOVER:
        return [{"aws_managed_rules_atp_rule_set": _account_takeover(args["account_takeover"])}]
    if name == ACCOUNT_CREATION_FRAUD:
        fraud = _account_creation_fraud(args["account_creation_fraud"])
        return [{"aws_managed_rules_acfp_rule_set": fraud}]
    if name == ANTI_DDOS:
        return [{"aws_managed_rules_anti_ddos_rule_set": _anti_ddos(args["anti_ddos"])}]
    return []


def _bot_control(bot_control: BotControlArgs) -> Statement:
    level = bot_control.get("level", "common").upper()
    made: Statement = {"inspection_level": level}
    if level == "TARGETED":
        made["enable_machine_learning"] = bot_control.get("machine_learning", True)
    return made


def _account_takeover(takeover: AccountTakeoverArgs) -> Statement:
    return {
        "login_path": takeover["login_path"],
        "request_inspection": _credentials(takeover),
        **_response_inspection(takeover),
    }


def _account_creation_fraud(fraud: AccountCreationFraudArgs) -> Statement:
    inspected = _credentials(fraud)
    inspected["email_field"] = {"identifier": fraud.get("email_field", "/email")}
    if fraud.get("phone_number_fields"):
        inspected["phone_number_fields"] = {"identifiers": list(fraud["phone_number_fields"])}
    if fraud.get("address_fields"):
        inspected["address_fields"] = {"identifiers": list(fraud["address_fields"])}
    return {
        "registration_page_path": fraud["registration_page_path"],
        "creation_path": fraud["creation_path"],
        "request_inspection": inspected,
        **_response_inspection(fraud),
    }


def _credentials(args: AccountTakeoverArgs | AccountCreationFraudArgs) -> Statement:
    return {
        "payload_type": args.get("payload_type", "JSON"),
        "username_field": {"identifier": args.get("username_field", "/username")},
        "password_field": {"identifier": args.get("password_field", "/password")},
    }


def _response_inspection(args: AccountTakeoverArgs | AccountCreationFraudArgs) -> Statement:
    if "response_inspection" not in args:
        return {}
    codes = {kind: list(given) for kind, given in args["response_inspection"].items()}  # type: ignore[call-overload]
    return {"response_inspection": {"status_code": codes}}


def _anti_ddos(anti_ddos: AntiDdosArgs) -> Statement:
    challenge: Statement = {"usage_of_action": "DISABLED"}
    if anti_ddos.get("challenge", True):
        exempt = anti_ddos.get("exempt_uri_patterns", (_NO_PAGES,))
        challenge = {
            "usage_of_action": "ENABLED",
            "sensitivity": anti_ddos.get("challenge_sensitivity", "HIGH"),
            "exempt_uri_regular_expressions": [{"regex_string": pattern} for pattern in exempt],
        }
    return {
        "client_side_action_config": {"challenge": challenge},
        "sensitivity_to_block": anti_ddos.get("block_sensitivity", "LOW"),
    }


_NO_PAGES: Final = (
    r"\/api\/|\.(acc|avi|css|gif|jpe?g|js|mp[34]|ogg|otf|pdf|png|tiff?|ttf|webm|webp|woff2?)$"
)
"""What AWS recommends to start with (WAFV2 API Reference, `ClientSideAction`)."""
