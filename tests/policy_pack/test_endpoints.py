"""Which web ACL protects which endpoint: what joins them, what does not, what cannot be told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi_aws
import pytest

from policy_pack import endpoints
from policy_pack.catalog import rules
from policy_pack.endpoints import (
    AMPLIFY_APPS,
    APP_RUNNER_SERVICES,
    APPSYNC_APIS,
    ASSOCIATIONS,
    CLASSIC_LOAD_BALANCERS,
    DISTRIBUTION_TENANTS,
    DISTRIBUTIONS,
    FIREWALL_POLICIES,
    HTTP_API_DOMAINS,
    HTTP_API_MAPPINGS,
    HTTP_APIS,
    LOAD_BALANCERS,
    REST_APIS,
    REST_STAGES,
    USER_POOLS,
    VERIFIED_ACCESS_INSTANCES,
    WEB_ACLS,
)
from policy_pack.rule import UNKNOWN, Resource, Stack, Verdict

RULES: Final = {rule.id: rule for rule in rules()}
RULE_OF: Final = {
    **dict.fromkeys(LOAD_BALANCERS, "elb-web-acl"),
    **dict.fromkeys(REST_STAGES, "apigateway-web-acl"),
    **dict.fromkeys(APPSYNC_APIS, "appsync-web-acl"),
    **dict.fromkeys(USER_POOLS, "cognito-web-acl"),
    **dict.fromkeys(APP_RUNNER_SERVICES, "apprunner-web-acl"),
    **dict.fromkeys(VERIFIED_ACCESS_INSTANCES, "verifiedaccess-web-acl"),
    **dict.fromkeys(AMPLIFY_APPS, "amplify-web-acl"),
    **dict.fromkeys(DISTRIBUTIONS, "cloudfront-web-acl"),
    **dict.fromkeys(DISTRIBUTION_TENANTS, "cloudfront-web-acl"),
    **dict.fromkeys(HTTP_APIS, "apigatewayv2-web-acl-in-front"),
}
ASSOCIABLE: Final = [
    type_ for type_ in RULE_OF if type_ not in (*DISTRIBUTIONS, *DISTRIBUTION_TENANTS, *HTTP_APIS)
]
ACL_ARN: Final = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/firewall/a1b2c3d4"
ALB_ARN: Final = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c49"
SERVICE_ARN: Final = "arn:aws:apprunner:eu-west-1:123456789012:service/web/8fe1e10304f84fd2"


def made(
    type_: str,
    name: str = "endpoint",
    sources: Mapping[str, Sequence[Resource]] | None = None,
    **properties: Any,
) -> Resource:
    """Make a resource whose properties are made of others, as the engine tells a whole stack."""
    urns = {key: [one.urn for one in made_of] for key, made_of in (sources or {}).items()}
    urn = f"urn:pulumi:dev::project::a:b:Component${type_}::{name}"
    return Resource(type_, name, urn, properties, urns)


def association(arn: object, *made_of: Resource, name: str = "association") -> Resource:
    return made(ASSOCIATIONS[0], name, {"resourceArn": made_of}, resourceArn=arn)


def judge(judged: Resource, *others: Resource, rule: str = "") -> str:
    """Return a rule's verdict of the first resource, in a word."""
    return told(RULES[rule or RULE_OF[judged.type]].judge(judged, Stack([judged, *others])))


def told(verdict: Verdict) -> str:
    assert not verdict.failure, verdict
    if verdict.findings:
        return "found"
    return "undecided" if verdict.undecided else "passed"


# --- Associations ---

BY_ARN: Final = [
    (ALB_ARN, LOAD_BALANCERS[0], {"arn": ALB_ARN}),
    (SERVICE_ARN, APP_RUNNER_SERVICES[0], {"arn": SERVICE_ARN}),
    (
        "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/v1",
        REST_STAGES[0],
        {"id": "ags-a1b2c3-v1", "restApi": "a1b2c3", "stageName": "v1"},
    ),
    ("arn:aws:appsync:eu-west-1:123456789012:apis/gx7", APPSYNC_APIS[0], {"id": "gx7"}),
    ("arn:aws:appsync:eu-west-1:123456789012:apis/ev7", APPSYNC_APIS[1], {"apiId": "ev7"}),
    (
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1",
        USER_POOLS[0],
        {"id": "eu-west-1_Ab1"},
    ),
    (
        "arn:aws:ec2:eu-west-1:123456789012:verified-access-instance/vai-0ce",
        VERIFIED_ACCESS_INSTANCES[0],
        {"id": "vai-0ce"},
    ),
    ("arn:aws:amplify:eu-west-1:123456789012:apps/d2h", AMPLIFY_APPS[0], {"id": "d2h"}),
]


