"""What a web ACL does to requests, by AWS WAF's documentation.

A model, not AWS WAF: it proves what rules mean, not that AWS reads them so. What it does not model
it refuses with `NotImplementedError`, so that nothing passes for a lack of a match. Where it is
simpler than AWS WAF:

- AWS does not publish what its managed rules look for: a request says itself which would match.
- A rate is counted exactly, over the window before each request, and acted on at once. AWS
  estimates it, gives more weight to recent requests, and is seconds late ("Rate-based rule caveats
  in AWS WAF").
- A request carries no token, so a CAPTCHA or challenge ends its evaluation ("How AWS WAF handles
  rule and rule group actions").
- A missing header takes a rule off that reads an address from it, wherever in the rule that
  stands: "AWS WAF doesn't apply the rule to the request at all" ("Using forwarded IP addresses in
  AWS WAF").
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS


@dataclass(frozen=True)
class Request:
    """A web request.

    Attributes:
        ip: Address that it comes from.
        country: Country of the address that a rule reads, be it `ip` or one in a header.
        method: HTTP method.
        path: URI path as sent, without the query string.
        query: Query string as sent, without the question mark.
        headers: Headers by name, in any case.
        at: Seconds; a request is not earlier than the one before.
        hits: What of AWS's managed rule groups would match: `GROUP`, for a rule that blocks, or
            `GROUP/RULE`.
        managed_labels: By managed rule group, the labels that it would add, whatever its rules do.
    """

    ip: str = "198.51.100.7"
    country: str = "NL"
    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    at: float = 0
    hits: Collection[str] = ()
    managed_labels: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a web ACL does to a request.

    Attributes:
        action: `allow`, `block`, `captcha` or `challenge`.
        rule: Name of the rule that ended the evaluation; empty where the default action did.
        counted: Names of the rules that counted the request, in order; of those in a managed rule
            group as `RULE/INNER`.
        labels: Labels that it has at the end: of the web ACL's own rules without prefix.
    """

    action: str
    rule: str
    counted: tuple[str, ...]
    labels: frozenset[str]


def evaluate(
    web_acl: Mapping[str, Any],
    ip_sets: Mapping[str, Sequence[str]],
    requests: Iterable[Request],
) -> list[Decision]:
    """Return what a web ACL does to requests that come one after the other.

    Args:
        web_acl: Inputs of `aws.wafv2.WebAcl` in Pulumi's names, as mocks record them or a state
            holds them.
        ip_sets: Addresses by ARN of the IP set.
        requests: The requests, in order of time.

    Raises:
        NotImplementedError: The web ACL uses what is not modelled.
        ValueError: AWS WAF would refuse the web ACL; an IP set is not given; or a request names an
            unknown managed rule, or comes before the one before.
    """
    acl = _Acl(web_acl, ip_sets)
    return [acl.decide(request) for request in requests]


