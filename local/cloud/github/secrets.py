"""Secrets for Actions and Dependabot, sealed for GitHub before they are sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from nacl.public import PublicKey, SealedBox

from local.cloud.github.parts import check_one, check_text
from local.cloud.github_api import Json
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, Call, Properties, Resource, State

_PLAIN: Final = ("value", "plaintextValue")
_SEALED: Final = ("valueEncrypted", "encryptedValue")
_NAME: Final = re.compile(r"(?i)(?!GITHUB_)[A-Z_][A-Z0-9_]*")


def _first(known: Properties, names: Sequence[str]) -> str | None:
    return next((str(known[name]) for name in names if known.get(name) is not None), None)


def _seal(known: Properties) -> str:
    """Return the value as only GitHub can read it; one that came sealed is sent as it is."""
    sealed = _first(known, _SEALED)
    if sealed is not None:
        return sealed
    key = PublicKey(base64.b64decode(_key(known)["key"]))
    value = _first(known, _PLAIN) or ""
    return base64.b64encode(SealedBox(key).encrypt(value.encode())).decode()


def _key(known: Properties) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", known["found"])


def _read(answers: Sequence[Any]) -> Json:
    match answers:
        case [secret, key, repository]:
            return {
                "created_at": secret["created_at"],
                "updated_at": secret["updated_at"],
                "remote_updated_at": secret["updated_at"],
                "key_id": key["key_id"],
                "repository_id": repository["id"],
            }
        case _:  # the answers to a change, which is read back
            return {}


class _Secret(Resource):
    """A secret, whose value GitHub never tells: its date tells whether it is still ours."""

    __slots__ = ()

    def read_with(self, api: Api, identity: str, known: Properties) -> State | None:
        """Read it; of one that somebody else has changed since, the value is not known."""
        state = super().read_with(api, identity, known)
        ours = known.get("updatedAt")
        if state and ours:
            kept = known.get("keyId")
            state.outputs.update({"updatedAt": ours, **({"keyId": kept} if kept else {})})
            if ours != state.outputs["remoteUpdatedAt"]:
                for name in (*_PLAIN, *_SEALED):
                    state.outputs.pop(name, None)
        return state

    def update_with(self, api: Api, identity: str, olds: Properties, news: Properties) -> State:
        """Write it anew, which gives it a new date."""
        dated = {n: v for n, v in olds.items() if n not in ("keyId", "updatedAt")}
        return super().update_with(api, identity, dated, news)


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    yield from check_text(inputs, {"secretName": _NAME})
    yield from check_one(inputs, (*_PLAIN, *_SEALED))
    if inputs.get("valueEncrypted") is not None and inputs.get("keyId") is None:
        yield CheckFailure("keyId", "is required where valueEncrypted is set.")
    if _first(inputs, _PLAIN) is not None and inputs.get("keyId") is not None:
        yield CheckFailure("keyId", "goes with a sealed value alone.")


def _secret(token: str, kind: str) -> Resource:
    path = f"/repos/{{owner}}/{{repository}}/{kind}/secrets"
    key = f"GET {path}/public-key"
    put = Call(
        f"{key}; PUT {path}/{{secretName}}",
        {
            "encrypted_value": _seal,
            "key_id": lambda known: known.get("keyId") or _key(known)["key_id"],
        },
        only=(),
        result=_read,
    )
    return _Secret(
        token=token,
        id="{repository}:{secretName}",
        create=put,
        read=Call(
            f"GET {path}/{{secretName}}; {key}; GET /repos/{{owner}}/{{repository}}",
            absent=("404",),
            result=_read,
        ),
        update=put,
        delete=Call(f"DELETE {path}/{{secretName}}", only=()),
        computed=("keyId",),
        immutable=("repository", "secretName"),
        local=("destroyOnDrift", "repository", "secretName", *_PLAIN, *_SEALED),
        check=_check,
    )


RESOURCES: Final = (
    _secret("github:index/actionsSecret:ActionsSecret", "actions"),
    _secret("github:index/dependabotSecret:DependabotSecret", "dependabot"),
)
