from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import REPOSITORIES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="A branch is deleted once it is merged",
    types=REPOSITORIES,
    severity=Severity.LOW,
    fix="Set delete_branch_on_merge=True, or use secure_components.ProtectedRepository.",
    controls=(prowler("repository_branch_delete_on_merge_enabled"), owasp("A05:2021")),
    passes=[{"deleteBranchOnMerge": True}, {"archived": True}],
    fails=[{"deleteBranchOnMerge": False}, {}],
    undecided=[{"deleteBranchOnMerge": UNKNOWN}],
)
def check(repository: Resource) -> Iterator[str]:
    """Keep no code around that nobody maintains, and whose workflows still run.

    The commits stay in the pull request, from which the branch can be restored.

    Source: provider documentation, `delete_branch_on_merge`, which is off by default.
    """
    if repository.get("deleteBranchOnMerge") is True or repository.get("archived") is True:
        return
    yield "Branches stay after they are merged."
