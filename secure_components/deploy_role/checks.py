"""What is allowed in the arguments of `DeployRole`, before anything is registered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
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
from secure_components.deploy_role import trust
from secure_components.deploy_role.analysis import ACTION, analyzed
from secure_components.deploy_role.args import DeployRoleArgs
from secure_components.deploy_role.boundary import boundary_statements, guard_statements
from secure_components.deploy_role.permissions import (
    LARGEST_POLICY,
    LARGEST_TRUST,
    MOST_POLICIES,
    PATH,
    Ceiling,
    packed,
    size,
)
from secure_components.deploy_role.services import SERVICES, Scope
from secure_components.documents import Statements
from secure_components.patterns import BUCKET, KEY_ARN, REGION
from secure_components.place import Place

COMPONENT: Final = "DeployRole"

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,30}-")
_BRANCH: Final = re.compile(r"(?!refs/)[A-Za-z0-9._-][A-Za-z0-9._/-]{0,200}")
_TAG: Final = re.compile(r"(?!refs/)[A-Za-z0-9._-][A-Za-z0-9._/*-]{0,200}")
_ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/:-]{0,253}[A-Za-z0-9])?")
_WORKFLOW: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}/\.github/workflows/[A-Za-z0-9._-]+\.ya?ml"
    r"@(refs/(heads|tags)/[A-Za-z0-9._/-]+|[0-9a-f]{40})"
)
_PROVIDER_ARN: Final = re.compile(
    rf"arn:aws[a-z-]*:iam::\d{{12}}:oidc-provider/{re.escape(trust.ISSUER)}"
)
_POLICY_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+")
_LONGEST_ROLE: Final = 64 - len("-apply")
_LONGEST_SESSION: Final = 4
_LONGEST_POLICY: Final = 128 + 512
"""Characters of a policy's name and path (IAM API Reference, CreatePolicy)."""
_LARGEST_ID: Final = 2**53

_LONGEST_ACCOUNT: Final = "0" * 12
_LONGEST_PLACE: Final = Place("aws-us-gov", "amazonaws.com", "ap-southeast-9", _LONGEST_ACCOUNT)
"""As long as any: what is not over a limit here is over it nowhere."""
_LONGEST_KEY: Final = f"arn:aws-us-gov:kms:ap-southeast-9:{_LONGEST_ACCOUNT}:key/mrk-{'0' * 32}"


def check(name: str, args: DeployRoleArgs) -> Ceiling:
    """Check all arguments, and return what policies would be made of, where names are longest.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; or the policies
            are more or larger than IAM takes.
    """
    check_arguments(COMPONENT, name, args, DeployRoleArgs)
    who = (COMPONENT, name)
    repository = args["repository"]
    matches(who, "repository.name", repository["name"], _REPOSITORY, "OWNER/NAME")
    for path, given in (("id", repository["id"]), ("owner_id", repository["owner_id"])):
        check_value(
            *who,
            f"repository.{path}",
            given,
            lambda one: isinstance(one, int | float) and 0 < one < _LARGEST_ID and one == int(one),
            "GitHub's number, as `gh api` shows it",
        )
    _names(who, args["names"])
    _sources(who, args)
    _permissions(who, args)
    _arns(who, args)
    number(who, "longest_session_hours", args.get("longest_session_hours"), 1, _LONGEST_SESSION)
    statements = (
        analyzed(who, args["access_analysis"], args["names"]) if "access_analysis" in args else []
    )
    base = _base(who)
    planned = ceiling(
        args,
        statements,
        base,
        _LONGEST_PLACE,
        provider_arn=_longest(None, f"oidc-provider/{trust.ISSUER}"),
        boundary_arn=_longest(args.get("boundary_arn"), f"policy{PATH}{base}-boundary"),
        keys=[_LONGEST_KEY] * len(args.get("keys", ())),
        state_key=_LONGEST_KEY,
    )
    _sizes(who, args, planned)
    return planned


def _longest(given: pulumi.Input[str] | None, made: str) -> str:
    """Return an ARN that is as long as what is given, or made."""
    if isinstance(given, str):
        return given
    resource = made if given is None else f"policy/{'x' * _LONGEST_POLICY}"
    return f"arn:aws-us-gov:iam::{_LONGEST_ACCOUNT}:{resource}"


def ceiling(  # noqa: PLR0913  all but the first four are named
    args: DeployRoleArgs,
    statements: Statements,
    base: str,
    place: Place,
    *,
    provider_arn: str,
    boundary_arn: str,
    keys: Sequence[str],
    state_key: str,
) -> Ceiling:
    """Return what policies are made of, in a place."""
    return Ceiling(
        args=args,
        scope=Scope(place, args.get("regions", [place.region]), args["names"]),
        base=base,
        boundary_arn=boundary_arn,
        provider_arn=provider_arn,
        keys=keys,
        state_key=state_key,
        analyzed=statements,
    )


def _names(who: Who, names: Sequence[str]) -> None:
    if not names:
        refuse(*who, "names", "is empty; say what the names of resources begin with")
    for index, one in enumerate(names):
        matches(
            who,
            f"names.{index}",
            one,
            _NAME,
            "3 to 32 small letters, digits and hyphens, the last a hyphen, as orders-",
        )
    for one, other in pairwise(sorted(names)):
        if other.startswith(one):
            refuse(*who, "names", f"has '{other}', which '{one}' holds already; drop it")


