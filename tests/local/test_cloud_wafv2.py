"""Web ACLs and what they are made of, through their lives, on the emulated AWS."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.aws import AWS
from local.cloud.values import UNKNOWN
from secure_components.web_application_firewall import capacity
from secure_components.web_application_firewall.args import WebApplicationFirewallArgs
from secure_components.web_application_firewall.component import _body_inspection, _data_protection
from secure_components.web_application_firewall.organization import response_bodies
from secure_components.web_application_firewall.rules import AddressLists, rule_set
from tests.local.conftest import Driver, Made
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ACL = "aws:wafv2/webAcl:WebAcl"
GROUP = "aws:wafv2/ruleGroup:RuleGroup"
IP_SET = "aws:wafv2/ipSet:IpSet"
PATTERNS = "aws:wafv2/regexPatternSet:RegexPatternSet"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

COMMON = "AWSManagedRulesCommonRuleSet"
LOWER = [{"priority": 0, "type": "LOWERCASE"}]


def seen(metric: str) -> dict[str, Any]:
    """Return what makes something seen."""
    return {"cloudwatchMetricsEnabled": True, "metricName": metric, "sampledRequestsEnabled": True}


def rule(name: str, statement: Mapping[str, Any], priority: int = 0, **more: Any) -> dict[str, Any]:
    """Return a rule that blocks, or that leaves a rule group alone."""
    refers = statement.keys() & {"managedRuleGroupStatement", "ruleGroupReferenceStatement"}
    acts: Any = {"overrideAction": {"none": {}}} if refers else {"action": {"block": {}}}
    return {
        "name": name,
        "priority": priority,
        "statement": statement,
        "visibilityConfig": seen(name),
        **({} if more.keys() & {"action", "overrideAction"} else acts),
        **more,
    }


def managed(name: str = COMMON, **more: Any) -> dict[str, Any]:
    return {"managedRuleGroupStatement": {"vendorName": "AWS", "name": name, **more}}


def rate(**more: Any) -> dict[str, Any]:
    return {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP", **more}}


def match(search: str = "x", **more: Any) -> dict[str, Any]:
    return {
        "byteMatchStatement": {
            "searchString": search,
            "positionalConstraint": "CONTAINS",
            "fieldToMatch": {"uriPath": {}},
            "textTransformations": LOWER,
            **more,
        }
    }


def geo(*codes: str) -> dict[str, Any]:
    return {"geoMatchStatement": {"countryCodes": list(codes or ("NL",))}}


def negated(statement: Any) -> dict[str, Any]:
    return {"notStatement": {"statement": statement}}


def both(*statements: Any) -> dict[str, Any]:
    return {"andStatement": {"statements": list(statements)}}


def acl(*rules: Any, **more: Any) -> dict[str, Any]:
    """Return a web ACL."""
    return {
        "name": "firewall",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "visibilityConfig": seen("firewall"),
        "rules": list(rules),
        **more,
    }


def one(statement: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a web ACL of one rule."""
    return acl(rule("a", statement, **more))


def told(cloud: Cloud, made: Made) -> dict[str, Any]:
    """Return a web ACL as boto3 tells it."""
    where = {"Id": made.id, "Name": made.outputs["name"], "Scope": made.outputs["scope"]}
    found: dict[str, Any] = cloud.client("wafv2").get_web_acl(**where)["WebACL"]
    return found


