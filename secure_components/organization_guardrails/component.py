"""Rules that an organization keeps in force in its accounts."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

import pulumi
import pulumi_aws as aws

from secure_components.arguments import (
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    refuse,
    unique,
)
from secure_components.organization_guardrails.args import OrganizationGuardrailsArgs
from secure_components.organization_guardrails.guards import (
    BY_ID,
    GUARDS,
    KINDS,
    RCP,
    SCP,
    Guard,
    Settings,
)
from secure_components.organization_guardrails.packing import (
    ATTACHED,
    LIMIT,
    LONGEST_ID,
    pack,
    text,
)
from secure_components.patterns import ACCOUNT, ORGANIZATION, REGION

_COMPONENT: Final = "OrganizationGuardrails"
_TARGET: Final = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|\d{12}")
_TARGET_NAME: Final = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_ANYWHERE: Final = r"arn:(?:\*|aws(?:-[a-z]+)*):iam::(?:\*|\d{12})"
_ROLES: Final = re.compile(rf"{_ANYWHERE}:role/[\w+=,.@-][\w+=,.@/*?-]*")
_POLICIES: Final = re.compile(rf"{_ANYWHERE}:policy/[\w+=,.@-][\w+=,.@/*?-]*")
_GITHUB: Final = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}(@[1-9]\d{0,15})?")
_LONGEST_NAME: Final = 128
"""Characters of a policy's name (AWS Organizations API Reference, "CreatePolicy")."""
_REASON: Final = re.compile(r"\s*\S.{8,}", re.DOTALL)


