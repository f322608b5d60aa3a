"""IAM, where moto answers what AWS never would, or slowly."""

from __future__ import annotations

import copy
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects

_READ: Final[dict[str, list[Any]]] = {}
"""AWS's managed policies as moto reads them, by partition."""


@corrects("moto.iam.models", "IAMBackend._init_aws_policies")
def _aws_policies(moto: Corrected, backend: Any) -> list[Any]:  # noqa: ANN401
    """AWS's policies are read once, and handed out as copies, whose attachments are counted apart.

    Else a reset reads all 1,500 of them for each partition and account, and the next request does
    again.
    """
    if backend.partition not in _READ:
        _READ[backend.partition] = moto(backend)
    copies = [copy.copy(policy) for policy in _READ[backend.partition]]
    for policy in copies:
        policy.account_id = backend.account_id
    return copies


@corrects("moto.iam.models", "IAMBackend.attach_role_policy")
def _attach_role_policy(moto: Corrected, backend: Any, policy_arn: str, role_name: str) -> None:  # noqa: ANN401
    """A policy that is attached already is not counted again."""
    if policy_arn not in backend.get_role(role_name).managed_policies:
        moto(backend, policy_arn, role_name)


@corrects("moto.iam.models", "IAMBackend.delete_policy")
def _delete_policy(moto: Corrected, backend: Any, policy_arn: str) -> None:  # noqa: ANN401
    """A policy that is attached, bounds someone or has other versions cannot be deleted."""
    from moto.iam.exceptions import DeleteConflictException  # noqa: PLC0415  after its environment

    policy = backend.get_policy(policy_arn)
    entities = (*backend.roles.values(), *backend.users.values())
    bounds = any(getattr(each, "permissions_boundary_arn", "") == policy_arn for each in entities)
    if policy.attachment_count or bounds:
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions."
        )
    moto(backend, policy_arn)


@adds("moto.iam.responses", "IamResponse.add_client_id_to_open_id_connect_provider")
def _add_client_id(request: Any) -> Any:  # noqa: ANN401
    """Let a provider serve another audience."""
    ids, one = _client_ids(request)
    if one not in ids:
        ids.append(one)
    return _nothing()


@adds("moto.iam.responses", "IamResponse.remove_client_id_from_open_id_connect_provider")
def _remove_client_id(request: Any) -> Any:  # noqa: ANN401
    """Let a provider no longer serve an audience; it need not have served it."""
    ids, one = _client_ids(request)
    if one in ids:
        ids.remove(one)
    return _nothing()


def _client_ids(request: Any) -> tuple[list[str], str]:  # noqa: ANN401
    arn, one = (
        request._get_param(name)  # noqa: SLF001  its only reader
        for name in ("OpenIDConnectProviderArn", "ClientID")
    )
    return request.backend.get_open_id_connect_provider(arn).client_id_list, one


def _nothing() -> Any:  # noqa: ANN401
    from moto.core.responses import EmptyResult  # noqa: PLC0415  after its environment

    return EmptyResult()
