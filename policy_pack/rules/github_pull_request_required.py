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
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    Stack,
    at_least,
    finding,
    owasp,
    prowler,
    rule,
    scorecard,
)

_PROWLER = prowler("repository_default_branch_requires_multiple_approvals")
_ONE = {"requiredApprovingReviewCount": 1}


@rule(
    title="Changes of the default branch are approved pull requests",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Use secure_components.ProtectedRepository, or give the ruleset a pull_request rule with "
        "required_approving_review_count={approvals}."
    ),
    controls=(
        _PROWLER,
        scorecard("Code-Review"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"pullRequest": _ONE}),
        guarded({"pullRequest": {"requiredApprovingReviewCount": 2}}),
        protected(requiredPullRequestReviews=[{"dismissStaleReviews": True}]),
        protected_v3(requiredPullRequestReviews=_ONE),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(),
        guarded({"pullRequest": {"requireCodeOwnerReview": True}}),
        guarded({"pullRequest": {"requiredApprovingReviewCount": 0}}),
        guarded({"pullRequest": _ONE}, enforcement="disabled"),
        protected(requiredPullRequestReviews=[{"requiredApprovingReviewCount": 0}]),
        protected(requiredPullRequestReviews=[{}]),
        protected_v3(requiredPullRequestReviews={}),
    ],
    undecided=[
        guarded({"pullRequest": {"requiredApprovingReviewCount": UNKNOWN}}),
        guarded({"pullRequest": UNKNOWN}),
    ],
    settings={
        "approvals": at_least(1, "Least number of approvals.", minimum=1, asks={_PROWLER: 2}),
    },
)
def check(subject: Resource, stack: Stack, *, approvals: int) -> Iterator[str]:
    """Have a second person look at every change, whoever makes it.

    One approval is what a small team can keep; CIS asks for two. A ruleset demands none unless it
    says so, a classic protection one.

    Source: provider documentation, `required_approving_review_count` of each.
    """

    def demands(guard: Resource) -> bool | None:
        reviews = pull_request(guard)
        if reviews is None:
            return None
        least = 0 if is_ruleset(guard) else 1
        return reviews.number("requiredApprovingReviewCount", default=least) >= approvals

    if not demanded(subject, stack, demands):
        yield finding(
            "A change comes in with fewer than {approvals} approvals.",
            approvals=approvals,
        )
