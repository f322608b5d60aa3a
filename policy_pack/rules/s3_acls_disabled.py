from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import BUCKET_OWNERSHIPS
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule


@rule(
    title="S3 buckets disable ACLs",
    types=BUCKET_OWNERSHIPS,
    severity=Severity.MEDIUM,
    fix="Set object_ownership='BucketOwnerEnforced', or leave the ownership controls out.",
    controls=(prowler("s3_bucket_acl_prohibited"), fsbp("S3.12"), owasp("A01:2021")),
    passes=[{"rule": {"objectOwnership": "BucketOwnerEnforced"}}],
    fails=[
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"rule": {"objectOwnership": "ObjectWriter"}},
        {"rule": {}},
        {},
    ],
    undecided=[{"rule": {"objectOwnership": UNKNOWN}}],
)
def check(ownership: Resource) -> Iterator[str]:
    """Let the bucket policy alone decide who reads, and the bucket's owner own what is in it.

    ACLs are a second way to grant access, object by object, that no review of the policy shows. A
    bucket without ownership controls has had them disabled by default since April 2023.
    """
    if ownership.get("rule", "objectOwnership") != "BucketOwnerEnforced":
        yield "The bucket's ownership controls leave ACLs in force."
