from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import (
    ORGANIZATION_POLICIES,
    ORGANIZATION_POLICY_ATTACHMENTS,
    ORGANIZATIONS,
)
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    ref,
    rule,
    some,
)

_KEY = "aws:requestedregion"
_DENYING = ("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike")
_ALLOWING = ("StringEquals", "StringEqualsIgnoreCase", "StringLike")


def _stack(
    effect: object = "Deny",
    operator: str = "StringNotEquals",
    key: str = "aws:RequestedRegion",
    **changes: object,
) -> dict[str, Any]:
    condition = {operator: {key: ["eu-west-1"]}}
    statement = {"Effect": effect, "NotAction": ["iam:*"], "Resource": "*", "Condition": condition}
    policy = {"content": {"Statement": [statement]}, **changes}
    attachment = {"policyId": ref("policy"), "targetId": "r-ab12"}
    return {
        "organization": (ORGANIZATIONS[0], {}),
        "policy": (ORGANIZATION_POLICIES[0], policy),
        "attachment": (ORGANIZATION_POLICY_ATTACHMENTS[0], attachment),
    }


@rule(
    title="Organizations limit the regions that are used",
    types=ORGANIZATIONS,
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix=(
        "Give `regions` to secure_components.OrganizationGuardrails, or attach a service control "
        "policy that denies where aws:RequestedRegion is another."
    ),
    controls=(prowler("organizations_scp_check_deny_regions"), owasp("A05:2021")),
    passes=[_stack(), _stack(effect="Allow", operator="StringEquals")],
    fails=[
        {"organization": (ORGANIZATIONS[0], {})},
        _stack(effect="Allow"),
        _stack(operator="StringEquals"),
        _stack(key="ec2:Region"),
        _stack(type="RESOURCE_CONTROL_POLICY"),
        _stack(content=json.dumps({"Statement": [{"Effect": "Deny", "Action": "*"}]})),
        {key: one for key, one in _stack().items() if key != "attachment"},
    ],
    undecided=[_stack(content=UNKNOWN), _stack(type=UNKNOWN), _stack(effect=UNKNOWN)],
)
def check(organization: Resource, stack: Stack) -> Findings:
    """Leave no region where nobody looks: who breaks in starts there what shall not be seen.

    Only policies of the same stack are seen, and attached to what does not matter: a first unit
    counts. Where another stack limits the regions, exempt it.

    Source: AWS Organizations User Guide, "General examples"; Prowler, the check that it names.
    """
    del organization

    def limits(policy: Resource) -> bool:
        return (
            policy.get("type", default="SERVICE_CONTROL_POLICY") == "SERVICE_CONTROL_POLICY"
            and some(statements(policy.json("content")), _limits)
            and bool(stack.referring(ORGANIZATION_POLICY_ATTACHMENTS, "policyId", policy))
        )

    if not some(stack.of_type(*ORGANIZATION_POLICIES), limits):
        yield "No service control policy of the stack limits the regions."


def _limits(statement: Statement) -> bool:
    wanted = _ALLOWING if statement.allows else _DENYING
    return any(key == _KEY and operator in wanted for operator, key, _ in statement.conditions())
