from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SECRETS, SECRETS
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule

_PLAIN = ("value", "plaintextValue")


@rule(
    title="Secrets are secret in the stack's state too",
    types=(*SECRETS, *ORGANIZATION_SECRETS),
    severity=Severity.HIGH,
    fix=(
        "Take the value from a secret of the configuration (Config.require_secret), or give "
        "value_encrypted."
    ),
    controls=(cis_github("2.3.8"), owasp("A02:2021")),
    passes=[{"valueEncrypted": "bm90IHJlYWxseQ==", "keyId": "1234"}, {"encryptedValue": UNKNOWN}],
    fails=[{"value": "hunter2"}, {"plaintextValue": "hunter2"}],
    undecided=[{"value": UNKNOWN}, {"plaintextValue": UNKNOWN}],
    omission="The provider refuses a secret without a value.",
)
def check(secret: Resource) -> Iterator[str]:
    """Keep a secret out of the plain text of state files and of programs.

    A value that is marked as a secret is encrypted in the state; one that is not stands there for
    whoever may read it. Pulumi's SDKs mark what is given; what is found here came by another way.
    """
    given = (text for name in _PLAIN for text in secret.strings(name))
    if any(text not in secret.secrets for text in given):
        yield "The secret stands in the state in plain text."