class _Acl:
    """The rules, and what rate-based ones remember."""

    def __init__(self, web_acl: Mapping[str, Any], ip_sets: Mapping[str, Sequence[str]]) -> None:
        if web_acl.get("ruleJson") is not None:
            raise NotImplementedError("ruleJson")
        rules = web_acl.get("rules") or ()
        for unique in ("priority", "name"):
            if len({rule[unique] for rule in rules}) < len(rules):
                raise ValueError(f"two rules have the same {unique}")
        # "Setting rule priority": from the lowest number on.
        self._rules = sorted(rules, key=lambda rule: rule["priority"])
        self._default, _ = _only(web_acl["defaultAction"])
        if self._default not in ("allow", "block"):
            raise ValueError(f"'{self._default}' is no default action")
        self._ip_sets = ip_sets
        self._counts: dict[tuple[str, Hashable], deque[float]] = defaultdict(deque)
        self._now = float("-inf")

    def decide(self, request: Request) -> Decision:
        if request.at < self._now:
            raise ValueError("a request comes before the one before")
        self._now = request.at
        for hit in request.hits:
            _check_hit(hit)
        labels: set[str] = set()
        counted: list[str] = []
        for rule in self._rules:
            # A rule sees the labels of those before it, not its own.
            seen = _Seen(request, frozenset(labels), self._ip_sets)
            try:
                action = self._apply(rule, seen, counted)
            except _NotAppliedError:
                continue
            labels |= seen.added
            if action is not None:
                labels |= {label["name"] for label in rule.get("ruleLabels") or ()}
            if action == "count":
                counted.append(rule["name"])
            elif action is not None:
                return Decision(action, rule["name"], tuple(counted), frozenset(labels))
        return Decision(self._default, "", tuple(counted), frozenset(labels))

    def _apply(self, rule: Mapping[str, Any], seen: _Seen, counted: list[str]) -> str | None:
        """Return the action of a rule; none where it does not match."""
        kind, statement = _only(rule["statement"])
        if kind == "managedRuleGroupStatement":
            override, _ = _only(rule["overrideAction"])
            if override not in ("none", "count"):
                raise ValueError(f"'{override}' is no override action")
            inner, action = _managed(rule["name"], statement, seen)
            counted += inner
            # It changes what the group results in, not how its rules are evaluated.
            return "count" if override == "count" and action is not None else action
        if rule.get("overrideAction") is not None:
            raise ValueError(f"'{rule['name']}' is no rule group, and has an override action")
        action, _ = _only(rule["action"])
        if action not in _ACTIONS:
            raise NotImplementedError(action)
        if kind == "rateBasedStatement":
            return action if self._over(rule["name"], statement, seen) else None
        return action if seen.matches({kind: statement}) else None

    def _over(self, name: str, statement: Mapping[str, Any], seen: _Seen) -> bool:
        """Count a request that a rate-based rule tracks, and tell whether it is over the limit."""
        scope = statement.get("scopeDownStatement")
        in_scope = scope is None or seen.matches(scope)
        key = _aggregate(statement, seen)
        if not in_scope or key is None:
            return False
        window = statement.get("evaluationWindowSec") or _WINDOW
        if window not in _WINDOWS:
            raise ValueError(f"{window} is no evaluation window")
        times = self._counts[name, key]
        times.append(seen.request.at)
        # "Rate-based rule high-level settings": the window looks back from now.
        while times[0] <= seen.request.at - window:
            times.popleft()
        return len(times) > statement["limit"]


class _NotAppliedError(Exception):
    """A rule reads an address from a header that is missing."""


_ACTIONS: Final = ("allow", "block", "count", "captcha", "challenge")
_WINDOW: Final = 300
_WINDOWS: Final = (60, 120, 300, 600)


# --- Statements ---


