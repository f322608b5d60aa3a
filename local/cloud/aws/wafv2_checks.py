"""What AWS WAF and the official provider refuse of rules, as far as a preview knows it.

Each check names its source: a data type of the AWS WAF API reference, a page of the developer
guide, or the official provider's own validation. What is not known yet passes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeGuard

from local.cloud import capacity
from local.cloud.schema import CheckFailure
from local.cloud.values import is_unknown
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

Failures = Iterator[CheckFailure]

LEVELS: Final = 3
"""Logical statements within each other that the official provider takes (its schema)."""

_MANAGED: Final = "managedRuleGroupStatement"
_REFERENCE: Final = "ruleGroupReferenceStatement"
_RATE: Final = "rateBasedStatement"
_GROUPS: Final = (_MANAGED, _REFERENCE)
_LOGICAL: Final = ("andStatement", "orStatement", "notStatement")
_CONFIGS: Final = {
    "awsManagedRulesAcfpRuleSet": "AWSManagedRulesACFPRuleSet",
    "awsManagedRulesAntiDdosRuleSet": "AWSManagedRulesAntiDDoSRuleSet",
    "awsManagedRulesAtpRuleSet": "AWSManagedRulesATPRuleSet",
    "awsManagedRulesBotControlRuleSet": "AWSManagedRulesBotControlRuleSet",
}
"""The managed rule group that each configuration is for."""
_CONFIGURED: Final = tuple(name for name in _CONFIGS.values() if "Bot" not in name)
"""Those that do nothing without one (API reference, ``ManagedRuleGroupConfig``)."""

_STATUS_CODES: Final = frozenset(
    {200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308}
    | {400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 416, 421, 429}
    | {500, 501, 502, 503, 504, 505}
)
"""Source: the developer guide, "Supported status codes for custom response"."""

_METRIC: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_RESERVED_METRICS: Final = ("All", "Default_Action")
_RESERVED_LABELS: Final = frozenset(
    {"aws", "waf", "managed", "rulegroup", "webacl", "regexpatternset", "ipset"}
)
_VERSION: Final = re.compile(r"Version_\d+\.\d+")
_FIELD_NAME: Final = re.compile(r"[0-9a-z_-]+")
_LONGEST_NAMES: Final = {"singleHeader": 40, "singleQueryArgument": 30}
_PATTERNED: Final = ("cookies", "headers", "jsonBody")
_FINGERPRINTS: Final = ("ja3Fingerprint", "ja4Fingerprint")
_ADDRESS_KEYS: Final = ("ip", "forwardedIp")
_KEYED: Final = ("SINGLE_COOKIE", "SINGLE_HEADER", "SINGLE_QUERY_ARGUMENT")

# Source of what follows: the developer guide, "AWS WAF quotas".
_MOST_ADDRESSES: Final = 10_000
_MOST_BODIES: Final = 50
_MOST_HEADERS: Final = 10
_MOST_KEYS: Final = 5
_MOST_PATTERNS: Final = 10
_MOST_RATES: Final = {False: 10, True: 4}
_MOST_REFERENCES: Final = 50
_MOST_TRANSFORMATIONS: Final = 10
_LONGEST_BODY: Final = 4096
_LONGEST_SEARCH: Final = 200

_WINDOWS: Final = (60, 120, 300, 600)
_LIMITS: Final = (10, 2_000_000_000)
_SHORTEST_CHALLENGE: Final = 300
_MOST_EXEMPT: Final = 5


@dataclass(frozen=True)
class Holder:
    """What holds rules.

    Args:
        scope: Its scope.
        bodies: Keys of its custom response bodies; ``None`` while any of them is unknown.
        most: Units that its rules may need.
        group: Whether it is a rule group.
        levels: Logical statements that may stand within each other; ``None`` for any number.
    """

    scope: object
    bodies: frozenset[str] | None
    most: int = capacity.MAX_UNITS
    group: bool = False
    levels: int | None = LEVELS


def check_rules(holder: Holder, rules: object, path: str) -> Failures:
    """Check all rules of a web ACL or rule group."""
    known = [(f"{path}[{i}]", each) for i, each in enumerate(_list(rules)) if _is_object(each)]
    # "Rule" of the API reference for priorities; the official provider's documentation for names.
    yield from _distinct(known, "priority")
    yield from _distinct(known, "name")
    for where, rule in known:
        yield from _check_rule(holder, rule, where)
    statements = [rule.get("statement") for _, rule in known]
    rates = sum(_RATE in _chosen(each) for each in statements)
    if rates > _MOST_RATES[holder.group]:
        yield CheckFailure(path, f"must hold at most {_MOST_RATES[holder.group]} rate-based rules.")
    if sum(map(_references, statements)) > _MOST_REFERENCES:
        yield CheckFailure(path, f"must hold at most {_MOST_REFERENCES} reference statements.")
    needed = sum(_units(rule) for _, rule in known)
    if needed > holder.most:
        yield CheckFailure(
            path,
            f"need {needed} capacity units, and may need {holder.most}: "
            "You exceeded the capacity limit for a rule group or web ACL.",
        )


def check_holder(properties: Mapping[str, Any]) -> Failures:
    """Check what stands in a web ACL or rule group beside its rules."""
    yield from _check_visibility(properties, "")
    yield from check_challenge(properties, "")
    bodies = _list(properties.get("customResponseBodies"))
    yield from _distinct([(f"customResponseBodies[{i}]", e) for i, e in enumerate(bodies)], "key")
    if len(bodies) > _MOST_BODIES:
        yield CheckFailure("customResponseBodies", f"must be at most {_MOST_BODIES}.")
    for index, body in enumerate(bodies):
        content = body.get("content") if _is_object(body) else None
        if _is_text(content) and not 1 <= len(content.encode()) <= _LONGEST_BODY:
            yield CheckFailure(
                f"customResponseBodies[{index}].content", f"must have 1 to {_LONGEST_BODY} bytes."
            )


def body_keys(properties: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the keys of custom response bodies; ``None`` while any of them is unknown."""
    given = properties.get("customResponseBodies")
    keys = [e.get("key") if _is_object(e) else e for e in _list(given)]
    return None if is_unknown(given) or any(map(is_unknown, keys)) else frozenset(map(str, keys))