@pytest.mark.parametrize(("arn", "type_", "properties"), BY_ARN, ids=lambda one: str(one)[:40])
def test_known_arn_protects_the_endpoint_that_it_names_and_no_other(
    arn: str, type_: str, properties: dict[str, Any]
) -> None:
    endpoint = made(type_, **properties)
    assert judge(endpoint, association(arn)) == "passed"
    assert judge(endpoint, association(f"{arn}x")) == "found"
    assert judge(endpoint, association(arn[:-1])) == "found"
    assert judge(endpoint, association(arn.replace("arn:aws:", "arn:aws:x"))) == "found"


@pytest.mark.parametrize("arn", ["", None, "arn", "arn:aws:cognito-idp", ["x"], {"a": "b"}, 7])
def test_value_that_is_no_arn_protects_nothing(arn: object) -> None:
    pool = made(USER_POOLS[0], id="eu-west-1_Ab1")
    assert judge(pool, association(arn)) == "found"
    assert judge(pool, association(arn, pool)) == "found"


@pytest.mark.parametrize("type_", ASSOCIABLE)
def test_arn_that_is_not_known_protects_what_it_was_made_of(type_: str) -> None:
    endpoint, other = made(type_, id=UNKNOWN), made(type_, "other", id=UNKNOWN)
    assert judge(endpoint, association(UNKNOWN, endpoint)) == "passed"
    assert judge(other, endpoint, association(UNKNOWN, endpoint)) == "found"
    assert judge(endpoint, association(UNKNOWN)) == "undecided"
    assert judge(endpoint, association(UNKNOWN), association(UNKNOWN, endpoint)) == "passed"


@pytest.mark.parametrize("type_", ASSOCIABLE)
def test_endpoint_without_association_is_found(type_: str) -> None:
    assert judge(made(type_)) == "found"
    assert judge(made(type_, id=UNKNOWN), made(WEB_ACLS[0], "acl", id=UNKNOWN)) == "found"


def test_arn_that_was_made_of_several_endpoints_is_undecided_for_each() -> None:
    """An output of a component was made of all that the component holds."""
    balancer, pool = made(LOAD_BALANCERS[0], id=UNKNOWN), made(USER_POOLS[0], "pool", id=UNKNOWN)
    second = made(LOAD_BALANCERS[1], "second", id=UNKNOWN)
    for pair in ((balancer, pool), (pool, balancer), (balancer, second), (second, balancer)):
        assert judge(*pair, association(UNKNOWN, *pair)) == "undecided"
    certain = association(UNKNOWN, balancer, name="certain")
    assert judge(balancer, association(UNKNOWN, balancer, pool), certain) == "passed"
    assert judge(balancer, association(UNKNOWN, balancer, made("a:b:C", "x"))) == "passed"


def test_association_of_aws_waf_classic_protects_nothing() -> None:
    balancer = made(LOAD_BALANCERS[0], arn=ALB_ARN)
    classic = made("aws:wafregional/webAclAssociation:WebAclAssociation", resourceArn=ALB_ARN)
    assert judge(balancer, classic) == "found"


def stages(*, known: bool) -> tuple[Resource, Resource, Resource]:
    """Return an API and its two stages, as at `up` or as at a first preview."""
    api_id: Any = "a1b2c3" if known else UNKNOWN
    api = made(REST_APIS[0], "api", id=api_id)
    first, second = (
        made(
            REST_STAGES[0],
            name,
            {"restApi": [api]},
            id=f"ags-a1b2c3-{name}" if known else UNKNOWN,
            arn=stage_arn("a1b2c3", name) if known else UNKNOWN,
            restApi=api_id,
            stageName=name,
        )
        for name in ("v1", "v2")
    )
    return api, first, second