def _sources(who: Who, args: DeployRoleArgs) -> None:
    chosen = args.get("apply_from", trust.DEFAULT_FROM)
    matches(
        who,
        "apply_from.environment",
        chosen.get("environment"),
        _ENVIRONMENT,
        "an environment's name",
    )
    for kind, listed, pattern, allowed in (
        ("branches", chosen.get("branches", ()), _BRANCH, "a branch, as main; without wildcards"),
        ("tags", chosen.get("tags", ()), _TAG, "a tag, or several by `*`, as v*"),
    ):
        for index, one in enumerate(listed):
            matches(who, f"apply_from.{kind}.{index}", one, pattern, allowed)
        unique(who, f"apply_from.{kind}", listed)
    branches, tags = trust.refs(chosen)
    if not branches and not tags:
        refuse(*who, "apply_from.branches", "is empty; name a branch or a tag")
    if args.get("merge_queue") and not branches:
        refuse(*who, "merge_queue", "is of branches; name one in apply_from.branches")
    for role, workflow in args.get("workflows", {}).items():
        matches(
            who,
            f"workflows.{role}",
            str(workflow),
            _WORKFLOW,
            "OWNER/NAME/.github/workflows/FILE@REF, with refs/heads/..., refs/tags/... or a commit",
        )


def _permissions(who: Who, args: DeployRoleArgs) -> None:
    services = args.get("services", ())
    if not services and "access_analysis" not in args:
        refuse(*who, "services", "is required where there is no access_analysis")
    for index, one in enumerate(services):
        among(who, f"services.{index}", one, sorted(SERVICES))
    unique(who, "services", services)
    for index, action in enumerate(args.get("runtime_actions", ())):
        path = f"runtime_actions.{index}"
        matches(who, path, action, ACTION, "an action by its full name, as xray:PutTraceSegments")
        if action.lower().startswith(("iam:", "sts:", "organizations:", "account:", "kms:")):
            refuse(*who, path, "opens other roles, keys or the account; no role may do it anywhere")
    for index, region in enumerate(args.get("regions", ())):
        matches(who, f"regions.{index}", region, REGION, "a region, as eu-west-1")
    if not args.get("regions", ["here"]):
        refuse(*who, "regions", "is empty; name one, or leave it out")
    if "state" in args:
        bucket = args["state"]["bucket"]
        matches(who, "state.bucket", bucket, BUCKET, "the name of a bucket")
        if any(bucket.startswith(one) for one in args["names"]):
            refuse(
                *who,
                "state.bucket",
                "begins with one of `names`, so that the pipeline could delete it; name it "
                "otherwise",
            )


def _arns(who: Who, args: DeployRoleArgs) -> None:
    keys: Mapping[str, pulumi.Input[str]] = {
        **{f"keys.{index}": key for index, key in enumerate(args.get("keys", ()))},
        **({"state.kms_key_arn": args["state"]["kms_key_arn"]} if "state" in args else {}),
    }
    allowed = "the ARN of a key, as arn:aws:kms:REGION:ACCOUNT:key/ID; not an alias"
    for path, key in keys.items():
        check_value(*who, path, key, fits(KEY_ARN), allowed)
    given: Mapping[str, Any] = args
    for path, pattern, allowed in (
        ("provider_arn", _PROVIDER_ARN, f"the ARN of an identity provider for {trust.ISSUER}"),
        ("boundary_arn", _POLICY_ARN, "the ARN of a customer managed policy"),
    ):
        if path in args:
            check_value(*who, path, given[path], fits(pattern), allowed)


def _base(who: Who) -> str:
    """Name roles and policies after project, stack and resource, so that stacks do not collide."""
    proposed = f"{pulumi.get_project()}-{pulumi.get_stack()}-{who[1]}"
    safe = re.sub(r"[^\w+=,.@-]+", "-", proposed, flags=re.ASCII)
    if len(safe) > _LONGEST_ROLE:
        refuse(*who, "name", f"is too long: PROJECT-STACK-NAME is over {_LONGEST_ROLE} characters")
    return safe


def _sizes(who: Who, args: DeployRoleArgs, planned: Ceiling) -> None:
    ids = (_LARGEST_ID, _LARGEST_ID)
    for statements in (
        trust.apply_statements(args, ids, planned.provider_arn),
        trust.plan_statements(args, ids, planned.provider_arn),
    ):
        if size(statements) > LARGEST_TRUST:
            refuse(
                *who,
                "apply_from",
                f"makes a trust policy of over {LARGEST_TRUST:,} characters; name fewer "
                "branches or tags",
            )
    if "boundary_arn" not in args and size(boundary_statements(planned)) > LARGEST_POLICY:
        refuse(
            *who,
            "boundary_arn",
            f"is needed: the boundary would have over {LARGEST_POLICY:,} characters. Name fewer "
            "names, regions or services, or give a boundary of your own",
        )
    for role in ("plan", "apply"):
        try:
            policies = policies_of(planned, role)
        except ValueError as error:
            refuse(*who, "names", f"and regions make the statement {error} too large; name fewer")
        if len(policies) > MOST_POLICIES:
            refuse(*who, "services", f"need more policies than a role takes, {MOST_POLICIES}")


def policies_of(planned: Ceiling, role: str) -> list[int]:
    """Return how many statements each policy of a role holds, where names are longest."""
    return [len(one) for one in packed(statements_of(planned, role))]


def statements_of(made_of: Ceiling, role: str) -> Statements:
    """Return all that a role may do, and must not."""
    if role == "plan":
        return list(made_of.plan())
    guarded = guard_statements(made_of) if "boundary_arn" in made_of.args else ()
    return [*guarded, *made_of.apply()]