def changed_by_hand(cloud: Cloud, made: Made, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a web ACL as a person would, past Pulumi."""
    waf = cloud.client("wafv2")
    where = {"Id": made.id, "Name": made.outputs["name"], "Scope": made.outputs["scope"]}
    answer = waf.get_web_acl(**where)
    kept = waf.meta.service_model.operation_model("UpdateWebACL").input_shape.members
    config = {name: value for name, value in answer["WebACL"].items() if name in kept}
    change(config)
    config.pop("Description", None)
    waf.update_web_acl(**{**config, **where, "LockToken": answer["LockToken"]})


@pytest.fixture
def running(connect: Callable[..., Driver]) -> Driver:
    """Connect to AWS as other tests left it: emptying it takes long."""
    return connect(AWS)


def as_api(value: Any) -> Any:
    """Write a rule of the component as the API does: names of capitals, and bytes to search for."""
    match value:
        case dict():
            return {
                api_name(name): each.encode() if name == "search_string" else as_api(each)
                for name, each in value.items()
            }
        case list():
            return [as_api(each) for each in value]
        case _:
            return value


def api_name(name: str) -> str:
    """Return the API's name of what the component calls otherwise."""
    for ours, theirs in (
        ("acfp", "ACFP"),
        ("anti_ddos", "anti_DDoS"),
        ("asn", "ASN"),
        ("atp", "ATP"),
        ("aws", "AWS"),
        ("arn", "ARN"),
        ("cloudwatch", "cloud_watch"),
        ("http", "HTTP"),
        ("ip", "IP"),
        ("ja3", "JA3"),
        ("ja4", "JA4"),
    ):
        parts = name.split("_")
        name = "_".join(theirs if part == ours else part for part in parts)
        if "_" in ours:
            name = name.replace(ours, theirs)
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def as_wire(value: Any) -> Any:
    """Write what the component gives the SDK as the SDK sends it."""
    match value:
        case dict():
            return {wire_name(name): as_wire(each) for name, each in value.items()}
        case list():
            return [as_wire(each) for each in value]
        case _:
            return value


def wire_name(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


# --- Lives ---

MATCHES = {
    "byteMatchStatement": {"searchString": "a=b", "positionalConstraint": "EXACTLY"},
    "regexMatchStatement": {"regexString": "^/a"},
    "sizeConstraintStatement": {"comparisonOperator": "GT", "size": 8192},
    "sqliMatchStatement": {"sensitivityLevel": "HIGH"},
    "xssMatchStatement": {},
}
ALL: dict[str, Any] = {"all": {}}
FIELDS: list[dict[str, Any]] = [
    {"allQueryArguments": {}},
    {"body": {"oversizeHandling": "MATCH"}},
    {
        "cookies": {
            "matchPatterns": [{"includedCookies": ["session"]}],
            "matchScope": "VALUE",
            "oversizeHandling": "MATCH",
        }
    },
    {"headerOrders": [{"oversizeHandling": "NO_MATCH"}]},
    {"headers": [{"matchPattern": ALL, "matchScope": "ALL", "oversizeHandling": "CONTINUE"}]},
    {"ja3Fingerprint": {"fallbackBehavior": "MATCH"}},
    {"ja4Fingerprint": {"fallbackBehavior": "NO_MATCH"}},
    {
        "jsonBody": {
            "invalidFallbackBehavior": "MATCH",
            "matchPattern": {"includedPaths": ["/a"]},
            "matchScope": "KEY",
            "oversizeHandling": "MATCH",
        }
    },
    {"method": {}},
    {"queryString": {}},
    {"singleHeader": {"name": "user-agent"}},
    {"singleQueryArgument": {"name": "q"}},
    {"uriFragment": {"fallbackBehavior": "MATCH"}},
    {"uriPath": {}},
]
KEYS: list[dict[str, Any]] = [
    {"ip": {}},
    {"forwardedIp": {}},
    {"asn": {}},
    {"httpMethod": {}},
    {"header": {"name": "a", "textTransformations": LOWER}},
    {"cookie": {"name": "b", "textTransformations": LOWER}},
    {"queryArgument": {"name": "c", "textTransformations": LOWER}},
    {"queryString": {"textTransformations": LOWER}},
    {"uriPath": {"textTransformations": LOWER}},
    {"labelNamespace": {"namespace": "a:b:"}},
    {"ja3Fingerprint": {"fallbackBehavior": "MATCH"}},
    {"ja4Fingerprint": {"fallbackBehavior": "MATCH"}},
]
FORWARDED = {"headerName": "X-Forwarded-For", "fallbackBehavior": "MATCH"}
INSERTED = {"insertHeaders": [{"name": "b", "value": "2"}, {"name": "a", "value": "1"}]}
FIELD = {"identifier": "/user"}
INSPECTED = {"payloadType": "JSON", "usernameField": FIELD, "passwordField": {"identifier": "/p"}}
ANSWERED = {"statusCode": {"successCodes": [200, 201], "failureCodes": [403]}}


@pytest.fixture
def parts(aws: Driver) -> dict[str, str]:
    """Make one of everything that a rule can refer to; return the ARNs."""
    named = {"name": "part", "scope": "REGIONAL"}
    addresses = {"ipAddressVersion": "IPV4", "addresses": ["192.0.2.0/24"]}
    group = rule("one", geo())
    return {
        "ip_set": aws.create(IP_SET, {**named, **addresses}).outputs["arn"],
        "patterns": aws.create(
            PATTERNS, {**named, "regularExpressions": [{"regexString": "^a"}]}
        ).outputs["arn"],
        "group": aws.create(
            GROUP, {**named, "capacity": 7, "visibilityConfig": seen("g"), "rules": [group]}
        ).outputs["arn"],
    }


def everything(parts: Mapping[str, str]) -> dict[str, Any]:
    """Return web ACLs' rules that hold each statement, setting and action once or more."""
    inside = [
        {kind: {**body, "fieldToMatch": {"uriPath": {}}, "textTransformations": LOWER}}
        for kind, body in MATCHES.items()
    ]
    exact = {"searchString": "x", "positionalConstraint": "EXACTLY", "textTransformations": LOWER}
    fields = [{"byteMatchStatement": {**exact, "fieldToMatch": each}} for each in FIELDS]
    forwarded = {**FORWARDED, "position": "ANY"}
    referring = [
        geo("NL", "BE"),
        {"geoMatchStatement": {"countryCodes": ["US"], "forwardedIpConfig": FORWARDED}},
        {"asnMatchStatement": {"asnLists": [64496], "forwardedIpConfig": FORWARDED}},
        {"labelMatchStatement": {"scope": "NAMESPACE", "key": "a:b:"}},
        {"ipSetReferenceStatement": {"arn": parts["ip_set"]}},
        {"ipSetReferenceStatement": {"arn": parts["ip_set"], "ipSetForwardedIpConfig": forwarded}},
        {
            "regexPatternSetReferenceStatement": {
                "arn": parts["patterns"],
                "fieldToMatch": {"body": {}},
                "textTransformations": [
                    {"priority": 1, "type": "LOWERCASE"},
                    {"priority": 0, "type": "URL_DECODE"},
                ],
            }
        },
    ]
    deep = both(geo(), {"orStatement": {"statements": [negated(match("é")), geo("FR")]}})
    response = {
        "customResponseBodyKey": "sorry",
        "responseCode": 429,
        "responseHeaders": [{"name": "retry-after", "value": "60"}, {"name": "a", "value": "1"}],
    }
    ddos = {
        "clientSideActionConfig": {
            "challenge": {
                "usageOfAction": "ENABLED",
                "exemptUriRegularExpressions": [{"regexString": "^/api/"}],
            }
        }
    }
    statements = [
        {"orStatement": {"statements": inside}},
        *fields,
        *referring,
        deep,
        negated(both(geo(), negated(geo("FR")))),
        rate(scopeDownStatement=both(geo(), negated(geo("FR")))),
        rate(aggregateKeyType="CONSTANT", scopeDownStatement=geo(), evaluationWindowSec=60),
        rate(aggregateKeyType="FORWARDED_IP", forwardedIpConfig=FORWARDED),
        *(
            rate(aggregateKeyType="CUSTOM_KEYS", customKeys=keys, forwardedIpConfig=FORWARDED)
            for keys in (KEYS[:5], KEYS[5:9], KEYS[9:])
        ),
    ]
    managed_groups = [
        managed(version="Version_1.4", scopeDownStatement=negated(geo())),
        managed(
            ruleActionOverrides=[
                {"name": "NoUserAgent_HEADER", "actionToUse": {"count": {}}},
                {"name": "SizeRestrictions_BODY", "actionToUse": {"captcha": {}}},
                {"name": "GenericRFI_BODY", "actionToUse": {"block": {"customResponse": response}}},
            ]
        ),
        managed(
            "AWSManagedRulesBotControlRuleSet",
            managedRuleGroupConfigs=[
                {"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "TARGETED"}}
            ],
        ),
        managed(
            "AWSManagedRulesATPRuleSet",
            managedRuleGroupConfigs=[
                {
                    "awsManagedRulesAtpRuleSet": {
                        "loginPath": "/login",
                        "enableRegexInPath": True,
                        "requestInspection": INSPECTED,
                    }
                }
            ],
        ),
        managed(
            "AWSManagedRulesACFPRuleSet",
            managedRuleGroupConfigs=[
                {
                    "awsManagedRulesAcfpRuleSet": {
                        "creationPath": "/new",
                        "registrationPagePath": "/register",
                        "requestInspection": {
                            **INSPECTED,
                            "emailField": {"identifier": "/mail"},
                            "addressFields": {"identifiers": ["/street", "/town"]},
                            "phoneNumberFields": {"identifiers": ["/phone"]},
                        },
                    }
                }
            ],
        ),
        managed(
            "AWSManagedRulesAntiDDoSRuleSet",
            managedRuleGroupConfigs=[{"awsManagedRulesAntiDdosRuleSet": ddos}],
        ),
        {
            "ruleGroupReferenceStatement": {
                "arn": parts["group"],
                "ruleActionOverrides": [{"name": "one", "actionToUse": {"challenge": {}}}],
            }
        },
    ]
    actions: Iterator[dict[str, Any]] = iter(
        [
            {"action": {"block": {"customResponse": response}}},
            {"action": {"allow": {"customRequestHandling": INSERTED}}},
            {"action": {"captcha": {"customRequestHandling": INSERTED}}},
            {"action": {"challenge": {}}, "ruleLabels": [{"name": "b:c"}, {"name": "a"}]},
            {
                "action": {"count": {}},
                "captchaConfig": {"immunityTimeProperty": {"immunityTime": 60}},
                "challengeConfig": {"immunityTimeProperty": {"immunityTime": 300}},
            },
        ]
    )
    rules = [
        rule(f"rule-{index}", each, index, **next(actions, {}))
        for index, each in enumerate(statements)
    ]
    return acl(
        *rules,
        *(
            rule(f"group-{index}", each, 100 + index, overrideAction={"count": {}})
            for index, each in enumerate(managed_groups)
        ),
        description="All of it",
        defaultAction={"block": {"customResponse": {"responseCode": 403}}},
        associationConfig={
            "requestBodies": [
                {
                    "apiGateway": {"defaultSizeInspectionLimit": "KB_64"},
                    "cognitoUserPool": {"defaultSizeInspectionLimit": "KB_32"},
                }
            ]
        },
        captchaConfig={"immunityTimeProperty": {"immunityTime": 120}},
        challengeConfig={"immunityTimeProperty": {"immunityTime": 600}},
        customResponseBodies=[
            {"key": "sorry", "content": "Slow down", "contentType": "TEXT_PLAIN"},
            {"key": "json", "content": "{}", "contentType": "APPLICATION_JSON"},
        ],
        dataProtectionConfig={
            "dataProtections": [
                {
                    "action": "HASH",
                    "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["cookie"]},
                    "excludeRuleMatchDetails": True,
                },
                {"action": "SUBSTITUTION", "field": {"fieldType": "BODY"}},
            ]
        },
        tokenDomains=["b.example.com", "a.example.com"],
        tags={"a": "1", "b": "2"},
    )


def test_a_web_acl_with_everything_lives(aws: Driver, parts: dict[str, str]) -> None:
    whole = everything(parts)
    live(
        aws,
        Life(
            ACL,
            whole,
            {
                **acl(rule("only", managed(), action={"block": {}}) | {"statement": geo()}),
                "tags": {"a": "3"},
            },
            {**whole, "scope": "CLOUDFRONT"},
            "{id}",
            {
                "region": "us-east-1",
                "scope": "REGIONAL",
                "tagsAll": {"a": "1", "b": "2"},
                "tokenDomains": ["b.example.com", "a.example.com"],
            },
            by_name=True,
            imports="{id}/firewall/REGIONAL",
        ),
    )


def test_what_a_web_acl_is_made_of_is_told_by_the_api(
    aws: Driver, cloud: Cloud, parts: dict[str, str]
) -> None:
    whole = everything(parts)
    found = told(cloud, aws.create(ACL, whole))
    by_name = {each["Name"]: each for each in found["Rules"]}
    searched = by_name["rule-0"]["Statement"]["OrStatement"]["Statements"][0]
    assert searched["ByteMatchStatement"]["SearchString"] == b"a=b"
    assert by_name["rule-0"]["Action"] == {
        "Block": {
            "CustomResponse": {
                "CustomResponseBodyKey": "sorry",
                "ResponseCode": 429,
                "ResponseHeaders": [
                    {"Name": "retry-after", "Value": "60"},
                    {"Name": "a", "Value": "1"},
                ],
            }
        }
    }
    parts_of_requests = [
        by_name[f"rule-{index}"]["Statement"]["ByteMatchStatement"]["FieldToMatch"]
        for index in range(1, 1 + len(FIELDS))
    ]
    assert parts_of_requests[2:5] == [
        {
            "Cookies": {
                "MatchPattern": {"IncludedCookies": ["session"]},
                "MatchScope": "VALUE",
                "OversizeHandling": "MATCH",
            }
        },
        {"HeaderOrder": {"OversizeHandling": "NO_MATCH"}},
        {
            "Headers": {
                "MatchPattern": {"All": {}},
                "MatchScope": "ALL",
                "OversizeHandling": "CONTINUE",
            }
        },
    ]
    config = by_name["group-4"]["Statement"]["ManagedRuleGroupStatement"]["ManagedRuleGroupConfigs"]
    inspected = config[0]["AWSManagedRulesACFPRuleSet"]["RequestInspection"]
    assert inspected["AddressFields"] == [{"Identifier": "/street"}, {"Identifier": "/town"}]
    assert inspected["PhoneNumberFields"] == [{"Identifier": "/phone"}]
    assert found["AssociationConfig"]["RequestBody"] == {
        "API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_64"},
        "COGNITO_USER_POOL": {"DefaultSizeInspectionLimit": "KB_32"},
    }
    assert found["CustomResponseBodies"] == {
        "json": {"Content": "{}", "ContentType": "APPLICATION_JSON"},
        "sorry": {"Content": "Slow down", "ContentType": "TEXT_PLAIN"},
    }
    assert found["DataProtectionConfig"]["DataProtections"] == [
        {
            "Action": "HASH",
            "ExcludeRuleMatchDetails": True,
            "Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["cookie"]},
        },
        {"Action": "SUBSTITUTION", "Field": {"FieldType": "BODY"}},
    ]
    assert found["CaptchaConfig"] == {"ImmunityTimeProperty": {"ImmunityTime": 120}}
    assert found["ChallengeConfig"] == {"ImmunityTimeProperty": {"ImmunityTime": 600}}
    assert found["TokenDomains"] == ["b.example.com", "a.example.com"]
    assert found["LabelNamespace"] == f"awswaf:{ACCOUNT}:webacl:firewall:"
    assert found["ManagedByFirewallManager"] is False


def test_what_an_update_leaves_out_is_gone(
    aws: Driver, cloud: Cloud, parts: dict[str, str]
) -> None:
    made = aws.create(ACL, everything(parts))
    bare = acl()
    updated = aws.update(made, bare)
    found = told(cloud, updated)
    assert found["Rules"] == []
    assert found["Capacity"] == updated.outputs["capacity"] == 0
    gone = {
        "AssociationConfig",
        "CaptchaConfig",
        "ChallengeConfig",
        "CustomResponseBodies",
        "DataProtectionConfig",
        "Description",
        "TokenDomains",
    }
    assert not gone & found.keys()
    assert updated.outputs["lockToken"] != made.outputs["lockToken"]
    assert not aws.diff(updated, bare).diffs


def test_what_aws_fills_in_changes_nothing(aws: Driver, cloud: Cloud) -> None:
    bots = {"inspectionLevel": "TARGETED"}
    config = {"managedRuleGroupConfigs": [{"awsManagedRulesBotControlRuleSet": bots}]}
    given = acl(
        rule("rate", rate()),
        rule("bots", managed(BOT, ruleActionOverrides=[], **config), 1),
        rule("body", match(fieldToMatch={"body": {}}), 2),
    )
    made = aws.create(ACL, given)
    found = told(cloud, made)
    limited, controlled, body = (each["Statement"] for each in found["Rules"])
    assert limited["RateBasedStatement"]["EvaluationWindowSec"] == 300
    group = controlled["ManagedRuleGroupStatement"]["ManagedRuleGroupConfigs"][0]
    assert group["AWSManagedRulesBotControlRuleSet"]["EnableMachineLearning"] is True
    assert body["ByteMatchStatement"]["FieldToMatch"] == {"Body": {"OversizeHandling": "CONTINUE"}}
    refreshed = aws.read(made)
    assert refreshed is not None
    assert refreshed.inputs == made.inputs
    assert not aws.diff(refreshed, given).diffs
    # AWS itself fills in the window, where nobody's provider did.
    by_hand = [each for each in found["Rules"] if each["Name"] == "rate"]
    del by_hand[0]["Statement"]["RateBasedStatement"]["EvaluationWindowSec"]
    changed_by_hand(cloud, made, lambda config: config.update(Rules=by_hand))
    window = told(cloud, made)["Rules"][0]["Statement"]["RateBasedStatement"]
    assert window["EvaluationWindowSec"] == 300


def test_the_order_of_what_has_none_changes_nothing(aws: Driver, parts: dict[str, str]) -> None:
    whole = everything(parts)
    made = aws.create(ACL, whole)
    turned = copy.deepcopy(whole)
    turned["rules"].reverse()
    turned["tokenDomains"].reverse()
    turned["customResponseBodies"].reverse()

    def turn(value: Any) -> None:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            if name in ("textTransformations", "ruleLabels", "insertHeaders", "responseHeaders"):
                each.reverse()
            elif isinstance(each, dict | list):
                turn(each)

    turn(turned["rules"])
    assert turned != whole
    assert not aws.diff(made, turned).diffs
    # The order of statements is told as it was written: the official provider sees a change.
    turned["rules"][-1]["statement"]["orStatement"]["statements"].reverse()
    assert aws.diff(made, turned).diffs == ["rules"]


def test_what_makes_up_rules_lives(aws: Driver, parts: dict[str, str]) -> None:
    named = {"name": "it", "scope": "REGIONAL"}
    imports = "{id}/it/REGIONAL"
    addresses = {**named, "ipAddressVersion": "IPV6"}
    live(
        aws,
        Life(
            IP_SET,
            {**addresses, "addresses": ["2001:db8::/32", "::1/128"], "tags": {"a": "1"}},
            {**addresses, "addresses": [], "description": "Nobody"},
            {**addresses, "ipAddressVersion": "IPV4", "addresses": ["192.0.2.1/32"]},
            "{id}",
            {"tagsAll": {"a": "1"}},
            by_name=True,
            imports=imports,
        ),
    )
    expressions = [{"regexString": "^/a"}, {"regexString": "b$"}]
    live(
        aws,
        Life(
            PATTERNS,
            {**named, "scope": "CLOUDFRONT", "regularExpressions": expressions, "tags": {"a": "1"}},
            {**named, "scope": "CLOUDFRONT", "regularExpressions": [], "description": "None yet"},
            {**named, "name": "other", "scope": "CLOUDFRONT"},
            "{id}",
            {"regularExpressions": expressions, "tagsAll": {"a": "1"}},
            imports="{id}/it/CLOUDFRONT",
        ),
    )
    group = {**named, "capacity": 100, "visibilityConfig": seen("it")}
    body = {"key": "sorry", "content": "No", "contentType": "TEXT_PLAIN"}
    answer = {"customResponse": {"responseCode": 403, "customResponseBodyKey": "sorry"}}
    # Rule groups have a list of one where web ACLs have one statement.
    inside = {"notStatement": {"statements": [match()]}}
    live(
        aws,
        Life(
            GROUP,
            {
                **group,
                "rules": [
                    rule("in", inside, action={"block": answer}),
                    rule("set", {"ipSetReferenceStatement": {"arn": parts["ip_set"]}}, 1),
                    rule("fast", rate(scopeDownStatement=inside), 2),
                ],
                "customResponseBodies": [body],
                "tags": {"a": "1"},
            },
            {**group, "rules": [rule("in", geo(), action={"count": {}})], "description": "Few"},
            {**group, "capacity": 101},
            "{id}",
            {"capacity": 100, "tagsAll": {"a": "1"}},
            by_name=True,
            imports=imports,
        ),
    )


def test_unnamed_ones_get_a_name(aws: Driver) -> None:
    given = {n: v for n, v in acl().items() if n != "name"}
    assert aws.create(ACL, given).outputs["name"].startswith("it-")
    prefixed = aws.create(ACL, {**given, "namePrefix": "edge"}).outputs
    assert prefixed["name"].startswith("edge")
    assert prefixed["namePrefix"] == "edge"


def test_an_import_says_what_a_program_would_have_to(aws: Driver) -> None:
    made = aws.create(ACL, acl(rule("common", managed())))
    imported = aws.imported(ACL, f"{made.id}/firewall/REGIONAL")
    assert imported is not None
    assert imported.inputs["defaultAction"] == {"allow": {}}
    assert imported.inputs["rules"] == made.inputs["rules"]
    assert not aws.diff(imported, acl(rule("common", managed()))).diffs


# --- What the component makes ---

NAMED: WebApplicationFirewallArgs = {"count_until": "2999-01-01"}
SCOPED = {"geo_match_statement": {"country_codes": ["NL"]}}
EVERYTHING: WebApplicationFirewallArgs = {
    "count_until": "2999-01-01",
    "platforms": ["linux", "unix", "windows", "php", "wordpress"],
    "managed_rule_groups": {
        COMMON: {
            "version": "Version_1.4",
            "overrides": {
                "SizeRestrictions_BODY": "count",
                "NoUserAgent_HEADER": "captcha",
                "GenericLFI_URIPATH": "challenge",
            },
            "scope_down": SCOPED,
        },
        "AWSManagedRulesSQLiRuleSet": {"mode": "count"},
        "AWSManagedRulesAmazonIpReputationList": {
            "scope_down": {"not_statement": {"statement": SCOPED}}
        },
    },
    "bot_control": {"level": "targeted"},
    "account_takeover": {"login_path": "/login"},
    "account_creation_fraud": {"registration_page_path": "/join", "creation_path": "/accounts"},
    "anti_ddos": {"exempt_uri_patterns": ["^/api/"], "block_sensitivity": "HIGH"},
    "rate_limit": {"by": ["forwarded_ip"]},
    "rate_limits": {
        "login": {
            "limit": 100,
            "window_in_seconds": 60,
            "path_prefix": "/Login",
            "method": "POST",
            "header": {"name": "X-App", "value": "Shop"},
            "by": ["ip", "ja3", "ja4", "asn", "header:x-app"],
            "response": {"code": 429, "body": "Slow down", "headers": {"retry-after": "60"}},
        },
        "keys": {"by": ["method", "uri_path", "query_string", "cookie:a", "query_argument:b"]},
        "labels": {"by": ["forwarded_ip", "label:a:b:"], "action": "challenge"},
        "all": {"by": [], "method": "PUT", "action": "captcha"},
        "addresses": {"action": "count"},
    },
    "countries": {"block": ["KP"], "only": ["NL", "BE"]},
    "forwarded_ip": {"header": "X-Client", "position": "ANY"},
    "rules": [
        {
            "name": "admin",
            "statement": {
                "byte_match_statement": {
                    "search_string": "/admin",
                    "positional_constraint": "STARTS_WITH",
                    "field_to_match": {"uri_path": {}},
                    "text_transformations": [{"priority": 0, "type": "NONE"}],
                }
            },
            "action": "block",
            "labels": ["team:admin"],
            "before_managed_rules": False,
        }
    ],
    "body_inspection_kilobytes": 48,
    "logging": {"redact_headers": ["X-Token"]},
}
SETS: dict[str, tuple[WebApplicationFirewallArgs, bool]] = {
    "the least": ({}, False),
    "counting": ({**NAMED, "mode": "count"}, False),
    "addresses": ({"forwarded_ip": {}}, True),
    "plain addresses": ({}, True),
    "for CloudFront": ({"scope": "cloudfront", "body_inspection_kilobytes": 64}, False),
    "everything": (EVERYTHING, True),
    "everything for CloudFront": ({**EVERYTHING, "scope": "cloudfront"}, True),
}


def ip_set(aws: Driver, name: str, scope: str, address: str) -> str:
    """Make an IP set of an address and return its ARN."""
    version = "IPV6" if ":" in address else "IPV4"
    made = {"name": name, "scope": scope, "ipAddressVersion": version, "addresses": [address]}
    return str(aws.create(IP_SET, made).outputs["arn"])


@pytest.mark.parametrize("case", SETS)
def test_what_the_component_makes_is_what_aws_has(running: Driver, cloud: Cloud, case: str) -> None:
    args, listed = SETS[case]
    scope = "CLOUDFRONT" if args.get("scope") == "cloudfront" else "REGIONAL"
    name = case.replace(" ", "-")
    lists = AddressLists()
    if listed:
        block = [ip_set(running, f"{name}-block-4", scope, "192.0.2.0/24")]
        block += [ip_set(running, f"{name}-block-6", scope, "2001:db8::/32")]
        only = [ip_set(running, f"{name}-only", scope, "198.51.100.0/24")]
        lists = AddressLists(
            block, only, [ip_set(running, f"{name}-allow", scope, "203.0.113.1/32")]
        )
    made = rule_set(args, lists)
    body = _body_inspection(args)
    bodies = response_bodies(made) or []
    protection = _data_protection(args.get("logging", {}))
    given = {
        **acl(*as_wire(list(made.rules)), name=name, scope=scope, region="us-east-1"),
        "customResponseBodies": as_wire(list(bodies)),
        "dataProtectionConfig": as_wire(protection),
        "tags": {"waf:count-until": "2999-01-01"} if made.counting else {},
        **({"associationConfig": as_wire(body)} if body else {}),
    }
    created = running.create(ACL, given)
    found = told(cloud, created)

    wanted = as_api(copy.deepcopy(list(made.rules)))
    for each in wanted:  # what the official provider fills in
        configs = each["Statement"].get("ManagedRuleGroupStatement", {})
        for config in configs.get("ManagedRuleGroupConfigs", ()):
            if "AWSManagedRulesAntiDDoSRuleSet" in config:
                ddos = config["AWSManagedRulesAntiDDoSRuleSet"]
                ddos["ClientSideActionConfig"]["Challenge"]["Sensitivity"] = "HIGH"
    told_rules = {each["Name"]: each for each in found["Rules"]}
    for each in wanted:
        assert told_rules[each["Name"]] == each
    assert len(found["Rules"]) == len(wanted) >= 7
    assert found["DefaultAction"] == {"Allow": {}}
    assert found["DataProtectionConfig"] == as_api(protection)
    assert found.get("CustomResponseBodies", {}) == {
        each["key"]: {"Content": each["content"], "ContentType": each["content_type"]}
        for each in bodies
    }
    kinds = body["request_bodies"][0] if body else {}
    assert found.get("AssociationConfig", {}).get("RequestBody", {}) == {
        kind.upper(): as_api(limit) for kind, limit in kinds.items()
    }
    assert found["Capacity"] == created.outputs["capacity"] == capacity.units(made.rules)
    assert 500 < found["Capacity"] <= 5000
    assert not running.diff(created, given).diffs
    refreshed = running.read(created)
    assert refreshed is not None
    assert refreshed.inputs == created.inputs
    assert not running.diff(refreshed, given).diffs


# --- Drift, and rules as JSON ---


def only_count(config: dict[str, Any]) -> None:
    config["Rules"][0]["Action"] = {"Count": {}}


def count_group(config: dict[str, Any]) -> None:
    config["Rules"][1]["OverrideAction"] = {"Count": {}}


def drop_rule(config: dict[str, Any]) -> None:
    del config["Rules"][1]


def allow_by_default(config: dict[str, Any]) -> None:
    config["DefaultAction"] = {"Allow": {}}


def raise_limit(config: dict[str, Any]) -> None:
    config["Rules"][2]["Statement"]["RateBasedStatement"]["Limit"] = 2_000_000


def inspect_method(config: dict[str, Any]) -> None:
    config["Rules"][0]["Statement"]["ByteMatchStatement"]["FieldToMatch"] = {"Method": {}}


def show_bodies(config: dict[str, Any]) -> None:
    del config["DataProtectionConfig"]


@pytest.mark.parametrize(
    ("change", "seen_in"),
    [
        (only_count, "rules"),
        (count_group, "rules"),
        (drop_rule, "rules"),
        (raise_limit, "rules"),
        (inspect_method, "rules"),
        (allow_by_default, "defaultAction"),
        (show_bodies, "dataProtectionConfig"),
    ],
)
def test_what_was_changed_by_hand_is_seen_and_mended(
    running: Driver, cloud: Cloud, change: Callable[[dict[str, Any]], None], seen_in: str
) -> None:
    given = acl(
        rule("path", match()),
        rule("common", managed(), 1),
        rule("rate", rate(), 2),
        name=change.__name__,
        defaultAction={"block": {}},
        dataProtectionConfig={
            "dataProtections": [{"action": "HASH", "field": {"fieldType": "BODY"}}]
        },
    )
    made = running.create(ACL, given)
    before = told(cloud, made)
    changed_by_hand(cloud, made, change)
    assert told(cloud, made) != before
    found = running.read(made)
    assert found is not None
    assert found.inputs.get(seen_in) != made.inputs[seen_in]
    assert running.diff(found, given).diffs == [seen_in]
    mended = running.update(found, given)
    assert told(cloud, mended) == before
    assert not running.diff(mended, given).diffs


def as_json(*rules: dict[str, Any]) -> str:
    return json.dumps(rules)


def json_rule(**more: Any) -> dict[str, Any]:
    """Return a rule as the API takes it, nested deeper than the official provider's schema."""
    search: dict[str, Any] = {
        "ByteMatchStatement": {
            "SearchString": "test",
            "PositionalConstraint": "EXACTLY",
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    for _ in range(4):
        search = {"NotStatement": {"Statement": search}}
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    return {
        "Name": "deep",
        "Priority": 0,
        "Action": {"Block": {}},
        "Statement": search,
        "VisibilityConfig": {**visible, "MetricName": "deep"},
        **more,
    }


@pytest.mark.parametrize("token", [ACL, GROUP])
def test_rules_can_be_written_as_json(aws: Driver, cloud: Cloud, token: str) -> None:
    written = "ruleJson" if token == ACL else "rulesJson"
    given = {n: v for n, v in acl().items() if n != "rules"}
    if token == GROUP:
        del given["defaultAction"]
        given["capacity"] = 50
    made = aws.create(token, {**given, written: as_json(json_rule())})
    if token == ACL:
        deepest = told(cloud, made)["Rules"][0]["Statement"]
        for _ in range(4):
            deepest = deepest["NotStatement"]["Statement"]
        assert deepest["ByteMatchStatement"]["SearchString"] == b"test"
    assert "rules" not in made.outputs
    assert made.outputs[written] == as_json(json_rule())
    refreshed = aws.read(made)
    assert refreshed is not None
    assert refreshed.outputs == made.outputs
    assert refreshed.inputs == made.inputs
    spaced = json.dumps([json_rule()], indent=2, sort_keys=True)
    assert not aws.diff(made, {**given, written: spaced}).diffs
    changed = {**given, written: as_json(json_rule(Priority=1))}
    assert aws.diff(made, changed).diffs == [written]
    updated = aws.update(made, changed)
    assert not aws.diff(updated, changed).diffs
    # Without it, the rules are told again; there is no drift before, as with the official provider.
    imported = aws.imported(token, f"{made.id}/firewall/REGIONAL")
    assert imported is not None
    assert imported.outputs["rules"][0]["priority"] == 1
    aws.delete(updated)
    assert aws.read(updated) is None


@pytest.mark.parametrize(
    ("text", "failing"),
    [
        ("[", "ruleJson"),
        ('{"Name": "a"}', "ruleJson"),
        ('["a"]', "ruleJson"),
        (as_json(json_rule(), json_rule(Name="b")), "ruleJson[1].priority"),
        (as_json(json_rule(Action=None)), "ruleJson[0].action"),
        (as_json(json_rule(Statement={})), "ruleJson[0].statement"),
    ],
)
def test_wrong_json_fails_at_check(running: Driver, text: str, failing: str) -> None:
    given = {n: v for n, v in acl().items() if n != "rules"}
    _, failures = running.check(ACL, {**given, "ruleJson": text})
    assert [name for name, _ in failures] == [failing]


def test_rules_are_written_in_one_way(running: Driver) -> None:
    both_ways = {**one(geo()), "ruleJson": as_json(json_rule())}
    _, failures = running.check(ACL, both_ways)
    assert failures == [("ruleJson", "cannot stand beside rules.")]


def test_what_the_api_does_not_know_in_json_is_refused(running: Driver) -> None:
    given = {n: v for n, v in acl().items() if n != "rules"}
    words = refusal(running.create, ACL, {**given, "ruleJson": as_json(json_rule(Surname="x"))})
    assert "Rules[0].Surname: is not known" in words


# --- What a preview refuses ---


BODIES = {"customResponseBodies": [{"key": "a", "content": "x", "contentType": "TEXT_PLAIN"}]}
BOT = "AWSManagedRulesBotControlRuleSet"
ATP = "AWSManagedRulesATPRuleSet"
DDOS = "AWSManagedRulesAntiDDoSRuleSet"
LOGIN = {"loginPath": "/login", "requestInspection": INSPECTED}
IN = "rules[0].statement"
OF = f"{IN}.managedRuleGroupStatement"
EXEMPT = "clientSideActionConfig.challenge.exemptUriRegularExpressions"
RATE = f"{IN}.rateBasedStatement"
BYTE = f"{IN}.byteMatchStatement"


def respond(**response: Any) -> dict[str, Any]:
    return {"action": {"block": {"customResponse": {"responseCode": 403, **response}}}}


def challenged(**challenge: Any) -> dict[str, Any]:
    config = {"clientSideActionConfig": {"challenge": challenge}}
    return managed(DDOS, managedRuleGroupConfigs=[{"awsManagedRulesAntiDdosRuleSet": config}])


def configured(name: str, **config: Any) -> dict[str, Any]:
    return managed(name, managedRuleGroupConfigs=[config])


def nested(levels: int) -> dict[str, Any]:
    statement = geo()
    for _ in range(levels):
        statement = negated(statement)
    return statement


def headers(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "value": "1"} for name in names]


REFUSED: list[tuple[dict[str, Any], str]] = [
    # Rules
    (acl(rule("a", geo()), rule("b", geo())), "rules[1].priority"),
    (acl(rule("a", geo()), rule("a", geo(), 1)), "rules[1].name"),
    (one(geo(), action=None), "rules[0].action"),
    (one(managed(), overrideAction=None), "rules[0].overrideAction"),
    (one(geo(), action={"block": {}, "count": {}}), "rules[0].action"),
    (one(geo(), action={}), "rules[0].action"),
    (one(managed(), overrideAction={}), "rules[0].overrideAction"),
    (one(managed(), ruleLabels=[{"name": "x"}]), "rules[0].ruleLabels"),
    (one(geo(), ruleLabels=[{"name": "aws:x"}]), "rules[0].ruleLabels[0].name"),
    (one(geo(), ruleLabels=[{"name": "a::b"}]), "rules[0].ruleLabels[0].name"),
    (one(geo(), ruleLabels=[{"name": "a:b:c:d:e:f:g"}]), "rules[0].ruleLabels[0].name"),
    (one(geo(), visibilityConfig=seen("All")), "rules[0].visibilityConfig.metricName"),
    (acl(visibilityConfig=seen("a.b")), "visibilityConfig.metricName"),
    (
        acl(challengeConfig={"immunityTimeProperty": {"immunityTime": 299}}),
        "challengeConfig.immunityTimeProperty.immunityTime",
    ),
    (acl(defaultAction={"allow": {}, "block": {}}), "defaultAction"),
    (
        one(geo(), challengeConfig={"immunityTimeProperty": {"immunityTime": 299}}),
        "rules[0].challengeConfig.immunityTimeProperty.immunityTime",
    ),
    (acl(defaultAction={}), "defaultAction"),
    (acl(*(rule(f"r{i}", rate(), i) for i in range(11))), "rules"),
    (
        acl(
            *(
                rule(f"r{i}", {"ipSetReferenceStatement": {"arn": f"arn:aws:wafv2:{i}"}}, i)
                for i in range(51)
            )
        ),
        "rules",
    ),
    (acl(*(rule(f"r{i}", managed(), i) for i in range(8))), "rules"),
    # Statements
    (one({}), IN),
    (one({**geo(), **match()}), IN),
    (one(both(geo())), f"{IN}.andStatement.statements"),
    (one({"orStatement": {"statements": []}}), f"{IN}.orStatement.statements"),
    (one(both(geo(), {})), f"{IN}.andStatement.statements[1]"),
    (one({"notStatement": {}}), f"{IN}.notStatement"),
    (one(both(geo(), managed())), f"{IN}.andStatement.statements[1].managedRuleGroupStatement"),
    (one(negated(rate())), f"{IN}.notStatement.statement.rateBasedStatement"),
    (
        one(negated({"ruleGroupReferenceStatement": {"arn": "arn:aws:wafv2:x"}})),
        f"{IN}.notStatement.statement.ruleGroupReferenceStatement",
    ),
    (one(nested(4)), f"{IN}{'.notStatement.statement' * 3}.notStatement"),
    (
        one(rate(scopeDownStatement=nested(3))),
        f"{RATE}.scopeDownStatement{'.notStatement.statement' * 2}.notStatement",
    ),
    (one(managed(scopeDownStatement={**geo(), **match()})), f"{OF}.scopeDownStatement"),
    # Rates
    (one(rate(evaluationWindowSec=90)), f"{RATE}.evaluationWindowSec"),
    (one(rate(limit=9)), f"{RATE}.limit"),
    (one(rate(limit=2_000_000_001)), f"{RATE}.limit"),
    (one(rate(aggregateKeyType="CONSTANT")), f"{RATE}.scopeDownStatement"),
    (one(rate(aggregateKeyType="CUSTOM_KEYS")), f"{RATE}.customKeys"),
    (one(rate(aggregateKeyType="CUSTOM_KEYS", customKeys=KEYS[2:8])), f"{RATE}.customKeys"),
    (one(rate(aggregateKeyType="CUSTOM_KEYS", customKeys=KEYS[:1])), f"{RATE}.customKeys"),
    (one(rate(aggregateKeyType="CUSTOM_KEYS", customKeys=[{}, KEYS[3]])), f"{RATE}.customKeys[0]"),
    (one(rate(customKeys=KEYS[2:4])), f"{RATE}.customKeys"),
    (
        one(
            rate(
                aggregateKeyType="CUSTOM_KEYS",
                customKeys=[{"uriPath": {"textTransformations": LOWER * 2}}],
            )
        ),
        f"{RATE}.customKeys[0].uriPath.textTransformations[1].priority",
    ),
    (one(rate(aggregateKeyType="FORWARDED_IP")), f"{RATE}.forwardedIpConfig"),
    (one(rate(aggregateKeyType="CUSTOM_KEYS", customKeys=KEYS[1:3])), f"{RATE}.forwardedIpConfig"),
    # Managed rule groups
    (one(managed("AWSManagedRulesNone")), f"{OF}.name"),
    (one({"managedRuleGroupStatement": {"vendorName": "X", "name": COMMON}}), f"{OF}.name"),
    (one(managed("AWSManagedRulesAmazonIpReputationList", version="Version_1.0")), f"{OF}.version"),
    (one(managed(version="1")), f"{OF}.version"),
    (
        one(managed(ruleActionOverrides=[{"name": "No", "actionToUse": {"count": {}}}])),
        f"{OF}.ruleActionOverrides[0].name",
    ),
    (
        one(
            managed(
                ruleActionOverrides=[
                    {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}},
                    {"name": "SizeRestrictions_BODY", "actionToUse": {"block": {}}},
                ]
            )
        ),
        f"{OF}.ruleActionOverrides[1].name",
    ),
    (
        one(managed(ruleActionOverrides=[{"name": "SizeRestrictions_BODY", "actionToUse": {}}])),
        f"{OF}.ruleActionOverrides[0].actionToUse",
    ),
    (one(managed(ATP)), f"{OF}.managedRuleGroupConfigs"),
    (
        one(configured(BOT, awsManagedRulesAtpRuleSet=LOGIN)),
        f"{OF}.managedRuleGroupConfigs[0].awsManagedRulesAtpRuleSet",
    ),
    (
        one(configured(ATP, awsManagedRulesAtpRuleSet={**LOGIN, "responseInspection": ANSWERED})),
        f"{OF}.managedRuleGroupConfigs[0].awsManagedRulesAtpRuleSet.responseInspection",
    ),
    (
        one(challenged(usageOfAction="ENABLED")),
        f"{OF}.managedRuleGroupConfigs[0].awsManagedRulesAntiDdosRuleSet.{EXEMPT}",
    ),
    # Request components
    (one(match(fieldToMatch={})), f"{BYTE}.fieldToMatch"),
    (one(match(fieldToMatch={"method": {}, "body": {}})), f"{BYTE}.fieldToMatch"),
    (one(match(fieldToMatch=FIELDS[5])), f"{BYTE}.fieldToMatch.ja3Fingerprint"),
    (
        one({"sqliMatchStatement": {"fieldToMatch": FIELDS[6], "textTransformations": LOWER}}),
        f"{IN}.sqliMatchStatement.fieldToMatch.ja4Fingerprint",
    ),
    (
        one(match(fieldToMatch={"headerOrders": FIELDS[3]["headerOrders"] * 2})),
        f"{BYTE}.fieldToMatch.headerOrders",
    ),
    (
        one(match(fieldToMatch={"singleHeader": {"name": "User-Agent"}})),
        f"{BYTE}.fieldToMatch.singleHeader.name",
    ),
    (
        one(match(fieldToMatch={"singleQueryArgument": {"name": "a" * 31}})),
        f"{BYTE}.fieldToMatch.singleQueryArgument.name",
    ),
    (
        one(
            match(
                fieldToMatch={
                    "headers": [
                        {"matchPattern": {}, "matchScope": "ALL", "oversizeHandling": "MATCH"}
                    ]
                }
            )
        ),
        f"{BYTE}.fieldToMatch.headers.matchPattern",
    ),
    (
        one(
            match(
                fieldToMatch={
                    "cookies": {
                        "matchPatterns": [{**ALL, "includedCookies": ["a"]}],
                        "matchScope": "ALL",
                        "oversizeHandling": "MATCH",
                    }
                }
            )
        ),
        f"{BYTE}.fieldToMatch.cookies.matchPatterns",
    ),
    (
        one(
            match(
                fieldToMatch={
                    "jsonBody": {
                        "matchPattern": {**ALL, "includedPaths": ["/"]},
                        "matchScope": "ALL",
                    }
                }
            )
        ),
        f"{BYTE}.fieldToMatch.jsonBody.matchPattern",
    ),
    (one(match(textTransformations=LOWER * 2)), f"{BYTE}.textTransformations[1].priority"),
    (
        one(match(textTransformations=[{"priority": i, "type": "LOWERCASE"} for i in range(11)])),
        f"{BYTE}.textTransformations",
    ),
    (one(match("x" * 201)), f"{BYTE}.searchString"),
    (one(match("é" * 101)), f"{BYTE}.searchString"),
    (one(match("")), f"{BYTE}.searchString"),
    # Responses
    (
        acl(rule("a", geo(), **respond(customResponseBodyKey="b")), **BODIES),
        "rules[0].action.block.customResponse.customResponseBodyKey",
    ),
    (one(geo(), **respond(responseCode=418)), "rules[0].action.block.customResponse.responseCode"),
    (
        one(geo(), **respond(responseHeaders=headers("A", "a"))),
        "rules[0].action.block.customResponse.responseHeaders",
    ),
    (
        one(geo(), **respond(responseHeaders=headers("Content-Type"))),
        "rules[0].action.block.customResponse.responseHeaders",
    ),
    (
        one(
            geo(), action={"count": {"customRequestHandling": {"insertHeaders": headers("a", "a")}}}
        ),
        "rules[0].action.count.customRequestHandling.insertHeaders",
    ),
    (
        acl(defaultAction={"block": {"customResponse": {"responseCode": 418}}}),
        "defaultAction.block.customResponse.responseCode",
    ),
    (
        acl(
            customResponseBodies=[{"key": "a", "content": "é" * 2049, "contentType": "TEXT_PLAIN"}]
        ),
        "customResponseBodies[0].content",
    ),
    (acl(customResponseBodies=BODIES["customResponseBodies"] * 2), "customResponseBodies[1].key"),
    (
        acl(
            customResponseBodies=[
                {**BODIES["customResponseBodies"][0], "key": f"{index}"} for index in range(51)
            ]
        ),
        "customResponseBodies",
    ),
    # Data protection
    (
        acl(
            dataProtectionConfig={
                "dataProtections": [{"action": "HASH", "field": {"fieldType": "SINGLE_COOKIE"}}]
            }
        ),
        "dataProtectionConfig.dataProtections[0].field.fieldKeys",
    ),
    (
        acl(
            dataProtectionConfig={
                "dataProtections": [
                    {"action": "HASH", "field": {"fieldType": "BODY", "fieldKeys": ["a"]}}
                ]
            }
        ),
        "dataProtectionConfig.dataProtections[0].field.fieldKeys",
    ),
]


@pytest.mark.parametrize(
    ("given", "failing"), REFUSED, ids=[f"{i}-{failing}" for i, (_, failing) in enumerate(REFUSED)]
)
def test_what_aws_waf_refuses_of_rules_fails_at_check(
    running: Driver, given: dict[str, Any], failing: str
) -> None:
    _, failures = running.check(ACL, given)
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize(
    ("statement", "right", "wrong"),
    [
        (geo(), {"action": None}, {"overrideAction": {"none": {}}}),
        (managed(), {"overrideAction": None}, {"action": {"block": {}}}),
    ],
)
def test_action_and_override_are_not_for_the_same_rules(
    running: Driver, statement: Any, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    _, failures = running.check(ACL, one(statement, **right, **wrong))
    assert {name for name, _ in failures} == {f"rules[0].{name}" for name in (*right, *wrong)}


@pytest.mark.parametrize(
    ("token", "given", "failing"),
    [
        (IP_SET, {"addresses": ["192.0.2.1"]}, "addresses[0]"),
        (IP_SET, {"addresses": ["192.0.2.0/24", "192.0.2.1/24"]}, "addresses[1]"),
        (IP_SET, {"addresses": ["0.0.0.0/0"]}, "addresses[0]"),
        (IP_SET, {"addresses": ["192.0.2.0/33"]}, "addresses[0]"),
        (IP_SET, {"addresses": ["2001:db8::/32"]}, "addresses[0]"),
        (IP_SET, {"addresses": ["example.com"]}, "addresses[0]"),
        (
            IP_SET,
            {"addresses": [f"10.{i // 256}.{i % 256}.0/24" for i in range(10_001)]},
            "addresses",
        ),
        (
            PATTERNS,
            {"regularExpressions": [{"regexString": f"{i}"} for i in range(11)]},
            "regularExpressions",
        ),
        (GROUP, {"rules": [rule(f"r{i}", rate(), i) for i in range(5)]}, "rules"),
        (GROUP, {"capacity": 1, "rules": [rule("a", match())]}, "rules"),
        (
            GROUP,
            {"rules": [rule("a", {"notStatement": {"statements": [geo(), geo()]}})]},
            f"{IN}.notStatement",
        ),
        (LOGGING, {"redactedFields": [{"method": {}, "uriPath": {}}]}, "redactedFields[0]"),
        (
            LOGGING,
            {
                "loggingFilter": {
                    "defaultBehavior": "KEEP",
                    "filters": [
                        {
                            "behavior": "DROP",
                            "requirement": "MEETS_ALL",
                            "conditions": [{"actionCondition": {"action": "BLOCK"}}, {}],
                        }
                    ],
                }
            },
            "loggingFilter.filters[0].conditions[1]",
        ),
    ],
)
def test_what_aws_waf_refuses_of_others_fails_at_check(
    running: Driver, token: str, given: dict[str, Any], failing: str
) -> None:
    least = {
        IP_SET: {"scope": "REGIONAL", "ipAddressVersion": "IPV4"},
        PATTERNS: {"scope": "REGIONAL"},
        GROUP: {"scope": "REGIONAL", "capacity": 500, "visibilityConfig": seen("a")},
        LOGGING: {"resourceArn": "arn:aws:wafv2:x", "logDestinationConfigs": ["arn:aws:s3:::x"]},
    }[token]
    _, failures = running.check(token, {**least, **given})
    assert [name for name, _ in failures] == [failing]


def test_what_is_not_known_yet_passes_a_check() -> None:
    arns = dict.fromkeys(
        ("group", "ip_set", "patterns"), "arn:aws:wafv2:us-east-1:1:regional/x/y/z"
    )
    whole = everything(arns)
    check = AWS.resources[ACL].check
    assert check is not None
    assert list(check(whole)) == []
    refused = []

    def hide(value: Any, path: str) -> None:
        """Make one value after the other unknown, and check each time."""
        for name, each in list(value.items() if isinstance(value, dict) else enumerate(value)):
            value[name] = UNKNOWN
            if list(check(whole)):
                refused.append(f"{path}.{name}")
            value[name] = each
            if isinstance(each, dict | list):
                hide(each, f"{path}.{name}")

    hide(whole, "")
    assert refused == []


# --- What the service's model refuses, at any depth ---


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            both(geo(), negated(match(positionalConstraint="MIDDLE"))),
            "Statements[1].NotStatement.Statement.ByteMatchStatement.PositionalConstraint: must be",
        ),
        (match(textTransformations=[{"priority": 0, "type": "LOWER"}]), "Type: must be one of"),
        (match(textTransformations=[]), "TextTransformations: must have at least 1 items"),
        (geo("XX"), "CountryCodes[0]: must be one of"),
        (
            {"labelMatchStatement": {"scope": "LABEL", "key": "a b"}},
            "LabelMatchStatement.Key: must match the pattern",
        ),
        (
            rate(
                aggregateKeyType="FORWARDED_IP",
                forwardedIpConfig={**FORWARDED, "headerName": "a b"},
            ),
            "ForwardedIPConfig.HeaderName: must match the pattern",
        ),
        (
            rate(
                aggregateKeyType="CUSTOM_KEYS",
                customKeys=[{"labelNamespace": {"namespace": "a:b"}}],
            ),
            "CustomKeys[0].LabelNamespace.Namespace: must match the pattern",
        ),
        (
            managed(
                scopeDownStatement=match(
                    fieldToMatch={"jsonBody": {"matchPattern": ALL, "matchScope": "SOME"}}
                )
            ),
            "ScopeDownStatement.ByteMatchStatement.FieldToMatch.JsonBody.MatchScope: must be",
        ),
        (
            configured(BOT, awsManagedRulesBotControlRuleSet={"inspectionLevel": "SOME"}),
            "AWSManagedRulesBotControlRuleSet.InspectionLevel: must be one of",
        ),
        (
            managed(
                ruleActionOverrides=[
                    {
                        "name": "SizeRestrictions_BODY",
                        "actionToUse": {"count": {"customRequestHandling": {"insertHeaders": []}}},
                    }
                ]
            ),
            "InsertHeaders: must have at least 1 items",
        ),
    ],
)
def test_what_the_model_refuses_is_refused_at_any_depth(
    running: Driver, statement: dict[str, Any], words: str
) -> None:
    message = refusal(running.create, ACL, one(statement))
    assert "ValidationException" in message
    assert words in message


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"description": "a"}, "Description: must match the pattern"),
        ({"captchaConfig": {"immunityTimeProperty": {"immunityTime": 59}}}, "at least 60"),
        ({"name": "a b"}, "Name: must match the pattern"),
        ({"scope": "GLOBAL"}, "Scope: must be one of"),
        (
            {
                "associationConfig": {
                    "requestBodies": [{"cloudfront": {"defaultSizeInspectionLimit": "KB_8"}}]
                }
            },
            "AssociationConfig.RequestBody['CLOUDFRONT'].DefaultSizeInspectionLimit",
        ),
        (
            {
                "dataProtectionConfig": {
                    "dataProtections": [{"action": "X", "field": {"fieldType": "BODY"}}]
                }
            },
            "DataProtections[0].Action: must be one of",
        ),
    ],
)
def test_what_the_model_refuses_of_a_web_acl_is_refused(
    running: Driver, more: dict[str, Any], words: str
) -> None:
    message = refusal(running.create, ACL, acl(**more))
    assert words in message


