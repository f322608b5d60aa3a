"""IAM's service-linked roles, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_NAMES: Final = {"config.amazonaws.com": "AWSServiceRoleForConfig"}
"""Names that AWS writes otherwise than the service, from the services' user guides."""


@corrects("moto.iam.models", "IAMBackend.create_service_linked_role")
def _create(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    service_name: str,
    description: str,
    suffix: str,
) -> Any:  # noqa: ANN401
    """A role has AWS's own name, and is made once."""
    from moto.iam import models  # noqa: PLC0415
    from moto.iam.exceptions import InvalidInput  # noqa: PLC0415  after its environment

    name = _NAMES.get(service_name)
    if name:
        service = service_name.partition(".")[0]
        models.SERVICE_NAME_CONVERSION[service] = name.removeprefix("AWSServiceRoleFor")
    path = f"/aws-service-role/{service_name}/"
    wanted = f"{name}_{suffix}" if name and suffix else name
    if any(each.path == path and wanted in (None, each.name) for each in backend.roles.values()):
        raise InvalidInput(
            "Service role name has been taken in this account, please try a different suffix."
        )
    return moto(backend, service_name, description, suffix)
