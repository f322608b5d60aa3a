from __future__ import annotations

import json
from typing import Any

from policy_pack.accounts import SETTINGS, Trusted
from policy_pack.aws import TOPICS
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)

_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
_WITH_POLICIES = ("Gateway", "Interface")
_OF_OTHERS = "com.amazonaws.vpce."
_TOPIC = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})


def _document(**changes: object) -> str:
    statement = {"Sid": "Use", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Statement": [statement | changes]})


def _endpoint(**properties: object) -> tuple[str, dict[str, Any]]:
    return _ENDPOINT, {"serviceName": "com.amazonaws.eu-west-1.s3", **properties}


def _tied(operator: str = "StringEquals", **test: str) -> dict[str, Any]:
    condition = {operator: {f"aws:{key}": value for key, value in test.items()}}
    return {"endpoint": _endpoint(policy=_document(Condition=condition)), "topic": _TOPIC}


@rule(
    title="VPC endpoints let named accounts through alone",
    types=(_ENDPOINT, _POLICY),
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix=(
        "Give the endpoint a policy whose statements are tied to aws:PrincipalOrgID or "
        "aws:PrincipalAccount; add aws:ResourceOrgID to keep data from others' buckets."
    ),
    controls=(prowler("vpc_endpoint_connections_trust_boundaries"), owasp("A01:2021")),
    passes=[
        _tied(PrincipalOrgID="o-example"),
        _tied(PrincipalAccount="123456789012"),
        {
            "endpoint": _endpoint(policy=_document(Principal={"AWS": "123456789012"})),
            "topic": _TOPIC,
        },
        {"endpoint": _endpoint(policy=_document(Effect="Deny"))},
        {
            "endpoint": _endpoint(),
            "policy": (
                _POLICY,
                {"vpcEndpointId": ref("endpoint"), "policy": _document(Effect="Deny")},
            ),
        },
        {"endpoint": _endpoint(serviceName="com.amazonaws.vpce.eu-west-1.vpce-svc-0123")},
        {"endpoint": _endpoint(vpcEndpointType="GatewayLoadBalancer", policy=UNKNOWN)},
        {"policy": (_POLICY, {"policy": _document(Effect="Deny")})},
    ],
    fails=[
        {"endpoint": (_ENDPOINT, {})},
        {"endpoint": _endpoint()},
        {"endpoint": _endpoint(policy=_document())},
        {"endpoint": _endpoint(policy=_document(Principal={"AWS": "*"}))},
        {"endpoint": _endpoint(vpcEndpointType="Interface")},
        {"policy": (_POLICY, {"policy": _document()})},
        {
            "endpoint": _endpoint(),
            "other": _endpoint(),
            "policy": (_POLICY, {"vpcEndpointId": ref("other"), "policy": _document()}),
        },
        _tied("StringNotEquals", PrincipalOrgID="o-example"),
        _tied("StringEqualsIfExists", PrincipalOrgID="o-example"),
        _tied(PrincipalOrgID="*"),
        _tied(PrincipalAccount="999999999999"),
        {
            "endpoint": _endpoint(policy=_document(Principal={"AWS": "999999999999"})),
            "topic": _TOPIC,
        },
    ],
    undecided=[
        {"endpoint": _endpoint(policy=UNKNOWN)},
        {"endpoint": _endpoint(serviceName=UNKNOWN)},
        {"endpoint": _endpoint(vpcEndpointType=UNKNOWN)},
        {"policy": (_POLICY, {"policy": UNKNOWN})},
        {
            "endpoint": _endpoint(policy=_document(Principal={"AWS": "123456789012"})),
            "topic": (TOPICS[0], {"arn": UNKNOWN}),
        },
        {"endpoint": _endpoint(), "policy": (_POLICY, {"vpcEndpointId": UNKNOWN})},
    ],
    settings=SETTINGS,
)
def check(
    resource: Resource,
    stack: Stack,
    *,
    trusted_accounts: list[str],
    trusted_organizations: list[str],
) -> Findings:
    """Let nobody in the network reach AWS with the credentials of an account that he brought along.

    Without a policy everybody may do everything through an endpoint. A policy grants nothing by
    itself, so this is a second line, and advice. Endpoints of others' services and of gateway load
    balancers take no policy. Which accounts are own is told in `resource-policy-named-accounts`.

    Source: Amazon VPC User Guide (AWS PrivateLink), "Control access to VPC endpoints using endpoint
    policies"; the provider's documentation of `VpcEndpoint`.
    """
    if resource.type == _ENDPOINT:
        if not _takes_policy(resource) or stack.referring((_POLICY,), "vpcEndpointId", resource):
            return
        if not resource.has("policy"):
            yield "The endpoint has no policy, so it lets everybody through."
    trusted = Trusted(stack, trusted_accounts, trusted_organizations)

    def judge(statement: Statement) -> Findings:
        if statement.allows and not trusted.lets_in_only_trusted(statement):
            yield finding(
                "The policy statement '{name}' lets an account through that is neither the stack's "
                "own nor trusted.",
                name=statement.sid,
            )

    yield from every(statements(resource.json("policy")), judge)


def _takes_policy(endpoint: Resource) -> bool:
    kind = endpoint.get("vpcEndpointType", default="Gateway")
    return kind in _WITH_POLICIES and _OF_OTHERS not in str(endpoint.get("serviceName"))
