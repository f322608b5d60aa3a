from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
    REPOSITORIES,
    demanded,
    guarded,
    is_ruleset,
    protected,
    protected_v3,
    status_checks,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, cis_github, owasp, rule, scorecard


def _checks(**policy: object) -> dict[str, object]:
    return {"requiredStatusChecks": {"requiredChecks": [{"context": "tests"}], **policy}}


_STRICT = "strictRequiredStatusChecksPolicy"


@rule(
    title="A change is checked against the latest default branch",
    types=GUARDED,
    severity=Severity.MEDIUM,
    fix=(
        "Set strict_required_status_checks_policy=True in required_status_checks of the ruleset, "
        "or use secure_components.ProtectedRepository."
    ),
    controls=(cis_github("1.1.10"), scorecard("Branch-Protection"), owasp("A08:2021")),
    passes=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(_checks(**{_STRICT: True})),
        guarded({**_checks(), "mergeQueue": {"mergeMethod": "SQUASH"}}),
        protected(requiredStatusChecks=[{"contexts": ["tests"], "strict": True}]),
        protected_v3(requiredStatusChecks={"checks": ["tests:15368"], "strict": True}),
    ],
    fails=[
        guarded(_checks()),
        guarded(_checks(**{_STRICT: False})),
        protected(requiredStatusChecks=[{"contexts": ["tests"]}]),
    ],
    undecided=[guarded(_checks(**{_STRICT: UNKNOWN}))],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Check what will be on the branch, not what was branched off a week ago.

    Two changes that each pass can break or open something together. A merge queue checks them
    together as well (GitHub Docs, "Managing a merge queue"). A repository without checks is found
    by `github-status-checks-required`.
    """
    if not demanded(subject, stack, _demands, if_said=True):
        yield "A change is merged that was checked against an older state."


def _demands(guard: Resource) -> bool | None:
    checks = status_checks(guard)
    if checks is None:
        return None
    if not is_ruleset(guard):
        return checks.get("strict") is True
    return checks.get(_STRICT) is True or guard.has("rules", "mergeQueue")
