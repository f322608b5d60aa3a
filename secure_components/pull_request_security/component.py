"""Workflows that look at every pull request of a repository."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_github as github

from secure_components.pull_request_security import checks, workflows
from secure_components.pull_request_security.args import PullRequestSecurityArgs

FILE_LEFT_ALONE: Final = ("branch", "commitAuthor", "commitEmail", "commitMessage", "content")
"""A file is committed once; it changes by pull request from then on."""


class PullRequestSecurity(pulumi.ComponentResource):
    """Workflows that look at every pull request of a repository, and the checks that it must pass.

    Makes `.github/workflows/dependency-review.yml`, `codeql.yml` (code scanning by language, and of
    the workflows), `lint.yml` (ruff, ESLint of the repository's own, go vet and staticcheck),
    `secret-scanning.yml` (gitleaks, over all commits) and `workflow-lint.yml` (actionlint, zizmor);
    by choice `snyk.yml` (refuses from a severity on; tells Snyk what the default branch uses) and
    `infrastructure.yml` (`pulumi preview` with the policy pack, under a role that only reads, its
    findings in code scanning), with their secrets and variables, encrypted by GitHub. CodeQL and
    dependency review are left out where GitHub does not offer them, as `coverage` tells.

    Every action is named by a full commit, every tool by a version that cannot change. Workflows
    start without any permission, and jobs take what they need; none runs with the rights of the
    target of a pull request, none keeps the token on disk, and each has a limit of time. A newer
    push ends the runs of an older one.

    Use it through the argument `workflows` of `ProtectedRepository`, which commits the files before
    the branch is protected, requires the checks, and allows the actions. Alone it is for a branch
    that takes commits: GitHub refuses them halfway where a pull request is required. Destroying it
    deletes the files; under a `ProtectedRepository` they are archived. Updates of dependencies are
    `files.dependency_ecosystems` of `ProtectedRepository`; with `github-actions`, they renew the
    commits. Versions of the tools are renewed by hand.

    Serves the checks of OpenSSF Scorecard SAST, Dangerous-Workflow, Pinned-Dependencies and
    Token-Permissions, and with the updates of `ProtectedRepository` Dependency-Update-Tool.

    Not covered: pull requests from forks get neither secrets nor roles from GitHub, so `Snyk` and
    `infrastructure` fail there, and somebody who may push must push the branch; whoever may push a
    branch runs code with the role of `infrastructure`; secrets that were found in older commits
    fail until `.gitleaksignore` lists them; Swift; container images; what a workflow of your own
    does. A check that CodeQL ran does not refuse what it found: `ProtectedRepository` requires
    its results beside.

    Costs minutes of GitHub Actions (none on public repositories): each job is charged by the minute
    that it began, some ten jobs for each push of a pull request. Code Security, for private and
    internal repositories, and Snyk are plans of their own.

    Sources: GitHub Docs, "Secure use reference", "About dependency review", "About code scanning",
    "Workflow syntax", "Configuring OpenID Connect in Amazon Web Services"; the documentation of
    zizmor, gitleaks, Snyk's command line and pulumi/actions; `docs/reports.md`.

    Args:
        name: Resource name. Children are `name-<role>`: a role is the file's name, `snyk-token`,
            `pulumi-token` (each with `-dependabot` too) and `plan-role`.
        args: See `PullRequestSecurityArgs`.
        opts: Resource options; a provider given here is used for all children, as are `depends_on`
            and `deleted_with`.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    required_checks: pulumi.Output[Sequence[str]]
    """Names of the status checks that a pull request must pass."""
    allowed_actions: pulumi.Output[Sequence[str]]
    """Actions that must be allowed beside GitHub's own."""
    coverage: pulumi.Output[Mapping[str, str]]
    """By workflow: `in force`, or why not and what to do."""

    def __init__(
        self,
        name: str,
        args: PullRequestSecurityArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        settings = checks.check(name, args)
        super().__init__("secure-components:index:PullRequestSecurity", name, None, opts)
        repository = checks.repository(name, args)
        given = opts or pulumi.ResourceOptions()
        # Neither is handed down by the SDK.
        inherited = pulumi.ResourceOptions(
            depends_on=given.depends_on, deleted_with=given.deleted_with
        )

        made: list[pulumi.Resource] = []
        for role, workflow in workflows.made(settings).items():
            path = workflows.path(role)
            file = github.RepositoryFile(
                f"{name}-{role}",
                repository=repository,
                file=path,
                content=workflow.text(settings),
                commit_message=f"Add {path}",
                overwrite_on_create=False,
                opts=pulumi.ResourceOptions.merge(
                    inherited,
                    pulumi.ResourceOptions(
                        parent=self,
                        # One after the other: GitHub refuses two commits to a branch at once.
                        depends_on=list(made),
                        ignore_changes=list(FILE_LEFT_ALONE),
                    ),
                ),
            )
            made.append(file)

        who, wanted = (checks.COMPONENT, name), settings.args
        if "snyk" in wanted:
            token = checks.snyk_token(who, wanted["snyk"])
            self._make_secret(f"{name}-snyk-token", repository, "SNYK_TOKEN", token)
        if "infrastructure" in wanted:
            infrastructure = wanted["infrastructure"]
            token = checks.access_token(who, infrastructure)
            self._make_secret(f"{name}-pulumi-token", repository, "PULUMI_ACCESS_TOKEN", token)
            github.ActionsVariable(
                f"{name}-plan-role",
                repository=repository,
                variable_name="AWS_PLAN_ROLE_ARN",
                value=checks.plan_role(who, infrastructure),
                opts=pulumi.ResourceOptions(parent=self),
            )

        required = [check["name"] for check in workflows.required_checks(settings)]
        self.required_checks = pulumi.Output.from_input(required)
        self.allowed_actions = pulumi.Output.from_input(workflows.allowed_actions(settings))
        self.coverage = pulumi.Output.from_input(workflows.coverage(settings))
        self.register_outputs(
            {
                "required_checks": self.required_checks,
                "allowed_actions": self.allowed_actions,
                "coverage": self.coverage,
            },
        )

    def _make_secret(
        self,
        name: str,
        repository: pulumi.Input[str],
        secret_name: str,
        token: pulumi.Input[str] | None,
    ) -> None:
        """Make a secret for workflows, and one for those that Dependabot starts.

        The SDK marks the value as secret, and the provider encrypts it before it is sent.
        """
        if token is None:
            return
        opts = pulumi.ResourceOptions(parent=self)
        github.ActionsSecret(
            name, repository=repository, secret_name=secret_name, value=token, opts=opts
        )
        github.DependabotSecret(
            f"{name}-dependabot",
            repository=repository,
            secret_name=secret_name,
            value=token,
            opts=opts,
        )
