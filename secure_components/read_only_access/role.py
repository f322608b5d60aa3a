"""A role for people who look at an account, and may neither change nor read what it holds."""

# No `from __future__ import annotations`: Pulumi's component host reads these as they stand.

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from secure_components.arguments import check_arguments, check_value, fits, number, refuse
from secure_components.documents import Statements, document
from secure_components.place import place_of
from secure_components.read_only_access.allowances import (
    AllowanceArgs,
    Allowed,
    checked_allowances,
    granting,
    known_allowances,
)
from secure_components.read_only_access.policies import (
    BASE,
    MANAGED_LIMIT,
    SHARES,
    VERSION,
    base_arn,
    ceiling,
    data_denials,
    metadata_denials,
    size,
)
from secure_components.trust import TrustArgs, check_trust, trust_document

_ROLE_NAME: Final = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH: Final = re.compile(r"/|(?=.{1,512}$)/([\w+=,.@-]+/)+", re.ASCII)
_POLICY_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", re.ASCII)
TAG: Final = "secure-components:read-only-access"
"""Tag of each policy: the version of the lists that it was made of."""


class ReadOnlyRoleArgs(TypedDict):
    """Arguments of `ReadOnlyRole`. `trust` alone is needed."""

    trust: TrustArgs
    """Who may assume the role."""

    allowances: NotRequired[AllowanceArgs]
    """Named resources whose data may be read after all; none when absent."""

    deny_secrets_in_metadata: NotRequired[bool]
    """Also deny what describes a resource by settings that may hold a secret or personal data, as
    a function's variables or an instance's user data. False when absent: engineers miss it."""

    max_session_duration_in_seconds: NotRequired[int]
    """Longest session, 3,600 (default) to 43,200. Through another role it is an hour at most."""

    path: NotRequired[str]
    """Path of the role and its policies, as `/people/`; `/` when absent."""

    permissions_boundary_arn: NotRequired[pulumi.Input[str]]
    """ARN of a managed policy that bounds the role as well."""

    role_name: NotRequired[str]
    """Name of the role in AWS, up to 64 characters; Pulumi makes one when absent."""

    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the role and its policies."""


class ReadOnlyRole(pulumi.ComponentResource):
    """Lets people see how an account is built, but not what it holds, and change nothing.

    Makes a role with AWS's `ViewOnlyAccess` and `SecurityAudit`, which AWS keeps up with its
    services, and with policies that deny: whatever was not reviewed, so that a write, or a service,
    that AWS adds to these two stays denied until it is; what hands out data, code, logs or
    credentials; and, on request, settings that may hold a secret. Of all actions that are known,
    a test shows, none that is left writes, tags, manages permissions, or hands out data.

    Serves, by the rules of the policy pack (`docs/rules.md`): AWS FSBP (IAM.1, IAM.21, KMS.1,
    KMS.2) and CIS AWS 7.0 (2.14, 2.20). Not covered: names of objects, tables and groups, which
    stay visible (`s3:ListBucket`), as do tags and, unless `deny_secrets_in_metadata` is set,
    secrets that stand in settings. A new action whose name fits a reviewed pattern, and that AWS
    adds to its policies, is seen until the lists are reviewed again: the test names the versions
    that it was run against.

    Costs nothing: IAM is free of charge. Takes 6 of the 10 managed policies that a role may have,
    one more with the metadata denied, one more with allowances.

    Sources: IAM User Guide, "AWS managed policies for job functions", "Policy evaluation logic",
    "IAM and AWS STS quotas"; `readings.py` and `denials.py` name theirs by entry. Shared
    `NotAction`: our own inference from the evaluation logic, as any explicit deny overrides.

    Args:
        name: Resource name. Children are `name` (the role) and `name-<role>`.
        args: See `ReadOnlyRoleArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role."""
    role_name: pulumi.Output[str]
    """Name of the role."""
    policy_arns: pulumi.Output[Sequence[str]]
    """ARNs of the managed policies that the role has, AWS's two among them."""

    def __init__(
        self, name: str, args: ReadOnlyRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        allowed = _check(name, args)
        super().__init__("secure-components:index:ReadOnlyRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = place_of(self)
        path = args.get("path", "/")
        tags = args.get("tags", {})

        role = aws.iam.Role(
            name,
            name=args.get("role_name"),
            path=path,
            description="Sees how the account is built, not what it holds; changes nothing",
            assume_role_policy=trust_document("ReadOnlyRole", name, "trust", place, args["trust"]),
            max_session_duration=args.get("max_session_duration_in_seconds", 3600),
            permissions_boundary=args.get("permissions_boundary_arn"),
            tags=tags,
            opts=child,
        )

        policies = {
            **{f"ceiling-{share + 1}": _ceiling_share(share) for share in range(SHARES)},
            "data": data_denials,
            **({"metadata": _metadata} if args.get("deny_secrets_in_metadata") else {}),
            **({"allowances": granting} if "allowances" in args else {}),
        }
        arns: list[pulumi.Output[str]] = []
        attached: list[pulumi.Resource] = []
        for kind, statements in policies.items():
            policy = aws.iam.Policy(
                f"{name}-{kind}",
                path=path,
                description=f"Read-only access: {kind}",
                policy=allowed.apply(_writer(name, statements)),
                tags={**tags, TAG: VERSION},
                opts=child,
            )
            arns.append(policy.arn)
            attachment = aws.iam.RolePolicyAttachment(
                f"{name}-{kind}-attachment", role=role.name, policy_arn=policy.arn, opts=child
            )
            attached.append(attachment)
        # AWS's policies grant, so they come once all denials are there, and go first.
        granted = pulumi.ResourceOptions(parent=self, depends_on=attached)
        for base in BASE:
            arn = place.apply(partial(base_arn, base=base))
            arns.append(arn)
            aws.iam.RolePolicyAttachment(
                f"{name}-{base.rpartition('/')[2]}-attachment",
                role=role.name,
                policy_arn=arn,
                opts=granted,
            )

        self.role_arn = role.arn
        self.role_name = role.name
        self.policy_arns = pulumi.Output.all(*arns)
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "role_name": self.role_name,
                "policy_arns": self.policy_arns,
            },
        )


def _check(name: str, args: ReadOnlyRoleArgs) -> pulumi.Output[Allowed]:
    """Check all arguments and return what is allowed by name."""
    who = ("ReadOnlyRole", name)
    check_arguments(*who, args, ReadOnlyRoleArgs)
    check_trust(*who, "trust", args["trust"])
    longest = args.get("max_session_duration_in_seconds")
    number(who, "max_session_duration_in_seconds", longest, 3600, 43_200, "seconds")
    for argument, pattern, form in (
        ("path", _PATH, "'/', or names between slashes as /people/"),
        ("role_name", _ROLE_NAME, "1 to 64 letters, digits and +=,.@_-"),
        ("permissions_boundary_arn", _POLICY_ARN, "the ARN of a managed policy"),
    ):
        if argument in args:
            check_value(*who, argument, args[argument], fits(pattern), form)  # type: ignore[literal-required]
    allowances = args.get("allowances", {})
    checked = checked_allowances(who, allowances)
    for statements in (data_denials, granting):
        _writer(name, statements)(known_allowances(allowances))
    return checked


def _writer(name: str, statements: Callable[[Allowed], Statements]) -> Callable[[Allowed], str]:
    def written(allowed: Allowed) -> str:
        text = document(statements(allowed))
        if size(text) > MANAGED_LIMIT:
            reason = f"makes a policy over IAM's {MANAGED_LIMIT:,} characters; name fewer"
            refuse("ReadOnlyRole", name, "allowances", reason)
        return text

    return written


def _ceiling_share(share: int) -> Callable[[Allowed], Statements]:
    return lambda allowed: ceiling(share, allowed)


def _metadata(_: Allowed) -> Statements:
    return metadata_denials()
