"""A GitHub organization whose every repository is protected, by one resource."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_github as github

from secure_components.arguments import among, check_arguments, check_value, matches, refuse
from secure_components.protected_repository import checks, plans, rules
from secure_components.protected_repository.args import PullRequestsArgs, PushLimitsArgs, TagsArgs

_COMPONENT: Final = "ProtectedOrganization"
_LOGIN: Final = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}")
_ID: Final = re.compile(r"[1-9]\d{0,15}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_REPOSITORIES: Final = re.compile(r"[A-Za-z0-9._*?\[\]-]{1,100}")
_WORKFLOW: Final = re.compile(r"\.github/workflows/[\w.-]+\.ya?ml")
_REF: Final = re.compile(r"refs/(heads|tags)/[\w./-]+|[0-9a-f]{40}")
_PERMISSIONS: Final = ("none", "read")
_CREATABLE: Final = ("private", "internal")


class RequiredWorkflowArgs(TypedDict):
    """A workflow that must pass in every pull request of every repository."""

    repository_id: pulumi.Input[int]
    """GitHub's number of the repository that holds it. Required."""

    path: str
    """Where it stands there, as `.github/workflows/security.yml`. Required."""

    ref: NotRequired[str]
    """The branch, tag (`refs/tags/v1`) or commit that it is taken from; `refs/heads/main` when
    absent."""


class ProtectedOrganizationArgs(TypedDict):
    """Arguments of `ProtectedOrganization`."""

    organization_id: str
    """GitHub's number of the organization, as `github.get_organization(name=NAME,
    summary_only=True).id` or `gh api orgs/NAME --jq .id` tells it. Its settings are imported by it,
    since the provider would not send what is to be off otherwise. Required."""

    billing_email: pulumi.Input[str]
    """Address for bills, which the provider asks for: the one that it has. Required."""

    organization: NotRequired[str]
    """Name on GitHub; the resource's name when absent."""

    plan: NotRequired[str]
    """`free`, `team` (default) or `enterprise`. Without one that is paid for, GitHub has no
    rulesets for organizations, and only settings and the Actions policy are made."""

    default_permission: NotRequired[str]
    """What members may do in repositories that they were not added to: `none` (default) or
    `read`."""

    members_may_create: NotRequired[Sequence[str]]
    """Kinds of repositories that members may create: `private`, `internal`; none when absent.
    Never public ones."""

    repositories: NotRequired[Sequence[str]]
    """Names, with `*`, of the repositories that rulesets are for, while they are rolled out; all
    when absent."""

    pull_requests: NotRequired[PullRequestsArgs]
    """How pull requests into default branches are merged. With a plan that is paid for,
    `required_checks` must name some that every repository has, unless there are
    `required_workflows`. No merge queue, which GitHub has for single repositories only."""

    protected_branches: NotRequired[Sequence[str]]
    """Branches that are protected like the default one: names, with `*`, as `release/*`."""

    tags: NotRequired[TagsArgs]
    """Which tags are protected; all when absent."""

    push_limits: NotRequired[PushLimitsArgs]
    """What no push may bring."""

    required_workflows: NotRequired[Sequence[RequiredWorkflowArgs]]
    """Workflows that must pass before a merge."""

    allowed_actions: NotRequired[Sequence[str]]
    """Actions and reusable workflows that may be used beside the organization's own and GitHub's,
    as `docker/login-action@*`. Each use must name a full commit."""


