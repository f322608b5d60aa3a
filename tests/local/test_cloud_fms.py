"""Firewall Manager's policies through their lives, on the service that the emulated AWS lacked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from local.cloud import Cloud
from local.cloud.aws import AWS
from local.cloud.table import fill
from local.cloud.values import UNKNOWN
from secure_components import WebApplicationFirewall
from tests.local.lives import Life, live, refusal
from tests.secure_components.conftest import Recorder

ACCOUNT = "123456789012"
POLICY = "aws:fms/policy:Policy"
ADMIN = "aws:fms/adminAccount:AdminAccount"
ALB = "AWS::ElasticLoadBalancingV2::LoadBalancer"
STAGE = "AWS::ApiGateway::Stage"
DISTRIBUTION = "AWS::CloudFront::Distribution"
STREAM = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/aws-waf-logs-all"
BUCKET = "arn:aws:s3:::aws-waf-logs-all"
LOGGING = {"logDestinationConfigs": [BUCKET], "redactedFields": []}
ORIGIN = {"redactedFieldType": "SingleHeader", "redactedFieldValue": "cookie"}


@pytest.fixture
def group(cloud: Cloud) -> Callable[[str], str]:
    """Make a rule group of a scope and return its ARN."""

    def make(scope: str = "REGIONAL") -> str:
        visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
        made = cloud.client("wafv2").create_rule_group(
            Name="own",
            Scope=scope,
            Capacity=10,
            VisibilityConfig={**visibility, "MetricName": "own"},
        )
        return str(made["Summary"]["ARN"])

    return make


def own(arn: str | None, **more: Any) -> dict[str, Any]:
    return {
        "ruleGroupArn": arn,
        "ruleGroupType": "RuleGroup",
        "overrideAction": {"type": "NONE"},
        **more,
    }


def managed(identifier: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    named = {"vendorName": "AWS", "managedRuleGroupName": "AWSManagedRulesCommonRuleSet"}
    return {
        "ruleGroupArn": None,
        "ruleGroupType": "ManagedRuleGroup",
        "managedRuleGroupIdentifier": {**named, **(identifier or {})},
        "overrideAction": {"type": "COUNT"},
        "excludeRules": [],
        **more,
    }


def data(*groups: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "WAFV2",
        "preProcessRuleGroups": list(groups),
        "postProcessRuleGroups": [],
        "defaultAction": {"type": "ALLOW"},
        "overrideCustomerWebACLAssociation": False,
        **more,
    }


def policy(said: Any, **more: Any) -> dict[str, Any]:
    text = said if isinstance(said, str) else json.dumps(said)
    typed = {} if {"resourceType", "resourceTypeLists"} & more.keys() else {"resourceType": ALB}
    return {
        "name": "all",
        "excludeResourceTags": False,
        "securityServicePolicyData": {"type": "WAFV2", "managedServiceData": text},
        **typed,
        **more,
    }


def test_a_policy_lives(aws: Any, group: Callable[[str], str]) -> None:
    arn = f"arn:aws:fms:us-east-1:{ACCOUNT}:policy/{{id}}"
    said = data(
        own(group("REGIONAL"), managedRuleGroupIdentifier=None, sampledRequestsEnabled=True),
        managed(),
        managed({"version": "Version_1.0", "versionEnabled": True}),
        loggingConfiguration={"logDestinationConfigs": [STREAM], "redactedFields": [ORIGIN]},
    )
    live(
        aws,
        Life(
            POLICY,
            policy(
                said,
                description="WAF everywhere",
                resourceTypeLists=[STAGE, ALB],
                remediationEnabled=True,
                deleteUnusedFmManagedResources=True,
                excludeMap={"accounts": ["111122223333"], "orgunits": ["ou-ab12-cdefgh34"]},
                resourceTags={"exposed": "yes"},
                tags={"a": "1", "b": "2"},
            ),
            policy(
                data(managed(), postProcessRuleGroups=[managed()]),
                name="others",
                resourceType=STAGE,
                excludeResourceTags=True,
                includeMap={"orgunits": ["ou-ab12-cdefgh34"]},
                resourceTagLogicalOperator="OR",
                deleteAllPolicyResources=False,
                tags={"a": "3"},
            ),
            policy(data(), name="elsewhere", region="eu-west-1"),
            "{id}",
            {
                "resourceType": "ResourceTypeList",
                "deleteAllPolicyResources": True,
                "tagsAll": {"a": "1", "b": "2"},
                "resourceTags": {"exposed": "yes"},
            },
        ),
    )
    made = aws.create(POLICY, policy(data()))
    assert made.outputs["arn"] == arn.format(id=made.id)


def test_the_component_gives_every_account_a_firewall(aws: Any, cloud: Cloud) -> None:
    """What the component asks for is deployed, each resource by the provider."""

    class Deploying(Recorder):
        def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
            if args.typ not in AWS.resources:
                return super().new_resource(args)
            made = aws.create(args.typ, args.inputs)
            return made.id, made.outputs

    pulumi.runtime.set_mocks(Deploying(), project="project", stack="stack")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        WebApplicationFirewall(
            "site",
            {
                "scope": "organization",
                "logging": {"destination_arn": BUCKET},
                "organization": {"exclude_accounts": ["111122223333"]},
            },
        )

    program()
    fms = cloud.client("fms")
    (listed,) = fms.list_policies()["PolicyList"]
    made = fms.get_policy(PolicyId=listed["PolicyId"])["Policy"]
    assert made["ResourceType"] == "ResourceTypeList"
    assert sorted(made["ResourceTypeList"]) == [STAGE, ALB]
    assert made["ExcludeMap"] == {"ACCOUNT": ["111122223333"]}
    own_group, *others = json.loads(made["SecurityServicePolicyData"]["ManagedServiceData"])[
        "preProcessRuleGroups"
    ]
    group = cloud.client("wafv2").get_rule_group(ARN=own_group["ruleGroupArn"])["RuleGroup"]
    assert [rule["Name"] for rule in group["Rules"]] == ["rate-limit"]
    assert others


@pytest.mark.parametrize("asked", [True, False])
def test_what_a_policy_made_goes_with_it_where_that_is_asked(asked: bool) -> None:
    """Nothing here is made by a policy, so the call itself is looked at."""
    delete = AWS.resources[POLICY].delete
    assert delete
    told = fill(delete.parameters, {"id": "it", "deleteAllPolicyResources": asked})
    assert told == {"PolicyId": "it", "DeleteAllPolicyResources": asked}


# --- Differences ---


@pytest.mark.parametrize(
    ("more", "differs"),
    [
        ({"customResponse": None, "tokenDomains": []}, False),
        ({"postProcessRuleGroups": [managed()]}, True),
        ({"defaultAction": {"type": "BLOCK"}}, True),
        ({"overrideCustomerWebACLAssociation": True}, True),
        ({"sampledRequestsEnabledForDefaultActions": False}, True),
    ],
)
def test_data_is_compared_as_json(aws: Any, more: dict[str, Any], differs: bool) -> None:
    made = aws.create(POLICY, policy(data()))
    other = json.dumps({**dict(reversed(data().items())), **more}, separators=(",", ":"))
    assert bool(aws.diff(made, policy(other)).diffs) is differs


def test_sets_have_no_order(aws: Any) -> None:
    scope = {"accounts": ["111122223333", "444455556666"]}
    made = aws.create(POLICY, policy(data(), resourceTypeLists=[STAGE, ALB], includeMap=scope))
    turned = {"accounts": scope["accounts"][::-1]}
    other = policy(data(), resourceTypeLists=[ALB, STAGE], includeMap=turned)
    assert not aws.diff(made, other).diffs
    assert aws.diff(made, policy(data(), resourceTypeLists=[ALB, STAGE])).diffs == ["includeMap"]


def test_what_a_policy_had_is_taken_away(aws: Any, cloud: Cloud) -> None:
    full = policy(
        data(),
        description="WAF",
        remediationEnabled=True,
        deleteUnusedFmManagedResources=True,
        includeMap={"accounts": ["111122223333"]},
        resourceTags={"exposed": "yes"},
        resourceTypeLists=[STAGE, ALB],
        tags={"a": "1"},
    )
    made = aws.create(POLICY, full)
    bare = aws.update(made, policy(data(), resourceType=STAGE))
    assert not aws.diff(bare, policy(data(), resourceType=STAGE)).diffs
    fms = cloud.client("fms")
    told = fms.get_policy(PolicyId=made.id)["Policy"]
    assert told["ResourceType"] == STAGE
    assert not told["RemediationEnabled"]
    assert not told["DeleteUnusedFMManagedResources"]
    gone = {"IncludeMap", "PolicyDescription", "ResourceTags", "ResourceTypeList"}
    assert not gone & told.keys()
    assert fms.list_tags_for_resource(ResourceArn=made.outputs["arn"])["TagList"] == []


def test_what_is_chosen_stays(aws: Any) -> None:
    made = aws.create(POLICY, policy(data(), resourceTagLogicalOperator="OR"))
    assert aws.diff(made, policy(data(), name="other")).diffs == ["name"]
    renamed = aws.update(made, policy(data(), name="other"))
    assert renamed.outputs["resourceTagLogicalOperator"] == "OR"


def test_a_change_behind_the_back_is_seen(aws: Any, cloud: Cloud) -> None:
    fms = cloud.client("fms")
    inputs = policy(data(managed()), remediationEnabled=True)
    made = aws.create(POLICY, inputs)
    there = fms.get_policy(PolicyId=made.id)["Policy"]
    fms.put_policy(Policy={**there, "RemediationEnabled": False})
    assert "InvalidOperationException" in refusal(aws.update, made, policy(data(), name="other"))
    drifted = aws.read(made)
    assert aws.diff(drifted, inputs).diffs == ["remediationEnabled"]
    assert not aws.diff(aws.update(drifted, inputs), inputs).diffs


# --- What Firewall Manager refuses ---


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"resourceType": "AWS::EC2::VPC"}, "a resource type is none of"),
        ({"resourceTypeLists": [ALB, "AWS::EC2::VPC"]}, "a resource type is none of"),
        ({"resourceTypeLists": [DISTRIBUTION, ALB]}, "must be the only resource type"),
        ({"resourceType": DISTRIBUTION, "region": "eu-west-1"}, "stands in us-east-1"),
        (
            {
                "includeMap": {"accounts": ["1" * 12]},
                "excludeMap": {"orgunits": ["ou-ab12-cdefgh34"]},
            },
            "includeMap and excludeMap exclude each other",
        ),
    ],
)
def test_a_scope_that_no_policy_has_is_refused(aws: Any, more: Any, message: str) -> None:
    told = refusal(aws.create, POLICY, policy(data(), **more))
    assert "InvalidInputException" in told
    assert message in told


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"more": 1}, "the data must have no more than associationConfig"),
        ({"type": "WAF"}, "type must be WAFV2"),
        ({"defaultAction": {"type": "COUNT"}}, "defaultAction.type must be one of ALLOW, BLOCK"),
        ({"defaultAction": None}, "defaultAction.type must be one of ALLOW, BLOCK"),
        ({"overrideCustomerWebACLAssociation": "no"}, "must be true or false"),
        ({"preProcessRuleGroups": None}, "preProcessRuleGroups must be a list"),
        ({"postProcessRuleGroups": managed()}, "postProcessRuleGroups must be a list"),
        ({"preProcessRuleGroups": ["x"]}, "preProcessRuleGroups[0].overrideAction.type must be"),
        ({"preProcessRuleGroups": [managed(more=1)]}, "[0].must have no more than excludeRules"),
        (
            {"postProcessRuleGroups": [managed(), managed(overrideAction={"type": "BLOCK"})]},
            "postProcessRuleGroups[1].overrideAction.type must be one of COUNT, NONE",
        ),
        ({"preProcessRuleGroups": [managed(ruleGroupType="x")]}, "ruleGroupType must be one of"),
        (
            {"preProcessRuleGroups": [managed(ruleGroupArn=BUCKET)]},
            "ruleGroupArn must be null for a ManagedRuleGroup",
        ),
        ({"preProcessRuleGroups": [managed({"vendor": "AWS"})]}, "must have no more than managed"),
        (
            {"preProcessRuleGroups": [managed({"vendorName": None})]},
            "must have vendorName and managedRuleGroupName",
        ),
        (
            {"preProcessRuleGroups": [managed({"versionEnabled": True})]},
            "version must be set where versionEnabled is",
        ),
        ({"loggingConfiguration": BUCKET}, "logDestinationConfigs must have exactly one item"),
        (
            {"loggingConfiguration": {**LOGGING, "more": 1}},
            "loggingConfiguration.must have no more",
        ),
        (
            {"loggingConfiguration": {**LOGGING, "logDestinationConfigs": [BUCKET, STREAM]}},
            "logDestinationConfigs must have exactly one item",
        ),
        *(
            (
                {"loggingConfiguration": {**LOGGING, "logDestinationConfigs": [arn]}},
                "must be a bucket or a delivery stream whose name begins with aws-waf-logs-",
            )
            for arn in (
                "arn:aws:s3:::logs",
                f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-all",
            )
        ),
        (
            {"loggingConfiguration": {**LOGGING, "redactedFields": [ORIGIN] * 21}},
            "redactedFields must have at most 20 items",
        ),
        (
            {
                "loggingConfiguration": {
                    **LOGGING,
                    "redactedFields": [{"redactedFieldType": "Body"}],
                }
            },
            "redactedFields[0].redactedFieldType must be one of",
        ),
        (
            {
                "loggingConfiguration": {
                    **LOGGING,
                    "redactedFields": [{"redactedFieldType": "SingleHeader"}],
                }
            },
            "redactedFields[0].redactedFieldValue must name the header",
        ),
    ],
)
def test_data_that_is_not_as_documented_is_refused(aws: Any, more: Any, message: str) -> None:
    told = refusal(aws.create, POLICY, policy(data(**more)))
    assert "InvalidInputException" in told
    assert message in told


@pytest.mark.parametrize(
    "override",
    [
        {"actionToUse": {"count": {}}},
        {"name": "a", "actionToUse": {}},
        {"name": "a", "actionToUse": {"count": {}, "block": {}}},
        {"name": "a", "actionToUse": {"ignore": {}}},
        "a",
    ],
)
def test_an_override_names_a_rule_and_one_action(aws: Any, override: Any) -> None:
    said = data(managed(ruleActionOverrides=[override]))
    message = "ruleActionOverrides[0] must have a name and one actionToUse"
    assert message in refusal(aws.create, POLICY, policy(said))


def test_documented_data_is_taken(aws: Any) -> None:
    overrides = [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]
    full = data(
        managed(ruleActionOverrides=overrides, sampledRequestsEnabled=True),
        managed({"version": None, "versionEnabled": None, "managedRuleGroupConfigs": None}),
        captchaConfig={"immunityTimeProperty": {"immunityTime": 500}},
        customRequestHandling=None,
        customResponse=None,
        loggingConfiguration={
            "logDestinationConfigs": [BUCKET],
            "redactedFields": [ORIGIN, {"redactedFieldType": "METHOD"}],
            "loggingFilterConfigs": {"defaultBehavior": "KEEP", "filters": []},
        },
        optimizeUnassociatedWebACL=True,
        sampledRequestsEnabledForDefaultActions=True,
        webACLSource="RETROFIT_EXISTING",
    )
    made = aws.create(POLICY, policy(full))
    assert not aws.diff(made, policy(full)).diffs


@pytest.mark.parametrize(
    ("scope", "resource_type"), [("REGIONAL", DISTRIBUTION), ("CLOUDFRONT", ALB)]
)
def test_a_rule_group_of_another_scope_is_refused(
    aws: Any, group: Callable[[str], str], scope: str, resource_type: str
) -> None:
    said = data(own(group(scope)))
    message = refusal(aws.create, POLICY, policy(said, resourceType=resource_type))
    assert "ruleGroupArn must be a rule group of this region and scope" in message
    fits = ALB if scope == "REGIONAL" else DISTRIBUTION
    made = aws.create(POLICY, policy(said, resourceType=fits))
    assert "ruleGroupArn" in refusal(aws.update, made, policy(said, resourceType=resource_type))


def test_a_rule_group_must_be_there(aws: Any, group: Callable[[str], str]) -> None:
    message = "ruleGroupArn must be a rule group of this region and scope"
    arn = group("REGIONAL")
    absent = f"{arn[:-36]}00000000-0000-0000-0000-000000000000"
    for wrong in (None, "x", arn[:-1], absent, arn.replace(ACCOUNT, "111122223333")):
        assert message in refusal(aws.create, POLICY, policy(data(own(wrong))))
    elsewhere = refusal(aws.create, POLICY, policy(data(own(arn)), region="eu-west-1"))
    assert message in elsewhere


@pytest.mark.parametrize(
    "more", [{"managedRuleGroupIdentifier": {}}, {"ruleActionOverrides": [{"name": "a"}]}]
)
def test_an_own_rule_group_takes_nothing_of_a_managed_one(
    aws: Any, group: Callable[[str], str], more: Any
) -> None:
    assert "InvalidInputException" in refusal(
        aws.create, POLICY, policy(data(own(group("REGIONAL"), **more)))
    )


# --- What Check refuses ---


@pytest.mark.parametrize(
    ("more", "path", "reason"),
    [
        ({"resourceTypeLists": [STAGE]}, "resourceType", "must be set, or else"),
        ({"resourceType": None}, "resourceType", "must be set, or else"),
        (
            {"securityServicePolicyData": {"type": "SHIELD_ADVANCED", "managedServiceData": "{}"}},
            "securityServicePolicyData.type",
            "must be WAFV2",
        ),
        *(
            (
                {"securityServicePolicyData": {"type": "WAFV2", **said}},
                "securityServicePolicyData.managedServiceData",
                "must be an object in JSON",
            )
            for said in ({}, {"managedServiceData": "{"}, {"managedServiceData": "[]"})
        ),
        (
            {
                "securityServicePolicyData": {
                    "type": "WAFV2",
                    "managedServiceData": "{}",
                    "policyOption": {"networkFirewallPolicy": {}},
                }
            },
            "securityServicePolicyData.policyOption",
            "is for other types",
        ),
        ({"resourceSetIds": ["a"]}, "resourceSetIds", "no resource sets"),
    ],
)
def test_check_refuses(aws: Any, more: Any, path: str, reason: str) -> None:
    _, failures = aws.check(POLICY, {**policy(data()), **more})
    assert [each[0] for each in failures] == [path]
    assert reason in failures[0][1]


def test_what_is_not_known_yet_passes(aws: Any) -> None:
    for unknown in (
        UNKNOWN,
        {"type": UNKNOWN, "managedServiceData": UNKNOWN},
        {"type": "WAFV2", "managedServiceData": UNKNOWN},
    ):
        aws.checked(POLICY, {**policy(data()), "securityServicePolicyData": unknown})


# --- The service itself ---


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def put(**more: Any) -> dict[str, Any]:
    service = {"Type": "WAFV2", "ManagedServiceData": json.dumps(data())}
    return {
        "PolicyName": "all",
        "ResourceType": ALB,
        "ExcludeResourceTags": False,
        "RemediationEnabled": True,
        "SecurityServicePolicyData": service,
        **more,
    }


@pytest.fixture
def fms(cloud: Cloud) -> Any:
    """Return a plain client of an empty AWS."""
    cloud.reset()
    return cloud.client("fms")


def test_the_service_keeps_policies(fms: Any, cloud: Cloud) -> None:
    tag = {"Key": "a", "Value": "1"}
    made = fms.put_policy(Policy=put(), TagList=[tag])
    policy_id, arn = made["Policy"]["PolicyId"], made["PolicyArn"]
    assert arn == f"arn:aws:fms:us-east-1:{ACCOUNT}:policy/{policy_id}"
    (listed,) = fms.list_policies()["PolicyList"]
    assert listed == {
        "PolicyArn": arn,
        "PolicyId": policy_id,
        "PolicyName": "all",
        "ResourceType": ALB,
        "SecurityServiceType": "WAFV2",
        "RemediationEnabled": True,
        "PolicyStatus": "ACTIVE",
    }
    assert cloud.client("fms", "eu-west-1").list_policies()["PolicyList"] == []
    assert fms.list_tags_for_resource(ResourceArn=arn)["TagList"] == [tag]
    again = fms.put_policy(Policy={**made["Policy"], "PolicyName": "other"})["Policy"]
    assert again["PolicyId"] == policy_id
    assert again["PolicyUpdateToken"] != made["Policy"]["PolicyUpdateToken"]
    assert fms.get_policy(PolicyId=policy_id)["Policy"]["PolicyName"] == "other"
    assert fms.list_tags_for_resource(ResourceArn=arn)["TagList"] == [tag]
    fms.delete_policy(PolicyId=policy_id)
    assert fms.list_policies()["PolicyList"] == []
    gone = code(fms.list_tags_for_resource, ResourceArn=arn)
    assert gone == "ResourceNotFoundException"


def test_the_service_refuses_what_its_model_does(fms: Any) -> None:
    for wrong in ({"PolicyDescription": "one, two"}, {"PolicyName": "n" * 129}):
        assert code(fms.put_policy, Policy=put(**wrong)) == "InvalidInputException"
    unknown = {"Type": "FIREWALL", "ManagedServiceData": "{}"}
    wrong = put(SecurityServicePolicyData=unknown)
    assert code(fms.put_policy, Policy=wrong) == "InvalidInputException"
    assert fms.list_policies()["PolicyList"] == []


def test_a_policy_is_put_under_the_token_of_its_version(fms: Any) -> None:
    made = fms.put_policy(Policy=put())["Policy"]
    fms.put_policy(Policy=made)
    assert code(fms.put_policy, Policy=made) == "InvalidOperationException"
    del made["PolicyUpdateToken"]
    assert code(fms.put_policy, Policy=made) == "InvalidOperationException"


def test_what_is_not_there_is_not_found(fms: Any) -> None:
    absent, arn = "0" * 36, f"arn:aws:fms:us-east-1:{ACCOUNT}:policy/{'0' * 36}"
    for call, parameters in (
        (fms.get_policy, {"PolicyId": absent}),
        (fms.delete_policy, {"PolicyId": absent}),
        (fms.put_policy, {"Policy": put(PolicyId=absent, PolicyUpdateToken="1")}),
        (fms.tag_resource, {"ResourceArn": arn, "TagList": []}),
        (fms.untag_resource, {"ResourceArn": arn, "TagKeys": ["a"]}),
        (fms.list_tags_for_resource, {"ResourceArn": arn}),
        (fms.get_admin_account, {}),
        (fms.disassociate_admin_account, {}),
    ):
        assert code(call, **parameters) == "ResourceNotFoundException"


def test_nothing_is_left_after_a_reset(fms: Any, cloud: Cloud) -> None:
    fms.put_policy(Policy=put())
    fms.associate_admin_account(AdminAccount=ACCOUNT)
    cloud.reset()
    assert fms.list_policies()["PolicyList"] == []
    assert code(fms.get_admin_account) == "ResourceNotFoundException"


# --- The administrator ---


def test_an_administrator_comes_and_goes(aws: Any, cloud: Cloud) -> None:
    inputs = {"accountId": ACCOUNT}
    assert aws.plan(ADMIN, inputs) == inputs
    made = aws.create(ADMIN, inputs)
    assert (made.id, made.outputs) == (ACCOUNT, inputs)
    assert not aws.diff(made, inputs).diffs
    assert aws.diff(made, {"accountId": "111122223333"}).replaces == ["accountId"]
    assert aws.imported(ADMIN, ACCOUNT).outputs == inputs
    elsewhere = cloud.client("fms", "eu-west-1").get_admin_account()
    assert (elsewhere["AdminAccount"], elsewhere["RoleStatus"]) == (ACCOUNT, "READY")
    second = refusal(aws.create, ADMIN, {"accountId": "111122223333"})
    assert "InvalidOperationException" in second
    aws.delete(made)
    assert aws.read(made) is None
    aws.delete(made)


def test_an_administrator_must_be_named(aws: Any) -> None:
    _, failures = aws.check(ADMIN, {})
    assert failures == [("accountId", "must be set: the local cloud fills in none.")]
    aws.checked(ADMIN, {"accountId": UNKNOWN})
