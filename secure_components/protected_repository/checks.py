"""What is allowed in the arguments of `ProtectedRepository`, before anything is registered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import pulumi

from secure_components.arguments import (
    Who,
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    number,
    refuse,
    unique,
)
from secure_components.protected_repository import plans
from secure_components.protected_repository.args import (
    EnvironmentArgs,
    FilesArgs,
    ProtectedRepositoryArgs,
    PullRequestsArgs,
    PushLimitsArgs,
    TagsArgs,
    WebhookArgs,
)
from secure_components.protected_repository.files import PATHS
from secure_components.protected_repository.rules import DEFAULT_CHECKS, DEFAULT_METHODS

COMPONENT: Final = "ProtectedRepository"

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_REF: Final = re.compile(r"(?!refs/)[A-Za-z0-9._*?\[\]-][A-Za-z0-9._/*?\[\]-]{0,200}")
_PATH: Final = re.compile(r"\S.{0,199}")
_ACTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._*/-]+(@[A-Za-z0-9._*/-]+)?")
_OWNER: Final = re.compile(r"@[\w-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
_CONTACT: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+|https://[^\s<>]+")
_ECOSYSTEM: Final = re.compile(r"[a-z][a-z-]{0,40}")
_LABEL: Final = re.compile(r"\S(.{0,98}\S)?")
_KEY: Final = re.compile(
    r"(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)"
    r"|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( [^\r\n]*)?"
)
_METHODS: Final = ("squash", "rebase", "merge")
_MOST_APPROVALS: Final = 10
_MOST_CHECKS: Final = 100
_MOST_REVIEWERS: Final = 6
_MOST_PATTERNS: Final = 200
_LARGEST_FILE: Final = 100
_LARGEST_ID: Final = 2**53
_LONGEST_WAIT: Final = 43_200
_SHORTEST_SECRET: Final = 20


def check(name: str, args: ProtectedRepositoryArgs) -> plans.Owner:
    """Check all arguments, and return what they say of the repository's owner.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; or GitHub does not
            offer what it asks for.
    """
    check_arguments(COMPONENT, name, args, ProtectedRepositoryArgs)
    who = (COMPONENT, name)
    owner = check_owner(who, args)
    offered(who, "visibility", plans.INTERNAL, owner, wanted=owner.visibility == "internal")
    offered(who, "plan", plans.RULESETS, owner, wanted=True)
    matches(
        who,
        "repository_name",
        repository_name(name, args),
        _NAME,
        "up to 100 letters, digits, '.', '_' and '-'",
    )
    _refs(who, "default_branch", args.get("default_branch"))
    check_branches(who, args.get("protected_branches", ()))
    requests = args.get("pull_requests", {})
    check_pull_requests(who, requests)
    offered(
        who,
        "pull_requests.merge_queue",
        plans.MERGE_QUEUE,
        owner,
        wanted=requests.get("merge_queue", False),
    )
    check_tags(who, args.get("tags", {}))
    if "push_limits" in args:
        offered(who, "push_limits", plans.PUSH_RULESETS, owner, wanted=True)
        check_push_limits(who, args["push_limits"])
    check_actions(who, args.get("allowed_actions", ()))
    if args.get("in_protected_organization") and "allowed_actions" in args:
        refuse(*who, "allowed_actions", "is for the organization to say; drop it")
    for environment, settings in args.get("environments", {}).items():
        _environment(who, environment, settings, owner)
    for title in args.get("deploy_keys", {}):
        deploy_key(name, args, title)
    for label, webhook in args.get("webhooks", {}).items():
        _webhook(who, label, webhook)
    _files(who, args.get("files", {}))
    _adoption(who, args)
    return owner


def check_owner(who: Who, args: Mapping[str, Any]) -> plans.Owner:
    """Check plan, add-ons and visibility, and return them."""
    among(who, "plan", args.get("plan"), plans.PLANS)
    for index, add_on in enumerate(args.get("add_ons", ())):
        among(who, f"add_ons.{index}", add_on, plans.ADD_ONS)
    among(who, "visibility", args.get("visibility"), plans.VISIBILITIES)
    owner = plans.Owner(
        args.get("plan", "team"), args.get("add_ons", ()), args.get("visibility", "private")
    )
    if owner.add_ons and owner.plan == "free":
        refuse(*who, "add_ons", "are sold with the plans team and enterprise alone; give the plan")
    return owner


def offered(
    who: Who, path: str, feature: plans.Feature, owner: plans.Owner, *, wanted: bool
) -> None:
    """Refuse what is wanted where GitHub does not offer it."""
    lacking = feature.lacking(owner)
    if wanted and lacking:
        refuse(*who, path, f"asks for what {lacking}: {feature.name}")


def check_branches(who: Who, branches: Sequence[str]) -> None:
    """Check names of branches that are protected beside the default one."""
    _refs(who, "protected_branches", branches)


def check_pull_requests(who: Who, requests: PullRequestsArgs) -> None:
    """Check how pull requests are merged."""
    path = "pull_requests"
    number(who, f"{path}.approvals", requests.get("approvals"), 1, _MOST_APPROVALS)
    methods = requests.get("merge_methods", DEFAULT_METHODS)
    number(who, f"{path}.merge_methods", len(methods), 1, len(_METHODS), "methods")
    for index, method in enumerate(methods):
        among(who, f"{path}.merge_methods.{index}", method, _METHODS)
    if requests.get("signed_commits") and set(methods) == {"rebase"}:
        reason = "GitHub does not sign what it rebases"
        refuse(*who, f"{path}.merge_methods", f"cannot be met with signed_commits, as {reason}")
    checks = requests.get("required_checks", DEFAULT_CHECKS)
    number(who, f"{path}.required_checks", len(checks), 1, _MOST_CHECKS, "checks")
    for index, one in enumerate(checks):
        here = f"{path}.required_checks.{index}"
        matches(who, f"{here}.name", one["name"], _LABEL, "1 to 100 characters")
        number(who, f"{here}.app_id", one.get("app_id"), 1, _LARGEST_ID)
    unique(who, f"{path}.required_checks", [one["name"] for one in checks])


def check_tags(who: Who, tags: TagsArgs) -> None:
    """Check which tags are protected."""
    if "patterns" in tags:
        number(who, "tags.patterns", len(tags["patterns"]), 1, _MOST_PATTERNS, "names")
        _refs(who, "tags.patterns", tags["patterns"])
    for kind, ids in (
        ("creator_teams", tags.get("creator_teams", ())),
        ("creator_apps", tags.get("creator_apps", ())),
    ):
        for index, id_ in enumerate(ids):
            number(who, f"tags.{kind}.{index}", id_, 1, _LARGEST_ID)


def check_push_limits(who: Who, limits: PushLimitsArgs) -> None:
    """Check what no push may bring."""
    if not limits:
        refuse(*who, "push_limits", "limits nothing; give one of its fields, or drop it")
    for kind in ("file_paths", "file_extensions"):
        if kind in limits:
            patterns: Sequence[str] = limits[kind]
            number(who, f"push_limits.{kind}", len(patterns), 1, _MOST_PATTERNS, "patterns")
            for index, pattern in enumerate(patterns):
                matches(who, f"push_limits.{kind}.{index}", pattern, _PATH, "1 to 200 characters")
    largest = limits.get("largest_file_megabytes")
    number(who, "push_limits.largest_file_megabytes", largest, 1, _LARGEST_FILE)


def check_actions(who: Who, allowed: Sequence[str]) -> None:
    """Check the patterns of actions: each must name its owner."""
    for index, pattern in enumerate(allowed):
        matches(
            who,
            f"allowed_actions.{index}",
            pattern,
            _ACTION,
            "an owner and a name, as docker/login-action@*",
        )


def deploy_key(name: str, args: ProtectedRepositoryArgs, title: str) -> pulumi.Input[str]:
    """Return a deploy key that is a public one; an `Output` as one that is checked later."""
    path = f"deploy_keys.{title}"
    matches((COMPONENT, name), "deploy_keys", title, _LABEL, "titles of 1 to 100 characters")
    return check_value(
        COMPONENT,
        name,
        path,
        args["deploy_keys"][title],
        fits(_KEY),
        "the public half of an SSH key, as ssh-ed25519 AAAA...",
    )


def webhook_url(name: str, label: str, webhook: WebhookArgs) -> pulumi.Input[str]:
    """Return an address over TLS; an `Output` as one that is checked later."""
    return check_value(
        COMPONENT,
        name,
        f"webhooks.{label}.url",
        webhook["url"],
        fits(re.compile(r"https://[^\s/@]+(/\S*)?")),
        "an address that begins https:// and names no user",
    )


def webhook_secret(name: str, label: str, webhook: WebhookArgs) -> pulumi.Input[str]:
    """Return a secret that cannot be guessed; an `Output` as one that is checked later."""
    return check_value(
        COMPONENT,
        name,
        f"webhooks.{label}.secret",
        webhook["secret"],
        lambda secret: isinstance(secret, str) and len(secret) >= _SHORTEST_SECRET,
        f"at least {_SHORTEST_SECRET} random characters",
    )


def repository_name(name: str, args: ProtectedRepositoryArgs) -> str:
    """Return the repository's name on GitHub."""
    return args.get("repository_name", name)


