"""Athena, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects

_NEWEST_ENGINE: Final = "Athena engine version 3"


@corrects("moto.athena.models", "AthenaBackend.get_work_group")
def _get_workgroup(moto: Corrected, backend: Any, name: str) -> Any:  # noqa: ANN401
    """One that is not there is an error; whose engine is chosen by Athena has the newest."""
    told = moto(backend, name)
    if told is None:
        raise _refused(f"WorkGroup {name} is not found.")
    chosen = told["Configuration"]["EngineVersion"]["SelectedEngineVersion"]
    engine = {
        "EffectiveEngineVersion": _NEWEST_ENGINE if chosen == "AUTO" else chosen,
        "SelectedEngineVersion": chosen,
    }
    return {**told, "Configuration": {**told["Configuration"], "EngineVersion": engine}}


@adds("moto.athena.responses", "AthenaResponse.update_work_group")
def _update_workgroup(request: Any) -> str:  # noqa: ANN401
    """Change what is named, and remove what is told to go."""
    asked = json.loads(request.body)
    request.athena_backend.get_work_group(asked["WorkGroup"])
    group = request.athena_backend.work_groups[asked["WorkGroup"]]
    group.description = asked.get("Description", group.description)
    group.state = asked.get("State", group.state)
    changes = asked.get("ConfigurationUpdates", {})
    results = changes.pop("ResultConfigurationUpdates", {})
    _change(group.configuration, changes)
    _change(group.configuration.setdefault("ResultConfiguration", {}), results)
    return "{}"


def _change(kept: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name.startswith("Remove"):
            if value:
                kept.pop(name.removeprefix("Remove"), None)
        else:
            kept[name] = value


@corrects("moto.athena.models", "AthenaBackend.delete_work_group")
def _delete_workgroup(moto: Corrected, backend: Any, name: str) -> None:  # noqa: ANN401
    """The first one stays; with another go its queries and tags."""
    backend.get_work_group(name)
    if name == "primary":
        raise _refused("The primary workgroup cannot be deleted.")
    group = backend.work_groups[name]
    backend.tagger.delete_all_tags_for_resource(group.arn)
    for kept in (backend.named_queries, backend.executions):
        for id_ in [id_ for id_, each in kept.items() if each.workgroup is group]:
            del kept[id_]
    moto(backend, name)


@corrects("moto.athena.models", "AthenaBackend.list_tags_for_resource")
def _list_tags(moto: Corrected, backend: Any, resource_arn: str) -> Any:  # noqa: ANN401
    """A workgroup without tags is there all the same."""
    known = {each.arn for each in backend.work_groups.values()}
    return moto(backend, resource_arn) or ({"Tags": []} if resource_arn in known else None)


@corrects("moto.athena.models", "AthenaBackend.get_named_query")
def _get_named_query(moto: Corrected, backend: Any, query_id: str) -> Any:  # noqa: ANN401
    """One that is not there is an error."""
    found = moto(backend, query_id)
    if found is None:
        raise _refused(f"NamedQuery {query_id} does not exist.")
    return found


@adds("moto.athena.responses", "AthenaResponse.delete_named_query")
def _delete_named_query(request: Any) -> str:  # noqa: ANN401
    """Forget a saved query."""
    id_ = request.athena_backend.get_named_query(json.loads(request.body)["NamedQueryId"]).id
    del request.athena_backend.named_queries[id_]
    return "{}"


def _refused(why: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415  after its environment

    return JsonRESTError("InvalidRequestException", why)
