from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import METHOD_SETTINGS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="REST APIs write no bodies of requests into logs",
    types=METHOD_SETTINGS,
    severity=Severity.HIGH,
    fix="Leave data_trace_enabled out.",
    controls=(owasp("A09:2021"),),
    passes=[
        {"settings": {"loggingLevel": "ERROR"}},
        {"settings": {"loggingLevel": UNKNOWN, "dataTraceEnabled": False}},
    ],
    fails=[{"settings": {"loggingLevel": "INFO", "dataTraceEnabled": True}}],
    undecided=[{"settings": {"dataTraceEnabled": UNKNOWN}}, {"settings": UNKNOWN}],
    omission="Data tracing is off by default.",
)
def check(settings: Resource) -> Iterator[str]:
    """Keep passwords, tokens and what people entrust to the API out of its logs.

    With data tracing each request and answer is written into the log whole.

    Source: API Gateway API Reference, `MethodSetting`, which advises against it in production.
    """
    if settings.get("settings", "dataTraceEnabled", default=False) is not False:
        yield "Requests and answers are written into the log with their bodies."