def stage_arn(api: str, name: str) -> str:
    return f"arn:aws:apigateway:eu-west-1::/restapis/{api}/stages/{name}"


def test_of_two_stages_only_the_associated_one_passes() -> None:
    api, first, second = stages(known=False)
    for made_of in ([first], [api, first]):
        protecting = association(UNKNOWN, *made_of)
        assert judge(first, second, api, protecting) == "passed"
        assert judge(second, first, api, protecting) == "found"
    api, first, second = stages(known=True)
    protecting = association(stage_arn("a1b2c3", "v1"), api, first)
    assert judge(first, second, api, protecting) == "passed"
    assert judge(second, first, api, protecting) == "found"


def test_arn_of_an_api_and_a_text_is_undecided_until_it_is_known() -> None:
    api, first, second = stages(known=False)
    assert judge(first, second, api, association(UNKNOWN, api)) == "undecided"
    assert judge(second, first, api, association(UNKNOWN, api)) == "undecided"
    api, first, second = stages(known=True)
    protecting = association(stage_arn("a1b2c3", "v2"), api)
    assert judge(first, second, api, protecting) == "found"
    assert judge(second, first, api, protecting) == "passed"


def test_arn_of_another_api_and_this_stages_name_protects_nothing() -> None:
    other = made(REST_APIS[0], "other", id=UNKNOWN)
    api, first, _ = stages(known=False)
    assert judge(first, api, other, association(UNKNOWN, other, first)) == "undecided"
    assert judge(first, api, other, association(UNKNOWN, other)) == "found"
    api, first, _ = stages(known=True)
    wrong = association(stage_arn("d4e5f6", "v1"), other, first)
    assert judge(first, api, other, wrong) == "found"


def test_new_stage_of_a_known_api_is_found_by_the_arn_that_it_will_have() -> None:
    new = made(REST_STAGES[0], arn=UNKNOWN, id=UNKNOWN, restApi="a1b2c3", stageName="v3")
    assert judge(new, association(stage_arn("a1b2c3", "v3"))) == "passed"
    assert judge(new, association(stage_arn("a1b2c3", "v2"))) == "found"
    unnamed = made(REST_STAGES[0], arn=UNKNOWN, restApi="a1b2c3", stageName=UNKNOWN)
    assert judge(unnamed, association(stage_arn("a1b2c3", "v3"))) == "found"
    assert judge(unnamed, association(stage_arn("a1b2c3", "{stageName}"))) == "found"


def test_known_arn_that_was_made_of_a_stage_but_names_another_is_no_pass() -> None:
    new = made(REST_STAGES[0], arn=UNKNOWN, restApi="a1b2c3", stageName="v3")
    assert judge(new, association(stage_arn("a1b2c3", "v2"), new)) == "undecided"


def test_thousands_of_endpoints_are_joined_by_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    refers_to = Resource.refers_to

    def counted(self: Resource, property: str, target: Resource) -> bool:  # noqa: A002  its name
        nonlocal compared
        compared += 1
        return refers_to(self, property, target)

    monkeypatch.setattr(Resource, "refers_to", counted)
    count = 2_000
    pools = [made(USER_POOLS[0], f"p{index}", id=UNKNOWN) for index in range(count)]
    known = [
        made(REST_STAGES[0], f"s{index}", restApi="a1b2c3", stageName=f"s{index}")
        for index in range(count)
    ]
    made_of = [association(UNKNOWN, pool, name=f"a{pool.name}") for pool in pools[1:]]
    named = [association(stage_arn("a1b2c3", one.name), name=f"a{one.name}") for one in known[1:]]
    stack = Stack([*pools, *known, *made_of, *named])
    verdicts = [told(RULES[RULE_OF[one.type]].judge(one, stack)) for one in (*pools, *known)]
    assert verdicts == ["found", *["passed"] * (count - 1)] * 2
    assert compared < 3 * count


def test_index_is_made_once_a_stack() -> None:
    made_of: list[Stack] = []

    def make(stack: Stack) -> int:
        made_of.append(stack)
        return len(stack.resources)

    first, second = Stack([]), Stack([made(USER_POOLS[0])])
    assert [one.once(make) for one in (first, second, first, second)] == [0, 1, 0, 1]
    assert made_of == [first, second]


