"""Arguments of `ProtectedRepository`. Every one may be left out, unless it says otherwise."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from secure_components.pull_request_security.args import WorkflowsArgs


class RequiredCheckArgs(TypedDict):
    """A status check that must pass before a merge."""

    name: str
    """Its name, as a pull request shows it. Required."""

    app_id: NotRequired[int]
    """GitHub App that must report it; GitHub Actions (15368) when absent. Whoever may write to the
    repository can report a check of any name, but not as an app."""


class PullRequestsArgs(TypedDict):
    """How pull requests into protected branches are merged."""

    approvals: NotRequired[int]
    """Approvals that are needed, 1 (default) to 10."""

    required_checks: NotRequired[Sequence[RequiredCheckArgs]]
    """Checks that must pass, on top of the branch's latest commit. When absent: `tests`, a job of
    that name, which the first pull request of a new repository adds; where others commit already,
    with `adopt` or for an organization, you must name them."""

    merge_methods: NotRequired[Sequence[str]]
    """`squash` (default), `rebase` and `merge`, or several of them. Without `merge`, history is
    linear: merge commits are refused, however they come."""

    signed_commits: NotRequired[bool]
    """Whether every commit must have a verified signature. False by default, since contributors
    need keys."""

    merge_queue: NotRequired[bool]
    """Whether merges go through a queue, which tests each on top of those before it. False by
    default; for organizations alone."""


class TagsArgs(TypedDict):
    """Which tags are protected: these are never moved nor deleted."""

    patterns: NotRequired[Sequence[str]]
    """Names, with `*`, as `v*`; all tags when absent."""

    creator_teams: NotRequired[Sequence[int]]
    """Ids of the teams that alone, with `creator_apps`, may create such tags; whoever may write
    when both are absent."""

    creator_apps: NotRequired[Sequence[int]]
    """Ids of the GitHub Apps that may create such tags."""


class PushLimitsArgs(TypedDict):
    """What no push may bring, on any branch and in any fork."""

    file_paths: NotRequired[Sequence[str]]
    """Paths, with `*`, as `**/.env`: up to 200."""

    file_extensions: NotRequired[Sequence[str]]
    """Extensions, as `*.pem`: up to 200."""

    largest_file_megabytes: NotRequired[int]
    """1 to 100."""


class EnvironmentArgs(TypedDict):
    """Who and what may deploy.

    Where the plan offers reviewers, nobody approves their own deployment, and no administrator goes
    round it.
    """

    reviewer_teams: NotRequired[Sequence[pulumi.Input[int]]]
    """Ids of teams, one of whose members must approve. With `reviewer_users`, 1 to 6 together,
    where the plan offers reviewers."""

    reviewer_users: NotRequired[Sequence[pulumi.Input[int]]]
    """Ids of users, one of whom must approve."""

    branches: NotRequired[Sequence[str]]
    """Names, with `*`, of the branches that may deploy; the default branch when `tags` is absent
    too."""

    tags: NotRequired[Sequence[str]]
    """Names, with `*`, of the tags that may deploy."""

    wait_minutes: NotRequired[int]
    """Minutes that a deployment waits, 1 to 43,200; where the plan offers reviewers."""


class WebhookArgs(TypedDict):
    """Who is told of events, by signed requests over TLS."""

    url: pulumi.Input[str]
    """Where to, beginning `https://`. Required."""

    events: Sequence[str]
    """Events that are told, as `push`; `*` for all. Required."""

    secret: pulumi.Input[str]
    """What requests are signed with, of 20 characters at least; it is stored as a secret.
    Required."""


class FilesArgs(TypedDict):
    """Files that are committed when the repository is made. Later changes go by pull request."""

    code_owners: NotRequired[Mapping[str, Sequence[str]]]
    """`.github/CODEOWNERS`: owners (`@user`, `@organization/team`, e-mail) by pattern, the last
    match counts; as `{"*": ["@acme/platform"]}`. No file when absent."""

    security_contact: NotRequired[str]
    """E-mail address or https address that `SECURITY.md` names for reports; GitHub's own form when
    absent."""

    dependency_ecosystems: NotRequired[Sequence[str]]
    """What `.github/dependabot.yml` updates weekly, a week after its release; `github-actions` when
    absent."""


class ProtectedRepositoryArgs(TypedDict):
    """Arguments of `ProtectedRepository`."""

    repository_name: NotRequired[str]
    """Name on GitHub; the resource's name when absent."""

    description: NotRequired[pulumi.Input[str]]
    """What the repository is for; left as it is on GitHub when absent."""

    visibility: NotRequired[str]
    """`private` (default), `internal` or `public`. Required where `adopt` is true."""

    plan: NotRequired[str]
    """What its owner pays GitHub for: `free`, `team` (default; `team` also stands for GitHub Pro)
    or `enterprise`. What it does not offer is refused, or left out, as `protection` tells."""

    add_ons: NotRequired[Sequence[str]]
    """What its owner pays for beside: `secret_protection`, `code_security`. Public repositories
    need neither."""

    in_protected_organization: NotRequired[bool]
    """Whether a `ProtectedOrganization`, or the like, limits Actions and protects branches already.
    No Actions policy and no files are made then, since GitHub refuses both. False by default."""

    default_branch: NotRequired[str]
    """Name of the default branch: a new repository's is renamed so, an adopted one must have it.
    Left as it is when absent; protected by whatever name."""

    protected_branches: NotRequired[Sequence[str]]
    """Branches that are protected like the default one: names, with `*`, as `release/*`."""

    pull_requests: NotRequired[PullRequestsArgs]
    """How pull requests into protected branches are merged."""

    tags: NotRequired[TagsArgs]
    """Which tags are protected; all when absent."""

    push_limits: NotRequired[PushLimitsArgs]
    """What no push may bring."""

    allowed_actions: NotRequired[Sequence[str]]
    """Actions and reusable workflows that may be used beside the repository's own and GitHub's, as
    `docker/login-action@*`. Each use must name a full commit."""

    environments: NotRequired[Mapping[str, EnvironmentArgs]]
    """Environments by name."""

    deploy_keys: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Public SSH keys by title; they may only read."""

    webhooks: NotRequired[Mapping[str, WebhookArgs]]
    """Webhooks by a name of your own."""

    files: NotRequired[FilesArgs]
    """Files that are committed when the repository is made."""

    workflows: NotRequired[WorkflowsArgs]
    """Security workflows, as `PullRequestSecurity` makes them: committed when the repository is
    made, their checks required, their actions allowed. `{}` takes the defaults; none when
    absent."""

    adopt: NotRequired[bool]
    """Whether the repository exists: it is imported by its name, brought in line, and never
    replaced. Stays in the program. False by default."""

    adopt_ids: NotRequired[Mapping[str, str]]
    """Import ids, by role, of further children that exist, as `{"branches": "service:1234"}`. A
    role is what stands behind the resource's name in a child's."""
