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
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule

_RESOLVED = {"pullRequest": {"requiredReviewThreadResolution": True}}


@rule(
    title="Review comments are resolved before a merge",
    types=GUARDED,
    severity=Severity.MEDIUM,
    fix=(
        "Set required_review_thread_resolution=True in the pull_request rule of the ruleset, or "
        "use secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_requires_conversation_resolution"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded(_RESOLVED),
        protected(requireConversationResolution=True),
        protected_v3(requireConversationResolution=True),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"pullRequest": {"requiredApprovingReviewCount": 1}}),
        guarded({"pullRequest": {"requiredReviewThreadResolution": False}}),
        guarded(_RESOLVED, enforcement="evaluate"),
        protected(requireConversationResolution=False),
        protected_v3(),
    ],
    undecided=[guarded({"pullRequest": {"requiredReviewThreadResolution": UNKNOWN}})],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Let no objection be merged over.

    An approval of one reviewer else suffices while another's question is still open.
    """
    if not demanded(subject, stack, _demands):
        yield "A change is merged while review comments are open."


def _demands(guard: Resource) -> bool | None:
    if not is_ruleset(guard):
        return guard.get("requireConversationResolution") is True
    reviews = pull_request(guard)
    return None if reviews is None else reviews.get("requiredReviewThreadResolution") is True
