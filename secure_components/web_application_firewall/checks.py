"""What is allowed in the arguments of `WebApplicationFirewall`, before anything is registered."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import pulumi

from secure_components.arguments import (
    Who,
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    number,
    refuse,
)
from secure_components.documents import RETENTIONS
from secure_components.patterns import ACCOUNT, BUCKET, KEY_ARN, TOPIC_ARN
from secure_components.web_application_firewall import capacity, endpoints
from secure_components.web_application_firewall.args import (
    ManagedRuleGroupArgs,
    OrganizationArgs,
    RateLimitArgs,
    ResponseArgs,
    ResponseInspectionArgs,
    WebApplicationFirewallArgs,
)
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS
from secure_components.web_application_firewall.rules import (
    ACCOUNT_CREATION_FRAUD,
    ACCOUNT_TAKEOVER,
    NAMED_RATE_KEYS,
    RATE_KEYS,
    RuleSet,
    managed_groups,
)

COMPONENT: Final = "WebApplicationFirewall"

_MODES: Final = ("block", "count")
_SCOPES: Final = ("regional", "cloudfront", "organization")
_ACTIONS: Final = ("block", "captcha", "challenge", "count")
_PAYLOADS: Final = ("JSON", "FORM_ENCODED")
_CONTENT_TYPES: Final = ("TEXT_PLAIN", "TEXT_HTML", "APPLICATION_JSON")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VERSION: Final = re.compile(r"Version_\d{1,3}\.\d{1,3}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_UNIT: Final = re.compile(r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}")
_DESTINATION_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:(logs:[a-z0-9-]+:\d{12}:log-group:|s3:::|"
    r"firehose:[a-z0-9-]+:\d{12}:deliverystream/)aws-waf-logs-[A-Za-z0-9._/#-]+"
)
_NO_LOG_GROUP: Final = re.compile(r"arn:aws[a-z-]*:(s3|firehose):.+")
"""Firewall Manager API Reference, `SecurityServicePolicyData`: S3 or Firehose."""
_IP_SET: Final = "aws:wafv2/ipSet:IpSet"
_IP_SET_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:(regional|global)/ipset/.+"
)
_MOST_COUNTRIES: Final = 50
_MOST_RATE_RULES: Final = 10
_MOST_KEYS: Final = 5
_ADDRESSES: Final = {"ip", "forwarded_ip"}
_STATUSES: Final = (
    *(200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308),
    *(400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 416, 421, 429),
    *(500, 501, 502, 503, 504, 505),
)
"""AWS WAF Developer Guide, "Supported status codes for custom response"."""
_NAMESPACE: Final = re.compile(r"[0-9A-Za-z_:-]+:")
_MOST_EXEMPT: Final = 5
_MOST_CODES: Final = 10
_LONGEST_BODY: Final = 4096
_LEVELS: Final = 3
"""Statements within statements that the provider takes; one less in a scope-down statement."""


def check(name: str, args: WebApplicationFirewallArgs) -> None:
    """Check all arguments but the rules that they make.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed.
    """
    check_arguments(COMPONENT, name, args, WebApplicationFirewallArgs)
    _Check(name, args).run()


def check_rules(name: str, args: WebApplicationFirewallArgs, made: RuleSet) -> int:
    """Check the rules that arguments make, and return their web ACL capacity units.

    Raises:
        ArgumentError: They need more units than AWS WAF has, or are nested too deeply; or something
            only counts, and `count_until` does not say for how long.
    """
    if made.counting and "count_until" not in args:
        counting = ", ".join(made.counting)
        refuse(
            COMPONENT, name, "count_until", f"is required, for these would only count: {counting}"
        )
    names = [rule["name"] for rule in made.rules]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice:
        refuse(COMPONENT, name, "rules", f"has the name '{twice}', which another rule has")
    costs = {}
    for rule in made.rules:
        if _depth(rule["statement"]) > _LEVELS:
            refuse(
                COMPONENT,
                name,
                "rules",
                f"nests statements too deeply in '{rule['name']}'; the provider takes {_LEVELS} "
                f"levels, and {_LEVELS - 1} in a scope-down statement",
            )
        try:
            costs[rule["name"]] = capacity.rule_units(rule)
        except ValueError as error:
            refuse(COMPONENT, name, "rules", f"cannot be used in '{rule['name']}': {error}")
    total = sum(costs.values())
    if total > capacity.MAX_UNITS:
        listed = ", ".join(f"{rule} {units}" for rule, units in costs.items())
        refuse(
            COMPONENT,
            name,
            "rules",
            f"and all else need {total} web ACL capacity units; AWS WAF has {capacity.MAX_UNITS}. "
            f"They are: {listed}",
        )
    return total


def _depth(statement: Any) -> int:  # noqa: ANN401  JSON
    """Count the levels of and, or, not; a scope-down statement stands one level down."""
    if isinstance(statement, list):
        return max(map(_depth, statement), default=0)
    if not isinstance(statement, Mapping):
        return 0
    levels = ("and_statement", "or_statement", "not_statement", "scope_down_statement")
    return max(
        (_depth(inner) + (key in levels) for key, inner in statement.items()),
        default=0,
    )


class _Check:
    """Checks one after the other; the first that fails raises."""

    def __init__(self, name: str, args: WebApplicationFirewallArgs) -> None:
        self._who = who = (COMPONENT, name)
        self._refuse = partial(refuse, *who)
        self._among = partial(among, who)
        self._matches = partial(matches, who)
        self._number = partial(number, who)
        self._args = args

    def run(self) -> None:
        args = self._args
        self._among("scope", args.get("scope"), _SCOPES)
        self._among("mode", args.get("mode"), _MODES)
        self._day("count_until", args.get("count_until"))
        platforms = sorted(one.platform for one in MANAGED_RULE_GROUPS.values() if one.platform)
        for index, platform in enumerate(args.get("platforms", ())):
            self._among(f"platforms.{index}", platform, platforms)
        for group, use in args.get("managed_rule_groups", {}).items():
            self._group(f"managed_rule_groups.{group}", group, use)
        self._paid_groups()
        self._rate("rate_limit", args.get("rate_limit", {}))
        further = args.get("rate_limits", {})
        self._number("rate_limits", len(further), 0, _MOST_RATE_RULES - 1, "limits")
        for name, limit in further.items():
            self._named("rate_limits", name)
            self._rate(f"rate_limits.{name}", limit)
        self._addresses()
        self._countries()
        forwarded = args.get("forwarded_ip", {})
        self._among("forwarded_ip.position", forwarded.get("position"), ("FIRST", "LAST", "ANY"))
        self._matches("forwarded_ip.header", forwarded.get("header"), _HEADER, "a header's name")
        for index, rule in enumerate(args.get("rules", ())):
            self._named(f"rules.{index}.name", rule["name"])
            self._among(f"rules.{index}.action", rule["action"], _ACTIONS)
        self._among("body_inspection_kilobytes", args.get("body_inspection_kilobytes"), _KILOBYTES)
        self._logging()
        self._alarms()
        self._endpoints()
        self._organization()

    # --- Parts ---

    def _group(self, path: str, name: str, use: ManagedRuleGroupArgs) -> None:
        if name not in managed_groups(self._args):
            known = name in MANAGED_RULE_GROUPS
            reason = "is not in use; add it by its own argument or by a platform" if known else ""
            self._refuse(path, reason or f"is no managed rule group of AWS; {_known_groups()}")
        self._among(f"{path}.mode", use.get("mode"), _MODES)
        self._matches(f"{path}.version", use.get("version"), _VERSION, "as Version_1.0")
        rules = MANAGED_RULE_GROUPS[name].rules
        for rule, action in use.get("overrides", {}).items():
            if rules and rule not in rules:
                self._refuse(f"{path}.overrides.{rule}", f"is no rule of it; it has {_list(rules)}")
            self._among(f"{path}.overrides.{rule}", action, (*_ACTIONS, "allow"))

    def _paid_groups(self) -> None:
        args = self._args
        bots = args.get("bot_control", {})
        self._among("bot_control.level", bots.get("level"), ("common", "targeted"))
        if "machine_learning" in bots and bots.get("level") != "targeted":
            self._refuse("bot_control.machine_learning", "needs the level targeted")
        takeover: Mapping[str, Any] = args.get("account_takeover", {})
        fraud: Mapping[str, Any] = args.get("account_creation_fraud", {})
        for path, values in (("account_takeover", takeover), ("account_creation_fraud", fraud)):
            self._among(f"{path}.payload_type", values.get("payload_type"), _PAYLOADS)
            for argument, value in values.items():
                if argument.endswith("_path") and not value.startswith("/"):
                    self._refuse(f"{path}.{argument}", "is no path; begin it with '/'")
            self._response_codes(f"{path}.response_inspection", values.get("response_inspection"))
        ddos: Mapping[str, Any] = args.get("anti_ddos", {})
        for argument in ("challenge_sensitivity", "block_sensitivity"):
            self._among(f"anti_ddos.{argument}", ddos.get(argument), ("LOW", "MEDIUM", "HIGH"))
        for argument in ddos.keys() & {"challenge_sensitivity", "exempt_uri_patterns"}:
            if not ddos.get("challenge", True):
                self._refuse(f"anti_ddos.{argument}", "needs challenge")
        patterns = ddos.get("exempt_uri_patterns", ())
        if "exempt_uri_patterns" in ddos:
            most = _MOST_EXEMPT
            self._number("anti_ddos.exempt_uri_patterns", len(patterns), 1, most, "patterns")

    def _response_codes(self, path: str, codes: ResponseInspectionArgs | None) -> None:
        if codes is None:
            return
        if self._args.get("scope") != "cloudfront":
            self._refuse(path, "needs the scope cloudfront: AWS WAF sees no other answers")
        for kind, given in (
            ("success", codes["success_codes"]),
            ("failure", codes["failure_codes"]),
        ):
            self._number(f"{path}.{kind}_codes", len(given), 1, _MOST_CODES, "statuses")
            for index, code in enumerate(given):
                self._number(f"{path}.{kind}_codes.{index}", code, 100, 599, "as an HTTP status")
        if {*codes["success_codes"]} & {*codes["failure_codes"]}:
            self._refuse(path, "has a status that is both a success and a failure")

    def _rate(self, path: str, limit: RateLimitArgs) -> None:
        self._number(f"{path}.limit", limit.get("limit"), 10, 2_000_000_000, "requests")
        windows = (60, 120, 300, 600)
        self._among(f"{path}.window_in_seconds", limit.get("window_in_seconds"), windows)
        self._among(f"{path}.action", limit.get("action"), _ACTIONS)
        self._rate_keys(path, limit)
        scoped = limit.keys() & {"path_prefix", "method", "header"}
        if path == "rate_limit" and scoped:
            self._refuse(
                f"{path}.{min(scoped)}", "narrows the limit for everybody; use rate_limits"
            )
        if "path_prefix" in limit and not limit["path_prefix"].startswith("/"):
            self._refuse(f"{path}.path_prefix", "is no path; begin it with '/'")
        if "header" in limit:
            self._matches(
                f"{path}.header.name", limit["header"]["name"], _HEADER, "a header's name"
            )
        if "response" in limit:
            self._response(f"{path}.response", limit["response"], limit.get("action", "block"))

    def _rate_keys(self, path: str, limit: RateLimitArgs) -> None:
        by = limit.get("by", ("ip",))
        self._number(f"{path}.by", len(by), 0, _MOST_KEYS, "keys")
        for index, key in enumerate(by):
            kind, named, name = key.partition(":")
            if not (kind in NAMED_RATE_KEYS and name if named else kind in RATE_KEYS):
                named_keys = ", ".join(f"{one}:NAME" for one in NAMED_RATE_KEYS)
                self._refuse(
                    f"{path}.by.{index}", f"is no key; give {_list(RATE_KEYS)}, {named_keys}"
                )
            if kind == "label":
                self._matches(
                    f"{path}.by.{index}", name, _NAMESPACE, "a namespace that ends in ':'"
                )
        if "forwarded_ip" in by and "forwarded_ip" not in self._args:
            self._refuse(f"{path}.by", "has forwarded_ip; say where it stands, in forwarded_ip")
        if not by and not limit.keys() & {"path_prefix", "method", "header"}:
            self._refuse(f"{path}.by", "is empty; then give path_prefix, method or header")
        if path == "rate_limit" and not ({*by} & _ADDRESSES and {*by} <= {*_ADDRESSES, "asn"}):
            self._refuse(
                f"{path}.by",
                "is no limit of every address: a client chooses the other keys, and each value has "
                "a count of its own; give ip or forwarded_ip, and others in rate_limits",
            )

    def _response(self, path: str, response: ResponseArgs, action: str) -> None:
        if action != "block":
            self._refuse(path, f"is for the action block, and the action is {action}")
        self._among(f"{path}.code", response["code"], _STATUSES)
        self._among(f"{path}.content_type", response.get("content_type"), _CONTENT_TYPES)
        length = len(response.get("body", "x").encode())
        self._number(f"{path}.body", length, 1, _LONGEST_BODY, "bytes")
        for header in response.get("headers", {}):
            self._matches(f"{path}.headers", header, _HEADER, "headers' names")

    def _addresses(self) -> None:
        restrictions: Mapping[str, Any] = self._args.get("ip_restrictions", {})
        for list_ in ("block", "only", "allow"):
            for index, value in enumerate(restrictions.get(list_, ())):
                path = f"ip_restrictions.{list_}.{index}"
                if isinstance(value, pulumi.Resource):
                    if value.pulumi_resource_type != _IP_SET:
                        self._refuse(path, "is another resource; give an aws.wafv2.IpSet, or CIDRs")
                elif isinstance(value, str) and not _IP_SET_ARN.fullmatch(value):
                    check_range(self._who, path, value)

    def _countries(self) -> None:
        countries: Mapping[str, Sequence[str]] = self._args.get("countries", {})  # type: ignore[assignment]
        for list_, codes in countries.items():
            path = f"countries.{list_}"
            self._number(path, len(codes), 1, _MOST_COUNTRIES, "codes")
            for index, code in enumerate(codes):
                self._matches(f"{path}.{index}", code, _COUNTRY, "two capital letters, as NL")

    def _logging(self) -> None:
        logging = self._args.get("logging", {})
        destinations = ("cloudwatch", "s3", "firehose")
        self._among("logging.destination", logging.get("destination"), destinations)
        self._among("logging.keep", logging.get("keep"), ("matched", "all"))
        if "destination_arn" in logging:
            made = {"access_log_bucket", "destination", "kms_key_arn", "retention_in_days"}
            for other in logging.keys() & made:
                self._refuse(f"logging.{other}", "is for a destination that is made; drop it")
        if (
            "access_log_bucket" in logging
            and logging.get("destination", "cloudwatch") == "cloudwatch"
        ):
            self._refuse("logging.access_log_bucket", "is for the destinations s3 and firehose")
        form = "the name of a bucket of this region and account"
        self._later("logging.access_log_bucket", logging, BUCKET, form)
        for index, header in enumerate(logging.get("redact_headers", ())):
            self._matches(f"logging.redact_headers.{index}", header, _HEADER, "a header's name")
        self._later("logging.destination_arn", logging, _DESTINATION_ARN, _DESTINATION)
        self._later("logging.kms_key_arn", logging, KEY_ARN, "the ARN of a key")
        if "retention_in_days" in logging:
            check_value(
                *self._who,
                "logging.retention_in_days",
                logging["retention_in_days"],
                lambda days: days in RETENTIONS,
                f"one of {_list(RETENTIONS)}",
            )

    def _alarms(self) -> None:
        alarms: Mapping[str, Any] = self._args.get("alarms", {})
        for threshold in ("blocked_requests", "rate_limited_requests", "counted_requests"):
            self._number(f"alarms.{threshold}", alarms.get(threshold), 1, 2**31, "requests")
        self._later("alarms.topic_arn", alarms, TOPIC_ARN, "the ARN of an SNS topic")

    def _endpoints(self) -> None:
        scope = self._args.get("scope", "regional")
        kinds = []
        for index, endpoint in enumerate(self._args.get("protects", ())):
            try:
                kinds.append(endpoints.kind_of(endpoint, scope))
            except ValueError as error:
                self._refuse(f"protects.{index}", str(error))
        for argument, group in (
            ("account_takeover", ACCOUNT_TAKEOVER),
            ("account_creation_fraud", ACCOUNT_CREATION_FRAUD),
        ):
            if argument in self._args and endpoints.COGNITO in kinds:
                self._refuse(argument, f"adds {group}, which AWS WAF refuses on Cognito user pools")

    def _organization(self) -> None:
        args = self._args
        if args.get("scope") != "organization":
            if "organization" in args:
                self._refuse("organization", "needs the scope organization")
            return
        for argument in args.keys() & _NOT_FOR_ORGANIZATIONS:
            self._refuse(argument, _NO_ORGANIZATION)
        if args.get("logging", {}).keys() - {"redact_headers"} != {"destination_arn"}:
            self._refuse(
                "logging.destination_arn",
                "is required with the scope organization, and no other destination is allowed: a "
                "bucket or delivery stream that Firewall Manager may name in every account",
            )
        form = "the ARN of a bucket or delivery stream: Firewall Manager logs to no log group"
        self._later("logging.destination_arn", args["logging"], _NO_LOG_GROUP, form)
        if "allow" in args.get("ip_restrictions", {}):
            self._refuse("ip_restrictions.allow", _NO_ORGANIZATION)
        for group, use in args.get("managed_rule_groups", {}).items():
            if "scope_down" in use:
                self._refuse(f"managed_rule_groups.{group}.scope_down", _NO_ORGANIZATION)
        self._members(args.get("organization", {}))

    def _members(self, organization: OrganizationArgs) -> None:
        types = organization.get("resource_types", ORGANIZATION_TYPES[:2])
        self._number("organization.resource_types", len(types), 1, len(ORGANIZATION_TYPES), "types")
        for index, type_ in enumerate(types):
            self._among(f"organization.resource_types.{index}", type_, ORGANIZATION_TYPES)
        if CLOUDFRONT_TYPE in types and len(types) > 1:
            self._refuse("organization.resource_types", f"has {CLOUDFRONT_TYPE} beside others")
        accounts: Mapping[str, Any] = organization
        includes = [key for key in accounts if key.startswith("include_")]
        excludes = [key for key in accounts if key.startswith("exclude_")]
        if includes and excludes:
            self._refuse(f"organization.{excludes[0]}", f"cannot stand beside {includes[0]}")
        for key in (*includes, *excludes):
            pattern, form = _MEMBERS[key.partition("_")[2]]
            for index, value in enumerate(accounts[key]):
                self._matches(f"organization.{key}.{index}", value, pattern, form)

    # --- Kinds of checks ---

    def _named(self, path: str, name: str) -> None:
        self._matches(path, name, _NAME, "a name of 1 to 100 letters, digits, '-' and '_'")

    def _day(self, path: str, value: str | None) -> None:
        if value is None:
            return
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            self._refuse(path, "is no day; give it as 2027-01-31")

    def _later(
        self, path: str, values: Mapping[str, Any], pattern: re.Pattern[str], form: str
    ) -> None:
        argument = path.rpartition(".")[2]
        if argument in values:
            check_value(
                *self._who,
                path,
                values[argument],
                fits(pattern),
                form,
            )


CLOUDFRONT_TYPE: Final = "AWS::CloudFront::Distribution"
ORGANIZATION_TYPES: Final = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ApiGateway::Stage",
    CLOUDFRONT_TYPE,
)
"""What a Firewall Manager policy for AWS WAF takes (FMS API Reference, `Policy`)."""

_NOT_FOR_ORGANIZATIONS: Final = frozenset(
    {
        "protects",
        "alarms",
        "dashboard",
        "body_inspection_kilobytes",
        "bot_control",
        "account_takeover",
        "account_creation_fraud",
        "anti_ddos",
    }
)
_NO_ORGANIZATION: Final = "cannot be used with the scope organization"
_MEMBERS: Final = {
    "accounts": (ACCOUNT, "twelve digits"),
    "organizational_units": (_UNIT, "as ou-ab12-34567890"),
}
_KILOBYTES: Final = (16, 32, 48, 64)
_DESTINATION: Final = (
    "the ARN of a log group (without ':*'), bucket or delivery stream, whose name begins "
    "aws-waf-logs-"
)


def check_range(who: Who, path: str, address: str) -> str:
    """Return a CIDR that AWS WAF takes.

    Raises:
        ArgumentError: It does not.
    """
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        refuse(
            *who,
            path,
            "is no CIDR without host bits, as 192.0.2.0/24, nor an IP set's ARN",
        )
    if "/" not in address:
        refuse(*who, path, f"lacks its prefix; write /{network.max_prefixlen} after it")
    if network.prefixlen == 0:
        refuse(*who, path, "is everybody, which AWS WAF refuses; name narrower ranges")
    return address


def _list(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))


def _known_groups() -> str:
    return f"known: {_list(sorted(MANAGED_RULE_GROUPS))}"
