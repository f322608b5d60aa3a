"""IAM Identity Center, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects

_MODELS: Final = "moto.ssoadmin.models"
_RESPONSES: Final = "moto.ssoadmin.responses"


@corrects(_MODELS, "Instance.__init__")
def _init_instance(moto: Corrected, instance: Any, account_id: str, region: str) -> None:  # noqa: ANN401
    """An identity store's id is a hexadecimal number; moto's has any letters."""
    from moto.moto_api._internal import mock_random  # noqa: PLC0415  after its environment

    moto(instance, account_id, region)
    instance.identity_store_id = f"d-{mock_random.getrandbits(40):010x}"


@corrects(_MODELS, "PermissionSet.generate_id")
def _generate_id(moto: Corrected, instance_arn: str) -> str:
    """A set's ARN has a kind of its own; moto's is below its instance's."""
    return str(moto(instance_arn)).replace(":instance/", ":permissionSet/")


@corrects(_MODELS, "SSOAdminBackend.create_permission_set")
def _create_permission_set(moto: Corrected, backend: Any, **asked: Any) -> Any:  # noqa: ANN401
    """A name is taken once, and a session lasts an hour unless told."""
    if any(each.name == asked["name"] for each in backend.permission_sets):
        raise _conflict("PermissionSet with this name already exists.")
    if not isinstance(asked["session_duration"], str):
        asked["session_duration"] = "PT1H"
    return moto(backend, **asked)


@corrects(_MODELS, "SSOAdminBackend.delete_permission_set")
def _delete_permission_set(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    instance_arn: str,
    permission_set_arn: str,
) -> Any:  # noqa: ANN401
    """A set that someone has stays."""
    if any(each.permission_set_arn == permission_set_arn for each in backend.account_assignments):
        raise _conflict("PermissionSet is assigned to an account.")
    return moto(backend, instance_arn, permission_set_arn)


@corrects(_MODELS, "SSOAdminBackend.create_account_assignment")
def _create_account_assignment(moto: Corrected, backend: Any, **asked: str) -> Any:  # noqa: ANN401
    """Only a set that is there can be had."""
    backend._find_permission_set(asked["instance_arn"], asked["permission_set_arn"])  # noqa: SLF001
    return moto(backend, **asked)


@corrects(_MODELS, "SSOAdminBackend._find_managed_policy")
def _find_managed_policy(moto: Corrected, backend: Any, managed_policy_arn: str) -> Any:  # noqa: ANN401
    """AWS's policies are IAM's, which are read once; moto reads all again, and forgets paths."""
    del moto
    from moto.iam.models import iam_backends  # noqa: PLC0415  after its environment
    from moto.ssoadmin.exceptions import ResourceNotFoundException  # noqa: PLC0415
    from moto.ssoadmin.models import ManagedPolicy  # noqa: PLC0415

    known = iam_backends[backend.account_id][backend.partition].managed_policies
    if ":iam::aws:policy/" not in managed_policy_arn or managed_policy_arn not in known:
        raise ResourceNotFoundException("Policy does not exist with that ARN.")
    return ManagedPolicy(managed_policy_arn, known[managed_policy_arn].name)


# --- What moto lacks ---


@adds(_RESPONSES, "SSOAdminResponse.list_tags_for_resource")
def _list_tags(request: Any) -> str:  # noqa: ANN401
    """List a permission set's tags."""
    return json.dumps({"Tags": _asked_set(request, "ResourceArn").tags or []})


@adds(_RESPONSES, "SSOAdminResponse.tag_resource")
def _tag(request: Any) -> str:  # noqa: ANN401
    """Add tags to a permission set."""
    found, more = _asked_set(request, "ResourceArn"), request._get_param("Tags")  # noqa: SLF001
    keys = {each["Key"] for each in more}
    found.tags = [each for each in found.tags or [] if each["Key"] not in keys] + more
    return "{}"


@adds(_RESPONSES, "SSOAdminResponse.untag_resource")
def _untag(request: Any) -> str:  # noqa: ANN401
    """Take tags from a permission set."""
    found, keys = _asked_set(request, "ResourceArn"), request._get_param("TagKeys")  # noqa: SLF001
    found.tags = [each for each in found.tags or [] if each["Key"] not in keys]
    return "{}"


@adds(_RESPONSES, "SSOAdminResponse.put_permissions_boundary_to_permission_set")
def _put_boundary(request: Any) -> str:  # noqa: ANN401
    """Give a permission set a boundary; AWS's own must be there."""
    asked = request._get_param("PermissionsBoundary")  # noqa: SLF001
    if "ManagedPolicyArn" in asked:
        request.ssoadmin_backend._find_managed_policy(asked["ManagedPolicyArn"])  # noqa: SLF001
    _asked_set(request).boundary = asked
    return "{}"


@adds(_RESPONSES, "SSOAdminResponse.get_permissions_boundary_for_permission_set")
def _get_boundary(request: Any) -> str:  # noqa: ANN401
    """Tell a permission set's boundary."""
    boundary = getattr(_asked_set(request), "boundary", None)
    if boundary is None:
        raise _absent()
    return json.dumps({"PermissionsBoundary": boundary})


@adds(_RESPONSES, "SSOAdminResponse.delete_permissions_boundary_from_permission_set")
def _delete_boundary(request: Any) -> str:  # noqa: ANN401
    """Take a permission set's boundary away."""
    found = _asked_set(request)
    if getattr(found, "boundary", None) is None:
        raise _absent()
    found.boundary = None
    return "{}"


def _asked_set(request: Any, name: str = "PermissionSetArn") -> Any:  # noqa: ANN401
    instance, arn = (request._get_param(each) for each in ("InstanceArn", name))  # noqa: SLF001
    return request.ssoadmin_backend._find_permission_set(instance, arn)  # noqa: SLF001


def _conflict(message: str) -> Exception:
    from moto.ssoadmin.exceptions import ConflictException  # noqa: PLC0415

    return ConflictException(message)


def _absent() -> Exception:
    from moto.ssoadmin.exceptions import ResourceNotFoundException  # noqa: PLC0415

    return ResourceNotFoundException("There is no permissions boundary.")
