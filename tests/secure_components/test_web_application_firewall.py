"""`WebApplicationFirewall` by its children's inputs.

In process, with mocks: that AWS takes the inputs is shown on the local cloud (`tests/engine`), that
they are safe by the policy pack (`test_agreement`), and what the rules do to requests by an
evaluator (`test_waf_traffic`).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast

import pulumi
import pulumi_aws as aws
import pytest

from secure_components import ArgumentError, WebApplicationFirewall, WebApplicationFirewallArgs
from tests.secure_components.programs import run

ACCOUNT, REGION = "123456789012", "eu-west-1"
BASE = "project-stack-site"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
BUCKET = "arn:aws:s3:::aws-waf-logs-central"
IP_SET = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/ipset/offices/1234"
ALB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/site/50dc6c495c0c9188"
DEFAULT_RULES = [
    "rate-limit",
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAdminProtectionRuleSet",
]
NOT_ALLOW_LISTED = {
    "notStatement": {
        "statement": {
            "labelMatchStatement": {"scope": "LABEL", "key": "secure-components:allow-listed"}
        }
    }
}


def refuse_later(program: Callable[[], Any], message: str) -> None:
    """Run a program that is refused while an input resolves, which the engine's client wraps."""

    def quiet() -> Any:
        # All that waited for the input fails with it, and would say so when it is collected: in
        # another test, or while Python 3.11 parses a module, which that breaks (cpython #106905).
        asyncio.get_event_loop().set_exception_handler(lambda *_: None)
        return program()

    with pytest.raises(ValueError, match=re.escape(message)):
        run(quiet)


def make(**args: Any) -> WebApplicationFirewall:
    made: WebApplicationFirewall = run(
        lambda: WebApplicationFirewall("site", cast("WebApplicationFirewallArgs", args))
    )
    return made


def rules(recorder: Any) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in recorder.inputs("site")["rules"]}


def statement(recorder: Any, rule: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = rules(recorder)[rule]["statement"][kind]
    return found


# --- As it comes ---


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "site": "WebAcl",
        "site-alarm-blocked": "MetricAlarm",
        "site-alarm-counted": "MetricAlarm",
        "site-alarm-rate-limit": "MetricAlarm",
        "site-key": "Key",
        "site-key-alias": "Alias",
        "site-log-group": "LogGroup",
        "site-log-policy": "LogResourcePolicy",
        "site-logging": "WebAclLoggingConfiguration",
        "site-topic": "Topic",
        "site-topic-policy": "TopicPolicy",
    }


def test_every_rule_blocks_in_order(recorder: Any) -> None:
    make()
    made = recorder.inputs("site")["rules"]
    assert [rule["name"] for rule in made] == DEFAULT_RULES
    assert [rule["priority"] for rule in made] == list(range(len(DEFAULT_RULES)))
    assert made[0]["action"] == {"block": {}}
    assert all(rule["overrideAction"] == {"none": {}} for rule in made[1:])
    assert all(rule["visibilityConfig"]["cloudwatchMetricsEnabled"] is True for rule in made)
    assert recorder.inputs("site")["defaultAction"] == {"allow": {}}
    assert recorder.inputs("site")["scope"] == "REGIONAL"
    assert "tags" not in recorder.inputs("site") or not recorder.inputs("site")["tags"]


def test_everybody_is_limited(recorder: Any) -> None:
    make()
    assert statement(recorder, "rate-limit", "rateBasedStatement") == {
        "aggregateKeyType": "IP",
        "limit": 2000,
        "evaluationWindowSec": 300,
    }


