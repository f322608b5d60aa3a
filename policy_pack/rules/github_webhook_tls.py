from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import WEBHOOKS
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule

_URL = {"url": "https://example.com/hook"}


@rule(
    title="Webhooks are sent by TLS, to whom they are meant for",
    types=WEBHOOKS,
    severity=Severity.HIGH,
    fix="Give configuration an https url, and leave insecure_ssl out.",
    controls=(cis_github("1.4.4"), cis_github("2.1.10"), owasp("A02:2021")),
    passes=[
        {"configuration": _URL},
        {"configuration": {"url": "HTTPS://example.com", "insecureSsl": False}},
    ],
    fails=[
        {},
        {"configuration": {"url": "http://example.com/hook"}},
        {"configuration": {**_URL, "insecureSsl": True}},
    ],
    undecided=[
        {"configuration": {"url": UNKNOWN}},
        {"configuration": {**_URL, "insecureSsl": UNKNOWN}},
    ],
)
def check(webhook: Resource) -> Iterator[str]:
    """Show events, which hold code and names, to the receiver alone.

    Source: GitHub REST API, "Repository webhooks", `insecure_ssl`.
    """
    configuration = "configuration"
    if not str(webhook.get(configuration, "url")).lower().startswith("https://"):
        yield "The webhook's address is not one of HTTPS."
    if webhook.get(configuration, "insecureSsl", default=False) is not False:
        yield "The receiver's certificate is not verified."
