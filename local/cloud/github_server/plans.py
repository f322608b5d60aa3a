"""What a plan and a repository's visibility allow, and GitHub's words where they do not.

Sources: github/docs, ``data/reusables/gated-features``, for what is offered where; for the words,
what users report of the API (each is found in public issues and notes by its text). A refusal whose
words are not found anywhere is in ours, and says "needs".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.errors import ApiError, Json
from local.cloud.github_server.state import GitHub, Repository

ENTERPRISE_RULES: Final = (
    "commit_message_pattern",
    "commit_author_email_pattern",
    "committer_email_pattern",
    "branch_name_pattern",
    "tag_name_pattern",
)
ENTERPRISE_ACTORS: Final = ("EnterpriseOwner", "EnterpriseRole")


def require_protection(github: GitHub, repository: Repository) -> None:
    """Refuse rulesets and branch protection in a private repository of a free account.

    Source: ``repo-rules.md`` and ``protected-branches.md``.
    """
    if github.plan == "free" and not repository.public:
        message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
        raise ApiError(403, message)


def require_organization_rulesets(github: GitHub) -> None:
    """Refuse rulesets of an organization on the free plan, whatever its repositories' visibility.

    Source: users report the words; the plan that they name has them.
    """
    if github.plan == "free":
        raise ApiError(403, "Upgrade to GitHub Team to enable this feature.")


def require_push_rules(github: GitHub, repository: Repository | None) -> None:
    """Refuse a push ruleset to a public or a user's repository, and to the free plan.

    Source: ``repo-rules.md``.
    """
    public = repository is not None and repository.public
    if public or not github.is_organization or github.plan == "free":
        problem = (
            "target push needs GitHub Team and a private or internal repository of an organization"
        )
        raise _custom("Ruleset", problem)


def require_merge_queue(github: GitHub, repository: Repository) -> str | None:
    """Return what a merge queue needs that is not there.

    Source: ``merge-queue.md``.
    """
    if not github.is_organization:
        return "merge_queue needs a repository of an organization"
    if not repository.public and github.plan != "enterprise":
        return "merge_queue needs GitHub Enterprise, or a public repository"
    return None


def has_environment_rules(github: GitHub, repository: Repository) -> bool:
    """Tell whether environments may have reviewers, a timer, and no bypass by administrators.

    Source: ``environments.md``: in private repositories, GitHub Enterprise alone.
    """
    return repository.public or github.plan == "enterprise"


def require_environment_rule(github: GitHub, repository: Repository, rule: str) -> None:
    """Refuse the ``required reviewers`` or the ``wait timer`` of an environment."""
    if not has_environment_rules(github, repository):
        raise ApiError(
            422,
            "Failed to create the environment protection rule. Please ensure the billing plan "
            f"supports the {rule} protection rule.",
        )


def settled_security(
    github: GitHub, repository: Repository, asked: Mapping[str, Json]
) -> dict[str, str]:
    """Return a repository's security settings with those asked for, or refuse them all.

    Source: ``secret-scanning.md``; a licence of Secret Protection or Code Security, which a team
    can buy, comes with the enterprise plan here alone.
    """
    wanted = {**repository.security, **{name: each["status"] for name, each in asked.items()}}
    licensed = github.plan == "enterprise"
    for name in ("advanced_security", "code_security"):
        if name in asked and repository.public and name == "advanced_security":
            raise ApiError(422, "Advanced security is always available for public repos.")
        if name in asked and not licensed and not repository.public:
            raise ApiError(422, "Advanced security has not been purchased.")
    scanning = [n for n in asked if n.startswith("secret_scanning") and wanted[n] == "enabled"]
    if scanning and not repository.public and not licensed:
        raise ApiError(422, "Secret scanning is not available for this repository.")
    if scanning and not repository.public and wanted.get("advanced_security") != "enabled":
        message = "Secret scanning can only be enabled on repos where Advanced Security is enabled."
        raise ApiError(422, message)
    if any(name.endswith(("ai_detection", "patterns")) for name in scanning) and not licensed:
        raise ApiError(422, "Secret Protection has not been purchased.")
    if wanted.get("secret_scanning_push_protection") == "enabled" != wanted.get("secret_scanning"):
        raise ApiError(422, "Secret scanning must be enabled to enable push protection.")
    return wanted


def _custom(resource: str, message: str) -> ApiError:
    error = {"resource": resource, "code": "custom", "message": message}
    return ApiError(422, "Validation Failed", errors=[error])