# --- Firewall Manager ---

WAFV2: Final = {"type": "WAFV2"}
COVERED: Final = {
    **dict.fromkeys(LOAD_BALANCERS, "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    REST_STAGES[0]: "AWS::ApiGateway::Stage",
    DISTRIBUTIONS[0]: "AWS::CloudFront::Distribution",
}


def policy(name: str = "policy", **changes: Any) -> Resource:
    properties = {"securityServicePolicyData": WAFV2, "remediationEnabled": True, **changes}
    return made(FIREWALL_POLICIES[0], name, **properties)


@pytest.mark.parametrize(("type_", "covered"), COVERED.items())
def test_enforced_policy_protects_the_types_that_it_is_for(type_: str, covered: str) -> None:
    endpoint = made(type_, id=UNKNOWN)
    assert judge(endpoint, policy(resourceType=covered)) == "passed"
    several = [*dict.fromkeys(COVERED.values())]
    assert judge(endpoint, policy(resourceTypeLists=several)) == "passed"
    several.remove(covered)
    assert judge(endpoint, policy(resourceTypeLists=several)) == "found"
    assert judge(endpoint, policy(resourceType=several[0])) == "found"


NOT_COVERED: Final = (
    *APPSYNC_APIS,
    *USER_POOLS,
    *APP_RUNNER_SERVICES,
    *VERIFIED_ACCESS_INSTANCES,
    *AMPLIFY_APPS,
    DISTRIBUTIONS[1],
    *HTTP_APIS,
)


@pytest.mark.parametrize("type_", NOT_COVERED)
def test_policy_protects_no_type_that_firewall_manager_does_not_know(type_: str) -> None:
    covering = policy(resourceTypeLists=[*COVERED.values(), None, ""])
    assert judge(made(type_), covering) == "found"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"remediationEnabled": False}, "found"),
        ({"remediationEnabled": None}, "found"),
        ({"remediationEnabled": "true"}, "found"),
        ({"remediationEnabled": UNKNOWN}, "undecided"),
        ({"securityServicePolicyData": {"type": "WAF"}}, "found"),
        ({"securityServicePolicyData": {"type": "SHIELD_ADVANCED"}}, "found"),
        ({"securityServicePolicyData": {}}, "found"),
        ({"securityServicePolicyData": {"type": UNKNOWN}}, "undecided"),
        ({"securityServicePolicyData": {**WAFV2, "managedServiceData": UNKNOWN}}, "passed"),
        ({"resourceType": UNKNOWN}, "undecided"),
        ({"resourceType": {"a": "b"}}, "found"),
        ({"resourceTypeLists": [{}]}, "found"),
        ({"excludeMap": {"accounts": ["123456789012"]}}, "found"),
        ({"includeMap": {"accounts": ["123456789012"]}}, "found"),
        ({"excludeMap": UNKNOWN}, "found"),
        ({"resourceTags": {"public": "yes"}}, "found"),
        ({"resourceTags": {}}, "passed"),
        ({"resourceSetIds": ["x"]}, "found"),
        ({"region": "eu-west-1"}, "passed"),
        ({"region": "eu-central-1"}, "found"),
        ({"region": UNKNOWN}, "undecided"),
    ],
    ids=str,
)
def test_policy_that_may_leave_an_endpoint_out_is_no_pass(
    changes: dict[str, Any], verdict: str
) -> None:
    covered = {"resourceType": COVERED[LOAD_BALANCERS[0]], **changes}
    balancer = made(LOAD_BALANCERS[0], region="eu-west-1")
    assert judge(balancer, policy(**covered)) == verdict
    right = policy("right", resourceType=COVERED[LOAD_BALANCERS[0]])
    assert judge(balancer, policy(**covered), right) == "passed"
    assert judge(balancer, policy(**covered), association(UNKNOWN, balancer)) == "passed"


def test_policy_for_distributions_is_global() -> None:
    site, covered = made(DISTRIBUTIONS[0]), COVERED[DISTRIBUTIONS[0]]
    assert judge(site, policy(resourceType=covered, region="us-east-1")) == "passed"
    assert judge(site, policy(resourceType=covered, region="eu-west-1")) == "found"


