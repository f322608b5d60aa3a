"""Ways out of what `DeployRole` means to allow, and whether what it made leaves one open.

Two layers are looked at apart, so that neither leans on the other: what the policies of a role
allow without a boundary, and what the boundary lets an administrator do. Beside a list of known
ways, written by hand, every statement is asked for what it must not be about: another name, another
value of a condition, or none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from tests.secure_components.identity_policies import (
    ADMINISTRATOR,
    Request,
    allowed,
    denied,
    matches,
)
from tests.secure_components.known_actions import expanded
from tests.secure_components.policy_elements import document_in, listed
from tests.secure_components.weakening import Properties

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
STATE_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"
ARGS: Final[dict[str, Any]] = {
    "repository": {"name": "acme/orders", "id": 456789, "owner_id": 123456},
    "names": ["orders-"],
    "services": ["lambda", "s3"],
    "state": {"bucket": "acme-state", "kms_key_arn": STATE_KEY},
    "keys": [KEY],
}

_HOUR: Final = 3600
ISSUER: Final = "token.actions.githubusercontent.com"
PROVIDER: Final = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
_IAM: Final = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY: Final = f"{_IAM}:policy/deploy/project-stack-deploy-boundary"
BOUNDED: Final = {"iam:PermissionsBoundary": BOUNDARY}
APPLY: Final = f"{_IAM}:role/deploy/project-stack-deploy-apply"
ROLE: Final = f"{_IAM}:role/orders-worker"

ESCAPES: Final[Mapping[str, Request]] = {
    "makes a role without a boundary": Request("iam:CreateRole", ROLE),
    "makes a role with another boundary": Request(
        "iam:CreateRole", ROLE, {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUser"}
    ),
    "exchanges a boundary": Request(
        "iam:PutRolePermissionsBoundary", ROLE, {"iam:PermissionsBoundary": f"{_IAM}:policy/other"}
    ),
    "removes its own boundary": Request("iam:DeleteRolePermissionsBoundary", APPLY, BOUNDED),
    "removes a role's boundary": Request("iam:DeleteRolePermissionsBoundary", ROLE, BOUNDED),
    "gives policies to a role without a boundary": Request("iam:PutRolePolicy", ROLE),
    "attaches policies to a role without a boundary": Request("iam:AttachRolePolicy", ROLE),
    "lets itself into a role without a boundary": Request("iam:UpdateAssumeRolePolicy", ROLE),
    "rewrites the boundary": Request("iam:CreatePolicyVersion", BOUNDARY),
    "goes back to an older boundary": Request("iam:SetDefaultPolicyVersion", BOUNDARY),
    "deletes the boundary": Request("iam:DeletePolicy", BOUNDARY),
    "deletes versions of the boundary": Request("iam:DeletePolicyVersion", BOUNDARY),
    "rewrites its own policy": Request(
        "iam:CreatePolicyVersion", f"{_IAM}:policy/deploy/project-stack-deploy-apply-1"
    ),
    "attaches a policy to itself": Request("iam:AttachRolePolicy", APPLY, BOUNDED),
    "writes a policy into itself": Request("iam:PutRolePolicy", APPLY, BOUNDED),
    "opens itself to others": Request("iam:UpdateAssumeRolePolicy", APPLY, BOUNDED),
    "lengthens its own sessions": Request("iam:UpdateRole", APPLY, BOUNDED),
    "deletes itself": Request("iam:DeleteRole", APPLY, BOUNDED),
    "passes itself on": Request("iam:PassRole", APPLY),
    "assumes itself again": Request("sts:AssumeRole", APPLY),
    "adds an audience": Request("iam:AddClientIDToOpenIDConnectProvider", PROVIDER),
    "deletes the identity provider": Request("iam:DeleteOpenIDConnectProvider", PROVIDER),
    "trusts another identity provider": Request(
        "iam:CreateOpenIDConnectProvider", f"{_IAM}:oidc-provider/evil.example"
    ),
    "trusts a SAML provider": Request("iam:CreateSAMLProvider", f"{_IAM}:saml-provider/evil"),
    "makes a user": Request("iam:CreateUser", f"{_IAM}:user/orders-eve"),
    "makes a user with the boundary": Request("iam:CreateUser", f"{_IAM}:user/eve", BOUNDED),
    "makes an access key": Request("iam:CreateAccessKey", f"{_IAM}:user/eve"),
    "makes a password": Request("iam:CreateLoginProfile", f"{_IAM}:user/eve"),
    "joins a group": Request("iam:AddUserToGroup", f"{_IAM}:group/admins"),
    "takes away MFA": Request("iam:DeactivateMFADevice", f"{_IAM}:user/eve"),
    "leaves the organization": Request("organizations:LeaveOrganization"),
    "enables a region": Request("account:EnableRegion"),
    "stops the trail": Request("cloudtrail:StopLogging"),
    "deletes the trail": Request("cloudtrail:DeleteTrail"),
    "thins out the trail": Request("cloudtrail:PutEventSelectors"),
    "redirects the trail": Request("cloudtrail:UpdateTrail"),
    "stops Config": Request("config:StopConfigurationRecorder"),
    "stops GuardDuty": Request("guardduty:DeleteDetector"),
    "stops Security Hub": Request("securityhub:DisableSecurityHub"),
}
"""What the boundary must deny by name, so that nothing that is allowed elsewhere opens it."""

BEYOND: Final = (
    Request("ec2:RunInstances"),
    Request("iam:PassRole", f"{_IAM}:role/admin"),
    Request("iam:PutRolePolicy", f"{_IAM}:role/admin", BOUNDED),
    Request("iam:CreatePolicy", f"{_IAM}:policy/other"),
    Request("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/22222222"),
    Request("kms:PutKeyPolicy", KEY),
    Request("kms:PutKeyPolicy", STATE_KEY),
    Request("s3:PutObjectAcl", "arn:aws:s3:::acme-state/.pulumi/stacks/a.json"),
    Request("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:payments-a"),
    Request("s3:GetObject", "arn:aws:s3:::payments-data/a"),
    Request("s3:PutBucketPolicy", "arn:aws:s3:::acme-state"),
    Request("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:a"),
    Request("sts:AssumeRole", f"{_IAM}:role/admin"),
)
"""What the boundary must not allow even an administrator."""

_FUNCTION: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders-a"
_DATA: Final = (
    Request("lambda:InvokeFunction", _FUNCTION),
    Request("lambda:InvokeFunction", f"{_FUNCTION}:1"),
    Request("s3:GetObject", "arn:aws:s3:::orders-data/a"),
    Request("s3:PutObject", "arn:aws:s3:::orders-data/a"),
    Request("s3:DeleteObject", "arn:aws:s3:::orders-data/a"),
    Request("kms:Sign", KEY),
    Request("kms:RevokeGrant", KEY, {"kms:GrantIsForAWSResource": "true"}),
    Request("kms:PutKeyPolicy", KEY),
    Request("kms:PutKeyPolicy", STATE_KEY),
    Request("s3:PutBucketPolicy", "arn:aws:s3:::acme-state"),
    Request("s3:PutObjectAcl", "arn:aws:s3:::acme-state/.pulumi/stacks/a.json"),
    Request("lambda:GetFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:a"),
    Request(
        "lambda:ListEventSourceMappings",
        context={"lambda:FunctionArn": _FUNCTION},
    ),
    Request(
        "lambda:TagResource",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:a",
        {"lambda:FunctionArn": _FUNCTION},
    ),
    Request("lambda:GetLayerVersionPolicy", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:orders-a:1"),
    Request(
        "lambda:AddLayerVersionPermission", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:orders-a:1"
    ),
    Request("iam:DeleteRolePermissionsBoundary", ROLE, BOUNDED),
    Request(
        "iam:DeleteRolePermissionsBoundary",
        ROLE,
        {**BOUNDED, "iam:PassedToService": "lambda.amazonaws.com"},
    ),
    Request("iam:SetDefaultPolicyVersion", f"{_IAM}:policy/orders-a"),
)
"""What a pipeline has no need to do: data, above all. Both roles' policies leave it out."""

