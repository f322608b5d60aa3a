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
    title="Code owners approve changes of what they own",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Set require_code_owner_review=True in the pull_request rule of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_requires_codeowners_review"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"pullRequest": {"requireCodeOwnerReview": True}}),
        protected(requiredPullRequestReviews=[{"requireCodeOwnerReviews": True}]),
        protected_v3(requiredPullRequestReviews={"requireCodeOwnerReviews": True}),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"pullRequest": {"requiredApprovingReviewCount": 1}}),
        guarded({"pullRequest": {"requireCodeOwnerReview": False}}),
        guarded({"pullRequest": {"requireCodeOwnerReview": True}}, enforcement="evaluate"),
        protected(requiredPullRequestReviews=[{"requiredApprovingReviewCount": 1}]),
    ],
    undecided=[guarded({"pullRequest": {"requireCodeOwnerReview": UNKNOWN}})],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Ask those who know a part, above all workflows and infrastructure, before it changes.

    What has no owner needs none: `github-codeowners` looks for the file that names them.
    """
    if not demanded(subject, stack, _demands):
        yield "A change needs no approval of the code owners."


def _demands(guard: Resource) -> bool | None:
    reviews = pull_request(guard)
    if reviews is None:
        return None
    said = "requireCodeOwnerReview" if is_ruleset(guard) else "requireCodeOwnerReviews"
    return reviews.get(said) is True
