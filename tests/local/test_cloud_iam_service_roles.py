"""Service-linked roles."""

from __future__ import annotations

from typing import Any

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ROLE = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
CONFIG = {"awsServiceName": "config.amazonaws.com"}
PATH = "aws-service-role/config.amazonaws.com"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{PATH}/AWSServiceRoleForConfig"


def test_a_role_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            ROLE,
            {**CONFIG, "description": "Records", "tags": {"a": "1"}},
            {**CONFIG, "description": "Records all", "tags": {"b": "2"}},
            {"awsServiceName": "ecs.amazonaws.com"},
            ARN,
            {"name": "AWSServiceRoleForConfig", "path": f"/{PATH}/"},
        ),
    )


def test_a_role_is_made_once(aws: Any, cloud: Cloud) -> None:
    made = aws.create(ROLE, CONFIG)
    assert made.id == ARN
    told = refusal(aws.create, ROLE, CONFIG)
    assert "InvalidInput" in told
    assert "has been taken in this account" in told
    aws.delete(made)
    roles = cloud.client("iam").list_roles(PathPrefix=f"/{PATH}/")["Roles"]
    assert roles == []
