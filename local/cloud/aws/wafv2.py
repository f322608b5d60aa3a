"""AWS WAF: web ACLs and what they are made of, stand before and log to."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import functools
import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import botocore.session
from botocore import xform_name

from local.cloud.aws import wafv2_checks as checks
from local.cloud.aws.facets import tags
from local.cloud.aws_api import decode, encode
from local.cloud.capacity import MAX_UNITS
from local.cloud.schema import CheckFailure, resource_schema
from local.cloud.table import Api, ApiError, AutoName, Call, Properties, Resource
from local.cloud.values import is_unknown

_GLOBAL_REGION: Final = "us-east-1"
_NAMES: Final = {"regularExpressions": "RegularExpressionList"}
_ABSENT: Final = ("WAFNonexistentItemException",)


# --- Properties, to the API and back ---


def _first(value: Any) -> Any:  # noqa: ANN401  JSON, here and below
    """Return the one block of what the SDK makes a list of blocks; none of an empty list."""
    return next(iter(value), None) if isinstance(value, list) else value


def _sole(value: Any) -> Any:  # noqa: ANN401
    """Return a list of one: what holds one block, where the SDK has either, reads that as well."""
    return [value]


_SENT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "addressFields": lambda fields: [{"identifier": each} for each in fields["identifiers"]],
    "customResponseBodies": lambda bodies: {
        body["key"]: {name: value for name, value in body.items() if name != "key"}
        for body in bodies
    },
    "headerOrders": _first,
    "headers": _first,
    "matchPatterns": _first,
    "notStatement": lambda negated: {"statement": _first(next(iter(negated.values()), None))},
    "phoneNumberFields": lambda fields: [{"identifier": each} for each in fields["identifiers"]],
    "requestBodies": lambda bodies: {
        xform_name(kind).upper(): limit
        for body in bodies
        for kind, limit in body.items()
        if limit is not None
    },
    "searchString": str.encode,
}
"""What the API nests otherwise, by property."""

_TOLD: Final[Mapping[str, Callable[[Any], Any]]] = {
    "AddressFields": lambda fields: {"Identifiers": [each["Identifier"] for each in fields]},
    "CustomResponseBodies": lambda bodies: [
        {"Key": key, **body} for key, body in sorted(bodies.items())
    ],
    "HeaderOrder": _sole,
    "Headers": _sole,
    "MatchPattern": _sole,
    "PhoneNumberFields": lambda fields: {"Identifiers": [each["Identifier"] for each in fields]},
    "RequestBody": lambda limits: [
        {kind.replace("_", ""): limit for kind, limit in limits.items()}
    ],
    "SearchString": lambda search: search.decode(errors="backslashreplace"),
    "Statement": _sole,
}
"""The same by the API's names, on the way back."""


def _renested(value: Any, changes: Mapping[str, Callable[[Any], Any]]) -> Any:  # noqa: ANN401
    match value:
        case Mapping():
            inner = {n: _renested(e, changes) for n, e in value.items() if e is not None}
            return {n: changes[n](e) if n in changes else e for n, e in inner.items()}
        case list():
            return [_renested(each, changes) for each in value]
        case _:
            return value


@functools.cache
def _shape(name: str) -> Any:  # noqa: ANN401  botocore's
    return botocore.session.get_session().get_service_model("wafv2").shape_for(name)


def _part(shape: str, name: str) -> Callable[[Properties], object]:
    """Return what sends a property that the API nests otherwise; nothing where it is not set."""

    def part(known: Properties) -> object:
        renested = _renested({name: known.get(name) or None}, _SENT)
        return encode(_shape(shape), renested[name], _NAMES) if renested else None

    return part


def _rules(known: Properties) -> object:
    """Return the rules as the API takes them, however they were written."""
    for name in ("ruleJson", "rulesJson"):
        if known.get(name):
            return _with_bytes(json.loads(str(known[name])))
    return encode(_shape("Rules"), _renested(known.get("rules") or [], _SENT), _NAMES)


