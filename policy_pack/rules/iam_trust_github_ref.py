from __future__ import annotations

import json
import re
from typing import Any, Final

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule
from policy_pack.trust import WITH_WEB_IDENTITY, is_literal, lets

_GITHUB: Final = "token.actions.githubusercontent.com"
_CLAIMS: Final = ("environment", "job_workflow_ref", "ref")


def _trust(condition: object, **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Deploy",
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{_GITHUB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement | changes})}


def _subject(*subjects: str) -> dict[str, Any]:
    return _trust({"StringLike": {f"{_GITHUB}:sub": subjects}})


@rule(
    title="Roles for GitHub Actions name the branch, tag or environment",
    types=ROLES,
    severity=Severity.HIGH,
    fix=(
        "End the subject in the environment, branch or tag that deploys, as "
        "':environment:production' or ':ref:refs/heads/main'."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        _subject("repo:octo-org/octo-repo:environment:production"),
        _subject("repo:octo-org@123/octo-repo@456:ref:refs/heads/release/*"),
        _subject(
            "repo:octo-org/octo-repo:ref:refs/tags/v*", "repo:octo-org/octo-repo:pull_request"
        ),
        _trust(
            {
                "StringLike": {f"{_GITHUB}:sub": "repo:octo-org/octo-repo:*"},
                "StringEquals": {f"{_GITHUB}:environment": "production"},
            }
        ),
        _trust({}, Principal={"Federated": "id.example.com"}),
    ],
    fails=[
        _subject("repo:octo-org/octo-repo:*"),
        _subject("repo:octo-org/octo-repo"),
        _subject("repo:octo-org/octo-repo:ref:refs/heads/*"),
        _subject("repo:octo-org/octo-repo:ref:*"),
        _subject("repo:octo-org/octo-repo:environment:*"),
        _subject("repo:octo-org/octo-repo:environment:a", "repo:octo-org/octo-repo:*"),
        _trust({}),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Let what was reviewed deploy, and not whatever is pushed to any branch.

    Whoever can push a branch runs a workflow of their own from it, so that without a branch, tag or
    environment in the trust no rule of the repository stands before the role. A subject of pull
    requests names what it takes, and passes: give it to a role that reads.

    Source: GitHub Docs, "OpenID Connect reference", "Example subject claims". That a pattern for
    all branches is as good as none is our inference.
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if not lets(statement, WITH_WEB_IDENTITY):
        return
    for principal in statement.federated:
        provider = principal.partition(":oidc-provider/")[2] or principal
        if provider.partition("/")[0] != _GITHUB:
            continue
        claims = (f"{provider}:{claim}" for claim in _CLAIMS)
        if not statement.ties(is_literal, *claims) and not statement.ties(
            _names_source, f"{provider}:sub"
        ):
            yield finding(
                "The trust statement '{name}' takes tokens of any branch, tag or environment.",
                name=statement.sid,
            )


def _names_source(subject: str) -> bool:
    return _SOURCE.search(subject) is not None


_SOURCE: Final = re.compile(
    r":(pull_request|environment:[^*?:][^:]*|(ref:)?refs/(heads|tags)/[^*?:][^:]*)(:|$)"
)
