from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, owasp, prowler, rule

_BOTH = ["RootCredentialsManagement", "RootSessions"]


@rule(
    title="Root users of member accounts are managed centrally",
    types=("aws:iam/organizationsFeatures:OrganizationsFeatures",),
    severity=Severity.HIGH,
    fix='Set enabled_features=["RootCredentialsManagement", "RootSessions"].',
    controls=(prowler("iam_root_credentials_management_enabled"), owasp("A07:2021")),
    passes=[{"enabledFeatures": _BOTH}],
    fails=[
        {"enabledFeatures": []},
        {"enabledFeatures": ["RootSessions"]},
        {"enabledFeatures": ["RootCredentialsManagement"]},
        {},
    ],
    undecided=[{"enabledFeatures": UNKNOWN}, {"enabledFeatures": [*_BOTH, UNKNOWN]}],
    remedies={("aws:iam/organizationsFeatures:OrganizationsFeatures",): {"enabledFeatures": _BOTH}},
)
def check(features: Resource) -> Findings:
    """Leave member accounts without a root password and root keys, so that none can be stolen.

    The first feature takes them away; the second lets the few things that need root be done without
    them, for a quarter of an hour.

    Source: AWS IAM User Guide, "Centrally manage root access for member accounts".
    """

    def judge(feature: str) -> Findings:
        if feature not in features.strings("enabledFeatures"):
            if feature == "RootSessions":
                yield "What needs root in a member account can only be done with its password."
            else:
                yield "Member accounts may keep the credentials of their root users."

    yield from every(_BOTH, judge)
