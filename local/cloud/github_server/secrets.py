"""Secrets for Actions and Dependabot, which arrive sealed and are kept so."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import SealedBox

from local.cloud.github_server.call import NOTHING, Answer, Call, Handler, enumerate_, now
from local.cloud.github_server.errors import ApiError, Json, not_found
from local.cloud.github_server.state import Vault

_NAME: Final = re.compile(r"(?i)(?!GITHUB_)[A-Z_][A-Z0-9_]*")


def _vault(call: Call, *, change: bool) -> Vault:
    repository = call.writable() if change else call.repository()
    kind = call.operation.partition("/{repo}/")[2].partition("/")[0]
    return repository.vaults.setdefault(kind, Vault())


def _public_key(call: Call) -> Answer:
    vault = _vault(call, change=False)
    return 200, {"key_id": vault.key_id, "key": vault.public_key}


def _show(vault: Vault, name: str) -> Json:
    kept = vault.secrets[name]
    return {"name": name, "created_at": kept["created_at"], "updated_at": kept["updated_at"]}


def _list(call: Call) -> Answer:
    vault = _vault(call, change=False)
    shown = [_show(vault, name) for name in vault.secrets]
    return 200, {**enumerate_("secrets", shown), "secrets": call.page(shown)}


def _name(call: Call) -> str:
    return str(call.path["secret_name"]).upper()


def _put(call: Call) -> Answer:
    """Keep a secret; one that is not sealed for this repository's key is refused.

    Source for the names that may not be: GitHub's pages on secrets; for the words of a wrong seal:
    users report them.
    """
    vault, name, body = _vault(call, change=True), _name(call), call.body()
    if not _NAME.fullmatch(name):
        message = "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or "
        message += "underscores (_). Spaces are not allowed. Must start with a letter ([a-z], "
        message += "[A-Z]) or underscores (_), and not with GITHUB_."
        raise ApiError(422, message)
    if body.get("key_id") != vault.key_id or not _opens(vault, body.get("encrypted_value", "")):
        raise ApiError(422, "improperly encrypted secret")
    created = name not in vault.secrets
    made = now() if created else vault.secrets[name]["created_at"]
    sealed = {"encrypted_value": body["encrypted_value"], "key_id": body["key_id"]}
    vault.secrets[name] = {"created_at": made, "updated_at": now(), **sealed}
    return (201, {}) if created else NOTHING


def _opens(vault: Vault, sealed: str) -> bool:
    try:
        SealedBox(vault.key).decrypt(base64.b64decode(sealed, validate=True))
    except (binascii.Error, CryptoError, ValueError):
        return False
    return True


def _found(call: Call, *, change: bool) -> tuple[Vault, str]:
    vault, name = _vault(call, change=change), _name(call)
    return (vault, name) if name in vault.secrets else not_found()


def _read(call: Call) -> Answer:
    return 200, _show(*_found(call, change=False))


def _delete(call: Call) -> Answer:
    vault, name = _found(call, change=True)
    del vault.secrets[name]
    return NOTHING


ROUTES: Final[Mapping[str, Handler]] = {
    f"{method} /repos/{{owner}}/{{repo}}/{kind}/secrets{rest}": handler
    for kind in ("actions", "dependabot")
    for method, rest, handler in (
        ("GET", "", _list),
        ("GET", "/public-key", _public_key),
        ("GET", "/{secret_name}", _read),
        ("PUT", "/{secret_name}", _put),
        ("DELETE", "/{secret_name}", _delete),
    )
}
