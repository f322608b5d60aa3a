from __future__ import annotations

import json
import re
from typing import Any, Final

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule
from policy_pack.trust import WITH_WEB_IDENTITY, is_literal, lets

_SUBJECTS: Final = tuple(
    (re.compile(host), re.compile(subject))
    for host, subject in {
        r"gitlab\.com": r"project_path:[^*?:]+/[^*?:]+:.+",
        r"app\.terraform\.io": r"organization:[^*?:]+:.+",
        r"agent\.buildkite\.com": r"organization:[^*?:]+:pipeline:.+",
        r"api\.pulumi\.com": r"pulumi:[^*?:]+:org:[^*?:]+:.+",
        r"oidc\.eks\..+": r"system:serviceaccount:[^*?:]+:.+",
    }.items()
)
"""By issuer, the subjects that are of one project, organization or namespace.

Source: GitLab Docs, "Connect to cloud services"; HashiCorp, "Workload identity tokens"; Buildkite
Docs, "OIDC"; Pulumi Docs, "OIDC"; Amazon EKS User Guide, "IAM roles for service accounts".
"""
_GITHUB: Final = "token.actions.githubusercontent.com"
_COGNITO: Final = "cognito-identity.amazonaws.com"


def _trust(provider: str, condition: object, **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Deploy",
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {"assumeRolePolicy": json.dumps({"Statement": [statement | changes]})}


def _tokens(
    subject: object, host: str = _GITHUB, audience: object = "sts.amazonaws.com"
) -> dict[str, Any]:
    condition = {"StringLike": {f"{host}:sub": subject, f"{host}:aud": audience}}
    return _trust(f"arn:aws:iam::123456789012:oidc-provider/{host}", condition)


_EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
_POOL = "eu-west-1:00000000-0000-0000-0000-000000000000"
_OTHER = "id.example.com"


@rule(
    title="Web identity trusts name an audience and whose tokens they take",
    types=ROLES,
    severity=Severity.CRITICAL,
    fix=(
        "Test the provider's ':aud' and ':sub' with StringEquals; a subject may have wildcards "
        "behind the repository, project, organization or namespace that it names."
    ),
    controls=(owasp("A01:2021"), owasp("A07:2021")),
    passes=[
        _tokens("repo:octo-org/octo-repo:environment:production"),
        _tokens("repo:octo-org@123/octo-repo@456:ref:refs/heads/main"),
        _tokens(["repo:octo-org/a:*", "repository_id:42:environment:production"]),
        _tokens("environment:production:repo:octo-org/octo-repo"),
        _tokens("project_path:group/sub/project:ref_type:branch:ref:main", "gitlab.com"),
        _tokens("organization:acme:project:*:workspace:net:run_phase:*", "app.terraform.io"),
        _tokens("organization:acme:pipeline:net:ref:refs/heads/main:*", "agent.buildkite.com"),
        _tokens("pulumi:deploy:org:acme:project:net:*", "api.pulumi.com/oidc"),
        _tokens("system:serviceaccount:prod:api", _EKS),
        _tokens("user-1", _OTHER),
        _trust(
            _COGNITO,
            {
                "StringEquals": {f"{_COGNITO}:aud": _POOL},
                "ForAnyValue:StringLike": {f"{_COGNITO}:amr": "authenticated"},
            },
        ),
        _trust("arn:aws:iam::123456789012:saml-provider/okta", {}),
        _trust(f"arn:aws:iam::123456789012:oidc-provider/{_OTHER}", {}, Action="sts:TagSession"),
    ],
    fails=[
        _trust(f"arn:aws:iam::123456789012:oidc-provider/{_OTHER}", {}),
        _trust(_OTHER, {"StringEquals": {f"{_OTHER}:aud": "app"}}),
        _trust(_OTHER, {"StringEquals": {f"{_OTHER}:sub": "user-1"}}),
        _trust(_OTHER, {}, Action="sts:*"),
        _tokens("user-1", _OTHER, audience="*"),
        _tokens("user-1", _OTHER, audience=["app", "app-*"]),
        _tokens("*", _OTHER),
        _tokens("repo:*"),
        _tokens("repo:octo-org/*"),
        _tokens("repo:octo-*/octo-repo:ref:refs/heads/main"),
        _tokens("repo:octo-org/octo-repo*"),
        _tokens("repo:octo-org/*:environment:production"),
        _tokens("*:repo:octo-org/octo-repo"),
        _tokens(["repo:octo-org/octo-repo:*", "repo:octo-org/*"]),
        _tokens("repository_owner:octo-org"),
        _tokens("project_path:group/*:ref_type:branch:ref:main", "gitlab.com"),
        _tokens("organization:*:project:net:*", "app.terraform.io"),
        _tokens("organization:acme:*", "agent.buildkite.com"),
        _tokens("pulumi:deploy:org:*:project:net", "api.pulumi.com/oidc"),
        _tokens("system:serviceaccount:*:api", _EKS),
        _trust(
            _COGNITO,
            {
                "StringEquals": {f"{_COGNITO}:aud": _POOL},
                "ForAnyValue:StringLike": {f"{_COGNITO}:amr": "unauthenticated"},
            },
        ),
        _trust(_COGNITO, {"StringEquals": {f"{_COGNITO}:aud": _POOL}}),
    ],
    undecided=[
        {"assumeRolePolicy": UNKNOWN},
        {
            "assumeRolePolicy": {
                "Statement": {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {"Federated": UNKNOWN},
                }
            }
        },
    ],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Let in one workload, and not every customer of the same identity provider.

    A public issuer signs tokens for anyone who has an account with it. The audience tells what a
    token is for, the subject whose it is: in GitHub both the owner and the repository must stand
    there, in either form of the subject, or the repository in a condition of its own. For an issuer
    that is not known here, no more is asked than a subject that does not begin with a wildcard. For
    a Cognito identity pool, which has no subject to name, guests are kept out instead.

    Source: AWS IAM User Guide, "Create a role for OpenID Connect federation"; "Available keys for
    AWS OIDC federation"; GitHub Docs, "OpenID Connect reference"; Amazon Cognito Developer Guide,
    "Role trust and permissions".
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if not lets(statement, WITH_WEB_IDENTITY):
        return
    for principal in statement.federated:
        provider = principal.partition(":oidc-provider/")[2] or principal
        if ":saml-provider/" in provider:
            continue
        if not statement.ties(is_literal, f"{provider}:aud"):
            yield finding(
                "The trust statement '{name}' takes tokens that are for any audience.",
                name=statement.sid,
            )
        if not _names_whose(statement, provider):
            yield finding(
                "The trust statement '{name}' does not name whose tokens it takes.",
                name=statement.sid,
            )


def _names_whose(statement: Statement, provider: str) -> bool:
    host = provider.partition("/")[0]
    if host == _COGNITO:
        return statement.ties(lambda value: value == "authenticated", f"{_COGNITO}:amr")
    if host == _GITHUB and statement.ties(
        is_literal, f"{provider}:repository", f"{provider}:repository_id"
    ):
        return True
    return statement.ties(lambda subject: _is_bound(subject, host), f"{provider}:sub")


def _is_bound(subject: str, host: str) -> bool:
    if host == _GITHUB:
        return _REPOSITORY.fullmatch(subject) is not None
    known = [pattern for issuer, pattern in _SUBJECTS if issuer.fullmatch(host)]
    if known:
        return any(pattern.fullmatch(subject) for pattern in known)
    return is_literal(subject[:1])


_REPOSITORY: Final = re.compile(
    r"([^*?]+:)?((repo|repository):[^*?:/]+/[^*?:/]+|repository_id:[0-9]+)(:.+)?"
)
