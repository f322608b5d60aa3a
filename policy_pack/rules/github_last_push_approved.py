from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
    REPOSITORIES,
    demanded,
    guarded,
    protected,
    protected_v3,
    pull_request,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, rule, scorecard


@rule(
    title="The last push is approved by someone else",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Set require_last_push_approval=True in the pull_request rule of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(scorecard("Branch-Protection"), owasp("A08:2021")),
    passes=[
        guarded({"pullRequest": {"requireLastPushApproval": True}}),
        protected(requiredPullRequestReviews=[{"requireLastPushApproval": True}]),
        protected_v3(requiredPullRequestReviews={"requireLastPushApproval": True}),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"pullRequest": {"requiredApprovingReviewCount": 1}}),
        guarded({"pullRequest": {"requireLastPushApproval": False}}),
        guarded({"pullRequest": {"requireLastPushApproval": True}}, enforcement="evaluate"),
        protected(requiredPullRequestReviews=[{"requiredApprovingReviewCount": 1}]),
    ],
    undecided=[guarded({"pullRequest": {"requireLastPushApproval": UNKNOWN}})],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Have each commit seen by another person than the one who pushed it.

    Who reviews a pull request may push to it, and then approve what they wrote themselves.

    Source: GitHub Docs, "Available rules for rulesets", "Require a pull request before merging".
    """
    if not demanded(subject, stack, _demands):
        yield "Who pushes last can be the one who approves."


def _demands(guard: Resource) -> bool | None:
    reviews = pull_request(guard)
    return None if reviews is None else reviews.get("requireLastPushApproval") is True