def check_action(value: object, path: str, holder: Holder) -> Failures:
    """Check an action: it is one, and its custom response can be given."""
    yield from exactly_one(value, path, "action")
    if not _is_object(value):
        return
    for kind, each in value.items():
        where = f"{path}.{kind}"
        response = each.get("customResponse") if _is_object(each) else None
        if _is_object(response):
            yield from _check_response(response, f"{where}.customResponse", holder)
        handling = each.get("customRequestHandling") if _is_object(each) else None
        if _is_object(handling):
            yield from _check_headers(
                handling.get("insertHeaders"), f"{where}.customRequestHandling.insertHeaders"
            )


def check_challenge(holder: Mapping[str, Any], path: str) -> Failures:
    """From the API reference of ``ImmunityTimeProperty``: a challenge lasts 300 seconds or more."""
    config = holder.get("challengeConfig")
    immunity = config.get("immunityTimeProperty") if _is_object(config) else None
    seconds = immunity.get("immunityTime") if _is_object(immunity) else None
    if isinstance(seconds, int) and seconds < _SHORTEST_CHALLENGE:
        yield CheckFailure(
            f"{path}challengeConfig.immunityTimeProperty.immunityTime",
            f"must be at least {_SHORTEST_CHALLENGE}.",
        )


def check_data_protection(config: object) -> Failures:
    """From the API reference of ``FieldToProtect``: who has keys must, who has none must not."""
    listed = config.get("dataProtections") if _is_object(config) else None
    for index, each in enumerate(_list(listed)):
        field = each.get("field") if _is_object(each) else None
        kind = field.get("fieldType") if _is_object(field) else None
        if not _is_object(field) or not _is_text(kind):
            continue
        if (kind in _KEYED) != bool(field.get("fieldKeys")):
            must = "is required" if kind in _KEYED else "must be left out"
            yield CheckFailure(
                f"dataProtectionConfig.dataProtections[{index}].field.fieldKeys",
                f"{must} for this field type.",
            )