class ProtectedOrganization(pulumi.ComponentResource):
    """Protects every repository of an organization, present and future, with one resource.

    Makes rulesets for all repositories: default branches change by approved pull requests without
    any bypass, as in `ProtectedRepository`, with required workflows by choice; tags are never moved
    nor deleted; pushes are limited by choice. Sets the Actions policy of all repositories (GitHub's
    own actions and those that are allowed, each named by a full commit; a token that reads; no
    approving of pull requests), what members may do (nothing by default: no access, no creation of
    repositories or sites, no forks of private ones), sign-off of commits on the web, and for new
    repositories Dependabot, secret scanning and push protection.

    Refuses to work where GitHub does not require two-factor authentication of all members: that
    setting can be read, and only be changed by hand.

    Destroying it leaves everything in force but limits of pushes: the provider would otherwise
    reset the organization, its address for bills included. What is to go, delete by hand.

    Serves the checks of OpenSSF Scorecard Branch-Protection, Code-Review and Token-Permissions (the
    default token) in every repository, and of Prowler
    organization_actions_pull_request_approval_disabled,
    organization_default_repository_permission_strict,
    organization_default_workflow_permissions_read_only, organization_members_mfa_required,
    organization_repository_creation_limited, and those of branches that `ProtectedRepository`
    names. Not covered: security configurations for existing repositories, which the provider cannot
    set (`docs/repositories.md` tells the two calls); two-factor authentication, deletion of
    repositories by members and the verified badge, which are set by hand; and who is an owner.

    Costs nothing beside GitHub's plan: at its list prices seen in September 2026, Team 4 USD and
    Enterprise 21 USD per user and month.

    Sources: GitHub Docs, the pages named in `docs/repositories.md`; github.com/pricing; the source
    of terraform-provider-github, which the Pulumi provider bridges.

    Args:
        name: Resource name. Children are `name` (the settings) and `name-<role>`.
        args: See `ProtectedOrganizationArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, missing or not allowed; or GitHub
            does not offer what it asks for with this plan. Nothing has been registered then. An
            `Output` is checked when it resolves, and so are plan and two-factor authentication, of
            which no child is made before.
    """

    organization: pulumi.Output[str]
    """Name of the organization, once it is known to require two-factor authentication."""
    branch_ruleset_id: pulumi.Output[int]
    """GitHub's number of the ruleset that protects branches; 0 with the plan free."""

    def __init__(
        self,
        name: str,
        args: ProtectedOrganizationArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        owner = _check(name, args)
        super().__init__("secure-components:index:ProtectedOrganization", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        organization = _verified(self, name, args, owner)
        creatable = args.get("members_may_create", ())

        settings = github.OrganizationSettings(
            name,
            billing_email=pulumi.Output.all(_billing_email(name, args), organization)[0],
            default_repository_permission=args.get("default_permission", "none"),
            members_can_create_repositories=bool(creatable),
            members_can_create_public_repositories=False,
            members_can_create_private_repositories="private" in creatable,
            members_can_create_internal_repositories=(
                "internal" in creatable if owner.plan == "enterprise" else None
            ),
            members_can_create_pages=False,
            members_can_create_public_pages=False,
            members_can_create_private_pages=False,
            members_can_fork_private_repositories=False,
            web_commit_signoff_required=True,
            dependency_graph_enabled_for_new_repositories=True,
            dependabot_alerts_enabled_for_new_repositories=True,
            dependabot_security_updates_enabled_for_new_repositories=True,
            # On public repositories, and on those for which Secret Protection is paid.
            secret_scanning_enabled_for_new_repositories=True,
            secret_scanning_push_protection_enabled_for_new_repositories=True,
            opts=pulumi.ResourceOptions.merge(
                kept,
                pulumi.ResourceOptions(
                    import_=args["organization_id"], ignore_changes=list(_PROFILE)
                ),
            ),
        )
        after_settings = pulumi.ResourceOptions.merge(
            kept, pulumi.ResourceOptions(depends_on=[settings])
        )

        github.ActionsOrganizationPermissions(
            f"{name}-actions",
            enabled_repositories="all",
            allowed_actions="selected",
            allowed_actions_config={
                "github_owned_allowed": True,
                "verified_allowed": False,
                "patterns_alloweds": list(args.get("allowed_actions", ())),
            },
            sha_pinning_required=True,
            opts=after_settings,
        )
        github.ActionsOrganizationWorkflowPermissions(
            f"{name}-workflow-permissions",
            organization_slug=organization,
            default_workflow_permissions="read",
            can_approve_pull_request_reviews=False,
            opts=after_settings,
        )

        self.organization = organization
        self.branch_ruleset_id = pulumi.Output.from_input(0)
        if not plans.ORGANIZATION_RULESETS.lacking(owner):
            self.branch_ruleset_id = _make_rulesets(name, args, after_settings)
        self.register_outputs(
            {
                "organization": self.organization,
                "branch_ruleset_id": self.branch_ruleset_id,
            },
        )


_PROFILE: Final = (
    "blog",
    "company",
    "description",
    "email",
    "hasOrganizationProjects",
    "hasRepositoryProjects",
    "location",
    "name",
    "twitterUsername",
)
"""What an organization tells of itself: left as it is."""


def _make_rulesets(
    name: str, args: ProtectedOrganizationArgs, opts: pulumi.ResourceOptions
) -> pulumi.Output[int]:
    """Make the rulesets for all repositories, and return the number of the one for branches."""
    names = list(args.get("repositories", [rules.EVERYTHING]))
    covered: Any = {"repository_name": {"includes": names, "excludes": [], "protected": False}}
    requests = args.get("pull_requests", {})
    branch_rules = rules.branch_rules(requests, requests.get("required_checks", ()))
    workflows = args.get("required_workflows", ())
    if workflows:
        branch_rules["required_workflows"] = {
            "required_workflows": [{"ref": "refs/heads/main", **one} for one in workflows]
        }
    branches = github.OrganizationRuleset(
        f"{name}-branches",
        name="Protected branches",
        target="branch",
        enforcement="active",
        conditions=rules.branches(args.get("protected_branches", ()), covered),
        rules=branch_rules,
        opts=opts,
    )
    tags = args.get("tags", {})
    github.OrganizationRuleset(
        f"{name}-tags",
        name="Protected tags",
        target="tag",
        enforcement="active",
        conditions=rules.tags(tags, covered),
        rules=rules.tag_rules(),
        opts=opts,
    )
    if rules.tag_creators(tags):
        # Apart, so that who may create a tag still cannot move or delete one.
        github.OrganizationRuleset(
            f"{name}-tag-creation",
            name="Creation of protected tags",
            target="tag",
            enforcement="active",
            conditions=rules.tags(tags, covered),
            rules={"creation": True},
            bypass_actors=rules.tag_creators(tags),
            opts=opts,
        )
    if "push_limits" in args:
        github.OrganizationRuleset(
            f"{name}-pushes",
            name="Limits of pushes",
            target="push",
            enforcement="active",
            conditions=covered,
            rules=rules.push_rules(args["push_limits"]),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=False)),
        )
    ruleset_id: pulumi.Output[int] = branches.ruleset_id
    return ruleset_id