# --- What rules refer to ---


def referring(arn: str, kind: str = "ipSetReferenceStatement") -> dict[str, Any]:
    more = {"fieldToMatch": {"uriPath": {}}, "textTransformations": LOWER}
    return {kind: {"arn": arn, **(more if "Pattern" in kind else {})}}


def test_what_is_referred_to_must_be_there_and_stays(aws: Driver, parts: dict[str, str]) -> None:
    for part, kind, token in (
        ("ip_set", "ipSetReferenceStatement", IP_SET),
        ("patterns", "regexPatternSetReferenceStatement", PATTERNS),
        ("group", "ruleGroupReferenceStatement", GROUP),
    ):
        arn = parts[part]
        absent = acl(rule("a", referring(f"{arn[:-1]}z", kind)), name=part)
        assert "WAFNonexistentItemException" in refusal(aws.create, ACL, absent)
        edge = acl(rule("a", referring(arn, kind)), name=part, scope="CLOUDFRONT")
        assert "same scope" in refusal(aws.create, ACL, edge)
        statement = referring(arn, kind)
        if part != "group":  # the deepest that there is
            statement = rate(scopeDownStatement=both(geo(), negated(statement)))
        made = aws.create(ACL, acl(rule("a", statement), name=part))
        assert "WAFNonexistentItemException" in refusal(aws.update, made, absent)
        used = aws.imported(token, f"{arn.split('/')[-1]}/part/REGIONAL")
        assert used is not None
        assert "WAFAssociatedItemException" in refusal(aws.delete, used)
        assert aws.read(used) is not None
        aws.update(made, acl(rule("a", geo()), name=part))
        aws.delete(used)
        assert aws.read(used) is None


