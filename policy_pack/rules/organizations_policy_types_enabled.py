from __future__ import annotations

from policy_pack.aws import ORGANIZATIONS
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule

_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@rule(
    title="Organizations can have service and resource control policies",
    types=ORGANIZATIONS,
    severity=Severity.HIGH,
    fix=(
        'Set feature_set="ALL", and enabled_policy_types to "SERVICE_CONTROL_POLICY" and '
        '"RESOURCE_CONTROL_POLICY" beside what else is enabled.'
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"enabledPolicyTypes": list(_TYPES)},
        {"enabledPolicyTypes": [*_TYPES, "TAG_POLICY"], "featureSet": "ALL"},
    ],
    fails=[
        {},
        {"enabledPolicyTypes": ["SERVICE_CONTROL_POLICY"]},
        {"enabledPolicyTypes": ["RESOURCE_CONTROL_POLICY"]},
        {"enabledPolicyTypes": list(_TYPES), "featureSet": "CONSOLIDATED_BILLING"},
    ],
    undecided=[
        {"enabledPolicyTypes": UNKNOWN},
        {"enabledPolicyTypes": [*_TYPES, UNKNOWN]},
        {"enabledPolicyTypes": list(_TYPES), "featureSet": UNKNOWN},
    ],
)
def check(organization: Resource) -> Findings:
    """Be able to bind what no account can lift: AWS refuses to attach a policy of another type.

    An organization for bills alone has no policies at all.

    Source: AWS Organizations User Guide, "Enabling a policy type"; provider documentation,
    `featureSet`.
    """

    def judge(name: str) -> Findings:
        if name == "featureSet":
            if organization.get("featureSet", default="ALL") != "ALL":
                yield "The organization is for bills alone."
        elif name not in organization.strings("enabledPolicyTypes"):
            yield finding("The policy type {name} is not enabled.", name=name)

    yield from every(("featureSet", *_TYPES), judge)