def test_what_was_matched_is_logged_encrypted_and_redacted(recorder: Any) -> None:
    make()
    group = recorder.inputs("site-log-group")
    assert group["name"] == f"aws-waf-logs-{BASE}"
    assert group["kmsKeyId"] == "arn-of-site-key"
    assert group["retentionInDays"] == 365
    logging = recorder.inputs("site-logging")
    assert logging["resourceArn"] == "arn-of-site"
    assert logging["logDestinationConfigs"] == ["arn-of-site-log-group"]
    assert logging["redactedFields"] == [
        {"queryString": {}},
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]
    assert logging["loggingFilter"]["defaultBehavior"] == "DROP"
    protected = recorder.inputs("site")["dataProtectionConfig"]["dataProtections"]
    assert [(one["action"], one["field"]) for one in protected] == [
        ("SUBSTITUTION", {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization"]}),
        ("SUBSTITUTION", {"fieldType": "SINGLE_HEADER", "fieldKeys": ["cookie"]}),
        ("SUBSTITUTION", {"fieldType": "QUERY_STRING"}),
        ("SUBSTITUTION", {"fieldType": "BODY"}),
    ]
    policy = recorder.statements("site-log-policy", "policyDocument")["FirewallWrites"]
    assert policy["Resource"].endswith(f":log-group:aws-waf-logs-{BASE}:log-stream:*")
    assert policy["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_key_rotates_and_serves_this_account_alone(recorder: Any) -> None:
    make()
    assert recorder.inputs("site-key")["enableKeyRotation"] is True
    policy = recorder.statements("site-key")
    assert policy["CloudWatchLogsEncrypts"]["Condition"] == {
        "ArnEquals": {
            "kms:EncryptionContext:aws:logs:arn": (
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-{BASE}"
            )
        }
    }
    for sid in ("FirewallEncryptsLogs", "AlarmsEncrypt"):
        assert policy[sid]["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_alarms_watch_what_was_made(recorder: Any) -> None:
    make(alarms={"blocked_requests": 7})
    blocked, limited = (
        recorder.inputs("site-alarm-blocked"),
        recorder.inputs("site-alarm-rate-limit"),
    )
    assert blocked["threshold"] == 7
    assert blocked["dimensions"] == {"WebACL": BASE, "Rule": "ALL", "Region": REGION}
    assert limited["dimensions"]["Rule"] == "rate-limit"
    assert recorder.inputs("site")["visibilityConfig"]["metricName"] == BASE
    assert rules(recorder)["rate-limit"]["visibilityConfig"]["metricName"] == "rate-limit"
    for alarm in (blocked, limited, recorder.inputs("site-alarm-counted")):
        assert alarm["alarmActions"] == ["arn-of-site-topic"]
        assert alarm["treatMissingData"] == "notBreaching"
    assert recorder.inputs("site-topic")["kmsMasterKeyId"] == "arn-of-site-key"
    topic = recorder.statements("site-topic-policy")
    assert topic["AlarmsPublish"]["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


@pytest.mark.usefixtures("recorder")
def test_outputs_tell_capacity_and_owasp() -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        made = WebApplicationFirewall("site")
        for output in ("web_acl_arn", "capacity", "owasp", "log_destination_arn", "topic_arn"):
            getattr(made, output).apply(lambda value, output=output: seen.update({output: value}))

    run(program)
    assert seen["web_acl_arn"] == "arn-of-site"
    assert seen["capacity"] == 1277  # 2 for the rate, and 25, 50, 700, 200, 200, 100 for the groups
    assert len(seen["owasp"]) == 20
    assert "SQLi" in seen["owasp"]["A03:2021"]


# --- Chosen ---


def test_count_mode_counts_everything_for_a_while(recorder: Any) -> None:
    make(mode="count", count_until="2027-01-31", countries={"block": ["XX"]})
    made = rules(recorder)
    assert made["rate-limit"]["action"] == {"count": {}}
    assert made["blocked-countries"]["action"] == {"count": {}}
    managed = [rule for rule in made.values() if "overrideAction" in rule]
    assert len(managed) == 6
    assert all(rule["overrideAction"] == {"count": {}} for rule in managed)
    assert recorder.inputs("site")["tags"] == {"waf:count-until": "2027-01-31"}


def test_one_group_counts_while_others_block(recorder: Any) -> None:
    make(
        managed_rule_groups={"AWSManagedRulesSQLiRuleSet": {"mode": "count"}},
        count_until="2027-01-31",
    )
    made = rules(recorder)
    counting = [name for name, rule in made.items() if rule.get("overrideAction") == {"count": {}}]
    assert counting == ["AWSManagedRulesSQLiRuleSet"]
    assert made["rate-limit"]["action"] == {"block": {}}
    assert recorder.inputs("site")["tags"] == {"waf:count-until": "2027-01-31"}


def test_managed_groups_are_pinned_overridden_and_narrowed(recorder: Any) -> None:
    narrow = {
        "byte_match_statement": {
            "positional_constraint": "STARTS_WITH",
            "search_string": "/upload",
            "field_to_match": {"uri_path": {}},
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    make(
        managed_rule_groups={
            "AWSManagedRulesCommonRuleSet": {
                "version": "Version_1.10",
                "overrides": {"SizeRestrictions_BODY": "challenge"},
                "scope_down": {"not_statement": {"statement": narrow}},
            }
        }
    )
    made = statement(recorder, "AWSManagedRulesCommonRuleSet", "managedRuleGroupStatement")
    assert made["version"] == "Version_1.10"
    assert made["ruleActionOverrides"] == [
        {"name": "SizeRestrictions_BODY", "actionToUse": {"challenge": {}}}
    ]
    assert "notStatement" in made["scopeDownStatement"]


def test_platforms_add_their_groups(recorder: Any) -> None:
    make(platforms=["linux", "unix", "php"])
    added = set(rules(recorder)) - set(DEFAULT_RULES)
    assert added == {
        "AWSManagedRulesLinuxRuleSet",
        "AWSManagedRulesUnixRuleSet",
        "AWSManagedRulesPHPRuleSet",
    }


def test_paid_groups_are_configured(recorder: Any) -> None:
    make(
        bot_control={"level": "targeted", "machine_learning": False},
        account_takeover={"login_path": "/login", "payload_type": "FORM_ENCODED"},
        account_creation_fraud={"registration_page_path": "/join", "creation_path": "/api/join"},
        anti_ddos={"exempt_uri_patterns": ["^/api/"], "block_sensitivity": "HIGH"},
    )
    names = list(rules(recorder))
    assert names.index("AWSManagedRulesAntiDDoSRuleSet") == 1
    assert names[-1] == "AWSManagedRulesBotControlRuleSet"

    def config(name: str) -> Any:
        made = statement(recorder, name, "managedRuleGroupStatement")
        return next(iter(made["managedRuleGroupConfigs"][0].values()))

    assert config("AWSManagedRulesBotControlRuleSet") == {
        "inspectionLevel": "TARGETED",
        "enableMachineLearning": False,
    }
    assert config("AWSManagedRulesATPRuleSet")["loginPath"] == "/login"
    assert config("AWSManagedRulesACFPRuleSet")["creationPath"] == "/api/join"
    assert config("AWSManagedRulesAntiDDoSRuleSet") == {
        "clientSideActionConfig": {
            "challenge": {
                "usageOfAction": "ENABLED",
                "sensitivity": "HIGH",
                "exemptUriRegularExpressions": [{"regexString": "^/api/"}],
            }
        },
        "sensitivityToBlock": "HIGH",
    }


def test_ddos_challenges_pages_alone_unless_told_otherwise(recorder: Any) -> None:
    def challenge() -> dict[str, Any]:
        group = statement(recorder, "AWSManagedRulesAntiDDoSRuleSet", "managedRuleGroupStatement")
        (config,) = group["managedRuleGroupConfigs"]
        action = config["awsManagedRulesAntiDdosRuleSet"]["clientSideActionConfig"]
        made: dict[str, Any] = action["challenge"]
        return made

    make(anti_ddos={})
    (exempt,) = challenge()["exemptUriRegularExpressions"]
    assert re.search(exempt["regexString"], "/api/items")
    assert not re.search(exempt["regexString"], "/about")
    make(anti_ddos={"challenge": False})
    assert challenge() == {"usageOfAction": "DISABLED"}


def test_paid_groups_see_more_where_they_may(recorder: Any) -> None:
    codes = {"success_codes": [200, 201], "failure_codes": [401]}
    make(
        scope="cloudfront",
        account_takeover={"login_path": "/login", "response_inspection": codes},
        account_creation_fraud={
            "registration_page_path": "/join",
            "creation_path": "/api/join",
            "phone_number_fields": ["/phone"],
            "address_fields": ["/street", "/city"],
        },
    )
    answered = {"statusCode": {"successCodes": [200, 201], "failureCodes": [401]}}
    takeover_group = statement(recorder, "AWSManagedRulesATPRuleSet", "managedRuleGroupStatement")
    (config,) = takeover_group["managedRuleGroupConfigs"]
    assert config["awsManagedRulesAtpRuleSet"]["responseInspection"] == answered
    fraud_group = statement(recorder, "AWSManagedRulesACFPRuleSet", "managedRuleGroupStatement")
    (config,) = fraud_group["managedRuleGroupConfigs"]
    inspected = config["awsManagedRulesAcfpRuleSet"]["requestInspection"]
    assert inspected["phoneNumberFields"] == {"identifiers": ["/phone"]}
    assert inspected["addressFields"] == {"identifiers": ["/street", "/city"]}
    assert inspected["emailField"] == {"identifier": "/email"}


def test_further_limits_are_narrow_and_answer(recorder: Any) -> None:
    make(
        rate_limits={
            "login": {
                "limit": 20,
                "window_in_seconds": 60,
                "by": ["ip", "header:X-Api-Key"],
                "path_prefix": "/Login",
                "method": "POST",
                "response": {
                    "code": 429,
                    "body": "Slow down.",
                    "headers": {"Retry-After": "60"},
                },
            },
            "all-posts": {"by": [], "method": "POST", "action": "captcha"},
        }
    )
    limit = statement(recorder, "rate-limit-login", "rateBasedStatement")
    assert limit["aggregateKeyType"] == "CUSTOM_KEYS"
    assert limit["customKeys"] == [
        {"ip": {}},
        {
            "header": {
                "name": "X-Api-Key",
                "textTransformations": [{"priority": 0, "type": "NONE"}],
            }
        },
    ]
    path, method = limit["scopeDownStatement"]["andStatement"]["statements"]
    assert path["byteMatchStatement"]["searchString"] == "/login"
    assert [one["type"] for one in path["byteMatchStatement"]["textTransformations"]] == [
        "URL_DECODE",
        "NORMALIZE_PATH",
        "LOWERCASE",
    ]
    assert method["byteMatchStatement"]["searchString"] == "post"
    assert rules(recorder)["rate-limit-login"]["action"] == {
        "block": {
            "customResponse": {
                "responseCode": 429,
                "customResponseBodyKey": "rate-limit-login",
                "responseHeaders": [{"name": "Retry-After", "value": "60"}],
            }
        }
    }
    assert recorder.inputs("site")["customResponseBodies"] == [
        {"key": "rate-limit-login", "content": "Slow down.", "contentType": "TEXT_PLAIN"}
    ]
    constant = statement(recorder, "rate-limit-all-posts", "rateBasedStatement")
    assert constant["aggregateKeyType"] == "CONSTANT"
    assert rules(recorder)["rate-limit-all-posts"]["action"] == {"captcha": {}}
    assert recorder.inputs("site-alarm-rate-limit-all-posts")["metricName"] == "CaptchaRequests"


def test_addresses_become_ip_sets_by_version(recorder: Any) -> None:
    make(
        ip_restrictions={
            "block": ["192.0.2.0/24", "2001:db8::/32", IP_SET],
            "only": ["198.51.100.0/24"],
        }
    )
    assert recorder.inputs("site-block-ipv4")["addresses"] == ["192.0.2.0/24"]
    assert recorder.inputs("site-block-ipv6")["addresses"] == ["2001:db8::/32"]
    assert recorder.inputs("site-block-ipv6")["ipAddressVersion"] == "IPV6"
    assert "site-only-ipv6" not in recorder.resources
    blocked = statement(recorder, "block-listed-addresses", "orStatement")["statements"]
    arns = [one["ipSetReferenceStatement"]["arn"] for one in blocked]
    assert arns == ["arn-of-site-block-ipv4", "arn-of-site-block-ipv6", IP_SET]
    only = rules(recorder)["only-listed-addresses"]
    assert only["action"] == {"block": {}}
    assert only["statement"]["notStatement"]["statement"]["ipSetReferenceStatement"] == {
        "arn": "arn-of-site-only-ipv4"
    }


def test_addresses_that_come_later_may_be_of_either_version(recorder: Any) -> None:
    def program() -> None:
        existing = aws.wafv2.IpSet("offices", ip_address_version="IPV4", scope="REGIONAL")
        later = pulumi.Output.from_input("2001:db8::/32")
        WebApplicationFirewall("site", {"ip_restrictions": {"only": [later, existing]}})

    run(program)
    assert recorder.inputs("site-only-ipv4")["addresses"] == []
    assert recorder.inputs("site-only-ipv6")["addresses"] == ["2001:db8::/32"]
    known = statement(recorder, "only-listed-addresses", "notStatement")["statement"]
    arns = [one["ipSetReferenceStatement"]["arn"] for one in known["orStatement"]["statements"]]
    assert arns == ["arn-of-site-only-ipv4", "arn-of-site-only-ipv6", "arn-of-offices"]


def test_allowed_addresses_are_still_inspected(recorder: Any) -> None:
    make(
        ip_restrictions={"allow": ["192.0.2.0/24"]},
        countries={"only": ["NL"]},
        anti_ddos={},
    )
    made = rules(recorder)
    allow = made["allow-listed-addresses"]
    assert allow["action"] == {"count": {}}
    assert allow["ruleLabels"] == [{"name": "secure-components:allow-listed"}]
    assert not any("allow" in rule.get("action", {}) for rule in made.values())
    limit = statement(recorder, "rate-limit", "rateBasedStatement")
    assert limit["scopeDownStatement"] == NOT_ALLOW_LISTED
    country = statement(recorder, "only-countries", "andStatement")["statements"]
    assert country[0] == NOT_ALLOW_LISTED
    scoped = {
        name
        for name, rule in made.items()
        if "scopeDownStatement" in rule["statement"].get("managedRuleGroupStatement", {})
    }
    assert scoped == {
        "AWSManagedRulesAntiDDoSRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
    }
    queries = recorder.inputs("site-alarm-counted")["metricQueries"]
    assert queries[0]["expression"] == "everything - FILL(allow_listed, 0)"
    assert "tags" not in recorder.inputs("site") or not recorder.inputs("site")["tags"]


def test_forwarded_addresses_fall_back_to_blocking(recorder: Any) -> None:
    make(
        forwarded_ip={"position": "LAST"},
        ip_restrictions={"block": ["192.0.2.0/24"], "only": ["198.51.100.0/24"]},
        countries={"block": ["XX"], "only": ["NL"]},
    )
    block = statement(recorder, "block-listed-addresses", "ipSetReferenceStatement")
    assert block["ipSetForwardedIpConfig"] == {
        "headerName": "X-Forwarded-For",
        "fallbackBehavior": "MATCH",
        "position": "LAST",
    }
    only = statement(recorder, "only-listed-addresses", "notStatement")["statement"]
    fallback = only["ipSetReferenceStatement"]["ipSetForwardedIpConfig"]["fallbackBehavior"]
    assert fallback == "NO_MATCH"
    country = statement(recorder, "blocked-countries", "geoMatchStatement")
    assert country["forwardedIpConfig"]["fallbackBehavior"] == "MATCH"
    alone = statement(recorder, "only-countries", "notStatement")["statement"]
    assert alone["geoMatchStatement"]["forwardedIpConfig"]["fallbackBehavior"] == "NO_MATCH"
    limit = statement(recorder, "rate-limit", "rateBasedStatement")
    assert limit["aggregateKeyType"] == "FORWARDED_IP"
    assert limit["forwardedIpConfig"]["fallbackBehavior"] == "MATCH"


def test_own_rules_stand_before_or_after_managed_ones(recorder: Any) -> None:
    geo = {"geo_match_statement": {"country_codes": ["XX"]}}
    make(
        rules=[
            {"name": "early", "statement": geo, "action": "block", "labels": ["seen"]},
            {
                "name": "late",
                "statement": geo,
                "action": "challenge",
                "before_managed_rules": False,
            },
        ]
    )
    names = list(rules(recorder))
    assert names.index("early") == 1
    assert names[-1] == "late"
    assert rules(recorder)["early"]["ruleLabels"] == [{"name": "seen"}]


@pytest.mark.parametrize(
    ("scope", "kinds"),
    [
        (
            "regional",
            {"apiGateway", "appRunnerService", "cognitoUserPool", "verifiedAccessInstance"},
        ),
        ("cloudfront", {"cloudfront"}),
    ],
)
def test_more_of_a_body_is_inspected(recorder: Any, scope: str, kinds: set[str]) -> None:
    make(scope=scope, body_inspection_kilobytes=64)
    bodies = recorder.inputs("site")["associationConfig"]["requestBodies"]
    assert bodies == [{kind: {"defaultSizeInspectionLimit": "KB_64"} for kind in kinds}]


# --- What it protects ---


ENDPOINTS: dict[str, Callable[[], pulumi.Resource]] = {
    "alb": lambda: aws.lb.LoadBalancer("alb"),
    "stage": lambda: aws.apigateway.Stage(
        "stage", rest_api="api", deployment="one", stage_name="v1"
    ),
    "graph": lambda: aws.appsync.GraphQLApi("graph", authentication_type="AWS_IAM"),
    "pool": lambda: aws.cognito.UserPool("pool"),
    "service": lambda: aws.apprunner.Service(
        "service", service_name="service", source_configuration={}
    ),
}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_endpoints_are_associated(recorder: Any, name: str) -> None:
    run(lambda: WebApplicationFirewall("site", {"protects": [ENDPOINTS[name]()]}))
    association = recorder.inputs(f"site-association-{name}")
    assert association == {"resourceArn": f"arn-of-{name}", "webAclArn": "arn-of-site"}


def test_verified_access_has_an_arn_of_its_own_making(recorder: Any) -> None:
    run(lambda: WebApplicationFirewall("site", {"protects": [aws.verifiedaccess.Instance("door")]}))
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:verified-access-instance/door-id"
    assert recorder.inputs("site-association-door")["resourceArn"] == arn


def test_arns_are_associated_under_lasting_names(recorder: Any) -> None:
    other = f"{ALB[:-1]}9"
    make(protects=[ALB, other])
    first = {
        name: args.inputs["resourceArn"]
        for name, args in recorder.resources.items()
        if "association" in name
    }
    recorder.resources.clear()
    make(protects=[other, ALB])
    second = {
        name: args.inputs["resourceArn"]
        for name, args in recorder.resources.items()
        if "association" in name
    }
    assert first == second
    assert set(first.values()) == {ALB, other}


def test_cloudfront_stands_in_one_region(recorder: Any) -> None:
    make(scope="cloudfront", ip_restrictions={"block": ["192.0.2.0/24"]}, dashboard=True)
    assert recorder.inputs("site")["scope"] == "CLOUDFRONT"
    assert recorder.inputs("site-block-ipv4")["scope"] == "CLOUDFRONT"
    assert {name: args.inputs.get("region") for name, args in recorder.resources.items()} == (
        dict.fromkeys(recorder.resources, "us-east-1")
    )
    assert recorder.inputs("site-alarm-blocked")["dimensions"] == {"WebACL": BASE, "Rule": "ALL"}
    group = recorder.statements("site-key")["CloudWatchLogsEncrypts"]
    assert group["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}


def test_amplify_needs_the_scope_cloudfront(recorder: Any) -> None:
    run(
        lambda: WebApplicationFirewall(
            "site", {"scope": "cloudfront", "protects": [aws.amplify.App("app")]}
        )
    )
    assert recorder.inputs("site-association-app")["region"] == "us-east-1"
    with pytest.raises(ArgumentError, match="needs a firewall with scope='cloudfront'"):
        run(lambda: WebApplicationFirewall("site", {"protects": [aws.amplify.App("app")]}))


UNPROTECTABLE: dict[str, tuple[Callable[[], Any], str]] = {
    "distribution": (
        lambda: f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123",
        "set its web_acl_id to the web_acl_arn",
    ),
    "http-api": (
        lambda: aws.apigatewayv2.Api("api", protocol_type="HTTP"),
        "use a REST API, or put a CloudFront distribution",
    ),
    "http-stage": (lambda: f"arn:aws:apigateway:{REGION}::/apis/a1/stages/s", "use a REST API"),
    "rest-api": (lambda: aws.apigateway.RestApi("api"), "give the aws.apigateway.Stage"),
    "function-url": (
        lambda: aws.lambda_.FunctionUrl("url", authorization_type="NONE", function_name="function"),
        "require AWS_IAM on its URL",
    ),
    "nlb": (
        lambda: f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/net/n/1",
        "is no application load balancer",
    ),
    "bucket": (lambda: aws.s3.Bucket("bucket"), "is nothing that can carry a web ACL"),
    "text": (lambda: "my-load-balancer", "is nothing that can carry a web ACL"),
}


@pytest.mark.parametrize("name", UNPROTECTABLE)
def test_what_cannot_carry_a_web_acl_is_refused_with_the_way_out(recorder: Any, name: str) -> None:
    endpoint, way_out = UNPROTECTABLE[name]
    with pytest.raises(ArgumentError, match=r"argument 'protects\.0'") as caught:
        run(lambda: WebApplicationFirewall("site", {"protects": [endpoint()]}))
    assert way_out in str(caught.value)
    assert "site" not in recorder.resources


def test_network_load_balancer_is_refused_when_its_kind_is_known(recorder: Any) -> None:
    refuse_later(
        lambda: WebApplicationFirewall(
            "site", {"protects": [aws.lb.LoadBalancer("nlb", load_balancer_type="network")]}
        ),
        "argument 'protects' is not allowed; give an application load balancer",
    )
    assert "site-association-nlb" not in recorder.resources


# --- Logs and alarms elsewhere ---


def test_logs_go_to_a_bucket_of_the_right_name(recorder: Any) -> None:
    make(logging={"destination": "s3", "keep": "all"})
    name = recorder.inputs("site-bucket")["bucket"]
    assert name == f"aws-waf-logs-{BASE}-{ACCOUNT}-{REGION}"
    assert recorder.inputs("site-logging")["logDestinationConfigs"] == ["arn-of-site-bucket"]
    assert "loggingFilter" not in recorder.inputs("site-logging")
    policy = recorder.statements("site-bucket-policy")
    assert set(policy) == {"FirewallWrites", "FirewallReadsAcl", "DenyPlainHttp", "DenyOldTls"}
    for sid in ("FirewallWrites", "FirewallReadsAcl"):
        assert policy[sid]["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT
    assert "site-log-group" not in recorder.resources


@pytest.mark.parametrize("destination", ["s3", "firehose"])
def test_who_reads_the_logs_is_logged(recorder: Any, registrations: Any, destination: str) -> None:
    make(logging={"destination": destination, "retention_in_days": 731})
    logging = recorder.inputs("site-bucket-logging")
    named = recorder.inputs("site-bucket").get("bucket")
    bucket = named or recorder.bucket("site-bucket")
    assert logging["bucket"] == bucket
    assert logging["targetBucket"] == recorder.bucket("site-access-logs")
    write = recorder.statements("site-access-logs-policy")["AccessLogsWrite"]
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
    }
    (rule,) = recorder.inputs("site-access-logs-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 731}
    first = {"s3": "site-logging", "firehose": "site-stream"}[destination]
    after = {urn.rpartition("::")[2] for urn in registrations[first].dependencies}
    assert "site-bucket-logging" in after
    recorder.resources.clear()
    make(logging={"destination": destination, "access_log_bucket": "access-logs-1234567"})
    assert recorder.inputs("site-bucket-logging")["targetBucket"] == "access-logs-1234567"
    assert "site-access-logs" not in recorder.resources


@pytest.mark.parametrize("destination", ["s3", "firehose"])
def test_files_are_kept_a_year_or_as_asked(recorder: Any, destination: str) -> None:
    def kept() -> dict[str, Any]:
        (rule,) = recorder.inputs("site-bucket-lifecycle")["rules"]
        assert rule["status"] == "Enabled"
        days: dict[str, Any] = rule["expiration"]
        return days

    make(logging={"destination": destination})
    assert kept() == {"days": 365}
    make(logging={"destination": destination, "retention_in_days": 731})
    assert kept() == {"days": 731}


def test_a_long_name_stays_a_bucket_name(recorder: Any) -> None:
    name = "a" * 90
    run(lambda: WebApplicationFirewall(name, {"logging": {"destination": "s3"}}))
    assert len(recorder.inputs(f"{name}-bucket")["bucket"]) <= 63


def test_logs_go_through_an_encrypted_stream(recorder: Any) -> None:
    make(logging={"destination": "firehose"})
    stream = recorder.inputs("site-stream")
    assert stream["name"] == f"aws-waf-logs-{BASE}"
    assert stream["serverSideEncryption"] == {
        "enabled": True,
        "keyType": "CUSTOMER_MANAGED_CMK",
        "keyArn": "arn-of-site-key",
    }
    assert recorder.inputs("site-logging")["logDestinationConfigs"] == ["arn-of-site-stream"]
    trust = recorder.statements("site-stream-role", "assumeRolePolicy")["FirehoseAssumes"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": ACCOUNT}}
    allowed = recorder.statements("site-stream-role-policy")
    assert allowed["EncryptFiles"]["Resource"] == "arn-of-site-key"


def test_what_exists_is_used_and_no_key_is_made(recorder: Any) -> None:
    make(logging={"destination_arn": BUCKET}, alarms={"topic_arn": TOPIC})
    assert recorder.inputs("site-logging")["logDestinationConfigs"] == [BUCKET]
    assert recorder.inputs("site-alarm-blocked")["alarmActions"] == [TOPIC]
    kinds = {args.typ.rpartition(":")[2] for args in recorder.resources.values()}
    assert kinds == {"WebAcl", "WebAclLoggingConfiguration", "MetricAlarm"}


def test_given_key_encrypts_all(recorder: Any) -> None:
    make(logging={"kms_key_arn": KEY})
    assert recorder.inputs("site-log-group")["kmsKeyId"] == KEY
    assert recorder.inputs("site-topic")["kmsMasterKeyId"] == KEY
    assert "site-key" not in recorder.resources


def test_more_headers_are_redacted(recorder: Any) -> None:
    make(logging={"redact_headers": ["X-Api-Key", "Cookie"]})
    headers = [
        one["singleHeader"]["name"]
        for one in recorder.inputs("site-logging")["redactedFields"]
        if "singleHeader" in one
    ]
    assert headers == ["authorization", "cookie", "x-api-key"]


def test_dashboard_shows_each_rule(recorder: Any) -> None:
    make(dashboard=True)
    body = json.loads(recorder.inputs("site-dashboard")["dashboardBody"])
    shown = {metric[5] for metric in body["widgets"][1]["properties"]["metrics"]}
    assert shown == set(DEFAULT_RULES)


# --- Organization ---


def organization(**args: Any) -> dict[str, Any]:
    return {"scope": "organization", "logging": {"destination_arn": BUCKET}, **args}


def test_organization_gets_the_same_rules(recorder: Any) -> None:
    make(**organization())
    policy = recorder.inputs("site")
    assert recorder.resources["site"].typ == "aws:fms/policy:Policy"
    assert policy["remediationEnabled"] is True
    assert policy["excludeResourceTags"] is False
    assert policy["resourceTypeLists"] == [
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ApiGateway::Stage",
    ]
    data = json.loads(policy["securityServicePolicyData"]["managedServiceData"])
    own, *managed = data["preProcessRuleGroups"]
    assert own["ruleGroupArn"] == "arn-of-site-rule-group"
    names = [one["managedRuleGroupIdentifier"]["managedRuleGroupName"] for one in managed]
    assert names == DEFAULT_RULES[1:]
    assert all(one["overrideAction"] == {"type": "NONE"} for one in managed)
    assert data["loggingConfiguration"]["logDestinationConfigs"] == [BUCKET]
    group = recorder.inputs("site-rule-group")
    assert [rule["name"] for rule in group["rules"]] == ["rate-limit"]
    assert group["capacity"] == 2
    assert set(recorder.resources) == {"site", "site-rule-group"}


def test_rule_group_of_an_organization_negates_as_the_provider_takes_it(recorder: Any) -> None:
    make(
        **organization(
            ip_restrictions={"only": ["192.0.2.0/24"]},
            countries={"only": ["NL"]},
            rate_limits={"api": {"path_prefix": "/api"}},
        )
    )
    group = {
        rule["name"]: rule["statement"] for rule in recorder.inputs("site-rule-group")["rules"]
    }
    (listed,) = group["only-listed-addresses"]["notStatement"]["statements"]
    assert listed["ipSetReferenceStatement"]["arn"] == "arn-of-site-only-ipv4"
    (country,) = group["only-countries"]["notStatement"]["statements"]
    assert country["geoMatchStatement"]["countryCodes"] == ["NL"]


def test_organization_counts_for_a_while_too(recorder: Any) -> None:
    make(**organization(mode="count", count_until="2027-01-31"))
    policy = recorder.inputs("site")
    data = json.loads(policy["securityServicePolicyData"]["managedServiceData"])
    managed = data["preProcessRuleGroups"][1:]
    assert all(one["overrideAction"] == {"type": "COUNT"} for one in managed)
    assert policy["tags"] == {"waf:count-until": "2027-01-31"}


def test_organization_of_distributions_stands_in_one_region(recorder: Any) -> None:
    make(**organization(organization={"resource_types": ["AWS::CloudFront::Distribution"]}))
    assert recorder.inputs("site")["resourceType"] == "AWS::CloudFront::Distribution"
    assert recorder.inputs("site")["region"] == "us-east-1"
    assert recorder.inputs("site-rule-group")["scope"] == "CLOUDFRONT"


def test_organization_leaves_accounts_out(recorder: Any) -> None:
    make(**organization(organization={"exclude_accounts": ["111122223333"]}))
    assert recorder.inputs("site")["excludeMap"] == {"accounts": ["111122223333"]}


# --- Refused ---

COMMON = "AWSManagedRulesCommonRuleSet"
GEO = {"geo_match_statement": {"country_codes": ["NL"]}}


def takeover(success: list[int], failure: list[int]) -> dict[str, Any]:
    codes = {"success_codes": success, "failure_codes": failure}
    return {
        "scope": "cloudfront",
        "account_takeover": {"login_path": "/login", "response_inspection": codes},
    }


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"scope": "global"}, "'scope' is not allowed; give regional, cloudfront, organization"),
    ({"mode": "allow"}, "'mode' is not allowed; give block, count"),
    ({"mode": "count"}, "'count_until' is required, for these would only count: rate-limit, AWS"),
    ({"mode": "count", "count_until": "soon"}, "'count_until' is no day"),
    ({"rate_limit": {"action": "count"}}, "'count_until' is required"),
    (
        {"managed_rule_groups": {COMMON: {"overrides": {"SizeRestrictions_BODY": "count"}}}},
        f"would only count: {COMMON}/SizeRestrictions_BODY",
    ),
    ({"platforms": ["solaris"]}, "'platforms.0' is not allowed; give linux"),
    (
        {"managed_rule_groups": {"AWSManagedRulesCommon": {}}},
        "is no managed rule group of AWS; known: AWSManagedRules",
    ),
    ({"managed_rule_groups": {"AWSManagedRulesPHPRuleSet": {}}}, "is not in use; add it by"),
    ({"managed_rule_groups": {COMMON: {"version": "1.0"}}}, "version' is not allowed; give as"),
    (
        {"managed_rule_groups": {COMMON: {"overrides": {"Size": "block"}}}},
        "overrides.Size' is no rule of it; it has NoUserAgent_HEADER",
    ),
    (
        {"managed_rule_groups": {COMMON: {"overrides": {"NoUserAgent_HEADER": "none"}}}},
        "overrides.NoUserAgent_HEADER' is not allowed; give block",
    ),
    ({"managed_rule_groups": {COMMON: {"scope_down": {"nothing": {}}}}}, "cannot be used in"),
    ({"bot_control": {"level": "all"}}, "'bot_control.level' is not allowed"),
    ({"bot_control": {"machine_learning": True}}, "needs the level targeted"),
    ({"account_takeover": {}}, "'account_takeover.login_path' is required"),
    ({"account_takeover": {"login_path": "login"}}, "'account_takeover.login_path' is no path"),
    (
        {
            "account_takeover": {
                "login_path": "/login",
                "response_inspection": {"success_codes": [200], "failure_codes": [401]},
            }
        },
        "'account_takeover.response_inspection' needs the scope cloudfront",
    ),
    (takeover([200], [401, 200]), "has a status that is both a success and a failure"),
    (takeover([], [401]), "'account_takeover.response_inspection.success_codes' is not allowed"),
    (takeover([200], [40]), "response_inspection.failure_codes.0' is not allowed; give 100 to 599"),
    ({"anti_ddos": {"exempt_uri_patterns": ["a"] * 6}}, "give 1 to 5 patterns"),
    ({"anti_ddos": {"exempt_uri_patterns": []}}, "give 1 to 5 patterns"),
    ({"anti_ddos": {"block_sensitivity": "NONE"}}, "'anti_ddos.block_sensitivity' is not allowed"),
    ({"anti_ddos": {"challenge": False, "challenge_sensitivity": "LOW"}}, "needs challenge"),
    ({"rate_limit": {"limit": 9}}, "'rate_limit.limit' is not allowed; give 10 to 2,000,000,000"),
    ({"rate_limit": {"window_in_seconds": 30}}, "give 60, 120, 300, 600"),
    ({"rate_limit": {"by": ["address"]}}, "'rate_limit.by.0' is no key; give method, ip"),
    ({"rate_limit": {"by": ["header:"]}}, "'rate_limit.by.0' is no key"),
    ({"rate_limit": {"by": ["forwarded_ip"]}}, "say where it stands, in forwarded_ip"),
    ({"rate_limit": {"by": []}}, "'rate_limit.by' is empty"),
    ({"rate_limit": {"by": ["ip"] * 6}}, "give 0 to 5 keys"),
    ({"rate_limit": {"by": ["ip", "method"]}}, "'rate_limit.by' is no limit of every address"),
    ({"rate_limit": {"by": ["asn"]}}, "give ip or forwarded_ip, and others in rate_limits"),
    ({"rate_limit": {"path_prefix": "/x"}}, "narrows the limit for everybody; use rate_limits"),
    ({"rate_limits": {"a b": {}}}, "'rate_limits' is not allowed; give a name"),
    ({"rate_limits": {"x": {"path_prefix": "x"}}}, "'rate_limits.x.path_prefix' is no path"),
    ({"rate_limits": {str(n): {} for n in range(10)}}, "give 0 to 9 limits"),
    (
        {"rate_limits": {"x": {"action": "captcha", "response": {"code": 429}}}},
        "is for the action block",
    ),
    ({"rate_limits": {"x": {"response": {"code": 418}}}}, "code' is not allowed; give 200, 201"),
    ({"rate_limits": {"x": {"by": ["label:awswaf"]}}}, "give a namespace that ends in ':'"),
    ({"rate_limits": {"x": {"response": {"code": 429, "body": ""}}}}, "give 1 to 4,096 bytes"),
    ({"ip_restrictions": {"block": ["10.0.0.1/8"]}}, "'ip_restrictions.block.0' is no CIDR"),
    ({"ip_restrictions": {"block": ["192.0.2.1"]}}, "lacks its prefix; write /32 after it"),
    ({"ip_restrictions": {"block": ["0.0.0.0/0"]}}, "is everybody, which AWS WAF refuses"),
    ({"ip_restrictions": {"allow": ["nonsense"]}}, "'ip_restrictions.allow.0' is no CIDR"),
    ({"countries": {"block": ["nl"]}}, "'countries.block.0' is not allowed; give two capital"),
    ({"countries": {"only": []}}, "give 1 to 50 codes"),
    ({"forwarded_ip": {"position": "SECOND"}}, "give FIRST, LAST, ANY"),
    ({"forwarded_ip": {"header": "X Forwarded"}}, "'forwarded_ip.header' is not allowed"),
    (
        {"rules": [{"name": "x", "statement": GEO, "action": "allow"}]},
        "'rules.0.action' is not allowed; give block, captcha, challenge, count",
    ),
    (
        {"rules": [{"name": COMMON, "statement": GEO, "action": "block"}]},
        f"has the name '{COMMON}', which another rule has",
    ),
    (
        {"rules": [{"name": "x", "statement": {"geo_match": {}}, "action": "block"}]},
        "cannot be used in 'x'",
    ),
    ({"body_inspection_kilobytes": 8}, "give 16, 32, 48, 64"),
    ({"logging": {"destination": "file"}}, "give cloudwatch, s3, firehose"),
    (
        {"logging": {"destination_arn": BUCKET, "retention_in_days": 365}},
        "'logging.retention_in_days' is for a destination that is made",
    ),
    ({"logging": {"retention_in_days": 30}}, "'logging.retention_in_days' is not allowed"),
    ({"logging": {"destination_arn": "arn:aws:s3:::logs"}}, "begins aws-waf-logs-"),
    (
        {"logging": {"destination_arn": BUCKET, "access_log_bucket": "access-logs"}},
        "'logging.access_log_bucket' is for a destination that is made",
    ),
    (
        {"logging": {"access_log_bucket": "access-logs"}},
        "'logging.access_log_bucket' is for the destinations s3 and firehose",
    ),
    (
        {"logging": {"destination": "s3", "access_log_bucket": "Logs"}},
        "'logging.access_log_bucket' is not allowed; give the name of a bucket",
    ),
    (
        {"logging": {"destination_arn": BUCKET, "kms_key_arn": KEY}},
        "'logging.kms_key_arn' is for a destination that is made",
    ),
    ({"logging": {"kms_key_arn": "alias/x"}}, "give the ARN of a key"),
    ({"alarms": {"blocked_requests": 0}}, "'alarms.blocked_requests' is not allowed"),
    ({"alarms": {"topic_arn": "topic"}}, "give the ARN of an SNS topic"),
    ({"organization": {}}, "'organization' needs the scope organization"),
    ({"scope": "organization"}, "'logging.destination_arn' is required"),
    (
        organization(
            logging={
                "destination_arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-all"
            }
        ),
        "'logging.destination_arn' is not allowed; give the ARN of a bucket or delivery stream",
    ),
    (organization(dashboard=True), "'dashboard' cannot be used with the scope organization"),
    (organization(ip_restrictions={"allow": ["192.0.2.0/24"]}), "'ip_restrictions.allow' cannot"),
    (organization(organization={"resource_types": ["AWS::EC2::Instance"]}), "is not allowed; give"),
    (organization(organization={"exclude_accounts": ["1"]}), "give twelve digits"),
    (
        organization(
            organization={
                "exclude_accounts": ["111122223333"],
                "include_accounts": ["111122223333"],
            }
        ),
        "cannot stand beside include_accounts",
    ),
    (
        {
            "account_takeover": {"login_path": "/login"},
            "protects": [f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_abc"],
        },
        "which AWS WAF refuses on Cognito user pools",
    ),
]


@pytest.mark.parametrize(("args", "message"), REFUSED)
def test_bad_arguments_are_refused_before_anything_is_made(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**args)
    assert str(caught.value).startswith("WebApplicationFirewall 'site': argument ")
    assert message in str(caught.value)
    assert recorder.resources == {}


def test_an_output_is_checked_when_it_resolves(recorder: Any) -> None:
    refuse_later(
        lambda: WebApplicationFirewall(
            "site", {"ip_restrictions": {"block": [pulumi.Output.from_input("nonsense")]}}
        ),
        "argument 'ip_restrictions.block' is no CIDR",
    )
    # The component alone, which has the name of its web ACL.
    assert recorder.resources["site"].typ == "secure-components:index:WebApplicationFirewall"


# --- The budget ---


def regex_rules(count: int) -> list[dict[str, Any]]:
    """Rules of 40 units and 10 for the transformation each."""
    xss = {
        "xss_match_statement": {
            "field_to_match": {"query_string": {}},
            "text_transformations": [{"priority": 0, "type": "URL_DECODE"}],
        }
    }
    return [{"name": f"own-{n}", "statement": xss, "action": "block"} for n in range(count)]


def test_over_budget_is_refused_with_all_costs(recorder: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(rules=regex_rules(80))
    assert "need 5277 web ACL capacity units; AWS WAF has 5000" in str(caught.value)
    assert f"{COMMON} 700" in str(caught.value)
    assert "own-79 50" in str(caught.value)
    assert recorder.resources == {}


def test_past_the_first_price_tier_says_so(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_: warned.append(message))
    make()
    assert warned == []
    make(platforms=["linux", "unix"])
    assert len(warned) == 1
    assert "needs 1,577 web ACL capacity units" in warned[0]
    assert "0.80 USD" in warned[0]
    assert recorder.inputs("site")["scope"] == "REGIONAL"


def test_counting_says_so(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_: warned.append(message))
    make(mode="count", count_until="2027-01-31")
    assert len(warned) == 1
    assert "only counts, and blocks nothing, by these until 2027-01-31: rate-limit" in warned[0]
    assert recorder.inputs("site")["scope"] == "REGIONAL"