class OrganizationGuardrails(pulumi.ComponentResource):
    """Keeps rules in force in an organization's accounts that nobody in them can lift.

    Makes service control policies (SCPs), which bind every principal of an account, its root user
    included, and resource control policies (RCPs), which bind its buckets, queues, keys, secrets,
    tables, repositories, log groups, collections, user pools and roles, whoever uses them; and
    attaches them to the root, organizational units or accounts that are named. The guards, what
    each does not cover and where AWS describes it are in `docs/guardrails.md`. All are in force
    unless the program says why one is not; a role is excepted from a guard by name, and then kept
    from changes itself. Guards share as few documents as AWS's limit of size lets them.

    They grant nothing, and AWS's own policies that allow everything must stay attached. They do not
    bind the management account and its resources, nor service-linked roles; so keep everything but
    the organization itself out of that account. There is no trial: a guard denies as soon as it is
    attached. Attach to one unit first; `docs/guardrails.md` shows how to find in CloudTrail what
    would be denied. For seconds during an update a guard that moves between two documents may be in
    neither.

    Runs in the management account, or in one to which it delegated policies. Both types of policy
    must be enabled there (`enabled_policy_types` of `aws.organizations.Organization`); else AWS
    refuses with `PolicyTypeNotEnabledException`. Destroying the stack lifts the guards: protect it
    with `pulumi.ResourceOptions(protect=True)`.

    Serves Prowler's organizations_scp_check_deny_regions. Not covered: what services that have no
    RCPs let in from outside (as SNS, Lambda and EventBridge), where requests come from, which
    policies of people allow what (`ReadOnlyRole` is for that), and policies of other types.

    Costs nothing.

    Sources: AWS Organizations User Guide, "Service control policies", "Resource control policies"
    and "Quotas"; AWS's examples, which each guard names.

    Args:
        name: Resource name. Children are `name-scp-1`, `name-rcp-1`, the next of each, and their
            attachments, as `name-scp-1-TARGET`.
        args: See `OrganizationGuardrailsArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, missing or not allowed, or the
            guards are too large. Nothing has been registered then. An `Output` is checked when it
            resolves.
    """

    service_control_policy_ids: pulumi.Output[Sequence[str]]
    """Ids of the service control policies."""
    resource_control_policy_ids: pulumi.Output[Sequence[str]]
    """Ids of the resource control policies."""

    def __init__(
        self,
        name: str,
        args: OrganizationGuardrailsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        settings = _check(name, args)
        documents = {kind: _documents(name, args, settings, kind) for kind in KINDS}
        _policy_name(name, f"{name}-scp-{ATTACHED}")
        super().__init__("secure-components:index:OrganizationGuardrails", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        organization_id = _organization_id(name, args)

        made: dict[str, list[pulumi.Output[str]]] = {kind: [] for kind in KINDS}
        for kind, packed in documents.items():
            for number, guards in enumerate(packed, start=1):
                role = f"{name}-{KINDS[kind].lower()}-{number}"
                policy = aws.organizations.Policy(
                    role,
                    name=_policy_name(name, role),
                    type=kind,
                    description=f"Guardrails: {', '.join(guard.id for guard in guards)}",
                    content=_content(guards, settings, organization_id),
                    opts=child,
                )
                for target, target_id in _targets(name, args):
                    aws.organizations.PolicyAttachment(
                        f"{role}-{target}", policy_id=policy.id, target_id=target_id, opts=child
                    )
                made[kind].append(policy.id)

        self.service_control_policy_ids = pulumi.Output.all(*made[SCP])
        self.resource_control_policy_ids = pulumi.Output.all(*made[RCP])
        self.register_outputs(
            {
                "service_control_policy_ids": self.service_control_policy_ids,
                "resource_control_policy_ids": self.resource_control_policy_ids,
            },
        )


def _policy_name(name: str, role: str) -> str:
    """Name the policy after project and stack, since AWS takes a name once."""
    made = f"{pulumi.get_project()}-{pulumi.get_stack()}-{role}"
    if len(made) > _LONGEST_NAME:
        longest = f"AWS takes {_LONGEST_NAME} characters of '{made}'"
        refuse(_COMPONENT, name, "name", f"is too long: {longest}; give a shorter one")
    return made


def _content(
    guards: Sequence[Guard], settings: Settings, organization_id: pulumi.Input[str]
) -> pulumi.Output[str]:
    known = pulumi.Output.from_input(organization_id)
    return known.apply(lambda it: text(guards, replace(settings, organization_id=it)))


def _documents(
    name: str, args: OrganizationGuardrailsArgs, settings: Settings, kind: str
) -> list[list[Guard]]:
    """Return which guards of a kind share a document, or refuse what is too large."""
    left_out = args.get("left_out", {})
    in_force = [guard for guard in GUARDS if guard.kind == kind and guard.id not in left_out]
    packed = pack(in_force, settings)
    sizes = {guard.id: len(text([guard], settings)) for guard in in_force}
    too_large = [guard_id for guard_id, size in sizes.items() if size > LIMIT]
    if too_large or len(packed) > ATTACHED:
        listed = ", ".join(f"{guard_id} {size:,}" for guard_id, size in sizes.items())
        refuse(
            _COMPONENT,
            name,
            "left_out",
            f"leaves {KINDS[kind]}s of {len(packed)} documents; AWS takes {ATTACHED} of {LIMIT:,} "
            f"characters each at a target. Give fewer or shorter patterns. Sizes: {listed}",
        )
    return packed


def _check(name: str, args: OrganizationGuardrailsArgs) -> Settings:
    """Check all arguments, and return what they make of the guards."""
    who = (_COMPONENT, name)
    check_arguments(*who, args, OrganizationGuardrailsArgs)
    _organization_id(name, args)
    if not args["targets"]:
        refuse(*who, "targets", "is empty; name an organizational unit, as {'sandbox': unit.id}")
    list(_targets(name, args))
    lists = (
        ("regions", REGION, "a region, as eu-west-1"),
        ("protected_roles", _ROLES, "the ARN pattern of roles, as arn:aws:iam::*:role/secure/*"),
        (
            "permissions_boundaries",
            _POLICIES,
            "the ARN pattern of policies, as arn:aws:iam::*:policy/boundaries/*",
        ),
        ("github_organizations", _GITHUB, "a name, as acme, or name and number, as acme@1234"),
        ("trusted_accounts", ACCOUNT, "twelve digits"),
    )
    given = cast("Mapping[str, Sequence[str]]", args)
    for argument, pattern, allowed in lists:
        values = given.get(argument, ())
        unique(who, argument, values)
        for index, value in enumerate(values):
            matches(who, f"{argument}.{index}", value, pattern, allowed)
    left_out = args.get("left_out", {})
    for guard_id, reason in left_out.items():
        among(who, f"left_out.{guard_id}", guard_id, BY_ID)
        matches(who, f"left_out.{guard_id}", reason, _REASON, "the reason, in words")
    exceptions = args.get("exceptions", {})
    bindable = [guard.id for guard in GUARDS if guard.excepting and guard.id not in left_out]
    for guard_id, roles in exceptions.items():
        among(who, f"exceptions.{guard_id}", guard_id, bindable)
        for index, role in enumerate(roles):
            matches(who, f"exceptions.{guard_id}.{index}", role, _ROLES, lists[1][2])
    excepted = [role for roles in exceptions.values() for role in roles]
    protected = list(dict.fromkeys([*args.get("protected_roles", ()), *excepted]))
    settings = Settings(
        organization_id=LONGEST_ID,
        regions=args.get("regions", ()),
        protected_roles=protected,
        permissions_boundaries=args.get("permissions_boundaries", ()),
        github_organizations=args.get("github_organizations", ()),
        trusted_accounts=args.get("trusted_accounts", ()),
        exceptions=exceptions,
    )
    for guard in GUARDS:
        if guard.needs and guard.id not in left_out and not getattr(settings, guard.needs):
            refuse(
                *who,
                guard.needs,
                f"is required by the guard '{guard.id}'; give it, or say in left_out why the guard "
                "is not in force",
            )
    return settings


def _organization_id(name: str, args: OrganizationGuardrailsArgs) -> pulumi.Input[str]:
    return check_value(
        _COMPONENT,
        name,
        "organization_id",
        args["organization_id"],
        fits(ORGANIZATION),
        "the organization's id, as o-exampleorgid",
    )


def _targets(
    name: str, args: OrganizationGuardrailsArgs
) -> Iterator[tuple[str, pulumi.Input[str]]]:
    """Yield each target's name and id; an `Output` as one that is checked when it resolves."""
    who = (_COMPONENT, name)
    for target, target_id in args["targets"].items():
        path = f"targets.{target}"
        matches(who, path, target, _TARGET_NAME, "a name of small letters, digits and '-'")
        allowed = "the id of a root (r-), an organizational unit (ou-) or an account"
        yield target, check_value(*who, path, target_id, fits(_TARGET), allowed)
