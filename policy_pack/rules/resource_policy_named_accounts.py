from __future__ import annotations

from typing import Any

from policy_pack.accounts import PROVIDERS, SETTINGS, Trusted
from policy_pack.aws import BUCKET_POLICIES, KEYS, TOPICS
from policy_pack.iam import Statement
from policy_pack.resource_policies import (
    FUNCTION_PERMISSIONS,
    PERMISSIONS,
    POLICIES,
    granted,
    open_to_everyone,
)
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_OTHER = "arn:aws:iam::999999999999:root"
_TOPIC = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})


def _bucket(**changes: object) -> tuple[str, dict[str, Any]]:
    statement = {
        "Sid": "Share",
        "Effect": "Allow",
        "Principal": {"AWS": _OTHER},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::reports/*",
    }
    return BUCKET_POLICIES[0], {"policy": {"Statement": [statement | changes]}}


def _stack(**changes: object) -> dict[str, Any]:
    return {"policy": _bucket(**changes), "topic": _TOPIC}


def _function(principal: str, **more: object) -> dict[str, Any]:
    permission = {"principal": principal, **more}
    return {"permission": (FUNCTION_PERMISSIONS[0], permission), "topic": _TOPIC}


def _key(*principals: str, **more: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": [*principals]}, "Action": "kms:*"}
    return {"key": (KEYS[0], {"policy": {"Statement": statement}, **more})}


@rule(
    title="Resource policies let in named accounts alone",
    types=(*POLICIES, *PERMISSIONS),
    severity=Severity.MEDIUM,
    fix=(
        "Name the account in trusted_accounts if it is yours or meant, tie the statement to "
        "aws:PrincipalOrgID, or take the principal out."
    ),
    controls=(
        prowler("dynamodb_table_cross_account_access"),
        prowler("eventbridge_bus_cross_account_access"),
        prowler("eventbridge_schema_registry_cross_account_access"),
        prowler("s3_bucket_cross_account_access"),
        prowler("vpc_endpoint_services_allowed_principals_trust_boundaries"),
        owasp("A01:2021"),
    ),
    passes=[
        _stack(Principal={"AWS": "arn:aws:iam::123456789012:role/reader"}),
        _stack(Principal={"AWS": ["123456789012"]}),
        _stack(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _stack(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": "123456789012"}}),
        _stack(Principal={"Service": "delivery.logs.amazonaws.com"}),
        _stack(Effect="Deny"),
        {
            "policy": _bucket(Principal={"AWS": "123456789012"}),
            "provider": (PROVIDERS, {"allowedAccountIds": '["123456789012"]'}),
        },
        _key("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/app"),
        _function("s3.amazonaws.com"),
        _function("123456789012"),
        _function("*", principalOrgId="o-example"),
        {"policy": (BUCKET_POLICIES[0], {}), "topic": (TOPICS[0], {"arn": UNKNOWN})},
    ],
    fails=[
        _stack(),
        _stack(Principal={"AWS": ["123456789012", "999999999999"]}),
        _stack(Principal={"AWS": "arn:aws:iam::*:root"}),
        _stack(
            Principal={"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7"}
        ),
        _stack(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": "999999999999"}}),
        _stack(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-example"}}),
        _stack(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}}),
        {"policy": _bucket()},
        _key("arn:aws:iam::123456789012:root", _OTHER),
        _key(_OTHER, bypassPolicyLockoutSafetyCheck=True),
        _function("999999999999"),
    ],
    undecided=[
        {"policy": _bucket(), "topic": (TOPICS[0], {"arn": UNKNOWN})},
        {"policy": (BUCKET_POLICIES[0], {"policy": UNKNOWN}), "topic": _TOPIC},
    ],
    omission="What has no policy lets no other account in.",
    settings=SETTINGS,
)
def check(
    resource: Resource,
    stack: Stack,
    *,
    trusted_accounts: list[str],
    trusted_organizations: list[str],
) -> Findings:
    """Let another account in because somebody decided so, and wrote it where all policies are held.

    Whoever runs the other account decides who of it gets in. The stack's own accounts are told by
    ARNs of its resources, by `allowedAccountIds` of its providers, and by key policies that name a
    single account; until one is known, what another account is stays undecided. What lets in
    everyone, be it from a network alone, is told by the rules about public resources, and whom a
    service acts for by those about sources. What counts as own is our inference (decisions/0014).

    Source: AWS IAM User Guide, "Cross account resource access in IAM".
    """
    trusted = Trusted(stack, trusted_accounts, trusted_organizations)

    def judge(statement: Statement) -> Findings:
        if not statement.allows:
            return
        public = resource.type in POLICIES and open_to_everyone(statement)
        if not public and not trusted.lets_in_only_trusted(statement):
            yield finding(
                "The policy statement '{name}' lets in an account that is neither the stack's own "
                "nor trusted.",
                name=statement.sid,
            )

    yield from every(granted(resource), judge)