_WRITES: Final = (
    Request("lambda:UpdateFunctionCode", _FUNCTION),
    Request("lambda:PublishLayerVersion", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:orders-a"),
    Request(
        "lambda:UpdateEventSourceMapping",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:a",
        {"lambda:FunctionArn": _FUNCTION},
    ),
    Request("s3:PutBucketPolicy", "arn:aws:s3:::orders-data"),
    Request("s3:PutObject", "arn:aws:s3:::acme-state/.pulumi/stacks/a.json"),
    Request("s3:DeleteBucket", "arn:aws:s3:::acme-state"),
    Request("iam:CreateRole", ROLE, BOUNDED),
    Request("iam:CreatePolicyVersion", f"{_IAM}:policy/orders-a"),
    Request("kms:Encrypt", STATE_KEY),
    Request("kms:Decrypt", KEY),
)
"""What the role that plans must not do."""

_OTHER: Final = {
    "iam:PermissionsBoundary": f"{_IAM}:policy/other",
    "iam:PassedToService": "ec2.amazonaws.com",
    "aws:RequestedRegion": "us-west-2",
    "lambda:FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:payments-a",
    "kms:GrantIsForAWSResource": "false",
}
"""Of a condition's key, a value that it must not take."""


# --- Tokens ---


def token(job: str, *, immutable: bool = True, **changes: str) -> dict[str, str]:
    """Return the claims of a job's token, as condition keys; an empty one is left out."""
    repository = "acme@123456/orders@456789" if immutable else "acme/orders"
    claims = {
        "aud": "sts.amazonaws.com",
        "sub": f"repo:{repository}:{job}",
        "repository_id": "456789",
        "ref": "refs/heads/main",
        **changes,
    }
    return {f"{ISSUER}:{key}": value for key, value in claims.items() if value}


PRODUCTION: Final = "environment:production"
TOKENS: Final[Mapping[str, tuple[dict[str, str], set[str]]]] = {
    "production": (token(PRODUCTION), {"apply"}),
    "production, old subject": (token(PRODUCTION, immutable=False), {"apply"}),
    "production on another branch": (token(PRODUCTION, ref="refs/heads/x"), set()),
    "production on a tag": (token(PRODUCTION, ref="refs/tags/main"), set()),
    "production without a ref": (token(PRODUCTION, ref=""), set()),
    "another environment": (token("environment:staging"), set()),
    "an environment beginning alike": (token("environment:production2"), set()),
    "pull request": (token("pull_request", ref="refs/pull/1/merge"), {"plan"}),
    "pull request, old subject": (token("pull_request", immutable=False, ref=""), {"plan"}),
    "main": (token("ref:refs/heads/main"), {"plan"}),
    "another branch": (token("ref:refs/heads/x", ref="refs/heads/x"), set()),
    "merge queue": (token("ref:refs/heads/gh-readonly-queue/main/pr-1-a"), set()),
    "another audience": (token(PRODUCTION, aud="https://github.com/acme"), set()),
    "another audience's pull request": (token("pull_request", aud="acme"), set()),
    "no audience": (token(PRODUCTION, aud=""), set()),
    "no subject": (token(PRODUCTION, sub=""), set()),
    "pull request without subject": (token("pull_request", sub=""), set()),
    "the name's next owner": (token(PRODUCTION, immutable=False, repository_id="7"), set()),
    "the name's next owner's pull request": (
        token("pull_request", immutable=False, repository_id="7"),
        set(),
    ),
    "no repository": (token(PRODUCTION, immutable=False, repository_id=""), set()),
    "a fork of that name": (
        token(PRODUCTION, sub="repo:evil@9/orders@456789:environment:production"),
        set(),
    ),
    "anybody": (token("pull_request", sub="repo:evil/x:pull_request", repository_id="7"), set()),
}
"""Tokens, and the roles that they may assume."""


def assumed(properties: Properties, claims: Mapping[str, str]) -> set[str]:
    """Return the roles that a token may assume."""
    request = Request("sts:AssumeRoleWithWebIdentity", context=claims)
    return {
        purpose
        for purpose, name in (("apply", "deploy"), ("plan", "deploy-plan"))
        for statement in document_in(properties, name, "assumeRolePolicy")["Statement"]
        if statement.get("Effect") == "Allow"
        and statement.get("Principal") in ({"Federated": PROVIDER}, "*")
        and matches(statement, request)
    }


# --- What is open ---


def policies(properties: Properties, role: str) -> list[Any]:
    """Return the documents of a role's policies."""
    return [
        document_in(properties, name, "policy")
        for name in properties
        if name.startswith(f"deploy-{role}-") and name[-1].isdigit()
    ]


def boundary(properties: Properties) -> Any:
    """Return the boundary; one that allows everything, where a role has none."""
    roles = [properties[name] for name in ("deploy", "deploy-plan") if name in properties]
    if not all("permissionsBoundary" in one for one in roles):
        return ADMINISTRATOR
    return document_in(properties, "deploy-boundary", "policy")


def foreign(document: Any) -> Iterator[Request]:
    """Yield, of each statement that allows, requests that it must not be about."""
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        context = fitting(statement)
        for action in _actions(statement["Action"]):
            for resource in listed(statement["Resource"]):
                if resource != "*":
                    yield Request(action, _other(resource), context)
                for key in context:
                    yield Request(action, _fit(resource), {**context, key: _OTHER[key]})
                    without = {one: value for one, value in context.items() if one != key}
                    yield Request(action, _fit(resource), without)


def fitting(statement: Mapping[str, Any]) -> dict[str, str]:
    """Return a context that a statement's conditions take."""
    return {
        key: _fit(str(listed(value)[0]))
        for tests in statement.get("Condition", {}).values()
        for key, value in tests.items()
    }


def covered(document: Any) -> Iterator[Request]:
    """Yield requests that a document's statements are about."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            for action in _actions(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield Request(action, _fit(resource), fitting(statement))


class Proof:
    """What must stay closed of what was made, and what of it is open after a change."""

    def __init__(self, made: Properties) -> None:
        """Ask of everything as it was made."""
        limit = boundary(made)
        denies = [*_denials(limit)]
        (kept,) = (s["Resource"] for s in limit["Statement"] if s["Sid"] == "DenyFoundations")
        self._denied = [*denies, *(Request("iam:TagRole", _fit(one)) for one in kept)]
        self._kept_from_plan = [one for each in policies(made, "plan") for one in _denials(each)]
        self._beyond = [
            *BEYOND,
            *(one for one in foreign(limit) if not allowed(one, [ADMINISTRATOR], limit)),
        ]
        self._forbidden = {"apply": [*_DATA], "plan": [*_DATA, *_WRITES]}
        for role, forbidden in self._forbidden.items():
            documents = policies(made, role)
            forbidden += [
                one
                for document in documents
                for one in foreign(document)
                if not allowed(one, documents)
            ]
        self._known: dict[str, set[str]] = {}

    def opened(self, properties: Properties) -> set[str]:
        """Return which ways out are open."""
        limit = boundary(properties)
        found = self._once(limit, lambda: self._past(limit))
        found = found | {
            f"changes {arn}"
            for arn in _own_arns(properties)
            if not denied(Request("iam:TagRole", arn), limit)
        }
        for role in self._forbidden:
            documents = policies(properties, role)
            found = found | self._once([role, documents], partial(self._more, role, documents))
        found = found | {
            f"long sessions of {name}"
            for name, inputs in properties.items()
            if inputs.get("maxSessionDuration", _HOUR) > _HOUR
        }
        for name, (claims, roles) in TOKENS.items():
            found = found | {f"{role} by {name}" for role in assumed(properties, claims) - roles}
        return found

    def _once(self, key: object, find: Callable[[], set[str]]) -> set[str]:
        spelled = json.dumps(key)
        if spelled not in self._known:
            self._known[spelled] = find()
        return self._known[spelled]

    def _past(self, limit: Any) -> set[str]:
        return {
            *(name for name, way in ESCAPES.items() if not denied(way, limit)),
            *(str(one) for one in self._denied if not denied(one, limit)),
            *(str(one) for one in self._beyond if allowed(one, [ADMINISTRATOR], limit)),
        }

    def _more(self, role: str, documents: list[Any]) -> set[str]:
        found = {f"{role}: {one}" for one in self._forbidden[role] if allowed(one, documents)}
        kept = self._kept_from_plan if role == "plan" else ()
        return found | {
            f"{role} unless granted: {one}"
            for one in kept
            if not any(denied(one, document) for document in documents)
        }


def _denials(document: Any) -> Iterator[Request]:
    """Yield what a document denies by the name of an action."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Deny" and "Action" in statement:
            for action in _actions(statement["Action"]):
                yield Request(action)
                yield Request(action, ROLE)


def _own_arns(properties: Properties) -> Iterator[str]:
    """Yield the ARNs of roles and policies, as IAM makes them of path and name."""
    for name, inputs in properties.items():
        if "assumeRolePolicy" in inputs or "policy" in inputs:
            kind = "role" if "assumeRolePolicy" in inputs else "policy"
            yield f"{_IAM}:{kind}{inputs.get('path', '/')}{inputs.get('name', name)}"


def _actions(patterns: Any) -> list[str]:
    """Return the actions that patterns take in; what is written out stands for itself."""
    return [
        one
        for pattern in listed(patterns)
        for one in (sorted(expanded(pattern)) if "*" in pattern else [pattern])
    ]


def _fit(pattern: str) -> str:
    return pattern.replace("*", "a") if pattern != "*" else pattern


def _other(resource: str) -> str:
    swaps = (("orders-*", "payments-a"), ("acme-state", "other-state"), (":key/", ":key/other-"))
    for old, new in swaps:
        if old in resource:
            return _fit(resource.replace(old, new))
    return _fit(resource.replace(ACCOUNT, "999999999999").replace(REGION, "us-west-2"))