class _Seen:
    """A request, as one rule sees it."""

    def __init__(
        self, request: Request, labels: frozenset[str], ip_sets: Mapping[str, Sequence[str]]
    ) -> None:
        self.request = request
        self.labels = labels
        self.added: set[str] = set()
        self._ip_sets = ip_sets

    def matches(self, statement: Mapping[str, Any]) -> bool:
        kind, body = _only(statement)
        if kind not in _STATEMENTS:
            raise NotImplementedError(kind)
        return _STATEMENTS[kind](self, body)

    def and_(self, body: Mapping[str, Any]) -> bool:
        # Not lazily: a header that is missing takes the rule off wherever it is read.
        found = [self.matches(one) for one in body["statements"]]
        return all(found)

    def or_(self, body: Mapping[str, Any]) -> bool:
        found = [self.matches(one) for one in body["statements"]]
        return any(found)

    def not_(self, body: Mapping[str, Any]) -> bool:
        return not self.matches(body["statement"])

    def ip_set(self, body: Mapping[str, Any]) -> bool:
        if body["arn"] not in self._ip_sets:
            raise ValueError("the addresses of an IP set are not given")
        ranges = [ipaddress.ip_network(one) for one in self._ip_sets[body["arn"]]]
        config = body.get("ipSetForwardedIpConfig")
        if config is None:
            return _among(self.request.ip, ranges)
        given = self.forwarded(config)
        # "Using forwarded IP addresses": of more than ten addresses, the last ten.
        position = config["position"]
        looked_at = {"FIRST": given[:1], "LAST": given[-1:], "ANY": given[-10:]}[position]
        valid = [one for one in looked_at if _is_address(one)]
        if not valid:
            return _falls_back(config)
        return any(_among(one, ranges) for one in valid)

    def geo(self, body: Mapping[str, Any]) -> bool:
        config = body.get("forwardedIpConfig")
        origin = "clientip"
        if config is not None:
            origin = "forwardedip"
            if not _is_address(self.forwarded(config)[0]):
                return _falls_back(config)
        # Every request is labelled that the rule inspects, matching or not.
        self.added.add(f"awswaf:{origin}:geo:country:{self.request.country}")
        return self.request.country in body["countryCodes"]

    def forwarded(self, config: Mapping[str, Any]) -> list[str]:
        """Return what stands for addresses in a header."""
        value = self.header(config["headerName"])
        if value is None:
            raise _NotAppliedError
        return [one.strip() for one in value.split(",")]

    def header(self, name: str) -> str | None:
        for given, value in self.request.headers.items():
            if given.lower() == name.lower():
                return value
        return None

    def bytes_(self, body: Mapping[str, Any]) -> bool:
        component = self._component(body)
        if component is None:
            return False
        constraint, search = body["positionalConstraint"], body["searchString"].encode()
        if constraint not in _POSITIONAL:
            raise ValueError(f"'{constraint}' is no positional constraint")
        return _POSITIONAL[constraint](component, search)

    def size(self, body: Mapping[str, Any]) -> bool:
        component = self._component(body)
        if component is None:
            raise NotImplementedError("the size of a component that the request lacks")
        return _COMPARISONS[body["comparisonOperator"]](len(component), body["size"])

    def label(self, body: Mapping[str, Any]) -> bool:
        if body["scope"] not in ("LABEL", "NAMESPACE"):
            raise ValueError(f"'{body['scope']}' is no scope of labels")
        found = _named if body["scope"] == "LABEL" else _in_namespace
        _check_known(body["key"])
        return any(found(label, body["key"]) for label in self.labels)

    def arguments(self, name: str) -> list[str]:
        """Return the values of a query argument."""
        pairs = [part.partition("=") for part in self.request.query.split("&") if part]
        return [value for key, _, value in pairs if key.lower() == name.lower()]

    def _component(self, body: Mapping[str, Any]) -> bytes | None:
        """Return a component, transformed; none where the request lacks it."""
        kind, settings = _only(body["fieldToMatch"])
        value: str | None
        if kind == "uriPath":
            value = self.request.path
        elif kind == "queryString":
            value = self.request.query
        elif kind == "method":
            value = self.request.method
        elif kind == "singleHeader":
            value = self.header(settings["name"])
        elif kind == "singleQueryArgument":
            values = self.arguments(settings["name"])
            if len(values) > 1:
                raise NotImplementedError("a query argument that is given twice")
            value = values[0] if values else None
        else:
            raise NotImplementedError(kind)
        return None if value is None else _transformed(value, body["textTransformations"])


_STATEMENTS: Final[Mapping[str, Callable[[_Seen, Mapping[str, Any]], bool]]] = {
    "andStatement": _Seen.and_,
    "orStatement": _Seen.or_,
    "notStatement": _Seen.not_,
    "ipSetReferenceStatement": _Seen.ip_set,
    "geoMatchStatement": _Seen.geo,
    "byteMatchStatement": _Seen.bytes_,
    "sizeConstraintStatement": _Seen.size,
    "labelMatchStatement": _Seen.label,
}