def test_a_set_that_a_rule_group_refers_to_stays(aws: Driver, parts: dict[str, str]) -> None:
    group = {"name": "a", "scope": "REGIONAL", "capacity": 9, "visibilityConfig": seen("a")}
    made = aws.create(GROUP, {**group, "rules": [rule("a", referring(parts["ip_set"]))]})
    used = aws.imported(IP_SET, f"{parts['ip_set'].split('/')[-1]}/part/REGIONAL")
    assert used is not None
    assert "WAFAssociatedItemException" in refusal(aws.delete, used)
    aws.delete(made)
    aws.delete(used)


def test_a_rule_group_counts_what_it_was_made_with(aws: Driver, parts: dict[str, str]) -> None:
    given = one(referring(parts["group"], "ruleGroupReferenceStatement"))
    assert aws.create(ACL, given).outputs["capacity"] == 7
    override = {"name": "absent", "actionToUse": {"count": {}}}
    wrong = copy.deepcopy(given) | {"name": "b"}
    wrong["rules"][0]["statement"]["ruleGroupReferenceStatement"]["ruleActionOverrides"] = [
        override
    ]
    assert "rule group does not have" in refusal(aws.create, ACL, wrong)


def test_capacity_is_refused_where_only_aws_can_tell(aws: Driver) -> None:
    group = {"name": "big", "scope": "REGIONAL", "capacity": 4400, "visibilityConfig": seen("a")}
    arn = aws.create(GROUP, group).outputs["arn"]
    refers = rule("big", referring(arn, "ruleGroupReferenceStatement"), 1)
    message = refusal(aws.create, ACL, acl(rule("common", managed()), refers))
    assert "You exceeded the capacity limit" in message
    assert "5100" in message
    made = aws.create(ACL, acl(refers))
    assert made.outputs["capacity"] == 4400
    message = refusal(aws.update, made, acl(rule("common", managed()), refers))
    assert "You exceeded the capacity limit" in message