def test_policy_whose_first_groups_only_count_enforces_nothing() -> None:
    groups = [{"overrideAction": {"type": action}} for action in ("COUNT", "NONE")]
    for chosen, verdict in (
        (groups[:1], "found"),
        (groups, "passed"),
        ([7], "found"),
        (7, "found"),
    ):
        data = {**WAFV2, "managedServiceData": json.dumps({"preProcessRuleGroups": chosen})}
        judged = policy(securityServicePolicyData=data)
        assert judge(judged, rule="fms-waf-enforced") == verdict
    post = {**WAFV2, "managedServiceData": json.dumps({"postProcessRuleGroups": groups})}
    assert judge(policy(securityServicePolicyData=post), rule="fms-waf-enforced") == "found"


# --- CloudFront ---


@pytest.mark.parametrize("type_", DISTRIBUTIONS)
@pytest.mark.parametrize(
    ("made_of", "verdict"),
    [
        ([WEB_ACLS[0]], "passed"),
        ([WEB_ACLS[0], "a:b:C"], "passed"),
        ([], "undecided"),
        (["a:b:C"], "undecided"),
        (["aws:waf/webAcl:WebAcl"], "undecided"),
        ([WEB_ACLS[0], "aws:waf/webAcl:WebAcl"], "undecided"),
    ],
)
def test_web_acl_that_is_not_known_counts_if_it_comes_from_one_of_the_stack(
    type_: str, made_of: list[str], verdict: str
) -> None:
    others = [made(one, f"other{index}", id=UNKNOWN) for index, one in enumerate(made_of)]
    site = made(type_, sources={"webAclId": others}, webAclId=UNKNOWN)
    assert judge(site, *others) == verdict
    assert judge(site, *others, rule="waf-not-classic") == verdict


@pytest.mark.parametrize("type_", DISTRIBUTIONS)
@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (ACL_ARN, "passed"),
        (ACL_ARN.replace("arn:aws:", "arn:aws-cn:"), "passed"),
        (ACL_ARN.replace("global", "regional"), "found"),
        (ACL_ARN.replace("wafv2", "waf"), "found"),
        (ACL_ARN.replace("global/webacl", "global/rulegroup"), "found"),
        (f"{ACL_ARN}\n", "found"),
        ("a1b2c3d4-5678-90ab-cdef-EXAMPLE11111", "found"),
        ([ACL_ARN], "found"),
        (True, "found"),
    ],
)
def test_known_web_acl_is_an_arn_of_aws_waf(type_: str, value: object, verdict: str) -> None:
    site, acl = made(type_, webAclId=value), made(WEB_ACLS[0], "acl", arn="arn:x")
    assert judge(site, acl) == verdict
    assert judge(site, acl, rule="waf-not-classic") == verdict


def test_association_protects_no_distribution() -> None:
    site = made(
        DISTRIBUTIONS[0], arn="arn:aws:cloudfront::123456789012:distribution/E1", id=UNKNOWN
    )
    assert judge(site, association(UNKNOWN, site)) == "found"
    assert judge(site, association("arn:aws:cloudfront::123456789012:distribution/E1")) == "found"


@pytest.mark.parametrize(
    ("web_acl", "verdict"),
    [
        (None, "passed"),
        ({"action": "override", "arn": ACL_ARN}, "passed"),
        ({"action": "disable"}, "found"),
        ({"action": "other"}, "found"),
        ({"arn": ACL_ARN}, "found"),
        (UNKNOWN, "undecided"),
        ({"action": UNKNOWN}, "undecided"),
    ],
)
def test_tenant_keeps_a_web_acl(web_acl: object, verdict: str) -> None:
    assert judge(made(DISTRIBUTION_TENANTS[0], customizations={"webAcl": web_acl})) == verdict


# --- HTTP and WebSocket APIs ---


def api() -> Resource:
    return made(HTTP_APIS[0], "api", id="h1", disableExecuteApiEndpoint=True)


def domain(name: str = "domain", target: object = UNKNOWN) -> Resource:
    return made(
        HTTP_API_DOMAINS[0],
        name,
        id=UNKNOWN,
        domainName=f"{name}.example.com",
        domainNameConfiguration={"targetDomainName": target},
    )