def default_branch(args: ProtectedRepositoryArgs) -> str:
    """Return the name of the default branch."""
    return args.get("default_branch", "main")


def commits_files(args: ProtectedRepositoryArgs) -> bool:
    """Tell whether files can be committed: not where the branch may be protected already."""
    return not (args.get("adopt") or args.get("in_protected_organization"))


def roles(args: ProtectedRepositoryArgs) -> Collection[str]:
    """Return the roles that children of these arguments can have."""
    environments = args.get("environments", {})
    return {
        "default-branch",
        *PATHS,
        "branches",
        "tags",
        "tag-creation",
        "pushes",
        "vulnerability-alerts",
        "security-updates",
        "actions",
        "workflow-permissions",
        *(f"environment-{one}" for one in environments),
        *(
            f"environment-{one}-{kind}-{pattern}"
            for one in environments
            for kind, pattern in deployers(args, one)
        ),
        *(f"deploy-key-{one}" for one in args.get("deploy_keys", {})),
        *(f"webhook-{one}" for one in args.get("webhooks", {})),
    }


def deployers(args: ProtectedRepositoryArgs, environment: str) -> Sequence[tuple[str, str]]:
    """Return which branches and tags may deploy to an environment: kind and pattern."""
    settings = args["environments"][environment]
    default = () if settings.get("tags") else (default_branch(args),)
    branches = settings.get("branches") or default
    return [
        *(("branch", pattern) for pattern in branches),
        *(("tag", pattern) for pattern in settings.get("tags", ())),
    ]