def test_a_rule_group_stays_within_its_capacity(aws: Driver, cloud: Cloud) -> None:
    given = {"name": "a", "scope": "REGIONAL", "capacity": 5, "visibilityConfig": seen("a")}
    made = aws.create(GROUP, {**given, "rules": [rule("a", geo())]})
    waf = cloud.client("wafv2")
    where = {"Id": made.id, "Name": "a", "Scope": "REGIONAL"}
    answer = waf.get_rule_group(**where)
    group = answer["RuleGroup"]
    big = [{**group["Rules"][0], "Name": f"r{i}", "Priority": i} for i in range(6)]
    with pytest.raises(ClientError, match="exceeded the capacity limit"):
        waf.update_rule_group(
            **where,
            Rules=big,
            VisibilityConfig=group["VisibilityConfig"],
            LockToken=answer["LockToken"],
        )


def test_what_is_for_cloudfront_stands_in_us_east_1(aws: Driver) -> None:
    edge = {"scope": "CLOUDFRONT", "region": "eu-west-1"}
    for token, given in (
        (ACL, acl()),
        (IP_SET, {"ipAddressVersion": "IPV4"}),
        (PATTERNS, {}),
        (GROUP, {"capacity": 1, "visibilityConfig": seen("a")}),
    ):
        message = refusal(aws.create, token, {**given, **edge})
        assert 'set region="us-east-1"' in message
    made = aws.create(ACL, {**acl(), **edge, "region": "us-east-1"})
    assert ":us-east-1:" in made.outputs["arn"]
    assert ":global/webacl/firewall/" in made.outputs["arn"]
    away = aws.create(ACL, {**acl(), "region": "eu-west-1"})
    assert ":eu-west-1:" in away.outputs["arn"]
    assert aws.read(away) is not None


