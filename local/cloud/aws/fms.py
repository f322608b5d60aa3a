"""Firewall Manager: policies for AWS WAF, and the administrator account."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

# --- Policies ---

_WAF: Final = "WAFV2"
_MANY: Final = "ResourceTypeList"
_DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
_RESOURCE_TYPES: Final = (
    "AWS::ApiGateway::Stage",
    _DISTRIBUTION,
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
)
"""What a policy for AWS WAF protects, from the API reference of ``Policy``."""
_DISTRIBUTIONS_REGION: Final = "us-east-1"
_ACCOUNTS: Final = {"accounts": "ACCOUNT", "orgunits": "ORG_UNIT"}
_CHOSEN: Final = ("resourceTagLogicalOperator", "resourceType", "resourceTypeLists")
_PROPERTIES: Final = (
    *("deleteUnusedFmManagedResources", "description", "excludeMap", "excludeResourceTags"),
    *("includeMap", "name", "remediationEnabled", "resourceTags", "securityServicePolicyData"),
    *_CHOSEN,
)


def _policy(known: Properties) -> object:
    policy = {
        "PolicyName": known["name"],
        "PolicyDescription": known.get("description"),
        "SecurityServicePolicyData": _service_data(known["securityServicePolicyData"]),
        "ResourceType": known.get("resourceType") or _MANY,
        "ResourceTypeList": known.get("resourceTypeLists"),
        "ResourceTags": _resource_tags(known.get("resourceTags")),
        "ResourceTagLogicalOperator": known.get("resourceTagLogicalOperator"),
        "ExcludeResourceTags": bool(known["excludeResourceTags"]),
        "RemediationEnabled": bool(known.get("remediationEnabled")),
        "DeleteUnusedFMManagedResources": bool(known.get("deleteUnusedFmManagedResources")),
        "IncludeMap": _accounts(known.get("includeMap")),
        "ExcludeMap": _accounts(known.get("excludeMap")),
    }
    return {name: value for name, value in policy.items() if value is not None}


def _service_data(data: Any) -> object:  # noqa: ANN401  JSON, here and below
    return {"Type": data["type"], "ManagedServiceData": data["managedServiceData"]}


def _resource_tags(given: Any) -> object:  # noqa: ANN401
    return [{"Key": key, "Value": value} for key, value in (given or {}).items()] or None


def _accounts(given: Any) -> object:  # noqa: ANN401
    given = given or {}
    return {kind: given[name] for name, kind in _ACCOUNTS.items() if given.get(name)} or None


def _put_again(old: Properties, new: Properties) -> list[Call]:
    """Return the call that puts all anew, under the token of what it takes the place of."""
    operator = "resourceTagLogicalOperator"
    known = {operator: old.get(operator), **new}
    version = {"PolicyId": new["id"], "PolicyUpdateToken": old["policyUpdateToken"]}
    policy = {**cast("dict[str, object]", _policy(known)), **version}
    return [Call("PutPolicy", {"Policy": Given(policy)}, only=())]


def _read(answer: Any) -> object:  # noqa: ANN401
    return {**answer["Policy"], "PolicyArn": answer["PolicyArn"]}


def _without_nothing(text: str) -> str:
    """Bring the service's data into one form; the provider takes null and ``[]`` for not there."""

    def strip(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [strip(each) for each in value]
        if isinstance(value, dict):
            return {n: strip(each) for n, each in value.items() if each is not None and each != []}
        return value

    try:
        return json.dumps(strip(json.loads(text)), sort_keys=True)
    except ValueError:
        return text


def _check_policy(policy: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_fms_policy``.

    It lets a program leave out both resource types, which the service then refuses.
    """
    if bool(policy.get("resourceType")) is bool(policy.get("resourceTypeLists")):
        yield CheckFailure("resourceType", "must be set, or else resourceTypeLists.")
    data = policy.get("securityServicePolicyData")
    if not isinstance(data, Mapping):
        return
    where = "securityServicePolicyData"
    if not is_unknown(data.get("type")) and data.get("type") != _WAF:
        yield CheckFailure(f"{where}.type", f"must be {_WAF}: the local cloud has no other.")
    if data.get("policyOption"):
        yield CheckFailure(f"{where}.policyOption", f"is for other types than {_WAF}.")
    text = data.get("managedServiceData")
    if not is_unknown(text) and not isinstance(_parsed(text), dict):
        yield CheckFailure(f"{where}.managedServiceData", "must be an object in JSON.")


def _parsed(text: object) -> object:
    try:
        return json.loads(str(text))
    except ValueError:
        return None


def _require_policy(api: Api, policy: Properties) -> None:
    """Refuse what Firewall Manager does not take."""
    aws = cast("AwsApi", api)
    wrong = [*_scope_errors(policy, aws.region), *_data_errors(_data(policy), _groups(aws, policy))]
    if wrong:
        raise ApiError("PutPolicy", "InvalidInputException", "; ".join(wrong))


def _data(policy: Properties) -> Mapping[str, Any]:
    data = cast("Mapping[str, object]", policy["securityServicePolicyData"])
    return cast("Mapping[str, Any]", _parsed(data["managedServiceData"]))


def _types(policy: Properties) -> list[object]:
    listed = cast("list[object]", policy.get("resourceTypeLists") or [])
    return listed or [policy["resourceType"]]


def _groups(aws: AwsApi, policy: Properties) -> Callable[[object], bool]:
    """Return what tells whether a rule group is there for what the policy protects."""
    everywhere = _DISTRIBUTION in _types(policy)
    part = "global" if everywhere else "regional"
    prefix = f"arn:aws:wafv2:{aws.region}:{aws.context['account']}:{part}/rulegroup/"

    def there(arn: object) -> bool:
        named = re.fullmatch(rf"{prefix}([\w-]+)/([\da-f-]{{36}})", str(arn))
        if not named:
            return False
        scope = "CLOUDFRONT" if everywhere else "REGIONAL"
        where = {"Name": named[1], "Id": named[2], "Scope": scope}
        absent = ("WAFNonexistentItemException",)
        return aws.send("wafv2", "GetRuleGroup", where, absent=absent) is not None

    return there


def _scope_errors(policy: Properties, region: str) -> Iterator[str]:
    """From the API reference of ``Policy``."""
    types = _types(policy)
    if any(each not in _RESOURCE_TYPES for each in types):
        yield f"a resource type is none of {', '.join(_RESOURCE_TYPES)}"
    if _DISTRIBUTION in types and len(types) > 1:
        yield f"{_DISTRIBUTION} must be the only resource type"
    if _DISTRIBUTION in types and region != _DISTRIBUTIONS_REGION:
        yield f"a policy for {_DISTRIBUTION} stands in {_DISTRIBUTIONS_REGION}"
    if _accounts(policy.get("includeMap")) and _accounts(policy.get("excludeMap")):
        yield "includeMap and excludeMap exclude each other"


# --- What a policy for AWS WAF says ---
# Source: the API reference of SecurityServicePolicyData, ManagedServiceData, whose examples have
# all of the names below. What must be there is our inference: what every example has.

_TOP: Final = frozenset(
    {
        *("associationConfig", "captchaConfig", "challengeConfig", "customRequestHandling"),
        *("customResponse", "defaultAction", "loggingConfiguration", "optimizeUnassociatedWebACL"),
        *("overrideCustomerWebACLAssociation", "postProcessRuleGroups", "preProcessRuleGroups"),
        *("sampledRequestsEnabledForDefaultActions", "tokenDomains", "type", "webACLSource"),
    }
)
_GROUP: Final = frozenset(
    {
        *("excludeRules", "managedRuleGroupIdentifier", "overrideAction", "ruleActionOverrides"),
        *("ruleGroupArn", "ruleGroupType", "sampledRequestsEnabled"),
    }
)
_IDENTIFIER: Final = frozenset(
    {"managedRuleGroupConfigs", "managedRuleGroupName", "vendorName", "version", "versionEnabled"}
)
_LOGGING: Final = frozenset({"logDestinationConfigs", "loggingFilterConfigs", "redactedFields"})
_DESTINATION: Final = re.compile(
    r"arn:[\w-]+:(s3:::|firehose:[\w-]+:\d{12}:deliverystream/)aws-waf-logs-.+"
)
_REDACTED: Final = frozenset(
    # The reference has the first; what is in use, in the official provider's own tests, the others.
    {"HEADER", "METHOD", "QUERY_STRING", "URI"}
    | {"Method", "QueryString", "SingleHeader", "UriPath"}
)
_MOST_REDACTED: Final = 20
_RULE_ACTIONS: Final = frozenset({"allow", "block", "captcha", "challenge", "count"})


def _data_errors(data: Mapping[str, Any], there: Callable[[object], bool]) -> Iterator[str]:
    yield from _unknown(data, _TOP, "")
    if data.get("type") != _WAF:
        yield f"type must be {_WAF}"
    yield from _among(data, "defaultAction", ("ALLOW", "BLOCK"), "")
    if not isinstance(data.get("overrideCustomerWebACLAssociation"), bool):
        yield "overrideCustomerWebACLAssociation must be true or false"
    for name in ("preProcessRuleGroups", "postProcessRuleGroups"):
        if not isinstance(data.get(name), list):
            yield f"{name} must be a list"
        for path, group in _items(data, name):
            yield from _group_errors(group, there, f"{path}.")
    if data.get("loggingConfiguration") is not None:
        yield from _logging_errors(_object(data, "loggingConfiguration"))


def _group_errors(
    group: Mapping[str, Any], there: Callable[[object], bool], path: str
) -> Iterator[str]:
    yield from _unknown(group, _GROUP, path)
    yield from _among(group, "overrideAction", ("COUNT", "NONE"), path)
    match group.get("ruleGroupType"):
        case "RuleGroup":
            yield from _own_group_errors(group, there, path)
        case "ManagedRuleGroup":
            yield from _managed_group_errors(group, path)
        case _:
            yield f"{path}ruleGroupType must be one of ManagedRuleGroup, RuleGroup"


def _own_group_errors(
    group: Mapping[str, Any], there: Callable[[object], bool], path: str
) -> Iterator[str]:
    if group.get("managedRuleGroupIdentifier") is not None:
        yield f"{path}managedRuleGroupIdentifier must be null for a RuleGroup"
    if not there(group.get("ruleGroupArn")):
        yield f"{path}ruleGroupArn must be a rule group of this region and scope"
    if group.get("ruleActionOverrides"):
        yield f"{path}ruleActionOverrides are for a ManagedRuleGroup alone"


def _managed_group_errors(group: Mapping[str, Any], path: str) -> Iterator[str]:
    if group.get("ruleGroupArn") is not None:
        yield f"{path}ruleGroupArn must be null for a ManagedRuleGroup"
    managed, within = _object(group, "managedRuleGroupIdentifier"), "managedRuleGroupIdentifier"
    yield from _unknown(managed, _IDENTIFIER, f"{path}{within}.")
    if not managed.get("vendorName") or not managed.get("managedRuleGroupName"):
        yield f"{path}{within} must have vendorName and managedRuleGroupName"
    if managed.get("versionEnabled") and not managed.get("version"):
        yield f"{path}{within}.version must be set where versionEnabled is"
    for where, each in _items(group, "ruleActionOverrides"):
        actions = _object(each, "actionToUse").keys()
        if not each.get("name") or len(actions) != 1 or not actions <= _RULE_ACTIONS:
            yield f"{path}{where} must have a name and one actionToUse"


def _logging_errors(logging: Mapping[str, Any]) -> Iterator[str]:
    within = "loggingConfiguration."
    yield from _unknown(logging, _LOGGING, within)
    destinations = logging.get("logDestinationConfigs")
    if not isinstance(destinations, list) or len(destinations) != 1:
        yield f"{within}logDestinationConfigs must have exactly one item"
    elif not _DESTINATION.fullmatch(str(destinations[0])):
        yield (
            f"{within}logDestinationConfigs must be a bucket or a delivery stream whose name "
            "begins with aws-waf-logs-"
        )
    redacted = _items(logging, "redactedFields")
    if len(redacted) > _MOST_REDACTED:
        yield f"{within}redactedFields must have at most {_MOST_REDACTED} items"
    for path, each in redacted:
        kind = each.get("redactedFieldType")
        if kind not in _REDACTED:
            yield f"{within}{path}.redactedFieldType must be one of {', '.join(sorted(_REDACTED))}"
        if kind in ("HEADER", "SingleHeader") and not each.get("redactedFieldValue"):
            yield f"{within}{path}.redactedFieldValue must name the header"


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object; one without anything, which lacks what it must have, for all else."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _items(holder: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the objects of a list, each with its path; the same for what is none."""
    value = holder.get(name) or []
    listed = value if isinstance(value, list) else [value]
    return [
        (f"{name}[{index}]", each if isinstance(each, dict) else {})
        for index, each in enumerate(listed)
    ]


def _unknown(holder: Mapping[str, Any], known: frozenset[str], path: str) -> Iterator[str]:
    if holder.keys() - known:
        yield f"{path or 'the data '}must have no more than {', '.join(sorted(known))}"


def _among(
    holder: Mapping[str, Any], name: str, allowed: tuple[str, ...], path: str
) -> Iterator[str]:
    if _object(holder, name).get("type") not in allowed:
        yield f"{path}{name}.type must be one of {', '.join(allowed)}"


_WHICH: Final = {"ResourceArn": "{arn}"}

_POLICY: Final = Resource(
    token="aws:fms/policy:Policy",
    service="fms",
    id="{id}",
    create=Call("PutPolicy", {"Policy": _policy}, only=("tags",), inside="Policy", result=_read),
    read=Call(
        "GetPolicy",
        {"PolicyId": "{id}"},
        only=(),
        result=_read,
        absent=("ResourceNotFoundException",),
    ),
    delete=Call(
        "DeletePolicy",
        {
            "PolicyId": "{id}",
            "DeleteAllPolicyResources": lambda known: bool(known.get("deleteAllPolicyResources")),
        },
        only=(),
    ),
    names={
        **_ACCOUNTS,
        "arn": "PolicyArn",
        "description": "PolicyDescription",
        "id": "PolicyId",
        "name": "PolicyName",
        "resourceTypeLists": "ResourceTypeList",
        "tags": "TagList",
    },
    name=AutoName("name", limit=128),
    defaults={"deleteAllPolicyResources": True, "deleteUnusedFmManagedResources": False},
    computed=_CHOSEN,
    sets=(
        "resourceTypeLists",
        *(f"{which}.{name}" for which in ("excludeMap", "includeMap") for name in _ACCOUNTS),
    ),
    normal={"securityServicePolicyData.managedServiceData": _without_nothing},
    local=("deleteAllPolicyResources",),
    unsupported={"resourceSetIds": "the emulator has no resource sets, so leave it out"},
    facets=(
        Facet(_PROPERTIES, choose=_put_again, created=True),
        tags(
            Call("TagResource", _WHICH),
            Call("UntagResource", _WHICH),
            read=Call("ListTagsForResource", _WHICH, only=()),
        ),
    ),
    check=_check_policy,
    require=_require_policy,
)


# --- The administrator ---


def _check_administrator(administrator: Properties) -> Iterator[CheckFailure]:
    if not administrator.get("accountId"):
        yield CheckFailure("accountId", "must be set: the local cloud fills in none.")


_ADMIN_ACCOUNT: Final = Resource(
    token="aws:fms/adminAccount:AdminAccount",
    service="fms",
    id="{accountId}",
    create=Call("AssociateAdminAccount"),
    read=Call("GetAdminAccount", only=(), absent=("ResourceNotFoundException",)),
    delete=Call("DisassociateAdminAccount", only=()),
    names={"accountId": "AdminAccount"},
    immutable=("accountId",),
    check=_check_administrator,
)

RESOURCES: Final = (_POLICY, _ADMIN_ACCOUNT)
