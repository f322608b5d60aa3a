from __future__ import annotations

from policy_pack.aws import DATABASE_INSTANCES
from policy_pack.changes import LOCKS, Strength, changes, hidden, of_type, types_of
from policy_pack.rule import Findings, Resource, Severity, Stack, every, finding, owasp, rule


@rule(
    title="No change lifts a lock or a protection",
    types=types_of(LOCKS),
    severity=Severity.HIGH,
    fix="Leave it as it was, or have the change exempted until a day.",
    controls=(owasp("A05:2021"),),
    passes=[
        {"orders": (DATABASE_INSTANCES[0], {}, {"deletionProtection": True})},
        {"orders": (DATABASE_INSTANCES[0], {"deletionProtection": True}, None)},
        *changes(LOCKS, lambda row: (row.weak, row.strong)),
    ],
    fails=[
        {"orders": (DATABASE_INSTANCES[0], {"deletionProtection": True}, {})},
        *changes(LOCKS, lambda row: (row.strong, row.weak)),
    ],
    undecided=[
        *changes([one for one in LOCKS if one.weak], lambda row: (row.strong, hidden(row))),
        *changes([one for one in LOCKS if one.weak], lambda row: (hidden(row), row.weak)),
    ],
)
def check(earlier: Resource, now: Resource | None, _stack: Stack) -> Findings:
    """See the first of two steps: whoever deletes what is protected must lift the protection first.

    Likewise a record is stopped before that is done which it would show. What is taken away as a
    whole is not judged here.
    """
    if now is not None:
        yield from every(of_type(LOCKS, earlier.type), lambda one: _judge(one, earlier, now))


def _judge(one: Strength, earlier: Resource, now: Resource) -> Findings:
    if one.of(now) < one.of(earlier):
        yield finding("'{name}' protects less than it did.", name=one.name)
