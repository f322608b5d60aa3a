"""Deploy keys and webhooks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from local.cloud.github_server.call import NOTHING, Answer, Call, Handler, now, picked
from local.cloud.github_server.errors import ApiError, Json, not_found

# --- Deploy keys ---

_KEY_TYPES: Final = ("ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384")
_MORE_KEY_TYPES: Final = ("ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com")


def _show_key(call: Call, number: int) -> Json:
    repository = call.repository()
    url = f"{call.url_of(repository)}/keys/{number}"
    return {"id": number, "url": url, "verified": True, **repository.keys[number]}


def _keys(call: Call) -> Answer:
    return 200, [_show_key(call, each) for each in call.page([*call.repository().keys])]


def _create_key(call: Call) -> Answer:
    """Add a key; GitHub keeps it without its comment, and lets it be nowhere else."""
    repository = call.writable()
    body = call.body()
    kind, content = (*body["key"].split(), "", "")[:2]
    if kind not in (*_KEY_TYPES, *_MORE_KEY_TYPES) or not _is_key(kind, content):
        raise _invalid("key is invalid. You must supply a key in OpenSSH public key format")
    key = f"{kind} {content}"
    everywhere = call.github.repositories.values()
    if any(each["key"] == key for other in everywhere for each in other.keys.values()):
        raise _invalid("key is already in use")
    number = next(call.github.ids)
    repository.keys[number] = {
        "key": key,
        "title": body.get("title", ""),
        "read_only": body.get("read_only", False),
        "created_at": now(),
        "added_by": call.github.login,
        "last_used": None,
        "enabled": True,
    }
    return 201, _show_key(call, number)


def _is_key(kind: str, content: str) -> bool:
    """Tell whether the content begins with its own type, as that of a public key does."""
    try:
        decoded = base64.b64decode(content, validate=True)
    except binascii.Error:
        return False
    return decoded.startswith(len(kind).to_bytes(4, "big") + kind.encode())


def _invalid(message: str) -> ApiError:
    error = {"resource": "PublicKey", "code": "custom", "field": "key", "message": message}
    return ApiError(422, "Validation Failed", errors=[error])


def _key(call: Call, *, change: bool) -> int:
    repository = call.writable() if change else call.repository()
    number = int(call.path["key_id"])
    return number if number in repository.keys else not_found()


def _read_key(call: Call) -> Answer:
    return 200, _show_key(call, _key(call, change=False))


def _delete_key(call: Call) -> Answer:
    del call.repository().keys[_key(call, change=True)]
    return NOTHING


# --- Webhooks ---


def _show_hook(call: Call, number: int) -> Json:
    """Return how a webhook is shown: that it has a secret, not which."""
    repository = call.repository()
    url = f"{call.url_of(repository)}/hooks/{number}"
    hook = repository.hooks[number]
    config = dict(hook["config"])
    if config.get("secret"):
        config["secret"] = "********"  # noqa: S105  GitHub's mark for one that it does not tell
    return {
        "type": "Repository",
        "id": number,
        "name": "web",
        **hook,
        "config": config,
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": None, "status": "unused", "message": None},
    }


def _hooks(call: Call) -> Answer:
    return 200, [_show_hook(call, each) for each in call.page([*call.repository().hooks])]


def _create_hook(call: Call) -> Answer:
    repository = call.writable()
    body = call.body()
    if body.get("name", "web") != "web":
        raise _refused_hook("name", "Name must be web")
    hook = {
        "active": body.get("active", True),
        "events": sorted({*body.get("events", ["push"])}),
        "config": _config({}, body.get("config") or {}),
    }
    address = hook["config"]["url"], hook["events"]
    if address in [(each["config"]["url"], each["events"]) for each in repository.hooks.values()]:
        raise _refused_hook("", "Hook already exists on this repository")
    number = next(call.github.ids)
    repository.hooks[number] = {**hook, "created_at": now(), "updated_at": now()}
    return 201, _show_hook(call, number)


def _config(old: Json, asked: Json) -> Json:
    """Return a webhook's configuration, or refuse one that leads nowhere.

    The API takes the secret anew at each change: one that is not sent is gone.
    """
    url = urlsplit(str(asked.get("url", old.get("url", ""))))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise _refused_hook("config/url", "Config url must be an address with http or https")
    kind = asked.get("content_type", "form")
    if kind not in ("json", "form"):
        raise _refused_hook("config/content_type", "Config content_type must be json or form")
    insecure = str(asked.get("insecure_ssl", "0"))
    if insecure not in ("0", "1"):
        raise _refused_hook("config/insecure_ssl", "Config insecure_ssl must be 0 or 1")
    secret = {"secret": asked["secret"]} if asked.get("secret") else {}
    return {"url": url.geturl(), "content_type": kind, "insecure_ssl": insecure, **secret}


def _refused_hook(name: str, message: str) -> ApiError:
    field = {"field": name} if name else {}
    error = {"resource": "Hook", **field, "code": "custom", "message": message}
    return ApiError(422, "Validation Failed", errors=[error])


def _hook(call: Call, *, change: bool) -> int:
    repository = call.writable() if change else call.repository()
    number = int(call.path["hook_id"])
    return number if number in repository.hooks else not_found()


def _read_hook(call: Call) -> Answer:
    return 200, _show_hook(call, _hook(call, change=False))


def _update_hook(call: Call) -> Answer:
    number = _hook(call, change=True)
    hook, body = call.repository().hooks[number], call.body()
    config = _config(hook["config"], body["config"]) if body.get("config") else hook["config"]
    hook |= {**picked(body, ("active",)), "config": config, "updated_at": now()}
    if "events" in body:
        hook["events"] = sorted({*body["events"]})
    return 200, _show_hook(call, number)


def _delete_hook(call: Call) -> Answer:
    del call.repository().hooks[_hook(call, change=True)]
    return NOTHING


_REPOSITORY: Final = "/repos/{owner}/{repo}"

ROUTES: Final[Mapping[str, Handler]] = {
    f"GET {_REPOSITORY}/keys": _keys,
    f"POST {_REPOSITORY}/keys": _create_key,
    f"GET {_REPOSITORY}/keys/{{key_id}}": _read_key,
    f"DELETE {_REPOSITORY}/keys/{{key_id}}": _delete_key,
    f"GET {_REPOSITORY}/hooks": _hooks,
    f"POST {_REPOSITORY}/hooks": _create_hook,
    f"GET {_REPOSITORY}/hooks/{{hook_id}}": _read_hook,
    f"PATCH {_REPOSITORY}/hooks/{{hook_id}}": _update_hook,
    f"DELETE {_REPOSITORY}/hooks/{{hook_id}}": _delete_hook,
}
