from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import WEBHOOKS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule, scorecard


@rule(
    title="Webhooks have a secret",
    types=WEBHOOKS,
    severity=Severity.HIGH,
    fix="Set secret in configuration, or use secure_components.ProtectedRepository.",
    controls=(scorecard("Webhooks"), owasp("A08:2021")),
    passes=[{"configuration": {"secret": "a secret"}}, {"configuration": {"secret": UNKNOWN}}],
    fails=[{}, {"configuration": {"secret": ""}}, {"configuration": {"contentType": "json"}}],
    undecided=[{"configuration": UNKNOWN}],
)
def check(webhook: Resource) -> Iterator[str]:
    """Let the receiver know that an event is from GitHub.

    Without a secret there is no signature, and whoever knows the address can say what was pushed.

    Source: GitHub Docs, "Validating webhook deliveries".
    """
    if not webhook.has("configuration", "secret"):
        yield "The webhook has no secret."
