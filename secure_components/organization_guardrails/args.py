"""Arguments of `OrganizationGuardrails`. Every one may be left out, unless it says otherwise."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi


class OrganizationGuardrailsArgs(TypedDict):
    """Arguments of `OrganizationGuardrails`."""

    organization_id: pulumi.Input[str]
    """Id of the organization, as `o-exampleorgid`. Required."""

    targets: Mapping[str, pulumi.Input[str]]
    """What the guards are attached to: a name of yours, as `sandbox`, and the id of the root, of an
    organizational unit or of an account. Required; begin with one unit, and add the next when
    nothing broke. Another name replaces the attachment."""

    regions: NotRequired[Sequence[str]]
    """Regions that may be used, as `eu-west-1`. Required, unless `regions` is left out. Name
    `us-east-1` too where alarms of billing, or logs of CloudFront, stand there."""

    protected_roles: NotRequired[Sequence[str]]
    """ARN patterns of the roles that pipelines, break glass and readers work with, as
    `arn:aws:iam::*:role/secure/*`. Roles with exceptions are protected in any case. Required unless
    there is an exception, or `protected-roles` is left out."""

    permissions_boundaries: NotRequired[Sequence[str]]
    """ARN patterns of the policies that are permissions boundaries, as
    `arn:aws:iam::*:policy/boundaries/*`. Required, unless `permissions-boundaries` is left out."""

    github_organizations: NotRequired[Sequence[str]]
    """GitHub organizations whose workflows may assume roles: `acme` for subjects that name it,
    `acme@1234` for those that have its number too, as repositories since July 2026 do. None by
    default: no workflow may."""

    trusted_accounts: NotRequired[Sequence[str]]
    """Accounts outside the organization that resource policies may let in, as of a vendor, or of
    the load balancers that write access logs in older regions. None by default."""

    exceptions: NotRequired[Mapping[str, Sequence[str]]]
    """By guard, ARN patterns of roles that it does not bind, as
    `{"kms-keys": ["arn:aws:iam::*:role/secure/break-glass"]}`. None by default."""

    left_out: NotRequired[Mapping[str, str]]
    """By guard, why it is not in force. None by default: all are."""
