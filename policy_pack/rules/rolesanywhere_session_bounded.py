from __future__ import annotations

from policy_pack.iam import statements
from policy_pack.identities import managed_by_aws
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    at_most,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_RIGHT = {"roleArns": ["arn:aws:iam::123456789012:role/app"], "sessionPolicy": '{"Statement": []}'}


@rule(
    title="IAM Roles Anywhere bounds what a certificate gets, and for how long",
    types=("aws:rolesanywhere/profile:Profile",),
    severity=Severity.MEDIUM,
    fix=(
        "Set session_policy or managed_policy_arns to what the workload needs, and leave "
        "duration_seconds out or at {seconds} or less."
    ),
    controls=(
        prowler("rolesanywhere_profile_restricts_session_permissions"),
        owasp("A01:2021"),
    ),
    passes=[
        _RIGHT,
        {"managedPolicyArns": ["arn:aws:iam::123456789012:policy/app"], "durationSeconds": 900},
        {"enabled": False},
    ],
    fails=[
        {},
        {"enabled": True, "managedPolicyArns": []},
        {**_RIGHT, "durationSeconds": 43_200},
        {"sessionPolicy": "", "durationSeconds": UNKNOWN},
        {"managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
        {"sessionPolicy": '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'},
    ],
    undecided=[
        {"enabled": UNKNOWN},
        {**_RIGHT, "durationSeconds": UNKNOWN},
        {"managedPolicyArns": [UNKNOWN]},
        {"sessionPolicy": UNKNOWN},
    ],
    settings={
        "seconds": at_most(3600, "Most seconds that a session may last.", minimum=900, asks={})
    },
)
def check(profile: Resource, *, seconds: int) -> Findings:
    """Give whoever has a certificate no more than the workload that it was issued to.

    A profile hands out all that each of its roles may do, to any certificate that the trust anchor
    accepts. Prowler finds only profiles of administrators' roles; roles change after their
    profiles, so that others are found here as well.

    Source: IAM Roles Anywhere User Guide, "Profiles", "Session policies"; Prowler,
    `rolesanywhere_profile_restricts_session_permissions`.
    """

    def judge(key: str) -> Findings:
        if key == "durationSeconds":
            if profile.number(key, default=3600) > seconds:
                yield finding("A session may last longer than {seconds} seconds.", seconds=seconds)
        elif profile.get("enabled") is not False and not _bounded(profile):
            yield "A session may do all that its role may."

    yield from every(("durationSeconds", "sessionPolicy"), judge)


def _bounded(profile: Resource) -> bool:
    """Tell whether a session has policies of its own, none of which allows everything."""
    managed = [managed_by_aws(arn) for arn in profile.strings("managedPolicyArns")]
    written = statements(profile.json("sessionPolicy"))
    everything = "AdministratorAccess" in managed or any(
        one.allows and one.everything for one in written
    )
    return (bool(managed) or profile.has("sessionPolicy")) and not everything
