from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import SECRET_ROTATIONS
from policy_pack.resource_policies import SECRETS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule, some

_SECRET: tuple[str, dict[str, object]] = (SECRETS[0], {})


def _rotation(**changes: object) -> tuple[str, dict[str, object]]:
    rules = {"rotationRules": {"automaticallyAfterDays": 30}}
    return SECRET_ROTATIONS[0], {"secretId": ref("secret"), **rules, **changes}


@rule(
    title="Secrets rotate",
    types=SECRETS[:1],
    severity=Severity.MEDIUM,
    fix=(
        "Add a SecretRotation with rotation_rules; exempt a secret that its issuer alone changes."
    ),
    controls=(prowler("secretsmanager_automatic_rotation_enabled"), owasp("A07:2021")),
    passes=[{"secret": _SECRET, "rotation": _rotation()}],
    fails=[
        {"secret": _SECRET},
        {"secret": _SECRET, "rotation": _rotation(rotationEnabled=False)},
        {"secret": _SECRET, "other": _SECRET, "rotation": _rotation(secretId=ref("other"))},
    ],
    undecided=[
        {"secret": _SECRET, "rotation": _rotation(secretId=UNKNOWN)},
        {"secret": _SECRET, "rotation": _rotation(rotationEnabled=UNKNOWN)},
    ],
)
def check(secret: Resource, stack: Stack) -> Iterator[str]:
    """Let a secret that leaked be worth little soon.

    What it cannot see is a rotation that another stack sets, or that a service does by itself.
    """
    rotations = stack.referring(SECRET_ROTATIONS, "secretId", secret)
    if not some(rotations, lambda one: one.get("rotationEnabled", default=True) is True):
        yield "The secret is never rotated."
