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
    pull_request,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule, scorecard


@rule(
    title="An approval ends with the next push",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Set dismiss_stale_reviews_on_push=True in the pull_request rule of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_dismisses_stale_reviews"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"pullRequest": {"dismissStaleReviewsOnPush": True}}),
        protected(requiredPullRequestReviews=[{"dismissStaleReviews": True}]),
        protected_v3(requiredPullRequestReviews={"dismissStaleReviews": True}),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"pullRequest": {"requiredApprovingReviewCount": 1}}),
        guarded({"pullRequest": {"dismissStaleReviewsOnPush": False}}),
        guarded({"pullRequest": {"dismissStaleReviewsOnPush": True}}, enforcement="evaluate"),
        protected(requiredPullRequestReviews=[{"requiredApprovingReviewCount": 1}]),
    ],
    undecided=[guarded({"pullRequest": {"dismissStaleReviewsOnPush": UNKNOWN}})],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Let an approval stand for what was looked at, and for nothing pushed after it.

    Else one harmless commit is approved, and another follows unseen.
    """
    if not demanded(subject, stack, _demands):
        yield "An approval outlives the commits that it was given for."


def _demands(guard: Resource) -> bool | None:
    reviews = pull_request(guard)
    if reviews is None:
        return None
    said = "dismissStaleReviewsOnPush" if is_ruleset(guard) else "dismissStaleReviews"
    return reviews.get(said) is True
