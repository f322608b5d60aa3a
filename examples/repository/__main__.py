"""A private repository whose default branch only changes by reviewed pull requests.

From resources of the GitHub provider as they are; no rule of the pack judges them yet.
"""

from __future__ import annotations

import pulumi
import pulumi_github as github

repository = github.Repository(
    "service",
    description="A service and its infrastructure",
    visibility="private",
    auto_init=True,
    delete_branch_on_merge=True,
    archive_on_destroy=True,
)

github.RepositoryRuleset(
    "service-main",
    name="Protect the default branch",
    repository=repository.name,
    target="branch",
    enforcement="active",
    conditions={"ref_name": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
    rules={
        "deletion": True,
        "non_fast_forward": True,
        "pull_request": {
            "required_approving_review_count": 1,
            "dismiss_stale_reviews_on_push": True,
            "require_last_push_approval": True,
            "required_review_thread_resolution": True,
        },
    },
)

pulumi.export("repository", repository.full_name)
