from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import IMAGE_REPOSITORIES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="ECR tags always name the same image",
    types=IMAGE_REPOSITORIES,
    severity=Severity.MEDIUM,
    fix="Set image_tag_mutability='IMMUTABLE'.",
    controls=(prowler("ecr_repositories_tag_immutability"), owasp("A08:2021")),
    passes=[
        {"imageTagMutability": "IMMUTABLE"},
        {"imageTagMutability": "IMMUTABLE", "name": UNKNOWN},
    ],
    fails=[
        {},
        {"imageTagMutability": "MUTABLE"},
        {"imageTagMutability": "MUTABLE_WITH_EXCLUSION"},
        {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"},
    ],
    undecided=[{"imageTagMutability": UNKNOWN}],
)
def check(repository: Resource) -> Iterator[str]:
    """Run what was reviewed: nobody replaces an image behind its tag.

    `IMMUTABLE_WITH_EXCLUSION` leaves tags that can be replaced; exempt the repository where only
    such tags are left as nothing runs.
    """
    if repository.get("imageTagMutability") != "IMMUTABLE":
        yield "Tags can be moved to another image."