# --- What a web ACL stands before ---

AMPLIFY = f"arn:aws:amplify:us-east-1:{ACCOUNT}:apps/d1"


@pytest.fixture
def endpoints(aws: Driver, cloud: Cloud) -> dict[str, str]:
    """Make what the emulator has of what can carry a web ACL; return the ARNs."""
    del aws  # which empties the cloud
    ec2, elb, rest = (cloud.client(each) for each in ("ec2", "elbv2", "apigateway"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{z}")[
            "Subnet"
        ]["SubnetId"]
        for i, z in enumerate("ab")
    ]
    balancers = {
        kind: elb.create_load_balancer(Name=kind, Subnets=subnets, Type=kind)["LoadBalancers"][0][
            "LoadBalancerArn"
        ]
        for kind in ("application", "network")
    }
    api = rest.create_rest_api(name="shop")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    rest.put_integration(**method, type="MOCK")
    rest.create_deployment(restApiId=api, stageName="prod")
    graph = cloud.client("appsync").create_graphql_api(name="a", authenticationType="API_KEY")
    pool = cloud.client("cognito-idp").create_user_pool(PoolName="a")["UserPool"]
    return {
        **balancers,
        "stage": f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/prod",
        "graph": graph["graphqlApi"]["arn"],
        "pool": pool["Arn"],
    }


def test_an_association_lives(aws: Driver, endpoints: dict[str, str]) -> None:
    arn = aws.create(ACL, acl(rule("common", managed()))).outputs["arn"]
    other = aws.create(ACL, acl() | {"name": "other"}).outputs["arn"]
    given = {"webAclArn": arn, "resourceArn": endpoints["application"]}
    made = aws.create(ASSOCIATION, given)
    assert made.id == f"{arn},{endpoints['application']}"
    assert not aws.diff(made, given).diffs
    refreshed = aws.read(made)
    assert refreshed is not None
    assert (refreshed.id, refreshed.outputs) == (made.id, made.outputs)
    imported = aws.imported(ASSOCIATION, made.id)
    assert imported is not None
    assert imported.outputs == made.outputs
    for change in ({"webAclArn": other}, {"resourceArn": endpoints["graph"]}):
        diff = aws.diff(made, {**given, **change})
        assert list(diff.replaces) == list(change)
        # As the official provider has it, which then ends what took its place.
        assert not diff.deleteBeforeReplace
    aws.delete(made)
    assert aws.read(made) is None
    aws.delete(made)


