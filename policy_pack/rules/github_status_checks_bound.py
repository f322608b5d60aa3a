from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
    demanded,
    guarded,
    is_ruleset,
    protected,
    protected_v3,
    status_checks,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, rule


def _checks(*apps: object) -> dict[str, object]:
    checks = [{"context": "tests", "integrationId": app} for app in apps]
    return {"requiredStatusChecks": {"requiredChecks": checks}}


@rule(
    title="Status checks count from one app alone",
    types=GUARDED,
    severity=Severity.MEDIUM,
    fix=(
        "Give each required check the integration_id of the app that reports it (15368 is GitHub "
        "Actions), or use secure_components.ProtectedRepository."
    ),
    controls=(owasp("A08:2021"),),
    passes=[
        guarded(),
        guarded(_checks(15368)),
        protected_v3(requiredStatusChecks={"checks": ["tests:15368"]}),
    ],
    fails=[
        guarded(_checks(None)),
        guarded(_checks(15368, 0)),
        protected(requiredStatusChecks=[{"contexts": ["tests"]}]),
        protected_v3(requiredStatusChecks={"checks": ["tests"]}),
        protected_v3(requiredStatusChecks={"checks": ["15368"]}),
        protected_v3(requiredStatusChecks={"checks": ["tests:-1"]}),
        protected_v3(requiredStatusChecks={"contexts": ["tests"]}),
    ],
    undecided=[
        guarded(_checks(UNKNOWN)),
        protected_v3(requiredStatusChecks={"checks": UNKNOWN}),
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Take nobody's word for it that the tests passed.

    Whoever may write to the repository can report a check of any name; not so as an app. A classic
    `BranchProtection` cannot name the app: use a ruleset.

    Source: GitHub Docs, "Available rules for rulesets", "Require status checks to pass before
    merging"; GitHub REST API, "Update branch protection", `checks`; provider documentation,
    `integration_id`.
    """
    if not demanded(subject, stack, _demands, if_said=True):
        yield "Whoever may write can report a check as passed."


def _demands(guard: Resource) -> bool | None:
    checks = status_checks(guard)
    if checks is None:
        return None
    if is_ruleset(guard):
        return all(
            one.number("integrationId", default=0) for one in checks.blocks("requiredChecks")
        )
    return not checks.has("contexts") and all(map(_names_app, checks.strings("checks")))


def _names_app(named: str) -> bool:
    app = named.rpartition(":")[2]
    return app != named and app.isdecimal()
