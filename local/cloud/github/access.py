"""Deploy keys and webhooks."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.github.parts import OfRepository
from local.cloud.github_api import Json, merge
from local.cloud.table import Api, Call, Properties, State

# --- Deploy keys ---


def _without_comment(key: str) -> str:
    """Return a key as GitHub keeps it."""
    return " ".join(key.split()[:2])


_DEPLOY_KEY: Final = OfRepository(
    token="github:index/repositoryDeployKey:RepositoryDeployKey",
    id="{repository}:{keyId}",
    create=Call("POST /repos/{owner}/{repository}/keys"),
    read=Call("GET /repos/{owner}/{repository}/keys/{keyId}", absent=("404",)),
    delete=Call("DELETE /repos/{owner}/{repository}/keys/{keyId}", only=()),
    names={"keyId": "id"},
    defaults={"readOnly": True},
    normal={"key": _without_comment},
    immutable=("key", "readOnly", "repository", "title"),
)

# --- Webhooks ---

_HIDDEN: Final = "********"


def _read_hook(answers: Sequence[Any]) -> Json:
    hook = merge(answers)
    config = hook.get("config", {})
    insecure = str(config.get("insecure_ssl", "0")) == "1"
    return {**hook, "configuration": {**config, "insecure_ssl": insecure}}


def _config(known: Properties) -> Json | None:
    """Return the API's configuration; a TLS check that is left out is written as a number."""
    configuration = cast("Mapping[str, Any] | None", known.get("configuration"))
    if not configuration:
        return None
    names = {"url": "url", "contentType": "content_type", "secret": "secret"}
    config = {names[n]: v for n, v in configuration.items() if n in names and v}
    return {**config, "insecure_ssl": "1" if configuration.get("insecureSsl") else "0"}


class _Webhook(OfRepository):
    """A webhook, whose secret GitHub never tells again: the one that is known stands for it."""

    __slots__ = ()

    def read_with(self, api: Api, identity: str, known: Properties) -> State | None:
        """Read it, with the secret that is known."""
        state = super().read_with(api, identity, known)
        told = state and state.outputs.get("configuration")
        before = known.get("configuration")
        if isinstance(told, dict) and told.get("secret") == _HIDDEN and isinstance(before, Mapping):
            told["secret"] = before.get("secret", _HIDDEN)
        return state


_WEBHOOK: Final = _Webhook(
    token="github:index/repositoryWebhook:RepositoryWebhook",
    id="{id}",
    imports="{repository}/{id}",
    create=Call(
        "POST /repos/{owner}/{repository}/hooks",
        {"name": "web", "config": _config},
        only=("active", "events"),
        result=_read_hook,
    ),
    read=Call("GET /repos/{owner}/{repository}/hooks/{id}", absent=("404",), result=_read_hook),
    update=Call(
        "PATCH /repos/{owner}/{repository}/hooks/{id}",
        {"config": _config},
        only=("active", "events"),
    ),
    delete=Call("DELETE /repos/{owner}/{repository}/hooks/{id}", only=()),
    defaults={"active": True, "configuration.insecureSsl": False},
    computed=("configuration", "configuration.contentType", "etag"),
    immutable=("repository",),
    sets=("events",),
    local=("repository",),
)

RESOURCES: Final = (_DEPLOY_KEY, _WEBHOOK)