def test_everything_that_can_carry_a_web_acl_does(
    aws: Driver, cloud: Cloud, endpoints: dict[str, str]
) -> None:
    waf = cloud.client("wafv2")
    arn = aws.create(ACL, acl()).outputs["arn"]
    carried = {
        "APPLICATION_LOAD_BALANCER": endpoints["application"],
        "API_GATEWAY": endpoints["stage"],
        "APPSYNC": endpoints["graph"],
        "COGNITO_USER_POOL": endpoints["pool"],
        # The emulator has none of these, so it takes any.
        "APP_RUNNER_SERVICE": f"arn:aws:apprunner:us-east-1:{ACCOUNT}:service/a/b",
        "VERIFIED_ACCESS_INSTANCE": f"arn:aws:ec2:us-east-1:{ACCOUNT}:verified-access-instance/v",
    }
    for kind, resource in carried.items():
        aws.create(ASSOCIATION, {"webAclArn": arn, "resourceArn": resource})
        listed = waf.list_resources_for_web_acl(WebACLArn=arn, ResourceType=kind)
        assert listed["ResourceArns"] == [resource]
        assert waf.get_web_acl_for_resource(ResourceArn=resource)["WebACL"]["ARN"] == arn
    listed = waf.list_resources_for_web_acl(WebACLArn=arn)["ResourceArns"]
    assert listed == [endpoints["application"]]
    edge = aws.create(ACL, acl() | {"scope": "CLOUDFRONT"}).outputs["arn"]
    made = aws.create(ASSOCIATION, {"webAclArn": edge, "resourceArn": AMPLIFY})
    assert waf.list_resources_for_web_acl(WebACLArn=edge, ResourceType="AMPLIFY")[
        "ResourceArns"
    ] == [AMPLIFY]
    aws.delete(made)
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=AMPLIFY)


def test_what_cannot_carry_a_web_acl_is_refused(
    aws: Driver, cloud: Cloud, endpoints: dict[str, str]
) -> None:
    arn = aws.create(ACL, acl()).outputs["arn"]
    edge = aws.create(ACL, acl() | {"scope": "CLOUDFRONT"}).outputs["arn"]
    invalid, absent = "WAFInvalidParameterException", "WAFNonexistentItemException"
    for web_acl, resource, code in (
        (arn, endpoints["network"], invalid),
        (arn, "arn:aws:apigateway:us-east-1::/apis/a1/stages/$default", invalid),
        (arn, "arn:aws:apigateway:us-east-1::/restapis/a1", invalid),
        (arn, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:a", invalid),
        (arn, f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1", invalid),
        (arn, endpoints["application"].replace("us-east-1", "eu-west-1"), invalid),
        (arn, AMPLIFY, invalid),
        (edge, endpoints["application"], invalid),
        (f"{arn}x", endpoints["application"], absent),
        (arn.replace("us-east-1", "eu-west-1"), endpoints["application"], invalid),
        (arn, f"{endpoints['application']}x", absent),
        (arn, f"{endpoints['stage']}x", absent),
        (arn, endpoints["stage"].replace("restapis/", "restapis/x"), absent),
        (arn, f"{endpoints['graph']}x", absent),
        (arn, f"{endpoints['pool']}x", absent),
    ):
        message = refusal(aws.create, ASSOCIATION, {"webAclArn": web_acl, "resourceArn": resource})
        assert code in message, (web_acl, resource)
    assert cloud.client("wafv2").list_resources_for_web_acl(WebACLArn=arn)["ResourceArns"] == []


def test_a_rule_group_against_fraud_is_not_for_user_pools(
    aws: Driver, endpoints: dict[str, str]
) -> None:
    fraud = rule("fraud", configured(ATP, awsManagedRulesAtpRuleSet=LOGIN))
    arn = aws.create(ACL, acl(fraud)).outputs["arn"]
    given = {"webAclArn": arn, "resourceArn": endpoints["pool"]}
    assert "cannot be used on a Cognito user pool" in refusal(aws.create, ASSOCIATION, given)
    aws.create(ASSOCIATION, {**given, "resourceArn": endpoints["application"]})


def test_a_resource_has_one_web_acl(aws: Driver, cloud: Cloud, endpoints: dict[str, str]) -> None:
    waf, resource = cloud.client("wafv2"), endpoints["stage"]
    first = aws.create(ACL, acl()).outputs["arn"]
    second = aws.create(ACL, acl() | {"name": "second"})
    before = aws.create(ASSOCIATION, {"webAclArn": first, "resourceArn": resource})
    after = aws.create(ASSOCIATION, {"webAclArn": second.outputs["arn"], "resourceArn": resource})
    listed = waf.list_resources_for_web_acl(WebACLArn=first, ResourceType="API_GATEWAY")
    assert listed["ResourceArns"] == []
    api = resource.split("/")[2]
    stage = cloud.client("apigateway").get_stage(restApiId=api, stageName="prod")
    assert stage["webAclArn"] == second.outputs["arn"]
    drifted = aws.read(before)
    assert drifted is not None
    assert drifted.inputs["webAclArn"] == second.outputs["arn"]
    # What a replacement does that creates first: it takes away what it has just made.
    aws.delete(before)
    assert aws.read(after) is None


def test_a_web_acl_in_front_of_something_stays(
    aws: Driver, cloud: Cloud, endpoints: dict[str, str]
) -> None:
    made = aws.create(ACL, acl())
    given = {"webAclArn": made.outputs["arn"], "resourceArn": endpoints["application"]}
    association = aws.create(ASSOCIATION, given)
    assert "WAFAssociatedItemException" in refusal(aws.delete, made)
    aws.delete(association)
    aws.delete(made)
    edge = aws.create(ACL, acl() | {"scope": "CLOUDFRONT"})
    behavior = {"TargetOriginId": "a", "ViewerProtocolPolicy": "https-only"}
    policy = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    origin = {"Id": "a", "DomainName": "example.com"}
    protocol = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    cloud.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "a",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{**origin, "CustomOriginConfig": protocol}]},
            "DefaultCacheBehavior": {**behavior, "CachePolicyId": policy},
            "WebACLId": edge.outputs["arn"],
        }
    )
    assert "WAFAssociatedItemException" in refusal(aws.delete, edge)


# --- Logging ---

LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-a"
BUCKET = "arn:aws:s3:::aws-waf-logs-a"
STREAM = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/aws-waf-logs-a"
HERE = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:*"},
}


