"""Log files as a whole: where they are kept, who read them, and how they are queried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from secure_components.audit_trail.athena import make_athena
from secure_components.audit_trail.storage import Keeping, make_storage
from secure_components.place import Place


@dataclass(frozen=True)
class Files:
    """Where a trail's files go. What there is not is empty.

    Attributes:
        bucket: Name of their bucket.
        key_arn: The key that they are encrypted with.
        access_logs: Name of the bucket that tells who read them.
        ready: What must exist before the trail writes.
        workgroup: Name of the workgroup of Athena.
        results: Name of the bucket of its results.
    """

    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    access_logs: pulumi.Input[str] = ""
    ready: Sequence[pulumi.Resource] = ()
    workgroup: pulumi.Input[str] = ""
    results: pulumi.Input[str] = ""


def make_files(  # noqa: PLR0913  all but the name are named
    name: str,
    keeping: Keeping,
    *,
    bucket: str,
    base: str,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    keys: pulumi.Input[str],
    trails: Sequence[pulumi.Input[str]],
    organization: pulumi.Input[str] | None,
    pipeline: Sequence[pulumi.Input[str]] = (),
    child: pulumi.ResourceOptions,
) -> Files:
    """Make the buckets, and the table over the files where one is wanted.

    Args:
        name: The component's resource name.
        keeping: How files are kept.
        bucket: Resource name of the files' bucket.
        base: What names of Athena's begin with.
        place: Where.
        key_arn: The key that files are encrypted with.
        keys: Pattern of the keys that they may be encrypted with, which is known at preview.
        trails: ARNs of the trails that write them.
        organization: Id of the organization whose trails they are.
        pipeline: ARNs of the roles that changes are made with.
        child: Resource options of every child.
    """
    storage = make_storage(
        name,
        keeping,
        base=bucket,
        place=place,
        key_arn=key_arn,
        keys=keys,
        trails=trails,
        organization=organization,
        child=child,
    )
    workgroup = make_athena(
        name,
        keeping,
        storage,
        base=base,
        place=place,
        key_arn=key_arn,
        trails=trails,
        organization=organization,
        pipeline=pipeline,
        child=child,
    )
    return Files(
        storage.files.name,
        key_arn,
        storage.access_logs,
        storage.files.ready,
        workgroup or "",
        storage.results.name if storage.results else "",
    )
