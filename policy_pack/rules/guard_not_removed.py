from __future__ import annotations

from policy_pack.aws import BUCKETS, PUBLIC_ACCESS_BLOCKS, TRAILS
from policy_pack.changes import GUARDS, guards_in_vain
from policy_pack.rule import Findings, Resource, Severity, Stack, finding, owasp, ref, rule

_BLOCK = (PUBLIC_ACCESS_BLOCKS[0], {"bucket": ref("data")}, None)


@rule(
    title="No change takes away what guards or records",
    types=tuple(GUARDS),
    severity=Severity.HIGH,
    fix="Leave it, give the new name an alias to the old one, or have it exempted until a day.",
    controls=(owasp("A05:2021"), owasp("A09:2021")),
    passes=[
        {"audit": (TRAILS[0], {}, {})},
        {"audit": (TRAILS[0], None, {}), "other": (TRAILS[0], {}, {})},
        {"block": _BLOCK, "data": (BUCKETS[0], {}, None)},
    ],
    fails=[
        {"audit": (TRAILS[0], {}, None)},
        {"audit": (TRAILS[0], {}, None), "renamed": (TRAILS[0], None, {})},
        {"block": _BLOCK, "data": (BUCKETS[0], {}, {})},
    ],
)
def check(earlier: Resource, now: Resource | None, stack: Stack) -> Findings:
    """See it when a trail, a lock or a ruleset goes: other rules judge what is there.

    What guards a resource that goes with it may go. A resource with another name is another one
    unless it has an alias: the new one is made first, and the end of the old one may take away the
    settings of both.
    """
    if now is None and not guards_in_vain(earlier, stack):
        kind = earlier.type.rpartition(":")[2]
        yield finding("The {kind} '{name}' is taken away.", name=earlier.name, kind=kind)