def check_addresses(version: object, addresses: object) -> Failures:
    """From the API reference of ``CreateIPSet``: CIDRs of the set's version, all but /0."""
    listed = _list(addresses)
    if len(listed) > _MOST_ADDRESSES:
        yield CheckFailure("addresses", f"must be at most {_MOST_ADDRESSES}.")
    for index, each in enumerate(listed):
        if not _is_text(each) or not _is_text(version):
            continue
        try:
            network = ipaddress.ip_network(each)
        except ValueError:  # AWS WAF takes no host bits either
            network = None
        if network is None or "/" not in each or network.prefixlen == 0:
            yield CheckFailure(
                f"addresses[{index}]",
                "must be a CIDR without host bits, such as 192.0.2.44/32, and not /0.",
            )
        elif version != f"IPV{network.version}":
            yield CheckFailure(f"addresses[{index}]", "must be of the set's ipAddressVersion.")


def check_patterns(patterns: object) -> Failures:
    """From the quotas: a set of regular expressions holds ten."""
    if len(_list(patterns)) > _MOST_PATTERNS:
        yield CheckFailure("regularExpressions", f"must be at most {_MOST_PATTERNS}.")


def exactly_one(value: object, path: str, what: str) -> Failures:
    """Check an object of which AWS WAF takes one member, where it is known."""
    if _is_object(value) and len(_chosen(value)) != 1:
        yield CheckFailure(path, f"must hold exactly one {what}.")


# --- A rule ---


def _check_rule(holder: Holder, rule: Mapping[str, Any], path: str) -> Failures:
    statement = rule.get("statement")
    kinds = _chosen(statement)
    if len(kinds) == 1:
        # "Rule": "You must specify either this Action setting or the rule OverrideAction setting".
        refers = kinds[0] in _GROUPS
        wanted, other = ("overrideAction", "action") if refers else ("action", "overrideAction")
        if rule.get(wanted) is None:
            what = "refers to a rule group" if refers else "does not refer to a rule group"
            yield CheckFailure(f"{path}.{wanted}", f"is required for a rule that {what}.")
        if rule.get(other) is not None:
            must = f"must be left out: use {wanted}, for this rule's statement"
            yield CheckFailure(f"{path}.{other}", f"{must} {'is' if refers else 'is not'} a group.")
        if refers and rule.get("ruleLabels"):
            yield CheckFailure(f"{path}.ruleLabels", "must be left out: a rule group adds its own.")
    yield from check_action(rule.get("action"), f"{path}.action", holder)
    yield from exactly_one(rule.get("overrideAction"), f"{path}.overrideAction", "action")
    yield from _check_visibility(rule, f"{path}.")
    yield from check_challenge(rule, f"{path}.")
    yield from _check_labels(rule.get("ruleLabels"), f"{path}.ruleLabels")
    yield from _check_statement(holder, statement, f"{path}.statement", top=True)


def _check_visibility(holder: Mapping[str, Any], path: str) -> Failures:
    """From the API reference of ``VisibilityConfig``."""
    config = holder.get("visibilityConfig")
    name = config.get("metricName") if _is_object(config) else None
    if _is_text(name) and (not _METRIC.fullmatch(name) or name in _RESERVED_METRICS):
        yield CheckFailure(
            f"{path}visibilityConfig.metricName",
            "must be 1 to 128 letters, digits, hyphens and underscores, and none of "
            f"{', '.join(_RESERVED_METRICS)}.",
        )


def _check_labels(labels: object, path: str) -> Failures:
    """From the API reference of ``Rule``, ``RuleLabels``."""
    for index, label in enumerate(_list(labels)):
        name = label.get("name") if _is_object(label) else None
        if not _is_text(name):
            continue
        parts = name.split(":")
        if len(parts) > 6 or any(not 1 <= len(part) <= 128 for part in parts):  # noqa: PLR2004
            yield CheckFailure(
                f"{path}[{index}].name",
                "must be a name after up to 5 namespaces, each of up to 128 characters.",
            )
        elif _RESERVED_LABELS & set(parts):
            reserved = ", ".join(sorted(_RESERVED_LABELS))
            yield CheckFailure(f"{path}[{index}].name", f"must have none of {reserved} in it.")


