from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import ASSOCIATIONS, FIREWALL_POLICIES, REST_STAGES, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, fsbp, owasp, prowler, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("stage")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})
_ARN = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages/v1"
_STAGE = {"restApi": "a1b2c3d4e5", "stageName": "v1"}
_POLICY = {
    "securityServicePolicyData": {"type": "WAFV2"},
    "resourceType": "AWS::ApiGateway::Stage",
    "remediationEnabled": True,
}


@rule(
    title="REST API stages stand behind AWS WAF",
    types=REST_STAGES,
    severity=Severity.HIGH,
    fix=(
        "Give the stage to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(
        prowler("apigateway_restapi_waf_acl_attached"),
        fsbp("APIGateway.4"),
        owasp("A05:2021"),
    ),
    passes=[
        {"stage": (REST_STAGES[0], _STAGE), "association": _ASSOCIATION},
        {
            "stage": (REST_STAGES[0], _STAGE),
            "association": (ASSOCIATIONS[0], {"resourceArn": _ARN}),
        },
        {"stage": (REST_STAGES[0], _STAGE), "policy": (FIREWALL_POLICIES[0], _POLICY)},
    ],
    fails=[
        {"stage": (REST_STAGES[0], {})},
        {
            "stage": (REST_STAGES[0], _STAGE),
            "other": (REST_STAGES[0], _STAGE),
            "association": _OTHERS,
        },
        {
            "stage": (REST_STAGES[0], {**_STAGE, "stageName": "v2"}),
            "association": (ASSOCIATIONS[0], {"resourceArn": _ARN}),
        },
        {
            "stage": (REST_STAGES[0], _STAGE),
            "policy": (FIREWALL_POLICIES[0], {**_POLICY, "remediationEnabled": False}),
        },
    ],
    undecided=[
        {
            "stage": (REST_STAGES[0], _STAGE),
            "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN}),
        },
        {
            "stage": (REST_STAGES[0], _STAGE),
            "policy": (FIREWALL_POLICIES[0], {**_POLICY, "remediationEnabled": UNKNOWN}),
        },
    ],
)
def check(stage: Resource, stack: Stack) -> Iterator[str]:
    """Let no request reach a stage of a REST API that no web ACL has looked at.

    A web ACL is associated with a stage, not with its API: each stage needs its own association. At
    a preview an association whose ARN is made of the API's id and a text is undecided, as the stage
    that it names cannot be told; the stage's own `arn` or `stage_name` can.

    What it cannot see is an association that another stack makes, or a Firewall Manager policy of
    the organization: exempt the stage, with that as the reason.

    Source: Security Hub, "APIGateway.4"; AWS WAFV2 API Reference, `AssociateWebACL`.
    """
    if not protected(stage, stack):
        yield "The stage has no web ACL."
