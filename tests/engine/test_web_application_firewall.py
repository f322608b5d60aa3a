"""Each example with an endpoint: previewed, deployed twice, and read back with the AWS API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.aws_api import encode
from local.workspace import Workspace
from tests.engine.editing import edit

ASSOCIATED = {
    "rest-api": "/stages/v1",
    "alb-service": ":loadbalancer/app/",
    "appsync-api": ":apis/",
    "cognito-pool": ":userpool/",
}
"""By example, what the ARN of its endpoint holds."""
LATER = {"cloudfront-site": {"pages", "pages-policy"}}
"""By example, what cannot be judged at a first preview: the policy names the distribution's ARN."""
EXAMPLES = [*ASSOCIATED, "cloudfront-site"]


def inputs_of(workspace: Workspace, type_: str) -> list[dict[str, Any]]:
    """Return what a deployed program asked for, by the engine's own record."""
    state = json.loads(workspace.run("stack", "export").output)
    resources = state["deployment"]["resources"]
    return [dict(one["inputs"]) for one in resources if one["type"] == type_]


def firewall(cloud: Cloud, outputs: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return a client of AWS WAF in the web ACL's region, and the web ACL."""
    arn = outputs["web_acl_arn"]
    scope = "CLOUDFRONT" if ":global/" in arn else "REGIONAL"
    client = cloud.client("wafv2", arn.split(":")[3])
    name, id_ = arn.rsplit("/", 2)[1:]
    return client, client.get_web_acl(Name=name, Scope=scope, Id=id_)["WebACL"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_endpoint_is_protected_as_it_was_asked(
    open_example: Callable[[str], Workspace], cloud: Cloud, example: str
) -> None:
    workspace = open_example(example)
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    # An undecided rule is a finding too, as an advisory.
    assert {finding.resource for finding in previewed.findings} == LATER.get(example, set())
    assert all(finding.message.startswith("Undecided") for finding in previewed.findings)

    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output

    outputs = workspace.outputs()
    client, acl = firewall(cloud, outputs)
    (asked,) = inputs_of(workspace, "aws:wafv2/webAcl:WebAcl")
    shape = client.meta.service_model.operation_model("CreateWebACL").input_shape
    assert acl["Capacity"] == outputs["capacity"]
    assert len(acl["Rules"]) == len(asked["rules"])
    for name in ("Rules", "DefaultAction", "VisibilityConfig", "DataProtectionConfig"):
        wanted = asked[name[0].lower() + name[1:]]
        assert subset(encode(shape.members[name], wanted, {}), acl[name]), name

    logging = client.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    headers = [field.get("SingleHeader", {}).get("Name") for field in logging["RedactedFields"]]
    assert {"authorization", "cookie"} <= set(headers)
    (destination,) = logging["LogDestinationConfigs"]
    assert ":log-group:aws-waf-logs-" in destination

    if example == "cloudfront-site":
        distributions = cloud.client("cloudfront").list_distributions()["DistributionList"]
        assert [one["WebACLId"] for one in distributions["Items"]] == [acl["ARN"]]
    else:
        (association,) = inputs_of(workspace, "aws:wafv2/webAclAssociation:WebAclAssociation")
        assert ASSOCIATED[example] in association["resourceArn"]
        found = client.get_web_acl_for_resource(ResourceArn=association["resourceArn"])
        assert found["WebACL"]["ARN"] == acl["ARN"]

    if example == "cognito-pool":
        assert workspace.destroy().code != 0, "a user pool is not lost by mistake"
        edit(workspace, 'deletion_protection="ACTIVE"', 'deletion_protection="INACTIVE"')
        assert workspace.up().changes["update"] == 1
    if example == "alb-service":
        assert workspace.destroy().code != 0, "a load balancer is not lost by mistake"
        edit(workspace, "enable_deletion_protection=True", "enable_deletion_protection=False")
        assert workspace.up().changes["update"] == 1
    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output


EVERY_WAY = """
    import pulumi
    import pulumi_aws as aws
    import secure_components as secure

    administrator = aws.fms.AdminAccount(
        "administrator", account_id=aws.get_caller_identity().account_id
    )
    secure.WebApplicationFirewall("files", {
        "logging": {"destination": "s3"},
        "mode": "count",
        "count_until": "2099-01-31",
        "rules": [{
            "name": "own",
            "action": "block",
            "labels": ["own"],
            "statement": {"sqli_match_statement": {
                "field_to_match": {"json_body": {
                    "match_pattern": {"all": {}},
                    "match_scope": "VALUE",
                    "oversize_handling": "MATCH",
                }},
                "text_transformations": [{"priority": 0, "type": "NONE"}],
            }},
        }],
    })
    secure.WebApplicationFirewall("stream", {
        "logging": {"destination": "firehose", "keep": "all", "redact_headers": ["X-Key"]},
        "dashboard": True,
        "platforms": ["linux", "unix"],
        "bot_control": {"level": "targeted"},
        "account_takeover": {"login_path": "/login"},
        "account_creation_fraud": {"registration_page_path": "/join", "creation_path": "/api/join"},
        "anti_ddos": {},
        "body_inspection_kilobytes": 32,
        "ip_restrictions": {
            "block": ["198.51.100.0/24", "2001:db8::/32"],
            "allow": ["192.0.2.0/24"],
            "updated_elsewhere": True,
        },
        "countries": {"block": ["KP"]},
        "forwarded_ip": {"position": "ANY"},
        "rate_limits": {
            "login": {
                "limit": 20,
                "by": ["ip", "header:X-Key", "uri_path", "ja4", "label:awswaf:"],
                "path_prefix": "/login",
                "response": {
                    "code": 429, "body": "{}", "content_type": "APPLICATION_JSON",
                    "headers": {"Retry-After": "60"},
                },
            },
            "everybody": {"by": [], "method": "POST", "action": "challenge"},
        },
        "managed_rule_groups": {
            "AWSManagedRulesCommonRuleSet": {
                "version": "Version_1.0",
                "overrides": {"SizeRestrictions_BODY": "captcha"},
                "scope_down": {"geo_match_statement": {"country_codes": ["NL"]}},
            },
        },
    })
    edge = secure.WebApplicationFirewall("edge", {
        "scope": "cloudfront",
        "account_takeover": {
            "login_path": "/login",
            "response_inspection": {"success_codes": [200], "failure_codes": [401, 403]},
        },
    })
    secure.WebApplicationFirewall("everywhere", {
        "scope": "organization",
        "ip_restrictions": {"only": ["192.0.2.0/24"]},
        "countries": {"only": ["NL"]},
        "logging": {"destination_arn": "arn:aws:s3:::aws-waf-logs-central"},
    }, pulumi.ResourceOptions(depends_on=[administrator]))
    pulumi.export("edge", edge.web_acl_arn)
"""


def test_every_way_is_made_and_then_stays(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_program(EVERY_WAY)
    settings = workspace.project / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace("us-east-1", "eu-west-1"))
    made = workspace.up(policy_pack=None)
    assert made.code == 0, made.output
    again = workspace.up(policy_pack=None)
    assert set(again.changes) == {"same"}, again.output
    assert workspace.outputs()["edge"].split(":")[3] == "us-east-1"
    listed = cloud.client("wafv2", "eu-west-1").list_web_acls(Scope="REGIONAL")["WebACLs"]
    assert len(listed) == 2
    (policy,) = cloud.client("fms", "eu-west-1").list_policies()["PolicyList"]
    assert policy["SecurityServiceType"] == "WAFV2"


def test_another_destination_leaves_no_web_acl_without_logs(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_program("""
        import pulumi
        import secure_components as secure

        firewall = secure.WebApplicationFirewall("site", {"logging": {"destination": "cloudwatch"}})
        pulumi.export("web_acl_arn", firewall.web_acl_arn)
    """)
    assert workspace.up().code == 0
    edit(workspace, '"cloudwatch"', '"s3"')
    changed = workspace.up()
    assert changed.code == 0, changed.output
    arn = workspace.outputs()["web_acl_arn"]
    client = cloud.client("wafv2")
    logging = client.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    (bucket,) = (arn.removeprefix("arn:aws:s3:::") for arn in logging["LogDestinationConfigs"])
    assert bucket.startswith("aws-waf-logs-")
    read = cloud.client("s3").get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert read["TargetBucket"].startswith("site-access-logs-")


def subset(wanted: Any, given: Any) -> bool:
    """Tell whether all that was asked is there; AWS adds what it chose itself."""
    if isinstance(wanted, Mapping):
        return all(key in given and subset(each, given[key]) for key, each in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(given) and all(map(subset, wanted, given))
    # boto3 tells a text that is searched for as bytes.
    return bool(wanted == (given.decode() if isinstance(given, bytes) else given))
