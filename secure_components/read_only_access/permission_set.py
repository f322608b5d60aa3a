"""Read-only access for an organization's people: a permission set of IAM Identity Center."""

# No `from __future__ import annotations`: Pulumi's component host reads these as they stand.

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from secure_components.arguments import (
    check_arguments,
    check_value,
    fits,
    matches,
    refuse,
    unique,
)
from secure_components.documents import document
from secure_components.patterns import ACCOUNT
from secure_components.place import place_of
from secure_components.read_only_access.allowances import (
    AllowanceArgs,
    Allowed,
    checked_allowances,
    known_allowances,
)
from secure_components.read_only_access.policies import (
    BASE,
    INLINE_LIMIT,
    VERSION,
    base_arn,
    permission_set,
    size,
)
from secure_components.read_only_access.role import TAG

_INSTANCE: Final = re.compile(
    r"arn:aws(-[a-z]{1,5}){0,3}:sso:::instance/(sso)?ins-[a-zA-Z0-9-.]{16}"
)
_NAME: Final = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
_GROUP: Final = re.compile(
    r"([0-9a-f]{10}-)?[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
)
_DURATION: Final = re.compile(r"PT([1-9]|1[0-2])H")
_RELAY: Final = re.compile(r"https://[a-zA-Z0-9&$@#/%?=~_|!:,.;*+-]{1,232}")
_BOUNDARY: Final = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
"""botocore's service model of `sso-admin`; hours, and HTTPS, are our own narrowing."""


