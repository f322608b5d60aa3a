"""Glue, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_EVERYBODY_MAY: Final = [
    {
        "Permissions": ["ALL"],
        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
    }
]
"""What a new database's tables get in an account whose Lake Formation settings nobody changed: the
Lake Formation developer guide, "Changing the default settings for your data lake"."""


@corrects("moto.glue.models", "FakeDatabase.as_dict")
def _describe_database(moto: Corrected, database: Any) -> Any:  # noqa: ANN401
    """A database has default permissions."""
    told = moto(database)
    if told["CreateTableDefaultPermissions"] is None:
        told["CreateTableDefaultPermissions"] = _EVERYBODY_MAY
    return told


@corrects("moto.glue.models", "GlueBackend.delete_database")
def _delete_database(moto: Corrected, backend: Any, database_name: str) -> None:  # noqa: ANN401
    """Its tags go with it."""
    moto(backend, database_name)
    where = f"{backend.partition}:glue:{backend.region_name}:{backend.account_id}"
    backend.tagger.delete_all_tags_for_resource(f"arn:{where}:database/{database_name}")
