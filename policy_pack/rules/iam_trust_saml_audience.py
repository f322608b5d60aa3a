from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule
from policy_pack.trust import WITH_SAML, is_literal, lets

_AUDIENCE = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}


def _trust(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Okta",
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/okta"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": _AUDIENCE,
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement | changes})}


@rule(
    title="SAML trusts name the audience",
    types=ROLES,
    severity=Severity.HIGH,
    fix="Add the condition StringEquals SAML:aud 'https://signin.aws.amazon.com/saml'.",
    controls=(owasp("A07:2021"),),
    passes=[
        _trust(),
        _trust(Condition={"StringEquals": {"saml:aud": ["https://a/saml", "https://b/saml"]}}),
        _trust(Principal={"Federated": "arn:aws:iam::1:oidc-provider/a"}, Condition={}),
        _trust(Effect="Deny", Condition={}),
    ],
    fails=[
        _trust(Condition={}),
        _trust(Condition={"StringLike": {"SAML:aud": "https://*"}}),
        _trust(Condition={"StringEquals": {"SAML:iss": "https://id.example.com"}}),
        _trust(Condition={"StringEqualsIfExists": {"SAML:aud": "https://a/saml"}}),
        _trust(Action=["sts:AssumeRole*", "sts:TagSession"], Condition={}),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Take assertions that the identity provider made for AWS, and for no other application.

    Source: AWS IAM User Guide, "Create a role for SAML 2.0 federation (console)"; "Available keys
    for SAML-based AWS STS federation".
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if not lets(statement, WITH_SAML):
        return
    saml = any(":saml-provider/" in provider for provider in statement.federated)
    if saml and not statement.ties(is_literal, "saml:aud"):
        yield finding(
            "The trust statement '{name}' takes SAML assertions that are for any audience.",
            name=statement.sid,
        )
