from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_WORKFLOWS, WORKFLOWS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_TYPES = (*WORKFLOWS, *ORGANIZATION_WORKFLOWS)


@rule(
    title="Workflows cannot approve pull requests",
    types=_TYPES,
    severity=Severity.HIGH,
    fix="Leave can_approve_pull_request_reviews out, or set it to False.",
    controls=(
        prowler("organization_actions_pull_request_approval_disabled"),
        owasp("A08:2021"),
    ),
    passes=[{"canApprovePullRequestReviews": False}, {}],
    fails=[{"canApprovePullRequestReviews": True}],
    undecided=[{"canApprovePullRequestReviews": UNKNOWN}],
    omission="The provider's default is that they cannot.",
)
def check(workflows: Resource) -> Iterator[str]:
    """Keep the second person a person.

    Whoever may push a branch with a workflow in it can else approve their own change with its
    token.

    Source: provider documentation, `can_approve_pull_request_reviews`.
    """
    if workflows.get("canApprovePullRequestReviews", default=False) is not False:
        yield "A workflow may approve pull requests."