def _with_bytes(value: Any) -> Any:  # noqa: ANN401
    """Turn what a JSON text searches for into the bytes that boto3 takes."""
    match value:
        case dict():
            return {
                name: each.encode()
                if name == "SearchString" and isinstance(each, str)
                else _with_bytes(each)
                for name, each in value.items()
            }
        case list():
            return [_with_bytes(each) for each in value]
        case _:
            return value


def _read(member: str) -> Callable[[Any], object]:
    """Return what reads an answer about a web ACL, or what it is made of."""

    def read(answer: Any) -> object:  # noqa: ANN401
        found = _renested(answer[member], _TOLD)
        scope = "CLOUDFRONT" if ":global/" in found["ARN"] else "REGIONAL"
        others = {name: value for name, value in answer.items() if name != member}
        return {**others, **found, "Scope": scope}

    return read


_PARTS: Final = {
    "AssociationConfig": _part("AssociationConfig", "associationConfig"),
    "CustomResponseBodies": _part("CustomResponseBodies", "customResponseBodies"),
    "Rules": _rules,
}
_PLAIN: Final = (
    "capacity",
    "captchaConfig",
    "challengeConfig",
    "dataProtectionConfig",
    "defaultAction",
    "description",
    "name",
    "scope",
    "tags",
    "tokenDomains",
    "visibilityConfig",
)


# --- What AWS WAF refuses ---


def _check_web_acl(acl: Properties) -> Iterator[CheckFailure]:
    """From the sources that each check names."""
    rules, path, written = _written(acl, "rules", "ruleJson", _WEB_ACL_TYPE)
    yield from written
    levels = checks.LEVELS if path == "rules" else None
    holder = checks.Holder(acl.get("scope"), checks.body_keys(acl), levels=levels)
    yield from checks.check_holder(acl)
    yield from checks.check_action(acl.get("defaultAction"), "defaultAction", holder)
    yield from checks.check_data_protection(acl.get("dataProtectionConfig"))
    yield from checks.check_rules(holder, rules, path)


def _check_rule_group(group: Properties) -> Iterator[CheckFailure]:
    """From the sources that each check names."""
    rules, path, written = _written(group, "rules", "rulesJson", _RULE_GROUP_TYPE)
    yield from written
    most = group.get("capacity")
    holder = checks.Holder(
        group.get("scope"),
        checks.body_keys(group),
        most=most if isinstance(most, int) else MAX_UNITS,
        group=True,
        levels=checks.LEVELS if path == "rules" else None,
    )
    yield from checks.check_holder(group)
    yield from checks.check_rules(holder, rules, path)


def _written(
    properties: Properties, name: str, other: str, token: str
) -> tuple[object, str, list[CheckFailure]]:
    """Return rules as properties, where they are written, and what is wrong with a JSON text."""
    text = properties.get(other)
    if not text:
        return properties.get(name), name, []
    if properties.get(name):
        return None, other, [CheckFailure(other, f"cannot stand beside {name}.")]
    if is_unknown(text):
        return None, other, []
    try:
        return _parsed(str(text), resource_schema(token).inputs[name].type), other, []
    except (ValueError, AttributeError, LookupError, TypeError):
        must = "must be a JSON list of rules, as the API's CreateWebACL takes them."
        return None, other, [CheckFailure(other, must)]


def _parsed(text: str, annotation: object) -> object:
    rules = json.loads(text)
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        raise TypeError("no list of rules")
    return decode(_renested(_with_bytes(rules), _TOLD), annotation, _NAMES)


def _check_ip_set(ip_set: Properties) -> Iterator[CheckFailure]:
    yield from checks.check_addresses(ip_set.get("ipAddressVersion"), ip_set.get("addresses"))


def _check_patterns(pattern_set: Properties) -> Iterator[CheckFailure]:
    yield from checks.check_patterns(pattern_set.get("regularExpressions"))