def _verified(
    parent: pulumi.Resource, name: str, args: ProtectedOrganizationArgs, owner: plans.Owner
) -> pulumi.Output[str]:
    """Return the organization's name once GitHub says that it is what it must be."""
    login = args.get("organization", name)

    def checked(answer: str) -> str:
        found = _read(answer)
        if found.get("two_factor_requirement_enabled") is not True:
            refuse(
                _COMPONENT,
                name,
                "organization",
                "does not require two-factor authentication of its members, or the token may not "
                "see it; an owner switches it on in Settings, Authentication security, as no API "
                "can",
            )
        plan = found.get("plan")
        if isinstance(plan, Mapping) and plan.get("name") == "free" and owner.plan != "free":
            refuse(
                _COMPONENT,
                name,
                "plan",
                f"is {owner.plan}, and GitHub says that it is free; give 'free', or pay for it",
            )
        return login

    # `get_organization` tells it too, but asks for every member and repository to do so.
    answer = github.get_rest_api_output(
        endpoint=f"orgs/{login}", opts=pulumi.InvokeOutputOptions(parent=parent)
    )
    verified: pulumi.Output[str] = answer.body.apply(checked)
    return verified


def _read(answer: str) -> Mapping[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _check(name: str, args: ProtectedOrganizationArgs) -> plans.Owner:
    """Check all arguments, and return what they say of the organization."""
    check_arguments(_COMPONENT, name, args, ProtectedOrganizationArgs)
    who = (_COMPONENT, name)
    owner = checks.check_owner(who, args)
    login = args.get("organization", name)
    matches(who, "organization", login, _LOGIN, "the name of an organization")
    matches(who, "organization_id", args["organization_id"], _ID, "its number, as '1234567'")
    _billing_email(name, args)
    among(who, "default_permission", args.get("default_permission"), _PERMISSIONS)
    creatable = args.get("members_may_create", ())
    for index, kind in enumerate(creatable):
        among(who, f"members_may_create.{index}", kind, _CREATABLE)
    checks.offered(who, "members_may_create", plans.PRIVATE_ALONE, owner, wanted=bool(creatable))
    repositories = args.get("repositories", ())
    if "repositories" in args and not repositories:
        refuse(*who, "repositories", "is empty; name some, or drop it for all")
    for index, one in enumerate(repositories):
        matches(who, f"repositories.{index}", one, _REPOSITORIES, "names, as service-*")
    checks.check_branches(who, args.get("protected_branches", ()))
    requests = args.get("pull_requests", {})
    checks.check_pull_requests(who, requests)
    if requests.get("merge_queue"):
        refuse(*who, "pull_requests.merge_queue", "is for a single repository; set it there")
    checks.check_tags(who, args.get("tags", {}))
    checks.check_actions(who, args.get("allowed_actions", ()))
    if "push_limits" in args:
        checks.offered(who, "push_limits", plans.ORGANIZATION_PUSH_RULESETS, owner, wanted=True)
        checks.check_push_limits(who, args["push_limits"])
    workflows = args.get("required_workflows", ())
    for index, workflow in enumerate(workflows):
        path = f"required_workflows.{index}"
        checks.offered(who, path, plans.REQUIRED_WORKFLOWS, owner, wanted=True)
        file = "a file below .github/workflows/"
        matches(who, f"{path}.path", workflow["path"], _WORKFLOW, file)
        ref = "refs/heads/NAME, refs/tags/NAME or a full commit"
        matches(who, f"{path}.ref", workflow.get("ref"), _REF, ref)
    ruled = not plans.ORGANIZATION_RULESETS.lacking(owner)
    if ruled and not workflows and "required_checks" not in requests:
        reason = "only you know which every repository has; or give required_workflows"
        refuse(*who, "pull_requests.required_checks", f"is required: {reason}")
    for argument in _RULED:
        checks.offered(who, argument, plans.ORGANIZATION_RULESETS, owner, wanted=argument in args)
    return owner


def _billing_email(name: str, args: ProtectedOrganizationArgs) -> pulumi.Input[str]:
    """Return an address; an `Output` as one that is checked later."""
    return check_value(
        _COMPONENT,
        name,
        "billing_email",
        args["billing_email"],
        lambda email: isinstance(email, str) and _EMAIL.fullmatch(email) is not None,
        "an e-mail address",
    )


_RULED: Final = ("repositories", "pull_requests", "protected_branches", "tags")
"""What only rulesets can do."""