def _environment(who: Who, name: str, settings: EnvironmentArgs, owner: plans.Owner) -> None:
    path = f"environments.{name}"
    matches(who, "environments", name, _LABEL, "names of 1 to 100 characters")
    offered(who, path, plans.ENVIRONMENTS, owner, wanted=True)
    _refs(who, f"{path}.branches", settings.get("branches"))
    _refs(who, f"{path}.tags", settings.get("tags"))
    number(who, f"{path}.wait_minutes", settings.get("wait_minutes"), 1, _LONGEST_WAIT)
    for argument in ("reviewer_teams", "reviewer_users", "wait_minutes"):
        offered(who, f"{path}.{argument}", plans.REVIEWERS, owner, wanted=argument in settings)
    teams, users = settings.get("reviewer_teams", ()), settings.get("reviewer_users", ())
    if not plans.REVIEWERS.lacking(owner):
        reviewers = len(teams) + len(users)
        number(who, f"{path}.reviewer_teams", reviewers, 1, _MOST_REVIEWERS, "reviewers, users too")


def _webhook(who: Who, label: str, webhook: WebhookArgs) -> None:
    matches(who, "webhooks", label, _LABEL, "names of 1 to 100 characters")
    webhook_url(who[1], label, webhook)
    webhook_secret(who[1], label, webhook)
    path = f"webhooks.{label}.events"
    if not webhook["events"]:
        refuse(*who, path, "is empty; name events, as push")
    for index, event in enumerate(webhook["events"]):
        matches(who, f"{path}.{index}", event, re.compile(r"\*|[a-z_]+"), "events, as push")


def _files(who: Who, files: FilesArgs) -> None:
    owners = files.get("code_owners", {})
    if "code_owners" in files and not owners:
        refuse(*who, "files.code_owners", "is empty; name owners, or drop it")
    for pattern, names in owners.items():
        path = f"files.code_owners.{pattern}"
        matches(who, "files.code_owners", pattern, re.compile(r"[^\s#!]\S*"), "patterns, as /src/")
        if not names:
            refuse(*who, path, "names no owner")
        for index, owner in enumerate(names):
            allowed = "@user, @organization/team or an e-mail address"
            matches(who, f"{path}.{index}", owner, _OWNER, allowed)
    contact = files.get("security_contact")
    matches(who, "files.security_contact", contact, _CONTACT, "an e-mail or https address")
    for index, ecosystem in enumerate(files.get("dependency_ecosystems", ())):
        path = f"files.dependency_ecosystems.{index}"
        matches(who, path, ecosystem, _ECOSYSTEM, "a name, as pip or github-actions")


def _adoption(who: Who, args: ProtectedRepositoryArgs) -> None:
    adopt_ids = args.get("adopt_ids", {})
    if args.get("adopt"):
        if "visibility" not in args:
            refuse(*who, "visibility", "is required with adopt: an existing repository takes it on")
        if "required_checks" not in args.get("pull_requests", {}):
            reason = "nothing could be merged if no job has the name that we would choose"
            refuse(*who, "pull_requests.required_checks", f"is required with adopt: {reason}")
    if adopt_ids and not args.get("adopt"):
        refuse(*who, "adopt_ids", "needs adopt")
    for role in adopt_ids:
        if role not in roles(args):
            known = ", ".join(sorted(roles(args)))
            refuse(*who, f"adopt_ids.{role}", f"is no role of a child; known: {known}")
    for committed in ("files", "workflows"):
        if committed in args and not commits_files(args):
            reason = "adopt" if args.get("adopt") else "in_protected_organization"
            way_out = "add them by a pull request"
            refuse(*who, committed, f"cannot be committed with {reason}; {way_out}")


def _refs(who: Who, path: str, given: str | Sequence[str] | None) -> None:
    allowed = "a name without refs/heads/ or refs/tags/, as release/*"
    if isinstance(given, str):
        matches(who, path, given, _REF, allowed)
        return
    for index, one in enumerate(given or ()):
        matches(who, f"{path}.{index}", one, _REF, allowed)