def _check_logging(logging: Properties) -> Iterator[CheckFailure]:
    """From the API references of ``LoggingConfiguration`` and ``Condition``."""
    for index, field in enumerate(_listed(logging.get("redactedFields"))):
        yield from checks.exactly_one(field, f"redactedFields[{index}]", "request component")
    kept = logging.get("loggingFilter")
    filters = _listed(kept.get("filters")) if isinstance(kept, Mapping) else []
    for index, each in enumerate(filters):
        conditions = _listed(each.get("conditions")) if isinstance(each, Mapping) else []
        for position, condition in enumerate(conditions):
            where = f"loggingFilter.filters[{index}].conditions[{position}]"
            yield from checks.exactly_one(condition, where, "condition")


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _require_scope(api: Api, properties: Properties) -> None:
    """Refuse what is for CloudFront in another region than us-east-1.

    Source: the API reference of ``CreateWebACL`` and its like, ``Scope``.
    """
    region = api.context["region"]
    if properties["scope"] == "CLOUDFRONT" and region != _GLOBAL_REGION:
        raise ApiError(
            "a call with the scope CLOUDFRONT",
            "WAFInvalidParameterException",
            "Error reason: The scope is not valid., field: SCOPE_VALUE: what is for CloudFront "
            f'stands in {_GLOBAL_REGION}; set region="{_GLOBAL_REGION}"',
        )


