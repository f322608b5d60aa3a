"""Arguments of `PullRequestSecurity`. Every one may be left out, unless it says otherwise."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi


class SnykArgs(TypedDict):
    """How Snyk tests dependencies."""

    token: NotRequired[pulumi.Input[str]]
    """Token of a Snyk service account; stored as the secret `SNYK_TOKEN`, for Dependabot's pull
    requests too. When absent, the secrets of that name must exist."""

    severity_threshold: NotRequired[str]
    """From where a pull request is refused: `low`, `medium`, `high` (default) or `critical`."""

    install: NotRequired[str]
    """Command that installs dependencies first, which Snyk needs in some languages, as Python."""


class InfrastructureArgs(TypedDict):
    """How a change of infrastructure is previewed and judged by the policy pack."""

    stack: str
    """Stack that is previewed, as `acme/service/production`. Required."""

    region: str
    """AWS region of the session. Required."""

    plan_role_arn: pulumi.Input[str]
    """Role that the workflow assumes by OIDC, and that may only read: whoever may push a branch
    runs code with it. Stored as the variable `AWS_PLAN_ROLE_ARN`. Required."""

    access_token: NotRequired[pulumi.Input[str]]
    """Token of Pulumi Cloud; stored as the secret `PULUMI_ACCESS_TOKEN`, for Dependabot's pull
    requests too. When absent, the secrets of that name must exist, or `backend_url` be given."""

    backend_url: NotRequired[str]
    """Where states are instead of Pulumi Cloud, as `s3://states?region=eu-west-1`."""

    directory: NotRequired[str]
    """Folder of the Pulumi project; the repository's root when absent."""

    install: NotRequired[str]
    """Command that installs program and policy pack there; when absent, `requirements.txt` into
    the virtual environment `venv`."""

    policy_pack: NotRequired[str]
    """Policy pack there; `venv/bin/secure-components-policy-pack` when absent."""

    policy_config: NotRequired[str]
    """Configuration of the pack there, a JSON file; none when absent."""


class WorkflowsArgs(TypedDict):
    """Which security workflows a repository has."""

    languages: NotRequired[Sequence[str]]
    """What the code is written in, of `c-cpp`, `csharp`, `go`, `java-kotlin`,
    `javascript-typescript`, `python`, `ruby` and `rust`. CodeQL analyzes each, and linters check
    `go`, `javascript-typescript` and `python`."""

    snyk: NotRequired[SnykArgs]
    """How Snyk tests dependencies; it does not when absent."""

    infrastructure: NotRequired[InfrastructureArgs]
    """How infrastructure is previewed; it is not when absent."""

    pins: NotRequired[Mapping[str, str]]
    """Other commits of actions than the table's, as `{"actions/checkout": "COMMIT # v6.0.3"}`."""


class PullRequestSecurityArgs(TypedDict):
    """Arguments of `PullRequestSecurity`."""

    repository: pulumi.Input[str]
    """Name of the repository, without its owner. Required."""

    workflows: NotRequired[WorkflowsArgs]
    """Which security workflows it has."""

    default_branch: NotRequired[str]
    """Its default branch; `main` when absent."""

    visibility: NotRequired[str]
    """`private` (default), `internal` or `public`."""

    plan: NotRequired[str]
    """What its owner pays GitHub for: `free`, `team` (default) or `enterprise`."""

    add_ons: NotRequired[Sequence[str]]
    """What its owner pays for beside: `secret_protection`, `code_security`. Without the latter,
    a private repository has neither CodeQL nor dependency review; a public one needs neither."""
