"""Arguments of `DeployRole`."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi


class DeployRepositoryArgs(TypedDict):
    """The GitHub repository whose workflows deploy.

    `gh api repos/OWNER/NAME --jq '.full_name, .id, .owner.id'` shows all three.
    """

    name: str
    """`OWNER/NAME`, spelled as GitHub spells it. Required."""

    id: pulumi.Input[int]
    """GitHub's number of the repository, which no other repository ever has. Required."""

    owner_id: pulumi.Input[int]
    """GitHub's number of its owner. Required."""


class ApplyFromArgs(TypedDict):
    """Which jobs may change anything."""

    environment: NotRequired[str]
    """The environment that the job names. Without one, protection of branches and tags alone stands
    before the account."""

    branches: NotRequired[Sequence[str]]
    """Protected branches that the job runs on; `main` when `tags` is absent too."""

    tags: NotRequired[Sequence[str]]
    """Protected tags that it runs on: names, with `*`, as `v*`."""


class DeployWorkflowsArgs(TypedDict):
    """Reusable workflows that alone may assume the roles, whichever workflow calls them.

    As `OWNER/NAME/.github/workflows/FILE@REF`, with a full ref: `refs/heads/...`, `refs/tags/...`,
    or a commit of 40 hexadecimal digits.
    """

    plan: NotRequired[str]
    """The one that plans."""

    apply: NotRequired[str]
    """The one that applies."""


class DeployStateArgs(TypedDict):
    """Where Pulumi's state is, if in a bucket of your own."""

    bucket: str
    """Name of the bucket. Required."""

    kms_key_arn: pulumi.Input[str]
    """ARN of the key that encrypts secrets within the state, and the bucket. Required."""


class DeployRoleArgs(TypedDict):
    """Arguments of `DeployRole`. `repository` and `names` are required."""

    repository: DeployRepositoryArgs
    """The GitHub repository whose workflows deploy. Required."""

    names: Sequence[str]
    """What the names of all that the program makes begin with, as `orders-`: 3 to 32 small letters,
    digits and hyphens, the last a hyphen. Required; nobody else's may begin so."""

    apply_from: NotRequired[ApplyFromArgs]
    """Which jobs may change anything: those of the environment `production` on the branch `main`
    when absent."""

    merge_queue: NotRequired[bool]
    """Whether the merge queue of the branches plans too. False by default."""

    workflows: NotRequired[DeployWorkflowsArgs]
    """Reusable workflows that alone may assume the roles; any of the repository's when absent."""

    services: NotRequired[Sequence[str]]
    """AWS services that the program uses: `apigateway`, `cloudwatch`, `dynamodb`, `ecr`, `events`,
    `lambda`, `logs`, `s3`, `secretsmanager`, `sns`, `sqs`, `states`. `docs/pipelines.md` says what
    each allows. One of this and `access_analysis` is required."""

    access_analysis: NotRequired[str]
    """Policy that IAM Access Analyzer generated from what the program did: its JSON, or the path of
    a file with it. Read, checked, and allowed to `apply` as it stands."""

    runtime_actions: NotRequired[Sequence[str]]
    """What the roles that the program makes may do beside, on any resource: `cloudwatch:
    PutMetricData` and X-Ray's `PutTraceSegments` and `PutTelemetryRecords` when absent. It widens
    the boundary, and grants nothing."""

    keys: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the keys that what the program makes is encrypted with. Pipelines make no keys: no
    name ties a key to who made it."""

    state: NotRequired[DeployStateArgs]
    """Where Pulumi's state is; with Pulumi Cloud, absent."""

    regions: NotRequired[Sequence[str]]
    """Regions that the program deploys to; the provider's when absent."""

    provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the account's identity provider for GitHub Actions, of which there can only be one; it
    is made when absent."""

    boundary_arn: NotRequired[pulumi.Input[str]]
    """ARN of the permissions boundary for both roles and all that they make; one is made when
    absent. A given one is its owner's matter: the denies of the made one are attached to `apply`
    then, and hold it, but not the roles that it makes."""

    longest_session_hours: NotRequired[int]
    """Hours that a session may last, 1 (default) to 4."""
