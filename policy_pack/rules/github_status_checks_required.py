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
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    rule,
    scorecard,
)

_TESTS = {"requiredStatusChecks": {"requiredChecks": [{"context": "tests"}]}}
_WORKFLOW = {"requiredWorkflows": [{"path": ".github/workflows/tests.yml", "repositoryId": 1}]}
_OTHERS = ("requiredWorkflows", "requiredCodeScanning")


@rule(
    title="Status checks must pass before a merge",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Name checks in required_status_checks of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_status_checks_required"),
        scorecard("Branch-Protection"),
        scorecard("CI-Tests"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded(_TESTS),
        guarded({"requiredWorkflows": _WORKFLOW}),
        guarded({"requiredStatusChecks": {"requiredChecks": UNKNOWN}}),
        protected(requiredStatusChecks=[{"contexts": ["tests"]}]),
        protected_v3(requiredStatusChecks={"checks": ["tests:15368"]}),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(),
        guarded({"requiredStatusChecks": {"requiredChecks": []}}),
        guarded(_TESTS, enforcement="evaluate"),
        protected(requiredStatusChecks=[{"strict": True}]),
        protected_v3(requiredStatusChecks={"contexts": []}),
    ],
    undecided=[guarded({"requiredStatusChecks": UNKNOWN})],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Merge nothing that was not tested and scanned.

    A check that is not required is looked at when someone thinks of it. A workflow or a code
    scanning result that the ruleset demands counts too. In a new repository the first pull request
    adds the workflow that reports the check.

    Source: provider documentation, `required_status_checks`, `required_workflows` and
    `required_code_scanning`.
    """
    if not demanded(subject, stack, _demands):
        yield "A change is merged whatever its checks say."


def _demands(guard: Resource) -> bool | None:
    others = is_ruleset(guard) and any(guard.has("rules", one) for one in _OTHERS)
    return others or status_checks(guard) is not None or None