class ReadOnlyPermissionSetArgs(TypedDict):
    """Arguments of `ReadOnlyPermissionSet`."""

    instance_arn: pulumi.Input[str]
    """ARN of the instance of IAM Identity Center."""

    account_ids: NotRequired[Sequence[str]]
    """Accounts in which the groups have the permission set; none when absent."""

    group_ids: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Ids of groups in the identity store, by a short name that names the assignment. Groups alone:
    who is in one is decided where people are managed."""

    allowances: NotRequired[AllowanceArgs]
    """Named resources whose data may be read after all; none when absent."""

    deny_secrets_in_metadata: NotRequired[bool]
    """Also deny what describes a resource by settings that may hold a secret or personal data.
    False when absent."""

    permission_set_name: NotRequired[str]
    """Name in Identity Center, up to 32 characters; the resource's name when absent."""

    permissions_boundary_name: NotRequired[str]
    """Name of a customer managed policy that bounds it as well, and is in each account already."""

    relay_state: NotRequired[str]
    """Page of the console that a session begins at, by HTTPS."""

    session_duration: NotRequired[str]
    """Length of a session in whole hours, `PT1H` (default) to `PT12H`."""

    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the permission set."""


class ReadOnlyPermissionSet(pulumi.ComponentResource):
    """Lets groups of people see how accounts are built, but not what they hold.

    Makes a permission set with AWS's `ViewOnlyAccess` and `SecurityAudit`, an inline policy that
    denies what hands out data, code, logs or credentials, and any service that was not reviewed;
    and assigns it to groups in accounts. The policy is inline since customer managed ones would
    have to be in each account first.

    Serves, by the rules of the policy pack (`docs/rules.md`): AWS FSBP (IAM.1, IAM.21, KMS.1,
    KMS.2) and CIS AWS 7.0 (2.14, 2.20). Not covered: an inline policy may be 10,240 characters
    long, so that its ceiling is by service, not by action as that of `ReadOnlyRole`: a write that
    AWS adds to these two policies, in a reviewed service, would be granted. Names stay visible
    (`s3:ListBucket`), as do tags and, unless `deny_secrets_in_metadata` is set, secrets that stand
    in settings. MFA is a setting of Identity Center, or of its identity source, that no permission
    set can ask for.

    Costs nothing: IAM Identity Center is free of charge.

    Sources: IAM Identity Center User Guide, "IAM Identity Center quotas"; IAM User Guide, "AWS
    managed policies for job functions"; `readings.py` and `denials.py` name theirs by entry.

    Args:
        name: Resource name. Children are `name` (the permission set) and `name-<role>`.
        args: See `ReadOnlyPermissionSetArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    permission_set_arn: pulumi.Output[str]
    """ARN of the permission set."""

    def __init__(
        self,
        name: str,
        args: ReadOnlyPermissionSetArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        allowed = _check(name, args)
        super().__init__("secure-components:index:ReadOnlyPermissionSet", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = place_of(self)
        instance = args["instance_arn"]

        permissions = aws.ssoadmin.PermissionSet(
            name,
            name=args.get("permission_set_name", name),
            instance_arn=instance,
            description="Sees how accounts are built, not what they hold; changes nothing",
            session_duration=args.get("session_duration", "PT1H"),
            relay_state=args.get("relay_state"),
            tags={**args.get("tags", {}), TAG: VERSION},
            opts=child,
        )
        inline = aws.ssoadmin.PermissionSetInlinePolicy(
            f"{name}-denials",
            instance_arn=instance,
            permission_set_arn=permissions.arn,
            inline_policy=allowed.apply(
                lambda given: _written(
                    name, given, metadata=args.get("deny_secrets_in_metadata", False)
                )
            ),
            opts=child,
        )
        held: list[pulumi.Resource] = [inline]
        if "permissions_boundary_name" in args:
            boundary = aws.ssoadmin.PermissionsBoundaryAttachment(
                f"{name}-boundary",
                instance_arn=instance,
                permission_set_arn=permissions.arn,
                permissions_boundary={
                    "customer_managed_policy_reference": {
                        "name": args["permissions_boundary_name"],
                        "path": "/",
                    }
                },
                opts=child,
            )
            held.append(boundary)
        # AWS's policies grant, so they come once all that denies is there, and go first.
        granted = [
            aws.ssoadmin.ManagedPolicyAttachment(
                f"{name}-{base.rpartition('/')[2]}-attachment",
                instance_arn=instance,
                permission_set_arn=permissions.arn,
                managed_policy_arn=place.apply(partial(base_arn, base=base)),
                opts=pulumi.ResourceOptions(parent=self, depends_on=held),
            )
            for base in BASE
        ]
        for group, group_id in args.get("group_ids", {}).items():
            for account in args.get("account_ids", ()):
                aws.ssoadmin.AccountAssignment(
                    f"{name}-{group}-{account}",
                    instance_arn=instance,
                    permission_set_arn=permissions.arn,
                    principal_type="GROUP",
                    principal_id=group_id,
                    target_type="AWS_ACCOUNT",
                    target_id=account,
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[*held, *granted]),
                )

        self.permission_set_arn = permissions.arn
        self.register_outputs({"permission_set_arn": self.permission_set_arn})


def _check(name: str, args: ReadOnlyPermissionSetArgs) -> pulumi.Output[Allowed]:
    """Check all arguments and return what is allowed by name."""
    who = ("ReadOnlyPermissionSet", name)
    check_arguments(*who, args, ReadOnlyPermissionSetArgs)
    instance = "the ARN of an instance, as arn:aws:sso:::instance/ssoins-1234567890abcdef"
    check_value(*who, "instance_arn", args["instance_arn"], fits(_INSTANCE), instance)
    given = args.get("permission_set_name", name)
    matches(who, "permission_set_name", given, _NAME, "1 to 32 letters, digits and +=,.@_-")
    for account in args.get("account_ids", ()):
        matches(who, "account_ids", account, ACCOUNT, "account ids of 12 digits")
    unique(who, "account_ids", args.get("account_ids", ()))
    for group, group_id in args.get("group_ids", {}).items():
        matches(who, "group_ids", group, _NAME, "short names, of letters, digits and +=,.@_-")
        check_value(*who, f"group_ids.{group}", group_id, fits(_GROUP), "the id of a group")
    if bool(args.get("account_ids")) != bool(args.get("group_ids")):
        refuse(*who, "account_ids", "and 'group_ids' go together; give both or neither")
    matches(
        who, "session_duration", args.get("session_duration"), _DURATION, "PT1H to PT12H, by hours"
    )
    matches(who, "relay_state", args.get("relay_state"), _RELAY, "an address by https://")
    boundary = args.get("permissions_boundary_name")
    matches(who, "permissions_boundary_name", boundary, _BOUNDARY, "a policy's name, not its ARN")
    allowances = args.get("allowances", {})
    checked = checked_allowances(who, allowances)
    metadata = args.get("deny_secrets_in_metadata", False)
    _written(name, known_allowances(allowances), metadata=metadata)
    return checked


def _written(name: str, allowed: Allowed, *, metadata: bool) -> str:
    text = document(permission_set(allowed, metadata=metadata))
    if size(text) > INLINE_LIMIT:
        reason = f"makes a policy over the {INLINE_LIMIT:,} characters of an inline one; name fewer"
        refuse("ReadOnlyPermissionSet", name, "allowances", reason)
    return text
