"""What is allowed in the arguments of `PullRequestSecurity`, before anything is registered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pulumi

from secure_components.arguments import (
    Who,
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    refuse,
    unique,
)
from secure_components.patterns import REGION
from secure_components.protected_repository.checks import check_owner
from secure_components.pull_request_security import pins, workflows
from secure_components.pull_request_security.args import (
    InfrastructureArgs,
    PullRequestSecurityArgs,
    SnykArgs,
    WorkflowsArgs,
)

COMPONENT: Final = "PullRequestSecurity"

_SEVERITIES: Final = ("low", "medium", "high", "critical")
_BRANCH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}")
_STACK: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}")
_PATH: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9_.][A-Za-z0-9._/-]{0,200}")
_BACKEND: Final = re.compile(r"[a-z0-9]+://[A-Za-z0-9._/?&=:%~+-]+")
_COMMAND: Final = re.compile(r"(?!.*\$\{\{)\S.{0,4000}", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")
_TOKEN: Final = re.compile(r"\S{20,}")


def check(name: str, args: PullRequestSecurityArgs) -> workflows.Settings:
    """Check all arguments, and return what the workflows are made from.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; or GitHub does not
            offer what it asks for.
    """
    check_arguments(COMPONENT, name, args, PullRequestSecurityArgs)
    who = (COMPONENT, name)
    repository(name, args)
    branch = args.get("default_branch", "main")
    matches(who, "default_branch", branch, _BRANCH, "a name without refs/heads/")
    settings = workflows.Settings(args.get("workflows", {}), check_owner(who, args), branch)
    check_workflows(who, settings.args)
    return settings


def check_workflows(who: Who, args: WorkflowsArgs) -> None:
    """Check which workflows are wanted."""
    languages = args.get("languages", ())
    for index, language in enumerate(languages):
        among(who, f"workflows.languages.{index}", language, workflows.LANGUAGES)
    unique(who, "workflows.languages", languages)
    for action, pin in args.get("pins", {}).items():
        among(who, "workflows.pins", action, pins.ACTIONS)
        allowed = "a full commit and its version, as 40 hexadecimal digits # v6.0.3"
        matches(who, f"workflows.pins.{action}", pin, pins.PIN, allowed)
    if "snyk" in args:
        snyk_token(who, args["snyk"])
        threshold = args["snyk"].get("severity_threshold")
        among(who, "workflows.snyk.severity_threshold", threshold, _SEVERITIES)
        _command(who, "workflows.snyk.install", args["snyk"].get("install"))
    if "infrastructure" in args:
        _infrastructure(who, args["infrastructure"])


def repository(name: str, args: PullRequestSecurityArgs) -> pulumi.Input[str]:
    """Return the repository's name; an `Output` as one that is checked when it resolves."""
    allowed = "a name without its owner, as service"
    return check_value(COMPONENT, name, "repository", args["repository"], fits(_NAME), allowed)


def snyk_token(who: Who, args: SnykArgs) -> pulumi.Input[str] | None:
    """Return the token of Snyk, if one is given."""
    return _given(who, "workflows.snyk.token", args, _TOKEN, "the token of a service account")


def access_token(who: Who, args: InfrastructureArgs) -> pulumi.Input[str] | None:
    """Return the token of Pulumi Cloud, if one is given."""
    path = "workflows.infrastructure.access_token"
    return _given(who, path, args, _TOKEN, "a token of Pulumi Cloud")


def plan_role(who: Who, args: InfrastructureArgs) -> pulumi.Input[str] | None:
    """Return the role that is assumed."""
    return _given(who, "workflows.infrastructure.plan_role_arn", args, _ROLE, "the ARN of a role")


def _infrastructure(who: Who, args: InfrastructureArgs) -> None:
    path = "workflows.infrastructure"
    plan_role(who, args)
    access_token(who, args)
    if "access_token" in args and "backend_url" in args:
        refuse(*who, f"{path}.access_token", "is for Pulumi Cloud; drop it, or backend_url")
    matches(who, f"{path}.stack", args["stack"], _STACK, "a name, as acme/service/production")
    matches(who, f"{path}.region", args["region"], REGION, "a region, as eu-west-1")
    matches(who, f"{path}.backend_url", args.get("backend_url"), _BACKEND, "a URL, as s3://states")
    below = "a path below the repository's root, of letters, digits, '.', '_', '-' and '/'"
    matches(who, f"{path}.directory", args.get("directory"), _PATH, below)
    matches(who, f"{path}.policy_pack", args.get("policy_pack"), _PATH, below)
    matches(who, f"{path}.policy_config", args.get("policy_config"), _PATH, below)
    _command(who, f"{path}.install", args.get("install"))


def _command(who: Who, path: str, command: str | None) -> None:
    """Refuse what GitHub would fill in: the way of injected commands."""
    matches(who, path, command, _COMMAND, "a shell command without ${{ }}")


def _given(
    who: Who, path: str, args: Mapping[str, Any], pattern: re.Pattern[str], allowed: str
) -> pulumi.Input[str] | None:
    """Return an argument, by the last part of its path; an `Output` is checked later."""
    value = args.get(path.rpartition(".")[2])
    return None if value is None else check_value(*who, path, value, fits(pattern), allowed)
