"""Which jobs of GitHub Actions may assume a role.

A token's subject names repository and job: `repo:OWNER/NAME:...`, or, for repositories made,
renamed or moved since July 15, 2026 and for those that chose so, `repo:OWNER@ID/NAME@ID:...`. Both
are taken, since the repository's number must fit as well: a name can get another owner, a number
cannot.

Sources: GitHub Docs, "OpenID Connect reference"; IAM User Guide, "Available keys for AWS OIDC
federation".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from secure_components.deploy_role.args import ApplyFromArgs, DeployRoleArgs
from secure_components.documents import Statement, Statements

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
DEFAULT_FROM: Final[ApplyFromArgs] = {"environment": "production"}
DEFAULT_BRANCHES: Final = ("main",)


def apply_statements(args: DeployRoleArgs, ids: Sequence[int], provider_arn: str) -> Statements:
    """Return who may assume the role that applies."""
    chosen = args.get("apply_from", DEFAULT_FROM)
    branches, tags = refs(chosen)
    workflow = args.get("workflows", {}).get("apply")
    allow = _Trust(args["repository"]["name"], ids, provider_arn, workflow)
    if "environment" in chosen:
        # A subject with an environment does not tell the ref, so that a condition of its own does.
        job = allow.subjects([f"environment:{_escaped(chosen['environment'])}"])
        listed = [
            (branches, allow.statement("ApplyOnBranches", job, {"ref": branches})),
            (tags, allow.statement("ApplyOnTags", job, like={"ref": tags})),
        ]
    else:
        listed = [
            (branches, allow.statement("ApplyOnBranches", _on(allow, branches))),
            (tags, allow.statement("ApplyOnTags", like={"sub": _on(allow, tags)})),
        ]
    return [statement for wanted, statement in listed if wanted]


def plan_statements(args: DeployRoleArgs, ids: Sequence[int], provider_arn: str) -> Statements:
    """Return who may assume the role that plans: pull requests, and branches that may apply."""
    branches, _ = refs(args.get("apply_from", DEFAULT_FROM))
    workflow = args.get("workflows", {}).get("plan")
    allow = _Trust(args["repository"]["name"], ids, provider_arn, workflow)
    jobs = allow.subjects(["pull_request", *(f"ref:{branch}" for branch in branches)])
    return [allow.statement("Plan", jobs), *_queue(args, allow, branches)]


def refs(chosen: ApplyFromArgs) -> tuple[list[str], list[str]]:
    """Return the branches and tags that may apply, as full refs."""
    default = () if chosen.get("tags") else DEFAULT_BRANCHES
    branches = chosen.get("branches", default)
    return (
        [f"refs/heads/{branch}" for branch in branches],
        [f"refs/tags/{tag}" for tag in chosen.get("tags", ())],
    )


def _queue(args: DeployRoleArgs, allow: _Trust, branches: Sequence[str]) -> Iterator[Statement]:
    if args.get("merge_queue"):
        queues = [
            branch.replace("refs/heads/", "ref:refs/heads/gh-readonly-queue/", 1) + "/*"
            for branch in branches
        ]
        yield allow.statement("PlanInMergeQueue", like={"sub": allow.subjects(queues)})


def _on(allow: _Trust, names: Sequence[str]) -> list[str]:
    return allow.subjects([f"ref:{name}" for name in names])


def _escaped(name: str) -> str:
    return name.replace(":", "%3A")


class _Trust:
    """Makes statements that trust one repository."""

    def __init__(
        self, repository: str, ids: Sequence[int], provider_arn: str, workflow: str | None
    ) -> None:
        self._owner, _, self._name = repository.partition("/")
        self._id, self._owner_id = map(int, ids)
        self._provider_arn = provider_arn
        self._workflow = {"job_workflow_ref": workflow} if workflow else {}

    def subjects(self, jobs: Sequence[str]) -> list[str]:
        """Return the subjects of jobs, in both forms."""
        immutable = f"repo:{self._owner}@{self._owner_id}/{self._name}@{self._id}"
        return [
            f"{repository}:{job}"
            for job in jobs
            for repository in (immutable, f"repo:{self._owner}/{self._name}")
        ]

    def statement(
        self,
        sid: str,
        subjects: Sequence[str] = (),
        equals: Mapping[str, Any] | None = None,
        like: Mapping[str, Any] | None = None,
    ) -> Statement:
        """Return a statement that takes tokens with these claims."""
        exact = {
            "aud": AUDIENCE,
            **({"sub": list(subjects)} if subjects else {}),
            "repository_id": str(self._id),
            **(equals or {}),
            **self._workflow,
        }
        condition = {"StringEquals": _keys(exact), "StringLike": _keys(like or {})}
        return {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Federated": self._provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {operator: tests for operator, tests in condition.items() if tests},
        }


def _keys(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{ISSUER}:{claim}": value for claim, value in claims.items()}