def _as_address(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        return text


def _as_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text


# --- Where rules hold what ---


def _statements() -> Iterator[str]:
    """Yield the paths of all statements that the official provider's schema has."""
    root = "rules.statement"
    yield from _within(root, checks.LEVELS)
    for kind in ("managedRuleGroupStatement", "rateBasedStatement"):
        yield from _within(f"{root}.{kind}.scopeDownStatement", checks.LEVELS - 1)


def _within(path: str, levels: int) -> Iterator[str]:
    yield path
    for kind in ("andStatement.statements", "orStatement.statements") if levels else ():
        yield from _within(f"{path}.{kind}", levels - 1)
    for name in ("statement", "statements") if levels else ():
        yield from _within(f"{path}.notStatement.{name}", levels - 1)


_MATCHES: Final = tuple(
    f"{path}.{kind}Statement"
    for path in _statements()
    for kind in (
        "byteMatch",
        "regexMatch",
        "regexPatternSetReference",
        "sizeConstraint",
        "sqliMatch",
        "xssMatch",
    )
)
_MANAGED: Final = "rules.statement.managedRuleGroupStatement"
_CONFIG: Final = f"{_MANAGED}.managedRuleGroupConfigs"
_DDOS: Final = f"{_CONFIG}.awsManagedRulesAntiDdosRuleSet"
_RATE: Final = "rules.statement.rateBasedStatement"
_KEYS: Final = ("cookie", "header", "queryArgument", "queryString", "uriPath")
_OVERRIDES: Final = tuple(
    f"rules.statement.{kind}Statement.ruleActionOverrides.actionToUse"
    for kind in ("managedRuleGroup", "ruleGroupReference")
)

_DEFAULTS: Final = {
    f"{_RATE}.evaluationWindowSec": 300,
    f"{_DDOS}.clientSideActionConfig.challenge.sensitivity": "HIGH",
    f"{_DDOS}.sensitivityToBlock": "LOW",
    **{
        f"{path}.fieldToMatch.{field}.oversizeHandling": "CONTINUE"
        for path in _MATCHES
        for field in ("body", "jsonBody")
    },
}
_CHOSEN: Final = (
    f"{_MANAGED}.version",
    f"{_CONFIG}.awsManagedRulesAcfpRuleSet.enableRegexInPath",
    f"{_CONFIG}.awsManagedRulesAtpRuleSet.enableRegexInPath",
    f"{_CONFIG}.awsManagedRulesBotControlRuleSet.enableMachineLearning",
    *(f"{path}.fieldToMatch.uriFragment.fallbackBehavior" for path in _MATCHES),
)


def _headers(action: str) -> Iterator[str]:
    """Yield the paths of the headers that an action adds to requests or responses."""
    for kind in ("allow", "captcha", "challenge", "count"):
        yield f"{action}.{kind}.customRequestHandling.insertHeaders"
    yield f"{action}.block.customResponse.responseHeaders"


_SETS: Final = (
    "customResponseBodies",
    "rules",
    "rules.ruleLabels",
    *(f"{path}.textTransformations" for path in _MATCHES),
    *(f"{_RATE}.customKeys.{key}.textTransformations" for key in _KEYS),
    *(path for action in ("rules.action", *_OVERRIDES) for path in _headers(action)),
)


# --- The types ---

_WEB_ACL_TYPE: Final = "aws:wafv2/webAcl:WebAcl"
_RULE_GROUP_TYPE: Final = "aws:wafv2/ruleGroup:RuleGroup"

_TAGS: Final = tags(
    Call("TagResource", {"ResourceARN": "{arn}"}),
    Call("UntagResource", {"ResourceARN": "{arn}"}),
    read=Call(
        "ListTagsForResource", {"ResourceARN": "{arn}"}, only=(), result="TagInfoForResource"
    ),
)
_WHERE: Final = {"Id": "{id}", "Name": "{name}", "Scope": "{scope}"}
_INSTEAD: Final = "the local account gets no payments, so leave it out"


def _lock(operation: str) -> Call:
    """Return what asks for the token of the newest version, which alone can be changed."""
    return Call(operation, _WHERE, result="{LockToken: LockToken}")


_WEB_ACL: Final = Resource(
    token=_WEB_ACL_TYPE,
    service="wafv2",
    id="{id}",
    imports="{id}/{name}/{scope}",
    create=Call("CreateWebACL", _PARTS, only=_PLAIN, result="Summary"),
    read=Call("GetWebACL", _WHERE, only=(), result=_read("WebACL"), absent=_ABSENT),
    update=Call("UpdateWebACL", {**_PARTS, "Id": "{id}"}, only=_PLAIN, fetch=_lock("GetWebACL")),
    delete=Call("DeleteWebACL", _WHERE, only=(), fetch=_lock("GetWebACL")),
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    defaults=_DEFAULTS,
    computed=_CHOSEN,
    immutable=("name", "namePrefix", "scope"),
    sets=(*_SETS, "tokenDomains", *_headers("defaultAction")),
    normal={"ruleJson": _as_json},
    present=("defaultAction", "rules"),
    instead={"rules": "ruleJson"},
    local=("namePrefix",),
    unsupported={"monetizationConfig": _INSTEAD},
    facets=(_TAGS,),
    check=_check_web_acl,
    require=_require_scope,
)

_RULE_GROUP: Final = Resource(
    token=_RULE_GROUP_TYPE,
    service="wafv2",
    id="{id}",
    imports="{id}/{name}/{scope}",
    create=Call("CreateRuleGroup", _PARTS, only=_PLAIN, result="Summary"),
    read=Call("GetRuleGroup", _WHERE, only=(), result=_read("RuleGroup"), absent=_ABSENT),
    update=Call(
        "UpdateRuleGroup", {**_PARTS, "Id": "{id}"}, only=_PLAIN, fetch=_lock("GetRuleGroup")
    ),
    delete=Call("DeleteRuleGroup", _WHERE, only=(), fetch=_lock("GetRuleGroup")),
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    defaults=_DEFAULTS,
    computed=_CHOSEN,
    immutable=("capacity", "name", "namePrefix", "scope"),
    sets=_SETS,
    normal={"rulesJson": _as_json},
    present=("rules",),
    instead={"rules": "rulesJson"},
    local=("namePrefix",),
    unsupported={"monetizationConfig": _INSTEAD},
    facets=(_TAGS,),
    check=_check_rule_group,
    require=_require_scope,
)

_ADDRESSES: Final = {"Addresses": lambda known: known.get("addresses") or []}

_IP_SET: Final = Resource(
    token="aws:wafv2/ipSet:IpSet",
    service="wafv2",
    id="{id}",
    imports="{id}/{name}/{scope}",
    create=Call("CreateIPSet", _ADDRESSES, result="Summary"),
    read=Call("GetIPSet", _WHERE, only=(), result=_read("IPSet"), absent=_ABSENT),
    update=Call("UpdateIPSet", {**_ADDRESSES, "Id": "{id}"}, fetch=_lock("GetIPSet")),
    delete=Call("DeleteIPSet", _WHERE, only=(), fetch=_lock("GetIPSet")),
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    immutable=("ipAddressVersion", "name", "namePrefix", "scope"),
    sets=("addresses",),
    normal={"addresses": _as_address},
    local=("namePrefix",),
    facets=(_TAGS,),
    check=_check_ip_set,
    require=_require_scope,
)

_PATTERNS: Final = {
    "RegularExpressionList": lambda known: encode(
        _shape("RegularExpressionList"), known.get("regularExpressions") or [], _NAMES
    )
}

_REGEX_PATTERN_SET: Final = Resource(
    token="aws:wafv2/regexPatternSet:RegexPatternSet",
    service="wafv2",
    id="{id}",
    imports="{id}/{name}/{scope}",
    create=Call("CreateRegexPatternSet", _PATTERNS, result="Summary"),
    read=Call(
        "GetRegexPatternSet", _WHERE, only=(), result=_read("RegexPatternSet"), absent=_ABSENT
    ),
    update=Call(
        "UpdateRegexPatternSet", {**_PATTERNS, "Id": "{id}"}, fetch=_lock("GetRegexPatternSet")
    ),
    delete=Call("DeleteRegexPatternSet", _WHERE, only=(), fetch=_lock("GetRegexPatternSet")),
    names=_NAMES,
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    immutable=("name", "namePrefix", "scope"),
    sets=("regularExpressions",),
    local=("namePrefix",),
    facets=(_TAGS,),
    check=_check_patterns,
    require=_require_scope,
)

# A replaced association ends the one that took its place, as the official provider's does:
# whoever replaces one deletes it first (the resource option delete_before_replace).
_ASSOCIATION: Final = Resource(
    token="aws:wafv2/webAclAssociation:WebAclAssociation",
    service="wafv2",
    id="{webAclArn},{resourceArn}",
    create=Call("AssociateWebACL"),
    read=Call(
        "GetWebACLForResource",
        only=("resourceArn",),
        result="WebACL && {WebACLArn: WebACL.ARN}",
        absent=_ABSENT,
    ),
    delete=Call("DisassociateWebACL", only=("resourceArn",), absent=_ABSENT),
    immutable=("resourceArn", "webAclArn"),
)

_PUT_LOGGING: Final = Call(
    "PutLoggingConfiguration",
    inside="LoggingConfiguration",
    result="merge(LoggingConfiguration, {Id: LoggingConfiguration.ResourceArn})",
)

# The same holds here. Hence an id that is told and no input, which would have it deleted first.
_LOGGING: Final = Resource(
    token="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    service="wafv2",
    id="{id}",
    create=_PUT_LOGGING,
    read=Call(
        "GetLoggingConfiguration",
        {"ResourceArn": "{id}"},
        only=(),
        result=_PUT_LOGGING.result,
        absent=_ABSENT,
    ),
    update=_PUT_LOGGING,
    delete=Call("DeleteLoggingConfiguration", {"ResourceArn": "{id}"}, only=(), absent=_ABSENT),
    immutable=("logDestinationConfigs", "resourceArn"),
    sets=("logDestinationConfigs", "loggingFilter.filters", "loggingFilter.filters.conditions"),
    present=("loggingFilter", "redactedFields"),
    check=_check_logging,
)

RESOURCES: Final = (
    _WEB_ACL,
    _RULE_GROUP,
    _IP_SET,
    _REGEX_PATTERN_SET,
    _ASSOCIATION,
    _LOGGING,
)
