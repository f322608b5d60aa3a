from __future__ import annotations

import re

from policy_pack.aws import ROLES
from policy_pack.identities import PERMISSION_SETS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Malformed,
    Resource,
    Severity,
    at_most,
    every,
    finding,
    owasp,
    rule,
)

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SECONDS = (86_400, 3_600, 60, 1)
_HOUR = 3_600


@rule(
    title="Sessions of roles and permission sets end within hours",
    types=(*ROLES, *PERMISSION_SETS),
    severity=Severity.LOW,
    fix="Set max_session_duration (session_duration of a permission set) to {seconds} s or less.",
    controls=(owasp("A07:2021"),),
    passes=[
        {},
        {"maxSessionDuration": 3600},
        {"maxSessionDuration": 14_400, "sessionDuration": "PT4H"},
        {"sessionDuration": "PT1H30M"},
    ],
    fails=[
        {"maxSessionDuration": 14_401},
        {"maxSessionDuration": 43_200},
        {"sessionDuration": "PT12H"},
        {"sessionDuration": "P1D"},
        {"sessionDuration": "4 hours"},
        {"sessionDuration": "PT"},
    ],
    undecided=[{"maxSessionDuration": UNKNOWN}, {"sessionDuration": UNKNOWN}],
    omission="AWS ends a session after an hour where nothing is said.",
    settings={
        "seconds": at_most(14_400, "Most seconds that a session may last.", minimum=3600, asks={})
    },
)
def check(identity: Resource, *, seconds: int) -> Findings:
    """Make what is stolen of a session useless soon: it cannot be called back one by one.

    AWS permits 12 hours. That four are enough is our inference: it is half a day's work, and what a
    service assumes is renewed by itself.

    Source: AWS IAM User Guide, "Update the maximum session duration for a role"; IAM Identity
    Center User Guide, "Set session duration for AWS accounts".
    """

    def judge(key: str) -> Findings:
        if key == "maxSessionDuration":
            lasts = identity.number(key, default=_HOUR)
        else:
            lasts = _seconds(identity.get(key, default="PT1H"), identity.name, key)
        if lasts > seconds:
            yield finding("A session may last longer than {seconds} seconds.", seconds=seconds)

    yield from every(("maxSessionDuration", "sessionDuration"), judge)


def _seconds(text: object, name: str, key: str) -> int:
    parts = _DURATION.fullmatch(text) if isinstance(text, str) and len(text) <= _HOUR else None
    if parts is None or not any(parts.groups()):
        raise Malformed(name, key, "a duration, as PT1H")
    return sum(
        int(part or 0) * seconds for part, seconds in zip(parts.groups(), _SECONDS, strict=True)
    )
