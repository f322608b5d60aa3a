from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import DEPLOY_KEYS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="Deploy keys only read",
    types=DEPLOY_KEYS,
    severity=Severity.HIGH,
    fix="Leave read_only out, or set it to True.",
    controls=(owasp("A01:2021"),),
    passes=[{"readOnly": True}, {}],
    fails=[{"readOnly": False}],
    undecided=[{"readOnly": UNKNOWN}],
    omission="The provider's default is a key that only reads.",
)
def check(key: Resource) -> Iterator[str]:
    """Let a key that lies on a server fetch code, and change none.

    It has no owner, no second factor and no end, and stays when who made it has gone.

    Source: GitHub Docs, "Managing deploy keys"; provider documentation, `read_only`.
    """
    if key.get("readOnly", default=True) is not True:
        yield "The key may push."