def _check_response(response: Mapping[str, Any], path: str, holder: Holder) -> Failures:
    """From the API reference of ``CustomResponse``."""
    code, key = response.get("responseCode"), response.get("customResponseBodyKey")
    if isinstance(code, int) and code not in _STATUS_CODES:
        allowed = ", ".join(map(str, sorted(_STATUS_CODES)))
        yield CheckFailure(f"{path}.responseCode", f"must be one of {allowed}.")
    if _is_text(key) and holder.bodies is not None and key not in holder.bodies:
        yield CheckFailure(f"{path}.customResponseBodyKey", "must be in customResponseBodies.")
    yield from _check_headers(response.get("responseHeaders"), f"{path}.responseHeaders")


def _check_headers(headers: object, path: str) -> Failures:
    names = [each.get("name") for each in _list(headers) if _is_object(each)]
    known = [each.lower() for each in names if _is_text(each)]
    if len(known) > _MOST_HEADERS or len(known) != len(set(known)) or "content-type" in known:
        yield CheckFailure(
            path, f"must be at most {_MOST_HEADERS}, each once, and not content-type."
        )


# --- Statements ---


def _check_statement(holder: Holder, value: object, path: str, *, top: bool = False) -> Failures:
    yield from exactly_one(value, path, "statement")
    if not _is_object(value) or len(_chosen(value)) != 1:
        return
    kind = _chosen(value)[0]
    body, where = value[kind], f"{path}.{kind}"
    if kind in (_RATE, *_GROUPS) and not top:
        yield CheckFailure(where, "cannot stand within another statement.")
        return
    if not _is_object(body):
        return
    if kind in _LOGICAL:
        yield from _check_logical(holder, kind, body, where)
    elif kind == _RATE:
        yield from _check_rate(holder, body, where)
    elif kind in _GROUPS:
        yield from _check_group(holder, kind, body, where)
    else:
        yield from _check_match(body, where)


def _check_logical(holder: Holder, kind: str, body: Mapping[str, Any], path: str) -> Failures:
    if holder.levels == 0:
        yield CheckFailure(
            path, f"is nested too deeply: the provider takes {LEVELS} levels; use ruleJson."
        )
        return
    inner = _deeper(holder)
    if body.get("statement") is not None:
        yield from _check_statement(inner, body["statement"], f"{path}.statement")
        return
    statements, where = body.get("statements"), f"{path}.statements"
    if kind == "notStatement" and not is_unknown(statements) and len(_list(statements)) != 1:
        yield CheckFailure(path, "must hold exactly one statement.")
    if kind != "notStatement" and not is_unknown(statements) and len(_list(statements)) < 2:  # noqa: PLR2004
        yield CheckFailure(where, "must hold more than one statement.")
    for index, each in enumerate(_list(statements)):
        yield from _check_statement(inner, each, f"{where}[{index}]")


def _deeper(holder: Holder) -> Holder:
    return replace(holder, levels=None if holder.levels is None else holder.levels - 1)


def _check_scope_down(holder: Holder, body: Mapping[str, Any], path: str) -> Failures:
    inner, where = body.get("scopeDownStatement"), f"{path}.scopeDownStatement"
    yield from _check_statement(_deeper(holder), inner, where)


def _check_rate(holder: Holder, rate: Mapping[str, Any], path: str) -> Failures:
    """From the API references of ``RateBasedStatement`` and ``RateBasedStatementCustomKey``."""
    window, limit = rate.get("evaluationWindowSec"), rate.get("limit")
    if isinstance(window, int) and window not in _WINDOWS:
        allowed = ", ".join(map(str, _WINDOWS))
        yield CheckFailure(f"{path}.evaluationWindowSec", f"must be one of {allowed}.")
    if isinstance(limit, int) and not _LIMITS[0] <= limit <= _LIMITS[1]:
        yield CheckFailure(f"{path}.limit", f"must be {_LIMITS[0]} to {_LIMITS[1]}.")
    kind, keys = rate.get("aggregateKeyType"), rate.get("customKeys")
    if kind == "CONSTANT" and rate.get("scopeDownStatement") is None:
        yield CheckFailure(f"{path}.scopeDownStatement", "is required to count all in one.")
    yield from _check_keys(kind, keys, f"{path}.customKeys")
    forwarded = kind == "FORWARDED_IP" or any("forwardedIp" in _chosen(key) for key in _list(keys))
    if forwarded and rate.get("forwardedIpConfig") is None:
        yield CheckFailure(f"{path}.forwardedIpConfig", "is required for a forwarded address.")
    yield from _check_scope_down(holder, rate, path)