def mapping(value: object, *made_of: Resource, name: str = "mapping") -> Resource:
    return made(HTTP_API_MAPPINGS[0], name, {"domainName": made_of}, apiId="h1", domainName=value)


def site(*names: object, made_of: Sequence[Resource] = (), **changes: Any) -> Resource:
    properties = {"origins": [{"domainName": one} for one in names], "webAclId": ACL_ARN, **changes}
    return made(DISTRIBUTIONS[0], "site", {"origins": made_of}, **properties)


OWN: Final = domain()
OTHER: Final = domain("other")
BUCKET: Final = made("aws:s3/bucket:Bucket", "bucket")


@pytest.mark.parametrize(
    ("mapped", "before", "verdict"),
    [
        (mapping("domain.example.com"), site("DOMAIN.example.com"), "passed"),
        (mapping("domain.example.com"), site("other.example.com"), "found"),
        (mapping(UNKNOWN, OWN), site("domain.example.com"), "passed"),
        (mapping(UNKNOWN, OWN), site("other.example.com"), "found"),
        (mapping(UNKNOWN, OWN), site(UNKNOWN, made_of=[OWN]), "passed"),
        (mapping(UNKNOWN, OWN), site(UNKNOWN, made_of=[OTHER]), "found"),
        (mapping("domain.example.com", OWN), site(UNKNOWN, made_of=[OWN]), "passed"),
        (mapping(UNKNOWN, OWN), site(UNKNOWN, made_of=[OWN, OTHER]), "undecided"),
        (mapping(UNKNOWN, OWN), site(UNKNOWN), "undecided"),
        (mapping(UNKNOWN, OWN), site(UNKNOWN, made_of=[BUCKET]), "found"),
        (
            mapping(UNKNOWN, OWN),
            site(UNKNOWN, "domain.example.com", made_of=[BUCKET]),
            "passed",
        ),
        (mapping(UNKNOWN, OWN, OTHER), site("domain.example.com"), "undecided"),
        (mapping(UNKNOWN, BUCKET), site("domain.example.com"), "undecided"),
        (mapping(UNKNOWN, OWN), site("domain.example.com", webAclId=None), "found"),
        (mapping(UNKNOWN, OWN), site("domain.example.com", webAclId="classic"), "found"),
        (mapping(UNKNOWN, OWN), site("domain.example.com", webAclId=UNKNOWN), "undecided"),
        (mapping("x"), site(origins="x"), "found"),
        (mapping(None), site(None), "found"),
    ],
)
def test_api_passes_behind_a_distribution_with_a_web_acl(
    mapped: Resource, before: Resource, verdict: str
) -> None:
    assert judge(api(), mapped, before, OWN, OTHER, BUCKET) == verdict


def test_regional_name_of_a_custom_domain_is_an_origin_too() -> None:
    target = "d-x1.execute-api.eu-west-1.amazonaws.com"
    regional = domain(target=target)
    for mapped in (mapping("domain.example.com"), mapping(UNKNOWN, regional)):
        assert judge(api(), mapped, site(target), regional) == "passed"
        assert judge(api(), mapped, site(f"x{target}"), regional) == "found"


def test_each_way_to_an_api_needs_a_distribution() -> None:
    first, second = mapping("domain.example.com"), mapping("other.example.com", name="second")
    assert judge(api(), first, second, site("domain.example.com")) == "found"
    assert judge(api(), first, second, site("domain.example.com", "other.example.com")) == "passed"
    of_another = made(HTTP_API_MAPPINGS[0], apiId="h2", domainName="domain.example.com")
    assert judge(api(), of_another, site("domain.example.com")) == "found"


def test_one_of_two_distributions_suffices() -> None:
    mapped = mapping("domain.example.com")
    bare = site("domain.example.com", webAclId="")
    unknown = site("domain.example.com", webAclId=UNKNOWN)
    for pair in ((bare, site("domain.example.com")), (unknown, site("domain.example.com"))):
        assert judge(api(), mapped, *pair) == judge(api(), mapped, *reversed(pair)) == "passed"
    assert judge(api(), mapped, bare, unknown) == "undecided"


# --- Load balancers without a web ACL ---


