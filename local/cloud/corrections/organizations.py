"""Organizations, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_ENABLED: Final = ("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY")


@corrects("moto.organizations.responses", "OrganizationsResponse.setup_class")
def _setup_class(moto: Corrected, request: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """The account manages an organization with all features and both kinds of control policies.

    moto's has none until one is made; no stack makes the one that it is deployed in. It is there
    from the first request on, as making it makes accounts, which no reset may do.
    """
    from moto.core.models import DEFAULT_ACCOUNT_ID  # noqa: PLC0415  after its environment

    moto(request, *args, **options)
    backend = request.organizations_backend
    if (backend.account_id, backend.partition) != (DEFAULT_ACCOUNT_ID, "aws"):
        return
    if not hasattr(backend, "begun"):
        backend.begun = True
        backend.create_organization(region="us-east-1")
        for kind in _ENABLED:
            backend.ou[0].add_policy_type(kind)


@corrects("moto.organizations.models", "OrganizationsBackend.detach_policy")
def _detach_policy(moto: Corrected, backend: Any, **asked: str) -> None:  # noqa: ANN401
    """A policy that is not attached is an error, and the last of a type stays."""
    from moto.organizations.exceptions import (  # noqa: PLC0415  after its environment
        ConstraintViolationException,
        OrganizationsClientError,
    )

    policy = backend.get_policy_by_id(asked["PolicyId"])
    if asked["TargetId"] not in [target.id for target in policy.attachments]:
        raise OrganizationsClientError(
            "PolicyNotAttachedException", "The policy isn't attached to the specified target."
        )
    target = next(each for each in policy.attachments if each.id == asked["TargetId"])
    if len([each for each in target.attached_policies if each.type == policy.type]) == 1:
        raise ConstraintViolationException(
            "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: the target needs a policy of this type."
        )
    moto(backend, **asked)


@corrects("moto.organizations.models", "OrganizationsBackend.update_policy")
def _update_policy(moto: Corrected, backend: Any, **asked: str) -> Any:  # noqa: ANN401
    """Two policies never have the same name."""
    from moto.organizations.exceptions import DuplicatePolicyException  # noqa: PLC0415

    for policy in backend.policies:
        if policy.id != asked["PolicyId"] and policy.name == asked.get("Name"):
            raise DuplicatePolicyException
    return moto(backend, **asked)
