"""A GitHub repository that changes by reviewed pull requests alone."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_github as github

from secure_components.protected_repository import checks, files, plans, rules
from secure_components.protected_repository.args import (
    EnvironmentArgs,
    ProtectedRepositoryArgs,
    PullRequestsArgs,
    RequiredCheckArgs,
)
from secure_components.pull_request_security import checks as workflow_checks
from secure_components.pull_request_security import workflows
from secure_components.pull_request_security.component import (
    FILE_LEFT_ALONE,
    PullRequestSecurity,
)

_DEFAULTS: Final[ProtectedRepositoryArgs] = {}

_LEFT_ALONE: Final = (
    "allowAutoMerge",
    "allowForking",
    "defaultBranch",
    "description",
    "etag",
    "gitignoreTemplate",
    "hasDiscussions",
    "hasDownloads",
    "hasIssues",
    "hasProjects",
    "hasWiki",
    "homepageUrl",
    "isTemplate",
    "licenseTemplate",
    "mergeCommitMessage",
    "mergeCommitTitle",
    "pages",
    "squashMergeCommitMessage",
    "squashMergeCommitTitle",
    "topics",
    "vulnerabilityAlerts",
)
"""What is set once, or never, and kept as it is on GitHub from then on."""


class ProtectedRepository(pulumi.ComponentResource):
    """A private repository whose default branch changes by reviewed pull requests alone.

    Makes the repository; an active ruleset on its default branch without any bypass (pull request,
    an approval, by code owners where they are named, dismissed by later pushes and never by who
    pushed last, all conversations resolved, required checks on the latest state, linear history,
    no force push, no deletion); a ruleset under which tags are never moved nor deleted; Dependabot
    alerts and security updates; GitHub Actions with GitHub's own actions and those that are
    allowed, each named by a full commit, with a token that reads, and without approving pull
    requests; secret scanning with push protection where it is paid for; `SECURITY.md`,
    `.github/dependabot.yml` and `.github/CODEOWNERS`, committed before the branch is protected. By
    choice: security workflows whose checks must pass (`PullRequestSecurity`), limits of pushes,
    environments with reviewers and branch limits, read-only deploy keys, signed webhooks.

    Destroying it archives the repository with its protection; deploy keys and webhooks are deleted.

    Serves the checks of OpenSSF Scorecard Branch-Protection, CI-Tests, Code-Review,
    Dependency-Update-Tool, Security-Policy and Token-Permissions (the default token), and of
    Prowler repository_branch_delete_on_merge_enabled, repository_default_branch_deletion_disabled,
    repository_default_branch_disallows_force_push,
    repository_default_branch_dismisses_stale_reviews,
    repository_default_branch_protection_applies_to_admins,
    repository_default_branch_protection_enabled,
    repository_default_branch_requires_codeowners_review,
    repository_default_branch_requires_conversation_resolution,
    repository_default_branch_requires_linear_history,
    repository_default_branch_status_checks_required,
    repository_default_workflow_permissions_read_only, repository_dependency_scanning_enabled,
    repository_public_has_securitymd_file; and by choice
    repository_default_branch_requires_multiple_approvals (`approvals` of 2),
    repository_default_branch_requires_signed_commits (`signed_commits`),
    repository_has_codeowners_file (`code_owners`), repository_secret_scanning_enabled (public, or
    with Secret Protection).

    Not covered: what the provider cannot set (private vulnerability reporting, immutable releases,
    approval of workflows of first-time contributors); who may read and write; workflows; a change
    of `repository_name`; what an owner of the organization does by hand (`docs/repositories.md`
    tells what of it is seen).

    Costs nothing beside GitHub's plan: at its list prices seen in September 2026, Team 4 USD and
    Enterprise 21 USD per user and month; Secret Protection 19 USD and Code Security 30 USD per
    active committer and month, for private and internal repositories. A public one needs neither.

    Sources: GitHub Docs, the pages named in `docs/repositories.md`; github.com/pricing; the source
    of terraform-provider-github, which the Pulumi provider bridges.

    Args:
        name: Resource name. Children are `name` (the repository) and `name-<role>`.
        args: See `ProtectedRepositoryArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; or GitHub does not
            offer what it asks for with this plan and visibility. Nothing has been registered then.
            An `Output` is checked when it resolves.
    """

    repository_name: pulumi.Output[str]
    """Name of the repository, known once it exists."""
    full_name: pulumi.Output[str]
    """Owner and name, as `acme/service`."""
    repository_id: pulumi.Output[int]
    """GitHub's number of the repository, which no renaming changes."""
    branch_ruleset_id: pulumi.Output[int]
    """GitHub's number of the ruleset that protects branches."""
    protection: pulumi.Output[Mapping[str, str]]
    """By feature of GitHub: `in force`, or why not and what to do."""

    def __init__(
        self,
        name: str,
        args: ProtectedRepositoryArgs = _DEFAULTS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        owner = checks.check(name, args)
        security = _security(name, args, owner)
        super().__init__("secure-components:index:ProtectedRepository", name, None, opts)
        adopt = args.get("adopt", False)
        methods = args.get("pull_requests", {}).get("merge_methods", rules.DEFAULT_METHODS)
        repository_name = checks.repository_name(name, args)

        repository = github.Repository(
            name,
            name=repository_name,
            description=args.get("description"),
            visibility=owner.visibility,
            auto_init=None if adopt else True,
            has_issues=True,
            allow_squash_merge="squash" in methods,
            allow_rebase_merge="rebase" in methods,
            allow_merge_commit="merge" in methods,
            allow_update_branch=True,
            delete_branch_on_merge=True,
            web_commit_signoff_required=True,
            security_and_analysis=_security_and_analysis(owner),
            archive_on_destroy=True,
            opts=pulumi.ResourceOptions(
                parent=self,
                import_=repository_name if adopt else None,
                ignore_changes=[
                    one for one in _LEFT_ALONE if not (one == "description" and one in args)
                ],
            ),
        )

        children = _Children(name, args, self, repository)
        ready = _make_files(children)
        if security:
            ready.append(_make_workflows(children, owner, ready))
        branches = _make_rulesets(children, ready, security)

        alerts = github.RepositoryVulnerabilityAlerts(
            f"{name}-vulnerability-alerts",
            repository=repository.name,
            enabled=True,
            opts=children.opts("vulnerability-alerts"),
        )
        github.RepositoryDependabotSecurityUpdates(
            f"{name}-security-updates",
            repository=repository.name,
            enabled=True,
            # GitHub updates only where it alerts.
            opts=children.opts("security-updates", alerts),
        )

        if not args.get("in_protected_organization"):
            github.ActionsRepositoryPermissions(
                f"{name}-actions",
                repository=repository.name,
                enabled=True,
                allowed_actions="selected",
                allowed_actions_config={
                    "github_owned_allowed": True,
                    "verified_allowed": False,
                    "patterns_alloweds": [
                        *args.get("allowed_actions", ()),
                        *(workflows.allowed_actions(security) if security else ()),
                    ],
                },
                sha_pinning_required=True,
                opts=children.opts("actions"),
            )
        github.WorkflowRepositoryPermissions(
            f"{name}-workflow-permissions",
            repository=repository.name,
            default_workflow_permissions="read",
            can_approve_pull_request_reviews=False,
            opts=children.opts("workflow-permissions"),
        )

        _make_environments(children, owner)
        _make_credentials(children)

        self.repository_name = repository.name
        self.full_name = repository.full_name
        self.repository_id = repository.repo_id
        self.branch_ruleset_id = branches.ruleset_id
        self.protection = pulumi.Output.from_input(_protection(args, owner))
        self.register_outputs(
            {
                "repository_name": self.repository_name,
                "full_name": self.full_name,
                "repository_id": self.repository_id,
                "branch_ruleset_id": self.branch_ruleset_id,
                "protection": self.protection,
            },
        )


@dataclass(frozen=True)
class _Children:
    """What all children need to know."""

    name: str
    args: ProtectedRepositoryArgs
    parent: pulumi.Resource
    repository: github.Repository

    def opts(
        self,
        role: str,
        *after: pulumi.Resource,
        kept: bool = True,
        ignore_changes: Sequence[str] = (),
    ) -> pulumi.ResourceOptions:
        """Return the options of a child; one that is kept is archived with the repository."""
        return pulumi.ResourceOptions(
            parent=self.parent,
            depends_on=list(after),
            deleted_with=self.repository if kept else None,
            import_=self.args.get("adopt_ids", {}).get(role),
            ignore_changes=list(ignore_changes),
        )


def _make_files(children: _Children) -> list[pulumi.Resource]:
    """Make what must be there before the branch is protected, and return it."""
    name, args, repository = children.name, children.args, children.repository
    made: list[pulumi.Resource] = []
    if "default_branch" in args:
        made.append(
            github.BranchDefault(
                f"{name}-default-branch",
                repository=repository.name,
                branch=args["default_branch"],
                rename=None if args.get("adopt") else True,
                opts=children.opts("default-branch"),
            )
        )
    contents = files.contents(args.get("files", {}))
    for role, path in files.PATHS.items():
        known = role in args.get("adopt_ids", {})
        if known or (role in contents and checks.commits_files(args)):
            made.append(
                github.RepositoryFile(
                    f"{name}-{role}",
                    repository=repository.name,
                    file=path,
                    content=contents.get(role, ""),
                    commit_message=f"Add {path}",
                    overwrite_on_create=False,
                    # One after the other: GitHub refuses two commits to a branch at once.
                    opts=children.opts(role, *made, ignore_changes=FILE_LEFT_ALONE),
                )
            )
    return made


def _security(
    name: str, args: ProtectedRepositoryArgs, owner: plans.Owner
) -> workflows.Settings | None:
    """Check the workflows that are wanted, and return what they are made from."""
    if "workflows" not in args:
        return None
    workflow_checks.check_workflows((checks.COMPONENT, name), args["workflows"])
    return workflows.Settings(args["workflows"], owner, checks.default_branch(args))


def _make_workflows(
    children: _Children, owner: plans.Owner, ready: Sequence[pulumi.Resource]
) -> pulumi.Resource:
    args, repository = children.args, children.repository
    return PullRequestSecurity(
        f"{children.name}-workflows",
        {
            "repository": repository.name,
            "workflows": args["workflows"],
            "default_branch": checks.default_branch(args),
            "visibility": owner.visibility,
            "plan": owner.plan,
            "add_ons": list(owner.add_ons),
        },
        pulumi.ResourceOptions(
            parent=children.parent, depends_on=list(ready), deleted_with=repository
        ),
    )


def _required(
    requests: PullRequestsArgs, security: workflows.Settings | None
) -> Sequence[RequiredCheckArgs]:
    """Return the checks that are named, and those that follow from workflows."""
    named = requests.get("required_checks", rules.DEFAULT_CHECKS)
    names = {one["name"] for one in named}
    follow = workflows.required_checks(security) if security else ()
    return [*named, *(one for one in follow if one["name"] not in names)]


def _make_rulesets(
    children: _Children, ready: Sequence[pulumi.Resource], security: workflows.Settings | None
) -> Any:  # noqa: ANN401  of a partly typed package
    """Make the rulesets, and return the one that protects branches."""
    name, args, repository = children.name, children.args, children.repository
    requests = args.get("pull_requests", {})
    branches = github.RepositoryRuleset(
        f"{name}-branches",
        name="Protected branches",
        repository=repository.name,
        target="branch",
        enforcement="active",
        conditions=rules.branches(args.get("protected_branches", ())),
        rules=rules.branch_rules(
            requests,
            _required(requests, security),
            code_scanning=security is not None and "codeql" in workflows.made(security),
        ),
        opts=children.opts("branches", *ready),
    )
    tags = args.get("tags", {})
    github.RepositoryRuleset(
        f"{name}-tags",
        name="Protected tags",
        repository=repository.name,
        target="tag",
        enforcement="active",
        conditions=rules.tags(tags),
        rules=rules.tag_rules(),
        opts=children.opts("tags"),
    )
    creators = rules.tag_creators(tags)
    if creators:
        # Apart, so that who may create a tag still cannot move or delete one.
        github.RepositoryRuleset(
            f"{name}-tag-creation",
            name="Creation of protected tags",
            repository=repository.name,
            target="tag",
            enforcement="active",
            conditions=rules.tags(tags),
            rules={"creation": True},
            bypass_actors=creators,
            opts=children.opts("tag-creation"),
        )
    if "push_limits" in args:
        github.RepositoryRuleset(
            f"{name}-pushes",
            name="Limits of pushes",
            repository=repository.name,
            target="push",
            enforcement="active",
            rules=rules.push_rules(args["push_limits"]),
            opts=children.opts("pushes"),
        )
    return branches


def _make_environments(children: _Children, owner: plans.Owner) -> None:
    name, args, repository = children.name, children.args, children.repository
    for environment, settings in args.get("environments", {}).items():
        role = f"environment-{environment}"
        made = github.RepositoryEnvironment(
            f"{name}-{role}",
            repository=repository.name,
            environment=environment,
            **_review(settings, owner),
            # "Protected branches" counts classic protection alone; without any, all may deploy.
            deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
            opts=children.opts(role),
        )
        for kind, pattern in checks.deployers(args, environment):
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{name}-{role}-{kind}-{pattern}",
                repository=repository.name,
                environment=made.environment,
                branch_pattern=pattern if kind == "branch" else None,
                tag_pattern=pattern if kind == "tag" else None,
                opts=children.opts(f"{role}-{kind}-{pattern}"),
            )


def _make_credentials(children: _Children) -> None:
    """Make what gives access or tells secrets, and so is deleted before the archive."""
    name, args, repository = children.name, children.args, children.repository
    for title in args.get("deploy_keys", {}):
        github.RepositoryDeployKey(
            f"{name}-deploy-key-{title}",
            repository=repository.name,
            title=title,
            key=checks.deploy_key(name, args, title),
            read_only=True,
            opts=children.opts(f"deploy-key-{title}", kept=False),
        )
    for label, webhook in args.get("webhooks", {}).items():
        github.RepositoryWebhook(
            f"{name}-webhook-{label}",
            repository=repository.name,
            active=True,
            events=list(webhook["events"]),
            # As a whole, for an address can be a secret too.
            configuration=pulumi.Output.secret(
                {
                    "url": checks.webhook_url(name, label, webhook),
                    "content_type": "json",
                    "insecure_ssl": False,
                    "secret": checks.webhook_secret(name, label, webhook),
                }
            ),
            opts=children.opts(f"webhook-{label}", kept=False),
        )


def _security_and_analysis(owner: plans.Owner) -> Any:  # noqa: ANN401  as the provider takes it
    """Return what is switched on; what is not offered is left out, as GitHub answers 422 to it."""
    on = {"status": "enabled"}
    settings: dict[str, Any] = {}
    if not plans.SECRET_SCANNING.lacking(owner):
        settings |= {"secret_scanning": on, "secret_scanning_push_protection": on}
    if owner.visibility != "public" and not plans.CODE_SCANNING.lacking(owner):
        settings |= {"code_security": on}
    return settings or None


def _review(settings: EnvironmentArgs, owner: plans.Owner) -> dict[str, Any]:
    """Return who must approve a deployment, where the plan offers that."""
    if plans.REVIEWERS.lacking(owner):
        return {}
    return {
        "reviewers": [
            {
                "teams": list(settings.get("reviewer_teams", ())),
                "users": list(settings.get("reviewer_users", ())),
            }
        ],
        "prevent_self_review": True,
        "can_admins_bypass": False,
        "wait_timer": settings.get("wait_minutes"),
    }


def _protection(args: ProtectedRepositoryArgs, owner: plans.Owner) -> Mapping[str, str]:
    """Say of each feature whether it is in force."""

    def state(feature: plans.Feature, argument: str, *, used: bool) -> str:
        return feature.lacking(owner) or ("in force" if used else f"offered: {argument}")

    requests = args.get("pull_requests", {})
    owners = "in force once .github/CODEOWNERS names owners"
    organization = args.get("in_protected_organization")
    return {
        plans.RULESETS.name: "in force",
        plans.CODE_OWNERS.name: "in force" if "code_owners" in args.get("files", {}) else owners,
        plans.MERGE_QUEUE.name: state(
            plans.MERGE_QUEUE,
            "pull_requests.merge_queue",
            used=requests.get("merge_queue", False),
        ),
        plans.PUSH_RULESETS.name: state(
            plans.PUSH_RULESETS, "push_limits", used="push_limits" in args
        ),
        plans.REVIEWERS.name: state(
            plans.REVIEWERS, "environments", used=bool(args.get("environments"))
        ),
        plans.SECRET_SCANNING.name: plans.SECRET_SCANNING.lacking(owner) or "in force",
        plans.CODE_SCANNING.name: state(plans.CODE_SCANNING, "workflows", used="workflows" in args),
        plans.DEPENDENCY_REVIEW.name: state(
            plans.DEPENDENCY_REVIEW, "workflows", used="workflows" in args
        ),
        plans.DEPENDABOT.name: "in force",
        plans.ACTIONS.name: "the organization's to set" if organization else "in force",
        plans.REPORTING.name: plans.REPORTING.lacking(owner)
        or f"to be switched on by hand: {plans.REPORTING.by_hand}",
    }