def _only(choice: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the one key that is set, and what it holds."""
    chosen = [(key, value) for key, value in choice.items() if value is not None]
    if len(chosen) != 1:
        raise ValueError(f"one is wanted of: {', '.join(choice) or 'nothing'}")
    return chosen[0]


# --- Addresses ---


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _among(address: str, ranges: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in one for one in ranges)  # of another version, it is in none


def _falls_back(config: Mapping[str, Any]) -> bool:
    falls: bool = {"MATCH": True, "NO_MATCH": False}[config["fallbackBehavior"]]
    return falls


# --- Text ---


def _transformed(value: str, transformations: Sequence[Mapping[str, Any]]) -> bytes:
    text = value.encode()
    for one in sorted(transformations, key=lambda one: one["priority"]):
        if one["type"] not in _TRANSFORMATIONS:
            raise NotImplementedError(one["type"])
        text = _TRANSFORMATIONS[one["type"]](text)
    return text


def _url_decode(text: bytes) -> bytes:
    if b"+" in text:
        raise NotImplementedError("URL_DECODE of '+': AWS does not say what becomes of it")
    return unquote_to_bytes(text)


def _normalize_path(text: bytes) -> bytes:
    """Remove multiple slashes, `.`, and `..` unless it stands at the beginning."""
    kept: list[bytes] = []
    parts = text.split(b"/")
    for part in parts:
        if part == b".." and kept and kept[-1] != b"..":
            kept.pop()
        elif part not in (b"", b"."):
            kept.append(part)
    lead = b"/" if text.startswith(b"/") else b""
    trail = b"/" if kept and parts[-1] in (b"", b".", b"..") else b""
    return lead + b"/".join(kept) + trail


def _contains_word(component: bytes, search: bytes) -> bool:
    if not re.fullmatch(rb"[A-Za-z0-9_]+", search):
        raise ValueError("a word has letters, digits and underscores only")
    return re.search(rb"(?<![A-Za-z0-9_])" + search + rb"(?![A-Za-z0-9_])", component) is not None


# "Using text transformations in AWS WAF".
_TRANSFORMATIONS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "NONE": bytes,
    "LOWERCASE": bytes.lower,
    "URL_DECODE": _url_decode,
    "NORMALIZE_PATH": _normalize_path,
}
# WAFV2 API Reference, `ByteMatchStatement`.
_POSITIONAL: Final[Mapping[str, Callable[[bytes, bytes], bool]]] = {
    "EXACTLY": bytes.__eq__,
    "STARTS_WITH": lambda component, search: component.startswith(search),
    "ENDS_WITH": lambda component, search: component.endswith(search),
    "CONTAINS": lambda component, search: search in component,
    "CONTAINS_WORD": _contains_word,
}
_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "EQ": int.__eq__,
    "NE": int.__ne__,
    "LE": int.__le__,
    "LT": int.__lt__,
    "GE": int.__ge__,
    "GT": int.__gt__,
}


# --- Labels ---


def _check_known(key: str) -> None:
    """Refuse labels that the model never adds, though AWS WAF does."""
    if ":geo:region" in key or re.match(r"awswaf:(managed:(token|captcha)|\d+):", key):
        raise NotImplementedError(key)


def _named(label: str, key: str) -> bool:
    """Tell whether a label has a name, with any number of namespaces before it.

    A key with AWS's prefix is the whole label; one without means labels of the web ACL's own rules
    ("AWS WAF rules that match labels").
    """
    if key.startswith("awswaf:") or label.startswith("awswaf:"):
        return label == key
    return label == key or label.endswith(f":{key}")


def _in_namespace(label: str, key: str) -> bool:
    """Tell whether a label stands in namespaces, which may begin anywhere before its name."""
    namespaces = f":{label.rpartition(':')[0]}:"
    wanted = key.strip(":")
    if key.startswith("awswaf:") or label.startswith("awswaf:"):
        return key.startswith("awswaf:") and namespaces.startswith(f":{wanted}:")
    return f":{wanted}:" in namespaces


# --- Rates ---


def _aggregate(statement: Mapping[str, Any], seen: _Seen) -> Hashable | None:
    """Return what a request is counted under; none where it lacks a part of that."""
    kind = statement["aggregateKeyType"]
    if kind == "CONSTANT":
        if statement.get("scopeDownStatement") is None:
            raise ValueError("CONSTANT needs a scope-down statement")
        return ()
    if kind == "CUSTOM_KEYS":
        parts = [_custom(key, statement, seen) for key in statement["customKeys"]]
        return None if None in parts else tuple(parts)
    if kind not in ("IP", "FORWARDED_IP"):
        raise NotImplementedError(kind)
    return seen.request.ip if kind == "IP" else _forwarded(statement, seen)


def _forwarded(statement: Mapping[str, Any], seen: _Seen) -> str | None:
    config = statement["forwardedIpConfig"]
    address = seen.forwarded(config)[0]
    if _is_address(address):
        return address
    # "Aggregating rate-based rules": all malformed addresses are counted as one, or not at all.
    return "malformed" if _falls_back(config) else None


def _custom(
    key: Mapping[str, Any], statement: Mapping[str, Any], seen: _Seen
) -> str | bytes | None:
    kind, settings = _only(key)
    if kind not in _CUSTOM:
        raise NotImplementedError(kind)
    value = _CUSTOM[kind](settings, statement, seen)
    if value is None or "textTransformations" not in settings:
        return value
    return _transformed(value, settings["textTransformations"])


def _argument(settings: Mapping[str, Any], _: Mapping[str, Any], seen: _Seen) -> str | None:
    values = seen.arguments(settings["name"])
    if len(values) > 1:
        raise NotImplementedError("a query argument that is given twice")
    return values[0] if values else None


def _cookie(settings: Mapping[str, Any], _: Mapping[str, Any], seen: _Seen) -> str | None:
    pairs = [part.strip().partition("=") for part in (seen.header("cookie") or "").split(";")]
    return next((value for name, _, value in pairs if name == settings["name"]), None)


def _namespaced(settings: Mapping[str, Any], _: Mapping[str, Any], seen: _Seen) -> str | None:
    _check_known(settings["namespace"])
    found = [label for label in seen.labels if _in_namespace(label, settings["namespace"])]
    if len(found) > 1:
        raise NotImplementedError("several labels in a namespace that is counted by")
    return found[0] if found else None


def _query(_: Mapping[str, Any], __: Mapping[str, Any], seen: _Seen) -> str | None:
    if not seen.request.query:
        raise NotImplementedError("whether an empty query string counts as missing")
    return seen.request.query


# WAFV2 API Reference, `RateBasedStatementCustomKey`: a request that lacks a part is left out.
_CUSTOM: Final[
    Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], _Seen], str | None]]
] = {
    "ip": lambda _, __, seen: seen.request.ip,
    "forwardedIp": lambda _, statement, seen: _forwarded(statement, seen),
    "httpMethod": lambda _, __, seen: seen.request.method,
    "uriPath": lambda _, __, seen: seen.request.path,
    "header": lambda settings, _, seen: seen.header(settings["name"]),
    "queryArgument": _argument,
    "queryString": _query,
    "cookie": _cookie,
    "labelNamespace": _namespaced,
}


# --- Managed rule groups ---

# What these do, unless it is overridden; all others block ("AWS Managed Rules rule groups list").
_NOT_BLOCKING: Final = {
    "AWSManagedRulesAmazonIpReputationList/AWSManagedIPDDoSList": "count",
    "AWSManagedRulesACFPRuleSet/AllRequests": "challenge",
    "AWSManagedRulesACFPRuleSet/SignalClientHumanInteractivityAbsentLow": "captcha",
    "AWSManagedRulesACFPRuleSet/BrowserInconsistency": "captcha",
    "AWSManagedRulesACFPRuleSet/VolumetricIpHigh": "captcha",
    "AWSManagedRulesACFPRuleSet/VolumetricAddressLow": "captcha",
    "AWSManagedRulesAntiDDoSRuleSet/ChallengeAllDuringEvent": "challenge",
    "AWSManagedRulesAntiDDoSRuleSet/ChallengeDDoSRequests": "challenge",
    "AWSManagedRulesBotControlRuleSet/TGT_VolumetricIpTokenAbsent": "challenge",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenAbsent": "count",
    "AWSManagedRulesBotControlRuleSet/TGT_VolumetricSession": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_SignalAutomatedBrowser": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_SignalBrowserAutomationExtension": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_SignalBrowserInconsistency": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_ML_CoordinatedActivityLow": "challenge",
    "AWSManagedRulesBotControlRuleSet/TGT_ML_CoordinatedActivityMedium": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_ML_CoordinatedActivityHigh": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseIpLow": "count",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseIpMedium": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseIp": "count",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseCountryLow": "count",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseCountryMedium": "captcha",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseAsnLow": "count",
    "AWSManagedRulesBotControlRuleSet/TGT_TokenReuseAsnMedium": "captcha",
}


def _check_hit(hit: str) -> None:
    group, _, rule = hit.partition("/")
    if group not in MANAGED_RULE_GROUPS:
        raise ValueError(f"'{group}' is no managed rule group of AWS")
    if rule and rule not in MANAGED_RULE_GROUPS[group].rules:
        raise ValueError(f"'{rule}' is no rule of {group}")


def _managed(name: str, statement: Mapping[str, Any], seen: _Seen) -> tuple[list[str], str | None]:
    """Return what a managed rule group counts, and the action that it results in."""
    group = statement["name"]
    if statement["vendorName"] != "AWS" or group not in MANAGED_RULE_GROUPS:
        raise NotImplementedError("a managed rule group that is not AWS's")
    scope = statement.get("scopeDownStatement")
    if scope is not None and not seen.matches(scope):
        return [], None
    seen.added |= set(seen.request.managed_labels.get(group, ()))
    overrides = {
        one["name"]: _only(one["actionToUse"])[0]
        for one in statement.get("ruleActionOverrides") or ()
    }
    counted: list[str] = []
    for rule in _hit(group, statement, seen.request):
        action = overrides.get(rule) or _NOT_BLOCKING.get(f"{group}/{rule}", "block")
        if action not in _ACTIONS:
            raise NotImplementedError(action)
        if action != "count":
            return counted, action
        counted.append(f"{name}/{rule}")
    return counted, None


def _hit(group: str, statement: Mapping[str, Any], request: Request) -> list[str]:
    """Return the rules of a group that match, in its order; one without a name comes last."""
    config: Mapping[str, Any] = {}
    for one in statement.get("managedRuleGroupConfigs") or ():
        _, config = _only(one)
    if config.get("enableRegexInPath"):
        raise NotImplementedError("enableRegexInPath")
    if not _inspects(group, config, request):
        return []
    hit = {one.partition("/")[2] for one in request.hits if one.partition("/")[0] == group}
    rules = [rule for rule in MANAGED_RULE_GROUPS[group].rules if rule in hit]
    return [rule for rule in rules if _evaluated(rule, config)] + ([""] if "" in hit else [])


def _inspects(group: str, config: Mapping[str, Any], request: Request) -> bool:
    """Tell whether a group that looks at some paths only looks at a request's.

    WAFV2 API Reference, `AWSManagedRulesATPRuleSet` and `AWSManagedRulesACFPRuleSet`.
    """
    if group == "AWSManagedRulesATPRuleSet":
        return request.method == "POST" and request.path.startswith(config["loginPath"])
    if group == "AWSManagedRulesACFPRuleSet":
        page, form = config["registrationPagePath"], config["creationPath"]
        paths = {"GET": page, "POST": form}
        return request.method in paths and request.path.startswith(paths[request.method])
    return True


def _evaluated(rule: str, config: Mapping[str, Any]) -> bool:
    """Tell whether the configuration of a group lets a rule of it be evaluated.

    WAFV2 API Reference, `AWSManagedRulesBotControlRuleSet` and `ClientSideAction`.
    """
    if rule.startswith("TGT_ML_") and config.get("enableMachineLearning") is False:
        return False
    if rule.startswith("TGT_"):
        return config["inspectionLevel"] == "TARGETED"
    if rule.startswith(("ChallengeAll", "ChallengeDDoS")):
        usage: str = config["clientSideActionConfig"]["challenge"]["usageOfAction"]
        return usage == "ENABLED"
    return True
