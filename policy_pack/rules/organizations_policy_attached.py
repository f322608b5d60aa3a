from __future__ import annotations

from policy_pack.aws import ORGANIZATION_POLICIES, ORGANIZATION_POLICY_ATTACHMENTS
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, Stack, owasp, ref, rule, some

_POLICY: tuple[str, dict[str, object]] = (ORGANIZATION_POLICIES[0], {})
_TARGET = {"targetId": "ou-ab12-11111111"}


def _attached(**changes: object) -> dict[str, object]:
    given = {"policyId": ref("policy"), **_TARGET, **changes}
    attachment = {key: value for key, value in given.items() if value is not None}
    return {"policy": _POLICY, "attachment": (ORGANIZATION_POLICY_ATTACHMENTS[0], attachment)}


@rule(
    title="Policies of an organization are attached",
    types=ORGANIZATION_POLICIES,
    severity=Severity.MEDIUM,
    fix=(
        "Give the policy to an organizations.PolicyAttachment, or use "
        "secure_components.OrganizationGuardrails."
    ),
    controls=(owasp("A05:2021"),),
    passes=[_attached(), _attached(targetId=UNKNOWN)],
    fails=[{"policy": _POLICY}, _attached(policyId="p-other123"), _attached(targetId=None)],
    undecided=[_attached(policyId=UNKNOWN)],
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Leave no policy that looks like a guard and binds nobody.

    A policy does nothing until it is attached to the root, an organizational unit or an account.
    One that another stack attaches is not seen: exempt it.

    Source: AWS Organizations User Guide, "Attaching organization policies".
    """
    attachments = stack.referring(ORGANIZATION_POLICY_ATTACHMENTS, "policyId", policy)
    if not some(attachments, lambda one: one.has("targetId")):
        yield "The policy is attached to nothing, so it binds nobody."