def _check_keys(kind: object, keys: object, path: str) -> Failures:
    kinds = [name for key in _list(keys) for name in _chosen(key)]
    if kind == "CUSTOM_KEYS" and not is_unknown(keys):
        if not 1 <= len(_list(keys)) <= _MOST_KEYS:
            yield CheckFailure(path, f"must be 1 to {_MOST_KEYS}.")
        if len(_list(keys)) == 1 and kinds and kinds[0] in _ADDRESS_KEYS:
            yield CheckFailure(path, "must hold another key: of an address alone, use its type.")
    if kind != "CUSTOM_KEYS" and not is_unknown(kind) and keys:
        yield CheckFailure(path, "is only for the aggregateKeyType CUSTOM_KEYS.")
    for index, key in enumerate(_list(keys)):
        where = f"{path}[{index}]"
        yield from exactly_one(key, where, "key")
        for name in _chosen(key):
            yield from _check_transformations(key[name], f"{where}.{name}")


def _check_group(holder: Holder, kind: str, group: Mapping[str, Any], path: str) -> Failures:
    overrides = [
        (f"{path}.ruleActionOverrides[{i}]", each)
        for i, each in enumerate(_list(group.get("ruleActionOverrides")))
        if _is_object(each)
    ]
    yield from _distinct(overrides, "name")
    for where, override in overrides:
        # A response of an override names a body of the web ACL that refers to the group.
        yield from check_action(override.get("actionToUse"), f"{where}.actionToUse", holder)
    if kind == _MANAGED:
        yield from _check_managed(holder, group, overrides, path)
        yield from _check_scope_down(holder, group, path)


def _check_managed(
    holder: Holder,
    group: Mapping[str, Any],
    overrides: Sequence[tuple[str, Mapping[str, Any]]],
    path: str,
) -> Failures:
    """From the developer guide, "AWS Managed Rules rule groups list".

    AWS WAF itself ignores an override of a rule that is not there ("RuleActionOverrides"); it is
    refused here, for it protects less than it says.
    """
    name, vendor, version = (group.get(each) for each in ("name", "vendorName", "version"))
    if not _is_text(name) or not _is_text(vendor):
        return
    if vendor != "AWS" or name not in MANAGED_RULE_GROUPS:
        yield CheckFailure(
            f"{path}.name",
            "must be a managed rule group of AWS: the local account is subscribed to no other.",
        )
        return
    known = MANAGED_RULE_GROUPS[name]
    if _is_text(version) and not (known.versioned and _VERSION.fullmatch(version)):
        must = "as Version_1.0" if known.versioned else "left out: this rule group has no versions"
        yield CheckFailure(f"{path}.version", f"must be {must}.")
    for where, override in overrides:
        rule = override.get("name")
        if _is_text(rule) and rule not in known.rules:
            yield CheckFailure(f"{where}.name", "must be a rule of the managed rule group.")
    configs = group.get("managedRuleGroupConfigs")
    listed = [each for each in _list(configs) if _is_object(each)]
    if name in _CONFIGURED and not configs:
        yield CheckFailure(f"{path}.managedRuleGroupConfigs", "is required for this rule group.")
    for index, config in enumerate(listed):
        where = f"{path}.managedRuleGroupConfigs[{index}]"
        for kind in _chosen(config):
            if _CONFIGS.get(kind, name) != name:
                yield CheckFailure(f"{where}.{kind}", "is for another rule group.")
            yield from _check_config(holder, config[kind], f"{where}.{kind}")


