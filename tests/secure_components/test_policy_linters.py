"""The linters of policies find what they should; else finding nothing would prove nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.secure_components.policy_linters import findings

ACCOUNT = "123456789012"


def policy(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


def trust(**statement: Any) -> dict[str, Any]:
    return policy(**{"Action": "sts:AssumeRole", **statement})


LOG_GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:one:*"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    "document",
    [
        policy(Action="logs:GetLogEvents", Resource=f"{LOG_GROUP[:-1]}log-stream:*"),
        policy(Action="ec2:DescribeInstances", Resource="*"),
        policy(Effect="Deny", Action=["s3:GetObject", "no-such:Service"], Resource="*"),
        policy(Effect="Deny", NotAction=["ec2:Describe*"], Resource="*"),
        trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/one"}),
        trust(Principal={"Federated": OIDC}, Action="sts:AssumeRoleWithWebIdentity"),
    ],
)
def test_nothing_is_found_in_a_good_policy(document: dict[str, Any]) -> None:
    assert findings(document) == []


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (policy(Action="s3:GetObject", Resource="*"), "DataExfiltration"),
        (policy(Action="ec2:GetPasswordData", Resource="*"), "CredentialsExposure"),
        (policy(Action="iam:CreateAccessKey", Resource="*"), "PrivilegeEscalation"),
        (policy(Action="kms:*", Resource="*"), "ServiceWildcard"),
        (policy(Action="s3:PutBucketPolicy", Resource="*"), "ResourceExposure"),
        (policy(Action="s3:PutBucketAcl", Resource="*"), "RESOURCE_POLICY_PRIVILEGE_ESCALATION"),
        (policy(Action="no-such:Service", Resource="*"), "unknown action allowed"),
        (policy(NotAction="ec2:*", Resource="*"), "NotAction"),
        (policy(Action="s3:GetObject", Resource="arn:aws:s3:::bucket"), "RESOURCE_MISMATCH"),
        (policy(Effect="Deny", Action="s3GetObject", Resource="*"), "EXCEPTION"),
        (policy(Effect="Deny", Action="s3:GetObject", Resource="bucket"), "INVALID_ARN"),
        # What comes after an unknown action is judged too.
        (
            {
                "Statement": [
                    *policy(Effect="Deny", Action="no-such:Service", Resource="*")["Statement"],
                    *policy(Action="s3:GetObject", Resource="bucket")["Statement"],
                ]
            },
            "INVALID_ARN",
        ),
        (
            policy(
                Action="ec2:DescribeInstances",
                Resource="*",
                Condition={"ForAllValues:StringLike": {"aws:PrincipalArn": "x"}},
            ),
            "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE",
        ),
        (trust(Principal="*"), "AssumableByAnyPrincipal"),
        (trust(Principal={"AWS": "999999999999"}), "AssumableByCrossAccountPrincipal"),
        (trust(Principal={"Federated": "example.com"}), "UNKNOWN_FEDERATION_SOURCE"),
        (
            policy(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::bucket/*"),
            "InternetAccessible",
        ),
        ({"Version": "2012-10-17", "Statement": []}, "no statement"),
    ],
)
def test_a_bad_policy_is_found(document: dict[str, Any], found: str) -> None:
    assert any(found in one for one in findings(document)), findings(document)
