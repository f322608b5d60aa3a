from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import METHOD_SETTINGS
from policy_pack.endpoints import REST_APIS, REST_STAGES
from policy_pack.rest_stages import method_settings
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule, some

_One = tuple[str, dict[str, Any]]
_API: dict[str, _One] = {"api": (REST_APIS[0], {})}
_STAGE = {"live": (REST_STAGES[0], {"restApi": ref("api"), "stageName": "live"}), **_API}


def _settings(
    level: object = "ERROR",
    path: object = "*/*",
    stage: object = ref("live"),
    api: object = ref("api"),
) -> _One:
    return METHOD_SETTINGS[0], {
        "restApi": api,
        "stageName": stage,
        "methodPath": path,
        "settings": {"loggingLevel": level},
    }


@rule(
    title="REST APIs log how requests are executed",
    types=REST_STAGES,
    severity=Severity.MEDIUM,
    fix=(
        "Add a MethodSettings of the stage with method_path='*/*' and logging_level='ERROR', and "
        "an aws.apigateway.Account with the role that writes the logs."
    ),
    controls=(prowler("apigateway_restapi_logging_enabled"), owasp("A09:2021")),
    passes=[
        {**_STAGE, "settings": _settings()},
        {**_STAGE, "settings": _settings("INFO", stage="live")},
        {**_STAGE, "settings": _settings(), "orders": _settings("INFO", "orders/GET")},
    ],
    fails=[
        {"live": (REST_STAGES[0], {}), **_API},
        _STAGE,
        {**_STAGE, "settings": _settings("OFF")},
        {**_STAGE, "settings": _settings("ERROR", "orders/GET")},
        {**_STAGE, "settings": _settings(), "orders": _settings("OFF", "orders/GET")},
        {**_STAGE, "settings": _settings(stage="test")},
        {
            **_STAGE,
            "settings": _settings(stage="live", api=ref("other")),
            "other": (REST_APIS[0], {}),
        },
    ],
    undecided=[
        {**_STAGE, "settings": _settings(UNKNOWN)},
        {**_STAGE, "settings": _settings(path=UNKNOWN)},
        {**_STAGE, "settings": _settings(stage=UNKNOWN)},
        {
            "live": (REST_STAGES[0], {"restApi": ref("api"), "stageName": UNKNOWN}),
            "settings": _settings(stage="live"),
            **_API,
        },
    ],
)
def check(stage: Resource, stack: Stack) -> Iterator[str]:
    """Keep why a request failed, authorizers and integrations included.

    The level ERROR will do, and writes little. A method with a setting of its own that is OFF logs
    nothing, whatever the stage does. WebSocket APIs, which Security Hub looks at too, are not
    judged.

    Source: Security Hub User Guide, APIGateway.1.
    """
    settings = method_settings(stage, stack)
    if not some(settings, lambda one: one.get("methodPath") == "*/*" and _level(one) in _ON):
        yield "The stage does not log how requests are executed."
    elif some(settings, lambda one: _level(one) == "OFF"):
        yield "A method of the stage does not log how requests are executed."


_ON = ("ERROR", "INFO")


def _level(settings: Resource) -> object:
    return settings.get("settings", "loggingLevel")
