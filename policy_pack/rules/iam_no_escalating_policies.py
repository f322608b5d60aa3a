from __future__ import annotations

from typing import Any

from policy_pack.aws import ROLES
from policy_pack.escalations import BY_AWS
from policy_pack.identities import ATTACHING, ROLE_ATTACHMENTS, every_managed_by_aws
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    owasp,
    rule,
)

_AWS = "arn:aws:iam::aws:policy"


def _attached(policy: object) -> dict[str, Any]:
    return {"attachment": (ROLE_ATTACHMENTS[0], {"role": "app", "policyArn": policy})}


@rule(
    title="AWS's policies that lead to more than they give are attached to no identity",
    types=ATTACHING,
    severity=Severity.MEDIUM,
    fix="Write a policy that names the resources, and the service that is handed a role.",
    controls=(owasp("A01:2021"),),
    passes=[
        _attached(f"{_AWS}/AmazonSQSReadOnlyAccess"),
        _attached("arn:aws:iam::123456789012:policy/AWSLambda_FullAccess"),
    ],
    fails=[
        _attached(f"{_AWS}/AWSLambda_FullAccess"),
        {"role": (ROLES[0], {"managedPolicyArns": [f"{_AWS}/AmazonSSMFullAccess", UNKNOWN]})},
    ],
    undecided=[_attached(UNKNOWN), {"role": (ROLES[0], {"managedPolicyArns": UNKNOWN})}],
    omission="What attaches nothing gives nothing.",
    level=EnforcementLevel.ADVISORY,
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Know which of AWS's policies let their holder become somebody else.

    Full access to functions, instances or commands is full access to the roles that they run as:
    what `iam-no-privilege-escalation` finds in a policy of your own. It is advised, as AWS's own
    guides ask for some of them. Policies for service roles are left out.

    Source: the lists that `policy_pack/escalations.py` names, held against the documents of AWS's
    policies.
    """

    def judge(policy: str) -> Findings:
        if policy in BY_AWS:
            yield finding("AWS's policy {policy} lets its holder gain more.", policy=policy)

    yield from every_managed_by_aws(resource, stack, judge)
