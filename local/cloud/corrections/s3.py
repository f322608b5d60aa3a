"""S3, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud import policies
from local.cloud.corrections.registry import Corrected, corrects

_DEFAULT_ENCRYPTION: Final = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}


@corrects("moto.s3.models", "S3Backend.get_bucket_encryption")
def _default_encryption(moto: Corrected, backend: Any, bucket_name: str) -> Any:  # noqa: ANN401  moto's own
    """Every bucket is encrypted with SSE-S3 unless it is told otherwise."""
    return moto(backend, bucket_name) or _DEFAULT_ENCRYPTION


@corrects("moto.s3.models", "FakeBucket._log_permissions_enabled_policy")
def _may_receive_logs(
    _moto: Corrected,
    bucket: Any,  # noqa: ANN401
    target_bucket: Any,  # noqa: ANN401
    target_prefix: str | None,
) -> bool:
    """A policy is read as a whole, whatever form its principals and actions have."""
    return policies.allows(
        (target_bucket.policy or b"").decode(),
        "s3:PutObject",
        f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log",
        principal=("Service", "logging.s3.amazonaws.com"),
        context={
            "aws:PrincipalIsAWSService": "true",
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
            "aws:SourceAccount": bucket.account_id,
            "aws:SourceArn": f"arn:aws:s3:::{bucket.name}",
        },
    )


@corrects("moto.s3.models", "S3Backend.log_incoming_request")
def _log_access(_moto: Corrected, _backend: Any, _request: Any, _bucket_name: str) -> None:  # noqa: ANN401
    """No access log within a run: AWS delivers them hours later, moto in the midst of a destroy."""


@corrects("moto.s3.models", "S3Backend.put_bucket_versioning")
def _put_versioning(moto: Corrected, backend: Any, bucket_name: str, status: str) -> None:  # noqa: ANN401
    """A bucket with object lock keeps versions for good."""
    from moto.s3.exceptions import InvalidBucketState  # noqa: PLC0415  after its environment is set

    if status != "Enabled" and backend.get_bucket(bucket_name).object_lock_enabled:
        raise InvalidBucketState(
            "An Object Lock configuration is present on this bucket, so the versioning state "
            "cannot be changed."
        )
    moto(backend, bucket_name, status)


@corrects("moto.s3.models", "S3Backend.put_object_lock_configuration")
def _put_object_lock(  # noqa: PLR0913, PLR0917  moto's own
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    bucket_name: str,
    lock_enabled: bool,  # noqa: FBT001
    mode: str | None = None,
    days: int | None = None,
    years: int | None = None,
) -> None:
    """A locked bucket that holds objects takes a new retention, for those to come."""
    bucket = backend.get_bucket(bucket_name)
    if not (bucket.object_lock_enabled and lock_enabled):
        moto(backend, bucket_name, lock_enabled, mode, days, years)
    bucket.default_lock_mode, bucket.default_lock_days = mode, days
    bucket.default_lock_years = years


@corrects("moto.s3.models", "S3Backend.get_object_lock_configuration")
def _get_object_lock(moto: Corrected, backend: Any, bucket_name: str) -> Any:  # noqa: ANN401
    """Retention is in days or in years; the other is not told."""
    enabled, mode, days, years = moto(backend, bucket_name)
    return enabled, mode, days or None, years or None


# --- Inventories ---


@corrects("moto.s3.models", "S3Backend.put_bucket_inventory_configuration")
def _put_inventory(moto: Corrected, backend: Any, bucket_name: str, asked: dict[str, Any]) -> None:  # noqa: ANN401
    """All that was asked for is kept, in the words of the API rather than of its XML."""
    moto(backend, bucket_name, asked)
    kept = backend.get_bucket(bucket_name).inventory_configs[asked["Id"]]
    fields = (asked.get("OptionalFields") or {}).get("Field", [])
    kept.optional_fields = fields if isinstance(fields, list) else [fields]
    kept.is_enabled = asked["IsEnabled"] == "true"
    kept.included_object_versions = asked["IncludedObjectVersions"]
    destination = {**asked["Destination"]["S3BucketDestination"]}
    encryption = destination.pop("Encryption", None)
    if encryption:
        destination["Encryption"] = {
            name.replace("-", ""): how or {} for name, how in encryption.items()
        }
    kept.destination = {"S3BucketDestination": destination}


@corrects("moto.s3.models", "S3Backend.get_bucket_inventory_configuration")
def _find_inventory(moto: Corrected, backend: Any, bucket_name: str, id: str) -> Any:  # noqa: A002, ANN401  moto's own
    """One that is not there has the code of any configuration of a bucket."""
    from moto.s3.exceptions import MissingInventoryConfig  # noqa: PLC0415  after its environment is set

    try:
        return moto(backend, bucket_name, id)
    except MissingInventoryConfig as error:
        error.code = "NoSuchConfiguration"
        raise


@corrects("moto.s3.responses", "S3Response.get_bucket_inventory_configuration")
def _get_inventory(_moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """It is told as it was put."""
    found = request.backend.get_bucket_inventory_configuration(
        request.bucket_name, request.querystring["id"][0]
    )
    return _told(
        request, "GetBucketInventoryConfiguration", {"InventoryConfiguration": _as_put(found)}
    )


@corrects("moto.s3.responses", "S3Response.list_bucket_inventory_configurations")
def _list_inventories(_moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """They are told as they were put."""
    found = request.backend.list_bucket_inventory_configurations(request.bucket_name)
    listed = {"InventoryConfigurationList": [_as_put(each) for each in found], "IsTruncated": False}
    return _told(request, "ListBucketInventoryConfigurations", listed)


def _as_put(kept: Any) -> dict[str, Any]:  # noqa: ANN401
    told = {
        "Destination": kept.destination,
        "Filter": kept.filters,
        "Id": kept.id,
        "IncludedObjectVersions": kept.included_object_versions,
        "IsEnabled": kept.is_enabled,
        "OptionalFields": kept.optional_fields,
        "Schedule": kept.schedule,
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _told(request: Any, action: str, answer: dict[str, Any]) -> Any:  # noqa: ANN401
    from moto.core.responses import ActionResult  # noqa: PLC0415  after its environment is set

    request.data["Action"] = action
    return request.serialized(ActionResult(answer))


@corrects("moto.s3.responses", "S3Response._bucket_response_delete")
def _delete_from_bucket(
    moto: Corrected,
    request: Any,  # noqa: ANN401
    bucket_name: str,
    querystring: dict[str, Any],
) -> Any:  # noqa: ANN401
    """An inventory's end is not its bucket's."""
    if "inventory" not in querystring:
        return moto(request, bucket_name, querystring)
    id_ = querystring["id"][0]
    request.backend.get_bucket_inventory_configuration(bucket_name, id_)
    del request.backend.get_bucket(bucket_name).inventory_configs[id_]
    return 204, {}, ""