def _check_config(holder: Holder, config: object, path: str) -> Failures:
    """From the API references of ``AWSManagedRulesATPRuleSet`` and ``ClientSideAction``."""
    if not _is_object(config):
        return
    if config.get("responseInspection") is not None and holder.scope == "REGIONAL":
        yield CheckFailure(f"{path}.responseInspection", "is only for the scope CLOUDFRONT.")
    action = config.get("clientSideActionConfig")
    challenge = action.get("challenge") if _is_object(action) else None
    if not _is_object(challenge) or challenge.get("usageOfAction") != "ENABLED":
        return
    exempt = challenge.get("exemptUriRegularExpressions")
    if not is_unknown(exempt) and not 1 <= len(_list(exempt)) <= _MOST_EXEMPT:
        yield CheckFailure(
            f"{path}.clientSideActionConfig.challenge.exemptUriRegularExpressions",
            f"must be 1 to {_MOST_EXEMPT} where usageOfAction is ENABLED.",
        )


def _check_match(body: Mapping[str, Any], path: str) -> Failures:
    """From the API references of ``ByteMatchStatement``, ``FieldToMatch`` and what is in it."""
    search = body.get("searchString")
    if _is_text(search) and not 1 <= len(search.encode()) <= _LONGEST_SEARCH:
        yield CheckFailure(f"{path}.searchString", f"must have 1 to {_LONGEST_SEARCH} bytes.")
    yield from _check_transformations(body, path)
    field, where = body.get("fieldToMatch"), f"{path}.fieldToMatch"
    yield from exactly_one(field, where, "request component")
    if not _is_object(field):
        return
    for name in _chosen(field):
        component = _first(field[name])
        if len(_list(field[name])) > 1:
            yield CheckFailure(f"{where}.{name}", "must be one block.")
        how = body.get("positionalConstraint")
        if name in _FINGERPRINTS and how != "EXACTLY" and not is_unknown(how):
            yield CheckFailure(f"{where}.{name}", "is only for a byte match that is EXACTLY.")
        if name in _PATTERNED and _is_object(component):
            plural = "matchPatterns" if "matchPatterns" in component else "matchPattern"
            pattern = _first(component.get(plural))
            yield from exactly_one(pattern, f"{where}.{name}.{plural}", "pattern")
        if name in _LONGEST_NAMES and _is_object(component):
            # The official provider's own validation: AWS WAF tells the name in lower case.
            text, most = component.get("name"), _LONGEST_NAMES[name]
            if _is_text(text) and not (_FIELD_NAME.fullmatch(text) and len(text) <= most):
                yield CheckFailure(
                    f"{where}.{name}.name",
                    f"must be 1 to {most} lower case letters, digits, hyphens and underscores.",
                )


def _check_transformations(body: object, path: str) -> Failures:
    """From the API reference of ``TextTransformation``, and the quotas."""
    listed = _list(body.get("textTransformations")) if _is_object(body) else []
    where = f"{path}.textTransformations"
    if len(listed) > _MOST_TRANSFORMATIONS:
        yield CheckFailure(where, f"must be at most {_MOST_TRANSFORMATIONS}.")
    yield from _distinct([(f"{where}[{i}]", each) for i, each in enumerate(listed)], "priority")


# --- What is known ---


def _units(rule: Mapping[str, Any]) -> int:
    """Return the units that a rule needs for certain: none where they are not known yet."""
    try:
        return capacity.units([rule])
    except ValueError:
        return 0


def _references(value: object) -> int:
    match value:
        case Mapping():
            return sum(
                name.endswith("ReferenceStatement") + _references(each)
                for name, each in value.items()
            )
        case list():
            return sum(map(_references, value))
        case _:
            return 0


def _distinct(listed: Sequence[tuple[str, Any]], name: str) -> Failures:
    seen: set[object] = set()
    for where, each in listed:
        value = each.get(name) if _is_object(each) else None
        if value is None or is_unknown(value):
            continue
        if value in seen:
            yield CheckFailure(f"{where}.{name}", "must be another than that of every other.")
        seen.add(value)


def _chosen(value: object) -> list[str]:
    """Return the members of an object that are set."""
    return [n for n, e in value.items() if e not in (None, [])] if _is_object(value) else []


def _first(value: object) -> Any:  # noqa: ANN401  whatever it is
    """Return what the SDK makes a list of one of; an object is itself."""
    return value[0] if isinstance(value, list) and value else value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and not is_unknown(value)
