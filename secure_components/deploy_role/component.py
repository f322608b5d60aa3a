"""The roles that pipelines deploy with, instead of people."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

from collections.abc import Callable, Sequence
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from secure_components.deploy_role import checks, trust
from secure_components.deploy_role.args import DeployRoleArgs
from secure_components.deploy_role.boundary import boundary_statements
from secure_components.deploy_role.permissions import PATH, Ceiling
from secure_components.documents import Statements, document
from secure_components.place import Place, place_of

_HOUR: Final = 3600


class DeployRole(pulumi.ComponentResource):
    """Lets GitHub Actions plan and apply a Pulumi program, with no key that could be stolen.

    Makes two roles. `plan` reads the settings of what the program uses, and may be assumed by pull
    requests of one repository; `apply` changes it, and may be assumed by jobs of an environment on
    a protected branch alone. Both trust tokens of GitHub Actions for one repository by its number,
    for an hour. Both have a permissions boundary, which they can neither leave, change nor leave
    out of roles that they make; behind it the pipeline cannot change its own roles, make users or
    keys, leave the organization, or stop the audit trail.

    What is allowed follows from `services` or an access analysis, on resources whose names begin
    with `names`. What that leaves open, service by service, and how a team wires its workflows, is
    in `docs/pipelines.md`. Not covered: what the program grants by policies of resources (the
    policy pack judges them); roles with these names that others made, which may be passed; secrets
    in the state, which whoever can open a pull request from a branch of the repository can read;
    customized subjects, and GitHub Enterprise Server.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.14, 2.20) and AWS FSBP
    (IAM.1, IAM.21, KMS.1, KMS.2).

    Costs nothing.

    Sources: GitHub Docs, "OpenID Connect reference", "Configuring OpenID Connect in Amazon Web
    Services"; IAM User Guide, "Available keys for AWS OIDC federation", "Permissions boundaries for
    IAM entities"; Service Authorization Reference.

    Args:
        name: Resource name. Children are `name` (the role that applies) and `name-<role>`.
        args: See `DeployRoleArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed; an access analysis
            allows what it must not; or policies are larger than IAM takes. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    plan_role_arn: pulumi.Output[str]
    """ARN of the role for pull requests: the repository's variable `AWS_PLAN_ROLE_ARN`."""
    apply_role_arn: pulumi.Output[str]
    """ARN of the role that changes: the environment's variable `AWS_APPLY_ROLE_ARN`."""
    boundary_arn: pulumi.Output[str]
    """ARN of the permissions boundary, made or given, that every role of the program must have."""
    provider_arn: pulumi.Output[str]
    """ARN of the identity provider, made or given."""

    def __init__(
        self,
        name: str,
        args: DeployRoleArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        planned = checks.check(name, args)
        super().__init__("secure-components:index:DeployRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        base = planned.base
        made_of = _made_of(planned, place_of(self))
        needed: list[pulumi.Resource] = []

        if "provider_arn" in args:
            self.provider_arn = pulumi.Output.from_input(args["provider_arn"])
        else:
            provider = aws.iam.OpenIdConnectProvider(
                f"{name}-provider",
                url=f"https://{trust.ISSUER}",
                client_id_lists=[trust.AUDIENCE],
                opts=child,
            )
            self.provider_arn = provider.arn
            needed.append(provider)
        if "boundary_arn" in args:
            self.boundary_arn = pulumi.Output.from_input(args["boundary_arn"])
        else:
            self.boundary_arn = aws.iam.Policy(
                f"{name}-boundary",
                name=f"{base}-boundary",
                path=PATH,
                description=f"What {base} and the roles that it makes cannot get past",
                policy=made_of.apply(lambda one: document(list(boundary_statements(one)))),
                opts=child,
            ).arn

        def role(suffix: str, purpose: str, trusted: Callable[..., Statements]) -> aws.iam.Role:
            return aws.iam.Role(
                f"{name}-{suffix}" if suffix == "plan" else name,
                name=f"{base}-{suffix}",
                path=PATH,
                description=f"Lets GitHub Actions {purpose} {args['repository']['name']}",
                assume_role_policy=pulumi.Output.all(made_of, *_ids(args)).apply(
                    lambda known: document(trusted(args, known[1:], known[0].provider_arn))
                ),
                max_session_duration=args.get("longest_session_hours", 1) * _HOUR,
                permissions_boundary=self.boundary_arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
            )

        plan = role("plan", "plan", trust.plan_statements)
        apply = role("apply", "apply", trust.apply_statements)
        for suffix, holder in (("plan", plan), ("apply", apply)):
            start = 0
            for number, length in enumerate(checks.policies_of(planned, suffix), start=1):
                policy = aws.iam.Policy(
                    f"{name}-{suffix}-{number}",
                    name=f"{base}-{suffix}-{number}",
                    path=PATH,
                    policy=made_of.apply(_document_of(suffix, slice(start, start + length))),
                    opts=child,
                )
                start += length
                aws.iam.RolePolicyAttachment(
                    f"{name}-{suffix}-{number}-attachment",
                    role=holder.name,
                    policy_arn=policy.arn,
                    opts=child,
                )

        self.plan_role_arn = plan.arn
        self.apply_role_arn = apply.arn
        self.register_outputs(
            {
                "plan_role_arn": self.plan_role_arn,
                "apply_role_arn": self.apply_role_arn,
                "boundary_arn": self.boundary_arn,
                "provider_arn": self.provider_arn,
            },
        )


def _ids(args: DeployRoleArgs) -> Sequence[pulumi.Input[int]]:
    return args["repository"]["id"], args["repository"]["owner_id"]


def _document_of(role: str, part: slice) -> Callable[[Ceiling], str]:
    """Return what writes one policy of a role."""
    return lambda made_of: document(checks.statements_of(made_of, role)[part])


def _made_of(planned: Ceiling, place: pulumi.Output[Place]) -> pulumi.Output[Ceiling]:
    """Return what policies are made of, from names, which are known at a first preview."""
    args = planned.args
    state = args.get("state")
    inputs: dict[str, pulumi.Input[Any]] = {
        "place": place,
        "provider_arn": args.get("provider_arn", ""),
        "boundary_arn": args.get("boundary_arn", ""),
        "state_key": state["kms_key_arn"] if state else "",
    }
    keys = pulumi.Output.all(*args.get("keys", ()))

    def resolve(known: Sequence[Any]) -> Ceiling:
        settled, resolved_keys = known
        at: Place = settled["place"]
        account = f"arn:{at.partition}:iam::{at.account}"
        return checks.ceiling(
            args,
            planned.analyzed,
            planned.base,
            at,
            provider_arn=settled["provider_arn"] or f"{account}:oidc-provider/{trust.ISSUER}",
            boundary_arn=settled["boundary_arn"]
            or f"{account}:policy{PATH}{planned.base}-boundary",
            keys=resolved_keys,
            state_key=settled["state_key"],
        )

    return pulumi.Output.all(pulumi.Output.all(**inputs), keys).apply(resolve)