@pytest.mark.parametrize("type_", [*CLASSIC_LOAD_BALANCERS, *LOAD_BALANCERS])
def test_load_balancer_is_judged_by_one_rule_or_the_other(type_: str) -> None:
    classic = type_ in CLASSIC_LOAD_BALANCERS
    for kind in (None, "application", "network", "gateway", "other", UNKNOWN):
        judged = made(type_, loadBalancerType=None if classic else kind)
        verdicts = {judge(judged, rule="elb-not-public-without-web-acl")}
        if not classic:
            verdicts.add(judge(judged))
        expected = {
            "gateway": {"passed"},
            UNKNOWN: {"undecided"},
        }.get(kind, {"found", "passed"})
        assert verdicts == ({"found"} if classic else expected), kind


@pytest.mark.parametrize("type_", [*CLASSIC_LOAD_BALANCERS, *LOAD_BALANCERS])
@pytest.mark.parametrize(
    ("internal", "verdict"),
    [
        (True, "passed"),
        (False, "found"),
        (None, "found"),
        ("true", "found"),
        (UNKNOWN, "undecided"),
    ],
)
def test_network_and_classic_load_balancers_are_internal(
    type_: str, internal: object, verdict: str
) -> None:
    kind = {} if type_ in CLASSIC_LOAD_BALANCERS else {"loadBalancerType": "network"}
    judged = made(type_, internal=internal, **kind)
    assert judge(judged, rule="elb-not-public-without-web-acl") == verdict


# --- Names ---

PROVIDER: Final = Path(pulumi_aws.__file__).parent
TOKENS: Final = (PROVIDER / "__init__.py").read_text("utf-8")


def test_type_tokens_are_those_of_the_provider_or_their_older_spellings() -> None:
    """A type that is spelled wrongly is judged by no rule, which no example would show."""
    aliases = "".join(
        (PROVIDER / folder / "load_balancer.py").read_text("utf-8")
        for folder in ("lb", "alb", "elb")
    )
    types = [one for value in vars(endpoints).values() if _is_types(value) for one in value]
    assert len(types) > 20
    for type_ in (*types, *RULES["waf-not-classic"].types, *RULES["lambda-url-not-public"].types):
        assert f'"{type_}":' in TOKENS or f'Alias(type_="{type_}")' in aliases, type_


def _is_types(value: object) -> bool:
    return isinstance(value, tuple) and all(str(one).startswith("aws:") for one in value)


def test_every_resource_of_aws_waf_classic_is_refused() -> None:
    classic = {
        token
        for token in TOKENS.replace('"', " ").split()
        if token.startswith(("aws:waf/", "aws:wafregional/")) and token.count(":") > 1
    }
    assert len(classic) == 25
    assert classic <= set(RULES["waf-not-classic"].types)


@pytest.mark.parametrize(
    ("module", "property_"),
    [
        ("wafv2/web_acl_association", "resourceArn"),
        ("apigateway/stage", "restApi"),
        ("apigateway/stage", "stageName"),
        ("appsync/api", "apiId"),
        ("cloudfront/distribution", "webAclId"),
        ("cloudfront/multitenant_distribution", "webAclId"),
        ("cloudfront/outputs", "domainName"),
        ("cloudfront/outputs", "webAcl"),
        ("fms/policy", "securityServicePolicyData"),
        ("fms/policy", "remediationEnabled"),
        ("fms/policy", "resourceType"),
        ("fms/policy", "resourceTypeLists"),
        ("fms/policy", "resourceTags"),
        ("fms/policy", "resourceSetIds"),
        ("fms/policy", "excludeMap"),
        ("fms/policy", "includeMap"),
        ("fms/outputs", "managedServiceData"),
        ("apigatewayv2/api", "disableExecuteApiEndpoint"),
        ("apigatewayv2/api_mapping", "apiId"),
        ("apigatewayv2/api_mapping", "domainName"),
        ("apigatewayv2/domain_name", "domainNameConfiguration"),
        ("apigatewayv2/outputs", "targetDomainName"),
        ("lambda_/function_url", "authorizationType"),
        ("lb/load_balancer", "loadBalancerType"),
    ],
)
def test_properties_are_those_of_the_provider(module: str, property_: str) -> None:
    assert f'"{property_}"' in (PROVIDER / f"{module}.py").read_text("utf-8")