def policy(*statements: tuple[str, Any, str, Any]) -> str:
    """Return a policy of the delivery service's: effects, actions, resources and conditions."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": effect,
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": action,
                    "Resource": resource,
                    **({"Condition": condition} if condition else {}),
                }
                for effect, action, resource, condition in statements
            ],
        }
    )


@pytest.fixture
def logged(aws: Driver, cloud: Cloud) -> dict[str, Any]:
    """Make a web ACL and destinations for its logs, none with a policy."""
    for name in ("aws-waf-logs-a", "aws-waf-logs-b", "other"):
        cloud.client("logs").create_log_group(logGroupName=name)
    for name in ("aws-waf-logs-a", "other-bucket"):
        cloud.client("s3").create_bucket(Bucket=name)
    cloud.client("iam").create_role(RoleName="stream", AssumeRolePolicyDocument="{}")
    for name, kind in (
        ("aws-waf-logs-a", "DirectPut"),
        ("aws-waf-logs-b", "KinesisStreamAsSource"),
    ):
        source = {
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/a",
                "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/stream",
            }
        }
        cloud.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            DeliveryStreamType=kind,
            **(source if kind != "DirectPut" else {}),
            ExtendedS3DestinationConfiguration={
                "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/stream",
                "BucketARN": "arn:aws:s3:::other-bucket",
            },
        )
    return {"resourceArn": aws.create(ACL, acl()).outputs["arn"]}


KEPT = {
    "defaultBehavior": "DROP",
    "filters": [
        {
            "behavior": "KEEP",
            "requirement": "MEETS_ANY",
            "conditions": [
                {"actionCondition": {"action": "BLOCK"}},
                {"labelNameCondition": {"labelName": "a:b"}},
            ],
        },
        {
            "behavior": "DROP",
            "requirement": "MEETS_ALL",
            "conditions": [{"actionCondition": {"action": "COUNT"}}],
        },
    ],
}


def test_logging_lives(aws: Driver, cloud: Cloud, logged: dict[str, Any]) -> None:
    given = {**logged, "logDestinationConfigs": [LOG_GROUP]}
    redacted = [{"queryString": {}}, {"singleHeader": {"name": "cookie"}}, {"method": {}}]
    whole = {**given, "redactedFields": redacted, "loggingFilter": KEPT}
    live(
        aws,
        Life(
            LOGGING,
            whole,
            {**given, "redactedFields": [{"uriPath": {}}]},
            {**whole, "logDestinationConfigs": [BUCKET]},
            logged["resourceArn"],
            {"redactedFields": redacted, "loggingFilter": KEPT},
        ),
    )
    made = aws.create(LOGGING, whole)
    # An empty block says what it is by its name alone.
    other = {**whole, "redactedFields": [{"uriPath": {}}, *redacted[1:]]}
    assert aws.diff(made, other).diffs == ["redactedFields"]
    turned = copy.deepcopy(whole)
    turned["loggingFilter"]["filters"].reverse()
    assert not aws.diff(made, turned).diffs
    waf = cloud.client("wafv2")
    found = waf.get_logging_configuration(ResourceArn=logged["resourceArn"])["LoggingConfiguration"]
    assert found["RedactedFields"][:2] == [
        {"QueryString": {}},
        {"SingleHeader": {"Name": "cookie"}},
    ]
    assert found["LoggingFilter"]["Filters"][0]["Conditions"] == [
        {"ActionCondition": {"Action": "BLOCK"}},
        {"LabelNameCondition": {"LabelName": "a:b"}},
    ]
    waf.put_logging_configuration(
        LoggingConfiguration={**found, "RedactedFields": [{"QueryString": {}}]}
    )
    drifted = aws.read(made)
    assert drifted is not None
    assert aws.diff(drifted, whole).diffs == ["redactedFields"]


def test_logs_go_to_one_right_destination(
    aws: Driver, cloud: Cloud, logged: dict[str, Any]
) -> None:
    for destinations in (
        [f"{LOG_GROUP}:*"],
        [LOG_GROUP.replace("aws-waf-logs-a", "other")],
        [f"{LOG_GROUP}-absent"],
        [LOG_GROUP.replace("us-east-1", "eu-west-1")],
        [LOG_GROUP.replace(ACCOUNT, "210987654321")],
        ["arn:aws:s3:::other-bucket"],
        [f"{BUCKET}-absent"],
        [f"{BUCKET}/prefix"],
        [f"{STREAM}-absent"],
        [STREAM.replace("us-east-1", "eu-west-1")],
        [STREAM.replace("logs-a", "logs-b")],
        [f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/aws-waf-logs-a"],
        [LOG_GROUP, BUCKET],
    ):
        message = refusal(aws.create, LOGGING, {**logged, "logDestinationConfigs": destinations})
        assert "WAFInvalidParameterException" in message, destinations
        assert "LOG_DESTINATION" in message, destinations
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        cloud.client("wafv2").get_logging_configuration(ResourceArn=logged["resourceArn"])


def test_only_a_web_acl_that_exists_is_logged(aws: Driver, logged: dict[str, Any]) -> None:
    arn = logged["resourceArn"]
    for wrong, words in (
        (f"{arn}x", "WAFNonexistentItemException"),
        (arn.replace("us-east-1", "eu-west-1"), "RESOURCE_ARN"),
        (LOG_GROUP, "RESOURCE_ARN"),
    ):
        given = {"resourceArn": wrong, "logDestinationConfigs": [LOG_GROUP]}
        assert words in refusal(aws.create, LOGGING, given)


def test_a_stream_needs_no_policy(aws: Driver, logged: dict[str, Any]) -> None:
    aws.create(LOGGING, {**logged, "logDestinationConfigs": [STREAM]})


LOG_ACTIONS = ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_aws_waf_writes_a_policy_for_a_log_group_that_has_none(
    aws: Driver, cloud: Cloud, logged: dict[str, Any]
) -> None:
    logs = cloud.client("logs")
    stranger = {"StringEquals": {"aws:SourceAccount": "210987654321"}}
    for statements, added in (
        ([], True),
        ([("Allow", LOG_ACTIONS, f"{LOG_GROUP}:log-stream:*", HERE)], False),
        ([("Allow", LOG_ACTIONS, "*", None)], False),
        ([("Allow", LOG_ACTIONS[0], f"{LOG_GROUP}:log-stream:*", HERE)], True),
        ([("Allow", LOG_ACTIONS[1], f"{LOG_GROUP}:log-stream:*", HERE)], True),
        ([("Allow", LOG_ACTIONS, f"{LOG_GROUP}-b:log-stream:*", HERE)], True),
        ([("Allow", LOG_ACTIONS, "*", stranger)], True),
    ):
        if statements:
            logs.put_resource_policy(policyName="own", policyDocument=policy(*statements))
        made = aws.create(LOGGING, {**logged, "logDestinationConfigs": [LOG_GROUP]})
        found = {e["policyName"]: e for e in logs.describe_resource_policies()["resourcePolicies"]}
        assert ("AWSWAF-LOGS" in found) is added, statements
        if added:
            document = json.loads(found["AWSWAF-LOGS"]["policyDocument"])
            assert document["Statement"][0]["Resource"] == f"{LOG_GROUP}:log-stream:*"
            assert document["Statement"][0]["Condition"] == HERE
        aws.delete(made)
        for name in found:
            logs.delete_resource_policy(policyName=name)


def test_the_policy_that_aws_waf_writes_grows(
    aws: Driver, cloud: Cloud, logged: dict[str, Any]
) -> None:
    aws.create(LOGGING, {**logged, "logDestinationConfigs": [LOG_GROUP]})
    second = aws.create(ACL, acl() | {"name": "second"}).outputs["arn"]
    other = LOG_GROUP.replace("logs-a", "logs-b")
    aws.create(LOGGING, {"resourceArn": second, "logDestinationConfigs": [other]})
    written = cloud.client("logs").describe_resource_policies()["resourcePolicies"]
    assert [each["policyName"] for each in written] == ["AWSWAF-LOGS"]
    statements = json.loads(written[0]["policyDocument"])["Statement"]
    assert [each["Resource"] for each in statements] == [
        f"{LOG_GROUP}:log-stream:*",
        f"{other}:log-stream:*",
    ]


def test_a_policy_that_denies_stops_logs(aws: Driver, cloud: Cloud, logged: dict[str, Any]) -> None:
    cloud.client("logs").put_resource_policy(
        policyName="own", policyDocument=policy(("Deny", "logs:*", "*", None))
    )
    cloud.client("s3").put_bucket_policy(
        Bucket="aws-waf-logs-a", Policy=policy(("Deny", "s3:PutObject", f"{BUCKET}/*", None))
    )
    for destination in (LOG_GROUP, BUCKET):
        message = refusal(aws.create, LOGGING, {**logged, "logDestinationConfigs": [destination]})
        assert "WAFLogDestinationPermissionIssueException" in message


OWNED = {"s3:x-amz-acl": "bucket-owner-full-control"}


def test_aws_waf_adds_to_a_bucket_policy_that_does_not_let_it_write(
    aws: Driver, cloud: Cloud, logged: dict[str, Any]
) -> None:
    s3 = cloud.client("s3")
    own, objects = f"{BUCKET}/AWSLogs/{ACCOUNT}/*", f"{BUCKET}/*"
    owned = {**HERE, "StringEquals": {**HERE["StringEquals"], **OWNED}}
    reads = ("Allow", "s3:GetBucketAcl", BUCKET, HERE)
    plain = ("Deny", "s3:*", objects, {"Bool": {"aws:SecureTransport": "false"}})
    others = own.replace(ACCOUNT, "210987654321")
    cases: list[tuple[list[Any], bool]] = [
        ([], True),
        ([("Allow", "s3:PutObject", own, owned), reads, plain], False),
        ([("Allow", "s3:PutObject", own, HERE)], True),
        ([("Allow", "s3:PutObject", others, HERE), reads], True),
    ]
    for statements, added in cases:
        if statements:
            s3.put_bucket_policy(Bucket="aws-waf-logs-a", Policy=policy(*statements))
        made = aws.create(LOGGING, {**logged, "logDestinationConfigs": [BUCKET]})
        found = json.loads(s3.get_bucket_policy(Bucket="aws-waf-logs-a")["Policy"])["Statement"]
        assert len(found) == len(statements) + (2 if added else 0), statements
        if added:
            assert found[-2]["Resource"] == own
            assert found[-2]["Condition"]["StringEquals"] == {**HERE["StringEquals"], **OWNED}
            assert found[-1]["Action"] == "s3:GetBucketAcl"
        aws.delete(made)


def test_logging_ends_with_its_web_acl(aws: Driver, cloud: Cloud, logged: dict[str, Any]) -> None:
    aws.create(LOGGING, {**logged, "logDestinationConfigs": [STREAM]})
    made = aws.imported(ACL, f"{logged['resourceArn'].split('/')[-1]}/firewall/REGIONAL")
    assert made is not None
    aws.delete(made)
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        cloud.client("wafv2").get_logging_configuration(ResourceArn=logged["resourceArn"])


# --- What the emulator told wrongly ---


def test_only_the_newest_version_is_changed(aws: Driver, cloud: Cloud) -> None:
    waf = cloud.client("wafv2")
    named = {"name": "a", "scope": "REGIONAL"}
    made = {
        "ip_set": aws.create(IP_SET, {**named, "ipAddressVersion": "IPV4"}),
        "regex_pattern_set": aws.create(PATTERNS, named),
        "rule_group": aws.create(GROUP, {**named, "capacity": 1, "visibilityConfig": seen("a")}),
        "web_acl": aws.create(ACL, acl() | {"name": "a"}),
    }
    for kind, each in made.items():
        where = {"Id": each.id, "Name": "a", "Scope": "REGIONAL"}
        assert getattr(waf, f"get_{kind}")(**where)["LockToken"] == each.outputs["lockToken"]
        stale = {**where, "LockToken": "00000000-0000-0000-0000-000000000000"}
        with pytest.raises(ClientError, match="WAFOptimisticLockException"):
            getattr(waf, f"delete_{kind}")(**stale)
        config = {"CloudWatchMetricsEnabled": False, "SampledRequestsEnabled": False}
        needs: dict[str, dict[str, Any]] = {
            "ip_set": {"Addresses": []},
            "regex_pattern_set": {"RegularExpressionList": []},
            "rule_group": {"VisibilityConfig": {**config, "MetricName": "a"}},
            "web_acl": {
                "DefaultAction": {"Allow": {}},
                "VisibilityConfig": {**config, "MetricName": "a"},
            },
        }
        with pytest.raises(ClientError, match="WAFOptimisticLockException"):
            getattr(waf, f"update_{kind}")(**stale, **needs[kind])
        updated = aws.update(each, {**each.inputs, "description": "Changed"})
        assert updated.outputs["lockToken"] != each.outputs["lockToken"]
        assert updated.outputs["description"] == "Changed"
        bare = aws.update(updated, each.inputs)
        assert "description" not in bare.outputs
        aws.delete(each)
        assert aws.read(each) is None


def test_a_name_is_given_once(aws: Driver) -> None:
    named = {"name": "a", "scope": "REGIONAL"}
    for token, given in (
        (ACL, acl() | named),
        (IP_SET, {**named, "ipAddressVersion": "IPV4"}),
        (PATTERNS, named),
        (GROUP, {**named, "capacity": 1, "visibilityConfig": seen("a")}),
    ):
        aws.create(token, given)
        assert "WAFDuplicateItemException" in refusal(aws.create, token, given)
        aws.create(token, {**given, "scope": "CLOUDFRONT"})


def test_capacity_can_be_asked_for(cloud: Cloud) -> None:
    rules = as_api(copy.deepcopy(list(rule_set({}, AddressLists()).rules)))
    asked = cloud.client("wafv2").check_capacity(Scope="REGIONAL", Rules=rules)
    assert asked["Capacity"] == capacity.units(rule_set({}, AddressLists()).rules) == 1277


def test_tags_are_told_in_either_scope(aws: Driver, cloud: Cloud) -> None:
    for scope in ("REGIONAL", "CLOUDFRONT"):
        made = aws.create(PATTERNS, {"name": "a", "scope": scope, "tags": {"a": "1", "b": "2"}})
        found = cloud.client("wafv2").list_tags_for_resource(ResourceARN=made.outputs["arn"])
        assert found["TagInfoForResource"]["TagList"] == [
            {"Key": "a", "Value": "1"},
            {"Key": "b", "Value": "2"},
        ]
        given = {"name": "a", "scope": scope, "tags": {"b": "3"}}
        assert aws.update(made, given).outputs["tagsAll"] == {"b": "3"}


def test_no_payments_are_taken(running: Driver) -> None:
    config = {"currencyMode": "TEST", "cryptoConfig": {"paymentNetworks": []}}
    _, failures = running.check(ACL, acl(monetizationConfig=config))
    assert [name for name, _ in failures] == ["monetizationConfig"]
